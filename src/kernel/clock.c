#include "kernel/kernel.h"

#include "base/portable_math.h"

/*
 * The next-reaction method (Gibson & Bruck 2000; Anderson 2007) with ageing (Cox & Oakes 1984): a
 * clock holds its age a, pace phi, ratio rho and the rest E of a unit-exponential threshold. Between
 * changes a grows by phi dt and E shrinks by rho (H0(a2) - H0(a1)); it fires at
 * t + (H0^-1(H0(a) + E / rho) - a) / phi.
 */

void
twp_term_sum(const twp_model_t *model, const twp_twin_t *twin, int32_t i_first, int32_t n,
    bool is_strongest_only, double *log_ratio, double *log_time)
{
    double sum[2] = { 0, 0 }, strongest[2] = { 0, 0 };

    for (int32_t k = i_first; k < i_first + n; k++) {
        const twp_term_t *term = &model->term[k];
        const int which = term->is_time_ratio;
        double x = term->log_ratio * twp_program_value(model, twin, term->covariate);
        if (term->i_fade >= 0)
            x *= twin->drift_value[term->i_fade];
        if (!is_strongest_only || !term->is_support)
            sum[which] += x;
        else if ((x < 0 ? -x : x) > (strongest[which] < 0 ? -strongest[which] : strongest[which]))
            strongest[which] = x;
    }
    *log_ratio = sum[0] + strongest[0];
    *log_time = sum[1] + strongest[1];
}

/** The sum of log hazard ratios where every term is a weight times two values that are held. */
static inline double
plain_sum(const twp_model_t *model, const twp_twin_t *twin, const twp_model_exit_t *exit)
{
    const int32_t end = exit->i_term_first + exit->n_terms;
    double sum = 0;

    for (int32_t k = exit->i_term_first; k < end; k++) {
        const twp_term_t *const term = &model->term[k]; /* there is no table without terms */
        sum += term->weight * twin->value[term->i_value] * twin->value[term->i_fade_value];
    }
    return sum;
}

/** Logarithms of the ratio (minus infinity while the hazard is off) and of the time ratio now. */
static void
read_covariates(const twp_model_t *model, const twp_twin_t *twin, const twp_model_exit_t *exit,
    double *log_ratio, double *log_time)
{
    if (exit->has_plain_terms) {
        *log_ratio = twin->value[exit->i_gate_value] != 0 ? plain_sum(model, twin, exit)
                                                          : -TWP_NEVER;
        *log_time = 0;
        return;
    }
    twp_term_sum(model, twin, exit->i_term_first, exit->n_terms, exit->is_strongest_only, log_ratio,
        log_time);
    if (exit->only_while.n > 0 && twp_program_value(model, twin, exit->only_while) == 0)
        *log_ratio = -TWP_NEVER;
    if (exit->i_since >= 0 && !(twin->last_entered[exit->i_since] <= twin->now_days))
        *log_ratio = -TWP_NEVER; /* never entered so far */
}

static inline double
exp_of(double x)
{
    return x == 0 ? 1 : twp_math_exp(x);
}

static const twp_law_constants_t *
law_of(const twp_model_exit_t *exit, const twp_clock_t *clock, twp_law_constants_t *own)
{
    if (exit->has_constant_law)
        return &exit->law;
    if (exit->family >= TWP_FAMILY_SPLINE)
        *own = exit->law; /* its tables */
    for (int k = 0; k < 4; k++)
        own->c[k] = clock->c[k];
    if (exit->family == TWP_FAMILY_LIFE_TABLE)
        twp_family_choose_rows(own);
    return own;
}

/** Marks a fault of a hazard and notes the parameters of its law as they are now. */
static void
mark_hazard(const twp_model_t *model, twp_twin_t *twin, twp_mark_t mark, int32_t i_exit)
{
    if (twin->mark != TWP_MARK_NONE)
        return;
    twp_twin_mark(twin, mark, i_exit);
    for (int k = 0; k < TWP_FAMILY_MAX_PARAMETERS; k++)
        twin->mark_parameter[k] = twp_program_value(model, twin, model->exit[i_exit].parameter[k]);
}

