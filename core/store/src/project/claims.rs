//! The fold of what happens to a claim.

use chrono::NaiveDate;
use scrubjay_hooks::{Hook, Outcome};
use scrubjay_model::{
    AckOutcome, Acknowledgment, Axis, Claim, ClaimId, ClaimPaymentStatus, ClaimStatus,
    CoverageOrder, Money, PayerClaimControlNumber, RefusedTransition, Remittance, RemittanceClaim,
    Responsibility, TraceNumber,
};

use super::{Fold, person_digest};
use crate::tables::{Change, ClaimEntry, FindingEntry, Tables};
use crate::{ClaimRow, Counter, Decided, GroupRow, Move, Sequence, StoreError};

impl<T: Tables> Fold<'_, T> {
    pub(super) fn claim_created(
        &mut self,
        claim: &Claim,
        payer: &str,
        replaces: Option<&ClaimId>,
    ) -> Result<(), StoreError> {
        let id = &claim.id;
        if self.tables.claim_number(id)?.is_some() {
            return Err(StoreError::contradiction(format!(
                "claim {id} was made before"
            )));
        }
        if let Some(original) = replaces {
            self.change(original, |entry| {
                // A second replacement takes the place of the first.
                entry.row.replaced_by = Some(id.clone());
                Ok(Change::Made)
            })?;
        }
        let number = self.tables.counter(Counter::Claim)? + 1;
        self.tables.put_counter(Counter::Claim, number)?;
        let mut entry = ClaimEntry {
            row: ClaimRow {
                id: id.clone(),
                control: String::new(),
                payer: payer.to_owned(),
                status: first_status(claim),
                charge: Money::ZERO,
                service_from: None,
                service_to: None,
                created: self.at,
                submitted: None,
                submissions: 0,
                first_decided: None,
                first_denied: None,
                last_paid: None,
                paid: Money::ZERO,
                allowed: Money::ZERO,
                denied: Money::ZERO,
                held: false,
                touched: false,
                rejected: false,
                replaces: replaces.cloned(),
                replaced_by: None,
                payer_control: None,
                tags: Vec::new(),
            },
            patient: [0; 32],
            document: 0,
            owed_by_insurance: Money::ZERO,
            owed_by_patient: Money::ZERO,
            patient_since: None,
        };
        describe(&mut entry, claim, self.sequence)?;
        self.tables.put_claim(number, entry)?;
        self.tables.put_history(number, self.sequence)
    }

    pub(super) fn claim_revised(&mut self, claim: &Claim, by_hand: bool) -> Result<(), StoreError> {
        let sequence = self.sequence;
        self.change_decided(&claim.id, |entry| {
            // Spelled otherwise, the patient is still the same.
            let patient = entry.patient;
            describe(entry, claim, sequence)?;
            entry.patient = patient;
            if by_hand {
                touch(&mut entry.row);
            }
            Ok(Change::Made)
        })
    }

    pub(super) fn judged(
        &mut self,
        claim: &ClaimId,
        hook: Hook,
        outcome: &Outcome,
    ) -> Result<(), StoreError> {
        let number = self.about(claim)?;
        for (entry, ordinal) in findings(number, hook, outcome).zip(0u32..) {
            self.tables.put_finding(self.sequence, ordinal, entry)?;
        }
        let holds = matches!(hook, Hook::Claim | Hook::Scrub) && outcome.holds();
        if !holds {
            return Ok(());
        }
        self.tables.change_claim(number, |entry| {
            entry.row.held |= entry.row.submitted.is_none();
            Ok(Change::Made)
        })
    }

    /// A person let it pass or held it, so that it is not touchless.
    pub(super) fn touched_by_hand(&mut self, claim: &ClaimId) -> Result<(), StoreError> {
        self.change(claim, |entry| {
            touch(&mut entry.row);
            Ok(Change::Made)
        })
    }

    pub(super) fn moved(&mut self, claim: &ClaimId, to: Move) -> Result<(), StoreError> {
        self.change(claim, |entry| {
            step(&mut entry.row.status, to).map_err(|refused| {
                StoreError::contradiction(format!("claim {claim}: {refused}"))
            })?;
            Ok(Change::Made)
        })
    }

    /// A file left under numbers that are given out once.
    pub(super) fn group_written(&mut self, interchange: u32, group: u32) -> Result<(), StoreError> {
        if self.tables.group_row(group)?.is_some() {
            return Err(StoreError::contradiction(format!(
                "the group control number {group} was given out before"
            )));
        }
        let row = GroupRow {
            interchange,
            written: self.sequence,
            delivered: None,
        };
        self.tables.put_group(group, row)?;
        self.tables
            .put_counter(Counter::Interchange, interchange.into())?;
        self.tables.put_counter(Counter::Group, group.into())
    }

    pub(super) fn group_delivered(&mut self, group: u32) -> Result<(), StoreError> {
        let row = self.tables.group_row(group)?.ok_or_else(|| {
            StoreError::contradiction(format!("the group {group} was never written"))
        })?;
        let delivered = row.delivered.or(Some(self.sequence));
        self.tables.put_group(group, GroupRow { delivered, ..row })
    }

    pub(super) fn batch_written(
        &mut self,
        interchange: u32,
        group: u32,
        sets: &[(u32, Vec<ClaimId>)],
    ) -> Result<(), StoreError> {
        self.group_written(interchange, group)?;
        let mut place = 0;
        for (set, claims) in sets {
            for claim in claims {
                if let Some(number) = self.number_unless_purged(claim)? {
                    self.tables.put_sent((group, *set, place), number)?;
                }
                place += 1;
            }
        }
        let all = sets.iter().flat_map(|(_, claims)| claims);
        let at = self.at;
        for number in self.about_each(all)? {
            self.tables.change_claim(number, |entry| {
                entry.row.submitted.get_or_insert(at);
                entry.row.submissions = entry.row.submissions.saturating_add(1);
                Ok(Change::Made)
            })?;
        }
        Ok(())
    }

    pub(super) fn acknowledged(
        &mut self,
        acknowledgment: &Acknowledgment,
        claims: &[ClaimId],
    ) -> Result<(), StoreError> {
        for number in self.about_each(claims)? {
            if acknowledgment.outcome == AckOutcome::Rejected {
                self.tables.change_claim(number, |entry| {
                    entry.row.rejected = true;
                    Ok(Change::Made)
                })?;
            }
        }
        Ok(())
    }

    pub(super) fn remittance_taken(&mut self, remittance: &Remittance) -> Result<(), StoreError> {
        let (originator, trace) = (&remittance.originator, &remittance.trace);
        if let Some(earlier) = self.tables.remittance_row(originator, trace)? {
            return Err(StoreError::contradiction(format!(
                "a payment with this trace number of this payer was taken in before, in journal row {earlier}"
            )));
        }
        self.tables.put_remittance(originator, trace, self.sequence)
    }

    pub(super) fn remittance_undone(
        &mut self,
        originator: &str,
        trace: &TraceNumber,
    ) -> Result<(), StoreError> {
        match self.tables.remittance_row(originator, trace)? {
            Some(_) => self.tables.drop_remittance(originator, trace),
            None => Err(StoreError::contradiction(
                "no payment with this trace number of this payer is posted",
            )),
        }
    }

    pub(super) fn claim_remitted(
        &mut self,
        claim: &ClaimId,
        remitted: &RemittanceClaim,
        decided: NaiveDate,
        allowed: Money,
        denied: Money,
    ) -> Result<(), StoreError> {
        self.change_decided(claim, |entry| {
            if remitted.status == ClaimPaymentStatus::Predetermination {
                return Ok(Change::None);
            }
            let mut standing = Decided::of(&entry.row);
            standing.remitted(remitted, decided, allowed, denied);
            put(standing, &mut entry.row)
        })
    }

    pub(super) fn taken_back(&mut self, claim: &ClaimId, amount: Money) -> Result<(), StoreError> {
        self.change_decided(claim, |entry| {
            entry.row.paid = fits(entry.row.paid - amount)?;
            Ok(Change::Made)
        })
    }

    /// The claim is as the event says: what other rows made of it cannot be
    /// told from the tables.
    pub(super) fn posting_undone(
        &mut self,
        claim: &ClaimId,
        decided: &Decided,
        status: ClaimStatus,
        tags: &[String],
        payer_control: Option<&PayerClaimControlNumber>,
    ) -> Result<(), StoreError> {
        self.change_decided(claim, |entry| {
            let row = &mut entry.row;
            row.status = status;
            row.tags = tags.to_vec();
            row.payer_control = payer_control.map(|control| control.as_str().to_owned());
            put(decided.clone(), row)
        })
    }

    pub(super) fn payer_control_learned(
        &mut self,
        claim: &ClaimId,
        payer_control: &PayerClaimControlNumber,
    ) -> Result<(), StoreError> {
        self.change(claim, |entry| {
            let known = &mut entry.row.payer_control;
            if known.as_deref() == Some(payer_control.as_str()) {
                return Ok(Change::None);
            }
            *known = Some(payer_control.as_str().to_owned());
            Ok(Change::Made)
        })
    }

    pub(super) fn tagged(&mut self, claim: &ClaimId, tag: &str) -> Result<(), StoreError> {
        self.change(claim, |entry| {
            let tags = &mut entry.row.tags;
            match tags.binary_search_by(|held| held.as_str().cmp(tag)) {
                Ok(_) => Ok(Change::None),
                Err(place) => {
                    tags.insert(place, tag.to_owned());
                    Ok(Change::Made)
                }
            }
        })
    }
}

