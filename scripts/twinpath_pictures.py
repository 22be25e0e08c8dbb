"""Pictures of a results file: twinpath.open(path).plot(NAME, ...) gives a matplotlib figure.

Lines differ by dash as well as colour, areas by hatching as well as grey, and are named where they are, so that a
picture reads without colour. The colours are those of Okabe and Ito (2008), which most colour-blind people tell apart.
"""
from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

if TYPE_CHECKING:
    from twinpath import Results

COLOURS = ["#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]
DASHES = ["-", (0, (6, 2)), (0, (2, 1.2)), (0, (7, 2, 1.5, 2)), (0, (4, 1, 1, 1, 1, 1)), (0, (9, 3)), (0, (1, 1))]
HATCHES = ["", "////", "....", "\\\\\\\\", "xxxx", "----", "++++", "oooo", "||||", "**"]
DAYS_PER_YEAR = 365.25
GOOD_ADHERENCE = 0.8  # the usual threshold (PQA)


def _plain(name: str) -> str:
    return str(name).replace("_", " ")


def _figure(width: float, height: float, title: str) -> Figure:
    figure = Figure(figsize=(width, height), layout="constrained")
    figure.suptitle("\n".join(textwrap.wrap(title, int(width * 11))), fontsize=11, x=0.01, ha="left")
    return figure


def _bare(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=9)


def _time_axis(axes: Axes, last_days: float) -> float:
    """Labels the time; days in one unit of the axis."""
    unit, name = (DAYS_PER_YEAR, "years") if last_days > 2 * DAYS_PER_YEAR else (1.0, "days")
    axes.set_xlim(0, last_days / unit)
    axes.set_xlabel(f"time since entry [{name}]")
    return unit


def _spread(wanted: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """Places for labels as near to those wanted as may be, `apart` from each other, between low and high."""
    order = np.argsort(wanted)
    places = np.array(wanted, dtype=float)[order]
    for _ in range(200):
        gaps = np.diff(places) - apart
        tight = np.flatnonzero(gaps < -1e-9)
        if len(tight) == 0:
            break
        for i in tight:
            push = (apart - (places[i + 1] - places[i])) / 2
            places[i] -= push
            places[i + 1] += push
    places += max(0.0, low - places.min()) - max(0.0, places.max() - high)
    result = np.empty(len(places))
    result[order] = places
    return list(result)


def _label_ends(axes: Axes, ends: Sequence[tuple[float, float, str, str]]) -> None:
    """Names lines right of their ends (x, y, text, colour), moved apart where they are close."""
    low, high = axes.get_ylim()
    places = _spread([y for _, y, _, _ in ends], (high - low) * 0.055, low, high)
    right = axes.get_xlim()[1]
    for (x, y, text, colour), place in zip(ends, places):
        axes.annotate(text, (x, y), (right * 1.045, place), color=colour, fontsize=9, va="center", annotation_clip=False,
                      arrowprops={"arrowstyle": "-", "color": colour, "lw": 0.6, "shrinkA": 1, "shrinkB": 0})


def plot_survival(results: Results, curve: str | None = None, strategies: Sequence[str] | None = None) -> Figure:
    """A Kaplan-Meier curve by strategy with bands of 95 %, and the numbers at risk."""
    table = results.survival()
    curve = curve or table["curve"].iloc[0]
    table = table[table["curve"] == curve]
    strategies = list(strategies or results.strategies)
    about = results.long_name("survival", "km_" + curve).replace("kaplan meier ", "")
    figure = _figure(8.4, 4.8 + 0.17 * len(strategies), f"Kaplan-Meier: not yet {about}. Bands of 95 % are of each curve "
                     "alone; how they differ is told far better by the paired differences")
    axes, risk = figure.subplots(2, 1, sharex=True, height_ratios=[4.6, 0.25 + 0.17 * len(strategies)])
    unit = _time_axis(risk, table["time"].max())
    axes.set_xlim(risk.get_xlim())
    ends, marks = [], np.linspace(0, table["time"].max(), 7)
    for i, name in enumerate(strategies):
        one, colour = table[table["strategy"] == name], COLOURS[i % len(COLOURS)]
        x = one["time"] / unit
        axes.fill_between(x, one["low"], one["high"], color=colour, alpha=0.13, lw=0, step="post")
        axes.step(x, one["km"], where="post", color=colour, ls=DASHES[i % len(DASHES)], lw=1.6)
        known = one.dropna(subset=["km"])
        ends.append((known["time"].iloc[-1] / unit, known["km"].iloc[-1], _plain(name), colour))
        at_risk = [one["at_risk"].to_numpy()[min(np.searchsorted(one["time"], t), len(one) - 1)] for t in marks]
        for t, n in zip(marks, at_risk):
            risk.text(t / unit, -i, f"{n:,}", fontsize=8, ha="center", va="center", color=colour)
        risk.annotate(_plain(name), (1.045, -i), xycoords=("axes fraction", "data"), fontsize=8, va="center", color=colour,
                      annotation_clip=False)
    axes.set_ylim(min(0.8, max(0.0, np.floor(table["low"].min() * 10) / 10)), 1.0)
    axes.set_ylabel("share not yet " + about.split(" ")[0] + (" (axis cut)" if axes.get_ylim()[0] > 0 else ""), fontsize=9)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    _label_ends(axes, ends)
    risk.set_ylim(-len(strategies) + 0.4, 0.6)
    risk.set_yticks([])
    risk.set_title("lives at risk", fontsize=8, loc="left", pad=2)
    risk.set_xlabel(f"time since the curve begins [{'years' if unit > 1 else 'days'}]", fontsize=9)
    risk.spines["left"].set_visible(False)
    _bare(axes)
    _bare(risk)
    return figure


def _name_areas(panel: Axes, wide: pd.DataFrame, unit: float) -> None:
    """Writes the names of areas into them where they are high enough, at their highest inner place."""
    top = wide.cumsum(axis=1)
    inner = wide.index[int(len(wide) * 0.2):int(len(wide) * 0.8)]
    for state in wide:
        at = wide.loc[inner, state].idxmax()
        if wide.loc[at, state] > 0.09:
            panel.text(at / unit, top.loc[at, state] - wide.loc[at, state] / 2, _plain(state), ha="center", va="center",
                       fontsize=9, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5})


def plot_occupancy(results: Results, track: str, strategies: Sequence[str] | None = None,
                   order: Sequence[str] | None = None) -> Figure:
    """Where the twins are in a track over time, one panel a strategy. order: states from the bottom to the top."""
    table = results.occupancy()
    table = table[table["track"] == track]
    strategies = list(strategies or results.strategies)
    centre = (table["time"] * table["share"]).groupby(table["state"]).sum() / table.groupby("state")["share"].sum()
    states = list(order or centre.sort_values().dropna().index)
    figure = _figure(1.9 + 3.3 * len(strategies), 4.4, f"Share of twins in each state of {_plain(track)}")
    panels = figure.subplots(1, len(strategies), sharey=True, squeeze=False)[0]
    greys = np.linspace(1.0, 0.62, len(states))
    for panel, name in zip(panels, strategies):
        wide = table[table["strategy"] == name].pivot(index="time", columns="state", values="share")[states]
        unit = _time_axis(panel, wide.index.max())
        drawn = panel.stackplot(wide.index / unit, wide.to_numpy().T, edgecolor="black", linewidth=0.6)
        for i, area in enumerate(drawn):
            area.set_facecolor(str(greys[i]))
            area.set_hatch(HATCHES[i % len(HATCHES)])
            area.set_edgecolor("#666666")
        _name_areas(panel, wide, unit)
        panel.set_ylim(0, 1)
        panel.set_title(_plain(name), fontsize=10)
        panel.set_xlabel(panel.get_xlabel(), fontsize=9)
        _bare(panel)
    panels[-1].legend(list(drawn)[::-1], [f"{_plain(state)}, {share:.0%} at the end"
                                          for state, share in zip(states[::-1], wide.iloc[-1][::-1])],
                      loc="center left", bbox_to_anchor=(1, 0.5), fontsize=9, frameon=False, handleheight=1.6)
    panels[0].yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    panels[0].set_ylabel("share of twins followed so long", fontsize=9)
    return figure


def plot_pdc(results: Results, measure: str = "pdc", strategies: Sequence[str] | None = None) -> Figure:
    """How a share such as PDC is distributed over twins: a row a strategy, the baseline's outline in each."""
    strategies = list(strategies or results.strategies)
    table = results.outcomes()
    if measure not in table:
        raise KeyError(f"no {measure} in /outcomes")
    bins = np.linspace(0, 1, 21)
    figure = _figure(7.6, 0.9 + 1.05 * len(strategies), f"{_plain(measure).upper() if measure == 'pdc' else _plain(measure)}"
                     f" of twins with a dispensing; thick line: mean, dashed: {GOOD_ADHERENCE}")
    panels = figure.subplots(len(strategies), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    shares = {}
    for name in [results.strategies[0], *strategies]:
        values = table.loc[table["strategy"] == name, measure].astype(float).dropna().to_numpy()
        shares[name] = (np.histogram(values, bins)[0] / max(1, len(values)), values)
    for i, (panel, name) in enumerate(zip(panels, strategies)):
        height, values = shares[name]
        panel.stairs(height, bins, fill=True, color="#BBBBBB")
        panel.stairs(shares[results.strategies[0]][0], bins, color="black", lw=1.0)
        panel.axvline(values.mean(), color=COLOURS[1], lw=2.2)
        panel.axvline(GOOD_ADHERENCE, color="black", lw=0.9, ls=(0, (4, 3)))
        panel.annotate(f"{_plain(name)}\nmean {values.mean():.3f}\n{np.mean(values >= GOOD_ADHERENCE):.1%} at or above "
                       f"{GOOD_ADHERENCE}", (1.02, 0.5), xycoords="axes fraction", fontsize=9, va="center")
        panel.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        _bare(panel)
    panels[-1].set_xlim(0, 1)
    panels[-1].set_xlabel(f"{_plain(measure)} (share of days); outline: {_plain(results.strategies[0])}", fontsize=9)
    figure.supylabel("share of twins", fontsize=9)
    return figure


def _ledgers(results: Results, ledgers: Sequence[str] | None) -> pd.DataFrame:
    """Mean cost of each ledger (rows: strategies); by default all cost_*, which must then add up to the cost."""
    table = results.summary()
    wide = table[table["time"].isna()].pivot(index="strategy", columns="measure", values="mean").loc[results.strategies]
    names = list(ledgers or [name for name in wide if name.startswith("cost_")])
    if not names:
        raise KeyError("the study reports no costs by payer")
    if ledgers is None and "cost" in wide and not np.allclose(wide[names].sum(axis=1), wide["cost"], rtol=1e-6):
        raise ValueError(f"{', '.join(names)} do not add up to the cost: say which in ledgers=")
    return wide[names]


def plot_cost(results: Results, ledgers: Sequence[str] | None = None) -> Figure:
    """Mean cost of a twin by who pays, and on the right what each pays more or less than under the baseline."""
    wide = _ledgers(results, ledgers)
    currency = results.currency
    figure = _figure(9.6, 1.7 + 0.5 * len(wide), f"Mean cost of a twin by ledger [{currency}]")
    total, change = figure.subplots(1, 2, sharey=True, width_ratios=[1, 1])
    greys = np.linspace(0.95, 0.5, wide.shape[1])
    y = np.arange(len(wide))[::-1]
    for panel, values in ((total, wide), (change, wide - wide.iloc[0])):
        up, down = np.zeros(len(wide)), np.zeros(len(wide))
        for i, name in enumerate(values):
            x = values[name].to_numpy()
            left = np.where(x >= 0, up, down)
            panel.barh(y, x, left=left, height=0.62, color=str(greys[i]), edgecolor="#222222", lw=0.7,
                       hatch=HATCHES[i % len(HATCHES)], label=_plain(name.removeprefix("cost_")))
            up += np.maximum(x, 0)
            down += np.minimum(x, 0)
        panel.axvline(0, color="black", lw=0.8)
        sums = values.sum(axis=1).to_numpy()
        for place, edge, amount in zip(y, up, sums):
            text = f"{amount:,.0f}" if panel is total else f"{amount:+,.0f}" if place != y[0] else "baseline"
            panel.annotate(text, (edge, place), (4, 0), textcoords="offset points", fontsize=9, va="center")
        panel.set_xlim(min(0, down.min()) * 1.1, max(up.max(), 1e-9) * 1.25)
        panel.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.0f}"))
        panel.locator_params(axis="x", nbins=5)
        _bare(panel)
    change.tick_params(axis="y", length=0)
    total.set_yticks(y, [_plain(name) for name in wide.index])
    total.set_xlabel(f"mean of a twin [{currency}]", fontsize=9)
    change.set_xlabel(f"difference from {_plain(wide.index[0])} [{currency}]", fontsize=9)
    total.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=wide.shape[1], fontsize=9, frameon=False)
    return figure


