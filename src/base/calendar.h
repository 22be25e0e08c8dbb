/**
 * Days of the proleptic Gregorian calendar: numbers from 1970-01-01 (day 0), years 1 to 9999.
 */
#ifndef TWP_BASE_CALENDAR_H
#define TWP_BASE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#define TWP_CALENDAR_TEXT_SIZE 16

/** Is there such a day? */
bool twp_calendar_has_day(int year, int month, int day);

/** Number of a day that there is. */
int32_t twp_calendar_day(int year, int month, int day);

/** Year, month and day of a number. */
void twp_calendar_split(int32_t number, int *year, int *month, int *day);

/**
 * n months later (n may be negative). Where the month has no such day the result is the first of the
 * month after: 31 January and a month is 1 March, as lubridate's add_with_rollback(roll_to_first).
 */
int32_t twp_calendar_add_months(int32_t number, int n);

/**
 * Can dates be read with the format? It holds each of %Y, %m (or %b) and %d once, at most once each of
 * %H, %M, %S, which are read and left out, and other characters as they stand (%% for one %).
 */
bool twp_calendar_is_format(const char *format);

/**
 * Reads the whole of text by a format that twp_calendar_is_format() accepts: %Y is 4 digits, %m, %d, %H,
 * %M and %S 1 or 2, %b an English month in three letters of any case.
 *
 * @return false when text does not fit or there is no such day; *number is left alone then
 */
bool twp_calendar_read(const char *text, const char *format, int32_t *number);

/** Writes YYYY-MM-DD. */
void twp_calendar_write(int32_t number, char text[TWP_CALENDAR_TEXT_SIZE]);

#endif
