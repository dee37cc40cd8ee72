//! The plugin against a real server, loaded as a host loads it.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

#[allow(dead_code, unreachable_pub)]
#[path = "../../../tests/support/sshd.rs"]
mod sshd;

use std::collections::BTreeMap;
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use scrubjay_hooks::{FileName, Kept, Transport, TransportError};
use scrubjay_plugin_host::{
    Budget, Isolation, LogLevel, Plugin, PluginHost, PluginLog, PluginSpec, PluginTransport,
    ServeError, Setting, Trust, serve_child,
};
use sshd::{PASSPHRASE, Sshd};

/// Names and bytes.
type Files = Vec<(String, Vec<u8>)>;

/// Keeps what is logged.
#[derive(Default)]
struct Lines(Mutex<Vec<String>>);

impl PluginLog for Lines {
    fn line(&self, _plugin: &str, _level: LogLevel, text: &str) {
        self.0.lock().unwrap().push(text.to_owned());
    }
}

fn spec() -> PluginSpec {
    // Cargo builds the library beside this test.
    let test = std::env::current_exe().unwrap();
    PluginSpec::new(test.with_file_name(format!("{DLL_PREFIX}sftp_transport{DLL_SUFFIX}")))
}

fn load(spec: &PluginSpec) -> (Arc<Plugin>, Arc<Lines>) {
    let lines = Arc::<Lines>::default();
    let host = PluginHost::with(Trust::Named, Arc::clone(&lines) as Arc<dyn PluginLog>)
        .unwrap()
        .child_program(
            std::env::current_exe().unwrap(),
            ["plugin_child", "--exact", "--ignored"],
        );
    (host.load(spec).unwrap(), lines)
}

/// In this process, and in one of its own.
fn both() -> [Arc<Plugin>; 2] {
    [spec(), spec().isolation(Isolation::Process)].map(|spec| load(&spec).0)
}

#[test]
#[ignore = "the program of the plugins below that have a process of their own"]
fn plugin_child() {
    match serve_child() {
        Ok(()) | Err(ServeError::NoHost) => {}
        Err(error) => panic!("{error}"),
    }
}

/// Settings with some of them changed; an empty value takes one out.
fn changed(server: &Sshd, changes: &[(&str, &str)]) -> BTreeMap<String, Setting> {
    let mut settings: BTreeMap<String, Setting> = server
        .settings()
        .into_iter()
        .map(|(key, value)| (key, Setting(value)))
        .collect();
    for (key, value) in changes {
        settings.remove(*key);
        if !value.is_empty() {
            settings.insert((*key).to_owned(), Setting((*value).to_owned()));
        }
    }
    settings
}

fn channel(plugin: &Plugin, server: &Sshd, changes: &[(&str, &str)]) -> PluginTransport {
    plugin.channel("house", &changed(server, changes)).unwrap()
}

fn name(text: &str) -> FileName {
    FileName::new(text).unwrap()
}

fn fetched(channel: &PluginTransport) -> (Files, Result<(), TransportError>) {
    let mut files = Vec::new();
    let ended = channel.fetch(&mut |name, bytes| {
        files.push((name.to_string(), bytes.to_owned()));
        Kept::Yes
    });
    (files, ended)
}

/// What a delivery says that does not succeed, behind the plugin's name.
fn said(channel: &PluginTransport) -> String {
    let error = channel.deliver(&name("1-house.837p"), b"ISA~").unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, TransportError::Failed { .. }), "{text}");
    let start = format!("plugin `sftp-transport` {}: ", env!("CARGO_PKG_VERSION"));
    text.strip_prefix(&start).unwrap().to_owned()
}

#[test]
fn a_file_comes_to_the_server_whole_and_once() {
    let Some(server) = Sshd::start() else { return };
    // More than one packet, and bytes of every kind.
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|at| (at % 251) as u8).collect();
    for (plugin, file) in both().iter().zip(["1-house.837p", "2-house.837p"]) {
        let channel = channel(plugin, &server, &[]);
        // What an upload that broke off has left is no hindrance.
        let part = server.path("out").join(format!(".{file}.part"));
        std::fs::write(&part, "half of it, and longer than").unwrap();
        for _ in 0..3 {
            channel.deliver(&name(file), &bytes).unwrap();
        }
        assert!(!part.exists());
        assert_eq!(
            server.files("out").pop().unwrap(),
            (file.to_owned(), bytes.clone())
        );
        let mut other = bytes.clone();
        other[7] ^= 1;
        for other in [&other[..], b"short"] {
            let error = channel.deliver(&name(file), other).unwrap_err();
            let text = error.to_string();
            assert!(text.contains("another file is there as"), "{text}");
        }
        assert_eq!(std::fs::read(server.path("out").join(file)).unwrap(), bytes);
    }
    assert_eq!(server.files("out").len(), 2);
}

