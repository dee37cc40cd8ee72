//! `scrubjay eligibility`: payers asked about patients' cover, and what they answered.

use std::io::Write;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Subcommand;
use scrubjay::EngineError;
use scrubjay::hooks::Finding;
use scrubjay::model::{
    AskOccasion, Benefit, BenefitKind, BenefitLevel, BenefitNetwork, BenefitPeriod, EncounterId,
    InquiryRecord, OtherPayer, PatientKey, Record, RecordId, RecordKey, RecordKind, WorkItem,
};
use scrubjay::store::{Access, Event, Reader, RecordFilter, Store};
use serde::Serialize;

use crate::known;
use crate::place::Place;
use crate::run::print_json;
use crate::table::Column::Text;
use crate::table::{dollars, print_table};

/// What to do about cover.
#[derive(Debug, Subcommand)]
pub(crate) enum EligibilityCommand {
    /// Ask a patient's payers about cover, for a visit or for today, and write
    /// every question that waits to the outbox (270).
    ///
    /// Without a patient, only what waits is written: questions that rules asked
    /// for, and those about visits that were booked, are two days off, or are today.
    Ask {
        /// The patient, by the host's key.
        patient: Option<PatientKey>,
        /// Visit that it is for.
        #[arg(long, value_name = "VISIT", requires = "patient")]
        visit: Option<EncounterId>,
        /// Who asks; stands in the journal.
        #[arg(long, value_name = "NAME", default_value = "scrubjay")]
        by: String,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
    /// List questions with where they stand.
    List {
        /// Only those that stand so: wanted, withdrawn, asked, answered, rejected.
        #[arg(long, value_parser = state)]
        state: Option<&'static str>,
        /// Only those about this patient.
        #[arg(long)]
        patient: Option<PatientKey>,
        /// Only those of this day or later.
        #[arg(long, value_name = "DATE")]
        from: Option<NaiveDate>,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Show a question: what was answered, what rules found, what is open.
    Show {
        /// Question, such as E000012.
        question: RecordId,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
}

pub(crate) fn eligibility(command: &EligibilityCommand) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    let ended = match command {
        EligibilityCommand::Ask {
            patient,
            visit,
            by,
            json,
            place,
        } => ask(
            &mut out,
            (patient.as_ref(), visit.as_ref()),
            by,
            *json,
            place,
        ),
        EligibilityCommand::List {
            state,
            patient,
            from,
            json,
            place,
        } => {
            let filter = RecordFilter {
                kind: Some(RecordKind::Eligibility),
                state: state.map(str::to_owned),
                patient: patient.clone(),
                from: *from,
                ..RecordFilter::default()
            };
            list(&mut out, &filter, *json, place)
        }
        EligibilityCommand::Show {
            question,
            json,
            place,
        } => show(&mut out, question, *json, place),
    };
    out.flush()?;
    ended
}

/// Where a question may stand.
const STATES: [&str; 5] = ["wanted", "withdrawn", "asked", "answered", "rejected"];

fn state(given: &str) -> Result<&'static str, String> {
    known::word(given, &STATES)
}

/// What `ask` did.
#[derive(Serialize)]
struct Asked {
    /// Questions about the patient that waited to leave.
    questions: Vec<RecordId>,
    sent: Vec<scrubjay::Sent>,
}

fn ask(
    out: &mut impl Write,
    (patient, visit): (Option<&PatientKey>, Option<&EncounterId>),
    by: &str,
    json: bool,
    place: &Place,
) -> anyhow::Result<ExitCode> {
    let mut engine = place.engine()?;
    let questions = match patient {
        None => Vec::new(),
        Some(patient) => match engine.ask_eligibility(patient, visit, by) {
            Ok(questions) => questions,
            Err(EngineError::Ask(refused)) => {
                eprintln!("scrubjay: {refused}");
                return Ok(ExitCode::from(1));
            }
            Err(error) => return Err(error.into()),
        },
    };
    let sent = engine.ask_payers()?;
    let deliveries = engine.deliver()?;
    let asked = Asked { questions, sent };
    if json {
        print_json(out, &asked)?;
    } else {
        if asked.questions.is_empty() && asked.sent.is_empty() {
            writeln!(out, "nothing waits to be asked")?;
        }
        for question in &asked.questions {
            writeln!(out, "question {question}")?;
        }
        for file in &asked.sent {
            writeln!(
                out,
                "{}: {} questions for channel {}, interchange {}",
                file.name, file.questions, file.channel, file.interchange
            )?;
        }
    }
    let mut stuck = false;
    for delivery in &deliveries {
        if let Some(problem) = &delivery.problem {
            eprintln!("scrubjay: {} is due still: {problem}", delivery.name);
            stuck = true;
        }
    }
    Ok(ExitCode::from(u8::from(stuck)))
}

/// A question with where it stands.
#[derive(Serialize)]
struct Listed {
    state: &'static str,
    #[serde(flatten)]
    inquiry: InquiryRecord,
}

fn list(
    out: &mut impl Write,
    filter: &RecordFilter,
    json: bool,
    place: &Place,
) -> anyhow::Result<ExitCode> {
    let store = place.open(Access::Read)?;
    let reader = store.read()?;
    known::patient(reader.as_ref(), filter.patient.as_ref())?;
    let mut listed = Vec::new();
    for row in reader.records(filter)? {
        if let Some(Record::Eligibility(inquiry)) = reader.record(&row.key)? {
            listed.push(Listed {
                state: inquiry.state(),
                inquiry: inquiry.without_person(),
            });
        }
    }
    if json {
        print_json(out, &listed)?;
        return Ok(ExitCode::SUCCESS);
    }
    let columns = [
        Text("question"),
        Text("state"),
        Text("patient"),
        Text("payer"),
        Text("visit"),
        Text("day"),
        Text("asked"),
        Text("occasion"),
    ];
    let rows = listed
        .iter()
        .map(|Listed { state, inquiry }| {
            vec![
                inquiry.id.to_string(),
                (*state).to_owned(),
                inquiry.patient.to_string(),
                inquiry.payer.to_string(),
                inquiry
                    .encounter
                    .as_ref()
                    .map_or_else(|| "-".to_owned(), ToString::to_string),
                inquiry.service.to_string(),
                inquiry.asked.to_string(),
                inquiry.occasion.map_or("-", AskOccasion::as_str).to_owned(),
            ]
        })
        .collect();
    print_table(out, &columns, rows)?;
    Ok(ExitCode::SUCCESS)
}

/// A question with all that came of it.
#[derive(Serialize)]
struct Shown {
    state: &'static str,
    #[serde(flatten)]
    inquiry: InquiryRecord,
    /// What the last judgement of its answer found.
    findings: Vec<Finding>,
    /// Work that is open on it.
    work: Vec<WorkItem>,
}

fn show(
    out: &mut impl Write,
    question: &RecordId,
    json: bool,
    place: &Place,
) -> anyhow::Result<ExitCode> {
    let store = place.open(Access::Read)?;
    let reader = store.read()?;
    let key = RecordKind::Eligibility.with(question.clone());
    let Some(Record::Eligibility(inquiry)) = reader.record(&key)? else {
        eprintln!(
            "scrubjay: there is no question {question}; `scrubjay eligibility list` shows them"
        );
        return Ok(ExitCode::from(1));
    };
    let shown = Shown {
        state: inquiry.state(),
        inquiry: inquiry.without_person(),
        findings: last_findings(reader.as_ref(), &key)?,
        work: reader.record_work(&key)?,
    };
    if json {
        print_json(out, &shown)?;
    } else {
        print_shown(out, &shown)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn last_findings(reader: &dyn Reader, key: &RecordKey) -> anyhow::Result<Vec<Finding>> {
    let history = reader.record_history(key)?;
    let last = history.into_iter().rev().find_map(|row| match row.event {
        Event::RecordJudged { outcome, .. } => Some(outcome.findings),
        _ => None,
    });
    Ok(last.unwrap_or_default())
}

fn print_shown(out: &mut impl Write, shown: &Shown) -> anyhow::Result<()> {
    let Shown {
        state,
        inquiry,
        findings,
        work,
    } = shown;
    writeln!(
        out,
        "question {} to payer {} about patient {} on {}: {state}",
        inquiry.id, inquiry.payer, inquiry.patient, inquiry.service
    )?;
    if let Some(reason) = &inquiry.reason {
        writeln!(out, "  asked on {}: {reason}", inquiry.asked)?;
    }
    if let (Some(answered), Some(answer)) = (inquiry.answered, &inquiry.answer) {
        writeln!(out, "  answered on {answered}")?;
        for benefit in &answer.benefits {
            writeln!(out, "    {}", benefit_line(benefit))?;
        }
        for other in &answer.other_payers {
            writeln!(out, "    {}", other_line(other))?;
        }
        for rejection in &answer.rejections {
            writeln!(
                out,
                "    refused: AAA {}, loop {}",
                rejection.reason, rejection.at
            )?;
        }
    }
    for finding in findings {
        writeln!(
            out,
            "  {} {}: {}",
            finding.severity, finding.rule, finding.message
        )?;
    }
    for item in work {
        writeln!(
            out,
            "  open to {} until {}: {}",
            item.owner.0, item.due, item.reason
        )?;
    }
    Ok(())
}

fn benefit_line(benefit: &Benefit) -> String {
    let kind = match benefit.kind {
        BenefitKind::Active => "active",
        BenefitKind::Inactive => "inactive",
        BenefitKind::CoInsurance => "coinsurance",
        BenefitKind::CoPayment => "copayment",
        BenefitKind::Deductible => "deductible",
        BenefitKind::Limitation => "limitation",
        BenefitKind::OutOfPocket => "out of pocket",
        BenefitKind::NonCovered => "not covered",
        _ => "other",
    };
    let mut parts = vec![kind.to_owned()];
    let types: Vec<&str> = benefit.service_types.iter().map(|of| of.as_str()).collect();
    if !types.is_empty() {
        parts.push(format!("type {}", types.join(" ")));
    }
    parts.extend(benefit.amount.map(|amount| format!("${}", dollars(amount))));
    parts.extend(benefit.share.map(|share| format!("{share} of it")));
    parts.extend(match benefit.level {
        BenefitLevel::Individual => Some("individual".to_owned()),
        BenefitLevel::Family => Some("family".to_owned()),
        BenefitLevel::Unstated => None,
    });
    parts.extend(match benefit.period {
        BenefitPeriod::Year => Some("a year".to_owned()),
        BenefitPeriod::Remaining => Some("left".to_owned()),
        BenefitPeriod::Visit => Some("a visit".to_owned()),
        BenefitPeriod::Day => Some("a day".to_owned()),
        BenefitPeriod::Lifetime => Some("a lifetime".to_owned()),
        BenefitPeriod::Unstated => None,
    });
    parts.extend(match benefit.network {
        BenefitNetwork::In => Some("in network".to_owned()),
        BenefitNetwork::Out => Some("out of network".to_owned()),
        BenefitNetwork::Any => None,
    });
    if benefit.authorization == Some(true) {
        parts.push("with authorization".to_owned());
    }
    parts.join(", ")
}

fn other_line(other: &OtherPayer) -> String {
    let mut parts = vec![format!("other payer {}", other.name.last)];
    parts.extend(other.payer.as_ref().map(|id| format!("id {id}")));
    parts.extend(other.insurance_type.as_ref().map(|of| format!("type {of}")));
    parts.extend(other.from.map(|from| format!("from {from}")));
    parts.extend(other.to.map(|to| format!("to {to}")));
    parts.join(", ")
}
