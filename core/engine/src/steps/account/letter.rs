//! Letters to patients, as text and as a page, in plain words.
//!
//! The same letter gives the same bytes: nothing in it depends on when or how
//! often it is written.

use std::fmt::Write;

use scrubjay_hooks::FileName;
use scrubjay_model::{Address, Letter, LetterKind, Money, Person, Statement, StatementLine};

use super::facts::Facts;
use super::review::missed;
use crate::Config;

/// A letter as it goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// As plain text.
    pub text: String,
    /// As an HTML page.
    pub html: String,
}

/// The name of a letter's files: the same for the same letter.
pub(crate) fn name(account: &str, place: usize, letter: &Letter) -> Option<FileName> {
    let name = match &letter.kind {
        LetterKind::Statement { number } => format!("{account}-{number}"),
        kind => format!("{account}-{:03}-{}", place + 1, kind.as_str()),
    };
    FileName::new(name).ok()
}

/// A part of a letter.
enum Part {
    Heading(String),
    Words(String),
    Lines(Vec<String>),
    /// Somebody's name and where they are.
    Address(Vec<String>),
    Table(Vec<[String; 7]>),
    Total(String),
}

/// Writes a letter on an account. `statement` is what it states, where it is a
/// statement.
pub(crate) fn write(
    config: &Config,
    facts: &Facts,
    letter: &Letter,
    statement: Option<&Statement>,
) -> Written {
    let account = facts.account.number.as_str();
    let mut parts = head(config, facts, letter);
    match (&letter.kind, statement) {
        (LetterKind::Statement { .. }, Some(statement)) => parts.extend(state(statement)),
        (LetterKind::Statement { .. }, None) => {}
        (LetterKind::Reminder, _) => parts.push(Part::Words(reminder(facts, letter))),
        (LetterKind::FinalNotice, _) => parts.push(Part::Words(format!(
            "This is our last notice about ${}. If we do not hear from you within {} days of this letter we may place the account with a collection agency, report it to a credit bureau, or go to court, as far as the law lets us.",
            letter.owed, config.patients.notice
        ))),
        (LetterKind::PlanOffer { instalments }, _) => parts.push(Part::Words(format!(
            "You can pay ${} in {instalments} monthly parts, without interest. Call us to agree on it.",
            letter.owed
        ))),
    }
    if !matches!(letter.kind, LetterKind::PlanOffer { .. }) {
        parts.extend(how_to_pay(config, account));
    }
    parts.extend(rights(config));
    let title = format!("{}, account {account}", title(&letter.kind));
    Written {
        text: text(&parts),
        html: html(&title, &parts),
    }
}

/// What a reminder says: of an instalment, until when the plan can be saved.
fn reminder(facts: &Facts, letter: &Letter) -> String {
    let asked = match missed(facts).filter(|(overdue, _)| *overdue == letter.owed) {
        Some((overdue, by)) => format!(
            "${overdue} of your payment plan is overdue. Pay it by {by} and your plan goes on as agreed; later all that is left is due. If you cannot, call us before that day."
        ),
        None => format!(
            "We have asked you to pay ${} and have not received it.",
            letter.owed
        ),
    };
    format!("{asked} If you have paid in the last days, thank you: you need do nothing.")
}

const fn title(kind: &LetterKind) -> &'static str {
    match kind {
        LetterKind::Statement { .. } => "Statement of account",
        LetterKind::Reminder => "Reminder",
        LetterKind::FinalNotice => "Final notice",
        LetterKind::PlanOffer { .. } => "Paying in parts",
    }
}

