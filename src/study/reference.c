#include "study/reference.h"

#include "study/expression_reading.h"
#include "vocabulary/families.h"
#include "vocabulary/keys.h"
#include "vocabulary/measures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- keys ----------------------------------------------------------------------------------- */

static const char *const value_names[] = {
    [TWP_VALUE_NONE] = "",
    [TWP_VALUE_ANY] = "anything",
    [TWP_VALUE_TEXT] = "text",
    [TWP_VALUE_NAME] = "name",
    [TWP_VALUE_REFERENCE] = "dotted name",
    [TWP_VALUE_PATH] = "path",
    [TWP_VALUE_BOOLEAN] = "true or false",
    [TWP_VALUE_INTEGER] = "whole number",
    [TWP_VALUE_COUNT] = "whole number > 0",
    [TWP_VALUE_DATE] = "date",
    [TWP_VALUE_CHOICE] = "",
    [TWP_VALUE_CURRENCY] = "currency",
    [TWP_VALUE_PRICES] = "currency and year",
    [TWP_VALUE_MEASURE] = "name of a measure",
    [TWP_VALUE_AT_MOST] = "`N`, or `N in DURATION`",
    [TWP_VALUE_CONSTANT] = "constant",
    [TWP_VALUE_TWIN] = "twin expression",
    [TWP_VALUE_STEP] = "step expression",
    [TWP_VALUE_INSTANT] = "instant expression",
    [TWP_VALUE_CONDITION] = "step condition",
    [TWP_VALUE_INSTANT_CONDITION] = "instant condition",
};

static const char *const means_names[] = {
    [TWP_MEANS_NUMBER] = "",
    [TWP_MEANS_TIME] = "time",
    [TWP_MEANS_PER_TIME] = "1 / time",
    [TWP_MEANS_MONEY] = "money",
    [TWP_MEANS_MONEY_PER_TIME] = "money / time",
    [TWP_MEANS_ANY] = "any",
};

/* Writes text into a cell of a table, where a bar would end it. */
static void
print_cell(FILE *out, const char *text)
{
    for (; *text != '\0'; text++)
        fprintf(out, *text == '|' ? "\\%c" : "%c", *text);
}

/* "`a`, `b`" of "a|b" */
static void
print_words(FILE *out, const char *words)
{
    fputc('`', out);
    for (; *words != '\0'; words++)
        if (*words == '|')
            fputs("`, `", out);
        else
            fputc(*words, out);
    fputc('`', out);
}

static void
print_value(FILE *out, const twp_key_t *key)
{
    if (key->choices != NULL)
        print_words(out, key->choices);
    else
        fputs(value_names[key->value], out);
}

/* [name](#anchor) */
static void
print_link(FILE *out, twp_block_t block)
{
    fprintf(out, "[%s](#", twp_blocks[block].name);
    for (const char *c = twp_blocks[block].name; *c != '\0'; c++)
        fputc(*c == ' ' ? '-' : *c, out);
    fputc(')', out);
}

/* "a or b" of what the row's mapping or list holds */
static void
print_content(FILE *out, const twp_key_t *key, twp_block_t block, bool takes_value)
{
    if (takes_value)
        fputs(value_names[key->value], out);
    if (takes_value && block != TWP_BLOCK_NONE)
        fputs(" or ", out);
    if (block != TWP_BLOCK_NONE)
        print_link(out, block);
}

static void
print_form(FILE *out, const twp_key_t *key)
{
    const bool is_plain = (key->forms & TWP_FORM_VALUE) != 0;
    const char *separator = "";

    if (is_plain) {
        print_value(out, key);
        separator = ", or ";
    }
    if ((key->forms & TWP_FORM_BLOCK) != 0) {
        fputs(separator, out);
        print_content(out, key, key->child, false);
        separator = ", or ";
    }
    if ((key->forms & TWP_FORM_LIST) != 0) {
        fprintf(out, "%slist of ", separator);
        print_content(out, key, key->item,
            key->item == TWP_BLOCK_NONE || !is_plain ? key->value != TWP_VALUE_NONE : false);
    }
    if ((key->forms & TWP_FORM_MATRIX) != 0)
        fputs("matrix of constants", out);
    if ((key->forms & (TWP_FORM_MAP | TWP_FORM_MAP_OF_LISTS)) != 0) {
        fprintf(out, "%s: %s",
            key->names == TWP_NAMES_NEW             ? "names"
                : key->names == TWP_NAMES_UNIT      ? "units"
                : key->names == TWP_NAMES_CONDITION ? "conditions"
                : key->names == TWP_NAMES_PATH      ? "paths"
                                                    : "dotted names",
            (key->forms & TWP_FORM_MAP_OF_LISTS) != 0 ? "list of " : "");
        if ((key->forms & TWP_FORM_MAP) != 0 && (key->forms & TWP_FORM_MAP_OF_LISTS) != 0) {
            print_content(out, key, key->item, key->value != TWP_VALUE_NONE);
            fputs(", or ", out);
            print_content(out, key, key->child, false);
            return;
        }
        print_content(out, key, (key->forms & TWP_FORM_MAP_OF_LISTS) != 0 ? key->item : key->child,
            key->value != TWP_VALUE_NONE);
    }
}

