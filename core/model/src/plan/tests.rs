//! Payment plans: to the cent, missed, cured and defaulted.

use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

const TERMS: PlanTerms = PlanTerms { grace: 5, cure: 15 };

fn plan(cents: i64, count: u8) -> Result<PaymentPlan, PlanError> {
    PaymentPlan::monthly(
        "AC-1".parse().unwrap(),
        day("2026-01-15"),
        Money::from_cents(cents),
        day("2026-01-31"),
        count,
        TERMS,
    )
}

fn paid(on: &str, cents: i64) -> PlanPayment {
    PlanPayment {
        on: day(on),
        amount: Money::from_cents(cents),
    }
}

#[test]
fn a_hundred_dollars_in_three_instalments_is_a_hundred_dollars() {
    let plan = plan(10_000, 3).unwrap();
    let schedule: Vec<_> = plan
        .instalments
        .iter()
        .map(|one| (one.due.to_string(), one.amount.to_string()))
        .collect();
    let expected = [
        ("2026-01-31", "33.34"),
        ("2026-02-28", "33.33"),
        ("2026-03-31", "33.33"),
    ];
    assert_eq!(
        schedule,
        expected.map(|(due, amount)| (due.to_owned(), amount.to_owned()))
    );
}

#[test]
fn a_missed_instalment_can_be_cured_in_its_time() {
    let mut plan = plan(9_000, 3).unwrap();
    assert_eq!(plan.status(day("2026-02-05")), PlanStatus::Current);
    assert_eq!(
        plan.status(day("2026-02-06")),
        PlanStatus::Missed {
            instalment: 1,
            overdue: Money::from_cents(3_000),
            cure_by: day("2026-02-20")
        }
    );
    plan.pay(paid("2026-02-19", 2_999)).unwrap();
    assert!(matches!(
        plan.status(day("2026-02-20")),
        PlanStatus::Missed { overdue, .. } if overdue == Money::from_cents(1)
    ));
    plan.pay(paid("2026-02-20", 1)).unwrap();
    assert_eq!(plan.status(day("2026-02-21")), PlanStatus::Current);
}

#[test]
fn a_missed_instalment_not_cured_is_a_default_that_only_full_payment_ends() {
    let mut plan = plan(9_000, 3).unwrap();
    let default = PlanStatus::Defaulted {
        instalment: 1,
        on: day("2026-02-21"),
    };
    assert_eq!(plan.status(day("2026-02-21")), default);
    plan.pay(paid("2026-02-22", 3_000)).unwrap();
    assert_eq!(plan.status(day("2026-02-22")), default);
    plan.pay(paid("2026-03-01", 6_000)).unwrap();
    assert_eq!(plan.status(day("2026-02-28")), default);
    assert_eq!(plan.status(day("2026-03-01")), PlanStatus::PaidOff);
}

#[test]
fn all_that_is_overdue_counts_and_the_first_missed_says_until_when() {
    let slow = PlanTerms { grace: 0, cure: 90 };
    let record = PlanRecord {
        terms: slow,
        ..plan(9_000, 3).unwrap().into_record()
    };
    let plan = PaymentPlan::new(record).unwrap();
    assert_eq!(
        plan.status(day("2026-03-01")),
        PlanStatus::Missed {
            instalment: 1,
            overdue: Money::from_cents(6_000),
            cure_by: day("2026-05-01")
        }
    );
}

#[test]
fn a_payment_is_above_zero_in_order_and_no_more_than_is_left() {
    let mut plan = plan(9_000, 3).unwrap();
    plan.pay(paid("2026-02-01", 4_000)).unwrap();
    let before = plan.clone();
    for (payment, error) in [
        (
            paid("2026-02-02", 5_001),
            PlanError::Overpaid {
                excess: Money::from_cents(1),
            },
        ),
        (
            paid("2026-02-02", 0),
            PlanError::Amount {
                what: "payment",
                at: 2,
            },
        ),
        (
            paid("2026-01-31", 100),
            PlanError::Order {
                what: "payment",
                at: 2,
            },
        ),
    ] {
        assert_eq!(plan.pay(payment), Err(error));
        assert_eq!(plan, before);
    }
    plan.pay(paid("2026-02-01", 5_000)).unwrap();
}

