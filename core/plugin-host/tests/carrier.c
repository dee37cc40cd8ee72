/*
 * carrier: carries files between a practice and two folders, for tests of the
 * host. A channel's setting `trick` makes it go wrong; -DLIE_... makes it lie.
 */
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "scrubjay_plugin.h"

#define MOST 65536

static const scrubjay_exchange_t *kept_too_long;

static scrubjay_status fail(const scrubjay_exchange_t *exchange, const char *why)
{
    exchange->error(exchange, scrubjay_text(why));
    return SCRUBJAY_ERROR;
}

static int is_trick(const scrubjay_exchange_t *exchange, const char *name)
{
    scrubjay_str value;
    return exchange->setting(exchange, scrubjay_text("trick"), &value) == SCRUBJAY_OK &&
           scrubjay_same(value, scrubjay_text(name));
}

/* The setting of a key, a slash and a name, as one text that ends with a zero. */
static int path(const scrubjay_exchange_t *exchange, const char *key, scrubjay_str name, char *to)
{
    scrubjay_str folder;
    if (exchange->setting(exchange, scrubjay_text(key), &folder) != SCRUBJAY_OK)
        return 0;
    snprintf(to, 1000, "%.*s/%.*s", (int)folder.len, folder.ptr, (int)name.len, name.ptr);
    return 1;
}

static size_t slurp(const char *from, uint8_t *to)
{
    FILE *file = fopen(from, "rb");
    size_t length;
    if (file == NULL)
        return MOST + 1;
    length = fread(to, 1, MOST, file);
    fclose(file);
    return length;
}

static scrubjay_status check(const scrubjay_plugin_t *plugin, const scrubjay_exchange_t *exchange)
{
    scrubjay_str key, value;
    uint32_t at;
    (void)plugin;
    for (at = 0; exchange->setting_at(exchange, at, &key, &value) == SCRUBJAY_OK; at++)
        if (!scrubjay_same(key, scrubjay_text("out")) && !scrubjay_same(key, scrubjay_text("in")) &&
            !scrubjay_same(key, scrubjay_text("trick")))
            return fail(exchange, "it knows the settings `in` and `out`");
    if (is_trick(exchange, "early"))
        exchange->keep(exchange, scrubjay_text("a"), (scrubjay_bytes){ NULL, 0 });
    return SCRUBJAY_OK;
}

static void *stray(void *argument)
{
    scrubjay_str value;
    kept_too_long->setting(argument, scrubjay_text("out"), &value);
    return NULL;
}

static scrubjay_status deliver(const scrubjay_plugin_t *plugin, const scrubjay_exchange_t *exchange,
                               scrubjay_str name, scrubjay_bytes bytes)
{
    static uint8_t there[MOST + 1];
    char final[1000], part[1010];
    FILE *file;
    size_t length;
    (void)plugin;
    if (is_trick(exchange, "abort"))
        abort();
    if (is_trick(exchange, "hang"))
        for (;;)
            sleep(1);
    if (is_trick(exchange, "wait")) {
        while (!exchange->cancelled(exchange))
            nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
        return SCRUBJAY_CANCELLED;
    }
    if (is_trick(exchange, "status"))
        return 77;
    if (is_trick(exchange, "silent"))
        return SCRUBJAY_ERROR;
    if (is_trick(exchange, "stray")) {
        pthread_t thread;
        kept_too_long = exchange;
        pthread_create(&thread, NULL, stray, (void *)exchange);
        pthread_join(thread, NULL);
        return SCRUBJAY_OK;
    }
    if (!path(exchange, "out", name, final))
        return fail(exchange, "the setting `out` is missing");
    snprintf(part, sizeof part, "%s.part", final);
    length = slurp(final, there);
    if (length <= MOST) {
        if (length == bytes.len && (length == 0 || memcmp(there, bytes.ptr, length) == 0))
            return SCRUBJAY_OK;
        return fail(exchange, "another file of that name is there");
    }
    file = fopen(part, "wb");
    if (file == NULL)
        return fail(exchange, "the folder `out` cannot be written: mend its permissions");
    length = bytes.len == 0 ? 0 : fwrite(bytes.ptr, 1, bytes.len, file);
    if (fclose(file) != 0 || length != bytes.len || rename(part, final) != 0)
        return fail(exchange, "the file was not written whole");
    return SCRUBJAY_OK;
}

