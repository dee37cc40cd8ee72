//! What every store must do, as a suite that a new one is held against.
//!
//! ```
//! # // Needs the feature `conformance`.
//! use scrubjay_store::{MemoryStore, conformance};
//! conformance::check(&mut || Box::new(MemoryStore::new()));
//! ```

mod claims;
mod journal;
mod money;
mod open;
mod records;
pub mod sample;

use crate::{Event, Reader, Sequence, Stamp, Store, StoreError};

/// One promise of a store: its name as a sentence, and the check of it on an
/// empty store.
pub type Case = (&'static str, fn(&mut dyn Store));

macro_rules! cases {
    ($($module:ident::$name:ident),+ $(,)?) => {
        /// Every promise.
        pub const CASES: &[Case] = &[$((stringify!($name), $module::$name)),+];
    };
}

cases! {
    claims::a_claim_starts_as_a_draft_owed_by_its_first_payer,
    claims::a_claim_id_is_given_once,
    claims::a_revised_claim_stands_in_place_of_the_one_before,
    claims::only_a_hand_before_the_first_submission_touches_a_claim,
    claims::a_person_who_passes_a_finding_is_remembered_and_touches_the_claim,
    claims::a_block_before_the_first_submission_marks_the_claim_as_held,
    claims::a_shadow_rule_or_a_warning_holds_nothing,
    claims::a_claim_moves_on_each_axis_by_its_table,
    claims::an_illegal_move_is_refused_and_nothing_of_the_transaction_is_kept,
    claims::a_replacement_and_its_original_name_each_other,
    claims::a_batch_says_what_was_sent_and_when,
    claims::a_file_of_questions_has_numbers_among_those_of_claims,
    claims::a_group_control_number_is_given_out_once,
    claims::a_rejection_is_remembered,
    claims::tags_are_sorted_and_held_once,
    claims::claims_are_found_by_payer_control_patient_state_and_number,
    claims::a_transaction_finds_claims_by_what_it_has_just_changed,
    claims::work_stays_open_until_it_is_closed_once,
    money::a_charge_a_payment_and_an_adjustment_settle_a_claim,
    money::the_first_decision_stays_when_a_correction_follows,
    money::a_predetermination_decides_nothing,
    money::an_undone_posting_counts_no_longer,
    money::an_undone_remittance_may_come_again,
    money::a_remittance_is_known_by_its_payer_and_trace_number,
    money::money_on_a_claim_that_is_not_there_is_refused,
    money::an_amount_beyond_the_database_is_refused,
    money::a_transfer_between_two_claims_stands_in_the_ledger_of_both,
    money::denials_are_listed_in_order,
    open::a_claim_is_open_until_it_is_done_with_and_owes_nothing,
    open::a_claim_needs_a_look_until_that_is_noted_and_again_when_something_happens,
    open::a_claims_clocks_go_by_rows_that_tell_of_no_other_claim,
    open::what_a_payer_has_paid_counts_what_stands,
    journal::a_file_is_known_by_its_hash_and_its_interchanges,
    journal::a_refused_file_may_be_dropped_again,
    journal::a_key_admits_one_call_with_one_content,
    journal::a_dropped_transaction_leaves_no_trace,
    journal::a_transaction_sees_its_own_events,
    journal::an_event_reads_back_as_it_was_written,
    journal::the_same_events_give_the_same_hashes_in_every_store,
    journal::published_packs_are_listed_in_order_and_read_back_whole,
    journal::what_only_the_store_may_journal_is_refused,
    journal::a_claims_history_lists_every_row_about_it,
    records::a_record_is_kept_whole_and_stands_as_it_was_kept_last,
    records::records_are_found_by_kind_patient_parent_state_and_day,
    records::what_is_due_is_listed_by_its_day_and_goes_when_it_was_looked_at,
    records::a_patient_and_their_claims_find_each_other,
    records::a_statement_has_the_patient_of_its_account,
    records::what_a_record_belongs_to_must_be_there,
    records::an_issued_statement_does_not_change,
    records::a_day_that_no_list_can_sort_is_refused,
    records::work_about_a_record_is_open_until_it_is_closed,
    records::what_is_found_on_a_record_is_remembered_and_may_be_passed,
    records::a_records_history_lists_every_row_about_it,
    records::a_patients_payment_stands_in_the_ledger_of_the_account_and_the_claim,
    records::a_transaction_sees_the_records_that_it_keeps_and_drops_them_with_itself,
}

/// Checks every promise, each on a store that `open` makes.
///
/// # Panics
/// Where a promise is broken; the message before names it.
pub fn check(open: &mut dyn FnMut() -> Box<dyn Store>) {
    for (name, case) in CASES {
        eprintln!("{name}");
        case(open().as_mut());
    }
}

/// Appends events a minute apart and commits them together.
///
/// # Errors
/// Of the store.
pub fn keep(store: &mut dyn Store, events: &[Event]) -> Result<Sequence, StoreError> {
    let mut transaction = store.begin()?;
    let mut last = 0;
    for (event, minutes) in events.iter().zip(0..) {
        last = transaction.append(&sample::stamp(minutes), event)?;
    }
    transaction.commit()?;
    Ok(last)
}

fn kept(store: &mut dyn Store, events: &[Event]) -> Sequence {
    keep(store, events).expect("the events are legal")
}

fn refused(store: &mut dyn Store, event: &Event) -> StoreError {
    keep(store, std::slice::from_ref(event)).expect_err("the event contradicts the store")
}

fn read(store: &dyn Store) -> Box<dyn Reader + '_> {
    store.read().expect("the store can be read")
}

