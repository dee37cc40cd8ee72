//! The rules and the claims that everyone measured here gets.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_model::{AsSent, Claim, LineOfBusiness, PayerProfile};
use tempfile::TempDir;

use super::support::{claim, day, payer};

/// Payers whose rules the claims meet.
pub(crate) const PAYERS: usize = 20;
/// Rules of one payer.
pub(crate) const RULES_A_PAYER: usize = 50;
/// Claims of one pass.
pub(crate) const CLAIMS: usize = 4_000;
const CODES: usize = 300;

/// One rule: what its card asks, and what its function compares with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RuleKind {
    /// Every claim: is it later than so many days, and an original?
    Filing { days: u32 },
    /// Claims with a diagnosis below this number of chapter E or I: a minor,
    /// elsewhere than at the office?
    Diagnosis { chapter: usize },
    /// Lines with one of these procedures: no authorization, more units than
    /// this, and no modifier 25?
    Line { codes: [usize; 5], units: u32 },
}

/// A rule of a payer. Ten are about the claim, ten about diagnoses, thirty
/// about lines, so that a claim meets about thirteen.
pub(crate) fn rule(payer: usize, rule: usize) -> RuleKind {
    let number = u32::try_from(rule).unwrap_or(u32::MAX);
    match rule {
        0..10 => RuleKind::Filing { days: 60 + number },
        10..20 => RuleKind::Diagnosis { chapter: rule },
        _ => RuleKind::Line {
            codes: std::array::from_fn(|n| (payer * 7 + rule * 11 + n * 53) % CODES),
            units: 10 + number,
        },
    }
}

/// A procedure, by its number.
pub(crate) fn code(n: usize) -> String {
    format!("J{:04}", n % CODES)
}

/// The rules of one payer, as an analyst writes them.
pub(crate) fn payer_pack(payer: usize, body: Body) -> String {
    let mut text = String::new();
    for at in 0..RULES_A_PAYER {
        let (applies, takes, says) = match rule(payer, at) {
            RuleKind::Filing { days } => (
                String::new(),
                "claim",
                format!(
                    "let due = claim.service_from.plus_days({days});\n    \
                     if claim.received > due && claim.frequency == \"original\" {{ block(`due ${{due}}`); }}"
                ),
            ),
            RuleKind::Diagnosis { chapter } => (
                format!("/// applies: {{ diagnoses: [E{chapter}, I{chapter}] }}\n"),
                "claim",
                "if claim.patient.age < 18 && claim.place != \"11\" { warn(\"age\"); }".to_owned(),
            ),
            RuleKind::Line { codes, units } => (
                format!(
                    "/// scope: line\n/// applies: {{ procedures: [{}] }}\n",
                    codes.map(code).join(", ")
                ),
                "claim, line",
                format!(
                    "if claim.authorization.is_missing() && line.units > {units} && !line.has_modifier(\"25\") {{ line.block(\"no\"); }}"
                ),
            ),
        };
        let says = match body {
            Body::Whole => says.as_str(),
            Body::Empty => "",
        };
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "/// id: p{payer}/r{at}\n/// title: a rule\n/// hook: scrub\n{applies}\
             fn p{payer}_r{at}({takes}) {{\n    {says}\n}}\n\n"
        );
    }
    text
}

/// Whether a rule's function says what it should.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Body {
    /// It does.
    Whole,
    /// It says nothing, to tell what a call costs by itself.
    #[allow(dead_code, reason = "only where it is told where the time goes")]
    Empty,
}

/// Packs of so many payers, in a scratch folder.
pub(crate) fn write_packs(payers: usize, body: Body) -> TempDir {
    let folder = TempDir::new().expect("a scratch folder");
    for number in 0..payers {
        let pack = folder.path().join(format!("p{number}"));
        fs::create_dir_all(&pack).expect("a folder");
        let manifest =
            format!("id: p{number}\ntitle: t\nversion: 1\nscope: {{ payers: payer{number} }}\n");
        fs::write(pack.join("pack.yaml"), manifest).expect("a file");
        write_rules(folder.path(), number, &payer_pack(number, body));
    }
    folder
}

