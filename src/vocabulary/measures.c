#include "vocabulary/measures.h"

#include <string.h>

#define ABC "Vrijens 2012 BJCP 73:691"

const twp_measure_row_t twp_measures[TWP_N_MEASURES] = {
    { TWP_MEASURE_INITIATION, "initiation", "1", TWP_TAKES_BY_OPTIONAL | TWP_TAKES_STOCK,
        "among twins followed for `by` (default: all): 1 when something was dispensed within `by` "
        "of "
        "entry (default: in the whole life), else 0",
        ABC },
    { TWP_MEASURE_PRIMARY_NON_ADHERENCE, "primary_non_adherence", "1",
        TWP_TAKES_BY | TWP_TAKES_SINCE | TWP_TAKES_STOCK,
        "among twins that entered `since` (default: all) and were followed for `by` after it: 1 "
        "when "
        "nothing was dispensed from then to `by` days later, else 0",
        "Fischer 2010 JGIM 25:284" },
    { TWP_MEASURE_TIME_TO_FIRST_DOSE, "time_to_first_dose", "d", TWP_TAKES_SINCE | TWP_TAKES_STOCK,
        "among twins with a dispensing at or after first entering `since` (default: entry): days "
        "from "
        "that to the first such dispensing",
        ABC },
    { TWP_MEASURE_PDC, "pdc", "1", TWP_TAKES_WINDOW | TWP_TAKES_STOCK,
        "proportion of days covered: days with supply over days from the first dispensing to the "
        "end of "
        "the window or of the life, the earlier; each day at most once, surplus is carried forward "
        "inside the window (CMA7 of a window that starts at the first dispensing); among twins "
        "with a "
        "dispensing and a window of at least one day",
        "AdhereR CMA7; PQA" },
    { TWP_MEASURE_MPR, "mpr", "1", TWP_TAKES_WINDOW | TWP_TAKES_STOCK,
        "medication possession ratio: days' supply dispensed in the window over the days of the "
        "window, "
        "from the first dispensing; may exceed 1 (CMA2)",
        "AdhereR CMA2" },
    { TWP_MEASURE_PERSISTENCE, "persistence", "1", TWP_TAKES_AT | TWP_TAKES_GAP | TWP_TAKES_STOCK,
        "among twins with a dispensing that are followed for `at` plus the permissible gap after "
        "the "
        "first: 1 when up to `at` days after it no stretch without supply (surplus carried "
        "forward) that "
        "began before that day was longer than the permissible gap, else 0",
        "AdhereR compute.treatment.episodes; " ABC },
    { TWP_MEASURE_REFILLS, "refills", "", TWP_TAKES_WINDOW | TWP_TAKES_STOCK,
        "dispensings after the first, within the window from the first", "Twinpath" },
    { TWP_MEASURE_CONTACTS, "contacts", "", TWP_TAKES_SUPPORT,
        "offers and contacts made by supports", "Twinpath" },
    { TWP_MEASURE_COST, "cost", "money", TWP_TAKES_PAYER | TWP_TAKES_DISCOUNT,
        "sum of the ledger's entries", "Twinpath" },
    { TWP_MEASURE_QALY, "qaly", "year", TWP_TAKES_DISCOUNT,
        "integral of the utility over the life, and what actions gave or took",
        "Second Panel 2016" },
    { TWP_MEASURE_LIFE_YEARS, "life_years", "year", TWP_TAKES_STATE | TWP_TAKES_DISCOUNT,
        "time not in the state `of` (death), in years", "Second Panel 2016" },
    { TWP_MEASURE_TIME_IN, "time_in_state", "d", TWP_TAKES_STATE | TWP_TAKES_DISCOUNT,
        "days spent in the state", "Twinpath" },
    { TWP_MEASURE_OCCUPANCY, "occupancy", "1", TWP_TAKES_STATE | TWP_TAKES_AT,
        "among twins followed to `at`: 1 when in the state then (events at that instant done), "
        "else 0",
        "Twinpath" },
    { TWP_MEASURE_ENTRIES, "entries", "", TWP_TAKES_STATE,
        "transitions into the state; starting in it is none", "Twinpath" },
    { TWP_MEASURE_FIRST_ENTRY, "first_entry", "1", TWP_TAKES_STATE | TWP_TAKES_BY,
        "among twins followed to `by`: 1 when the state was entered (or started in) by then, else "
        "0",
        "Twinpath" },
    { TWP_MEASURE_TIME_TO, "time_to", "d", TWP_TAKES_STATE | TWP_TAKES_SINCE,
        "among twins that entered the state after first entering `since` (default: entry): days "
        "between",
        "Twinpath" },
    { TWP_MEASURE_SOJOURN, "sojourn", "d", TWP_TAKES_STATE,
        "mean length of completed visits: days of the visits that ended over their number",
        "Twinpath" },
    { TWP_MEASURE_KAPLAN_MEIER, "kaplan_meier", "1",
        TWP_TAKES_AT | TWP_TAKES_STATE | TWP_TAKES_SINCE | TWP_TAKES_AGAINST,
        "Kaplan-Meier estimate of not yet having entered `of` at `at` days after first entering "
        "`since`; "
        "twins whose life ends earlier, or that enter a state of `against` first, are censored; "
        "times are whole days",
        "Kaplan and Meier 1958 JASA 53:457" },
    { TWP_MEASURE_TALLY, "total", "", TWP_TAKES_TALLY, "sum of what `measure` actions added",
        "Twinpath" },
    { TWP_MEASURE_STOCK, "stock_at", "d", TWP_TAKES_AT | TWP_TAKES_STOCK,
        "among twins followed to `at`: days of stock left then; refused where not only "
        "dispensings change the stock, only some of them carry over, or doses are taken from it",
        "Twinpath" },
    { TWP_MEASURE_IMPLEMENTATION, "implementation", "1", TWP_TAKES_DOSES | TWP_TAKES_WINDOW,
        "among twins with a dose due: doses taken over doses due, of those due within the window "
        "from "
        "the first one and before the end of the life",
        ABC },
    { TWP_MEASURE_MISSED_DOSES, "missed_doses", "", TWP_TAKES_DOSES | TWP_TAKES_WINDOW,
        "among twins with a dose due: doses due within the window, as for implementation, and not "
        "taken",
        ABC },
    { TWP_MEASURE_DRUG_HOLIDAYS, "drug_holidays", "",
        TWP_TAKES_DOSES | TWP_TAKES_WINDOW | TWP_TAKES_AT_LEAST,
        "among twins with a dose due: runs of missed doses in a row, of whatever kind, that are "
        "`at_least` long (their number times `every`; default 3 days), as the doses due within the "
        "window show them",
        "Vrijens 2008 BMJ 336:1114" },
    { TWP_MEASURE_ANY_DRUG_HOLIDAY, "any_drug_holiday", "1",
        TWP_TAKES_DOSES | TWP_TAKES_WINDOW | TWP_TAKES_AT_LEAST,
        "among twins with a dose due that are followed to the end of the window: 1 with at least "
        "one of "
        "the drug_holidays, else 0",
        "Vrijens 2008 BMJ 336:1114" },
    { TWP_MEASURE_MISSED_IN_RUNS, "missed_in_runs", "1",
        TWP_TAKES_DOSES | TWP_TAKES_WINDOW | TWP_TAKES_AT_LEAST | TWP_TAKES_AT_MOST,
        "share of the missed doses of all twins that lie in runs `at_least` (default 0 days) and "
        "`at_most` (default: no limit) long, as the doses due within the window show them",
        "Vrijens 2008 BMJ 336:1114" },
    { TWP_MEASURE_NELSON_AALEN, "nelson_aalen", "1",
        TWP_TAKES_AT | TWP_TAKES_STATE | TWP_TAKES_SINCE | TWP_TAKES_AGAINST,
        "Nelson-Aalen estimate of the cumulative hazard of entering `of` up to `at` days after "
        "first entering `since`; censored as in kaplan_meier",
        "Nelson 1972 Technometrics 14:945; Aalen 1978 Ann Stat 6:701" },
    { TWP_MEASURE_CUMULATIVE_INCIDENCE, "cumulative_incidence", "1",
        TWP_TAKES_AT | TWP_TAKES_STATE | TWP_TAKES_SINCE | TWP_TAKES_AGAINST_REQUIRED,
        "Aalen-Johansen estimate of the share that has entered `of` by `at` days after first "
        "entering `since`, before any state of `against`; twins whose life ends earlier are "
        "censored; times are whole days",
        "Aalen and Johansen 1978 Scand J Stat 5:141" },
    { TWP_MEASURE_RESTRICTED_MEAN, "restricted_mean", "d",
        TWP_TAKES_BY | TWP_TAKES_STATE | TWP_TAKES_SINCE | TWP_TAKES_AGAINST,
        "mean number of days without having entered `of` within `by` days of first entering "
        "`since`: the area below the Kaplan-Meier curve up to `by`; censored as in kaplan_meier",
        "Royston and Parmar 2013 BMC Med Res Methodol 13:152" },
    { TWP_MEASURE_AALEN_JOHANSEN, "aalen_johansen", "1", TWP_TAKES_AT | TWP_TAKES_STATE,
        "Aalen-Johansen estimate of the share in the state at `at`, from the transitions of its "
        "track between the points of the grid and the times asked for; twins are censored at the "
        "end of their lives",
        "Aalen and Johansen 1978 Scand J Stat 5:141" },
};

