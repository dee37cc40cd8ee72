//! Rules ask Medicare's tables that a practice has from CMS. The rows are
//! invented, in the official layouts.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::sync::Arc;

use scrubjay::hooks::{AddOnStanding, CodeBooks, PairStanding};
use scrubjay::model::ClaimKind;
use scrubjay::{CodeFileError, Config, Engine, EngineError, PracticeCodes};
use scrubjay_tests::practice::Practice;
use scrubjay_tests::sample::{SampleClaim, claims};

const PTP: &str = "An invented notice\r\n\
    G0439\tJ0696\t\t20260101\t*\t0\tInvented\r\n\
    G0463\tJ0696\t\t20250101\t20260131\t1\tInvented\r\n";
const PTP_MORE: &str = "G0463\tG0439\t\t20260101\t*\t1\tInvented\r\n\
    G0463\tG0101\t\tsoon\t*\t1\tInvented\r\n";
const MUE: &str = "\"HCPCS/\r\nCPT Code\",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\r\n\
    J0696,16,3 Date of Service Edit: Clinical,Invented\r\n\
    G0463,2,1 Line Edit,Invented\r\n\
    G0439,one,2 Date of Service Edit: Policy,Invented\r\n";
const ADD_ON: &str = "1\tG2211\t\tG0463\t\t2026001\t\tInvented\r\n";
const FEES: &str = "HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,DAYS,OP,OP,OP,PROC,SURG,SURG,SURG,SURG,BASE,FACTOR,PROCEDURES,FLAG,INDICATOR,AMOUNT,AMOUNT,AMOUNT\r\n\
    G0439,,Invented,A,,1.30,1.21,,0.53,,0.10,2.61,1.93,0,XXX,0,0,0,0,0,0,0,0,,33.4009,09,0,99,0,0,0\r\n\
    G0439,26,Invented,A,,1.00,0.00,,0.00,,0.00,1.00,1.00,0,XXX,0,0,0,0,0,0,0,0,,33.4009,09,0,99,0,0,0\r\n";
const GPCI: &str = "Medicare Administrative Contractor (MAC),State,Locality Number,Locality Name,2026 PW GPCI,2026 PE GPCI,2026 MP GPCI\r\n\
    99912,XA,0,INVENTIA,1.000,0.875,0.566\r\n";
const ALL: &str = "rules: [packs]\ncodes:\n  ncci_ptp: [cms/ptp-1.txt, cms/ptp-2.txt]\n  mue: cms/mue.csv\n  addon: cms/addon.txt\n  fees: cms/fees.csv\n  gpci: cms/gpci.csv\n  locality: 99912 00\n";

fn practice(also: &str) -> Practice {
    let practice = Practice::new(also);
    for (name, text) in [
        ("ptp-1.txt", PTP),
        ("ptp-2.txt", PTP_MORE),
        ("mue.csv", MUE),
        ("addon.txt", ADD_ON),
        ("fees.csv", FEES),
        ("gpci.csv", GPCI),
    ] {
        practice.write(&format!("cms/{name}"), text);
    }
    practice
}

/// A rule about one table, and what it says of claims.
struct About {
    rule: &'static str,
    cases: &'static [Case],
}

type Case = (SampleClaim<'static>, &'static [&'static str]);

/// A claim of February 2026.
const fn claim(
    place: &'static str,
    lines: &'static [(&'static str, &'static str, u32)],
) -> SampleClaim<'static> {
    let day = "20260220";
    SampleClaim { place, day, lines }
}

const PAIRS: About = About {
    rule: "fn rule(claim) {
    let day = claim.service_from;
    for one in claim.lines {
        for other in claim.lines {
            let pair = ncci(one.procedure, other.procedure);
            if pair.bundled_on(day) == true {
                block(`${other.procedure} is not paid beside ${one.procedure}, modifier ${pair.modifier_allowed_on(day)}`);
            }
        }
    }
}",
    cases: &[
        // An edit of the first file, one of the second, one that was deleted before.
        (
            claim("11", &[("J0696", "20.00", 1), ("G0439", "90.00", 1)]),
            &["J0696 is not paid beside G0439, modifier false"],
        ),
        (
            claim("11", &[("G0463", "90.00", 1), ("G0439", "90.00", 1)]),
            &["G0439 is not paid beside G0463, modifier true"],
        ),
        (
            claim("11", &[("G0463", "90.00", 1), ("J0696", "20.00", 1)]),
            &[],
        ),
    ],
};

