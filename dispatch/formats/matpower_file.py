"""
The tables of a MATPOWER case file (.m, format version 2), read as text: nothing in it is executed.

A file is assignments, `mpc.NAME = VALUE;`, with a scalar, a text, a matrix `[..]` or a list of texts `{..}`. Any other
statement would change what the tables say, and is refused by its line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from dispatch.errors import CaseError, Flaw
from dispatch.formats.json_file import bytes_of

ASSIGNED = re.compile(r"mpc\.(\w+)\s*=\s*(\[[^\]]*\]|\{[^}]*\}|'[^'\n]*'|\"[^\"\n]*\"|[^;\n\[{]+)\s*;?")
QUOTED = re.compile(r"'([^'\n]*)'|\"([^\"\n]*)\"")
COMMENT = re.compile(r"('[^'\n]*')|%[^\n]*")  # outside of a text
CONTINUED = re.compile(r"\.\.\.[^\n]*\n")
NO_STATEMENT = re.compile(r"\s*(function\s+mpc\s*=\s*\w+|end|return)?\s*;?\s*$")
ROW_END = re.compile(r"[;\n]")
BETWEEN = re.compile(r"[\s,]+")
HEAD_BYTES_COUNT = 200_000  # in which a case file names its first table


@dataclass
class Tables:
    """What a case file assigns, by name."""

    numbers: dict[str, float] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    matrices: dict[str, np.ndarray] = field(default_factory=dict)


def holds_matpower(path: Path) -> bool:
    """Whether a file is a MATPOWER case, told by its assignments."""
    if not path.is_file() or path.suffix.lower() not in {".m", ".gz", ""}:
        return False
    try:
        head = bytes_of(path)[:HEAD_BYTES_COUNT].decode("utf-8", "replace")
    except (CaseError, OSError):
        return False
    return re.search(r"^\s*mpc\.(version|baseMVA|bus)\s*=", head, re.MULTILINE) is not None


def read_tables(path: Path) -> Tables:
    """The tables, or `CaseError` with every statement and every number that cannot be read, by line."""
    try:
        text = bytes_of(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise CaseError((Flaw("UNREADABLE", str(path), f"is no text in UTF-8: {error.reason}"),)) from error
    text = COMMENT.sub(lambda found: found.group(1) or "", text.replace("\r\n", "\n"))
    text = CONTINUED.sub(" ", text)
    tables, flaws, rest = Tables(), [], text
    for found in ASSIGNED.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        flaws += _keep(tables, found.group(1), found.group(2).strip(), line)
        rest = rest.replace(found.group(0), "\n" * found.group(0).count("\n"), 1)
    for line, statement in enumerate(rest.split("\n"), start=1):
        if not NO_STATEMENT.match(statement):
            message = f"{statement.strip()[:60]!r} is computed, and nothing is executed here; write its result"
            flaws.append(Flaw("UNSUPPORTED_STATEMENT", f"line {line}", message))
    if flaws:
        raise CaseError(tuple(flaws))
    return tables


def _keep(tables: Tables, name: str, value: str, line: int) -> list[Flaw]:
    """Keep one assignment; its flaws."""
    if name in (*tables.numbers, *tables.texts, *tables.matrices):
        return [Flaw("DUPLICATE", f"mpc.{name}", f"is assigned again in line {line}; give it once")]
    if value.startswith("{") or QUOTED.fullmatch(value):
        tables.texts[name] = [single or double for single, double in QUOTED.findall(value)]
        return []
    if not value.startswith("["):
        try:
            tables.numbers[name] = float(value)
        except ValueError:
            return [Flaw("NOT_FINITE", f"mpc.{name}", f"{value!r} in line {line} is no number")]
        return []
    return _keep_matrix(tables, name, value[1:-1], line)


def _keep_matrix(tables: Tables, name: str, inside: str, line: int) -> list[Flaw]:
    rows: list[list[float]] = []
    flaws: list[Flaw] = []
    for row in ROW_END.split(inside):
        words = [word for word in BETWEEN.split(row) if word]
        if not words:
            continue
        numbers = [_number(word) for word in words]
        for column, (word, number) in enumerate(zip(words, numbers, strict=True)):
            if number is None or np.isnan(number):
                place = f"mpc.{name}[{len(rows)}][{column}]"
                flaws.append(Flaw("NOT_FINITE", place, f"{word!r} is no number"))
        rows.append([0.0 if number is None else number for number in numbers])
    widths = sorted({len(row) for row in rows})
    if len(widths) > 1:
        message = f"has rows of {widths[0]} to {widths[-1]} numbers from line {line} on; give each as many"
        flaws.append(Flaw("ROW_LENGTH", f"mpc.{name}", message))
    elif not flaws:
        tables.matrices[name] = np.array(rows, dtype=float).reshape(len(rows), widths[0] if widths else 0)
    return flaws


def _number(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None
