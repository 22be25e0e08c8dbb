#include "document/document.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* strtod() is given a copy; numbers longer than this one come from the heap. */
#define SHORT_NUMBER_BYTES 128

/* The fast path needs products and quotients that are rounded once, to double. */
_Static_assert(FLT_EVAL_METHOD == 0, "double arithmetic is done in double");

/* A number taken apart: digits * 10^exponent, as far as both fit. */
typedef struct {
    uint64_t digits;
    int64_t exponent;
    bool is_negative;
    bool is_exact; /* digits holds all of them */
} parts_t;

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads a run of digits, at least one; returns where it ended, or NULL. */
static const char *
read_digits(const char *c, const char *end, bool is_fraction, parts_t *parts)
{
    const char *const start = c;

    for (; c < end && is_digit(*c); c++) {
        if (parts->digits > (UINT64_MAX - 9) / 10)
            parts->is_exact = false;
        else
            parts->digits = 10 * parts->digits + (uint64_t) (*c - '0');
        if (is_fraction)
            parts->exponent--;
    }
    return c > start ? c : NULL;
}

/* Checks text against the grammar and takes it apart. */
static bool
take_apart(const char *text, size_t length, parts_t *parts)
{
    const char *c = text, *const end = text + length;
    int64_t power = 0;
    bool is_negative_power = false;

    *parts = (parts_t){ .is_exact = true };
    if (c < end && (*c == '+' || *c == '-'))
        parts->is_negative = *c++ == '-';
    c = read_digits(c, end, false, parts);
    if (c != NULL && c < end && *c == '.')
        c = read_digits(c + 1, end, true, parts);
    if (c == NULL)
        return false;
    if (c == end)
        return true;
    if (*c != 'e' && *c != 'E')
        return false;
    c++;
    if (c < end && (*c == '+' || *c == '-'))
        is_negative_power = *c++ == '-';
    if (c == end)
        return false;
    for (; c < end && is_digit(*c); c++)
        if (power < 1000000000)
            power = 10 * power + (*c - '0');
    parts->exponent += is_negative_power ? -power : power;
    return c == end;
}

/* strtod() in the C locale, whatever the program or the thread has set. */
static bool
read_slowly(const char *text, size_t length, double *value)
{
    char room[SHORT_NUMBER_BYTES];
    char *const copy = length < sizeof room ? room : malloc(length + 1);
    const locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t) 0); /* glibc: no allocation */
    bool is_read = false;

    if (copy != NULL && c_locale != (locale_t) 0) {
        memcpy(copy, text, length);
        copy[length] = '\0';
        *value = strtod_l(copy, NULL, c_locale);
        is_read = isfinite(*value);
    }
    if (c_locale != (locale_t) 0)
        freelocale(c_locale);
    if (copy != room)
        free(copy);
    return is_read;
}

bool
twp_number_read(const char *text, size_t length, double *value)
{
    static const double power_of_ten[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
        1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
    parts_t parts;
    double result;

    if (!take_apart(text, length, &parts))
        return false;
    /* Clinger (1990, PLDI): digits and power are both exact doubles, so one operation rounds once.
       */
    if (parts.is_exact && parts.digits <= (uint64_t) 1 << 53 && parts.exponent >= -22 &&
        parts.exponent <= 22) {
        result = (double) parts.digits;
        if (parts.exponent < 0)
            result /= power_of_ten[-parts.exponent];
        else
            result *= power_of_ten[parts.exponent];
        *value = parts.is_negative ? -result : result;
        return true;
    }
    return read_slowly(text, length, value);
}

void
twp_number_write(char text[TWP_NUMBER_TEXT_SIZE], double value)
{
    const locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t) 0);
    const locale_t before = c_locale != (locale_t) 0 ? uselocale(c_locale) : (locale_t) 0;

    for (int n_digits = 15; n_digits <= 17; n_digits++) {
        double again;

        (void) snprintf(text, TWP_NUMBER_TEXT_SIZE, "%.*g", n_digits, value);
        if (twp_number_read(text, strlen(text), &again) && again == value)
            break;
    }
    if (c_locale != (locale_t) 0) {
        (void) uselocale(before);
        freelocale(c_locale);
    }
}
