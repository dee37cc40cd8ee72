//! Guides as data: one table a transaction, in `guides/`.
//!
//! A line is `LOOP PARENT OPENER : SEGMENTS`. The opener names the segment
//! that begins the loop and, behind each `*`, what its elements must be
//! (alternatives joined by commas). Segments behind a dot come after the
//! loop's own child loops. `2300@2000B` is loop 2300 under 2000B; a parent
//! named without `@` stands for each of them.

use std::sync::OnceLock;

/// A transaction's loops and segments.
#[derive(Debug)]
pub struct Guide {
    transaction: &'static str,
    version: &'static str,
    functional: &'static str,
    also: Vec<&'static str>,
    pub(crate) loops: Vec<LoopDef>,
}

/// One loop of a guide.
#[derive(Debug)]
pub(crate) struct LoopDef {
    pub(crate) id: &'static str,
    pub(crate) opener: &'static str,
    qualifiers: Vec<Vec<&'static str>>,
    pub(crate) before: Vec<&'static str>,
    pub(crate) after: Vec<&'static str>,
    pub(crate) children: Vec<usize>,
}

impl LoopDef {
    pub(crate) fn opens_with(&self, segment: &crate::SegmentBuf) -> bool {
        segment.id == self.opener
            && self.qualifiers.iter().enumerate().all(|(at, allowed)| {
                allowed.is_empty()
                    || allowed
                        .contains(&segment.element(at + if self.opener == "HL" { 2 } else { 1 }))
            })
    }

    /// The place of a segment within the loop: its ordinal among the loop's
    /// segments, with those behind the child loops after a large gap.
    pub(crate) fn place(&self, id: &str) -> Option<usize> {
        let before = self.before.iter().position(|listed| *listed == id);
        before.or_else(|| {
            self.after
                .iter()
                .position(|listed| *listed == id)
                .map(|at| at + 1000)
        })
    }
}

impl Guide {
    /// Its name, such as `837P`.
    #[must_use]
    pub const fn transaction(&self) -> &'static str {
        self.transaction
    }

    /// The version that it is written by, such as `005010X222A1`.
    #[must_use]
    pub const fn version(&self) -> &'static str {
        self.version
    }

    /// GS01.
    #[must_use]
    pub const fn functional(&self) -> &'static str {
        self.functional
    }

    /// ST01.
    #[must_use]
    pub fn set_id(&self) -> &'static str {
        self.transaction.get(..3).unwrap_or(self.transaction)
    }

    /// The loop id of that name, where the guide has such a loop.
    #[must_use]
    pub fn loop_id(&self, id: &str) -> Option<&'static str> {
        self.loops
            .iter()
            .map(|def| def.id)
            .find(|listed| *listed == id)
    }

    fn parse(text: &'static str) -> Self {
        let mut lines = text.lines().filter(|line| !line.is_empty());
        let mut head = lines.next().unwrap_or_default().split_whitespace();
        let mut guide = Self {
            transaction: head.next().unwrap_or_default(),
            version: head.next().unwrap_or_default(),
            functional: head.next().unwrap_or_default(),
            also: Vec::new(),
            loops: Vec::new(),
        };
        // The definitions below which a loop stands, by its id.
        let mut named: Vec<(&str, usize)> = Vec::new();
        for line in lines {
            if let Some(versions) = line.strip_prefix("also ") {
                guide.also = versions.split_whitespace().collect();
                continue;
            }
            let Some((left, right)) = line.split_once(" : ") else {
                continue;
            };
            let mut left = left.split_whitespace();
            let (name, parent, opener) = (
                left.next().unwrap_or_default(),
                left.next().unwrap_or_default(),
                left.next().unwrap_or_default(),
            );
            let id = name.split('@').next().unwrap_or(name);
            let (before, after) = right.split_once(" . ").unwrap_or((right, ""));
            let mut parts = opener.split('*');
            let opener = parts.next().unwrap_or_default();
            let qualifiers: Vec<Vec<&str>> = parts
                .map(|part| part.split(',').filter(|code| !code.is_empty()).collect())
                .collect();
            let at = guide.loops.len();
            guide.loops.push(LoopDef {
                id,
                opener,
                qualifiers,
                before: before.split_whitespace().collect(),
                after: after.split_whitespace().collect(),
                children: Vec::new(),
            });
            for (_, above) in named
                .iter()
                .filter(|(above, _)| *above == parent || above.split('@').next() == Some(parent))
            {
                guide.loops[*above].children.push(at);
            }
            named.push((name, at));
        }
        guide
    }
}

/// The guide of a transaction, by GS08 and ST01.
#[must_use]
pub fn guide_for(version: &str, set_id: &str) -> Option<&'static Guide> {
    static GUIDES: OnceLock<Vec<Guide>> = OnceLock::new();
    GUIDES
        .get_or_init(|| {
            [
                include_str!("../guides/837p.txt"),
                include_str!("../guides/837i.txt"),
                include_str!("../guides/837d.txt"),
                include_str!("../guides/835.txt"),
                include_str!("../guides/999.txt"),
                include_str!("../guides/277ca.txt"),
            ]
            .map(Guide::parse)
            .into()
        })
        .iter()
        .find(|guide| {
            guide.set_id() == set_id && (guide.version == version || guide.also.contains(&version))
        })
}
