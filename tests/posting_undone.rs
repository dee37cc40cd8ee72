//! Properties of posting, over remittances of any content that balance: to post
//! and undo leaves everything as before; to post a reversal and its correction
//! is to post the correction alone.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use proptest::prelude::*;
use scrubjay::model::{ClaimId, ClaimStatus, Money, ResponsibleParty, WorkKind};
use scrubjay::store::{ClaimFilter, ClaimRow};
use scrubjay::{
    Config, Engine, EngineBuilder, EngineError, RemittanceError, RemittanceState, remittances,
};
use scrubjay_tests::practice::Practice;
use scrubjay_tests::remit::{Payment, Remitted};
use scrubjay_tests::sample::claims;

const PAYER: &str = "1999999999";
/// Claims of the sample practice.
const CLAIMS: usize = 6;

/// Reasons with every kind of place: contract, patient, sequestration, another
/// account, a refusal, an earlier payer's, a look by a person, and junk.
const REASONS: &[(&str, &str)] = &[
    ("CO", "45"),
    ("PR", "1"),
    ("PR", "2"),
    ("CO", "253"),
    ("CO", "237"),
    ("CO", "50"),
    ("PR", "96"),
    ("CO", "197"),
    ("OA", "23"),
    ("PR", "45"),
    ("CO", "1"),
    ("PI", "45"),
    ("CO", "ZZ9"),
];

/// Reasons beside the claims, with what they may refer to.
const BESIDE: &[&str] = &["WO", "FB", "L6", "72", "CS", "50", "IR"];

fn id(number: usize) -> ClaimId {
    format!("S{number:05}").parse().unwrap()
}

fn started() -> (Practice, Engine) {
    let practice = Practice::new("");
    let mut engine = EngineBuilder::new(Config::of_folder(practice.folder()).unwrap())
        .open()
        .unwrap();
    engine
        .take_in("claims.837", claims(CLAIMS).as_bytes())
        .unwrap();
    engine.submit().unwrap();
    (practice, engine)
}

/// Takes a payment in, and says whether it was posted.
fn take(engine: &mut Engine, payment: &Payment, number: usize) {
    let name = format!("{number}.835");
    let took = engine
        .take_in(&name, payment.file(number).as_bytes())
        .unwrap();
    assert!(!took.is_refused(), "{took}\n{}", payment.file(number));
    let listed = remittances(engine.read().unwrap().as_ref()).unwrap();
    let last = listed.last().unwrap();
    assert_eq!(last.state, RemittanceState::Posted, "{took}");
}

/// An open work item but for its number: kind, claim, reason, owner, amount, day
/// it was opened on and day it is due.
type Item = (WorkKind, Option<ClaimId>, String, String, Money, String);

fn items(engine: &Engine, only: Option<WorkKind>) -> Vec<Item> {
    let open = engine.read().unwrap().open_work(None).unwrap();
    let mut items: Vec<Item> = open
        .into_iter()
        .filter(|item| only.is_none_or(|kind| item.kind == kind))
        .map(|item| {
            let days = format!("{} {}", item.opened, item.due);
            (
                item.kind,
                item.claim,
                item.reason,
                item.owner.0,
                item.amount,
                days,
            )
        })
        .collect();
    items.sort_by(|one, other| format!("{one:?}").cmp(&format!("{other:?}")));
    items
}

/// Accounts that are not at zero.
fn books(engine: &Engine) -> Vec<(String, Money)> {
    let mut lines = engine.read().unwrap().trial_balance().unwrap();
    let sum: Money = lines.iter().map(|(_, balance)| *balance).sum();
    assert_eq!(sum, Money::ZERO);
    lines.retain(|(_, balance)| !balance.is_zero());
    lines
}

fn balances(engine: &Engine) -> Vec<(Money, Money)> {
    let reader = engine.read().unwrap();
    let owed = |number, party| reader.balance(&id(number), party).unwrap();
    (0..CLAIMS)
        .map(|number| {
            let insurance = owed(number, ResponsibleParty::Insurance);
            (insurance, owed(number, ResponsibleParty::Patient))
        })
        .collect()
}

fn statuses(engine: &Engine) -> Vec<ClaimStatus> {
    rows(engine).into_iter().map(|row| row.status).collect()
}

fn rows(engine: &Engine) -> Vec<ClaimRow> {
    engine
        .read()
        .unwrap()
        .claims(&ClaimFilter::default())
        .unwrap()
}

/// Everything that a posting may change.
#[derive(Debug, PartialEq)]
struct Stand {
    rows: Vec<ClaimRow>,
    balances: Vec<(Money, Money)>,
    books: Vec<(String, Money)>,
    items: Vec<Item>,
    denials: usize,
    remitted: usize,
}

