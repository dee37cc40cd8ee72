//! Reading, checking, drawing, JSON and acknowledging: no bytes make them fail
//! in another way than they say.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scrubjay_x12::{AckRequest, ControlNumbers, acknowledge, check, read, rewrite, show, to_json};

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

fuzz_target!(|bytes: &[u8]| {
    let request = AckRequest {
        date: "20260302",
        time: "0815",
        overlays: &[],
    };
    if let Ok(answers) = acknowledge(bytes, request, &mut One) {
        for answer in answers {
            assert!(read(&answer.bytes).is_ok());
        }
    }
    let Ok(interchanges) = read(bytes) else { return };
    let report = check(bytes, &[]).expect("what is read is checked");
    let _ = report.to_string();
    let _ = to_json(&interchanges);
    for set in interchanges.iter().flat_map(|interchange| &interchange.sets) {
        let _ = show(set);
        let _ = scrubjay_x12::balance::balance(set);
    }
    let back = rewrite(bytes, &interchanges).expect("the bytes are those that were read");
    assert!(back == bytes);
});
