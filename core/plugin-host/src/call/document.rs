//! A subject as one JSON document, without what the plugin may not see.

use std::borrow::Cow;

use chrono::NaiveDate;
use scrubjay_hooks::{ClaimSubject, EarlierClaim, Hook};
use scrubjay_model::{Claim, Name, PayerProfile, Person};
use serde::{Deserialize, Serialize};

use crate::info::Need;

/// A subject as it is written; read again by a plugin's own process.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Document<'a> {
    pub(crate) hook: Hook,
    received: NaiveDate,
    payer: Option<Cow<'a, PayerProfile>>,
    claim: Cow<'a, Claim>,
    history: Cow<'a, [EarlierClaim]>,
}

impl<'a> Document<'a> {
    /// The document of a claim.
    pub(crate) fn of(hook: Hook, subject: &ClaimSubject<'a>, needs: &[Need]) -> Self {
        Self {
            hook,
            received: subject.received,
            payer: subject.payer.map(Cow::Borrowed),
            claim: Cow::Owned(for_eyes(subject.claim, needs)),
            history: Cow::Borrowed(subject.history),
        }
    }

    /// The claim again, without what was left out.
    pub(crate) fn subject(&self) -> ClaimSubject<'_> {
        ClaimSubject {
            payer: self.payer.as_deref(),
            history: &self.history,
            ..ClaimSubject::of(&self.claim, self.received)
        }
    }

    /// As JSON.
    pub(super) fn text(&self) -> String {
        // Maps have text keys, and no value of the model refuses to be written.
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

/// The claim without what is not needed (45 CFR 164.502(b)).
fn for_eyes(claim: &Claim, needs: &[Need]) -> Claim {
    let mut claim = claim.clone();
    hide(&mut claim.patient, needs);
    for coverage in &mut claim.coverages {
        if let Some(subscriber) = &mut coverage.subscriber {
            hide(subscriber, needs);
        }
        if !needs.contains(&Need::Member) {
            coverage.member = None;
        }
    }
    let all = [Need::Name, Need::Address, Need::Member];
    if !all.iter().all(|need| needs.contains(need)) {
        // Segments without a name in the model may hold any of them.
        claim.carried.clear();
    }
    if !needs.contains(&Need::Member) {
        // The account number at the practice is a number of the person too;
        // ours is the one that the plugin sees.
        if let Ok(ours) = claim.id.as_str().parse() {
            claim.control = ours;
        }
    }
    claim
}

fn hide(person: &mut Person, needs: &[Need]) {
    if !needs.contains(&Need::Name) {
        person.name = Name::default();
    }
    if !needs.contains(&Need::Address) {
        person.address = None;
    }
    if !needs.contains(&Need::Member) {
        person.member = None;
    }
}
