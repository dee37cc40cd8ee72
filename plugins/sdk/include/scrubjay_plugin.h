/*
 * scrubjay_plugin.h: the binary interface between a Scrubjay host and a plugin.
 *
 * A plugin is one shared library that exports one symbol, the constant
 * `scrubjay_plugin_entry`. It needs this header and a C11 compiler, nothing to
 * link against:
 *
 *     cc -std=c11 -shared -fPIC -fvisibility=hidden -I include -o libmine.so mine.c
 *
 * The life of a plugin
 *
 *     loaded --create--> ready --judge--> ready ... --destroy--> loaded --> gone
 *
 *   1. The host maps a private copy of the file and reads the entry and the
 *      descriptor, which are constants: no code of the plugin has run yet
 *      (other than what the C runtime runs when a library is mapped).
 *   2. `create` makes the plugin ready. It reads its settings and its tables.
 *   3. `judge` is called for each subject at the hooks that the descriptor
 *      names, and only for the payers and claim kinds that it names.
 *   4. `destroy` is called once, after the last `judge` has returned. When it
 *      returns, no thread of the plugin may be running any more.
 *   When a plugin is replaced while claims run, both libraries are mapped for
 *   a while, each with its own constants and its own state.
 *
 * Who owns what, and for how long
 *
 *   Nobody frees the other's memory. What the host hands in is borrowed: it
 *   holds for the time that the comment of the function says, and is never
 *   written to by the plugin. What the plugin hands out in a finding, an
 *   effect or a message is copied before the host's function returns.
 *   Words in brackets say when and where a function may be called:
 *     [any-thread]    on any thread, also on several at once.
 *     [one-thread]    on any thread, but never on two at once.
 *     [call-thread]   only inside the function that was handed the struct, such
 *                     as `judge`, on the thread that this function runs on.
 *     [constant]      data that never changes while the library is mapped.
 *
 * How it grows
 *
 *   Every struct that may grow starts with its size in bytes, as its maker was
 *   compiled, and grows at its end only. Whoever reads one looks at the size
 *   before a field that it is not sure of: SCRUBJAY_HAS. The minor version is
 *   raised when a struct grows, the major when anything else changes. A host
 *   takes plugins of its own major version and of any minor. What does not
 *   belong to every plugin is asked for by name: `get_extension`, both ways.
 *
 * What a plugin must not do
 *
 *   Let an exception or a panic pass through its functions. Keep a pointer
 *   beyond its time. Call a [call-thread] function from elsewhere. Put a name,
 *   number or address of a person into a message. Write to the standard
 *   streams. Such a call ends as a fault that holds the claim, where the host
 *   can see it at all; `isolation: process` is for plugins that are not trusted
 *   with the host's memory.
 */
#ifndef SCRUBJAY_PLUGIN_H
#define SCRUBJAY_PLUGIN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this interface. */
#define SCRUBJAY_ABI_MAJOR 1u
#define SCRUBJAY_ABI_MINOR 2u

/* Stands in every entry: the bytes "SJPL" on a little-endian machine. A host
 * that does not find it has met a symbol of the same name and other meaning. */
#define SCRUBJAY_MAGIC 0x4c504a53u

#if defined(_WIN32)
#define SCRUBJAY_EXPORT __declspec(dllexport)
#elif defined(__GNUC__)
#define SCRUBJAY_EXPORT __attribute__((visibility("default")))
#else
#define SCRUBJAY_EXPORT
#endif

/* ---- Values ------------------------------------------------------------- */

/* Text in UTF-8, not ended by a zero. `ptr` is NULL where there is no value,
 * which is not the same as a value of length 0. Never grows. */
typedef struct scrubjay_str {
    const char *ptr;
    size_t len;
} scrubjay_str;

/* A string literal as text: `SCRUBJAY_STR("below-schedule")`. */
#define SCRUBJAY_STR(literal) { (literal), sizeof(literal) - 1 }

/* Bytes, of a file for one. `ptr` may be NULL where `len` is 0. Never grows. */
typedef struct scrubjay_bytes {
    const uint8_t *ptr;
    size_t len;
} scrubjay_bytes;

/* A day as the number YYYYMMDD, such as 20260302; 0 where there is none. Days
 * compare as numbers do. */
typedef int32_t scrubjay_date;

/* US dollars as whole cents. */
typedef int64_t scrubjay_cents;

