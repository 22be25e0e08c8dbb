/* The typed study in words. */
#include "study/explain.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is printed to, and the memory of expressions' texts. */
typedef struct {
    FILE *out;
    twp_arena_t *arena;
    const twp_study_typed_t *study;
} words_t;

static const char *
text_of(const words_t *words, const twp_expression_t *expression)
{
    const char *text =
        expression != NULL ? twp_expression_print(words->arena, expression, words->study) : NULL;
    size_t length;

    if (text == NULL)
        return "?";
    /* one pair of brackets around the whole says nothing */
    length = strlen(text);
    if (length > 2 && text[0] == '(' && text[length - 1] == ')') {
        int depth = 0;
        size_t i;
        for (i = 0; i + 1 < length; i++) {
            depth += (text[i] == '(') - (text[i] == ')');
            if (depth == 0)
                return text;
        }
        text = twp_arena_strndup(words->arena, text + 1, length - 2);
    }
    return text != NULL ? text : "?";
}

static const char *
state_name(const twp_study_typed_t *study, int i_track, int i_state)
{
    return study->track[i_track].state[i_state].name;
}

/* ---- distributions -------------------------------------------------------------------------- */

static void
explain_distribution(const words_t *words, const twp_distribution_t *distribution)
{
    static const struct {
        const char *name, *arg[3];
    } kinds[] = {
        [TWP_DIST_CONSTANT] = { "always", { "", NULL, NULL } },
        [TWP_DIST_NORMAL] = { "normal", { "mean ", "sd ", NULL } },
        [TWP_DIST_LOGNORMAL] = { "lognormal", { "meanlog ", "sdlog ", NULL } },
        [TWP_DIST_UNIFORM] = { "uniform", { "from ", "to ", NULL } },
        [TWP_DIST_BETA] = { "beta", { "a ", "b ", NULL } },
        [TWP_DIST_GAMMA] = { "gamma", { "shape ", "scale ", NULL } },
        [TWP_DIST_EXPONENTIAL] = { "exponential", { "rate ", NULL, NULL } },
        [TWP_DIST_WEIBULL] = { "weibull", { "shape ", "scale ", NULL } },
        [TWP_DIST_TRIANGULAR] = { "triangular", { "low ", "mode ", "high " } },
        [TWP_DIST_CHANCE] = { "true with chance", { "", NULL, NULL } },
        [TWP_DIST_CATEGORIES] = { "one of", { NULL, NULL, NULL } },
        [TWP_DIST_COLUMN] = { "column", { NULL, NULL, NULL } },
        [TWP_DIST_BY] = { "by", { NULL, NULL, NULL } },
        [TWP_DIST_STEPS] = { "by steps of", { NULL, NULL, NULL } },
    };
    const char *separator = " ";

    fputs(kinds[distribution->kind].name, words->out);
    for (int i = 0; i < 3 && kinds[distribution->kind].arg[i] != NULL; i++) {
        fprintf(words->out, "%s%s%s", separator, kinds[distribution->kind].arg[i],
            text_of(words, distribution->arg[i]));
        separator = ", ";
    }
    if (distribution->kind == TWP_DIST_COLUMN)
        fprintf(words->out, " %s", distribution->column);
    for (int i = 0; distribution->kind == TWP_DIST_CATEGORIES && i < distribution->n_categories;
         i++) {
        fprintf(words->out, "%s%s (%s)", separator, distribution->category[i],
            text_of(words, distribution->weight[i]));
        separator = ", ";
    }
    if (distribution->kind == TWP_DIST_BY) {
        const twp_study_attribute_t *by = &words->study->attribute[distribution->i_by];
        fprintf(words->out, " %s:", by->name);
        for (int i = 0; i < by->n_categories; i++) {
            fprintf(words->out, "%s%s: ", i > 0 ? "; " : " ", by->category[i]);
            explain_distribution(words, distribution->by_is[i]);
        }
    }
    if (distribution->kind == TWP_DIST_STEPS)
        fprintf(words->out, " %s:", words->study->attribute[distribution->i_by].name);
    for (int i = 0; i < distribution->n_steps; i++)
        fprintf(words->out, "%s%s from %s", i > 0 ? ", " : " ",
            distribution->category[distribution->step_is[i]],
            text_of(words, distribution->step_from[i]));
    if (distribution->low != NULL)
        fprintf(words->out, ", within %s and %s", text_of(words, distribution->low),
            text_of(words, distribution->high));
}

