/** A summary made by hand, of three strategies, and the text of a face of it. For tests of reports. */
#ifndef REPORT_SAMPLE_H
#define REPORT_SAMPLE_H

#include "testlib.h"

#include "report/buffer.h"
#include "report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define N_STRATEGIES 3
#define N_CONTRASTS 2
#define N_ROWS 7
#define N_SEGMENTS 2
#define N_WORTH 2

static const char *const strategies[N_STRATEGIES] = { "usual_care", "app", "nurse" };

static const twp_summary_row_t rows[N_ROWS] = {
    { "cost", "Cost", "USD", "sum of the ledger's entries", NAN, true, false },
    { "qaly", "QALYs", "year", "integral of the utility over the life", NAN, true, false },
    { "persistence", "Persistence", "1", "kept taking it", 365, true, false },
    { "persistence", "Persistence", "1", "kept taking it", 730, true, false },
    { "contacts", "Contacts", "", "offers and contacts made by supports", NAN, true, false },
    { "wait", "Days to the first dose", "d", "days from entry | first dose", NAN, true, true },
    { "kaplan_meier_stop", "Not stopped (Kaplan-Meier)", "1", "estimate", 365, false, false },
};

typedef struct {
    twp_summary_estimate_t estimate[N_ROWS * N_STRATEGIES];
    twp_summary_contrast_t contrast[N_ROWS * N_CONTRASTS];
    twp_summary_segment_t segment[N_SEGMENTS];
    twp_summary_icer_t icer[N_CONTRASTS];
    twp_summary_contrast_t benefit[N_CONTRASTS][N_WORTH];
    twp_summary_target_t target[2];
    twp_summary_curve_t curve;
    twp_summary_t summary;
} sample_t;

static const double quantile_shares[2] = { 0.05, 0.95 };
static const double quantile_values[2] = { 3.5, 99.25 };
static const double worths[N_WORTH] = { 100000, 150000 };
static const double curve_times[2] = { 0, 30.4375 };
static const double curve_values[N_STRATEGIES * 2] = { 1, 0.91, 1, 0.93, 1, 0.96 };
static const double p_better[N_WORTH] = { 0.031, 0.62 };
static const char *const keys[2] = { "study", "patients.csv" };
static const char *const values[2] = { "ra.yaml", "0123abcd" };

static inline twp_summary_estimate_t
estimate(double mean, double mcse, double n)
{
    return (twp_summary_estimate_t){ mean, mcse, mean - 1.96 * mcse, mean + 1.96 * mcse, n, NULL,
        NAN, NAN };
}

static inline twp_summary_contrast_t
contrast(double difference, double se, double saved)
{
    return (twp_summary_contrast_t){ difference, se, difference - 1.96 * se, difference + 1.96 * se,
        20000, saved, NULL, NAN, NAN };
}

static inline void
fill_figures(sample_t *sample)
{
    const twp_summary_estimate_t e[N_ROWS * N_STRATEGIES] = { estimate(84321.4, 452, 20000),
        estimate(85555, 460, 20000), estimate(84001, 449, 20000), estimate(1.3214, 0.0041, 20000),
        estimate(1.3314, 0.0041, 20000), estimate(1.3407, 0.0040, 20000),
        estimate(0.7001, 0.0032, 18412), estimate(0.7214, 0.0031, 18412),
        estimate(0.7403, 0.0031, 18413), estimate(0.5588, 0.0035, 18000),
        estimate(0.5790, 0.0035, 18000), estimate(NAN, NAN, 0), estimate(0, 0, 20000),
        estimate(3.2514, 0.021, 20000), estimate(12.1, 0.3, 20000), estimate(45.26, 0.31, 19000),
        estimate(45.01, 0.31, 19000), estimate(40.5, 0.3, 19000), estimate(0.681, 0.0034, 20000),
        estimate(0.701, 0.0034, 20000), estimate(0.722, 0.0034, 20000) };
    const twp_summary_contrast_t c[N_ROWS * N_CONTRASTS] = { contrast(1233.6, 61, 0.83),
        contrast(-320, 55, 0.8), contrast(0.0100, 0.0008, 0.9), contrast(0.0193, 0.0009, 0.88),
        contrast(0.0213, 0.0011, 0.83), contrast(0.0402, 0.0012, 0.83),
        contrast(0.0202, 0.0012, 0.82), contrast(NAN, NAN, NAN), contrast(3.2514, 0.021, NAN),
        contrast(12.1, 0.3, NAN), contrast(-0.25, 0.05, 0.97), contrast(-4.76, 0.21, 0.7),
        contrast(0.02, 0.0048, NAN), contrast(0.041, 0.0048, NAN) };

    memcpy(sample->estimate, e, sizeof e);
    memcpy(sample->contrast, c, sizeof c);
    sample->estimate[5 * N_STRATEGIES].quantile = quantile_values;
    sample->estimate[4 * N_STRATEGIES].low = NAN; /* one world has no interval */
    sample->segment[0] = (twp_summary_segment_t){ "female=no", 5012, sample->estimate,
        sample->contrast, NULL, NULL };
    sample->segment[1] = (twp_summary_segment_t){ "female=yes", 14988, sample->estimate,
        sample->contrast, sample->icer, NULL };
}

