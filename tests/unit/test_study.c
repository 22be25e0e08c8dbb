/* What a whole study means, read into types. */
#include "study_sample.h"

static const twp_study_exit_t *
exit_named(const twp_study_typed_t *study, const char *qualified)
{
    for (int i = 0; i < study->n_exits; i++)
        if (strcmp(study->exit[i].qualified, qualified) == 0)
            return &study->exit[i];
    fail_msg("no exit %s", qualified);
    return NULL;
}

static const twp_study_attribute_t *
attribute_named(const twp_study_typed_t *study, const char *name)
{
    for (int i = 0; i < study->n_attributes; i++)
        if (strcmp(study->attribute[i].name, name) == 0)
            return &study->attribute[i];
    fail_msg("no attribute %s", name);
    return NULL;
}

static const twp_study_measure_t *
measure_named(const twp_study_typed_t *study, const char *name)
{
    for (int i = 0; i < study->n_measures; i++)
        if (strcmp(study->measure[i].name, name) == 0)
            return &study->measure[i];
    fail_msg("no measure %s", name);
    return NULL;
}

static double
value_of(const twp_study_typed_t *study, const twp_expression_t *expression)
{
    double *parameter = calloc((size_t) study->n_parameters + 1, sizeof *parameter), value;

    assert_non_null(parameter);
    for (int i = 0; i < study->n_parameters; i++)
        parameter[i] = study->parameter[i].value;
    value = twp_expression_constant(expression, parameter);
    free(parameter);
    return value;
}

/* ---- what a whole study means --------------------------------------------------------------- */

static void
test_parameters_are_evaluated_in_days_and_money(void **state)
{
    const twp_study_typed_t *study = study_of(state);

    assert_int_equal(study->n_parameters, 4);
    assert_string_equal(study->parameter[0].name, "delay");
    assert_near(study->parameter[0].value, 14.61, 1e-12);
    assert_string_equal(study->parameter[0].unit, "days");
    assert_near(study->parameter[1].value, 100, 1e-12);
    assert_string_equal(study->parameter[1].unit, "USD / year");
    assert_int_equal(study->parameter[1].dim.money, 1);
    assert_int_equal(study->parameter[1].dim.time, -1);
    assert_string_equal(study->parameter[2].unit, "years");
    assert_near(study->parameter[2].low, 365.25, 0);
    assert_near(study->parameter[2].high, 9 * 365.25, 1e-9);
    assert_string_equal(study->parameter[2].note, "a note");
    assert_true(isinf(study->parameter[3].high));
    assert_near(study->horizon_days, 3 * 365.25, 1e-9);
    assert_near(study->follow_up_days, 2 * 365.25, 1e-9);
    assert_int_equal(
        study->starts_year * 10000 + study->starts_month * 100 + study->starts_day, 20270104);
    assert_string_equal(study->currency, "USD");
    assert_int_equal(study->price_year, 2023);
}

static void
test_distributions_are_in_one_spelling(void **state)
{
    const twp_study_typed_t *study = study_of(state);
    const twp_distribution_t *listed = attribute_named(study, "listed")->distribution;
    const twp_distribution_t *ease = attribute_named(study, "ease")->distribution;

    assert_int_equal(listed->kind, TWP_DIST_LOGNORMAL);
    assert_near(value_of(study, listed->arg[0]), log(60), 1e-14);
    assert_near(value_of(study, listed->high), 3000, 0);
    assert_int_equal(attribute_named(study, "listed")->dim.money, 1);
    assert_near(value_of(study, attribute_named(study, "tenure")->distribution->arg[1]), 50, 1e-12);
    assert_near(
        value_of(study, attribute_named(study, "luck")->distribution->arg[0]), 1.0 / 28, 1e-16);
    assert_int_equal(attribute_named(study, "luck")->dim.time, 1);
    assert_true(attribute_named(study, "female")->is_truth);
    assert_true(attribute_named(study, "consent.phone")->is_truth);
    assert_int_equal(attribute_named(study, "persona")->n_categories, 2);
    assert_string_equal(attribute_named(study, "persona")->category[0], "calm");
    assert_near(
        value_of(study, attribute_named(study, "persona")->distribution->weight[0]), 0.6, 0);
    assert_int_equal(ease->kind, TWP_DIST_BY);
    assert_near(value_of(study, ease->by_is[0]->arg[0]), 2, 0);
    assert_near(value_of(study, ease->by_is[1]->arg[0]), 4, 0);
    assert_string_equal(attribute_named(study, "reach")->stream, "patient.old_reach");
    assert_string_equal(attribute_named(study, "age")->stream, "patient.age");
    assert_int_equal(study->enters->kind, TWP_DIST_UNIFORM);
}

