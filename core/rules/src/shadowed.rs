//! Rules that never run, since another always stands in their place.

use crate::card::{Card, Status};
use crate::diagnostic::Diagnostic;
use crate::generation::{Claimant, Generation, breadth};
use crate::pack::PackScope;
use crate::reach::{Reach, covers};

/// Tells of each rule that gives way on every claim that it speaks for.
pub(crate) fn tell(generation: &Generation, faults: &mut Vec<Diagnostic>) {
    for at in generation.all() {
        let (pack, rule) = generation.rule(at);
        if matches!(rule.card.status, Status::Draft | Status::Retired) {
            continue;
        }
        let own = Whom::of(&rule.card, &pack.manifest.scope);
        let id = &rule.card.id;
        let taker = generation.claimants(at).iter().find_map(|claimant| {
            let (whom, who) = match *claimant {
                // The card is told of that already.
                Claimant::Replaces(by) | Claimant::Disables(by) if by == at => return None,
                Claimant::Replaces(by) | Claimant::Disables(by) => {
                    let (of, other) = generation.rule(by);
                    (Whom::of(&other.card, &of.manifest.scope), &other.card.id)
                }
                Claimant::Pack(by) => {
                    let manifest = &generation.packs[by].manifest;
                    (Whom::of_pack(&manifest.scope), &manifest.id)
                }
            };
            whom.covers(&own).then_some((*claimant, who))
        });
        let because = match taker {
            Some((Claimant::Replaces(_), by)) => format!("`{by}` always stands in its place"),
            Some((Claimant::Disables(_), by)) => format!("`{by}` always turns it off"),
            Some((Claimant::Pack(_), by)) => format!("the pack `{by}` always turns it off"),
            None => match rival(generation, at, &own) {
                Some(by) => format!("`{by}` replaces the same rule, comes first, and is as wide"),
                None => continue,
            },
        };
        faults.push(
            pack.card_fault(rule, format!("`{id}` never runs: {because}"))
                .help("a rule that nobody wants says `status: retired`")
                .warning(),
        );
    }
}

/// A rule that replaces the same one and wins wherever this rule speaks.
fn rival<'g>(generation: &'g Generation, at: u32, own: &Whom<'_>) -> Option<&'g str> {
    let (pack, rule) = generation.rule(at);
    let targets = rule
        .card
        .replaces
        .iter()
        .filter_map(|id| generation.find(id));
    targets
        .flat_map(|target| generation.claimants(target))
        .find_map(|claimant| {
            let Claimant::Replaces(other) = *claimant else {
                return None;
            };
            let (of, rival) = generation.rule(other);
            let first = other < at && breadth(of, rival) >= breadth(pack, rule);
            let wins = first && Whom::of(&rival.card, &of.manifest.scope).covers(own);
            wins.then_some(rival.card.id.as_str())
        })
}

/// Whom and when a rule or pack speaks for, as `replaces` and `disables` go by it.
#[derive(Debug)]
struct Whom<'a> {
    card: Option<&'a Card>,
    reach: Reach,
}

impl<'a> Whom<'a> {
    fn of(card: &'a Card, pack: &PackScope) -> Self {
        Self {
            card: Some(card),
            reach: Reach::of(card, pack),
        }
    }

    fn of_pack(pack: &PackScope) -> Self {
        Self {
            card: None,
            reach: Reach::of_pack(pack),
        }
    }

    /// Whether it speaks for everyone whom the other speaks for, always.
    fn covers(&self, other: &Self) -> bool {
        let kinds = |whom: &Self| whom.card.and_then(|card| card.applies.claim.clone());
        self.covers_days(other)
            && self.reach.covers(&other.reach)
            && covers(&kinds(self), &kinds(other))
    }

    fn covers_days(&self, other: &Self) -> bool {
        let Some(card) = self.card else { return true };
        let (from, to) = card.effective;
        if from.is_none() && to.is_none() {
            return true;
        }
        other.card.is_some_and(|other| {
            let (later, earlier) = other.effective;
            card.basis == other.basis
                && from.is_none_or(|from| later.is_some_and(|later| from <= later))
                && to.is_none_or(|to| earlier.is_some_and(|earlier| earlier <= to))
        })
    }
}
