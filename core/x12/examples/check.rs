//! Checks files and prints what is wrong with them: `cargo run --example check FILE...`

fn main() -> std::process::ExitCode {
    let mut all_valid = true;
    for path in std::env::args().skip(1) {
        println!("{path}");
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) => {
                eprintln!("{error}");
                return std::process::ExitCode::FAILURE;
            }
        };
        match scrubjay_x12::check(&bytes, &[]) {
            Ok(report) => {
                all_valid &= report.is_valid();
                print!("{report}");
            }
            Err(error) => {
                all_valid = false;
                println!("{error}");
            }
        }
    }
    if all_valid {
        std::process::ExitCode::SUCCESS
    } else {
        std::process::ExitCode::FAILURE
    }
}
