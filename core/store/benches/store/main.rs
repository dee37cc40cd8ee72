//! How fast the store takes claims in, posts payments and verifies itself,
//! and how many bytes a claim costs.
//!
//! `cargo bench -p scrubjay-store` runs 10,000 and 100,000 claims;
//! `cargo bench -p scrubjay-store -- 1000000` runs another number, and
//! `... -- some.db` verifies what a run with `SCRUBJAY_BENCH_KEEP` kept. Every
//! commit is durable (`synchronous=FULL`); claims come in files of 50 and
//! payments in remittances of 100, one transaction each, with the reads that
//! the engine does in between. `(core)` is the same by the second of core
//! time, which a busy machine does not slow down.

mod workload;

use std::path::Path;
use std::time::{Duration, Instant};

use scrubjay_store::{SqliteStore, Store, StoreError, Transaction};
use workload::Workload;

const FILE: usize = 50;
const REMITTANCE: usize = 100;

fn main() -> Result<(), StoreError> {
    let mut sizes = Vec::new();
    for argument in std::env::args().skip(1) {
        if let Ok(claims) = argument.replace('_', "").parse() {
            sizes.push(claims);
        } else if argument.ends_with(".db") {
            return verify(Path::new(&argument));
        }
    }
    if sizes.is_empty() {
        sizes = vec![10_000, 100_000];
    }
    println!(
        "{:>9} {:>8} {:>8} {:>10} {:>10} {:>10} {:>10} {:>11} {:>7} {:>11}",
        "claims",
        "claims/s",
        "(core)",
        "payments/s",
        "(core)",
        "rows",
        "verify r/s",
        "rebuild r/s",
        "MB",
        "bytes/claim"
    );
    for claims in sizes {
        run(claims)?;
    }
    Ok(())
}

/// Verifies a database that an earlier run kept.
fn verify(path: &Path) -> Result<(), StoreError> {
    let began = Began::now();
    let report = SqliteStore::open(path)?.verify()?;
    let rows = usize::try_from(report.rows).unwrap_or(usize::MAX);
    let faults = report.faults.len();
    let (rate, _) = began.per_second(rows);
    println!("{rows} rows, {rate} a second, {faults} faults");
    Ok(())
}

fn run(claims: usize) -> Result<(), StoreError> {
    let folder = std::env::var_os("SCRUBJAY_BENCH_DIR").map_or_else(std::env::temp_dir, Into::into);
    let path = folder.join(format!("scrubjay-bench-{}-{claims}.db", std::process::id()));
    remove(&path);
    let mut store = SqliteStore::open(&path)?;
    let workload = Workload::new();

    let began = Began::now();
    for file in 0..claims.div_ceil(FILE) {
        let mut transaction = store.begin()?;
        let of_file = file * FILE..((file + 1) * FILE).min(claims);
        workload.take_in(transaction.as_mut(), file, of_file)?;
        transaction.commit()?;
    }
    let taken_in = began.per_second(claims);

    let began = Began::now();
    for remittance in 0..claims.div_ceil(REMITTANCE) {
        let mut transaction: Box<dyn Transaction + '_> = store.begin()?;
        let of_file = remittance * REMITTANCE..((remittance + 1) * REMITTANCE).min(claims);
        workload.post(transaction.as_mut(), remittance, of_file)?;
        transaction.commit()?;
    }
    let posted = began.per_second(claims);

    let began = Began::now();
    let report = store.verify()?;
    assert!(report.is_clean(), "{:?}", report.faults);
    let rows = usize::try_from(report.rows).unwrap_or(usize::MAX);
    let (verified, _) = began.per_second(rows);

    let began = Began::now();
    store.rebuild()?;
    let (rebuilt, _) = began.per_second(rows);
    drop(store);

    let bytes = std::fs::metadata(&path).map_or(0, |file| file.len());
    println!(
        "{claims:>9} {:>8} {:>8} {:>10} {:>10} {rows:>10} {verified:>10} {rebuilt:>11} {:>7} {:>11}",
        taken_in.0,
        taken_in.1,
        posted.0,
        posted.1,
        bytes / 1_000_000,
        bytes / claims.max(1) as u64,
    );
    if std::env::var_os("SCRUBJAY_BENCH_KEEP").is_none() {
        remove(&path);
    }
    Ok(())
}

/// A moment, by the clock on the wall and by this thread's time on a core.
struct Began {
    wall: Instant,
    core: Option<Duration>,
}

impl Began {
    fn now() -> Self {
        Self {
            wall: Instant::now(),
            core: core_time(),
        }
    }

    /// So many a second since then, and a second on a core where that is known.
    fn per_second(&self, number: usize) -> (u64, u64) {
        let rate = |spent: Duration| (number as f64 / spent.as_secs_f64()) as u64;
        let core = core_time().zip(self.core).map(|(now, then)| now - then);
        (rate(self.wall.elapsed()), core.map_or(0, rate))
    }
}

/// What Linux has given this thread; other systems are not asked.
fn core_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

fn remove(path: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        // It need not be there.
        let _ = std::fs::remove_file(Path::new(&name));
    }
}
