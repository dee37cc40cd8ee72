//! The services of a claim and of the patient's earlier claims, side by side.

use chrono::NaiveDate;
use scrubjay_plugin::{Call, Claim, ClaimKind, Date, Earlier as EarlierClaim, Line};

use crate::modifier;
use crate::scope::Earlier;

/// Thousandths in one unit.
pub(crate) const UNIT: i64 = 1_000;

/// Where a service stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin<'a> {
    /// On a line of the claim, by its number.
    Line(u32),
    /// On an earlier claim, by our id of it.
    Claim(&'a str),
}

impl std::fmt::Display for Origin<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Line(number) => write!(f, "line {number}"),
            Self::Claim(id) => write!(f, "claim {id}"),
        }
    }
}

/// One service with a code and a day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Service<'a> {
    pub(crate) origin: Origin<'a>,
    pub(crate) procedure: &'a str,
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
    /// Thousandths of a unit on each day; none where minutes are counted.
    pub(crate) daily: Option<i64>,
    /// NPI of who gave it; for an earlier claim, of who gave this one's.
    provider: Option<&'a str>,
    /// Whether a modifier says that it is separate from others.
    pub(crate) is_parted: bool,
}

impl Service<'_> {
    /// The first day that both were given on, by the same provider.
    pub(crate) fn shared_day(&self, other: &Self) -> Option<NaiveDate> {
        let day = self.from.max(other.from);
        let provider = match (self.origin, other.origin) {
            (Origin::Line(_), Origin::Line(_)) => self.provider == other.provider,
            // Earlier claims were chosen by who billed them.
            _ => true,
        };
        (provider && day <= self.to && day <= other.to).then_some(day)
    }

    pub(crate) fn is_on(&self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.to
    }
}

/// What is judged together: one patient's services.
#[derive(Debug)]
pub(crate) struct Services<'a> {
    /// Those of the claim.
    pub(crate) now: Vec<Service<'a>>,
    /// Those of earlier claims that were billed by the same provider and stand.
    pub(crate) before: Vec<Service<'a>>,
    /// Whether pairs and limits look at those before.
    looks_back: bool,
}

impl<'a> Services<'a> {
    /// The services of a claim and of those before it. Lines without a code or
    /// a day are other edits' business.
    pub(crate) fn of(claim: &Claim<'a>, call: &Call<'a>, earlier: Earlier) -> Self {
        let billed_by = claim.billing().and_then(|billing| billing.npi());
        let given_by = match claim.kind() {
            // A hospital's services are the hospital's, whoever gave them.
            Some(ClaimKind::Institutional) => None,
            _ => claim.rendering().and_then(|rendering| rendering.npi()),
        };
        let now = claim.lines().filter_map(|line| {
            let own = match claim.kind() {
                Some(ClaimKind::Institutional) => None,
                _ => line.rendering().and_then(|rendering| rendering.npi()),
            };
            of_line(&line, own.or(given_by).or(billed_by))
        });
        let before = call
            .earlier()
            .filter(|before| !before.is_withdrawn())
            .filter(|before| billed_by.is_some() && before.billing_npi() == billed_by)
            .flat_map(of_earlier);
        Self {
            now: now.collect(),
            before: before.collect(),
            looks_back: earlier != Earlier::Off,
        }
    }

    /// Services of earlier claims that pairs and limits look at.
    pub(crate) fn looked_back_on(&self) -> &[Service<'a>] {
        if self.looks_back { &self.before } else { &[] }
    }

    /// Services of the claim by one provider with one code, that of `of`.
    pub(crate) fn like<'s>(&'s self, of: &'s Service<'a>) -> impl Iterator<Item = &'s Service<'a>> {
        self.now
            .iter()
            .filter(|one| one.provider == of.provider && one.procedure == of.procedure)
    }
}

fn of_line<'a>(line: &Line<'a>, provider: Option<&'a str>) -> Option<Service<'a>> {
    let from = day(line.from()?)?;
    let to = line.to().and_then(day).filter(|to| *to >= from);
    let to = to.unwrap_or(from);
    // Minutes (MJ) of anaesthesia are no units of service.
    let counts = line.unit() != Some("MJ");
    Some(Service {
        origin: Origin::Line(line.number()),
        procedure: line.procedure()?,
        from,
        to,
        daily: counts.then(|| daily(line.units().0, from, to)),
        provider,
        is_parted: line.modifiers().any(modifier::parts),
    })
}

fn of_earlier(before: EarlierClaim<'_>) -> impl Iterator<Item = Service<'_>> {
    let origin = Origin::Claim(before.id().unwrap_or("without an id"));
    before.services().filter_map(move |service| {
        let from = day(service.from()?)?;
        Some(Service {
            origin,
            procedure: service.procedure()?,
            from,
            to: from,
            daily: Some(service.units().0),
            provider: None,
            is_parted: service.modifiers().any(modifier::parts),
        })
    })
}

/// Units of one day. Of a line over several days, CMS divides the units by the
/// days and rounds to whole units.
fn daily(units: i64, from: NaiveDate, to: NaiveDate) -> i64 {
    let days = (to - from).num_days() + 1;
    if days == 1 {
        return units;
    }
    let half = days * UNIT / 2;
    units.saturating_add(half) / (days * UNIT) * UNIT
}

fn day(date: Date) -> Option<NaiveDate> {
    let year = i32::try_from(date.year()).ok()?;
    NaiveDate::from_ymd_opt(year, date.month(), date.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_over_several_days_are_shared_out_and_rounded() {
        let on = |day: &str| day.parse::<NaiveDate>().unwrap();
        let first = on("2026-03-02");
        assert_eq!(daily(1_500, first, first), 1_500);
        // 7 units over 3 days are 2.33 a day, 8 are 2.67.
        assert_eq!(daily(7_000, first, on("2026-03-04")), 2_000);
        assert_eq!(daily(8_000, first, on("2026-03-04")), 3_000);
        // A half goes up.
        assert_eq!(daily(3_000, first, on("2026-03-03")), 2_000);
    }
}
