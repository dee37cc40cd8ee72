//! Which payer comes first: a coverage moved to the front of those in force on
//! a day, the others behind it in the order that they had.

use chrono::NaiveDate;
use scrubjay_model::{
    Coverage, CoverageOrder, MemberId, Name, PatientCoverage, PatientRecord, PayerProfile,
    Relationship,
};

use super::MemberOnFile;
use super::on_file::payer_of;
use crate::Config;

/// Why a payer cannot be put first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RouteError {
    #[error("scrubjay.yaml has no payer of that key")]
    UnknownPayer,
    #[error("a rule put another payer first just now; of the two rules one must give way")]
    InTurns,
}

/// What it took to put a payer first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Routed {
    /// It is first already.
    Already,
    /// Its coverage was behind another.
    Moved(MemberOnFile),
    /// It had no coverage on that day, and has one from then on.
    Added(MemberOnFile),
}

/// Lets a payer come first on a day. `member` is the number by which it knows
/// the patient, where that has been learnt. Coverages that are not in force on
/// that day stay as they are.
pub(crate) fn put_first(
    record: &mut PatientRecord,
    config: &Config,
    payer: &PayerProfile,
    member: Option<MemberId>,
    day: NaiveDate,
) -> Routed {
    let mut on: Vec<usize> = (0..record.coverages.len())
        .filter(|&at| record.coverages[at].is_on(day))
        .collect();
    on.sort_by_key(|&at| record.coverages[at].coverage.order);
    let is_payer = |at: &usize| {
        let coverage = &record.coverages[*at].coverage;
        payer_of(config, coverage).is_some_and(|known| known.key == payer.key)
    };
    let place = on.iter().position(is_payer);
    if let Some(place) = place {
        let held = &mut record.coverages[on[place]].coverage;
        let learnt = member.is_some() && held.member != member;
        if let (true, Some(member)) = (learnt, member) {
            held.member = Some(member);
        }
        let known = on_file(held.member.as_ref());
        if place == 0 && !learnt {
            return Routed::Already;
        }
        let at = on.remove(place);
        on.insert(0, at);
        rank(record, &on);
        return Routed::Moved(known);
    }
    let known = on_file(member.as_ref());
    record.coverages.push(PatientCoverage {
        coverage: Coverage {
            order: CoverageOrder::Primary,
            payer: Some(payer.id.clone()),
            payer_name: Name::organization(&payer.name),
            member,
            subscriber: None,
            relationship: Relationship::Own,
            group_number: None,
            plan_name: None,
            filing_indicator: None,
            msp_type: None,
            paid: None,
        },
        from: Some(day),
        to: None,
    });
    on.insert(0, record.coverages.len() - 1);
    rank(record, &on);
    Routed::Added(known)
}

fn on_file(member: Option<&MemberId>) -> MemberOnFile {
    match member {
        Some(_) => MemberOnFile::Known,
        None => MemberOnFile::Missing,
    }
}

/// Gives coverages their places in the order of payment, one after another.
fn rank(record: &mut PatientRecord, order: &[usize]) {
    use CoverageOrder::{Later, Primary, Secondary, Tertiary};
    let places = [Primary, Secondary, Tertiary];
    for (place, &at) in order.iter().enumerate() {
        record.coverages[at].coverage.order = places.get(place).copied().unwrap_or(Later);
    }
}
