/* Parameters that are uncertain together: Dirichlet, multivariate normal, correlated, draws. */
#include "base/portable_math.h"
#include "study/read.h"
#include "study/read_uncertain.h"

#include <math.h>
#include <string.h>

/* ---- who is listed where -------------------------------------------------------------------- */

static const char *const kinds[] = { "dirichlet", "multivariate_normal", "correlated", "draws" };
#define N_KINDS ((int) (sizeof kinds / sizeof kinds[0]))

/* The kind's own mapping, and which it is; node NULL when there is none. */
static twp_spot_t
arguments_of(twp_read_t *read, twp_spot_t joint, int *kind)
{
    for (*kind = 0; *kind < N_KINDS; (*kind)++) {
        const twp_spot_t arguments = twp_read_get(read, joint, kinds[*kind]);
        if (twp_read_is_mapping(arguments))
            return arguments;
    }
    return (twp_spot_t){ NULL, joint.path };
}

static void
note_member(
    twp_read_t *read, twp_study_joint_t *joint, int i_joint, const char *name, twp_place_t place)
{
    const int i = twp_read_reference_text(read, name, place, TWP_SYMBOL_PARAMETER);

    if (i < 0 || read->joint_of_parameter[i] >= 0)
        read->is_joint_wrong[i_joint] = true;
    if (i < 0)
        return;
    if (read->joint_of_parameter[i] >= 0) {
        twp_read_fail(read, place, name, "another parameter", NULL,
            "%s is uncertain together with others already, in %s", name,
            read->study->joint[read->joint_of_parameter[i]].name);
        return;
    }
    read->joint_of_parameter[i] = i_joint;
    read->member_of_parameter[i] = joint->n;
    joint->i_parameter[joint->n++] = i;
}

static void
note_members(twp_read_t *read, twp_spot_t spot, int i_joint)
{
    twp_study_joint_t *joint = &read->study->joint[i_joint];
    int kind, n;
    const twp_spot_t arguments = arguments_of(read, spot, &kind),
                     of = twp_read_get(read, arguments, "of"),
                     columns = twp_read_get(read, arguments, "columns");
    const twp_pair_t **pair = twp_read_sorted(read, columns, &n);

    joint->kind = (twp_joint_kind_t) (kind < N_KINDS ? kind : 0);
    joint->i_parameter = TWP_READ_NEW(read, int, n + twp_read_n_items(of));
    for (int k = 0; k < n; k++)
        note_member(read, joint, i_joint, pair[k]->key,
            (twp_place_t){ pair[k]->value->file, pair[k]->line, pair[k]->column, columns.path });
    for (int k = 0; k < twp_read_n_items(of); k++) {
        const twp_spot_t item = twp_read_item(read, of, k);
        if (twp_read_text(item) != NULL)
            note_member(read, joint, i_joint, twp_read_text(item), twp_read_place(item));
    }
}

void
twp_read_joint_members(twp_read_t *read)
{
    twp_study_typed_t *study = read->study;
    const twp_spot_t section = twp_read_get(read, read->root, "uncertain");
    const twp_pair_t **pair = twp_read_sorted(read, section, &study->n_joints);

    study->joint = TWP_READ_NEW(read, twp_study_joint_t, study->n_joints);
    read->joint_spot = TWP_READ_NEW(read, twp_spot_t, study->n_joints);
    read->is_joint_wrong = TWP_READ_NEW(read, bool, study->n_joints);
    read->joint_of_parameter = TWP_READ_NEW(read, int, study->n_parameters);
    read->member_of_parameter = TWP_READ_NEW(read, int, study->n_parameters);
    for (int i = 0; i < study->n_parameters; i++)
        read->joint_of_parameter[i] = -1;
    for (int j = 0; j < study->n_joints; j++) {
        read->joint_spot[j] = twp_read_entry(read, section, pair[j]);
        study->joint[j].name = pair[j]->key;
        study->joint[j].place = twp_read_place(read->joint_spot[j]);
        note_members(read, read->joint_spot[j], j);
    }
}

/* ---- Dirichlet ------------------------------------------------------------------------------ */

