//! Plugins and hosts of different minor versions of the interface meet.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use scrubjay_hooks::{
    ClaimSubject, EarlierClaim, EarlierService, FileName, Handler, Hook, Outcome, Subject,
    Transport,
};
use scrubjay_plugin_host::{LinesSeen, Plugin, PluginSpec, Setting};
use support::{
    cc, claim, context, day, faulty, fee_schedule, folder, include, judge, load, payer, told,
    tricky,
};
use tempfile::TempDir;

const HEADER: &str = "scrubjay_plugin.h";
const MINOR: &str = "#define SCRUBJAY_ABI_MINOR 2u";

fn header() -> String {
    let header = std::fs::read_to_string(include().join(HEADER)).unwrap();
    assert!(header.contains(MINOR));
    header
}

fn write(folder: &TempDir, version: &str, header: &str) -> PathBuf {
    let include = folder.path().join(version);
    std::fs::create_dir_all(&include).unwrap();
    std::fs::write(include.join(HEADER), header).unwrap();
    include
}

/// The header as it was at an earlier minor version: without what came since.
fn older(folder: &TempDir, minor: u32) -> PathBuf {
    let mut header = header().replace(MINOR, &format!("#define SCRUBJAY_ABI_MINOR {minor}u"));
    // The helper that asks for lines came with them, at 1.2.
    let helper = header.find("static inline scrubjay_status scrubjay_lines(");
    let helper = helper.unwrap();
    let end = helper + header[helper..].find("\n}\n").unwrap();
    header.replace_range(helper..end + 3, "");
    let later: Vec<String> = (minor + 1..=2)
        .map(|minor| format!("since 1.{minor}"))
        .collect();
    let known = |line: &&str| !later.iter().any(|since| line.contains(since));
    let header: String = header
        .lines()
        .filter(known)
        .flat_map(|line| [line, "\n"])
        .collect();
    write(folder, &format!("1.{minor}"), &header)
}

/// The header as it may be at 1.3: every struct that may grow has grown.
fn next(folder: &TempDir) -> PathBuf {
    let mut header = header().replace(MINOR, "#define SCRUBJAY_ABI_MINOR 3u");
    let mut grown = 0;
    for name in [
        "person",
        "provider",
        "diagnosis",
        "line",
        "claim",
        "service",
        "earlier",
        "finding",
        "effect",
        "descriptor",
        "entry",
        "transport",
    ] {
        let end = format!("}} scrubjay_{name}_t;");
        assert!(header.contains(&end), "{name}");
        header = header.replace(&end, &format!("    uint64_t next;\n{end}"));
        grown += 1;
    }
    for name in ["call", "host", "plugin", "exchange"] {
        let start = header.find(&format!("struct scrubjay_{name} {{")).unwrap();
        let end = start + header[start..].find("\n};").unwrap();
        header.insert_str(end, "\n    uint64_t next;");
        grown += 1;
    }
    assert_eq!(grown, 16);
    write(folder, "1.3", &header)
}

fn schedule(folder: &TempDir, include: &Path) -> Arc<Plugin> {
    std::fs::write(
        folder.path().join("fees.csv"),
        "procedure,amount\nA4550,20\n",
    )
    .unwrap();
    let version = include.file_name().unwrap().to_string_lossy().into_owned();
    let library = folder.path().join(format!("libfee_schedule-{version}.so"));
    let spec = PluginSpec::new(cc(&fee_schedule(), include, &library, &[]))
        .folder(folder.path())
        .setting("table", "fees.csv");
    load(&spec)
}

#[test]
fn a_plugin_of_an_older_and_of_a_newer_minor_version_runs_on_this_host() {
    let folder = folder();
    for (include, minor) in [
        (older(&folder, 0), 0),
        (older(&folder, 1), 1),
        (include(), 2),
        (next(&folder), 3),
    ] {
        let plugin = schedule(&folder, &include);
        assert_eq!(plugin.info().abi, (1, minor));
        let outcome = judge(&plugin, Hook::Scrub, &claim());
        assert_eq!(
            told(&outcome),
            [(
                "plugin:fee-schedule/expected-payment",
                "expected payment 20.00 dollars for 1 of 6 lines"
            )],
            "1.{minor}"
        );
    }
}

