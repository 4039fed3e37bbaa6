"""From sheets to a case: every flaw by cell, and for each field of the case the cell that it was read from."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from dispatch.case.case import Case, ReserveSeries
from dispatch.case.check_horizon import is_sound
from dispatch.case.demand_response import Parcel
from dispatch.case.heat import HeatForecast
from dispatch.case.interchange import InterchangeForecast
from dispatch.case.renewable import AvailableForecast, LoadForecast
from dispatch.errors import Flaw
from dispatch.formats.dayahead.book import sheets_in
from dispatch.formats.dayahead.cells import NEVER, NO, OFF, ON, YES, Cell, Findings, Sheet, shown
from dispatch.formats.dayahead.headers import Heads, heads_of
from dispatch.formats.dayahead.layout import (
    CASE,
    CASE_COLUMNS,
    COUNT,
    END,
    FIELDS,
    FLAG,
    FORMAT_VERSION_COUNT,
    MOMENT,
    NUMBER,
    ON_OFF,
    SERIES,
    TABLES,
    TEXT,
    WORD,
    Column,
    Table,
)
from dispatch.formats.dayahead.series import Columns, Points, read_series
from dispatch.horizon import Horizon
from dispatch.units import SECONDS_PER_HOUR

MINUTES_PER_HOUR = 60
NOTHING: Mapping[str, Any] = {NUMBER: math.nan, COUNT: 0, TEXT: "", MOMENT: NEVER, ON_OFF: None, FLAG: None, WORD: ""}
PATHS = {"horizon.step_min": "horizon.step_h"}  # of fields that a file holds in another unit
PARTS = ("interchange", "reserve", "prices", "scales", "security", "response", "heat", "losses")
LAST_PART = re.compile(r"(\[\d+\]|\.[^.\[\]]+)$")


@dataclass(frozen=True)
class Draft:
    """A case as far as its files could be read."""

    case: Case
    naming: str  # what its points are named by: start or end
    flaws: tuple[Flaw, ...]  # by cell
    gaps: tuple[str, ...]  # fields of the case without a value
    places: Mapping[str, str]  # the cell of each field of the case

    def located(self, flaw: Flaw) -> Flaw:
        """A flaw of a field of the case, by the cell that the field, or what it is part of, was read from."""
        path = flaw.field
        while path not in self.places and LAST_PART.search(path):
            path = LAST_PART.sub("", path)
        return replace(flaw, field=self.places[path]) if path in self.places else flaw


def read_dayahead(path: Path) -> Draft:
    """The case in a workbook or a folder; `CaseError` where nothing of it can be read."""
    sheets, told = sheets_in(path)
    findings = Findings(flaws=list(told))
    for name, sheet in sheets.items():
        _place_whole(name, sheet, findings, told)
    said = _said(sheets[CASE], findings)
    horizon = _horizon(said)
    naming = said.get("points", END) or END
    points = Points(horizon if is_sound(horizon) else None, naming)
    case = Case(
        grid=said.get("grid", ""),
        edition=said.get("edition", 0),
        horizon=horizon,
        **_plain(said),
        **_lists(sheets, findings),
        **_series(sheets, points, findings, said),
    )
    return Draft(
        _with_parts(case, said, sheets, findings), naming, tuple(findings.flaws), tuple(findings.gaps), findings.places
    )


def _place_whole(name: str, sheet: Sheet, findings: Findings, told: list[Flaw]) -> None:
    """Where a whole table stands; one that could not be read at all is a gap."""
    field = next((kind.field for kind in (*TABLES, *SERIES) if kind.name == name), "")
    if field:
        findings.places.setdefault(field, sheet.file or name)
        if not sheet.rows and any(flaw.field == sheet.file for flaw in told):
            findings.gaps.append(field)


# ---------------------------------------------------------------- the sheet `case`


def _said(sheet: Sheet, findings: Findings) -> dict[str, Any]:
    """What the sheet `case` says, by its keys; blank fields are left out."""
    heads = heads_of(sheet, CASE_COLUMNS, findings) if sheet.rows else Heads()
    known, said = {column.key: column for column in FIELDS}, dict[str, Any]()
    for column in FIELDS:
        findings.places[_path(column.key)] = f"{sheet.file or CASE} ({column.key})"
    at = heads.at_index
    if not {"field", "value"} <= set(at):
        findings.gaps.extend(_path(column.key) for column in FIELDS)
        return said
    seen: set[str] = set()
    for r in range(1, len(sheet.rows)):
        key_cell = Cell(sheet, r, at["field"], "field", "", findings)
        if sheet.is_blank(r):
            continue
        key = key_cell.text()
        if key in seen or key not in known:
            if key:
                code, told = (
                    ("DUPLICATE", "stands twice") if key in seen else ("UNKNOWN_FIELD", "is no field of a case")
                )
                findings.tell(code, key_cell.place, f"{shown(key)} {told}")
            continue
        seen.add(key)
        cell = Cell(sheet, r, at["value"], key, _path(key), findings)
        findings.places[cell.path] = cell.place
        _check_unit(sheet, r, at, known[key], findings)
        if cell.value is not None:
            said[key] = read_cell(cell, known[key])
    _tell_absent(said, findings)
    return said


def _path(key: str) -> str:
    return PATHS.get(key, key)


def _check_unit(sheet: Sheet, row_index: int, at: Mapping[str, int], column: Column, findings: Findings) -> None:
    if "unit" not in at:
        return
    unit = sheet.value(row_index, at["unit"])
    if unit is not None and unit != column.unit:
        place = f"{sheet.address(row_index, at['unit'])} ({column.key})"
        wanted = f"it is in {column.unit}" if column.unit else "it has none"
        findings.tell("WRONG_UNIT", place, f"{shown(unit)} is not the unit of {column.key}; {wanted}")


def _tell_absent(said: Mapping[str, Any], findings: Findings) -> None:
    for column in FIELDS:
        if column.needed and column.key not in said:
            path = _path(column.key)
            findings.tell("REQUIRED", findings.places[path], "is absent or blank and must be given")
            findings.gaps.append(path)
    if said.get("format", FORMAT_VERSION_COUNT) != FORMAT_VERSION_COUNT and "format" not in findings.gaps:
        message = f"{said['format']} is not known; this reads version {FORMAT_VERSION_COUNT}"
        findings.tell("FORMAT_VERSION", findings.places["format"], message)


def _horizon(said: Mapping[str, Any]) -> Horizon:
    """The horizon, or one that nothing can be built on."""
    step_min = said.get("horizon.step_min", math.nan)
    step_h = step_min / MINUTES_PER_HOUR
    if math.isfinite(step_h):  # 20 min are a third of an hour
        seconds = round(step_min * MINUTES_PER_HOUR)
        step_h = seconds / SECONDS_PER_HOUR if abs(seconds - step_min * MINUTES_PER_HOUR) < 1e-6 else step_h  # noqa: PLR2004
    return Horizon(said.get("horizon.start", NEVER), said.get("horizon.step_count", 0), step_h)


def _plain(said: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of the case itself that are said and can be read."""
    own = {f.name for f in fields(Case)} - {"grid", "edition"}
    return {key: value for key, value in said.items() if key in own and value is not None}