static bool
read_counts(twp_read_t *read, twp_spot_t arguments, twp_study_joint_t *joint)
{
    const twp_spot_t n = twp_read_get(read, arguments, "n"),
                     counts = twp_read_get(read, arguments, "counts");
    const double size = twp_read_constant(read, n, TWP_DIM_NONE, NAN);

    if (counts.node != NULL && twp_read_n_items(counts) != joint->n) {
        twp_read_fail(read, twp_read_place(counts),
            twp_read_printf(read, "%d counts", twp_read_n_items(counts)),
            twp_read_printf(read, "%d, one for each parameter", joint->n), NULL,
            "the list has a wrong length");
        return false;
    }
    for (int k = 0; k < joint->n; k++) {
        const twp_study_parameter_t *one = &read->study->parameter[joint->i_parameter[k]];
        /* a share that is set may be 0: its draw is thrown away, whatever its shape */
        const double share = one->i_joint < 0 ? 1 : one->value;
        const twp_spot_t item = counts.node != NULL ? twp_read_item(read, counts, k) : n;
        joint->shape[k] = counts.node != NULL ? twp_read_constant(read, item, TWP_DIM_NONE, NAN)
                                              : size * share;
        if (isnan(joint->shape[k]))
            return false;
        if (!(joint->shape[k] > 0)) {
            twp_read_fail(read, twp_read_place(item), twp_read_text(item), "counts above 0", NULL,
                "the count of %s is out of range", one->name);
            return false;
        }
    }
    return true;
}

static void
read_dirichlet(twp_read_t *read, twp_spot_t arguments, twp_study_joint_t *joint)
{
    const twp_study_parameter_t *parameter = read->study->parameter;
    const twp_spot_t of = twp_read_get(read, arguments, "of");
    double sum = 0, shapes = 0;
    int n_certain = 0;

    joint->shape = TWP_READ_NEW(read, double, joint->n);
    for (int k = 0; k < joint->n; k++) {
        const twp_study_parameter_t *one = &parameter[joint->i_parameter[k]];
        sum += one->value;
        n_certain += one->i_joint < 0;
    }
    if (n_certain > 0 && n_certain < joint->n)
        twp_read_fail(read, twp_read_place(of), NULL, "all of them, or none", NULL,
            "some shares of %s are set and others drawn: they would not sum to 1", joint->name);
    else if (n_certain == 0 && !(fabs(sum - 1) <= 1e-9))
        twp_read_fail(read, twp_read_place(of), twp_read_printf(read, "a sum of %.10g", sum),
            "values that sum to 1", NULL, "the values of a Dirichlet law do not sum to 1");
    else if (read_counts(read, arguments, joint) && n_certain == 0) {
        for (int k = 0; k < joint->n; k++)
            shapes += joint->shape[k];
        for (int k = 0; k < joint->n; k++) {
            const double value = parameter[joint->i_parameter[k]].value;
            twp_read_warn_off_centre(read, of, parameter[joint->i_parameter[k]].name,
                value > 0 && value < 1 && joint->n > 1
                    ? twp_math_beta_i(joint->shape[k], shapes - joint->shape[k], value)
                    : 0.5);
        }
    }
}

/* ---- multivariate normal -------------------------------------------------------------------- */

static bool
read_centre(twp_read_t *read, twp_spot_t of, twp_study_joint_t *joint)
{
    joint->centre = TWP_READ_NEW(read, double, joint->n);
    for (int k = 0; k < joint->n; k++) {
        const twp_study_parameter_t *one = &read->study->parameter[joint->i_parameter[k]];
        const double x = one->value;
        const bool has_unit = !twp_read_same_dim(one->dim, TWP_DIM_NONE);

        if (one->i_joint < 0)
            continue; /* it is set: its draw is thrown away, whatever its centre (0) */
        if ((joint->scale == TWP_JOINT_LOG && !(x > 0)) ||
            (joint->scale == TWP_JOINT_LOGIT && (!(x > 0 && x < 1) || has_unit))) {
            twp_read_fail(read, twp_read_place(twp_read_item(read, of, k)), one->name,
                joint->scale == TWP_JOINT_LOG ? "a value above 0" : "a value between 0 and 1", NULL,
                "the value of %s has no place on that scale", one->name);
            return false;
        }
        joint->centre[k] = joint->scale == TWP_JOINT_LOG ? twp_math_log(x)
            : joint->scale == TWP_JOINT_LOGIT            ? twp_math_log(x / (1 - x))
                                                         : x;
    }
    return true;
}

