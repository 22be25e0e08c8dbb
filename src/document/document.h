/**
 * Text to tree: YAML with line and column, CSV with line numbers, studies composed from modules
 * with the origin of every value. Knows nothing of what a study means.
 */
#ifndef TWP_DOCUMENT_DOCUMENT_H
#define TWP_DOCUMENT_DOCUMENT_H

#include "base/arena.h"
#include "base/error.h"

/* ---- the tree ---------------------------------------------------------------------------- */

typedef enum { TWP_NODE_SCALAR, TWP_NODE_MAPPING, TWP_NODE_SEQUENCE } twp_node_kind_t;

/** Who set a value, lowest precedence first. */
typedef enum {
    TWP_ORIGIN_MODULE,
    TWP_ORIGIN_BASE,
    TWP_ORIGIN_STUDY, /* the study itself, or the scenario that is based on another */
    TWP_ORIGIN_STRATEGY,
    TWP_ORIGIN_SET /* --set on the command line */
} twp_origin_t;

typedef struct twp_node twp_node_t;

/** One entry of a mapping. */
typedef struct {
    const char *key;
    int line, column; /* of the key */
    twp_node_t *value;
} twp_pair_t;

struct twp_node {
    twp_node_kind_t kind;
    bool is_quoted;   /* a scalar written in quotes: always text */
    const char *text; /* scalar: NUL-terminated UTF-8 (never holds NUL); else NULL */
    const char *file; /* as the user named it */
    int line, column; /* from 1 */
    twp_origin_t origin;
    int n;                      /* entries of a mapping, items of a sequence */
    twp_pair_t *pair;           /* mapping: [n], in the order of the file */
    twp_node_t **item;          /* sequence: [n] */
    const twp_node_t *replaced; /* what --set or a strategy's `set` put it in place of, or NULL */
    int number_moved; /* twp_document_put() has put it here as its value number 1, 2, ...; else 0 */
};

/** Limits that hold for every YAML text, against hostile files. */
#define TWP_YAML_MAX_BYTES (1u << 20)
#define TWP_YAML_MAX_DEPTH 32
#define TWP_YAML_MAX_EVENTS 100000

/**
 * Reads YAML text[n_bytes] into a tree in arena. Refuses (as findings with file:line:column, all it
 * can in one pass): anchors, aliases, tags, merge keys (<<), several documents, repeated keys,
 * non-scalar keys, NUL, bad UTF-8, anything beyond the limits. An empty text is a finding. Reader
 * errors of libyaml carry no line: newlines up to problem_offset are counted.
 *
 * @return TWP_OK and *root; TWP_ERR_INPUT when findings were added: *root is then NULL, or the tree
 *         where the text could be read to its end all the same (a repeated key, say);
 *         TWP_ERR_MEMORY
 */
TWP_CHECK_RESULT twp_status_t twp_yaml_read(twp_arena_t *arena, const char *file, const char *text,
    size_t n_bytes, twp_origin_t origin, twp_findings_t *findings, twp_node_t **root,
    twp_error_t *err);

/** Value under key of a mapping, or NULL (also when node is NULL or no mapping). */
twp_node_t *twp_node_get(const twp_node_t *node, const char *key);
/** The pair itself, for its place; NULL when there is none. */
const twp_pair_t *twp_node_pair(const twp_node_t *node, const char *key);
/**
 * Follows a dotted path a.b.c through mappings (list items by index from 0); NULL when absent. Keys
 * that hold dots themselves ("hcp.trust") are found too.
 */
twp_node_t *twp_node_at(twp_node_t *root, const char *path);
/**
 * The value that a path means where single values are put over a tree (--set, a strategy's `set`, a
 * sweep): what stands there, the parameter of that name, the `value` of a parameter written as a
 * mapping. NULL when there is none: *nearest is then the nearest path, in arena, or NULL.
 */
const twp_node_t *twp_node_target(
    twp_arena_t *arena, const twp_node_t *root, const char *path, const char **nearest);
