"""The facts as a case has them: its own retrofit states, normal minimums where it bars deep output, fuel by output."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.thermal import CostCurve, Retrofit, ThermalUnit


def as_asked(case: Case, facts: GridFacts) -> GridFacts:
    """
    The facts with what the case changes of the units' flexibility and fuel; asked again, the same.

    Names that nobody knows change nothing here: `checks` refuses them.
    """
    if case.deep_peak_shaving and not case.retrofits and not case.self_use:
        return facts
    return replace(facts, units=tuple(_as_asked(case, unit) for unit in facts.units))


def concerns(retrofit: Retrofit, unit: ThermalUnit) -> bool:
    """Whether a retrofit state is said of a unit, by its name or by its class and grid."""
    if retrofit.unit:
        return retrofit.unit == unit.name
    return retrofit.technology_class == unit.technology_class and retrofit.grid in ("", unit.grid)


def lowest_mw(case: Case, unit: ThermalUnit) -> float:
    """
    The least output that a unit of the stored facts can come from into a case that changes its limits, else infinite.

    The state before the horizon is of the unit as it was: it may lie below a minimum that the case raises.
    """
    if case.deep_peak_shaving and not any(concerns(retrofit, unit) for retrofit in case.retrofits):
        return math.inf
    known = [replace(unit, **_limits(unit, state.retrofit)).least_mw for state in unit.flexibilities]
    return min([unit.least_mw, *known])


def _as_asked(case: Case, unit: ThermalUnit) -> ThermalUnit:
    said = sorted((r for r in case.retrofits if concerns(r, unit)), key=lambda r: bool(r.unit))
    if said:
        unit = replace(unit, **_limits(unit, said[-1].state))
    if case.self_use and unit.curve.of_supply:
        unit = replace(unit, curve=_of_generation(unit.curve, unit.self_use_share))
    return unit if case.deep_peak_shaving else _without_deep(unit)


def _of_generation(curve: CostCurve, self_use_share: float) -> CostCurve:
    """
    The curve of what is generated, from one of what leaves the plant: F(p) = (1 - s) F'(p), carbon likewise.

    A coal rate b' in g per kWh supplied (供电煤耗) is b = b' (1 - s) per kWh generated (发电煤耗).
    """
    fuel, carbon = ((1 - self_use_share) * np.array(side) for side in (curve.fuel_cny_per_h, curve.carbon_tco2_per_h))
    return CostCurve(curve.output_mw, tuple(fuel.tolist()), tuple(carbon.tolist()))


def _limits(unit: ThermalUnit, state: str) -> dict[str, Any]:
    """What a retrofit state says of a unit; nothing where it is not known."""
    for known in unit.flexibilities:
        if known.retrofit == state:
            return dict(vars(known))
    return {}


def _without_deep(unit: ThermalUnit) -> ThermalUnit:
    """The unit held to its normal minimum, or to its technical one where that is higher."""
    return replace(
        unit,
        output_min_mw=max(unit.output_min_mw, unit.normal_min_mw),
        heating_output_min_mw=max(unit.heating_output_min_mw, unit.normal_min_mw),
    )