/* Dimension of member k on the scale. */
static twp_dim_t
dim_on_scale(const twp_read_t *read, const twp_study_joint_t *joint, int k)
{
    return joint->scale == TWP_JOINT_PLAIN ? read->study->parameter[joint->i_parameter[k]].dim
                                           : TWP_DIM_NONE;
}

/* A covariance; a plain 0 needs no unit. */
static double
read_covariance(twp_read_t *read, twp_spot_t cell, twp_dim_t a, twp_dim_t b)
{
    const twp_dim_t dim = { (int8_t) (a.time + b.time), (int8_t) (a.money + b.money) };
    const char *text = twp_read_text(cell);
    double number;

    if (text != NULL && twp_number_read(text, strlen(text), &number) && number == 0)
        return 0;
    return twp_read_constant(read, cell, dim, NAN);
}

static bool
read_covariances(twp_read_t *read, twp_spot_t matrix, twp_study_joint_t *joint, double *se)
{
    const int n = joint->n;

    if (matrix.node == NULL || matrix.node->kind != TWP_NODE_SEQUENCE || matrix.node->n != n) {
        twp_read_fail(read, twp_read_place(matrix), NULL,
            twp_read_printf(read, "%d rows, one for each parameter", n), NULL,
            "the matrix has the wrong size");
        return false;
    }
    for (int i = 0; i < n; i++) {
        const twp_spot_t row = twp_read_item(read, matrix, i);
        if (row.node->kind != TWP_NODE_SEQUENCE || row.node->n != n)
            return false; /* the shape check has said so */
        for (int j = 0; j < n; j++) {
            const twp_spot_t cell = twp_read_item(read, row, j);
            double *value = &joint->factor[i * n + j];
            *value = read_covariance(
                read, cell, dim_on_scale(read, joint, i), dim_on_scale(read, joint, j));
            if (isnan(*value))
                return false;
            if ((i == j && !(*value > 0)) || (i > j && *value != joint->factor[j * n + i])) {
                twp_read_fail(read, twp_read_place(cell), twp_read_text(cell),
                    i == j ? "a variance above 0" : "a symmetric matrix", NULL,
                    "this is no matrix of covariances");
                return false;
            }
        }
    }
    for (int i = 0; i < n; i++)
        se[i] = twp_math_sqrt(joint->factor[i * n + i]);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            joint->factor[i * n + j] = i == j ? 1 : joint->factor[i * n + j] / (se[i] * se[j]);
    return true;
}

static bool
read_errors(twp_read_t *read, twp_spot_t list, const twp_study_joint_t *joint, double *se)
{
    if (twp_read_n_items(list) != joint->n) {
        twp_read_fail(read, twp_read_place(list),
            twp_read_printf(read, "%d numbers", twp_read_n_items(list)),
            twp_read_printf(read, "%d, one for each parameter", joint->n), NULL,
            "the list has a wrong length");
        return false;
    }
    for (int k = 0; k < joint->n; k++) {
        const twp_spot_t item = twp_read_item(read, list, k);
        se[k] = twp_read_constant(read, item, dim_on_scale(read, joint, k), NAN);
        if (isnan(se[k]))
            return false;
        if (!(se[k] > 0)) {
            twp_read_fail(read, twp_read_place(item), twp_read_text(item),
                "a standard error above 0", NULL, "the value is out of range");
            return false;
        }
    }
    return true;
}

static bool
factorise(twp_read_t *read, twp_spot_t matrix, twp_study_joint_t *joint)
{
    if (twp_read_factorise(joint->factor, joint->n))
        return true;
    twp_read_fail(read, twp_read_place(matrix), NULL, "a positive definite matrix", NULL,
        "no parameters can be correlated like this: the matrix is not positive definite");
    return false;
}

