"""Summary, contrasts, segments and curves of the results file, computed again from its rows.

Tolerances: figures per twin are stored as float32, each off by at most 2^-24 of its size, so a mean of
them is off by at most 2^-24 of the mean size; standard errors get ten times that of the largest value.
"""
import math
import unittest

import numpy as np

import reading  # before netCDF4, whose warning it silences
import netCDF4  # noqa: F401 (without these this test is not registered)
import xarray  # noqa: F401
from reading import BASELINE, DAYS_PER_YEAR, FLOAT32_ROUNDING, STRATEGIES, by_path, decode

# A figure: name in /outcomes, name in /summary, position along its times (None: it has none).
FIGURES = [(name, name, None) for name in (
    "initiation", "time_to_first_dose", "pdc", "refills", "contacts", "contacts_nurse", "cost",
    "cost_manufacturer", "cost_patient", "cost_payer", "qaly", "time_in_state_therapy_taking",
    "entries_therapy_taking")]
FIGURES += [(f"persistence_{day}d", "persistence", i) for i, day in enumerate((90, 180, 270))]
FIGURES += [(f"occupancy_supply_due_{day}d", "occupancy_supply_due", i)
            for i, day in enumerate(("100", "200", "200_0001"))]
FIGURES += [("first_entry_therapy_taking_90d", "first_entry_therapy_taking", 0)]
CURVE = "kaplan_meier_therapy_stopped_since_therapy_taking"
HAZARD = "nelson_aalen_therapy_stopped_since_therapy_taking"
AREA = "restricted_mean_therapy_stopped_since_therapy_taking"
INCIDENCE = "cumulative_incidence_therapy_stopped_against_supply_due_since_therapy_taking"
OF_CURVES = {HAZARD, AREA, INCIDENCE, "aalen_johansen_therapy_taking"}

run = None


def setUpModule():
    global run
    run = reading.Run()


def tearDownModule():
    run.close()


def values_of(column, strategy):
    return run.group("outcomes")[column].sel(strategy=strategy).values.astype(float)


def stored(group, name, position, **where):
    """One number of a group: the variable at labels and at a position along its times."""
    value = run.group(group)[name].sel(**where)
    return float(value if position is None else value[..., position])


def mean_and_se(x):
    """Mean and standard error of the values that are there."""
    x = x[~np.isnan(x)]
    return x.mean(), x.std(ddof=1) / math.sqrt(len(x)), len(x)


def influence(x):
    """Of each twin on the mean of those with a value, in units of that mean; sums to 0."""
    counts = ~np.isnan(x)
    return np.where(counts, x - np.nanmean(x), 0) / counts.mean()


def paired(x, baseline):
    """Difference of means, its standard error twin by twin, pairs, and the variance saved.

    Means may be over different twins (some have no value): the delta method for two ratios.
    """
    a, b = influence(x), influence(baseline)
    n = min((~np.isnan(x)).sum(), (~np.isnan(baseline)).sum())
    se = math.sqrt(((a - b)**2).mean() / len(a) * n / (n - 1))
    apart = (a**2).mean() + (b**2).mean()
    saved = 1 - ((a - b)**2).mean() / apart if apart > 0 else math.nan
    return np.nanmean(x) - np.nanmean(baseline), se, n, saved


def rounding(*columns):
    return 10 * FLOAT32_ROUNDING * max(np.nanmax(np.abs(column)) for column in columns)


