//! Reads of a store in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use chrono::NaiveDate;
use scrubjay_hooks::Ran;
use scrubjay_model::{
    Account, Claim, ClaimId, Denial, FileHash, Money, ResponsibleParty, TraceNumber, WorkItem,
};

use super::{MemoryStore, StoredRow};
use crate::journal::packs::{PUBLISHED, ROLLED_BACK, WithoutText};
use crate::journal::{Digest, Shared, decode_event, hex, read_hex, read_ran};
use crate::reading::{
    account_of, claim_of, denial_of, heading_text, item_of, override_of, pack_of, remitted_of,
    undone_rows,
};
use crate::shared_rows::{CLOCK_KINDS, LOOKED};
use crate::tables::{ClaimEntry, ClaimNumber, Heading, Tables, no_such_claim};
use crate::{
    CallRow, ClaimFilter, ClaimRow, Counter, FileRow, FindingRow, GroupRow, InterchangeKey,
    JournalRow, LedgerRow, OpenClaim, OverrideRow, PackRow, PayerRecord, Reader, RemittedRow,
    Sequence, SharedRows, StoreError,
};

/// A view of a store in memory, by itself or through a transaction.
pub(super) struct View<S>(pub(super) S);

impl<S: Deref<Target = MemoryStore>> View<S> {
    pub(super) fn store(&self) -> &MemoryStore {
        &self.0
    }
}

impl StoredRow {
    fn decoded(&self, shared: &impl Shared, sequence: Sequence) -> Result<JournalRow, StoreError> {
        Ok(JournalRow {
            sequence,
            stamp: self.stamp.clone(),
            event: decode_event(&self.kind, &self.payload, shared, sequence)?,
            hash: hex(&self.hash),
        })
    }
}

impl Shared for MemoryStore {
    fn ran(&self, digest: &Digest) -> Result<Option<Vec<Ran>>, StoreError> {
        Ok(self.shared.get(digest).and_then(|text| read_ran(text)))
    }

    fn file(&self, digest: &Digest) -> Result<Option<String>, StoreError> {
        Ok(self.shared.get(digest).cloned())
    }
}

impl MemoryStore {
    fn stored(&self, sequence: Sequence) -> Option<&StoredRow> {
        let place = usize::try_from(sequence).ok()?.checked_sub(1)?;
        self.rows.get(place)
    }

    pub(super) fn row(&self, sequence: Sequence) -> Result<JournalRow, StoreError> {
        let row = self.stored(sequence).ok_or_else(|| StoreError::Damaged {
            sequence,
            problem: "it is missing".to_owned(),
        })?;
        row.decoded(self, sequence)
    }

