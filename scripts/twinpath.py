"""Results of twinpath as pandas frames, formats of other packages, and pictures.

    PYTHONPATH=scripts python3
    >>> import twinpath
    >>> results = twinpath.run("scenarios/studies/first_study.yaml", patients=2000, output="first.h5")
    >>> results = twinpath.open("first.h5")
    >>> results.contrasts()

Frames are tidy: a row is one observation, labels are columns. Times are days since the twin's entry, money is
the study's (results.currency); the column `unit` or frame.attrs["units"] says the unit of the rest. Intervals
are of 95 %. Needs Debian's python3-h5py and python3-pandas; pictures also python3-matplotlib.
"""
from __future__ import annotations

import builtins
import datetime
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import h5py
import numpy as np
import pandas as pd

Z95 = 1.959963984540054  # standard normal quantile of 0.975
NO_EXITS = {"enter", "leave", "cost", "source", "note"}  # keys of a state that are not exits
EXIT_STOPPED_EARLY = 75


class Error(Exception):
    """What was asked for is not in the file, or the program said no."""


def open(path: str | os.PathLike, verify: bool = False) -> Results:  # noqa: A001
    """Opens a results file. verify: compare it with the .sha256 beside it first."""
    return Results(path, verify)


# ---- reading ---------------------------------------------------------------------------------------


def _words(dataset: h5py.Dataset) -> list[str] | None:
    """The words behind the codes 0, 1, ... of a category; None where it is none."""
    text = dataset.attrs.get("flag_meanings")
    return None if text is None else text.split(" ")


def _decode(values: np.ndarray, words: list[str]) -> pd.Series:
    """Codes as words, or as truths where the words are no and yes; codes below 0 are missing."""
    if words == ["no", "yes"]:
        truth = pd.array(values > 0, dtype="boolean")
        truth[np.asarray(values) < 0] = pd.NA
        return pd.Series(truth)
    return pd.Series(pd.Categorical.from_codes(np.maximum(values, -1), words))


def _text(values: np.ndarray) -> list[str]:
    return [value.decode() if isinstance(value, bytes) else str(value) for value in values]


