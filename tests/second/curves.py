"""Survival figures of many lives, written from scenarios/README.md alone (not a test).

Its section "Survival figures": each twin leaves on a whole day, in one of three ways.
"""
import math

from figures import Keys, first_entered, place

SLACK = 1e-6
MEASURES = ("kaplan_meier", "nelson_aalen", "cumulative_incidence")
CENSORED, EVENT, OTHER = range(3)


def whole_day(days):
    return max(0, math.ceil(days - SLACK))


def later_entries(life, since):
    """(state, time) of the entries at or after the first entry of `since`, and when that was; None: never."""
    begin = first_entered(life, since) if since else 0.0
    if begin is None:
        return None, []
    later = life.entered_at
    if since and life.started_in[place(since)[0]] != place(since)[1]:
        later = later[[where for where, _ in later].index(place(since)) + 1:]
    return begin, later


def leaves(life, keys, against):
    """(whole day, how) of one life, or None where `since` was never entered."""
    begin, later = later_entries(life, keys.since)
    if begin is None:
        return None

    def first(states):
        return next((at for where, at in later if where in states), math.inf)
    event, other = first([place(keys.of)]), first([place(name) for name in against])
    if event <= other and event < math.inf:
        time, how = event, EVENT
    elif other < math.inf:
        time, how = other, OTHER
    else:
        time, how = life.end, CENSORED
    return whole_day(time - begin), how


def n_competing(gone, day):
    return sum(1 for other, how in gone if other == day and how == OTHER)


def curve(lives, measure):
    """The estimate at `at` of the lives of one strategy."""
    keys = Keys(lives[0].model, measure)
    against = measure.get("against", [])
    against = [against] if isinstance(against, str) else against
    gone = [left for left in (leaves(life, keys, against) for life in lives) if left is not None]
    is_competing = measure["measure"] == "cumulative_incidence"
    last, survival, hazard, incidence = math.floor(keys.at), 1.0, 0.0, 0.0
    for day in sorted({day for day, _ in gone if day <= last}):
        at_risk = sum(1 for other, _ in gone if other >= day)
        own = sum(1 for other, how in gone if other == day and how == EVENT)
        all_of_day = own + n_competing(gone, day) * is_competing
        incidence += survival * own / at_risk
        hazard += own / at_risk
        survival *= 1 - all_of_day / at_risk
    if not gone or (last > max(day for day, _ in gone) and survival > 0):
        return math.nan
    return {"kaplan_meier": survival, "nelson_aalen": hazard, "cumulative_incidence": incidence}[measure["measure"]]
