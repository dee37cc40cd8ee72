//! `scrubjay auth record`: what a payer said by telephone, portal, fax or letter.

use std::io::Write;

use anyhow::Context;
use chrono::NaiveDate;
use scrubjay::model::{
    AuthorizationKind, AuthorizationNumber, AuthorizationWay, EncounterId, PatientKey,
    PlannedService, RecordId,
};
use scrubjay::{AuthorizationAbout, AuthorizationByHand, DecisionByHand, planned_service};

use crate::place::Place;
use crate::run::print_json;

/// What was said, of what, to whom.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("about").required(true).args(["id", "patient"])))]
#[command(group(clap::ArgGroup::new("said").required(true).args(["number", "refused", "not_required"])))]
pub(crate) struct RecordArguments {
    /// The authorization that it is about, where it is on file.
    id: Option<RecordId>,
    /// The patient, where it is not on file.
    #[arg(long)]
    patient: Option<PatientKey>,
    /// The payer's key or id; the patient's first payer on the day without.
    #[arg(long, requires = "patient")]
    payer: Option<String>,
    /// The visit that it is for.
    #[arg(long, requires = "patient")]
    visit: Option<EncounterId>,
    /// It is a referral.
    #[arg(long, requires = "patient")]
    referral: bool,
    /// The number under which it was granted.
    #[arg(long, requires_all = ["from", "to"])]
    number: Option<AuthorizationNumber>,
    /// First day of service.
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// Last day of service.
    #[arg(long, value_name = "DATE")]
    to: Option<NaiveDate>,
    /// A service with its units, such as `G0151*12`; those asked for without.
    #[arg(long = "service", value_name = "CODE*UNITS", value_parser = planned_service)]
    services: Vec<PlannedService>,
    /// It was not granted, and why.
    #[arg(long, value_name = "REASON")]
    refused: Option<String>,
    /// The payer wants none for this.
    #[arg(long)]
    not_required: bool,
    /// By which way it came: `phone`, `portal`, `fax`, `mail` or `edi`.
    #[arg(long, value_parser = way)]
    way: AuthorizationWay,
    /// The payer's reference of the call or review.
    #[arg(long, value_name = "TEXT")]
    reference: Option<String>,
    /// Who heard it; stands in the journal.
    #[arg(long, value_name = "NAME")]
    by: String,
    #[command(flatten)]
    place: Place,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

fn way(name: &str) -> Result<AuthorizationWay, String> {
    let mut ways = AuthorizationWay::ALL.into_iter();
    ways.find(|way| way.as_str() == name).ok_or_else(|| {
        let names = AuthorizationWay::ALL.map(AuthorizationWay::as_str);
        format!("a way is one of {}", names.join(", "))
    })
}

pub(super) fn record(out: &mut impl Write, arguments: &RecordArguments) -> anyhow::Result<()> {
    let heard = heard(arguments)?;
    let mut engine = arguments.place.engine()?;
    let held = engine.record_authorization(&heard, &arguments.by)?;
    if arguments.json {
        return print_json(out, &held);
    }
    writeln!(
        out,
        "authorization {} is {}",
        held.id,
        held.authorization.status.as_str()
    )?;
    Ok(())
}

fn heard(arguments: &RecordArguments) -> anyhow::Result<AuthorizationByHand> {
    let about = match (&arguments.id, &arguments.patient) {
        (Some(id), _) => AuthorizationAbout::OnFile(id.clone()),
        (None, patient) => AuthorizationAbout::New {
            patient: patient
                .clone()
                .context("name an authorization, or a patient")?,
            payer: arguments.payer.clone(),
            visit: arguments.visit.clone(),
            kind: match arguments.referral {
                true => AuthorizationKind::Referral,
                false => AuthorizationKind::PriorAuthorization,
            },
        },
    };
    let decision = if let Some(reason) = &arguments.refused {
        DecisionByHand::Refused {
            reason: reason.clone(),
        }
    } else if arguments.not_required {
        DecisionByHand::NotRequired
    } else {
        let services = arguments.services.iter();
        DecisionByHand::Granted {
            number: arguments.number.clone().context("give its number")?,
            from: arguments.from.context("give its first day")?,
            to: arguments.to.context("give its last day")?,
            services: services
                .map(|service| (service.procedure.clone(), service.units))
                .collect(),
        }
    };
    Ok(AuthorizationByHand {
        about,
        way: arguments.way,
        reference: arguments.reference.clone(),
        decision,
    })
}
