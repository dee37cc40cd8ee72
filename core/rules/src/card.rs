//! The card above a rule: what can be said of it without running it.

use chrono::NaiveDate;
use scrubjay_hooks::{Hook, Severity, SubjectKind};
use scrubjay_model::{Carc, ClaimKind, LineOfBusiness};

use crate::codes::{CodeKind, CodeSet};
use crate::diagnostic::did_you_mean;
use crate::fields::Fields;
use crate::limit::{hooks_with, may_limit};
use crate::tables::Tables;

/// Where a rule is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Being written: runs in the pack's tests only.
    Draft,
    /// Runs and is recorded, and changes nothing.
    Shadow,
    /// Runs.
    Active,
    /// No longer runs.
    Retired,
}

impl Status {
    const CHOICES: [(&'static str, Self); 4] = [
        ("draft", Self::Draft),
        ("shadow", Self::Shadow),
        ("active", Self::Active),
        ("retired", Self::Retired),
    ];

    /// The word on the card.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Shadow => "shadow",
            Self::Active => "active",
            Self::Retired => "retired",
        }
    }
}

/// The date that `effective` is judged on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Basis {
    Service,
    Received,
    Today,
}

/// What a rule is called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleScope {
    /// Once for the subject.
    Claim,
    /// Once for each service line that its card lets through.
    Line,
}

/// A limit by codes: as the card writes it, and as a set.
#[derive(Debug, Clone)]
pub(crate) struct Codes {
    pub(crate) written: String,
    pub(crate) set: CodeSet,
}

/// What a subject must be like for the rule to run. `None` is no limit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Applies {
    pub(crate) claim: Option<Vec<ClaimKind>>,
    pub(crate) payers: Option<Vec<String>>,
    pub(crate) lines: Option<Vec<LineOfBusiness>>,
    pub(crate) states: Option<Vec<String>>,
    pub(crate) places: Option<Vec<String>>,
    pub(crate) procedures: Option<Codes>,
    pub(crate) modifiers: Option<Vec<String>>,
    pub(crate) diagnoses: Option<Codes>,
    pub(crate) groups: Option<Vec<String>>,
    pub(crate) carcs: Option<Vec<String>>,
    pub(crate) remarks: Option<Vec<String>>,
}

impl Applies {
    /// The limits that are set, by the keys of the card.
    fn keys(&self) -> impl Iterator<Item = &'static str> {
        let set = [
            self.claim.is_some(),
            self.payers.is_some(),
            self.lines.is_some(),
            self.states.is_some(),
            self.places.is_some(),
            self.procedures.is_some(),
            self.modifiers.is_some(),
            self.diagnoses.is_some(),
            self.groups.is_some(),
            self.carcs.is_some(),
            self.remarks.is_some(),
        ];
        let keys = APPLIES_KEYS.into_iter().zip(set);
        keys.filter_map(|(key, is_set)| is_set.then_some(key))
    }
}

/// A rule's card.
#[derive(Debug, Clone)]
pub(crate) struct Card {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) hook: Hook,
    pub(crate) severity: Severity,
    pub(crate) prevents: Vec<Carc>,
    pub(crate) cite: Option<String>,
    pub(crate) verified: bool,
    /// What the rule stands for in a list of rules, such as `com.npi.luhn`.
    pub(crate) starter: Vec<String>,
    pub(crate) effective: (Option<NaiveDate>, Option<NaiveDate>),
    pub(crate) status: Status,
    pub(crate) basis: Basis,
    pub(crate) scope: RuleScope,
    pub(crate) applies: Applies,
    pub(crate) replaces: Vec<String>,
    pub(crate) disables: Vec<String>,
    pub(crate) rank: i64,
    pub(crate) overridable: bool,
}

/// The keys of a card, in the order in which they are written.
pub(crate) const KEYS: [&str; 17] = [
    "id",
    "title",
    "hook",
    "scope",
    "severity",
    "prevents",
    "cite",
    "verified",
    "starter",
    "effective",
    "basis",
    "status",
    "applies",
    "overridable",
    "replaces",
    "disables",
    "rank",
];

const APPLIES_KEYS: [&str; 11] = [
    "claim",
    "payers",
    "lines",
    "states",
    "places",
    "procedures",
    "modifiers",
    "diagnoses",
    "groups",
    "carcs",
    "remarks",
];

