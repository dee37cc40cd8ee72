//! What happens to money.

use scrubjay_model::ResponsibleParty::{Insurance, Patient};
use scrubjay_model::{Account, Money, PostingSet};

use super::sample::{
    charged, created, day, denied, dollars, id, moved, owed, remittance, remittance_undone,
    remitted, undone,
};
use super::{kept, read, refused};
use crate::{Event, MoneyKind, Store, StoreError};

fn cash() -> Account {
    Account::Cash {
        payer: "cedar".to_owned(),
    }
}

pub(super) fn a_charge_a_payment_and_an_adjustment_settle_a_claim(store: &mut dyn Store) {
    let mut postings = PostingSet::empty();
    postings.add_transfer(owed("A", Insurance), cash(), dollars(100));
    postings.add_transfer(
        owed("A", Insurance),
        Account::ContractualAdjustment,
        dollars(30),
    );
    postings.add_transfer(owed("A", Insurance), owed("A", Patient), dollars(20));
    let paid = Event::MoneyMoved {
        money: MoneyKind::ClaimRemitted,
        claim: Some(id("A")),
        postings,
    };
    kept(store, &[created("A", 150), charged("A", 150)]);
    assert_eq!(
        read(store).balance(&id("A"), Insurance).unwrap(),
        dollars(150)
    );
    kept(store, &[paid]);
    let reader = read(store);
    assert_eq!(reader.balance(&id("A"), Insurance).unwrap(), Money::ZERO);
    assert_eq!(reader.balance(&id("A"), Patient).unwrap(), dollars(20));
    assert_eq!(reader.balance(&id("Z"), Patient).unwrap(), Money::ZERO);
    let ledger = reader.ledger(&id("A")).unwrap();
    assert_eq!(ledger.len(), 8);
    assert_eq!(ledger[0].account, owed("A", Insurance));
    assert_eq!(ledger[0].amount, dollars(150));
    assert_eq!(ledger[2].money, MoneyKind::ClaimRemitted);
    assert_eq!(ledger[2].sequence, 3);
    assert_eq!(
        reader.accounts().unwrap(),
        [
            (Account::Revenue, dollars(-150)),
            (Account::ContractualAdjustment, dollars(30)),
            (cash(), dollars(100)),
        ]
    );
    let lines = reader.trial_balance().unwrap();
    let line = |heading: &str| {
        let found = lines.iter().find(|(name, _)| name == heading);
        found.map(|(_, balance)| *balance)
    };
    assert_eq!(line("receivable, insurance"), Some(Money::ZERO));
    assert_eq!(line("receivable, patient"), Some(dollars(20)));
    assert_eq!(line("cash cedar"), Some(dollars(100)));
    assert!(lines.is_sorted());
    let sum: Money = lines.iter().map(|(_, balance)| *balance).sum();
    assert_eq!(sum, Money::ZERO);
}

pub(super) fn the_first_decision_stays_when_a_correction_follows(store: &mut dyn Store) {
    let row = |store: &dyn Store| read(store).claim(&id("A")).unwrap().unwrap();
    kept(store, &[created("A", 150), remitted("A", "1", 100, 50, 5)]);
    assert_eq!(row(store).first_decided, Some(day(5)));
    assert_eq!(row(store).first_denied, Some(false));
    assert_eq!(
        (row(store).paid, row(store).last_paid),
        (dollars(100), Some(day(5)))
    );
    assert_eq!(row(store).allowed, dollars(100));
    kept(store, &[remitted("A", "22", -100, -50, 6)]);
    assert_eq!(
        (row(store).paid, row(store).allowed),
        (Money::ZERO, Money::ZERO)
    );
    assert_eq!(row(store).last_paid, Some(day(5)));
    let mut correction = remitted("A", "1", 80, 30, 7);
    if let Event::ClaimRemitted { denied, .. } = &mut correction {
        *denied = dollars(40);
    }
    kept(store, &[correction]);
    let corrected = row(store);
    assert_eq!(corrected.first_decided, Some(day(5)));
    assert_eq!(corrected.first_denied, Some(false));
    assert_eq!(
        (corrected.paid, corrected.last_paid),
        (dollars(80), Some(day(7)))
    );
    assert_eq!(
        (corrected.allowed, corrected.denied),
        (dollars(80), dollars(40))
    );
    let rows = read(store).remitted(&id("A")).unwrap();
    let days: Vec<_> = rows.iter().map(|row| (row.sequence, row.decided)).collect();
    assert_eq!(days, [(2, day(5)), (3, day(6)), (4, day(7))]);
}

pub(super) fn a_predetermination_decides_nothing(store: &mut dyn Store) {
    kept(store, &[created("A", 150), remitted("A", "25", 0, 50, 5)]);
    let row = read(store).claim(&id("A")).unwrap().unwrap();
    assert_eq!((row.first_decided, row.allowed), (None, Money::ZERO));
    assert_eq!(read(store).remitted(&id("A")).unwrap().len(), 1);
}

