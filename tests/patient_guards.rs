//! What a rule pack cannot do to a patient: each guard of the core against a
//! script that tries to pass it.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use scrubjay::hooks::{CollectionStep, ContactKind, Hook, SurpriseBill, SurpriseKind};
use scrubjay::model::{AccountNumber, HoldKind, Money, PaymentWay};
use scrubjay::store::Event;
use scrubjay::{
    AccountFact, AccountsTick, AssistanceDecision, Config, Engine, EngineBuilder, EngineError,
    Guard, PatientAccountError,
};
use scrubjay_tests::practice::Practice;
use scrubjay_tests::sample::{claims, remittance};

type Instant = scrubjay::Instant;

const STATEMENT: &str = "2026-03-17";
const NOTICE: &str = "2026-04-08";
const LATER: &str = "2026-04-15";

/// Ten in the morning in the east of Texas, nine in its west.
fn morning(day: &str) -> Instant {
    format!("{day}T15:00:00Z").parse().unwrap()
}

fn dollars(amount: i64) -> Money {
    Money::from_cents(amount * 100)
}

/// A practice whose pack pushes one step at every look; its three patients owe
/// twenty dollars each.
struct Pushed {
    engine: Engine,
    step: CollectionStep,
    accounts: Vec<AccountNumber>,
    _practice: Practice,
}

impl Pushed {
    fn new(step: CollectionStep, policy: &str) -> Self {
        Self::with(step, policy, "")
    }

    fn with(step: CollectionStep, policy: &str, rules: &str) -> Self {
        Self::of(step, policy, rules, &claims(3))
    }

    fn of(step: CollectionStep, policy: &str, rules: &str, claims: &str) -> Self {
        let practice = Practice::new(&format!(
            "rules: [packs]\npatients: {{ notice: 0, {policy} }}\n"
        ));
        let name = step.as_str();
        practice.pack(
            "pushy",
            &format!(
                "/// id: pushy/statement\n/// title: Send it whatever is held\n/// hook: statement\n\
                 fn statement(account) {{ send_statement(\"Now\"); }}\n\n\
                 /// id: pushy/step\n/// title: Go on whatever stands in the way\n/// hook: collection\n\
                 fn step(account) {{ if account.next.is_missing() {{ stage_collection(\"{name}\", \"Now\"); }} }}\n{rules}"
            ),
        );
        let config = Config::of_folder(practice.folder()).unwrap();
        let mut engine = EngineBuilder::new(config).open().unwrap();
        engine.take_in("claims.837", claims.as_bytes()).unwrap();
        engine.submit().unwrap();
        engine
            .take_in("paid.835", remittance(0).as_bytes())
            .unwrap();
        let accounts = engine.tick(morning(STATEMENT)).unwrap().accounts.touched;
        assert_eq!(accounts.len(), 3);
        Self {
            engine,
            step,
            accounts,
            _practice: practice,
        }
    }

    /// Everybody has a statement, and has had the time to pay it.
    fn billed(mut self) -> Self {
        self.deliver(STATEMENT, 3);
        self.tick(NOTICE);
        self
    }

    /// Everybody has a final notice too.
    fn noticed(self) -> Self {
        let mut pushed = self.billed();
        for account in pushed.accounts.clone() {
            let step = CollectionStep::FinalNotice;
            pushed
                .engine
                .take_collection_step(&account, step, "It is time", "Ana")
                .unwrap();
        }
        pushed.deliver(NOTICE, 3);
        pushed
    }

    fn deliver(&mut self, day: &str, count: usize) {
        let sent = self.engine.deliver_letters(morning(day)).unwrap();
        assert_eq!(sent.len(), count);
        assert!(sent.iter().all(|letter| letter.problem.is_none()));
    }

    fn tick(&mut self, day: &str) -> AccountsTick {
        self.engine.tick(morning(day)).unwrap().accounts
    }

