"""Pictures of a results file: twinpath.open(path).plot(NAME, ...) gives a matplotlib figure.

twinpath_drawing.py has the manner of all of them, twinpath_stages.py those of tracks and lives, twinpath_decision.py
those of all strategies together, twinpath_sweeps.py those of sweeps.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

from twinpath_drawing import COLOURS, DASHES, HATCHES, MARKS, bands, bare, fill_band, label_ends, new_figure, plain, \
    time_axis, unit_of_time
from twinpath_decision import plot_acceptability, plot_plane
from twinpath_run import Error
from twinpath_stages import plot_flow, plot_life, plot_occupancy
from twinpath_sweeps import OnePoint, plot_heat, plot_sweep

if TYPE_CHECKING:
    from twinpath import Results

GOOD_ADHERENCE = 0.8  # the usual threshold (PQA)


def _curve_lines(axes: Axes, table: pd.DataFrame, strategies: Sequence[str], unit: float) -> None:
    """Curves with their bands, named at their ends."""
    ends = []
    for i, name in enumerate(strategies):
        one, colour = table[table["strategy"] == name], COLOURS[i % len(COLOURS)]
        axes.fill_between(one["time"] / unit, one["low"], one["high"], color=colour, alpha=0.13, lw=0, step="post")
        axes.step(one["time"] / unit, one["km"], where="post", color=colour, ls=DASHES[i % len(DASHES)], lw=1.6)
        known = one.dropna(subset=["km"])
        ends.append((known["time"].iloc[-1] / unit, known["km"].iloc[-1], plain(name), colour))
    axes.set_ylim(min(0.8, max(0.0, np.floor(table["low"].min() * 10) / 10)), 1.0)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    label_ends(axes, ends)


def _curve_risk(axes: Axes, table: pd.DataFrame, strategies: Sequence[str], unit: float) -> None:
    """Numbers at risk at seven times, a row a strategy."""
    for i, name in enumerate(strategies):
        one, colour = table[table["strategy"] == name], COLOURS[i % len(COLOURS)]
        for time in np.linspace(0, table["time"].max(), 7):
            n = one["at_risk"].to_numpy()[min(np.searchsorted(one["time"], time), len(one) - 1)]
            axes.text(time / unit, -i, f"{n:,}", fontsize=8, ha="center", va="center", color=colour)
        axes.annotate(plain(name), (1.045, -i), xycoords=("axes fraction", "data"), fontsize=8, va="center", color=colour,
                      annotation_clip=False)
    axes.set_ylim(-len(strategies) + 0.4, 0.6)
    axes.set_yticks([])
    axes.set_title("lives at risk", fontsize=8, loc="left", pad=2)
    axes.spines["left"].set_visible(False)


def _curve_differences(axes: Axes, rows: pd.DataFrame, strategies: Sequence[str], unit: float, baseline: str) -> None:
    """Paired differences at the times that the study asks for, those of one time side by side."""
    times = np.sort(rows["time"].unique())
    shown = [(i, name) for i, name in enumerate(strategies) if name in set(rows["contrast"])]
    step = (axes.get_xlim()[1] * 0.009) if len(times) < 12 else 0.0
    for k, (i, name) in enumerate(shown):
        one, colour = rows[rows["contrast"] == name], COLOURS[i % len(COLOURS)]
        x = one["time"] / unit + (k - (len(shown) - 1) / 2) * step
        axes.errorbar(x, 100 * one["diff"], 100 * np.array([one["diff"] - one["low"], one["high"] - one["diff"]]), ls="",
                      marker=MARKS[i % len(MARKS)], ms=4.5, color=colour, lw=1.1, label=plain(name), mfc="white", mew=1.2)
    axes.axhline(0, color="black", lw=0.8)
    axes.set_ylabel(f"minus {plain(baseline)}\n[percentage points]", fontsize=9)
    axes.set_title("paired differences with intervals of 95 %; those of one time side by side", fontsize=8, loc="left",
                   pad=3)
    axes.legend(loc="center left", bbox_to_anchor=(1.03, 0.5), fontsize=9, frameon=False)


def plot_survival(results: Results, curve: str | None = None, strategies: Sequence[str] | None = None) -> Figure:
    """A Kaplan-Meier curve by strategy with bands of 95 %, paired differences from the baseline at the times that the
    study's measure asks for, and the numbers at risk."""
    table, contrasts = results.survival(), results.contrasts()
    curve = curve or table["curve"].iloc[0]
    table = table[table["curve"] == curve]
    strategies = list(strategies or results.strategies)
    rows = contrasts[(contrasts["measure"] == curve) & contrasts["contrast"].isin(strategies)]
    about = results.long_name("survival", "km_" + curve).replace("kaplan meier ", "")
    what, _, since = about.partition(" since ")
    figure = new_figure(8.6, 4.6 + 0.17 * len(strategies) + (1.6 if len(rows) else 0),
                     f"Share not yet {plain(what).replace('.', ' ')}, from {plain(since).replace('.', ' ') or 'entry'} on: "
                     "Kaplan-Meier with bands of 95 %")
    heights = [4.0] + ([1.7] if len(rows) else []) + [0.25 + 0.17 * len(strategies)]
    panels = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)
    unit = time_axis(panels[-1], table["time"].max())
    panels[-1].set_xlabel(f"time since {plain(since).replace('.', ' ') or 'entry'} [{unit_of_time(table['time'].max())[1]}]",
                          fontsize=9)
    _curve_lines(panels[0], table, strategies, unit)
    panels[0].set_ylabel(f"share not yet {plain(what).rpartition('.')[2]}"
                         + (" (axis cut)" if panels[0].get_ylim()[0] > 0 else ""), fontsize=9)
    if len(rows):
        _curve_differences(panels[1], rows, strategies, unit, results.strategies[0])
    _curve_risk(panels[-1], table, strategies, unit)
    for axes in panels:
        bare(axes)
    return figure


