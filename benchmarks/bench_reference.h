/** The reference study, compiled under both strategies, with the memory for one life. */
#ifndef TWP_BENCH_REFERENCE_H
#define TWP_BENCH_REFERENCE_H

#include "engine/population.h"
#include "kernel/advance.h"

#include <stdio.h>
#include <stdlib.h>

#define REFERENCE_STUDY TWP_SOURCE_DIR "/benchmarks/reference_study.yaml"

typedef struct {
    twp_findings_t findings;
    twp_document_t document;
    twp_study_typed_t *study;
    twp_model_t *model[2];
    twp_population_t *population;
    twp_draw_plan_t *plan[2];
    void *memory;
    twp_log_t log;
} reference_t;

static inline void
must(twp_status_t status, const twp_error_t *err)
{
    if (status == TWP_OK)
        return;
    fprintf(stderr, "%s\n", err->message);
    exit(1);
}

static inline void
open_reference(reference_t *r)
{
    twp_error_t err = { TWP_OK, "" };

    must(twp_findings_init(&r->findings, &err), &err);
    must(twp_document_read(&r->document, REFERENCE_STUDY, NULL, 0, &r->findings, &err), &err);
    must(twp_study_typed_read(&r->document, r->document.root, NULL, &r->findings, &r->study, &err),
        &err);
    must(twp_population_open((const twp_study_typed_t *const *) &r->study, 1, 0, &r->population,
             &r->findings, &err),
        &err);
    for (int s = 0; s < 2; s++) {
        must(twp_model_compile(r->study, s, 1, &r->findings, &r->model[s], &err), &err);
        must(twp_population_plan_create(r->population, r->model[s], &r->plan[s], &err), &err);
    }
    r->memory = aligned_alloc(64, (r->model[0]->twin_bytes + 63) / 64 * 64);
    r->log.capacity = 4 * r->model[0]->max_rows_per_instant;
    r->log.row = malloc((size_t) r->log.capacity * sizeof *r->log.row);
    if (r->memory == NULL || r->log.row == NULL)
        exit(1);
}

#endif
