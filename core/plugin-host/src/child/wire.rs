//! What host and child say to each other: frames of a length and a JSON
//! document, over one socket. A file's bytes are a frame as they are.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::call::{Document, Told};
use crate::info::PluginInfo;
use crate::services::LogLevel;
use crate::spec::Sha256;
use crate::transport::{Broke, ChannelSettings};

/// The most bytes of a frame: a claim with its history, or a hundred findings
/// and effects of the longest kind.
const LARGEST: usize = 64 << 20;
const _: () = assert!(LARGEST >= scrubjay_plugin::abi::MAX_FILE);
/// How much room is made at a time, and kept.
const STEP: usize = 1 << 20;

/// What the host says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Request<'a> {
    /// First, once: map the library and say what it says of itself.
    Open(Opening),
    /// Second, once: make the plugin ready.
    Create,
    /// Judge a subject. The host closes its end when there is no more.
    Judge {
        /// A number that the answer repeats.
        call: u64,
        /// Milliseconds since 1970.
        now: i64,
        /// What the claim has of patient and subscriber, as in the view.
        has: [u32; 2],
        /// The subject, without what the plugin may not see.
        document: Box<Document<'a>>,
    },
    /// Run an errand for a channel.
    Carry {
        /// Whose.
        channel: ChannelSettings,
        /// What to do.
        errand: WireErrand,
    },
    /// To `Fetched`.
    Kept(bool),
}

/// An errand between processes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum WireErrand {
    Check,
    /// The file's bytes follow as a frame of their own.
    Deliver {
        name: String,
    },
    Fetch,
}

/// What a child must know before it maps anything.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Opening {
    /// The file, as errors name it.
    pub(super) path: PathBuf,
    /// The host's private copy of it.
    pub(super) copy: PathBuf,
    pub(super) sha256: Sha256,
    pub(super) settings: BTreeMap<String, String>,
    pub(super) folder: PathBuf,
    pub(super) call_ms: u32,
    pub(super) transfer_ms: u32,
    /// Bytes of address space.
    pub(super) memory: u64,
}

/// What a child says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    /// To `Open`.
    Described(Box<PluginInfo>),
    /// To `Create`.
    Ready,
    /// To either: why not.
    Refused(String),
    /// To `Judge`.
    Judged {
        /// The call's number.
        call: u64,
        /// What was said.
        told: Told,
    },
    /// During a `Carry`, waits for `Kept`: a file, whose bytes follow as a frame
    /// of their own.
    Fetched {
        /// Its name.
        name: String,
    },
    /// To `Carry`.
    Carried(Result<(), Broke>),
    /// At any time.
    Log {
        /// How much it matters.
        level: LogLevel,
        /// The line.
        text: String,
    },
}

/// Why a frame did not come through.
#[derive(Debug, thiserror::Error)]
pub(super) enum WireError {
    #[error("the other side is gone")]
    Gone,
    #[error("the time is over")]
    Late,
    #[error("what came is no message")]
    Garbled,
}

impl From<std::io::Error> for WireError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => Self::Late,
            // Whatever else a socket says, nothing more comes through it.
            _ => Self::Gone,
        }
    }
}

/// The way out.
#[derive(Debug)]
pub(super) struct Outlet {
    stream: Arc<UnixStream>,
    frame: Vec<u8>,
}

/// The way in.
#[derive(Debug)]
pub(super) struct Inlet {
    stream: Arc<UnixStream>,
    frame: Vec<u8>,
}

/// Both ways of a socket.
pub(super) fn ends(stream: UnixStream) -> (Inlet, Outlet) {
    let stream = Arc::new(stream);
    let inlet = Inlet {
        stream: Arc::clone(&stream),
        frame: Vec::new(),
    };
    let frame = Vec::new();
    (inlet, Outlet { stream, frame })
}

/// What is left of the time, for the next wait; `None` for ever.
fn left(until: Option<Instant>) -> Result<Option<Duration>, WireError> {
    match until.map(|until| until.saturating_duration_since(Instant::now())) {
        Some(Duration::ZERO) => Err(WireError::Late),
        left => Ok(left),
    }
}

impl Outlet {
    /// Says something; it is out when this returns.
    pub(super) fn send(
        &mut self,
        message: &impl Serialize,
        until: Option<Instant>,
    ) -> Result<(), WireError> {
        self.frame.clear();
        self.frame.extend([0; 4]);
        serde_json::to_writer(&mut self.frame, message).map_err(|_| WireError::Garbled)?;
        let length = length_of(self.frame.len() - 4)?;
        self.frame[..4].copy_from_slice(&length);
        pour(&self.stream, &self.frame, until)
    }

