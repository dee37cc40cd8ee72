//! A decision of the past, judged again on the packs of its day.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use scrubjay_hooks::{Context, Handler as _, Hook, Outcome};
use scrubjay_model::ClaimId;
use scrubjay_rules::RULE_FAULT;
use scrubjay_store::{Event, JournalRow, Reader, Sequence};
use serde::Serialize;

use crate::code_books::load_options;
use crate::past_packs::{PastPacks, Versions, packs_of, version_of};
use crate::steps::past::Past;
use crate::{Config, EngineError, PracticeCodes};

/// A decision of the past, judged again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replayed {
    /// Journal row of the decision.
    pub sequence: Sequence,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// Hook.
    pub hook: Hook,
    /// The versions of the packs whose rules ran, as the journal has them, sorted.
    pub packs: Vec<String>,
    /// How the two compare.
    #[serde(flatten)]
    pub ended: ReplayEnd,
}

/// How a decision compares with the same judged again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "ended", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReplayEnd {
    /// Findings, effects and rules that ran are the same, byte for byte.
    Same,
    /// They are not.
    Differs {
        /// What the rules said then.
        journalled: Outcome,
        /// What they say now.
        replayed: Outcome,
    },
    /// Packs that ran then were never published here.
    Unpublished {
        /// Their versions: id, `@`, and how the hash begins.
        versions: Vec<String>,
    },
    /// The packs of then do not load in this program.
    DoesNotLoad {
        /// Why not.
        problem: String,
    },
    /// What was judged cannot be told from the journal any more, or not at this hook.
    NotRebuilt,
}

/// Judges again every decision that rules made on a claim: on the packs that
/// ran then, as they were published, on the claim, its history and the clock as
/// they were then. The payer's profile and the code tables are the
/// configuration's of today, and
/// what plugins and built-in checks said is left aside.
///
/// Beside the packs that ran, others may have been loaded whose rules had
/// nothing to say: those that were live then are added where the packs that ran
/// do not give the same alone.
///
/// # Errors
/// Where the store or the configuration's code tables cannot be read.
pub fn replay(
    reader: &dyn Reader,
    config: &Config,
    claim: &ClaimId,
) -> Result<Vec<Replayed>, EngineError> {
    let codes = Arc::new(PracticeCodes::read(&config.codes)?);
    replay_with(reader, config, &codes, claim)
}

/// As [`replay`], with the code tables read already.
pub(crate) fn replay_with(
    reader: &dyn Reader,
    config: &Config,
    codes: &Arc<PracticeCodes>,
    claim: &ClaimId,
) -> Result<Vec<Replayed>, EngineError> {
    let rows = reader.history(claim)?;
    let mut packs = PastPacks::new(reader, load_options(&[], codes))?;
    let mut decisions = Vec::new();
    for row in &rows {
        let Event::Judged { hook, outcome, .. } = &row.event else {
            continue;
        };
        let said = by_rules(outcome);
        let ran = packs_of(&said);
        decisions.push(Replayed {
            sequence: row.sequence,
            at: row.stamp.at,
            hook: *hook,
            packs: ran
                .iter()
                .map(|(pack, hash)| format!("{pack}@{hash}"))
                .collect(),
            ended: match Past::before(reader, config, &rows, row)? {
                Some(past) => judge_again(&mut packs, row, *hook, said, ran, &past)?,
                None => ReplayEnd::NotRebuilt,
            },
        });
    }
    Ok(decisions)
}

fn judge_again(
    packs: &mut PastPacks<'_>,
    row: &JournalRow,
    hook: Hook,
    said: Outcome,
    ran: Versions,
    past: &Past,
) -> Result<ReplayEnd, EngineError> {
    let versions = packs.unpublished(&ran)?;
    if !versions.is_empty() {
        return Ok(ReplayEnd::Unpublished { versions });
    }
    let beside = packs.beside(&ran, row.sequence);
    let mut last = ReplayEnd::NotRebuilt;
    for of_then in [ran, beside] {
        let rules = match packs.load(of_then)? {
            Ok(rules) => rules,
            Err(problem) => return Ok(ReplayEnd::DoesNotLoad { problem }),
        };
        let mut replayed = Outcome::default();
        let context = Context::at(past.at);
        past.show(|subject| rules.worker().judge(hook, subject, context, &mut replayed));
        if same(&said, &replayed) {
            return Ok(ReplayEnd::Same);
        }
        last = ReplayEnd::Differs {
            journalled: said.clone(),
            replayed,
        };
    }
    Ok(last)
}

/// What rules of packs have said of it.
fn by_rules(outcome: &Outcome) -> Outcome {
    let of_pack = |version: &str| version_of(version).is_some();
    let mut said = outcome.clone();
    said.ran.retain(|ran| of_pack(&ran.version));
    let ran = |rule: &str| said.ran.iter().any(|ran| &*ran.rule == rule);
    said.findings
        .retain(|finding| finding.rule == RULE_FAULT || ran(&finding.rule));
    said.effects.retain(|(rule, _)| ran(rule));
    said
}

/// Byte for byte, as they are written.
fn same(one: &Outcome, other: &Outcome) -> bool {
    match (serde_json::to_vec(one), serde_json::to_vec(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
