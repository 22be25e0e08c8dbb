/* Any settings (a line each, up to "---") and any bytes as a file of dispensings: no value without sense. */
#include "twinpath.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

#define REQUIRE(condition) ((condition) ? (void) 0 : abort())
#define MOST_SETTINGS 30

/* Cuts the settings out of text; returns where the file begins. */
static char *
take_settings(char *text, twp_cohort_setting_t *setting, int *n)
{
    char *line = text;

    *n = 0;
    while (strncmp(line, "---\n", 4) != 0) {
        char *const end = strchr(line, '\n'), *equals;

        if (end == NULL || *n == MOST_SETTINGS) {
            *n = 0;
            return text;
        }
        *end = '\0';
        equals = strchr(line, '=');
        if (equals != NULL)
            *equals = '\0';
        setting[(*n)++] = (twp_cohort_setting_t){ line, equals != NULL ? equals + 1 : NULL };
        line = end + 1;
    }
    return line + 4;
}

static void
check_figure(const twp_cohort_figure_t *figure, int64_t n_rows)
{
    int64_t n_binned = 0;

    REQUIRE(figure->n + figure->n_missing == n_rows);
    REQUIRE(figure->n > 0 || isnan(figure->mean));
    REQUIRE(figure->n == 0 ||
        (figure->least <= figure->quartile[1] && figure->quartile[1] <= figure->most));
    if (strcmp(figure->name, "pdc") == 0)
        REQUIRE(figure->n == 0 || (figure->least >= 0 && figure->most <= 1));
    if (strcmp(figure->name, "gap_days") == 0)
        REQUIRE(figure->n == 0 || figure->least >= 0);
    if (figure->bin == NULL)
        return;
    for (int i = 0; i < TWP_COHORT_BINS; i++)
        n_binned += figure->bin[i];
    REQUIRE(n_binned == figure->n && figure->n_above <= figure->n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    const int file = memfd_create("fuzz.csv", MFD_CLOEXEC);
    char *const text = calloc(1, n_bytes + 1);
    twp_cohort_setting_t setting[MOST_SETTINGS];
    twp_cohort_t *cohort = NULL;
    const char *rows;
    twp_status_t status;
    char path[64];
    int n = 0;

    REQUIRE(file >= 0 && text != NULL);
    memcpy(text, data, n_bytes);
    rows = take_settings(text, setting, &n);
    n_bytes -= (size_t) (rows - text);
    REQUIRE(write(file, rows, n_bytes) == (ssize_t) n_bytes);
    (void) snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    status = twp_cohort_read(path, setting, n, &cohort, NULL);
    REQUIRE(status == TWP_OK || status == TWP_ERR_INPUT);
    REQUIRE((status == TWP_OK) == (twp_cohort_n_errors(cohort) == 0));
    REQUIRE((status == TWP_OK) == (twp_cohort_summary(cohort) != NULL));
    for (int i = 0; status == TWP_OK && i < twp_cohort_summary(cohort)->n_figures; i++)
        check_figure(&twp_cohort_summary(cohort)->figure[i], twp_cohort_summary(cohort)->n_rows);
    twp_cohort_free(cohort);
    free(text);
    close(file);
    return 0;
}

#ifdef TWP_FUZZ_STANDALONE
static const char *const seeds[] = {
    "---\npatient_id,date,duration_days\n1,2021-01-31,30\n1,2021-03-01,28.5\n2,2020-02-29,30\n",
    "id=who\nduration=d\ndate-format=%d.%m.%Y\nper=episode\npermissible-gap=50%\nappend-gap\n---\n"
    "who,date,d\nx,1.2.2021,30\ny,28.02.2020,7\nx,5.5.2021,30\n",
    "medication=m\ndaily-dose=q\nsame-medication-only\ndose-change\nwindow-start=1 month\n"
    "window-duration=90\nat=60\n---\npatient_id,date,duration_days,m,q\n1,2021-01-31,30,a,1\n"
    "1,2021-02-07,30,b,2\n1,2021-02-07,10,b,1\n",
    "per=window\nsliding-number=7\nfollowup-duration=f "
    "weeks\n---\npatient_id,date,duration_days,f\n"
    "1,2021-01-31,30,50\n1,2021-03-01,28.5,50\n",
    "per=event\ncarry-over=within\nfollowup-start=2021-01-01\n---\npatient_id,date,duration_days\n"
    "1,2021-01-31,30\n1,2021-03-01,28.5\n",
};
#include "standalone.h"
#endif
