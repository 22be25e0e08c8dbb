"""xarray with both engines, pandas, h5py, ncdump and h5ls read the results file of a real run."""
import hashlib
import json
import os
import re
import subprocess
import unittest

import h5py
import numpy as np
import pandas as pd

import reading  # before netCDF4, whose warning it silences
import h5netcdf  # noqa: F401 (without the engines this test is not registered)
import netCDF4  # noqa: F401
import xarray as xr
from reading import N_TWINS, STRATEGIES, decode

GROUPS = ["contrasts", "decision", "events", "outcomes", "provenance", "segments", "session", "summary",
          "survival", "targets", "trajectories", "twins"]
PLAIN_DIMENSION = b"This is a netCDF dimension but not a netCDF variable."

run = None


def setUpModule():
    global run
    run = reading.Run()


def tearDownModule():
    run.close()


def datasets(path):
    """Every dataset of the file with its path."""
    found = []
    with h5py.File(path, "r") as file:
        file.visititems(lambda name, item: found.append((name, item))
                        if isinstance(item, h5py.Dataset) else None)
        yield from found


def is_plain_dimension(dataset):
    return h5py.h5ds.is_scale(dataset.id) \
        and h5py.h5ds.get_scale_name(dataset.id).startswith(PLAIN_DIMENSION)


class Groups(unittest.TestCase):
    def test_both_engines_of_xarray_read_every_group_alike(self):
        for group in GROUPS:
            with self.subTest(group=group):
                one, other = run.group(group, "netcdf4"), run.group(group, "h5netcdf")
                self.assertTrue(one.identical(other))
                with h5py.File(run.path, "r") as file:
                    stored = {name for name, item in file[group].items()
                              if not is_plain_dimension(item)}
                self.assertEqual(set(one.variables), stored)

    def test_the_file_has_these_groups_and_the_root_has_attributes_only(self):
        with h5py.File(run.path, "r") as file:
            self.assertEqual(sorted(file), GROUPS)
            self.assertTrue(all(isinstance(item, h5py.Group) for item in file.values()))
            self.assertEqual(file.attrs["Conventions"], "CF-1.10")
            self.assertEqual(file.attrs["twinpath_layout"].split(".")[0], "1")
            self.assertEqual(file.attrs["twinpath_kind"], "results")
            self.assertEqual(file.attrs["title"], "reading_results")
            self.assertEqual(file.attrs["seed"], "1")
            self.assertEqual(file.attrs["status"], "complete")
            self.assertEqual(file.attrs["currency"], "USD")
            self.assertRegex(file.attrs["run_id"], "^[0-9a-f]{32}$")
            self.assertRegex(file.attrs["content_digest"], "^[0-9a-f]{64}$")
            self.assertRegex(file.attrs["source"], "^twinpath [0-9]+[.]")
            for name, value in {"n_twins": N_TWINS, "n_twins_done": N_TWINS, "n_strategies": 3,
                                "n_parameter_sets": 1, "n_worlds": 1, "price_year": 2023}.items():
                self.assertEqual(file.attrs[name], value)
                self.assertEqual(file.attrs[name].dtype, np.int32)

    def test_groups_have_the_dimensions_of_the_layout(self):
        self.assertEqual(dict(run.group("outcomes").sizes), {"strategy": 3, "twin": N_TWINS})
        self.assertEqual(dict(run.group("twins").sizes), {"twin": N_TWINS})
        self.assertEqual(dict(run.group("survival").sizes),
                         {"strategy": 3, "time": 13, "quantile": 5, "contrast": 2, "segment": 5})
        self.assertEqual(dict(run.group("targets").sizes), {"target": 2})
        summary = run.group("summary")
        self.assertEqual(summary.pdc_mean.dims, ("strategy",))
        self.assertEqual(summary.persistence_mean.dims, ("strategy", "time_persistence"))
        self.assertEqual(summary.pdc_quantile.dims, ("strategy", "quantile"))
        contrasts = run.group("contrasts")
        self.assertEqual(contrasts.persistence_diff.dims, ("contrast", "time_persistence"))
        self.assertEqual(contrasts.net_benefit.dims, ("contrast", "worth"))
        segments = run.group("segments")
        self.assertEqual(segments.persistence_mean.dims,
                         ("segment", "strategy", "time_persistence"))
        for group in ("trajectories", "events"):
            self.assertEqual(run.group(group).sizes["path"], 3 * N_TWINS)

    def test_coordinates_and_labels_are_what_the_study_says(self):
        for group in ("summary", "outcomes", "survival", "segments"):
            self.assertEqual(list(run.group(group).strategy.values), STRATEGIES)
        contrasts = run.group("contrasts")
        self.assertEqual(list(contrasts.contrast.values), STRATEGIES[1:])
        self.assertEqual(list(contrasts.worth.values), [50000, 100000])
        self.assertEqual(list(run.group("summary").time_persistence.values), [90, 180, 270])
        self.assertEqual(list(run.group("summary")["quantile"].values),
                         [0.05, 0.25, 0.5, 0.75, 0.95])
        self.assertEqual(list(run.group("survival").time.values), [30.0 * k for k in range(13)])
        self.assertEqual(list(run.group("segments").segment.values),
                         ["female=no", "female=yes", "persona=eager", "persona=steady",
                          "persona=wary"])
        self.assertEqual(sorted(run.group("targets").target.values), ["started", "still_on"])
        self.assertTrue((run.group("twins").twin.values == np.arange(N_TWINS)).all())

    def test_units_are_udunits_and_nothing_becomes_a_date(self):
        for group in GROUPS:
            for name, variable in run.group(group).variables.items():
                self.assertNotIn(variable.dtype.kind, "mM", f"{group}/{name}")
                self.assertIn("long_name", variable.attrs, f"{group}/{name}")
                self.assertNotIn(variable.attrs.get("units"), ("days", "day", "years", "hours"))
        twins, outcomes = run.group("twins"), run.group("outcomes")
        for variable, units in ((twins.age, "year"), (twins.share, "USD"), (twins.enters, "d"),
                                (twins.follow_up, "d"), (outcomes.pdc, "1"),
                                (outcomes.time_to_first_dose, "d"), (outcomes.cost, "USD"),
                                (outcomes.qaly, "year"), (run.group("events").event_time, "d"),
                                (run.group("trajectories").time, "d"),
                                (run.group("trajectories").stock, "d"),
                                (run.group("contrasts").icer, "USD year-1")):
            self.assertEqual(variable.attrs["units"], units, variable.name)
        for count in (outcomes.refills, outcomes.contacts, run.group("summary").refills_mean):
            self.assertNotIn("units", count.attrs)


