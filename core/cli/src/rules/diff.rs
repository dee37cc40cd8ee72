//! `scrubjay rules diff`: what differs between two states of packs, by rule.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use scrubjay::rules::{
    Difference, PackDiff, RowDiff, RuleDiff, TableDiff, TestDiff, ValueDiff, diff,
};

/// What to compare.
#[derive(Debug, clap::Args)]
pub(crate) struct DiffArguments {
    /// A pack or a folder of packs, as it was.
    old: PathBuf,
    /// The same, as it is.
    new: PathBuf,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

pub(super) fn print(out: &mut impl Write, arguments: &DiffArguments) -> anyhow::Result<ExitCode> {
    let packs = diff(&arguments.old, &arguments.new)?;
    if arguments.json {
        serde_json::to_writer_pretty(&mut *out, &packs)?;
        writeln!(out)?;
    } else {
        for pack in &packs {
            print_pack(out, pack)?;
        }
    }
    Ok(ExitCode::from(u8::from(!packs.is_empty())))
}

pub(super) fn print_pack(out: &mut impl Write, pack: &PackDiff) -> io::Result<()> {
    writeln!(out, "{} pack {}", sign(pack.change), pack.id)?;
    if pack.change == Difference::Changed {
        values(out, "    ", &pack.manifest)?;
    }
    for rule in &pack.rules {
        print_rule(out, rule)?;
    }
    for table in &pack.tables {
        print_table(out, table)?;
    }
    for test in &pack.tests {
        print_test(out, test)?;
    }
    Ok(())
}

fn print_rule(out: &mut impl Write, rule: &RuleDiff) -> io::Result<()> {
    writeln!(out, "  {} rule {}", sign(rule.change), rule.id)?;
    if rule.change != Difference::Changed {
        return Ok(());
    }
    values(out, "      ", &rule.card)?;
    if !rule.logic.is_empty() {
        writeln!(out, "      logic: {}", rule.logic.join(", "))?;
    }
    Ok(())
}

fn print_table(out: &mut impl Write, table: &TableDiff) -> io::Result<()> {
    let (name, rows) = (&table.name, table.rows.len());
    if table.change != Difference::Changed {
        return writeln!(out, "  {} table {name} ({rows} rows)", sign(table.change));
    }
    writeln!(out, "  {} table {name}", sign(table.change))?;
    values(out, "      ", table.columns.as_slice())?;
    if table.columns.is_none() && table.rows.is_empty() {
        writeln!(out, "      the order of rows with one key")?;
    }
    for row in &table.rows {
        print_row(out, row)?;
    }
    Ok(())
}

fn print_row(out: &mut impl Write, row: &RowDiff) -> io::Result<()> {
    write!(out, "      {} {}", sign(row.change), row.key)?;
    for (at, cell) in row.cells.iter().enumerate() {
        write!(out, "{} {}", if at == 0 { ":" } else { "," }, value(cell))?;
    }
    writeln!(out)
}

fn print_test(out: &mut impl Write, test: &TestDiff) -> io::Result<()> {
    writeln!(out, "  {} tests/{}.yaml", sign(test.change), test.file)?;
    if test.change != Difference::Changed {
        return Ok(());
    }
    values(out, "      ", &test.all)?;
    for case in &test.cases {
        writeln!(out, "      {} {}", sign(case.change), case.case)?;
    }
    Ok(())
}

fn values(out: &mut impl Write, indent: &str, values: &[ValueDiff]) -> io::Result<()> {
    for one in values {
        writeln!(out, "{indent}{}", value(one))?;
    }
    Ok(())
}

fn value(diff: &ValueDiff) -> String {
    let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
    format!("{}: {} -> {}", diff.key, said(&diff.old), said(&diff.new))
}

fn sign(change: Difference) -> char {
    match change {
        Difference::Added => '+',
        Difference::Removed => '-',
        Difference::Changed => '~',
    }
}