static void
test_attributes_are_drawn_after_those_they_depend_on(void **state)
{
    const twp_study_typed_t *study = study_of(state);
    int at_ease = -1, at_persona = -1;

    for (int k = 0; k < study->n_attributes; k++) {
        const char *name = study->attribute[study->draw_order[k]].name;
        at_ease = strcmp(name, "ease") == 0 ? k : at_ease;
        at_persona = strcmp(name, "persona") == 0 ? k : at_persona;
        if (k > 0)
            assert_true(strcmp(study->attribute[k - 1].name, study->attribute[k].name) < 0);
    }
    assert_true(at_persona >= 0 && at_persona < at_ease);
    assert_int_equal(study->n_copula, 2);
    assert_string_equal(study->attribute[study->copula_attribute[0]].name, "weight");
    assert_int_equal(attribute_named(study, "age")->i_copula, 1);
    assert_int_equal(attribute_named(study, "female")->i_copula, -1);
    assert_near(study->copula[0], 1, 0);
    assert_near(study->copula[1], 0, 0);
    assert_near(study->copula[2], -0.6, 1e-15);
    assert_near(study->copula[3], 0.8, 1e-15);
}

static void
test_variables_and_formulas_have_their_shape(void **state)
{
    const twp_study_typed_t *study = study_of(state);

    assert_string_equal(study->variable[0].name, "motivation");
    assert_true(study->variable[0].returns_to_start);
    assert_null(study->variable[0].held_for_days);
    assert_near(value_of(study, study->variable[0].half_life_days), 60, 0);
    assert_true(study->variable[1].is_stock);
    assert_int_equal(study->variable[1].dim.time, 1);
    assert_false(study->variable[2].returns_to_start);
    assert_int_equal(study->variable[2].returns_to->scope, TWP_SCOPE_TWIN);
    assert_near(value_of(study, study->variable[2].high), 1, 0);
    assert_int_equal(study->n_formulas, 4);
    assert_string_equal(study->formula[3].name, "yes_always");
    assert_true(study->formula[3].expression->is_truth);
    assert_string_equal(study->formula[0].name, "doubled");
    assert_true(study->formula[1].expression->is_truth);
    /* doubled looks at share */
    assert_int_equal(study->formula_order[0], 2);
    assert_int_equal(study->formula_order[1], 0);
    assert_string_equal(study->formula[0].unit, "USD");
}

static void
test_hazards_effects_and_chances_are_converted(void **state)
{
    const twp_study_typed_t *study = study_of(state);
    const twp_study_exit_t *stop = exit_named(study, "patient.therapy.taking.stop");
    const twp_study_exit_t *onset = exit_named(study, "patient.trouble.none.onset");
    const twp_study_exit_t *settle = exit_named(study, "patient.trouble.mild.settle");
    const twp_study_exit_t *refill = exit_named(study, "patient.supply.due.refill");

    assert_int_equal(stop->kind, TWP_EXIT_HAZARD);
    assert_int_equal(stop->law.family, TWP_FAMILY_WEIBULL);
    assert_int_equal(stop->counts_from, TWP_FROM_STUDY);
    assert_non_null(stop->only_while);
    assert_int_equal(stop->n_effects, 2);
    assert_string_equal(stop->effect[0].name, "(tenure) / (10 days)");
    assert_int_equal(stop->effect[0].kind, TWP_RATIO_HR);
    assert_int_equal(stop->effect[0].covariate->kind, TWP_WORD_DIVIDE);
    assert_int_equal(stop->effect[1].kind, TWP_RATIO_TIME_RATIO);
    assert_int_equal(stop->n_branches, 3);
    /* rr 1.2 at 0.3: 0.36 0.7 / (0.3 0.64); difference -0.1 at 0.3: 0.2 0.7 / (0.3 0.8) */
    assert_near(value_of(study, stop->branch[0].effect[0].ratio), 1.3125, 1e-14);
    assert_near(value_of(study, stop->branch[1].effect[0].ratio), 0.14 / 0.24, 1e-14);
    assert_int_equal(stop->branch[0].n_effects, 2); /* and that of the app */
    assert_int_equal(stop->branch[0].effect[1].i_support, 0);
    assert_int_equal(stop->branch[1].chance->kind, TWP_WORD_STEPS);
    assert_near(value_of(study, stop->branch[1].chance->step_from[1]), 10, 0);
    assert_int_equal(stop->branch[1].i_target, -1);
    assert_int_equal(stop->branch[1].actions.n, 1);
    assert_null(stop->branch[2].chance);
    assert_int_equal(onset->law.n_pieces, 2);
    assert_near(value_of(study, onset->law.from_days[1]), 365.25, 0);
    assert_near(value_of(study, settle->law.parameter[0]), log(30), 1e-14);
    assert_near(value_of(study, refill->law.parameter[0]), 1 / 14.61, 1e-14);
    assert_true(refill->is_strongest_only);
    assert_string_equal(refill->stream, "patient.supply.due.old");
    assert_int_equal(refill->n_effects, 1);
    assert_near(value_of(study, refill->effect[0].fade_half_life_days), 90, 0);
    assert_near(value_of(study, refill->effect[0].fade_held_for_days), 15, 0);
}

