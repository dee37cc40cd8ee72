//! What only some claims say reaches a rule as it stands in the 837: causes,
//! codes, ordering providers, drugs, earlier payers. And classes of codes that a
//! practice adds to.

use scrubjay_tests::practice::Practice;

const RULES: &str = r#"
/// id: t/claim
/// title: Says what the claim says
/// hook: scrub
/// severity: info
fn claim_says(claim) {
    info(`causes ${claim.causes}, late ${claim.delay_reason}, casualty ${claim.casualty_number}`);
    info(`reports ${claim.attachments}, conditions ${claim.conditions}, occurrences ${claim.occurrences}`);
    info(`values ${claim.value_codes}, 12 is ${claim.value_of("12")}, 13 is missing ${claim.value_of("13").is_missing()}`);
    info(`bill ${claim.facility_type}, filing ${claim.filing_code}, msp ${claim.msp_type}, paid ${claim.patient_paid}`);
    info(`answered ${claim.answered}, supervised ${!claim.supervising.is_missing()}, named ${claim.providers.len()}`);
    for payer in claim.payers {
        let decision = if payer.decision.is_missing() { "nothing" } else { `${payer.decision.paid} and ${payer.decision.adjusted_as("PR", "2")}` };
        info(`payer ${payer.order} ${payer.line} decided ${decision}`);
    }
}

/// id: t/line
/// title: Says what a line says
/// hook: scrub
/// scope: line
/// severity: info
fn line_says(claim, line) {
    line.info(`drug ${line.ndc_units} ${line.ndc_unit}, unit ${line.unit}, CLIA ${line.clia}, referral ${line.referral}, repeats ${line.repeats}`);
    for provider in [line.ordering, line.referring, line.supervising] {
        if !provider.is_missing() {
            line.info(`${provider.role} ${provider.npi.is_valid} person ${provider.is_person}`);
        }
    }
    for decision in line.prior {
        line.info(`prior ${decision.paid} and ${decision.adjusted} on ${decision.decided}`);
    }
}
"#;

fn file(version: &str, body: &[&str]) -> String {
    let mut text = format!(
        "ISA*00*          *00*          *ZZ*SAMPLESENDER   *ZZ*SAMPLERECEIVER *260302*0815*^*00501*000000001*0*T*:~\n\
         GS*HC*SAMPLESENDER*SAMPLERECEIVER*20260302*0815*1*X*{version}~\n\
         ST*837*0001*{version}~\n"
    );
    for segment in body {
        text.push_str(segment);
        text.push_str("~\n");
    }
    text.push_str(&format!(
        "SE*{}*0001~\nGE*1*1~\nIEA*1*000000001~\n",
        body.len() + 2
    ));
    text
}

const HEAD: [&str; 9] = [
    "BHT*0019*00*SAMPLE*20260302*0815*CH",
    "NM1*41*2*SAMPLE PRACTICE*****46*SAMPLESENDER",
    "PER*IC*BILLING*TE*5125550100",
    "NM1*40*2*SAMPLE RECEIVER*****46*SAMPLERECEIVER",
    "HL*1**20*1",
    "NM1*85*2*SAMPLE PRACTICE*****XX*1234567893",
    "N3*1 SAMPLE ST",
    "N4*AUSTIN*TX*787010001",
    "REF*EI*741234567",
];

/// The messages of a rule on the claims of a file.
fn said(also: &str, text: &str) -> Vec<String> {
    let practice = Practice::new(also);
    practice.pack("t", RULES);
    practice.write("claims.837", text);
    let path = practice.path("claims.837").to_string_lossy().into_owned();
    let scrubbed = practice.scrubjay(&["scrub", &path, "--json"]);
    let mut messages = Vec::new();
    for line in scrubbed.out.lines() {
        let document: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
        for finding in document["findings"].as_array().into_iter().flatten() {
            let rule = finding["rule"].as_str().unwrap_or_default();
            if rule.starts_with("t/") || rule == "rule-fault" {
                messages.push(finding["message"].as_str().unwrap_or_default().to_owned());
            }
        }
    }
    assert!(!messages.is_empty(), "{}{}", scrubbed.out, scrubbed.err);
    messages
}