    /// Rows of some kinds that a purge has left, in order.
    fn of_kind(
        &self,
        kinds: &'static [&'static str],
    ) -> impl Iterator<Item = (&StoredRow, Sequence)> {
        let rows = self.rows.iter().zip(1..);
        rows.filter(|(row, _)| kinds.contains(&row.kind.as_str()) && !row.payload.is_empty())
    }

    fn number(&self, id: &ClaimId) -> Option<ClaimNumber> {
        self.projections.claim_numbers.rows().get(id).copied()
    }

    fn entry(&self, id: &ClaimId) -> Option<&ClaimEntry> {
        self.projections.claims.rows().get(&self.number(id)?)
    }

    fn id(&self, number: ClaimNumber) -> Result<ClaimId, StoreError> {
        let entry = self.projections.claims.rows().get(&number);
        entry
            .map(|entry| entry.row.id.clone())
            .ok_or_else(|| no_such_claim(number))
    }

    /// Journal rows about a claim, of one kind or all, in order.
    fn about(&self, id: &ClaimId, kind: Option<&str>) -> Result<Vec<JournalRow>, StoreError> {
        let Some(number) = self.number(id) else {
            return Ok(Vec::new());
        };
        let range = (number, 0)..=(number, Sequence::MAX);
        let about = self.projections.history.rows().range(range);
        about
            .map(|((_, sequence), ())| *sequence)
            .filter(|sequence| {
                let stored = self.stored(*sequence);
                kind.is_none_or(|kind| stored.is_none_or(|row| row.kind == kind))
            })
            .map(|sequence| self.row(sequence))
            .collect()
    }

    /// The rows of a claim, or of all, that an undone posting no longer counts.
    fn undone(&self, claim: Option<&ClaimId>) -> Result<BTreeSet<Sequence>, StoreError> {
        let rows = match claim {
            Some(claim) => self.about(claim, Some("posting_undone"))?,
            None => self
                .of_kind(&["posting_undone"])
                .map(|(row, sequence)| row.decoded(self, sequence))
                .collect::<Result<_, _>>()?,
        };
        Ok(undone_rows(rows))
    }

    /// The ledger rows of the money events in those journal rows.
    pub(super) fn ledger_of(
        &self,
        sequences: impl Iterator<Item = Sequence>,
    ) -> Result<Vec<LedgerRow>, StoreError> {
        let headings = self.projections.headings.rows().iter();
        let headings: BTreeMap<u64, &Heading> = headings
            .map(|(heading, entry)| (entry.number, heading))
            .collect();
        let mut ledger = Vec::new();
        for sequence in sequences {
            let Some(money) = self.projections.money.rows().get(&sequence) else {
                continue;
            };
            let at = self.row(sequence)?.stamp.at;
            let postings = self.projections.postings.rows();
            for (_, posting) in postings.range((sequence, 0)..=(sequence, u32::MAX)) {
                let owing = posting.claim.map(|number| self.id(number)).transpose()?;
                let heading = headings.get(&posting.heading);
                let account = heading
                    .and_then(|heading| account_of(heading, owing))
                    .ok_or_else(|| StoreError::contradiction("a posting has no account"))?;
                ledger.push(LedgerRow {
                    sequence,
                    at,
                    money: money.money,
                    claim: money.claim.map(|number| self.id(number)).transpose()?,
                    account,
                    amount: posting.amount,
                });
            }
        }
        Ok(ledger)
    }
}

impl<S: Deref<Target = MemoryStore>> Reader for View<S> {
    fn seen_key(&self, key: &str) -> Result<Option<CallRow>, StoreError> {
        self.store().projections.call_row(key)
    }

    fn findings(&self, claim: Option<&ClaimId>) -> Result<Vec<FindingRow>, StoreError> {
        let store = self.store();
        let only = claim.map(|id| store.number(id).unwrap_or(ClaimNumber::MAX));
        let rows = store.projections.findings.rows().iter();
        rows.filter(|(_, entry)| only.is_none_or(|number| number == entry.about))
            .map(|((sequence, _), entry)| {
                Ok(FindingRow {
                    sequence: *sequence,
                    claim: store.id(entry.about)?,
                    hook: entry.hook,
                    rule: entry.rule.clone(),
                    severity: entry.severity,
                    shadow: entry.shadow,
                    prevents: entry.prevents.clone(),
                })
            })
            .collect()
    }

    fn overrides(&self, claim: Option<&ClaimId>) -> Result<Vec<OverrideRow>, StoreError> {
        let store = self.store();
        let rows = match claim {
            Some(claim) => store.about(claim, Some("overridden"))?,
            None => store
                .of_kind(&["overridden"])
                .map(|(row, sequence)| row.decoded(store, sequence))
                .collect::<Result<_, _>>()?,
        };
        rows.into_iter().map(override_of).collect()
    }

    fn packs(&self) -> Result<Vec<PackRow>, StoreError> {
        let rows = self.store().of_kind(&[PUBLISHED, ROLLED_BACK]);
        rows.map(|(row, sequence)| pack_of(row.decoded(&WithoutText, sequence)?))
            .collect()
    }

    fn accounts(&self) -> Result<Vec<(Account, Money)>, StoreError> {
        let headings = self.store().projections.headings.rows().iter();
        Ok(headings
            .filter_map(|(heading, entry)| match heading {
                Heading::Account(account) => Some((account.clone(), entry.balance)),
                Heading::Receivables(_) => None,
            })
            .collect())
    }

    fn last_row(&self) -> Result<Option<JournalRow>, StoreError> {
        let store = self.store();
        match store.rows.len() as Sequence {
            0 => Ok(None),
            last => store.row(last).map(Some),
        }
    }

    fn file(&self, file: &FileHash) -> Result<Option<FileRow>, StoreError> {
        self.store().projections.file_row(file)
    }

