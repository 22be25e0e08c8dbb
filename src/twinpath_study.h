/** The handle behind twp_study_t. Private to the library's face: twinpath.c, twinpath_run.c. */
#ifndef TWP_TWINPATH_STUDY_H
#define TWP_TWINPATH_STUDY_H

#include "base/error.h"
#include "document/document.h"
#include "model/model.h"
#include "study/explain.h"
#include "study/study.h"
#include "twinpath.h"

struct twp_study_handle {
    twp_arena_t *arena;
    twp_document_t document;
    twp_findings_t findings;
    const struct twp_study_handle *borrows_from; /* at a point of a sweep: whose document it is */
    bool is_to_move;                             /* read so that it can be moved to other points */
    bool is_whole;                               /* everything below is there */
    twp_study_typed_t *base;                     /* the study without any strategy's `set` */
    int n_strategies;
    twp_study_typed_t **typed; /* [n_strategies] base where a strategy sets nothing */
    const twp_node_t **root;   /* [n_strategies] its tree */
    twp_model_t **model;       /* [n_strategies] */
    int n_numbers;
    twp_explain_number_t *number;          /* [n_numbers] */
    struct twp_parameter_plan *parameters; /* how the uncertain ones of base are drawn */
};

/** Reads a study whose files are kept elsewhere; as twp_study_read(). files must outlive the study. */
TWP_CHECK_RESULT twp_status_t twp_study_read_files(const twp_document_files_t *files,
    const char *const *set, int n_set, twp_study_t **study, twp_error_t *err);

#endif
