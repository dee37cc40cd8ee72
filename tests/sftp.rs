//! A practice whose channel is carried by the SFTP plugin, to a real server.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use scrubjay::EngineError;
use scrubjay_tests::practice::{Practice, Printed};
use scrubjay_tests::sample::{CONFIGURATION, claims};
use scrubjay_tests::sshd::Sshd;
use scrubjay_tests::{built_by_cargo, scrubjay};

/// A practice with the plugin, in a process of its own or not.
fn practice(server: &Sshd, isolation: &str) -> Practice {
    let practice = Practice::new("");
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let file = format!("{prefix}sftp_transport{suffix}");
    let library = built_by_cargo("scrubjay-plugin-sftp-transport", &file);
    std::fs::copy(library, practice.path(&file)).unwrap();
    let settings: String = server
        .settings()
        .iter()
        .map(|(key, value)| format!("        {key}: \"{value}\"\n"))
        .collect();
    let carried = CONFIGURATION.replace(
        "  house: { receiver: { qualifier: ZZ, id: SAMPLERECEIVER, name: SAMPLE RECEIVER }, usage: T }\n",
        &format!(
            "  house:\n    receiver: {{ id: SAMPLERECEIVER, name: SAMPLE RECEIVER }}\n    usage: T\n    \
             transport:\n      plugin: sftp-transport\n      settings:\n{settings}"
        ),
    );
    assert_ne!(carried, CONFIGURATION);
    let plugins = format!("plugins:\n  - {{ path: {file}, isolation: {isolation} }}\n");
    practice.write("scrubjay.yaml", &[carried, plugins].concat());
    practice.write("inbox/claims.837", &claims(3));
    practice
}

fn plugin(arguments: &[&str]) -> Printed {
    scrubjay(&[&["plugin"], arguments].concat()).into()
}

#[test]
fn claims_go_out_and_their_acknowledgment_comes_in() {
    let Some(mut server) = Sshd::start() else {
        return;
    };
    for isolation in ["none", "process"] {
        let practice = practice(&server, isolation);
        // The server is down: nothing is lost, and the reason is told.
        server.stop();
        let down = practice.run();
        assert_eq!(down.code, 1, "{}", down.err);
        for says in [
            "house: 0 files fetched, and then: plugin `sftp-transport`",
            "it cannot be reached",
            "due still by channel house: plugin `sftp-transport`",
        ] {
            assert!(down.out.contains(says), "{}", down.out);
        }
        server.run("internal-sftp");
        let up = practice.run().good();
        let sent = server.files("out");
        let [(name, bytes)] = &sent[..] else {
            panic!("one file is there: {sent:?}");
        };
        assert!(
            up.contains(&format!("{name}: delivered by channel house")),
            "{up}"
        );
        let here = practice.path("outbox/delivered").join(name);
        assert_eq!(*bytes, std::fs::read(&here).unwrap());

        // The receiver answers with a 999.
        let answer = scrubjay(&["x12", "ack", &here.to_string_lossy()]);
        assert!(answer.status.success());
        std::fs::write(server.path("in").join("ACK.999"), &answer.stdout).unwrap();
        let third = practice.run().good();
        assert!(third.contains("house: 1 files fetched"), "{third}");
        assert!(third.contains("house-ACK.999"), "{third}");
        let text = String::from_utf8_lossy(bytes);
        let claim = text
            .split("CLM*")
            .nth(1)
            .unwrap()
            .split('*')
            .next()
            .unwrap();
        let history = practice.scrubjay(&["claims", "history", claim]).good();
        for told in ["was delivered by channel house", "answered: "] {
            assert!(history.contains(told), "{history}");
        }
        for folder in ["out", "in"] {
            for (name, _) in server.files(folder) {
                std::fs::remove_file(server.path(folder).join(name)).unwrap();
            }
        }
    }
}

#[test]
fn the_program_shows_checks_and_tries_the_plugin() {
    let Some(server) = Sshd::start() else { return };
    let practice = practice(&server, "none");
    let folder = practice.folder().to_string_lossy().into_owned();
    let library = practice.path(&format!(
        "{}sftp_transport{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    ));
    let library = library.to_string_lossy().into_owned();
    let checked = plugin(&["check", &folder]).good();
    assert!(
        checked.ends_with(": ready, carries channel house\n"),
        "{checked}"
    );
    let inspected = plugin(&["inspect", &library]).good();
    assert!(inspected.contains("carries     files"), "{inspected}");

    practice.write("hello.txt", "hello");
    let hello = practice.path("hello.txt").to_string_lossy().into_owned();
    let mut there = vec!["test".to_owned(), library.clone()];
    for (key, value) in server.settings() {
        there.extend(["--channel".to_owned(), format!("{key}={value}")]);
    }
    let mut back = there.clone();
    there.extend(["--deliver".to_owned(), hello]);
    let fetched = practice.path("fetched").to_string_lossy().into_owned();
    back.extend(["--fetch-into".to_owned(), fetched]);
    let words = |words: &[String]| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        plugin(&words)
    };
    assert_eq!(words(&there).good(), "hello.txt: delivered\n");
    assert_eq!(
        server.files("out"),
        [("hello.txt".to_owned(), b"hello".to_vec())]
    );
    std::fs::write(server.path("in").join("a.txt"), "a").unwrap();
    let printed = words(&back).good();
    assert_eq!(printed, "test-a.txt: fetched\n1 files are new\n");
    assert_eq!(
        std::fs::read(practice.path("fetched/test-a.txt")).unwrap(),
        b"a"
    );

    // A wrong setting is found before anything goes anywhere.
    let yaml = std::fs::read_to_string(practice.path("scrubjay.yaml")).unwrap();
    practice.write("scrubjay.yaml", &yaml.replace("host_key:", "hostkey:"));
    let wrong = plugin(&["check", &folder]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.err.contains("channel `house`"), "{}", wrong.err);
    assert!(
        wrong.err.contains("there is no setting `hostkey`"),
        "{}",
        wrong.err
    );
    let error = scrubjay::Engine::open(practice.folder()).err().unwrap();
    assert!(matches!(error, EngineError::Channel { .. }), "{error}");
    practice.write(
        "scrubjay.yaml",
        &yaml.replace("plugin: sftp", "plugin: ftp"),
    );
    let error = scrubjay::Engine::open(practice.folder()).err().unwrap();
    let says = "channel `house` is to be carried by plugin `ftp-transport`, which is not loaded";
    assert!(error.to_string().starts_with(says), "{error}");
}
