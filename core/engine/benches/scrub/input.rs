//! Claims to scrub: those of the shared generator, or of the same shape.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// Claims of a transaction set.
const IN_SET: usize = 1_000;

/// So many claims in one interchange, and where they are from.
pub(crate) fn made(claims: usize) -> (String, Vec<u8>) {
    match generated(claims) {
        Some(file) => (format!("{claims} claims of gen_x12.py"), file),
        None => {
            let file = own(claims).into_bytes();
            (format!("{claims} claims in the shape of gen_x12.py"), file)
        }
    }
}

/// What the generator makes, where it is at hand.
fn generated(claims: usize) -> Option<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let generator = root.join("../shared/bench/gen_x12.py");
    let folder = std::env::temp_dir().join(format!("scrubjay-bench-{}", std::process::id()));
    if !generator.is_file() {
        return None;
    }
    std::fs::create_dir_all(&folder).ok()?;
    let made = Command::new("python3")
        .arg(generator)
        .arg(&folder)
        .arg(claims.to_string())
        .output();
    let file = std::fs::read(folder.join(format!("bench_837p_{claims}.edi"))).ok();
    // A folder that stays behind harms nobody.
    let _ = std::fs::remove_dir_all(&folder);
    file.filter(|_| made.is_ok_and(|made| made.status.success()))
}

/// Numbers that are the same on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }

    fn between(&mut self, first: u64, last: u64) -> u64 {
        first + self.below(last - first + 1)
    }

    fn one_of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        let at = self.below(list.len() as u64);
        list[usize::try_from(at).unwrap_or(0)]
    }
}

const FIRST: [&str; 6] = ["JANE", "MARIA", "WEI", "OLGA", "KOFI", "NOOR"];
const LAST: [&str; 6] = ["DOE", "GARCIA", "CHEN", "PETROV", "MENSAH", "SILVA"];
const PROCEDURES: [&str; 6] = ["G0439", "G0463", "J0696", "J1100", "G0328", "J3420"];
const DIAGNOSES: [&str; 6] = ["E119", "I10", "J069", "Z0000", "E785", "N390"];

/// Claims of two to four lines for one billing provider, balanced.
fn own(claims: usize) -> String {
    let mut text = String::from(
        "ISA*00*          *00*          *ZZ*SUBMITTER01    *ZZ*RECEIVER01     *260105*1200*^*00501*000000905*0*T*:~\
         GS*HC*SUBMITTER01*RECEIVER01*20260105*1200*905*X*005010X222A1~",
    );
    let mut numbers = Numbers(837);
    let sets = claims.div_ceil(IN_SET);
    for set in 0..sets {
        let within = set * IN_SET..((set + 1) * IN_SET).min(claims);
        add_set(&mut text, &mut numbers, set + 1, within);
    }
    // To a text, which does not fail.
    let _ = write!(text, "GE*{sets}*905~IEA*1*000000905~");
    text
}

fn add_set(text: &mut String, numbers: &mut Numbers, set: usize, within: std::ops::Range<usize>) {
    let begins = text.len();
    let _ = write!(
        text,
        "ST*837*{set:04}*005010X222A1~BHT*0019*00*{set:08}*20260105*1200*CH~\
         NM1*41*2*PREMIER BILLING SERVICE*****46*TGJ23~PER*IC*JERRY*TE*3055552222*EX*231~\
         NM1*40*2*KEY INSURANCE COMPANY*****46*66783JJT~HL*1**20*1~PRV*BI*PXC*203BF0100Y~\
         NM1*85*2*BEN KILDARE SERVICE*****XX*9876543210~N3*234 SEAWAY ST~N4*MIAMI*FL*331110000~\
         REF*EI*587654321~"
    );
    for (level, claim) in within.enumerate() {
        add_claim(text, numbers, level + 2, claim);
    }
    let segments = text[begins..].matches('~').count() + 1;
    let _ = write!(text, "SE*{segments}*{set:04}~");
}

fn add_claim(text: &mut String, numbers: &mut Numbers, level: usize, claim: usize) {
    let lines = numbers.between(2, 4);
    let charges: Vec<u64> = (0..lines).map(|_| numbers.between(20, 300)).collect();
    let total: u64 = charges.iter().sum();
    let _ = write!(
        text,
        "HL*{level}*1*22*0~SBR*P*18*GRP{:04}******CI~NM1*IL*1*{}*{}****MI*{}~\
         N3*{} N MAIN ST~N4*MIAMI*FL*331110000~DMG*D8*19{}{:02}{:02}*F~\
         NM1*PR*2*KEY INSURANCE COMPANY*****PI*999996666~CLM*PCN{claim:08}*{total}***11:B:1*Y*A*Y*I~\
         REF*D9*{}~HI*ABK:{}*ABF:{}~NM1*82*1*KILDARE*BEN****XX*9876543210~PRV*PE*PXC*203BF0100Y~",
        claim % 97,
        numbers.one_of(&LAST),
        numbers.one_of(&FIRST),
        100_000_000 + claim,
        numbers.between(1, 9_999),
        numbers.between(40, 99),
        numbers.between(1, 12),
        numbers.between(1, 28),
        17_312_345_600_000_u64 + claim as u64,
        numbers.one_of(&DIAGNOSES),
        numbers.one_of(&DIAGNOSES),
    );
    for (charge, line) in charges.iter().zip(1..) {
        let _ = write!(
            text,
            "LX*{line}~SV1*HC:{}*{charge}*UN*1***1~DTP*472*D8*202512{:02}~REF*6R*{claim}-{line}~",
            numbers.one_of(&PROCEDURES),
            numbers.between(1, 28),
        );
    }
}
