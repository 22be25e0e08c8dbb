"""Lives of a results file: events, trajectories, spells, and the formats of other packages. Use it by twinpath.py."""
from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import h5py
import numpy as np
import pandas as pd

from twinpath_run import Error

NO_EXITS = {"enter", "leave", "cost", "source", "note"}  # keys of a state that are not exits



def words_of(dataset: h5py.Dataset) -> list[str] | None:
    """The words behind the codes 0, 1, ... of a category; None where it is none."""
    text = dataset.attrs.get("flag_meanings")
    return None if text is None else text.split(" ")


def decode(values: np.ndarray, words: list[str]) -> pd.Series:
    """Codes as words, or as truths where the words are no and yes; codes below 0 are missing."""
    if words == ["no", "yes"]:
        truth = pd.array(values > 0, dtype="boolean")
        truth[np.asarray(values) < 0] = pd.NA
        return pd.Series(truth)
    return pd.Series(pd.Categorical.from_codes(np.maximum(values, -1), words))


def texts(values: np.ndarray) -> list[str]:
    return [value.decode() if isinstance(value, bytes) else str(value) for value in values]


def position(words: list[str], word: str, what: str) -> int:
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


def _as_one(moves: pd.DataFrame) -> pd.DataFrame:
    """Moves (path, time, from, to) in order, those of one instant as one."""
    goes_on = moves["path"].eq(moves["path"].shift()) & moves["time"].eq(moves["time"].shift())
    result = moves[~goes_on].reset_index(drop=True)
    result["to"] = moves["to"][~goes_on.shift(-1, fill_value=False)].to_numpy()
    return result


