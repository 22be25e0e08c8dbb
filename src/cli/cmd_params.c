/* twinpath params: every number of a study with its source and who set it. */
#include "base/arena.h"
#include "cli/command.h"
#include "cli/findings.h"
#include "cli/options.h"
#include "cli/say.h"
#include "report/csv.h"
#include "report/grid.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SET = TWP_OPTION_OWN, FORMAT };
enum { AS_TABLE, AS_CSV, AS_JSON };

#define CHOICES "table|csv|json"

static const twp_option_t options[] = {
    { SET, "set", '\0', TWP_TAKES_VALUE, "PATH=VALUE",
        "override a value of the study; may be repeated" },
    { FORMAT, "format", 'f', TWP_TAKES_VALUE, CHOICES, "how to print them (default: table)" },
};

static const twp_example_t examples[] = {
    { "twinpath params study.yaml", "every number with its source" },
    { "twinpath params study.yaml --format csv | grep assumption", "what nobody has measured" },
};

static const char *
or_empty(const char *text)
{
    return text != NULL ? text : "";
}

/* "file:line:column" */
static void
format_place(char text[1024], const twp_number_row_t *row)
{
    if (row->line > 0)
        snprintf(text, 1024, "%s:%d:%d", or_empty(row->file), row->line, row->column);
    else
        snprintf(text, 1024, "%s", or_empty(row->file));
}

/* "0.80 to 0.86 years", "" where there is none; *mean likewise, without a unit. */
static void
format_interval(char interval[200], char mean[40], const twp_number_row_t *row)
{
    interval[0] = mean[0] = '\0';
    if (isnan(row->mean))
        return;
    snprintf(mean, 40, "%.4g", row->mean);
    snprintf(interval, 200, "%.4g to %.4g%s%s", row->p025, row->p975,
        row->written_unit[0] != '\0' ? " " : "", row->written_unit);
}

static void
write_table(const twp_study_t *study, twp_buffer_t *buffer)
{
    twp_arena_t *arena = twp_arena_create(0);
    twp_grid_t grid = twp_grid_init(arena);

    if (arena == NULL) {
        buffer->has_failed = true;
        return;
    }
    twp_grid_column(&grid, "path", TWP_GRID_TEXT);
    twp_grid_column(&grid, "value", TWP_GRID_TEXT);
    twp_grid_column(&grid, "uncertain", TWP_GRID_TEXT);
    twp_grid_column(&grid, "mean", TWP_GRID_TEXT);
    twp_grid_column(&grid, "95 %", TWP_GRID_TEXT);
    twp_grid_column(&grid, "source", TWP_GRID_TEXT);
    twp_grid_column(&grid, "set by", TWP_GRID_TEXT);
    twp_grid_column(&grid, "place", TWP_GRID_TEXT);
    for (int i = 0; i < twp_study_n_numbers(study); i++) {
        const twp_number_row_t row = twp_study_number(study, i);
        char place[1024], interval[200], mean[40];
        format_place(place, &row);
        format_interval(interval, mean, &row);
        twp_grid_add_copy(&grid, or_empty(row.path));
        twp_grid_add_copy(&grid, or_empty(row.text));
        twp_grid_add_copy(&grid, or_empty(row.distribution));
        twp_grid_add_copy(&grid, mean);
        twp_grid_add_copy(&grid, interval);
        twp_grid_add_copy(&grid, or_empty(row.source));
        twp_grid_add_copy(&grid, or_empty(row.origin));
        twp_grid_add_copy(&grid, place);
    }
    twp_grid_draw(&grid, buffer, "", 0);
    twp_arena_free(arena);
}

static void
write_csv(const twp_study_t *study, twp_buffer_t *buffer)
{
    twp_buffer_add(buffer,
        "path,value,source,origin,file,line,column,note,distribution,mean,p025,p975,unit\n");
    for (int i = 0; i < twp_study_n_numbers(study); i++) {
        const twp_number_row_t row = twp_study_number(study, i);
        twp_report_csv_field(buffer, or_empty(row.path), false);
        twp_report_csv_field(buffer, or_empty(row.text), false);
        twp_report_csv_field(buffer, or_empty(row.source), false);
        twp_report_csv_field(buffer, or_empty(row.origin), false);
        twp_report_csv_field(buffer, or_empty(row.file), false);
        twp_buffer_printf(buffer, "%d,%d,", row.line, row.column);
        twp_report_csv_field(buffer, or_empty(row.note), false);
        twp_report_csv_field(buffer, or_empty(row.distribution), false);
        if (isnan(row.mean))
            twp_buffer_add(buffer, ",,,");
        else
            twp_buffer_printf(buffer, "%.17g,%.17g,%.17g,", row.mean, row.p025, row.p975);
        twp_report_csv_field(buffer, or_empty(row.written_unit), true);
    }
}

/* json_real() takes no NAN. */
static json_t *
number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static void
write_json(const twp_study_t *study, twp_buffer_t *buffer)
{
    json_t *array = json_array();
    char *dumped = NULL;
    bool is_good = array != NULL;

    for (int i = 0; is_good && i < twp_study_n_numbers(study); i++) {
        const twp_number_row_t row = twp_study_number(study, i);
        /* "s?": null where there is no text */
        json_t *object = json_pack("{ss? ss? ss? ss? ss? si si ss? ss? so so so ss?}", "path",
            row.path, "value", row.text, "source", row.source, "origin", row.origin, "file",
            row.file, "line", row.line, "column", row.column, "note", row.note, "distribution",
            row.distribution, "mean", number(row.mean), "p025", number(row.p025), "p975",
            number(row.p975), "unit", row.written_unit);
        is_good = json_array_append_new(array, object) == 0;
    }
    if (is_good)
        dumped = json_dumps(array, JSON_INDENT(1));
    if (dumped != NULL) {
        twp_buffer_add(buffer, dumped);
        twp_buffer_add(buffer, "\n");
    } else {
        buffer->has_failed = true;
    }
    free(dumped);
    json_decref(array);
}

static int
print_numbers(const twp_study_t *study, int format)
{
    twp_buffer_t buffer = { 0 };

    if (format == AS_TABLE)
        write_table(study, &buffer);
    else if (format == AS_CSV)
        write_csv(study, &buffer);
    else
        write_json(study, &buffer);
    return twp_say_buffer(&buffer, TWP_EXIT_GOOD);
}

static int
list(const twp_arguments_t *arguments)
{
    const char **set = calloc((size_t) arguments->n_options + 1, sizeof *set);
    twp_study_t *study = NULL;
    int format = AS_TABLE, exit_code = TWP_EXIT_INPUT;

    if (set != NULL && twp_arguments_choice(arguments, FORMAT, "format", CHOICES, &format)) {
        const int n_set = twp_arguments_values(arguments, SET, set);
        exit_code = twp_findings_read_study(arguments->operand[0], set, n_set, stderr, &study);
    }
    free(set);
    if (exit_code == TWP_EXIT_GOOD)
        exit_code = print_numbers(study, format);
    twp_study_free(study);
    return exit_code;
}

const twp_command_t twp_command_params = { "params", "STUDY", 1, 1,
    "list every number of a study with its source",
    "Lists each number with its path, value, source (an evidence id, assumption, or other text), "
    "who set it (module, base, study, strategy or --set) and where; of uncertain parameters the "
    "distribution with its mean and 95 % interval.",
    options, (int) (sizeof options / sizeof options[0]), examples,
    (int) (sizeof examples / sizeof examples[0]), list };
