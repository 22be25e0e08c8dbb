/* Days of the calendar: numbers, months, formats. */
#include "base/calendar.h"

#include "testlib.h"

#include <string.h>

static void
test_known_days_have_their_numbers(void **state)
{
    (void) state;
    assert_int_equal(twp_calendar_day(1970, 1, 1), 0);
    assert_int_equal(twp_calendar_day(1969, 12, 31), -1);
    assert_int_equal(twp_calendar_day(2000, 3, 1), 11017); /* after the leap day of a century */
    assert_int_equal(twp_calendar_day(2033, 4, 26), 23126);
    assert_int_equal(twp_calendar_day(1, 1, 1), -719162);
    assert_int_equal(twp_calendar_day(9999, 12, 31), 2932896);
}

/* 3,652,059 days follow each other without a gap and lead back to their date. */
static void
test_each_day_of_the_calendar_follows_the_one_before(void **state)
{
    static const int length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int32_t number = twp_calendar_day(1, 1, 1);
    int n = 0;

    (void) state;
    for (int year = 1; year <= 9999; year++)
        for (int month = 1; month <= 12; month++) {
            const bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            const int n_days = length[month - 1] + (month == 2 && is_leap);
            int y, m, d;

            assert_false(twp_calendar_has_day(year, month, n_days + 1));
            for (int day = 1; day <= n_days; day++, number++) {
                twp_calendar_split(number, &y, &m, &d);
                n += y == year && m == month && d == day &&
                    twp_calendar_day(year, month, day) == number &&
                    twp_calendar_has_day(year, month, day);
            }
        }
    assert_int_equal(n, 3652059);
}

static int
moved(int year, int month, int day, int months)
{
    int y, m, d;

    twp_calendar_split(
        twp_calendar_add_months(twp_calendar_day(year, month, day), months), &y, &m, &d);
    return 10000 * y + 100 * m + d;
}

static void
test_a_month_without_the_day_leads_to_the_first_of_the_next(void **state)
{
    (void) state;
    assert_int_equal(moved(2021, 1, 31, 1), 20210301);
    assert_int_equal(moved(2020, 1, 29, 1), 20200229);
    assert_int_equal(moved(2021, 1, 29, 1), 20210301);
    assert_int_equal(moved(2020, 2, 29, 12), 20210301);
    assert_int_equal(moved(2020, 11, 30, 3), 20210301);
    assert_int_equal(moved(2020, 12, 15, 1), 20210115);
    assert_int_equal(moved(2020, 1, 15, -1), 20191215);
    assert_int_equal(moved(2020, 5, 31, 0), 20200531);
}

static int32_t
read(const char *text, const char *format)
{
    int32_t number = -1;

    return twp_calendar_read(text, format, &number) ? number : -1;
}

static void
test_dates_are_read_by_their_format(void **state)
{
    const int32_t day = twp_calendar_day(2033, 4, 6);
    char text[TWP_CALENDAR_TEXT_SIZE];

    (void) state;
    assert_int_equal(read("2033-04-06", "%Y-%m-%d"), day);
    assert_int_equal(read("04/06/2033", "%m/%d/%Y"), day);
    assert_int_equal(read("4/6/2033", "%m/%d/%Y"), day);
    assert_int_equal(read("6.4.2033", "%d.%m.%Y"), day);
    assert_int_equal(read("06APR2033", "%d%b%Y"), day);
    assert_int_equal(read("20330406", "%Y%m%d"), day);
    assert_int_equal(read("2033-04-06T23:59:59", "%Y-%m-%dT%H:%M:%S"), day);
    assert_int_equal(read("100% 2033-4-6", "100%% %Y-%m-%d"), day);
    twp_calendar_write(day, text);
    assert_string_equal(text, "2033-04-06");
}

static void
test_what_is_no_date_is_refused(void **state)
{
    static const char *const wrong[] = { "", "2033-02-29", "2033-13-01", "2033-00-01", "2033-04-31",
        "33-04-06", "2033-04-06 ", " 2033-04-06", "2033-04", "2033-04-", "0000-01-01", "2033/04/06",
        "-2033-04-06", "2033-+4-06", "NA" };

    (void) state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (read(wrong[i], "%Y-%m-%d") != -1)
            fail_msg("\"%s\" was read", wrong[i]);
    assert_int_equal(read("06XYZ2033", "%d%b%Y"), -1);
    assert_int_equal(read("06Ap", "%d%b%Y"), -1);
    assert_int_equal(read("2033-04-06 24:00", "%Y-%m-%d %H:%M"), -1);
}

static void
test_a_format_has_year_month_and_day_once_each(void **state)
{
    static const char *const good[] = { "%Y-%m-%d", "%d%b%Y", "%m/%d/%Y %H:%M:%S", "%%%Y%m%d" };
    static const char *const wrong[] = { "", "%Y-%m", "%Y-%m-%d-%d", "%Y-%m-%b-%d", "%y-%m-%d",
        "%Y-%m-%d%", "%Y-%m-%d %j", "Y-m-d" };

    (void) state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(twp_calendar_is_format(good[i]));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(twp_calendar_is_format(wrong[i]));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_days_have_their_numbers),
        cmocka_unit_test(test_each_day_of_the_calendar_follows_the_one_before),
        cmocka_unit_test(test_a_month_without_the_day_leads_to_the_first_of_the_next),
        cmocka_unit_test(test_dates_are_read_by_their_format),
        cmocka_unit_test(test_what_is_no_date_is_refused),
        cmocka_unit_test(test_a_format_has_year_month_and_day_once_each),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
