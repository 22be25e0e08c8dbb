"""Pictures of scripts/twinpath.py: each shows the numbers of its frame, named and with units, and fits its figure."""
import io
import unittest
import warnings

import matplotlib
import numpy as np
import pandas as pd

from module import CURVE, run_study, twinpath

matplotlib.use("agg")

PNG = b"\x89PNG\r\n"

folder = results = None


def setUpModule():
    global folder, results
    folder, results = run_study("pictures")


def tearDownModule():
    results.close()
    folder.cleanup()


class Pictures(unittest.TestCase):
    def draw(self, name, **options):
        figure = results.plot(name, **options)
        out = io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a layout that does not fit
            figure.savefig(out, dpi=50)
        pixels = matplotlib.image.imread(io.BytesIO(out.getvalue()))
        self.assertGreater((pixels[..., :3].min(axis=2) < 0.95).mean(), 0.01)
        texts = [text.get_text() for axes in figure.axes for text in axes.texts]
        labels = " ".join(axes.get_xlabel() + axes.get_ylabel() for axes in figure.axes)
        return texts, labels, figure

    def test_curves_are_named_at_their_ends(self):
        texts, labels, figure = self.draw("survival")
        self.assertEqual(len(figure.axes), 3)
        self.assertLessEqual({"usual care", "nurse", "reminders"}, set(texts))
        self.assertIn("[days]", labels)
        drawn = figure.axes[0].lines[1].get_ydata()
        told = results.survival()
        np.testing.assert_array_equal(drawn, told[told.strategy == "nurse"].km)
        self.assertEqual(len({str(line.get_linestyle()) + str(line._dash_pattern) for line in figure.axes[0].lines}), 3)

    def test_differences_of_curves_stand_below_them(self):
        _, labels, figure = self.draw("survival", strategies=["usual_care", "nurse"])
        rows = results.contrasts().query("measure == @CURVE and contrast == 'nurse'")
        drawn = figure.axes[1].containers[0]
        np.testing.assert_allclose(drawn.lines[0].get_ydata().astype(float), 100 * rows["diff"])
        reach = np.array([part.vertices[:, 1] for part in drawn.lines[2][0].get_paths()])
        np.testing.assert_allclose(reach, 100 * rows[["low", "high"]].to_numpy())
        self.assertIn("[percentage points]", labels)

    def test_differences_have_a_row_each_with_its_interval(self):
        texts, labels, figure = self.draw("differences", measure="qaly", by_segment=True)
        all_rows = results.contrasts().query("measure == 'qaly'")
        parts = results.contrasts(by_segment=True).query("measure == 'qaly'")
        self.assertEqual(len(figure.axes[0].containers), len(all_rows) + len(parts))
        self.assertIn(f"{all_rows['diff'].iloc[0]:+.3g}", texts)
        names = [text.get_text() for text in figure.axes[0].get_yticklabels()]
        self.assertIn("nurse, persona=wary", names)
        self.assertIn("[year]", labels)
        with self.assertRaises(KeyError):
            results.plot("differences", measure="nothing")

    def test_net_benefit_is_drawn_over_the_worth(self):
        texts, labels, figure = self.draw("net_benefit")
        told = results.net_benefit().query("contrast == 'reminders'").sort_values("worth")
        np.testing.assert_array_equal(figure.axes[0].lines[1].get_ydata(), told.net_benefit)
        self.assertLessEqual({"usual care", "nurse", "reminders"}, set(texts))
        self.assertIn("[USD a twin]", labels)

    def test_flow_is_as_wide_as_the_share_of_lives(self):
        at = [0, 100, 200, 365.25]
        texts, labels, figure = self.draw("flow", track="therapy", at=at, strategies=["usual_care", "nurse"])
        self.assertEqual(len(figure.axes), 2)
        flow = results.flow("therapy", at, "nurse")
        bands = [patch.get_path() for patch in figure.axes[1].patches if hasattr(patch.get_path(), "codes")
                 and patch.get_path().codes is not None and len(patch.get_path().codes) == 9
                 and patch.get_path().codes[1] == 4]
        widths = sorted(band.vertices[7, 1] - band.vertices[0, 1] for band in bands)
        gone = 1 - flow.groupby("since").share.sum()  # those whose follow-up has ended stay so
        np.testing.assert_allclose(widths, sorted([*flow.share, *gone[gone > 1e-12]]), atol=1e-12)
        # bands lie beside each other at both ends, and fill what they leave and come to
        for first, last in ((0, 7), (3, 4)):
            ends = sorted((round(band.vertices[first, 0]), band.vertices[first, 1], band.vertices[last, 1]) for band in bands)
            for (x, _, high), (next_x, low, _) in zip(ends, ends[1:]):
                self.assertTrue(x != next_x or low >= high - 1e-9, (x, high, low))
            top = max(high for _, _, high in ends)
            self.assertLess(top, 1 + 0.02 * 4)
        taking = flow[(flow.until == 200) & (flow.to == "taking")].share.sum()
        self.assertIn(f"{taking:.0%}", texts)
        self.assertTrue(any(text.startswith("followed no longer") for text in texts))
        self.assertIn("100 days", [text.get_text() for text in figure.axes[1].get_xticklabels()])

    def test_a_figure_shows_itself_in_a_notebook(self):
        self.assertTrue(results.plot("cost")._repr_png_().startswith(PNG))
        with self.assertRaisesRegex(twinpath.Error, "there are survival, occupancy, flow"):
            results.plot("pie")

    def test_stages_fill_the_whole(self):
        _, labels, figure = self.draw("occupancy", track="supply")
        self.assertIn("time since entry [days]", labels)
        self.assertEqual(len(figure.axes), 3)
        tops = [area.get_paths()[0].vertices[:, 1].max() for area in figure.axes[1].collections]
        self.assertAlmostEqual(max(tops), 1)

    def test_pdc_says_mean_and_share(self):
        texts, _, _ = self.draw("pdc")
        mean = results.outcomes("nurse").pdc.mean()
        self.assertTrue(any(f"mean {mean:.3f}" in text for text in texts))

    def test_costs_add_up(self):
        texts, labels, figure = self.draw("cost")
        summary = results.summary()
        summary = summary[summary.time.isna()].set_index(["measure", "strategy"])["mean"]
        self.assertIn(f"{summary['cost', 'nurse']:,.0f}", texts)
        self.assertIn("[USD]", labels)
        whiskers = figure.axes[1].containers[-1]
        told = results.contrasts().query("measure == 'cost'").set_index("contrast")
        np.testing.assert_allclose(whiskers.lines[0].get_xdata()[1:].astype(float), told["diff"][["nurse", "reminders"]])
        with self.assertRaises(KeyError):
            results.plot("cost", ledgers=["cost_nobody"])

    def test_a_life_shows_its_dispensings(self):
        _, labels, figure = self.draw("life", twin=7, strategy="nurse")
        events = results.events(7, "nurse")
        n = (events.event == "patient.stock.dispensed").sum()
        names = [text.get_text() for text in figure.axes[0].get_yticklabels()]
        self.assertIn(f"stock: dispensed ({n})", names)
        self.assertIn("[days]", labels)


if __name__ == "__main__":
    unittest.main(verbosity=1)