class Means(unittest.TestCase):
    def test_every_figure_of_the_summary_is_checked(self):
        means = {name[:-5] for name in run.group("summary").data_vars if name.endswith("_mean")}
        self.assertEqual(means - {CURVE, "sojourn_supply_due"} - OF_CURVES,
                         {name for _, name, _ in FIGURES})
        self.assertEqual(set(run.group("outcomes").data_vars) - {"sojourn_supply_due"},
                         {column for column, _, _ in FIGURES})

    def test_means_of_outcomes_are_the_summary(self):
        for column, name, position in FIGURES:
            for strategy in STRATEGIES:
                x = values_of(column, strategy)
                mean, se, n = mean_and_se(x)
                where = {"strategy": strategy}
                with self.subTest(column=column, strategy=strategy):
                    self.assertLessEqual(
                        abs(stored("summary", name + "_mean", position, **where) - mean),
                        1e-14 + FLOAT32_ROUNDING * np.nanmean(np.abs(x)))
                    self.assertLessEqual(
                        abs(stored("summary", name + "_mcse", position, **where) - se),
                        1e-14 + rounding(x) / math.sqrt(n))
                    self.assertEqual(stored("summary", name + "_n", position, **where), n)

    def test_quantiles_are_those_of_the_outcomes(self):
        """The summary counts values in bins of relative width 2^-8, float32 adds its own rounding."""
        shares = run.group("summary")["quantile"].values
        for column, name, position in FIGURES:
            if name + "_quantile" not in run.group("summary"):
                continue
            for strategy in STRATEGIES:
                x = np.sort(values_of(column, strategy))
                x = x[~np.isnan(x)]
                expected = x[np.ceil(shares * len(x) * (1 - 1e-15)).astype(int) - 1]
                np.testing.assert_allclose(
                    run.group("summary")[name + "_quantile"].sel(strategy=strategy).values,
                    expected, rtol=2.0**-8 + 2.0**-22, err_msg=f"{name} {strategy}")

    def test_paired_differences_of_outcomes_are_the_contrasts(self):
        for column, name, position in FIGURES:
            baseline = values_of(column, BASELINE)
            for strategy in STRATEGIES[1:]:
                x = values_of(column, strategy)
                difference, se, n, saved = paired(x, baseline)
                where = {"contrast": strategy}
                slack = rounding(x, baseline)
                with self.subTest(column=column, contrast=strategy):
                    self.assertLessEqual(
                        abs(stored("contrasts", name + "_diff", position, **where) - difference),
                        1e-14 + slack)
                    mcse = stored("contrasts", name + "_diff_mcse", position, **where)
                    self.assertLessEqual(abs(mcse - se), 1e-14 + slack / math.sqrt(n))
                    self.assertEqual(stored("contrasts", name + "_diff_n", position, **where), n)
                    got = stored("contrasts", name + "_variance_saved", position, **where)
                    np.testing.assert_allclose(got, saved, atol=1e-5)
                both = ~np.isnan(x) & ~np.isnan(baseline)
                if both.sum() == (~np.isnan(x)).sum() == (~np.isnan(baseline)).sum():
                    # then it is the mean of the differences, with the usual standard error
                    apart = x[both] - baseline[both]
                    self.assertLessEqual(abs(mcse - apart.std(ddof=1) / math.sqrt(both.sum())),
                                         1e-14 + slack / math.sqrt(both.sum()))

    def test_some_differences_are_not_nothing(self):
        """Without this the comparison of differences could hold because all are 0."""
        contrasts = run.group("contrasts")
        for name, strategy in (("refills", "reminders"), ("pdc", "reminders"), ("qaly", "nurse"),
                               ("cost", "nurse"), ("contacts", "nurse")):
            z = stored("contrasts", name + "_diff", None, contrast=strategy) \
                / stored("contrasts", name + "_diff_mcse", None, contrast=strategy)
            self.assertGreater(z, 4, name)
        self.assertGreater(float(contrasts.refills_variance_saved.sel(contrast="nurse")), 0.5)

    def test_segments_are_means_over_their_twins(self):
        twins, segments = run.group("twins"), run.group("segments")
        for label in segments.segment.values:
            attribute, word = label.split("=")
            chosen = decode(twins[attribute]) == word
            self.assertEqual(int(segments.n_twins.sel(segment=label)), chosen.sum())
            for column, name, position in FIGURES:
                baseline = values_of(column, BASELINE)[chosen]
                for strategy in STRATEGIES:
                    x = values_of(column, strategy)[chosen]
                    mean, se, n = mean_and_se(x)
                    where = {"segment": label, "strategy": strategy}
                    with self.subTest(column=column, **where):
                        self.assertLessEqual(
                            abs(stored("segments", name + "_mean", position, **where) - mean),
                            1e-14 + FLOAT32_ROUNDING * np.nanmean(np.abs(x)))
                        self.assertLessEqual(
                            abs(stored("segments", name + "_mcse", position, **where) - se),
                            1e-14 + rounding(x) / math.sqrt(n))
                        if strategy != BASELINE:
                            self.assertLessEqual(
                                abs(stored("segments", name + "_diff", position, segment=label,
                                           contrast=strategy) - paired(x, baseline)[0]),
                                1e-14 + rounding(x, baseline))


