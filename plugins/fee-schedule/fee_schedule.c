/*
 * fee-schedule: what a claim should bring, from a fee schedule in a CSV file.
 *
 * One file, no library but C's own:
 *
 *     cc -std=c11 -O2 -shared -fPIC -fvisibility=hidden \
 *        -I ../sdk/include -o libfee_schedule.so fee_schedule.c
 *
 * README.md says what it reads and what it finds.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scrubjay_plugin.h"

enum {
    MAX_FILE = 64 * 1024 * 1024,
    MAX_COLUMNS = 32,
    CODE = 8 /* a code of five characters and its zero, with room */
};

/* Amounts and units beyond these are refused, so that their product fits. */
static const int64_t MAX_AMOUNT = 1000000000; /* ten million dollars */
static const int64_t MAX_UNITS = 1000000000;  /* a million units */

/* One row: what one unit of a procedure brings, on which days. */
typedef struct {
    char procedure[CODE];
    char modifier[CODE]; /* empty: any or none */
    scrubjay_date from;  /* 0: always */
    scrubjay_date to;    /* 0: for ever */
    scrubjay_cents amount;
} fee_t;

typedef struct {
    scrubjay_plugin_t plugin;
    size_t count;
    fee_t *fees; /* sorted by procedure first */
} schedule_t;

/* ---- Reading the table -------------------------------------------------- */

typedef struct {
    const scrubjay_host_t *host;
    const char *file; /* for messages; NULL before it is known */
    unsigned long row;
} place_t;

static bool refuse(const place_t *at, const char *problem)
{
    char text[512];
    if (at->file == NULL)
        snprintf(text, sizeof text, "%s", problem);
    else if (at->row == 0)
        snprintf(text, sizeof text, "%.300s: %s", at->file, problem);
    else
        snprintf(text, sizeof text, "%.300s, line %lu: %s", at->file, at->row, problem);
    at->host->error(at->host, scrubjay_text(text));
    return false;
}

/* Takes one field off a row and ends it with a zero. Quotes may stand around a
 * field and double within it; no field goes over the end of a line. */
static char *take_field(char **row)
{
    char *field = *row, *read = field, *write = field;
    bool quoted = *read == '"';
    if (quoted)
        read++;
    while (*read != '\0') {
        if (quoted && *read == '"') {
            if (read[1] != '"') {
                quoted = false;
                read++;
                continue;
            }
            read++;
        } else if (!quoted && *read == ',') {
            break;
        }
        *write++ = *read++;
    }
    *row = *read == ',' ? read + 1 : NULL;
    *write = '\0';
    while (*field == ' ')
        field++;
    while (write > field && write[-1] == ' ')
        *--write = '\0';
    return field;
}

