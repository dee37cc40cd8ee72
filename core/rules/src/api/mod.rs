//! What a script sees and may do.
//!
//! Each property and function is registered once, with its signature and its
//! meaning beside it: the checker, the catalogue and the engine read the same
//! entry, so that they cannot drift apart.

pub(crate) mod account;
pub(crate) mod acknowledgment;
pub(crate) mod answer;
pub(crate) mod authorization;
pub(crate) mod charge;
pub(crate) mod claim;
pub(crate) mod claim_codes;
pub(crate) mod claim_file;
pub(crate) mod claim_payers;
pub(crate) mod codes;
pub(crate) mod compare;
pub(crate) mod coverage;
pub(crate) mod date;
pub(crate) mod denial;
pub(crate) mod edits;
pub(crate) mod effects;
pub(crate) mod eligibility;
pub(crate) mod fee_row;
pub(crate) mod follow_up;
pub(crate) mod history;
pub(crate) mod lists;
pub(crate) mod metric;
pub(crate) mod party;
pub(crate) mod properties;
pub(crate) mod registration;
pub(crate) mod remittance;
pub(crate) mod steps;
pub(crate) mod tables;
pub(crate) mod text;
pub(crate) mod visit;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rhai::{
    Dynamic, Engine, EvalAltResult, FuncRegistration, ImmutableString, Position, RhaiNativeFunc,
};
use scrubjay_hooks::EffectKind;
use scrubjay_model::Money;

use crate::frame::Frame;
pub(crate) use properties::{payer, properties};

/// The kinds of value that a script meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A claim.
    Claim,
    /// A service line.
    Line,
    /// A patient or subscriber.
    Person,
    /// A postal address.
    Address,
    /// A provider in a role.
    Provider,
    /// A provider number.
    Npi,
    /// An earlier claim of the patient.
    Earlier,
    /// A service on an earlier claim.
    EarlierService,
    /// A payer that a claim names.
    ClaimPayer,
    /// What an earlier payer decided.
    Decision,
    /// A denial.
    Denial,
    /// A remitted claim.
    Remittance,
    /// A patient's cover, as it is checked.
    Eligibility,
    /// A payer's answer about a patient's cover.
    Answer,
    /// Another payer that an answer names.
    OtherPayer,
    /// A coverage on file.
    Coverage,
    /// A visit.
    Visit,
    /// Services planned, as they are checked for authorization.
    Planned,
    /// A service that is planned.
    PlannedService,
    /// An authorization on file.
    Authorization,
    /// A patient's registration.
    Registration,
    /// A charge.
    Charge,
    /// What came in answer to a claim that was sent.
    Acknowledgment,
    /// A claim with an open balance.
    FollowUp,
    /// A patient's account.
    Account,
    /// A claim of an account.
    OwedClaim,
    /// A figure of a period.
    Metric,
    /// A table of the pack.
    Table,
    /// A row of a table.
    Row,
    /// A class of codes of the pack.
    Class,
    /// A diagnosis code, as ICD-10-CM knows it.
    Icd10,
    /// A procedure code, as HCPCS knows it.
    Hcpcs,
    /// Two procedure codes, as NCCI knows them.
    CodePair,
    /// A procedure code's unit limit, as the MUE table has it.
    UnitLimit,
    /// A procedure code, as the table of add-on codes knows it.
    AddOn,
    /// A row of Medicare's physician fee schedule.
    FeeRow,
    /// A date.
    Date,
    /// A whole number or an amount of money.
    Number,
    /// Text.
    Text,
    /// Yes or no.
    Bool,
    /// A list of something.
    List(&'static Kind),
    /// Nothing: what a function that only says or asks gives back.
    Missing,
    /// Anything.
    Any,
}

