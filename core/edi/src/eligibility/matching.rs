//! Which question an answer is to.

use scrubjay_model::InquiryRecord;

use super::EligibilityResponse;
use crate::exchange::Matched;

/// Finds the question of an answer: by a trace number, else by payer, member
/// number and, where the answer names one, day of service.
///
/// `asked` may hold answered questions too, for one that is answered twice.
#[must_use]
pub fn match_inquiry<'a>(
    response: &EligibilityResponse,
    asked: &'a [InquiryRecord],
) -> Matched<'a, InquiryRecord> {
    let traces = response.traces.iter().map(|trace| trace.number.as_str());
    let named: Vec<&str> = traces.chain(response.batch.as_deref()).collect();
    let by_name = |inquiry: &InquiryRecord| named.contains(&inquiry.id.as_str());
    let by_member = |inquiry: &InquiryRecord| {
        response.payer.id.as_ref() == Some(&inquiry.payer)
            && response.subscriber.member.is_some()
            && response.subscriber.member == inquiry.member
            && response.service.is_none_or(|day| day == inquiry.service)
    };
    Matched::among(asked, by_name, by_member)
}
