/*
 * lies: a plugin that says what no honest compiler would, for tests of the
 * host. Each lie is chosen when it is built: -DLIE_...
 */
#include <stdlib.h>
#include <threads.h>

#include "scrubjay_plugin.h"

#ifndef LIE_MAJOR
#define LIE_MAJOR SCRUBJAY_ABI_MAJOR
#endif
#ifndef LIE_MINOR
#define LIE_MINOR SCRUBJAY_ABI_MINOR
#endif
#ifndef LIE_MAGIC
#define LIE_MAGIC SCRUBJAY_MAGIC
#endif
#ifndef LIE_ENTRY_SIZE
#define LIE_ENTRY_SIZE sizeof(scrubjay_entry_t)
#endif
#ifndef LIE_DESCRIPTOR_SIZE
#define LIE_DESCRIPTOR_SIZE sizeof(scrubjay_descriptor_t)
#endif
#ifndef LIE_PLUGIN_SIZE
#define LIE_PLUGIN_SIZE sizeof(scrubjay_plugin_t)
#endif
#ifndef LIE_ID
#define LIE_ID SCRUBJAY_STR("lies")
#endif
#ifndef LIE_VERSION
#define LIE_VERSION SCRUBJAY_STR("1.0")
#endif
#ifndef LIE_VENDOR
#define LIE_VENDOR SCRUBJAY_STR("nobody")
#endif
#ifndef LIE_HOOKS
#define LIE_HOOKS SCRUBJAY_HOOK_SCRUB
#endif
#ifndef LIE_DESCRIPTOR
#define LIE_DESCRIPTOR &descriptor
#endif
#ifndef LIE_CREATE
#define LIE_CREATE create
#endif
#ifndef LIE_JUDGE
#define LIE_JUDGE judge
#endif
#ifndef LIE_DESTROY
#define LIE_DESTROY destroy
#endif
#ifndef LIE_PLUGIN
#define LIE_PLUGIN &plugin
#endif
#ifndef LIE_KINDS
#define LIE_KINDS 0
#endif
#ifndef LIE_LINES
#define LIE_LINES 0
#endif
#ifndef LIE_FLAGS
#define LIE_FLAGS SCRUBJAY_PLUGIN_THREAD_SAFE
#endif

/* What `judge` does; a whole finding is said unless it changes it. */
#ifndef LIE
#define LIE (void)0
#endif
#ifndef LIE_STATUS
#define LIE_STATUS SCRUBJAY_OK
#endif

#ifndef LIE_PAYER_COUNT
#define LIE_PAYER_COUNT 0
#endif

/* A text that is no text, and one that has a length and no bytes. */
static const scrubjay_str BYTES = SCRUBJAY_STR("\xff\xfe");
static const scrubjay_str NOTHING = { NULL, 40 };

/* The call before this one, which nobody may keep. */
static const scrubjay_call_t *kept;

static const scrubjay_finding_t honest = { .size = sizeof honest,
                                           .severity = SCRUBJAY_INFO,
                                           .edit = SCRUBJAY_STR("said"),
                                           .message = SCRUBJAY_STR("as it should be") };

static int say(void *call)
{
    return ((const scrubjay_call_t *)call)->finding(call, &honest);
}

/* Says a finding on another thread than the call's. */
static void stray(const scrubjay_call_t *call)
{
    thrd_t thread;
    if (thrd_create(&thread, say, (void *)call) == thrd_success)
        thrd_join(thread, NULL);
}

/* Says a finding of a call that has ended. */
static void late(void)
{
    if (kept != NULL)
        say((void *)kept);
}

static scrubjay_status judge(const scrubjay_plugin_t *plugin, const scrubjay_call_t *call)
{
    scrubjay_finding_t finding = honest;
    const scrubjay_finding_t *said = &finding;
    LIE;
    call->finding(call, said);
    kept = call;
    return LIE_STATUS;
}

static void destroy(const scrubjay_plugin_t *plugin)
{
}

static const scrubjay_plugin_t plugin = {
    .size = LIE_PLUGIN_SIZE,
    .judge = LIE_JUDGE,
    .destroy = LIE_DESTROY,
};

static scrubjay_status create(const scrubjay_host_t *host, const scrubjay_plugin_t **made)
{
    *made = LIE_PLUGIN;
    return SCRUBJAY_OK;
}

static const scrubjay_descriptor_t descriptor = {
    .size = LIE_DESCRIPTOR_SIZE,
    .flags = LIE_FLAGS,
    .id = LIE_ID,
    .version = LIE_VERSION,
    .title = SCRUBJAY_STR("Lies"),
    .vendor = LIE_VENDOR,
    .licence = SCRUBJAY_STR("none"),
    .hooks = LIE_HOOKS,
    .claim_kinds = LIE_KINDS,
    .lines_of_business = LIE_LINES,
    .payer_count = LIE_PAYER_COUNT,
};

#ifndef LIE_NO_ENTRY
SCRUBJAY_EXPORT const scrubjay_entry_t scrubjay_plugin_entry = {
    .size = LIE_ENTRY_SIZE,
    .magic = LIE_MAGIC,
    .abi_major = LIE_MAJOR,
    .abi_minor = LIE_MINOR,
    .descriptor = LIE_DESCRIPTOR,
    .create = LIE_CREATE,
};
#endif
