#include "vocabulary/column_rows.h"

#define YES true
#define NO false
#define OF_RUNS TWP_REQUIRED_OF_RUNS
#define D1(a) .n_dims = 1, .dims = { a }
#define D2(a, b) .n_dims = 2, .dims = { a, b }
#define D3(a, b, c) .n_dims = 3, .dims = { a, b, c }
#define ROW(is_required, group, the_name, the_type, the_dims, the_units, the_long_name) \
    {                                                                                   \
        group,                                                                          \
            { .name = the_name,                                                         \
                .type = TWP_TYPE_##the_type,                                            \
                the_dims,                                                               \
                .units = the_units,                                                     \
                .long_name = the_long_name },                                           \
            is_required                                                                 \
    }
#define ROW_WITH(is_required, group, the_name, the_type, the_dims, the_units, the_long_name, ...) \
    {                                                                                             \
        group,                                                                                    \
            { .name = the_name,                                                                   \
                .type = TWP_TYPE_##the_type,                                                      \
                the_dims,                                                                         \
                .units = the_units,                                                               \
                .long_name = the_long_name,                                                       \
                __VA_ARGS__ },                                                                    \
            is_required                                                                           \
    }
#define SCALAR(is_required, group, the_name, the_long_name)                             \
    {                                                                                   \
        group, { .name = the_name, .type = TWP_TYPE_TEXT, .long_name = the_long_name }, \
            is_required                                                                 \
    }

static const char *const meanings_no_yes[] = { "no", "yes" };
static const char *const meanings_role[] = { "fit", "predict" };
#define NO_YES .n_flags = 2, .flag_meanings = meanings_no_yes
#define ROLE .n_flags = 2, .flag_meanings = meanings_role
/* Numbers of twp_place_in_plane_t and twp_interval_shape_t. */
static const char *const meanings_place[] = { "unknown", "equal", "dominates", "dominated",
    "dearer_and_better", "cheaper_and_worse" };
static const char *const meanings_interval[] = { "none", "between", "outside", "all" };
/* Numbers of twp_point_fate_t. */
static const char *const meanings_fate[] = { "missing", "done", "failed" };
#define FATE .n_flags = 3, .flag_meanings = meanings_fate
#define PLACE .n_flags = 6, .flag_meanings = meanings_place
#define INTERVAL .n_flags = 4, .flag_meanings = meanings_interval
/* Numbers of twp_frontier_place_t. */
static const char *const meanings_frontier[] = { "unknown", "on_the_frontier", "dominated",
    "extendedly_dominated", "equal" };
#define FRONTIER .n_flags = 5, .flag_meanings = meanings_frontier

/* Dimensions that several groups share; each group has its own copy. */
#define STRATEGY(group) \
    ROW(YES, group, "strategy", TEXT, D1("strategy"), NULL, "name of the strategy")
#define POINT(group)                                                                     \
    ROW(NO, group, "point", INT32, D1("point"), NULL, "number of the point of a sweep"), \
        ROW(NO, group, "point_{parameter}", FLOAT64, D1("point"), "{unit}",              \
            "value of the swept parameter at the point")
#define WORLD(group) ROW(NO, group, "world", INT32, D1("world"), NULL, "number of the world")
#define TIME(group) ROW(YES, group, "time", FLOAT64, D1("time"), "d", "time since the twin's entry")
/* In rows of measures the dimension "time" stands for time_NAME, the times that measure NAME was asked
 * at, and is left out where it has none: see twp_columns_dim_fits(). Later than the measures' rows, so
 * that time_in_x_mean is a mean. */
#define TIMES(group)                                                                 \
    ROW(NO, group, "time", FLOAT64, D1("time"), "d", "time since the twin's entry"), \
        ROW(NO, group, "time_{measure}", FLOAT64, D1("time"), "d",                   \
            "times that the measure was asked at, since the twin's entry")
#define QUANTILE(group) \
    ROW(NO, group, "quantile", FLOAT64, D1("quantile"), "1", "share of the distribution below")
#define CONTRAST(is_required, group)                                \
    ROW(is_required, group, "contrast", TEXT, D1("contrast"), NULL, \
        "strategy that is compared with the baseline")
#define SEGMENT(is_required, group) \
    ROW(is_required, group, "segment", TEXT, D1("segment"), NULL, "name of the segment")
#define WORTH(group) \
    ROW(NO, group, "worth", FLOAT64, D1("worth"), "{unit}", "what one unit of effect is worth")
