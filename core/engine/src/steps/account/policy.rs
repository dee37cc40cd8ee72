//! How the practice bills its patients: the section `patients` of `scrubjay.yaml`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use scrubjay_hooks::FacilityKind;
use scrubjay_model::{Money, PlanTerms};
use serde::Deserialize;

/// How patients are billed:
///
/// ```yaml
/// patients:
///   cycle: 30                 # days between statements
///   due: 21                   # days to pay
///   notice: 30                # days behind the final notice
///   minimum: "5.00"           # no statement below
///   facility: nonprofit_hospital
///   state: TX
///   plans: { grace: 10, cure: 30, most: 24, least: "25.00" }
///   discounts: { self_pay: 30, prompt_pay: { percent: 10, within: 20 } }
///   agencies: { east: { name: East Recovery } }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PatientPolicy {
    /// Days from one statement to the next.
    pub cycle: u16,
    /// Days that a statement gives to pay.
    pub due: u16,
    /// Days that the final notice gives, before anything follows that it names.
    pub notice: u16,
    /// Days after which an account that owes is looked at again.
    pub look: u16,
    /// The least that a statement asks for.
    pub minimum: Money,
    /// Folder that letters are put into where no notifier is handed in.
    pub letters: PathBuf,
    /// What kind of house the practice is: a charitable hospital is bound by
    /// 26 U.S.C. 501(r).
    pub facility: FacilityKind,
    /// State that it stands in, two letters.
    pub state: Option<String>,
    /// What procedure codes are in words for patients, by code.
    pub words: BTreeMap<String, String>,
    /// How a patient applies for financial assistance, in a sentence.
    pub assistance: Option<String>,
    /// Payment plans.
    pub plans: PlanPolicy,
    /// Discounts by policy.
    pub discounts: Discounts,
    /// Collection agencies by key. The first is the one that rules place with.
    pub agencies: BTreeMap<String, Agency>,
}

/// What payment plans the practice agrees to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlanPolicy {
    /// Calendar days after a due date in which nothing happens.
    pub grace: u16,
    /// Calendar days after those in which a missed instalment can be made good.
    pub cure: u16,
    /// The most monthly instalments.
    pub most: u8,
    /// The least that an instalment may be.
    pub least: Money,
}

impl PlanPolicy {
    pub(crate) const fn terms(self) -> PlanTerms {
        PlanTerms {
            grace: self.grace,
            cure: self.cure,
        }
    }
}

/// Discounts that the practice gives by its own policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Discounts {
    /// Percent off for patients without insurance, before the first statement.
    pub self_pay: Option<u8>,
    /// Off for who pays soon.
    pub prompt_pay: Option<PromptPay>,
}

/// A discount for who pays all that is asked soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromptPay {
    /// Percent of what is owed.
    pub percent: u8,
    /// Days after the first statement in which it is given.
    pub within: u16,
}

/// A collection agency.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agency {
    /// Its name.
    pub name: String,
}

impl Default for PlanPolicy {
    fn default() -> Self {
        Self {
            grace: 10,
            cure: 30,
            most: 24,
            least: Money::from_cents(2_500),
        }
    }
}

impl Default for PatientPolicy {
    fn default() -> Self {
        Self {
            cycle: 30,
            due: 21,
            notice: 30,
            look: 7,
            minimum: Money::from_cents(500),
            letters: "letters".into(),
            facility: FacilityKind::default(),
            state: None,
            words: BTreeMap::new(),
            assistance: None,
            plans: PlanPolicy::default(),
            discounts: Discounts::default(),
            agencies: BTreeMap::new(),
        }
    }
}

impl PatientPolicy {
    /// What cannot be meant, where there is something.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let percents = [
            self.discounts.self_pay,
            self.discounts.prompt_pay.map(|prompt| prompt.percent),
        ];
        if self.cycle == 0 || self.look == 0 {
            Some("patients: `cycle` and `look` are at least one day")
        } else if percents.into_iter().flatten().any(|percent| percent > 100) {
            Some("patients: a discount is at most 100 percent")
        } else if self.plans.most == 0 || !self.plans.least.is_positive() {
            Some("patients: `plans` have at least one instalment, above zero")
        } else if self.state.as_ref().is_some_and(|state| state.len() != 2) {
            Some("patients: `state` is two letters, such as TX")
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_says_what_it_changes_and_nothing_else() {
        let policy: PatientPolicy =
            serde_yaml::from_str("{ cycle: 28, facility: nonprofit_hospital, minimum: '10.00' }")
                .unwrap();
        assert_eq!(policy.cycle, 28);
        assert_eq!(policy.due, PatientPolicy::default().due);
        assert_eq!(policy.facility, FacilityKind::NonprofitHospital);
        assert_eq!(policy.fault(), None);
    }

    #[test]
    fn what_cannot_be_meant_is_told() {
        for wrong in [
            "{ cycle: 0 }",
            "{ discounts: { self_pay: 101 } }",
            "{ plans: { most: 0 } }",
            "{ state: Texas }",
        ] {
            let policy: PatientPolicy = serde_yaml::from_str(wrong).unwrap();
            assert!(policy.fault().is_some(), "{wrong}");
        }
        assert!(serde_yaml::from_str::<PatientPolicy>("{ cycles: 3 }").is_err());
    }
}
