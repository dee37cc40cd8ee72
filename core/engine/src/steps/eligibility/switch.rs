//! Another payer takes its place on the patient's record: the plan behind a
//! Medicare or Medicaid card stands in for it, any other comes before it.

use chrono::NaiveDate;
use scrubjay_model::{
    AskOccasion, Coverage, CoverageOrder, LineOfBusiness, Name, OtherPayer, OtherPayerKind,
    Patient, PatientCoverage, PatientRecord, PayerProfile, Relationship,
};
use scrubjay_store::Cause;

use super::judge::Judged;
use super::{Why, about, is_with, open_once, payer_of, want_each};
use crate::desk::Desk;
use crate::steps::registration::keep_patient;
use crate::{Config, EngineError};

/// What becomes of the coverage that was asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The other payer stands in for it.
    Instead,
    /// The other payer comes first, and it goes behind.
    Before,
}

/// Lets another payer come first, as a rule asks. What cannot be done by itself
/// is work for a person.
pub(super) fn put_first(
    desk: &mut Desk<'_>,
    judged: &Judged<'_>,
    to: &str,
    reason: &str,
    cause: &Cause,
) -> Result<(), EngineError> {
    let Judged {
        patient,
        visit,
        inquiry,
    } = *judged;
    let record = about(patient, visit);
    let config = desk.config;
    let Some(to) = config.payer_by_key(to).map(|payer| &payer.profile) else {
        let reason = format!("`{to}` is to come first and is no payer of scrubjay.yaml: {reason}");
        return open_once(desk, &record, reason);
    };
    let booked = visit.map(|visit| visit.service_date());
    let day = inquiry.map(|inquiry| inquiry.service).or(booked);
    let day = day.unwrap_or_else(|| desk.today());
    let coverages = patient.coverages_on(day);
    let asked = match inquiry {
        Some(inquiry) => coverages
            .iter()
            .find(|coverage| is_with(config, coverage, &inquiry.payer)),
        None => coverages.first(),
    };
    let Some(asked) = asked else {
        let reason = format!(
            "{}is to come first on {day}: {reason}; enter its coverage",
            about_payer(&to.key)
        );
        return open_once(desk, &record, reason);
    };
    let named = inquiry
        .and_then(|inquiry| inquiry.answer.as_ref())
        .and_then(|answer| named_in(config, &answer.other_payers, to, day));
    let switch = Switch {
        config,
        asked,
        to,
        named,
        place: place_of(config, asked, to, named),
        from: named.and_then(|other| other.from).unwrap_or(day),
        until: named.and_then(|other| other.to),
    };
    if switch.is_made(&coverages) {
        return Ok(());
    }
    let next = switch.make(patient, &coverages);
    let member_known = next.coverages.iter().any(|held| {
        held.is_on(day) && is_with(config, &held.coverage, &to.id) && held.coverage.member.is_some()
    });
    let next = match Patient::new(next) {
        Ok(next) => next,
        Err(problem) => {
            let reason = format!(
                "{}is to come first on {day}, and the coverages on file do not allow it \
                 ({problem}): {reason}; mend them by hand",
                about_payer(&to.key)
            );
            return open_once(desk, &record, reason);
        }
    };
    // As the rule's doing: a sheet that tells what it told before does not undo it.
    keep_patient(desk, &next, Some(cause))?;
    if !member_known {
        let reason = format!(
            "{}comes first now ({reason}); its member number is not known: get the card, and \
             enter it",
            about_payer(&to.key)
        );
        return open_once(desk, &record, reason);
    }
    let why = Why {
        occasion: AskOccasion::Rule,
        reason,
    };
    want_each(desk, &next, visit, why).map(drop)
}

/// How work about a payer begins, by which it is known when that payer answers.
pub(super) fn about_payer(key: &str) -> String {
    format!("`{key}` ")
}

/// What the answer says of that payer.
fn named_in<'a>(
    config: &Config,
    others: &'a [OtherPayer],
    to: &PayerProfile,
    day: NaiveDate,
) -> Option<&'a OtherPayer> {
    let is_it = |other: &&OtherPayer| {
        let ids: Vec<&str> = other.payer.iter().map(|id| id.as_str()).collect();
        let known = config.payer(&ids, &other.name.last);
        known.is_some_and(|payer| payer.profile.key == to.key)
            && other.is_on(day)
            && other.kind != OtherPayerKind::Prior
    };
    others.iter().find(is_it)
}

fn place_of(
    config: &Config,
    asked: &Coverage,
    to: &PayerProfile,
    named: Option<&OtherPayer>,
) -> Place {
    use LineOfBusiness::{Medicaid, Medicare, MedicareAdvantage};
    let line = payer_of(config, asked)
        .map(|payer| payer.profile.line)
        .or_else(|| {
            let indicator = asked.filing_indicator.as_deref()?;
            Some(LineOfBusiness::from_filing_indicator(indicator))
        });
    let in_its_place = named.is_some_and(|other| other.kind == OtherPayerKind::ManagedCare);
    // In the answer of a commercial payer an HMO may as well be another coverage.
    let behind_a_card =
        matches!(line, Some(Medicare | Medicaid)) && named.is_some_and(OtherPayer::manages_care);
    let by_line = matches!(
        (line, to.line),
        (Some(Medicare), MedicareAdvantage) | (Some(Medicaid), Medicaid)
    );
    if in_its_place || behind_a_card || by_line {
        Place::Instead
    } else {
        Place::Before
    }
}

