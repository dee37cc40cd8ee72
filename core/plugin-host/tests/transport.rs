//! Plugins that carry files: what they are trusted with, and what not.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use scrubjay_hooks::{FileName, Kept, Transport, TransportError};
use scrubjay_plugin_host::{Budget, Isolation, Plugin, PluginSpec, PluginTransport, Setting};
use support::{cc, folder, host, include, isolated, load};
use tempfile::TempDir;

fn carrier(folder: &TempDir, lie: &[&str]) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/carrier.c");
    let library = folder.path().join("libcarrier.so");
    let quiet = ["-Wno-unused-function", "-pthread"];
    cc(&source, &include(), &library, &[&quiet, lie].concat())
}

/// The plugin in this process, and in one of its own.
fn both(folder: &TempDir) -> [Arc<Plugin>; 2] {
    let spec = PluginSpec::new(carrier(folder, &[]));
    [load(&spec), host().load(&isolated(spec)).unwrap()]
}

fn settings(pairs: &[(&str, &str)]) -> BTreeMap<String, Setting> {
    let pairs = pairs.iter();
    pairs
        .map(|(key, value)| ((*key).to_owned(), Setting((*value).to_owned())))
        .collect()
}

/// Names and bytes.
type Files = Vec<(String, Vec<u8>)>;

/// Two folders of the other side, and a channel to them.
struct Other {
    folder: TempDir,
}

impl Other {
    fn new() -> Self {
        let folder = folder();
        for name in ["in", "out"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        Self { folder }
    }

    fn channel(&self, plugin: &Plugin, trick: &str) -> PluginTransport {
        let [out, waiting] = ["out", "in"].map(|name| self.path(name));
        let all = [
            ("out", out.to_str().unwrap()),
            ("in", waiting.to_str().unwrap()),
            ("trick", trick),
        ];
        plugin.channel("house", &settings(&all)).unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn files(&self, of: &str) -> Files {
        let mut files: Vec<_> = std::fs::read_dir(self.path(of))
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                (name, std::fs::read(path).unwrap())
            })
            .collect();
        files.sort();
        files
    }
}

fn name(text: &str) -> FileName {
    FileName::new(text).unwrap()
}

/// Everything that is fetched, in the order of names.
fn fetched(channel: &PluginTransport) -> (Files, Result<(), TransportError>) {
    let mut files = Vec::new();
    let ended = channel.fetch(&mut |name, bytes| {
        files.push((name.to_string(), bytes.to_owned()));
        Kept::Yes
    });
    files.sort();
    (files, ended)
}

#[test]
#[ignore = "the program of the plugins below that have a process of their own"]
fn plugin_child() {
    support::serve();
}

#[test]
fn a_file_is_delivered_once_however_often_it_is_sent() {
    let build = folder();
    for plugin in both(&build) {
        assert!(plugin.info().carries_files && plugin.info().hooks.is_empty());
        let other = Other::new();
        let channel = other.channel(&plugin, "none");
        let bytes = b"ISA*00*\xff\0~";
        for _ in 0..3 {
            channel.deliver(&name("1-house.837p"), bytes).unwrap();
        }
        channel.deliver(&name("empty"), b"").unwrap();
        let there = [
            ("1-house.837p".to_owned(), bytes.to_vec()),
            ("empty".to_owned(), Vec::new()),
        ];
        assert_eq!(other.files("out"), there);
        let error = channel
            .deliver(&name("1-house.837p"), b"other")
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "plugin `carrier` 1: another file of that name is there"
        );
        assert_eq!(other.files("out"), there);
    }
}

#[test]
fn a_file_goes_from_the_other_side_once_it_is_kept_here() {
    let build = folder();
    for plugin in both(&build) {
        let other = Other::new();
        let channel = other.channel(&plugin, "none");
        assert_eq!(fetched(&channel), (Vec::new(), Ok(())));
        let waiting = [
            ("a.999".to_owned(), b"TA1~\0".to_vec()),
            ("b.277".to_owned(), vec![b'x'; 60_000]),
        ];
        for (name, bytes) in &waiting {
            std::fs::write(other.path("in").join(name), bytes).unwrap();
        }
        let mut asked = 0;
        let error = channel
            .fetch(&mut |_, _| {
                asked += 1;
                Kept::No
            })
            .unwrap_err();
        assert_eq!(asked, 1, "no more is handed in");
        assert_eq!(
            error.to_string(),
            "plugin `carrier` 1: a file that it fetched could not be kept here"
        );
        assert_eq!(other.files("in"), waiting);
        assert_eq!(fetched(&channel), (waiting.to_vec(), Ok(())));
        assert_eq!(other.files("in"), []);
    }
}

#[test]
fn settings_are_looked_at_before_anything_is_carried() {
    let build = folder();
    for plugin in both(&build) {
        let error = plugin
            .channel("house", &settings(&[("hosst", "sftp.example")]))
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "plugin `carrier` 1: it knows the settings `in` and `out`"
        );
        // What it does not say is said when it is missed.
        let channel = plugin.channel("house", &settings(&[])).unwrap();
        let error = channel.deliver(&name("a"), b"").unwrap_err();
        let said = "plugin `carrier` 1: the setting `out` is missing";
        assert_eq!(error.to_string(), said);
    }
}