/// The findings of a judgement, on a claim or record of that number.
pub(super) fn findings(
    about: u64,
    hook: Hook,
    outcome: &Outcome,
) -> impl Iterator<Item = FindingEntry> {
    outcome.findings.iter().map(move |finding| FindingEntry {
        about,
        hook,
        rule: finding.rule.clone(),
        severity: finding.severity,
        shadow: finding.shadow,
        prevents: finding.prevents.clone(),
    })
}

/// What the row takes from the claim as it now stands.
fn describe(entry: &mut ClaimEntry, claim: &Claim, sequence: Sequence) -> Result<(), StoreError> {
    entry.document = sequence;
    entry.patient = person_digest(&claim.patient);
    entry.row.control = claim.control.as_str().to_owned();
    entry.row.charge = fits(claim.charge)?;
    entry.row.service_from = claim.service_from();
    entry.row.service_to = claim.service_to();
    Ok(())
}

/// A person changed or passed the claim: before it was first sent, that makes
/// it a claim that was not touchless.
fn touch(row: &mut ClaimRow) {
    row.touched |= row.submitted.is_none();
}

fn step(status: &mut ClaimStatus, to: Move) -> Result<(), RefusedTransition> {
    match to {
        Move::Work(to) => status.work = status.work.moved(to)?,
        Move::Adjudication(to) => status.adjudication = status.adjudication.moved(to)?,
        Move::Responsibility(to) => status.responsibility = status.responsibility.moved(to)?,
        Move::Appeal(to) => status.appeal = status.appeal.moved(to)?,
        Move::Patient(to) => status.patient = status.patient.moved(to)?,
    }
    Ok(())
}

/// Where a claim stands when it is made.
#[must_use]
pub fn first_status(claim: &Claim) -> ClaimStatus {
    ClaimStatus::new(first_responsibility(claim))
}

/// Who owes first: the payer that the claim goes to, or the patient where it
/// goes to none.
fn first_responsibility(claim: &Claim) -> Responsibility {
    match claim.destination().map(|coverage| coverage.order) {
        None => Responsibility::Patient,
        Some(CoverageOrder::Primary | CoverageOrder::Later) => Responsibility::Primary,
        Some(CoverageOrder::Secondary) => Responsibility::Secondary,
        Some(CoverageOrder::Tertiary) => Responsibility::Tertiary,
    }
}

fn put(decided: Decided, row: &mut ClaimRow) -> Result<Change, StoreError> {
    for amount in [decided.paid, decided.allowed, decided.denied] {
        fits(amount)?;
    }
    decided.put(row);
    Ok(Change::Made)
}

/// An amount that a database can hold: below 92 quadrillion dollars.
pub(super) fn fits(amount: Money) -> Result<Money, StoreError> {
    match amount.cents() {
        Some(_) => Ok(amount),
        None => Err(StoreError::contradiction(
            "an amount is too large for the database",
        )),
    }
}
