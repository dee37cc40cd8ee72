//! `scrubjay auth`: prior authorizations and referrals.

mod record;
mod shown;

use std::io::Write;
use std::process::ExitCode;

use clap::Subcommand;
use scrubjay::EngineError;
use scrubjay::model::{EncounterId, PatientKey, ProcedureCode, RecordId, Urgency};
use scrubjay::store::RecordFilter;

use crate::known;
use crate::place::Place;
use crate::run::print_json;

/// What to do with authorizations.
#[derive(Debug, Subcommand)]
pub(crate) enum AuthCommand {
    /// Ask payers for what is wanted: checks booked visits, and writes the requests
    /// (278) to the outbox. With a visit, an authorization is wanted for it whatever
    /// the rules say.
    ///
    /// Exits with 1 where nothing can be asked for that visit.
    Ask(AskArguments),
    /// List authorizations and referrals.
    List {
        #[command(flatten)]
        place: Place,
        /// Only this patient's.
        #[arg(long)]
        patient: Option<PatientKey>,
        /// Only those that are `required`, `asked`, `approved`, `denied` or `cancelled`.
        #[arg(long, value_parser = status)]
        status: Option<&'static str>,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
    },
    /// Show one: services, days, what claims use, what the payer said, open work.
    Show {
        /// Authorization.
        id: RecordId,
        #[command(flatten)]
        place: Place,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
    },
    /// Record what a payer said by telephone, portal, fax or letter.
    ///
    /// Exits with 1 where it cannot be.
    Record(record::RecordArguments),
    /// Give an authorization up. The payer is not told by this.
    Cancel {
        /// Authorization.
        id: RecordId,
        /// Who does it.
        #[arg(long, value_name = "NAME")]
        by: String,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        place: Place,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
    },
}

/// What is asked.
#[derive(Debug, clap::Args)]
pub(crate) struct AskArguments {
    /// Visit that an authorization is wanted for.
    visit: Option<EncounterId>,
    /// Only this procedure of it; everything that is planned without.
    #[arg(long, value_name = "CODE", requires = "visit")]
    procedure: Option<ProcedureCode>,
    /// The payer must decide at once: within 72 hours, where the law binds it.
    #[arg(long, requires = "visit")]
    expedited: bool,
    /// Why, for one that no rule wants.
    #[arg(long, value_name = "TEXT", requires = "visit")]
    reason: Option<String>,
    /// Ask once more for this one: the payer refused to read it, or never answered.
    #[arg(long, value_name = "ID", conflicts_with = "visit")]
    again: Option<RecordId>,
    /// Who asks; stands in the journal.
    #[arg(long, value_name = "NAME", default_value = "scrubjay")]
    by: String,
    #[command(flatten)]
    place: Place,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

fn status(given: &str) -> Result<&'static str, String> {
    use scrubjay::model::AuthorizationStatus::{Approved, Asked, Cancelled, Denied, Required};
    let all = [Required, Asked, Approved, Denied, Cancelled];
    known::word(given, &all.map(|status| status.as_str()))
}

pub(crate) fn auth(command: &AuthCommand) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    let ended = match command {
        AuthCommand::Ask(arguments) => ask(&mut out, arguments),
        AuthCommand::List {
            place,
            patient,
            status,
            json,
        } => {
            let filter = RecordFilter {
                patient: patient.clone(),
                state: status.map(str::to_owned),
                ..RecordFilter::default()
            };
            let engine = place.engine()?;
            known::patient(engine.read()?.as_ref(), patient.as_ref())?;
            let found = engine.authorizations(&filter)?;
            match json {
                true => print_json(&mut out, &found),
                false => shown::list(&mut out, &found),
            }
        }
        AuthCommand::Show { id, place, json } => {
            let Some(found) = place.engine()?.authorization(id)? else {
                anyhow::bail!("there is no authorization {id}; `scrubjay auth list` shows them");
            };
            match json {
                true => print_json(&mut out, &found),
                false => shown::show(&mut out, &found),
            }
        }
        AuthCommand::Record(arguments) => record::record(&mut out, arguments),
        AuthCommand::Cancel {
            id,
            by,
            reason,
            place,
            json,
        } => {
            let cancelled = place.engine()?.cancel_authorization(id, by, reason);
            cancelled.map_err(Into::into).and_then(|held| match json {
                true => print_json(&mut out, &held),
                false => Ok(writeln!(
                    out,
                    "authorization {id} is cancelled; tell the payer"
                )?),
            })
        }
    };
    match ended {
        Ok(()) => {
            out.flush()?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => match error.downcast::<EngineError>() {
            Ok(EngineError::Authorization(refused)) => {
                eprintln!("scrubjay: {refused}");
                Ok(ExitCode::from(1))
            }
            Ok(error) => Err(error.into()),
            Err(error) => Err(error),
        },
    }
}

fn ask(out: &mut impl Write, arguments: &AskArguments) -> anyhow::Result<()> {
    let mut engine = arguments.place.engine()?;
    if let Some(visit) = &arguments.visit {
        let urgency = match arguments.expedited {
            true => Urgency::Expedited,
            false => Urgency::Standard,
        };
        let reason = arguments.reason.as_deref().unwrap_or("asked for by hand");
        let procedure = arguments.procedure.as_ref();
        engine.want_authorization(visit, procedure, urgency, &arguments.by, reason)?;
    }
    if let Some(id) = &arguments.again {
        engine.ask_authorization_again(id, &arguments.by)?;
    }
    let sent = engine.ask_authorizations()?;
    engine.deliver()?;
    if arguments.json {
        return print_json(out, &sent);
    }
    for file in &sent {
        writeln!(
            out,
            "{}: {} requests for channel {}, interchange {}",
            file.name, file.questions, file.channel, file.interchange
        )?;
    }
    if sent.is_empty() {
        writeln!(
            out,
            "nothing left electronically; `scrubjay work list` shows what is to be asked by hand"
        )?;
    }
    Ok(())
}