#[test]
fn what_waits_at_the_server_is_handed_in_and_then_kept_deleted_or_moved() {
    let Some(server) = Sshd::start() else { return };
    let done = server.path("done").display().to_string();
    let files = [
        ("a.999".to_owned(), b"ISA*00~IEA*1*1~".to_vec()),
        ("b:1.277".to_owned(), vec![0xff; 100_000]),
    ];
    for plugin in both() {
        for (name, bytes) in &files {
            std::fs::write(server.path("in").join(name), bytes).unwrap();
        }
        std::fs::write(server.path("in").join(".hidden"), "x").unwrap();
        std::fs::write(server.path("in").join("c.835"), "ISA*00~still coming").unwrap();
        std::fs::create_dir_all(server.path("in").join("older")).unwrap();
        let handed_in: Files = files
            .iter()
            .map(|(name, bytes)| (name.replace(':', "_"), bytes.clone()))
            .collect();
        let keeps = channel(&plugin, &server, &[]);
        for _ in 0..2 {
            assert_eq!(fetched(&keeps), (handed_in.clone(), Ok(())));
        }
        // One that the host cannot keep stays, and so do those behind it.
        let deletes = channel(&plugin, &server, &[("after_fetch", "delete")]);
        assert!(deletes.fetch(&mut |_, _| Kept::No).is_err());
        assert_eq!(fetched(&keeps), (handed_in.clone(), Ok(())));
        let to = format!("move:{done}");
        let moves = channel(&plugin, &server, &[("after_fetch", &to)]);
        assert_eq!(fetched(&moves), (handed_in.clone(), Ok(())));
        assert_eq!(server.files("done"), files);
        assert_eq!(fetched(&deletes), (Vec::new(), Ok(())));
        for (name, _) in &files {
            std::fs::rename(server.path("done").join(name), server.path("in").join(name)).unwrap();
        }
        assert_eq!(fetched(&deletes), (handed_in, Ok(())));
        assert!(!server.path("in").join("a.999").exists());
        // What has no end yet is taken by nobody.
        assert!(server.path("in").join("c.835").exists());
        std::fs::remove_dir(server.path("in").join("older")).unwrap();
    }
}

#[test]
fn a_server_with_another_host_key_is_told_nothing() {
    let Some(mut server) = Sshd::start() else {
        return;
    };
    let (plugin, _) = load(&spec());
    let pinned = server.fingerprint("host_ed25519");
    let way = channel(&plugin, &server, &[]);
    server.make_key("host_ed25519", "ed25519", "");
    server.run("internal-sftp");
    let seen = server.fingerprint("host_ed25519");
    let text = said(&way);
    assert!(
        text.starts_with(&format!(
            "127.0.0.1:{}: its host key is {seen}, and `host_key` pins {pinned}: nothing was sent.",
            server.port()
        )),
        "{text}"
    );
    assert!(fetched(&way).1.is_err());
    assert_eq!(server.files("out"), []);
    let log = std::fs::read_to_string(server.path("log")).unwrap();
    assert!(!log.contains("Accepted publickey"), "{log}");
    // A server that has no key of the pinned kind is another one, too.
    let ecdsa = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBGsX0fLhLEJH+Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT+NC4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/UfU=";
    let text = said(&channel(&plugin, &server, &[("host_key", ecdsa)]));
    assert!(text.contains("its host key is of another kind ("), "{text}");
    // Once it is mended, the file goes.
    let mended = channel(
        &plugin,
        &server,
        &[("host_key", &format!("{pinned}, {seen}"))],
    );
    mended.deliver(&name("1-house.837p"), b"ISA~").unwrap();
}

#[test]
fn every_kind_of_key_opens_the_way() {
    let Some(mut server) = Sshd::start() else {
        return;
    };
    let (plugin, _) = load(&spec());
    server.with_rsa();
    let path = |name: &str| server.path(name).display().to_string();
    std::fs::write(path("phrase"), format!("{PASSPHRASE}\n")).unwrap();
    // The server would rather show its other key.
    let rsa = server.public_key("host_rsa");
    let print = server.fingerprint("host_ed25519");
    let (locked, phrase, key_rsa) = (path("key_locked"), path("phrase"), path("key_rsa"));
    for (number, changes) in [
        vec![("host_key", rsa.as_str())],
        vec![("host_key", print.as_str())],
        vec![("key", key_rsa.as_str())],
        vec![
            ("key", locked.as_str()),
            ("passphrase_file", phrase.as_str()),
        ],
    ]
    .into_iter()
    .enumerate()
    {
        let file = name(&format!("{number}-house.837p"));
        let channel = channel(&plugin, &server, &changes);
        channel.deliver(&file, b"ISA~").unwrap();
    }
    assert_eq!(server.files("out").len(), 4);
}

