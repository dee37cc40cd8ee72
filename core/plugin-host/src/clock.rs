//! How long a call takes. The one place where time is the machine's own: it
//! decides whether a plugin is too slow, and never what is found.

use std::time::Duration;

/// An instant of the machine's clock, to a few milliseconds: a quarter of the
/// cost of a finer one, and budgets are in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tick(
    #[cfg(target_os = "linux")] Duration,
    #[cfg(not(target_os = "linux"))] std::time::Instant,
);

impl Tick {
    #[cfg(target_os = "linux")]
    pub(crate) fn now() -> Self {
        use rustix::time::{ClockId, clock_gettime};
        let now = clock_gettime(ClockId::MonotonicCoarse);
        // Neither is ever negative on a clock that counts from the start.
        Self(Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec as u32))
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn now() -> Self {
        Self(std::time::Instant::now())
    }

    /// Time gone by since then.
    pub(crate) fn elapsed(self) -> Duration {
        #[cfg(target_os = "linux")]
        return Self::now().0.saturating_sub(self.0);
        #[cfg(not(target_os = "linux"))]
        return self.0.elapsed();
    }
}