/* ---- actions, effects, happenings ----------------------------------------------------------- */

static void
explain_action(const words_t *words, const twp_action_t *action)
{
    const twp_study_typed_t *study = words->study;
    const char *amount = action->amount != NULL ? text_of(words, action->amount) : "";

    switch (action->kind) {
    case TWP_ACTION_ADD:
        fprintf(words->out, "add %s to %s", amount, study->variable[action->i].name);
        break;
    case TWP_ACTION_SET:
        fprintf(words->out, "set %s to %s", study->variable[action->i].name, amount);
        break;
    case TWP_ACTION_DISPENSE:
        fprintf(words->out, "dispense %s into %s%s", amount, study->variable[action->i].name,
            action->is_discarding ? ", what was left is thrown away" : "");
        break;
    case TWP_ACTION_COST:
        fprintf(words->out, "%s pays %s for %s", study->account[action->i].payer, amount,
            study->account[action->i].category);
        break;
    case TWP_ACTION_CONTACT:
        fprintf(words->out, "count a contact of %s", study->support[action->i].name);
        break;
    case TWP_ACTION_START:
        fprintf(words->out, "ask %s to start", study->support[action->i].name);
        break;
    case TWP_ACTION_END:
        fprintf(words->out, "ask %s to end", study->support[action->i].name);
        break;
    case TWP_ACTION_MEASURE:
        fprintf(words->out, "add %s to the tally %s", amount, study->tally[action->i]);
        break;
    case TWP_ACTION_QALY: fprintf(words->out, "add %s of full health", amount); break;
    case TWP_ACTION_DO: fputs(study->named_action[action->i].name, words->out); break;
    }
}

static void
explain_actions(const words_t *words, const char *before, const twp_actions_t *actions)
{
    if (actions->n == 0)
        return;
    fputs(before, words->out);
    for (int i = 0; i < actions->n; i++) {
        fputs(i > 0 ? "; " : "", words->out);
        explain_action(words, &actions->action[i]);
    }
    fputc('\n', words->out);
}

static void
explain_effects(const words_t *words, const char *indent, const twp_effect_t *effect, int n)
{
    static const char *const ratio[] = { [TWP_RATIO_HR] = "hazard ratio",
        [TWP_RATIO_TIME_RATIO] = "time ratio",
        [TWP_RATIO_OR] = "odds ratio" };

    for (int i = 0; i < n; i++) {
        fprintf(words->out, "%s%s %s %s %s", indent, ratio[effect[i].kind],
            text_of(words, effect[i].ratio), effect[i].covariate->is_truth ? "if" : "per",
            text_of(words, effect[i].covariate));
        if (effect[i].fade_half_life_days != NULL)
            fprintf(words->out, ", fading with half-life %s",
                text_of(words, effect[i].fade_half_life_days));
        fprintf(words->out, "%s%s\n", effect[i].source != NULL ? "  # " : "",
            effect[i].source != NULL ? effect[i].source : "");
    }
}

