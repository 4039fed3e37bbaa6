"""Which units may need oil support in a case, and what each brings from before the horizon."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs
from dispatch.case.thermal import OilSupport
from dispatch.units import DURATION_H, POWER_MW


@dataclass(frozen=True)
class OilStart:
    """One unit whose minimum lies below its oil line in some step; counts are of steps."""

    unit_index: int
    oil: OilSupport
    allowed: NDArray[np.bool_]  # (T,), in service, and with a minimum below the line
    before: bool  # with oil support in the step before the horizon
    served_count: int  # for so many steps, with it or without it, as far as the case says
    told: bool  # the case says for how long
    least_count: int
    most_count: int
    apart_count: int

    @property
    def forced(self) -> NDArray[np.bool_]:
        """Steps in which the least time begun before the horizon goes on, (T,), bool; what is not allowed ends it."""
        rest = max(0, self.least_count - self.served_count) if self.before and self.told else 0
        return np.asarray((np.arange(len(self.allowed)) < rest) & np.logical_and.accumulate(self.allowed))

    @property
    def barred(self) -> NDArray[np.bool_]:
        """Steps that lie too near to the time with oil support before the horizon, (T,), bool."""
        rest = max(0, self.apart_count - self.served_count) if not self.before and self.told else 0
        return np.asarray(np.arange(len(self.allowed)) < rest)


def oil_starts(case: Case, facts: GridFacts, inputs: Inputs) -> list[OilStart]:
    """Every unit that may need oil support, in the order of the facts."""
    before, step_h = {state.unit: state for state in case.units}, inputs.step_h
    starts = []
    for k, unit in enumerate(facts.units):
        oil = unit.oil_support
        if oil is None or not (inputs.output_min_mw[:, k] < oil.below_mw - POWER_MW).any():
            continue
        state = before[unit.name]
        least = max(1, math.ceil(oil.least_h / step_h - DURATION_H))
        hours_h = state.oil_hours_h
        starts.append(
            OilStart(
                unit_index=k,
                oil=oil,
                allowed=inputs.in_service[:, k] & (inputs.output_min_mw[:, k] < oil.below_mw - POWER_MW),
                before=state.on and state.output_mw < oil.below_mw - POWER_MW,
                served_count=0 if hours_h is None else math.floor(hours_h / step_h + DURATION_H),
                told=hours_h is not None,
                least_count=least,
                most_count=max(least, math.floor(oil.most_h / step_h + DURATION_H)),
                apart_count=math.ceil(oil.apart_h / step_h - DURATION_H),
            )
        )
    return starts
