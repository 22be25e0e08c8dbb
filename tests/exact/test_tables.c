/*
 * Tables from CSV files against what their rows say, lived twin by twin with a fixed seed. Estimates
 * are held to 4 standard errors; each check also shows that a slip of 3 % in a chance is seen.
 */
#include "living.h"

#include <math.h>
#include <stdlib.h>

#define N_LIVES 200000

/* Chances of scenarios/exact/cycle_chances.csv by age: the last row not above it. */
static double
chance_at(bool is_male, int age)
{
    static const double female[] = { 0.010, 0.040, 0.150, 0.300 },
                        male[] = { 0.020, 0.080, 0.200, 0.350 };
    const int i = age >= 58 ? 3 : age >= 54 ? 2 : age >= 51 ? 1 : 0;

    return is_male ? male[i] : female[i];
}

static void
test_chances_of_a_cycle_are_read_from_a_table_by_age_and_sex(void **state)
{
    double n[2] = { 0, 0 }, n_alive[2][11] = { { 0 } };
    living_t living;
    life_t life;

    (void) state;
    living_open_file(&living, "scenarios/exact/cycle_table.yaml", NULL, 0, 20240917);
    for (int i = 0; i < N_LIVES; i++) {
        living_live(&living, i, &life);
        const double years = living_first_day(&living, &life, "patient.life.alive.cycle") / 365.25;
        double last = INFINITY; /* the cycle at which the twin dies is its last event */
        const int sex = (int) life.twin.attribute[1];
        assert_near(years, 1, 0);
        if (life.twin.state[0] == 1)
            last = life.row[life.n_rows - 1].time_days / 365.25;
        n[sex]++;
        for (int year = 1; year <= 10; year++)
            n_alive[sex][year] += last > year;
        living_clear(&life);
    }
    living_close(&living);
    for (int sex = 0; sex < 2; sex++) {
        double want = 1;
        for (int year = 1; year <= 10; year++) {
            want *= 1 - chance_at(sex == 1, 50 + year);
            const double se = sqrt(want * (1 - want) / n[sex]);
            assert_estimate(n_alive[sex][year] / n[sex], want, se);
        }
        /* with chances 3 % higher ten years would leave fewer */
        assert_true(fabs(want - pow(want, 1.03)) > 4 * sqrt(want * (1 - want) / n[sex]));
    }
}

static void
test_a_table_gives_the_row_not_above_and_the_first_below(void **state)
{
    double age[3] = { 10, 20, 40 }, value[6] = { 1, 2, 3, 4, 5, 6 };
    const char *sex[2] = { "female", "male" };
    const twp_study_table_t table = { .n_by = 2,
        .by = { { .n = 3, .key = age }, { .is_text = true, .n = 2, .text = sex } },
        .value = value };
    const struct {
        double x[2], want;
    } cases[] = { { { 5, 0 }, 1 }, { { 10, 0 }, 1 }, { { 19.999, 1 }, 4 }, { { 20, 1 }, 5 },
        { { 40, 0 }, 3 }, { { 1e300, 1 }, 6 }, { { -INFINITY, 1 }, 4 } };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_near(twp_table_value(&table, cases[i].x), cases[i].want, 0);
    assert_true(isnan(twp_table_value(&table, (double[]){ NAN, 0 })));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chances_of_a_cycle_are_read_from_a_table_by_age_and_sex),
        cmocka_unit_test(test_a_table_gives_the_row_not_above_and_the_first_below),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