/** Sets the firing time from age, rest, pace and ratio, all of which hold at since_days. */
static void
solve(const twp_model_t *model, const twp_model_exit_t *exit, const twp_law_constants_t *law,
    twp_twin_t *twin, int32_t i_slot)
{
    twp_clock_t *clock = &twin->clock[exit->i_clock];
    double fires = TWP_NEVER;

    twin->n_solved++;
    if (!twp_is_finite(clock->ratio) || !twp_is_finite(clock->pace) || !(clock->pace > 0) ||
        clock->rest != clock->rest)
        mark_hazard(model, twin, TWP_MARK_NOT_FINITE, model->slot[i_slot].i);
    else if (clock->ratio > 0) {
        /* dividing by one changes no bit but takes its time */
        const double e = clock->ratio == 1 ? clock->rest : clock->rest / clock->ratio;
        const double at = twp_family_inverse(
            (twp_family_t) exit->family, law, clock->cumulative + e);
        const double days = at - clock->age_days;
        fires = clock->since_days + (clock->pace == 1 ? days : days / clock->pace);
        if (fires < twin->now_days || clock->cumulative == TWP_NEVER)
            fires = twin->now_days; /* nothing is left to wait for */
        if (fires != fires)
            mark_hazard(model, twin, TWP_MARK_NOT_FINITE, model->slot[i_slot].i);
    }
    clock->not_before_days = fires;
    clock->log_ratio_bound = clock->log_ratio;
    twp_bit_clear(twin->put_off, i_slot);
    twp_clock_set(twin, i_slot, fires);
}

static void
start_fixed(
    const twp_model_t *model, twp_twin_t *twin, const twp_model_exit_t *exit, int32_t i_slot)
{
    const double days = twp_program_value(model, twin, exit->days);
    const double entered = twin->entered_days[exit->i_track];
    double fires = entered + days;

    if (!(days > 0) || !twp_is_finite(days)) {
        twp_twin_mark(twin, TWP_MARK_DURATION, model->slot[i_slot].i);
        return;
    }
    twin->clock[exit->i_clock].rest = days;
    if (fires < twin->now_days && exit->kind == TWP_EXIT_AFTER)
        fires = twin->now_days;        /* a track that started with `since` */
    else if (fires < twin->now_days) { /* the first multiple that is not past */
        const double n = twp_math_floor((twin->now_days - entered) / days);
        const double at = entered + days * n;
        fires = at < twin->now_days ? entered + days * (n + 1) : at;
    }
    twp_clock_set(twin, i_slot, fires);
}

static bool
start_law(const twp_model_t *model, twp_twin_t *twin, const twp_model_exit_t *exit,
    twp_law_constants_t *law)
{
    double parameter[TWP_FAMILY_MAX_PARAMETERS] = { 0 };

    for (int k = 0; k < TWP_FAMILY_MAX_PARAMETERS; k++)
        parameter[k] = twp_program_value(model, twin, exit->parameter[k]);
    return twp_family_prepare((twp_family_t) exit->family, parameter, law);
}

/**
 * A repeating clock that counts from the entry into its state counts from its last firing; other origins
 * are not the exit's, and its age goes on.
 */
static double
start_age_days(const twp_model_exit_t *exit, const twp_twin_t *twin, bool is_repeat)
{
    switch ((twp_clock_origin_t) exit->counts_from) {
    case TWP_FROM_ENTRY: break;
    case TWP_FROM_STUDY: return twin->now_days;
    case TWP_FROM_BIRTH: return twin->age_days + twin->now_days;
    case TWP_FROM_DOSES:
    case TWP_FROM_STATE: {
        const double age = twin->now_days - twin->last_entered[exit->i_since];
        return age > 0 ? age : 0; /* never entered: -inf */
    }
    }
    return is_repeat ? 0 : twin->now_days - twin->entered_days[exit->i_track];
}