/// A plugin that looks at earlier claims where its header and its host know of
/// them, asks for lines where its header lets it, and looks at a field of 1.3.
const CURIOUS: &str = r#"
    #include <stdio.h>
    #include "scrubjay_plugin.h"
    static scrubjay_status judge(const scrubjay_plugin_t *plugin, const scrubjay_call_t *call)
    {
        scrubjay_finding_t finding = { .size = sizeof finding, .severity = SCRUBJAY_INFO,
                                       .edit = SCRUBJAY_STR("curious") };
        char text[200] = "knows nothing of earlier claims";
        const scrubjay_line_t *lines;
        size_t length;
        (void)plugin;
    #if SCRUBJAY_ABI_MINOR >= 2
        if (scrubjay_lines(call, &lines) != SCRUBJAY_OK)
            return SCRUBJAY_ERROR;
    #else
        lines = call->claim->lines;
    #endif
    #if SCRUBJAY_ABI_MINOR >= 1
        if (SCRUBJAY_HAS(call, scrubjay_call_t, earlier)) {
            const scrubjay_earlier_t *earlier;
            uint32_t at, services = 0;
            for (at = 0; call->earlier(call, at, &earlier) == SCRUBJAY_OK; at++) {
                uint32_t i;
                for (i = 0; i < earlier->service_count; i++)
                    services += scrubjay_service_at(earlier, i)->from == 20260105 ? 1 : 0;
            }
            snprintf(text, sizeof text, "%u earlier claims, %u services on one day", at, services);
        }
    #endif
        length = strlen(text);
        snprintf(text + length, sizeof text - length, ", %u lines, the last one number %u",
                 call->claim->line_count,
                 ((const scrubjay_line_t *)((const char *)lines + (call->claim->line_count - 1) *
                                            call->claim->line_size))->number);
    #if SCRUBJAY_ABI_MINOR >= 3
        if (SCRUBJAY_HAS(call, scrubjay_call_t, next))
            snprintf(text, sizeof text, "the host is newer than it can be");
    #endif
        finding.message = scrubjay_text(text);
        call->finding(call, &finding);
        return SCRUBJAY_OK;
    }
    static void destroy(const scrubjay_plugin_t *plugin) { (void)plugin; }
    static const scrubjay_plugin_t plugin = {
        .size = sizeof plugin, .judge = judge, .destroy = destroy };
    static scrubjay_status create(const scrubjay_host_t *host, const scrubjay_plugin_t **made)
    { (void)host; *made = &plugin; return SCRUBJAY_OK; }
    static const scrubjay_descriptor_t descriptor = {
        .size = sizeof descriptor, .id = SCRUBJAY_STR("curious"), .version = SCRUBJAY_STR("1"),
        .title = SCRUBJAY_STR("t"), .vendor = SCRUBJAY_STR("v"), .licence = SCRUBJAY_STR("l"),
    #if SCRUBJAY_ABI_MINOR >= 1
        .support = SCRUBJAY_STR("help@example.org"),
    #endif
    #if SCRUBJAY_ABI_MINOR >= 2
        .flags = SCRUBJAY_PLUGIN_LINES_WHEN_ASKED,
    #endif
        .hooks = SCRUBJAY_HOOK_SCRUB };
    SCRUBJAY_EXPORT const scrubjay_entry_t scrubjay_plugin_entry = {
        .size = sizeof(scrubjay_entry_t), .magic = SCRUBJAY_MAGIC,
        .abi_major = SCRUBJAY_ABI_MAJOR, .abi_minor = SCRUBJAY_ABI_MINOR,
        .descriptor = &descriptor, .create = create };
"#;

fn curious(folder: &TempDir, include: &Path) -> PathBuf {
    let version = include.file_name().unwrap().to_string_lossy().into_owned();
    let source = folder.path().join("curious.c");
    std::fs::write(&source, CURIOUS).unwrap();
    cc(
        &source,
        include,
        &folder.path().join(format!("libcurious-{version}.so")),
        &[],
    )
}

fn history() -> Vec<EarlierClaim> {
    let service = |from: &str| EarlierService {
        from: Some(day(from)),
        procedure: None,
        modifiers: Vec::new(),
        units: 1.into(),
    };
    ["C-1", "C-2"]
        .iter()
        .map(|id| EarlierClaim {
            id: id.parse().unwrap(),
            billing_npi: "2081400378".to_owned(),
            order: scrubjay_model::CoverageOrder::Primary,
            withdrawn: false,
            services: vec![service("2026-01-05"), service("2026-01-06")],
            denied: vec!["16".to_owned()],
        })
        .collect()
}

