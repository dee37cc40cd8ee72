//! What a child gives up before it maps a plugin, and who ends it when the
//! host is gone.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::{Errno, FdFlags, fcntl_getfd};
use rustix::process::{Resource, Rlimit, Signal, getpid, getrlimit, kill_process, setrlimit};

/// Takes the socket to the host from standard input, and gives the standard
/// streams to nobody: what a plugin writes there or reads from there cannot
/// disturb the protocol.
pub(super) fn take_socket() -> io::Result<UnixStream> {
    let socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    // An error where it is no socket, and none is taken away then.
    socket.peer_addr()?;
    let nobody = File::options().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&nobody)?;
    rustix::stdio::dup2_stdout(&nobody)?;
    rustix::stdio::dup2_stderr(&nobody)?;
    Ok(socket)
}

/// Closes what came from the host with the start of this program: whatever is
/// open beyond the standard streams and was not opened here.
pub(super) fn close_inherited() -> io::Result<()> {
    let mut open = Vec::new();
    for entry in std::fs::read_dir("/dev/fd")? {
        let number = entry?
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok());
        open.extend(number.filter(|number: &RawFd| *number > 2));
    }
    for number in open {
        // SAFETY: borrowed for one question about it, which the system answers
        // also where the descriptor has been closed (that of `read_dir`).
        let descriptor = unsafe { BorrowedFd::borrow_raw(number) };
        // What Rust opens is closed by the system when a program starts another,
        // so what has not that mark came from the host.
        if matches!(fcntl_getfd(descriptor), Ok(flags) if !flags.contains(FdFlags::CLOEXEC)) {
            // SAFETY: open, and nothing in this program owns it: whoever owns a
            // descriptor in Rust opened it here, with the mark.
            unsafe { rustix::io::close(number) };
        }
    }
    Ok(())
}

/// Limits the memory of this process, and keeps it out of core files, which
/// would hold the claim that it crashed on.
pub(super) fn limit(memory: u64) -> io::Result<()> {
    lower(Resource::Core, 0)?;
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    }
    lower(Resource::As, memory)
}

fn lower(resource: Resource, limit: u64) -> io::Result<()> {
    // What is lower already cannot be raised again.
    let limit = getrlimit(resource)
        .maximum
        .map_or(limit, |had| had.min(limit));
    let both = Some(limit);
    Ok(setrlimit(
        resource,
        Rlimit {
            current: both,
            maximum: both,
        },
    )?)
}

/// Ends this process some time after the host is gone, whatever the plugin is
/// doing. A plugin that is doing nothing is ended in order before.
pub(super) fn watch(socket: UnixStream) -> io::Result<()> {
    const ORDERLY: Duration = Duration::from_secs(1);
    let watch = move || {
        // Nothing is waited for but the end, which is always told.
        let mut ends = [PollFd::new(&socket, PollFlags::empty())];
        while let Ok(0) | Err(Errno::INTR) = poll(&mut ends, None) {}
        std::thread::sleep(ORDERLY);
        let _ = kill_process(getpid(), Signal::KILL);
    };
    std::thread::Builder::new()
        .name("scrubjay-host-watch".to_owned())
        .spawn(watch)
        .map(drop)
}
