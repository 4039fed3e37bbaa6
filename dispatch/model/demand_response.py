"""Demand response by contract: what may be cut, what comes back, and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dispatch.case.backlog import dues, owed_cny_per_mwh, total_mwh, window_steps
from dispatch.case.calls import deadlines, fill_hours, seasons, states_of, told
from dispatch.case.demand_response import CLOSED, FILL, REDUCE, SHIFT, Parcel
from dispatch.model import names
from dispatch.model.draft import Draft, belonging, each
from dispatch.model.products import kept_response_mw
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

        cut[t] + extra[t]  <=  C[t]                                     every contract and step t
        sum( cut[t] )  <=  s Peak[t],    sum( extra[t] )  <=  s Peak[t]      every grid and step t
        delayed[t] = advanced[t] = filled[t] = 0                        until the notice is served, t dt < N - told
        filled[t] = 0                                                   outside the hours in which it may fill

    cut    load taken away: delayed + spared; with what is kept as reserve (`response_reserve`)   MW
    extra  load added: repaid + advanced + filled    MW
    C      capacity in season   MW        s  the scenario's share
    Peak   annual peak of the grid, or its highest load of the day in the horizon   MW        N  notice   h
    A kind of contract that lacks one of the five has it bounded to 0. An event that runs already needs no notice
    (`calls`). The rows of the cap are there at 0 % too, so that a scenario changes only a right-hand side.
    """
    if draft.contracts.empty:
        return
    capacity = draft.inputs.contract_mw
    for variable, able in _able(draft).items():
        draft.decide(variable, draft.contracts, capacity * able)
    cut, extra = cut_mw(draft), added_mw(draft)
    kept = cut + kept_response_mw(draft)
    draft.hold("DemandResponse-capacity", kept + extra, "<=", capacity, draft.contracts)
    grids = list(draft.facts.members)
    own = belonging([contract.grid for contract in draft.facts.contracts], grids)
    for label, moved in (("cut", kept), ("extra", extra)):
        axes = {"snapshot": draft.times, "grid": grids}
        caps = draft.inputs.response_cap_mw
        draft.model.add_rows(f"DemandResponse-{label}_cap", moved.weighted(own), "<=", caps, axes)


def _able(draft: Draft) -> dict[str, np.ndarray]:
    """Whether each contract may do each of the five in each step, (T, contracts), bool."""
    facts, contracts = draft.facts, draft.facts.contracts
    kinds = np.array([contract.kind for contract in contracts])
    able = {
        variable: np.isin(kinds, having) & np.ones((len(draft.times), 1), dtype=bool)
        for variable, having in KINDS.items()
    }
    anew = told(draft.case, facts)
    running = np.array([state.event_h > 0 for state in states_of(draft.case, facts)])
    able[names.DELAYED] &= anew | running
    able[names.ADVANCED] &= anew & (each(contracts, "spare_window_h") > 0)
    able[names.FILLED] &= (anew | running) & fill_hours(facts, draft.times)
    return able


def aggregate_response(draft: Draft) -> None:
    """
    Contracts of one virtual power plant (虚拟电厂) stay within its capacity together.

        sum( cut[t] )  <=  A,    sum( extra[t] )  <=  A            every aggregator and step t

    A  capacity of the aggregator   MW
    """
    aggregators = draft.facts.aggregators
    if draft.contracts.empty or not aggregators:
        return
    labels = [aggregator.name for aggregator in aggregators]
    own = belonging([contract.aggregator for contract in draft.facts.contracts], labels)
    axes = {"snapshot": draft.times, "aggregator": labels}
    for label, moved in (("cut", cut_mw(draft) + kept_response_mw(draft)), ("extra", added_mw(draft))):
        limit = each(aggregators, "capacity_mw")
        draft.model.add_rows(f"DemandResponse-{label}_aggregated", moved.weighted(own), "<=", limit, axes)


@dataclass(frozen=True)
class Account:
    """One account of moved energy: its variables, what of it is owed, its windows and what it starts with."""

    balance: str
    taken: str
    returned: str
    owed_share: np.ndarray  # (contracts,)
    window_h: np.ndarray  # (contracts,)
    parcels: list[tuple[Parcel, ...]]


