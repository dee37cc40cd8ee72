//! Which payer comes first: a coverage moved to the front of those in force on
//! a day, the others behind it in the order that they had.

use chrono::NaiveDate;
use scrubjay_model::{
    Coverage, CoverageOrder, Name, PatientCoverage, PatientRecord, PayerProfile, Relationship,
};

use super::MemberOnFile;
use super::on_file::payer_of;
use crate::Config;

/// Why a payer cannot be put first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum RouteError {
    #[error("scrubjay.yaml has no payer of that key")]
    UnknownPayer,
    #[error("a rule put another payer first just now; of the two rules one must give way")]
    InTurns,
}

/// What it took to put a payer first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Routed {
    /// It is first already.
    Already,
    /// Its coverage was behind another.
    Moved(MemberOnFile),
    /// It had no coverage on that day, and has one from then on without a member
    /// number.
    Added,
}

/// Lets a payer come first on a day. Coverages that are not in force on that day
/// stay as they are.
pub(super) fn put_first(
    record: &mut PatientRecord,
    config: &Config,
    payer: &PayerProfile,
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
    if let Some(place) = on.iter().position(is_payer) {
        let known = match record.coverages[on[place]].coverage.member {
            Some(_) => MemberOnFile::Known,
            None => MemberOnFile::Missing,
        };
        if place == 0 {
            return Routed::Already;
        }
        let at = on.remove(place);
        on.insert(0, at);
        rank(record, &on);
        return Routed::Moved(known);
    }
    record.coverages.push(PatientCoverage {
        coverage: Coverage {
            order: CoverageOrder::Primary,
            payer: Some(payer.id.clone()),
            payer_name: Name::organization(&payer.name),
            member: None,
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
    Routed::Added
}

/// Gives coverages their places in the order of payment, one after another.
fn rank(record: &mut PatientRecord, order: &[usize]) {
    use CoverageOrder::{Later, Primary, Secondary, Tertiary};
    let places = [Primary, Secondary, Tertiary];
    for (place, &at) in order.iter().enumerate() {
        record.coverages[at].coverage.order = places.get(place).copied().unwrap_or(Later);
    }
}