/* An id is below 2^40: int32 where all of the run are below 2^31, else int64. */
#define TWIN(group, the_name, dim)                                     \
    ROW(YES, group, the_name, INT32, D1(dim), NULL, "id of the twin"), \
        ROW(NO, group, the_name, INT64, D1(dim), NULL, "id of the twin")
#define PATHS(group, member)                                                                 \
    ROW_WITH(YES, group, "path", INT32, D1("path"), NULL,                                    \
        "one life: a twin under a strategy in a parameter set", .cf_role = "timeseries_id"), \
        TWIN(group, "path_twin", "path"),                                                    \
        ROW(YES, group, "path_strategy", INT8, D1("path"), NULL, "strategy of the path"),    \
        ROW(YES, group, "path_parameter_set", INT32, D1("path"), NULL,                       \
            "parameter set of the path"),                                                    \
        ROW(NO, group, "path_world", INT32, D1("path"), NULL, "world of the path"),          \
        ROW_WITH(YES, group, "row_size", INT32, D1("path"), NULL, "rows of the path",        \
            .sample_dimension = member),                                                     \
        ROW(YES, group, "row_start", INT64, D1("path"), NULL, "first row of the path, from 0")

/* A figure of all twins, or of those of a segment, over n more dimensions. */
#define OF_ALL(n, ...) .n_dims = (n), .dims = { __VA_ARGS__ }
#define OF_SEGMENT(n, ...) .n_dims = (n) + 1, .dims = { "segment", __VA_ARGS__ }

/* What is estimated of a measure under a strategy. */
#define MEANS(group, DIMS, of_the_segment)                                                     \
    ROW_WITH(YES, group, "{measure}_mean", FLOAT64, DIMS(2, "strategy", "time"), "{unit}",     \
        "mean over twins" of_the_segment, .cell_methods = "twin: mean"),                       \
        ROW(YES, group, "{measure}_mcse", FLOAT64, DIMS(2, "strategy", "time"), "{unit}",      \
            "Monte Carlo standard error of the mean"),                                         \
        ROW(NO, group, "{measure}_low", FLOAT64, DIMS(2, "strategy", "time"), "{unit}",        \
            "lower end of the 95 % interval, of estimates that are no means"),                 \
        ROW(NO, group, "{measure}_high", FLOAT64, DIMS(2, "strategy", "time"), "{unit}",       \
            "upper end of the 95 % interval, of estimates that are no means"),                 \
        ROW(NO, group, "{measure}_n", INT64, DIMS(2, "strategy", "time"), NULL,                \
            "twins that the mean is over"),                                                    \
        ROW(NO, group, "{measure}_quantile", FLOAT64, DIMS(3, "strategy", "time", "quantile"), \
            "{unit}", "quantile over twins")

/* ... and of its difference from the baseline. */
#define DIFFERENCES(is_required, group, DIMS)                                                      \
    ROW_WITH(is_required, group, "{measure}_diff", FLOAT64, DIMS(2, "contrast", "time"), "{unit}", \
        "mean of the paired differences from the baseline", .cell_methods = "twin: mean"),         \
        ROW(is_required, group, "{measure}_diff_mcse", FLOAT64, DIMS(2, "contrast", "time"),       \
            "{unit}", "Monte Carlo standard error of the difference"),                             \
        ROW(NO, group, "{measure}_diff_n", INT64, DIMS(2, "contrast", "time"), NULL,               \
            "pairs that the difference is over"),                                                  \
        ROW(NO, group, "{measure}_diff_quantile", FLOAT64,                                         \
            DIMS(3, "contrast", "time", "quantile"), "{unit}",                                     \
            "quantile of the paired differences over twins"),                                      \
        ROW(NO, group, "{measure}_variance_saved", FLOAT64, DIMS(2, "contrast", "time"), "1",      \
            "share of the variance of the difference that pairing saved")

/* What is known of a figure over parameter sets. */
#define SETS_INTERVAL(group, figure, ...)                                              \
    ROW(NO, group, figure "_sets_low", FLOAT64, OF_ALL(2, __VA_ARGS__), "{unit}",      \
        "lower end of the 95 % interval over parameter sets"),                         \
        ROW(NO, group, figure "_sets_high", FLOAT64, OF_ALL(2, __VA_ARGS__), "{unit}", \
            "upper end of the 95 % interval over parameter sets")
