//! The shorter form of the events that come most often.

use std::borrow::Cow;

use scrubjay_hooks::{Effect, Finding, Hook, Outcome, Ran};
use scrubjay_model::{
    Account, Adjudication, Appeal, ClaimId, Money, PatientBilling, Posting, PostingSet, RecordKey,
    Responsibility, ResponsibleParty, Work, WriteOffReason,
};
use serde::{Deserialize, Serialize};

use super::{Digest, Shared, UnreadableError, digest, hex, read_hex, unwritable};
use crate::{Event, MoneyKind, Move, StoreError};

pub(super) const JUDGED: &str = "judged";
pub(super) const RECORD_JUDGED: &str = "record_judged";
pub(super) const MONEY_MOVED: &str = "money_moved";
pub(super) const MOVED: &str = "moved";

/// What was judged.
#[derive(Clone, Copy)]
pub(super) enum Judged<'a> {
    Claim(&'a ClaimId),
    Record(&'a RecordKey),
}

#[derive(Serialize)]
struct JudgedOut<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<&'a ClaimId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<&'a RecordKey>,
    hook: Hook,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    findings: &'a [Finding],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    effects: &'a [(String, Effect)],
    #[serde(skip_serializing_if = "Option::is_none")]
    ran: Option<String>,
    /// Findings of each handler in the list that made any: its place, how many.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    found: Vec<(usize, u32)>,
}

#[derive(Deserialize)]
struct JudgedIn {
    #[serde(default)]
    claim: Option<ClaimId>,
    #[serde(default)]
    record: Option<RecordKey>,
    hook: Hook,
    #[serde(default)]
    findings: Vec<Finding>,
    #[serde(default)]
    effects: Vec<(String, Effect)>,
    #[serde(default)]
    ran: Option<String>,
    #[serde(default)]
    found: Vec<(usize, u32)>,
}

/// A judgement; the list of rules that ran goes apart, under its SHA-256.
pub(super) fn write_judged(
    judged: Judged<'_>,
    hook: Hook,
    outcome: &Outcome,
) -> Result<(String, Option<(Digest, String)>), StoreError> {
    let shared = if outcome.ran.is_empty() {
        None
    } else {
        let ran: Vec<(&str, &str)> = outcome
            .ran
            .iter()
            .map(|ran| (&*ran.rule, &*ran.version))
            .collect();
        let text = serde_json::to_string(&ran).map_err(|_| unwritable())?;
        Some((digest(text.as_bytes()), text))
    };
    let found = outcome.ran.iter().enumerate();
    let (claim, record) = match judged {
        Judged::Claim(claim) => (Some(claim), None),
        Judged::Record(record) => (None, Some(record)),
    };
    let payload = serde_json::to_string(&JudgedOut {
        claim,
        record,
        hook,
        findings: &outcome.findings,
        effects: &outcome.effects,
        ran: shared.as_ref().map(|(digest, _)| hex(digest)),
        found: found
            .filter(|(_, ran)| ran.findings > 0)
            .map(|(place, ran)| (place, ran.findings))
            .collect(),
    });
    Ok((payload.map_err(|_| unwritable())?, shared))
}

pub(super) fn read_judged(
    payload: &str,
    shared: &impl Shared,
    sequence: u64,
) -> Result<Event, StoreError> {
    let judged: JudgedIn = serde_json::from_str(payload)
        .map_err(|error| UnreadableError::new("payload", &error).at(sequence))?;
    let missing =
        || UnreadableError("the list of rules that ran is missing".to_owned()).at(sequence);
    let mut ran = match &judged.ran {
        Some(name) => shared
            .ran(&read_hex(name).ok_or_else(missing)?)?
            .ok_or_else(missing)?,
        None => Vec::new(),
    };
    for (place, findings) in judged.found {
        ran.get_mut(place).ok_or_else(missing)?.findings = findings;
    }
    let outcome = Outcome {
        findings: judged.findings,
        effects: judged.effects,
        ran,
    };
    let hook = judged.hook;
    match (judged.claim, judged.record) {
        (Some(claim), None) => Ok(Event::Judged {
            claim,
            hook,
            outcome,
        }),
        (None, Some(record)) => Ok(Event::RecordJudged {
            record,
            hook,
            outcome,
        }),
        _ => Err(UnreadableError("it does not judge one claim or record".to_owned()).at(sequence)),
    }
}

