//! One running child: what it is asked, and what it answers in time.

use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use scrubjay_hooks::{ClaimSubject, Context, FileName, Hook, Kept};

use super::process::{ChildProgram, Process};
use super::wire::{self, Answer, Inlet, Opening, Outlet, Request, WireErrand, WireError};
use crate::call::{Document, Told};
use crate::error::{ChildError, Ending};
use crate::fault::Fault;
use crate::info::PluginInfo;
use crate::services::{PluginLog, write_line};
use crate::text;
use crate::transport::{Broke, ChannelSettings, Errand};

/// A running child. Whoever gets an error out of it must let go of it.
pub(super) struct Link {
    // INVARIANT: closed before the process is waited for (`drop`).
    outlet: Outlet,
    inlet: Inlet,
    /// `None` once it was lost.
    process: Option<Process>,
    log: Arc<dyn PluginLog>,
    /// Whose lines are logged.
    plugin: String,
    calls: u64,
    /// What an ending may take.
    patience: Duration,
}

impl Link {
    /// Starts a child that maps a library, and gives what the library says of
    /// itself, unchecked.
    pub(super) fn open(
        program: &ChildProgram,
        opening: &Opening,
        log: Arc<dyn PluginLog>,
        until: Instant,
    ) -> Result<(Self, PluginInfo), Broken> {
        let (process, stream) = program.start().map_err(Broken::Start)?;
        let patience = Duration::from_millis(u64::from(opening.call_ms));
        let mut link = Self::over(stream, Some(process), log, patience);
        match link.ask(&Request::Open(opening.clone()), until)? {
            Answer::Described(info) => Ok((link, *info)),
            Answer::Refused(said) => Err(Broken::Refused(said)),
            _ => Err(Broken::NoAnswer),
        }
    }

    fn over(
        stream: UnixStream,
        process: Option<Process>,
        log: Arc<dyn PluginLog>,
        patience: Duration,
    ) -> Self {
        let (inlet, outlet) = wire::ends(stream);
        Self {
            outlet,
            inlet,
            process,
            log,
            plugin: String::new(),
            calls: 0,
            patience,
        }
    }

    /// Makes the plugin of that id ready.
    pub(super) fn create(&mut self, plugin: &str, until: Instant) -> Result<(), Broken> {
        plugin.clone_into(&mut self.plugin);
        match self.ask(&Request::Create, until)? {
            Answer::Ready => Ok(()),
            Answer::Refused(said) => Err(Broken::Refused(said)),
            _ => Err(Broken::NoAnswer),
        }
    }

    /// Has a subject judged.
    pub(super) fn judge(
        &mut self,
        info: &PluginInfo,
        hook: Hook,
        subject: &ClaimSubject<'_>,
        has: [u32; 2],
        context: Context,
        until: Instant,
    ) -> Result<Told, Broken> {
        self.calls += 1;
        let request = Request::Judge {
            call: self.calls,
            now: context.now.timestamp_millis(),
            has,
            document: Box::new(Document::of(hook, subject, &info.needs)),
        };
        match self.ask(&request, until)? {
            Answer::Judged { call, told } if call == self.calls => Ok(told),
            _ => Err(Broken::NoAnswer),
        }
    }

    /// Has an errand run for a channel. `Err` outside is the process's end, inside
    /// the errand's.
    pub(super) fn carry(
        &mut self,
        channel: &ChannelSettings,
        errand: Errand<'_>,
        until: Instant,
    ) -> Result<Result<(), Broke>, Broken> {
        let carried = self.carried(channel, errand, until);
        carried.map_err(|error| self.broken(error))
    }

    fn carried(
        &mut self,
        channel: &ChannelSettings,
        errand: Errand<'_>,
        until: Instant,
    ) -> Result<Result<(), Broke>, WireError> {
        let (errand, bytes, mut keep) = match errand {
            Errand::Check => (WireErrand::Check, None, None),
            Errand::Deliver(name, bytes) => {
                let name = name.as_str().to_owned();
                (WireErrand::Deliver { name }, Some(bytes), None)
            }
            Errand::Fetch(keep) => (WireErrand::Fetch, None, Some(keep)),
        };
        let channel = channel.clone();
        self.outlet
            .send(&Request::Carry { channel, errand }, Some(until))?;
        if let Some(bytes) = bytes {
            self.outlet.send_bytes(bytes, Some(until))?;
        }
        loop {
            match self.answer(until)? {
                Answer::Fetched { name } => {
                    let bytes = self.inlet.receive_bytes(Some(until))?;
                    let name = FileName::new(name).map_err(|_| WireError::Garbled)?;
                    let keep = keep.as_mut().ok_or(WireError::Garbled)?;
                    let kept = keep(&name, &bytes) == Kept::Yes;
                    self.outlet.send(&Request::Kept(kept), Some(until))?;
                }
                Answer::Carried(ended) => return Ok(ended),
                _ => return Err(WireError::Garbled),
            }
        }
    }

