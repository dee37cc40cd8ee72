//! A patient's account and a figure of a period, as tests write them.

use chrono::{Days, NaiveDate, NaiveTime};
use rust_decimal::Decimal;
use scrubjay_hooks::{
    AccountSubject, CollectionStep, Collector, Contact, ContactKind, FacilityKind,
    GoodFaithEstimate, Hook, MetricSubject, OwedClaim, StatementSent, Subject, SurpriseBill,
    SurpriseKind,
};
use scrubjay_model::{
    AccountClaim, AccountHold, AccountRecord, AssistanceStatus, Carc, Claim, ClaimStatus,
    DenialCategory, FinancialAssistance, GroupCode, HoldKind, Money, PatientAccount,
    PatientBilling, PayerProfile, Person, PlanStatus, Rarc, Responsibility, Work,
};
use scrubjay_model::{Adjudication, Appeal, AsSent};
use serde::Deserialize;

use super::before::Around;
use super::build::person_of;
use super::on_file::{EstimateSpec, PATIENT, parsed, wrong};
use super::words::{Amount, Word, Words};
use super::{PersonSpec, Stated, stated};

/// An account as a test writes it: 100 dollars are owed on the case's claim
/// since a month ago.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AccountSpec {
    /// The one hook that it comes to; both, where left out.
    at: Option<AtSpec>,
    balance: Option<Amount>,
    insurance_owes: Option<Amount>,
    adjudication: Option<Adjudication>,
    /// Where billing the patient stands, where statements do not tell.
    billing: Option<PatientBilling>,
    unapplied: Option<Amount>,
    holds: Vec<HoldKind>,
    patient: PersonSpec,
    state: Option<String>,
    /// Days on which statements went out.
    statements: Vec<NaiveDate>,
    itemized: Option<NaiveDate>,
    plan: Option<PlanSpec>,
    #[serde(deserialize_with = "stated")]
    owed_since: Stated<NaiveDate>,
    patient_paid: Option<NaiveDate>,
    payer_paid: Option<NaiveDate>,
    estimate: Option<EstimateSpec>,
    assistance: Option<AssistanceStatus>,
    assistance_applied: Option<NaiveDate>,
    assistance_decided: Option<NaiveDate>,
    assistance_at_most: Option<Amount>,
    assistance_notice: Option<NaiveDate>,
    surprise: Option<SurpriseKind>,
    in_network_share: Option<Amount>,
    surprise_waived: Option<NaiveDate>,
    collector: Collector,
    validation_notice: Option<NaiveDate>,
    /// Ways and days: `call 2026-03-01`.
    contacts: Vec<String>,
    facility: FacilityKind,
    facility_state: Option<String>,
    /// Time of day where the patient lives: `"20:15"`.
    local_time: Option<String>,
    next: Option<CollectionStep>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AtSpec {
    Statement,
    Collection,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PlanSpec {
    Current,
    Missed,
    Defaulted,
    PaidOff,
}

#[derive(Debug)]
pub(super) struct AccountExample {
    at: Option<AtSpec>,
    account: AccountRecord,
    status: ClaimStatus,
    insurance_owes: Money,
    patient_owes: Money,
    patient: Person,
    state: Option<String>,
    statements: Vec<StatementSent>,
    itemized: Option<NaiveDate>,
    plan: Option<PlanStatus>,
    owed_since: Option<NaiveDate>,
    patient_paid: Option<NaiveDate>,
    payer_paid: Option<NaiveDate>,
    estimate: Option<GoodFaithEstimate>,
    assistance: FinancialAssistance,
    assistance_notice: Option<NaiveDate>,
    surprise: Option<SurpriseBill>,
    collector: Collector,
    validation_notice: Option<NaiveDate>,
    contacts: Vec<Contact>,
    facility: FacilityKind,
    facility_state: Option<String>,
    local_time: Option<NaiveTime>,
    next: Option<CollectionStep>,
}

/// `call 2026-03-01`: how the patient was spoken to, and when.
fn contact(written: &str) -> Result<Contact, String> {
    let parts = written.split_once(' ').and_then(|(way, day)| {
        let way = ContactKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == way)?;
        Some((way, day.trim().parse().ok()?))
    });
    let (kind, on) = parts.ok_or_else(|| {
        format!("`contacts`: `{written}` is no way and day, such as `call 2026-03-01`")
    })?;
    Ok(Contact { on, kind })
}

