"""The stop clock of the first study is what its script fits; TWP_TIER=long runs the whole fit, of 20,000 patients."""
import os
import re
import subprocess
import sys
import unittest

import yaml

SOURCE = os.environ["TWP_SOURCE_DIR"]
SCRIPT = os.path.join(SOURCE, "scripts", "fit_stop_clock.py")
OBSERVED = [0.920, 0.824, 0.700, 0.559, 0.475, 0.428, 0.390]  # EV-A70 at 3, 6, 12, 24, 36, 48, 60 months
# A single Weibull by least squares on these three points, found by another minimiser (scipy 1.10, least_squares).
WEIBULL = [0.912, 0.833, 0.697, 0.490, 0.346, 0.245, 0.173]


def fit(*options):
    return subprocess.run([sys.executable, SCRIPT, *options], capture_output=True, text=True)


def rows(text):
    """Label -> the seven numbers behind it."""
    found = re.finditer(r"^(\S.*?) +((?:-?[0-9.]+ +){6}-?[0-9.]+)$", text, re.MULTILINE)
    return {one[1]: [float(number) for number in one[2].split()] for one in found}


class TestStopClock(unittest.TestCase):
    def test_forms_meet_the_first_year_and_differ_after_it(self):
        done = fit("--forms")
        self.assertEqual(done.returncode, 0, done.stderr)
        curve = rows(done.stdout)
        self.assertEqual(curve["EV-A70"], OBSERVED)
        self.assertEqual(curve["Weibull, 2 numbers"], WEIBULL)
        with_three = [values for name, values in curve.items() if name.endswith("3 numbers")]
        self.assertEqual(len(with_three), 3)
        for values in with_three:
            self.assertEqual(values[:3], OBSERVED[:3])
        self.assertGreater(max(v[6] for v in with_three) - min(v[6] for v in with_three), 0.1)

    def test_a_program_that_is_not_there_is_said(self):
        done = fit("--twinpath", "/nowhere/twinpath")
        self.assertEqual(done.returncode, 2)
        self.assertIn("/nowhere/twinpath is no program", done.stderr)
        self.assertEqual(done.stdout, "")

    @unittest.skipUnless(os.environ.get("TWP_TIER") == "long", "takes a minute")
    def test_the_fit_comes_to_what_the_module_says(self):
        done = fit("--twinpath", os.environ["TWP_PROGRAM"], "--patients", "20000")
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(os.path.join(SOURCE, "scenarios", "modules", "ra_tnf_therapy.yaml"), encoding="utf-8") as file:
            text = file.read()
        module = yaml.safe_load(text)["parameters"]
        foretold = [float(v) for v in re.search(r"points test it \(([0-9., ]+)\)", text)[1].split(", ")]
        curve = rows(done.stdout)
        fitted, error = curve["fit (3, 6, 12) and prediction"], curve["Monte Carlo standard error"]
        # Three numbers meet three points but for twins that change side: one of 20,000 is 0.00005.
        for got, wanted in zip(fitted[:3], OBSERVED):
            self.assertAlmostEqual(got, wanted, delta=0.0021)
        # The module was fitted with ten times the patients: the predictions of both differ by the errors of this one.
        for got, wanted, se in zip(fitted[3:], foretold, error[3:]):
            self.assertAlmostEqual(got, wanted, delta=4 * (se ** 2 + error[2] ** 2) ** 0.5)
        said = yaml.safe_load(done.stdout[done.stdout.index("parameters:"):])["parameters"]
        self.assertEqual(set(said), {"nonresponse", "fail_mean", "stop_mean"})
        for name, value in said.items():
            number = [float(str(one).split()[0]) for one in (value, module[name]["value"])]
            self.assertAlmostEqual(number[0] / number[1], 1, delta=0.08, msg=name)


if __name__ == "__main__":
    unittest.main()