class Results:
    """A results file. Nothing is read before it is asked for."""

    def __init__(self, path: str | os.PathLike, verify: bool = False):
        self.path = pathlib.Path(path)
        if verify:
            _verify(self.path)
        self._h5 = h5py.File(self.path, "r")
        self._kept: dict[str, Any] = {}
        if self._h5.attrs.get("status") == "partial":
            warnings.warn(f"{self.path}: a partial run, {self._h5.attrs['n_twins_done']} of "
                          f"{self._h5.attrs['n_twins']} twins", stacklevel=3)

    def close(self) -> None:
        self._h5.close()

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
    def currency(self) -> str:
        return str(self._h5.attrs.get("currency", ""))

    @property
    def strategies(self) -> list[str]:
        """The baseline first."""
        return _text(self._group("summary")["strategy"][:])

    @property
    def study(self) -> dict[str, Any]:
        """The study as it was run, with modules and overrides; all values are texts."""
        return self._keep("study", lambda: json.loads(self._h5["provenance/resolved_json"][()]))

    def long_name(self, group: str, variable: str) -> str:
        """What a variable is, in words."""
        return str(self._group(group)[variable].attrs.get("long_name", variable))

    def _keep(self, name: str, make: Callable[[], Any]) -> Any:
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]

    def _group(self, name: str) -> h5py.Group:
        if name not in self._h5:
            raise Error(f"{self.path} has no {name}; the study's `record` and `report` say what a file holds")
        return self._h5[name]

    def _frame(self, group: str, variable: str) -> pd.DataFrame:
        """One variable as rows: its labels, then `value`. The times that a measure was asked at are `time`."""
        dataset = self._group(group)[variable]
        names, labels = [], []
        for axis in dataset.dims:
            scale = axis[0]
            name = scale.name.rsplit("/", 1)[1]
            names.append("time" if name.startswith("time_") else name)
            labels.append(_text(scale[:]) if scale.dtype.kind == "O" else scale[:])
        index = pd.MultiIndex.from_product(labels, names=names)
        return pd.Series(dataset[:].ravel(), index, name="value").reset_index()

    def _table(self, group: str, kinds: Mapping[str, str]) -> pd.DataFrame:
        """Rows (measure, labels) with a column for each kind: its name -> the ending of the variable's name.

        The first kind names the measures.
        """
        variables = self._group(group)
        ending = next(iter(kinds.values()))
        frames = []
        for variable in variables:
            if not variable.endswith(ending) or variable == ending:
                continue
            measure = variable[:-len(ending)]
            frame = self._frame(group, variable).rename(columns={"value": next(iter(kinds))})
            for kind, other in list(kinds.items())[1:]:
                name = measure + other
                frame[kind] = variables[name][:].ravel() if name in variables else np.nan
            frame.insert(0, "measure", measure)
            frame["unit"] = variables[variable].attrs.get("units", "")
            frames.append(frame)
        table = pd.concat(frames, ignore_index=True)
        if "time" not in table:
            table["time"] = np.nan
        first = [c for c in ("point", "segment", "measure", "strategy", "contrast", "time") if c in table]
        return table[first + [c for c in table if c not in first]]

    # -- frames

    def twins(self) -> pd.DataFrame:
        """A row a twin: twin, enters, follow_up, attributes. Categories are words, yes and no are truths."""
        group, frame, units = self._group("twins"), {}, {}
        for name, dataset in group.items():
            words = _words(dataset)
            frame[name] = dataset[:] if words is None else _decode(dataset[:], words)
            units[name] = dataset.attrs.get("units", "")
        result = pd.DataFrame(frame)
        result = result[["twin"] + [name for name in result if name != "twin"]]
        result.attrs["units"] = units
        return result

    def outcomes(self, strategy: str | None = None) -> pd.DataFrame:
        """A row a twin and strategy: strategy, twin, a column for each measure; missing where it is not defined."""
        group = self._group("outcomes")
        strategies = _text(group["strategy"][:])
        chosen = range(len(strategies)) if strategy is None else [_position(strategies, strategy, "strategy")]
        twin, units = group["twin"][:], {}
        frame: dict[str, Any] = {
            "strategy": pd.Categorical.from_codes(np.repeat(list(chosen), len(twin)), strategies),
            "twin": np.tile(twin, len(chosen))}
        for name, dataset in group.items():
            if dataset.ndim != 2:
                continue
            values = np.concatenate([dataset[i] for i in chosen])
            words = _words(dataset)
            frame[name] = values if words is None else _decode(values, words)
            units[name] = dataset.attrs.get("units", "")
        result = pd.DataFrame(frame)
        result.attrs["units"] = units
        return result

    def summary(self, by_segment: bool = False) -> pd.DataFrame:
        """Means: [segment,] measure, strategy, time, mean, mcse, low, high, n, unit.

        low and high are those of parameter sets where the run has some, else of the number of twins.
        """
        table = self._table("segments" if by_segment else "summary", {
            "mean": "_mean", "mcse": "_mcse", "n": "_n", "low": "_sets_low", "high": "_sets_high"})
        return _with_interval(table, "mean", "mcse")

    def contrasts(self, by_segment: bool = False) -> pd.DataFrame:
        """Paired differences from the baseline: [segment,] measure, contrast, time, diff, mcse, low, high, n,
        variance_saved, unit."""
        table = self._table("segments" if by_segment else "contrasts", {
            "diff": "_diff", "mcse": "_diff_mcse", "n": "_diff_n", "variance_saved": "_variance_saved",
            "low": "_diff_sets_low", "high": "_diff_sets_high"})
        return _with_interval(table, "diff", "mcse")

    def cost_effectiveness(self) -> pd.DataFrame:
        """A row a contrast: icer_ratio, its interval (Fieller: icer_interval says between or outside), icer_place."""
        group, frame = self._group("contrasts"), {"contrast": self.strategies[1:]}
        for name, dataset in group.items():
            if name.startswith("icer") and dataset.ndim == 1:
                words = _words(dataset)
                frame[name] = dataset[:] if words is None else _decode(dataset[:], words)
        if len(frame) == 1:
            raise Error(f"{self.path}: the study reports no cost and qaly, so there is no ratio")
        return pd.DataFrame(frame)

    def net_benefit(self) -> pd.DataFrame:
        """contrast, worth of a unit of effect, net_benefit, mcse, p_better, low, high."""
        group = self._group("contrasts")
        if "net_benefit" not in group:
            raise Error(f"{self.path}: the study has no report.worth_of_a_qaly")
        table = self._frame("contrasts", "net_benefit").rename(columns={"value": "net_benefit"})
        for name, variable in (("mcse", "net_benefit_mcse"), ("p_better", "net_benefit_p_better"),
                               ("low", "net_benefit_sets_low"), ("high", "net_benefit_sets_high")):
            table[name] = group[variable][:].ravel() if variable in group else np.nan
        return _with_interval(table, "net_benefit", "mcse")

    def targets(self) -> pd.DataFrame:
        """What usual care must show, and what it did: target, value, tolerance, result, role, hit, ..."""
        frame = {}
        for name, dataset in self._group("targets").items():
            if dataset.ndim == 1:
                words = _words(dataset)
                frame[name] = (_decode(dataset[:], words) if words else
                               _text(dataset[:]) if dataset.dtype.kind == "O" else dataset[:])
        return pd.DataFrame(frame)

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
        return pd.concat(frames, ignore_index=True)

    def survival(self, by_segment: bool = False) -> pd.DataFrame:
        """Kaplan-Meier curves: [segment,] curve, strategy, time, km, se (Greenwood), low, high, at_risk.

        The interval is that of log(-log), which stays within 0 and 1 (Kalbfleisch and Prentice 1980).
        """
        group, frames = self._group("survival"), []
        start = "segment_km_" if by_segment else "km_"
        for name in group:
            curve = name[len(start):]
            if not name.startswith(start) or curve.startswith(("se_", "quantile_")):
                continue
            frame = self._frame("survival", name).rename(columns={"value": "km"})
            frame["se"] = group[start + "se_" + curve][:].ravel()
            frame["at_risk"] = group[start.replace("km_", "at_risk_") + curve][:].ravel()
            frame.insert(0, "curve", curve)
            frames.append(frame)
        if not frames:
            raise Error(f"{self.path} has no curve; a study asks for one by the measure kaplan_meier")
        table = pd.concat(frames, ignore_index=True)
        table["low"], table["high"] = _km_interval(table["km"], table["se"])
        return table

    def draws(self) -> pd.DataFrame:
        """A row a strategy and parameter set: parameter_*, then each measure's mean over the set's twins."""
        group, frame = self._group("draws"), None
        for name, dataset in group.items():
            if h5py.h5ds.is_scale(dataset.id):
                continue
            labels = [axis[0].name.rsplit("/", 1)[1] for axis in dataset.dims]
            if labels == ["strategy", "parameter_set"] and not name.endswith("_mcse"):
                one = self._frame("draws", name).rename(columns={"value": name})
                frame = one if frame is None else frame.merge(one, on=labels)
        if frame is None:
            raise Error(f"{self.path} has no measures of parameter sets")
        for name, dataset in group.items():
            if name.startswith("parameter_") and not h5py.h5ds.is_scale(dataset.id):
                one = self._frame("draws", name).rename(columns={"value": name})
                frame = frame.merge(one, on=[c for c in one if c != name])
        return frame

    # -- lives

    def _path_of(self, group: h5py.Group, twin: int, strategy: str) -> int:
        """The row of a path: paths are ordered by twin, then strategy, so mostly no search is needed."""
        words = _words(group["path_strategy"]) or []
        code = _position(words, strategy, "strategy")
        twins, strategies = group["path_twin"], group["path_strategy"]
        guess = int(twin) * len(words) + code
        if 0 <= guess < len(twins) and twins[guess] == twin and strategies[guess] == code:
            return guess
        found = np.flatnonzero((twins[:] == twin) & (strategies[:] == code))
        if len(found) == 0:
            raise Error(f"{self.path}: no life of twin {twin} under {strategy}")
        return int(found[0])

    def _rows(self, name: str, twin: int | None, strategy: str | None) -> tuple[h5py.Group, slice, np.ndarray | None]:
        """The rows of a ragged group: one life is a slice; all, or those of a strategy, are read as a whole."""
        group = self._group(name)
        if twin is not None and strategy is not None:
            path = self._path_of(group, twin, strategy)
            start, size = int(group["row_start"][path]), int(group["row_size"][path])
            return group, slice(start, start + size), None
        if twin is not None:
            paths = sorted(self._path_of(group, twin, one) for one in _words(group["path_strategy"]) or [])
            start, last = int(group["row_start"][paths[0]]), paths[-1]
            if paths == list(range(paths[0], last + 1)):
                return group, slice(start, int(group["row_start"][last]) + int(group["row_size"][last])), None
        keep = np.ones(len(group["path"]), dtype=bool)
        if twin is not None:
            keep &= group["path_twin"][:] == twin
        if strategy is not None:
            words = _words(group["path_strategy"]) or []
            keep &= group["path_strategy"][:] == _position(words, strategy, "strategy")
        member = "event_path" if name == "events" else "obs_path"
        return group, slice(None), None if keep.all() else keep[group[member][:]]

    def _labels(self, name: str, group: h5py.Group, path: np.ndarray) -> dict[str, Any]:
        """twin and strategy of each row."""
        if len(path) == 0:
            first, last = 0, 0
        else:
            first, last = int(path.min()), int(path.max()) + 1
        twin, code = group["path_twin"][first:last], group["path_strategy"][first:last]
        words = _words(group["path_strategy"]) or []
        return {"twin": twin[path - first], "strategy": pd.Categorical.from_codes(code[path - first], words)}

    def events(self, twin: int | None = None, strategy: str | None = None) -> pd.DataFrame:
        """twin, strategy, time, event, value. Of one twin only its rows are read, however large the file."""
        group, rows, keep = self._rows("events", twin, strategy)
        keep = slice(None) if keep is None else keep
        names = _text(group["event_name"][:])
        frame = self._labels("events", group, group["event_path"][rows][keep])
        frame["time"] = group["event_time"][rows][keep]
        frame["event"] = pd.Categorical.from_codes(group["event_code"][rows][keep], names)
        frame["value"] = group["event_value"][rows][keep]
        return pd.DataFrame(frame)

    def trajectories(self, twin: int | None = None, strategy: str | None = None) -> pd.DataFrame:
        """twin, strategy, time, the state of each track and the held value of each variable, after each instant."""
        group, rows, keep = self._rows("trajectories", twin, strategy)
        keep = slice(None) if keep is None else keep
        frame = self._labels("trajectories", group, group["obs_path"][rows][keep])
        frame["time"] = group["time"][rows][keep]
        for name, dataset in group.items():
            if name in ("obs", "time", "obs_path") or name.startswith(("path", "row_")):
                continue
            words = _words(dataset)
            values = dataset[rows][keep]
            frame[name] = values if words is None else pd.Categorical.from_codes(values, words)
        return pd.DataFrame(frame)

    # -- formats of other packages

    def tracks(self) -> list[str]:
        """Tracks of the study; a support is a track of its name."""
        study = self.study
        return sorted([*study.get("patient", {}).get("tracks", {}), *study.get("supports", {})])

    def _exits(self, track: str) -> dict[str, list[str | None]]:
        """Of each exit STATE.EXIT the state that each of its branches leads to; None: it stays."""
        study = self.study
        if track in study.get("supports", {}):
            names = _text(self._group("events")["event_name"][:]) if "events" in self._h5 else []
            first = "waiting" if f"patient.{track}.waiting.begin" in names else "active"
            return {"idle.offer": [first, None], "over.offer": [first, None], "idle.asked": ["active"],
                    "over.asked": ["active"], "waiting.begin": ["active"], "waiting.asked_end": ["over"],
                    "active.asked_end": ["over"], "active.contact": [None, None], "active.end": ["over"]}
        tracks = study.get("patient", {}).get("tracks", {})
        if track not in tracks:
            raise Error(f"no track {track}; there are {', '.join(self.tracks())}")
        exits: dict[str, list[str | None]] = {}
        for state, body in tracks[track]["states"].items():
            for name, exit_ in (body or {}).items():
                if name not in NO_EXITS:
                    exits[f"{state}.{name}"] = _branches(exit_ or {})
        return exits

    def _life_end(self) -> pd.Series:
        """Days that each twin is followed; float32 in the file."""
        group = self._group("twins")
        return pd.Series(group["follow_up"][:].astype(float), group["twin"][:])

    def spells(self, track: str, twin: int | None = None, strategy: str | None = None) -> pd.DataFrame:
        """Visits to the states of a track: twin, strategy, state, entry, exit, to (missing: followed no longer).

        Several transitions in one instant are one; a state that is left for itself goes on. From trajectories
        where they are recorded, else from events.
        """
        source = self._spells_of_trajectories if "trajectories" in self._h5 and \
            track in self._h5["trajectories"] else self._spells_of_events
        return source(track, twin, strategy)

    def _spells_of_trajectories(self, track: str, twin: int | None, strategy: str | None) -> pd.DataFrame:
        group, rows, keep = self._rows("trajectories", twin, strategy)
        keep = slice(None) if keep is None else keep
        frame = pd.DataFrame({"path": group["obs_path"][rows][keep], "time": group["time"][rows][keep],
                              "state": group[track][rows][keep]})
        end = frame.groupby("path")["time"].last()
        frame = frame.drop_duplicates(["path", "time"], keep="last")
        same = frame["path"].eq(frame["path"].shift()) & frame["state"].eq(frame["state"].shift())
        frame = frame[~same]
        words = _words(group[track]) or []
        start = frame[~frame["path"].eq(frame["path"].shift())].set_index("path")["state"]
        moves = frame[frame["path"].eq(frame["path"].shift())].copy()
        moves["from"] = frame["state"].shift()[moves.index].astype(int)
        moves = moves.rename(columns={"state": "to"})[["path", "time", "from", "to"]]
        return self._spell_rows("trajectories", group, moves, start, end, words)

    def _spells_of_events(self, track: str, twin: int | None, strategy: str | None) -> pd.DataFrame:
        group, rows, keep = self._rows("events", twin, strategy)
        keep = slice(None) if keep is None else keep
        names = _text(group["event_name"][:])
        exits = self._exits(track)
        states = sorted({name.split(".")[0] for name in exits} | {to for tos in exits.values() for to in tos if to} |
                        set(self.study.get("patient", {}).get("tracks", {}).get(track, {}).get("states", {})))
        n_branches = max([1] + [len(tos) for tos in exits.values()])
        from_state = np.full(len(names), -1)
        to_state = np.full((len(names), n_branches), -1)  # -1: it stays
        for name, tos in exits.items():
            full = f"patient.{track}.{name}"
            if full in names:
                from_state[names.index(full)] = states.index(name.split(".")[0])
                for i, to in enumerate(tos):
                    to_state[names.index(full), i] = -1 if to is None else states.index(to)
            elif track not in self.study.get("supports", {}) and any(tos):
                raise Error(f"the events of {track}.{name} are not recorded (record.events)")
        code = group["event_code"][rows][keep]
        mine = from_state[code] >= 0
        code, branch = code[mine], np.nan_to_num(group["event_value"][rows][keep][mine]).astype(int)
        one = np.array([len(exits[names[c].split(".", 2)[2]]) == 1 if from_state[c] >= 0 else True
                        for c in range(len(names))])
        moves = pd.DataFrame({"path": group["event_path"][rows][keep][mine], "time": group["event_time"][rows][keep][mine],
                              "from": from_state[code], "to": to_state[code, np.where(one[code], 0, branch)]})
        moves = moves[moves["to"] >= 0].groupby(["path", "time"], as_index=False).agg({"from": "first", "to": "last"})
        paths = np.arange(len(group["path"]))
        if twin is not None:
            paths = paths[group["path_twin"][:] == twin]
        if strategy is not None:
            chosen = _position(_words(group["path_strategy"]) or [], strategy, "strategy")
            paths = paths[group["path_strategy"][:][paths] == chosen]
        end = pd.Series(self._life_end().reindex(group["path_twin"][:][paths]).to_numpy(), paths).dropna()
        # follow_up is rounded to float32: what happened, happened before the end
        end = end.combine(moves.groupby("path")["time"].last(), max, -np.inf)
        start = pd.Series(self._start_of(track, states), end.index)
        first = moves.drop_duplicates("path").set_index("path")["from"]
        start.update(first)
        if (start < 0).any():
            raise Error(f"{track} starts at random: who never left its start is only known from record.trajectories")
        moves = moves[moves["from"] != moves["to"]]
        return self._spell_rows("events", group, moves, start.astype(int), end, states)

    def _start_of(self, track: str, states: list[str]) -> int:
        """The state in which all begin, or -1 where it is drawn."""
        if track in self.study.get("supports", {}):
            return states.index("idle")
        start = self.study["patient"]["tracks"][track].get("start")
        return states.index(start) if isinstance(start, str) else -1

    def _spell_rows(self, name: str, group: h5py.Group, moves: pd.DataFrame, start: pd.Series, end: pd.Series,
                    states: list[str]) -> pd.DataFrame:
        """Moves (path, time, from, to) and each path's start and end as visits of positive length."""
        follows = moves["path"].eq(moves["path"].shift())
        left = pd.DataFrame({"path": moves["path"], "state": moves["from"], "to": moves["to"], "exit": moves["time"],
                             "entry": moves["time"].shift().where(follows, 0.0)})
        last = moves.drop_duplicates("path", keep="last").set_index("path")
        rest = pd.DataFrame({"path": end.index, "state": last["to"].reindex(end.index).fillna(start).astype(int).to_numpy(),
                             "to": -1, "exit": end.to_numpy(), "entry": last["time"].reindex(end.index).fillna(0.0).to_numpy()})
        rows = pd.concat([left, rest]).sort_values(["path", "entry", "exit"], kind="stable")
        rows = rows[rows["exit"] > rows["entry"]]
        frame = self._labels(name, group, rows["path"].to_numpy())
        frame["state"] = pd.Categorical.from_codes(rows["state"], states)
        frame["entry"], frame["exit"] = rows["entry"].to_numpy(), rows["exit"].to_numpy()
        frame["to"] = pd.Categorical.from_codes(rows["to"], states)
        return pd.DataFrame(frame)

    def multistate(self, track: str, strategy: str | None = None) -> pd.DataFrame:
        """A track for R's survival, mstate and flexsurv: each visit once for each state that it may end in.

        id (twin), strategy, from, to, trans, entry, exit, time, status: 1 for the one taken, 0 for the others and
        where the follow-up ended (right-censored). Surv(entry, exit, status) is clock-forward, Surv(time, status)
        clock-reset; trans numbers the transitions as a matrix of mstate does, by row. Which may be: those of the
        study, and those seen. An id is a life only where one strategy is chosen.
        """
        spells = self.spells(track, strategy=strategy)
        seen = spells.dropna(subset=["to"])[["state", "to"]].astype(str).drop_duplicates()
        may = set(seen.itertuples(index=False, name=None))
        for name, tos in self._exits(track).items():
            state = name.split(".")[0]
            may |= {(state, to) for to in tos if to is not None and to != state}
        table = pd.DataFrame(sorted(may), columns=["from", "target"])
        table["trans"] = np.arange(1, len(table) + 1)
        spells = spells.assign(row=np.arange(len(spells)), **{"from": spells["state"].astype(str)})
        rows = spells.merge(table, on="from", how="inner").sort_values(["row", "trans"], kind="stable")
        return pd.DataFrame({
            "id": rows["twin"].to_numpy(), "strategy": rows["strategy"].to_numpy(), "from": rows["from"].to_numpy(),
            "to": rows["target"].to_numpy(), "trans": rows["trans"].to_numpy(), "entry": rows["entry"].to_numpy(),
            "exit": rows["exit"].to_numpy(), "time": (rows["exit"] - rows["entry"]).to_numpy(),
            "status": (rows["to"].astype(object).to_numpy() == rows["target"].to_numpy()).astype(int)})

    def dispensings(self, stock: str = "stock", strategy: str | None = None) -> pd.DataFrame:
        """What was put into a stock, for AdhereR and `twinpath adherence`: patient_id, date, duration_days,
        followed_days.

        One strategy (default: the baseline), for a patient has one history. A date is the day on which the twin
        entered plus the whole days since then, as the engine's own measures count; followed_days goes from the
        patient's first dispensing to the end of the life (--followup-duration followed_days).
        """
        group, rows, keep = self._rows("events", None, strategy or self.strategies[0])
        keep = slice(None) if keep is None else keep
        names = _text(group["event_name"][:])
        wanted = f"patient.{stock}.dispensed"
        if wanted not in names:
            stocks = [n.split(".")[1] for n in names if n.endswith(".dispensed")]
            raise Error(f"no dispensings into {stock}; there are {', '.join(stocks) or 'none'}")
        mine = group["event_code"][rows][keep] == names.index(wanted)
        twin = group["path_twin"][:][group["event_path"][rows][keep][mine]]
        day = np.floor(group["event_time"][rows][keep][mine]).astype(int)
        twins = self._group("twins")
        begins = datetime.date.fromisoformat(self.study["time"]["starts"])
        known = pd.DataFrame({"enters": twins["enters"][:], "follow_up": twins["follow_up"][:]}, twins["twin"][:])
        known = known.reindex(twin)
        entered = np.floor(known["enters"].to_numpy()).astype(int)
        first = pd.Series(day).groupby(twin).transform("min").to_numpy()
        return pd.DataFrame({
            "patient_id": twin,
            "date": [begins + datetime.timedelta(days=int(d)) for d in entered + day],
            "duration_days": group["event_value"][rows][keep][mine].astype(float),
            "followed_days": np.floor(known["follow_up"].to_numpy()).astype(int) - first})

    # -- pictures, of twinpath_pictures.py

    def plot(self, picture: str, **options: Any) -> Any:
        """A picture: "survival", "occupancy", "pdc", "cost" or "life"; see twinpath_pictures.py for options."""
        import twinpath_pictures
        return twinpath_pictures.PICTURES[picture](self, **options)


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


