#include "summary/load.h"

#include "measure/economics.h"
#include "summary/verdict.h"
#include "vocabulary/columns.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PARTS 100000 /* segments, targets, thresholds, curves: more is no file of ours */

static size_t
length_of(twp_load_t *load, const char *object)
{
    const size_t n = twp_load_length(load, object);

    if (n > MAX_PARTS)
        twp_load_refuse(load, object, "is longer than any run makes it");
    return load->status == TWP_OK ? n : 0;
}

/* ---- segments -------------------------------------------------------------------------------- */

void
twp_load_segments(twp_load_t *load)
{
    twp_summary_t *const summary = load->summary;
    const size_t n = length_of(load, "segments/segment");
    const size_t n_rows = (size_t) summary->n_rows;
    twp_summary_segment_t *segment;
    const char *const *name;
    const double *n_twins;

    if (n == 0)
        return;
    segment = twp_load_room(load, n, sizeof(*segment));
    name = twp_load_texts(load, "segments/segment", n, true);
    n_twins = twp_load_doubles(load, "segments/n_twins", n, false);
    for (size_t g = 0; g < n && load->status == TWP_OK; g++) {
        twp_summary_estimate_t *const estimate = twp_load_room(
            load, n_rows * (size_t) summary->n_strategies, sizeof(*estimate));
        twp_summary_contrast_t *const contrast = twp_load_room(
            load, n_rows * (size_t) summary->n_contrasts, sizeof(*contrast));

        if (load->status != TWP_OK)
            return;
        segment[g].name = name[g];
        segment[g].n_twins = n_twins != NULL ? (int64_t) n_twins[g] : 0;
        segment[g].estimate = estimate;
        segment[g].contrast = contrast;
        twp_load_estimates(load, "segments", (int) g, (int) n, 1, estimate);
        twp_load_contrasts(load, "segments", (int) g, (int) n, 1, contrast);
    }
    summary->n_segments = (int) n;
    summary->segment = segment;
}

/* ---- cost and effect ------------------------------------------------------------------------- */

/* Cost and effect are rows of the summary; their errors' correlation stands beside the icer. */
static int
row_of(const twp_load_t *load, const char *measure)
{
    for (int m = 0; m < load->n_measures; m++)
        if (strcmp(load->measure[m], measure) == 0)
            return load->row_first[m];
    return -1;
}

/* Where the icers of one group of twins stand: /contrasts, or those of a segment in /segments. */
typedef struct {
    const char *group;
    size_t i_first, n_all; /* rows of this group of twins begin at i_first, of n_all */
    double n_twins;
    const twp_summary_contrast_t *contrast;
} plane_t;

static void
load_net_benefits(twp_load_t *load, const plane_t *plane, twp_summary_icer_t *icer)
{
    const size_t n = (size_t) load->summary->n_contrasts, n_worth = (size_t) load->summary->n_worth;
    const size_t n_all = plane->n_all * n_worth, first = plane->i_first * n_worth;
    const bool has_sets = load->summary->n_parameter_sets_done > 0;
    const char *const base = twp_load_path(load, "%s/net_benefit", plane->group);
    const double *value, *se, *p_better, *low = NULL, *high = NULL;
    twp_summary_contrast_t *benefit;

    value = twp_load_doubles(load, base, n_all, true);
    se = twp_load_doubles(load, twp_load_path(load, "%s_mcse", base), n_all, true);
    p_better = twp_load_doubles(load, twp_load_path(load, "%s_p_better", base), n_all, true);
    if (has_sets) {
        low = twp_load_doubles(load, twp_load_path(load, "%s_sets_low", base), n_all, true);
        high = twp_load_doubles(load, twp_load_path(load, "%s_sets_high", base), n_all, true);
    }
    benefit = twp_load_room(load, n * n_worth, sizeof(*benefit));
    if (load->status != TWP_OK)
        return;
    for (size_t i = 0; i < n * n_worth; i++) {
        benefit[i].difference = value[first + i];
        benefit[i].se = se[first + i];
        benefit[i].n = plane->n_twins;
        benefit[i].variance_saved = NAN;
        benefit[i].sets_variance = benefit[i].twins_variance = NAN;
        twp_load_interval(benefit[i].difference, benefit[i].se, &benefit[i].low, &benefit[i].high);
        if (low != NULL && high != NULL) {
            benefit[i].low = low[first + i];
            benefit[i].high = high[first + i];
        }
    }
    for (size_t c = 0; c < n; c++) {
        icer[c].net_benefit = &benefit[c * n_worth];
        icer[c].p_better = &p_better[first + c * n_worth];
    }
}

