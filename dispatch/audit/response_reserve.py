"""
Non-spinning reserve of response contracts: what could still be cut, in time, within every limit on cuts.

n reserve MW; C capacity MW; rho payback share; b still to be repaid MWh. Reserve lasts one hour.
"""

from __future__ import annotations

import numpy as np

from dispatch.audit.evidence import Evidence, belongs, names, numbers
from dispatch.audit.finding import Finding, Rule, found
from dispatch.audit.reserve_products import product_mw
from dispatch.audit.response import cut_mw, extra_mw, states
from dispatch.audit.response_backlog import owed_mwh
from dispatch.case.calls import deadlines
from dispatch.case.demand_response import FILL
from dispatch.case.reserve_products import NON_SPINNING
from dispatch.units import DURATION_H, POWER_MW

ROOM = Rule("reserve-response_room", "MW", POWER_MW)
LASTING_H = 1.0


def room(e: Evidence) -> Finding:
    """
    A contract keeps what it could cut besides, in time, with energy left for an hour of it.

        n[t] = 0                                  of a contract that fills, is called in events, has a budget of the
                                                  season, or a notice longer than the product's time
        cut[t] + extra[t] + n[t] <= C[t],         sum(cut[t] + n[t]) <= the grid's cap, and <= A of its aggregator
        sum(cut dt in the day) + n[t] x 1 h <= hours x capacity - used
        b[t] + rho n[t] x 1 h <= B[t]             the most that may be owed: what its window can repay, or its cap;
                                                  nothing at its deadline
    """
    contracts = e.facts.contracts
    first = len(e.facts.units) + len(e.facts.stores)
    kept = product_mw(e, NON_SPINNING)[:, first:]
    alone = np.minimum(e.inputs.contract_mw - cut_mw(e) - extra_mw(e), _energy_mw(e)) * _able(e)
    over = np.where(kept > POWER_MW, kept - np.maximum(alone, 0.0), 0.0)
    for own, cap in _caps(e):
        beyond = (cut_mw(e) + kept)[:, own].sum(axis=1) - cap
        over[:, own] = np.maximum(over[:, own], np.where(kept[:, own] > POWER_MW, beyond[:, None], 0.0))
    return found(ROOM, over, names(contracts), e.inputs.times)


def _able(e: Evidence) -> np.ndarray:
    """Whether the terms of each contract are those of a reserve, (contracts,), bool."""
    within = {rule.grid: rule.within_h for rule in e.facts.product_rules if rule.product == NON_SPINNING}
    return np.array(
        [
            c.kind != FILL
            and not c.has_calls
            and c.season_energy_h is None
            and c.notice_h <= within.get(c.grid, -np.inf) + DURATION_H
            for c in e.facts.contracts
        ],
        dtype=bool,
    )


def _energy_mw(e: Evidence) -> np.ndarray:
    """What the energy of the day, and what may still be owed, leave for an hour, MW, (T, contracts)."""
    contracts, days = e.facts.contracts, e.inputs.times.normalize()
    capacity = numbers(contracts, "capacity_mw")
    used = np.array([cut_mw(e)[days == day].sum(axis=0) * e.inputs.step_h for day in days])
    used[days == days[0]] += [state.moved_today_mwh for state in states(e)]
    of_day = numbers(contracts, "daily_energy_h") * capacity - used
    caps = [np.inf if c.backlog_mwh is None else c.backlog_mwh for c in contracts]
    brought = [sum(parcel.energy_mwh for parcel in state.owed) for state in states(e)]
    window_mwh = np.maximum(numbers(contracts, "payback_window_h"), e.inputs.step_h) * capacity
    most = np.minimum(np.maximum(window_mwh, brought), caps)
    due = deadlines(e.facts, e.inputs.times, e.inputs.step_h)
    share = numbers(contracts, "payback_share")
    left = np.where(due, 0.0, most) - owed_mwh(e)
    to_owe = np.divide(left, share, out=np.full(left.shape, np.inf), where=share > 0)
    return np.asarray(np.minimum(of_day, to_owe) / LASTING_H)


def _caps(e: Evidence) -> list[tuple[np.ndarray, np.ndarray]]:
    """Contracts that stay within a cap together, (contracts,), and the cap, MW, (T,): of grids and of aggregators."""
    contracts, count = e.facts.contracts, len(e.inputs.times)
    grids = [(belongs(contracts, g), e.inputs.response_cap_mw[:, k]) for k, g in enumerate(e.facts.members)]
    plants = [
        (np.array([c.aggregator == a.name for c in contracts], dtype=bool), np.full(count, a.capacity_mw))
        for a in e.facts.aggregators
    ]
    return grids + plants
