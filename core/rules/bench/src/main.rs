//! How many claims a second rules judge beside other rule engines, and where
//! the time goes: `cargo run --release`, in this folder.
//!
//! `core/rules/benches` has our own part and the workload. Peers get the same
//! claims and conditions in the same run, and are told which calls a claim is
//! owed, so that they need no index. They answer yes or no; the program makes
//! the finding. They have dates as numbers of days, count no steps, and compare
//! unlike things silently: each is better off than we are.

#[path = "../../benches/rules/own/mod.rs"]
mod own;

mod datalogic;
mod input;
mod lua;
mod parts;
mod peer;
mod zen;

use own::Measured;
use peer::Figures;

fn main() {
    let measured = own::measure();
    own::report(&measured);
    parts::report(&measured);
    beside_us("zen-expression 2.1", &measured, zen::measure);
    beside_us("datalogic-rs 5.4", &measured, datalogic::measure);
    beside_us(
        "LuaJIT (mlua 0.12), call a rule",
        &measured,
        lua::rule_by_rule,
    );
    beside_us(
        "LuaJIT (mlua 0.12), call a claim",
        &measured,
        lua::claim_by_claim,
    );
}

/// Measures us again and a peer right behind, since a shared machine is not as
/// fast at all times.
fn beside_us(name: &str, measured: &Measured, peer: fn(&Measured) -> Figures) {
    let (tally, time) = own::judge_all(&measured.rules, &measured.claims);
    let ours = peer::Ours {
        tally,
        time,
        calls: measured.runs.iter().map(Vec::len).sum(),
    };
    peer::report(name, &ours, &peer(measured));
}
