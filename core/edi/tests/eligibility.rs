//! Questions about cover and their answers, both ways.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;
use scrubjay_edi::{
    EligibilityRequest, EligibilityResponse, Matched, WriteError, match_inquiry,
    read_eligibility_requests, read_eligibility_responses, write_eligibility_requests,
    write_eligibility_responses,
};
use scrubjay_model::{
    AskStage, Benefit, BenefitKind, BenefitLevel, BenefitNetwork, BenefitPeriod, CoverageAnswer,
    CoverageOrder, EligibilityAnswer, EligibilityRecord, InquiryRecord, Name, OtherPayer,
    OtherPayerKind, PayerId, ServiceType,
};
use support::asked::{
    damaged_sets, days, dependent, exchange, money, payer, provider, rejections, sorted, span,
    subscriber, trace, valid_sets, word,
};
use support::made::day;
use support::{Counting, corpus, sets_of};

fn service_type() -> BoxedStrategy<ServiceType> {
    select(vec!["1", "33", "47", "98", "AL", "UC", "MH"])
        .prop_map(|code| code.parse().unwrap())
        .boxed()
}

prop_compose! {
    fn request()(
        number in "[A-Z0-9][A-Z0-9-]{0,49}",
        provider in provider(),
        subscriber in subscriber(),
        dependent in option::of(dependent()),
        service in days(),
        service_types in prop::collection::vec(service_type(), 0..4),
    ) -> EligibilityRequest {
        EligibilityRequest {
            trace: Some(trace(&number)),
            batch: None,
            payer: payer(),
            provider,
            subscriber,
            dependent,
            service: Some(service),
            service_types,
            carried: Vec::new(),
        }
    }
}

prop_compose! {
    fn benefit()(
        kind in select(vec![
            BenefitKind::Active, BenefitKind::Inactive, BenefitKind::CoInsurance,
            BenefitKind::CoPayment, BenefitKind::Deductible, BenefitKind::Limitation,
            BenefitKind::OutOfPocket, BenefitKind::NonCovered, BenefitKind::Other,
        ]),
        service_types in prop::collection::vec(service_type(), 0..4),
        level in select(vec![
            BenefitLevel::Individual, BenefitLevel::Family, BenefitLevel::Unstated,
        ]),
        period in select(vec![
            BenefitPeriod::Year, BenefitPeriod::Remaining, BenefitPeriod::Visit,
            BenefitPeriod::Day, BenefitPeriod::Lifetime, BenefitPeriod::Unstated,
        ]),
        network in select(vec![BenefitNetwork::In, BenefitNetwork::Out, BenefitNetwork::Any]),
        insurance_type in option::of(select(vec!["HM", "MA", "MB"])),
        plan in option::of(word(40)),
        (from, to) in span(),
        amount in option::of(money()),
        share in option::of(0..=1000_i64),
        authorization in option::of(any::<bool>()),
    ) -> Benefit {
        Benefit {
            kind, service_types, level, period, network,
            insurance_type: insurance_type.map(str::to_owned),
            plan, from, to, amount,
            share: share.map(|share| Decimal::new(share, 3).normalize()),
            authorization,
        }
    }
}

prop_compose! {
    fn other_payer()(
        name in word(30),
        id in option::of("[A-Z0-9]{2,10}"),
        (kind, order) in select(vec![
            (OtherPayerKind::Payer, None),
            (OtherPayerKind::Payer, Some(CoverageOrder::Primary)),
            (OtherPayerKind::Payer, Some(CoverageOrder::Secondary)),
            (OtherPayerKind::Payer, Some(CoverageOrder::Tertiary)),
            (OtherPayerKind::ManagedCare, None),
            (OtherPayerKind::Prior, None),
        ]),
        insurance_type in option::of(select(vec!["HN", "12", "QM"])),
        plan in option::of("[HRS][0-9]{4}"),
        member in option::of("[A-Z0-9]{3,12}"),
        (from, to) in span(),
    ) -> OtherPayer {
        OtherPayer {
            name: Name::organization(name),
            payer: id.map(|id| id.parse().unwrap()),
            order,
            kind,
            insurance_type: insurance_type.map(str::to_owned),
            plan,
            member: member.map(|member| member.parse().unwrap()),
            from,
            to,
        }
    }
}

fn inquiry(request: &EligibilityRequest) -> InquiryRecord {
    InquiryRecord {
        id: request.trace.as_ref().unwrap().number.clone(),
        patient: "P-7".parse().unwrap(),
        payer: request.payer.id.clone().unwrap(),
        encounter: None,
        member: request.subscriber.member.clone(),
        asked: day("2026-02-26"),
        stage: AskStage::Asked,
        occasion: None,
        reason: None,
        service: request.service.unwrap(),
        service_types: request.service_types.clone(),
        answered: None,
        answer: None,
    }
}

