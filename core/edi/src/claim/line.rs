//! Service lines: loop 2400 with the drug, the rendering provider and what
//! earlier payers decided.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_model::{AsSent, Claim, ClaimKind, PriorPayment, ServiceLine};
use scrubjay_x12::{Loop, SegmentBuf};

use super::body::line_rendering;
use super::other_payer::draft_decided;
use crate::ReadError;
use crate::adjustment::{by_group, draft_adjustments, read_adjustments};
use crate::draft::{Draft, DraftLoop, Slot, assumed, owned};
use crate::value::{
    Place, amt, as_sent, d8, dtp_day, loop_at, period, plain, quantity, reference, text,
};

/// Modifiers of one procedure.
pub(super) const MODIFIERS: usize = 4;

/// Where a line's service segment keeps what; 0 where it has no such element.
struct Layout {
    id: &'static str,
    procedure: usize,
    charge: usize,
    unit: usize,
    units: usize,
    place: usize,
    pointers: usize,
}

const SV1: Layout = Layout {
    id: "SV1",
    procedure: 1,
    charge: 2,
    unit: 3,
    units: 4,
    place: 5,
    pointers: 7,
};
const SV2: Layout = Layout {
    id: "SV2",
    procedure: 2,
    charge: 3,
    unit: 4,
    units: 5,
    place: 0,
    pointers: 0,
};
const SV3: Layout = Layout {
    id: "SV3",
    procedure: 1,
    charge: 2,
    unit: 0,
    units: 6,
    place: 3,
    pointers: 11,
};

const fn layout(kind: ClaimKind) -> &'static Layout {
    match kind {
        ClaimKind::Professional => &SV1,
        ClaimKind::Institutional => &SV2,
        ClaimKind::Dental => &SV3,
    }
}

/// Whether a DTP of a line is held by the model as one with the claim's own: a
/// dental line that names no date was done on the claim's date (DTP*472).
pub(super) fn takes_date(kind: ClaimKind, dtp: &SegmentBuf) -> bool {
    let mut alone = Loop::new("2400");
    alone.segments.push(dtp.clone());
    kind == ClaimKind::Dental && period(&alone, "472").is_some()
}

/// The date that a dental claim states for its lines: that of the first, where
/// each line has one.
pub(super) fn common_date(claim: &Claim) -> Option<(NaiveDate, NaiveDate)> {
    let mut all = claim.lines.iter().map(dates);
    let first = all.next()??;
    all.all(|date| date.is_some()).then_some(first)
}

fn dates(line: &ServiceLine) -> Option<(NaiveDate, NaiveDate)> {
    let from = line.from?;
    Some((from, line.to.unwrap_or(from)))
}

pub(super) fn draft_date((from, to): (NaiveDate, NaiveDate)) -> Draft {
    let dtp = Draft::qualified("DTP", "472");
    if from == to {
        dtp.owned(2, "D8").owned(3, d8(from))
    } else {
        dtp.owned(2, "RD8")
            .owned(3, format!("{}-{}", d8(from), d8(to)))
    }
}

pub(super) fn read_lines(kind: ClaimKind, claim: &Loop) -> Result<Vec<ServiceLine>, ReadError> {
    let common = match kind {
        ClaimKind::Dental => period(claim, "472"),
        _ => None,
    };
    claim
        .children("2400")
        .zip(1..)
        .map(|(within, number)| read_line(kind, within, number, common))
        .collect()
}

fn read_line(
    kind: ClaimKind,
    within: &Loop,
    number: u32,
    common: Option<(NaiveDate, NaiveDate)>,
) -> Result<ServiceLine, ReadError> {
    let layout = layout(kind);
    let sv = within.segment(layout.id).ok_or(ReadError::MissingSegment {
        at: loop_at(within),
        loop_id: "2400",
        segment: layout.id,
    })?;
    let charge = Place {
        within,
        segment: sv,
        id: layout.id,
        element: layout.charge,
    };
    let dates = period(within, "472").or(common);
    let units = text(sv.element(layout.units));
    Ok(ServiceLine {
        number,
        qualifier: sv.component(layout.procedure, 1).trim().to_owned(),
        procedure: as_sent(sv.component(layout.procedure, 2)),
        modifiers: (3..3 + MODIFIERS)
            .filter_map(|at| as_sent(sv.component(layout.procedure, at)))
            .collect(),
        revenue_code: match kind {
            ClaimKind::Institutional => text(sv.element(1)),
            _ => None,
        },
        charge: charge.amount()?,
        unit: match kind {
            ClaimKind::Dental => "UN".to_owned(),
            _ => sv.element(layout.unit).trim().to_owned(),
        },
        units: match (kind, units) {
            // One, where a dental line does not say.
            (ClaimKind::Dental, None) => Decimal::ONE,
            (_, units) => units.and_then(|units| quantity(&units)).unwrap_or_default(),
        },
        place: as_sent(sv.element(layout.place)),
        pointers: read_pointers(sv, layout).unwrap_or_default(),
        from: dates.map(|(from, _)| from),
        to: dates.map(|(_, to)| to),
        control: reference(within, "6R"),
        authorization: reference(within, "G1"),
        ndc: within
            .children("2410")
            .find_map(national_code)
            .and_then(text),
        rendering: line_rendering(kind).read(within),
        prior: within
            .children("2430")
            .map(read_decision)
            .collect::<Result<_, _>>()?,
    })
}

/// Diagnosis pointers; `None` where one of them is no number.
fn read_pointers(sv: &SegmentBuf, layout: &Layout) -> Option<Vec<u8>> {
    let composite = sv.repeats(layout.pointers).next()?;
    composite
        .components()
        .filter(|pointer| !pointer.is_empty())
        .map(|pointer| pointer.trim().parse().ok())
        .collect()
}

