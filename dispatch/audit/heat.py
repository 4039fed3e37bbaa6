"""
Units that heat by a heat load: output within the operating region (电热运行区域).

q heat load as a share of the design heat, Q = q Q* heat MW; P0, C0 least and highest output without heat, F, C the
same at the design heat MW; cm, cv' MW a MW of heat. Heat and season are read here from the case and the stored year.
"""

from __future__ import annotations

import numpy as np

from dispatch.audit.evidence import Evidence, names
from dispatch.audit.finding import Finding, Rule, found
from dispatch.case.heat import EXTRACTION, HeatRegion
from dispatch.case.thermal import ThermalUnit
from dispatch.horizon import hour_of_year, in_yearly_season
from dispatch.units import POWER_MW

REGION = Rule("thermal-heat_region", "MW", POWER_MW)


def region(e: Evidence) -> Finding:
    """
    A unit that is on while it heats stays on the right side of every edge of its region.

        extraction      p + cv' Q >= P0,   p >= F - cm (Q* - Q),   p + (C0 - C) q <= C0
        back-pressure   p >= F - cm (Q* - Q),   p <= max( 0, C - cm (Q* - Q) )
    """
    output = e.table("output_mw")
    amount = np.zeros(output.shape)
    for k, unit in enumerate(e.facts.units):
        if unit.heats and unit.heat_region is not None:
            beyond = _beyond_mw(unit, unit.heat_region, _share(e, unit), output[:, k])
            amount[:, k] = np.where(e.on[:, k] & _season(e, unit), beyond, 0.0)
    return found(REGION, amount, names(e.facts.units), e.inputs.times)


def held_here(e: Evidence) -> np.ndarray:
    """Where `region` holds a unit, so that `thermal-output_limits` need not, (T, units), bool."""
    columns = [
        _season(e, u) if u.heats and u.heat_region is not None else np.zeros(len(e.inputs.times), dtype=bool)
        for u in e.facts.units
    ]
    return np.column_stack(columns) if columns else np.zeros((len(e.inputs.times), 0), dtype=bool)


def _beyond_mw(unit: ThermalUnit, region: HeatRegion, share: np.ndarray, output: np.ndarray) -> np.ndarray:
    """How far output lies outside the region, MW, (T,)."""
    heat = share * region.design_heat_mw
    missing = region.design_heat_mw - heat
    back_pressure = unit.heating_output_min_mw - region.back_pressure_share * missing - output
    if region.turbine == EXTRACTION:
        steam = unit.output_min_mw - (output + region.floor_loss_share * heat)
        top = output + (unit.output_max_mw - unit.heating_output_max_mw) * share - unit.output_max_mw
        return np.asarray(np.maximum.reduce([steam, back_pressure, top]))
    top = output - np.maximum(unit.heating_output_max_mw - region.back_pressure_share * missing, 0.0)
    return np.asarray(np.maximum(back_pressure, top))


def _share(e: Evidence, unit: ThermalUnit) -> np.ndarray:
    """The case's own heat load of the unit's plant, or the stored one of its city times the factor, (T,)."""
    for forecast in e.case.heat.forecasts:
        if forecast.plant == unit.plant:
            return np.array(forecast.heat_share)
    stored = e.facts.year.heat_share
    if stored is None:
        return np.full(len(e.inputs.times), e.case.heat.scale_share)
    city = [season.city for season in e.facts.heating_seasons].index(unit.city)
    return np.asarray(stored[hour_of_year(e.inputs.times), city] * e.case.heat.scale_share)


def _season(e: Evidence, unit: ThermalUnit) -> np.ndarray:
    """Whether the unit's city is in its heating season, (T,), bool."""
    season = next(season for season in e.facts.heating_seasons if season.city == unit.city)
    return in_yearly_season(e.inputs.times, season.first_day, season.last_day)
