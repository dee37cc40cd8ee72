//! STC and service lines: what a payer says.

use chrono::NaiveDate;
use scrubjay_model::{AsSent, LineStatus, Money, PayerStatus, PayerStatusCode};
use scrubjay_x12::{Loop, SegmentBuf};

use super::party::{draft_days, take_days};
use crate::draft::{Draft, DraftLoop, owned};
use crate::value::{Place, as_sent, d8, day, loop_at, plain, quantity, reference, text};
use crate::{ElementError, ReadError};

/// Elements of an STC that hold codes.
const CODES: [usize; 3] = [1, 10, 11];

/// Modifiers of a line.
const MODIFIERS: usize = 4;

pub(super) fn read_statuses(within: &Loop) -> Result<Vec<PayerStatus>, ReadError> {
    within
        .segments_with("STC")
        .map(|stc| read_status(within, stc))
        .collect()
}

fn read_status(within: &Loop, stc: &SegmentBuf) -> Result<PayerStatus, ReadError> {
    let place = |element| Place {
        within,
        segment: stc,
        id: "STC",
        element,
    };
    let optional_day = |element| -> Result<Option<NaiveDate>, ReadError> {
        match stc.element(element).trim() {
            "" => Ok(None),
            text => day(text)
                .map(Some)
                .ok_or_else(|| place(element).error(ElementError::NotADate)),
        }
    };
    let mut codes = Vec::new();
    for element in CODES {
        if stc.component(element, 1).trim().is_empty() {
            break;
        }
        codes.push(PayerStatusCode {
            category: stc.component(element, 1).trim().to_owned(),
            status: stc.component(element, 2).trim().to_owned(),
            entity: text(stc.component(element, 3)),
        });
    }
    if codes.is_empty() {
        return Err(place(1).error(ElementError::Missing));
    }
    Ok(PayerStatus {
        codes,
        effective: optional_day(2)?.ok_or_else(|| place(2).error(ElementError::Missing))?,
        charge: place(4).optional_amount()?,
        paid: place(5).optional_amount()?,
        decided: optional_day(6)?,
        paid_on: optional_day(8)?,
        payment: stc.element(9).trim().parse().ok(),
    })
}

pub(super) fn draft_statuses(statuses: &[PayerStatus]) -> Vec<Draft> {
    statuses.iter().map(draft_status).collect()
}

fn draft_status(status: &PayerStatus) -> Draft {
    let mut stc = Draft::new("STC");
    for (element, code) in CODES.into_iter().zip(&status.codes) {
        let entity = code.entity.clone().unwrap_or_default();
        let parts = vec![
            owned(code.category.as_str()),
            owned(code.status.as_str()),
            owned(entity),
        ];
        stc = stc.composite(element, parts);
    }
    let amount = |amount: Option<Money>| amount.map(|amount| amount.to_x12());
    stc.owned(2, d8(status.effective))
        .owned_if(4, amount(status.charge))
        .owned_if(5, amount(status.paid))
        .owned_if(6, status.decided.map(d8))
        .owned_if(8, status.paid_on.map(d8))
        .owned_if(9, status.payment.as_ref().map(|number| number.as_str()))
}

/// Reads a service line, and takes its days out of it.
pub(super) fn read_line(within: &mut Loop) -> Result<LineStatus, ReadError> {
    let days = take_days(within);
    let svc = within.segment("SVC").ok_or(ReadError::MissingSegment {
        at: loop_at(within),
        loop_id: within.id,
        segment: "SVC",
    })?;
    let amount = |element| {
        Place {
            within,
            segment: svc,
            id: "SVC",
            element,
        }
        .amount()
    };
    Ok(LineStatus {
        qualifier: svc.component(1, 1).trim().to_owned(),
        procedure: as_sent(svc.component(1, 2)),
        modifiers: (3..3 + MODIFIERS)
            .filter_map(|at| as_sent(svc.component(1, at)))
            .collect(),
        charge: amount(2)?,
        paid: amount(3)?,
        units: quantity(svc.element(7)),
        control: reference(within, "FJ"),
        from: days.map(|days| days.0),
        to: days.map(|days| days.1),
        statuses: read_statuses(within)?,
    })
}

pub(super) fn draft_line(id: &'static str, index: usize, line: &LineStatus) -> DraftLoop {
    let code = line
        .procedure
        .as_ref()
        .map(AsSent::text)
        .unwrap_or_default();
    let mut parts = vec![owned(line.qualifier.as_str()), owned(code)];
    let mut modifiers = line.modifiers.iter().map(AsSent::text);
    parts.extend((0..MODIFIERS).map(|_| owned(modifiers.next().unwrap_or_default())));
    let mut drafted = DraftLoop::listed(id, index);
    drafted.segments.push(
        Draft::new("SVC")
            .composite(1, parts)
            .owned(2, line.charge.to_x12())
            .owned(3, line.paid.to_x12())
            .owned_if(7, line.units.map(plain)),
    );
    drafted.segments.extend(draft_statuses(&line.statuses));
    if let Some(control) = &line.control {
        let reference = Draft::qualified("REF", "FJ").owned(2, control.as_str());
        drafted.segments.push(reference);
    }
    let days = line.from.zip(line.to.or(line.from));
    drafted.segments.extend(days.map(draft_days));
    drafted
}