/* The error of a difference in the plane: with sets what the parameters make of it. */
static double
error_in_plane(const twp_summary_t *summary, const twp_summary_contrast_t *contrast)
{
    double variance = contrast->sets_variance;

    if (summary->n_parameter_sets_done < 1)
        return contrast->se;
    if (!summary->are_twins_same)
        variance -= contrast->twins_variance;
    return variance < 0.0 ? 0.0 : sqrt(variance);
}

static void
fill_icer(twp_load_t *load, size_t c, const plane_t *plane, twp_summary_icer_t *icer)
{
    const twp_summary_t *const summary = load->summary;
    const size_t n = (size_t) summary->n_contrasts;
    const size_t i_cost = (size_t) row_of(load, summary->cost_name);
    const size_t i_qaly = (size_t) row_of(load, summary->qaly_name);
    const twp_summary_contrast_t *const cost = &plane->contrast[i_cost * n + c];
    const twp_summary_contrast_t *const qaly = &plane->contrast[i_qaly * n + c];

    icer->cost = cost->difference;
    icer->cost_se = error_in_plane(summary, cost);
    icer->qaly = qaly->difference;
    icer->qaly_se = error_in_plane(summary, qaly);
    icer->statement = twp_economics_statement((twp_economics_place_t) icer->place);
}

static const twp_summary_icer_t *
load_plane(twp_load_t *load, const plane_t *plane)
{
    static const char *const column[7] = { "icer", "icer_ratio", "icer_low", "icer_high",
        "icer_correlation", "icer_interval", "icer_place" };
    const size_t n = (size_t) load->summary->n_contrasts;
    const double *number[7];
    twp_summary_icer_t *icer;

    for (size_t i = 0; i < 7; i++) {
        number[i] = twp_load_doubles(
            load, twp_load_path(load, "%s/%s", plane->group, column[i]), plane->n_all, true);
        if (number[i] != NULL)
            number[i] += plane->i_first;
    }
    icer = twp_load_room(load, n, sizeof(*icer));
    for (size_t c = 0; c < n && load->status == TWP_OK; c++) {
        if (!(number[5][c] >= 0.0 && number[5][c] <= 3.0) ||
            !(number[6][c] >= 0.0 && number[6][c] <= 5.0)) {
            twp_load_refuse(
                load, twp_load_path(load, "%s/icer_place", plane->group), "holds an unknown code");
            return NULL;
        }
        icer[c].icer = number[0][c];
        icer[c].ratio = number[1][c];
        icer[c].low = number[2][c];
        icer[c].high = number[3][c];
        icer[c].correlation = number[4][c];
        icer[c].shape = (twp_interval_shape_t) number[5][c];
        icer[c].place = (twp_place_in_plane_t) number[6][c];
        fill_icer(load, c, plane, &icer[c]);
    }
    if (load->status == TWP_OK && load->summary->n_worth > 0)
        load_net_benefits(load, plane, icer);
    return load->status == TWP_OK ? icer : NULL;
}

void
twp_load_icers(twp_load_t *load)
{
    twp_summary_t *const summary = load->summary;
    twp_summary_segment_t *const segment = (twp_summary_segment_t *) (uintptr_t) summary->segment;
    const size_t n = (size_t) summary->n_contrasts, n_segments = (size_t) summary->n_segments;
    const size_t n_worth = length_of(load, "contrasts/worth");
    const plane_t all = { "contrasts", 0, n, (double) summary->n_twins_done, summary->contrast };

    if (n == 0 || !twp_load_has(load, "contrasts/icer"))
        return;
    summary->cost_name = twp_load_attribute(load, "contrasts", "icer_cost");
    summary->qaly_name = twp_load_attribute(load, "contrasts", "icer_effect");
    if (row_of(load, summary->cost_name) < 0 || row_of(load, summary->qaly_name) < 0) {
        twp_load_refuse(load, "contrasts/icer", "is of measures that are not there");
        return;
    }
    if (n_worth > 0)
        summary->worth = twp_load_doubles(load, "contrasts/worth", n_worth, true);
    summary->n_worth = (int) n_worth;
    summary->icer = load_plane(load, &all);
    summary->has_icer = load->status == TWP_OK;
    if (!twp_load_has(load, "segments/icer"))
        return;
    for (size_t g = 0; g < n_segments && load->status == TWP_OK; g++) {
        const plane_t plane = { "segments", g * n, n_segments * n, (double) segment[g].n_twins,
            segment[g].contrast };

        segment[g].icer = load_plane(load, &plane);
    }
}