/// Reads a list of rules that ran; nothing found yet.
pub(crate) fn read_ran(text: &str) -> Option<Vec<Ran>> {
    let list: Vec<(String, String)> = serde_json::from_str(text).ok()?;
    let ran = list.into_iter().map(|(rule, version)| Ran {
        rule: rule.into(),
        version: version.into(),
        findings: 0,
    });
    Some(ran.collect())
}

/// A move: the axis is the key.
#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct MovedText<'a> {
    #[serde(borrow)]
    claim: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    work: Option<Work>,
    #[serde(skip_serializing_if = "Option::is_none")]
    adjudication: Option<Adjudication>,
    #[serde(skip_serializing_if = "Option::is_none")]
    responsibility: Option<Responsibility>,
    #[serde(skip_serializing_if = "Option::is_none")]
    appeal: Option<Appeal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patient: Option<PatientBilling>,
}

pub(super) fn write_moved(claim: &ClaimId, to: Move) -> Result<String, StoreError> {
    let mut text = MovedText {
        claim: Cow::Borrowed(claim.as_str()),
        ..MovedText::default()
    };
    match to {
        Move::Work(to) => text.work = Some(to),
        Move::Adjudication(to) => text.adjudication = Some(to),
        Move::Responsibility(to) => text.responsibility = Some(to),
        Move::Appeal(to) => text.appeal = Some(to),
        Move::Patient(to) => text.patient = Some(to),
    }
    serde_json::to_string(&text).map_err(|_| unwritable())
}

pub(super) fn read_moved(payload: &str) -> Result<Event, UnreadableError> {
    let text: MovedText<'_> =
        serde_json::from_str(payload).map_err(|error| UnreadableError::new("payload", &error))?;
    let MovedText {
        claim,
        work,
        adjudication,
        responsibility,
        appeal,
        patient,
    } = text;
    let mut moves = [
        work.map(Move::Work),
        adjudication.map(Move::Adjudication),
        responsibility.map(Move::Responsibility),
        appeal.map(Move::Appeal),
        patient.map(Move::Patient),
    ]
    .into_iter()
    .flatten();
    match (claim.parse(), moves.next(), moves.next()) {
        (Ok(claim), Some(to), None) => Ok(Event::Moved { claim, to }),
        _ => Err(UnreadableError(
            "it does not move one claim on one axis".to_owned(),
        )),
    }
}

/// A posting: account, amount, and what distinguishes the account: the payer,
/// the reason, or the claim where it is not the event's own.
#[derive(Serialize, Deserialize)]
struct PostingText<'a>(
    #[serde(borrow)] Cow<'a, str>,
    Money,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")] Option<Cow<'a, str>>,
);

#[derive(Serialize, Deserialize)]
struct MoneyText<'a> {
    money: MoneyKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    claim: Option<Cow<'a, ClaimId>>,
    #[serde(borrow)]
    postings: Vec<PostingText<'a>>,
}

pub(super) fn write_money(
    money: MoneyKind,
    claim: Option<&ClaimId>,
    postings: &PostingSet,
) -> Result<String, StoreError> {
    let postings = postings.postings().iter().map(|posting| {
        let (name, detail) = name(&posting.account, claim);
        let detail = detail.map(Cow::Borrowed);
        PostingText(Cow::Borrowed(name), posting.amount, detail)
    });
    let text = MoneyText {
        money,
        claim: claim.map(Cow::Borrowed),
        postings: postings.collect(),
    };
    serde_json::to_string(&text).map_err(|_| unwritable())
}