static void
explain_happening(const words_t *words, twp_happening_t happening)
{
    const twp_study_typed_t *study = words->study;

    switch (happening.kind) {
    case TWP_HAPPENING_STATE:
        fprintf(words->out, "%s.%s is entered", study->track[happening.i].name,
            state_name(study, happening.i, happening.j));
        break;
    case TWP_HAPPENING_STOCK_EMPTY:
        fprintf(words->out, "%s runs empty", study->variable[happening.i].name);
        break;
    case TWP_HAPPENING_EXIT:
        fprintf(words->out, "%s is taken", study->exit[happening.i].qualified);
        break;
    case TWP_HAPPENING_ACTION:
        fprintf(words->out, "%s is done", study->named_action[happening.i].name);
        break;
    case TWP_HAPPENING_OBSERVATION:
        fprintf(words->out, "%s is seen", study->observation[happening.i].name);
        break;
    case TWP_HAPPENING_START_ASKED:
        fprintf(words->out, "%s is asked to start", study->support[happening.i].name);
        break;
    case TWP_HAPPENING_END_ASKED:
        fprintf(words->out, "%s is asked to end", study->support[happening.i].name);
        break;
    }
}

/* ---- tables --------------------------------------------------------------------------------- */

static void
explain_tables(const words_t *words)
{
    for (int i = 0; i < words->study->n_tables; i++) {
        const twp_study_table_t *table = &words->study->table[i];
        fprintf(words->out, "table %s: from %s by", table->name, table->csv_name);
        for (int k = 0; k < table->n_by; k++)
            fprintf(
                words->out, "%s %s (%d)", k > 0 ? "," : "", table->by[k].column, table->by[k].n);
        fprintf(words->out, ", source %s\n", table->source);
    }
}

/* ---- exits ---------------------------------------------------------------------------------- */

static void
explain_list(const words_t *words, const char *name, int n, twp_expression_t *const *item)
{
    fprintf(words->out, ", %s", name);
    for (int i = 0; i < n; i++)
        fprintf(words->out, " %s", text_of(words, item[i]));
}

static void
explain_law(const words_t *words, const twp_law_t *law)
{
    const twp_family_row_t *row = &twp_families[law->family];

    fprintf(words->out, "by hazard, %s:", row->name);
    for (int i = 0; i < row->n_parameters; i++)
        fprintf(words->out, "%s %s %s", i > 0 ? "," : "", row->parameter[i].name,
            text_of(words, law->parameter[i]));
    for (int i = 0; i < law->n_pieces; i++)
        fprintf(words->out, "%s from %s rate %s", i > 0 ? "," : "",
            text_of(words, law->from_days[i]), text_of(words, law->rate_per_day[i]));
    if (law->n_knots > 0)
        explain_list(
            words, law->family == TWP_FAMILY_SPLINE ? "knots" : "powers", law->n_knots, law->knot);
    if (law->n_coefficients > 0)
        explain_list(words, law->family == TWP_FAMILY_SPLINE ? "gammas" : "coefficients",
            law->n_coefficients, law->coefficient);
    if (law->table != NULL)
        fprintf(words->out, " %s", law->table->name);
    if (law->chance_within_days != NULL)
        fprintf(words->out, ", chances within %s", text_of(words, law->chance_within_days));
}

static void
explain_origin(const words_t *words, const twp_study_exit_t *exit)
{
    const twp_study_track_t *track = &words->study->track[exit->i_since_track];

    switch (exit->counts_from) {
    case TWP_FROM_ENTRY: break;
    case TWP_FROM_STUDY: fputs(", counting from entry into the study", words->out); break;
    case TWP_FROM_BIRTH: fputs(", counting from birth", words->out); break;
    case TWP_FROM_STATE:
        fprintf(words->out, ", counting since %s.%s was entered", track->name,
            track->state[exit->i_since_state].name);
        break;
    case TWP_FROM_DOSES: fputs(", counting from the dose with which dosing began", words->out);
    }
}