const LIMITS: About = About {
    rule: "fn rule(claim) {
    for line in claim.lines {
        let limit = mue(line.procedure);
        if !limit.units.is_missing() && claim.units_of(line.procedure) > limit.units {
            block(`more than ${limit.units} by ${limit.kind}`);
        }
    }
}",
    cases: &[
        (
            claim("11", &[("G0463", "90.00", 3)]),
            &["more than 2 by line"],
        ),
        (claim("11", &[("G0463", "90.00", 2)]), &[]),
        // The row of this code is broken.
        (claim("11", &[("G0439", "90.00", 3)]), &[]),
    ],
};

const ADD_ONS: About = About {
    rule: "fn rule(claim) {
    let day = claim.service_from;
    let lines = claim.lines;
    for line in claim.lines {
        let asked = add_on(line.procedure);
        if asked.kind_on(day) == \"listed\" {
            let primaries = asked.primaries_on(day);
            if !lines.any(|other| primaries.contains(other.procedure)) {
                block(`${line.procedure} wants one of ${primaries.len()} beside it`);
            }
        }
    }
}",
    cases: &[
        (
            claim("11", &[("G2211", "16.00", 1), ("G0439", "90.00", 1)]),
            &["G2211 wants one of 1 beside it"],
        ),
        (
            claim("11", &[("G2211", "16.00", 1), ("G0463", "90.00", 1)]),
            &[],
        ),
    ],
};

/// By hand: 1.30 x 1.000 + 1.21 x 0.875 + 0.10 x 0.566 = 2.41535, times
/// 33.4009 is 80.67; in a facility 1.82035 x 33.4009 is 60.80.
const PRICES: About = About {
    rule: "fn rule(claim) {
    for line in claim.lines {
        let fee = fee(line.procedure, line.place);
        if !fee.is_missing() && line.charge < fee {
            block(`below ${fee}; professional ${fee(line.procedure, line.place, \"26\")}`);
        }
    }
}",
    cases: &[
        (
            claim("11", &[("G0439", "80.66", 1)]),
            &["below 80.67; professional 33.40"],
        ),
        (claim("21", &[("G0439", "80.66", 1)]), &[]),
        // A code without a price.
        (claim("11", &[("G0463", "1.00", 1)]), &[]),
    ],
};

impl About {
    fn card(&self) -> String {
        format!(
            "/// id: t/rule\n/// title: A rule of a test\n/// hook: scrub\n/// severity: block\n{}\n",
            self.rule
        )
    }

    /// Puts the rule into the practice's packs.
    fn put(&self, practice: &Practice) {
        practice.pack("t", &self.card());
    }

    /// What it says of its claims.
    fn says(&self, practice: &Practice) -> Vec<Vec<String>> {
        let claims: Vec<_> = self.cases.iter().map(|(claim, _)| *claim).collect();
        practice.said_of("t/rule", &claims)
    }
}

fn codes(practice: &Practice) -> Result<Arc<PracticeCodes>, CodeFileError> {
    let config = Config::of_folder(practice.folder()).unwrap();
    PracticeCodes::read(&config.codes).map(Arc::new)
}

#[test]
fn a_rule_on_each_table_finds_what_its_files_say() {
    let practice = practice(ALL);
    for about in [PAIRS, LIMITS, ADD_ONS, PRICES] {
        about.put(&practice);
        practice.configure(ALL);
        let expected: Vec<_> = about.cases.iter().map(|(_, says)| *says).collect();
        assert_eq!(about.says(&practice), expected, "{}", about.rule);
        // Without the files there is nothing to say.
        practice.configure("rules: [packs]\n");
        let silent = about.says(&practice).concat();
        assert_eq!(silent, [""; 0], "{}", about.rule);
    }
}

/// CDT codes never go in, so a table cannot say that it has none.
#[test]
fn of_dental_codes_nothing_is_said() {
    let codes = codes(&practice(ALL)).unwrap();
    let day = "2026-02-20".parse().unwrap();
    assert_eq!(
        codes.pair_on(ClaimKind::Professional, "G0439", "D0120", day),
        PairStanding::Unknown
    );
    assert_eq!(
        codes.pair_on(ClaimKind::Professional, "G0439", "G0101", day),
        PairStanding::Free
    );
    assert_eq!(codes.add_on_on("D0120", day), AddOnStanding::Unknown);
    assert_eq!(codes.add_on_on("G0439", day), AddOnStanding::NotAddOn);
}