static bool read_code(const char *text, char *code, size_t length)
{
    size_t i, got = strlen(text);
    if (got != length)
        return false;
    for (i = 0; i < got; i++) {
        char c = text[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')))
            return false;
        code[i] = c;
    }
    code[got] = '\0';
    return true;
}

/* Dollars with at most two decimals. */
static bool read_amount(const char *text, scrubjay_cents *amount)
{
    int64_t cents = 0;
    int decimals = -1;
    bool digits = false;
    for (; *text != '\0'; text++) {
        if (*text == '.' && decimals < 0) {
            decimals = 0;
        } else if (*text >= '0' && *text <= '9' && decimals < 2) {
            cents = cents * 10 + (*text - '0');
            digits = true;
            if (decimals >= 0)
                decimals++;
            if (cents > MAX_AMOUNT)
                return false;
        } else {
            return false;
        }
    }
    for (decimals = decimals < 0 ? 0 : decimals; decimals < 2; decimals++)
        cents *= 10;
    *amount = cents;
    return digits && cents <= MAX_AMOUNT;
}

/* YYYY-MM-DD; an empty field is no date. */
static bool read_date(const char *text, scrubjay_date *date)
{
    static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int i, number = 0, month, day;
    *date = 0;
    if (*text == '\0')
        return true;
    for (i = 0; i < 10; i++) {
        if (i == 4 || i == 7) {
            if (text[i] != '-')
                return false;
        } else if (text[i] >= '0' && text[i] <= '9') {
            number = number * 10 + (text[i] - '0');
        } else {
            return false;
        }
    }
    month = number / 100 % 100;
    day = number % 100;
    if (text[10] != '\0' || month < 1 || month > 12 || day < 1 || day > days[month - 1])
        return false;
    *date = number;
    return true;
}

/* Which column is which; -1 for one that the table does not have. */
typedef struct {
    int procedure, modifier, amount, from, to;
} columns_t;

static bool read_header(const place_t *at, char *row, columns_t *columns)
{
    int number;
    if (strncmp(row, "\xEF\xBB\xBF", 3) == 0)
        row += 3; /* spreadsheets write a byte order mark */
    for (number = 0; row != NULL; number++) {
        const char *name;
        if (number == MAX_COLUMNS)
            return refuse(at, "there are more than 32 columns");
        name = take_field(&row);
        if (strcmp(name, "procedure") == 0)
            columns->procedure = number;
        else if (strcmp(name, "modifier") == 0)
            columns->modifier = number;
        else if (strcmp(name, "amount") == 0)
            columns->amount = number;
        else if (strcmp(name, "from") == 0)
            columns->from = number;
        else if (strcmp(name, "to") == 0)
            columns->to = number;
    }
    if (columns->procedure < 0 || columns->amount < 0)
        return refuse(at, "the first line must name the columns `procedure` and `amount`");
    return true;
}

static bool read_row(const place_t *at, char *row, const columns_t *columns, fee_t *fee)
{
    char *fields[MAX_COLUMNS];
    int number = 0;
    while (row != NULL) {
        if (number == MAX_COLUMNS)
            return refuse(at, "there are more than 32 columns");
        fields[number++] = take_field(&row);
    }
#define FIELD(name) (columns->name >= 0 && columns->name < number ? fields[columns->name] : "")
    memset(fee, 0, sizeof *fee);
    if (!read_code(FIELD(procedure), fee->procedure, 5))
        return refuse(at, "`procedure` is no code of five capital letters and digits");
    if (*FIELD(modifier) != '\0' && !read_code(FIELD(modifier), fee->modifier, 2))
        return refuse(at, "`modifier` is no code of two capital letters and digits");
    if (!read_amount(FIELD(amount), &fee->amount))
        return refuse(at, "`amount` is no amount in dollars, such as 112.50");
    if (!read_date(FIELD(from), &fee->from) || !read_date(FIELD(to), &fee->to))
        return refuse(at, "`from` and `to` are days such as 2026-01-31");
    if (fee->to != 0 && fee->to < fee->from)
        return refuse(at, "`to` lies before `from`");
#undef FIELD
    return true;
}

/* A full order, so that the same table always gives the same answers. */
static int in_order(const void *left, const void *right)
{
    const fee_t *a = left, *b = right;
    int order = strcmp(a->procedure, b->procedure);
    if (order == 0)
        order = strcmp(a->modifier, b->modifier);
    if (order == 0)
        order = (a->from > b->from) - (a->from < b->from);
    if (order == 0)
        order = (a->to > b->to) - (a->to < b->to);
    return order != 0 ? order : (a->amount > b->amount) - (a->amount < b->amount);
}

static bool read_table(place_t *at, char *text, schedule_t *schedule)
{
    columns_t columns = { -1, -1, -1, -1, -1 };
    size_t room = 0;
    bool header = false;
    while (text != NULL) {
        char *row = text, *end = strchr(text, '\n');
        if (end != NULL)
            *end = '\0';
        text = end == NULL ? NULL : end + 1;
        at->row++;
        end = row + strlen(row);
        if (end > row && end[-1] == '\r')
            end[-1] = '\0';
        if (*row == '\0')
            continue;
        if (!header) {
            if (!read_header(at, row, &columns))
                return false;
            header = true;
            continue;
        }
        if (schedule->count == room) {
            fee_t *more;
            room = room == 0 ? 256 : room * 2;
            more = realloc(schedule->fees, room * sizeof *more);
            if (more == NULL)
                return refuse(at, "there is no memory for the table");
            schedule->fees = more;
        }
        if (!read_row(at, row, &columns, &schedule->fees[schedule->count]))
            return false;
        schedule->count++;
    }
    at->row = 0;
    if (schedule->count == 0)
        return refuse(at, "the table has no rows");
    qsort(schedule->fees, schedule->count, sizeof *schedule->fees, in_order);
    return true;
}

/* The whole file with a zero behind it; the caller frees it. */
static char *read_file(const place_t *at, const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    long size;
    if (file == NULL) {
        refuse(at, "the file cannot be opened");
        return NULL;
    }
    if (fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0 || size > MAX_FILE ||
        fseek(file, 0, SEEK_SET) != 0) {
        refuse(at, "the file is no file, or has more than 64 MB");
    } else {
        text = malloc((size_t)size + 1);
        if (text == NULL || fread(text, 1, (size_t)size, file) != (size_t)size) {
            refuse(at, "the file cannot be read");
            free(text);
            text = NULL;
        } else if (memchr(text, '\0', (size_t)size) != NULL) {
            refuse(at, "the file is no text");
            free(text);
            text = NULL;
        } else {
            text[size] = '\0';
        }
    }
    fclose(file);
    return text;
}

static bool read_schedule(const scrubjay_host_t *host, schedule_t *schedule)
{
    static const scrubjay_str KEY = SCRUBJAY_STR("table");
    place_t at = { host, NULL, 0 };
    scrubjay_str table;
    char name[1024], path[2048], *text;
    bool read;
    if (host->setting(host, KEY, &table) != SCRUBJAY_OK || table.len == 0)
        return refuse(&at, "the setting `table` names no CSV file");
    if (table.len >= sizeof name || host->folder.len + table.len + 2 > sizeof path)
        return refuse(&at, "the setting `table` is too long");
    memcpy(name, table.ptr, table.len);
    name[table.len] = '\0';
    at.file = name;
    if (name[0] == '/' || host->folder.len == 0)
        snprintf(path, sizeof path, "%s", name);
    else
        snprintf(path, sizeof path, "%.*s/%s", (int)host->folder.len, host->folder.ptr, name);
    text = read_file(&at, path);
    if (text == NULL)
        return false;
    read = read_table(&at, text, schedule);
    free(text);
    return read;
}

/* ---- Judging ------------------------------------------------------------ */

static bool has_modifier(const scrubjay_line_t *line, const char *modifier)
{
    uint32_t i;
    for (i = 0; i < line->modifier_count; i++)
        if (scrubjay_same(line->modifiers[i], scrubjay_text(modifier)))
            return true;
    return false;
}

static int compare_code(scrubjay_str code, const char *procedure)
{
    size_t length = strlen(procedure);
    int order = memcmp(code.ptr, procedure, code.len < length ? code.len : length);
    return order != 0 ? order : (code.len > length) - (code.len < length);
}

/* The fee of a line on its day: the one of its modifier before the one of any,
 * and of these the one that began last. */
static const fee_t *find_fee(const schedule_t *schedule, const scrubjay_line_t *line)
{
    const fee_t *best = NULL;
    size_t low = 0, high = schedule->count;
    if (line->procedure.ptr == NULL || line->from == 0)
        return NULL;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_code(line->procedure, schedule->fees[middle].procedure) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < schedule->count; low++) {
        const fee_t *fee = &schedule->fees[low];
        if (compare_code(line->procedure, fee->procedure) != 0)
            break;
        if (line->from < fee->from || (fee->to != 0 && line->from > fee->to))
            continue;
        if (fee->modifier[0] != '\0' && !has_modifier(line, fee->modifier))
            continue;
        if (best == NULL || (best->modifier[0] == '\0' && fee->modifier[0] != '\0') ||
            ((best->modifier[0] == '\0') == (fee->modifier[0] == '\0') && fee->from > best->from))
            best = fee;
    }
    return best;
}

