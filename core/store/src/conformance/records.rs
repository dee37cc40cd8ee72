//! What happens to records: kept whole, found by what lists ask for, judged.

use scrubjay_hooks::{Hook, Severity};
use scrubjay_model::{EncounterStatus, PatientMoney, Record, RecordKey, RecordKind, WorkItem};

use super::sample::{
    account, appeal, authorization, charged, claim, created, day, dollars, entry, estimate, id,
    inquiry, item, outcome, owed, patient, patient_money, plan, record_kept, record_key, stamp,
    statement, status_inquiry, visit,
};
use super::{everything, kept, read, refused};
use crate::{
    Counter, Event, MoneyKind, Reader, RecordFilter, Store, StoreError, patient_key, person_key,
};

/// A patient with a visit, its charge, an account and everything else, and a
/// claim that is appealed.
fn practice() -> Vec<Event> {
    let dates = [
        record_kept(patient("P-7", "A"), None),
        record_kept(visit("V-1", "P-7", 9), Some(day(7))),
        record_kept(inquiry("E-1", "V-1", "P-7", 5), Some(day(6))),
        record_kept(authorization("A-1", "P-7", 25), Some(day(20))),
        record_kept(entry("C-1", "V-1", "P-7", 9), None),
        created("A", 150),
        charged("A", 150),
        record_kept(account("AC-1", "P-7", "A", 20), Some(day(15))),
        record_kept(statement("S-1", "AC-1", "A", 15), None),
        record_kept(plan("PL-1", "AC-1"), Some(day(20))),
        record_kept(appeal("AP-1", "A"), Some(day(28))),
        record_kept(status_inquiry("Q-1", "A", 13), None),
        record_kept(estimate("ES-1", "V-1", "P-7", 4), Some(day(5))),
    ];
    dates.into()
}

fn visit_key(text: &str) -> RecordKey {
    record_key(RecordKind::Encounter, text)
}

/// The ids of the records that a filter finds, in order.
fn found(reader: &dyn Reader, filter: &RecordFilter) -> String {
    let rows = reader.records(filter).unwrap();
    let ids: Vec<&str> = rows.iter().map(|row| row.key.id.as_str()).collect();
    ids.join(" ")
}

fn of_kind(kind: RecordKind) -> RecordFilter {
    RecordFilter {
        kind: Some(kind),
        ..RecordFilter::default()
    }
}

pub(super) fn a_record_is_kept_whole_and_stands_as_it_was_kept_last(store: &mut dyn Store) {
    let mut changed = visit("V-1", "P-7", 9);
    kept(store, &[record_kept(changed.clone(), Some(day(7)))]);
    let reader = read(store);
    let row = reader.record_row(&visit_key("V-1")).unwrap().unwrap();
    assert_eq!(row.patient, Some("P-7".parse().unwrap()));
    assert_eq!((row.day, row.due), (Some(day(9)), Some(day(7))));
    assert_eq!((row.state.as_str(), row.sequence), ("scheduled", 1));
    assert_eq!(reader.record_row(&visit_key("V-2")).unwrap(), None);
    assert_eq!(reader.record(&visit_key("V-2")).unwrap(), None);
    let other = record_key(RecordKind::Charge, "V-1");
    assert_eq!(reader.record(&other).unwrap(), None);
    drop(reader);

    changed.move_to(EncounterStatus::Arrived, day(10)).unwrap();
    kept(store, &[record_kept(changed.clone(), None)]);
    let reader = read(store);
    let row = reader.record_row(&visit_key("V-1")).unwrap().unwrap();
    assert_eq!((row.day, row.due), (Some(day(10)), None));
    assert_eq!((row.state.as_str(), row.sequence), ("arrived", 2));
    let document = reader.record(&visit_key("V-1")).unwrap();
    assert_eq!(document, Some(Record::from(changed)));
    assert_eq!(reader.last_number(Counter::Record).unwrap(), 1);
}

