//! Step 2 as a host calls it: a patient is checked while the form is filled in,
//! registered, and passed by a person.

use scrubjay_model::{PatientRecord, RecordKey};

use super::Engine;
use crate::EngineError;
use crate::desk::Desk;
use crate::once::{Call, Keyed, Once, once};
use crate::sheet::Sheet;
use crate::steps::pass::{self, Passed};
use crate::steps::registration::{self, Registered, RegisteredSheet};

impl Engine {
    /// What would be found on a registration, and what it would look like behind
    /// the repairs. Nothing is kept: for a form that is being filled in.
    ///
    /// ```
    /// use scrubjay::model::{Name, PatientRecord, Person};
    /// use scrubjay::{Config, EngineBuilder, Kept};
    ///
    /// let mut engine = EngineBuilder::new(Config::default()).open()?;
    /// let form = PatientRecord {
    ///     key: "P-7".parse()?,
    ///     registered: "2026-03-02".parse()?,
    ///     person: Person { name: Name::person("WREN", "ADA"), ..Person::default() },
    ///     phone: None,
    ///     email: None,
    ///     guarantor: None,
    ///     coverages: Vec::new(),
    ///     msp: Default::default(),
    ///     provider: None,
    ///     site: None,
    ///     consent: Default::default(),
    /// };
    /// assert_eq!(engine.check_registration(&form)?.kept, Kept::New);
    /// assert_eq!(engine.register(form.clone(), "Ana")?.kept, Kept::New);
    /// assert_eq!(engine.check_registration(&form)?.kept, Kept::Unchanged);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`RegistrationError`](crate::RegistrationError) where its parts disagree,
    /// and where the store fails.
    pub fn check_registration(
        &mut self,
        patient: &PatientRecord,
    ) -> Result<Registered, EngineError> {
        let stamp = self.call_stamp("check_registration", None, None);
        let mut desk = Desk {
            tx: self.store.begin()?,
            handlers: &mut self.handlers,
            config: &self.config,
            stamp,
        };
        registration::register(&mut desk, patient.clone())
    }

    /// Registers a patient, or takes what is told of one anew, and judges the
    /// registration by the hook `registration`. One that a rule holds is kept,
    /// with work for the front desk that closes when it is registered without
    /// that fault, or when a person passes it.
    ///
    /// What was told last and is told again changes nothing on file: what rules
    /// and payers have put right since stays.
    ///
    /// # Errors
    /// [`RegistrationError`](crate::RegistrationError) where its parts disagree,
    /// and where the store fails; nothing has changed then.
    pub fn register(
        &mut self,
        patient: PatientRecord,
        by: &str,
    ) -> Result<Registered, EngineError> {
        self.register_under(patient, by, None)
    }

    pub(crate) fn register_under(
        &mut self,
        patient: PatientRecord,
        by: &str,
        call: Option<&Call>,
    ) -> Result<Registered, EngineError> {
        let stamp = self.call_stamp("register", Some(by), call);
        self.at_desk(stamp, call, |desk| registration::register(desk, patient))
    }

    /// Registers the patients of a sheet. A row that cannot be used is told of,
    /// and the patient whose row it is stays as they are; the others go on.
    ///
    /// # Errors
    /// Where it is no sheet of patients, and where the store fails; nothing has
    /// changed then.
    pub fn register_sheet(
        &mut self,
        sheet: &[u8],
        by: &str,
    ) -> Result<RegisteredSheet, EngineError> {
        self.register_sheet_under(sheet, by, None)
    }

    pub(crate) fn register_sheet_under(
        &mut self,
        sheet: &[u8],
        by: &str,
        call: Option<&Call>,
    ) -> Result<RegisteredSheet, EngineError> {
        let sheet = Sheet::of_kind(sheet, registration::NEEDED)?;
        let stamp = self.call_stamp("register_sheet", Some(by), call);
        self.at_desk(stamp, call, |desk| {
            registration::register_rows(desk, &sheet)
        })
    }

    /// What would become of the patients of a sheet. Nothing is kept.
    ///
    /// # Errors
    /// As [`Engine::register_sheet`].
    pub fn check_sheet(&mut self, sheet: &[u8]) -> Result<RegisteredSheet, EngineError> {
        let sheet = Sheet::of_kind(sheet, registration::NEEDED)?;
        let stamp = self.call_stamp("check_sheet", None, None);
        let mut desk = Desk {
            tx: self.store.begin()?,
            handlers: &mut self.handlers,
            config: &self.config,
            stamp,
        };
        registration::register_rows(&mut desk, &sheet)
    }

    /// Lets a person pass what rules found on a record: a patient, a visit, a
    /// charge, or any other. A change of the record takes the passing with it.
    ///
    /// # Errors
    /// [`PassError`](crate::PassError) where something holds it that nobody may
    /// pass, or nothing was found, and where the store fails; nothing has changed
    /// then.
    pub fn pass_record(
        &mut self,
        record: &RecordKey,
        by: &str,
        reason: &str,
    ) -> Result<Passed, EngineError> {
        self.pass_record_under(record, by, reason, None)
    }

    pub(crate) fn pass_record_under(
        &mut self,
        record: &RecordKey,
        by: &str,
        reason: &str,
        call: Option<&Call>,
    ) -> Result<Passed, EngineError> {
        let stamp = self.call_stamp("pass_record", Some(by), call);
        self.at_desk(stamp, call, |desk| pass::pass(desk, record, reason))
    }
}

impl Keyed<'_> {
    /// As [`Engine::register`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn register(
        self,
        patient: PatientRecord,
        by: &str,
    ) -> Result<Once<Registered>, EngineError> {
        let content = serde_json::to_vec(&patient).expect("a record has names for keys only");
        let call = Call::new(&self.key, "register", &[&content, by.as_bytes()]);
        once(self.engine, &call, |engine| {
            engine.register_under(patient, by, Some(&call))
        })
    }

    /// As [`Engine::register_sheet`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn register_sheet(
        self,
        sheet: &[u8],
        by: &str,
    ) -> Result<Once<RegisteredSheet>, EngineError> {
        let call = Call::new(&self.key, "register_sheet", &[sheet, by.as_bytes()]);
        once(self.engine, &call, |engine| {
            engine.register_sheet_under(sheet, by, Some(&call))
        })
    }

    /// As [`Engine::pass_record`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn pass_record(
        self,
        record: &RecordKey,
        by: &str,
        reason: &str,
    ) -> Result<Once<Passed>, EngineError> {
        let parts = [record.kind.as_str(), record.id.as_str(), by, reason];
        let call = Call::new(&self.key, "pass_record", &parts.map(str::as_bytes));
        once(self.engine, &call, |engine| {
            engine.pass_record_under(record, by, reason, Some(&call))
        })
    }
}
