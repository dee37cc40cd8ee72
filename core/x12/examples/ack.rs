//! Writes the 999 or TA1 that answers a file: `cargo run --example ack FILE > answer`

use std::io::Write;

use scrubjay_x12::{AckRequest, ControlNumbers, acknowledge};

/// Counts from 1; a real program keeps its numbers.
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

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("name a file")?;
    let bytes = std::fs::read(path)?;
    let request = AckRequest {
        date: "20260302",
        time: "0815",
        overlays: &[],
    };
    for written in acknowledge(&bytes, request, &mut Counting(0))? {
        std::io::stdout().write_all(&written.bytes)?;
    }
    Ok(())
}
