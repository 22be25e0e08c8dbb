"""Uncertain parameters: the program and the second implementation draw the same sets and live the same lives.

Drawn values and means of a set are 64 bit numbers: both are held to 1e-9 of their size. What inverts a beta or
gamma law is accurate to 1e-12 in the program; scipy's inverse agrees with it far within that tolerance.
"""
import os
import subprocess
import tempfile
import unittest
from unittest import mock

import h5py
import numpy as np
import scipy  # noqa: F401 (without these modules this test is not registered)
import yaml  # noqa: F401

import uncertain
from figures import figure
from model import Model
from twinpath_second import Life
from uncertain import ParameterSets
from words import load_study

STUDY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "uncertain.yaml")
PROGRAM = os.environ.get("TWP_PROGRAM", "twinpath")
SHIFT = 2 ** 40


def run(folder, *options):
    path = os.path.join(folder, "draws.h5")
    subprocess.run([PROGRAM, "run", STUDY, "-q", "-o", path, "--overwrite", "--threads", "1", *options], check=True)
    with h5py.File(path) as file:
        return [name.decode() for name in file["draws/strategy"][:]], \
            {name: item[:] * in_days(item, name) for name, item in file["draws"].items() if item.dtype.kind == "f"}


def in_days(item, name):
    units = item.attrs.get("units", b"1")
    units = units.decode() if isinstance(units, bytes) else units
    return 365.25 if name.startswith("parameter_") and units == "year" else 1.0


class TestUncertain(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.document = load_study(STUDY)
        cls.folder = tempfile.TemporaryDirectory()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def assert_near(self, one, other, what):
        self.assertLessEqual(abs(one - other), 1e-9 * max(abs(one), abs(other), 1e-3), f"{what}: {one} and {other}")

    def under(self, strategy, number):
        """The model of a strategy in a set."""
        sets = ParameterSets(Model(self.document, strategy), self.document)
        return Model(self.document, strategy, (), sets.drawn(number))

    def mean(self, strategy, model, twins, measure):
        values = []
        for twin, row in twins:
            life = Life(model, twin, row)
            life.live()
            values.append(figure(life, measure))
        return np.mean(values)

    def test_every_set_has_the_same_values(self):
        _, draws = run(self.folder.name)
        names = {name[len("parameter_"):] for name in draws if name.startswith("parameter_")}
        self.assertEqual(names, set(self.document["parameters"]))
        for k in range(12):
            model = self.under("usual_care", k + 1)
            for name in sorted(names):
                self.assert_near(draws["parameter_" + name][k], model.parameters[name], f"set {k + 1}, {name}")
        for name in names:
            self.assertEqual(len(set(draws["parameter_" + name])), 12 if name != "luck" else
                             len(set(draws["parameter_luck"])), name)
        self.assertGreater(len(set(draws["parameter_luck"])), 4)

    def test_slips_of_the_rules_are_seen(self):
        _, draws = run(self.folder.name)

        def differs():
            model = self.under("usual_care", 3)
            return any(abs(draws["parameter_" + name][2] / model.parameters[name] - 1) > 1e-9
                       for name in self.document["parameters"])
        of_parameter = ParameterSets.of_parameter
        slips = [("WIDTH_95", uncertain, "WIDTH_95", 2 * 1.96),
                 ("the stream of a name", ParameterSets, "of_parameter",
                  lambda sets, name, number: sets.uniform("parameter." + name, number)),
                 ("the set before", ParameterSets, "of_parameter",
                  lambda sets, name, number: of_parameter(sets, name, number - 1)),
                 ("an upper factor", ParameterSets, "matrix",
                  lambda sets, rows: np.array([[sets.model.constant(cell) for cell in row] for row in rows])[::-1, ::-1]),
                 ("no unit of columns", ParameterSets, "unit_of", lambda sets, name: 1.0),
                 ("each alone", ParameterSets, "correlated", lambda sets, block, number: {
                     name: sets.law(name)(sets.of_parameter(name, number)) for name in block["of"]})]
        self.assertFalse(differs())
        for told, place, name, wrong in slips:
            with self.subTest(slip=told), mock.patch.object(place, name, wrong):
                self.assertTrue(differs())

    def compare_means(self, draws, strategies, shift):
        measures = {"cost": {"measure": "cost"}, "qaly": {"measure": "qaly"},
                    "time_in_state_health_well": {"measure": "time_in_state", "of": "health.well"},
                    "entries_health_poor": {"measure": "entries", "of": "health.poor"}}
        for s, strategy in enumerate(strategies):
            for k in range(draws["cost"].shape[1]):
                model = self.under(strategy, k + 1)
                twins = [(twin + (k + 1) * shift, row) for twin, row in model.rows()]
                for name, measure in measures.items():
                    self.assert_near(draws[name][s, k], self.mean(strategy, model, twins, measure),
                                     f"{strategy}, set {k + 1}, {name}")

    def test_fresh_twins_live_the_same_lives(self):
        strategies, draws = run(self.folder.name)
        self.assertEqual(len(strategies), 3)
        self.compare_means(draws, strategies, SHIFT)

    def test_the_same_twins_live_the_same_lives(self):
        strategies, draws = run(self.folder.name, "--twins", "same", "--parameter-sets", "5")
        self.compare_means(draws, strategies, 0)


if __name__ == "__main__":
    unittest.main()
