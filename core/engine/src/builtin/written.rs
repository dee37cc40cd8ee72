//! A claim is valid as X12 before it is sent, as the receiver's guide has it.

use chrono::NaiveTime;
use scrubjay_hooks::{About, Context};
use scrubjay_model::Claim;
use scrubjay_x12::{Fault, FaultKind};

use super::{Desk, Found, carcs, field};

/// The most faults that are told of one claim: the rest follow from them, or
/// are found when these are mended.
const TOLD: usize = 5;

/// What a receiver would find in a claim.
#[derive(Debug, Default)]
pub(super) struct Written {
    faults: Vec<Fault>,
    /// Why it cannot be written at all.
    problem: Option<String>,
}

impl Written {
    /// Writes the claim as it would be sent and reads it as its receiver does.
    pub(super) fn of(claim: &Claim, is_sent: bool, context: Context) -> Self {
        if !is_sent {
            return Self::default();
        }
        let at = context.today().and_time(NaiveTime::MIN).and_utc();
        match scrubjay_edi::faults_as_written(claim, at) {
            Ok(mut faults) => {
                faults.retain(Fault::is_error);
                Self {
                    faults,
                    problem: None,
                }
            }
            Err(error) => Self {
                faults: Vec::new(),
                problem: Some(error.to_string()),
            },
        }
    }

    fn split(&self, balances: bool) -> impl Iterator<Item = &Fault> {
        let of_kind =
            move |fault: &&Fault| matches!(fault.kind, FaultKind::Unbalanced(_)) == balances;
        self.faults.iter().filter(of_kind)
    }
}

/// Faults of form: a clearinghouse or payer would answer them with a 999 or
/// 277CA that rejects.
pub(super) fn faults(desk: &Desk<'_>) -> Vec<Found> {
    if let Some(problem) = &desk.written.problem {
        let message = format!("the claim cannot be written as X12: {problem}");
        return vec![Found::fault(message, About::Whole)];
    }
    let mut told: Vec<Found> = desk
        .written
        .split(false)
        .take(TOLD)
        .map(|fault| {
            Found::fault(
                format!("{}; mend it where the claim is made", place(fault)),
                About::Whole,
            )
        })
        .collect();
    let more = desk.written.split(false).count().saturating_sub(TOLD);
    if let (Some(last), true) = (told.last_mut(), more > 0) {
        last.message
            .push_str(&format!(" ({more} more faults of form)"));
    }
    told
}

/// Amounts that do not add up.
pub(super) fn balances(desk: &Desk<'_>) -> Vec<Found> {
    let told = desk.written.split(true).take(TOLD).map(|fault| Found {
        prevents: carcs(&["16"]),
        cite: Some("005010X222A1 and X223A2, CLM02; 1.4.1.1"),
        ..Found::fault(
            format!("{}; mend the amounts", place(fault)),
            field("charge"),
        )
    });
    told.collect()
}

/// A fault by loop, segment and element: the segment's number is that of a file
/// that nobody sees.
fn place(fault: &Fault) -> String {
    let mut place = format!("as X12, {}", fault.segment);
    if let Some(element) = fault.element {
        place.push_str(&format!("{element:02}"));
    }
    if let Some(component) = fault.component {
        place.push_str(&format!("-{component}"));
    }
    if let Some(loop_id) = fault.loop_id {
        place.push_str(&format!(" in loop {loop_id}"));
    }
    format!("{place}: {}", fault.text())
}
