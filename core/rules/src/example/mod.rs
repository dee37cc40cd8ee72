//! Example claims as a pack's tests write them: short, with defaults for
//! everything that the case is not about.

mod account;
mod after;
mod before;
mod build;
mod carried;
mod codes;
mod on_file;
mod prior;
mod remittance;
mod subject;
mod words;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use scrubjay_hooks::{Part2, SubjectKind};
use scrubjay_model::{Adjudication, ClaimKind, DenialCategory, LineOfBusiness, Relationship, Sex};
use serde::{Deserialize, Deserializer};
use serde_yaml::{Mapping, Value};

pub(crate) use build::Example;
pub(crate) use codes::ExampleCodes;
use on_file::{AnswerSpec, AuthorizationSpec, OrderSpec};
use prior::{ClaimPayerSpec, DecisionSpec};
pub(crate) use words::Word;
use words::{Amount, Words};

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
    // What every case's subject has, where it is no claim.
    #[serde(default)]
    pub(crate) eligibility: Option<Mapping>,
    #[serde(default)]
    pub(crate) authorization: Option<Mapping>,
    #[serde(default)]
    pub(crate) registration: Option<Mapping>,
    #[serde(default)]
    pub(crate) charge: Option<Mapping>,
    #[serde(default)]
    pub(crate) acknowledgment: Option<Mapping>,
    #[serde(default)]
    pub(crate) remittance: Option<Mapping>,
    #[serde(default)]
    pub(crate) denial: Option<Mapping>,
    #[serde(default)]
    pub(crate) follow_up: Option<Mapping>,
    #[serde(default)]
    pub(crate) account: Option<Mapping>,
    #[serde(default)]
    pub(crate) metric: Option<Mapping>,
    /// Code tables that every case finds, in the place of the practice's own.
    #[serde(default)]
    pub(crate) codes: Option<Mapping>,
    /// Tables of the pack that stand in the place of its own, as CSV.
    #[serde(default)]
    pub(crate) tables: BTreeMap<String, String>,
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
    // Its subject, where it is no claim.
    #[serde(default)]
    pub(crate) eligibility: Option<Mapping>,
    #[serde(default)]
    pub(crate) authorization: Option<Mapping>,
    #[serde(default)]
    pub(crate) registration: Option<Mapping>,
    #[serde(default)]
    pub(crate) charge: Option<Mapping>,
    #[serde(default)]
    pub(crate) acknowledgment: Option<Mapping>,
    #[serde(default)]
    pub(crate) remittance: Option<Mapping>,
    #[serde(default)]
    pub(crate) denial: Option<Mapping>,
    #[serde(default)]
    pub(crate) follow_up: Option<Mapping>,
    #[serde(default)]
    pub(crate) account: Option<Mapping>,
    #[serde(default)]
    pub(crate) metric: Option<Mapping>,
    #[serde(default)]
    pub(crate) codes: Option<Mapping>,
    #[serde(default)]
    pub(crate) tables: BTreeMap<String, String>,
    /// Everything that the pack must say, and nothing else.
    pub(crate) expect: Vec<Expected>,
}

macro_rules! subjects {
    ($($of:ty),+) => {$(
        impl $of {
            /// What it says of a subject that is no claim.
            const fn of(&self, kind: SubjectKind) -> Option<&Mapping> {
                match kind {
                    SubjectKind::Claim => None,
                    SubjectKind::Eligibility => self.eligibility.as_ref(),
                    SubjectKind::Authorization => self.authorization.as_ref(),
                    SubjectKind::Registration => self.registration.as_ref(),
                    SubjectKind::Charge => self.charge.as_ref(),
                    SubjectKind::Acknowledgment => self.acknowledgment.as_ref(),
                    SubjectKind::Remittance => self.remittance.as_ref(),
                    SubjectKind::Denial => self.denial.as_ref(),
                    SubjectKind::FollowUp => self.follow_up.as_ref(),
                    SubjectKind::Account => self.account.as_ref(),
                    SubjectKind::Metric => self.metric.as_ref(),
                }
            }

            /// The subjects that it names beside the claim.
            fn kinds(&self) -> Vec<SubjectKind> {
                let all = SubjectKind::ALL.into_iter();
                all.filter(|kind| self.of(*kind).is_some()).collect()
            }
        }
    )+};
}
subjects!(TestFile, Case);

