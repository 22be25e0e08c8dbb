#include "report/report.h"

#include "vocabulary/measures.h"

#include <string.h>

static const char *const titles[TWP_N_GROUPS] = {
    [TWP_GROUP_ADHERENCE] = "Adherence",
    [TWP_GROUP_COURSE] = "Course",
    [TWP_GROUP_SUPPORT] = "Support given",
    [TWP_GROUP_ECONOMICS] = "Cost and health",
};

static const twp_report_group_t group_of_measure[TWP_N_MEASURES] = {
    [TWP_MEASURE_INITIATION] = TWP_GROUP_ADHERENCE,
    [TWP_MEASURE_PRIMARY_NON_ADHERENCE] = TWP_GROUP_ADHERENCE,
    [TWP_MEASURE_TIME_TO_FIRST_DOSE] = TWP_GROUP_ADHERENCE,
    [TWP_MEASURE_PDC] = TWP_GROUP_ADHERENCE,
    [TWP_MEASURE_MPR] = TWP_GROUP_ADHERENCE,
    [TWP_MEASURE_PERSISTENCE] = TWP_GROUP_ADHERENCE,
    [TWP_MEASURE_REFILLS] = TWP_GROUP_ADHERENCE,
    [TWP_MEASURE_STOCK] = TWP_GROUP_ADHERENCE,
    [TWP_MEASURE_CONTACTS] = TWP_GROUP_SUPPORT,
    [TWP_MEASURE_COST] = TWP_GROUP_ECONOMICS,
    [TWP_MEASURE_QALY] = TWP_GROUP_ECONOMICS,
    [TWP_MEASURE_LIFE_YEARS] = TWP_GROUP_ECONOMICS,
    [TWP_MEASURE_TIME_IN] = TWP_GROUP_COURSE,
    [TWP_MEASURE_OCCUPANCY] = TWP_GROUP_COURSE,
    [TWP_MEASURE_ENTRIES] = TWP_GROUP_COURSE,
    [TWP_MEASURE_FIRST_ENTRY] = TWP_GROUP_COURSE,
    [TWP_MEASURE_TIME_TO] = TWP_GROUP_COURSE,
    [TWP_MEASURE_SOJOURN] = TWP_GROUP_COURSE,
    [TWP_MEASURE_KAPLAN_MEIER] = TWP_GROUP_COURSE,
    [TWP_MEASURE_NELSON_AALEN] = TWP_GROUP_COURSE,
    [TWP_MEASURE_CUMULATIVE_INCIDENCE] = TWP_GROUP_COURSE,
    [TWP_MEASURE_RESTRICTED_MEAN] = TWP_GROUP_COURSE,
    [TWP_MEASURE_AALEN_JOHANSEN] = TWP_GROUP_COURSE,
    [TWP_MEASURE_TALLY] = TWP_GROUP_COURSE,
    [TWP_MEASURE_IMPLEMENTATION] = TWP_GROUP_ADHERENCE,
    [TWP_MEASURE_MISSED_DOSES] = TWP_GROUP_ADHERENCE,
    [TWP_MEASURE_DRUG_HOLIDAYS] = TWP_GROUP_ADHERENCE,
    [TWP_MEASURE_ANY_DRUG_HOLIDAY] = TWP_GROUP_ADHERENCE,
    [TWP_MEASURE_MISSED_IN_RUNS] = TWP_GROUP_ADHERENCE,
};

const char *
twp_report_group_title(twp_report_group_t group)
{
    return titles[group];
}

/* A column is called after its measure ("cost_payer"); the longest such name counts. */
static const twp_measure_row_t *
measure_of_column(const char *name)
{
    const twp_measure_row_t *found = NULL;
    size_t longest = 0;

    for (size_t i = 0; i < TWP_N_MEASURES; i++) {
        const size_t length = strlen(twp_measures[i].name);
        if (length > longest && strncmp(name, twp_measures[i].name, length) == 0 &&
            (name[length] == '\0' || name[length] == '_')) {
            found = &twp_measures[i];
            longest = length;
        }
    }
    return found;
}

twp_report_group_t
twp_report_group(const twp_summary_t *summary, const twp_summary_row_t *row)
{
    const twp_measure_row_t *measure = measure_of_column(row->name);

    /* A study may name its columns itself: then the definition tells. */
    for (size_t i = 0; measure == NULL && i < TWP_N_MEASURES; i++) {
        if (row->definition != NULL &&
            strncmp(row->definition, twp_measures[i].definition,
                strlen(twp_measures[i].definition)) == 0)
            measure = &twp_measures[i];
    }
    if (measure != NULL)
        return group_of_measure[measure->measure];
    if (strcmp(row->unit, "year") == 0 ||
        (row->unit[0] != '\0' && strcmp(row->unit, summary->currency) == 0))
        return TWP_GROUP_ECONOMICS;
    return TWP_GROUP_COURSE;
}

bool
twp_report_shows(const twp_report_options_t *options, int i_strategy)
{
    return i_strategy == 0 || options == NULL || options->is_chosen == NULL ||
        options->is_chosen[i_strategy];
}

bool
twp_report_shows_row(const twp_summary_t *summary, const twp_report_options_t *options, int i_row)
{
    if (options == NULL || options->n_measures == 0)
        return true;
    for (int i = 0; i < options->n_measures; i++)
        if (strcmp(options->measure[i], summary->row[i_row].name) == 0)
            return true;
    return false;
}

const twp_summary_estimate_t *
twp_report_estimate(const twp_summary_t *summary, int i_segment, int i_row, int i_strategy)
{
    const twp_summary_estimate_t *all = i_segment < 0 ? summary->estimate
                                                      : summary->segment[i_segment].estimate;

    return &all[(size_t) i_row * (size_t) summary->n_strategies + (size_t) i_strategy];
}

const twp_summary_contrast_t *
twp_report_contrast(const twp_summary_t *summary, int i_segment, int i_row, int i_strategy)
{
    const twp_summary_contrast_t *all = i_segment < 0 ? summary->contrast
                                                      : summary->segment[i_segment].contrast;

    if (i_strategy < 1 || all == NULL)
        return NULL;
    return &all[(size_t) i_row * (size_t) summary->n_contrasts + (size_t) i_strategy - 1];
}

const twp_summary_curve_t *
twp_report_curve(const twp_summary_t *summary, const twp_summary_row_t *row)
{
    for (int i = 0; i < summary->n_curves; i++)
        if (strncmp(summary->curve[i].name, "km_", 3) == 0 &&
            strcmp(summary->curve[i].name + 3, row->name) == 0)
            return &summary->curve[i];
    return NULL;
}