class Lives(unittest.TestCase):
    """Figures per twin from the recorded events and trajectories."""

    def setUp(self):
        self.events, self.trajectories = run.group("events"), run.group("trajectories")
        self.name = self.events.event_name.values[self.events.event_code.values]
        self.has_lived = ~np.isnan(run.group("twins").follow_up.values)

    def counts(self, chosen):
        """Events chosen per path, as (twin, strategy)."""
        path = self.events.event_path.values[chosen]
        return by_path(np.bincount(path, minlength=self.events.sizes["path"]), self.events)

    def assert_outcome(self, column, expected, slack=0.0):
        """expected: (twin, strategy); twins that never enter have no figure."""
        expected = np.where(self.has_lived[:, None], expected, np.nan)
        np.testing.assert_allclose(run.group("outcomes")[column].values.T, expected,
                                   rtol=2 * FLOAT32_ROUNDING, atol=slack, err_msg=column)

    def stays(self):
        """Every stretch between two observations of one path: path, from, to, first row."""
        t, path = self.trajectories.time.values, self.trajectories.obs_path.values
        rows = np.flatnonzero(path[1:] == path[:-1])
        return path[rows], t[rows], t[rows + 1], rows

    def sum_over_paths(self, path, amount):
        n_paths = self.trajectories.sizes["path"]
        return by_path(np.bincount(path, weights=amount, minlength=n_paths), self.trajectories)

    def test_refills_are_the_dispensings_after_the_first(self):
        n = self.counts(self.name == "patient.stock.dispensed")
        self.assertGreater(n.max(), 3)
        self.assert_outcome("refills", np.maximum(n - 1, 0))
        self.assert_outcome("initiation", n > 0)

    def test_contacts_are_those_of_the_supports(self):
        nurse = self.counts(self.name == "patient.nurse.contact")
        self.assert_outcome("contacts_nurse", nurse)
        reminder = self.counts(self.name == "patient.reminder.contact")
        self.assert_outcome("contacts", nurse + reminder)
        used = {s: i for i, s in enumerate(STRATEGIES)}
        self.assertEqual(nurse[:, [used["usual_care"], used["reminders"]]].sum(), 0)
        self.assertEqual(reminder[:, [used["usual_care"], used["nurse"]]].sum(), 0)
        self.assertGreater(nurse[:, used["nurse"]].sum(), 0)
        self.assertGreater(reminder[:, used["reminders"]].sum(), 0)

    def test_entries_are_the_exits_that_lead_there(self):
        self.assert_outcome("entries_therapy_taking", self.counts(
            np.isin(self.name, ["patient.therapy.waiting.begin",
                                "patient.therapy.stopped.restart"])))

    def test_the_first_dose_is_the_first_dispensing(self):
        chosen = self.name == "patient.stock.dispensed"
        first = np.full(self.events.sizes["path"], np.nan)
        path, time = self.events.event_path.values[chosen], self.events.event_time.values[chosen]
        first[path[::-1]] = time[::-1]  # of several the first in time stays
        self.assert_outcome("time_to_first_dose", by_path(first, self.events))

    def test_time_in_a_state_is_the_sum_of_its_stays(self):
        path, since, until, row = self.stays()
        taking = decode(self.trajectories.therapy)[row] == "taking"
        self.assert_outcome("time_in_state_therapy_taking",
                            self.sum_over_paths(path, (until - since) * taking), 1e-9)

    def test_qalys_are_the_discounted_integral_of_utility(self):
        """Utility times the integral of 1.03^(-t) over each stay, t in years since entry."""
        path, since, until, row = self.stays()
        taking = decode(self.trajectories.therapy)[row] == "taking"
        rate = math.log(1.03) / DAYS_PER_YEAR
        days = (np.exp(-rate * since) - np.exp(-rate * until)) / rate
        self.assert_outcome("qaly", self.sum_over_paths(
            path, (0.65 + 0.08 * taking) * days / DAYS_PER_YEAR), 1e-12)

    def test_costs_are_discounted_events(self):
        chosen = self.name == "patient.stock.dispensed"
        path, time = self.events.event_path.values[chosen], self.events.event_time.values[chosen]
        fills = by_path(np.bincount(path, weights=1.03**(-time / DAYS_PER_YEAR),
                                    minlength=self.events.sizes["path"]), self.events)
        self.assert_outcome("cost_payer", 500 * fills)
        share = run.group("twins").share.values.astype(float)
        expected = np.where(self.has_lived[:, None], share[:, None] * fills, np.nan)
        np.testing.assert_allclose(run.group("outcomes").cost_patient.values.T, expected,
                                   rtol=4 * FLOAT32_ROUNDING)  # the share is rounded too
        outcomes = run.group("outcomes")
        np.testing.assert_allclose(
            outcomes.cost, outcomes.cost_payer + outcomes.cost_patient + outcomes.cost_manufacturer,
            rtol=8 * FLOAT32_ROUNDING)

    def test_a_sojourn_is_a_completed_visit(self):
        """Days of all visits that ended over their number, as a ratio of sums; by twin the same."""
        path, since, until, row = self.stays()
        due = decode(self.trajectories.supply) == "due"
        ends = due[row] & ~due[row + 1]
        # the visit at the end of a life did not end: its days are those after the last leaving
        last = np.full(self.trajectories.sizes["path"], -1.0)
        np.maximum.at(last, path[ends], until[ends])
        counted = due[row] & (until <= last[path])
        days = self.sum_over_paths(path, (until - since) * counted)
        n = self.sum_over_paths(path, ends.astype(float))
        with np.errstate(invalid="ignore"):
            self.assert_outcome("sojourn_supply_due", days / n, 1e-9)
        for i, strategy in enumerate(STRATEGIES):
            self.assertAlmostEqual(
                stored("summary", "sojourn_supply_due_mean", None, strategy=strategy),
                days[:, i].sum() / n[:, i].sum(), delta=1e-9)

    def state_at(self, track, day):
        """The state of each path on a day ("": not followed that long), as (twin, strategy)."""
        trajectories = self.trajectories
        t, size = trajectories.time.values, trajectories.row_size.values
        n_by_then = np.bincount(trajectories.obs_path.values[t <= day], minlength=len(size))
        start, word = trajectories.row_start.values, decode(trajectories[track])
        state = np.full(len(size), "", dtype=object)
        last = t[np.maximum(start + size - 1, 0)]
        known = (size > 0) & (last >= day)
        state[known] = word[start[known] + n_by_then[known] - 1]
        return by_path(state, trajectories)

    def test_occupancy_of_the_trajectories_is_the_curve(self):
        survival = run.group("survival")
        for track in ("therapy", "supply", "nurse", "reminder"):
            words = reading.meanings(self.trajectories[track])
            for g, day in enumerate(survival.time.values):
                state = self.state_at(track, day)
                followed = (state != "").sum(axis=0)
                self.assertGreater(followed.min(), 0)
                for word in words:
                    np.testing.assert_allclose(
                        survival[f"occupancy_{track}_{word}"].values[:, g],
                        (state == word).sum(axis=0) / followed, rtol=1e-15, atol=0,
                        err_msg=f"{track} {word} {day}")

    def test_occupancy_of_the_trajectories_is_the_outcome(self):
        for day in (100, 200):
            state = self.state_at("supply", day)
            self.assert_outcome(f"occupancy_supply_due_{day}d",
                                np.where(state == "", np.nan, state == "due"))
        state = self.state_at("therapy", 90)
        begin = self.counts((self.name == "patient.therapy.waiting.begin")
                            & (self.events.event_time.values <= 90))
        self.assert_outcome("first_entry_therapy_taking_90d",
                            np.where(state == "", np.nan, begin > 0))


