//! Step 3: what was done at a visit is charged for: entered, priced, judged, and
//! found missing where it is not.

mod entry;
pub(crate) mod fhir;
mod lag;
mod list;
mod missing;
mod moved;
mod settle;
mod sheet;
mod take_back;

pub use entry::{ChargeEntry, ChargeEntryError};
pub use lag::{ChargeLag, LagOf, charge_lag};
pub use list::{ChargeFilter, ChargeStep, ChargeStory, ListedCharge, charge_story, charges};
pub use missing::{MissingCharge, missing_charges};
pub use settle::{Derivation, Derived};

pub(crate) use missing::{no_charge, open_missing};
pub(crate) use moved::follow_visit;
pub(crate) use sheet::{COLUMNS, NEEDED, take_sheet};
pub(crate) use take_back::take_back;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use scrubjay_hooks::Finding;
use scrubjay_model::{
    Billing, Charge, ChargeId, ChargeRecord, Encounter, EncounterId, Patient, PayerProfile, Record,
    RecordKey, RecordKind, WorkKind,
};
use scrubjay_store::{Cause, Event, Reader, RecordFilter};
use serde::Serialize;

use crate::desk::Desk;
use crate::{Config, EngineError};

/// What an entry came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargeOutcome {
    /// It is a new charge.
    Entered,
    /// It took the place of what was entered before.
    Corrected,
    /// It says what was entered before; nothing was done.
    Unchanged,
}

impl ChargeOutcome {
    /// The word for people and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Entered => "entered",
            Self::Corrected => "corrected",
            Self::Unchanged => "unchanged",
        }
    }
}

/// A charge that was entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Charged {
    /// What the entry came to.
    pub outcome: ChargeOutcome,
    /// The charge as it now stands.
    pub charge: Charge,
    /// What rules made of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub derived: Vec<Derived>,
    /// What rules found on it now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// Whether it is held: it is not billed until it is mended or passed.
    pub held: bool,
}

/// Enters one charge and judges its visit.
pub(crate) fn charge(desk: &mut Desk<'_>, entry: ChargeEntry) -> Result<Charged, EngineError> {
    let (id, visit) = (entry.id.clone(), entry.visit.clone());
    let outcome = enter(desk, entry)?;
    let mut settled = Vec::new();
    if outcome != ChargeOutcome::Unchanged {
        settled = settle::settle(desk, &visit)?;
    }
    let own = settled.into_iter().find(|settled| settled.charge == id);
    let unknown = || ChargeEntryError::NoCharge { charge: id.clone() };
    let charge = desk.charge(&id)?.ok_or_else(unknown)?;
    let held = is_held(desk.tx.as_ref(), &id)?;
    let (derived, findings) = own.map_or_else(Default::default, |own| (own.derived, own.findings));
    Ok(Charged {
        outcome,
        charge,
        derived,
        findings,
        held,
    })
}

/// Judges the charges of a visit that are not billed, as when one was entered: one
/// of them has come back from a claim.
pub(crate) fn judge_again(desk: &mut Desk<'_>, visit: &EncounterId) -> Result<(), EngineError> {
    settle::settle(desk, visit).map(drop)
}

/// Keeps a charge as it was entered. Whoever calls it settles the visit.
fn enter(desk: &mut Desk<'_>, entry: ChargeEntry) -> Result<ChargeOutcome, EngineError> {
    let visit = desk.encounter(&entry.visit)?;
    let visit = visit.ok_or_else(|| ChargeEntryError::NoVisit {
        visit: entry.visit.clone(),
    })?;
    let charge = entry.id.clone();
    let mut outcome = ChargeOutcome::Entered;
    let mut first_entered = None;
    if let Some(held) = desk.charge(&charge)? {
        if held.encounter != visit.id {
            return Err(ChargeEntryError::OtherVisit { charge }.into());
        }
        if held.billing == Billing::Void {
            return Err(ChargeEntryError::TakenBack { charge }.into());
        }
        let before = as_entered(desk.tx.as_ref(), &held)?;
        if entry.repeats(&before) {
            return Ok(ChargeOutcome::Unchanged);
        }
        if let Billing::Billed { claim } = &held.billing {
            let claim = claim.clone();
            return Err(ChargeEntryError::Billed { charge, claim }.into());
        }
        outcome = ChargeOutcome::Corrected;
        first_entered = Some(before.entered);
    }
    let record = complete(desk, &visit, entry, first_entered)?;
    for (field, day) in [("service", record.service), ("entered", record.entered)] {
        if desk.is_to_come(day) {
            return Err(ChargeEntryError::ToCome { field, day }.into());
        }
    }
    let charge = Charge::of(&visit, record).map_err(ChargeEntryError::from)?;
    let id = charge.id.clone();
    desk.keep(charge, None)?;
    moved::settle_told(desk, &id, "the charge was corrected")?;
    let visit = RecordKey::from(&visit.id);
    desk.close_record_work(&visit, WorkKind::Charge, missing::CHARGED)?;
    Ok(outcome)
}

