//! A complete sample of each kind of subject: whatever a rule may read is there.

use scrubjay_hooks::SubjectKind;
use serde_yaml::Mapping;

use crate::card::Applies;

/// A claim that has everything a rule may read.
const CLAIM: &str = r#"
id: SAMPLE
payer_control: "1"
place: "11"
diagnoses: [E1165, I10]
authorization: A1
referral: R1
clia: 45D0000001
accident: 2026-01-01
causes: auto
delay_reason: 3
casualty_number: C1
attachments: OZ
patient_paid: 10
filing_code: CI
msp_type: 12
other_payers: [{ order: secondary, filing_code: CI, paid: 60, adjustments: [CO-45 40], decided: 2026-02-20 }]
supervising: {}
patient: { born: 1960-05-04, died: 2030-01-01, member: M1 }
subscriber: { born: 1958-01-01, member: M1 }
rendering: { taxonomy: 207Q00000X }
referring: {}
facility: {}
history: [{ id: EARLIER, from: 2025-01-02, procedure: G0439, denied: [50] }]
sent: [2026-02-27]
original: paid
forwarded: 2026-02-20
part2: consented
"#;

const PATIENT: &str = "patient: { born: 1960-05-04, died: 2030-01-01, member: M1 }";

const COVERAGE: &str = "{ member: M1, group_number: G1, plan_name: Sample Plan, filing_indicator: CI, msp_type: \"12\", subscriber: { born: 1958-01-01 } }";

const ANSWER: &str = "{ asked: 2026-03-01, member: M1, plan_from: 2026-01-01, plan_to: 2026-12-31, rejections: [], \
     other_payers: [{ name: Sample Second, payer: sample-second, order: secondary, insurance_type: CI, from: 2026-01-01, to: 2026-12-31 }, \
     { name: Sample Advantage, payer: sample-advantage, line: medicare-advantage, kind: managed_care, insurance_type: HM, from: 2026-01-01, to: 2026-12-31 }], \
     benefits: [{ benefit: co_payment, amount: 20, network: in }, { benefit: co_insurance, share: 0.2, network: in }, \
     { benefit: deductible, period: remaining, amount: 100, network: in, authorization: true }, \
     { benefit: out_of_pocket, period: remaining, amount: 900, network: in }] }";

const VISIT: &str = "{ status: closed, scheduled: 2026-03-02, booked: 2026-02-02 }";

const REGISTRATION: &str = "
phone: \"5125550100\"
msp: { asked: 2026-03-01, group_plan: own, employees: 40, disabled: false, esrd_from: 2024-01-01, accident: none, accident_on: 2026-01-01, black_lung: false, veterans: false }
look_alikes: 1
part2: consented
";

