//! One handler over the claims of a file, for whoever writes it: nothing is
//! kept, nothing is applied, no other handler has a say.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use scrubjay_edi::{ReadClaim, ReadError};
use scrubjay_hooks::{
    ClaimSubject, Context, EarlierClaim, Finding, Handler, Hook, NotRun, Outcome, Subject, Worker,
};
use scrubjay_model::{Claim, ClaimId};
use scrubjay_store::{MemoryStore, Store, patient_key};
use scrubjay_x12::Interchange;
use serde::Serialize;

use crate::Config;
use crate::seen::SeenClaims;
use crate::steps::claim::{claim_id, fallback_id, payer_key};
use crate::time::interchange_instant;

/// Hooks that a claim comes to, in their order.
const HOOKS: [Hook; 3] = [Hook::Claim, Hook::Scrub, Hook::Submit];

/// Claims that a trial remembers, for the history of later ones.
const REMEMBERED: usize = 1_000_000;

/// What a handler said of a file's claims.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Trial {
    /// Each claim, in the order of the file.
    pub claims: Vec<TriedClaim>,
    /// Claims that could not be read: where and why.
    pub unread: Vec<String>,
}

/// What it said of one claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TriedClaim {
    /// Claim, by the control number that it came with.
    pub id: ClaimId,
    /// What was said at each hook.
    pub judged: Vec<JudgedAt>,
    /// What passed the claim over, where it did.
    pub not_run: Vec<NotRun>,
}

/// What was said at one hook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JudgedAt {
    /// Hook.
    pub hook: Hook,
    /// What was said.
    pub outcome: Outcome,
}

impl TriedClaim {
    /// What was found at all hooks.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.judged.iter().flat_map(|at| &at.outcome.findings)
    }
}

/// Why a file's claims were not tried.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrialError {
    /// It is no X12.
    #[error("the file cannot be read as X12")]
    NotX12(#[from] scrubjay_x12::FileError),
    /// Its envelope is broken.
    #[error("the file is not sound: {problem}")]
    Unsound {
        /// What is wrong, with segment and position.
        problem: String,
    },
    /// There is no claim in it.
    #[error("there is no claim in the file: name an 837")]
    NoClaims,
}

/// Asks a handler about each claim of an 837, at every hook that it handles.
///
/// The date of the interchange is today and the day on which the claims came
/// in, so that the same file gives the same answers. Payers are those of the
/// configuration; earlier claims of a patient are those that stand before it in
/// the file.
///
/// # Errors
/// Where the file holds no claims, or cannot be read. A claim that cannot be
/// read is no error, and stands in [`Trial::unread`].
pub fn try_claims(
    handler: &dyn Handler,
    config: &Config,
    bytes: &[u8],
) -> Result<Trial, TrialError> {
    let interchanges = scrubjay_x12::read(bytes)?;
    let mut court = Court {
        worker: handler.worker(),
        hooks: HOOKS
            .into_iter()
            .filter(|hook| handler.handles(*hook))
            .collect(),
        config,
        given: BTreeSet::new(),
        before: SeenClaims::new(REMEMBERED),
        trial: Trial::default(),
    };
    for interchange in &interchanges {
        court.take(interchange)?;
    }
    let trial = court.trial;
    if trial.claims.is_empty() && trial.unread.is_empty() {
        return Err(TrialError::NoClaims);
    }
    Ok(trial)
}

/// Where claims are judged one after the other.
struct Court<'a> {
    worker: Box<dyn Worker>,
    hooks: Vec<Hook>,
    config: &'a Config,
    given: BTreeSet<ClaimId>,
    before: SeenClaims,
    trial: Trial,
}

