//! Questions about claims and their answers, both ways.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use chrono::NaiveDate;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use rust_decimal::Decimal;
use scrubjay_edi::{
    ClaimStatusRequest, ClaimStatusResponse, Matched, StatusAbout, StatusReceiver,
    match_claim_status, read_claim_status_requests, read_claim_status_responses,
    write_claim_status_requests, write_claim_status_responses,
};
use scrubjay_model::{
    AsSent, ClaimId, ClaimStatusAnswer, ClaimStatusRecord, LineStatus, Name, PayerStatus,
    PayerStatusCode, Person, Sex, StatusStage,
};
use support::asked::{
    damaged_sets, days, exchange, money, payer, person_name, provider, sorted, valid_sets, word,
};
use support::made::{day, professional, secondary};
use support::{Counting, corpus, sets_of};

fn receiver() -> StatusReceiver {
    StatusReceiver {
        id: "PRACTICE".to_owned(),
        name: Name::organization("SAMPLE PRACTICE"),
    }
}

fn period() -> BoxedStrategy<(NaiveDate, NaiveDate)> {
    (days(), 0..200_u64)
        .prop_map(|(from, length)| (from, from + chrono::Days::new(length)))
        .boxed()
}

fn person(has_member: bool) -> BoxedStrategy<Person> {
    let sexes = vec![Sex::F, Sex::M, Sex::U];
    (
        person_name(),
        "[A-Z0-9]{2,20}",
        days(),
        option::of(select(sexes)),
    )
        .prop_map(move |(name, member, born, sex)| Person {
            name,
            member: has_member.then(|| member.parse().unwrap()),
            born: Some(born),
            sex,
            ..Person::default()
        })
        .boxed()
}

prop_compose! {
    fn request()(
        number in "[A-Z0-9][A-Z0-9-]{0,49}",
        provider in provider(),
        subscriber in person(true),
        dependent in option::of(person(false)),
        control in option::of("[A-Z0-9]{1,20}"),
        payer_control in option::of("[A-Z0-9]{1,30}"),
        charge in option::of(money()),
        days in option::of(period()),
    ) -> ClaimStatusRequest {
        ClaimStatusRequest {
            trace: number.parse().unwrap(),
            batch: None,
            payer: payer(),
            receiver: receiver(),
            provider, subscriber, dependent,
            control: control.map(|number| number.parse().unwrap()),
            payer_control: payer_control.map(|number| number.parse().unwrap()),
            charge, days,
            carried: Vec::new(),
        }
    }
}

prop_compose! {
    fn status()(
        codes in prop::collection::vec((
            select(vec!["A1", "P3", "F1", "F2", "F3F", "R4", "D0", "E0"]),
            select(vec!["20", "65", "88", "317"]),
            option::of(select(vec!["PR", "QC", "85"])),
        ), 1..=3),
        effective in days(),
        (charge, paid) in (option::of(money()), option::of(money())),
        (decided, paid_on) in (option::of(days()), option::of(days())),
        payment in option::of("[A-Z0-9]{1,16}"),
    ) -> PayerStatus {
        PayerStatus {
            codes: codes.into_iter().map(|(category, status, entity)| PayerStatusCode {
                category: category.to_owned(),
                status: status.to_owned(),
                entity: entity.map(str::to_owned),
            }).collect(),
            effective, charge, paid, decided, paid_on,
            payment: payment.map(|number| number.parse().unwrap()),
        }
    }
}

prop_compose! {
    fn line()(
        code in select(vec!["G0463", "J1100", "A4927"]),
        modifiers in subsequence(vec!["GP", "RT", "59", "KX"], 0..=4),
        (charge, paid) in (money(), money()),
        units in option::of(1..999_i64),
        control in option::of(word(20)),
        (from, to) in period(),
        statuses in prop::collection::vec(status(), 1..3),
    ) -> LineStatus {
        LineStatus {
            qualifier: "HC".to_owned(),
            procedure: Some(AsSent::read(code)),
            modifiers: modifiers.into_iter().map(AsSent::read).collect(),
            charge, paid,
            units: units.map(Decimal::from),
            control,
            from: Some(from),
            to: Some(to),
            statuses,
        }
    }
}