impl AccountSpec {
    pub(super) fn build(self, around: Around<'_>, claim: &Claim) -> Result<AccountExample, String> {
        let today = around.today;
        let money = |amount: Option<Amount>| amount.map(Amount::money).transpose();
        let owed = money(self.balance)?.unwrap_or(Money::from_cents(10_000));
        let month_ago = today.checked_sub_days(Days::new(30));
        let holds = self.holds.iter().map(|kind| AccountHold {
            kind: *kind,
            since: today,
            until: None,
        });
        let account = PatientAccount::new(AccountRecord {
            number: parsed("account", "AC-1")?,
            patient: parsed("account", PATIENT)?,
            claims: vec![AccountClaim {
                claim: claim.id.clone(),
                balance: owed,
            }],
            unapplied: money(self.unapplied)?.unwrap_or_default(),
            holds: holds.collect(),
            dealings: scrubjay_model::Dealings::default(),
        });
        let statements = self.statements.iter().map(|issued| StatementSent {
            issued: *issued,
            owed,
        });
        let in_network_share = money(self.in_network_share)?;
        Ok(AccountExample {
            at: self.at,
            account: account
                .map_err(|error| wrong("account")(&error))?
                .into_record(),
            status: ClaimStatus {
                work: Work::Adjudicated,
                adjudication: self
                    .adjudication
                    .unwrap_or(Adjudication::PatientResponsibility),
                responsibility: Responsibility::Patient,
                appeal: Appeal::None,
                patient: self.billing.unwrap_or(match self.statements.is_empty() {
                    true => PatientBilling::Ready,
                    false => PatientBilling::Billed,
                }),
            },
            insurance_owes: money(self.insurance_owes)?.unwrap_or_default(),
            patient_owes: owed,
            patient: person_of(&self.patient, "Example")?,
            state: Some(self.state.unwrap_or_else(|| "TX".to_owned())),
            statements: statements.collect(),
            itemized: self.itemized,
            plan: self.plan.map(|plan| plan_status(plan, today)),
            owed_since: self.owed_since.unwrap_or(month_ago),
            patient_paid: self.patient_paid,
            payer_paid: self.payer_paid,
            estimate: self.estimate.map(|estimate| estimate.build()).transpose()?,
            assistance: FinancialAssistance {
                status: self.assistance.unwrap_or_default(),
                applied: self.assistance_applied,
                decided: self.assistance_decided,
                at_most: money(self.assistance_at_most)?,
            },
            assistance_notice: self.assistance_notice,
            surprise: self.surprise.map(|kind| SurpriseBill {
                kind,
                in_network_share,
                waived: self.surprise_waived,
            }),
            collector: self.collector,
            validation_notice: self.validation_notice,
            contacts: self
                .contacts
                .iter()
                .map(|written| contact(written))
                .collect::<Result<_, _>>()?,
            facility: self.facility,
            facility_state: self.facility_state,
            local_time: self.local_time.as_deref().map(time).transpose()?,
            next: self.next,
        })
    }
}

fn time(written: &str) -> Result<NaiveTime, String> {
    NaiveTime::parse_from_str(written, "%H:%M")
        .map_err(|_| format!("`local_time`: `{written}` is no time of day, such as `\"20:15\"`"))
}

