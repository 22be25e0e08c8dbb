"""Pictures of sweeps: curves over a swept number, and maps over two; and one point of a sweep, for the other pictures.

twinpath_drawing.py has the manner of all pictures. Figures are of the frames of twinpath.py, which have the swept numbers
beside each point.
"""
from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from twinpath_drawing import COLOURS, DASHES, MARKS, bands, bare, fill_band, label_ends, new_figure, on_colour, \
    plain
from twinpath_run import Error

if TYPE_CHECKING:
    from twinpath import Results

MOST_PANELS = 9
UNITS = {"1": "", "": "", "d": " days", "year": " years"}  # behind a number


class OnePoint:
    """One point of a sweep in the place of a run's results: frames have its rows alone, without point and swept numbers."""

    def __init__(self, results: Results, picture: str, point: int | None):
        points = results.points().set_index("point", drop=False)
        if point is None and len(points) > 1:
            raise Error(f"{results.path} is of a sweep of {len(points)} points, and {picture} is a picture of one: say "
                        f"which by point=1 to point={len(points)} (points() lists them); sweep and heat are of all points")
        point = points.index[0] if point is None else point
        if point not in list(points.index):
            raise Error(f"no point {point}; there are 1 to {len(points)}, which points() lists")
        self._results, self._point, self._swept = results, point, results.points().attrs["swept"]
        own = points.loc[point]
        if own["fate"] != "done":
            raise Error(f"there is nothing to draw of point {point}, which "
                        + (f"failed: {own['error']}" if own["fate"] == "failed" else "is missing: it was not lived to the end"))
        attrs = results.points().attrs
        numbers = [f"{plain(attrs['paths'][name])} {own[name]:g}{UNITS.get(attrs['units'][name], ' ' + attrs['units'][name])}"
                   for name in attrs["swept"]]
        self.title = f"point {point}: {', '.join(numbers)}"

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._results, name)
        return self._only(found) if callable(found) else found

    def _only(self, read: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(read)
        def read_only(*names: Any, **options: Any) -> Any:
            table = read(*names, **options)
            if not isinstance(table, pd.DataFrame) or "point" not in table:
                return table
            beside = list(table)[1:1 + len(self._swept)]  # the swept numbers, where the frame has them
            has_numbers = [name.removeprefix("point_") for name in beside] == self._swept
            labels = ["point", *(beside if has_numbers else [])]
            return table[table["point"] == self._point].drop(columns=labels).reset_index(drop=True)
        return read_only


def _rows(results: Results, measure: str, time: float | None, is_difference: bool) -> pd.DataFrame:
    """The rows of one measure at one time: name, value, low, high, unit and the swept numbers as point_NAME."""
    points = results.points()
    table = results.contrasts() if is_difference else results.summary()
    names = dict(zip(list(table)[1:], [f"point_{name}" for name in points.attrs["swept"]]))
    table = table.rename(columns=names | ({"contrast": "name", "diff": "value"} if is_difference else
                                          {"strategy": "name", "mean": "value"}))
    table = table[table["measure"] == measure]
    if table.empty:
        raise KeyError(f"no {measure} in the file; there are {', '.join(dict.fromkeys(results.summary()['measure']))}")
    if table["time"].notna().any():
        table = table[table["time"] == (time if time is not None else table["time"].max())]
    table.attrs["swept"] = points.attrs["swept"]
    return table


def _name_of(results: Results, swept: str) -> str:
    """The name in the frames of a swept number, by that name or by its path in the study."""
    paths = results.points().attrs["paths"]
    for name, path in paths.items():
        if swept in (name, path, path.removeprefix("parameters."), f"parameters.{path}"):
            return name
    raise KeyError(f"{swept} was not swept; {', '.join(paths.values())} {'were' if len(paths) > 1 else 'was'}")


def _label(results: Results, swept: str) -> str:
    """A swept number as an axis has it: its path, and its unit."""
    attrs = results.points().attrs
    unit = {"1": "", "": "", "d": " [days]", "year": " [years]"}.get(attrs["units"][swept], f" [{attrs['units'][swept]}]")
    return plain(attrs["paths"][swept]) + unit


def _what(results: Results, table: pd.DataFrame, measure: str, is_difference: bool) -> str:
    unit = {"1": "", "": ""}.get(table["unit"].iloc[0], f" [{table['unit'].iloc[0]}]")
    when = "" if table["time"].isna().any() else f" at {table['time'].iloc[0]:g} days"
    what = f": paired difference from {plain(results.strategies[0])}" if is_difference else ""
    return f"{plain(measure)}{when}{what}{unit}"


def _choose(results: Results, table: pd.DataFrame, strategies: Sequence[str] | None) -> list[str]:
    unknown = [name for name in strategies or [] if name not in set(table["name"])]
    if unknown:
        raise KeyError(f"no strategy {unknown[0]}; there are {', '.join(dict.fromkeys(table['name']))}")
    return [name for name in strategies or results.strategies if name in set(table["name"])]


def _curves(axes: Axes, table: pd.DataFrame, x: str, strategies: Sequence[str], all_strategies: Sequence[str]) -> None:
    ends = []
    for name in strategies:
        i = all_strategies.index(name)
        one, colour = table[table["name"] == name].sort_values(x), COLOURS[i % len(COLOURS)]
        fill_band(axes, one[x], one["low"], one["high"], colour, 0.14)
        axes.plot(one[x], one["value"], color=colour, ls=DASHES[i % len(DASHES)], lw=1.6, marker=MARKS[i % len(MARKS)],
                  ms=4, mfc="white")
        known = one.dropna(subset=["value"])
        if len(known):
            ends.append((known[x].iloc[-1], known["value"].iloc[-1], plain(name), colour))
    low, high = axes.get_xlim()
    label_ends(axes, ends, high + (high - low) * 0.03)


def plot_sweep(results: Results, measure: str, x: str | None = None, time: float | None = None,
               strategies: Sequence[str] | None = None, difference: bool = False) -> Figure:
    """One measure over a swept number, a curve a strategy with its band of 95 %; a panel for each setting of the other
    swept numbers. x: which number (default: the first). difference: paired differences from the baseline."""
    table = _rows(results, measure, time, difference)
    swept = list(table.attrs["swept"])
    x = swept[0] if x is None else _name_of(results, x)
    others = [name for name in swept if name != x]
    strategies = _choose(results, table, strategies)
    panels = list(table[[f"point_{name}" for name in others]].drop_duplicates().itertuples(index=False)) if others else [()]
    if len(panels) > MOST_PANELS:
        raise ValueError(f"{len(panels)} settings of {', '.join(others)}: more than {MOST_PANELS} panels; plot('heat') shows "
                         "two swept numbers at once")
    n_columns = min(3, len(panels))
    n_rows = -(-len(panels) // n_columns)
    figure = new_figure(3.6 * n_columns + 2.4, 2.9 * n_rows + 0.9,
                        f"{_what(results, table, measure, difference)} over {plain(results.points().attrs['paths'][x])}"
                        + bands(table[table["name"].isin(strategies)]))
    grid = figure.subplots(n_rows, n_columns, squeeze=False, sharey=True)
    for axes in grid.ravel()[len(panels):]:
        axes.set_visible(False)
    for axes, panel in zip(grid.ravel(), panels):
        part = table
        for name, value in zip(others, panel):
            part = part[part[f"point_{name}"] == value]
        if difference:
            axes.axhline(0, color="black", lw=0.8)
        _curves(axes, part, f"point_{x}", strategies, results.strategies)
        axes.set_title(", ".join(f"{plain(name)} {value:g}" for name, value in zip(others, panel)), fontsize=9, loc="left")
        axes.set_xlabel(_label(results, x), fontsize=9)
        bare(axes)
    return figure


def _map(axes: Axes, table: pd.DataFrame, x: str, y: str, colours: dict[str, float]) -> object:
    """A grid as cells, with values in them; a cell whose interval holds 0 is hatched."""
    centre = table.pivot(index=y, columns=x, values="value")
    low = table.pivot(index=y, columns=x, values="low").to_numpy()
    high = table.pivot(index=y, columns=x, values="high").to_numpy()
    image = axes.pcolormesh(np.arange(centre.shape[1] + 1) - 0.5, np.arange(centre.shape[0] + 1) - 0.5,
                            centre.to_numpy(), cmap="PuOr_r" if colours["vmin"] < 0 else "viridis", **colours)
    size = 8 if centre.size <= 64 else 0
    for i in range(centre.shape[0]):
        for j in range(centre.shape[1]):
            value = centre.to_numpy()[i, j]
            if not np.isfinite(value):
                continue
            if low[i, j] <= 0 <= high[i, j]:
                axes.fill_between([j - 0.5, j + 0.5], i - 0.5, i + 0.5, hatch="///", facecolor="none", edgecolor="0.4", lw=0)
            if size:
                axes.text(j, i, f"{value:.3g}\n±{(high[i, j] - low[i, j]) / 2:.2g}", fontsize=size, ha="center", va="center",
                          color=on_colour(image.cmap(image.norm(value))))
    axes.set_xticks(range(centre.shape[1]), [f"{v:g}" for v in centre.columns], fontsize=8)
    axes.set_yticks(range(centre.shape[0]), [f"{v:g}" for v in centre.index], fontsize=8)
    return image


def plot_heat(results: Results, measure: str, x: str | None = None, y: str | None = None, time: float | None = None,
              strategies: Sequence[str] | None = None, difference: bool = True) -> Figure:
    """One measure over two swept numbers, a map a strategy: paired differences from the baseline, or (difference False)
    means. A grid has a cell a point, with half the interval of 95 % in it, hatched where the interval holds 0; other points
    are dots. x, y: which numbers (default: the first two)."""
    table = _rows(results, measure, time, difference)
    swept = list(table.attrs["swept"])
    if len(swept) < 2:
        raise ValueError("a map needs two swept numbers; plot('sweep') shows one")
    x, y = _name_of(results, x or swept[0]), _name_of(results, y or swept[1])
    strategies = _choose(results, table, strategies)
    if not strategies:
        raise ValueError("there is no strategy beside the baseline; difference=False shows the baseline itself")
    table = table[table["name"].isin(strategies)]
    across, up = f"point_{x}", f"point_{y}"
    is_grid = not table.duplicated(["name", across, up]).any() and \
        len(table) == len(strategies) * table[across].nunique() * table[up].nunique()
    most = np.nanmax(np.abs(table["value"])) or 1.0
    colours = ({"vmin": -most, "vmax": most} if difference and (table["value"] < 0).any() else
               {"vmin": min(0.0, table["value"].min()) if difference else table["value"].min(), "vmax": table["value"].max()})
    n_columns = min(3, len(strategies))
    n_rows = -(-len(strategies) // n_columns)
    figure = new_figure(3.9 * n_columns + 1.6, 3.4 * n_rows + 0.8, _what(results, table, measure, difference) +
                        ("; ± half the interval of 95 %, hatched where it holds 0" if is_grid else ""))
    grid = figure.subplots(n_rows, n_columns, squeeze=False, sharex=is_grid, sharey=is_grid)
    for axes in grid.ravel()[len(strategies):]:
        axes.set_visible(False)
    for axes, name in zip(grid.ravel(), strategies):
        one = table[table["name"] == name]
        if is_grid:
            image = _map(axes, one, across, up, colours)
        else:
            image = axes.scatter(one[across], one[up], c=one["value"], s=28, lw=0.4, edgecolors="0.3",
                                 cmap="PuOr_r" if colours["vmin"] < 0 else "viridis", **colours)
        axes.set_title(plain(name), fontsize=9, loc="left")
        axes.set_xlabel(_label(results, x), fontsize=9)
        axes.set_ylabel(_label(results, y), fontsize=9)
        axes.tick_params(labelsize=8)
    figure.colorbar(image, ax=grid, shrink=0.85).ax.tick_params(labelsize=8)
    return figure
