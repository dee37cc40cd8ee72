//! Files go out to and come in from a server on this machine that answers as a
//! clearinghouse does.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use scrubjay_hooks::{FileName, Kept, Transport, TransportError};
use scrubjay_https::{Credentials, HttpsTransport, Settings, SettingsError};
use scrubjay_model::Clock;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> DateTime<Utc> {
        "2026-03-02T12:00:00Z".parse().unwrap()
    }
}

/// What the server answers to one request.
#[derive(Clone)]
enum Reply {
    /// An envelope with ErrorCode, ErrorMessage, Payload and its CheckSum.
    Envelope(&'static str, &'static str, &'static [u8], &'static str),
    Status(u16),
    Page,
    HangUp,
}

/// A server with its answers in order, and the requests that it had.
struct Server {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

fn serve(replies: &[Reply]) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/core", listener.local_addr().unwrap());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&requests);
    let mut replies: VecDeque<Reply> = replies.iter().cloned().collect();
    std::thread::spawn(move || {
        while let Some(reply) = replies.pop_front() {
            let (mut stream, _) = listener.accept().unwrap();
            seen.lock().unwrap().push(request(&mut stream));
            answer(&mut stream, &reply);
        }
    });
    Server { url, requests }
}

/// One request, head and body.
fn request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0u8; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix("content-length:")
                        .map(str::to_owned)
                })
                .map_or(0, |length| length.trim().parse::<usize>().unwrap());
            if body.len() >= length {
                return text;
            }
        }
        let read = stream.read(&mut buffer).unwrap();
        assert!(read > 0, "the request ends early");
        bytes.extend_from_slice(&buffer[..read]);
    }
}

fn answer(stream: &mut TcpStream, reply: &Reply) {
    let (status, kind, body) = match reply {
        Reply::HangUp => return,
        Reply::Status(status) => (*status, "text/plain", b"no".to_vec()),
        Reply::Page => (200, "text/html", b"<html>".to_vec()),
        Reply::Envelope(code, message, payload, sum) => {
            let mut body = Vec::new();
            for (name, value) in [
                ("PayloadID", &b"THEIRS-1"[..]),
                ("CORERuleVersion", b"2.2.0"),
                ("ErrorCode", code.as_bytes()),
                ("ErrorMessage", message.as_bytes()),
                ("CheckSum", sum.as_bytes()),
                ("Payload", payload),
            ] {
                write!(
                    body,
                    "--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n"
                )
                .unwrap();
                body.extend_from_slice(value);
                body.extend_from_slice(b"\r\n");
            }
            body.extend_from_slice(b"--b--\r\n");
            (200, "multipart/form-data; boundary=b", body)
        }
    };
    write!(
        stream,
        "HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\nLocation: http://127.0.0.1:1/\r\n\r\n",
        body.len()
    )
    .unwrap();
    stream.write_all(&body).unwrap();
}

const WELL: Reply = Reply::Envelope("Success", "", b"", "");

fn transport(server: &Server) -> HttpsTransport {
    let mut settings = Settings::new(&server.url, "PRACTICE", "HOUSE");
    settings.credentials = Credentials::Password {
        user: "practice".to_owned(),
        password: "hush-hush".to_owned(),
    };
    settings.results = vec!["X12_999_Request_005010X231A1".to_owned()];
    settings.timeout = Duration::from_secs(10);
    HttpsTransport::new("house", settings, Box::new(Noon)).unwrap()
}

fn name(text: &str) -> FileName {
    FileName::new(text).unwrap()
}

/// The value of a field of a request.
fn field<'r>(request: &'r str, name: &str) -> Option<&'r str> {
    let (_, rest) = request.split_once(&format!("name=\"{name}\"\r\n\r\n"))?;
    rest.split("\r\n--").next()
}

#[test]
fn a_file_is_submitted_as_a_batch_and_again_as_the_same_one() {
    let server = serve(&[Reply::HangUp, WELL, WELL]);
    let transport = transport(&server);
    let file = name("000000001-house.837p");
    let first = transport.deliver(&file, b"ISA*1~").unwrap_err();
    assert!(first.to_string().contains("it is tried again"), "{first}");
    transport.deliver(&file, b"ISA*1~").unwrap();
    transport.deliver(&file, b"ISA*2~").unwrap();
    let requests = server.requests.lock().unwrap();
    let ids: Vec<&str> = requests
        .iter()
        .map(|one| field(one, "PayloadID").unwrap())
        .collect();
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[1], ids[2]);
    for (name, value) in [
        ("PayloadType", "X12_837_Request_005010X222A1"),
        ("ProcessingMode", "Batch"),
        ("PayloadLength", "6"),
        ("TimeStamp", "2026-03-02T12:00:00Z"),
        ("UserName", "practice"),
        ("Password", "hush-hush"),
        ("SenderID", "PRACTICE"),
        ("ReceiverID", "HOUSE"),
        ("CORERuleVersion", "2.2.0"),
        ("Payload", "ISA*1~"),
    ] {
        assert_eq!(field(&requests[0], name), Some(value), "{name}");
    }
    assert_eq!(field(&requests[0], "CheckSum").map(str::len), Some(40));
}

