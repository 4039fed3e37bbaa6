"""Sheets from a folder of CSV files, and to one: `units.csv` is the sheet `units`. UTF-8 (BOM or not) or GBK."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dispatch.errors import CaseError, Flaw
from dispatch.formats.dayahead.cells import Sheet

MOST_BYTES_COUNT = 2**26  # of one file
BOM = "utf-8-sig"
ENCODINGS = (BOM, "gb18030")  # the second holds GBK and GB2312
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read_tables(folder: Path) -> tuple[dict[str, Sheet], list[Flaw]]:
    """Every CSV file of a folder by the name of its sheet, and what is wrong with files that cannot be read."""
    sheets: dict[str, Sheet] = {}
    flaws: list[Flaw] = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() != ".csv":
            continue
        try:
            sheets[path.stem] = _sheet(path)
        except CaseError as error:
            flaws.extend(error.flaws)
            sheets[path.stem] = Sheet(path.stem, (), file=path.name)
    return sheets, flaws


def _sheet(path: Path) -> Sheet:
    text = _text(path)
    try:
        rows = [tuple(cell or None for cell in row) for row in csv.reader(io.StringIO(text, newline=""), strict=True)]
    except csv.Error as error:
        raise _refused(path, "NOT_CSV", f"is cut short, or its quotes do not match ({error})") from error
    if rows and len(rows[0]) == 1 and rows[0][0] is not None and ";" in rows[0][0]:
        raise _refused(path, "WRONG_DELIMITER", "parts its columns by semicolons; part them by commas")
    if text and not text.endswith(("\n", "\r")):
        raise _refused(path, "CUT_SHORT", "does not end with the end of a line: it may be cut short; end its last line")
    while rows and all(cell is None for cell in rows[-1]):
        rows.pop()
    return Sheet(path.stem, tuple(rows), file=path.name)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise _refused(path, "UNREADABLE", "there is no such file that can be read") from error
    if len(raw) > MOST_BYTES_COUNT:
        raise _refused(path, "TOO_LARGE", f"has more than {MOST_BYTES_COUNT} bytes, which is no table of a case")
    if raw.startswith(UTF_16) or b"\0" in raw:
        raise _refused(path, "WRONG_ENCODING", "is UTF-16, or no text; keep it as CSV in UTF-8 or GBK")
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError as error:
            row = raw[: error.start].count(b"\n") + 1
    raise _refused(path, "WRONG_ENCODING", f"is neither UTF-8 nor GBK: row {row} holds bytes that are none")


def _refused(path: Path, code: str, message: str) -> CaseError:
    return CaseError((Flaw(code, path.name, message),))


def write_tables(folder: Path, pages: Mapping[str, Sequence[Sequence[Any]]], encoding: str = BOM) -> None:
    """A file a sheet; numbers with all their digits."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in pages.items():
        with (folder / f"{name}.csv").open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows([_shown(value) for value in row] for row in rows)


def _shown(value: Any) -> Any:
    return repr(value) if isinstance(value, float) else value