    fn first(&self) -> AccountNumber {
        self.accounts[0].clone()
    }

    /// The guards by which a rule was refused on the first account since a row, in
    /// collection.
    fn refused(&self, since: usize) -> Vec<String> {
        self.refused_at(Hook::Collection, since)
    }

    fn refused_at(&self, at: Hook, since: usize) -> Vec<String> {
        let reader = self.engine.read().unwrap();
        let history = reader.record_history(&(&self.accounts[0]).into()).unwrap();
        let judged = history
            .iter()
            .skip(since)
            .filter_map(|row| match &row.event {
                Event::RecordJudged { hook, outcome, .. } if *hook == at => Some(outcome),
                _ => None,
            });
        let findings = judged.flat_map(|outcome| &outcome.findings);
        let guards = findings.filter(|finding| finding.rule.starts_with("guard/"));
        let mut guards: Vec<String> = guards.map(|finding| finding.rule.clone()).collect();
        guards.sort();
        guards.dedup();
        guards
    }

    fn rows(&self) -> usize {
        let reader = self.engine.read().unwrap();
        reader
            .record_history(&(&self.accounts[0]).into())
            .unwrap()
            .len()
    }

    /// The step is taken on the accounts that nothing protects, and refused on
    /// the first, by this guard alone, in the journal.
    fn only(&mut self, guard: Guard) {
        self.only_at(guard, morning(LATER));
    }

    fn only_at(&mut self, guard: Guard, at: Instant) {
        let before = self.rows();
        let tick = self.engine.tick(at).unwrap().accounts;
        let taken: Vec<AccountNumber> =
            tick.steps.iter().map(|done| done.account.clone()).collect();
        assert_eq!(taken, self.accounts[1..], "{:?}", tick.not_done);
        self.is_refused(before, guard);
    }

    /// The step is refused on every account.
    fn all(&mut self, guard: Guard, day: &str) {
        let before = self.rows();
        let tick = self.tick(day);
        assert!(tick.steps.is_empty(), "{:?}", tick.steps);
        self.is_refused(before, guard);
    }

    fn is_refused(&self, before: usize, guard: Guard) {
        assert_eq!(self.refused(before), [format!("guard/{guard}")]);
        let first = self.engine.patient_account(&self.accounts[0]).unwrap();
        let mut steps = first.dealings.steps.iter();
        assert!(steps.all(|taken| taken.step != self.step || taken.by != "pushy/step"));
    }
}

/// Makes a test of each function for each guard behind it, in which a script tries to
/// pass that guard, and the list of all these guards.
macro_rules! tried {
    ($($test:ident: $($guard:ident),+;)+) => {
        mod tried {
            use super::Guard;

            pub(super) const GUARDS: &[Guard] = &[$($(Guard::$guard),+),+];

            $(
                #[test]
                fn $test() {
                    for guard in [$(Guard::$guard),+] {
                        super::$test(guard);
                    }
                }
            )+
        }
    };
}

tried! {
    no_hold_is_passed: Bankruptcy, Deceased, Dispute, InsurancePending, BadAddress;
    a_child_is_not_billed: Minor;
    nobody_is_pursued_for_what_they_do_not_owe: NothingOwed;
    what_a_rule_has_stopped_stays_stopped_until_a_person_lifts_it: Paused;
    what_an_agency_has_is_its_alone: WithAgency;
    an_account_is_placed_only_where_an_agency_is_named: NoAgency;
    an_application_for_assistance_stops_everything: AssistancePending;
    who_keeps_a_plan_is_left_alone: PlanInGoodStanding;
    nothing_is_collected_before_a_statement_has_reached_the_patient: NoStatement;
    nothing_is_collected_in_the_time_that_a_statement_gives: TimeToPay;
    no_agency_and_no_court_without_a_final_notice: FinalNotice;
    a_charitable_hospital_waits_120_days_and_30_after_its_notice: ExtraordinaryWait;
    a_states_law_is_kept: StateLaw;
    a_bureau_is_told_of_nothing_small_or_new: BureauPolicy;
    seven_calls_in_seven_days_are_enough_and_so_is_a_conversation: CallLimit;
    nobody_is_called_at_night: Hours;
    who_told_us_to_stop_gets_no_reminder: StopContact;
    an_agency_goes_to_no_court_before_the_debt_could_be_disputed: ValidationNotice;
    nothing_is_taken_back_that_was_not_placed: NotPlaced;
    a_protected_patient_is_asked_for_no_more_than_in_the_network: BalanceBilling;
    who_has_assistance_owes_no_more_than_is_generally_billed: GenerallyBilled;
    a_statement_is_not_sent_below_the_practices_least_amount: MinimumAmount;
}

