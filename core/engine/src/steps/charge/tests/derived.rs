//! What rules make of a charge, and what holds it.

use super::*;

#[test]
fn what_rules_derive_is_shown_and_priced_and_goes_when_its_reason_goes() {
    let mut practice = Practice::new(usual);
    practice.enter(entry("C-1", "V-1", "G0463")).unwrap();
    assert_eq!(practice.kept("C-1").amount, "100.00".parse().unwrap());
    // Another charge of the visit is the reason.
    practice.enter(entry("C-2", "V-1", "G0439")).unwrap();
    let charge = practice.kept("C-1");
    assert_eq!(charge.modifiers, ["25".parse().unwrap()]);
    assert_eq!(charge.amount, "120.00".parse().unwrap());
    let reader = practice.store.read().unwrap();
    let history = reader.record_history(&(&id("C-1")).into()).unwrap();
    let by_rule = history.iter().any(|row| {
        matches!(&row.stamp.cause, Cause::Rule { rule, .. } if rule == "t/beside")
            && matches!(row.event, Event::RecordKept { .. })
    });
    assert!(by_rule);
    drop(reader);
    practice.on("2026-03-04", |desk| {
        take_back(desk, &id("C-2"), "not done").unwrap()
    });
    let charge = practice.kept("C-1");
    assert!(charge.modifiers.is_empty());
    assert_eq!(charge.amount, "100.00".parse().unwrap());
}

#[test]
fn an_amount_that_was_given_stays_whatever_rules_derive() {
    let mut practice = Practice::new(usual);
    let given = practice.enter(ChargeEntry {
        amount: Some("7.77".parse().unwrap()),
        ..entry("C-1", "V-1", "J0696")
    });
    let given = given.unwrap();
    assert_eq!(given.derived[0].rule, "t/dose");
    assert_eq!(
        given.derived[0].change,
        Derivation::Units {
            before: 1.into(),
            after: 2.into()
        }
    );
    assert_eq!(practice.kept("C-1").amount, "7.77".parse().unwrap());
}

#[test]
fn a_held_charge_is_free_once_nothing_holds_it() {
    let mut practice = Practice::new(usual);
    assert!(practice.enter(entry("C-1", "V-1", "J0696")).unwrap().held);
    let key = RecordKey::from(&id("C-1"));
    assert_eq!(practice.work(&key).len(), 1);
    // Judged again with another reason to look, it is still one item.
    practice.enter(entry("C-2", "V-1", "G0439")).unwrap();
    assert_eq!(practice.work(&key).len(), 1);
    practice.enter(entry("C-3", "V-1", "G0463")).unwrap();
    assert!(practice.work(&key).is_empty());
    assert!(!is_held(practice.store.read().unwrap().as_ref(), &id("C-1")).unwrap());
}

#[test]
fn a_person_passes_what_holds_a_charge_until_its_content_changes() {
    let mut practice = Practice::new(usual);
    assert!(practice.enter(entry("C-1", "V-1", "J0696")).unwrap().held);
    let key = RecordKey::from(&id("C-1"));
    let passed = practice.on("2026-03-03", |desk| pass::pass(desk, &key, "given at home"));
    assert_eq!(passed.unwrap().rules, ["t/alone"]);
    assert!(practice.work(&key).is_empty());
    // Another charge of the visit does not hold it again, another content does.
    practice.enter(entry("C-2", "V-1", "G0439")).unwrap();
    assert!(practice.work(&key).is_empty());
    let other = ChargeEntry {
        units: 7.into(),
        ..entry("C-1", "V-1", "J0696")
    };
    assert!(practice.enter(other).unwrap().held);
}

#[test]
fn effects_that_contradict_or_do_not_fit_hold_the_charge_and_none_is_carried_out() {
    fn contradict(subject: &ChargeSubject<'_>, outcome: &mut Outcome) {
        if subject.charge.procedure.as_str() == "J0696" {
            outcome.effects.push(("t/one".into(), modifier("JZ")));
            outcome.effects.push(("t/two".into(), units(2)));
            outcome.effects.push(("t/three".into(), units(3)));
        } else {
            for code in ["25", "59", "RT", "LT", "76"] {
                outcome.effects.push(("t/many".into(), modifier(code)));
            }
        }
    }
    let mut practice = Practice::new(contradict);
    for (charge, code, told) in [
        ("C-1", "J0696", "`t/two` asked for 2 units"),
        ("C-2", "G0439", "5 modifiers"),
    ] {
        let done = practice.enter(entry(charge, "V-1", code)).unwrap();
        assert!(done.held);
        assert!(
            done.findings
                .iter()
                .any(|found| found.message.contains(told))
        );
        assert!(practice.kept(charge).modifiers.is_empty());
        assert_eq!(practice.kept(charge).units, Decimal::ONE);
        let work = practice.work(&(&id(charge)).into());
        assert_eq!(work[0].reason, "engine/effect-refused");
    }
}

#[test]
fn rules_that_never_come_to_an_end_hold_the_charge() {
    fn endless(subject: &ChargeSubject<'_>, outcome: &mut Outcome) {
        let next = subject.charge.units + Decimal::ONE;
        outcome.effects.push((
            "t/more".into(),
            Effect::SetUnits {
                units: next,
                reason: "more".into(),
            },
        ));
    }
    let mut practice = Practice::new(endless);
    let done = practice.enter(entry("C-1", "V-1", "J0696")).unwrap();
    assert!(done.held);
    let work = practice.work(&(&id("C-1")).into());
    assert_eq!(work[0].reason, "engine/effect-refused");
}
