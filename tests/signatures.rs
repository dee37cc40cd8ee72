//! Ten thousand reasons that nobody would send and somebody does: each is classified or
//! answered as unknown or retired, and none is written off that the list does not
//! write off.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::collections::{BTreeMap, BTreeSet};

use scrubjay::codes::{NotDenialKind, ReasonClass, classify};
use scrubjay::model::{
    Account, Adjustment, AsSent, DenialCategory, Money, Person, Remittance, RemittanceClaim,
    WorkKind,
};
use scrubjay::{Ended, Engine};
use scrubjay_tests::practice::Practice;
use scrubjay_tests::remit::{Payment, Remitted};
use scrubjay_tests::repository;

const SIGNATURES: usize = 10_000;
const A_CLAIM: usize = 4;
const IN_FILES: usize = 600;
const DOLLAR: Money = Money::from_cents(100);

/// A reason as somebody sent it.
#[derive(Debug, Clone)]
struct Signature {
    group: String,
    carc: String,
    remarks: Vec<String>,
}

/// What the list says of a reason, read by the slowest and plainest way.
struct Listed {
    kind: String,
    groups: Vec<String>,
    /// ISO, so that texts compare as days do; empty where it is in use.
    stops: String,
}

fn list() -> BTreeMap<String, Listed> {
    let text = std::fs::read_to_string(repository().join("core/codes/data/carc.csv")).unwrap();
    let rows = text.lines().skip(1).filter(|line| !line.starts_with('#'));
    rows.map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        let listed = Listed {
            kind: cells[1].to_owned(),
            groups: cells[2].split_whitespace().map(str::to_owned).collect(),
            stops: cells[10].to_owned(),
        };
        (cells[0].to_owned(), listed)
    })
    .collect()
}

/// What must come of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    Unknown,
    Retired,
    Contractual,
    Sequestration,
    /// Something else, and no write-off.
    Other,
}

fn due(list: &BTreeMap<String, Listed>, signature: &Signature, on: &str) -> Due {
    let Some(listed) = list.get(&signature.carc) else {
        return Due::Unknown;
    };
    if !listed.stops.is_empty() && listed.stops.as_str() <= on {
        return Due::Retired;
    }
    let allowed = listed.kind == "contractual" && listed.groups.contains(&signature.group);
    match (allowed, signature.carc.as_str()) {
        (true, "253") => Due::Sequestration,
        (true, _) => Due::Contractual,
        (false, _) => Due::Other,
    }
}

/// SplitMix64: the same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.throw() % u64::try_from(limit).unwrap()).unwrap()
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    fn text(&mut self, alphabet: &[char], longest: usize) -> String {
        (0..=self.below(longest))
            .map(|_| *self.of(alphabet))
            .collect()
    }

    /// A code as it stands on the list, or what hands and systems make of it.
    fn damaged(&mut self, listed: &[String]) -> String {
        const PLAIN: [char; 8] = ['A', 'B', 'N', 'Z', '0', '4', '5', '9'];
        const JUNK: [char; 16] = [
            '\0', '\u{1}', '\t', '\n', ' ', '"', ',', ';', '-', '\u{7f}', '\u{a0}', 'É', 'ß', '✂',
            '🜁', '\u{feff}',
        ];
        let code = self.of(listed).clone();
        match self.below(10) {
            0..=2 => code,
            3 => code.to_lowercase(),
            4 => format!("0{code}"),
            5 => format!(" {code} "),
            6 => String::new(),
            7 => {
                let longest = if self.below(20) == 0 { 5_000 } else { 60 };
                self.text(&PLAIN, longest)
            }
            8 => self.text(&PLAIN, 5),
            _ => self.text(&JUNK, 6),
        }
    }

    fn signature(&mut self, carcs: &[String], remarks: &[String]) -> Signature {
        let groups = ["CO", "PR", "OA", "PI", "CR"].map(str::to_owned);
        let group = match self.below(3) {
            0 => self.damaged(&groups),
            _ => self.of(&groups).clone(),
        };
        Signature {
            group,
            carc: self.damaged(carcs),
            remarks: (0..self.below(4)).map(|_| self.damaged(remarks)).collect(),
        }
    }
}

fn signatures(seed: u64, list: &BTreeMap<String, Listed>) -> Vec<Signature> {
    let carcs: Vec<String> = list.keys().cloned().collect();
    let remarks: Vec<String> = scrubjay::codes::rarcs()
        .map(|remark| remark.code.to_owned())
        .collect();
    let mut dice = Dice(seed);
    (0..SIGNATURES)
        .map(|_| dice.signature(&carcs, &remarks))
        .collect()
}

fn read<T: std::str::FromStr>(codes: &[String]) -> Vec<AsSent<T>> {
    codes.iter().map(|code| AsSent::read(code)).collect()
}

fn account(engine: &Engine, wanted: &Account) -> Money {
    let accounts = engine.read().unwrap().accounts().unwrap();
    let found = accounts.iter().find(|(account, _)| account == wanted);
    found.map_or(Money::ZERO, |(_, balance)| *balance)
}

