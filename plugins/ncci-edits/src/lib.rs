//! Medicare's coding edits (CMS, National Correct Coding Initiative) as a
//! plugin: pairs of codes, unit limits and add-on codes, over the official
//! tables that the user loads. `README.md` says what it reads and finds.
//!
//! It holds no code and no table of its own.
#![forbid(unsafe_code)]

mod add_on;
mod modifier;
mod mue;
mod ptp;
mod report;
mod scope;
mod services;
mod tables;

use scrubjay_plugin::{About, Call, Claim, ClaimKind, Hook, Host, Plugin, Refusal, export_plugin};

use report::Report;
use scope::Scope;
use services::Services;
use tables::Tables;

/// The plugin: tables, and which claims they are meant for.
#[derive(Debug)]
pub struct NcciEdits {
    scope: Scope,
    tables: Tables,
}

impl Plugin for NcciEdits {
    const ABOUT: About = About::new("ncci-edits", env!("CARGO_PKG_VERSION"))
        .title("Medicare's coding edits: pairs, unit limits, add-on codes")
        .vendor("The Scrubjay developers")
        .licence("MIT OR Apache-2.0")
        .hooks(&[Hook::Scrub])
        .claim_kinds(&[ClaimKind::Professional, ClaimKind::Institutional]);

    fn open(host: &Host<'_>) -> Result<Self, Refusal> {
        Ok(Self {
            scope: Scope::read(host)?,
            tables: Tables::read(host)?,
        })
    }

    fn judge_claim(&self, claim: &Claim<'_>, call: &Call<'_>) -> Result<(), Refusal> {
        if !self.scope.takes(claim) {
            return Ok(());
        }
        let services = Services::of(claim, call, self.scope.earlier);
        let edits = self.tables.of(claim.kind());
        let mut report = Report::new(self.scope.earlier);
        ptp::check(&services, edits, call, &mut report)?;
        mue::check(&services, edits, call, &mut report)?;
        add_on::check(&services, &self.tables, &mut report);
        report.say(call);
        Ok(())
    }
}

export_plugin!(NcciEdits);