impl Stand {
    fn of(engine: &Engine) -> Self {
        let reader = engine.read().unwrap();
        let remitted = |number| reader.remitted(&id(number)).unwrap().len();
        Self {
            rows: rows(engine),
            balances: balances(engine),
            books: books(engine),
            items: items(engine, None),
            denials: reader.denials(None).unwrap().len(),
            remitted: (0..CLAIMS).map(remitted).sum(),
        }
    }
}

prop_compose! {
    /// One remitted claim: ours, ours with a damaged number, or nobody's; charge
    /// split at random over reasons, the rest paid.
    fn a_claim()(
        number in 0..CLAIMS,
        status in prop::sample::select(vec!["1", "1", "2", "19", "22", "4", "23", "25"]),
        damage in 0..8u8,
        parts in prop::collection::vec((0..REASONS.len(), -500..4000i64), 0..4),
    ) -> Remitted {
        let mut claim = Remitted::sample(number);
        match damage {
            0 => claim.control = format!("X{number}"),
            1 => {
                claim.control = "0".to_owned();
                claim.payer_control = "LOST".to_owned();
                claim.patient.2 = "M99999".to_owned();
            }
            _ => {}
        }
        let parts: Vec<_> = parts
            .into_iter()
            .map(|(reason, cents)| (REASONS[reason].0, REASONS[reason].1, cents))
            .collect();
        claim = claim.less(&parts);
        if status == "22" {
            claim.reversed()
        } else {
            claim.status = status;
            claim
        }
    }
}