const OWN: &[&str] = &["2000A", "2100A", "2100B", "2100C", "2110C"];
const DEPENDENT: &[&str] = &["2000A", "2100A", "2100B", "2100C", "2100D", "2110D"];

prop_compose! {
    /// A question with an answer, in which the payer may spell the patient
    /// otherwise.
    fn answered()(request in request())(
        own in rejections(OWN),
        dependents in rejections(DEPENDENT),
        corrected in option::of(subscriber()),
        plan in span(),
        benefits in prop::collection::vec(benefit(), 1..5),
        other_payers in prop::collection::vec(other_payer(), 0..4),
        request in Just(request),
    ) -> (EligibilityRequest, EligibilityRecord) {
        let asked = inquiry(&request);
        let person = match (&request.dependent, corrected) {
            (None, None) => request.subscriber.clone(),
            (Some(dependent), None) => dependent.person.clone(),
            (None, Some(person)) => person,
            (Some(_), Some(person)) => scrubjay_model::Person { member: None, ..person },
        };
        let member = match &request.dependent {
            None => person.member.clone(),
            Some(_) => request.subscriber.member.clone(),
        };
        let record = EligibilityRecord {
            patient: asked.patient,
            payer: asked.payer,
            member,
            person: Some(person),
            asked: asked.asked,
            service: asked.service,
            plan_from: plan.0,
            plan_to: plan.1,
            benefits,
            other_payers,
            rejections: if request.dependent.is_some() { dependents } else { own },
            carried: Vec::new(),
        };
        (request, record)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_question_reads_back_as_it_was_written_and_is_valid(
        requests in prop::collection::vec(request(), 1..4)
    ) {
        let file = write_eligibility_requests(&exchange(&requests), &mut Counting(0)).unwrap();
        let sets = valid_sets(&file);
        for (set, request) in sets.iter().zip(requests) {
            prop_assert_eq!(read_eligibility_requests(set).unwrap(), [request]);
        }
    }

    #[test]
    fn an_answer_reads_back_as_the_same_record_and_finds_its_question(
        (request, record) in answered()
    ) {
        prop_assert!(EligibilityAnswer::new(record.clone()).is_ok());
        let response = EligibilityResponse::to(&request, &record);
        let items = [response];
        let file = write_eligibility_responses(&exchange(&items), &mut Counting(0)).unwrap();
        let sets = valid_sets(&file);
        let mut read = read_eligibility_responses(&sets[0]).unwrap();
        prop_assert_eq!(read.len(), 1);
        let read = read.remove(0);
        prop_assert_eq!(&read, &items[0]);
        let asked = inquiry(&request);
        prop_assert_eq!(
            match_inquiry(&read, std::slice::from_ref(&asked)),
            Matched::ByTrace(&asked)
        );
        prop_assert_eq!(read.into_record(&asked), record);
    }

    #[test]
    fn no_damaged_byte_of_an_answer_makes_the_reader_panic(
        (request, record) in answered(),
        changes in prop::collection::vec((any::<usize>(), any::<u8>()), 1..8),
    ) {
        let asked = write_eligibility_requests(
            &exchange(std::slice::from_ref(&request)), &mut Counting(0)).unwrap();
        let items = [EligibilityResponse::to(&request, &record)];
        let answer = write_eligibility_responses(&exchange(&items), &mut Counting(0)).unwrap();
        for set in &damaged_sets([asked, answer], &changes) {
            let _ = read_eligibility_requests(set);
            if let Ok(read) = read_eligibility_responses(set) {
                let _ = write_eligibility_responses(&exchange(&read), &mut Counting(0));
            }
        }
    }
}

/// What comes from a 271 as text between ISA and IEA.
fn responses(set: &str) -> Vec<EligibilityResponse> {
    let sets = sets_of(&file_of("HB", "271", set));
    read_eligibility_responses(&sets[0]).unwrap()
}

fn file_of(functional: &str, id: &str, set: &str) -> Vec<u8> {
    let body = format!(
        "ST*{id}*0001*005010X279A1~{}~",
        set.trim().replace('\n', "~")
    );
    let count = body.matches('~').count() + 1;
    format!(
        "ISA*00*          *00*          *ZZ*PAYER          *ZZ*PRACTICE       *260226*0815*^*00501*000000001*0*T*:~\
         GS*{functional}*PAYER*PRACTICE*20260226*0815*1*X*005010X279A1~{body}SE*{count}*0001~GE*1*1~IEA*1*000000001~"
    )
    .into_bytes()
}

const MEDICARE: &str = "\
BHT*0022*11*E-1*20260226*0815
HL*1**20*1
NM1*PR*2*SAMPLE MEDICARE*****PI*MCR01
HL*2*1*21*1
NM1*1P*2*SAMPLE CLINIC*****XX*1234567893
HL*3*2*22*0
TRN*2*E-1*9PRACTICE1
NM1*IL*1*SAMPLE*PATIENT****MI*1EG4TE5MK73
DMG*D8*19500722*F
DTP*307*RD8*20260302-20260302
EB*1**30*MA
DTP*291*D8*20150701
EB*1**30*MB
DTP*291*RD8*20150701-20251231
EB*C**30*MB**23*257
EB*R**30*HN
REF*18*H1234*SAMPLE ADVANTAGE
REF*N6*001
DTP*290*D8*20260101
LS*2120
NM1*PRP*2*SAMPLE ADVANTAGE PLAN*****PI*ADV01
PER*IC**TE*5125550100
LE*2120
EB*R***QM*STATE QMB PLAN";

#[test]
fn the_plan_behind_a_medicare_card_is_found_with_its_days() {
    let read = responses(MEDICARE);
    assert_eq!(read.len(), 1);
    let response = &read[0];
    let [plan, qmb] = &response.other_payers[..] else {
        panic!("{:?}", response.other_payers);
    };
    assert!(plan.manages_care() && plan.is_on(day("2026-03-02")));
    assert_eq!(plan.payer.as_ref().map(PayerId::as_str), Some("ADV01"));
    assert_eq!(plan.plan.as_deref(), Some("H1234"));
    assert_eq!(plan.order, Some(CoverageOrder::Primary));
    assert_eq!(qmb.name.last, "STATE QMB PLAN");
    assert_eq!(qmb.insurance_type.as_deref(), Some("QM"));
    // Not the day asked about, which is no day of the plan.
    assert_eq!((response.plan_from, response.plan_to), (None, None));
    assert_eq!(response.service, Some(day("2026-03-02")));
    // What no field holds is carried with its place.
    let carried: Vec<_> = response
        .carried
        .iter()
        .map(|carried| (carried.at.as_str(), carried.segments.join("~")))
        .collect();
    assert!(
        carried.contains(&("2100C/2110C[4]", "REF*N6*001".to_owned())),
        "{carried:?}"
    );
    let phone = "PER*IC**TE*5125550100".to_owned();
    assert!(
        carried.contains(&("2100C/2110C[4]/LS-2120C/2120C[1]", phone)),
        "{carried:?}"
    );
}

#[test]
fn a_part_of_medicare_that_has_ended_is_not_active() {
    let request = EligibilityRequest {
        trace: Some(trace("E-1")),
        batch: None,
        payer: payer(),
        provider: support::made::billing(),
        subscriber: support::made::person("SAMPLE", "PATIENT", Some("1EG4TE5MK73")),
        dependent: None,
        service: Some(day("2026-03-02")),
        service_types: Vec::new(),
        carried: Vec::new(),
    };
    let ended = MEDICARE.replace("EB*1**30*MA\nDTP*291*D8*20150701\n", "");
    for (text, cover) in [
        (MEDICARE.to_owned(), CoverageAnswer::Active),
        (ended, CoverageAnswer::Inactive),
    ] {
        let record = responses(&text).remove(0).into_record(&inquiry(&request));
        let answer = EligibilityAnswer::new(record).unwrap();
        let whole = "30".parse().unwrap();
        assert_eq!(answer.coverage(&whole, day("2026-03-02")), cover);
    }
}

#[test]
fn a_refusal_tells_its_level_also_where_it_names_no_patient() {
    let refused = responses(
        "BHT*0022*11*E-9*20260226*0815\nHL*1**20*1\nNM1*PR*2*SAMPLE PAYER*****PI*PAY01\nHL*2*1*21*0\nNM1*1P*2*SAMPLE CLINIC*****XX*1234567893\nAAA*Y**50*N",
    );
    let [only] = &refused[..] else {
        panic!("{refused:?}");
    };
    assert_eq!(only.rejections[0].at, "2100B");
    assert_eq!(only.rejections[0].reason, "50");
    assert_eq!(only.patient(), None);
    // By the name of the set, which is the question's trace number.
    let mut asked = inquiry(&EligibilityRequest {
        trace: Some(trace("E-9")),
        batch: None,
        payer: payer(),
        provider: support::made::billing(),
        subscriber: support::made::person("SAMPLE", "PATIENT", Some("M1")),
        dependent: None,
        service: Some(day("2026-03-02")),
        service_types: Vec::new(),
        carried: Vec::new(),
    });
    let found = match_inquiry(only, std::slice::from_ref(&asked));
    assert_eq!(found, Matched::ByTrace(&asked));
    asked.id = "E-8".parse().unwrap();
    let found = match_inquiry(only, std::slice::from_ref(&asked));
    assert_eq!(found, Matched::Nothing);
}

#[test]
fn an_answer_without_its_trace_is_found_by_member_and_day_unless_two_fit() {
    let mut response = responses(MEDICARE).remove(0);
    response.traces.clear();
    response.batch = None;
    let asked = |id: &str, service: &str| InquiryRecord {
        id: id.parse().unwrap(),
        patient: "P-7".parse().unwrap(),
        payer: "MCR01".parse().unwrap(),
        encounter: None,
        member: Some("1EG4TE5MK73".parse().unwrap()),
        asked: day("2026-02-26"),
        stage: AskStage::Asked,
        occasion: None,
        reason: None,
        service: day(service),
        service_types: Vec::new(),
        answered: None,
        answer: None,
    };
    let one = [asked("A", "2026-03-02"), asked("B", "2026-03-03")];
    assert_eq!(match_inquiry(&response, &one), Matched::ByContent(&one[0]));
    let two = [asked("A", "2026-03-02"), asked("B", "2026-03-02")];
    assert_eq!(match_inquiry(&response, &two), Matched::Several(2));
}

#[test]
fn an_amount_that_is_none_is_refused_with_its_place() {
    let wrong = MEDICARE.replace("*23*257", "*23*2S7");
    let sets = sets_of(&file_of("HB", "271", &wrong));
    let error = read_eligibility_responses(&sets[0]).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("loop 2110C") && text.contains("element 7"),
        "{text}"
    );
    assert!(!text.contains("2S7"), "{text}");
    assert!(error.position().segment > 0);
}

