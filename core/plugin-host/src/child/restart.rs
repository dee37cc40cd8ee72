//! A plugin that lives in a child: loaded once, started as often as it must be.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use scrubjay_hooks::{ClaimSubject, Context, Hook};

use super::link::{Broken, Link};
use super::process::ChildProgram;
use super::wire::Opening;
use crate::PluginError;
use crate::call::Said;
use crate::error::ChildError;
use crate::fault::Fault;
use crate::info::PluginInfo;
use crate::instance::Instance;
use crate::library::Kept;
use crate::services::{self, PluginLog};
use crate::spec::{Budget, PluginSpec};
use crate::transport::{Broke, ChannelSettings, Errand};

/// The first wait before a child is started again, and the longest.
const WAITS: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(30));

/// A plugin in a process of its own.
pub(crate) struct Child {
    program: ChildProgram,
    path: PathBuf,
    opening: Opening,
    budget: Budget,
    log: Arc<dyn PluginLog>,
    seat: Mutex<Seat>,
    // INVARIANT: there as long as a child may map it.
    kept: Kept,
}

/// Who sits there now.
#[derive(Default)]
struct Seat {
    link: Option<Link>,
    /// Processes lost since a call last came back.
    lost: u32,
    /// No new one is started before.
    rest: Option<Instant>,
}

impl Seat {
    /// Lets go of a child. The first new one is started with the next call, so
    /// that a claim that kills one costs no other; if that is lost too, without
    /// a call that came back between, the waits begin.
    fn leave(&mut self) {
        self.link = None;
        self.rest = match self.lost {
            0 => None,
            lost => Some(Instant::now() + wait(lost - 1)),
        };
        self.lost += 1;
    }
}

/// The wait that doubles.
fn wait(doubled: u32) -> Duration {
    let (first, longest) = WAITS;
    let factor = 2_u32.saturating_pow(doubled);
    first.saturating_mul(factor).min(longest)
}

impl Child {
    /// Has a child map the library, and gives what the library says of itself.
    pub(crate) fn open(
        program: Option<ChildProgram>,
        spec: &PluginSpec,
        kept: Kept,
        log: Arc<dyn PluginLog>,
    ) -> Result<(Self, PluginInfo), PluginError> {
        let problem = |problem| PluginError::Child {
            path: spec.path.clone(),
            problem,
        };
        let program = program.ok_or_else(|| problem(ChildError::NoProgram))?;
        let opening = Opening {
            path: spec.path.to_string_lossy().into_owned().into(),
            copy: kept.path().to_owned(),
            sha256: kept.sha256,
            settings: spec
                .settings
                .iter()
                .map(|(key, value)| (key.clone(), value.0.clone()))
                .collect(),
            folder: services::absolute(&spec.folder).into(),
            call_ms: spec.budget.call_ms.get(),
            transfer_ms: spec.budget.transfer_ms.get(),
            memory: spec.budget.memory(),
        };
        let child = Self {
            program,
            path: spec.path.clone(),
            opening,
            budget: spec.budget,
            log,
            seat: Mutex::default(),
            kept,
        };
        let (link, info) = child.map(child.ready_by()).map_err(problem)?;
        let info = info.told(&spec.path, child.kept.sha256)?;
        child.sit(link);
        Ok((child, info))
    }

    /// Makes the plugin ready.
    pub(crate) fn create(&self, info: &PluginInfo) -> Result<(), PluginError> {
        let mut seat = self.seat.lock().unwrap_or_else(PoisonError::into_inner);
        let made = match &mut seat.link {
            Some(link) => link.create(&info.id, self.ready_by()),
            None => Err(Broken::NoAnswer),
        };
        made.map_err(|broken| {
            seat.link = None;
            PluginError::Child {
                path: self.path.clone(),
                problem: broken.at_start(&self.program, self.budget.start_ms()),
            }
        })
    }

