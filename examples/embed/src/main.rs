//! The smallest host application: a working revenue cycle in about twenty lines.
//!
//! `cargo run -p embed -- FOLDER` takes in the folder's inbox with its state in
//! a database beside it; without an argument it runs the sample clinic.

use std::path::PathBuf;

use scrubjay::{Engine, EngineError};

fn main() -> Result<(), EngineError> {
    let folder = std::env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from("examples/clinic"), PathBuf::from);
    let mut clinic = Engine::open(folder)?;

    for file in clinic.run_inbox()?.files {
        println!("{file}");
    }
    let report = clinic.report()?;
    for queue in &report.work {
        println!(
            "{} to {}: {} items, {}",
            queue.kind.as_str(),
            queue.owner,
            queue.items,
            queue.amount
        );
    }
    for kpi in &report.kpis {
        println!("{}: {} of {}", kpi.name, kpi.numerator, kpi.denominator);
    }
    Ok(())
}