def plot_pdc(results: Results, measure: str = "pdc", strategies: Sequence[str] | None = None) -> Figure:
    """How a share such as PDC is distributed over twins: a row a strategy, the baseline's outline in each."""
    strategies = list(strategies or results.strategies)
    table = results.outcomes()
    if measure not in table:
        raise KeyError(f"no {measure} in /outcomes")
    bins = np.linspace(0, 1, 21)
    figure = new_figure(7.6, 0.9 + 1.05 * len(strategies), f"{plain(measure).upper() if measure == 'pdc' else plain(measure)}"
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
        panel.annotate(f"{plain(name)}\nmean {values.mean():.3f}\n{np.mean(values >= GOOD_ADHERENCE):.1%} at or above "
                       f"{GOOD_ADHERENCE}", (1.02, 0.5), xycoords="axes fraction", fontsize=9, va="center")
        panel.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        bare(panel)
    panels[-1].set_xlim(0, 1)
    panels[-1].set_xlabel(f"{plain(measure)} (share of days); outline: {plain(results.strategies[0])}", fontsize=9)
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


def _whiskers(axes: Axes, y: np.ndarray, rows: pd.DataFrame) -> np.ndarray:
    """Intervals of sums, drawn below the bars' lower edges; returns how far they reach."""
    axes.errorbar(rows["diff"], y - 0.39, xerr=[rows["diff"] - rows["low"], rows["high"] - rows["diff"]], ls="", marker="d",
                  ms=4, color="black", lw=1.1, capsize=2.5)
    return rows["high"].fillna(0).to_numpy()


def plot_cost(results: Results, ledgers: Sequence[str] | None = None) -> Figure:
    """Mean cost of a twin by who pays, and on the right what each pays more or less than under the baseline."""
    wide = _ledgers(results, ledgers)
    currency = results.currency
    figure = new_figure(9.6, 1.7 + 0.5 * len(wide), f"Mean cost of a twin by ledger [{currency}]")
    total, change = figure.subplots(1, 2, sharey=True, width_ratios=[1, 1])
    greys = np.linspace(0.95, 0.5, wide.shape[1])
    y = np.arange(len(wide))[::-1]
    reach = results.contrasts().query("measure == 'cost'").set_index("contrast").reindex(wide.index) if ledgers is None else ()
    for panel, values in ((total, wide), (change, wide - wide.iloc[0])):
        up, down = np.zeros(len(wide)), np.zeros(len(wide))
        for i, name in enumerate(values):
            x = values[name].to_numpy()
            left = np.where(x >= 0, up, down)
            panel.barh(y, x, left=left, height=0.62, color=str(greys[i]), edgecolor="#222222", lw=0.7,
                       hatch=HATCHES[i % len(HATCHES)], label=plain(name.removeprefix("cost_")))
            up += np.maximum(x, 0)
            down += np.minimum(x, 0)
        panel.axvline(0, color="black", lw=0.8)
        sums = values.sum(axis=1).to_numpy()
        if panel is change and len(reach):
            up = np.maximum(up, _whiskers(panel, y, reach))
        for place, edge, amount in zip(y, up, sums):
            text = f"{amount:,.0f}" if panel is total else f"{amount:+,.0f}" if place != y[0] else "baseline"
            panel.annotate(text, (edge, place), (4, 0), textcoords="offset points", fontsize=9, va="center")
        panel.set_xlim(min(0, down.min()) * 1.1, max(up.max(), 1e-9) * 1.25)
        panel.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.0f}"))
        panel.locator_params(axis="x", nbins=5)
        bare(panel)
    change.tick_params(axis="y", length=0)
    total.set_yticks(y, [plain(name) for name in wide.index])
    total.set_xlabel(f"mean of a twin [{currency}]", fontsize=9)
    change.set_xlabel(f"difference from {plain(wide.index[0])} [{currency}]"
                      + ("\ndiamond: their sum, with its interval of 95 %" if len(reach) else ""), fontsize=9)
    total.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=wide.shape[1], fontsize=9, frameon=False)
    return figure