impl TestFile {
    /// What a case is about: what it names itself, else what the file names, else
    /// the claim. A claim beside another subject is that subject's.
    pub(crate) fn kind(&self, case: &Case) -> Result<SubjectKind, String> {
        let several = |kinds: &[SubjectKind]| {
            let names: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
            names.join("`, `")
        };
        match (&case.kinds()[..], &self.kinds()[..]) {
            ([one], _) => Ok(*one),
            ([], []) => Ok(SubjectKind::Claim),
            ([], [one]) => Ok(*one),
            ([], kinds) => Err(format!(
                "the file names `{}`: write in the case which one it is about",
                several(kinds)
            )),
            (kinds, _) => Err(format!(
                "a case is about one thing, and this one names `{}`",
                several(kinds)
            )),
        }
    }

    /// What a case says of its subject, upon what the file says.
    pub(crate) fn written(&self, case: &Case, kind: SubjectKind) -> Mapping {
        let none = Mapping::new();
        join(
            self.of(kind).unwrap_or(&none),
            case.of(kind).unwrap_or(&none),
        )
    }
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
    /// The effect that it asks for, by the name of its function.
    #[serde(default)]
    pub(crate) asks: Option<String>,
    /// Words that the effect's reason has in it.
    #[serde(default)]
    pub(crate) reason: Option<String>,
    /// What the effect names: a procedure, payer, modifier, party, way, step,
    /// or reason of a write-off.
    #[serde(default)]
    pub(crate) names: Option<Word>,
    /// The number that it names: units, amount, level, instalments.
    #[serde(default)]
    pub(crate) number: Option<Amount>,
    /// The day that it names.
    #[serde(default)]
    pub(crate) until: Option<NaiveDate>,
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
    /// `auto`, `employment`, `other`.
    causes: Words,
    delay_reason: Option<Word>,
    casualty_number: Option<Word>,
    attachments: Words,
    patient_paid: Option<Amount>,
    /// Claim filing indicator of the payer that the claim goes to.
    filing_code: Option<Word>,
    msp_type: Option<Word>,
    order: Option<OrderSpec>,
    /// The payers that the claim names beside the one that it goes to.
    other_payers: Vec<ClaimPayerSpec>,
    facility_type: Option<Word>,
    value_codes: BTreeMap<String, Amount>,
    conditions: Words,
    occurrences: Words,
    supervising: Option<ProviderSpec>,
    patient: PersonSpec,
    subscriber: Option<PersonSpec>,
    relationship: Option<Relationship>,
    billing: ProviderSpec,
    rendering: Option<ProviderSpec>,
    referring: Option<ProviderSpec>,
    facility: Option<ProviderSpec>,
    attending: Option<ProviderSpec>,
    lines: Option<Vec<LineSpec>>,
    history: Vec<EarlierSpec>,
    authorizations: Vec<AuthorizationSpec>,
    eligibility: Option<AnswerSpec>,
    /// Days on which it was sent already.
    sent: Vec<NaiveDate>,
    original: Option<Adjudication>,
    forwarded: Option<NaiveDate>,
    part2: Option<Part2>,
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
    /// `false` is an organization; left out, all but the facility are people.
    person: Option<bool>,
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
    /// `null` is a drug whose amount is not told; left out, it is the line's units.
    #[serde(deserialize_with = "stated")]
    ndc_units: Stated<Amount>,
    ndc_unit: Option<Word>,
    clia: Option<Word>,
    referral: Option<Word>,
    rendering: Option<ProviderSpec>,
    ordering: Option<ProviderSpec>,
    referring: Option<ProviderSpec>,
    supervising: Option<ProviderSpec>,
    /// What each earlier payer decided on the line.
    prior: Vec<DecisionSpec>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EarlierSpec {
    id: Word,
    from: NaiveDate,
    procedure: Word,
    /// Other procedures of the same claim and day.
    #[serde(default)]
    also: Words,
    #[serde(default)]
    modifiers: Words,
    #[serde(default)]
    units: Option<Amount>,
    #[serde(default)]
    billing_npi: Option<Word>,
    /// Place of its payer; left out, that of the claim's.
    #[serde(default)]
    order: Option<OrderSpec>,
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
    /// What the table of reason codes says of it.
    category: Option<DenialCategory>,
    recoverable: Option<Word>,
    /// Day on which a 999 or 277CA first accepted the claim.
    pub(crate) first_accepted: Option<NaiveDate>,
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
