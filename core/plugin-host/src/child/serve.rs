//! The child's side: maps one library and judges what it is handed.

use std::error::Error;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::DateTime;
use scrubjay_hooks::{Context, FileName, Kept};

use super::cage;
use super::wire::{self, Answer, Inlet, Opening, Outlet, Request, WireErrand, WireError};
use crate::call::{Door, Said};
use crate::instance::{Body, Instance};
use crate::library::PluginLibrary;
use crate::mapped::Mapped;
use crate::services::{LogLevel, PluginLog};
use crate::spec::{Budget, PluginSpec, Setting};
use crate::transport::{Broke, ChannelSettings, Errand, Wicket};
use crate::view::View;

/// Why a program cannot serve a plugin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// Nobody is there to be served.
    #[error("this is started by a host for a plugin with `isolation: process`, and by nobody else")]
    NoHost,
    /// The system does not let it.
    #[error("the process of a plugin cannot be closed off")]
    System(#[from] std::io::Error),
    /// The host says something else than a host does.
    #[error("the host is of another version than this program")]
    Host,
}

/// Serves one plugin to the host that started this program, until the host
/// ends it or is gone: what a program does that is named as
/// [`PluginHost::child_program`](crate::PluginHost::child_program).
///
/// Call it first of all: it takes the standard streams, closes what the host
/// left open, and limits the memory of the process. It says nothing to the
/// standard streams unless it fails at once.
///
/// # Errors
/// Where no host started the program, or the system refuses.
pub fn serve_child() -> Result<(), ServeError> {
    let socket = cage::take_socket().map_err(|_| ServeError::NoHost)?;
    cage::close_inherited()?;
    cage::watch(socket.try_clone()?)?;
    let (mut inlet, outlet) = wire::ends(socket);
    let outlet = Arc::new(Mutex::new(outlet));
    match serve(&mut inlet, &outlet) {
        Ok(()) | Err(WireError::Gone) => Ok(()),
        Err(WireError::Garbled | WireError::Late) => Err(ServeError::Host),
    }
}

fn serve(inlet: &mut Inlet, outlet: &Arc<Mutex<Outlet>>) -> Result<(), WireError> {
    let Request::Open(opening) = inlet.receive(None)? else {
        return Err(WireError::Garbled);
    };
    if let Err(error) = cage::limit(opening.memory) {
        return say(outlet, &Answer::Refused(told(&ServeError::System(error))));
    }
    let library = match PluginLibrary::map(&opening.path, &opening.copy, opening.sha256) {
        Ok(library) => library,
        Err(error) => return say(outlet, &Answer::Refused(told(&error))),
    };
    let info = library.info.clone();
    say(outlet, &Answer::Described(Box::new(info.clone())))?;
    let Request::Create = inlet.receive(None)? else {
        return Err(WireError::Garbled);
    };
    let spec = spec(opening);
    let log = Arc::new(Lines(Arc::clone(outlet)));
    let instance = match Mapped::create(library, &spec, log) {
        Ok(mapped) => Instance::new(Body::Mapped(mapped), info, spec.budget),
        Err(error) => return say(outlet, &Answer::Refused(told(&error))),
    };
    say(outlet, &Answer::Ready)?;
    let (mut view, mut door, mut wicket) = (View::default(), Door::new(), Wicket::new());
    loop {
        let answer = match inlet.receive(None)? {
            Request::Carry { channel, errand } => {
                let ended = carry(&instance, &mut wicket, inlet, outlet, &channel, errand)?;
                Answer::Carried(ended)
            }
            request => {
                let (call, said) = judge(&instance, &mut view, &mut door, &request)?;
                let told = said.into();
                Answer::Judged { call, told }
            }
        };
        say(outlet, &answer)?;
    }
}

