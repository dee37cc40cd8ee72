//! People and organizations on a claim.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{AsSent, MemberId, Npi};

/// A person's or an organization's name, as NM103 to NM107 carry it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Name {
    /// Last name, or the whole name of an organization.
    pub last: String,
    /// First name; `None` for an organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// Middle name or initial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub middle: Option<String>,
    /// Suffix such as JR.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffix: Option<String>,
}

impl Name {
    /// The name of an organization.
    pub fn organization(name: impl Into<String>) -> Self {
        Self {
            last: name.into(),
            ..Self::default()
        }
    }

    /// A person's name.
    pub fn person(last: impl Into<String>, first: impl Into<String>) -> Self {
        Self {
            last: last.into(),
            first: Some(first.into()),
            ..Self::default()
        }
    }
}

/// A postal address (N3, N4).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Address {
    /// First line.
    pub line1: String,
    /// Second line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<String>,
    /// City.
    pub city: String,
    /// State or province, two letters in the US.
    #[serde(default)]
    pub state: String,
    /// ZIP code, five or nine digits, without a dash.
    #[serde(default)]
    pub zip: String,
    /// Country, where not the US.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// Sex as DMG03 carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Sex {
    /// Female.
    F,
    /// Male.
    M,
    /// Unknown, or not told.
    U,
}

/// A patient or subscriber.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Person {
    /// Name.
    pub name: Name,
    /// Member number with the payer of the claim, where it is this person's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// Address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// Date of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub born: Option<NaiveDate>,
    /// Date of death.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub died: Option<NaiveDate>,
    /// Sex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
}

/// A provider in one of its roles on a claim.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Provider {
    /// Name of the person or organization.
    pub name: Name,
    /// NPI, as sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub npi: Option<AsSent<Npi>>,
    /// Tax id (REF*EI or REF*SY), digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<String>,
    /// Taxonomy code (PRV03).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taxonomy: Option<String>,
    /// Address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
}
