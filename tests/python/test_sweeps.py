"""Sweeps in scripts/twinpath.py: points beside every frame, figures of a point as those of its run, pictures."""
import io
import os
import pathlib
import subprocess
import tempfile
import unittest
import warnings

import matplotlib
import numpy as np
import pandas as pd

from module import ROOT, twinpath
import twinpath_pictures as pictures  # found by way of module

matplotlib.use("agg")

STUDY = ROOT / "scenarios/studies/first_study.yaml"
# Uncertain parameters, one that no strategy sets, cost by payer, and a treatment that costs something.
SETS = pathlib.Path(__file__).with_name("draws_study.yaml").read_text(encoding="utf-8")
for _old, _new in (("  hr: 1\n", "  hr: 1\n  frail: 1\n  price: 0 USD\n"), ("rate: rate * hr", "rate: rate * hr * frail"),
                   ("payer: fee / month", "payer: (fee + price) / month"), ("hr: 0.5", "hr: 0.5, price: 30 USD"),
                   ("    - cost\n", "    - cost\n    - {measure: cost, of: payer}\n"),
                   ("report:\n", "report:\n  worth_of_a_qaly: [5000 USD, 9000 USD]\n"
                    "  acceptability: {to: 12000 USD, by: 3000 USD}\n")):
    assert SETS.count(_old) == 1, _old
    SETS = SETS.replace(_old, _new)
FAULTY = pathlib.Path(__file__).with_name("faulty_points.yaml").read_text(encoding="utf-8")
PICTURES_OF_ONE = {"survival": {}, "occupancy": {"track": "health"}, "cost": {}, "differences": {"measure": "qaly"},
                   "net_benefit": {}, "plane": {}, "acceptability": {}}
folder = results = sick = sets = None


def drawn_in(figure):
    """The numbers that a figure shows: of its lines, areas and bars."""
    lines = [np.array([line.get_xdata(), line.get_ydata()], float) for axes in figure.axes for line in axes.lines]
    areas = [path.vertices for axes in figure.axes for area in axes.collections for path in area.get_paths()]
    bars = [[bar.get_x(), bar.get_y(), bar.get_width()] for axes in figure.axes for bar in axes.patches]
    return [str(np.round(part, 9).tolist()) for part in (*lines, *areas, *bars)]


def at(name):
    return os.path.join(folder.name, name)


def command(*words, code=0):
    done = subprocess.run([os.environ["TWP_PROGRAM"], *words, "--quiet"], capture_output=True, text=True, check=False)
    if done.returncode != code:
        raise AssertionError(f"{words}: {done.returncode}: {done.stderr}")


def sweep(name, study, *options):
    run = at(name)
    command("sweep", str(study), "-o", run, *options)
    return twinpath.open(os.path.join(run, "results.h5"))


def setUpModule():
    global folder, results, sick, sets
    folder = tempfile.TemporaryDirectory(prefix="twinpath-sweeps-")
    results = sweep("run", STUDY, "--over", "gap=6 days,12 days,20 days", "--over", "supports.reminder.uptake=0.2,0.5",
                    "--patients", "800")
    sick = sweep("sick", ROOT / "scenarios/studies/sick_sicker.yaml", "--over", "utility_sick=0.6,0.7,0.8", "--patients", "300")
    pathlib.Path(folder.name, "sets.yaml").write_text(SETS, encoding="utf-8")
    sets = sweep("sets", at("sets.yaml"), "--over", "frail=0.5,0.7,2", "--parameter-sets", "25")


def tearDownModule():
    results.close()
    sick.close()
    sets.close()
    folder.cleanup()