const ACKNOWLEDGMENT: &str = "
codes: [\"A2:20\"]
sent: 2026-02-27
before: [set accepted]
";

const FOLLOW_UP: &str = "
insurance_owes: 80
patient_owes: 20
aged_from: 2026-01-02
submitted: 2026-01-03
accepted: 2026-01-04
followed_up: 2026-02-01
answered: 2026-02-02
answers: [\"F1:65\"]
promised: 2026-03-10
appeal: { level: 1, amount: 80, filed: 2026-02-10 }
expected: 90
overpaid: 2026-02-15
funding: insured
";

const ACCOUNT: &str = "
statements: [2025-12-01, 2026-01-05]
itemized: 2025-12-01
plan: current
owed_since: 2025-12-01
patient_paid: 2026-01-10
payer_paid: 2025-11-20
estimate: { given: 2025-10-01, expected: 100, billed: 120 }
assistance: approved
assistance_applied: 2025-12-10
assistance_decided: 2025-12-20
assistance_at_most: 60
assistance_notice: 2025-12-01
surprise: emergency
in_network_share: 40
surprise_waived: 2025-09-01
validation_notice: 2026-01-01
contacts: [call 2026-03-01, conversation 2026-03-01]
facility_state: TX
local_time: \"12:00\"
next: reminder
";

/// The claim of a sample that a rule's card would let through, as far as that
/// is easy.
pub(crate) fn claim(applies: &Applies) -> Result<Mapping, String> {
    let procedure = procedure(applies);
    let line = format!(
        "lines: [{{ procedure: \"{procedure}\", modifiers: [\"{}\"], charge: 100, ndc: \"00000000001\", authorization: A2, clia: 45D0000001, referral: R2, ordering: {{}}, referring: {{}}, prior: [{{ paid: 60, adjustments: [CO-45 40], decided: 2026-02-20 }}] }}]",
        modifier(applies),
    );
    let on_file = on_file(&procedure);
    mapping(&format!(
        "{CLAIM}authorizations: [{on_file}]\neligibility: {ANSWER}\n{line}\n"
    ))
}

/// The subject beside that claim.
pub(crate) fn subject(kind: SubjectKind, applies: &Applies) -> Result<Mapping, String> {
    let (procedure, modifier) = (procedure(applies), modifier(applies));
    let text = match kind {
        SubjectKind::Claim | SubjectKind::Remittance => {
            "expected: 90\nlines: [{ remarks: [N130] }]".to_owned()
        }
        SubjectKind::Eligibility => format!(
            "{PATIENT}\ncoverages: [{COVERAGE}, {{ payer: sample-second, member: M2 }}]\nanswer: {ANSWER}\nvisit: {VISIT}\nestimate: {{ given: 2026-02-03, expected: 100 }}\n"
        ),
        SubjectKind::Authorization => format!(
            "{PATIENT}\nvisit: {VISIT}\nservices: [\"{procedure}:{modifier} 100.00\"]\ndiagnoses: [E1165, I10]\ncoverage: {COVERAGE}\non_file: [{}]\neligibility: {ANSWER}\n",
            on_file(&procedure)
        ),
        SubjectKind::Registration => format!(
            "{PATIENT}\ncoverages: [{COVERAGE}, {{ payer: sample-second, member: M2 }}]\neligibility: {ANSWER}\nvisit: {VISIT}{REGISTRATION}"
        ),
        SubjectKind::Charge => format!(
            "{PATIENT}\nline: \"{procedure}:{modifier} 100.00\"\ndiagnoses: [E1165, I10]\nothers: [\"J0696 10.00\"]\nvisit: {VISIT}\n"
        ),
        SubjectKind::Acknowledgment => ACKNOWLEDGMENT.to_owned(),
        SubjectKind::FollowUp => FOLLOW_UP.to_owned(),
        SubjectKind::Account => format!("{PATIENT}{ACCOUNT}"),
        SubjectKind::Denial => format!("{}line: 1\n", reasons(applies)),
        SubjectKind::Metric => format!(
            "{}category: authorization\ncount: 12\namount: 1200\nshare: 0.2\nbefore: 4\n",
            reasons(applies)
        ),
    };
    let mut written = mapping(&text)?;
    if kind == SubjectKind::Claim {
        written.clear();
    }
    Ok(written)
}

fn mapping(text: &str) -> Result<Mapping, String> {
    serde_yaml::from_str(text).map_err(|error| error.to_string())
}

fn on_file(procedure: &str) -> String {
    format!(
        "{{ number: A1, asked: 2025-12-20, decided: 2025-12-22, from: 2026-01-01, to: 2026-12-31, procedures: [\"{procedure}\"], units: 10, used: 2 }}"
    )
}

/// A procedure that the card names, where it names single ones.
fn procedure(applies: &Applies) -> String {
    let codes = applies
        .procedures
        .as_ref()
        .and_then(|codes| codes.set.exact().min());
    codes.unwrap_or("G0439").to_owned()
}

fn modifier(applies: &Applies) -> &str {
    let named = applies.modifiers.iter().flatten().next();
    named.map_or("25", String::as_str)
}

/// Group, reason and remark codes that the card names, else usual ones.
fn reasons(applies: &Applies) -> String {
    let first = |values: &Option<Vec<String>>, usual: &str| {
        let named = values.iter().flatten().next();
        named.map_or_else(|| usual.to_owned(), Clone::clone)
    };
    format!(
        "group: \"{}\"\ncarc: \"{}\"\nremarks: \"{}\"\n",
        first(&applies.groups, "CO"),
        first(&applies.carcs, "97"),
        first(&applies.remarks, "N130")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::Example;

    #[test]
    fn every_kind_of_subject_has_a_sample_that_can_be_read() {
        let today = "2026-03-02".parse().unwrap();
        let applies = Applies::default();
        let claim = claim(&applies).unwrap();
        for kind in SubjectKind::ALL {
            let written = subject(kind, &applies).unwrap();
            let scope = Default::default();
            let example = Example::build(today, None, &scope, &claim, (kind, &written));
            let example = example.unwrap_or_else(|problem| panic!("{kind:?}: {problem}"));
            assert_eq!(example.show(|subject| subject.kind()), kind);
        }
    }
}
