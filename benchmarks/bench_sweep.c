/*
 * A sweep through the library's face, as `twinpath sweep` lives its points: three numbers of the RA study on a
 * grid, three strategies, two threads. Prints points and lives a second, peak memory, CPU milliseconds that a
 * point costs besides its lives (the same sweep with one patient a point), and the share of the CPU time that is
 * spent outside of the kernel: kernel time is that of the same points' lives, a sample of them, lived in the same
 * process one twin at a time, without drawing the twins, without figures and files.
 *
 *     bench_sweep [--points N] [--patients N] [--threads N] [--whole]
 *
 * N points, rounded up to a cube; --whole: 1,000 points of 10,000 patients.
 */
#include "bench.h"
#include "bench_reference.h"

#include "twinpath_point.h"

#include <math.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define RA_STUDY TWP_SOURCE_DIR "/scenarios/studies/ra_biologic_support.yaml"
#define N_SAMPLED 12
#define MOST_TWINS 2000 /* of a sampled point */
#define MOST_TEXT 4096

static const char *const chosen[] = { "app", "nurse" }; /* beside usual care */

typedef struct {
    int n_a_side, n_patients, n_threads;
    char over[3][MOST_TEXT];
} request_t;

/* ---- the sweep --------------------------------------------------------------------------------- */

static void
put_values(request_t *request, int i, const char *path, double low, double high, const char *unit)
{
    char *const text = request->over[i];
    const int last = request->n_a_side - 1;
    size_t n = (size_t) snprintf(text, MOST_TEXT, "--over %s=", path);

    for (int k = 0; k <= last && n < MOST_TEXT; k++)
        n += (size_t) snprintf(text + n, MOST_TEXT - n, "%s%.6g%s", k > 0 ? "," : "",
            last > 0 ? low + (high - low) * k / last : low, unit);
    if (n >= MOST_TEXT)
        exit(2);
}

static bool
read_count(const char *text, int *count)
{
    char *end;
    const long number = strtol(text, &end, 10);

    *count = number > 0 && number <= 1000000 ? (int) number : 0;
    return *count > 0 && *end == '\0';
}

static request_t
read_request(int n_arguments, char **argument)
{
    request_t request = { .n_patients = 2000, .n_threads = 2 };
    int n_points = 64;

    for (int i = 1; i < n_arguments; i++) {
        int *const to = strcmp(argument[i], "--points") == 0 ? &n_points
            : strcmp(argument[i], "--patients") == 0         ? &request.n_patients
            : strcmp(argument[i], "--threads") == 0          ? &request.n_threads
                                                             : NULL;
        if (strcmp(argument[i], "--whole") == 0) {
            n_points = 1000;
            request.n_patients = 10000;
        } else if (to == NULL || i + 1 == n_arguments || !read_count(argument[++i], to)) {
            fprintf(stderr, "bench_sweep [--points N] [--patients N] [--threads N] [--whole]\n");
            exit(2);
        }
    }
    request.n_a_side = (int) ceil(cbrt(n_points) - 1e-9);
    put_values(&request, 0, "agent_minute", 0.4, 1.2, " USD / minute");
    put_values(&request, 1, "supports.reminder_app.uptake.chance", 0.3, 0.7, "");
    put_values(&request, 2, "haq_gain", 0.2, 0.6, "");
    return request;
}

static void
open_study(request_t *request, twp_study_t **study)
{
    const char *const set[] = { request->over[0], request->over[1], request->over[2] };
    twp_error_t err = { TWP_OK, "" };

    if (twp_study_read(RA_STUDY, set, 3, study, &err) == TWP_OK)
        return;
    for (int i = 0; *study != NULL && i < twp_study_n_findings(*study); i++)
        fprintf(stderr, "%s\n", twp_study_finding(*study, i)->message);
    must(TWP_ERR_INPUT, &err);
}

typedef struct {
    double wall_seconds, cpu_seconds, n_points, n_lives, n_events;
} cost_t;

