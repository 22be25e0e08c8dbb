/*
 * YAML text to tree through libyaml's events. Nothing here recurses: open collections lie on a
 * stack of TWP_YAML_MAX_DEPTH frames, and the children read so far of all of them on one growing
 * list.
 */
#include "document/syntax_words.h"
#include "document/text.h"
#include "document/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define PATH_BYTES 512

/* A mapping or sequence that is being read. */
typedef struct {
    twp_node_t *node;
    int i_first_child; /* in reader_t.child */
    /* of a mapping: */
    bool has_key;        /* a key was read, its value comes next */
    bool is_key_refused; /* then the value is read and dropped */
    twp_pair_t key;
    /* of this collection itself: */
    bool stands_as_key;
} frame_t;

typedef struct {
    twp_arena_t *arena;
    twp_findings_t *findings;
    const char *file;
    const char *text; /* checked, without byte order mark */
    size_t n_bytes;
    twp_origin_t origin;
    frame_t frame[TWP_YAML_MAX_DEPTH];
    int n_frames;
    twp_pair_t *child; /* [n_children]; without keys for sequences */
    int n_children, n_room;
    int n_events;
    int n_documents;
    twp_node_t *root;
    bool is_done;
    bool is_out_of_memory;
} reader_t;

/* ---- places ---------------------------------------------------------------------------------- */

static twp_place_t
place_of(const reader_t *reader, yaml_mark_t mark, const char *path)
{
    return (twp_place_t){ .file = reader->file,
        .line = (int) mark.line + 1,
        .column = (int) mark.column + 1,
        .path = path };
}

/* Path of what is read now, such as patient.tracks.0; cut when it is long. */
static const char *
current_path(const reader_t *reader, char path[PATH_BYTES])
{
    size_t length = 0;

    path[0] = '\0';
    for (int i = 0; i < reader->n_frames; i++) {
        const frame_t *const frame = &reader->frame[i];
        const char *const dot = length > 0 ? "." : "";
        const int i_end = i + 1 < reader->n_frames ? frame[1].i_first_child : reader->n_children;
        int n = 0;
        if (frame->node->kind == TWP_NODE_SEQUENCE)
            n = snprintf(
                path + length, PATH_BYTES - length, "%s%d", dot, i_end - frame->i_first_child);
        else if (frame->has_key && !frame->is_key_refused)
            n = snprintf(path + length, PATH_BYTES - length, "%s%s", dot, frame->key.key);
        if (n < 0 || (size_t) n >= PATH_BYTES - length) {
            path[length] = '\0'; /* whole names only */
            break;
        }
        length += (size_t) n;
    }
    return path;
}

static void
refuse(reader_t *reader, yaml_mark_t mark, const char *found, const char *expected,
    const char *message)
{
    char path[PATH_BYTES];

    twp_findings_add(reader->findings, place_of(reader, mark, current_path(reader, path)), found,
        expected, NULL, "%s", message);
}

static void
refuse_properties(
    reader_t *reader, yaml_mark_t mark, const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor != NULL)
        refuse(reader, mark, (const char *) anchor, "the value itself, or a module in 'uses'",
            "anchors (&) are not allowed");
    if (tag != NULL)
        refuse(reader, mark, (const char *) tag, "the value without a tag, in quotes if it is text",
            "tags (!) are not allowed");
}

/* ---- building the tree --------------------------------------------------------------------- */

static twp_node_t *
new_node(reader_t *reader, twp_node_kind_t kind, yaml_mark_t mark)
{
    twp_node_t *const node = TWP_ARENA_NEW(reader->arena, twp_node_t, 1);

    if (node == NULL) {
        reader->is_out_of_memory = true;
        return NULL;
    }
    node->kind = kind;
    node->file = reader->file;
    node->line = (int) mark.line + 1;
    node->column = (int) mark.column + 1;
    node->origin = reader->origin;
    return node;
}

static frame_t *
top_frame(reader_t *reader)
{
    return reader->n_frames > 0 ? &reader->frame[reader->n_frames - 1] : NULL;
}

static bool
is_key_next(reader_t *reader)
{
    const frame_t *const frame = top_frame(reader);

    return frame != NULL && frame->node->kind == TWP_NODE_MAPPING && !frame->has_key;
}

