//! Files come in by the inbox: all that are there, or as they arrive.

use super::{Engine, Run};
use crate::EngineError;
use crate::inbox::{self, Arrival, InboxWatch};
use crate::intake::{self, Ended, Intake};
use crate::steps::submission;

impl Engine {
    /// Takes in every file of the inbox, in the order of their names, and
    /// writes claims that are ready to the outbox after each; then what payers
    /// are to authorize. Transports bring
    /// files to the inbox before, and take them from the outbox afterwards.
    ///
    /// # Errors
    /// Where the inbox cannot be listed or the store fails. A file that cannot
    /// be understood is not an error: it ends as [`Ended::Refused`], and the
    /// rest goes on. Nor is one that could not be carried: it says so, and is due
    /// at the next run.
    pub fn run_inbox(&mut self) -> Result<Run, EngineError> {
        self.finish_interrupted()?;
        let mut run = Run {
            fetched: self.fetch(),
            ..Run::default()
        };
        for path in inbox::files(&self.config.inbox)? {
            let one = self.take_one(&Arrival::read(path))?;
            run.files.extend(one.files);
            run.sent.extend(one.sent);
        }
        run.sent.extend(self.ask_payers()?);
        self.ask_next_payers(&mut run)?;
        run.delivered = self.deliver()?;
        Ok(run)
    }

    /// Starts to follow the inbox, so that a host can take in files as they
    /// arrive. No file is taken by half: the watch hands one over when it has
    /// its end and has stopped growing, at once where it was renamed into place.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use scrubjay::Engine;
    ///
    /// let mut clinic = Engine::open("examples/clinic")?;
    /// let rules = clinic.watch_rules(|change| println!("{:?}", change.outcome))?;
    /// let mut inbox = clinic.watch_inbox()?;
    /// while let Some(arrival) = inbox.next(Duration::from_secs(60))? {
    ///     for file in clinic.take_arrival(&arrival)?.files {
    ///         println!("{file}");
    ///     }
    /// }
    /// drop(rules); // until here the rules follow their folders
    /// # Ok::<(), scrubjay::EngineError>(())
    /// ```
    ///
    /// # Errors
    /// Where the inbox cannot be watched, or what an interrupted run left in
    /// the outbox cannot be ended.
    pub fn watch_inbox(&self) -> Result<InboxWatch, EngineError> {
        self.finish_interrupted()?;
        InboxWatch::new(&self.config.inbox)
    }

    /// Takes in a file that has arrived, and writes claims that are ready to
    /// the outbox, from where transports take them.
    ///
    /// # Errors
    /// Where the store or the outbox fails.
    pub fn take_arrival(&mut self, arrival: &Arrival) -> Result<Run, EngineError> {
        let mut run = self.take_one(arrival)?;
        run.sent.extend(self.ask_payers()?);
        self.ask_next_payers(&mut run)?;
        run.delivered = self.deliver()?;
        Ok(run)
    }

    fn take_one(&mut self, arrival: &Arrival) -> Result<Run, EngineError> {
        let name = arrival.name();
        let intake = match &arrival.bytes {
            Ok(bytes) => self.take_in(&name, bytes)?,
            Err(error) => Intake {
                file: intake::file_hash(name.as_bytes()),
                ended: Ended::Refused {
                    reason: format!("the file cannot be read: {error}"),
                },
                name,
            },
        };
        Ok(Run {
            files: vec![intake],
            sent: self.submit()?,
            ..Run::default()
        })
    }

    /// Makes and sends the claims to next payers, where remittances have come.
    fn ask_next_payers(&mut self, run: &mut Run) -> Result<(), EngineError> {
        let mut remitted = run.files.iter().map(|file| &file.ended);
        let any = remitted.any(|ended| {
            matches!(ended, Ended::TakenIn { transaction, .. } if transaction.contains("835"))
        });
        if !any {
            return Ok(());
        }
        let made = self.build_next_under(None, None)?.claims;
        if !made.is_empty() {
            run.sent.extend(self.submit()?);
        }
        run.next.extend(made.into_iter().map(|made| made.claim));
        Ok(())
    }

    fn finish_interrupted(&self) -> Result<(), EngineError> {
        submission::finish_interrupted(self.store.read()?.as_ref(), &self.config.outbox)
    }
}
