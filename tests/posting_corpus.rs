//! The 835s of the shared corpus against claims made from them: those that
//! balance post in full, those that do not wait with the difference.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use scrubjay::model::{Account, Money};
use scrubjay::store::Reader;
use scrubjay::{
    Config, Ended, EngineBuilder, RemittanceState, RemittanceSummary, remittance, remittances,
};
use scrubjay_tests::shared;

/// What a remitted claim tells of the claim behind it.
#[derive(Debug, Default, PartialEq)]
struct Behind {
    control: String,
    charge: String,
    paid: String,
    payer: String,
    last: String,
    first: String,
    member: String,
    /// Procedure and charge.
    lines: Vec<(String, String)>,
    reverses: bool,
}

/// What a remittance tells, read here by its own delimiters.
#[derive(Debug, Default, PartialEq)]
struct Told {
    /// TRN02.
    trace: String,
    /// BPR02.
    total: String,
    payer: String,
    claims: Vec<Behind>,
}

/// The remittances of a file.
fn told(bytes: &[u8]) -> Vec<Told> {
    let text = String::from_utf8_lossy(bytes);
    let Some(start) = text.find("ISA") else {
        return Vec::new();
    };
    let file: Vec<char> = text[start..].chars().collect();
    let (element, component, end) = (file[3], file[104], file[105]);
    let mut sets: Vec<Told> = Vec::new();
    for segment in text[start..].split(end).map(str::trim) {
        let elements: Vec<&str> = segment.split(element).collect();
        let at = |place: usize| elements.get(place).copied().unwrap_or_default().trim();
        if at(0) == "ST" {
            sets.push(Told::default());
        }
        let Some(set) = sets.last_mut() else {
            continue;
        };
        match (at(0), set.claims.last_mut()) {
            ("BPR", _) => set.total = at(2).to_owned(),
            ("TRN", _) => set.trace = at(2).to_owned(),
            ("N1", None) if at(1) == "PR" => set.payer = plain(at(2)),
            ("CLP", _) => set.claims.push(Behind {
                control: at(1).to_owned(),
                charge: at(3).to_owned(),
                paid: at(4).to_owned(),
                payer: set.payer.clone(),
                reverses: at(2) == "22",
                ..Behind::default()
            }),
            ("NM1", Some(claim)) if at(1) == "QC" => {
                (claim.last, claim.first) = (at(3).to_owned(), at(4).to_owned());
                claim.member = at(9).to_owned();
            }
            ("SVC", Some(claim)) => {
                let procedure = at(1).split(component).nth(1).unwrap_or_default();
                let line = (procedure.to_owned(), at(2).to_owned());
                claim.lines.push(line);
            }
            _ => {}
        }
    }
    sets
}

/// A file may hold one interchange many times over: it is taken in once.
fn without_copies(told: Vec<Told>) -> Vec<Told> {
    let mut once: Vec<Told> = Vec::new();
    for set in told {
        if !once.contains(&set) {
            once.push(set);
        }
    }
    once
}

/// A name without what separates parts of the file that is made here.
fn plain(name: &str) -> String {
    name.replace([':', '*', '~', '^'], " ")
}

/// An 837P of the claims behind remittances, to the payers that paid them: each
/// control number of a patient and charge once.
fn claims_file(told: &[Told]) -> String {
    let mut once: BTreeMap<[&str; 4], &Behind> = BTreeMap::new();
    let behind = told.iter().flat_map(|set| &set.claims);
    for claim in behind.filter(|claim| !claim.reverses) {
        let Behind {
            control,
            member,
            charge,
            payer,
            ..
        } = claim;
        once.entry([control, member, charge, payer])
            .or_insert(claim);
    }
    let mut body = vec![
        "BHT*0019*00*CORPUS*20200102*0815*CH".to_owned(),
        "NM1*41*2*SAMPLE PRACTICE*****46*SAMPLESENDER".to_owned(),
        "PER*IC*BILLING*TE*5125550100".to_owned(),
        "NM1*40*2*SAMPLE RECEIVER*****46*SAMPLERECEIVER".to_owned(),
        "HL*1**20*1".to_owned(),
        "NM1*85*2*SAMPLE PRACTICE*****XX*1234567893".to_owned(),
        "N3*1 SAMPLE ST".to_owned(),
        "N4*AUSTIN*TX*787010001".to_owned(),
        "REF*EI*741234567".to_owned(),
    ];
    let or = |text: &str, other: &str| {
        if text.is_empty() {
            other.to_owned()
        } else {
            text.to_owned()
        }
    };
    for (place, claim) in once.into_values().enumerate() {
        body.extend([
            format!("HL*{}*1*22*0", place + 2),
            "SBR*P*18*******CI".to_owned(),
            format!(
                "NM1*IL*1*{}*{}****MI*{}",
                or(&claim.last, "NOBODY"),
                or(&claim.first, "NAMED"),
                or(&claim.member, "M1")
            ),
            "N3*2 SAMPLE ST".to_owned(),
            "N4*AUSTIN*TX*78702".to_owned(),
            "DMG*D8*19850101*F".to_owned(),
            format!(
                "NM1*PR*2*{}*****PI*SAMPLEPAY",
                or(&claim.payer, "SAMPLE PAYER")
            ),
            format!("CLM*{}*{}***11:B:1*Y*A*Y*Y", claim.control, claim.charge),
            "HI*ABK:J029".to_owned(),
        ]);
        let whole = vec![(String::new(), claim.charge.clone())];
        let lines = if claim.lines.is_empty() {
            &whole
        } else {
            &claim.lines
        };
        for (number, (procedure, charge)) in lines.iter().enumerate() {
            body.extend([
                format!("LX*{}", number + 1),
                format!("SV1*HC:{}*{charge}*UN*1***1", or(procedure, "G0463")),
                "DTP*472*D8*20191230".to_owned(),
            ]);
        }
    }
    let mut out = "ISA*00*          *00*          *ZZ*SAMPLESENDER   *ZZ*SAMPLERECEIVER *200102*0815*^*00501*000000001*0*T*:~\nGS*HC*SAMPLESENDER*SAMPLERECEIVER*20200102*0815*1*X*005010X222A1~\nST*837*0001*005010X222A1~\n".to_owned();
    for segment in &body {
        let _ = writeln!(out, "{segment}~");
    }
    let _ = write!(
        out,
        "SE*{}*0001~\nGE*1*1~\nIEA*1*000000001~\n",
        body.len() + 2
    );
    out
}