/// Runs an errand; a file that is fetched goes over to the host, which says
/// whether it has it.
fn carry(
    instance: &Instance,
    wicket: &mut Wicket,
    inlet: &mut Inlet,
    outlet: &Mutex<Outlet>,
    channel: &ChannelSettings,
    errand: WireErrand,
) -> Result<Result<(), Broke>, WireError> {
    let Body::Mapped(mapped) = &instance.body else {
        return Err(WireError::Garbled);
    };
    let limit = instance.budget.transfer_ms;
    match errand {
        WireErrand::Check => Ok(wicket.run(mapped, channel, limit, Errand::Check)),
        WireErrand::Deliver { name } => {
            let bytes = inlet.receive_bytes(None)?;
            let name = FileName::new(name).map_err(|_| WireError::Garbled)?;
            Ok(wicket.run(mapped, channel, limit, Errand::Deliver(&name, &bytes)))
        }
        WireErrand::Fetch => {
            let mut lost = None;
            let mut keep =
                |name: &FileName, bytes: &[u8]| match hand_over(inlet, outlet, name, bytes) {
                    Ok(kept) => kept,
                    Err(error) => {
                        lost = Some(error);
                        Kept::No
                    }
                };
            let ended = wicket.run(mapped, channel, limit, Errand::Fetch(&mut keep));
            lost.map_or(Ok(ended), Err)
        }
    }
}

fn hand_over(
    inlet: &mut Inlet,
    outlet: &Mutex<Outlet>,
    name: &FileName,
    bytes: &[u8],
) -> Result<Kept, WireError> {
    let name = name.as_str().to_owned();
    {
        // Held over both, so that no line of the log comes between.
        let mut outlet = outlet.lock().unwrap_or_else(PoisonError::into_inner);
        outlet.send(&Answer::Fetched { name }, None)?;
        outlet.send_bytes(bytes, None)?;
    }
    match inlet.receive(None)? {
        Request::Kept(true) => Ok(Kept::Yes),
        Request::Kept(false) => Ok(Kept::No),
        _ => Err(WireError::Garbled),
    }
}

fn spec(opening: Opening) -> PluginSpec {
    let settings = opening.settings.into_iter();
    PluginSpec {
        settings: settings.map(|(key, text)| (key, Setting(text))).collect(),
        ..PluginSpec::new(opening.path)
            .folder(opening.folder)
            .budget(Budget {
                call_ms: NonZeroU32::new(opening.call_ms).unwrap_or(NonZeroU32::MIN),
                transfer_ms: NonZeroU32::new(opening.transfer_ms).unwrap_or(NonZeroU32::MIN),
                ..Budget::default()
            })
    }
}

fn judge(
    instance: &Instance,
    view: &mut View,
    door: &mut Door,
    request: &Request<'_>,
) -> Result<(u64, Said), WireError> {
    let Request::Judge {
        call,
        now,
        has,
        document,
    } = request
    else {
        return Err(WireError::Garbled);
    };
    let context = Context::at(DateTime::from_timestamp_millis(*now).ok_or(WireError::Garbled)?);
    let Body::Mapped(mapped) = &instance.body else {
        return Err(WireError::Garbled);
    };
    let subject = document.subject();
    let said = match view.fill(&subject, instance.sight) {
        Ok(mut filled) => {
            filled.tell(*has);
            door.judge(instance, mapped, document.hook, filled, context)
        }
        Err(fault) => Said::refused(fault),
    };
    Ok((*call, said))
}

/// An error with its causes: the host has nothing else of it.
fn told(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

fn say(outlet: &Mutex<Outlet>, answer: &Answer) -> Result<(), WireError> {
    let mut outlet = outlet.lock().unwrap_or_else(PoisonError::into_inner);
    outlet.send(answer, None)
}

/// Lines of the plugin's log, for the host.
struct Lines(Arc<Mutex<Outlet>>);

impl PluginLog for Lines {
    fn line(&self, _plugin: &str, level: LogLevel, text: &str) {
        let text = text.to_owned();
        // Where the host is gone, so is its log.
        let _ = say(&self.0, &Answer::Log { level, text });
    }
}
