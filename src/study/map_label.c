/* What stands in the labels of the map. */
#include "study/map_label.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Deeper than this a node is told as "...". */
#define WORDS_MAX_DEPTH 8
/* A number of more digits is rounded: a map is to be read, not to be fitted from. */
#define MOST_DIGITS 8
/* A source of more bytes is cut: what it says in full stands in the study. */
#define SOURCE_MAX_BYTES 40

/* ---- text ------------------------------------------------------------------------------------ */

void
twp_map_quote(const twp_map_t *map, const char *text)
{
    fputc('"', map->out);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', map->out);
        fputc((unsigned char) *text < ' ' ? ' ' : *text, map->out);
    }
    fputc('"', map->out);
}

static void
add_escaped(FILE *out, const char *text, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++) {
        switch (text[i]) {
        case '&': fputs("&amp;", out); break;
        case '<': fputs("&lt;", out); break;
        case '>': fputs("&gt;", out); break;
        case '"': fputs("&quot;", out); break;
        case '\\': fputs("\\\\", out); break; /* \G and its like mean something to Graphviz */
        default: fputc((unsigned char) text[i] < ' ' ? ' ' : text[i], out);
        }
    }
}

static bool
is_inside_character(char byte)
{
    return ((unsigned char) byte & 0xC0u) == 0x80u;
}

/* Bytes of the next line: as many words as fit into width characters; a longer word is cut. */
static size_t
line_length(const char *text, int width)
{
    size_t i = 0, last_blank = 0;
    int n_characters = 0;

    for (; text[i] != '\0'; i++) {
        if (is_inside_character(text[i]))
            continue;
        if (text[i] == ' ' && i > 0)
            last_blank = i;
        if (n_characters++ == width)
            return last_blank > 0 ? last_blank : i;
    }
    return i;
}

void
twp_map_line(const twp_map_t *map, twp_map_style_t style, int width, const char *text)
{
    static const char *const open[] = { [TWP_MAP_HEADING] = "<FONT POINT-SIZE=\"16\"><B>",
        [TWP_MAP_STATE] = "<FONT POINT-SIZE=\"12\"><B>",
        [TWP_MAP_NAME] = "<B>",
        [TWP_MAP_PLAIN] = "",
        [TWP_MAP_SOURCE] = "<FONT COLOR=\"#555555\"><I>" };
    static const char *const shut[] = { [TWP_MAP_HEADING] = "</B></FONT>",
        [TWP_MAP_STATE] = "</B></FONT>",
        [TWP_MAP_NAME] = "</B>",
        [TWP_MAP_PLAIN] = "",
        [TWP_MAP_SOURCE] = "</I></FONT>" };

    const char *indent = "";

    while (text != NULL && *text != '\0') {
        const size_t n_bytes = line_length(text, indent[0] == '\0' ? width : width - 2);
        fprintf(map->out, "%s%s", open[style], indent);
        add_escaped(map->out, text, n_bytes);
        fprintf(map->out, "%s<BR ALIGN=\"LEFT\"/>", shut[style]);
        text += n_bytes;
        text += strspn(text, " ");
        indent = style == TWP_MAP_PLAIN ? "&#160;&#160;" : "";
    }
}

static const char *
keep(twp_map_t *map, const char *text)
{
    map->has_failed = map->has_failed || text == NULL;
    return text != NULL ? text : "";
}

const char *
twp_map_printf(twp_map_t *map, const char *format, ...)
{
    va_list arguments;
    const char *text;

    va_start(arguments, format);
    text = keep(map, twp_arena_vprintf(map->arena, format, arguments));
    va_end(arguments);
    return text;
}

/* A copy, cut between two characters where it is longer than that. */
static const char *
cut(twp_map_t *map, const char *text, size_t n_most)
{
    size_t n_bytes = strlen(text);
    const bool is_cut = n_bytes > n_most;

    if (is_cut)
        for (n_bytes = n_most; is_inside_character(text[n_bytes]);)
            n_bytes--;
    return twp_map_printf(map, "%.*s%s", (int) n_bytes, text, is_cut ? " ..." : "");
}

/* What was printed to a stream of open_memstream, into the arena. */
static const char *
finish(twp_map_t *map, FILE *out, char **text)
{
    const char *const copy = out != NULL && fclose(out) == 0 ? cut(map, *text, TWP_MAP_MAX_BYTES)
                                                             : NULL;

    free(*text);
    return keep(map, copy);
}

/* ---- values of parameters ----------------------------------------------------------------------- */

/* A number to be read: five digits, and no power of ten where its digits say as much. */
static void
format_number(char digits[40], double number)
{
    const double size = fabs(number);

    snprintf(digits, 40, size >= 1e5 && size < 1e12 ? "%.0f" : "%.5g", number);
}

