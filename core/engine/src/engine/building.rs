//! What a host asks of step 4: claims made of charges.

use scrubjay_model::ClaimId;

use super::Engine;
use crate::desk::Desk;
use crate::once::{Call, Keyed, Once, once};
use crate::steps::build::{
    self, BuildSelection, Built, NewVersion, NextPayers, ReplaceWith, VersionError, With,
};
use crate::{EngineError, intake};

impl Engine {
    /// Makes claims of the unbilled charges that are chosen, as the policy of
    /// each payer says (`billing:` in `scrubjay.yaml`), and lets the rules judge
    /// each. A charge that cannot stand on a claim is listed with the reason, and
    /// given to someone where it does not go on by itself.
    ///
    /// ```
    /// use scrubjay::{BuildError, BuildSelection, Config, EngineBuilder, EngineError};
    ///
    /// let mut engine = EngineBuilder::new(Config::default()).open()?;
    /// let refused = engine.build_claims(&BuildSelection::default(), "Ana");
    /// assert!(matches!(refused, Err(EngineError::Build(BuildError::NoPractice))));
    /// # Ok::<(), EngineError>(())
    /// ```
    ///
    /// # Errors
    /// [`BuildError`](crate::BuildError) where what is asked for is not there or
    /// the configuration does not say who bills, and where the store fails;
    /// nothing has changed then.
    pub fn build_claims(
        &mut self,
        selection: &BuildSelection,
        by: &str,
    ) -> Result<Built, EngineError> {
        self.build_under(selection, by, None)
    }

    /// The claims that would be built now, with what the rules would say of them
    /// and what would be left out. Nothing is kept.
    ///
    /// # Errors
    /// As [`Engine::build_claims`].
    pub fn preview_claims(&mut self, selection: &BuildSelection) -> Result<Built, EngineError> {
        let stamp = self.call_stamp("preview_claims", None, None);
        let mut desk = Desk {
            tx: self.store.begin()?,
            handlers: &mut self.handlers,
            config: &self.config,
            stamp,
        };
        build::build(&mut desk, selection)
    }

    fn build_under(
        &mut self,
        selection: &BuildSelection,
        by: &str,
        call: Option<&Call>,
    ) -> Result<Built, EngineError> {
        let stamp = self.call_stamp("build_claims", Some(by), call);
        self.at_desk(stamp, call, |desk| build::build(desk, selection))
    }

    /// Makes the claim to the next payer of each claim that the payer before has
    /// decided and that is now with the next one, with all that was decided. What
    /// the patient would owe moves from the one claim to the other. Each is made
    /// once; where the payer said that it sent the claim on itself, not before
    /// the next one has had its time (`crossover:` of the payer's `billing:`).
    ///
    /// [`Engine::tick`] and [`Engine::run_inbox`] do the same by themselves.
    ///
    /// # Errors
    /// Where the store fails; nothing has changed then.
    pub fn build_next_claims(&mut self, by: &str) -> Result<NextPayers, EngineError> {
        self.build_next_under(Some(by), None)
    }

    pub(super) fn build_next_under(
        &mut self,
        by: Option<&str>,
        call: Option<&Call>,
    ) -> Result<NextPayers, EngineError> {
        let stamp = self.call_stamp("build_next_claims", by, call);
        self.at_desk(stamp, call, build::build_next)
    }