def plot_differences(results: Results, measure: str, time: float | None = None, strategies: Sequence[str] | None = None,
                     by_segment: bool = False) -> Figure:
    """Paired differences of one measure from the baseline with intervals of 95 %, a row a strategy; by_segment: those
    of each segment below. time: in days, for a measure at several (default: the last)."""
    table = results.contrasts()
    table = table[table["measure"] == measure].assign(segment="all")
    if table.empty:
        raise KeyError(f"no {measure} in /contrasts")
    if by_segment:
        parts = results.contrasts(by_segment=True)
        table = pd.concat([table, parts[parts["measure"] == measure]])
    if table["time"].notna().any():
        table = table[table["time"] == (time if time is not None else table["time"].max())]
    strategies = [name for name in strategies or results.strategies if name in set(table["contrast"])]
    segments = list(dict.fromkeys(table["segment"]))
    unit = {"1": "", "": ""}.get(table["unit"].iloc[0], f" [{table['unit'].iloc[0]}]")
    when = "" if table["time"].isna().any() else f" at {table['time'].iloc[0]:g} days"
    figure = new_figure(8.6, 1.2 + 0.27 * len(strategies) * len(segments) + 0.2 * len(segments),
                        f"{plain(measure)}{when}: paired difference from {plain(results.strategies[0])}{unit}, interval of 95 %")
    axes = figure.subplots()
    y, ticks, names = 0.0, [], []
    for segment in segments:
        for i, name in enumerate(results.strategies):
            row = table[(table["segment"] == segment) & (table["contrast"] == name)]
            if name in strategies and len(row):
                one, colour = row.iloc[0], COLOURS[i % len(COLOURS)]
                axes.errorbar(one["diff"], y, xerr=[[one["diff"] - one["low"]], [one["high"] - one["diff"]]], color=colour,
                              marker=MARKS[i % len(MARKS)], ms=5, mfc="white", mew=1.2, lw=1.3, capsize=2.5)
                axes.annotate(f"{one['diff']:+.3g}", (1.01, y), xycoords=("axes fraction", "data"), fontsize=8, va="center",
                              annotation_clip=False)
                ticks.append(y)
                names.append(plain(name) + ("" if segment == "all" else f", {plain(segment)}"))
                y -= 1
        y -= 0.6
    axes.axvline(0, color="black", lw=0.8)
    axes.set_yticks(ticks, names)
    axes.set_ylim(y + 1.0, 0.7)
    axes.locator_params(axis="x", nbins=7)
    axes.set_xlabel(f"difference{unit}", fontsize=9)
    bare(axes)
    return figure


