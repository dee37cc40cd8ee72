//! The balance of an 835: three identities, exact to the cent.

use rust_decimal::Decimal;

use crate::{Loop, Position, SegmentBuf, TransactionSet};

/// Whether an identity holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Identity {
    /// It holds everywhere.
    Balanced,
    /// It is off by so much at that segment (stated less computed).
    Unbalanced {
        /// Where it first fails.
        at: Position,
        /// By how much, in dollars.
        by: Decimal,
    },
    /// An amount in it cannot be read.
    NotEvaluable {
        /// Where.
        at: Position,
    },
}

/// The three identities of a remittance (005010X221A1, 1.10.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Balance {
    /// Each line: charge less adjustments is paid.
    pub line: Identity,
    /// Each claim: charge less all adjustments is paid.
    pub claim: Identity,
    /// The transaction: paid on claims less provider adjustments is the payment.
    pub transaction: Identity,
}

impl Balance {
    /// The identities with their names.
    #[must_use]
    pub const fn identities(&self) -> [(&'static str, Identity); 3] {
        [
            ("service line", self.line),
            ("claim", self.claim),
            ("transaction", self.transaction),
        ]
    }

    /// Whether all three hold.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.identities()
            .iter()
            .all(|(_, identity)| *identity == Identity::Balanced)
    }

    /// What fails first, in words.
    #[must_use]
    pub fn first_unbalanced(&self) -> Option<String> {
        self.identities()
            .into_iter()
            .find_map(|(name, identity)| match identity {
                Identity::Balanced => None,
                Identity::Unbalanced { at, by } => Some(format!("{at}: {name} is off by {by}")),
                Identity::NotEvaluable { at } => Some(format!(
                    "{at}: {name} cannot be added up, since an amount is no number"
                )),
            })
    }
}

/// One adjustment of a CAS: its triplet with the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Adjustment<'a> {
    /// CAS01: CO, OA, PI, PR.
    pub group: &'a str,
    /// The reason, a CARC.
    pub reason: &'a str,
    /// The amount as written; positive ones reduce the payment.
    pub amount: &'a str,
    /// The quantity as written.
    pub quantity: &'a str,
}

/// The triplets of a CAS that say anything, up to six (CAS02 to CAS19).
pub fn triplets(cas: &SegmentBuf) -> impl Iterator<Item = Adjustment<'_>> {
    // One walk over the elements: there are many CAS in an 835.
    let mut elements = cas.as_segment().elements().map(text);
    let group = elements.next().unwrap_or_default();
    std::iter::from_fn(move || {
        Some(Adjustment {
            group,
            reason: elements.next()?,
            amount: elements.next().unwrap_or_default(),
            quantity: elements.next().unwrap_or_default(),
        })
    })
    .take(6)
    .filter(|one| !one.reason.is_empty() || !one.amount.is_empty())
}

/// An element as text; what is no UTF-8 is no amount either.
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or("\u{fffd}")
}

/// One adjustment of a PLB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProviderAdjustment<'a> {
    /// The reason, such as `WO`, `FB`, `L6`.
    pub reason: &'a str,
    /// The reference that it goes with, where there is one.
    pub reference: &'a str,
    /// The amount as written; positive ones reduce the payment.
    pub amount: &'a str,
}

/// The pairs of a PLB that say anything, up to six (PLB03 to PLB14).
pub fn pairs(plb: &SegmentBuf) -> impl Iterator<Item = ProviderAdjustment<'_>> {
    [3, 5, 7, 9, 11, 13]
        .into_iter()
        .map(|at| ProviderAdjustment {
            reason: plb.component(at, 1),
            reference: plb.component(at, 2),
            amount: plb.element(at + 1),
        })
        .filter(|one| !one.reason.is_empty() || !one.amount.is_empty())
}

/// An amount: empty is zero, and what is no decimal number is none.
pub(crate) fn amount(text: &str) -> Option<Decimal> {
    if text.is_empty() {
        return Some(Decimal::ZERO);
    }
    // X12 writes no exponent, plus or grouping, which the parser would take.
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    text.parse().ok().filter(|_| plain)
}

/// What the CAS segments of one loop take off; the loops inside not counted.
pub(crate) fn adjustments(within: &Loop) -> Option<Decimal> {
    within
        .segments_with("CAS")
        .flat_map(triplets)
        .try_fold(Decimal::ZERO, |sum, one| {
            sum.checked_add(amount(one.amount)?)
        })
}

