//! What a call sees of the world and leaves behind, one frame a worker.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use rhai::EvalAltResult;
use scrubjay_hooks::{About, Effect, Hook, Severity};
use scrubjay_model::ClaimKind;

use crate::api::{Need, fault};
use crate::codes::{CodeKind, CodeSet};
use crate::facts::Facts;
use crate::limits::MAX_FINDINGS;
use crate::tables::Tables;

/// What a rule has said in one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) severity: Severity,
    pub(crate) about: About,
    pub(crate) message: String,
}

/// The state around one call. Scripts reach it only through registered functions.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) today: NaiveDate,
    /// The subject's first date of service; today where it has none. It picks
    /// among the versions of a table where a script names no day.
    pub(crate) service: NaiveDate,
    /// The kind of its claim, which picks among tables for practitioners and hospitals.
    pub(crate) kind: ClaimKind,
    pub(crate) hook: Hook,
    pub(crate) needs: Vec<Need>,
    pub(crate) tables: Arc<Tables>,
    pub(crate) said: Vec<Said>,
    pub(crate) effects: Vec<Effect>,
    /// Findings and effects that this rule may still make on this subject.
    pub(crate) room: usize,
    /// Code sets that scripts have written out: by the place in memory of the
    /// pack's tables and the kind of code, then by text.
    sets: HashMap<(usize, CodeKind), HashMap<Box<str>, Arc<CodeSet>>>,
}

/// Written-out code sets kept at most, of one pack and kind.
const MAX_SETS: usize = 1_000;

impl Default for Frame {
    fn default() -> Self {
        Self {
            today: NaiveDate::MIN,
            service: NaiveDate::MIN,
            kind: ClaimKind::Professional,
            hook: Hook::Scrub,
            needs: Vec::new(),
            tables: Arc::default(),
            said: Vec::new(),
            effects: Vec::new(),
            room: 0,
            sets: HashMap::new(),
        }
    }
}

impl Frame {
    /// Gets ready for the calls of a rule of a pack.
    pub(crate) fn enter(
        &mut self,
        hook: Hook,
        facts: &Facts<'_>,
        tables: &Arc<Tables>,
        needs: &[Need],
    ) {
        self.hook = hook;
        self.today = facts.today;
        self.service = facts.service.unwrap_or(facts.today);
        self.kind = facts.kind.unwrap_or(ClaimKind::Professional);
        if !Arc::ptr_eq(&self.tables, tables) {
            self.tables = Arc::clone(tables);
        }
        self.needs.clear();
        self.needs.extend_from_slice(needs);
        self.room = MAX_FINDINGS;
        self.said.clear();
        self.effects.clear();
    }

    pub(crate) fn say(
        &mut self,
        severity: Severity,
        about: About,
        message: &str,
    ) -> Result<(), Box<EvalAltResult>> {
        self.take_room()?;
        self.said.push(Said {
            severity,
            about,
            message: message.to_owned(),
        });
        Ok(())
    }

    pub(crate) fn ask(&mut self, effect: Effect) -> Result<(), Box<EvalAltResult>> {
        if !self.hook.allows(effect.kind()) {
            return Err(fault(format!(
                "`{}` may not be asked for at the hook `{}`",
                effect.kind().as_str(),
                self.hook
            )));
        }
        self.take_room()?;
        self.effects.push(effect);
        Ok(())
    }

    fn take_room(&mut self) -> Result<(), Box<EvalAltResult>> {
        self.room = self.room.checked_sub(1).ok_or_else(|| {
            fault(format!(
                "it made more than {MAX_FINDINGS} findings and effects"
            ))
        })?;
        Ok(())
    }

    /// The set that a script means by `@name`, a code, a range, a prefix.
    pub(crate) fn set(
        &mut self,
        text: &str,
        kind: CodeKind,
    ) -> Result<Arc<CodeSet>, Box<EvalAltResult>> {
        let key = (Arc::as_ptr(&self.tables).addr(), kind);
        let known = self.sets.entry(key).or_default();
        if let Some(set) = known.get(text) {
            return Ok(Arc::clone(set));
        }
        let set = Arc::new(self.tables.set(text, kind).map_err(fault)?);
        if known.len() >= MAX_SETS {
            known.clear();
        }
        known.insert(text.into(), Arc::clone(&set));
        Ok(set)
    }

    /// Forgets code sets: a pack of the next generation may stand where one of
    /// the last stood in memory.
    pub(crate) fn forget_sets(&mut self) {
        self.sets.clear();
    }

    pub(crate) fn must_need(&self, need: Need) -> Result<(), Box<EvalAltResult>> {
        if self.needs.contains(&need) {
            return Ok(());
        }
        Err(fault(format!(
            "the pack does not declare `needs: [{}]`",
            need.as_str()
        )))
    }
}
