"""Pictures of all strategies together: the cost-effectiveness plane, and who is the best buy at which worth.

Part of twinpath_pictures.py; twinpath_drawing.py has the manner of all of them.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

from twinpath_drawing import COLOURS, DASHES, MARKS, bare, label_ends, new_figure, plain

if TYPE_CHECKING:
    from twinpath import Results

CHI_SQUARE_95 = 5.991464547107979  # quantile 0.95 of the chi-square distribution with 2 degrees of freedom


def _grouped(axes: Axes) -> None:
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.6g}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.0f}"))


def ellipses(results: Results) -> pd.DataFrame:
    """contrast, effect, cost and their sd and correlation over what is not known about the parameters: between the sets,
    with fresh twins less the twins' part. sd 0 where it cannot be told from that."""
    group, same = results._group("contrasts"), results.attributes["twins_across_sets"] == "same"
    names = {kind: str(group.attrs["icer_" + kind]) for kind in ("effect", "cost")}
    table = pd.DataFrame({"contrast": results.strategies[1:]})

    def of(variable: str) -> pd.Series:
        return results._frame("contrasts", variable)["value"]

    for kind, name in names.items():
        variance = of(f"{name}_diff_sets_variance") - (0 if same else of(f"{name}_diff_twins_variance"))
        table[kind] = of(f"{name}_diff")
        table[kind + "_sd"] = np.sqrt(np.maximum(variance, 0))
    table["correlation"] = of("icer_correlation")
    return table


def plot_plane(results: Results, strategies: Sequence[str] | None = None) -> Figure:
    """The cost-effectiveness plane: each parameter set's differences in effect and cost from the baseline, their mean, and
    the ellipse that holds 95 % of what is not known about the parameters (normal approximation). With fresh twins the dots
    scatter by their twins too, and the ellipse does not. A dashed line: the worths that the study asks about."""
    plane, shape, currency = results.plane(), ellipses(results), results.currency
    strategies = [name for name in strategies or results.strategies if name in set(plane["contrast"])]
    figure = new_figure(8.6, 5.4, f"Cost and effect against {plain(results.strategies[0])}: parameter sets, means, and "
                        "ellipses of 95 % of what is not known about the parameters")
    axes = figure.subplots()
    around = np.linspace(0, 2 * np.pi, 181)
    for name in strategies:
        i, dots = results.strategies.index(name), plane[plane["contrast"] == name]
        one, colour = shape[shape["contrast"] == name].iloc[0], COLOURS[i % len(COLOURS)]
        axes.plot(dots["effect"], dots["cost"], ls="", marker=MARKS[i % len(MARKS)], ms=2.5, color=colour, alpha=0.25, mew=0,
                  zorder=1)
        if one["effect_sd"] > 0 and one["cost_sd"] > 0:
            r, radius = one["correlation"], np.sqrt(CHI_SQUARE_95)
            x = one["effect"] + radius * one["effect_sd"] * np.cos(around)
            y = one["cost"] + radius * one["cost_sd"] * (r * np.cos(around) + np.sqrt(1 - r * r) * np.sin(around))
            axes.plot(x, y, color=colour, ls=DASHES[i % len(DASHES)], lw=1.6, zorder=3)
        axes.plot(one["effect"], one["cost"], marker=MARKS[i % len(MARKS)], ms=8, color=colour, mfc="white", mew=1.6, ls="",
                  zorder=4, label=plain(name))
    axes.axhline(0, color="black", lw=0.8)
    axes.axvline(0, color="black", lw=0.8)
    low, high = axes.get_ylim()
    left, right = axes.get_xlim()
    group = results._group("contrasts")
    for worth in group["worth"][:] if "worth" in group else ():
        reach = min(right, high / worth) if worth > 0 else right
        axes.plot([max(left, low / worth) if worth > 0 else left, reach], [worth * max(left, low / worth) if worth > 0 else 0,
                                                                         worth * reach],
                  color="#777777", lw=0.8, ls=(0, (4, 3)), zorder=2)
        axes.annotate(f"{worth:,.0f}", (reach, worth * reach), (2, 2), textcoords="offset points", fontsize=8, color="#555555")
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)
    _grouped(axes)
    axes.set_xlabel("difference in effect [QALYs]; dashed grey lines: worth of one", fontsize=9)
    axes.set_ylabel(f"difference in cost [{currency}]", fontsize=9)
    axes.legend(loc="center left", bbox_to_anchor=(1.08, 0.7), fontsize=9, frameon=False)
    bare(axes)
    return figure


def plot_acceptability(results: Results, strategies: Sequence[str] | None = None) -> Figure:
    """Acceptability curves: over the worth of a unit of effect the chance of each strategy to have the largest net benefit of
    all, with bands of two errors, and thick the frontier: the chance of the one whose mean net benefit is largest there."""
    table, currency = results.acceptability(), results.currency
    if table["p_best"].isna().all():
        raise ValueError("there are no chances: they are of runs over parameter sets (--parameter-sets)")
    strategies = [name for name in strategies or results.strategies if name in set(table["strategy"])]
    figure = new_figure(8.6, 4.6, "Chance of being the best buy, over what is not known about the parameters; grey: the one "
                        "with the largest mean net benefit")
    axes = figure.subplots()
    frontier = table[table["is_best"]].sort_values("worth")
    axes.plot(frontier["worth"], frontier["p_best"], color="#BBBBBB", lw=7, solid_capstyle="round", zorder=1)
    ends = []
    for name in strategies:
        i, one = results.strategies.index(name), table[table["strategy"] == name].sort_values("worth")
        colour = COLOURS[i % len(COLOURS)]
        axes.fill_between(one["worth"], (one["p_best"] - 2 * one["mcse"]).clip(0, 1),
                          (one["p_best"] + 2 * one["mcse"]).clip(0, 1), color=colour, alpha=0.15, lw=0, zorder=2)
        axes.plot(one["worth"], one["p_best"], color=colour, ls=DASHES[i % len(DASHES)], lw=1.6, zorder=3)
        known = one.dropna(subset=["p_best"])
        ends.append((known["worth"].iloc[-1], known["p_best"].iloc[-1], plain(name), colour))
    axes.set_xlim(table["worth"].min(), table["worth"].max())
    axes.set_ylim(0, 1)
    _grouped(axes)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set_xlabel(f"worth of a unit of effect (a QALY) [{currency}]", fontsize=9)
    axes.set_ylabel("chance of being the best buy", fontsize=9)
    low, high = axes.get_xlim()
    label_ends(axes, ends, low + (high - low) * 1.045)
    bare(axes)
    return figure
