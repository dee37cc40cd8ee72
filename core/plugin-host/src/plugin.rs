//! A loaded plugin as a handler of hooks.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use arc_swap::ArcSwap;
use scrubjay_hooks::{
    ClaimSubject, Context, Finding, Handler, Hook, NotRun, Outcome, Ran, Subject, TransportError,
    Worker,
};
use scrubjay_model::LineOfBusiness;

use crate::call::{Door, Said};
use crate::fault::Fault;
use crate::host::Registry;
use crate::info::PluginInfo;
use crate::instance::{Body, Instance};
use crate::spec::{PluginSpec, Setting};
use crate::transport::PluginTransport;
use crate::view::View;
use crate::{PluginError, PluginHost};

/// A loaded plugin. Shared; each thread judges with a worker of its own.
pub struct Plugin {
    id: String,
    hooks: Vec<Hook>,
    live: Arc<ArcSwap<Instance>>,
    path: RwLock<PathBuf>,
    registry: Arc<Registry>,
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugin")
            .field("info", &self.info())
            .finish_non_exhaustive()
    }
}

impl Plugin {
    pub(crate) fn new(instance: Instance, path: PathBuf, registry: Arc<Registry>) -> Self {
        Self {
            id: instance.info().id.clone(),
            hooks: instance.info().hooks.clone(),
            live: Arc::new(ArcSwap::from_pointee(instance)),
            path: RwLock::new(path),
            registry,
        }
    }

    /// What the running version says of itself.
    #[must_use]
    pub fn info(&self) -> PluginInfo {
        self.live.load().info().clone()
    }

    /// The file that the running version was loaded from.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.path
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// How many faults in a row set the plugin aside, once they have: from then
    /// on it is not asked, and every claim is held, until it is replaced.
    #[must_use]
    pub fn set_aside(&self) -> Option<u32> {
        self.live.load().set_aside()
    }

    /// The way of a channel, where the plugin carries files: it has looked at the
    /// channel's settings, and has not gone anywhere yet.
    ///
    /// # Errors
    /// Where it carries no files, or says what is wrong with the settings.
    pub fn channel(
        &self,
        name: &str,
        settings: &BTreeMap<String, Setting>,
    ) -> Result<PluginTransport, TransportError> {
        PluginTransport::open(Arc::clone(&self.live), name, settings)
    }

    /// Replaces the running version while claims run. A call that is under way
    /// ends on the version that it began with, and each version's library stays
    /// until its last call has ended.
    ///
    /// # Errors
    /// Where the new version cannot be loaded, is another plugin or is asked at
    /// other hooks. The running version then goes on.
    pub fn replace(&self, spec: &PluginSpec) -> Result<PluginInfo, PluginError> {
        let instance = PluginHost::open(&self.registry, spec)?;
        let info = instance.info().clone();
        let problem = if info.id != self.id {
            format!("the file is plugin `{}`", info.id)
        } else if info.hooks != self.hooks {
            "the new version is asked at other hooks, which takes a restart".to_owned()
        } else if info.carries_files != self.info().carries_files {
            "only one of the versions carries files, which takes a restart".to_owned()
        } else {
            self.live.store(Arc::new(instance));
            spec.path
                .clone_into(&mut self.path.write().unwrap_or_else(PoisonError::into_inner));
            return Ok(info);
        };
        Err(PluginError::Replacement {
            id: self.id.clone(),
            problem,
        })
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        self.registry.forget(&self.id);
    }
}

impl Handler for Plugin {
    fn name(&self) -> &str {
        &self.id
    }

    fn handles(&self, hook: Hook) -> bool {
        self.hooks.contains(&hook)
    }

    fn worker(&self) -> Box<dyn Worker> {
        Box::new(PluginWorker {
            live: Arc::clone(&self.live),
            view: View::default(),
            door: Door::new(),
        })
    }
}

/// One thread's hand: room for a view, and the call that it hands out.
struct PluginWorker {
    live: Arc<ArcSwap<Instance>>,
    view: View,
    door: Door,
}

impl PluginWorker {
    fn ask(
        &mut self,
        instance: &Instance,
        hook: Hook,
        subject: &ClaimSubject<'_>,
        context: Context,
    ) -> Said {
        if let Some(faults) = instance.set_aside() {
            return Said::refused(Fault::SetAside { faults });
        }
        let filled = match self.view.fill(subject, instance.sight) {
            Ok(filled) => filled,
            Err(fault) => return Said::refused(fault),
        };
        let said = match &instance.body {
            Body::Mapped(mapped) => self.door.judge(instance, mapped, hook, filled, context),
            #[cfg(unix)]
            Body::Child(child) => child.judge(instance, hook, subject, filled.has(), context),
        };
        instance.ended(said.fault.as_ref());
        said
    }
}

