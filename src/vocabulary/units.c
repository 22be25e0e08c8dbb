#include "vocabulary/units.h"

#include <string.h>

#define SECOND (1.0 / 86400.0)
#define MINUTE (1.0 / 1440.0)
#define HOUR (1.0 / 24.0)

const twp_unit_t twp_unit_table[] = {
    { "second", SECOND, 1, 0, "1/86400 day" },
    { "seconds", SECOND, 1, 0, "1/86400 day" },
    { "minute", MINUTE, 1, 0, "1/1440 day" },
    { "minutes", MINUTE, 1, 0, "1/1440 day" },
    { "hour", HOUR, 1, 0, "1/24 day" },
    { "hours", HOUR, 1, 0, "1/24 day" },
    { "d", 1.0, 1, 0, "the unit of time inside" },
    { "day", 1.0, 1, 0, "the unit of time inside" },
    { "days", 1.0, 1, 0, "the unit of time inside" },
    { "week", 7.0, 1, 0, "7 days" },
    { "weeks", 7.0, 1, 0, "7 days" },
    { "month", TWP_DAYS_PER_MONTH, 1, 0, "30.4375 days, a twelfth of a year" },
    { "months", TWP_DAYS_PER_MONTH, 1, 0, "30.4375 days, a twelfth of a year" },
    { "year", TWP_DAYS_PER_YEAR, 1, 0, "365.25 days" },
    { "years", TWP_DAYS_PER_YEAR, 1, 0, "365.25 days" },
};
const size_t twp_n_units = sizeof twp_unit_table / sizeof twp_unit_table[0];

bool
twp_units_find(const twp_units_t *units, const char *name, double *factor, int *time, int *money)
{
    for (size_t i = 0; i < twp_n_units; i++)
        if (strcmp(twp_unit_table[i].name, name) == 0) {
            *factor = twp_unit_table[i].factor;
            *time = twp_unit_table[i].time;
            *money = twp_unit_table[i].money;
            return true;
        }
    for (int i = 0; units != NULL && i < units->n_money; i++)
        if (strcmp(units->money[i].name, name) == 0) {
            *factor = units->money[i].factor;
            *time = 0;
            *money = 1;
            return true;
        }
    return false;
}