#define SETS_VARIANCES(group, figure, of_all, of_one, row)                       \
    ROW(NO, group, figure "_sets_variance", FLOAT64, D2(row, "time"), NULL,      \
        "variance of the " of_all " of the parameter sets"),                     \
        ROW(NO, group, figure "_twins_variance", FLOAT64, D2(row, "time"), NULL, \
            "Monte Carlo variance of the " of_one ", mean over sets")

#define INCREMENTAL(prefix, DIMS)                                                                  \
    ROW(NO, "decision", prefix "cost", FLOAT64, DIMS(1, "strategy"), "{unit}", "mean cost"),       \
        ROW(NO, "decision", prefix "effect", FLOAT64, DIMS(1, "strategy"), "{unit}",               \
            "mean effect"),                                                                        \
        ROW_WITH(NO, "decision", prefix "frontier", INT8, DIMS(1, "strategy"), NULL,               \
            "place among all strategies", FRONTIER),                                               \
        ROW(NO, "decision", prefix "against", INT32, DIMS(1, "strategy"), NULL,                    \
            "row of the strategy that it is compared with: the next cheaper one on the frontier, " \
            "the one that dominates it or that it equals; -1: none"),                              \
        ROW(NO, "decision", prefix "beyond", INT32, DIMS(1, "strategy"), NULL,                     \
            "row of the next dearer strategy on the frontier, of one that is extendedly "          \
            "dominated; -1: none"),                                                                \
        ROW(NO, "decision", prefix "incremental_cost", FLOAT64, DIMS(1, "strategy"), "{unit}",     \
            "cost more than the next cheaper strategy on the frontier"),                           \
        ROW(NO, "decision", prefix "incremental_cost_se", FLOAT64, DIMS(1, "strategy"), "{unit}",  \
            "standard error of the incremental cost"),                                             \
        ROW(NO, "decision", prefix "incremental_effect", FLOAT64, DIMS(1, "strategy"), "{unit}",   \
            "effect more than the next cheaper strategy on the frontier"),                         \
        ROW(NO, "decision", prefix "incremental_effect_se", FLOAT64, DIMS(1, "strategy"),          \
            "{unit}", "standard error of the incremental effect"),                                 \
        ROW(NO, "decision", prefix "incremental_correlation", FLOAT64, DIMS(1, "strategy"), "1",   \
            "correlation of the errors of incremental cost and effect"),                           \
        ROW(NO, "decision", prefix "icer", FLOAT64, DIMS(1, "strategy"), "{unit}",                 \
            "incremental cost per unit of effect between neighbours on the frontier"),             \
        ROW(NO, "decision", prefix "icer_low", FLOAT64, DIMS(1, "strategy"), "{unit}",             \
            "lower border of the 95 % interval of the ratio (Fieller)"),                           \
        ROW(NO, "decision", prefix "icer_high", FLOAT64, DIMS(1, "strategy"), "{unit}",            \
            "upper border of the 95 % interval of the ratio (Fieller)"),                           \
        ROW_WITH(NO, "decision", prefix "icer_interval", INT8, DIMS(1, "strategy"), NULL,          \
            "where the interval lies: between the borders or outside them", INTERVAL)

/* An estimate over time with its error and interval. */
#define ESTIMATE(prefix, of_what, DIMS, the_long_name, the_error)                                  \
    ROW(NO, "survival", prefix of_what, FLOAT64, DIMS(2, "strategy", "time"), "1", the_long_name), \
        ROW(NO, "survival", prefix "se_" of_what, FLOAT64, DIMS(2, "strategy", "time"), "1",       \
            the_error),                                                                            \
        ROW(NO, "survival", prefix "low_" of_what, FLOAT64, DIMS(2, "strategy", "time"), "1",      \
            "lower end of its 95 % interval"),                                                     \
        ROW(NO, "survival", prefix "high_" of_what, FLOAT64, DIMS(2, "strategy", "time"), "1",     \
            "upper end of its 95 % interval")

