"""Results of twinpath as pandas frames, formats of other packages, and pictures.

    PYTHONPATH=scripts python3
    >>> import twinpath
    >>> results = twinpath.run("scenarios/studies/first_study.yaml", set={"gap": "20 days"}, patients=2000)
    >>> results.contrasts()
    >>> results.plot("pdc").savefig("pdc.png")
    >>> results = twinpath.open("results.h5")          # a file of the command `twinpath run`

The program   run, check, params
A file        open, then of the Results:
  compared    summary, contrasts, cost_effectiveness, net_benefit, targets, draws
  over time   survival, cumulative_hazard, cumulative_incidence, aalen_johansen, event_times, logrank, occupancy
  a sweep     points; the frames of what is compared and over time then have `point` and the swept numbers
  twins       twins, outcomes
  lives       events, trajectories, spells, flow; of one life only its rows are read, however large the file
  formats     multistate (R's survival, mstate, flexsurv, msm), dispensings (AdhereR, `twinpath adherence`)
  pictures    plot
  as it is    dataset (xarray), attributes, study, strategies, currency

Frames are tidy: a row is one observation, labels are columns. Times are days since the twin's entry, money is
the study's (results.currency); the column `unit` or frame.attrs["units"] says the unit of the rest. Intervals
are of 95 %. Needs Debian's python3-h5py and python3-pandas; pictures also python3-matplotlib.
"""
from __future__ import annotations

import builtins
import hashlib
import json
import os
import pathlib
import re
import warnings
import weakref
from collections.abc import Callable, Mapping
from typing import Any

import h5py
import numpy as np
import pandas as pd

from twinpath_lives import Lives, decode, position, texts, words_of
from twinpath_run import Error, check, params, program, run, show_progress

__all__ = ["run", "check", "params", "open", "Results", "Error", "program", "show_progress"]
Z95 = 1.959963984540054  # standard normal quantile of 0.975
for _public in (Error, check, params, program, run, show_progress):
    _public.__module__ = __name__  # as which they are to be read, in help and in messages


def open(path: str | os.PathLike, verify: bool = False) -> Results:  # noqa: A001
    """Opens a results file. verify: compare it with the .sha256 beside it first."""
    return Results(path, verify)


# ---- reading ---------------------------------------------------------------------------------------


