//! Reference pages, written from the registrations and the cards themselves.

use std::fmt::Write;

use scrubjay_hooks::Hook;

use crate::api::{Asks, Entry, Form, Kind};
use crate::info::{PackInfo, RuleInfo};

/// The kinds in the order of the reference, each with its heading.
const SECTIONS: [(Kind, &str); 40] = [
    (Kind::Any, "Functions"),
    (Kind::Claim, "A claim"),
    (Kind::Line, "A service line"),
    (Kind::Person, "A patient or subscriber"),
    (Kind::Provider, "A provider"),
    (Kind::Npi, "An NPI"),
    (Kind::Address, "An address"),
    (Kind::Earlier, "An earlier claim"),
    (Kind::EarlierService, "A service on an earlier claim"),
    (Kind::ClaimPayer, "A payer of a claim"),
    (Kind::Decision, "What an earlier payer decided"),
    (Kind::Acknowledgment, "An acknowledgment"),
    (Kind::Remittance, "A remitted claim"),
    (Kind::Denial, "A denial"),
    (Kind::FollowUp, "An open claim, at follow_up"),
    (
        Kind::Account,
        "A patient's account, at statement and collection",
    ),
    (Kind::OwedClaim, "A claim of an account"),
    (Kind::Metric, "A figure of a period"),
    (Kind::Eligibility, "A patient's cover, at eligibility"),
    (Kind::Answer, "A payer's answer about cover"),
    (Kind::OtherPayer, "Another payer that an answer names"),
    (Kind::Coverage, "A coverage"),
    (Kind::Visit, "A visit"),
    (Kind::Planned, "What is planned, at authorization"),
    (Kind::PlannedService, "A planned service"),
    (Kind::Authorization, "An authorization on file"),
    (Kind::Registration, "A registration"),
    (Kind::Charge, "A charge"),
    (Kind::Date, "A date"),
    (Kind::Text, "Text"),
    (Kind::Table, "A table"),
    (Kind::Row, "A row of a table"),
    (Kind::Class, "A class of codes"),
    (Kind::Icd10, "A diagnosis code"),
    (Kind::Hcpcs, "A procedure code"),
    (Kind::CodePair, "A pair of procedure codes"),
    (Kind::UnitLimit, "A unit limit"),
    (Kind::AddOn, "An add-on code"),
    (Kind::FeeRow, "A row of the fee schedule"),
    (Kind::List(&Kind::Any), "A list"),
];

/// Everything that a script can read and call, as a page in Markdown.
#[must_use]
pub fn vocabulary_page(entries: &[Entry]) -> String {
    let mut page = String::from(
        "# What a rule can read and call\n\
         Written by the program from its own registrations; a test keeps it so.\n",
    );
    for (kind, heading) in SECTIONS {
        let mut rows: Vec<&Entry> = entries.iter().filter(|entry| entry.on == kind).collect();
        if rows.is_empty() {
            continue;
        }
        // Registered in the order of the trade; calls come behind what is read.
        rows.sort_by_key(|entry| entry.form != Form::Property);
        push(
            &mut page,
            format_args!("\n## {heading}\n| | gives | |\n|---|---|---|\n"),
        );
        for entry in rows {
            push(
                &mut page,
                format_args!(
                    "| `{}` | {} | {}{} |\n",
                    shape(entry),
                    gives(entry),
                    // A bar would end the cell.
                    entry.doc.replace('|', "\\|"),
                    remark(entry)
                ),
            );
        }
    }
    page
}

/// Packs and their rules, as a page in Markdown.
#[must_use]
pub fn rules_page(packs: &[PackInfo]) -> String {
    let mut page = String::from("# Rules\nWritten by the program from the rules' cards.\n");
    for pack in packs {
        push(
            &mut page,
            format_args!("\n## {} {}: {}\n", pack.id, pack.version, pack.title),
        );
        push(
            &mut page,
            format_args!(
                "| rule | for | hook | severity | prevents | source | starter |\n|---|---|---|---|---|---|---|\n"
            ),
        );
        for rule in &pack.rules {
            push(&mut page, format_args!("{}", rule_row(rule)));
        }
    }
    page
}

fn rule_row(rule: &RuleInfo) -> String {
    let prevents: Vec<&str> = rule.prevents.iter().map(|carc| carc.as_str()).collect();
    let mut source = rule.cite.clone().unwrap_or_default();
    if !rule.verified {
        source.push_str(" (not verified)");
    }
    let status = match rule.status {
        crate::Status::Active => String::new(),
        other => format!(" ({})", other.as_str()),
    };
    format!(
        "| `{}`{status}: {} | {} | {} | {}{} | {} | {source} | {} |\n",
        rule.id,
        rule.title,
        rule.reach,
        rule.hook,
        rule.severity,
        if rule.overridable {
            ", overridable"
        } else {
            ""
        },
        prevents.join(", "),
        rule.starter.join(", "),
    )
}

fn push(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = page.write_fmt(text);
}

/// The entry as it is written in a script.
fn shape(entry: &Entry) -> String {
    let parameters: Vec<&str> = entry.parameters.iter().map(|(name, _)| *name).collect();
    match entry.form {
        Form::Property => format!(".{}", entry.name),
        Form::Method => format!(".{}({})", entry.name, parameters.join(", ")),
        Form::Function => format!("{}({})", entry.name, parameters.join(", ")),
    }
}

fn gives(entry: &Entry) -> String {
    let kind = match entry.gives {
        Kind::List(of) => format!("a list of {}", plural(*of)),
        Kind::Missing => "nothing".to_owned(),
        kind => kind.with_article().to_owned(),
    };
    if entry.may_be_missing {
        format!("{kind}, or missing")
    } else {
        kind
    }
}

const fn plural(kind: Kind) -> &'static str {
    match kind {
        Kind::Line => "service lines",
        Kind::Provider => "providers",
        Kind::ClaimPayer => "payers",
        Kind::Decision => "decisions",
        Kind::Earlier => "earlier claims",
        Kind::EarlierService => "earlier services",
        Kind::Coverage => "coverages",
        Kind::OtherPayer => "other payers",
        Kind::PlannedService => "planned services",
        Kind::Authorization => "authorizations",
        Kind::Charge => "charges",
        Kind::OwedClaim => "claims of an account",
        Kind::Date => "dates",
        Kind::Number => "numbers",
        Kind::Text => "texts",
        _ => "values",
    }
}

/// What must be known of an entry beside its meaning.
pub(crate) fn remark(entry: &Entry) -> String {
    match (entry.needs, entry.asks) {
        (Some(need), _) => format!(" The pack must say `needs: [{}]`.", need.as_str()),
        (None, Some(Asks::Effect(effect))) => {
            let all = Hook::ALL.into_iter().filter(|hook| hook.allows(effect));
            let hooks: Vec<&str> = all.map(Hook::as_str).collect();
            match &hooks[..] {
                [one] => format!(" At the hook {one}."),
                hooks if hooks.len() == Hook::ALL.len() => " At every hook.".to_owned(),
                hooks => format!(" At the hooks {}.", hooks.join(", ")),
            }
        }
        _ => String::new(),
    }
}
