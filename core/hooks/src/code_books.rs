//! Code sets and tables that handlers may look into and that are not their
//! own: whoever builds a handler hands them in.

use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_model::{ClaimKind, Money};

/// What a diagnosis code is on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DiagnosisStanding {
    /// It stands in the release of that day and may be billed.
    Billable,
    /// It stands there as a heading only: a longer code must be billed.
    Heading,
    /// The release of that day does not have it.
    Absent,
    /// No release at hand covers the day: nothing can be said.
    Unknown,
}

/// What a claim adjustment reason code (CARC) is on its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReasonStanding {
    /// It stands on the list.
    InUse,
    /// It may no longer be used from this day on.
    StopsOn(NaiveDate),
    /// The list does not have it.
    Absent,
    /// No list is at hand: nothing can be said.
    Unknown,
}

/// What a procedure code of HCPCS Level II is on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProcedureStanding {
    /// The release of that day has it.
    InForce,
    /// It does not: the code is not yet, or no longer, in use, or never was.
    NotInForce,
    /// No release at hand covers the day, or codes of that kind: nothing can be said.
    Unknown,
}

/// A table of Medicare's that does not ship: a practice has it from CMS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CodeTable {
    /// Procedure-to-procedure edits (NCCI PTP).
    Ncci,
    /// Medically unlikely edits.
    Mue,
    /// Add-on codes.
    AddOn,
    /// The physician fee schedule: how services are paid.
    Mpfs,
    /// The same with the indices of the practice's locality: what is paid.
    Fees,
}

impl CodeTable {
    /// Every table.
    pub const ALL: [Self; 5] = [Self::Ncci, Self::Mue, Self::AddOn, Self::Mpfs, Self::Fees];

    /// The word for it in rules.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ncci => "ncci",
            Self::Mue => "mue",
            Self::AddOn => "add_on",
            Self::Mpfs => "mpfs",
            Self::Fees => "fees",
        }
    }

    /// The table of that word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.as_str() == name)
    }
}

/// Whether NCCI pays a code beside another one on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PairStanding {
    /// An edit in force does not pay column 2 beside column 1.
    Bundled {
        /// Whether a modifier that NCCI accepts may part the two.
        modifier_allowed: bool,
    },
    /// No edit is in force.
    Free,
    /// No table is at hand, or it has no codes of that kind.
    Unknown,
}

/// The most units of a code that are plausible (MUE).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UnitLimit {
    /// Most units.
    pub units: u32,
    /// What they are counted over.
    pub kind: UnitLimitKind,
}

/// What units are counted over, and how firm the limit is (MAI).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitLimitKind {
    /// 1: each line alone.
    Line,
    /// 2: all lines of the day, absolute by policy.
    Policy,
    /// 3: all lines of the day; more may be paid on appeal with records.
    Clinical,
}

impl UnitLimitKind {
    /// The word for it in rules.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Policy => "policy",
            Self::Clinical => "clinical",
        }
    }
}

/// Whether a code is only paid beside another one on a day.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AddOnStanding {
    /// It is.
    AddOn {
        /// How firmly it is bound.
        kind: AddOnKind,
        /// The primary codes listed, in order.
        primaries: Vec<String>,
    },
    /// The table does not have it on that day.
    NotAddOn,
    /// No table is at hand, or it has no codes of that kind.
    Unknown,
}

/// How firmly an add-on code is bound to its primary codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AddOnKind {
    /// 1: only beside one of the codes listed.
    Listed,
    /// 2: no code is listed; the contractor decides.
    Contractor,
    /// 3: some codes are listed, and the contractor may accept others.
    ListedAndContractor,
}

impl AddOnKind {
    /// The word for it in rules.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Contractor => "contractor",
            Self::ListedAndContractor => "listed_and_contractor",
        }
    }
}

/// The days around a service that its payment includes (the column GLOB DAYS
/// of Medicare's physician fee schedule; IOM 100-04 ch. 12 §40).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GlobalPeriod {
    /// `000`: the day itself.
    Day,
    /// `010`: the day and the ten after it.
    TenDays,
    /// `090`: the day before, the day, and the ninety after it.
    NinetyDays,
    /// `MMM`: maternity, which has days of its own.
    Maternity,
    /// `XXX`: the idea does not apply.
    NotApplicable,
    /// `YYY`: the contractor decides.
    Contractor,
    /// `ZZZ`: those of the primary service beside it.
    OfPrimary,
}

impl GlobalPeriod {
    /// Every period.
    pub const ALL: [Self; 7] = [
        Self::Day,
        Self::TenDays,
        Self::NinetyDays,
        Self::Maternity,
        Self::NotApplicable,
        Self::Contractor,
        Self::OfPrimary,
    ];

    /// The code in the schedule.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "000",
            Self::TenDays => "010",
            Self::NinetyDays => "090",
            Self::Maternity => "MMM",
            Self::NotApplicable => "XXX",
            Self::Contractor => "YYY",
            Self::OfPrimary => "ZZZ",
        }
    }

    /// The period of that code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|period| period.as_str() == code)
    }

    /// How many days before and after the service belong to it; `None` where
    /// the schedule does not say.
    ///
    /// ```
    /// use scrubjay_hooks::GlobalPeriod;
    /// assert_eq!(GlobalPeriod::NinetyDays.around(), Some((1, 90)));
    /// assert_eq!(GlobalPeriod::OfPrimary.around(), None);
    /// ```
    #[must_use]
    pub const fn around(self) -> Option<(u32, u32)> {
        match self {
            Self::Day => Some((0, 0)),
            Self::TenDays => Some((0, 10)),
            Self::NinetyDays => Some((1, 90)),
            Self::Maternity | Self::NotApplicable | Self::Contractor | Self::OfPrimary => None,
        }
    }
}

