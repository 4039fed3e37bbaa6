"""Whether pump-turbines and reservoirs of pumped hydro can be scheduled at all."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields

from dispatch.case.check_numbers import (
    LARGEST_ENERGY_MWH,
    LARGEST_NUMBER,
    LARGEST_POWER_MW,
    duplicate_flaws,
    number_flaws,
)
from dispatch.case.facts import GridFacts
from dispatch.case.pumped_hydro import LowerReservoir, PumpGroup
from dispatch.case.storage import Store
from dispatch.errors import Flaw
from dispatch.units import ENERGY_MWH, POWER_MW

MOST_UNITS_COUNT = 100  # of one group; no plant has more


def pumped_hydro_flaws(facts: GridFacts) -> Iterator[Flaw]:
    """Every flaw of the groups and lower reservoirs of the stores."""
    yield from duplicate_flaws("facts.stores.groups", "name", [group.name for group in facts.pump_groups])
    for k, store in enumerate(facts.stores):
        for j, group in enumerate(store.groups):
            yield from _group_flaws(f"facts.stores[{k}].groups[{j}]", group)
        yield from _power_flaws(f"facts.stores[{k}].groups", store)
        if store.lower is not None:
            yield from _lower_flaws(f"facts.stores[{k}].lower", store, store.lower)


def _group_flaws(path: str, group: PumpGroup) -> Iterator[Flaw]:
    if not 1 <= group.unit_count <= MOST_UNITS_COUNT:
        message = f"{group.unit_count} units; give 1 to {MOST_UNITS_COUNT}"
        yield Flaw("COUNT_OUT_OF_RANGE", f"{path}.unit_count", message)
    if group.daily_start_count < 1:
        message = f"{group.daily_start_count} starts a day leave a unit at standstill; give 1 or more"
        yield Flaw("COUNT_OUT_OF_RANGE", f"{path}.daily_start_count", message)
    yield from number_flaws(f"{path}.changeover_h", group.changeover_h, "h", LARGEST_NUMBER)
    for way in ("generate", "pump"):
        low_mw, high_mw = getattr(group, f"{way}_min_mw"), getattr(group, f"{way}_max_mw")
        numbers = [
            *number_flaws(f"{path}.{way}_min_mw", low_mw, "MW", LARGEST_POWER_MW),
            *number_flaws(f"{path}.{way}_max_mw", high_mw, "MW", LARGEST_POWER_MW),
        ]
        yield from numbers
        if not numbers and high_mw <= 0:
            yield Flaw("NOT_POSITIVE", f"{path}.{way}_max_mw", f"{high_mw:g} MW; give more than 0")
        elif not numbers and low_mw > high_mw:
            message = f"{low_mw:g} MW is above the highest, {high_mw:g} MW; give at most that"
            yield Flaw("MINIMUM_ABOVE_MAXIMUM", f"{path}.{way}_min_mw", message)


def _power_flaws(path: str, store: Store) -> Iterator[Flaw]:
    """The units together are no more than the plant, either way."""
    for way in ("generate", "pump"):
        total_mw = sum(group.unit_count * getattr(group, f"{way}_max_mw") for group in store.groups)
        if math.isfinite(total_mw) and total_mw > store.power_mw + POWER_MW:
            message = f"the units of {store.name} {way} {total_mw:g} MW; give at most its power, {store.power_mw:g} MW"
            yield Flaw("UNITS_ABOVE_PLANT", path, message)


def _lower_flaws(path: str, store: Store, lower: LowerReservoir) -> Iterator[Flaw]:
    """The lower reservoir has room for what the upper one gives, and water for what it takes."""
    numbers = [
        flaw
        for name in (field.name for field in fields(lower))
        for flaw in number_flaws(f"{path}.{name}", getattr(lower, name), "MWh", LARGEST_ENERGY_MWH)
    ]
    yield from numbers
    if numbers:
        return
    if lower.level_min_mwh > lower.level_max_mwh:
        message = f"{lower.level_min_mwh:g} MWh is above the highest, {lower.level_max_mwh:g} MWh; give at most that"
        yield Flaw("MINIMUM_ABOVE_MAXIMUM", f"{path}.level_min_mwh", message)
    elif store.usable_min_mwh > store.usable_max_mwh + ENERGY_MWH:
        low_mwh, high_mwh = store.level_min_mwh + lower.level_min_mwh, store.level_max_mwh + lower.level_max_mwh
        message = (
            f"{lower.water_mwh:g} MWh of water do not fit the two reservoirs of {store.name}; "
            f"give {low_mwh:g} to {high_mwh:g} MWh"
        )
        yield Flaw("RESERVOIRS_CONTRADICT", f"{path}.water_mwh", message)