class Results(Lives):
    """A results file. Nothing is read before it is asked for."""

    def __init__(self, path: str | os.PathLike, verify: bool = False):
        self.path = pathlib.Path(path)
        if verify:
            _verify(self.path)
        try:
            self._h5 = h5py.File(self.path, "r")
        except OSError as why:
            raise Error(f"{self.path} cannot be opened as results: {why}") from why
        if self._h5.attrs.get("twinpath_kind", "results") not in ("results", b"results"):
            raise Error(f"{self.path} is no file of results but of kind {self._h5.attrs['twinpath_kind']}"
                        + (": merge the parts first (twinpath merge)" if self._h5.attrs["twinpath_kind"] == "shard" else ""))
        self._gone: weakref.finalize | None = None  # removes a temporary file
        self._kept: dict[Any, Any] = {}
        lack = self._what_lacks()
        if lack:
            warnings.warn(f"{self.path}: {lack}", stacklevel=3)

    def close(self) -> None:
        """Closes the file; a temporary one of run() is removed."""
        self._h5.close()
        if self._gone:
            self._gone()

    def __enter__(self) -> Results:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        a = self.attributes
        return f"<twinpath results of {a['title']}: {a['n_twins']} twins, {', '.join(self.strategies)}>"

    # -- what the file is about

    @property
    def attributes(self) -> dict[str, Any]:
        """Root attributes: title, seed, n_twins, status, content_digest, ..."""
        return dict(self._h5.attrs)

    @property
    def has_points(self) -> bool:
        """Is it a sweep's?"""
        return "points" in self._h5

    @property
    def currency(self) -> str:
        return str(self._h5.attrs.get("currency", ""))

    @property
    def strategies(self) -> list[str]:
        """The baseline first."""
        return texts(self._group("summary")["strategy"][:])

    @property
    def study(self) -> dict[str, Any]:
        """The study as it was run, with modules and overrides; all values are texts."""
        return self._keep("study", lambda: json.loads(self._h5["provenance/resolved_json"][()]))

    def long_name(self, group: str, variable: str) -> str:
        """What a variable is, in words."""
        return str(self._group(group)[variable].attrs.get("long_name", variable))

    def dataset(self, group: str) -> Any:
        """A group of the file ("summary", "outcomes", "events", ...) as an xarray Dataset, read as it is used: strategies,
        times and the like are coordinates, `units` and `long_name` attributes. Debian: python3-xarray, python3-h5netcdf.
        """
        import xarray
        self._group(group)
        return xarray.open_dataset(self.path, group=group, engine="h5netcdf")

    def _keep(self, name: Any, make: Callable[[], Any]) -> Any:
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]

    def _what_lacks(self) -> str:
        """What was asked for and is not in the file, in words; nothing of a whole one."""
        if self.has_points:
            fate = self.points()["fate"]
            lost = [f"{(fate == word).sum()} {word}" for word in ("failed", "missing") if (fate == word).any()]
            told = f"points that are not there: {(fate != 'done').sum()} of {len(fate)} ({', '.join(lost)})"
            return f"{told}; points() says which" if lost else ""
        if self._h5.attrs.get("status") == "partial":
            return f"a partial run, {self._h5.attrs['n_twins_done']} of {self._h5.attrs['n_twins']} twins"
        return ""

    def _group(self, name: str) -> h5py.Group:
        if name not in self._h5 and self.has_points and name in OF_TWINS:
            raise Error(f"{self.path} is of a sweep, which has no {name}; a run with the point's values can have them")
        if name not in self._h5:
            raise Error(f"{self.path} has no {name}; the study's `record` and `report` say what a file holds")
        return self._h5[name]

    def _axis(self, scale: h5py.Dataset) -> str:
        """A dimension's name. HDF5 looks through the whole file for it: once is enough."""
        return self._keep(h5py.h5o.get_info(scale.id).addr, lambda: scale.name.rsplit("/", 1)[1])

    def _frame(self, group: str, variable: str) -> pd.DataFrame:
        """One variable as rows: its labels, then `value`. The times that a measure was asked at are `time`."""
        dataset = self._group(group)[variable]
        names, labels = [], []
        for axis in dataset.dims:
            scale = axis[0]
            name = self._axis(scale)
            names.append("time" if name.startswith("time_") else name)
            labels.append(texts(scale[:]) if scale.dtype.kind == "O" else scale[:])
        index = pd.MultiIndex.from_product(labels, names=names)
        return pd.Series(dataset[:].ravel(), index, name="value").reset_index()

    def _table(self, group: str, kinds: Mapping[str, str], own: Mapping[str, str] | None = None) -> pd.DataFrame:
        """Rows (measure, labels) with a column for each kind: its name -> the ending of the variable's name.

        The first kind names the measures. low and high are of the number of twins where the file has none of
        parameter sets: those of the file (own) for estimates that are no means, such as Kaplan-Meier's, else normal.
        """
        variables = self._group(group)
        ending = next(iter(kinds.values()))
        frames = []
        for variable in variables:
            measure = variable[:-len(ending)]
            if not variable.endswith(ending) or measure + kinds["mcse"] not in variables:
                continue
            frame = self._frame(group, variable).rename(columns={"value": next(iter(kinds))})
            for kind, other in list(kinds.items())[1:]:
                name = measure + other
                frame[kind] = variables[name][:].ravel() if name in variables else np.nan
            if measure + kinds["low"] not in variables:
                _add_interval(frame, next(iter(kinds)))
                for end, other in (own or {}).items():
                    if measure + other in variables:
                        frame[end] = pd.Series(variables[measure + other][:].ravel()).fillna(frame[end])
            frame.insert(0, "measure", measure)
            frame["unit"] = variables[variable].attrs.get("units", "")
            frames.append(frame)
        table = pd.concat(frames, ignore_index=True)
        if "time" not in table:
            table["time"] = np.nan
        table = self._with_points(table)
        numbers = list(table)[1:1 + len(self._swept())]
        first = [c for c in ("point", *numbers, "segment", "measure", "strategy", "contrast", "time") if c in table]
        return table[first + [c for c in table if c not in first]]

    def _swept(self) -> list[str]:
        """Names of the swept numbers; none of a run."""
        return list(self.points().attrs["swept"]) if self.has_points else []

    def _with_points(self, table: pd.DataFrame) -> pd.DataFrame:
        """The swept numbers beside `point`, where there is one; point_NAME where the frame has a column NAME of its own."""
        if "point" not in table:
            return table
        names = {name: f"point_{name}" if name in table else name for name in self._swept()}
        points = self.points()[["point", *names]].rename(columns=names)
        merged = table.merge(points, on="point", how="left")
        return merged[["point", *names.values(), *(c for c in table if c != "point")]]

    # -- frames

    def points(self) -> pd.DataFrame:
        """Of a sweep, a row a point: point, each swept number, fate (done, failed, missing), error.

        attrs["swept"]: names of the swept numbers; attrs["paths"], attrs["units"]: what they are in the study, and in what.
        """
        if not self.has_points:
            raise Error(f"{self.path} is of a run, not of a sweep: it has no points")
        return self._keep("points", self._read_points).copy()

    def _read_points(self) -> pd.DataFrame:
        group, frame, paths, units = self._group("points"), {}, {}, {}
        frame["point"] = group["point"][:]
        for name, dataset in group.items():
            if name.startswith("point_"):
                frame[name[len("point_"):]] = dataset[:]
                paths[name[len("point_"):]] = str(dataset.attrs["long_name"])
                units[name[len("point_"):]] = str(dataset.attrs["units"])
        frame["fate"] = decode(group["fate"][:], words_of(group["fate"]))
        frame["error"] = texts(group["error"][:])
        result = pd.DataFrame(frame)
        result.attrs.update(swept=list(paths), paths=paths, units=units)
        return result

    def twins(self) -> pd.DataFrame:
        """A row a twin: twin, enters, follow_up, attributes. Categories are words, yes and no are truths."""
        group, frame, units = self._group("twins"), {}, {}
        for name, dataset in group.items():
            words = words_of(dataset)
            frame[name] = dataset[:] if words is None else decode(dataset[:], words)
            units[name] = dataset.attrs.get("units", "")
        result = pd.DataFrame(frame)
        result = result[["twin"] + [name for name in result if name != "twin"]]
        result.attrs["units"] = units
        return result

    def outcomes(self, strategy: str | None = None) -> pd.DataFrame:
        """A row a twin and strategy: strategy, twin, a column for each measure; missing where it is not defined."""
        group = self._group("outcomes")
        strategies = texts(group["strategy"][:])
        chosen = range(len(strategies)) if strategy is None else [position(strategies, strategy, "strategy")]
        twin, units = group["twin"][:], {}
        frame: dict[str, Any] = {
            "strategy": pd.Categorical.from_codes(np.repeat(list(chosen), len(twin)), strategies),
            "twin": np.tile(twin, len(chosen))}
        for name, dataset in group.items():
            if dataset.ndim != 2:
                continue
            values = np.concatenate([dataset[i] for i in chosen])
            words = words_of(dataset)
            frame[name] = values if words is None else decode(values, words)
            units[name] = dataset.attrs.get("units", "")
        result = pd.DataFrame(frame)
        result.attrs["units"] = units
        return result

    def summary(self, by_segment: bool = False) -> pd.DataFrame:
        """Means: [segment,] measure, strategy, time, mean, mcse, low, high, n, unit.

        mean and its Monte Carlo error mcse are in `unit`, time in days. low and high are those of parameter sets
        where the run has some (missing where the twins of a set are too few to tell), else of the number of twins.
        """
        return self._table("segments" if by_segment else "summary", {
            "mean": "_mean", "mcse": "_mcse", "n": "_n", "low": "_sets_low", "high": "_sets_high"},
            own={"low": "_low", "high": "_high"})

    def contrasts(self, by_segment: bool = False) -> pd.DataFrame:
        """Paired differences from the baseline: [segment,] measure, contrast, time, diff, mcse, low, high, n,
        variance_saved, unit."""
        return self._table("segments" if by_segment else "contrasts", {
            "diff": "_diff", "mcse": "_diff_mcse", "n": "_diff_n", "variance_saved": "_variance_saved",
            "low": "_diff_sets_low", "high": "_diff_sets_high"})

    def cost_effectiveness(self) -> pd.DataFrame:
        """A row a contrast: icer_ratio, its interval (Fieller: icer_interval says between or outside), icer_place."""
        group, frame = self._group("contrasts"), {"contrast": self.strategies[1:]}
        if "point" in group:
            points = group["point"][:]
            frame = {"point": np.repeat(points, len(self.strategies) - 1),
                     "contrast": np.tile(self.strategies[1:], len(points))}
        n_labels = len(frame)
        for name, dataset in group.items():
            if name.startswith("icer") and dataset.ndim == n_labels:
                words, values = words_of(dataset), dataset[:].ravel()
                frame[name] = values if words is None else decode(values, words)
        if len(frame) == n_labels:
            raise Error(f"{self.path}: the study reports no cost and qaly, so there is no ratio")
        return self._with_points(pd.DataFrame(frame))

    def net_benefit(self) -> pd.DataFrame:
        """contrast, worth of a unit of effect, net_benefit, mcse, p_better, low, high."""
        group = self._group("contrasts")
        if "net_benefit" not in group:
            raise Error(f"{self.path}: the study has no report.worth_of_a_qaly")
        table = self._frame("contrasts", "net_benefit").rename(columns={"value": "net_benefit"})
        for name, variable in (("mcse", "net_benefit_mcse"), ("p_better", "net_benefit_p_better"),
                               ("low", "net_benefit_sets_low"), ("high", "net_benefit_sets_high")):
            table[name] = group[variable][:].ravel() if variable in group else np.nan
        if "net_benefit_sets_low" not in group:
            _add_interval(table, "net_benefit")
        return self._with_points(table)

    def frontier(self, by_segment: bool = False) -> pd.DataFrame:
        """All strategies together: [segment,] strategy, cost, effect, frontier (on_the_frontier, dominated,
        extendedly_dominated, equal), against, beyond, incremental_cost, incremental_effect, their _se, icer, its interval."""
        group, start = self._group("decision"), "segment_" if by_segment else ""
        names = [name for name in group if name.startswith(start) and name[len(start):] in FRONTIER]
        if not names:
            raise Error(f"{self.path}: nothing was compared" + (" by segment" if by_segment else ""))
        table = self._frame("decision", names[0]).drop(columns="value")
        for name in names:
            words, values = words_of(group[name]), group[name][:].ravel()
            if name.endswith(("against", "beyond")):
                table[name[len(start):]] = [self.strategies[i] if i >= 0 else None for i in values]
            else:
                table[name[len(start):]] = values if words is None else decode(values, words)
        return self._with_points(table)

    def acceptability(self) -> pd.DataFrame:
        """strategy, worth of a unit of effect, p_best (chance to be the best buy), mcse, raw (share of the sets), is_best
        (largest mean net benefit). Without parameter sets the chances are missing."""
        group = self._group("decision")
        if "worth" not in group:
            raise Error(f"{self.path}: the study has no report.worth_of_a_qaly or report.acceptability")
        worth, points = group["worth"][:], group["point"][:] if "point" in group else np.array([0])
        n = len(self.strategies)
        table = pd.DataFrame({"point": np.repeat(points, n * len(worth)),
                              "strategy": np.tile(np.repeat(self.strategies, len(worth)), len(points)),
                              "worth": np.tile(worth, n * len(points))})
        if "point" not in group:
            table = table.drop(columns="point")
        for name, variable in (("p_best", "p_best"), ("mcse", "p_best_mcse"), ("raw", "p_best_raw")):
            table[name] = group[variable][:].ravel() if variable in group else np.nan
        best = group["best"][:].reshape(len(points), 1, len(worth))
        table["is_best"] = (best == np.arange(n)[None, :, None]).ravel()
        return self._with_points(table)

    def plane(self) -> pd.DataFrame:
        """The cost-effectiveness plane: contrast, parameter_set, effect, cost: differences of a set from the baseline."""
        group = self._group("draws")
        names = {name: str(self._group("decision").attrs[name]) for name in ("effect", "cost")}
        labels = {"point": group["point"][:]} if "point" in group else {}
        labels |= {"contrast": self.strategies[1:], "parameter_set": group["parameter_set"][:]}
        table = pd.MultiIndex.from_product(labels.values(), names=labels).to_frame(index=False)
        for name, measure in names.items():
            values = group[measure][:]  # [point,] strategy, parameter_set
            table[name] = (values[..., 1:, :] - values[..., :1, :]).ravel()
        return self._with_points(table)

    def precision(self) -> pd.DataFrame:
        """What run --precision saw: look (twins lived), precision, half_width of the interval, wanted, unit."""
        table = self._frame("precision", "half_width").rename(columns={"value": "half_width"})
        group = self._group("precision")
        for name, values in (("wanted", group["wanted"][:]), ("unit", texts(group["unit"][:]))):
            table[name] = np.tile(values, len(group["look"]))
        return table

    def targets(self) -> pd.DataFrame:
        """What usual care must show, and what it did: target, measure, time [days], value, tolerance, result, low,
        high, role (fit made the model, predict judges it), hit (the result itself lies within), verdict.

        The verdict is that of `twinpath summary`: hit where the interval lies within the tolerance, miss where it
        lies outside, too_close_to_tell where it covers a bound; missing where there is no result.
        """
        group, frame = self._group("targets"), {}
        points = group["point"][:] if "point" in group else np.array([0])
        own = ["point"] if "point" in group else []
        if own:
            frame["point"] = np.repeat(points, len(group["target"]))
        for name, dataset in group.items():
            if name == "point" or name.startswith("point_"):
                continue
            words, values = words_of(dataset), texts(dataset[:]) if dataset.dtype.kind == "O" else dataset[:]
            if dataset.ndim == 1:  # the same at all points
                values = np.tile(values, len(points))
            frame[name] = decode(values.ravel(), words) if words else values.ravel()
        known = self.summary()[[*own, "measure", "strategy", "time", "low", "high"]]
        table = pd.DataFrame(frame).merge(known, "left", left_on=[*own, "measure", "target_strategy", "time"],
                                          right_on=[*own, "measure", "strategy", "time"]).drop(columns="strategy")
        low, high = (table[edge].fillna(table["result"]) for edge in ("low", "high"))
        least, most = table["value"] - table["tolerance"], table["value"] + table["tolerance"]
        verdict = np.select([table["result"].isna(), (high < least) | (low > most), (low >= least) & (high <= most)],
                            ["", "miss", "hit"], "too_close_to_tell")
        table["verdict"] = pd.Series(verdict).replace("", np.nan)
        return self._with_points(table)

    def occupancy(self) -> pd.DataFrame:
        """Shares of twins in each state, of those followed so long: strategy, time, track, state, share."""
        group, frames = self._group("survival"), []
        for name, dataset in group.items():
            if not name.startswith("occupancy_"):
                continue
            words = re.search(r" in (\w+)\.(\w+)", dataset.attrs["long_name"])
            if words is None:
                raise Error(f"{self.path}: {name} does not say of which track it is")
            frame = self._frame("survival", name).rename(columns={"value": "share"})
            frame.insert(frame.columns.get_loc("share"), "track", words[1])
            frame.insert(frame.columns.get_loc("share"), "state", words[2])
            frames.append(frame)
        return self._with_points(pd.concat(frames, ignore_index=True))

    def _curves(self, kind: str, measure: str, by_segment: bool) -> pd.DataFrame:
        """[segment,] curve, strategy, time, kind, se, low, high, at_risk, events."""
        group, frames = self._group("survival"), []
        prefix = "segment_" if by_segment else ""
        for name in group:
            curve = name[len(prefix + kind) + 1:]
            if not name.startswith(f"{prefix}{kind}_") or curve.startswith(("se_", "low_", "high_", "quantile_")):
                continue
            frame = self._frame("survival", name).rename(columns={"value": kind})
            for column in (f"{kind}_se", f"{kind}_low", f"{kind}_high", "at_risk", "events"):
                variable = f"{prefix}{column}_{curve}"
                frame[column.replace(kind + "_", "")] = group[variable][:].ravel() if variable in group else np.nan
            frame.insert(0, "curve", curve)
            frames.append(frame)
        if not frames:
            raise Error(f"{self.path} has no such curve; a study asks for one by the measure {measure}")
        return self._with_points(pd.concat(frames, ignore_index=True))

    def survival(self, by_segment: bool = False) -> pd.DataFrame:
        """Kaplan-Meier curves: [segment,] curve, strategy, time, km, se (Greenwood), low, high, at_risk, events.

        The interval is that of log(-log), which stays within 0 and 1 (Kalbfleisch and Prentice 1980).
        """
        table = self._curves("km", "kaplan_meier", by_segment)
        if table["low"].isna().all():  # a file of before 1.2 of the layout
            table["low"], table["high"] = _km_interval(table["km"], table["se"])
        return table

    def cumulative_hazard(self, by_segment: bool = False) -> pd.DataFrame:
        """Nelson-Aalen curves: [segment,] curve, strategy, time, na, se, low, high (on the log), at_risk, events."""
        return self._curves("na", "nelson_aalen", by_segment)

    def cumulative_incidence(self, by_segment: bool = False) -> pd.DataFrame:
        """Aalen-Johansen curves of competing exits: [segment,] curve, strategy, time, cif, se, low, high (log(-log)),
        at_risk, events."""
        return self._curves("cif", "cumulative_incidence", by_segment)

    def aalen_johansen(self, by_segment: bool = False) -> pd.DataFrame:
        """Aalen-Johansen estimates of the shares in the states of a track: [segment,] strategy, time, track, state,
        share, se, low, high (log(-log))."""
        group, frames = self._group("survival"), []
        prefix = "segment_" if by_segment else ""
        for name, dataset in group.items():
            words = re.search(r" share in (\w+)\.(\w+)$", dataset.attrs.get("long_name", ""))
            if words is None or not name.startswith(prefix + "aj_"):
                continue
            state = f"{words[1]}_{words[2]}"
            frame = self._frame("survival", name).rename(columns={"value": "share"})
            frame.insert(frame.columns.get_loc("share"), "track", words[1])
            frame.insert(frame.columns.get_loc("share"), "state", words[2])
            for column in ("se", "low", "high"):
                frame[column] = group[f"{prefix}aj_{column}_{state}"][:].ravel()
            frames.append(frame)
        if not frames:
            raise Error(f"{self.path} has no such estimate; a study asks for one by the measure aalen_johansen")
        return self._with_points(pd.concat(frames, ignore_index=True))

    def event_times(self, by_segment: bool = False) -> pd.DataFrame:
        """Days by which a share had the event of a Kaplan-Meier curve, and their 95 % interval (Brookmeyer and
        Crowley): [segment,] curve, strategy, quantile, days, low, high; missing: not reached."""
        group, frames = self._group("survival"), []
        start = ("segment_" if by_segment else "") + "km_quantile_"
        for name in group:
            curve = name[len(start):]
            if not name.startswith(start) or curve.startswith(("low_", "high_")):
                continue
            frame = self._frame("survival", name).rename(columns={"value": "days"})
            for column in ("low", "high"):
                variable = f"{start}{column}_{curve}"
                frame[column] = group[variable][:].ravel() if variable in group else np.nan
            frame.insert(0, "curve", curve)
            frames.append(frame)
        if not frames:
            raise Error(f"{self.path} has no curve; a study asks for one by the measure kaplan_meier")
        return self._with_points(pd.concat(frames, ignore_index=True))

    def logrank(self, by_segment: bool = False) -> pd.DataFrame:
        """Log-rank tests against the baseline: [segment,] curve, contrast, observed, expected, z and p (of twins that
        live under both), saved, unpaired_chi2 (were they different twins)."""
        group, frames = self._group("survival"), []
        prefix = "segment_" if by_segment else ""
        start = prefix + "logrank_observed_"
        for name in group:
            if not name.startswith(start):
                continue
            curve = name[len(start):]
            frame = self._frame("survival", name).rename(columns={"value": "observed"})
            for column in ("expected", "z", "p", "saved", "unpaired_chi2"):
                frame[column] = group[f"{prefix}logrank_{column}_{curve}"][:].ravel()
            frame.insert(0, "curve", curve)
            frames.append(frame)
        if not frames:
            raise Error(f"{self.path} has no log-rank test: it needs a kaplan_meier measure and two strategies")
        return self._with_points(pd.concat(frames, ignore_index=True))

    def draws(self) -> pd.DataFrame:
        """A row a strategy and parameter set: parameter_*, then each measure's mean over the set's twins."""
        group, frame = self._group("draws"), None
        for name, dataset in group.items():
            if h5py.h5ds.is_scale(dataset.id):
                continue
            labels = [self._axis(axis[0]) for axis in dataset.dims]
            if labels[-2:] == ["strategy", "parameter_set"] and not name.endswith("_mcse"):
                one = self._frame("draws", name).rename(columns={"value": name})
                frame = one if frame is None else frame.merge(one, on=labels)
        if frame is None:
            raise Error(f"{self.path} has no measures of parameter sets")
        for name, dataset in group.items():
            if name.startswith("parameter_") and not h5py.h5ds.is_scale(dataset.id):
                one = self._frame("draws", name).rename(columns={"value": name})
                frame = frame.merge(one, on=[c for c in one if c != name])
        return self._with_points(frame)

    # -- pictures, of twinpath_pictures.py

    def plot(self, picture: str, point: int | None = None, **options: Any) -> Any:
        """A matplotlib figure, which notebooks show as it is and .savefig(FILE) writes:

        survival     [curve, strategies]: Kaplan-Meier with bands, paired differences, numbers at risk
        occupancy    track, [strategies, order]: shares of twins in each state over time
        flow         track, [strategies, at, order]: how lives move between states (needs events or trajectories)
        pdc          [measure, strategies]: how a share such as PDC is distributed over twins
        cost         [ledgers]: mean cost by who pays, and its differences
        differences  measure, [time, strategies, by_segment]: paired differences with intervals
        net_benefit  [strategies]: over the worth of a QALY
        plane        [strategies]: parameter sets in the cost-effectiveness plane, with ellipses
        acceptability [strategies]: chance of each to be the best buy, over the worth of a QALY
        sweep        measure, [x, time, strategies, difference]: over a swept number, with bands
        heat         measure, [x, y, time, strategies, difference]: paired differences over two swept numbers
        life         twin, [strategy, tracks, marks]: one life as a timeline (needs events or trajectories)

        strategies: which, in this order (default: all). point: of a sweep, which point, as points() numbers them from 1;
        sweep and heat show all of them. help(twinpath_pictures) says more.
        """
        import twinpath_pictures
        if picture not in twinpath_pictures.PICTURES:
            raise Error(f"no picture {picture}; there are {', '.join(twinpath_pictures.PICTURES)}")
        return twinpath_pictures.draw(self, picture, point, **options)


