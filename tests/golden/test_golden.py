"""Shipped studies give the figures that they gave, and what holds them to it fails when it should.

Tolerance: 1e-9 of a figure. A results file has the same bits for any compiler and number of threads, so an engine that
means the same gives the same figures; what is allowed for is the 12 digits that are kept (5e-12) and the last digits
of what the summary computes by the C library's logarithms and roots. A mean over n twins moves by about 1 / n when one
life changes. How many standard errors a figure moved by is told, not tested: it says whether other draws explain it.
"""
import contextlib
import io
import pathlib
import subprocess
import tempfile
import unittest

import golden

# A parameter of each case's study, three per cent more than it is.
SLIPS = {"cav_own_patients": "onset=0.0700289999 / year", "daily_doses": "slip_chance=0.086005",
         "ra_biologic_support": "fail_mean=118.45 days",
         "sick_sicker_psa": "parameters.rate_worsen.value=0.10815 / year"}
expected, lived = {}, {}


def setUpModule():
    for folder in golden.cases():
        expected[folder.name] = golden.read(folder)
        lived[folder.name] = golden.live(expected[folder.name])


class Cases(unittest.TestCase):
    def test_studies_give_the_figures_that_they_gave(self):
        self.assertEqual(sorted(SLIPS), sorted(expected))
        for name, case in expected.items():
            with self.subTest(name):
                moved = golden.moves(case, lived[name])
                if not moved and lived[name].digest != case.digest:
                    print(f"{name}: the digest of the results is another, no figure moved")
                if moved:
                    self.fail(f"scripts/update_golden.sh {name} shows all\n{golden.table(moved, 20)}")

    def test_each_case_says_why(self):
        for folder in golden.cases():
            self.assertIn("May be refreshed", (folder / "why.md").read_text(encoding="utf-8"), folder)


class Faults(unittest.TestCase):
    def test_a_millionth_of_any_number_is_seen_and_rounding_is_not(self):
        for case in expected.values():
            for key, figure in case.figures.items():
                for name in golden.NUMBERS:
                    one = case._replace(figures={key: figure})
                    if (number := getattr(figure, name)) == number:
                        off = figure._replace(**{name: number * (1 + 1e-6) or 1e-6})
                        self.assertEqual(golden.moves(one, one._replace(figures={key: off})),
                                         [golden.Move(key, figure, off)])
                        near = figure._replace(**{name: number * (1 + 1e-11)})
                        self.assertEqual(golden.moves(one, one._replace(figures={key: near})), [])

    def test_a_parameter_off_by_three_per_cent_is_seen(self):
        for name, slip in SLIPS.items():
            moved = golden.moves(expected[name], golden.live(expected[name], "--set", slip))
            self.assertGreater(len(moved), len(expected[name].figures) / 10, name)

    def test_figures_that_come_go_or_change_their_unit_are_told(self):
        case = lived["cav_own_patients"]
        key, figure = next(iter(case.figures.items()))
        less = case._replace(figures={k: f for k, f in case.figures.items() if k != key})
        self.assertEqual(golden.moves(less, case), [golden.Move(key, None, figure)])
        self.assertEqual(golden.moves(case, less), [golden.Move(key, figure, None)])
        self.assertIn("went", golden.table(golden.moves(case, less)))
        other = case._replace(figures={**case.figures, key: figure._replace(unit="d")})
        self.assertEqual(len(golden.moves(case, other)), 1)

    def test_other_draws_move_figures_by_a_few_standard_errors_and_another_meaning_by_more(self):
        case = expected["daily_doses"]
        noise = golden.moves(case, golden.live(case, "--seed", "2"))
        self.assertGreater(len(noise), len(case.figures) / 2)
        self.assertLess(abs(noise[0].standard_errors()), 4)
        self.assertIn("; 0 moved by more than 4", golden.table(noise))
        meaning = golden.moves(case, golden.live(case, "--set", "holiday_chance=0.061"))
        self.assertGreater(abs(meaning[0].standard_errors()), 4)


class Update(unittest.TestCase):
    def test_a_case_is_written_only_when_asked_and_then_as_it_was(self):
        with tempfile.TemporaryDirectory() as folder:
            case, printed = pathlib.Path(folder), io.StringIO()
            file = case / "expected.csv"
            golden.write(case, lived["cav_own_patients"])
            good = file.read_text(encoding="utf-8")
            less = "".join(good.splitlines(keepends=True)[:-1])
            file.write_text(less, encoding="utf-8")
            with contextlib.redirect_stdout(printed):
                golden.update(case, False)
                self.assertEqual(file.read_text(encoding="utf-8"), less)
                golden.update(case, True)
                self.assertEqual(file.read_text(encoding="utf-8"), good)
                self.assertFalse(golden.update(case, True))
            self.assertEqual(printed.getvalue().count("1 figures moved, came or went"), 2)

    def test_the_script_shows_a_case_and_knows_no_other(self):
        script = ["bash", str(golden.ROOT / "scripts" / "update_golden.sh")]
        done = subprocess.run([*script, "daily_doses"], capture_output=True, encoding="utf-8", check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, "^daily_doses")
        done = subprocess.run([*script, "no_such"], capture_output=True, encoding="utf-8", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no_such", done.stderr)


if __name__ == "__main__":
    unittest.main()
