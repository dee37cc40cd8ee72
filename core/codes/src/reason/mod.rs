//! What an adjustment reason means for the claim: a denial, or something else.

mod carc;
mod rarc;

pub use carc::{CarcInfo, carc, carcs};
pub use rarc::{RarcInfo, rarc, rarcs};

/// The tables of reasons and remarks as they are compiled in.
pub(crate) const fn files() -> [&'static str; 2] {
    [carc::FILE, rarc::FILE]
}

use carc::{Kind, Row};
use chrono::NaiveDate;
use scrubjay_model::{AsSent, Carc, DenialCategory, GroupCode, Rarc, Recoverable};

/// What an adjustment (group, CARC, remark codes) is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReasonClass {
    /// Money that the payer did not refuse.
    NotDenial(NotDenialKind),
    /// Money that the payer refused.
    Denial(DenialDefaults),
    /// The code was retired before the date; a person must read the case.
    Retired {
        /// The day from which it may no longer be used.
        stopped: NaiveDate,
        /// What it meant, in our words.
        meaning: &'static str,
    },
    /// The code is not on the list, or not yet. Never contractual by default.
    Unknown,
}

/// Why an adjustment is not a denial, and so where its money goes
/// (`domain.md` 2.3, "Not denials").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotDenialKind {
    /// Deductible, coinsurance, copay and the like: the patient owes it.
    PatientShare,
    /// A price agreed by contract or set by law: the provider writes it off.
    Contractual,
    /// What an earlier payer paid and adjusted (CARC 23): posted already.
    PriorPayer,
    /// Withholding, surcharge, add-on, penalty, bonus: its own account.
    OtherAdjustment,
    /// Interest.
    Interest,
    /// Tells something and moves no money of its own.
    Informational,
    /// Not decided yet; the payer will reverse and correct it.
    Pending,
    /// Must not post by itself: a person looks first.
    NeedsReview(ReviewReason),
}

/// Why a person must look before an adjustment posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReviewReason {
    /// A fee-schedule reduction put to the patient (PR-45): balance billing,
    /// wherever the provider is in the network.
    BalanceBilling,
    /// A patient share that is not put to the patient, such as CO-1. The
    /// implementation guide asks first whether the patient owes (X12 RFI 2048).
    PatientShareNotOnPatient,
    /// A contractual reason under a group that names no contract (OA, PI, CR).
    NoContract,
    /// The group code is none of the standard's, or 4010's CR.
    GroupUnknown,
    /// The reason may not stand under this group.
    GroupMismatch,
    /// The code by its nature wants a person.
    ReadByPerson,
}

impl ReviewReason {
    /// What to look for, in a few words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BalanceBilling => {
                "a contract reduction put to the patient: balance billing, if in network"
            }
            Self::PatientShareNotOnPatient => "a patient share that is not put to the patient",
            Self::NoContract => "a contract reduction under a group that names no contract",
            Self::GroupUnknown => "the group code is not one in use",
            Self::GroupMismatch => "this reason does not stand under this group",
            Self::ReadByPerson => "this reason does not say by itself where its money goes",
        }
    }
}

/// What to do about a denial where no rule says better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DenialDefaults {
    /// Root category.
    pub category: DenialCategory,
    /// How the money may still come.
    pub recoverable: Recoverable,
    /// What to do next, in a few words.
    pub action: &'static str,
    /// The role that does it.
    pub owner: &'static str,
    /// Calendar days in which it should be worked.
    pub days: u32,
    /// Who bears the amount if nothing is done.
    pub liable: Liable,
    /// Whether the decision may be appealed.
    pub appeal: AppealRights,
    /// The remark code that decided, where one did.
    pub remark: Option<&'static str>,
}

/// Who bears a refused amount if nothing is done. The same CARC may stand
/// under CO and under PR: CO-50 is written off, PR-50 with a signed notice is
/// the patient's (`domain.md` 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Liable {
    /// The patient (PR).
    Patient,
    /// The provider (CO).
    Provider,
    /// The payer thinks that the patient does not, without a contract (PI);
    /// or the group does not say (OA, CR, an unknown one).
    Unsettled,
}

/// Whether a decision may be appealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AppealRights {
    /// It may, within the payer's time.
    Kept,
    /// It may not: by law, or since the claim was never a claim (MA130). Then
    /// send a new one, frequency 1.
    None,
}