static void
read_normal(twp_read_t *read, twp_spot_t arguments, twp_study_joint_t *joint)
{
    const twp_spot_t covariance = twp_read_get(read, arguments, "covariance"),
                     correlation = twp_read_get(read, arguments, "correlation"),
                     se_list = twp_read_get(read, arguments, "se");
    const char *scale = twp_read_text(twp_read_get(read, arguments, "scale"));
    const int n = joint->n;
    double *se = TWP_READ_NEW(read, double, n);
    bool is_good;

    joint->scale = scale != NULL && strcmp(scale, "log") == 0 ? TWP_JOINT_LOG
        : scale != NULL && strcmp(scale, "logit") == 0        ? TWP_JOINT_LOGIT
                                                              : TWP_JOINT_PLAIN;
    joint->factor = TWP_READ_NEW(read, double, n *n);
    if (!read_centre(read, twp_read_get(read, arguments, "of"), joint))
        return;
    is_good = covariance.node != NULL ? read_covariances(read, covariance, joint, se)
                                      : read_errors(read, se_list, joint, se) &&
            twp_read_correlations(read, correlation, n, "parameter", joint->factor);
    if (!is_good || !factorise(read, covariance.node != NULL ? covariance : correlation, joint))
        return;
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++)
            joint->factor[i * n + j] *= se[i];
}

/* ---- correlated ----------------------------------------------------------------------------- */

static void
read_correlated(twp_read_t *read, twp_spot_t arguments, twp_study_joint_t *joint)
{
    const twp_spot_t scores = twp_read_get(read, arguments, "normal_scores"),
                     of = twp_read_get(read, arguments, "of");

    joint->factor = TWP_READ_NEW(read, double, joint->n * joint->n);
    for (int k = 0; k < joint->n; k++) {
        const int i = joint->i_parameter[k];
        const twp_study_parameter_t *one = &read->study->parameter[i];
        const twp_spot_t spot = read->parameter_spot[i];
        const twp_spot_t value = twp_read_is_mapping(spot) ? twp_read_get(read, spot, "value")
                                                           : spot;
        if (twp_read_get(read, spot, "uncertain").node == NULL &&
            !twp_read_is_set_again(value, read->joint_spot[read->joint_of_parameter[i]]))
            twp_read_fail(read, twp_read_place(twp_read_item(read, of, k)), one->name,
                "a parameter with an `uncertain` of its own", NULL,
                "%s has no distribution that could be correlated", one->name);
    }
    if (twp_read_correlations(read, scores, joint->n, "parameter", joint->factor))
        (void) factorise(read, scores, joint);
}

/* ---- draws ---------------------------------------------------------------------------------- */

static bool
read_column(
    twp_read_t *read, twp_spot_t columns, const twp_csv_t *csv, int k, twp_study_joint_t *joint)
{
    const twp_study_parameter_t *one = &read->study->parameter[joint->i_parameter[k]];
    const twp_spot_t spot = twp_read_get(read, columns, one->name);
    const char *name = twp_read_text(spot);
    const int i_column = name != NULL ? twp_csv_column(csv, name) : -1;
    const double unit = one->unit_size;
    int64_t n_below = 0;

    if (i_column < 0) {
        if (name != NULL)
            twp_read_fail(read, twp_read_place(spot), name, "a column of the file", NULL,
                "%s has no column %s", csv->file, name);
        return false;
    }
    for (int64_t r = 0; r < csv->n_rows; r++) {
        double number = NAN;
        if (!twp_csv_number(csv, r, i_column, &number)) {
            const twp_place_t place = { csv->file, (int) csv->line[r], 0, spot.path };
            twp_read_fail(read, place, twp_csv_text(csv, r, i_column), "a number", NULL,
                twp_csv_is_missing(csv, r, i_column) ? "%s is missing" : "this is no value of %s",
                name);
            return false;
        }
        joint->row[r * joint->n + k] = number * unit;
        n_below += number * unit <= one->value;
    }
    if (one->i_joint >= 0)
        twp_read_warn_off_centre(read, spot, one->name, (double) n_below / (double) csv->n_rows);
    return true;
}

