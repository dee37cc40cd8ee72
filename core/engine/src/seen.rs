//! Claims that came by in one run, as rules see them of later ones, where no
//! database keeps them.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use scrubjay_hooks::EarlierClaim;
use scrubjay_model::{Claim, ClaimId, Frequency, PatientControlNumber};

use crate::steps::history::{HISTORY_LIMIT, earlier_claim};

/// Earlier claims by patient, at most so many over all: the oldest are forgotten.
#[derive(Debug)]
pub(crate) struct SeenClaims {
    by_patient: HashMap<String, VecDeque<Seen>>,
    /// Patients in the order of their claims, oldest first.
    order: VecDeque<String>,
    most: usize,
    forgotten: u64,
}

/// An earlier claim, and the control number that it came with.
#[derive(Debug)]
struct Seen {
    control: PatientControlNumber,
    claim: Arc<EarlierClaim>,
}

impl SeenClaims {
    /// Nothing seen yet; at most `most` claims are remembered.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            by_patient: HashMap::new(),
            order: VecDeque::new(),
            most,
            forgotten: 0,
        }
    }

    /// How many claims were forgotten for want of room. A patient's claims
    /// beyond those that rules are shown are not counted.
    pub(crate) fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// An id for a claim that none of its patient's earlier claims has: its own,
    /// or that with a number behind it. Senders use a number twice.
    pub(crate) fn free_id(&self, patient: &str, id: &ClaimId) -> ClaimId {
        let is_taken = |id: &ClaimId| {
            let seen = self.by_patient.get(patient).into_iter().flatten();
            seen.into_iter().any(|one| one.claim.id == *id)
        };
        let numbered = (2..=HISTORY_LIMIT + 1).map(|number| {
            let suffix = format!(".{number}");
            let room = ClaimId::MAX_LEN - suffix.len();
            let base: String = id.as_str().chars().take(room).collect();
            format!("{base}{suffix}")
                .parse()
                .unwrap_or_else(|_| id.clone())
        });
        let mut ids = std::iter::once(id.clone()).chain(numbered);
        ids.find(|id| !is_taken(id)).unwrap_or_else(|| id.clone())
    }

    /// The earlier claims of a claim's patient, oldest first, as the claim finds
    /// them; from here on it is one of them itself. One that it replaces or
    /// voids counts as withdrawn.
    pub(crate) fn come_by(&mut self, patient: String, claim: &Claim) -> Vec<Arc<EarlierClaim>> {
        let seen = self.by_patient.entry(patient.clone()).or_default();
        if matches!(claim.frequency, Frequency::Replacement | Frequency::Void) {
            let replaced = seen.iter_mut().filter(|one| one.control == claim.control);
            replaced.for_each(|one| Arc::make_mut(&mut one.claim).withdrawn = true);
        }
        let history = seen.iter().map(|one| Arc::clone(&one.claim)).collect();
        seen.push_back(Seen {
            control: claim.control.clone(),
            claim: Arc::new(earlier_claim(claim)),
        });
        if seen.len() > HISTORY_LIMIT {
            // Its place in the order is taken by the claim that came.
            seen.pop_front();
        } else {
            self.order.push_back(patient);
            self.forget();
        }
        history
    }

    fn forget(&mut self) {
        if self.order.len() <= self.most {
            return;
        }
        let Some(patient) = self.order.pop_front() else {
            return;
        };
        self.forgotten += 1;
        if let Some(seen) = self.by_patient.get_mut(&patient) {
            seen.pop_front();
            if seen.is_empty() {
                self.by_patient.remove(&patient);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(control: &str, frequency: Frequency) -> Claim {
        let interchanges =
            scrubjay_x12::read(include_bytes!("../../edi/fixtures/one-claim.837")).unwrap();
        let read =
            scrubjay_edi::read_claims(&interchanges[0].sets[0], &mut |_| control.parse().unwrap());
        let mut claim = read.into_iter().next().unwrap().unwrap().claim;
        claim.control = control.parse().unwrap();
        claim.frequency = frequency;
        claim
    }

    fn ids(history: &[Arc<EarlierClaim>]) -> Vec<(&str, bool)> {
        let claims = history.iter();
        claims.map(|one| (one.id.as_str(), one.withdrawn)).collect()
    }

    #[test]
    fn a_claim_finds_the_earlier_ones_of_its_patient_and_withdraws_what_it_replaces() {
        let mut seen = SeenClaims::new(10);
        let mut come_by = |patient: &str, claim: &Claim| seen.come_by(patient.to_owned(), claim);
        assert_eq!(ids(&come_by("p", &claim("A", Frequency::Original))), []);
        assert_eq!(ids(&come_by("q", &claim("B", Frequency::Original))), []);
        let replacement = claim("A", Frequency::Replacement);
        assert_eq!(ids(&come_by("p", &replacement)), [("A", true)]);
        assert_eq!(
            ids(&come_by("p", &claim("C", Frequency::Original))),
            [("A", true), ("A", false)]
        );
    }

    #[test]
    fn the_oldest_are_forgotten_and_counted() {
        let mut seen = SeenClaims::new(2);
        for (patient, control) in [("p", "A"), ("q", "B"), ("p", "C"), ("p", "D")] {
            seen.come_by(patient.to_owned(), &claim(control, Frequency::Original));
        }
        assert_eq!(seen.forgotten(), 2);
        let now = |seen: &mut SeenClaims, patient: &str| {
            let history = seen.come_by(patient.to_owned(), &claim("E", Frequency::Original));
            ids(&history).len()
        };
        assert_eq!(now(&mut seen, "p"), 2);
        assert_eq!(now(&mut seen, "q"), 0);
    }

    #[test]
    fn a_number_that_is_used_twice_names_two_claims() {
        let mut seen = SeenClaims::new(10);
        let mut ids = Vec::new();
        for _ in 0..3 {
            let mut one = claim("12345678901234567890", Frequency::Original);
            one.id = seen.free_id("p", &one.id);
            ids.push(one.id.to_string());
            seen.come_by("p".to_owned(), &one);
        }
        assert_eq!(
            ids,
            [
                "12345678901234567890",
                "123456789012345678.2",
                "123456789012345678.3"
            ]
        );
        let id = seen.free_id("q", &"A".parse().unwrap());
        assert_eq!(id.as_str(), "A");
    }

    #[test]
    fn no_more_are_shown_than_a_database_would_show() {
        let mut seen = SeenClaims::new(10 * HISTORY_LIMIT);
        let one = claim("A", Frequency::Original);
        for _ in 0..HISTORY_LIMIT + 7 {
            seen.come_by("p".to_owned(), &one);
        }
        assert_eq!(seen.come_by("p".to_owned(), &one).len(), HISTORY_LIMIT);
        assert_eq!(seen.order.len(), HISTORY_LIMIT);
        assert_eq!(seen.forgotten(), 0);
    }
}
