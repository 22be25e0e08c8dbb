/** The comparison of strategies in a results file, printed in one of its faces. */
#ifndef TWP_CLI_COMPARISON_H
#define TWP_CLI_COMPARISON_H

#include "report/report.h"

typedef enum {
    TWP_FORMAT_TABLE,
    TWP_FORMAT_JSON,
    TWP_FORMAT_CSV,
    TWP_FORMAT_MARKDOWN
} twp_format_t;

#define TWP_FORMAT_CHOICES "table|json|csv|markdown"

/**
 * Finds wrong among the n names of strategies: tells that it is none of them, with the nearest, and
 * returns -1; else its index.
 */
int twp_comparison_find_strategy(const char *wanted, const char *const *names, int n);

/** Prints a summary on standard output; returns exit_code or what went wrong. */
int twp_comparison_print_summary(const twp_summary_t *summary, const twp_report_options_t *options,
    twp_format_t format, int exit_code);

#endif