prop_compose! {
    fn answered()(request in request())(
        days in option::of(period()),
        control in option::of("[A-Z0-9]{1,20}"),
        payer_control in option::of("[A-Z0-9]{1,30}"),
        statuses in prop::collection::vec(status(), 1..4),
        lines in prop::collection::vec(line(), 0..4),
        request in Just(request),
    ) -> (ClaimStatusRequest, ClaimStatusRecord) {
        let record = ClaimStatusRecord {
            claim: "C1".parse().unwrap(),
            asked: day("2026-04-20"),
            answered: day("2026-04-21"),
            control: control.map(|number| number.parse().unwrap()),
            payer_control: payer_control.map(|number| number.parse().unwrap()),
            from: days.map(|days| days.0),
            to: days.map(|days| days.1),
            statuses, lines,
            carried: Vec::new(),
        };
        (request, record)
    }
}

fn claim() -> ClaimId {
    "C1".parse().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_question_reads_back_as_it_was_written_and_is_valid(
        requests in prop::collection::vec(request(), 1..4)
    ) {
        let file = write_claim_status_requests(&exchange(&requests), &mut Counting(0)).unwrap();
        for (set, request) in valid_sets(&file).iter().zip(requests) {
            prop_assert_eq!(read_claim_status_requests(set).unwrap(), [request]);
        }
    }

    #[test]
    fn an_answer_reads_back_as_the_same_record_and_finds_its_question(
        (request, record) in answered()
    ) {
        let items = [ClaimStatusResponse::to(&request, &record)];
        let file = write_claim_status_responses(&exchange(&items), &mut Counting(0)).unwrap();
        let mut read = read_claim_status_responses(&valid_sets(&file)[0]).unwrap();
        prop_assert_eq!(read.len(), 1);
        let read = read.remove(0);
        prop_assert_eq!(&read, &items[0]);
        prop_assert_eq!(
            match_claim_status(&read, std::slice::from_ref(&request)),
            Matched::ByTrace(&request)
        );
        let again = read.into_record(&claim(), record.asked, record.answered);
        prop_assert_eq!(&again, &record);
        prop_assert!(ClaimStatusAnswer::new(again).is_ok());
    }

    #[test]
    fn no_damaged_byte_makes_the_reader_panic(
        (request, record) in answered(),
        changes in prop::collection::vec((any::<usize>(), any::<u8>()), 1..8),
    ) {
        let asked = write_claim_status_requests(
            &exchange(std::slice::from_ref(&request)), &mut Counting(0)).unwrap();
        let items = [ClaimStatusResponse::to(&request, &record)];
        let answer = write_claim_status_responses(&exchange(&items), &mut Counting(0)).unwrap();
        for set in &damaged_sets([asked, answer], &changes) {
            let _ = read_claim_status_requests(set);
            if let Ok(read) = read_claim_status_responses(set) {
                let _ = write_claim_status_responses(&exchange(&read), &mut Counting(0));
            }
        }
    }
}

#[test]
fn a_claim_is_asked_about_under_the_number_that_it_went_out_with() {
    for claim in [professional("P1"), secondary("S1")] {
        let number = "ICN77".parse().unwrap();
        let trace = "Q-1".parse().unwrap();
        let request = ClaimStatusRequest::of(&trace, &claim, Some(&number), &receiver()).unwrap();
        let items = [request];
        let file = write_claim_status_requests(&exchange(&items), &mut Counting(0)).unwrap();
        let read = read_claim_status_requests(&valid_sets(&file)[0]).unwrap();
        assert_eq!(read, items);
        let control = read[0].control.as_ref().map(|control| control.as_str());
        assert_eq!(control, Some(claim.id.as_str()));
        assert_eq!(read[0].charge, Some(claim.charge));
        assert_eq!(read[0].payer_control, Some(number));
    }
}

/// A claim without trace is found by our control number, or by the payer's.
#[test]
fn an_answer_without_its_trace_is_found_by_control_number() {
    let trace = |text: &str| text.parse().unwrap();
    let ask = |id: &str, number: &str| {
        let number = number.parse().unwrap();
        ClaimStatusRequest::of(&trace(id), &professional(id), Some(&number), &receiver()).unwrap()
    };
    let asked = [ask("P1", "ICN1"), ask("P2", "ICN2"), ask("P3", "ICN2")];
    let mut response = ClaimStatusResponse {
        about: StatusAbout::Claim,
        trace: trace("OTHER"),
        batch: None,
        payer: payer(),
        receiver: receiver(),
        provider: asked[0].provider.clone(),
        subscriber: asked[0].subscriber.clone(),
        dependent: None,
        statuses: Vec::new(),
        control: asked[0].control.clone(),
        payer_control: None,
        days: None,
        lines: Vec::new(),
        carried: Vec::new(),
    };
    let found = match_claim_status(&response, &asked);
    assert_eq!(found, Matched::ByContent(&asked[0]));
    response.control = None;
    assert_eq!(match_claim_status(&response, &asked), Matched::Nothing);
    response.payer_control = asked[1].payer_control.clone();
    assert_eq!(match_claim_status(&response, &asked), Matched::Several(2));
    response.about = StatusAbout::Provider;
    assert_eq!(match_claim_status(&response, &asked), Matched::Several(3));
}

