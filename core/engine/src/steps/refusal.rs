//! An effect that cannot be carried out is told of, never skipped.

use scrubjay_hooks::{About, Effect, EffectKind, Finding, Hook, Outcome, Severity};

/// The rule under which it is told.
pub(crate) const EFFECT_REFUSED: &str = "engine/effect-refused";

/// The finding that an effect cannot be carried out, and why.
pub(crate) fn refused(rule: &str, effect: &Effect, why: &str) -> Finding {
    Finding {
        rule: EFFECT_REFUSED.to_owned(),
        severity: Severity::Block,
        message: format!(
            "`{rule}` asked for `{}`, which cannot be done: {why}",
            effect.kind().as_str()
        ),
        about: About::Whole,
        prevents: Vec::new(),
        cite: None,
        overridable: false,
        shadow: false,
    }
}

/// Whether a step can carry out every effect of an outcome, being able to do
/// those. All effects of a hook are applied, or none.
///
/// # Errors
/// The finding of the first one that it cannot.
pub(crate) fn all_can_be_done(
    hook: Hook,
    outcome: &Outcome,
    can: &[EffectKind],
) -> Result<(), Box<Finding>> {
    for (rule, effect) in &outcome.effects {
        let kind = effect.kind();
        if !hook.allows(kind) {
            let why = format!("the hook `{hook}` does not have that effect");
            return Err(Box::new(refused(rule, effect, &why)));
        }
        if !can.contains(&kind) {
            let why = format!("the engine does not do that at the hook `{hook}`");
            return Err(Box::new(refused(rule, effect, &why)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(effects: Vec<Effect>) -> Outcome {
        Outcome {
            effects: effects
                .into_iter()
                .map(|effect| ("t/one".to_owned(), effect))
                .collect(),
            ..Outcome::default()
        }
    }

    #[test]
    fn what_the_hook_has_not_and_what_the_step_cannot_do_are_both_refused() {
        let tag = || Effect::Tag { tag: "x".into() };
        let send = || Effect::SendStatement { reason: "x".into() };
        let transfer = || Effect::Transfer {
            to: scrubjay_model::Responsibility::Patient,
            reason: "x".into(),
        };
        let can = [EffectKind::Tag, EffectKind::SendStatement];
        let judged = |effects| all_can_be_done(Hook::Denial, &outcome(effects), &can);
        assert_eq!(judged(vec![tag(), tag()]), Ok(()));
        let finding = judged(vec![tag(), send()]).unwrap_err();
        assert!(finding.message.contains("the hook `denial` does not have"));
        let finding = judged(vec![tag(), transfer()]).unwrap_err();
        assert!(finding.holds() && finding.rule == EFFECT_REFUSED);
        assert!(finding.message.contains("`t/one` asked for `transfer`"));
    }
}
