//! `scrubjay estimate`: what patients are told beforehand that care will cost.

use std::io::Write;
use std::process::ExitCode;
use std::str::FromStr;

use anyhow::Context;
use clap::{Subcommand, ValueEnum};
use scrubjay::model::{
    BenefitNetwork, EncounterId, Estimate, EstimateKind, Money, Npi, PatientKey, ProcedureCode,
    RecordId, ServiceType,
};
use scrubjay::{EngineError, EstimateCause, EstimatePayer, EstimateRequest, EstimateService};

use crate::place::Place;
use crate::run::print_json;
use crate::table::dollars;

/// What to do about estimates.
#[derive(Debug, Subcommand)]
pub(crate) enum EstimateCommand {
    /// Reckon what services will cost a patient, and keep it.
    Make(Box<MakeArguments>),
    /// Mark an estimate as given to the patient, and print it to give.
    Give {
        /// Estimate, such as ES000012.
        estimate: RecordId,
        /// Who gives it.
        #[arg(long, value_name = "NAME")]
        by: String,
        /// As what to print it.
        #[arg(long, value_enum, default_value_t = Form::Text)]
        form: Form,
        #[command(flatten)]
        place: Place,
    },
    /// Print an estimate as the patient sees it.
    Show {
        /// Estimate, such as ES000012.
        estimate: RecordId,
        /// As what to print it.
        #[arg(long, value_enum, default_value_t = Form::Text)]
        form: Form,
        #[command(flatten)]
        place: Place,
    },
    /// Note that a patient asked for a good-faith estimate: it is somebody's work
    /// for three business days.
    Request {
        /// The patient, by the host's key.
        patient: PatientKey,
        /// Visit that it is for.
        #[arg(long, value_name = "VISIT")]
        visit: Option<EncounterId>,
        /// Who notes it.
        #[arg(long, value_name = "NAME")]
        by: String,
        #[command(flatten)]
        place: Place,
    },
}

/// As what an estimate is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// Plain text.
    Text,
    /// One HTML document.
    Html,
    /// One JSON document with the estimate, the text and the HTML.
    Json,
}

/// Of what an estimate is made.
#[derive(Debug, clap::Args)]
pub(crate) struct MakeArguments {
    /// The patient, by the host's key.
    patient: PatientKey,
    /// Visit that it is for.
    #[arg(long, value_name = "VISIT")]
    visit: Option<EncounterId>,
    /// A service: `CODE[*UNITS]=CHARGE[/ALLOWED][@TYPE]:WORDS`, such as
    /// `G0439=175.00/131.20@98:Yearly wellness visit`. TYPE is the type of service
    /// under which the payer tells its benefits. Give one for each; without any
    /// it is what the visit is booked for, at the prices of the charge master.
    #[arg(
        long = "service",
        value_name = "SERVICE",
        required_unless_present = "visit"
    )]
    services: Vec<Service>,
    /// Who will give the services; the provider of the visit where not named.
    #[arg(long, value_name = "NPI")]
    provider: Option<Npi>,
    /// The patient pays alone, whatever cover is on file.
    #[arg(long)]
    pays_alone: bool,
    /// The patient asked for it.
    #[arg(long)]
    requested: bool,
    /// The provider is not in the plan's network.
    #[arg(long)]
    out_of_network: bool,
    /// Who makes it.
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

/// A service as it is written on the command line.
#[derive(Debug, Clone)]
struct Service(EstimateService);

impl FromStr for Service {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let form = "a service is written CODE[*UNITS]=CHARGE[/ALLOWED][@TYPE]:WORDS";
        let (head, words) = text.split_once(':').context(form)?;
        let (code, amounts) = head.split_once('=').context(form)?;
        let (code, units) = code.split_once('*').unwrap_or((code, "1"));
        let (amounts, of) = match amounts.split_once('@') {
            Some((amounts, of)) => (amounts, Some(of)),
            None => (amounts, None),
        };
        let (charge, allowed) = match amounts.split_once('/') {
            Some((charge, allowed)) => (charge, Some(allowed)),
            None => (amounts, None),
        };
        let of: Option<ServiceType> = of.map(str::parse).transpose()?;
        let allowed: Option<Money> = allowed.map(str::parse).transpose()?;
        Ok(Self(EstimateService {
            words: words.trim().to_owned(),
            procedure: code.trim().parse::<ProcedureCode>()?,
            units: units.trim().parse().context("the units are no number")?,
            charge: charge.trim().parse()?,
            allowed,
            service_type: of,
        }))
    }
}

