"""Non-spinning reserve of demand-response contracts: what may still be cut, soon enough, with energy left for it."""

from __future__ import annotations

import numpy as np

from dispatch.case.calls import states_of
from dispatch.case.reserve_products import NON_SPINNING, answers_in_time, rule_of
from dispatch.model import names
from dispatch.model.demand_response import cut_mw
from dispatch.model.draft import Draft, each
from dispatch.model.products import kept_response_mw
from dispatch.model.thermal.products import asking_members

LASTING_H = 1.0


def decide_response_reserve(draft: Draft) -> None:
    """
    A contract with a notice that is short enough keeps load that it could cut as non-spinning reserve.

        0  <=  n[t]  <=  C[t]                                           every contract and step t
        cut + extra + n  <=  C[t]     and     cut + n   in place of   cut   in the caps on response
                                                                       (`demand_response.offer_response`)

    n  non-spinning reserve   MW        C  capacity in season   MW
    Only contracts that cut, that have no terms of calls and no budget of the season: an event that may or may not come
    has no place in these.
    """
    able = _able(draft)
    if able.any():
        draft.decide(names.RESPONSE_RESERVE, draft.contracts[able], draft.inputs.contract_mw[:, able])


def keep_response_energy(draft: Draft) -> None:
    """
    What a contract keeps as reserve could be cut for an hour, in the energy of the day, and be owed after it.

        sum( cut[k] dt, k in the day of t )  +  n[t] 1h  <=  H C - used            every contract that keeps, every t
        b[t]  +  rho n[t] 1h  <=  B[t]

    H C  energy of a day   MWh        b  still to be repaid   MWh       rho  payback share
    B    the most that may be owed then (`demand_response.pay_back`): what can be made good in the window, or the cap
    """
    able = _able(draft)
    if not able.any():
        return
    facts, members = draft.facts.contracts, draft.contracts[able]
    kept = kept_response_mw(draft)[:, able] * LASTING_H
    limit = np.tile(each(facts, "daily_energy_h") * each(facts, "capacity_mw"), (len(draft.days), 1))
    limit[0] -= [state.moved_today_mwh for state in states_of(draft.case, draft.facts)]
    energy = (cut_mw(draft)[None] * (draft.in_day * draft.inputs.step_h)).sum(axis=1)
    day = draft.in_day[:, :, 0].argmax(axis=0)
    used = energy[day][:, able] + kept
    draft.hold("DemandResponse-reserve_daily", used, "<=", np.maximum(limit, 0.0)[day][:, able], members)
    share = each(facts, "payback_share")[able]
    owed, most = draft.variable(names.OWED, members), draft.model.variables[names.OWED].upper
    draft.hold("DemandResponse-reserve_owed", owed + share * kept, "<=", most[:, able], members)


def _able(draft: Draft) -> np.ndarray:
    """Contracts that may be a reserve in grids that ask for it, (contracts,), bool."""
    asking = {grid for grid, asks in zip(draft.facts.members, asking_members(draft, NON_SPINNING), strict=True) if asks}
    rules = {grid: rule_of(draft.facts, NON_SPINNING, grid) for grid in asking}
    return np.array(
        [(rule := rules.get(c.grid)) is not None and answers_in_time(c, rule) for c in draft.facts.contracts],
        dtype=bool,
    )
