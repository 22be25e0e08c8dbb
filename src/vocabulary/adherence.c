#include "vocabulary/adherence.h"

#define DEDIU "AdhereR 0.8.1, Dima and Dediu 2017 PLoS ONE 12:e0174426"
#define VOLLMER "Vollmer 2012 BMC Health Serv Res 12:155, as AdhereR 0.8.1 computes it"

const twp_file_measure_row_t twp_file_measures[TWP_N_FILE_MEASURES] = {
    [0] = { "cma0", "1", "no value: the rows alone, with their windows and counts", DEDIU },
    [1] = { "cma1", "1",
        "days' supply of all dispensings in the window but the last, over the days from the first "
        "to "
        "the last; none with fewer than two, or all on one day",
        VOLLMER },
    [2] = { "cma2", "1",
        "days' supply of all dispensings in the window over the days from the first to the end of "
        "the "
        "window; none without a dispensing",
        VOLLMER },
    [3] = { "cma3", "1", "cma1, at most 1", VOLLMER },
    [4] = { "cma4", "1", "cma2, at most 1", VOLLMER },
    [5] = { "cma5", "1",
        "1 less the gap days of all dispensings in the window but the last, over the days from the "
        "first to the last; surplus is carried over within the window; none as cma1",
        VOLLMER },
    [6] = { "cma6", "1",
        "1 less the gap days of all dispensings in the window over the days from the first to the "
        "end "
        "of the window; surplus is carried over within the window; none as cma2",
        VOLLMER },
    [7] = { "cma7", "1",
        "1 less the gap days in the window over its length; surplus is carried over from the whole "
        "follow-up. Before the first dispensing in the window the gap is the days from the start "
        "of "
        "the window, at most the gap of the dispensing before. Without one in the window: 1 less "
        "the "
        "gap of the last one before over the length, 0 where that gap is longer; none without one "
        "before",
        VOLLMER },
    [8] = { "cma8", "1",
        "cma7 of a window that starts when the supply from before it ends; the new length is "
        "rounded "
        "to whole days, halves to even, and the end moves with it. 0 where that supply outlasts "
        "the "
        "window, as AdhereR's code has it",
        VOLLMER },
    [9] = { "cma9", "1",
        "each day of the window weighted with the share of its interval that is covered (1 less "
        "gap "
        "over interval), over the length of the window; intervals run to the end of the follow-up, "
        "and surplus is carried over from the whole of it; none without a dispensing by the end of "
        "the window",
        DEDIU },
    [TWP_FILE_PDC] = { "pdc", "1",
        "proportion of days covered: days with supply over days from the first dispensing in the "
        "window to its end; each day counts once, surplus is carried over within the window, "
        "whatever "
        "the medication; none with less than a day. The measure `pdc` of simulated patients",
        "PQA; Twinpath" },
    [TWP_FILE_MPR] = { "mpr", "1",
        "medication possession ratio: days' supply dispensed in the window over the days from the "
        "first dispensing in it to its end (cma2); none with less than a day. The measure `mpr` of "
        "simulated patients",
        "AdhereR CMA2" },
    [TWP_FILE_PERSISTENCE] = { "persistence", "1",
        "1 when up to `at` days after the first dispensing of the follow-up no stretch without "
        "supply "
        "that began before that day was longer than the permissible gap, else 0; surplus is "
        "carried "
        "over, whatever the medication; none unless followed for `at` plus the gap. The measure "
        "`persistence` of simulated patients",
        "AdhereR compute.treatment.episodes; Vrijens 2012 BJCP 73:691" },
};

const twp_file_term_t twp_file_terms[] = {
    { "dispensing",
        "a row of the file: patient, day, days' supply above 0, and maybe daily dose and "
        "medication. "
        "Those of a patient go by day; on one day they keep the order of the file, which matters" },
    { "follow-up",
        "from its start (a span after the patient's first dispensing, a date, or a column) to its "
        "start plus its duration, both days included" },
    { "window",
        "the observation window, within the follow-up: from a span after the start of the "
        "follow-up, "
        "a date or a column, for its duration, both days included; its length is the difference" },
    { "span",
        "a number with days, weeks, months or years, rounded to whole days, or whole months and "
        "years "
        "of the calendar; where the month has no such day the first of the next. Lengths of "
        "sliding "
        "windows and permissible gaps know months of 30 and years of 365 days" },
    { "interval",
        "days from a dispensing to the next one, for the last one considered to the end of the "
        "window" },
    { "gap",
        "interval less supply less the surplus carried into it, at least 0; where that is below 0 "
        "it "
        "is carried into the next, nothing of it when the medication changes and "
        "--same-medication-only is given, else times this daily dose over the next with "
        "--dose-change" },
    { "episode",
        "a treatment episode: dispensings of the follow-up (surplus carried over within it) up to "
        "one "
        "whose gap is longer than the permissible gap, in days or percent of its supply, or, where "
        "asked, before a change of medication or dose. It lasts to the start of the next one less "
        "that "
        "gap, the last one to the end of the follow-up, less the gap where it is not shorter than "
        "the "
        "permissible gap. With --append-gap gaps up to the permissible one are not taken off and "
        "it is "
        "added to episodes that end by a longer one; where a patient has one episode only "
        "AdhereR's "
        "code takes it off instead, and so does this" },
    { "per episode",
        "a measure with the episode as follow-up and what it shares with the window as window; "
        "episodes that share no day are left out" },
    { "sliding",
        "sliding windows: of one length, the first a span after the start of the window, each a "
        "step after "
        "the "
        "one before, as many as fit; or a number of them spread evenly. The follow-up stays" },
};
const size_t twp_n_file_terms = sizeof twp_file_terms / sizeof twp_file_terms[0];

const twp_file_setting_row_t twp_file_settings[TWP_N_FILE_SETTINGS] = {
#define ROW(id, name, takes, value, fallback, help) { name, value, fallback, help },
    TWP_FILE_SETTINGS(ROW)
#undef ROW
};