static void
explain_cause(const words_t *words, const twp_study_exit_t *exit)
{
    if (exit->is_at_once) {
        fprintf(words->out, "at once%s%s", exit->only_while != NULL ? " while " : "",
            exit->only_while != NULL ? text_of(words, exit->only_while) : "");
        return;
    }
    switch (exit->kind) {
    case TWP_EXIT_HAZARD:
        explain_law(words, &exit->law);
        explain_origin(words, exit);
        break;
    case TWP_EXIT_AFTER: fprintf(words->out, "after %s", text_of(words, exit->days)); break;
    case TWP_EXIT_EVERY: fprintf(words->out, "every %s", text_of(words, exit->days)); break;
    case TWP_EXIT_UPON:
        fputs("when ", words->out);
        for (int i = 0; i < exit->n_upon; i++) {
            fputs(i > 0 ? " or " : "", words->out);
            explain_happening(words, exit->upon[i]);
        }
        break;
    }
    if (exit->guard != NULL)
        fprintf(words->out, ", if %s", text_of(words, exit->guard));
    if (exit->only_while != NULL)
        fprintf(words->out, ", only while %s", text_of(words, exit->only_while));
}

const char *
twp_explain_cause(const twp_study_typed_t *study, const twp_study_exit_t *exit, twp_arena_t *arena)
{
    char *text = NULL;
    const char *copy = NULL;
    size_t n_bytes = 0;
    const words_t words = { open_memstream(&text, &n_bytes), arena, study };

    if (words.out == NULL)
        return NULL;
    explain_cause(&words, exit);
    if (fclose(words.out) == 0)
        copy = twp_arena_strdup(arena, text);
    free(text);
    return copy;
}

static void
explain_exit(const words_t *words, const twp_study_exit_t *exit)
{
    const twp_study_track_t *track = &words->study->track[exit->i_track];

    fprintf(words->out, "    %s: ", exit->name);
    explain_cause(words, exit);
    if (exit->n_branches > 1)
        fputc('\n', words->out);
    for (int b = 0; b < exit->n_branches; b++) {
        const twp_branch_t *branch = &exit->branch[b];
        const char *to = branch->i_target >= 0 ? track->state[branch->i_target].name : NULL;
        if (exit->n_branches > 1)
            fprintf(words->out, "      %s%s", branch->chance != NULL ? "with chance " : "otherwise",
                branch->chance != NULL ? text_of(words, branch->chance) : "");
        fprintf(words->out, "%s%s\n", to != NULL ? " -> " : ", and the state goes on",
            to != NULL ? to : "");
        explain_effects(words, "        ", branch->effect, branch->n_effects);
        explain_actions(words, "        do: ", &branch->actions);
    }
    explain_effects(words, "      ", exit->effect, exit->n_effects);
    if (exit->is_strongest_only)
        fputs("      of the supports' effects only the strongest counts\n", words->out);
    explain_actions(words, "      do: ", &exit->actions);
    if (strcmp(exit->stream, exit->qualified) != 0)
        fprintf(words->out, "      draws as %s\n", exit->stream);
}

/* ---- tracks --------------------------------------------------------------------------------- */

static void
explain_start(const words_t *words, const twp_study_track_t *track)
{
    fputs(" starts", words->out);
    if (track->i_start_attribute >= 0)
        fprintf(words->out, " as %s says", words->study->attribute[track->i_start_attribute].name);
    for (int i = 0; i < track->n_starts; i++) {
        fprintf(
            words->out, "%s in %s", i > 0 ? "," : "", track->state[track->start[i].i_state].name);
        if (track->start[i].chance != NULL)
            fprintf(words->out, " with chance %s", text_of(words, track->start[i].chance));
    }
    if (track->since_days != NULL)
        fprintf(words->out, ", entered %s before", text_of(words, track->since_days));
    fputc('\n', words->out);
}

static void
explain_track(const words_t *words, const twp_study_track_t *track)
{
    const twp_study_typed_t *study = words->study;

    fprintf(words->out, "%s %s:",
        track->i_support >= 0     ? "support"
            : track->i_doses >= 0 ? "doses"
                                  : "track",
        track->name);
    explain_start(words, track);
    for (int s = 0; s < track->n_states; s++) {
        const twp_study_state_t *state = &track->state[s];
        if (track->i_support >= 0 && state->n_exits == 0)
            continue;
        fprintf(words->out, "  %s%s\n", state->name, state->n_exits == 0 ? " (final)" : "");
        explain_actions(words, "    on entering: ", &state->enter);
        explain_actions(words, "    on leaving: ", &state->leave);
        for (int f = 0; f < state->n_flows; f++)
            fprintf(words->out, "    %s pays %s for %s\n",
                study->account[state->flow[f].i_account].payer, text_of(words, state->flow[f].rate),
                study->account[state->flow[f].i_account].category);
        for (int e = 0; e < state->n_exits; e++)
            explain_exit(words, &study->exit[state->i_exit_first + e]);
    }
}

