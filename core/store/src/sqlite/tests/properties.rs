//! Any legal operations in any order: the books balance, every balance is the
//! sum of its postings, and a rebuild changes nothing.

use proptest::collection::vec;
use proptest::prelude::*;
use scrubjay_hooks::{Hook, Severity};
use scrubjay_model::ResponsibleParty::{Insurance, Patient};
use scrubjay_model::{
    Account, AckOutcome, Axis, ClaimId, Money, PatientMoney, PostingSet, RecordKind,
    ResponsibleParty, Work, WorkItem, WriteOffReason,
};

use super::{SqliteStore, all};
use crate::conformance::sample::{
    account as record_account, answer, batch, charged, created, day, denied, entry, id, item,
    outcome, owed, patient, patient_money, record_kept, record_key, remittance, remitted, stamp,
    visit,
};
use crate::{
    ClaimFilter, Counter, Event, MemoryStore, MoneyKind, Move, Reader, Store, StoreError,
    Transaction,
};

/// Something that a billing office does, on one of a few claims.
#[derive(Debug, Clone)]
enum Step {
    Create {
        charge: i64,
    },
    Submit {
        claim: usize,
    },
    Answer {
        claim: usize,
        rejected: bool,
    },
    Pay {
        claim: usize,
        paid: i64,
        contractual: i64,
        patient: i64,
    },
    Reverse {
        claim: usize,
        nth: usize,
    },
    PatientPays {
        claim: usize,
        amount: i64,
    },
    WriteOff {
        claim: usize,
        amount: i64,
    },
    Refund {
        claim: usize,
        amount: i64,
    },
    Transfer {
        from: usize,
        to: usize,
        amount: i64,
    },
    TakeBack {
        amount: i64,
    },
    Unmatched {
        amount: i64,
    },
    Deny {
        claim: usize,
    },
    CloseWork,
    Judge {
        claim: usize,
        block: bool,
    },
    Move {
        claim: usize,
        to: usize,
    },
    Settle {
        claim: usize,
    },
    /// The claim's patient gets an account, a visit and its charge.
    Register {
        claim: usize,
    },
    /// The patient's money moves on the claim's account.
    PatientMoney {
        claim: usize,
        what: usize,
        amount: i64,
    },
    /// The account is judged, and somebody is told to look at it.
    JudgeAccount {
        claim: usize,
        due: u32,
    },
    Commit,
    Drop,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let claim = 0..6usize;
    let amount = -5000..500_000i64;
    let one = prop_oneof![
        3 => amount.clone().prop_map(|charge| Step::Create { charge }),
        1 => claim.clone().prop_map(|claim| Step::Submit { claim }),
        1 => (claim.clone(), any::<bool>()).prop_map(|(claim, rejected)| Step::Answer { claim, rejected }),
        4 => (claim.clone(), amount.clone(), amount.clone(), amount.clone())
            .prop_map(|(claim, paid, contractual, patient)| Step::Pay { claim, paid, contractual, patient }),
        2 => (claim.clone(), 0..8usize).prop_map(|(claim, nth)| Step::Reverse { claim, nth }),
        1 => (claim.clone(), amount.clone()).prop_map(|(claim, amount)| Step::PatientPays { claim, amount }),
        1 => (claim.clone(), amount.clone()).prop_map(|(claim, amount)| Step::WriteOff { claim, amount }),
        1 => (claim.clone(), amount.clone()).prop_map(|(claim, amount)| Step::Refund { claim, amount }),
        1 => (claim.clone(), claim.clone(), amount.clone())
            .prop_map(|(from, to, amount)| Step::Transfer { from, to, amount }),
        1 => amount.clone().prop_map(|amount| Step::TakeBack { amount }),
        1 => amount.prop_map(|amount| Step::Unmatched { amount }),
        1 => claim.clone().prop_map(|claim| Step::Deny { claim }),
        1 => Just(Step::CloseWork),
        1 => (claim.clone(), any::<bool>()).prop_map(|(claim, block)| Step::Judge { claim, block }),
        2 => (claim, 0..9usize).prop_map(|(claim, to)| Step::Move { claim, to }),
        2 => (0..6usize).prop_map(|claim| Step::Settle { claim }),
        3 => (0..6usize).prop_map(|claim| Step::Register { claim }),
        6 => (0..6usize, 0..11usize, -5000..500_000i64)
            .prop_map(|(claim, what, amount)| Step::PatientMoney { claim, what, amount }),
        2 => (0..6usize, 1..30u32).prop_map(|(claim, due)| Step::JudgeAccount { claim, due }),
        3 => Just(Step::Commit),
        1 => Just(Step::Drop),
    ];
    vec(one, 1..80)
}

