//! What a plugin sees of a claim: all that it needs, and of people no more.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

mod support;

use std::path::PathBuf;

use scrubjay_hooks::Hook;
use scrubjay_model::{
    AsSent, Claim, ClaimKind, Coverage, Frequency, InstitutionalDetails, Money, Name, Person,
    Provider, Relationship,
};
use scrubjay_plugin_host::{Need, Plugin, PluginSpec};
use support::{claim, compile, day, folder, judge, load};
use tempfile::TempDir;

/// A plugin that says every field of the view, one finding a struct.
const ECHO: &str = r#"
    #include <inttypes.h>
    #include <stdarg.h>
    #include <stdio.h>
    #include "scrubjay_plugin.h"
    #define TEXT(text) (int)((text).ptr ? (text).len : 1), (text).ptr ? (text).ptr : "-"
    static void say(const scrubjay_call_t *call, const char *format, ...)
    {
        scrubjay_finding_t finding = { .size = sizeof finding, .severity = SCRUBJAY_INFO,
                                       .edit = SCRUBJAY_STR("echo") };
        char text[1500];
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(text, sizeof text, format, arguments);
        va_end(arguments);
        finding.message = scrubjay_text(text);
        call->finding(call, &finding);
    }
    static void person(const scrubjay_call_t *call, const char *role, const scrubjay_person_t *p)
    {
        say(call, "%s: has %u, born %d, died %d, sex %c, %.*s, %.*s, %.*s, %.*s, %.*s, %.*s, %.*s, "
            "%.*s", role, p->flags, p->born, p->died, p->sex ? (int)p->sex : '-',
            TEXT(p->last_name), TEXT(p->first_name), TEXT(p->member), TEXT(p->line1),
            TEXT(p->line2), TEXT(p->city), TEXT(p->state), TEXT(p->zip));
    }
    static void provider(const scrubjay_call_t *call, const char *role,
                         const scrubjay_provider_t *p)
    {
        if (p != NULL)
            say(call, "%s: sound %u, %.*s, %.*s, %.*s, %.*s, %.*s, %.*s, %.*s", role, p->flags,
                TEXT(p->npi), TEXT(p->tax_id), TEXT(p->taxonomy), TEXT(p->last_name),
                TEXT(p->first_name), TEXT(p->state), TEXT(p->zip));
    }
    static scrubjay_status judge(const scrubjay_plugin_t *plugin, const scrubjay_call_t *call)
    {
        const scrubjay_claim_t *c = call->claim;
        scrubjay_str json;
        uint32_t i, k;
    #ifdef ASK
        const scrubjay_line_t *first;
        if (c->lines != NULL || scrubjay_lines(call, &first) != SCRUBJAY_OK)
            return SCRUBJAY_ERROR;
    #else
        const scrubjay_line_t *first = c->lines;
    #endif
        (void)plugin;
        say(call, "call: hook %u, now %" PRId64 ", today %d", call->hook, call->now, call->today);
        say(call, "claim: kind %u, business %u, order %u, charge %" PRId64 ", patient paid %d, "
            "%d to %d, received %d, accident %d, %.*s, %.*s, %.*s, %.*s, %.*s, %.*s, %.*s, %.*s, "
            "%.*s, %.*s, %.*s, %.*s", c->kind, c->line_of_business, c->order, c->charge,
            c->patient_paid == SCRUBJAY_NO_AMOUNT ? -1 : (int)c->patient_paid, c->service_from,
            c->service_to, c->received, c->accident, TEXT(c->id), TEXT(c->frequency),
            TEXT(c->payer_control), TEXT(c->payer), TEXT(c->payer_id), TEXT(c->payer_state),
            TEXT(c->filing_indicator), TEXT(c->place), TEXT(c->facility_type),
            TEXT(c->authorization), TEXT(c->referral), TEXT(c->clia));
        person(call, "patient", c->patient);
        if (c->subscriber != c->patient)
            person(call, "subscriber", c->subscriber);
        provider(call, "billing", c->billing);
        provider(call, "rendering", c->rendering);
        provider(call, "referring", c->referring);
        provider(call, "facility", c->facility);
        provider(call, "attending", c->attending);
        for (i = 0; i < c->diagnosis_count; i++) {
            const scrubjay_diagnosis_t *d = scrubjay_diagnosis_at(c, i);
            say(call, "diagnosis: %.*s, %.*s, %.*s", TEXT(d->qualifier), TEXT(d->code),
                TEXT(d->present_on_admission));
        }
        for (i = 0; i < c->line_count; i++) {
            const scrubjay_line_t *l = scrubjay_line_after(c, first, i);
            say(call, "line %u: charge %" PRId64 ", units %" PRId64 ", %d to %d, %.*s, %.*s, %.*s, "
                "%.*s, %.*s, %.*s, %.*s, %u pointers, first %u, %u modifiers", l->number,
                l->charge, l->units, l->from, l->to, TEXT(l->qualifier), TEXT(l->procedure),
                TEXT(l->revenue_code), TEXT(l->unit), TEXT(l->place), TEXT(l->authorization),
                TEXT(l->ndc), l->pointer_count, l->pointer_count ? l->pointers[0] : 0,
                l->modifier_count);
            for (k = 0; k < l->modifier_count; k++)
                say(call, "modifier %.*s", TEXT(l->modifiers[k]));
            provider(call, "rendering of the line", l->rendering);
        }
    #ifdef FIND
        if (call->document(call, &json) != SCRUBJAY_OK)
            return SCRUBJAY_ERROR;
        const char *words[] = { FIND };
        for (i = 0; i < sizeof words / sizeof *words; i++) {
            size_t at, length = strlen(words[i]);
            for (at = 0; at + length <= json.len; at++)
                if (memcmp(json.ptr + at, words[i], length) == 0) {
                    say(call, "document: %s", words[i]);
                    break;
                }
        }
    #else
        (void)json;
    #endif
        return SCRUBJAY_OK;
    }
    static void destroy(const scrubjay_plugin_t *plugin) { (void)plugin; }
    static const scrubjay_plugin_t plugin = {
        .size = sizeof plugin, .judge = judge, .destroy = destroy };
    static scrubjay_status create(const scrubjay_host_t *host, const scrubjay_plugin_t **made)
    { (void)host; *made = &plugin; return SCRUBJAY_OK; }
    static const scrubjay_descriptor_t descriptor = {
        .size = sizeof descriptor, .id = SCRUBJAY_STR("echo"), .version = SCRUBJAY_STR("1"),
        .title = SCRUBJAY_STR("t"), .vendor = SCRUBJAY_STR("v"), .licence = SCRUBJAY_STR("l"),
    #ifdef ASK
        .flags = SCRUBJAY_PLUGIN_LINES_WHEN_ASKED,
    #endif
        .needs = NEEDS, .hooks = SCRUBJAY_HOOK_SCRUB };
    SCRUBJAY_EXPORT const scrubjay_entry_t scrubjay_plugin_entry = {
        .size = sizeof(scrubjay_entry_t), .magic = SCRUBJAY_MAGIC,
        .abi_major = SCRUBJAY_ABI_MAJOR, .abi_minor = SCRUBJAY_ABI_MINOR,
        .descriptor = &descriptor, .create = create };
