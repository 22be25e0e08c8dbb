/* Sweeps: which numbers of the study change from point to point, and through which values. */
#include "base/portable_math.h"
#include "study/read.h"

#include <math.h>
#include <string.h>

/* Dots become underscores: the coordinate's name. */
static const char *
name_of(twp_read_t *read, const char *path)
{
    char *const name = TWP_READ_NEW(read, char, (int) strlen(path) + 1);

    for (size_t i = 0; path[i] != '\0'; i++)
        name[i] = path[i] == '.' ? '_' : path[i];
    return strncmp(name, "parameters_", 11) == 0 ? name + 11 : name;
}

static const char *
own_name(const char *path)
{
    return strncmp(path, "parameters.", 11) == 0 ? path + 11 : path;
}

/* A number with its unit, no names in it. */
static bool
read_value(twp_read_t *read, twp_spot_t spot, double *value, twp_dim_t *dim)
{
    const twp_expression_t *expression;

    read->is_constant_only = true;
    expression = twp_read_number(read, spot, TWP_SCOPE_CONSTANT, NULL);
    read->is_constant_only = false;
    if (!twp_read_is_known(read, expression, value))
        return false;
    *dim = expression->dim;
    if (isfinite(*value))
        return true;
    twp_read_fail(read, twp_read_place(spot), twp_read_text(spot), "a finite number", NULL,
        "the value is not finite");
    return false;
}

static const twp_study_parameter_t *
parameter_of(const twp_read_t *read, const char *path)
{
    for (int i = 0; i < read->study->n_parameters; i++)
        if (strcmp(read->study->parameter[i].name, own_name(path)) == 0)
            return &read->study->parameter[i];
    return NULL;
}

/* The value of one point: of the unit of the others, and of a parameter's range. */
static bool
take_value(twp_read_t *read, twp_study_swept_t *out, twp_spot_t spot, bool is_first, double *value)
{
    const twp_study_parameter_t *const parameter = parameter_of(read, out->path);
    twp_dim_t dim;

    if (!read_value(read, spot, value, &dim))
        return false;
    if (is_first) {
        out->dim = parameter != NULL ? parameter->dim : dim;
        out->unit = twp_read_unit_text(read, twp_read_text(spot), dim);
        out->unit_size = twp_read_unit_size(read, twp_read_text(spot), dim);
    }
    if (!twp_read_same_dim(dim, out->dim)) {
        const char *const unit = twp_read_dim_text(read, out->dim);

        twp_read_fail(read, twp_read_place(spot), twp_read_text(spot),
            unit[0] != '\0' ? unit : "a number without a unit", NULL,
            "this does not have the unit of %s", out->path);
        return false;
    }
    if (parameter != NULL && !(*value >= parameter->low && *value <= parameter->high)) {
        twp_read_fail(read, twp_read_place(spot), twp_read_text(spot),
            twp_read_printf(read, "%.6g to %.6g %s", parameter->low / parameter->unit_size,
                parameter->high / parameter->unit_size, parameter->unit),
            NULL, "%s is outside of its range", out->path);
        return false;
    }
    return true;
}

static bool
take_list(twp_read_t *read, twp_study_swept_t *out, twp_spot_t spot)
{
    const int n = twp_read_n_items(spot);
    bool is_good = n > 0;

    out->node = TWP_READ_NEW(read, const twp_node_t *, n);
    out->value = TWP_READ_NEW(read, double, n);
    if (n == 0)
        twp_read_fail(read, twp_read_place(spot), "[]", "[value, ...]", NULL,
            "%s takes no value at all", out->path);
    for (int i = 0; i < n; i++) {
        const twp_spot_t item = twp_read_item(read, spot, i);

        is_good = take_value(read, out, item, i == 0, &out->value[i]) && is_good;
        out->node[i] = item.node;
    }
    out->n_values = n;
    return is_good;
}

/* A scalar node that nobody wrote, such as a value between the ends of a range. */
static const twp_node_t *
made_node(twp_read_t *read, const twp_study_swept_t *out, double number)
{
    twp_node_t *const node = TWP_READ_NEW(read, twp_node_t, 1);
    char text[TWP_NUMBER_TEXT_SIZE];

    twp_number_write(text, number);
    *node = (twp_node_t){ .kind = TWP_NODE_SCALAR,
        .text = twp_read_printf(read, "%s%s%s", text, out->unit[0] != '\0' ? " " : "", out->unit),
        .file = out->place.file,
        .line = out->place.line,
        .column = out->place.column,
        .origin = TWP_ORIGIN_SET };
    return node;
}