void
twp_clock_start(const twp_model_t *model, twp_twin_t *twin, int32_t i_slot)
{
    const int32_t i_exit = model->slot[i_slot].i;
    const twp_model_exit_t *exit = &model->exit[i_exit];
    twp_clock_t *clock = &twin->clock[exit->i_clock];
    twp_law_constants_t own;
    const bool is_repeat = twp_bit_is_set(twin->repeats, i_slot);

    if (exit->kind != TWP_EXIT_HAZARD) {
        start_fixed(model, twin, exit, i_slot);
        return;
    }
    if (!exit->has_constant_law) {
        if (!start_law(model, twin, exit, &own)) {
            mark_hazard(model, twin, TWP_MARK_LAW, model->slot[i_slot].i);
            return;
        }
        for (int k = 0; k < 4; k++)
            clock->c[k] = own.c[k];
    }
    const twp_law_constants_t *law = law_of(exit, clock, &own);
    clock->since_days = twin->now_days;
    clock->age_days = start_age_days(exit, twin, is_repeat);
    clock->cumulative = clock->age_days > 0
        ? twp_family_cumulative((twp_family_t) exit->family, law, clock->age_days)
        : 0;
    clock->rest = -twp_math_log(
        twp_twin_draw(model, twin, exit->stream, twin->counter[exit->i_counter]));
    clock->n_waiting = 0;
    read_covariates(model, twin, exit, &clock->log_ratio, &clock->log_time);
    clock->ratio = exp_of(clock->log_ratio);
    clock->pace = exp_of(-clock->log_time);
    solve(model, exit, law, twin, i_slot);
}

/** Brings age, cumulative hazard and rest up to a time at which the ratio changes. */
static void
consume(const twp_model_exit_t *exit, const twp_law_constants_t *law, twp_clock_t *clock,
    double to_days, double log_ratio)
{
    const double age = clock->age_days + clock->pace * (to_days - clock->since_days);
    const double cumulative = twp_family_cumulative((twp_family_t) exit->family, law, age);

    /* not above: nothing is used up, nor where both are endless */
    if (clock->ratio > 0 && cumulative > clock->cumulative)
        clock->rest -= clock->ratio * (cumulative - clock->cumulative);
    if (clock->rest < 0)
        clock->rest = 0; /* rounding at the very end of a threshold */
    clock->age_days = age;
    clock->cumulative = cumulative;
    clock->since_days = to_days;
    clock->ratio = exp_of(log_ratio);
}

static void
consume_waiting(const twp_model_exit_t *exit, const twp_law_constants_t *law, twp_clock_t *clock)
{
    for (int32_t k = 0; k < clock->n_waiting; k++)
        consume(exit, law, clock, clock->waiting[k].since_days, clock->waiting[k].log_ratio);
    clock->n_waiting = 0;
}

/**
 * q such that H0(u)^q / u never falls with u, or 0 where none is known: at r times the cumulative hazard,
 * r < 1, the age is at least r^q times what it was.
 */
static double
age_power(const twp_model_exit_t *exit, const twp_clock_t *clock)
{
    const double *c = exit->has_constant_law ? exit->law.c : clock->c;

    switch ((twp_family_t) exit->family) {
    case TWP_FAMILY_EXPONENTIAL: return 1;
    case TWP_FAMILY_WEIBULL:
    case TWP_FAMILY_WEIBULL_PH: return c[1];            /* H0 is a power, 1 / q */
    case TWP_FAMILY_GOMPERTZ: return c[0] >= 0 ? 1 : 0; /* H0 is convex */
    default: return 0;
    }
}

/* A bound is not lowered by more than this part of the age: it would come too early to be of use. */
#define MOST_LOWERED 0.5
#define MOST_LOG_RATIO 700 /* far beyond, a ratio is no number any more: to be seen at once */