#[test]
fn a_professional_claim_says_what_it_is_about_and_who_ordered() {
    let body = [
        "HL*2*1*22*0",
        "SBR*S*18*******CI",
        "NM1*IL*1*SAMPLE*PERSON****MI*M00000",
        "N3*2 SAMPLE ST",
        "N4*AUSTIN*TX*78702",
        "DMG*D8*19850101*F",
        "REF*Y4*WC-7",
        "NM1*PR*2*SAMPLE PAYER*****PI*SAMPLEPAY",
        "CLM*S1*130***11:B:1*Y*A*Y*Y**AA:EM::TX*********3",
        "DTP*439*D8*20260210",
        "PWK*OZ*EL***AC*77",
        "AMT*F5*10",
        "HI*ABK:J029",
        "NM1*DQ*1*SUPER*VISOR****XX*1245319599",
        "SBR*P*18*******MB",
        "AMT*D*60",
        "OI***Y***Y",
        "NM1*IL*1*SAMPLE*PERSON****MI*M00001",
        "NM1*PR*2*OTHER PAYER*****PI*OTHERPAY",
        "LX*1",
        "SV1*HC:J0696*100*UN*2***1",
        "DTP*472*D8*20260227",
        "REF*X4*45D9000417",
        "REF*9F*R77",
        "LIN**N4*99999073201",
        "CTP****0.5*ML",
        "NM1*DK*1*ORDER*ING****XX*1234567890",
        "N3*1 SAMPLE ST",
        "N4*AUSTIN*TX*787010001",
        "SVD*OTHERPAY*60*HC:J0696**2",
        "CAS*CO*45*20",
        "CAS*PR*2*20",
        "DTP*573*D8*20260220",
        "LX*2",
        "SV1*HC:J0696*30*UN*1***1",
        "DTP*472*D8*20260227",
        "LIN**N4*99999073201",
        "CTP****1*UN",
    ];
    let text = file("005010X222A1", &[&HEAD[..], &body[..]].concat());
    let said = said("rules: [packs]\n", &text);
    assert_eq!(
        said,
        [
            r#"causes ["auto", "employment"], late 3, casualty WC-7"#,
            r#"reports ["OZ"], conditions [], occurrences []"#,
            "values [], 12 is , 13 is missing true",
            "bill , filing CI, msp , paid 10.00",
            "answered 2026-02-20, supervised true, named 3",
            "payer secondary commercial decided nothing",
            "payer primary medicare decided 60.00 and 0",
            "drug 0.5 ML, unit UN, CLIA 45D9000417, referral R77, repeats ",
            "ordering false person true",
            "supervising true person true",
            "prior 60.00 and 40.00 on 2026-02-20",
            "drug 1 UN, unit UN, CLIA , referral , repeats 1",
            "supervising true person true",
        ]
    );
}

#[test]
fn an_institutional_claim_has_its_codes() {
    let body = [
        "HL*2*1*22*0",
        "SBR*P*18*******MA",
        "NM1*IL*1*SAMPLE*PERSON****MI*M00000",
        "N3*2 SAMPLE ST",
        "N4*AUSTIN*TX*78702",
        "DMG*D8*19450101*F",
        "NM1*PR*2*SAMPLE PAYER*****PI*SAMPLEPAY",
        "CLM*S1*100***13:A:1**A*Y*Y",
        "DTP*434*RD8*20260227-20260227",
        "CL1*9*9*01",
        "HI*ABK:J029",
        "HI*BH:01:D8:20260210*BH:05:D8:20260211",
        "HI*BE:12:::300",
        "HI*BG:45",
        "NM1*71*1*ATT*ENDING****XX*1245319599",
        "LX*1",
        "SV2*0450*HC:G0463*100*UN*1",
        "DTP*472*D8*20260227",
    ];
    let text = file("005010X223A2", &[&HEAD[..], &body[..]].concat());
    let said = said("rules: [packs]\n", &text);
    assert_eq!(
        said[1..4],
        [
            r#"reports [], conditions ["45"], occurrences ["01", "05"]"#,
            r#"values ["12"], 12 is 300.00, 13 is missing true"#,
            "bill 13, filing MA, msp , paid ",
        ]
    );
}

const CLASSES: &str = r#"
/// id: t/class
/// title: Says that a visit is one of the practice's
/// hook: scrub
/// scope: line
/// severity: info
/// applies: { procedures: "@em_office" }
fn in_class(claim, line) {
    line.info(`${class("em_office").contains(line.procedure)}`);
}
"#;

#[test]
fn a_practice_adds_its_own_members_to_a_class_of_codes() {
    let practice = Practice::new("rules: [packs]\n");
    practice.pack("t", CLASSES);
    practice.write(
        "own.csv",
        "class,codes,what\nem_office,T1015,clinic visit\nem_office,soon,?\n",
    );
    practice.write(
        "packs/t/tests/t.yaml",
        "today: 2026-03-02\ncases:\n  - case: one that ships and one of ours\n    claim: { lines: [G0463 90, T1015 80, G0439 70] }\n    expect: [{ rule: t/class, line: 1 }, { rule: t/class, line: 2, says: 'true' }]\n",
    );
    let without = practice.scrubjay(&["rules", "check"]);
    assert_eq!(without.code, 1, "{}", without.out);
    practice.configure("rules: [packs]\ncodes: { classes: own.csv }\n");
    let with = practice.scrubjay(&["rules", "check"]);
    assert_eq!(with.code, 0, "{}{}", with.out, with.err);
    let told = format!("{}{}", with.out, with.err);
    assert!(
        told.contains("own.csv: 1 row left out, the first at line 3"),
        "{told}"
    );
}
