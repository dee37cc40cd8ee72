//! The subject of an example, whatever it is about.

use scrubjay_hooks::{ClaimSubject, DenialSubject, Hook, Part2, Subject, SubjectKind};
use scrubjay_model::{
    Adjudication, Authorization, Channel, Denial, EligibilityRecord, Frequency, Submission,
    SubmissionRecord,
};
use serde_yaml::Mapping;

use super::ClaimSpec;
use super::account::{AccountExample, AccountSpec, MetricExample, MetricSpec};
use super::after::{AcknowledgmentExample, AcknowledgmentSpec, FollowUpExample, FollowUpSpec};
use super::before::{
    Around, AuthorizationCheckSpec, AuthorizationExample, ChargeExample, ChargeSpec,
    EligibilityExample, EligibilitySpec, RegistrationExample, RegistrationSpec,
};
use super::build::{Example, denial_of, read};
use super::on_file::wrong;
use super::remittance::{RemittanceExample, RemittanceSpec, show_remittance};

/// What an example is about, beside its claim and payer.
#[derive(Debug)]
pub(crate) enum About {
    /// The claim itself.
    Claim,
    Eligibility(Box<EligibilityExample>),
    Authorization(Box<AuthorizationExample>),
    Registration(Box<RegistrationExample>),
    Charge(Box<ChargeExample>),
    Acknowledgment(Box<AcknowledgmentExample>),
    Remittance(Box<RemittanceExample>),
    /// A denial, and the day on which the claim was first accepted.
    Denial(Box<(Denial, Option<chrono::NaiveDate>)>),
    FollowUp(Box<FollowUpExample>),
    Account(Box<AccountExample>),
    Metric(Box<MetricExample>),
}

impl About {
    pub(super) fn build(
        kind: SubjectKind,
        written: &Mapping,
        around: Around<'_>,
        claim: &scrubjay_model::Claim,
    ) -> Result<Self, String> {
        let name = kind.as_str();
        Ok(match kind {
            SubjectKind::Claim => Self::Claim,
            SubjectKind::Eligibility => {
                let spec: EligibilitySpec = read(written, name)?;
                Self::Eligibility(Box::new(spec.build(around)?))
            }
            SubjectKind::Authorization => {
                let spec: AuthorizationCheckSpec = read(written, name)?;
                Self::Authorization(Box::new(spec.build(around)?))
            }
            SubjectKind::Registration => {
                let spec: RegistrationSpec = read(written, name)?;
                Self::Registration(Box::new(spec.build(around)?))
            }
            SubjectKind::Charge => {
                let spec: ChargeSpec = read(written, name)?;
                Self::Charge(Box::new(spec.build(around)?))
            }
            SubjectKind::Acknowledgment => {
                let spec: AcknowledgmentSpec = read(written, name)?;
                Self::Acknowledgment(Box::new(spec.build(around, claim)?))
            }
            SubjectKind::Remittance => {
                let spec: RemittanceSpec = read(written, name)?;
                Self::Remittance(Box::new(spec.build(around, claim)?))
            }
            SubjectKind::Denial => {
                let spec = read(written, name)?;
                let denial = denial_of(&spec, claim, around.today)?;
                Self::Denial(Box::new((denial, spec.first_accepted)))
            }
            SubjectKind::FollowUp => {
                let spec: FollowUpSpec = read(written, name)?;
                Self::FollowUp(Box::new(spec.build(around, claim)?))
            }
            SubjectKind::Account => {
                let spec: AccountSpec = read(written, name)?;
                Self::Account(Box::new(spec.build(around, claim)?))
            }
            SubjectKind::Metric => {
                let spec: MetricSpec = read(written, name)?;
                Self::Metric(Box::new(spec.build(around)?))
            }
        })
    }
}

impl Example {
    /// The hooks that the example comes to, in order.
    pub(crate) fn hooks(&self) -> &'static [Hook] {
        match &self.about {
            About::Claim => &[Hook::Claim, Hook::Scrub, Hook::Submit],
            About::Eligibility(_) => &[Hook::Eligibility],
            About::Authorization(_) => &[Hook::Authorization],
            About::Registration(_) => &[Hook::Registration],
            About::Charge(_) => &[Hook::Charge],
            About::Acknowledgment(_) => &[Hook::Acknowledgment],
            About::Remittance(_) => &[Hook::Remittance],
            About::Denial(_) => &[Hook::Denial],
            About::FollowUp(_) => &[Hook::FollowUp],
            About::Account(account) => account.hooks(),
            About::Metric(_) => &[Hook::Metric],
        }
    }

    /// Shows the subject.
    pub(crate) fn show<T>(&self, see: impl FnOnce(Subject<'_>) -> T) -> T {
        let (claim, payer) = (&self.claim, &self.payer);
        match &self.about {
            About::Claim => see(Subject::Claim(&ClaimSubject {
                payer: Some(payer),
                history: &self.history,
                authorizations: &self.file.authorizations,
                eligibility: self.file.eligibility.as_ref(),
                submissions: &self.file.submissions,
                original: self.file.original,
                forwarded: self.file.forwarded,
                part2: self.file.part2,
                ..ClaimSubject::of(claim, self.received)
            })),
            About::Denial(denied) => see(Subject::Denial(&DenialSubject {
                denial: &denied.0,
                claim: Some(claim),
                payer: Some(payer),
                accepted: denied.1,
            })),
            About::Remittance(remitted) => show_remittance(remitted, claim, payer, see),
            About::Eligibility(example) => example.show(payer, see),
            About::Authorization(example) => example.show(payer, see),
            About::Registration(example) => example.show(payer, see),
            About::Charge(example) => example.show(payer, see),
            About::Acknowledgment(example) => example.show(claim, payer, see),
            About::FollowUp(example) => example.show(claim, payer, see),
            About::Account(example) => example.show(claim, payer, see),
            About::Metric(example) => example.show(payer, see),
        }
    }
}

/// What a test says is on file about its claim.
#[derive(Debug, Default)]
pub(super) struct OnFile {
    authorizations: Vec<Authorization>,
    eligibility: Option<EligibilityRecord>,
    submissions: Vec<Submission>,
    original: Option<Adjudication>,
    forwarded: Option<chrono::NaiveDate>,
    part2: Option<Part2>,
}

impl OnFile {
    pub(super) fn build(
        spec: &ClaimSpec,
        around: Around<'_>,
        claim: &scrubjay_model::Claim,
    ) -> Result<Self, String> {
        let on = claim.service_from().unwrap_or(around.today);
        let sent = spec.sent.iter().map(|day| {
            let record = SubmissionRecord {
                claim: claim.id.clone(),
                frequency: Frequency::Original,
                payer: around.payer.id.clone(),
                charge: claim.charge,
                at: crate::pack_test::noon(*day),
                channel: Channel::Portal {
                    confirmation: "example".to_owned(),
                },
            };
            Submission::new(record).map_err(|error| wrong("sent")(&error))
        });
        Ok(Self {
            authorizations: spec
                .authorizations
                .iter()
                .map(|one| one.build(around.today, around.payer))
                .collect::<Result<_, _>>()?,
            eligibility: match &spec.eligibility {
                Some(answer) => Some(answer.build(around.today, on, around.payer)?.0),
                None => None,
            },
            submissions: sent.collect::<Result<_, _>>()?,
            original: spec.original,
            forwarded: spec.forwarded,
            part2: spec.part2,
        })
    }
}