class Curves(unittest.TestCase):
    def durations(self, i_strategy):
        """Whole days, rounded up, from the first dose of therapy to its stop or the end of the life."""
        events, follow_up = run.group("events"), run.group("twins").follow_up.values
        trajectories = run.group("trajectories")
        name = events.event_name.values[events.event_code.values]
        path, time = events.event_path.values, events.event_time.values
        first = {}
        for what in ("patient.therapy.waiting.begin", "patient.therapy.taking.stop"):
            when = np.full(events.sizes["path"], np.nan)
            chosen = name == what
            when[path[chosen][::-1]] = time[chosen][::-1]
            first[what] = by_path(when, events)[:, i_strategy]
        last = trajectories.row_start.values + trajectories.row_size.values - 1
        end = by_path(trajectories.time.values[np.maximum(last, 0)], trajectories)[:, i_strategy]
        end[np.isnan(follow_up)] = np.nan
        start, stop = first.values()
        is_event = ~np.isnan(stop)
        days = np.ceil(np.where(is_event, stop, end) - start - 1e-9)
        return days[~np.isnan(start)], is_event[~np.isnan(start)]

    def test_kaplan_meier_of_the_events_is_the_curve(self):
        survival, summary = run.group("survival"), run.group("summary")
        for i, strategy in enumerate(STRATEGIES):
            days, is_event = self.durations(i)
            at_risk = np.array([(days >= d).sum() for d in range(367)])
            n_events = np.array([(is_event & (days == d)).sum() for d in range(367)])
            self.assertGreater(n_events.sum(), 300)
            with np.errstate(invalid="ignore", divide="ignore"):
                curve = np.cumprod(1 - n_events / at_risk)
                se = curve * np.sqrt(np.cumsum(n_events / (at_risk * (at_risk - n_events))))
            known = at_risk > 0
            for variable, expected in ((f"km_{CURVE}", curve), (f"km_se_{CURVE}", se)):
                for day, value in zip(survival.time.values.astype(int),
                                      survival[variable].sel(strategy=strategy).values):
                    if known[day]:
                        np.testing.assert_allclose(value, expected[day], rtol=1e-11)
                    else:
                        self.assertTrue(np.isnan(value))
            self.assertTrue((survival[f"at_risk_{CURVE}"].sel(strategy=strategy).values
                             == at_risk[survival.time.values.astype(int)]).all())
            for k, day in enumerate((90, 180)):
                where = {"strategy": strategy}
                self.assertAlmostEqual(stored("summary", CURVE + "_mean", k, **where), curve[day])
                self.assertAlmostEqual(stored("summary", CURVE + "_mcse", k, **where), se[day])
                self.assertEqual(stored("summary", CURVE + "_n", k, **where), len(days))
        self.assertTrue({CURVE, *OF_CURVES}.isdisjoint(run.group("outcomes")))
        self.assertIn(CURVE + "_mean", summary)

    def test_hazard_and_area_are_those_of_the_events(self):
        survival = run.group("survival")
        for i, strategy in enumerate(STRATEGIES):
            days, is_event = self.durations(i)
            at_risk = np.array([(days >= d).sum() for d in range(367)])
            n_events = np.array([(is_event & (days == d)).sum() for d in range(367)])
            known = at_risk > 0
            steps = n_events[known] / at_risk[known]
            hazard = np.cumsum(steps)
            variance = np.cumsum(n_events[known] * (at_risk[known] - n_events[known]) / at_risk[known] ** 3.0)
            for day, value, se in zip(survival.time.values.astype(int),
                                      survival[f"na_{HAZARD}"].sel(strategy=strategy).values,
                                      survival[f"na_se_{HAZARD}"].sel(strategy=strategy).values):
                if known[day]:
                    np.testing.assert_allclose([value, se], [hazard[day], np.sqrt(variance[day])], rtol=1e-11)
            where = {"strategy": strategy}
            self.assertAlmostEqual(stored("summary", HAZARD + "_mean", 0, **where), hazard[90])
            # the curve is by whole days; the area below it takes what events came before the end of theirs
            curve = np.cumprod(1 - steps)
            rough = curve[:180].sum()
            self.assertAlmostEqual(stored("summary", AREA + "_mean", 0, **where), rough, delta=0.5)
            self.assertLess(stored("summary", AREA + "_mean", 0, **where), rough)


