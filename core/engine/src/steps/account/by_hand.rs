//! What persons note on an account: holds, contacts, promises, protections.

use chrono::{DateTime, NaiveDate, Utc};
use scrubjay_hooks::{Contact, ContactKind, SurpriseBill};
use scrubjay_model::{AccountNote, AccountNumber, HoldKind, PatientAccount, RecordKey, WorkKind};
use serde::Serialize;

use super::collection::may_call;
use super::error::PatientAccountError;
use super::guard::{Guard, Stop};
use super::hours::times_in;
use super::{account, change, due, facts::Facts, keep};
use crate::EngineError;
use crate::desk::Desk;

/// Holds an account from today on.
pub(crate) fn hold(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    kind: HoldKind,
) -> Result<PatientAccount, EngineError> {
    let mut kept = account(desk.tx.as_ref(), number)?;
    let due = due(desk.tx.as_ref(), number)?;
    kept.hold(kind, desk.today())
        .map_err(PatientAccountError::from)?;
    keep(desk, kept.into_record(), due)
}

/// Ends a hold: from today the account is billed again, and looked at.
pub(crate) fn release(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    kind: HoldKind,
) -> Result<PatientAccount, EngineError> {
    let today = desk.today();
    let mut record = account(desk.tx.as_ref(), number)?.into_record();
    let open = record
        .holds
        .iter_mut()
        .position(|hold| hold.kind == kind && hold.until.is_none() && hold.since <= today);
    let not_held = || PatientAccountError::from(scrubjay_model::AccountError::NotHeld(kind));
    let place = open.ok_or_else(not_held)?;
    // A day that is held is held whole; one of today only was never on.
    match today
        .pred_opt()
        .filter(|last| record.holds[place].since <= *last)
    {
        Some(last) => record.holds[place].until = Some(last),
        None => _ = record.holds.remove(place),
    }
    keep(desk, record, Some(today))
}

/// Lets statements go again that a rule or person has stopped: from today the
/// account is billed by its cycle, as far as no guard or rule stops it anew.
pub(crate) fn resume(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
) -> Result<PatientAccount, EngineError> {
    let today = desk.today();
    let mut record = account(desk.tx.as_ref(), number)?.into_record();
    if record.dealings.pause.take().is_none() {
        return Err(PatientAccountError::NotPaused {
            account: number.clone(),
        }
        .into());
    }
    keep(desk, record, Some(today))
}

/// What a contact came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContactNoted {
    /// Account.
    pub account: AccountNumber,
    /// Day where the patient lives.
    pub on: NaiveDate,
    /// Limits that it broke: it is noted all the same, and somebody is told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub broke: Vec<Stop>,
}

/// Notes that the patient was spoken to at a time, by us or an agency.
pub(crate) fn note_contact(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    kind: ContactKind,
    at: DateTime<Utc>,
) -> Result<ContactNoted, EngineError> {
    let now = desk.stamp.at;
    desk.stamp.at = at;
    let judged = may_call(desk, number);
    desk.stamp.at = now;
    let mut broke = judged?;
    let limits = [Guard::CallLimit, Guard::Hours];
    if matches!(kind, ContactKind::Letter | ContactKind::Message) {
        broke.retain(|stop| !limits.contains(&stop.guard));
    }
    // What is owed has no part in whether somebody may be spoken to.
    broke.retain(|stop| !matches!(stop.guard, Guard::NothingOwed | Guard::InsurancePending));
    let reader = desk.tx.as_ref();
    let facts = Facts::of(reader, account(reader, number)?, now)?;
    let local = facts.state().and_then(|state| times_in(state, at));
    let on = local.map_or_else(|| at.date_naive(), |(_, east)| east.date());
    change(desk, number, |dealings| {
        dealings.note_contact(Contact { on, kind });
    })?;
    if !broke.is_empty() {
        let key: RecordKey = number.into();
        let why: Vec<String> = broke.iter().map(Stop::to_string).collect();
        let reason = format!(
            "a {} on {on} was against: {}",
            kind.as_str(),
            why.join("; ")
        );
        desk.open_record_work(WorkKind::PatientAccount, &key, facts.asked(), reason)?;
    }
    Ok(ContactNoted {
        account: number.clone(),
        on,
        broke,
    })
}

/// Something that a person notes on an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AccountFact {
    /// The patient told us, or the agency, to stop speaking to them; `false`
    /// takes it back at the patient's own word.
    StopContact(Option<NaiveDate>),
    /// The bill is one out of the network from which the patient is protected.
    Surprise(Option<SurpriseBill>),
    /// Day of the agency's validation notice.
    ValidationNotice(NaiveDate),
    /// A note, with the day by which the patient promised to pay.
    Note {
        /// What.
        text: String,
        /// Promised by that day.
        promised: Option<NaiveDate>,
    },
    /// Statements that a rule has stopped may go again.
    Unpause,
}

/// Notes a fact on an account.
pub(crate) fn note(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    fact: AccountFact,
) -> Result<PatientAccount, EngineError> {
    let (on, by) = (desk.today(), desk.stamp.actor.clone());
    change(desk, number, |dealings| match fact {
        AccountFact::StopContact(day) => dealings.stop_contact = day,
        AccountFact::Surprise(surprise) => dealings.surprise = surprise,
        AccountFact::ValidationNotice(day) => dealings.validation_notice = Some(day),
        AccountFact::Unpause => dealings.pause = None,
        AccountFact::Note { text, promised } => dealings.notes.push(AccountNote {
            on,
            by,
            text,
            promised,
        }),
    })
}
