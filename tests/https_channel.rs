//! A channel over HTTPS in a practice's configuration: what is due leaves when the
//! other side answers, stays due with the reason when it does not, and no secret
//! is said.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::io::{Read, Write};
use std::net::TcpListener;

use scrubjay_tests::practice::Practice;
use scrubjay_tests::sample::claims;

fn practice(url: &str, also: &str) -> Practice {
    let practice = Practice::new("");
    let configured = std::fs::read_to_string(practice.path("scrubjay.yaml")).unwrap();
    let https = format!("https: {{ url: '{url}', sender: PRACTICE, receiver: HOUSE{also} }}");
    practice.write(
        "scrubjay.yaml",
        &configured.replace(
            "usage: T }",
            &format!("usage: T, transport: {{ {https} }} }}"),
        ),
    );
    practice.write("inbox/claims.837", &claims(1));
    practice
}

/// Answers one submission well.
fn serve_once(listener: &TcpListener) -> String {
    let (mut stream, _) = listener.accept().unwrap();
    let mut text = String::new();
    let mut buffer = [0u8; 4096];
    while !text.contains("--\r\n") {
        let read = stream.read(&mut buffer).unwrap();
        text.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    let body =
        "--b\r\nContent-Disposition: form-data; name=\"ErrorCode\"\r\n\r\nSuccess\r\n--b--\r\n";
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    text
}

#[test]
fn what_is_due_stays_due_until_the_other_side_has_it() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let also = ", user: practice, password: hush-hush, timeout_seconds: 10";
    let practice = practice(&format!("http://{address}/core"), also);
    let run = practice.run();
    let said = format!("{}{}", run.out, run.err);
    assert!(said.contains("channel house (http://127.0.0.1:"), "{said}");
    assert!(said.contains("it is tried again"), "{said}");
    assert!(!said.contains("hush"), "{said}");
    assert!(practice.path("outbox/000000001-house.837p").is_file());

    let listener = TcpListener::bind(address).unwrap();
    let server = std::thread::spawn(move || serve_once(&listener));
    let sent = practice.scrubjay(&["claims", "submit"]);
    assert_eq!(sent.code, 0, "{}", sent.err);
    let request = server.join().unwrap();
    assert!(
        request.contains("name=\"SenderID\"\r\n\r\nPRACTICE"),
        "{request}"
    );
    assert!(request.contains("CLM*S00000"), "{request}");
    assert!(
        practice
            .path("outbox/delivered/000000001-house.837p")
            .is_file()
    );
    let history = practice.scrubjay(&["claims", "history", "S00000"]).good();
    assert!(
        history.contains("was delivered by channel house"),
        "{history}"
    );
}

#[test]
fn settings_that_cannot_be_meant_are_refused_with_what_to_do() {
    for (url, also, says) in [
        (
            "http://edi.example.com/",
            "",
            "does not begin with https://",
        ),
        (
            "https://edi.example.com/",
            ", user: a, password_env: SCRUBJAY_NO_SUCH_VARIABLE",
            "`SCRUBJAY_NO_SUCH_VARIABLE` does not hold the password",
        ),
        (
            "https://edi.example.com/",
            ", user: a",
            "give `user` with `password`",
        ),
        (
            "https://edi.example.com/",
            ", roots: nowhere.pem",
            "nowhere.pem cannot be used as trusted certificates",
        ),
    ] {
        let run = practice(url, also).run();
        assert_eq!(run.code, 2, "{}", run.err);
        assert!(run.err.contains("channel `house`"), "{}", run.err);
        assert!(run.err.contains(says), "{}", run.err);
    }
}
