"""The comparison has teeth: each rule made slightly wrong is seen in at least one of a few studies.

tier: long
"""
import os
import tempfile
import unittest
from unittest import mock

import h5py  # noqa: F401 (without these modules this test is not registered)
import numpy  # noqa: F401
import scipy  # noqa: F401
import yaml  # noqa: F401

from comparing import Comparison, ProgramFailed, Results, run_program
from mutations import MUTATIONS
from random_study import RandomStudy

N_TWINS, N_STUDIES = 4, 30
CORNERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corners.yaml")


class Runs:
    """Results of the program for random studies, made when they are first wanted."""

    def __init__(self, folder):
        self.folder, self.known = folder, {}

    def of(self, seed):
        """(study, results); the seed 0 stands for corners.yaml."""
        if seed not in self.known:
            path, out = CORNERS, os.path.join(self.folder, "results.h5")
            if seed:
                path = RandomStudy(seed, N_TWINS).write(self.folder)
            try:
                run_program(path, out)
                self.known[seed] = path, Results(out)
            except ProgramFailed:
                self.known[seed] = None
        return self.known[seed]

    def first_difference(self, seeds):
        """(seed, difference) of the first study that shows one."""
        for seed in seeds:
            if self.of(seed):
                path, results = self.of(seed)
                one = Comparison(path, results, stop_at_first=True)
                if one.differences:
                    return seed, one.differences[0]
        return None


class TestMutations(unittest.TestCase):
    def test_each_slip_of_a_rule_is_seen(self):
        with tempfile.TemporaryDirectory() as folder:
            runs = Runs(folder)
            seeds = range(N_STUDIES + 1)
            self.assertIsNone(runs.first_difference(seeds))
            for name, owner, attribute, wrong in MUTATIONS:
                with self.subTest(slip=name):
                    self.assertTrue(hasattr(owner, attribute))
                    with mock.patch.object(owner, attribute, wrong):
                        seen = runs.first_difference(seeds)
                    print(f"{name}: {seen and seen[1]}")
                    self.assertIsNotNone(seen, "no study showed it")


if __name__ == "__main__":
    unittest.main()
