//! A registration as the rows of a sheet tell it.

use chrono::NaiveDate;
use scrubjay_model::{
    AccidentKind, Address, Consent, Coverage, CoverageOrder, GroupPlan, MspAnswers, Name,
    Part2Consent, Patient, PatientCoverage, PatientRecord, Person, Relationship, Sex,
};

use super::sheet::Rows;
use crate::sheet::{Row, RowError, RowProblem, Sheet};

/// Columns that a sheet of patients must have.
pub(crate) const NEEDED: &[&str] = &["key", "last"];

/// Names columns in groups, and all of them together.
macro_rules! columns {
    ($($(#[$docs:meta])* $group:ident { $($name:literal)+ })+) => {
        $($(#[$docs])* const $group: &[&str] = &[$($name),+];)+

        /// Columns that a sheet of patients may have beside those that it must.
        pub(crate) const KNOWN: &[&str] = &[$($($name),+),+];
    };
}

columns! {
    /// Columns about the patient.
    #[allow(dead_code, reason = "each is looked at by itself")]
    OF_PATIENT {
        "registered" "first" "middle" "suffix" "born" "died" "sex" "street" "street2" "city"
        "state" "zip" "phone" "email" "provider" "site"
    }
    /// Columns about who answers for the bills.
    OF_GUARANTOR {
        "guarantor_last" "guarantor_first" "guarantor_born" "guarantor_street"
        "guarantor_street2" "guarantor_city" "guarantor_state" "guarantor_zip"
    }
    /// Columns about what the patient has signed.
    OF_CONSENT {
        "release" "assignment" "part2" "part2_on" "part2_revoked"
    }
    /// Columns about payers that come before Medicare.
    OF_MSP {
        "msp_asked" "group_plan" "employees" "disabled" "esrd_from" "accident" "accident_on"
        "black_lung" "veterans"
    }
    /// Columns about one coverage.
    OF_COVERAGE {
        "order" "payer_id" "payer_name" "plan" "member" "group" "filing" "relationship"
        "subscriber_last" "subscriber_first" "subscriber_middle" "subscriber_born"
        "subscriber_sex" "subscriber_street" "subscriber_street2" "subscriber_city"
        "subscriber_state" "subscriber_zip" "from" "to"
    }
}

impl Rows<'_> {
    /// What stands in a column of any of the rows.
    fn row_with(&self, column: &str) -> Result<Option<&Row>, RowError> {
        let mut found: Option<&Row> = None;
        for row in &self.rows {
            match (row.text(column), found) {
                (Some(_), None) => found = Some(row),
                (Some(text), Some(first)) if first.text(column) != Some(text) => {
                    let problem = format!("line {} tells another of the same patient", first.line);
                    return Err(row.wrong(column, &problem));
                }
                _ => {}
            }
        }
        Ok(found)
    }

    fn text(&self, column: &str) -> Result<Option<String>, RowError> {
        let row = self.row_with(column)?;
        Ok(row.and_then(|row| row.text(column)).map(str::to_owned))
    }

    fn parse<T>(&self, column: &str) -> Result<Option<T>, RowError>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        self.row_with(column)?
            .map_or(Ok(None), |row| row.parse(column))
    }

    fn word<T: Copy>(&self, column: &str, words: &[(&str, T)]) -> Result<Option<T>, RowError> {
        self.row_with(column)?
            .map_or(Ok(None), |row| row.word(column, words))
    }

    fn person(&self, prefix: &str) -> Result<Option<Person>, RowError> {
        let name = |part: &str| format!("{prefix}{part}");
        let Some(last) = self.text(&name("last"))? else {
            return Ok(None);
        };
        let address = Address {
            line1: self.text(&name("street"))?.unwrap_or_default(),
            line2: self.text(&name("street2"))?,
            city: self.text(&name("city"))?.unwrap_or_default(),
            state: self.text(&name("state"))?.unwrap_or_default(),
            zip: self.text(&name("zip"))?.unwrap_or_default(),
            country: None,
        };
        Ok(Some(Person {
            name: Name {
                last,
                first: self.text(&name("first"))?,
                middle: self.text(&name("middle"))?,
                suffix: self.text(&name("suffix"))?,
            },
            member: None,
            address: (address != Address::default()).then_some(address),
            born: self.parse(&name("born"))?,
            died: self.parse(&name("died"))?,
            sex: self.word(&name("sex"), SEXES)?,
        }))
    }
}

/// Which parts of a registration a sheet tells of.
pub(super) struct Columns {
    columns: Vec<String>,
}

impl Columns {
    pub(super) fn of(sheet: &Sheet) -> Self {
        Self {
            columns: sheet.columns.clone(),
        }
    }

    fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|named| named == column)
    }

    fn any(&self, columns: &[&str]) -> bool {
        columns.iter().any(|column| self.has(column))
    }

    /// A patient as the rows tell it, over what was known before.
    pub(super) fn registration(
        &self,
        rows: &Rows<'_>,
        before: Option<Patient>,
        today: NaiveDate,
    ) -> Result<PatientRecord, RowError> {
        let before = before.map(Patient::into_record);
        let person = rows.person("")?.ok_or_else(|| missing(rows, "last"))?;
        let known = before.as_ref();
        let registered = rows.parse("registered")?;
        let mut record = PatientRecord {
            key: rows.key.clone(),
            registered: registered
                .or(known.map(|known| known.registered))
                .unwrap_or(today),
            person,
            phone: rows.text("phone")?,
            email: rows.text("email")?,
            guarantor: rows.person("guarantor_")?,
            coverages: Vec::new(),
            msp: msp(rows)?,
            provider: rows.parse("provider")?,
            site: rows.text("site")?,
            consent: consent(rows)?,
        };
        for row in &rows.rows {
            record.coverages.extend(coverage(row)?);
        }
        record.coverages.sort_by_cached_key(|held| {
            let payer = held.coverage.payer.clone();
            (held.coverage.order, held.from, payer, held.to)
        });
        if let Some(known) = before {
            self.keep_untold(&mut record, known);
        }
        Ok(record)
    }

    /// Leaves what the sheet has no column for as it was.
    fn keep_untold(&self, record: &mut PatientRecord, known: PatientRecord) {
        let person = &mut record.person;
        person.member = known.person.member;
        let old = known.person.name;
        for (column, field, before) in [
            ("first", &mut person.name.first, old.first),
            ("middle", &mut person.name.middle, old.middle),
            ("suffix", &mut person.name.suffix, old.suffix),
            ("phone", &mut record.phone, known.phone),
            ("email", &mut record.email, known.email),
            ("site", &mut record.site, known.site),
        ] {
            if !self.has(column) {
                *field = before;
            }
        }
        if !self.has("born") {
            person.born = known.person.born;
        }
        if !self.has("died") {
            person.died = known.person.died;
        }
        if !self.has("sex") {
            person.sex = known.person.sex;
        }
        if !self.any(&["street", "street2", "city", "state", "zip"]) {
            person.address = known.person.address;
        }
        if !self.has("provider") {
            record.provider = known.provider;
        }
        if !self.any(OF_GUARANTOR) {
            record.guarantor = known.guarantor;
        }
        if !self.any(OF_CONSENT) {
            record.consent = known.consent;
        }
        if !self.any(OF_MSP) {
            record.msp = known.msp;
        }
        if !self.any(OF_COVERAGE) {
            record.coverages = known.coverages;
        }
    }
}