/* "required", "one of these", the default, and what must stand beside it */
static void
print_presence(FILE *out, const twp_key_t *key)
{
    if ((key->flags & TWP_KEY_REQUIRED) != 0)
        fputs("required", out);
    else if (key->group > 0)
        fprintf(out, "exactly one of group %d", key->group);
    else if (key->fallback != NULL)
        print_cell(out, key->fallback);
    if (key->group < 0)
        fprintf(out, "%sat most one of group %d", key->fallback != NULL ? "; " : "", -key->group);
    if (key->with != NULL) {
        fputs(" with ", out);
        print_words(out, key->with);
    }
    if (key->unless != NULL) {
        fputs(" without ", out);
        print_words(out, key->unless);
    }
}

static void
print_key(FILE *out, const twp_key_t *key)
{
    const bool is_expression = key->value >= TWP_VALUE_CONSTANT && key->value <= TWP_VALUE_INSTANT;

    if (key->name[0] == '*')
        fputs("| any other name | ", out);
    else
        fprintf(out, "| `%s` | ", key->name);
    print_form(out, key);
    fprintf(out, " | %s | ", is_expression ? means_names[key->means] : "");
    print_presence(out, key);
    fputs(" | ", out);
    print_cell(out, key->help);
    fprintf(out, "%s |\n", (key->flags & TWP_KEY_TELLS) != 0 ? " (only tells)" : "");
}

static void
print_block(FILE *out, twp_block_t block)
{
    const twp_block_row_t *const row = &twp_blocks[block];

    fprintf(out, "\n#### %s\n\n%s", row->name, row->help);
    if (row->has_source)
        fputs(" Takes `source` and `note`.", out);
    if (row->families_group != 0)
        fputs(" One of the hazard families below.", out);
    if (row->includes != TWP_BLOCK_NONE) {
        fputs(" And the keys of ", out);
        print_link(out, row->includes);
        fputc('.', out);
    }
    fputc('\n', out);
    for (size_t i = 0, n = 0; i < twp_n_keys; i++) {
        if (twp_keys[i].block != block)
            continue;
        if (n++ == 0)
            fputs("\n| key | holds | unit | default | meaning |\n| --- | --- | --- | --- | --- |\n",
                out);
        print_key(out, &twp_keys[i]);
    }
}

/* ---- the other tables ----------------------------------------------------------------------- */

static const char *
time_power(int power)
{
    return power == 1 ? " (time)" : power == -1 ? " (1 / time)" : "";
}

static void
print_families(FILE *out)
{
    fputs(
        "\n### Hazard families\n\n| family | parameters | cumulative hazard at age t | remarks |\n"
        "| --- | --- | --- | --- |\n",
        out);
    for (size_t i = 0; i < TWP_N_FAMILIES; i++) {
        const twp_family_row_t *const row = &twp_families[i];
        fprintf(out, "| `%s` | ", row->name);
        if (row->block != TWP_BLOCK_NONE) {
            fputs("see ", out);
            print_link(out, (twp_block_t) row->block);
        }
        for (int k = 0; row->block == TWP_BLOCK_NONE && k < row->n_parameters; k++) {
            fprintf(out, "%s`%s`%s", k > 0 ? ", " : "", row->parameter[k].name,
                time_power(row->parameter[k].time_power));
            if (row->parameter[k].fallback != NULL)
                fprintf(out, ", default %s", row->parameter[k].fallback);
            for (int s = 0; s < row->n_spellings; s++)
                if (row->spelling[s].i_parameter == k)
                    fprintf(out, " or `%s`%s", row->spelling[s].name,
                        time_power(row->spelling[s].time_power));
        }
        fprintf(out, " | %s | ", row->cumulative_hazard);
        print_cell(out, row->help);
        fprintf(out, "%s%s |\n", row->flexsurv != NULL ? "; flexsurv: " : "",
            row->flexsurv != NULL ? row->flexsurv : "");
    }
}

static const struct {
    unsigned takes;
    const char *text;
} takes_names[] = {
    { TWP_TAKES_AT, "`at`" },
    { TWP_TAKES_BY, "`by`" },
    { TWP_TAKES_BY_OPTIONAL, "`by` (optional)" },
    { TWP_TAKES_STATE, "`of` (track.state)" },
    { TWP_TAKES_AGAINST, "`against` (optional)" },
    { TWP_TAKES_AGAINST_REQUIRED, "`against`" },
    { TWP_TAKES_SINCE, "`since` (optional)" },
    { TWP_TAKES_GAP, "`permissible_gap` (optional)" },
    { TWP_TAKES_WINDOW, "`window` (optional)" },
    { TWP_TAKES_SUPPORT, "`of` (support, optional)" },
    { TWP_TAKES_PAYER, "`of` (payer, optional), `category` (optional)" },
    { TWP_TAKES_DISCOUNT, "`discounted` (optional)" },
    { TWP_TAKES_DOSES, "`of` (doses, optional)" },
    { TWP_TAKES_AT_LEAST, "`at_least` (optional)" },
    { TWP_TAKES_AT_MOST, "`at_most` (optional)" },
    { TWP_TAKES_STOCK, "`stock` (optional)" },
    { TWP_TAKES_TALLY, "`of` (tally)" },
};

