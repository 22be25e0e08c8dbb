/* What is made of a swept number though it must be the same at all points, which stand in one file. */
#include "study/read.h"

#include <string.h>

/* Lengths of lives, and what the columns of a results file are called and at which times they are. */
static bool
is_common(const char *path)
{
    static const char *const common[] = { "record.", "report.", "targets.", "time." };
    static const char discount[] = "report.discount.";

    if (strncmp(path, discount, sizeof discount - 1) == 0)
        return false;
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
        if (strncmp(path, common[i], strlen(common[i])) == 0)
            return true;
    return false;
}

static void
note_parameters(twp_read_t *read, const char *path, const twp_expression_t *expression)
{
    const twp_study_typed_t *const study = read->study;

    if (expression == NULL)
        return;
    if (expression->kind == TWP_WORD_PARAMETER) {
        if (expression->i < study->n_parameters && read->common_path[expression->i] == NULL) {
            read->common_path[expression->i] = path;
            note_parameters(read, path, study->parameter[expression->i].expression);
        }
        return;
    }
    for (int k = 0; k < expression->n_args; k++)
        note_parameters(read, path, expression->arg[k]);
    for (int k = 0; k < expression->n_steps; k++) {
        note_parameters(read, path, expression->step_from[k]);
        note_parameters(read, path, expression->step_is[k]);
    }
}

void
twp_read_note_common(twp_read_t *read, twp_spot_t spot, const twp_expression_t *expression)
{
    if (is_common(spot.path))
        note_parameters(read, spot.path, expression);
}

/* The place that hangs on the number at a swept path, or NULL. */
static const char *
common_path_of(twp_read_t *read, const char *path)
{
    const twp_node_t *const target = twp_read_swept_target(read, path);

    for (int i = 0; i < read->study->n_parameters && target != NULL; i++) {
        const twp_spot_t spot = read->parameter_spot[i];

        if (spot.node == target || twp_read_get(read, spot, "value").node == target)
            return read->common_path[i];
    }
    return NULL;
}

void
twp_check_swept(twp_read_t *read)
{
    const twp_study_sweep_t *const sweep = &read->study->sweep;

    for (int k = 0; sweep->n_points > 0 && k < sweep->n_swept; k++) {
        const twp_study_swept_t *const swept = &sweep->swept[k];
        const char *const common = common_path_of(read, swept->path);

        if (common != NULL)
            twp_read_fail(read, swept->place, swept->path,
                "a number on which no time, report, record or target hangs; or a run with --set "
                "for each value",
                NULL, "`%s` cannot be swept: %s is made of it, and is the same at all points",
                swept->path, common);
    }
}