/* ---- targets --------------------------------------------------------------------------------- */

/* The interval of the figure that the target is about. */
static void
take_interval(const twp_load_t *load, twp_summary_target_t *target)
{
    const twp_summary_t *const summary = load->summary;
    const size_t n = (size_t) summary->n_strategies;

    for (int r = 0; r < summary->n_rows; r++) {
        const bool is_same_time = summary->row[r].time_days == target->time_days ||
            (isnan(summary->row[r].time_days) && isnan(target->time_days));

        if (!is_same_time || strcmp(summary->row[r].name, target->measure) != 0)
            continue;
        for (size_t s = 0; s < n; s++)
            if (strcmp(summary->strategy[s], target->strategy) == 0) {
                target->low = summary->estimate[(size_t) r * n + s].low;
                target->high = summary->estimate[(size_t) r * n + s].high;
            }
    }
}

void
twp_load_targets(twp_load_t *load)
{
    twp_summary_t *const summary = load->summary;
    const size_t n = length_of(load, "targets/target");
    const double *number[7];
    static const char *const numbers[7] = { "value", "tolerance", "result", "result_mcse", "time",
        "role", "hit" };
    const char *const *text[5];
    static const char *const texts[5] = { "target", "measure", "unit", "source",
        "target_strategy" };
    twp_summary_target_t *target;

    if (n == 0)
        return;
    for (size_t i = 0; i < 7; i++)
        number[i] = twp_load_doubles(load, twp_load_path(load, "targets/%s", numbers[i]), n, true);
    for (size_t i = 0; i < 5; i++)
        text[i] = twp_load_texts(load, twp_load_path(load, "targets/%s", texts[i]), n, true);
    target = twp_load_room(load, n, sizeof(*target));
    if (load->status != TWP_OK)
        return;
    for (size_t i = 0; i < n; i++) {
        target[i] = (twp_summary_target_t){ .name = text[0][i],
            .measure = text[1][i],
            .unit = text[2][i],
            .source = text[3][i],
            .strategy = text[4][i],
            .value = number[0][i],
            .within = number[1][i],
            .result = number[2][i],
            .mcse = number[3][i],
            .time_days = number[4][i],
            .is_fit = number[5][i] == 0.0,
            .is_hit = number[6][i] == 1.0 };
        twp_load_interval(target[i].result, target[i].mcse, &target[i].low, &target[i].high);
        take_interval(load, &target[i]);
        target[i].verdict = twp_verdict_of(&target[i]);
    }
    summary->n_targets = (int) n;
    summary->target = target;
}

/* ---- precision ------------------------------------------------------------------------------- */

void
twp_load_precision(twp_load_t *load)
{
    twp_summary_t *const summary = load->summary;
    const size_t n = length_of(load, "precision/precision");
    const size_t n_looks = length_of(load, "precision/look");
    const char *const *name, *const *unit;
    const double *wanted;
    twp_summary_precision_t *precision;
    int32_t n_most = 0;

    if (n == 0 || n_looks == 0)
        return;
    name = twp_load_texts(load, "precision/precision", n, true);
    unit = twp_load_texts(load, "precision/unit", n, true);
    wanted = twp_load_doubles(load, "precision/wanted", n, true);
    summary->look_twins = twp_load_doubles(load, "precision/look", n_looks, true);
    summary->half_width = twp_load_doubles(load, "precision/half_width", n_looks * n, true);
    precision = twp_load_room(load, n, sizeof(*precision));
    if (load->status == TWP_OK)
        load->status = twp_reader_attribute_int32(
            load->reader, "precision", "twins_most", &n_most, load->err);
    summary->is_precise = strcmp(twp_load_attribute(load, "precision", "reached"), "yes") == 0;
    if (load->status != TWP_OK)
        return;
    for (size_t i = 0; i < n; i++)
        precision[i] = (twp_summary_precision_t){ name[i], unit[i], wanted[i],
            summary->half_width[(n_looks - 1) * n + i] };
    summary->n_precisions = (int) n;
    summary->precision = precision;
    summary->n_twins_most = n_most;
    summary->n_looks = (int) n_looks;
}

