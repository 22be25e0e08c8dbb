"""Sweeps: the program and the second implementation have the same points, and the same figures at each.

tier: long
"""
import csv
import os
import random
import subprocess
import tempfile
import unittest

import h5py
import numpy as np
import scipy  # noqa: F401 (without these modules this test is not registered)
import yaml

from comparing import EXACT, PROGRAM, Comparison, is_near
from random_study import RandomStudy
from sweeps import points_of
from words import compile_expression, load_study, units_of

N_TWINS, SEEDS = 4, range(1, 19)
# Values that a random study lives with: listed ones, and a range.
VALUES = {"slope": (["0.25", "0.5", "0.7"], {"from": "0.2", "to": "0.8"}),
          "parameters.lag": (["3 days", "0.5 weeks", "6 days"], {"from": "2 days", "to": "1 week"}),
          "pack": (["14 days", "28 days", "0.125 years"], {"from": "1 week", "to": "60 days", "scale": "log"}),
          "share": (["20 %", "0.3", "40 %"], {"from": "10 %", "to": "0.6", "scale": "log"}),
          "fee": (["2 USD", "4 USD", "8.5 USD"], {"from": "2 USD", "to": "9 USD"})}
KINDS = ["grid", "zip", "ranges", "latin_hypercube", "sobol", "rows"]


class NoRows:
    """Figures of single twins, which the file of a sweep has not."""

    def __getitem__(self, key):
        return self if isinstance(key, str) else np.nan


class AtPoint:
    """What a file has at one point, as comparing.Results has it of a run."""

    def __init__(self, file, i):
        summary = file["summary"]
        self.strategies = [name.decode() for name in summary["strategy"][:]]
        self.means = {name[:-5]: item[i] for name, item in summary.items()
                      if name.endswith("_mean") and name[:-5] + "_mcse" in summary}
        self.errors = {name[:-5]: item[i] for name, item in summary.items() if name.endswith("_mcse")}
        self.outcomes, self.events, self.twins = NoRows(), {}, range(N_TWINS)


class MeansAtPoint(Comparison):
    def compare_figure(self, *_):
        pass


def swept_study(seed, folder):
    """A random study with a sweep of one of the kinds, in turn."""
    chosen, kind = random.Random(seed), KINDS[seed % len(KINDS)]
    path = RandomStudy(seed, N_TWINS).write(folder)
    with open(path, encoding="utf-8") as file:
        document = yaml.safe_load(file)
    paths = chosen.sample(sorted(VALUES), 2 if kind == "grid" else 3)
    lists, ranges = ({one: VALUES[one][what] for one in paths} for what in (0, 1))
    if kind == "grid":
        sweep = {"over": lists}
    elif kind == "zip":
        sweep = {"over": lists, "how": "zip"}
    elif kind == "ranges":
        sweep = {"over": {one: {**ranges[one], "n": k + 1} for k, one in enumerate(paths)}}
    elif kind == "rows":
        with open(os.path.join(folder, "points.csv"), "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([paths, *zip(*(lists[one] for one in paths))])
        sweep = {"from": "points.csv"}
    else:
        sweep = {"over": ranges, kind: 5}
        if kind == "latin_hypercube" and seed % 4 == 0:
            sweep["seed"] = seed
    document["sweep"] = sweep
    with open(path, "w", encoding="utf-8") as file:
        yaml.safe_dump(document, file)
    return path, kind


class TestSweeps(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()

    def tearDown(self):
        self.folder.cleanup()

    def swept(self, path):
        out = os.path.join(self.folder.name, "RUN" + os.path.basename(path))
        done = subprocess.run([PROGRAM, "sweep", path, "-o", out, "-q", "--threads", "1"], capture_output=True, text=True,
                              check=False)
        self.assertIn(done.returncode, (0, 1), done.stderr)      # 1: a life of some point met a fault
        return h5py.File(os.path.join(out, "results.h5"))

    def compare_coordinates(self, file, study, points):
        """Coordinates are in days, money and shares; in years where the first value is written so."""
        units, group = units_of(study), file["points"]
        self.assertEqual(list(group["point"][:]), list(range(1, len(points) + 1)))
        for path in points[0]:
            item = group["point_" + path.removeprefix("parameters.").replace(".", "_")]
            size = 365.25 if item.attrs["units"] in ("year", b"year") else 1.0
            for theirs, point in zip(item[:] * size, points):
                ours = compile_expression(point[path], units, None)(None)
                self.assertTrue(is_near(theirs, ours, 1e-14), f"{path}: program {theirs!r}, second {ours!r}")

    def test_random_studies_have_the_same_points_and_figures(self):
        n_points = n_figures = n_left_out = 0
        for seed in SEEDS:
            path, kind = swept_study(seed, self.folder.name)
            with self.subTest(seed=seed, kind=kind), self.swept(path) as file:
                study = load_study(path)
                points = points_of(study)
                self.compare_coordinates(file, study, points)
                for i, point in enumerate(points):
                    if file["points/fate"][i] != 1:
                        n_left_out += 1
                        continue
                    one = MeansAtPoint(path, AtPoint(file, i), None, list(point.items()))
                    self.assertEqual(one.differences, [], f"point {i + 1}, {point}")
                    n_points += 1
                    n_figures += one.n_figures
        print(f"{n_points} points, {n_figures} figures; {n_left_out} points left out, whose lives meet a fault")
        self.assertLess(n_left_out, n_points // 5)
        self.assertGreater(n_figures, n_points)

    def test_many_points_of_a_design_are_the_same(self):
        """Six numbers: as many dimensions of Sobol's as the second implementation knows."""
        path = RandomStudy(1, 2).write(self.folder.name)
        with open(path, encoding="utf-8") as file:
            document = yaml.safe_load(file)
        over = {one: VALUES[one][1] for one in VALUES}
        over["tilt"] = {"from": "0.1", "to": "0.9"}
        for design in ({"sobol": 300}, {"latin_hypercube": 300}, {"latin_hypercube": 300, "seed": 7}):
            with self.subTest(design=design):
                document["sweep"] = {"over": over, **design}
                document["report"] = {"measures": []}
                document["study"] = f"design_{len(str(design))}"
                name = os.path.join(self.folder.name, document["study"] + ".yaml")
                with open(name, "w", encoding="utf-8") as file:
                    yaml.safe_dump(document, file)
                with self.swept(name) as file:
                    study = load_study(name)
                    self.compare_coordinates(file, study, points_of(study))


if __name__ == "__main__":
    unittest.main()
