"""How often units may be started (启停次数), and where that can bind."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs
from dispatch.case.thermal import StartLimit, ThermalUnit
from dispatch.units import DURATION_H


@dataclass(frozen=True)
class StartBound:
    """One unit whose minimum times alone would let it start more often than it may; None: that does not bind."""

    unit_index: int
    per_day_count: int | None
    horizon_count: int | None


def start_bounds(case: Case, facts: GridFacts, inputs: Inputs) -> list[StartBound]:
    """
    Every unit that a limit on starts can bind, in the order of the facts.

    Between two starts lie a minimum up and a minimum down time, so that T steps hold 1 + (T - 1) // (UT + DT) at most.
    """
    longest = int(inputs.times.normalize().value_counts().max())
    bounds = []
    for k, unit in enumerate(facts.units):
        limit = limit_of(case, unit)
        if limit is None:
            continue
        apart = sum(max(1, math.ceil(h / inputs.step_h - DURATION_H)) for h in (unit.min_up_h, unit.min_down_h))
        day, horizon = (1 + (steps - 1) // apart for steps in (longest, len(inputs.times)))
        per_day, in_all = _below(limit.per_day_count, day), _below(limit.horizon_count, horizon)
        if per_day is not None or in_all is not None:
            bounds.append(StartBound(k, per_day, in_all))
    return bounds


def limit_of(case: Case, unit: ThermalUnit) -> StartLimit | None:
    """What the case says of the starts of a unit: by its name, else of its plant, else of its class and grid."""
    said = [limit for limit in case.start_limits if concerns(limit, unit)]
    return max(said, key=lambda limit: (bool(limit.unit), bool(limit.plant)), default=None)


def concerns(limit: StartLimit, unit: ThermalUnit) -> bool:
    """Whether a limit is said of a unit, by its name, its plant, or its class and grid."""
    if limit.unit:
        return limit.unit == unit.name
    if limit.plant:
        return limit.plant == unit.plant
    return limit.technology_class == unit.technology_class and limit.grid in ("", unit.grid)


def never_started(case: Case, facts: GridFacts) -> np.ndarray:
    """Whether a unit may not be started at all, (units,), bool."""
    limits = [limit_of(case, unit) for unit in facts.units]
    barred = [limit is not None and 0 in (limit.per_day_count, limit.horizon_count) for limit in limits]
    return np.array(barred, dtype=bool)


def _below(allowed_count: int | None, possible_count: int) -> int | None:
    """The number allowed where it is less than what is possible anyway."""
    return None if allowed_count is None or allowed_count >= possible_count else allowed_count
