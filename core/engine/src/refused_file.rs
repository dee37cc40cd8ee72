//! Files that were refused whole: somebody's work, once a file, until one of the
//! same name is taken in.

use scrubjay_model::{FileHash, Money, Owner, WorkKind};
use scrubjay_store::Event;

use crate::EngineError;
use crate::desk::{Desk, service_level};
use crate::sheet::is_sheet;
use crate::steps::charge::fhir::is_fhir;

/// Journals that a file was refused, and gives it to someone. The same bytes put
/// in once more are the same file.
pub(crate) fn refuse(
    desk: &mut Desk<'_>,
    name: &str,
    file: &FileHash,
    reason: &str,
) -> Result<(), EngineError> {
    let was_told = desk.tx.file(file)?.is_some_and(|row| row.refused.is_some());
    desk.record(&Event::FileRefused {
        file: file.clone(),
        name: name.to_owned(),
        reason: reason.to_owned(),
    })?;
    if was_told {
        return Ok(());
    }
    // Another file of that name was refused before: this one stands in its place.
    close(desk, name, "another file of that name was refused")?;
    let told = format!(
        "{}{reason}; mend it and put it back into the inbox",
        mark(name)
    );
    let (owner, days) = owner_of(name);
    desk.open_work_for(WorkKind::Task, None, Money::ZERO, told, owner, days)
}

/// A file was taken in: whoever had one of that name to mend is done.
pub(crate) fn settle(desk: &mut Desk<'_>, name: &str) -> Result<(), EngineError> {
    close(desk, name, "the file was taken in")
}

fn close(desk: &mut Desk<'_>, name: &str, outcome: &str) -> Result<(), EngineError> {
    let mark = mark(name);
    for item in desk.tx.open_work(None)? {
        if item.kind == WorkKind::Task && item.reason.starts_with(&mark) {
            let (item, outcome) = (item.id, outcome.to_owned());
            desk.record(&Event::WorkClosed { item, outcome })?;
        }
    }
    Ok(())
}

/// How work about a refused file begins, by which it is known.
fn mark(name: &str) -> String {
    format!("the file {name} was refused whole: ")
}

/// Whoever makes such files: sheets the front desk, charges of other systems who
/// charges, and X12 who bills.
fn owner_of(name: &str) -> (Owner, u32) {
    let kind = match (is_sheet(name), is_fhir(name)) {
        (true, _) => WorkKind::Registration,
        (_, true) => WorkKind::Charge,
        _ => WorkKind::Task,
    };
    service_level(kind)
}

#[cfg(test)]
mod tests {
    use scrubjay_model::{FixedClock, WorkItem};

    use crate::{Config, Engine, EngineBuilder};

    fn engine() -> Engine {
        let clock = FixedClock::noon("2026-03-02".parse().unwrap());
        EngineBuilder::new(Config::default())
            .clock(Box::new(clock))
            .open()
            .unwrap()
    }

    fn open(engine: &Engine) -> Vec<WorkItem> {
        engine.read().unwrap().open_work(None).unwrap()
    }

    #[test]
    fn a_file_that_is_refused_whole_is_work_once_until_one_of_its_name_is_taken_in() {
        let mut engine = engine();
        let bad = b"key,lsat\nP-1,WREN\n";
        for _ in 0..2 {
            assert!(engine.take_in("patients.csv", bad).unwrap().is_refused());
        }
        let told = open(&engine);
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].owner.0, "front_desk");
        let begins = "the file patients.csv was refused whole: ";
        assert!(told[0].reason.starts_with(begins), "{}", told[0].reason);
        assert!(!told[0].reason.contains("WREN"));

        // Another try that fails stands in its place.
        let worse = engine.take_in("patients.csv", b"\xff").unwrap();
        assert!(worse.is_refused());
        assert!(engine.take_in("claims.837", b"ISA*").unwrap().is_refused());
        let told = open(&engine);
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told.iter().any(|item| item.owner.0 == "billing"));

        let good = engine
            .take_in("patients.csv", b"key,last\nP-1,WREN\n")
            .unwrap();
        assert!(!good.is_refused(), "{good}");
        let told = open(&engine);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].reason.contains("claims.837"));
    }
}
