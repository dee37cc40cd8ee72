//! Requests for authorization and their answers, both ways.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use chrono::NaiveDate;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use rust_decimal::Decimal;
use scrubjay_edi::{
    AuthorizationRequest, AuthorizationResponse, Decision, Matched, RequestedService,
    ReviewCategory, ReviewKind, match_authorization, read_authorization_requests,
    read_authorization_responses, write_authorization_requests, write_authorization_responses,
};
use scrubjay_model::{
    AsSent, Authorization, AuthorizationError, AuthorizationKind, AuthorizationRecord,
    AuthorizationStatus, AuthorizedService, CoverageOrder, Relationship, ReviewAnswer,
    ReviewOutcome, Urgency,
};
use support::asked::{
    damaged_sets, days, dependent, exchange, payer, provider, rejections, sorted, span, subscriber,
    trace, valid_sets,
};
use support::made::{billing, coverage, day, person};
use support::{Counting, corpus, sets_of};

const CODES: [&str; 5] = ["G0151", "G0152", "G0153", "G0299", "S9131"];

fn units() -> BoxedStrategy<Decimal> {
    (1..9_999_i64)
        .prop_map(|units| Decimal::new(units, 1).normalize())
        .boxed()
}

fn period() -> BoxedStrategy<(NaiveDate, NaiveDate)> {
    (days(), 0..200_u64)
        .prop_map(|(from, length)| (from, from + chrono::Days::new(length)))
        .boxed()
}

prop_compose! {
    fn service(code: &'static str)(
        modifiers in subsequence(vec!["GP", "RT", "59", "KX"], 0..=4),
        units in option::of(units()),
    ) -> RequestedService {
        RequestedService {
            procedure: Some(AsSent::read(code)),
            modifiers: modifiers.into_iter().map(AsSent::read).collect(),
            units,
        }
    }
}

fn services() -> BoxedStrategy<Vec<RequestedService>> {
    subsequence(CODES.to_vec(), 1..=5)
        .prop_flat_map(|codes| codes.into_iter().map(service).collect::<Vec<_>>())
        .boxed()
}

prop_compose! {
    fn request()(
        number in "[A-Z0-9][A-Z0-9-]{0,49}",
        requester in provider(),
        subscriber in subscriber(),
        dependent in option::of(dependent()),
        category in select(vec![
            ReviewCategory::Admission, ReviewCategory::Services, ReviewCategory::Specialty,
        ]),
        kind in option::of(select(vec![
            ReviewKind::Initial, ReviewKind::Renewal, ReviewKind::Revised, ReviewKind::Cancel,
        ])),
        (service_type, place, expedited) in (
            option::of(select(vec!["42", "A4", "1"])),
            option::of(select(vec!["11", "12", "22"])),
            any::<bool>(),
        ),
        previous in option::of("[A-Z0-9]{1,20}"),
        days in option::of(period()),
        diagnoses in prop::collection::vec(select(vec!["J029", "E119", "M545"]), 0..12),
        units in option::of(units()),
        performing in option::of(provider()),
        services in services(),
    ) -> AuthorizationRequest {
        AuthorizationRequest {
            trace: Some(trace(&number)),
            batch: None,
            payer: payer(),
            requester, subscriber, dependent,
            category: Some(category),
            kind,
            service_type: service_type.map(|of| of.parse().unwrap()),
            place: place.map(AsSent::read),
            urgency: if expedited { Urgency::Expedited } else { Urgency::Standard },
            previous: previous.map(|number| number.parse().unwrap()),
            days,
            diagnoses: diagnoses.into_iter().map(AsSent::read).collect(),
            units, performing, services,
            carried: Vec::new(),
        }
    }
}

prop_compose! {
    fn decision()(
        outcome in select(ReviewOutcome::ALL.to_vec()),
        number in option::of("[A-Z0-9]{1,20}"),
        reason in option::of(select(vec!["0V", "35", "71"])),
        reference in option::of("[A-Z0-9]{1,20}"),
        (from, to) in span(),
        issued in option::of(days()),
    ) -> Decision {
        Decision {
            outcome: Some(outcome),
            number: number.map(|number| number.parse().unwrap()),
            reason: reason.map(str::to_owned),
            reference, from, to, issued,
        }
    }
}

const LEVELS: &[&str] = &["2000A", "2010A", "2010B", "2010C", "2000E", "2000F[1]"];