/* n values from end to end. */
static void
spread(twp_read_t *read, twp_study_swept_t *out, int n)
{
    out->node = TWP_READ_NEW(read, const twp_node_t *, n);
    out->value = TWP_READ_NEW(read, double, n);
    out->n_values = n;
    for (int i = 0; i < n; i++) {
        const double number = twp_study_swept_at(out, n > 1 ? (double) i / (n - 1) : 0.0);

        out->node[i] = made_node(read, out, number);
        out->value[i] = number * out->unit_size;
    }
}

static bool
take_range(twp_read_t *read, twp_study_swept_t *out, twp_spot_t spot, twp_sweep_how_t how)
{
    const twp_spot_t from = twp_read_get(read, spot, "from"), to = twp_read_get(read, spot, "to"),
                     n = twp_read_get(read, spot, "n");
    const char *const scale = twp_read_text(twp_read_get(read, spot, "scale"));
    const bool is_listed = how == TWP_SWEEP_GRID || how == TWP_SWEEP_ZIP;
    double low = NAN, high = NAN, number = 0;

    if (!take_value(read, out, from, true, &low) || !take_value(read, out, to, false, &high))
        return false;
    out->from = low / out->unit_size;
    out->to = high / out->unit_size;
    out->is_log = scale != NULL && strcmp(scale, "log") == 0;
    if (!(low < high) || (out->is_log && !(low > 0))) {
        twp_read_fail(read, twp_read_place(to), twp_read_text(to),
            low < high ? "ends above 0" : "more than `from`", NULL,
            low < high ? "the range of %s has no logarithm"
                       : "the range of %s ends before it begins",
            out->path);
        return false;
    }
    if (is_listed != (n.node != NULL)) {
        twp_read_fail(read, twp_read_place(n.node != NULL ? n : spot), twp_read_text(n),
            is_listed ? "n: how many values" : "no `n`", NULL,
            is_listed ? "a grid or zip needs to know how many values the range of %s has"
                      : "the number of points says how many values the range of %s has",
            out->path);
        return false;
    }
    if (!is_listed)
        return true;
    (void) twp_number_read(twp_read_text(n), strlen(twp_read_text(n)), &number);
    if (number > TWP_STUDY_MAX_POINTS) {
        twp_read_fail(read, twp_read_place(n), twp_read_text(n),
            twp_read_printf(read, "at most %d", TWP_STUDY_MAX_POINTS), NULL, "too many values");
        return false;
    }
    spread(read, out, (int) number);
    return true;
}

double
twp_study_swept_at(const twp_study_swept_t *swept, double share)
{
    const double low = twp_math_log(swept->from), high = twp_math_log(swept->to);

    if (share <= 0.0 || share >= 1.0)
        return share <= 0.0 ? swept->from : swept->to;
    if (swept->is_log)
        return twp_math_exp(low + share * (high - low));
    return swept->from + share * (swept->to - swept->from);
}

/* ---- rows of a file ------------------------------------------------------------------------- */

static bool
take_column(twp_read_t *read, const twp_csv_t *csv, int i_column, twp_study_swept_t *out)
{
    const int n = (int) csv->n_rows;
    bool is_good = true;

    out->node = TWP_READ_NEW(read, const twp_node_t *, n);
    out->value = TWP_READ_NEW(read, double, n);
    out->n_values = n;
    for (int i = 0; i < n && is_good; i++) {
        twp_node_t *const node = TWP_READ_NEW(read, twp_node_t, 1);

        *node = (twp_node_t){ .kind = TWP_NODE_SCALAR,
            .text = twp_read_printf(read, "%s", twp_csv_text(csv, i, i_column)),
            .file = read->study->sweep.csv_name,
            .line = (int) csv->line[i],
            .column = 0,
            .origin = TWP_ORIGIN_SET };
        out->node[i] = node;
        is_good = take_value(read, out, (twp_spot_t){ node, out->path }, i == 0, &out->value[i]);
    }
    return is_good;
}

