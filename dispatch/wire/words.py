"""Words of a case, the numbers that stand for them on the wire, and what is said of one that is not known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from dispatch.case.demand_response import ANNUAL_PEAK, CLOSED, DAY_PEAK, HANDED_OVER
from dispatch.case.objective import ABSORPTION_FIRST, CO2, COST
from dispatch.case.reserve_products import NON_SPINNING, REGULATION_DOWN, REGULATION_UP
from dispatch.case.thermal import AFTER, BEFORE
from dispatch.errors import Flaw
from dispatch.v1 import case_pb2

N = TypeVar("N", bound=int)

UNSPECIFIED = 0  # in every enum
VARIANTS = {
    "low": case_pb2.INTERCHANGE_VARIANT_LOW,
    "central": case_pb2.INTERCHANGE_VARIANT_CENTRAL,
    "high": case_pb2.INTERCHANGE_VARIANT_HIGH,
}
RETROFIT_STATES = {BEFORE: case_pb2.RETROFIT_STATE_BEFORE, AFTER: case_pb2.RETROFIT_STATE_AFTER}
OBJECTIVES = {
    COST: case_pb2.OBJECTIVE_COST,
    ABSORPTION_FIRST: case_pb2.OBJECTIVE_ABSORPTION_FIRST,
    CO2: case_pb2.OBJECTIVE_CO2,
}
PRODUCTS = {
    REGULATION_UP: case_pb2.RESERVE_PRODUCT_REGULATION_UP,
    REGULATION_DOWN: case_pb2.RESERVE_PRODUCT_REGULATION_DOWN,
    NON_SPINNING: case_pb2.RESERVE_PRODUCT_NON_SPINNING,
}
CAP_BASES = {ANNUAL_PEAK: case_pb2.CAP_BASIS_ANNUAL_PEAK, DAY_PEAK: case_pb2.CAP_BASIS_DAY_PEAK}
BACKLOGS = {CLOSED: case_pb2.BACKLOG_END_CLOSED, HANDED_OVER: case_pb2.BACKLOG_END_HANDED_OVER}


def number_of(word: str, numbers: Mapping[str, N], path: str, flaws: list[Flaw]) -> N:
    """The number of a word. One that is not known is a flaw, and any number stands in its place."""
    if word not in numbers:
        flaws.append(Flaw("UNKNOWN_VALUE", path, f"{word!r} is not one of {', '.join(numbers)}"))
    return numbers.get(word, next(iter(numbers.values())))


def word_of(number: N, numbers: Mapping[str, N], path: str, flaws: list[Flaw], unspecified: str = "") -> str:
    """The word of a number; `unspecified` where none is given, without which one must be. "" in place of a flaw."""
    names = [word.upper() for word in numbers]
    words = {known: word for word, known in numbers.items()}
    if number == UNSPECIFIED and not unspecified:
        flaws.append(Flaw("REQUIRED", path, f"is absent and must be given: {' or '.join(names)}"))
    elif number != UNSPECIFIED and number not in words:
        flaws.append(Flaw("UNKNOWN_VALUE", path, f"{number} is not one of {', '.join(names)}"))
    return words.get(number, unspecified if number == UNSPECIFIED else "")
