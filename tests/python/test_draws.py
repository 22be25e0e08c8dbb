"""The group /draws of runs over parameter sets: read by xarray, h5py and pandas, and what the summary
prints of it computed again: means, errors, percentiles, variances.

What is computed again is double arithmetic of at most 40 numbers: 1e-9 of each is allowed.
"""
import csv
import io
import math
import os
import pathlib
import subprocess
import tempfile
import unittest

import h5py
import numpy as np
import pandas as pd

import reading  # noqa: F401 (before netCDF4, whose warning it silences)
import h5netcdf  # noqa: F401 (without the engines this test is not registered)
import netCDF4  # noqa: F401
import xarray as xr

STUDY = pathlib.Path(__file__).with_name("draws_study.yaml")
STRATEGIES = ["usual_care", "treated"]
PROGRAM = os.environ["TWP_PROGRAM"]
N_SETS = 40
Z = 1.959963984540054
DAYS_PER_YEAR = 365.25
# Name in /draws, name in /summary and its position along the times (None: it has none), its time.
FIGURES = [("cost", "cost", None, ""), ("qaly", "qaly", None, ""),
           ("occupancy_health_well_365_25d", "occupancy_health_well", 0, "365.25"),
           ("occupancy_health_well_730_5d", "occupancy_health_well", 1, "730.5"),
           ("kaplan_meier_health_ill_365_25d", "kaplan_meier_health_ill", 0, "365.25")]

folder = None
paths = {}


def run(name, *options):
    path = os.path.join(folder.name, name + ".h5")
    subprocess.run([PROGRAM, "run", str(STUDY), "-q", "-o", path, *options], check=True)
    return path


def setUpModule():
    global folder
    folder = tempfile.TemporaryDirectory(prefix="twinpath-draws-")
    paths["fresh"] = run("fresh")
    paths["same"] = run("same", "--twins", "same", "--parameter-sets", "25")


def tearDownModule():
    folder.cleanup()


def group(twins, name, engine="netcdf4"):
    with xr.open_dataset(paths[twins], group=name, engine=engine) as dataset:
        return dataset.load()


def at(dataset, name, position, **where):
    value = dataset[name].sel(**where)
    return float(value if position is None else value[position])


def over_sets(x, error, is_shared):
    """Mean, its error, low, high, variance between and within, as scenarios/README.md defines them."""
    n, mean, between, within = len(x), x.mean(), x.var(ddof=1), (error**2).mean()
    shrink = 1.0
    if not is_shared:
        is_told = between > within * (1 + Z * math.sqrt(2 / (n - 1)))
        shrink = math.sqrt(1 - within / between) if is_told else math.nan
    low, high = mean + shrink * (np.percentile(x, [2.5, 97.5]) - mean)
    mcse = math.sqrt(between / n + (error.mean()**2 if is_shared else 0))
    return mean, mcse, low, high, between, within


class Reading(unittest.TestCase):
    def test_both_engines_read_the_draws_alike(self):
        one, other = group("fresh", "draws"), group("fresh", "draws", "h5netcdf")
        self.assertTrue(one.identical(other))

    def test_dimensions_and_coordinates_are_strategies_and_sets(self):
        draws = group("fresh", "draws")
        self.assertEqual(dict(draws.sizes), {"strategy": 2, "contrast": 1, "parameter_set": N_SETS})
        self.assertEqual(list(draws.strategy.values), STRATEGIES)
        self.assertEqual(list(draws.contrast.values), STRATEGIES[1:])
        self.assertEqual(list(draws.parameter_set.values), list(range(1, N_SETS + 1)))
        for figure, *_ in FIGURES:
            self.assertEqual(draws[figure].dims, ("strategy", "parameter_set"))
            self.assertEqual(draws[figure + "_mcse"].dims, ("strategy", "parameter_set"))
            self.assertEqual(draws[figure + "_diff_mcse"].dims, ("contrast", "parameter_set"))
        self.assertEqual(draws.cost.attrs["units"], "USD")
        self.assertEqual(draws.qaly.attrs["units"], "year")

    def test_the_root_says_how_many_sets_and_whose_twins(self):
        for twins, n in (("fresh", N_SETS), ("same", 25)):
            with h5py.File(paths[twins], "r") as file:
                self.assertEqual(file.attrs["twins_across_sets"], twins)
                self.assertEqual(file.attrs["n_parameter_sets"], n)
                self.assertEqual(file.attrs["n_parameter_sets_done"], n)
                self.assertEqual(file["draws/cost"].shape, (2, n))
                self.assertEqual(file["draws/cost"].dims[1][0].name, "/draws/parameter_set")

    def test_a_run_with_0_sets_has_no_draws(self):
        with h5py.File(run("none", "--parameter-sets", "0"), "r") as file:
            self.assertNotIn("draws", file)
            self.assertEqual(file.attrs["n_parameter_sets"], 1)

    def test_h5py_and_pandas_make_a_table_of_the_sets(self):
        with h5py.File(paths["fresh"], "r") as file:
            table = pd.DataFrame({name: item[:] for name, item in file["draws"].items()
                                  if name.startswith("parameter_")})
        expected = group("fresh", "draws").to_dataframe().reset_index()
        expected = expected[expected.strategy == "treated"].reset_index()
        self.assertEqual(sorted(table.columns), ["parameter_double_fee", "parameter_fee",
                                                 "parameter_rate", "parameter_set"])
        for name in table.columns:
            self.assertTrue((table[name] == expected[name]).all(), name)


