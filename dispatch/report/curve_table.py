"""A response curve as a table for a terminal, and as CSV and JSON for machines: the same points."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from dispatch.horizon import local
from dispatch.report.curve_words import speed_of, told_of
from dispatch.report.table import ESTIMATES, MISSING, SLACK_MARK, SLACK_NOTE
from dispatch.report.words import ASSUMPTIONS, Word
from dispatch.schedule.hashes import case_sha256
from dispatch.study.curve import Curve, Point, is_untold

SCHEMA = "dispatch.dr_curve/1"
UNTOLD_MARK = "~"
UNTOLD_NOTE = f"{UNTOLD_MARK} less than the proven gaps can tell"
ENOUGH_MARK = "<"
ENOUGH_NOTE = f"{ENOUGH_MARK} beyond this share one more percent adds less than the proven gaps"
COST_NOTE = (
    "Cost holds no penalty; the objective is cost and penalties, curtailment above all; "
    "moved is the larger of cut and extra load; saved is per MWh moved, against the first share."
)
Number = Callable[[Point], float | None]


@dataclass(frozen=True)
class Column:
    """One column: its heading, and the number that stands in it in the unit that is shown."""

    name: str
    unit: str
    name_zh: str
    number: Number
    digits: str = "z,.0f"  # z: no minus before a zero

    def cell(self, point: Point) -> str:
        """The text for a point; a dash where there is no number."""
        value = self.number(point)
        return MISSING if value is None else format(value, self.digits)


def _scaled(name: str, factor: float = 1.0) -> Number:
    """A number of a point in another unit."""

    def of(point: Point) -> float | None:
        value = getattr(point, name)
        return None if value is None else value * factor

    return of


SHARE = Column("response", "% of peak", "响应", _scaled("response_share", 100.0), "zg")
NEXT = Column("1 % more", "saves M CNY", "再增 1 %", _scaled("next_percent_saves_cny", 1e-6), "z,.3f")
COLUMNS = (
    Column("resp. cap", "MW", "响应上限", _scaled("response_cap_mw")),
    Column("reach", "MW", "可调用", _scaled("response_reach_mw")),
    Column("moved", "MWh", "响应电量", _scaled("response_moved_mwh")),
    Column("utilisation", "%", "利用率", _scaled("utilisation_share", 100.0), "z.2f"),
    Column("curtailed", "GWh", "弃电", _scaled("curtailed_mwh", 1e-3), "z,.2f"),
    Column("absorbed", "GWh more", "增加消纳", _scaled("absorbed_more_mwh", 1e-3), "+z,.2f"),
    Column("cost", "M CNY", "成本", _scaled("cost_cny", 1e-6), "z,.2f"),
    Column("objective", "M CNY", "目标函数", _scaled("objective_cny", 1e-6), "z,.2f"),
    Column("cost saved", "CNY/MWh", "单位节省成本", _scaled("cost_saved_cny_per_mwh")),
    Column("obj. saved", "CNY/MWh", "单位节省目标", _scaled("objective_saved_cny_per_mwh")),
    NEXT,
    Column("starts", "", "启动", _scaled("start_count")),
    Column("gap", "% proven", "间隙", _scaled("gap_share", 100.0), "z.3f"),
    Column("time", "s", "用时", _scaled("total_seconds"), "z,.1f"),
)


def cells_of(curve: Curve, point: Point) -> list[str]:
    """The texts of a row: the share, each column, and how it ended."""
    enough = ENOUGH_MARK if point is curve.enough else ""
    cells = [column.cell(point) + (_untold(point) if column is NEXT else "") for column in COLUMNS]
    return [SHARE.cell(point) + enough, *cells, point.status + (SLACK_MARK if point.slack_used else "")]


def curve_table_of(curves: Sequence[Curve]) -> str:
    """A row a share and grid, columns aligned; below it the marks, what to know of each grid, and the time."""
    heads = [("grid", ""), *((c.name, c.unit) for c in (SHARE, *COLUMNS)), ("status", "")]
    body = [[curve.base.grid, *cells_of(curve, point)] for curve in curves for point in curve.points]
    rows = [[name for name, _ in heads], [unit for _, unit in heads], *body]
    widths = [max(len(row[k]) for row in rows) for k in range(len(heads))]
    lines = [_line(row, widths) for row in rows]
    lines.insert(2, "  ".join("-" * width for width in widths))
    return "\n".join([*lines, "", *_notes(curves), *_times(curves)])


def csv_text(curves: Sequence[Curve]) -> str:
    """`curve.csv`: every number of every point, named with its unit; nothing where there is none."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [field.name for field in fields(Point)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(point) for curve in curves for point in curve.points)
    return text.getvalue()


def summary_of(curves: Sequence[Curve]) -> dict[str, Any]:
    """`curve.json`: the points with what they rest on. Numbers that do not exist are None."""
    return {
        "schema": SCHEMA,
        "assumptions": [assumption.english for assumption in ASSUMPTIONS],
        "curves": [_summary(curve) for curve in curves],
    }


def _summary(curve: Curve) -> dict[str, Any]:
    base, enough = curve.base, curve.enough
    return {
        "grid": base.grid,
        "edition": base.edition,
        "start": local(base.horizon.start).isoformat() + "+08:00",
        "step_count": base.horizon.step_count,
        "step_h": base.horizon.step_h,
        "case_sha256": case_sha256(base),
        "facts_sha256": curve.facts.content_sha256,
        "gap_asked_share": curve.gap_asked_share,
        "enough_share": enough.response_share if enough else None,
        "rest_cny": curve.rest_cny,
        "total_seconds": curve.total_seconds,
        "first_seconds": curve.first_seconds,
        "told": [{"severity": severity or "note", **_both(word)} for severity, word in told_of(curve)],
        "points": [asdict(point) for point in curve.points],
    }


def _both(word: Word) -> dict[str, str]:
    return {"english": word.english, "chinese": word.chinese}


def _notes(curves: Sequence[Curve]) -> list[str]:
    points = [point for curve in curves for point in curve.points]
    marks = [
        (SLACK_NOTE, any(point.slack_used for point in points)),
        (UNTOLD_NOTE, any(map(is_untold, points))),
        (ENOUGH_NOTE, any(curve.enough for curve in curves)),
    ]
    told = [
        f"{severity + ': ' if severity else ''}{curve.base.grid}: {word.english}"
        for curve in curves
        for severity, word in told_of(curve)
    ]
    return [note for note, used in marks if used] + [COST_NOTE, *told, ESTIMATES]


def _times(curves: Sequence[Curve]) -> list[str]:
    lines = [f"{curve.base.grid}: {speed_of(curve).english}" for curve in curves]
    if len(curves) > 1:
        total, first = (sum(times) for times in zip(*((c.total_seconds, c.first_seconds) for c in curves), strict=True))
        ratio = f", {total / first:.1f} times the first of each ({first:,.1f} s)" if first > 0 else ""
        lines.append(f"all: {sum(len(c.points) for c in curves)} shares in {total:,.1f} s{ratio}")
    return lines


def _untold(point: Point) -> str:
    return UNTOLD_MARK if is_untold(point) else ""


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    """The grid to the left, all else to the right."""
    cells = [row[0].ljust(widths[0]), *(text.rjust(w) for text, w in zip(row[1:], widths[1:], strict=True))]
    return "  ".join(cells).rstrip()
