//! The clocks that the law sets, each with its source.
//!
//! What a payer's contract sets instead is for the caller to know.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Deadline, DeadlineBasis, DeadlineKind, Length, Roll};

/// How soon a payer must decide on a prior authorization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Seven calendar days.
    Standard,
    /// Seventy-two hours.
    Expedited,
}

impl Deadline {
    const fn by_law(
        kind: DeadlineKind,
        basis: NaiveDate,
        basis_of: DeadlineBasis,
        length: Length,
    ) -> Self {
        Self {
            kind,
            basis,
            basis_of,
            length,
            // None of these rules moves a last day that is a weekend.
            roll: Roll::None,
            proof: None,
        }
    }

    /// The payer's decision on a prior authorization that it received on a day:
    /// Medicare Advantage, Medicaid and CHIP since 1 January 2026 (CMS-0057-F,
    /// 42 CFR 422.568(b)(1), 422.572(a), 438.210(d)).
    ///
    /// ```
    /// use scrubjay_model::{BusinessCalendar, Deadline, Urgency};
    /// let received = "2026-03-02".parse().unwrap();
    /// let decision = Deadline::authorization_decision(received, Urgency::Standard);
    /// assert_eq!(decision.due(&BusinessCalendar::default()).to_string(), "2026-03-09");
    /// ```
    #[must_use]
    pub const fn authorization_decision(received: NaiveDate, urgency: Urgency) -> Self {
        let length = match urgency {
            Urgency::Standard => Length::CalendarDays(7),
            Urgency::Expedited => Length::Hours(72),
        };
        Self::by_law(
            DeadlineKind::AuthorizationDecision,
            received,
            DeadlineBasis::Received,
            length,
        )
    }

    /// The last day of services under an authorization that ends on a day.
    #[must_use]
    pub const fn authorization_expiry(last_day: NaiveDate) -> Self {
        Self::by_law(
            DeadlineKind::AuthorizationExpiry,
            last_day,
            DeadlineBasis::Agreed,
            Length::CalendarDays(0),
        )
    }

    /// The days to wait out before any extraordinary collection action: 120
    /// from the first statement after discharge (26 CFR 1.501(r)-6(c)(3)).
    #[must_use]
    pub const fn collection_wait(first_statement: NaiveDate) -> Self {
        Self::by_law(
            DeadlineKind::FinancialAssistanceNotice,
            first_statement,
            DeadlineBasis::FirstStatement,
            Length::CalendarDays(120),
        )
    }

    /// The patient's application for financial assistance: 240 days from the
    /// first statement after discharge (26 CFR 1.501(r)-1(b)(3)).
    #[must_use]
    pub const fn financial_assistance(first_statement: NaiveDate) -> Self {
        Self::by_law(
            DeadlineKind::FinancialAssistance,
            first_statement,
            DeadlineBasis::FirstStatement,
            Length::CalendarDays(240),
        )
    }

    /// Patient-provider dispute resolution: 120 calendar days from the receipt
    /// of the bill (45 CFR 149.620(c)(1)).
    #[must_use]
    pub const fn dispute(bill_received: NaiveDate) -> Self {
        Self::by_law(
            DeadlineKind::Dispute,
            bill_received,
            DeadlineBasis::Received,
            Length::CalendarDays(120),
        )
    }

    /// A good-faith estimate for an uninsured or self-pay patient, counted from
    /// the day of scheduling: one business day where the service is at least
    /// three business days off, three where it is at least ten, and none where
    /// it is sooner (45 CFR 149.610(b)(1)(vi)).
    #[must_use]
    pub const fn good_faith_estimate(
        scheduled: NaiveDate,
        business_days_ahead: u32,
    ) -> Option<Self> {
        let length = match business_days_ahead {
            0..=2 => return None,
            3..=9 => Length::BusinessDays(1),
            _ => Length::BusinessDays(3),
        };
        Some(Self::by_law(
            DeadlineKind::GoodFaithEstimate,
            scheduled,
            DeadlineBasis::Asked,
            length,
        ))
    }

    /// The return of an overpayment: 60 days from its identification
    /// (42 CFR 401.305(b)).
    #[must_use]
    pub const fn overpayment(identified: NaiveDate) -> Self {
        Self::by_law(
            DeadlineKind::Overpayment60Day,
            identified,
            DeadlineBasis::Identified,
            Length::CalendarDays(60),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BusinessCalendar;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn each_clock_of_the_law_ends_on_the_day_worked_out_by_hand() {
        let calendar = BusinessCalendar::default();
        let monday = day("2026-03-02");
        for (deadline, due) in [
            (
                Deadline::authorization_decision(monday, Urgency::Standard),
                "2026-03-09",
            ),
            (
                Deadline::authorization_decision(monday, Urgency::Expedited),
                "2026-03-05",
            ),
            (Deadline::authorization_expiry(monday), "2026-03-02"),
            (Deadline::collection_wait(monday), "2026-06-30"),
            (Deadline::financial_assistance(monday), "2026-10-28"),
            (Deadline::dispute(monday), "2026-06-30"),
            (Deadline::overpayment(monday), "2026-05-01"),
        ] {
            assert_eq!(deadline.due(&calendar), day(due), "{:?}", deadline.kind);
        }
    }

    #[test]
    fn an_estimate_is_due_sooner_where_the_service_is_near_and_never_for_tomorrow() {
        let calendar = BusinessCalendar::default();
        // A Friday: the next business day is Monday.
        let friday = day("2026-03-06");
        let due = |ahead| {
            Deadline::good_faith_estimate(friday, ahead).map(|deadline| deadline.due(&calendar))
        };
        assert_eq!(due(2), None);
        assert_eq!(due(3), Some(day("2026-03-09")));
        assert_eq!(due(9), Some(day("2026-03-09")));
        assert_eq!(due(10), Some(day("2026-03-11")));
    }
}
