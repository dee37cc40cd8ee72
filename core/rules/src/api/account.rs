//! A patient's account, as statements and collection see it.

use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime, Timelike};
use rhai::{Dynamic, EvalAltResult, INT, ImmutableString};
use rust_decimal::Decimal;
use scrubjay_hooks::{
    AccountSubject, CollectionStep, Collector, Contact, ContactKind, FacilityKind,
    GoodFaithEstimate, StatementSent, SurpriseBill, SurpriseKind,
};
use scrubjay_model::{
    AssistanceStatus, Axis, ClaimStatus, FinancialAssistance, HoldKind, Money, Placement,
    PlanStatus,
};

use super::answer::named;
use super::claim::ClaimRef;
use super::coverage::PayerView;
use super::party::PersonRef;
use super::{
    Api, Kind, list, maybe, maybe_date, maybe_money, maybe_text, maybe_word, payer, properties,
};
use crate::seen::Eye;
use crate::view::{ClaimView, PersonView, person};

/// A claim of an account as scripts see it.
#[derive(Debug)]
pub(crate) struct OwedClaimView {
    payer: PayerView,
    claim: Arc<ClaimView>,
    status: ClaimStatus,
    insurance_owes: Decimal,
    patient_owes: Decimal,
}

/// An account as scripts see it.
#[derive(Debug)]
pub(crate) struct AccountView {
    payer: PayerView,
    balance: Decimal,
    unapplied: Decimal,
    holds: Vec<HoldKind>,
    claims: Vec<Arc<OwedClaimView>>,
    patient: Option<Arc<PersonView>>,
    statements: Vec<StatementSent>,
    itemized: Option<NaiveDate>,
    plan: Option<PlanStatus>,
    owed_since: Option<NaiveDate>,
    patient_paid: Option<NaiveDate>,
    payer_paid: Option<NaiveDate>,
    state: Option<ImmutableString>,
    estimate: Option<GoodFaithEstimate>,
    assistance: FinancialAssistance,
    assistance_notice: Option<NaiveDate>,
    surprise: Option<SurpriseBill>,
    collector: Collector,
    validation_notice: Option<NaiveDate>,
    contacts: Vec<Contact>,
    facility: FacilityKind,
    facility_state: Option<ImmutableString>,
    local_time: Option<NaiveTime>,
    next: Option<CollectionStep>,
    today: NaiveDate,
}

/// A claim of an account, in a script's hand.
#[derive(Debug, Clone)]
struct OwedClaimRef(Arc<OwedClaimView>);

/// An account, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct AccountRef(pub(crate) Arc<AccountView>);

impl AccountView {
    pub(crate) fn of(subject: &AccountSubject<'_>, eye: &mut Eye<'_>) -> Self {
        let today = eye.context.today();
        let claims = subject.claims.iter().map(|owed| {
            Arc::new(OwedClaimView {
                payer: PayerView::of(owed.payer, None, eye.texts),
                claim: eye.claim_beside(owed.claim, owed.payer),
                status: owed.status,
                insurance_owes: owed.insurance_owes.to_decimal(),
                patient_owes: owed.patient_owes.to_decimal(),
            })
        });
        Self {
            claims: claims.collect(),
            payer: PayerView::of(subject.payer, eye.facts.line, eye.texts),
            // What an agency has is owed still.
            balance: (subject.account.balance()
                + subject
                    .account
                    .dealings
                    .placed()
                    .map_or(Money::ZERO, Placement::amount))
            .to_decimal(),
            unapplied: subject.account.unapplied.to_decimal(),
            holds: subject.account.may_bill(today).err().unwrap_or_default(),
            patient: subject
                .patient
                .map(|patient| Arc::new(person(patient, Some(today), eye.texts))),
            statements: subject.statements.to_vec(),
            itemized: subject.itemized,
            plan: subject.plan,
            owed_since: subject.owed_since,
            patient_paid: subject.patient_paid,
            payer_paid: subject.payer_paid,
            state: eye.texts.maybe(subject.state),
            estimate: subject.estimate,
            assistance: subject.assistance,
            assistance_notice: subject.assistance_notice,
            surprise: subject.surprise,
            collector: subject.collector,
            validation_notice: subject.validation_notice,
            contacts: subject.contacts.to_vec(),
            facility: subject.facility,
            facility_state: eye.texts.maybe(subject.facility_state),
            local_time: subject.local_time,
            next: subject.next,
            today,
        }
    }

    /// Contacts of a kind in the seven days that end today.
    fn contacts(&self, kind: ContactKind) -> impl Iterator<Item = &Contact> {
        self.contacts.iter().filter(move |contact| {
            let days = (self.today - contact.on).num_days();
            contact.kind == kind && (0..7).contains(&days)
        })
    }
}

/// Ways of speaking to a patient, as scripts and tests name them.
pub(crate) const CONTACTS: [(&str, ContactKind); 4] = [
    ("call", ContactKind::Call),
    ("conversation", ContactKind::Conversation),
    ("letter", ContactKind::Letter),
    ("message", ContactKind::Message),
];