    /// Has a subject judged; what goes wrong costs this call.
    pub(crate) fn judge(
        &self,
        instance: &Instance,
        hook: Hook,
        subject: &ClaimSubject<'_>,
        has: [u32; 2],
        context: Context,
    ) -> Said {
        let info = instance.info();
        let limit = self.budget.call_ms;
        let told = self.with_link(info, limit, |link, until| {
            link.judge(info, hook, subject, has, context, until)
        });
        match told {
            Ok(told) => told.again(info, hook, subject),
            Err(fault) => Said::refused(fault),
        }
    }

    /// Has an errand run for a channel; what goes wrong costs this errand.
    pub(crate) fn carry(
        &self,
        info: &PluginInfo,
        channel: &ChannelSettings,
        errand: Errand<'_>,
    ) -> Result<(), Broke> {
        let limit = self.budget.transfer_ms;
        self.with_link(info, limit, |link, until| {
            link.carry(channel, errand, until)
        })?
    }

    /// Asks the child that sits there, or a new one where there is none.
    fn with_link<T>(
        &self,
        info: &PluginInfo,
        limit_ms: NonZeroU32,
        ask: impl FnOnce(&mut Link, Instant) -> Result<T, Broken>,
    ) -> Result<T, Fault> {
        let mut seat = self.seat.lock().unwrap_or_else(PoisonError::into_inner);
        if seat.link.is_none() {
            if seat.rest.is_some_and(|rest| Instant::now() < rest) {
                return Err(Fault::Resting);
            }
            match self.start_again(info) {
                Ok(link) => seat.link = Some(link),
                Err(error) => {
                    seat.leave();
                    let said = error.to_string();
                    return Err(Fault::NotStarted { said });
                }
            }
        }
        let Some(link) = &mut seat.link else {
            return Err(Fault::Resting);
        };
        let limit = Duration::from_millis(u64::from(limit_ms.get()));
        match ask(link, Instant::now() + limit + grace(limit)) {
            Ok(answer) => {
                seat.lost = 0;
                seat.rest = None;
                Ok(answer)
            }
            Err(broken) => {
                seat.leave();
                Err(broken.in_call(limit_ms.get()))
            }
        }
    }

    fn start_again(&self, info: &PluginInfo) -> Result<Link, ChildError> {
        let until = self.ready_by();
        let (mut link, told) = self.map(until)?;
        if told.told(&self.path, self.kept.sha256).ok().as_ref() != Some(info) {
            return Err(ChildError::Changed);
        }
        link.create(&info.id, until)
            .map_err(|broken| broken.at_start(&self.program, self.budget.start_ms()))?;
        Ok(link)
    }

    fn map(&self, until: Instant) -> Result<(Link, PluginInfo), ChildError> {
        Link::open(&self.program, &self.opening, Arc::clone(&self.log), until)
            .map_err(|broken| broken.at_start(&self.program, self.budget.start_ms()))
    }

    fn ready_by(&self) -> Instant {
        Instant::now() + Duration::from_millis(u64::from(self.budget.start_ms()))
    }

    fn sit(&self, link: Link) {
        self.seat
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .link = Some(link);
    }
}

/// What a call gets on top of its time before its process is ended: a plugin
/// that heeds its cancel flag is spared that.
fn grace(call: Duration) -> Duration {
    (call / 4).max(Duration::from_millis(50))
}

impl Drop for Child {
    fn drop(&mut self) {
        let seat = self.seat.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(link) = seat.link.take() {
            link.end();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_half_a_minute() {
        let waits: Vec<u128> = (0..11).map(|lost| wait(lost).as_millis()).collect();
        assert_eq!(
            waits,
            [
                100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000
            ]
        );
        assert_eq!(wait(u32::MAX).as_secs(), 30);
    }

    #[test]
    fn one_loss_costs_no_wait_and_the_next_ones_do() {
        let mut seat = Seat::default();
        seat.leave();
        assert!(seat.rest.is_none());
        seat.leave();
        assert!(seat.rest.unwrap() > Instant::now() + Duration::from_millis(50));
        seat.leave();
        assert!(seat.rest.unwrap() > Instant::now() + Duration::from_millis(150));
    }
}
