//! Deadlines against dates worked out by hand, and against properties.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn from(basis: NaiveDate, length: Length, roll: Roll) -> Deadline {
    Deadline {
        kind: DeadlineKind::TimelyFiling,
        basis,
        basis_of: DeadlineBasis::ServiceFrom,
        length,
        roll,
        proof: None,
    }
}

fn received(on: &str) -> Proof {
    Proof {
        what: ProofKind::ClaimAcknowledgment,
        on: day(on),
        reference: "A2 20260301-7".into(),
    }
}

#[test]
fn each_length_ends_on_the_day_that_the_trade_counts() {
    let calendar = BusinessCalendar::default();
    for (basis, length, roll, due) in [
        // Medicare: a year from 29 February is 28 February.
        ("2024-02-29", Length::Years(1), Roll::None, "2025-02-28"),
        ("2024-02-29", Length::Years(4), Roll::None, "2028-02-29"),
        ("2023-03-31", Length::Years(1), Roll::None, "2024-03-31"),
        // Texas Medicaid: 95 days, a weekend rolls on. 6 June 2026 is a Saturday.
        (
            "2026-03-03",
            Length::CalendarDays(95),
            Roll::None,
            "2026-06-06",
        ),
        (
            "2026-03-03",
            Length::CalendarDays(95),
            Roll::NextBusinessDay,
            "2026-06-08",
        ),
        // Over a holiday weekend: Saturday 5 September, Labor Day the 7th.
        (
            "2026-09-02",
            Length::CalendarDays(3),
            Roll::NextBusinessDay,
            "2026-09-08",
        ),
        (
            "2026-09-02",
            Length::BusinessDays(3),
            Roll::None,
            "2026-09-08",
        ),
        ("2026-01-31", Length::Months(1), Roll::None, "2026-02-28"),
        ("2026-08-31", Length::Months(6), Roll::None, "2027-02-28"),
        ("2026-01-10", Length::MonthEnds(6), Roll::None, "2026-07-31"),
        ("2026-12-10", Length::MonthEnds(0), Roll::None, "2026-12-31"),
        // The federal employee programme: the last day of the year after.
        ("2026-01-02", Length::YearEnds(1), Roll::None, "2027-12-31"),
        ("2026-05-01", Length::Hours(72), Roll::None, "2026-05-04"),
        ("2026-05-01", Length::Hours(71), Roll::None, "2026-05-03"),
    ] {
        let deadline = from(day(basis), length, roll);
        assert_eq!(deadline.due(&calendar), day(due), "{basis} {length:?}");
    }
}

#[test]
fn the_last_day_counts_and_the_day_after_is_a_breach() {
    let calendar = BusinessCalendar::default();
    let deadline = from(day("2026-03-02"), Length::CalendarDays(90), Roll::None);
    assert!(!deadline.is_breached(day("2026-05-31"), &calendar));
    assert_eq!(deadline.days_left(day("2026-05-31"), &calendar), 0);
    assert!(deadline.is_breached(day("2026-06-01"), &calendar));
    assert_eq!(deadline.days_left(day("2026-06-02"), &calendar), -2);
}

#[test]
fn proof_in_time_keeps_a_deadline_for_good_and_late_proof_breaks_it_at_once() {
    let calendar = BusinessCalendar::default();
    let mut kept = from(day("2026-03-02"), Length::CalendarDays(90), Roll::None);
    kept.prove(received("2026-05-31")).unwrap();
    assert!(!kept.is_breached(day("2030-01-01"), &calendar));
    assert_eq!(
        kept.stage(day("2030-01-01"), &calendar),
        DeadlineStage::Kept
    );

    let mut late = from(day("2026-03-02"), Length::CalendarDays(90), Roll::None);
    late.prove(received("2026-06-01")).unwrap();
    assert!(late.is_breached(day("2026-06-01"), &calendar));
    assert!(!late.is_kept(&calendar));
}

#[test]
fn proof_from_before_the_service_or_from_nowhere_is_refused() {
    let mut deadline = from(day("2026-03-02"), Length::CalendarDays(90), Roll::None);
    assert_eq!(
        deadline.prove(received("2026-02-27")),
        Err(DeadlineError::ProofBeforeBasis {
            kind: "timely_filing",
            days: 3
        })
    );
    let nowhere = Proof {
        reference: " ".into(),
        ..received("2026-03-05")
    };
    assert!(matches!(
        deadline.prove(nowhere),
        Err(DeadlineError::ProofWithoutReference { .. })
    ));
    assert_eq!(deadline.proof, None);
}

#[test]
fn warnings_come_at_a_half_three_quarters_and_nine_tenths() {
    let calendar = BusinessCalendar::default();
    let deadline = from(day("2026-01-01"), Length::CalendarDays(100), Roll::None);
    for (after, percent, stage) in [
        (-5, 0, DeadlineStage::Early),
        (0, 0, DeadlineStage::Early),
        (49, 49, DeadlineStage::Early),
        (50, 50, DeadlineStage::Half),
        (75, 75, DeadlineStage::ThreeQuarters),
        (90, 90, DeadlineStage::Last),
        (100, 100, DeadlineStage::Last),
        (101, 100, DeadlineStage::Breached),
    ] {
        let today = day("2026-01-01") + TimeDelta::days(after);
        assert_eq!(deadline.percent_used(today, &calendar), percent, "{after}");
        assert_eq!(deadline.stage(today, &calendar), stage, "{after}");
    }
}