#[test]
fn what_goes_wrong_names_the_channel_and_what_to_do_and_no_secret() {
    for (reply, says) in [
        (Reply::Status(401), "check user and password"),
        (Reply::Status(302), "put the right address"),
        (Reply::Status(503), "it is tried again"),
        (Reply::Page, "no CORE envelope"),
        (
            Reply::Envelope("PayloadTypeIllegal", "not\r\nhere", b"", ""),
            "answered PayloadTypeIllegal: nothere",
        ),
        (Reply::HangUp, "check the network"),
    ] {
        let server = serve(&[reply]);
        let sent = transport(&server).deliver(&name("1-house.837p"), b"ISA*SECRET~");
        let error = sent.unwrap_err().to_string();
        assert!(
            error.starts_with("channel house (http://127.0.0.1:"),
            "{error}"
        );
        assert!(error.contains(says), "{error}");
        assert!(
            !error.contains("hush") && !error.contains("SECRET"),
            "{error}"
        );
    }
    let server = serve(&[]);
    let unknown = transport(&server)
        .deliver(&name("1-house.zzz"), b"ISA~")
        .unwrap_err();
    assert!(
        unknown.to_string().contains("add it to `payloads`"),
        "{unknown}"
    );
}

#[test]
fn what_waits_is_fetched_until_nothing_does() {
    let server = serve(&[
        Reply::Envelope("Success", "", b"ISA*one~", ""),
        Reply::Envelope("Success", "", b"ISA*two~", ""),
        WELL,
    ]);
    let mut files = Vec::new();
    transport(&server)
        .fetch(&mut |name, bytes| {
            assert!(name.as_str().ends_with(".x12"));
            files.push(String::from_utf8_lossy(bytes).into_owned());
            Kept::Yes
        })
        .unwrap();
    assert_eq!(files, ["ISA*one~", "ISA*two~"]);
    let requests = server.requests.lock().unwrap();
    assert_eq!(requests.len(), 3);
    assert_eq!(
        field(&requests[0], "PayloadType"),
        Some("X12_999_Request_005010X231A1")
    );
    assert_eq!(field(&requests[0], "Payload"), None);
}

#[test]
fn a_file_that_came_broken_or_cannot_be_kept_ends_the_fetch() {
    let server = serve(&[Reply::Envelope("Success", "", b"ISA*one~", "00ff")]);
    let broken = transport(&server).fetch(&mut |_, _| panic!("it is not handed in"));
    let Err(TransportError::Failed { said, .. }) = broken else {
        panic!("{broken:?}");
    };
    assert!(said.contains("THEIRS-1 came broken"), "{said}");
    // The same file again and again is one file.
    let again = Reply::Envelope("Success", "", b"ISA*one~", "");
    let server = serve(&[again.clone(), again.clone()]);
    let mut count = 0;
    transport(&server)
        .fetch(&mut |_, _| {
            count += 1;
            Kept::Yes
        })
        .unwrap();
    assert_eq!(count, 1);
    let server = serve(&[again]);
    transport(&server).fetch(&mut |_, _| Kept::No).unwrap();
}

#[test]
fn a_certificate_that_cannot_be_read_is_named() {
    let mut settings = Settings::new("https://edi.example.com/", "S", "R");
    settings.roots = Some("/nowhere/roots.pem".into());
    let missing = HttpsTransport::new("house", settings.clone(), Box::new(Noon)).err();
    assert!(matches!(missing, Some(SettingsError::Certificate { .. })));
    let empty = tempfile::NamedTempFile::new().unwrap();
    settings.roots = Some(empty.path().to_owned());
    let error = HttpsTransport::new("house", settings, Box::new(Noon))
        .err()
        .unwrap();
    assert!(
        error.to_string().contains("it holds no certificate in PEM"),
        "{error}"
    );
}
