//! Which charges stand on one claim: those that a claim can tell together and
//! that the payer's policy does not keep apart.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use scrubjay_model::{ClaimKind, EncounterId, Icd10, Npi, PatientKey, PlaceOfService};

use super::candidate::Candidate;
use crate::Config;
use crate::billing::{BillingPolicy, ClaimPer, SplitBy};

/// Diagnoses on a claim at most (005010X222A1 and X223A2, HI).
const PROFESSIONAL_DIAGNOSES: usize = 12;
const INSTITUTIONAL_DIAGNOSES: usize = 25;

/// Charges of one claim, in the order of its lines.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) payer: String,
    pub(super) policy: BillingPolicy,
    /// What the services were for, each once, in the order in which lines name it.
    pub(super) diagnoses: Vec<Icd10>,
    /// Never empty.
    pub(super) candidates: Vec<Candidate>,
}

/// What all charges of a claim have in common.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Common {
    patient: PatientKey,
    payer: String,
    visit: Option<EncounterId>,
    place: Option<PlaceOfService>,
    provider: Option<Npi>,
}

/// Puts charges together. The order in which they come does not matter: each
/// goes to the first claim that it fits, by day of service, entry and id.
pub(super) fn grouped(mut candidates: Vec<Candidate>, config: &Config) -> Vec<Group> {
    candidates.sort_by(|a, b| {
        let key = |of: &Candidate| {
            let charge = &of.charge;
            let id = charge.id.clone();
            (charge.patient.clone(), charge.service, charge.entered, id)
        };
        key(a).cmp(&key(b))
    });
    let mut groups: Vec<Group> = Vec::new();
    let mut by_common: BTreeMap<Common, Vec<usize>> = BTreeMap::new();
    for candidate in candidates {
        let policy = config.billing_of(&candidate.payer);
        let listed = by_common.entry(common(&candidate, &policy)).or_default();
        match listed.iter().find(|at| groups[**at].takes(&candidate)) {
            Some(at) => groups[*at].add(candidate),
            None => {
                listed.push(groups.len());
                groups.push(Group::begin(candidate, policy));
            }
        }
    }
    groups
}

fn common(candidate: &Candidate, policy: &BillingPolicy) -> Common {
    let charge = &candidate.charge;
    let by = |by| policy.splits(by);
    Common {
        patient: charge.patient.clone(),
        payer: candidate.payer.clone(),
        visit: (policy.per == ClaimPer::Visit).then(|| charge.encounter.clone()),
        place: by(SplitBy::Place).then(|| charge.place.clone()),
        provider: by(SplitBy::Provider).then_some(charge.provider),
    }
}

impl Group {
    fn begin(candidate: Candidate, policy: BillingPolicy) -> Self {
        let mut group = Self {
            payer: candidate.payer.clone(),
            policy,
            diagnoses: Vec::new(),
            candidates: Vec::new(),
        };
        group.add(candidate);
        group
    }

    fn add(&mut self, candidate: Candidate) {
        for code in new_diagnoses(&self.diagnoses, &candidate) {
            self.diagnoses.push(code);
        }
        self.candidates.push(candidate);
    }

    /// Whether one more charge has room, and is of the same coverages and span.
    fn takes(&self, candidate: &Candidate) -> bool {
        let diagnoses = match self.policy.claim {
            ClaimKind::Institutional => INSTITUTIONAL_DIAGNOSES,
            ClaimKind::Professional | ClaimKind::Dental => PROFESSIONAL_DIAGNOSES,
        };
        let first = &self.candidates[0];
        let ends = self.policy.per.last_day(self.first_day());
        first.coverages == candidate.coverages
            && ends.is_none_or(|ends| candidate.charge.service <= ends)
            && self.candidates.len() < self.policy.most_lines()
            && self.diagnoses.len() + new_diagnoses(&self.diagnoses, candidate).len() <= diagnoses
    }

    /// The first day of service: charges come by day.
    pub(super) fn first_day(&self) -> NaiveDate {
        self.candidates[0].charge.service
    }
}

/// What of a charge's diagnoses the claim does not have yet.
fn new_diagnoses(held: &[Icd10], candidate: &Candidate) -> Vec<Icd10> {
    let codes = candidate.charge.diagnoses.iter();
    codes.filter(|code| !held.contains(code)).cloned().collect()
}