/**
 * A day before which the clock cannot fire if its log ratio is log_ratio from now on; not after now_days
 * where none is known. A ratio that rises by the factor e^x lowers the age at which the clock fires to
 * no less than e^(-q x) > 1 - q x of what it was.
 */
static double
bound_days(const twp_model_exit_t *exit, const twp_clock_t *clock, double log_ratio)
{
    const double bound = clock->not_before_days;

    if (log_ratio <= clock->log_ratio_bound)
        return bound;
    const double lowered = (log_ratio - clock->log_ratio_bound) * age_power(exit, clock);
    if (!(lowered > 0 && lowered <= MOST_LOWERED && log_ratio <= MOST_LOG_RATIO) ||
        bound == TWP_NEVER)
        return 0;
    return bound - lowered * (clock->age_days / clock->pace + (bound - clock->since_days));
}

/**
 * A change that leaves a bound from below of the firing time is noted, and worked out only if the clock is
 * still there when the bound comes. Most clocks are gone by then. The bound has room for the rounding of
 * the solutions.
 */
static bool
is_put_off(const twp_model_t *model, twp_twin_t *twin, int32_t i_slot, double log_ratio)
{
    const twp_model_exit_t *exit = &model->exit[model->slot[i_slot].i];
    twp_clock_t *clock = &twin->clock[exit->i_clock];

    if (clock->n_waiting >= TWP_MAX_WAITING)
        return false;
    const double bound = bound_days(exit, clock, log_ratio);
    double fires = bound < TWP_NEVER ? bound - 1e-9 * (clock->age_days + bound) : bound;
    if (!(fires > twin->now_days))
        return false;
    if (log_ratio > clock->log_ratio_bound) {
        clock->not_before_days = bound;
        clock->log_ratio_bound = log_ratio;
    }
    clock->waiting[clock->n_waiting].since_days = twin->now_days;
    clock->waiting[clock->n_waiting].log_ratio = log_ratio;
    clock->n_waiting++;
    clock->log_ratio = log_ratio;
    if (log_ratio == -TWP_NEVER)
        fires = TWP_NEVER;
    if (fires != twin->fires[i_slot])
        twp_clock_set(twin, i_slot, fires);
    twp_bit_set(twin->put_off, i_slot);
    return true;
}

void
twp_clock_change(const twp_model_t *model, twp_twin_t *twin, int32_t i_slot)
{
    const twp_model_exit_t *exit = &model->exit[model->slot[i_slot].i];
    twp_clock_t *clock = &twin->clock[exit->i_clock];
    twp_law_constants_t own;
    double log_ratio, log_time;

    const bool is_new = exit->i_since >= 0 && twin->last_entered[exit->i_since] == twin->now_days;

    read_covariates(model, twin, exit, &log_ratio, &log_time);
    if (log_ratio == clock->log_ratio && log_time == clock->log_time && !is_new)
        return;
    if (log_time == clock->log_time && !is_new && !model->solves_at_once &&
        is_put_off(model, twin, i_slot, log_ratio))
        return;
    const twp_law_constants_t *law = law_of(exit, clock, &own);
    consume_waiting(exit, law, clock);
    consume(exit, law, clock, twin->now_days, log_ratio);
    if (is_new)
        clock->age_days = clock->cumulative = 0;
    clock->log_ratio = log_ratio;
    clock->log_time = log_time;
    clock->pace = exp_of(-log_time);
    solve(model, exit, law, twin, i_slot);
}

void
twp_clock_solve_put_off(const twp_model_t *model, twp_twin_t *twin, int32_t i_slot)
{
    const twp_model_exit_t *exit = &model->exit[model->slot[i_slot].i];
    twp_clock_t *clock = &twin->clock[exit->i_clock];
    twp_law_constants_t own;
    const twp_law_constants_t *law = law_of(exit, clock, &own);

    consume_waiting(exit, law, clock);
    solve(model, exit, law, twin, i_slot);
}