static bool
take_rows(twp_read_t *read, const twp_csv_t *csv)
{
    twp_study_sweep_t *const sweep = &read->study->sweep;
    bool is_good = true;

    if (csv->n_rows < 1 || csv->n_rows > TWP_STUDY_MAX_POINTS ||
        csv->n_columns > TWP_STUDY_MAX_SWEPT) {
        twp_read_fail(read, sweep->place, sweep->csv_name,
            twp_read_printf(read, "1 to %d rows of at most %d columns", TWP_STUDY_MAX_POINTS,
                TWP_STUDY_MAX_SWEPT),
            NULL, "the file has no points to use");
        return false;
    }
    sweep->swept = TWP_READ_NEW(read, twp_study_swept_t, csv->n_columns);
    for (int c = 0; c < csv->n_columns; c++) {
        twp_study_swept_t *const out = &sweep->swept[sweep->n_swept];

        out->path = twp_read_printf(read, "%s", csv->name[c]);
        out->name = name_of(read, out->path);
        out->place = (twp_place_t){ sweep->csv_name, 1, 0, out->path };
        is_good = twp_read_swept_path(read, out->place, out->path) &&
            take_column(read, csv, c, out) && is_good;
        sweep->n_swept++;
    }
    sweep->n_points = csv->n_rows;
    return is_good;
}