/// Kinds of hold, as scripts and tests name them.
pub(crate) const HOLDS: [HoldKind; 6] = [
    HoldKind::Bankruptcy,
    HoldKind::Deceased,
    HoldKind::Dispute,
    HoldKind::FinancialAssistancePending,
    HoldKind::InsurancePending,
    HoldKind::BadAddress,
];

const fn plan_word(plan: PlanStatus) -> &'static str {
    match plan {
        PlanStatus::Current => "current",
        PlanStatus::Missed { .. } => "missed",
        PlanStatus::Defaulted { .. } => "defaulted",
        PlanStatus::PaidOff => "paid_off",
    }
}

pub(crate) fn register(api: &mut Api<'_>) {
    api.engine
        .register_type_with_name::<AccountRef>("account")
        .register_type_with_name::<OwedClaimRef>("owed claim");
    payer!(api, Kind::Account, AccountRef);
    balance(api);
    statements(api);
    protections(api);
    collection(api);
    owed_claim(api);
}

fn balance(api: &mut Api<'_>) {
    const ACCOUNT: Kind = Kind::Account;
    const DATE: Kind = Kind::Date;
    properties! { api, ACCOUNT, AccountRef =>
        "balance" Kind::Number, "What the patient owes on all claims, less money that no claim has taken up yet; below zero it is a credit.",
            |it| it.balance;
        "unapplied" Kind::Number, "Money received that no claim has taken up yet.", |it| it.unapplied;
        "claims" Kind::List(&Kind::OwedClaim), "Its claims, with what is open on each.",
            |it| it.claims.iter().map(|owed| Dynamic::from(OwedClaimRef(Arc::clone(owed)))).collect::<rhai::Array>();
        "holds" Kind::List(&Kind::Text), "Holds on it today: `bankruptcy`, `deceased`, `dispute`, `financial_assistance_pending`, `insurance_pending`, `bad_address`.",
            |it| list(it.holds.iter().map(|hold| hold.as_str()));
        "patient" Kind::Person, "The patient.",
            |it| maybe(it.patient.as_ref().map(|patient| PersonRef(Arc::clone(patient))));
        "state" Kind::Text, "State in which the patient lives, two letters.", |it| maybe_text(it.state.as_ref());
        "owed_since" DATE, "First day on which the patient owed.", |it| maybe_date(it.owed_since);
        "days_owed" Kind::Number, "Days since then.",
            |it| maybe(it.owed_since.map(|since| (it.today - since).num_days()));
        "patient_paid" DATE, "Day of the patient's last payment.", |it| maybe_date(it.patient_paid);
        "payer_paid" DATE, "Day of the last payer's last payment.", |it| maybe_date(it.payer_paid);
        "plan" Kind::Text, "Where its payment plan stands today: `current`, `missed`, `defaulted`, `paid_off`. Missing where there is none.",
            |it| maybe_word(it.plan.map(plan_word));
    }
    api.call(
        ACCOUNT,
        "has_hold",
        &[("kind", Kind::Text)],
        Kind::Bool,
        "Whether it has this hold today.",
        |account: &mut AccountRef, kind: &str| {
            account.0.holds.iter().any(|hold| hold.as_str() == kind)
        },
    )
    .one_of("kind", HOLDS.map(HoldKind::as_str));
}

fn statements(api: &mut Api<'_>) {
    const ACCOUNT: Kind = Kind::Account;
    const DATE: Kind = Kind::Date;
    properties! { api, ACCOUNT, AccountRef =>
        "statements" Kind::List(&Kind::Date), "Days on which statements went out, oldest first.",
            |it| list(it.statements.iter().map(|sent| Dynamic::from(super::date::Date(sent.issued))));
        "statement_count" Kind::Number, "How many statements went out.",
            |it| INT::try_from(it.statements.len()).unwrap_or(INT::MAX);
        "first_statement" DATE, "Day of the first statement.",
            |it| maybe_date(it.statements.first().map(|sent| sent.issued));
        "last_statement" DATE, "Day of the last statement.",
            |it| maybe_date(it.statements.last().map(|sent| sent.issued));
        "last_statement_owed" Kind::Number, "What the last statement asked for.",
            |it| maybe_money(it.statements.last().map(|sent| sent.owed));
        "itemized" DATE, "Day on which the patient was sent an itemized bill.", |it| maybe_date(it.itemized);
        "estimate_given" DATE, "Day on which the patient was given a good-faith estimate.",
            |it| maybe_date(it.estimate.map(|estimate| estimate.given));
        "estimate_expected" Kind::Number, "Charges that the good-faith estimate expects.",
            |it| maybe_money(it.estimate.map(|estimate| estimate.expected));
        "estimate_excess" Kind::Number, "What was billed beyond the good-faith estimate; below zero where less was billed.",
            |it| maybe_money(it.estimate.map(|estimate| estimate.billed - estimate.expected));
    }
}