    fn interchange(&self, key: &InterchangeKey) -> Result<Option<FileHash>, StoreError> {
        self.store().projections.interchange_file(key)
    }

    fn files(&self) -> Result<Vec<FileRow>, StoreError> {
        let files = self.store().projections.files_in_order();
        Ok(files.into_values().cloned().collect())
    }

    fn claim(&self, id: &ClaimId) -> Result<Option<ClaimRow>, StoreError> {
        Ok(self.store().entry(id).map(|entry| entry.row.clone()))
    }

    fn claim_document(&self, id: &ClaimId) -> Result<Option<Claim>, StoreError> {
        let store = self.store();
        match store.entry(id) {
            Some(entry) => claim_of(store.row(entry.document)?).map(Some),
            None => Ok(None),
        }
    }

    fn claim_patient(&self, id: &ClaimId) -> Result<Option<String>, StoreError> {
        let store = self.store();
        Ok(store.entry(id).map(|entry| hex(&entry.patient)))
    }

    fn claims(&self, filter: &ClaimFilter) -> Result<Vec<ClaimRow>, StoreError> {
        let patient = filter.patient.as_deref().map(read_hex);
        let equal = |wanted: &Option<String>, held: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| held == Some(wanted))
        };
        let rows = self.store().projections.claims.rows().values();
        Ok(rows
            .filter(|entry| {
                let row = &entry.row;
                equal(&filter.payer, Some(&row.payer))
                    && equal(&filter.control, Some(&row.control))
                    && equal(&filter.payer_control, row.payer_control.as_deref())
                    && patient.is_none_or(|patient| patient == Some(entry.patient))
                    && filter.work.is_none_or(|work| work == row.status.work)
            })
            .take(filter.limit.map_or(usize::MAX, |limit| limit as usize))
            .map(|entry| entry.row.clone())
            .collect())
    }

    fn open_claims(&self, each: &mut dyn FnMut(OpenClaim<'_>)) -> Result<(), StoreError> {
        let claims = self.store().projections.claims.rows().values();
        claims.filter_map(OpenClaim::of).for_each(each);
        Ok(())
    }

    fn claims_to_look_at(&self, day: NaiveDate, terms: u64) -> Result<Vec<ClaimId>, StoreError> {
        let projections = &self.store().projections;
        let same = projections.look_terms.rows().get(&()) == Some(&terms);
        let due = projections.claims.rows().iter().filter(|(number, entry)| {
            let look = projections.looks.rows().get(number);
            OpenClaim::of(entry).is_some() && (!same || look.is_none_or(|look| *look <= day))
        });
        Ok(due.map(|(_, entry)| entry.row.id.clone()).collect())
    }

    fn payer_records(&self) -> Result<Vec<(String, PayerRecord)>, StoreError> {
        let payers = self.store().projections.payers.rows().iter();
        Ok(payers
            .map(|(payer, record)| (payer.clone(), *record))
            .collect())
    }

    fn sent(&self, group: u32, set: Option<u32>) -> Result<Vec<ClaimId>, StoreError> {
        let store = self.store();
        let range = match set {
            Some(set) => (group, set, 0)..=(group, set, u32::MAX),
            None => (group, 0, 0)..=(group, u32::MAX, u32::MAX),
        };
        let sent = store.projections.sent.rows().range(range);
        sent.map(|(_, number)| store.id(*number)).collect()
    }

    fn sent_groups(&self, interchange: u32) -> Result<Vec<u32>, StoreError> {
        let groups = self.store().projections.groups.rows().iter();
        Ok(groups
            .filter(|(_, row)| row.interchange == interchange)
            .map(|(group, _)| *group)
            .collect())
    }

    fn sent_group(&self, group: u32) -> Result<Option<GroupRow>, StoreError> {
        self.store().projections.group_row(group)
    }

    fn remittance(
        &self,
        originator: &str,
        trace: &TraceNumber,
    ) -> Result<Option<Sequence>, StoreError> {
        self.store().projections.remittance_row(originator, trace)
    }

    fn remitted(&self, claim: &ClaimId) -> Result<Vec<RemittedRow>, StoreError> {
        let rows = self.store().about(claim, Some("claim_remitted"))?;
        let undone = self.store().undone(Some(claim))?;
        let standing = rows
            .into_iter()
            .filter(|row| !undone.contains(&row.sequence));
        standing.map(remitted_of).collect()
    }

    fn remittances(&self) -> Result<Vec<JournalRow>, StoreError> {
        let store = self.store();
        let rows = store.of_kind(&[
            "remittance_taken",
            "remittance_posted",
            "remittance_quarantined",
            "remittance_set_aside",
            "remittance_undone",
            "deposit_taken",
            "deposit_asked",
        ]);
        rows.map(|(row, sequence)| row.decoded(store, sequence))
            .collect()
    }

    fn denials(&self, claim: Option<&ClaimId>) -> Result<Vec<Denial>, StoreError> {
        let store = self.store();
        let rows = match claim {
            Some(claim) => store.about(claim, Some("denied"))?,
            None => {
                let rows = store.of_kind(&["denied"]);
                rows.map(|(row, sequence)| row.decoded(store, sequence))
                    .collect::<Result<_, _>>()?
            }
        };
        let undone = store.undone(claim)?;
        let standing = rows
            .into_iter()
            .filter(|row| !undone.contains(&row.sequence));
        standing.map(denial_of).collect()
    }

    fn open_work(&self, claim: Option<&ClaimId>) -> Result<Vec<WorkItem>, StoreError> {
        let store = self.store();
        let only = claim.map(|id| store.number(id).unwrap_or(ClaimNumber::MAX));
        let open = store.projections.work.rows().values().filter(|entry| {
            entry.closed.is_none() && only.is_none_or(|number| entry.claim == Some(number))
        });
        let mut opened: Vec<Sequence> = open.map(|entry| entry.opened).collect();
        opened.sort_unstable();
        let rows = opened.into_iter().map(|sequence| store.row(sequence));
        rows.map(|row| item_of(row?)).collect()
    }

    fn balance(&self, claim: &ClaimId, party: ResponsibleParty) -> Result<Money, StoreError> {
        let entry = self.store().entry(claim);
        Ok(entry.map_or(Money::ZERO, |entry| entry.balance(party)))
    }

    fn ledger(&self, claim: &ClaimId) -> Result<Vec<LedgerRow>, StoreError> {
        let store = self.store();
        let Some(number) = store.number(claim) else {
            return Ok(Vec::new());
        };
        let range = (number, 0)..=(number, Sequence::MAX);
        let about = store.projections.history.rows().range(range);
        store.ledger_of(about.map(|((_, sequence), ())| *sequence))
    }

    fn trial_balance(&self) -> Result<Vec<(String, Money)>, StoreError> {
        let headings = self.store().projections.headings.rows().iter();
        let mut lines: Vec<(String, Money)> = headings
            .map(|(heading, entry)| (heading_text(heading), entry.balance))
            .collect();
        lines.sort();
        Ok(lines)
    }

    fn last_number(&self, counter: Counter) -> Result<u64, StoreError> {
        self.store().projections.counter(counter)
    }

    fn journal(&self, from: Sequence, limit: u32) -> Result<Vec<JournalRow>, StoreError> {
        let store = self.store();
        let last = store.rows.len() as Sequence;
        let rows = (from.max(1)..=last).take(limit as usize);
        rows.map(|sequence| store.row(sequence)).collect()
    }

    fn history(&self, claim: &ClaimId) -> Result<Vec<JournalRow>, StoreError> {
        self.store().about(claim, None)
    }

    fn clock_history(
        &self,
        claim: &ClaimId,
        shared: &mut SharedRows,
    ) -> Result<Vec<JournalRow>, StoreError> {
        let store = self.store();
        let Some(number) = store.number(claim) else {
            return Ok(Vec::new());
        };
        let range = (number, 0)..=(number, Sequence::MAX);
        let mut rows = Vec::new();
        for (_, sequence) in store
            .projections
            .history
            .rows()
            .range(range)
            .map(|(key, ())| key)
        {
            let Some(stored) = store.stored(*sequence) else {
                continue;
            };
            let kind = stored.kind.as_str();
            let looked = kind == "judged" && stored.payload.contains(LOOKED);
            if CLOCK_KINDS.contains(&kind) || looked {
                let read = || store.row(*sequence);
                rows.push(shared.about(claim, kind, *sequence, read)?);
            }
        }
        Ok(rows)
    }
}
