//! The claim: what was done, to whom, by whom, and who is asked to pay.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    Adjustment, AsSent, ClaimId, Coverage, CoverageOrder, Icd10, Modifier, Money,
    PatientControlNumber, PayerClaimControlNumber, Person, PlaceOfService, ProcedureCode, Provider,
    Rarc,
};

/// Which 837 the claim travels in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClaimKind {
    /// 837P, CMS-1500.
    Professional,
    /// 837I, UB-04.
    Institutional,
    /// 837D.
    Dental,
}

impl ClaimKind {
    /// The name used on rule cards.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Professional => "professional",
            Self::Institutional => "institutional",
            Self::Dental => "dental",
        }
    }
}

/// Which version of the claim this is (CLM05-3). **7 replaces and 8 voids.**
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Frequency {
    /// 1: the original.
    Original,
    /// 7: replaces a claim that the payer has adjudicated.
    Replacement,
    /// 8: voids a claim that the payer has adjudicated.
    Void,
    /// Another type-of-bill frequency, kept as sent.
    Other(String),
}

impl From<String> for Frequency {
    fn from(code: String) -> Self {
        match code.as_str() {
            "1" => Self::Original,
            "7" => Self::Replacement,
            "8" => Self::Void,
            _ => Self::Other(code),
        }
    }
}

impl From<Frequency> for String {
    fn from(frequency: Frequency) -> Self {
        frequency.as_str().to_owned()
    }
}

impl Frequency {
    /// The code for CLM05-3.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Original => "1",
            Self::Replacement => "7",
            Self::Void => "8",
            Self::Other(code) => code,
        }
    }
}

/// A diagnosis with its qualifier (HI).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// Qualifier, such as ABK (principal) or ABF.
    pub qualifier: String,
    /// Code, as sent.
    pub code: AsSent<Icd10>,
    /// Present-on-admission indicator, on institutional claims.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub present_on_admission: Option<String>,
}

/// What an earlier payer decided, as a claim to a later one carries it
/// (loop 2320 for the claim, 2430 for a line; `domain.md` 2.6 point 7).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PriorPayment {
    /// What the payer paid (AMT*D, or SVD02 on a line).
    pub paid: Money,
    /// Every adjustment it made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjustments: Vec<Adjustment>,
    /// When it decided (DTP*573).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<NaiveDate>,
    /// What the patient still owes (AMT*EAF).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient_owes: Option<Money>,
    /// Payer id that a line's decision names (SVD01).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<String>,
    /// Remark codes (MOA, MIA).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<AsSent<Rarc>>,
}

/// Segments of a loop that the model gives no name to, kept to be written back.
///
/// `at` names the loop as a path within the claim, such as `2300`, `2310D` or
/// `2400[2]/2420E`, the number being the line's, or the other payer's place
/// behind the first coverage. Segments are text with the usual delimiters
/// `* : ^`, and no terminator.
///
/// A path with a segment id, such as `2300.CLM`, names what is left of a
/// segment that the model holds in part: its modelled elements are empty here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// Loop path within the claim.
    pub at: String,
    /// Segments in order.
    pub segments: Vec<String>,
}

/// One service on a claim (loop 2400).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceLine {
    /// Line number, 1-based (LX01).
    pub number: u32,
    /// Qualifier of the procedure code (HC, ER, HP, AD, ...).
    pub qualifier: String,
    /// Procedure code; `None` on an institutional line with a revenue code only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub procedure: Option<AsSent<ProcedureCode>>,
    /// Modifiers, at most four.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modifiers: Vec<AsSent<Modifier>>,
    /// Revenue code (SV201), institutional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revenue_code: Option<String>,
    /// Charge.
    pub charge: Money,
    /// Unit of measure (UN, MJ, DA).
    pub unit: String,
    /// Units, to a thousandth.
    pub units: Decimal,
    /// Place of service, where it differs from the claim's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<AsSent<PlaceOfService>>,
    /// Diagnosis pointers, 1-based (SV107).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pointers: Vec<u8>,
    /// First day of service; `None` where the line names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// Last day of service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
    /// Line item control number (REF*6R), ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<String>,
    /// Prior authorization of this line (REF*G1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization: Option<String>,
    /// National drug code (LIN03), eleven digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ndc: Option<String>,
    /// Rendering provider, where it differs from the claim's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rendering: Option<Provider>,
    /// What each earlier payer decided on this line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prior: Vec<PriorPayment>,
}

/// What only an institutional claim has.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct InstitutionalDetails {
    /// Facility type code: the first digits of the type of bill (CLM05-1).
    pub facility_type: String,
    /// Statement covers from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// Statement covers through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
    /// Attending provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attending: Option<Provider>,
    /// Value codes with their amounts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub value_codes: Vec<(String, Money)>,
}

/// A claim as it stands in one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Our id, sent as CLM01.
    pub id: ClaimId,
    /// The control number that came with it.
    pub control: PatientControlNumber,
    /// Which 837 it travels in.
    pub kind: ClaimKind,
    /// Original, replacement or void.
    pub frequency: Frequency,
    /// The payer's control number of the claim that this one replaces or voids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer_control: Option<PayerClaimControlNumber>,
    /// Billing provider.
    pub billing: Provider,
    /// Rendering provider, where not the billing provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rendering: Option<Provider>,
    /// Referring provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referring: Option<Provider>,
    /// Where the service was given, where not at the billing provider's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facility: Option<Provider>,
    /// The patient.
    pub patient: Person,
    /// Coverages; the first is the payer that this claim goes to.
    pub coverages: Vec<Coverage>,
    /// Total charge (CLM02), as sent: it may disagree with the lines.
    pub charge: Money,
    /// Place of service (CLM05-1), professional and dental.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<AsSent<PlaceOfService>>,
    /// Diagnoses, principal first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnoses: Vec<Diagnosis>,
    /// Service lines.
    pub lines: Vec<ServiceLine>,
    /// Prior authorization number (REF*G1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization: Option<String>,
    /// Referral number (REF*9F).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<String>,
    /// CLIA number (REF*X4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clia: Option<String>,
    /// Date of accident (DTP*439).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accident: Option<NaiveDate>,
    /// What the patient has paid (AMT*F5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient_paid: Option<Money>,
    /// Institutional details.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub institutional: Option<InstitutionalDetails>,
    /// Everything else that came, to be written back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carried: Vec<Carried>,
}

impl Claim {
    /// The coverage that this claim goes to.
    #[must_use]
    pub fn destination(&self) -> Option<&Coverage> {
        self.coverages.first()
    }

    /// Place of this claim's payer in the order of payment.
    #[must_use]
    pub fn order(&self) -> CoverageOrder {
        self.destination()
            .map_or(CoverageOrder::Primary, |coverage| coverage.order)
    }

    /// First date of service over the lines and the statement.
    #[must_use]
    pub fn service_from(&self) -> Option<NaiveDate> {
        let stated = self.institutional.as_ref().and_then(|details| details.from);
        self.lines
            .iter()
            .filter_map(|line| line.from)
            .chain(stated)
            .min()
    }

    /// Last date of service over the lines and the statement.
    #[must_use]
    pub fn service_to(&self) -> Option<NaiveDate> {
        let stated = self.institutional.as_ref().and_then(|details| details.to);
        self.lines
            .iter()
            .filter_map(|line| line.to.or(line.from))
            .chain(stated)
            .max()
    }

    /// The sum of the lines' charges, which CLM02 must equal.
    #[must_use]
    pub fn line_total(&self) -> Money {
        self.lines.iter().map(|line| line.charge).sum()
    }
}
