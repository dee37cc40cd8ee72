//! Remittances for a terminal.

use std::io::Write;

use scrubjay::store::Matched;
use scrubjay::{PostedClaim, PostedRemittance, RemittanceState, RemittanceSummary};

use crate::table::Column::{Number, Text};
use crate::table::{dollars, print_table};

pub(super) fn list(out: &mut impl Write, listed: &[RemittanceSummary]) -> anyhow::Result<()> {
    let columns = [
        Text("trace"),
        Text("payer"),
        Text("paid on"),
        Text("method"),
        Number("paid"),
        Number("claims"),
        Number("beside"),
        Text("state"),
        Text("from"),
    ];
    let rows = listed
        .iter()
        .map(|one| {
            vec![
                one.trace.to_string(),
                one.payer.clone(),
                one.effective
                    .map_or_else(String::new, |day| day.to_string()),
                one.method.clone(),
                dollars(one.paid),
                one.claims.to_string(),
                dollars(one.provider_level),
                one.state.as_str().to_owned(),
                one.from.clone(),
            ]
        })
        .collect();
    Ok(print_table(out, &columns, rows)?)
}

pub(super) fn show(out: &mut impl Write, one: &PostedRemittance) -> anyhow::Result<()> {
    let summary = &one.summary;
    writeln!(
        out,
        "remittance {} of {}, made by {}: {} by {}, {}",
        summary.trace,
        summary.payer,
        summary.originator,
        dollars(summary.paid),
        summary.method,
        summary.state.as_str()
    )?;
    writeln!(
        out,
        "  came on {} with {} by {}",
        summary.at.date_naive(),
        summary.from,
        summary.by
    )?;
    if let Some(source) = &summary.source {
        writeln!(out, "  entered from {source}")?;
    }
    match &summary.state {
        RemittanceState::Quarantined { problem } => writeln!(out, "  waits: {problem}")?,
        RemittanceState::Replaced { problem } => writeln!(out, "  waited: {problem}")?,
        RemittanceState::SetAside { by, reason } => {
            writeln!(out, "  set aside by {by}: {reason}")?;
        }
        RemittanceState::Undone { by, reason } => writeln!(out, "  undone by {by}: {reason}")?,
        _ => {}
    }
    let columns = [
        Number("place"),
        Text("control"),
        Text("status"),
        Number("charge"),
        Number("paid"),
        Text("claim"),
        Text("found by"),
    ];
    let rows = one.remitted.iter().map(claim_cells).collect();
    print_table(out, &columns, rows)?;
    for claim in &one.remitted {
        if let Some(again) = &claim.held {
            writeln!(
                out,
                "  {} settles claim {again} again and is held",
                claim.ordinal
            )?;
        }
        for candidate in &claim.perhaps {
            writeln!(out, "  {} is perhaps {candidate}", claim.ordinal)?;
        }
    }
    for adjustment in &one.provider_adjustments {
        let reference = adjustment.reference.as_deref().unwrap_or("nothing");
        writeln!(
            out,
            "  beside the claims: {} {} for {reference}",
            adjustment.reason,
            dollars(adjustment.amount)
        )?;
    }
    Ok(())
}

fn claim_cells(claim: &PostedClaim) -> Vec<String> {
    vec![
        claim.ordinal.to_string(),
        claim.control.clone(),
        String::from(claim.status.clone()),
        dollars(claim.charge),
        dollars(claim.paid),
        claim.claim.as_ref().map_or_else(
            || claim.held.as_ref().map_or("waits", |_| "held").to_owned(),
            ToString::to_string,
        ),
        found_by(claim.matched.as_ref()),
    ]
}

fn found_by(matched: Option<&Matched>) -> String {
    match matched {
        None => String::new(),
        Some(Matched::Control) => "control number".to_owned(),
        Some(Matched::PayerControl) => "payer's control number".to_owned(),
        Some(Matched::Likeness { score }) => format!("likeness, {score} of 100"),
        Some(Matched::Hand { reason, .. }) => format!("a person: {reason}"),
    }
}
