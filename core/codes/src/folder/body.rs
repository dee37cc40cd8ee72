//! How each table is written into its file, and read back.

use super::cells::{RowIn, RowsOut, read_rows};
use crate::edits::Bond;
use crate::icd10::Tabular;
use crate::procedure::Procedure;
use crate::{
    AddOnTable, AddOnType, FeeScheduleTable, FileKind, Gpci, GpciTable, HcpcsEntry, HcpcsTable,
    Icd10Table, ImportedTable, Mue, MueAdjudication, MueTable, PhysicianFee, PtpTable,
};

/// The table as bytes.
pub(super) fn write(table: &ImportedTable) -> Vec<u8> {
    match table {
        ImportedTable::Icd10Order(table) => write_icd10(table),
        ImportedTable::Icd10Tabular(list) => list.to_compact(),
        ImportedTable::Hcpcs(table) => write_hcpcs(table),
        ImportedTable::Ptp(table) => table.as_bytes().to_vec(),
        ImportedTable::Mue(table) => write_mue(table),
        ImportedTable::AddOns(table) => write_add_ons(table),
        ImportedTable::FeeSchedule(table) => write_fees(table),
        ImportedTable::Gpci(table) => write_gpci(table),
    }
}

/// A table of bytes; `None` where they are none of that kind.
pub(super) fn read(kind: FileKind, body: Vec<u8>) -> Option<ImportedTable> {
    Some(match kind {
        FileKind::Icd10Order => ImportedTable::Icd10Order(read_icd10(&body)?),
        FileKind::Icd10Tabular => ImportedTable::Icd10Tabular(Tabular::from_compact(&body)?),
        FileKind::Hcpcs => ImportedTable::Hcpcs(read_hcpcs(&body)?),
        FileKind::PtpPractitioner | FileKind::PtpHospital => {
            ImportedTable::Ptp(PtpTable::from_bytes(body).ok()?)
        }
        FileKind::MuePractitioner
        | FileKind::MueHospital
        | FileKind::MueSupplier
        | FileKind::MueMedicaidPractitioner
        | FileKind::MueMedicaidHospital
        | FileKind::MueMedicaidSupplier => ImportedTable::Mue(read_mue(&body)?),
        FileKind::AddOns => ImportedTable::AddOns(read_add_ons(&body)?),
        FileKind::FeeSchedule | FileKind::FeeScheduleQualifying => {
            ImportedTable::FeeSchedule(read_fees(&body)?)
        }
        FileKind::Gpci => ImportedTable::Gpci(read_gpci(&body)?),
    })
}

fn procedure(row: &mut RowIn<'_>) -> Option<Procedure> {
    Procedure::read_column(row.text()?.as_bytes(), "code").ok()
}

fn modifier(row: &mut RowIn<'_>) -> Option<[u8; 2]> {
    row.text()?.as_bytes().try_into().ok()
}

fn ascii(two: &[u8; 2]) -> String {
    two.iter().map(|byte| char::from(*byte)).collect()
}

fn write_icd10(table: &Icd10Table) -> Vec<u8> {
    let mut rows = RowsOut::default();
    for entry in table.iter() {
        let flag = if entry.is_billable() { "1" } else { "0" };
        rows.row(|row| {
            row.text(&entry.code())
                .text(flag)
                .text(&entry.description());
        });
    }
    rows.into_bytes()
}

fn read_icd10(body: &[u8]) -> Option<Icd10Table> {
    let mut codes = Vec::new();
    read_rows(body, |row| {
        let code = row.text()?;
        let billable = match row.text()? {
            "1" => true,
            "0" => false,
            _ => return None,
        };
        codes.push((code.to_owned(), billable, row.string()?));
        Some(())
    })?;
    Icd10Table::of_sorted(codes)
}

fn write_hcpcs(table: &HcpcsTable) -> Vec<u8> {
    let mut rows = RowsOut::default();
    let codes = table.codes().map(|(code, entry)| ("code", code, entry));
    let modifiers = table
        .modifiers
        .iter()
        .map(|(modifier, entry)| ("modifier", ascii(modifier), entry));
    for (what, code, entry) in codes.chain(modifiers) {
        rows.row(|row| {
            row.text(what).text(&code).days(entry.validity);
            row.text(&entry.short).text(&entry.long);
        });
    }
    rows.into_bytes()
}

fn read_hcpcs(body: &[u8]) -> Option<HcpcsTable> {
    let entry = |row: &mut RowIn<'_>| {
        Some(HcpcsEntry {
            validity: row.days()?,
            short: row.string()?,
            long: row.string()?,
        })
    };
    let mut table = HcpcsTable::default();
    read_rows(body, |row| {
        match row.text()? {
            "code" => table.codes.insert(procedure(row)?, entry(row)?),
            "modifier" => table.modifiers.insert(modifier(row)?, entry(row)?),
            _ => return None,
        };
        Some(())
    })?;
    Some(table)
}

fn write_mue(table: &MueTable) -> Vec<u8> {
    let mut rows = RowsOut::default();
    for (code, mue) in table.iter() {
        let adjudication = match mue.adjudication {
            MueAdjudication::Line => "1",
            MueAdjudication::DayByPolicy => "2",
            MueAdjudication::DayClinical => "3",
        };
        rows.row(|row| {
            row.text(&code)
                .text(&mue.units.to_string())
                .text(adjudication);
            row.days(mue.validity).text(&mue.rationale);
        });
    }
    rows.into_bytes()
}

