"""
Whether the prices that a case gives of what may fail keep their order: section and N-1, heat, reserve, schedule.

Only a price of the case that something can ask for is looked at, beside every other one. Two prices of the grid's own
stand as its data say: a network brought in from elsewhere has an order of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product

from dispatch.case.case import Case
from dispatch.case.check_numbers import LARGEST_NUMBER
from dispatch.case.facts import GridFacts, ReserveRule
from dispatch.errors import Flaw

ASKED = (
    *("load_share", "renewable_share", "up_quantile"),
    *("down_load_share", "down_renewable_share", "down_quantile"),
)


@dataclass(frozen=True)
class _Price:
    """What one thing that may fail is priced at."""

    what: str
    cny_per_mwh: float
    field: str = ""  # where the case gives it; "": it is the grid's own


def grade_flaws(case: Case, facts: GridFacts) -> Iterator[Flaw]:
    """Each pair of grades in which the graver is not the dearer, by the two prices that are farthest out of order."""
    grades = (_section_prices, _heat_prices, _reserve_prices, _plan_prices)  # the gravest first
    for graver, lesser in combinations([list(prices(case, facts)) for prices in grades], 2):
        crossed = [
            (high, low)
            for high, low in product(graver, lesser)
            if high.cny_per_mwh <= low.cny_per_mwh and (high.field or low.field)
        ]
        if crossed:
            yield _flaw(*max(crossed, key=lambda pair: pair[1].cny_per_mwh - pair[0].cny_per_mwh))


def _flaw(high: _Price, low: _Price) -> Flaw:
    first = f"{high.what} at {high.cny_per_mwh:g} CNY/MWh would give before {low.what} at {low.cny_per_mwh:g}"
    enough = f"more than {low.cny_per_mwh:g}" if high.field else f"less than {high.cny_per_mwh:g}"
    return Flaw("PRICES_OUT_OF_ORDER", high.field or low.field, f"{first}; give {enough}")


def _section_prices(case: Case, facts: GridFacts) -> Iterator[_Price]:
    """Of sections, and of lines after an outage where N-1 is stood, each at its own price or at that of the case."""
    asked = case.security.overload_cny_per_mwh
    lines = facts.lines if case.security.n_minus_1 else ()
    own = {section.overload_cny_per_mwh for section in facts.sections} | {line.overload_cny_per_mwh for line in lines}
    yield from (_Price("an overload", price) for price in own if price is not None)
    if None in own and _is_sound(asked):
        yield _Price("an overload", asked, "security.overload_cny_per_mwh")


def _heat_prices(case: Case, facts: GridFacts) -> Iterator[_Price]:
    price = case.heat.short_cny_per_mwh
    if price is not None and _is_sound(price) and any(unit.heats for unit in facts.units):
        yield _Price("heat", price, "heat.short_cny_per_mwh")


def _reserve_prices(case: Case, facts: GridFacts) -> Iterator[_Price]:
    """Of spinning reserve, and of products, that may be short and of which something is asked."""
    for rule in facts.reserve_rules:
        if not rule.hard and _asks_for_some(case, rule):
            for price in (rule.shortfall_cny_per_mwh, rule.short_down_cny_per_mwh):
                yield _Price(f"reserve of {rule.grid}", price)
    asked = {asked.product for asked in case.reserve.products}
    for known in facts.product_rules:
        if known.product in asked or known.load_share + known.renewable_share > 0:
            yield _Price(f"{known.product} of {known.grid}", known.shortfall_cny_per_mwh)


def _plan_prices(_case: Case, facts: GridFacts) -> Iterator[_Price]:
    return (_Price(f"the plan of {tie.name}", tie.deviation_cny_per_mwh) for tie in facts.interfaces)


def _asks_for_some(case: Case, rule: ReserveRule) -> bool:
    """Whether a grid's rule, or the case, asks for any spinning reserve."""
    shares = [getattr(source, name) for source in (rule, case.reserve) for name in ASKED]
    return rule.largest_unit or any(shares) or bool(case.reserve.series)


def _is_sound(price: float) -> bool:
    return 0 <= price <= LARGEST_NUMBER
