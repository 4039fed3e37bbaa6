"""How often units may be started (启停次数), and where that can bind."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs
from dispatch.case.thermal import StartLimit, ThermalUnit, UnitState
from dispatch.units import DURATION_H

if TYPE_CHECKING:
    import pandas as pd  # half a second, of every start

DAYS_PER_WEEK = 7


@dataclass(frozen=True)
class StartBound:
    """One unit whose minimum times alone would let it start more often than it may; None: that does not bind."""

    unit_index: int
    per_day_count: int | None
    horizon_count: int | None
    week_left_count: tuple[float, ...] | None = None  # of each calendar week of the horizon


def start_bounds(case: Case, facts: GridFacts, inputs: Inputs) -> list[StartBound]:
    """
    Every unit that a limit on starts can bind, in the order of the facts.

    Between two starts lie a minimum up and a minimum down time, so that T steps hold 1 + (T - 1) // (UT + DT) at most.
    """
    longest = int(inputs.times.normalize().value_counts().max())
    states, week_index = {state.unit: state for state in case.units}, weeks(inputs.times)
    bounds = []
    for k, unit in enumerate(facts.units):
        limit = limit_of(case, unit)
        if limit is None:
            continue
        apart = sum(max(1, math.ceil(h / inputs.step_h - DURATION_H)) for h in (unit.min_up_h, unit.min_down_h))
        day, horizon = (1 + (steps - 1) // apart for steps in (longest, len(inputs.times)))
        per_day, in_all = _below(limit.per_day_count, day), _below(limit.horizon_count, horizon)
        left = week_left(limit, states.get(unit.name), int(week_index.max()) + 1)
        most = 1 + (np.bincount(week_index) - 1) // apart
        in_week = tuple(left) if (left < most).any() else None
        if per_day is not None or in_all is not None or in_week is not None:
            bounds.append(StartBound(k, per_day, in_all, in_week))
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
    """Whether a unit has no start at all in the week of a step, a day or the horizon, (T, units), bool."""
    week_index, states = weeks(case.horizon.times), {state.unit: state for state in case.units}
    barred = np.zeros((len(week_index), len(facts.units)), dtype=bool)
    for k, unit in enumerate(facts.units):
        limit = limit_of(case, unit)
        if limit is not None:
            left = week_left(limit, states.get(unit.name), int(week_index.max()) + 1)
            barred[:, k] = (left[week_index] == 0) | (0 in (limit.per_day_count, limit.horizon_count))
    return barred


def weeks(times: pd.DatetimeIndex) -> np.ndarray:
    """Number of the calendar week (Monday to Sunday) of each step; 0 is that of the first, (T,)."""
    import pandas as pd

    days = times.normalize()
    first_monday = days[0] - pd.Timedelta(days=days[0].weekday())
    return np.asarray((days - first_monday).days // DAYS_PER_WEEK)


def week_left(limit: StartLimit, state: UnitState | None, week_count: int) -> np.ndarray:
    """Starts that are left in each calendar week, (weeks,); those before the horizon count in the first; inf: any."""
    left = np.full(week_count, np.inf if limit.per_week_count is None else float(limit.per_week_count))
    left[0] -= 0 if state is None else state.starts_this_week_count
    return np.asarray(np.maximum(left, 0.0))


def _below(allowed_count: int | None, possible_count: int) -> int | None:
    """The number allowed where it is less than what is possible anyway."""
    return None if allowed_count is None or allowed_count >= possible_count else allowed_count
