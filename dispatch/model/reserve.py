"""Reserve, up and down, per grid and step: room that units on and stores keep."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dispatch.case.storage import Store
from dispatch.case.thermal import ThermalUnit
from dispatch.model import names
from dispatch.model.draft import Draft, belonging, each, named
from dispatch.model.terms import Terms, total
from dispatch.model.thermal.output_limits import room_above, room_below, runs_two_steps
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
    stores, inputs = draft.stores, draft.inputs
    up, down = draft.decide(names.STORE_UP, stores), draft.decide(names.STORE_DOWN, stores)
    charge, discharge = draft.variable(names.CHARGE, stores), draft.variable(names.DISCHARGE, stores)
    level, power = draft.variable(names.LEVEL, stores), inputs.store_power_mw
    out = each(draft.facts.stores, "discharge_efficiency_share")
    into = each(draft.facts.stores, "charge_efficiency_share")
    draft.hold("StorageUnit-reserve_up_power", up + discharge - charge, "<=", power, stores)
    draft.hold("StorageUnit-reserve_up_energy", up - out * level, "<=", -out * inputs.level_min_mwh, stores)
    draft.hold("StorageUnit-reserve_down_power", down + charge - discharge, "<=", power, stores)
    draft.hold("StorageUnit-reserve_down_energy", into * down + level, "<=", inputs.level_max_mwh, stores)


def keep_limited_unit_room(draft: Draft) -> None:
    """
    A unit gives reserve up to its room and up to its ramp over an hour, whichever is less.

        r_up  <=  room above,  r_up <= RU 1h,     r_dn  <=  p - Pmin u,  r_dn <= RD 1h

    Only units for which this takes a variable; for the others the room above and below is their reserve.
    """
    for direction, variable, ramp in (
        ("up", names.RESERVE_UP_LIMITED, "ramp_up_mw_per_h"),
        ("down", names.RESERVE_DOWN_LIMITED, "ramp_down_mw_per_h"),
    ):
        limited = limited_units(draft, direction)
        if not limited.any():
            continue
        members = draft.units[limited]
        reserve = draft.decide(variable, members, each(draft.facts.units, ramp)[limited])
        for number, room in enumerate(_rooms(draft, direction)):
            draft.hold(f"{variable}_room_{number}", room[:, limited] - reserve, ">=", 0.0, members)


def hold_reserve(draft: Draft) -> None:
    """
    Units on and stores keep the reserve asked for; what is missing is priced.

        sum( r_up ) + short_up  >=  R[t]                        every grid and step t
        sum( r_up ) + short_up  >=  Pmax[g,t] u[g,t]            every unit g with Pmax > R[t]
        sum( r_dn ) + short_dn  >=  R[t]

    R  shares of load and of available wind and sun   MW        short  priced slack   MW
    """
    members, asked = named(draft.facts.members), draft.inputs.reserve_mw
    short_up, short_down = draft.decide(names.SHORT_UP, members), draft.decide(names.SHORT_DOWN, members)
    up, down = _offered(draft, "up") + short_up, _offered(draft, "down") + short_down
    draft.hold("Reserve-up", up, ">=", asked, members)
    draft.hold("Reserve-down", down, ">=", asked, members)
    grid = np.array([draft.facts.members.index(unit.grid) for unit in draft.facts.units], dtype=int)
    size = draft.inputs.output_max_mw
    larger = np.flatnonzero((size > asked[:, grid] + POWER_MW).any(axis=0)) if len(grid) else np.zeros(0, dtype=int)
    if len(larger):
        alone = up[:, grid[larger]] - size[:, larger] * draft.variable(names.STATUS, draft.units[larger])
        draft.hold("Reserve-largest_unit", alone, ">=", 0.0, draft.units[larger])


def reserve_penalty(draft: Draft) -> Terms:
    """Price of missing reserve, CNY: sum( dt c (short_up + short_dn) ), c in CNY/MWh of the grid's rule."""
    members = named(draft.facts.members)
    prices = {rule.grid: rule.shortfall_cny_per_mwh for rule in draft.facts.reserve_rules}
    price = np.array([prices[grid] for grid in members]) * draft.inputs.step_h
    short = draft.variable(names.SHORT_UP, members) + draft.variable(names.SHORT_DOWN, members)
    return (price * short).all()


def limited_units(draft: Draft, direction: str) -> np.ndarray:
    """Units whose room is more than one row: a ramp over one hour shorter than the range, or UT of one step; bool."""
    if draft.units.empty:
        return np.zeros(0, dtype=bool)
    inputs, up = draft.inputs, direction == "up"
    span = (inputs.output_max_mw - inputs.output_min_mw).max(axis=0)
    ramp = each(draft.facts.units, "ramp_up_mw_per_h" if up else "ramp_down_mw_per_h")
    limited = ramp < span - POWER_MW
    return np.asarray(limited | ~runs_two_steps(draft) if up else limited)


def _rooms(draft: Draft, direction: str) -> list[Terms]:
    """Room above or below the output of all units, MW; above, a start and a stop each bound it on their own too."""
    if direction == "down":
        return [room_below(draft)]
    if runs_two_steps(draft)[limited_units(draft, direction)].all():
        return [room_above(draft)]
    return [room_above(draft, stops=False), room_above(draft, starts=False)]


def _offered(draft: Draft, direction: str) -> Terms:
    """All reserve of each member grid in one direction, MW, (T, members)."""
    up = direction == "up"
    limited = limited_units(draft, direction)
    parts = []
    if (~limited).any():
        room = room_above(draft) if up else room_below(draft)
        parts.append(_by_grid(draft, room[:, ~limited], _chosen(draft, ~limited)))
    if limited.any():
        reserve = draft.variable(names.RESERVE_UP_LIMITED if up else names.RESERVE_DOWN_LIMITED, draft.units[limited])
        parts.append(_by_grid(draft, reserve, _chosen(draft, limited)))
    if not draft.stores.empty:
        stored = draft.variable(names.STORE_UP if up else names.STORE_DOWN, draft.stores)
        parts.append(_by_grid(draft, stored, draft.facts.stores))
    return total(parts)


def _chosen(draft: Draft, which: np.ndarray) -> list[ThermalUnit]:
    return [draft.facts.units[k] for k in np.flatnonzero(which)]


def _by_grid(draft: Draft, terms: Terms, components: Sequence[ThermalUnit | Store]) -> Terms:
    """Sums over the components of each member grid, (T, members)."""
    return terms.weighted(belonging([component.grid for component in components], draft.facts.members))
