//! The letter of an appeal: what is known, put into the practice's template.

use std::io::ErrorKind;

use scrubjay_hooks::{FileName, Notice, Notifier};
use scrubjay_model::{
    Address, AppealRecord, Claim, Denial, DenialCategory, Evidence, EvidenceKind, Name, RecordId,
};

use super::error::AppealCallError;
use super::evidence::wanted;
use super::level::Level;
use super::proof::ProofOfFiling;
use super::template::{NOT_KNOWN, Values, fill, page};
use crate::steps::account::delivery::LetterFolder;
use crate::steps::account::letter::Written;
use crate::{Config, EngineError};

const ANY: &str = include_str!("../../../data/letters/appeal.txt");
const TIMELY: &str = include_str!("../../../data/letters/timely_filing.txt");
const NECESSITY: &str = include_str!("../../../data/letters/medical_necessity.txt");

/// The template for causes that have none of their own.
const ANY_NAME: &str = "appeal.txt";

/// What a letter is made of.
pub(crate) struct About<'a> {
    pub(crate) claim: &'a Claim,
    /// Payer's number of the claim.
    pub(crate) payer_control: Option<&'a str>,
    pub(crate) payer_name: &'a str,
    pub(crate) appeal: &'a AppealRecord,
    pub(crate) level: &'a Level,
    pub(crate) denials: &'a [&'a Denial],
    pub(crate) proof: &'a ProofOfFiling,
    /// Why the decision is wrong, in the drafter's words.
    pub(crate) reason: &'a str,
}

/// Writes the letter.
pub(crate) fn write(config: &Config, about: &About<'_>) -> Result<Written, EngineError> {
    let (name, template) = template(config, about.appeal.cause)?;
    let text = fill(&name, &template, &values(config, about)).map_err(AppealCallError::from)?;
    let title = format!("Appeal of claim {}", about.claim.id);
    let html = page(&title, &text);
    Ok(Written { text, html })
}

/// The practice's own template for the cause, then the one that ships for it,
/// then the same for every cause.
fn template(
    config: &Config,
    cause: Option<DenialCategory>,
) -> Result<(String, String), EngineError> {
    let own = cause.map(|cause| format!("{}.txt", cause.as_str()));
    for name in own.iter().map(String::as_str).chain([ANY_NAME]) {
        let path = config.denials.templates.join(name);
        match std::fs::read_to_string(&path) {
            Ok(text) => return Ok((path.display().to_string(), text)),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(EngineError::file(path)(error)),
        }
        let shipped = match (name, cause) {
            (ANY_NAME, _) => ANY,
            (_, Some(DenialCategory::TimelyFiling)) => TIMELY,
            (_, Some(DenialCategory::MedicalNecessity)) => NECESSITY,
            _ => continue,
        };
        return Ok((name.to_owned(), shipped.to_owned()));
    }
    Ok((ANY_NAME.to_owned(), ANY.to_owned()))
}

fn values(config: &Config, about: &About<'_>) -> Values {
    let practice = config.practice.as_ref();
    let known = |value: Option<String>| {
        let value = value.filter(|value| !value.trim().is_empty());
        value.unwrap_or_else(|| NOT_KNOWN.to_owned())
    };
    let day = |day: Option<chrono::NaiveDate>| known(day.map(|day| day.to_string()));
    let claim = about.claim;
    let cover = claim.destination();
    let patient = &claim.patient;
    let member = patient
        .member
        .as_ref()
        .or_else(|| cover.and_then(|cover| cover.member.as_ref()));
    let decided = about.denials.iter().map(|denial| denial.decided).max();
    vec![
        ("date", about.appeal.drafted.to_string()),
        ("practice.name", known(practice.map(|p| p.name.clone()))),
        (
            "practice.address",
            known(practice.and_then(|p| p.address.as_ref()).map(address)),
        ),
        ("practice.npi", known(practice.map(|p| p.npi.to_string()))),
        ("practice.tax_id", known(practice.map(|p| p.tax_id.clone()))),
        (
            "practice.contact",
            known(practice.map(|p| p.contact.name.clone())),
        ),
        (
            "practice.phone",
            known(practice.map(|p| p.contact.phone.clone())),
        ),
        ("payer.name", known(Some(about.payer_name.to_owned()))),
        ("claim.number", claim.id.to_string()),
        (
            "claim.payer_control",
            known(about.payer_control.map(str::to_owned)),
        ),
        ("claim.from", day(claim.service_from())),
        ("claim.to", day(claim.service_to())),
        ("claim.charge", claim.charge.to_string()),
        ("claim.diagnoses", known(Some(diagnoses(claim)))),
        ("patient.name", known(Some(name(&patient.name)))),
        ("patient.born", day(patient.born)),
        (
            "patient.member",
            known(member.map(|member| member.as_str().to_owned())),
        ),
        ("level", about.level.level.to_string()),
        ("level.name", about.level.name.clone()),
        ("amount", about.appeal.amount.to_string()),
        ("denial.decided", day(decided)),
        ("denial.reasons", reasons(about.denials)),
        ("reason", about.reason.trim().to_owned()),
        ("services", services(claim)),
        ("evidence", enclosed(about.appeal)),
        ("proof", known(Some(about.proof.lines().join("\n")))),
    ]
}

