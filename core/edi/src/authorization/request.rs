//! A 278 that asks.

use scrubjay_x12::{ControlNumbers, TransactionSet};

use super::AuthorizationRequest;
use super::came::{As, read_events};
use super::event::{check, levels, name_of};
use super::service::Forms;
use crate::exchange::{Exchange, WrittenExchange, check_trace, expect};
use crate::{ReadError, WriteError};

/// Writes requests for authorization as one file, a transaction set each.
///
/// # Errors
/// Where there is none, or one cannot be written: the error names which, and
/// no control number is drawn.
pub fn write_authorization_requests(
    batch: &Exchange<'_, AuthorizationRequest>,
    numbers: &mut dyn ControlNumbers,
) -> Result<WrittenExchange, WriteError> {
    batch.write("278", numbers, |request| {
        check(request)?;
        let trace = request.trace.as_ref();
        if let Some(trace) = trace {
            check_trace(trace, "2000E")?;
        }
        let name = name_of(request.batch.as_deref(), trace)?;
        let bht = batch.bht(["0007", "13", name, ""]);
        let forms = Forms::Written(&request.carried);
        levels(request, None, forms).restore(bht, &request.carried)
    })
}

/// The requests of a 278.
///
/// # Errors
/// Where the transaction is no 278 that asks.
pub fn read_authorization_requests(
    set: &TransactionSet,
) -> Result<Vec<AuthorizationRequest>, ReadError> {
    expect(set, "278", "a 278 that asks")?;
    let events = read_events(set, As::Question).into_iter();
    Ok(events
        .map(|came| {
            let drafts = levels(&came.request, None, Forms::Came(&came.forms));
            let levels: Vec<_> = came.levels.iter().collect();
            AuthorizationRequest {
                carried: drafts.leftovers(&levels),
                ..came.request
            }
        })
        .collect())
}