static scrubjay_status fetch(const scrubjay_plugin_t *plugin, const scrubjay_exchange_t *exchange)
{
    static uint8_t bytes[MOST + 1];
    const scrubjay_str nothing = { "", 0 };
    struct dirent *entry;
    char from[1000];
    DIR *folder;
    (void)plugin;
    if (is_trick(exchange, "name"))
        exchange->keep(exchange, scrubjay_text("../../etc/passwd"), (scrubjay_bytes){ NULL, 0 });
    if (is_trick(exchange, "long"))
        exchange->keep(exchange, scrubjay_text("a"), (scrubjay_bytes){ bytes, SIZE_MAX });
    if (is_trick(exchange, "null"))
        exchange->keep(exchange, scrubjay_text("a"), (scrubjay_bytes){ NULL, 7 });
    if (is_trick(exchange, "abort")) {
        exchange->keep(exchange, scrubjay_text("whole"), (scrubjay_bytes){ bytes, 1 });
        abort();
    }
    if (!path(exchange, "in", nothing, from) || (folder = opendir(from)) == NULL)
        return fail(exchange, "the folder `in` cannot be read");
    while ((entry = readdir(folder)) != NULL) {
        size_t length;
        if (entry->d_name[0] == '.')
            continue;
        path(exchange, "in", scrubjay_text(entry->d_name), from);
        length = slurp(from, bytes);
        if (exchange->keep(exchange, scrubjay_text(entry->d_name),
                           (scrubjay_bytes){ bytes, length }) != SCRUBJAY_OK)
            break;
        unlink(from);
    }
    closedir(folder);
    return SCRUBJAY_OK;
}

#ifndef LIE_SIZE
#define LIE_SIZE sizeof(scrubjay_transport_t)
#endif
#ifndef LIE_FETCH
#define LIE_FETCH fetch
#endif
static const scrubjay_transport_t transport = {
    .size = LIE_SIZE, .check = check, .deliver = deliver, .fetch = LIE_FETCH };

static const void *get_extension(scrubjay_str id)
{
#ifdef LIE_NONE
    (void)transport;
    return scrubjay_same(id, scrubjay_text("something else")) ? "" : NULL;
#else
    return scrubjay_same(id, scrubjay_text(SCRUBJAY_TRANSPORT)) ? &transport : NULL;
#endif
}

static scrubjay_status judge(const scrubjay_plugin_t *plugin, const scrubjay_call_t *call)
{
    (void)plugin;
    (void)call;
    return SCRUBJAY_REFUSED;
}

static void destroy(const scrubjay_plugin_t *plugin)
{
    (void)plugin;
}

static const scrubjay_plugin_t plugin = {
    .size = sizeof plugin, .judge = judge, .destroy = destroy };

static scrubjay_status create(const scrubjay_host_t *host, const scrubjay_plugin_t **made)
{
    (void)host;
    *made = &plugin;
    return SCRUBJAY_OK;
}

#ifndef LIE_FLAGS
#define LIE_FLAGS SCRUBJAY_PLUGIN_CARRIES_FILES
#endif
static const scrubjay_descriptor_t descriptor = {
    .size = sizeof descriptor, .flags = LIE_FLAGS,
    .id = SCRUBJAY_STR("carrier"), .version = SCRUBJAY_STR("1"), .title = SCRUBJAY_STR("t"),
    .vendor = SCRUBJAY_STR("v"), .licence = SCRUBJAY_STR("l") };

SCRUBJAY_EXPORT const scrubjay_entry_t scrubjay_plugin_entry = {
    .size = sizeof(scrubjay_entry_t), .magic = SCRUBJAY_MAGIC, .abi_major = SCRUBJAY_ABI_MAJOR,
    .abi_minor = SCRUBJAY_ABI_MINOR, .descriptor = &descriptor, .create = create,
    .get_extension = get_extension };
