"""
What response contracts owe and have saved: made good within its window, by its hour, within its cap.

rho payback share; W window h; C capacity MW; dt length of a step h; T steps. t = -1 is the state in the case.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dispatch.audit.evidence import Evidence, names, numbers
from dispatch.audit.finding import Finding, Rule, found
from dispatch.audit.response import states
from dispatch.case.demand_response import CLOSED, Parcel
from dispatch.units import DURATION_H, ENERGY_MWH

PAYBACK = Rule("response-payback", "MWh", ENERGY_MWH)
ADVANCE = Rule("response-advance", "MWh", ENERGY_MWH)
DEADLINE = Rule("response-deadline", "MWh", ENERGY_MWH)
BACKLOG = Rule("response-backlog", "MWh", ENERGY_MWH)
HOURS_PER_DAY = 24

Parcels = list[tuple[Parcel, ...]]


def payback(e: Evidence) -> Finding:
    """
    What was delayed comes back by its share, afterwards, within the window (GenX).

        b[t] = b[t-1] + (rho delayed[t] - repaid[t]) dt,    repaid[t] dt <= b[t-1]
        b[t] <= sum(repaid[k] dt, t < k <= t + W/dt),       brought[n] <= sum(repaid[k] dt, k < n)

    so that b[T-1] = 0; where the backlog is handed over, steps after the horizon count at full capacity instead.
    """
    owed = e.table("delayed_mw") * numbers(e.facts.contracts, "payback_share")
    window_h = numbers(e.facts.contracts, "payback_window_h")
    amount = _not_made_good_mwh(e, owed, e.table("repaid_mw"), window_h, _brought(e)[0])
    return found(PAYBACK, amount, names(e.facts.contracts), e.inputs.times)


def advance(e: Evidence) -> Finding:
    """
    What was taken early is spared later, in full, within a window of its own (GenX).

        a[t] = a[t-1] + (advanced[t] - spared[t]) dt,    spared[t] dt <= a[t-1]
        a[t] <= sum(spared[k] dt, t < k <= t + W/dt),    brought[n] <= sum(spared[k] dt, k < n)

    so that a[T-1] = 0; where the backlog is handed over, steps after the horizon count at full capacity instead.
    """
    window_h = numbers(e.facts.contracts, "spare_window_h")
    amount = _not_made_good_mwh(e, e.table("advanced_mw"), e.table("spared_mw"), window_h, _brought(e)[1])
    return found(ADVANCE, amount, names(e.facts.contracts), e.inputs.times)


def deadline(e: Evidence) -> Finding:
    """
    Nothing is owed any more at the hour by which a contract has repaid everything.

        b[t] = 0        where step t ends at that hour
    """
    ends = e.inputs.times + pd.Timedelta(hours=e.inputs.step_h)
    minute_of_day = (ends.hour * 60 + ends.minute).to_numpy() % (HOURS_PER_DAY * 60)
    amount = owed_mwh(e)
    for k, contract in enumerate(e.facts.contracts):
        due_minute = -1 if contract.repaid_by_h is None else contract.repaid_by_h % HOURS_PER_DAY * 60
        amount[:, k] = np.where(minute_of_day == due_minute, amount[:, k], 0.0)
    return found(DEADLINE, amount, names(e.facts.contracts), e.inputs.times)


def backlog(e: Evidence) -> Finding:
    """
    No more is open at once than the contract allows, owed and saved each by itself.

        b[t] <= B,    a[t] <= B
    """
    cap = np.array([np.inf if c.backlog_mwh is None else c.backlog_mwh for c in e.facts.contracts])
    amount = np.maximum(owed_mwh(e), saved_mwh(e)) - cap
    return found(BACKLOG, amount, names(e.facts.contracts), e.inputs.times)


def owed_mwh(e: Evidence) -> np.ndarray:
    """Still to be repaid at the end of each step, MWh, (T, contracts)."""
    owed = e.table("delayed_mw") * numbers(e.facts.contracts, "payback_share")
    return _open_mwh(e, owed, e.table("repaid_mw"), _brought(e)[0])


def saved_mwh(e: Evidence) -> np.ndarray:
    """Still to be spared at the end of each step, MWh, (T, contracts)."""
    return _open_mwh(e, e.table("advanced_mw"), e.table("spared_mw"), _brought(e)[1])


def _open_mwh(e: Evidence, owed_mw: np.ndarray, settled_mw: np.ndarray, brought: Parcels) -> np.ndarray:
    before = np.array([sum(parcel.energy_mwh for parcel in parcels) for parcels in brought])
    return np.asarray(before + np.cumsum((owed_mw - settled_mw) * e.inputs.step_h, axis=0))


def _not_made_good_mwh(
    e: Evidence, owed_mw: np.ndarray, settled_mw: np.ndarray, window_h: np.ndarray, brought: Parcels
) -> np.ndarray:
    """Energy settled no later than it was owed, or owed and not settled within the window, MWh, (T, contracts)."""
    step_h, last = e.inputs.step_h, len(owed_mw) - 1
    open_mwh = _open_mwh(e, owed_mw, settled_mw, brought)
    settled_mwh = np.cumsum(settled_mw * step_h, axis=0)
    window = np.maximum(np.floor(window_h / step_h + DURATION_H), 1).astype(int)
    end = np.arange(last + 1)[:, None] + window
    in_window_mwh = np.take_along_axis(settled_mwh, np.minimum(end, last), axis=0) - settled_mwh
    later_mwh = _afterwards_mwh(e, end - last)
    before = np.array([[sum(parcel.energy_mwh for parcel in parcels) for parcels in brought]])
    too_soon_mwh = settled_mw * step_h - np.vstack([before, open_mwh[:-1]])
    amount = np.maximum(too_soon_mwh, open_mwh - in_window_mwh - later_mwh)
    for k, parcels in enumerate(brought):
        due_mwh = 0.0
        for parcel in sorted(parcels, key=lambda parcel: parcel.left_h):
            due_mwh += parcel.energy_mwh
            count = max(1, int(np.floor(parcel.left_h / step_h + DURATION_H)))
            step = min(count, last + 1) - 1
            lack = due_mwh - settled_mwh[step, k] - _afterwards_mwh(e, np.array(count - last - 1))[k]
            amount[step, k] = max(amount[step, k], lack)
    return np.asarray(amount)


def _afterwards_mwh(e: Evidence, step_count: np.ndarray) -> np.ndarray:
    """What so many steps after the horizon can make good at full capacity, MWh; nothing where it ends without debts."""
    capacity = numbers(e.facts.contracts, "capacity_mw")
    if e.case.response.backlog == CLOSED:
        return np.zeros(np.broadcast_shapes(step_count.shape, capacity.shape))
    return np.asarray(np.maximum(step_count, 0) * e.inputs.step_h * capacity)


def _brought(e: Evidence) -> tuple[Parcels, Parcels]:
    """What each contract owes and has saved before the first step."""
    own = states(e)
    return [state.owed for state in own], [state.saved for state in own]
