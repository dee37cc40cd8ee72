//! The child as a process: started with nothing but its socket, ended with
//! everything that it started, and never left behind.

use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use crate::error::{ChildError, Ending};

/// What a child keeps of the host's environment: where the system's loader
/// looks for what a library needs.
const KEPT: [&str; 2] = ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"];

/// A program that serves plugins: one that calls `serve_child`.
#[derive(Debug, Clone)]
pub(crate) struct ChildProgram {
    pub(crate) path: PathBuf,
    pub(crate) arguments: Vec<OsString>,
}

/// A running child.
#[derive(Debug)]
pub(super) struct Process {
    /// `None` once it was waited for: its number may then be another's.
    child: Option<std::process::Child>,
}

impl ChildProgram {
    /// Starts it, and gives the host's end of its socket.
    pub(super) fn start(&self) -> Result<(Process, UnixStream), ChildError> {
        let failed = |source| ChildError::Start {
            program: self.path.clone(),
            source,
        };
        let (ours, theirs) = UnixStream::pair().map_err(failed)?;
        let kept = KEPT
            .iter()
            .filter_map(|name| Some((name, std::env::var_os(name)?)));
        // What a plugin writes to the standard streams goes nowhere: it could
        // be patient data.
        let child = Command::new(&self.path)
            .args(&self.arguments)
            .env_clear()
            .envs(kept)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Of its own, so that a Ctrl-C meets the host alone, which then
            // ends the child, and so that what the child starts ends with it.
            .process_group(0)
            .spawn()
            .map_err(failed)?;
        let child = Some(child);
        Ok((Process { child }, ours))
    }
}

impl Process {
    /// Whether it ends within that time. It is not waited for yet, so that its
    /// number stays its own.
    pub(super) fn ends_within(&self, time: Duration) -> bool {
        let Some(child) = &self.child else {
            return true;
        };
        let until = Instant::now() + time;
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        loop {
            match waitid(WaitId::Pid(Pid::from_child(child)), look) {
                Ok(None) if Instant::now() < until => {
                    std::thread::sleep(Duration::from_micros(200));
                }
                Ok(None) => return false,
                // An error is a system that waits for it itself: it is over.
                Ok(Some(_)) | Err(_) => return true,
            }
        }
    }

    /// Ends what has closed its pipe, and says how it ended.
    pub(super) fn lost(mut self) -> Ending {
        // A socket is closed a moment before its process is over.
        let by_itself = self.ends_within(Duration::from_millis(200));
        match self.end() {
            Some(status) if by_itself => match (status.signal(), status.code()) {
                (Some(signal), _) => Ending::Signal(signal),
                (None, Some(code)) => Ending::Status(code),
                (None, None) => Ending::Closed,
            },
            _ => Ending::Closed,
        }
    }

    /// Ends it with everything that it started, and waits for it.
    fn end(&mut self) -> Option<ExitStatus> {
        let mut child = self.child.take()?;
        // What is over already cannot be ended, which is as well.
        let _ = kill_process_group(Pid::from_child(&child), Signal::KILL);
        let _ = child.kill();
        child.wait().ok()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}
