//! A plugin in a process of its own: whatever it does, the host lives, the
//! claim is held, the reason names the plugin, and the next call is answered.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

mod support;

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use scrubjay_hooks::{ClaimSubject, Handler, Hook, Outcome, Subject};
use scrubjay_model::Claim;
use scrubjay_plugin_host::{
    Budget, ChildError, Ending, Isolation, LogLevel, PLUGIN_FAULT, Plugin, PluginError, PluginHost,
    PluginLog, PluginSpec, Trust,
};
use support::{
    claim, compile, faulty, folder, host, isolated, judge, lies, load, source, told, tricky,
};
use tempfile::TempDir;

#[test]
#[ignore = "the program of the plugins below, which the host starts"]
fn plugin_child() {
    support::serve();
}

/// The claim that tricks are played on, and one that they are not.
fn claims() -> (Claim, Claim) {
    let (bad, mut good) = (claim(), claim());
    good.id = "C-2002".parse().unwrap();
    (bad, good)
}

/// A plugin in C whose `judge` does something to the claim `C-1001` only.
fn mean(folder: &TempDir, name: &str, body: &str) -> PluginSpec {
    let body = format!(
        "const scrubjay_str bad = SCRUBJAY_STR(\"C-1001\");
         if (scrubjay_same(call->claim->id, bad)) {{ {body} }}"
    );
    let includes = "#define _GNU_SOURCE\n#include <fcntl.h>\n#include <signal.h>\n\
                    #include <stdio.h>\n#include <stdlib.h>\n#include <sys/socket.h>\n\
                    #include <sys/wait.h>\n#include <unistd.h>\n";
    let text = format!("{includes}{}", source(&body));
    isolated(PluginSpec::new(compile(folder, name, &text, &["-w"])))
}

/// The last finding, which must be a fault that holds the claim.
fn held<'a>(outcome: &'a Outcome, plugin: &str) -> &'a str {
    let fault = outcome.findings.last().unwrap();
    assert_eq!(fault.rule, PLUGIN_FAULT);
    assert!(fault.holds() && !fault.overridable);
    assert!(outcome.effects.is_empty());
    let named = format!("plugin `{plugin}` ");
    let (_, said) = fault
        .message
        .strip_prefix(&named)
        .and_then(|rest| rest.split_once(" at hook `scrub` "))
        .unwrap();
    said
}

/// The fault of the bad claim; the good ones before and after it are judged.
fn between_good_ones(plugin: &Plugin, id: &str) -> String {
    let (bad, good) = claims();
    assert!(!judge(plugin, Hook::Scrub, &good).holds());
    let outcome = judge(plugin, Hook::Scrub, &bad);
    let said = held(&outcome, id).to_owned();
    let after = judge(plugin, Hook::Scrub, &good);
    assert!(!after.holds(), "{said}: {:?}", after.findings);
    assert!(!after.ran.is_empty());
    assert_eq!(plugin.set_aside(), None);
    said
}

#[test]
fn what_a_process_contains_ends_alike_in_one_of_its_own() {
    let (claim, _) = claims();
    for trick in [
        "none",
        "panic",
        "error",
        "flood",
        "flood-effects",
        "undeclared",
        "bad-edit",
        "bad-line",
        "bad-message",
        "long-message",
        "bad-code",
        "empty-repair",
        "disallowed",
    ] {
        let here = load(&tricky(trick));
        let there = host().load(&isolated(tricky(trick))).unwrap();
        for hook in [Hook::Scrub, Hook::Submit] {
            let outcome = judge(&there, hook, &claim);
            assert_eq!(outcome, judge(&here, hook, &claim), "{trick}");
            assert_eq!(&*outcome.ran[0].rule, "plugin:faulty");
        }
        assert_eq!(there.info(), here.info());
    }
}

