/**
 * Numbers as people read them: no digit beyond the standard error, thousands in groups, a point for
 * the decimals whatever the locale.
 */
#ifndef TWP_REPORT_NUMBER_H
#define TWP_REPORT_NUMBER_H

#include "report/buffer.h"

#define TWP_NUMBER_SIZE 48

/** What a figure is: its unit decides how many decimals make sense. */
typedef enum {
    TWP_NUMBER_SHARE, /**< 0.732: unit "1" */
    TWP_NUMBER_DAYS,  /**< 345.6: unit "d" */
    TWP_NUMBER_YEARS, /**< 1.234: unit "year" */
    TWP_NUMBER_MONEY, /**< 12,345 or 12.34 */
    TWP_NUMBER_COUNT  /**< 3.21 */
} twp_number_kind_t;

/** Kind of a summary row's unit; currency may be "". */
twp_number_kind_t twp_number_kind(const char *unit, const char *currency);

/**
 * Decimals to print a figure with: the last digit stands where the first of its standard error does
 * (or the second, when the first is a 1), within what makes sense for the kind. Negative for money that
 * is rounded to tens, hundreds, ...
 *
 * @param se  NAN or 0: not known, the kind's usual decimals
 */
int twp_number_decimals(twp_number_kind_t kind, double value, double se);

/**
 * Writes value with decimals (negative: rounded to tens, ...) and thousands in groups.
 * @param has_plus  write the sign of positive values too
 * "-" for NAN, "inf" for infinity; minus zero is zero.
 */
void twp_number_format(char text[TWP_NUMBER_SIZE], double value, int decimals, bool has_plus);

/** A whole number with its thousands in groups. */
void twp_number_count(char text[TWP_NUMBER_SIZE], int64_t count);

/** A time in days: "365 d"; also in whole months or years: "91.3125 d (3 months)". */
void twp_number_time(char text[TWP_NUMBER_SIZE], double time_days);

/** A size in bytes: "1.2 GB"; an order of magnitude needs no more digits. */
void twp_number_bytes(char text[TWP_NUMBER_SIZE], double n_bytes);

/** The shortest text that reads back as the same double; "" for what is not finite. */
void twp_number_exact(char text[TWP_NUMBER_SIZE], double value);

#endif
