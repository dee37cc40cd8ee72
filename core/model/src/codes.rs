//! Codes by shape. Whether a code is on a list on a date is `scrubjay-codes`'
//! question.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{ValueError, ValueKind};

macro_rules! code {
    ($(#[$docs:meta])* $name:ident, $kind:ident, $expected:literal, $shape:expr) => {
        $(#[$docs])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The code as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = ValueError;

            fn from_str(text: &str) -> Result<Self, ValueError> {
                let shape: fn(&[u8]) -> bool = $shape;
                if shape(text.as_bytes()) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(ValueError::new(ValueKind::$kind, $expected, "it has another shape"))
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = ValueError;
            fn try_from(text: String) -> Result<Self, ValueError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(code: $name) -> Self {
                code.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

fn alphanumeric(code: &[u8]) -> bool {
    code.iter()
        .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

code!(
    /// An ICD-10-CM diagnosis code as X12 carries it, without the point. The
    /// second character may be a letter: category QA0 is in force since October 2025.
    Icd10, Icd10, "an ICD-10-CM code without its point",
    |code| (3..=7).contains(&code.len())
        && code[0].is_ascii_uppercase()
        && alphanumeric(code)
);
code!(
    /// A procedure code of five characters: HCPCS Level I or II.
    ProcedureCode, Procedure, "a procedure code of five letters and digits",
    |code| code.len() == 5 && alphanumeric(code)
);
code!(
    /// A procedure modifier.
    Modifier, Modifier, "a modifier of two letters or digits",
    |code| code.len() == 2 && alphanumeric(code)
);
code!(
    /// A place-of-service code (CMS list, 01 to 99).
    PlaceOfService, PlaceOfService, "a place of service of two digits",
    |code| code.len() == 2 && code.iter().all(u8::is_ascii_digit)
);
code!(
    /// A claim adjustment reason code (external code list 139).
    Carc, Carc, "a claim adjustment reason code of one to five letters and digits",
    |code| (1..=5).contains(&code.len()) && alphanumeric(code)
);
code!(
    /// A remittance advice remark code (external code list 411).
    Rarc, Rarc, "a remark code of two to five letters and digits",
    |code| (2..=5).contains(&code.len()) && code[0].is_ascii_uppercase() && alphanumeric(code)
);

code!(
    /// A type of service that a benefit is about (EB03; code list 1365).
    ServiceType, ServiceType, "a service type of one or two letters and digits",
    |code| (1..=2).contains(&code.len()) && alphanumeric(code)
);

impl ServiceType {
    /// Whether it stands for the plan as a whole (30, health benefit plan
    /// coverage), which every payer must answer for.
    #[must_use]
    pub fn is_whole_plan(&self) -> bool {
        self.as_str() == "30"
    }
}

/// Who bears an adjustment (CAS01; `domain.md` 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum GroupCode {
    /// Contractual obligation: the provider writes it off or contests it.
    #[serde(rename = "CO")]
    Contractual,
    /// Patient responsibility.
    #[serde(rename = "PR")]
    PatientResponsibility,
    /// Other adjustment.
    #[serde(rename = "OA")]
    Other,
    /// Payer-initiated reduction.
    #[serde(rename = "PI")]
    PayerInitiated,
    /// Correction or reversal: version 4010 only, read but never written.
    #[serde(rename = "CR")]
    Correction,
}

impl GroupCode {
    /// The code as CAS01 carries it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contractual => "CO",
            Self::PatientResponsibility => "PR",
            Self::Other => "OA",
            Self::PayerInitiated => "PI",
            Self::Correction => "CR",
        }
    }
}

impl FromStr for GroupCode {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        match text {
            "CO" => Ok(Self::Contractual),
            "PR" => Ok(Self::PatientResponsibility),
            "OA" => Ok(Self::Other),
            "PI" => Ok(Self::PayerInitiated),
            "CR" => Ok(Self::Correction),
            _ => Err(ValueError::new(
                ValueKind::GroupCode,
                "an adjustment group code (CO, PR, OA, PI, CR)",
                "it is none of them",
            )),
        }
    }
}

impl fmt::Display for GroupCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnosis_may_have_a_letter_in_second_place() {
        assert!("QA00101".parse::<Icd10>().is_ok());
        assert!("E119".parse::<Icd10>().is_ok());
        for text in ["", "E1", "E11.9", "119", "E1191234", "e119"] {
            assert!(text.parse::<Icd10>().is_err(), "{text}");
        }
    }
}
