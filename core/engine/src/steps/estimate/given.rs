//! An estimate as the patient is given it, as text and as HTML.
//!
//! A good-faith estimate says what 45 CFR 149.610(c)(1) asks for: who, what,
//! when, by whom and for how much, line by line with codes, and that it is an
//! estimate, no contract, and may be contested from 400 dollars on. The words
//! are ours.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_model::{
    Address, Encounter, EncounterStatus, Estimate, EstimateKind, EstimateLine, EstimateStep,
    EstimateStepKind, Icd10, Money, Name, Patient, Record, RecordId, RecordKind,
    SUBSTANTIAL_EXCESS,
};
use scrubjay_store::Reader;
use serde::Serialize;

use super::page::{Block, as_html, as_text};
use super::{EstimateRefusal, required, signed};
use crate::config::Practice;
use crate::desk::Desk;
use crate::steps::eligibility::judge_again;
use crate::{Config, EngineError};

/// An estimate as the patient is given it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GivenEstimate {
    /// The estimate.
    pub estimate: Estimate,
    /// As plain text.
    pub text: String,
    /// As one HTML document.
    pub html: String,
}

/// Marks an estimate as given to the patient, and renders it.
pub(crate) fn give(desk: &mut Desk<'_>, id: &RecordId) -> Result<GivenEstimate, EngineError> {
    signed(desk)?;
    let mut estimate = find(desk.tx.as_ref(), id)?;
    let today = desk.today();
    still_stands(desk, &estimate)?;
    estimate.give(today).map_err(EstimateRefusal::from)?;
    let given = rendered(desk.tx.as_ref(), desk.config, estimate.clone())?;
    desk.keep(estimate.clone(), None)?;
    required::settle(desk, &estimate)?;
    if estimate.kind == EstimateKind::GoodFaith
        && let Some(visit) = &estimate.encounter
    {
        judge_again(desk, visit)?;
    }
    Ok(given)
}

/// Whether the visit is still to come, on the day that was estimated.
fn still_stands(desk: &Desk<'_>, estimate: &Estimate) -> Result<(), EngineError> {
    let Some(id) = &estimate.encounter else {
        return Ok(());
    };
    let Some(visit) = desk.encounter(id)? else {
        return Ok(());
    };
    let visit_id = id.clone();
    if required::is_off(&visit) {
        return Err(EstimateRefusal::CalledOff { visit: visit_id }.into());
    }
    let day = visit.scheduled;
    if visit.status == EncounterStatus::Scheduled && estimate.service != Some(day) {
        let visit = visit_id;
        return Err(EstimateRefusal::Moved { visit, day }.into());
    }
    Ok(())
}

fn find(reader: &dyn Reader, id: &RecordId) -> Result<Estimate, EngineError> {
    match reader.record(&RecordKind::Estimate.with(id.clone()))? {
        Some(Record::Estimate(estimate)) => Ok(*estimate),
        _ => Err(EstimateRefusal::UnknownEstimate {
            estimate: id.clone(),
        }
        .into()),
    }
}

/// An estimate as the patient sees it, given or not.
pub(crate) fn rendered(
    reader: &dyn Reader,
    config: &Config,
    estimate: Estimate,
) -> Result<GivenEstimate, EngineError> {
    let patient = match reader.record(&(&estimate.patient).into())? {
        Some(Record::Patient(patient)) => *patient,
        _ => return Err(EstimateRefusal::UnknownPatient.into()),
    };
    let visit = match &estimate.encounter {
        None => None,
        Some(visit) => match reader.record(&visit.into())? {
            Some(Record::Encounter(visit)) => Some(*visit),
            _ => None,
        },
    };
    let answered = match &estimate.answer {
        None => None,
        Some(answer) => match reader.record(&RecordKind::Eligibility.with(answer.clone()))? {
            Some(Record::Eligibility(inquiry)) => inquiry.answered,
            _ => None,
        },
    };
    let page = Page {
        estimate: &estimate,
        patient: &patient,
        visit: visit.as_ref(),
        practice: config.practice.as_ref(),
        answered,
    };
    let blocks = page.blocks();
    let (text, html) = (as_text(&blocks), as_html(&blocks));
    Ok(GivenEstimate {
        estimate,
        text,
        html,
    })
}

