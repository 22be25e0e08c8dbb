#include "model/compile.h"

static bool
is_same(twp_happening_t a, twp_happening_t b)
{
    return a.kind == b.kind && a.i == b.i && a.j == b.j;
}

int32_t
twp_compile_happening_id(const twp_compiler_t *c, twp_happening_kind_t kind, int i, int j)
{
    const twp_happening_t want = { kind, i, j };
    const twp_happening_t *key = c->happening_key.row;

    for (int k = 0; k < c->happening_key.n; k++)
        if (is_same(key[k], want))
            return k;
    return -1;
}

static void
add_key(twp_compiler_t *c, twp_happening_t happening)
{
    if (twp_compile_happening_id(c, happening.kind, happening.i, happening.j) < 0)
        twp_table_add(c, &c->happening_key, &happening, 1);
}

static bool
listens(const twp_study_exit_t *exit, twp_happening_t happening)
{
    for (int k = 0; k < exit->n_upon; k++)
        if (exit->kind == TWP_EXIT_UPON && is_same(exit->upon[k], happening))
            return true;
    return false;
}

static void
add_listeners(twp_compiler_t *c, twp_happening_t happening)
{
    twp_model_happening_t row = { c->upon.n, 0, c->observer.n, 0 };

    for (int32_t e = 0; e < c->study->n_exits; e++) /* in order of qualified name */
        if (listens(&c->study->exit[e], happening))
            twp_table_add(c, &c->upon, &e, 1);
    for (int32_t o = 0; o < c->study->n_observations; o++) {
        const twp_study_observation_t *observation = &c->study->observation[o];
        if (observation->is_happening && is_same(observation->of, happening))
            twp_table_add(c, &c->observer, &o, 1);
    }
    row.n_upon = c->upon.n - row.i_upon_first;
    row.n_observers = c->observer.n - row.i_observer_first;
    if (row.n_upon > TWP_MAX_ANSWERS) {
        const twp_place_t place = { c->study->name, 0, 0, "" };
        twp_findings_add(c->findings, place, NULL, NULL, NULL,
            "more than %d exits answer one happening", TWP_MAX_ANSWERS);
    }
    twp_table_add(c, &c->happening, &row, 1);
}

void
twp_compile_happenings(twp_compiler_t *c)
{
    for (int e = 0; e < c->study->n_exits; e++) {
        const twp_study_exit_t *exit = &c->study->exit[e];
        for (int k = 0; exit->kind == TWP_EXIT_UPON && k < exit->n_upon; k++)
            add_key(c, exit->upon[k]);
    }
    for (int o = 0; o < c->study->n_observations; o++)
        if (c->study->observation[o].is_happening)
            add_key(c, c->study->observation[o].of);
    for (int k = 0; k < c->happening_key.n && !c->is_out_of_memory; k++)
        add_listeners(c, ((const twp_happening_t *) c->happening_key.row)[k]);
}