prop_compose! {
    fn response()(request in request())(
        traces in Just(request.trace.iter().cloned().collect::<Vec<_>>()),
        decision in decision(),
        services in prop::collection::vec(option::of(decision()), request.services.len()),
        rejections in rejections(LEVELS),
        request in Just(request),
    ) -> AuthorizationResponse {
        AuthorizationResponse {
            traces,
            request: AuthorizationRequest { trace: None, ..request },
            decision,
            services: services.into_iter().map(Option::unwrap_or_default).collect(),
            rejections,
        }
    }
}

fn asked_for(codes: &[(&str, i64)]) -> AuthorizationRecord {
    AuthorizationRecord {
        patient: "P-7".parse().unwrap(),
        payer: "PAY01".parse().unwrap(),
        kind: AuthorizationKind::PriorAuthorization,
        status: AuthorizationStatus::Asked,
        number: None,
        asked: Some(day("2026-02-20")),
        decided: None,
        from: Some(day("2026-03-01")),
        to: Some(day("2026-05-31")),
        services: codes
            .iter()
            .map(|(code, units)| AuthorizedService {
                procedures: vec![code.parse().unwrap()],
                approved: (*units).into(),
                used: Decimal::ZERO,
            })
            .collect(),
        way: None,
        visits: Vec::new(),
        uses: Vec::new(),
        answer: None,
    }
}

fn request_of(record: &AuthorizationRecord) -> AuthorizationRequest {
    AuthorizationRequest::of(
        (&"A-1".parse().unwrap(), "9PRACTICE1"),
        record,
        &person("SAMPLE", "PATIENT", None),
        &coverage(CoverageOrder::Primary, "PAY01", Relationship::Own),
        &billing(),
        Urgency::Standard,
    )
    .unwrap()
}

