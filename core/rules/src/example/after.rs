//! Subjects after the claim was sent: acknowledgments and open claims.

use chrono::{Days, NaiveDate};
use scrubjay_hooks::{
    AcknowledgmentSubject, FollowUpSubject, PlanFunding, StatusAnswer, StatusSaid, Subject,
};
use scrubjay_model::{
    AckLevel, AckOutcome, AckSource, Acknowledgment, Adjudication, Appeal, AppealCase,
    AppealDecision, AppealOutcome, AppealRecord, Channel, Claim, ClaimStatus, Evidence,
    EvidenceKind, Money, PatientBilling, PayerProfile, Responsibility, Submission,
    SubmissionRecord, Work,
};
use serde::Deserialize;

use super::before::Around;
use super::on_file::wrong;
use super::words::{Amount, Words};
use super::{Stated, stated};

/// What came in answer to the claim: accepted by the payer today, where a test
/// says nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AcknowledgmentSpec {
    /// `null` where nothing came.
    #[serde(deserialize_with = "stated")]
    outcome: Stated<OutcomeSpec>,
    level: LevelSpec,
    codes: Words,
    sent: Option<NaiveDate>,
    /// What came before it, as level and outcome: `set accepted`.
    before: Vec<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(transparent)]
struct OutcomeSpec(AckOutcome);

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LevelSpec {
    Interchange,
    Set,
    #[default]
    Claim,
}

impl LevelSpec {
    fn level(self, claim: &Claim) -> AckLevel {
        match self {
            Self::Interchange => AckLevel::Interchange { control: 1 },
            Self::Set => AckLevel::Set {
                group: 1,
                set: Some("0001".to_owned()),
            },
            Self::Claim => AckLevel::Claim {
                control: claim.id.as_str().to_owned(),
                payer_control: None,
            },
        }
    }
}

#[derive(Debug)]
pub(super) struct AcknowledgmentExample {
    acknowledgment: Option<Acknowledgment>,
    received: Vec<Acknowledgment>,
    submission: Submission,
    sent: NaiveDate,
}

impl AcknowledgmentSpec {
    pub(super) fn build(
        self,
        around: Around<'_>,
        claim: &Claim,
    ) -> Result<AcknowledgmentExample, String> {
        let outcome = self
            .outcome
            .unwrap_or(Some(OutcomeSpec(AckOutcome::Accepted)));
        let acknowledgment = outcome.map(|OutcomeSpec(outcome)| Acknowledgment {
            level: self.level.level(claim),
            outcome,
            codes: self.codes.0.iter().map(|code| code.0.clone()).collect(),
            source: AckSource::default(),
        });
        let before = self.before.iter().map(|written| earlier(written, claim));
        let mut received: Vec<Acknowledgment> = before.collect::<Result<_, _>>()?;
        received.extend(acknowledgment.clone());
        let usual = around.today.checked_sub_days(Days::new(1));
        let sent = self.sent.or(usual).unwrap_or(around.today);
        let submission = Submission::new(SubmissionRecord {
            claim: claim.id.clone(),
            frequency: claim.frequency.clone(),
            payer: around.payer.id.clone(),
            charge: claim.charge,
            at: crate::pack_test::noon(sent),
            channel: Channel::Edi {
                interchange: 1,
                group: 1,
                set: "0001".to_owned(),
                file: None,
            },
        });
        Ok(AcknowledgmentExample {
            acknowledgment,
            received,
            submission: submission.map_err(|error| wrong("acknowledgment")(&error))?,
            sent,
        })
    }
}

fn earlier(written: &str, claim: &Claim) -> Result<Acknowledgment, String> {
    let read = |text: &str| serde_yaml::Value::String(text.to_owned());
    let parts = written.split_once(' ').and_then(|(level, outcome)| {
        let level: LevelSpec = serde_yaml::from_value(read(level)).ok()?;
        let outcome: OutcomeSpec = serde_yaml::from_value(read(outcome)).ok()?;
        Some((level, outcome))
    });
    let (level, OutcomeSpec(outcome)) = parts.ok_or_else(|| {
        format!("`before`: `{written}` is no level and outcome, such as `set accepted`")
    })?;
    Ok(Acknowledgment {
        level: level.level(claim),
        outcome,
        codes: Vec::new(),
        source: AckSource::default(),
    })
}

impl AcknowledgmentExample {
    pub(super) fn show<T>(
        &self,
        claim: &Claim,
        payer: &PayerProfile,
        see: impl FnOnce(Subject<'_>) -> T,
    ) -> T {
        see(Subject::Acknowledgment(&AcknowledgmentSubject {
            acknowledgment: self.acknowledgment.as_ref(),
            received: &self.received,
            submission: Some(&self.submission),
            payer: Some(payer),
            ..AcknowledgmentSubject::of(claim, self.sent)
        }))
    }
}

/// An open claim as a test writes it: sent a month ago and not answered, with
/// all of its charge open.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FollowUpSpec {
    work: Option<Work>,
    adjudication: Option<Adjudication>,
    responsibility: Option<Responsibility>,
    insurance_owes: Option<Amount>,
    patient_owes: Option<Amount>,
    aged_from: Option<NaiveDate>,
    submitted: Option<NaiveDate>,
    accepted: Option<NaiveDate>,
    followed_up: Option<NaiveDate>,
    answered: Option<NaiveDate>,
    /// Category and status of each answer: `F1:65`.
    answers: Words,
    promised: Option<NaiveDate>,
    appeal: Option<AppealSpec>,
    expected: Option<Amount>,
    overpaid: Option<NaiveDate>,
    funding: Option<PlanFunding>,
}

