//! Shares worked out by hand, bounds that always hold, and good-faith estimates
//! with their deadlines.

use scrubjay_model::{
    Benefit, BenefitKind, BenefitLevel, BenefitPeriod, CoverageOrder, EligibilityRecord,
    PatientCoverage, RecordKind, WorkKind,
};
use scrubjay_store::Store;

mod rebooked;

use super::reckon::shares;
use super::*;
use crate::steps::eligibility::tests::{Office, answer, booked, coverage, day};

fn cents(cents: i64) -> Money {
    Money::from_cents(cents)
}

fn benefit(kind: BenefitKind, of: &str, level: BenefitLevel, period: BenefitPeriod) -> Benefit {
    Benefit {
        service_types: vec![of.parse().unwrap()],
        level,
        period,
        network: BenefitNetwork::In,
        ..Benefit::of(kind)
    }
}

fn amount(benefit: Benefit, amount: i64) -> Benefit {
    Benefit {
        amount: Some(cents(amount)),
        ..benefit
    }
}

const PERSON: BenefitLevel = BenefitLevel::Individual;
const FAMILY: BenefitLevel = BenefitLevel::Family;
const LEFT: BenefitPeriod = BenefitPeriod::Remaining;

/// A plan: visits (98) by copayment, the rest after a deductible by 20 percent.
fn plan(deductible: [i64; 2], limit: [i64; 2]) -> Vec<Benefit> {
    let mut coinsurance = benefit(
        BenefitKind::CoInsurance,
        "30",
        PERSON,
        BenefitPeriod::Unstated,
    );
    coinsurance.share = Some(Decimal::new(2, 1));
    let mut free = benefit(BenefitKind::CoInsurance, "98", PERSON, BenefitPeriod::Visit);
    free.share = Some(Decimal::ZERO);
    let visit = benefit(BenefitKind::CoPayment, "98", PERSON, BenefitPeriod::Visit);
    let mut said = vec![
        benefit(BenefitKind::Active, "30", PERSON, BenefitPeriod::Unstated),
        amount(visit, 3_000),
        free,
        coinsurance,
    ];
    for (level, at) in [(PERSON, 0), (FAMILY, 1)] {
        let of_deductible = benefit(BenefitKind::Deductible, "30", level, LEFT);
        let of_limit = benefit(BenefitKind::OutOfPocket, "30", level, LEFT);
        said.push(amount(of_deductible, deductible[at]));
        said.push(amount(of_limit, limit[at]));
    }
    said
}

fn answered(benefits: Vec<Benefit>) -> EligibilityRecord {
    EligibilityRecord {
        patient: "P-7".parse().unwrap(),
        payer: "SUMMIT".parse().unwrap(),
        member: None,
        person: None,
        asked: day("2026-03-02"),
        service: day("2026-03-20"),
        plan_from: None,
        plan_to: None,
        benefits,
        other_payers: Vec::new(),
        rejections: Vec::new(),
        carried: Vec::new(),
    }
}

fn service(charge: i64, allowed: Option<i64>, of: &str) -> EstimateService {
    EstimateService {
        words: "A service in words".to_owned(),
        procedure: "G0151".parse().unwrap(),
        units: 1.into(),
        charge: cents(charge),
        allowed: allowed.map(cents),
        service_type: Some(of.parse().unwrap()),
    }
}

fn reckoned(answer: &EligibilityRecord, services: &[EstimateService]) -> reckon::Reckoned {
    let told = reckon::Told {
        answer,
        asked_types: &[],
        day: day("2026-03-20"),
        network: BenefitNetwork::In,
    };
    shares(told, services)
}

/// Share of each line in cents.
fn owed(answer: &EligibilityRecord, services: &[EstimateService]) -> Vec<i64> {
    let lines = reckoned(answer, services).lines;
    lines
        .iter()
        .map(|line| line.share.cents().unwrap())
        .collect()
}