static void
test_exits_and_states_are_sorted_and_say_where_they_lead(void **state)
{
    const twp_study_typed_t *study = study_of(state);
    const twp_study_exit_t *begin = exit_named(study, "patient.therapy.waiting.begin");
    const twp_study_exit_t *check = exit_named(study, "patient.therapy.stopped.check");
    const twp_study_exit_t *run_out = exit_named(study, "patient.supply.covered.run_out");
    const twp_study_exit_t *again = exit_named(study, "patient.supply.due.again");

    for (int e = 1; e < study->n_exits; e++)
        assert_true(strcmp(study->exit[e - 1].qualified, study->exit[e].qualified) < 0);
    assert_int_equal(begin->kind, TWP_EXIT_AFTER);
    assert_near(value_of(study, begin->days), 3, 0);
    assert_int_equal(begin->priority, -2);
    assert_int_equal(begin->n_branches, 1);
    assert_null(begin->branch[0].chance);
    assert_string_equal(
        study->track[begin->i_track].state[begin->branch[0].i_target].name, "taking");
    assert_int_equal(check->kind, TWP_EXIT_EVERY);
    assert_int_equal(check->branch[0].i_target, -1);
    assert_int_equal(check->guard->scope, TWP_SCOPE_INSTANT);
    assert_int_equal(check->actions.action[0].kind, TWP_ACTION_START);
    assert_int_equal(run_out->n_upon, 2);
    assert_int_equal(run_out->upon[0].kind, TWP_HAPPENING_STOCK_EMPTY);
    assert_int_equal(run_out->upon[1].kind, TWP_HAPPENING_STATE);
    assert_int_equal(again->upon[0].kind, TWP_HAPPENING_ACTION);
    assert_int_equal(again->branch[0].i_target, again->i_state);
}

static void
test_tracks_know_where_they_start(void **state)
{
    const twp_study_typed_t *study = study_of(state);
    const twp_study_track_t *supply = &study->track[3], *trouble = &study->track[5];

    assert_int_equal(study->n_tracks, 6);
    assert_string_equal(supply->name, "supply");
    assert_int_equal(supply->i_support, -1);
    assert_int_equal(supply->n_starts, 2);
    assert_int_equal(supply->start[0].i_state, 0);
    assert_non_null(supply->start[0].chance);
    assert_int_equal(supply->start[1].i_state, 2);
    assert_null(supply->start[1].chance);
    assert_int_equal(supply->since_days->scope, TWP_SCOPE_TWIN);
    assert_string_equal(trouble->name, "trouble");
    assert_string_equal(study->attribute[trouble->i_start_attribute].name, "persona");
    assert_near(trouble->start_code[0], 0, 0); /* mild: calm */
    assert_near(trouble->start_code[1], 1, 0); /* none: eager */
    assert_true(isnan(trouble->start_code[2]));
}