/// An appeal as a test writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AppealSpec {
    #[serde(default)]
    level: Option<u8>,
    amount: Amount,
    #[serde(default)]
    filed: Option<NaiveDate>,
    /// Day of the decision, today where only its outcome is told.
    #[serde(default)]
    decided: Option<NaiveDate>,
    #[serde(default)]
    outcome: Option<AppealOutcome>,
}

#[derive(Debug)]
pub(super) struct FollowUpExample {
    status: ClaimStatus,
    insurance_owes: Money,
    patient_owes: Money,
    aged_from: NaiveDate,
    submitted: Option<NaiveDate>,
    accepted: Option<NaiveDate>,
    followed_up: Option<NaiveDate>,
    answered: Option<NaiveDate>,
    answers: Vec<(String, String)>,
    promised: Option<NaiveDate>,
    appeal: Option<AppealRecord>,
    expected: Option<Money>,
    overpaid: Option<NaiveDate>,
    funding: Option<PlanFunding>,
}

impl FollowUpSpec {
    pub(super) fn build(
        self,
        around: Around<'_>,
        claim: &Claim,
    ) -> Result<FollowUpExample, String> {
        let month_ago = around.today.checked_sub_days(Days::new(30));
        let submitted = self.submitted.or(month_ago);
        let money = |amount: Option<Amount>| amount.map(Amount::money).transpose();
        let appeal = match self.appeal {
            Some(spec) => Some(spec.build(around, claim)?),
            None => None,
        };
        let answers = self.answers.0.iter().map(|word| {
            let (category, status) = word.0.split_once(':').unwrap_or((&word.0, ""));
            (category.to_owned(), status.to_owned())
        });
        Ok(FollowUpExample {
            status: ClaimStatus {
                work: self.work.unwrap_or(Work::Submitted),
                adjudication: self.adjudication.unwrap_or(Adjudication::None),
                responsibility: self.responsibility.unwrap_or(Responsibility::Primary),
                appeal: match &appeal {
                    Some(AppealRecord {
                        decision: Some(decision),
                        ..
                    }) => decided(decision.outcome),
                    Some(appeal) if appeal.filed.is_some() => Appeal::Filed,
                    Some(_) => Appeal::Drafted,
                    None => Appeal::None,
                },
                patient: PatientBilling::NotBilled,
            },
            insurance_owes: money(self.insurance_owes)?.unwrap_or(claim.charge),
            patient_owes: money(self.patient_owes)?.unwrap_or_default(),
            aged_from: self
                .aged_from
                .or(claim.service_from())
                .unwrap_or(around.today),
            submitted,
            accepted: self.accepted,
            followed_up: self.followed_up,
            answered: self
                .answered
                .or((!self.answers.0.is_empty()).then_some(around.today)),
            answers: answers.collect(),
            promised: self.promised,
            appeal,
            expected: money(self.expected)?,
            overpaid: self.overpaid,
            funding: self.funding,
        })
    }
}

/// Where an appeal stands that was decided so.
const fn decided(outcome: AppealOutcome) -> Appeal {
    match outcome {
        AppealOutcome::Upheld | AppealOutcome::Dismissed => Appeal::Upheld,
        AppealOutcome::Overturned => Appeal::Overturned,
        AppealOutcome::PartiallyOverturned => Appeal::PartiallyOverturned,
    }
}

impl AppealSpec {
    fn build(self, around: Around<'_>, claim: &Claim) -> Result<AppealRecord, String> {
        let letter = Evidence {
            kind: EvidenceKind::Letter,
            reference: "example".to_owned(),
        };
        let amount = self.amount.money()?;
        let decision = self.outcome.map(|outcome| AppealDecision {
            on: self.decided.unwrap_or(around.today),
            outcome,
            granted: match outcome {
                AppealOutcome::Overturned => amount,
                AppealOutcome::PartiallyOverturned => amount
                    .cents()
                    .map_or(Money::ZERO, |cents| Money::from_cents(cents / 2)),
                AppealOutcome::Upheld | AppealOutcome::Dismissed => Money::ZERO,
            },
        });
        let case = AppealCase::new(AppealRecord {
            claim: claim.id.clone(),
            level: self.level.unwrap_or(1),
            amount,
            cause: None,
            deadline: None,
            drafted: self.filed.unwrap_or(around.today),
            filed: self.filed,
            filing: None,
            withdrawn: None,
            decision,
            evidence: vec![letter],
        });
        Ok(case.map_err(|error| wrong("appeal")(&error))?.into_record())
    }
}

impl FollowUpExample {
    pub(super) fn show<T>(
        &self,
        claim: &Claim,
        payer: &PayerProfile,
        see: impl FnOnce(Subject<'_>) -> T,
    ) -> T {
        let said: Vec<StatusSaid<'_>> = self
            .answers
            .iter()
            .map(|(category, status)| StatusSaid { category, status })
            .collect();
        see(Subject::FollowUp(&FollowUpSubject {
            patient_owes: self.patient_owes,
            submitted: self.submitted,
            accepted: self.accepted,
            followed_up: self.followed_up,
            answer: self.answered.map(|on| StatusAnswer { on, said: &said }),
            promised: self.promised,
            appeal: self.appeal.as_ref(),
            expected: self.expected,
            overpaid: self.overpaid,
            funding: self.funding,
            payer: Some(payer),
            ..FollowUpSubject::of(claim, self.status, self.insurance_owes, self.aged_from)
        }))
    }
}
