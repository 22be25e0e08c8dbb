/** Private to the JSON Schema of the language: values and names of json_schema_values.c. */
#ifndef TWP_STUDY_JSON_SCHEMA_H
#define TWP_STUDY_JSON_SCHEMA_H

#include "vocabulary/keys.h"

#include <jansson.h>

/** One way through the tables: all of a study, or a part of one. */
typedef struct {
    bool is_part;
    bool has_failed; /**< no memory */
} twp_schema_maker_t;

/** Take value; a NULL is a failure that is told at the end. */
void twp_json_put(twp_schema_maker_t *m, json_t *object, const char *key, json_t *value);
void twp_json_add(twp_schema_maker_t *m, json_t *array, json_t *value);
/** The "|"-separated words as an array of make(word). */
json_t *twp_json_each_word(
    twp_schema_maker_t *m, const char *words, json_t *(*make)(const char *) );

/** What a scalar of a row may be; is_item: as an item of a list or map. */
json_t *twp_json_value(twp_schema_maker_t *m, const twp_key_t *row, bool is_item);
/** What the definition new_name says: a name that may be declared. */
json_t *twp_json_new_name(twp_schema_maker_t *m);
/** What free names look like. */
json_t *twp_json_spelling(twp_spelling_t names);
/** Spelling of `replace`, which may stand in any mapping: the reader of files consumes it. */
json_t *twp_json_replace(void);

#endif