struct Page<'p> {
    estimate: &'p Estimate,
    patient: &'p Patient,
    visit: Option<&'p Encounter>,
    practice: Option<&'p Practice>,
    /// Day of the payer's answer.
    answered: Option<NaiveDate>,
}

impl Page<'_> {
    fn blocks(&self) -> Vec<Block> {
        let mut blocks = vec![Block::Title(self.title().to_owned())];
        blocks.push(Block::Table {
            head: vec!["", ""],
            rows: self.facts(),
        });
        blocks.push(Block::Heading("What is planned, and what it costs"));
        blocks.push(self.services());
        match self.estimate.kind {
            EstimateKind::GoodFaith => self.good_faith(&mut blocks),
            EstimateKind::Share => self.share(&mut blocks),
        }
        blocks
    }

    fn title(&self) -> &'static str {
        match self.estimate.kind {
            EstimateKind::GoodFaith => "Good-faith estimate of what your care will cost",
            EstimateKind::Share => "Estimate of your share of what your care will cost",
        }
    }

    fn facts(&self) -> Vec<Vec<String>> {
        let estimate = self.estimate;
        let fact = |what: &str, said: String| vec![what.to_owned(), said];
        let mut facts = vec![fact("Patient", full_name(&self.patient.person.name))];
        if let Some(born) = self.patient.person.born {
            facts.push(fact("Date of birth", in_words(born)));
        }
        facts.push(fact(
            "Day of care",
            estimate
                .service
                .map_or_else(|| "not booked yet".to_owned(), in_words),
        ));
        let diagnoses = self.visit.map_or(&[][..], |visit| &visit.diagnoses);
        if !diagnoses.is_empty() {
            let codes: Vec<String> = diagnoses.iter().map(Icd10::to_string).collect();
            facts.push(fact("Diagnoses (ICD-10-CM)", codes.join(", ")));
        }
        if let Some(practice) = self.practice {
            facts.push(fact(
                "Given by",
                format!(
                    "{}, NPI {}, tax number {}",
                    practice.name, practice.npi, practice.tax_id
                ),
            ));
            if let Some(address) = &practice.address {
                facts.push(fact("Where", in_one_line(address)));
            }
            facts.push(fact(
                "Questions to",
                format!("{}, {}", practice.contact.name, practice.contact.phone),
            ));
        }
        facts.push(fact("Provider", format!("NPI {}", estimate.provider)));
        if let Some(visit) = self.visit {
            facts.push(fact("Place of service", visit.place.to_string()));
        }
        facts.push(fact("Estimate", format!("{}", estimate.id)));
        if let Some(given) = estimate.given {
            facts.push(fact("Given on", in_words(given)));
        }
        facts
    }

    fn services(&self) -> Block {
        let is_share = self.estimate.kind == EstimateKind::Share;
        let mut head = vec!["service", "code", "units", "expected charge"];
        if is_share {
            head.push("your share");
        }
        let row = |line: &EstimateLine| {
            let mut cells = vec![
                line.words.clone(),
                line.procedure.to_string(),
                line.units.normalize().to_string(),
                dollars(line.expected),
            ];
            cells.extend(is_share.then(|| dollars(line.share)));
            cells
        };
        let mut rows: Vec<Vec<String>> = self.estimate.lines.iter().map(row).collect();
        let mut total = vec![
            "Together".to_owned(),
            String::new(),
            String::new(),
            dollars(self.estimate.expected()),
        ];
        total.extend(is_share.then(|| dollars(self.estimate.share())));
        rows.push(total);
        Block::Table { head, rows }
    }

    fn good_faith(&self, blocks: &mut Vec<Block>) {
        blocks.push(Block::Heading("What you should know"));
        let contact = self.practice.map_or_else(
            || "the practice".to_owned(),
            |practice| format!("{} at {}", practice.contact.name, practice.contact.phone),
        );
        blocks.push(Block::List(vec![
            "This is an estimate of what we can expect today. What is done and what it costs may \
             be different in the end."
                .to_owned(),
            "Your care may come to need further services that are booked by themselves, from us \
             or from others. They are not in this estimate; you may ask for one about them."
                .to_owned(),
            "This is no contract. You need not have these services, nor have them from us."
                .to_owned(),
            format!(
                "If you are billed {} or more beyond this estimate, you have the right to contest \
                 the bill: ask {contact} to bring it in line, or start the federal dispute \
                 process for patients and providers within 120 days of the bill. It costs a \
                 small fee. How to start is told at www.cms.gov/nosurprises and at \
                 1-800-985-3059.",
                dollars(SUBSTANTIAL_EXCESS)
            ),
            "Contesting a bill does not change the care that you are given.".to_owned(),
            "Keep this page: you may need it to compare it with the bill.".to_owned(),
        ]));
    }

    fn share(&self, blocks: &mut Vec<Block>) {
        blocks.push(Block::Heading("How your share is reckoned"));
        let mut steps = Vec::new();
        for line in &self.estimate.lines {
            for step in &line.steps {
                steps.push(format!("{}: {}", line.words, step_in_words(step)));
            }
            if line.steps.is_empty() {
                steps.push(format!("{}: the plan pays all of it", line.words));
            }
        }
        blocks.push(Block::List(steps));
        blocks.push(Block::Heading("What you should know"));
        let mut notes = Vec::new();
        notes.push(match self.answered {
            Some(day) => format!(
                "This rests on what your health plan told us on {}. It does not promise to pay; \
                 what it decides after the visit counts.",
                in_words(day)
            ),
            None => "What your health plan decides after the visit counts.".to_owned(),
        });
        notes.extend(self.estimate.remarks.iter().map(|remark| {
            let mut letters = remark.chars();
            let first = letters.next().map(|first| first.to_ascii_uppercase());
            first.into_iter().chain(letters).chain(['.']).collect()
        }));
        blocks.push(Block::List(notes));
    }
}