class Values(unittest.TestCase):
    def test_categories_decode_to_the_words_of_the_study(self):
        twins, trajectories = run.group("twins"), run.group("trajectories")
        shares = pd.Series(decode(twins.persona)).value_counts(normalize=True)
        for word, share in {"eager": 0.3, "steady": 0.5, "wary": 0.2}.items():
            self.assertLess(abs(shares[word] - share), 4 * (share * (1 - share) / N_TWINS)**0.5)
        yes = (decode(twins.female) == "yes").mean()
        self.assertLess(abs(yes - 0.7), 4 * (0.7 * 0.3 / N_TWINS)**0.5)
        self.assertEqual(sorted(reading.meanings(trajectories.therapy)),
                         ["stopped", "taking", "waiting"])
        self.assertEqual(sorted(reading.meanings(trajectories.supply)), ["covered", "due", "none"])
        self.assertEqual(reading.meanings(trajectories.path_strategy), STRATEGIES)
        first = trajectories.row_start.values[trajectories.row_size.values > 0]
        self.assertTrue((decode(trajectories.therapy)[first] == "waiting").all())
        self.assertTrue((decode(trajectories.supply)[first] == "none").all())

    def test_every_code_has_a_word(self):
        n_seen = 0
        for group in GROUPS:
            for name, variable in run.group(group).variables.items():
                if "flag_meanings" in variable.attrs:
                    n_seen += 1
                    self.assertEqual(variable.dtype, np.int8, name)
                    words = reading.meanings(variable)
                    self.assertTrue(((variable.values >= 0)
                                     & (variable.values < len(words))).all(), name)
        self.assertGreaterEqual(n_seen, 12)

    def test_what_is_missing_is_nan_and_integers_stay_integers(self):
        twins, outcomes = run.group("twins"), run.group("outcomes")
        never = np.isnan(twins.follow_up.values)
        self.assertGreater(never.sum(), 0)  # the study lets some enter after the horizon
        for name, variable in outcomes.data_vars.items():
            self.assertEqual(variable.dtype, np.float32, name)
            self.assertTrue(np.isnan(variable.values[:, never]).all(), name)
        self.assertFalse(np.isnan(outcomes.qaly.values[:, ~never]).any())
        self.assertGreater(np.isnan(outcomes.pdc.values[:, ~never]).sum(), 0)
        for group, names in {"twins": ["twin", "female", "persona"],
                             "summary": ["pdc_n"], "survival": ["at_risk_" + "kaplan_meier_"
                             "therapy_stopped_since_therapy_taking"],
                             "trajectories": ["path", "row_size", "row_start", "therapy"],
                             "events": ["event_code", "event_path"]}.items():
            for name in names:
                self.assertEqual(run.group(group)[name].dtype.kind, "i", name)

    def test_lives_end_with_the_horizon_or_the_follow_up(self):
        twins = run.group("twins")
        expected = np.minimum(365.25, 420 - twins.enters.values.astype(float))
        expected[expected < 0] = np.nan
        np.testing.assert_allclose(twins.follow_up.values, expected, atol=420 * 2.0**-23)


