//! How fast files are read, beside the crates x12-types and edi, on one core.
//!
//! `cargo run --release -- FOLDER` measures the files that
//! `gen_x12.py FOLDER 20000` wrote; `stream FILE MEGABYTES` reads a file over
//! and over as one and prints the peak of memory.

use std::hint::black_box;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use rust_decimal::Decimal;
use scrubjay_x12::{Event, Reader, delimiters_in, placed, read, validate, validate_unit};

/// The time that this thread has had on a processor, so that neighbours on a
/// shared machine do not count (Linux; elsewhere the wall clock).
fn on_processor(begun: Instant) -> Duration {
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split_whitespace().next()?.parse().ok())
        .map_or_else(|| begun.elapsed(), Duration::from_nanos)
}

/// Megabytes a second: the best of as many runs as fit in two seconds, at least three.
fn speed(bytes: &[u8], mut run: impl FnMut(&[u8])) -> f64 {
    let mut best = Duration::MAX;
    let begun = Instant::now();
    let mut runs = 0;
    while runs < 3 || begun.elapsed() < Duration::from_secs(2) {
        let start = on_processor(begun);
        run(bytes);
        best = best.min(on_processor(begun).saturating_sub(start));
        runs += 1;
    }
    bytes.len() as f64 / 1e6 / best.as_secs_f64()
}

/// Reads the fields of claims, lines and payments as what they are: amounts as
/// decimals, codes and numbers as text.
fn typed(bytes: &[u8]) -> (usize, Decimal) {
    let mut count = 0;
    let mut sum = Decimal::ZERO;
    let money = |text: &str| text.parse::<Decimal>().unwrap_or_default();
    for placed in placed(bytes) {
        let placed = placed.expect("the file is whole");
        let segment = placed.segment;
        match segment.id() {
            "CLM" => {
                count += 1;
                sum += money(segment.element(2));
                black_box((segment.element(1), segment.component(5, 1), segment.component(5, 3)));
            }
            "HI" => {
                for composite in 1..=2 {
                    black_box(segment.component(composite, 2));
                }
            }
            "SV1" => {
                sum -= money(segment.element(2));
                black_box((segment.component(1, 2), segment.element(4), segment.component(7, 1)));
            }
            "DTP" if placed.loop_id == "2400" => {
                black_box(segment.element(3));
            }
            "NM1" if matches!(placed.loop_id, "2010BA" | "2310B" | "2100") => {
                black_box((segment.element(3), segment.element(4), segment.element(9)));
            }
            "CLP" => {
                count += 1;
                sum += money(segment.element(3)) - money(segment.element(4));
                black_box((segment.element(1), segment.element(2), segment.element(7)));
            }
            "SVC" => {
                sum += money(segment.element(2)) - money(segment.element(3));
                black_box(segment.component(1, 2));
            }
            "CAS" => {
                for at in [2, 5, 8, 11, 14, 17] {
                    if segment.element(at).is_empty() {
                        break;
                    }
                    sum -= money(segment.element(at + 1));
                }
            }
            _ => {}
        }
    }
    (count, sum)
}

fn line(what: &str, speed: f64, target: Option<f64>) {
    let verdict = match target {
        Some(least) if speed >= least => format!("  (asked: {least:.0}, met)"),
        Some(least) => format!("  (asked: {least:.0}, MISSED)"),
        None => String::new(),
    };
    println!("{what:<44} {speed:>8.0} MB/s{verdict}");
}

fn measure(name: &str, bytes: &[u8]) {
    println!("\n{name}: {:.1} MB", bytes.len() as f64 / 1e6);
    let delimiters = scrubjay_x12::Delimiters::default();
    let mut found = Vec::new();
    let tokens = speed(bytes, |bytes| {
        delimiters_in(bytes, delimiters, &mut found);
        black_box(&found);
    });
    line("every element position", tokens, Some(1000.0));
    let (count, sum) = typed(bytes);
    assert!(count > 0, "{name} has claims");
    println!("{:<44} {count} claims, rest {sum}", "");
    let borrowed = speed(bytes, |bytes| {
        black_box(typed(bytes));
    });
    line("borrowed, placed in loops, typed", borrowed, Some(150.0));
    let owned = speed(bytes, |bytes| {
        black_box(read(bytes).expect("the file is whole"));
    });
    line("owned tree", owned, Some(60.0));
    let checked = speed(bytes, |bytes| {
        for interchange in read(bytes).expect("the file is whole") {
            for set in &interchange.sets {
                let faults = validate(set);
                assert!(faults.is_empty(), "{:?}", faults.first());
            }
        }
    });
    line("owned tree and full validation", checked, Some(40.0));
    let streamed = speed(bytes, |bytes| {
        for event in Reader::new(bytes) {
            black_box(event.expect("the file is whole"));
        }
    });
    line("streaming, claim by claim", streamed, None);
    peers(name, bytes, owned, borrowed);
}