# Groups of single twins and their lives, which files of sweeps do not have.
OF_TWINS = ("twins", "outcomes", "events", "trajectories")

# Variables of /decision that are of a strategy.
FRONTIER = ("cost", "effect", "frontier", "against", "beyond", "incremental_cost", "incremental_cost_se",
            "incremental_effect", "incremental_effect_se", "incremental_correlation", "icer", "icer_low", "icer_high",
            "icer_interval")


# ---- small helpers -----------------------------------------------------------------------------------


def _verify(path: pathlib.Path) -> None:
    beside = path.with_name(path.name + ".sha256")
    if not beside.exists():
        raise Error(f"{beside} is not there to compare with")
    digest = hashlib.sha256()
    with builtins.open(path, "rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    if beside.read_text(encoding="ascii").split()[0] != digest.hexdigest():
        raise Error(f"{path} is damaged: it is not what {beside.name} says")


def _add_interval(table: pd.DataFrame, centre: str) -> None:
    """low and high by the normal law, from the error of the number of twins."""
    table["low"] = table[centre] - Z95 * table["mcse"]
    table["high"] = table[centre] + Z95 * table["mcse"]


def _km_interval(km: pd.Series, se: pd.Series) -> tuple[pd.Series, pd.Series]:
    inside = (km > 0) & (km < 1)
    s = km.where(inside, 0.5)
    reach = np.exp(Z95 * se / (s * np.log(s)).abs())
    return (s**reach).where(inside, km), (s**(1 / reach)).where(inside, km)
