//! Measures what the table of coding pairs costs, on as many invented pairs as
//! CMS publishes: `cargo run --release -p scrubjay-codes --example measure_ptp`.

use std::error::Error;
use std::fmt::Write;
use std::time::Instant;

use scrubjay_codes::{PtpReader, PtpTable, icd10_on, shipped_icd10};

/// Column 1 codes, and pairs of each: 2.6 million together.
const CODES: u32 = 10_000;
const PAIRS: u32 = 260;

fn code(number: u32) -> String {
    format!(
        "{}{:04}",
        char::from(b'A' + (number / 10_000 % 3) as u8),
        number % 10_000
    )
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut file = String::new();
    for one in 0..CODES {
        for pair in 0..PAIRS {
            let two = (one * 7 + pair * 37) % 30_000;
            writeln!(
                file,
                "{}\t{}\t\t20200101\t*\t1\tInvented",
                code(one),
                code(two)
            )?;
        }
    }
    let started = Instant::now();
    let mut reader = PtpReader::default();
    reader.read(file.as_bytes())?;
    let import = reader.finish()?;
    println!("import: {} pairs in {:?}", import.taken, started.elapsed());

    let path = std::env::temp_dir().join(format!("scrubjay-ptp-{}.bin", std::process::id()));
    std::fs::write(&path, import.table.as_bytes())?;
    let started = Instant::now();
    let table = PtpTable::from_bytes(std::fs::read(&path)?)?;
    println!(
        "open: {} bytes in {:?}",
        table.as_bytes().len(),
        started.elapsed()
    );
    std::fs::remove_file(&path)?;

    let day = "2026-03-02".parse()?;
    let asked: Vec<String> = (0..1_000_000u32)
        .map(|n| {
            let n = n.wrapping_mul(2_654_435_761);
            code(n % CODES) + &code((n >> 8) % 30_000)
        })
        .collect();
    // One line of text, as a claim's lines stand beside each other.
    let asked = asked.concat();
    let mut rounds = Vec::new();
    for _ in 0..7 {
        let started = Instant::now();
        let found = (0..1_000_000)
            .filter(|at| {
                let (one, two) = asked[at * 10..at * 10 + 10].split_at(5);
                table.find(one, two, day).is_some()
            })
            .count();
        rounds.push((started.elapsed() / 1_000_000, found));
    }
    rounds.sort();
    println!(
        "look-up: best of 7 {:?}, middle {:?} each",
        rounds[0], rounds[3]
    );

    let started = Instant::now();
    let codes = shipped_icd10()
        .iter()
        .next_back()
        .ok_or("no release")?
        .1
        .len();
    println!("ICD-10-CM: unpacked in {:?}", started.elapsed());
    let asked: Vec<String> = shipped_icd10()
        .iter()
        .flat_map(|(_, table)| table.iter())
        .step_by(7)
        .map(|entry| entry.code())
        .collect();
    let started = Instant::now();
    let known = asked
        .iter()
        .filter(|code| icd10_on(code, day) != scrubjay_codes::Icd10Standing::Absent)
        .count();
    let each = started.elapsed() / u32::try_from(asked.len())?;
    println!(
        "ICD-10-CM: {each:?} each over {} of {codes} codes, {known} known",
        asked.len()
    );
    Ok(())
}