#[test]
fn lies_end_alike_in_a_process_of_their_own() {
    let folder = folder();
    for flags in [
        &[][..],
        &["-DLIE=said=NULL"],
        &["-DLIE=finding.size=4000000000u"],
        &["-DLIE=finding.message=BYTES"],
        &["-DLIE=finding.message.len=(size_t)-1"],
        &["-DLIE=stray(call)"],
        &["-DLIE_STATUS=SCRUBJAY_PANIC"],
        &["-DLIE_STATUS=(-7)"],
    ] {
        let spec = PluginSpec::new(lies(&folder, flags));
        let (here, there) = (load(&spec), host().load(&isolated(spec)).unwrap());
        let outcome = judge(&there, Hook::Scrub, &claim());
        assert_eq!(outcome, judge(&here, Hook::Scrub, &claim()), "{flags:?}");
        assert_eq!(outcome.holds(), !flags.is_empty(), "{flags:?}");
    }
}

#[test]
fn an_abort_a_stack_without_end_and_a_want_of_memory_cost_one_call() {
    for (trick, said) in [
        (
            "abort",
            "could not judge: its process was ended by signal 6",
        ),
        (
            "overflow",
            "could not judge: its process was ended by signal 6",
        ),
        (
            "devour",
            "could not judge: its process was ended by signal 6",
        ),
    ] {
        let mut spec = isolated(tricky(trick).setting("only", "C-1001"));
        spec.budget.memory_mb = Some(512.try_into().unwrap());
        let plugin = host().load(&spec).unwrap();
        assert_eq!(between_good_ones(&plugin, "faulty"), said, "{trick}");
        assert_eq!(between_good_ones(&plugin, "faulty"), said, "{trick}");
    }
}

#[test]
fn whatever_c_does_to_its_own_process_costs_one_call() {
    let folder = folder();
    for (name, body, said) in [
        (
            "segfault",
            "*(volatile int *)8 = 1;",
            "could not judge: its process was ended by signal 11",
        ),
        (
            "scribble",
            "memset((void *)call, 0x5a, sizeof *call); call->error(call, bad);",
            "could not judge: its process was ended by signal 11",
        ),
        (
            "killed",
            "raise(SIGKILL);",
            "could not judge: its process was ended by signal 9",
        ),
        (
            "exit",
            "_exit(3);",
            "could not judge: its process ended itself with status 3",
        ),
        (
            "close",
            "for (int i = 3; i < 64; i++) shutdown(i, SHUT_RDWR); sleep(60);",
            "could not judge: its process closed its pipe to the host",
        ),
        (
            "garbage",
            "for (int i = 3; i < 64; i++) write(i, \"\\5\\0\\0\\0hello\", 9); sleep(60);",
            "could not judge: its process said what is no answer, and was ended",
        ),
        (
            "longest",
            "for (int i = 3; i < 64; i++) write(i, \"\\xff\\xff\\xff\\xff\", 4); sleep(60);",
            "could not judge: its process said what is no answer, and was ended",
        ),
        (
            "other_call",
            "const char lie[] = \"X\\0\\0\\0{\\\"judged\\\":{\\\"call\\\":9,\\\"told\\\":\
             {\\\"findings\\\":[],\\\"effects\\\":[],\\\"fault\\\":null}}}\";
             char frame[sizeof lie]; memcpy(frame, lie, sizeof lie);
             frame[0] = sizeof lie - 5;
             for (int i = 3; i < 64; i++) write(i, frame, sizeof lie - 1); sleep(60);",
            "could not judge: its process said what is no answer, and was ended",
        ),
    ] {
        let plugin = host().load(&mean(&folder, name, body)).unwrap();
        assert_eq!(between_good_ones(&plugin, "plain"), said, "{name}");
    }
}

#[test]
fn a_call_that_hangs_is_ended_when_its_time_is_over() {
    let mut spec = isolated(tricky("hang").setting("only", "C-1001"));
    spec.budget.call_ms = 200.try_into().unwrap();
    let plugin = host().load(&spec).unwrap();
    let started = Instant::now();
    assert_eq!(
        between_good_ones(&plugin, "faulty"),
        "took longer than the 200 ms that a call may take, and its process was ended"
    );
    assert!(started.elapsed() < Duration::from_secs(4));
}

