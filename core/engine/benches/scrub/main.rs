//! How many claims a second the shipped packs scrub, and what each stage costs.
//!
//! `cargo bench -p scrubjay --bench scrub` takes 100,000 claims;
//! `... -- 10000` another number, `... -- FILE.837` a file. The claims are those
//! of `../shared/bench/gen_x12.py` where that and python3 are at hand, else of
//! the same shape, made here.
//!
//! Each stage is measured with all before it, in time on the processor, so that
//! neighbours on the machine do not count; what it costs is the difference.

mod input;

use std::convert::Infallible;
use std::io::{self, Cursor, Write as _};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use scrubjay::model::ClaimId;
use scrubjay::{Config, EngineBuilder, ScrubInput, ScrubOptions, ScrubSummary, Scrubbed};
use scrubjay_edi::ClaimUnits;
use scrubjay_x12::{Event, Reader, Unit, validate_around, validate_unit};

fn main() {
    let arguments = std::env::args().skip(1).find(|one| !one.starts_with("--"));
    let argument = arguments.unwrap_or_else(|| "100000".to_owned());
    let (from, file) = match argument.replace('_', "").parse::<usize>() {
        Ok(claims) => input::made(claims),
        Err(_) => {
            let file = std::fs::read(&argument).expect("the file can be read");
            (argument, file)
        }
    };
    let file: Arc<[u8]> = file.into();
    println!("{from}, {:.1} MB", megabytes(file.len()));

    let stages = [
        Stage::of("read", || each_unit(&file, |_| ())),
        Stage::of("model", || with_claims(&file)),
        Stage::of("built-in checks", || with_checks(&file)),
        Stage::of("history, order, threads", || {
            scrub(&file, &[], 1, Output::Dropped)
        }),
        Stage::of("packs", || scrub(&file, &packs(), 1, Output::Dropped)),
        Stage::of("output (JSON)", || scrub(&file, &packs(), 1, Output::Json)),
    ];
    println!(
        "{:<26} {:>10} {:>12}",
        "stage, one thread", "us a claim", "claims/s"
    );
    let mut before = Duration::ZERO;
    for stage in &stages {
        let own = stage.time.saturating_sub(before);
        before = stage.time;
        println!("{:<26} {:>10.2}", stage.name, micros(own, stage.claims));
    }
    let [.., last] = &stages;
    let rate = per_second(last.claims, last.time);
    println!(
        "{:<26} {:>10.2} {rate:>12.0}",
        "all",
        micros(last.time, last.claims)
    );

    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    for threads in [1, cores.max(2)] {
        let begun = Instant::now();
        let claims = scrub(&file, &packs(), threads, Output::Json);
        let rate = per_second(claims, begun.elapsed());
        println!("by the clock on the wall, {threads} threads that judge: {rate:.0} claims/s");
    }
    println!("peak of memory, the file in it included: {:.0} MB", peak());
}

/// A stage with all before it.
struct Stage {
    name: &'static str,
    claims: usize,
    time: Duration,
}

impl Stage {
    /// The better of two rounds: what disturbs one only makes it slower.
    fn of(name: &'static str, run: impl Fn() -> usize) -> Self {
        let round = || {
            let begun = on_processor();
            let claims = run();
            (claims, on_processor().saturating_sub(begun))
        };
        let (claims, time) = [round(), round()]
            .into_iter()
            .min_by_key(|(_, time)| *time)
            .expect("there are two rounds");
        Self { name, claims, time }
    }
}

fn each_unit(file: &[u8], mut act: impl FnMut(&Unit)) -> usize {
    let mut claims = 0;
    for event in Reader::new(file) {
        if let Event::Unit(unit) = event.expect("the file is whole") {
            claims += 1;
            act(&unit);
        }
    }
    claims
}

fn name(control: &str) -> ClaimId {
    control
        .parse()
        .expect("the numbers of the claims are short")
}

fn with_claims(file: &[u8]) -> usize {
    let mut units = ClaimUnits::default();
    each_unit(file, |unit| {
        let read = units.read(unit, &mut name).expect("each unit is a claim");
        assert!(read.is_ok(), "every claim can be read");
    })
}

fn with_checks(file: &[u8]) -> usize {
    let mut units = ClaimUnits::default();
    let mut faults = 0;
    let claims = each_unit(file, |unit| {
        let read = units.read(unit, &mut name).expect("each unit is a claim");
        assert!(read.is_ok(), "every claim can be read");
        faults += validate_around(unit).len() + validate_unit(unit).len();
    });
    assert!(
        faults <= claims,
        "the claims are sound by their guide: {faults} faults"
    );
    claims
}

/// The packs that ship.
fn packs() -> Vec<PathBuf> {
    vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../payer-rules")]
}

enum Output {
    Dropped,
    Json,
}

fn scrub(file: &Arc<[u8]>, packs: &[PathBuf], threads: usize, output: Output) -> usize {
    let config = Config {
        rules: packs.to_vec(),
        ..Config::default()
    };
    let scrubber = EngineBuilder::new(config)
        .scrubber()
        .expect("the packs load");
    let mut options = ScrubOptions::default();
    options.threads = NonZeroUsize::new(threads).expect("there is a thread");
    let mut out = io::BufWriter::new(io::sink());
    let take = |found: Scrubbed| {
        if let Output::Json = output {
            serde_json::to_writer(&mut out, &found).expect("it can be written");
            out.write_all(b"\n").expect("it can be written");
        }
        Ok::<(), Infallible>(())
    };
    let input = ScrubInput::reader("bench", Cursor::new(Arc::clone(file)));
    let summary: ScrubSummary = scrubber
        .scrub([input], &options, take)
        .unwrap_or_else(|never| match never {});
    assert_eq!((summary.faults, summary.unread, summary.refused), (0, 0, 0));
    summary.claims
}

/// The time that this process has had on processors.
fn on_processor() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::from_secs(seconds) + Duration::from_nanos(u64::try_from(time.tv_nsec).unwrap_or(0))
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn micros(time: Duration, claims: usize) -> f64 {
    time.as_secs_f64() * 1e6 / claims.max(1) as f64
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn per_second(claims: usize, time: Duration) -> f64 {
    claims as f64 / time.as_secs_f64()
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

/// The peak of memory of this process, in megabytes (Linux).
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok())
        .map_or(f64::NAN, |kilobytes| kilobytes / 1024.0)
}