#[test]
fn what_a_carrier_does_wrong_is_its_fault_and_costs_that_errand() {
    let build = folder();
    for plugin in both(&build) {
        let other = Other::new();
        for (trick, fault) in [
            ("status", "gave back the unknown status 77"),
            (
                "stray",
                "called the host on another thread than its errand ran on",
            ),
        ] {
            let channel = other.channel(&plugin, trick);
            let error = channel.deliver(&name("a"), b"a").unwrap_err();
            assert!(matches!(error, TransportError::Fault { .. }));
            assert_eq!(error.to_string(), format!("plugin `carrier` 1 {fault}"));
        }
        for (trick, fault) in [
            ("name", "handed in a file whose name begins with a point"),
            ("long", "handed in a file of more than 67108864 bytes"),
            ("null", "handed in a file that has a length and no bytes"),
        ] {
            let (files, ended) = fetched(&other.channel(&plugin, trick));
            assert!(files.is_empty(), "{trick}");
            let error = ended.unwrap_err();
            assert_eq!(error.to_string(), format!("plugin `carrier` 1 {fault}"));
        }
        let early = plugin.channel("house", &settings(&[("trick", "early")]));
        assert_eq!(
            early.unwrap_err().to_string(),
            "plugin `carrier` 1 handed in a file when it was to do something else"
        );
        let silent = other.channel(&plugin, "silent").deliver(&name("a"), b"");
        assert_eq!(
            silent.unwrap_err().to_string(),
            "plugin `carrier` 1: it failed and did not say why"
        );
        let well = other.channel(&plugin, "none");
        well.deliver(&name("a"), b"a").unwrap();
    }
}

fn in_time(spec: PluginSpec) -> PluginSpec {
    let transfer_ms = 300.try_into().unwrap();
    spec.budget(Budget {
        transfer_ms,
        ..Budget::default()
    })
}

#[test]
fn an_errand_has_its_time() {
    let build = folder();
    let spec = in_time(PluginSpec::new(carrier(&build, &[])));
    let there = spec.clone().isolation(Isolation::Process);
    let other = Other::new();
    for plugin in [load(&spec), host().load(&there).unwrap()] {
        let error = other.channel(&plugin, "wait").deliver(&name("a"), b"");
        assert_eq!(
            error.unwrap_err().to_string(),
            "plugin `carrier` 1: its time of 300 ms was over: try again later, or allow more \
             with `transfer_ms`"
        );
    }
}

#[test]
fn a_crash_and_a_hang_in_a_process_of_its_own_cost_the_errand() {
    let build = folder();
    let spec = in_time(PluginSpec::new(carrier(&build, &[]))).isolation(Isolation::Process);
    let plugin = host().load(&spec).unwrap();
    let other = Other::new();
    let [abort, hang, none] = ["abort", "hang", "none"].map(|trick| other.channel(&plugin, trick));
    let error = abort.deliver(&name("a"), b"").unwrap_err();
    assert_eq!(
        error.to_string(),
        "plugin `carrier` 1 was lost on the way: its process was ended by signal 6"
    );
    none.deliver(&name("a"), b"a").unwrap();
    // What was kept before the crash is kept.
    let (files, ended) = fetched(&abort);
    assert_eq!((files.len(), ended.is_err()), (1, true));
    none.deliver(&name("a"), b"a").unwrap();
    let error = hang.deliver(&name("b"), b"").unwrap_err();
    assert_eq!(
        error.to_string(),
        "plugin `carrier` 1 took longer than the 300 ms that an errand may take, and its process \
         was ended"
    );
    none.deliver(&name("b"), b"b").unwrap();
    assert_eq!(other.files("out").len(), 2);
}

#[test]
fn a_plugin_that_lies_about_carrying_is_refused() {
    let build = folder();
    let refused = |lie: &str| {
        let library = carrier(&build, &[lie]);
        let path = library.display().to_string();
        let error = host().load(&PluginSpec::new(library)).unwrap_err();
        error.to_string().replace(&path, "it")
    };
    assert_eq!(
        refused("-DLIE_NONE"),
        "plugin it says that it has the extension `scrubjay.transport/1`, and does not give it"
    );
    assert_eq!(
        refused("-DLIE_SIZE=24"),
        "plugin it hands in a `scrubjay_transport_t` of 24 bytes where interface 1.2 has 32"
    );
    assert_eq!(
        refused("-DLIE_FETCH=NULL"),
        "plugin it has no function `fetch`"
    );
    assert!(refused("-DLIE_FLAGS=0").contains("would never be asked"));
    let other = load(&support::tricky("none"));
    let error = other.channel("house", &settings(&[])).unwrap_err();
    assert_eq!(error.to_string(), "plugin `faulty` 0.1.0 carries no files");
}
