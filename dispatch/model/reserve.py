"""Reserve, up and down, per grid and step: room that units on and stores keep."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dispatch.case.storage import Store
from dispatch.case.thermal import ThermalUnit
from dispatch.model import names
from dispatch.model.draft import Draft, belonging, each, named
from dispatch.model.network import load_mw, supply_mw
from dispatch.model.products import promised_mw
from dispatch.model.terms import ABSENT, Terms, total
from dispatch.model.thermal.headroom import grids_asking, limited_units, reserved_mw
from dispatch.model.thermal.output_limits import room_above, room_below
from dispatch.model.thermal.products import DOWN, UP, taken_mw
from dispatch.units import POWER_MW


def keep_store_room(draft: Draft) -> None:
    """
    A store gives reserve as far as its power and, for one hour, its energy go.

        r_up  <=  P - d + c,     r_up 1h  <=  (e - Emin) eta_d
        r_dn  <=  Pc - c + d,    r_dn 1h eta_c  <=  Emax - e            every store and step t

    r_up, r_dn  reserve, all products together   MW        e  level at the end of the step   MWh
    P, Pc  power out, in   MW
    A plant by unit has rows of its own (`pumped_hydro.keep_unit_room`); so has the power of a store with a least power
    (`least_power.keep_least_room`).
    """
    if draft.stores.empty:
        return
    for name in (names.STORE_UP, names.STORE_DOWN):
        draft.decide(name, draft.stores)
    plain = np.array([not store.groups for store in draft.facts.stores])
    stores, facts = draft.stores[plain], [store for store in draft.facts.stores if not store.groups]
    low, high = draft.inputs.level_min_mwh[plain], draft.inputs.level_max_mwh[plain]
    up, down = (promised_mw(draft, direction)[:, plain] for direction in (UP, DOWN))
    charge, discharge = draft.variable(names.CHARGE, stores), draft.variable(names.DISCHARGE, stores)
    level, power = draft.variable(names.LEVEL, stores), draft.inputs.store_power_mw[plain]
    inward = draft.inputs.store_charge_mw[plain]
    out = each(facts, "discharge_efficiency_share")
    into = each(facts, "charge_efficiency_share")
    net, free = discharge - charge, np.array([not store.has_minimum for store in facts], dtype=bool)
    draft.hold("StorageUnit-reserve_up_power", (up + net)[:, free], "<=", power[free], stores[free])
    draft.hold("StorageUnit-reserve_up_energy", up - out * level, "<=", -out * low, stores)
    draft.hold("StorageUnit-reserve_down_power", (down - net)[:, free], "<=", inward[free], stores[free])
    draft.hold("StorageUnit-reserve_down_energy", into * down + level, "<=", high, stores)


def hold_reserve(draft: Draft) -> None:
    """
    Units on and stores keep the reserve asked for; what is missing is priced, or may not be.

        sum( r_up ) + short_up  >=  R_up[t]                     every grid and step t
        sum( r_up ) + short_up  >=  Pmax[g,t] u[g,t]            every unit g with Pmax > R_up[t], if it counts
        sum( r_dn ) + short_dn  >=  R_dn[t]

    R  the case's MW, or the larger of shares and of a quantile of the forecast error (`case.reserve`)   MW
    short  priced slack, 0 where the grid's rule is hard                 MW
    In a grid of one bus, its balance is added to the first row: the units' output then cancels against their room, and
    what is left is short. The relaxation of pglib-uc's `ca` takes 8 s in place of 21.
    """
    members, inputs = named(draft.facts.members), draft.inputs
    rules = {rule.grid: rule for rule in draft.facts.reserve_rules}
    admitted = np.array([0.0 if rules[grid].hard else np.inf for grid in members])
    needed = {UP: inputs.reserve_up_mw, DOWN: inputs.reserve_down_mw}
    held = {}
    for direction, short in ((UP, names.SHORT_UP), (DOWN, names.SHORT_DOWN)):
        held[direction] = _offered(draft, direction) + draft.decide(short, members, admitted)
        asking = grids_asking(draft, direction)
        if asking.any():
            kept, wanted = held[direction], needed[direction]
            if direction == UP:
                kept, wanted = _with_balance(draft, kept, wanted)
            draft.hold(f"Reserve-{direction}", kept[:, asking], ">=", wanted[:, asking], members[asking])
    larger = _larger_units(draft)
    if len(larger):
        grid = [draft.facts.members.index(draft.facts.units[g].grid) for g in larger]
        size = inputs.output_max_mw[:, larger] * draft.variable(names.STATUS, draft.units[larger])
        draft.hold("Reserve-largest_unit", held[UP][:, grid] - size, ">=", 0.0, draft.units[larger])


def _with_balance(draft: Draft, kept: Terms, wanted: np.ndarray) -> tuple[Terms, np.ndarray]:
    """Both sides of rows by member grid, with the balance of the bus added where a grid has just one."""
    places = [[k for k, bus in enumerate(draft.facts.buses) if bus.grid == grid] for grid in draft.facts.members]
    alone = np.array([float(len(own) == 1) for own in places])
    if not alone.any():
        return kept, wanted
    first = [own[0] for own in places]
    return kept + supply_mw(draft)[:, first] * alone, wanted + load_mw(draft)[:, first] * alone


def _larger_units(draft: Draft) -> np.ndarray:
    """Indices of units that may ask for more than the rest of the rule does, where the largest unit counts."""
    counting = {rule.grid for rule in draft.facts.reserve_rules if rule.largest_unit}
    grid = np.array([draft.facts.members.index(unit.grid) for unit in draft.facts.units], dtype=int)
    counts = np.array([unit.grid in counting for unit in draft.facts.units], dtype=bool)
    larger = draft.inputs.output_max_mw > draft.inputs.reserve_up_mw[:, grid] + POWER_MW
    return np.flatnonzero(larger.any(axis=0) & counts)


def reserve_penalty(draft: Draft) -> Terms:
    """Price of missing reserve, CNY: sum( dt (c_up short_up + c_dn short_dn) ), c in CNY/MWh of the grid's rule."""
    members, step_h = named(draft.facts.members), draft.inputs.step_h
    rules = {rule.grid: rule for rule in draft.facts.reserve_rules}
    price_up = np.array([rules[grid].shortfall_cny_per_mwh for grid in members]) * step_h
    price_down = np.array([rules[grid].short_down_cny_per_mwh for grid in members]) * step_h
    short_up, short_down = (draft.variable(name, members) for name in (names.SHORT_UP, names.SHORT_DOWN))
    return (price_up * short_up + price_down * short_down).all()