#[test]
fn a_script_tries_to_pass_each_guard_that_there_is() {
    let untried: Vec<&Guard> = Guard::ALL
        .iter()
        .filter(|guard| !tried::GUARDS.contains(guard))
        .collect();
    assert!(untried.is_empty(), "no script tries to pass {untried:?}");
}

#[test]
fn a_suit_that_nothing_stands_against_is_asked_for_once() {
    let mut pushed = Pushed::new(CollectionStep::Suit, "").noticed();
    assert_eq!(pushed.tick(LATER).steps.len(), 3);
    assert!(pushed.tick("2026-05-01").steps.is_empty());
}

fn no_hold_is_passed(guard: Guard) {
    let mut kinds = HoldKind::ALL.into_iter();
    let kind = kinds.find(|kind| Guard::from(*kind) == guard);
    let kind = kind.expect("a hold");
    let mut pushed = Pushed::new(CollectionStep::Suit, "").noticed();
    let first = pushed.first();
    let (engine, why) = (&mut pushed.engine, "A letter came");
    engine.hold_account(&first, kind, why, "Ana").unwrap();
    pushed.only(guard);
    // No statement either, though the rule asks for it.
    let tick = pushed.tick("2026-04-23");
    let unbilled = tick.not_done.iter().find(|one| one.what == "statement");
    let unbilled = unbilled.expect("the cycle has come round");
    assert_eq!(unbilled.account, first);
    assert!(unbilled.stops.iter().any(|stop| stop.guard == guard));
    assert_eq!(tick.statements.len(), 2);
}

fn an_application_for_assistance_stops_everything(guard: Guard) {
    let mut pushed = Pushed::new(CollectionStep::Suit, "").noticed();
    let first = pushed.first();
    pushed.engine.apply_for_assistance(&first, "Ana").unwrap();
    pushed.only(guard);
}

fn who_keeps_a_plan_is_left_alone(guard: Guard) {
    let policy = "plans: { least: '5.00' }";
    let mut pushed = Pushed::new(CollectionStep::Suit, policy).noticed();
    let first = pushed.first();
    let begins = "2026-05-01".parse().unwrap();
    pushed.engine.agree_plan(&first, 2, begins, "Ana").unwrap();
    pushed.only(guard);
}

fn nothing_is_collected_before_a_statement_has_reached_the_patient(guard: Guard) {
    // Issued, and never handed on.
    let mut pushed = Pushed::new(CollectionStep::Reminder, "");
    pushed.all(guard, NOTICE);
}

fn nothing_is_collected_in_the_time_that_a_statement_gives(guard: Guard) {
    let mut pushed = Pushed::new(CollectionStep::Reminder, "");
    pushed.deliver(STATEMENT, 3);
    pushed.all(guard, "2026-04-07");
}

fn no_agency_and_no_court_without_a_final_notice(guard: Guard) {
    let agencies = "agencies: { east: { name: East Recovery } }";
    for step in [CollectionStep::Agency, CollectionStep::Suit] {
        let mut pushed = Pushed::new(step, agencies).billed();
        pushed.all(guard, LATER);
    }
}

