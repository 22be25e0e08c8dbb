#include "report/table.h"

#include "report/content.h"

static void
draw_warning(twp_buffer_t *buffer, const char *text, size_t width)
{
    twp_buffer_wrap(buffer, text, width, "", "");
    twp_buffer_add(buffer, "\n");
}

static void
draw_title(twp_buffer_t *buffer, const char *text)
{
    twp_buffer_printf(buffer, "%s\n", text);
}

static void
draw_section(twp_buffer_t *buffer, const char *text)
{
    twp_buffer_printf(buffer, "\n%s\n", text);
    twp_buffer_repeat(buffer, '-', twp_buffer_width(text));
    twp_buffer_add(buffer, "\n");
}

static void
draw_heading(twp_buffer_t *buffer, const char *text, const char *definition)
{
    (void) definition;
    twp_buffer_printf(buffer, "\n%s\n", text);
}

static void
draw_paragraph(twp_buffer_t *buffer, const char *text, size_t width)
{
    twp_buffer_wrap(buffer, text, width, "", "");
}

static void
draw_item(twp_buffer_t *buffer, const char *name, const char *text, size_t width)
{
    twp_buffer_t line = { 0 };

    twp_buffer_printf(&line, "%s: %s", name, text);
    if (line.has_failed)
        buffer->has_failed = true;
    else
        twp_buffer_wrap(buffer, line.text, width, "  ", "      ");
    twp_buffer_clear(&line);
}

static void
draw_grid(twp_buffer_t *buffer, const twp_grid_t *grid, size_t width)
{
    twp_grid_draw(grid, buffer, "  ", width);
}

twp_status_t
twp_report_table(const twp_summary_t *summary, const twp_report_options_t *options,
    twp_buffer_t *buffer, twp_error_t *err)
{
    const twp_report_face_t face = { draw_warning, draw_title, draw_section, draw_heading,
        draw_paragraph, draw_item, draw_grid };

    return twp_report_content(summary, options, &face, buffer, err);
}
