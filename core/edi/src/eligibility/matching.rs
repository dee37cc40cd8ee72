//! Which question an answer is to.

use scrubjay_model::InquiryRecord;

use super::EligibilityResponse;

/// The question that an answer is to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchedInquiry<'a> {
    /// The one whose trace number came back.
    ByTrace(&'a InquiryRecord),
    /// The only one about that payer, member and day of service: the trace
    /// number was lost on the way.
    ByMember(&'a InquiryRecord),
    /// As many are about that payer, member and day: a person must choose.
    Several(usize),
    /// None of them.
    Nothing,
}

/// Finds the question of an answer: by a trace number, else by payer, member
/// number and, where the answer names one, day of service.
///
/// `asked` may hold answered questions too, for one that is answered twice.
#[must_use]
pub fn match_inquiry<'a>(
    response: &EligibilityResponse,
    asked: &'a [InquiryRecord],
) -> MatchedInquiry<'a> {
    let traces = response.traces.iter().map(|trace| trace.number.as_str());
    let named: Vec<&str> = traces.chain(response.batch.as_deref()).collect();
    if let Some(inquiry) = asked
        .iter()
        .find(|inquiry| named.contains(&inquiry.id.as_str()))
    {
        return MatchedInquiry::ByTrace(inquiry);
    }
    let Some(member) = &response.subscriber.member else {
        return MatchedInquiry::Nothing;
    };
    let about: Vec<&InquiryRecord> = asked
        .iter()
        .filter(|inquiry| {
            response.payer.id.as_ref() == Some(&inquiry.payer)
                && inquiry.member.as_ref() == Some(member)
                && response.service.is_none_or(|day| day == inquiry.service)
        })
        .collect();
    match about[..] {
        [] => MatchedInquiry::Nothing,
        [inquiry] => MatchedInquiry::ByMember(inquiry),
        _ => MatchedInquiry::Several(about.len()),
    }
}