/* ---- curves ---------------------------------------------------------------------------------- */

/*
 * What the columns of a curve begin with; NULL: the column is none. Whether km_low_x is the lower end of x
 * or a curve low_x is for the layout to say, as it does where files are written.
 */
static const char *
kind_of_curve(const char *name)
{
    static const char *const kinds[] = { "km", "na", "cif", "aj", "occupancy" };
    const twp_column_t *const row = twp_columns_find_typed("survival", name, TWP_TYPE_FLOAT64);

    for (size_t i = 0; row != NULL && i < sizeof kinds / sizeof kinds[0]; i++) {
        const size_t length = strlen(kinds[i]);
        if (strncmp(row->field.name, kinds[i], length) == 0 &&
            strncmp(row->field.name + length, "_{", 2) == 0)
            return kinds[i];
    }
    return NULL;
}

/* prefix "" or "segment_". */
static const double *
load_line(twp_load_t *load, const char *prefix, const char *stem, const char *name, size_t n)
{
    return twp_load_doubles(
        load, twp_load_path(load, "survival/%s%s_%s", prefix, stem, name), n, false);
}

static const twp_summary_logrank_t *
load_logrank(twp_load_t *load, const char *prefix, const char *name, size_t n)
{
    static const char *const stem[6] = { "logrank_observed", "logrank_expected", "logrank_z",
        "logrank_p", "logrank_saved", "logrank_unpaired_chi2" };
    const double *number[6];
    twp_summary_logrank_t *logrank;

    for (size_t k = 0; k < 6; k++) {
        number[k] = load_line(load, prefix, stem[k], name, n);
        if (number[k] == NULL)
            return NULL;
    }
    logrank = twp_load_room(load, n, sizeof(*logrank));
    for (size_t i = 0; i < n && logrank != NULL; i++)
        logrank[i] = (twp_summary_logrank_t){ number[0][i], number[1][i], number[2][i],
            number[3][i], number[4][i], number[5][i] };
    return logrank;
}

/* A curve of n_groups segments, or of all. */
static twp_summary_lines_t
load_lines(
    twp_load_t *load, const char *prefix, const char *kind, const char *name, size_t n_groups)
{
    const twp_summary_t *const summary = load->summary;
    const size_t n_strategies = (size_t) summary->n_strategies;
    const size_t n = n_groups * n_strategies * (size_t) summary->n_curve_times;
    const size_t n_quantiles = n_groups * n_strategies * (size_t) summary->n_quantiles;
    twp_summary_lines_t lines = { .value = load_line(load, prefix, kind, name, n) };

    lines.se = load_line(load, prefix, twp_load_path(load, "%s_se", kind), name, n);
    lines.low = load_line(load, prefix, twp_load_path(load, "%s_low", kind), name, n);
    lines.high = load_line(load, prefix, twp_load_path(load, "%s_high", kind), name, n);
    lines.at_risk = load_line(load, prefix, "at_risk", name, n);
    lines.events = load_line(load, prefix, "events", name, n);
    if (strcmp(kind, "km") != 0)
        return lines;
    lines.quantile_days = load_line(load, prefix, "km_quantile", name, n_quantiles);
    lines.quantile_low = load_line(load, prefix, "km_quantile_low", name, n_quantiles);
    lines.quantile_high = load_line(load, prefix, "km_quantile_high", name, n_quantiles);
    lines.logrank = load_logrank(load, prefix, name, n_groups * (size_t) summary->n_contrasts);
    return lines;
}

