//! Patients who owe: three claims that are paid, with twenty dollars each left to
//! the patient.

use scrubjay::hooks::CollectionStep;
use scrubjay::model::{AccountNumber, Money};
use scrubjay::{Engine, Instant};

use crate::practice::Practice;
use crate::sample::{claims, remittance};

/// Ten in the morning in the east of Texas.
///
/// # Panics
/// Where it is no day.
#[must_use]
pub fn morning(day: &str) -> Instant {
    let text = format!("{day}T15:00:00Z");
    text.parse().expect("a day")
}

/// An amount of whole dollars.
#[must_use]
pub fn dollars(amount: i64) -> Money {
    Money::from_cents(amount * 100)
}

/// A practice whose section `patients` is this, and whose configuration says
/// `also`, with its three accounts.
///
/// # Panics
/// Where a test cannot go on.
#[must_use]
pub fn owing(policy: &str, also: &str) -> (Practice, Engine, Vec<AccountNumber>) {
    owing_of(&claims(3), policy, also)
}

/// The same, with the claims of a file like the sample's.
///
/// # Panics
/// Where a test cannot go on.
#[must_use]
pub fn owing_of(claims: &str, policy: &str, also: &str) -> (Practice, Engine, Vec<AccountNumber>) {
    let practice = Practice::new(&format!("patients: {{ {policy} }}\n{also}"));
    let mut engine = Engine::open(practice.folder()).expect("an engine");
    engine
        .take_in("claims.837", claims.as_bytes())
        .expect("claims");
    engine.submit().expect("an outbox");
    engine
        .take_in("paid.835", remittance(0).as_bytes())
        .expect("a remittance");
    let tick = engine.tick(morning("2026-03-17")).expect("a tick");
    let accounts = tick.accounts.touched;
    assert_eq!(accounts.len(), 3, "an account a patient");
    (practice, engine, accounts)
}

/// Statements and final notices have gone out, and an agency has every account;
/// it was not told yet. It is April 8.
///
/// # Panics
/// Where a test cannot go on.
pub fn place(engine: &mut Engine, accounts: &[AccountNumber]) {
    let day = morning("2026-04-08");
    let sent = engine.deliver_letters(morning("2026-03-17"));
    sent.expect("letters");
    engine.tick(day).expect("a tick");
    for step in [CollectionStep::FinalNotice, CollectionStep::Agency] {
        for account in accounts {
            let taken = engine.take_collection_step(account, step, "Nobody answers", "Ana");
            taken.expect("nothing stands in the way");
        }
        engine.deliver_letters(day).expect("letters");
    }
}

/// Whether the books balance.
///
/// # Panics
/// Where they cannot be read.
#[must_use]
pub fn is_balanced(engine: &Engine) -> bool {
    let reader = engine.read().expect("a store");
    let balance = reader.trial_balance().expect("a trial balance");
    balance.iter().map(|(_, sum)| *sum).sum::<Money>().is_zero()
}
