/* Case 15: strategies of other people on the frontier, dominated, extendedly dominated; every row. */
#include "validation.h"

#include "measure/frontier.h"

#define MAX_STRATEGIES 16

/* The strategies of one file. */
typedef struct {
    twp_csv_t csv;
    int n;
    double cost[MAX_STRATEGIES], effect[MAX_STRATEGIES];
    int order[MAX_STRATEGIES];
    twp_frontier_t row[MAX_STRATEGIES];
} plane_t;

/* "herc: HERC example, UC" is of strategies_herc.csv. */
static void
read_plane(const char *folder, const char *group, double slip, plane_t *plane)
{
    char name[64];

    (void) snprintf(name, sizeof name, "strategies_%.*s.csv", (int) strcspn(group, ":"), group);
    validation_read_csv(folder, name, &plane->csv);
    plane->n = (int) plane->csv.n_rows;
    assert_true(plane->n <= MAX_STRATEGIES);
    for (int i = 0; i < plane->n; i++) {
        plane->cost[i] = validation_number(&plane->csv, i, "cost", NAN);
        plane->effect[i] = validation_number(&plane->csv, i, "effect", NAN) * (i == 1 ? slip : 1);
    }
    twp_frontier_of(plane->n, plane->cost, plane->effect, plane->order, plane->row);
}

static const twp_frontier_t *
find(const plane_t *plane, const char *strategy)
{
    for (int i = 0; i < plane->n; i++)
        if (strcmp(validation_text(&plane->csv, i, "strategy"), strategy) == 0)
            return &plane->row[i];
    fail_msg("%s has no %s", plane->csv.file, strategy);
    return NULL;
}

static bool
is_reproduced(const validation_case_t *one, int64_t i_row, const twp_frontier_t *row)
{
    static const char *const status[] = { "", "ND", "D", "ED", "" };
    const char *const quantity = validation_text(&one->expected, i_row, "quantity");
    const char *const value = validation_text(&one->expected, i_row, "value");
    double got = NAN;

    if (strcmp(quantity, "status") == 0)
        return strcmp(status[row->status], value) == 0;
    if (strncmp(quantity, "incremental cost", 16) == 0)
        got = row->cost;
    else if (strcmp(quantity, "incremental effect") == 0)
        got = row->effect;
    else if (strncmp(quantity, "ICER", 4) == 0)
        got = row->icer;
    else
        fail_msg("%s: no quantity", quantity);
    return fabs(got - validation_number(&one->expected, i_row, "value", NAN)) <=
        validation_number(&one->expected, i_row, "abs_tol", NAN);
}

/* Rows that are missed when one effect of each file is multiplied by slip; *n_rows receives all. */
static int
n_missed(double slip, int *n_rows)
{
    validation_case_t one = { .folder = testlib_source_path(
                                  "tests/validation/15-cost-effectiveness-frontier") };
    int n = 0;

    validation_read_csv(one.folder, "expected.csv", &one.expected);
    *n_rows = (int) one.expected.n_rows;
    for (int64_t i = 0; i < one.expected.n_rows; i++) {
        const char *const group = validation_text(&one.expected, i, "group");
        const char *const comma = strrchr(group, ',');
        plane_t plane;

        assert_non_null(comma);
        read_plane(one.folder, group, slip, &plane);
        if (!is_reproduced(&one, i, find(&plane, comma + 2))) {
            n++;
            if (slip == 1)
                print_error("row %s is missed\n", validation_text(&one.expected, i, "id"));
        }
        twp_csv_clear(&plane.csv);
    }
    twp_csv_clear(&one.expected);
    free(one.folder);
    return n;
}

static void
test_every_row_is_reproduced(void **state)
{
    int n_rows;

    (void) state;
    assert_int_equal(n_missed(1, &n_rows), 0);
    assert_int_equal(n_rows, 35);
}

static void
test_rows_are_missed_when_an_effect_slips(void **state)
{
    int n_rows;

    (void) state;
    assert_true(n_missed(1.02, &n_rows) >= 6);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_is_reproduced),
        cmocka_unit_test(test_rows_are_missed_when_an_effect_slips),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