/* The fee for all units, to the nearest cent, halves up. */
static bool expected(const fee_t *fee, scrubjay_milli units, scrubjay_cents *amount)
{
    if (units < 0 || units > MAX_UNITS)
        return false;
    *amount = (fee->amount * units + 500) / 1000;
    return true;
}

static scrubjay_status say(const scrubjay_call_t *call, uint32_t severity, scrubjay_str edit,
                           uint32_t line, const char *message)
{
    scrubjay_finding_t finding = { .size = sizeof finding };
    finding.severity = severity;
    finding.edit = edit;
    finding.message = scrubjay_text(message);
    finding.about = line == 0 ? SCRUBJAY_ABOUT_WHOLE : SCRUBJAY_ABOUT_LINE;
    finding.line = line;
    finding.flags = SCRUBJAY_FINDING_OVERRIDABLE;
    return call->finding(call, &finding);
}

static scrubjay_status judge(const scrubjay_plugin_t *plugin, const scrubjay_call_t *call)
{
    static const scrubjay_str BELOW = SCRUBJAY_STR("below-schedule");
    static const scrubjay_str EXPECTED = SCRUBJAY_STR("expected-payment");
    static const scrubjay_str UNITS = SCRUBJAY_STR("units of a line are out of range");
    const schedule_t *schedule = plugin->state;
    const scrubjay_claim_t *claim = call->claim;
    scrubjay_cents total = 0;
    uint32_t i, priced = 0;
    char text[256];
    if (claim == NULL)
        return SCRUBJAY_OK;
    for (i = 0; i < claim->line_count; i++) {
        const scrubjay_line_t *line = scrubjay_line_at(claim, i);
        const fee_t *fee = find_fee(schedule, line);
        scrubjay_cents amount;
        if (fee == NULL)
            continue;
        if (!expected(fee, line->units, &amount)) {
            call->error(call, UNITS);
            return SCRUBJAY_ERROR;
        }
        if (line->charge < amount) {
            snprintf(text, sizeof text,
                     "line %" PRIu32 " is charged below the fee schedule: %" PRId64 ".%02d dollars "
                     "are expected, and payers pay the lesser of charge and fee",
                     line->number, amount / 100, (int)(amount % 100));
            say(call, SCRUBJAY_WARN, BELOW, line->number, text);
            amount = line->charge > 0 ? line->charge : 0;
        }
        total += amount;
        priced++;
    }
    if (priced > 0) {
        snprintf(text, sizeof text,
                 "expected payment %" PRId64 ".%02d dollars for %" PRIu32 " of %" PRIu32 " lines",
                 total / 100, (int)(total % 100), priced, claim->line_count);
        say(call, SCRUBJAY_INFO, EXPECTED, 0, text);
    }
    return SCRUBJAY_OK;
}