/* Stands where there is no amount. */
#define SCRUBJAY_NO_AMOUNT INT64_MIN

/* Units of service as whole thousandths: 1500 is 1.5. */
typedef int64_t scrubjay_milli;

/* What a function says about itself. */
typedef int32_t scrubjay_status;
enum {
    SCRUBJAY_OK = 0,
    SCRUBJAY_ERROR = 1,     /* it could not be done; `error` was told why */
    SCRUBJAY_PANIC = 2,     /* a panic or an exception was caught */
    SCRUBJAY_ABSENT = 3,    /* there is no such value */
    SCRUBJAY_REFUSED = 4,   /* the host does not take it */
    SCRUBJAY_FULL = 5,      /* the host takes no more of them from this call */
    SCRUBJAY_ENDED = 6,     /* the call that it belongs to has ended */
    SCRUBJAY_CANCELLED = 7  /* stopped because `cancelled` said so */
};

/* The points at which a plugin may be asked, in the order of the revenue
 * cycle. A host need not offer them all: this version of the interface offers
 * those that a claim comes to, CLAIM, SCRUB and SUBMIT. A plugin that names
 * others is loaded, and asked at those that are offered. */
enum {
    SCRUBJAY_HOOK_ELIGIBILITY = 1 << 0,
    SCRUBJAY_HOOK_AUTHORIZATION = 1 << 1,
    SCRUBJAY_HOOK_REGISTRATION = 1 << 2,
    SCRUBJAY_HOOK_CHARGE = 1 << 3,
    SCRUBJAY_HOOK_CLAIM = 1 << 4,          /* a claim as it is made */
    SCRUBJAY_HOOK_SCRUB = 1 << 5,          /* a claim before it may be sent */
    SCRUBJAY_HOOK_SUBMIT = 1 << 6,         /* a claim as it is sent */
    SCRUBJAY_HOOK_ACKNOWLEDGMENT = 1 << 7,
    SCRUBJAY_HOOK_REMITTANCE = 1 << 8,
    SCRUBJAY_HOOK_DENIAL = 1 << 9,
    SCRUBJAY_HOOK_FOLLOW_UP = 1 << 10,
    SCRUBJAY_HOOK_STATEMENT = 1 << 11,
    SCRUBJAY_HOOK_COLLECTION = 1 << 12,
    SCRUBJAY_HOOK_METRIC = 1 << 13
};

/* What a plugin may ask the engine to do. */
enum {
    SCRUBJAY_EFFECT_REPAIR = 1 << 0,          /* claim, scrub */
    SCRUBJAY_EFFECT_HOLD_UNTIL = 1 << 1,      /* claim, scrub, submit */
    SCRUBJAY_EFFECT_OPEN_TASK = 1 << 2,       /* claim, scrub, submit */
    SCRUBJAY_EFFECT_CLASSIFY_DENIAL = 1 << 3, /* denial */
    SCRUBJAY_EFFECT_TAG = 1 << 4              /* claim, scrub, submit */
};

/* What a plugin needs to see of people: the minimum necessary (45 CFR
 * 164.502(b)). What it does not name is absent from every view and document. */
enum {
    SCRUBJAY_NEED_NAME = 1 << 0,
    SCRUBJAY_NEED_ADDRESS = 1 << 1,
    SCRUBJAY_NEED_MEMBER = 1 << 2   /* member and account numbers */
};

enum {
    SCRUBJAY_CLAIM_PROFESSIONAL = 1 << 0,  /* 837P, CMS-1500 */
    SCRUBJAY_CLAIM_INSTITUTIONAL = 1 << 1, /* 837I, UB-04 */
    SCRUBJAY_CLAIM_DENTAL = 1 << 2         /* 837D */
};

enum {
    SCRUBJAY_LINE_MEDICARE = 1 << 0, /* original Medicare, Parts A and B */
    SCRUBJAY_LINE_MEDICARE_ADVANTAGE = 1 << 1,
    SCRUBJAY_LINE_MEDICAID = 1 << 2,
    SCRUBJAY_LINE_TRICARE = 1 << 3,
    SCRUBJAY_LINE_COMMERCIAL = 1 << 4,
    SCRUBJAY_LINE_WORKERS_COMP = 1 << 5,
    SCRUBJAY_LINE_SELF_PAY = 1 << 6,
    SCRUBJAY_LINE_OTHER = 1 << 7
};

