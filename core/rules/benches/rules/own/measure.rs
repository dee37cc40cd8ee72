//! Time, as benchmarks on a shared machine can trust it.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

const ROUNDS: usize = 7;

/// The time that this thread has had on a processor: neighbours do not count.
pub(crate) fn on_processor() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::from_secs(seconds) + Duration::from_nanos(u64::try_from(time.tv_nsec).unwrap_or(0))
}

/// What something gives, and how long it was on the processor.
pub(crate) fn timed<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let begun = on_processor();
    let given = run();
    (given, on_processor().saturating_sub(begun))
}

/// The best of some rounds, after one to warm up: what disturbs a round only
/// makes it slower.
pub(crate) fn best<T>(mut pass: impl FnMut() -> T) -> (T, Duration) {
    let mut given = pass();
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let (again, time) = timed(&mut pass);
        given = again;
        best = best.min(time);
    }
    (given, best)
}

/// The best of some rounds of each of two, in turn, so that a machine that is
/// slower for a while is so for both.
pub(crate) fn best_in_turn(mut one: impl FnMut(), mut other: impl FnMut()) -> (Duration, Duration) {
    one();
    other();
    let mut best = (Duration::MAX, Duration::MAX);
    for _ in 0..2 * ROUNDS {
        best.0 = best.0.min(timed(&mut one).1);
        best.1 = best.1.min(timed(&mut other).1);
    }
    best
}

/// The time that one share in a hundred exceeds.
pub(crate) fn percentile(times: &mut [Duration], hundredths: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() * hundredths).div_ceil(100) - 1]
}

/// Milliseconds.
pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// A line of the report, and whether what the figure has to be is so.
pub(crate) fn line(what: &str, figure: &str, asked: Option<(&str, bool)>) {
    let verdict = match asked {
        Some((asked, true)) => format!("  (asked: {asked}, met)"),
        Some((asked, false)) => format!("  (asked: {asked}, MISSED)"),
        None => String::new(),
    };
    println!("{what:<38} {figure:>22}{verdict}");
}