fn with_history(plugin: &Plugin) -> Outcome {
    let (claim, payer, history) = (claim(), payer(), history());
    let subject = ClaimSubject {
        payer: Some(&payer),
        history: &history,
        ..ClaimSubject::of(&claim, day("2026-03-05"))
    };
    let mut outcome = Outcome::default();
    plugin.worker().judge(
        Hook::Scrub,
        Subject::Claim(&subject),
        context(),
        &mut outcome,
    );
    outcome
}

#[test]
fn what_came_with_a_minor_version_is_there_for_those_who_know_of_it() {
    let folder = folder();
    let support = Some("help@example.org".to_owned());
    let counted = "2 earlier claims, 2 services on one day, 6 lines, the last one number 6";
    let unknowing = "knows nothing of earlier claims, 6 lines, the last one number 6";
    let (at_once, asked) = (LinesSeen::AtOnce, LinesSeen::WhenAsked);
    for (include, support, lines, said) in [
        (older(&folder, 0), None, at_once, unknowing),
        (older(&folder, 1), support.clone(), at_once, counted),
        (include(), support.clone(), asked, counted),
        (next(&folder), support, asked, counted),
    ] {
        let plugin = load(&PluginSpec::new(curious(&folder, &include)));
        assert_eq!(plugin.info().support, support);
        assert_eq!(plugin.info().lines, lines);
        assert_eq!(
            told(&with_history(&plugin)),
            [("plugin:curious/curious", said)]
        );
    }
    let plugin = load(&tricky("none"));
    let said = "this claim was seen, and 2 before it";
    assert_eq!(told(&with_history(&plugin))[0].1, said);
}

/// A host of another minor version, in C: as much of one as a plugin meets.
const OTHER_HOST: &str = r#"
    #include <dlfcn.h>
    #include <stdio.h>
    #include "scrubjay_plugin.h"
    static scrubjay_status setting(const scrubjay_host_t *host, scrubjay_str key,
                                   scrubjay_str *value)
    { (void)host; (void)key; (void)value; return SCRUBJAY_ABSENT; }
    static scrubjay_status setting_at(const scrubjay_host_t *host, uint32_t at, scrubjay_str *key,
                                      scrubjay_str *value)
    { (void)host; (void)at; (void)key; (void)value; return SCRUBJAY_ABSENT; }
    static void log_line(const scrubjay_host_t *host, uint32_t level, scrubjay_str message)
    { (void)host; (void)level; (void)message; }
    static void host_error(const scrubjay_host_t *host, scrubjay_str message)
    { (void)host; printf("%.*s\n", (int)message.len, message.ptr); }
    static const void *get_extension(const scrubjay_host_t *host, scrubjay_str id)
    { (void)host; (void)id; return NULL; }
    static scrubjay_status finding(const scrubjay_call_t *call, const scrubjay_finding_t *finding)
    {
        (void)call;
        printf("%.*s\n", (int)finding->message.len, finding->message.ptr);
        return SCRUBJAY_OK;
    }
    static scrubjay_status effect(const scrubjay_call_t *call, const scrubjay_effect_t *effect)
    { (void)call; (void)effect; return SCRUBJAY_OK; }
    static uint32_t cancelled(const scrubjay_call_t *call) { (void)call; return 0; }
    static void call_error(const scrubjay_call_t *call, scrubjay_str message)
    { (void)call; printf("%.*s\n", (int)message.len, message.ptr); }
    static scrubjay_status document(const scrubjay_call_t *call, scrubjay_str *json)
    { (void)call; (void)json; return SCRUBJAY_ABSENT; }
    #if SCRUBJAY_ABI_MINOR >= 1
    static scrubjay_status earlier(const scrubjay_call_t *call, uint32_t at,
                                   const scrubjay_earlier_t **earlier)
    { (void)call; (void)at; (void)earlier; return SCRUBJAY_ABSENT; }
    #endif
    static const scrubjay_line_t line = { .size = sizeof line, .number = 7 };
    #if SCRUBJAY_ABI_MINOR >= 2
    static scrubjay_status lines(const scrubjay_call_t *call, const scrubjay_line_t **lines)
    { (void)call; *lines = &line; return SCRUBJAY_OK; }
    #endif
    int main(int count, char **arguments)
    {
        static const scrubjay_person_t person = { .size = sizeof person };
        static const scrubjay_provider_t provider = { .size = sizeof provider };
        const scrubjay_claim_t claim = {
            .size = sizeof claim, .kind = SCRUBJAY_CLAIM_PROFESSIONAL, .id = SCRUBJAY_STR("C-1"),
            .patient = &person, .subscriber = &person, .billing = &provider,
    #if SCRUBJAY_ABI_MINOR < 2
            .lines = &line,
    #endif
            .line_count = 1, .line_size = sizeof(scrubjay_line_t), .diagnosis_size = sizeof(scrubjay_diagnosis_t) };
        const scrubjay_host_t host = {
            .size = sizeof host, .abi_major = SCRUBJAY_ABI_MAJOR, .abi_minor = SCRUBJAY_ABI_MINOR,
            .setting = setting, .setting_at = setting_at, .log = log_line, .error = host_error,
            .get_extension = get_extension };
        const scrubjay_call_t call = {
            .size = sizeof call, .hook = SCRUBJAY_HOOK_SCRUB, .today = 20260305, .claim = &claim,
            .finding = finding, .effect = effect, .cancelled = cancelled, .error = call_error,
    #if SCRUBJAY_ABI_MINOR >= 1
            .earlier = earlier,
    #endif
    #if SCRUBJAY_ABI_MINOR >= 2
            .lines = lines,
    #endif
            .document = document };
        void *library = dlopen(count > 1 ? arguments[1] : "", RTLD_NOW);
        const scrubjay_entry_t *entry = library ? dlsym(library, "scrubjay_plugin_entry") : NULL;
        const scrubjay_plugin_t *plugin;
        scrubjay_status status;
        if (entry == NULL || entry->magic != SCRUBJAY_MAGIC ||
            entry->abi_major != SCRUBJAY_ABI_MAJOR || entry->create(&host, &plugin) != SCRUBJAY_OK)
            return 9;
        status = plugin->judge(plugin, &call);
        plugin->destroy(plugin);
        dlclose(library);
        return status;
    }
