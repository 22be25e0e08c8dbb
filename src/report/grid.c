#include "report/grid.h"

#include <ctype.h>
#include <string.h>

#define GAP 2 /* blanks between columns */
#define JOIN " to "
#define CUT ".."     /* end of text that was cut */
#define SHORTEST 6   /* text is cut to no less */
#define STEP "  "    /* rows below a heading */
#define LONG_NAME 14 /* a first column that is wider may stand on lines of its own */

twp_grid_t
twp_grid_init(twp_arena_t *arena)
{
    return (twp_grid_t){ .arena = arena };
}

void
twp_grid_column(twp_grid_t *grid, const char *head, twp_grid_kind_t kind)
{
    if (grid->n_columns < TWP_GRID_COLUMNS_MAX)
        grid->column[grid->n_columns++] = (twp_grid_column_t){ head, kind };
}

void
twp_grid_columns(twp_grid_t *grid, size_t n, const twp_grid_column_t *column)
{
    for (size_t i = 0; i < n; i++)
        twp_grid_column(grid, column[i].head, column[i].kind);
}

void
twp_grid_add(twp_grid_t *grid, const char *text)
{
    if (grid->has_failed)
        return;
    if (grid->n_cells == grid->n_capacity) {
        const size_t n = grid->n_capacity == 0 ? 64 : 2 * grid->n_capacity;
        const char **cell = TWP_ARENA_NEW(grid->arena, const char *, n);
        if (cell == NULL) {
            grid->has_failed = true;
            return;
        }
        if (grid->n_cells > 0)
            memcpy(cell, grid->cell, grid->n_cells * sizeof *cell);
        grid->cell = cell;
        grid->n_capacity = n;
    }
    grid->cell[grid->n_cells++] = text;
}

void
twp_grid_add_copy(twp_grid_t *grid, const char *text)
{
    char *copy = twp_arena_strdup(grid->arena, text);

    if (copy == NULL) {
        grid->has_failed = true;
        return;
    }
    twp_buffer_clean(copy);
    twp_grid_add(grid, copy);
}

void
twp_grid_group(twp_grid_t *grid, const char *text)
{
    grid->has_groups = true;
    twp_grid_add_copy(grid, text);
    for (int j = 1; j < grid->n_columns; j++)
        twp_grid_add(grid, NULL);
}

size_t
twp_grid_n_rows(const twp_grid_t *grid)
{
    return grid->n_columns == 0 ? 0 : grid->n_cells / (size_t) grid->n_columns;
}

static const char *
cell_at(const twp_grid_t *grid, size_t i_row, int i_column)
{
    return grid->cell[i_row * (size_t) grid->n_columns + (size_t) i_column];
}

static bool
is_group(const twp_grid_t *grid, size_t i_row)
{
    return grid->n_columns > 1 && cell_at(grid, i_row, 1) == NULL;
}

/* ---- aligned ----------------------------------------------------------------------------------- */

/* Widths of a drawn column; numbers stand as whole part and fraction. */
typedef struct {
    size_t width, whole, fraction;
    size_t words; /* width of words in place of intervals */
    bool is_shown;
} shape_t;

static bool
is_number(const twp_grid_t *grid, int i_column)
{
    return grid->column[i_column].kind != TWP_GRID_TEXT;
}

/* Is the column the lower end of an interval, whose upper end is the next? */
static bool
is_lower(const twp_grid_t *grid, int i_column)
{
    return i_column + 1 < grid->n_columns && grid->column[i_column + 1].kind == TWP_GRID_UPPER;
}

/* Words where an interval would stand ("no interval"). */
static bool
is_word(const char *text)
{
    return isalpha((unsigned char) text[0]) != 0;
}

/* Columns before the decimal point. */
static size_t
whole_width(const char *text)
{
    return strcspn(text, ".");
}

