"""Sweeps in scripts/twinpath.py: points beside every frame, figures of a point as those of its run, pictures."""
import io
import os
import subprocess
import tempfile
import unittest
import warnings

import matplotlib
import numpy as np

from module import ROOT, twinpath

matplotlib.use("agg")

STUDY = ROOT / "scenarios/studies/first_study.yaml"
folder = results = sick = None


def sweep(name, study, *options):
    run = os.path.join(folder.name, name)
    subprocess.run([os.environ["TWP_PROGRAM"], "sweep", study, "-o", run, "--quiet", *options], check=True)
    return twinpath.open(os.path.join(run, "results.h5"))


def setUpModule():
    global folder, results, sick
    folder = tempfile.TemporaryDirectory(prefix="twinpath-sweeps-")
    results = sweep("run", STUDY, "--over", "gap=6 days,12 days,20 days", "--over", "supports.reminder.uptake=0.2,0.5",
                    "--patients", "800")
    sick = sweep("sick", ROOT / "scenarios/studies/sick_sicker.yaml", "--over", "utility_sick=0.6,0.7,0.8", "--patients", "300")


def tearDownModule():
    results.close()
    sick.close()
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

    def test_a_run_has_no_points(self):
        alone = twinpath.run(STUDY, patients=50, progress=None)
        with self.assertRaisesRegex(twinpath.Error, "not of a sweep"):
            alone.points()
        alone.close()


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

    def test_what_is_not_there_is_said(self):
        for picture, options in (("sweep", {"measure": "pcd"}), ("sweep", {"measure": "pdc", "x": "gaps"}),
                                 ("heat", {"measure": "pdc", "strategies": ["nobody"]})):
            with self.assertRaises(KeyError):
                results.plot(picture, **options)
        with self.assertRaisesRegex(ValueError, "two swept numbers"):
            sick.plot("heat", measure="qaly")


if __name__ == "__main__":
    unittest.main()
