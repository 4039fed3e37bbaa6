"""
From a case to sheets, without loss: what is read back is the same case.

In place of an empty table its header is written, so that a file is a template too.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from dispatch.case.case import Case
from dispatch.case.demand_response import Parcel
from dispatch.case.facts import GridFacts
from dispatch.errors import CaseError, Flaw
from dispatch.formats.dayahead.book import WORKBOOKS
from dispatch.formats.dayahead.cells import letters
from dispatch.formats.dayahead.layout import (
    CASE,
    CASE_COLUMNS,
    FIELDS,
    FLAG,
    FORMAT_VERSION_COUNT,
    NOTES,
    ON_OFF,
    POINT,
    SERIES,
    TABLES,
    Column,
    Series,
    Table,
)
from dispatch.formats.dayahead.points import moment_text, point_names
from dispatch.formats.dayahead.tables import write_tables
from dispatch.formats.dayahead.workbook import Choice, Page, write_workbook

Rows = list[list[Any]]
MINUTES_PER_HOUR = 60
SPARE_ROWS_COUNT = 200  # below a table that drop-downs reach


def sheets_of(case: Case, naming: str) -> dict[str, Rows]:
    """Every sheet of a case as rows, the header first; `CaseError` where something of it cannot be kept."""
    refuse_unkept(case)
    names = [POINT.header, *point_names(case.horizon, naming)]
    sheets = {CASE: [[column.header for column in CASE_COLUMNS], *(_line(case, naming, field) for field in FIELDS)]}
    for series in SERIES:
        columns = list(_columns(case, series))
        sheets[series.name] = [list(row) for row in zip(names, *columns, strict=True)]
    for table in TABLES:
        records = list(_records(case, table))
        sheets[table.name] = [
            [c.header for c in table.columns],
            *([_cell(r, c) for c in table.columns] for r in records),
        ]
    refuse_controls(sheets)
    return sheets


def refuse_unkept(case: Case) -> None:
    """`CaseError` where the case says what has no sheet, reserve products or heat stores; nothing is left out."""
    without = {
        "reserve.products": ("regulation and non-spinning reserve have", case.reserve.products),
        "heat.stores": ("heat stores have", case.heat.stores),
    }
    flaws = [
        Flaw("NO_SHEET", field, f"{what} no sheet here; keep the case as JSON, or leave them out")
        for field, (what, said) in without.items()
        if said
    ]
    if flaws:
        raise CaseError(tuple(flaws))


def refuse_controls(sheets: Mapping[str, Rows]) -> None:
    """`CaseError` with every text that holds what no spreadsheet keeps: control characters."""
    flaws = [
        Flaw("CONTROL_CHARACTER", f"{name}!{letters(c)}{r + 1}", f"{value!r} holds a character that no file can keep")
        for name, rows in sheets.items()
        for r, row in enumerate(rows)
        for c, value in enumerate(row)
        if isinstance(value, str) and any(unicodedata.category(letter) in ("Cc", "Cs", "Cn") for letter in value)
    ]
    if flaws:
        raise CaseError(tuple(flaws))


def _line(case: Case, naming: str, column: Column) -> list[Any]:
    said = {
        "format": FORMAT_VERSION_COUNT,
        "points": naming,
        "horizon.step_min": case.horizon.step_h * MINUTES_PER_HOUR,
    }
    value: Any = case
    if column.key in said:
        value = said[column.key]
    else:
        for part in column.key.split("."):
            value = getattr(value, part)
    words = f" ({' | '.join(column.words)})" if column.words else ""
    return [column.key, _shown(value, column), column.unit or None, f"{column.zh}：{column.told}。{column.en}{words}"]


def _shown(value: Any, column: Column) -> Any:
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, bool):
        true, false = {FLAG: ("yes", "no"), ON_OFF: ("on", "off")}[column.kind]
        return true if value else false
    return None if value == "" else value


def _cell(record: Any, column: Column) -> Any:
    return _shown(record[column.key] if isinstance(record, Mapping) else getattr(record, column.key), column)


def _records(case: Case, table: Table) -> Iterator[Any]:
    """The rows of a table as records, or as fields by name."""
    if table.record is str:
        yield from ({"line": line} for line in case.security.unwatched)
    elif table.record is Parcel:
        side = table.field.partition(".")[2]
        yield from ({"contract": s.contract, **vars(parcel)} for s in case.contracts for parcel in getattr(s, side))
    else:
        yield from getattr(case, table.field)


def _columns(case: Case, series: Series) -> Iterator[Sequence[Any]]:
    """Header and values of each component that has any."""
    part: Any = case
    for name in series.field.split("."):
        part = getattr(part, name)
    for forecast in part:
        component = getattr(forecast, series.component)
        for ending, value in series.endings or (("", series.value),):
            if values := getattr(forecast, value):
                yield [component + (f" {ending}" if ending else "") + f" [{series.unit}]", *values]


# ---------------------------------------------------------------- files


def write_dayahead(path: Path, case: Case, naming: str, facts: GridFacts | None = None) -> None:
    """A workbook where the name says so, else a folder of CSV files. `facts` fill the drop-downs."""
    sheets = sheets_of(case, naming)
    if path.suffix.lower() in WORKBOOKS:
        choices = {} if facts is None else names_in(facts)
        pages = {NOTES: _notes(), **{name: _page(name, rows, choices) for name, rows in sheets.items()}}
        write_workbook(path, pages)
    else:
        write_tables(path, sheets)


def names_in(facts: GridFacts) -> dict[str, tuple[str, ...]]:
    """What a drop-down offers, by the name of its list."""
    return {
        "units": _names(u.name for u in facts.units),
        "thermal_plants": _names(u.plant for u in facts.units),
        "heat_plants": _names(u.plant for u in facts.units if u.heats),
        "classes": _names(u.technology_class for u in facts.units),
        "plants": _names(p.name for p in facts.plants),
        "stores": _names(s.name for s in facts.stores),
        "contracts": _names(c.name for c in facts.contracts),
        "interfaces": _names(i.name for i in facts.interfaces),
        "lines": _names(line.name for line in facts.lines),
        "members": facts.members,
        "grids": _names((facts.grid, *facts.members)),
    }


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


def _page(name: str, rows: Rows, names: Mapping[str, tuple[str, ...]]) -> Page:
    """A sheet with the notes of its headers and its drop-downs."""
    if name == CASE:
        offered = [Choice(1, k, k, _words(column, names)) for k, column in enumerate(FIELDS, start=1)]
        notes = [_note(column) for column in CASE_COLUMNS]
    elif table := next((table for table in TABLES if table.name == name), None):
        last = len(rows) + SPARE_ROWS_COUNT
        offered = [Choice(k, 1, last, _words(column, names)) for k, column in enumerate(table.columns)]
        notes = [_note(column) for column in table.columns]
    else:
        series = next(series for series in SERIES if series.name == name)
        offered, notes = [], [f"{series.zh}\n{series.en}\n\n{_note(POINT)}"]
    return Page(rows, notes, tuple(choice for choice in offered if choice.words))


def _words(column: Column, names: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    fixed = {FLAG: ("yes", "no"), ON_OFF: ("on", "off")}
    return column.words or fixed.get(column.kind) or names.get(column.names, ())


def _note(column: Column) -> str:
    needed = "必填 / required" if column.needed else "可空 / may be blank"
    return f"{column.zh}：{column.told}\n{column.en}\n{needed}" + (
        f"\n单位 / unit: {column.unit}" if column.unit else ""
    )


def _notes() -> Page:
    """The sheet `notes`: what each sheet holds, in both languages; not read."""
    told: Rows = [
        ["sheet", "表", "what it holds 内容", "unit 单位"],
        [CASE, "说明", "Grid, edition, day, step, naming of points, terms 电网、日期、步长、时点命名与各项参数", None],
        *([s.name, s.zh, s.en, s.unit] for s in SERIES),
        *([t.name, t.zh, t.en, None] for t in TABLES),
        [None, None, None, None],
        ["times", "时间", "Beijing time (UTC+8); 24:00 is read 北京时间，可写 24:00", None],
        [
            "blank",
            "空白",
            "A blank takes the default; a column without any value is as if not there 空白取默认值",
            None,
        ],
        [
            "formulas",
            "公式",
            "Formulas and merged cells are refused: paste values 不接受公式与合并单元格，请粘贴为数值",
            None,
        ],
        ["own sheets", "自用表", "Sheets whose name begins with # are not read 以 # 开头的表不读取", None],
    ]
    return Page(told)