fn any_length() -> impl Strategy<Value = Length> {
    prop_oneof![
        any::<u16>().prop_map(Length::CalendarDays),
        any::<u16>().prop_map(Length::BusinessDays),
        any::<u16>().prop_map(Length::Months),
        any::<u16>().prop_map(Length::Years),
        any::<u16>().prop_map(Length::MonthEnds),
        any::<u16>().prop_map(Length::YearEnds),
        any::<u16>().prop_map(Length::Hours),
    ]
}

fn any_roll() -> impl Strategy<Value = Roll> {
    prop_oneof![Just(Roll::None), Just(Roll::NextBusinessDay)]
}

/// Any day of the calendar, its two ends often.
fn any_day() -> impl Strategy<Value = NaiveDate> {
    let usual = day("1900-01-01").num_days_from_ce()..day("2200-01-01").num_days_from_ce();
    let all = NaiveDate::MIN.num_days_from_ce()..=NaiveDate::MAX.num_days_from_ce();
    prop_oneof![
        3 => usual.prop_map(|days| NaiveDate::from_num_days_from_ce_opt(days).unwrap()),
        1 => all.prop_map(|days| NaiveDate::from_num_days_from_ce_opt(days).unwrap()),
        1 => prop_oneof![Just(NaiveDate::MIN), Just(NaiveDate::MAX)],
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_deadline_is_never_before_its_basis_nor_breached_before_its_last_day(
        basis in any_day(), today in any_day(), length in any_length(), roll in any_roll()
    ) {
        let calendar = BusinessCalendar::default();
        let deadline = from(basis, length, roll);
        let due = deadline.due(&calendar);
        prop_assert!(due >= basis);
        prop_assert_eq!(deadline.is_breached(today, &calendar), today > due);
        prop_assert_eq!(deadline.days_left(today, &calendar) < 0, today > due);
        prop_assert!(deadline.percent_used(today, &calendar) <= 100);
        if roll == Roll::NextBusinessDay && due != NaiveDate::MAX {
            prop_assert!(calendar.is_business_day(due));
        }
    }

    #[test]
    fn a_longer_deadline_is_never_due_sooner(
        basis in any_day(), days in 0..2_000u16, more in 0..2_000u16, roll in any_roll()
    ) {
        let calendar = BusinessCalendar::default();
        for length in [Length::CalendarDays, Length::BusinessDays, Length::Months, Length::Hours] {
            let short = from(basis, length(days), roll).due(&calendar);
            let long = from(basis, length(days + more), roll).due(&calendar);
            prop_assert!(short <= long);
        }
    }

    /// The slow, obvious way: look at every day between.
    #[test]
    fn business_days_are_as_many_as_lie_between(
        basis in day("1995-01-01").num_days_from_ce()..day("2060-01-01").num_days_from_ce(),
        count in 1..400u16
    ) {
        let basis = NaiveDate::from_num_days_from_ce_opt(basis).unwrap();
        let calendar = BusinessCalendar::default();
        let due = from(basis, Length::BusinessDays(count), Roll::None).due(&calendar);
        prop_assert!(calendar.is_business_day(due));
        let between = basis
            .iter_days()
            .skip(1)
            .take_while(|date| *date <= due)
            .filter(|date| calendar.is_business_day(*date))
            .count();
        prop_assert_eq!(between, usize::from(count));
    }

    #[test]
    fn a_deadline_reads_back_as_it_was_written(
        basis in any_day(), length in any_length(), roll in any_roll(), level in any::<u8>()
    ) {
        for kind in [DeadlineKind::Appeal { level }, DeadlineKind::Overpayment60Day] {
            let mut deadline = from(basis, length, roll);
            deadline.kind = kind;
            deadline.proof = Some(received("2026-03-05"));
            let json = serde_json::to_string(&deadline).unwrap();
            prop_assert_eq!(serde_json::from_str::<Deadline>(&json).unwrap(), deadline);
        }
    }
}

#[test]
fn until_the_next_stage_a_deadline_is_at_the_one_that_it_is_at() {
    let calendar = BusinessCalendar::default();
    for length in [
        Length::CalendarDays(0),
        Length::CalendarDays(1),
        Length::CalendarDays(100),
        Length::BusinessDays(3),
        Length::Years(1),
    ] {
        let one = from(day("2026-03-03"), length, Roll::None);
        let mut today = one.basis - Days::new(20);
        let mut stages = 0;
        while let Some(next) = one.next_stage(today, &calendar) {
            assert!(next > today, "{length:?}");
            let stage = one.stage(today, &calendar);
            for day in today.iter_days().take_while(|day| *day < next) {
                assert_eq!(one.stage(day, &calendar), stage, "{length:?} on {day}");
            }
            assert!(one.stage(next, &calendar) > stage, "{length:?} on {next}");
            today = next;
            stages += 1;
        }
        assert!(stages >= 1, "{length:?}");
        assert_eq!(one.stage(today, &calendar), DeadlineStage::Breached);
    }
}