fn protections(api: &mut Api<'_>) {
    const ACCOUNT: Kind = Kind::Account;
    const DATE: Kind = Kind::Date;
    const TEXT: Kind = Kind::Text;
    properties! { api, ACCOUNT, AccountRef =>
        "assistance" TEXT, "Financial assistance: `none`, `pending`, `approved`, `denied`.",
            |it| ImmutableString::from(AssistanceStatus::as_str(it.assistance.status));
        "assistance_applied" DATE, "Day of the application for it.", |it| maybe_date(it.assistance.applied);
        "assistance_decided" DATE, "Day of the decision on it.", |it| maybe_date(it.assistance.decided);
        "assistance_at_most" Kind::Number, "The most that may be asked of a patient who has it: the amount generally billed, or less.",
            |it| maybe_money(it.assistance.at_most);
        "assistance_notice" DATE, "Day on which the patient was told in writing of financial assistance and of what will be done without payment.",
            |it| maybe_date(it.assistance_notice);
        "surprise" TEXT, "Protection from a bill out of the network: `emergency`, `in_network_facility`, `air_ambulance`. Missing where there is none.",
            |it| maybe_word(it.surprise.map(|surprise| SurpriseKind::as_str(surprise.kind)));
        "in_network_share" Kind::Number, "What the patient would owe in the network, as the payer says.",
            |it| maybe_money(it.surprise.and_then(|surprise| surprise.in_network_share));
        "surprise_waived" DATE, "Day on which the patient gave that protection up after due notice.",
            |it| maybe_date(it.surprise.and_then(|surprise| surprise.waived));
        "facility" TEXT, "Where the patient was treated: `practice`, `hospital`, `nonprofit_hospital`.",
            |it| ImmutableString::from(FacilityKind::as_str(it.facility));
        "facility_state" TEXT, "State of that house, two letters.", |it| maybe_text(it.facility_state.as_ref());
    }
}

fn collection(api: &mut Api<'_>) {
    const ACCOUNT: Kind = Kind::Account;
    const DATE: Kind = Kind::Date;
    const TEXT: Kind = Kind::Text;
    properties! { api, ACCOUNT, AccountRef =>
        "next" TEXT, "The step that is about to be taken: `reminder`, `call`, `final_notice`, `agency`, `credit_report`, `suit`, `recall`. Missing where none is.",
            |it| maybe_word(it.next.map(CollectionStep::as_str));
        "next_is_extraordinary" Kind::Bool, "Whether that step is an extraordinary collection action (26 CFR 1.501(r)-6(b)).",
            |it| it.next.is_some_and(CollectionStep::is_extraordinary);
        "collector" TEXT, "Who collects: `practice`, or `third_party`, a debt collector.",
            |it| ImmutableString::from(Collector::as_str(it.collector));
        "validation_notice" DATE, "Day of the debt collector's validation notice.", |it| maybe_date(it.validation_notice);
        "last_conversation" DATE, "Day of the last conversation by telephone within seven days.",
            |it| maybe_date(it.contacts(ContactKind::Conversation).map(|contact| contact.on).max());
        "local_hour" Kind::Number, "Hour of the day where the patient lives, 0 to 23, when a call is to be made.",
            |it| maybe(it.local_time.map(|time| INT::from(time.hour())));
    }
    api.call(
        ACCOUNT,
        "contacts",
        &[("kind", TEXT)],
        Kind::Number,
        "How often the patient was spoken to that way in the seven days that end today: `contacts(\"call\")`.",
        |account: &mut AccountRef, kind: &str| -> Result<INT, Box<EvalAltResult>> {
            let kind = named("kind", kind, &CONTACTS)?;
            Ok(INT::try_from(account.0.contacts(kind).count()).unwrap_or(INT::MAX))
        },
    )
    .one_of("kind", CONTACTS.map(|(name, _)| name));
}

fn owed_claim(api: &mut Api<'_>) {
    const OWED: Kind = Kind::OwedClaim;
    payer!(api, OWED, OwedClaimRef);
    properties! { api, OWED, OwedClaimRef =>
        "claim" Kind::Claim, "The claim.", |it| ClaimRef(Arc::clone(&it.claim));
        "insurance_owes" Kind::Number, "Open with payers.", |it| it.insurance_owes;
        "patient_owes" Kind::Number, "Open with the patient.", |it| it.patient_owes;
        "work" Kind::Text, "The claim as a piece of work.", |it| ImmutableString::from(it.status.work.as_str());
        "adjudication" Kind::Text, "What the payer decided.", |it| ImmutableString::from(it.status.adjudication.as_str());
        "responsibility" Kind::Text, "Who owes now.", |it| ImmutableString::from(it.status.responsibility.as_str());
        "billing" Kind::Text, "Billing the patient: `not_billed`, `ready`, `billed`, `plan`, `reminded`, `pre_collection`, `collection`, `settled`.",
            |it| ImmutableString::from(it.status.patient.as_str());
    }
}
