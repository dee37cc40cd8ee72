//! How many claims a second rules judge.
//!
//!     cargo bench -p scrubjay-rules
//!
//! 1,000 rules over 20 payers, claims of six lines, one thread, the view built
//! for each claim, limits and loud comparisons on. `bench/` measures the same
//! beside other rule engines, and shows where the time goes.

mod own;

fn main() {
    let measured = own::measure();
    if std::env::args().any(|argument| argument == "judge") {
        own::judge(&measured);
        return;
    }
    own::report(&measured);
}