/// By how much a line is off: SVC03 less (SVC02 less adjustments).
fn of_line(svc: &SegmentBuf, adjusted: Option<Decimal>) -> Option<Decimal> {
    let charge = amount(svc.element(2))?;
    amount(svc.element(3))?.checked_sub(charge.checked_sub(adjusted?)?)
}

/// By how much a claim is off: CLP04 less (CLP03 less all adjustments).
fn of_payment(claim: &Loop, clp: &SegmentBuf, on_lines: Option<Decimal>) -> Option<Decimal> {
    let adjusted = adjustments(claim)?.checked_add(on_lines?)?;
    let charge = amount(clp.element(3))?;
    amount(clp.element(4))?.checked_sub(charge.checked_sub(adjusted)?)
}

/// By how much BPR02 is off from what is paid on claims less provider adjustments.
pub(crate) fn of_transaction(root: &Loop, bpr: &SegmentBuf) -> Option<Decimal> {
    let mut expected = Decimal::ZERO;
    for claim in root
        .children("2000")
        .flat_map(|header| header.children("2100"))
    {
        let clp = claim.segment("CLP")?;
        expected = expected.checked_add(amount(clp.element(4))?)?;
    }
    for plb in root.segments_with("PLB") {
        for pair in pairs(plb) {
            expected = expected.checked_sub(amount(pair.amount)?)?;
        }
    }
    let paid = amount(bpr.element(2))?;
    // BPR03 D takes money back: the amount is written without its sign.
    let paid = if bpr.element(3) == "D" { -paid } else { paid };
    paid.checked_sub(expected)
}

/// What a claim's amounts come to: each line and the claim, and by how much
/// each is off.
pub(crate) struct ClaimSums<'a> {
    pub(crate) lines: Vec<(&'a SegmentBuf, Option<Decimal>)>,
    pub(crate) claim: Option<(&'a SegmentBuf, Option<Decimal>)>,
}

pub(crate) fn of_claim(claim: &Loop) -> ClaimSums<'_> {
    let mut lines = Vec::with_capacity(claim.loops.len());
    let mut on_lines = Some(Decimal::ZERO);
    for line in claim.children("2110") {
        let adjusted = adjustments(line);
        on_lines = on_lines
            .zip(adjusted)
            .and_then(|(sum, more)| sum.checked_add(more));
        if let Some(svc) = line.segment("SVC") {
            lines.push((svc, of_line(svc, adjusted)));
        }
    }
    let claim = claim
        .segment("CLP")
        .map(|clp| (clp, of_payment(claim, clp, on_lines)));
    ClaimSums { lines, claim }
}

fn note(found: &mut Identity, at: &SegmentBuf, off_by: Option<Decimal>) {
    let at = at.position.unwrap_or_default();
    if *found == Identity::Balanced {
        *found = match off_by {
            Some(by) if by.is_zero() => Identity::Balanced,
            Some(by) => Identity::Unbalanced { at, by },
            None => Identity::NotEvaluable { at },
        };
    }
}

/// Checks an 835: whether each identity holds, by how much it does not, or why
/// it cannot be told.
///
/// ```
/// use scrubjay_x12::{balance::balance, read};
/// let file = include_str!("../fixtures/reversal-and-correction.835");
/// assert!(balance(&read(file.as_bytes())?[0].sets[0]).holds());
/// let wrong = file.replace("BPR*I*150", "BPR*I*151");
/// let found = balance(&read(wrong.as_bytes())?[0].sets[0]);
/// assert_eq!(found.first_unbalanced().unwrap(), "segment 4, byte 177, line 4: transaction is off by 1");
/// # Ok::<(), scrubjay_x12::FileError>(())
/// ```
#[must_use]
pub fn balance(set: &TransactionSet) -> Balance {
    let mut result = Balance {
        line: Identity::Balanced,
        claim: Identity::Balanced,
        transaction: Identity::Balanced,
    };
    for claim in set
        .root
        .children("2000")
        .flat_map(|header| header.children("2100"))
    {
        let sums = of_claim(claim);
        for (svc, off) in sums.lines {
            note(&mut result.line, svc, off);
        }
        if let Some((clp, off)) = sums.claim {
            note(&mut result.claim, clp, off);
        }
    }
    match set.root.segment("BPR") {
        Some(bpr) => note(&mut result.transaction, bpr, of_transaction(&set.root, bpr)),
        None => result.transaction = Identity::NotEvaluable { at: set.at },
    }
    result
}