#[test]
fn broken_rows_are_told_with_file_and_line_and_the_others_are_in() {
    let practice = practice(ALL);
    let codes = codes(&practice).unwrap();
    let told: Vec<String> = codes.left_out().iter().map(ToString::to_string).collect();
    let cms = practice.path("cms");
    let file = |name: &str| cms.join(name).display().to_string();
    assert_eq!(
        told,
        [
            format!(
                "{}: 1 row left out, the first at line 2: column `effective date` should be a date as yyyymmdd; the others are in",
                file("ptp-2.txt")
            ),
            format!(
                "{}: 1 row left out, the first at line 5: column `MUE value` should be a whole number; the others are in",
                file("mue.csv")
            ),
        ]
    );
}

#[test]
fn a_file_that_cannot_be_taken_in_stops_the_opening_and_says_what_to_do() {
    let practice = practice("");
    for (says, wrong) in [
        (
            "{ mue: cms/none.csv }",
            [
                "none.csv",
                "`codes: mue`",
                "cannot be opened",
                "mend the path",
            ],
        ),
        (
            "{ mue: cms/gpci.csv }",
            [
                "gpci.csv",
                "`codes: mue`",
                "cannot be taken in",
                "fetch it from CMS again",
            ],
        ),
        (
            "{ ncci_ptp: [cms/ptp-1.txt, cms/mue.csv] }",
            [
                "mue.csv",
                "`codes: ncci_ptp`",
                "no row could be taken in",
                "take `ncci_ptp` out",
            ],
        ),
        (
            "{ fees: cms/fees.csv, gpci: cms/gpci.csv, locality: 99912 07 }",
            [
                "gpci.csv",
                "the locality `99912 07`",
                "is not in this file",
                "its columns",
            ],
        ),
        (
            "{ fees: cms/fees.csv, gpci: cms/gpci.csv }",
            ["scrubjay.yaml", "`locality` is not there", "add it", "fees"],
        ),
        (
            "{ fees: cms/fees.csv, gpci: cms/gpci.csv, locality: Austin }",
            [
                "scrubjay.yaml",
                "such as `10112 00`",
                "`Austin` is not",
                "locality",
            ],
        ),
        (
            "{ ncci: [cms/ptp-1.txt] }",
            ["scrubjay.yaml", "unknown field `ncci`", "ncci_ptp", "codes"],
        ),
    ] {
        practice.configure(&format!("codes: {says}\n"));
        let ran = practice.run();
        assert_eq!(ran.code, 2, "{says}");
        for part in wrong {
            assert!(ran.err.contains(part), "{says}: {part}: {}", ran.err);
        }
    }
    practice.configure("codes: { mue: cms/none.csv }\n");
    let opened = Engine::open(practice.folder());
    assert!(matches!(
        opened.err(),
        Some(EngineError::Codes(CodeFileError::Open { key: "mue", .. }))
    ));
}

#[test]
fn the_program_judges_checks_publishes_and_replays_with_the_practices_tables() {
    let practice = practice(ALL);
    LIMITS.put(&practice);
    let checked = practice.scrubjay(&["rules", "check"]).good();
    assert!(checked.contains("mue.csv: 1 row left out"), "{checked}");
    assert!(checked.contains("passes; 3 warnings"), "{checked}");
    practice.scrubjay(&["rules", "list"]).good();
    practice
        .scrubjay(&["rules", "publish", "t", "--by", "Ana"])
        .good();

    practice.configure(&format!("{ALL}rules_from: published\n"));
    practice.write(
        "inbox/claims.837",
        &claims(2).replacen("*UN*1*", "*UN*3*", 1),
    );
    let ran = practice.run();
    assert!(ran.err.contains("mue.csv: 1 row left out"), "{}", ran.err);
    let held = practice.scrubjay(&["claims", "show", "S00000"]).good();
    assert!(held.contains("finding t/rule (block)"), "{held}");
    let sent = practice.scrubjay(&["claims", "show", "S00001"]).good();
    assert!(!sent.contains("t/rule"), "{sent}");
    let again = practice.scrubjay(&["rules", "replay", "S00000"]).good();
    assert!(again.contains("the same, byte for byte"), "{again}");

    // Without the table the rule finds nothing, and the replay says so.
    practice.configure("rules: [packs]\nrules_from: published\n");
    let unlike = practice.scrubjay(&["rules", "replay", "S00000"]);
    assert_eq!(unlike.code, 1, "{}", unlike.out);
    assert!(unlike.out.contains("t/rule"), "{}", unlike.out);
}
