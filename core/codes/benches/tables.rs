//! What the pairs of a quarter cost: as many invented ones as CMS publishes,
//! imported, opened from their file, and asked by one thread and by two.
//!
//! `cargo bench -p scrubjay-codes` prints the best and the middle of several
//! rounds. The bounds: opened in 50 ms, 200 ns a look-up.
#![allow(
    clippy::unwrap_used,
    reason = "a benchmark ends where something is wrong"
)]

use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use scrubjay_codes::{
    CodeFolder, FileKind, Icd10Standing, ImportedTable, OfficialFile, Present, PtpTable, icd10_on,
    read_official, shipped_icd10,
};

/// Column 1 codes, and pairs of each: 2.6 million together.
const CODES: u32 = 10_000;
const PAIRS: u32 = 260;
/// Codes that stand in column 2.
const OTHERS: u32 = 30_000;
const ASKED: u32 = 1_000_000;
const BATCH: u32 = 5_000;
const ROUNDS: usize = 9;

fn main() {
    // A test run of all targets starts benchmarks too, and asks them for nothing.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let scratch = std::env::temp_dir().join(format!("scrubjay-codes-{}", std::process::id()));
    let path = import(&CodeFolder::at(&scratch));
    rounds("open the file of the pairs", 1, || open(&path).len());

    let (table, day) = (open(&path), "2026-03-02".parse().unwrap());
    let hits = asked(column_2);
    let misses = asked(|one, n| column_2(one, n) + 1);
    // What a claim asks: one in a hundred pairs has an edit.
    let mixed: String = (0..ASKED as usize)
        .map(|at| if at % 100 == 0 { &hits } else { &misses }[at * 10..at * 10 + 10].to_owned())
        .collect();
    // The same few pairs again and again: what is left when no memory is waited for.
    let near = hits[..10 * BATCH as usize].repeat(40);
    for (name, asked) in [
        ("hit", &hits),
        ("hit, near", &near),
        ("miss", &misses),
        ("one hit in 100", &mixed),
    ] {
        let (times, found) = find_all(&table, asked, day);
        println!(
            "look-up, {name}: {}, {found} of {} found",
            told(times),
            asked.len() / 10
        );
        let times = std::thread::scope(|threads| {
            let other = threads.spawn(|| find_all(&table, asked, day).0);
            let mine = find_all(&table, asked, day).0;
            [mine, other.join().unwrap()].concat()
        });
        println!("look-up, {name}, on two threads at once: {}", told(times));
    }
    icd10(day);
    std::fs::remove_dir_all(&scratch).unwrap();
}

/// Prints what a round costs, shared by `of`.
fn rounds(name: &str, of: u32, mut round: impl FnMut() -> usize) {
    let times = (0..ROUNDS).map(|_| {
        let started = Instant::now();
        black_box(round());
        started.elapsed() / of
    });
    println!("{name}: {}", told(times.collect()));
}

/// The best time and the middle one.
fn told(mut times: Vec<Duration>) -> String {
    times.sort();
    let (best, middle) = (times[0], times[times.len() / 2]);
    format!("best {best:?}, middle {middle:?}")
}

fn code(number: u32) -> String {
    let letter = char::from(b'A' + (number / 10_000 % 3) as u8);
    format!("{letter}{:04}", number % 10_000)
}

/// The nth code beside a column 1, of which every second one has no edit there.
fn column_2(one: u32, nth: u32) -> u32 {
    (one * 7 + nth % PAIRS * 38) % OTHERS / 2 * 2
}

fn import(folder: &CodeFolder) -> std::path::PathBuf {
    let mut text = String::new();
    for one in 0..CODES {
        for nth in 0..PAIRS {
            let two = code(column_2(one, nth));
            writeln!(text, "{}\t{two}\t\t20200101\t*\t1\tInvented", code(one)).unwrap();
        }
    }
    let started = Instant::now();
    let file = OfficialFile {
        name: "ccipra-v320r0-f1.txt".to_owned(),
        content: text.as_bytes(),
    };
    let read = read_official(FileKind::PtpPractitioner, None, vec![file]).unwrap();
    let today = "2026-01-05".parse().unwrap();
    let (version, _) = folder.add(&read, today, Present::Replace).unwrap();
    println!(
        "import: {} pairs in {:?}, {} bytes",
        version.rows,
        started.elapsed(),
        version.size
    );
    version.path
}

fn open(path: &std::path::Path) -> PtpTable {
    match CodeFolder::table(path).unwrap().1 {
        ImportedTable::Ptp(table) => table,
        other => panic!("another table: {other:?}"),
    }
}

/// Pairs to ask for, as one line of text, as a claim's lines stand beside each
/// other: random ones, so that nothing is in the cache by chance.
fn asked(other: impl Fn(u32, u32) -> u32) -> String {
    let pairs = (0..ASKED).map(|n| {
        let n = n.wrapping_mul(2_654_435_761);
        let (one, nth) = (n % CODES, n >> 8);
        code(one) + &code(other(one, nth))
    });
    pairs.collect()
}

/// Looks every pair up, in batches short enough that a few run undisturbed on a
/// busy machine: what each look-up of a batch took, and how many were found.
fn find_all(table: &PtpTable, asked: &str, day: NaiveDate) -> (Vec<Duration>, usize) {
    let mut found = 0;
    let batches = asked.as_bytes().chunks_exact(10 * BATCH as usize);
    let times = batches.map(|batch| {
        let started = Instant::now();
        for pair in batch.chunks_exact(10) {
            let (one, two) = pair.split_at(5);
            let text = |code| std::str::from_utf8(code).unwrap_or_default();
            found += usize::from(table.find(text(one), text(two), day).is_some());
        }
        started.elapsed() / BATCH
    });
    (times.collect(), found)
}

fn icd10(day: NaiveDate) {
    let started = Instant::now();
    let releases = shipped_icd10();
    println!("ICD-10-CM: unpacked in {:?}", started.elapsed());
    let asked: Vec<String> = releases
        .iter()
        .flat_map(|(_, table)| table.iter())
        .step_by(7)
        .map(|entry| entry.code())
        .collect();
    let count = u32::try_from(asked.len()).unwrap();
    rounds("ICD-10-CM, look-up", count, || {
        let known = |code: &&String| icd10_on(code, day) != Icd10Standing::Absent;
        asked.iter().filter(known).count()
    });
}
