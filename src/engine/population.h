/** Twins made by id: attributes drawn or read from a file of real patients. */
#ifndef TWP_ENGINE_POPULATION_H
#define TWP_ENGINE_POPULATION_H

#include "document/document.h"
#include "kernel/twin.h"

/** One column of the patients' file in internal units or category codes, checked on reading. */
typedef struct {
    const twp_distribution_t *distribution; /* of the first study that named it; COLUMN */
    double *value;                          /* [n_rows] by twin */
} twp_population_column_t;

/** The population of a study; immutable while a run lasts. */
typedef struct {
    int64_t n_twins;
    bool has_csv;
    twp_csv_t csv;
    int64_t n_rows;   /* patients in the file, >= n_twins */
    int64_t *csv_row; /* [n_rows] first row of each patient; NULL without a file */
    uint64_t *id;     /* [n_rows] when the file has an id column, else NULL: the row */
    uint64_t max_id;  /* largest id of the n_twins */
    int n_columns;
    twp_population_column_t *column;
} twp_population_t;

#define TWP_POPULATION_ID_BITS 40
#define TWP_POPULATION_MAX_ID ((uint64_t) 1 << TWP_POPULATION_ID_BITS)

/**
 * Opens the patients' file when the study names one; findings carry the file's lines.
 *
 * @param study      [n_studies] the study under each strategy; all read the same file
 * @param n_patients 0: the study's count; else that many twins (with a file: at most its patients)
 * @return TWP_OK, TWP_ERR_INPUT with findings, TWP_ERR_IO, TWP_ERR_MEMORY
 */
TWP_CHECK_RESULT twp_status_t twp_population_open(const twp_study_typed_t *const *study,
    int n_studies, int64_t n_patients, twp_population_t **population, twp_findings_t *findings,
    twp_error_t *err);
void twp_population_free(twp_population_t *population); /* NULL is allowed */

/** Id of a twin. */
uint64_t twp_population_id(const twp_population_t *population, int64_t i_twin);

/* ---- how one model draws its twins ---------------------------------------------------------- */

/** A distribution with its numbers worked out. */
typedef struct twp_draw_node {
    int kind; /* twp_dist_kind_t */
    bool is_truncated;
    double arg[3];
    double low, high;     /* truncation */
    double p_low, p_mass; /* truncation: F(low), F(high) - F(low) */
    double q_high;        /* truncation: 1 - F(high) */
    int n;                /* categories, or children of BY */
    double *cumulative;   /* [n] CATEGORIES; STEPS: where each begins */
    const int *code;      /* [n] STEPS: category of each */
    int i_column;         /* COLUMN: in the population */
    int i_by;
    struct twp_draw_node **child; /* [n] BY */
} twp_draw_node_t;

/** Everything that drawing a twin for one model needs; immutable. */
typedef struct {
    const twp_population_t *population;
    twp_arena_t *arena;
    uint64_t seed;
    uint64_t id_of_set; /* set's number in the top 24 bits of every id; 0: the ids as they are */
    double horizon_days, follow_up_days;
    int n_attributes, n_variables, n_copula;
    const int *draw_order, *i_copula, *copula_attribute;
    const double *copula;
    const uint32_t *attribute_stream;
    uint32_t *variable_stream, stream_enters;
    twp_draw_node_t **attribute, **variable, *enters; /* enters NULL: 0 */
} twp_draw_plan_t;

/**
 * Works out how model draws twins. population and model must outlive the plan.
 * @return TWP_OK; TWP_ERR_INPUT when a truncation leaves no probability or an argument is outside
 *         of what its law allows, as drawn parameters may be (names the attribute);
 *         TWP_ERR_LIMIT when more than TWP_POPULATION_MAX_COPULA attributes are correlated
 */
TWP_CHECK_RESULT twp_status_t twp_population_plan_create(const twp_population_t *population,
    const twp_model_t *model, twp_draw_plan_t **plan, twp_error_t *err);
void twp_population_plan_free(twp_draw_plan_t *plan); /* NULL is allowed */

#define TWP_POPULATION_MAX_COPULA TWP_STUDY_MAX_CORRELATED

/** Whether two plans draw the same twins. */
bool twp_population_same_plan(const twp_draw_plan_t *a, const twp_draw_plan_t *b);

/**
 * Makes twin i_twin: sets id, enters_days, end_days (NAN when it would enter after the horizon),
 * attribute[], start_value[], whose memory twp_twin_layout() has given.
 * @return false when a number is not finite or the entry negative; *i_bad is then the attribute, or
 *         n_attributes plus the variable, or -1 for the entry
 */
bool twp_population_draw_twin(
    const twp_draw_plan_t *plan, int64_t i_twin, twp_twin_t *twin, int *i_bad);

/**
 * Quantile of a distribution: the value with probability u below and q above it, u + q = 1, both
 * in (0, 1); the smaller of the two decides, so both tails are accurate. attribute[] for BY; i_twin
 * for COLUMN.
 */
double twp_population_quantile(const twp_population_t *population, const twp_draw_node_t *node,
    const double *attribute, int64_t i_twin, double u, double q);

/** Works a distribution out; parameter values by index. See twp_population_plan_create(). */
TWP_CHECK_RESULT twp_status_t twp_population_node(const twp_population_t *population,
    twp_arena_t *arena, const twp_study_typed_t *study, const twp_distribution_t *distribution,
    const double *parameter, const char *name, twp_draw_node_t **node, twp_error_t *err);

#endif
