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

/* Findings of whatever owns them. */
typedef struct {
    const void *owner;
    const twp_finding_t *(*at)(const void *owner, int i_finding);
    int n, n_errors, n_dropped;
} list_t;

static void
print_list(const list_t *list, bool has_warnings, FILE *stream)
{
    const bool has_colour = twp_say_has_colour(fileno(stream));
    int n_warnings = 0;

    for (int i = 0; i < list->n; i++) {
        const twp_finding_t *finding = list->at(list->owner, i);
        n_warnings += finding->is_warning && has_warnings;
        if (!finding->is_warning || has_warnings)
            print_finding(stream, finding, has_colour);
    }
    if (list->n_errors == 0 && n_warnings == 0)
        return;
    fprintf(stream, "%d %s, %d %s", list->n_errors, list->n_errors == 1 ? "error" : "errors",
        n_warnings, n_warnings == 1 ? "warning" : "warnings");
    if (list->n_dropped > 0)
        fprintf(stream, " (%d more not shown)", list->n_dropped);
    fputc('\n', stream);
}

static const twp_finding_t *
of_study(const void *study, int i_finding)
{
    return twp_study_finding(study, i_finding);
}

static const twp_finding_t *
of_cohort(const void *cohort, int i_finding)
{
    return twp_cohort_finding(cohort, i_finding);
}

void
twp_findings_print(const twp_study_t *study, bool has_warnings, FILE *stream)
{
    const list_t list = { study, of_study, twp_study_n_findings(study), twp_study_n_errors(study),
        twp_study_n_dropped(study) };

    print_list(&list, has_warnings, stream);
}

void
twp_findings_print_cohort(const twp_cohort_t *cohort, FILE *stream)
{
    const list_t list = { cohort, of_cohort, twp_cohort_n_findings(cohort),
        twp_cohort_n_errors(cohort), twp_cohort_n_dropped(cohort) };

    print_list(&list, true, stream);
}

void
twp_findings_tell_failure(const twp_study_t *study, const twp_error_t *err)
{
    if (err->status == TWP_ERR_INPUT && twp_study_n_errors(study) > 0)
        twp_findings_print(study, false, stderr);
    else
        twp_say_error("%s", err->message);
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