static bool
read_rows(twp_read_t *read, twp_spot_t from)
{
    twp_study_sweep_t *const sweep = &read->study->sweep;
    twp_csv_t *const csv = &read->points_csv;
    twp_error_t err;
    twp_status_t status;
    bool is_good = false;

    sweep->csv_name = twp_read_text(from);
    status = twp_csv_read(
        csv, twp_read_file_path(read, from.node), sweep->csv_name, read->findings, &err);
    if (status == TWP_ERR_MEMORY)
        longjmp(read->out_of_memory, 1);
    if (status == TWP_OK) {
        memcpy(sweep->csv_sha256, csv->sha256, sizeof sweep->csv_sha256);
        sweep->csv_bytes = (int64_t) csv->n_bytes;
        is_good = take_rows(read, csv);
    } else if (status != TWP_ERR_INPUT) {
        twp_read_fail(
            read, twp_read_place(from), sweep->csv_name, "a CSV file", NULL, "%s", err.message);
    }
    twp_csv_clear(csv);
    return is_good;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static int64_t
count_of(twp_spot_t spot)
{
    const char *const text = twp_read_text(spot);
    double number = 0;

    if (text != NULL)
        (void) twp_number_read(text, strlen(text), &number);
    return number <= 9e15 ? (int64_t) number : INT64_MAX;
}

static twp_sweep_how_t
how_of(twp_read_t *read, twp_spot_t spot)
{
    const char *const how = twp_read_text(twp_read_get(read, spot, "how"));

    if (twp_read_get(read, spot, "from").node != NULL)
        return TWP_SWEEP_ROWS;
    if (twp_read_get(read, spot, "latin_hypercube").node != NULL)
        return TWP_SWEEP_LATIN_HYPERCUBE;
    if (twp_read_get(read, spot, "sobol").node != NULL)
        return TWP_SWEEP_SOBOL;
    return how != NULL && strcmp(how, "zip") == 0 ? TWP_SWEEP_ZIP : TWP_SWEEP_GRID;
}

static bool
read_over(twp_read_t *read, twp_spot_t over)
{
    twp_study_sweep_t *const sweep = &read->study->sweep;
    bool is_good = true;
    int n;
    const twp_pair_t **const pair = twp_read_sorted(read, over, &n);

    if (n > TWP_STUDY_MAX_SWEPT) {
        twp_read_fail(read, twp_read_place(over), twp_read_printf(read, "%d paths", n),
            twp_read_printf(read, "at most %d", TWP_STUDY_MAX_SWEPT), NULL,
            "too many numbers are swept");
        return false;
    }
    sweep->swept = TWP_READ_NEW(read, twp_study_swept_t, n);
    for (int i = 0; i < n; i++) {
        twp_study_swept_t *const out = &sweep->swept[i];
        const twp_spot_t values = twp_read_entry(read, over, pair[i]);

        out->path = pair[i]->key;
        out->name = name_of(read, out->path);
        out->place =
            (twp_place_t){ values.node->file, pair[i]->line, pair[i]->column, values.path };
        if (!twp_read_swept_path(read, out->place, out->path))
            is_good = false;
        else if (twp_read_is_mapping(values))
            is_good = take_range(read, out, values, sweep->how) && is_good;
        else if (sweep->how == TWP_SWEEP_GRID || sweep->how == TWP_SWEEP_ZIP)
            is_good = take_list(read, out, values) && is_good;
        else {
            twp_read_fail(read, twp_read_place(values), "a list", "{from: low, to: high}", NULL,
                "%s needs a range, which the points fill", out->path);
            is_good = false;
        }
    }
    sweep->n_swept = n;
    return is_good && n > 0;
}

/* Two ways to name the same number, or names that become the same column. */
static bool
check_names(twp_read_t *read)
{
    const twp_study_sweep_t *const sweep = &read->study->sweep;
    const twp_node_t **const target = TWP_READ_NEW(read, const twp_node_t *, sweep->n_swept);

    for (int i = 0; i < sweep->n_swept; i++) {
        target[i] = twp_read_swept_target(read, sweep->swept[i].path);
        for (int j = 0; j < i; j++)
            if (strcmp(sweep->swept[i].name, sweep->swept[j].name) == 0 || target[i] == target[j]) {
                twp_read_fail(read, sweep->swept[i].place, sweep->swept[i].path, NULL, NULL,
                    "%s and %s are the same number, or would share a name in the results",
                    sweep->swept[j].path, sweep->swept[i].path);
                return false;
            }
    }
    return true;
}

static int64_t
count_points(twp_read_t *read, twp_spot_t spot)
{
    const twp_study_sweep_t *const sweep = &read->study->sweep;
    int64_t n = 1;

    switch (sweep->how) {
    case TWP_SWEEP_LATIN_HYPERCUBE: return count_of(twp_read_get(read, spot, "latin_hypercube"));
    case TWP_SWEEP_SOBOL: return count_of(twp_read_get(read, spot, "sobol"));
    case TWP_SWEEP_ROWS: return sweep->n_points;
    case TWP_SWEEP_ZIP:
        for (int i = 1; i < sweep->n_swept; i++)
            if (sweep->swept[i].n_values != sweep->swept[0].n_values) {
                twp_read_fail(read, sweep->swept[i].place,
                    twp_read_printf(read, "%d values", sweep->swept[i].n_values),
                    twp_read_printf(
                        read, "%d, as %s has", sweep->swept[0].n_values, sweep->swept[0].path),
                    NULL, "a zip needs as many values of each path");
                return 0;
            }
        return sweep->swept[0].n_values;
    case TWP_SWEEP_GRID:
    default:
        for (int i = 0; i < sweep->n_swept; i++)
            if (__builtin_mul_overflow(n, sweep->swept[i].n_values, &n))
                return INT64_MAX;
        return n;
    }
}

void
twp_read_sweep(twp_read_t *read)
{
    const twp_spot_t spot = twp_read_get(read, read->root, "sweep");
    const char *const twins = twp_read_text(twp_read_get(read, spot, "twins"));
    twp_study_sweep_t *const sweep = &read->study->sweep;
    int64_t n_points;
    bool is_good;

    if (!twp_read_is_mapping(spot))
        return;
    sweep->place = twp_read_place(spot);
    sweep->how = how_of(read, spot);
    sweep->are_twins_fresh = twins != NULL && strcmp(twins, "fresh") == 0;
    sweep->seed = 1;
    if (twp_read_get(read, spot, "seed").node != NULL)
        sweep->seed = (uint64_t) count_of(twp_read_get(read, spot, "seed"));
    is_good = sweep->how == TWP_SWEEP_ROWS ? read_rows(read, twp_read_get(read, spot, "from"))
                                           : read_over(read, twp_read_get(read, spot, "over"));
    if (!is_good || !check_names(read))
        return;
    n_points = count_points(read, spot);
    if (n_points > TWP_STUDY_MAX_POINTS)
        twp_read_fail(read, sweep->place,
            twp_read_printf(read, "%lld points", (long long) n_points),
            twp_read_printf(read, "at most %d", TWP_STUDY_MAX_POINTS), NULL, "too many points");
    else
        sweep->n_points = n_points;
}