/// LIN03 of a drug that is named by its national code.
fn national_code(drug: &Loop) -> Option<&str> {
    let lin = drug.segment("LIN")?;
    (lin.element(2) == "N4").then(|| lin.element(3))
}

fn read_decision(within: &Loop) -> Result<PriorPayment, ReadError> {
    let svd = within.segment("SVD").ok_or(ReadError::MissingSegment {
        at: loop_at(within),
        loop_id: "2430",
        segment: "SVD",
    })?;
    let paid = Place {
        within,
        segment: svd,
        id: "SVD",
        element: 2,
    };
    Ok(PriorPayment {
        paid: paid.amount()?,
        adjustments: by_group(read_adjustments(within)?),
        decided: dtp_day(within, "573"),
        patient_owes: amt(within, "EAF")?,
        payer: text(svd.element(1)),
        remarks: Vec::new(),
    })
}

pub(super) fn draft_lines(claim: &Claim) -> impl Iterator<Item = DraftLoop> {
    let common = match claim.kind {
        ClaimKind::Dental => common_date(claim),
        _ => None,
    };
    claim
        .lines
        .iter()
        .map(move |line| draft_line(claim.kind, line, common))
}

fn draft_line(
    kind: ClaimKind,
    line: &ServiceLine,
    common: Option<(NaiveDate, NaiveDate)>,
) -> DraftLoop {
    let number = usize::try_from(line.number).unwrap_or(usize::MAX);
    let mut drafted = DraftLoop::listed("2400", number);
    drafted
        .segments
        .push(Draft::new("LX").owned(1, line.number.to_string()));
    drafted.segments.push(draft_service(layout(kind), line));
    let date = dates(line).filter(|date| common != Some(*date));
    drafted.segments.extend(date.map(draft_date));
    for (qualifier, value) in [("G1", &line.authorization), ("6R", &line.control)] {
        if let Some(value) = value {
            drafted
                .segments
                .push(Draft::qualified("REF", qualifier).owned(2, value.as_str()));
        }
    }
    if let (Some(code), false) = (&line.ndc, kind == ClaimKind::Dental) {
        drafted.loops.push(draft_drug(line, code));
    }
    drafted
        .loops
        .extend(line_rendering(kind).draft(line.rendering.as_ref()));
    for (decision, index) in line.prior.iter().zip(1..) {
        drafted.loops.push(draft_decision(line, decision, index));
    }
    drafted
}

/// SV1, SV2 or SV3.
fn draft_service(layout: &Layout, line: &ServiceLine) -> Draft {
    let mut service = Draft::new(layout.id)
        .composite(layout.procedure, procedure(line, owned))
        .owned(layout.charge, line.charge.to_x12());
    if layout.id == SV2.id {
        service = service.owned(1, line.revenue_code.clone().unwrap_or_default());
    }
    if layout.unit > 0 {
        service = service.owned(layout.unit, line.unit.as_str());
    }
    // No units came, or none that can be read: what came is kept as it is.
    let unsaid = line.units.is_zero() || (layout.unit == 0 && line.units == Decimal::ONE);
    service = service.owned_if(layout.units, (!unsaid).then(|| plain(line.units)));
    if layout.place > 0 {
        let place = line.place.as_ref().map(AsSent::text);
        service = service.owned(layout.place, place.unwrap_or_default());
    }
    if layout.pointers > 0 && !line.pointers.is_empty() {
        let pointers = line
            .pointers
            .iter()
            .map(|pointer| owned(pointer.to_string()));
        service = service.composite(layout.pointers, pointers.collect());
    }
    service
}

/// The procedure with its modifiers. A line with a revenue code only has none.
fn procedure(line: &ServiceLine, slot: fn(String) -> Slot) -> Vec<Slot> {
    let code = line
        .procedure
        .as_ref()
        .map(AsSent::text)
        .unwrap_or_default();
    let mut slots = vec![slot(line.qualifier.clone()), slot(code)];
    let mut modifiers = line.modifiers.iter().map(AsSent::text);
    slots.extend((0..MODIFIERS).map(|_| slot(modifiers.next().unwrap_or_default())));
    slots
}

/// LIN, and how much of the drug: as many units as the line, where nothing
/// else is known.
fn draft_drug(line: &ServiceLine, code: &str) -> DraftLoop {
    let mut drug = DraftLoop::new("2410");
    drug.segments.push(
        Draft::new("LIN")
            .told_apart_by(2, ["N4"; 2])
            .owned(2, "N4")
            .owned(3, code),
    );
    let amount = Draft::new("CTP")
        .assumed(4, plain(line.units))
        .composite(5, vec![assumed("UN")]);
    drug.segments.push(amount.where_nothing_came());
    drug
}

fn draft_decision(line: &ServiceLine, decision: &PriorPayment, index: usize) -> DraftLoop {
    let mut drafted = DraftLoop::listed("2430", index);
    drafted.segments.push(
        Draft::new("SVD")
            .owned_if(1, decision.payer.as_deref())
            .owned(2, decision.paid.to_x12())
            .composite(3, procedure(line, assumed))
            .slot(4, Slot::Free)
            .assumed(5, plain(line.units)),
    );
    if let Some(revenue) = &line.revenue_code {
        let svd = drafted.segments.remove(0).assumed(4, revenue.as_str());
        drafted.segments.push(svd);
    }
    drafted
        .segments
        .extend(draft_adjustments(&decision.adjustments));
    drafted.segments.extend(decision.decided.map(draft_decided));
    if let Some(owes) = decision.patient_owes {
        drafted
            .segments
            .push(Draft::qualified("AMT", "EAF").owned(2, owes.to_x12()));
    }
    drafted
}
