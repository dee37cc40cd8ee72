//! Example claims as a pack's tests write them: short, with defaults for
//! everything that the case is not about.

mod build;
mod words;

use chrono::NaiveDate;
use scrubjay_model::{ClaimKind, LineOfBusiness, Relationship, Sex};
use serde::{Deserialize, Deserializer};
use serde_yaml::{Mapping, Value};

pub(crate) use build::Example;
use words::{Amount, Word, Words};

/// A field that a case may leave out (the default stands), or empty on purpose.
type Stated<T> = Option<Option<T>>;

fn stated<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Stated<T>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}

/// A file of tests.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestFile {
    /// The present day, and the day on which claims came in.
    pub(crate) today: NaiveDate,
    /// The payer of every case.
    #[serde(default)]
    pub(crate) payer: Option<PayerSpec>,
    /// What every case's claim has.
    #[serde(default)]
    pub(crate) claim: Mapping,
    /// What every case's denial has.
    #[serde(default)]
    pub(crate) denial: Mapping,
    /// Cases.
    pub(crate) cases: Vec<Case>,
}

/// One case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// What it shows.
    pub(crate) case: String,
    #[serde(default)]
    pub(crate) today: Option<NaiveDate>,
    #[serde(default)]
    pub(crate) payer: Option<PayerSpec>,
    #[serde(default)]
    pub(crate) claim: Option<Mapping>,
    #[serde(default)]
    pub(crate) denial: Option<Mapping>,
    /// Everything that the pack must say, and nothing else.
    pub(crate) expect: Vec<Expected>,
}

/// The payer of an example.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PayerSpec {
    #[serde(default)]
    pub(crate) key: Option<String>,
    #[serde(default)]
    pub(crate) line: Option<LineOfBusiness>,
    #[serde(default)]
    pub(crate) state: Option<String>,
}

/// What a case expects: a rule's id, or that with more about what it says.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Expected {
    Rule(String),
    Says(Box<Says>),
}

/// Something that a rule says or asks for; what is left out may be anything.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Says {
    pub(crate) rule: String,
    #[serde(default)]
    pub(crate) severity: Option<String>,
    #[serde(default)]
    pub(crate) line: Option<u32>,
    #[serde(default)]
    pub(crate) field: Option<String>,
    /// Words that the message has in it.
    #[serde(default)]
    pub(crate) says: Option<String>,
    /// The field that it repairs.
    #[serde(default)]
    pub(crate) repair: Option<String>,
    /// The value that it repairs it to.
    #[serde(default)]
    pub(crate) value: Option<Word>,
    #[serde(default)]
    pub(crate) hold_until: Option<NaiveDate>,
    #[serde(default)]
    pub(crate) tag: Option<String>,
    /// The task that it opens.
    #[serde(default)]
    pub(crate) task: Option<String>,
    #[serde(default)]
    pub(crate) category: Option<String>,
    #[serde(default)]
    pub(crate) recoverable: Option<String>,
    #[serde(default)]
    pub(crate) action: Option<String>,
    #[serde(default)]
    pub(crate) owner: Option<String>,
    #[serde(default)]
    pub(crate) days: Option<u32>,
}

/// A claim as a test writes it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ClaimSpec {
    id: Option<Word>,
    kind: Option<ClaimKind>,
    frequency: Option<Word>,
    payer_control: Option<Word>,
    charge: Option<Amount>,
    #[serde(deserialize_with = "stated")]
    from: Stated<NaiveDate>,
    #[serde(deserialize_with = "stated")]
    to: Stated<NaiveDate>,
    received: Option<NaiveDate>,
    #[serde(deserialize_with = "stated")]
    place: Stated<Word>,
    diagnoses: Option<Words>,
    authorization: Option<Word>,
    referral: Option<Word>,
    clia: Option<Word>,
    accident: Option<NaiveDate>,
    patient: PersonSpec,
    subscriber: Option<PersonSpec>,
    relationship: Option<Relationship>,
    billing: ProviderSpec,
    rendering: Option<ProviderSpec>,
    referring: Option<ProviderSpec>,
    facility: Option<ProviderSpec>,
    lines: Option<Vec<LineSpec>>,
    history: Vec<EarlierSpec>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PersonSpec {
    #[serde(deserialize_with = "stated")]
    name: Stated<String>,
    #[serde(deserialize_with = "stated")]
    born: Stated<NaiveDate>,
    died: Option<NaiveDate>,
    #[serde(deserialize_with = "stated")]
    sex: Stated<Sex>,
    /// `null` is a person without an address.
    #[serde(deserialize_with = "stated")]
    zip: Stated<Word>,
    state: Option<String>,
    member: Option<Word>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ProviderSpec {
    #[serde(deserialize_with = "stated")]
    npi: Stated<Word>,
    taxonomy: Option<Word>,
    #[serde(deserialize_with = "stated")]
    zip: Stated<Word>,
}

/// A line: `G0439 195.00`, `J0696:JZ 50 x4`, or key by key.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum LineSpec {
    Short(String),
    Full(Box<FullLine>),
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FullLine {
    #[serde(deserialize_with = "stated")]
    procedure: Stated<Word>,
    modifiers: Words,
    revenue_code: Option<Word>,
    charge: Option<Amount>,
    units: Option<Amount>,
    place: Option<Word>,
    pointers: Option<Vec<u8>>,
    #[serde(deserialize_with = "stated")]
    from: Stated<NaiveDate>,
    to: Option<NaiveDate>,
    authorization: Option<Word>,
    ndc: Option<Word>,
    rendering: Option<ProviderSpec>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EarlierSpec {
    id: Word,
    from: NaiveDate,
    procedure: Word,
    #[serde(default)]
    modifiers: Words,
    #[serde(default)]
    units: Option<Amount>,
    #[serde(default)]
    billing_npi: Option<Word>,
    #[serde(default)]
    withdrawn: bool,
    #[serde(default)]
    denied: Words,
}

/// A denial as a test writes it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DenialSpec {
    group: Option<Word>,
    carc: Option<Word>,
    remarks: Words,
    amount: Option<Amount>,
    line: Option<u32>,
    decided: Option<NaiveDate>,
}

/// A case's mapping over the file's: keys of the case win, mappings join.
pub(crate) fn join(below: &Mapping, above: &Mapping) -> Mapping {
    let mut joined = below.clone();
    for (key, value) in above {
        let value = match (joined.get(key), value) {
            (Some(Value::Mapping(old)), Value::Mapping(new)) => Value::Mapping(join(old, new)),
            _ => value.clone(),
        };
        joined.insert(key.clone(), value);
    }
    joined
}