enum {
    SCRUBJAY_ORDER_PRIMARY = 1,
    SCRUBJAY_ORDER_SECONDARY = 2,
    SCRUBJAY_ORDER_TERTIARY = 3,
    SCRUBJAY_ORDER_LATER = 4
};

/* How much a finding weighs. */
enum {
    SCRUBJAY_INFO = 1,  /* said and recorded; changes nothing */
    SCRUBJAY_WARN = 2,  /* holds nothing, but a person should look */
    SCRUBJAY_BLOCK = 3  /* holds the claim */
};

/* What a finding is about. */
enum {
    SCRUBJAY_ABOUT_WHOLE = 0,
    SCRUBJAY_ABOUT_LINE = 1,
    SCRUBJAY_ABOUT_FIELD = 2
};

enum {
    SCRUBJAY_LOG_DEBUG = 1,
    SCRUBJAY_LOG_INFO = 2,
    SCRUBJAY_LOG_WARN = 3,
    SCRUBJAY_LOG_ERROR = 4
};

/* Whether a struct, as whoever made it was compiled, has a field. */
#define SCRUBJAY_HAS(pointer, type, field) \
    ((pointer)->size >= offsetof(type, field) + sizeof(((type *)0)->field))

/* ---- What a plugin sees ------------------------------------------------- */
/* All of it is borrowed from the host, and holds until `judge` returns. */

enum {
    SCRUBJAY_PERSON_HAS_NAME = 1 << 0,
    SCRUBJAY_PERSON_HAS_ADDRESS = 1 << 1,
    SCRUBJAY_PERSON_HAS_MEMBER = 1 << 2
};

/* A patient or subscriber. Texts are absent where the plugin declared no need
 * for them; the flags say what the claim has. */
typedef struct scrubjay_person {
    uint32_t size;
    uint32_t flags;          /* SCRUBJAY_PERSON_... */
    scrubjay_date born;
    scrubjay_date died;
    uint32_t sex;            /* 'F', 'M', 'U', or 0 where not told */
    uint32_t reserved;
    scrubjay_str last_name;  /* NEED_NAME */
    scrubjay_str first_name; /* NEED_NAME */
    scrubjay_str member;     /* NEED_MEMBER */
    scrubjay_str line1;      /* NEED_ADDRESS, as is what follows */
    scrubjay_str line2;
    scrubjay_str city;
    scrubjay_str state;      /* two letters in the US */
    scrubjay_str zip;        /* five or nine digits, without a dash */
} scrubjay_person_t;

enum {
    SCRUBJAY_PROVIDER_NPI_SOUND = 1 << 0 /* ten digits, and the check digit holds */
};

/* A provider in one of its roles. */
typedef struct scrubjay_provider {
    uint32_t size;
    uint32_t flags;          /* SCRUBJAY_PROVIDER_... */
    scrubjay_str npi;        /* as sent, sound or not */
    scrubjay_str tax_id;     /* digits */
    scrubjay_str taxonomy;   /* PRV03 */
    scrubjay_str last_name;  /* or the whole name of an organization */
    scrubjay_str first_name;
    scrubjay_str state;
    scrubjay_str zip;
} scrubjay_provider_t;

/* A diagnosis (HI), principal first. */
typedef struct scrubjay_diagnosis {
    uint32_t size;
    uint32_t reserved;
    scrubjay_str qualifier;            /* ABK, ABF, ... */
    scrubjay_str code;                 /* as sent: no point */
    scrubjay_str present_on_admission; /* Y, N, U, W, 1; institutional */
} scrubjay_diagnosis_t;

/* A service line (loop 2400). Codes are as sent. */
typedef struct scrubjay_line {
    uint32_t size;
    uint32_t number;             /* LX01, from 1 */
    scrubjay_cents charge;       /* for all units together */
    scrubjay_milli units;
    scrubjay_date from;          /* first day of service */
    scrubjay_date to;            /* last day; the first where only one is named */
    scrubjay_str qualifier;      /* of the procedure code: HC, ER, AD, ... */
    scrubjay_str procedure;      /* absent on a line with a revenue code only */
    scrubjay_str revenue_code;   /* institutional */
    scrubjay_str unit;           /* UN, MJ, DA */
    scrubjay_str place;          /* the line's place of service, or the claim's */
    scrubjay_str authorization;  /* REF*G1 of the line */
    scrubjay_str ndc;            /* LIN03 */
    const scrubjay_str *modifiers;
    const uint8_t *pointers;     /* to diagnoses, from 1 (SV107) */
    uint32_t modifier_count;
    uint32_t pointer_count;
    const scrubjay_provider_t *rendering; /* NULL where it is the claim's */
} scrubjay_line_t;