"#;

/// What a plugin says on a host compiled from that header.
fn on_other_host(folder: &TempDir, include: &Path, library: &Path) -> String {
    let source = folder.path().join("host.c");
    let program = folder.path().join("host");
    std::fs::write(&source, OTHER_HOST).unwrap();
    let built = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-I"])
        .args([include, Path::new("-o"), &program, &source])
        .arg("-ldl")
        .output()
        .unwrap();
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    let ran = Command::new(&program).arg(library).output().unwrap();
    assert_eq!(
        ran.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    String::from_utf8(ran.stdout).unwrap()
}

#[test]
fn a_plugin_of_this_version_runs_on_an_older_and_on_a_newer_host() {
    let folder = folder();
    let in_c = curious(&folder, &include());
    let none = "0 earlier claims, 0 services on one day, 1 lines, the last one number 7\n";
    let unknowing = "knows nothing of earlier claims, 1 lines, the last one number 7\n";
    for (include, said) in [
        (older(&folder, 0), unknowing),
        (older(&folder, 1), none),
        (include(), none),
        (next(&folder), none),
    ] {
        assert_eq!(on_other_host(&folder, &include, &in_c), said);
        assert_eq!(
            on_other_host(&folder, &include, &faulty()),
            "this claim was seen\n"
        );
    }
}

#[test]
fn a_plugin_of_a_newer_version_carries_files_as_well() {
    let folder = folder();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/carrier.c");
    let library = folder.path().join("libcarrier.so");
    let plugin = load(&PluginSpec::new(cc(
        &source,
        &next(&folder),
        &library,
        &["-pthread"],
    )));
    assert_eq!(plugin.info().abi, (1, 3));
    let out = folder.path().to_str().unwrap().to_owned();
    let settings = [("out".to_owned(), Setting(out))].into();
    let channel = plugin.channel("house", &settings).unwrap();
    let name = FileName::new("1-house.837p").unwrap();
    channel.deliver(&name, b"ISA~").unwrap();
    let there = std::fs::read(folder.path().join(name.as_str())).unwrap();
    assert_eq!(there, b"ISA~");
}