/* "3361 days": as written, else in the unit of the parameter. */
static void
print_value(twp_map_t *map, FILE *out, const twp_study_parameter_t *parameter)
{
    twp_expression_t number = { .kind = TWP_WORD_NUMBER, .dim = parameter->dim };
    char digits[40];

    if (parameter->expression->written != NULL) {
        fputs(parameter->expression->written, out);
        return;
    }
    if (parameter->unit[0] != '\0') {
        format_number(digits, parameter->value / parameter->unit_size);
        fprintf(out, "%s %s", digits, parameter->unit);
        return;
    }
    format_number(digits, parameter->value);
    number.number = strtod(digits, NULL);
    fputs(keep(map, twp_expression_print(map->arena, &number, map->study)), out);
}

static bool
is_called(const char *name, const char *word, size_t length)
{
    return strlen(name) == length && memcmp(name, word, length) == 0;
}

/* What a word stands for, if it is a parameter or an observation. */
static void
print_meaning(twp_map_t *map, FILE *out, const char *word, size_t length)
{
    const twp_study_typed_t *const study = map->study;

    for (int i = 0; i < study->n_parameters; i++) {
        if (is_called(study->parameter[i].name, word, length)) {
            fputs(" (", out);
            print_value(map, out, &study->parameter[i]);
            fputc(')', out);
            return;
        }
    }
    for (int i = 0; i < study->n_observations; i++) {
        const twp_node_t *const node = twp_node_get(
            twp_node_get(map->root, "observations"), study->observation[i].name);
        const twp_node_t *const delay = twp_node_get(node, "delay");
        if (node == NULL || !is_called(study->observation[i].name, word, length))
            continue;
        fprintf(out, " (%s", twp_map_words(map, twp_node_get(node, "of")));
        if (delay != NULL)
            fprintf(out, ", %s later", twp_map_words(map, delay));
        fputc(')', out);
        return;
    }
}

/* Length of the name that begins here (letters, digits, _ and points between them), or 0. */
static size_t
name_length(const char *text)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    static const char other[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.";

    return strspn(text, first) > 0 ? strspn(text, other) : 0;
}

/* Prints one byte, or a number with what hangs on it ("1e5", "2nd": no name) and no more than five digits
 * of a long one. Returns how many bytes that were. */
static size_t
print_other(FILE *out, const char *text)
{
    const size_t n_digits = strspn(text, "0123456789.");
    size_t length = n_digits > 0 ? n_digits + name_length(text + n_digits) : 1;
    double number;

    if (n_digits == length && n_digits > MOST_DIGITS && twp_number_read(text, length, &number))
        fprintf(out, "%.5g", number);
    else
        fprintf(out, "%.*s", (int) length, text);
    return length;
}

static void
print_annotated(twp_map_t *map, FILE *out, const char *text)
{
    while (*text != '\0') {
        size_t length = name_length(text);
        if (length > 0) {
            fprintf(out, "%.*s", (int) length, text);
            print_meaning(map, out, text, length);
        } else {
            length = print_other(out, text);
        }
        text += length;
    }
}

const char *
twp_map_annotate(twp_map_t *map, const char *text)
{
    char *whole = NULL;
    size_t n_bytes = 0;
    FILE *const out = open_memstream(&whole, &n_bytes);

    if (out != NULL)
        print_annotated(map, out, text);
    return finish(map, out, &whole);
}

const char *
twp_map_expression(twp_map_t *map, const twp_expression_t *expression)
{
    const char *text = keep(map, twp_expression_print(map->arena, expression, map->study));
    const size_t length = strlen(text);
    int depth = 0;

    if (length < 2 || text[0] != '(')
        return twp_map_annotate(map, text);
    for (size_t i = 0; i + 1 < length; i++) {
        depth += (text[i] == '(') - (text[i] == ')');
        if (depth == 0)
            return twp_map_annotate(map, text);
    }
    return twp_map_annotate(map, twp_map_printf(map, "%.*s", (int) length - 2, text + 1));
}

/* ---- nodes in words ----------------------------------------------------------------------------- */

/* Keys that say nothing about what happens. */
static bool
is_silent(const char *key)
{
    return strcmp(key, "source") == 0 || strcmp(key, "note") == 0 || strcmp(key, "stream") == 0;
}

static void print_words(twp_map_t *map, FILE *out, const twp_node_t *node, int depth);

/* `key value`, `key (several)`; what stands last needs no brackets, but a list has them always. */
static void
print_pair(twp_map_t *map, FILE *out, const twp_pair_t *pair, bool is_last, int depth)
{
    const twp_node_kind_t kind = pair->value->kind;
    const bool has_brackets = kind == TWP_NODE_SEQUENCE || (kind == TWP_NODE_MAPPING && !is_last);

    fprintf(out, "%s%s", pair->key, has_brackets ? " (" : kind == TWP_NODE_SCALAR ? " " : ": ");
    print_words(map, out, pair->value, depth + 1);
    if (has_brackets)
        fputc(')', out);
}

