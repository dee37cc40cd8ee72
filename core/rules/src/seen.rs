//! A subject of a hook, made into what its rules are called with.

use std::sync::Arc;

use rhai::Dynamic;
use scrubjay_hooks::{Context, Subject};
use scrubjay_model::{Claim, LineOfBusiness, Money, PayerProfile, RemittanceClaim};

use crate::api::claim::ClaimRef;
use crate::api::denial::{DenialRef, DenialView};
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
                let view = ViewBuilder::of_subject(subject, line, wants).build(self.texts);
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
                    line: denial.line,
                    category: denial.category.as_str(),
                    recoverable: denial.recoverable.as_str(),
                    payer: self.texts.maybe(facts.payer),
                    payer_line: line.map(LineOfBusiness::as_str),
                    claim,
                };
                Some(Seen {
                    subject: Dynamic::from(DenialRef(Arc::new(view))),
                    claim: None,
                })
            }
            Subject::Remittance(subject) => {
                let claim = subject
                    .claim
                    .map(|claim| self.claim_beside(claim, subject.payer));
                let view = self.remitted(subject.remitted, claim);
                Some(Seen {
                    subject: Dynamic::from(RemittanceRef(Arc::new(view))),
                    claim: None,
                })
            }
            _ => None,
        }
    }

    /// Our claim beside a denial or remittance.
    fn claim_beside(&mut self, claim: &Claim, payer: Option<&PayerProfile>) -> Arc<ClaimView> {
        let builder = ViewBuilder {
            claim,
            payer,
            line: self.facts.line,
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
