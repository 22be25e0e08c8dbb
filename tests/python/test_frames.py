"""scripts/twinpath.py: its frames agree with the file and with each other, its formats with the engine's figures."""
import importlib
import io
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
import warnings

import h5py
import matplotlib
import numpy as np
import pandas as pd

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
os.environ["TWINPATH"] = os.environ["TWP_PROGRAM"]
twinpath = importlib.import_module("twinpath")
matplotlib.use("agg")

STUDY = pathlib.Path(__file__).with_name("study.yaml")
STRATEGIES = ["usual_care", "nurse", "reminders"]
FLOAT32_ROUNDING = 2.0**-24
CURVE = "kaplan_meier_therapy_stopped_since_therapy_taking"

folder = results = None


def setUpModule():
    global folder, results
    folder = tempfile.TemporaryDirectory(prefix="twinpath-frames-")
    results = twinpath.run(STUDY, output=os.path.join(folder.name, "run.h5"), progress=None)


def tearDownModule():
    results.close()
    folder.cleanup()


class Running(unittest.TestCase):
    def test_a_run_takes_its_options_and_tells_its_progress(self):
        seen = []
        with twinpath.run(STUDY, set={"gap": "20 days"}, patients=300, seed=7, strategies=["nurse"],
                          output=os.path.join(folder.name, "other.h5"), progress=seen.append) as other:
            self.assertEqual((other.attributes["n_twins"], other.attributes["seed"]), (300, "7"))
            self.assertEqual(other.strategies, ["usual_care", "nurse"])
            self.assertEqual(other.study["parameters"]["gap"], "20 days")
        self.assertEqual(seen[-1]["event"], "end")
        self.assertEqual(seen[-1]["twins_done"], 300)

    def test_what_is_wrong_is_the_text_of_the_error(self):
        with self.assertRaisesRegex(twinpath.Error, "gap"):
            twinpath.run(STUDY, set={"gapp": "20 days"}, output=os.path.join(folder.name, "no.h5"))
        self.assertFalse(os.path.exists(os.path.join(folder.name, "no.h5")))

    def test_a_damaged_file_is_not_opened_when_it_is_to_be_verified(self):
        twinpath.open(results.path, verify=True).close()
        copy = pathlib.Path(folder.name, "damaged.h5")
        content = bytearray(results.path.read_bytes())
        content[len(content) // 2] ^= 1
        copy.write_bytes(content)
        digest = results.path.with_name("run.h5.sha256").read_text().replace("run.h5", "damaged.h5")
        copy.with_name("damaged.h5.sha256").write_text(digest)
        with self.assertRaisesRegex(twinpath.Error, "damaged"):
            twinpath.open(copy, verify=True)

    def test_a_partial_file_is_opened_with_a_warning(self):
        copy = pathlib.Path(folder.name, "partial.h5")
        copy.write_bytes(results.path.read_bytes())
        with h5py.File(copy, "r+") as file:
            file.attrs["status"] = "partial"
        with self.assertWarnsRegex(UserWarning, "partial run, 2000 of 2000"):
            twinpath.open(copy).close()


class Frames(unittest.TestCase):
    def test_means_of_the_outcomes_are_the_summary_and_the_contrasts(self):
        outcomes, summary, contrasts = results.outcomes(), results.summary(), results.contrasts()
        self.assertEqual(len(outcomes), 6000)
        for name in ("pdc", "cost", "qaly", "refills", "contacts_nurse"):
            means = outcomes.astype({name: float}).groupby("strategy")[name].mean()
            for strategy in STRATEGIES:
                row = summary[(summary.measure == name) & (summary.strategy == strategy)].iloc[0]
                self.assertLessEqual(abs(row["mean"] - means[strategy]), FLOAT32_ROUNDING * abs(row["mean"]) + 1e-12)
                self.assertAlmostEqual(row["high"] - row["low"], 2 * 1.959963984540054 * row["mcse"], places=9)
            for contrast in STRATEGIES[1:]:
                row = contrasts[(contrasts.measure == name) & (contrasts.contrast == contrast)].iloc[0]
                # each mean is of float32 values
                self.assertLessEqual(abs(row["diff"] - (means[contrast] - means["usual_care"])),
                                     2 * FLOAT32_ROUNDING * means.abs().max() + 1e-12)

    def test_measures_at_several_times_have_a_row_each(self):
        summary = results.summary()
        times = summary[(summary.measure == "persistence") & (summary.strategy == "nurse")].time
        self.assertEqual(list(times), [90, 180, 270])
        share = results.outcomes("nurse")["persistence_180d"].astype(float).mean()
        row = summary[(summary.measure == "persistence") & (summary.strategy == "nurse") & (summary.time == 180)]
        self.assertAlmostEqual(row["mean"].iloc[0], share, places=12)

    def test_segments_have_their_own_rows(self):
        twins, outcomes = results.twins(), results.outcomes("nurse")
        mean = outcomes[outcomes.twin.isin(twins.twin[twins.persona == "wary"])]["qaly"].astype(float).mean()
        table = results.summary(by_segment=True)
        row = table[(table.segment == "persona=wary") & (table.measure == "qaly") & (table.strategy == "nurse")].iloc[0]
        self.assertLessEqual(abs(row["mean"] - mean), FLOAT32_ROUNDING)
        self.assertEqual(set(results.contrasts(by_segment=True).segment), set(table.segment))
        self.assertEqual(set(results.survival(by_segment=True).segment), set(table.segment))

    def test_categories_are_words_and_flags_truths(self):
        twins = results.twins()
        self.assertEqual(set(twins.persona), {"eager", "steady", "wary"})
        self.assertEqual(str(twins.female.dtype), "boolean")
        self.assertEqual(twins.attrs["units"]["share"], "USD")

    def test_shares_of_the_states_are_those_of_the_spells(self):
        occupancy = results.occupancy()
        end = results.twins().set_index("twin")["follow_up"]
        for track in results.tracks():
            spells = results.spells(track)
            for time in (30, 210):
                now = spells[(spells.entry <= time) & (spells.exit > time)
                             & (spells.twin.map(end) >= time)]
                n = now.groupby("strategy").size()
                shares = now.groupby(["strategy", "state"]).size() / n
                told = occupancy[(occupancy.track == track) & (occupancy.time == time)].set_index(["strategy", "state"])
                for key, share in shares.items():
                    # ties of a float32 end with the time are the only room
                    self.assertAlmostEqual(told["share"][key], share, delta=1e-9, msg=f"{track} {time} {key}")

    def test_curves_are_kaplan_meier_of_whole_days(self):
        curve = results.survival()
        self.assertEqual(set(curve.curve), {CURVE})
        self.assertTrue((curve.low <= curve.km).all() and (curve.km <= curve.high).all())
        spells = results.spells("therapy", strategy="nurse")
        first = spells[spells.state == "taking"].drop_duplicates("twin")
        days = np.floor(first.exit - first.entry).astype(int).to_numpy()
        event, km = (first.to == "stopped").to_numpy(), 1.0
        for day in range(181):
            km *= 1 - (event & (days == day)).sum() / max(1, (days >= day).sum())
        told = curve[(curve.strategy == "nurse") & (curve.time == 180)].km.iloc[0]
        # time since the entry of a state is floored once in the engine too; a day at a border may differ
        self.assertAlmostEqual(told, km, delta=2e-3)

    def test_net_benefit_is_worth_times_effect_less_cost(self):
        contrasts = results.contrasts()
        contrasts = contrasts[contrasts.time.isna()].set_index(["measure", "contrast"])["diff"]
        for row in results.net_benefit().itertuples():
            wanted = row.worth * contrasts["qaly", row.contrast] - contrasts["cost", row.contrast]
            self.assertAlmostEqual(row.net_benefit, wanted, delta=1e-9 * row.worth)
        self.assertEqual(list(results.cost_effectiveness().contrast), STRATEGIES[1:])
        self.assertEqual(set(results.targets().target), {"started", "still_on"})

    def test_means_of_the_draws_are_the_summary(self):
        study = pathlib.Path(folder.name, "uncertain.yaml")
        study.write_text(f"twinpath: 1\nstudy: uncertain\nsource: assumption\nbased_on: {STUDY}\n"
                         "parameters: {nurse_stop: {value: 0.7, uncertain: {lognormal: {se_log: 0.2}}}}\n")
        with twinpath.run(study, patients=200, parameter_sets=20, progress=None,
                          output=os.path.join(folder.name, "draws.h5")) as run:
            draws, summary = run.draws(), run.summary()
            self.assertEqual(len(draws), 60)
            self.assertEqual(draws.parameter_nurse_stop.nunique(), 20)
            for strategy, mean in draws.groupby("strategy").cost.mean().items():
                row = summary[(summary.measure == "cost") & (summary.strategy == strategy)].iloc[0]
                self.assertAlmostEqual(row["mean"] / mean, 1, places=9)
                self.assertLess(row["low"], row["mean"])


class Lives(unittest.TestCase):
    def test_one_life_reads_its_rows_only(self):
        n_read, plain = [0], h5py.Dataset.__getitem__

        def counted(dataset, what, **options):
            value = plain(dataset, what, **options)
            if dataset.name.startswith("/events/event_") and dataset.name != "/events/event_name":
                n_read[0] += np.size(value)
            return value

        whole = results.events()
        wanted = whole[(whole.twin == 1234) & (whole.strategy == "nurse")].reset_index(drop=True)
        with unittest.mock.patch.object(h5py.Dataset, "__getitem__", counted):
            one = results.events(1234, "nurse")
        self.assertEqual(n_read[0], 4 * len(one))
        pd.testing.assert_frame_equal(one, wanted)
        self.assertGreater(len(one), 5)
        both = results.events(1234)
        self.assertEqual(set(both.strategy), set(STRATEGIES))
        pd.testing.assert_frame_equal(both, whole[whole.twin == 1234].reset_index(drop=True))

    def test_events_and_trajectories_tell_the_same_spells(self):
        for track in results.tracks():
            a = results._spells_of_events(track, None, None)
            b = results._spells_of_trajectories(track, None, None)
            self.assertEqual(len(a), len(b), track)
            for column in ("twin", "strategy", "state", "to"):
                self.assertTrue((a[column].astype(str) == b[column].astype(str)).all(), (track, column))
            self.assertTrue((a.entry == b.entry).all(), track)
            # the end of a life is float32 among the twins
            self.assertLessEqual((a.exit - b.exit).abs().max(), 420 * FLOAT32_ROUNDING)
        self.assertTrue((a.exit > a.entry).all())

    def test_multistate_rows_hold_every_alternative_once(self):
        rows = results.multistate("therapy", "nurse")
        self.assertEqual(list(rows.columns),
                         ["id", "strategy", "from", "to", "trans", "entry", "exit", "time", "status"])
        self.assertEqual(set(zip(rows["from"], rows.to)), {("waiting", "taking"), ("taking", "stopped"), ("stopped", "taking")})
        rows = results.multistate("supply", "nurse")
        visits = rows.groupby(["id", "entry"])
        self.assertLessEqual(visits.status.sum().max(), 1)
        alternatives = rows.groupby("from").to.nunique()
        self.assertEqual(alternatives["due"], 2)
        self.assertTrue((visits.size() == visits["from"].first().map(alternatives)).all())
        refills = rows[(rows["from"] == "due") & (rows.to == "covered")].status.sum()
        events = results.events(strategy="nurse")
        self.assertEqual(refills, (events.event == "patient.supply.due.refill").sum())

    def test_what_is_not_recorded_is_said(self):
        with twinpath.run(STUDY, set={"record.events": "none", "record.trajectories": False}, patients=50, progress=None,
                          output=os.path.join(folder.name, "bare.h5")) as bare:
            with self.assertRaisesRegex(twinpath.Error, "record"):
                bare.events(3, "nurse")
            with self.assertRaisesRegex(twinpath.Error, "record"):
                bare.multistate("therapy")
        with self.assertRaisesRegex(twinpath.Error, "nurse, reminders"):
            results.events(3, "nobody")
        with self.assertRaisesRegex(twinpath.Error, "no life of twin 5000"):
            results.events(5000, "nurse")

    def test_dispensings_have_the_pdc_of_the_engine_to_its_last_digit(self):
        for strategy in STRATEGIES:
            fills = results.dispensings("stock", strategy)
            fills["window"] = np.minimum(fills.followed_days, 180)  # of the study's pdc
            path, rows = (os.path.join(folder.name, name) for name in ("fills.csv", "rows.csv"))
            fills.to_csv(path, index=False)
            subprocess.run([os.environ["TWP_PROGRAM"], "adherence", path, "-q", "--overwrite", "--csv", rows, "--measure",
                            "pdc", "--followup-duration", "followed_days", "--window-duration", "window"], check=True)
            told = pd.read_csv(rows).set_index("patient").pdc.astype("float32")
            lived = results.outcomes(strategy).set_index("twin").pdc
            pairs = pd.concat([told, lived], axis=1, keys=["told", "lived"]).dropna(how="all")
            self.assertGreater(len(pairs), 1900)
            self.assertTrue((pairs.told == pairs.lived).all(), strategy)


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
        self.assertLessEqual({"usual care", "nurse", "reminders"}, set(texts))
        self.assertIn("[days]", labels)
        drawn = figure.axes[0].lines[1].get_ydata()
        told = results.survival()
        np.testing.assert_array_equal(drawn, told[told.strategy == "nurse"].km)
        self.assertEqual(len({str(line.get_linestyle()) + str(line._dash_pattern) for line in figure.axes[0].lines}), 3)

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
        texts, labels, _ = self.draw("cost")
        summary = results.summary()
        summary = summary[summary.time.isna()].set_index(["measure", "strategy"])["mean"]
        self.assertIn(f"{summary['cost', 'nurse']:,.0f}", texts)
        self.assertIn("[USD]", labels)
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
