//! Values of filters that must be known: a list of nothing would look like the
//! answer to a question that was misspelt.

use anyhow::ensure;
use scrubjay::Config;
use scrubjay::model::{ClaimId, EncounterId, PatientKey, RecordKey};
use scrubjay::store::{ClaimFilter, Reader};

use crate::place::Place;

/// A word that is one of several, as clap reads it.
pub(crate) fn word(given: &str, known: &[&'static str]) -> Result<&'static str, String> {
    let found = known.iter().find(|word| **word == given);
    found
        .copied()
        .ok_or_else(|| format!("it is one of {}", known.join(", ")))
}

/// The patient, where one is named, is on file.
pub(crate) fn patient(reader: &dyn Reader, named: Option<&PatientKey>) -> anyhow::Result<()> {
    let is_there = |key: &PatientKey| is_on_file(reader, &key.into());
    let problem = "nobody of that key is registered; `scrubjay patient list` shows the keys";
    ensure!(named.map_or(Ok(true), is_there)?, problem);
    Ok(())
}

/// The visit, where one is named, is on file.
pub(crate) fn visit(reader: &dyn Reader, named: Option<&EncounterId>) -> anyhow::Result<()> {
    let Some(visit) = named else {
        return Ok(());
    };
    ensure!(
        is_on_file(reader, &visit.into())?,
        "there is no visit {visit}; `scrubjay visit list` shows them"
    );
    Ok(())
}

/// The claim is on file.
pub(crate) fn claim(reader: &dyn Reader, named: &ClaimId) -> anyhow::Result<()> {
    ensure!(
        reader.claim(named)?.is_some(),
        "there is no claim {named}; `scrubjay claims list` shows them"
    );
    Ok(())
}

/// The payer, where one is named, is configured, or a claim goes to it.
pub(crate) fn payer(reader: &dyn Reader, place: &Place, named: Option<&str>) -> anyhow::Result<()> {
    let Some(named) = named else {
        return Ok(());
    };
    let mut filter = ClaimFilter::default();
    filter.payer = Some(named.to_owned());
    if !reader.claims(&filter)?.is_empty() {
        return Ok(());
    }
    let config = Config::of_folder(place.folder())?;
    let keys = config.payers.iter().map(|payer| payer.profile.key.as_str());
    let keys: Vec<&str> = keys.collect();
    ensure!(
        keys.contains(&named),
        "there is no payer `{named}`, and no claim goes to one; scrubjay.yaml has {}",
        match keys.is_empty() {
            true => "none".to_owned(),
            false => keys.join(", "),
        }
    );
    Ok(())
}

fn is_on_file(reader: &dyn Reader, key: &RecordKey) -> anyhow::Result<bool> {
    Ok(reader.record_row(key)?.is_some())
}
