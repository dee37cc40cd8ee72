//! What is read, written and read again says the same.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use scrubjay_x12::{
    ControlNumbers, Envelope, Event, Fault, FaultKind, InterchangeBuilder, Lines, Loop, Reader,
    SegmentBuf, SetToWrite, TransactionSet, Unit, check, guide_named, read, rewrite, validate,
    validate_around, validate_frame, validate_unit,
};

struct Counting(u32);

impl ControlNumbers for Counting {
    fn next_interchange(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
    fn next_group(&mut self) -> u32 {
        self.next_interchange()
    }
    fn next_set(&mut self) -> u32 {
        self.next_interchange()
    }
}

fn envelope() -> Envelope {
    let partner = |id: &str| ("ZZ".to_owned(), id.to_owned());
    Envelope {
        sender: partner("CLINIC01"),
        receiver: partner("PAYER01"),
        usage: "T",
        date: "20260302".to_owned(),
        time: "0815".to_owned(),
    }
}

/// Every file of the fixtures, and of the corpus where it lies beside the repository.
fn files() -> Vec<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![here.join("fixtures")];
    match std::fs::read_dir(here.join("../../../shared/corpus")) {
        Ok(corpus) => folders.extend(corpus.filter_map(Result::ok).map(|entry| entry.path())),
        Err(_) => println!("the corpus is skipped: ../shared is not here"),
    }
    folders
        .iter()
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .collect()
}

/// The tree without ST and SE, whose numbers are given anew.
fn body(set: &TransactionSet) -> Loop {
    let mut root = set.root.clone();
    root.segments.retain(|own| own.id != "ST" && own.id != "SE");
    root
}

#[test]
fn every_file_comes_back_byte_for_byte_where_nothing_was_touched() {
    let mut whole = 0;
    for path in files() {
        let bytes = std::fs::read(&path).unwrap();
        let Ok(interchanges) = read(&bytes) else {
            continue;
        };
        whole += 1;
        let back = rewrite(&bytes, &interchanges).unwrap();
        assert!(back == bytes, "{}", path.display());
    }
    println!("{whole} files came back byte for byte");
    assert!(whole >= 6);
}

#[test]
fn every_valid_set_says_the_same_when_it_is_written_anew() {
    let mut sets = 0;
    let envelope = envelope();
    for path in files() {
        let bytes = std::fs::read(&path).unwrap();
        let Ok(interchanges) = read(&bytes) else {
            continue;
        };
        for interchange in &interchanges {
            for set in &interchange.sets {
                let Some(guide) = set
                    .guide
                    .filter(|_| validate(set).iter().all(|f| !f.is_error()))
                else {
                    continue;
                };
                let root = body(set);
                let written = InterchangeBuilder::new(&envelope)
                    .delimiters(interchange.delimiters)
                    .group(vec![SetToWrite {
                        guide,
                        root: root.clone(),
                    }])
                    .write(&mut Counting(0))
                    .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                let again = read(&written.bytes).unwrap();
                assert_eq!(body(&again[0].sets[0]), root, "{}", path.display());
                let faults: Vec<_> = validate(&again[0].sets[0])
                    .into_iter()
                    .filter(|f| f.is_error())
                    .collect();
                assert!(faults.is_empty(), "{}: {faults:?}", path.display());
                sets += 1;
            }
        }
    }
    println!("{sets} sets say the same when they are written anew");
    assert!(sets >= 8);
}