void
twp_load_curves(twp_load_t *load)
{
    twp_summary_t *const summary = load->summary;
    const size_t n_times = length_of(load, "survival/time");
    twp_names_t names = { 0 };
    twp_summary_curve_t *curve;

    if (n_times == 0)
        return;
    summary->curve_time_days = twp_load_doubles(load, "survival/time", n_times, true);
    if (load->status == TWP_OK)
        load->status = twp_reader_list(load->reader, "survival", &names, load->err);
    if (load->status != TWP_OK)
        return;
    curve = twp_load_room(load, names.n, sizeof(*curve));
    summary->n_curve_times = (int) n_times;
    for (size_t i = 0; i < names.n && load->status == TWP_OK; i++) {
        twp_summary_curve_t *const to = &curve[summary->n_curves];
        const char *const kind = kind_of_curve(names.name[i]);

        if (kind == NULL)
            continue;
        to->name = twp_load_path(load, "%s", names.name[i]);
        to->label = twp_load_attribute(
            load, twp_load_path(load, "survival/%s", to->name), "long_name");
        to->all = load_lines(load, "", kind, to->name + strlen(kind) + 1, 1);
        if (summary->n_segments > 0 && strcmp(kind, "occupancy") != 0)
            to->segments = load_lines(
                load, "segment_", kind, to->name + strlen(kind) + 1, (size_t) summary->n_segments);
        summary->n_curves++;
    }
    twp_reader_free_names(&names);
    summary->curve = curve;
}

/* ---- provenance ------------------------------------------------------------------------------ */

typedef struct {
    const char **key, **value;
    size_t n;
} lines_t;

static void
add_line(lines_t *lines, const char *key, const char *value)
{
    if (value == NULL || value[0] == '\0')
        return;
    lines->key[lines->n] = key;
    lines->value[lines->n++] = value;
}

static const char *
load_scalar(twp_load_t *load, const char *object)
{
    char *text = NULL;
    const char *copy = "";

    if (!twp_load_has(load, object))
        return "";
    load->status = twp_reader_read_text(load->reader, object, &text, load->err);
    if (load->status == TWP_OK)
        copy = twp_load_path(load, "%s", text);
    free(text);
    return copy;
}

/* "--set a=1\n--patients 10\n" in one line. */
static const char *
one_line(twp_load_t *load, const char *text)
{
    char *const copy = twp_arena_strdup(load->arena, text);

    if (copy == NULL)
        return "";
    for (char *at = copy; *at != '\0'; at++)
        if (*at == '\n')
            *at = at[1] == '\0' ? '\0' : ' ';
    return copy;
}

void
twp_load_provenance(twp_load_t *load)
{
    twp_summary_t *const summary = load->summary;
    size_t n_inputs = 0;
    lines_t lines = { 0 };
    const char *const *name = NULL, *const *sha256 = NULL;
    twp_dataset_info_t info;

    if (twp_load_has(load, "provenance/input_name")) {
        load->status = twp_reader_info(load->reader, "provenance/input_name", &info, load->err);
        n_inputs = load->status == TWP_OK && info.n_elements <= MAX_PARTS ? info.n_elements : 0;
        name = twp_load_texts(load, "provenance/input_name", n_inputs, true);
        sha256 = twp_load_texts(load, "provenance/input_sha256", n_inputs, true);
    }
    lines.key = twp_load_room(load, n_inputs + 16, sizeof(char *));
    lines.value = twp_load_room(load, n_inputs + 16, sizeof(char *));
    if (load->status != TWP_OK)
        return;
    add_line(&lines, "study", summary->title);
    add_line(&lines, "made by", summary->source);
    add_line(&lines, "run id", summary->run_id);
    add_line(&lines, "seed", summary->seed);
    add_line(&lines, TWP_PROVENANCE_SET, one_line(load, load_scalar(load, "provenance/overrides")));
    for (size_t i = 0; i < n_inputs && load->status == TWP_OK; i++)
        add_line(&lines, twp_load_path(load, "input %s", name[i]),
            twp_load_path(load, "sha256 %s", sha256[i]));
    add_line(&lines, "build", load_scalar(load, "provenance/build_json"));
    add_line(&lines, "command", twp_load_attribute(load, "session", "command_line"));
    add_line(&lines, "started", twp_load_attribute(load, "session", "started"));
    add_line(&lines, "host", twp_load_attribute(load, "session", "host"));
    add_line(&lines, "content digest", summary->content_digest);
    summary->n_provenance = (int) lines.n;
    summary->provenance_key = lines.key;
    summary->provenance_value = lines.value;
}