def pay_back(draft: Draft) -> None:
    """
    What is delayed is repaid within its window; what is advanced is spared within its own.

        b[t] = b[t-1] + (rho delayed[t] - repaid[t]) dt,    0 <= b <= B,  b[-1] from the case,  b[T-1] = 0
        repaid[t] dt  <=  b[t-1],    b[t]  <=  sum( repaid[k] dt, t < k <= t + W )              every step t
        b0[n]  <=  sum( repaid[k] dt, k < n )                      what the case brings, due within n steps
        b[t] = 0                                                   where step t ends at the hour of the deadline
        a[t] = a[t-1] + (advanced[t] - spared[t]) dt, and so on, with a window of its own and no deadline

    b    energy still to be repaid   MWh        rho  payback share        W  window in steps
    a    energy taken in advance     MWh        B    backlog cap          b0[n]  brought, due within n steps   MWh
    Nothing is made good in the step in which it is taken: a cut repaid at once is a smaller cut that owes nothing.
    Where the case hands the backlog over, b[T-1] is free and steps beyond the horizon count at full capacity in the
    two sums: what is handed over can still be made good in time.
    GenX, flexible demand (delay and advance windows), with the two directions kept apart because the payback share
    holds for delayed energy only.
    """
    if draft.contracts.empty:
        return
    contracts, states = draft.facts.contracts, states_of(draft.case, draft.facts)
    payback, windows = each(contracts, "payback_share"), each(contracts, "payback_window_h")
    owed = Account(names.OWED, names.DELAYED, names.REPAID, payback, windows, [state.owed for state in states])
    due = deadlines(draft.facts, draft.times, draft.inputs.step_h)
    _keep_account(draft, owed, due)
    full, own = np.ones_like(payback), each(contracts, "spare_window_h")
    saved = Account(names.SAVED, names.ADVANCED, names.SPARED, full, own, [state.saved for state in states])
    _keep_account(draft, saved, np.zeros_like(due))


def _keep_account(draft: Draft, account: Account, due: np.ndarray) -> None:
    """The balance of an account, its end, and its windows. `due`: steps by whose end it is empty, (T, contracts)."""
    step, contracts, name = draft.inputs.step_h, draft.contracts, account.balance
    closed = draft.case.response.backlog == CLOSED
    brought = np.zeros(due.shape)
    brought[0] = [total_mwh(parcels) for parcels in account.parcels]
    balance = draft.decide(name, contracts, np.where(due, 0.0, _most_mwh(draft, account)))
    back = draft.variable(account.returned, contracts)
    moved = step * account.owed_share * draft.variable(account.taken, contracts) - step * back
    draft.hold(f"{name}_balance", balance - balance.shift(1) - moved, "=", brought, contracts)
    if closed:
        draft.hold_at(-1, f"{name}_closed", balance, "=", np.zeros(len(contracts)), contracts)
    draft.hold(f"{name}_later", balance.shift(1) - step * back, ">=", -brought, contracts)
    by_later = Terms(np.swapaxes(back.factors, 0, 1), np.swapaxes(back.labels, 0, 1))  # contracts x later steps
    window = window_steps(account.window_h, step)
    later = (by_later[None] * (step * _within(window, len(draft.times)))).sum(axis=2)
    end = np.arange(len(draft.times))[:, None] + window
    right = np.zeros(end.shape) if closed else -_beyond_mwh(draft, end - len(draft.times) + 1)
    draft.hold(f"{name}_window", later - balance, ">=", right, contracts)
    _make_good(draft, account, by_later)


def _make_good(draft: Draft, account: Account, by_later: Terms) -> None:
    """What the case brings is made good in time. `by_later` is what is returned, contracts x steps."""
    step, count = draft.inputs.step_h, len(draft.times)
    brought = list(dues(account.parcels, step))
    if not brought:
        return
    own = np.array([due.contract_index for due in brought])
    within = np.array([np.arange(count) < due.step_count for due in brought], dtype=float)
    right = np.array([due.energy_mwh for due in brought])
    if draft.case.response.backlog != CLOSED:
        beyond = np.array([due.step_count - count for due in brought])[:, None]
        right = right - np.take_along_axis(_beyond_mwh(draft, beyond), own[:, None], axis=1)[:, 0]
    axes = {"parcel": [f"{draft.contracts[due.contract_index]} {due.step_count}" for due in brought]}
    draft.model.add_rows(f"{account.balance}_brought", (by_later[own] * (step * within)).sum(axis=1), ">=", right, axes)


def _beyond_mwh(draft: Draft, step_count: np.ndarray) -> np.ndarray:
    """What each contract can make good in so many steps after the horizon, MWh, as broadcast."""
    capacity = each(draft.facts.contracts, "capacity_mw")
    return np.asarray(np.maximum(step_count, 0) * draft.inputs.step_h * capacity)


def _most_mwh(draft: Draft, account: Account) -> np.ndarray:
    """What a contract can make good within its window, or its backlog cap, MWh, (contracts,); more is never open."""
    capacity = each(draft.facts.contracts, "capacity_mw")
    most = np.maximum(account.window_h, draft.inputs.step_h) * capacity
    most = np.maximum(most, [total_mwh(parcels) for parcels in account.parcels])
    caps = [np.inf if c.backlog_mwh is None else c.backlog_mwh for c in draft.facts.contracts]
    return np.asarray(np.minimum(most, caps))