def _with_parts(case: Case, said: Mapping[str, Any], sheets: Mapping[str, Sheet], findings: Findings) -> Case:
    """The case with what is said of its parts."""
    parts: dict[str, Any] = {}
    for name in PARTS:
        inside = {k.partition(".")[2]: v for k, v in said.items() if k.startswith(f"{name}.") and v is not None}
        parts[name] = replace(getattr(case, name), **inside)
    if "unwatched" in sheets:
        rows = read_table(TABLES[-1], sheets["unwatched"], findings)
        parts["security"] = replace(parts["security"], unwatched=tuple(row["line"] for row in rows))
    return replace(case, **parts)


def read_cell(cell: Cell, column: Column) -> Any:
    """What a cell holds, by the kind of its column; what stands in place of it where it cannot be read."""
    if column.kind in (NUMBER, COUNT, TEXT, MOMENT):
        reads = {NUMBER: cell.number, COUNT: cell.count, TEXT: cell.text, MOMENT: cell.moment}
        return reads[column.kind]()
    meanings: dict[str, Any] = {word: word for word in column.words}
    if column.kind in (FLAG, ON_OFF):
        true, false = (YES, NO) if column.kind == FLAG else (ON, OFF)
        meanings = dict.fromkeys(true, True) | dict.fromkeys(false, False)
    return cell.word(meanings, NOTHING[column.kind])


# ---------------------------------------------------------------- tables


def read_table(table: Table, sheet: Sheet, findings: Findings) -> list[dict[str, Any]]:
    """The rows of a table as fields by name, those left blank are left out; the path of row k is `TABLE[k]`."""
    if not sheet.rows:
        return []
    heads = heads_of(sheet, table.columns, findings)
    rows = [r for r in range(1, len(sheet.rows)) if not sheet.is_blank(r)]
    return [_row(table, sheet, r, f"{table.field}[{k}]", heads, findings) for k, r in enumerate(rows)]


