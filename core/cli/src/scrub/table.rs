//! What was found, as lines for a terminal.

use std::io::{self, Write};

use scrubjay::hooks::About;
use scrubjay::rules::effect_in_words;
use scrubjay::{FileProblem, Scrubbed, ScrubbedClaim};

use super::{plain, prevents, weight};

/// The table: columns of one width, so that a line can go as soon as it is known.
pub(super) struct Lines<W> {
    pub(super) out: W,
    /// The file whose lines stand below its name.
    file: Option<String>,
}

impl<W: Write> Lines<W> {
    pub(super) const fn new(out: W) -> Self {
        Self { out, file: None }
    }

    pub(super) fn print(&mut self, found: &Scrubbed) -> io::Result<()> {
        match found {
            Scrubbed::Claim(claim) => self.claim(claim),
            Scrubbed::Problem(problem) => self.problem(problem),
        }
    }

    fn claim(&mut self, claim: &ScrubbedClaim) -> io::Result<()> {
        for finding in claim.faults.iter().chain(&claim.findings) {
            let line = match &finding.about {
                About::Line { line } => line.to_string(),
                About::Whole | About::Field { .. } => String::new(),
            };
            let cells: [&str; 5] = [
                &line,
                weight(finding),
                &finding.rule,
                &prevents(finding),
                &finding.message,
            ];
            self.line(claim, cells)?;
        }
        for repair in &claim.repairs {
            let what = format!("{}: {}", repair.field, repair.reason);
            self.line(claim, ["", "repair", &repair.rule, "", &what])?;
        }
        for asked in &claim.asks {
            let what = effect_in_words(&asked.effect);
            self.line(claim, ["", "asks", &asked.rule, "", &what])?;
        }
        Ok(())
    }

    fn line(&mut self, claim: &ScrubbedClaim, cells: [&str; 5]) -> io::Result<()> {
        self.below(&claim.file)?;
        let [line, severity, rule, prevents, message] = cells.map(plain);
        let id = claim.claim.as_str();
        writeln!(
            self.out,
            "  {id:<20} {line:>4} {severity:<8} {rule:<36} {prevents:<8} {message}"
        )
    }

    fn problem(&mut self, problem: &FileProblem) -> io::Result<()> {
        let (what, reason) = (problem.problem.as_str(), plain(&problem.reason));
        self.below(&problem.file)?;
        writeln!(self.out, "  {what}: {reason}")
    }

    /// Names the file where it is another than before.
    fn below(&mut self, file: &str) -> io::Result<()> {
        if self.file.as_deref() == Some(file) {
            return Ok(());
        }
        if self.file.is_none() {
            let (claim, line, severity, rule) = ("claim", "line", "severity", "rule");
            let (prevents, message) = ("prevents", "message");
            writeln!(
                self.out,
                "  {claim:<20} {line:>4} {severity:<8} {rule:<36} {prevents:<8} {message}"
            )?;
        }
        self.file = Some(file.to_owned());
        writeln!(self.out, "{}", plain(file))
    }
}
