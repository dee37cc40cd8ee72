//! The report as tables for a terminal.

use std::io::{self, Write};

use scrubjay::{Kpi, KpiUnit, Report, Run, Target};

use crate::table::Column::{self, Number, Text};
use crate::table::{dollars, print_table};

fn section(
    out: &mut impl Write,
    title: &str,
    columns: &[Column],
    rows: Vec<Vec<String>>,
) -> io::Result<()> {
    writeln!(out, "\n{title}")?;
    print_table(out, columns, rows)
}

/// What one pass over the inbox did.
pub(crate) fn print_run(out: &mut impl Write, run: &Run) -> io::Result<()> {
    writeln!(out, "Inbox")?;
    if run.files.is_empty() {
        writeln!(out, "  no files")?;
    }
    for file in &run.files {
        writeln!(out, "  {file}")?;
    }
    for claim in &run.next {
        writeln!(out, "  claim {claim} to the next payer was made")?;
    }
    if !run.sent.is_empty() {
        writeln!(out, "\nOutbox")?;
    }
    for sent in &run.sent {
        writeln!(
            out,
            "  {}: {} for channel {}, interchange {}",
            sent.name,
            sent.contents(),
            sent.channel,
            sent.interchange
        )?;
    }
    if !run.fetched.is_empty() || !run.delivered.is_empty() {
        writeln!(out, "\nCarried")?;
    }
    for fetched in &run.fetched {
        let (channel, files) = (&fetched.channel, fetched.files.len());
        match &fetched.problem {
            None => writeln!(out, "  {channel}: {files} files fetched")?,
            Some(problem) => {
                writeln!(
                    out,
                    "  {channel}: {files} files fetched, and then: {problem}"
                )?;
            }
        }
    }
    for file in &run.delivered {
        let (name, channel) = (&file.name, &file.channel);
        match &file.problem {
            None => writeln!(out, "  {name}: delivered by channel {channel}")?,
            Some(problem) => writeln!(out, "  {name}: due still by channel {channel}: {problem}")?,
        }
    }
    Ok(())
}

/// The figures.
pub(crate) fn print_report(out: &mut impl Write, report: &Report) -> io::Result<()> {
    let practice = report.practice.as_deref().unwrap_or("Unconfigured folder");
    writeln!(
        out,
        "\n{practice}, as of {}",
        report.as_of.format("%Y-%m-%d %H:%M UTC")
    )?;
    section(
        out,
        "Claims by status",
        &[
            Text("work"),
            Text("adjudication"),
            Number("claims"),
            Number("charge"),
        ],
        report
            .claims
            .iter()
            .map(|row| {
                vec![
                    row.work.clone(),
                    row.adjudication.clone(),
                    row.claims.to_string(),
                    dollars(row.charge),
                ]
            })
            .collect(),
    )?;
    section(
        out,
        "Findings by rule",
        &[
            Text("rule"),
            Text("severity"),
            Number("findings"),
            Number("claims"),
            Number("charge"),
        ],
        report
            .findings
            .iter()
            .map(|row| {
                vec![
                    row.rule.clone(),
                    row.severity.to_string(),
                    row.findings.to_string(),
                    row.claims.to_string(),
                    dollars(row.charge),
                ]
            })
            .collect(),
    )?;
    section(
        out,
        "Open work",
        &[
            Text("queue"),
            Text("owner"),
            Number("items"),
            Number("overdue"),
            Number("amount"),
        ],
        report
            .work
            .iter()
            .map(|row| {
                vec![
                    row.kind.as_str().to_owned(),
                    row.owner.clone(),
                    row.items.to_string(),
                    row.overdue.to_string(),
                    dollars(row.amount),
                ]
            })
            .collect(),
    )?;
    section(
        out,
        "Cash by payer",
        &[Text("payer"), Number("received"), Number("of it unapplied")],
        report
            .cash
            .iter()
            .map(|row| {
                vec![
                    row.payer.clone(),
                    dollars(row.received),
                    dollars(row.unapplied),
                ]
            })
            .collect(),
    )?;
    section(
        out,
        "Denials by cause",
        &[
            Text("reason"),
            Text("category"),
            Number("claims"),
            Number("amount"),
        ],
        report
            .denials
            .iter()
            .map(|row| {
                vec![
                    row.reason.clone(),
                    row.category.as_str().to_owned(),
                    row.claims.to_string(),
                    dollars(row.amount),
                ]
            })
            .collect(),
    )?;
    section(
        out,
        "Trial balance (debits positive)",
        &[Text("account"), Number("balance")],
        report
            .ledger
            .iter()
            .map(|row| vec![row.account.clone(), dollars(row.balance)])
            .collect(),
    )?;
    section(
        out,
        "Key figures",
        &[
            Text("figure"),
            Number("value"),
            Text("typical"),
            Text(""),
            Number("numerator"),
            Number("denominator"),
        ],
        report.kpis.iter().map(kpi_row).collect(),
    )?;
    writeln!(out)?;
    for kpi in &report.kpis {
        let left_out: Vec<String> = kpi
            .excluded
            .iter()
            .map(|(why, number)| format!("{number} {why}"))
            .collect();
        let left_out = if left_out.is_empty() {
            String::new()
        } else {
            format!(" (left out: {})", left_out.join(", "))
        };
        writeln!(out, "  {}: {}{left_out}", kpi.name, kpi.of)?;
    }
    Ok(())
}

fn kpi_row(kpi: &Kpi) -> Vec<String> {
    let unit = match kpi.unit {
        KpiUnit::Percent => " %",
        KpiUnit::Days => " days",
    };
    let value = kpi
        .value
        .map_or_else(|| "-".to_owned(), |value| format!("{value:.1}{unit}"));
    let typical = match kpi.target {
        Target::AtLeast(bound) => format!("{bound}{unit} or more"),
        Target::Below(bound) => format!("under {bound}{unit}"),
    };
    let met = match kpi.meets_target() {
        Some(true) => "met",
        Some(false) => "missed",
        None => "",
    };
    vec![
        kpi.name.to_owned(),
        value,
        typical,
        met.to_owned(),
        kpi.numerator.to_string(),
        kpi.denominator.to_string(),
    ]
}
