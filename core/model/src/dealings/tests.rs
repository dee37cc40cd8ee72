//! What passes between practice and patient.

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn letter(kind: LetterKind, delivered: Option<&str>) -> Letter {
    Letter {
        kind,
        made: day("2026-03-01"),
        owed: Money::from_cents(1_000),
        delivered: delivered.map(day),
        withdrawn: None,
    }
}

#[test]
fn time_is_counted_from_letters_that_went_out_and_from_no_other() {
    let number: StatementNumber = "S-1".parse().unwrap();
    let mut dealings = Dealings::default();
    let statement = || LetterKind::Statement {
        number: number.clone(),
    };
    dealings.letters = vec![
        letter(statement(), None),
        letter(LetterKind::FinalNotice, None),
    ];
    assert_eq!(dealings.statements().count(), 0);
    assert_eq!(dealings.final_notice(), None);
    dealings.letters = vec![
        letter(statement(), Some("2026-03-03")),
        letter(LetterKind::FinalNotice, Some("2026-05-01")),
    ];
    let sent: Vec<_> = dealings.statements().collect();
    assert_eq!(sent, [(day("2026-03-03"), Money::from_cents(1_000))]);
    assert_eq!(dealings.final_notice(), Some(day("2026-05-01")));
}

#[test]
fn contacts_stand_by_day_and_the_oldest_go_first() {
    let mut dealings = Dealings::default();
    let call = |on| Contact {
        on,
        kind: ContactKind::Call,
    };
    for text in ["2026-03-05", "2026-03-02", "2026-03-09"] {
        dealings.note_contact(call(day(text)));
    }
    let days: Vec<String> = dealings
        .contacts
        .iter()
        .map(|one| one.on.to_string())
        .collect();
    assert_eq!(days, ["2026-03-02", "2026-03-05", "2026-03-09"]);
    for _ in 0..MAX_CONTACTS {
        dealings.note_contact(call(day("2026-04-01")));
    }
    assert_eq!(dealings.contacts.len(), MAX_CONTACTS);
    assert_eq!(dealings.contacts[0].on, day("2026-04-01"));
}

#[test]
fn dealings_that_cannot_be_are_refused() {
    let mut early = Dealings::default();
    early.assistance.applied = Some(day("2026-03-02"));
    early.assistance.decided = Some(day("2026-03-01"));
    assert_eq!(early.check(), Err(DealingsError::DecidedEarly));
    let much = Dealings {
        granted: Some(101),
        ..Dealings::default()
    };
    assert_eq!(much.check(), Err(DealingsError::Percent { percent: 101 }));
    let nothing = Dealings {
        receipts: vec![Receipt {
            on: day("2026-03-01"),
            amount: Money::ZERO,
            way: PaymentWay::Cash,
            returned: None,
            discount: None,
        }],
        ..Dealings::default()
    };
    assert!(matches!(nothing.check(), Err(DealingsError::Amount { .. })));
}

#[test]
fn an_account_written_before_there_were_dealings_reads_as_one_without() {
    let before = r#"{"number":"AC-1","patient":"P-7","unapplied":"0.00"}"#;
    let account: crate::PatientAccount = serde_json::from_str(before).unwrap();
    assert!(account.dealings.is_none());
    assert_eq!(serde_json::to_string(&account).unwrap(), before);
}