/// What is left out is the visit's, and an amount the charge master's.
fn complete(
    desk: &Desk<'_>,
    visit: &Encounter,
    entry: ChargeEntry,
    first_entered: Option<NaiveDate>,
) -> Result<ChargeRecord, EngineError> {
    let service = entry.service.unwrap_or_else(|| visit.service_date());
    let mut record = ChargeRecord {
        id: entry.id,
        encounter: entry.visit,
        patient: entry.patient.unwrap_or_else(|| visit.patient.clone()),
        provider: entry.provider.unwrap_or(visit.provider),
        place: entry.place.unwrap_or_else(|| visit.place.clone()),
        procedure: entry.procedure,
        modifiers: entry.modifiers,
        units: entry.units,
        diagnoses: entry.diagnoses,
        amount: entry.amount.unwrap_or_default(),
        service,
        entered: entry
            .entered
            .or(first_entered)
            .unwrap_or_else(|| desk.today()),
        billing: Billing::Unbilled,
    };
    if entry.amount.is_none() {
        let patient = desk.patient(&visit.patient)?;
        let payer = payer_of(desk.config, patient.as_ref(), visit.service_date());
        record.amount = list_price(desk.config, &record, payer.key()).ok_or_else(|| {
            ChargeEntryError::NoPrice {
                procedure: record.procedure.clone(),
                on: service,
            }
        })?;
    }
    Ok(record)
}

/// What the charge master makes of a charge.
fn list_price(
    config: &Config,
    charge: &ChargeRecord,
    payer: Option<&str>,
) -> Option<scrubjay_model::Money> {
    let ChargeRecord {
        procedure,
        modifiers,
        units,
        service,
        ..
    } = charge;
    let price = config.prices.find(procedure, modifiers, payer, *service)?;
    price.times(*units)
}

/// The payer that a patient's visit of a day goes to.
enum VisitPayer<'c> {
    /// The practice knows it.
    Known(&'c PayerProfile),
    /// A coverage names it, and `scrubjay.yaml` does not: its derived key.
    Unknown(String),
    /// Nobody covers the patient, as far as is known.
    Nobody,
}

impl<'c> VisitPayer<'c> {
    fn key(&self) -> Option<&str> {
        match self {
            Self::Known(profile) => Some(&profile.key),
            Self::Unknown(key) => Some(key),
            Self::Nobody => None,
        }
    }

    const fn profile(&self) -> Option<&'c PayerProfile> {
        match self {
            Self::Known(profile) => Some(profile),
            Self::Unknown(_) | Self::Nobody => None,
        }
    }
}

/// That of the first coverage in force; the one for self-pay where there is none.
fn payer_of<'c>(config: &'c Config, patient: Option<&Patient>, on: NaiveDate) -> VisitPayer<'c> {
    let coverages = patient.map(|patient| patient.coverages_on(on));
    let Some(first) = coverages.unwrap_or_default().into_iter().next() else {
        let mut payers = config.payers.iter();
        let alone = payers.find(|payer| config.is_self_pay(&payer.profile.key));
        return alone.map_or(VisitPayer::Nobody, |payer| {
            VisitPayer::Known(&payer.profile)
        });
    };
    let ids: Vec<&str> = first.payer.iter().map(|id| id.as_str()).collect();
    let name = &first.payer_name.last;
    config.payer(&ids, name).map_or_else(
        || VisitPayer::Unknown(Config::derived_key(first.payer.as_ref(), name)),
        |payer| VisitPayer::Known(&payer.profile),
    )
}

