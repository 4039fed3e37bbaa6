"""
Units that heat by a heat load: output within the operating region (电热运行区域), and heat stores (储热罐).

q heat load as a share of the design heat, Q = q Q* heat MW; P0, C0 least and highest output without heat, F, C the
same at the design heat MW; cm, cv' MW a MW of heat. Heat load and season are read here from the case and the stored
year; what a unit of a plant with a heat store gives is told by the schedule.
"""

from __future__ import annotations

import numpy as np

from dispatch.audit.evidence import Evidence, names
from dispatch.audit.finding import Finding, Rule, found
from dispatch.audit.reserve_products import promised_mw
from dispatch.case.heat import EXTRACTION, HeatRegion
from dispatch.case.thermal import ThermalUnit
from dispatch.horizon import hour_of_year, in_yearly_season
from dispatch.units import ENERGY_MWH, POWER_MW

REGION = Rule("thermal-heat_region", "MW", POWER_MW)
LOAD = Rule("heat-load", "MW", POWER_MW)
STORE_LEVEL = Rule("heat-store_level", "MWh", ENERGY_MWH)
STORE_LIMITS = Rule("heat-store_limits", "MW or MWh", ENERGY_MWH)


def region(e: Evidence) -> Finding:
    """
    A unit that is on while it heats stays on the right side of every edge of its region.

        extraction      p + cv' Q >= P0,   p >= F - cm (Q* - Q),   p + (C0 - C) q <= C0
        back-pressure   p >= F - cm (Q* - Q),   p <= max( 0, C - cm (Q* - Q) )

    Where its heat is decided, it does so with all the reserve up and down that it promises, and gives none while off.
    """
    output, told = e.table("output_mw"), e.schedule.heat_mw
    up, down = (promised_mw(e, direction)[:, : output.shape[1]] for direction in ("up", "down"))
    amount = np.zeros(output.shape)
    for k, unit in enumerate(e.facts.units):
        if not unit.heats or unit.heat_region is None:
            continue
        if unit.name in told:
            heat = told[unit.name].to_numpy(dtype=float)
            share = heat / unit.heat_region.design_heat_mw
            inside = [_beyond_mw(unit, unit.heat_region, share, power[:, k]) for power in (output + up, output - down)]
            too_much = heat - unit.heat_region.design_heat_mw
            amount[:, k] = np.where(e.on[:, k], np.maximum.reduce([*inside, too_much]), heat)
        else:
            beyond = _beyond_mw(unit, unit.heat_region, _share(e, unit), output[:, k])
            amount[:, k] = np.where(e.on[:, k] & _season(e, unit), beyond, 0.0)
    return found(REGION, amount, names(e.facts.units), e.inputs.times)


def load(e: Evidence) -> Finding:
    """
    Units and store of a plant with a heat store give its heat load: that of the N smallest units, N to be kept on.

        sum( Q[t] ) + discharge[t] - charge[t] + short[t] = sum of the N[t] least q[t] Q*;  short: with a price
    """
    charge, discharge, short = (e.table(f"heat_{name}_mw") for name in ("charge", "discharge", "short"))
    paid = e.case.heat.short_cny_per_mwh is not None
    kept_on = {group.plant: group.units_on_count for group in e.inputs.running_groups}
    amount = np.zeros(charge.shape)
    for k, store in enumerate(e.case.heat.stores):
        own = [u for u in e.facts.units if u.plant == store.plant and u.heats and u.heat_region is not None]
        by_unit = [_share(e, u) * _design_mw(u) for u in own]
        asked = [sum(sorted(mw)[:n]) for n, *mw in zip(kept_on[store.plant], *by_unit, strict=True)]
        given = e.schedule.heat_mw[[u.name for u in own]].to_numpy(dtype=float).sum(axis=1)
        amount[:, k] = np.abs(given + discharge[:, k] - charge[:, k] + paid * short[:, k] - asked)
    return found(LOAD, amount, _stores(e), e.inputs.times)


def store_level(e: Evidence) -> Finding:
    """
    The level of a heat store follows from the level before, less standing loss, and from what goes in and out.

        e[t] = e[t-1] (1 - loss)^dt + (charge[t] - discharge[t]) dt
    """
    stores, step_h, now = e.case.heat.stores, e.inputs.step_h, e.table("heat_level_mwh")
    first = np.array([[store.start_level_share * store.energy_mwh for store in stores]])
    before = np.vstack([first, now[:-1]])
    kept = before * (1 - np.array([store.hourly_loss_share for store in stores])) ** step_h
    amount = np.abs(now - kept - (e.table("heat_charge_mw") - e.table("heat_discharge_mw")) * step_h)
    return found(STORE_LEVEL, amount, _stores(e), e.inputs.times)


def store_limits(e: Evidence) -> Finding:
    """
    A heat store holds no more than it can, is filled and emptied no faster, and ends with as much as is asked.

        charge[t] <= C,   discharge[t] <= D,   e[t] <= E,   e[T-1] >= end level
    """
    amount = np.zeros(e.table("heat_level_mwh").shape)
    for k, store in enumerate(e.case.heat.stores):
        level = e.table("heat_level_mwh")[:, k]
        over = (
            level - store.energy_mwh,
            e.table("heat_charge_mw")[:, k] - store.charge_mw,
            e.table("heat_discharge_mw")[:, k] - store.discharge_mw,
        )
        amount[:, k] = np.maximum.reduce(over)
        share = store.start_level_share if store.end_level_share is None else store.end_level_share
        amount[-1, k] = max(amount[-1, k], share * store.energy_mwh - level[-1])
    return found(STORE_LIMITS, amount, _stores(e), e.inputs.times)


def _stores(e: Evidence) -> list[str]:
    return [store.plant for store in e.case.heat.stores]


def _design_mw(unit: ThermalUnit) -> float:
    return unit.heat_region.design_heat_mw if unit.heat_region is not None else 0.0


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
