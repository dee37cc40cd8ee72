//! `scrubjay visit list` and `show`.

use std::io::Write;

use chrono::NaiveDate;
use scrubjay::hooks::Finding;
use scrubjay::model::{
    Axis, EncounterId, EncounterRecord, PatientKey, Record, RecordKey, WorkItem,
};
use scrubjay::store::{Reader, RecordFilter};
use serde::Serialize;

use crate::patient::found_on;
use crate::register::print_findings;
use crate::table::Column::{Number, Text};
use crate::table::print_table;
use crate::work::print_work;

/// A visit in the list.
#[derive(Serialize)]
pub(super) struct Line {
    visit: String,
    day: Option<NaiveDate>,
    patient: Option<PatientKey>,
    status: String,
    open_work: usize,
}

pub(super) fn lines(reader: &dyn Reader, filter: &RecordFilter) -> anyhow::Result<Vec<Line>> {
    let mut lines = Vec::new();
    for row in reader.records(filter)? {
        lines.push(Line {
            open_work: reader.record_work(&row.key)?.len(),
            visit: row.key.id.to_string(),
            day: row.day,
            patient: row.patient,
            status: row.state,
        });
    }
    Ok(lines)
}

pub(super) fn print_lines(out: &mut impl Write, lines: Vec<Line>) -> std::io::Result<()> {
    let rows = lines.into_iter().map(|line| {
        vec![
            line.visit,
            line.day.map(|day| day.to_string()).unwrap_or_default(),
            line.patient.map(String::from).unwrap_or_default(),
            line.status,
            line.open_work.to_string(),
        ]
    });
    let columns = [
        Text("visit"),
        Text("day"),
        Text("patient"),
        Text("status"),
        Number("open work"),
    ];
    print_table(out, &columns, rows.collect())
}

/// A visit with what was found for it.
#[derive(Serialize)]
pub(super) struct Shown {
    visit: EncounterRecord,
    findings: Vec<Finding>,
    work: Vec<WorkItem>,
}

impl Shown {
    pub(super) fn of(reader: &dyn Reader, id: &EncounterId) -> anyhow::Result<Self> {
        let key = RecordKey::from(id);
        let Some(Record::Encounter(visit)) = reader.record(&key)? else {
            anyhow::bail!("there is no visit {id}; `scrubjay visit list` shows them");
        };
        Ok(Self {
            visit: visit.into_record(),
            findings: found_on(reader, &key)?,
            work: reader.record_work(&key)?,
        })
    }

    pub(super) fn print(&self, out: &mut impl Write) -> std::io::Result<()> {
        let visit = &self.visit;
        writeln!(
            out,
            "Visit {} of patient {}, {}",
            visit.id,
            visit.patient,
            visit.status.as_str()
        )?;
        for (what, day) in [
            ("booked", visit.booked),
            ("for", Some(visit.scheduled)),
            ("arrived", visit.arrived),
            ("closed", visit.closed),
        ] {
            if let Some(day) = day {
                writeln!(out, "  {what:8} {day}")?;
            }
        }
        for service in &visit.planned {
            let modifiers = service.modifiers.iter().map(|code| format!(":{code}"));
            let coded: String = modifiers.collect();
            writeln!(
                out,
                "  planned  {}{coded} x{}",
                service.procedure, service.units
            )?;
        }
        print_findings(out, &self.findings)?;
        if !self.work.is_empty() {
            print_work(out, &self.work)?;
        }
        Ok(())
    }
}
