"""Reserve, up and down, per grid and step: room that units on and stores keep."""

from __future__ import annotations

import linopy
import numpy as np
import pandas as pd

from dispatch.model import names
from dispatch.model.draft import Draft, by_name, named, total
from dispatch.model.thermal.output_limits import ceiling, split_by_up_time
from dispatch.units import POWER_MW


def keep_store_room(draft: Draft) -> None:
    """
    A store gives reserve as far as its power and, for one hour, its energy go.

        r_up  <=  P - d + c,     r_up 1h  <=  (e - Emin) eta_d
        r_dn  <=  P - c + d,     r_dn 1h eta_c  <=  Emax - e            every store and step t

    r_up, r_dn  reserve   MW        e  level at the end of the step   MWh        P  power   MW
    """
    if draft.stores.empty:
        return
    stores, model = draft.stores, draft.model
    up, down = draft.free(names.STORE_UP, stores), draft.free(names.STORE_DOWN, stores)
    charge, discharge = draft.variable(names.CHARGE, stores), draft.variable(names.DISCHARGE, stores)
    level, power = draft.variable(names.LEVEL, stores), by_name(draft.inputs.store_power_mw, stores)
    floor, full = by_name(draft.inputs.level_min_mwh, stores), by_name(draft.inputs.level_max_mwh, stores)
    out = by_name(np.array([store.discharge_efficiency_share for store in draft.facts.stores]), stores)
    into = by_name(np.array([store.charge_efficiency_share for store in draft.facts.stores]), stores)
    model.add_constraints(up + discharge - charge <= power, name="StorageUnit-reserve_up_power")
    model.add_constraints(up - out * level <= -out * floor, name="StorageUnit-reserve_up_energy")
    model.add_constraints(down + charge - discharge <= power, name="StorageUnit-reserve_down_power")
    model.add_constraints(into * down + level <= full, name="StorageUnit-reserve_down_energy")


def keep_limited_unit_room(draft: Draft) -> None:
    """
    A unit gives reserve up to its room and up to its ramp over an hour, whichever is less.

        r_up  <=  room above,  r_up <= RU 1h,     r_dn  <=  p - Pmin u,  r_dn <= RD 1h

    Only units for which this takes a variable; for the others the room above and below is their reserve.
    """
    for label, members in (("up", limited_units(draft, "up")), ("down", limited_units(draft, "down"))):
        if members.empty:
            continue
        ramps = {u.name: u.ramp_up_mw_per_h if label == "up" else u.ramp_down_mw_per_h for u in draft.facts.units}
        ramp = by_name(np.array([ramps[name] for name in members]), members)
        upper = ramp.expand_dims({"snapshot": draft.times})
        variable = names.RESERVE_UP_LIMITED if label == "up" else names.RESERVE_DOWN_LIMITED
        reserve = draft.free(variable, members, upper=upper)
        for number, room in enumerate(_room(draft, members, label)):
            draft.model.add_constraints(
                room - reserve.sel(name=room.coords["name"]) >= 0, name=f"{variable}_room_{number}"
            )


