"""Whether a number can be meant at all: finite, of the right sign, of a size that exists."""

from __future__ import annotations

import difflib
import math
from collections import Counter
from collections.abc import Iterator, Sequence

from dispatch.errors import Flaw
from dispatch.units import HOURS_PER_DAY

LARGEST_POWER_MW = 1e6  # no grid carries more; beyond it somebody meant kW
LARGEST_ENERGY_MWH = LARGEST_POWER_MW * HOURS_PER_DAY
LARGEST_NUMBER = 1e6  # of hours, or CNY per MWh or t
LARGEST_SCALE_SHARE = 10.0
SHOWN_COUNT = 6  # names; more would not be read


def number_flaws(field: str, value: float, unit: str, largest: float, lowest: float = 0.0) -> Iterator[Flaw]:
    """The number is finite and lies between `lowest` and `largest`; `lowest` is 0 or minus `largest`."""
    if not math.isfinite(value):
        yield Flaw("NOT_FINITE", field, f"{value} is no number; give a finite number of {unit}")
    elif value < lowest and lowest == 0:
        yield Flaw("NEGATIVE", field, f"{value:g} {unit} is negative; give 0 or more")
    elif not lowest <= value <= largest:
        yield Flaw("TOO_LARGE", field, f"{value:g} {unit} cannot be meant; give at most {largest:g} {unit}")


def share_flaws(field: str, value: float) -> Iterator[Flaw]:
    """The number is a share, from 0 to 1."""
    if not math.isfinite(value):
        yield Flaw("NOT_FINITE", field, f"{value} is no number; give a share from 0 to 1")
    elif not 0 <= value <= 1:
        yield Flaw("SHARE_OUT_OF_RANGE", field, f"{value:g} is no share; give a number from 0 to 1 (5 % is 0.05)")


def quantile_flaws(field: str, value: float) -> Iterator[Flaw]:
    """The number is a quantile that a distribution without an end reaches: from 0, and below 1."""
    if not math.isfinite(value):
        yield Flaw("NOT_FINITE", field, f"{value} is no number; give a quantile from 0, below 1")
    elif not 0 <= value < 1:
        yield Flaw("QUANTILE_OUT_OF_RANGE", field, f"{value:g} is no quantile here; give 0 or more, below 1")


def unknown_flaws(code: str, field: str, name: str, known: Sequence[str]) -> Iterator[Flaw]:
    """The name is one of those known."""
    if name not in known:
        yield Flaw(code, field, f"{name!r} is not known; {_choice(name, known)}")


def duplicate_flaws(table: str, attribute: str, names: Sequence[str]) -> Iterator[Flaw]:
    """No name stands twice in a table."""
    count = Counter(names)
    seen: set[str] = set()
    for k, name in enumerate(names):
        if name in seen:
            field = f"{table}[{k}].{attribute}"
            yield Flaw("DUPLICATE", field, f"{name!r} stands {count[name]} times; give it once")
        seen.add(name)


def missing_flaws(code: str, table: str, given: Sequence[str], needed: Sequence[str]) -> Iterator[Flaw]:
    """Every name that is needed is given."""
    present = set(given)
    for name in needed:
        if name not in present:
            yield Flaw(code, table, f"{name!r} is missing; give the state of each of the {len(needed)}")


def above_zero(field: str, value: float, unit: str) -> Iterator[Flaw]:
    """The number is above 0 (and is one)."""
    if not value > 0:
        yield Flaw("NOT_POSITIVE", field, f"{value:g} {unit}; give more than 0")


def not_below_zero(field: str, value: float, unit: str) -> Iterator[Flaw]:
    """The number is 0 or more (and is one)."""
    if not value >= 0:
        yield Flaw("NEGATIVE", field, f"{value:g} {unit}; give 0 or more")


def _choice(name: str, known: Sequence[str]) -> str:
    """A few names that would do, the likeliest first."""
    if not known:
        return "there is none in this grid"
    if len(known) <= SHOWN_COUNT:
        return f"give one of {', '.join(known)}"
    nearest = difflib.get_close_matches(name, known, n=3, cutoff=0.0)
    return f"the nearest of {len(known)} names: {', '.join(nearest)}"