#[test]
fn shares_are_those_worked_out_by_hand() {
    let plan_of = |deductible, limit| answered(plan(deductible, limit));
    let services = [
        service(20_000, Some(12_000), "98"),
        service(50_000, Some(40_017), "4"),
        service(9_000, Some(7_501), "5"),
    ];
    for (deductible, limit, by_hand) in [
        // Copayment 30.00; deductible 100.00 and a fifth of 300.17; a fifth of 75.01.
        ([10_000, 90_000], [900_000, 900_000], [3_000, 16_003, 1_500]),
        // The family has less left than the person.
        ([10_000, 2_000], [900_000, 900_000], [3_000, 9_603, 1_500]),
        // Met: a fifth of each.
        ([0, 0], [900_000, 900_000], [3_000, 8_003, 1_500]),
        // 500.00 left of the deductible: 400.17, then 75.01.
        ([50_000, 50_000], [900_000, 900_000], [3_000, 40_017, 7_501]),
        // 150.00 left of the limit: 30.00, 120.00, nothing.
        ([10_000, 10_000], [15_000, 90_000], [3_000, 12_000, 0]),
        // Nothing left.
        ([10_000, 10_000], [0, 0], [0, 0, 0]),
    ] {
        let answer = plan_of(deductible, limit);
        assert_eq!(
            owed(&answer, &services),
            by_hand,
            "{deductible:?} {limit:?}"
        );
    }
}

#[test]
fn a_visit_has_one_copayment_however_many_services() {
    let answer = answered(plan([0, 0], [900_000, 900_000]));
    let services = [1_000, 1_500, 9_000].map(|allowed| service(allowed, Some(allowed), "98"));
    assert_eq!(owed(&answer, &services), [1_000, 1_500, 500]);
}

#[test]
fn what_the_plan_does_not_cover_is_the_patients_at_the_full_charge() {
    let mut said = plan([0, 0], [100, 100]);
    said.push(benefit(
        BenefitKind::NonCovered,
        "33",
        PERSON,
        BenefitPeriod::Unstated,
    ));
    let lines = reckoned(&answered(said), &[service(8_000, Some(5_000), "33")]).lines;
    assert_eq!(
        (lines[0].expected, lines[0].share),
        (cents(8_000), cents(8_000))
    );
}

#[test]
fn a_service_of_no_named_type_is_of_the_first_that_the_answer_tells_of() {
    let untyped = || EstimateService {
        service_type: None,
        ..service(20_000, Some(12_000), "30")
    };
    let mut said = plan([10_000, 90_000], [900_000, 900_000]);
    let told = |said: &[Benefit], asked: &[&str]| {
        let asked: Vec<ServiceType> = asked.iter().map(|of| of.parse().unwrap()).collect();
        let answer = answered(said.to_vec());
        let told = reckon::Told {
            answer: &answer,
            asked_types: &asked,
            day: day("2026-03-20"),
            network: BenefitNetwork::In,
        };
        let reckoned = shares(told, &[untyped()]);
        (reckoned.lines[0].share, reckoned.remarks.join("; "))
    };
    let (share, remarks) = told(&said, &[]);
    assert_eq!(share, cents(3_000));
    assert!(remarks.contains("type 98 is taken"), "{remarks}");

    // What the payer was asked about goes before.
    let visit = benefit(BenefitKind::CoPayment, "UC", PERSON, BenefitPeriod::Visit);
    said.push(amount(visit, 7_500));
    let (share, remarks) = told(&said, &["30", "UC"]);
    assert!(remarks.contains("type UC is taken"), "{remarks}");
    assert!(share > cents(7_500), "the plan's coinsurance follows");

    // Without either the plan as a whole: 100.00 of the deductible, a fifth of 20.00.
    said.retain(|one| one.service_types.contains(&reckon::whole_plan()));
    let (share, remarks) = told(&said, &[]);
    assert_eq!(share, cents(10_400));
    assert!(remarks.contains("type 30 is taken"), "{remarks}");
}

#[test]
fn nobody_is_expected_to_pay_more_than_the_charge() {
    let answer = answered(plan([0, 0], [900_000, 900_000]));
    let lines = reckoned(&answer, &[service(5_000, Some(9_000), "4")]).lines;
    assert_eq!(
        (lines[0].expected, lines[0].share),
        (cents(5_000), cents(1_000))
    );
}

#[test]
fn what_an_answer_leaves_open_is_said() {
    let mut said = plan([0, 0], [0, 0]);
    said.retain(|one| matches!(one.kind, BenefitKind::Active));
    let year = benefit(BenefitKind::Deductible, "30", PERSON, BenefitPeriod::Year);
    said.push(amount(year.clone(), 20_000));
    said.push(amount(year, 30_000));
    let reckoned = reckoned(&answered(said), &[service(50_000, None, "4")]);
    assert_eq!(reckoned.lines[0].share, cents(30_000));
    let remarks = reckoned.remarks.join("\n");
    for part in [
        "shares are reckoned on charges",
        "several amounts of one kind",
        "all of 300.00 is taken to be",
        "names no coinsurance",
    ] {
        assert!(remarks.contains(part), "{part} in {remarks}");
    }
}

