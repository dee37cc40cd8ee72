//! What cards are matched against, borrowed from the subject.

use std::fmt;

use chrono::NaiveDate;
use scrubjay_hooks::{AuthorizationSubject, Context, Subject};
use scrubjay_model::{
    AsSent, ChargeRecord, Claim, ClaimKind, Coverage, EncounterRecord, Icd10, LineOfBusiness,
    Modifier, PayerProfile, ProcedureCode,
};

use crate::api::coverage::line_of;

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

/// Modifiers of a line, as the subject holds them.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Modifiers<'a> {
    Sent(&'a [AsSent<Modifier>]),
    Sound(&'a [Modifier]),
}

impl Modifiers<'_> {
    /// Whether one of them is one of these.
    pub(crate) fn any_of(self, wanted: &[String]) -> bool {
        let is_wanted = |code: &str| wanted.iter().any(|one| one == code);
        match self {
            Self::Sent(sent) => sent.iter().any(|code| is_wanted(code.as_text())),
            Self::Sound(sound) => sound.iter().any(|code| is_wanted(code.as_str())),
        }
    }
}

/// A service line, as far as cards ask.
#[derive(Debug)]
pub(crate) struct LineFacts<'a> {
    pub(crate) procedure: Option<&'a str>,
    pub(crate) modifiers: Modifiers<'a>,
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
        let mut facts = Self::around(subject.payer(), context.today());
        match subject {
            Subject::Claim(subject) => {
                facts.claim(subject.claim);
                facts.received = subject.received;
            }
            Subject::Remittance(subject) => facts.claims(subject.claim),
            Subject::Denial(subject) => {
                facts.claims(subject.claim);
                let denial = subject.denial;
                facts.group = Some(denial.group.as_text());
                facts.carc = Some(denial.carc.as_text());
                let remarks = denial.remarks.iter();
                facts.remarks.extend(remarks.map(Text::as_text));
            }
            Subject::Acknowledgment(subject) => facts.claim(subject.claim),
            Subject::FollowUp(subject) => facts.claim(subject.claim),
            Subject::Eligibility(subject) => {
                facts.coverage(subject.coverage);
                facts.visit(subject.visit);
            }
            Subject::Registration(subject) => {
                facts.coverage(subject.coverages.first());
                facts.visit(subject.visit);
            }
            Subject::Authorization(subject) => facts.planned(subject),
            Subject::Charge(subject) => facts.charge(subject.charge),
            Subject::Metric(subject) => {
                facts.service = Some(subject.period.1);
                facts.group = Some(subject.group.as_text());
                facts.carc = Some(subject.carc.as_text());
                let remarks = subject.remarks.iter();
                facts.remarks.extend(remarks.map(Text::as_text));
            }
            // An account has claims of several payers and days: its rules look
            // at each. A subject that this crate does not know has no card.
            _ => {}
        }
        facts
    }

    /// A subject of which only its payer is known.
    fn around(payer: Option<&'a PayerProfile>, today: NaiveDate) -> Self {
        Self {
            payer: payer.map(|payer| payer.key.as_str()),
            line: payer.map(|payer| payer.line),
            state: payer.and_then(|payer| payer.state.as_deref()),
            kind: None,
            service: None,
            received: today,
            today,
            diagnoses: Vec::new(),
            lines: Vec::new(),
            group: None,
            carc: None,
            remarks: Vec::new(),
        }
    }

    fn claims(&mut self, claim: Option<&'a Claim>) {
        if let Some(claim) = claim {
            self.claim(claim);
        }
    }

    fn claim(&mut self, claim: &'a Claim) {
        self.coverage(claim.destination());
        self.kind = Some(claim.kind);
        self.service = claim.service_from();
        let place = claim.place.as_ref().map(Text::as_text);
        let diagnoses = claim.diagnoses.iter();
        self.diagnoses
            .extend(diagnoses.map(|diagnosis| diagnosis.code.as_text()));
        self.lines.extend(claim.lines.iter().map(|line| LineFacts {
            procedure: line.procedure.as_ref().map(Text::as_text),
            modifiers: Modifiers::Sent(&line.modifiers),
            place: line.place.as_ref().map(Text::as_text).or(place),
        }));
    }

    /// The line of business of a payer that the practice has not configured, by
    /// what the coverage itself says of it (SBR09).
    fn coverage(&mut self, coverage: Option<&'a Coverage>) {
        self.line = self.line.or_else(|| coverage.and_then(line_of));
    }

    /// A visit is a line without a procedure, so that a card may name places.
    fn visit(&mut self, visit: Option<&'a EncounterRecord>) {
        if let Some(visit) = visit {
            self.service = Some(visit.service_date());
            self.lines.push(LineFacts {
                procedure: None,
                modifiers: Modifiers::Sound(&[]),
                place: Some(visit.place.as_str()),
            });
        }
    }

    fn planned(&mut self, subject: &AuthorizationSubject<'a>) {
        self.coverage(subject.coverage);
        self.service = subject.visit.map(EncounterRecord::service_date);
        let of_visit = subject.visit.map(|visit| visit.place.as_str());
        self.diagnoses
            .extend(subject.diagnoses.iter().map(|code| code.as_str()));
        self.lines.extend(subject.services.iter().map(|service| {
            LineFacts {
                procedure: Some(service.procedure.as_str()),
                modifiers: Modifiers::Sound(&service.modifiers),
                place: service
                    .place
                    .as_ref()
                    .map(|place| place.as_str())
                    .or(of_visit),
            }
        }));
    }

    fn charge(&mut self, charge: &'a ChargeRecord) {
        self.service = Some(charge.service);
        self.diagnoses
            .extend(charge.diagnoses.iter().map(|code| code.as_str()));
        self.lines.push(LineFacts {
            procedure: Some(charge.procedure.as_str()),
            modifiers: Modifiers::Sound(&charge.modifiers),
            place: Some(charge.place.as_str()),
        });
    }
}
