#include "cli/findings.h"

#include "cli/say.h"

#include <unistd.h>

#define RED "\033[1;31m"
#define PURPLE "\033[1;35m"
#define BOLD "\033[1m"
#define PLAIN "\033[0m"

static void
print_line(FILE *stream, const char *what, const char *text)
{
    if (text != NULL && text[0] != '\0')
        fprintf(stream, "    %-10s%s\n", what, text);
}

static void
print_finding(FILE *stream, const twp_finding_t *finding, bool has_colour)
{
    const char *kind = finding->is_warning ? "warning:" : "error:";

    if (has_colour)
        fputs(BOLD, stream);
    fputs(finding->file, stream);
    if (finding->line > 0)
        fprintf(stream, ":%d", finding->line);
    if (finding->line > 0 && finding->column > 0)
        fprintf(stream, ":%d", finding->column);
    fputs(": ", stream);
    if (has_colour)
        fprintf(stream, "%s%s%s", finding->is_warning ? PURPLE : RED, kind, PLAIN);
    else
        fputs(kind, stream);
    fprintf(stream, " %s\n", finding->message);
    /* Without a line the path is all there is to find the place by. */
    if (finding->line == 0)
        print_line(stream, "at:", finding->path);
    print_line(stream, "found:", finding->found);
    print_line(stream, "expected:", finding->expected);
    print_line(stream, "nearest:", finding->nearest);
}

void
twp_findings_print(const twp_study_t *study, bool has_warnings, FILE *stream)
{
    const bool has_colour = twp_say_has_colour(fileno(stream));
    const int n_errors = twp_study_n_errors(study), n_dropped = twp_study_n_dropped(study);
    int n_warnings = 0;

    for (int i = 0; i < twp_study_n_findings(study); i++) {
        const twp_finding_t *finding = twp_study_finding(study, i);
        n_warnings += finding->is_warning && has_warnings;
        if (!finding->is_warning || has_warnings)
            print_finding(stream, finding, has_colour);
    }
    if (n_errors == 0 && n_warnings == 0)
        return;
    fprintf(stream, "%d %s, %d %s", n_errors, n_errors == 1 ? "error" : "errors", n_warnings,
        n_warnings == 1 ? "warning" : "warnings");
    if (n_dropped > 0)
        fprintf(stream, " (%d more not shown)", n_dropped);
    fputc('\n', stream);
}

int
twp_findings_read_study(
    const char *path, const char *const *set, int n_set, FILE *stream, twp_study_t **study)
{
    twp_error_t err = { TWP_OK, "" };
    const twp_status_t status = twp_study_read(path, set, n_set, study, &err);

    if (*study != NULL)
        twp_findings_print(*study, true, stream);
    if (status == TWP_OK)
        return TWP_EXIT_GOOD;
    if (*study == NULL || twp_study_n_errors(*study) == 0)
        twp_say_error("%s", err.message);
    twp_study_free(*study);
    *study = NULL;
    /* A study that cannot be read is a wrong command line. */
    return status == TWP_ERR_IO ? TWP_EXIT_INPUT : twp_say_exit_code(status);
}
