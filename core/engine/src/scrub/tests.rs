//! What scrubbing holds to: order, isolation of files, the same bytes on any
//! number of threads.

use std::convert::Infallible;
use std::sync::LazyLock;

use super::*;
use crate::EngineBuilder;

const FIXTURE: &str = include_str!("../../../edi/fixtures/one-claim.837");
const REMITTANCE: &str = include_str!("../../../../examples/clinic/inbox/05-medicare.835");

/// A file of one claim, with what its guide does not have taken out.
static FILE: LazyLock<String> = LazyLock::new(|| {
    FIXTURE
        .replace("OI***Y*B**Y~", "OI***Y***Y~")
        .replace(":25:::::VISIT*", ":25*")
        .replace("AMT*D*20~", "AMT*D*140.5~")
});

/// A scrubber without packs.
fn bare() -> Scrubber {
    EngineBuilder::new(Config::default()).scrubber().unwrap()
}

fn input(name: &str, text: &str) -> ScrubInput {
    ScrubInput::reader(name, std::io::Cursor::new(text.to_owned()))
}

fn scrub(files: Vec<ScrubInput>, options: &ScrubOptions) -> (Vec<Scrubbed>, ScrubSummary) {
    let mut found = Vec::new();
    let summary = bare().scrub(files, options, |one| {
        found.push(one);
        Ok::<(), Infallible>(())
    });
    (found, summary.unwrap_or_else(|never| match never {}))
}

fn one(text: &str) -> (Vec<Scrubbed>, ScrubSummary) {
    scrub(vec![input("a", text)], &ScrubOptions::default())
}

fn claim(found: &Scrubbed) -> &ScrubbedClaim {
    match found {
        Scrubbed::Claim(claim) => claim,
        Scrubbed::Problem(problem) => panic!("{problem:?}"),
    }
}

fn problem(found: &Scrubbed) -> &FileProblem {
    match found {
        Scrubbed::Problem(problem) => problem,
        Scrubbed::Claim(claim) => panic!("{claim:?}"),
    }
}

#[test]
fn a_sound_claim_is_clean_and_told_with_its_place() {
    let (found, summary) = one(&FILE);
    assert_eq!(found.len(), 1);
    let claim = claim(&found[0]);
    assert_eq!(claim.findings, []);
    assert_eq!(claim.decision, ScrubDecision::Clean);
    let segments: Vec<&str> = FILE.split('~').map(str::trim).collect();
    assert!(segments[claim.segment - 1].starts_with("CLM*"));
    assert_eq!((summary.claims, summary.clean, summary.files), (1, 1, 1));
    assert_eq!(summary.charge, claim.charge);
    assert!(!summary.has_failures());
}

#[test]
fn a_claim_whose_lines_do_not_add_up_is_held_by_its_guide() {
    let clm = FILE
        .split('~')
        .find(|segment| segment.trim().starts_with("CLM*"))
        .unwrap();
    let charge = clm.trim().split('*').nth(2).unwrap();
    let off = clm.replacen(&format!("*{charge}*"), "*99999*", 1);
    let (found, summary) = one(&FILE.replace(clm, &off));
    let claim = claim(&found[0]);
    // What another payer paid does not add up to it any more, either: a warning.
    assert!(!claim.findings.is_empty());
    for finding in &claim.findings {
        assert_eq!(finding.rule, "x12/unbalanced", "{finding:?}");
    }
    assert_eq!(claim.decision, ScrubDecision::Hold);
    assert_eq!((summary.held, summary.charge_held), (1, claim.charge));
    assert_eq!(summary.rules[0].charge, claim.charge);
}

#[test]
fn a_fault_of_a_line_is_told_of_that_line_and_one_of_the_provider_of_each_claim() {
    let second = FILE.match_indices("LX*").nth(1).unwrap().0;
    let sv = second + FILE[second..].find("SV1*").unwrap();
    let line = format!(
        "{}SV1**{}",
        &FILE[..sv],
        &FILE[sv + 4..].split_once('*').unwrap().1
    );
    let (found, _) = one(&line);
    // Without its procedure the line has a required element less.
    let findings = &claim(&found[0]).findings;
    assert!(!findings.is_empty());
    for finding in findings {
        assert_eq!(
            finding.about,
            scrubjay_hooks::About::Line { line: 2 },
            "{finding:?}"
        );
    }
    let nameless = FILE.replacen("NM1*85*2*", "NM1*85*9*", 1);
    assert_ne!(nameless, *FILE);
    let (found, _) = one(&nameless);
    assert!(claim(&found[0]).findings.iter().any(|finding| finding.rule == "x12/invalid-code"
        && finding.message.contains("2010AA")));
}

#[test]
fn a_claim_that_comes_twice_in_a_run_is_held_the_second_time() {
    let (found, _) = scrub(
        vec![input("a", &FILE), input("b", &FILE)],
        &ScrubOptions::default(),
    );
    assert_eq!(claim(&found[0]).findings, []);
    let second = claim(&found[1]);
    assert_eq!(second.findings[0].rule, "engine/duplicate-claim");
    assert!(second.findings[0].message.contains("on claim A1 already"));
    // Where nothing is remembered, nothing is found.
    let options = ScrubOptions {
        remember: 0,
        ..ScrubOptions::default()
    };
    let (found, summary) = scrub(vec![input("a", &FILE), input("b", &FILE)], &options);
    assert_eq!((claim(&found[1]).findings.len(), summary.forgotten), (0, 2));
}