static void
print_words(twp_map_t *map, FILE *out, const twp_node_t *node, int depth)
{
    const char *between = "";

    if (depth > WORDS_MAX_DEPTH) {
        fputs("...", out);
        return;
    }
    if (node->kind == TWP_NODE_SCALAR) {
        print_annotated(map, out, node->text);
        return;
    }
    for (int i = 0; i < node->n && ftell(out) <= 4 * TWP_MAP_MAX_BYTES; i++) {
        if (node->kind == TWP_NODE_MAPPING && is_silent(node->pair[i].key))
            continue;
        fputs(between, out);
        if (node->kind == TWP_NODE_SEQUENCE) {
            between = node->item[i]->kind == TWP_NODE_SCALAR ? ", " : "; ";
            print_words(map, out, node->item[i], depth + 1);
        } else {
            between = ", ";
            print_pair(map, out, &node->pair[i], i + 1 == node->n, depth);
        }
    }
}

const char *
twp_map_words(twp_map_t *map, const twp_node_t *node)
{
    char *text = NULL;
    size_t n_bytes = 0;
    FILE *const out = node != NULL ? open_memstream(&text, &n_bytes) : NULL;

    if (node == NULL)
        return "";
    if (out != NULL)
        print_words(map, out, node, 0);
    return finish(map, out, &text);
}

const char *
twp_map_effect(twp_map_t *map, const twp_node_t *node)
{
    static const char *const order[] = { "hr", "time_ratio", "or", "rr", "difference", "at", "if",
        "per", "unit", "fades" };
    const char *text = "";

    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        const twp_node_t *const value = twp_node_get(node, order[i]);
        if (value != NULL)
            text = twp_map_printf(map, "%s%s%s%s %s", text,
                text[0] == '\0'                      ? ""
                    : value->kind == TWP_NODE_SCALAR ? " "
                                                     : ", ",
                order[i], value->kind == TWP_NODE_SCALAR ? "" : ":", twp_map_words(map, value));
    }
    return text;
}

/* ---- sources ------------------------------------------------------------------------------------ */

static void
add_source(twp_map_sources_t *sources, const char *source)
{
    const int n_most = (int) (sizeof sources->source / sizeof sources->source[0]);

    /* a setting claims nothing about the world and needs no source */
    if (source == NULL || strcmp(source, "setting") == 0)
        return;
    for (int i = 0; i < sources->n; i++)
        if (strcmp(sources->source[i], source) == 0)
            return;
    if (sources->n < n_most)
        sources->source[sources->n++] = source;
}

static void
add_of_text(twp_map_t *map, twp_map_sources_t *sources, const char *text)
{
    while (*text != '\0') {
        const size_t length = name_length(text);
        for (int i = 0; length > 0 && i < map->study->n_parameters; i++)
            if (is_called(map->study->parameter[i].name, text, length))
                add_source(sources, map->study->parameter[i].source);
        text += length > 0 ? length : 1;
    }
}

static void
add_of_node(twp_map_t *map, twp_map_sources_t *sources, const twp_node_t *node)
{
    if (node->kind == TWP_NODE_SCALAR)
        add_of_text(map, sources, node->text);
    for (int i = 0; i < node->n; i++) {
        if (node->kind == TWP_NODE_SEQUENCE)
            add_of_node(map, sources, node->item[i]);
        else if (node->kind == TWP_NODE_MAPPING && !is_silent(node->pair[i].key))
            add_of_node(map, sources, node->pair[i].value);
    }
}

void
twp_map_sources_add(
    twp_map_t *map, twp_map_sources_t *sources, const char *path, const twp_node_t *node)
{
    const size_t length = strlen(path);

    for (int i = 0; i < map->study->n_numbers; i++) {
        const twp_study_number_t *const number = &map->study->number[i];
        if (strncmp(number->path, path, length) == 0 &&
            (number->path[length] == '.' || number->path[length] == '\0'))
            add_source(sources, number->source);
    }
    if (node != NULL)
        add_of_node(map, sources, node);
}

void
twp_map_sources_line(twp_map_t *map, const twp_map_sources_t *sources, int width)
{
    const char *text = "";

    for (int i = 0; i < sources->n; i++)
        text = twp_map_printf(
            map, "%s%s%s", text, i > 0 ? "; " : "", cut(map, sources->source[i], SOURCE_MAX_BYTES));
    twp_map_line(map, TWP_MAP_SOURCE, width, cut(map, text, TWP_MAP_MAX_BYTES));
}