fn plan_status(plan: PlanSpec, today: NaiveDate) -> PlanStatus {
    match plan {
        PlanSpec::Current => PlanStatus::Current,
        PlanSpec::Missed => PlanStatus::Missed {
            instalment: 1,
            overdue: Money::from_cents(1_000),
            cure_by: today,
        },
        PlanSpec::Defaulted => PlanStatus::Defaulted {
            instalment: 1,
            on: today,
        },
        PlanSpec::PaidOff => PlanStatus::PaidOff,
    }
}

impl AccountExample {
    /// The hooks that it comes to.
    pub(super) const fn hooks(&self) -> &'static [Hook] {
        match self.at {
            None => &[Hook::Statement, Hook::Collection],
            Some(AtSpec::Statement) => &[Hook::Statement],
            Some(AtSpec::Collection) => &[Hook::Collection],
        }
    }

    pub(super) fn show<T>(
        &self,
        claim: &Claim,
        payer: &PayerProfile,
        see: impl FnOnce(Subject<'_>) -> T,
    ) -> T {
        let owed = OwedClaim {
            claim,
            payer: Some(payer),
            status: self.status,
            insurance_owes: self.insurance_owes,
            patient_owes: self.patient_owes,
        };
        see(Subject::Account(&AccountSubject {
            claims: &[owed],
            patient: Some(&self.patient),
            payer: Some(payer),
            statements: &self.statements,
            itemized: self.itemized,
            plan: self.plan,
            owed_since: self.owed_since,
            patient_paid: self.patient_paid,
            payer_paid: self.payer_paid,
            state: self.state.as_deref(),
            estimate: self.estimate,
            assistance: self.assistance,
            assistance_notice: self.assistance_notice,
            surprise: self.surprise,
            collector: self.collector,
            validation_notice: self.validation_notice,
            contacts: &self.contacts,
            facility: self.facility,
            facility_state: self.facility_state.as_deref(),
            local_time: self.local_time,
            next: self.next,
            ..AccountSubject::of(&self.account)
        }))
    }
}

/// A figure as a test writes it: one denial in the month up to today.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct MetricSpec {
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    group: Option<Word>,
    carc: Option<Word>,
    remarks: Words,
    category: Option<DenialCategory>,
    count: Option<u32>,
    amount: Option<Amount>,
    share: Option<Amount>,
    before: u32,
}

#[derive(Debug)]
pub(super) struct MetricExample {
    period: (NaiveDate, NaiveDate),
    group: AsSent<GroupCode>,
    carc: AsSent<Carc>,
    remarks: Vec<AsSent<Rarc>>,
    category: Option<DenialCategory>,
    count: u32,
    amount: Money,
    share: Decimal,
    before: u32,
}

impl MetricSpec {
    pub(super) fn build(self, around: Around<'_>) -> Result<MetricExample, String> {
        let to = self.to.unwrap_or(around.today);
        let from = self.from.or(to.checked_sub_days(Days::new(30)));
        let word = |word: &Option<Word>, usual: &str| {
            word.as_ref()
                .map_or_else(|| usual.to_owned(), |word| word.0.clone())
        };
        Ok(MetricExample {
            period: (from.unwrap_or(to), to),
            group: AsSent::read(&word(&self.group, "CO")),
            carc: AsSent::read(&word(&self.carc, "A1")),
            remarks: self
                .remarks
                .0
                .iter()
                .map(|code| AsSent::read(&code.0))
                .collect(),
            category: self.category,
            count: self.count.unwrap_or(1),
            amount: self
                .amount
                .map_or(Ok(Money::from_cents(10_000)), Amount::money)?,
            share: self.share.map_or(Decimal::ZERO, |share| share.0),
            before: self.before,
        })
    }
}

impl MetricExample {
    pub(super) fn show<T>(&self, payer: &PayerProfile, see: impl FnOnce(Subject<'_>) -> T) -> T {
        see(Subject::Metric(&MetricSubject {
            payer: Some(payer),
            remarks: &self.remarks,
            category: self.category,
            count: self.count,
            amount: self.amount,
            share: self.share,
            before: self.before,
            ..MetricSubject::of(self.period, &self.group, &self.carc)
        }))
    }
}