def _position(words: list[str], word: str, what: str) -> int:
    if word not in words:
        raise Error(f"no {what} {word}; there are {', '.join(words)}")
    return words.index(word)


def _branches(exit_: Mapping[str, Any]) -> list[str | None]:
    """States that an exit of the study leads to, in order of its branches; None: it stays."""
    choose = exit_.get("choose")
    if isinstance(choose, Mapping):
        tos = sorted((k for k in choose if k != "otherwise"), key=str.encode) + [choose["otherwise"]]
    elif choose:
        tos = [branch.get("to", branch.get("otherwise", "stay")) for branch in choose]
    else:
        tos = [exit_.get("to", "stay")]
    return [None if to == "stay" else to for to in tos]


def _with_interval(table: pd.DataFrame, centre: str, error: str) -> pd.DataFrame:
    """Fills low and high by the normal interval where there is none of parameter sets."""
    table["low"] = table["low"].fillna(table[centre] - Z95 * table[error])
    table["high"] = table["high"].fillna(table[centre] + Z95 * table[error])
    return table


def _km_interval(km: pd.Series, se: pd.Series) -> tuple[pd.Series, pd.Series]:
    inside = (km > 0) & (km < 1)
    s = km.where(inside, 0.5)
    reach = np.exp(Z95 * se / (s * np.log(s)).abs())
    return (s**reach).where(inside, km), (s**(1 / reach)).where(inside, km)


