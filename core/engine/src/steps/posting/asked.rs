//! What rules say of a remitted claim, and what they may ask for.

use scrubjay_hooks::{EffectKind, Hook, RemittanceSubject, Subject};
use scrubjay_model::{Claim, Money, RemittanceClaim, WorkKind};
use scrubjay_store::{ClaimRow, Event};

use super::Payment;
use crate::EngineError;
use crate::desk::Desk;
use crate::steps::refusal::all_can_be_done;

/// Asks the handlers of the hook `remittance` and carries out what they ask for.
pub(super) fn ask_rules(
    desk: &mut Desk<'_>,
    payment: &Payment<'_>,
    remitted: &RemittanceClaim,
    claim: Option<&Claim>,
    row: &ClaimRow,
    expected: Option<Money>,
) -> Result<(), EngineError> {
    let profile = desk
        .config
        .payer_by_key(&row.payer)
        .map(|payer| &payer.profile);
    let subject = RemittanceSubject {
        remittance: payment.remittance,
        remitted,
        claim,
        expected,
        payer: profile,
    };
    let mut outcome = desk.handlers.judge(
        Hook::Remittance,
        Subject::Remittance(&subject),
        desk.stamp.at,
    );
    if outcome.findings.is_empty() && outcome.effects.is_empty() && outcome.ran.is_empty() {
        return Ok(());
    }
    let can = [EffectKind::OpenTask, EffectKind::Tag];
    let refused = all_can_be_done(Hook::Remittance, &outcome, &can).err();
    outcome.findings.extend(refused.as_deref().cloned());
    for finding in outcome.findings.iter().filter(|finding| finding.holds()) {
        // Money that came has come: a block here cannot undo it, only ask for a look.
        let reason = format!("{} ({})", finding.message, finding.rule);
        desk.open_work(
            WorkKind::PostingReview,
            Some(&row.id),
            remitted.paid,
            reason,
        )?;
    }
    if refused.is_none() {
        for asked in &outcome.effects {
            desk.do_for_claim(&row.id, remitted.paid, asked, &outcome)?;
        }
    }
    desk.record(&Event::Judged {
        claim: row.id.clone(),
        hook: Hook::Remittance,
        outcome,
    })
}
