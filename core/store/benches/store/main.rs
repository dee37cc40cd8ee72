//! How fast the store takes claims in, posts payments and verifies itself,
//! and how many bytes a claim costs.
//!
//! `cargo bench -p scrubjay-store` runs 10,000 and 100,000 claims;
//! `cargo bench -p scrubjay-store -- 1000000` runs another number. Every
//! commit is durable (`synchronous=FULL`); claims come in files of 50 and
//! payments in remittances of 100, one transaction each, with the reads that
//! the engine does in between.

mod workload;

use std::path::Path;
use std::time::Instant;

use scrubjay_store::{SqliteStore, Store, StoreError, Transaction};
use workload::Workload;

const FILE: usize = 50;
const REMITTANCE: usize = 100;

fn main() -> Result<(), StoreError> {
    let asked: Vec<usize> = std::env::args()
        .skip(1)
        .filter_map(|text| text.replace('_', "").parse().ok())
        .collect();
    let sizes = if asked.is_empty() {
        vec![10_000, 100_000]
    } else {
        asked
    };
    println!(
        "{:>9} {:>10} {:>11} {:>10} {:>11} {:>11} {:>10} {:>12}",
        "claims",
        "claims/s",
        "payments/s",
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

fn run(claims: usize) -> Result<(), StoreError> {
    let folder = std::env::var_os("SCRUBJAY_BENCH_DIR").map_or_else(std::env::temp_dir, Into::into);
    let path = folder.join(format!("scrubjay-bench-{}-{claims}.db", std::process::id()));
    remove(&path);
    let mut store = SqliteStore::open(&path)?;
    let workload = Workload::new();

    let began = Instant::now();
    for file in 0..claims.div_ceil(FILE) {
        let mut transaction = store.begin()?;
        let of_file = file * FILE..((file + 1) * FILE).min(claims);
        workload.take_in(transaction.as_mut(), file, of_file)?;
        transaction.commit()?;
    }
    let taken_in = per_second(claims, began);

    let began = Instant::now();
    for remittance in 0..claims.div_ceil(REMITTANCE) {
        let mut transaction: Box<dyn Transaction + '_> = store.begin()?;
        let of_file = remittance * REMITTANCE..((remittance + 1) * REMITTANCE).min(claims);
        workload.post(transaction.as_mut(), remittance, of_file)?;
        transaction.commit()?;
    }
    let posted = per_second(claims, began);

    let began = Instant::now();
    let report = store.verify()?;
    assert!(report.is_clean(), "{:?}", report.faults);
    let rows = usize::try_from(report.rows).unwrap_or(usize::MAX);
    let verified = per_second(rows, began);

    let began = Instant::now();
    store.rebuild()?;
    let rebuilt = per_second(rows, began);
    drop(store);

    let bytes = std::fs::metadata(&path).map_or(0, |file| file.len());
    println!(
        "{claims:>9} {taken_in:>10} {posted:>11} {rows:>10} {verified:>11} {rebuilt:>11} {:>10} {:>12}",
        bytes / 1_000_000,
        bytes / claims.max(1) as u64,
    );
    if std::env::var_os("SCRUBJAY_BENCH_KEEP").is_none() {
        remove(&path);
    }
    Ok(())
}

fn per_second(number: usize, since: Instant) -> u64 {
    (number as f64 / since.elapsed().as_secs_f64()) as u64
}

fn remove(path: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        // It need not be there.
        let _ = std::fs::remove_file(Path::new(&name));
    }
}
