"""Sheets from a workbook, and to one: .xlsx, with drop-downs, notes and units where they are written."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from dispatch.errors import CaseError, Flaw
from dispatch.formats.dayahead.cells import Sheet, Unreadable, letters

MOST_BYTES_COUNT = 2**28  # of a workbook once unpacked
MOST_ROWS_COUNT, MOST_COLUMNS_COUNT = 20_000, 2_000
WIDEST_COUNT = 48  # characters of a column
HEADER_FILL = PatternFill("solid", fgColor="DDE7F0")
NOTE_WIDTH_COUNT, NOTE_HEIGHT_COUNT = 320, 110  # pixels


@dataclass(frozen=True)
class Choice:
    """A drop-down: the rows of a column take one of some words."""

    column_index: int
    first_row_index: int
    last_row_index: int
    words: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """A sheet to be written: rows, what the header's notes say, and its drop-downs."""

    rows: Sequence[Sequence[Any]]
    notes: Sequence[str] = ()  # of each header, from the first on
    choices: tuple[Choice, ...] = ()


def read_workbook(path: Path) -> dict[str, Sheet]:
    """Every sheet by its name, or `CaseError`: not a workbook, cut short, damaged, or too large."""
    _look_inside(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of extensions that are of no use here
            book = load_workbook(path)
            return {name: _sheet(path, name, book[name]) for name in book.sheetnames if _is_cells(book[name])}
    except CaseError:
        raise
    except Exception as error:  # a damaged file ends in any error within openpyxl
        raise _refused(path, "NOT_A_WORKBOOK", "is damaged, or no workbook (.xlsx) that can be read") from error


def _is_cells(sheet: Any) -> bool:
    return isinstance(sheet, Worksheet)


def _look_inside(path: Path) -> None:
    """Refuse what cannot be unpacked: every part carries a checksum, so that a flipped bit shows."""
    try:
        with zipfile.ZipFile(path) as packed:
            size_bytes_count = sum(part.file_size for part in packed.infolist())
            broken = packed.testzip() if size_bytes_count <= MOST_BYTES_COUNT else None
    except OSError as error:
        raise _refused(path, "UNREADABLE", "there is no such file that can be read") from error
    except Exception as error:  # zipfile, zlib and struct each have their own
        raise _refused(path, "NOT_A_WORKBOOK", "is cut short, damaged, or no workbook (.xlsx)") from error
    if size_bytes_count > MOST_BYTES_COUNT:
        raise _refused(path, "TOO_LARGE", f"unpacks to more than {MOST_BYTES_COUNT} bytes, which is no case")
    if broken is not None:
        raise _refused(path, "NOT_A_WORKBOOK", f"is damaged: its part {broken} does not match its checksum")


def _refused(path: Path, code: str, message: str) -> CaseError:
    return CaseError((Flaw(code, str(path), message),))


def _sheet(path: Path, name: str, sheet: Worksheet) -> Sheet:
    if sheet.max_row > MOST_ROWS_COUNT or sheet.max_column > MOST_COLUMNS_COUNT:
        message = f"has {sheet.max_row} rows and {sheet.max_column} columns; delete what lies beyond the table"
        raise _refused(path, "TOO_LARGE", f"sheet {name} {message}")
    rows = [[_value(cell) for cell in row] for row in sheet.iter_rows()]
    ranges = tuple(str(merged) for merged in sheet.merged_cells.ranges)
    for merged in ranges:
        left, top, right, bottom = range_boundaries(merged)
        for row in rows[top - 1 : bottom]:
            row[left - 1 : right] = [Unreadable("merged")] * len(row[left - 1 : right])
    while rows and all(value is None for value in rows[-1]):
        rows.pop()
    return Sheet(name, tuple(map(tuple, rows)), merged=tuple(sorted(ranges)))


def _value(cell: Any) -> Any:
    if cell.data_type == "f":
        text = cell.value if isinstance(cell.value, str) else getattr(cell.value, "text", "") or "="
        return Unreadable("formula", text)
    if cell.data_type == "e":
        return Unreadable("error", str(cell.value))
    return None if cell.value == "" else cell.value


def write_workbook(path: Path, pages: Mapping[str, Page], hidden: Sequence[str] = ()) -> None:
    """A workbook with these sheets; lists of words too long for a drop-down stand in a hidden sheet `lists`."""
    book = Workbook()
    book.remove(book.active)
    lists: dict[tuple[str, ...], str] = {}
    for name, page in pages.items():
        sheet = book.create_sheet(name)
        _fill(sheet, page)
        for choice in page.choices:
            _offer(sheet, choice, lists)
    if lists:
        _keep_lists(book.create_sheet("lists"), lists)
    for name in hidden:
        book[name].sheet_state = "hidden"
    book.save(path)


def _fill(sheet: Worksheet, page: Page) -> None:
    for r, row in enumerate(page.rows, start=1):
        for c, value in enumerate(row, start=1):
            if value not in (None, ""):
                _put(sheet.cell(r, c), value)
    for c, cell in enumerate(sheet[1]):
        cell.font, cell.fill = Font(bold=True), HEADER_FILL
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if c < len(page.notes):
            cell.comment = Comment(page.notes[c], "dispatch", height=NOTE_HEIGHT_COUNT, width=NOTE_WIDTH_COUNT)
        width = max((len(str(row[c])) for row in page.rows[:200] if c < len(row) and row[c] is not None), default=8)
        sheet.column_dimensions[letters(c)].width = min(WIDEST_COUNT, max(9, width + 2))
    sheet.freeze_panes = "B2"


def _put(cell: Any, value: Any) -> None:
    """A value as it is: a number with all its digits, text never as a formula."""
    if isinstance(value, str):
        cell.value = value
        cell.data_type = "s"
        return
    cell.value = value
    if isinstance(value, float):
        cell._value = repr(value)  # openpyxl would write 16 digits of the 17 that a number may need


def _offer(sheet: Worksheet, choice: Choice, lists: dict[tuple[str, ...], str]) -> None:
    column = lists.setdefault(choice.words, letters(len(lists)))
    formula = f"=lists!${column}$1:${column}${len(choice.words)}"
    offered = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
    offered.error = "请从列表中选择 / Choose from the list"
    column_name = letters(choice.column_index)
    offered.add(f"{column_name}{choice.first_row_index + 1}:{column_name}{choice.last_row_index + 1}")
    sheet.add_data_validation(offered)


def _keep_lists(sheet: Worksheet, lists: Mapping[tuple[str, ...], str]) -> None:
    for c, words in enumerate(lists, start=1):
        for r, word in enumerate(words, start=1):
            _put(sheet.cell(r, c), word)
    sheet.sheet_state = "hidden"
