//! What a rule that is started says, by the kind of its subject.

use scrubjay_hooks::{Hook, SubjectKind};

use super::NewRule;
use crate::card::RuleScope;

/// The parts of a started rule that depend on what it is about.
pub(super) struct Start {
    pub(super) severity: &'static str,
    /// The last line of the card.
    pub(super) applies: String,
    /// Other limits, to be named in a comment.
    pub(super) more: &'static str,
    /// The function's body, indented.
    pub(super) body: String,
    /// The subject of a case in which it fires, and of one in which it is silent.
    pub(super) fires: String,
    pub(super) silent: String,
}

/// The parts, around a code that no other rule of the pack names.
pub(super) fn start(new: &NewRule, code: &str) -> Start {
    match new.hook.subject() {
        SubjectKind::Claim => claim(new.scope, code),
        SubjectKind::Denial => denial(code),
        SubjectKind::Remittance => remittance(code),
        SubjectKind::Eligibility => eligibility(code),
        SubjectKind::Authorization => authorization(code),
        SubjectKind::Registration => registration(code),
        SubjectKind::Charge => charge(code),
        SubjectKind::Acknowledgment => acknowledgment(code),
        SubjectKind::FollowUp => follow_up(code),
        SubjectKind::Account => account(new.hook, code),
        SubjectKind::Metric => metric(code),
    }
}

/// Limits by what was done.
const CODES: &str =
    "procedures: [J0897, G0100-G0199, \"J*\", \"@table\"], modifiers: GZ, payers: [acme]";
const PAYERS: &str = "payers: [acme], lines: [medicare], states: TX";

fn by_procedure(code: &str) -> String {
    format!("applies: {{ procedures: {code} }}")
}

fn by_place(code: &str) -> String {
    format!("applies: {{ places: \"{code}\" }}")
}

