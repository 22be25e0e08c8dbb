#include "measure/precision.h"

#include "base/suggest.h"
#include "document/document.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EXAMPLE "STRATEGY.FIGURE=HALF_WIDTH, such as nurse.persistence_365d=0.005"

/* ---- reading --------------------------------------------------------------------------------- */

static twp_status_t
no_memory(twp_error_t *err)
{
    return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the precision");
}

/* Number of a name among names[n], or -1 with the nearest one told. */
static int
find(const char *what, const char *name, const char *const *names, int n, twp_error_t *err)
{
    const char *nearest;

    for (int i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    nearest = twp_suggest_nearest(name, names, (size_t) n);
    (void) TWP_FAIL(err, TWP_ERR_INPUT, "precision: the run has no %s %s%s%s%s", what, name,
        nearest != NULL ? " (did you mean " : "", nearest != NULL ? nearest : "",
        nearest != NULL ? "?)" : "");
    return -1;
}

static const char **
figure_names(twp_arena_t *arena, const twp_figures_t *figures)
{
    const char **const names = TWP_ARENA_NEW(arena, const char *, figures->n_figures + 1);

    for (int f = 0; names != NULL && f < figures->n_figures; f++) {
        names[f] = twp_figure_name(arena, figures->study, &figures->figure[f]);
        if (names[f] == NULL)
            return NULL;
    }
    return names;
}

static twp_status_t
read_one(twp_looks_t *looks, const char *const *strategy, const char *const *figure,
    const char *text, twp_precision_t *to, twp_error_t *err)
{
    const twp_figures_t *const figures = looks->figures;
    const char *const dot = strchr(text, '.'), *const equal = strrchr(text, '=');
    const char *of, *what;
    int i;

    if (dot == NULL || equal == NULL || equal < dot || dot == text || equal == dot + 1)
        return TWP_FAIL(err, TWP_ERR_INPUT, "precision: %.200s is not of the form " EXAMPLE, text);
    of = twp_arena_strndup(looks->arena, text, (size_t) (dot - text));
    what = twp_arena_strndup(looks->arena, dot + 1, (size_t) (equal - dot - 1));
    to->name = twp_arena_strndup(looks->arena, text, (size_t) (equal - text));
    if (of == NULL || what == NULL || to->name == NULL)
        return no_memory(err);
    if (!twp_number_read(equal + 1, strlen(equal + 1), &to->wanted) || !(to->wanted > 0) ||
        !isfinite(to->wanted))
        return TWP_FAIL(err, TWP_ERR_INPUT,
            "precision: %.200s: half of the interval is a number above 0, in the unit that the "
            "summary has",
            text);
    i = find("strategy", of, strategy, figures->n_models, err);
    if (i == 0)
        return TWP_FAIL(err, TWP_ERR_INPUT,
            "precision: %s is the baseline, from which the others' differences are taken", of);
    to->i_contrast = i - 1;
    if (i > 0)
        to->i_figure = find("figure", what, figure, figures->n_figures, err);
    return i > 0 && to->i_figure >= 0 ? TWP_OK : TWP_ERR_INPUT;
}

twp_status_t
twp_looks_create(const twp_figures_t *figures, const char *const *strategy, int n,
    const char *const *text, twp_looks_t **out, twp_error_t *err)
{
    twp_looks_t *const looks = calloc(1, sizeof(*looks));
    const char **figure = NULL;
    twp_status_t status = TWP_OK;

    *out = NULL;
    if (looks != NULL && (looks->arena = twp_arena_create(0)) != NULL) {
        looks->figures = figures;
        looks->n_blocks_next = TWP_PRECISION_FIRST_BLOCKS;
        looks->asked = TWP_ARENA_NEW(looks->arena, twp_precision_t, n + 1);
        looks->half_width = TWP_ARENA_NEW(looks->arena, double, (n + 1) * TWP_PRECISION_LOOKS_MOST);
        figure = figure_names(looks->arena, figures);
    }
    if (looks == NULL || looks->arena == NULL || looks->asked == NULL ||
        looks->half_width == NULL || figure == NULL) {
        twp_looks_free(looks);
        return no_memory(err);
    }
    for (int k = 0; k < n && status == TWP_OK; k++)
        status = read_one(looks, strategy, figure, text[k], &looks->asked[looks->n++], err);
    if (status != TWP_OK) {
        twp_looks_free(looks);
        return status;
    }
    *out = looks;
    return TWP_OK;
}

void
twp_looks_free(twp_looks_t *looks)
{
    if (looks == NULL)
        return;
    twp_arena_free(looks->arena);
    free(looks);
}

/* ---- looking --------------------------------------------------------------------------------- */

static void
look(twp_looks_t *looks, twp_difference_se_t se_of, void *context, int64_t n_twins)
{
    double *const half_width = &looks->half_width[looks->n_looks * looks->n];

    looks->n_twins[looks->n_looks++] = (int32_t) n_twins;
    looks->is_reached = true;
    for (int k = 0; k < looks->n; k++) {
        const twp_precision_t *const asked = &looks->asked[k];
        const double se = se_of(context, asked->i_contrast, asked->i_figure);

        half_width[k] = se > 0.0 ? TWP_SUMS_Z * se : NAN;
        if (!(half_width[k] <= asked->wanted))
            looks->is_reached = false;
    }
}

bool
twp_looks_take(twp_looks_t *looks, twp_difference_se_t se, void *context, int64_t n_blocks_done,
    int64_t n_twins_done)
{
    if (n_blocks_done < looks->n_blocks_next)
        return looks->is_reached;
    looks->n_blocks_next *= 2;
    look(looks, se, context, n_twins_done);
    return looks->is_reached;
}

void
twp_looks_end(twp_looks_t *looks, twp_difference_se_t se, void *context, int64_t n_twins_done)
{
    if (looks->n_looks == 0 || looks->n_twins[looks->n_looks - 1] != n_twins_done)
        look(looks, se, context, n_twins_done);
}

double
twp_looks_worst(const twp_looks_t *looks)
{
    double worst = 0.0;

    if (looks->n_looks == 0)
        return NAN;
    for (int k = 0; k < looks->n; k++) {
        const double share = looks->half_width[(looks->n_looks - 1) * looks->n + k] /
            looks->asked[k].wanted;

        if (isnan(share))
            return NAN;
        worst = share > worst ? share : worst;
    }
    return worst;
}
