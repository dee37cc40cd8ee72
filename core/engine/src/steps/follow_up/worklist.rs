//! Which open claims to work first: by what working them is worth, said with
//! the figures that it comes from.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_model::{ClaimId, Money, ReceivableStage};
use scrubjay_store::{OpenClaim, PayerRecord, Reader};
use serde::Serialize;

use super::policy::FollowUpPolicy;
use crate::EngineError;

/// Which claims a worklist is to have.
///
/// ```
/// use scrubjay::WorklistQuestion;
/// let mut ten = WorklistQuestion::default();
/// ten.most = 10;
/// assert!(ten.payer.is_none());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorklistQuestion {
    /// Only this payer's.
    pub payer: Option<String>,
    /// Only those at this stage.
    pub stage: Option<ReceivableStage>,
    /// At most so many.
    pub most: usize,
}

impl Default for WorklistQuestion {
    fn default() -> Self {
        Self {
            payer: None,
            stage: None,
            most: 50,
        }
    }
}

/// Whose history a likelihood comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HistoryOf {
    /// This payer's claims that it first denied.
    PayerDenied,
    /// This payer's decided claims.
    Payer,
    /// Every payer's decided claims, since this one has decided too few.
    AllPayers,
    /// Nobody's: `follow_up.assumed` of `scrubjay.yaml`.
    Assumed,
}

/// How much of what is open is likely to be paid: `paid` of `charged`, on so
/// many claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Likelihood {
    /// Whose history it comes from.
    pub of: HistoryOf,
    /// Claims in it.
    pub claims: u64,
    /// What was paid on them.
    pub paid: Money,
    /// What was charged on them.
    pub charged: Money,
}

impl Likelihood {
    /// In percent, to a tenth.
    #[must_use]
    pub fn percent(&self) -> Decimal {
        let (paid, charged) = self.parts();
        (Decimal::from(paid) * Decimal::ONE_HUNDRED / Decimal::from(charged)).round_dp(1)
    }

    /// Cents paid of cents charged: none below nothing, none above all.
    fn parts(&self) -> (i128, i128) {
        let charged = i128::from(self.charged.cents().unwrap_or(i64::MAX)).max(1);
        let paid = i128::from(self.paid.cents().unwrap_or(i64::MAX)).clamp(0, charged);
        (paid, charged)
    }

    /// That much of an amount, to the cent below.
    fn share(&self, amount: Money) -> Money {
        let (paid, charged) = self.parts();
        let cents = i128::from(amount.cents().unwrap_or(i64::MAX));
        Money::from_cents(i64::try_from(cents * paid / charged).unwrap_or(i64::MAX))
    }
}

/// A claim that is worth working.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorklistItem {
    /// Claim.
    pub claim: ClaimId,
    /// Payer key.
    pub payer: String,
    /// Where it waits.
    pub stage: ReceivableStage,
    /// What payers owe on it.
    pub open: Money,
    /// Days since the last day of service.
    pub age: Option<i64>,
    /// How much of it is likely to be paid.
    pub likelihood: Likelihood,
    /// What it costs to work it.
    pub cost: Money,
    /// What working it is worth: what is open x likelihood, less the cost.
    pub expected: Money,
}

impl WorklistItem {
    /// How its value comes about, in a sentence.
    #[must_use]
    pub fn why(&self) -> String {
        let Likelihood {
            of,
            claims,
            paid,
            charged,
        } = self.likelihood;
        let percent = self.likelihood.percent();
        let payer = &self.payer;
        let history = match of {
            HistoryOf::PayerDenied => format!(
                "{payer} has paid {paid} of {charged} on {claims} claims that it first denied"
            ),
            HistoryOf::Payer => {
                format!("{payer} has paid {paid} of {charged} on {claims} decided claims")
            }
            HistoryOf::AllPayers => {
                format!("all payers have paid {paid} of {charged} on {claims} decided claims")
            }
            HistoryOf::Assumed => "no history: assumed".to_owned(),
        };
        format!(
            "{} open x {percent} % ({history}) less {} to work it",
            self.open, self.cost
        )
    }
}

/// Open claims, the one most worth working on top.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Worklist {
    /// The day of it.
    pub on: NaiveDate,
    /// The claims.
    pub items: Vec<WorklistItem>,
    /// Claims that are worth working, those beyond the items too.
    pub worth: u64,
    /// What working all of those is worth.
    pub expected: Money,
    /// Claims that cost more to work than they are likely to bring.
    pub not_worth: u64,
    /// What is open on those.
    pub not_worth_open: Money,
    /// Claims that were not sent yet: there is nothing to ask a payer about.
    pub unsent: u64,
}