/* A claim. */
typedef struct scrubjay_claim {
    uint32_t size;
    uint32_t kind;               /* one of SCRUBJAY_CLAIM_... */
    uint32_t line_of_business;   /* one of SCRUBJAY_LINE_..., or 0 where unknown */
    uint32_t order;              /* SCRUBJAY_ORDER_...: whom the claim goes to */
    scrubjay_cents charge;       /* CLM02, as sent: may disagree with the lines */
    scrubjay_cents patient_paid; /* AMT*F5, or SCRUBJAY_NO_AMOUNT */
    scrubjay_date service_from;  /* over the lines and the statement */
    scrubjay_date service_to;
    scrubjay_date received;      /* what filing limits are measured at */
    scrubjay_date accident;
    scrubjay_str id;             /* ours, sent as CLM01 */
    scrubjay_str frequency;      /* CLM05-3: 1 original, 7 replaces, 8 voids */
    scrubjay_str payer_control;  /* the payer's number of the claim replaced */
    scrubjay_str payer;          /* the practice's key of the payer; absent where
                                    its configuration does not know the payer */
    scrubjay_str payer_id;       /* on the electronic channel, as the claim says */
    scrubjay_str payer_state;    /* of the plan */
    scrubjay_str filing_indicator; /* SBR09 */
    scrubjay_str place;          /* CLM05-1; professional and dental */
    scrubjay_str facility_type;  /* CLM05-1; institutional */
    scrubjay_str authorization;  /* REF*G1 */
    scrubjay_str referral;       /* REF*9F */
    scrubjay_str clia;           /* REF*X4 */
    const scrubjay_person_t *patient;      /* never NULL */
    const scrubjay_person_t *subscriber;   /* the patient, where they are the same */
    const scrubjay_provider_t *billing;    /* never NULL; the others may be */
    const scrubjay_provider_t *rendering;
    const scrubjay_provider_t *referring;
    const scrubjay_provider_t *facility;
    const scrubjay_provider_t *attending;
    /* Arrays whose members may be longer than this header knows: step by
     * `..._size`, or use scrubjay_line_at and scrubjay_diagnosis_at. */
    const scrubjay_diagnosis_t *diagnoses;
    const scrubjay_line_t *lines; /* NULL with SCRUBJAY_PLUGIN_LINES_WHEN_ASKED at a
                                     host that has `lines` of a call */
    uint32_t diagnosis_count;
    uint32_t diagnosis_size;
    uint32_t line_count;
    uint32_t line_size;
} scrubjay_claim_t;

enum {
    SCRUBJAY_EARLIER_WITHDRAWN = 1 << 0 /* void, or replaced by a later one */
};

/* A service on an earlier claim. Codes are as sent. */
typedef struct scrubjay_service {
    uint32_t size;
    scrubjay_date from;
    scrubjay_milli units;
    scrubjay_str procedure;
    const scrubjay_str *modifiers;
    uint32_t modifier_count;
    uint32_t reserved;
} scrubjay_service_t;

/* An earlier claim of the same patient at this practice. Since 1.1 */
typedef struct scrubjay_earlier {
    uint32_t size;
    uint32_t flags;              /* SCRUBJAY_EARLIER_... */
    scrubjay_str id;
    scrubjay_str billing_npi;    /* as sent */
    const scrubjay_service_t *services; /* step by service_size */
    uint32_t service_count;
    uint32_t service_size;
    const scrubjay_str *denied;  /* reason codes (CARC) that it was denied by */
    uint32_t denied_count;
    uint32_t reserved;
} scrubjay_earlier_t;

/* ---- What a plugin says ------------------------------------------------- */
/* Made by the plugin, copied by the host before its function returns. Texts
 * are UTF-8 without control characters; a message has at most 2,000 bytes. */

