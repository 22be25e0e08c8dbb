"""Survival figures and their errors, by the formulas of scenarios/README.md, "Survival figures" (not a test)."""
import math

import numpy as np

from figures import SLACK, Keys, first_entered, place
from words import as_list

CENSORED, EVENT, OTHER = range(3)
CURVES = ("kaplan_meier", "nelson_aalen", "cumulative_incidence", "restricted_mean", "aalen_johansen")


def wait(life, measure):
    """(whole day, how the twin left, exact time) of the wait for `of`; None where `since` never came."""
    keys = Keys(life.model, {key: value for key, value in measure.items() if key not in ("at", "by")})
    begin, later = first_entered(life, keys.since), life.entered_at
    if begin is None:
        return None
    if keys.since and life.started_in[place(keys.since)[0]] != place(keys.since)[1]:
        places = [where for where, _ in later]
        later = later[places.index(place(keys.since)) + 1:]

    def first(names):
        return min((at for where, at in later if where in [place(name) for name in names]), default=math.inf)
    event, other = first([keys.of]), first(as_list(measure.get("against", [])))
    kind = EVENT if event <= other and event < math.inf else OTHER if other < math.inf else CENSORED
    time = min(event, other, life.end) - begin
    return max(0, math.ceil(time - SLACK)), kind, time


def counts(waits, n_days):
    left = np.zeros((n_days, 3))
    for day, kind, _ in waits:
        left[day, kind] += 1
    return left, left.sum() - np.concatenate([[0], np.cumsum(left.sum(1))[:-1]])


def estimate(name, waits, at):
    """Value and standard error."""
    waits = [one for one in waits if one is not None]
    n_days = max([day for day, _, _ in waits] + [math.floor(at)]) + 1
    left, n = counts(waits, n_days)
    d1 = left[:, EVENT]
    d = d1 + left[:, OTHER] if name == "cumulative_incidence" else d1
    upto = np.arange(n_days) <= math.floor(at)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(n > 0, d / n, 0)
    s = np.cumprod(1 - share)
    if not waits or (n[math.floor(at)] == 0 and s[math.floor(at)] > 0):
        return math.nan, math.nan
    if name == "kaplan_meier":
        end = s[math.floor(at)]
        if not end > 0:
            return end, math.nan
        use = upto & (d > 0)
        return end, end * math.sqrt(np.sum(d[use] / (n[use] * (n - d)[use])))
    if name == "nelson_aalen":
        use = upto & (d > 0)
        return share[upto].sum(), math.sqrt(np.sum(d[use] * (n - d)[use] / n[use] ** 3))
    if name == "cumulative_incidence":
        return incidence(n[upto], d[upto], d1[upto])
    return area(waits, at, n, d, s)


def incidence(n, d, d1):
    p, v = np.array([1.0, 0, 0]), np.zeros((3, 3))
    for at_risk, both, event in zip(n, d, d1):
        if both > 0:
            p, v = step(p, v, np.array([[at_risk - both, event, both - event], [0, 1, 0], [0, 0, 1]]),
                        [at_risk, math.inf, math.inf])
    return p[1], math.sqrt(max(0, v[1, 1]))


def step(p, v, moved, at_risk):
    """One step of Aalen and Johansen: shares and their covariance."""
    chance = moved / moved.sum(1, keepdims=True)
    after = chance.T @ v @ chance
    for h, row in enumerate(chance):
        after += p[h] ** 2 / at_risk[h] * (np.diag(row) - np.outer(row, row))
    return p @ chance, after


def area(waits, limit, n, d, s):
    """Each fall of the curve stands at the mean time of the events of its day."""
    times = {}
    for day, kind, time in waits:
        if kind == EVENT:
            times.setdefault(day, []).append(day - math.floor(max(0, day - time) * 2**20 + 0.5) / 2**20)
    falls = [(np.mean(of_day), day) for day, of_day in sorted(times.items()) if np.mean(of_day) < limit]
    edges = [0.0] + [time for time, _ in falls] + [limit]
    heights = [1.0] + [s[day] for _, day in falls]
    pieces = np.diff(edges) * heights
    variance = sum((pieces[i + 1:].sum()) ** 2 * d[day] / (n[day] * (n[day] - d[day]))
                   for i, (_, day) in enumerate(falls) if n[day] > d[day])
    return pieces.sum(), math.sqrt(variance)


def path(life, track, points):
    """States of a track at the points that the life is followed to."""
    states, moves = [], [(at, where[1]) for where, at in life.entered_at if where[0] == track]
    for point in points:
        if life.end < point - SLACK:
            break
        states.append(([life.started_in[track]] + [state for at, state in moves if at <= point + SLACK])[-1])
    return states


def shares(paths, state, i_point):
    """Aalen-Johansen estimate at a point, and its error."""
    names = sorted({name for one in paths for name in one} | {state})
    index = {name: i for i, name in enumerate(names)}
    start = np.bincount([index[one[0]] for one in paths if one], minlength=len(names))
    p = start / start.sum()
    v = (np.diag(p) - np.outer(p, p)) / start.sum()
    for i in range(i_point):
        moved = np.zeros((len(names), len(names)))
        for one in paths:
            if len(one) > i + 1:
                moved[index[one[i]], index[one[i + 1]]] += 1
        at_risk = moved.sum(1)
        if at_risk.sum() == 0:
            return math.nan, math.nan
        moved += np.diag(at_risk == 0)
        p, v = step(p, v, moved, np.where(at_risk > 0, at_risk, math.inf))
    return p[index[state]], math.sqrt(max(0, v[index[state], index[state]]))


class Estimates:
    """What the survival measures of a study need of the lives of one strategy."""

    def __init__(self, model, columns, lives):
        """columns: (measure at one time, column of outcomes, name and place in the summary)."""
        self.columns = [one for one in columns if one[0]["measure"] in CURVES]
        self.time = {(base, at): model.constant(measure.get("at", measure.get("by")))
                     for measure, _, base, at in self.columns}
        report, record = model.study.get("report") or {}, model.study.get("record") or {}
        longest = min(model.horizon, model.follow_up)
        step_days = model.constant(record.get("grid", "1 month"))
        asked = [model.constant(time) for m in report.get("measures", [])
                 if isinstance(m, dict) and m["measure"] == "aalen_johansen" for time in as_list(m["at"])]
        grid = [i * step_days for i in range(int((longest + SLACK) / step_days) + 1)]
        self.points = sorted(set(grid + [time for time in asked if time <= longest + SLACK]))
        self.seen = {(base, at): [] for _, _, base, at in self.columns}
        for life in lives:
            self.take(life)

    def take(self, life):
        for measure, _, base, at in self.columns:
            is_chain = measure["measure"] == "aalen_johansen"
            self.seen[base, at].append(
                path(life, place(measure["of"])[0], self.points) if is_chain else wait(life, measure))

    def all(self):
        """((name, place in the summary), value, error) of each."""
        for measure, _, base, at in self.columns:
            lives, time = self.seen[base, at], self.time[base, at]
            if measure["measure"] != "aalen_johansen":
                yield (base, at), *estimate(measure["measure"], lives, time)
            elif time in self.points:
                yield (base, at), *shares(lives, place(measure["of"])[1], self.points.index(time))
