//! Definition files for Rhai language servers, from the registrations
//! themselves: what an editor offers is what a rule can call.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rhai::Engine;

use crate::api::{Entry, Form, Kind};
use crate::catalogue::remark;
use crate::rule::mentions;
use crate::ruleset::vocabulary;
use crate::script::register_language;

/// Every definition file by its name, with its text.
///
/// `scrubjay.d.rhai` is the vocabulary; `language.d.rhai` is what of Rhai's own
/// functions rules can call.
///
/// ```
/// let files = scrubjay_rules::definition_files();
/// let (_, vocabulary) = &files[0];
/// assert!(vocabulary.contains("fn get charge(claim: Claim) -> int | Decimal;"));
/// ```
#[must_use]
pub fn definition_files() -> [(&'static str, String); 2] {
    [
        ("scrubjay.d.rhai", ours(&vocabulary())),
        ("language.d.rhai", language()),
    ]
}

/// Writes the definition files into a folder, which is made where it is not
/// there; gives their paths.
///
/// # Errors
/// Where the folder or a file in it cannot be written.
pub fn write_definitions(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::create_dir_all(folder)?;
    let mut written = Vec::new();
    for (name, text) in definition_files() {
        let path = folder.join(name);
        fs::write(&path, text)?;
        written.push(path);
    }
    Ok(written)
}

fn ours(entries: &[Entry]) -> String {
    let mut text = String::from(
        "/// What Scrubjay's rules can read and call. Written by the program from its own\n\
         /// registrations, by `scrubjay rules definitions`; a test keeps it so.\n\
         module static;\n",
    );
    for entry in entries {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n/// {}{}\n{}\n",
            entry.doc,
            remark(entry),
            shape(entry)
        );
    }
    text
}

/// Kinds of value that no rule ever has in hand, and words that none may write.
const NOT_MET: [&str; 17] = [
    "i8",
    "i16",
    "i32",
    "i128",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "f32",
    "f64",
    "Blob",
    "blob",
    "BitRange",
    "CharsStream",
    "debug",
    "print",
];

fn language() -> String {
    let mut engine = Engine::new_raw();
    register_language(&mut engine);
    let written = engine.definitions().static_module();
    let mut text = String::from(
        "/// What of Rhai's own functions rules can call. Written by the program from its\n\
         /// own registrations, by `scrubjay rules definitions`; a test keeps it so.\n\
         module static;\n",
    );
    let mut doc = Vec::new();
    let mut seen = BTreeSet::new();
    for line in written.lines().map(str::trim_end) {
        if line.starts_with("//") {
            doc.push(line);
        } else if !line.is_empty() {
            // Ranges that hold their end have a name that is no name there.
            let met = !NOT_MET.iter().any(|word| mentions(line, word)) && !line.contains("range=");
            if met && seen.insert(line) {
                let _ = write!(text, "\n{}{line}\n", meaning(&doc));
            }
            doc.clear();
        }
    }
    text
}

/// A comment as far as its first heading: examples are in Rhai's book.
fn meaning(doc: &[&str]) -> String {
    let lines: Vec<&str> = doc
        .iter()
        .copied()
        .take_while(|line| !line.starts_with("/// #"))
        .collect();
    let end = lines.iter().rposition(|line| *line != "///");
    let lines = &lines[..end.map_or(0, |at| at + 1)];
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// An entry as definition files write it; a method takes what it is called on
/// first.
fn shape(entry: &Entry) -> String {
    let own = (entry.form != Form::Function).then(|| (parameter(entry.on), entry.on));
    let parameters: Vec<String> = own
        .into_iter()
        .chain(entry.parameters.iter().copied())
        .map(|(name, kind)| format!("{name}: {}", type_of(kind)))
        .collect();
    let get = match entry.form {
        Form::Property => "get ",
        Form::Method | Form::Function => "",
    };
    let missing = if entry.may_be_missing { " | ()" } else { "" };
    format!(
        "fn {get}{}({}) -> {}{missing};",
        entry.name,
        parameters.join(", "),
        type_of(entry.gives),
    )
}

/// What a value of a kind is called as a parameter.
const fn parameter(kind: Kind) -> &'static str {
    match kind {
        Kind::Claim => "claim",
        Kind::Line => "line",
        Kind::Person => "person",
        Kind::Address => "address",
        Kind::Provider => "provider",
        Kind::Npi => "npi",
        Kind::Earlier => "earlier",
        Kind::EarlierService => "service",
        Kind::ClaimPayer => "payer",
        Kind::Decision => "decision",
        Kind::Denial => "denial",
        Kind::Remittance => "remittance",
        Kind::Eligibility => "eligibility",
        Kind::Answer => "answer",
        Kind::OtherPayer => "other",
        Kind::Coverage => "coverage",
        Kind::Visit => "visit",
        Kind::Planned => "authorization",
        Kind::PlannedService => "service",
        Kind::Authorization => "authorization",
        Kind::Registration => "registration",
        Kind::Charge => "charge",
        Kind::Acknowledgment => "acknowledgment",
        Kind::FollowUp => "follow_up",
        Kind::Account => "account",
        Kind::OwedClaim => "owed",
        Kind::Metric => "metric",
        Kind::Table => "table",
        Kind::Row => "row",
        Kind::Class => "class",
        Kind::Icd10 | Kind::Hcpcs => "code",
        Kind::CodePair => "pair",
        Kind::UnitLimit => "limit",
        Kind::AddOn => "add_on",
        Kind::FeeRow => "row",
        Kind::Date => "date",
        Kind::Text => "text",
        Kind::List(_) => "list",
        Kind::Number | Kind::Bool | Kind::Missing | Kind::Any => "value",
    }
}

fn type_of(kind: Kind) -> String {
    match kind {
        Kind::Claim => "Claim",
        Kind::Line => "Line",
        Kind::Person => "Person",
        Kind::Address => "Address",
        Kind::Provider => "Provider",
        Kind::Npi => "Npi",
        Kind::Earlier => "EarlierClaim",
        Kind::EarlierService => "EarlierService",
        Kind::ClaimPayer => "ClaimPayer",
        Kind::Decision => "Decision",
        Kind::Denial => "Denial",
        Kind::Remittance => "RemittedClaim",
        Kind::Eligibility => "Eligibility",
        Kind::Answer => "EligibilityAnswer",
        Kind::OtherPayer => "OtherPayer",
        Kind::Coverage => "Coverage",
        Kind::Visit => "Visit",
        Kind::Planned => "AuthorizationCheck",
        Kind::PlannedService => "PlannedService",
        Kind::Authorization => "Authorization",
        Kind::Registration => "Registration",
        Kind::Charge => "Charge",
        Kind::Acknowledgment => "Acknowledgment",
        Kind::FollowUp => "FollowUp",
        Kind::Account => "Account",
        Kind::OwedClaim => "OwedClaim",
        Kind::Metric => "Metric",
        Kind::Table => "Table",
        Kind::Row => "Row",
        Kind::Class => "Class",
        Kind::Icd10 => "Icd10",
        Kind::Hcpcs => "Hcpcs",
        Kind::CodePair => "CodePair",
        Kind::UnitLimit => "UnitLimit",
        Kind::AddOn => "AddOn",
        Kind::FeeRow => "FeeScheduleRow",
        Kind::Date => "Date",
        Kind::Number => "int | Decimal",
        Kind::Text => "string",
        Kind::Bool => "bool",
        Kind::List(Kind::Number) => "Array<int>",
        Kind::List(of) => return format!("Array<{}>", type_of(*of)),
        Kind::Missing => "()",
        Kind::Any => "?",
    }
    .to_owned()
}
