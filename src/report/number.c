#include "report/number.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Least, usual and most decimals. */
static const struct {
    int least, usual, most;
} ranges[] = {
    [TWP_NUMBER_SHARE] = { 2, 3, 6 },
    [TWP_NUMBER_DAYS] = { 0, 1, 1 },
    [TWP_NUMBER_YEARS] = { 2, 3, 6 },
    [TWP_NUMBER_MONEY] = { -6, 2, 2 },
    [TWP_NUMBER_COUNT] = { 0, 2, 4 },
};

twp_number_kind_t
twp_number_kind(const char *unit, const char *currency)
{
    if (strcmp(unit, "1") == 0)
        return TWP_NUMBER_SHARE;
    if (strcmp(unit, "d") == 0)
        return TWP_NUMBER_DAYS;
    if (strcmp(unit, "year") == 0)
        return TWP_NUMBER_YEARS;
    if (unit[0] != '\0' && strcmp(unit, currency) == 0)
        return TWP_NUMBER_MONEY;
    return TWP_NUMBER_COUNT;
}

int
twp_number_decimals(twp_number_kind_t kind, double value, double se)
{
    int decimals = ranges[kind].usual;

    if (isfinite(se) && se > 0) {
        const double exponent = floor(log10(se));
        const double first = se / pow(10, exponent);
        decimals = exponent > 20 ? -20 : exponent < -20 ? 20 : -(int) exponent;
        decimals += first < 2;
    } else if (kind == TWP_NUMBER_MONEY && fabs(value) >= 1000) {
        decimals = 0;
    }
    if (kind == TWP_NUMBER_MONEY && fabs(value) >= 1000 && decimals > 0)
        decimals = 0;
    if (decimals < ranges[kind].least)
        decimals = ranges[kind].least;
    return decimals > ranges[kind].most ? ranges[kind].most : decimals;
}

/* Puts a point where the locale of the calling program wrote its own sign. */
static void
use_point(char *text)
{
    const struct lconv *locale = localeconv();
    const char *sign = locale != NULL ? locale->decimal_point : ".";
    const size_t length = strlen(sign);
    char *at = length > 0 && strcmp(sign, ".") != 0 ? strstr(text, sign) : NULL;

    if (at == NULL)
        return;
    *at = '.';
    memmove(at + 1, at + length, strlen(at + length) + 1);
}

/* Copies the digits of a plain number with a comma before each three of its whole part. */
static void
group_thousands(char text[TWP_NUMBER_SIZE], const char *sign, const char *digits)
{
    const size_t n_whole = strcspn(digits, ".");
    size_t n = 0;

    for (; sign[n] != '\0'; n++)
        text[n] = sign[n];
    for (size_t i = 0; digits[i] != '\0' && n + 2 < TWP_NUMBER_SIZE; i++) {
        if (i > 0 && i < n_whole && (n_whole - i) % 3 == 0)
            text[n++] = ',';
        text[n++] = digits[i];
    }
    text[n] = '\0';
}

void
twp_number_format(char text[TWP_NUMBER_SIZE], double value, int decimals, bool has_plus)
{
    char digits[TWP_NUMBER_SIZE];
    double size = fabs(value);
    bool is_zero;

    if (isnan(value)) {
        snprintf(text, TWP_NUMBER_SIZE, "-");
        return;
    }
    if (decimals < 0) {
        const double step = pow(10, -decimals);
        size = round(size / step) * step;
        decimals = 0;
    }
    if (isinf(value)) {
        snprintf(text, TWP_NUMBER_SIZE, "%s", value < 0 ? "-inf" : "inf");
        return;
    }
    if (size >= 1e21) {
        snprintf(text, TWP_NUMBER_SIZE, "%.3e", value);
        use_point(text);
        return;
    }
    snprintf(digits, sizeof digits, "%.*f", decimals, size);
    use_point(digits);
    is_zero = strspn(digits, "0.") == strlen(digits);
    group_thousands(text, is_zero ? "" : value < 0 ? "-" : has_plus ? "+" : "", digits);
}

void
twp_number_count(char text[TWP_NUMBER_SIZE], int64_t count)
{
    char digits[TWP_NUMBER_SIZE];

    snprintf(digits, sizeof digits, "%lld", count < 0 ? -(long long) count : (long long) count);
    group_thousands(text, count < 0 ? "-" : "", digits);
}

void
twp_number_time(char text[TWP_NUMBER_SIZE], double time_days)
{
    const double months = time_days / 30.4375, years = time_days / 365.25;
    const bool has_years = years >= 1 && years == floor(years);
    const double n = has_years ? years : months;
    char days[TWP_NUMBER_SIZE / 2];

    snprintf(days, sizeof days, "%.10g", time_days);
    use_point(days);
    if (months >= 1 && n == floor(n) && n < 1200)
        snprintf(text, TWP_NUMBER_SIZE, "%s d (%d %s%s)", days, (int) n,
            has_years ? "year" : "month", n > 1 ? "s" : "");
    else
        snprintf(text, TWP_NUMBER_SIZE, "%s d", days);
}

void
twp_number_exact(char text[TWP_NUMBER_SIZE], double value)
{
    if (!isfinite(value)) {
        text[0] = '\0';
        return;
    }
    for (int n_digits = 15; n_digits <= 17; n_digits++) {
        snprintf(text, TWP_NUMBER_SIZE, "%.*g", n_digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    use_point(text);
}

void
twp_number_bytes(char text[TWP_NUMBER_SIZE], double n_bytes)
{
    static const char *const units[] = { "bytes", "kB", "MB", "GB", "TB" };
    int i = 0;

    while (n_bytes >= 999.5 && i < 4) {
        n_bytes /= 1000;
        i++;
    }
    (void) snprintf(
        text, TWP_NUMBER_SIZE, n_bytes < 9.95 && i > 0 ? "%.1f %s" : "%.0f %s", n_bytes, units[i]);
}
