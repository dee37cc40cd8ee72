//! Add-on codes: paid only beside their primary (domain: `ncci.addon`).

use scrubjay_codes::AddOnType;

use crate::report::{Edit, Report, Weight};
use crate::services::{Service, Services};
use crate::tables::Tables;

const ADD_ON: Edit = Edit {
    name: "add-on",
    prevents: &["107", "234"],
    cite: "CMS NCCI add-on code edits, and the table loaded",
};

/// Primary codes that a message lists.
const LISTED: usize = 8;

pub(crate) fn check(services: &Services<'_>, tables: &Tables, report: &mut Report) {
    for one in &services.now {
        let Some(table) = tables.add_ons_on(one.from) else {
            continue;
        };
        let Some(add_on) = table.get(one.procedure, one.from) else {
            continue;
        };
        // A primary on an earlier claim will do.
        let mut beside = services
            .now
            .iter()
            .chain(&services.before)
            .filter(|other| !std::ptr::eq(*other, one) && other.shared_day(one).is_some());
        let is_listed = |other: &Service<'_>| {
            add_on
                .primaries
                .iter()
                .any(|primary| primary == other.procedure)
        };
        let (met, weight, needed) = match add_on.kind {
            AddOnType::Listed => (
                beside.any(is_listed),
                Weight::Hold,
                format!("one of its primary codes ({})", listed(&add_on.primaries)),
            ),
            AddOnType::ListedAndContractor => (
                beside.any(is_listed),
                Weight::Warn,
                format!(
                    "one of its primary codes ({}, or one that the contractor accepts)",
                    listed(&add_on.primaries)
                ),
            ),
            // The contractor names the primaries; without any other service
            // there is none of them.
            AddOnType::Contractor => (
                beside.any(|other| table.get(other.procedure, other.from).is_none()),
                Weight::Warn,
                "a primary code that the contractor accepts".to_owned(),
            ),
        };
        if !met {
            let message = format!(
                "{}: {} is an add-on code, and {needed} must stand beside it on {} by the same provider",
                one.origin, one.procedure, one.from
            );
            report.note(ADD_ON, weight, one, message);
        }
    }
}

fn listed(primaries: &[String]) -> String {
    let shown = primaries[..primaries.len().min(LISTED)].join(", ");
    if primaries.len() > LISTED {
        format!("{shown} and {} more", primaries.len() - LISTED)
    } else {
        shown
    }
}