fn account(name: &str) -> Account {
    let payer = "cedar".to_owned();
    match name {
        "cash" => Account::Cash { payer },
        "unapplied" => Account::UnappliedCash { payer },
        _ => Account::PayerTakebacks { payer },
    }
}

fn nth_claim(reader: &dyn Reader, nth: usize) -> Option<String> {
    let claims = reader.claims(&ClaimFilter::default()).unwrap();
    let row = claims.get(nth.checked_rem(claims.len())?)?;
    Some(row.id.as_str().to_owned())
}

fn money(kind: MoneyKind, claim: Option<&str>, postings: PostingSet) -> Event {
    Event::MoneyMoved {
        money: kind,
        claim: claim.map(id),
        postings,
    }
}

/// One of the things that happen to a patient's money.
fn some_money(what: usize, claim: &str, amount: Money) -> PatientMoney {
    let (claim, agency) = (id(claim), "east".to_owned());
    match what {
        0 => PatientMoney::Received { amount },
        1 => PatientMoney::Returned { amount },
        2 => PatientMoney::Applied { claim, amount },
        3 => PatientMoney::RefundOwed { amount },
        4 => PatientMoney::Refunded { amount },
        5 => PatientMoney::GivenUp {
            claim,
            reason: WriteOffReason::Discount,
            amount,
        },
        6 => PatientMoney::Fee { claim, amount },
        7 => PatientMoney::Placed {
            claim,
            agency,
            amount,
        },
        8 => PatientMoney::Recalled {
            claim,
            agency,
            amount,
        },
        9 => PatientMoney::Collected {
            agency,
            amount,
            fee: Money::from_cents(101),
        },
        _ => PatientMoney::Uncollected { agency, amount },
    }
}

