"""
Pumped hydro by unit (抽水蓄能按机组): how many pump-turbines of a bank generate, and how many pump.

Identical units are counted, not told apart: g[b,t] of bank b generate, h[b,t] pump. That loses nothing. Whatever counts
keep the rows below, single units can follow them, each within its changeover and its starts a day; and the counts of
any schedule of single units keep the rows.

Why, for a changeover of K steps, K = 0 or 1. A unit that starts in step t is taken from those that stood still in step
t-1 (with K = 0 from all, where the plant turns round): after the other mode there are N - n[t-1] of them, which
`change_over` makes enough. Let a = the fewest starts of a unit today. Units stop with the fewest starts first and start
with the fewest first. Then at all times (1) no unit has more than a+1 starts, (2) no unit with a starts runs while one
with a+1 stands still: a unit with a+1 stops only when no unit with a runs, and starts only when none with a stands
still; then all have a+1, and a rises by one. By (1) the most of a unit is the mean, rounded up, so that `limit_starts`
holds it to S. `solve.pump_units` is this rule; tests compare it with single units by another solver.

Where K is 2 or more this fails (pump 2 of 3, generate 1 in steps 1, 3 and 5 within K: it is the same unit each time),
so there each unit is a bank of its own (`case.pumped_hydro.banks_of`), N = 1, for which the rows say it all.

Before the horizon every unit has stood still long enough to go either way.

The formulation is ours, of the usual parts: one mode per plant as in `storage`, counts of identical units as in
Knueven, Ostrowski, Watson (2018), "Exploiting identical generators in unit commitment".
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dispatch.case.reserve_products import NON_SPINNING, REGULATION_DOWN, REGULATION_UP
from dispatch.model import names
from dispatch.model.draft import Draft, each, named
from dispatch.model.products import promised_mw, stored_mw
from dispatch.model.terms import ABSENT, Terms
from dispatch.model.thermal.products import DOWN, UP


def count_units(draft: Draft) -> None:
    """
    Units of a plant all generate or all pump, and its power is what so many can do.

        g[b,t]  <=  N m[t],     h[b,t]  <=  N (1 - m[t])                        every bank b of the plant
        sum( Gmin g[b,t] )  <=  d[t]  <=  sum( Gmax g[b,t] )                    over the banks of the plant
        sum( Hmin h[b,t] )  <=  c[t]  <=  sum( Hmax h[b,t] )                    an equality where Hmin = Hmax throughout

    g, h  units that generate, that pump   0..N        m  mode, 1 = generate   0 or 1        d, c  plant's power   MW
    Gmin, Gmax, Hmin, Hmax  of one unit   MW; a fixed-speed unit has Hmin = Hmax
    Power of the banks of a plant is not told apart: sums of intervals are intervals.
    """
    banks, plants = _banks(draft), _plants(draft)
    if banks.empty:
        return
    size = each(draft.inputs.banks, "unit_count")
    generating = draft.decide(names.GENERATING, banks, size, integer=True)
    pumping = draft.decide(names.PUMPING, banks, size, integer=True)
    mode = draft.variable(names.MODE)[:, [bank.store_index for bank in draft.inputs.banks]]
    draft.hold("PumpUnit-generate_mode", generating - size * mode, "<=", 0.0, banks)
    draft.hold("PumpUnit-pump_mode", pumping + size * mode, "<=", size, banks)
    charge, discharge = draft.variable(names.CHARGE, plants), draft.variable(names.DISCHARGE, plants)
    draft.hold("PumpUnit-generate_max", discharge - _sum(draft, "generate_max_mw"), "<=", 0.0, plants)
    draft.hold("PumpUnit-generate_min", discharge - _sum(draft, "generate_min_mw"), ">=", 0.0, plants)
    fixed = _of_plants(draft, "pump_min_mw") == _of_plants(draft, "pump_max_mw")
    most, least = charge - _sum(draft, "pump_max_mw"), charge - _sum(draft, "pump_min_mw")
    if fixed.any():
        draft.hold("PumpUnit-pump_fixed", most[:, fixed], "=", 0.0, plants[fixed])
    if not fixed.all():
        draft.hold("PumpUnit-pump_max", most[:, ~fixed], "<=", 0.0, plants[~fixed])
        draft.hold("PumpUnit-pump_min", least[:, ~fixed], ">=", 0.0, plants[~fixed])


def change_over(draft: Draft) -> None:
    """
    A unit stands still for its changeover between pumping and generating.

        h[t] + g[t+k]  <=  N,        g[t] + h[t+k]  <=  N            every bank, every step t, k = 1..K

    K  changeover, rounded up to whole steps
    """
    banks = draft.inputs.banks
    for k in range(1, max((bank.changeover_count for bank in banks), default=0) + 1):
        bound = named(bank.name for bank in banks if bank.changeover_count >= k)
        size = np.array([bank.unit_count for bank in banks if bank.changeover_count >= k], dtype=float)
        generating, pumping = draft.variable(names.GENERATING, bound), draft.variable(names.PUMPING, bound)
        draft.hold(f"PumpUnit-pump_to_generate_{k}", pumping.shift(k) + generating, "<=", size, bound)
        draft.hold(f"PumpUnit-generate_to_pump_{k}", generating.shift(k) + pumping, "<=", size, bound)


def limit_starts(draft: Draft) -> None:
    """
    Units start no more often in a calendar day (UTC+8) than they may.

        s_g[t]  >=  g[t] - g[t-1],    s_h[t]  >=  h[t] - h[t-1],    sum( s_g[t] + s_h[t], t in the day )  <=  N S

    s  units that start   0..N       S  starts of one unit a day, to pump and to generate together
    """
    longest = draft.in_day.sum(axis=1).max()
    chosen = [bank for bank in draft.inputs.banks if bank.daily_start_count < longest]
    if not chosen:
        return
    banks, size = named(bank.name for bank in chosen), each(chosen, "unit_count")
    started = []
    for running, starts in ((names.GENERATING, names.GENERATE_START), (names.PUMPING, names.PUMP_START)):
        count, own = draft.variable(running, banks), draft.decide(starts, banks, size)
        draft.hold(starts, own - count + count.shift(1), ">=", 0.0, banks)
        started.append(own)
    axes = {"day": draft.days, "name": banks}
    total = ((started[0] + started[1])[None] * draft.in_day).sum(axis=1)
    draft.model.add_rows("PumpUnit-daily_starts", total, "<=", size * each(chosen, "daily_start_count"), axes)


def keep_unit_room(draft: Draft) -> None:
    """
    A plant gives reserve in its mode: as a generator with all its units, as a pump by shedding (切泵) or by more.

        r_up  <=  G m - d + c,               (r_up - c) 1h  <=  (e - Emin) eta_d
        r_dn  <=  H (1 - m) - c + d,         (r_dn - d) 1h eta_c  <=  Emax - e            every plant by unit and step

    r_up, r_dn  all products together   MW
    G, H  all units of the plant together   MW        m  mode, 1 = generate
    As before, and as of any store (`reserve.keep_store_room`), a unit at standstill counts: it is up in minutes, and
    reserve here is what is there within an hour. New is that a plant keeps to one mode for it: pumps that are shed do
    not generate in the same hour, and a plant at standstill promises one way. Shedding pumps needs no water, and
    generating less needs no room above.
    """
    plants = _plants(draft)
    if plants.empty:
        return
    stores, own = draft.facts.stores, _plant_indices(draft)
    facts = [stores[k] for k in own]
    up, down = (promised_mw(draft, direction)[:, own] for direction in (UP, DOWN))
    charge, discharge = draft.variable(names.CHARGE, plants), draft.variable(names.DISCHARGE, plants)
    level = draft.variable(names.LEVEL, plants)
    out, into = each(facts, "discharge_efficiency_share"), each(facts, "charge_efficiency_share")
    low, high = draft.inputs.level_min_mwh[own], draft.inputs.level_max_mwh[own]
    mode = draft.variable(names.MODE, plants)
    generated, pumped = _of_plants(draft, "generate_max_mw"), _of_plants(draft, "pump_max_mw")
    above = up + discharge - charge - generated * mode
    below = down - discharge + charge + pumped * mode
    draft.hold("PumpUnit-reserve_up_power", above, "<=", 0.0, plants)
    draft.hold("PumpUnit-reserve_up_energy", up - charge - out * level, "<=", -out * low, plants)
    draft.hold("PumpUnit-reserve_down_power", below, "<=", pumped, plants)
    draft.hold("PumpUnit-reserve_down_energy", into * (down - discharge) + level, "<=", high, plants)


def keep_product_room(draft: Draft) -> None:
    """
    A plant by unit regulates with the units that run; others are started, in time, for non-spinning reserve alone.

        a_up  <=  sum( Gmax g ) - d  +  c - sum( Hmin h )
        a_dn  <=  d - sum( Gmin g )  +  sum( Hmax h ) - c                           every plant by unit and step t
        a_up + n  <=  sum( Gmax (N - z) ) - d  +  c,     z[t]  >=  h[t-k]            k = 1..K, every bank

    a_up, a_dn  regulation   MW        n  non-spinning reserve: pumps that are shed (切泵), units that start   MW
    z  units that have just pumped and stand still for their changeover of K steps before they can generate   0..N
    A fixed-speed pump cannot regulate. All products together stay within `keep_unit_room`.
    """
    plants, own = _plants(draft), _plant_indices(draft)
    if plants.empty or not draft.inputs.product_mw:
        return
    up, down, more = (stored_mw(draft, p)[:, own] for p in (REGULATION_UP, REGULATION_DOWN, NON_SPINNING))
    net = draft.variable(names.DISCHARGE, plants) - draft.variable(names.CHARGE, plants)
    above = up + net - _sum(draft, "generate_max_mw") + _sum(draft, "pump_min_mw")
    below = down - net + _sum(draft, "generate_min_mw") - _sum(draft, "pump_max_mw")
    regulating, lowering, starting = (_given(product) for product in (up, down, more))
    if regulating.any():
        draft.hold("PumpUnit-regulation_up", above[:, regulating], "<=", 0.0, plants[regulating])
    if lowering.any():
        draft.hold("PumpUnit-regulation_down", below[:, lowering], "<=", 0.0, plants[lowering])
    if starting.any():
        most = _of_plants(draft, "generate_max_mw")[starting]
        started = up + more + net + _turning_mw(draft)
        draft.hold("PumpUnit-non_spinning", started[:, starting], "<=", most, plants[starting])


def _given(product: Terms) -> np.ndarray:
    """Plants that give some of a product, (plants,), bool."""
    return np.asarray((product.labels != ABSENT).any(axis=(0, 2)))


def _turning_mw(draft: Draft) -> Terms:
    """What units that have just pumped, and cannot generate yet, could give, MW, (T, plants)."""
    every = draft.inputs.banks
    turning = draft.decide(names.TURNING, _banks(draft), each(every, "unit_count"))
    for k in range(1, max((bank.changeover_count for bank in every), default=0) + 1):
        bound = np.array([bank.changeover_count >= k for bank in every], dtype=bool)
        banks = _banks(draft)[bound]
        since = turning[:, bound] - draft.variable(names.PUMPING, banks).shift(k)
        draft.hold(f"PumpUnit-turning_{k}", since, ">=", 0.0, banks)
    return turning.weighted(_by_plant(draft) * each(every, "generate_max_mw"))


def _banks(draft: Draft) -> pd.Index:
    return named(bank.name for bank in draft.inputs.banks)


def _plants(draft: Draft) -> pd.Index:
    """Plants that are scheduled by unit."""
    return draft.stores[_plant_indices(draft)]


def _plant_indices(draft: Draft) -> np.ndarray:
    return np.array([k for k, store in enumerate(draft.facts.stores) if store.groups], dtype=int)


def _sum(draft: Draft, attribute: str) -> Terms:
    """Power of the running units of each plant by one of their limits, MW, (T, plants)."""
    running = names.GENERATING if attribute.startswith("generate") else names.PUMPING
    weights = _by_plant(draft) * each(draft.inputs.banks, attribute)
    return draft.variable(running).weighted(weights)


def _of_plants(draft: Draft, attribute: str) -> np.ndarray:
    """One limit of all units of each plant together, MW, (plants,)."""
    banks = draft.inputs.banks
    return np.asarray(_by_plant(draft) @ (each(banks, attribute) * each(banks, "unit_count")))


def _by_plant(draft: Draft) -> np.ndarray:
    """1 where a bank is of a plant, else 0, (plants, banks)."""
    own = _plant_indices(draft)
    return np.array([[float(bank.store_index == k) for bank in draft.inputs.banks] for k in own])
