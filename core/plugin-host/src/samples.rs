//! A plugin and a claim for the tests in this crate.

use scrubjay_hooks::{EffectKind, Hook};
use scrubjay_model::Claim;
use scrubjay_plugin::abi;

use crate::info::{LinesSeen, PluginInfo, Threading};
use crate::spec::Sha256;

/// A plugin that may ask to hold a claim, and sees nothing of people.
pub(crate) fn info() -> PluginInfo {
    PluginInfo {
        id: "mine".to_owned(),
        version: "1".to_owned(),
        title: "t".to_owned(),
        vendor: "v".to_owned(),
        licence: "l".to_owned(),
        support: None,
        abi: (abi::ABI_MAJOR, abi::ABI_MINOR),
        sha256: Sha256([0; 32]),
        hooks: vec![Hook::Scrub],
        not_offered: Vec::new(),
        effects: vec![EffectKind::HoldUntil],
        needs: Vec::new(),
        claim_kinds: Vec::new(),
        lines_of_business: Vec::new(),
        payers: Vec::new(),
        threading: Threading::OneAtATime,
        lines: LinesSeen::AtOnce,
        carries_files: false,
    }
}

/// A claim without lines, as short as one can be written.
pub(crate) fn claim() -> Claim {
    let text = r#"{ "id": "C-1", "control": "C-1", "kind": "professional",
        "frequency": "original", "billing": { "name": { "last": "Clinic" } },
        "patient": { "name": { "last": "Quillfeather" } }, "coverages": [],
        "charge": "10.00", "diagnoses": [], "lines": [] }"#;
    serde_json::from_str(text).unwrap()
}
