/** Adherence measures of a file of dispensings, and the words around them: one exact definition each. */
#ifndef TWP_VOCABULARY_ADHERENCE_H
#define TWP_VOCABULARY_ADHERENCE_H

#include <stddef.h>

/** CMA0 to CMA9 are numbers 0 to 9. */
typedef enum {
    TWP_FILE_CMA0 = 0,
    TWP_FILE_CMA9 = 9,
    TWP_FILE_PDC = 10,
    TWP_FILE_MPR = 11,
    TWP_FILE_PERSISTENCE = 12,
    TWP_N_FILE_MEASURES
} twp_file_measure_t;

typedef struct {
    const char *name; /* as asked for, and in results */
    const char *unit; /* "1" */
    const char *definition;
    const char *source;
} twp_file_measure_row_t;

/** By number. */
extern const twp_file_measure_row_t twp_file_measures[TWP_N_FILE_MEASURES];

/** What the definitions rest on, in the order of reading. */
typedef struct {
    const char *name, *definition;
} twp_file_term_t;

extern const twp_file_term_t twp_file_terms[];
extern const size_t twp_n_file_terms;

/**
 * What may be set: X(ID, name, takes, value, fallback, help). takes is 1 where a value is given, which
 * value names, 0 for a flag; fallback is what holds when it is not given, or NULL.
 */
#define TWP_FILE_SETTINGS(X)                                                                       \
    X(ID, "id", 1, "COLUMN", "patient_id", "column with the patient (default: patient_id)")        \
    X(DATE, "date", 1, "COLUMN", "date", "column with the day of the dispensing (default: date)")  \
    X(DURATION, "duration", 1, "COLUMN", "duration_days",                                          \
        "column with the days' supply (default: duration_days)")                                   \
    X(DAILY_DOSE, "daily-dose", 1, "COLUMN", NULL, "column with the daily dose")                   \
    X(MEDICATION, "medication", 1, "COLUMN", NULL, "column with the medication")                   \
    X(DATE_FORMAT, "date-format", 1, "FORMAT", "%Y-%m-%d",                                         \
        "how dates are written, such as %m/%d/%Y, %d.%m.%Y or %d%b%Y (default: %Y-%m-%d)")         \
    X(FOLLOWUP_START, "followup-start", 1, "WHEN", "0 days",                                       \
        "start of the follow-up: after the patient's first dispensing ('30 days', '3 months'), a " \
        "date, or a column with either (default: 0 days)")                                         \
    X(FOLLOWUP_DURATION, "followup-duration", 1, "SPAN", "730 days",                               \
        "its duration (default: 730 days)")                                                        \
    X(WINDOW_START, "window-start", 1, "WHEN", "0 days",                                           \
        "start of the observation window, after that of the follow-up (default: 0 days)")          \
    X(WINDOW_DURATION, "window-duration", 1, "SPAN", NULL,                                         \
        "its duration (default: to the end of the follow-up)")                                     \
    X(SAME_MEDICATION_ONLY, "same-medication-only", 0, NULL, NULL,                                 \
        "carry surplus over only to the same medication (cma5 to cma9, episodes)")                 \
    X(DOSE_CHANGE, "dose-change", 0, NULL, NULL,                                                   \
        "adapt surplus that is carried over to a change of the daily dose (likewise)")             \
    X(PER, "per", 1, "patient|episode|window|event", "patient",                                    \
        "a row for each patient, treatment episode, sliding window or dispensing (default: "       \
        "patient)")                                                                                \
    X(MEASURE, "measure", 1, "NAME,...", "all",                                                    \
        "measures of each row, in this order; may be repeated (default: all)")                     \
    X(AT, "at", 1, "SPAN,...", NULL, "measure persistence at these times; may be repeated")        \
    X(PERMISSIBLE_GAP, "permissible-gap", 1, "SPAN", "60 days",                                    \
        "longest gap within an episode and for persistence, or '50 percent' of the supply before " \
        "it (default: 60 days)")                                                                   \
    X(APPEND_GAP, "append-gap", 0, NULL, NULL,                                                     \
        "add the permissible gap to episodes that end by a longer one")                            \
    X(MEDICATION_EPISODES, "medication-episodes", 0, NULL, NULL,                                   \
        "let a change of medication start a new episode")                                          \
    X(DOSE_EPISODES, "dose-episodes", 0, NULL, NULL, "let a change of dose start a new episode")   \
    X(CARRY_OVER, "carry-over", 1, "none|within|into", "into",                                     \
        "which surplus counts in gaps of --per event: none, from within the window, or from the "  \
        "whole follow-up (default: into)")                                                         \
    X(SLIDING_START, "sliding-start", 1, "SPAN", "0 days",                                         \
        "start of the first sliding window after that of the observation window (default: 0 "      \
        "days)")                                                                                   \
    X(SLIDING_LENGTH, "sliding-length", 1, "SPAN", "90 days",                                      \
        "length of the sliding windows (default: 90 days)")                                        \
    X(SLIDING_STEP, "sliding-step", 1, "SPAN", "7 days", "from one to the next (default: 7 days)") \
    X(SLIDING_NUMBER, "sliding-number", 1, "N", NULL,                                              \
        "so many, spread evenly, in place of a step")                                              \
    X(THRESHOLD, "threshold", 1, "SHARE", "0.8",                                                   \
        "patients at or above it are counted (default: 0.8)")

typedef enum {
#define ENUM(id, name, takes, value, fallback, help) TWP_SET_##id,
    TWP_FILE_SETTINGS(ENUM)
#undef ENUM
        TWP_N_FILE_SETTINGS
} twp_file_setting_t;

typedef struct {
    const char *name, *value, *fallback, *help;
} twp_file_setting_row_t;

/** By number. */
extern const twp_file_setting_row_t twp_file_settings[TWP_N_FILE_SETTINGS];

#endif
