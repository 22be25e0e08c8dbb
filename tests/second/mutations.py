"""Rules slightly wrong: each must make a difference that the comparison sees (not a test).

(what is wrong, object, attribute, wrong value); applied one at a time.
"""
import math

import curves
import doses
import draws
import figures
import laws
import words
from model import Model
from twinpath_second import Life

RIGHT_SPLINE = laws.spline
RIGHT_GENGAMMA = laws.generalised_gamma
RIGHT_POLYNOMIAL = laws.fractional_polynomial
RIGHT_BRING_UP = Life.bring_up
RIGHT_LINE = Life.line
RIGHT_BEGIN = Life.begin
RIGHT_FIND = words.Column.find
RIGHT_DISPENSE = Life.dispense
RIGHT_BECOME = Life.become
RIGHT_CONTINUOUS = Model.continuous
RIGHT_OPEN = Life.open_supports
RIGHT_CHANGE = laws.HazardClock.change


def formulas_at_once(life, actions):
    for action in actions:
        action(life)
        life.refresh_formulas()


def backwards(text):
    """A text that sorts the other way round."""
    return tuple(-ord(letter) for letter in text) + (1,)


def counts_entries_too(life, track, name, since=0.0):
    """The counter of an `upon` exit with a branch that stays rises with each entry as well."""
    RIGHT_BECOME(life, track, name, since)
    for exit_ in life.model.states[track, name].exits:
        if exit_.counts_taken:
            life.count(exit_)


def start_is_an_entry(life, track, name, since=0.0):
    RIGHT_BECOME(life, track, name, 0.0)


def fades_go_on(life, track):
    """What fades is not ended with its support, and begins only once."""
    for fade in life.model.fades:
        if fade.support == track and life.fades[fade.index].begun == 0.0:
            life.fades[fade.index].jump(life.now, 1.0, 0.0)


def noted_all_take(life, happening):
    for exit_ in [e for e in life.model.upon.get(happening, []) if life.state[e.track] == e.state]:
        if exit_.guard is None or exit_.guard(life):
            life.take(exit_)


def answers_of_those_entered(life, happening):
    """A state entered by an answer answers the same happening."""
    for exit_ in life.model.upon.get(happening, []):
        if life.still_answers(exit_):
            life.take(exit_)


def guards_when_noted(life, happening):
    noted = [e for e in life.model.upon.get(happening, []) if life.still_answers(e)]
    for exit_ in noted:
        if life.state[exit_.track] == exit_.state:
            life.take(exit_)


def clock_sleeps(clock, now, ratio, pace, new_age=None):
    """The age stands still while the ratio is 0."""
    RIGHT_CHANGE(clock, now, ratio, pace if ratio > 0 else 1e-9, new_age)


def rest_drawn_anew(clock, now, ratio, pace, new_age=None):
    """The threshold is not used up."""
    if clock.ratio is not None and (ratio, pace) != (clock.ratio, clock.pace):
        clock.age, clock.brought_to = clock.age + clock.pace * (now - clock.brought_to), now
        clock.ratio = None
    RIGHT_CHANGE(clock, now, ratio, pace, new_age)


def x_evaluated_anew(life, exit_):
    """`after` and `every` do not keep their days."""
    if exit_.kind == "upon":
        return
    life.count(exit_)
    life.restarted.add(exit_.name)
    if exit_.kind == "hazard":
        life.to_start[exit_.name] = exit_
    else:
        life.clocks[exit_.name].at += exit_.x(life)


def falls_at_once(drift):
    """The value at the begin of the piece, not its mean."""
    if drift.piece >= drift.pieces:
        return drift.level
    return drift.level + (drift.value - drift.level) * 2.0 ** (-drift.piece * drift.held_for / drift.half_life)


def middle_of_piece(drift):
    if drift.piece >= drift.pieces:
        return drift.level
    middle = (drift.piece + 0.5) * drift.held_for
    return drift.level + (drift.value - drift.level) * 2.0 ** (-middle / drift.half_life)


def clamped(model, block):
    """`within` clamps instead of cutting off."""
    at = RIGHT_CONTINUOUS(model, {key: value for key, value in block.items() if key != "within"})
    if "within" not in block:
        return at
    low, high = (model.constant(bound) for bound in block["within"])
    return lambda p, row, known: min(high, max(low, at(p, row, known)))