impl Card {
    /// Reads a card; what is wrong is told, and what is right still read.
    pub(crate) fn read(fields: &mut Fields<'_>, tables: &Tables) -> Option<Self> {
        let before = fields.faults.len();
        let id = fields.must(
            "id",
            "what the rule is called, such as `medicare/timely-filing`",
        );
        if let Some(id) = id.as_ref().filter(|id| !is_rule_id(id)) {
            let help = "a rule's id is two words with a slash between, of small letters, digits and dashes".to_owned();
            fields.value_fault("id", id, format!("`{id}` is no rule id"), help);
        }
        let title = fields.must("title", "in one line what the rule asks for");
        let hook = fields
            .must(
                "hook",
                "when it runs, such as `scrub`, `denial` or `follow_up`",
            )
            .and_then(|name| {
                let found = name.parse::<Hook>().ok();
                if found.is_none() {
                    let names = Hook::ALL.map(Hook::as_str);
                    let help = did_you_mean(&name, names)
                        .unwrap_or_else(|| format!("rules run at {}", names.join(", ")));
                    fields.value_fault(
                        "hook",
                        &name,
                        format!("no rule runs at a hook `{name}`"),
                        help,
                    );
                }
                found
            });
        let scope = fields.choice(
            "scope",
            &[("claim", RuleScope::Claim), ("line", RuleScope::Line)],
        );
        let scope = scope.unwrap_or(RuleScope::Claim);
        let on_claims = hook.is_none_or(|hook| hook.subject() == SubjectKind::Claim);
        if scope == RuleScope::Line && !on_claims {
            fields.fault(
                "scope",
                "only rules at the hooks claim, scrub and submit are about lines",
                None,
            );
        }
        let levels = [
            ("block", Severity::Block),
            ("warn", Severity::Warn),
            ("info", Severity::Info),
        ];
        let severity = fields
            .choice("severity", &levels)
            .unwrap_or(Severity::Block);
        let card = Self {
            id: id.unwrap_or_default(),
            title: title.unwrap_or_default(),
            hook: hook.unwrap_or(Hook::Scrub),
            severity,
            prevents: prevents(fields),
            cite: fields.text("cite"),
            verified: fields.flag("verified").unwrap_or(true),
            starter: fields.texts("starter").unwrap_or_default(),
            effective: effective(fields),
            status: fields
                .choice("status", &Status::CHOICES)
                .unwrap_or(Status::Active),
            basis: fields
                .choice(
                    "basis",
                    &[
                        ("service", Basis::Service),
                        ("received", Basis::Received),
                        ("today", Basis::Today),
                    ],
                )
                .unwrap_or(Basis::Service),
            scope,
            applies: fields
                .below("applies", |fields| {
                    applies(fields, tables, hook.unwrap_or(Hook::Scrub))
                })
                .unwrap_or_default(),
            replaces: rule_ids(fields, "replaces"),
            disables: rule_ids(fields, "disables"),
            rank: fields.number("rank").unwrap_or(0),
            overridable: fields.flag("overridable").unwrap_or(false),
        };
        fields.no_more(&KEYS);
        (fields.faults.len() == before).then_some(card)
    }
}

/// Whether a text is a rule id: `pack/rule`.
pub(crate) fn is_rule_id(id: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
    };
    id.len() <= 100
        && id
            .split_once('/')
            .is_some_and(|(pack, rule)| word(pack) && word(rule))
}

pub(crate) fn rule_ids(fields: &mut Fields<'_>, key: &'static str) -> Vec<String> {
    let ids = fields.texts(key).unwrap_or_default();
    for id in ids.iter().filter(|id| !is_rule_id(id)) {
        fields.value_fault(
            key,
            id,
            format!("`{id}` is no rule id"),
            "such as `base/charge-sum`".to_owned(),
        );
    }
    ids
}

fn prevents(fields: &mut Fields<'_>) -> Vec<Carc> {
    let mut carcs = Vec::new();
    for code in fields.texts("prevents").unwrap_or_default() {
        match code.parse() {
            Ok(carc) => carcs.push(carc),
            Err(error) => fields.value_fault(
                "prevents",
                &code,
                format!("`{code}` is no reason code: {error}"),
                None,
            ),
        }
    }
    carcs
}