prop_compose! {
    /// What was asked for, and what the payer makes of it.
    fn decided()(codes in subsequence(CODES.to_vec(), 1..=5))(
        asked in prop::collection::vec(units(), codes.len()),
        granted in subsequence((0..codes.len()).collect::<Vec<_>>(), 1..=codes.len()),
        outcome in select(vec![
            ReviewOutcome::Certified, ReviewOutcome::Partial, ReviewOutcome::Modified,
            ReviewOutcome::NotCertified, ReviewOutcome::Pended, ReviewOutcome::NotRequired,
        ]),
        units in prop::collection::vec(units(), codes.len()),
        reason in option::of(select(vec!["0V", "35"])),
        reference in option::of("[A-Z0-9]{1,20}"),
        (from, to) in period(),
        codes in Just(codes),
    ) -> (AuthorizationRecord, AuthorizationRecord) {
        let mut record = asked_for(&[]);
        record.services = codes.iter().zip(&asked).map(|(code, units)| AuthorizedService {
            procedures: vec![code.parse().unwrap()],
            approved: *units,
            used: Decimal::ZERO,
        }).collect();
        let mut after = record.clone();
        after.status = outcome.status();
        if outcome.grants() {
            after.services = granted.iter().map(|at| AuthorizedService {
                approved: units[*at],
                ..record.services[*at].clone()
            }).collect();
            after.number = Some("N123".parse().unwrap());
            (after.from, after.to) = (Some(from), Some(to));
        }
        if after.status != AuthorizationStatus::Asked {
            after.decided = Some(day("2026-02-24"));
        }
        after.answer = Some(ReviewAnswer {
            outcome: Some(outcome),
            reasons: reason.into_iter().map(str::to_owned).collect(),
            reference,
            rejections: Vec::new(),
            carried: Vec::new(),
        });
        (record, after)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_request_reads_back_as_it_was_written_and_is_valid(
        requests in prop::collection::vec(request(), 1..4)
    ) {
        let file = write_authorization_requests(&exchange(&requests), &mut Counting(0)).unwrap();
        for (set, request) in valid_sets(&file).iter().zip(requests) {
            prop_assert_eq!(read_authorization_requests(set).unwrap(), [request]);
        }
    }

    #[test]
    fn an_answer_reads_back_as_it_was_written_and_is_valid(
        responses in prop::collection::vec(response(), 1..3)
    ) {
        let file = write_authorization_responses(&exchange(&responses), &mut Counting(0)).unwrap();
        for (set, response) in valid_sets(&file).iter().zip(responses) {
            prop_assert_eq!(read_authorization_responses(set).unwrap(), [response]);
        }
    }

    #[test]
    fn an_authorization_becomes_what_the_payer_made_of_it(
        (asked, after) in decided()
    ) {
        let request = request_of(&asked);
        let items = [AuthorizationResponse::to(&request, &after)];
        let file = write_authorization_responses(&exchange(&items), &mut Counting(0)).unwrap();
        let mut read = read_authorization_responses(&valid_sets(&file)[0]).unwrap();
        let read = read.remove(0);
        prop_assert_eq!(
            match_authorization(&read, std::slice::from_ref(&request)),
            Matched::ByTrace(&request)
        );
        let record = read.into_record(&asked, day("2026-02-25"));
        prop_assert_eq!(&record, &after);
        prop_assert!(Authorization::new(record).is_ok());
    }

    #[test]
    fn no_damaged_byte_makes_the_reader_panic(
        response in response(),
        changes in prop::collection::vec((any::<usize>(), any::<u8>()), 1..8),
    ) {
        let asked = AuthorizationRequest {
            trace: response.traces.first().cloned(),
            ..response.request.clone()
        };
        let asked = write_authorization_requests(
            &exchange(std::slice::from_ref(&asked)), &mut Counting(0)).unwrap();
        let answer = write_authorization_responses(
            &exchange(std::slice::from_ref(&response)), &mut Counting(0)).unwrap();
        for set in &damaged_sets([asked, answer], &changes) {
            let _ = read_authorization_requests(set);
            for read in read_authorization_responses(set).unwrap_or_default() {
                let _ = write_authorization_responses(
                    &exchange(std::slice::from_ref(&read)), &mut Counting(0));
                let _ = Authorization::new(
                    read.into_record(&asked_for(&[("G0151", 12)]), day("2026-02-25")));
            }
        }
    }
}

fn decide(
    asked: &AuthorizationRecord,
    change: fn(&mut AuthorizationResponse),
) -> AuthorizationRecord {
    let mut response = AuthorizationResponse::to(&request_of(asked), asked);
    response.decision = Decision::default();
    for service in &mut response.services {
        *service = Decision::default();
    }
    change(&mut response);
    let items = [response];
    let file = write_authorization_responses(&exchange(&items), &mut Counting(0)).unwrap();
    let mut read = read_authorization_responses(&valid_sets(&file)[0]).unwrap();
    read.remove(0).into_record(asked, day("2026-02-25"))
}

#[test]
fn a_service_that_was_refused_is_not_granted_with_the_others() {
    let asked = asked_for(&[("G0151", 12), ("G0152", 8)]);
    let record = decide(&asked, |response| {
        response.decision.outcome = Some(ReviewOutcome::Certified);
        response.decision.number = Some("N1".parse().unwrap());
        response.services[1].outcome = Some(ReviewOutcome::NotCertified);
        response.services[1].reason = Some("0V".to_owned());
    });
    let authorization = Authorization::new(record).unwrap();
    assert_eq!(
        authorization.left(&"G0151".parse().unwrap()),
        Some(12.into())
    );
    assert_eq!(authorization.left(&"G0152".parse().unwrap()), None);
    assert_eq!(authorization.answer.as_ref().unwrap().reasons, ["0V"]);
    // No day of the decision came: the day of the answer stands for it.
    assert_eq!(authorization.decided, Some(day("2026-02-25")));
}

#[test]
fn an_approval_without_a_number_is_for_a_person() {
    let asked = asked_for(&[("G0151", 12)]);
    let record = decide(&asked, |response| {
        response.decision.outcome = Some(ReviewOutcome::Certified);
    });
    assert_eq!(
        Authorization::new(record),
        Err(AuthorizationError::Missing { field: "number" })
    );
}

#[test]
fn a_pended_request_keeps_its_clock_and_a_refused_one_has_none() {
    let asked = asked_for(&[("G0151", 12)]);
    let pended = decide(&asked, |response| {
        response.decision.outcome = Some(ReviewOutcome::Pended);
        response.decision.reference = Some("R55".to_owned());
    });
    let pended = Authorization::new(pended).unwrap();
    assert_eq!(pended.deadlines(Urgency::Standard).len(), 1);
    let answer = pended.answer.as_ref().unwrap();
    assert_eq!(answer.reference.as_deref(), Some("R55"));
    let refused = decide(&asked, |response| {
        response
            .rejections
            .push(scrubjay_model::EligibilityRejection {
                at: "2010C".to_owned(),
                reason: "72".to_owned(),
                action: scrubjay_model::FollowUpAction::Correct,
            });
    });
    let refused = Authorization::new(refused).unwrap();
    assert_eq!(refused.status, AuthorizationStatus::Required);
    assert!(refused.deadlines(Urgency::Standard).is_empty());
    assert_eq!(refused.answer.as_ref().unwrap().rejections[0].at, "2010C");
}

#[test]
fn services_that_speak_for_themselves_make_the_whole() {
    let asked = asked_for(&[("G0151", 12), ("G0152", 8)]);
    let record = decide(&asked, |response| {
        let [first, second] = &mut response.services[..] else {
            panic!("two services");
        };
        first.outcome = Some(ReviewOutcome::Certified);
        first.number = Some("N1".parse().unwrap());
        (first.from, first.to) = (Some(day("2026-03-01")), Some(day("2026-04-30")));
        second.outcome = Some(ReviewOutcome::Modified);
        second.number = Some("N2".parse().unwrap());
        (second.from, second.to) = (Some(day("2026-03-09")), Some(day("2026-05-31")));
        response.request.services[1].units = Some(4.into());
    });
    let authorization = Authorization::new(record).unwrap();
    // Only the days on which both are granted are sure.
    assert_eq!(authorization.from, Some(day("2026-03-09")));
    assert_eq!(authorization.to, Some(day("2026-04-30")));
    assert_eq!(
        authorization.left(&"G0152".parse().unwrap()),
        Some(4.into())
    );
    let answer = authorization.answer.as_ref().unwrap();
    assert_eq!(answer.outcome, Some(ReviewOutcome::Partial));
    // The other number is not lost.
    assert!(
        answer
            .carried
            .iter()
            .any(|carried| carried.segments == ["HCR**N2"])
    );
}

#[test]
fn codes_that_share_a_count_are_asked_for_and_granted_together() {
    let mut asked = asked_for(&[("G0151", 12)]);
    asked.services[0].procedures.push("G0157".parse().unwrap());
    let request = request_of(&asked);
    assert_eq!(request.units, Some(12.into()));
    let record = decide(&asked, |response| {
        response.decision.outcome = Some(ReviewOutcome::Modified);
        response.decision.number = Some("N1".parse().unwrap());
        response.request.units = Some(10.into());
    });
    assert_eq!(record.services.len(), 1);
    assert_eq!(record.services[0].procedures.len(), 2);
    assert_eq!(record.services[0].approved, 10.into());
    asked.services.push(AuthorizedService {
        procedures: vec!["G0299".parse().unwrap()],
        approved: 2.into(),
        used: Decimal::ZERO,
    });
    let refused = AuthorizationRequest::of(
        (&"A-1".parse().unwrap(), "9PRACTICE1"),
        &asked,
        &person("SAMPLE", "PATIENT", None),
        &coverage(CoverageOrder::Primary, "PAY01", Relationship::Own),
        &billing(),
        Urgency::Standard,
    );
    assert!(refused.is_err());
}

/// Read, written and read again, each says the same.
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
                Some("278") => {
                    for mut request in read_authorization_requests(&set).unwrap() {
                        questions += 1;
                        // A provider known by a number of another kind.
                        request
                            .requester
                            .npi
                            .get_or_insert(AsSent::read("1234567893"));
                        let items = [request];
                        let file =
                            write_authorization_requests(&exchange(&items), &mut Counting(0));
                        let file = file.unwrap_or_else(|error| panic!("{name}: {error}"));
                        let mut again =
                            read_authorization_requests(&sets_of(&file.bytes)[0]).unwrap();
                        for one in again.iter_mut() {
                            one.carried.retain(|carried| carried.at != "2010B.NM1");
                        }
                        let mut expected = items[0].clone();
                        expected.carried.retain(|carried| carried.at != "2010B.NM1");
                        assert_eq!(again, [expected], "{name}");
                    }
                }
                Some("278R") => {
                    for mut response in read_authorization_responses(&set).unwrap() {
                        answers += 1;
                        response.request.carried = sorted(response.request.carried);
                        let items = [response];
                        let file =
                            write_authorization_responses(&exchange(&items), &mut Counting(0));
                        let file = file.unwrap_or_else(|error| panic!("{name}: {error}"));
                        let mut again =
                            read_authorization_responses(&sets_of(&file.bytes)[0]).unwrap();
                        for one in &mut again {
                            one.request.carried = sorted(std::mem::take(&mut one.request.carried));
                        }
                        assert_eq!(again, items, "{name}");
                    }
                }
                _ => {}
            }
        }
    }
    println!("{questions} requests and {answers} answers of the corpus read and written");
    assert!(questions >= 1 && answers >= 2, "{questions} {answers}");
}