struct Switch<'s> {
    config: &'s Config,
    /// The coverage that was asked about.
    asked: &'s Coverage,
    /// Who comes first.
    to: &'s PayerProfile,
    /// What the answer says of them.
    named: Option<&'s OtherPayer>,
    place: Place,
    from: NaiveDate,
    until: Option<NaiveDate>,
}

impl Switch<'_> {
    fn is_to(&self, coverage: &Coverage) -> bool {
        is_with(self.config, coverage, &self.to.id)
    }

    fn is_asked(&self, coverage: &Coverage) -> bool {
        match &self.asked.payer {
            Some(payer) => is_with(self.config, coverage, payer),
            None => coverage.payer_name == self.asked.payer_name,
        }
    }

    /// Whether the coverages of the day are in that order already.
    fn is_made(&self, on_the_day: &[Coverage]) -> bool {
        let held = on_the_day.iter().find(|coverage| self.is_to(coverage));
        self.place == Place::Before && held.is_some_and(|held| held.order < self.asked.order)
    }

    fn make(&self, patient: &Patient, on_the_day: &[Coverage]) -> PatientRecord {
        let held = on_the_day.iter().find(|coverage| self.is_to(coverage));
        let held_at = held.map(|held| held.order);
        let mut next = (**patient).clone();
        let mut known = held.cloned();
        next.coverages = Vec::new();
        for held in &patient.coverages {
            for piece in self.cut(held) {
                match piece {
                    Piece::Outside(held) => next.coverages.push(held),
                    // It is put in anew.
                    Piece::Within(held) if self.is_to(&held.coverage) => {
                        known.get_or_insert(held.coverage);
                    }
                    Piece::Within(held) => next.coverages.extend(self.moved(held, held_at)),
                }
            }
        }
        next.coverages.push(PatientCoverage {
            coverage: self.coverage(known),
            from: Some(self.from),
            to: self.until,
        });
        next
    }

    /// A coverage of the time in which the other payer comes first: gone where
    /// that one stands in for it, one place later where it goes behind.
    fn moved(
        &self,
        mut held: PatientCoverage,
        free: Option<CoverageOrder>,
    ) -> Option<PatientCoverage> {
        match self.place {
            Place::Instead if self.is_asked(&held.coverage) => return None,
            Place::Instead => {}
            Place::Before => {
                let order = held.coverage.order;
                let behind = order >= self.asked.order && free.is_none_or(|free| order < free);
                if behind {
                    held.coverage.order = one_later(order);
                }
            }
        }
        Some(held)
    }

    fn coverage(&self, known: Option<Coverage>) -> Coverage {
        let fresh = || Coverage {
            order: self.asked.order,
            payer: Some(self.to.id.clone()),
            payer_name: Name::organization(self.to.name.as_str()),
            member: None,
            subscriber: None,
            relationship: Relationship::Own,
            group_number: None,
            plan_name: None,
            filing_indicator: filing_indicator(self.to.line).map(str::to_owned),
            msp_type: None,
            paid: None,
        };
        let known = known.unwrap_or_else(fresh);
        let told = self.named.and_then(|other| other.member.clone());
        Coverage {
            order: self.asked.order,
            member: told.or(known.member),
            ..known
        }
    }

    /// A coverage in the time before, within and after that of the other payer.
    fn cut(&self, held: &PatientCoverage) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let day_before = self.from.pred_opt();
        let starts_before = held.from.is_none_or(|from| from < self.from);
        let ends_before = held.to.is_some_and(|to| to < self.from);
        let day_after = self.until.and_then(|until| until.succ_opt());
        let starts_after = match (held.from, self.until) {
            (Some(from), Some(until)) => until < from,
            _ => false,
        };
        if ends_before || starts_after {
            return vec![Piece::Outside(held.clone())];
        }
        if starts_before {
            let to = day_before;
            pieces.push(Piece::Outside(PatientCoverage { to, ..held.clone() }));
        }
        let ends_after = match (held.to, self.until) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(to), Some(until)) => until < to,
        };
        pieces.push(Piece::Within(PatientCoverage {
            from: held.from.max(Some(self.from)),
            to: if ends_after { self.until } else { held.to },
            ..held.clone()
        }));
        if ends_after {
            let from = day_after;
            pieces.push(Piece::Outside(PatientCoverage {
                from,
                ..held.clone()
            }));
        }
        pieces
    }
}

/// A coverage in the time of the other payer, or out of it.
enum Piece {
    Within(PatientCoverage),
    Outside(PatientCoverage),
}

const fn one_later(order: CoverageOrder) -> CoverageOrder {
    match order {
        CoverageOrder::Primary => CoverageOrder::Secondary,
        CoverageOrder::Secondary => CoverageOrder::Tertiary,
        CoverageOrder::Tertiary | CoverageOrder::Later => CoverageOrder::Later,
    }
}

/// What SBR09 says of a line of business, where it says one thing.
const fn filing_indicator(line: LineOfBusiness) -> Option<&'static str> {
    match line {
        LineOfBusiness::Medicare => Some("MB"),
        LineOfBusiness::MedicareAdvantage => Some("16"),
        LineOfBusiness::Medicaid => Some("MC"),
        LineOfBusiness::Tricare => Some("CH"),
        LineOfBusiness::Commercial => Some("CI"),
        LineOfBusiness::WorkersComp => Some("WC"),
        LineOfBusiness::SelfPay | LineOfBusiness::Other => None,
    }
}

#[cfg(test)]
mod tests;
