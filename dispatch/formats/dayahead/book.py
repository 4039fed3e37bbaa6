"""Which paths are day-ahead files, and their sheets, whether a workbook or a folder holds them."""

from __future__ import annotations

import difflib
from pathlib import Path

from dispatch.errors import CaseError, Flaw
from dispatch.formats.dayahead.cells import Sheet
from dispatch.formats.dayahead.layout import CASE, NOT_READ, OWN, SHEETS
from dispatch.formats.dayahead.tables import read_tables
from dispatch.formats.dayahead.workbook import read_workbook
from dispatch.formats.pypsa_network import holds_pypsa

WORKBOOKS = (".xlsx", ".xlsm")


def is_dayahead(path: Path) -> bool:
    """Whether a path is a day-ahead workbook or folder, or means to be one; a PyPSA network is neither."""
    if path.is_dir():
        ours = {file.stem for file in path.glob("*.csv")} & set(SHEETS)
    else:
        ours = {path.name} if path.suffix.lower() in WORKBOOKS else set()
    return bool(ours) and not holds_pypsa(path)


def is_folder(path: Path) -> bool:
    """The day-ahead files are CSV files in a folder."""
    return path.is_dir()


def sheets_in(path: Path) -> tuple[dict[str, Sheet], list[Flaw]]:
    """The sheets of a case by name, and what is wrong with them as sheets; `CaseError` where none can be read."""
    found, flaws = read_tables(path) if path.is_dir() else (read_workbook(path), [])
    kept = {name: sheet for name, sheet in found.items() if name not in NOT_READ and not name.startswith(OWN)}
    for name, sheet in kept.items():
        place = sheet.file or name
        if name not in SHEETS:
            flaws.append(Flaw("UNKNOWN_SHEET", place, f"is no sheet of a case; {_likely(name)}"))
        flaws += [Flaw("MERGED", f"{place}!{cells}", "are merged cells; part them") for cells in sheet.merged]
    if CASE not in kept:
        needed = f"{CASE}.csv" if path.is_dir() else CASE
        raise CaseError(
            (Flaw("SHEET_MISSING", str(path), f"has no {needed}, which names grid, date and points"), *flaws)
        )
    return {name: sheet for name, sheet in kept.items() if name in SHEETS}, flaws


def _likely(name: str) -> str:
    near = difflib.get_close_matches(name, SHEETS, n=1)
    meant = f"{near[0]} may be meant; " if near else ""
    return f"{meant}begin the name of a sheet of your own with {OWN}"
