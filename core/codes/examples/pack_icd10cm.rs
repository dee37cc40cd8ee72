//! Writes `data/icd10cm.pack` from NCHS's files, for whoever updates the release:
//!
//! ```text
//! cargo run -p scrubjay-codes --example pack_icd10cm -- \
//!     TABULAR.xml CODES.txt EARLIER-TABULAR.xml EARLIER-CODES.txt core/codes/data/icd10cm.pack
//! ```

use std::error::Error;
use std::fs::{self, File};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [tabular, listed, earlier_tabular, earlier_listed, to] = arguments.as_slice() else {
        return Err(
            "five files: tabular list, code list, both of the year before, and the pack to write"
                .into(),
        );
    };
    let import = scrubjay_codes::pack_icd10(
        File::open(tabular)?,
        &fs::read_to_string(listed)?,
        File::open(earlier_tabular)?,
        &fs::read_to_string(earlier_listed)?,
    )?;
    for fault in &import.faults {
        eprintln!("{fault}");
    }
    fs::write(to, &import.table)?;
    println!(
        "{} codes spelt out, {} bytes",
        import.taken,
        import.table.len()
    );
    Ok(())
}
