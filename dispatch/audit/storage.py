"""
Storage and pumped hydro: level, limits, power, one direction, and the level at the end.

c charge MW, d discharge MW (both at the bus), e level at the end of the step MWh, P power MW,
eta_c, eta_d efficiencies, loss share of the level lost an hour, dt length of a step h.
"""

from __future__ import annotations

import numpy as np

from dispatch.audit.evidence import Evidence, names, numbers
from dispatch.audit.finding import Finding, Rule, found
from dispatch.case.inputs import state_levels_mwh
from dispatch.units import ENERGY_MWH, POWER_MW

LEVEL = Rule("storage-level", "MWh", ENERGY_MWH)
LEVEL_LIMITS = Rule("storage-level_limits", "MWh", ENERGY_MWH)
POWER = Rule("storage-power", "MW", POWER_MW)
ONE_DIRECTION = Rule("storage-one_direction", "MW", POWER_MW)
LEAST_POWER = Rule("storage-least_power", "MW", POWER_MW)
CYCLES = Rule("storage-cycles", "MWh", ENERGY_MWH)
END_LEVEL = Rule("storage-end_level", "MWh", ENERGY_MWH)


def level(e: Evidence) -> Finding:
    """
    The level follows from the level before, less standing loss, and from what goes in and out.

        e[t] = e[t-1] (1 - loss)^dt + (eta_c c[t] - d[t] / eta_d) dt
    """
    stores, step_h, now = e.facts.stores, e.inputs.step_h, e.table("level_mwh")
    before = np.vstack([state_levels_mwh(e.case, e.facts, "start_level_mwh")[None, :], now[:-1]])
    kept = before * (1 - numbers(stores, "hourly_loss_share")) ** step_h
    into = e.table("charge_mw") * numbers(stores, "charge_efficiency_share")
    out_of = e.table("discharge_mw") / numbers(stores, "discharge_efficiency_share")
    amount = np.abs(now - kept - (into - out_of) * step_h)
    return found(LEVEL, amount, names(stores), e.inputs.times)


def level_limits(e: Evidence) -> Finding:
    """
    The level stays inside the store.

        Emin <= e[t] <= Emax
    """
    now = e.table("level_mwh")
    amount = np.maximum(e.inputs.level_min_mwh - now, now - e.inputs.level_max_mwh)
    return found(LEVEL_LIMITS, amount, names(e.facts.stores), e.inputs.times)


def power(e: Evidence) -> Finding:
    """
    Neither charge nor discharge exceeds the power of the store.

        c[t] <= Pc,   d[t] <= P
    """
    too_much = e.table("charge_mw") - e.inputs.store_charge_mw, e.table("discharge_mw") - e.inputs.store_power_mw
    amount = np.maximum(*too_much)
    return found(POWER, amount, names(e.facts.stores), e.inputs.times)


def one_direction(e: Evidence) -> Finding:
    """
    A store charges or discharges in a step, never both.

        min(c[t], d[t]) = 0
    """
    amount = np.minimum(e.table("charge_mw"), e.table("discharge_mw"))
    return found(ONE_DIRECTION, amount, names(e.facts.stores), e.inputs.times)


def least_power(e: Evidence) -> Finding:
    """
    A store with a least power stands still, or charges and discharges no lower than that.

        c[t] = 0  or  c[t] >= Cmin,     d[t] = 0  or  d[t] >= Dmin
    """
    charge, discharge = e.table("charge_mw"), e.table("discharge_mw")
    too_low = (
        np.minimum(charge, e.inputs.store_charge_min_mw - charge),
        np.minimum(discharge, e.inputs.store_discharge_min_mw - discharge),
    )
    return found(LEAST_POWER, np.maximum(*too_low), names(e.facts.stores), e.inputs.times)


def cycles(e: Evidence) -> Finding:
    """
    In each calendar day (UTC+8), a part of one too, no more is taken out of a store than its full cycles allow.

        sum(d[t] dt / eta_d over the day) <= N (Emax - Emin)
    """
    stores, day = e.facts.stores, e.inputs.times.normalize()
    taken = e.table("discharge_mw") / numbers(stores, "discharge_efficiency_share") * e.inputs.step_h
    amount = np.zeros(taken.shape)
    for k, store in enumerate(stores):
        if store.daily_cycle_count is not None:
            limit_mwh = store.daily_cycle_count * (e.inputs.level_max_mwh[k] - e.inputs.level_min_mwh[k])
            for date in day.unique():
                last = np.flatnonzero(day == date)[-1]
                amount[last, k] = taken[day == date, k].sum() - limit_mwh
    return found(CYCLES, amount, names(stores), e.inputs.times)


def end_level(e: Evidence) -> Finding:
    """
    A store ends the horizon at the level of the case, or above it where it may.

        e[T-1] = end level,   e[T-1] >= end level of one that may end above
    """
    above = e.table("level_mwh")[-1] - state_levels_mwh(e.case, e.facts, "end_level_mwh")
    amount = np.where([store.ends_above for store in e.facts.stores], -above, np.abs(above))
    return found(END_LEVEL, amount, names(e.facts.stores))
