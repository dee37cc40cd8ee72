//! What a host does about rules: releases what they hold, publishes packs,
//! judges again, and asks for their record.

use std::sync::Arc;

use scrubjay_model::ClaimId;
use scrubjay_rules::PackContent;
use scrubjay_store::{Cause, Stamp};

use super::Engine;
use crate::code_books::load_options;
use crate::config::RulesFrom;
use crate::desk::Desk;
use crate::explain::{Explanation, explain, published_or};
use crate::once::Call;
use crate::published::{self, PublishedPack, Shelf};
use crate::replay::replay_with;
use crate::steps::release::{self, Released};
use crate::{EffectFilter, EngineError, Replayed, RuleEffects};

impl Engine {
    /// Passes what rules found on a claim: a person answers for it, with a
    /// reason. A held claim becomes ready; the hook `submit` still looks at it
    /// before it leaves. On a claim that is ready already, the warnings are passed.
    ///
    /// Findings of weight `warn` may always be passed, and blocks whose rule is
    /// overridable. Who, when and why is journalled, and counts against the
    /// rules' record ([`Engine::rule_effects`]).
    ///
    /// # Errors
    /// [`crate::ReleaseError`] where the claim does not wait here, nothing is
    /// left to pass, or something holds it that nobody may pass; and where the
    /// store fails. Nothing was changed then.
    pub fn release(
        &mut self,
        claim: &ClaimId,
        by: &str,
        reason: &str,
    ) -> Result<Released, EngineError> {
        self.release_under(claim, by, reason, None)
    }

    pub(crate) fn release_under(
        &mut self,
        claim: &ClaimId,
        by: &str,
        reason: &str,
        call: Option<&Call>,
    ) -> Result<Released, EngineError> {
        let unkeyed = Cause::Call {
            call: "release".to_owned(),
            key: None,
        };
        let stamp = Stamp {
            actor: by.trim().to_owned(),
            ..self.stamp(call.map_or(unkeyed, Call::cause))
        };
        let mut desk = Desk {
            tx: self.store.begin()?,
            handlers: &mut self.handlers,
            config: &self.config,
            stamp: stamp.clone(),
        };
        let released = release::release(&mut desk, claim, reason)?;
        if let Some(call) = call {
            call.record(desk.tx.as_mut(), &stamp)?;
        }
        desk.tx.commit()?;
        Ok(released)
    }

    /// Publishes a rule pack into the practice's database, as
    /// [`Shelf::publish`] does, and runs it where the configuration runs
    /// published packs.
    ///
    /// # Errors
    /// As there.
    pub fn publish(
        &mut self,
        pack: &PackContent,
        by: &str,
        note: Option<&str>,
    ) -> Result<PublishedPack, EngineError> {
        let published = self.shelf().publish(pack, by, note)?;
        self.run_published()?;
        Ok(published)
    }

    /// Makes an earlier published version of a pack the live one again, as
    /// [`Shelf::roll_back`] does, and runs it where the configuration runs
    /// published packs.
    ///
    /// # Errors
    /// As there.
    pub fn roll_back(
        &mut self,
        pack: &str,
        to: Option<&str>,
        by: &str,
    ) -> Result<PublishedPack, EngineError> {
        let published = self.shelf().roll_back(pack, to, by)?;
        self.run_published()?;
        Ok(published)
    }

    /// Judges again every decision that rules made on a claim, on the published
    /// packs of their day; see [`crate::replay`].
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn replay(&self, claim: &ClaimId) -> Result<Vec<Replayed>, EngineError> {
        replay_with(
            self.store.read()?.as_ref(),
            &self.config,
            &self.codes,
            claim,
        )
    }

    fn shelf(&mut self) -> Shelf<'_> {
        let options = load_options(&self.config.rule_keys, &self.codes);
        Shelf::at(self.store.as_mut(), options, self.time.now())
    }

    /// Explains the decisions on a claim: which rules ran, on which conditions
    /// and values, and which were passed over. Each is shown on the packs of its
    /// day where they were published, else on those that run now.
    ///
    /// # Errors
    /// Where there is no such claim, or the store cannot be read.
    pub fn explain(&self, claim: &ClaimId) -> Result<Explanation, EngineError> {
        let reader = self.store.read()?;
        let mut packs = published_or(reader.as_ref(), Arc::clone(&self.rules))?;
        explain(reader.as_ref(), &self.config, claim, &mut packs)
    }

    fn run_published(&self) -> Result<(), EngineError> {
        if self.config.rules_from == RulesFrom::Published {
            let live = published::live_contents(self.store.read()?.as_ref())?;
            self.rules.replace(live)?;
        }
        Ok(())
    }

    /// The record of each rule: how often it fired, was passed, was right or wrong.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn rule_effects(&self, filter: &EffectFilter) -> Result<RuleEffects, EngineError> {
        RuleEffects::of(self.store.read()?.as_ref(), filter)
    }
}
