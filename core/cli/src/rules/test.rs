//! `scrubjay rules test`: the packs' own tests, and what they leave unshown.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use scrubjay::load_options;
use scrubjay::rules::{CaseFailure, ConditionCoverage, PackTests, Place, RuleShown};
use serde::Serialize;

use super::Packs;

/// What to test, and how to tell it.
#[derive(Debug, clap::Args)]
pub(crate) struct TestArguments {
    #[command(flatten)]
    packs: Packs,
    /// Fail where fewer branches of a pack than this are covered, in percent.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    min_branches: Option<u8>,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// A pack's tests with their sums.
#[derive(Serialize)]
struct PackDocument<'a> {
    #[serde(flatten)]
    tests: &'a PackTests,
    failed: usize,
    branches_covered: usize,
    branches: usize,
}

#[derive(Serialize)]
struct Document<'a> {
    packs: Vec<PackDocument<'a>>,
    failed: usize,
    /// Packs with fewer branches covered than asked for.
    too_few_branches: Vec<&'a str>,
}

pub(crate) fn test(out: &mut impl Write, arguments: &TestArguments) -> anyhow::Result<ExitCode> {
    let packs = PackTests::run(
        &arguments.packs.folders()?,
        load_options(&[], &arguments.packs.codes()?),
    )?;
    let failed = packs.iter().map(PackTests::failed).sum::<usize>();
    let too_few: Vec<&PackTests> = packs
        .iter()
        .filter(|pack| is_below(pack, arguments.min_branches))
        .collect();
    if arguments.json {
        let document = Document {
            packs: packs.iter().map(document).collect(),
            failed,
            too_few_branches: too_few.iter().map(|pack| pack.pack.as_str()).collect(),
        };
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)?;
    } else {
        for pack in &packs {
            print_pack(out, pack)?;
        }
        for pack in &too_few {
            let (covered, all) = pack.branches();
            writeln!(
                out,
                "{}: {covered} of {all} branches are covered, and {} % are asked for",
                pack.pack,
                arguments.min_branches.unwrap_or_default()
            )?;
        }
        let cases: usize = packs.iter().map(|pack| pack.cases.len()).sum();
        writeln!(out, "{cases} cases, {failed} failed")?;
    }
    Ok(ExitCode::from(u8::from(failed > 0 || !too_few.is_empty())))
}

fn document(tests: &PackTests) -> PackDocument<'_> {
    let (branches_covered, branches) = tests.branches();
    PackDocument {
        tests,
        failed: tests.failed(),
        branches_covered,
        branches,
    }
}

fn is_below(pack: &PackTests, percent: Option<u8>) -> bool {
    let (covered, all) = pack.branches();
    percent.is_some_and(|percent| covered * 100 < all * usize::from(percent))
}

fn print_pack(out: &mut impl Write, pack: &PackTests) -> anyhow::Result<()> {
    let (covered, all) = pack.branches();
    let shown = pack
        .rules
        .iter()
        .filter(|rule| rule.shown() == RuleShown::Both);
    writeln!(
        out,
        "{}: {} cases, {} failed; {} of {} rules shown firing and silent; {covered} of {all} branches covered",
        pack.version,
        pack.cases.len(),
        pack.failed(),
        shown.count(),
        pack.rules.len(),
    )?;
    print_failures(out, pack)?;
    for rule in &pack.rules {
        let gap = match rule.shown() {
            RuleShown::Both => continue,
            RuleShown::NeverFiring => "never fires".to_owned(),
            RuleShown::NeverSilent => "is never silent".to_owned(),
            RuleShown::NotReached => "no case comes to its hook".to_owned(),
            RuleShown::PassedOver => {
                let lines: Vec<String> = rule
                    .passed_over
                    .iter()
                    .map(|(line, cases)| format!("`{line}` in {cases}"))
                    .collect();
                format!("its card passes every case over: {}", lines.join(", "))
            }
        };
        writeln!(out, "  {}: rule `{}`: {gap}", at(&rule.card), rule.rule)?;
    }
    print_gaps(out, "not covered", pack, |seen| seen.rule_ran)?;
    print_gaps(
        out,
        "not reached, since the rule's card passes every case over",
        pack,
        |seen| !seen.rule_ran,
    )?;
    for (rule, why) in &pack.not_seen {
        writeln!(out, "  rule `{rule}`: {why}")?;
    }
    for place in &pack.unwatched {
        writeln!(out, "  {}: this condition cannot be watched", at(place))?;
    }
    Ok(())
}

fn print_failures(out: &mut impl Write, pack: &PackTests) -> anyhow::Result<()> {
    for fault in &pack.faults {
        writeln!(out, "{fault}")?;
    }
    for case in &pack.cases {
        let Some(failure) = &case.failure else {
            continue;
        };
        writeln!(out, "  {}: failed: {}", at(&case.place), case.case)?;
        match failure {
            CaseFailure::NoExample(problem) => writeln!(out, "      {problem}")?,
            CaseFailure::Differs {
                missing,
                unexpected,
                found,
            } => {
                for (rule, why) in missing {
                    writeln!(out, "      - expected `{rule}`: {why}")?;
                }
                for seen in unexpected {
                    writeln!(out, "      + not expected: {seen}")?;
                }
                if found.is_empty() {
                    writeln!(out, "      nothing was found")?;
                }
                for seen in found.iter().filter(|seen| !unexpected.contains(seen)) {
                    writeln!(out, "        as expected: {seen}")?;
                }
            }
        }
    }
    Ok(())
}

fn print_gaps(
    out: &mut impl Write,
    heading: &str,
    pack: &PackTests,
    belongs: impl Fn(&ConditionCoverage) -> bool,
) -> anyhow::Result<()> {
    let gaps: Vec<_> = pack
        .conditions
        .iter()
        .filter(|seen| belongs(seen))
        .filter_map(|seen| Some((seen, seen.branches.gap()?)))
        .collect();
    if !gaps.is_empty() {
        writeln!(out, "  {heading}:")?;
    }
    for (seen, gap) in gaps {
        writeln!(out, "    {}: {gap}: {}", at(&seen.place), seen.text)?;
    }
    Ok(())
}

/// A place as an editor opens it.
fn at(place: &Place) -> String {
    let file: &Path = &place.file;
    format!("{}:{}:{}", file.display(), place.line, place.column)
}
