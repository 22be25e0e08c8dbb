#include "results/fill_internal.h"

#include "base/error.h"
#include "vocabulary/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* "3 % a year, from entry"; rates in steps stand one after the other. */
static const char *
discount_text(twp_fill_t *fill)
{
    const twp_study_discount_t *const discount = &fill->study->discount;
    const char *text = "";

    for (int i = 0; i < discount->n_steps && text != NULL; i++) {
        text = twp_arena_printf(fill->arena, "%s%s%.6g %%", text, i > 0 ? ", then " : "",
            100 * discount->rate_per_year[i]);
        if (i > 0 && text != NULL)
            text = twp_arena_printf(fill->arena, "%s from year %.6g", text,
                discount->start_days[i] / TWP_DAYS_PER_YEAR);
    }
    if (discount->n_steps > 0 && text != NULL)
        text = twp_arena_printf(fill->arena, "%s a year%s, from %s", text,
            discount->rule == TWP_DISCOUNT_CONTINUOUS ? " (continuous)" : "",
            discount->is_from_date ? "the start of time" : "entry");
    return text;
}

void
twp_fill_write_root(twp_fill_t *fill, const char *kind, int64_t n_twins_done)
{
    const twp_fill_run_t *const run = fill->run;
    twp_results_writer_t *const writer = fill->writer;
    const twp_study_typed_t *const study = fill->study;
    const twp_sets_t *const sets = run->sets;
    char seed[32];
    const struct {
        const char *name, *value;
    } text[] = { { "Conventions", "CF-1.10" }, { "twinpath_layout", TWP_LAYOUT_VERSION },
        { "twinpath_kind", kind }, { "title", study->name }, { "seed", seed },
        { "twins_across_sets", sets == NULL || sets->are_twins_same ? "same" : "fresh" },
        { "question", study->question }, { "comment", study->note },
        { "currency", study->currency }, { "discount", discount_text(fill) } };
    const struct {
        const char *name;
        int64_t value;
        bool is_always; /* also when it is 0 */
    } number[] = { { "n_twins", run->population->n_twins, true },
        { "n_strategies", run->n_models, true },
        { "n_parameter_sets", sets != NULL ? sets->n_sets : 1, true },
        { "n_parameter_sets_done", sets != NULL ? sets->n_done : 0, false },
        { "n_worlds", 1, true }, { "n_twins_done", n_twins_done, true },
        { "price_year", study->price_year, false } };

    (void) snprintf(seed, sizeof seed, "%" PRIu64, run->seed);
    for (size_t i = 0; i < sizeof(text) / sizeof(text[0]) && fill->status == TWP_OK; i++)
        if (text[i].value != NULL && text[i].value[0] != '\0')
            (void) twp_fill_ok(fill,
                twp_results_attribute_text(writer, NULL, text[i].name, text[i].value, &fill->err));
    for (size_t i = 0; i < sizeof(number) / sizeof(number[0]) && fill->status == TWP_OK; i++)
        if (number[i].value > 0 || number[i].is_always)
            (void) twp_fill_ok(fill,
                twp_results_attribute_int32(
                    writer, NULL, number[i].name, (int32_t) number[i].value, &fill->err));
}