def plot_net_benefit(results: Results, strategies: Sequence[str] | None = None) -> Figure:
    """Net benefit of a twin against the baseline (worth times effect gained, less cost) over the worth of a unit of
    effect, with bands of 95 %: above 0 a strategy is better than the baseline."""
    table, currency = results.net_benefit(), results.currency
    strategies = [name for name in strategies or results.strategies if name in set(table["contrast"])]
    figure = new_figure(8.6, 4.4, f"Net benefit of a twin against {plain(results.strategies[0])} [{currency}]: "
                        "above 0 it is better" + bands(table[table["contrast"].isin(strategies)]))
    axes = figure.subplots()
    ends = []
    axes.set_xlim(table["worth"].min(), table["worth"].max())
    for name in strategies:
        i, one = results.strategies.index(name), table[table["contrast"] == name].sort_values("worth")
        colour = COLOURS[i % len(COLOURS)]
        fill_band(axes, one["worth"], one["low"], one["high"], colour, 0.15)
        axes.plot(one["worth"], one["net_benefit"], color=colour, ls=DASHES[i % len(DASHES)], lw=1.6,
                  marker=MARKS[i % len(MARKS)], ms=5, mfc="white")
        ends.append((one["worth"].iloc[-1], one["net_benefit"].iloc[-1], plain(name), colour))
    axes.axhline(0, color="black", lw=1.0)
    axes.annotate(plain(results.strategies[0]), (0.01, 0), (0, 3), xycoords=("axes fraction", "data"),
                  textcoords="offset points", fontsize=9)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.0f}"))
    axes.set_xlabel(f"worth of a unit of effect (a QALY) [{currency}]", fontsize=9)
    axes.set_ylabel(f"net benefit [{currency} a twin]", fontsize=9)
    low, high = axes.get_xlim()
    label_ends(axes, ends, low + (high - low) * 1.045)
    bare(axes)
    return figure


PICTURES: dict[str, Callable[..., Figure]] = {
    "survival": plot_survival, "occupancy": plot_occupancy, "flow": plot_flow, "pdc": plot_pdc, "cost": plot_cost,
    "differences": plot_differences, "net_benefit": plot_net_benefit, "plane": plot_plane,
    "acceptability": plot_acceptability, "life": plot_life, "sweep": plot_sweep, "heat": plot_heat}
OF_ALL_POINTS = ("sweep", "heat")


def draw(results: Results, picture: str, point: int | None = None, **options: Any) -> Figure:
    """A picture; all but those of all points are of one point of a sweep, which their titles then name."""
    if picture in OF_ALL_POINTS:
        if point is not None:
            raise Error(f"the picture {picture} shows all points of a sweep: it takes no point")
        return PICTURES[picture](results, **options)
    if point is None and not results.has_points:
        return PICTURES[picture](results, **options)
    one = OnePoint(results, picture, point)
    figure = PICTURES[picture](one, **options)
    figure.entitle(f"{figure.title}; {one.title}")
    return figure