static inline void
fill_economics(sample_t *sample)
{
    for (int i = 0; i < N_CONTRASTS; i++) {
        for (int k = 0; k < N_WORTH; k++)
            sample->benefit[i][k] = contrast(i == 0 ? -234 + 500 * k : 2250.0 + 900 * k, 120, 0.5);
        sample->icer[i].net_benefit = sample->benefit[i];
        sample->icer[i].p_better = p_better;
        sample->icer[i].statement = "";
    }
    sample->icer[0].cost = 1233.6;
    sample->icer[0].cost_se = 61;
    sample->icer[0].qaly = 0.01;
    sample->icer[0].qaly_se = 0.0008;
    sample->icer[0].icer = sample->icer[0].ratio = 123360;
    sample->icer[0].low = 105000;
    sample->icer[0].high = 147000;
    sample->icer[0].shape = TWP_INTERVAL_BETWEEN;
    sample->icer[0].place = TWP_PLACE_DEARER_AND_BETTER;
    sample->icer[1].cost = -320;
    sample->icer[1].cost_se = 55;
    sample->icer[1].qaly = 0.0193;
    sample->icer[1].qaly_se = 0.0009;
    sample->icer[1].icer = NAN;
    sample->icer[1].ratio = -16580;
    sample->icer[1].low = -23000;
    sample->icer[1].high = -11000;
    sample->icer[1].shape = TWP_INTERVAL_BETWEEN;
    sample->icer[1].place = TWP_PLACE_DOMINATES;
}

static inline void
fill_rest(sample_t *sample)
{
    twp_summary_t *s = &sample->summary;

    sample->target[0] = (twp_summary_target_t){ "one_year", "persistence", "1", "EV-A70",
        "usual_care", 365, 0.7, 0.03, 0.7001, 0.0032, 0.6938, 0.7064, true, true, TWP_VERDICT_HIT };
    sample->target[1] = (twp_summary_target_t){ "two_year", "persistence", "1", "EV-A70",
        "usual_care", 730, 0.649, 0.04, 0.5588, 0.0035, 0.5519, 0.5657, false, false,
        TWP_VERDICT_MISS };
    sample->curve = (twp_summary_curve_t){
        .name = "occupancy_therapy_taking", .label = "Taking", .all = { .value = curve_values }
    };
    *s = (twp_summary_t){ .path = "/home/someone/results.h5",
        .title = "ra_support",
        .question = "Which support keeps people on a biologic?",
        .currency = "USD",
        .source = "twinpath 0.1.0",
        .run_id = "0123456789abcdef0123456789abcdef",
        .seed = "18446744073709551615",
        .content_digest = "feed",
        .n_twins = 20000,
        .n_twins_done = 20000,
        .n_strategies = N_STRATEGIES,
        .strategy = strategies,
        .n_contrasts = N_CONTRASTS,
        .n_quantiles = 2,
        .quantile = quantile_shares,
        .n_rows = N_ROWS,
        .row = rows,
        .estimate = sample->estimate,
        .contrast = sample->contrast,
        .n_segments = N_SEGMENTS,
        .segment = sample->segment,
        .has_icer = true,
        .cost_name = "cost",
        .qaly_name = "qaly",
        .icer = sample->icer,
        .n_worth = N_WORTH,
        .worth = worths,
        .n_targets = 2,
        .target = sample->target,
        .n_curve_times = 2,
        .curve_time_days = curve_times,
        .n_curves = 1,
        .curve = &sample->curve,
        .n_provenance = 2,
        .provenance_key = keys,
        .provenance_value = values };
}

static inline int
set_up(void **state)
{
    sample_t *sample = calloc(1, sizeof *sample);

    if (sample == NULL)
        return -1;
    fill_figures(sample);
    fill_economics(sample);
    fill_rest(sample);
    *state = sample;
    return 0;
}

static inline int
tear_down(void **state)
{
    free(*state);
    return 0;
}

typedef twp_status_t face_t(const twp_summary_t *summary, const twp_report_options_t *options,
    twp_buffer_t *buffer, twp_error_t *err);

/* The text of a face; the caller frees. */
static inline char *
report(face_t *face, const twp_summary_t *summary, const twp_report_options_t *options)
{
    twp_buffer_t buffer = { 0 };
    twp_error_t err;

    assert_int_equal(face(summary, options, &buffer, &err), TWP_OK);
    assert_non_null(buffer.text);
    assert_int_equal(strlen(buffer.text), buffer.n_bytes);
    return buffer.text;
}

static inline size_t
longest_line(const char *text)
{
    size_t longest = 0;

    while (*text != '\0') {
        const size_t length = strcspn(text, "\n");
        longest = length > longest ? length : longest;
        text += length + (text[length] == '\n');
    }
    return longest;
}

#define WITH_SAMPLE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif
