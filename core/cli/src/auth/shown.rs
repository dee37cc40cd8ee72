//! Authorizations as people read them.

use std::io::Write;

use scrubjay::model::{AuthorizedService, ProcedureCode};
use scrubjay::{AuthorizationDetails, AuthorizationOnFile};

use crate::table::Column::{Number, Text};
use crate::table::print_table;

pub(super) fn list(out: &mut impl Write, found: &[AuthorizationOnFile]) -> anyhow::Result<()> {
    let columns = [
        Text("id"),
        Text("kind"),
        Text("status"),
        Text("payer"),
        Text("visit"),
        Text("number"),
        Text("from"),
        Text("to"),
        Text("services"),
        Number("left"),
    ];
    let rows = found
        .iter()
        .map(|held| {
            let one = &held.authorization;
            let day = |day: Option<chrono::NaiveDate>| {
                day.map_or_else(|| "-".to_owned(), |day| day.to_string())
            };
            vec![
                held.id.to_string(),
                one.kind.as_str().to_owned(),
                one.status.as_str().to_owned(),
                one.payer.to_string(),
                held.encounter
                    .as_ref()
                    .map_or_else(|| "-".to_owned(), ToString::to_string),
                one.number
                    .as_ref()
                    .map_or_else(|| "-".to_owned(), ToString::to_string),
                day(one.from),
                day(one.to),
                one.services
                    .iter()
                    .map(codes)
                    .collect::<Vec<_>>()
                    .join(", "),
                one.services
                    .iter()
                    .map(|service| service.left().normalize().to_string())
                    .collect::<Vec<_>>()
                    .join(", "),
            ]
        })
        .collect();
    Ok(print_table(out, &columns, rows)?)
}

fn codes(service: &AuthorizedService) -> String {
    let codes: Vec<&str> = service
        .procedures
        .iter()
        .map(ProcedureCode::as_str)
        .collect();
    codes.join("/")
}

pub(super) fn show(out: &mut impl Write, found: &AuthorizationDetails) -> anyhow::Result<()> {
    list(out, std::slice::from_ref(&found.on_file))?;
    let one = &found.on_file.authorization;
    for service in &one.services {
        writeln!(
            out,
            "{}: {} units, {} used, {} left",
            codes(service),
            service.approved.normalize(),
            service.used.normalize(),
            service.left().normalize()
        )?;
    }
    for of in &one.uses {
        let counted = match of.counted == of.units {
            true => String::new(),
            false => format!(", of which {} were left", of.counted.normalize()),
        };
        writeln!(
            out,
            "claim {} uses {} of {}{counted}",
            of.claim,
            of.units.normalize(),
            of.procedure
        )?;
    }
    for visit in &one.visits {
        writeln!(out, "visit {visit} is booked under it")?;
    }
    let told = [("asked", one.asked), ("decided", one.decided)];
    for (what, day) in told {
        if let Some(day) = day {
            let way = one
                .way
                .map_or_else(String::new, |way| format!(", by {}", way.as_str()));
            writeln!(out, "{what} on {day}{way}")?;
        }
    }
    if let Some(answer) = &one.answer {
        let outcome = answer
            .outcome
            .map_or("refused unread", |outcome| outcome.as_x12());
        let reference = answer
            .reference
            .as_ref()
            .map_or_else(String::new, |reference| format!(", reference {reference}"));
        writeln!(out, "the payer said {outcome}{reference}")?;
    }
    for item in &found.work {
        writeln!(
            out,
            "work {} for {} by {}: {}",
            item.id, item.owner.0, item.due, item.reason
        )?;
    }
    Ok(())
}
