//! Other payers that an answer names: EB*R with loop 2120.

use scrubjay_model::{CoverageOrder, Name, OtherPayer, OtherPayerKind};
use scrubjay_x12::{Loop, SegmentBuf};

use super::benefit::{Ids, draft_days, take_days};
use crate::ClaimError;
use crate::draft::{Draft, DraftLoop};
use crate::party::read_name;
use crate::value::text;

/// What NM101 of loop 2120 makes of a payer.
const ROLES: [(&str, OtherPayerKind, Option<CoverageOrder>); 6] = [
    ("PR", OtherPayerKind::Payer, None),
    ("PRP", OtherPayerKind::Payer, Some(CoverageOrder::Primary)),
    ("SEP", OtherPayerKind::Payer, Some(CoverageOrder::Secondary)),
    ("TTP", OtherPayerKind::Payer, Some(CoverageOrder::Tertiary)),
    ("Y2", OtherPayerKind::ManagedCare, None),
    ("P4", OtherPayerKind::Prior, None),
];

fn role_of(
    entity: &Loop,
) -> Option<&'static (&'static str, OtherPayerKind, Option<CoverageOrder>)> {
    let code = entity.segment("NM1")?.element(1);
    ROLES.iter().find(|(listed, ..)| *listed == code)
}

/// Whether an EB says that another payer is there (R), or who coordinates
/// managed care (MC).
pub(super) fn is_of_payer(eb: &SegmentBuf) -> bool {
    matches!(eb.element(1), "R" | "MC")
}

/// The loops of a benefit that name other payers, each in an EB loop of its own,
/// and what is left of the benefit, where it is one.
///
/// Under a benefit only those entities are other payers that could be nothing
/// else: a payer (PR) there is one to be asked about it.
pub(super) fn part(ids: Ids, mut came: Loop) -> (Option<Loop>, Vec<Loop>) {
    let of_payer = came.segment("EB").is_some_and(is_of_payer);
    let mut entities = Vec::new();
    for around in came
        .loops
        .iter_mut()
        .filter(|inner| inner.id == ids.entities)
    {
        let all = std::mem::take(&mut around.loops);
        let (payers, others) = all.into_iter().partition::<Vec<Loop>, _>(|entity| {
            role_of(entity).is_some_and(|(code, ..)| of_payer || !matches!(*code, "PR" | "P4"))
        });
        entities.extend(payers);
        around.loops = others;
    }
    came.loops
        .retain(|inner| inner.id != ids.entities || !inner.loops.is_empty());
    if !of_payer {
        let days = came.segments.iter().filter(|segment| segment.id == "DTP");
        let days: Vec<SegmentBuf> = days.cloned().collect();
        let kind = came.segment("EB").map_or("", |eb| eb.element(4)).to_owned();
        let payers = entities.into_iter().map(|entity| {
            let mut own = Loop::new(ids.benefit);
            let eb = SegmentBuf::new("EB").with_elements(["R", "", "", &kind]);
            own.segments.push(eb);
            let mut dated = Loop::new(ids.benefit);
            dated.segments.clone_from(&days);
            let (from, to) = take_days(&mut dated);
            for (qualifier, day) in [("348", from), ("349", to)] {
                own.segments.extend(day.map(|day| {
                    SegmentBuf::new("DTP").with_elements([qualifier, "D8", &crate::value::d8(day)])
                }));
            }
            add_entity(ids, &mut own, entity);
            own
        });
        let payers = payers.collect();
        return (Some(came), payers);
    }
    let mut own = Vec::new();
    let mut entities = entities.into_iter();
    let shared = came.segments.clone();
    if let Some(first) = entities.next() {
        add_entity(ids, &mut came, first);
    }
    own.push(came);
    for entity in entities {
        let mut further = Loop::new(ids.benefit);
        further.segments.clone_from(&shared);
        add_entity(ids, &mut further, entity);
        own.push(further);
    }
    (None, own)
}

