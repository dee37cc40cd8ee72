//! Claims in and out, one rule of the trade at a time.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use scrubjay_edi::{ClaimError, ElementError, ReadError, WriteError, write_claims};
use scrubjay_model::{AsSent, ClaimKind, Frequency, Relationship};
use support::made::{
    dental, full_professional, institutional, money, person, professional, secondary,
};
use support::{Counting, batch, claims_of, only_claim, sets_of, written};

const ONE: &str = include_str!("../fixtures/one-claim.837");

fn text(claims: &[&scrubjay_model::Claim]) -> String {
    String::from_utf8(written(claims)).unwrap()
}

#[test]
fn seven_replaces_and_eight_voids() {
    for (code, frequency) in [
        ("1", Frequency::Original),
        ("7", Frequency::Replacement),
        ("8", Frequency::Void),
    ] {
        let claim = only_claim(ONE.replace("11:B:1", &format!("11:B:{code}")).as_bytes());
        assert_eq!(claim.frequency, frequency);
        assert!(text(&[&claim]).contains(&format!("*11:B:{code}*")));
        let mut made = professional("A1");
        made.frequency = frequency;
        assert!(text(&[&made]).contains(&format!("*11:B:{code}*")));
    }
}

#[test]
fn signature_and_assignment_flags_are_as_they_came() {
    let claim = only_claim(ONE.as_bytes());
    assert!(text(&[&claim]).contains("CLM*A1*150.5***11:B:1*N*C*N*I*P~"));
    let unsigned = ONE.replace("CLM*A1*150.5***11:B:1*N*C*N*I*P~", "CLM*A1*150.5***11:B:1~");
    let claim = only_claim(unsigned.as_bytes());
    assert!(text(&[&claim]).contains("CLM*A1*150.5***11:B:1~"));
}

#[test]
fn a_claim_made_by_hand_says_that_it_is_signed_and_assigned() {
    assert!(text(&[&professional("A1")]).contains("CLM*A1*150.5***11:B:1*Y*A*Y*Y~"));
}

#[test]
fn a_child_stands_under_the_parent_who_is_insured() {
    let claim = only_claim(ONE.as_bytes());
    assert_eq!(claim.patient.name.first.as_deref(), Some("CHILD"));
    assert_eq!(claim.patient.member, None);
    let coverage = claim.destination().unwrap();
    assert_eq!(coverage.relationship, Relationship::Child);
    let parent = coverage.subscriber.as_ref().unwrap();
    assert_eq!(parent.name.first.as_deref(), Some("PARENT"));
    assert_eq!(parent.member, coverage.member);
    let text = text(&[&claim]);
    assert!(text.contains("HL*2*1*22*1~\nSBR*P**GRP1"), "{text}");
    assert!(text.contains("HL*3*2*23*0~\nPAT*19~"), "{text}");
}

#[test]
fn a_patient_who_is_the_subscriber_has_the_member_number() {
    let claim = only_claim(&written(&[&professional("A1")]));
    assert_eq!(claim.destination().unwrap().subscriber, None);
    assert_eq!(claim.patient.member, claim.destination().unwrap().member);
}

#[test]
fn a_value_taken_off_a_claim_does_not_come_back_with_what_was_carried() {
    let mut claim = only_claim(ONE.as_bytes());
    claim.rendering = None;
    claim.authorization = None;
    claim.lines[0].modifiers.clear();
    claim.lines[0].place = None;
    claim.billing.tax_id = None;
    let text = text(&[&claim]);
    for gone in ["NM1*82*", "REF*G1*", "G0463:25", "REF*EI*"] {
        assert!(!text.contains(gone), "{gone} came back:\n{text}");
    }
    assert!(
        text.contains("SV1*HC:G0463::::::VISIT*100.5*UN*1***1:2**Y~"),
        "{text}"
    );
}

#[test]
fn a_value_that_was_mended_replaces_the_one_that_came() {
    let mut claim = only_claim(ONE.as_bytes());
    claim.billing.npi = Some(AsSent::read("1245319599"));
    claim.lines[1].charge = money("51");
    claim.patient.name.last = "MENDED".to_owned();
    let text = text(&[&claim]);
    assert!(text.contains("NM1*85*2*SAMPLE PRACTICE*****XX*1245319599~"));
    assert!(text.contains("SV1*HC:J1100*51*UN*2***1~"), "{text}");
    assert!(text.contains("NM1*QC*1*MENDED*CHILD~"));
}

#[test]
fn what_a_line_carries_goes_with_the_line() {
    let mut claim = only_claim(ONE.as_bytes());
    claim.lines.remove(0);
    let text = text(&[&claim]);
    assert!(!text.contains("VISIT"), "{text}");
    assert!(text.contains("LX*1~\nSV1*HC:J1100"), "{text}");
    assert!(text.contains("CTP****2*UN~"), "{text}");
}