#[test]
fn what_a_person_must_see_to_is_said_without_any_secret() {
    let Some(mut server) = Sshd::start() else {
        return;
    };
    let (plugin, lines) = load(&spec());
    let path = |name: &str| server.path(name).display().to_string();
    std::fs::write(path("wrong"), "the wrong phrase\n").unwrap();
    let (stranger, locked, wrong) = (path("stranger"), path("key_locked"), path("wrong"));
    let nowhere = path("nowhere");
    let user = server.user();
    let mut texts = Vec::new();
    for (changes, says) in [
        (
            vec![("key", stranger.as_str())],
            format!("it does not let `{user}` in by its key"),
        ),
        (
            vec![("key", locked.as_str())],
            "it has a passphrase: name the file that holds it".to_owned(),
        ),
        (
            vec![("key", locked.as_str()), ("passphrase_file", &wrong)],
            format!("the key in {locked} cannot be used"),
        ),
        (
            vec![("out", nowhere.as_str())],
            format!("writing {nowhere}/.1-house.837p.part: there is no such place"),
        ),
        (vec![("out", "")], "the setting `out` is missing".to_owned()),
        (
            vec![("host", "no-such-host.invalid")],
            "its name leads nowhere".to_owned(),
        ),
    ] {
        let text = said(&channel(&plugin, &server, &changes));
        assert!(text.contains(&says), "{text}");
        texts.push(text);
    }
    let way = channel(&plugin, &server, &[]);
    server.run("internal-sftp -R");
    let text = said(&way);
    assert!(text.contains(": we may not: ask the people"), "{text}");
    server.stop();
    let text = said(&way);
    assert!(text.contains("it cannot be reached"), "{text}");
    server.run("internal-sftp");
    way.deliver(&name("1-house.837p"), b"ISA~").unwrap();

    texts.extend(lines.0.lock().unwrap().clone());
    let body = std::fs::read_to_string(server.path("key_locked")).unwrap();
    let body = body.lines().nth(1).unwrap();
    for text in texts {
        for secret in [PASSPHRASE, "the wrong phrase", body] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[test]
fn settings_that_cannot_be_meant_are_refused_before_any_connection() {
    let Some(server) = Sshd::start() else { return };
    let (plugin, lines) = load(&spec());
    let missing = server.path("no-key").display().to_string();
    for (changes, says) in [
        (vec![("host_key", "")], "and without it anybody could be"),
        (
            vec![("host_key", "no")],
            "`host_key` is a public key such as",
        ),
        (vec![("hosst", "x")], "there is no setting `hosst`"),
        (vec![("port", "ssh")], "`port` is a number"),
        (vec![("user", "")], "the setting `user` is missing"),
        (vec![("key", "")], "one of `key`"),
        (vec![("key", missing.as_str())], "cannot be read"),
        (vec![("out", ""), ("in", "")], "neither `out` nor `in`"),
        (vec![("after_fetch", "burn")], "`after_fetch` is `keep`"),
    ] {
        let error = plugin.channel("house", &changed(&server, &changes));
        let text = error.unwrap_err().to_string();
        assert!(text.contains(says), "{text}");
    }
    assert!(lines.0.lock().unwrap().is_empty());
    let at_the_plugin = spec().setting("host", "x");
    let error = PluginHost::new().unwrap().load(&at_the_plugin).unwrap_err();
    assert!(
        error.to_string().contains("under the `transport:` of"),
        "{error}"
    );
}

#[cfg(unix)]
#[test]
fn a_key_that_others_may_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt;
    let Some(server) = Sshd::start() else { return };
    let (plugin, lines) = load(&spec());
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(server.path("key"), open).unwrap();
    drop(channel(&plugin, &server, &[]));
    let lines = lines.0.lock().unwrap();
    assert!(lines[0].contains("may be read by others"), "{lines:?}");
}

#[test]
fn a_server_that_says_nothing_is_given_up_when_the_time_is_over() {
    let Some(server) = Sshd::start() else { return };
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port().to_string();
    let transfer_ms = 400.try_into().unwrap();
    let spec = spec().budget(Budget {
        transfer_ms,
        ..Budget::default()
    });
    for spec in [spec.clone(), spec.isolation(Isolation::Process)] {
        let (plugin, _) = load(&spec);
        let way = channel(&plugin, &server, &[("port", &port)]);
        let began = Instant::now();
        assert!(said(&way).starts_with("its time of 400 ms was over"));
        assert!(began.elapsed() < Duration::from_secs(15));
    }
}
