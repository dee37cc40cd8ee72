//! Accounts against the ledger, at a desk over a store in memory.

use chrono::TimeDelta;
use proptest::prelude::*;
use scrubjay_model::{PaymentWay, Placement, PlanStatus, WriteOffReason};
use scrubjay_store::conformance::sample::{charged, created, dollars, id, moved, owed, stamp};
use scrubjay_store::{Event, MemoryStore, MoneyKind, Stamp, Store};

use super::facts::Facts;
use super::policy::{Agency, PromptPay};
use super::*;
use crate::Config;
use crate::desk::Handlers;

/// Runs something at a desk, so many days after the claims were made, and keeps it.
fn at<T>(
    store: &mut MemoryStore,
    days: i64,
    run: impl FnOnce(&mut Desk<'_>) -> Result<T, EngineError>,
) -> Result<T, EngineError> {
    at_of(store, &Config::default(), days, run)
}

/// The same under a configuration.
fn at_of<T>(
    store: &mut MemoryStore,
    config: &Config,
    days: i64,
    run: impl FnOnce(&mut Desk<'_>) -> Result<T, EngineError>,
) -> Result<T, EngineError> {
    let mut handlers = Handlers::new(&[]);
    let mut desk = Desk {
        tx: store.begin().unwrap(),
        handlers: &mut handlers,
        config,
        stamp: Stamp {
            at: stamp(0).at + TimeDelta::days(days),
            ..stamp(0)
        },
    };
    let done = run(&mut desk)?;
    desk.tx.commit().unwrap();
    Ok(done)
}

/// A patient's claims, each with so many dollars that are the patient's.
fn practice(owes: &[i64]) -> (MemoryStore, AccountNumber) {
    let mut store = MemoryStore::new();
    let numbers = at(&mut store, 0, |desk| {
        for (place, owes) in owes.iter().enumerate() {
            let name = format!("K{place}");
            let mut claim = created(&name, 200);
            if let Event::ClaimCreated { claim, .. } = &mut claim {
                claim.patient.name.first = Some("ONE".to_owned());
            }
            desk.record(&claim)?;
            desk.record(&charged(&name, 200))?;
            let (insurance, patient) = (
                owed(&name, ResponsibleParty::Insurance),
                owed(&name, ResponsibleParty::Patient),
            );
            let share = moved(
                MoneyKind::Transfer,
                &name,
                insurance.clone(),
                patient,
                dollars(*owes),
            );
            desk.record(&share)?;
            let rest = Account::ContractualAdjustment;
            desk.record(&moved(
                MoneyKind::ClaimRemitted,
                &name,
                insurance,
                rest,
                dollars(200 - *owes),
            ))?;
            for to in [
                Move::Work(Work::Ready),
                Move::Work(Work::Submitted),
                Move::Work(Work::Adjudicated),
                Move::Responsibility(Responsibility::Patient),
                Move::Patient(PatientBilling::Ready),
            ] {
                desk.move_claim(&id(&name), to)?;
            }
        }
        bring_up(desk)
    })
    .unwrap();
    assert_eq!(numbers.len(), 1, "one account a patient");
    (store, numbers[0].clone())
}

/// The account as written down is the account that the ledger gives.
fn agrees(store: &MemoryStore, number: &AccountNumber) -> PatientAccount {
    let reader = store.read().unwrap();
    let Some(Record::Account(kept)) = reader.record(&number.into()).unwrap() else {
        panic!("the account is not kept");
    };
    assert_eq!(*kept, account(reader.as_ref(), number).unwrap());
    let balance = reader.trial_balance().unwrap();
    assert_eq!(
        balance.iter().map(|(_, sum)| *sum).sum::<Money>(),
        Money::ZERO
    );
    *kept
}

#[test]
fn a_patients_claims_come_to_one_account_and_only_once() {
    let (mut store, number) = practice(&[20, 30]);
    assert_eq!(agrees(&store, &number).balance(), dollars(50));
    assert_eq!(at(&mut store, 1, bring_up).unwrap(), []);
}

#[test]
fn a_payment_goes_to_the_oldest_claim_and_what_is_left_waits() {
    let (mut store, number) = practice(&[20, 30]);
    let paid = at(&mut store, 1, |desk| {
        money::take_payment(desk, &number, dollars(60), PaymentWay::Check, &[])
    })
    .unwrap();
    assert_eq!(
        paid.applied,
        [(id("K0"), dollars(20)), (id("K1"), dollars(30))]
    );
    assert_eq!((paid.unapplied, paid.balance), (dollars(10), -dollars(10)));
    let row = store.read().unwrap().claim(&id("K0")).unwrap().unwrap();
    assert_eq!(row.status.patient, PatientBilling::Settled);
    assert_eq!(row.status.work, Work::Closed);

    let refund = |store: &mut MemoryStore, amount| {
        at(store, 2, |desk| {
            money::refund(desk, &number, dollars(amount))
        })
    };
    assert!(refund(&mut store, 11).is_err());
    assert!(refund(&mut store, 10).unwrap().balance().is_zero());
    // The check bounces: all of it comes off, and what was given back of it is owed.
    let back = |store: &mut MemoryStore| {
        at(store, 3, |desk| {
            returned::payment_returned(desk, &number, 1)
        })
    };
    assert_eq!(back(&mut store).unwrap().balance(), dollars(60));
    assert!(back(&mut store).is_err(), "once");
    let row = store.read().unwrap().claim(&id("K1")).unwrap().unwrap();
    assert_eq!(row.status.responsibility, Responsibility::Patient);
    agrees(&store, &number);
}

#[test]
fn a_plan_that_is_missed_is_made_good_by_a_payment_and_else_is_in_default() {
    let (mut store, number) = practice(&[90]);
    let first = stamp(0).at.date_naive() + TimeDelta::days(30);
    let agreed = at(&mut store, 0, |desk| plan::agree(desk, &number, 3, first)).unwrap();
    assert_eq!(agreed.instalments.len(), 3);
    let status = |store: &mut MemoryStore, days| {
        let changes = at(store, days, plan::look_at_due).unwrap();
        changes.first().map(|change| change.status)
    };
    let open = |store: &MemoryStore| {
        let key = (&number).into();
        store.read().unwrap().record_work(&key).unwrap().len()
    };
    assert_eq!(status(&mut store, 40), None);
    assert!(matches!(
        status(&mut store, 41),
        Some(PlanStatus::Missed { instalment: 1, .. })
    ));
    assert_eq!((status(&mut store, 42), open(&store)), (None, 1));
    at(&mut store, 45, |desk| {
        money::take_payment(desk, &number, dollars(30), PaymentWay::Card, &[])
    })
    .unwrap();
    assert_eq!(open(&store), 0);
    let row = |store: &MemoryStore| store.read().unwrap().claim(&id("K0")).unwrap().unwrap();
    assert_eq!(row(&store).status.patient, PatientBilling::Plan);
    assert!(matches!(
        status(&mut store, 75),
        Some(PlanStatus::Missed { instalment: 2, .. })
    ));
    assert!(matches!(
        status(&mut store, 110),
        Some(PlanStatus::Defaulted { instalment: 2, .. })
    ));
    assert_eq!(row(&store).status.patient, PatientBilling::Billed);
    assert_eq!(open(&store), 1);
    agrees(&store, &number);
}

#[test]
fn the_practice_agrees_to_no_plan_below_its_policy() {
    let (mut store, number) = practice(&[90]);
    let first = stamp(0).at.date_naive();
    for instalments in [0, 4, 25] {
        let refused = at(&mut store, 0, |desk| {
            plan::agree(desk, &number, instalments, first)
        });
        assert!(
            matches!(
                refused,
                Err(EngineError::Account(PatientAccountError::PlanPolicy { .. }))
            ),
            "{instalments}"
        );
    }
}

/// Something that is done to an account, in dollars or by number.
#[derive(Debug, Clone, Copy)]
enum Done {
    Pay(i64),
    PayTo(u8, i64),
    Refund(i64),
    Move(u8, u8, i64),
    Return(usize),
    GiveUp(i64),
    Tick,
    Place,
    Collect(i64),
    Recall,
}

fn done() -> impl Strategy<Value = Done> {
    let claim = || 0..3u8;
    let amount = || 1..80i64;
    prop_oneof![
        amount().prop_map(Done::Pay),
        (claim(), amount()).prop_map(|(claim, amount)| Done::PayTo(claim, amount)),
        amount().prop_map(Done::Refund),
        (claim(), claim(), amount()).prop_map(|(from, to, amount)| Done::Move(from, to, amount)),
        (1..6usize).prop_map(Done::Return),
        amount().prop_map(Done::GiveUp),
        Just(Done::Tick),
        Just(Done::Place),
        amount().prop_map(Done::Collect),
        Just(Done::Recall),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn whatever_is_done_the_account_is_what_the_ledger_says_and_the_books_balance(
        sequence in prop::collection::vec(done(), 1..20),
    ) {
        let (mut store, number) = practice(&[20, 30, 40]);
        let claim = |place: u8| id(&format!("K{place}"));
        let (mut received, mut refunded, mut given_up) = (Money::ZERO, Money::ZERO, Money::ZERO);
        let mut collected = Money::ZERO;
        let mut config = Config::default();
        let east = Agency { name: "East Recovery".to_owned() };
        config.patients.agencies.insert("east".to_owned(), east);
        let prompt = PromptPay { percent: 20, within: 10 };
        config.patients.discounts.prompt_pay = Some(prompt);
        for (day, done) in (1..).zip(sequence) {
            let before = agrees(&store, &number);
            let ended = at_of(&mut store, &config, day, |desk| match done {
                Done::Pay(amount) => {
                    money::take_payment(desk, &number, dollars(amount), PaymentWay::Cash, &[]).map(drop)
                }
                Done::PayTo(place, amount) => {
                    let told = [(claim(place), dollars(amount))];
                    money::take_payment(desk, &number, dollars(amount), PaymentWay::Cash, &told).map(drop)
                }
                Done::Refund(amount) => money::refund(desk, &number, dollars(amount)).map(drop),
                Done::Move(from, to, amount) => {
                    money::transfer(desk, &number, &claim(from), &claim(to), dollars(amount)).map(drop)
                }
                Done::Return(receipt) => returned::payment_returned(desk, &number, receipt).map(drop),
                Done::GiveUp(amount) => {
                    money::give_up(desk, &number, WriteOffReason::Discount, dollars(amount)).map(drop)
                }
                Done::Tick => bring_up(desk).map(drop),
                Done::Place => {
                    let reader = desk.tx.as_ref();
                    let facts = Facts::of(reader, account(reader, &number)?, desk.stamp.at)?;
                    match facts.account.dealings.placed() {
                        None => agency::place(desk, &facts),
                        Some(_) => Ok(()),
                    }
                }
                Done::Collect(amount) => {
                    agency::collected(desk, &number, dollars(amount), Money::ZERO).map(drop)
                }
                Done::Recall => agency::recall(desk, &number),
            });
            let after = agrees(&store, &number);
            match (ended, done) {
                (Err(_), _) => prop_assert_eq!(&before, &after, "what is refused changes nothing"),
                (Ok(()), Done::Pay(amount) | Done::PayTo(_, amount)) => received += dollars(amount),
                (Ok(()), Done::Return(receipt)) => {
                    received -= before.dealings.receipts[receipt - 1].amount;
                }
                (Ok(()), Done::Refund(amount)) => refunded += dollars(amount),
                (Ok(()), Done::GiveUp(amount)) => given_up += dollars(amount),
                (Ok(()), Done::Collect(amount)) => collected += dollars(amount),
                (Ok(()), Done::Move(..) | Done::Tick | Done::Place | Done::Recall) => {}
            }
            let with_agency = after.dealings.placed().map_or(Money::ZERO, Placement::amount);
            let receipts = after.dealings.receipts.iter();
            let off = receipts.filter_map(|one| one.discount.as_ref());
            let off: Money = off.flat_map(|one| &one.claims).map(|part| part.balance).sum();
            let left = dollars(90) - received + refunded - given_up - collected - off;
            prop_assert_eq!(after.balance() + with_agency, left);
            // The ledger has with the agency what the account says.
            let reader = store.read().unwrap();
            let books = reader.trial_balance().unwrap();
            let placed = books.iter().filter(|(name, _)| name.starts_with("placed"));
            prop_assert_eq!(placed.map(|(_, sum)| *sum).sum::<Money>(), with_agency);
            drop(reader);
            let held = after.dealings.receipts.iter().filter(|one| one.returned.is_none());
            prop_assert_eq!(held.map(|one| one.amount).sum::<Money>(), received);
        }
    }
}