#[test]
fn a_plan_that_does_not_work_out_is_refused() {
    assert_eq!(plan(9_000, 0), Err(PlanError::Count { count: 0 }));
    assert_eq!(plan(90_000, 121), Err(PlanError::Count { count: 121 }));
    for balance in [0, -100] {
        assert!(matches!(
            plan(balance, 2),
            Err(PlanError::Amount {
                what: "balance",
                ..
            })
        ));
    }
    // Two cents cannot be three instalments.
    assert_eq!(
        plan(2, 3),
        Err(PlanError::Amount {
            what: "instalment",
            at: 3
        })
    );
    let record = plan(9_000, 3).unwrap().into_record();
    let refused = |change: fn(&mut PlanRecord)| {
        let mut record = record.clone();
        change(&mut record);
        PaymentPlan::new(record).unwrap_err()
    };
    assert!(matches!(
        refused(|p| p.instalments[2].amount += Money::from_cents(1)),
        PlanError::Sum { .. }
    ));
    assert_eq!(
        refused(|p| p.instalments.swap(0, 1)),
        PlanError::Order {
            what: "instalment",
            at: 2
        }
    );
    assert_eq!(
        refused(|p| p.agreed = day("2026-02-01")),
        PlanError::Order {
            what: "instalment",
            at: 1
        }
    );
    assert_eq!(
        PaymentPlan::monthly(
            "AC-1".parse().unwrap(),
            NaiveDate::MAX,
            Money::from_cents(200),
            NaiveDate::MAX,
            2,
            TERMS
        ),
        Err(PlanError::BeyondCalendar)
    );
}

#[test]
fn a_plan_reads_back_as_written_and_not_with_another_balance() {
    let mut plan = plan(10_000, 3).unwrap();
    plan.pay(paid("2026-02-01", 4_000)).unwrap();
    let json = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<PaymentPlan>(&json).unwrap(), plan);
    let wrong = json.replace("\"100.00\"", "\"100.01\"");
    assert_ne!(wrong, json);
    assert!(serde_json::from_str::<PaymentPlan>(&wrong).is_err());
}

proptest! {
    #[test]
    fn any_balance_in_any_number_of_instalments_sums_to_the_cent(
        cents in 120..100_000_000i64, count in 1..=120u8
    ) {
        let plan = plan(cents, count).unwrap();
        let amounts: Vec<Money> = plan.instalments.iter().map(|one| one.amount).collect();
        prop_assert_eq!(amounts.iter().sum::<Money>(), Money::from_cents(cents));
        let spread = *amounts.first().unwrap() - *amounts.last().unwrap();
        prop_assert!(spread <= Money::from_cents(1));
    }

    #[test]
    fn who_pays_each_instalment_by_the_end_of_cure_never_defaults(
        cents in 1_000..1_000_000i64, count in 1..24u8, late in 0..=20u64
    ) {
        let mut plan = plan(cents, count).unwrap();
        for instalment in plan.instalments.clone() {
            let on = instalment.due.checked_add_days(Days::new(late)).unwrap();
            plan.pay(PlanPayment { on, amount: instalment.amount }).unwrap();
        }
        for today in day("2026-01-15").iter_days().take(900) {
            let status = plan.status(today);
            prop_assert!(!matches!(status, PlanStatus::Defaulted { .. }), "{today} {status:?}");
            let missed = matches!(status, PlanStatus::Missed { .. });
            prop_assert!(!missed || late > 5);
        }
        prop_assert_eq!(plan.status(day("2030-01-01")), PlanStatus::PaidOff);
    }

    #[test]
    fn a_default_stays_until_all_is_paid(
        payments in prop::collection::vec((0..400u64, 1..3_000i64), 0..12)
    ) {
        let mut plan = plan(9_000, 6).unwrap();
        let mut sorted = payments;
        sorted.sort_unstable();
        for (after, cents) in sorted {
            let on = day("2026-01-15").checked_add_days(Days::new(after)).unwrap();
            // Some are more than is left and are refused.
            let _ = plan.pay(PlanPayment { on, amount: Money::from_cents(cents) });
        }
        let mut default = None;
        for today in day("2026-01-15").iter_days().take(450) {
            let status = plan.status(today);
            if let Some(default) = default {
                prop_assert!(status == default || status == PlanStatus::PaidOff);
            }
            if matches!(status, PlanStatus::Defaulted { .. }) {
                default = Some(status);
            }
        }
    }
}
