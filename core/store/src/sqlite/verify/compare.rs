//! The projections: each table against what the journal gives.

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::{FaultPlace, VerifyReport, replay};
use crate::memory::{Projections, Sum, Tally};
use crate::sqlite::columns::{
    CLAIM_COLUMNS, Cell, Columns, cents, claim_cells, counter_name, file_cells, group_cells,
    heading_key, integer, owned_text, text,
};
use crate::sqlite::lookups::{finding_cells, money_cells, posting_cells, work_cells};
use crate::sqlite::open::{OPEN_COLUMNS, open_cells, payer_cells};
use crate::sqlite::records::{RECORD_COLUMNS, record_cells};
use crate::tables::{MoneyEntry, PostingEntry};
use crate::{MoneyKind, OpenClaim, StoreError};

/// Compares every projection with the replayed one.
pub(super) fn check(
    connection: &Connection,
    replayed: &Projections,
    report: &mut VerifyReport,
) -> Result<(), StoreError> {
    if let Some(tally) = &replayed.tally
        && tally_of(connection, tally)?.is_none_or(|stored| !same(&stored, tally))
    {
        let in_full = replay::in_full(connection)?;
        check_added(connection, &in_full, report)?;
    }
    let mut table = Compared { connection, report };
    table.with(
        "claims",
        &format!("SELECT {CLAIM_COLUMNS} FROM claims ORDER BY n"),
        replayed.claims.rows(),
        |(number, entry)| claim_cells(*number, entry),
    )?;
    let open = replayed.claims.rows().iter();
    let open = open.filter_map(|(number, entry)| Some((*number, OpenClaim::of(entry)?)));
    let open: Vec<(u64, OpenClaim<'_>)> = open.collect();
    table.with(
        "open_claims",
        &format!("SELECT {OPEN_COLUMNS} FROM open_claims ORDER BY n"),
        &open,
        |(number, open)| open_cells(*number, open),
    )?;
    table.with(
        "payer_records",
        "SELECT payer, decided, charged, paid, denied, denied_charged, denied_paid
         FROM payer_records ORDER BY payer",
        replayed.payers.rows(),
        |(payer, record)| payer_cells(payer, record),
    )?;
    table.with(
        "files",
        "SELECT n, file, name, at, taken_as, items, refused FROM files ORDER BY n",
        &replayed.files_in_order(),
        |(order, row)| Ok(file_cells(*order, row)),
    )?;
    table.with(
        "interchanges",
        "SELECT sender, control, content, file FROM interchanges ORDER BY sender, control, content",
        replayed.interchanges.rows(),
        |((sender, control, content), file)| {
            Ok([sender, control, content, file.as_str()].map(text))
        },
    )?;
    table.with(
        "sent_groups",
        "SELECT control, interchange, written, delivered FROM sent_groups ORDER BY control",
        replayed.groups.rows(),
        |(group, row)| Ok(group_cells(*group, *row)),
    )?;
    table.with(
        "sent",
        "SELECT control, st, place, claim FROM sent ORDER BY control, st, place",
        replayed.sent.rows(),
        |((group, set, place), claim)| {
            let [group, set, place] = [*group, *set, *place].map(|number| integer(number.into()));
            Ok([group, set, place, integer(*claim)])
        },
    )?;
    table.with(
        "remittances",
        "SELECT originator, trace, sequence FROM remittances ORDER BY originator, trace",
        replayed.remittances.rows(),
        |((originator, trace), sequence)| {
            Ok([text(originator), text(trace.as_str()), integer(*sequence)])
        },
    )?;
    table.with(
        "work_items",
        "SELECT opened, id, claim, record, closed FROM work_items ORDER BY id",
        replayed.work.rows(),
        |(id, entry)| Ok(work_cells(id, entry)),
    )?;
    table.with(
        "records",
        &format!("SELECT {RECORD_COLUMNS} FROM records ORDER BY n"),
        replayed.records.rows(),
        |(number, row)| Ok(record_cells(*number, row)),
    )?;
    table.with(
        "record_overrides",
        "SELECT sequence, record FROM record_overrides ORDER BY sequence",
        replayed.record_overrides.rows(),
        |(sequence, record)| Ok([*sequence, *record].map(integer)),
    )?;
    let accounts = replayed.headings.rows().iter();
    let accounts = accounts
        .map(|(heading, entry)| Ok((entry.number, (heading_key(heading)?, entry.balance))))
        .collect::<Result<std::collections::BTreeMap<_, _>, StoreError>>()?;
    table.with(
        "accounts",
        "SELECT n, account, cents FROM accounts ORDER BY n",
        &accounts,
        |(number, (key, balance))| Ok([integer(*number), text(key), cents(*balance)?]),
    )?;
    let counters = replayed.counters.rows().iter();
    let counters: std::collections::BTreeMap<_, _> = counters
        .map(|(counter, last)| (counter_name(*counter), *last))
        .collect();
    table.with(
        "counters",
        "SELECT name, last FROM counters ORDER BY name",
        &counters,
        |(name, last)| Ok([text(name), integer(*last)]),
    )?;
    table.with(
        "calls",
        "SELECT key, call, content, sequence FROM calls ORDER BY key",
        replayed.calls.rows(),
        |(key, row)| {
            Ok([
                text(key),
                text(&row.call),
                owned_text(row.content.clone()),
                integer(row.sequence),
            ])
        },
    )
}

/// Compares the tables that are only added to, row by row.
fn check_added(
    connection: &Connection,
    replayed: &Projections,
    report: &mut VerifyReport,
) -> Result<(), StoreError> {
    let mut table = Compared { connection, report };
    table.with(
        "history",
        "SELECT claim, sequence FROM history ORDER BY claim, sequence",
        replayed.history.rows(),
        |((claim, sequence), ())| Ok([integer(*claim), integer(*sequence)]),
    )?;
    table.with(
        "findings",
        "SELECT sequence, ordinal, claim, hook, rule, severity, shadow, prevents FROM findings
         ORDER BY sequence, ordinal",
        replayed.findings.rows(),
        |((sequence, ordinal), entry)| Ok(finding_cells(*sequence, *ordinal, entry)),
    )?;
    table.with(
        "record_history",
        "SELECT record, sequence FROM record_history ORDER BY record, sequence",
        replayed.record_history.rows(),
        |((record, sequence), ())| Ok([*record, *sequence].map(integer)),
    )?;
    table.with(
        "record_findings",
        "SELECT sequence, ordinal, record, hook, rule, severity, shadow, prevents
         FROM record_findings ORDER BY sequence, ordinal",
        replayed.record_findings.rows(),
        |((sequence, ordinal), entry)| Ok(finding_cells(*sequence, *ordinal, entry)),
    )?;
    table.with(
        "money",
        "SELECT sequence, kind, claim FROM money ORDER BY sequence",
        replayed.money.rows(),
        |(sequence, entry)| Ok(money_cells(*sequence, *entry)),
    )?;
    table.with(
        "postings",
        "SELECT sequence, ordinal, account, claim, cents FROM postings ORDER BY sequence, ordinal",
        replayed.postings.rows(),
        |((sequence, ordinal), posting)| posting_cells(*sequence, *ordinal, *posting),
    )
}

fn same(one: &Tally, other: &Tally) -> bool {
    let sums = |tally: &Tally| -> [Sum; 6] {
        [
            tally.history,
            tally.findings,
            tally.money,
            tally.postings,
            tally.record_history,
            tally.record_findings,
        ]
    };
    sums(one) == sums(other)
}

/// The sums over the tables as they are stored; `None` where a row is not readable.
fn tally_of(connection: &Connection, like: &Tally) -> Result<Option<Tally>, StoreError> {
    let mut tally = like.alike();
    match add_stored(connection, &mut tally) {
        Ok(()) => Ok(Some(tally)),
        Err(StoreError::Projection { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn add_stored(connection: &Connection, tally: &mut Tally) -> Result<(), StoreError> {
    each(connection, "history", "claim, sequence", |columns| {
        tally.add_history(columns.integer()?, columns.integer()?);
        Ok(())
    })?;
    let findings = "sequence, ordinal, claim, hook, rule, severity, shadow, prevents";
    each(connection, "findings", findings, |columns| {
        let (sequence, ordinal) = (columns.integer()?, columns.small()?);
        let finding = columns.finding()?;
        tally.add_finding(sequence, ordinal, &finding);
        Ok(())
    })?;
    each(
        connection,
        "record_history",
        "record, sequence",
        |columns| {
            tally.add_record_history(columns.integer()?, columns.integer()?);
            Ok(())
        },
    )?;
    let findings = "sequence, ordinal, record, hook, rule, severity, shadow, prevents";
    each(connection, "record_findings", findings, |columns| {
        let (sequence, ordinal) = (columns.integer()?, columns.small()?);
        tally.add_record_finding(sequence, ordinal, &columns.finding()?);
        Ok(())
    })?;
    each(connection, "money", "sequence, kind, claim", |columns| {
        let sequence = columns.integer()?;
        let money = columns.parse(|text| {
            let mut kinds = MoneyKind::ALL.into_iter();
            kinds.find(|kind| kind.as_str() == text)
        })?;
        let claim = columns.optional_integer()?;
        tally.add_money(sequence, MoneyEntry { money, claim });
        Ok(())
    })?;
    let postings = "sequence, ordinal, account, claim, cents";
    each(connection, "postings", postings, |columns| {
        let (sequence, ordinal) = (columns.integer()?, columns.small()?);
        let posting = PostingEntry {
            heading: columns.integer()?,
            claim: columns.optional_integer()?,
            amount: columns.cents()?,
        };
        tally.add_posting(sequence, ordinal, posting);
        Ok(())
    })
}

fn each(
    connection: &Connection,
    table: &'static str,
    columns: &str,
    mut row: impl FnMut(&mut Columns<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare(&format!("SELECT {columns} FROM {table}"))?;
    let mut rows = statement.query([])?;
    while let Some(found) = rows.next()? {
        row(&mut Columns::new(found, table))?;
    }
    Ok(())
}

struct Compared<'a> {
    connection: &'a Connection,
    report: &'a mut VerifyReport,
}

impl Compared<'_> {
    /// Walks a table and the replayed rows side by side, both in the order of
    /// the key, and names the first row that differs.
    fn with<'e, const N: usize, R: Copy>(
        &mut self,
        table: &'static str,
        sql: &str,
        expected: impl IntoIterator<Item = R>,
        cells: impl Fn(R) -> Result<[Cell<'e>; N], StoreError>,
    ) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        for row in expected {
            let cells = cells(row)?;
            let name = label(view(&cells[0]));
            let Some(stored) = rows.next()? else {
                self.fault(table, name, "the journal gives a row that is not there");
                return Ok(());
            };
            for (at, cell) in cells.iter().enumerate() {
                let found = stored.get_ref(at)?;
                if found != view(cell) {
                    let name = if at == 0 { label(found) } else { name };
                    self.fault(table, name, "it is not what the journal gives");
                    return Ok(());
                }
            }
        }
        if let Some(stored) = rows.next()? {
            let name = label(stored.get_ref(0)?);
            self.fault(table, name, "no journal row speaks of it");
        }
        Ok(())
    }

    fn fault(&mut self, table: &'static str, row: Option<String>, problem: &str) {
        self.report
            .fault(FaultPlace::Projection { table, row }, problem);
    }
}

fn view<'a>(cell: &'a Cell<'_>) -> ValueRef<'a> {
    match cell {
        Cell::Borrowed(value) => *value,
        Cell::Owned(value) => value.into(),
        _ => ValueRef::Null,
    }
}

/// Numbers name a row; texts may be a person's, and are left out.
fn label(value: ValueRef<'_>) -> Option<String> {
    value.as_i64().ok().map(|number| number.to_string())
}