#[test]
fn a_plugin_that_heeds_its_cancel_flag_keeps_its_process() {
    let folder = folder();
    let pids = folder.path().join("pids");
    let body = format!(
        "while (!call->cancelled(call)) {{ }} {} return SCRUBJAY_CANCELLED;",
        append_pid(&pids)
    );
    let mut spec = mean(&folder, "heeds", &body);
    spec.budget.call_ms = 1_000.try_into().unwrap();
    let plugin = host().load(&spec).unwrap();
    for _ in 0..2 {
        let said = between_good_ones(&plugin, "plain");
        assert_eq!(said, "took longer than the 1000 ms that a call may take");
    }
    let pids = written(&pids);
    assert_eq!(pids.len(), 2);
    assert_eq!(pids[0], pids[1]);
}

#[test]
fn losses_in_a_row_are_waited_out_and_then_the_plugin_is_set_aside() {
    let (bad, good) = claims();
    let mut spec = isolated(tricky("abort").setting("only", "C-1001"));
    spec.budget.faults = 5.try_into().unwrap();
    let plugin = host().load(&spec).unwrap();
    let lost = "could not judge: its process was ended by signal 6";
    let resting = "was not asked: its process ended, and a new one is not started at once: \
                   judge the claim again later";
    let said = |claim: &Claim| held(&judge(&plugin, Hook::Scrub, claim), "faulty").to_owned();
    // The first new process comes at once, the others after longer and longer
    // waits.
    let lose = |wait| {
        std::thread::sleep(Duration::from_millis(wait));
        assert_eq!(said(&bad), lost);
    };
    [0, 0, 120, 220].into_iter().for_each(lose);
    let at = Instant::now();
    for _ in 0..50 {
        assert_eq!(said(&good), resting);
    }
    assert!(at.elapsed() < Duration::from_millis(350), "nobody waits");
    assert_eq!(plugin.set_aside(), None, "waiting is no fault of its own");
    // A call that comes back ends the waits, and the count.
    std::thread::sleep(Duration::from_millis(420));
    assert!(!judge(&plugin, Hook::Scrub, &good).holds());
    [0, 0, 120, 220].into_iter().for_each(lose);
    assert_eq!(plugin.set_aside(), None);
    lose(420);
    assert_eq!(plugin.set_aside(), Some(5));
    assert!(said(&good).starts_with("is set aside after 5 faults in a row"));
    plugin.replace(&isolated(tricky("none"))).unwrap();
    assert!(!judge(&plugin, Hook::Scrub, &bad).holds());
}

/// C that adds the number of its process to a file.
fn append_pid(path: &Path) -> String {
    let path = path.display();
    format!(
        "{{ FILE *f = fopen(\"{path}\", \"a\"); fprintf(f, \"%d\\n\", (int)getpid()); fclose(f); }}"
    )
}

/// The numbers that were added.
fn written(path: &Path) -> Vec<u32> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| line.parse().unwrap()).collect()
}

/// Whether a process is there, if only as a zombie.
fn is_there(pid: u32) -> bool {
    Path::new("/proc").join(pid.to_string()).exists()
}

