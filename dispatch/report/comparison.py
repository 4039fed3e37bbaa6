"""Scenarios against the first one of their grid: what each of them changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dispatch.report.drawing import Figure, axis, figure, rounded
from dispatch.report.findings import resolution_of
from dispatch.report.scenario import Scenario, by_grid
from dispatch.report.words import SERIES, Word, grid_word
from dispatch.schedule.outcome import GridMetrics


@dataclass(frozen=True)
class Measure:
    """One number that scenarios are compared by."""

    word: Word
    unit: str
    number: Callable[[GridMetrics], float | None]
    is_cost: bool = False  # the gap says how far it can be told


def _percent(metrics: GridMetrics) -> float | None:
    return None if metrics.utilisation_share is None else 100 * metrics.utilisation_share


MEASURES = (
    Measure(Word("利用率", "Utilisation"), "百分点 points", _percent),
    Measure(Word("弃电量", "Curtailed"), "MWh", lambda m: m.curtailed_mwh),
    Measure(Word("成本", "Cost"), "百万元 M CNY", lambda m: m.cost.total_cny / 1e6, is_cost=True),
    Measure(Word("碳排放", "CO2"), "千吨 kt", lambda m: m.carbon_tco2 / 1e3),
    Measure(Word("启动次数", "Starts"), "次", lambda m: m.start_count),
)


def _labels(scenarios: Sequence[Scenario]) -> list[str]:
    """Every label once, in the order given."""
    return list(dict.fromkeys(scenario.label for scenario in scenarios))


def legend_of(scenarios: Sequence[Scenario]) -> dict[str, str]:
    """The colour of every label that is compared with a first one."""
    compared = {s.label for group in by_grid(scenarios).values() for s in group[1:]}
    labels = _labels(scenarios)
    return {label: SERIES[k % len(SERIES)] for k, label in enumerate(labels) if label in compared}


def comparison(measure: Measure, scenarios: Sequence[Scenario]) -> Figure | None:
    """Change of one number against the first scenario of each grid, or None where nothing can be compared."""
    colours = legend_of(scenarios)
    found: dict[tuple[str, int], list[tuple[Scenario, Scenario]]] = {}
    for first, *others in by_grid(scenarios).values():
        seen: Counter[str] = Counter()  # two of one label are still two bars
        for other in others:
            seen[other.label] += 1
            if first.total and other.total:
                found.setdefault((other.label, seen[other.label]), []).append((first, other))
    traces = [_bars(measure, label, pairs, colours[label]) for (label, _), pairs in found.items()]
    if not traces:
        return None
    names = {"showgrid": False, "tickfont": {"size": 11}}
    look = {"barmode": "group", "bargap": 0.35, "hovermode": "closest", "xaxis": names, "showlegend": False}
    return figure(traces, measure.unit, height=230, yaxis=axis(measure.unit), **look)


def _bars(measure: Measure, label: str, pairs: list[tuple[Scenario, Scenario]], colour: str) -> dict[str, Any]:
    trace: dict[str, Any] = {
        "type": "bar",
        "name": label,
        "x": [_short(grid_word(s.case.grid)) for _, s in pairs],
        "y": rounded(_change(measure, first, s) for first, s in pairs),
        "marker": {"color": colour},
        "hovertemplate": f"{label}<br>%{{x}}<br>%{{y:+,.3f}} {measure.unit}<extra></extra>",
    }
    if measure.is_cost:
        whiskers = rounded((resolution_of(*pair) or 0.0) / 1e6 for pair in pairs)
        trace["error_y"] = {"type": "data", "array": whiskers, "thickness": 1, "width": 3, "color": "#6b7280"}
    return trace


def _short(word: Word) -> str:
    return word.chinese.split("（")[0] + f"<br>{word.english.split(',')[0]}"


def _change(measure: Measure, first: Scenario, other: Scenario) -> float:
    numbers = [measure.number(s.total) for s in (first, other) if s.total]
    before, after = (number or 0.0 for number in numbers)
    return after - before
