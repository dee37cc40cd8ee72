//! A plugin is replaced while claims run: none is lost, none is judged by half
//! of each version, and nothing piles up.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

mod support;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use scrubjay_hooks::{ClaimSubject, Handler, Hook, Outcome, Subject};
use scrubjay_plugin_host::{Plugin, PluginError, PluginHost, PluginSpec};
use support::{claim, compile, context, day, faulty, folder, judge, payer, told, tricky};
use tempfile::TempDir;

/// A plugin that says its version twice in each call, at its beginning and at
/// its end, out of state that it makes in `create` and frees in `destroy`.
fn version(folder: &TempDir, name: &str, flags: &[&str]) -> PathBuf {
    let source = r#"
        #include <stdlib.h>
        #include "scrubjay_plugin.h"
        #ifndef ID
        #define ID "versioned"
        #endif
        #ifndef HOOKS
        #define HOOKS SCRUBJAY_HOOK_SCRUB
        #endif
        #ifndef CREATED
        #define CREATED SCRUBJAY_OK
        #endif
        typedef struct { scrubjay_plugin_t plugin; scrubjay_str version; } made_t;
        static void say(const scrubjay_call_t *call, scrubjay_str version)
        {
            scrubjay_finding_t finding = { .size = sizeof finding, .severity = SCRUBJAY_INFO,
                                           .edit = SCRUBJAY_STR("version") };
            finding.message = version;
            call->finding(call, &finding);
        }
        static scrubjay_status judge(const scrubjay_plugin_t *plugin, const scrubjay_call_t *call)
        {
            static const scrubjay_str MINE = SCRUBJAY_STR(VERSION);
            const made_t *made = plugin->state;
            volatile int wait;
            say(call, made->version);
            for (wait = 0; wait < 20000; wait++) { }
            say(call, MINE);
            return SCRUBJAY_OK;
        }
        static void destroy(const scrubjay_plugin_t *plugin)
        {
            made_t *made = plugin->state;
            static const scrubjay_str GONE = SCRUBJAY_STR("gone");
            made->version = GONE;
            free(made);
        }
        static scrubjay_status create(const scrubjay_host_t *host, const scrubjay_plugin_t **out)
        {
            static const scrubjay_str MINE = SCRUBJAY_STR(VERSION);
            made_t *made = calloc(1, sizeof *made);
            (void)host;
            made->plugin.size = sizeof made->plugin;
            made->plugin.state = made;
            made->plugin.judge = judge;
            made->plugin.destroy = destroy;
            made->version = MINE;
            *out = &made->plugin;
            return CREATED;
        }
        static const scrubjay_descriptor_t descriptor = {
            .size = sizeof descriptor, .flags = SCRUBJAY_PLUGIN_THREAD_SAFE,
            .id = SCRUBJAY_STR(ID), .version = SCRUBJAY_STR(VERSION),
            .title = SCRUBJAY_STR("t"), .vendor = SCRUBJAY_STR("v"),
            .licence = SCRUBJAY_STR("l"), .hooks = HOOKS };
        SCRUBJAY_EXPORT const scrubjay_entry_t scrubjay_plugin_entry = {
            .size = sizeof(scrubjay_entry_t), .magic = SCRUBJAY_MAGIC,
            .abi_major = SCRUBJAY_ABI_MAJOR, .abi_minor = SCRUBJAY_ABI_MINOR,
            .descriptor = &descriptor, .create = create };
    "#;
    let version = format!("-DVERSION=\"{name}\"");
    compile(folder, name, source, &[&[version.as_str()], flags].concat())
}

/// Judges claims until told to stop; gives back how many, each by one version.
fn run(plugin: &Plugin, stop: &AtomicBool) -> usize {
    let mut worker = plugin.worker();
    let (claim, payer) = (claim(), payer());
    let subject = ClaimSubject {
        payer: Some(&payer),
        ..ClaimSubject::of(&claim, day("2026-03-05"))
    };
    let mut judged = 0;
    while !stop.load(Ordering::Relaxed) {
        let mut outcome = Outcome::default();
        worker.judge(
            Hook::Scrub,
            Subject::Claim(&subject),
            context(),
            &mut outcome,
        );
        let [(_, first), (_, second)] = told(&outcome)[..] else {
            panic!("{:?}", outcome.findings);
        };
        assert_eq!(first, second, "half of each");
        let version = format!("versioned@{first}");
        assert!(outcome.ran.iter().all(|ran| *ran.version == version));
        judged += 1;
    }
    judged
}

/// One test at a time: they look at the memory of the process.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Kilobytes of this process in memory.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Private copies of a library that are mapped.
fn mapped(name: &str) -> usize {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let mut files: Vec<&str> = maps
        .lines()
        .filter_map(|line| line.split_whitespace().nth(5))
        .filter(|file| file.contains("scrubjay-plugins-") && file.contains(name))
        .collect();
    files.sort_unstable();
    files.dedup();
    files.len()
}

