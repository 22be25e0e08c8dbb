/** The comparison for people: the same content for every face (terminal, Markdown). */
#ifndef TWP_REPORT_CONTENT_H
#define TWP_REPORT_CONTENT_H

#include "report/grid.h"
#include "report/report.h"

/** How one face draws the pieces; width is that of the options. */
typedef struct {
    void (*warning)(twp_buffer_t *buffer, const char *text, size_t width);
    void (*title)(twp_buffer_t *buffer, const char *text);
    void (*section)(twp_buffer_t *buffer, const char *text);
    void (*heading)(twp_buffer_t *buffer, const char *text, const char *definition);
    void (*paragraph)(twp_buffer_t *buffer, const char *text, size_t width);
    void (*item)(twp_buffer_t *buffer, const char *name, const char *text, size_t width);
    void (*grid)(twp_buffer_t *buffer, const twp_grid_t *grid, size_t width);
} twp_report_face_t;

/** Adds the whole comparison drawn by face; options may be NULL. Fails with TWP_ERR_MEMORY. */
TWP_CHECK_RESULT twp_status_t twp_report_content(const twp_summary_t *summary,
    const twp_report_options_t *options, const twp_report_face_t *face, twp_buffer_t *buffer,
    twp_error_t *err);

#endif