fn missing(rows: &Rows<'_>, column: &str) -> RowError {
    RowError {
        line: rows.rows[0].line,
        problem: RowProblem::Missing {
            column: column.to_owned(),
        },
    }
}

const SEXES: &[(&str, Sex)] = &[("f", Sex::F), ("m", Sex::M), ("u", Sex::U)];

const ORDERS: &[(&str, CoverageOrder)] = &[
    ("p", CoverageOrder::Primary),
    ("s", CoverageOrder::Secondary),
    ("t", CoverageOrder::Tertiary),
    ("u", CoverageOrder::Later),
    ("primary", CoverageOrder::Primary),
    ("secondary", CoverageOrder::Secondary),
    ("tertiary", CoverageOrder::Tertiary),
    ("later", CoverageOrder::Later),
];

const RELATIONSHIPS: &[(&str, Relationship)] = &[
    ("own", Relationship::Own),
    ("self", Relationship::Own),
    ("spouse", Relationship::Spouse),
    ("child", Relationship::Child),
    ("other", Relationship::Other),
];

const GROUP_PLANS: &[(&str, GroupPlan)] = &[
    ("none", GroupPlan::None),
    ("own", GroupPlan::Own),
    ("spouse", GroupPlan::Spouse),
    ("family", GroupPlan::Family),
    ("former", GroupPlan::Former),
];

