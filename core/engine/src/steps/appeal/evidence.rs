//! What supports an appeal, by the root cause of the denial.

use scrubjay_model::{AppealRecord, DenialCategory, Evidence, EvidenceKind};
use serde::Serialize;

const FILE: &str = include_str!("../../../data/appeal_evidence.csv");

/// A document that an appeal should have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WantedEvidence {
    /// Its kind.
    pub kind: EvidenceKind,
    /// What it is, in words.
    pub wanted: &'static str,
    /// Where it is kept, once it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// What every appeal has: the letter, and the remittance with the denial.
const ALWAYS: [(EvidenceKind, &str); 2] = [
    (EvidenceKind::Letter, "The letter"),
    (EvidenceKind::Remittance, "The remittance with the denial"),
];

/// What the table wants for a root cause, in its order.
fn rows(cause: Option<DenialCategory>) -> impl Iterator<Item = (EvidenceKind, &'static str)> {
    let own = FILE.lines().skip(1).filter_map(move |line| {
        let mut cells = line.splitn(3, ',');
        let category = DenialCategory::from_name(cells.next()?)?;
        let kind = EvidenceKind::from_name(cells.next()?)?;
        (Some(category) == cause).then_some((kind, cells.next()?))
    });
    ALWAYS.into_iter().chain(own)
}

/// The documents that an appeal should have, with those that it has.
pub(crate) fn wanted(appeal: &AppealRecord) -> Vec<WantedEvidence> {
    let mut there: Vec<&Evidence> = appeal.evidence.iter().collect();
    rows(appeal.cause)
        .map(|(kind, wanted)| {
            let found = there.iter().position(|document| document.kind == kind);
            let document = found.map(|place| there.remove(place));
            WantedEvidence {
                kind,
                wanted,
                reference: document.map(|document| document.reference.clone()),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_read() {
        let lines = FILE.lines().skip(1).count();
        let causes = DenialCategory::ALL.into_iter();
        let read: usize = causes
            .map(|cause| rows(Some(cause)).count() - ALWAYS.len())
            .sum();
        assert_eq!(read, lines);
    }

    #[test]
    fn a_late_claim_needs_its_proof_and_an_unnecessary_service_its_records() {
        let kinds = |cause| rows(Some(cause)).map(|(kind, _)| kind).collect::<Vec<_>>();
        assert!(kinds(DenialCategory::TimelyFiling).contains(&EvidenceKind::ProofOfFiling));
        assert!(kinds(DenialCategory::MedicalNecessity).contains(&EvidenceKind::MedicalRecord));
        assert_eq!(kinds(DenialCategory::Unknown).len(), ALWAYS.len());
    }
}
