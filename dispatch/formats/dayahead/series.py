"""The sheets with a row a point and a column a component: forecasts, plans, reserve, heat."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from dispatch.formats.dayahead.cells import Cell, Findings, Sheet, Unreadable, shown
from dispatch.formats.dayahead.layout import POINT, Series
from dispatch.formats.dayahead.points import END, point_names, step_index_of
from dispatch.horizon import Horizon

NAME = re.compile(r"(?P<name>.+) \[(?P<unit>[^\[\]]*)\]", re.DOTALL)
SHOWN_COUNT = 4  # points that are missing, by name


@dataclass(frozen=True)
class Points:
    """The points that a sheet must hold; without a sound horizon rows are taken as they come."""

    horizon: Horizon | None
    naming: str


Columns = dict[tuple[str, str], tuple[float, ...]]  # by component and field of its values


def read_series(series: Series, sheet: Sheet, points: Points, order: dict[str, int], findings: Findings) -> Columns:
    """
    The values of each column that holds any, and in `order` the place of each component among its like.

    A column without any value is as if it were not there.
    """
    if not sheet.rows:
        return {}
    point_index = _point_column(sheet, findings)
    rows = [r for r in range(1, len(sheet.rows)) if not sheet.is_blank(r)]
    steps, is_whole = _steps(sheet, rows, point_index, points, findings)
    read: Columns = {}
    for c in range(sheet.width_count):
        filled = any(sheet.value(r, c) is not None for r in rows)
        key = None if c == point_index else _key(series, sheet, c, findings, filled=filled)
        if key is None or not filled:
            continue
        if key in read:
            findings.tell("DUPLICATE_COLUMN", _place(sheet, c), "stands twice; give it once")
            continue
        path = f"{series.field}[{order.setdefault(key[0], len(order))}].{key[1]}"
        findings.places[path.rpartition(".")[0]] = findings.places[path] = _place(sheet, c)
        if not is_whole:
            findings.gaps.append(path)
        read[key] = _values(sheet, (c, path), rows, steps, findings)
    return read


def _point_column(sheet: Sheet, findings: Findings) -> int | None:
    for c in range(sheet.width_count):
        head = sheet.value(0, c)
        if isinstance(head, str) and head.strip() in (POINT.key, POINT.header):
            return c
    findings.tell("MISSING_COLUMN", f"{sheet.address(0, 0)} (row 1)", f"the column {POINT.header} is missing; give it")
    return None


def _place(sheet: Sheet, column_index: int) -> str:
    return f"{sheet.address(0, column_index)} ({sheet.value(0, column_index)})"


def _key(
    series: Series, sheet: Sheet, column_index: int, findings: Findings, *, filled: bool
) -> tuple[str, str] | None:
    """Whose values stand in a column, and in which field they belong; None where its header does not say."""
    head, place = sheet.value(0, column_index), _place(sheet, column_index)
    if head is None or isinstance(head, Unreadable):
        if filled and not isinstance(head, Unreadable):
            findings.tell("HEADER_MISSING", sheet.address(0, column_index), "stands above values; give NAME [UNIT]")
        return None
    found = NAME.fullmatch(head) if isinstance(head, str) else None
    wanted = (
        f"NAME [{series.unit}]" if series.value else " or ".join(f"GRID {e} [{series.unit}]" for e, _ in series.endings)
    )
    if found is None:
        findings.tell("WRONG_HEADER", place, f"names no component with its unit; give {wanted}")
        return None
    if found["unit"] != series.unit:
        findings.tell("WRONG_UNIT", place, f"has [{found['unit']}]; this sheet is in [{series.unit}]")
        return None
    if series.value:
        return found["name"], series.value
    name, _, ending = found["name"].rpartition(" ")
    value = dict(series.endings).get(ending)
    if not name or value is None:
        findings.tell("WRONG_HEADER", place, f"says neither up nor down; give {wanted}")
        return None
    return name, value


def _steps(
    sheet: Sheet, rows: list[int], point_index: int | None, points: Points, findings: Findings
) -> tuple[list[int | None], bool]:
    """The step of each row, None where its point is none; and whether every point is there once."""
    horizon = points.horizon
    if horizon is None or point_index is None:
        return list(range(len(rows))), horizon is None
    names = point_names(horizon, points.naming)
    steps: list[int | None] = []
    seen: dict[int, str] = {}
    for r in rows:
        cell = Cell(sheet, r, point_index, POINT.header, "", findings)
        step = _step(cell, horizon, points.naming, names)
        if step is not None and step in seen:
            cell.refuse(
                "DUPLICATE_POINT", f"{names[step]} stands in {seen[step]} already: no hour of Beijing stands twice"
            )
            step = None
        elif step is not None:
            seen[step] = sheet.address(r, point_index)
        steps.append(step)
    missing = [name for t, name in enumerate(names) if t not in seen]
    if missing:
        _tell_missing(sheet, point_index, missing, len(names), findings)
    _tell_order(sheet, rows, point_index, steps, findings)
    return steps, not missing


def _step(cell: Cell, horizon: Horizon, naming: str, names: list[str]) -> int | None:
    if cell.unreadable(f"a point as {names[0]}"):
        return None
    step = step_index_of(cell.value, horizon, naming)
    if step is not None and 0 <= step < horizon.step_count:
        return step
    told = "is blank" if cell.value is None else f"{shown(cell.value)} is no point of this case"
    by = "the end" if naming == END else "the start"
    cell.refuse("UNKNOWN_POINT", f"{told}: they are named by {by} of their step, {names[0]} to {names[-1]}")
    return None


def _tell_missing(sheet: Sheet, point_index: int, missing: list[str], count: int, findings: Findings) -> None:
    told = ", ".join(missing[:SHOWN_COUNT]) + (", ..." if len(missing) > SHOWN_COUNT else "")
    message = f"{len(missing)} of {count} points are missing: {told}; give a row each"
    findings.tell("MISSING_POINTS", f"{sheet.address(0, point_index)} ({POINT.header})", message)


def _tell_order(sheet: Sheet, rows: list[int], point_index: int, steps: list[int | None], findings: Findings) -> None:
    last = -1
    for r, step in zip(rows, steps, strict=True):
        if step is not None and step < last:
            place = f"{sheet.address(r, point_index)} ({POINT.header})"
            findings.tell(
                "POINT_ORDER", place, f"{shown(sheet.value(r, point_index))} comes after a later point; order them"
            )
            return
        last = last if step is None else step


def _values(
    sheet: Sheet, column: tuple[int, str], rows: list[int], steps: list[int | None], findings: Findings
) -> tuple[float, ...]:
    """One value a step, NaN where there is none."""
    column_index, path = column
    header = str(sheet.value(0, column_index))
    count = max((step for step in steps if step is not None), default=-1) + 1
    values = [math.nan] * count
    for r, step in zip(rows, steps, strict=True):
        if step is not None:
            cell = Cell(sheet, r, column_index, header, f"{path}[{step}]", findings)
            values[step] = cell.number()
            findings.places[cell.path] = cell.place
    return tuple(values)