/// The worklist of a day.
pub(crate) fn worklist(
    reader: &dyn Reader,
    policy: &FollowUpPolicy,
    question: &WorklistQuestion,
    on: NaiveDate,
) -> Result<Worklist, EngineError> {
    let histories = Histories::of(reader, policy)?;
    let mut list = Worklist {
        on,
        items: Vec::new(),
        worth: 0,
        expected: Money::ZERO,
        not_worth: 0,
        not_worth_open: Money::ZERO,
        unsent: 0,
    };
    // The least of those held stands on top; of two of one value the earlier stays.
    let mut best: BinaryHeap<Reverse<(Money, Reverse<u64>, Held)>> = BinaryHeap::new();
    let mut place = 0;
    reader.open_claims(&mut |open| {
        place += 1;
        if !is_asked(question, &open) {
            return;
        }
        if open.stage == ReceivableStage::Unsent {
            list.unsent += 1;
            return;
        }
        let likelihood = histories.likelihood(open.payer, open.stage);
        let expected = likelihood.share(open.insurance) - policy.cost;
        if !expected.is_positive() {
            list.not_worth += 1;
            list.not_worth_open += open.insurance;
            return;
        }
        list.worth += 1;
        list.expected += expected;
        let full = best.len() >= question.most;
        let beaten = best
            .peek()
            .is_some_and(|Reverse((least, ..))| *least >= expected);
        if (full && beaten) || question.most == 0 {
            return;
        }
        if full {
            best.pop();
        }
        best.push(Reverse((expected, Reverse(place), Held::of(&open))));
    })?;
    for Reverse((expected, _, held)) in best.into_sorted_vec() {
        let Ok(claim) = held.claim.parse() else {
            continue;
        };
        list.items.push(WorklistItem {
            claim,
            likelihood: histories.likelihood(&held.payer, held.stage),
            stage: held.stage,
            open: held.open,
            age: held.service.map(|day| (on - day).num_days()),
            cost: policy.cost,
            payer: held.payer,
            expected,
        });
    }
    Ok(list)
}

fn is_asked(question: &WorklistQuestion, open: &OpenClaim<'_>) -> bool {
    open.insurance.is_positive()
        && question.stage.is_none_or(|stage| stage == open.stage)
        && question
            .payer
            .as_ref()
            .is_none_or(|payer| payer == open.payer)
}

/// A claim that may stand on the list.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Held {
    claim: String,
    payer: String,
    stage: ReceivableStage,
    open: Money,
    service: Option<NaiveDate>,
}

impl Held {
    fn of(open: &OpenClaim<'_>) -> Self {
        Self {
            claim: open.claim.to_owned(),
            payer: open.payer.to_owned(),
            stage: open.stage,
            open: open.insurance,
            service: open.service,
        }
    }
}

/// What payers have paid, as likelihoods.
struct Histories {
    payers: BTreeMap<String, (Likelihood, Likelihood)>,
    others: Likelihood,
}

impl Histories {
    fn of(reader: &dyn Reader, policy: &FollowUpPolicy) -> Result<Self, EngineError> {
        let records = reader.payer_records()?;
        let enough = |claims: u64, charged: Money| {
            claims >= u64::from(policy.history) && charged.is_positive()
        };
        let mut all = PayerRecord::default();
        for (_, record) in &records {
            all.decided += record.decided;
            all.charged += record.charged;
            all.paid += record.paid;
        }
        let others = if enough(all.decided, all.charged) {
            decided(HistoryOf::AllPayers, &all)
        } else {
            Likelihood {
                of: HistoryOf::Assumed,
                claims: 0,
                paid: Money::from_cents(policy.assumed.into()),
                charged: Money::from_cents(100),
            }
        };
        let payers = records.into_iter().map(|(payer, record)| {
            let usual = if enough(record.decided, record.charged) {
                decided(HistoryOf::Payer, &record)
            } else {
                others
            };
            let refused = if enough(record.denied, record.denied_charged) {
                Likelihood {
                    of: HistoryOf::PayerDenied,
                    claims: record.denied,
                    paid: record.denied_paid,
                    charged: record.denied_charged,
                }
            } else {
                usual
            };
            (payer, (usual, refused))
        });
        Ok(Self {
            payers: payers.collect(),
            others,
        })
    }

    fn likelihood(&self, payer: &str, stage: ReceivableStage) -> Likelihood {
        let Some((usual, refused)) = self.payers.get(payer) else {
            return self.others;
        };
        match stage {
            ReceivableStage::Denied | ReceivableStage::Appealed => *refused,
            _ => *usual,
        }
    }
}

fn decided(of: HistoryOf, record: &PayerRecord) -> Likelihood {
    Likelihood {
        of,
        claims: record.decided,
        paid: record.paid,
        charged: record.charged,
    }
}
