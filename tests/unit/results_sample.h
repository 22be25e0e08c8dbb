/* A results file with every kind of group, for the tests of the writer, the reader and publishing.
 * Its content depends on seed, n_twins and n_events only; its appends on chop and n_threads. */
#ifndef TWP_TESTS_RESULTS_SAMPLE_H
#define TWP_TESTS_RESULTS_SAMPLE_H

#include "results/content_digest.h"
#include "results/layout_check.h"
#include "results/reader.h"
#include "results/writer.h"
#include "testlib.h"
#include "vocabulary/columns.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE_STRATEGIES 3

typedef struct {
    uint64_t seed;
    size_t n_twins, n_events;
    size_t chop; /* elements of an append */
    int n_threads;
    bool overwrite, with_session;
    const char *status;
} sample_t;

static inline sample_t
sample_small(void)
{
    return (sample_t){ .seed = 1,
        .n_twins = 500,
        .n_events = 3000,
        .chop = 1000,
        .n_threads = 1,
        .with_session = true,
        .status = "complete" };
}

/* splitmix64 (Steele, Lea and Flood 2014) of seed and index: the same values in any order. */
static inline uint64_t
sample_bits(uint64_t seed, uint64_t index)
{
    uint64_t z = seed * 0x9E3779B97F4A7C15U + (index + 1) * 0xD1342543DE82EF95U;

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

static inline double
sample_uniform(uint64_t seed, uint64_t index)
{
    return (double) (sample_bits(seed, index) >> 11) * 0x1p-53;
}

#define SAMPLE_DO(call)       \
    do {                      \
        status = (call);      \
        if (status != TWP_OK) \
            return status;    \
    } while (0)

static inline twp_status_t
sample_column(twp_results_writer_t *writer, const char *group, const char *name, twp_type_t type,
    const char *unit, const void *data, twp_error_t *err)
{
    twp_field_t field;
    twp_status_t status;

    SAMPLE_DO(twp_columns_field(group, name, type, unit, &field, err));
    return twp_results_write(writer, group, &field, data, err);
}

/* Streams values made by element number: at(seed, i) as the column's type. */
static inline twp_status_t
sample_append(twp_results_writer_t *writer, int stream, size_t i_row, twp_type_t type, size_t n,
    size_t chop, uint64_t seed, twp_error_t *err)
{
    const size_t size = twp_type_size(type);
    unsigned char *const piece = malloc(chop * size);
    twp_status_t status = TWP_OK;

    assert_non_null(piece);
    for (size_t i = 0; status == TWP_OK && i < n; i += chop) {
        const size_t n_now = n - i < chop ? n - i : chop;
        for (size_t j = 0; j < n_now; j++) {
            const double u = sample_uniform(seed, i + j);
            const double f64 = u * 730;
            const float f32 = u < 0.5 ? NAN : (float) u;
            const int64_t whole = (int64_t) (u * 5);
            memcpy(piece + j * size,
                type == TWP_TYPE_FLOAT64       ? (const void *) &f64
                    : type == TWP_TYPE_FLOAT32 ? (const void *) &f32
                                               : (const void *) &whole,
                size);
        }
        status = twp_results_append(writer, stream, i_row, n_now, piece, err);
    }
    free(piece);
    return status;
}

static inline twp_status_t
sample_stream(twp_results_writer_t *writer, const char *group, const char *name, twp_type_t type,
    size_t n_rows, size_t n, const sample_t *sample, twp_error_t *err)
{
    twp_field_t field;
    twp_status_t status;
    int stream;

    SAMPLE_DO(twp_columns_field(group, name, type, "1", &field, err));
    SAMPLE_DO(twp_results_stream(writer, group, &field, &stream, err));
    for (size_t i = 0; i < n_rows; i++)
        SAMPLE_DO(sample_append(
            writer, stream, i, type, n, sample->chop, sample->seed + strlen(name) + 100 * i, err));
    return TWP_OK;
}

static inline twp_status_t
sample_root(twp_results_writer_t *writer, const sample_t *sample, twp_error_t *err)
{
    static const char *const texts[][2] = { { "twinpath_kind", "results" },
        { "title", "A sample, \xC3\xA4\xC3\xB6\xC3\xBC" }, { "source", "twinpath 0.0.0" },
        { "run_id", "0123456789abcdef0123456789abcdef" }, { "seed", "9223372036854775813" },
        { "twins_across_sets", "same" } };
    twp_status_t status;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        SAMPLE_DO(twp_results_attribute_text(writer, NULL, texts[i][0], texts[i][1], err));
    SAMPLE_DO(twp_results_attribute_int32(writer, NULL, "n_twins", (int) sample->n_twins, err));
    SAMPLE_DO(twp_results_attribute_int32(writer, NULL, "n_strategies", SAMPLE_STRATEGIES, err));
    SAMPLE_DO(twp_results_attribute_int32(writer, NULL, "n_parameter_sets", 1, err));
    SAMPLE_DO(twp_results_attribute_int32(writer, NULL, "n_worlds", 1, err));
    return twp_results_attribute_int32(writer, NULL, "n_twins_done", (int) sample->n_twins, err);
}

static const char *const sample_strategies[SAMPLE_STRATEGIES] = { "usual", "nurse",
    "app_and_nurse" };

/* summary and contrasts, segments, survival, draws, targets: small arrays. */
static inline twp_status_t
sample_tables(twp_results_writer_t *writer, const sample_t *sample, twp_error_t *err)
{
    static const char *const groups[] = { "summary", "survival", "segments" };
    static const char *const segments[] = { "young", "old" };
    static const char *const targets[] = { "refills_at_1y", "persistence" };
    static const double times[] = { 0, 365.25, 730.5, 1000.25 }, shares[] = { 0.1, 0.5, 0.9 };
    static const int32_t sets[] = { 1, 2, 3, 4, 5 };
    static const int8_t yes[] = { 0, 1 };
    static const char *const units[] = { "1", "d" };
    double values[256];
    int64_t counts[256];
    twp_status_t status;

    for (size_t i = 0; i < 256; i++) {
        values[i] = sample_uniform(sample->seed + 7, i);
        counts[i] = (int64_t) i << 33;
    }
    values[5] = NAN;
    SAMPLE_DO(twp_results_group(writer, "segments", err));
    SAMPLE_DO(twp_results_dimension_labels(writer, "segments", "segment", 2, segments, NULL, err));
    for (size_t i = 0; i < 3; i++) {
        SAMPLE_DO(twp_results_group(writer, groups[i], err));
        SAMPLE_DO(twp_results_dimension_labels(
            writer, groups[i], "strategy", SAMPLE_STRATEGIES, sample_strategies, NULL, err));
        SAMPLE_DO(
            twp_results_dimension_float64(writer, groups[i], "time", 4, times, "d", NULL, err));
    }
    SAMPLE_DO(
        twp_results_dimension_float64(writer, "summary", "quantile", 3, shares, "1", NULL, err));
    SAMPLE_DO(sample_column(writer, "summary", "pdc_mean", TWP_TYPE_FLOAT64, "1", values, err));
    SAMPLE_DO(sample_column(writer, "summary", "pdc_mcse", TWP_TYPE_FLOAT64, "1", values, err));
    SAMPLE_DO(sample_column(writer, "summary", "pdc_n", TWP_TYPE_INT64, NULL, counts, err));
    SAMPLE_DO(sample_column(writer, "summary", "pdc_quantile", TWP_TYPE_FLOAT64, "1", values, err));
    SAMPLE_DO(sample_column(writer, "segments", "pdc_mean", TWP_TYPE_FLOAT64, "1", values, err));
    SAMPLE_DO(sample_column(writer, "segments", "pdc_mcse", TWP_TYPE_FLOAT64, "1", values, err));
    SAMPLE_DO(sample_column(writer, "survival", "km", TWP_TYPE_FLOAT64, NULL, values, err));
    SAMPLE_DO(sample_column(writer, "survival", "at_risk", TWP_TYPE_INT64, NULL, counts, err));
    SAMPLE_DO(sample_column(
        writer, "survival", "occupancy_therapy_taking", TWP_TYPE_FLOAT64, NULL, values, err));

    SAMPLE_DO(twp_results_group(writer, "contrasts", err));
    SAMPLE_DO(twp_results_dimension_labels(
        writer, "contrasts", "contrast", 2, sample_strategies + 1, NULL, err));
    SAMPLE_DO(twp_results_dimension_float64(writer, "contrasts", "time", 4, times, "d", NULL, err));
    SAMPLE_DO(
        sample_column(writer, "contrasts", "cost_diff", TWP_TYPE_FLOAT64, "EUR", values, err));
    SAMPLE_DO(
        sample_column(writer, "contrasts", "cost_diff_mcse", TWP_TYPE_FLOAT64, "EUR", values, err));

    SAMPLE_DO(twp_results_group(writer, "draws", err));
    SAMPLE_DO(twp_results_dimension_labels(
        writer, "draws", "strategy", SAMPLE_STRATEGIES, sample_strategies, NULL, err));
    SAMPLE_DO(
        twp_results_dimension_int32(writer, "draws", "parameter_set", 5, sets, NULL, NULL, err));
    SAMPLE_DO(sample_column(writer, "draws", "qaly", TWP_TYPE_FLOAT64, "year", values, err));

    SAMPLE_DO(twp_results_group(writer, "targets", err));
    SAMPLE_DO(twp_results_dimension_labels(writer, "targets", "target", 2, targets, NULL, err));
    SAMPLE_DO(sample_column(writer, "targets", "value", TWP_TYPE_FLOAT64, NULL, values, err));
    SAMPLE_DO(sample_column(writer, "targets", "tolerance", TWP_TYPE_FLOAT64, NULL, values, err));
    SAMPLE_DO(sample_column(writer, "targets", "result", TWP_TYPE_FLOAT64, NULL, values, err));
    SAMPLE_DO(sample_column(writer, "targets", "role", TWP_TYPE_INT8, NULL, yes, err));
    SAMPLE_DO(sample_column(writer, "targets", "hit", TWP_TYPE_INT8, NULL, yes, err));
    return sample_column(writer, "targets", "unit", TWP_TYPE_TEXT, NULL, units, err);
}

static inline twp_status_t
sample_twins(twp_results_writer_t *writer, const sample_t *sample, twp_error_t *err)
{
    static const char *const segments[] = { "young", "old", "very_old", "child", "unknown" };
    twp_field_t field;
    twp_status_t status;
    int stream;

    SAMPLE_DO(twp_results_group(writer, "outcomes", err));
    SAMPLE_DO(twp_results_dimension_labels(
        writer, "outcomes", "strategy", SAMPLE_STRATEGIES, sample_strategies, NULL, err));
    SAMPLE_DO(
        sample_stream(writer, "outcomes", "twin", TWP_TYPE_INT32, 1, sample->n_twins, sample, err));
    SAMPLE_DO(sample_stream(writer, "outcomes", "pdc", TWP_TYPE_FLOAT32, SAMPLE_STRATEGIES,
        sample->n_twins, sample, err));
    SAMPLE_DO(sample_stream(writer, "outcomes", "initiation", TWP_TYPE_INT8, SAMPLE_STRATEGIES,
        sample->n_twins, sample, err));

    SAMPLE_DO(twp_results_group(writer, "twins", err));
    SAMPLE_DO(
        sample_stream(writer, "twins", "twin", TWP_TYPE_INT32, 1, sample->n_twins, sample, err));
    SAMPLE_DO(
        sample_stream(writer, "twins", "age", TWP_TYPE_FLOAT32, 1, sample->n_twins, sample, err));
    SAMPLE_DO(twp_columns_field("twins", "segment", TWP_TYPE_INT8, NULL, &field, err));
    field.n_flags = 5;
    field.flag_meanings = segments;
    SAMPLE_DO(twp_results_stream(writer, "twins", &field, &stream, err));
    return sample_append(
        writer, stream, 0, TWP_TYPE_INT8, sample->n_twins, sample->chop, sample->seed, err);
}

/* A ragged group: every path has the same number of rows but the last, which has the rest. */
static inline twp_status_t
sample_ragged(twp_results_writer_t *writer, const sample_t *sample, const char *group,
    const char *member, twp_error_t *err)
{
    const size_t n = sample->n_twins, n_members = sample->n_events;
    twp_field_t field;
    twp_status_t status;
    int size, start;

    SAMPLE_DO(twp_results_group(writer, group, err));
    SAMPLE_DO(sample_stream(writer, group, "path", TWP_TYPE_INT32, 1, n, sample, err));
    SAMPLE_DO(sample_stream(writer, group, "path_twin", TWP_TYPE_INT32, 1, n, sample, err));
    SAMPLE_DO(twp_columns_field(group, "path_strategy", TWP_TYPE_INT8, NULL, &field, err));
    field.n_flags = SAMPLE_STRATEGIES;
    field.flag_meanings = sample_strategies;
    SAMPLE_DO(twp_results_stream(writer, group, &field, &size, err));
    SAMPLE_DO(
        sample_append(writer, size, 0, TWP_TYPE_INT8, n, sample->chop, sample->seed + 3, err));
    SAMPLE_DO(
        sample_stream(writer, group, "path_parameter_set", TWP_TYPE_INT32, 1, n, sample, err));
    SAMPLE_DO(twp_columns_field(group, "row_size", TWP_TYPE_INT32, NULL, &field, err));
    SAMPLE_DO(twp_results_stream(writer, group, &field, &size, err));
    SAMPLE_DO(twp_columns_field(group, "row_start", TWP_TYPE_INT64, NULL, &field, err));
    SAMPLE_DO(twp_results_stream(writer, group, &field, &start, err));
    for (size_t i = 0; i < n; i++) {
        const int64_t from = (int64_t) (n_members / n * i);
        const int32_t count =
            (int32_t) ((i + 1 < n ? n_members / n * (i + 1) : n_members) - (size_t) from);
        SAMPLE_DO(twp_results_append(writer, size, 0, 1, &count, err));
        SAMPLE_DO(twp_results_append(writer, start, 0, 1, &from, err));
    }
    return twp_results_dimension_plain(writer, group, member, TWP_LENGTH_UNKNOWN, err);
}

static inline twp_status_t
sample_lives(twp_results_writer_t *writer, const sample_t *sample, twp_error_t *err)
{
    static const char *const states[] = { "waiting", "taking", "stopped", "dead", "unknown" };
    static const char *const codes[] = { "patient.supply.due.refill", "patient.therapy.stop",
        "patient.health.die", "a", "b" };
    const size_t n = sample->n_events;
    twp_field_t field;
    twp_status_t status;
    int stream;

    SAMPLE_DO(sample_ragged(writer, sample, "trajectories", "obs", err));
    SAMPLE_DO(sample_stream(writer, "trajectories", "time", TWP_TYPE_FLOAT64, 1, n, sample, err));
    SAMPLE_DO(twp_columns_field("trajectories", "therapy", TWP_TYPE_INT8, NULL, &field, err));
    field.n_flags = 5;
    field.flag_meanings = states;
    SAMPLE_DO(twp_results_stream(writer, "trajectories", &field, &stream, err));
    SAMPLE_DO(sample_append(writer, stream, 0, TWP_TYPE_INT8, n, sample->chop, sample->seed, err));
    SAMPLE_DO(
        sample_stream(writer, "trajectories", "motivation", TWP_TYPE_FLOAT32, 1, n, sample, err));
    SAMPLE_DO(sample_stream(writer, "trajectories", "obs_path", TWP_TYPE_INT32, 1, n, sample, err));

    SAMPLE_DO(sample_ragged(writer, sample, "events", "event", err));
    SAMPLE_DO(sample_stream(writer, "events", "event_time", TWP_TYPE_FLOAT64, 1, n, sample, err));
    SAMPLE_DO(sample_stream(writer, "events", "event_code", TWP_TYPE_INT16, 1, n, sample, err));
    SAMPLE_DO(sample_stream(writer, "events", "event_value", TWP_TYPE_FLOAT32, 1, n, sample, err));
    SAMPLE_DO(sample_stream(writer, "events", "event_path", TWP_TYPE_INT32, 1, n, sample, err));
    SAMPLE_DO(twp_results_dimension_plain(writer, "events", "code", 5, err));
    return sample_column(writer, "events", "event_name", TWP_TYPE_TEXT, NULL, codes, err);
}

static inline twp_status_t
sample_provenance(twp_results_writer_t *writer, const sample_t *sample, twp_error_t *err)
{
    static const char *const names[] = { "patients.csv", "life_table.csv" };
    static const char *const sums[] = { "aa", "bb" };
    static const int64_t bytes[] = { 123, (int64_t) 5 << 32 };
    twp_status_t status;

    SAMPLE_DO(twp_results_group(writer, "provenance", err));
    SAMPLE_DO(twp_results_write_text(writer, "provenance", "study_yaml", "study: x\n", err));
    SAMPLE_DO(twp_results_write_text(writer, "provenance", "resolved_json", "{}", err));
    SAMPLE_DO(twp_results_write_text(writer, "provenance", "overrides", "", err));
    SAMPLE_DO(twp_results_write_text(writer, "provenance", "build_json",
        sample->with_session ? "{\"compiler\": 1}" : "{\"compiler\": 2}", err));
    SAMPLE_DO(twp_results_dimension_plain(writer, "provenance", "input", 2, err));
    SAMPLE_DO(sample_column(writer, "provenance", "input_name", TWP_TYPE_TEXT, NULL, names, err));
    SAMPLE_DO(sample_column(writer, "provenance", "input_sha256", TWP_TYPE_TEXT, NULL, sums, err));
    SAMPLE_DO(sample_column(writer, "provenance", "input_bytes", TWP_TYPE_INT64, NULL, bytes, err));
    if (!sample->with_session)
        return TWP_OK;
    SAMPLE_DO(twp_results_group(writer, "session", err));
    SAMPLE_DO(twp_results_attribute_text(writer, "session", "host", "here", err));
    SAMPLE_DO(twp_results_attribute_int32(writer, "session", "threads", 2, err));
    return twp_results_attribute_float64(writer, "session", "cpu_seconds", 1.5, err);
}

/* Everything up to, not including, close. */
static inline twp_status_t
sample_fill(twp_results_writer_t *writer, const sample_t *sample, twp_error_t *err)
{
    twp_status_t status;

    SAMPLE_DO(sample_root(writer, sample, err));
    SAMPLE_DO(sample_tables(writer, sample, err));
    SAMPLE_DO(sample_twins(writer, sample, err));
    SAMPLE_DO(sample_lives(writer, sample, err));
    return sample_provenance(writer, sample, err);
}

static inline twp_status_t
sample_write(const char *path, const sample_t *sample, char digest[TWP_CONTENT_DIGEST_HEX_SIZE],
    twp_error_t *err)
{
    const twp_results_options_t options = { .overwrite = sample->overwrite,
        .n_threads = sample->n_threads };
    twp_results_writer_t *writer = NULL;
    twp_status_t status = twp_results_writer_open(path, &options, &writer, err);

    if (status != TWP_OK)
        return status;
    status = sample_fill(writer, sample, err);
    if (status != TWP_OK) {
        twp_results_abandon(writer);
        return status;
    }
    return twp_results_close(writer, sample->status, digest, err);
}

/* For programs of their own: 0 when the small sample was published, else a status code. */
static inline int
sample_write_small(const char *path)
{
    const sample_t sample = sample_small();
    twp_error_t err = { 0 };
    const twp_status_t status = sample_write(path, &sample, NULL, &err);

    if (status != TWP_OK)
        fprintf(stderr, "%s: %s\n", twp_status_name(status), err.message);
    return (int) status;
}

/* 0 when the file at path is whole: its digest is that of its content and it follows the layout. */
static inline int
sample_check(const char *path)
{
    char hex[TWP_CONTENT_DIGEST_HEX_SIZE], *said = NULL;
    twp_reader_t *reader = NULL;
    twp_error_t err = { 0 };
    twp_status_t status = twp_results_content_digest(path, hex, &err);

    if (status == TWP_OK)
        status = twp_results_check_layout(path, &err);
    if (status == TWP_OK)
        status = twp_reader_open(path, &reader, &err);
    if (status == TWP_OK)
        status = twp_reader_attribute_text(reader, "", "content_digest", &said, &err);
    if (status == TWP_OK && strcmp(said, hex) != 0)
        status = TWP_ERR_FORMAT;
    if (status != TWP_OK)
        fprintf(stderr, "%s: %s\n", twp_status_name(status), err.message);
    twp_reader_close(reader);
    free(said);
    return (int) status;
}

#define assert_ok(call)                                                       \
    do {                                                                      \
        const twp_status_t status_of_call = (call);                           \
        if (status_of_call != TWP_OK)                                         \
            fail_msg("%s: %s", twp_status_name(status_of_call), err.message); \
    } while (0)

#endif