class Ragged(unittest.TestCase):
    def test_rows_of_paths_fill_the_file_without_gaps(self):
        for group, member, of in (("trajectories", "obs", "obs_path"),
                                  ("events", "event", "event_path")):
            ragged = run.group(group)
            size, start = ragged.row_size.values, ragged.row_start.values
            self.assertEqual(ragged.row_size.attrs["sample_dimension"], member)
            self.assertEqual(ragged.path.attrs["cf_role"], "timeseries_id")
            self.assertEqual(ragged.attrs["featureType"], "timeSeries")
            self.assertEqual(size.sum(), ragged.sizes[member])
            self.assertTrue((start == np.concatenate([[0], np.cumsum(size)[:-1]])).all())
            self.assertTrue((ragged.path.values == np.arange(ragged.sizes["path"])).all())
            self.assertTrue((ragged[of].values == np.repeat(ragged.path.values, size)).all())
            self.assertTrue((ragged.path_parameter_set.values == 0).all())
            reading.by_path(size, ragged)  # the order of the paths
            self.assertTrue((size == 0).any())  # twins that never entered

    def test_time_rises_along_a_path_within_its_life(self):
        end = np.repeat(run.group("twins").follow_up.values.astype(float), len(STRATEGIES))
        for group, time, strictly in (("trajectories", "time", True),
                                      ("events", "event_time", False)):
            ragged = run.group(group)
            t, path = ragged[time].values, np.repeat(ragged.path.values, ragged.row_size.values)
            step = np.diff(t)[path[1:] == path[:-1]]
            self.assertTrue((step > 0 if strictly else step >= 0).all())
            self.assertTrue((t >= 0).all() and (t <= end[path] * (1 + 2.0**-23)).all())
        trajectories = run.group("trajectories")
        filled = trajectories.row_size.values > 0
        first = trajectories.row_start.values[filled]
        last = first + trajectories.row_size.values[filled] - 1
        self.assertTrue((trajectories.time.values[first] == 0).all())
        np.testing.assert_allclose(trajectories.time.values[last], end[filled], rtol=2.0**-23)

    def test_one_life_is_one_slice(self):
        i = 3 * 17 + 1  # twin 17 under nurse
        t = xr.open_dataset(run.path, group="trajectories")
        one = t.motivation[int(t.row_start[i]) : int(t.row_start[i] + t.row_size[i])]
        self.assertEqual(one.sizes["obs"], int(t.row_size[i]))
        self.assertIn("time", one.coords)
        table = t.drop_dims("path").to_dataframe()
        mine = table[table.obs_path == i]
        self.assertTrue((mine.motivation.values == one.values).all())
        self.assertTrue((mine.time.values == one.time.values).all())
        t.close()

    def test_events_name_what_happened(self):
        events = run.group("events")
        name = events.event_name.values[events.event_code.values]
        counts = pd.Series(name).value_counts()
        for known in ("patient.supply.due.refill", "patient.therapy.waiting.begin",
                      "patient.stock.dispensed", "patient.nurse.contact", "patient.fills.seen"):
            self.assertGreater(counts[known], 0)
        self.assertEqual(len(set(events.event_name.values)), events.sizes["code"])
        dispensed = events.event_value.values[name == "patient.stock.dispensed"]
        self.assertTrue((dispensed == 30).all())