pub(super) fn records_are_found_by_kind_patient_parent_state_and_day(store: &mut dyn Store) {
    kept(store, &practice());
    kept(
        store,
        &[
            record_kept(visit("V-3", "P-8", 20), None),
            record_kept(visit("V-2", "P-8", 9), Some(day(6))),
            record_kept(entry("C-2", "V-2", "P-8", 8), None),
        ],
    );
    let reader = read(store);
    let reader = reader.as_ref();
    let all = found(reader, &RecordFilter::default());
    // Without a day first; then by day, those of one day as they were made.
    assert_eq!(
        all,
        "AC-1 P-7 ES-1 E-1 C-2 V-1 C-1 V-2 PL-1 Q-1 AP-1 S-1 V-3 A-1"
    );
    let visits = of_kind(RecordKind::Encounter);
    assert_eq!(found(reader, &visits), "V-1 V-2 V-3");
    let with = |change: &dyn Fn(&mut RecordFilter)| {
        let mut filter = RecordFilter::default();
        change(&mut filter);
        found(reader, &filter)
    };
    assert_eq!(
        with(&|filter| filter.patient = Some("P-7".parse().unwrap())),
        "AC-1 P-7 ES-1 E-1 V-1 C-1 PL-1 S-1 A-1"
    );
    assert_eq!(
        with(&|filter| filter.parent = Some("V-1".parse().unwrap())),
        "ES-1 E-1 C-1"
    );
    assert_eq!(
        with(&|filter| filter.parent = Some("AC-1".parse().unwrap())),
        "PL-1 S-1"
    );
    assert_eq!(
        with(&|filter| filter.parent = Some("A".parse().unwrap())),
        "Q-1 AP-1"
    );
    assert_eq!(
        with(&|filter| filter.state = Some("unbilled".to_owned())),
        "C-2 C-1"
    );
    let days = |from, to| {
        let mut visits = visits.clone();
        (visits.from, visits.to) = (from, to);
        found(reader, &visits)
    };
    assert_eq!(days(Some(day(9)), Some(day(19))), "V-1 V-2");
    assert_eq!(days(Some(day(10)), None), "V-3");
    assert_eq!(days(None, Some(day(8))), "");
    // A record without a day is in no span of days.
    assert_eq!(with(&|filter| filter.to = Some(day(1))), "P-7");
    assert_eq!(with(&|filter| filter.from = Some(day(20))), "V-3 A-1");
    let all_but_the_limit = with(&|filter| {
        filter.patient = Some("P-7".parse().unwrap());
        filter.state = Some("scheduled".to_owned());
        filter.limit = Some(0);
    });
    assert_eq!(all_but_the_limit, "");
    assert_eq!(with(&|filter| filter.limit = Some(2)), "AC-1 P-7");
}

pub(super) fn what_is_due_is_listed_by_its_day_and_goes_when_it_was_looked_at(
    store: &mut dyn Store,
) {
    kept(store, &practice());
    let due = |store: &dyn Store, by: u32| {
        let filter = RecordFilter {
            due_by: Some(day(by)),
            ..RecordFilter::default()
        };
        found(read(store).as_ref(), &filter)
    };
    assert_eq!(due(store, 4), "");
    assert_eq!(due(store, 7), "ES-1 E-1 V-1");
    assert_eq!(due(store, 30), "ES-1 E-1 V-1 AC-1 A-1 PL-1 AP-1");
    kept(
        store,
        &[
            record_kept(visit("V-1", "P-7", 9), None),
            record_kept(account("AC-1", "P-7", "A", 20), Some(day(29))),
        ],
    );
    assert_eq!(due(store, 30), "ES-1 E-1 A-1 PL-1 AP-1 AC-1");
}

pub(super) fn a_patient_and_their_claims_find_each_other(store: &mut dyn Store) {
    kept(store, &practice());
    kept(store, &[record_kept(patient("P-9", "A"), None)]);
    let key = patient_key(&claim("A", 150));
    assert_eq!(person_key(&patient("P-7", "A").person), key);
    let registered = RecordFilter {
        parent: Some(key.parse().unwrap()),
        ..of_kind(RecordKind::Patient)
    };
    // Registered twice.
    assert_eq!(found(read(store).as_ref(), &registered), "P-7 P-9");
    kept(store, &[record_kept(patient("P-9", "OTTO"), None)]);
    assert_eq!(found(read(store).as_ref(), &registered), "P-7");
}

pub(super) fn a_statement_has_the_patient_of_its_account(store: &mut dyn Store) {
    kept(store, &practice());
    for (kind, text) in [(RecordKind::Statement, "S-1"), (RecordKind::Plan, "PL-1")] {
        let row = read(store).record_row(&record_key(kind, text)).unwrap();
        assert_eq!(row.unwrap().patient, Some("P-7".parse().unwrap()));
    }
}

pub(super) fn what_a_record_belongs_to_must_be_there(store: &mut dyn Store) {
    let account_key = record_key(RecordKind::Account, "AC-9");
    for orphan in [
        record_kept(entry("C-1", "V-9", "P-7", 9), None),
        record_kept(inquiry("E-1", "V-9", "P-7", 5), None),
        record_kept(statement("S-1", "AC-9", "A", 15), None),
        record_kept(plan("PL-1", "AC-9"), None),
        record_kept(appeal("AP-1", "Z"), None),
        record_kept(status_inquiry("Q-1", "Z", 13), None),
        record_kept(estimate("ES-1", "V-9", "P-7", 4), None),
        Event::RecordJudged {
            record: account_key.clone(),
            hook: Hook::Statement,
            outcome: outcome(Severity::Warn, false),
        },
        Event::RecordOverridden {
            record: account_key.clone(),
            rules: Vec::new(),
            reason: "known".to_owned(),
        },
        patient_money("AC-9", &PatientMoney::Received { amount: dollars(1) }),
        Event::WorkOpened {
            item: Box::new(about(item("W1", None), account_key)),
        },
    ] {
        let error = refused(store, &orphan);
        assert!(matches!(error, StoreError::Contradiction { .. }), "{error}");
    }
    assert!(read(store).last_row().unwrap().is_none());
}