    fn ask(&mut self, request: &Request<'_>, until: Instant) -> Result<Answer, Broken> {
        let answered = self.exchange(request, until);
        answered.map_err(|error| self.broken(error))
    }

    fn broken(&mut self, error: WireError) -> Broken {
        match error {
            WireError::Late => Broken::Late,
            WireError::Garbled => Broken::NoAnswer,
            WireError::Gone => {
                let process = self.process.take();
                Broken::Lost(process.map_or(Ending::Closed, Process::lost))
            }
        }
    }

    fn exchange(&mut self, request: &Request<'_>, until: Instant) -> Result<Answer, WireError> {
        self.outlet.send(request, Some(until))?;
        self.answer(until)
    }

    /// Waits for the next answer, and hands on what is logged meanwhile.
    fn answer(&mut self, until: Instant) -> Result<Answer, WireError> {
        loop {
            match self.inlet.receive(Some(until))? {
                Answer::Log { level, text } => {
                    write_line(&*self.log, &self.plugin, level, &text::plain(&text));
                }
                answer => return Ok(answer),
            }
        }
    }

    /// Lets go of a child that has nothing left to say.
    pub(super) fn end(mut self) {
        self.outlet.close();
        if let Some(process) = self.process.take() {
            // Time to run `destroy`; then it is ended.
            process.ends_within(self.patience);
        }
    }
}

/// Why a child is of no more use.
#[derive(Debug)]
pub(super) enum Broken {
    Start(ChildError),
    Refused(String),
    Late,
    NoAnswer,
    Lost(Ending),
}

impl Broken {
    /// As the reason why a plugin was not loaded.
    pub(super) fn at_start(self, program: &ChildProgram, limit_ms: u32) -> ChildError {
        match self {
            Self::Start(error) => error,
            Self::Refused(said) => ChildError::Refused {
                said: text::plain(&said),
            },
            Self::Late => ChildError::Slow { limit_ms },
            Self::NoAnswer => ChildError::NoAnswer {
                program: program.path.clone(),
            },
            Self::Lost(ending) => ChildError::Lost { ending },
        }
    }

    /// As the fault of a call.
    pub(super) fn in_call(self, limit_ms: u32) -> Fault {
        match self {
            Self::Late => Fault::Hung { limit_ms },
            Self::Lost(ending) => Fault::Lost(ending),
            Self::Start(_) | Self::Refused(_) | Self::NoAnswer => Fault::NoAnswer,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::Shutdown;

    use super::*;
    use crate::info::Need;
    use crate::services::NoLog;

    #[test]
    fn a_child_is_sent_of_people_what_the_plugin_needs_and_no_more() {
        let claim = crate::samples::claim();
        let subject = ClaimSubject {
            payer: None,
            ..ClaimSubject::of(&claim, chrono::NaiveDate::default())
        };
        let mut info = crate::samples::info();
        for (needs, sent) in [(vec![], false), (vec![Need::Name], true)] {
            info.needs = needs;
            let (ours, mut theirs) = UnixStream::pair().unwrap();
            let mut link = Link::over(ours, None, Arc::new(NoLog), Duration::ZERO);
            // Whoever is asked hears everything and says nothing, so that no time
            // is waited for.
            theirs.shutdown(Shutdown::Write).unwrap();
            let until = Instant::now() + Duration::from_secs(60);
            let context = Context::at(chrono::DateTime::UNIX_EPOCH);
            let broken = link
                .judge(&info, Hook::Scrub, &subject, [7, 7], context, until)
                .unwrap_err();
            assert!(!matches!(broken, Broken::Late), "{broken:?}");
            drop(link);
            let mut bytes = String::new();
            let mut length = [0; 4];
            theirs.read_exact(&mut length).unwrap();
            theirs.read_to_string(&mut bytes).unwrap();
            assert!(bytes.contains("C-1"), "{bytes}");
            assert_eq!(bytes.contains("Quillfeather"), sent, "{bytes}");
        }
    }
}
