//! Short lists: places of service, claim status categories, claim filing
//! indicators, and what kind of procedure code a code is.

use std::sync::LazyLock;

use chrono::NaiveDate;
use scrubjay_model::GroupCode;

use crate::Validity;
use crate::table;

const PLACES: &str = include_str!("../data/place_of_service.csv");
const CATEGORIES: &str = include_str!("../data/claim_status_category.csv");
const INDICATORS: &str = include_str!("../data/claim_filing_indicator.csv");

/// Places, categories and indicators as they are compiled in.
pub(crate) const fn files() -> [&'static str; 3] {
    [PLACES, CATEGORIES, INDICATORS]
}

/// A place of service (CMS place-of-service code set).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The code.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Which of its two rates Medicare's physician fee schedule pays there
    /// (IOM 100-04, ch. 26 §10.5); `None` where that schedule does not pay.
    pub medicare_rate: Option<PlaceRate>,
    /// First day, where it is of the last years.
    pub validity: Validity,
}

/// Which rate of a fee schedule a place of service pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlaceRate {
    /// The facility bills for itself, so that the practice expense is small.
    Facility,
    /// The practice bears the whole expense.
    NonFacility,
}

/// The place of service with that code, whatever the day; `None` where CMS has none.
///
/// ```
/// use scrubjay_codes::{PlaceRate, place_of_service};
/// let home = place_of_service("10").unwrap();
/// assert_eq!(home.name, "Telehealth in the patient's home");
/// assert_eq!(home.medicare_rate, Some(PlaceRate::NonFacility));
/// assert!(!home.validity.holds_on("2021-12-31".parse().unwrap()));
/// assert!(place_of_service("59").is_none());
/// ```
#[must_use]
pub fn place_of_service(code: &str) -> Option<Place> {
    PLACES_READ.iter().find(|place| place.code == code).copied()
}

/// The places of service that may be used on a day, by code.
pub fn places_of_service(day: NaiveDate) -> impl Iterator<Item = Place> {
    PLACES_READ
        .iter()
        .filter(move |place| place.validity.holds_on(day))
        .copied()
}

static PLACES_READ: LazyLock<Vec<Place>> =
    LazyLock::new(|| table::rows(PLACES).filter_map(read_place).collect());

fn read_place([code, name, rate, starts, stops]: [&'static str; 5]) -> Option<Place> {
    let medicare_rate = match rate {
        "facility" => Some(PlaceRate::Facility),
        "non_facility" => Some(PlaceRate::NonFacility),
        "" => None,
        _ => return None,
    };
    let validity = Validity::read(starts, stops)?;
    Some(Place {
        code,
        name,
        medicare_rate,
        validity,
    })
}

/// A claim status category (external code list 507; STC01-1 in 277CA and 277).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusCategory {
    /// The code.
    pub code: &'static str,
    /// Where the claim is by it.
    pub stage: StatusStage,
    /// What it means, in our own words.
    pub meaning: &'static str,
    /// From when and until when it may be used, as far as we know.
    pub validity: Validity,
}

/// Where a claim is, by its status category.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatusStage {
    /// On its way: received or passed on, not accepted (A0, A1).
    Received,
    /// Accepted into adjudication (A2).
    Accepted,
    /// Refused before adjudication (A3, A6, A7, A8).
    Rejected,
    /// Neither yes nor no (A4, A5, the retired X0).
    Unclear,
    /// Being adjudicated (P).
    Pending,
    /// Decided; the remittance says how (F0, F3, F4).
    Finalized,
    /// Decided and paid (F1).
    Paid,
    /// Decided and refused (F2).
    Denied,
    /// The payer wants something (R).
    Requested,
    /// The request itself failed (E): it says nothing of the claim.
    RequestFailed,
    /// The search found nothing (D0).
    NotFound,
}

/// The claim status category with that code.
///
/// ```
/// use scrubjay_codes::{StatusStage, claim_status_category};
/// // Received is not accepted, and A3 is a refusal.
/// assert_eq!(claim_status_category("A1").unwrap().stage, StatusStage::Received);
/// assert_eq!(claim_status_category("A3").unwrap().stage, StatusStage::Rejected);
/// assert!(claim_status_category("A9").is_none());
/// ```
#[must_use]
pub fn claim_status_category(code: &str) -> Option<StatusCategory> {
    table::rows(CATEGORIES)
        .find(|cells| cells[0] == code)
        .and_then(read_category)
}

fn read_category(
    [code, stage, meaning, starts, stops]: [&'static str; 5],
) -> Option<StatusCategory> {
    let stage = match stage {
        "received" => StatusStage::Received,
        "accepted" => StatusStage::Accepted,
        "rejected" => StatusStage::Rejected,
        "unclear" => StatusStage::Unclear,
        "pending" => StatusStage::Pending,
        "finalized" => StatusStage::Finalized,
        "paid" => StatusStage::Paid,
        "denied" => StatusStage::Denied,
        "requested" => StatusStage::Requested,
        "error" => StatusStage::RequestFailed,
        "not_found" => StatusStage::NotFound,
        _ => return None,
    };
    Some(StatusCategory {
        code,
        stage,
        meaning,
        validity: Validity::read(starts, stops)?,
    })
}

/// Who bears an adjustment by its group code (CAS01), in our own words
/// (`domain.md` 2.2).
#[must_use]
pub const fn group_meaning(group: GroupCode) -> &'static str {
    match group {
        GroupCode::Contractual => {
            "The provider writes it off or contests it, and never bills the patient"
        }
        GroupCode::PatientResponsibility => "The patient owes it",
        GroupCode::Other => "None of the others: the reason code tells",
        GroupCode::PayerInitiated => {
            "The payer thinks that the patient does not owe it, without a contract"
        }
        GroupCode::Correction => "Correction or reversal: of version 4010, no longer in use",
    }
}