/// From whom, to whom, when, and about which patient and account.
fn head(config: &Config, facts: &Facts, letter: &Letter) -> Vec<Part> {
    let (mut from, mut questions) = (Vec::new(), Vec::new());
    if let Some(practice) = &config.practice {
        from.push(practice.name.clone());
        from.extend(practice.address.iter().flat_map(address));
        let (name, number) = (&practice.contact.name, phone(&practice.contact.phone));
        questions.push(format!("Questions: {name}, {number}"));
    }
    let billed = facts.billed.as_ref();
    let mut to: Vec<String> = billed.map(full_name).into_iter().collect();
    to.extend(
        billed
            .iter()
            .flat_map(|person| &person.address)
            .flat_map(address),
    );
    let account = &facts.account.number;
    let mut about = vec![
        format!("Date: {}", letter.made),
        format!("Account: {account}"),
    ];
    if let LetterKind::Statement { number } = &letter.kind {
        about.push(format!("Statement: {number}"));
    }
    // Who answers for another reads whose bill it is.
    let patient = facts.person.as_ref().map(full_name);
    about.extend(
        patient
            .filter(|name| to.first() != Some(name))
            .map(|name| format!("Patient: {name}")),
    );
    about.extend(questions);
    vec![
        Part::Address(from),
        Part::Address(to),
        Part::Heading(title(&letter.kind).to_owned()),
        Part::Lines(about),
    ]
}

