"""Runs the program and the second implementation on one study and tells the first difference (not a test).

The results file has times as 64 bit numbers, event values and figures of twins as 32 bit ones, means as
64 bit ones: so times and means are held to 1e-9, single values to the rounding of 32 bits.
"""
import os
import re
import subprocess

import h5py
import numpy as np

import curves
from estimates import Estimates
from features import features_of
from figures import figure
from model import Model
from random_study import RandomStudy, print_coverage
from twinpath_second import Fault, Life
from words import as_list, load_study

PROGRAM = os.environ.get("TWP_PROGRAM", "twinpath")
EXACT, ROUNDED = 1e-9, 2e-7


class ProgramFailed(Exception):
    """The program refused or did not finish a study."""

    def __init__(self, command, said):
        super().__init__(f"{' '.join(command)}\n{said}")
        self.said = said


def run_program(study, out, n_twins=None, sets=(), seed=None):
    command = [PROGRAM, "run", study, "-o", out, "--threads", "1", "--overwrite",
               "--parameter-sets", "0"]  # the values as they are written
    command += ["--patients", str(n_twins)] if n_twins else []
    command += ["--seed", str(seed)] if seed else []
    for path, value in sets:
        command += ["--set", f"{path}={value}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        raise ProgramFailed(command, done.stdout + done.stderr)


class Results:
    """What the program wrote: events by (twin, strategy), figures, means."""

    def __init__(self, path):
        with h5py.File(path) as file:
            self.strategies = [name.decode() for name in file["summary/strategy"][:]]
            self.outcomes = {name: item[:] for name, item in file["outcomes"].items()
                             if item.dtype.kind == "f" and item.ndim == 2}
            self.means = {name[:-5]: item[:] for name, item in file["summary"].items()
                          if name.endswith("_mean") and name[:-5] + "_mcse" in file["summary"]}
            self.errors = {name[:-5]: item[:] for name, item in file["summary"].items()
                           if name.endswith("_mcse")}
            self.twins = [int(twin) for twin in file["outcomes/twin"][:]]
            self.attributes = {name: item[:] for name, item in file["twins"].items()}
            self.categories = {name: item.attrs["flag_meanings"].split() for name, item in
                               file["twins"].items() if "flag_meanings" in item.attrs}
            self.events = {}
            if "events" in file:
                self.read_events(file["events"])

    def read_events(self, group):
        names = [name.decode() for name in group["event_name"][:]]
        times, codes, values = (group[key][:] for key in ("event_time", "event_code", "event_value"))
        ends = zip(group["path_twin"][:], group["path_strategy"][:], group["row_start"][:], group["row_size"][:])
        for twin, strategy, start, size in ends:
            rows = range(start, start + size)
            self.events[int(twin), self.strategies[strategy]] = \
                [(times[i], names[codes[i]], values[i]) for i in rows]


def is_near(one, other, tolerance):
    return abs(one - other) <= tolerance * max(1.0, abs(one), abs(other))


def first_difference(theirs, ours):
    """Index of the first event that differs, or None."""
    for i in range(max(len(theirs), len(ours))):
        if i >= len(theirs) or i >= len(ours):
            return i
        (time, name, value), (our_time, our_name, our_value) = theirs[i], ours[i]
        if name != our_name or not is_near(time, our_time, EXACT) or \
                not is_near(value, our_value, ROUNDED):
            return i
    return None


def told(events, i):
    return "%.12f %s %.9g" % events[i] if i < len(events) else "nothing"


def base_of(measure):
    """The name of a measure's column, without times, where `as` does not name it."""
    parts = [measure["measure"]] + [measure[key].replace(".", "_") for key in ("of", "stock") if key in measure]
    parts += ["since_" + measure["since"].replace(".", "_")] if "since" in measure else []
    if measure["measure"] != "time_in_state" and measure.get("discounted") == "false":
        parts.append("undiscounted")
    return measure.get("as", "_".join(parts))


def columns_of(model, measure):
    """(measure at one time, column of outcomes, name and place in the summary) for each of its times."""
    key = next((key for key in ("at", "by") if key in measure), None)
    base = base_of(measure)
    if key is None:
        return [(measure, base, base, ())]
    times = as_list(measure[key])
    return [({**measure, key: time}, f"{base}_{model.constant(time):g}d".replace(".", "_"), base, (i,))
            for i, time in enumerate(times)]


class Comparison:
    """Differences of one study, as texts; counts what was compared.

    Where two clocks of a life are due at times that are equal but for rounding, the two programs may take
    them in either order: a first difference at such a time is no difference, but is counted in `n_doubtful`.
    """

    def __init__(self, study, results, n_twins=None, sets=(), stop_at_first=False):
        self.differences, self.marks = [], set()
        self.n_events = self.n_lives = self.n_figures = self.n_doubtful = 0
        self.name, self.results, self.stop_at_first = os.path.basename(study), results, stop_at_first
        document = load_study(study)
        for number, strategy in enumerate(results.strategies):
            if not (self.differences and stop_at_first):
                self.compare_strategy(Model(document, strategy, sets), number, strategy, n_twins)

    def differ(self, *words):
        self.differences.append(": ".join([self.name, *(str(word) for word in words)]))

    def compare_strategy(self, model, number, strategy, n_twins):
        figures, lives = {}, []
        report = model.study.get("report") or {}
        measures = [column for m in report.get("measures", [])
                    for column in columns_of(model, m if isinstance(m, dict) else {"measure": m})]
        rows = model.rows(n_twins)
        for i, (twin, row) in enumerate(rows):
            life = self.compare_life(Life(model, twin, row), strategy)
            if self.differences and self.stop_at_first:
                return
            n_differences = len(self.differences)
            for measure, column, base, at in measures if life else []:
                value = figure(life, measure)
                if value is None:
                    continue
                if measure["measure"] not in ("sojourn", "missed_in_runs"):  # their means are ratios of sums
                    figures.setdefault((base, at), []).append(value)
                self.compare_figure(strategy, twin, column, self.results.outcomes[column][number, i], value)
            if life and life.is_decided_by_rounding and len(self.differences) > n_differences:
                del self.differences[n_differences:]
                self.n_doubtful += 1
                life = None
            lives += [life] if life else []
        if len(lives) == len(rows) == len(self.results.twins):
            self.compare_means(figures, number, strategy)
            self.compare_curves(measures, lives, number, strategy)
            self.compare_estimates(Estimates(model, measures, lives), number, strategy)

    def compare_life(self, life, strategy):
        """The life when it could be lived and agrees but for rounding."""
        try:
            life.live()
        except Exception as failure:          # a perturbed rule may lead to what cannot be
            self.differ(strategy, f"twin {life.twin}", f"{type(failure).__name__} {failure}")
            return None
        self.n_lives += 1
        self.marks |= life.marks
        theirs, ours = self.results.events.get((life.twin, strategy)), life.events
        if theirs is None:
            return life
        self.n_events += len(ours)
        i = first_difference(theirs, ours)
        if i is None:
            return life
        time = min(events[i][0] for events in (theirs, ours) if i < len(events))
        if any(abs(time - doubt) < 1e-7 for doubt in life.doubts):
            self.n_doubtful += 1
        else:
            self.differ(strategy, f"twin {life.twin}", f"event {i}",
                        f"program {told(theirs, i)}, second {told(ours, i)}")
        return None

    def compare_figure(self, strategy, twin, column, theirs, ours):
        self.n_figures += 1
        if not is_near(theirs, ours, ROUNDED) and not (np.isnan(theirs) and np.isnan(ours)):
            self.differ(strategy, f"twin {twin}", column, f"program {theirs:.9g}, second {ours:.9g}")

    def compare_curves(self, measures, lives, number, strategy):
        for measure, _, column, at in measures:
            if measure["measure"] in curves.MEASURES:
                self.n_figures += 1
                ours, theirs = curves.curve(lives, measure), self.results.means[column][(number, *at)]
                if not is_near(theirs, ours, EXACT) and not (np.isnan(theirs) and np.isnan(ours)):
                    self.differ(strategy, f"{column} at {measure['at']}", f"program {theirs:.15g}, second {ours:.15g}")

    def compare_estimates(self, estimates, number, strategy):
        """With their errors; of survival, hazards and incidences the curves have been compared more closely."""
        for (column, at), value, error in estimates.all():
            for what, ours, of in (("estimate", value, self.results.means), ("error", error, self.results.errors)):
                self.n_figures += 1
                theirs = of[column][(number, *at)]
                # errors of 0 are the root of what rounding leaves of the variance
                if not is_near(theirs, ours, 1e-7) and not (np.isnan(theirs) and np.isnan(ours)):
                    self.differ(strategy, f"{what} of {column}", f"program {theirs:.15g}, second {ours:.15g}")

    def compare_means(self, figures, number, strategy):
        for (column, at), values in figures.items():
            values = [value for value in values if not np.isnan(value)]
            ours, theirs = np.mean(values) if values else np.nan, self.results.means[column][(number, *at)]
            if not is_near(theirs, ours, EXACT) and not (np.isnan(theirs) and np.isnan(ours)):
                self.differ(strategy, f"mean of {column}", f"program {theirs:.15g}, second {ours:.15g}")


def run_and_compare(study, out, n_twins=None, sets=()):
    run_program(study, out, n_twins, sets)
    return Comparison(study, Results(out), n_twins, sets)


def fault_of(study, said):
    """Whether the second implementation finds a fault, too, in the life that the program names."""
    told_fault = re.search(r"twin (\d+) under strategy (\w+) on day", said)
    twin, strategy = int(told_fault.group(1)), told_fault.group(2)
    model = Model(load_study(study), strategy)
    row = dict(model.rows()).get(twin)
    try:
        Life(model, twin, row).live()
    except Fault:
        return True
    return False


class ManyStudies:
    """Random studies of a range of seeds, compared one by one."""

    def __init__(self, folder, seeds, n_twins):
        self.differences, self.found = [], []
        self.n_events = self.n_lives = self.n_figures = self.n_doubtful = self.n_faults = 0
        for seed in seeds:
            path = RandomStudy(seed, n_twins).write(folder)
            self.compare(path, os.path.join(folder, "results.h5"))

    def compare(self, path, out):
        features = features_of(load_study(path))
        try:
            one = run_and_compare(path, out)
        except ProgramFailed as failure:
            if " of its life: " not in failure.said:
                self.differences.append(str(failure))
            elif fault_of(path, failure.said):
                self.n_faults += 1
            else:
                self.differences.append(f"a fault that the second does not find: {failure}")
            return
        self.found.append(features | {f"life: {mark}" for mark in one.marks})
        self.differences += one.differences
        for count in ("n_events", "n_lives", "n_figures", "n_doubtful"):
            setattr(self, count, getattr(self, count) + getattr(one, count))

    def tell(self):
        print_coverage(self.found)
        print(f"{len(self.found)} studies, {self.n_lives} lives, {self.n_events} events, {self.n_figures} figures; "
              f"{self.n_doubtful} lives left where rounding decides, {self.n_faults} faults found by both")
        for difference in self.differences[:20]:
            print(difference)
