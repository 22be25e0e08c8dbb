/**
 * Adherence measures from dispensings, defined once: simulated and real ones alike. These here need one
 * look at each dispensing and keep none; adherence_cma.h and adherence_episodes.h look at whole
 * histories, with rules about changes of drug and dose.
 *
 * Dates are whole days (floor of the time), supply may be fractional; surplus is carried forward.
 * The definitions are AdhereR's (Dima & Dediu 2017 PLoS ONE 12:e0174426) without those rules. A window runs from its first day to its end; what is dispensed on the
 * day of the end belongs to it, as in AdhereR, though that supply covers no day of it. Dispensings
 * are given in order of day; several on one day add up.
 */
#ifndef TWP_MEASURE_ADHERENCE_H
#define TWP_MEASURE_ADHERENCE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int32_t day; /* whole day */
    int32_t i_medication;
    double supply_days;
    double daily_dose; /* above 0 where dosage changes are considered */
} twp_dispensing_t;

/** Covered days in [from_day, to_day): each day at most once, surplus carried forward, also from
 * before from_day (the numerator of CMA7). */
double twp_adherence_covered_days(
    const twp_dispensing_t *dispensing, int n, int32_t from_day, double to_day);

/** CMA7-like proportion of days covered in [first dispensing, to_day); NAN without a dispensing or
 * with less than a day. */
double twp_adherence_pdc(const twp_dispensing_t *dispensing, int n, double to_day);

/** CMA2-like ratio: supply in [first, to_day] over its days; may exceed 1. NAN likewise. */
double twp_adherence_mpr(const twp_dispensing_t *dispensing, int n, double to_day);

/**
 * Days from the first dispensing to the beginning of the first stretch without supply longer than
 * gap_days (AdhereR's treatment episode, gap not appended); INFINITY when there is none by to_day
 * (a stretch cut by to_day counts only if it is already longer than the gap). NAN without any.
 */
double twp_adherence_persisted_days(
    const twp_dispensing_t *dispensing, int n, double gap_days, double to_day);

/**
 * The same, one dispensing at a time and without keeping them. The window of PDC and MPR begins at
 * the first dispensing; persistence is judged to the end.
 */
typedef struct {
    double window_days, gap_days, end_day; /* as begun */
    double to_day;                         /* end of the window, once there is a dispensing */
    double covered_to;                     /* supply lasts until then */
    double covered_days, supply_days;
    double broke_day; /* beginning of the first stretch longer than the gap; INFINITY: none yet */
    int32_t first_day;
    int32_t n, n_in_window; /* dispensings */
} twp_adherence_t;

/** window_days may be INFINITY; end_day is the end of what is known, not before any dispensing. */
void twp_adherence_begin(
    twp_adherence_t *adherence, double window_days, double gap_days, double end_day);
void twp_adherence_add(twp_adherence_t *adherence, int32_t day, double supply_days);
double twp_adherence_pdc_of(const twp_adherence_t *adherence);
double twp_adherence_mpr_of(const twp_adherence_t *adherence);
double twp_adherence_persisted_days_of(const twp_adherence_t *adherence);

#endif
