"""scripts/twinpath.py: its frames agree with the file and with each other, its formats with the engine's figures."""
import json
import os
import pathlib
import subprocess
import unittest
import unittest.mock

import h5py
import numpy as np
import h5netcdf  # noqa: F401 (without these this test is not registered)
import pandas as pd
import xarray  # noqa: F401

from module import CURVE, STUDY, run_study, twinpath

STRATEGIES = ["usual_care", "nurse", "reminders"]
FLOAT32_ROUNDING = 2.0**-24

folder = results = None


def setUpModule():
    global folder, results
    folder, results = run_study("frames")


def tearDownModule():
    results.close()
    folder.cleanup()


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

    def test_a_group_is_a_dataset_of_xarray(self):
        with results.dataset("summary") as summary:
            told = results.summary().query("measure == 'persistence'").set_index(["strategy", "time"])["mean"]
            self.assertEqual(float(summary.persistence_mean.sel(strategy="nurse")[1]), told["nurse", 180])
            self.assertEqual(summary.cost_mean.attrs["units"], "USD")
        with self.assertRaisesRegex(twinpath.Error, "has no draws"):
            results.dataset("draws")

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

    def test_flow_between_the_states_is_that_of_the_lives(self):
        at = [0, 60, 200, 365.25, 420]
        occupancy = results.occupancy()
        for track in ("therapy", "supply"):
            flow, alive = results.flow(track, at), results.spells(track).groupby("strategy").twin.nunique()
            self.assertEqual(list(flow.columns), ["strategy", "since", "until", "from", "to", "n", "share"])
            # who comes to a state leaves it next
            comes = flow.dropna(subset=["to"]).groupby(["strategy", "until", "to"], observed=True).n.sum()
            leaves = flow[flow.since > 0].groupby(["strategy", "since", "from"], observed=True).n.sum()
            self.assertTrue((leaves == comes[comes.index.isin(leaves.index)]).all())
            self.assertEqual(set(leaves.index) - set(comes.index), set())
            self.assertTrue((flow[flow.since == 0].groupby("strategy").n.sum() == alive).all())
            # and of those followed so long it is the occupancy
            at_60 = flow[(flow.until == 60) & flow.to.notna()]
            share = at_60.groupby(["strategy", "to"]).n.sum() / at_60.groupby("strategy").n.sum()
            told = occupancy[(occupancy.track == track) & (occupancy.time == 60)].set_index(["strategy", "state"]).share
            for key, value in share.items():
                self.assertAlmostEqual(told[key], value, places=12, msg=f"{track} {key}")
            # pairs, one twin at a time
            some = flow[(flow.strategy == "nurse") & (flow.since == 60)]
            spells = results.spells(track, strategy="nurse")
            now, then = (spells[(spells.entry <= t) & (spells.exit > t)].set_index("twin").state.astype(str) for t in (60, 200))
            pairs = pd.concat([now, then], axis=1, keys=["a", "b"]).dropna().value_counts()
            wanted = {(row["from"], row["to"]): row["n"] for _, row in some.dropna().iterrows()}
            self.assertEqual(wanted, {(a, b): n for (a, b), n in pairs.items()})
        # who is followed to a time is in a state then, the end of the life included
        followed = (results.twins().follow_up >= 365.25).sum()
        self.assertGreater(followed, 1000)
        there = results.flow("therapy", [0, 365.25]).dropna(subset=["to"]).groupby("strategy").n.sum()
        self.assertTrue((there == followed).all())
        with self.assertRaisesRegex(twinpath.Error, "two times"):
            results.flow("therapy", [5])

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

    def test_hazards_and_competing_exits_agree_with_the_curve(self):
        km = results.survival().set_index(["strategy", "time"])
        hazard = results.cumulative_hazard().set_index(["strategy", "time"])
        self.assertTrue((km.at_risk == hazard.at_risk).all() and (km.events == hazard.events).all())
        # 1 - x <= exp(-x), factor by factor
        self.assertTrue((km.km <= np.exp(-hazard.na) + 1e-12).all())
        self.assertTrue((hazard.low <= hazard.na).all() and (hazard.na <= hazard.high).all())
        # who is due first has not stopped: the incidence lies below that without competition
        cif = results.cumulative_incidence().set_index(["strategy", "time"])
        self.assertTrue((cif.cif <= 1 - km.km + 1e-12).all() and cif.cif.max() > 0.01)
        self.assertTrue((cif.events <= km.events).all() and (cif.events < km.events).any())

    def test_medians_lie_in_their_intervals_where_the_curve_crosses(self):
        times = results.event_times()
        reached = times.dropna(subset="days")
        self.assertTrue((reached.low <= reached.days).all())
        self.assertTrue((reached.days <= reached.high.fillna(np.inf)).all())
        curve = results.survival()
        for row in reached[reached["quantile"] == 0.25].itertuples():
            one = curve[curve.strategy == row.strategy]
            self.assertTrue((one[one.time < row.days].km > 0.75).all())
            self.assertTrue((one[one.time >= row.days].km <= 0.75).all())

    def test_aalen_johansen_knows_more_than_the_shares_of_those_followed(self):
        keys = ["track", "state", "strategy", "time"]
        estimate = results.aalen_johansen().set_index(keys)
        share = results.occupancy().set_index(keys).share.reindex(estimate.index)
        self.assertEqual(set(estimate.index.get_level_values("track")), {"therapy"})
        follow_up = results.twins().follow_up.to_numpy()
        n = np.array([(follow_up >= time).sum() for time in estimate.index.get_level_values("time")])
        plain = np.sqrt(estimate.share * (1 - estimate.share) / n)
        known = n > 50
        self.assertGreater(known.sum(), 80)
        self.assertTrue((abs(estimate.share - share) <= 4 * plain)[known].all())
        self.assertTrue((estimate.se <= 1.1 * plain + 1e-12)[known].all())
        self.assertTrue((estimate.se < 0.95 * plain)[known].any())
        start = estimate.index.get_level_values("time") == 0
        self.assertTrue(np.allclose(estimate.share[start], share[start], atol=1e-12))
        self.assertTrue(((estimate.low <= estimate.share) & (estimate.share <= estimate.high))[known].all())

    def test_log_rank_tests_are_of_each_strategy(self):
        tests = results.logrank()
        self.assertEqual(list(tests.contrast), results.strategies[1:])
        parts = results.logrank(by_segment=True)
        women = parts[parts.segment.str.startswith("female")].groupby("contrast")["observed"].sum()
        self.assertTrue((women == tests.set_index("contrast")["observed"]).all())
        z = tests.set_index("contrast").z
        self.assertLess(z["nurse"], 0)  # fewer stop

    def test_net_benefit_is_worth_times_effect_less_cost(self):
        contrasts = results.contrasts()
        contrasts = contrasts[contrasts.time.isna()].set_index(["measure", "contrast"])["diff"]
        for row in results.net_benefit().itertuples():
            wanted = row.worth * contrasts["qaly", row.contrast] - contrasts["cost", row.contrast]
            self.assertAlmostEqual(row.net_benefit, wanted, delta=1e-9 * row.worth)
        self.assertEqual(list(results.cost_effectiveness().contrast), STRATEGIES[1:])

    def test_verdicts_of_targets_are_those_of_the_program(self):
        study = pathlib.Path(folder.name, "aims.yaml")
        result = round(results.targets().set_index("target").result["still_on"], 4)
        aims = {"hit": (result, 0.1), "miss": (0.5, 0.05), "unclear": (result - 0.1, 0.1)}
        study.write_text(f"twinpath: 1\nstudy: aims\nsource: assumption\nbased_on: {STUDY}\n"
                         "parameters: {nurse_stop: {value: 0.7, uncertain: {lognormal: {se_log: 0.2}}}}\ntargets:\n" + "".join(
            f"  {name}: {{measure: kaplan_meier, of: therapy.stopped, since: therapy.taking, at: 90 days, is: {value}, "
            f"within: {within}}}\n" for name, (value, within) in aims.items()))
        for sets in (0, 8):
            with twinpath.run(study, parameter_sets=sets, patients=2000, progress=None) as run:
                told = json.loads(subprocess.run([os.environ["TWP_PROGRAM"], "summary", str(run.path), "--format", "json"],
                                                 capture_output=True, text=True, check=True).stdout)["targets"]
                mine = run.targets().set_index("target")
                self.assertLessEqual({"hit", "miss", "unclear", "started", "still_on"}, set(mine.index))
                for target in told:
                    row = mine.loc[target["name"]]
                    self.assertEqual(row.verdict, target["verdict"], target["name"])
                    self.assertAlmostEqual(row.result, target["result"], places=12)
                    for edge in ("low", "high"):
                        if target[edge] is not None:
                            self.assertAlmostEqual(row[edge], target[edge], places=9)
                if sets == 0:
                    self.assertEqual({"hit", "miss", "too_close_to_tell"}, set(mine.verdict))

    def test_the_frontier_is_of_the_means(self):
        frontier, means = results.frontier(), results.summary()
        means = means[means.time.isna()].set_index(["measure", "strategy"])["mean"]
        self.assertEqual(list(frontier.strategy), STRATEGIES)
        for row in frontier.itertuples():
            self.assertAlmostEqual(row.cost, means["cost", row.strategy], delta=1e-9 * abs(row.cost))
            self.assertAlmostEqual(row.effect, means["qaly", row.strategy], delta=1e-9)
        on = frontier[frontier.frontier == "on_the_frontier"].sort_values("cost")
        self.assertTrue(len(on) >= 1 and pd.isna(on.against.iloc[0]))
        np.testing.assert_allclose(on.icer.iloc[1:], np.diff(on.cost) / np.diff(on.effect), rtol=1e-9)
        self.assertEqual(list(on.against.iloc[1:]), list(on.strategy.iloc[:-1]))
        parts = results.frontier(by_segment=True)
        self.assertEqual(len(parts), 3 * parts.segment.nunique())
        best = results.acceptability()
        for worth, rows in best.groupby("worth"):
            benefit = (worth * frontier.effect - frontier.cost).to_numpy()
            self.assertEqual(list(rows.is_best), [i == benefit.argmax() for i in range(len(benefit))])
        self.assertTrue(best.p_best.isna().all())

    def test_chances_to_be_best_and_the_plane_are_of_the_draws(self):
        study = pathlib.Path(folder.name, "curve.yaml")
        study.write_text(f"twinpath: 1\nstudy: curve\nsource: assumption\nbased_on: {STUDY}\n"
                         "report: {acceptability: {to: 60000 USD, by: 20000 USD}}\n"
                         "parameters: {nurse_stop: {value: 0.7, uncertain: {lognormal: {se_log: 0.2}}}}\n")
        with twinpath.run(study, patients=300, parameter_sets=25, twins="same", progress=None,
                          output=os.path.join(folder.name, "curve.h5")) as run:
            curve, draws, plane = run.acceptability(), run.draws(), run.plane()
            self.assertEqual(sorted(set(curve.worth)), [0, 20000, 40000, 50000, 60000, 100000])
            wide = draws.pivot(index="parameter_set", columns="strategy")
            for worth, rows in curve.groupby("worth"):
                benefit = (worth * wide["qaly"] - wide["cost"])[STRATEGIES]
                share = (benefit.eq(benefit.max(axis=1), axis=0)).mean()
                np.testing.assert_allclose(rows.raw, share, atol=1e-12)
                np.testing.assert_allclose(rows.p_best, share, atol=1e-12)  # the same twins: nothing is drawn together
            for row in plane.itertuples():
                self.assertAlmostEqual(row.cost, wide["cost"].loc[row.parameter_set, row.contrast]
                                       - wide["cost"].loc[row.parameter_set, STRATEGIES[0]], places=6)
            for name in ("plane", "acceptability"):
                figure = run.plot(name)
                figure.savefig(os.path.join(folder.name, name + ".png"), dpi=50)
            drawn = figure.axes[0].lines[1].get_ydata()
            np.testing.assert_array_equal(drawn, curve[curve.strategy == STRATEGIES[0]].sort_values("worth").p_best)

    def test_what_the_looks_saw(self):
        path = os.path.join(folder.name, "precise.h5")
        subprocess.run([os.environ["TWP_PROGRAM"], "run", str(STUDY), "-q", "-o", path, "-n", "5000", "--precision",
                        "nurse.qaly=1e-9", "--precision", "nurse.cost=1e9"], check=True)
        with twinpath.open(path) as run:
            table = run.precision()
            self.assertEqual(list(table.look), [4096, 4096, 5000, 5000])
            self.assertEqual(list(table.unit), ["year", "USD"] * 2)
            last = run.contrasts().query("measure == 'qaly' and contrast == 'nurse'").iloc[0]
            self.assertAlmostEqual(table.half_width.iloc[2], 1.959963984540054 * last.mcse, places=12)

    def test_means_of_the_draws_are_the_summary(self):
        study = pathlib.Path(folder.name, "uncertain.yaml")
        study.write_text(f"twinpath: 1\nstudy: uncertain\nsource: assumption\nbased_on: {STUDY}\n"
                         "parameters: {nurse_stop: {value: 0.7, uncertain: {lognormal: {se_log: 0.2}}}}\n")
        for twins in ("same", "fresh"):
            with twinpath.run(study, patients=200, parameter_sets=20, twins=twins, progress=None) as run:
                draws, summary = run.draws(), run.summary()
                self.assertEqual(len(draws), 60)
                self.assertEqual(draws.parameter_nurse_stop.nunique(), 20)
                for strategy, mean in draws.groupby("strategy").cost.mean().items():
                    row = summary[(summary.measure == "cost") & (summary.strategy == strategy)].iloc[0]
                    self.assertAlmostEqual(row["mean"] / mean, 1, places=9)
                    if twins == "same" and strategy == "nurse":
                        self.assertLess(row["low"], row["mean"])
                # limits are those of the file alone, missing where the twins of a set are too few to tell
                with h5py.File(run.path) as file:
                    for measure in ("initiation", "cost", "qaly"):
                        np.testing.assert_array_equal(summary[summary.measure == measure].low,
                                                      file[f"summary/{measure}_sets_low"][:])
                self.assertEqual(summary.low.isna().any(), twins == "fresh")
                self.assertTrue(summary.mcse[summary.measure == "initiation"].notna().all())


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
        matrix = rows.attrs["trans"]
        self.assertEqual(list(matrix.index), ["covered", "due", "none"])
        for one in rows.drop_duplicates("trans").itertuples():
            self.assertEqual(matrix.loc[rows.loc[one.Index, "from"], one.to], one.trans)
        self.assertEqual(matrix.notna().sum().sum(), rows.trans.nunique())
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


if __name__ == "__main__":
    unittest.main(verbosity=1)
