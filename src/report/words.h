/** Cost-effectiveness in plain words. */
#ifndef TWP_REPORT_WORDS_H
#define TWP_REPORT_WORDS_H

#include "report/buffer.h"

/**
 * Adds what a strategy costs for what it does, such as "costs 1,234 USD per QALY gained (95 % 900 to
 * 1,900)", "dominates: costs less and gains QALYs" or "no effect on QALYs that can be told from none".
 * @param currency  may be ""
 */
void twp_report_icer_words(
    twp_buffer_t *buffer, const twp_summary_icer_t *icer, const char *currency);

/** Whether the strategy is worth its cost, from the interval of its net benefit; static storage. */
const char *twp_report_worth_words(const twp_summary_contrast_t *net_benefit);

#endif