pub(super) fn an_issued_statement_does_not_change(store: &mut dyn Store) {
    kept(store, &practice());
    let error = refused(store, &record_kept(statement("S-1", "AC-1", "A", 16), None));
    assert!(error.to_string().contains("issued before"), "{error}");
}

pub(super) fn a_day_that_no_list_can_sort_is_refused(store: &mut dyn Store) {
    let never = chrono::NaiveDate::MAX;
    let error = refused(store, &record_kept(visit("V-1", "P-7", 9), Some(never)));
    assert!(matches!(error, StoreError::Contradiction { .. }), "{error}");
}

fn about(item: WorkItem, record: RecordKey) -> WorkItem {
    WorkItem {
        record: Some(record),
        ..item
    }
}

pub(super) fn work_about_a_record_is_open_until_it_is_closed(store: &mut dyn Store) {
    kept(store, &practice());
    let opened = |item: &WorkItem| Event::WorkOpened {
        item: Box::new(item.clone()),
    };
    let visit = about(item("W1", None), visit_key("V-1"));
    let appeal_key = record_key(RecordKind::Appeal, "AP-1");
    let appeal = about(item("W2", None), appeal_key.clone());
    let both = about(item("W3", Some("A")), visit_key("V-1"));
    kept(store, &[opened(&visit), opened(&appeal), opened(&both)]);
    let reader = read(store);
    let work = |key: &RecordKey| reader.record_work(key).unwrap();
    assert_eq!(work(&visit_key("V-1")), [visit.clone(), both.clone()]);
    assert_eq!(work(&appeal_key), std::slice::from_ref(&appeal));
    assert_eq!(work(&visit_key("V-9")), []);
    assert_eq!(reader.open_work(None).unwrap().len(), 3);
    // Work about an appeal is work about its claim.
    assert_eq!(reader.open_work(Some(&id("A"))).unwrap(), [appeal, both]);
    drop(reader);
    kept(
        store,
        &[Event::WorkClosed {
            item: visit.id,
            outcome: "asked".to_owned(),
        }],
    );
    let reader = read(store);
    assert_eq!(reader.record_work(&visit_key("V-1")).unwrap().len(), 1);
    drop(reader);
    kept(store, &[created("B", 60)]);
    let astray = about(item("W9", Some("B")), appeal_key);
    let error = refused(store, &opened(&astray));
    assert!(matches!(error, StoreError::Contradiction { .. }), "{error}");
}

pub(super) fn what_is_found_on_a_record_is_remembered_and_may_be_passed(store: &mut dyn Store) {
    let judged = |text: &str, severity, shadow| Event::RecordJudged {
        record: visit_key(text),
        hook: Hook::Registration,
        outcome: outcome(severity, shadow),
    };
    kept(
        store,
        &[
            record_kept(visit("V-1", "P-7", 9), None),
            record_kept(visit("V-2", "P-8", 9), None),
            judged("V-2", Severity::Info, true),
            judged("V-1", Severity::Block, false),
            Event::RecordOverridden {
                record: visit_key("V-1"),
                rules: vec!["everywhere/member-id".to_owned()],
                reason: "the card was seen".to_owned(),
            },
        ],
    );
    let reader = read(store);
    let all = reader.record_findings(None).unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!((all[0].sequence, all[0].shadow), (3, true));
    assert_eq!(all[0].record, visit_key("V-2"));
    let first = visit_key("V-1");
    let of_first = reader.record_findings(Some(&first)).unwrap();
    assert_eq!(of_first, [all[1].clone()]);
    assert_eq!(of_first[0].severity, Severity::Block);
    assert_eq!(of_first[0].hook, Hook::Registration);
    assert_eq!(of_first[0].prevents.len(), 1);
    assert_eq!(reader.record_findings(Some(&visit_key("V-9"))).unwrap(), []);
    // Those on claims are listed apart.
    assert_eq!(reader.findings(None).unwrap(), []);
    let passed = reader.record_overrides(None).unwrap();
    assert_eq!(passed.len(), 1);
    assert_eq!((passed[0].sequence, &passed[0].record), (5, &first));
    assert_eq!(passed[0].at, stamp(4).at);
    assert_eq!(reader.record_overrides(Some(&first)).unwrap(), passed);
    let second = reader.record_overrides(Some(&visit_key("V-2"))).unwrap();
    assert_eq!(second, []);
    assert_eq!(reader.overrides(None).unwrap(), []);
}

