//! Files go to the other side and come from there, where a transport carries a
//! channel.

use std::collections::BTreeSet;

use scrubjay_store::{Cause, Event};

use super::Engine;
use crate::EngineError;
use crate::steps::exchange::{self, Delivery, Due, Fetched, HeldIn, fetch_into};

impl Engine {
    /// Whether any channel is carried by a transport, so that
    /// [`Engine::deliver`] and [`Engine::fetch`] have something to do.
    #[must_use]
    pub fn is_carried(&self) -> bool {
        !self.transports.is_empty()
    }

    /// Delivers the files of claims that are due, oldest first, each until it came
    /// through. One that does not is due still and says why; those of its channel
    /// behind it wait. [`Engine::run_inbox`] and [`Engine::take_arrival`] do this.
    ///
    /// # Errors
    /// Where the outbox or the store fails; what was delivered before is journalled.
    pub fn deliver(&mut self) -> Result<Vec<Delivery>, EngineError> {
        if !self.is_carried() {
            return Ok(Vec::new());
        }
        let carried = |channel: &str| self.transports.contains_key(channel);
        let due = exchange::due(self.store.read()?.as_ref(), &self.config.outbox, carried)?;
        let (mut deliveries, mut stuck) = (Vec::new(), BTreeSet::new());
        for due in due {
            if due.batch.as_ref().is_some_and(|batch| batch.delivered) {
                exchange::put_away(&self.config.outbox, &due)?;
                continue;
            }
            let problem = match exchange::read_due(&due) {
                Err(problem) => Some(problem),
                Ok(_) if stuck.contains(&due.channel) => {
                    Some("it waits for the file before it".to_owned())
                }
                Ok(bytes) => {
                    let carried = self.carry(&due, &bytes);
                    match &carried {
                        Ok(()) => self.record_delivery(&due)?,
                        Err(_) => _ = stuck.insert(due.channel.clone()),
                    }
                    carried.err()
                }
            };
            deliveries.push(Delivery {
                name: due.name.to_string(),
                channel: due.channel,
                problem,
            });
        }
        Ok(deliveries)
    }

    fn carry(&self, due: &Due, bytes: &[u8]) -> Result<(), String> {
        let Some(transport) = self.transports.get(&due.channel) else {
            return Err("no transport carries its channel any more".to_owned());
        };
        let delivered = transport.deliver(&due.name, bytes);
        delivered.map_err(|error| error.to_string())
    }

    fn record_delivery(&mut self, due: &Due) -> Result<(), EngineError> {
        let stamp = self.stamp(Cause::Call {
            call: "deliver".to_owned(),
            key: None,
        });
        let (name, channel) = (due.name.to_string(), due.channel.clone());
        let delivered = match due.batch.as_ref().map(|batch| &batch.held) {
            Some(HeldIn::Questions { group }) => Event::QuestionsDelivered {
                name,
                channel,
                group: *group,
            },
            Some(HeldIn::Claims(claims)) => Event::BatchDelivered {
                name,
                channel,
                claims: claims.clone(),
            },
            // What the engine did not write is never carried.
            None => return Ok(()),
        };
        let mut tx = self.store.begin()?;
        tx.append(&stamp, &delivered)?;
        tx.commit()?;
        exchange::put_away(&self.config.outbox, due)
    }

    /// Brings what waits at the other sides to the inbox, from where it is taken in
    /// like any file. A file that comes again is known by its bytes.
    /// [`Engine::run_inbox`] does this first.
    #[must_use]
    pub fn fetch(&self) -> Vec<Fetched> {
        self.transports
            .iter()
            .map(|(channel, way)| fetch_into(&self.config.inbox, channel, way.as_ref()))
            .filter(|fetched| fetched.problem.is_some() || !fetched.files.is_empty())
            .collect()
    }
}