fn step_in_words(step: &EstimateStep) -> String {
    let EstimateStep {
        kind,
        of,
        rate,
        left,
        share,
    } = step;
    let left = left.unwrap_or(Money::ZERO);
    match kind {
        EstimateStepKind::Charge => format!("the charge of {}", dollars(*share)),
        EstimateStepKind::NotCovered => {
            format!("your plan does not cover it: {}", dollars(*share))
        }
        EstimateStepKind::CoPayment => format!(
            "copayment, of which {} is still to pay for this visit: {}",
            dollars(left),
            dollars(*share)
        ),
        EstimateStepKind::Deductible => format!(
            "deductible, of which {} is left: {} of {}",
            dollars(left),
            dollars(*share),
            dollars(*of)
        ),
        EstimateStepKind::CoInsurance => {
            let percent = rate.unwrap_or_default() * Decimal::ONE_HUNDRED;
            format!(
                "coinsurance, {} percent of {}: {}",
                percent.normalize(),
                dollars(*of),
                dollars(*share)
            )
        }
        EstimateStepKind::OutOfPocket => format!(
            "the most that you pay this year has {} left, so {} of {} is taken off",
            dollars(left),
            dollars(-*share),
            dollars(*of)
        ),
    }
}

fn full_name(name: &Name) -> String {
    let parts = [
        &name.first,
        &name.middle,
        &Some(name.last.clone()),
        &name.suffix,
    ];
    let given: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    given.join(" ")
}

fn in_one_line(address: &Address) -> String {
    let parts = [
        Some(&address.line1),
        address.line2.as_ref(),
        Some(&address.city),
    ];
    let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    format!("{}, {} {}", parts.join(", "), address.state, address.zip)
}

fn in_words(day: NaiveDate) -> String {
    day.format("%B %-d, %Y").to_string()
}

/// An amount with its sign and commas.
fn dollars(amount: Money) -> String {
    let text = amount.abs().to_string();
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if amount.is_negative() { "-" } else { "" };
    format!("{sign}${grouped}.{cents}")
}
