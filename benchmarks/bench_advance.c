/*
 * The kernel on the fixed reference study, one twin at a time, on one core: nanoseconds of CPU per
 * recorded event (budget 160: a row of the events table, that is an exit taken, a dispensing, a contact
 * or an observation that arrives), per exit taken and per solved clock, with what an event costs in
 * clocks, draws and refreshes. The floor in the same run is the mathematics alone: one draw, one log and
 * one pow for each solved clock.
 */
#include "bench.h"
#include "bench_reference.h"

#include "base/portable_math.h"
#include "kernel/stream.h"

#define N_TWINS 20000

typedef struct {
    double events, solved, draws, refreshed, rows;
} counts_t;

/** Lives n twins under one strategy; only the lives are timed by the caller, draws of twins too. */
static counts_t
live(reference_t *r, int i_strategy, int n)
{
    const twp_model_t *model = r->model[i_strategy];
    counts_t counts = { 0 };
    twp_twin_t twin = { 0 };
    int i_bad;

    twp_twin_layout(model, r->memory, &twin);
    for (int i = 0; i < n; i++) {
        if (!twp_population_draw_twin(r->plan[i_strategy], i, &twin, &i_bad))
            exit(1);
        r->log.n = 0;
        twp_kernel_start(model, &twin, &r->log);
        do {
            counts.rows += r->log.n;
            r->log.n = 0;
            twin.mark = twin.mark == TWP_MARK_LOG_FULL ? TWP_MARK_NONE : twin.mark;
            twp_kernel_advance(model, &twin, twin.end_days, &r->log);
        } while (twin.mark == TWP_MARK_LOG_FULL);
        counts.rows += r->log.n;
        twp_kernel_finish(model, &twin);
        if (twin.mark != TWP_MARK_NONE)
            exit(1);
        counts.events += (double) twin.n_events;
        counts.solved += (double) twin.n_solved;
        counts.draws += (double) twin.n_draws;
        counts.refreshed += (double) twin.n_refreshed;
    }
    return counts;
}

/** Drawing the twins alone, to be taken off. */
static double
draw_twins(reference_t *r, int i_strategy, int n)
{
    twp_twin_t twin = { 0 };
    double sum = 0;
    int i_bad;

    twp_twin_layout(r->model[i_strategy], r->memory, &twin);
    for (int i = 0; i < n; i++)
        if (twp_population_draw_twin(r->plan[i_strategy], i, &twin, &i_bad))
            sum += twin.attribute[0];
    return sum;
}

static double
mathematics(int n)
{
    double sum = 0;

    for (int i = 0; i < n; i++)
        sum += 300 *
            twp_math_pow(-twp_math_log(twp_stream_draw_uniform(1, (uint64_t) i, 3, 1)), 1.2);
    return sum;
}

static void
bench_strategy(reference_t *r, int i_strategy, const char *name, double floor_ns)
{
    bench_t lives = bench_start("advance", name, "event", 1, 9);
    bench_t twins = bench_start("advance", "draw_twins", "twin", N_TWINS, 9);
    counts_t counts = { 0 };
    double sum = 0;

    while (bench_goes_on(&lives))
        counts = live(r, i_strategy, N_TWINS);
    lives.n_units = counts.rows;
    while (bench_goes_on(&twins))
        sum += draw_twins(r, i_strategy, N_TWINS);
    bench_use(&sum);
    bench_print(&lives);
    bench_print(&twins);
    const double whole = bench_cpu_ns(&lives) * counts.rows;
    const double ns = whole - bench_cpu_ns(&twins) * N_TWINS; /* of all lives */
    bench_print_value("advance", name, "ns/event", ns / counts.rows);
    bench_print_value("advance", name, "ns/exit taken", ns / counts.events);
    bench_print_value("advance", name, "ns/solved clock", ns / counts.solved);
    bench_print_value("advance", name, "events/twin", counts.rows / N_TWINS);
    bench_print_value("advance", name, "exits taken/event", counts.events / counts.rows);
    bench_print_value("advance", name, "clocks solved/event", counts.solved / counts.rows);
    bench_print_value("advance", name, "draws/event", counts.draws / counts.rows);
    bench_print_value("advance", name, "refreshes/event", counts.refreshed / counts.rows);
    bench_print_value("advance", name, "ratio to the mathematics of its solved clocks",
        ns / counts.solved / floor_ns);
}

int
main(void)
{
    reference_t reference = { 0 };
    bench_t floor = bench_start("advance", "draw_log_pow", "clock", 1e6, 9);
    double sum = 0;

    open_reference(&reference);
    while (bench_goes_on(&floor))
        sum += mathematics(1000000);
    bench_use(&sum);
    bench_print(&floor);
    bench_strategy(&reference, 0, "usual_care", bench_cpu_ns(&floor));
    bench_strategy(&reference, 1, "supported", bench_cpu_ns(&floor));
    return 0;
}
