//! A 278 that answers.

use scrubjay_model::ReviewOutcome;
use scrubjay_x12::{ControlNumbers, TransactionSet};

use super::AuthorizationResponse;
use super::came::{As, read_events};
use super::event::{check, levels, name_of};
use super::service::Forms;
use crate::exchange::{Exchange, WrittenExchange, check_trace, expect};
use crate::{ClaimError, ReadError, WriteError};

/// Writes answers to requests as one file, a transaction set each: for who
/// plays the payer.
///
/// # Errors
/// Where there is none, or one cannot be written: the error names which, and
/// no control number is drawn.
pub fn write_authorization_responses(
    batch: &Exchange<'_, AuthorizationResponse>,
    numbers: &mut dyn ControlNumbers,
) -> Result<WrittenExchange, WriteError> {
    batch.write("278R", numbers, |response| {
        check(&response.request)?;
        check_rejections(response)?;
        for trace in &response.traces {
            check_trace(trace, "2000E")?;
        }
        let name = name_of(response.request.batch.as_deref(), response.traces.first())?;
        let more = response.decision.outcome == Some(ReviewOutcome::Pended);
        let bht = batch.bht(["0007", "11", name, if more { "19" } else { "18" }]);
        let carried = &response.request.carried;
        levels(&response.request, Some(response), Forms::Written(carried)).restore(bht, carried)
    })
}

/// Each rejection is about a loop that is written.
fn check_rejections(response: &AuthorizationResponse) -> Result<(), ClaimError> {
    let request = &response.request;
    let has = |at: &str| match at {
        "2000A" | "2010A" | "2000B" | "2010B" | "2000C" | "2010C" | "2000E" => true,
        "2000D" | "2010D" => request.dependent.is_some(),
        "2010EA" => request.performing.is_some(),
        at => (1..=request.services.len()).any(|number| at == format!("2000F[{number}]")),
    };
    // The guide has an AAA in the first of the levels above the event only.
    let below = |at: &str| matches!(at, "2000B" | "2000C" | "2000D");
    let all = response
        .rejections
        .iter()
        .all(|rejection| has(&rejection.at) && !below(&rejection.at));
    if all {
        return Ok(());
    }
    Err(ClaimError::RejectedLevel)
}

/// The answers of a 278; a set that refuses the whole request is one answer.
///
/// # Errors
/// Where the transaction is no 278 that answers.
pub fn read_authorization_responses(
    set: &TransactionSet,
) -> Result<Vec<AuthorizationResponse>, ReadError> {
    expect(set, "278R", "a 278 that answers")?;
    let events = read_events(set, As::Answer).into_iter();
    Ok(events
        .map(|came| {
            let mut response = AuthorizationResponse {
                traces: came.traces,
                request: came.request,
                decision: came.decision,
                services: came.services,
                rejections: came.rejections,
            };
            let forms = Forms::Came(&came.forms);
            let drafts = levels(&response.request, Some(&response), forms);
            let levels: Vec<_> = came.levels.iter().collect();
            response.request.carried = drafts.leftovers(&levels);
            response
        })
        .collect())
}
