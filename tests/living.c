#include "living.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
fail_with(const living_t *living, const char *what, const twp_error_t *err)
{
    for (int k = 0; k < living->findings.n; k++) {
        const twp_finding_t *f = &living->findings.item[k];
        print_error("%s:%d:%d: %s%s (found %s, expected %s)\n", f->file, f->line, f->column,
            f->is_warning ? "warning: " : "", f->message, f->found != NULL ? f->found : "-",
            f->expected != NULL ? f->expected : "-");
    }
    fail_msg("%s: %s", what, err->message);
}

#define MAX_DRAWS 100000

/** From a document that was read to a study ready to be lived. */
static void
make(living_t *living, int i_strategy, uint64_t seed)
{
    twp_error_t err = { TWP_OK, "" };

    if (twp_study_typed_read(&living->document, living->document.root, NULL, &living->findings,
            &living->study, &err) != TWP_OK)
        fail_with(living, "study", &err);
    if (twp_model_compile(
            living->study, i_strategy, seed, &living->findings, &living->model, &err) != TWP_OK)
        fail_with(living, "model", &err);
    if (twp_population_open((const twp_study_typed_t *const *) &living->study, 1, 0,
            &living->population, &living->findings, &err) != TWP_OK ||
        twp_population_plan_create(living->population, living->model, &living->plan, &err) !=
            TWP_OK)
        fail_with(living, "population", &err);
    living->memory = aligned_alloc(64, (living->model->twin_bytes + 63) / 64 * 64);
    assert_non_null(living->memory);
    living->log.capacity = 2 * living->model->max_rows_per_instant;
    living->log.row = malloc((size_t) living->log.capacity * sizeof *living->log.row);
    living->draws.capacity = MAX_DRAWS;
    living->draws.draw = malloc(MAX_DRAWS * sizeof *living->draws.draw);
    assert_non_null(living->log.row);
    assert_non_null(living->draws.draw);
}

void
living_open(living_t *living, const char *yaml, int i_strategy, uint64_t seed)
{
    twp_error_t err = { TWP_OK, "" };

    memset(living, 0, sizeof *living);
    if (twp_findings_init(&living->findings, &err) != TWP_OK ||
        twp_document_read_text(&living->document, "study.yaml", testlib_source_dir(), yaml, NULL, 0,
            &living->findings, &err) != TWP_OK)
        fail_with(living, "document", &err);
    make(living, i_strategy, seed);
}

void
living_open_file(
    living_t *living, const char *relative, const char *const *set, int n_set, uint64_t seed)
{
    twp_error_t err = { TWP_OK, "" };
    char *path = testlib_source_path(relative);

    memset(living, 0, sizeof *living);
    if (twp_findings_init(&living->findings, &err) != TWP_OK ||
        twp_document_read(&living->document, path, (char *const *) (uintptr_t) set, n_set,
            &living->findings, &err) != TWP_OK)
        fail_with(living, "document", &err);
    free(path);
    make(living, 0, seed);
}

void
living_close(living_t *living)
{
    twp_population_plan_free(living->plan);
    twp_population_free(living->population);
    twp_model_free(living->model);
    twp_study_typed_free(living->study);
    twp_document_clear(&living->document);
    twp_findings_clear(&living->findings);
    free(living->memory);
    free(living->log.row);
    free(living->draws.draw);
}

static void
keep_rows(life_t *life, twp_log_t *log)
{
    life->row = realloc(life->row, (size_t) (life->n_rows + log->n + 1) * sizeof *life->row);
    assert_non_null(life->row);
    memcpy(life->row + life->n_rows, log->row, (size_t) log->n * sizeof *log->row);
    life->n_rows += log->n;
    log->n = 0;
}

void
living_live(living_t *living, int64_t i_twin, life_t *life)
{
    const twp_model_t *model = living->model;
    twp_log_t *log = &living->log;
    twp_draw_log_t *draws = &living->draws;
    int i_bad = 0;

    memset(life, 0, sizeof *life);
    log->n = draws->n = 0;
    twp_twin_layout(model, living->memory, &life->twin);
    assert_true(twp_population_draw_twin(living->plan, i_twin, &life->twin, &i_bad));
    life->twin.draws = draws;
    twp_kernel_start(model, &life->twin, log);
    keep_rows(life, log);
    for (;;) {
        twp_kernel_advance(model, &life->twin, life->twin.end_days, log);
        keep_rows(life, log);
        if (life->twin.mark != TWP_MARK_LOG_FULL)
            break;
        life->twin.mark = TWP_MARK_NONE;
    }
    twp_kernel_finish(model, &life->twin);
    assert_true(draws->n <= MAX_DRAWS);
    life->n_draws = draws->n;
    life->draw = malloc((size_t) (draws->n + 1) * sizeof *life->draw);
    assert_non_null(life->draw);
    memcpy(life->draw, draws->draw, (size_t) draws->n * sizeof *life->draw);
    life->twin.draws = NULL;
}

void
living_clear(life_t *life)
{
    free(life->row);
    free(life->draw);
}

double
living_first_day(const living_t *living, const life_t *life, const char *qualified)
{
    int i_exit = -1;

    for (int e = 0; e < living->study->n_exits; e++)
        if (strcmp(living->study->exit[e].qualified, qualified) == 0)
            i_exit = e;
    assert_true(i_exit >= 0);
    for (int k = 0; k < life->n_rows; k++)
        if (life->row[k].kind == TWP_ROW_EXIT && life->row[k].code == i_exit)
            return life->row[k].time_days;
    return INFINITY;
}

char *
living_story(const living_t *living, const life_t *life)
{
    const twp_study_typed_t *study = living->study;
    char *text = NULL;
    size_t n_bytes = 0;
    FILE *out = open_memstream(&text, &n_bytes);
    twp_arena_t *arena = twp_arena_create(0);

    assert_non_null(out);
    assert_non_null(arena);
    for (int k = 0; k < life->n_rows; k++) {
        const twp_row_t *row = &life->row[k];
        fprintf(
            out, "%.3f %s", row->time_days, twp_model_code_name(living->model, row->code, arena));
        if (row->kind != TWP_ROW_EXIT)
            fprintf(out, " %g\n", row->value);
        else if (row->to < 0)
            fprintf(out, " -\n");
        else
            fprintf(out, " %s\n", study->track[study->exit[row->code].i_track].state[row->to].name);
    }
    twp_arena_free(arena);
    fclose(out);
    return text;
}

char *
living_study(const char *horizon, const char *patient, const char *rest)
{
    char *text = NULL;
    const int n = asprintf(&text,
        "twinpath: 1\n"
        "study: small\n"
        "source: assumption\n"
        "money: USD 2023\n"
        "time: {starts: 2027-01-01, horizon: %s}\n"
        "patient:\n"
        "  count: 1000\n"
        "%s"
        "%s",
        horizon, patient, rest != NULL ? rest : "strategies: {usual_care: {baseline: true}}\n");

    assert_true(n > 0);
    return text;
}
