#include "report/writing.h"

#include "report/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Text of the arena; "" when memory runs out, which the buffer then tells. */
const char *
twp_writing_print(twp_writing_t *w, const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = twp_arena_vprintf(w->arena, format, arguments);
    va_end(arguments);
    if (text == NULL) {
        w->buffer->has_failed = true;
        return "";
    }
    twp_buffer_clean(text);
    return text;
}

const char *
twp_writing_count(twp_writing_t *w, int64_t n)
{
    char text[TWP_NUMBER_SIZE];

    twp_number_count(text, n);
    return twp_writing_print(w, "%s", text);
}

const char *
twp_writing_at_time(twp_writing_t *w, double time_days)
{
    char text[TWP_NUMBER_SIZE];

    if (isnan(time_days))
        return "";
    twp_number_time(text, time_days);
    return twp_writing_print(w, " at %s", text);
}

/* "3 months" where that is the whole of it, else the days; "" without a time. */
const char *
twp_writing_time(twp_writing_t *w, double time_days)
{
    char text[TWP_NUMBER_SIZE], *whole;

    if (isnan(time_days))
        return "";
    twp_number_time(text, time_days);
    whole = strchr(text, '(');
    if (whole == NULL)
        return twp_writing_print(w, "%s", text);
    whole[strcspn(whole, ")")] = '\0';
    return twp_writing_print(w, "%s", whole + 1);
}

/* ---- parameter sets ---------------------------------------------------------------------------- */

bool
twp_writing_has_sets(const twp_summary_t *s)
{
    return s->n_parameter_sets_done > 0;
}

/* What decides how many digits a figure has: its error, with sets half of its interval over 1.96. */
double
twp_writing_fuzz(const twp_summary_t *s, double error, double low, double high)
{
    const double half = (high - low) / 3.92;

    return twp_writing_has_sets(s) && half > error ? half : error;
}

int
twp_writing_contrast_decimals(
    const twp_summary_t *s, twp_number_kind_t kind, const twp_summary_contrast_t *contrast)
{
    return twp_number_decimals(kind, contrast->difference,
        twp_writing_fuzz(s, contrast->se, contrast->low, contrast->high));
}

/* ---- cells ------------------------------------------------------------------------------------ */

void
twp_writing_add_figure(twp_grid_t *grid, double value, int decimals, bool has_plus)
{
    char text[TWP_NUMBER_SIZE];

    twp_number_format(text, value, decimals, has_plus);
    twp_grid_add_copy(grid, text);
}

void
twp_writing_add_blanks(twp_grid_t *grid, int n)
{
    for (int i = 0; i < n; i++)
        twp_grid_add(grid, "");
}

/* Value, lower and upper end with as many decimals. */
void
twp_writing_add_estimate(
    twp_grid_t *grid, int decimals, double value, double low, double high, bool has_plus)
{
    if (value == 0 && low == 0 && high == 0) { /* exactly nothing, not a little */
        twp_grid_add(grid, "0");
        twp_writing_add_blanks(grid, 2);
        return;
    }
    twp_writing_add_figure(grid, value, decimals, has_plus);
    if (isnan(value)) {
        twp_writing_add_blanks(grid, 2);
    } else if (isnan(low) || isnan(high)) {
        twp_grid_add(grid, "no interval");
        twp_grid_add(grid, "");
    } else {
        twp_writing_add_figure(grid, low, decimals, has_plus);
        twp_writing_add_figure(grid, high, decimals, has_plus);
    }
}

void
twp_writing_add_contrast(const twp_summary_t *s, twp_grid_t *grid, twp_number_kind_t kind,
    const twp_summary_contrast_t *contrast)
{
    twp_writing_add_estimate(grid, twp_writing_contrast_decimals(s, kind, contrast),
        contrast->difference, contrast->low, contrast->high, true);
}

void
twp_writing_add_share(twp_writing_t *w, twp_grid_t *grid, double share)
{
    char text[TWP_NUMBER_SIZE];

    twp_number_format(text, 100 * share, 0, false);
    twp_grid_add(grid, isnan(share) ? "" : twp_writing_print(w, "%s %%", text));
}

/* Monte Carlo error, beside an interval that is not about it with one digit more than that. */
void
twp_writing_add_error(twp_writing_t *w, twp_grid_t *grid, int decimals, double error, double low)
{
    if (!twp_writing_has_sets(w->summary))
        return;
    twp_writing_add_figure(grid, error, isnan(low) ? decimals : decimals + 1, false);
}
