"""Whether the heat of a grid's units and the heat load that a case gives can be meant."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dispatch.case.case import Case
from dispatch.case.check_horizon import is_sound
from dispatch.case.check_numbers import (
    LARGEST_NUMBER,
    LARGEST_SCALE_SHARE,
    above_zero,
    duplicate_flaws,
    not_below_zero,
    number_flaws,
    share_flaws,
    unknown_flaws,
)
from dispatch.case.facts import GridFacts
from dispatch.case.heat import EXTRACTION, TURBINES, Heat, HeatForecast
from dispatch.case.heating import heat_share, heating_hours
from dispatch.case.thermal import ThermalUnit
from dispatch.errors import Flaw
from dispatch.units import POWER_MW, SHARE


def region_flaws(path: str, unit: ThermalUnit) -> Iterator[Flaw]:
    """The region of a unit that heats: known turbine, sound numbers, and today's floor at the design heat."""
    region = unit.heat_region
    if region is None:
        return
    own = f"{path}.heat_region"
    yield from unknown_flaws("UNKNOWN_TURBINE", f"{own}.turbine", region.turbine, TURBINES)
    yield from above_zero(f"{own}.design_heat_mw", region.design_heat_mw, "MW")
    for name in ("back_pressure_share", "floor_loss_share"):
        yield from not_below_zero(f"{own}.{name}", getattr(region, name), "MW per MW")
    lost_mw = region.floor_loss_share * region.design_heat_mw
    if region.turbine == EXTRACTION and unit.output_min_mw - lost_mw > unit.heating_output_min_mw + POWER_MW:
        message = (
            f"{unit.output_min_mw:g} MW without heat is above the {unit.heating_output_min_mw:g} MW with all of it"
        )
        yield Flaw("HEATING_MINIMUM_TOO_LOW", f"{path}.heating_output_min_mw", message)


def heat_flaws(case: Case, facts: GridFacts) -> Iterator[Flaw]:
    """The heat load of a case: at most the design heat, of plants that heat, in their season."""
    forecasts = case.heat.forecasts
    if case.heat.short_cny_per_mwh is not None:
        yield from number_flaws("heat.short_cny_per_mwh", case.heat.short_cny_per_mwh, "CNY/MWh", LARGEST_NUMBER)
    yield from duplicate_flaws("heat.forecasts", "plant", [forecast.plant for forecast in forecasts])
    heating = {unit.plant for unit in facts.units if unit.heats and unit.heat_region is not None}
    known = {unit.plant for unit in facts.units}
    for k, forecast in enumerate(forecasts):
        path = f"heat.forecasts[{k}]"
        if forecast.plant in known - heating:
            message = f"no unit of {forecast.plant} heats by a heat load; leave it out"
            yield Flaw("PLANT_WITHOUT_HEAT", f"{path}.plant", message)
        else:
            yield from unknown_flaws("UNKNOWN_PLANT", f"{path}.plant", forecast.plant, sorted(heating))
        yield from _series_flaws(f"{path}.heat_share", forecast, case)
        if forecast.plant in heating and is_sound(case.horizon):
            yield from _season_flaws(f"{path}.heat_share", forecast, case, facts)
    if is_sound(case.horizon) and 0 <= case.heat.scale_share <= LARGEST_SCALE_SHARE:
        yield from _scale_flaws(case, facts)


def readable_heat(heat: Heat) -> Heat:
    """The heat that a case gives where its numbers can be reckoned with, else the stored one."""
    values = [heat.scale_share, *(value for forecast in heat.forecasts for value in forecast.heat_share)]
    return heat if all(0 <= value <= LARGEST_SCALE_SHARE for value in values) else Heat()


def _series_flaws(path: str, forecast: HeatForecast, case: Case) -> Iterator[Flaw]:
    count, values = case.horizon.step_count, forecast.heat_share
    if len(values) != count:
        yield Flaw("SERIES_LENGTH", path, f"{len(values)} values for {count} steps; give one value a step")
    for t, value in enumerate(values):
        yield from share_flaws(f"{path}[{t}]", value)


def _season_flaws(path: str, forecast: HeatForecast, case: Case, facts: GridFacts) -> Iterator[Flaw]:
    own = [k for k, unit in enumerate(facts.units) if unit.plant == forecast.plant]
    heating = np.atleast_1d(heating_hours(facts, case.horizon.times)[:, own].any(axis=1))
    for t, (value, heats) in enumerate(zip(forecast.heat_share, heating, strict=False)):
        if value > SHARE and not heats:
            message = f"{value:g} of its heat is outside the heating season of {forecast.plant}; give 0"
            yield Flaw("HEAT_OUT_OF_SEASON", f"{path}[{t}]", message)


def _scale_flaws(case: Case, facts: GridFacts) -> Iterator[Flaw]:
    """The stored heat load times the factor stays within the design heat, where no forecast stands in its place."""
    given = {forecast.plant for forecast in case.heat.forecasts}
    own = np.array([u.heat_region is not None and u.plant not in given for u in facts.units], dtype=bool)
    times = case.horizon.times
    share = np.where(heating_hours(facts, times) & own, heat_share(Heat(), facts, times), 0.0)
    highest = float(share.max(initial=0.0))
    if case.heat.scale_share * highest > 1 + SHARE:
        message = f"the heat load reaches {highest:g} of the design heat; give at most {1 / highest:g} times that"
        yield Flaw("HEAT_ABOVE_DESIGN", "heat.scale_share", message)