pub(super) fn a_records_history_lists_every_row_about_it(store: &mut dyn Store) {
    kept(store, &practice());
    let opened = |item| Event::WorkOpened {
        item: Box::new(item),
    };
    let appeal_key = record_key(RecordKind::Appeal, "AP-1");
    let closed = |text: &str| Event::WorkClosed {
        item: text.parse().unwrap(),
        outcome: "done".to_owned(),
    };
    kept(
        store,
        &[
            opened(about(item("W1", None), visit_key("V-1"))),
            opened(about(item("W2", None), appeal_key.clone())),
            closed("W1"),
            closed("W2"),
            record_kept(visit("V-1", "P-7", 10), None),
            record_kept(appeal("AP-1", "A"), None),
        ],
    );
    let reader = read(store);
    let rows = |key: &RecordKey| -> Vec<u64> {
        let rows = reader.record_history(key).unwrap();
        rows.iter().map(|row| row.sequence).collect()
    };
    assert_eq!(rows(&visit_key("V-1")), [2, 14, 16, 18]);
    assert_eq!(rows(&appeal_key), [11, 15, 17, 19]);
    assert!(rows(&visit_key("V-9")).is_empty());
    let claim: Vec<u64> = reader
        .history(&id("A"))
        .unwrap()
        .iter()
        .map(|row| row.sequence)
        .collect();
    // The claim's history has its appeals and questions, and nobody's visit.
    assert_eq!(claim, [6, 7, 11, 12, 15, 17, 19]);
}

pub(super) fn a_patients_payment_stands_in_the_ledger_of_the_account_and_the_claim(
    store: &mut dyn Store,
) {
    use scrubjay_model::ResponsibleParty::Patient;
    let amount = dollars(20);
    kept(store, &practice());
    kept(
        store,
        &[
            patient_money("AC-1", &PatientMoney::Received { amount }),
            patient_money(
                "AC-1",
                &PatientMoney::Applied {
                    claim: id("A"),
                    amount,
                },
            ),
        ],
    );
    let reader = read(store);
    let key = record_key(RecordKind::Account, "AC-1");
    let of_account = reader.record_ledger(&key).unwrap();
    assert_eq!(of_account.len(), 4);
    assert_eq!(of_account[0].money, MoneyKind::PatientPayment);
    assert_eq!(of_account[2].money, MoneyKind::Transfer);
    let of_claim = reader.ledger(&id("A")).unwrap();
    assert_eq!(of_claim[2..], of_account[2..]);
    assert_eq!(reader.balance(&id("A"), Patient).unwrap(), -amount);
    let accounts = reader.accounts().unwrap();
    let unapplied = accounts
        .iter()
        .find(|(account, _)| account.to_string() == "unapplied cash patient");
    assert!(unapplied.is_some_and(|(_, balance)| balance.is_zero()));
    let nobody = record_key(RecordKind::Account, "AC-9");
    assert_eq!(reader.record_ledger(&nobody).unwrap(), []);
    drop(reader);
    let of_an_appeal = Event::RecordMoneyMoved {
        record: record_key(RecordKind::Appeal, "AP-1"),
        money: MoneyKind::Transfer,
        claim: Some(id("A")),
        postings: scrubjay_model::PostingSet::transfer(
            owed("A", Patient),
            scrubjay_model::Account::RefundsPayable,
            amount,
        ),
    };
    let error = refused(store, &of_an_appeal);
    assert!(matches!(error, StoreError::Contradiction { .. }), "{error}");
}

pub(super) fn a_transaction_sees_the_records_that_it_keeps_and_drops_them_with_itself(
    store: &mut dyn Store,
) {
    kept(store, &[record_kept(visit("V-0", "P-7", 3), None)]);
    let before = everything(read(store).as_ref()).unwrap();
    let mut transaction = store.begin().unwrap();
    for event in practice() {
        transaction.append(&stamp(9), &event).unwrap();
    }
    let visits = found(transaction.as_ref(), &of_kind(RecordKind::Encounter));
    assert_eq!(visits, "V-0 V-1");
    assert!(transaction.record(&visit_key("V-1")).unwrap().is_some());
    let changed = record_kept(visit("V-0", "P-8", 20), Some(day(1)));
    transaction.append(&stamp(10), &changed).unwrap();
    let row = transaction.record_row(&visit_key("V-0")).unwrap().unwrap();
    assert_eq!((row.day, row.due), (Some(day(20)), Some(day(1))));
    drop(transaction);
    assert_eq!(everything(read(store).as_ref()).unwrap(), before);
}