# ---- running -------------------------------------------------------------------------------------------


def program() -> str:
    """The program: $TWINPATH, that of PATH, or build/release/twinpath of this checkout."""
    built = pathlib.Path(__file__).resolve().parent.parent / "build" / "release" / "twinpath"
    for candidate in (os.environ.get("TWINPATH"), shutil.which("twinpath"), str(built)):
        if candidate and os.access(candidate, os.X_OK):
            return candidate
    raise Error("there is no program twinpath: build it with scripts/start.sh, or say where in $TWINPATH")


def show_progress(record: Mapping[str, Any]) -> None:
    """Progress as a line that is written over."""
    if record.get("event") == "progress":
        done, twins = record.get("twins_done", 0), record.get("twins", 0)
        print(f"\r{done:,} of {twins:,} twins", end="", file=sys.stderr, flush=True)
    elif record.get("event") == "end":
        print(f"\r{record.get('twins_done', 0):,} twins in {record.get('wall_seconds', 0):.1f} s", file=sys.stderr)


def run(study: str | os.PathLike, set: Mapping[str, Any] | None = None,  # noqa: A002
        patients: int | None = None, seed: int | None = None, output: str | os.PathLike = "results.h5",
        strategies: Iterable[str] = (), parameter_sets: int | None = None, threads: int | None = None,
        overwrite: bool = False, progress: Callable[[Mapping[str, Any]], None] | None = show_progress) -> Results:
    """Runs a study and opens its results.

    set: paths or parameters and their values, such as {"gap": "20 days"}. progress gets each record of
    --progress json. Findings of the study are the text of the Error. A run that was stopped early (exit code
    75) opens its partial file, with a warning.
    """
    command = [program(), "run", os.fspath(study), "--output", os.fspath(output), "--format", "json",
               "--progress", "json" if progress else "none"]
    for path, value in (set or {}).items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        command += ["--set", f"{path}={text}"]
    for name in strategies:
        command += ["--strategy", name]
    for option, value in (("--patients", patients), ("--seed", seed), ("--parameter-sets", parameter_sets),
                          ("--threads", threads)):
        if value is not None:
            command += [option, str(value)]
    if overwrite:
        command.append("--overwrite")
    said = []
    with tempfile.TemporaryFile() as comparison, \
            subprocess.Popen(command, stdout=comparison, stderr=subprocess.PIPE, text=True) as running:
        for line in running.stderr:
            try:
                record = json.loads(line)
            except json.JSONDecodeError:
                said.append(line)
                continue
            if progress:
                progress(record)
    if running.returncode not in (0, EXIT_STOPPED_EARLY):
        raise Error("".join(said).strip() or f"twinpath ended with {running.returncode}")
    return Results(output)