const ACCIDENTS: &[(&str, AccidentKind)] = &[
    ("none", AccidentKind::None),
    ("work", AccidentKind::Work),
    ("auto", AccidentKind::Auto),
    ("liability", AccidentKind::Liability),
    ("other", AccidentKind::Other),
];

const ANSWERS: &[(&str, bool)] = &[("yes", true), ("no", false)];

fn msp(rows: &Rows<'_>) -> Result<MspAnswers, RowError> {
    Ok(MspAnswers {
        asked: rows.parse("msp_asked")?,
        group_plan: rows.word("group_plan", GROUP_PLANS)?,
        employees: rows.parse("employees")?,
        disabled: rows.word("disabled", ANSWERS)?,
        esrd_from: rows.parse("esrd_from")?,
        accident: rows.word("accident", ACCIDENTS)?,
        accident_on: rows.parse("accident_on")?,
        black_lung: rows.word("black_lung", ANSWERS)?,
        veterans: rows.word("veterans", ANSWERS)?,
    })
}

/// How a sheet says that records are those of substance use disorder treatment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Protected {
    No,
    Consented,
    NoConsent,
}

fn consent(rows: &Rows<'_>) -> Result<Consent, RowError> {
    let words = &[
        ("no", Protected::No),
        ("consent", Protected::Consented),
        ("no_consent", Protected::NoConsent),
    ];
    let (on, revoked) = (rows.parse("part2_on")?, rows.parse("part2_revoked")?);
    let part2 = match rows.word("part2", words)? {
        None | Some(Protected::No) => Part2Consent::NotProtected,
        Some(Protected::NoConsent) => Part2Consent::NoConsent,
        Some(Protected::Consented) => Part2Consent::Consent {
            on: on.ok_or_else(|| missing(rows, "part2_on"))?,
            revoked,
        },
    };
    Ok(Consent {
        release: rows.parse("release")?,
        assignment: rows.parse("assignment")?,
        part2,
    })
}

/// The coverage of a row, where it tells of one.
fn coverage(row: &Row) -> Result<Option<PatientCoverage>, RowError> {
    if OF_COVERAGE.iter().all(|column| row.text(column).is_none()) {
        return Ok(None);
    }
    let payer = row.parse("payer_id")?;
    let name = row.text("payer_name");
    if payer.is_none() && name.is_none() {
        // One of both is needed.
        row.need("payer_name")?;
    }
    let one = Rows {
        key: row.need_parsed("key")?,
        rows: vec![row],
    };
    let relationship = row.word("relationship", RELATIONSHIPS)?;
    let text = |column: &str| row.text(column).map(str::to_owned);
    Ok(Some(PatientCoverage {
        coverage: Coverage {
            order: row.word("order", ORDERS)?.unwrap_or(CoverageOrder::Primary),
            payer,
            payer_name: Name::organization(name.unwrap_or_default()),
            member: row.parse("member")?,
            subscriber: one.person("subscriber_")?,
            relationship: relationship.unwrap_or(Relationship::Own),
            group_number: text("group"),
            plan_name: text("plan"),
            filing_indicator: text("filing"),
            msp_type: None,
            paid: None,
        },
        from: row.parse("from")?,
        to: row.parse("to")?,
    }))
}
