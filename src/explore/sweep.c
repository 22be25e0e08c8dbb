#include "explore/sweep.h"

#include "base/digest.h"
#include "kernel/stream.h"

#include <gsl/gsl_qrng.h>
#include <stdlib.h>
#include <string.h>

/* Occurrences of a path's stream: the place inside of a part, and the permutation of the parts. */
enum { DRAW_INSIDE = 1, DRAW_ORDER = 2 };

static const twp_node_t *
made_node(twp_arena_t *arena, const twp_study_swept_t *swept, double number)
{
    twp_node_t *const node = TWP_ARENA_NEW(arena, twp_node_t, 1);
    char text[TWP_NUMBER_TEXT_SIZE];

    if (node == NULL)
        return NULL;
    twp_number_write(text, number);
    *node = (twp_node_t){ .kind = TWP_NODE_SCALAR,
        .text = twp_arena_printf(
            arena, "%s%s%s", text, swept->unit[0] != '\0' ? " " : "", swept->unit),
        .file = swept->place.file,
        .line = swept->place.line,
        .column = swept->place.column,
        .origin = TWP_ORIGIN_SET };
    return node->text != NULL ? node : NULL;
}

/* ---- values that are listed ------------------------------------------------------------------ */

static void
put_listed(twp_sweep_t *sweep, int64_t i_point, int k, int64_t i_value)
{
    const twp_study_swept_t *const swept = &sweep->swept[k];
    const int64_t at = i_point * sweep->n_swept + k;

    sweep->node[at] = swept->node[i_value];
    sweep->value[at] = swept->value[i_value] / swept->unit_size;
}

static void
lay_grid(twp_sweep_t *sweep)
{
    for (int64_t i = 0; i < sweep->n_points; i++) {
        int64_t rest = i;

        for (int k = sweep->n_swept - 1; k >= 0; k--) {
            put_listed(sweep, i, k, rest % sweep->swept[k].n_values);
            rest /= sweep->swept[k].n_values;
        }
    }
}

static void
lay_rows(twp_sweep_t *sweep)
{
    for (int64_t i = 0; i < sweep->n_points; i++)
        for (int k = 0; k < sweep->n_swept; k++)
            put_listed(sweep, i, k, i);
}

/* ---- ranges that are filled ------------------------------------------------------------------ */

static bool
put_share(twp_sweep_t *sweep, int64_t i_point, int k, double share)
{
    const int64_t at = i_point * sweep->n_swept + k;

    sweep->value[at] = twp_study_swept_at(&sweep->swept[k], share);
    sweep->node[at] = made_node(sweep->arena, &sweep->swept[k], sweep->value[at]);
    return sweep->node[at] != NULL;
}

/* A whole number below n from a draw of 64 bits: the high word of their product. */
static int64_t
below(uint64_t bits, int64_t n)
{
    const uint64_t high = bits >> 32, low = bits & UINT32_MAX; /* n is far below 2^31 */

    return (int64_t) ((high * (uint64_t) n + (low * (uint64_t) n >> 32)) >> 32);
}

static bool
lay_latin_hypercube(twp_sweep_t *sweep, uint64_t seed)
{
    const int64_t n = sweep->n_points;
    int64_t *const part = malloc((size_t) n * sizeof(*part));
    bool is_good = part != NULL;

    for (int k = 0; k < sweep->n_swept && is_good; k++) {
        const char *const name = twp_arena_printf(sweep->arena, "sweep.%s", sweep->swept[k].path);
        const uint32_t stream = name != NULL ? twp_digest_stream_id(name) : 0;

        is_good = name != NULL;
        for (int64_t i = 0; i < n; i++)
            part[i] = i;
        for (int64_t i = n - 1; i > 0; i--) { /* Fisher and Yates, from the end */
            const int64_t j = below(
                twp_stream_draw_bits(seed, (uint64_t) i, stream, DRAW_ORDER), i + 1);
            const int64_t other = part[j];

            part[j] = part[i];
            part[i] = other;
        }
        for (int64_t i = 0; i < n && is_good; i++)
            is_good = put_share(sweep, i, k,
                ((double) part[i] +
                    twp_stream_draw_uniform(seed, (uint64_t) i, stream, DRAW_INSIDE)) /
                    (double) n);
    }
    free(part);
    return is_good;
}

/* GSL's numbers are whole multiples of a power of two: exact on every machine. */
static bool
lay_sobol(twp_sweep_t *sweep)
{
    gsl_qrng *const sobol = gsl_qrng_alloc(gsl_qrng_sobol, (unsigned) sweep->n_swept);
    double share[TWP_STUDY_MAX_SWEPT];
    bool is_good = sobol != NULL;

    for (int64_t i = 0; i < sweep->n_points && is_good; i++) {
        is_good = gsl_qrng_get(sobol, share) == 0;
        for (int k = 0; k < sweep->n_swept && is_good; k++)
            is_good = put_share(sweep, i, k, share[k]);
    }
    if (sobol != NULL)
        gsl_qrng_free(sobol);
    return is_good;
}

/* ---- all of them ----------------------------------------------------------------------------- */

static bool
lay(twp_sweep_t *sweep, const twp_study_sweep_t *from)
{
    switch (from->how) {
    case TWP_SWEEP_NONE: break;
    case TWP_SWEEP_GRID: lay_grid(sweep); break;
    case TWP_SWEEP_ZIP:
    case TWP_SWEEP_ROWS: lay_rows(sweep); break;
    case TWP_SWEEP_LATIN_HYPERCUBE: return lay_latin_hypercube(sweep, from->seed);
    case TWP_SWEEP_SOBOL: return lay_sobol(sweep);
    }
    return true;
}

twp_status_t
twp_sweep_create(const twp_study_typed_t *study, twp_sweep_t **out, twp_error_t *err)
{
    const twp_study_sweep_t *const from = &study->sweep;
    twp_arena_t *const arena = twp_arena_create(0);
    twp_sweep_t *const sweep = arena != NULL ? TWP_ARENA_NEW(arena, twp_sweep_t, 1) : NULL;
    bool is_good = sweep != NULL;

    *out = NULL;
    if (is_good) {
        sweep->arena = arena;
        sweep->how = from->how;
        sweep->are_twins_fresh = from->are_twins_fresh;
        sweep->n_points = from->n_points > 0 ? from->n_points : 1;
        sweep->n_swept = from->n_swept;
        sweep->swept = from->swept;

        const size_t n = (size_t) sweep->n_points * (size_t) sweep->n_swept + 1;

        sweep->node = TWP_ARENA_NEW(arena, const twp_node_t *, n);
        sweep->value = TWP_ARENA_NEW(arena, double, n);
        is_good = sweep->node != NULL && sweep->value != NULL && lay(sweep, from);
    }
    if (!is_good) {
        twp_arena_free(arena);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the points of a sweep");
    }
    *out = sweep;
    return TWP_OK;
}

void
twp_sweep_free(twp_sweep_t *sweep)
{
    if (sweep != NULL)
        twp_arena_free(sweep->arena);
}

const char *
twp_sweep_point_text(twp_arena_t *arena, const twp_sweep_t *sweep, int64_t i_point)
{
    const char *text = "";

    for (int k = 0; k < sweep->n_swept && text != NULL; k++)
        text = twp_arena_printf(arena, "%s%s%s = %s", text, k > 0 ? ", " : "", sweep->swept[k].path,
            sweep->node[i_point * sweep->n_swept + k]->text);
    return text;
}