/* Hands a finished value to the collection around it. */
static void
add_value(reader_t *reader, twp_node_t *node)
{
    frame_t *const frame = top_frame(reader);
    twp_pair_t child = { .value = node };

    if (frame == NULL) {
        if (reader->root == NULL)
            reader->root = node;
        return;
    }
    if (frame->node->kind == TWP_NODE_MAPPING) {
        frame->has_key = false;
        if (frame->is_key_refused)
            return;
        child = frame->key;
        child.value = node;
    }
    if (reader->n_children == reader->n_room) {
        const int n_room = reader->n_room > 0 ? 2 * reader->n_room : 256;
        twp_pair_t *const larger = realloc(reader->child, (size_t) n_room * sizeof *larger);
        if (larger == NULL) {
            reader->is_out_of_memory = true;
            return;
        }
        reader->child = larger;
        reader->n_room = n_room;
    }
    reader->child[reader->n_children++] = child;
}

static void
take_key(reader_t *reader, const yaml_event_t *event)
{
    frame_t *const frame = top_frame(reader);
    const char *const text = (const char *) event->data.scalar.value;
    const size_t length = event->data.scalar.length;
    const bool is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    const char *problem = NULL;

    if (memchr(text, '\0', length) != NULL)
        problem = "a key holds the character NUL";
    else if (length == 0)
        problem = "a key is empty";
    else if (is_plain && strcmp(text, "<<") == 0)
        problem = "merge keys (<<) are not allowed";
    if (problem != NULL)
        refuse(reader, event->start_mark, text, "a name", problem);
    frame->has_key = true;
    frame->is_key_refused = problem != NULL;
    frame->key = (twp_pair_t){ .line = (int) event->start_mark.line + 1,
        .column = (int) event->start_mark.column + 1 };
    if (problem == NULL) {
        frame->key.key = twp_arena_strndup(reader->arena, text, length);
        if (frame->key.key == NULL)
            reader->is_out_of_memory = true;
    }
}

static void
take_scalar(reader_t *reader, const yaml_event_t *event)
{
    const char *const text = (const char *) event->data.scalar.value;
    const yaml_scalar_style_t style = event->data.scalar.style;
    twp_node_t *node;

    refuse_properties(reader, event->start_mark, event->data.scalar.anchor, event->data.scalar.tag);
    if (is_key_next(reader)) {
        take_key(reader, event);
        return;
    }
    if (memchr(text, '\0', event->data.scalar.length) != NULL)
        refuse(
            reader, event->start_mark, text, "text without \\0", "a text holds the character NUL");
    node = new_node(reader, TWP_NODE_SCALAR, event->start_mark);
    if (node == NULL)
        return;
    node->is_quoted = style == YAML_SINGLE_QUOTED_SCALAR_STYLE ||
        style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    node->text = twp_arena_strdup(reader->arena, text); /* up to a NUL, if there is one */
    if (node->text == NULL)
        reader->is_out_of_memory = true;
    else
        add_value(reader, node);
}

/* `*name`: refused, and read as an empty text so that the rest keeps its shape. */
static void
take_alias(reader_t *reader, const yaml_event_t *event)
{
    refuse(reader, event->start_mark, (const char *) event->data.alias.anchor,
        "the value itself, or quotes around text that begins with *",
        "aliases (*) are not allowed");
    if (is_key_next(reader)) {
        frame_t *const frame = top_frame(reader);
        frame->has_key = true;
        frame->is_key_refused = true;
    } else {
        twp_node_t *const node = new_node(reader, TWP_NODE_SCALAR, event->start_mark);
        if (node == NULL)
            return;
        node->text = "";
        add_value(reader, node);
    }
}