#[test]
fn a_thousand_replacements_under_load_lose_nothing_and_leave_nothing() {
    let _alone = alone();
    let folder = folder();
    let versions = ["one", "two"].map(|name| PluginSpec::new(version(&folder, name, &[])));
    let host = PluginHost::new().unwrap();
    let plugin = host.load(&versions[0]).unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let threads: Vec<_> = (0..2)
        .map(|_| {
            let (plugin, stop) = (Arc::clone(&plugin), Arc::clone(&stop));
            std::thread::spawn(move || run(&plugin, &stop))
        })
        .collect();
    let mut before = 0;
    for round in 1..=1_000 {
        let info = plugin.replace(&versions[round % 2]).unwrap();
        assert_eq!(info.version, ["one", "two"][round % 2]);
        if round == 100 {
            before = resident();
        }
    }
    let after = resident();
    stop.store(true, Ordering::Relaxed);
    let judged: usize = threads
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .sum();
    assert!(judged > 100, "{judged} claims were judged meanwhile");
    assert!(after < before + 2_048, "{before} kB grew to {after} kB");
    assert_eq!(mapped("libone") + mapped("libtwo"), 1);
    drop(plugin);
    assert_eq!(mapped("libone") + mapped("libtwo"), 0);
}

#[test]
fn a_library_in_rust_is_replaced_without_growth_too() {
    let _alone = alone();
    let host = PluginHost::new().unwrap();
    let plugin = host.load(&tricky("none")).unwrap();
    // On a thread of its own, which outlives every version.
    let stop = Arc::new(AtomicBool::new(false));
    let judged = Arc::new(AtomicUsize::new(0));
    let thread = {
        let (plugin, stop, judged) = (Arc::clone(&plugin), Arc::clone(&stop), Arc::clone(&judged));
        std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                assert_eq!(judge(&plugin, Hook::Scrub, &claim()).findings.len(), 1);
                judged.fetch_add(1, Ordering::Relaxed);
            }
        })
    };
    let mut before = 0;
    for round in 1..=60 {
        let seen = judged.load(Ordering::Relaxed);
        plugin.replace(&tricky("none")).unwrap();
        while judged.load(Ordering::Relaxed) == seen {
            std::thread::yield_now();
        }
        if round == 20 {
            before = resident();
        }
    }
    let after = resident();
    assert!(after < before + 4_096, "{before} kB grew to {after} kB");
    stop.store(true, Ordering::Relaxed);
    thread.join().unwrap();
    assert_eq!(mapped("libfaulty"), 1);
}

#[test]
fn an_old_version_stays_until_its_last_call_has_ended() {
    let _alone = alone();
    let host = PluginHost::new().unwrap();
    let slow = host.load(&tricky("slow")).unwrap();
    let call = {
        let slow = Arc::clone(&slow);
        std::thread::spawn(move || judge(&slow, Hook::Scrub, &claim()))
    };
    std::thread::sleep(Duration::from_millis(20));
    slow.replace(&tricky("none")).unwrap();
    // The new one answers while the old one still sleeps.
    assert_eq!(judge(&slow, Hook::Scrub, &claim()).findings.len(), 1);
    assert!(!call.is_finished());
    let outcome = call.join().unwrap();
    assert_eq!(
        outcome.findings.len(),
        2,
        "the old one was slow, and is still heard"
    );
}

#[test]
fn what_cannot_replace_a_plugin_leaves_it_as_it_is() {
    let _alone = alone();
    let folder = folder();
    let host = PluginHost::new().unwrap();
    let one = PluginSpec::new(version(&folder, "one", &[]));
    let plugin = host.load(&one).unwrap();
    let broken = folder.path().join("broken.so");
    std::fs::write(&broken, b"half of a libra").unwrap();
    let hooks = "-DHOOKS=(SCRUBJAY_HOOK_SCRUB|SCRUBJAY_HOOK_CLAIM)";
    for (path, reason) in [
        (
            faulty(),
            "plugin `versioned` cannot be replaced while it runs: the file is plugin `faulty`",
        ),
        (
            version(&folder, "hooks", &[hooks]),
            "plugin `versioned` cannot be replaced while it runs: \
             the new version is asked at other hooks, which takes a restart",
        ),
        (
            version(&folder, "failing", &["-DCREATED=SCRUBJAY_ERROR"]),
            "plugin `versioned` would not start (status 1)",
        ),
    ] {
        let error = plugin.replace(&PluginSpec::new(path)).unwrap_err();
        assert_eq!(error.to_string(), reason);
    }
    let error = plugin.replace(&PluginSpec::new(broken)).unwrap_err();
    assert!(matches!(error, PluginError::Image { .. }), "{error}");
    let outcome = judge(&plugin, Hook::Scrub, &claim());
    assert_eq!(told(&outcome)[0].1, "one");
    assert_eq!(plugin.path(), one.path);
}