def last_in_list(p, weights):
    running = 0.0
    for name in weights:
        running += weights[name]
        if running > p:
            return name
    return name


def fixed_obeys_hr(at):
    return laws.Law(lambda t: t / at, lambda e: at * e)


def above_or_last(life, running, u):
    return running > 1 - u


def without_or(life, p, log_odds_ratio):
    """Acts on the chance as a ratio."""
    return min(1.0, p * math.exp(log_odds_ratio))


def opens_at_once(life):
    RIGHT_OPEN(life)
    for name in life.opening:
        life.opening[name] = life.model.opens_from - life.enters

def gain_not_discounted(life, days):
    life.qaly += days / 365.25
    life.qaly_discounted += days / 365.25


def line_without_growth(life, amount):
    return [(start, amount, 0.0) for start, amount, _ in RIGHT_LINE(life, amount)]


def finds_the_next(column, x):
    if column.is_text:
        return RIGHT_FIND(column, x)
    return min([key for key in column.keys if key >= x], default=column.keys[-1])


def start_counts(life):
    RIGHT_BEGIN(life)
    for track, state in life.state.items():
        life.n_entries[track, state] = life.n_entries.get((track, state), 0) + 1


def runs_before(life, clock):
    RIGHT_BRING_UP(life, clock)
    if clock.exit.since and clock.origin is None:
        clock.change(life.now, *life.ratio_and_pace(clock.exit))


def age_goes_on(life, clock):
    clock.origin = life.last_entered.get(clock.exit.since)
    RIGHT_BRING_UP(life, clock)


def window_to_the_end(life, keys, fills):
    first = min(day for day, _ in fills)
    return first, life.end if keys.window is None else min(life.end, first + keys.window)


RIGHT_AGE = Life.age_at_start


def doses_from_entry(life, exit_, again):
    return 0.0 if exit_.counts_from == "doses" else RIGHT_AGE(life, exit_, again)