/// Waits for something, but not for ever.
fn soon(what: &str, is_so: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(10);
    while !is_so() {
        assert!(Instant::now() < until, "{what} did not happen");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn no_process_is_left_behind_and_none_that_it_started() {
    let folder = folder();
    let pids = folder.path().join("pids");
    let tell = append_pid(&pids);
    // The child of the child hangs, and keeps the socket.
    let body = format!(
        "{tell} if (fork() == 0) {{ {tell} sleep(60); _exit(0); }} usleep(50000); abort();"
    );
    let mut spec = mean(&folder, "forks", &body);
    spec.budget.call_ms = 500.try_into().unwrap();
    let plugin = host().load(&spec).unwrap();
    let (bad, good) = claims();
    assert!(judge(&plugin, Hook::Scrub, &bad).holds());
    assert!(!judge(&plugin, Hook::Scrub, &good).holds());
    let gone = written(&pids);
    assert_eq!(gone.len(), 2);
    assert!(!is_there(gone[0]), "it was waited for");
    // A grandchild is waited for by whoever takes in orphans.
    soon("the end of the grandchild", || {
        !is_there(gone[1]) || state(gone[1]) == 'Z'
    });

    let alive = mean(&folder, "alive", &tell);
    plugin.replace(&alive).unwrap();
    assert!(!judge(&plugin, Hook::Scrub, &bad).holds());
    let pid = *written(&pids).last().unwrap();
    assert!(is_there(pid));
    drop(plugin);
    assert!(!is_there(pid), "the last one goes with its plugin");
}

/// The letter of a process' state.
fn state(pid: u32) -> char {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let rest = stat.rsplit(')').next().unwrap_or_default();
    rest.trim().chars().next().unwrap_or('Z')
}

#[test]
#[ignore = "a host that is killed by the test below"]
fn host_that_is_killed() {
    let Some(library) = std::env::var_os("PLUGIN_THAT_HANGS") else {
        return;
    };
    let mut spec = isolated(PluginSpec::new(library));
    spec.budget.call_ms = 60_000.try_into().unwrap();
    let plugin = host().load(&spec).unwrap();
    judge(&plugin, Hook::Scrub, &claim());
}

#[test]
fn a_process_ends_with_its_host_even_in_the_middle_of_a_call() {
    let folder = folder();
    let pids = folder.path().join("pids");
    let hangs = mean(
        &folder,
        "hangs",
        &format!("{} for (;;) sleep(1);", append_pid(&pids)),
    );
    let mut killed = Command::new(std::env::current_exe().unwrap())
        .args(["host_that_is_killed", "--exact", "--ignored"])
        .env("PLUGIN_THAT_HANGS", &hangs.path)
        // Its private copies, which it cannot take away itself.
        .env("TMPDIR", folder.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    soon("the call", || !written(&pids).is_empty());
    let pid = written(&pids)[0];
    assert!(is_there(pid) && state(pid) != 'Z');
    killed.kill().unwrap();
    assert_eq!(killed.wait().unwrap().signal(), Some(9));
    soon("the end of the plugin's process", || {
        !is_there(pid) || state(pid) == 'Z'
    });
}

#[test]
fn a_process_has_nothing_of_its_host_and_its_words_go_nowhere() {
    use rustix::io::{FdFlags, fcntl_setfd};
    let folder = folder();
    // A file that the host forgot to keep to itself.
    let secret = std::fs::File::open(faulty()).unwrap();
    fcntl_setfd(&secret, FdFlags::empty()).unwrap();
    let body = r#"
        extern char **environ;
        char text[400]; size_t at = 0; int descriptors = 0; char byte;
        scrubjay_finding_t said = { .size = sizeof said, .severity = SCRUBJAY_INFO,
                                    .edit = SCRUBJAY_STR("said") };
        for (int i = 0; i < 400; i++) printf("a line that must not be seen\n");
        fflush(stdout);
        for (int i = 3; i < 4096; i++)
            if (fcntl(i, F_GETFD) != -1) {
                int type = 0; socklen_t length = sizeof type;
                descriptors++;
                if (getsockopt(i, SOL_SOCKET, SO_TYPE, &type, &length) != 0)
                    at += snprintf(text + at, sizeof text - at, "%d is no socket; ", i);
            }
        for (char **name = environ; *name; name++)
            at += snprintf(text + at, sizeof text - at, "%.20s; ", *name);
        snprintf(text + at, sizeof text - at, "%d read", (int)read(0, &byte, 1));
        said.message = scrubjay_text(text);
        call->finding(call, &said);"#;
    let plugin = host().load(&mean(&folder, "nosy", body)).unwrap();
    let outcome = judge(&plugin, Hook::Scrub, &claim());
    let said = told(&outcome);
    let library_path = std::env::var_os("LD_LIBRARY_PATH").is_some();
    let [(_, message)] = said[..] else {
        panic!("{said:?}");
    };
    let words: Vec<&str> = message.split("; ").collect();
    assert_eq!(words.len(), 1 + usize::from(library_path), "{message}");
    assert_eq!(*words.last().unwrap(), "0 read");
    drop(secret);
}

/// A log that keeps its lines.
#[derive(Default)]
struct Kept(std::sync::Mutex<Vec<String>>);

impl PluginLog for Kept {
    fn line(&self, plugin: &str, level: LogLevel, text: &str) {
        let line = format!("{plugin} {level:?}: {text}");
        self.0.lock().unwrap().push(line);
    }
}

#[test]
fn what_a_plugin_logs_in_its_own_process_comes_to_the_log_of_the_host() {
    let folder = folder();
    let text = source("scrubjay_str line = SCRUBJAY_STR(\"judging\\n now\"); kept->log(kept, SCRUBJAY_LOG_WARN, line);")
        .replace(
            "static scrubjay_status judge",
            "static const scrubjay_host_t *kept;\nstatic scrubjay_status judge",
        )
        .replace(
            "(void)host; *made",
            "scrubjay_str line = SCRUBJAY_STR(\"ready\"); kept = host; \
             host->log(host, SCRUBJAY_LOG_INFO, line); *made",
        );
    let spec = isolated(PluginSpec::new(compile(&folder, "logs", &text, &["-w"])));
    let log = Arc::new(Kept::default());
    let plugin = PluginHost::with(Trust::Named, Arc::clone(&log) as Arc<dyn PluginLog>)
        .unwrap()
        .child_program(
            std::env::current_exe().unwrap(),
            ["plugin_child", "--exact", "--ignored"],
        )
        .load(&spec)
        .unwrap();
    assert!(!judge(&plugin, Hook::Scrub, &claim()).holds());
    let lines = log.0.lock().unwrap();
    assert_eq!(*lines, ["plain Info: ready", "plain Warn: judging  now"]);
}

#[test]
fn a_running_version_is_replaced_across_the_border_and_back() {
    let (claim, _) = claims();
    let here = tricky("none");
    let there = isolated(tricky("none"));
    let plugin = host().load(&here).unwrap();
    let before = judge(&plugin, Hook::Scrub, &claim);
    for spec in [&there, &there, &here, &there] {
        plugin.replace(spec).unwrap();
        assert_eq!(judge(&plugin, Hook::Scrub, &claim), before);
    }
    // A version that does not start leaves the running one.
    let error = plugin
        .replace(&isolated(tricky("panic-in-open")))
        .unwrap_err();
    assert!(matches!(error, PluginError::Child { .. }), "{error}");
    assert_eq!(judge(&plugin, Hook::Scrub, &claim), before);
}

#[test]
fn a_version_with_a_call_under_way_is_replaced_and_still_heard() {
    let mut slow = isolated(tricky("slow").setting("only", "C-1001"));
    slow.budget.call_ms = 2_000.try_into().unwrap();
    let plugin = host().load(&slow).unwrap();
    let call = {
        let plugin = Arc::clone(&plugin);
        std::thread::spawn(move || judge(&plugin, Hook::Scrub, &claim()))
    };
    std::thread::sleep(Duration::from_millis(20));
    plugin.replace(&isolated(tricky("none"))).unwrap();
    assert!(!judge(&plugin, Hook::Scrub, &claim()).holds());
    assert_eq!(call.join().unwrap().findings.len(), 1);
}

#[test]
fn several_threads_share_one_process_and_one_crash_costs_one_call() {
    let spec = isolated(tricky("abort").setting("only", "C-1001"));
    let plugin = host().load(&spec).unwrap();
    let threads: Vec<_> = (0..3)
        .map(|_| {
            let plugin = Arc::clone(&plugin);
            std::thread::spawn(move || {
                let (_, good) = claims();
                (0..100)
                    .filter(|_| judge(&plugin, Hook::Scrub, &good).holds())
                    .count()
            })
        })
        .collect();
    let (bad, _) = claims();
    assert!(judge(&plugin, Hook::Scrub, &bad).holds());
    let held: usize = threads.into_iter().map(|held| held.join().unwrap()).sum();
    assert_eq!(held, 0);
}

#[test]
fn a_worker_that_outlives_its_host_still_starts_new_processes() {
    let payer = support::payer();
    let spec = isolated(tricky("abort").setting("only", "C-1001"));
    let mut worker = host().load(&spec).unwrap().worker();
    let (bad, good) = claims();
    let mut held = |claim| {
        let subject = ClaimSubject {
            payer: Some(&payer),
            ..ClaimSubject::of(claim, support::day("2026-03-05"))
        };
        let mut outcome = Outcome::default();
        let subject = Subject::Claim(&subject);
        worker.judge(Hook::Scrub, subject, support::context(), &mut outcome);
        outcome.holds()
    };
    assert!(held(&bad));
    assert!(!held(&good));
}

/// Why a plugin is refused in a process of its own.
fn refused(spec: &PluginSpec) -> (ChildError, String) {
    let error = host().load(spec).unwrap_err();
    let text = error.to_string();
    match error {
        PluginError::Child { path, problem } => {
            assert_eq!(path, spec.path);
            assert!(text.contains(&*path.to_string_lossy()), "{text}");
            (problem, text)
        }
        error => panic!("{error}"),
    }
}

#[test]
fn a_plugin_that_does_not_start_in_its_process_is_refused_with_the_reason() {
    let (problem, text) = refused(&isolated(tricky("no-such-trick")));
    assert!(matches!(problem, ChildError::Refused { .. }));
    assert!(
        text.ends_with("there is no trick `no-such-trick`"),
        "{text}"
    );

    let folder = folder();
    let made = |name: &str, text: &str| {
        isolated(PluginSpec::new(compile(
            &folder,
            name,
            &format!("#include <stdlib.h>\n#include <unistd.h>\n{text}"),
            &["-w"],
        )))
    };
    let (problem, text) = refused(&made("no_plugin", "int nothing;"));
    assert!(matches!(problem, ChildError::Refused { .. }));
    assert!(text.contains("does not export"), "{text}");
    let crash = "static void __attribute__((constructor)) first(void) { abort(); }";
    let crashes = made("crashes", &format!("{}{crash}", source("")));
    assert!(matches!(
        refused(&crashes).0,
        ChildError::Lost {
            ending: Ending::Signal(6)
        }
    ));
    let error = host().inspect(&crashes).unwrap_err();
    assert!(error.to_string().contains("signal 6"), "{error}");
    let hang = source("").replace("(void)host; *made", "sleep(60); *made");
    let mut hangs = made("hangs", &hang);
    hangs.budget.start_ms = Some(300.try_into().unwrap());
    assert!(matches!(
        refused(&hangs).0,
        ChildError::Slow { limit_ms: 300 }
    ));
    assert_eq!(host().inspect(&hangs).unwrap().id, "plain");
}

#[test]
fn a_host_without_a_program_and_a_program_that_serves_nobody_say_so() {
    let spec = isolated(tricky("none"));
    let error = PluginHost::new().unwrap().load(&spec).unwrap_err();
    assert!(
        error.to_string().ends_with(
            "in a process of its own: this program names none to run it in: leave out \
             `isolation: process`, or have the program name one with `child_program`"
        ),
        "{error}"
    );
    let mut spec = spec;
    spec.budget.start_ms = Some(500.try_into().unwrap());
    let with = |program: PathBuf| {
        let host = PluginHost::new().unwrap();
        let arguments: [&str; 0] = [];
        match host
            .child_program(program, arguments)
            .load(&spec)
            .unwrap_err()
        {
            PluginError::Child { problem, .. } => problem,
            error => panic!("{error}"),
        }
    };
    assert!(matches!(
        with("/no/such/program".into()),
        ChildError::Start { .. }
    ));
    let ended = with("/bin/false".into());
    assert!(
        matches!(
            ended,
            ChildError::Lost {
                ending: Ending::Status(1)
            }
        ),
        "{ended}"
    );
    let deaf = with("/bin/cat".into());
    assert!(matches!(deaf, ChildError::Slow { limit_ms: 500 }), "{deaf}");
}

#[test]
fn limits_that_nothing_would_keep_are_refused() {
    let limited = |budget: Budget| tricky("none").budget(budget);
    for (limit, budget) in [
        (
            "memory_mb",
            Budget {
                memory_mb: Some(64.try_into().unwrap()),
                ..Budget::default()
            },
        ),
        (
            "start_ms",
            Budget {
                start_ms: Some(64.try_into().unwrap()),
                ..Budget::default()
            },
        ),
    ] {
        let error = host().load(&limited(budget)).unwrap_err();
        assert!(
            matches!(error, PluginError::Limit { limit: named, .. } if named == limit),
            "{error}"
        );
        let there = limited(budget).isolation(Isolation::Process);
        assert_eq!(there.budget, budget);
    }
}