static void
print_measures(FILE *out)
{
    fputs("\n### Measures\n\n| measure | unit | keys | definition | source |\n"
          "| --- | --- | --- | --- | --- |\n",
        out);
    for (size_t i = 0; i < TWP_N_MEASURES; i++) {
        const twp_measure_row_t *const row = &twp_measures[i];
        const char *separator = "";
        fprintf(out, "| `%s` | %s | ", row->name, row->unit);
        for (size_t k = 0; k < sizeof takes_names / sizeof takes_names[0]; k++)
            if ((row->takes & takes_names[k].takes) != 0) {
                fprintf(out, "%s%s", separator, takes_names[k].text);
                separator = ", ";
            }
        fputs(" | ", out);
        print_cell(out, row->definition);
        fputs(" | ", out);
        print_cell(out, row->source);
        fputs(" |\n", out);
    }
}

static void
print_units(FILE *out)
{
    fputs("\n### Units\n\n| unit | is |\n| --- | --- |\n", out);
    for (size_t i = 0; i < twp_n_units; i++)
        fprintf(out, "| `%s` | %s |\n", twp_unit_table[i].name, twp_unit_table[i].help);
    fputs("| `%` | a hundredth, after a number |\n"
          "| the study's currency, units of `exchange` | money |\n",
        out);
}

static void
print_expressions(FILE *out)
{
    fputs(
        "\n### Expressions\n\n"
        "Loosest first: `or`; `and`; `not`; `<` `<=` `>` `>=` `==` `!=` (not chained); `+` `-`; "
        "`*` `/`; `-x`; `^`;\nnumbers with a unit (`30 days`, `18 USD / year`), names, functions, "
        "brackets. `true` and `false` are conditions.\nA unit may stand alone and means one of it. "
        "Units are checked: time and money are never added.\n\n"
        "How far an expression may look, each with what comes before it: *constant*: parameters; "
        "*twin*: attributes,\n`consent.NAME`; *step*: variables, formulas, `track.state`, "
        "`stock.empty`, `SUPPORT` (active), observations;\n*instant*: a stock's days left, `time` "
        "since entry, `time_in(track)`.\n\n"
        "| function | gives |\n| --- | --- |\n",
        out);
    for (size_t i = 0; i < twp_n_functions; i++)
        fprintf(out, "| `%s` | %s |\n", twp_functions[i].call, twp_functions[i].help);
    fputs(
        "\nNames are a to z, 0 to 9 and `_`, begin with a letter, have at most 60 characters, and "
        "are no unit and none of:\n",
        out);
    for (size_t i = 0; i < twp_n_reserved_words; i++)
        fprintf(out, "%s`%s`", i > 0 ? ", " : "", twp_reserved_words[i]);
    fputs(".\n", out);
}

static twp_status_t
finish(FILE *out, char **text, twp_error_t *err)
{
    const bool is_whole = ferror(out) == 0;

    if (fclose(out) == 0 && is_whole && *text != NULL)
        return TWP_OK;
    free(*text);
    *text = NULL;
    return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the reference");
}

twp_status_t
twp_reference_markdown(char **text, twp_error_t *err)
{
    size_t n_bytes = 0;
    FILE *out;

    *text = NULL;
    out = open_memstream(text, &n_bytes);
    if (out == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the reference");
    fputs("### Keys\n\nKeys of one group exclude each other.\n", out);
    for (int block = TWP_BLOCK_STUDY; block < TWP_N_BLOCKS; block++)
        print_block(out, (twp_block_t) block);
    fputs("\n`source` in any block that takes it: ", out);
    fputs(twp_key_source.help, out);
    fputs(". Every number\nof the model needs one; settings (time, counts, report, record, "
          "tolerances) do not.\n",
        out);
    print_families(out);
    print_measures(out);
    print_units(out);
    print_expressions(out);
    return finish(out, text, err);
}

twp_status_t
twp_reference_keys(char **text, twp_error_t *err)
{
    size_t n_bytes = 0;
    FILE *out;

    *text = NULL;
    out = open_memstream(text, &n_bytes);
    if (out == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the list of keys");
    for (size_t i = 0; i < twp_n_keys; i++)
        fprintf(out, "%s.%s\n", twp_blocks[twp_keys[i].block].name, twp_keys[i].name);
    return finish(out, text, err);
}