/* As the command does it, reading included. */
static cost_t
run_sweep(request_t *request, int n_patients, const char *output)
{
    const double wall = bench_clock_seconds(CLOCK_MONOTONIC);
    const double cpu = bench_clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
    twp_run_settings_t settings;
    twp_run_report_t report;
    twp_study_t *study = NULL;
    twp_error_t err = { TWP_OK, "" };

    twp_run_settings_init(&settings);
    settings.n_patients = n_patients;
    settings.n_threads = request->n_threads;
    settings.output_path = output;
    settings.overwrite = true;
    settings.strategy = (const char *const *) chosen;
    settings.n_strategies = 2;
    open_study(request, &study);
    must(twp_study_run_points(study, &settings, &report, &err), &err);
    twp_study_free(study);
    return (cost_t){ bench_clock_seconds(CLOCK_MONOTONIC) - wall,
        bench_clock_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu, (double) report.n_points,
        (double) report.n_points * n_patients * report.n_strategies, (double) report.n_events };
}

/* ---- the kernel alone -------------------------------------------------------------------------- */

typedef struct {
    void *memory;
    twp_log_t log;
} room_t;

static void
make_room(room_t *room, const twp_model_t *model)
{
    free(room->memory);
    free(room->log.row);
    room->memory = aligned_alloc(64, (model->twin_bytes + 63) / 64 * 64);
    room->log.capacity = 4 * model->max_rows_per_instant;
    room->log.row = malloc((size_t) room->log.capacity * sizeof *room->log.row);
    if (room->memory == NULL || room->log.row == NULL)
        exit(1);
}

/* CPU seconds of n lives under one model, with or without living what is drawn. */
static double
live(room_t *room, const twp_model_t *model, const twp_draw_plan_t *plan, int n, bool lives)
{
    const double began = bench_clock_seconds(CLOCK_THREAD_CPUTIME_ID);
    twp_twin_t twin = { 0 };
    int i_bad;

    twp_twin_layout(model, room->memory, &twin);
    for (int i = 0; i < n; i++) {
        if (!twp_population_draw_twin(plan, i, &twin, &i_bad))
            exit(1);
        if (!lives)
            continue;
        room->log.n = 0;
        twp_kernel_start(model, &twin, &room->log);
        do {
            room->log.n = 0;
            twin.mark = twin.mark == TWP_MARK_LOG_FULL ? TWP_MARK_NONE : twin.mark;
            twp_kernel_advance(model, &twin, twin.end_days, &room->log);
        } while (twin.mark == TWP_MARK_LOG_FULL);
        twp_kernel_finish(model, &twin);
        if (twin.mark != TWP_MARK_NONE)
            exit(1);
    }
    return bench_clock_seconds(CLOCK_THREAD_CPUTIME_ID) - began;
}

static bool
is_lived(const twp_study_typed_t *study, int i_strategy)
{
    return i_strategy == 0 || strcmp(study->strategy[i_strategy].name, chosen[0]) == 0 ||
        strcmp(study->strategy[i_strategy].name, chosen[1]) == 0;
}

/* CPU seconds: of a life in the kernel, of drawing a twin, of reading and compiling for all points, of binding a
 * point, and of reading it instead. */
typedef struct {
    double kernel, drawing, start, binding, reading;
} part_t;

static void
time_points(const twp_sweep_study_t *sweep, twp_sweep_places_t *places, part_t *part)
{
    const int64_t n = sweep->points->n_points < 20 ? sweep->points->n_points : 20;
    const double began = bench_clock_seconds(CLOCK_THREAD_CPUTIME_ID);
    double middle;
    twp_error_t err = { TWP_OK, "" };

    for (int64_t i = 0; i < n; i++)
        if (twp_sweep_place_bind(places, 0, i) == NULL)
            exit(1);
    middle = bench_clock_seconds(CLOCK_THREAD_CPUTIME_ID);
    for (int64_t i = 0; i < n; i++) {
        twp_study_t *read = NULL;

        must(twp_sweep_study_bind(sweep, i, &read, &err), &err);
        twp_study_free(read);
    }
    part->binding = (middle - began) / (double) n;
    part->reading = (bench_clock_seconds(CLOCK_THREAD_CPUTIME_ID) - middle) / (double) n;
}

