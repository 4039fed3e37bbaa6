"""
Demand response (需求响应): what a kind of contract may do, how much, how often, and that it is made good.

cut = delayed + spared, extra = repaid + advanced + filled, MW; C capacity in season MW; rho payback share;
W window h; dt length of a step h.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dispatch.audit.evidence import Evidence, belongs, names, numbers
from dispatch.audit.finding import Finding, Rule, found
from dispatch.case.demand_response import FILL, REDUCE, SHIFT
from dispatch.units import DURATION_H, ENERGY_MWH, POWER_MW

KIND = Rule("response-kind", "MW", POWER_MW)
CAPACITY = Rule("response-capacity", "MW", POWER_MW)
CAP = Rule("response-cap", "MW", POWER_MW)
PAYBACK = Rule("response-payback", "MWh", ENERGY_MWH)
ADVANCE = Rule("response-advance", "MWh", ENERGY_MWH)
DAILY_ENERGY = Rule("response-daily_energy", "MWh", ENERGY_MWH)

MAY_NOT = {
    REDUCE: ("advanced_mw", "spared_mw", "filled_mw"),
    SHIFT: ("filled_mw",),
    FILL: ("delayed_mw", "repaid_mw", "advanced_mw", "spared_mw"),
}


def kind(e: Evidence) -> Finding:
    """
    A contract does only what its kind may do.

        reduce: delayed, repaid;   shift: delayed, repaid, advanced, spared;   fill: filled
    """
    amount = np.zeros((len(e.inputs.times), len(e.facts.contracts)))
    for which, tables in MAY_NOT.items():
        own = [contract.kind == which for contract in e.facts.contracts]
        amount += own * np.add.reduce([np.abs(e.table(table)) for table in tables])
    return found(KIND, amount, names(e.facts.contracts), e.inputs.times)


def capacity(e: Evidence) -> Finding:
    """
    Cut and extra load together stay within the contract's capacity, which is nothing out of season.

        cut[t] + extra[t] <= C[t]
    """
    amount = _cut_mw(e) + _extra_mw(e) - e.inputs.contract_mw
    return found(CAPACITY, amount, names(e.facts.contracts), e.inputs.times)


def cap(e: Evidence) -> Finding:
    """
    The contracts of a grid together stay within the scenario's cap, each way.

        sum(cut[t]) <= share x annual peak,   sum(extra[t]) <= share x annual peak
    """
    members = e.facts.members
    own = np.array([belongs(e.facts.contracts, grid) for grid in members], dtype=float).T
    amount = np.maximum(_cut_mw(e) @ own, _extra_mw(e) @ own) - e.inputs.response_cap_mw
    return found(CAP, amount, members, e.inputs.times)


def payback(e: Evidence) -> Finding:
    """
    What was delayed comes back by its share, afterwards, within the window and the horizon (GenX).

        b[t] = b[t-1] + (rho delayed[t] - repaid[t]) dt,    repaid[t] dt <= b[t-1]
        b[t] <= sum(repaid[k] dt, t < k <= t + W/dt)         so that b[T-1] = 0
    """
    owed = e.table("delayed_mw") * numbers(e.facts.contracts, "payback_share")
    amount = _not_made_good_mwh(e, owed, e.table("repaid_mw"))
    return found(PAYBACK, amount, names(e.facts.contracts), e.inputs.times)


def advance(e: Evidence) -> Finding:
    """
    What was taken early is spared later, in full, within the window and the horizon (GenX).

        a[t] = a[t-1] + (advanced[t] - spared[t]) dt,    spared[t] dt <= a[t-1]
        a[t] <= sum(spared[k] dt, t < k <= t + W/dt)         so that a[T-1] = 0
    """
    amount = _not_made_good_mwh(e, e.table("advanced_mw"), e.table("spared_mw"))
    return found(ADVANCE, amount, names(e.facts.contracts), e.inputs.times)


def _not_made_good_mwh(e: Evidence, owed_mw: np.ndarray, settled_mw: np.ndarray) -> np.ndarray:
    """Energy settled no later than it was owed, or owed and not settled within the window, MWh, (T, contracts)."""
    step_h, last = e.inputs.step_h, len(owed_mw) - 1
    open_mwh = np.cumsum((owed_mw - settled_mw) * step_h, axis=0)
    settled_mwh = np.cumsum(settled_mw * step_h, axis=0)
    window = np.maximum(np.floor(numbers(e.facts.contracts, "payback_window_h") / step_h + DURATION_H), 1).astype(int)
    end_of_window = np.minimum(np.arange(last + 1)[:, None] + window, last)
    in_window_mwh = np.take_along_axis(settled_mwh, end_of_window, axis=0) - settled_mwh
    owed_before_mwh = np.vstack([np.zeros_like(open_mwh[:1]), open_mwh[:-1]])
    too_soon_mwh = settled_mw * step_h - owed_before_mwh
    return np.asarray(np.maximum(too_soon_mwh, open_mwh - in_window_mwh))


def daily_energy(e: Evidence) -> Finding:
    """
    What is cut, and what is filled, in a calendar day (UTC+8) stays within hours at full capacity.

        sum(cut dt) <= hours x capacity,   sum(filled dt) <= hours x capacity
    """
    day_of_step = e.inputs.times.normalize()
    days = day_of_step.unique()
    within = (np.asarray(days)[:, None] == np.asarray(day_of_step)[None, :]).astype(float)
    contracts = e.facts.contracts
    allowed = numbers(contracts, "daily_energy_h") * numbers(contracts, "capacity_mw")
    used = [within @ power * e.inputs.step_h for power in (_cut_mw(e), e.table("filled_mw"))]
    return found(DAILY_ENERGY, np.maximum(*used) - allowed, names(contracts), pd.DatetimeIndex(days))


def _cut_mw(e: Evidence) -> np.ndarray:
    return np.asarray(e.table("delayed_mw") + e.table("spared_mw"))


def _extra_mw(e: Evidence) -> np.ndarray:
    return np.asarray(e.table("repaid_mw") + e.table("advanced_mw") + e.table("filled_mw"))