fn effective(fields: &mut Fields<'_>) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let Some(text) = fields.text("effective") else {
        return (None, None);
    };
    let end = |text: &str| match text.trim() {
        "" => Ok(None),
        date => date.parse::<NaiveDate>().map(Some),
    };
    let read = text.split_once("..").map(|(from, to)| (end(from), end(to)));
    match read {
        Some((Ok(Some(from)), Ok(Some(to)))) if to < from => {
            let message = "`effective` ends before it begins, so the rule never runs";
            let help = format!("the earlier day comes first: `{to}..{from}`");
            fields.value_fault("effective", &text, message, help);
            (None, None)
        }
        Some((Ok(from), Ok(to))) => (from, to),
        _ => {
            let help = "such as `2026-01-01..`, `2020-01-01..2025-12-31`; the last day is included"
                .to_owned();
            fields.value_fault(
                "effective",
                &text,
                "`effective` is a first day, two points, a last day",
                help,
            );
            (None, None)
        }
    }
}

fn applies(fields: &mut Fields<'_>, tables: &Tables, hook: Hook) -> Applies {
    const KINDS: [(&str, ClaimKind); 3] = [
        ("professional", ClaimKind::Professional),
        ("institutional", ClaimKind::Institutional),
        ("dental", ClaimKind::Dental),
    ];
    let upper = |texts: Vec<String>| {
        texts
            .into_iter()
            .map(|text| text.to_ascii_uppercase())
            .collect()
    };
    let applies = Applies {
        claim: names(fields, "claim", &KINDS),
        payers: fields.texts("payers"),
        lines: lines_of_business(fields),
        states: fields.texts("states").map(upper),
        places: fields.texts("places"),
        procedures: codes(fields, "procedures", CodeKind::Procedure, tables),
        modifiers: fields.texts("modifiers").map(upper),
        diagnoses: codes(fields, "diagnoses", CodeKind::Diagnosis, tables),
        groups: fields.texts("groups").map(upper),
        carcs: fields.texts("carcs").map(upper),
        remarks: fields.texts("remarks").map(upper),
    };
    for key in applies.keys() {
        if !may_limit(hook, key) {
            let message = format!("nothing at the hook `{hook}` has `{key}`");
            fields.fault(
                key,
                message,
                format!("this limit is for the hooks {}", hooks_with(key)),
            );
        }
    }
    fields.no_more(&APPLIES_KEYS);
    applies
}

/// Lines of business, as cards and pack.yaml name them.
pub(crate) fn lines_of_business(fields: &mut Fields<'_>) -> Option<Vec<LineOfBusiness>> {
    use LineOfBusiness as Line;
    let lines = [
        Line::Medicare,
        Line::MedicareAdvantage,
        Line::Medicaid,
        Line::Tricare,
        Line::Commercial,
        Line::WorkersComp,
        Line::SelfPay,
        Line::Other,
    ];
    names(fields, "lines", &lines.map(|line| (line.as_str(), line)))
}

fn names<T: Copy>(
    fields: &mut Fields<'_>,
    key: &'static str,
    choices: &[(&'static str, T)],
) -> Option<Vec<T>> {
    let mut found = Vec::new();
    for name in fields.texts(key)? {
        match choices.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => found.push(*value),
            None => {
                let names: Vec<&str> = choices.iter().map(|(known, _)| *known).collect();
                let help = did_you_mean(&name, names.iter().copied())
                    .unwrap_or_else(|| format!("it is one of {}", names.join(", ")));
                fields.value_fault(key, &name, format!("`{key}` cannot be `{name}`"), help);
            }
        }
    }
    Some(found)
}

fn codes(
    fields: &mut Fields<'_>,
    key: &'static str,
    kind: CodeKind,
    tables: &Tables,
) -> Option<Codes> {
    let entries = fields.texts(key)?;
    let mut set = CodeSet::default();
    for entry in &entries {
        let added = match entry.strip_prefix('@') {
            Some(name) => tables.class(name, kind).map(|class| set.extend(&class)),
            None => set.add(entry, kind).map_err(str::to_owned),
        };
        if let Err(problem) = added {
            let help = entry
                .strip_prefix('@')
                .and_then(|name| tables.nearest(name));
            fields.value_fault(key, entry, problem, help);
        }
    }
    Some(Codes {
        written: entries.join(", "),
        set,
    })
}
