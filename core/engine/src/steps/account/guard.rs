//! What stands between a patient and being billed or pursued, whatever a rule
//! asks for. Rules may stop more than this, and never less.

use std::fmt;

use chrono::{Days, NaiveDate, NaiveTime, Timelike};
use scrubjay_hooks::{
    About, CollectionStep, Collector, ContactKind, FacilityKind, Finding, Severity, SurpriseKind,
};
use scrubjay_model::{AssistanceStatus, HoldKind, PlanStatus};
use serde::Serialize;

use super::facts::Facts;
use super::law::{Federal, Law};
use super::policy::PatientPolicy;

/// A guard of the core.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Guard {
    /// In bankruptcy (11 U.S.C. 362(a)(6)).
    Bankruptcy,
    /// Deceased.
    Deceased,
    /// The patient contests the bill (45 CFR 149.620; 12 CFR 1006.38).
    Dispute,
    /// Financial assistance is applied for (26 CFR 1.501(r)-6(c)).
    AssistancePending,
    /// A payer has yet to decide.
    InsurancePending,
    /// Mail comes back.
    BadAddress,
    /// Nothing is owed that can be asked for now.
    NothingOwed,
    /// Less is owed than the practice sends a statement for.
    MinimumAmount,
    /// A rule or person has stopped statements.
    Paused,
    /// A payment plan is kept, or can still be made good.
    PlanInGoodStanding,
    /// A protected patient owes the share of the network and no more
    /// (45 CFR 149.410, 149.420, 149.440).
    BalanceBilling,
    /// A patient with assistance owes no more than is generally billed
    /// (26 CFR 1.501(r)-5).
    GenerallyBilled,
    /// An agency has the account already.
    WithAgency,
    /// No agency is named in the practice's configuration.
    NoAgency,
    /// Nothing was placed that could be taken back.
    NotPlaced,
    /// No itemized statement has reached the patient.
    NoStatement,
    /// The last statement gives more time to pay.
    TimeToPay,
    /// No final notice has reached the patient, or too lately
    /// (26 CFR 1.501(r)-6(c)(4)).
    FinalNotice,
    /// Too soon after the first statement (26 CFR 1.501(r)-6(c)(3)).
    ExtraordinaryWait,
    /// A state's law.
    StateLaw,
    /// The credit bureaus do not take it.
    BureauPolicy,
    /// Too many calls, or too soon after a conversation (12 CFR 1006.14(b)).
    CallLimit,
    /// Not at this time of day where the patient lives (12 CFR 1006.6(b)).
    Hours,
    /// The patient told us to stop (15 U.S.C. 1692c(c)).
    StopContact,
    /// The debt collector's notice, or the time to dispute it
    /// (12 CFR 1006.34, 1006.38).
    ValidationNotice,
}

impl Guard {
    /// The name used in reports; a finding calls it `guard/NAME`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bankruptcy => "bankruptcy",
            Self::Deceased => "deceased",
            Self::Dispute => "dispute",
            Self::AssistancePending => "assistance_pending",
            Self::InsurancePending => "insurance_pending",
            Self::BadAddress => "bad_address",
            Self::NothingOwed => "nothing_owed",
            Self::MinimumAmount => "minimum_amount",
            Self::Paused => "paused",
            Self::PlanInGoodStanding => "plan_in_good_standing",
            Self::BalanceBilling => "balance_billing",
            Self::GenerallyBilled => "generally_billed",
            Self::WithAgency => "with_agency",
            Self::NoAgency => "no_agency",
            Self::NotPlaced => "not_placed",
            Self::NoStatement => "no_statement",
            Self::TimeToPay => "time_to_pay",
            Self::FinalNotice => "final_notice",
            Self::ExtraordinaryWait => "extraordinary_wait",
            Self::StateLaw => "state_law",
            Self::BureauPolicy => "bureau_policy",
            Self::CallLimit => "call_limit",
            Self::Hours => "hours",
            Self::StopContact => "stop_contact",
            Self::ValidationNotice => "validation_notice",
        }
    }
}

