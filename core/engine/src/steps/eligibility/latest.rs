//! What a payer answered last about a patient's cover.

use scrubjay_model::{
    Claim, EligibilityRecord, InquiryRecord, PatientKey, PayerId, Record, RecordKind,
};
use scrubjay_store::{Counter, Event, Reader, RecordFilter, RecordRow, Sequence};

use super::inquiries_of;
use crate::steps::authorization::on_file::patients_of;
use crate::{Config, EngineError};

/// The last answered question to a payer, a refused one aside.
pub(crate) fn latest_about(
    reader: &dyn Reader,
    config: &Config,
    patient: &PatientKey,
    payer: &PayerId,
) -> Result<Option<InquiryRecord>, EngineError> {
    let inquiries = inquiries_of(reader, patient)?;
    Ok(latest_of(inquiries, config, payer))
}

/// Of several the one asked last, since its answer is the freshest; of those of
/// one day the one answered last, then the last one made.
fn latest_of(
    inquiries: Vec<InquiryRecord>,
    config: &Config,
    payer: &PayerId,
) -> Option<InquiryRecord> {
    inquiries
        .into_iter()
        .filter(|inquiry| {
            inquiry.state() == "answered" && same_payer(config, &inquiry.payer, payer)
        })
        .max_by_key(|inquiry| (inquiry.asked, inquiry.answered))
}

/// Whether two ids are one payer's.
pub(super) fn same_payer(config: &Config, one: &PayerId, other: &PayerId) -> bool {
    let known = |id: &PayerId| {
        config
            .payer(&[id.as_str()], "")
            .map(|payer| &payer.profile.key)
    };
    one == other || known(one).is_some_and(|key| known(other) == Some(key))
}

/// The last answer of a claim's payer about its patient, where the patient is
/// registered, as it stood before a journal row.
pub(crate) fn latest_for_claim(
    reader: &dyn Reader,
    config: &Config,
    claim: &Claim,
    before: Sequence,
) -> Result<Option<EligibilityRecord>, EngineError> {
    // Where there are no records at all, as in a practice that sends files of
    // claims and nothing else, nothing is looked for.
    if reader.last_number(Counter::Record)? == 0 {
        return Ok(None);
    }
    let Some(payer) = claim.destination().and_then(|to| to.payer.as_ref()) else {
        return Ok(None);
    };
    let mut inquiries = Vec::new();
    for patient in patients_of(reader, claim)? {
        let rows = reader.records(&RecordFilter {
            kind: Some(RecordKind::Eligibility),
            patient: Some(patient),
            ..RecordFilter::default()
        })?;
        for row in rows {
            inquiries.extend(as_of(reader, &row, before)?);
        }
    }
    let latest = latest_of(inquiries, config, payer);
    let answer = latest.and_then(|inquiry| inquiry.answer);
    Ok(answer.map(|answer| answer.into_record()))
}

/// A question as it stood before a journal row.
fn as_of(
    reader: &dyn Reader,
    row: &RecordRow,
    before: Sequence,
) -> Result<Option<InquiryRecord>, EngineError> {
    let record = if row.sequence < before {
        reader.record(&row.key)?
    } else {
        let history = reader.record_history(&row.key)?;
        let kept = history
            .into_iter()
            .rev()
            .filter(|row| row.sequence < before);
        kept.filter_map(|row| match row.event {
            Event::RecordKept { record, .. } => Some(record),
            _ => None,
        })
        .next()
    };
    Ok(match record {
        Some(Record::Eligibility(inquiry)) => Some(inquiry.into_record()),
        _ => None,
    })
}