class Frames(unittest.TestCase):
    def test_points(self):
        points = results.points()
        self.assertEqual(list(points), ["point", "gap", "supports_reminder_uptake", "fate", "error"])
        self.assertEqual(list(points["gap"]), [6, 6, 12, 12, 20, 20])
        self.assertEqual(set(points["fate"]), {"done"})
        self.assertEqual(points.attrs["paths"]["supports_reminder_uptake"], "supports.reminder.uptake")
        self.assertEqual(points.attrs["units"], {"gap": "d", "supports_reminder_uptake": "1"})

    def test_a_point_is_its_run(self):
        alone = twinpath.run(STUDY, set={"gap": "12 days", "supports.reminder.uptake": 0.5}, patients=800, progress=None)
        for frame in ("summary", "contrasts", "occupancy"):
            swept, own = getattr(results, frame)(), getattr(alone, frame)()
            swept = swept[(swept["gap"] == 12) & (swept["supports_reminder_uptake"] == 0.5)]
            self.assertEqual(set(swept["point"]), {4})
            swept = swept[list(own)].reset_index(drop=True)
            self.assertTrue(swept.equals(own), frame)
        alone.close()

    def test_economics_have_points_too(self):
        table = sick.cost_effectiveness()
        self.assertEqual(list(table)[:3], ["point", "utility_sick", "contrast"])
        self.assertEqual(len(table), 3 * (len(sick.strategies) - 1))
        self.assertEqual(len(sick.net_benefit()) % 3, 0)
        self.assertEqual(set(sick.net_benefit()["utility_sick"]), {0.6, 0.7, 0.8})

    def test_parameter_sets_of_a_point_are_those_of_its_run(self):
        """Compared with: the run with --set of the point's value."""
        path = at("one_of_sets.h5")
        command("run", at("sets.yaml"), "-o", path, "--parameter-sets", "25", "--set", "frail=0.7")
        with twinpath.open(path) as alone:
            for name in ("draws", "plane"):
                swept, own = getattr(sets, name)(), getattr(alone, name)()
                self.assertEqual(list(swept), ["point", "frail", *own])
                self.assertEqual(len(swept), 3 * len(own))
                self.assertEqual(list(swept.groupby("point")["frail"].unique().explode()), [0.5, 0.7, 2])
                swept = swept.loc[swept["point"] == 2, list(own)].reset_index(drop=True)
                pd.testing.assert_frame_equal(swept, own, check_exact=True)

    def test_a_number_with_the_name_of_a_column_stands_beside_it(self):
        """Compared with: the same sweep under another name of the number."""
        pathlib.Path(at("low.yaml")).write_text(SETS.replace("frail", "low"), encoding="utf-8")
        with sweep("low", at("low.yaml"), "--over", "low=0.5,0.7,2", "--parameter-sets", "25") as other:
            for name in ("summary", "contrasts", "net_benefit", "draws"):
                told, own = getattr(other, name)(), getattr(sets, name)()
                beside = "point_low" if "low" in own else "low"
                self.assertEqual(list(told), ["point", beside, *list(own)[2:]])
                np.testing.assert_array_equal(told.rename(columns={beside: "frail"}).to_numpy(str), own.to_numpy(str))
            for name, options in (("sweep", {}), ("differences", {"point": 2})):
                shown = [drawn_in(one.plot(name, measure="qaly", **options)) for one in (sets, other)]
                self.assertEqual(*shown)

    def test_groups_of_twins_are_of_runs(self):
        for name in ("twins", "outcomes"):
            with self.assertRaisesRegex(twinpath.Error, f"is of a sweep, which has no {name}; a run with"):
                getattr(results, name)()

    def test_a_run_has_no_points(self):
        alone = twinpath.run(STUDY, patients=50, progress=None)
        with self.assertRaisesRegex(twinpath.Error, "not of a sweep"):
            alone.points()
        with self.assertRaisesRegex(twinpath.Error, "not of a sweep"):
            alone.plot("occupancy", track="supply", point=1)
        alone.close()


