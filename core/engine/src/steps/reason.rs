//! Where an adjustment's money goes, by its reason.

use chrono::NaiveDate;
use scrubjay_codes::{NotDenialKind, ReasonClass, classify};
use scrubjay_model::{Adjustment, AsSent, DenialCategory, Rarc, Recoverable};

/// What the table says of a refusal, where no script says better.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) category: DenialCategory,
    pub(crate) recoverable: Recoverable,
    pub(crate) action: String,
    pub(crate) owner: String,
    pub(crate) days: u32,
}

/// Where the money of an adjustment goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// Written off by contract or law.
    Contractual,
    /// Owed by the patient.
    Patient,
    /// Taken off by law across the board: an account of its own.
    Sequestration,
    /// Its own account: withholding, penalties and the like.
    OtherAdjustment,
    /// Nowhere: what an earlier payer paid and adjusted was posted with its own
    /// remittance, and what only informs moves nothing.
    AlreadyPosted,
    /// Nowhere until a person has looked, with the reason.
    Review(&'static str),
    /// Refused: it stays receivable until it is worked, whatever the group code.
    Refused(Refusal),
}

/// The reason of the cut that 2 U.S.C. 901a makes in Medicare's payments. The
/// table of reasons has it as contractual, since the provider bears it.
const SEQUESTRATION: &str = "253";

/// The place of an adjustment, judged on the date of the decision.
pub(crate) fn place(
    adjustment: &Adjustment,
    remarks: &[AsSent<Rarc>],
    decided: NaiveDate,
) -> Place {
    let unclear = |category, action: &str| {
        Place::Refused(Refusal {
            category,
            recoverable: Recoverable::Manual,
            action: action.to_owned(),
            owner: "denials".to_owned(),
            days: 5,
        })
    };
    match classify(&adjustment.group, &adjustment.carc, remarks, decided) {
        ReasonClass::NotDenial(kind) => match kind {
            NotDenialKind::PatientShare => Place::Patient,
            NotDenialKind::Contractual if adjustment.carc.text() == SEQUESTRATION => {
                Place::Sequestration
            }
            NotDenialKind::Contractual => Place::Contractual,
            NotDenialKind::OtherAdjustment | NotDenialKind::Interest => Place::OtherAdjustment,
            NotDenialKind::PriorPayer | NotDenialKind::Informational => Place::AlreadyPosted,
            NotDenialKind::Pending => Place::Review("the payer has not decided yet"),
            NotDenialKind::NeedsReview(reason) => Place::Review(reason.as_str()),
        },
        ReasonClass::Denial(denial) => Place::Refused(Refusal {
            category: denial.category,
            recoverable: denial.recoverable,
            action: denial.action.to_owned(),
            owner: denial.owner.to_owned(),
            days: denial.days,
        }),
        ReasonClass::Retired { .. } => unclear(
            DenialCategory::Retired,
            "the reason code was retired: ask the payer what it means",
        ),
        ReasonClass::Unknown => unclear(
            DenialCategory::Unknown,
            "the reason code is not known: ask the payer what it means",
        ),
    }
}
