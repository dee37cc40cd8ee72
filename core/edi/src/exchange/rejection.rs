//! AAA: why a question was refused, and what to do.

use scrubjay_model::{EligibilityRejection, FollowUpAction};
use scrubjay_x12::Loop;

use crate::draft::{Draft, Slot, assumed};

/// The rejections of a loop, which are about it.
pub(crate) fn read_rejections(within: &Loop) -> Vec<EligibilityRejection> {
    within
        .segments_with("AAA")
        .map(|aaa| EligibilityRejection {
            at: within.id.to_owned(),
            reason: aaa.element(3).trim().to_owned(),
            action: FollowUpAction::from_x12(aaa.element(4).trim()),
        })
        .collect()
}

/// AAA segments of a loop. Whether the question was one at all (AAA01), and
/// which of several codes stood for the action, is not the model's.
pub(crate) fn draft_rejections(rejections: &[EligibilityRejection], loop_id: &str) -> Vec<Draft> {
    rejections
        .iter()
        .filter(|rejection| rejection.at == loop_id)
        .map(draft_rejection)
        .collect()
}

pub(crate) fn draft_rejection(rejection: &EligibilityRejection) -> Draft {
    let action = match rejection.action {
        FollowUpAction::Unstated => Slot::Free,
        action => assumed(action.as_x12()),
    };
    Draft::new("AAA")
        .assumed(1, "N")
        .owned(3, rejection.reason.as_str())
        .slot(4, action)
}