static part_t
time_parts(request_t *request)
{
    const double began = bench_clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
    const int n = request->n_patients < MOST_TWINS ? request->n_patients : MOST_TWINS;
    twp_sweep_study_t sweep = { .study = NULL };
    twp_sweep_places_t *places = NULL;
    twp_study_t *study = NULL;
    room_t room = { .memory = NULL };
    double both = 0, draws = 0, n_lives = 0;
    part_t part;
    twp_error_t err = { TWP_OK, "" };

    open_study(request, &study);
    must(twp_sweep_study_open(study, &sweep, &err), &err);
    must(twp_sweep_places_open(&sweep, NULL, 1, &places, &err), &err);
    part.start = bench_clock_seconds(CLOCK_PROCESS_CPUTIME_ID) - began;
    time_points(&sweep, places, &part);
    for (int k = 0; k < N_SAMPLED; k++) {
        const int64_t i_point = sweep.points->n_points * k / N_SAMPLED;
        twp_study_t *const bound = twp_sweep_place_bind(places, 0, i_point);
        twp_population_t *population = NULL;

        if (bound == NULL)
            exit(1);
        must(twp_population_open((const twp_study_typed_t *const *) &bound->base, 1, n, &population,
                 &study->findings, &err),
            &err);
        for (int s = 0; s < bound->n_strategies; s++) {
            twp_draw_plan_t *plan = NULL;

            if (!is_lived(bound->base, s))
                continue;
            must(twp_population_plan_create(population, bound->model[s], &plan, &err), &err);
            make_room(&room, bound->model[s]);
            draws += live(&room, bound->model[s], plan, n, false);
            both += live(&room, bound->model[s], plan, n, true);
            n_lives += n;
            twp_population_plan_free(plan);
        }
        twp_population_free(population);
    }
    free(room.memory);
    free(room.log.row);
    twp_sweep_places_close(places);
    twp_sweep_study_close(&sweep);
    twp_study_free(study);
    part.kernel = (both - draws) / n_lives;
    part.drawing = draws / n_lives;
    return part;
}

/* ---- all --------------------------------------------------------------------------------------- */

static void
print_costs(const cost_t *sweep, const cost_t *empty, part_t part)
{
    const double besides = empty->cpu_seconds - part.start - part.kernel * empty->n_lives;
    struct rusage usage;

    (void) getrusage(RUSAGE_SELF, &usage);
    bench_print_value("sweep", "all", "points", sweep->n_points);
    bench_print_value("sweep", "all", "lives", sweep->n_lives);
    bench_print_value("sweep", "all", "wall s", sweep->wall_seconds);
    bench_print_value("sweep", "all", "CPU s", sweep->cpu_seconds);
    bench_print_value("sweep", "all", "points/s", sweep->n_points / sweep->wall_seconds);
    bench_print_value("sweep", "all", "lives/s", sweep->n_lives / sweep->wall_seconds);
    bench_print_value("sweep", "all", "peak memory MB", (double) usage.ru_maxrss / 1024);
    bench_print_value("sweep", "a life", "CPU us", 1e6 * sweep->cpu_seconds / sweep->n_lives);
    bench_print_value("sweep", "a life in the kernel alone", "CPU us", 1e6 * part.kernel);
    bench_print_value("sweep", "a twin drawn", "CPU us", 1e6 * part.drawing);
    bench_print_value("sweep", "start", "CPU ms", 1e3 * part.start);
    bench_print_value("sweep", "binding a point", "CPU ms", 1e3 * part.binding);
    bench_print_value("sweep", "reading a point instead", "CPU ms", 1e3 * part.reading);
    bench_print_value(
        "sweep", "a point besides its lives", "CPU ms", 1e3 * besides / empty->n_points);
    bench_print_value("sweep", "outside of the lives", "% of the CPU time",
        100 * (besides + part.start) / sweep->cpu_seconds);
    bench_print_value("sweep", "outside of the kernel", "% of the CPU time",
        100 * (1 - part.kernel * sweep->n_lives / sweep->cpu_seconds));
}

int
main(int n_arguments, char **argument)
{
    request_t request = read_request(n_arguments, argument);
    char folder[] = "/tmp/twp_bench_XXXXXX", output[64], sum[80];
    cost_t sweep, empty;
    part_t part;

    if (mkdtemp(folder) == NULL)
        return 1;
    (void) snprintf(output, sizeof output, "%s/sweep.h5", folder);
    empty = run_sweep(&request, 1, output);
    sweep = run_sweep(&request, request.n_patients, output);
    part = time_parts(&request);
    (void) snprintf(sum, sizeof sum, "%s.sha256", output);
    (void) unlink(output);
    (void) unlink(sum);
    print_costs(&sweep, &empty, part);
    return rmdir(folder) == 0 ? 0 : 1;
}
