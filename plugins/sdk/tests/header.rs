//! The header and its mirror in Rust say the same, as the C compiler sees it.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::fmt::Write;
use std::process::Command;

use scrubjay_plugin::abi;

/// One line for a size and one for each field, in C and in Rust.
macro_rules! layout {
    ($c:expr, $rust:expr; $($type:ident $name:literal { $($field:ident)+ })+) => {$(
        writeln!($c, r#"printf("{} %zu\n", sizeof({0}));"#, $name).unwrap();
        writeln!($rust, "{} {}", $name, size_of::<abi::$type>()).unwrap();
        $(
            let field = stringify!($field);
            writeln!($c, r#"printf("{}.{field} %zu\n", offsetof({0}, {field}));"#, $name).unwrap();
            let at = std::mem::offset_of!(abi::$type, $field);
            writeln!($rust, "{}.{field} {at}", $name).unwrap();
        )+
        // No field is left out: a struct that names them all, and no more.
        let _ = |whole: abi::$type| { let abi::$type { $($field: _),+ } = whole; };
    )+};
}

#[test]
fn every_struct_is_laid_out_as_the_c_compiler_lays_out_the_header() {
    let mut c = String::new();
    let mut rust = String::new();
    layout! { c, rust;
        Str "scrubjay_str" { ptr len }
        Bytes "scrubjay_bytes" { ptr len }
        Person "scrubjay_person_t" {
            size flags born died sex reserved last_name first_name member line1 line2 city state zip
        }
        Provider "scrubjay_provider_t" {
            size flags npi tax_id taxonomy last_name first_name state zip
        }
        Diagnosis "scrubjay_diagnosis_t" { size reserved qualifier code present_on_admission }
        Line "scrubjay_line_t" {
            size number charge units from to qualifier procedure revenue_code unit place
            authorization ndc modifiers pointers modifier_count pointer_count rendering
        }
        Claim "scrubjay_claim_t" {
            size kind line_of_business order charge patient_paid service_from service_to received
            accident id frequency payer_control payer payer_id payer_state filing_indicator place
            facility_type authorization referral clia patient subscriber billing rendering
            referring facility attending diagnoses lines diagnosis_count diagnosis_size line_count
            line_size
        }
        Service "scrubjay_service_t" {
            size from units procedure modifiers modifier_count reserved
        }
        Earlier "scrubjay_earlier_t" {
            size flags id billing_npi services service_count service_size denied denied_count
            reserved
        }
        Finding "scrubjay_finding_t" {
            size severity edit message about line field cite prevents prevents_count flags
        }
        Effect "scrubjay_effect_t" {
            size kind edit reason field value tag owner category recoverable until days
        }
        Call "scrubjay_call_t" {
            size hook ctx now today reserved claim finding effect cancelled error document earlier
            lines
        }
        Host "scrubjay_host_t" {
            size abi_major abi_minor reserved ctx name version folder setting setting_at log error
            get_extension
        }
        Plugin "scrubjay_plugin_t" { size reserved state judge destroy }
        Descriptor "scrubjay_descriptor_t" {
            size flags id version title vendor licence hooks effects needs claim_kinds
            lines_of_business payer_count payers support
        }
        Exchange "scrubjay_exchange_t" {
            size reserved ctx channel setting setting_at keep cancelled error
        }
        Transport "scrubjay_transport_t" { size reserved check deliver fetch }
        Entry "scrubjay_entry_t" {
            size magic abi_major abi_minor descriptor create get_extension
        }
    }
    for (name, value) in [
        ("SCRUBJAY_ABI_MAJOR", i64::from(abi::ABI_MAJOR)),
        ("SCRUBJAY_ABI_MINOR", i64::from(abi::ABI_MINOR)),
        ("SCRUBJAY_MAGIC", i64::from(abi::MAGIC)),
        ("SCRUBJAY_OK", i64::from(abi::OK)),
        ("SCRUBJAY_ERROR", i64::from(abi::ERROR)),
        ("SCRUBJAY_PANIC", i64::from(abi::PANIC)),
        ("SCRUBJAY_ABSENT", i64::from(abi::ABSENT)),
        ("SCRUBJAY_REFUSED", i64::from(abi::REFUSED)),
        ("SCRUBJAY_FULL", i64::from(abi::FULL)),
        ("SCRUBJAY_ENDED", i64::from(abi::ENDED)),
        ("SCRUBJAY_CANCELLED", i64::from(abi::CANCELLED)),
        ("SCRUBJAY_PLUGIN_THREAD_SAFE", i64::from(abi::THREAD_SAFE)),
        (
            "SCRUBJAY_PLUGIN_LINES_WHEN_ASKED",
            i64::from(abi::LINES_WHEN_ASKED),
        ),
        (
            "SCRUBJAY_PLUGIN_CARRIES_FILES",
            i64::from(abi::CARRIES_FILES),
        ),
        ("SCRUBJAY_MAX_FILE", abi::MAX_FILE as i64),
        ("SCRUBJAY_PERSON_HAS_NAME", i64::from(abi::PERSON_HAS_NAME)),
        (
            "SCRUBJAY_PERSON_HAS_ADDRESS",
            i64::from(abi::PERSON_HAS_ADDRESS),
        ),
        (
            "SCRUBJAY_PERSON_HAS_MEMBER",
            i64::from(abi::PERSON_HAS_MEMBER),
        ),
        (
            "SCRUBJAY_PROVIDER_NPI_SOUND",
            i64::from(abi::PROVIDER_NPI_SOUND),
        ),
        (
            "SCRUBJAY_EARLIER_WITHDRAWN",
            i64::from(abi::EARLIER_WITHDRAWN),
        ),
        (
            "SCRUBJAY_FINDING_OVERRIDABLE",
            i64::from(abi::FINDING_OVERRIDABLE),
        ),
        ("SCRUBJAY_ABOUT_WHOLE", i64::from(abi::ABOUT_WHOLE)),
        ("SCRUBJAY_ABOUT_LINE", i64::from(abi::ABOUT_LINE)),
        ("SCRUBJAY_ABOUT_FIELD", i64::from(abi::ABOUT_FIELD)),
        ("SCRUBJAY_NO_AMOUNT", abi::NO_AMOUNT),
    ] {
        writeln!(c, r#"printf("{name} %lld\n", (long long){name});"#).unwrap();
        writeln!(rust, "{name} {value}").unwrap();
    }

    writeln!(
        c,
        r#"printf("SCRUBJAY_TRANSPORT %s\n", SCRUBJAY_TRANSPORT);"#
    )
    .unwrap();
    writeln!(rust, "SCRUBJAY_TRANSPORT {}", abi::TRANSPORT).unwrap();

    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("layout.c");
    let program = folder.path().join("layout");
    let text = format!(
        "#include <stdio.h>\n#include \"scrubjay_plugin.h\"\nint main(void)\n{{\n{c}return 0;\n}}\n"
    );
    std::fs::write(&source, text).unwrap();
    let built = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror"])
        .args(["-I", concat!(env!("CARGO_MANIFEST_DIR"), "/include"), "-o"])
        .args([&program, &source])
        .output()
        .expect("the tests need a C compiler called `cc`");
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    let said = Command::new(&program).output().unwrap().stdout;
    assert_eq!(String::from_utf8(said).unwrap(), rust);
}