def _row(table: Table, sheet: Sheet, row_index: int, path: str, heads: Heads, findings: Findings) -> dict[str, Any]:
    findings.places[path] = sheet.address(row_index, 0)
    row: dict[str, Any] = {}
    for column in table.columns:
        own = path if table.record is str else f"{path}.{column.key}"
        if column.key not in heads.at_index:
            if column.key in heads.broken:
                findings.gaps.append(own)
                row[column.key] = NOTHING[column.kind]
            continue
        cell = Cell(sheet, row_index, heads.at_index[column.key], column.header, own, findings)
        findings.places[own] = cell.place
        if cell.value is not None:
            row[column.key] = read_cell(cell, column)
        elif column.needed:
            cell.refuse("BLANK", f"is blank; give {column.en}")
            row[column.key] = NOTHING[column.kind]
    if "start" in row:
        _close(row, path, findings)
    return row


def _close(row: dict[str, Any], path: str, findings: Findings) -> None:
    """A span whose start or end cannot be read covers nothing."""
    if NEVER in (row["start"], row["end"]):
        findings.gaps.append(f"{path}.end")
        row["start"] = row["end"] = NEVER


def _lists(sheets: Mapping[str, Sheet], findings: Findings) -> dict[str, Any]:
    """Every list of the case that is a table."""
    read: dict[str, Any] = {
        table.field: read_table(table, sheets[table.name], findings) if table.name in sheets else []
        for table in TABLES
        if table.record not in (str, Parcel)
    }
    for k, row in enumerate(read["units"]):
        if row["on"] is None:  # looked at as on for no known time, from which no rule follows
            findings.gaps.append(f"units[{k}].hours_h")
            row.update(on=True, hours_h=math.nan)
    _give_parcels(read["contracts"], sheets, findings)
    kinds = {table.field: table.record for table in TABLES}
    return {field: tuple(kinds[field](**row) for row in rows) for field, rows in read.items()}


def _give_parcels(contracts: list[dict[str, Any]], sheets: Mapping[str, Sheet], findings: Findings) -> None:
    """What contracts owe and have saved, each at its contract."""
    at = {row["contract"]: k for k, row in reversed(list(enumerate(contracts)))}
    for table in TABLES:
        if table.record is not Parcel or table.name not in sheets:
            continue
        side = table.field.partition(".")[2]
        own = Findings(findings.flaws, [], {})
        for k, row in enumerate(read_table(table, sheets[table.name], own)):
            name, old = row.pop("contract"), f"{table.field}[{k}]"
            if name not in at:
                if name:
                    message = f"{shown(name)} is not in the sheet contracts; give its state there"
                    findings.tell("UNKNOWN_CONTRACT", own.places[f"{old}.contract"], message)
                continue
            parcels = contracts[at[name]].get(side, ())
            new = f"contracts[{at[name]}].{side}[{len(parcels)}]"
            contracts[at[name]][side] = (*parcels, Parcel(**row))
            for path in [path for path in own.places if path.startswith(old)]:
                findings.places[path.replace(old, new)] = own.places[path]
            findings.gaps += [gap.replace(old, new) for gap in own.gaps if gap.startswith(old)]


# ---------------------------------------------------------------- series


def _series(sheets: Mapping[str, Sheet], points: Points, findings: Findings, said: dict[str, Any]) -> dict[str, Any]:
    """Every forecast and plan of the case; those that belong to a part of it go into what is said of the part."""
    orders: dict[str, dict[str, int]] = {}
    read: dict[str, Columns] = {}
    for series in SERIES:
        order = orders.setdefault(series.field, {})
        if series.name in sheets:
            read[series.name] = read_series(series, sheets[series.name], points, order, findings)
    said["reserve.series"] = _reserve(read.get("reserve", {}))
    said["heat.forecasts"] = tuple(HeatForecast(name, values) for (name, _), values in read.get("heat", {}).items())
    least = {name: values for (name, _), values in read.get("wind_sun_least", {}).items()}
    available = {name: values for (name, _), values in read.get("wind_sun", {}).items()}
    for name in sorted(least.keys() - available.keys()):
        place = findings.places[f"available_forecasts[{orders['available_forecasts'][name]}]"]
        findings.tell(
            "NO_FORECAST", place, f"{shown(name)} has no column with values in the sheet wind_sun; give it there"
        )
    return {
        "load_forecasts": tuple(LoadForecast(name, v) for (name, _), v in read.get("load", {}).items()),
        "available_forecasts": tuple(AvailableForecast(name, v, least.get(name, ())) for name, v in available.items()),
        "interchange_forecasts": tuple(InterchangeForecast(n, v) for (n, _), v in read.get("tie_plan", {}).items()),
    }


def _reserve(columns: Columns) -> tuple[ReserveSeries, ...]:
    grids = dict.fromkeys(grid for grid, _ in columns)
    return tuple(ReserveSeries(g, columns.get((g, "up_mw"), ()), columns.get((g, "down_mw"), ())) for g in grids)
