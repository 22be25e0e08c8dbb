/* twinpath adherence: adherence measures of a real file of dispensings. */
#include "cli/command.h"
#include "cli/comparison.h"
#include "cli/findings.h"
#include "cli/options.h"
#include "cli/say.h"
#include "report/adherence.h"
#include "vocabulary/adherence.h"

#include <stdlib.h>

/* The settings of the vocabulary have the ids from OWN on, in its order. */
enum { OWN = TWP_OPTION_OWN, OUTPUT = OWN + TWP_N_FILE_SETTINGS, CSV, OVERWRITE, FORMAT, QUIET };

static const twp_option_t options[] = {
#define OPTION(id, name, takes, value, fallback, help) \
    { OWN + TWP_SET_##id, name, '\0', takes ? TWP_TAKES_VALUE : TWP_TAKES_NOTHING, value, help },
    TWP_FILE_SETTINGS(OPTION)
#undef OPTION
        { OUTPUT, "output", 'o', TWP_TAKES_VALUE, "FILE",
            "write rows and figures into this HDF5 file" },
    { CSV, "csv", '\0', TWP_TAKES_VALUE, "FILE", "write the rows into this CSV file" },
    { OVERWRITE, "overwrite", '\0', TWP_TAKES_NOTHING, NULL, "replace files that are there" },
    { FORMAT, "format", 'f', TWP_TAKES_VALUE, TWP_FORMAT_CHOICES,
        "how to print the figures (default: table)" },
    { QUIET, "quiet", 'q', TWP_TAKES_NOTHING, NULL, "print no figures" },
};

static const twp_example_t examples[] = {
    { "twinpath adherence fills.csv --id patient --date filled --duration supply",
        "all measures of two years from each patient's first dispensing" },
    { "twinpath adherence fills.csv --followup-duration '2 years' --window-start '6 months' "
      "--window-duration '1 year' --measure cma7,cma9 --csv adherence.csv",
        "two measures of the year after the first half year, patient by patient" },
    { "twinpath adherence fills.csv --per episode --measure cma0 --permissible-gap '90 days' "
      "--medication drug --medication-episodes",
        "treatment episodes, a change of drug starting a new one" },
    { "twinpath adherence fills.csv --per window --sliding-length '120 days' --sliding-step "
      "'30 days' --measure cma9 -o sliding.h5",
        "adherence over time" },
    { "twinpath adherence fills.csv --at '180 days,1 year' --permissible-gap '60 days'",
        "persistence too" },
};

static twp_status_t
write_figures(const twp_cohort_summary_t *summary, twp_format_t format, twp_buffer_t *buffer,
    twp_error_t *err)
{
    switch (format) {
    case TWP_FORMAT_JSON: return twp_adherence_json(summary, buffer, err);
    case TWP_FORMAT_CSV: return twp_adherence_csv(summary, buffer, err);
    case TWP_FORMAT_MARKDOWN: return twp_adherence_markdown(summary, buffer, err);
    case TWP_FORMAT_TABLE: break;
    }
    return twp_adherence_table(summary, twp_say_width(), buffer, err);
}

static twp_status_t
write_files(const twp_arguments_t *arguments, const twp_cohort_t *cohort, twp_error_t *err)
{
    const bool overwrite = twp_arguments_has(arguments, OVERWRITE);
    const char *const csv = twp_arguments_value(arguments, CSV, NULL);
    const char *const output = twp_arguments_value(arguments, OUTPUT, NULL);
    twp_status_t status = TWP_OK;

    if (csv != NULL)
        status = twp_cohort_write_csv(cohort, csv, overwrite, err);
    if (status == TWP_OK && output != NULL)
        status = twp_cohort_write_results(
            cohort, output, overwrite, arguments->command_line, NULL, err);
    return status;
}

static int
show(const twp_arguments_t *arguments, const twp_cohort_t *cohort, twp_format_t format)
{
    twp_buffer_t buffer = { 0 };
    twp_error_t err = { TWP_OK, "" };
    twp_status_t status = write_files(arguments, cohort, &err);
    int exit_code;

    if (status == TWP_OK && !twp_arguments_has(arguments, QUIET))
        status = write_figures(twp_cohort_summary(cohort), format, &buffer, &err);
    if (status != TWP_OK) {
        twp_say_error("%s", err.message);
        exit_code = twp_say_exit_code(status);
    } else {
        exit_code = buffer.text != NULL ? twp_say_result(buffer.text, TWP_EXIT_GOOD)
                                        : TWP_EXIT_GOOD;
    }
    twp_buffer_clear(&buffer);
    return exit_code;
}

static int
measure(const twp_arguments_t *arguments)
{
    twp_cohort_setting_t *const setting = calloc(
        (size_t) arguments->n_options + 1, sizeof *setting);
    twp_cohort_t *cohort = NULL;
    twp_error_t err = { TWP_OK, "" };
    int format = TWP_FORMAT_TABLE, n = 0, exit_code;
    twp_status_t status;

    if (setting == NULL) {
        twp_say_error("no memory");
        return TWP_EXIT_FAILED;
    }
    if (!twp_arguments_choice(arguments, FORMAT, "format", TWP_FORMAT_CHOICES, &format)) {
        free(setting);
        return TWP_EXIT_INPUT;
    }
    for (int i = 0; i < arguments->n_options; i++)
        if (arguments->option[i].id < OUTPUT)
            setting[n++] = (twp_cohort_setting_t){
                twp_file_settings[arguments->option[i].id - OWN].name, arguments->option[i].value
            };
    status = twp_cohort_read(arguments->operand[0], setting, n, &cohort, &err);
    free(setting);
    if (cohort != NULL)
        twp_findings_print_cohort(cohort, stderr);
    if (status == TWP_OK) {
        exit_code = show(arguments, cohort, (twp_format_t) format);
    } else {
        if (cohort == NULL || twp_cohort_n_errors(cohort) == 0)
            twp_say_error("%s", err.message);
        exit_code = status == TWP_ERR_IO ? TWP_EXIT_INPUT : twp_say_exit_code(status);
    }
    twp_cohort_free(cohort);
    return exit_code;
}

const twp_command_t twp_command_adherence = { "adherence", "FILE", 1, 1,
    "adherence measures of a file of dispensings",
    "Reads a CSV file with a row for each dispensing (or prescription) and computes adherence as "
    "the R "
    "package AdhereR does: the measures cma1 to cma9, proportion of days covered, medication "
    "possession ratio, persistence, treatment episodes and sliding windows. All that is wrong with "
    "the "
    "file is told at once, with line and column.\n"
    "Prints the figures of all rows and a histogram of the first measure. With --csv and --output "
    "the "
    "rows themselves go into files, which appear whole or not at all.",
    options, (int) (sizeof options / sizeof options[0]), examples,
    (int) (sizeof examples / sizeof examples[0]), measure };