typedef struct scrubjay_finding {
    uint32_t size;
    uint32_t severity;       /* SCRUBJAY_INFO, WARN, BLOCK */
    scrubjay_str edit;       /* which of the plugin's edits: a-z 0-9 - . _ */
    scrubjay_str message;    /* what is wrong and what to do */
    uint32_t about;          /* SCRUBJAY_ABOUT_... */
    uint32_t line;           /* the line's number, for ABOUT_LINE */
    scrubjay_str field;      /* the field's name, for ABOUT_FIELD */
    scrubjay_str cite;       /* source of the rule; may be absent */
    const scrubjay_str *prevents; /* adjustment reason codes (CARC), at most 16 */
    uint32_t prevents_count;
    uint32_t flags;          /* SCRUBJAY_FINDING_... */
} scrubjay_finding_t;

enum {
    SCRUBJAY_FINDING_OVERRIDABLE = 1 << 0 /* a person may pass it, with a reason */
};

typedef struct scrubjay_effect {
    uint32_t size;
    uint32_t kind;            /* one of SCRUBJAY_EFFECT_... */
    scrubjay_str edit;        /* which of the plugin's edits asks */
    scrubjay_str reason;      /* why, or for a task or denial what to do; not for TAG */
    scrubjay_str field;       /* REPAIR: what is written in another form */
    scrubjay_str value;       /* REPAIR: the new form */
    scrubjay_str tag;         /* TAG */
    scrubjay_str owner;       /* OPEN_TASK, CLASSIFY_DENIAL: a role or queue */
    scrubjay_str category;    /* CLASSIFY_DENIAL, such as "timely_filing" */
    scrubjay_str recoverable; /* CLASSIFY_DENIAL: auto, manual, appeal, never */
    scrubjay_date until;      /* HOLD_UNTIL: first day on which it may go */
    uint32_t days;            /* OPEN_TASK, CLASSIFY_DENIAL: days until due */
} scrubjay_effect_t;

/* ---- One call ----------------------------------------------------------- */

typedef struct scrubjay_call scrubjay_call_t;
struct scrubjay_call {
    uint32_t size;
    uint32_t hook;         /* one of SCRUBJAY_HOOK_... */
    void *ctx;             /* the host's; not for the plugin */
    int64_t now;           /* the host's clock: milliseconds since 1970, UTC */
    scrubjay_date today;   /* the host's clock: the day */
    uint32_t reserved;
    const scrubjay_claim_t *claim; /* NULL at hooks whose subject is no claim */

    /* Says a finding. REFUSED where it breaks a rule above, FULL beyond 100 of
     * them; both are also a fault of the call, so there is no need to look.
     * [call-thread] */
    scrubjay_status (*finding)(const scrubjay_call_t *call, const scrubjay_finding_t *finding);

    /* Asks for an effect. REFUSED also where the descriptor does not declare
     * it or the hook does not allow it. All effects of a call are applied, or
     * none: none when the call ends as a fault. [call-thread] */
    scrubjay_status (*effect)(const scrubjay_call_t *call, const scrubjay_effect_t *effect);

    /* Not 0 when the call should stop, since its time is over; return
     * SCRUBJAY_CANCELLED then. Costs about as much as reading a clock.
     * [call-thread] */
    uint32_t (*cancelled)(const scrubjay_call_t *call);

    /* Says why the call will end as SCRUBJAY_ERROR. The last one said counts.
     * [call-thread] */
    void (*error)(const scrubjay_call_t *call, scrubjay_str message);

    /* The subject as one JSON document, for plugins that prefer it: some
     * hundred times dearer than the view. The same document each time within a
     * call; holds until `judge` returns. [call-thread] */
    scrubjay_status (*document)(const scrubjay_call_t *call, scrubjay_str *json);

    /* The earlier claim of the same patient at a place from 0, oldest first;
     * ABSENT behind the last. Nothing is made of them before the first is asked
     * for. Holds until `judge` returns. Look with SCRUBJAY_HAS first: a host of
     * 1.0 does not have the function. [call-thread] */
    scrubjay_status (*earlier)(const scrubjay_call_t *call, uint32_t at, const scrubjay_earlier_t **earlier); /* since 1.1 */

