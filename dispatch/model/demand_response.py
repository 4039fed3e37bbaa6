"""Demand response by contract: what may be cut, what comes back, and when."""

from __future__ import annotations

import linopy
import numpy as np
import xarray as xr

from dispatch.case.demand_response import FILL, REDUCE, SHIFT
from dispatch.model import names
from dispatch.model.draft import Draft, by_name, named

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
    capacity = draft.by_step(draft.inputs.contract_mw, draft.contracts)
    kinds = np.array([contract.kind for contract in draft.facts.contracts])
    for variable, having in KINDS.items():
        has = by_name(np.isin(kinds, having), draft.contracts)
        draft.free(variable, draft.contracts, upper=capacity * has)
    cut, extra = _cut(draft), _extra(draft)
    draft.model.add_constraints(cut + extra <= capacity, name="DemandResponse-capacity")
    for grid, cap in draft.inputs.response_cap_mw.items():
        own = named(contract.name for contract in draft.facts.contracts if contract.grid == grid)
        if not own.empty:
            draft.model.add_constraints(cut.sel(name=own).sum("name") <= cap, name=f"DemandResponse-cut_cap {grid}")
            draft.model.add_constraints(extra.sel(name=own).sum("name") <= cap, name=f"DemandResponse-extra_cap {grid}")


def pay_back(draft: Draft) -> None:
    """
    What is delayed is repaid within the window; what is advanced is spared within the window.

        b[t] = b[t-1] + (rho delayed[t] - repaid[t]) dt,    b >= 0,  b[T-1] = 0
        b[t]  <=  sum( repaid[k] dt, t < k <= t + W )              every step t
        a[t] = a[t-1] + (advanced[t] - spared[t]) dt,       a >= 0,  a[T-1] = 0
        a[t]  <=  sum( spared[k] dt, t < k <= t + W )              every step t

    b    energy still to be repaid   MWh        rho  payback share        W  window in steps
    a    energy taken in advance     MWh
    GenX, flexible demand (delay and advance windows), with the two directions kept apart because the payback share
    holds for delayed energy only.
    """
    if draft.contracts.empty:
        return
    payback = np.array([contract.payback_share for contract in draft.facts.contracts])
    _keep_account(draft, names.OWED, names.DELAYED, names.REPAID, payback)
    _keep_account(draft, names.SAVED, names.ADVANCED, names.SPARED, np.ones_like(payback))


def _keep_account(draft: Draft, account: str, taken: str, returned: str, share: np.ndarray) -> None:
    """One account of moved energy: its balance, its end at zero, and its window."""
    model, step, contracts = draft.model, draft.inputs.step_h, draft.contracts
    balance = draft.free(account, contracts)
    back = draft.variable(returned, contracts)
    moved = by_name(step * share, contracts) * draft.variable(taken, contracts) - step * back
    change = (balance - balance.shift(snapshot=1) - moved).isel(snapshot=slice(1, None))
    model.add_constraints(change == 0, name=f"{account}_balance")
    model.add_constraints((balance - moved).isel(snapshot=0) == 0, name=f"{account}_balance_first")
    model.add_constraints(balance.isel(snapshot=-1) == 0, name=f"{account}_closed")
    later = (back.rename({"snapshot": "later"}) * (step * _window(draft))).sum("later")
    model.add_constraints(later - balance >= 0, name=f"{account}_window")


def _window(draft: Draft) -> xr.DataArray:
    """1 where step `later` lies within the payback window after step `snapshot`, else 0; by contract."""
    steps = np.arange(len(draft.times))
    lag = steps[None, :] - steps[:, None]
    reach = np.array([c.payback_window_h for c in draft.facts.contracts]) / draft.inputs.step_h + 1e-9
    within = (lag[None] > 0) & (lag[None] <= np.maximum(reach, 1.0)[:, None, None])
    coords = {"name": draft.contracts, "snapshot": draft.times, "later": draft.times.to_numpy()}
    return xr.DataArray(within.astype(float), coords=coords, dims=("name", "snapshot", "later"))


def limit_daily_energy(draft: Draft) -> None:
    """
    A contract moves so much energy in a calendar day and no more.

        sum( cut[t] dt, t in the day )  <=  H C,    sum( filled[t] dt, t in the day )  <=  H C

    H  hours at full capacity        C  the contract's capacity   MW
    """
    if draft.contracts.empty:
        return
    limit = by_name(np.array([c.daily_energy_h * c.capacity_mw for c in draft.facts.contracts]), draft.contracts)
    days = draft.times.normalize()
    filled = 1.0 * draft.variable(names.FILLED, draft.contracts)
    for label, power in (("cut", _cut(draft)), ("filled", filled)):
        for number, day in enumerate(days.unique()):
            energy = power.isel(snapshot=np.flatnonzero(days == day)).sum("snapshot") * draft.inputs.step_h
            draft.model.add_constraints(energy <= limit, name=f"DemandResponse-daily_{label}_{number}")


def deliver_response(draft: Draft) -> None:
    """
    What contracts cut or add reaches the buses of their consumers, in fixed shares.

        r[i,t]  =  sum( share[c,i] (cut[c,t] - extra[c,t]) )            every bus i and step t

    r  PyPSA's generator of the response at a bus   MW, negative where load is added
    """
    if draft.contracts.empty:
        return
    held = [{names.RESPONSE_AT + bus: share for bus, share in c.bus_shares} for c in draft.facts.contracts]
    places = named(sorted({place for shares in held for place in shares}))
    shares = xr.DataArray(
        [[own.get(place, 0.0) for place in places] for own in held],
        coords={"contract": draft.contracts.to_numpy(), "name": places},
        dims=("contract", "name"),
    )
    net = (_cut(draft) - _extra(draft)).rename({"name": "contract"})
    delivered = (net * shares).sum("contract") - draft.variable(names.OUTPUT, places)
    draft.model.add_constraints(delivered == 0, name="DemandResponse-delivered")


def response_cost(draft: Draft) -> linopy.LinearExpression | None:
    """Fees of contracts, CNY: sum( dt f (delayed + spared + filled) ), with f in CNY per MWh."""
    if draft.contracts.empty:
        return None
    fee = np.array([contract.fee_cny_per_mwh for contract in draft.facts.contracts]) * draft.inputs.step_h
    filled = draft.variable(names.FILLED, draft.contracts)
    return (by_name(fee, draft.contracts) * (_cut(draft) + filled)).sum()


def _cut(draft: Draft) -> linopy.LinearExpression:
    return draft.variable(names.DELAYED, draft.contracts) + draft.variable(names.SPARED, draft.contracts)


def _extra(draft: Draft) -> linopy.LinearExpression:
    parts = [draft.variable(name, draft.contracts) for name in (names.REPAID, names.ADVANCED, names.FILLED)]
    return parts[0] + parts[1] + parts[2]