impl Kind {
    /// The kind with an article, as messages name it.
    #[must_use]
    pub const fn with_article(self) -> &'static str {
        match self {
            Self::Claim => "a claim",
            Self::Line => "a service line",
            Self::Person => "a person",
            Self::Address => "an address",
            Self::Provider => "a provider",
            Self::Npi => "an NPI",
            Self::Earlier => "an earlier claim",
            Self::EarlierService => "an earlier service",
            Self::ClaimPayer => "a payer of a claim",
            Self::Decision => "a decision",
            Self::Denial => "a denial",
            Self::Remittance => "a remitted claim",
            Self::Eligibility => "a check of cover",
            Self::Answer => "a payer's answer about cover",
            Self::OtherPayer => "another payer",
            Self::Coverage => "a coverage",
            Self::Visit => "a visit",
            Self::Planned => "an authorization check",
            Self::PlannedService => "a planned service",
            Self::Authorization => "an authorization",
            Self::Registration => "a registration",
            Self::Charge => "a charge",
            Self::Acknowledgment => "an acknowledgment",
            Self::FollowUp => "an open claim",
            Self::Account => "an account",
            Self::OwedClaim => "a claim of an account",
            Self::Metric => "a figure",
            Self::Table => "a table",
            Self::Row => "a row",
            Self::Class => "a class",
            Self::Icd10 => "an ICD-10 code",
            Self::Hcpcs => "a HCPCS code",
            Self::CodePair => "a pair of codes",
            Self::UnitLimit => "a unit limit",
            Self::AddOn => "an add-on code",
            Self::FeeRow => "a row of the fee schedule",
            Self::Date => "a date",
            Self::Number => "a number",
            Self::Text => "text",
            Self::Bool => "true or false",
            Self::List(_) => "a list",
            Self::Missing => "a missing value",
            Self::Any => "a value",
        }
    }
}

/// Fields of people that a pack sees only where its `needs:` says so
/// (45 CFR 164.502(b), minimum necessary).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// Names of patients and subscribers.
    Name,
    /// Their addresses.
    Address,
    /// Their member numbers.
    Member,
}

impl Need {
    /// Every need.
    pub const ALL: [Self; 3] = [Self::Name, Self::Address, Self::Member];

    /// The word in `needs:`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Address => "address",
            Self::Member => "member",
        }
    }
}

/// What a call asks of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Asks {
    /// A finding of this weight.
    Finding(scrubjay_hooks::Severity),
    /// An effect, allowed only at some hooks.
    Effect(EffectKind),
}

/// Whether an entry is read, called on a value, or called by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `claim.charge`
    Property,
    /// `claim.has_dx("E11")`
    Method,
    /// `today()`
    Function,
}

/// One thing that a script can read or call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// What it belongs to; [`Kind::Any`] for a function that stands by itself.
    pub on: Kind,
    /// Name.
    pub name: &'static str,
    /// Form.
    pub form: Form,
    /// Parameters with their kinds, without the value that it is called on.
    pub parameters: Vec<(&'static str, Kind)>,
    /// What it gives back.
    pub gives: Kind,
    /// Whether it may give back `()`, since the value may be missing.
    pub may_be_missing: bool,
    /// What it means, for people.
    pub doc: &'static str,
    /// What it asks of the engine.
    pub asks: Option<Asks>,
    /// What the pack must have declared.
    pub needs: Option<Need>,
    /// Parameters that take one of some words, with the words.
    pub choices: Vec<(&'static str, Vec<&'static str>)>,
}

/// Registers entries with an engine and keeps their signatures.
pub(crate) struct Api<'e> {
    pub(crate) engine: &'e mut Engine,
    pub(crate) entries: Vec<Entry>,
}

impl Api<'_> {
    /// A property.
    pub(crate) fn get<A: 'static, R, const X: bool, const F: bool>(
        &mut self,
        on: Kind,
        name: &'static str,
        gives: Kind,
        doc: &'static str,
        read: impl RhaiNativeFunc<A, 1, X, R, F> + Send + Sync + 'static,
    ) -> &mut Self
    where
        R: rhai::Variant + Clone,
    {
        FuncRegistration::new_getter(name).register_into_engine(self.engine, read);
        self.entries.push(Entry {
            on,
            name,
            form: Form::Property,
            parameters: Vec::new(),
            gives,
            may_be_missing: std::any::TypeId::of::<R>() == std::any::TypeId::of::<Dynamic>(),
            doc,
            asks: None,
            needs: None,
            choices: Vec::new(),
        });
        self
    }

    /// A function, called on a value where `on` is not [`Kind::Any`].
    ///
    /// Values that are read as a part of something (`claim.received.plus_days(3)`)
    /// are taken by value: behind a function that takes them by reference Rhai
    /// writes the part back, which here means building an error and dropping it.
    pub(crate) fn call<A: 'static, R, const N: usize, const X: bool, const F: bool>(
        &mut self,
        on: Kind,
        name: &'static str,
        parameters: &[(&'static str, Kind)],
        gives: Kind,
        doc: &'static str,
        run: impl RhaiNativeFunc<A, N, X, R, F> + Send + Sync + 'static,
    ) -> &mut Self
    where
        R: rhai::Variant + Clone,
    {
        // Whatever reads today's date, a table or the subject must never be
        // worked out when a rule is compiled, so nothing of ours is constant.
        FuncRegistration::new(name)
            .with_volatility(true)
            .register_into_engine(self.engine, run);
        self.entries.push(Entry {
            on,
            name,
            form: if on == Kind::Any {
                Form::Function
            } else {
                Form::Method
            },
            parameters: parameters.to_vec(),
            gives,
            may_be_missing: std::any::TypeId::of::<R>() == std::any::TypeId::of::<Dynamic>(),
            doc,
            asks: None,
            needs: None,
            choices: Vec::new(),
        });
        self
    }

    /// The entry registered last asks this of the engine.
    pub(crate) fn asks(&mut self, asks: Asks) -> &mut Self {
        if let Some(last) = self.entries.last_mut() {
            last.asks = Some(asks);
        }
        self
    }

    /// A parameter of the entry registered last takes one of these words.
    pub(crate) fn one_of(
        &mut self,
        parameter: &'static str,
        words: impl IntoIterator<Item = &'static str>,
    ) -> &mut Self {
        if let Some(last) = self.entries.last_mut() {
            last.choices.push((parameter, words.into_iter().collect()));
        }
        self
    }

    /// The entry registered last is for packs that declare this need.
    pub(crate) fn needs(&mut self, need: Need) -> &mut Self {
        if let Some(last) = self.entries.last_mut() {
            last.needs = Some(need);
        }
        self
    }
}

