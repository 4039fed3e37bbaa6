"""`curve.html`: response curves on one self-contained page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from dispatch.horizon import local
from dispatch.report.curve_table import COLUMNS, COST_NOTE, SHARE, Column, cells_of
from dispatch.report.curve_words import PLAIN, percent, speed_of, told_of
from dispatch.report.drawing import Figure, axis, figure, rounded
from dispatch.report.page import Page, assembled, heading, item, row
from dispatch.report.words import ASSUMPTIONS, INK, Word, grid_word
from dispatch.schedule.hashes import case_sha256
from dispatch.study.curve import Curve, Point

COLOURS = {"hebei_south": "#5087b3", "jibei": "#e3b04b", "hebei": "#1f3f63"}
OTHER_COLOURS = ("#5b9c94", "#8d78b4", "#c4553b")
MARKS_NOTE = (
    "○ 与 < ：超过该比例后，再增加 1 个百分点所省的目标函数小于两次求解已证明的间隙之和；~：该差别小于间隙；"
    "须线：至下界；*：使用了计价松弛。"
    "Ring and <: beyond this share one more percent saves less of the objective than the two proven gaps leave open; "
    "~: a difference within the gaps; whisker: down to the proven bound; *: priced slack in use."
)
COST_NOTE_ZH = (
    "成本不含罚金，目标函数 = 成本 + 罚金（主要是弃电计价）；响应电量取削减与增加中较大者；单位节省以首个比例为基准。"
)


def curve_page_of(curves: Sequence[Curve]) -> str:
    """The whole page."""
    page = Page()
    _open(page, curves)
    _boxes(page, curves)
    _figures(page, curves)
    for curve in curves:
        _table(page, curve)
    page.add(f'<p class="note">{escape(COST_NOTE_ZH + COST_NOTE)}</p>')
    _close(page, curves)
    return assembled(page, "需求响应曲线 Response curve")


def _open(page: Page, curves: Sequence[Curve]) -> None:
    days = "、".join(sorted({curve.points[0].day for curve in curves}))
    editions = "、".join(sorted({str(curve.base.edition) for curve in curves}))
    hours = "、".join(sorted({f"{curve.base.horizon.hours_h:g} h" for curve in curves}))
    page.add("<h1>需求响应能多消纳多少 · What demand response is worth</h1>")
    page.add(
        f'<p class="sub">{escape(days)} · {escape(hours)} · {escape(editions)} 年网架 edition {escape(editions)} · '
        "合成天气 synthetic weather · 响应按年最大负荷的比例 response as a share of the annual peak</p>"
    )


def _boxes(page: Page, curves: Sequence[Curve]) -> None:
    assumed = "".join(item(word.chinese, word.english) for word in ASSUMPTIONS)
    told = [(grid_word(curve.base.grid), *line) for curve in curves for line in told_of(curve)]
    bad = any(severity != PLAIN for _, severity, _ in told)
    found = "".join(_told(*line) for line in told)
    page.add(f'<div class="boxes"><div class="box {"bad" if bad else "found"}">')
    page.add(f"{heading(3, Word('须知', 'What to know before using it'))}<ul>{found}</ul></div>")
    page.add(f'<div class="box assumed">{heading(3, Word("假设", "What this rests on"))}<ul>{assumed}</ul></div></div>')


def _told(grid: Word, severity: str, word: Word) -> str:
    english = f"{grid.english or grid.chinese}: {word.english}"
    return (
        f'<li class="{severity}"><b>{escape(grid.chinese)}</b> {escape(word.chinese)}<small>{escape(english)}</small>'
    )


def _figures(page: Page, curves: Sequence[Curve]) -> None:
    names = (f'<span><i style="background:{c}"></i>{escape(str(grid_word(g)))}</span>' for g, c in _colours(curves))
    page.add(heading(2, Word("响应比例的作用", "Against the share of response")))
    page.add(f'<p class="keys">{"".join(names)}</p><p class="note">{escape(MARKS_NOTE)}</p><div class="grid2">')
    for key, word, unit, name, change in (
        ("utilisation", Word("利用率", "Utilisation"), "%", "utilisation_share", False),
        ("objective", Word("目标函数变化", "Objective, change"), "百万元 M CNY", "objective_cny", True),
        ("cost", Word("成本变化", "Cost, change"), "百万元 M CNY", "cost_cny", True),
        ("curtailed", Word("弃电量", "Curtailed"), "GWh", "curtailed_mwh", False),
    ):
        drawn = curve_figure(curves, name, unit, is_change=change)
        note = "相对首个比例 against the first share" if change else "\u00a0"
        page.add(page.draw(key, word, drawn, note))
    page.add("</div>")


SHOWN_PER = {"utilisation_share": 100.0, "objective_cny": 1e-6, "cost_cny": 1e-6, "curtailed_mwh": 1e-3}


def curve_figure(curves: Sequence[Curve], name: str, unit: str, *, is_change: bool = False) -> Figure:
    """One number of every point against its share: a line a grid, with a ring where more adds nothing."""
    traces = []
    for curve, (grid, colour) in zip(curves, _colours(curves), strict=True):
        points = [point for point in curve.points if getattr(point, name) is not None]
        if points and (not is_change or points[0] is curve.points[0]):
            zero = getattr(points[0], name) if is_change else 0.0
            traces += _traces(curve, points, [(getattr(p, name) - zero) * SHOWN_PER[name] for p in points], colour)
            traces[-1]["hovertemplate"] = f"{grid_word(grid).english or grid}: %{{y:,.3f}} {unit}<extra></extra>"
            if name == "objective_cny":
                traces[-1]["error_y"] = _whiskers(points)
    below = {"title": {"text": "响应占年最大负荷 share of the annual peak", "font": {"size": 12}}, "ticksuffix": " %"}
    look = {"showgrid": False, "zeroline": False, "ticks": "outside", "hoverformat": ".3~f"}
    upright = axis(unit, rangemode="normal", zeroline=is_change)
    margin = {"l": 70, "r": 20, "t": 14, "b": 52}
    return figure(traces, unit, height=330, xaxis=below | look, yaxis=upright, showlegend=False, margin=margin)


def _traces(curve: Curve, points: Sequence[Point], y: Sequence[float], colour: str) -> list[dict[str, Any]]:
    """The ring first, the line over it."""
    x = [100 * point.response_share for point in points]
    ring = [(a, b) for a, b, point in zip(x, y, points, strict=True) if point is curve.enough]
    look = {"color": "rgba(0,0,0,0)", "size": 17, "line": {"color": INK, "width": 1.6}}
    line = {"type": "scatter", "mode": "lines+markers", "x": rounded(x), "y": rounded(y), "name": curve.base.grid}
    shown = line | {"line": {"color": colour, "width": 2.5}, "marker": {"color": colour, "size": 7}}
    rings = {"type": "scatter", "mode": "markers", "marker": look, "hoverinfo": "skip"}
    return [rings | {"x": [a], "y": rounded([b])} for a, b in ring] + [shown]


def _whiskers(points: Sequence[Point]) -> dict[str, Any]:
    """From each objective down to its bound."""
    below = [((p.objective_cny or 0.0) - (p.bound_cny or 0.0)) / 1e6 if p.bound_cny is not None else 0 for p in points]
    shown = {"type": "data", "symmetric": False, "thickness": 1, "width": 4, "color": "#6b7280"}
    return shown | {"array": [0.0] * len(below), "arrayminus": rounded(max(0.0, value) for value in below)}


def _colours(curves: Sequence[Curve]) -> list[tuple[str, str]]:
    """Each grid and its colour; two curves of one grid are still two colours."""
    found: list[tuple[str, str]] = []
    for number, curve in enumerate(curves):
        grid, other = curve.base.grid, OTHER_COLOURS[number % len(OTHER_COLOURS)]
        found.append((grid, COLOURS.get(grid, other)))
    return found


def _table(page: Page, curve: Curve) -> None:
    page.add(heading(2, grid_word(curve.base.grid)))
    heads = "".join(map(_head, COLUMNS)) + "<th>状态<small>status</small></th>"
    page.add(f'<div class="scroll"><table><thead><tr>{_head(SHARE)}{heads}</tr></thead>')
    for point in curve.points:
        share, *cells = cells_of(curve, point)
        page.add(row(share, cells, "enough" if point is curve.enough else ""))
    page.add(f'</table></div><p class="note">{escape(str(speed_of(curve)))}</p>')


def _head(column: Column) -> str:
    small = f"<small>{escape(column.name)}</small><small>{escape(column.unit)}</small>"
    return f"<th>{escape(column.name_zh)}{small}</th>"


def _close(page: Page, curves: Sequence[Curve]) -> None:
    """What every number can be traced back to."""
    for curve in curves:
        base = curve.base
        told = (
            f"{base.grid} {base.name} · from {local(base.horizon.start):%Y-%m-%d %H:%M} UTC+8, "
            f"{base.horizon.step_count} steps of {base.horizon.step_h:g} h · "
            f"case at {percent(base.response_share)} sha256 {case_sha256(base)} · "
            f"facts sha256 {curve.facts.content_sha256} · gap asked {100 * curve.gap_asked_share:g} %"
        )
        page.add(f"<footer>{escape(told)}</footer>")
    page.add('<p class="note">hebei-dispatch · dispatch study dr-curve</p>')
