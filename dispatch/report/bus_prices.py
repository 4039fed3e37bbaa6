"""
Prices by bus and hour (节点电价): what one more MWh costs at each bus, and what of that full lines and sections make.

Buses whose prices never differ stand in one row: nothing between them is full.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dispatch.report.drawing import Figure, Trace, figure, rounded
from dispatch.report.series import Hourly
from dispatch.report.words import FAINT, INK, Word
from dispatch.schedule.prices import PriceTables

MOST_ROWS = 26  # of the map; what lies between them is left out and said so
MOST_NAMES = 24  # of the buses of a row that are told where it is pointed at
NAMES_A_LINE = 4
ALIKE_CNY_PER_MWH = 1.0  # prices closer than this are one
MOST_SHARE = 0.98  # of the numbers that the colours tell apart; those beyond have the last colour
LEAST_SPAN_CNY_PER_MWH = 10.0
PRICE_SCALE = [[0, "#2f5d8a"], [0.25, "#8fb3d1"], [0.5, "#ffffff"], [0.75, "#e8b98f"], [1, "#a8402a"]]
CONGESTION_SCALE = [[0, "#4d7f5a"], [0.25, "#a8c9ae"], [0.5, "#ffffff"], [0.75, "#c3aed6"], [1, "#6a4a94"]]
LEFT_END, RIGHT_BEGIN = 0.57, 0.65  # of the two maps, as shares of the width
WASH = "#eef0f2"  # behind the cells: white is a number
UNIFORM = Word("电价，处处无阻塞", "price; no line or section is full, so every bus pays the energy price")
PRICE = Word("电价 = 能量 + 阻塞", "price = energy + congestion")
CONGESTION = Word("其中：阻塞", "of it: congestion")
ENERGY = Word("能量", "energy, every bus alike")
NOTE = Word(
    "元/MWh，机组启停固定时多用 1 MWh 的代价；第一行为能量价，其余各行为能量价加阻塞。"
    "同价母线合为一行；颜色两端之外的数以指针所示为准。",
    "CNY/MWh: what one more MWh costs with every unit on or off as it is. The first row is the energy price; every "
    "other row is that plus its congestion. Buses of equal price share a row; beyond a scale's ends the pointer tells.",
)


@dataclass(frozen=True)
class Row:
    """Buses of one price."""

    label: str
    buses: tuple[str, ...]
    price_cny_per_mwh: np.ndarray  # (T,)
    congestion_cny_per_mwh: np.ndarray  # (T,)


def rows_of(hourly: Hourly) -> list[Row]:
    """The energy price of each island, then buses of one price, the dearest first; none without prices."""
    if hourly.prices is None:
        return []
    own = [bus for bus in hourly.facts.buses if bus.grid in hourly.facts.members]
    alike: dict[tuple[int, ...], list[str]] = {}
    for bus in own:
        prices = np.concatenate([_of(hourly.prices, kind, bus.name) for kind in ("price", "congestion")])
        alike.setdefault(tuple(np.round(prices / ALIKE_CNY_PER_MWH).astype(int)), []).append(bus.name)
    found = [_row(hourly, hourly.prices, names) for names in alike.values()]
    found.sort(key=lambda row: -float(row.price_cny_per_mwh.mean()))
    return [*_energies(hourly.prices, [bus.name for bus in own]), *_fewer(found)]


def _row(hourly: Hourly, prices: PriceTables, names: Sequence[str]) -> Row:
    load = dict(zip((bus.name for bus in hourly.facts.buses), hourly.inputs.load_mw.sum(axis=0), strict=True))
    city = {bus.name: bus.city for bus in hourly.facts.buses}
    ordered = sorted(names, key=lambda name: -load[name])
    more = f" +{len(names) - 1}" if len(names) > 1 else ""
    label = " · ".join(filter(None, (ordered[0], city[ordered[0]])))
    return Row(label + more, tuple(ordered), *(_of(prices, kind, ordered[0]) for kind in ("price", "congestion")))


def _energies(prices: PriceTables, buses: Sequence[str]) -> list[Row]:
    """One row for each synchronous island, named by its first bus where there are several."""
    found: dict[tuple[int, ...], list[str]] = {}
    for bus in buses:
        found.setdefault(tuple(np.round(_of(prices, "energy", bus)).astype(int)), []).append(bus)
    several = len(found) > 1
    return [
        Row(
            str(ENERGY) if not several else f"{ENERGY.chinese} energy · {names[0]}",
            tuple(names),
            _of(prices, "energy", names[0]),
            np.zeros(len(prices.energy_cny_per_mwh)),
        )
        for names in found.values()
    ]


def _fewer(rows: list[Row]) -> list[Row]:
    """The dearest and the cheapest where there are too many to read."""
    half = MOST_ROWS // 2
    return rows if len(rows) <= MOST_ROWS else [*rows[:half], *rows[-half:]]


def _of(prices: PriceTables, kind: str, bus: str) -> np.ndarray:
    return np.asarray(getattr(prices, f"{kind}_cny_per_mwh")[bus], dtype=float)


def bus_price_map(hourly: Hourly) -> Figure | None:
    """Price by bus and hour, and beside it the congestion in it, row by row; None without prices."""
    rows = rows_of(hourly)
    if not rows:
        return None
    labels = [row.label for row in rows]
    told = [[_pointed(row, step) for step in range(len(hourly.middles))] for row in rows]
    price = _heat(hourly, labels, [row.price_cny_per_mwh for row in rows], PRICE_SCALE, told)
    look: dict[str, Any] = {
        "height": 130 + 20 * len(rows),
        "margin": {"l": 64, "r": 16, "t": 62, "b": 40},
        "hovermode": "closest",
    }
    look["yaxis"] = {"autorange": "reversed", "automargin": True, "showgrid": False, "tickfont": {"size": 11}}
    look["plot_bgcolor"] = WASH
    hours = {"showgrid": False, "ticks": "outside", "tickcolor": FAINT, "tickformat": "%H:%M", "type": "date"}
    if not _congested(rows):
        return figure([price | _bar(1.0)], "", xaxis=hours, annotations=[_title(UNIFORM, 0)], **look)
    congestion = _heat(hourly, labels, [row.congestion_cny_per_mwh for row in rows], CONGESTION_SCALE, told)
    return figure(
        [price | _bar(LEFT_END), congestion | {"xaxis": "x2"} | _bar(1.0)],
        "",
        xaxis=hours | {"domain": [0, LEFT_END]},
        xaxis2=hours | {"domain": [RIGHT_BEGIN, 1], "anchor": "y"},
        annotations=[_title(PRICE, 0), _title(CONGESTION, RIGHT_BEGIN)],
        **look,
    )


def _congested(rows: Sequence[Row]) -> bool:
    return any(bool((np.abs(row.congestion_cny_per_mwh) > ALIKE_CNY_PER_MWH).any()) for row in rows)


def _heat(
    hourly: Hourly, labels: list[str], rows: list[np.ndarray], scale: list[list[object]], told: list[list[str]]
) -> Trace:
    size = np.abs(np.concatenate(rows))
    shown = size[size > ALIKE_CNY_PER_MWH]
    span = max(LEAST_SPAN_CNY_PER_MWH, float(np.quantile(shown, MOST_SHARE)) if shown.size else 0.0)
    return {
        "type": "heatmap",
        "x": hourly.middles,
        "y": labels,
        "z": [rounded(row, 1) for row in rows],
        "text": told,
        "colorscale": scale,
        "zmin": -span,
        "zmax": span,
        "xgap": 1,
        "ygap": 1,
        "hovertemplate": "%{text}<extra></extra>",
    }


def _pointed(row: Row, step: int) -> str:
    """What is told of a row and an hour where it is pointed at."""
    price, congestion = row.price_cny_per_mwh[step], row.congestion_cny_per_mwh[step]
    names = row.buses[:MOST_NAMES]
    lines = ["、".join(names[k : k + NAMES_A_LINE]) for k in range(0, len(names), NAMES_A_LINE)]
    more = [f"… +{len(row.buses) - len(names)}"] if len(row.buses) > len(names) else []
    numbers = f"<b>{price:,.1f}</b> = {price - congestion:,.1f} + {congestion:,.1f}"
    return "<br>".join([numbers, *lines, *more])


def _bar(right: float) -> Trace:
    """A flat scale above a map, at its right end."""
    look = {"orientation": "h", "x": right, "xanchor": "right", "y": 1, "yanchor": "bottom", "ypad": 4}
    return {"colorbar": {**look, "len": 0.17, "thickness": 8, "outlinewidth": 0, "tickfont": {"size": 10}, "nticks": 5}}


def _title(word: Word, left: float) -> dict[str, object]:
    words = f"{word.chinese} <span style='color:{FAINT}'>{word.english}</span>"
    place = {"x": left, "xref": "paper", "xanchor": "left", "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 8}
    return {**place, "text": words, "showarrow": False, "font": {"size": 12, "color": INK}}
