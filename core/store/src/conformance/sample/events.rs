//! Files, keys, and one event of every kind.

use scrubjay_hooks::{Effect, Hook, Severity};
use scrubjay_model::{
    AckOutcome, Deadline, DeadlineBasis, DeadlineKind, DeadlineStage, DenialOutcome, FileHash,
    Length, PatientMoney, RecordKind, Roll, Work, WriteOffReason,
};

use super::{
    SOUND, account, answer, batch, charged, claim, created, day, delivered, denied, dollars, id,
    item, outcome, patient_money, record_kept, record_key, remittance, remittance_undone, remitted,
    undone,
};
use crate::{Event, InterchangeKey, Move, PublishedFile};

/// The hash of a file.
#[must_use]
pub fn hash(digit: &str) -> FileHash {
    digit.repeat(64).parse().expect(SOUND)
}

/// An interchange.
#[must_use]
pub fn key(control: &str) -> InterchangeKey {
    InterchangeKey {
        sender: "ZZ:CLINIC".to_owned(),
        control: control.to_owned(),
        content: "ab".repeat(32),
    }
}

/// A file taken in.
#[must_use]
pub fn taken(digit: &str, control: &str) -> Event {
    Event::FileTaken {
        file: hash(digit),
        name: format!("{digit}.837"),
        transaction: "837P".to_owned(),
        interchanges: vec![key(control)],
        items: 3,
    }
}

/// A file refused.
#[must_use]
pub fn file_refused(digit: &str, reason: &str) -> Event {
    Event::FileRefused {
        file: hash(digit),
        name: format!("{digit}.edi"),
        reason: reason.to_owned(),
    }
}

/// One event of every kind.
#[must_use]
pub fn one_of_each() -> Vec<Event> {
    let mut judged = outcome(Severity::Warn, false);
    let tag = Effect::Tag {
        tag: "audit".to_owned(),
    };
    judged
        .effects
        .push(("everywhere/member-id".to_owned(), tag));
    let mut unmatched = remitted("A", "1", 7, 0, 5);
    if let Event::ClaimRemitted { claim, .. } = &mut unmatched {
        *claim = None;
    }
    vec![
        taken("a", "1"),
        file_refused("b", "segment 1 (ISA) at byte 0: missing"),
        created("A", 150),
        Event::ClaimRevised {
            claim: Box::new(claim("A", 150)),
            changes: vec!["place: set".to_owned()],
            by_hand: true,
        },
        Event::Judged {
            claim: id("A"),
            hook: Hook::Scrub,
            outcome: judged,
        },
        Event::Judged {
            claim: id("A"),
            hook: Hook::Claim,
            outcome: Default::default(),
        },
        Event::Moved {
            claim: id("A"),
            to: Move::Work(Work::Ready),
        },
        Event::MoveRefused {
            claim: id("A"),
            refused: "work: ready to adjudicated".to_owned(),
        },
        charged("A", 150),
        batch(1, &["A"]),
        answer(AckOutcome::Rejected, &["A"]),
        remittance("EFT1"),
        remitted("A", "1", 100, 50, 5),
        unmatched,
        Event::PayerControlLearned {
            claim: id("A"),
            payer_control: "ICN\"1".parse().expect(SOUND),
        },
        denied("A"),
        Event::DenialSettled {
            claim: id("A"),
            outcome: DenialOutcome::WrittenOff {
                reason: WriteOffReason::NoAuthorization,
            },
            amount: dollars(40),
        },
        Event::WorkOpened {
            item: Box::new(item("W1", Some("A"))),
        },
        Event::WorkAssigned {
            item: Box::new(item("W1", Some("A"))),
        },
        Event::WorkClosed {
            item: "W1".parse().expect(SOUND),
            outcome: "paid".to_owned(),
        },
        Event::Tagged {
            claim: id("A"),
            tag: "audit".to_owned(),
        },
        Event::DeadlineReached {
            claim: id("A"),
            deadline: Box::new(Deadline {
                kind: DeadlineKind::FollowUp,
                basis: day(1),
                basis_of: DeadlineBasis::Sent,
                length: Length::CalendarDays(29),
                roll: Roll::None,
                proof: None,
            }),
            due: day(30),
            stage: DeadlineStage::Last,
        },
        Event::CallTaken {
            key: "k".to_owned(),
            call: "tag".to_owned(),
            content: "aa".to_owned(),
        },
        overridden("A", "the payer's letter is on file"),
        published("everywhere", "1f", "fn f(claim) {}\n"),
        Event::PackRolledBack {
            pack: "everywhere".to_owned(),
            hash: "1f".repeat(32),
        },
        record_kept(account("AC1", "P1", "A", 20), Some(day(15))),
        Event::RecordJudged {
            record: record_key(RecordKind::Account, "AC1"),
            hook: Hook::Statement,
            outcome: outcome(Severity::Block, false),
        },
        Event::RecordOverridden {
            record: record_key(RecordKind::Account, "AC1"),
            rules: vec!["everywhere/member-id".to_owned()],
            reason: "agreed with the patient".to_owned(),
        },
        patient_money(
            "AC1",
            &PatientMoney::Received {
                amount: dollars(20),
            },
        ),
        delivered(1, &["A"]),
        Event::HeldByHand {
            claim: id("A"),
            reason: "the provider will add to it".to_owned(),
            until: Some(day(20)),
        },
        Event::TakenBack {
            claim: id("A"),
            trace: "EFT1".parse().expect(SOUND),
            payer: "cedar".to_owned(),
            reason: "WO".to_owned(),
            amount: dollars(10),
        },
        Event::RemittancePosted {
            originator: "1999999999".to_owned(),
            trace: "EFT1".parse().expect(SOUND),
            first: 12,
        },
        quarantined("EFT2"),
        Event::RemittanceSetAside {
            quarantined: 35,
            originator: "1999999999".to_owned(),
            trace: "EFT2".parse().expect(SOUND),
            reason: "it came twice".to_owned(),
        },
        undone("A", &[13]),
        remittance_undone("EFT1", 12),
        remittance("EFT3"),
        Event::DepositTaken {
            trace: "EFT3".parse().expect(SOUND),
            amount: dollars(99),
            deposited: day(13),
        },
        Event::DepositAsked { about: 39 },
    ]
}

/// A remittance of that trace number waits for a person.
fn quarantined(trace: &str) -> Event {
    let Event::RemittanceTaken {
        remittance,
        payer,
        claims,
        ..
    } = remittance(trace)
    else {
        unreachable!("the head of a remittance is its taking in")
    };
    Event::RemittanceQuarantined {
        remittance,
        payer,
        claims,
        problem: "the payment is off by 1.00".to_owned(),
    }
}

/// A person passes what the sample's rule found.
#[must_use]
pub fn overridden(text: &str, reason: &str) -> Event {
    Event::Overridden {
        claim: id(text),
        rules: vec!["everywhere/member-id".to_owned()],
        reason: reason.to_owned(),
    }
}

/// A pack of two files is published, the second with this text.
#[must_use]
pub fn published(pack: &str, hash: &str, text: &str) -> Event {
    let file = |name: &str, text: &str| PublishedFile {
        name: name.to_owned(),
        text: text.to_owned(),
    };
    Event::PackPublished {
        pack: pack.to_owned(),
        version: "1.0.0".to_owned(),
        hash: hash.repeat(32),
        files: vec![file("pack.yaml", "id: everywhere\n"), file("r.rhai", text)],
        note: Some("first".to_owned()),
    }
}