#[test]
fn an_amount_or_day_that_is_none_is_refused_with_its_place() {
    let trace = "Q-1".parse().unwrap();
    let request = ClaimStatusRequest::of(&trace, &professional("P1"), None, &receiver()).unwrap();
    let record = ClaimStatusRecord {
        claim: claim(),
        asked: day("2026-04-20"),
        answered: day("2026-04-20"),
        control: None,
        payer_control: None,
        from: None,
        to: None,
        statuses: vec![PayerStatus {
            codes: vec![PayerStatusCode {
                category: "F1".to_owned(),
                status: "65".to_owned(),
                entity: None,
            }],
            effective: day("2026-04-10"),
            charge: Some("150.5".parse().unwrap()),
            paid: None,
            decided: None,
            paid_on: None,
            payment: None,
        }],
        lines: Vec::new(),
        carried: Vec::new(),
    };
    let items = [ClaimStatusResponse::to(&request, &record)];
    let file = write_claim_status_responses(&exchange(&items), &mut Counting(0)).unwrap();
    let text = String::from_utf8(file.bytes).unwrap();
    for (right, wrong, element) in [
        ("*150.5", "*15O.5", "element 4"),
        ("*20260410", "*20260431", "element 2"),
        ("STC*F1:65", "STC*", "element 1"),
    ] {
        let damaged = text.replacen(right, wrong, 1);
        assert_ne!(damaged, text);
        let error = read_claim_status_responses(&sets_of(damaged.as_bytes())[0]).unwrap_err();
        let told = error.to_string();
        assert!(
            told.contains("STC, loop 2200D") && told.contains(element),
            "{told}"
        );
    }
}

/// Read, written and read again, each says the same.
#[test]
fn nothing_of_the_corpus_is_lost() {
    let Some(paths) = corpus() else {
        println!("skipped: ../shared/corpus is not here");
        return;
    };
    let (mut questions, mut stages, mut whole) = (0, Vec::new(), 0);
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        if scrubjay_x12::read(&bytes).is_err() {
            continue;
        }
        let name = path.display();
        for set in sets_of(&bytes) {
            match set.guide.map(scrubjay_x12::Guide::transaction) {
                Some("276") => {
                    for request in read_claim_status_requests(&set).unwrap() {
                        questions += 1;
                        let items = [request];
                        let file = write_claim_status_requests(&exchange(&items), &mut Counting(0));
                        let file = file.unwrap_or_else(|error| panic!("{name}: {error}"));
                        let again = read_claim_status_requests(&sets_of(&file.bytes)[0]).unwrap();
                        assert_eq!(again, items, "{name}");
                    }
                }
                Some("277") => {
                    for mut response in read_claim_status_responses(&set).unwrap() {
                        if response.about == StatusAbout::Claim {
                            stages.push(response.statuses[0].stage());
                        } else {
                            whole += 1;
                        }
                        response.carried = sorted(response.carried);
                        let items = [response];
                        let file =
                            write_claim_status_responses(&exchange(&items), &mut Counting(0));
                        let file = file.unwrap_or_else(|error| panic!("{name}: {error}"));
                        let mut again =
                            read_claim_status_responses(&sets_of(&file.bytes)[0]).unwrap();
                        for one in &mut again {
                            one.carried = sorted(std::mem::take(&mut one.carried));
                        }
                        assert_eq!(again, items, "{name}");
                    }
                }
                _ => {}
            }
        }
    }
    println!(
        "{questions} questions, {} answers about claims, {whole} about more",
        stages.len()
    );
    assert!(
        questions >= 10 && stages.len() >= 6 && whole >= 2,
        "{questions} {stages:?} {whole}"
    );
    for stage in [
        StatusStage::Pending,
        StatusStage::Finalized,
        StatusStage::NotPaid,
    ] {
        assert!(stages.contains(&stage), "{stage:?}");
    }
}
