//! Visits as a host books them and moves them on.

use chrono::NaiveDate;
use scrubjay_model::{Axis, EncounterId, EncounterRecord, EncounterStatus};

use super::Engine;
use crate::EngineError;
use crate::once::{Call, Keyed, Once, once};
use crate::sheet::Sheet;
use crate::steps::visit::{self, BookedSheet, Visited};

impl Engine {
    /// Books a visit of a registered patient, or takes what is told of one anew,
    /// and judges the registration for it.
    ///
    /// # Errors
    /// [`VisitError`](crate::VisitError) where the patient is not registered, the
    /// visit is another's, or its parts disagree; and where the store fails.
    /// Nothing has changed then.
    pub fn schedule(&mut self, visit: EncounterRecord, by: &str) -> Result<Visited, EngineError> {
        self.schedule_under(visit, by, None)
    }

    pub(crate) fn schedule_under(
        &mut self,
        visit: EncounterRecord,
        by: &str,
        call: Option<&Call>,
    ) -> Result<Visited, EngineError> {
        let stamp = self.call_stamp("schedule", Some(by), call);
        self.at_desk(stamp, call, |desk| visit::schedule(desk, visit))
    }

    /// Books the visits of a sheet. A row that cannot be used is told of; the
    /// others go on.
    ///
    /// # Errors
    /// Where it is no sheet of visits, and where the store fails; nothing has
    /// changed then.
    pub fn schedule_sheet(&mut self, sheet: &[u8], by: &str) -> Result<BookedSheet, EngineError> {
        self.schedule_sheet_under(sheet, by, None)
    }

    pub(crate) fn schedule_sheet_under(
        &mut self,
        sheet: &[u8],
        by: &str,
        call: Option<&Call>,
    ) -> Result<BookedSheet, EngineError> {
        let sheet = Sheet::of_kind(sheet, visit::sheet::NEEDED)?;
        let stamp = self.call_stamp("schedule_sheet", Some(by), call);
        self.at_desk(stamp, call, |desk| {
            visit::sheet::schedule_rows(desk, &sheet)
        })
    }

    /// The patient is there, today or since that day, which is the date of service.
    ///
    /// # Errors
    /// [`VisitError`](crate::VisitError) where there is no such visit or it cannot
    /// become that, and where the store fails; nothing has changed then. So for
    /// the other moves.
    pub fn arrive(
        &mut self,
        visit: &EncounterId,
        on: Option<NaiveDate>,
        by: &str,
    ) -> Result<Visited, EngineError> {
        self.move_visit(visit, EncounterStatus::Arrived, on, by)
    }

    /// The visit is documented: its charges may become a claim.
    ///
    /// # Errors
    /// As [`Engine::arrive`].
    pub fn close(
        &mut self,
        visit: &EncounterId,
        on: Option<NaiveDate>,
        by: &str,
    ) -> Result<Visited, EngineError> {
        self.move_visit(visit, EncounterStatus::Closed, on, by)
    }

    /// The visit is called off.
    ///
    /// # Errors
    /// As [`Engine::arrive`].
    pub fn cancel(&mut self, visit: &EncounterId, by: &str) -> Result<Visited, EngineError> {
        self.move_visit(visit, EncounterStatus::Cancelled, None, by)
    }

    /// The patient did not come.
    ///
    /// # Errors
    /// As [`Engine::arrive`].
    pub fn no_show(&mut self, visit: &EncounterId, by: &str) -> Result<Visited, EngineError> {
        self.move_visit(visit, EncounterStatus::NoShow, None, by)
    }

    /// Moves a visit on to a status, as of today or that day.
    ///
    /// # Errors
    /// As [`Engine::arrive`].
    pub fn move_visit(
        &mut self,
        visit: &EncounterId,
        to: EncounterStatus,
        on: Option<NaiveDate>,
        by: &str,
    ) -> Result<Visited, EngineError> {
        self.move_visit_under(visit, to, on, by, None)
    }

    pub(crate) fn move_visit_under(
        &mut self,
        visit: &EncounterId,
        to: EncounterStatus,
        on: Option<NaiveDate>,
        by: &str,
        call: Option<&Call>,
    ) -> Result<Visited, EngineError> {
        let stamp = self.call_stamp("move_visit", Some(by), call);
        self.at_desk(stamp, call, |desk| visit::move_on(desk, visit, to, on))
    }
}

impl Keyed<'_> {
    /// As [`Engine::schedule`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn schedule(self, visit: EncounterRecord, by: &str) -> Result<Once<Visited>, EngineError> {
        let content = serde_json::to_vec(&visit).expect("a record has names for keys only");
        let call = Call::new(&self.key, "schedule", &[&content, by.as_bytes()]);
        once(self.engine, &call, |engine| {
            engine.schedule_under(visit, by, Some(&call))
        })
    }

    /// As [`Engine::schedule_sheet`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn schedule_sheet(self, sheet: &[u8], by: &str) -> Result<Once<BookedSheet>, EngineError> {
        let call = Call::new(&self.key, "schedule_sheet", &[sheet, by.as_bytes()]);
        once(self.engine, &call, |engine| {
            engine.schedule_sheet_under(sheet, by, Some(&call))
        })
    }

    /// As [`Engine::move_visit`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn move_visit(
        self,
        visit: &EncounterId,
        to: EncounterStatus,
        on: Option<NaiveDate>,
        by: &str,
    ) -> Result<Once<Visited>, EngineError> {
        let day = on.map(|on| on.to_string()).unwrap_or_default();
        let parts = [visit.as_str(), to.as_str(), &day, by].map(str::as_bytes);
        let call = Call::new(&self.key, "move_visit", &parts);
        once(self.engine, &call, |engine| {
            engine.move_visit_under(visit, to, on, by, Some(&call))
        })
    }
}