"#;

/// What the claim says of people, and so may be found in its document.
const PERSONAL: [&str; 5] = ["Quillfeather", "Teasel", "MBR-5501", "ACCT-77", "NTE*ADD"];

fn echo(folder: &TempDir, needs: &str, asking: Asking) -> PathBuf {
    let words = PERSONAL.map(|word| format!("\"{word}\"")).join(",");
    let mut flags = vec![
        format!("-DNEEDS=({needs})"),
        format!("-DFIND={words},\"C-1001\""),
    ];
    let name = match asking {
        Asking::No => "echo",
        Asking::ForLines => "asking",
    };
    if asking == Asking::ForLines {
        flags.push("-DASK".to_owned());
    }
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    compile(folder, name, ECHO, &flags)
}

/// Whether a plugin asks for the lines of a claim.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Asking {
    No,
    ForLines,
}

fn echoed(needs: &str, claim: &Claim) -> Vec<String> {
    let folder = folder();
    let [outcome, asked] = [Asking::No, Asking::ForLines].map(|asking| {
        let plugin = load(&PluginSpec::new(echo(&folder, needs, asking)));
        judge(&plugin, Hook::Scrub, claim)
    });
    assert!(!outcome.holds(), "{:?}", outcome.findings.last());
    assert_eq!(asked, outcome, "lines are the same when they are asked for");
    outcome
        .findings
        .into_iter()
        .map(|finding| finding.message)
        .collect()
}

