/** Findings of an input, told the same way by every command. */
#ifndef TWP_CLI_FINDINGS_H
#define TWP_CLI_FINDINGS_H

#include "twinpath.h"

#include <stdio.h>

/**
 * Prints the findings of a study, errors and (has_warnings) warnings, each as
 * "file:line:column: error: message" with what was found, what was expected and the nearest name
 * below, then a line that counts them. Nothing when there are none.
 * @param stream  standard output or standard error
 */
void twp_findings_print(const twp_study_t *study, bool has_warnings, FILE *stream);

/** The same for a file of dispensings, with its warnings. */
void twp_findings_print_cohort(const twp_cohort_t *cohort, FILE *stream);

/** Tells on standard error why a call failed: the errors found in the study, else the message. */
void twp_findings_tell_failure(const twp_study_t *study, const twp_error_t *err);

/**
 * Reads a study and prints its findings on stream; also what kept it from being read, on standard
 * error.
 * @param study  set when it may be used; the caller frees it with twp_study_free()
 * @return TWP_EXIT_GOOD or the exit code to end with
 */
int twp_findings_read_study(
    const char *path, const char *const *set, int n_set, FILE *stream, twp_study_t **study);

#endif