def plot_life(results: Results, twin: int, strategy: str | None = None, tracks: Sequence[str] | None = None,
              marks: Sequence[str] = ("dispensed", "contact")) -> Figure:
    """One life as a timeline: a row a track with its states, and a row of marks for each kind of event.

    marks: ends of names of events, such as dispensed (into a stock) or contact (with a support).
    """
    strategy = strategy or results.strategies[0]
    tracks = list(tracks or results.study["patient"]["tracks"])
    events = results.events(twin, strategy)
    spells = {track: results.spells(track, twin, strategy) for track in tracks}
    last = max(one["exit"].max() for one in spells.values())
    kinds = [name for name in events["event"].unique() if name.count(".") == 2 and name.endswith(tuple(marks))]
    rows = len(tracks) + len(kinds)
    figure = _figure(10.5, 1.3 + 0.46 * rows, f"The life of twin {twin} under {_plain(strategy)}")
    axes = figure.subplots()
    unit = _time_axis(axes, last)
    labels = []
    for row, track in enumerate(tracks):
        states = list(spells[track]["state"].cat.categories)
        greys = np.linspace(1.0, 0.62, len(states))
        for spell in spells[track].itertuples():
            i = states.index(spell.state)
            axes.barh(-row, (spell.exit - spell.entry) / unit, left=spell.entry / unit, height=0.7, color=str(greys[i]),
                      edgecolor="black", lw=0.6)
            room = (spell.exit - spell.entry) / last * 120  # letters that fit, at this width and size of type
            text = _plain(spell.state)
            if len(text) <= room:
                axes.text((spell.entry + spell.exit) / 2 / unit, -row, text, ha="center", va="center", fontsize=8,
                          clip_on=True)
        labels.append(_plain(track))
    for row, kind in enumerate(kinds, len(tracks)):
        one = events[events["event"] == kind]
        axes.plot(one["time"] / unit, np.full(len(one), -row), ls="", marker="|", ms=11, mew=1.4, color="black")
        labels.append(_plain(".".join(kind.split(".")[1:])).replace(".", ": ") + f" ({len(one)})")
    axes.set_yticks(-np.arange(rows), labels)
    axes.set_ylim(-rows + 0.45, 0.55)
    axes.set_xlabel(axes.get_xlabel() + "; stretches too short for their name are unnamed", fontsize=9)
    _bare(axes)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    return figure


PICTURES: dict[str, Callable[..., Figure]] = {
    "survival": plot_survival, "occupancy": plot_occupancy, "pdc": plot_pdc, "cost": plot_cost, "life": plot_life}