/// What was said of one thing.
fn of<'a>(said: &'a [String], what: &str) -> Vec<&'a str> {
    let parts = said.iter().filter_map(|line| line.split_once(": "));
    parts
        .filter(|(name, _)| *name == what)
        .map(|(_, rest)| rest)
        .collect()
}

fn carrying() -> Claim {
    let mut claim = claim();
    claim.carried.push(scrubjay_model::Carried {
        at: "2300".to_owned(),
        segments: vec!["NTE*ADD*about somebody".to_owned()],
    });
    claim
}

#[test]
fn without_a_need_a_person_is_a_birth_date_a_sex_and_what_there_would_be() {
    let said = echoed("0", &carrying());
    let hidden = "has 7, born 19580704, died 0, sex F, -, -, -, -, -, -, -, -";
    assert_eq!(of(&said, "patient"), [hidden]);
    assert_eq!(of(&said, "document"), ["C-1001"]);
}

#[test]
fn each_need_opens_what_it_names_and_nothing_else() {
    for (needs, need, patient, document) in [
        (
            "SCRUBJAY_NEED_NAME",
            Need::Name,
            "has 7, born 19580704, died 0, sex F, Quillfeather, Marisol, -, -, -, -, -, -",
            vec!["Quillfeather", "C-1001"],
        ),
        (
            "SCRUBJAY_NEED_ADDRESS",
            Need::Address,
            "has 7, born 19580704, died 0, sex F, -, -, -, 12 Teasel Lane, -, Austin, TX, 78701",
            vec!["Teasel", "C-1001"],
        ),
        (
            "SCRUBJAY_NEED_MEMBER",
            Need::Member,
            "has 7, born 19580704, died 0, sex F, -, -, MBR-5501, -, -, -, -, -",
            vec!["MBR-5501", "ACCT-77", "C-1001"],
        ),
    ] {
        let said = echoed(needs, &carrying());
        assert_eq!(of(&said, "patient"), [patient], "{needs}");
        assert_eq!(of(&said, "document"), document, "{needs}");
        let folder = folder();
        let plugin = load(&PluginSpec::new(echo(&folder, needs, Asking::No)));
        assert_eq!(plugin.info().needs, [need]);
    }
    let all = "SCRUBJAY_NEED_NAME|SCRUBJAY_NEED_ADDRESS|SCRUBJAY_NEED_MEMBER";
    let said = echoed(all, &carrying());
    assert_eq!(of(&said, "document"), [&PERSONAL[..], &["C-1001"]].concat());
}