static void
test_a_support_becomes_a_track(void **state)
{
    const twp_study_typed_t *study = study_of(state);
    const twp_study_support_t *nurse = &study->support[2];
    const twp_study_exit_t *idle = exit_named(study, "patient.nurse.idle.offer");
    const twp_study_exit_t *over = exit_named(study, "patient.nurse.over.offer");
    const twp_study_exit_t *contact = exit_named(study, "patient.app.active.contact");
    const twp_study_track_t *track = &study->track[nurse->i_track];

    assert_string_equal(nurse->channel, "telephone");
    assert_int_equal(nurse->n_at_most, 2);
    assert_near(nurse->at_most_days, 60, 0);
    assert_string_equal(nurse->rollout_stream, "patient.nurse.rollout");
    assert_int_equal(track->i_support, 2);
    assert_string_equal(track->state[TWP_SUPPORT_ACTIVE].name, "active");
    assert_string_equal(track->state[TWP_SUPPORT_IDLE].name, "idle");
    assert_string_equal(track->state[TWP_SUPPORT_OVER].name, "over");
    assert_string_equal(track->state[TWP_SUPPORT_WAITING].name, "waiting");
    assert_int_equal(track->start[0].i_state, TWP_SUPPORT_IDLE);
    assert_int_equal(track->state[TWP_SUPPORT_ACTIVE].enter.n, 1);
    assert_int_equal(idle->kind, TWP_EXIT_EVERY);
    assert_int_equal(idle->i_offer_support, 2);
    assert_int_equal(idle->i_counter_of, -1);
    assert_ptr_equal(&study->exit[over->i_counter_of], idle);
    assert_string_equal(idle->stream, "patient.nurse.offer");
    assert_string_equal(over->stream, idle->stream);
    assert_int_equal(over->i_state, TWP_SUPPORT_OVER);
    assert_int_equal(idle->n_branches, 2);
    assert_int_equal(idle->branch[0].i_target, TWP_SUPPORT_WAITING);
    assert_int_equal(idle->branch[1].i_target, -1);
    assert_int_equal(idle->actions.action[0].kind, TWP_ACTION_CONTACT);
    assert_int_equal(
        exit_named(study, "patient.nurse.waiting.begin")->branch[0].i_target, TWP_SUPPORT_ACTIVE);
    assert_int_equal(exit_named(study, "patient.nurse.active.end")->kind, TWP_EXIT_AFTER);
    assert_int_equal(exit_named(study, "patient.app.active.end")->kind, TWP_EXIT_HAZARD);
    assert_int_equal(exit_named(study, "patient.card.idle.offer")->n_branches, 1);
    assert_int_equal(
        exit_named(study, "patient.card.idle.offer")->branch[0].i_target, TWP_SUPPORT_ACTIVE);
    assert_int_equal(contact->actions.n, 3); /* the contact, 2 USD, 1 EUR */
    assert_near(value_of(study, contact->actions.action[2].amount), 1.25, 0);
    assert_int_equal(contact->branch[0].actions.n, 1);
    assert_int_equal(study->track[contact->i_track].state[TWP_SUPPORT_ACTIVE].n_flows, 1);
}

static void
test_costs_go_to_accounts_that_are_sorted(void **state)
{
    static const char *const account[][2] = { { "maker", "support" }, { "patient", "drug" },
        { "payer", "care" }, { "payer", "drug" } };
    const twp_study_typed_t *study = study_of(state);
    const twp_actions_t *buy = &study->named_action[0].actions;
    const twp_study_state_t *taking = NULL;

    assert_int_equal(study->n_accounts, 4);
    for (int i = 0; i < 4; i++) {
        assert_string_equal(study->account[i].payer, account[i][0]);
        assert_string_equal(study->account[i].category, account[i][1]);
    }
    assert_int_equal(study->n_payers, 3);
    assert_int_equal(study->n_categories, 3);
    assert_int_equal(buy->n, 4);
    assert_int_equal(buy->action[0].kind, TWP_ACTION_DISPENSE);
    assert_true(buy->action[0].is_discarding);
    assert_int_equal(buy->action[1].i, 1);
    assert_int_equal(buy->action[2].i, 3);
    assert_int_equal(buy->action[3].kind, TWP_ACTION_MEASURE);
    assert_string_equal(study->tally[buy->action[3].i], "fills");
    taking = &study->track[4].state[1];
    assert_string_equal(taking->name, "taking");
    assert_int_equal(taking->flow[0].i_account, 2);
    assert_near(value_of(study, taking->flow[0].rate), 3, 0);
}

