//! Carries claims out and acknowledgments in over SFTP, as a native plugin.
//!
//! A practice names it for a channel, with the server, the user, the server's host
//! key and the folders there; `README.md` lists the settings. Claims that the
//! engine has judged and written leave by it, and what waits at the server comes
//! to the inbox.
//!
//! - The server proves who it is before anything is said to it, by a host key that
//!   the practice has pinned. There is no setting that leaves this out.
//! - A file is written there under a hidden name and renamed once it is whole.
//!   One that is there already with the same bytes is left as it is; with other
//!   bytes it is an error.
//! - A file that was fetched stays at the server unless the settings say otherwise,
//!   and goes only once the host has it on disk.
//!
//! Over `russh`, which is SSH in Rust: one connection an errand, on a small runtime
//! of its own that ends with the errand, so that no thread outlives a call.
#![forbid(unsafe_code)]

mod carry;
mod error;
mod host_key;
mod local;
mod session;
mod settings;

use scrubjay_plugin::{About, Exchange, Host, Level, Plugin, Refusal, Transport};

use error::SftpError;
use session::Session;
use settings::Settings;

/// The plugin. All that it needs to know stands with each channel.
#[derive(Debug)]
pub struct SftpTransport;

impl Plugin for SftpTransport {
    const ABOUT: About = About::new("sftp-transport", env!("CARGO_PKG_VERSION"))
        .title("Carries claims out and acknowledgments in over SFTP")
        .vendor("The Scrubjay developers")
        .licence("MIT OR Apache-2.0");

    fn open(host: &Host<'_>) -> Result<Self, Refusal> {
        match host.settings().next() {
            None => Ok(Self),
            Some((key, _)) => Err(Refusal::new(format!(
                "the setting `{key}` stands with the plugin: put it under the `transport:` of \
                 the channel that it is for"
            ))),
        }
    }
}

impl Transport for SftpTransport {
    fn check(&self, exchange: &Exchange<'_>) -> Result<(), Refusal> {
        let settings = Settings::read(exchange)?;
        if let Some(warning) = local::exposed(&settings) {
            exchange.log(Level::Warn, &warning);
        }
        Ok(())
    }

    fn deliver(&self, exchange: &Exchange<'_>, name: &str, bytes: &[u8]) -> Result<(), Refusal> {
        let settings = Settings::read(exchange)?;
        run(exchange, &settings, async |session| {
            carry::deliver(session, &settings, name, bytes).await
        })
    }

    fn fetch(&self, exchange: &Exchange<'_>) -> Result<(), Refusal> {
        let settings = Settings::read(exchange)?;
        if settings.waiting.is_none() {
            return Ok(());
        }
        run(exchange, &settings, async |session| {
            carry::fetch(session, &settings, exchange).await
        })
    }
}

/// Runs an errand over a connection of its own, until it is done or its time over.
fn run(
    exchange: &Exchange<'_>,
    settings: &Settings,
    errand: impl AsyncFnOnce(&Session) -> Result<(), SftpError>,
) -> Result<(), Refusal> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(SftpError::Runtime)?;
    let done = runtime.block_on(async {
        tokio::select! {
            done = async {
                let session = Session::open(settings).await?;
                let done = errand(&session).await;
                session.close().await;
                done
            } => done.map_err(|error| error.at(settings)),
            () = over(exchange) => Err(Refusal::cancelled()),
        }
    });
    // Nothing of it runs on: what it spawned is dropped with it.
    drop(runtime);
    done
}

/// Ends when the errand's time is over.
async fn over(exchange: &Exchange<'_>) {
    const LOOK: std::time::Duration = std::time::Duration::from_millis(50);
    while !exchange.is_cancelled() {
        tokio::time::sleep(LOOK).await;
    }
}

scrubjay_plugin::export_transport!(SftpTransport);