fn a_charitable_hospital_waits_120_days_and_30_after_its_notice(guard: Guard) {
    let policy = "facility: nonprofit_hospital";
    let mut pushed = Pushed::new(CollectionStep::Suit, policy).noticed();
    let before = pushed.rows();
    assert!(pushed.tick(LATER).steps.is_empty());
    assert_eq!(
        pushed.refused(before),
        ["guard/extraordinary_wait", "guard/final_notice"]
    );
    // The notice is 30 days old, the first statement 119; new statements give time.
    pushed.all(guard, "2026-07-14");
    assert_eq!(pushed.tick("2026-07-21").steps.len(), 3);
}

fn a_states_law_is_kept(guard: Guard) {
    let policy = "facility: hospital, state: NY";
    let mut pushed = Pushed::new(CollectionStep::Suit, policy).noticed();
    pushed.all(guard, LATER);
    // The law of the state that the patient lives in, which forbids it.
    let claims = claims(3).replace("N4*AUSTIN*TX*78702", "N4*DENVER*CO*80202");
    let mut pushed = Pushed::of(CollectionStep::CreditReport, "", "", &claims).noticed();
    let before = pushed.rows();
    assert!(pushed.tick(LATER).steps.is_empty());
    assert!(pushed.refused(before).contains(&format!("guard/{guard}")));
}

fn a_bureau_is_told_of_nothing_small_or_new(guard: Guard) {
    let mut pushed = Pushed::new(CollectionStep::CreditReport, "").noticed();
    pushed.all(guard, LATER);
}

fn seven_calls_in_seven_days_are_enough_and_so_is_a_conversation(guard: Guard) {
    for (kind, times) in [(ContactKind::Call, 7), (ContactKind::Conversation, 1)] {
        let mut pushed = Pushed::new(CollectionStep::Call, "");
        pushed.deliver(STATEMENT, 3);
        let first = pushed.first();
        for hour in 0..times {
            let at = format!("2026-04-07T{}:00:00Z", 14 + hour).parse().unwrap();
            pushed.engine.note_contact(&first, kind, at, "Ana").unwrap();
        }
        pushed.only_at(guard, morning(NOTICE));
    }
}

fn nobody_is_called_at_night(guard: Guard) {
    let mut pushed = Pushed::new(CollectionStep::Call, "");
    pushed.deliver(STATEMENT, 3);
    let before = pushed.rows();
    let night = "2026-04-09T02:00:00Z".parse().unwrap();
    assert!(pushed.engine.tick(night).unwrap().accounts.steps.is_empty());
    pushed.is_refused(before, guard);
}

fn who_told_us_to_stop_gets_no_reminder(guard: Guard) {
    let mut pushed = Pushed::new(CollectionStep::Reminder, "");
    pushed.deliver(STATEMENT, 3);
    let first = pushed.first();
    let told = AccountFact::StopContact(Some("2026-03-20".parse().unwrap()));
    pushed.engine.note_on_account(&first, told, "Ana").unwrap();
    pushed.only_at(guard, morning(NOTICE));
}

const AGENCY: &str = "agencies: { east: { name: East Recovery } }";

fn an_agency_goes_to_no_court_before_the_debt_could_be_disputed(guard: Guard) {
    let mut pushed = Pushed::new(CollectionStep::Suit, AGENCY).noticed();
    let first = pushed.first();
    let step = CollectionStep::Agency;
    pushed
        .engine
        .take_collection_step(&first, step, "Nobody answers", "Ana")
        .unwrap();
    pushed.only(guard);
    let sent = AccountFact::ValidationNotice("2026-04-16".parse().unwrap());
    pushed.engine.note_on_account(&first, sent, "Ana").unwrap();
    pushed.all(guard, "2026-05-20");
}

