"""Pictures of tracks and of lives, for twinpath_pictures.py: states over time, the flow between them, one life."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import PercentFormatter

from twinpath_drawing import bare, new_figure, on_colour, plain, spread, state_colours, time_axis, time_text

if TYPE_CHECKING:
    from twinpath import Results


def _name_areas(panel: Axes, wide: pd.DataFrame, unit: float, colours: Mapping[str, Sequence[float]]) -> None:
    """Writes names into areas, where a band as wide as the name is highest."""
    top = wide.cumsum(axis=1)
    n = max(1, int(len(wide) * 0.36) | 1)  # rows that a name is wide
    low = (top - wide).rolling(n, center=True).max()
    high = top.rolling(n, center=True).min()
    for state in wide:
        room = (high[state] - low[state]).fillna(-1)
        at = room.idxmax()
        if room[at] > 0.05:
            panel.text(at / unit, (high.loc[at, state] + low.loc[at, state]) / 2, plain(state), ha="center", va="center",
                       fontsize=9, color=on_colour(colours[state]))


def plot_occupancy(results: Results, track: str, strategies: Sequence[str] | None = None,
                   order: Sequence[str] | None = None) -> Figure:
    """Where the twins are in a track over time, one panel a strategy. order: states from the bottom to the top."""
    table = results.occupancy()
    table = table[table["track"] == track]
    strategies = list(strategies or results.strategies)
    centre = (table["time"] * table["share"]).groupby(table["state"]).sum() / table.groupby("state")["share"].sum()
    states = list(order or centre.sort_values().dropna().index)
    figure = new_figure(2.2 + 3.3 * len(strategies), 4.4, f"Share of twins in each state of {plain(track)}, over time")
    panels = figure.subplots(1, len(strategies), sharey=True, squeeze=False)[0]
    colours, at_the_end = dict(zip(states, state_colours(len(states)))), []
    for panel, name in zip(panels, strategies):
        wide = table[table["strategy"] == name].pivot(index="time", columns="state", values="share")[states]
        unit = time_axis(panel, wide.index.max())
        drawn = panel.stackplot(wide.index / unit, wide.to_numpy().T, colors=list(colours.values()), edgecolor="white",
                                linewidth=0.7)
        _name_areas(panel, wide, unit, colours)
        at_the_end.append(wide.iloc[-1])
        panel.set_ylim(0, 1)
        panel.set_title(plain(name), fontsize=10)
        panel.set_xlabel(panel.get_xlabel(), fontsize=9)
        bare(panel)
    shares = [" / ".join(f"{end[state]:.0%}" for end in at_the_end) for state in states]
    panels[-1].legend(list(drawn)[::-1], [f"{plain(state)}, {share} at the end" if len(panels) <= 3 else plain(state)
                                          for state, share in zip(states[::-1], shares[::-1])],
                      loc="center left", bbox_to_anchor=(1, 0.5), fontsize=9, frameon=False, handleheight=1.6)
    panels[0].yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    panels[0].set_ylabel("share of twins followed so long", fontsize=9)
    return figure


POINTS_A_NAME, POINTS_A_LETTER = 11.0, 4.1  # of a key, in type of 7.5 points
GONE = "followed no longer"


def _flow_nodes(flow: pd.DataFrame, times: Sequence[float], states: Sequence[str]) -> pd.DataFrame:
    """Share of lives in each state (columns, the last is GONE) at each time (rows)."""
    wide = pd.DataFrame(0.0, times, [*states, GONE])
    for (since, state), share in flow.groupby(["since", "from"], observed=True)["share"].sum().items():
        wide.loc[since, state] = share
    last = flow[flow["until"] == times[-1]]
    for state, share in last.groupby("to", observed=True)["share"].sum().items():
        wide.loc[times[-1], state] = share
    wide[GONE] = 1 - wide[list(states)].sum(axis=1)
    return wide


def _ribbon(axes: Axes, x: tuple[float, float], low: tuple[float, float], high: tuple[float, float], colour: object) -> None:
    """A band between two columns, from low[0]..high[0] at x[0] to low[1]..high[1] at x[1]."""
    middle = (x[0] + x[1]) / 2
    path = Path([(x[0], low[0]), (middle, low[0]), (middle, low[1]), (x[1], low[1]),
                 (x[1], high[1]), (middle, high[1]), (middle, high[0]), (x[0], high[0]), (x[0], low[0])],
                [Path.MOVETO] + [Path.CURVE4] * 3 + [Path.LINETO] + [Path.CURVE4] * 3 + [Path.CLOSEPOLY])
    axes.add_patch(PathPatch(path, facecolor=colour, edgecolor="white", lw=0.4, alpha=0.6))


def _flow_panel(axes: Axes, flow: pd.DataFrame, nodes: pd.DataFrame, colours: Mapping[str, Sequence[float]],
                ever: Mapping[str, float]) -> None:
    """One strategy: a column of states for each time, bands between, names at both ends."""
    times, gap, half = list(nodes.index), 0.02, 0.125
    base = (nodes + gap * (nodes > 0)).cumsum(axis=1).shift(axis=1, fill_value=0.0)
    drawn = [state for state in nodes if nodes[state].max() > 0.0005]
    for i, (since, until) in enumerate(zip(times[:-1], times[1:])):
        between = flow[flow["since"] == since].assign(to=lambda x: x["to"].astype(object).fillna(GONE))
        share = between.set_index(["from", "to"])["share"].to_dict() | {(GONE, GONE): nodes.loc[since, GONE]}
        leaves, comes = base.loc[since].copy(), base.loc[until].copy()
        for one in nodes:
            for other in nodes:
                size = share.get((one, other), 0.0)
                if size > 1e-9:
                    _ribbon(axes, (i + half, i + 1 - half), (leaves[one], comes[other]),
                            (leaves[one] + size, comes[other] + size), colours[one])
                    leaves[one] += size
                    comes[other] += size
    for i, time in enumerate(times):
        for state in drawn:
            height = nodes.loc[time, state]
            if height < 1e-9:
                continue
            axes.bar(i, height, 2 * half, bottom=base.loc[time, state], color=colours[state], edgecolor="black", lw=0.5)
            if height > 0.045:
                axes.text(i, base.loc[time, state] + height / 2, f"{height:.0%}", ha="center", va="center", fontsize=8,
                          color=on_colour(colours[state]))
    middle = base.loc[times[-1]] + nodes.loc[times[-1]] / 2
    places = spread([middle[state] for state in drawn], 0.085, 0.0, 1.0 + gap * nodes.shape[1])
    for state, place in zip(drawn, places):
        now = nodes.loc[times[-1], state]
        text = plain(state) + (f" {now:.0%}" if now >= 0.005 else "")
        text += f" (ever {ever[state]:.0%})" if state in ever else ""
        x = len(times) - 1 + half
        line = {"arrowstyle": "-", "lw": 0.5, "color": "#555555", "shrinkA": 1, "shrinkB": 0, "relpos": (0, 0.5)}
        axes.annotate(text, (x, middle[state]), (x + 0.14, place), fontsize=8.5, va="center", annotation_clip=False,
                      arrowprops=line if now > 0 else None)


def plot_flow(results: Results, track: str, strategies: Sequence[str] | None = None, at: Sequence[float] | None = None,
              order: Sequence[str] | None = None) -> Figure:
    """How lives flow between the states of a track: a column of states for each time, bands as wide as the share of
    lives that went from one to the other in between, a panel a strategy.

    at: times in days (default: five); order: states from the bottom to the top. "ever" is the share of lives that
    were in the state for some time. Needs events or trajectories.
    """
    strategies = list(strategies or results.strategies)
    flow = pd.concat([results.flow(track, at, name) for name in strategies])
    times = [*flow["since"].drop_duplicates(), flow["until"].max()]
    spells = pd.concat([results.spells(track, strategy=name) for name in strategies])
    first = spells.groupby("state", observed=True)["entry"].mean().sort_values()
    states = list(order or first.index)
    colours = dict(zip(states, state_colours(len(states)))) | {GONE: (1.0, 1.0, 1.0)}
    figure = new_figure(9.4, 0.8 + 3.3 * len(strategies), f"Flow of lives between the states of {plain(track)}: shares of "
                        "all lives, and of those that were ever there")
    panels = figure.subplots(len(strategies), 1, sharex=True, squeeze=False)[:, 0]
    for panel, name in zip(panels, strategies):
        mine = spells[spells["strategy"] == name]
        ever = mine.groupby("state", observed=True)["twin"].nunique() / mine["twin"].nunique()
        one = flow[flow["strategy"] == name]
        _flow_panel(panel, one, _flow_nodes(one, times, states), colours, ever)
        panel.set_title(plain(name), fontsize=10, loc="left", pad=2)
        panel.set_xlim(-0.14, len(times) - 0.85)
        panel.set_ylim(-0.01, 1.02 + 0.02 * len(states))
        panel.set_yticks([])
        bare(panel)
        panel.spines[["left", "bottom"]].set_visible(False)
        panel.tick_params(axis="x", length=0)
    panels[-1].set_xticks(range(len(times)), [time_text(time) for time in times])
    panels[-1].set_xlabel("time since entry (not to scale)", fontsize=9)
    return figure


def _name_states(axes: Axes, y: float, colours: Mapping[str, Sequence[float]]) -> None:
    """A key of states, right of their row."""
    points = 8.0
    for state, colour in colours.items():
        axes.annotate(plain(state), (1, y), (points, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
                      fontsize=7.5, va="center", color=on_colour(colour), annotation_clip=False,
                      bbox={"facecolor": colour, "edgecolor": "black", "lw": 0.4, "pad": 2})
        points += POINTS_A_NAME + POINTS_A_LETTER * len(state)


def _draw_spells(axes: Axes, y: float, spells: pd.DataFrame, unit: float, letters: float) -> dict[str, Sequence[float]]:
    """One track as a row, with the names of the states where they fit; returns the colours of those never named.

    letters: how many fit along the whole axis.
    """
    states = list(spells["state"].cat.categories)
    colours = dict(zip(states, state_colours(len(states))))
    unnamed = {state: colours[state] for state in states if (spells["state"] == state).any()}
    for spell in spells.itertuples():
        length, name = (spell.exit - spell.entry) / unit, plain(spell.state)
        axes.barh(y, length, left=spell.entry / unit, height=0.7, color=colours[spell.state], edgecolor="black", lw=0.5)
        if len(name) <= letters * length / axes.get_xlim()[1]:
            axes.text((spell.entry + spell.exit) / 2 / unit, y, name, ha="center", va="center", fontsize=8, clip_on=True,
                      color=on_colour(colours[spell.state]))
            unnamed.pop(spell.state, None)
    return unnamed


def plot_life(results: Results, twin: int, strategy: str | None = None, tracks: Sequence[str] | None = None,
              marks: Sequence[str] = ("dispensed", "contact")) -> Figure:
    """One life as a timeline: a row a track with its states, and a row of marks for each kind of event.

    tracks: which, from the top. marks: ends of names of events, such as dispensed (into a stock) or contact (with a
    support). States whose stretches are too short for their names stand right of their row.
    """
    strategy = strategy or results.strategies[0]
    tracks = list(tracks or results.study["patient"]["tracks"])
    events = results.events(twin, strategy)
    spells = {track: results.spells(track, twin, strategy) for track in tracks}
    last = max(one["exit"].max() for one in spells.values())
    kinds = [name for name in events["event"].unique() if name.count(".") == 2 and name.endswith(tuple(marks))]
    rows = len(tracks) + len(kinds)
    width = 7.4  # of the axis in inches, about; a letter takes 0.075
    figure = new_figure(width + 1.6, 1.2 + 0.4 * rows, f"The life of twin {twin} under {plain(strategy)}")
    axes = figure.subplots()
    unit = time_axis(axes, last)
    labels, longest = [], 0.0
    for row, track in enumerate(tracks):
        unnamed = _draw_spells(axes, -row, spells[track], unit, width / 0.075)
        _name_states(axes, -row, unnamed)
        longest = max(longest, sum(POINTS_A_NAME + POINTS_A_LETTER * len(state) for state in unnamed))
        labels.append(plain(track))
    figure.set_figwidth(width + 1.6 + longest / 72)
    for row, kind in enumerate(kinds, len(tracks)):
        one = events[events["event"] == kind]
        axes.plot(one["time"] / unit, np.full(len(one), -row), ls="", marker="|", ms=11, mew=1.4, color="black")
        labels.append(plain(".".join(kind.split(".")[1:])).replace(".", ": ") + f" ({len(one)})")
    axes.set_yticks(-np.arange(rows), labels)
    axes.set_ylim(-rows + 0.45, 0.55)
    axes.set_xlabel(axes.get_xlabel(), fontsize=9)
    bare(axes)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    return figure
