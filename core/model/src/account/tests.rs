//! Accounts, their balance and their holds.

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn account() -> AccountRecord {
    let owed = |claim: &str, cents| AccountClaim {
        claim: claim.parse().unwrap(),
        balance: Money::from_cents(cents),
    };
    AccountRecord {
        number: "AC-1".parse().unwrap(),
        patient: "P-7".parse().unwrap(),
        claims: vec![owed("K-1", 12_500), owed("K-2", -500)],
        unapplied: Money::from_cents(2_000),
        holds: Vec::new(),
        dealings: Dealings::default(),
    }
}

#[test]
fn the_balance_is_what_the_claims_say_without_unapplied_money() {
    assert_eq!(account().balance(), Money::from_cents(10_000));
}

#[test]
fn a_patient_is_not_billed_while_any_hold_is_on() {
    let mut account = PatientAccount::new(account()).unwrap();
    account
        .hold(HoldKind::BadAddress, day("2026-03-02"))
        .unwrap();
    account
        .hold(HoldKind::Bankruptcy, day("2026-03-05"))
        .unwrap();
    assert_eq!(account.may_bill(day("2026-03-01")), Ok(()));
    assert_eq!(
        account.may_bill(day("2026-03-05")),
        Err(vec![HoldKind::Bankruptcy, HoldKind::BadAddress])
    );
    account
        .release(HoldKind::Bankruptcy, day("2026-03-31"))
        .unwrap();
    account
        .release(HoldKind::BadAddress, day("2026-03-31"))
        .unwrap();
    assert!(account.may_bill(day("2026-03-31")).is_err());
    assert_eq!(account.may_bill(day("2026-04-01")), Ok(()));
    account
        .hold(HoldKind::Bankruptcy, day("2026-05-01"))
        .unwrap();
    assert!(account.may_bill(day("2026-05-01")).is_err());
}

#[test]
fn a_hold_is_set_once_and_released_once() {
    let mut account = PatientAccount::new(account()).unwrap();
    let kind = HoldKind::Dispute;
    assert_eq!(
        account.release(kind, day("2026-03-02")),
        Err(AccountError::NotHeld(kind))
    );
    account.hold(kind, day("2026-03-02")).unwrap();
    let before = account.clone();
    for since in ["2026-02-01", "2026-03-02", "2026-04-01"] {
        assert_eq!(
            account.hold(kind, day(since)),
            Err(AccountError::AlreadyHeld(kind)),
            "{since}"
        );
    }
    assert_eq!(
        account.release(kind, day("2026-03-01")),
        Err(AccountError::NotHeld(kind))
    );
    assert_eq!(account, before);
}

#[test]
fn an_account_that_would_count_wrong_is_refused() {
    let mut twice = account();
    twice.claims.push(twice.claims[0].clone());
    assert!(matches!(
        PatientAccount::new(twice),
        Err(AccountError::ClaimTwice(_))
    ));
    let mut below = account();
    below.unapplied = Money::from_cents(-1);
    assert!(matches!(
        PatientAccount::new(below),
        Err(AccountError::Unapplied(_))
    ));
    let mut back = account();
    back.holds.push(AccountHold {
        kind: HoldKind::Deceased,
        since: day("2026-03-02"),
        until: Some(day("2026-03-01")),
    });
    assert_eq!(
        PatientAccount::new(back),
        Err(AccountError::HoldDates(HoldKind::Deceased))
    );
}

#[test]
fn an_account_reads_back_as_written_and_not_with_a_claim_twice() {
    let mut account = PatientAccount::new(account()).unwrap();
    account.hold(HoldKind::Dispute, day("2026-03-02")).unwrap();
    let json = serde_json::to_string(&account).unwrap();
    assert_eq!(
        serde_json::from_str::<PatientAccount>(&json).unwrap(),
        account
    );
    let wrong = json.replace("K-2", "K-1");
    assert_ne!(wrong, json);
    assert!(serde_json::from_str::<PatientAccount>(&wrong).is_err());
}