/// Registers everything.
pub(crate) fn register(engine: &mut Engine, frame: &Arc<Mutex<Frame>>) -> Vec<Entry> {
    let mut api = Api {
        engine,
        entries: Vec::new(),
    };
    compare::register(&mut api);
    date::register(&mut api, frame);
    text::register(&mut api, frame);
    claim::register(&mut api, frame);
    claim_codes::register(&mut api);
    claim_payers::register(&mut api);
    party::register(&mut api, frame);
    history::register(&mut api, frame);
    denial::register(&mut api);
    remittance::register(&mut api, frame);
    claim_file::register(&mut api);
    coverage::register(&mut api, frame);
    visit::register(&mut api);
    answer::register(&mut api);
    eligibility::register(&mut api);
    authorization::register(&mut api, frame);
    registration::register(&mut api, frame);
    charge::register(&mut api, frame);
    acknowledgment::register(&mut api);
    follow_up::register(&mut api);
    account::register(&mut api);
    metric::register(&mut api);
    tables::register(&mut api, frame);
    codes::register(&mut api, frame);
    edits::register(&mut api, frame);
    fee_row::register(&mut api, frame);
    lists::register(&mut api);
    effects::register(&mut api, frame);
    steps::register(&mut api, frame);
    api.entries
}

/// A fault that our own functions raise: its text is ours and free of data.
#[derive(Debug, Clone)]
pub(crate) struct Fault(pub(crate) String);

/// Stops the rule.
pub(crate) fn fault(text: impl Into<String>) -> Box<EvalAltResult> {
    Box::new(EvalAltResult::ErrorRuntime(
        Dynamic::from(Fault(text.into())),
        Position::NONE,
    ))
}

/// The frame of the call under way. A panic elsewhere cannot have left it half
/// written: it is only ever replaced whole or pushed to.
pub(crate) fn frame(frame: &Mutex<Frame>) -> MutexGuard<'_, Frame> {
    frame.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A value that may be missing, as scripts see it.
pub(crate) fn maybe<T: rhai::Variant + Clone>(value: Option<T>) -> Dynamic {
    value.map_or(Dynamic::UNIT, Dynamic::from)
}

/// Text that may be missing.
pub(crate) fn maybe_text(value: Option<&ImmutableString>) -> Dynamic {
    value.map_or(Dynamic::UNIT, |text| text.clone().into())
}

/// A date that may be missing.
pub(crate) fn maybe_date(value: Option<chrono::NaiveDate>) -> Dynamic {
    maybe(value.map(date::Date))
}

/// Money that may be missing.
pub(crate) fn maybe_money(value: Option<Money>) -> Dynamic {
    maybe(value.map(Money::to_decimal))
}

/// One of our own words that may be missing.
pub(crate) fn maybe_word(value: Option<&str>) -> Dynamic {
    maybe(value.map(ImmutableString::from))
}

/// A list of texts.
pub(crate) fn list<T: Into<Dynamic>>(values: impl IntoIterator<Item = T>) -> rhai::Array {
    values.into_iter().map(Into::into).collect()
}