/* A rate that hangs on time: `more utility from 0 to 30: if(x.y, ...)`. */
static void
explain_timed(const words_t *words, const twp_study_timed_t *timed)
{
    const twp_account_t *account = timed->is_utility ? NULL
                                                     : &words->study->account[timed->i_account];

    if (account == NULL)
        fputs("more utility", words->out);
    else
        fprintf(words->out, "%s pays for %s", account->payer, account->category);
    fprintf(words->out, " from %s of %s", text_of(words, timed->from_days),
        timed->i_track >= 0        ? "the state"
            : timed->is_from_birth ? "age"
                                   : "the life");
    if (timed->until_days != NULL)
        fprintf(words->out, " to %s", text_of(words, timed->until_days));
    fprintf(words->out, "%s: %s\n", timed->is_growing ? ", for each day since" : "",
        text_of(words, timed->rate));
}

/* ---- the twin ------------------------------------------------------------------------------- */

static void
explain_numbers(const words_t *words)
{
    const twp_study_typed_t *study = words->study;

    for (int i = 0; i < study->n_parameters; i++)
        fprintf(words->out, "parameter %s = %s%s%s\n", study->parameter[i].name,
            text_of(words, study->parameter[i].expression),
            study->parameter[i].source != NULL ? "  # " : "",
            study->parameter[i].source != NULL ? study->parameter[i].source : "");
    explain_tables(words);
    if (study->age_days != NULL)
        fprintf(words->out, "age at entry = %s\n", text_of(words, study->age_days));
    for (int i = 0; i < study->n_attributes; i++) {
        fprintf(words->out, "attribute %s: ", study->attribute[i].name);
        explain_distribution(words, study->attribute[i].distribution);
        fputs(study->attribute[i].i_copula >= 0 ? ", correlated\n" : "\n", words->out);
    }
    for (int i = 0; i < study->n_variables; i++) {
        const twp_study_variable_t *variable = &study->variable[i];
        fprintf(words->out, "%s %s: starts ", variable->is_stock ? "stock" : "variable",
            variable->name);
        explain_distribution(words, variable->starts);
        if (variable->has_half_life)
            fprintf(words->out, ", returns to %s with half-life %s",
                variable->returns_to_start ? "its start" : text_of(words, variable->returns_to),
                text_of(words, variable->half_life_days));
        fputc('\n', words->out);
    }
    for (int k = 0; k < study->n_formulas; k++) {
        const twp_study_formula_t *formula = &study->formula[study->formula_order[k]];
        fprintf(
            words->out, "formula %s = %s\n", formula->name, text_of(words, formula->expression));
    }
    for (int i = 0; i < study->n_named_actions; i++) {
        fprintf(words->out, "action %s", study->named_action[i].name);
        explain_actions(words, ": ", &study->named_action[i].actions);
    }
    if (study->utility != NULL)
        fprintf(words->out, "utility = %s\n", text_of(words, study->utility));
    for (int i = 0; i < study->n_timed; i++)
        explain_timed(words, study->timed[i]);
    for (int i = 0; i < study->n_observations; i++) {
        const twp_study_observation_t *observation = &study->observation[i];
        fprintf(words->out, "observation %s: ", observation->name);
        if (observation->is_happening)
            explain_happening(words, observation->of);
        else
            fprintf(words->out, "the value of %s", text_of(words, observation->value));
        if (observation->delay_days != NULL)
            fprintf(words->out, ", %s later", text_of(words, observation->delay_days));
        fputc('\n', words->out);
    }
}

