//! Statements that add up, and those that must not go out.

use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A line with what is left of its charge as owed.
fn line(words: &str, cents: [i64; 5]) -> StatementLine {
    let [charge, insurance_paid, discount, patient_paid, pending] = cents.map(Money::from_cents);
    let mut amounts = StatementAmounts {
        charge,
        insurance_paid,
        discount,
        patient_paid,
        pending,
        owed: Money::ZERO,
    };
    amounts.owed = amounts.left();
    StatementLine {
        claim: "K-1".parse().unwrap(),
        service: day("2026-03-02"),
        words: words.into(),
        amounts,
    }
}

fn of(lines: Vec<StatementLine>) -> Result<Statement, StatementError> {
    Statement::of(
        "S-1".parse().unwrap(),
        "AC-1".parse().unwrap(),
        day("2026-04-01"),
        day("2026-05-01"),
        lines,
    )
}

fn two_lines() -> Vec<StatementLine> {
    vec![
        line("Office visit", [15_000, 8_000, 4_000, 2_500, 0]),
        line(
            "Injection of dexamethasone (J1100)",
            [4_250, 0, 0, 0, 4_250],
        ),
    ]
}

#[test]
fn a_statement_asks_for_what_payers_and_patient_left() {
    let statement = of(two_lines()).unwrap();
    assert_eq!(statement.totals.owed, Money::from_cents(500));
    assert_eq!(statement.totals.charge, Money::from_cents(19_250));
    assert_eq!(statement.totals.pending, Money::from_cents(4_250));
}

#[test]
fn a_line_that_does_not_add_up_is_refused_with_its_number() {
    let mut lines = two_lines();
    lines[1].amounts.owed = Money::from_cents(1);
    assert_eq!(
        of(lines),
        Err(StatementError::Line {
            line: 2,
            said: Money::from_cents(1),
            left: Money::ZERO
        })
    );
}

#[test]
fn a_statement_says_in_words_what_was_done() {
    for (words, told) in [
        ("", false),
        ("   ", false),
        ("J1100", false),
        ("J1100 A4550", false),
        ("1 / 2", false),
        ("Injection J1100", true),
        ("Visita médica", true),
    ] {
        let answer = of(vec![line(words, [100, 0, 0, 0, 0])]);
        let refused = answer == Err(StatementError::NoWords { line: 1 });
        assert_eq!(!refused, told, "{words}");
    }
}

#[test]
fn a_statement_without_lines_out_of_time_or_for_a_credit_does_not_go_out() {
    assert_eq!(of(Vec::new()), Err(StatementError::NoLines));
    assert_eq!(
        of(vec![line("Office visit", [100, 0, 0, 150, 0])]),
        Err(StatementError::Credit(Money::from_cents(-50)))
    );
    let mut later = two_lines();
    later[1].service = day("2026-04-02");
    assert_eq!(of(later), Err(StatementError::ServiceLater { line: 2 }));
    let early = StatementRecord {
        due: day("2026-03-31"),
        ..of(two_lines()).unwrap().into_record()
    };
    assert_eq!(Statement::new(early), Err(StatementError::DueEarly));
}

#[test]
fn a_statement_reads_back_as_written_and_not_with_another_total() {
    let statement = of(two_lines()).unwrap();
    let json = serde_json::to_string(&statement).unwrap();
    assert_eq!(serde_json::from_str::<Statement>(&json).unwrap(), statement);
    let wrong = json.replace("\"192.50\"", "\"192.51\"");
    assert_ne!(wrong, json);
    assert!(serde_json::from_str::<Statement>(&wrong).is_err());
}

proptest! {
    #[test]
    fn one_cent_off_in_any_field_of_any_line_or_total_is_noticed(
        lines in prop::collection::vec([50_000..90_000i64, 0..10_000, 0..10_000, 0..10_000, 0..10_000], 1..6),
        at in any::<prop::sample::Index>(),
        field in 0..6usize,
        off in prop_oneof![Just(-1i64), Just(1)],
        in_total in any::<bool>(),
    ) {
        let good = of(lines.iter().map(|cents| line("Office visit", *cents)).collect()).unwrap();
        prop_assert_eq!(good.totals.owed, good.totals.left());
        let mut bad = good.into_record();
        let at = at.index(bad.lines.len());
        let amounts = if in_total { &mut bad.totals } else { &mut bad.lines[at].amounts };
        let fields = [
            &mut amounts.charge,
            &mut amounts.insurance_paid,
            &mut amounts.discount,
            &mut amounts.patient_paid,
            &mut amounts.pending,
            &mut amounts.owed,
        ];
        for (number, amount) in fields.into_iter().enumerate() {
            if number == field {
                *amount += Money::from_cents(off);
            }
        }
        let error = Statement::new(bad).unwrap_err();
        let noticed = match error {
            StatementError::Total { .. } => in_total,
            StatementError::Line { line, .. } => !in_total && line == at + 1,
            _ => false,
        };
        prop_assert!(noticed, "{:?}", error);
    }
}
