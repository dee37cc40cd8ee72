//! A subject of a hook, made into what its rules are called with.

use std::sync::Arc;

use rhai::Dynamic;
use scrubjay_hooks::{Context, Subject};
use scrubjay_model::{Claim, LineOfBusiness, Money, PayerProfile, RemittanceClaim};

use crate::api::account::{AccountRef, AccountView};
use crate::api::acknowledgment::{AcknowledgmentRef, AcknowledgmentView};
use crate::api::authorization::{PlannedRef, PlannedView};
use crate::api::charge::{ChargeRef, ChargeView};
use crate::api::claim::ClaimRef;
use crate::api::claim_file::ClaimFile;
use crate::api::denial::{DenialRef, DenialView};
use crate::api::eligibility::{EligibilityRef, EligibilityView};
use crate::api::follow_up::{FollowUpRef, FollowUpView};
use crate::api::metric::{MetricRef, MetricView};
use crate::api::registration::{RegistrationRef, RegistrationView};
use crate::api::remittance::{AdjustmentView, RemittanceRef, RemittanceView};
use crate::facts::{Facts, Text};
use crate::intern::Interner;
use crate::view::{ClaimView, ViewBuilder, Wants};

/// What the rules of one call are called with.
pub(crate) struct Seen {
    pub(crate) subject: Dynamic,
    /// Of a claim, for rules about lines.
    pub(crate) claim: Option<Arc<ClaimView>>,
}

/// A subject that has no service lines of its own.
fn seen(subject: impl rhai::Variant + Clone) -> Option<Seen> {
    Some(Seen {
        subject: Dynamic::from(subject),
        claim: None,
    })
}

/// Makes views, with the texts that a worker shares between them.
pub(crate) struct Eye<'a> {
    pub(crate) texts: &'a mut Interner,
    pub(crate) context: Context,
    pub(crate) facts: &'a Facts<'a>,
}

impl Eye<'_> {
    /// The subject as scripts see it.
    pub(crate) fn see(&mut self, subject: Subject<'_>, wants: Wants) -> Option<Seen> {
        let facts = self.facts;
        let line = facts.line;
        match subject {
            Subject::Claim(subject) => {
                let mut view = ViewBuilder::of_subject(subject, line, wants).build(self.texts);
                if wants.file {
                    view.file = ClaimFile::of(subject, self);
                }
                let view = Arc::new(view);
                Some(Seen {
                    subject: Dynamic::from(ClaimRef(Arc::clone(&view))),
                    claim: Some(view),
                })
            }
            Subject::Denial(subject) => {
                let claim = subject
                    .claim
                    .map(|claim| self.claim_beside(claim, subject.payer));
                let denial = subject.denial;
                let view = DenialView {
                    group: self.texts.text(denial.group.as_text()),
                    carc: self.texts.text(denial.carc.as_text()),
                    remarks: denial
                        .remarks
                        .iter()
                        .map(|remark| self.texts.text(remark.as_text()))
                        .collect(),
                    amount: denial.amount.to_decimal(),
                    decided: denial.decided,
                    accepted: subject.accepted,
                    line: denial.line,
                    category: denial.category.as_str(),
                    recoverable: denial.recoverable.as_str(),
                    payer: self.texts.maybe(facts.payer),
                    payer_line: line.map(LineOfBusiness::as_str),
                    claim,
                };
                seen(DenialRef(Arc::new(view)))
            }
            Subject::Remittance(subject) => {
                let claim = subject
                    .claim
                    .map(|claim| self.claim_beside(claim, subject.payer));
                let mut view = self.remitted(subject.remitted, claim);
                view.expected = subject.expected.map(Money::to_decimal);
                seen(RemittanceRef(Arc::new(view)))
            }
            Subject::Eligibility(subject) => {
                seen(EligibilityRef(Arc::new(EligibilityView::of(subject, self))))
            }
            Subject::Authorization(subject) => {
                seen(PlannedRef(Arc::new(PlannedView::of(subject, self))))
            }
            Subject::Registration(subject) => {
                let view = RegistrationView::of(subject, self);
                seen(RegistrationRef(Arc::new(view)))
            }
            Subject::Charge(subject) => seen(ChargeRef(Arc::new(ChargeView::of(subject, self)))),
            Subject::Acknowledgment(subject) => {
                let view = AcknowledgmentView::of(subject, self);
                seen(AcknowledgmentRef(Arc::new(view)))
            }
            Subject::FollowUp(subject) => {
                seen(FollowUpRef(Arc::new(FollowUpView::of(subject, self))))
            }
            Subject::Account(subject) => seen(AccountRef(Arc::new(AccountView::of(subject, self)))),
            Subject::Metric(subject) => seen(MetricRef(Arc::new(MetricView::of(subject, self)))),
            // A subject that this crate does not know yet.
            _ => None,
        }
    }

    /// A claim beside what the rule is about.
    pub(crate) fn claim_beside(
        &mut self,
        claim: &Claim,
        payer: Option<&PayerProfile>,
    ) -> Arc<ClaimView> {
        let builder = ViewBuilder {
            claim,
            payer,
            line: payer.map(|payer| payer.line).or(self.facts.line),
            received: self.context.today(),
            history: &[],
            wants: Wants::default(),
        };
        Arc::new(builder.build(self.texts))
    }

    fn remitted(
        &mut self,
        remitted: &RemittanceClaim,
        claim: Option<Arc<ClaimView>>,
    ) -> RemittanceView {
        let allowed: Option<Vec<_>> = remitted.lines.iter().map(|line| line.allowed).collect();
        let remarks = remitted
            .remarks
            .iter()
            .chain(remitted.lines.iter().flat_map(|line| &line.remarks));
        RemittanceView {
            status: String::from(remitted.status.clone()).into(),
            charge: remitted.charge.to_decimal(),
            paid: remitted.paid.to_decimal(),
            allowed: allowed
                .filter(|lines| !lines.is_empty())
                .map(|lines| lines.into_iter().sum::<Money>().to_decimal()),
            expected: None,
            patient_responsibility: remitted.patient_responsibility.map(Money::to_decimal),
            remarks: remarks
                .map(|remark| self.texts.text(remark.as_text()))
                .collect(),
            adjustments: remitted
                .all_adjustments()
                .map(|taken| AdjustmentView {
                    group: self.texts.text(taken.group.as_text()),
                    carc: self.texts.text(taken.carc.as_text()),
                    amount: taken.amount.to_decimal(),
                })
                .collect(),
            payer: self.texts.maybe(self.facts.payer),
            payer_line: self.facts.line.map(LineOfBusiness::as_str),
            claim,
        }
    }
}