/// The events that a step makes in the state that the reader shows.
fn events(reader: &dyn Reader, step: &Step) -> Vec<Event> {
    let cents = |amount: &i64| Money::from_cents(*amount);
    let claim_of = |nth: &usize| nth_claim(reader, *nth);
    let transfer = |kind, name: &str, from, to, amount: &i64| {
        vec![money(
            kind,
            Some(name),
            PostingSet::transfer(from, to, cents(amount)),
        )]
    };
    let number = reader.last_number(Counter::Claim).unwrap() + 1;
    let work = reader.last_number(Counter::Work).unwrap() + 1;
    let trace = reader.last_row().unwrap().map_or(0, |row| row.sequence);
    let made = match step {
        Step::Create { charge } => {
            let name = format!("C{number}");
            let posting =
                PostingSet::transfer(Account::Revenue, owed(&name, Insurance), cents(charge));
            Some(vec![
                created(&name, *charge / 100),
                money(MoneyKind::Charge, Some(&name), posting),
            ])
        }
        Step::Submit { claim } => claim_of(claim).map(|name| {
            let group = reader.last_number(Counter::Group).unwrap() as u32 + 1;
            vec![batch(group, &[&name])]
        }),
        Step::Answer { claim, rejected } => claim_of(claim).map(|name| {
            let outcome = if *rejected {
                AckOutcome::Rejected
            } else {
                AckOutcome::Accepted
            };
            vec![answer(outcome, &[&name])]
        }),
        Step::Pay {
            claim,
            paid,
            contractual,
            patient,
        } => claim_of(claim).map(|name| {
            let insurance = || owed(&name, Insurance);
            let mut set = PostingSet::transfer(insurance(), account("cash"), cents(paid));
            set.add_transfer(
                insurance(),
                Account::ContractualAdjustment,
                cents(contractual),
            );
            set.add_transfer(insurance(), owed(&name, Patient), cents(patient));
            vec![
                remittance(&format!("EFT{trace}")),
                remitted(&name, "1", *paid / 100, *contractual / 100, 5),
                money(MoneyKind::ClaimRemitted, Some(&name), set),
            ]
        }),
        Step::Reverse { claim, nth } => claim_of(claim).and_then(|name| {
            let history = reader.history(&id(&name)).unwrap();
            let paid: Vec<PostingSet> = history
                .into_iter()
                .filter_map(|row| match row.event {
                    Event::MoneyMoved {
                        money: MoneyKind::ClaimRemitted,
                        postings,
                        ..
                    } => Some(postings),
                    _ => None,
                })
                .collect();
            let set = paid.get(nth.checked_rem(paid.len())?)?.reversed();
            Some(vec![
                remitted(&name, "22", -1, -1, 6),
                money(MoneyKind::RemittanceReversed, Some(&name), set),
            ])
        }),
        Step::PatientPays { claim, amount } => claim_of(claim).map(|name| {
            transfer(
                MoneyKind::PatientPayment,
                &name,
                owed(&name, Patient),
                account("cash"),
                amount,
            )
        }),
        Step::WriteOff { claim, amount } => claim_of(claim).map(|name| {
            let reason = WriteOffReason::TimelyFiling;
            let to = Account::WriteOff { reason };
            transfer(
                MoneyKind::WriteOff,
                &name,
                owed(&name, Insurance),
                to,
                amount,
            )
        }),
        Step::Refund { claim, amount } => claim_of(claim).map(|name| {
            transfer(
                MoneyKind::Refund,
                &name,
                Account::RefundsPayable,
                owed(&name, Patient),
                amount,
            )
        }),
        Step::Transfer { from, to, amount } => {
            claim_of(from).zip(claim_of(to)).map(|(from, to)| {
                transfer(
                    MoneyKind::Transfer,
                    &from,
                    owed(&from, Insurance),
                    owed(&to, Patient),
                    amount,
                )
            })
        }
        Step::TakeBack { amount } => {
            let set = PostingSet::transfer(account("cash"), account("takebacks"), cents(amount));
            Some(vec![money(MoneyKind::ProviderLevel, None, set)])
        }
        Step::Unmatched { amount } => {
            let set = PostingSet::transfer(account("unapplied"), account("cash"), cents(amount));
            Some(vec![money(MoneyKind::ClaimRemitted, None, set)])
        }
        Step::Deny { claim } => claim_of(claim).map(|name| {
            let item = item(&format!("W{work}"), Some(&name));
            vec![
                denied(&name),
                Event::WorkOpened {
                    item: Box::new(item),
                },
            ]
        }),
        Step::CloseWork => reader
            .open_work(None)
            .unwrap()
            .into_iter()
            .next()
            .map(|item| {
                vec![Event::WorkClosed {
                    item: item.id,
                    outcome: "worked".to_owned(),
                }]
            }),
        Step::Judge { claim, block } => claim_of(claim).map(|name| {
            let severity = if *block {
                Severity::Block
            } else {
                Severity::Info
            };
            vec![Event::Judged {
                claim: id(&name),
                hook: Hook::Scrub,
                outcome: outcome(severity, false),
            }]
        }),
        Step::Move { claim, to } => claim_of(claim).map(|name| {
            let row = reader.claim(&id(&name)).unwrap().unwrap();
            let to = Work::STATES[*to];
            vec![match row.status.work.moved(to) {
                Ok(_) => Event::Moved {
                    claim: row.id,
                    to: Move::Work(to),
                },
                Err(refused) => Event::MoveRefused {
                    claim: row.id,
                    refused: refused.to_string(),
                },
            }]
        }),
        Step::Settle { claim } => claim_of(claim).map(|name| {
            let mut set = PostingSet::empty();
            for party in [Insurance, Patient] {
                let owing = reader.balance(&id(&name), party).unwrap();
                let reason = WriteOffReason::SmallBalance;
                set.add_transfer(owed(&name, party), Account::WriteOff { reason }, owing);
            }
            let row = reader.claim(&id(&name)).unwrap().unwrap();
            let mut settled = vec![money(MoneyKind::WriteOff, Some(&name), set)];
            for item in reader.open_work(Some(&row.id)).unwrap() {
                settled.push(Event::WorkClosed {
                    item: item.id,
                    outcome: "settled".to_owned(),
                });
            }
            let to = Move::Work(Work::Void);
            settled.push(Event::Moved { claim: row.id, to });
            settled
        }),
        Step::Register { claim } => claim_of(claim).map(|name| {
            let (key, visit_id) = (format!("P-{name}"), format!("V-{name}"));
            let mut charge = entry(&format!("C-{name}"), &visit_id, &key, 9);
            charge.bill(id(&name)).unwrap();
            // Every other patient has settled, and may be given up.
            let account = record_account(&format!("AC-{name}"), &key, &name, *claim as i64 % 2);
            vec![
                record_kept(patient(&key, &name), None),
                record_kept(visit(&visit_id, &key, 9), Some(day(8))),
                record_kept(charge, None),
                record_kept(account, None),
            ]
        }),
        Step::PatientMoney {
            claim,
            what,
            amount,
        } => claim_of(claim).and_then(|name| {
            let account = format!("AC-{name}");
            reader
                .record(&record_key(RecordKind::Account, &account))
                .unwrap()?;
            Some(vec![patient_money(
                &account,
                &some_money(*what, &name, cents(amount)),
            )])
        }),
        Step::JudgeAccount { claim, due } => claim_of(claim).and_then(|name| {
            let key = record_key(RecordKind::Account, &format!("AC-{name}"));
            let record = reader.record(&key).unwrap()?;
            let item = WorkItem {
                record: Some(key.clone()),
                ..item(&format!("W{work}"), None)
            };
            Some(vec![
                Event::RecordJudged {
                    record: key,
                    hook: Hook::Collection,
                    outcome: outcome(Severity::Warn, false),
                },
                Event::WorkOpened {
                    item: Box::new(item),
                },
                record_kept(record, Some(day(*due))),
            ])
        }),
        Step::Commit | Step::Drop => None,
    };
    made.unwrap_or_default()
}