class Lives:
    """What twinpath.Results knows of lives one by one."""

    # -- lives

    def _path_of(self, group: h5py.Group, twin: int, strategy: str) -> int:
        """The row of a path: paths are ordered by twin, then strategy, so mostly no search is needed."""
        words = words_of(group["path_strategy"]) or []
        code = position(words, strategy, "strategy")
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
            paths = sorted(self._path_of(group, twin, one) for one in words_of(group["path_strategy"]) or [])
            start, last = int(group["row_start"][paths[0]]), paths[-1]
            if paths == list(range(paths[0], last + 1)):
                return group, slice(start, int(group["row_start"][last]) + int(group["row_size"][last])), None
        keep = np.ones(len(group["path"]), dtype=bool)
        if twin is not None:
            keep &= group["path_twin"][:] == twin
        if strategy is not None:
            words = words_of(group["path_strategy"]) or []
            keep &= group["path_strategy"][:] == position(words, strategy, "strategy")
        member = "event_path" if name == "events" else "obs_path"
        return group, slice(None), None if keep.all() else keep[group[member][:]]

    def _labels(self, name: str, group: h5py.Group, path: np.ndarray) -> dict[str, Any]:
        """twin and strategy of each row."""
        if len(path) == 0:
            first, last = 0, 0
        else:
            first, last = int(path.min()), int(path.max()) + 1
        twin, code = group["path_twin"][first:last], group["path_strategy"][first:last]
        words = words_of(group["path_strategy"]) or []
        return {"twin": twin[path - first], "strategy": pd.Categorical.from_codes(code[path - first], words)}

    def events(self, twin: int | None = None, strategy: str | None = None) -> pd.DataFrame:
        """A row an event: twin, strategy, time [days since entry], event (its name), value (days dispensed, the number
        of an exit's branch, ...: scenarios/README.md). Of one twin only its rows are read, however large the file."""
        group, rows, keep = self._rows("events", twin, strategy)
        keep = slice(None) if keep is None else keep
        names = texts(group["event_name"][:])
        frame = self._labels("events", group, group["event_path"][rows][keep])
        frame["time"] = group["event_time"][rows][keep]
        frame["event"] = pd.Categorical.from_codes(group["event_code"][rows][keep], names)
        frame["value"] = group["event_value"][rows][keep]
        return pd.DataFrame(frame)

    def trajectories(self, twin: int | None = None, strategy: str | None = None) -> pd.DataFrame:
        """A row an instant: twin, strategy, time [days since entry], after it the state of each track and the held
        value of each variable (in its own unit)."""
        group, rows, keep = self._rows("trajectories", twin, strategy)
        keep = slice(None) if keep is None else keep
        frame = self._labels("trajectories", group, group["obs_path"][rows][keep])
        frame["time"] = group["time"][rows][keep]
        for name, dataset in group.items():
            if name in ("obs", "time", "obs_path") or name.startswith(("path", "row_")):
                continue
            words = words_of(dataset)
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
            names = texts(self._group("events")["event_name"][:]) if "events" in self._h5 else []
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

    def _follow_up(self, twin: np.ndarray) -> np.ndarray:
        """Days that twins are followed, NaN where they never enter; float32 in the file."""
        group = self._group("twins")
        if len(twin) and (twin == twin[0]).all() and int(twin[0]) < len(group["twin"]) and \
                group["twin"][int(twin[0])] == twin[0]:  # ids are mostly 0, 1, ...
            return np.full(len(twin), float(group["follow_up"][int(twin[0])]))
        return pd.Series(group["follow_up"][:].astype(float), group["twin"][:]).reindex(twin).to_numpy()

    def _paths(self, group: h5py.Group, twin: int | None, strategy: str | None) -> tuple[np.ndarray, np.ndarray]:
        """The paths of a twin, of a strategy, of both, or all, and the twin of each."""
        words = words_of(group["path_strategy"]) or []
        if twin is not None:
            paths = np.array(sorted(self._path_of(group, twin, one) for one in ([strategy] if strategy else words)))
            return paths, np.full(len(paths), twin)
        paths = np.arange(len(group["path"]))
        if strategy is not None:
            paths = paths[group["path_strategy"][:] == position(words, strategy, "strategy")]
        return paths, group["path_twin"][:][paths]

    def spells(self, track: str, twin: int | None = None, strategy: str | None = None) -> pd.DataFrame:
        """Visits to the states of a track: twin, strategy, state, entry and exit [days since the twin's entry], to
        (missing: followed no longer).

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
        words = words_of(group[track]) or []
        start = frame[~frame["path"].eq(frame["path"].shift())].set_index("path")["state"]
        moves = frame[frame["path"].eq(frame["path"].shift())].copy()
        moves["from"] = frame["state"].shift()[moves.index].astype(int)
        moves = moves.rename(columns={"state": "to"})[["path", "time", "from", "to"]]
        return self._spell_rows("trajectories", group, moves, start, end, words)

    def _spells_of_events(self, track: str, twin: int | None, strategy: str | None) -> pd.DataFrame:
        group, rows, keep = self._rows("events", twin, strategy)
        keep = slice(None) if keep is None else keep
        names = texts(group["event_name"][:])
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
        moves = _as_one(moves[moves["to"] >= 0])
        paths, twins = self._paths(group, twin, strategy)
        end = pd.Series(self._follow_up(twins), paths).dropna()
        # follow_up is rounded to float32: what happened, happened before the end
        last = moves.drop_duplicates("path", keep="last").set_index("path")["time"]
        end = end.clip(lower=last.reindex(end.index, fill_value=-np.inf))
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
        rows = pd.concat([left, rest])
        rows = rows.iloc[np.lexsort((rows["exit"], rows["entry"], rows["path"]))]
        rows = rows[rows["exit"] > rows["entry"]]
        frame = self._labels(name, group, rows["path"].to_numpy())
        frame["state"] = pd.Categorical.from_codes(rows["state"], states)
        frame["entry"], frame["exit"] = rows["entry"].to_numpy(), rows["exit"].to_numpy()
        frame["to"] = pd.Categorical.from_codes(rows["to"], states)
        return pd.DataFrame(frame)

    def multistate(self, track: str, strategy: str | None = None) -> pd.DataFrame:
        """A track for R's survival, mstate, flexsurv and msm: each visit once for each state that it may end in.

        id (twin), strategy, from, to, trans, entry, exit, time = exit - entry [days], status: 1 for the one taken,
        0 for the others and where the follow-up ended (right-censored). Surv(entry, exit, status) is clock-forward,
        Surv(time, status) clock-reset; trans numbers the transitions by row of mstate's matrix, which is
        frame.attrs["trans"] (a frame from x to, missing where there is none). Which may be: those of the study, and
        those seen. An id is a life only where one strategy is chosen. Covariates: merge(twins(), left_on="id",
        right_on="twin").
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
        result = pd.DataFrame({
            "id": rows["twin"].to_numpy(), "strategy": rows["strategy"].to_numpy(), "from": rows["from"].to_numpy(),
            "to": rows["target"].to_numpy(), "trans": rows["trans"].to_numpy(), "entry": rows["entry"].to_numpy(),
            "exit": rows["exit"].to_numpy(), "time": (rows["exit"] - rows["entry"]).to_numpy(),
            "status": (rows["to"].astype(object).to_numpy() == rows["target"].to_numpy()).astype(int)})
        states = sorted({*table["from"], *table["target"]})
        result.attrs["trans"] = table.pivot(index="from", columns="target", values="trans").reindex(states, columns=states)
        return result

    def flow(self, track: str, at: Sequence[float] | None = None, strategy: str | None = None) -> pd.DataFrame:
        """How lives move between the states of a track: strategy, since, until [days], from, to, n, share.

        Of those in `from` at `since` n were in `to` at `until` (missing: followed no longer), whatever lay between;
        share is n over all lives of the strategy. at: the times, rising from the first; default: five from the entry
        to the end of the longest life. What happens in an instant is done then, as in occupancy().
        """
        spells = self.spells(track, strategy=strategy)
        at = np.linspace(0, spells["exit"].max(), 5) if at is None else np.asarray(at, dtype=float)
        if len(at) < 2 or (np.diff(at) <= 0).any():
            raise Error("a flow needs two times or more, each after the one before")
        states = list(spells["state"].cat.categories)
        frames = []
        for name, one in spells.groupby("strategy", observed=True):
            now = np.full((len(at), one["twin"].nunique()), len(states))  # the last code: followed no longer
            row = one["twin"].astype("category").cat.codes.to_numpy()
            last = one["to"].isna().to_numpy()
            for i, time in enumerate(at):
                # the end of a life is float32 in the file
                there = (one["entry"] <= time) & ((one["exit"] > time) | (last & (np.float32(time) <= one["exit"].astype("float32"))))
                now[i, row[there]] = one["state"].cat.codes.to_numpy()[there]
            for i in range(len(at) - 1):
                pairs = pd.DataFrame({"from": now[i], "to": now[i + 1]}).value_counts().sort_index().reset_index(name="n")
                pairs = pairs[pairs["from"] < len(states)]
                frames.append(pd.DataFrame({
                    "strategy": name, "since": at[i], "until": at[i + 1],
                    "from": pd.Categorical.from_codes(pairs["from"], states),
                    "to": pd.Categorical.from_codes(pairs["to"].where(pairs["to"] < len(states), -1), states),
                    "n": pairs["n"].to_numpy(), "share": pairs["n"].to_numpy() / now.shape[1]}))
        result = pd.concat(frames, ignore_index=True)
        result["strategy"] = pd.Categorical(result["strategy"], self.strategies)
        return result

    def dispensings(self, stock: str = "stock", strategy: str | None = None) -> pd.DataFrame:
        """What was put into a stock, for AdhereR and `twinpath adherence`: patient_id, date, duration_days (days of
        supply), followed_days.

        One strategy (default: the baseline), for a patient has one history. A date is the day on which the twin
        entered plus the whole days since then, as the engine's own measures count; followed_days goes from the
        patient's first dispensing to the end of the life (--followup-duration followed_days).
        """
        group, rows, keep = self._rows("events", None, strategy or self.strategies[0])
        keep = slice(None) if keep is None else keep
        names = texts(group["event_name"][:])
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