def _within(window: np.ndarray, count: int) -> np.ndarray:
    """1 where a later step lies within the window after a step, else 0, (T, contracts, T)."""
    steps = np.arange(count)
    lag = (steps[None, :] - steps[:, None])[:, None, :]
    return ((lag > 0) & (lag <= window[:, None])).astype(float)


def limit_daily_energy(draft: Draft) -> None:
    """
    A contract moves so much energy in a calendar day and no more.

        sum( cut[t] dt, t in the day )  <=  H C - used,    sum( filled[t] dt, t in the day )  <=  H C - used

    H  hours at full capacity        C  the contract's capacity   MW
    used  energy moved before the first step, in the day of the first step   MWh
    """
    if draft.contracts.empty:
        return
    limit = np.tile(_energy_mwh(draft, "daily_energy_h"), (len(draft.days), 1))
    limit[0] -= [state.moved_today_mwh for state in states_of(draft.case, draft.facts)]
    axes = {"day": draft.days, "name": draft.contracts}
    for label, power in (("cut", cut_mw(draft)), ("filled", draft.variable(names.FILLED, draft.contracts))):
        energy = (power[None] * (draft.in_day * draft.inputs.step_h)).sum(axis=1)
        draft.model.add_rows(f"DemandResponse-daily_{label}", energy, "<=", np.maximum(limit, 0.0), axes)


def limit_season_energy(draft: Draft) -> None:
    """
    A contract with a budget for its season moves no more energy in it.

        sum( (cut[t] + filled[t]) dt, t in the season )  <=  Hs C - used            every season in the horizon

    Hs  hours at full capacity        C  the contract's capacity   MW
    used  energy moved before the first step, in the season of the first step   MWh
    """
    contracts = draft.facts.contracts
    own = np.array([k for k, contract in enumerate(contracts) if contract.season_energy_h is not None], dtype=int)
    if not own.size:
        return
    season = np.column_stack([seasons(contracts[k], draft.times) for k in own])
    inside = np.array([season == number for number in range(int(season.max()) + 1)], dtype=float)
    limit = np.tile(_energy_mwh(draft, "season_energy_h")[own], (len(inside), 1))
    limit[0] -= [states_of(draft.case, draft.facts)[k].moved_season_mwh for k in own]
    energy = (called_mw(draft)[:, own][None] * (inside * draft.inputs.step_h)).sum(axis=1)
    axes = {"season": list(range(len(inside))), "name": draft.contracts[own]}
    draft.model.add_rows("DemandResponse-season", energy, "<=", np.maximum(limit, 0.0), axes)


def _energy_mwh(draft: Draft, attribute: str) -> np.ndarray:
    """Hours at full capacity as energy, MWh, (contracts,); NaN where a contract has no such hours."""
    return np.asarray(each(draft.facts.contracts, attribute) * each(draft.facts.contracts, "capacity_mw"))


def response_cost(draft: Draft) -> Terms | None:
    """
    Fees of contracts, CNY: sum( dt f (delayed + spared + filled) ) + sum( F v ).

    f  fee of energy   CNY/MWh        F  fee of a call   CNY        v  an event begins   0 or 1
    """
    if draft.contracts.empty:
        return None
    fee = each(draft.facts.contracts, "fee_cny_per_mwh") * draft.inputs.step_h
    energy = (fee * called_mw(draft)).all()
    if draft.called.empty:
        return energy
    by_call = each(draft.facts.contracts, "call_fee_cny")[draft.calls.contract_indices]
    return total([energy, (by_call * draft.variable(names.CALL_START)).all()])


def backlog_penalty(draft: Draft) -> Terms | None:
    """
    Price of what is still owed when the horizon ends, CNY: sum( p b[T-1] ).

    p  the case's price, at least that of the dearest MWh of any unit   CNY/MWh        b  energy still owed   MWh
    A debt that costs no less than repaying it is left for one reason only: that it is better repaid later. What is
    saved is worth nothing here, so that nothing is taken early for its own sake.
    """
    price = owed_cny_per_mwh(draft.case, draft.facts)
    if draft.contracts.empty or not price:
        return None
    return (price * draft.variable(names.OWED)[-1]).all()


def called_mw(draft: Draft) -> Terms:
    """What each contract is called for: its cut, or what it fills, MW, (T, contracts)."""
    return cut_mw(draft) + draft.variable(names.FILLED, draft.contracts)


def cut_mw(draft: Draft) -> Terms:
    """Load taken away by each contract, MW, (T, contracts)."""
    return draft.variable(names.DELAYED, draft.contracts) + draft.variable(names.SPARED, draft.contracts)


def added_mw(draft: Draft) -> Terms:
    """Load added by each contract, MW, (T, contracts)."""
    return total([draft.variable(name, draft.contracts) for name in (names.REPAID, names.ADVANCED, names.FILLED)])