#[test]
fn an_amount_that_is_no_number_stops_its_claim_only() {
    let clm = ONE.find("HL*2*1*22*1~").unwrap()..ONE.find("SE*").unwrap();
    let second = ONE[clm.clone()]
        .replace("*A1*150.5*", "*A2*15O.5*")
        .replace("HL*3*2", "HL*5*4");
    let second = second.replace("HL*2*1", "HL*4*1");
    let both = format!("{}{second}{}", &ONE[..clm.end], &ONE[clm.end..]);
    let read = claims_of(&sets_of(both.as_bytes())[0]);
    assert!(read[0].is_ok());
    let error = read[1].clone().unwrap_err();
    assert!(matches!(
        error,
        ReadError::Element {
            loop_id: "2300",
            segment: "CLM",
            element: 2,
            problem: ElementError::NotAnAmount,
            ..
        }
    ));
    assert!(error.position().segment > 50);
    assert!(!error.to_string().contains("15O"), "{error}");
    assert!(error.to_string().starts_with("segment "), "{error}");
}

#[test]
fn odd_values_are_kept_as_they_were_sent() {
    let odd = ONE
        .replace("XX*1234567893", "XX*1234567890")
        .replace("20260220-20260221", "20260220-2026022X")
        .replace("D8*20150601", "D8*20150631")
        .replace("ABK:J029", "ABK:J02.9")
        .replace("UN*2***1~", "UN*two***A~");
    let claim = only_claim(odd.as_bytes());
    assert_eq!(
        claim.billing.npi,
        Some(AsSent::Odd("1234567890".to_owned()))
    );
    assert_eq!(claim.lines[1].from, None);
    assert_eq!(claim.patient.born, None);
    assert!(claim.diagnoses[0].code.sound().is_none());
    assert!(claim.lines[1].units.is_zero());
    assert!(claim.lines[1].pointers.is_empty());
    let text = text(&[&claim]);
    for kept in [
        "*XX*1234567890~",
        "*RD8*20260220-2026022X~",
        "DMG*D8*20150631*M~",
        "ABK:J02.9*",
        "*UN*two***A~",
    ] {
        assert!(text.contains(kept), "{kept} is lost:\n{text}");
    }
}

#[test]
fn other_delimiters_of_a_file_change_nothing() {
    let plain = only_claim(ONE.as_bytes());
    let other = ONE.replace(':', ">").replace('^', "!").replace('*', "|");
    assert_eq!(only_claim(other.as_bytes()), plain);
    // A colon in a note is data there, and no delimiter of ours.
    let noted = other.replace("SAMPLE NOTE", "AT 10:30*A");
    assert!(text(&[&only_claim(noted.as_bytes())]).contains("NTE*ADD*AT 10 30 A~"));
}

#[test]
fn claims_of_one_subscriber_stand_together() {
    let (first, second) = (professional("A1"), professional("A3"));
    let mut other = professional("A2");
    other.patient = person("OTHER", "PATIENT", Some("MPAY01"));
    let text = text(&[&first, &other, &second]);
    assert_eq!(text.matches("HL*").count(), 3, "{text}");
    let at = |id: &str| text.find(&format!("CLM*{id}*")).unwrap();
    assert!(at("A1") < at("A3") && at("A3") < at("A2"));
}

#[test]
fn a_second_payers_claim_carries_what_the_first_decided() {
    let claim = secondary("S1");
    let text = text(&[&claim]);
    for expected in [
        "SBR*S**GRP1******CI~",
        "SBR*P*19*GRP1******CI~",
        "AMT*D*80.5~",
        "AMT*EAF*20~",
        "OI***Y***Y~",
        "MOA***MA01~",
        "NM1*IL*1*OTHER*PARENT****MI*MPAY01~",
        "SVD*PAY01*60.5*HC:G0463**1~\nCAS*CO*45*20~\nCAS*PR*1*15**2*5~\nDTP*573*D8*20260301~\nAMT*EAF*20~",
    ] {
        assert!(text.contains(expected), "{expected}:\n{text}");
    }
    let again = only_claim(text.as_bytes());
    assert_eq!(again.coverages[1].paid, claim.coverages[1].paid);
    assert_eq!(again.lines[0].prior, claim.lines[0].prior);
}

