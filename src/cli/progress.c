#include "cli/progress.h"

#include "cli/say.h"
#include "report/number.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BAR_WIDTH 24
#define REDRAW_SECONDS 0.1
#define LINE_SECONDS 1.0 /* between JSON lines */

void
twp_progress_init(twp_progress_view_t *view, twp_progress_kind_t kind)
{
    if (kind == TWP_PROGRESS_AUTO)
        kind = twp_say_is_terminal(STDERR_FILENO) ? TWP_PROGRESS_BAR : TWP_PROGRESS_NONE;
    *view = (twp_progress_view_t){ kind, -1, false };
}

void
twp_progress_duration(char text[32], double seconds)
{
    const long long whole = seconds < 9e15 && seconds > 0 ? (long long) (seconds + 0.5) : 0;

    if (seconds < 9.95)
        snprintf(text, 32, "%.1f s", seconds);
    else if (whole < 60)
        snprintf(text, 32, "%lld s", whole);
    else if (whole < 3600)
        snprintf(text, 32, "%lld min %lld s", whole / 60, whole % 60);
    else
        snprintf(text, 32, "%lld h %lld min", whole / 3600, whole % 3600 / 60);
}

/* Twins a second to three digits: "221,000". */
static void
format_rate(char text[TWP_NUMBER_SIZE], double rate)
{
    const int decimals = rate > 0 && rate < 1e18 ? 2 - (int) floor(log10(rate)) : 0;

    twp_number_format(text, rate, decimals > 1 ? 1 : decimals, false);
}

static void
draw_bar(const twp_progress_t *progress)
{
    const double share =
        progress->n_twins > 0 ? (double) progress->n_twins_done / (double) progress->n_twins : 0;
    const int n_full = (int) (share * BAR_WIDTH);
    char done[TWP_NUMBER_SIZE], all[TWP_NUMBER_SIZE], rate[TWP_NUMBER_SIZE], left[32];
    char next[TWP_NUMBER_SIZE];
    char bar[BAR_WIDTH + 1];

    for (int i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < n_full ? '#' : '.';
    bar[BAR_WIDTH] = '\0';
    twp_number_count(done, progress->n_twins_done);
    twp_number_count(all, progress->n_twins);
    fprintf(stderr, "\r[%s] %3.0f %%  %s of %s%s twins", bar, floor(100 * share), done,
        progress->n_twins_next_look > 0 ? "at most " : "", all);
    if (progress->n_twins_next_look > 0) {
        twp_number_count(next, progress->n_twins_next_look);
        fprintf(stderr, "  next look at %s", next);
        if (isfinite(progress->precision))
            fprintf(stderr, " (%.2g x what is wanted)", progress->precision);
    }
    if (progress->twins_per_second > 0) {
        format_rate(rate, progress->twins_per_second);
        fprintf(stderr, "  %s/s", rate);
    }
    if (isfinite(progress->seconds_left)) {
        twp_progress_duration(left, progress->seconds_left);
        fprintf(stderr, "  %s %s", left, progress->n_twins_next_look > 0 ? "to it" : "left");
    }
    fputs("\033[K", stderr);
    fflush(stderr);
}

static json_t *
number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/* Prints an object on one line and frees it. What cannot be had for want of memory is left out. */
static void
print_json(json_t *object)
{
    char *line = object != NULL ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;

    if (line != NULL)
        fprintf(stderr, "%s\n", line);
    free(line);
    json_decref(object);
}

static void
print_progress(const twp_progress_t *progress)
{
    json_t *object = json_pack("{ss sI sI sI so so so}", "event", "progress", "twins",
        (json_int_t) progress->n_twins, "twins_done", (json_int_t) progress->n_twins_done, "events",
        (json_int_t) progress->n_events, "wall_seconds", number(progress->wall_seconds),
        "twins_per_second", number(progress->twins_per_second), "seconds_left",
        number(progress->seconds_left));

    if (object != NULL && progress->n_twins_next_look > 0) {
        (void) json_object_set_new(
            object, "next_look", json_integer((json_int_t) progress->n_twins_next_look));
        (void) json_object_set_new(object, "precision", number(progress->precision));
    }
    print_json(object);
}

void
twp_progress_show(void *context, const twp_progress_t *progress)
{
    twp_progress_view_t *view = context;
    const double pause = view->kind == TWP_PROGRESS_JSON ? LINE_SECONDS : REDRAW_SECONDS;
    const bool is_end = progress->n_twins_done >= progress->n_twins;

    if (view->kind == TWP_PROGRESS_NONE ||
        (view->shown_seconds >= 0 && !is_end &&
            progress->wall_seconds < view->shown_seconds + pause))
        return;
    view->shown_seconds = progress->wall_seconds;
    if (view->kind == TWP_PROGRESS_JSON) {
        print_progress(progress);
        return;
    }
    draw_bar(progress);
    view->is_drawn = true;
}

static void
print_end(const twp_run_report_t *report, const char *path)
{
    const double n_done = (double) report->n_twins_done;
    char done[TWP_NUMBER_SIZE], events[TWP_NUMBER_SIZE], rate[TWP_NUMBER_SIZE], wall[32];
    char most[TWP_NUMBER_SIZE];

    twp_number_count(done, report->n_twins_done);
    twp_number_count(most, report->n_twins_most);
    twp_number_count(events, report->n_events);
    format_rate(rate, report->wall_seconds > 0 ? n_done / report->wall_seconds : NAN);
    twp_progress_duration(wall, report->wall_seconds);
    twp_say_note("%s %s under %d %s, %s events in %s (%s twins/s, %d %s)", done,
        report->n_twins_done == 1 ? "twin" : "twins", report->n_strategies,
        report->n_strategies == 1 ? "strategy" : "strategies", events, wall, rate,
        report->n_threads, report->n_threads == 1 ? "thread" : "threads");
    if (report->n_looks > 0)
        twp_say_note("precision %s at look %d, after %s of at most %s twins",
            report->is_precise ? "reached" : "not reached", report->n_looks, done, most);
    if (report->n_twins_done > 0)
        twp_say_note("%s %s", report->is_partial ? "partial results in" : "results in", path);
}

void
twp_progress_end(twp_progress_view_t *view, const twp_run_report_t *report, const char *path)
{
    if (view->is_drawn)
        fputs("\r\033[K", stderr);
    view->is_drawn = false;
    fflush(stderr);
    if (report == NULL)
        return;
    if (view->kind == TWP_PROGRESS_JSON)
        print_json(json_pack("{ss sI sI sI so so si sb ss ss}", "event", "end", "twins",
            (json_int_t) report->n_twins, "twins_done", (json_int_t) report->n_twins_done, "events",
            (json_int_t) report->n_events, "wall_seconds", number(report->wall_seconds),
            "cpu_seconds", number(report->cpu_seconds), "threads", report->n_threads, "is_partial",
            (int) report->is_partial, "file", path, "content_digest", report->digest));
    else
        print_end(report, path);
}