/// Puts an entity before the others of a benefit.
fn add_entity(ids: Ids, benefit: &mut Loop, entity: Loop) {
    if let Some(around) = benefit
        .loops
        .iter_mut()
        .find(|inner| inner.id == ids.entities)
    {
        around.loops.insert(0, entity);
        return;
    }
    let mut around = Loop::new(ids.entities);
    around.segments.extend([
        SegmentBuf::new("LS").with_elements(["2120"]),
        SegmentBuf::new("LE").with_elements(["2120"]),
    ]);
    around.loops.push(entity);
    benefit.loops.push(around);
}

/// Reads the payer of a loop that [`part`] made.
pub(super) fn read_other(ids: Ids, within: &mut Loop) -> OtherPayer {
    let (from, to) = take_days(within);
    let eb = |element| within.segment("EB").map_or("", |eb| eb.element(element));
    let first = |qualifiers: &[&str]| {
        within
            .segments_with("REF")
            .find(|reference| qualifiers.contains(&reference.element(1)))
            .map_or("", |reference| reference.element(2).trim())
    };
    let entity = within
        .child(ids.entities)
        .and_then(|around| around.loops.first())
        .and_then(|entity| Some((role_of(entity)?, entity.segment("NM1")?)));
    let named = entity.map(|(_, nm1)| read_name(nm1)).unwrap_or_default();
    OtherPayer {
        name: if named == Name::default() {
            Name::organization(eb(5).trim())
        } else {
            named
        },
        payer: entity.and_then(|(_, nm1)| nm1.element(9).trim().parse().ok()),
        order: entity.and_then(|((_, _, order), _)| *order),
        kind: entity.map(|((_, kind, _), _)| *kind).unwrap_or_default(),
        insurance_type: text(eb(4)),
        plan: text(first(&["18"])),
        member: first(&["1W", "IG"]).parse().ok(),
        from,
        to,
    }
}

pub(super) fn draft_other(ids: Ids, index: usize, other: &OtherPayer) -> DraftLoop {
    let mut drafted = DraftLoop::listed(ids.benefit, index);
    let kind = other.insurance_type.clone().unwrap_or_default();
    drafted
        .segments
        .push(Draft::new("EB").assumed(1, "R").owned(4, kind));
    if let Some(plan) = &other.plan {
        drafted
            .segments
            .push(Draft::qualified("REF", "18").owned(2, plan.as_str()));
    }
    if let Some(member) = &other.member {
        drafted.segments.push(
            Draft::new("REF")
                .told_apart_by(1, ["1W", "IG"])
                .assumed(1, "1W")
                .owned(2, member.as_str()),
        );
    }
    drafted
        .segments
        .extend(draft_days(other.from, other.to, ["348", "349"]));
    let part = |part: &Option<String>| part.clone().unwrap_or_default();
    let nm1 = Draft::new("NM1")
        .owned(1, code_of(other))
        .assumed(2, if other.name.first.is_some() { "1" } else { "2" })
        .owned(3, other.name.last.as_str())
        .owned(4, part(&other.name.first))
        .owned(5, part(&other.name.middle))
        .owned(7, part(&other.name.suffix));
    let mut entity = DraftLoop::listed(ids.entity, 1);
    entity.segments.push(match &other.payer {
        Some(id) => nm1.assumed(8, "PI").owned(9, id.as_str()),
        None => nm1,
    });
    let mut around = draft_entities(ids);
    around.loops.push(entity);
    drafted.loops.push(around);
    drafted
}

/// LS and LE.
pub(super) fn draft_entities(ids: Ids) -> DraftLoop {
    let mut around = DraftLoop::new(ids.entities);
    around
        .segments
        .extend(["LS", "LE"].map(|id| Draft::new(id).owned(1, "2120")));
    around
}

/// NM101 of a payer that [`check_other`] has passed.
fn code_of(other: &OtherPayer) -> &'static str {
    ROLES
        .iter()
        .find(|(_, kind, order)| (*kind, *order) == (other.kind, other.order))
        .map_or("PR", |(code, ..)| code)
}

/// Whether an answer can name the payer as it stands.
pub(super) fn check_other(other: &OtherPayer) -> Result<(), ClaimError> {
    let mut roles = ROLES.iter();
    if roles.any(|(_, kind, order)| (*kind, *order) == (other.kind, other.order)) {
        return Ok(());
    }
    Err(ClaimError::LaterPayer)
}