static size_t
larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static void
measure_columns(const twp_grid_t *grid, shape_t shape[TWP_GRID_COLUMNS_MAX])
{
    const size_t n_rows = twp_grid_n_rows(grid);

    for (int j = 0; j < grid->n_columns; j++) {
        shape_t *s = &shape[j];
        size_t words = 0;
        *s = (shape_t){ 0 };
        for (size_t i = 0; i < n_rows; i++) {
            const char *text = cell_at(grid, i, j);
            if (is_group(grid, i))
                continue;
            s->is_shown = s->is_shown || text[0] != '\0';
            if (is_lower(grid, j) && is_word(text)) {
                words = larger(words, twp_buffer_width(text));
            } else if (is_number(grid, j)) {
                const size_t whole = whole_width(text);
                s->whole = larger(s->whole, whole);
                s->fraction = larger(s->fraction, twp_buffer_width(text) - whole);
            } else {
                s->width = larger(s->width, twp_buffer_width(text));
            }
        }
        if (is_number(grid, j))
            s->width = s->whole + s->fraction;
        s->words = words;
    }
    /* An interval's head stands over both of its columns, in the first one's place. */
    for (int j = 0; j < grid->n_columns; j++) {
        const bool is_interval = is_lower(grid, j);
        const size_t head = larger(twp_buffer_width(grid->column[j].head), shape[j].words);
        const size_t room = shape[j].width + (is_interval ? strlen(JOIN) + shape[j + 1].width : 0);
        if (is_interval)
            shape[j + 1].is_shown = shape[j].is_shown;
        if (head > room)
            shape[is_interval ? j + 1 : j].width += head - room;
    }
}

/* Adds text and blanks up to the width; text that is wider is cut. */
static void
add_cell(twp_buffer_t *buffer, const char *text, size_t width)
{
    const size_t used = twp_buffer_width(text);
    size_t n_bytes = strlen(text), rest = used;

    if (used > width) {
        /* Whole characters: the bytes 10xxxxxx go with the one before them. */
        while (n_bytes > 0 && rest + strlen(CUT) > width) {
            n_bytes--;
            rest -= ((unsigned char) text[n_bytes] & 0xC0u) != 0x80u;
        }
        twp_buffer_add_bytes(buffer, text, n_bytes);
        twp_buffer_add(buffer, CUT);
        return;
    }
    twp_buffer_add(buffer, text);
    twp_buffer_repeat(buffer, ' ', width - used);
}

/* Takes the blanks off the end of the text. */
static void
trim(twp_buffer_t *buffer)
{
    while (buffer->n_bytes > 0 && buffer->text[buffer->n_bytes - 1] == ' ')
        buffer->text[--buffer->n_bytes] = '\0';
}

/* A text's or an interval's head stands flush left, a number's flush right. */
static void
draw_heads(const twp_grid_t *grid, const shape_t *shape, twp_buffer_t *buffer, int i_first)
{
    for (int j = i_first; j < grid->n_columns; j++) {
        const char *head = grid->column[j].head;
        size_t width = shape[j].width;
        if (!shape[j].is_shown || grid->column[j].kind == TWP_GRID_UPPER)
            continue;
        if (is_lower(grid, j))
            width += strlen(JOIN) + shape[j + 1].width;
        else if (is_number(grid, j))
            twp_buffer_repeat(buffer, ' ', width - twp_buffer_width(head));
        twp_buffer_add(buffer, head);
        if (is_lower(grid, j) || !is_number(grid, j))
            twp_buffer_repeat(buffer, ' ', width - twp_buffer_width(head));
        twp_buffer_repeat(buffer, ' ', GAP);
    }
    trim(buffer);
    twp_buffer_add(buffer, "\n");
}

static void
draw_number(twp_buffer_t *buffer, const char *text, const shape_t *shape, bool is_interval)
{
    const size_t whole = whole_width(text), width = twp_buffer_width(text);
    /* A head that is wider than its numbers has them flush right, an interval's flush left. */
    const size_t slack = shape->width - shape->whole - shape->fraction;

    if (!is_interval)
        twp_buffer_repeat(buffer, ' ', slack);
    if (text[0] == '\0') {
        twp_buffer_repeat(buffer, ' ', shape->whole + shape->fraction);
    } else {
        twp_buffer_repeat(buffer, ' ', shape->whole - whole);
        twp_buffer_add(buffer, text);
        twp_buffer_repeat(buffer, ' ', shape->fraction - (width - whole));
    }
    if (is_interval)
        twp_buffer_repeat(buffer, ' ', slack);
}

