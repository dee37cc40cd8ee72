//! What people do to open work: close it, and give it to another owner.

use scrubjay_model::{Owner, WorkItem, WorkItemId};

use super::Engine;
use crate::EngineError;
use crate::once::{Call, Keyed, Once, once};
use crate::steps::work::{self, WorkClosed};

impl Engine {
    /// Closes open work, for a person who says how it ended. What something else
    /// waits for, such as a claim that is held, is closed by that alone.
    ///
    /// ```
    /// use scrubjay::{Config, EngineBuilder, EngineError, WorkError};
    ///
    /// let mut engine = EngineBuilder::new(Config::default()).open()?;
    /// let refused = engine.close_work(&"W000001".parse()?, "Ana", "called, it is paid");
    /// assert!(matches!(
    ///     refused,
    ///     Err(EngineError::Work(WorkError::NotOpen { .. }))
    /// ));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`WorkError`](crate::WorkError) where it is not open or what it asks for
    /// still stands, and where the store fails; nothing has changed then.
    pub fn close_work(
        &mut self,
        item: &WorkItemId,
        by: &str,
        outcome: &str,
    ) -> Result<WorkClosed, EngineError> {
        self.close_work_under(item, (by, outcome), None)
    }

    fn close_work_under(
        &mut self,
        item: &WorkItemId,
        (by, outcome): (&str, &str),
        call: Option<&Call>,
    ) -> Result<WorkClosed, EngineError> {
        let stamp = self.call_stamp("close_work", Some(by), call);
        self.at_desk(stamp, call, |desk| work::close(desk, item, outcome))
    }

    /// Gives open work to another owner, a person or a queue. Its last day stays.
    ///
    /// # Errors
    /// [`WorkError`](crate::WorkError) where it is not open or that owner's
    /// already, and where the store fails; nothing has changed then.
    pub fn assign_work(
        &mut self,
        item: &WorkItemId,
        owner: &Owner,
        by: &str,
    ) -> Result<WorkItem, EngineError> {
        self.assign_work_under(item, owner, by, None)
    }

    fn assign_work_under(
        &mut self,
        item: &WorkItemId,
        owner: &Owner,
        by: &str,
        call: Option<&Call>,
    ) -> Result<WorkItem, EngineError> {
        let stamp = self.call_stamp("assign_work", Some(by), call);
        self.at_desk(stamp, call, |desk| work::assign(desk, item, owner))
    }
}

impl Keyed<'_> {
    /// As [`Engine::close_work`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn close_work(
        self,
        item: &WorkItemId,
        by: &str,
        outcome: &str,
    ) -> Result<Once<WorkClosed>, EngineError> {
        let parts = [item.as_str(), by, outcome].map(str::as_bytes);
        let call = Call::new(&self.key, "close_work", &parts);
        once(self.engine, &call, |engine| {
            engine.close_work_under(item, (by, outcome), Some(&call))
        })
    }

    /// As [`Engine::assign_work`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn assign_work(
        self,
        item: &WorkItemId,
        owner: &Owner,
        by: &str,
    ) -> Result<Once<WorkItem>, EngineError> {
        let parts = [item.as_str(), owner.0.as_str(), by].map(str::as_bytes);
        let call = Call::new(&self.key, "assign_work", &parts);
        once(self.engine, &call, |engine| {
            engine.assign_work_under(item, owner, by, Some(&call))
        })
    }
}
