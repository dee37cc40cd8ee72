use scrubjay_model::{AckSource, Axis};

use super::*;

const OUTCOMES: [AckOutcome; 4] = [
    AckOutcome::Received,
    AckOutcome::Accepted,
    AckOutcome::Rejected,
    AckOutcome::Unclear,
];

fn answer(of_claim: bool, outcome: AckOutcome, hop: Option<AckHop>) -> Acknowledgment {
    let level = if of_claim {
        AckLevel::Claim {
            control: "A".to_owned(),
            payer_control: None,
        }
    } else {
        AckLevel::Set {
            group: 1,
            set: None,
        }
    };
    Acknowledgment {
        level,
        outcome,
        codes: Vec::new(),
        source: AckSource {
            hop,
            ..AckSource::default()
        },
    }
}

/// Every answer on every state, with every rejection before it.
fn every(mut see: impl FnMut(Work, &Acknowledgment, bool, Option<Option<AckHop>>, Consequence)) {
    let hops = [None, Some(AckHop::Clearinghouse), Some(AckHop::Payer)];
    for &work in Work::STATES {
        for (of_claim, outcome) in OUTCOMES
            .into_iter()
            .flat_map(|one| [(true, one), (false, one)])
        {
            for hop in hops {
                let answer = answer(of_claim, outcome, hop);
                for late in [false, true] {
                    for rejected_by in hops.into_iter().map(Some).chain([None]) {
                        let what = consequence(work, &answer, late, rejected_by);
                        see(work, &answer, late, rejected_by, what);
                    }
                }
            }
        }
    }
}

#[test]
fn every_move_that_an_answer_asks_for_is_one_that_the_axis_has() {
    every(|work, _, _, _, what| {
        let to = match what {
            Consequence::Rejected => Work::Rejected,
            Consequence::Accepted | Consequence::AcceptedAfterRejection => Work::Accepted,
            Consequence::Stopped(_) => Work::Held,
            Consequence::Kept | Consequence::Review(_) => return,
        };
        assert!(work.moved(to).is_ok(), "{work} to {to}");
    });
}

#[test]
fn no_answer_lets_a_claim_go_that_is_held_or_not_sent() {
    every(|work, answer, _, _, what| {
        let waits = matches!(work, Work::Draft | Work::Held | Work::Ready);
        let stays = matches!(
            what,
            Consequence::Kept | Consequence::Stopped(_) | Consequence::Review(_)
        );
        assert!(!waits || stays, "{work}: {answer:?}");
    });
}

#[test]
fn acceptance_after_a_rejection_is_never_silent() {
    every(|work, answer, late, rejected_by, what| {
        let contradicts = answer.outcome == AckOutcome::Accepted
            && matches!(answer.level, AckLevel::Claim { .. })
            && !late
            && rejected_by.is_some()
            && matches!(
                work,
                Work::Draft | Work::Held | Work::Ready | Work::Rejected
            );
        let told = matches!(
            what,
            Consequence::AcceptedAfterRejection | Consequence::Stopped(_) | Consequence::Review(_)
        );
        assert!(!contradicts || told, "{work}: {answer:?}");
    });
}

#[test]
fn an_answer_to_an_earlier_sending_moves_nothing() {
    every(|work, answer, late, _, what| {
        let still = matches!(what, Consequence::Kept | Consequence::Review(_));
        assert!(!late || still, "{work}: {answer:?}");
    });
}

#[test]
fn a_clearinghouse_does_not_overrule_the_payer() {
    let accepted = |hop| answer(true, AckOutcome::Accepted, Some(hop));
    let by_payer = Some(Some(AckHop::Payer));
    let late = false;
    assert_eq!(
        consequence(
            Work::Rejected,
            &accepted(AckHop::Clearinghouse),
            late,
            by_payer
        ),
        Consequence::Review(CONTRADICTION)
    );
    assert_eq!(
        consequence(Work::Rejected, &accepted(AckHop::Payer), late, by_payer),
        Consequence::AcceptedAfterRejection
    );
}
