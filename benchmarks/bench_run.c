/*
 * Whole runs of the reference study through the library's face, as the program makes them: both
 * strategies, measures, summary and file; with one thread and with two, without and with the tables of
 * events. Prints CPU per life and per recorded event, patients a second, what an event row costs on top
 * (budget 70 ns), and how much faster two threads are (budget 1.9 times). Where others use the cores too,
 * wall time says nothing; then there is what two threads can gain by Amdahl's law: from the CPU time that
 * one thread spends alone, before the first block and after the last, and from the CPU time that two use
 * together over that of one. The floor in the same run is the kernel alone.
 */
#include "bench.h"
#include "bench_reference.h"

#include "results/reader.h"
#include "results/writer.h"

#include <unistd.h>

#define N_PATIENTS 65536 /* 64 blocks */
#define N_REPEATS 3

typedef struct {
    double cpu_ns, wall_ns; /* of a patient under both strategies */
    double frac_alone;      /* of the CPU time: reading, checking, summary, closing the file */
} cost_t;

static cost_t
bench_one(const char *folder, const char *name, bool with_events, int n_threads)
{
    const char *const set[] = { with_events ? "record={events: all}" : "record={events: none}" };
    char path[512];
    twp_run_settings_t settings;
    twp_study_t *study = NULL;
    twp_error_t err = { TWP_OK, "" };
    bench_t bench = bench_start("run", name, "patient", N_PATIENTS, N_REPEATS);
    twp_run_report_t report = { 0 };
    double frac[N_REPEATS + 1] = { 0 }; /* the first is of the warm-up */
    int n = 0;

    (void) snprintf(path, sizeof path, "%s/run.h5", folder);
    twp_run_settings_init(&settings);
    settings.n_patients = N_PATIENTS;
    settings.n_threads = n_threads;
    settings.output_path = path;
    settings.overwrite = true;
    must(twp_study_read(REFERENCE_STUDY, set, 1, &study, &err), &err);
    while (bench_goes_on(&bench)) {
        must(twp_study_run(study, &settings, &report, &err), &err);
        const double cpu = bench_clock_seconds(CLOCK_PROCESS_CPUTIME_ID) - bench.cpu_began;
        frac[n++] = 1 - report.cpu_seconds / cpu;
    }
    bench_print(&bench);
    twp_study_free(study);
    return (cost_t){ bench_cpu_ns(&bench), bench_wall_ns(&bench),
        bench_spread(frac + 1, N_REPEATS).median };
}

static double
count_rows(const char *folder)
{
    char path[512];
    twp_reader_t *reader = NULL;
    twp_dataset_info_t info;
    twp_error_t err = { TWP_OK, "" };

    (void) snprintf(path, sizeof path, "%s/run.h5", folder);
    must(twp_reader_open(path, &reader, &err), &err);
    must(twp_reader_info(reader, "events/event_code", &info, &err), &err);
    twp_reader_close(reader);
    return (double) info.n_elements;
}

static double
bench_kernel(reference_t *r, double *n_rows)
{
    bench_t bench = bench_start("run", "kernel alone", "patient", N_PATIENTS / 8, N_REPEATS);
    twp_twin_t twin = { 0 };
    int i_bad;

    twp_twin_layout(r->model[0], r->memory, &twin);
    while (bench_goes_on(&bench)) {
        *n_rows = 0;
        for (int i = 0; i < 2 * (N_PATIENTS / 8); i++) {
            const twp_model_t *const model = r->model[i % 2];
            if (!twp_population_draw_twin(r->plan[i % 2], i / 2, &twin, &i_bad))
                exit(1);
            r->log.n = 0;
            twp_kernel_start(model, &twin, &r->log);
            do {
                *n_rows += r->log.n;
                r->log.n = 0;
                twin.mark = TWP_MARK_NONE;
                twp_kernel_advance(model, &twin, twin.end_days, &r->log);
            } while (twin.mark == TWP_MARK_LOG_FULL);
            *n_rows += r->log.n;
        }
    }
    *n_rows /= N_PATIENTS / 8;
    bench_print(&bench);
    return bench_cpu_ns(&bench);
}

static void
print_pair(const char *name, cost_t one, cost_t two, double n_rows, double floor)
{
    bench_print_value("run", name, "ns/recorded event, 1 thread", one.cpu_ns / n_rows);
    bench_print_value("run", name, "patients/s, 1 thread", 1e9 / one.wall_ns);
    bench_print_value("run", name, "patients/s, 2 threads", 1e9 / two.wall_ns);
    bench_print_value("run", name, "times as fast with 2 threads", one.wall_ns / two.wall_ns);
    bench_print_value("run", name, "CPU of 2 threads over that of 1", two.cpu_ns / one.cpu_ns);
    bench_print_value("run", name, "share of CPU that one thread spends alone", one.frac_alone);
    bench_print_value("run", name, "times as fast with 2 threads, by Amdahl's law alone",
        2 / (1 + one.frac_alone));
    bench_print_value("run", name, "ratio to the kernel alone", one.cpu_ns / floor);
}

int
main(void)
{
    char folder[] = "/tmp/twp_bench_XXXXXX", path[512];
    reference_t reference = { 0 };
    double n_rows = 0;

    twp_results_setup();
    if (mkdtemp(folder) == NULL)
        return 1;
    open_reference(&reference);
    const double floor = bench_kernel(&reference, &n_rows);
    const cost_t none_1 = bench_one(folder, "without events, 1 thread", false, 1);
    const cost_t none_2 = bench_one(folder, "without events, 2 threads", false, 2);
    const cost_t all_1 = bench_one(folder, "with events, 1 thread", true, 1);
    const cost_t all_2 = bench_one(folder, "with events, 2 threads", true, 2);
    n_rows = count_rows(folder) / N_PATIENTS;
    bench_print_value("run", "with events", "rows/patient", n_rows);
    print_pair("without events", none_1, none_2, n_rows, floor);
    print_pair("with events", all_1, all_2, n_rows, floor);
    bench_print_value("run", "event row, 1 thread", "ns", (all_1.cpu_ns - none_1.cpu_ns) / n_rows);
    bench_print_value("run", "event row, 2 threads", "ns", (all_2.cpu_ns - none_2.cpu_ns) / n_rows);
    for (int i = 0; i < 2; i++) {
        (void) snprintf(path, sizeof path, "%s/run.h5%s", folder, i == 0 ? "" : ".sha256");
        (void) unlink(path);
    }
    return rmdir(folder) == 0 ? 0 : 1;
}
