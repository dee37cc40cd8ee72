//! One connection to a server: reached, known, let in.

use std::borrow::Cow;
use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use russh::client::{AuthResult, Config, Handle};
use russh::keys::PrivateKeyWithHashAlg;
use russh::{AlgorithmKind, Disconnect, Preferred};
use russh_sftp::client::{Config as SftpConfig, SftpSession};

use crate::error::SftpError;
use crate::host_key::Doorman;
use crate::local::secret;
use crate::settings::{Proof, Settings};

/// How long a server may take to be reached, and to answer each question.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection.
pub(crate) struct Session {
    ssh: Handle<Doorman>,
    pub(crate) sftp: SftpSession,
}

impl Session {
    pub(crate) async fn open(settings: &Settings) -> Result<Self, SftpError> {
        let socket = reach(settings)?;
        let refused = Arc::new(Mutex::new(None));
        let doorman = Doorman {
            pinned: settings.host_key.clone(),
            refused: Arc::clone(&refused),
        };
        let config = Arc::new(config(settings));
        let mut ssh = match russh::client::connect_stream(config, socket, doorman).await {
            Ok(ssh) => ssh,
            Err(error) => {
                let seen = refused
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .take();
                let pinned = settings.host_key.told();
                return Err(match (seen, error) {
                    (Some(seen), _) => SftpError::HostKey { seen, pinned },
                    // It has no key of the pinned kind at all.
                    (
                        None,
                        russh::Error::NoCommonAlgo {
                            kind: AlgorithmKind::Key,
                            theirs,
                            ..
                        },
                    ) => {
                        let seen = format!("of another kind ({})", theirs.join(", "));
                        SftpError::HostKey { seen, pinned }
                    }
                    (None, error) => error.into(),
                });
            }
        };
        let_in(&mut ssh, settings).await?;
        let channel = ssh.channel_open_session().await?;
        channel.request_subsystem(true, "sftp").await?;
        let config = SftpConfig {
            request_timeout_secs: PATIENCE.as_secs(),
            ..SftpConfig::default()
        };
        let sftp = SftpSession::new_with_config(channel.into_stream(), config);
        let sftp = sftp
            .await
            .map_err(SftpError::while_doing("asking for SFTP at", "it"))?;
        Ok(Self { ssh, sftp })
    }

    /// Takes leave. What was done is done, whatever comes of this.
    pub(crate) async fn close(self) {
        let _ = self.sftp.close().await;
        let by_application = Disconnect::ByApplication;
        let _ = self.ssh.disconnect(by_application, "", "en").await;
    }
}

/// Connects. By the system's own calls, since those of the runtime would leave a
/// thread behind that looks names up.
fn reach(settings: &Settings) -> Result<tokio::net::TcpStream, SftpError> {
    let addresses = (settings.host.as_str(), settings.port).to_socket_addrs();
    let mut failed = SftpError::NoAddress;
    for address in addresses.into_iter().flatten() {
        let connected = TcpStream::connect_timeout(&address, PATIENCE).and_then(|socket| {
            socket.set_nodelay(true)?;
            socket.set_nonblocking(true)?;
            tokio::net::TcpStream::from_std(socket)
        });
        match connected {
            Ok(socket) => return Ok(socket),
            Err(error) => failed = SftpError::Unreachable(error),
        }
    }
    Err(failed)
}

fn config(settings: &Settings) -> Config {
    let mut preferred = Preferred::default();
    if let Some(algorithms) = settings.host_key.algorithms() {
        preferred.key = Cow::Owned(algorithms);
    }
    Config {
        preferred,
        inactivity_timeout: Some(PATIENCE),
        ..Config::default()
    }
}

async fn let_in(ssh: &mut Handle<Doorman>, settings: &Settings) -> Result<(), SftpError> {
    let user = settings.user.as_str();
    let (answer, how) = match &settings.proof {
        Proof::Password(file) => {
            let password = secret(file)?;
            let answer = ssh.authenticate_password(user, password).await?;
            (answer, "its password")
        }
        Proof::Key(file, passphrase) => {
            let key = private_key(file, passphrase.as_deref())?;
            let hash = ssh.best_supported_rsa_hash().await?.flatten();
            let key = PrivateKeyWithHashAlg::new(Arc::new(key), hash);
            let answer = ssh.authenticate_publickey(user, key).await?;
            (answer, "its key")
        }
    };
    match answer {
        AuthResult::Success => Ok(()),
        AuthResult::Failure { .. } => Err(SftpError::NotLetIn {
            user: user.to_owned(),
            how,
        }),
    }
}

fn private_key(
    file: &Path,
    passphrase: Option<&Path>,
) -> Result<russh::keys::PrivateKey, SftpError> {
    let passphrase = passphrase.map(secret).transpose()?;
    russh::keys::load_secret_key(file, passphrase.as_deref()).map_err(|error| SftpError::Key {
        path: file.to_owned(),
        problem: match error {
            russh::keys::Error::KeyIsEncrypted => {
                "it has a passphrase: name the file that holds it as `passphrase_file`".to_owned()
            }
            error => error.to_string(),
        },
    })
}