class Lost(unittest.TestCase):
    """Points that failed or are missing."""

    @classmethod
    def setUpClass(cls):
        study = at("faulty.yaml")
        pathlib.Path(study).write_text(FAULTY, encoding="utf-8")
        cls.failed, cls.gaps = (at(name) for name in ("failed", "gaps"))
        command("sweep", study, "-o", cls.failed, code=1)
        command("sweep", study, "-o", cls.gaps, "--shard-twins", "1024", "--task", "0", "--tasks", "3", code=1)
        command("merge", cls.gaps, "--allow-gaps", "-o", cls.gaps + ".h5")
        cls.failed += "/results.h5"
        cls.gaps += ".h5"

    def test_are_told_when_a_file_is_opened(self):
        for path, told in ((self.failed, "1 of 4 (1 failed); points"), (self.gaps, "4 of 4 (1 failed, 3 missing); points")):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                twinpath.open(path).close()
            self.assertEqual([str(one.message) for one in caught],
                             [f"{path}: points that are not there: {told}() says which"])
            self.assertEqual(caught[0].filename, __file__)

    def test_have_no_pictures(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with twinpath.open(self.failed) as failed, twinpath.open(self.gaps) as gaps:
                failed.plot("occupancy", track="health", point=3)
                with self.assertRaisesRegex(twinpath.Error, "of point 2, which failed: .*is not above 0"):
                    failed.plot("occupancy", track="health", point=2)
                with self.assertRaisesRegex(twinpath.Error, "of point 3, which is missing"):
                    gaps.plot("occupancy", track="health", point=3)


class Pictures(unittest.TestCase):
    def draw(self, of, name, **options):
        figure = of.plot(name, **options)
        out = io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a layout that does not fit
            figure.savefig(out, dpi=50)
        pixels = matplotlib.image.imread(io.BytesIO(out.getvalue()))
        self.assertGreater((pixels[..., :3].min(axis=2) < 0.95).mean(), 0.01)
        return figure

    def test_curves_have_a_panel_for_each_setting_of_the_others(self):
        figure = self.draw(results, "sweep", measure="pdc", difference=True)
        self.assertEqual(len(figure.axes), 2)
        self.assertIn("paired difference from usual care", figure._suptitle.get_text())
        self.assertEqual(figure.axes[0].get_xlabel(), "gap [days]")
        self.assertEqual(figure.axes[1].get_title(loc="left"), "supports reminder uptake 0.5")
        drawn = figure.axes[1].lines[1].get_ydata()
        told = results.contrasts()
        told = told[(told["measure"] == "pdc") & (told["supports_reminder_uptake"] == 0.5)].sort_values("gap")["diff"]
        np.testing.assert_array_equal(drawn, told)

    def test_maps_have_a_cell_a_point(self):
        figure = self.draw(results, "heat", measure="pdc")
        mesh = figure.axes[0].collections[0]
        told = results.contrasts()
        told = told[told["measure"] == "pdc"].pivot(index="supports_reminder_uptake", columns="gap", values="diff")
        np.testing.assert_array_equal(np.asarray(mesh.get_array()).reshape(told.shape), told.to_numpy())
        self.assertEqual(sum("±" in text.get_text() for text in figure.axes[0].texts), 6)
        self.draw(results, "heat", measure="pdc", x="supports_reminder_uptake", y="gap", difference=False)

    def test_one_swept_number_is_one_panel(self):
        self.assertEqual(len(self.draw(sick, "sweep", measure="qaly").axes), 1)

    def test_a_number_is_known_by_its_path_too(self):
        for x in ("supports_reminder_uptake", "supports.reminder.uptake"):
            figure = self.draw(results, "sweep", measure="pdc", x=x)
            self.assertEqual(figure.axes[0].get_xlabel(), "supports.reminder.uptake")
        figure = self.draw(results, "heat", measure="pdc", x="supports.reminder.uptake", y="gap")
        self.assertEqual(figure.axes[0].get_xlabel(), "supports.reminder.uptake")
        self.draw(sick, "sweep", measure="qaly", x="parameters.utility_sick")

    def test_bands_are_told_where_there_are_some(self):
        self.assertTrue(self.draw(sick, "sweep", measure="qaly").title.endswith("; bands of 95 %"))
        self.assertTrue(self.draw(sick, "net_benefit", point=2).title.split("; ")[1] == "bands of 95 %")
        with sweep("few", at("sets.yaml"), "--over", "frail=0.5,2", "--parameter-sets", "3", "-n", "5") as few:
            self.assertTrue(few.summary().query("measure == 'qaly'")["low"].isna().all())
            self.assertNotIn("bands", self.draw(few, "sweep", measure="qaly").title)

    def test_a_picture_of_one_point_is_that_of_its_run(self):
        """Compared with: the run with --set of the point's value."""
        self.assertEqual(set(PICTURES_OF_ONE), set(pictures.PICTURES) - {"sweep", "heat", "pdc", "flow", "life"})
        path = at("one_of_pictures.h5")
        command("run", at("sets.yaml"), "-o", path, "--parameter-sets", "25", "--set", "frail=0.7")
        with twinpath.open(path) as alone:
            for name, options in PICTURES_OF_ONE.items():
                swept, own = self.draw(sets, name, point=2, **options), alone.plot(name, **options)
                self.assertEqual(swept.title, own.title + "; point 2: frail 0.7")
                self.assertEqual(drawn_in(swept), drawn_in(own), name)
                self.assertNotEqual(drawn_in(sets.plot(name, point=1, **options)), drawn_in(own), name)

    def test_a_picture_of_one_point_needs_one(self):
        for name in set(pictures.PICTURES) - {"sweep", "heat"}:
            options = {"life": {"twin": 1}, "flow": {"track": "health"}, "pdc": {}, **PICTURES_OF_ONE}[name]
            with self.assertRaisesRegex(twinpath.Error, f"a sweep of 3 points, and {name} is .*point=1 to point=3"):
                sets.plot(name, **options)
            for point in (0, 4, "2"):
                with self.assertRaisesRegex(twinpath.Error, f"no point {point}; there are 1 to 3"):
                    sets.plot(name, point=point, **options)
        for name in ("sweep", "heat"):
            with self.assertRaisesRegex(twinpath.Error, "all points"):
                sets.plot(name, measure="qaly", point=1)
        with self.assertRaisesRegex(twinpath.Error, "is of a sweep, which has no outcomes"):
            sets.plot("pdc", point=1)

    def test_what_is_not_there_is_said(self):
        for picture, options in (("sweep", {"measure": "pcd"}), ("sweep", {"measure": "pdc", "x": "gaps"}),
                                 ("heat", {"measure": "pdc", "strategies": ["nobody"]})):
            with self.assertRaises(KeyError):
                results.plot(picture, **options)
        with self.assertRaisesRegex(ValueError, "two swept numbers"):
            sick.plot("heat", measure="qaly")


if __name__ == "__main__":
    unittest.main()