class Economics(unittest.TestCase):
    def test_icer_and_net_benefit_are_of_the_paired_differences(self):
        contrasts = run.group("contrasts")
        self.assertEqual((contrasts.attrs["icer_cost"], contrasts.attrs["icer_effect"]),
                         ("cost", "qaly"))
        for k, strategy in enumerate(STRATEGIES[1:]):
            cost = values_of("cost", strategy) - values_of("cost", BASELINE)
            qaly = values_of("qaly", strategy) - values_of("qaly", BASELINE)
            cost, qaly = cost[~np.isnan(cost)], qaly[~np.isnan(qaly)]
            for w, worth in enumerate(contrasts.worth.values):
                mean, se, _ = mean_and_se(worth * qaly - cost)
                # the smallest figure is a QALY near 1, times its worth
                slack = 10 * FLOAT32_ROUNDING * (worth + 10000)
                self.assertLessEqual(abs(float(contrasts.net_benefit[k, w]) - mean), slack)
                self.assertLessEqual(abs(float(contrasts.net_benefit_mcse[k, w]) - se), slack)
                z = float(contrasts.net_benefit[k, w] / contrasts.net_benefit_mcse[k, w])
                self.assertAlmostEqual(float(contrasts.net_benefit_p_better[k, w]),
                                       0.5 * math.erfc(-z / math.sqrt(2)), places=12)
            place = decode(contrasts.icer_place)[k]
            ratio = float(contrasts.cost_diff[k]) / float(contrasts.qaly_diff[k]) \
                if float(contrasts.qaly_diff[k]) != 0 else math.nan
            np.testing.assert_allclose(float(contrasts.icer_ratio[k]), ratio, rtol=1e-12)
            if place in ("dearer_and_better", "cheaper_and_worse"):
                self.assertEqual(float(contrasts.icer[k]), float(contrasts.icer_ratio[k]))
                if decode(contrasts.icer_interval)[k] == "between":
                    self.assertTrue(contrasts.icer_low[k] < ratio < contrasts.icer_high[k])
            else:
                self.assertTrue(np.isnan(contrasts.icer[k]))
        self.assertEqual(decode(contrasts.icer_place)[0], "dearer_and_better")

    def test_targets_are_judged_by_what_the_summary_says(self):
        targets = run.group("targets")
        for name, column, value, within, role in (
                ("still_on", CURVE, 0.75, 0.1, "fit"),
                ("started", "first_entry_therapy_taking", 0.5, 0.05, "predict")):
            one = targets.sel(target=name)
            self.assertEqual(float(one.value), value)
            self.assertEqual(float(one.tolerance), within)
            self.assertEqual(float(one.time), 90)
            self.assertEqual(str(one.measure.values), column)
            self.assertEqual(str(one.target_strategy.values), BASELINE)
            self.assertEqual(reading.meanings(targets.role)[int(one.role)], role)
            result = stored("summary", column + "_mean", 0, strategy=BASELINE)
            self.assertEqual(float(one.result), result)
            self.assertEqual(float(one.result_mcse),
                             stored("summary", column + "_mcse", 0, strategy=BASELINE))
            self.assertEqual(reading.meanings(targets.hit)[int(one.hit)],
                             "yes" if abs(result - value) <= within else "no")
        self.assertEqual(sorted(decode(targets.hit)), ["no", "yes"])


if __name__ == "__main__":
    unittest.main(verbosity=1)
