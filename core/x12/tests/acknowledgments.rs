//! TA1 and 999: what is answered to whom.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use scrubjay_x12::{AckError, AckRequest, ControlNumbers, FileError, acknowledge, check};

struct Counting(u32);

impl ControlNumbers for Counting {
    fn next_interchange(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
    fn next_group(&mut self) -> u32 {
        self.next_interchange()
    }
    fn next_set(&mut self) -> u32 {
        self.next_interchange()
    }
}

const REQUEST: AckRequest<'_> = AckRequest {
    date: "20260303",
    time: "0900",
    overlays: &[],
};

/// The answers to a file, checked to be valid themselves.
fn answers(file: &str) -> Vec<String> {
    acknowledge(file.as_bytes(), REQUEST, &mut Counting(0))
        .unwrap()
        .into_iter()
        .map(|written| {
            let report = check(&written.bytes, &[]).unwrap();
            let text = String::from_utf8(written.bytes).unwrap();
            assert!(report.is_valid(), "{report}\n{text}");
            text
        })
        .collect()
}

fn claim() -> String {
    include_str!("../fixtures/coordination-of-benefits.837").to_owned()
}

/// The fixture with its set twice, the second time changed.
fn twice(from: &str, to: &str) -> String {
    let file = claim();
    let st = file.find("\nST*").unwrap() + 1;
    let ge = file.find("\nGE*").unwrap() + 1;
    let second = file[st..ge]
        .replace("ST*837*0001", "ST*837*0002")
        .replace("SE*48*0001", "SE*48*0002")
        .replace(from, to);
    format!(
        "{}{second}{}",
        &file[..ge],
        &file[ge..].replace("GE*1*104", "GE*2*104")
    )
}

#[test]
fn a_clean_file_is_accepted_and_goes_back_to_its_sender() {
    let answer = &answers(&claim())[0];
    assert!(
        answer.contains("*ZZ*PAYER01        *ZZ*CLINIC01       *260303*0900*"),
        "{answer}"
    );
    assert!(answer.contains("GS*FA*PAYER01*CLINIC01*20260303*0900*"));
    assert!(
        answer
            .contains("AK1*HC*104*005010X222A1~\nAK2*837*0001*005010X222A1~\nIK5*A~\nAK9*A*1*1*1~")
    );
    assert!(!answer.contains("TA1"));
}

#[test]
fn a_fault_of_an_element_names_its_place_and_its_claim() {
    let answer = &answers(&claim().replace("DTP*472*D8*20260105", "DTP*472*D8*20260231"))[0];
    assert!(
        answer.contains("IK3*DTP*35*2400*8~\nCTX*CLM01:COB4001~\nIK4*3**8~\n"),
        "{answer}"
    );
    assert!(answer.contains("IK5*R*5~\nAK9*R*1*1*0~"), "{answer}");
}

#[test]
fn a_missing_segment_that_another_asks_for_names_its_trigger() {
    let answer = &answers(&claim().replace("11:B:1", "11:B:7"))[0];
    assert!(
        answer.contains(
            "IK3*REF*19*2300*I6~\nCTX*SITUATIONAL TRIGGER*CLM*19**5:3~\nCTX*CLM01:COB4001~\n"
        ),
        "{answer}"
    );
}

#[test]
fn warnings_alone_accept_with_errors() {
    let answer = &answers(&claim().replace("AMT*D*140", "AMT*D*141"))[0];
    assert!(answer.contains("IK5*E*5~\nAK9*E*1*1*1~"), "{answer}");
}

#[test]
fn one_bad_set_of_two_accepts_the_group_in_part() {
    let answer = &answers(&twice("SBR*S*18", "SBR*X*18"))[0];
    assert!(
        answer.contains("IK5*A~\nAK2*837*0002*005010X222A1~\nIK3*SBR*13*"),
        "{answer}"
    );
    assert!(answer.contains("AK9*P*2*2*1~"), "{answer}");
}

#[test]
fn counts_and_numbers_of_trailers_have_their_own_codes() {
    let answer = &answers(&claim().replace("SE*48*0001", "SE*52*0009"))[0];
    assert!(answer.contains("IK5*R*4*3~"), "{answer}");
    let answer = &answers(&claim().replace("GE*1*104", "GE*3*105"))[0];
    assert!(answer.contains("AK9*R*3*1*0*5*4~"), "{answer}");
    let answer = &answers(&claim().replace("IEA*1*000000104", "IEA*1*000000999"))[0];
    assert!(
        answer.contains("TA1*000000104*260302*0815*R*001~\nIEA*0*"),
        "{answer}"
    );
    let answer = &answers(&claim().replace("IEA*1*", "IEA*2*"))[0];
    assert!(answer.contains("*R*021~"), "{answer}");
}

#[test]
fn a_ta1_is_sent_where_it_is_asked_for_and_where_the_isa_is_wrong() {
    let asked = claim().replace("*000000104*0*T*", "*000000104*1*T*");
    let answer = &answers(&asked)[0];
    assert!(
        answer.contains("TA1*000000104*260302*0815*A*000~\nGS*FA*"),
        "{answer}"
    );
    let narrow = claim().replace("*CLINIC01       *", "*CLINIC01*");
    let answer = &answers(&narrow)[0];
    assert!(
        answer.contains("TA1*000000104*260302*0815*E*006~\nGS*FA*"),
        "{answer}"
    );
}

#[test]
fn a_file_that_ends_too_early_is_answered_where_its_sender_is_known() {
    let file = claim();
    let cut = &file[..file.find("\nGE*").unwrap() + 1];
    assert!(answers(cut)[0].contains("TA1*000000104*260302*0815*R*023~"));
    assert!(matches!(
        acknowledge(b"", REQUEST, &mut Counting(0)),
        Err(AckError::File(FileError::Empty))
    ));
}

#[test]
fn acknowledgments_are_not_acknowledged() {
    let several = include_str!("../fixtures/several-interchanges.edi");
    assert_eq!(
        answers(several).len(),
        3,
        "four interchanges, one of them a 999"
    );
    let ta1 = include_bytes!("../fixtures/ta1.edi");
    assert_eq!(
        acknowledge(ta1, REQUEST, &mut Counting(0)),
        Err(AckError::NothingToAcknowledge)
    );
}
