"""What the pictures share: colours and dashes, names, axes of time, labels that keep apart.

Lines differ by dash as well as colour, areas by lightness or hatching, and both are named where they are, so that a
picture reads in black and white. Colours of lines are those of Okabe and Ito (2008), those of states matplotlib's
viridis, which is darker step by step; most colour-blind people tell both apart. A figure shows itself in a notebook.
"""
from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image  # Pillow, which matplotlib needs

COLOURS = ["#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]
DASHES = ["-", (0, (6, 2)), (0, (2, 1.2)), (0, (7, 2, 1.5, 2)), (0, (4, 1, 1, 1, 1, 1)), (0, (9, 3)), (0, (1, 1))]
MARKS = ["o", "s", "^", "D", "v", "P", "X"]
HATCHES = ["", "////", "....", "\\\\\\\\", "xxxx", "----", "++++", "oooo", "||||", "**"]
DAYS_PER_YEAR = 365.25


def plain(name: str) -> str:
    return str(name).replace("_", " ")


class Picture(Figure):
    """A figure that notebooks show as it is, without pyplot; in 256 colours, which takes a third of the space."""

    title = ""

    def entitle(self, title: str) -> None:
        self.title = title
        self.suptitle("\n".join(textwrap.wrap(title, int(self.get_figwidth() * 11))), fontsize=11, x=0.01, ha="left")

    def _repr_png_(self) -> bytes:
        whole, small = io.BytesIO(), io.BytesIO()
        self.savefig(whole, format="png", dpi=90)
        Image.open(whole).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
        return small.getvalue()


def state_colours(n: int) -> list[tuple[float, ...]]:
    """Colours of n states in their order, from light to dark, a little paler than the map has them."""
    return [tuple(0.2 + 0.8 * np.array(colormaps["viridis"](x)[:3])) for x in np.linspace(0.97, 0.14, n)]


def on_colour(colour: Sequence[float]) -> str:
    """The colour of type on a colour: black or white, by luminance (ITU-R BT.709)."""
    return "black" if np.dot(colour[:3], [0.2126, 0.7152, 0.0722]) > 0.42 else "white"


def new_figure(width: float, height: float, title: str) -> Picture:
    figure = Picture(figsize=(width, height), layout="constrained")
    figure.entitle(title)
    return figure


def fill_band(axes: Axes, x: pd.Series, low: pd.Series, high: pd.Series, colour: str, alpha: float) -> None:
    """A band from low to high, where they are told."""
    if low.notna().any():
        axes.fill_between(x, low, high, color=colour, alpha=alpha, lw=0)


def bands(table: pd.DataFrame) -> str:
    """What a title says of bands from low to high: nothing where there are none to see."""
    return "; bands of 95 %" if (table["low"] < table["high"]).any() else ""


def bare(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=9)


def unit_of_time(last_days: float) -> tuple[float, str]:
    """Days in one unit that fits times up to the last, and the unit's name."""
    return (DAYS_PER_YEAR, "years") if last_days > 2 * DAYS_PER_YEAR else (1.0, "days")


def time_axis(axes: Axes, last_days: float) -> float:
    """Labels the time; days in one unit of the axis."""
    unit, name = unit_of_time(last_days)
    axes.set_xlim(0, last_days / unit)
    axes.set_xlabel(f"time since entry [{name}]")
    return unit


def time_text(days: float) -> str:
    """A time since entry in words."""
    if days == 0:
        return "entry"
    return f"{days:.0f} days" if days < 0.99 * DAYS_PER_YEAR else f"{days / DAYS_PER_YEAR:.3g} y"


def spread(wanted: Sequence[float], apart: float, low: float, high: float) -> list[float]:
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


def label_ends(axes: Axes, ends: Sequence[tuple[float, float, str, str]], at: float | None = None) -> None:
    """Names lines right of their ends (x, y, text, colour), moved apart where they are close; at: x of the names."""
    low, high = axes.get_ylim()
    places = spread([y for _, y, _, _ in ends], (high - low) * 0.055, low, high)
    at = axes.get_xlim()[1] * 1.045 if at is None else at
    for (x, y, text, colour), place in zip(ends, places):
        axes.annotate(text, (x, y), (at, place), color=colour, fontsize=9, va="center", annotation_clip=False,
                      arrowprops={"arrowstyle": "-", "color": colour, "lw": 0.6, "shrinkA": 1, "shrinkB": 0,
                                  "relpos": (0, 0.5)})