/// How Medicare's physician fee schedule pays a service: its indicators, as
/// the schedule writes them. `None` where the column is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentPolicy {
    /// Status: `A` is paid, `B` is bundled, `R` has restricted coverage, and so on.
    pub status: char,
    /// The days that the payment includes.
    pub global: Option<GlobalPeriod>,
    /// Share of the payment for the care before surgery, of 1.
    pub preoperative: Option<Decimal>,
    /// Share for the surgery itself.
    pub intraoperative: Option<Decimal>,
    /// Share for the care after it.
    pub postoperative: Option<Decimal>,
    /// Professional and technical component (26, TC).
    pub components: Option<char>,
    /// Several procedures (51).
    pub multiple: Option<char>,
    /// Both sides (50).
    pub bilateral: Option<char>,
    /// Assistant at surgery (80, 81, 82, AS).
    pub assistant: Option<char>,
    /// Two surgeons (62).
    pub co_surgeons: Option<char>,
    /// A team (66).
    pub team: Option<char>,
    /// Base code of an endoscopy, where it has one.
    pub endoscopic_base: Option<String>,
}

/// Code sets and tables at hand. Each answer may be that nothing is known, and
/// then nobody may be told that a code is wrong. An answer that is not given
/// here says that.
pub trait CodeBooks: fmt::Debug + Send + Sync {
    /// What an ICD-10-CM code is on a day. With or without its point.
    fn icd10_on(&self, code: &str, day: NaiveDate) -> DiagnosisStanding;

    /// Whether any release of ICD-10-CM at hand has the code. `None` where none
    /// is at hand.
    fn icd10_exists(&self, code: &str) -> Option<bool>;

    /// Whether a diagnosis is the manifestation of a disease that must be coded
    /// before it. `None` where no release at hand has the code.
    fn icd10_is_manifestation(&self, _code: &str) -> Option<bool> {
        None
    }

    /// Whether a note keeps two diagnoses apart (Excludes1). `None` where no
    /// notes are at hand.
    fn icd10_excludes1(&self, _one: &str, _other: &str) -> Option<bool> {
        None
    }

    /// What a claim adjustment reason code is. Books without that list leave
    /// this as it is.
    fn carc(&self, code: &str) -> ReasonStanding {
        let _ = code;
        ReasonStanding::Unknown
    }

    /// What a procedure code is on a day.
    fn procedure_on(&self, _code: &str, _day: NaiveDate) -> ProcedureStanding {
        ProcedureStanding::Unknown
    }

    /// The codes, ranges and prefixes of a class of codes, such as `em_office`:
    /// those that ship, and those that the practice added. `None` where there is
    /// no such class.
    fn class(&self, _name: &str) -> Option<&[String]> {
        None
    }

    /// The classes that there are, in the order of their names.
    fn class_names(&self) -> Vec<&str> {
        Vec::new()
    }

    /// Whether a table is at hand.
    fn has_table(&self, _table: CodeTable) -> bool {
        false
    }

    /// Whether NCCI pays `column_2` beside `column_1` on a day, on a claim of
    /// that kind: hospitals have edits of their own. The other way round is
    /// another question.
    fn pair_on(
        &self,
        _claim: ClaimKind,
        _column_1: &str,
        _column_2: &str,
        _day: NaiveDate,
    ) -> PairStanding {
        PairStanding::Unknown
    }

    /// The most units of a code on a day, on a claim of that kind. `None` where no limit is published,
    /// which does not say that there is none, and where no table is at hand.
    fn unit_limit_on(&self, _claim: ClaimKind, _code: &str, _day: NaiveDate) -> Option<UnitLimit> {
        None
    }

    /// Whether a code is only paid beside another one on a day.
    fn add_on_on(&self, _code: &str, _day: NaiveDate) -> AddOnStanding {
        AddOnStanding::Unknown
    }

    /// How Medicare's physician fee schedule of that day pays a code, alone or
    /// with `26`, `TC` or `53`. `None` where it does not have it, and where no
    /// schedule is at hand.
    fn payment_policy_on(
        &self,
        _code: &str,
        _modifier: Option<&str>,
        _day: NaiveDate,
    ) -> Option<PaymentPolicy> {
        None
    }

    /// What Medicare's physician fee schedule of that day pays for a code in the
    /// practice's locality, at a place of service of two digits, before anything
    /// is taken off. `None` where it has no price there, and where no table is
    /// at hand.
    fn fee_on(
        &self,
        _code: &str,
        _modifier: Option<&str>,
        _place: &str,
        _day: NaiveDate,
    ) -> Option<Money> {
        None
    }
}

/// No code sets: nothing is known of any code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NoCodeBooks;

impl CodeBooks for NoCodeBooks {
    fn icd10_on(&self, _: &str, _: NaiveDate) -> DiagnosisStanding {
        DiagnosisStanding::Unknown
    }

    fn icd10_exists(&self, _: &str) -> Option<bool> {
        None
    }
}
