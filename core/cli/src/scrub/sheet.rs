//! What was found, as CSV.

use std::io::Write;

use scrubjay::hooks::About;
use scrubjay::model::Money;
use scrubjay::rules::effect_in_words;
use scrubjay::{Scrubbed, ScrubbedClaim};

use super::{plain, prevents, weight};

pub(super) const COLUMNS: [&str; 15] = [
    "file", "set", "segment", "claim", "kind", "payer", "charge", "decision", "line", "field",
    "severity", "rule", "message", "prevents", "cite",
];

/// A row for each finding, repair, other effect, or problem of a file.
pub(super) fn write_rows<W: Write>(rows: &mut csv::Writer<W>, found: &Scrubbed) -> csv::Result<()> {
    match found {
        Scrubbed::Claim(claim) => {
            for finding in claim.faults.iter().chain(&claim.findings) {
                let (line, field) = match &finding.about {
                    About::Whole => (String::new(), String::new()),
                    About::Line { line } => (line.to_string(), String::new()),
                    About::Field { field } => (String::new(), field.clone()),
                };
                let cite = finding.cite.as_deref().unwrap_or_default();
                let said: [&str; 7] = [
                    &line,
                    &field,
                    weight(finding),
                    &finding.rule,
                    &finding.message,
                    &prevents(finding),
                    cite,
                ];
                write_row(rows, claim, said)?;
            }
            for repair in &claim.repairs {
                let said: [&str; 7] = [
                    "",
                    &repair.field,
                    "repair",
                    &repair.rule,
                    &repair.reason,
                    "",
                    "",
                ];
                write_row(rows, claim, said)?;
            }
            for asked in &claim.asks {
                let what = effect_in_words(&asked.effect);
                write_row(rows, claim, ["", "", "asks", &asked.rule, &what, "", ""])?;
            }
            Ok(())
        }
        Scrubbed::Problem(problem) => {
            let segment = problem.segment.map(|at| at.to_string()).unwrap_or_default();
            let mut row = [""; 15];
            row[0] = &problem.file;
            row[2] = &segment;
            row[10] = problem.problem.as_str();
            row[12] = &problem.reason;
            rows.write_record(row.map(cell))
        }
    }
}

fn write_row<W: Write>(
    rows: &mut csv::Writer<W>,
    claim: &ScrubbedClaim,
    said: [&str; 7],
) -> csv::Result<()> {
    let (segment, charge) = (claim.segment.to_string(), claim.charge.to_string());
    let of_claim: [&str; 8] = [
        &claim.file,
        &claim.set,
        &segment,
        claim.claim.as_str(),
        claim.kind.as_str(),
        &claim.payer,
        &charge,
        claim.decision.as_str(),
    ];
    rows.write_record(of_claim.into_iter().chain(said).map(cell))
}

/// A cell that no sheet takes for a formula, whatever the file has put there.
fn cell(text: &str) -> String {
    let text = plain(text);
    if text.starts_with(['=', '+', '-', '@']) && text.parse::<Money>().is_err() && text != "-" {
        return format!("'{text}");
    }
    text
}