#[test]
fn no_share_passes_its_charge_the_limit_or_what_more_left_would_give() {
    let amounts = [0, 1, 3_333, 10_000, 75_050];
    let types = ["98", "4", "5"];
    for deductible in amounts {
        for limit in amounts {
            let answer = answered(plan([deductible, 900_000], [limit, 900_000]));
            let services: Vec<EstimateService> = amounts
                .iter()
                .enumerate()
                .map(|(at, allowed)| service(allowed + 500, Some(*allowed), types[at % 3]))
                .collect();
            let reckoned = reckoned(&answer, &services);
            let total: Money = reckoned.lines.iter().map(|line| line.share).sum();
            assert!(total <= cents(limit), "{deductible} {limit}");
            let mut of_deductible = Money::ZERO;
            for line in &reckoned.lines {
                assert!(!line.share.is_negative() && line.share <= line.expected);
                let steps: Money = line.steps.iter().map(|step| step.share).sum();
                assert_eq!(steps, line.share);
                of_deductible += line
                    .steps
                    .iter()
                    .filter(|step| step.kind == EstimateStepKind::Deductible)
                    .map(|step| step.share)
                    .sum::<Money>();
            }
            assert!(of_deductible <= cents(deductible));
            let more = answered(plan([deductible, 900_000], [limit + 5_000, 900_000]));
            let with_more: i64 = owed(&more, &services).iter().sum();
            assert!(total <= cents(with_more));
        }
    }
}

fn summit() -> PatientCoverage {
    coverage("SUMMIT", "Summit Health", CoverageOrder::Primary)
}

fn request(services: Vec<EstimateService>) -> EstimateRequest {
    EstimateRequest::of("P-7".parse().unwrap(), "V-1".parse().ok(), services)
}

fn made(office: &mut Office, on: &str, request: &EstimateRequest) -> Result<Estimate, String> {
    office.on(on, |desk, _| {
        make(desk, request).map_err(|error| error.to_string())
    })
}

#[test]
fn the_insured_are_told_their_share_once_the_payer_has_answered() {
    let mut office = Office::new();
    booked(&mut office, vec![summit()], "2026-03-20");
    let wanted = request(vec![service(20_000, Some(12_000), "98")]);
    let error = made(&mut office, "2026-03-02", &wanted).unwrap_err();
    assert!(error.contains("has not answered"), "{error}");
    let asked = office.day("2026-03-02");
    let told = answer(&asked[0], |record| {
        record.benefits = plan([0, 0], [900_000, 900_000]);
    });
    office.answered("2026-03-02", &[told]);
    let estimate = made(&mut office, "2026-03-03", &wanted).unwrap();
    assert_eq!(estimate.kind, EstimateKind::Share);
    assert_eq!(
        (estimate.expected(), estimate.share()),
        (cents(12_000), cents(3_000))
    );

    let given = office.on("2026-03-04", |desk, _| give(desk, &estimate.id).unwrap());
    for part in [
        "PATIENT SAMPLE",
        "$30.00",
        "copayment, of which $30.00 is still to pay",
        "what your health plan told us on March 2, 2026",
    ] {
        assert!(given.text.contains(part), "{part} in {}", given.text);
    }
    assert_eq!(given.estimate.given, Some(day("2026-03-04")));
    let again = office.on("2026-03-05", |desk, _| {
        give(desk, &estimate.id).map(drop).unwrap_err().to_string()
    });
    assert!(again.contains("given to the patient before"), "{again}");
}