fn what_an_agency_has_is_its_alone(guard: Guard) {
    let beside = "\n/// id: pushy/beside\n/// title: Write beside the agency\n/// hook: collection\n\
        fn beside(account) { if account.next.is_missing() && account.collector == \"third_party\" { stage_collection(\"reminder\", \"Now\"); } }\n";
    let mut pushed = Pushed::with(CollectionStep::Agency, AGENCY, beside).noticed();
    let first = pushed.first();
    let step = CollectionStep::Agency;
    pushed
        .engine
        .take_collection_step(&first, step, "Nobody answers", "Ana")
        .unwrap();
    let owed = pushed.engine.patient_account(&first).unwrap();
    assert!(owed.balance().is_zero() && owed.dealings.placed().is_some());
    // A person cannot place it again, and a script not write beside the agency.
    let again = pushed
        .engine
        .take_collection_step(&first, step, "Once more", "Ana");
    let Err(EngineError::Account(PatientAccountError::Stopped { stops })) = again else {
        panic!("{again:?}");
    };
    assert!(stops.iter().any(|stop| stop.guard == guard));
    pushed.only(guard);
}

fn an_account_is_placed_only_where_an_agency_is_named(guard: Guard) {
    let mut pushed = Pushed::new(CollectionStep::Agency, "").noticed();
    pushed.all(guard, LATER);
}

fn a_child_is_not_billed(guard: Guard) {
    let claims = claims(3).replacen("DMG*D8*19850101", "DMG*D8*20160101", 1);
    let pushed = Pushed::of(CollectionStep::Reminder, "", "", &claims);
    let refused = pushed.refused_at(Hook::Statement, 0);
    assert_eq!(refused, [format!("guard/{guard}")]);
    let first = pushed.engine.patient_account(&pushed.first()).unwrap();
    assert!(first.dealings.letters.is_empty());
}

fn nobody_is_pursued_for_what_they_do_not_owe(guard: Guard) {
    let mut pushed = Pushed::new(CollectionStep::Suit, "").noticed();
    let first = pushed.first();
    let claim = pushed.engine.patient_account(&first).unwrap().claims[0]
        .claim
        .clone();
    // Five dollars too much, put to the claim.
    let (amount, way) = (dollars(25), PaymentWay::Cash);
    pushed
        .engine
        .take_patient_payment(&first, amount, way, &[(claim, amount)], "Ana")
        .unwrap();
    pushed.only(guard);
}

fn nothing_is_taken_back_that_was_not_placed(guard: Guard) {
    let mut pushed = Pushed::new(CollectionStep::Recall, AGENCY).billed();
    pushed.all(guard, LATER);
}

fn a_protected_patient_is_asked_for_no_more_than_in_the_network(guard: Guard) {
    let mut pushed = Pushed::new(CollectionStep::Suit, "").noticed();
    let first = pushed.first();
    let surprise = |kind, share, waived: Option<&str>| {
        AccountFact::Surprise(Some(SurpriseBill {
            kind,
            in_network_share: share,
            waived: waived.map(|day| day.parse().unwrap()),
        }))
    };
    // A waiver counts for nothing in an emergency.
    let emergency = surprise(
        SurpriseKind::Emergency,
        Some(dollars(5)),
        Some("2026-02-20"),
    );
    pushed
        .engine
        .note_on_account(&first, emergency, "Ana")
        .unwrap();
    pushed.only(guard);
    let tick = pushed.tick("2026-04-23");
    assert_eq!(tick.statements.len(), 2);
    let waived = surprise(SurpriseKind::InNetworkFacility, None, Some("2026-02-20"));
    pushed
        .engine
        .note_on_account(&first, waived, "Ana")
        .unwrap();
    assert_eq!(pushed.tick("2026-04-30").statements.len(), 1);
}