pub(super) fn read_money(payload: &str) -> Result<Event, UnreadableError> {
    let text: MoneyText<'_> =
        serde_json::from_str(payload).map_err(|error| UnreadableError::new("payload", &error))?;
    let claim = text.claim.map(Cow::into_owned);
    let postings = text
        .postings
        .into_iter()
        .map(|PostingText(name, amount, detail)| {
            let account = account(&name, detail.as_deref(), claim.as_ref());
            let account = account
                .ok_or_else(|| UnreadableError("it posts to an unknown account".to_owned()))?;
            Ok(Posting { account, amount })
        });
    let postings = postings.collect::<Result<Vec<_>, UnreadableError>>()?;
    Ok(Event::MoneyMoved {
        money: text.money,
        claim,
        postings: PostingSet::try_from(postings)
            .map_err(|error| UnreadableError(error.to_string()))?,
    })
}

fn name<'a>(account: &'a Account, of: Option<&ClaimId>) -> (&'static str, Option<&'a str>) {
    match account {
        Account::Receivable { claim, party } => {
            let name = match party {
                ResponsibleParty::Insurance => "insurance",
                ResponsibleParty::Patient => "patient",
            };
            (name, (of != Some(claim)).then(|| claim.as_str()))
        }
        Account::Revenue => ("revenue", None),
        Account::ContractualAdjustment => ("contractual", None),
        Account::Sequestration => ("sequestration", None),
        Account::OtherAdjustment => ("other", None),
        Account::WriteOff { reason } => ("write_off", Some(reason.as_str())),
        Account::Cash { payer } => ("cash", Some(payer)),
        Account::UnappliedCash { payer } => ("unapplied", Some(payer)),
        Account::RefundsPayable => ("refunds", None),
        Account::PayerTakebacks { payer } => ("takebacks", Some(payer)),
        Account::Interest => ("interest", None),
        Account::Placed { agency } => ("placed", Some(agency)),
        Account::AgencyFees => ("agency_fees", None),
        Account::PatientFees => ("patient_fees", None),
    }
}