def _offered(draft: Draft, direction: str) -> Terms:
    """All reserve of each member grid in one direction, MW, (T, members)."""
    up = direction == UP
    limited = limited_units(draft, direction)
    parts = []
    if (~limited).any():
        room = (room_above(draft) if up else room_below(draft)) - taken_mw(draft, direction)
        parts.append(_by_grid(draft, room[:, ~limited], _chosen(draft, ~limited)))
    if limited.any():
        reserve = reserved_mw(draft, direction)[:, limited]
        parts.append(_by_grid(draft, reserve, _chosen(draft, limited)))
    if not draft.stores.empty:
        stored = draft.variable(names.STORE_UP if up else names.STORE_DOWN, draft.stores)
        parts.append(_by_grid(draft, stored, draft.facts.stores))
    return total(parts) if parts else _nothing(draft)


def _nothing(draft: Draft) -> Terms:
    """Sums of nothing, (T, members)."""
    shape = (len(draft.times), len(draft.facts.members), 1)
    return Terms(np.zeros(shape), np.full(shape, ABSENT))


def _chosen(draft: Draft, which: np.ndarray) -> list[ThermalUnit]:
    return [draft.facts.units[k] for k in np.flatnonzero(which)]


def _by_grid(draft: Draft, terms: Terms, components: Sequence[ThermalUnit | Store]) -> Terms:
    """Sums over the components of each member grid, (T, members)."""
    return terms.weighted(belonging([component.grid for component in components], draft.facts.members))