static void
begin_collection(reader_t *reader, const yaml_event_t *event, twp_node_kind_t kind)
{
    const bool stands_as_key = is_key_next(reader);
    twp_node_t *node;

    if (kind == TWP_NODE_MAPPING)
        refuse_properties(reader, event->start_mark, event->data.mapping_start.anchor,
            event->data.mapping_start.tag);
    else
        refuse_properties(reader, event->start_mark, event->data.sequence_start.anchor,
            event->data.sequence_start.tag);
    if (reader->n_frames == TWP_YAML_MAX_DEPTH) {
        char message[80];
        snprintf(message, sizeof message, "nested more than %d deep", TWP_YAML_MAX_DEPTH);
        refuse(reader, event->start_mark, NULL, NULL, message);
        reader->is_done = true;
        return;
    }
    if (stands_as_key)
        refuse(reader, event->start_mark, kind == TWP_NODE_MAPPING ? "a mapping" : "a list",
            "a name", "a key must be a name");
    node = new_node(reader, kind, event->start_mark);
    if (node == NULL)
        return;
    reader->frame[reader->n_frames++] = (frame_t){
        .node = node, .i_first_child = reader->n_children, .stands_as_key = stands_as_key
    };
}

/* Reports each key that was there before, and takes its pair out: the first one counts. */
static void
drop_repeated_keys(reader_t *reader, twp_node_t *node)
{
    twp_key_index_t index;
    char path[PATH_BYTES];
    int n = 0;

    if (!twp_key_index_init(&index, node->pair, node->n)) {
        reader->is_out_of_memory = true;
        return;
    }
    for (int i = 0, i_first = 0; i < node->n; i++) {
        const twp_pair_t *const first = index.pair[i_first], *const pair = index.pair[i];
        if (i == i_first || strcmp(first->key, pair->key) != 0) {
            i_first = i;
            continue;
        }
        twp_findings_add(reader->findings,
            (twp_place_t){ .file = reader->file,
                .line = pair->line,
                .column = pair->column,
                .path = current_path(reader, path) },
            pair->key, NULL, NULL, "key '%.80s' is repeated; it stands in line %d already",
            pair->key, first->line);
        node->pair[pair - node->pair].value = NULL;
    }
    twp_key_index_clear(&index);
    for (int i = 0; i < node->n; i++)
        if (node->pair[i].value != NULL)
            node->pair[n++] = node->pair[i];
    node->n = n;
}

static void
end_collection(reader_t *reader)
{
    const frame_t frame = *top_frame(reader);
    twp_node_t *const node = frame.node;
    node->n = reader->n_children - frame.i_first_child;
    if (node->kind == TWP_NODE_MAPPING) {
        node->pair = TWP_ARENA_NEW(reader->arena, twp_pair_t, node->n);
        reader->is_out_of_memory |= node->pair == NULL;
    } else {
        node->item = TWP_ARENA_NEW(reader->arena, twp_node_t *, node->n);
        reader->is_out_of_memory |= node->item == NULL;
    }
    if (reader->is_out_of_memory)
        return;
    for (int i = 0; i < node->n; i++) {
        const twp_pair_t *const child = &reader->child[frame.i_first_child + i];
        if (node->kind == TWP_NODE_MAPPING)
            node->pair[i] = *child;
        else
            node->item[i] = child->value;
    }
    reader->n_children = frame.i_first_child;
    reader->n_frames--;
    if (node->kind == TWP_NODE_MAPPING && node->n > 1)
        drop_repeated_keys(reader, node);
    if (frame.stands_as_key) {
        top_frame(reader)->has_key = true;
        top_frame(reader)->is_key_refused = true;
    } else if (!reader->is_out_of_memory) {
        add_value(reader, node);
    }
}

/* ---- events -------------------------------------------------------------------------------- */

static void
take_event(reader_t *reader, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (reader->n_documents++ > 0) {
            refuse(
                reader, event->start_mark, "---", "one document", "a second document begins here");
            reader->is_done = true;
        }
        break;
    case YAML_SCALAR_EVENT: take_scalar(reader, event); break;
    case YAML_ALIAS_EVENT: take_alias(reader, event); break;
    case YAML_MAPPING_START_EVENT: begin_collection(reader, event, TWP_NODE_MAPPING); break;
    case YAML_SEQUENCE_START_EVENT: begin_collection(reader, event, TWP_NODE_SEQUENCE); break;
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT: end_collection(reader); break;
    case YAML_STREAM_END_EVENT: reader->is_done = true; break;
    default: break; /* stream start and document end say nothing new */
    }
    if (!reader->is_done && ++reader->n_events > TWP_YAML_MAX_EVENTS) {
        char message[80];
        snprintf(message, sizeof message, "more than %d keys and values", TWP_YAML_MAX_EVENTS);
        refuse(reader, event->start_mark, NULL, NULL, message);
        reader->root = NULL;
        reader->is_done = true;
    }
}