pub(super) fn a_remittance_is_known_by_its_payer_and_trace_number(store: &mut dyn Store) {
    kept(store, &[remittance("EFT1"), remittance("EFT2")]);
    let trace = |text: &str| text.parse().unwrap();
    let known = |originator: &str, text: &str| {
        let found = read(store).remittance(originator, &trace(text));
        found.unwrap()
    };
    assert_eq!(known("1999999999", "EFT2"), Some(2));
    assert_eq!(known("1999999999", "EFT3"), None);
    assert_eq!(known("1888888888", "EFT2"), None);
    let error = refused(store, &remittance("EFT1"));
    assert!(matches!(error, StoreError::Contradiction { .. }), "{error}");
}

pub(super) fn an_undone_remittance_may_come_again(store: &mut dyn Store) {
    kept(store, &[remittance("EFT1")]);
    refused(store, &remittance_undone("EFT2", 1));
    kept(store, &[remittance_undone("EFT1", 1)]);
    let trace = "EFT1".parse().unwrap();
    let known = |store: &dyn Store| read(store).remittance("1999999999", &trace).unwrap();
    assert_eq!(known(store), None);
    refused(store, &remittance_undone("EFT1", 1));
    kept(store, &[remittance("EFT1")]);
    assert_eq!(known(store), Some(3));
    let rows = read(store).remittances().unwrap();
    let rows: Vec<u64> = rows.iter().map(|row| row.sequence).collect();
    assert_eq!(rows, [1, 2, 3]);
}

pub(super) fn an_undone_posting_counts_no_longer(store: &mut dyn Store) {
    let row = |store: &dyn Store| read(store).claim(&id("A")).unwrap().unwrap();
    kept(store, &[created("A", 150)]);
    let before = row(store);
    kept(store, &[remitted("A", "1", 100, 50, 5), denied("A")]);
    assert_eq!(read(store).denials(None).unwrap().len(), 1);
    kept(store, &[undone("A", &[2, 3])]);
    assert_eq!(row(store), before);
    let reader = read(store);
    assert!(reader.remitted(&id("A")).unwrap().is_empty());
    assert!(reader.denials(None).unwrap().is_empty());
    assert!(reader.denials(Some(&id("A"))).unwrap().is_empty());
    assert_eq!(reader.history(&id("A")).unwrap().len(), 4);
}

pub(super) fn money_on_a_claim_that_is_not_there_is_refused(store: &mut dyn Store) {
    kept(store, &[created("A", 150)]);
    let about_none = charged("Z", 10);
    let to_none = moved(
        MoneyKind::Transfer,
        "A",
        owed("Z", Insurance),
        cash(),
        dollars(5),
    );
    for event in [
        about_none,
        to_none,
        remitted("Z", "1", 5, 5, 5),
        denied("Z"),
    ] {
        let error = refused(store, &event);
        assert!(matches!(error, StoreError::Contradiction { .. }), "{error}");
    }
    assert!(read(store).trial_balance().unwrap().is_empty());
}

pub(super) fn an_amount_beyond_the_database_is_refused(store: &mut dyn Store) {
    let huge = Money::from_cents(i64::MAX);
    let charge = moved(
        MoneyKind::Charge,
        "A",
        Account::Revenue,
        owed("A", Insurance),
        huge,
    );
    kept(store, &[created("A", 150), charge.clone()]);
    let error = refused(store, &charge);
    assert!(matches!(error, StoreError::Contradiction { .. }), "{error}");
    assert_eq!(read(store).balance(&id("A"), Insurance).unwrap(), huge);
}

pub(super) fn a_transfer_between_two_claims_stands_in_the_ledger_of_both(store: &mut dyn Store) {
    kept(store, &[created("A", 150), created("B", 60)]);
    kept(
        store,
        &[moved(
            MoneyKind::Transfer,
            "A",
            owed("A", Patient),
            owed("B", Patient),
            dollars(9),
        )],
    );
    let reader = read(store);
    let (first, second) = (reader.ledger(&id("A")), reader.ledger(&id("B")));
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!(first, second);
    assert_eq!(first.len(), 2);
    assert_eq!(first[0].claim, Some(id("A")));
    assert_eq!(reader.balance(&id("A"), Patient).unwrap(), dollars(-9));
    assert_eq!(reader.balance(&id("B"), Patient).unwrap(), dollars(9));
    assert_eq!(reader.history(&id("B")).unwrap().len(), 2);
}

pub(super) fn denials_are_listed_in_order(store: &mut dyn Store) {
    kept(
        store,
        &[
            created("A", 150),
            created("B", 60),
            denied("B"),
            denied("A"),
            denied("B"),
        ],
    );
    let reader = read(store);
    let all = reader.denials(None).unwrap();
    let claims: Vec<&str> = all.iter().map(|denial| denial.claim.as_str()).collect();
    assert_eq!(claims, ["B", "A", "B"]);
    assert_eq!(reader.denials(Some(&id("B"))).unwrap().len(), 2);
    assert_eq!(reader.denials(Some(&id("Z"))).unwrap(), []);
}