fn is_balanced(engine: &Engine) -> bool {
    let trial = engine.read().unwrap().trial_balance().unwrap();
    trial
        .iter()
        .map(|(_, amount)| *amount)
        .sum::<Money>()
        .is_zero()
}

#[test]
fn each_odd_signature_is_classified_or_unknown_and_none_is_contractual_by_default() {
    let list = list();
    let mut met = BTreeSet::new();
    for (seed, on) in [(2_026, "2026-03-16"), (7, "2004-05-01"), (99, "1990-01-01")] {
        let day = on.parse().unwrap();
        for signature in signatures(seed, &list) {
            let Signature {
                group,
                carc,
                remarks,
            } = &signature;
            let answer = classify(
                &AsSent::read(group),
                &AsSent::read(carc),
                &read(remarks),
                day,
            );
            let due = due(&list, &signature, on);
            met.insert(format!("{due:?}"));
            let is_right = match due {
                Due::Unknown => answer == ReasonClass::Unknown,
                Due::Retired => matches!(answer, ReasonClass::Retired { .. }),
                Due::Contractual | Due::Sequestration => {
                    answer == ReasonClass::NotDenial(NotDenialKind::Contractual)
                        || answer == ReasonClass::Unknown
                }
                Due::Other => {
                    answer != ReasonClass::NotDenial(NotDenialKind::Contractual)
                        && !matches!(answer, ReasonClass::Retired { .. })
                }
            };
            assert!(is_right, "{signature:?} on {on}: {answer:?}");
        }
    }
    assert_eq!(
        met.len(),
        5,
        "the list has something of everything: {met:?}"
    );
}

/// A remittance as a person or a portal gives it, with whatever reasons are in it.
fn remittance(signatures: &[Signature], on: &str) -> Remittance {
    let claims = signatures
        .chunks(A_CLAIM)
        .enumerate()
        .map(|(number, taken)| {
            let sample = Remitted::sample(number);
            let dollars = i64::try_from(taken.len()).unwrap();
            RemittanceClaim {
                ordinal: u32::try_from(number + 1).unwrap(),
                control: sample.control.clone(),
                status: "1".to_owned().into(),
                charge: sample.charge,
                paid: sample.charge - Money::from_cents(100 * dollars),
                patient_responsibility: None,
                filing_indicator: None,
                payer_control: None,
                frequency: None,
                patient: None::<Person>,
                forwarded_to: None,
                from: None,
                to: None,
                received: None,
                adjustments: taken
                    .iter()
                    .map(|one| Adjustment {
                        group: AsSent::read(&one.group),
                        carc: AsSent::read(&one.carc),
                        amount: DOLLAR,
                        units: None,
                    })
                    .collect(),
                remarks: read(&taken[0].remarks),
                lines: Vec::new(),
            }
        });
    let claims: Vec<RemittanceClaim> = claims.collect();
    Remittance {
        paid: claims.iter().map(|claim| claim.paid).sum(),
        method: "CHK".to_owned(),
        effective: Some(on.parse().unwrap()),
        trace: "ODD1".parse().unwrap(),
        originator: "sample".to_owned(),
        payer_name: "SAMPLE PAYER".to_owned(),
        payer_ids: vec!["SAMPLEPAY".to_owned()],
        payee_name: "SAMPLE PRACTICE".to_owned(),
        payee_npi: None,
        payee_tax_id: None,
        claims,
        provider_adjustments: Vec::new(),
    }
}

#[test]
fn each_odd_signature_is_posted_where_the_list_says_and_else_stays_owed() {
    let on = "2026-03-16";
    let list = list();
    let signatures = signatures(31, &list);
    let (_practice, mut engine) = Practice::with_sent(SIGNATURES / A_CLAIM);
    let posted = engine.post_manual(&remittance(&signatures, on), "Ana", "a list of reasons");
    assert_eq!(posted.unwrap().unmatched, 0);

    let mut wanted: BTreeMap<(String, String, &str), usize> = BTreeMap::new();
    let (mut contractual, mut sequestered) = (Money::ZERO, Money::ZERO);
    for signature in &signatures {
        let category = match due(&list, signature, on) {
            Due::Contractual => {
                contractual += DOLLAR;
                continue;
            }
            Due::Sequestration => {
                sequestered += DOLLAR;
                continue;
            }
            Due::Other => continue,
            Due::Unknown => DenialCategory::Unknown,
            Due::Retired => DenialCategory::Retired,
        };
        let key = (
            signature.group.clone(),
            signature.carc.clone(),
            category.as_str(),
        );
        *wanted.entry(key).or_default() += 1;
    }
    let mut found: BTreeMap<(String, String, &str), usize> = BTreeMap::new();
    for denial in engine.read().unwrap().denials(None).unwrap() {
        let unclear = [DenialCategory::Unknown, DenialCategory::Retired];
        if unclear.contains(&denial.category) {
            assert_eq!(denial.amount, DOLLAR);
            let key = (
                denial.group.text(),
                denial.carc.text(),
                denial.category.as_str(),
            );
            *found.entry(key).or_default() += 1;
        }
    }
    assert!(wanted.len() > 2_000, "{}", wanted.len());
    assert_eq!(found, wanted);
    assert_eq!(
        account(&engine, &Account::ContractualAdjustment),
        contractual
    );
    assert_eq!(account(&engine, &Account::Sequestration), sequestered);
    assert!(is_balanced(&engine));
    // Each is somebody's work.
    let work = engine.read().unwrap().open_work(None).unwrap();
    assert!(work.iter().any(|item| item.kind == WorkKind::Denial));
}

