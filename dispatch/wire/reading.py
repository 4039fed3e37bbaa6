"""
A case as far as it can be read, and the flaws of reading beside those of what was read.

What cannot be read is named once. In its place stands a value that no check builds on: NaN for a number, a time
before any horizon, an empty name. Whatever the checks say about such a place is left out; the rest is told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dispatch.case.case import Case
from dispatch.errors import CaseError, Flaw

Check = Callable[[Case], tuple[Flaw, ...]]

READ_ALL_THE_SAME = {"UNKNOWN_FIELD", "DUPLICATE_FIELD"}  # these leave no gap where they stand
BUILT_ON = {"SERIES_LENGTH": "horizon.step_count", "HORIZON_TOO_LONG": "horizon.step_h"}
NAMES = {"UNIT_STATE_MISSING": "unit", "STORE_STATE_MISSING": "store"}


@dataclass(frozen=True)
class Reading:
    """What was read of a case, what was wrong with it, and which values besides hold no more than a place."""

    case: Case
    flaws: tuple[Flaw, ...]
    placeholders: tuple[str, ...] = ()

    def settled(self, check: Check | None) -> Case:
        """The case, or `CaseError` with every flaw of reading and all that `check` finds in the rest."""
        found = check(self.case) if check else ()
        if flaws := self.flaws + self._news_in(found):
            raise CaseError(flaws)
        return self.case

    def _news_in(self, found: tuple[Flaw, ...]) -> tuple[Flaw, ...]:
        gaps = (*(f.field for f in self.flaws if f.code not in READ_ALL_THE_SAME), *self.placeholders)
        own = [f for f in found if not within(f.field, gaps) and not within(BUILT_ON.get(f.code, ""), gaps)]
        untold = {code for code in NAMES if self._may_be_there(code, found, gaps)}
        return tuple(f for f in own if f.code not in untold)

    def _may_be_there(self, code: str, found: tuple[Flaw, ...], gaps: tuple[str, ...]) -> bool:
        """Rows whose name cannot be read may be all the rows that are missing."""
        table = f"{NAMES[code]}s"
        rows = len(getattr(self.case, table))
        nameless = sum(within(f"{table}[{k}].{NAMES[code]}", gaps) for k in range(rows))
        return sum(flaw.code == code for flaw in found) <= nameless


def within(field: str, places: tuple[str, ...]) -> bool:
    """The field is one of the places, or lies inside one."""
    return any(field == place or field.startswith((f"{place}.", f"{place}[")) for place in places)


def fresh(flaws: tuple[Flaw, ...], told: tuple[Flaw, ...]) -> tuple[Flaw, ...]:
    """Those of the flaws that stand at no place of which something is told already."""
    places = tuple(flaw.field for flaw in told if flaw.code not in READ_ALL_THE_SAME)
    return tuple(flaw for flaw in flaws if not within(flaw.field, places))