/// What the 835s of the corpus came to.
#[derive(Debug, Default, PartialEq)]
struct Came {
    files: usize,
    posted: usize,
    off: usize,
    repeated: usize,
    refused: usize,
    held: usize,
}

#[test]
fn the_835s_of_the_corpus_post_in_full_or_wait_with_the_difference() {
    let Some(shared) = shared() else { return };
    let corpus = shared.join("corpus");
    let index = std::fs::read_to_string(corpus.join("INDEX.tsv")).unwrap();
    let mut rows = index
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>());
    let header = rows.next().unwrap();
    let column = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let (path, transaction) = (column("path"), column("transaction"));
    let balance = column("balance_line/claim/bpr");
    let mut came = Came::default();
    for row in rows.filter(|row| row[transaction] == "835") {
        let balances = row
            .get(balance)
            .is_some_and(|said| *said == "True/True/True");
        judge(&corpus.join(row[path]), balances, &mut came);
    }
    println!("{came:?}");
    // Every 835 of the index, and what became of every remittance in them: two
    // files are refused whole, since their trailers miscount what they hold.
    let wanted = Came {
        files: 50,
        posted: 46,
        off: 3,
        repeated: 0,
        refused: 2,
        held: 0,
    };
    assert_eq!(came, wanted);
}

fn judge(path: &Path, balances: bool, came: &mut Came) {
    came.files += 1;
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let bytes = std::fs::read(path).unwrap();
    let told = without_copies(told(&bytes));
    let mut engine = EngineBuilder::new(Config::default()).open().unwrap();
    let claims = claims_file(&told);
    let made = engine.take_in("claims.837", claims.as_bytes()).unwrap();
    assert!(!made.is_refused(), "{name}: {made}\n{claims}");
    let took = engine.take_in(&name, &bytes).unwrap();
    if let Ended::Refused { reason } = &took.ended {
        assert!(!balances || reason.contains("segment"), "{name}: {reason}");
        came.refused += 1;
        return;
    }
    let reader = engine.read().unwrap();
    let listed = remittances(reader.as_ref()).unwrap();
    assert_eq!(
        listed.len(),
        told.len(),
        "{name}: each set is judged by itself"
    );
    let mut paid = Money::ZERO;
    let mut off = false;
    for (one, told) in listed.iter().zip(&told) {
        assert_eq!(one.paid, amount(&told.total), "{name}");
        assert_eq!(one.claims as usize, told.claims.len(), "{name}");
        match &one.state {
            RemittanceState::Posted => {
                came.posted += 1;
                paid += one.paid;
                came.held += posted_in_full(reader.as_ref(), one, told, &name);
            }
            RemittanceState::Quarantined { problem } if problem.contains("posted before") => {
                came.repeated += 1;
            }
            RemittanceState::Quarantined { problem } => {
                assert!(problem.contains("off by") && !balances, "{name}: {problem}");
                off = true;
                came.off += 1;
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    assert_eq!(off, !balances, "{name}: what does not balance waits");
    let books = reader.trial_balance().unwrap();
    assert_eq!(
        books.iter().map(|(_, amount)| *amount).sum::<Money>(),
        Money::ZERO
    );
    let mut cash = Money::ZERO;
    for (account, amount) in reader.accounts().unwrap() {
        match account {
            Account::Cash { .. } => cash += amount,
            Account::UnappliedCash { .. } => {
                assert!(amount.is_zero(), "{name}: {amount} unapplied")
            }
            _ => {}
        }
    }
    assert_eq!(
        cash, paid,
        "{name}: all that was paid is in the books, and nothing else"
    );
}

fn amount(text: &str) -> Money {
    text.parse().unwrap()
}

/// Every remitted claim is one of ours with what was paid on it, and what each of
/// ours is paid is what the remittance says. How many are held as paid twice.
fn posted_in_full(reader: &dyn Reader, one: &RemittanceSummary, told: &Told, name: &str) -> usize {
    let originator = Some(one.originator.as_str());
    let shown = remittance(reader, &one.trace, originator).unwrap();
    assert_eq!(shown.remitted.len(), told.claims.len(), "{name}");
    let mut held = 0;
    for (posted, told) in shown.remitted.iter().zip(&told.claims) {
        assert_eq!(posted.control, told.control, "{name}");
        assert_eq!(posted.paid, amount(&told.paid), "{name}");
        match (&posted.claim, &posted.held) {
            (Some(claim), None) => {
                let decided = reader.remitted(claim).unwrap();
                let sums = decided.iter().map(|row| row.remitted.paid);
                let row = reader.claim(claim).unwrap().unwrap();
                assert!(row.paid <= sums.sum(), "{name}: {claim}");
                let billed = row.charge == amount(&told.charge) || told.reverses;
                assert!(billed, "{name}: {claim} is of another charge");
            }
            (None, Some(_)) => held += 1,
            _ => panic!("{name}: claim {} waits", posted.ordinal),
        }
    }
    held
}