/// An 835 of one claim with a reason in it as bytes.
fn file(number: usize, [group, carc, remark]: [&[u8]; 3]) -> Vec<u8> {
    let taken = Remitted::sample(number);
    let cents = taken.charge.cents().unwrap();
    let remitted = taken.less(&[("GG", "CCC", cents)]);
    let text = Payment::of(&format!("ODD{number}"), [remitted]).file(number);
    let mut out = Vec::new();
    for segment in text.split_inclusive('~') {
        match segment.trim_start().starts_with("CAS*GG") {
            true => {
                out.extend(b"\nCAS*".iter().chain(group).chain(b"*").chain(carc));
                let charge = Remitted::sample(number).charge;
                out.extend(format!("*{charge}~\nLQ*HE*").bytes());
                out.extend(remark.iter().chain(b"~"));
            }
            // The remark is one segment more.
            false if segment.trim_start().starts_with("SE*") => {
                let count: usize = segment.split('*').nth(1).unwrap().parse().unwrap();
                out.extend(format!("\nSE*{}*0001~", count + 1).bytes());
            }
            false => out.extend(segment.bytes()),
        }
    }
    out
}

#[test]
fn each_odd_signature_in_an_835_is_posted_as_the_list_says() {
    let on = "2026-03-16";
    let list = list();
    let mut dice = Dice(5);
    let (_practice, mut engine) = Practice::with_sent(IN_FILES);
    let mut unclear = 0;
    for (number, signature) in signatures(77, &list).iter().take(IN_FILES).enumerate() {
        let first = signature.remarks.first().map_or("N1", String::as_str);
        let mut parts =
            [&signature.group, &signature.carc, first].map(|text| text.as_bytes().to_vec());
        // Bytes that are no text in any encoding that an 835 may have.
        if number % 5 == 0 {
            let at = dice.below(3);
            let byte = u8::try_from(128 + dice.below(128)).unwrap();
            parts[at].push(byte);
        }
        let bytes = file(number, [&parts[0], &parts[1], &parts[2]]);
        let claim = Remitted::sample(number).control.parse().unwrap();
        let before = account(&engine, &Account::ContractualAdjustment);
        let taken = engine.take_in(&format!("{number}.835"), &bytes).unwrap();
        let after = account(&engine, &Account::ContractualAdjustment);
        let now = engine.read().unwrap().denials(Some(&claim)).unwrap();
        assert!(
            matches!(taken.ended, Ended::TakenIn { .. }),
            "{signature:?}: {taken}"
        );
        let due = due(&list, &read_back(signature, &parts), on);
        let written_off = after - before;
        assert_eq!(
            written_off.is_positive(),
            due == Due::Contractual,
            "{signature:?}: {due:?}"
        );
        let category = match due {
            Due::Unknown => DenialCategory::Unknown,
            Due::Retired => DenialCategory::Retired,
            _ => continue,
        };
        unclear += 1;
        let found: Vec<_> = now.iter().map(|denial| denial.category).collect();
        assert_eq!(found, [category], "{signature:?}");
    }
    assert!(is_balanced(&engine));
    assert!(unclear > IN_FILES / 3, "{unclear}");
}

#[test]
fn a_delimiter_in_a_reason_makes_another_file_and_never_money_from_nowhere() {
    let mut dice = Dice(12);
    let (_practice, mut engine) = Practice::with_sent(200);
    for number in 0..200 {
        let mut parts = [b"CO".to_vec(), b"45".to_vec(), b"N1".to_vec()];
        let at = dice.below(3);
        let within = dice.below(parts[at].len() + 1);
        parts[at].insert(within, *dice.of(b"*~:^"));
        let bytes = file(number, [&parts[0], &parts[1], &parts[2]]);
        engine.take_in(&format!("{number}.835"), &bytes).unwrap();
        assert!(is_balanced(&engine));
    }
}

/// A signature as an 835 carries it: without the spaces around its codes.
fn read_back(signature: &Signature, parts: &[Vec<u8>; 3]) -> Signature {
    let text = |part: &Vec<u8>| match std::str::from_utf8(part) {
        Ok(text) => text.trim().to_owned(),
        Err(_) => "not text".to_owned(),
    };
    Signature {
        group: text(&parts[0]),
        carc: text(&parts[1]),
        remarks: signature.remarks.clone(),
    }
}
