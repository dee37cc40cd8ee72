//! How many claims a second rules judge, and where the time goes.
//!
//!     cargo bench -p scrubjay-rules
//!
//! 1,000 rules over 20 payers, claims of six lines, one thread, the view built
//! for each claim, limits and loud comparisons on. Figures are the best of
//! five rounds: what disturbs a round only makes it slower.

#[path = "../tests/support/mod.rs"]
mod support;

use std::fmt::Write;
use std::fs;
use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

use scrubjay_hooks::{ClaimSubject, Handler, Hook, Outcome, Subject};
use scrubjay_model::{AsSent, Claim, LineOfBusiness, PayerProfile};
use scrubjay_rules::RuleSet;
use support::{claim, context, day, load, payer};
use tempfile::TempDir;

const RULES_A_PAYER: usize = 50;
const CODES: usize = 300;
const CLAIMS: usize = 4_000;
const ROUNDS: usize = 5;

fn code(n: usize) -> String {
    format!("J{:04}", n % CODES)
}

/// The rules of one payer: ten about the claim, ten about diagnoses, thirty
/// about lines with one of five procedures, so that a claim meets about thirteen.
fn payer_pack(number: usize) -> String {
    let mut text = String::new();
    for rule in 0..RULES_A_PAYER {
        let id = format!("p{number}/r{rule}");
        let rust = format!("p{number}_r{rule}");
        let written = match rule {
            0..10 => write!(
                text,
                "/// id: {id}\n/// title: filing\n/// hook: scrub\n\
                 fn {rust}(claim) {{\n    let due = claim.service_from.plus_days({});\n    \
                 if claim.received > due && claim.frequency == \"original\" {{ block(`due ${{due}}`); }}\n}}\n\n",
                60 + rule
            ),
            10..20 => write!(
                text,
                "/// id: {id}\n/// title: diagnosis\n/// hook: scrub\n/// applies: {{ diagnoses: [E{}, I{}] }}\n\
                 fn {rust}(claim) {{\n    if claim.patient.age < 18 && claim.place != \"11\" {{ warn(\"age\"); }}\n}}\n\n",
                10 + rule % 10,
                10 + rule % 10
            ),
            _ => {
                let codes: Vec<String> = (0..5)
                    .map(|n| code(number * 7 + rule * 11 + n * 53))
                    .collect();
                write!(
                    text,
                    "/// id: {id}\n/// title: line\n/// hook: scrub\n/// scope: line\n/// applies: {{ procedures: [{}] }}\n\
                     fn {rust}(claim, line) {{\n    if claim.authorization.is_missing() && line.units > {} && !line.has_modifier(\"25\") {{ line.block(\"no\"); }}\n}}\n\n",
                    codes.join(", "),
                    10 + rule
                )
            }
        };
        written.expect("a text can be written to");
    }
    text
}

fn write_packs(payers: usize) -> TempDir {
    let folder = TempDir::new().expect("a scratch folder");
    for number in 0..payers {
        let pack = folder.path().join(format!("p{number}"));
        fs::create_dir_all(&pack).expect("a folder");
        let manifest =
            format!("id: p{number}\ntitle: t\nversion: 1\nscope: {{ payers: payer{number} }}\n");
        fs::write(pack.join("pack.yaml"), manifest).expect("a file");
        fs::write(pack.join("r.rhai"), payer_pack(number)).expect("a file");
    }
    folder
}

fn claims() -> Vec<(Claim, PayerProfile)> {
    (0..CLAIMS)
        .map(|n| {
            let codes: Vec<String> = (0..6).map(|line| code(n * 13 + line * 41)).collect();
            let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
            let mut claim = claim(&codes);
            claim.id = format!("C{n}").parse().expect("an id");
            claim.diagnoses[0].code = AsSent::read(&format!("E{}65", 10 + n % 40));
            let payer = payer(
                &format!("payer{}", n % 20),
                LineOfBusiness::Commercial,
                Some("TX"),
            );
            (claim, payer)
        })
        .collect()
}

fn judge_all(rules: &RuleSet, claims: &[(Claim, PayerProfile)]) -> (Duration, usize) {
    let mut worker = rules.worker();
    let mut pass = || {
        let mut ran = 0;
        for (claim, payer) in claims {
            let subject = ClaimSubject {
                claim,
                payer: Some(payer),
                history: &[],
                received: day_received(),
            };
            let mut outcome = Outcome::default();
            worker.judge(
                Hook::Scrub,
                Subject::Claim(&subject),
                context(),
                &mut outcome,
            );
            ran += black_box(&outcome).ran.len();
        }
        ran
    };
    pass(); // compiles what is met first, and warms up
    let mut best = Duration::MAX;
    let mut ran = 0;
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        ran = pass();
        best = best.min(begun.elapsed());
    }
    (best, ran)
}

fn day_received() -> chrono::NaiveDate {
    static DAY: std::sync::OnceLock<chrono::NaiveDate> = std::sync::OnceLock::new();
    *DAY.get_or_init(|| day("2026-03-02"))
}