#[test]
fn a_professional_claim_is_seen_as_it_stands() {
    let said = echoed("0", &claim());
    assert_eq!(
        of(&said, "call"),
        ["hook 32, now 1772712000000, today 20260305"]
    );
    assert_eq!(
        of(&said, "claim"),
        [
            "kind 1, business 16, order 1, charge 14600, patient paid -1, 20260302 to 20260302, \
             received 20260305, accident 0, C-1001, 1, -, harborlight, HLM01, TX, CI, 11, -, -, \
             -, -"
        ]
    );
    assert!(
        of(&said, "subscriber").is_empty(),
        "the patient is the subscriber"
    );
    let billing = "sound 1, 2081400378, 780004417, -, Juniper Creek Family Clinic, -, -, -";
    assert_eq!(of(&said, "billing"), [billing]);
    assert_eq!(of(&said, "diagnosis"), ["ABK, E119, -"]);
    assert_eq!(
        of(&said, "line 1"),
        [
            "charge 2000, units 10000, 20260302 to 20260302, HC, J1100, -, UN, 11, -, -, \
             1 pointers, first 1, 2 modifiers"
        ]
    );
    let modifiers: Vec<_> = said
        .iter()
        .filter(|line| line.starts_with("modifier"))
        .collect();
    assert_eq!(modifiers, ["modifier JZ", "modifier 25"]);
    assert_eq!(of(&said, "line 6").len(), 1);
}

#[test]
fn an_institutional_claim_with_everything_on_it_is_seen_as_it_stands() {
    let provider = |last: &str, npi: &str| Provider {
        name: Name::person(last, "Ada"),
        npi: Some(AsSent::read(npi)),
        taxonomy: Some("207Q00000X".to_owned()),
        ..Provider::default()
    };
    let mut claim = claim();
    claim.kind = ClaimKind::Institutional;
    claim.frequency = Frequency::Replacement;
    claim.payer_control = Some("PCN-9".parse().unwrap());
    claim.patient_paid = Some(Money::from_cents(2_500));
    claim.accident = Some(day("2026-02-28"));
    claim.authorization = Some("AUTH-1".to_owned());
    claim.referral = Some("  ".to_owned());
    claim.place = None;
    claim.rendering = Some(provider("Thistle", "2081400379"));
    claim.referring = Some(provider("Sorrel", "1234567893"));
    claim.facility = Some(Provider::default());
    claim.institutional = Some(InstitutionalDetails {
        facility_type: "13".to_owned(),
        from: Some(day("2026-02-27")),
        to: Some(day("2026-03-04")),
        attending: Some(provider("Yarrow", "1234567893")),
        ..InstitutionalDetails::default()
    });
    claim.coverages[0] = Coverage {
        relationship: Relationship::Child,
        subscriber: Some(Person {
            name: Name::person("Quillfeather", "Jo"),
            born: Some(day("1931-01-02")),
            ..Person::default()
        }),
        ..claim.coverages[0].clone()
    };
    claim.patient.member = None;
    claim.diagnoses[0].present_on_admission = Some("Y".to_owned());
    claim.lines.truncate(2);
    claim.lines[1].procedure = None;
    claim.lines[1].revenue_code = Some("0270".to_owned());
    claim.lines[1].units = rust_decimal::Decimal::new(1_250_000, 6);
    claim.lines[1].to = Some(day("2026-03-03"));
    claim.lines[1].ndc = Some("00000111122".to_owned());
    claim.lines[1].place = Some(AsSent::read("22"));
    claim.lines[1].pointers = Vec::new();
    claim.lines[1].rendering = Some(provider("Burdock", "oops"));

    let said = echoed("SCRUBJAY_NEED_MEMBER", &claim);
    assert_eq!(
        of(&said, "claim"),
        [
            "kind 2, business 16, order 1, charge 14600, patient paid 2500, 20260227 to 20260304, \
             received 20260305, accident 20260228, C-1001, 7, PCN-9, harborlight, HLM01, TX, CI, \
             -, 13, AUTH-1, -, -"
        ]
    );
    let patient = "has 3, born 19580704, died 0, sex F, -, -, -, -, -, -, -, -";
    assert_eq!(of(&said, "patient"), [patient]);
    let subscriber = "has 5, born 19310102, died 0, sex -, -, -, MBR-5501, -, -, -, -, -";
    assert_eq!(of(&said, "subscriber"), [subscriber]);
    for (role, seen) in [
        (
            "rendering",
            "sound 0, 2081400379, -, 207Q00000X, Thistle, Ada, -, -",
        ),
        (
            "referring",
            "sound 1, 1234567893, -, 207Q00000X, Sorrel, Ada, -, -",
        ),
        ("facility", "sound 0, -, -, -, , -, -, -"),
        (
            "attending",
            "sound 1, 1234567893, -, 207Q00000X, Yarrow, Ada, -, -",
        ),
        (
            "rendering of the line",
            "sound 0, oops, -, 207Q00000X, Burdock, Ada, -, -",
        ),
        ("diagnosis", "ABK, E119, Y"),
        (
            "line 2",
            "charge 4500, units 1250, 20260302 to 20260303, HC, -, 0270, UN, 22, -, 00000111122, \
             0 pointers, first 0, 0 modifiers",
        ),
    ] {
        assert_eq!(of(&said, role), [seen], "{role}");
    }
}