class Examples(unittest.TestCase):
    """What the documentation of the layout shows to analysts."""

    def test_a_summary_in_one_line(self):
        series = xr.open_dataset(run.path, group="summary").persistence_mean.sel(
            strategy="nurse").to_series()
        self.assertEqual(list(series.index), [90, 180, 270])
        self.assertTrue(series.is_monotonic_decreasing)
        one = float(xr.open_dataset(run.path, group="summary").pdc_mean.sel(strategy="nurse"))
        self.assertTrue(0 < one < 1)

    def test_tables_of_twins_and_observations_in_one_line(self):
        twins = xr.open_dataset(run.path, group="twins").to_dataframe()
        self.assertEqual((len(twins), twins.index.name), (N_TWINS, "twin"))
        rows = xr.open_dataset(run.path, group="trajectories").drop_dims("path").to_dataframe()
        self.assertEqual(len(rows), run.group("trajectories").sizes["obs"])
        self.assertLessEqual({"time", "therapy", "supply", "motivation", "stock", "obs_path"},
                             set(rows.columns))

    def test_h5py_and_pandas_without_xarray(self):
        table = pd.DataFrame({k: v[:] for k, v in h5py.File(run.path)["twins"].items()})
        expected = xr.open_dataset(run.path, group="twins").to_dataframe().reset_index()
        # an index of pandas 1.5 is an int64, whatever it was made from
        expected["twin"] = expected["twin"].astype("int32")
        pd.testing.assert_frame_equal(table[list(expected.columns)], expected)

    def test_the_shell_commands_show_the_groups(self):
        listing = subprocess.run(["h5ls", "-r", run.path], capture_output=True, text=True,
                                 check=True).stdout
        header = subprocess.run(["ncdump", "-h", run.path], capture_output=True, text=True,
                                check=True).stdout
        for group in GROUPS:
            self.assertRegex(listing, rf"(?m)^/{group} +Group$")
            self.assertIn(f"group: {group} {{", header)
        self.assertRegex(listing, rf"(?m)^/outcomes/pdc +Dataset {{3, {N_TWINS}}}")
        self.assertIn(f"twin = {N_TWINS} ;", header)
        dump = subprocess.run(["h5dump", "-d", "/summary/pdc_mean", run.path],
                              capture_output=True, text=True, check=True).stdout
        self.assertIn("H5T_IEEE_F64LE", dump)
        table = subprocess.run(["ncdump", "-g", "summary", "-v", "strategy", run.path],
                               capture_output=True, text=True, check=True).stdout
        self.assertIn('strategy = "usual_care", "nurse", "reminders" ;', table)