/// What an adjustment is, judged on the date of the decision.
///
/// `remarks` are those beside the adjustment; for a line, those of the line
/// first, then those of the claim. They decide for the reasons that say
/// nothing by themselves, such as CO-16. Junk never panics: what is not on the
/// list is [`ReasonClass::Unknown`].
///
/// For the reversal of an old decision, hand in the old decision's date, since
/// a reversal mirrors the codes of its original (X12 RFI 1147).
///
/// ```
/// use scrubjay_codes::{NotDenialKind, ReasonClass, ReviewReason, classify};
/// use scrubjay_model::{AsSent, DenialCategory};
/// let on = "2026-03-18".parse().unwrap();
/// let class = |group: &str, carc: &str, remarks: &[&str]| {
///     let remarks: Vec<_> = remarks.iter().map(|code| AsSent::read(code)).collect();
///     classify(&AsSent::read(group), &AsSent::read(carc), &remarks, on)
/// };
/// assert_eq!(class("CO", "45", &[]), ReasonClass::NotDenial(NotDenialKind::Contractual));
/// assert_eq!(
///     class("PR", "45", &[]),
///     ReasonClass::NotDenial(NotDenialKind::NeedsReview(ReviewReason::BalanceBilling)),
/// );
/// let ReasonClass::Denial(denial) = class("CO", "16", &["M76"]) else { panic!() };
/// assert_eq!(denial.category, DenialCategory::DiagnosisCoding);
/// assert_eq!(class("CO", "ZZ9", &[]), ReasonClass::Unknown);
/// ```
#[must_use]
pub fn classify(
    group: &AsSent<GroupCode>,
    carc: &AsSent<Carc>,
    remarks: &[AsSent<Rarc>],
    on: NaiveDate,
) -> ReasonClass {
    let Some(row) = carc.sound().and_then(|code| carc::row(code.as_str())) else {
        return ReasonClass::Unknown;
    };
    if let Some(stopped) = row.validity.stops.filter(|stops| *stops <= on) {
        let meaning = row.meaning;
        return ReasonClass::Retired { stopped, meaning };
    }
    if !row.validity.holds_on(on) {
        return ReasonClass::Unknown;
    }
    let group = group.sound().copied();
    match row.kind {
        Kind::Denial(defaults) => ReasonClass::Denial(denial(row, defaults, group, remarks, on)),
        Kind::NotDenial(kind) => ReasonClass::NotDenial(not_denial(row, kind, group)),
    }
}

/// The kind where the group may carry it, else the reason to look.
fn not_denial(row: &Row, kind: NotDenialKind, group: Option<GroupCode>) -> NotDenialKind {
    let review = |reason| NotDenialKind::NeedsReview(reason);
    if let NotDenialKind::NeedsReview(_) = kind {
        return kind;
    }
    let Some(group) = group.filter(|group| *group != GroupCode::Correction) else {
        return review(ReviewReason::GroupUnknown);
    };
    if row.groups.contains(&group) {
        return kind;
    }
    match (kind, group) {
        (NotDenialKind::Contractual, GroupCode::PatientResponsibility) => {
            review(ReviewReason::BalanceBilling)
        }
        (NotDenialKind::Contractual, _) => review(ReviewReason::NoContract),
        (NotDenialKind::PatientShare, _) => review(ReviewReason::PatientShareNotOnPatient),
        _ => review(ReviewReason::GroupMismatch),
    }
}

fn denial(
    row: &Row,
    defaults: carc::Defaults,
    group: Option<GroupCode>,
    remarks: &[AsSent<Rarc>],
    on: NaiveDate,
) -> DenialDefaults {
    let remarks = || {
        remarks
            .iter()
            .filter_map(|remark| rarc::row(remark.sound()?.as_str()))
            .filter(|remark| remark.validity.holds_on(on))
    };
    let mut denial = DenialDefaults {
        category: defaults.category,
        recoverable: defaults.recoverable,
        action: defaults.action,
        owner: defaults.owner,
        days: defaults.days,
        liable: match group {
            Some(GroupCode::PatientResponsibility) => Liable::Patient,
            Some(GroupCode::Contractual) => Liable::Provider,
            _ => Liable::Unsettled,
        },
        appeal: AppealRights::Kept,
        remark: None,
    };
    // The most specific remark decides; of two alike, the one sent first.
    let deciding = remarks()
        .filter_map(|remark| Some((remark.code, remark.decides(row.code)?)))
        .min_by_key(|(_, decision)| decision.rank);
    if let Some((code, decision)) = deciding {
        let defaults = decision.defaults;
        denial.category = defaults.category;
        denial.recoverable = defaults.recoverable;
        denial.action = defaults.action;
        denial.owner = defaults.owner;
        denial.days = defaults.days;
        denial.remark = Some(code);
    }
    if remarks().any(|remark| remark.appeal == AppealRights::None) {
        denial.appeal = AppealRights::None;
        if denial.recoverable == Recoverable::Appeal {
            denial.recoverable = Recoverable::Manual;
        }
    }
    denial
}

#[cfg(test)]
mod tests;
