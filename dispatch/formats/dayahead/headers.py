"""The first row of a table: which column stands where, and every header that is wrong."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field

from dispatch.formats.dayahead.cells import Findings, Sheet, Unreadable, kind_of, shown
from dispatch.formats.dayahead.layout import HEADER, Column


@dataclass
class Heads:
    """Columns by key; those in `broken` are there, or are missing, and cannot be read."""

    at_index: dict[str, int] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)


def heads_of(sheet: Sheet, columns: Sequence[Column], findings: Findings) -> Heads:
    """The columns of a sheet, each wrong header told once."""
    known, heads = {column.key: column for column in columns}, Heads()
    for c in range(sheet.width_count):
        text = _text_of(sheet, c, findings)
        if text is not None:
            _place(sheet, c, text, known, heads, findings)
    for column in columns:
        if column.needed and column.key not in heads.at_index and column.key not in heads.broken:
            heads.broken.add(column.key)
            message = f"the column {column.header} is missing; give it"
            findings.tell("MISSING_COLUMN", f"{sheet.address(0, 0)} (row 1)", message)
    return heads


def _text_of(sheet: Sheet, column_index: int, findings: Findings) -> str | None:
    """A header; None where there is none, which is told if something stands below it."""
    head = sheet.value(0, column_index)
    if isinstance(head, str):
        return head.strip()
    if isinstance(head, Unreadable) and head.kind == "merged":
        return None
    if head is not None:
        text = head.kind if isinstance(head, Unreadable) else kind_of(head)
        findings.tell("WRONG_HEADER", sheet.address(0, column_index), f"holds {text}, no header")
    elif any(sheet.value(r, column_index) is not None for r in range(1, len(sheet.rows))):
        findings.tell(
            "HEADER_MISSING", sheet.address(0, column_index), "stands above values and is blank; give a header"
        )
    return None


def _place(
    sheet: Sheet, column_index: int, text: str, known: dict[str, Column], heads: Heads, findings: Findings
) -> None:
    """Keep where a column stands, or say what is wrong with its header."""
    place, found = f"{sheet.address(0, column_index)} ({text})", HEADER.fullmatch(text)
    column = known.get(found["key"]) if found else None
    if column is None or found is None:
        near = difflib.get_close_matches(text.split(" ")[0], list(known), n=1)
        wanted = known[near[0]].header if near else ", ".join(known)
        findings.tell("UNKNOWN_COLUMN", place, f"is no column of this sheet; give {wanted}")
    elif column.key in heads.at_index or column.key in heads.broken:
        findings.tell("DUPLICATE_COLUMN", place, "stands twice; give it once")
    elif (found["unit"] or "") != column.unit:
        heads.broken.add(column.key)
        given = f"[{found['unit']}]" if found["unit"] else "no unit"
        findings.tell("WRONG_UNIT", place, f"has {given}; give {column.header}")
    elif found["zh"] not in (None, column.zh):
        heads.broken.add(column.key)
        findings.tell(
            "WRONG_HEADER", place, f"reads {shown(found['zh'])}; give {column.header}, or keep the file as UTF-8"
        )
    else:
        heads.at_index[column.key] = column_index