static void
draw_row(
    const twp_grid_t *grid, const shape_t *shape, twp_buffer_t *buffer, size_t i_row, int i_first)
{
    for (int j = i_first; j < grid->n_columns; j++) {
        const char *text = cell_at(grid, i_row, j);
        const bool is_upper = grid->column[j].kind == TWP_GRID_UPPER;
        if (!shape[j].is_shown)
            continue;
        if (is_lower(grid, j) && is_word(text)) {
            add_cell(buffer, text, shape[j].width + strlen(JOIN) + shape[j + 1].width);
            twp_buffer_repeat(buffer, ' ', GAP);
            j++;
            continue;
        }
        if (is_upper) {
            buffer->n_bytes -= buffer->n_bytes >= GAP && !buffer->has_failed ? GAP : 0;
            twp_buffer_add(buffer, text[0] != '\0' ? JOIN : "    ");
        }
        if (is_number(grid, j))
            draw_number(buffer, text, &shape[j], is_upper || is_lower(grid, j));
        else
            add_cell(buffer, text, shape[j].width);
        twp_buffer_repeat(buffer, ' ', GAP);
    }
    trim(buffer);
    twp_buffer_add(buffer, "\n");
}

/* Columns that the grid takes behind its indent. */
static size_t
total_width(const twp_grid_t *grid, const shape_t *shape)
{
    size_t total = grid->has_groups ? strlen(STEP) : 0;

    for (int j = 0; j < grid->n_columns; j++) {
        if (!shape[j].is_shown)
            continue;
        total += shape[j].width;
        if (grid->column[j].kind == TWP_GRID_UPPER)
            total += strlen(JOIN);
        else if (j > 0)
            total += GAP;
    }
    return total;
}

/* Cuts a last column of text (a source) that does not fit, to no less than least or its head. */
static void
cut_last(const twp_grid_t *grid, shape_t *shape, size_t n_over, size_t least)
{
    const int last = grid->n_columns - 1;

    least = larger(twp_buffer_width(grid->column[last].head), least);
    if (last < 1 || is_number(grid, last) || shape[last].width <= least)
        return;
    shape[last].width = shape[last].width > least + n_over ? shape[last].width - n_over : least;
}

/* Makes the grid fit: cuts a long last column, then lets the first stand alone, then cuts again. */
static bool
fit(const twp_grid_t *grid, shape_t *shape, size_t width)
{
    bool is_stacked;
    size_t total = total_width(grid, shape);

    if (total > width)
        cut_last(grid, shape, total - width, LONG_NAME);
    total = total_width(grid, shape);
    is_stacked = total > width && grid->n_columns > 1 && !is_number(grid, 0) &&
        shape[0].width > LONG_NAME;
    if (is_stacked)
        total = total + LONG_NAME - shape[0].width - GAP;
    if (total > width)
        cut_last(grid, shape, total - width, SHORTEST);
    return is_stacked;
}

/* Begins a line with the indent and, where the first column stands alone, with that above. */
static void
begin_line(twp_buffer_t *buffer, const char *indent, const char *step, const char *alone)
{
    twp_buffer_add(buffer, indent);
    twp_buffer_add(buffer, step);
    if (alone != NULL) {
        twp_buffer_add(buffer, alone);
        twp_buffer_add(buffer, "\n");
        twp_buffer_add(buffer, indent);
        twp_buffer_repeat(buffer, ' ', LONG_NAME);
    }
}

static void
draw_block(const twp_grid_t *grid, const shape_t *shape, twp_buffer_t *buffer, const char *indent,
    bool is_stacked)
{
    const char *step = grid->has_groups ? STEP : "";

    begin_line(buffer, indent, step, is_stacked ? grid->column[0].head : NULL);
    draw_heads(grid, shape, buffer, is_stacked ? 1 : 0);
    for (size_t i = 0; i < twp_grid_n_rows(grid); i++) {
        if (is_group(grid, i)) {
            twp_buffer_add(buffer, indent);
            twp_buffer_add(buffer, cell_at(grid, i, 0));
            twp_buffer_add(buffer, "\n");
            continue;
        }
        begin_line(buffer, indent, step, is_stacked ? cell_at(grid, i, 0) : NULL);
        draw_row(grid, shape, buffer, i, is_stacked ? 1 : 0);
    }
}