pub(crate) fn estimate(command: &EstimateCommand) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    let ended = match command {
        EstimateCommand::Make(arguments) => make(&mut out, arguments),
        EstimateCommand::Give {
            estimate,
            by,
            form,
            place,
        } => {
            let given = place.engine()?.give_estimate(estimate, by);
            told(given).and_then(|given| match given {
                Some(given) => print_given(&mut out, &given, *form),
                None => Ok(ExitCode::from(1)),
            })
        }
        EstimateCommand::Show {
            estimate,
            form,
            place,
        } => {
            let shown = place.engine()?.show_estimate(estimate);
            told(shown).and_then(|shown| match shown {
                Some(shown) => print_given(&mut out, &shown, *form),
                None => Ok(ExitCode::from(1)),
            })
        }
        EstimateCommand::Request {
            patient,
            visit,
            by,
            place,
        } => {
            let noted = place
                .engine()?
                .request_estimate(patient, visit.as_ref(), by);
            told(noted).and_then(|noted| match noted {
                Some(noted) => {
                    writeln!(out, "an estimate must be given by {}", noted.due)?;
                    Ok(ExitCode::SUCCESS)
                }
                None => Ok(ExitCode::from(1)),
            })
        }
    };
    out.flush()?;
    ended
}

/// What was refused is told, and is no failure of the program.
fn told<T>(ended: Result<T, EngineError>) -> anyhow::Result<Option<T>> {
    match ended {
        Ok(done) => Ok(Some(done)),
        Err(EngineError::Estimate(refused)) => {
            eprintln!("scrubjay: {refused}");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn make(out: &mut impl Write, arguments: &MakeArguments) -> anyhow::Result<ExitCode> {
    let mut engine = arguments.place.engine()?;
    let mut services: Vec<EstimateService> =
        arguments.services.iter().map(|one| one.0.clone()).collect();
    if let (true, Some(visit)) = (services.is_empty(), &arguments.visit) {
        let Some(planned) = told(engine.planned_services(visit))? else {
            return Ok(ExitCode::from(1));
        };
        services = planned;
    }
    let request = EstimateRequest {
        provider: arguments.provider,
        payer: match arguments.pays_alone {
            true => EstimatePayer::PatientAlone,
            false => EstimatePayer::Coverage,
        },
        cause: match arguments.requested {
            true => EstimateCause::Requested,
            false => EstimateCause::Booked,
        },
        network: match arguments.out_of_network {
            true => BenefitNetwork::Out,
            false => BenefitNetwork::In,
        },
        ..EstimateRequest::of(arguments.patient.clone(), arguments.visit.clone(), services)
    };
    let Some(estimate) = told(engine.estimate(&request, &arguments.by))? else {
        return Ok(ExitCode::from(1));
    };
    if arguments.json {
        print_json(out, &estimate)?;
    } else {
        print_made(out, &estimate)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print_made(out: &mut impl Write, estimate: &Estimate) -> anyhow::Result<()> {
    let kind = match estimate.kind {
        EstimateKind::GoodFaith => "good-faith estimate",
        EstimateKind::Share => "estimate of the patient's share",
    };
    writeln!(
        out,
        "{kind} {}: {} of {}",
        estimate.id,
        dollars(estimate.share()),
        dollars(estimate.expected())
    )?;
    for line in &estimate.lines {
        writeln!(
            out,
            "  {} {}: {} of {}",
            line.procedure,
            line.words,
            dollars(line.share),
            dollars(line.expected)
        )?;
        for step in &line.steps {
            let rate = step.rate.map(|rate| format!(" at {rate}"));
            let left = step.left.map(|left| format!(", {} left", dollars(left)));
            writeln!(
                out,
                "    {}: {} of {}{}{}",
                step.kind.as_str(),
                dollars(step.share),
                dollars(step.of),
                rate.unwrap_or_default(),
                left.unwrap_or_default()
            )?;
        }
    }
    for remark in &estimate.remarks {
        writeln!(out, "  note: {remark}")?;
    }
    Ok(())
}

fn print_given(
    out: &mut impl Write,
    given: &scrubjay::GivenEstimate,
    form: Form,
) -> anyhow::Result<ExitCode> {
    match form {
        Form::Text => out.write_all(given.text.as_bytes())?,
        Form::Html => out.write_all(given.html.as_bytes())?,
        Form::Json => print_json(out, given)?,
    }
    Ok(ExitCode::SUCCESS)
}