fn address(address: &Address) -> String {
    let mut lines = vec![address.line1.clone()];
    lines.extend(address.line2.clone());
    lines.push(format!(
        "{} {} {}",
        address.city, address.state, address.zip
    ));
    lines.join(", ")
}

fn name(name: &Name) -> String {
    let parts = [
        name.first.as_deref(),
        Some(name.last.as_str()),
        name.suffix.as_deref(),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn diagnoses(claim: &Claim) -> String {
    let codes = claim.diagnoses.iter().map(|one| one.code.text());
    codes.collect::<Vec<_>>().join(", ")
}

/// The payer's reasons, in our words beside its codes.
fn reasons(denials: &[&Denial]) -> String {
    let line = |denial: &&Denial| {
        let carc = denial.carc.text();
        let meaning = scrubjay_codes::carc(&carc)
            .map_or_else(String::new, |known| format!(": {}", known.meaning));
        let remarks: Vec<String> = denial.remarks.iter().map(|one| one.text()).collect();
        let remarks = match remarks.is_empty() {
            true => String::new(),
            false => format!(", remarks {}", remarks.join(" ")),
        };
        let of = denial
            .line
            .map_or_else(String::new, |line| format!(" on line {line}"));
        format!(
            "- {}-{carc}{of}, {}{meaning}{remarks}",
            denial.group, denial.amount
        )
    };
    denials.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn services(claim: &Claim) -> String {
    let lines = claim.lines.iter().map(|line| {
        let code = line.procedure.as_ref().map(|code| code.text());
        let revenue = || line.revenue_code.as_ref();
        let code = code
            .or_else(|| revenue().map(|code| format!("revenue code {code}")))
            .unwrap_or_else(|| NOT_KNOWN.to_owned());
        let modifiers: String = line
            .modifiers
            .iter()
            .map(|modifier| format!("-{modifier}"))
            .collect();
        let on = line
            .from
            .or(claim.service_from())
            .map_or_else(String::new, |day| format!("{day} "));
        format!("- {on}{code}{modifiers}, {}", line.charge)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What is there, and what is still to be added: whoever sends the letter sees it.
fn enclosed(appeal: &AppealRecord) -> String {
    let lines = wanted(appeal).into_iter().filter_map(|document| {
        let there = document.kind == EvidenceKind::Letter;
        match document.reference {
            _ if there => None,
            Some(reference) => Some(format!("- {} ({reference})", document.wanted)),
            None => Some(format!("- {} [add it]", document.wanted)),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Puts a letter, and the proof where there is one, into the practice's folder.
/// What they are called there.
pub(crate) fn put(
    config: &Config,
    id: &RecordId,
    letter: &Written,
    proof: Option<&Written>,
) -> Result<Vec<Evidence>, EngineError> {
    let folder = LetterFolder::new(&config.denials.letters);
    let letters = [
        (EvidenceKind::Letter, id.to_string(), Some(letter)),
        (EvidenceKind::ProofOfFiling, format!("{id}-proof"), proof),
    ];
    let mut put = Vec::new();
    for (kind, name, written) in letters {
        let Some(written) = written else { continue };
        let failed = |said: String| AppealCallError::Letter {
            name: name.clone(),
            said,
        };
        let file = FileName::new(name.as_str()).map_err(|error| failed(error.to_string()))?;
        let notice = Notice {
            name: &file,
            text: &written.text,
            html: &written.html,
        };
        folder.notify(&notice).map_err(|error| failed(error.said))?;
        put.push(Evidence {
            kind,
            reference: format!("{name}.txt"),
        });
    }
    Ok(put)
}