/// A charge as it was last entered, before rules derived anything of it: what a
/// rule did stands in the journal with the rule as its cause.
fn as_entered(reader: &dyn Reader, charge: &Charge) -> Result<ChargeRecord, EngineError> {
    let (mut entered, mut before) = (None, None);
    for row in reader.record_history(&(&charge.id).into())? {
        let Event::RecordKept {
            record: Record::Charge(kept),
            ..
        } = row.event
        else {
            continue;
        };
        let mut content = kept.into_record();
        content.billing = Billing::Unbilled;
        let by_rule = matches!(row.stamp.cause, Cause::Rule { .. });
        // Billing and taking back leave the content as it is.
        if !by_rule && before.as_ref() != Some(&content) {
            entered = Some(content.clone());
        }
        before = Some(content);
    }
    Ok(entered.unwrap_or_else(|| charge.clone().into_record()))
}

/// Whether a charge waits for a person, and is not billed until then.
pub(crate) fn is_held(reader: &dyn Reader, charge: &ChargeId) -> Result<bool, EngineError> {
    let open = reader.record_work(&charge.into())?;
    Ok(open.iter().any(|item| item.kind == WorkKind::Charge))
}

/// The charges of a visit that were not taken back, by their ids.
fn charges_of(desk: &Desk<'_>, visit: &EncounterId) -> Result<Vec<Charge>, EngineError> {
    let filter = RecordFilter {
        kind: Some(RecordKind::Charge),
        parent: Some(RecordKey::from(visit).id),
        ..RecordFilter::default()
    };
    let mut charges = Vec::new();
    for record in desk.records(&filter)? {
        if let Record::Charge(charge) = record
            && charge.billing != Billing::Void
        {
            charges.push(*charge);
        }
    }
    charges.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(charges)
}

/// What charges of one file came to.
#[derive(Debug)]
struct Batch<P> {
    entered: usize,
    corrected: usize,
    unchanged: usize,
    /// Of those of the file.
    held: usize,
    /// Where each that was refused stands, and why.
    refused: Vec<(P, ChargeEntryError)>,
}

/// Enters the charges of one file and judges their visits once all are there:
/// the order in which they stand in the file changes nothing.
fn enter_all<P>(
    desk: &mut Desk<'_>,
    entries: Vec<(P, ChargeEntry)>,
) -> Result<Batch<P>, EngineError> {
    let mut by_id: BTreeMap<ChargeId, Vec<(P, ChargeEntry)>> = BTreeMap::new();
    for (place, entry) in entries {
        by_id
            .entry(entry.id.clone())
            .or_default()
            .push((place, entry));
    }
    let mut batch = Batch {
        entered: 0,
        corrected: 0,
        unchanged: 0,
        held: 0,
        refused: Vec::new(),
    };
    let (mut visits, mut taken) = (BTreeSet::new(), Vec::new());
    for (id, entries) in by_id {
        if entries.iter().any(|(_, entry)| *entry != entries[0].1) {
            let refused = entries.into_iter().map(|(place, _)| {
                let charge = id.clone();
                (place, ChargeEntryError::Repeated { charge })
            });
            batch.refused.extend(refused);
            continue;
        }
        for (place, entry) in entries {
            let visit = entry.visit.clone();
            match enter(desk, entry) {
                Ok(ChargeOutcome::Entered) => batch.entered += 1,
                Ok(ChargeOutcome::Corrected) => batch.corrected += 1,
                Ok(ChargeOutcome::Unchanged) => {
                    batch.unchanged += 1;
                    continue;
                }
                Err(EngineError::Charge(why)) => {
                    batch.refused.push((place, why.of_file()));
                    continue;
                }
                Err(error) => return Err(error),
            }
            visits.insert(visit);
            taken.push(id.clone());
        }
    }
    for visit in &visits {
        settle::settle(desk, visit)?;
    }
    for id in &taken {
        batch.held += usize::from(is_held(desk.tx.as_ref(), id)?);
    }
    Ok(batch)
}

impl<P> Batch<P> {
    /// What was done, in a few words each.
    fn brought(&self) -> Vec<String> {
        crate::sheet::brought(&[
            (self.entered, "charges entered"),
            (self.corrected, "charges corrected"),
            (self.held, "of them held"),
        ])
    }

    /// Charges that were used, or said nothing new.
    fn used(&self) -> usize {
        self.entered + self.corrected + self.unchanged
    }
}

#[cfg(test)]
mod tests;