class Provenance(unittest.TestCase):
    def test_the_study_is_embedded_and_its_digest_right(self):
        provenance, text = run.group("provenance"), reading.STUDY.read_bytes()
        self.assertIn(text.decode(), str(provenance.study_yaml.values))
        row = list(provenance.input_name.values).index(reading.STUDY.name)
        self.assertEqual(provenance.input_sha256.values[row], hashlib.sha256(text).hexdigest())
        self.assertEqual(provenance.input_bytes.values[row], len(text))
        resolved = json.loads(str(provenance.resolved_json.values))
        self.assertEqual(resolved["study"], "reading_results")
        self.assertIn("hdf5", json.loads(str(provenance.build_json.values)))

    def test_the_session_says_when_and_where(self):
        attributes = run.group("session").attrs
        self.assertRegex(attributes["started"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertIn("run", attributes["command_line"].split())
        self.assertGreaterEqual(attributes["threads"], 1)

    def test_paths_stay_out_of_all_but_the_session(self):
        folder = os.path.dirname(run.path)
        for _, dataset in datasets(run.path):
            if dataset.dtype.kind == "O":
                for text in np.atleast_1d(dataset.asstr()[()]):
                    self.assertNotIn(folder, text)
                    self.assertNotIn(str(reading.STUDY.parent), text)


class Storage(unittest.TestCase):
    def test_types_are_those_that_every_reader_knows(self):
        allowed = {"int8", "int16", "int32", "int64", "float32", "float64"}
        for name, dataset in datasets(run.path):
            kind = dataset.id.get_type()
            self.assertFalse(isinstance(kind, (h5py.h5t.TypeEnumID, h5py.h5t.TypeCompoundID)), name)
            if isinstance(kind, h5py.h5t.TypeStringID):
                self.assertTrue(kind.is_variable_str(), name)
                self.assertEqual(kind.get_cset(), h5py.h5t.CSET_UTF8, name)
            elif not is_plain_dimension(dataset):
                self.assertIn(dataset.dtype.name, allowed, name)
                self.assertIn(dataset.dtype.byteorder, "=<|", name)

    def test_text_attributes_are_of_variable_length(self):
        seen = []

        def check(item):
            for name in item.attrs:
                kind = item.attrs.get_id(name).get_type()
                if isinstance(kind, h5py.h5t.TypeStringID) and name not in ("CLASS", "NAME"):
                    seen.append(name)
                    self.assertTrue(kind.is_variable_str(), f"{item.name}@{name}")

        with h5py.File(run.path, "r") as file:
            check(file)
            file.visititems(lambda _, item: check(item))
        self.assertGreater(len(seen), 100)

    def test_every_array_of_numbers_is_compressed_and_guarded(self):
        n_seen = 0
        for name, dataset in datasets(run.path):
            if dataset.dtype.kind == "O" or dataset.ndim == 0 or is_plain_dimension(dataset):
                continue
            n_seen += 1
            self.assertIsNotNone(dataset.chunks, name)
            self.assertTrue(dataset.shuffle, name)
            self.assertEqual((dataset.compression, dataset.compression_opts), ("gzip", 1), name)
            self.assertLessEqual(np.prod(dataset.chunks) * dataset.dtype.itemsize, 2**20, name)
            self.assertIsNone(dataset.attrs.get("_FillValue"), name)
        self.assertGreater(n_seen, 200)

    def test_every_axis_has_a_scale_and_every_name_is_plain(self):
        for name, dataset in datasets(run.path):
            self.assertRegex(name, r"^[a-z][a-z0-9_]*/[a-z][a-z0-9_]*$")
            if h5py.h5ds.is_scale(dataset.id):
                continue
            for axis in dataset.dims:
                self.assertEqual(len(axis), 1, name)
                self.assertEqual(os.path.dirname(axis[0].name), os.path.dirname(dataset.name))

    def test_dimensions_without_labels_take_no_space(self):
        names = []
        for name, dataset in datasets(run.path):
            if is_plain_dimension(dataset):
                names.append(name)
                self.assertEqual(dataset.id.get_storage_size(), 0, name)
                self.assertEqual(h5py.h5ds.get_scale_name(dataset.id),
                                 PLAIN_DIMENSION + b"%10d" % dataset.shape[0])
        self.assertLessEqual({"trajectories/obs", "events/event", "events/code"}, set(names))

    def test_metadata_has_checksums_and_nothing_has_times(self):
        with open(run.path, "rb") as file:
            head = file.read(9)
        self.assertEqual(head[:8], b"\x89HDF\r\n\x1a\n")
        self.assertEqual(head[8], 3)  # superblock of HDF5 1.10 with a checksum
        for name, dataset in datasets(run.path):
            self.assertFalse(dataset.id.get_create_plist().get_obj_track_times(), name)


class Session(unittest.TestCase):
    def test_nothing_of_the_session_is_written_when_the_date_is_fixed(self):
        environment = dict(os.environ, SOURCE_DATE_EPOCH="0")
        path = os.path.join(run.folder.name, "dated.h5")
        subprocess.run([os.environ["TWP_PROGRAM"], "run", str(reading.STUDY), "-o", path, "-n",
                        "10", "-q"], env=environment, check=True)
        with h5py.File(path, "r") as file:
            self.assertNotIn("session", file)

    def test_the_checksum_beside_the_file_is_its_own(self):
        with open(run.path, "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        with open(run.path + ".sha256", encoding="ascii") as file:
            self.assertTrue(re.fullmatch(rf"{digest}  results[.]h5\n", file.read()))


if __name__ == "__main__":
    unittest.main(verbosity=1)
