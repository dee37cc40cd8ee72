//! Remittances from paper go the road of every 835, and deposits meet the
//! remittances that explain them.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use scrubjay::model::{ClaimId, Money, ResponsibleParty, WorkKind};
use scrubjay::{
    Ended, Engine, EngineError, RemittanceError, RemittanceState, associations, remittances,
};
use scrubjay_tests::practice::Practice;
use scrubjay_tests::remit::{Payment, Remitted};
use scrubjay_tests::sample::claims;

const HEAD: &str = "payer,trace,payment,paid_on,claim,procedure,charge,paid,adjustments\n";

fn id(number: usize) -> ClaimId {
    format!("S{number:05}").parse().unwrap()
}

fn owed(engine: &Engine, number: usize) -> (Money, Money) {
    let reader = engine.read().unwrap();
    let by = |party| reader.balance(&id(number), party).unwrap();
    (
        by(ResponsibleParty::Insurance),
        by(ResponsibleParty::Patient),
    )
}

fn refused(engine: &mut Engine, rows: &str) -> RemittanceError {
    let sheet = format!("{HEAD}{rows}");
    let before = engine.read().unwrap().last_row().unwrap();
    let refused = engine.enter_remittances(sheet.as_bytes(), "Ana", "paper");
    let Err(EngineError::Remittance(refused)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(engine.read().unwrap().last_row().unwrap(), before);
    refused
}

#[test]
fn a_paper_remittance_posts_as_its_835_would_and_only_once() {
    let (_practice, mut engine) = Practice::with_sent(3);
    let sheet = format!(
        "{HEAD}sample,CHK7,120.00,2026-03-16,S00000,,100.01,60.00,CO-45 20.01; PR-3 20.00\n\
         sample,CHK7,,,S00001,G0463,100.02,60.00,CO-45 20.02; PR-3 20\n"
    );
    let entered = engine
        .enter_remittances(sheet.as_bytes(), "Ana", "paper, box 12")
        .unwrap();
    assert_eq!(
        (entered.len(), entered[0].claims, entered[0].unmatched),
        (1, 2, 0)
    );
    for number in 0..2 {
        assert_eq!(
            owed(&engine, number),
            (Money::ZERO, Money::from_cents(2000))
        );
    }
    let listed = remittances(engine.read().unwrap().as_ref()).unwrap();
    assert_eq!(listed[0].by, "Ana");
    assert_eq!(listed[0].source.as_deref(), Some("paper, box 12"));

    // The same check as an 835 is not posted again, nor is it by hand.
    let usual = |number| Remitted::sample(number).less(&[("PR", "3", 2000)]);
    let same = Payment::of("CHK7", [usual(0)]);
    engine.take_in("late.835", same.file(9).as_bytes()).unwrap();
    let listed = remittances(engine.read().unwrap().as_ref()).unwrap();
    let RemittanceState::Quarantined { problem } = &listed[1].state else {
        panic!("{listed:?}");
    };
    assert!(problem.contains("posted before"), "{problem}");
    let again = refused(&mut engine, "sample,CHK7,1,2026-03-16,S00002,,1,1,\n");
    assert!(
        matches!(again, RemittanceError::PostedBefore { .. }),
        "{again}"
    );
    // What was entered wrong is taken back and entered anew.
    let trace = "CHK7".parse().unwrap();
    engine
        .undo_remittance("sample", &trace, "Ana", "a digit was wrong")
        .unwrap();
    assert_eq!(owed(&engine, 0), (Money::from_cents(10_001), Money::ZERO));
    let call = engine.once("again");
    call.enter_remittances(sheet.as_bytes(), "Ana", "paper, box 12")
        .unwrap();
    assert_eq!(owed(&engine, 0), (Money::ZERO, Money::from_cents(2000)));
}

#[test]
fn what_was_entered_must_add_up_and_one_wrong_row_stops_all() {
    let (_practice, mut engine) = Practice::with_sent(2);
    for (rows, said) in [
        (
            "sample,C1,60,2026-03-16,S00000,,100.01,60,CO-45 20.00; PR-3 20\n",
            "claim 1 is off by -0.01",
        ),
        (
            "sample,C1,61,2026-03-16,S00000,,100.01,60,CO-45 20.01; PR-3 20\n",
            "the payment is off by 1.00",
        ),
        (
            "sample,C1,60,2026-03-16,S00000,G0463,100.01,60,CO-45 21.01; PR-3 20\n",
            "line 1 of claim 1 is off by 1.00",
        ),
        (
            "sample,C1,60,2026-03-16,S00000,,100.01,60,CO45\n",
            "line 2: `adjustments`: write group",
        ),
        (
            "other,C1,60,2026-03-16,S00000,,100.01,60,\nsample,C2,1,2026-03-16,S00001,,1,1,\n",
            "line 2: `payer`",
        ),
        (
            "sample,C1,60,2026-03-16,S00000,,1,1,\nsample,C1,61,,S00001,,1,1,\n",
            "line 3: `payment`",
        ),
        ("sample,C1,,2026-03-16,S00000,,1,1,\n", "`payment` is empty"),
    ] {
        let error = refused(&mut engine, rows).to_string();
        assert!(error.contains(said), "{rows}{error}");
    }
    let sheet = format!("{HEAD}sample,C1,1,2026-03-16,S00000,,1,1,\n");
    let unsigned = engine
        .enter_remittances(sheet.as_bytes(), "Ana", "")
        .unwrap_err();
    assert!(unsigned.to_string().contains("give both"), "{unsigned}");
}

#[test]
fn what_is_typed_in_wrong_is_named_and_nothing_of_it_is_passed_over() {
    let (_practice, mut engine) = Practice::with_sent(2);
    for (rows, said) in [
        // A decimal comma, and thousands with a comma.
        (
            "sample,C1,\"60,00\",2026-03-16,S00000,,100.01,60,CO-45 40.01\n",
            "line 2: `payment`",
        ),
        (
            "sample,C1,60,2026-03-16,S00000,,\"1,100.01\",60,CO-45 40.01\n",
            "line 2: `charge`",
        ),
        (
            "sample,C1,-60,2026-03-16,S00000,,100.01,-60,CO-45 160.01\n",
            "no payment is less than nothing",
        ),
        (
            "sample,C1,60,2026-03-16,S00000,,-100.01,60,CO-45 -160.01\n",
            "below nothing in a reversal",
        ),
        (
            "sample,C1,60,2026-03-16,S00000,,100.01,60,CP-45 40.01\n",
            "line 2: `adjustments`",
        ),
        (
            "sample,C1,60,2026-03-16,S00000,G-0463,100.01,60,CO-45 40.01\n",
            "line 2: `procedure`",
        ),
        (
            "sample,C1,120,2026-03-16,S00000,,100.01,60,CO-45 40.01\nsample,C1,,,S00000,,100.01,60,CO-45 40.01\n",
            "line 3: `claim`: it stands in this payment already",
        ),
        (
            "sample,C1,60,2026-03-16,S00000,,100.01,60\n",
            "line 2: it has 8 cells",
        ),
        (
            "sample,C1,60,16.3.2026,S00000,,100.01,60,CO-45 40.01\n",
            "line 2: `paid_on`",
        ),
    ] {
        let error = refused(&mut engine, rows).to_string();
        assert!(error.contains(said), "{rows}{error}");
    }
    for (head, said) in [
        (
            "payer,trace,payment,paid_on,claim,charge\n",
            "a column `paid`",
        ),
        (
            "payer,trace,payment,paid_on,claim,charge,paid,adjustment\n",
            "a column `adjustment` that is not known",
        ),
        ("", "line 1 must name the columns"),
    ] {
        let row = "sample,C1,60,2026-03-16,S00000,100.01,60,CO-45 40.01\n";
        let sheet = if head.is_empty() {
            String::new()
        } else {
            format!("{head}{row}")
        };
        let refused = engine.enter_remittances(sheet.as_bytes(), "Ana", "paper");
        let error = refused.unwrap_err().to_string();
        assert!(error.contains(said), "{head}{error}");
    }
}

#[test]
fn a_sheet_of_a_spreadsheet_is_read_with_its_empty_lines_and_semicolons() {
    let (_practice, mut engine) = Practice::with_sent(3);
    let sheet = "\u{feff}payer;trace;payment;paid_on;claim;procedure;charge;paid;adjustments\r\n\
        ;;;;;;;;\r\n\
        sample;C1;180.00;2026-03-16;S00000;;100.01;60.00;CO-45 20.01, PR-3 20.00\r\n";
    let wrong = engine.enter_remittances(sheet.as_bytes(), "Ana", "paper");
    // The adjustments are still separated by semicolons, which need quotation marks.
    assert!(
        wrong
            .unwrap_err()
            .to_string()
            .contains("line 3: `adjustments`")
    );
    let sheet = sheet.replace("CO-45 20.01, PR-3 20.00", "\"CO-45 20.01; PR-3 20.00\"");
    let rest = "\r\nsample;C1;;;S00001;G0463;100.02;60.00;\"CO-45 20.02;PR-3 20\"\r\n\
        sample;C1;;;S00002;;100.03;60.00;\"CO-45 20.03; PR-3 20;\"\r\n\r\n";
    let entered = engine
        .enter_remittances(format!("{sheet}{rest}").as_bytes(), "Ana", "paper")
        .unwrap();
    assert_eq!((entered.len(), entered[0].claims), (1, 3));
    for number in 0..3 {
        let patients = (Money::ZERO, Money::from_cents(2000));
        assert_eq!(owed(&engine, number), patients);
    }
    // The same claims by another check are held, as paid twice.
    let again = format!("{sheet}{rest}").replace(";C1;", ";C2;");
    let entered = engine
        .enter_remittances(again.as_bytes(), "Ana", "paper")
        .unwrap();
    assert_eq!((entered[0].unmatched, entered[0].held), (0, 3));
}

#[test]
fn lines_of_a_claim_come_to_the_claim_and_a_reversal_takes_it_back() {
    let (_practice, mut engine) = Practice::with_sent(2);
    let first = format!(
        "{HEAD}sample,C1,60,2026-03-16,S00000,G0463:25,60.01,40,CO-45 20.01\n\
         sample,C1,,,S00000,G0439,40.00,20,PR-3 20\n"
    );
    engine
        .enter_remittances(first.as_bytes(), "Ana", "paper")
        .unwrap();
    assert_eq!(owed(&engine, 0), (Money::ZERO, Money::from_cents(2000)));
    let head = HEAD.replace("adjustments", "adjustments,status");
    let back = format!(
        "{head}sample,C2,0.02,2026-03-20,S00000,,-100.01,-60,CO-45 -20.01; PR-3 -20,22\n\
         sample,C2,,,S00001,,100.02,60.02,CO-45 40,1\n"
    );
    engine
        .enter_remittances(back.as_bytes(), "Ana", "paper")
        .unwrap();
    assert_eq!(owed(&engine, 0), (Money::from_cents(10_001), Money::ZERO));
    assert_eq!(owed(&engine, 1), (Money::ZERO, Money::ZERO));
}

/// Open work about deposits.
fn asked(engine: &Engine) -> Vec<String> {
    let items = engine.read().unwrap().open_work(None).unwrap();
    items
        .into_iter()
        .filter(|item| item.kind == WorkKind::Deposit)
        .map(|item| item.reason)
        .collect()
}

fn bank(engine: &mut Engine, name: &str, rows: &str) {
    let sheet = format!("trace,amount,deposited_on\n{rows}");
    let took = engine.take_in(name, sheet.as_bytes()).unwrap();
    assert!(matches!(took.ended, Ended::TakenIn { .. }), "{took}");
}

#[test]
fn deposits_and_remittances_find_each_other_by_trace_number() {
    let (_practice, mut engine) = Practice::with_sent(4);
    let paid = |number| Payment::of(&format!("T{number}"), [Remitted::sample(number)]);
    for number in 0..3 {
        let file = paid(number).file(number + 10);
        engine
            .take_in(&format!("{number}.835"), file.as_bytes())
            .unwrap();
    }
    let tick = |engine: &mut Engine, day: &str| {
        engine
            .tick(format!("{day}T08:00:00Z").parse().unwrap())
            .unwrap();
    };
    // Nothing is missed before the first deposit came.
    tick(&mut engine, "2026-03-30");
    assert!(asked(&engine).is_empty());
    bank(
        &mut engine,
        "bank.csv",
        "T0,100.01,2026-03-17\nT1,90.00,2026-03-17\nT9,5.00,2026-03-17\n",
    );
    let differs = asked(&engine);
    assert_eq!(differs.len(), 1, "{differs:?}");
    assert!(differs[0].contains("T1 differs by -10.02"), "{differs:?}");
    let stands = |engine: &Engine| {
        let all = associations(engine.read().unwrap().as_ref()).unwrap();
        let told = all
            .iter()
            .map(|one| format!("{} {}", one.trace, one.as_str()));
        told.collect::<Vec<_>>()
    };
    let now = [
        "T0 agrees",
        "T1 differs",
        "T2 no deposit",
        "T9 no remittance",
    ];
    assert_eq!(stands(&engine), now);

    // What lacks its other half is asked about once, after the days for it.
    tick(&mut engine, "2026-03-31");
    assert_eq!(asked(&engine).len(), 3, "{:?}", asked(&engine));
    tick(&mut engine, "2026-04-01");
    assert_eq!(asked(&engine).len(), 3);

    // A row that is there already brings nothing; the rest settles what it can.
    bank(
        &mut engine,
        "more.csv",
        "T0,100.01,2026-03-17\nT1,10.02,2026-04-01\nT2,100.03,2026-04-01\n",
    );
    let left = asked(&engine);
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(
        left[0].contains("T9, and no remittance has come"),
        "{left:?}"
    );
    assert_eq!(
        stands(&engine)[..3],
        ["T0 agrees", "T1 agrees", "T2 agrees"]
    );
}

#[test]
fn a_wrong_row_of_a_banks_sheet_is_named_and_the_rest_is_taken() {
    let (_practice, mut engine) = Practice::with_sent(1);
    let sheet = "trace,amount,deposited_on\nT0,-5,2026-03-17\nT1,5,soon\nT2,5,2026-03-17\n";
    let took = engine.take_in("bank.csv", sheet.as_bytes()).unwrap();
    let Ended::TakenIn {
        brought, remarks, ..
    } = &took.ended
    else {
        panic!("{took}");
    };
    assert_eq!(brought, &["1 deposits of 5.00"]);
    assert!(
        remarks[0].starts_with("line 2") && remarks[1].starts_with("line 3"),
        "{remarks:?}"
    );
}

#[test]
fn the_program_enters_paper_and_lists_deposits() {
    let practice = Practice::new("");
    practice.write("inbox/1.837", &claims(1));
    let _ = practice.run().good();
    let row = "sample,C1,60,2026-03-16,S00000,,100.01,60,CO-45 20.01; PR-3 20\n";
    practice.write("paper.csv", &format!("{HEAD}{row}"));
    practice.write(
        "bank.csv",
        "trace,amount,deposited_on\nC1,60.00,2026-03-17\n",
    );
    let file = |name: &str| practice.path(name).display().to_string();
    let by = ["--by", "Ana", "--source", "paper"];
    let entered = practice.scrubjay(&[&["remit", "enter", &file("paper.csv")], &by[..]].concat());
    let said = "remittance C1 of sample: 60.00 posted on 1 claims, 0 match none of ours\n";
    assert_eq!(entered.good(), said);
    let deposits = practice
        .scrubjay(&["remit", "deposits", &file("bank.csv")])
        .good();
    assert!(deposits.contains("agrees"), "{deposits}");
    let open = practice.scrubjay(&["remit", "deposits", "--open"]).good();
    assert!(open.contains("none"), "{open}");
    let shown = practice.scrubjay(&["remit", "show", "C1"]).good();
    assert!(shown.contains("entered from paper"), "{shown}");
    assert_eq!(practice.scrubjay(&["db", "verify"]).code, 0);
}