impl From<HoldKind> for Guard {
    fn from(hold: HoldKind) -> Self {
        match hold {
            HoldKind::Bankruptcy => Self::Bankruptcy,
            HoldKind::Deceased => Self::Deceased,
            HoldKind::Dispute => Self::Dispute,
            HoldKind::FinancialAssistancePending => Self::AssistancePending,
            HoldKind::InsurancePending => Self::InsurancePending,
            HoldKind::BadAddress => Self::BadAddress,
        }
    }
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why something is not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stop {
    /// The guard.
    pub guard: Guard,
    /// What it waits for, without patient data.
    pub why: String,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.guard, self.why)
    }
}

impl Stop {
    /// As a finding on what a rule asked for.
    pub(crate) fn finding(&self, rule: &str, asked: &str) -> Finding {
        Finding {
            rule: format!("guard/{}", self.guard),
            severity: Severity::Block,
            message: format!(
                "`{rule}` asked for `{asked}`, which is refused: {}",
                self.why
            ),
            about: About::Whole,
            prevents: Vec::new(),
            cite: None,
            overridable: false,
            shadow: false,
        }
    }
}

/// What is about to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// A statement is sent.
    Statement,
    /// A step of collection is taken.
    Step(CollectionStep),
}

/// Everything that stops an act on a day; nothing where it may be done.
pub(crate) fn stops(facts: &Facts, act: Act, policy: &PatientPolicy) -> Vec<Stop> {
    let mut stops = Stops {
        facts,
        policy,
        today: facts.today(),
        found: Vec::new(),
    };
    match act {
        // What takes pressure off a patient needs no leave.
        Act::Step(CollectionStep::Recall) => stops.recall(),
        Act::Statement => {
            stops.always();
            stops.statement();
        }
        Act::Step(step) => {
            stops.always();
            stops.step(step);
        }
    }
    stops.found.sort_by_key(|stop| stop.guard);
    stops.found.dedup_by_key(|stop| stop.guard);
    stops.found
}

struct Stops<'f> {
    facts: &'f Facts,
    policy: &'f PatientPolicy,
    today: NaiveDate,
    found: Vec<Stop>,
}

