//! Files out and in, one exchange at a time.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use scrubjay_hooks::{FileName, Keep, Kept, Transport, TransportError};
use scrubjay_model::Clock;
use ureq::Agent;
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

use crate::envelope::{Answer, Request, payload_id};
use crate::settings::{Credentials, Settings, SettingsError};

/// The most bytes of an answer.
const LONGEST: u64 = 256 * 1024 * 1024;

/// The most files of one kind that are asked for at a time; the rest waits for
/// the next time.
const AT_ONCE: usize = 1_000;

/// A channel over HTTPS.
pub struct HttpsTransport {
    /// Who carries, for messages.
    by: String,
    settings: Settings,
    clock: Box<dyn Clock>,
    agent: Agent,
}

impl HttpsTransport {
    /// A transport for a channel. The clock gives the envelope's TimeStamp.
    ///
    /// # Errors
    /// Where the settings cannot be meant, or certificates cannot be read.
    pub fn new(
        channel: &str,
        settings: Settings,
        clock: Box<dyn Clock>,
    ) -> Result<Self, SettingsError> {
        settings.check()?;
        let mut tls = TlsConfig::builder();
        if let Some(path) = &settings.roots {
            let roots = certificates(path, "trusted certificates")?;
            tls = tls.root_certs(RootCerts::Specific(Arc::new(roots)));
        }
        if let Credentials::Certificate { certificate, key } = &settings.credentials {
            let chain = certificates(certificate, "a client certificate")?;
            let key = private_key(key)?;
            tls = tls.client_cert(Some(ClientCert::new_with_certs(&chain, key)));
        }
        let config = Agent::config_builder()
            .timeout_global(Some(settings.timeout))
            .http_status_as_error(false)
            // Claims go where the settings say, and nowhere else.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .tls_config(tls.build())
            .build();
        Ok(Self {
            by: format!("channel {channel} ({})", settings.url),
            settings,
            clock,
            agent: config.into(),
        })
    }

    fn exchange(&self, request: &Request<'_>) -> Result<Answer, TransportError> {
        let (body, content_type) = request.write(&self.settings);
        let sent = self
            .agent
            .post(&self.settings.url)
            .header("content-type", &content_type)
            .send(&body[..]);
        let mut response = sent.map_err(|error| self.failed(unreached(&error)))?;
        let status = response.status().as_u16();
        if !(200..300).contains(&status) {
            return Err(self.failed(refused(status)));
        }
        let content_type = response
            .headers()
            .get("content-type")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let body = response
            .body_mut()
            .with_config()
            .limit(LONGEST)
            .read_to_vec()
            .map_err(|error| self.failed(unreached(&error)))?;
        let answer = Answer::read(&content_type, &body).ok_or_else(|| TransportError::Fault {
            by: self.by.clone(),
            fault: "answered with something that is no CORE envelope: check the address with the \
                    other side"
                .to_owned(),
        })?;
        if answer.is_success() {
            Ok(answer)
        } else {
            Err(self.failed(format!(
                "the other side answered {}: {}; its companion guide says what to do",
                answer.error_code, answer.error_message
            )))
        }
    }

    fn failed(&self, said: String) -> TransportError {
        TransportError::Failed {
            by: self.by.clone(),
            said,
        }
    }
}

/// What no answer means. Nothing of what was sent is in it.
fn unreached(error: &ureq::Error) -> String {
    format!(
        "there was no whole answer ({error}): check the network, the address and the \
         certificates; it is tried again"
    )
}

/// What an HTTP status means.
fn refused(status: u16) -> String {
    let what = match status {
        300..400 => "it wants to send us elsewhere: put the right address into the settings",
        401 | 403 => "it does not know us: check user and password, or the certificate",
        404 => "there is nothing at that address: check it",
        413 => "the file is too large for it: set `batches: { claims: ... }` lower",
        400..500 => "it does not take what we sent: check sender, receiver and payload types",
        _ => "it is out of order: it is tried again",
    };
    format!("HTTP status {status}: {what}")
}

impl Transport for HttpsTransport {
    fn deliver(&self, name: &FileName, bytes: &[u8]) -> Result<(), TransportError> {
        let ending = name
            .as_str()
            .rsplit_once('.')
            .map_or("", |(_, ending)| ending);
        let Some(payload_type) = self.settings.payloads.get(ending) else {
            return Err(self.failed(format!(
                "nothing says which PayloadType a file `.{ending}` has: add it to `payloads`"
            )));
        };
        let id = payload_id(&[name.as_str().as_bytes(), bytes]);
        let request = Request {
            payload_type,
            payload_id: &id,
            payload: Some(bytes),
            at: self.clock.now(),
        };
        self.exchange(&request).map(drop)
    }

    fn fetch(&self, keep: Keep<'_>) -> Result<(), TransportError> {
        for payload_type in &self.settings.results {
            let mut seen = BTreeSet::new();
            for place in 0..AT_ONCE {
                let at = self.clock.now();
                let asked = [payload_type.as_bytes(), at.to_rfc3339().as_bytes()].concat();
                let request = Request {
                    payload_type,
                    payload_id: &payload_id(&[&asked, &place.to_be_bytes()]),
                    payload: None,
                    at,
                };
                let answer = self.exchange(&request)?;
                // Nothing waits any more, or the same file comes again.
                if answer.payload.is_empty() || !seen.insert(payload_id(&[&answer.payload])) {
                    break;
                }
                if !answer.is_whole() {
                    return Err(self.failed(format!(
                        "payload {} came broken (its CheckSum is another): it is asked for again",
                        answer.payload_id
                    )));
                }
                let name = FileName::new(format!("{}.x12", payload_id(&[&answer.payload])));
                let name = name.map_err(|error| self.failed(error.to_string()))?;
                if keep(&name, &answer.payload) == Kept::No {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

fn read_file(path: &Path, what: &'static str) -> Result<Vec<u8>, SettingsError> {
    std::fs::read(path).map_err(|error| unusable(path, what, &error.to_string()))
}

fn unusable(path: &Path, what: &'static str, problem: &str) -> SettingsError {
    SettingsError::Certificate {
        path: path.to_owned(),
        what,
        problem: problem.to_owned(),
    }
}

fn certificates(
    path: &Path,
    what: &'static str,
) -> Result<Vec<Certificate<'static>>, SettingsError> {
    let pem = read_file(path, what)?;
    let mut found = Vec::new();
    for item in parse_pem(&pem) {
        let item = item.map_err(|error| unusable(path, what, &error.to_string()))?;
        if let PemItem::Certificate(certificate) = item {
            found.push(certificate);
        }
    }
    if found.is_empty() {
        return Err(unusable(path, what, "it holds no certificate in PEM"));
    }
    Ok(found)
}

fn private_key(path: &Path) -> Result<PrivateKey<'static>, SettingsError> {
    let what = "a private key";
    let pem = read_file(path, what)?;
    // What is wrong with a key is not told in its own words.
    PrivateKey::from_pem(&pem).map_err(|_| unusable(path, what, "it holds no private key in PEM"))
}
