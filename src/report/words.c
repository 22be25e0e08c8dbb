#include "report/words.h"

#include "report/number.h"

#include <math.h>

#define Z 1.959963984540054 /* quantile 0.975 of the normal distribution */

/* "1,234 USD"; the sign is left to the words around it. */
static void
add_money(twp_buffer_t *buffer, double money, double se, const char *currency)
{
    char text[TWP_NUMBER_SIZE];

    twp_number_format(text, money, twp_number_decimals(TWP_NUMBER_MONEY, money, se), false);
    twp_buffer_printf(buffer, "%s%s%s", text, currency[0] != '\0' ? " " : "", currency);
}

/* "(95 % 900 to 1,900)" */
static void
add_interval(twp_buffer_t *buffer, double low, double high, twp_number_kind_t kind, bool has_plus)
{
    char from[TWP_NUMBER_SIZE], to[TWP_NUMBER_SIZE];
    const double size = fabs(low) > fabs(high) ? fabs(low) : fabs(high);
    const int decimals = twp_number_decimals(kind, size, (high - low) / (2 * Z));

    twp_number_format(from, low, decimals, has_plus);
    twp_number_format(to, high, decimals, has_plus);
    twp_buffer_printf(buffer, " (95 %% %s to %s)", from, to);
}

/* Is 0 outside of the 95 % interval? */
static bool
is_clear(double difference, double se)
{
    return isfinite(se) && fabs(difference) > Z * se;
}

static void
add_cost(twp_buffer_t *buffer, const twp_summary_icer_t *icer, const char *currency)
{
    if (!is_clear(icer->cost, icer->cost_se)) {
        twp_buffer_add(buffer, "its cost cannot be told from the baseline's either");
        return;
    }
    twp_buffer_add(buffer, "costs ");
    add_money(buffer, fabs(icer->cost), icer->cost_se, currency);
    twp_buffer_add(buffer, icer->cost < 0 ? " less" : " more");
}

static void
add_qalys(twp_buffer_t *buffer, const twp_summary_icer_t *icer)
{
    char text[TWP_NUMBER_SIZE];

    twp_number_format(text, fabs(icer->qaly),
        twp_number_decimals(TWP_NUMBER_YEARS, icer->qaly, icer->qaly_se), false);
    twp_buffer_printf(buffer, "%s %s QALYs", icer->qaly < 0 ? "loses" : "gains", text);
}

/* Money per QALY with its interval, both effects being of one sign. */
static void
add_ratio(twp_buffer_t *buffer, const twp_summary_icer_t *icer, const char *currency)
{
    const bool is_gain = icer->place == TWP_PLACE_DEARER_AND_BETTER;
    const bool has_interval = icer->shape == TWP_INTERVAL_BETWEEN;

    twp_buffer_add(buffer, is_gain ? "costs " : "saves ");
    add_money(
        buffer, icer->icer, has_interval ? (icer->high - icer->low) / (2 * Z) : NAN, currency);
    twp_buffer_add(buffer, is_gain ? " per QALY gained" : " per QALY lost");
    if (has_interval)
        add_interval(buffer, icer->low, icer->high, TWP_NUMBER_MONEY, false);
    else
        twp_buffer_add(buffer, " (no interval)");
}

/* One of the two dominates the other. */
static void
add_dominance(twp_buffer_t *buffer, const twp_summary_icer_t *icer, const char *currency)
{
    const bool is_winner = icer->place == TWP_PLACE_DOMINATES;
    const bool is_cost_clear = is_clear(icer->cost, icer->cost_se);

    if (isfinite(icer->cost_se) && !is_cost_clear) {
        add_qalys(buffer, icer);
        twp_buffer_add(buffer, " at a cost that cannot be told from the baseline's");
        return;
    }
    twp_buffer_add(buffer, is_winner ? "dominates: costs " : "is dominated: costs ");
    add_money(buffer, fabs(icer->cost), icer->cost_se, currency);
    twp_buffer_add(buffer, icer->cost < 0 ? " less and " : " more and ");
    add_qalys(buffer, icer);
}

void
twp_report_icer_words(twp_buffer_t *buffer, const twp_summary_icer_t *icer, const char *currency)
{
    const bool is_effect_clear = !isfinite(icer->qaly_se) || is_clear(icer->qaly, icer->qaly_se);

    if (icer->place == TWP_PLACE_UNKNOWN) {
        twp_buffer_add(buffer, "no estimate of cost or effect");
    } else if (icer->place == TWP_PLACE_EQUAL) {
        twp_buffer_add(buffer, "no difference in cost or effect");
    } else if (!is_effect_clear) {
        twp_buffer_add(buffer, "its effect on QALYs cannot be told from no effect; ");
        add_cost(buffer, icer, currency);
    } else if (icer->place == TWP_PLACE_DOMINATES || icer->place == TWP_PLACE_DOMINATED) {
        add_dominance(buffer, icer, currency);
    } else {
        add_ratio(buffer, icer, currency);
    }
}

const char *
twp_report_worth_words(const twp_summary_contrast_t *net_benefit)
{
    if (!isfinite(net_benefit->low) || !isfinite(net_benefit->high))
        return "no interval";
    if (net_benefit->low > 0)
        return "worth its cost";
    return net_benefit->high < 0 ? "not worth its cost" : "cannot be told";
}