fn read_mue(body: &[u8]) -> Option<MueTable> {
    let mut table = MueTable::default();
    read_rows(body, |row| {
        let code = procedure(row)?;
        let mue = Mue {
            units: row.text()?.parse().ok()?,
            adjudication: match row.text()? {
                "1" => MueAdjudication::Line,
                "2" => MueAdjudication::DayByPolicy,
                "3" => MueAdjudication::DayClinical,
                _ => return None,
            },
            validity: row.days()?,
            rationale: row.string()?,
        };
        table.add(code, mue).ok()
    })?;
    Some(table)
}

/// What stands for the contractor in the column of primary codes, as in CMS's file.
const CONTRACTOR: &str = "CCCCC";

fn write_add_ons(table: &AddOnTable) -> Vec<u8> {
    let mut rows = RowsOut::default();
    for (code, bonds) in &table.0 {
        for bond in bonds {
            let kind = match bond.kind {
                AddOnType::Listed => "1",
                AddOnType::Contractor => "2",
                AddOnType::ListedAndContractor => "3",
            };
            let primary = bond.primary.map_or(CONTRACTOR.to_owned(), Procedure::code);
            rows.row(|row| {
                row.text(&code.code()).text(kind).text(&primary);
                row.days(bond.validity);
            });
        }
    }
    rows.into_bytes()
}

fn read_add_ons(body: &[u8]) -> Option<AddOnTable> {
    let mut table = AddOnTable::default();
    read_rows(body, |row| {
        let code = procedure(row)?;
        let kind = match row.text()? {
            "1" => AddOnType::Listed,
            "2" => AddOnType::Contractor,
            "3" => AddOnType::ListedAndContractor,
            _ => return None,
        };
        let primary = match row.text()? {
            CONTRACTOR => None,
            primary => Some(Procedure::read_column(primary.as_bytes(), "primary").ok()?),
        };
        let validity = row.days()?;
        table.0.entry(code).or_default().push(Bond {
            kind,
            primary,
            validity,
        });
        Some(())
    })?;
    Some(table)
}

fn write_fees(table: &FeeScheduleTable) -> Vec<u8> {
    let mut rows = RowsOut::default();
    for ((code, modifier), fee) in &table.0 {
        rows.row(|row| {
            row.text(&code.code())
                .text(&ascii(modifier))
                .text(&fee.status.to_string());
            row.number(fee.work)
                .maybe(fee.non_facility_expense)
                .maybe(fee.facility_expense)
                .number(fee.malpractice);
            row.text(&fee.components).text(&fee.global_days);
            row.maybe(fee.preoperative)
                .maybe(fee.intraoperative)
                .maybe(fee.postoperative);
            row.text(&fee.multiple)
                .text(&fee.bilateral)
                .text(&fee.assistant)
                .text(&fee.co_surgeons)
                .text(&fee.team)
                .text(fee.endoscopic_base.as_deref().unwrap_or_default());
            row.number(fee.conversion_factor);
        });
    }
    rows.into_bytes()
}

fn read_fees(body: &[u8]) -> Option<FeeScheduleTable> {
    let mut table = FeeScheduleTable::default();
    read_rows(body, |row| {
        let key = (procedure(row)?, modifier(row)?);
        let mut status = row.text()?.chars();
        let (Some(status), None) = (status.next(), status.next()) else {
            return None;
        };
        let fee = PhysicianFee {
            status,
            work: row.number()?,
            non_facility_expense: row.maybe()?,
            facility_expense: row.maybe()?,
            malpractice: row.number()?,
            components: row.string()?,
            global_days: row.string()?,
            preoperative: row.maybe()?,
            intraoperative: row.maybe()?,
            postoperative: row.maybe()?,
            multiple: row.string()?,
            bilateral: row.string()?,
            assistant: row.string()?,
            co_surgeons: row.string()?,
            team: row.string()?,
            endoscopic_base: row
                .string()
                .map(|base| Some(base).filter(|base| !base.is_empty()))?,
            conversion_factor: row.number()?,
        };
        table.0.insert(key, fee);
        Some(())
    })?;
    Some(table)
}

fn write_gpci(table: &GpciTable) -> Vec<u8> {
    let mut rows = RowsOut::default();
    for (contractor, locality, gpci) in table.iter() {
        rows.row(|row| {
            row.text(contractor)
                .text(locality)
                .text(gpci.state.as_deref().unwrap_or_default())
                .text(&gpci.name);
            row.number(gpci.work)
                .number(gpci.practice_expense)
                .number(gpci.malpractice);
        });
    }
    rows.into_bytes()
}

fn read_gpci(body: &[u8]) -> Option<GpciTable> {
    let mut table = GpciTable::default();
    read_rows(body, |row| {
        let key = (row.string()?, row.string()?);
        let gpci = Gpci {
            state: row
                .string()
                .map(|state| Some(state).filter(|state| !state.is_empty()))?,
            name: row.string()?,
            work: row.number()?,
            practice_expense: row.number()?,
            malpractice: row.number()?,
        };
        table.0.insert(key, gpci);
        Some(())
    })?;
    Some(table)
}