/* Curves of events and states, with the prefix segment_ of those of a segment. */
#define CURVES(prefix, DIMS, in_the_segment)                                                       \
    ESTIMATE(prefix "km_", "{curve}", DIMS, "Kaplan-Meier estimate" in_the_segment,                \
        "standard error of the Kaplan-Meier estimate (Greenwood)"),                                \
        ESTIMATE(prefix "na_", "{curve}", DIMS, "cumulative hazard (Nelson-Aalen)" in_the_segment, \
            "standard error of the cumulative hazard (binomial)"),                                 \
        ESTIMATE(prefix "cif_", "{cause}", DIMS,                                                   \
            "cumulative incidence of the event (Aalen-Johansen)" in_the_segment,                   \
            "standard error of the cumulative incidence (Aalen-Johansen)"),                        \
        ROW(NO, "survival", prefix "at_risk_{curve}", INT64, DIMS(2, "strategy", "time"), NULL,    \
            "lives still at risk" in_the_segment),                                                 \
        ROW(NO, "survival", prefix "events_{curve}", INT64, DIMS(2, "strategy", "time"), NULL,     \
            "lives" in_the_segment " that had the event by then"),                                 \
        ROW(NO, "survival", prefix "km_quantile_{curve}", FLOAT64,                                 \
            DIMS(2, "strategy", "quantile"), "d",                                                  \
            "days by which that share had the event; NaN: it was not reached"),                    \
        ROW(NO, "survival", prefix "km_quantile_low_{curve}", FLOAT64,                             \
            DIMS(2, "strategy", "quantile"), "d",                                                  \
            "lower end of its 95 % interval (Brookmeyer and Crowley)"),                            \
        ROW(NO, "survival", prefix "km_quantile_high_{curve}", FLOAT64,                            \
            DIMS(2, "strategy", "quantile"), "d",                                                  \
            "upper end of its 95 % interval; NaN: it was not reached"),                            \
        ROW(NO, "survival", prefix "logrank_observed_{curve}", FLOAT64, DIMS(1, "contrast"), NULL, \
            "events under the strategy"),                                                          \
        ROW(NO, "survival", prefix "logrank_expected_{curve}", FLOAT64, DIMS(1, "contrast"), NULL, \
            "events expected under it were there no difference from the baseline"),                \
        ROW(NO, "survival", prefix "logrank_z_{curve}", FLOAT64, DIMS(1, "contrast"), "1",         \
            "log-rank statistic over the error of twins that live under both strategies"),         \
        ROW(NO, "survival", prefix "logrank_p_{curve}", FLOAT64, DIMS(1, "contrast"), "1",         \
            "two-sided p-value of the log-rank statistic"),                                        \
        ROW(NO, "survival", prefix "logrank_saved_{curve}", FLOAT64, DIMS(1, "contrast"), "1",     \
            "share of the variance of the log-rank statistic that pairing saved"),                 \
        ROW(NO, "survival", prefix "logrank_unpaired_chi2_{curve}", FLOAT64, DIMS(1, "contrast"),  \
            "1", "log-rank chi-square were the twins of the two strategies different ones"),       \
        ESTIMATE(prefix "aj_", "{track}_{state}", DIMS,                                            \
            "Aalen-Johansen estimate of the share in the state", "standard error of the share")

#define DAY(the_name, the_long_name)                                                 \
    ROW_WITH(NO, "adherence", the_name, FLOAT64, D1("row"), "days since 1970-01-01", \
        the_long_name, .calendar = "proleptic_gregorian")
#define NUMBER_OF(the_name, the_long_name) \
    ROW(NO, "adherence", the_name, INT32, D1("row"), NULL, the_long_name)
#define DAYS_OF(the_name, the_long_name) \
    ROW(NO, "adherence", the_name, FLOAT64, D1("row"), "d", the_long_name)