def hold_reserve(draft: Draft) -> None:
    """
    Units on and stores keep the reserve asked for; what is missing is priced.

        sum( r_up ) + short_up  >=  R[t]                        every grid and step t
        sum( r_up ) + short_up  >=  Pmax[g,t] u[g,t]            every unit g with Pmax > R[t]
        sum( r_dn ) + short_dn  >=  R[t]

    R  shares of load and of available wind and sun   MW        short  priced slack   MW
    """
    members = named(draft.facts.members)
    short_up, short_down = draft.free(names.SHORT_UP, members), draft.free(names.SHORT_DOWN, members)
    for number, grid in enumerate(members):
        asked = draft.by_step(draft.inputs.reserve_mw, members).sel(name=grid, drop=True)
        up = _offered(draft, grid, "up") + short_up.sel(name=grid, drop=True)
        down = _offered(draft, grid, "down") + short_down.sel(name=grid, drop=True)
        draft.model.add_constraints(up >= asked, name=f"Reserve-up {grid}")
        draft.model.add_constraints(down >= asked, name=f"Reserve-down {grid}")
        own = np.array([unit.grid == grid for unit in draft.facts.units], dtype=bool)
        for k in np.flatnonzero(own):
            larger = draft.inputs.output_max_mw[:, k] > draft.inputs.reserve_mw[:, number] + POWER_MW
            if larger.any():
                steps, unit = np.flatnonzero(larger), draft.units[int(k)]
                size = draft.by_step(draft.inputs.output_max_mw, draft.units).sel(name=unit, drop=True)
                alone = up - size * draft.model.variables[names.STATUS].sel(name=unit, drop=True)
                draft.model.add_constraints(alone.isel(snapshot=steps) >= 0, name=f"Reserve-largest {grid} {unit}")


def reserve_penalty(draft: Draft) -> linopy.LinearExpression:
    """Price of missing reserve, CNY: sum( dt c (short_up + short_dn) ), c in CNY/MWh of the grid's rule."""
    members = named(draft.facts.members)
    prices = {rule.grid: rule.shortfall_cny_per_mwh for rule in draft.facts.reserve_rules}
    price = by_name(np.array([prices[grid] for grid in members]) * draft.inputs.step_h, members)
    short = draft.variable(names.SHORT_UP, members) + draft.variable(names.SHORT_DOWN, members)
    return (price * short).sum()


def limited_units(draft: Draft, direction: str) -> pd.Index:
    """Units whose room is more than one row: a ramp over one hour shorter than the range, or UT of one step."""
    inputs, units = draft.inputs, draft.facts.units
    span = (inputs.output_max_mw - inputs.output_min_mw).max(axis=0) if len(units) else np.zeros(0)
    ramp = np.array([u.ramp_up_mw_per_h if direction == "up" else u.ramp_down_mw_per_h for u in units])
    limited = ramp < span - POWER_MW
    if direction == "up":
        limited |= draft.units.isin(split_by_up_time(draft)[1])
    return draft.units[limited]


def _room(draft: Draft, members: pd.Index, direction: str) -> list[linopy.LinearExpression]:
    """Room above or below the output of some units, MW; two bounds where starts and stops need two rows."""
    output = draft.variable(names.OUTPUT, members)
    if direction == "down":
        minimum = draft.by_step(draft.inputs.output_min_mw, draft.units).sel(name=members)
        return [output - minimum * draft.variable(names.STATUS, members)]
    long, short = (part[part.isin(members)] for part in split_by_up_time(draft))
    rooms = [ceiling(draft, long) - output.sel(name=long)] if len(long) else []
    if len(short):
        rooms.append(ceiling(draft, short, stops=False) - output.sel(name=short))
        rooms.append(ceiling(draft, short, starts=False) - output.sel(name=short))
    return rooms


def _offered(draft: Draft, grid: str, direction: str) -> linopy.LinearExpression:
    """All reserve of a grid in one direction, MW, (T,)."""
    limited = limited_units(draft, direction)
    own = named(unit.name for unit in draft.facts.units if unit.grid == grid)
    plain = own[~own.isin(limited)]
    up = direction == "up"
    terms = [room.sum("name") for room in _room(draft, plain, direction)] if len(plain) else []
    if len(own[own.isin(limited)]):
        variable = names.RESERVE_UP_LIMITED if up else names.RESERVE_DOWN_LIMITED
        terms.append((1.0 * draft.variable(variable, own[own.isin(limited)])).sum("name"))
    stores = named(store.name for store in draft.facts.stores if store.grid == grid)
    if len(stores):
        terms.append((1.0 * draft.variable(names.STORE_UP if up else names.STORE_DOWN, stores)).sum("name"))
    return total(terms)
