//! What is read and written anew reads back the same, or is refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scrubjay_x12::{
    ControlNumbers, Envelope, InterchangeBuilder, Loop, SetToWrite, TransactionSet, read, validate,
};

struct One;

impl ControlNumbers for One {
    fn next_interchange(&mut self) -> u32 {
        1
    }
    fn next_group(&mut self) -> u32 {
        1
    }
    fn next_set(&mut self) -> u32 {
        1
    }
}

fn body(set: &TransactionSet) -> Loop {
    let mut root = set.root.clone();
    root.segments.retain(|own| own.id != "ST" && own.id != "SE");
    root
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(interchanges) = read(bytes) else { return };
    let partner = || ("ZZ".to_owned(), "US".to_owned());
    let envelope = Envelope {
        sender: partner(),
        receiver: partner(),
        usage: "T",
        date: "20260302".to_owned(),
        time: "0815".to_owned(),
    };
    for interchange in &interchanges {
        for set in &interchange.sets {
            let Some(guide) = set.guide else { continue };
            let root = body(set);
            let Ok(written) = InterchangeBuilder::new(&envelope)
                .delimiters(interchange.delimiters)
                .group(vec![SetToWrite { guide, root: root.clone() }])
                .write(&mut One)
            else {
                continue;
            };
            let again = read(&written.bytes).expect("what is written is read");
            // Faults of order and numbering are mended by the writer.
            if validate(set).iter().all(|fault| !fault.is_error()) {
                assert_eq!(body(&again[0].sets[0]), root);
            }
        }
    }
});
