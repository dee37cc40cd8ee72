//! The front desk's work on a registration: opened where something must be
//! mended, closed when it is.

use scrubjay_model::{Money, Patient, RecordKey, WorkKind};
use scrubjay_store::Event;

use super::on_file::payer_of;
use super::{MemberOnFile, PayerFirst};
use crate::EngineError;
use crate::desk::Desk;

/// How work about a member number begins.
const MEMBER_WANTED: &str = "find out the member number with";

/// Opens, leaves or closes the front desk's work on a registration.
pub(super) fn settle(
    desk: &mut Desk<'_>,
    key: &RecordKey,
    held_by: &[String],
) -> Result<(), EngineError> {
    let reason = held_by.join(", ");
    let outcome = if held_by.is_empty() {
        "registered without a fault"
    } else {
        "other faults were found"
    };
    let mut stands = held_by.is_empty();
    for item in desk.tx.record_work(key)? {
        if item.kind != WorkKind::Registration || item.reason.starts_with(MEMBER_WANTED) {
            continue;
        }
        if item.reason == reason {
            stands = true;
        } else {
            let outcome = outcome.to_owned();
            desk.record(&Event::WorkClosed {
                item: item.id,
                outcome,
            })?;
        }
    }
    if stands {
        return Ok(());
    }
    desk.open_record_work(WorkKind::Registration, key, Money::ZERO, reason)
}

/// A payer that was put first without a member number is somebody's work, until
/// there is one.
pub(super) fn settle_members(
    desk: &mut Desk<'_>,
    patient: &Patient,
    routed: &[PayerFirst],
) -> Result<(), EngineError> {
    let key = RecordKey::from(&patient.key);
    for first in routed {
        if first.member == MemberOnFile::Missing {
            let PayerFirst { payer, rule, .. } = first;
            let reason = format!("{MEMBER_WANTED} `{payer}`, which {rule} put first");
            desk.open_record_work(WorkKind::Registration, &key, Money::ZERO, reason)?;
        }
    }
    for item in desk.tx.record_work(&key)? {
        let wanted = item.reason.strip_prefix(MEMBER_WANTED);
        let Some(payer) = wanted.and_then(|rest| rest.split('`').nth(1)) else {
            continue;
        };
        let lacks = patient.coverages.iter().any(|held| {
            let known = payer_of(desk.config, &held.coverage);
            held.coverage.member.is_none() && known.is_some_and(|known| known.key == payer)
        });
        if !lacks {
            desk.record(&Event::WorkClosed {
                item: item.id,
                outcome: "the member number is on file".to_owned(),
            })?;
        }
    }
    Ok(())
}
