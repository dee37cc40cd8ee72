//! `scrubjay account protect`: a patient whom the law protects from a bill out of
//! the network.

use std::io::Write;
use std::process::ExitCode;

use chrono::NaiveDate;
use scrubjay::AccountFact;
use scrubjay::hooks::{SurpriseBill, SurpriseKind};
use scrubjay::model::{AccountNumber, Money};

use super::{Signed, named, told};

/// From what, and what the patient owes at most.
#[derive(Debug, clap::Args)]
pub(crate) struct ProtectArguments {
    /// Account.
    account: AccountNumber,
    /// `emergency`, `in_network_facility`, `air_ambulance`, or `none` where it is
    /// no such bill.
    #[arg(value_parser = kind)]
    kind: Protection,
    /// What the patient would owe in the network, as the payer says.
    #[arg(long, value_name = "AMOUNT")]
    share: Option<Money>,
    /// Day on which the patient gave the protection up after due notice.
    #[arg(long, value_name = "DATE")]
    waived: Option<NaiveDate>,
    #[command(flatten)]
    signed: Signed,
}

/// What a bill is.
#[derive(Debug, Clone, Copy)]
enum Protection {
    None,
    From(SurpriseKind),
}

fn kind(name: &str) -> Result<Protection, String> {
    use SurpriseKind::{AirAmbulance, Emergency, InNetworkFacility};
    let kinds = [Emergency, InNetworkFacility, AirAmbulance];
    let [one, two, three] = kinds.map(|kind| (kind.as_str(), Protection::From(kind)));
    named(name, &[one, two, three, ("none", Protection::None)])
}

pub(crate) fn protect(
    out: &mut impl Write,
    arguments: &ProtectArguments,
) -> anyhow::Result<ExitCode> {
    let ProtectArguments {
        account,
        kind,
        share,
        waived,
        signed,
    } = arguments;
    let surprise = match kind {
        Protection::None => None,
        Protection::From(kind) => Some(SurpriseBill {
            kind: *kind,
            in_network_share: *share,
            waived: *waived,
        }),
    };
    let mut engine = signed.place.engine()?;
    let noted = engine.note_on_account(account, AccountFact::Surprise(surprise), &signed.by);
    told(out, signed.json, noted, |_| match surprise {
        None => format!("account {account} is not protected from its bill"),
        Some(surprise) => format!(
            "account {account} is protected from its bill: {}",
            surprise.kind.as_str()
        ),
    })
}
