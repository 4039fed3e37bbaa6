"""Whether the terms of response contracts can be meant: each by itself, and beside one another."""

from __future__ import annotations

import math
from collections.abc import Iterator

from dispatch.case.check_numbers import above_zero, not_below_zero, unknown_flaws
from dispatch.case.demand_response import FILL, REDUCE, SHIFT, Contract
from dispatch.case.facts import GridFacts
from dispatch.errors import Flaw
from dispatch.units import DURATION_H, HOURS_PER_DAY, SHARE

LARGEST_PAYBACK_SHARE = 2.0
NUMBERS = {
    "capacity_mw": "MW",
    "daily_energy_h": "h",
    "fee_cny_per_mwh": "CNY/MWh",
    "notice_h": "h",
    "min_event_h": "h",
    "min_rest_h": "h",
    "call_fee_cny": "CNY",
    "season_energy_h": "h",
    "advance_window_h": "h",
    "backlog_mwh": "MWh",
}


def contract_flaws(facts: GridFacts) -> Iterator[Flaw]:
    """Contracts and the virtual power plants that they belong to."""
    known = {aggregator.name: aggregator.grid for aggregator in facts.aggregators}
    for k, aggregator in enumerate(facts.aggregators):
        path = f"facts.aggregators[{k}]"
        yield from unknown_flaws("UNKNOWN_MEMBER_GRID", f"{path}.grid", aggregator.grid, facts.members)
        yield from not_below_zero(f"{path}.capacity_mw", aggregator.capacity_mw, "MW")
    for k, contract in enumerate(facts.contracts):
        path = f"facts.contracts[{k}]"
        yield from unknown_flaws("UNKNOWN_KIND", f"{path}.kind", contract.kind, (REDUCE, SHIFT, FILL))
        yield from unknown_flaws("UNKNOWN_MEMBER_GRID", f"{path}.grid", contract.grid, facts.members)
        for name, unit in NUMBERS.items():
            if (value := getattr(contract, name)) is not None:
                yield from not_below_zero(f"{path}.{name}", value, unit)
        yield from _payback_flaws(path, contract)
        yield from _call_flaws(path, contract)
        yield from _hour_flaws(path, contract)
        yield from _aggregator_flaws(path, contract, known)
        total_share = sum(share for _, share in contract.bus_shares)
        if abs(total_share - 1) > SHARE:
            message = f"the shares of its buses add up to {total_share:g}; make it 1"
            yield Flaw("SHARES_NOT_ONE", f"{path}.bus_shares", message)


def _payback_flaws(path: str, contract: Contract) -> Iterator[Flaw]:
    if not 0 <= contract.payback_share <= LARGEST_PAYBACK_SHARE:
        message = f"{contract.payback_share} cannot be meant; give 0 to {LARGEST_PAYBACK_SHARE:g}"
        yield Flaw("SHARE_OUT_OF_RANGE", f"{path}.payback_share", message)
    if contract.kind != FILL and contract.payback_share > 0:
        yield from above_zero(f"{path}.payback_window_h", contract.payback_window_h, "h")


def _call_flaws(path: str, contract: Contract) -> Iterator[Flaw]:
    """Terms of calls: counts that allow some, lengths that agree, and a least that makes a call one."""
    for name in ("calls_per_day_count", "calls_per_season_count"):
        count = getattr(contract, name)
        if count is not None and (count < 0 or (count == 0 and contract.capacity_mw > 0)):
            message = f"{count} calls leave {contract.capacity_mw:g} MW that are never called; give 1 or more, or none"
            yield Flaw("NO_CALL_ALLOWED", f"{path}.{name}", message)
    if contract.max_event_h is not None and not contract.max_event_h > 0:
        yield from above_zero(f"{path}.max_event_h", contract.max_event_h, "h")
    elif contract.max_event_h is not None and contract.min_event_h > contract.max_event_h + DURATION_H:
        message = f"{contract.min_event_h:g} h is longer than the longest event, {contract.max_event_h:g} h"
        yield Flaw("MINIMUM_ABOVE_MAXIMUM", f"{path}.min_event_h", message)
    share = contract.least_call_share
    if not 0 <= share <= 1:
        yield Flaw("SHARE_OUT_OF_RANGE", f"{path}.least_call_share", f"{share:g} is no share; give 0 to 1")
    elif contract.has_calls and share <= 0:
        message = "a call of nothing is no call; give the least share of its capacity that a call delivers, above 0"
        yield Flaw("LEAST_CALL_MISSING", f"{path}.least_call_share", message)
    elif contract.has_calls:
        yield from _budget_flaws(path, contract)


def _budget_flaws(path: str, contract: Contract) -> Iterator[Flaw]:
    """The energy of a day, and of a season, is enough for the least event there is."""
    least_h = contract.least_call_share * contract.min_event_h
    for name in ("daily_energy_h", "season_energy_h"):
        budget_h = getattr(contract, name)
        if budget_h is not None and contract.capacity_mw > 0 and budget_h < min(least_h, HOURS_PER_DAY) - DURATION_H:
            message = (
                f"{budget_h:g} h at full capacity is less than the least event takes, {contract.min_event_h:g} h at "
                f"{contract.least_call_share:g} of it; give at least {least_h:g} h"
            )
            yield Flaw("BUDGET_BELOW_EVENT", f"{path}.{name}", message)


def _hour_flaws(path: str, contract: Contract) -> Iterator[Flaw]:
    """Hours of the day: a deadline, and when a contract may fill."""
    by = contract.repaid_by_h
    if by is not None and not (by == math.floor(by) and 1 <= by <= HOURS_PER_DAY):
        yield Flaw("HOUR_OUT_OF_RANGE", f"{path}.repaid_by_h", f"{by:g} is no hour of a day; give 1 to 24")
    for j, (begin, end) in enumerate(contract.fill_hours_h):
        whole = begin == math.floor(begin) and end == math.floor(end)
        if not (whole and 0 <= begin < end <= HOURS_PER_DAY):
            message = f"{begin:g} to {end:g} are no hours of a day; give whole ones, the first before the last"
            yield Flaw("HOUR_OUT_OF_RANGE", f"{path}.fill_hours_h[{j}]", message)
    if contract.fill_hours_h and contract.kind != FILL:
        message = f"{contract.name} does not fill; leave the hours out"
        yield Flaw("NOT_OF_ITS_KIND", f"{path}.fill_hours_h", message)


def _aggregator_flaws(path: str, contract: Contract, known: dict[str, str]) -> Iterator[Flaw]:
    """Its virtual power plant is known and of its own grid."""
    if not contract.aggregator:
        return
    yield from unknown_flaws("UNKNOWN_AGGREGATOR", f"{path}.aggregator", contract.aggregator, list(known))
    if (grid := known.get(contract.aggregator, contract.grid)) != contract.grid:
        message = f"{contract.aggregator} is of {grid}, {contract.name} of {contract.grid}; give one of its own grid"
        yield Flaw("AGGREGATOR_OF_ANOTHER_GRID", f"{path}.aggregator", message)
