//! The streaming reader takes what the whole reader takes, in any pieces.
#![no_main]

use std::io::Read;

use libfuzzer_sys::fuzz_target;
use scrubjay_x12::{Event, Reader, placed, read, validate_unit};

/// Gives a few bytes at a time.
struct Drops<'a>(&'a [u8], usize);

impl Read for Drops<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = into.len().min(self.0.len()).min(self.1);
        into[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

fuzz_target!(|bytes: &[u8]| {
    let size = bytes.first().map_or(1, |byte| usize::from(*byte) + 1);
    let mut sets = 0;
    let mut good = true;
    for event in Reader::new(Drops(bytes, size)) {
        match event {
            Ok(Event::Unit(unit)) => {
                let _ = validate_unit(&unit);
            }
            Ok(Event::Set(_)) => sets += 1,
            Ok(_) => {}
            Err(_) => good = false,
        }
    }
    let _ = placed(bytes).filter(Result::is_ok).count();
    if let Ok(interchanges) = read(bytes) {
        assert!(good);
        let whole: usize = interchanges.iter().map(|interchange| interchange.sets.len()).sum();
        assert_eq!(sets, whole);
    }
});
