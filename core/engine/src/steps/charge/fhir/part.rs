//! Parts of a resource: where each stands, and what is told of one that cannot
//! be read.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_model::{Icd10, Modifier, Money, ProcedureCode};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::Rest;
use crate::ChargeEntryError;

/// Where something stands, such as `entry[2].resource.quantity`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place(Vec<(String, Option<usize>)>);

impl Place {
    pub(super) const fn root() -> Self {
        Self(Vec::new())
    }

    pub(super) fn field(&self, name: &str) -> Self {
        let mut path = self.0.clone();
        path.push((name.to_owned(), None));
        Self(path)
    }

    pub(super) fn item(&self, list: &str, at: usize) -> Self {
        let mut path = self.0.clone();
        path.push((list.to_owned(), Some(at)));
        Self(path)
    }

    pub(super) fn wrong(&self, problem: MisreadProblem) -> Misread {
        Misread {
            place: self.clone(),
            problem,
        }
    }

    /// The error that a value cannot be what it is meant to be.
    pub(super) fn value(&self, problem: &dyn fmt::Display) -> Misread {
        self.wrong(MisreadProblem::Value(problem.to_string()))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("the resource");
        }
        for (at, (name, number)) in self.0.iter().enumerate() {
            let dot = if at == 0 { "" } else { "." };
            write!(f, "{dot}{name}")?;
            if let Some(number) = number {
                write!(f, "[{number}]")?;
            }
        }
        Ok(())
    }
}

/// A part of a FHIR file that was not used, by its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct Misread {
    pub(super) place: Place,
    pub(super) problem: MisreadProblem,
}

/// What is wrong with it. What stands there is not repeated: it may be a
/// patient's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MisreadProblem {
    /// FHIR gives it another shape.
    #[error("it has another shape than FHIR R4 gives it")]
    Shape,
    /// It is not there.
    #[error("it is missing, and is needed")]
    Missing,
    /// It holds what it cannot.
    #[error("{0}")]
    Value(String),
    /// It changes the meaning of the rest.
    #[error(
        "it changes what the rest means and is not understood, so that nothing of the resource is used"
    )]
    Changes,
    /// It refers to something else that does not say who or what it is.
    #[error("it refers to what the file does not identify: put an identifier beside the reference")]
    Reference,
    /// A resource that is no charge.
    #[error("only ChargeItem and Claim are taken in")]
    Kind,
    /// Its status says that it is not to be billed here.
    #[error("a charge with the status `{0}` is not taken in")]
    Status(&'static str),
    /// Something is to be deleted.
    #[error("nothing is deleted: send the charge with the status `entered-in-error`")]
    Delete,
    /// The charge itself is refused.
    #[error(transparent)]
    Charge(#[from] ChargeEntryError),
}

/// A part that may have another shape than it should.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Part<T> {
    Read(T),
    Unlike(IgnoredAny),
}

impl<T> Part<T> {
    pub(super) const fn known(&self) -> Option<&T> {
        match self {
            Self::Read(value) => Some(value),
            Self::Unlike(_) => None,
        }
    }
}

/// A part that may be left out.
pub(super) fn maybe<'a, T>(
    part: &'a Option<Part<T>>,
    place: &Place,
    name: &str,
) -> Result<Option<&'a T>, Misread> {
    match part {
        None => Ok(None),
        Some(Part::Read(value)) => Ok(Some(value)),
        Some(Part::Unlike(_)) => Err(place.field(name).wrong(MisreadProblem::Shape)),
    }
}

/// A part that must be there.
pub(super) fn need<'a, T>(
    part: &'a Option<Part<T>>,
    place: &Place,
    name: &str,
) -> Result<&'a T, Misread> {
    maybe(part, place, name)?.ok_or_else(|| place.field(name).wrong(MisreadProblem::Missing))
}

/// The members of a list that may be left out.
pub(super) fn list<'a, T>(
    part: &'a Option<Part<Vec<T>>>,
    place: &Place,
    name: &str,
) -> Result<&'a [T], Misread> {
    Ok(maybe(part, place, name)?.map_or(&[], Vec::as_slice))
}

/// Reads a value as what it is.
pub(super) fn parse<T: FromStr<Err: fmt::Display>>(
    text: &str,
    place: &Place,
) -> Result<T, Misread> {
    text.parse().map_err(|error| place.value(&error))
}

/// The day of a date or of a point in time, as its own clock has it.
pub(super) fn day(text: &str, place: &Place) -> Result<NaiveDate, Misread> {
    let day = text.get(..10).unwrap_or(text);
    NaiveDate::parse_from_str(day, "%Y-%m-%d")
        .map_err(|_| place.value(&"a whole date is needed, such as 2026-03-02"))
}