/** Whether part is node itself or stands below it; compared as they lie in memory, not by content. */
bool twp_node_holds(const twp_node_t *node, const twp_node_t *part);
/** Deep copy into arena. */
twp_node_t *twp_node_copy(twp_arena_t *arena, const twp_node_t *node);
/** Place of a node for a finding; path is borrowed. */
twp_place_t twp_node_place(const twp_node_t *node, const char *path);

/* ---- studies composed from files ----------------------------------------------------------- */

/** One file that was read to make a document, for provenance. */
typedef struct {
    const char *path; /* as opened */
    const char *name; /* as named in the study */
    const char *text; /* whole content, NUL-terminated */
    size_t n_bytes;
    char sha256[65];
    twp_origin_t origin;
} twp_source_file_t;

/** Files of a study that is kept elsewhere, such as in a results file: none is opened by its name. */
typedef struct {
    int n;                   /* YAML files in reading order, the study first */
    const char *const *name; /* [n] without folders */
    const char *const *text; /* [n] NUL-terminated */
    const size_t *n_bytes;   /* [n] */
    /** Where the data file lies that the study names; path is relative to the study. Never NULL. */
    const char *(*locate)(void *context, const char *path);
    void *context;
} twp_document_files_t;

/** A study with everything it uses merged into one tree. Owns all memory below it. */
typedef struct {
    twp_arena_t *arena;
    twp_node_t *root;        /* merged tree; keys uses, based_on, replace are consumed */
    twp_source_file_t *file; /* [n_files], in reading order; file[0] is the study itself */
    int n_files;
    const char *folder; /* folder of the study, for relative paths such as CSV files */
    char **set;         /* [n_set] the --set arguments as given */
    int n_set;
    const twp_document_files_t *files; /* borrowed; NULL: files are opened by their names */
} twp_document_t;

/**
 * Reads a study file, the modules in its list `uses:` (paths relative to the file that names them,
 * nested up to 16 deep, cycles are a finding), the study named by `based_on:` (a scenario is a
 * small override of a base study), and applies n_set overrides "a.b.c=value".
 *
 * Precedence, lowest first: module, base, study, (strategy `set:`, applied later by
 * twp_document_override()), --set. Mappings merge key by key, scalars and sequences are replaced
 * whole; a mapping that says `replace: true` replaces the one below it whole (the key is consumed).
 * Two modules that set the same leaf or the same non-mapping are a finding at the later place
 * unless the later says `replace: true` on an enclosing mapping. Kind changes (mapping over scalar
 * and so on) replace. A module comes after (above) those that it uses itself; a file named more
 * than once is read once. A merged mapping has the place and origin of the file that last added to
 * it. The key `replace` with anything but a scalar is a name like any other.
 *
 * A --set argument is PATH=VALUE with VALUE read as a YAML flow value ("0.3", "10 USD", "[1, 2]",
 * "{a: 1}"); its nodes have file "--set", line 1 and the column in the argument. The parent path
 * must exist (finding with nearest name otherwise); a new last key is allowed in mappings. The
 * value replaces what is there whole. A bare parameter name is a shorthand, as in
 * twp_document_override(). Arguments "--over PATH=A,B,C" together take the place of the key `sweep`: a grid
 * over the values (nodes of file "--over").
 *
 * @return TWP_OK; TWP_ERR_INPUT with findings (root is NULL or what could be read, so that checks
 *         may go on); TWP_ERR_IO when the study itself cannot be read. *document is always safe to
 *         clear.
 */
TWP_CHECK_RESULT twp_status_t twp_document_read(twp_document_t *document, const char *path,
    char *const *set, int n_set, twp_findings_t *findings, twp_error_t *err);

/** The same from text in memory, named `name`, with relative paths from `folder`. */
TWP_CHECK_RESULT twp_status_t twp_document_read_text(twp_document_t *document, const char *name,
    const char *folder, const char *text, char *const *set, int n_set, twp_findings_t *findings,
    twp_error_t *err);

/**
 * The same from files kept elsewhere, which must outlive the document. TWP_ERR_FORMAT when the study
 * uses other files than those that are there.
 */