fn claim(scope: RuleScope, code: &str) -> Start {
    let lines = |lines: &str| format!("claim: {{ lines: [{lines}] }}");
    let (body, fires, silent) = match scope {
        RuleScope::Line => (
            "    // A line offers, among others, line.procedure, .modifiers, .units, .charge, .place,
    // .from, .ndc, .has_modifier(\"GZ\"). Ask `line.ndc.is_missing()` before reading on
    // behind a value that may be missing. A table of the pack: table(\"name\").get(\"key\").
    if line.units > 90 {
        // Text in back quotes may hold values.
        line.warn(`Line ${line.number} has ${line.units} units: say here what to do`);
    }
",
            lines(&format!("G0439 100.00, {code} 100.00 x91")),
            lines(&format!("{code} 100.00 x90")),
        ),
        RuleScope::Claim => (
            "    // A claim offers, among others, claim.charge, .payer, .place, .service_from,
    // .received, .authorization, .patient.age, .lines, .has_dx(\"E11\"), .units_of(\"J*\").
    // Ask `claim.referral.is_missing()` before reading on behind a value that may be
    // missing. The first word of what is said is the field that it is about.
    if claim.charge > 50000 {
        // Text in back quotes may hold values.
        warn(\"charge\", `The claim comes to ${claim.charge}: say here what to do`);
    }
",
            lines(&format!("{code} 50000.01")),
            lines(&format!("{code} 50000.00")),
        ),
    };
    Start {
        severity: "warn",
        applies: by_procedure(code),
        more: CODES,
        body: body.to_owned(),
        fires,
        silent,
    }
}

fn denial(code: &str) -> Start {
    let denial = |amount| format!("denial: {{ remarks: {code}, amount: {amount} }}");
    Start {
        severity: "info",
        applies: format!("applies: {{ remarks: {code} }}"),
        more: "groups: CO, carcs: [197, 198], payers: [acme]",
        body:
            "    // A denial offers, among others, denial.carc, .group, .remarks, .amount, .decided,
    // .payer, and denial.claim, which is missing where the claim is not ours. A rule
    // may say classify(category, recoverable, action, owner, days), appeal, open_task, tag.
    if denial.amount > 5000 {
        open_task(\"Say here what to do, and why\", \"denials\", 5);
    }
"
            .to_owned(),
        fires: denial("5000.01"),
        silent: denial("5000.00"),
    }
}

fn remittance(code: &str) -> Start {
    let remitted =
        |charge| format!("claim: {{ lines: [{code} {charge}] }}\n    remittance: {{ status: 1 }}");
    Start {
        severity: "warn",
        applies: by_procedure(code),
        more: PAYERS,
        body: "    // A remitted claim offers, among others, remittance.charge, .paid, .status, .remarks,
    // .adjusted(\"CO\", \"45\"), and remittance.claim, which is missing where it is not ours.
    if remittance.paid > 50000 {
        // Text in back quotes may hold values.
        warn(`${remittance.paid} is paid on ${remittance.charge}: say here what to do`);
    }
"
        .to_owned(),
        fires: remitted("50000.01"),
        silent: remitted("50000.00"),
    }
}

fn eligibility(code: &str) -> Start {
    let visit = format!("visit: {{ place: \"{code}\" }}");
    Start {
        severity: "warn",
        applies: by_place(code),
        more: PAYERS,
        body: "    // A check of cover offers, among others, eligibility.patient, .coverage, .coverages,
    // .payer, .visit, .service_date, and .answer, which is missing where none came. A rule
    // may say verify_coverage, route, require_authorization, open_task, tag.
    if eligibility.coverages.len() > 1 {
        verify_coverage(\"Say here why, and when the answer is wanted\");
    }
"
        .to_owned(),
        fires: format!("eligibility: {{ {visit}, coverages: [{{}}, {{}}] }}"),
        silent: format!("eligibility: {{ {visit} }}"),
    }
}

fn authorization(code: &str) -> Start {
    Start {
        severity: "warn",
        applies: by_procedure(code),
        more: CODES,
        body: "    // What is planned offers, among others, authorization.services, .diagnoses, .visit,
    // .coverage, .payer, .on_file (authorizations that the patient has), .eligibility.
    // A rule may say require_authorization, defer, verify_coverage, open_task, tag.
    if authorization.services.some(|service| !service.is_authorized) {
        require_authorization(\"Say here which policy wants it\");
    }
"
        .to_owned(),
        fires: format!("authorization: {{ services: [{code}] }}"),
        silent: format!(
            "authorization: {{ services: [{code}], on_file: [{{ procedures: {code} }}] }}"
        ),
    }
}

fn registration(code: &str) -> Start {
    let with = |phone| {
        format!(
            "registration: {{ visit: {{ place: \"{code}\" }}, coverages: [{{ member: M1 }}], msp: {{ asked: 2026-03-02 }}, phone: {phone} }}"
        )
    };
    Start {
        severity: "warn",
        applies: by_place(code),
        more: PAYERS,
        body: "    // A registration offers, among others, registration.patient, .coverages, .has_phone,
    // .group_plan, .employees, .esrd_from, .accident (payers before Medicare), .eligibility.
    // A rule may say repair(field, value, reason), route, verify_coverage, open_task, tag.
    if !registration.has_phone {
        warn(\"phone\", \"Say here how the patient is reached\");
    }
"
        .to_owned(),
        fires: with("null"),
        silent: with("\"5125550100\""),
    }
}

fn charge(code: &str) -> Start {
    let with = |entered| {
        format!(
            "charge: {{ line: {code} 100.00, visit: {{ scheduled: 2026-02-20 }}, entered: {entered} }}"
        )
    };
    Start {
        severity: "warn",
        applies: by_procedure(code),
        more: CODES,
        body: "    // A charge offers, among others, charge.procedure, .modifiers, .units, .amount,
    // .service, .lag_days, .visit, .others (charges of the visit), .any_other(\"J*\").
    // A rule may say add_modifier(modifier, reason), set_units, open_task, tag.
    if charge.lag_days > 5 {
        // Text in back quotes may hold values.
        warn(`Entered ${charge.lag_days} days after the service: say here what to do`);
    }
"
        .to_owned(),
        fires: with("2026-02-26"),
        silent: with("2026-02-25"),
    }
}

fn acknowledgment(code: &str) -> Start {
    let with = |outcome| {
        format!("claim: {{ lines: [{code} 100.00] }}\n    acknowledgment: {{ outcome: {outcome} }}")
    };
    Start {
        severity: "warn",
        applies: by_procedure(code),
        more: CODES,
        body: "    // An acknowledgment offers, among others, acknowledgment.outcome (missing where none
    // came), .level, .codes, .has_code(\"A7\"), .has_received(\"claim\"), .days_since_sent,
    // .claim. A rule may say correct_and_resubmit, ask_payer, open_task, tag.
    if acknowledgment.outcome == \"unclear\" {
        open_task(\"Say here whom to ask what it means\", \"billing\", 2);
    }
"
        .to_owned(),
        fires: with("unclear"),
        silent: with("accepted"),
    }
}

fn follow_up(code: &str) -> Start {
    let with = |aged_from| {
        format!(
            "claim: {{ lines: [{code} 100.00] }}\n    follow_up: {{ submitted: 2026-02-27, aged_from: {aged_from} }}"
        )
    };
    Start {
        severity: "info",
        applies: by_procedure(code),
        more: CODES,
        body: "    // An open claim offers, among others, follow_up.insurance_owes, .patient_owes,
    // .age_days, .days_since_submitted, .adjudication, .answered, .has_answer(\"P1\"), .appeal,
    // .claim. A rule may say ask_payer(way, reason), defer, transfer, write_off, appeal.
    if follow_up.age_days > 45 {
        ask_payer(\"status_request\", \"Say here why it is time\");
    }
"
        .to_owned(),
        fires: with("2026-01-15"),
        silent: with("2026-01-16"),
    }
}

fn account(hook: Hook, code: &str) -> Start {
    let with = |balance| format!("account: {{ at: {hook}, state: {code}, balance: {balance} }}");
    let asks = match hook {
        Hook::Collection => "stage_collection(step, reason), hold_statement, offer_plan, defer",
        _ => "send_statement, hold_statement, offer_plan, write_off",
    };
    Start {
        severity: "info",
        applies: "overridable: false".to_owned(),
        more: "applies: { payers: [acme], lines: [commercial] }",
        body: format!(
            "    // An account offers, among others, account.balance, .state, .holds, .has_hold(\"dispute\"),
    // .claims, .statement_count, .last_statement, .plan, .assistance, .days_owed. A rule may
    // say {asks}, open_task, tag.
    if account.state == \"{code}\" && account.balance > 5000 {{
        offer_plan(12, \"Say here why\");
    }}
"
        ),
        fires: with("5000.01"),
        silent: with("5000.00"),
    }
}

fn metric(code: &str) -> Start {
    let with = |count| format!("metric: {{ remarks: {code}, count: {count} }}");
    Start {
        severity: "info",
        applies: format!("applies: {{ remarks: {code} }}"),
        more: "groups: CO, carcs: [197, 198], payers: [acme]",
        body: "    // A figure is of denials with the same payer, group and reason in a period: metric.carc,
    // .group, .remarks, .count, .amount, .share, .before. A rule may say propose_rule,
    // open_task, tag.
    if metric.count > 9 {
        propose_rule(\"Say here what would have prevented them\");
    }
"
        .to_owned(),
        fires: with(10),
        silent: with(9),
    }
}