impl Court<'_> {
    fn take(&mut self, interchange: &Interchange) -> Result<(), TrialError> {
        let in_sets = interchange.sets.iter().flat_map(|set| &set.faults);
        let mut faults = interchange.faults.iter().chain(in_sets);
        if let Some(fault) = faults.find(|fault| fault.is_error()) {
            let problem = fault.to_string();
            return Err(TrialError::Unsound { problem });
        }
        let header = &interchange.header;
        let now = interchange_instant(&header.date, &header.time).unwrap_or(DateTime::UNIX_EPOCH);
        for set in &interchange.sets {
            let given = &mut self.given;
            for read in scrubjay_edi::read_claims(set, &mut |control| name(given, control)) {
                match read {
                    Ok(ReadClaim { claim, .. }) => self.judge(claim, now),
                    // An 835 beside an 837 is no matter here.
                    Err(ReadError::WrongTransaction { .. }) => {}
                    Err(error) => self.trial.unread.push(error.to_string()),
                }
            }
        }
        Ok(())
    }

    fn judge(&mut self, claim: Claim, now: DateTime<Utc>) {
        let key = payer_key(self.config, &claim);
        let payer = self.config.payer_by_key(&key).map(|payer| &payer.profile);
        let earlier = self.before.come_by(patient_key(&claim), &claim);
        let history: Vec<EarlierClaim> = earlier.into_iter().map(Arc::unwrap_or_clone).collect();
        let subject = ClaimSubject {
            payer,
            history: &history,
            ..ClaimSubject::of(&claim, now.date_naive())
        };
        let subject = Subject::Claim(&subject);
        let context = Context::at(now);
        let mut tried = TriedClaim {
            id: claim.id.clone(),
            judged: Vec::new(),
            not_run: Vec::new(),
        };
        for hook in &self.hooks {
            let not_run = self.worker.not_run(*hook, subject, context);
            if not_run.is_empty() {
                let mut outcome = Outcome::default();
                self.worker.judge(*hook, subject, context, &mut outcome);
                tried.judged.push(JudgedAt {
                    hook: *hook,
                    outcome,
                });
            } else if tried.not_run.is_empty() {
                tried.not_run = not_run;
            }
        }
        self.trial.claims.push(tried);
    }
}

/// The id that the engine would give a claim in an empty database.
fn name(given: &mut BTreeSet<ClaimId>, control: &str) -> ClaimId {
    let store = MemoryStore::new();
    let named = store
        .read()
        .ok()
        .and_then(|reader| claim_id(reader.as_ref(), given, control).ok());
    // A store in memory does not fail; a claim without a name could not be told of.
    named.unwrap_or_else(|| fallback_id(given.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Finds how many earlier claims stand, at the hook `scrub` only.
    struct Counts;

    impl Handler for Counts {
        fn name(&self) -> &str {
            "counts"
        }

        fn handles(&self, hook: Hook) -> bool {
            hook == Hook::Scrub
        }

        fn worker(&self) -> Box<dyn Worker> {
            Box::new(Self)
        }
    }

    impl Worker for Counts {
        fn judge(
            &mut self,
            _: Hook,
            subject: Subject<'_>,
            context: Context,
            outcome: &mut Outcome,
        ) {
            let Subject::Claim(subject) = subject else {
                return;
            };
            let standing = subject.history.iter().filter(|one| !one.withdrawn);
            outcome.findings.push(Finding {
                rule: "counts".to_owned(),
                severity: scrubjay_hooks::Severity::Info,
                message: format!("{} before {}", standing.count(), context.today()),
                about: scrubjay_hooks::About::Whole,
                prevents: Vec::new(),
                cite: None,
                overridable: false,
                shadow: false,
            });
        }
    }

    fn told(bytes: &[u8]) -> Vec<(String, String)> {
        let trial = try_claims(&Counts, &Config::default(), bytes).unwrap();
        let claims = trial.claims.iter();
        claims
            .map(|claim| {
                assert_eq!(claim.judged.len(), 1);
                (
                    claim.id.to_string(),
                    claim.judged[0].outcome.findings[0].message.clone(),
                )
            })
            .collect()
    }

    const FILE: &str = include_str!("../../edi/fixtures/one-claim.837");

    #[test]
    fn later_claims_of_a_file_see_the_earlier_ones_of_the_patient() {
        let twice = told(FILE.repeat(2).as_bytes());
        assert_ne!(twice[0].0, twice[1].0);
        assert!(twice[0].1.starts_with("0 before 20") && twice[1].1.starts_with("1 before 20"));
        // The same patient's claim again, as a replacement of the first.
        let replaced = [FILE, &FILE.replacen(":B:1*", ":B:7*", 1)].concat();
        assert_ne!(
            replaced,
            FILE.repeat(2),
            "the file has a claim of frequency 1"
        );
        assert!(told(replaced.as_bytes())[1].1.starts_with("0 before"));
    }

    #[test]
    fn a_file_without_claims_is_an_error() {
        let refused = |bytes: &[u8]| try_claims(&Counts, &Config::default(), bytes).unwrap_err();
        assert!(matches!(refused(b"\x89PNG"), TrialError::NotX12(_)));
        let miscounted = FILE.replacen("\nSE*", "\nSE*9", 1);
        assert!(matches!(
            refused(miscounted.as_bytes()),
            TrialError::Unsound { .. }
        ));
        let remittance = include_bytes!("../../../examples/clinic/inbox/05-medicare.835");
        assert!(matches!(refused(remittance), TrialError::NoClaims));
    }
}
