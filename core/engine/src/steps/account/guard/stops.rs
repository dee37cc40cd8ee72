//! What stands in the way of an act, guard by guard.

use chrono::{NaiveDate, NaiveTime, Timelike};
use scrubjay_hooks::{CollectionStep, Collector, ContactKind, FacilityKind, SurpriseKind};
use scrubjay_model::{AssistanceStatus, Money, PlanStatus};

use super::{Act, Guard, Stop, plus};
use crate::steps::account::facts::{Facts, is_minor};
use crate::steps::account::law::{Federal, Law};
use crate::steps::account::policy::PatientPolicy;

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
        let billed = facts.billed.as_ref();
        if billed.is_some_and(|person| is_minor(person, self.today)) {
            let why = "the patient is a child: enter who answers for the bills";
            self.add(Guard::Minor, why);
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
        self.with_agency("an agency has the account");
        let asked = self.facts.asked();
        if asked.is_positive() && asked < self.policy.minimum {
            let why = format!("{asked} is below {}", self.policy.minimum);
            self.add(Guard::MinimumAmount, why);
        }
    }

    fn with_agency(&mut self, why: &str) {
        if self.facts.account.dealings.placed().is_some() {
            self.add(Guard::WithAgency, why);
        }
    }

    fn step(&mut self, step: CollectionStep) {
        use CollectionStep::{Agency, Call, CreditReport, FinalNotice, Reminder, Suit};
        self.statement_first();
        self.states(step);
        match step {
            Reminder | FinalNotice => {
                self.contact();
                self.with_agency("an agency has the account");
            }
            Call => {
                self.contact();
                self.calls();
                self.hours();
            }
            Agency => {
                self.notice_first(step);
                self.with_agency("an agency has the account already");
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
        // The time that the notice itself gives.
        let from = plus(told, u64::from(self.policy.notice));
        if self.today < from {
            let why = format!("the final notice of {told} gives time: not before {from}");
            self.add(Guard::FinalNotice, why);
        }
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
            && asked < Money::from_cents(i64::from(rule.number) * 100)
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
