//! What cards are matched against, borrowed from the subject.

use std::fmt;

use chrono::NaiveDate;
use scrubjay_hooks::{Context, Subject};
use scrubjay_model::{AsSent, Claim, ClaimKind, Icd10, LineOfBusiness, Modifier, ProcedureCode};

/// The text of a code as it was sent, without copying it.
pub(crate) trait Text {
    fn as_text(&self) -> &str;
}

macro_rules! text {
    ($($code:ty),+) => {$(
        impl Text for AsSent<$code> {
            fn as_text(&self) -> &str {
                match self {
                    Self::Sound(code) => code.as_str(),
                    Self::Odd(text) => text,
                }
            }
        }
    )+};
}

text!(
    ProcedureCode,
    Modifier,
    Icd10,
    scrubjay_model::PlaceOfService,
    scrubjay_model::Carc,
    scrubjay_model::Rarc,
    scrubjay_model::GroupCode,
    scrubjay_model::Npi
);

/// A service line, as far as cards ask.
#[derive(Debug)]
pub(crate) struct LineFacts<'a> {
    pub(crate) procedure: Option<&'a str>,
    pub(crate) modifiers: &'a [AsSent<Modifier>],
    pub(crate) place: Option<&'a str>,
}

/// A subject, as far as cards ask.
pub(crate) struct Facts<'a> {
    pub(crate) payer: Option<&'a str>,
    pub(crate) line: Option<LineOfBusiness>,
    pub(crate) state: Option<&'a str>,
    pub(crate) kind: Option<ClaimKind>,
    pub(crate) service: Option<NaiveDate>,
    pub(crate) received: NaiveDate,
    pub(crate) today: NaiveDate,
    pub(crate) diagnoses: Vec<&'a str>,
    pub(crate) lines: Vec<LineFacts<'a>>,
    /// Of a denial.
    pub(crate) group: Option<&'a str>,
    pub(crate) carc: Option<&'a str>,
    pub(crate) remarks: Vec<&'a str>,
}

impl fmt::Debug for Facts<'_> {
    /// Names the scope only: the rest is about a patient.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Facts")
            .field("payer", &self.payer)
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

impl<'a> Facts<'a> {
    pub(crate) fn of(subject: Subject<'a>, context: Context) -> Self {
        let (claim, payer) = match subject {
            Subject::Claim(subject) => (Some(subject.claim), subject.payer),
            Subject::Remittance(subject) => (subject.claim, subject.payer),
            Subject::Denial(subject) => (subject.claim, subject.payer),
            // A subject that this crate does not know yet has no card to match.
            _ => (None, None),
        };
        let today = context.today();
        let mut facts = Self {
            payer: payer.map(|payer| payer.key.as_str()),
            line: payer
                .map(|payer| payer.line)
                .or_else(|| claim.and_then(line_of)),
            state: payer.and_then(|payer| payer.state.as_deref()),
            kind: claim.map(|claim| claim.kind),
            service: claim.and_then(Claim::service_from),
            received: today,
            today,
            diagnoses: Vec::new(),
            lines: Vec::new(),
            group: None,
            carc: None,
            remarks: Vec::new(),
        };
        if let Some(claim) = claim {
            let place = claim.place.as_ref().map(Text::as_text);
            facts.diagnoses.extend(
                claim
                    .diagnoses
                    .iter()
                    .map(|diagnosis| diagnosis.code.as_text()),
            );
            facts.lines.extend(claim.lines.iter().map(|line| LineFacts {
                procedure: line.procedure.as_ref().map(Text::as_text),
                modifiers: &line.modifiers,
                place: line.place.as_ref().map(Text::as_text).or(place),
            }));
        }
        match subject {
            Subject::Claim(subject) => facts.received = subject.received,
            Subject::Denial(subject) => {
                let denial = subject.denial;
                facts.group = Some(denial.group.as_text());
                facts.carc = Some(denial.carc.as_text());
                facts
                    .remarks
                    .extend(denial.remarks.iter().map(Text::as_text));
            }
            _ => {}
        }
        facts
    }
}

/// The line of business of a payer that the practice has not configured, by
/// what the claim itself says of it (SBR09).
fn line_of(claim: &Claim) -> Option<LineOfBusiness> {
    claim
        .destination()?
        .filing_indicator
        .as_deref()
        .map(LineOfBusiness::from_filing_indicator)
}