static void
test_observations_and_utility_are_resolved(void **state)
{
    const twp_study_typed_t *study = study_of(state);

    assert_true(study->observation[0].is_happening);
    assert_int_equal(study->observation[0].of.kind, TWP_HAPPENING_ACTION);
    assert_near(value_of(study, study->observation[0].delay_days), 2, 0);
    assert_false(study->observation[1].is_happening);
    assert_int_equal(study->observation[1].value->kind, TWP_WORD_ATTRIBUTE);
    assert_int_equal(study->utility->kind, TWP_WORD_ADD);
    assert_int_equal(study->utility->arg[1]->kind, TWP_WORD_IF);
    assert_int_equal(study->utility->arg[1]->arg[0]->kind, TWP_WORD_STATE_IS);
}

static void
test_strategies_begin_with_the_baseline(void **state)
{
    const twp_study_typed_t *study = study_of(state);

    assert_int_equal(study->n_strategies, 3);
    assert_string_equal(study->strategy[0].name, "usual_care");
    assert_string_equal(study->strategy[1].name, "all_three");
    assert_string_equal(study->strategy[2].name, "app_only");
    assert_int_equal(study->strategy[1].n_supports, 3);
    assert_int_equal(study->strategy[1].i_support[0], 0);
    assert_near(study->strategy[1].from_days, 90, 0);
    assert_near(study->strategy[1].ramp_days, 60, 0);
    assert_non_null(twp_node_get(study->strategy[1].overrides, "delay"));
    assert_null(study->strategy[0].overrides);
}

static void
test_measures_have_names_times_and_defaults(void **state)
{
    static const char *const name[] = { "cost", "cost_maker", "cost_patient", "cost_payer",
        "persistence", "total_fills", "kaplan_meier_therapy_stopped_since_therapy_taking",
        "drug_cost", "qaly" };
    const twp_study_typed_t *study = study_of(state);
    const twp_study_measure_t *persistence = measure_named(study, "persistence");

    assert_int_equal(study->n_measures, 9);
    for (int i = 0; i < 9; i++)
        assert_string_equal(study->measure[i].name, name[i]);
    assert_int_equal(persistence->n_times, 3); /* the report's and those of two targets */
    assert_near(persistence->time_days[0], 180, 0);
    assert_near(persistence->time_days[1], 365, 0);
    assert_near(persistence->time_days[2], 365.25, 0);
    assert_near(persistence->gap_days, 45, 0);
    assert_string_equal(study->variable[persistence->i_stock].name, "stock");
    assert_true(measure_named(study, "cost")->is_discounted);
    assert_false(measure_named(study, "drug_cost")->is_discounted);
    assert_int_equal(measure_named(study, "drug_cost")->i_payer, 2);
    assert_int_equal(measure_named(study, "drug_cost")->i_category, 1);
    assert_int_equal(study->n_kaplan_meier, 1);
    assert_int_equal(study->n_by, 2);
    assert_near(study->worth_of_a_qaly[0], 100000, 0);
}

static void
test_targets_discount_and_record_are_read(void **state)
{
    const twp_study_typed_t *study = study_of(state);

    assert_int_equal(study->n_targets, 3);
    assert_string_equal(study->target[0].name, "half_year");
    assert_int_equal(study->target[0].i_time, 0);
    assert_int_equal(study->target[0].i_strategy, 2);
    assert_false(study->target[0].is_fit);
    assert_string_equal(study->target[1].name, "lived");
    assert_near(study->target[1].value, 1, 0);
    assert_int_equal(study->target[2].i_time, 1);
    assert_true(study->target[2].is_fit);
    assert_int_equal(study->discount.n_steps, 2);
    assert_true(study->discount.is_from_date);
    assert_near(study->discount.rate_per_year[0], 0.035, 1e-15);
    assert_near(study->discount.start_days[1], 365.25, 0);
    assert_int_equal(study->record.n_exits, 1);
    assert_true(study->record.events);
    assert_true(study->record.trajectories);
    assert_false(study->record.twins);
    assert_int_equal(study->record.n_variables, 1);
    assert_near(study->record.grid_days, 7, 0);
}

