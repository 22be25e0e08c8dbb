#include "report/markdown.h"

#include "base/error.h"
#include "report/content.h"

/* Ends a list, which has no blank line behind it. */
static void
end_list(twp_buffer_t *buffer)
{
    const size_t n = buffer->n_bytes;

    if (n >= 2 && !buffer->has_failed && buffer->text[n - 2] != '\n')
        twp_buffer_add(buffer, "\n");
}

static void
draw_warning(twp_buffer_t *buffer, const char *text, size_t width)
{
    (void) width;
    twp_buffer_add(buffer, "> **");
    twp_buffer_add_markdown(buffer, text);
    twp_buffer_add(buffer, "**\n\n");
}

static void
draw_title(twp_buffer_t *buffer, const char *text)
{
    twp_buffer_add(buffer, "# ");
    twp_buffer_add_markdown(buffer, text);
    twp_buffer_add(buffer, "\n\n");
}

static void
draw_section(twp_buffer_t *buffer, const char *text)
{
    end_list(buffer);
    twp_buffer_add(buffer, "## ");
    twp_buffer_add_markdown(buffer, text);
    twp_buffer_add(buffer, "\n\n");
}

static void
draw_heading(twp_buffer_t *buffer, const char *text, const char *definition)
{
    end_list(buffer);
    twp_buffer_add(buffer, "### ");
    twp_buffer_add_markdown(buffer, text);
    twp_buffer_add(buffer, "\n\n");
    if (definition[0] != '\0') {
        twp_buffer_add_markdown(buffer, definition);
        twp_buffer_add(buffer, "\n\n");
    }
}

static void
draw_paragraph(twp_buffer_t *buffer, const char *text, size_t width)
{
    (void) width;
    end_list(buffer);
    twp_buffer_add_markdown(buffer, text);
    twp_buffer_add(buffer, "\n\n");
}

static void
draw_item(twp_buffer_t *buffer, const char *name, const char *text, size_t width)
{
    (void) width;
    twp_buffer_add(buffer, "- **");
    twp_buffer_add_markdown(buffer, name);
    twp_buffer_add(buffer, "**: ");
    twp_buffer_add_markdown(buffer, text);
    twp_buffer_add(buffer, "\n");
}

static void
draw_grid(twp_buffer_t *buffer, const twp_grid_t *grid, size_t width)
{
    (void) width;
    twp_grid_draw_markdown(grid, buffer);
    twp_buffer_add(buffer, "\n");
}

/* What the run was made from, as a table. */
static twp_status_t
write_provenance(const twp_summary_t *summary, twp_buffer_t *buffer, twp_error_t *err)
{
    twp_arena_t *arena = twp_arena_create(0);
    twp_grid_t grid = twp_grid_init(arena);

    if (arena == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the report");
    twp_grid_column(&grid, "what", TWP_GRID_TEXT);
    twp_grid_column(&grid, "value", TWP_GRID_TEXT);
    for (int i = 0; i < summary->n_provenance; i++) {
        twp_grid_add_copy(&grid, summary->provenance_key[i]);
        twp_grid_add_copy(&grid, summary->provenance_value[i]);
    }
    draw_section(buffer, "Made from");
    draw_grid(buffer, &grid, 0);
    twp_arena_free(arena);
    return twp_buffer_status(buffer, err);
}

twp_status_t
twp_report_markdown(const twp_summary_t *summary, const twp_report_options_t *options,
    twp_buffer_t *buffer, twp_error_t *err)
{
    const twp_report_face_t face = { draw_warning, draw_title, draw_section, draw_heading,
        draw_paragraph, draw_item, draw_grid };
    const twp_status_t status = twp_report_content(summary, options, &face, buffer, err);

    if (status != TWP_OK || summary->n_provenance == 0)
        return status;
    return write_provenance(summary, buffer, err);
}