prop_compose! {
    /// A payment of one to five remitted claims with amounts beside them.
    fn a_payment(trace: &'static str)(
        claims in prop::collection::vec(a_claim(), 1..5),
        beside in prop::collection::vec((0..BESIDE.len(), 0..CLAIMS + 2, -3000..3000i64), 0..3),
    ) -> Payment {
        let mut payment = Payment::of(trace, claims);
        for (reason, reference, cents) in beside {
            let reference = match reference {
                0 => String::new(),
                1 => "ELSEWHERE".to_owned(),
                number if number % 2 == 0 => format!("S{:05}", number - 2),
                number => format!("P{:05}", number - 2),
            };
            payment = payment.beside(BESIDE[reason], &reference, cents);
        }
        payment
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn to_post_and_undo_leaves_everything_as_before(
        first in a_payment("FIRST"),
        second in a_payment("SECOND"),
    ) {
        let (_practice, mut engine) = started();
        take(&mut engine, &first, 101);
        let before = Stand::of(&engine);
        take(&mut engine, &second, 102);
        let posted = Stand::of(&engine);
        let trace = "SECOND".parse().unwrap();
        engine.undo_remittance(PAYER, &trace, "Ana", "for another practice").unwrap();
        prop_assert_eq!(&Stand::of(&engine), &before);

        // What was undone can be posted again, from the journal or by a file.
        engine.repost_remittance(PAYER, &trace, "Ana").unwrap();
        let again = Stand::of(&engine);
        prop_assert_eq!(&again.balances, &posted.balances);
        prop_assert_eq!(&again.books, &posted.books);
        prop_assert_eq!(&again.rows, &posted.rows);
        engine.undo_remittance(PAYER, &trace, "Ana", "once more").unwrap();
        take(&mut engine, &second, 103);
        prop_assert_eq!(&Stand::of(&engine).balances, &posted.balances);
    }

    #[test]
    fn what_is_undone_under_later_files_is_as_if_it_had_never_come(
        first in a_payment("FIRST"),
        second in a_payment("SECOND"),
        third in a_payment("THIRD"),
    ) {
        let (_practice, mut engine) = started();
        take(&mut engine, &first, 101);
        take(&mut engine, &second, 102);
        take(&mut engine, &third, 103);
        let all = Stand::of(&engine);
        let trace = "SECOND".parse().unwrap();
        let undone = engine.undo_remittance(PAYER, &trace, "Ana", "for another practice");
        if let Err(refused) = undone {
            // A later one stands on it: nothing was done, and behind that it can be.
            let EngineError::Remittance(
                RemittanceError::LaterDecision { later, .. } | RemittanceError::TakenUp { later, .. },
            ) = refused
            else {
                panic!("{refused}");
            };
            prop_assert_eq!(later.as_str(), "THIRD");
            prop_assert_eq!(&Stand::of(&engine), &all);
            engine.undo_remittance(PAYER, &later, "Ana", "first").unwrap();
            engine.undo_remittance(PAYER, &trace, "Ana", "then").unwrap();
            engine.repost_remittance(PAYER, &later, "Ana").unwrap();
        }
        let (_other, mut without) = started();
        take(&mut without, &first, 101);
        take(&mut without, &third, 103);
        let (undone, never) = (Stand::of(&engine), Stand::of(&without));
        prop_assert_eq!(undone.balances, never.balances);
        prop_assert_eq!(undone.books, never.books);
        prop_assert_eq!(undone.rows, never.rows);
        // What a claim may be is told as it was when that was looked for.
        let what = |items: Vec<Item>| -> Vec<_> {
            let mut what: Vec<_> = items
                .into_iter()
                .map(|(kind, claim, _, owner, amount, _)| (kind, claim, owner, amount))
                .collect();
            what.sort();
            what
        };
        prop_assert_eq!(what(undone.items), what(never.items));
    }

    #[test]
    fn a_reversal_and_its_correction_come_to_the_correction_alone(
        number in 0..CLAIMS - 1,
        // Less than the charge: else the payment would be below nothing.
        first in prop::collection::vec((0..REASONS.len(), 0..3300i64), 0..4),
        then in prop::collection::vec((0..REASONS.len(), 0..3300i64), 0..4),
        status in prop::sample::select(vec!["1", "2", "19"]),
    ) {
        let split = |parts: &[(usize, i64)]| {
            let parts: Vec<_> = parts
                .iter()
                .map(|(reason, cents)| (REASONS[*reason].0, REASONS[*reason].1, *cents))
                .collect();
            let mut claim = Remitted::sample(number).less(&parts);
            claim.status = status;
            claim
        };
        let (original, correction) = (split(&first), split(&then));
        // Another claim pays for the reversal, so that nothing is carried forward.
        let other = Remitted::sample(CLAIMS - 1);

        let (_one, mut reversed) = started();
        take(&mut reversed, &Payment::of("FIRST", [original.clone()]), 101);
        let both = Payment::of("SECOND", [original.reversed(), correction.clone(), other.clone()]);
        take(&mut reversed, &both, 102);

        let (_other, mut alone) = started();
        take(&mut alone, &Payment::of("SECOND", [correction, other]), 102);

        prop_assert_eq!(balances(&reversed), balances(&alone));
        prop_assert_eq!(books(&reversed), books(&alone));
        prop_assert_eq!(statuses(&reversed), statuses(&alone));
        let denied = Some(WorkKind::Denial);
        prop_assert_eq!(items(&reversed, denied), items(&alone, denied));
    }
}

#[test]
fn what_a_later_remittance_stands_on_is_not_undone_under_it() {
    let (_practice, mut engine) = started();
    take(
        &mut engine,
        &Payment::of("FIRST", [Remitted::sample(0)]),
        101,
    );
    take(
        &mut engine,
        &Payment::of("SECOND", [Remitted::sample(0).reversed()]),
        102,
    );
    let first = "FIRST".parse().unwrap();
    let before = Stand::of(&engine);
    let refused = engine
        .undo_remittance(PAYER, &first, "Ana", "wrong file")
        .unwrap_err();
    let EngineError::Remittance(RemittanceError::LaterDecision { later, claim, .. }) = refused
    else {
        panic!("{refused}");
    };
    assert_eq!((later.as_str(), claim), ("SECOND", id(0)));
    assert_eq!(Stand::of(&engine), before);
    let second = "SECOND".parse().unwrap();
    engine
        .undo_remittance(PAYER, &second, "Ana", "wrong file")
        .unwrap();
    engine
        .undo_remittance(PAYER, &first, "Ana", "wrong file")
        .unwrap();
    let trace = "NEVER".parse().unwrap();
    let unknown = engine
        .undo_remittance(PAYER, &trace, "Ana", "wrong file")
        .unwrap_err();
    assert!(unknown.to_string().contains("is posted"), "{unknown}");
    let unsigned = engine
        .undo_remittance(PAYER, &first, "", "wrong file")
        .unwrap_err();
    assert!(unsigned.to_string().contains("give both"), "{unsigned}");
}

#[test]
fn what_a_person_bound_is_undone_with_its_remittance_and_under_one_key_once() {
    let (_practice, mut engine) = started();
    let before = Stand::of(&engine);
    let mut lost = Remitted::sample(1).less(&[("CO", "50", 4000), ("PR", "1", 1000)]);
    lost.control = "0".to_owned();
    lost.payer_control = "LOST".to_owned();
    lost.patient.2 = "M99999".to_owned();
    take(
        &mut engine,
        &Payment::of("FIRST", [Remitted::sample(0), lost]),
        101,
    );
    let trace = "FIRST".parse().unwrap();
    for _ in 0..2 {
        let call = engine.once("bind");
        call.match_remitted(PAYER, &trace, 2, &id(1), "Ana", "new card")
            .unwrap();
    }
    assert_eq!(items(&engine, Some(WorkKind::Denial)).len(), 1);
    for _ in 0..2 {
        let call = engine.once("undo");
        call.undo_remittance(PAYER, &trace, "Ana", "wrong file")
            .unwrap();
    }
    assert_eq!(Stand::of(&engine), before);
}