#[cfg(not(feature = "peers"))]
fn peers(_: &str, _: &[u8], _: f64, _: f64) {}

/// The same file through the other crates.
#[cfg(feature = "peers")]
fn peers(name: &str, bytes: &[u8], owned: f64, borrowed: f64) {
    use x12_types::util::Parser;
    use x12_types::v005010::{_835, _837, Transmission};

    let text = std::str::from_utf8(bytes).expect("the file is ASCII");
    let edi = speed(bytes, |_| {
        black_box(edi::parse(text).expect("edi reads it"));
    });
    line("crate edi 0.4.0 (segments, no loops)", edi, None);
    let peer = || {
        if name.starts_with("837") {
            Transmission::<_837>::parse(text).map(|(rest, read)| (rest.len(), black_box(read).functional_group.len()))
        } else {
            Transmission::<_835>::parse(text).map(|(rest, read)| (rest.len(), black_box(read).functional_group.len()))
        }
    };
    match peer() {
        Ok((rest, _)) => {
            let typed = speed(bytes, |_| {
                let _ = black_box(peer());
            });
            line("crate x12-types 0.12.0 (typed, owned)", typed, None);
            if rest > 0 {
                println!("{:<44} it left {rest} bytes unread", "");
            }
            println!("ratio to x12-types: owned {:.1}, borrowed {:.1}", owned / typed, borrowed / typed);
        }
        Err(_) => println!("crate x12-types 0.12.0 does not read it"),
    }
    println!("ratio to edi:       owned {:.1}, borrowed {:.1}", owned / edi, borrowed / edi);
}

/// A file over and over, up to a size.
struct Again<'a> {
    file: &'a [u8],
    at: usize,
    left: usize,
}

impl Read for Again<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.file.len() {
            self.at = 0;
            self.left -= 1;
        }
        if self.left == 0 {
            return Ok(0);
        }
        let count = into.len().min(self.file.len() - self.at);
        into[..count].copy_from_slice(&self.file[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// The peak of memory of this process, in megabytes (Linux).
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok())
        .map_or(f64::NAN, |kilobytes| kilobytes / 1024.0)
}

fn stream(path: &Path, megabytes: usize) {
    let file = std::fs::read(path).expect("the file is there");
    let before = peak();
    let left = (megabytes * 1_000_000).div_ceil(file.len());
    let size = left * file.len();
    let begun = Instant::now();
    let start = on_processor(begun);
    let (mut units, mut faults) = (0_usize, 0_usize);
    for event in Reader::new(Again { file: &file, at: 0, left }) {
        if let Event::Unit(unit) = event.expect("the file is whole") {
            units += 1;
            faults += validate_unit(&unit).len();
        }
    }
    let seconds = on_processor(begun).saturating_sub(start).as_secs_f64();
    println!(
        "streamed and validated {:.2} GB, {units} claims, {faults} faults: {:.0} MB/s, peak {:.1} MB (of which the file to repeat is {:.1} MB; {before:.1} MB before)",
        size as f64 / 1e9,
        size as f64 / 1e6 / seconds,
        peak(),
        file.len() as f64 / 1e6,
    );
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("stream") => {
            let path = arguments.next().expect("name a file");
            let size = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1000);
            stream(Path::new(&path), size);
        }
        Some(folder) => {
            for (name, file) in [("837P", "bench_837p_20000.edi"), ("835", "bench_835_20000.edi")] {
                match std::fs::read(Path::new(folder).join(file)) {
                    Ok(bytes) => measure(name, &bytes),
                    Err(_) => println!("skipped: {file} is not in {folder}; run gen_x12.py {folder} 20000"),
                }
            }
        }
        None => println!("name the folder that gen_x12.py wrote to"),
    }
}
