//! Services of a request: SV1 in loop 2000F, read from SV2 and SV3 too.

use scrubjay_model::{AsSent, Carried, ProcedureCode};
use scrubjay_x12::{Loop, SegmentBuf};

use super::RequestedService;
use crate::draft::{Draft, Slot, assumed, owned};
use crate::value::{as_sent, plain, quantity};

/// Modifiers of one procedure.
pub(super) const MODIFIERS: usize = 4;

/// The segment with the procedure, its element and that of the units.
const FORMS: [(&str, usize, usize); 3] = [("SV1", 1, 4), ("SV2", 2, 5), ("SV3", 1, 6)];

fn form(within: &Loop) -> Option<(&SegmentBuf, usize, usize)> {
    FORMS.iter().find_map(|(id, procedure, units)| {
        let segment = within.segment(id)?;
        Some((segment, *procedure, *units))
    })
}

pub(super) fn read_service(within: &Loop) -> RequestedService {
    let Some((segment, procedure, units)) = form(within) else {
        return RequestedService::default();
    };
    // A dental procedure is one too; a drug by its number is not.
    let code: Option<AsSent<ProcedureCode>> =
        matches!(segment.component(procedure, 1), "HC" | "AD")
            .then(|| as_sent(segment.component(procedure, 2)))
            .flatten();
    let visits = within.segment("HSD").filter(|_| code.is_some());
    RequestedService {
        modifiers: match &code {
            Some(_) => (3..3 + MODIFIERS)
                .filter_map(|at| as_sent(segment.component(procedure, at)))
                .collect(),
            None => Vec::new(),
        },
        units: quantity(segment.element(units)).or_else(|| quantity(visits?.element(2))),
        procedure: code,
    }
}

/// Which services stand in an SV1.
#[derive(Debug, Clone, Copy)]
pub(super) enum Forms<'a> {
    /// As they came, one a service.
    Came(&'a [Form]),
    /// As they are to be written, with what is carried.
    Written(&'a [Carried]),
}

/// How a service came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// In an SV1.
    Sv1,
    /// In another segment, or in none.
    Other,
}

impl Form {
    pub(super) fn of(within: &Loop) -> Self {
        match within.segment("SV1") {
            Some(_) => Self::Sv1,
            None => Self::Other,
        }
    }
}

impl Forms<'_> {
    /// Whether the service of that number, from 1, has an SV1.
    pub(super) fn has_sv1(self, number: usize, service: &RequestedService) -> bool {
        let carried = match self {
            Self::Came(forms) => return forms.get(number - 1) == Some(&Form::Sv1),
            Self::Written(carried) => carried,
        };
        let at = format!("2000F[{number}]");
        let rest = format!("{at}.SV1");
        let other = |carried: &Carried| {
            let mut segments = carried.segments.iter();
            carried.at == at
                && segments.any(|text| text.starts_with("SV2*") || text.starts_with("SV3*"))
        };
        if carried.iter().any(other) {
            return false;
        }
        service.procedure.is_some()
            || service.units.is_some()
            || carried.iter().any(|carried| carried.at == rest)
    }
}

pub(super) fn draft_service(service: &RequestedService) -> Draft {
    let mut sv1 = Draft::new("SV1");
    if let Some(code) = &service.procedure {
        let mut parts: Vec<Slot> = vec![assumed("HC"), owned(code.text())];
        let mut modifiers = service.modifiers.iter().map(AsSent::text);
        parts.extend((0..MODIFIERS).map(|_| owned(modifiers.next().unwrap_or_default())));
        sv1 = sv1.composite(1, parts);
    }
    match service.units {
        Some(units) => sv1.assumed(3, "UN").owned(4, plain(units)),
        None => sv1,
    }
}