fn who_has_assistance_owes_no_more_than_is_generally_billed(guard: Guard) {
    let policy = "facility: nonprofit_hospital";
    let mut pushed = Pushed::new(CollectionStep::Reminder, policy);
    pushed.deliver(STATEMENT, 3);
    let first = pushed.first();
    let engine = &mut pushed.engine;
    engine
        .take_patient_payment(&first, dollars(5), PaymentWay::Check, &[], "Ana")
        .unwrap();
    engine.apply_for_assistance(&first, "Ana").unwrap();
    let granted = |at_most| AssistanceDecision::Granted {
        percent: 0,
        at_most,
    };
    assert!(
        engine
            .decide_assistance(&first, granted(None), "In need", "Ana")
            .is_err()
    );
    let most = granted(Some(dollars(10)));
    let decided = engine
        .decide_assistance(&first, most, "In need", "Ana")
        .unwrap();
    assert_eq!(decided.balance(), dollars(10));
    engine
        .return_patient_payment(&first, 1, "The check bounced", "Ana")
        .unwrap();
    pushed.only_at(guard, morning(NOTICE));
}

fn a_statement_is_not_sent_below_the_practices_least_amount(guard: Guard) {
    let practice = Practice::new("rules: [packs]\npatients: { minimum: '50.00' }\n");
    practice.pack(
        "pushy",
        "/// id: pushy/statement\n/// title: Send it\n/// hook: statement\n\
         fn statement(account) { send_statement(\"Now\"); }\n",
    );
    let config = Config::of_folder(practice.folder()).unwrap();
    let mut engine = EngineBuilder::new(config).open().unwrap();
    engine.take_in("claims.837", claims(3).as_bytes()).unwrap();
    engine.submit().unwrap();
    engine
        .take_in("paid.835", remittance(0).as_bytes())
        .unwrap();
    let tick = engine.tick(morning(STATEMENT)).unwrap().accounts;
    assert!(tick.statements.is_empty());
    assert_eq!(tick.not_done.len(), 3);
    let stops = &tick.not_done[0].stops;
    assert_eq!(stops.len(), 1);
    assert_eq!(stops[0].guard, guard);
    let reader = engine.read().unwrap();
    let findings = reader.record_findings(None).unwrap();
    assert!(
        findings
            .iter()
            .any(|one| one.rule == format!("guard/{guard}"))
    );
}

fn what_a_rule_has_stopped_stays_stopped_until_a_person_lifts_it(guard: Guard) {
    let strict = "\n/// id: pushy/strict\n/// title: No suit over less than a thousand\n/// hook: collection\n/// severity: block\n\
        fn strict(account) { if account.next == \"suit\" && account.balance < 1000 { block(\"Too little for a court\"); } }\n\
        \n/// id: pushy/rest\n/// title: Rest until a person looks\n/// hook: statement\n\
        fn rest(account) { if account.statement_count > 0 { hold_statement(\"Ask first\"); } }\n";
    let mut pushed = Pushed::with(CollectionStep::Suit, "", strict).noticed();
    let tick = pushed.tick(LATER);
    assert!(tick.steps.is_empty());
    assert!(
        tick.not_done
            .iter()
            .all(|one| one.held_by == ["pushy/strict"])
    );
    // A rule has stopped statements: another cannot send one until a person lets it.
    assert!(pushed.tick("2026-04-23").statements.is_empty());
    let first = pushed.engine.patient_account(&pushed.first()).unwrap();
    assert!(first.dealings.pause.is_some());
    let before = pushed.rows();
    let tick = pushed.tick("2026-04-30");
    let mut stops = tick.not_done.iter().flat_map(|one| &one.stops);
    assert!(stops.any(|stop| stop.guard == guard));
    let refused = pushed.refused_at(Hook::Statement, before);
    assert_eq!(refused, [format!("guard/{guard}")]);
    let (first, why) = (pushed.first(), "The patient asks for it");
    let lifted = pushed.engine.resume_statements(&first, why, "Ana").unwrap();
    assert!(lifted.dealings.pause.is_none());
    let again = pushed.engine.resume_statements(&first, why, "Ana");
    assert!(again.unwrap_err().to_string().contains("nothing to lift"));
}
