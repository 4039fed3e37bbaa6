"""
When units heat, how much, and what limits of output that leaves them.

The heat of every unit is known before anything is decided: a unit that is on gives the heat load of its plant, as a
share, times its own design heat. So the units of the minimum running mode (最小运行方式) alone carry the load, and
one more that is on takes nothing off them. Of a plant with a heat store it is decided (`heat_plants`): limits are then
those at whatever heat, and the region is held by rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dispatch.case.facts import GridFacts
from dispatch.case.heat import BACK_PRESSURE, Heat
from dispatch.case.thermal import ThermalUnit
from dispatch.horizon import hour_of_year, in_yearly_season

if TYPE_CHECKING:
    import pandas as pd  # half a second, of every start


def output_limits_mw(heat: Heat, facts: GridFacts, times: pd.DatetimeIndex) -> tuple[np.ndarray, np.ndarray]:
    """
    Lowest and highest output in force of each unit that is on, MW, both of shape (T, units).

    A forecast has one value a step of the horizon; a step before it has the load of the first.
    """
    heating, share = heating_hours(facts, times), heat_share(heat, facts, times)
    units, free = facts.units, {store.plant for store in heat.stores}
    lower = np.tile([u.output_min_mw for u in units], (len(times), 1)).astype(float)
    upper = np.tile([u.output_max_mw for u in units], (len(times), 1)).astype(float)
    for k in np.flatnonzero(heating.any(axis=0)):
        decided = units[k].plant in free
        low, high = widest_limits_mw(units[k]) if decided else heating_limits_mw(units[k], share[:, k])
        lower[:, k] = np.where(heating[:, k], low, lower[:, k])
        upper[:, k] = np.where(heating[:, k], high, upper[:, k])
    return lower, upper


def heating_limits_mw(unit: ThermalUnit, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """
    Lowest and highest output of a unit at a heat load, MW, each of the shape of `share`.

        extraction      Pmin = max( P0 - cv' Q, F - cm (Q* - Q) ),      Pmax = C0 - cv Q
        back-pressure   Pmin = max( 0, F - cm (Q* - Q) ),               Pmax = max( 0, C - cm (Q* - Q) )

    Q  heat, `share` of the design heat Q*   MW           P0, C0  least and highest output without heat   MW
    F, C  the same at the design heat   MW                cm, cv' of the region;  cv = (C0 - C) / Q*
    Without a region the limits are F and C throughout.
    """
    region, floor_mw, ceiling_mw = unit.heat_region, unit.heating_output_min_mw, unit.heating_output_max_mw
    if region is None:
        return np.full(share.shape, float(floor_mw)), np.full(share.shape, float(ceiling_mw))
    back_mw = region.back_pressure_share * region.design_heat_mw * (1.0 - share)
    if region.turbine == BACK_PRESSURE:
        return np.maximum(floor_mw - back_mw, 0.0), np.maximum(ceiling_mw - back_mw, 0.0)
    free_mw = unit.output_min_mw - region.floor_loss_share * region.design_heat_mw * share
    return np.maximum(free_mw, floor_mw - back_mw), ceiling_mw + (unit.output_max_mw - ceiling_mw) * (1.0 - share)


def widest_limits_mw(unit: ThermalUnit) -> tuple[float, float]:
    """
    Lowest and highest output of a unit at whatever heat load, MW.

    Edges are straight: the extremes lie at no heat, at all of it, or where the two lower edges of extraction meet,

        P0 - cv' Q  =  F - cm (Q* - Q)            at Q = (P0 - F + cm Q*) / (cv' + cm)
    """
    shares, region = [0.0, 1.0], unit.heat_region
    if region is not None and region.back_pressure_share + region.floor_loss_share > 0:
        slopes = (region.back_pressure_share + region.floor_loss_share) * region.design_heat_mw
        apart_mw = unit.output_min_mw - unit.heating_output_min_mw
        met = (apart_mw + region.back_pressure_share * region.design_heat_mw) / slopes
        shares.append(min(max(met, 0.0), 1.0))
    low, high = heating_limits_mw(unit, np.array(shares))
    return float(low.min()), float(high.max())


def heat_share(heat: Heat, facts: GridFacts, times: pd.DatetimeIndex) -> np.ndarray:
    """Heat load of each unit's plant as a share of the design heat, (T, units); 0 where no city of it heats."""
    share = np.zeros((len(times), len(facts.units)))
    columns = {season.city: k for k, season in enumerate(facts.heating_seasons)}
    stored, rows = facts.year.heat_share, hour_of_year(times)
    given = {forecast.plant: forecast.heat_share for forecast in heat.forecasts}
    for k, unit in enumerate(facts.units):
        if unit.heats and unit.plant in given:
            share[:, k] = _latest(given[unit.plant], len(times))
        elif unit.heats and unit.city in columns:
            whole = np.ones(len(times)) if stored is None else stored[rows, columns[unit.city]]
            share[:, k] = whole * heat.scale_share
    return share


def _latest(values: tuple[float, ...], count: int) -> np.ndarray:
    """The first `count` values; of more steps than values, all of them, the first repeated before them."""
    known = np.array(values or (0.0,), dtype=float)
    if count < len(known):
        return known[:count]
    return np.concatenate([np.full(count - len(known), known[0]), known])


def heating_hours(facts: GridFacts, times: pd.DatetimeIndex) -> np.ndarray:
    """Whether each unit heats in each step, shape (T, units), bool."""
    season = {s.city: in_yearly_season(times, s.first_day, s.last_day) for s in facts.heating_seasons}
    never = np.zeros(len(times), dtype=bool)
    columns = [season.get(u.city, never) if u.heats else never for u in facts.units]
    return np.column_stack(columns) if columns else np.zeros((len(times), 0), dtype=bool)
