#include "cli/comparison.h"

#include "base/suggest.h"
#include "cli/say.h"
#include "report/csv.h"
#include "report/json.h"
#include "report/markdown.h"
#include "report/table.h"

#include <string.h>

int
twp_comparison_find_strategy(const char *wanted, const char *const *names, int n)
{
    const char *nearest;

    for (int i = 0; i < n; i++) {
        if (strcmp(names[i], wanted) == 0)
            return i;
    }
    nearest = twp_suggest_nearest(wanted, names, (size_t) n);
    if (nearest != NULL)
        twp_say_error("--strategy: there is no strategy %s; did you mean %s?", wanted, nearest);
    else
        twp_say_error("--strategy: there is no strategy %s; the first is %s", wanted,
            n > 0 ? names[0] : "none");
    return -1;
}

int
twp_comparison_print_summary(const twp_summary_t *summary, const twp_report_options_t *options,
    twp_format_t format, int exit_code)
{
    twp_buffer_t buffer = { 0 };
    twp_error_t err = { TWP_OK, "" };
    twp_status_t status = TWP_OK;

    switch (format) {
    case TWP_FORMAT_TABLE: status = twp_report_table(summary, options, &buffer, &err); break;
    case TWP_FORMAT_JSON: status = twp_report_json(summary, options, &buffer, &err); break;
    case TWP_FORMAT_CSV: status = twp_report_csv(summary, options, &buffer, &err); break;
    case TWP_FORMAT_MARKDOWN: status = twp_report_markdown(summary, options, &buffer, &err); break;
    }
    if (status == TWP_OK) {
        exit_code = twp_say_result(buffer.text, exit_code);
    } else {
        twp_say_error("%s", err.message);
        exit_code = twp_say_exit_code(status);
    }
    twp_buffer_clear(&buffer);
    return exit_code;
}