/* The keys with as many columns from i_first on as fit, one at least; where the next block begins. */
static int
choose_block(const twp_grid_t *grid, const shape_t *all, shape_t *shape, int i_first, size_t width)
{
    int i_end = i_first;

    for (int j = 0; j < grid->n_columns; j++) {
        shape[j] = all[j];
        shape[j].is_shown = all[j].is_shown && j < grid->n_keys;
    }
    while (i_end < grid->n_columns) {
        const int n = is_lower(grid, i_end) ? 2 : 1; /* an interval stays in one piece */

        for (int j = i_end; j < i_end + n; j++)
            shape[j].is_shown = all[j].is_shown;
        if (i_end > i_first && total_width(grid, shape) > width) {
            for (int j = i_end; j < i_end + n; j++)
                shape[j].is_shown = false;
            break;
        }
        i_end += n;
    }
    return i_end;
}

static void
draw_blocks(const twp_grid_t *grid, const shape_t *all, twp_buffer_t *buffer, const char *indent,
    size_t width)
{
    shape_t shape[TWP_GRID_COLUMNS_MAX] = { { 0 } };

    for (int i = grid->n_keys; i < grid->n_columns;) {
        if (i > grid->n_keys)
            twp_buffer_add(buffer, "\n");
        i = choose_block(grid, all, shape, i, width);
        draw_block(grid, shape, buffer, indent, false);
    }
}

void
twp_grid_draw(const twp_grid_t *grid, twp_buffer_t *buffer, const char *indent, size_t width)
{
    shape_t shape[TWP_GRID_COLUMNS_MAX] = { { 0 } };
    const size_t n_indent = twp_buffer_width(indent), room = larger(width, n_indent) - n_indent;
    bool is_stacked = false;

    if (grid->has_failed) {
        buffer->has_failed = true;
        return;
    }
    measure_columns(grid, shape);
    if (width > 0 && grid->n_keys > 0 && total_width(grid, shape) > room) {
        draw_blocks(grid, shape, buffer, indent, room);
        return;
    }
    if (width > 0)
        is_stacked = fit(grid, shape, room);
    draw_block(grid, shape, buffer, indent, is_stacked);
}

/* ---- Markdown ---------------------------------------------------------------------------------- */

static bool
is_empty_column(const twp_grid_t *grid, int i_column)
{
    for (size_t i = 0; i < twp_grid_n_rows(grid); i++) {
        if (!is_group(grid, i) && cell_at(grid, i, i_column)[0] != '\0')
            return false;
    }
    return true;
}

static void
draw_markdown_cell(const twp_grid_t *grid, twp_buffer_t *buffer, size_t i_row, int i_column)
{
    const bool is_heading = is_group(grid, i_row);

    twp_buffer_add(buffer, "| ");
    if (is_heading && i_column == 0) {
        twp_buffer_add(buffer, "**");
        twp_buffer_add_markdown(buffer, cell_at(grid, i_row, 0));
        twp_buffer_add(buffer, "**");
    } else if (!is_heading) {
        twp_buffer_add_markdown(buffer, cell_at(grid, i_row, i_column));
        if (is_lower(grid, i_column) && cell_at(grid, i_row, i_column + 1)[0] != '\0') {
            twp_buffer_add(buffer, JOIN);
            twp_buffer_add_markdown(buffer, cell_at(grid, i_row, i_column + 1));
        }
    }
    twp_buffer_add(buffer, " ");
}

void
twp_grid_draw_markdown(const twp_grid_t *grid, twp_buffer_t *buffer)
{
    bool is_left_out[TWP_GRID_COLUMNS_MAX];

    if (grid->has_failed) {
        buffer->has_failed = true;
        return;
    }
    for (int j = 0; j < grid->n_columns; j++) {
        is_left_out[j] = is_empty_column(grid, j) || grid->column[j].kind == TWP_GRID_UPPER;
        if (is_left_out[j])
            continue;
        twp_buffer_add(buffer, "| ");
        twp_buffer_add_markdown(buffer, grid->column[j].head);
        twp_buffer_add(buffer, " ");
    }
    twp_buffer_add(buffer, "|\n");
    for (int j = 0; j < grid->n_columns; j++) {
        if (!is_left_out[j])
            twp_buffer_add(buffer, is_number(grid, j) ? "| ---: " : "| --- ");
    }
    twp_buffer_add(buffer, "|\n");
    for (size_t i = 0; i < twp_grid_n_rows(grid); i++) {
        for (int j = 0; j < grid->n_columns; j++) {
            if (!is_left_out[j])
                draw_markdown_cell(grid, buffer, i, j);
        }
        twp_buffer_add(buffer, "|\n");
    }
}