/// The same conditions in plain Rust, as a bound on what is possible.
fn plain_rust(claims: &[(Claim, PayerProfile)]) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        for (n, (claim, _)) in claims.iter().enumerate() {
            let number = n % 20;
            let mut found: Vec<String> = Vec::new();
            let from = claim.service_from();
            for rule in 0..10u64 {
                let due = from.and_then(|from| from.checked_add_days(chrono::Days::new(60 + rule)));
                if due.is_some_and(|due| day_received() > due) && claim.frequency.as_str() == "1" {
                    found.push(format!("due {due:?}"));
                }
            }
            let age = claim
                .patient
                .born
                .zip(from)
                .map(|(born, from)| from.years_since(born));
            for rule in 10..20 {
                let listed = [format!("E{rule}"), format!("I{rule}")];
                let applies = claim.diagnoses.iter().any(|diagnosis| {
                    listed
                        .iter()
                        .any(|code| diagnosis.code.text().starts_with(code))
                });
                if applies && age.flatten().is_some_and(|age| age < 18) {
                    found.push("age".to_owned());
                }
            }
            for rule in 20..RULES_A_PAYER {
                for line in &claim.lines {
                    let Some(AsSent::Sound(sent)) = &line.procedure else {
                        continue;
                    };
                    let sent: usize = sent.as_str()[1..].parse().unwrap_or(0);
                    let applies = (0..5).any(|n| (number * 7 + rule * 11 + n * 53) % CODES == sent);
                    if applies
                        && claim.authorization.is_none()
                        && line.units > rust_decimal::Decimal::from(10 + rule)
                    {
                        found.push("no".to_owned());
                    }
                }
            }
            black_box(found);
        }
        best = best.min(begun.elapsed());
    }
    best
}

fn per_second(time: Duration) -> f64 {
    CLAIMS as f64 / time.as_secs_f64()
}

/// The time that one share in a hundred exceeds.
fn percentile(times: &mut [Duration], hundredths: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() * hundredths).div_ceil(100) - 1]
}

fn main() {
    let claims = claims();
    let packs = write_packs(20);

    let begun = Instant::now();
    let rules = load(packs.path()).unwrap_or_else(|error| panic!("{error}"));
    println!(
        "load, check and try 1,000 rules      {:>10.1} ms",
        begun.elapsed().as_secs_f64() * 1e3
    );

    let (time, ran) = judge_all(&rules, &claims);
    let base = per_second(time);
    println!("1,000 rules, one thread              {base:>10.0} claims/s");
    println!(
        "  rule runs a claim                  {:>10.1}",
        ran as f64 / CLAIMS as f64
    );
    if std::env::args().any(|argument| argument == "judge") {
        return;
    }
    println!(
        "  a rule run                         {:>10.0} ns, its share of everything else in it",
        time.as_nanos() as f64 / ran as f64
    );

    let plain = per_second(plain_rust(&claims));
    println!(
        "the same in plain Rust               {plain:>10.0} claims/s, {:.1} times",
        plain / base
    );

    let two = {
        let begun = Instant::now();
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| judge_all(&rules, &claims));
            }
        });
        begun.elapsed()
    };
    let one = {
        let begun = Instant::now();
        judge_all(&rules, &claims);
        begun.elapsed()
    };
    println!(
        "two threads                          {:>10.2} times one",
        2.0 * one.as_secs_f64() / two.as_secs_f64()
    );

    let other = write_packs(200);
    let many = load(other.path()).unwrap_or_else(|error| panic!("{error}"));
    let (time, _) = judge_all(&many, &claims);
    println!(
        "9,000 rules for other payers more    {:>10.0} claims/s, {:+.1} %",
        per_second(time),
        (per_second(time) / base - 1.0) * 100.0
    );

    // Compiling alone, as a worker does when it meets a rule first.
    let begun = Instant::now();
    let mut worker = rules.worker();
    for (claim, payer) in &claims {
        let subject = ClaimSubject {
            claim,
            payer: Some(payer),
            history: &[],
            received: day_received(),
        };
        worker.judge(
            Hook::Scrub,
            Subject::Claim(&subject),
            context(),
            &mut Outcome::default(),
        );
    }
    let first = begun
        .elapsed()
        .saturating_sub(Duration::from_secs_f64(CLAIMS as f64 / base));
    println!(
        "a worker and the rules it meets      {:>10.1} ms, once",
        first.as_secs_f64() * 1e3
    );

    let mut times: Vec<Duration> = (0..50)
        .map(|n| {
            let text = payer_pack(3).replace("block(\"no\")", &format!("block(\"no {n}\")"));
            fs::write(packs.path().join("p3/r.rhai"), text).expect("a file");
            let begun = Instant::now();
            rules.reload().unwrap_or_else(|error| panic!("{error}"));
            begun.elapsed()
        })
        .collect();
    println!(
        "save to live, 1,000 rules            {:>10.1} ms at the 99th percentile, without a watcher's debounce",
        percentile(&mut times, 99).as_secs_f64() * 1e3
    );
}