    /* The first line of the claim, which has `line_count` of them, `line_size`
     * bytes apart. Nothing is made of them before they are asked for where the
     * descriptor says SCRUBJAY_PLUGIN_LINES_WHEN_ASKED. REFUSED where a line has
     * an amount out of range, which is also a fault of the call. Holds until
     * `judge` returns. `scrubjay_lines` asks hosts of any version. [call-thread] */
    scrubjay_status (*lines)(const scrubjay_call_t *call, const scrubjay_line_t **lines); /* since 1.2 */
};

/* ---- The host ----------------------------------------------------------- */

typedef struct scrubjay_host scrubjay_host_t;
struct scrubjay_host {
    uint32_t size;
    uint32_t abi_major;    /* what the host was compiled with */
    uint32_t abi_minor;
    uint32_t reserved;
    void *ctx;             /* the host's; not for the plugin */
    scrubjay_str name;     /* of the host, such as "scrubjay" */
    scrubjay_str version;
    scrubjay_str folder;   /* what relative paths in settings are relative to */

    /* The setting of a key, as text; ABSENT where there is none. Holds until
     * `destroy` returns, or until a failed `create` does. [any-thread] */
    scrubjay_status (*setting)(const scrubjay_host_t *host, scrubjay_str key, scrubjay_str *value);

    /* The setting at a place from 0, in the order of the keys; ABSENT behind
     * the last. Holds as long. [any-thread] */
    scrubjay_status (*setting_at)(const scrubjay_host_t *host, uint32_t at, scrubjay_str *key,
                                  scrubjay_str *value);

    /* A line for the operator, at SCRUBJAY_LOG_... Never patient data.
     * [any-thread] */
    void (*log)(const scrubjay_host_t *host, uint32_t level, scrubjay_str message);

    /* Says why `create` will fail. The last one said counts. Only inside
     * `create`. [one-thread] */
    void (*error)(const scrubjay_host_t *host, scrubjay_str message);

    /* An extension of the host by its id, such as "scrubjay.codes/1", or NULL.
     * What it points to holds as long as the host. [any-thread] */
    const void *(*get_extension)(const scrubjay_host_t *host, scrubjay_str id);
};

/* ---- The plugin --------------------------------------------------------- */

/* One plugin made ready. Owned by the plugin from `create` to `destroy`. */
typedef struct scrubjay_plugin scrubjay_plugin_t;
struct scrubjay_plugin {
    uint32_t size;
    uint32_t reserved;
    void *state;           /* the plugin's; not for the host */

    /* Judges one subject. Returns SCRUBJAY_OK, or another status where it
     * could not: the claim is then held. Everything that `call` leads to is
     * borrowed until it returns.
     * [any-thread] with SCRUBJAY_PLUGIN_THREAD_SAFE, else [one-thread] */
    scrubjay_status (*judge)(const scrubjay_plugin_t *plugin, const scrubjay_call_t *call);

    /* Ends it and frees what it owns, `plugin` too. Called once, after the
     * last `judge` has returned, not always on the thread of `create`.
     * [one-thread] */
    void (*destroy)(const scrubjay_plugin_t *plugin);
};

enum {
    SCRUBJAY_PLUGIN_THREAD_SAFE = 1 << 0, /* `judge` may run on several threads at once */

    /* `judge` asks for the lines of a claim with `scrubjay_lines` and does not
     * look at `claim->lines`. A claim whose lines it does not look at then costs
     * the same however many there are. A host of 1.0 or 1.1 hands them in with the claim. Since 1.2 */
    SCRUBJAY_PLUGIN_LINES_WHEN_ASKED = 1 << 1,

    /* It carries files: it has the extension SCRUBJAY_TRANSPORT, and may have no
     * hooks. Since 1.2 */
    SCRUBJAY_PLUGIN_CARRIES_FILES = 1 << 2
};

/* What a plugin says of itself. [constant] */
typedef struct scrubjay_descriptor {
    uint32_t size;
    uint32_t flags;             /* SCRUBJAY_PLUGIN_... */
    scrubjay_str id;            /* as in "plugin:ID/EDIT": a-z 0-9 - . _, at most 64 */
    scrubjay_str version;       /* at most 32, without spaces */
    scrubjay_str title;         /* what it does, in a few words */
    scrubjay_str vendor;
    scrubjay_str licence;       /* an SPDX expression where there is one */
    uint32_t hooks;             /* SCRUBJAY_HOOK_..., at least one, or CARRIES_FILES */
    uint32_t effects;           /* SCRUBJAY_EFFECT_..., none: 0 */
    uint32_t needs;             /* SCRUBJAY_NEED_..., none: 0 */
    uint32_t claim_kinds;       /* SCRUBJAY_CLAIM_..., all: 0 */
    uint32_t lines_of_business; /* SCRUBJAY_LINE_..., all: 0 */
    uint32_t payer_count;       /* all: 0 */
    const scrubjay_str *payers; /* the practice's keys of payers, at most 1,000 */
    scrubjay_str support;       /* whom the operator asks; may be absent. since 1.1 */
} scrubjay_descriptor_t;

