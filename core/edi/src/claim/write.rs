//! Claims into an 837: one interchange of one group, its claims under their
//! billing providers, subscribers and patients.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use scrubjay_model::{Claim, ClaimId, ClaimKind, Relationship};
use scrubjay_x12::{
    ControlNumbers, Envelope, Guide, Loop, SegmentBuf, SetToWrite, guide_for, write,
};

use super::{body, levels, line};
use crate::carry::Kept;
use crate::envelope::envelope;
use crate::{ClaimError, WriteError};

/// Claims in one transaction set at most (005010X222A1, loop 2300).
const CLAIMS_A_SET: usize = 5000;

/// One end of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// ISA05 or ISA07.
    pub qualifier: String,
    /// ISA06 or ISA08, GS02 or GS03, NM109 in loop 1000.
    pub id: String,
    /// Name in loop 1000.
    pub name: String,
}

/// Claims of one kind that leave together.
#[derive(Debug, Clone)]
pub struct ClaimBatch<'a> {
    /// Claims, all of one kind.
    pub claims: &'a [&'a Claim],
    /// Who sends.
    pub submitter: Party,
    /// Whom the receiver calls.
    pub contact_name: String,
    /// Ten digits.
    pub contact_phone: String,
    /// Who receives.
    pub receiver: Party,
    /// ISA15: T or P.
    pub usage: &'static str,
    /// When it is sent.
    pub at: DateTime<Utc>,
}

/// A file of claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenClaims {
    /// The file.
    pub bytes: Vec<u8>,
    /// ISA13.
    pub interchange: u32,
    /// GS06.
    pub group: u32,
    /// Each ST02 with its claims.
    pub sets: Vec<(u32, Vec<ClaimId>)>,
}

/// Writes claims of one kind as one interchange, at most 5000 a transaction set.
///
/// Claims of one billing provider stand together, and of one subscriber below
/// it, each in the order given.
///
/// # Errors
/// Where there is no claim, or one cannot be written: the error names it, and
/// no control number is drawn.
pub fn write_claims(
    batch: &ClaimBatch<'_>,
    numbers: &mut dyn ControlNumbers,
) -> Result<WrittenClaims, WriteError> {
    let kind = batch.claims.first().ok_or(WriteError::Nothing)?.kind;
    if let Some(other) = batch.claims.iter().find(|claim| claim.kind != kind) {
        return Err(WriteError::MixedKinds {
            claim: other.id.clone(),
        });
    }
    let chunks: Vec<&[&Claim]> = batch.claims.chunks(CLAIMS_A_SET).collect();
    let mut trees = Vec::with_capacity(chunks.len());
    for claims in &chunks {
        let mut tree = Tree::default();
        for claim in *claims {
            tree.add(claim).map_err(|problem| WriteError::Claim {
                claim: claim.id.clone(),
                problem,
            })?;
        }
        trees.push(tree);
    }
    let mut drawn = Drawn::draw(numbers, chunks.len());
    let envelope = envelope(&batch.submitter, &batch.receiver, batch.usage, batch.at);
    let sets = trees
        .into_iter()
        .zip(drawn.sets.clone())
        .map(|(tree, number)| SetToWrite {
            guide: guide(kind),
            root: tree.under(batch.header(&envelope, drawn.group, number)),
        })
        .collect();
    let written = write(&envelope, sets, &mut drawn)?;
    let ids = chunks
        .iter()
        .map(|claims| claims.iter().map(|claim| claim.id.clone()).collect());
    Ok(WrittenClaims {
        sets: written.sets.into_iter().zip(ids).collect(),
        bytes: written.bytes,
        interchange: written.interchange,
        group: written.group,
    })
}

fn guide(kind: ClaimKind) -> &'static Guide {
    let version = match kind {
        ClaimKind::Professional => "005010X222A1",
        ClaimKind::Institutional => "005010X223A2",
        ClaimKind::Dental => "005010X224A2",
    };
    guide_for(version, "837").expect("the X12 crate has the guides of the three 837")
}

/// Control numbers, drawn before they are written into the sets themselves.
#[derive(Debug)]
struct Drawn {
    interchange: u32,
    group: u32,
    sets: std::collections::VecDeque<u32>,
}

impl Drawn {
    fn draw(numbers: &mut dyn ControlNumbers, sets: usize) -> Self {
        Self {
            interchange: numbers.next_interchange(),
            group: numbers.next_group(),
            sets: (0..sets).map(|_| numbers.next_set()).collect(),
        }
    }
}

impl ControlNumbers for Drawn {
    fn next_interchange(&mut self) -> u32 {
        self.interchange
    }
    fn next_group(&mut self) -> u32 {
        self.group
    }
    fn next_set(&mut self) -> u32 {
        self.sets.pop_front().unwrap_or_default()
    }
}

/// BHT03: what a 277CA returns as the name of the batch (loop 2200B, TRN02).
/// It holds the numbers of group and set, so that the answer finds its claims.
fn batch_name(at: DateTime<Utc>, group: u32, set: u32) -> String {
    format!("{}{set:04}-{group}", at.format("%Y%m%d%H%M%S"))
}