impl Worker for PluginWorker {
    fn judge(&mut self, hook: Hook, subject: Subject<'_>, context: Context, outcome: &mut Outcome) {
        // Holds this version, and its library, until this call has ended.
        let instance = self.live.load();
        let said = match subject {
            _ if !instance.declares(hook) => Said::refused(Fault::NotAsked),
            _ if !subject.is_judged_at(hook) => return,
            Subject::Claim(claim) if passed_over(instance.info(), claim).is_none() => {
                self.ask(&instance, hook, claim, context)
            }
            _ => return,
        };
        record(&instance, hook, said, outcome);
    }

    fn not_run(&mut self, hook: Hook, subject: Subject<'_>, _context: Context) -> Vec<NotRun> {
        let instance = self.live.load_full();
        let because = match subject {
            _ if !instance.declares(hook) => Some("hooks".to_owned()),
            _ if !subject.is_judged_at(hook) => Some("frequency: void".to_owned()),
            Subject::Claim(claim) => passed_over(instance.info(), claim),
            _ => None,
        };
        because
            .map(|because| NotRun {
                rule: instance.rule.to_string(),
                because,
            })
            .into_iter()
            .collect()
    }
}

/// The line of the descriptor that passes a claim over.
fn passed_over(info: &PluginInfo, subject: &ClaimSubject<'_>) -> Option<String> {
    let claim = subject.claim;
    let listed = |name: &str, values: Vec<&str>| format!("{name}: [{}]", values.join(", "));
    if !info.claim_kinds.is_empty() && !info.claim_kinds.contains(&claim.kind) {
        let kinds = info.claim_kinds.iter().map(|kind| kind.as_str());
        return Some(listed("claim_kinds", kinds.collect()));
    }
    if !info.lines_of_business.is_empty() {
        let line = subject.payer.map(|payer| payer.line).or_else(|| {
            let code = claim.destination()?.filing_indicator.as_deref()?;
            Some(LineOfBusiness::from_filing_indicator(code))
        });
        if !line.is_some_and(|line| info.lines_of_business.contains(&line)) {
            let lines = info.lines_of_business.iter().map(|line| line.as_str());
            return Some(listed("lines_of_business", lines.collect()));
        }
    }
    if !info.payers.is_empty() {
        let listed_payer = |key: &str| info.payers.iter().any(|payer| payer == key);
        if !subject.payer.is_some_and(|payer| listed_payer(&payer.key)) {
            let payers = info.payers.iter().map(String::as_str);
            return Some(listed("payers", payers.collect()));
        }
    }
    None
}

/// Adds what was said to an outcome. What was found before a fault stays; what
/// was asked for does not: effects come together or not at all.
fn record(instance: &Instance, hook: Hook, said: Said, outcome: &mut Outcome) {
    let info = instance.info();
    let ran = |rule: Arc<str>, findings: u32| Ran {
        rule,
        version: Arc::clone(&instance.version),
        findings,
    };
    let faults = u32::from(said.fault.is_some());
    outcome.ran.push(ran(Arc::clone(&instance.rule), faults));
    if said.is_quiet() {
        return;
    }
    let effects = if said.fault.is_some() {
        Vec::new()
    } else {
        said.effects
    };
    let asked = effects.iter().map(|(rule, _)| (rule.as_str(), 0));
    let found = said
        .findings
        .iter()
        .map(|finding: &Finding| (finding.rule.as_str(), 1));
    // Each edit that spoke stands in the trace, in the order of speaking.
    let mut edits: Vec<(&str, u32)> = Vec::new();
    for (rule, findings) in found.chain(asked) {
        match edits.iter_mut().find(|(known, _)| *known == rule) {
            Some((_, count)) => *count += findings,
            None => edits.push((rule, findings)),
        }
    }
    outcome.ran.extend(
        edits
            .into_iter()
            .map(|(rule, findings)| ran(rule.into(), findings)),
    );
    outcome.findings.extend(said.findings);
    outcome.effects.extend(effects);
    if let Some(fault) = said.fault {
        outcome
            .findings
            .push(fault.finding(&info.id, &info.version, hook));
    }
}