#[test]
fn claim_by_claim_gives_the_same_claims_as_the_whole_file() {
    for path in files() {
        let bytes = std::fs::read(&path).unwrap();
        let Ok(interchanges) = read(&bytes) else {
            continue;
        };
        let streamed: Vec<Unit> = Reader::new(bytes.as_slice())
            .filter_map(|event| match event.unwrap() {
                Event::Unit(unit) => Some(unit),
                _ => None,
            })
            .collect();
        let mut whole = Vec::new();
        for set in interchanges
            .iter()
            .flat_map(|interchange| &interchange.sets)
        {
            let unit = match set.guide.map(|guide| guide.set_id()) {
                Some("837") => "2300",
                Some("835") => "2100",
                _ => continue,
            };
            whole.extend(set.root.walk().filter(|inner| inner.id == unit));
        }
        let streamed: Vec<&Loop> = streamed
            .iter()
            .map(|unit| &unit.within)
            .filter(|within| matches!(within.id, "2300" | "2100"))
            .collect();
        assert_eq!(streamed, whole, "{}", path.display());
    }
}

/// Faults that only the whole set can tell.
fn of_the_whole(fault: &Fault) -> bool {
    matches!(
        fault.kind,
        FaultKind::HlNumber | FaultKind::HlChild | FaultKind::TooManyLoops(_)
    )
}

#[test]
fn claim_by_claim_finds_the_same_faults_as_the_whole_set() {
    let mut compared = 0;
    for path in files() {
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        // As it is, and with something amiss at each level.
        let mut variants = vec![text.clone()];
        for (from, to) in [
            ("NM1*85*2*", "NM1*85*9*"),
            ("NM1*IL*1*", "NM1*IL*1*A*B*C*D*E*F*G*H*I*J*K*L*"),
            ("NM1*41*", "ZZZ*1~NM1*41*"),
            ("NM1*PR*2*", "N4*X~NM1*PR*2*"),
            ("CLM*", "ZZZ*1~CLM*"),
            ("LX*1~", "LX*1~SV9*1~"),
            ("SBR*P*", "SBR**"),
        ] {
            variants.push(text.replacen(from, to, 1));
        }
        for bytes in variants {
            compared += same_faults(&path, bytes.as_bytes());
        }
    }
    assert!(
        compared >= 8,
        "only {compared} sets of claims were compared"
    );
}

fn same_faults(path: &Path, bytes: &[u8]) -> usize {
    let Ok(interchanges) = read(bytes) else {
        return 0;
    };
    let sets = interchanges.iter().flat_map(|one| &one.sets);
    let sets = sets.filter(|set| set.set_id == "837" && set.guide.is_some());
    let mut whole: Vec<Vec<String>> = Vec::new();
    for set in sets {
        whole.push(told(validate(set)));
    }
    let mut streamed = Vec::new();
    let mut faults = Vec::new();
    let mut units = 0;
    for event in Reader::new(bytes) {
        match event.unwrap() {
            Event::Unit(unit) if unit.guide.set_id() == "837" => {
                units += 1;
                faults.extend(validate_around(&unit));
                faults.extend(validate_unit(&unit));
            }
            Event::Set(set) if set.set_id == "837" && set.guide.is_some() => {
                faults.extend(validate_frame(&set));
                streamed.push(told(std::mem::take(&mut faults)));
            }
            _ => {}
        }
    }
    if units == 0 {
        // That a set has no unit at all is for whoever counts them to tell.
        return 0;
    }
    assert_eq!(streamed, whole, "{}", path.display());
    whole.len()
}

/// Each fault once, in one order.
fn told(mut faults: Vec<Fault>) -> Vec<String> {
    faults.retain(|fault| !of_the_whole(fault));
    let mut told: Vec<String> = faults.iter().map(Fault::to_string).collect();
    told.sort();
    told.dedup();
    told
}

