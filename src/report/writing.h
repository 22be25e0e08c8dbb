/** One comparison being written: what the files of its content share. */
#ifndef TWP_REPORT_WRITING_H
#define TWP_REPORT_WRITING_H

#include "base/arena.h"
#include "report/content.h"
#include "report/number.h"

typedef struct {
    const twp_summary_t *summary;
    const twp_report_options_t *options; /* or NULL */
    const twp_report_face_t *face;
    twp_buffer_t *buffer;
    twp_arena_t *arena; /* of texts */
    size_t width;       /* columns of the page */
} twp_writing_t;

/** Text of the arena; "" when memory runs out, which the buffer then tells. */
const char *twp_writing_print(twp_writing_t *w, const char *format, ...) TWP_PRINTF(2, 3);
/** "20,000" */
const char *twp_writing_count(twp_writing_t *w, int64_t n);
/** " at 365 d"; "" without a time (NAN). */
const char *twp_writing_at_time(twp_writing_t *w, double time_days);
/** "3 months" where that is the whole of it, else the days; "" without a time (NAN). */
const char *twp_writing_time(twp_writing_t *w, double time_days);

/** Are the figures of several parameter sets? */
bool twp_writing_has_sets(const twp_summary_t *s);
/** What decides how many digits a figure has: its error, with sets half of its interval over 1.96. */
double twp_writing_fuzz(const twp_summary_t *s, double error, double low, double high);
int twp_writing_contrast_decimals(
    const twp_summary_t *s, twp_number_kind_t kind, const twp_summary_contrast_t *contrast);

void twp_writing_add_figure(twp_grid_t *grid, double value, int decimals, bool has_plus);
void twp_writing_add_blanks(twp_grid_t *grid, int n);
/** Value, lower and upper end with as many decimals. */
void twp_writing_add_estimate(
    twp_grid_t *grid, int decimals, double value, double low, double high, bool has_plus);
void twp_writing_add_contrast(const twp_summary_t *s, twp_grid_t *grid, twp_number_kind_t kind,
    const twp_summary_contrast_t *contrast);
/** As a percentage. */
void twp_writing_add_share(twp_writing_t *w, twp_grid_t *grid, double share);
/** Monte Carlo error, beside an interval that is not about it with one digit more than that. */
void twp_writing_add_error(
    twp_writing_t *w, twp_grid_t *grid, int decimals, double error, double low);

/** "Proportion of days covered at 365 d (USD 2023)" */
const char *twp_writing_heading(twp_writing_t *w, const twp_summary_row_t *row, double time_days);

/** The parts of the content. */
void twp_writing_point_head(twp_writing_t *w); /* content_points.c: which points, or which one */
void twp_writing_points(twp_writing_t *w);     /* content_points.c: a line a point */
void twp_writing_measures(twp_writing_t *w);   /* content_measures.c */
void twp_writing_spread(twp_writing_t *w);     /* content_measures.c */
void twp_writing_economics(twp_writing_t *w);  /* content_economics.c */
void twp_writing_decision(twp_writing_t *w);   /* content_decision.c */
void twp_writing_targets(twp_writing_t *w);    /* content_targets.c */

#endif
