"""Commitment by unit and hour (机组组合图): off, on, deep peak-shaving, oil support, starts; by class and plant."""

from __future__ import annotations

import numpy as np

from dispatch.case.thermal import ThermalUnit
from dispatch.report.drawing import Figure, Trace, figure, rounded
from dispatch.report.series import Hourly
from dispatch.report.words import FONT, INK, Word
from dispatch.units import POWER_MW

OUT, OFF, ON, DEEP, OIL = range(5)
STATES = (
    Word("停运", "out of service", "#b9bec6"),
    Word("停机", "off", "#f0f2f4"),
    Word("开机", "on", "#3b7fb6"),
    Word("深度调峰", "below its normal minimum", "#f0c24b"),
    Word("投油稳燃", "with oil support", "#d55e00"),
)
MOST_ROWS, ROW_PX, NAME_PX = 48, 8.5, 9


def states_of(hourly: Hourly) -> np.ndarray:
    """The state of every unit in every step, shape (T, units)."""
    s, names = hourly.schedule, [unit.name for unit in hourly.facts.units]
    on = s.on[names].to_numpy() > 0
    below = on & (s.below_normal_mw[names].to_numpy(dtype=float) > POWER_MW)
    found = np.where(on, ON, np.where(hourly.inputs.in_service, OFF, OUT))
    return np.where(on & (s.oil_support[names].to_numpy() > 0), OIL, np.where(below, DEEP, found))


def commitment_map(hourly: Hourly) -> Figure | None:
    """Unit by hour, in two columns where there are many units; None without any."""
    units = hourly.facts.units
    if not units:
        return None
    order = sorted(range(len(units)), key=lambda k: _sorted_by(units[k]))
    half = len(order) if len(order) <= MOST_ROWS else (len(order) + 1) // 2
    columns = [part for part in (order[:half], order[half:]) if part]
    layout: Trace = {}
    traces: list[Trace] = []
    for number, part in enumerate(columns):
        name = "" if number == 0 else "2"
        drawn, upright = _column(hourly, part)
        traces += [trace | {"xaxis": f"x{name}", "yaxis": f"y{name}"} for trace in drawn]
        domain = [0.0, 1.0] if len(columns) == 1 else [0.59 * number, 0.41 + 0.59 * number]
        across = {"domain": domain, "showgrid": False, "tickformat": "%H:%M", "ticks": "outside"}
        layout |= {f"xaxis{name}": across | {"anchor": f"y{name}"}, f"yaxis{name}": upright | {"anchor": f"x{name}"}}
    return figure(
        traces + _legend(),
        "",
        height=round(120 + ROW_PX * half),
        hovermode="closest",
        margin={"l": 178, "r": 16, "t": 12, "b": 70},
        **layout,
    )


def _sorted_by(unit: ThermalUnit) -> tuple[str, float, str, str, str]:
    return unit.grid, -unit.output_max_mw // 100, unit.technology_class, unit.plant, unit.name


def _column(hourly: Hourly, order: list[int]) -> tuple[list[Trace], Trace]:
    """Rows of units, a name where a plant and class begins."""
    units, x = hourly.facts.units, hourly.middles
    states = states_of(hourly)[:, order]
    names = [units[k].name for k in order]
    output = hourly.schedule.output_mw[names].to_numpy(dtype=float)
    told = [[str(STATES[state]) for state in column] for column in states.T]
    map_: Trace = {
        "type": "heatmap",
        "x": x,
        "y": list(range(len(order))),
        "z": states.T.tolist(),
        "text": [[f"{name}<br>{state}" for state in row] for name, row in zip(names, told, strict=True)],
        "customdata": [rounded(column, 0) for column in output.T],
        "hovertemplate": "%{text}<br>%{x|%H:%M}<br>%{customdata:,} MW<extra></extra>",
        "zmin": -0.5,
        "zmax": len(STATES) - 0.5,
        "colorscale": _scale(),
        "showscale": False,
        "ygap": 0.6,
    }
    groups = [(units[k].plant, units[k].technology_class) for k in order]
    begins = [row for row, group in enumerate(groups) if row == 0 or group != groups[row - 1]]
    ends = [*begins[1:], len(order)]
    ticks = [(first + last - 1) / 2 for first, last in zip(begins, ends, strict=True)]
    labels = [_label(hourly, units[order[row]], last - row) for row, last in zip(begins, ends, strict=True)]
    upright = {"autorange": "reversed", "tickvals": ticks, "ticktext": labels, "showgrid": False, "zeroline": False}
    started = hourly.schedule.started[names].to_numpy() > 0
    return [map_, _starts(x, started)], upright | {"tickfont": {"size": NAME_PX, "family": FONT}}


def _label(hourly: Hourly, unit: ThermalUnit, count: int) -> str:
    """Plant, units and size."""
    name = hourly.facts.names.get(unit.plant, (unit.plant, ""))[0]
    return f"{name} {count}×{unit.output_max_mw:g}"


def _starts(x: list[str], started: np.ndarray) -> Trace:
    steps, rows = np.nonzero(started)
    mark = {"symbol": "triangle-right", "size": 7, "color": INK}
    points: Trace = {"type": "scatter", "mode": "markers", "x": [x[k] for k in steps], "y": rows.tolist()}
    return points | {"marker": mark, "hoverinfo": "skip", "showlegend": False}


def _scale() -> list[list[object]]:
    share = 1 / len(STATES)
    return [[edge, word.colour] for k, word in enumerate(STATES) for edge in (k * share, (k + 1) * share)]


def _legend() -> list[Trace]:
    blank: Trace = {"type": "scatter", "mode": "markers", "x": [None], "y": [None], "hoverinfo": "skip"}
    squares = [
        blank | {"name": str(word), "marker": {"symbol": "square", "size": 11, "color": word.colour}} for word in STATES
    ]
    start = {"symbol": "triangle-right", "size": 9, "color": INK}
    return [*squares, blank | {"name": "启动 start", "marker": start}]