/// A claim filing indicator (SBR09 of a claim, CLP06 of a remittance).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FilingIndicator {
    /// The code.
    pub code: &'static str,
    /// Whether a 5010 claim may carry it.
    pub in_claim: bool,
    /// Whether a 5010 remittance may carry it.
    pub in_remittance: bool,
    /// What it means, in our own words.
    pub meaning: &'static str,
}

/// The claim filing indicator with that code. Which line of business it means
/// says `LineOfBusiness::from_filing_indicator` of `scrubjay-model`.
///
/// ```
/// assert_eq!(scrubjay_codes::claim_filing_indicator("MB").unwrap().meaning, "Medicare Part B");
/// ```
#[must_use]
pub fn claim_filing_indicator(code: &str) -> Option<FilingIndicator> {
    table::rows(INDICATORS)
        .find(|cells| cells[0] == code)
        .and_then(read_indicator)
}

fn read_indicator(
    [code, claim, remittance, meaning]: [&'static str; 4],
) -> Option<FilingIndicator> {
    let yes = |cell| match cell {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    Some(FilingIndicator {
        code,
        in_claim: yes(claim)?,
        in_remittance: yes(remittance)?,
        meaning,
    })
}

/// Whose a procedure code is, by its shape alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProcedureKind {
    /// CPT, the AMA's: five digits, or four and F, M, T or U.
    Cpt,
    /// HCPCS Level II, CMS's: a letter A to C or E to V, and four digits.
    Hcpcs,
    /// CDT, the ADA's: D and four digits.
    Cdt,
    /// A code of a state or payer of its own: W to Z and four digits.
    Local,
}

impl ProcedureKind {
    /// Reads it off the shape; `None` where no code set has such codes. Whether
    /// the code exists, only an imported list can tell.
    ///
    /// ```
    /// use scrubjay_codes::ProcedureKind;
    /// assert_eq!(ProcedureKind::of("J0897"), Some(ProcedureKind::Hcpcs));
    /// assert_eq!(ProcedureKind::of("D0120"), Some(ProcedureKind::Cdt));
    /// assert_eq!(ProcedureKind::of("0001F"), Some(ProcedureKind::Cpt));
    /// assert_eq!(ProcedureKind::of("J089"), None);
    /// ```
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        let [first, middle @ .., last] = code.as_bytes() else {
            return None;
        };
        if middle.len() != 3 || !middle.iter().all(u8::is_ascii_digit) {
            return None;
        }
        match (first, last) {
            (b'0'..=b'9', b'0'..=b'9' | b'F' | b'M' | b'T' | b'U') => Some(Self::Cpt),
            (b'D', b'0'..=b'9') => Some(Self::Cdt),
            (b'A'..=b'V', b'0'..=b'9') => Some(Self::Hcpcs),
            (b'W'..=b'Z', b'0'..=b'9') => Some(Self::Local),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use scrubjay_model::{LineOfBusiness, PlaceOfService};

    use super::*;
    use crate::table::tests::assert_sound_layout;

    #[test]
    fn every_row_of_every_list_is_read_once() {
        fn whole<const WIDTH: usize, T>(
            file: &'static str,
            read: fn([&'static str; WIDTH]) -> Option<T>,
        ) {
            assert_sound_layout::<WIDTH>(file);
            let mut codes = BTreeSet::new();
            for cells in table::rows::<WIDTH>(file) {
                assert!(codes.insert(cells[0]), "{} stands twice", cells[0]);
                assert!(read(cells).is_some(), "{cells:?}");
            }
        }
        whole(PLACES, read_place);
        whole(CATEGORIES, read_category);
        whole(INDICATORS, read_indicator);
    }

    #[test]
    fn every_place_has_a_code_that_a_claim_can_carry() {
        for place in PLACES_READ.iter() {
            assert!(
                place.code.parse::<PlaceOfService>().is_ok(),
                "{}",
                place.code
            );
        }
        let day = "2026-03-02".parse().unwrap();
        assert_eq!(places_of_service(day).count(), 52);
    }

    #[test]
    fn the_acknowledgments_stages_are_those_of_the_trade() {
        let stage = |code| claim_status_category(code).unwrap().stage;
        for code in ["A3", "A6", "A7", "A8"] {
            assert_eq!(stage(code), StatusStage::Rejected);
        }
        assert_eq!(stage("A2"), StatusStage::Accepted);
        for code in ["A0", "A1"] {
            assert_eq!(stage(code), StatusStage::Received);
        }
    }

    #[test]
    fn the_model_knows_the_business_of_the_common_indicators() {
        for code in ["MA", "MB", "MC", "CI", "BL", "HM", "WC", "CH", "16"] {
            assert!(claim_filing_indicator(code).is_some());
            assert_ne!(
                LineOfBusiness::from_filing_indicator(code),
                LineOfBusiness::Other,
                "{code}"
            );
        }
    }

    #[test]
    fn a_code_of_another_shape_is_of_no_kind() {
        for code in [
            "",
            "1",
            "99",
            "J0897X",
            "j0897",
            "99-13",
            "9921X",
            "ABCDE",
            "９９２１３",
        ] {
            assert_eq!(ProcedureKind::of(code), None, "{code}");
        }
    }
}
