/*
 * Start-up: reading, checking and compiling a study of about 500 lines, up to where the first twin could
 * be drawn; milliseconds of CPU (budget 20 ms). The study is made of copies of one track with its
 * numbers, effects and supports. The floor in the same run is libyaml alone over the same text.
 */
#include "bench.h"

#include "twinpath.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

#define N_TRACKS 24
#define MAX_TEXT 65536

static size_t
add_track(char *text, size_t n, int i)
{
    return (size_t) snprintf(text + n, MAX_TEXT - n,
        "    care_%d:\n"
        "      start: well\n"
        "      states:\n"
        "        well:\n"
        "          fall_ill:\n"
        "            hazard: {weibull: {shape: shape_%d, scale: %d days}}\n"
        "            to: ill\n"
        "            effects:\n"
        "              - {if: female, hr: 1.1%d}\n"
        "              - {per: mood, hr: 0.9}\n"
        "              - {per: \"(age - 50 years) / 10 years\", hr: 1.05}\n"
        "        ill:\n"
        "          enter: [{add: {mood: -0.2}}, {cost: {payer: %d USD}, category: care}]\n"
        "          recover: {hazard: {lognormal: {median: 14 days, sigma_log: 0.7}}, to: well}\n"
        "          stay_ill: {hazard: {exponential: {mean: 300 days}}, to: chronic}\n"
        "        chronic:\n"
        "          improve: {hazard: {gompertz: {shape: 0.0005 / day, rate: 0.001 / day}}, to: "
        "ill}\n",
        i, i, 100 + i, i % 10, 50 + i);
}

static size_t
make_study(char *text)
{
    size_t n = (size_t) snprintf(text, MAX_TEXT,
        "twinpath: 1\nstudy: start_up\nsource: assumption\nmoney: USD 2023\n"
        "time: {starts: 2027-01-01, horizon: 2 years}\nparameters:\n");

    for (int i = 0; i < N_TRACKS; i++)
        n += (size_t) snprintf(text + n, MAX_TEXT - n, "  shape_%d: {value: 0.8%d}\n", i, i % 10);
    n += (size_t) snprintf(text + n, MAX_TEXT - n,
        "patient:\n  count: 1000\n  attributes:\n    age: {normal: [57 years, 13 years]}\n"
        "    female: {chance: 0.6}\n  variables:\n"
        "    mood: {starts: {normal: [0, 1]}, returns_to: start, half_life: 60 days}\n"
        "  tracks:\n");
    for (int i = 0; i < N_TRACKS; i++)
        n += add_track(text, n, i);
    n += (size_t) snprintf(text + n, MAX_TEXT - n, "observations:\n");
    for (int i = 0; i < N_TRACKS / 4; i++)
        n += (size_t) snprintf(
            text + n, MAX_TEXT - n, "  seen_%d: {of: care_%d.ill, delay: 2 days}\n", i, i);
    n += (size_t) snprintf(text + n, MAX_TEXT - n, "supports:\n");
    for (int i = 0; i < N_TRACKS / 4; i++)
        n += (size_t) snprintf(text + n, MAX_TEXT - n,
            "  help_%d:\n    offer: {upon: seen_%d}\n    uptake: 0.5\n    lasts: 90 days\n"
            "    effects: [{on_exit: care_%d.well.fall_ill, hr: 0.8}]\n",
            i, i, i);
    return n +
        (size_t) snprintf(text + n, MAX_TEXT - n,
            "strategies:\n  usual_care: {baseline: true}\n"
            "  supported: {supports: [help_0, help_1, help_2, help_3, help_4, help_5]}\n"
            "report:\n  measures: [cost]\n");
}

static int
parse_alone(const char *text, size_t n)
{
    yaml_parser_t parser;
    int n_events = 0;

    if (!yaml_parser_initialize(&parser))
        exit(1);
    yaml_parser_set_input_string(&parser, (const unsigned char *) text, n);
    for (bool is_end = false; !is_end; n_events++) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event))
            exit(1);
        is_end = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return n_events;
}

static void
start_up(const char *path)
{
    twp_study_t *study = NULL;
    twp_error_t err = { TWP_OK, "" };

    if (twp_study_read(path, NULL, 0, &study, &err) != TWP_OK) {
        fprintf(stderr, "bench_start: %s\n", err.message);
        for (int i = 0; study != NULL && i < twp_study_n_findings(study); i++)
            fprintf(stderr, "%d: %s\n", twp_study_finding(study, i)->line,
                twp_study_finding(study, i)->message);
        exit(1);
    }
    twp_study_free(study);
}

int
main(void)
{
    static char text[MAX_TEXT];
    const size_t n = make_study(text);
    char path[] = "/tmp/twp_bench_XXXXXX";
    const int file = mkstemp(path);
    bench_t floor = bench_start("start", "libyaml alone", "study", 1, 51);
    bench_t bench = bench_start("start", "read, check, compile", "study", 1, 51);
    double n_lines = 0;
    int n_events = 0;

    if (n >= MAX_TEXT || file < 0 || write(file, text, n) != (ssize_t) n || close(file) != 0)
        return 1;
    for (size_t i = 0; i < n; i++)
        n_lines += text[i] == '\n';
    while (bench_goes_on(&floor))
        n_events += parse_alone(text, n);
    bench_use(&n_events);
    while (bench_goes_on(&bench))
        start_up(path);
    (void) unlink(path);
    bench_print(&floor);
    bench_print(&bench);
    bench_print_value("start", "study", "lines", n_lines);
    bench_print_value("start", "read, check, compile", "ms", bench_cpu_ns(&bench) / 1e6);
    bench_print_value("start", "read, check, compile", "ratio to libyaml alone",
        bench_cpu_ns(&bench) / bench_cpu_ns(&floor));
    return 0;
}