    /// The claims to next payers that would be made now. Nothing is kept.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn preview_next_claims(&mut self) -> Result<NextPayers, EngineError> {
        let stamp = self.call_stamp("preview_next_claims", None, None);
        let mut desk = Desk {
            tx: self.store.begin()?,
            handlers: &mut self.handlers,
            config: &self.config,
            stamp,
        };
        build::build_next(&mut desk)
    }

    /// Makes the claim that replaces one that its payer has (CLM05-3 7), under
    /// the payer's own number of it. The rules judge it from the start; when it
    /// leaves, the original is void, what is owed follows, and the charges go to it.
    ///
    /// ```
    /// use scrubjay::{Config, EngineBuilder, EngineError, ReplaceWith, VersionError};
    ///
    /// let mut engine = EngineBuilder::new(Config::default()).open()?;
    /// let refused = engine.replace(&"K-17".parse()?, ReplaceWith::Charges, "Ana", "late charge");
    /// assert!(matches!(
    ///     refused,
    ///     Err(EngineError::Version(VersionError::UnknownClaim { .. }))
    /// ));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`VersionError`] where its place cannot be taken, and where the store
    /// fails; nothing has changed then.
    pub fn replace(
        &mut self,
        claim: &ClaimId,
        with: ReplaceWith<'_>,
        by: &str,
        reason: &str,
    ) -> Result<NewVersion, EngineError> {
        self.replace_under(claim, with, by, reason, None)
    }

    fn replace_under(
        &mut self,
        claim: &ClaimId,
        with: ReplaceWith<'_>,
        by: &str,
        reason: &str,
        call: Option<&Call>,
    ) -> Result<NewVersion, EngineError> {
        let file = match with {
            ReplaceWith::Charges => None,
            ReplaceWith::File(file) => {
                let read = intake::read(file);
                Some(read.map_err(|problem| VersionError::File { problem })?)
            }
        };
        let with = file.as_deref().map_or(With::Charges, With::File);
        let stamp = self.call_stamp("replace", Some(by), call);
        self.at_desk(stamp, call, |desk| {
            build::replace(desk, claim, with, reason)
        })
    }

    /// Voids a claim. One that a payer has is voided by a claim to that payer
    /// (CLM05-3 8), and void when that leaves; one that no payer has is taken
    /// back at once. Its charges are unbilled then.
    ///
    /// # Errors
    /// [`VersionError`] where it cannot be voided, and where the store fails;
    /// nothing has changed then.
    pub fn void(
        &mut self,
        claim: &ClaimId,
        by: &str,
        reason: &str,
    ) -> Result<NewVersion, EngineError> {
        self.void_under(claim, by, reason, None)
    }

    fn void_under(
        &mut self,
        claim: &ClaimId,
        by: &str,
        reason: &str,
        call: Option<&Call>,
    ) -> Result<NewVersion, EngineError> {
        let stamp = self.call_stamp("void", Some(by), call);
        self.at_desk(stamp, call, |desk| build::void(desk, claim, reason))
    }
}

impl Keyed<'_> {
    /// As [`Engine::build_claims`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn build_claims(
        self,
        selection: &BuildSelection,
        by: &str,
    ) -> Result<Once<Built>, EngineError> {
        let mut parts = selection.parts();
        parts.push(by.to_owned());
        let parts: Vec<&[u8]> = parts.iter().map(String::as_bytes).collect();
        let call = Call::new(&self.key, "build_claims", &parts);
        once(self.engine, &call, |engine| {
            engine.build_under(selection, by, Some(&call))
        })
    }

    /// As [`Engine::build_next_claims`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn build_next_claims(self, by: &str) -> Result<Once<NextPayers>, EngineError> {
        let call = Call::new(&self.key, "build_next_claims", &[by.as_bytes()]);
        once(self.engine, &call, |engine| {
            engine.build_next_under(Some(by), Some(&call))
        })
    }

    /// As [`Engine::replace`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn replace(
        self,
        claim: &ClaimId,
        with: ReplaceWith<'_>,
        by: &str,
        reason: &str,
    ) -> Result<Once<NewVersion>, EngineError> {
        let file: &[u8] = match with {
            ReplaceWith::File(file) => file,
            ReplaceWith::Charges => b"",
        };
        let [id, by_part, why] = [claim.as_str(), by, reason].map(str::as_bytes);
        let call = Call::new(&self.key, "replace", &[id, file, by_part, why]);
        once(self.engine, &call, |engine| {
            engine.replace_under(claim, with, by, reason, Some(&call))
        })
    }

    /// As [`Engine::void`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn void(
        self,
        claim: &ClaimId,
        by: &str,
        reason: &str,
    ) -> Result<Once<NewVersion>, EngineError> {
        let parts = [claim.as_str(), by, reason].map(str::as_bytes);
        let call = Call::new(&self.key, "void", &parts);
        once(self.engine, &call, |engine| {
            engine.void_under(claim, by, reason, Some(&call))
        })
    }
}