static void
explain_top(const words_t *words)
{
    const twp_study_typed_t *study = words->study;

    fprintf(words->out, "study %s\n", study->name);
    if (study->question != NULL)
        fprintf(words->out, "question: %s\n", study->question);
    fprintf(words->out, "calendar: %04d-%02d-%02d, for %g days", study->starts_year,
        study->starts_month, study->starts_day, study->horizon_days);
    if (isfinite(study->follow_up_days))
        fprintf(words->out, ", each life at most %g days", study->follow_up_days);
    fprintf(words->out, "\ntwins: %lld", (long long) study->n_patients);
    if (study->patients_csv_name != NULL)
        fprintf(words->out, " from %s", study->patients_csv_name);
    if (study->enters != NULL) {
        fputs(", entering: ", words->out);
        explain_distribution(words, study->enters);
    }
    fputc('\n', words->out);
}

/* ---- strategies and figures ----------------------------------------------------------------- */

static void
explain_strategies(const words_t *words)
{
    const twp_study_typed_t *study = words->study;

    for (int i = 0; i < study->n_strategies; i++) {
        const twp_study_strategy_t *strategy = &study->strategy[i];
        fprintf(words->out, "strategy %s%s:", strategy->name,
            strategy->is_baseline ? " (baseline)" : "");
        for (int k = 0; k < strategy->n_supports; k++)
            fprintf(
                words->out, "%s %s", k > 0 ? "," : "", study->support[strategy->i_support[k]].name);
        if (strategy->n_supports == 0)
            fputs(" no supports", words->out);
        if (strategy->from_days > 0 || strategy->ramp_days > 0)
            fprintf(words->out, ", from day %g, for all by day %g", strategy->from_days,
                strategy->from_days + strategy->ramp_days);
        fputc('\n', words->out);
        for (int k = 0; strategy->overrides != NULL && k < strategy->overrides->n; k++) {
            const twp_pair_t *pair = &strategy->overrides->pair[k];
            fprintf(words->out, "  sets %s to %s\n", pair->key,
                pair->value->kind == TWP_NODE_SCALAR ? pair->value->text : "another block");
        }
    }
}

static void
explain_figures(const words_t *words)
{
    const twp_study_typed_t *study = words->study;

    for (int i = 0; i < study->n_measures; i++) {
        const twp_study_measure_t *measure = &study->measure[i];
        fprintf(words->out, "measure %s (%s)", measure->name, measure->label);
        for (int k = 0; k < measure->n_times; k++)
            fprintf(words->out, "%s %g", k == 0 ? " at day" : ",", measure->time_days[k]);
        fprintf(words->out, ": %s\n", twp_measures[measure->measure].definition);
    }
    for (int i = 0; i < study->n_targets; i++) {
        const twp_study_target_t *target = &study->target[i];
        fprintf(words->out, "target %s: %s of %s is %g within %g, to %s\n", target->name,
            study->measure[target->i_measure].name, study->strategy[target->i_strategy].name,
            target->value, target->within, target->is_fit ? "fit" : "predict");
    }
}

twp_status_t
twp_explain_study(const twp_study_typed_t *study, char **text, twp_error_t *err)
{
    words_t words = { NULL, twp_arena_create(0), study };
    size_t n_bytes = 0;
    bool is_good;

    *text = NULL;
    words.out = words.arena != NULL ? open_memstream(text, &n_bytes) : NULL;
    if (words.out == NULL) {
        twp_arena_free(words.arena);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory to explain the study");
    }
    explain_top(&words);
    explain_numbers(&words);
    for (int t = 0; t < study->n_tracks; t++)
        explain_track(&words, &study->track[t]);
    explain_strategies(&words);
    explain_figures(&words);
    is_good = !ferror(words.out);
    is_good = fclose(words.out) == 0 && is_good;
    twp_arena_free(words.arena);
    if (!is_good) {
        free(*text);
        *text = NULL;
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory to explain the study");
    }
    return TWP_OK;
}
