"""The look that every figure shares, as plain plotly JSON: few lines, one colour a carrier, no decoration."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from dispatch.report.words import FAINT, FONT, GRIDLINE, INK, Word

Figure = dict[str, Any]
Trace = dict[str, Any]
MW_PER_GW = 1000.0


def figure(traces: Sequence[Trace], y_title: str, height: int = 340, **layout: Any) -> Figure:
    """Traces over time in the common look."""
    base: dict[str, Any] = {
        "height": height,
        "margin": {"l": 64, "r": 16, "t": 12, "b": 40},
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "barmode": "relative",
        "bargap": 0,
        "hovermode": "x unified",
        "hoverlabel": {"font": {"family": FONT, "size": 12}},
        "legend": {"orientation": "h", "y": -0.16, "x": 0, "font": {"size": 12}, "traceorder": "normal"},
        "xaxis": {"showgrid": False, "ticks": "outside", "tickcolor": FAINT, "tickformat": "%H:%M"},
        "yaxis": axis(y_title),
    }
    return {"data": list(traces), "layout": base | layout}


def axis(title: str, **changes: Any) -> dict[str, Any]:
    """A vertical axis with faint lines and a clear zero."""
    base = {
        "title": {"text": title, "font": {"size": 12, "color": FAINT}},
        "gridcolor": GRIDLINE,
        "zeroline": True,
        "zerolinecolor": FAINT,
        "zerolinewidth": 1,
        "tickformat": ",~g",
        "rangemode": "tozero",
    }
    return base | changes


def bars(x: Sequence[str], y: Iterable[float], word: Word, name: str = "", **changes: Any) -> Trace:
    """A layer of full-width bars: an hour is a mean, not a point."""
    base = {
        "type": "bar",
        "name": name or str(word),
        "x": list(x),
        "y": rounded(y),
        "marker": {"color": word.colour, "line": {"width": 0}},
        "hovertemplate": "%{y:,.2f}",
    }
    return base | changes


def hatched(x: Sequence[str], y: Iterable[float], word: Word, **changes: Any) -> Trace:
    """A layer of hatched bars, for what could have been."""
    pattern = {
        "shape": "/",
        "size": 5,
        "solidity": 0.25,
        "fgcolor": word.colour,
        "bgcolor": "rgba(255,255,255,0)",
    }
    return bars(x, y, word, marker={"color": word.colour, "pattern": pattern, "line": {"width": 0}}, **changes)


def steps(whole: Sequence[str], y: Iterable[float], word: Word, name: str = "", **changes: Any) -> Trace:
    """A line that stays level through each step, from the first moment to the last: `whole` holds both ends."""
    levels = rounded(y)
    base = {
        "type": "scatter",
        "mode": "lines",
        "name": name or str(word),
        "x": list(whole),
        "y": [*levels[:1], *levels, *levels[-1:]],
        "line": {"color": word.colour, "width": 2, "shape": "hvh"},
        "hovertemplate": "%{y:,.2f}",
    }
    return base | changes


def slopes(edges: Sequence[str], y: Iterable[float], word: Word, **changes: Any) -> Trace:
    """A line from edge to edge of the steps, as of a level that power fills or drains."""
    base = {
        "type": "scatter",
        "mode": "lines",
        "name": str(word),
        "x": list(edges),
        "y": rounded(y),
        "line": {"color": word.colour, "width": 2.5},
        "hovertemplate": "%{y:,.2f}",
    }
    return base | changes


def rounded(values: Iterable[float], digits: int = 4) -> list[float]:
    """Numbers short enough for a page; plus zero rather than minus zero."""
    return [round(float(value), digits) + 0.0 for value in values]


def gw(power_mw: np.ndarray) -> np.ndarray:
    """MW as GW, for axes only: nothing in GW is ever kept."""
    return power_mw / MW_PER_GW
