/* A table called like a function: what its arguments must be, and which key each category is. */
#include "base/suggest.h"
#include "study/expression_reading.h"
#include "study/table.h"

#include <string.h>

static const char *const truth_names[] = { "false", "true" };

static int
find_text(const twp_table_by_t *by, const char *name)
{
    for (int k = 0; k < by->n; k++)
        if (strcmp(by->text[k], name) == 0)
            return k;
    return -1;
}

/* The key of each of n names, or NULL (with a finding) when the column has none for one of them. */
static const double *
list_codes(twp_reading_expression_t *p, const char *at, const twp_study_table_t *table, int i_by,
    int n, const char *const *name)
{
    const twp_table_by_t *const by = &table->by[i_by];
    double *const code = TWP_ARENA_NEW(p->reader->arena, double, n);

    if (code == NULL) {
        p->is_failed = p->is_wrong = true;
        return NULL;
    }
    for (int k = 0; k < n; k++) {
        const int key = find_text(by, name[k]);
        if (key < 0) {
            twp_expression_fault(p, at, name[k], "a column with a row for every category",
                twp_suggest_nearest(name[k], by->text, (size_t) by->n),
                "the table %s has no rows where %s is %s", table->name, by->column, name[k]);
            return NULL;
        }
        code[k] = key;
    }
    return code;
}

static bool
check_number(twp_reading_expression_t *p, const char *at, const twp_study_table_t *table, int i_by,
    const twp_expression_t *arg)
{
    const twp_table_by_t *const by = &table->by[i_by];
    char got[TWP_DIM_TEXT_SIZE], wanted[TWP_DIM_TEXT_SIZE];

    if (arg->is_truth) {
        twp_expression_fault(p, at, NULL, "a number", NULL,
            "argument %d of %s is a condition; the column %s holds numbers", i_by + 1, table->name,
            by->column);
        return false;
    }
    if (twp_dim_equal(arg->dim, by->dim))
        return true;
    twp_dim_print(arg->dim, NULL, got);
    twp_dim_print(by->dim, NULL, wanted);
    twp_expression_fault(p, at, NULL, wanted, NULL,
        "argument %d of %s is in %s; the column %s is in %s", i_by + 1, table->name, got,
        by->column, wanted);
    return false;
}

/* Argument k of node against column k; what stands in a column of texts gets its keys. */
static bool
fit_argument(twp_reading_expression_t *p, const char *at, twp_expression_t *node, int k,
    const twp_name_meaning_t *category)
{
    const twp_study_table_t *const table = node->table;
    const twp_table_by_t *const by = &table->by[k];

    if (!by->is_text && category->n_categories > 0) {
        twp_expression_fault(p, at, NULL, "a number", NULL,
            "argument %d of %s is a category; the column %s holds numbers", k + 1, table->name,
            by->column);
        return false;
    }
    if (!by->is_text)
        return check_number(p, at, table, k, node->arg[k]);
    if (category->n_categories == 0 && !node->arg[k]->is_truth) {
        twp_expression_fault(p, at, NULL, "an attribute with categories, or a condition", NULL,
            "argument %d of %s is a number; the column %s holds texts", k + 1, table->name,
            by->column);
        return false;
    }
    node->n_code[k] = category->n_categories > 0 ? category->n_categories : 2;
    node->code[k] = list_codes(p, at, table, k, node->n_code[k],
        category->n_categories > 0 ? category->category : truth_names);
    return node->code[k] != NULL;
}

twp_expression_t *
twp_expression_make_table(twp_reading_expression_t *p, const char *at,
    const twp_study_table_t *table, int n, twp_expression_t *const *arg,
    const twp_name_meaning_t *category)
{
    const twp_name_meaning_t meaning = { .kind = TWP_WORD_TABLE, .dim = table->dim };
    twp_expression_t *node;

    for (int k = 0; k < n; k++)
        if (twp_expression_is_bad(arg[k]))
            return &p->bad;
    if (!table->is_good) { /* its own fault is reported where it stands */
        p->is_wrong = true;
        return &p->bad;
    }
    if (n != table->n_by)
        return twp_expression_fault(p, at, NULL, NULL, NULL, "%s has %d column%s and is given %d",
            table->name, table->n_by, table->n_by == 1 ? "" : "s", n);
    node = twp_expression_word(p, at, &meaning);
    if (twp_expression_is_bad(node))
        return node;
    node->table = table;
    node->n_args = n;
    for (int k = 0; k < n; k++) {
        node->arg[k] = arg[k];
        if (arg[k]->scope > node->scope)
            node->scope = arg[k]->scope;
        if (!fit_argument(p, at, node, k, &category[k]))
            return &p->bad;
    }
    return node;
}