    /// Hands over a file's bytes.
    pub(super) fn send_bytes(
        &mut self,
        bytes: &[u8],
        until: Option<Instant>,
    ) -> Result<(), WireError> {
        pour(&self.stream, &length_of(bytes.len())?, until)?;
        pour(&self.stream, bytes, until)
    }

    /// Says that nothing more will be said.
    pub(super) fn close(&self) {
        // It fails where the other side is gone, which is as well.
        let _ = self.stream.shutdown(std::net::Shutdown::Write);
    }
}

impl Inlet {
    /// Waits for what the other side says next.
    pub(super) fn receive<T: DeserializeOwned>(
        &mut self,
        until: Option<Instant>,
    ) -> Result<T, WireError> {
        self.take_frame(until)?;
        let read = serde_json::from_slice(&self.frame).map_err(|_| WireError::Garbled);
        self.frame.shrink_to(STEP);
        read
    }

    /// Waits for a file's bytes.
    pub(super) fn receive_bytes(&mut self, until: Option<Instant>) -> Result<Vec<u8>, WireError> {
        self.take_frame(until)?;
        Ok(std::mem::take(&mut self.frame))
    }

    fn take_frame(&mut self, until: Option<Instant>) -> Result<(), WireError> {
        let mut length = [0; 4];
        fill(&self.stream, &mut length, until)?;
        let length = u32::from_le_bytes(length) as usize;
        if length > LARGEST {
            return Err(WireError::Garbled);
        }
        // A length is believed as far as bytes come for it.
        self.frame.clear();
        while self.frame.len() < length {
            let had = self.frame.len();
            self.frame.resize(length.min(had + STEP), 0);
            fill(&self.stream, &mut self.frame[had..], until)?;
        }
        Ok(())
    }
}

/// A length as a frame begins with it.
fn length_of(length: usize) -> Result<[u8; 4], WireError> {
    if length > LARGEST {
        return Err(WireError::Garbled);
    }
    let length = u32::try_from(length).map_err(|_| WireError::Garbled)?;
    Ok(length.to_le_bytes())
}

fn pour(mut stream: &UnixStream, mut rest: &[u8], until: Option<Instant>) -> Result<(), WireError> {
    while !rest.is_empty() {
        stream.set_write_timeout(left(until)?)?;
        match stream.write(rest) {
            Ok(written) => rest = &rest[written..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn fill(
    mut stream: &UnixStream,
    mut room: &mut [u8],
    until: Option<Instant>,
) -> Result<(), WireError> {
    while !room.is_empty() {
        stream.set_read_timeout(left(until)?)?;
        match stream.read(room) {
            Ok(0) => return Err(WireError::Gone),
            Ok(read) => room = &mut room[read..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (UnixStream, Inlet) {
        let (theirs, ours) = UnixStream::pair().unwrap();
        (theirs, ends(ours).0)
    }

    fn soon() -> Option<Instant> {
        Some(Instant::now() + Duration::from_millis(30))
    }

    #[test]
    fn a_message_comes_through_as_it_was_said() {
        let (theirs, mut inlet) = pair();
        let mut outlet = ends(theirs).1;
        for text in ["", "a line", &"long ".repeat(1 << 14)] {
            outlet.send(&text, None).unwrap();
            assert_eq!(inlet.receive::<String>(None).unwrap(), text);
        }
        outlet.close();
        let error = inlet.receive::<String>(None).unwrap_err();
        assert!(matches!(error, WireError::Gone), "{error}");
    }

    #[test]
    fn a_file_comes_through_byte_by_byte() {
        let (theirs, mut inlet) = pair();
        let mut outlet = ends(theirs).1;
        for bytes in [&b""[..], b"\0\xff\x1a", &b"x".repeat(100_000)] {
            outlet.send_bytes(bytes, None).unwrap();
            assert_eq!(inlet.receive_bytes(None).unwrap(), bytes);
        }
    }

    #[test]
    fn bytes_that_are_no_message_are_an_error_and_never_a_wait() {
        for (bytes, late) in [
            (&b"\x05\0\0\0hello"[..], false),
            (b"\xff\xff\xff\xffmany", false),
            (b"\x02\0\0\0{", true),
            (b"\x02", true),
        ] {
            let (mut theirs, mut inlet) = pair();
            theirs.write_all(bytes).unwrap();
            let error = inlet.receive::<String>(soon()).unwrap_err();
            assert_eq!(matches!(error, WireError::Late), late, "{bytes:?}");
        }
    }

    #[test]
    fn who_does_not_listen_cannot_keep_the_other_from_going_on() {
        let (theirs, _inlet) = pair();
        let mut outlet = ends(theirs).1;
        let error = outlet.send(&"x".repeat(8 << 20), soon()).unwrap_err();
        assert!(matches!(error, WireError::Late), "{error}");
    }
}