#[test]
fn a_worker_shows_a_shorter_claim_without_what_the_longer_one_left() {
    let folder = folder();
    for asking in [Asking::No, Asking::ForLines] {
        let plugin = load(&PluginSpec::new(echo(&folder, "0", asking)));
        shorter_after_longer(&plugin);
    }
}

fn shorter_after_longer(plugin: &Plugin) {
    let (long, mut short) = (claim(), claim());
    short.lines.truncate(1);
    short.lines[0].modifiers.clear();
    short.diagnoses.clear();
    let mut worker = scrubjay_hooks::Handler::worker(plugin);
    let mut says = |claim: &Claim| {
        let payer = support::payer();
        let subject = scrubjay_hooks::ClaimSubject {
            payer: Some(&payer),
            ..scrubjay_hooks::ClaimSubject::of(claim, day("2026-03-05"))
        };
        let mut outcome = scrubjay_hooks::Outcome::default();
        let subject = scrubjay_hooks::Subject::Claim(&subject);
        worker.judge(Hook::Scrub, subject, support::context(), &mut outcome);
        outcome.findings
    };
    let alone = says(&short);
    says(&long);
    assert_eq!(says(&short), alone);
}

#[test]
fn a_line_out_of_range_holds_the_claim_only_where_lines_are_looked_at() {
    let mut claim = claim();
    claim.lines[5].units = rust_decimal::Decimal::new(1, 5);
    let ends = "a number of units or a date out of range";
    let folder = folder();
    for asking in [Asking::No, Asking::ForLines] {
        let plugin = load(&PluginSpec::new(echo(&folder, "0", asking)));
        for _ in 0..9 {
            let outcome = judge(&plugin, Hook::Scrub, &claim);
            assert!(support::fault(&outcome).ends_with(ends), "{asking:?}");
        }
        assert_eq!(plugin.set_aside(), None, "it is not the plugin's doing");
    }
    // One that does not ask: the SDK's, of which this one reads a claim's id only.
    assert!(!judge(&load(&support::tricky("none")), Hook::Scrub, &claim).holds());
}

#[test]
#[ignore = "the program of the plugins below that have a process of their own"]
fn plugin_child() {
    support::serve();
}

#[test]
fn a_plugin_in_a_process_of_its_own_sees_the_same() {
    let mut other = carrying();
    other.coverages[0].subscriber = Some(Person {
        name: Name::person("Quillfeather", "Jo"),
        born: Some(day("1931-01-02")),
        ..Person::default()
    });
    let folder = folder();
    for (needs, asking) in [
        ("0", Asking::No),
        ("SCRUBJAY_NEED_NAME", Asking::ForLines),
        ("SCRUBJAY_NEED_MEMBER", Asking::No),
    ] {
        let spec = PluginSpec::new(echo(&folder, needs, asking));
        let here = load(&spec);
        let there = support::host().load(&support::isolated(spec)).unwrap();
        for claim in [&carrying(), &other] {
            let seen = judge(&there, Hook::Scrub, claim);
            assert_eq!(seen, judge(&here, Hook::Scrub, claim), "{needs}");
            assert!(!seen.holds() && seen.findings.len() > 8);
        }
    }
}
