"""Storage and pumped hydro: the level, the direction, the end."""

from __future__ import annotations

import numpy as np

from dispatch.case.inputs import state_levels_mwh
from dispatch.case.storage import Store
from dispatch.model import names
from dispatch.model.draft import Draft, each
from dispatch.model.terms import Terms


def keep_level(draft: Draft) -> None:
    """
    The level follows charge, discharge and standing loss, within its limits, and ends where the case says.

        e[t]  =  (1 - l)^dt e[t-1] + eta_c c[t] dt - d[t] dt / eta_d            every step t, e[-1] from the case
        Emin  <=  e[t]  <=  Emax,        e[T-1]  =  Eend,  of a store that may end above it  >=
        0  <=  d[t]  <=  P,    0  <=  c[t]  <=  Pc      of a plant by unit no bound: its units are
                                                        (`pumped_hydro.count_units`)

    e  level at the end of a step   MWh        c, d  charge and discharge at the bus   MW        P, Pc  power   MW
    l  standing loss   share of the level per hour        eta_c, eta_d  efficiencies
    """
    if draft.stores.empty:
        return
    stores, inputs, facts = draft.stores, draft.inputs, draft.facts.stores
    by_unit = [bool(store.groups) for store in facts]
    charge = draft.decide(names.CHARGE, stores, np.where(by_unit, np.inf, inputs.store_charge_mw))
    discharge = draft.decide(names.DISCHARGE, stores, np.where(by_unit, np.inf, inputs.store_power_mw))
    lower, upper = (_every_step(draft, limit) for limit in (inputs.level_min_mwh, inputs.level_max_mwh))
    lower[-1] = state_levels_mwh(draft.case, draft.facts, "end_level_mwh")
    upper[-1] = np.where([store.ends_above for store in facts], upper[-1], lower[-1])
    level = draft.decide(names.LEVEL, stores, upper, lower)
    kept = (1 - each(facts, "hourly_loss_share")) ** inputs.step_h
    into = inputs.step_h * each(facts, "charge_efficiency_share")
    out_of = inputs.step_h / each(facts, "discharge_efficiency_share")
    before = np.zeros(lower.shape)
    before[0] = kept * state_levels_mwh(draft.case, draft.facts, "start_level_mwh")
    change = level - kept * level.shift(1) - into * charge + out_of * discharge
    draft.hold("StorageUnit-energy_balance", change, "=", before, stores)


def choose_direction(draft: Draft) -> None:
    """
    A plant charges or discharges, never both in one step.

        d[t]  <=  P m[t],        c[t]  <=  Pc (1 - m[t])           every step t

    d  discharge   MW        c  charge   MW        P, Pc  power   MW        m  mode, 1 = discharge   0 or 1
    Needed exactly where energy is in surplus: without it the loss of a round trip burns what cannot be used.
    Of a plant by unit the mode holds the units, and they the power (`pumped_hydro.count_units`).
    """
    if draft.stores.empty:
        return
    draft.decide(names.MODE, draft.stores, 1.0, integer=True)
    plain = np.array([not store.groups for store in draft.facts.stores])
    stores, power = draft.stores[plain], draft.inputs.store_power_mw[plain]
    inward = draft.inputs.store_charge_mw[plain]
    charge, discharge, mode = (draft.variable(name, stores) for name in (names.CHARGE, names.DISCHARGE, names.MODE))
    draft.hold("StorageUnit-discharge_mode", discharge - power * mode, "<=", 0.0, stores)
    draft.hold("StorageUnit-charge_mode", charge + inward * mode, "<=", inward, stores)


def limit_cycles(draft: Draft) -> None:
    """
    A store makes no more full cycles in a calendar day (UTC+8) than it may.

        sum( d[t] dt / eta_d, t in the day )  <=  N (Emax - Emin)            every day of which the horizon has a part

    d  discharge at the bus   MW      eta_d  efficiency      N  cycles a day      Emin, Emax  limits of the level   MWh
    A full cycle takes once what the store can hold out of it; parts add up (equivalent full cycles). A part of a day at
    an edge of the horizon has the whole limit. Written only where the hours of a day could exceed it.
    """
    step_h = draft.inputs.step_h
    longest_h = float(draft.in_day.sum(axis=1).max()) * step_h
    limited = [k for k, store in enumerate(draft.facts.stores) if _may_exceed_cycles(store, longest_h)]
    if not limited:
        return
    stores, facts = draft.stores[limited], [draft.facts.stores[k] for k in limited]
    taken = step_h / each(facts, "discharge_efficiency_share") * draft.variable(names.DISCHARGE, stores)
    limit = each(facts, "daily_cycle_count") * (draft.inputs.level_max_mwh - draft.inputs.level_min_mwh)[limited]
    taken_by_day = (taken[None] * draft.in_day).sum(axis=1)
    draft.model.add_rows("StorageUnit-daily_cycles", taken_by_day, "<=", limit, {"day": draft.days, "name": stores})


def _may_exceed_cycles(store: Store, hours_h: float) -> bool:
    """Whether a store could make more cycles in so many hours than in a day it may; of the facts, at any scale."""
    if store.daily_cycle_count is None:
        return False
    usable_mwh = store.usable_max_mwh - store.usable_min_mwh
    return hours_h * store.power_mw / store.discharge_efficiency_share > store.daily_cycle_count * usable_mwh


def storage_cost(draft: Draft) -> Terms | None:
    """
    Cycle cost of storage (循环成本), CNY: sum( dt (k d + kc c) ).

    k  wear of the cells, stacks or machines in CNY per MWh discharged, a cost, of each plant by its technology
    kc  cost of a MWh charged, of stores that have one
    """
    if draft.stores.empty:
        return None
    step_h = draft.inputs.step_h
    wear, inward = (each(draft.facts.stores, name) * step_h for name in ("wear_cny_per_mwh", "charge_cny_per_mwh"))
    paid = wear * draft.variable(names.DISCHARGE)
    return (paid + inward * draft.variable(names.CHARGE) if inward.any() else paid).all()


def loss_penalty(draft: Draft) -> Terms | None:
    """
    Price of what is lost in storage, CNY: sum( dt c ((1 - eta_c) charge + (1 / eta_d - 1) discharge) ).

    c  the case's price   CNY/MWh
    A MWh lost in a store is as little use as one curtailed. Were it free, the cheapest way to be rid of surplus would
    be to burn it in round trips, one plant pumping while another generates; the relaxation would do so in every
    plant at once, and nothing could be proven.
    """
    if draft.stores.empty:
        return None
    return (draft.case.prices.storage_loss_cny_per_mwh * draft.inputs.step_h * lost_mw(draft)).all()


def lost_mw(draft: Draft) -> Terms:
    """What is lost in charging and discharging, MW, (T, stores): (1 - eta_c) charge + (1 / eta_d - 1) discharge."""
    into = 1 - each(draft.facts.stores, "charge_efficiency_share")
    out_of = 1 / each(draft.facts.stores, "discharge_efficiency_share") - 1
    lost: Terms = into * draft.variable(names.CHARGE) + out_of * draft.variable(names.DISCHARGE)
    return lost


def _every_step(draft: Draft, by_store: np.ndarray) -> np.ndarray:
    return np.tile(np.asarray(by_store, dtype=float), (len(draft.times), 1))