fn full_name(person: &Person) -> String {
    let name = &person.name;
    let given = [
        name.first.as_deref(),
        Some(name.last.as_str()),
        name.suffix.as_deref(),
    ];
    given.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Where the money is to go.
fn how_to_pay(config: &Config, account: &str) -> Option<Part> {
    let practice = config.practice.as_ref()?;
    let address = practice.address.as_ref();
    let to = address.map_or("", |_| " and mail it to the address at the top");
    Some(Part::Words(format!(
        "To pay by check, make it out to {}, write account {account} on it{to}. To pay in another way, call {}.",
        practice.name,
        phone(&practice.contact.phone)
    )))
}

fn address(address: &Address) -> Vec<String> {
    let mut lines = vec![address.line1.clone()];
    lines.extend(address.line2.clone());
    let zip = postal_code(&address.zip);
    let place = [address.city.as_str(), address.state.as_str(), &zip];
    let place: Vec<&str> = place.into_iter().filter(|part| !part.is_empty()).collect();
    lines.push(place.join(" "));
    lines.extend(address.country.clone());
    lines
}

/// A ZIP code as it stands on an envelope: `78702-0001`.
pub(crate) fn postal_code(digits: &str) -> String {
    match (digits.get(..5), digits.get(5..)) {
        (Some(zone), Some(plus_four)) if digits.len() == 9 && digits.is_ascii() => {
            format!("{zone}-{plus_four}")
        }
        _ => digits.to_owned(),
    }
}

fn phone(digits: &str) -> String {
    match (digits.get(..3), digits.get(3..6), digits.get(6..)) {
        (Some(area), Some(middle), Some(last)) if digits.len() == 10 => {
            format!("{area}-{middle}-{last}")
        }
        _ => digits.to_owned(),
    }
}

/// The services with their amounts, what happened to the money, and what is asked.
fn state(statement: &Statement) -> Vec<Part> {
    let mut rows = vec![
        [
            "Date",
            "Service",
            "Charge",
            "Insurance paid",
            "Taken off",
            "You paid",
            "You owe",
        ]
        .map(str::to_owned),
    ];
    rows.extend(statement.lines.iter().map(row));
    let totals = &statement.totals;
    let mut parts = vec![
        Part::Words("What was done, who paid what, and what is left:".to_owned()),
        Part::Table(rows),
        Part::Total(format!("Please pay ${} by {}.", totals.owed, statement.due)),
    ];
    if !totals.pending.is_zero() {
        parts.push(Part::Words(format!(
            "${} of the charges waits for your insurance. You are not asked for it now.",
            totals.pending
        )));
    }
    if !statement.explained.is_empty() {
        parts.push(Part::Words("Why:".to_owned()));
        let words = statement.explained.iter();
        parts.push(Part::Lines(
            words
                .map(|one| format!("Claim {}: {}", one.claim, one.words))
                .collect(),
        ));
    }
    parts
}

fn row(line: &StatementLine) -> [String; 7] {
    let amounts = &line.amounts;
    let dollars = |amount: Money| amount.to_string();
    [
        line.service.to_string(),
        line.words.clone(),
        dollars(amounts.charge),
        dollars(amounts.insurance_paid),
        dollars(amounts.discount),
        dollars(amounts.patient_paid),
        dollars(amounts.owed),
    ]
}

/// What every letter tells: how to contest, to pay in parts, and to be helped.
fn rights(config: &Config) -> Vec<Part> {
    let call = config
        .practice
        .as_ref()
        .map_or_else(String::new, |practice| {
            format!(
                " Call {} at {}.",
                practice.contact.name,
                phone(&practice.contact.phone)
            )
        });
    let help = config.patients.assistance.clone().unwrap_or_else(|| {
        "If you cannot pay, ask us for financial assistance or a discount: an application costs nothing, and we collect nothing while it is open.".to_owned()
    });
    vec![
        Part::Words(format!(
            "If you think that this is wrong, tell us: we stop asking until we have answered you in writing.{call}"
        )),
        Part::Words("You can pay in monthly parts without interest: ask us for a plan.".to_owned()),
        Part::Words(help),
    ]
}

fn text(parts: &[Part]) -> String {
    let mut out = String::new();
    for part in parts {
        match part {
            Part::Heading(words) => {
                let _ = writeln!(out, "{words}\n{}", "=".repeat(words.chars().count()));
            }
            Part::Words(words) | Part::Total(words) => {
                let _ = writeln!(out, "{}", wrapped(words));
            }
            Part::Lines(lines) | Part::Address(lines) if lines.is_empty() => continue,
            Part::Lines(lines) | Part::Address(lines) => {
                for line in lines {
                    let _ = writeln!(out, "{}", wrapped(line));
                }
            }
            Part::Table(rows) => table(&mut out, rows),
        }
        out.push('\n');
    }
    out
}

/// Words in lines of at most 78 characters.
fn wrapped(words: &str) -> String {
    let (mut out, mut length) = (String::new(), 0);
    for word in words.split_whitespace() {
        let long = word.chars().count();
        if length > 0 && length + 1 + long > 78 {
            out.push('\n');
            length = 0;
        } else if length > 0 {
            out.push(' ');
            length += 1;
        }
        out.push_str(word);
        length += long;
    }
    out
}

fn table(out: &mut String, rows: &[[String; 7]]) {
    let widest = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..7).map(widest).collect();
    for row in rows {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            // Words to the left, amounts to the right.
            let _ = match column {
                0 | 1 => write!(line, "{cell:<width$}  "),
                _ => write!(line, "{cell:>width$}  "),
            };
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
}

fn html(title: &str, parts: &[Part]) -> String {
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n</head>\n<body>\n",
        escaped(title)
    );
    for part in parts {
        let _ = match part {
            Part::Heading(words) => writeln!(out, "<h1>{}</h1>", escaped(words)),
            Part::Words(words) => writeln!(out, "<p>{}</p>", escaped(words)),
            Part::Total(words) => writeln!(out, "<p><strong>{}</strong></p>", escaped(words)),
            Part::Lines(lines) | Part::Address(lines) if lines.is_empty() => Ok(()),
            Part::Lines(lines) => writeln!(out, "<p>{}</p>", broken(lines)),
            Part::Address(lines) => writeln!(out, "<address>{}</address>", broken(lines)),
            Part::Table(rows) => writeln!(out, "{}", html_table(rows)),
        };
    }
    out.push_str("</body>\n</html>\n");
    out
}

/// Lines below each other on a page.
fn broken(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| escaped(line)).collect();
    lines.join("<br>\n")
}

fn html_table(rows: &[[String; 7]]) -> String {
    let mut out = String::from("<table>");
    for (place, row) in rows.iter().enumerate() {
        let (tag, scope) = match place {
            0 => ("th", " scope=\"col\""),
            _ => ("td", ""),
        };
        out.push_str("\n<tr>");
        for cell in row {
            let _ = write!(out, "<{tag}{scope}>{}</{tag}>", escaped(cell));
        }
        out.push_str("</tr>");
    }
    out.push_str("\n</table>");
    out
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            character => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_shows_what_is_typed_and_runs_none_of_it() {
        assert_eq!(
            escaped("<b>&\"x\"</b>"),
            "&lt;b&gt;&amp;&quot;x&quot;&lt;/b&gt;"
        );
    }

    #[test]
    fn long_words_are_broken_between_words() {
        let long = "word ".repeat(40);
        let wrapped = wrapped(&long);
        assert!(wrapped.lines().all(|line| line.chars().count() <= 78));
        assert_eq!(wrapped.split_whitespace().count(), 40);
    }
}
