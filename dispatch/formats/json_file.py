"""
JSON as other people's files hold it, plain or gzipped: every flaw by the path of its field.

In place of a number that cannot be read stands NaN, which no comparison holds for, so that one flaw begets no other.
"""

from __future__ import annotations

import gzip
import io
import json
import math
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dispatch.case.check_numbers import number_flaws
from dispatch.errors import CaseError, Flaw

GZIP = b"\x1f\x8b"  # how a gzipped file begins
MOST_BYTES_COUNT = 2**28  # of a file once unpacked; the largest known instance has 2**24
SHOWN_COUNT = 40  # characters of a wrong value that are repeated


def bytes_of(path: Path) -> bytes:
    """What a file holds, unpacked; `CaseError` where it cannot be had."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise _refused(path, "UNREADABLE", "there is no such file that can be read") from error
    if not raw.startswith(GZIP):
        return raw
    try:
        with gzip.open(io.BytesIO(raw)) as packed:
            content = packed.read(MOST_BYTES_COUNT + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise _refused(path, "NOT_GZIP", "is cut short or damaged: it cannot be unpacked") from error
    if len(content) > MOST_BYTES_COUNT:
        raise _refused(path, "TOO_LARGE", f"unpacks to more than {MOST_BYTES_COUNT} bytes, which is no instance")
    return content


def object_in(content: bytes, path: Path) -> dict[str, Any]:
    """The JSON object in a file's content, or `CaseError` with every flaw of its form."""
    twice: list[Flaw] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice.extend(Flaw("DUPLICATE_FIELD", name, "stands twice") for name in found if names.count(name) > 1)
        return found

    try:
        read = json.loads(content, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise _refused(path, "NOT_JSON", f"is not JSON: line {error.lineno}, column {error.colno}") from error
    except (ValueError, RecursionError) as error:
        raise _refused(path, "NOT_JSON", "is not JSON that can be read") from error
    if not isinstance(read, dict):
        raise _refused(path, "WRONG_TYPE", "must hold an object, { ... }")
    if twice:
        raise CaseError(tuple(twice))
    return read


def _refused(path: Path, code: str, message: str) -> CaseError:
    return CaseError((Flaw(code, str(path), message),))


@dataclass(frozen=True)
class Entry:
    """An object of the file and where it stands; what is asked of it and cannot be given becomes a flaw."""

    path: str
    fields: Mapping[str, Any]
    flaws: list[Flaw]

    def at(self, name: str) -> str:
        """The path of a field of it."""
        return f"{self.path}.{name}" if self.path else name

    def tell(self, code: str, name: str, message: str) -> None:
        """Keep a flaw of one of its fields."""
        self.flaws.append(Flaw(code, self.at(name), message))

    def has(self, name: str) -> bool:
        """A field is there, and is not null."""
        return self.fields.get(name) is not None

    def only(self, known: Collection[str], unsupported: Mapping[str, tuple[tuple[Any, ...], str]]) -> None:
        """Name every field that is not known, and every one that cannot be asked and is not one of the values given."""
        for name, value in self.fields.items():
            harmless, reason = unsupported.get(name, ((), ""))
            if reason and value is not None and value not in harmless:
                self.tell("UNSUPPORTED_FIELD", name, f"{_shown(value)}: {reason}")
            elif not reason and name not in known:
                self.tell("UNKNOWN_FIELD", name, "is no field of the format here, and nothing is left out in silence")

    def text(self, name: str) -> str:
        """A text that is not empty; "" where it is none."""
        value = self._given(name)
        if isinstance(value, str) and value:
            return value
        if name in self.fields:
            self.tell("WRONG_TYPE", name, f"{_shown(value)} must be a text")
        return ""

    def by_step(self, name: str, count: int, unit: str, largest: float, lowest: float = 0.0) -> tuple[float, ...]:
        """One number for all steps, or a list of one each; `count` is 0 where the number of steps is not known."""
        if not isinstance(self.fields.get(name), list):
            return (self.number(name, unit, largest, lowest),) * count
        values = self.fields[name]
        if count and len(values) != count:
            self.tell("SERIES_LENGTH", name, f"{len(values)} values for {count} steps; give one, or one each")
        read = [self._number(f"{self.at(name)}[{t}]", v, unit, largest, lowest) for t, v in enumerate(values)]
        return tuple((read + [math.nan] * count)[:count])

    def constant(self, name: str, unit: str, largest: float, lowest: float = 0.0) -> float:
        """A number, or a list that holds the same one throughout; what changes over time cannot be asked."""
        value = self.fields.get(name)
        if not isinstance(value, list):
            return self.number(name, unit, largest, lowest)
        if not value or any(element != value[0] for element in value):
            self.tell("UNSUPPORTED_SERIES", name, f"{_shown(value)} changes over time; only one value can be asked")
            return math.nan
        return self._number(self.at(name), value[0], unit, largest, lowest)

    def number(self, name: str, unit: str, largest: float, lowest: float = 0.0) -> float:
        """A finite number between two others; NaN where it is not."""
        value = self._given(name)
        return self._number(self.at(name), value, unit, largest, lowest) if name in self.fields else math.nan

    def flag(self, name: str) -> bool | None:
        """0 or 1; None where it is neither."""
        value = self._given(name)
        if value in (0, 1):
            return bool(value)
        if name in self.fields:
            self.tell("WRONG_TYPE", name, f"{_shown(value)} must be 0 or 1")
        return None

    def series(self, name: str, count: int | None, unit: str, largest: float) -> tuple[float, ...]:
        """One number a step, none negative; `count` is None where the number of steps is not known."""
        values = self.listed(name)
        if count is not None and name in self.fields and isinstance(self.fields[name], list) and len(values) != count:
            self.tell("SERIES_LENGTH", name, f"{len(values)} values for {count} time periods; give one each")
        return tuple(self._number(f"{self.at(name)}[{t}]", v, unit, largest, 0.0) for t, v in enumerate(values))

    def listed(self, name: str) -> list[Any]:
        """A list; empty where it is none."""
        value = self._given(name)
        if isinstance(value, list):
            return value
        if name in self.fields:
            self.tell("WRONG_TYPE", name, f"{_shown(value)} must be a list, [ ... ]")
        return []

    def entries(self, name: str) -> dict[str, Entry]:
        """Objects by name; empty where there are none."""
        value = self._given(name)
        if isinstance(value, dict):
            return {key: self._entry(self.at(f"{name}.{key}"), inside) for key, inside in value.items()}
        if name in self.fields:
            self.tell("WRONG_TYPE", name, f"{_shown(value)} must be an object, {{ ... }}")
        return {}

    def rows(self, name: str) -> list[Entry]:
        """Objects in a list."""
        return [self._entry(f"{self.at(name)}[{k}]", inside) for k, inside in enumerate(self.listed(name))]

    def _entry(self, path: str, value: Any) -> Entry:
        if isinstance(value, dict):
            return Entry(path, value, self.flaws)
        self.flaws.append(Flaw("WRONG_TYPE", path, f"{_shown(value)} must be an object, {{ ... }}"))
        return Entry(path, _Unknown(), self.flaws)

    def _given(self, name: str) -> Any:
        if name in self.fields:
            return self.fields[name]
        if not isinstance(self.fields, _Unknown):
            self.tell("REQUIRED", name, "is absent and must be given")
        return None

    def _number(self, path: str, value: Any, unit: str, largest: float, lowest: float) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.flaws.append(Flaw("WRONG_TYPE", path, f"{_shown(value)} must be a number"))
            return math.nan
        flaws = list(number_flaws(path, _float(value), unit, largest, lowest))
        self.flaws.extend(flaws)
        return math.nan if flaws else float(value)


class _Unknown(dict[str, Any]):
    """The fields of something that is no object, of which enough has been told."""


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # a whole number of more than 308 digits
        return math.inf


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN_COUNT else f"{text[:SHOWN_COUNT]}..."