/* Says in plain words why libyaml stopped. */
static void
report_syntax_error(reader_t *reader, const yaml_parser_t *parser)
{
    twp_place_t place = place_of(reader, parser->problem_mark, NULL);
    char found[64], path[PATH_BYTES];
    twp_syntax_words_t words;
    size_t offset;

    place.path = current_path(reader, path);
    if (parser->error == YAML_READER_ERROR) /* it has no mark */
        offset = parser->problem_offset;
    else
        offset = twp_text_offset(reader->text, reader->n_bytes, place.line, place.column);
    /* back again, as libyaml sets the end of the text in a line of its own */
    twp_text_place(reader->text, reader->n_bytes, offset, &place.line, &place.column);
    words = twp_syntax_words(
        parser->problem, reader->text, reader->n_bytes, offset, found, sizeof found);
    if (parser->context != NULL && (int) parser->context_mark.line + 1 < place.line)
        twp_findings_add(reader->findings, place, found, words.expected, NULL,
            "%s (in what begins in line %d)", words.message, (int) parser->context_mark.line + 1);
    else
        twp_findings_add(reader->findings, place, found, words.expected, NULL, "%s", words.message);
}

static void
read_events(reader_t *reader)
{
    yaml_parser_t parser;

    if (!yaml_parser_initialize(&parser)) {
        reader->is_out_of_memory = true;
        return;
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *) reader->text, reader->n_bytes);
    while (!reader->is_done && !reader->is_out_of_memory) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            if (parser.error == YAML_MEMORY_ERROR)
                reader->is_out_of_memory = true;
            else
                report_syntax_error(reader, &parser);
            reader->root = NULL;
            break;
        }
        take_event(reader, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
}

/* Nothing but comments, or a document without content. */
static bool
is_empty(const twp_node_t *root)
{
    return root == NULL ||
        (root->kind == TWP_NODE_SCALAR && !root->is_quoted && root->text[0] == '\0');
}

static bool
is_too_large(reader_t *reader)
{
    if (reader->n_bytes <= TWP_YAML_MAX_BYTES)
        return false;
    twp_findings_add(reader->findings,
        (twp_place_t){ .file = reader->file, .line = 1, .column = 1 }, NULL, NULL, NULL,
        "larger than %u bytes", TWP_YAML_MAX_BYTES);
    return true;
}

twp_status_t
twp_yaml_read(twp_arena_t *arena, const char *file, const char *text, size_t n_bytes,
    twp_origin_t origin, twp_findings_t *findings, twp_node_t **root, twp_error_t *err)
{
    const int n_errors_before = findings->n_errors;
    const size_t bom = twp_text_bom(text, n_bytes);
    reader_t reader = { .arena = arena,
        .findings = findings,
        .n_bytes = n_bytes - bom,
        .origin = origin,
        .file = twp_arena_strdup(arena, file) };
    char *checked = NULL;

    *root = NULL;
    if (reader.file == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory to read it", file);
    if (!is_too_large(&reader)) {
        checked = malloc(reader.n_bytes + 1);
        if (checked != NULL) {
            memcpy(checked, text + bom, reader.n_bytes);
            checked[reader.n_bytes] = '\0';
            twp_text_check(file, checked, reader.n_bytes, true, TWP_FINDINGS_MAX, findings);
            reader.text = checked;
            read_events(&reader);
            if (findings->n_errors == n_errors_before && !reader.is_out_of_memory &&
                is_empty(reader.root))
                twp_findings_add(findings, (twp_place_t){ .file = file, .line = 1, .column = 1 },
                    NULL, "keys and values", NULL, "there is nothing in it");
        } else {
            reader.is_out_of_memory = true;
        }
    }
    free(checked);
    free(reader.child);
    if (reader.is_out_of_memory)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory to read it", file);
    *root = reader.root;
    if (findings->n_errors > n_errors_before)
        return TWP_FAIL(
            err, TWP_ERR_INPUT, "%s: %d findings", file, findings->n_errors - n_errors_before);
    return TWP_OK;
}
