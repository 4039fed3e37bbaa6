"""Demand response by contract: what may be cut, what comes back, and when."""

from __future__ import annotations

import numpy as np

from dispatch.case.demand_response import FILL, REDUCE, SHIFT
from dispatch.model import names
from dispatch.model.draft import Draft, belonging, each
from dispatch.model.terms import Terms, total

KINDS = {
    names.DELAYED: (REDUCE, SHIFT),
    names.REPAID: (REDUCE, SHIFT),
    names.ADVANCED: (SHIFT,),
    names.SPARED: (SHIFT,),
    names.FILLED: (FILL,),
}


def offer_response(draft: Draft) -> None:
    """
    Each contract moves load within its capacity, and all of a grid within the scenario's cap.

        cut[t] + extra[t]  <=  C[t]                                  every contract and step t
        sum( cut[t] )  <=  s Peak,    sum( extra[t] )  <=  s Peak    every grid and step t

    cut    load taken away: delayed + spared         MW
    extra  load added: repaid + advanced + filled    MW
    C      capacity in season   MW        s  the scenario's share        Peak  annual peak of the grid   MW
    A kind of contract that lacks one of the five has it bounded to 0. The rows of the cap are there at 0 % too, so
    that a scenario changes only a right-hand side.
    """
    if draft.contracts.empty:
        return
    capacity = draft.inputs.contract_mw
    kinds = np.array([contract.kind for contract in draft.facts.contracts])
    for variable, having in KINDS.items():
        draft.decide(variable, draft.contracts, capacity * np.isin(kinds, having))
    cut, extra = cut_mw(draft), added_mw(draft)
    draft.hold("DemandResponse-capacity", cut + extra, "<=", capacity, draft.contracts)
    grids = list(draft.inputs.response_cap_mw)
    own = belonging([contract.grid for contract in draft.facts.contracts], grids)
    caps = np.array(list(draft.inputs.response_cap_mw.values()))
    for label, moved in (("cut", cut), ("extra", extra)):
        axes = {"snapshot": draft.times, "grid": grids}
        draft.model.add_rows(f"DemandResponse-{label}_cap", moved.weighted(own), "<=", caps, axes)


def pay_back(draft: Draft) -> None:
    """
    What is delayed is repaid within the window; what is advanced is spared within the window.

        b[t] = b[t-1] + (rho delayed[t] - repaid[t]) dt,    b >= 0,  b[T-1] = 0
        repaid[t] dt  <=  b[t-1],    b[t]  <=  sum( repaid[k] dt, t < k <= t + W )              every step t
        a[t] = a[t-1] + (advanced[t] - spared[t]) dt,       a >= 0,  a[T-1] = 0
        spared[t] dt  <=  a[t-1],    a[t]  <=  sum( spared[k] dt, t < k <= t + W )              every step t

    b    energy still to be repaid   MWh        rho  payback share        W  window in steps
    a    energy taken in advance     MWh
    Nothing is made good in the step in which it is taken: a cut repaid at once is a smaller cut that owes nothing.
    GenX, flexible demand (delay and advance windows), with the two directions kept apart because the payback share
    holds for delayed energy only.
    """
    if draft.contracts.empty:
        return
    payback = each(draft.facts.contracts, "payback_share")
    _keep_account(draft, names.OWED, names.DELAYED, names.REPAID, payback)
    _keep_account(draft, names.SAVED, names.ADVANCED, names.SPARED, np.ones_like(payback))


def _keep_account(draft: Draft, account: str, taken: str, returned: str, share: np.ndarray) -> None:
    """One account of moved energy: its balance, its end at zero, and its window."""
    step, contracts = draft.inputs.step_h, draft.contracts
    balance = draft.decide(account, contracts, _most_owed_mwh(draft))
    back = draft.variable(returned, contracts)
    moved = step * share * draft.variable(taken, contracts) - step * back
    draft.hold(f"{account}_balance", balance - balance.shift(1) - moved, "=", 0.0, contracts)
    draft.hold_at(-1, f"{account}_closed", balance, "=", np.zeros(len(contracts)), contracts)
    draft.hold(f"{account}_later", balance.shift(1) - step * back, ">=", 0.0, contracts)
    by_later = Terms(np.swapaxes(back.factors, 0, 1), np.swapaxes(back.labels, 0, 1))  # contracts x later steps
    later = (by_later[None] * (step * _window(draft))).sum(axis=2)
    draft.hold(f"{account}_window", later - balance, ">=", 0.0, contracts)


def _most_owed_mwh(draft: Draft) -> np.ndarray:
    """What a contract can make good within its window, MWh, (contracts,): no account is ever larger."""
    hours = np.maximum(each(draft.facts.contracts, "payback_window_h"), draft.inputs.step_h)
    return np.asarray(hours * each(draft.facts.contracts, "capacity_mw"))


def _window(draft: Draft) -> np.ndarray:
    """1 where a later step lies within the payback window after a step, else 0, (T, contracts, T)."""
    steps = np.arange(len(draft.times))
    lag = (steps[None, :] - steps[:, None])[:, None, :]
    reach = np.maximum(each(draft.facts.contracts, "payback_window_h") / draft.inputs.step_h + 1e-9, 1.0)
    return ((lag > 0) & (lag <= reach[:, None])).astype(float)


def limit_daily_energy(draft: Draft) -> None:
    """
    A contract moves so much energy in a calendar day and no more.

        sum( cut[t] dt, t in the day )  <=  H C,    sum( filled[t] dt, t in the day )  <=  H C

    H  hours at full capacity        C  the contract's capacity   MW
    """
    if draft.contracts.empty:
        return
    limit = each(draft.facts.contracts, "daily_energy_h") * each(draft.facts.contracts, "capacity_mw")
    days = draft.times.normalize()
    inside = np.array([days == day for day in days.unique()], dtype=float)[:, :, None]  # days x steps x 1
    axes = {"day": days.unique().rename("day"), "name": draft.contracts}
    for label, power in (("cut", cut_mw(draft)), ("filled", draft.variable(names.FILLED, draft.contracts))):
        energy = (power[None] * (inside * draft.inputs.step_h)).sum(axis=1)
        draft.model.add_rows(f"DemandResponse-daily_{label}", energy, "<=", limit, axes)


def response_cost(draft: Draft) -> Terms | None:
    """Fees of contracts, CNY: sum( dt f (delayed + spared + filled) ), with f in CNY per MWh."""
    if draft.contracts.empty:
        return None
    fee = each(draft.facts.contracts, "fee_cny_per_mwh") * draft.inputs.step_h
    return (fee * (cut_mw(draft) + draft.variable(names.FILLED, draft.contracts))).all()


def cut_mw(draft: Draft) -> Terms:
    """Load taken away by each contract, MW, (T, contracts)."""
    return draft.variable(names.DELAYED, draft.contracts) + draft.variable(names.SPARED, draft.contracts)


def added_mw(draft: Draft) -> Terms:
    """Load added by each contract, MW, (T, contracts)."""
    return total([draft.variable(name, draft.contracts) for name in (names.REPAID, names.ADVANCED, names.FILLED)])
