#include "report/replay.h"

#include "report/json_internal.h"

static json_t *
make_draw(const twp_replay_draw_t *draw)
{
    if (draw->stream == NULL)
        return json_null();
    return json_pack("{ss sI so}", "stream", draw->stream, "occurrence",
        (json_int_t) draw->occurrence, "u", twp_tree_number(draw->u));
}

static json_t *
make_clock(const twp_replay_clock_t *clock)
{
    json_t *const terms = json_array();

    if (clock == NULL) {
        json_decref(terms);
        return json_null();
    }
    for (int i = 0; i < clock->n_terms; i++) {
        const twp_replay_term_t *const term = &clock->term[i];

        (void) json_array_append_new(terms,
            json_pack("{ss ss? ss so so so so sb}", "covariate", term->covariate, "support",
                term->support, "kind", term->is_time_ratio ? "time_ratio" : "hr", "ratio",
                twp_tree_number(term->ratio), "value", twp_tree_number(term->value), "fade",
                twp_tree_number(term->fade), "factor", twp_tree_number(term->factor), "is_counted",
                term->is_counted));
    }
    return json_pack("{so so so so so so}", "since_days", twp_tree_number(clock->since_days),
        "age_days", twp_tree_number(clock->age_days), "ratio", twp_tree_number(clock->ratio),
        "pace", twp_tree_number(clock->pace), "alone_days", twp_tree_number(clock->alone_days),
        "terms", terms);
}

static json_t *
make_event(const twp_replay_event_t *event)
{
    static const char *const kind[] = { [TWP_REPLAY_START] = "start",
        [TWP_REPLAY_EXIT] = "exit",
        [TWP_REPLAY_DISPENSED] = "dispensed",
        [TWP_REPLAY_CONTACT] = "contact",
        [TWP_REPLAY_SEEN] = "seen",
        [TWP_REPLAY_MEASURED] = "measured" };
    json_t *const costs = json_array(), *const variables = json_array();

    for (int i = 0; i < event->n_changes; i++) {
        const twp_replay_change_t *const change = &event->change[i];

        if (change->is_cost)
            (void) json_array_append_new(costs,
                json_pack(
                    "{ss so}", "account", change->name, "money", twp_tree_number(change->to)));
        else
            (void) json_array_append_new(variables,
                json_pack("{ss so so}", "variable", change->name, "from",
                    twp_tree_number(change->from), "to", twp_tree_number(change->to)));
    }
    return json_pack("{so ss ss ss ss? ss? ss? so sb sb so so so so so}", "time_days",
        twp_tree_number(event->time_days), "date", event->date, "kind", kind[event->kind], "name",
        event->name, "from", event->from, "to", event->to, "cause", event->cause, "value",
        twp_tree_number(event->value), "is_timed", event->is_timed, "is_in_file", event->is_in_file,
        "threshold", make_draw(&event->threshold), "clock", make_clock(event->clock), "choice",
        make_draw(&event->choice), "costs", costs, "variables", variables);
}

static json_t *
make_life(const twp_replay_t *replay, const twp_replay_life_t *life)
{
    json_t *const events = json_array(), *const figures = json_array();

    for (int i = 0; i < life->n_events; i++)
        (void) json_array_append_new(events, make_event(&life->event[i]));
    for (int f = 0; f < replay->n_figures; f++) {
        const twp_replay_figure_t *const figure = &replay->figure[f];

        (void) json_array_append_new(figures,
            json_pack("{ss so ss so}", "name", figure->name, "time_days",
                twp_tree_number(figure->time_days), "unit", figure->unit, "value",
                twp_tree_number(life->figure[f])));
    }
    return json_pack("{ss ss so so so so ss so so}", "strategy", life->strategy, "enters",
        life->enters, "enters_days", twp_tree_number(life->enters_days), "end_days",
        twp_tree_number(life->end_days), "first_difference",
        life->i_divergence >= 0 ? json_integer(life->i_divergence) : json_null(), "n_in_file",
        life->n_in_file >= 0 ? json_integer((json_int_t) life->n_in_file) : json_null(),
        "difference_from_file", life->difference, "figures", figures, "events", events);
}

/* A part that could not be made is NULL, and so is what holds it: lists are checked by their length. */
static bool
is_whole(const json_t *made)
{
    const char *key;
    json_t *value;
    size_t i;

    if (made == NULL)
        return false;
    json_array_foreach(made, i, value) if (!is_whole(value)) return false;
    if (json_is_object(made)) {
        json_object_foreach((json_t *) made, key, value) if (!is_whole(value)) return false;
    }
    return true;
}

twp_status_t
twp_report_replay_json(const twp_replay_t *replay, twp_buffer_t *buffer, twp_error_t *err)
{
    json_t *const lives = json_array(), *const attributes = json_object();
    json_t *object;
    bool is_good = true;

    for (int i = 0; i < replay->n_attributes; i++)
        is_good = json_object_set_new(attributes, replay->attribute[i],
                      json_string(replay->attribute_text[i])) == 0 &&
            is_good;
    for (int s = 0; s < replay->n_lives; s++)
        is_good = json_array_append_new(lives, make_life(replay, &replay->life[s])) == 0 && is_good;
    object = json_pack("{ss sI sI sI sb sb so so}", "study", replay->study, "twin",
        (json_int_t) replay->twin, "parameter_set", (json_int_t) replay->i_parameter_set,
        "n_parameter_sets", (json_int_t) replay->n_parameter_sets, "is_partial", replay->is_partial,
        "is_equal", replay->is_equal, "attributes", attributes, "lives", lives);
    return twp_tree_write(object, !is_good || !is_whole(object), 1, buffer, err);
}