/// Does the steps on a store; a step that says so commits or drops what came before.
fn work(store: &mut dyn Store, steps: &[Step]) {
    let mut done = 0;
    while done < steps.len() {
        let mut transaction: Box<dyn Transaction + '_> = store.begin().unwrap();
        let mut dropped = false;
        for step in &steps[done..] {
            done += 1;
            for event in events(transaction.as_ref(), step) {
                transaction.append(&stamp(done as i64), &event).unwrap();
            }
            match step {
                Step::Drop => {
                    dropped = true;
                    break;
                }
                Step::Commit => break,
                _ => {}
            }
        }
        if !dropped {
            transaction.commit().unwrap();
        }
    }
}

fn posted(reader: &dyn Reader, claim: &ClaimId, party: ResponsibleParty) -> Money {
    let account = Account::Receivable {
        claim: claim.clone(),
        party,
    };
    let ledger = reader.ledger(claim).unwrap();
    let own = ledger.iter().filter(|row| row.account == account);
    own.map(|row| row.amount).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whatever_an_office_does_the_books_balance_and_a_rebuild_changes_nothing(steps in steps()) {
        let mut store = SqliteStore::open_in_memory().unwrap();
        let mut memory = MemoryStore::new();
        work(&mut store, &steps);
        work(&mut memory, &steps);
        let kept = all(&store);
        prop_assert_eq!(&kept, &all(&memory));
        {
            let reader = store.read().unwrap();
            let sum: Money = reader.trial_balance().unwrap().iter().map(|(_, balance)| *balance).sum();
            prop_assert_eq!(sum, Money::ZERO);
            let mut owed = [Money::ZERO; 2];
            for row in reader.claims(&ClaimFilter::default()).unwrap() {
                for (party, owed) in [Insurance, Patient].into_iter().zip(&mut owed) {
                    let balance = reader.balance(&row.id, party).unwrap();
                    prop_assert_eq!(balance, posted(reader.as_ref(), &row.id, party));
                    *owed += balance;
                }
            }
            for (heading, balance) in reader.trial_balance().unwrap() {
                match heading.as_str() {
                    "receivable, insurance" => prop_assert_eq!(balance, owed[0]),
                    "receivable, patient" => prop_assert_eq!(balance, owed[1]),
                    _ => {}
                }
            }
        }
        let report = store.verify().unwrap();
        prop_assert!(report.is_clean(), "{:?}", report.faults);
        store.rebuild().unwrap();
        prop_assert_eq!(&kept, &all(&store));
        prop_assert!(store.verify().unwrap().is_clean());
        let balances = |store: &SqliteStore| {
            let lines = store.read().unwrap().trial_balance().unwrap();
            lines.into_iter().filter(|(_, balance)| !balance.is_zero()).collect::<Vec<_>>()
        };
        let before = balances(&store);
        store.purge(&stamp(10_000), stamp(9_000).at).unwrap();
        prop_assert_eq!(before, balances(&store));
        let report = store.verify().unwrap();
        prop_assert!(report.is_clean(), "{:?}", report.faults);
    }
}

#[test]
fn a_reversal_returns_every_account_to_where_it_was() {
    let mut store = MemoryStore::new();
    let before = {
        work(&mut store, &[Step::Create { charge: 15_000 }]);
        store.read().unwrap().trial_balance().unwrap()
    };
    let pay = Step::Pay {
        claim: 0,
        paid: 9_000,
        contractual: 4_000,
        patient: 2_000,
    };
    work(&mut store, &[pay, Step::Reverse { claim: 0, nth: 0 }]);
    let reader = store.read().unwrap();
    let after = reader.trial_balance().unwrap();
    for (heading, balance) in after {
        let was = before.iter().find(|(name, _)| *name == heading);
        assert_eq!(
            balance,
            was.map_or(Money::ZERO, |(_, balance)| *balance),
            "{heading}"
        );
    }
    let row = reader.claim(&id("C1")).unwrap().unwrap();
    assert_eq!((row.allowed, row.denied), (Money::ZERO, Money::ZERO));
}

#[test]
fn postings_that_do_not_balance_cannot_be_read_from_a_journal() {
    let text = r#"[{"account":"revenue","amount":"-1.00"},{"account":"interest","amount":"0.99"}]"#;
    assert!(serde_json::from_str::<PostingSet>(text).is_err());
    let mut store = MemoryStore::new();
    let error = crate::conformance::keep(&mut store, &[charged("A", 1)]).unwrap_err();
    assert!(matches!(error, StoreError::Contradiction { .. }), "{error}");
}