const twp_column_t twp_column_rows[] = {
    POINT("points"),
    ROW_WITH(YES, "points", "fate", INT8, D1("point"), NULL, "what became of the point", FATE),
    ROW(YES, "points", "error", TEXT, D1("point"), NULL,
        "what went wrong at a point that failed, else nothing"),

    POINT("summary"),
    STRATEGY("summary"),
    QUANTILE("summary"),
    MEANS("summary", OF_ALL, ""),
    SETS_INTERVAL("summary", "{measure}", "strategy", "time"),
    SETS_VARIANCES("summary", "{measure}", "means", "mean of one set", "strategy"),
    TIMES("summary"),

    POINT("contrasts"),
    CONTRAST(YES, "contrasts"),
    QUANTILE("contrasts"),
    DIFFERENCES(YES, "contrasts", OF_ALL),
    SETS_INTERVAL("contrasts", "{measure}_diff", "contrast", "time"),
    SETS_VARIANCES(
        "contrasts", "{measure}_diff", "differences", "difference in one set", "contrast"),
    ROW(NO, "contrasts", "icer", FLOAT64, D1("contrast"), "{unit}",
        "incremental cost per unit of effect; NaN where one strategy dominates"),
    ROW(NO, "contrasts", "icer_quantile", FLOAT64, D2("contrast", "quantile"), "{unit}",
        "quantile of the incremental cost per unit of effect"),
    ROW(NO, "contrasts", "icer_ratio", FLOAT64, D1("contrast"), "{unit}",
        "difference of cost over difference of effect"),
    ROW(NO, "contrasts", "icer_low", FLOAT64, D1("contrast"), "{unit}",
        "lower border of the 95 % interval of the ratio (Fieller)"),
    ROW(NO, "contrasts", "icer_high", FLOAT64, D1("contrast"), "{unit}",
        "upper border of the 95 % interval of the ratio (Fieller)"),
    ROW_WITH(NO, "contrasts", "icer_interval", INT8, D1("contrast"), NULL,
        "where the interval lies: between the borders or outside them", INTERVAL),
    ROW_WITH(NO, "contrasts", "icer_place", INT8, D1("contrast"), NULL,
        "place in the cost-effectiveness plane", PLACE),
    ROW(NO, "contrasts", "icer_correlation", FLOAT64, D1("contrast"), "1",
        "correlation of the errors of the two differences"),
    WORTH("contrasts"),
    ROW(NO, "contrasts", "net_benefit", FLOAT64, D2("contrast", "worth"), "{unit}",
        "difference of net monetary benefit"),
    ROW(NO, "contrasts", "net_benefit_mcse", FLOAT64, D2("contrast", "worth"), "{unit}",
        "Monte Carlo standard error of the difference of net monetary benefit"),
    ROW(NO, "contrasts", "net_benefit_p_better", FLOAT64, D2("contrast", "worth"), "1",
        "chance that the difference is above 0, normal approximation"),
    SETS_INTERVAL("contrasts", "net_benefit", "contrast", "worth"),
    TIMES("contrasts"),

    POINT("segments"),
    SEGMENT(YES, "segments"),
    STRATEGY("segments"),
    QUANTILE("segments"),
    CONTRAST(NO, "segments"),
    ROW(NO, "segments", "n_twins", INT32, D1("segment"), NULL, "twins in the segment"),
    MEANS("segments", OF_SEGMENT, " of the segment"),
    DIFFERENCES(NO, "segments", OF_SEGMENT),
    ROW(NO, "segments", "icer", FLOAT64, D2("segment", "contrast"), "{unit}",
        "incremental cost-effectiveness ratio in the segment"),
    ROW(NO, "segments", "icer_ratio", FLOAT64, D2("segment", "contrast"), "{unit}",
        "cost over effect wherever the effect is not 0"),
    ROW(NO, "segments", "icer_low", FLOAT64, D2("segment", "contrast"), "{unit}",
        "lower end of the 95 % interval"),
    ROW(NO, "segments", "icer_high", FLOAT64, D2("segment", "contrast"), "{unit}",
        "upper end of the 95 % interval"),
    ROW_WITH(NO, "segments", "icer_interval", INT8, D2("segment", "contrast"), NULL,
        "shape of the interval of ratios", INTERVAL),
    ROW_WITH(NO, "segments", "icer_place", INT8, D2("segment", "contrast"), NULL,
        "place in the cost-effectiveness plane", PLACE),
    ROW(NO, "segments", "icer_correlation", FLOAT64, D2("segment", "contrast"), "1",
        "correlation of the errors of cost and effect"),
    WORTH("segments"),
    ROW(NO, "segments", "net_benefit", FLOAT64, D3("segment", "contrast", "worth"), "{unit}",
        "net monetary benefit against the baseline in the segment"),
    ROW(NO, "segments", "net_benefit_mcse", FLOAT64, D3("segment", "contrast", "worth"), "{unit}",
        "Monte Carlo standard error of the net benefit"),
    ROW(NO, "segments", "net_benefit_p_better", FLOAT64, D3("segment", "contrast", "worth"), "1",
        "chance that the net benefit is above 0"),
    TIMES("segments"),

    POINT("targets"),
    ROW(YES, "targets", "target", TEXT, D1("target"), NULL, "name of the target"),
    ROW(YES, "targets", "value", FLOAT64, D1("target"), NULL, "what the source says"),
    ROW(YES, "targets", "tolerance", FLOAT64, D1("target"), NULL, "how far off still is a hit"),
    ROW(YES, "targets", "result", FLOAT64, D1("target"), NULL, "what the run gave"),
    ROW(NO, "targets", "result_mcse", FLOAT64, D1("target"), NULL,
        "Monte Carlo standard error of the result"),
    ROW_WITH(YES, "targets", "role", INT8, D1("target"), NULL,
        "whether calibration may use the target or the model is judged by it", ROLE),
    ROW_WITH(YES, "targets", "hit", INT8, D1("target"), NULL,
        "whether the result is within the tolerance of the value", NO_YES),
    ROW(NO, "targets", "time", FLOAT64, D1("target"), "d", "time since entry that it is about"),
    ROW(NO, "targets", "unit", TEXT, D1("target"), NULL, "unit of value, tolerance and result"),
    ROW(NO, "targets", "measure", TEXT, D1("target"), NULL, "measure that it is about"),
    ROW(NO, "targets", "target_strategy", TEXT, D1("target"), NULL, "strategy that it is about"),
    ROW(NO, "targets", "source", TEXT, D1("target"), NULL, "where the value is from"),

    POINT("decision"),
    STRATEGY("decision"),
    SEGMENT(NO, "decision"),
    WORTH("decision"),
    INCREMENTAL("", OF_ALL),
    INCREMENTAL("segment_", OF_SEGMENT),
    ROW(NO, "decision", "best", INT32, D1("worth"), NULL,
        "row of the strategy with the largest mean net benefit; -1: not known"),
    ROW(NO, "decision", "p_best", FLOAT64, D2("strategy", "worth"), "1",
        "chance that the strategy has the largest net benefit, over what is not known about the "
        "parameters; NaN: it cannot be told from so few twins a set"),
    ROW(NO, "decision", "p_best_mcse", FLOAT64, D2("strategy", "worth"), "1",
        "error of that chance, of the number of sets and twins"),
    ROW(NO, "decision", "p_best_raw", FLOAT64, D2("strategy", "worth"), "1",
        "share of the parameter sets in which it has, the twins' part of their spread included"),

    ROW(YES, "precision", "precision", TEXT, D1("precision"), NULL,
        "strategy and figure whose difference from the baseline is asked for"),
    ROW(YES, "precision", "look", INT32, D1("look"), NULL, "twins that had been lived at the look"),
    ROW(YES, "precision", "unit", TEXT, D1("precision"), NULL, "unit of the half widths"),
    ROW(YES, "precision", "wanted", FLOAT64, D1("precision"), NULL,
        "half of the 95 % interval that is small enough"),
    ROW(YES, "precision", "half_width", FLOAT64, D2("look", "precision"), NULL,
        "half of the 95 % interval at the look; NaN: no pair of twins differed yet"),

    POINT("survival"),
    STRATEGY("survival"),
    TIME("survival"),
    QUANTILE("survival"),
    ROW(NO, "survival", "km", FLOAT64, D2("strategy", "time"), "1", "Kaplan-Meier estimate"),
    ROW(NO, "survival", "km_se", FLOAT64, D2("strategy", "time"), "1",
        "standard error of the Kaplan-Meier estimate (Greenwood)"),
    ROW(NO, "survival", "at_risk", INT64, D2("strategy", "time"), NULL, "lives still at risk"),
    CURVES("", OF_ALL, ""),
    CONTRAST(NO, "survival"),
    SEGMENT(NO, "survival"),
    CURVES("segment_", OF_SEGMENT, " in the segment"),
    ROW(NO, "survival", "occupancy_{track}_{state}", FLOAT64, D2("strategy", "time"), "1",
        "share of twins in the state"),

    POINT("draws"),
    WORLD("draws"),
    STRATEGY("draws"),
    ROW(YES, "draws", "parameter_set", INT32, D1("parameter_set"), NULL,
        "number of the parameter set"),
    CONTRAST(NO, "draws"),
    ROW(NO, "draws", "parameter_{parameter}", FLOAT64, D1("parameter_set"), "{unit}",
        "value of the parameter in the set"),
    ROW(NO, "draws", "{measure}_mcse", FLOAT64, D2("strategy", "parameter_set"), "{unit}",
        "Monte Carlo standard error of the set's mean"),
    ROW(NO, "draws", "{measure}_diff_mcse", FLOAT64, D2("contrast", "parameter_set"), "{unit}",
        "Monte Carlo standard error of the set's paired difference from the baseline"),
    ROW(NO, "draws", "icer_covariance", FLOAT64, D2("contrast", "parameter_set"), "{unit}",
        "Monte Carlo covariance of the set's differences of cost and effect"),
    ROW(YES, "draws", "{measure}", FLOAT64, D2("strategy", "parameter_set"), "{unit}",
        "mean over the twins of the set"),

    WORLD("outcomes"),
    STRATEGY("outcomes"),
    TWIN("outcomes", "twin", "twin"),
    ROW(YES, "outcomes", "{measure}", FLOAT32, D2("strategy", "twin"), "{unit}",
        "measure of the twin, mean over parameter sets"),
    ROW(NO, "outcomes", "{measure}", INT8, D2("strategy", "twin"), NULL, "measure of the twin"),
    ROW(NO, "outcomes", "{measure}", INT32, D2("strategy", "twin"), NULL, "measure of the twin"),

    TWIN("twins", "twin", "twin"),
    ROW(NO, "twins", "segment", INT8, D1("twin"), NULL, "segment of the twin"),
    ROW(NO, "twins", "segment", INT16, D1("twin"), NULL, "segment of the twin"),
    ROW(NO, "twins", "hcp", INT32, D1("twin"), NULL, "number of the twin's hcp, -1 for none"),
    ROW(NO, "twins", "pharmacy", INT32, D1("twin"), NULL,
        "number of the twin's pharmacy, -1 for none"),
    ROW(NO, "twins", "payer", INT32, D1("twin"), NULL, "number of the twin's payer, -1 for none"),
    ROW(NO, "twins", "caregiver", INT32, D1("twin"), NULL,
        "number of the twin's caregiver, -1 for none"),
    ROW(NO, "twins", "institution", INT32, D1("twin"), NULL,
        "number of the twin's institution, -1 for none"),
    ROW(NO, "twins", "{attribute}", FLOAT32, D1("twin"), "{unit}", "attribute of the twin"),
    ROW(NO, "twins", "{attribute}", INT8, D1("twin"), NULL, "category of the twin"),
    ROW(NO, "twins", "{attribute}", INT16, D1("twin"), NULL, "category of the twin"),
    ROW(NO, "twins", "{attribute}", INT32, D1("twin"), NULL, "whole number of the twin"),

    PATHS("trajectories", "obs"),
    ROW(YES, "trajectories", "time", FLOAT64, D1("obs"), "d", "time since the twin's entry"),
    ROW_WITH(NO, "trajectories", "{track}", INT8, D1("obs"), NULL, "state of the track",
        .coordinates = "time"),
    ROW_WITH(NO, "trajectories", "{track}", INT16, D1("obs"), NULL, "state of the track",
        .coordinates = "time"),
    ROW_WITH(NO, "trajectories", "{variable}", FLOAT32, D1("obs"), "{unit}",
        "value of the variable", .coordinates = "time"),
    ROW(YES, "trajectories", "obs_path", INT32, D1("obs"), NULL, "path of the observation"),

    PATHS("events", "event"),
    ROW(YES, "events", "event_time", FLOAT64, D1("event"), "d", "time since the twin's entry"),
    ROW_WITH(YES, "events", "event_code", INT16, D1("event"), NULL,
        "what happened: row of event_name", .coordinates = "event_time"),
    ROW_WITH(YES, "events", "event_value", FLOAT32, D1("event"), NULL,
        "number that belongs to the event, NaN where there is none", .coordinates = "event_time"),
    ROW(YES, "events", "event_path", INT32, D1("event"), NULL, "path of the event"),
    ROW(YES, "events", "event_name", TEXT, D1("code"), NULL, "qualified name behind a code"),

    POINT("blocks"),
    WORLD("blocks"),
    ROW(NO, "blocks", "block", INT32, D1("block"), NULL, "number of the block of twins"),
    ROW(NO, "blocks", "parameter_set", INT32, D1("parameter_set"), NULL,
        "number of the parameter set, from 1, in the place of blocks"),
    ROW(YES, "blocks", "sums", FLOAT64, D1("sum"), NULL,
        "moments over the twins of each block, block after block, in the order of folding; or the "
        "figures of each set"),
    ROW(NO, "blocks", "count_index", INT64, D1("count"), NULL,
        "which of the run's integer counts is not 0, rising"),
    ROW(NO, "blocks", "count_value", INT64, D1("count"), NULL,
        "that count, over the twins of the shard"),

    ROW(YES, "adherence", "patient", TEXT, D1("row"), NULL, "patient as the file names it"),
    NUMBER_OF("n_dispensings", "dispensings of the patient, or of the episode"),
    NUMBER_OF("n_in_followup", "dispensings in the follow-up"),
    NUMBER_OF("n_in_window", "dispensings in the window"),
    NUMBER_OF("episode", "number of the treatment episode of the patient, from 1"),
    NUMBER_OF("window", "number of the sliding window of the patient, from 1"),
    DAY("followup_start", "first day of the follow-up"),
    DAY("followup_end", "last day of the follow-up"),
    DAY("window_start", "first day of the observation window"),
    DAY("window_end", "last day of the observation window"),
    DAY("episode_start", "first day of the episode"),
    DAY("episode_end", "day on which the episode has ended"),
    DAYS_OF("episode_days", "length of the episode"),
    DAYS_OF("end_gap_days", "gap after the last dispensing of the episode"),
    DAY("date", "day of the dispensing"),
    DAYS_OF("supply_days", "days' supply dispensed"),
    DAYS_OF("interval_days", "days to the next dispensing or the end of the window"),
    DAYS_OF("gap_days", "days without supply in the interval"),
    DAYS_OF("carried_days", "surplus carried over into the dispensing"),
    ROW_WITH(NO, "adherence", "is_before_window", INT8, D1("row"), NULL,
        "whether the dispensing lies before the window", NO_YES),
    ROW_WITH(NO, "adherence", "is_after_window", INT8, D1("row"), NULL,
        "whether the dispensing lies after the window", NO_YES),
    ROW(NO, "adherence", "daily_dose", FLOAT64, D1("row"), NULL, "daily dose of the dispensing"),
    ROW(NO, "adherence", "medication", TEXT, D1("row"), NULL, "medication dispensed"),
    ROW(NO, "adherence", "{measure}", FLOAT64, D1("row"), "1",
        "measure of the row, NaN where it is not defined"),

    ROW(YES, "cohort", "measure", TEXT, D1("measure"), NULL, "name of the measure"),
    ROW(YES, "cohort", "unit", TEXT, D1("measure"), NULL, "unit of the measure"),
    ROW(YES, "cohort", "definition", TEXT, D1("measure"), NULL, "exact definition of the measure"),
    ROW(YES, "cohort", "n", INT64, D1("measure"), NULL, "rows with a value"),
    ROW(YES, "cohort", "n_missing", INT64, D1("measure"), NULL, "rows without one"),
    ROW(YES, "cohort", "n_above", INT64, D1("measure"), NULL, "rows at or above the threshold"),
    ROW_WITH(YES, "cohort", "mean", FLOAT64, D1("measure"), NULL, "mean over rows",
        .cell_methods = "row: mean"),
    ROW(YES, "cohort", "sd", FLOAT64, D1("measure"), NULL, "standard deviation over rows"),
    ROW(YES, "cohort", "low", FLOAT64, D1("measure"), NULL,
        "lower end of the mean's 95 % interval"),
    ROW(YES, "cohort", "high", FLOAT64, D1("measure"), NULL,
        "upper end of the mean's 95 % interval"),
    ROW(YES, "cohort", "quantile", FLOAT64, D1("quantile"), "1", "share of the rows below"),
    ROW(YES, "cohort", "value", FLOAT64, D2("measure", "quantile"), NULL, "quantile over rows"),
    ROW(YES, "cohort", "bin", TEXT, D1("bin"), NULL, "values that the bin of the histogram holds"),
    ROW(YES, "cohort", "histogram", INT64, D2("measure", "bin"), NULL, "rows in the bin"),

    SCALAR(OF_RUNS, "provenance", "study_yaml", "the study as read, with its modules"),
    SCALAR(OF_RUNS, "provenance", "resolved_json", "the study after defaults and overrides"),
    SCALAR(YES, "provenance", "overrides", "what the command line set"),
    SCALAR(YES, "provenance", "build_json", "version, commit, compiler, flags, libraries"),
    ROW(NO, "provenance", "input_name", TEXT, D1("input"), NULL, "base name of the input file"),
    ROW(NO, "provenance", "input_sha256", TEXT, D1("input"), NULL, "SHA-256 of the input file"),
    ROW(NO, "provenance", "input_bytes", INT64, D1("input"), NULL, "size of the input file"),
};

const size_t twp_n_column_rows = sizeof twp_column_rows / sizeof twp_column_rows[0];
