"""
Cells: what stands in them, read as a number, a word or a time, each flaw with the address that Excel shows.

In place of a number that cannot be read stands NaN, in place of a time `NEVER`, of a word nothing: values that no check
builds on. The field of the case that stays without a value is kept as a gap, so that nothing more is said of it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from dispatch.errors import Flaw
from dispatch.formats.dayahead.points import moment_in

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
SHOWN_COUNT = 40  # characters of a wrong value that are repeated
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
COMMA_NUMBER = re.compile(r"[-+]?\d+(,\d+)+(\.\d+)?", re.ASCII)
WITH_UNIT = re.compile(r"[-+]?[\d.]+\s*(MWh|MW|kW|GW|h|min|%|CNY.*|万千瓦|兆瓦|小时)")
YES, NO = ("yes", "true", "是"), ("no", "false", "否")
ON, OFF = ("on", "1", "1.0", "true", "开"), ("off", "0", "0.0", "false", "停")
LARGEST_COUNT = 2**31 - 1  # what a count is on the wire


@dataclass(frozen=True)
class Unreadable:
    """What stands in a cell that is no stored value: a formula, an error, a part of merged cells."""

    kind: str  # formula, error or merged
    text: str = ""


@dataclass(frozen=True)
class Sheet:
    """Rows of cells as they were found, from the first row and column on; blank cells are None."""

    name: str
    rows: tuple[tuple[Any, ...], ...]
    file: str = ""  # what stands before an address: the sheet's or the file's name
    merged: tuple[str, ...] = ()  # ranges

    def value(self, row_index: int, column_index: int) -> Any:
        """What stands in a cell; None where the row ends before it."""
        row = self.rows[row_index]
        return row[column_index] if column_index < len(row) else None

    def is_blank(self, row_index: int) -> bool:
        """Nothing stands in a row."""
        return all(cell is None for cell in self.rows[row_index])

    def address(self, row_index: int, column_index: int) -> str:
        """As Excel names it: `units!D5`."""
        return f"{self.file or self.name}!{letters(column_index)}{row_index + 1}"

    @property
    def width_count(self) -> int:
        """Columns of the widest row."""
        return max((len(row) for row in self.rows), default=0)


def letters(column_index: int) -> str:
    """The name of a column: A, ..., Z, AA."""
    name, rest = "", column_index + 1
    while rest:
        rest, last = divmod(rest - 1, 26)
        name = chr(ord("A") + last) + name
    return name


@dataclass
class Findings:
    """Flaws with their cells, fields of the case that stay without a value, and where each field was read."""

    flaws: list[Flaw] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)

    def tell(self, code: str, place: str, message: str) -> None:
        """Keep a flaw."""
        self.flaws.append(Flaw(code, place, message))

    def leave(self, path: str) -> None:
        """Keep a field of the case that stays without a value; a cell that is none of the case has no path."""
        if path:
            self.gaps.append(path)


@dataclass(frozen=True)
class Cell:
    """A cell, what stands above it, and the field of the case that it holds."""

    sheet: Sheet
    row_index: int
    column_index: int
    header: str
    path: str
    findings: Findings

    @property
    def value(self) -> Any:
        """What stands in it."""
        return self.sheet.value(self.row_index, self.column_index)

    @property
    def place(self) -> str:
        """Its address and what stands above it: `units!D5 (output_mw 出力 [MW])`."""
        return f"{self.sheet.address(self.row_index, self.column_index)} ({self.header})"

    def refuse(self, code: str, message: str) -> None:
        """Keep a flaw of this cell; its field stays without a value."""
        self.findings.tell(code, self.place, message)
        self.findings.leave(self.path)

    def unreadable(self, wanted: str) -> bool:
        """Whether something other than a value stands here, which is told; of merged cells once, elsewhere."""
        value = self.value
        if not isinstance(value, Unreadable):
            return False
        if value.kind == "merged":
            self.findings.leave(self.path)
        elif value.kind == "formula":
            self.refuse("FORMULA", f"holds the formula {shown(value.text)}, whose value is not stored; give {wanted}")
        else:
            self.refuse("CELL_ERROR", f"holds the error {value.text}; give {wanted}")
        return True

    def number(self) -> float:
        """A number; NaN where there is none."""
        value, wanted = self.value, "a number"
        if self.unreadable(wanted):
            return math.nan
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self._finite(value)
        if isinstance(value, str) and self.sheet.file.endswith(".csv") and NUMBER.fullmatch(value):
            return self._finite(float(value))
        self.refuse(*_no_number(value))
        return math.nan

    def _finite(self, value: float) -> float:
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            self.refuse("NOT_FINITE", f"{shown(value)} is too large for a number")
            return math.nan
        return number

    def count(self) -> int:
        """A whole number; 0 where there is none."""
        number = self.number()
        if math.isnan(number):
            return 0
        if not number.is_integer() or abs(number) > LARGEST_COUNT:
            self.refuse("NOT_WHOLE", f"{shown(self.value)} is no whole number that can be meant")
            return 0
        return int(number)

    def text(self) -> str:
        """Text as it stands; "" where it cannot be read."""
        value = self.value
        if self.unreadable("a name"):
            return ""
        if isinstance(value, str):
            return value
        self.refuse("WRONG_TYPE", f"{shown(value)} is {kind_of(value)}, not text; format the cell as text")
        return ""

    def word(self, meanings: Mapping[str, Any], otherwise: Any) -> Any:
        """What one of some words means, in capitals or not; `otherwise` where it is none of them."""
        if self.unreadable(f"one of {', '.join(meanings)}"):
            return otherwise
        said = str(self.value).strip().lower()
        if said in meanings:
            return meanings[said]
        self.refuse("UNKNOWN_VALUE", f"{shown(self.value)} is not one of {', '.join(meanings)}")
        return otherwise

    def moment(self) -> datetime:
        """A moment of Beijing; `NEVER` where there is none."""
        wanted = "a time of Beijing as 2030-03-12 08:00"
        if self.unreadable(wanted):
            return NEVER
        moment = moment_in(self.value)
        if moment is None:
            self.refuse("NOT_A_TIME", f"{shown(self.value)} is no time; give {wanted}")
            return NEVER
        return moment


def _no_number(value: Any) -> tuple[str, str]:
    """Why something is no number, and what would be one."""
    if value is None:
        return "BLANK", "is blank; give a number"
    if not isinstance(value, str):
        return "WRONG_TYPE", f"{shown(value)} is {kind_of(value)}, not a number"
    if value.startswith("="):
        return "FORMULA", f"holds the formula {shown(value)}, whose value is not stored; give a number"
    code, told = "TEXT_FOR_NUMBER", "is text; give a number"
    if COMMA_NUMBER.fullmatch(value.strip()):
        code, told = "COMMA_DECIMAL", "has a comma; write decimals with a point and thousands without a mark"
    elif WITH_UNIT.fullmatch(value.strip()):
        code, told = "UNIT_IN_CELL", "holds a unit; give the number alone, in the unit of the header"
    elif NUMBER.fullmatch(value.strip()):
        told = "is text; format the cell as a number and give it without blanks"
    return code, f"{shown(value)} {told}"


def kind_of(value: Any) -> str:
    """What a value is, in words."""
    if value is None:
        return "blank"
    if isinstance(value, bool):
        return "TRUE or FALSE"
    if isinstance(value, int | float):
        return "a number"
    return "text" if isinstance(value, str) else "a date or a time"


def shown(value: Any) -> str:
    """A value as it is repeated in a message."""
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= SHOWN_COUNT else f"{text[:SHOWN_COUNT]}..."
