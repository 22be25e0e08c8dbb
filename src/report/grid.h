/** Tables of text cells: built once, drawn aligned for terminals or as Markdown. */
#ifndef TWP_REPORT_GRID_H
#define TWP_REPORT_GRID_H

#include "base/arena.h"
#include "report/buffer.h"

#define TWP_GRID_COLUMNS_MAX 64

typedef enum {
    TWP_GRID_TEXT,   /**< flush left */
    TWP_GRID_NUMBER, /**< aligned at the decimal point */
    TWP_GRID_UPPER   /**< a number that ends an interval: joined to the column before by " to " */
} twp_grid_kind_t;

typedef struct {
    const char *head;
    twp_grid_kind_t kind;
} twp_grid_column_t;

/** Cells borrow their text (constants), or are cleaned copies made by twp_grid_add_copy(). */
typedef struct {
    twp_arena_t *arena; /**< borrowed: holds rows and copies */
    twp_grid_column_t column[TWP_GRID_COLUMNS_MAX];
    int n_columns;
    int n_keys; /**< first columns that say what a row is of; 0: the grid stays in one piece */
    const char **cell; /**< [n_cells], row by row */
    size_t n_cells, n_capacity;
    bool has_groups; /**< some rows are headings */
    bool has_failed; /**< memory ran out */
} twp_grid_t;

/** An empty grid whose memory comes from arena. */
twp_grid_t twp_grid_init(twp_arena_t *arena);
void twp_grid_column(twp_grid_t *grid, const char *head, twp_grid_kind_t kind);
void twp_grid_columns(twp_grid_t *grid, size_t n, const twp_grid_column_t *column);
/** Several columns, each { head, kind }. */
#define TWP_GRID_COLUMNS(grid, ...)                                                     \
    twp_grid_columns((grid),                                                            \
        sizeof((const twp_grid_column_t[]){ __VA_ARGS__ }) / sizeof(twp_grid_column_t), \
        (const twp_grid_column_t[]){ __VA_ARGS__ })
/** Adds the next cell, row by row; rows must be filled. */
void twp_grid_add(twp_grid_t *grid, const char *text);
void twp_grid_add_copy(twp_grid_t *grid, const char *text);
/** Adds a row that is a heading of the rows after it. text is copied. */
void twp_grid_group(twp_grid_t *grid, const char *text);
size_t twp_grid_n_rows(const twp_grid_t *grid);

/**
 * Draws the grid aligned, each line behind indent. Columns without any text are left out. When the
 * grid is wider than width and its first column is a long one, that column stands on a line of its
 * own above each row; what still does not fit is cut off a last column of text. A grid with keys is not cut: columns
 * that do not fit come in further blocks below, each behind the keys. (width 0: no limit.)
 */
void twp_grid_draw(const twp_grid_t *grid, twp_buffer_t *buffer, const char *indent, size_t width);

/** Draws the grid as a Markdown table. */
void twp_grid_draw_markdown(const twp_grid_t *grid, twp_buffer_t *buffer);

#endif