fn account(name: &str, detail: Option<&str>, of: Option<&ClaimId>) -> Option<Account> {
    let party = match name {
        "insurance" => Some(ResponsibleParty::Insurance),
        "patient" => Some(ResponsibleParty::Patient),
        _ => None,
    };
    if let Some(party) = party {
        let claim = match detail {
            Some(id) => id.parse().ok()?,
            None => of?.clone(),
        };
        return Some(Account::Receivable { claim, party });
    }
    let named = || detail.map(str::to_owned);
    Some(match (name, detail) {
        ("revenue", None) => Account::Revenue,
        ("contractual", None) => Account::ContractualAdjustment,
        ("sequestration", None) => Account::Sequestration,
        ("other", None) => Account::OtherAdjustment,
        ("refunds", None) => Account::RefundsPayable,
        ("interest", None) => Account::Interest,
        ("agency_fees", None) => Account::AgencyFees,
        ("patient_fees", None) => Account::PatientFees,
        ("placed", _) => Account::Placed { agency: named()? },
        ("cash", _) => Account::Cash { payer: named()? },
        ("unapplied", _) => Account::UnappliedCash { payer: named()? },
        ("takebacks", _) => Account::PayerTakebacks { payer: named()? },
        ("write_off", Some(reason)) => {
            let mut reasons = WriteOffReason::ALL.into_iter();
            let reason = reasons.find(|listed| listed.as_str() == reason)?;
            Account::WriteOff { reason }
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::sample::id;

    fn all_accounts() -> Vec<Account> {
        let payer = || "cedar".to_owned();
        let mut accounts = vec![
            Account::Revenue,
            Account::ContractualAdjustment,
            Account::Sequestration,
            Account::OtherAdjustment,
            Account::Cash { payer: payer() },
            Account::UnappliedCash { payer: payer() },
            Account::RefundsPayable,
            Account::PayerTakebacks { payer: payer() },
            Account::Interest,
            Account::Placed { agency: payer() },
            Account::AgencyFees,
            Account::PatientFees,
        ];
        for party in [ResponsibleParty::Insurance, ResponsibleParty::Patient] {
            for claim in ["A", "B"] {
                let claim = id(claim);
                accounts.push(Account::Receivable { claim, party });
            }
        }
        let reasons = WriteOffReason::ALL.map(|reason| Account::WriteOff { reason });
        accounts.extend(reasons);
        accounts
    }

    #[test]
    fn postings_to_every_account_read_back() {
        for claim in [None, Some(id("A"))] {
            for account in all_accounts() {
                let cents = Money::from_cents(-101);
                let postings = PostingSet::transfer(account, Account::Interest, cents);
                let text = write_money(MoneyKind::Refund, claim.as_ref(), &postings).unwrap();
                let read = read_money(&text).unwrap();
                let money = MoneyKind::Refund;
                let claim = claim.clone();
                assert_eq!(
                    read,
                    Event::MoneyMoved {
                        money,
                        claim,
                        postings
                    }
                );
            }
        }
    }

    #[test]
    fn a_move_on_every_axis_reads_back() {
        for to in [
            Move::Work(Work::Ready),
            Move::Adjudication(Adjudication::None),
            Move::Responsibility(Responsibility::Patient),
            Move::Appeal(Appeal::PartiallyOverturned),
            Move::Patient(PatientBilling::PreCollection),
        ] {
            let claim = id("A");
            let text = write_moved(&claim, to).unwrap();
            assert_eq!(read_moved(&text).unwrap(), Event::Moved { claim, to });
        }
        for unclear in [
            r#"{"claim":"A"}"#,
            r#"{"work":"ready"}"#,
            r#"{"claim":"A","work":"ready","appeal":"none"}"#,
            r#"{"claim":"A","work":"ready","mood":"none"}"#,
        ] {
            assert!(read_moved(unclear).is_err(), "{unclear}");
        }
    }

    #[test]
    fn what_was_journalled_before_there_were_records_is_read() {
        let opened = r#"{"item":{"id":"W1","kind":"denial","claim":"A","reason":"CO-197","owner":"denials","amount":"40.00","opened":"2026-11-02T00:00:00Z","due":"2026-11-20"}}"#;
        let event = super::super::decode_event("work_opened", opened, &(), 1).unwrap();
        let Event::WorkOpened { item } = event else {
            panic!("another event");
        };
        assert_eq!((item.claim, item.record), (Some(id("A")), None));
        let purged = r#"{"before":"2026-11-02T00:00:00Z","claims":1,"rows":[[1,2]],"carried":[],"interchange":0,"group":0}"#;
        let event = super::super::decode_event("purged", purged, &(), 1).unwrap();
        assert!(matches!(event, Event::Purged { patients: 0, .. }));
        let judged = r#"{"claim":"A","hook":"scrub"}"#;
        assert!(matches!(
            read_judged(judged, &(), 1).unwrap(),
            Event::Judged { .. }
        ));
        let neither = read_judged(r#"{"hook":"scrub"}"#, &(), 7).unwrap_err();
        assert!(neither.to_string().contains("row 7"), "{neither}");
    }

    #[test]
    fn postings_that_do_not_balance_or_name_no_account_are_not_read() {
        let text = |postings: &str| format!("{{\"money\":\"charge\",\"postings\":{postings}}}");
        let read = |postings: &str| read_money(&text(postings)).map(drop).unwrap_err().0;
        let unbalanced = read(r#"[["revenue","-1.00"],["interest","0.99"]]"#);
        assert!(unbalanced.contains("off by -0.01"), "{unbalanced}");
        for unknown in [
            r#"[["slush","0.00"]]"#,
            r#"[["insurance","0.00"]]"#,
            r#"[["cash","0.00"]]"#,
            r#"[["revenue","0.00","x"]]"#,
            r#"[["write_off","0.00","whim"]]"#,
        ] {
            assert_eq!(read(unknown), "it posts to an unknown account");
        }
    }
}