/* ---- The plugin --------------------------------------------------------- */

static void destroy(const scrubjay_plugin_t *plugin)
{
    schedule_t *schedule = plugin->state;
    free(schedule->fees);
    free(schedule);
}

static scrubjay_status create(const scrubjay_host_t *host, const scrubjay_plugin_t **plugin)
{
    static const scrubjay_str MEMORY = SCRUBJAY_STR("there is no memory");
    schedule_t *made = calloc(1, sizeof *made);
    if (made == NULL) {
        host->error(host, MEMORY);
        return SCRUBJAY_ERROR;
    }
    if (!read_schedule(host, made)) {
        free(made->fees);
        free(made);
        return SCRUBJAY_ERROR;
    }
    made->plugin.size = sizeof made->plugin;
    made->plugin.state = made;
    made->plugin.judge = judge;
    made->plugin.destroy = destroy;
    *plugin = &made->plugin;
    return SCRUBJAY_OK;
}

static const scrubjay_descriptor_t descriptor = {
    .size = sizeof(scrubjay_descriptor_t),
    .flags = SCRUBJAY_PLUGIN_THREAD_SAFE, /* the schedule is only read */
    .id = SCRUBJAY_STR("fee-schedule"),
    .version = SCRUBJAY_STR("0.1.0"),
    .title = SCRUBJAY_STR("Expected payment from a fee schedule"),
    .vendor = SCRUBJAY_STR("The Scrubjay developers"),
    .licence = SCRUBJAY_STR("MIT OR Apache-2.0"),
    .hooks = SCRUBJAY_HOOK_SCRUB,
};

SCRUBJAY_EXPORT const scrubjay_entry_t scrubjay_plugin_entry = {
    .size = sizeof(scrubjay_entry_t),
    .magic = SCRUBJAY_MAGIC,
    .abi_major = SCRUBJAY_ABI_MAJOR,
    .abi_minor = SCRUBJAY_ABI_MINOR,
    .descriptor = &descriptor,
    .create = create,
};
