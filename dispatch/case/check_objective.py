"""Whether what a case seeks can be sought."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dispatch.case.case import Case
from dispatch.case.check_numbers import LARGEST_NUMBER, unknown_flaws
from dispatch.case.check_thermal_facts import SLOPE_CNY_PER_MWH
from dispatch.case.demand_response import HANDED_OVER
from dispatch.case.facts import GridFacts
from dispatch.case.objective import CO2, COST, LONGEST_H, OBJECTIVES
from dispatch.case.thermal import ThermalUnit
from dispatch.errors import Flaw

SLOPE_TCO2_PER_MWH = 1e-9  # two slopes of carbon closer than this are the same


def objective_flaws(case: Case) -> Iterator[Flaw]:
    """One of those known; what comes before the cost fits one search, and no windows."""
    yield from unknown_flaws("UNKNOWN_OBJECTIVE", "objective", case.objective, OBJECTIVES)
    if case.objective != COST and case.horizon.hours_h > LONGEST_H:
        message = (
            f"{case.objective} over {case.horizon.hours_h:g} h: horizons beyond {LONGEST_H:g} h are solved in windows, "
            f"and no window knows how much the others may spend; give at most {LONGEST_H:g} h, or seek {COST}"
        )
        yield Flaw("OBJECTIVE_TOO_LONG", "objective", message)
    if case.objective == CO2 and case.response.backlog == HANDED_OVER:
        message = f"{CO2} with a backlog handed over: load would be cut and owed, as debts have no carbon; close it"
        yield Flaw("DEBTS_WITHOUT_CARBON", "response.backlog", message)


def carbon_flaws(case: Case, facts: GridFacts) -> Iterator[Flaw]:
    """Where carbon is sought, some unit gives some, and each by a curve that rises ever faster."""
    if case.objective != CO2:
        return
    if not any(max(unit.curve.carbon_tco2_per_h, default=0.0) > 0 for unit in facts.units):
        yield Flaw("NO_CARBON", "objective", f"no unit of {facts.grid} has any carbon; seek {COST}")
    bent = [unit.name for unit in facts.units if not _rises_faster(unit)]
    if bent:
        message = f"the carbon of {', '.join(bent[:3])} rises slower with output somewhere; seek {COST}"
        yield Flaw("CARBON_NOT_CONVEX", "objective", message)


def priced_carbon_flaws(case: Case, facts: GridFacts) -> Iterator[Flaw]:
    """Where carbon has a price, fuel and carbon together rise ever faster with the output of each unit."""
    price = case.prices.carbon_cny_per_t
    if not 0 < price <= LARGEST_NUMBER:
        return  # said of the number itself
    bent = [unit.name for unit in facts.units if not _costs_rise_faster(unit, price)]
    if bent:
        message = (
            f"at {price:g} CNY/t fuel and carbon of {', '.join(bent[:3])} together rise slower with output somewhere; "
            "give a lower price, or a curve of carbon that bends upward"
        )
        yield Flaw("CARBON_NOT_CONVEX", "prices.carbon_cny_per_t", message)


def _rises_faster(unit: ThermalUnit) -> bool:
    slopes = np.diff(unit.curve.carbon_tco2_per_h) / np.diff(unit.curve.output_mw)
    return bool((np.diff(slopes) >= -SLOPE_TCO2_PER_MWH).all())


def _costs_rise_faster(unit: ThermalUnit, carbon_cny_per_t: float) -> bool:
    curve = unit.curve
    if not len(curve.output_mw) == len(curve.fuel_cny_per_h) == len(curve.carbon_tco2_per_h):
        return True  # said of the curve itself
    cost = np.array(curve.fuel_cny_per_h) + carbon_cny_per_t * np.array(curve.carbon_tco2_per_h)
    slopes = np.diff(cost) / np.diff(curve.output_mw)
    return bool((np.diff(slopes) >= -SLOPE_CNY_PER_MWH - carbon_cny_per_t * SLOPE_TCO2_PER_MWH).all())