static void
take_file(twp_read_t *read, twp_spot_t arguments, const twp_csv_t *csv, twp_study_joint_t *joint)
{
    if (csv->n_rows < 1 || csv->n_rows > INT32_MAX / (joint->n > 0 ? joint->n : 1)) {
        twp_read_fail(read, twp_read_place(twp_read_get(read, arguments, "from")), joint->csv_name,
            "at least one row, and not too many", NULL, "the file has no draws to use");
        return;
    }
    joint->row = TWP_READ_NEW(read, double, (int) csv->n_rows * joint->n);
    joint->n_rows = csv->n_rows;
    joint->csv_bytes = (int64_t) csv->n_bytes;
    memcpy(joint->csv_sha256, csv->sha256, sizeof joint->csv_sha256);
    for (int k = 0; k < joint->n; k++)
        if (!read_column(read, twp_read_get(read, arguments, "columns"), csv, k, joint))
            return;
}

static void
read_draws(twp_read_t *read, twp_spot_t arguments, twp_study_joint_t *joint)
{
    const twp_spot_t from = twp_read_get(read, arguments, "from");
    const char *take = twp_read_text(twp_read_get(read, arguments, "take")), *path;
    twp_error_t err;
    twp_status_t status;

    joint->csv_name = twp_read_text(from);
    joint->is_in_order = take == NULL || strcmp(take, "in_order") == 0;
    joint->stream = twp_read_printf(read, "uncertain.%s", joint->name);
    if (joint->csv_name == NULL)
        return;
    path = twp_read_file_path(read, from.node);
    status = twp_csv_read(&read->draws_csv, path, joint->csv_name, read->findings, &err);
    if (status == TWP_ERR_MEMORY)
        longjmp(read->out_of_memory, 1);
    if (status == TWP_OK)
        take_file(read, arguments, &read->draws_csv, joint);
    else if (status != TWP_ERR_INPUT)
        twp_read_fail(
            read, twp_read_place(from), joint->csv_name, "a CSV file", NULL, "%s", err.message);
    twp_csv_clear(&read->draws_csv);
}

/* ---- all of them ---------------------------------------------------------------------------- */

/* Whether all members are there to be drawn, and none has a distribution of its own besides. */
static bool
check_members(twp_read_t *read, const twp_study_joint_t *joint)
{
    bool is_good = joint->n > 0;

    if (joint->n > TWP_STUDY_MAX_CORRELATED && joint->kind != TWP_JOINT_DRAWS) {
        twp_read_fail(read, joint->place, twp_read_printf(read, "%d", joint->n),
            twp_read_printf(read, "at most %d", TWP_STUDY_MAX_CORRELATED), NULL,
            "too many parameters");
        return false;
    }
    for (int k = 0; k < joint->n; k++) {
        const int i = joint->i_parameter[k];
        const twp_study_parameter_t *one = &read->study->parameter[i];
        if (read->parameter_reading[i] != TWP_READING_DONE)
            is_good = false;
        else if (joint->kind != TWP_JOINT_CORRELATED && one->uncertain != NULL) {
            twp_read_fail(read,
                twp_read_place(twp_read_get(read, read->parameter_spot[i], "uncertain")), one->name,
                "one of the two", NULL, "%s is uncertain of its own and in %s as well", one->name,
                joint->name);
            is_good = false;
        }
    }
    return is_good;
}

void
twp_read_joints(twp_read_t *read)
{
    for (int j = 0; j < read->study->n_joints; j++) {
        twp_study_joint_t *joint = &read->study->joint[j];
        int kind;
        const twp_spot_t arguments = arguments_of(read, read->joint_spot[j], &kind);

        if (kind >= N_KINDS || read->is_joint_wrong[j] || !check_members(read, joint))
            continue;
        switch (joint->kind) {
        case TWP_JOINT_DIRICHLET: read_dirichlet(read, arguments, joint); break;
        case TWP_JOINT_NORMAL: read_normal(read, arguments, joint); break;
        case TWP_JOINT_CORRELATED: read_correlated(read, arguments, joint); break;
        case TWP_JOINT_DRAWS: read_draws(read, arguments, joint); break;
        }
    }
}