#[derive(Debug, Deserialize)]
pub(super) struct Identifier {
    pub(super) system: Option<String>,
    pub(super) value: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Reference {
    pub(super) reference: Option<String>,
    pub(super) identifier: Option<Part<Identifier>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Concept {
    pub(super) coding: Option<Part<Vec<Coding>>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Coding {
    pub(super) code: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Period {
    pub(super) start: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Quantity {
    pub(super) value: Option<Part<Number>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Dollars {
    pub(super) value: Option<Part<Number>>,
    pub(super) currency: Option<String>,
}

/// A JSON number. It is read by the shortest text that stands for it, which is
/// what was written for all numbers of up to fifteen digits; longer ones are
/// refused.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Number(serde_json::Number);

impl Number {
    const DIGITS: usize = 15;

    pub(super) fn decimal(&self, place: &Place) -> Result<Decimal, Misread> {
        let text = self.0.to_string();
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let read = text
            .parse::<Decimal>()
            .or_else(|_| Decimal::from_scientific(&text));
        match read {
            Ok(value) if digits <= Self::DIGITS => Ok(value),
            _ => Err(place.value(&"a number of at most fifteen digits is needed")),
        }
    }
}

impl Quantity {
    pub(super) fn units(&self, place: &Place) -> Result<Decimal, Misread> {
        need(&self.value, place, "value")?.decimal(&place.field("value"))
    }
}

impl Dollars {
    pub(super) fn amount(&self, place: &Place) -> Result<Money, Misread> {
        if self.currency.as_deref().is_some_and(|code| code != "USD") {
            return Err(place
                .field("currency")
                .value(&"only US dollars (USD) are taken"));
        }
        let place = place.field("value");
        let value = need(&self.value, &place, "value")?.decimal(&place)?;
        Money::try_from(value).map_err(|error| place.value(&error))
    }
}

/// A procedure and the modifiers that stand beside it: a code of two characters
/// is a modifier.
pub(super) fn service(
    concept: &Concept,
    place: &Place,
) -> Result<(ProcedureCode, Vec<Modifier>), Misread> {
    let (mut procedure, mut modifiers) = (None, Vec::new());
    for (at, coding) in list(&concept.coding, place, "coding")?.iter().enumerate() {
        let place = place.item("coding", at).field("code");
        let code = coding.code.as_deref().unwrap_or_default();
        match (code.len(), &procedure) {
            (0, _) => return Err(place.wrong(MisreadProblem::Missing)),
            (2, _) => modifiers.push(parse(code, &place)?),
            (_, None) => procedure = Some(parse(code, &place)?),
            // Another code system's word for the same, which is not billed.
            (_, Some(_)) => {}
        }
    }
    let missing = || place.field("coding").wrong(MisreadProblem::Missing);
    Ok((procedure.ok_or_else(missing)?, modifiers))
}

/// The first code of a concept.
pub(super) fn code<'c>(concept: &'c Concept, place: &Place) -> Result<(&'c str, Place), Misread> {
    let codings = list(&concept.coding, place, "coding")?;
    let place = place.item("coding", 0).field("code");
    let code = codings.first().and_then(|coding| coding.code.as_deref());
    match code {
        Some(code) => Ok((code, place)),
        None => Err(place.wrong(MisreadProblem::Missing)),
    }
}

/// A diagnosis, which FHIR writes with its point.
pub(super) fn diagnosis(concept: &Concept, place: &Place) -> Result<Icd10, Misread> {
    let (code, place) = code(concept, place)?;
    parse(&code.replacen('.', "", 1), &place)
}

/// Fields that say nothing of a charge.
const SILENT: [&str; 5] = ["resourceType", "id", "meta", "text", "language"];

/// Fields that must not be passed over.
const CHANGING: [&str; 2] = ["modifierExtension", "implicitRules"];

/// Fields that are not read, each with how often and where first.
#[derive(Debug, Default)]
pub(super) struct Unread(BTreeMap<String, (usize, Place)>);

impl Unread {
    pub(super) fn note(&mut self, what: &str, place: &Place) {
        let first = || (0, place.clone());
        self.0.entry(what.to_owned()).or_insert_with(first).0 += 1;
    }

    /// Notes the fields of a part that nothing reads.
    pub(super) fn rest(&mut self, of: &str, rest: &Rest, place: &Place) -> Result<(), Misread> {
        for name in rest.keys().map(String::as_str) {
            if CHANGING.contains(&name) {
                return Err(place.field(name).wrong(MisreadProblem::Changes));
            }
            if !SILENT.contains(&name) {
                self.note(&format!("{of}.{name}"), place);
            }
        }
        Ok(())
    }

    pub(super) fn remarks(&self) -> impl Iterator<Item = String> {
        let told = |(what, (times, first)): (&String, &(usize, Place))| {
            format!("{what} is not read: first at {first}, {times} in all")
        };
        self.0.iter().map(told)
    }
}