/* What the library exports. [constant] */
typedef struct scrubjay_entry {
    uint32_t size;
    uint32_t magic;             /* SCRUBJAY_MAGIC */
    uint32_t abi_major;         /* SCRUBJAY_ABI_MAJOR */
    uint32_t abi_minor;         /* SCRUBJAY_ABI_MINOR */
    const scrubjay_descriptor_t *descriptor;

    /* Makes the plugin ready. On SCRUBJAY_OK `*plugin` is set; otherwise the
     * host was told why through `error` and nothing is left behind. `host`
     * holds until `destroy` returns. [one-thread] */
    scrubjay_status (*create)(const scrubjay_host_t *host, const scrubjay_plugin_t **plugin);

    /* An extension of the plugin by its id, or NULL. May itself be NULL. What
     * it points to is constant. [any-thread] */
    const void *(*get_extension)(scrubjay_str id);
} scrubjay_entry_t;

/* ---- Extensions of plugins ---------------------------------------------- */

/*
 * SCRUBJAY_TRANSPORT: a plugin that carries files between a practice and whoever
 * it exchanges them with: claims go out (step 5, at the hook SUBMIT, once they
 * are judged and written), acknowledgments and remittances come in. Since 1.2
 *
 *   ready --check--> the channel is open --deliver, fetch--> ... --destroy-->
 *
 *   A practice has channels, each with settings of its own: where to, as whom,
 *   which folders. `check` is called once for each channel that names the plugin,
 *   before any other function for that channel; `deliver` and `fetch` then as
 *   often as there is something to do, also again after a failure, and after a
 *   crash of the host that left it unsure whether the last call got through. They
 *   may take minutes; `cancelled` says when to give up.
 *
 *   A file is delivered once the other side has the whole of it under its name.
 *   So write it there under another name first and rename it. Where a file of
 *   that name and those bytes is there already, that is well; where it has other
 *   bytes, it is an error, and neither is touched.
 *
 *   A file that was fetched may be taken away at the other side once `keep` has
 *   returned SCRUBJAY_OK: the host then has it on disk. It may as well stay
 *   there and be handed in again, since the host knows files by their bytes.
 *
 *   An error of these functions (SCRUBJAY_ERROR) is no fault of the plugin: the
 *   file stays due and the operator reads why. Say which server and what to do.
 *   Never a password or a key.
 */
#define SCRUBJAY_TRANSPORT "scrubjay.transport/1"

/* The most bytes of a file that is carried. */
#define SCRUBJAY_MAX_FILE ((size_t)64 << 20)

/* One errand for one channel. Made by the host, borrowed until the function
 * that it is handed to returns. */
typedef struct scrubjay_exchange scrubjay_exchange_t;
struct scrubjay_exchange {
    uint32_t size;
    uint32_t reserved;
    void *ctx;             /* the host's; not for the plugin */
    scrubjay_str channel;  /* as the practice names it */

    /* The channel's setting of a key, as text; ABSENT where there is none.
     * [call-thread] */
    scrubjay_status (*setting)(const scrubjay_exchange_t *exchange, scrubjay_str key,
                               scrubjay_str *value);

    /* The channel's setting at a place from 0, in the order of the keys; ABSENT
     * behind the last. [call-thread] */
    scrubjay_status (*setting_at)(const scrubjay_exchange_t *exchange, uint32_t at,
                                  scrubjay_str *key, scrubjay_str *value);

    /* Hands in a file that was fetched: its name without folders, at most 160
     * bytes, not hidden, and all of its bytes. OK once the host has it on disk;
     * REFUSED where the host cannot keep it, or at another function than `fetch`:
     * stop then, and leave the file where it is. [call-thread] */
    scrubjay_status (*keep)(const scrubjay_exchange_t *exchange, scrubjay_str name,
                            scrubjay_bytes bytes);