MUTATIONS = [
    ("what an action gives in QALYs is not discounted", Life, "gain", gain_not_discounted),
    ("amounts over time count from the study", Life, "line",
     lambda life, amount: [(start, v(life), g(life)) for start, v, g in amount.pieces]),
    ("amounts over time do not grow", Life, "line", line_without_growth),
    ("since: the hazard runs before the state is entered", Life, "bring_up", runs_before),
    ("since: the age goes on when the state is entered", Life, "bring_up", age_goes_on),
    ("birth is the entry", Life, "age_at_start",
     lambda life, exit_, again: 0.0 if again else life.now if exit_.counts_from != "entry" else
     life.time_in(exit_.track)),
    ("every spline is one of log H", laws, "spline",
     lambda gammas, knots, scale, time_unit, location: RIGHT_SPLINE(gammas, knots, "hazard", time_unit, location)),
    ("generalised gamma without its shape", laws, "generalised_gamma",
     lambda mu, sigma, q, time_unit: RIGHT_GENGAMMA(mu, sigma, abs(q), time_unit)),
    ("a power that repeats takes no logarithm", laws, "fractional_polynomial",
     lambda powers, coefficients, time_unit, location: RIGHT_POLYNOMIAL(
         [p + 0.01 * i for i, p in enumerate(powers)], coefficients, time_unit, location)),
    ("the window of the PDC ends with the life, not the day", figures, "window_of", window_to_the_end),
    ("curves since the entry", curves, "later_entries", lambda life, since: (0.0, life.entered_at)),
    ("what competes censors", curves, "n_competing", lambda gone, day: 0),
    ("times of dispensings by whole days", figures, "times_dispensed",
     lambda life, keys: [day for day, _ in figures.dispensed(life, keys)]),
    ("terms of the utility are always added", Life, "combined",
     lambda life, rule, amounts: (sum(a for a, _ in amounts), sum(g for _, g in amounts))),
    ("a number between two keys finds the next", words.Column, "find", finds_the_next),
    ("the start is an entry for entries()", Life, "begin", start_counts),
    ("ties by name backwards", Life, "order_of_clocks", lambda life, c: (c[0], c[1], backwards(c[2]))),
    ("priorities ignored", Life, "order_of_clocks", lambda life, c: (c[0], 0, c[2])),
    ("the lower priority first", Life, "order_of_clocks", lambda life, c: (c[0], -c[1], c[2])),
    ("leave actions after the exit's", Life, "TAKING", ("do", "leave", "happen", "go on")),
    ("exit taken happens before its actions", Life, "TAKING", ("leave", "happen", "do", "go on")),
    ("exit taken happens after the entry", Life, "TAKING", ("leave", "do", "go on", "happen")),
    ("enter actions before the happening", Life, "ENTERING", ("become", "act", "happen")),
    ("enter actions in the old state", Life, "ENTERING", ("act", "become", "happen")),
    ("exits answer before observations", Life, "ANSWERING", ("take", "observe")),
    ("formulas before the answers", Life, "ENDING", ("formulas", "answer", "flows", "clocks")),
    ("formulas after the clocks", Life, "ENDING", ("answer", "flows", "clocks", "formulas")),
    ("flows before the formulas", Life, "ENDING", ("answer", "flows", "formulas", "clocks")),
    ("formulas refreshed inside an instant", Life, "do", formulas_at_once),
    ("the branch acts before the exit", Life, "do_of_exit",
     lambda life, exit_, branch: (life.do(branch.do), life.do(exit_.do))),
    ("happenings last in, first out", Life, "next_happening", lambda life: life.queue.pop()),
    ("noted exits not checked again", Life, "take_noted", noted_all_take),
    ("states entered by an answer answer too", Life, "take_noted", answers_of_those_entered),
    ("conditions judged when noted", Life, "take_noted", guards_when_noted),
    ("a false `if` of `every` takes the exit", Life, "exit_fires",
     lambda life, name: life.take(life.clocks[name].exit)),
    ("`after` and `every` evaluated anew", Life, "repeat", x_evaluated_anew),
    ("upon with stay counts entries", Life, "become", counts_entries_too),
    ("a start with since is young", Life, "become", start_is_an_entry),
    ("a repeated hazard goes on with its age", Life, "age_at_start",
     lambda life, exit_, again: life.now if exit_.counts_from == "study" else life.time_in(exit_.track)),
    ("a stock falls whether doses are taken or not", Life, "let_fall", lambda life, name, falls: None),
    ("doses are due from the entry into the state", Life, "age_at_start", doses_from_entry),
    ("what happens at once comes last", doses, "AT_ONCE", -1001),
    ("counts_from ignored", Life, "age_at_start",
     lambda life, exit_, again: 0.0 if again else life.time_in(exit_.track)),
    ("nothing happens at the horizon", Life, "is_in_life", lambda life, t: t < life.end),
    ("u of a choice the other way round", Life, "is_above", above_or_last),
    ("odds ratios as ratios", Life, "change_odds", without_or),
    ("only_while ignored", Life, "may_run", lambda life, exit_: True),
    ("strongest by sign", Life, "strongest", lambda life, strengths: max(strengths)),
    ("all instead of the strongest", Life, "strongest", lambda life, strengths: sum(strengths)),
    ("at_most counts one exactly so long ago", Life, "n_recent_offers",
     lambda life, name, days: sum(1 for at in life.offers[name] if life.now - at <= days)),
    ("at_most in the whole life", Life, "n_recent_offers", lambda life, name, days: len(life.offers[name])),
    ("ramp ignored", Life, "open_supports", opens_at_once),
    ("fades begin once", Life, "begin_fades", fades_go_on),
    ("add jumps from the held value", Life, "jumps_from", lambda life, drift: drift.held()),
    ("`within` of variables ignored", Life, "put_within", lambda life, variable, value: value),
    ("carry_over ignored", Life, "dispense",
     lambda life, name, days, carry_over: RIGHT_DISPENSE(life, name, days, True)),
    ("discount from entry", Life, "discount_time", lambda life: 0.0),
    ("value at the begin of the piece", draws.Drift, "held", falls_at_once),
    ("value at the middle of the piece", draws.Drift, "held", middle_of_piece),
    ("rest after six half-lives", draws.Drift, "pieces_until_rest",
     lambda drift: math.ceil(6 * drift.half_life / drift.held_for)),
    ("the age stands still while only_while is false", laws.HazardClock, "change", clock_sleeps),
    ("the threshold is not used up", laws.HazardClock, "change", rest_drawn_anew),
    ("hr moves `fixed`", laws, "fixed", fixed_obeys_hr),
    ("categories in the order listed", draws, "category_at", last_in_list),
    ("within clamps", Model, "continuous", clamped),
]
