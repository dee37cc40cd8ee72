//! What the writer orders, counts and refuses.

use super::*;
use crate::{SegmentBuf, guide_for, read};

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
        sender: partner("US"),
        receiver: partner("THEM"),
        usage: "T",
        date: "20260302".to_owned(),
        time: "0815".to_owned(),
    }
}

fn remittance(name: &str) -> SetToWrite {
    let guide = guide_for("005010X221A1", "835").unwrap();
    let mut root = Loop::new("ST");
    // Given out of order on purpose.
    root.segments = ["PLB*1*20261231*WO:1*5", "TRN*1*T1*O1", "BPR*I*-5*D*ACH"]
        .map(SegmentBuf::parse)
        .to_vec();
    let mut payer = Loop::new("1000A");
    payer.segments = vec![SegmentBuf::new("N1").with_elements(["PR", name])];
    root.loops.push(payer);
    SetToWrite { guide, root }
}

#[test]
fn what_is_written_reads_back_in_the_guides_order() {
    let written = write(&envelope(), vec![remittance("PAYER")], &mut Counting(0)).unwrap();
    let back = read(&written.bytes).unwrap();
    let set = &back[0].sets[0];
    assert!(
        set.faults.is_empty() && back[0].faults.is_empty(),
        "{:?}",
        set.faults
    );
    let ids: Vec<_> = set
        .root
        .segments
        .iter()
        .map(|segment| segment.id.as_str())
        .collect();
    assert_eq!(ids, ["ST", "BPR", "TRN", "PLB", "SE"]);
    assert_eq!(
        set.root.child("1000A").unwrap().segments[0].element(2),
        "PAYER"
    );
}

#[test]
fn a_delimiter_in_data_is_refused_without_repeating_the_data() {
    for data in ["A*B~C", "A:B", "A^B", "A\nB"] {
        let error = write(&envelope(), vec![remittance(data)], &mut Counting(0)).unwrap_err();
        assert!(!error.to_string().contains(data), "{error}");
        assert!(matches!(
            error,
            WriteError::DelimiterInData {
                loop_id: "1000A",
                ..
            }
        ));
    }
}

#[test]
fn other_delimiters_say_the_same() {
    let usual = write(&envelope(), vec![remittance("PAYER")], &mut Counting(0)).unwrap();
    let delimiters = Delimiters {
        element: b'|',
        component: b'>',
        repetition: Some(b'!'),
        segment: b'\n',
    };
    let envelope = envelope();
    let other = InterchangeBuilder::new(&envelope)
        .delimiters(delimiters)
        .lines(Lines::Unbroken)
        .group(vec![remittance("PAYER")])
        .write(&mut Counting(0))
        .unwrap();
    let (usual, other) = (read(&usual.bytes).unwrap(), read(&other.bytes).unwrap());
    assert_eq!(other[0].delimiters, delimiters);
    let name = |read: &[crate::Interchange]| {
        let payer = read[0].sets[0].root.child("1000A").cloned().unwrap();
        payer.segments[0].element(2).to_owned()
    };
    assert_eq!(name(&other), "PAYER");
    assert_eq!(
        other[0].sets[0].root.segments[3],
        usual[0].sets[0].root.segments[3]
    );
}
