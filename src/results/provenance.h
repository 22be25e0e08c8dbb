/** What a run was made from, and what may differ between equal runs. */
#ifndef TWP_RESULTS_PROVENANCE_H
#define TWP_RESULTS_PROVENANCE_H

#include "document/document.h"
#include "results/writer.h"
#include "study/study.h"

/** Borrowed by twp_provenance_write(). */
typedef struct {
    const twp_document_t *document;
    const twp_csv_t *patients;      /* or NULL */
    const twp_study_typed_t *study; /* its tables' files */
    const char *overrides;          /* what the command line set, a line each */
    uint64_t seed;
    int64_t n_twins;
} twp_provenance_t;

/** Writes /provenance and the root's `source` and `run_id`. */
TWP_CHECK_RESULT twp_status_t twp_provenance_write(
    twp_results_writer_t *writer, const twp_provenance_t *provenance, twp_error_t *err);

#define TWP_RUN_ID_SIZE 33 /**< 32 hex digits and a NUL */

/** The run_id alone: what tells runs apart that are not one. */
TWP_CHECK_RESULT twp_status_t twp_provenance_run_id(
    const twp_provenance_t *provenance, char run_id[TWP_RUN_ID_SIZE], twp_error_t *err);

/** The same for a file that comes from a table and settings, not from a study. */
TWP_CHECK_RESULT twp_status_t twp_provenance_write_table(
    twp_results_writer_t *writer, const twp_csv_t *table, const char *settings, twp_error_t *err);

/** For /session. */
typedef struct {
    const char *command_line;  /* or NULL */
    int64_t started, finished; /* seconds since 1970, UTC */
    int n_threads;
    int64_t n_shards; /* that the file was merged from; 0: none */
    double cpu_seconds;
} twp_session_t;

/** Writes /session, unless SOURCE_DATE_EPOCH is set: then equal runs give equal bytes. */
TWP_CHECK_RESULT twp_status_t twp_session_write(
    twp_results_writer_t *writer, const twp_session_t *session, twp_error_t *err);

/**
 * 16 hex digits over the sources of the library, the programs' own left out: builds with the same ones, by
 * whatever compiler, from whatever checkout, write the same bits. Static storage.
 */
const char *twp_provenance_sources(void);

/** "0.1.0"; static storage. */
const char *twp_provenance_version(void);

#endif