#[test]
fn what_is_no_837_is_skipped_and_what_is_cut_is_refused_and_the_rest_goes_on() {
    let cut = &FILE[..FILE.len() - 30];
    let miscounted = REMITTANCE.replacen("IEA*1*", "IEA*7*", 1);
    assert_ne!(miscounted, REMITTANCE);
    let files = [
        ("a.txt", "hello"),
        ("b.835", &*miscounted),
        ("c.837", cut),
        ("d.837", ""),
        ("e.837", FILE.as_str()),
    ];
    let files = files.map(|(name, text)| input(name, text)).into();
    let (found, summary) = scrub(files, &ScrubOptions::default());
    let told: Vec<(&str, ProblemKind)> = found
        .iter()
        .filter_map(|found| match found {
            Scrubbed::Problem(problem) => Some((problem.file.as_str(), problem.problem)),
            Scrubbed::Claim(_) => None,
        })
        .collect();
    assert_eq!(
        told,
        [
            ("a.txt", ProblemKind::Skipped),
            ("b.835", ProblemKind::Skipped),
            ("c.837", ProblemKind::Refused),
            ("d.837", ProblemKind::Skipped),
        ]
    );
    assert_eq!(claim(found.last().unwrap()).file, "e.837");
    // Where a file is cut, nobody knows whether its last claim was whole.
    assert_eq!((summary.skipped, summary.files, summary.claims), (3, 2, 1));
    assert!(summary.has_failures());
}

#[test]
fn a_claim_that_cannot_be_read_and_an_envelope_that_does_not_count_are_told() {
    let clm = FILE
        .split('~')
        .find(|segment| segment.trim().starts_with("CLM*"))
        .unwrap();
    let mut elements: Vec<&str> = clm.split('*').collect();
    elements[2] = "lots";
    let (found, summary) = one(&FILE.replace(clm, &elements.join("*")));
    assert_eq!(problem(&found[0]).problem, ProblemKind::Unread);
    assert_eq!((summary.unread, summary.claims), (1, 0));

    let (found, summary) = one(&FILE.replacen("\nSE*", "\nSE*9", 1));
    assert_eq!(claim(&found[0]).decision, ScrubDecision::Clean);
    assert_eq!(problem(&found[1]).problem, ProblemKind::Unsound);
    assert_eq!(summary.refused, 1);

    let (found, _) = one(&FILE.replacen("005010X222A1", "004010X098A1", 2));
    assert_eq!(problem(&found[0]).problem, ProblemKind::Refused);
}

#[test]
fn a_claim_without_a_day_is_judged_on_the_day_that_is_named() {
    let isa = FILE.find('~').unwrap();
    let mut elements: Vec<&str> = FILE[..isa].split('*').collect();
    elements[9] = "261350";
    let dayless = format!("{}{}", elements.join("*"), &FILE[isa..]);
    let (found, summary) = one(&dayless);
    assert_eq!(problem(&found[0]).problem, ProblemKind::Refused);
    assert_eq!((found.len(), summary.claims), (1, 0));
    let options = ScrubOptions {
        today: "2026-03-02".parse().ok(),
        ..ScrubOptions::default()
    };
    let (found, _) = scrub(vec![input("a", &dayless)], &options);
    assert_eq!(claim(&found[0]).decision, ScrubDecision::Clean);
}

#[test]
fn any_number_of_threads_finds_the_same_in_the_same_order() {
    let clinic = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/clinic");
    let scrubber = EngineBuilder::new(Config::of_folder(Path::new(clinic)).unwrap())
        .scrubber()
        .unwrap();
    let files = || {
        let inbox = files_below(&[Path::new(clinic).join("inbox")]).unwrap();
        // Twice, so that the second half are duplicates; more than one batch.
        let many = (0..700).map(|number| input(&format!("{number}"), &FILE));
        let twice = inbox.clone().into_iter().chain(inbox).map(ScrubInput::file);
        twice.chain(many).collect::<Vec<_>>()
    };
    let run = |threads: usize| {
        let options = ScrubOptions {
            threads: NonZeroUsize::new(threads).unwrap(),
            ..ScrubOptions::default()
        };
        let mut text = String::new();
        let summary = scrubber.scrub(files(), &options, |found| {
            text.push_str(&serde_json::to_string(&found).unwrap());
            text.push('\n');
            Ok::<(), Infallible>(())
        });
        (text, summary.unwrap_or_else(|never| match never {}))
    };
    let (text, summary) = run(1);
    assert!(
        summary.claims > 700 + 2 * 40 && summary.held > 0,
        "{summary:?}"
    );
    for threads in [2, 5] {
        assert!(
            run(threads) == (text.clone(), summary.clone()),
            "{threads} threads"
        );
    }
}

#[test]
fn whoever_takes_what_is_found_may_end_the_run() {
    let many = (0..5 * BATCH).map(|number| input(&format!("{number}"), &FILE));
    let mut taken = 0;
    let ended = bare().scrub(many.collect::<Vec<_>>(), &ScrubOptions::default(), |_| {
        taken += 1;
        if taken == 3 { Err("enough") } else { Ok(()) }
    });
    assert_eq!(ended.unwrap_err(), "enough");
    assert_eq!(taken, 3);
}