/// Saves the rules of one payer.
pub(crate) fn write_rules(folder: &Path, payer: usize, text: &str) {
    fs::write(folder.join(format!("p{payer}/r.rhai")), text).expect("a file");
}

/// The day on which every claim came in.
pub(crate) fn received() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 2).expect("a day of the calendar")
}

/// Claims of six lines to the payers in turn. Three in ten have something that
/// rules find, some of it excused by an authorization or a modifier.
pub(crate) fn claims() -> Vec<(Claim, PayerProfile)> {
    (0..CLAIMS)
        .map(|n| {
            let codes: Vec<String> = (0..6).map(|line| code(n * 13 + line * 41)).collect();
            let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
            let mut claim = claim(&codes);
            claim.id = format!("C{n}").parse().expect("an id");
            claim.diagnoses[0].code = AsSent::read(&format!("E{}65", 10 + (n / 20) % 40));
            match (n / 20) % 10 {
                3 => {
                    let late = Some(day("2025-12-30"));
                    for line in &mut claim.lines {
                        (line.from, line.to) = (late, late);
                    }
                }
                5 => {
                    claim.patient.born = Some(day("2015-05-04"));
                    claim.place = Some(AsSent::read("22"));
                }
                7 => {
                    for line in &mut claim.lines {
                        line.units = Decimal::from(45);
                    }
                    claim.lines[1].modifiers = vec![AsSent::read("25")];
                    claim.authorization = (n % 3 == 0).then(|| "A1".to_owned());
                }
                _ => {}
            }
            (claim, to(n))
        })
        .collect()
}

/// One claim a payer that meets every rule of it.
pub(crate) fn claims_that_meet_all() -> Vec<(Claim, PayerProfile)> {
    (0..PAYERS)
        .map(|n| {
            let codes: Vec<String> = (0..CODES).map(code).collect();
            let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
            let mut claim = claim(&codes);
            let first = claim.diagnoses[0].clone();
            claim.diagnoses = (10..20)
                .map(|chapter| {
                    let mut diagnosis = first.clone();
                    diagnosis.code = AsSent::read(&format!("E{chapter}65"));
                    diagnosis
                })
                .collect();
            (claim, to(n))
        })
        .collect()
}

fn to(n: usize) -> PayerProfile {
    let key = format!("payer{}", n % PAYERS);
    payer(&key, LineOfBusiness::Commercial, Some("TX"))
}

/// One call of a rule: on the claim, or on one of its lines.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    /// Which payer's.
    pub(crate) payer: usize,
    /// Which of that payer's rules.
    pub(crate) rule: usize,
    /// On which line, from 0; `None` for a rule about the claim.
    pub(crate) line: Option<usize>,
}

/// The calls that a claim is owed by the cards, found by a plain walk.
pub(crate) fn runs(n: usize, claim: &Claim) -> Vec<Run> {
    let payer = n % PAYERS;
    let mut runs = Vec::new();
    for at in 0..RULES_A_PAYER {
        let run = |line| Run {
            payer,
            rule: at,
            line,
        };
        match rule(payer, at) {
            RuleKind::Filing { .. } => runs.push(run(None)),
            RuleKind::Diagnosis { chapter } => {
                let listed = [format!("E{chapter}"), format!("I{chapter}")];
                let met = claim.diagnoses.iter().any(|diagnosis| {
                    let sent = diagnosis.code.text();
                    listed.iter().any(|code| sent.starts_with(code))
                });
                if met {
                    runs.push(run(None));
                }
            }
            RuleKind::Line { codes, .. } => {
                let listed = codes.map(code);
                let met = claim.lines.iter().enumerate().filter(|(_, line)| {
                    let sent = line.procedure.as_ref().map(AsSent::text);
                    sent.is_some_and(|sent| listed.contains(&sent))
                });
                runs.extend(met.map(|(line, _)| run(Some(line))));
            }
        }
    }
    runs
}