const twp_measure_key_t twp_measure_keys[] = {
    { "at", TWP_TAKES_AT, TWP_TAKES_AT },
    { "by", TWP_TAKES_BY | TWP_TAKES_BY_OPTIONAL, TWP_TAKES_BY },
    { "of",
        TWP_TAKES_STATE | TWP_TAKES_SUPPORT | TWP_TAKES_PAYER | TWP_TAKES_TALLY | TWP_TAKES_DOSES,
        TWP_TAKES_STATE | TWP_TAKES_TALLY },
    { "against", TWP_TAKES_AGAINST | TWP_TAKES_AGAINST_REQUIRED, TWP_TAKES_AGAINST_REQUIRED },
    { "since", TWP_TAKES_SINCE, 0 },
    { "permissible_gap", TWP_TAKES_GAP, 0 },
    { "window", TWP_TAKES_WINDOW, 0 },
    { "category", TWP_TAKES_PAYER, 0 },
    { "discounted", TWP_TAKES_DISCOUNT, 0 },
    { "stock", TWP_TAKES_STOCK, 0 },
    { "at_least", TWP_TAKES_AT_LEAST, 0 },
    { "at_most", TWP_TAKES_AT_MOST, 0 },
};
const size_t twp_n_measure_keys = sizeof twp_measure_keys / sizeof twp_measure_keys[0];

const twp_measure_row_t *
twp_measures_find(const char *name)
{
    for (size_t i = 0; i < TWP_N_MEASURES; i++)
        if (strcmp(twp_measures[i].name, name) == 0)
            return &twp_measures[i];
    return NULL;
}