#[test]
fn other_payers_are_listed_in_the_order_of_payment() {
    let other = |order: &str, id: &str| {
        format!(
            "SBR*{order}*18*******CI~\nOI***Y***Y~\nNM1*IL*1*SAMPLE*CHILD****MI*M0002~\nNM1*PR*2*OTHER PAYER*****PI*{id}~\n"
        )
    };
    let three = ONE.replace(
        "LX*1~",
        &format!("{}{}LX*1~", other("T", "PAY03"), other("P", "PAY04")),
    );
    let claim = only_claim(three.as_bytes());
    let order: Vec<_> = claim
        .coverages
        .iter()
        .map(|coverage| coverage.payer.as_ref().unwrap().as_str())
        .collect();
    assert_eq!(order, ["PAY01", "PAY04", "PAY02", "PAY03"]);
    // What was carried stays with its payer.
    assert!(
        text(&[&claim]).contains("SBR*S*18*GRP2******CI~\nCAS*CO*45*10~\nAMT*D*20~\nOI***Y*B**Y~")
    );
}

#[test]
fn a_hospitals_claim_keeps_type_of_bill_codes_and_revenue_lines() {
    let claim = institutional("I1");
    let text = text(&[&claim]);
    for expected in [
        "CLM*I1*150.5***13:A:1**A*Y*Y~",
        "DTP*434*RD8*20260220-20260221~",
        "HI*ABK:J189:::::::Y~\nHI*ABJ:R0902~\nHI*APR:R05~\nHI*ABF:I10*ABF:E119~\nHI*BE:80:::1*BE:A2:::15.31~",
        "NM1*71*1*SAMPLE*ATTENDING****XX*1245319599~\nPRV*AT*PXC*207R00000X~",
        "SV2*0450*HC:G0463*100.5*UN*1~",
        "SV2*0250**50*UN*1~",
    ] {
        assert!(text.contains(expected), "{expected}:\n{text}");
    }
    let mut again = only_claim(text.as_bytes());
    again.carried.clear();
    assert_eq!(again, claim);
}

#[test]
fn a_dental_line_without_a_date_was_done_on_the_claims() {
    let text = text(&[&dental("D1")]);
    assert_eq!(text.matches("DTP*472*").count(), 1, "{text}");
    let claim = only_claim(text.as_bytes());
    assert_eq!(claim.kind, ClaimKind::Dental);
    assert!(
        claim
            .lines
            .iter()
            .all(|line| line.from == dental("D1").lines[0].from)
    );
}

#[test]
fn every_field_of_a_claim_made_by_hand_comes_back() {
    for made in [
        full_professional("A1"),
        secondary("A2"),
        institutional("A3"),
        dental("A4"),
    ] {
        let mut again = only_claim(&written(&[&made]));
        again.carried.clear();
        let mut made = made;
        if made.kind == ClaimKind::Dental {
            // SV3 has no diagnosis of its own when none is pointed to, nor taxonomy lost.
            made.carried.clear();
        }
        assert_eq!(again, made);
    }
}

#[test]
fn a_claim_that_cannot_be_written_is_named_and_no_number_is_drawn() {
    let mut homeless = professional("A1");
    homeless.coverages.clear();
    let mut orphan = professional("A2");
    orphan.coverages[0].relationship = Relationship::Spouse;
    let mut starred = professional("A3");
    starred.patient.name.last = "SAM*PLE".to_owned();
    let mut modified = professional("A4");
    modified.lines[0].modifiers = vec![AsSent::read("25"); 5];
    for (claim, expected) in [
        (homeless, ClaimError::NoCoverage),
        (orphan, ClaimError::NoSubscriber),
        (
            starred,
            ClaimError::DelimiterInData {
                loop_id: "2010BA",
                segment: "NM1",
                element: 3,
            },
        ),
        (
            modified,
            ClaimError::TooMany {
                what: "modifiers",
                limit: 4,
                loop_id: "2400",
            },
        ),
    ] {
        let mut numbers = Counting(0);
        let error = write_claims(&batch(&[&professional("A0"), &claim]), &mut numbers).unwrap_err();
        assert_eq!(
            error,
            WriteError::Claim {
                claim: claim.id.clone(),
                problem: expected
            }
        );
        assert!(!error.to_string().contains("SAM"), "{error}");
        assert_eq!(numbers.0, 0);
    }
}

#[test]
fn each_set_names_its_claims() {
    let claims: Vec<_> = (1..=3)
        .map(|number| professional(&format!("A{number}")))
        .collect();
    let listed: Vec<_> = claims.iter().collect();
    let written = write_claims(&batch(&listed), &mut Counting(6)).unwrap();
    assert_eq!((written.interchange, written.group), (7, 8));
    let ids = claims.iter().map(|claim| claim.id.clone()).collect();
    assert_eq!(written.sets, [(9, ids)]);
    let text = String::from_utf8(written.bytes).unwrap();
    assert!(
        text.contains(
            "ST*837*0009*005010X222A1~\nBHT*0019*00*202603020815000009-8*20260302*0815*CH~"
        ),
        "{text}"
    );
}
