//! A C compiler, a claim and a host, for every test of plugins.
#![allow(dead_code, clippy::unwrap_used)] // Each test uses a part of it.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::NaiveDate;
use scrubjay_hooks::{ClaimSubject, Context, Handler, Hook, Outcome, Subject};
use scrubjay_model::{
    Address, AsSent, Claim, ClaimKind, Coverage, CoverageOrder, Diagnosis, Frequency,
    LineOfBusiness, Money, Name, PayerProfile, Person, Provider, Relationship, ServiceLine, Sex,
};
use scrubjay_plugin_host::{
    Budget, Isolation, LogLevel, Plugin, PluginHost, PluginLog, PluginSpec, ServeError, Trust,
    serve_child,
};
use tempfile::TempDir;

/// The folder of the header.
pub(crate) fn include() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/sdk/include")
}

/// The C source of the plugin `fee-schedule`.
pub(crate) fn fee_schedule() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/fee-schedule/fee_schedule.c")
}

/// The library of the plugin `faulty`, which cargo builds beside the tests.
pub(crate) fn faulty() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.with_file_name(format!("{DLL_PREFIX}faulty{DLL_SUFFIX}"))
}

/// The plugin `faulty` with a trick, and little time where that is the trick.
pub(crate) fn tricky(trick: &str) -> PluginSpec {
    let call_ms = match trick {
        "slow" | "cancelled" => 40,
        _ => 5_000,
    };
    PluginSpec::new(faulty())
        .setting("trick", trick)
        .budget(Budget {
            call_ms: call_ms.try_into().unwrap(),
            faults: 3.try_into().unwrap(),
            ..Budget::default()
        })
}

/// A host whose plugins run in this very test program, where they have a
/// process of their own; see [`serve`].
pub(crate) fn host() -> PluginHost {
    let arguments = ["plugin_child", "--exact", "--ignored"];
    let program = std::env::current_exe().unwrap();
    PluginHost::with(Trust::Named, log())
        .unwrap()
        .child_program(program, arguments)
}

/// What the test `plugin_child` of each file does that needs [`host`]: it is
/// ignored, and does nothing unless a host starts it.
pub(crate) fn serve() {
    match serve_child() {
        Ok(()) | Err(ServeError::NoHost) => {}
        Err(error) => panic!("{error}"),
    }
}

/// The same plugin in a process of its own, with time enough for a busy machine.
pub(crate) fn isolated(spec: PluginSpec) -> PluginSpec {
    let faults = spec.budget.faults;
    spec.isolation(Isolation::Process).budget(Budget {
        call_ms: 5_000.try_into().unwrap(),
        faults,
        ..Budget::default()
    })
}

/// A folder to build in.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Compiles one C file into a library with nothing but the compiler.
pub(crate) fn cc(source: &Path, include: &Path, library: &Path, flags: &[&str]) -> PathBuf {
    let done = Command::new("cc")
        .args(["-std=c11", "-O1", "-Wall", "-Wextra", "-Werror"])
        .args(["-shared", "-fPIC", "-fvisibility=hidden"])
        .args(flags)
        .arg("-I")
        .arg(include)
        .arg("-o")
        .args([library, source])
        .output()
        .expect("the tests need a C compiler called `cc`");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    library.to_owned()
}

/// Compiles C text.
pub(crate) fn compile(folder: &TempDir, name: &str, text: &str, flags: &[&str]) -> PathBuf {
    let source = folder.path().join(format!("{name}.c"));
    std::fs::write(&source, text).unwrap();
    let library = folder.path().join(format!("lib{name}.so"));
    cc(&source, &include(), &library, flags)
}