TWP_CHECK_RESULT twp_status_t twp_document_read_files(twp_document_t *document,
    const twp_document_files_t *files, char *const *set, int n_set, twp_findings_t *findings,
    twp_error_t *err);

/** Where the data file lies that the study calls path (relative to the study, or absolute). */
const char *twp_document_locate(const twp_document_t *document, const char *path);

/**
 * A copy of document->root (in document->arena) with the entries of mapping `overrides` applied:
 * each key is a dotted path that must exist ("parameters.price", or a bare parameter name as a
 * shorthand when `parameters` has it), the value replaces what is there and gets origin STRATEGY;
 * then the --set arguments are applied again, as they have the last word.
 */
TWP_CHECK_RESULT twp_status_t twp_document_override(twp_document_t *document,
    const twp_node_t *overrides, twp_findings_t *findings, twp_node_t **root, twp_error_t *err);

/**
 * A copy of a tree (in arena) with values put at paths as --set puts them, after all else; both are
 * borrowed, and what is copied has origin SET. Every path must lead to something.
 */
TWP_CHECK_RESULT twp_status_t twp_document_put(twp_arena_t *arena, const twp_node_t *root, int n,
    const char *const *path, const twp_node_t *const *value, twp_findings_t *findings,
    twp_node_t **out, twp_error_t *err);

void twp_document_clear(twp_document_t *document);

/**
 * Canonical JSON of a tree: keys sorted, scalars as strings with their text; caller frees with
 * free().
 */
TWP_CHECK_RESULT twp_status_t twp_node_to_json(
    const twp_node_t *root, char **json, twp_error_t *err);

/* ---- CSV ----------------------------------------------------------------------------------- */

#define TWP_CSV_MAX_BYTES ((size_t) 1 << 31)
#define TWP_CSV_MAX_COLUMNS 1000
#define TWP_CSV_MAX_ROWS 50000000

/** A CSV file (RFC 4180: quotes, CRLF, embedded newlines, UTF-8 BOM) held in memory. */
typedef struct {
    char *file; /* as named */
    char *text; /* owned buffer, cells are NUL-terminated inside it */
    size_t n_bytes;
    char sha256[65];
    int n_columns;
    char **name; /* [n_columns] header, trimmed */
    int64_t n_rows;
    uint32_t *cell; /* [n_rows * n_columns] offsets into text */
    uint32_t *line; /* [n_rows] line number of each row */
} twp_csv_t;

/**
 * Reads a whole file. Ragged rows, repeated or empty names, misplaced quotes, NUL, bad UTF-8:
 * findings (at most 50). Empty lines are skipped unless there is one column. Safe to clear whatever
 * it returns.
 *
 * @return TWP_OK, TWP_ERR_INPUT with findings, TWP_ERR_IO, TWP_ERR_MEMORY, TWP_ERR_LIMIT beyond
 *         TWP_CSV_MAX_BYTES
 */
TWP_CHECK_RESULT twp_status_t twp_csv_read(
    twp_csv_t *csv, const char *path, const char *name, twp_findings_t *findings, twp_error_t *err);
void twp_csv_clear(twp_csv_t *csv);
/** Index of a column, or -1. */
int twp_csv_column(const twp_csv_t *csv, const char *name);
/** Text of a cell; "" when empty. */
const char *twp_csv_text(const twp_csv_t *csv, int64_t i_row, int i_column);
/** Strict number (no hex, no inf, no trailing text; C locale whatever the locale is). */
bool twp_csv_number(const twp_csv_t *csv, int64_t i_row, int i_column, double *value);
/** Empty, "NA" or "NaN". */
bool twp_csv_is_missing(const twp_csv_t *csv, int64_t i_row, int i_column);

/**
 * Strict decimal number: [+-]digits[.digits][(e|E)[+-]digits], all of text, finite. Independent of
 * the locale, correctly rounded. Shared by the expression reader.
 */
bool twp_number_read(const char *text, size_t length, double *value);

#define TWP_NUMBER_TEXT_SIZE 40
/** The shortest text of 15 to 17 digits that reads as the same number; value is finite. */
void twp_number_write(char text[TWP_NUMBER_TEXT_SIZE], double value);

#endif
