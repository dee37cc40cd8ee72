//! One rule tried on claims that it need not have met: drafts above all.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use scrubjay_edi::ReadClaim;
use scrubjay_hooks::{ClaimSubject, Context, EarlierClaim, Subject, SubjectKind};
use scrubjay_model::{Authorization, Claim, ClaimId};
use scrubjay_rules::{Inspector, RuleSet, RuleTrace};
use scrubjay_store::Reader;
use scrubjay_x12::{Interchange, TransactionSet};
use serde::Serialize;

use crate::steps::authorization::on_file::seen_by_claim;
use crate::steps::claim::{fallback_id, payer_key};
use crate::steps::history::history;
use crate::time::interchange_instant;
use crate::{Config, EngineError, intake};

/// A rule tried on claims.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Attempts {
    /// Each claim.
    pub attempts: Vec<Attempt>,
    /// Claims that could not be read: where and why.
    pub unread: Vec<String>,
}

/// A rule tried on one claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Attempt {
    /// Claim; in a file, the control number that it came with.
    pub claim: ClaimId,
    /// Payer key.
    pub payer: String,
    /// The day on which it was judged and taken to have come in.
    pub today: NaiveDate,
    /// What the rule did.
    pub trace: RuleTrace,
}

/// A rule with what it is tried with.
struct Bench<'a> {
    config: &'a Config,
    inspector: Inspector,
    rule: &'a str,
}

/// Tries a rule on every claim of an X12 file, as the claims came and with no
/// earlier ones. Drafts run too. The day is the one of the interchange, or
/// `today`.
///
/// # Errors
/// Where there is no such rule, it is not about claims, or the file holds no
/// claims that can be read.
pub fn try_rule_on_file(
    config: &Config,
    rules: &RuleSet,
    rule: &str,
    file: &[u8],
    today: Option<NaiveDate>,
) -> Result<Attempts, EngineError> {
    let mut bench = Bench::new(config, rules, rule)?;
    let refuse = |reason: String| EngineError::NotClaims { reason };
    let interchanges = intake::read(file).map_err(refuse)?;
    let mut found = Attempts::default();
    for interchange in &interchanges {
        let at = instant(interchange, today);
        let faults = interchange.faults.iter();
        let faults = faults.chain(interchange.sets.iter().flat_map(|set| &set.faults));
        if let Some(fault) = faults.into_iter().find(|fault| fault.is_error()) {
            return Err(refuse(fault.to_string()));
        }
        for set in interchange.sets.iter().filter(|set| holds_claims(set)) {
            let mut given = 0;
            let read = scrubjay_edi::read_claims(set, &mut |control| {
                given += 1;
                control
                    .trim()
                    .parse()
                    .unwrap_or_else(|_| fallback_id(given))
            });
            for claim in read {
                match claim {
                    Ok(ReadClaim { claim, .. }) => {
                        found.attempts.push(bench.attempt(&claim, &[], &[], at)?);
                    }
                    Err(error) => found.unread.push(error.to_string()),
                }
            }
        }
    }
    if found.attempts.is_empty() && found.unread.is_empty() {
        return Err(refuse("it holds no claims (837)".to_owned()));
    }
    Ok(found)
}

/// Tries a rule on a claim of a database, as it stands now, with the earlier
/// claims and authorizations of its patient. Drafts run too. The day is the one on which the claim
/// was made, or `today`.
///
/// # Errors
/// Where there is no such rule or claim, the rule is not about claims, or the
/// store cannot be read.
pub fn try_rule_on_claim(
    reader: &dyn Reader,
    config: &Config,
    rules: &RuleSet,
    rule: &str,
    claim: &ClaimId,
    today: Option<NaiveDate>,
) -> Result<Attempts, EngineError> {
    let mut bench = Bench::new(config, rules, rule)?;
    let unknown = || EngineError::NoClaim {
        claim: claim.clone(),
    };
    let row = reader.claim(claim)?.ok_or_else(unknown)?;
    let document = reader.claim_document(claim)?.ok_or_else(unknown)?;
    let earlier = history(reader, &document)?;
    let on_file = seen_by_claim(reader, config, &document)?;
    let at = today.map_or(row.created, noon);
    Ok(Attempts {
        attempts: vec![bench.attempt(&document, &earlier, &on_file, at)?],
        unread: Vec::new(),
    })
}

impl<'a> Bench<'a> {
    fn new(config: &'a Config, rules: &RuleSet, rule: &'a str) -> Result<Self, EngineError> {
        let inspector = Inspector::with_drafts(rules);
        let hook = inspector.hook_of(rule).ok_or_else(|| EngineError::NoRule {
            rule: rule.to_owned(),
        })?;
        if hook.subject() != SubjectKind::Claim {
            return Err(EngineError::NotAboutClaims {
                rule: rule.to_owned(),
                hook,
            });
        }
        Ok(Self {
            config,
            inspector,
            rule,
        })
    }

    fn attempt(
        &mut self,
        claim: &Claim,
        history: &[EarlierClaim],
        authorizations: &[Authorization],
        at: DateTime<Utc>,
    ) -> Result<Attempt, EngineError> {
        let payer = payer_key(self.config, claim);
        let context = Context::at(at);
        let subject = ClaimSubject {
            payer: self.config.payer_by_key(&payer).map(|payer| &payer.profile),
            history,
            authorizations,
            ..ClaimSubject::of(claim, context.today())
        };
        let trace = self
            .inspector
            .rule(self.rule, Subject::Claim(&subject), context)
            .ok_or_else(|| EngineError::NoRule {
                rule: self.rule.to_owned(),
            })?;
        Ok(Attempt {
            claim: claim.id.clone(),
            payer,
            today: context.today(),
            trace,
        })
    }
}

fn holds_claims(set: &TransactionSet) -> bool {
    let transaction = set.guide.map(|guide| guide.transaction());
    matches!(transaction, Some("837P" | "837I" | "837D"))
}

fn instant(interchange: &Interchange, today: Option<NaiveDate>) -> DateTime<Utc> {
    let header = &interchange.header;
    today
        .map(noon)
        .or_else(|| interchange_instant(&header.date, &header.time))
        .unwrap_or(DateTime::UNIX_EPOCH)
}

/// Noon of a day.
fn noon(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(12)
}