/* ---- order of keys, small studies ----------------------------------------------------------- */

/* Every mapping the other way round; lists keep their order. */
static void
turn_round(twp_node_t *node)
{
    for (int i = 0; node->pair != NULL && i < node->n / 2; i++) {
        const twp_pair_t pair = node->pair[i];
        node->pair[i] = node->pair[node->n - 1 - i];
        node->pair[node->n - 1 - i] = pair;
    }
    for (int i = 0; i < node->n; i++)
        turn_round(node->pair != NULL ? node->pair[i].value : node->item[i]);
}

static void
test_the_order_of_keys_changes_nothing(void **state)
{
    reading_t *whole = *state;
    twp_node_t *root = twp_node_copy(whole->document.arena, whole->document.root);
    twp_study_typed_t *other = NULL;
    char *text[2] = { NULL, NULL };

    assert_non_null(root);
    turn_round(root);
    assert_string_equal(root->pair[0].key, "record");
    assert_int_equal(
        twp_study_typed_read(&whole->document, root, NULL, &whole->findings, &other, NULL), TWP_OK);
    assert_int_equal(twp_explain_study(whole->study, &text[0], NULL), TWP_OK);
    assert_int_equal(twp_explain_study(other, &text[1], NULL), TWP_OK);
    assert_true(strlen(text[0]) > 3000);
    assert_string_equal(text[0], text[1]);
    assert_int_equal(whole->study->n_exits, other->n_exits);
    for (int i = 0; i < whole->study->n_attributes; i++)
        assert_int_equal(whole->study->draw_order[i], other->draw_order[i]);
    for (int i = 0; i < whole->study->n_attributes; i++)
        assert_string_equal(whole->study->attribute[i].unit, other->attribute[i].unit);
    for (int i = 0; i < whole->study->n_variables; i++)
        assert_string_equal(whole->study->variable[i].unit, other->variable[i].unit);
    for (int i = 0; i < whole->study->n_formulas; i++)
        assert_int_equal(whole->study->formula_order[i], other->formula_order[i]);
    for (int i = 0; i < whole->study->n_exits; i++)
        assert_string_equal(whole->study->exit[i].stream, other->exit[i].stream);
    assert_same_bits(whole->study->copula, other->copula, 4 * sizeof(double));
    free(text[0]);
    free(text[1]);
    twp_study_typed_free(other);
}

static void
test_every_number_is_listed_with_its_source(void **state)
{
    const twp_study_typed_t *study = study_of(state);
    twp_explain_number_t *row = NULL;
    int n = 0, n_parameters = 0;

    assert_int_equal(twp_explain_parameters(study, &row, &n, NULL), TWP_OK);
    assert_true(n > 80);
    for (int i = 0; i < n; i++) {
        assert_non_null(row[i].source);
        assert_string_equal(row[i].origin, "study");
        if (row[i].is_parameter && strcmp(row[i].name, "delay") == 0)
            assert_near(row[i].value, 14.61, 1e-12);
        n_parameters += row[i].is_parameter;
    }
    assert_int_equal(n_parameters, 4);
    free(row);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parameters_are_evaluated_in_days_and_money),
        cmocka_unit_test(test_distributions_are_in_one_spelling),
        cmocka_unit_test(test_attributes_are_drawn_after_those_they_depend_on),
        cmocka_unit_test(test_variables_and_formulas_have_their_shape),
        cmocka_unit_test(test_hazards_effects_and_chances_are_converted),
        cmocka_unit_test(test_exits_and_states_are_sorted_and_say_where_they_lead),
        cmocka_unit_test(test_tracks_know_where_they_start),
        cmocka_unit_test(test_a_support_becomes_a_track),
        cmocka_unit_test(test_costs_go_to_accounts_that_are_sorted),
        cmocka_unit_test(test_observations_and_utility_are_resolved),
        cmocka_unit_test(test_strategies_begin_with_the_baseline),
        cmocka_unit_test(test_measures_have_names_times_and_defaults),
        cmocka_unit_test(test_targets_discount_and_record_are_read),
        cmocka_unit_test(test_the_order_of_keys_changes_nothing),
        cmocka_unit_test(test_every_number_is_listed_with_its_source),
    };

    return cmocka_run_group_tests(tests, open_whole, close_whole);
}