#[test]
fn what_is_added_and_taken_out_is_counted() {
    let file = include_bytes!("../fixtures/reversal-and-correction.835");
    let mut interchanges = read(file).unwrap();
    let root = &mut interchanges[0].sets[0].root;
    root.segments.retain(|own| own.id != "DTM");
    let payer = root
        .loops
        .iter_mut()
        .find(|inner| inner.id == "1000A")
        .unwrap();
    payer
        .segments
        .push(SegmentBuf::parse("PER*IC**UR*HERON.EXAMPLE"));
    payer.segments.push(SegmentBuf::parse("REF*2U*ADDED"));
    let changed = rewrite(file, &interchanges).unwrap();
    let text = String::from_utf8(changed.clone()).unwrap();
    assert!(
        text.contains("~\nPER*IC**UR*HERON.EXAMPLE~\nREF*2U*ADDED~\nN1*PE*"),
        "{text}"
    );
    assert!(
        !text.contains("DTM*405") && text.contains("\nSE*28*0001~\n"),
        "{text}"
    );
    assert!(read(&changed).unwrap()[0].sets[0].faults.is_empty());
}

#[test]
fn every_fixture_is_valid() {
    for path in files().iter().filter(|path| {
        path.starts_with(env!("CARGO_MANIFEST_DIR")) && !path.to_string_lossy().contains("corpus")
    }) {
        let report = check(&std::fs::read(path).unwrap(), &[]).unwrap();
        assert!(report.is_valid(), "{}\n{report}", path.display());
    }
}

/// A value: letters, digits and blanks inside, nothing that delimits.
fn value() -> impl Strategy<Value = String> {
    "[A-Z0-9][A-Za-z0-9 .,/#-]{0,18}[A-Z0-9]"
}

fn segment(id: &'static str, qualifier: &'static str) -> impl Strategy<Value = SegmentBuf> {
    proptest::collection::vec(prop_oneof![value(), Just(String::new())], 1..8).prop_map(
        move |mut elements| {
            elements.insert(0, qualifier.to_owned());
            SegmentBuf::new(id).with_elements(elements)
        },
    )
}

/// An 835 of any shape: claims with lines, adjustments and references.
fn remittance() -> impl Strategy<Value = Loop> {
    let line = (
        segment("SVC", "HC:99213"),
        proptest::collection::vec(segment("CAS", "CO"), 0..3),
    )
        .prop_map(|(svc, cas)| {
            let mut line = Loop::new("2110");
            line.segments.push(svc);
            line.segments.extend(cas);
            line
        });
    let claim = (
        segment("CLP", "A1"),
        proptest::collection::vec(segment("REF", "EA"), 0..3),
        proptest::collection::vec(line, 0..4),
    )
        .prop_map(|(clp, refs, lines)| {
            let mut claim = Loop::new("2100");
            // Added in the wrong order: the writer knows the right one.
            claim.segments.extend(refs);
            claim.segments.push(clp);
            claim.loops = lines;
            claim
        });
    (segment("BPR", "I"), proptest::collection::vec(claim, 0..5)).prop_map(|(bpr, claims)| {
        let mut root = Loop::new("ST");
        let mut header = Loop::new("2000");
        header.segments.push(SegmentBuf::parse("LX*1"));
        header.loops = claims;
        root.loops.push(header);
        root.segments.push(bpr);
        root
    })
}

/// A claim with lines, in the writer's order.
fn claim() -> impl Strategy<Value = Loop> {
    let line = (
        segment("SV1", "HC:99213"),
        proptest::collection::vec(segment("NTE", "ADD"), 0..2),
    );
    (
        segment("CLM", "A1"),
        segment("HI", "ABK:I10"),
        proptest::collection::vec(line, 0..4),
    )
        .prop_map(|(clm, hi, lines)| {
            let mut claim = Loop::new("2300");
            claim.segments = vec![clm, hi];
            for ((sv1, notes), number) in lines.into_iter().zip(1..) {
                let mut line = Loop::new("2400");
                line.segments
                    .push(SegmentBuf::new("LX").with_elements([number.to_string()]));
                line.segments.push(sv1);
                line.segments.extend(notes);
                claim.loops.push(line);
            }
            claim
        })
}