/// A plugin in C around the body of its `judge`.
pub(crate) fn source(body: &str) -> String {
    format!(
        "#include \"scrubjay_plugin.h\"
        static scrubjay_status judge(const scrubjay_plugin_t *plugin, const scrubjay_call_t *call)
        {{
            (void)plugin; (void)call;
            {body}
            return SCRUBJAY_OK;
        }}
        static void destroy(const scrubjay_plugin_t *plugin) {{ (void)plugin; }}
        static const scrubjay_plugin_t plugin = {{
            .size = sizeof plugin, .judge = judge, .destroy = destroy }};
        static scrubjay_status create(const scrubjay_host_t *host, const scrubjay_plugin_t **made)
        {{ (void)host; *made = &plugin; return SCRUBJAY_OK; }}
        static const scrubjay_descriptor_t descriptor = {{
            .size = sizeof descriptor, .flags = SCRUBJAY_PLUGIN_THREAD_SAFE,
            .id = SCRUBJAY_STR(\"plain\"), .version = SCRUBJAY_STR(\"1\"),
            .title = SCRUBJAY_STR(\"t\"), .vendor = SCRUBJAY_STR(\"v\"),
            .licence = SCRUBJAY_STR(\"l\"), .hooks = SCRUBJAY_HOOK_SCRUB }};
        SCRUBJAY_EXPORT const scrubjay_entry_t scrubjay_plugin_entry = {{
            .size = sizeof(scrubjay_entry_t), .magic = SCRUBJAY_MAGIC,
            .abi_major = SCRUBJAY_ABI_MAJOR, .abi_minor = SCRUBJAY_ABI_MINOR,
            .descriptor = &descriptor, .create = create }};"
    )
}

/// The C source of the plugin `lies`.
pub(crate) fn lies_source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/faulty/lies.c")
}

/// Builds the plugin `lies` with its lies.
pub(crate) fn lies(folder: &TempDir, flags: &[&str]) -> PathBuf {
    static BUILT: AtomicU32 = AtomicU32::new(0);
    let number = BUILT.fetch_add(1, Ordering::Relaxed);
    let library = folder.path().join(format!("liblies{number}.so"));
    // What a lie leaves out is left unused.
    let quiet = [
        "-Wno-unused",
        "-Wno-unused-parameter",
        "-Wno-overflow",
        "-pthread",
    ];
    cc(
        &lies_source(),
        &include(),
        &library,
        &[&quiet, flags].concat(),
    )
}

/// A log that prints, so that a failing test shows it.
pub(crate) fn log() -> Arc<dyn PluginLog> {
    struct Print;
    impl PluginLog for Print {
        fn line(&self, plugin: &str, level: LogLevel, text: &str) {
            println!("{plugin} {level:?}: {text}");
        }
    }
    Arc::new(Print)
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn line(number: u32, procedure: &str, charge: i64, units: i64) -> ServiceLine {
    ServiceLine {
        number,
        qualifier: "HC".to_owned(),
        procedure: Some(AsSent::read(procedure)),
        modifiers: Vec::new(),
        revenue_code: None,
        charge: Money::from_cents(charge),
        unit: "UN".to_owned(),
        units: units.into(),
        place: None,
        pointers: vec![1],
        from: Some(day("2026-03-02")),
        to: None,
        control: None,
        authorization: None,
        ndc: None,
        rendering: None,
        prior: Vec::new(),
    }
}

/// A claim of six lines of an invented patient.
pub(crate) fn claim() -> Claim {
    let mut lines: Vec<ServiceLine> = [
        ("J1100", 2_000, 10),
        ("J3301", 4_500, 4),
        ("J0696", 1_200, 2),
        ("G0008", 3_500, 1),
        ("A4550", 2_500, 1),
        ("J3420", 900, 1),
    ]
    .iter()
    .zip(1..)
    .map(|((procedure, charge, units), number)| line(number, procedure, *charge, *units))
    .collect();
    lines[0].modifiers = vec![AsSent::read("JZ"), AsSent::read("25")];
    Claim {
        id: "C-1001".parse().unwrap(),
        control: "ACCT-77".parse().unwrap(),
        kind: ClaimKind::Professional,
        frequency: Frequency::Original,
        payer_control: None,
        billing: Provider {
            name: Name::organization("Juniper Creek Family Clinic"),
            npi: Some(AsSent::read("2081400378")),
            tax_id: Some("780004417".to_owned()),
            ..Provider::default()
        },
        rendering: None,
        referring: None,
        facility: None,
        patient: Person {
            name: Name::person("Quillfeather", "Marisol"),
            member: Some("MBR-5501".parse().unwrap()),
            address: Some(Address {
                line1: "12 Teasel Lane".to_owned(),
                city: "Austin".to_owned(),
                state: "TX".to_owned(),
                zip: "78701".to_owned(),
                ..Address::default()
            }),
            born: Some(day("1958-07-04")),
            died: None,
            sex: Some(Sex::F),
        },
        coverages: vec![Coverage {
            order: CoverageOrder::Primary,
            payer: Some("HLM01".parse().unwrap()),
            payer_name: Name::organization("Harborlight Mutual"),
            member: Some("MBR-5501".parse().unwrap()),
            subscriber: None,
            relationship: Relationship::Own,
            group_number: None,
            plan_name: None,
            filing_indicator: Some("CI".to_owned()),
            msp_type: None,
            paid: None,
        }],
        charge: lines.iter().map(|line| line.charge).sum(),
        place: Some(AsSent::read("11")),
        diagnoses: vec![Diagnosis {
            qualifier: "ABK".to_owned(),
            code: AsSent::read("E119"),
            present_on_admission: None,
        }],
        lines,
        authorization: None,
        referral: None,
        clia: None,
        accident: None,
        patient_paid: None,
        institutional: None,
        carried: Vec::new(),
    }
}

/// The payer of [`claim`].
pub(crate) fn payer() -> PayerProfile {
    PayerProfile {
        key: "harborlight".to_owned(),
        name: "Harborlight Mutual".to_owned(),
        id: "HLM01".parse().unwrap(),
        line: LineOfBusiness::Commercial,
        state: Some("TX".to_owned()),
        also: Vec::new(),
    }
}

pub(crate) fn context() -> Context {
    Context::at(day("2026-03-05").and_hms_opt(12, 0, 0).unwrap().and_utc())
}

/// Judges a claim of [`payer`] with a fresh worker.
pub(crate) fn judge(plugin: &Plugin, hook: Hook, claim: &Claim) -> Outcome {
    let payer = payer();
    let subject = ClaimSubject {
        payer: Some(&payer),
        ..ClaimSubject::of(claim, day("2026-03-05"))
    };
    let mut outcome = Outcome::default();
    plugin
        .worker()
        .judge(hook, Subject::Claim(&subject), context(), &mut outcome);
    outcome
}

/// Rule and message of each finding.
pub(crate) fn told(outcome: &Outcome) -> Vec<(&str, &str)> {
    outcome
        .findings
        .iter()
        .map(|finding| (finding.rule.as_str(), finding.message.as_str()))
        .collect()
}

/// The one finding there is, which must be a fault that holds the claim.
pub(crate) fn fault(outcome: &Outcome) -> &str {
    let [finding] = &outcome.findings[..] else {
        panic!("one fault is expected: {:?}", outcome.findings);
    };
    assert_eq!(finding.rule, scrubjay_plugin_host::PLUGIN_FAULT);
    assert!(finding.holds());
    assert!(outcome.effects.is_empty());
    &finding.message
}

pub(crate) fn load(spec: &PluginSpec) -> Arc<Plugin> {
    PluginHost::new().unwrap().load(spec).unwrap()
}