class Parameters(unittest.TestCase):
    def test_values_are_in_their_units_and_formulas_follow(self):
        draws = group("fresh", "draws")
        self.assertEqual(draws.parameter_rate.attrs["units"], "d-1")
        self.assertEqual(draws.parameter_fee.attrs["units"], "USD")
        self.assertIn("fee", draws.parameter_double_fee.attrs["comment"])
        np.testing.assert_allclose(draws.parameter_double_fee, 2 * draws.parameter_fee, rtol=1e-12)
        self.assertEqual(len(np.unique(draws.parameter_rate)), N_SETS)
        self.assertNotIn("parameter_hr", draws)  # it is certain

    def test_their_means_are_those_of_their_laws(self):
        draws = group("fresh", "draws")
        # 4 standard errors of a mean of 40: the standard deviation is 0.25 a year, and 0.3
        rate = draws.parameter_rate.values * DAYS_PER_YEAR
        self.assertLess(abs(rate.mean() - 0.5), 4 * 0.25 / math.sqrt(N_SETS))
        log_fee = np.log(draws.parameter_fee.values)
        self.assertLess(abs(log_fee.mean() - math.log(20)), 4 * 0.3 / math.sqrt(N_SETS))

    def test_sets_are_the_same_whatever_their_number_and_twins(self):
        fresh, same = group("fresh", "draws"), group("same", "draws")
        for name in ("parameter_rate", "parameter_fee"):
            self.assertTrue((fresh[name].values[:25] == same[name].values).all(), name)
        self.assertFalse((fresh.qaly.values[:, :25] == same.qaly.values).all())

    def test_figures_follow_the_parameters_of_their_set(self):
        """A set's survival at a year is exp(-rate): each of the 40 within 4.5 of its binomial errors."""
        draws = group("fresh", "draws")
        for strategy, hr in zip(STRATEGIES, (1, 0.5)):
            p = np.exp(-draws.parameter_rate.values * hr * DAYS_PER_YEAR)
            got = draws.occupancy_health_well_365_25d.sel(strategy=strategy).values
            self.assertLess((np.abs(got - p) / np.sqrt(p * (1 - p) / 300)).max(), 4.5)


class Summary(unittest.TestCase):
    def check(self, got, expected, what):
        for one, other in zip(got, expected):
            if math.isnan(other):
                self.assertTrue(math.isnan(one), what)
            else:
                self.assertLessEqual(abs(one - other), 1e-9 * abs(other), what)

    def test_means_percentiles_and_variances_are_those_of_the_draws(self):
        for twins in ("fresh", "same"):
            draws, summary = group(twins, "draws"), group(twins, "summary")
            for column, name, position, _ in FIGURES:
                for strategy in STRATEGIES:
                    got = [at(summary, name + suffix, position, strategy=strategy) for suffix in (
                        "_mean", "_mcse", "_sets_low", "_sets_high", "_sets_variance",
                        "_twins_variance")]
                    where = dict(strategy=strategy)
                    expected = over_sets(draws[column].sel(where).values,
                                         draws[column + "_mcse"].sel(where).values,
                                         twins == "same")
                    self.check(got, expected, (twins, column, strategy))

    def test_differences_are_those_of_the_draws(self):
        for twins in ("fresh", "same"):
            draws, contrasts = group(twins, "draws"), group(twins, "contrasts")
            for column, name, position, _ in FIGURES:
                got = [at(contrasts, name + suffix, position, contrast="treated") for suffix in (
                    "_diff", "_diff_mcse", "_diff_sets_low", "_diff_sets_high",
                    "_diff_sets_variance", "_diff_twins_variance")]
                difference = (draws[column].sel(strategy="treated")
                              - draws[column].sel(strategy="usual_care"))
                expected = over_sets(difference.values,
                                     draws[column + "_diff_mcse"].values[0], twins == "same")
                self.check(got, expected, (twins, column))

    def test_the_printed_numbers_are_those_of_the_draws(self):
        for twins in ("fresh", "same"):
            out = subprocess.run([PROGRAM, "summary", paths[twins], "-f", "csv"],
                                 capture_output=True, text=True, check=True).stdout
            rows = {(row["strategy"], row["measure"], row["time_days"]): row
                    for row in csv.DictReader(io.StringIO(out))}
            draws = group(twins, "draws")
            for column, name, _, time in FIGURES:
                for strategy in STRATEGIES:
                    row = rows[strategy, name, time]
                    where = dict(strategy=strategy)
                    mean, mcse, low, high, *_ = over_sets(
                        draws[column].sel(where).values, draws[column + "_mcse"].sel(where).values,
                        twins == "same")
                    self.check([float(row[key]) for key in ("mean", "mcse", "low", "high")],
                               [mean, mcse, low, high], (twins, column, strategy))


if __name__ == "__main__":
    unittest.main(verbosity=1)