/// Subscribers with claims of their own, and patients with claims under them.
fn claims() -> impl Strategy<Value = Loop> {
    let patient = proptest::collection::vec(claim(), 1..3);
    let subscriber = (
        proptest::collection::vec(claim(), 0..3),
        proptest::collection::vec(patient, 0..3),
    );
    proptest::collection::vec(proptest::collection::vec(subscriber, 1..4), 1..3).prop_map(
        |billers| {
            let level = |id, code: &str| {
                let mut level = Loop::new(id);
                level
                    .segments
                    .push(SegmentBuf::new("HL").with_elements(["", "", code]));
                level
            };
            let mut root = Loop::new("ST");
            root.segments
                .push(SegmentBuf::parse("BHT*0019*00*1*20260302*0815*CH"));
            for subscribers in billers {
                let mut billing = level("2000A", "20");
                for (own, patients) in subscribers {
                    let mut subscriber = level("2000B", "22");
                    subscriber.loops = own;
                    for claims in patients {
                        let mut patient = level("2000C", "23");
                        patient.loops = claims;
                        subscriber.loops.push(patient);
                    }
                    billing.loops.push(subscriber);
                }
                root.loops.push(billing);
            }
            root
        },
    )
}

/// The tree without the numbers that the writer gives.
fn unnumbered(mut tree: Loop) -> Loop {
    fn level(within: &mut Loop) {
        if let Some(hl) = within.segments.first_mut().filter(|first| first.id == "HL") {
            for element in [1, 2, 4] {
                hl.set(element, "");
            }
        }
        within.loops.iter_mut().for_each(level);
    }
    level(&mut tree);
    tree
}

fn in_guide_order(mut tree: Loop) -> Loop {
    for claim in tree.loops.iter_mut().flat_map(|header| &mut header.loops) {
        claim.segments.sort_by_key(|own| own.id != "CLP");
    }
    tree
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_tree_that_is_written_reads_back_equal(tree in remittance(), unbroken in any::<bool>()) {
        let lines = if unbroken { Lines::Unbroken } else { Lines::OneEach };
        let guide = guide_named("835").unwrap();
        let envelope = envelope();
        let written = InterchangeBuilder::new(&envelope)
            .lines(lines)
            .group(vec![SetToWrite { guide, root: tree.clone() }])
            .write(&mut Counting(0))
            .unwrap();
        let again = read(&written.bytes).unwrap();
        prop_assert!(again[0].sets[0].faults.is_empty());
        prop_assert_eq!(body(&again[0].sets[0]), in_guide_order(tree));
    }

    #[test]
    fn any_levels_that_are_written_read_back_in_their_places(tree in claims()) {
        let guide = guide_named("837P").unwrap();
        let envelope = envelope();
        let set = SetToWrite { guide, root: tree.clone() };
        let written = InterchangeBuilder::new(&envelope).group(vec![set]).write(&mut Counting(0)).unwrap();
        let again = read(&written.bytes).unwrap();
        let set = &again[0].sets[0];
        prop_assert!(set.faults.is_empty(), "{:?}", set.faults);
        let numbering = [FaultKind::HlNumber, FaultKind::HlChild, FaultKind::LxNumber];
        prop_assert!(!validate(set).iter().any(|fault| numbering.contains(&fault.kind)));
        prop_assert_eq!(unnumbered(body(set)), unnumbered(tree));
    }

    #[test]
    fn no_bytes_make_it_fail_in_another_way_than_it_says(mut bytes in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b'~'), Just(b'*')], 0..400), at in 0..3000_usize) {
        let file = include_bytes!("../fixtures/coordination-of-benefits.837");
        let at = at.min(file.len());
        let mut spliced = file[..at].to_vec();
        spliced.append(&mut bytes);
        spliced.extend_from_slice(&file[at..]);
        if let Ok(interchanges) = read(&spliced) {
            let report = check(&spliced, &[]).unwrap();
            let _ = report.to_string();
            prop_assert_eq!(rewrite(&spliced, &interchanges).unwrap(), spliced);
        }
    }
}