fn stamp() -> Stamp {
    sample::stamp(0)
}

/// Everything that a reader can say, as text.
///
/// # Errors
/// Of the store.
pub fn everything(reader: &dyn Reader) -> Result<String, StoreError> {
    use std::fmt::Write as _;

    use scrubjay_model::ResponsibleParty::{Insurance, Patient};

    use crate::{ClaimFilter, Counter, RecordFilter};

    let mut text = String::new();
    let mut say = |what: &dyn std::fmt::Debug| {
        let _ = writeln!(text, "{what:?}");
    };
    for row in reader.journal(1, u32::MAX)? {
        say(&row);
    }
    for row in reader.claims(&ClaimFilter::default())? {
        say(&row);
        let id = &row.id;
        say(&reader.claim_document(id)?);
        say(&(reader.balance(id, Insurance)?, reader.balance(id, Patient)?));
        say(&(reader.ledger(id)?, reader.remitted(id)?));
        say(&(reader.denials(Some(id))?, reader.open_work(Some(id))?));
        say(&(reader.findings(Some(id))?, reader.history(id)?));
    }
    let due = RecordFilter {
        due_by: chrono::NaiveDate::from_ymd_opt(9999, 12, 31),
        ..RecordFilter::default()
    };
    say(&reader.records(&due)?);
    for row in reader.records(&RecordFilter::default())? {
        say(&row);
        let key = &row.key;
        say(&(reader.record(key)?, reader.record_history(key)?));
        say(&(reader.record_work(key)?, reader.record_ledger(key)?));
        let findings = reader.record_findings(Some(key))?;
        say(&(findings, reader.record_overrides(Some(key))?));
    }
    say(&(
        reader.record_findings(None)?,
        reader.record_overrides(None)?,
    ));
    reader.open_claims(&mut |open| say(&open))?;
    say(&reader.payer_records()?);
    say(&(reader.files()?, reader.findings(None)?));
    say(&(reader.overrides(None)?, reader.packs()?));
    say(&reader.remittances()?);
    say(&(reader.denials(None)?, reader.open_work(None)?));
    say(&(reader.accounts()?, reader.trial_balance()?));
    for counter in [
        Counter::Interchange,
        Counter::Group,
        Counter::Claim,
        Counter::Work,
        Counter::Purged,
        Counter::Record,
    ] {
        let last = reader.last_number(counter)?;
        say(&last);
        if let Ok(number) = u32::try_from(last) {
            say(&(reader.sent(number, None)?, reader.sent_groups(number)?));
            say(&reader.sent_group(number)?);
        }
    }
    Ok(text)
}
