//! Visits in every status, told in one go or move by move.

use super::*;

#[test]
fn a_visit_that_is_over_may_be_told_of_at_once_and_none_goes_back() {
    use EncounterStatus::{Arrived, Cancelled, Closed, NoShow, Scheduled};
    for (from, to, may) in [
        (Scheduled, Closed, true),
        (NoShow, Closed, true),
        (Closed, Arrived, true),
        (Arrived, Scheduled, false),
        (Closed, Scheduled, false),
        (Cancelled, Arrived, false),
        (NoShow, Scheduled, false),
    ] {
        assert_eq!(reaches(from, to), may, "{from:?} to {to:?}");
    }
    for state in EncounterStatus::STATES {
        assert!(reaches(*state, *state));
    }
}