/// Group and set that a batch name holds; `None` where it is not one of ours.
pub(crate) fn batch_named(name: &str) -> Option<(u32, u32)> {
    let (head, group) = name.split_once('-')?;
    let ours = [head, group]
        .iter()
        .all(|part| part.bytes().all(|b| b.is_ascii_digit()));
    let set = head.get(14..).filter(|set| ours && set.len() >= 4)?;
    Some((group.parse().ok()?, set.parse().ok()?))
}

impl ClaimBatch<'_> {
    /// BHT, submitter and receiver.
    fn header(&self, envelope: &Envelope, group: u32, set: u32) -> Loop {
        let mut root = Loop::new("ST");
        let name = batch_name(self.at, group, set);
        let (date, time) = (&envelope.date, &envelope.time);
        root.segments
            .push(SegmentBuf::new("BHT").with_elements(["0019", "00", &name, date, time, "CH"]));
        let named = |id, entity: &str, party: &Party| {
            let mut named = Loop::new(id);
            named.segments.push(SegmentBuf::new("NM1").with_elements([
                entity,
                "2",
                &party.name,
                "",
                "",
                "",
                "",
                "46",
                &party.id,
            ]));
            named
        };
        let mut submitter = named("1000A", "41", &self.submitter);
        submitter
            .segments
            .push(SegmentBuf::new("PER").with_elements([
                "IC",
                &self.contact_name,
                "TE",
                &self.contact_phone,
            ]));
        root.loops
            .extend([submitter, named("1000B", "40", &self.receiver)]);
        root
    }
}

/// What a claim needs besides the model's own checks to be written whole.
fn check(claim: &Claim) -> Result<(), ClaimError> {
    let coverage = claim.destination().ok_or(ClaimError::NoCoverage)?;
    if coverage.relationship != Relationship::Own && coverage.subscriber.is_none() {
        return Err(ClaimError::NoSubscriber);
    }
    let limit = |what, loop_id, limit, length| {
        let too_many = ClaimError::TooMany {
            what,
            limit,
            loop_id,
        };
        if length > limit {
            Err(too_many)
        } else {
            Ok(())
        }
    };
    for line in &claim.lines {
        limit("modifiers", "2400", line::MODIFIERS, line.modifiers.len())?;
        limit("diagnosis pointers", "2400", 4, line.pointers.len())?;
    }
    if claim.kind != ClaimKind::Institutional {
        limit("diagnoses", "2300", 12, claim.diagnoses.len())?;
    }
    for payment in claim
        .coverages
        .iter()
        .filter_map(|other| other.paid.as_ref())
    {
        limit("remark codes", "2320", 5, payment.remarks.len())?;
    }
    Ok(())
}

/// A level of the hierarchy with the levels and claims below it.
#[derive(Debug)]
struct Node {
    level: Loop,
    claims: Vec<Loop>,
    below: Tree,
}

/// Levels in the order of their first claims, each once.
#[derive(Debug, Default)]
struct Tree {
    nodes: Vec<Node>,
    by_content: BTreeMap<String, usize>,
}

impl Tree {
    fn add(&mut self, claim: &Claim) -> Result<(), ClaimError> {
        check(claim)?;
        let coverage = claim.destination().ok_or(ClaimError::NoCoverage)?;
        let mut kept = Kept::of(&claim.carried);
        let billing = kept.restore(&levels::draft_billing(&claim.billing))?;
        let subscriber = levels::draft_subscriber(claim.kind, coverage, &claim.patient);
        let subscriber = kept.restore(&subscriber)?;
        let dependent = match coverage.relationship {
            Relationship::Own => None,
            relationship => {
                let patient = levels::draft_patient(claim.kind, &claim.patient, relationship);
                Some(kept.restore(&patient)?)
            }
        };
        let body = kept.restore(&body::draft(claim))?;
        let mut node = self.node(billing).below.node(subscriber);
        if let Some(dependent) = dependent {
            node = node.below.node(dependent);
        }
        node.claims.push(body);
        Ok(())
    }

    fn node(&mut self, level: Loop) -> &mut Node {
        let mut content = String::new();
        write_out(&level, &mut content);
        let next = self.nodes.len();
        let at = *self.by_content.entry(content).or_insert(next);
        if at == next {
            self.nodes.push(Node {
                level,
                claims: Vec::new(),
                below: Self::default(),
            });
        }
        &mut self.nodes[at]
    }

    fn under(self, mut around: Loop) -> Loop {
        for node in self.nodes {
            let mut level = node.level;
            level.loops.extend(node.claims);
            around.loops.push(node.below.under(level));
        }
        around
    }
}

fn write_out(within: &Loop, content: &mut String) {
    content.push_str(within.id);
    for segment in &within.segments {
        content.push('~');
        content.push_str(&segment.to_string());
    }
    for inner in &within.loops {
        content.push('~');
        write_out(inner, content);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    #[test]
    fn a_batch_name_tells_its_group_and_set() {
        let at = Utc.with_ymd_and_hms(2026, 3, 4, 8, 20, 0).unwrap();
        let name = batch_name(at, 999_999_999, 12);
        assert!(name.len() <= 30, "BHT03 holds thirty characters: {name}");
        assert_eq!(batch_named(&name), Some((999_999_999, 12)));
        for foreign in [
            "",
            "2",
            "-",
            "JCB0302-7",
            "20260304082000-2",
            "2026030408200000a1-2",
        ] {
            assert_eq!(batch_named(foreign), None, "{foreign}");
        }
    }
}