#[test]
fn a_question_that_cannot_be_asked_says_which_and_why() {
    let mut request = EligibilityRequest {
        trace: Some(trace("E-1")),
        batch: None,
        payer: payer(),
        provider: support::made::billing(),
        subscriber: support::made::person("SAMPLE", "PATIENT", Some("M1")),
        dependent: None,
        service: None,
        service_types: Vec::new(),
        carried: Vec::new(),
    };
    let sound = request.clone();
    request.payer.id = None;
    let items = [sound, request];
    let error = write_eligibility_requests(&exchange(&items), &mut Counting(0)).unwrap_err();
    assert!(
        matches!(error, WriteError::Exchange { number: 2, .. }),
        "{error}"
    );
    assert!(error.to_string().contains("payer has no id"), "{error}");
}

/// Read, written and read again, an answer says the same.
#[test]
fn nothing_of_the_corpus_is_lost() {
    let Some(paths) = corpus() else {
        println!("skipped: ../shared/corpus is not here");
        return;
    };
    let (mut questions, mut answers) = (0, 0);
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        if scrubjay_x12::read(&bytes).is_err() {
            continue;
        }
        let name = path.display();
        for set in sets_of(&bytes) {
            match set.guide.map(scrubjay_x12::Guide::transaction) {
                Some("270") => {
                    let read = read_eligibility_requests(&set).unwrap();
                    questions += read.len();
                    for request in read {
                        let items = [request];
                        let Ok(file) =
                            write_eligibility_requests(&exchange(&items), &mut Counting(0))
                        else {
                            // A provider known by a number of the payer's only.
                            assert!(items[0].provider.npi.is_none(), "{name}");
                            continue;
                        };
                        let again = read_eligibility_requests(&sets_of(&file.bytes)[0]).unwrap();
                        assert_eq!(again, items, "{name}");
                    }
                }
                Some("271") => {
                    let read = match read_eligibility_responses(&set) {
                        Ok(read) => read,
                        Err(error) => {
                            assert!(!set.faults.is_empty(), "{name}: {error}");
                            println!("{name}: refused: {error}");
                            continue;
                        }
                    };
                    answers += read.len();
                    for response in read {
                        let items = [EligibilityResponse {
                            carried: sorted(response.carried.clone()),
                            ..response
                        }];
                        let file = write_eligibility_responses(&exchange(&items), &mut Counting(0));
                        let file = file.unwrap_or_else(|error| panic!("{name}: {error}"));
                        let mut again =
                            read_eligibility_responses(&sets_of(&file.bytes)[0]).unwrap();
                        for response in &mut again {
                            response.carried = sorted(std::mem::take(&mut response.carried));
                        }
                        assert_eq!(again, items, "{name}");
                    }
                }
                _ => {}
            }
        }
    }
    println!("{questions} questions and {answers} answers of the corpus read and written");
    assert!(questions >= 3 && answers >= 6, "{questions} {answers}");
}