impl Stops<'_> {
    fn add(&mut self, guard: Guard, why: impl Into<String>) {
        self.found.push(Stop {
            guard,
            why: why.into(),
        });
    }

    fn recall(&mut self) {
        if self.facts.account.dealings.placed().is_none() {
            self.add(Guard::NotPlaced, "no agency has the account");
        }
    }

    /// What stops statements and collection alike.
    fn always(&mut self) {
        let facts = self.facts;
        for hold in facts.account.may_bill(self.today).err().unwrap_or_default() {
            self.add(
                hold.into(),
                format!("the account is on hold: {}", hold.as_str()),
            );
        }
        let dealings = &facts.account.dealings;
        if facts
            .person
            .as_ref()
            .is_some_and(|person| person.died.is_some())
        {
            self.add(Guard::Deceased, "the patient has died: ask the estate");
        }
        if dealings.assistance.status == AssistanceStatus::Pending {
            let why = "financial assistance is applied for: decide first";
            self.add(Guard::AssistancePending, why);
        }
        let waits = facts.claims.iter().any(|owed| !owed.is_patients());
        if !facts.asked().is_positive() {
            match waits {
                true => self.add(Guard::InsurancePending, "a payer has yet to decide"),
                false => self.add(Guard::NothingOwed, "the patient owes nothing"),
            }
        }
        if let Some((_, plan)) = &facts.plan
            && matches!(
                plan.status(self.today),
                PlanStatus::Current | PlanStatus::Missed { .. }
            )
        {
            let why = "the patient pays by a plan that is not in default";
            self.add(Guard::PlanInGoodStanding, why);
        }
        self.protections();
    }

    /// What no patient may be asked for.
    fn protections(&mut self) {
        let facts = self.facts;
        let (asked, dealings) = (facts.asked(), &facts.account.dealings);
        if let Some(surprise) = dealings.surprise {
            // Consent counts for planned care at a facility in the network only.
            let waived =
                surprise.kind == SurpriseKind::InNetworkFacility && surprise.waived.is_some();
            match surprise.in_network_share {
                _ if waived => {}
                None => self.add(
                    Guard::BalanceBilling,
                    "the patient is protected, and the share in the network is not known",
                ),
                Some(share) if asked > share => self.add(
                    Guard::BalanceBilling,
                    format!("the patient is protected and owes {share} at most, not {asked}"),
                ),
                Some(_) => {}
            }
        }
        if self.policy.facility == FacilityKind::NonprofitHospital
            && dealings.assistance.status == AssistanceStatus::Approved
        {
            match dealings.assistance.at_most {
                None => self.add(
                    Guard::GenerallyBilled,
                    "assistance is granted, and nobody has entered the amount generally billed",
                ),
                Some(most) if asked > most => self.add(
                    Guard::GenerallyBilled,
                    format!("assistance is granted: {most} may be asked at most, not {asked}"),
                ),
                Some(_) => {}
            }
        }
    }

    fn statement(&mut self) {
        let dealings = &self.facts.account.dealings;
        if let Some(pause) = dealings.pause.as_ref().filter(|it| it.is_on(self.today)) {
            self.add(Guard::Paused, format!("{} ({})", pause.reason, pause.by));
        }
        if dealings.placed().is_some() {
            self.add(Guard::WithAgency, "an agency has the account");
        }
        let asked = self.facts.asked();
        if asked.is_positive() && asked < self.policy.minimum {
            let why = format!("{asked} is below {}", self.policy.minimum);
            self.add(Guard::MinimumAmount, why);
        }
    }

    fn step(&mut self, step: CollectionStep) {
        use CollectionStep::{Agency, Call, CreditReport, FinalNotice, Reminder, Suit};
        self.statement_first();
        self.states(step);
        match step {
            Reminder | FinalNotice => self.contact(),
            Call => {
                self.contact();
                self.calls();
                self.hours();
            }
            Agency => {
                self.notice_first(step);
                if self.facts.account.dealings.placed().is_some() {
                    self.add(Guard::WithAgency, "an agency has the account already");
                }
                if self.policy.agencies.is_empty() {
                    let why = "name one under `patients: agencies:` in scrubjay.yaml";
                    self.add(Guard::NoAgency, why);
                }
            }
            CreditReport | Suit => {
                self.notice_first(step);
                self.extraordinary();
                self.validated();
                if step == CreditReport {
                    self.bureaus();
                }
            }
            CollectionStep::Recall => {}
        }
    }

    fn statement_first(&mut self) {
        match self.facts.statements.last() {
            None => self.add(
                Guard::NoStatement,
                "no itemized statement has reached the patient",
            ),
            Some(last) => {
                let until = plus(last.issued, u64::from(self.policy.due));
                if self.today <= until {
                    let why = format!("the last statement can be paid until {until}");
                    self.add(Guard::TimeToPay, why);
                }
            }
        }
    }

    fn notice_first(&mut self, step: CollectionStep) {
        let Some(told) = self.facts.account.dealings.final_notice() else {
            let why = "the patient was not told in writing what may follow";
            self.add(Guard::FinalNotice, why);
            return;
        };
        let bound = self.policy.facility == FacilityKind::NonprofitHospital;
        if !bound || !step.is_extraordinary() {
            return;
        }
        let rule = Law::shipped().federal(Federal::ExtraordinaryNoticeDays, self.today);
        if let Some(rule) = rule {
            let from = plus(told, u64::from(rule.number));
            if self.today < from {
                let why = format!(
                    "the patient was told on {told}: not before {from} ({})",
                    rule.source
                );
                self.add(Guard::FinalNotice, why);
            }
        }
    }

    fn extraordinary(&mut self) {
        if self.policy.facility != FacilityKind::NonprofitHospital {
            return;
        }
        let rule = Law::shipped().federal(Federal::ExtraordinaryWaitDays, self.today);
        let first = self.facts.statements.first();
        if let (Some(rule), Some(first)) = (rule, first) {
            let from = plus(first.issued, u64::from(rule.number));
            if self.today < from {
                let why = format!(
                    "not before {from}, {} days after the first statement ({})",
                    rule.number, rule.source
                );
                self.add(Guard::ExtraordinaryWait, why);
            }
        }
    }

    fn states(&mut self, step: CollectionStep) {
        let house = (self.policy.facility, self.policy.state.as_deref());
        let first = self.facts.statements.first();
        for rule in Law::shipped().states(step, self.today, self.facts.state(), house) {
            let (state, source) = (rule.state, rule.source);
            match (rule.days, first) {
                (None, _) => self.add(
                    Guard::StateLaw,
                    format!("{state} forbids `{}` ({source})", step.as_str()),
                ),
                (Some(days), Some(first)) => {
                    let from = plus(first.issued, u64::from(days));
                    if self.today < from {
                        let why = format!("{state}: not before {from} ({source})");
                        self.add(Guard::StateLaw, why);
                    }
                }
                // Without a statement nothing is done anyway.
                (Some(_), None) => {}
            }
        }
    }

    fn contact(&mut self) {
        let told = self.facts.account.dealings.stop_contact;
        if let Some(told) = told.filter(|told| *told <= self.today) {
            let why = format!("the patient told us on {told} to stop");
            self.add(Guard::StopContact, why);
        }
    }

    fn calls(&mut self) {
        let law = Law::shipped();
        let of = |kind| {
            self.facts
                .contacts
                .iter()
                .filter(move |one| one.kind == kind)
        };
        let spoken = of(ContactKind::Conversation).map(|one| one.on).max();
        // A conversation was a call too.
        let made = of(ContactKind::Call).count() + of(ContactKind::Conversation).count();
        if let Some(rule) = law.federal(Federal::CallsInSevenDays, self.today)
            && u32::try_from(made).unwrap_or(u32::MAX) >= rule.number
        {
            let why = format!("{made} calls in seven days ({})", rule.source);
            self.add(Guard::CallLimit, why);
        }
        if let Some(rule) = law.federal(Federal::DaysAfterConversation, self.today)
            && let Some(spoken) = spoken
            && self.today < plus(spoken, u64::from(rule.number))
        {
            let why = format!("the patient was spoken to on {spoken} ({})", rule.source);
            self.add(Guard::CallLimit, why);
        }
    }

    fn hours(&mut self) {
        let law = Law::shipped();
        let first = law.federal(Federal::FirstHour, self.today);
        let last = law.federal(Federal::LastHour, self.today);
        let (Some(first), Some(last)) = (first, last) else {
            return;
        };
        let on_time = |time: NaiveTime| (first.number..last.number).contains(&time.hour());
        match self.facts.local_time() {
            None => self.add(
                Guard::Hours,
                "nobody knows what time it is where the patient lives: the address has no state",
            ),
            Some(time) if !on_time(time) => self.add(
                Guard::Hours,
                format!(
                    "it may be {} where the patient lives: calls are made from {} to {} ({})",
                    time.format("%H:%M"),
                    first.number,
                    last.number,
                    first.source
                ),
            ),
            Some(_) => {}
        }
    }

    /// A debt collector goes to no extremes before the debt can no longer be disputed.
    fn validated(&mut self) {
        if self.facts.collector() != Collector::ThirdParty {
            return;
        }
        let rule = Law::shipped().federal(Federal::DisputeDays, self.today);
        match (self.facts.account.dealings.validation_notice, rule) {
            (None, _) => self.add(
                Guard::ValidationNotice,
                "the agency has sent no validation notice",
            ),
            (Some(sent), Some(rule)) => {
                let from = plus(sent, u64::from(rule.number));
                if self.today < from {
                    let why = format!("the debt can be disputed until {from} ({})", rule.source);
                    self.add(Guard::ValidationNotice, why);
                }
            }
            (Some(_), None) => {}
        }
    }

    fn bureaus(&mut self) {
        let law = Law::shipped();
        let asked = self.facts.asked();
        if let Some(rule) = law.federal(Federal::BureauLeastDollars, self.today)
            && asked < scrubjay_model::Money::from_cents(i64::from(rule.number) * 100)
        {
            let why = format!("{asked} is below {} dollars ({})", rule.number, rule.source);
            self.add(Guard::BureauPolicy, why);
        }
        if let Some(rule) = law.federal(Federal::BureauWaitDays, self.today) {
            let from = self
                .facts
                .owed_since()
                .map(|day| plus(day, u64::from(rule.number)));
            if from.is_none_or(|from| self.today < from) {
                let why = format!(
                    "it is owed for less than {} days ({})",
                    rule.number, rule.source
                );
                self.add(Guard::BureauPolicy, why);
            }
        }
    }
}

/// So many days later.
pub(crate) fn plus(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days))
        .unwrap_or(NaiveDate::MAX)
}
