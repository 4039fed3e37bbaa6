"""
Whether the facts of a grid can be scheduled at all: for foreign networks, and for our own in tests.

The caller of a case is not to blame for these, so they are apart from `checks.flaws_of`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from dispatch.case.check_connections import connection_flaws
from dispatch.case.check_contracts import contract_flaws
from dispatch.case.check_numbers import (
    LARGEST_NUMBER,
    above_zero,
    duplicate_flaws,
    not_below_zero,
    quantile_flaws,
    share_flaws,
    unknown_flaws,
)
from dispatch.case.check_products import product_rule_flaws
from dispatch.case.check_pumped_hydro import pumped_hydro_flaws
from dispatch.case.check_security import section_flaws
from dispatch.case.check_sizes import size_flaws
from dispatch.case.check_thermal_facts import thermal_flaws
from dispatch.case.facts import ERROR_KINDS, GridFacts, ReserveRule, StoredYear
from dispatch.case.interchange import VARIANTS
from dispatch.case.storage import Store
from dispatch.errors import Flaw
from dispatch.horizon import HOURS_PER_YEAR
from dispatch.units import SHARE

TABLES = (
    *("buses", "lines", "links", "units", "plants", "stores", "contracts", "interfaces", "sections", "aggregators"),
    "connections",
)
PLACED = ("units", "plants", "stores", "interfaces")  # each stands at one bus
BRANCHES = ("lines", "links")


def facts_flaws(facts: GridFacts) -> tuple[Flaw, ...]:
    """Every flaw of the facts; paths begin with `facts.`."""
    return tuple(_connection_flaws(facts)) + unsound_facts(facts)


@lru_cache(maxsize=8)
def unsound_facts(facts: GridFacts) -> tuple[Flaw, ...]:
    """
    Flaws that no case can be solved on. A grid in two parts is odd, but sound: it is not among them.

    Looked for once for all cases on the same facts: it is half of what checking a case takes.
    """
    return tuple(_flaws(facts))


def _flaws(facts: GridFacts) -> Iterator[Flaw]:
    for table in TABLES:
        yield from duplicate_flaws(f"facts.{table}", "name", [row.name for row in getattr(facts, table)])
    yield from _place_flaws(facts)
    yield from _branch_flaws(facts)
    yield from thermal_flaws(facts)
    yield from _plant_flaws(facts)
    yield from _store_flaws(facts)
    yield from pumped_hydro_flaws(facts)
    yield from connection_flaws(facts)
    yield from contract_flaws(facts)
    yield from _interface_flaws(facts)
    yield from section_flaws(facts)
    yield from _rule_flaws(facts)
    yield from product_rule_flaws(facts)
    yield from _year_flaws(facts)
    yield from size_flaws(facts)


def _place_flaws(facts: GridFacts) -> Iterator[Flaw]:
    known = [bus.name for bus in facts.buses]
    for table in PLACED:
        for k, row in enumerate(getattr(facts, table)):
            yield from unknown_flaws("UNKNOWN_BUS", f"facts.{table}[{k}].bus", row.bus, known)
    for table in BRANCHES:
        for k, row in enumerate(getattr(facts, table)):
            for end in ("from_bus", "to_bus"):
                yield from unknown_flaws("UNKNOWN_BUS", f"facts.{table}[{k}].{end}", getattr(row, end), known)
    for k, contract in enumerate(facts.contracts):
        for j, (bus, _) in enumerate(contract.bus_shares):
            yield from unknown_flaws("UNKNOWN_BUS", f"facts.contracts[{k}].bus_shares[{j}]", bus, known)


def _connection_flaws(facts: GridFacts) -> Iterator[Flaw]:
    """Every bus is reached from the first one over lines and links."""
    neighbours: dict[str, set[str]] = {bus.name: set() for bus in facts.buses}
    ends = [(b.from_bus, b.to_bus) for b in facts.lines] + [(b.from_bus, b.to_bus) for b in facts.links]
    for one, other in ends:
        if one in neighbours and other in neighbours:
            neighbours[one].add(other)
            neighbours[other].add(one)
    reached: set[str] = set()
    ahead = [facts.buses[0].name] if facts.buses else []
    while ahead:
        bus = ahead.pop()
        if bus not in reached:
            reached.add(bus)
            ahead.extend(neighbours[bus] - reached)
    for k, place in enumerate(facts.buses):
        if place.name not in reached:
            message = f"no line or link joins {place.name} to {facts.buses[0].name}; add one"
            yield Flaw("NOT_CONNECTED", f"facts.buses[{k}]", message)


def _branch_flaws(facts: GridFacts) -> Iterator[Flaw]:
    for table in BRANCHES:
        for k, row in enumerate(getattr(facts, table)):
            yield from above_zero(f"facts.{table}[{k}].rating_mw", row.rating_mw, "MW")
    for k, line in enumerate(facts.lines):
        yield from above_zero(f"facts.lines[{k}].reactance_share", line.reactance_share, "p.u.")
        yield from not_below_zero(f"facts.lines[{k}].resistance_share", line.resistance_share, "p.u.")
        if line.circuit_count < 1:
            message = f"{line.circuit_count} circuits; give 1 or more"
            yield Flaw("NOT_POSITIVE", f"facts.lines[{k}].circuit_count", message)

    for k, link in enumerate(facts.links):
        if not 0 <= link.loss_share < 1:
            message = f"{link.loss_share:g} of what leaves is lost; give 0 or more, below 1"
            yield Flaw("SHARE_OUT_OF_RANGE", f"facts.links[{k}].loss_share", message)


def _plant_flaws(facts: GridFacts) -> Iterator[Flaw]:
    for k, plant in enumerate(facts.plants):
        yield from not_below_zero(f"facts.plants[{k}].capacity_mw", plant.capacity_mw, "MW")


def _store_flaws(facts: GridFacts) -> Iterator[Flaw]:
    for k, store in enumerate(facts.stores):
        path = f"facts.stores[{k}]"
        yield from above_zero(f"{path}.power_mw", store.power_mw, "MW")
        if store.charge_power_mw is not None:
            yield from above_zero(f"{path}.charge_power_mw", store.charge_power_mw, "MW")
        yield from not_below_zero(f"{path}.charge_cny_per_mwh", store.charge_cny_per_mwh, "CNY/MWh")
        for name in ("charge_efficiency_share", "discharge_efficiency_share"):
            if not 0 < getattr(store, name) <= 1:
                message = f"{getattr(store, name)} is no efficiency; give one above 0 and at most 1"
                yield Flaw("EFFICIENCY_OUT_OF_RANGE", f"{path}.{name}", message)
        yield from share_flaws(f"{path}.hourly_loss_share", store.hourly_loss_share)
        if not 0 <= store.level_min_mwh <= store.level_max_mwh:
            message = f"{store.level_min_mwh:g} MWh is not from 0 to the highest, {store.level_max_mwh:g} MWh"
            yield Flaw("MINIMUM_ABOVE_MAXIMUM", f"{path}.level_min_mwh", message)
        yield from _operation_flaws(path, store)


def _operation_flaws(path: str, store: Store) -> Iterator[Flaw]:
    """Cycle cost, cycles a day and least power of a store."""
    yield from not_below_zero(f"{path}.wear_cny_per_mwh", store.wear_cny_per_mwh, "CNY/MWh")
    count = store.daily_cycle_count
    if count is not None and not 1 <= count <= LARGEST_NUMBER:
        message = f"{count:g} full cycles a day; give 1 or more, or none for no limit"
        yield Flaw("COUNT_OUT_OF_RANGE", f"{path}.daily_cycle_count", message)
    for name in ("charge_min_mw", "discharge_min_mw"):
        least_mw = getattr(store, name)
        yield from not_below_zero(f"{path}.{name}", least_mw, "MW")
        if least_mw > store.power_mw:
            message = f"{least_mw:g} MW is above the power of {store.name}, {store.power_mw:g} MW; give at most that"
            yield Flaw("MINIMUM_ABOVE_MAXIMUM", f"{path}.{name}", message)
        if least_mw > 0 and store.groups:
            message = f"{store.name} is scheduled by unit; give the least power of its units instead"
            yield Flaw("MINIMUM_BY_UNIT", f"{path}.{name}", message)


def _interface_flaws(facts: GridFacts) -> Iterator[Flaw]:
    for k, interface in enumerate(facts.interfaces):
        path = f"facts.interfaces[{k}]"
        yield from unknown_flaws("UNKNOWN_MEMBER_GRID", f"{path}.grid", interface.grid, facts.members)
        for name in ("import_limit_mw", "export_limit_mw"):
            yield from not_below_zero(f"{path}.{name}", getattr(interface, name), "MW")
        if interface.ramp_mw_per_h is not None:
            yield from not_below_zero(f"{path}.ramp_mw_per_h", interface.ramp_mw_per_h, "MW/h")
        yield from share_flaws(f"{path}.renewable_share", interface.renewable_share)


def _rule_flaws(facts: GridFacts) -> Iterator[Flaw]:
    """One reserve rule and one annual peak for each member, in their order."""
    ruled = tuple(rule.grid for rule in facts.reserve_rules)
    if ruled != facts.members:
        message = f"rules for {', '.join(ruled) or 'none'}; give one each for {', '.join(facts.members)}"
        yield Flaw("RULE_MISSING", "facts.reserve_rules", message)
    for k, rule in enumerate(facts.reserve_rules):
        yield from share_flaws(f"facts.reserve_rules[{k}].load_share", rule.load_share)
        yield from share_flaws(f"facts.reserve_rules[{k}].renewable_share", rule.renewable_share)
        yield from _own_rule_flaws(f"facts.reserve_rules[{k}]", rule)
    for grid in facts.members:
        peak_mw = facts.annual_peak_mw.get(grid, 0.0)
        yield from above_zero(f"facts.annual_peak_mw[{grid}]", peak_mw, "MW")
        shares = [bus.load_share for bus in facts.buses if bus.grid == grid]
        if shares and abs(sum(shares) - 1) > SHARE:  # a member without a bus is one for reserve alone
            message = f"load shares of {grid} add up to {sum(shares):g}; make it 1"
            yield Flaw("SHARES_NOT_ONE", "facts.buses", message)


def _own_rule_flaws(path: str, rule: ReserveRule) -> Iterator[Flaw]:
    """What a rule says of reserve down, of prices and of forecast errors."""
    for name in ("down_load_share", "down_renewable_share"):
        share = getattr(rule, name)
        yield from share_flaws(f"{path}.{name}", share) if share is not None else ()
    for name in ("wind_error_share", "solar_error_share", "load_error_share"):
        yield from share_flaws(f"{path}.{name}", getattr(rule, name))
    for name in ("up_quantile", "down_quantile"):
        yield from quantile_flaws(f"{path}.{name}", getattr(rule, name))
    for name in ("shortfall_cny_per_mwh", "down_shortfall_cny_per_mwh"):
        price = getattr(rule, name)
        yield from not_below_zero(f"{path}.{name}", price, "CNY/MWh") if price is not None else ()


def _year_flaws(facts: GridFacts) -> Iterator[Flaw]:
    year = facts.year
    yield from _table_flaws("facts.year.load_mw", year.load_mw, len(facts.buses))
    yield from _table_flaws("facts.year.available_share", year.available_share, len(facts.plants))
    if year.available_share.size and year.available_share.max() > 1 + SHARE:
        message = f"{year.available_share.max():g} is more than the capacity; give at most 1"
        yield Flaw("SHARE_OUT_OF_RANGE", "facts.year.available_share", message)
    if year.contract_share is not None:
        yield from _table_flaws("facts.year.contract_share", year.contract_share, len(facts.contracts))
    if year.heat_share is not None:
        yield from _table_flaws("facts.year.heat_share", year.heat_share, len(facts.heating_seasons))
        if year.heat_share.size and year.heat_share.max() > 1 + SHARE:
            message = f"{year.heat_share.max():g} is more than the design heat; give at most 1"
            yield Flaw("SHARE_OUT_OF_RANGE", "facts.year.heat_share", message)
    yield from _error_flaws(year)
    for variant in VARIANTS:
        field = f"facts.year.net_import_mw[{variant}]"
        if variant not in year.net_import_mw:
            yield Flaw("UNKNOWN_VARIANT", field, f"no plan for {variant!r}; give one for each of {VARIANTS}")
        else:
            plan_mw = year.net_import_mw[variant]
            yield from _table_flaws(field, plan_mw, len(facts.interfaces), signed=True)


def _error_flaws(year: StoredYear) -> Iterator[Flaw]:
    for grid, errors in year.error_share.items():
        if not errors.size or errors.shape[1:] != (len(ERROR_KINDS),) or not np.isfinite(errors).all():
            message = f"shape {errors.shape}; give one number each of wind, sun and load an hour, in one hour at least"
            yield Flaw("ERRORS_UNREADABLE", f"facts.year.error_share[{grid}]", message)


def _table_flaws(field: str, table: np.ndarray, column_count: int, *, signed: bool = False) -> Iterator[Flaw]:
    if table.shape != (HOURS_PER_YEAR, column_count):
        message = f"shape {table.shape}; give {HOURS_PER_YEAR} hours x {column_count}"
        yield Flaw("SERIES_LENGTH", field, message)
    if not np.isfinite(table).all():
        yield Flaw("NOT_FINITE", field, f"{int((~np.isfinite(table)).sum())} values are no numbers")
    elif not signed and (table < 0).any():
        yield Flaw("NEGATIVE", field, f"{int((table < 0).sum())} values are negative; give 0 or more")