#[test]
fn a_good_faith_estimate_is_somebodys_work_from_the_booking_until_it_is_given() {
    let mut office = Office::new();
    // Booked on a Monday for a day that is fourteen business days off.
    booked(&mut office, Vec::new(), "2026-03-20");
    office.day("2026-03-02");
    let open = office.work(WorkKind::Eligibility);
    assert_eq!(open.len(), 1);
    assert!(
        open[0]
            .reason
            .starts_with("a good-faith estimate must be given by 2026-03-05")
    );
    assert_eq!(open[0].due, day("2026-03-05"));

    let mut wanted = request(vec![service(20_000, None, "98"), service(1_250, None, "5")]);
    wanted.services[0].words = "Therapy <at home> & advice".to_owned();
    let estimate = made(&mut office, "2026-03-03", &wanted).unwrap();
    assert_eq!(estimate.kind, EstimateKind::GoodFaith);
    assert_eq!(estimate.share(), cents(21_250));
    let key = RecordKind::Estimate.with(estimate.id.clone());
    let due = office
        .store
        .read()
        .unwrap()
        .record_row(&key)
        .unwrap()
        .unwrap()
        .due;
    assert_eq!(due, Some(day("2026-03-05")));

    let given = office.on("2026-03-03", |desk, _| give(desk, &estimate.id).unwrap());
    assert!(office.work(WorkKind::Eligibility).is_empty());
    office.day("2026-03-06");
    assert!(office.work(WorkKind::Eligibility).is_empty());
    for part in [
        "April 1, 1950",
        "March 20, 2026",
        "NPI 1234567893, tax number 741234567",
        "G0151",
        "$212.50",
        "$400.00 or more",
        "no contract",
        "further services",
    ] {
        assert!(given.text.contains(part), "{part} in {}", given.text);
    }
    assert!(given.text.lines().all(|line| line.chars().count() <= 100));
    assert!(given.html.contains("Therapy &lt;at home&gt; &amp; advice"));
    assert!(!given.html.contains("<at home>"));
    let shown = office.on("2026-03-09", |desk, _| {
        rendered(desk.tx.as_ref(), desk.config, given.estimate.clone()).unwrap()
    });
    assert_eq!(shown, given);
}

#[test]
fn what_a_visit_is_booked_for_is_priced_by_the_charge_master_for_whoever_pays() {
    let mut office = Office::new();
    let prices = b"code,payer,price\nG0439,,175.00\nG0439,self,120.00\nJ0696,,20.125\n";
    let refused = crate::ChargeMaster::parse(prices);
    assert!(refused.is_err(), "a price is to the cent");
    let prices = b"code,payer,price\nG0439,,175.00\nG0439,self,120.00\nJ0696,,20.13\n";
    office.config.prices = crate::ChargeMaster::parse(prices).unwrap();
    let book = |office: &mut Office, codes: &[(&str, i64)], covered: bool| {
        let codes = codes.to_vec();
        office.on("2026-03-02", |desk, _| {
            let coverages = covered.then(summit).into_iter().collect();
            desk.keep(crate::steps::eligibility::tests::patient(coverages), None)
                .unwrap();
            let mut booked = crate::steps::eligibility::tests::visit("2026-03-20").into_record();
            booked.planned = codes
                .iter()
                .map(|(code, units)| scrubjay_model::PlannedService {
                    procedure: code.parse().unwrap(),
                    modifiers: Vec::new(),
                    units: (*units).into(),
                    place: None,
                })
                .collect();
            desk.keep(Encounter::new(booked).unwrap(), None).unwrap();
            let visit = "V-1".parse().unwrap();
            planned(desk.tx.as_ref(), desk.config, &visit)
                .map(|services| services.iter().map(|one| one.charge).collect::<Vec<_>>())
                .map_err(|error| error.to_string())
        })
    };
    let codes = [("G0439", 1), ("J0696", 4)];
    let of_payer = book(&mut office, &codes, true).unwrap();
    assert_eq!(of_payer, [cents(17_500), cents(8_052)]);
    let alone = book(&mut office, &codes, false).unwrap();
    assert_eq!(alone, [cents(12_000), cents(8_052)]);
    let error = book(&mut office, &[("G0151", 1)], true).unwrap_err();
    assert!(error.contains("no price of G0151 on 2026-03-20"), "{error}");
    let error = book(&mut office, &[], true).unwrap_err();
    assert!(error.contains("nothing is planned"), "{error}");
}

#[test]
fn an_estimate_is_due_by_law_or_not_at_all() {
    for (scheduled, due) in [
        // Two business days off: none that nobody asks for.
        ("2026-03-04", None),
        ("2026-03-05", Some("2026-03-03")),
        ("2026-03-13", Some("2026-03-03")),
        // Ten business days off.
        ("2026-03-16", Some("2026-03-05")),
    ] {
        let mut office = Office::new();
        booked(&mut office, Vec::new(), scheduled);
        office.day("2026-03-02");
        let open = office.work(WorkKind::Eligibility);
        assert_eq!(
            open.first().map(|item| item.due),
            due.map(day),
            "{scheduled}"
        );
        // Asked for, it is due in three business days, unless it is due before.
        let asked = office.on("2026-03-02", |desk, _| {
            let (patient, visit) = ("P-7".parse().unwrap(), "V-1".parse().unwrap());
            super::request(desk, &patient, Some(&visit)).unwrap()
        });
        assert_eq!(asked.due, day("2026-03-05"));
        let open = office.work(WorkKind::Eligibility);
        assert_eq!(open.len(), 1, "{open:?}");
    }
}
