"""Energy owed and saved by response contracts at the edges of a horizon: in steps, and what it is worth."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dispatch.case.case import Case
from dispatch.case.demand_response import HANDED_OVER, Parcel
from dispatch.case.facts import GridFacts
from dispatch.case.thermal import ThermalUnit
from dispatch.units import DURATION_H


@dataclass(frozen=True)
class Due:
    """Energy of before the horizon that is made good in the first so many steps, of one contract."""

    contract_index: int
    step_count: int
    energy_mwh: float  # together with all that is due sooner


def window_steps(hours_h: np.ndarray, step_h: float) -> np.ndarray:
    """Windows in steps; shorter than a step counts as one."""
    return np.asarray(np.maximum(np.floor(hours_h / step_h + DURATION_H), 1.0)).astype(int)


def total_mwh(parcels: tuple[Parcel, ...]) -> float:
    """All parcels together."""
    return sum(parcel.energy_mwh for parcel in parcels)


def dues(parcels_by_contract: list[tuple[Parcel, ...]], step_h: float) -> Iterator[Due]:
    """What is due by each moment at which something is."""
    for k, parcels in enumerate(parcels_by_contract):
        together = 0.0
        for parcel in sorted(parcels, key=lambda parcel: parcel.left_h):
            together += parcel.energy_mwh
            yield Due(k, max(1, math.floor(parcel.left_h / step_h + DURATION_H)), together)


def dearest_cny_per_mwh(case: Case, facts: GridFacts) -> float:
    """
    The dearest MWh of any unit, CNY: what repaying costs at most while units have room.

        max over units of  slope of the last piece of its fuel curve, with carbon at the price of the case, + other cost
    """

    def last(unit: ThermalUnit) -> float:
        curve = unit.curve
        fuel, carbon = (_last_slope(curve.output_mw, of) for of in (curve.fuel_cny_per_h, curve.carbon_tco2_per_h))
        return fuel + case.prices.carbon_cny_per_t * carbon + unit.other_cny_per_mwh

    return max(map(last, facts.units), default=0.0)


def owed_cny_per_mwh(case: Case, facts: GridFacts) -> float:
    """Price of energy that is still owed when the horizon ends; 0 where nothing may be."""
    if case.response.backlog != HANDED_OVER:
        return 0.0
    asked = case.response.owed_cny_per_mwh
    return dearest_cny_per_mwh(case, facts) if asked is None else asked


def _last_slope(output_mw: tuple[float, ...], value: tuple[float, ...]) -> float:
    if len(output_mw) < 2 or output_mw[-1] <= output_mw[-2]:  # noqa: PLR2004 (ends of a piece)
        return 0.0
    return (value[-1] - value[-2]) / (output_mw[-1] - output_mw[-2])
