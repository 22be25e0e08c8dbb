#include "base/calendar.h"

#include <stdio.h>
#include <string.h>

#define DAYS_PER_ERA 146097 /* 400 years */
#define DAYS_TO_1970 719468 /* from 1 March of year 0 */

static const char month_names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

static bool
is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

bool
twp_calendar_has_day(int year, int month, int day)
{
    static const int length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
        day <= length[month - 1] + (month == 2 && is_leap(year));
}

/*
 * Years begin in March, so that the leap day is the last (H. Hinnant, "chrono-compatible low-level date
 * algorithms", 2013). Years are positive, so that quotients round down.
 */
int32_t
twp_calendar_day(int year, int month, int day)
{
    const int y = month <= 2 ? year - 1 : year;
    const int era = y / 400, year_of_era = y - 400 * era;
    const int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    const int day_of_era = 365 * year_of_era + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970;
}

void
twp_calendar_split(int32_t number, int *year, int *month, int *day)
{
    const int z = number + DAYS_TO_1970;
    const int era = (z >= 0 ? z : z - DAYS_PER_ERA + 1) / DAYS_PER_ERA;
    const int day_of_era = z - era * DAYS_PER_ERA;
    const int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int march_month = (5 * day_of_year + 2) / 153;

    *day = day_of_year - (153 * march_month + 2) / 5 + 1;
    *month = march_month < 10 ? march_month + 3 : march_month - 9;
    *year = year_of_era + 400 * era + (*month <= 2);
}

int32_t
twp_calendar_add_months(int32_t number, int n)
{
    int year, month, day, months;

    twp_calendar_split(number, &year, &month, &day);
    months = 12 * year + month - 1 + n;
    year = months / 12;
    month = months % 12 + 1;
    if (twp_calendar_has_day(year, month, day))
        return twp_calendar_day(year, month, day);
    return month == 12 ? twp_calendar_day(year + 1, 1, 1) : twp_calendar_day(year, month + 1, 1);
}

/* ---- text ------------------------------------------------------------------------------------- */

bool
twp_calendar_is_format(const char *format)
{
    static const char letters[] = "YmbdHMS";
    int n[sizeof letters] = { 0 };

    for (const char *at = format; *at != '\0'; at++) {
        const char *letter;

        if (*at != '%')
            continue;
        at++;
        if (*at == '%')
            continue;
        letter = *at != '\0' ? strchr(letters, *at) : NULL;
        if (letter == NULL || ++n[letter - letters] > 1)
            return false;
    }
    return n[0] == 1 && n[1] + n[2] == 1 && n[3] == 1;
}

/* Takes least to most digits; false when there are fewer. */
static bool
take_digits(const char **text, int least, int most, int *value)
{
    int n = 0;

    *value = 0;
    while (n < most && **text >= '0' && **text <= '9') {
        *value = 10 * *value + (*(*text)++ - '0');
        n++;
    }
    return n >= least;
}

static bool
take_month_name(const char **text, int *month)
{
    char name[4] = "";

    for (int i = 0; i < 3 && (*text)[i] != '\0'; i++)
        name[i] = (char) ((*text)[i] | 0x20);
    for (*month = 1; *month <= 12; ++*month)
        if (memcmp(name, month_names + 3 * (*month - 1), 3) == 0) {
            *text += 3;
            return true;
        }
    return false;
}

bool
twp_calendar_read(const char *text, const char *format, int32_t *number)
{
    int year = 0, month = 0, day = 0, other = 0;

    for (const char *at = format; *at != '\0'; at++) {
        bool is_good;

        if (*at != '%' || *++at == '%') {
            if (*text++ != *at)
                return false;
            continue;
        }
        switch (*at) {
        case 'Y': is_good = take_digits(&text, 4, 4, &year); break;
        case 'm': is_good = take_digits(&text, 1, 2, &month); break;
        case 'b': is_good = take_month_name(&text, &month); break;
        case 'd': is_good = take_digits(&text, 1, 2, &day); break;
        default: is_good = take_digits(&text, 1, 2, &other) && other < (*at == 'H' ? 24 : 60);
        }
        if (!is_good)
            return false;
    }
    if (*text != '\0' || !twp_calendar_has_day(year, month, day))
        return false;
    *number = twp_calendar_day(year, month, day);
    return true;
}

void
twp_calendar_write(int32_t number, char text[TWP_CALENDAR_TEXT_SIZE])
{
    int year, month, day;

    twp_calendar_split(number, &year, &month, &day);
    /* the remainders change nothing, but tell the compiler that the text has room */
    (void) snprintf(text, TWP_CALENDAR_TEXT_SIZE, "%04u-%02u-%02u", (unsigned) year % 10000,
        (unsigned) month % 100, (unsigned) day % 100);
}