    /* Not 0 when the errand should stop, since its time is over; return
     * SCRUBJAY_CANCELLED then. [call-thread] */
    uint32_t (*cancelled)(const scrubjay_exchange_t *exchange);

    /* Says why the errand will end as SCRUBJAY_ERROR. The last one said counts.
     * [call-thread] */
    void (*error)(const scrubjay_exchange_t *exchange, scrubjay_str message);
};

/* What `get_extension` of the entry gives for SCRUBJAY_TRANSPORT. All three
 * functions must be there. In brackets as for `judge`: [any-thread] with
 * SCRUBJAY_PLUGIN_THREAD_SAFE, else [one-thread]. [constant] */
typedef struct scrubjay_transport {
    uint32_t size;
    uint32_t reserved;

    /* Looks at the channel's settings, without going anywhere. */
    scrubjay_status (*check)(const scrubjay_plugin_t *plugin, const scrubjay_exchange_t *exchange);

    /* Carries a file out. */
    scrubjay_status (*deliver)(const scrubjay_plugin_t *plugin, const scrubjay_exchange_t *exchange,
                               scrubjay_str name, scrubjay_bytes bytes);

    /* Hands in every file that waits. */
    scrubjay_status (*fetch)(const scrubjay_plugin_t *plugin, const scrubjay_exchange_t *exchange);
} scrubjay_transport_t;

/* The one symbol. Define it so:
 *
 *     SCRUBJAY_EXPORT const scrubjay_entry_t scrubjay_plugin_entry = {
 *         .size = sizeof(scrubjay_entry_t),
 *         .magic = SCRUBJAY_MAGIC,
 *         .abi_major = SCRUBJAY_ABI_MAJOR,
 *         .abi_minor = SCRUBJAY_ABI_MINOR,
 *         .descriptor = &descriptor,
 *         .create = create,
 *     };
 */
SCRUBJAY_EXPORT extern const scrubjay_entry_t scrubjay_plugin_entry;

/* ---- Helpers ------------------------------------------------------------ */

/* A line by its place from 0, whatever the length of a line at the host. */
static inline const scrubjay_line_t *scrubjay_line_at(const scrubjay_claim_t *claim, uint32_t at)
{
    return (const scrubjay_line_t *)((const char *)claim->lines + (size_t)at * claim->line_size);
}

/* The first line of the claim of a call, at a host of any minor version: with
 * SCRUBJAY_PLUGIN_LINES_WHEN_ASKED, and at a hook whose subject is a claim. */
static inline scrubjay_status scrubjay_lines(const scrubjay_call_t *call,
                                             const scrubjay_line_t **lines)
{
    if (SCRUBJAY_HAS(call, scrubjay_call_t, lines))
        return call->lines(call, lines);
    *lines = call->claim->lines;
    return SCRUBJAY_OK;
}

/* A line by its place from 0 behind the first, as `scrubjay_lines` gave it. */
static inline const scrubjay_line_t *scrubjay_line_after(const scrubjay_claim_t *claim,
                                                         const scrubjay_line_t *first, uint32_t at)
{
    return (const scrubjay_line_t *)((const char *)first + (size_t)at * claim->line_size);
}

/* A diagnosis by its place from 0. */
static inline const scrubjay_diagnosis_t *scrubjay_diagnosis_at(const scrubjay_claim_t *claim,
                                                               uint32_t at)
{
    return (const scrubjay_diagnosis_t *)((const char *)claim->diagnoses +
                                          (size_t)at * claim->diagnosis_size);
}

/* A service of an earlier claim by its place from 0. */
static inline const scrubjay_service_t *scrubjay_service_at(const scrubjay_earlier_t *earlier,
                                                            uint32_t at)
{
    return (const scrubjay_service_t *)((const char *)earlier->services +
                                        (size_t)at * earlier->service_size);
}

/* Whether two texts are the same. An absent text is like no other. */
static inline int scrubjay_same(scrubjay_str a, scrubjay_str b)
{
    return a.ptr != NULL && b.ptr != NULL && a.len == b.len &&
           (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Text that ends with a zero, without the zero. */
static inline scrubjay_str scrubjay_text(const char *text)
{
    scrubjay_str result = { text, text == NULL ? 0 : strlen(text) };
    return result;
}

#ifdef __cplusplus
}
#endif

#endif
