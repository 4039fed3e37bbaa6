"""
Events of response contracts: told in time, long enough and not too long, with a rest between, and not too often.

An event is a run of steps in which a contract whose terms speak of calls delivers something, read from its MW alone:
called = delayed + spared + filled. One that was running before the first step may go on.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dispatch.audit.evidence import Evidence, names, numbers
from dispatch.audit.finding import Finding, Rule, found
from dispatch.audit.response import cut_mw, states
from dispatch.case.demand_response import Contract
from dispatch.units import DURATION_H, ENERGY_MWH, INTEGRALITY, POWER_MW

CALLED = Rule("response-called", "0 or 1", INTEGRALITY)
LEAST_CALL = Rule("response-least_call", "MW", POWER_MW)
NOTICE = Rule("response-notice", "MW", POWER_MW)
EVENT_LENGTH = Rule("response-event_length", "h", DURATION_H)
REST = Rule("response-rest", "h", DURATION_H)
CALLS = Rule("response-calls", "calls", INTEGRALITY)
SEASON_ENERGY = Rule("response-season_energy", "MWh", ENERGY_MWH)


def called(e: Evidence) -> Finding:
    """
    The tables name the events that the MW show, and none for contracts whose terms speak of no calls.

        called[t] = 1 where called MW > 0,    call_started[t] = 1 where it was 0 in t-1
    """
    amount = np.maximum(np.abs(e.table("called") - _on(e)), np.abs(e.table("call_started") - begins(e)))
    return found(CALLED, amount, names(e.facts.contracts), e.inputs.times)


def least_call(e: Evidence) -> Finding:
    """
    A contract that is called delivers at least its least.

        called MW[t] >= least share x capacity        in every step of an event
    """
    contracts = e.facts.contracts
    least = numbers(contracts, "least_call_share") * numbers(contracts, "capacity_mw")
    return found(LEAST_CALL, np.where(_on(e), least - _called_mw(e), 0.0), names(contracts), e.inputs.times)


def notice(e: Evidence) -> Finding:
    """
    Nothing new begins before the notice is served, but for the event that was running.

        delayed[t] = advanced[t] = filled[t] = 0        where t dt < notice - told before the first step
    """
    contracts, own = e.facts.contracts, states(e)
    served_h = np.array([c.notice_h - state.told_h for c, state in zip(contracts, own, strict=True)])
    early = np.arange(len(e.inputs.times))[:, None] * e.inputs.step_h < served_h - DURATION_H
    anew = e.table("delayed_mw") + e.table("filled_mw")
    going_on = np.cumprod(_on(e), axis=0).astype(bool) & np.array([state.event_h > 0 for state in own], dtype=bool)
    amount = np.where(early, np.where(going_on, 0.0, anew) + e.table("advanced_mw"), 0.0)
    return found(NOTICE, amount, names(contracts), e.inputs.times)


def event_length(e: Evidence) -> Finding:
    """
    An event that ends has lasted its least time; none lasts longer than its longest, hours before included.

        hours of an event that ends >= least,    hours of an event so far <= most
    """
    contracts = e.facts.contracts
    so_far_h = _hours_so_far_h(e)
    before_h = np.array([state.event_h for state in states(e)])
    eve_h = np.vstack([before_h[None, :], so_far_h[:-1]])
    ended = ~_on(e) & (eve_h > 0)
    most = np.array([np.inf if c.max_event_h is None else c.max_event_h for c in contracts])
    too_short = np.where(ended, numbers(contracts, "min_event_h") - eve_h, 0.0)
    amount = np.maximum(too_short, np.where(_on(e), so_far_h - most, 0.0))
    return found(EVENT_LENGTH, amount, names(contracts), e.inputs.times)


def rest(e: Evidence) -> Finding:
    """
    A contract is at rest for so long between two events.

        hours since the last event at a beginning >= rest
    """
    on, begun, contracts = _on(e), begins(e), e.facts.contracts
    rested_h = np.array([np.inf if s.rest_h is None else s.rest_h for s in states(e)])
    rested_h = np.where(np.array([state.event_h > 0 for state in states(e)], dtype=bool), 0.0, rested_h)
    amount = np.zeros(on.shape)
    for t, row in enumerate(on):
        amount[t] = np.where(begun[t], numbers(contracts, "min_rest_h") - rested_h, 0.0)
        rested_h = np.where(row, 0.0, rested_h + e.inputs.step_h)
    return found(REST, amount, names(contracts), e.inputs.times)


def calls(e: Evidence) -> Finding:
    """
    So many events begin in a calendar day (UTC+8) and so many in a season, those before the first step included.

        sum(begun, day) <= N,    sum(begun, season) <= M
    """
    contracts, own, begun = e.facts.contracts, states(e), begins(e).astype(float)
    days = e.inputs.times.normalize()
    today = _by_day(e, begun, np.array([state.calls_today_count for state in own]))
    season = _by_season(e, begun, np.array([state.calls_season_count for state in own]))
    a_day = np.array([_limit(c.calls_per_day_count) for c in contracts])
    a_season = np.array([_limit(c.calls_per_season_count) for c in contracts])
    any_begun = _by_day(e, begun, np.zeros(len(contracts))) > 0
    amount = np.where(any_begun, np.maximum(today - a_day, season - a_season), 0.0)
    return found(CALLS, amount, names(contracts), pd.DatetimeIndex(days.unique()))


def season_energy(e: Evidence) -> Finding:
    """
    What is cut or filled in a season stays within its budget, what was moved before the first step included.

        sum((cut + filled) dt, season) <= hours x capacity
    """
    contracts = e.facts.contracts
    moved = _called_mw(e) * e.inputs.step_h
    limit = np.array([np.inf if c.season_energy_h is None else c.season_energy_h * c.capacity_mw for c in contracts])
    used = np.array([state.moved_season_mwh for state in states(e)])
    moves = _by_day(e, moved, np.zeros(len(contracts))) > 0
    amount = np.where(moves, _by_season(e, moved, used) - limit, 0.0)
    return found(SEASON_ENERGY, amount, names(contracts), pd.DatetimeIndex(e.inputs.times.normalize().unique()))


def begins(e: Evidence) -> NDArray[np.bool_]:
    """Whether an event of each contract begins in each step, (T, contracts), from its MW alone."""
    on = _on(e)
    before = np.array([[state.event_h > 0 for state in states(e)]], dtype=bool)
    return np.asarray(on & ~np.vstack([before, on[:-1]]))


def _on(e: Evidence) -> NDArray[np.bool_]:
    counted = np.array([contract.has_calls for contract in e.facts.contracts], dtype=bool)
    return np.asarray((_called_mw(e) > POWER_MW) & counted)


def _called_mw(e: Evidence) -> np.ndarray:
    return np.asarray(cut_mw(e) + e.table("filled_mw"))


def _hours_so_far_h(e: Evidence) -> np.ndarray:
    """How long the event of each contract has lasted at the end of each step, h, (T, contracts); 0 at rest."""
    hours, on = np.array([state.event_h for state in states(e)]), _on(e)
    table = np.zeros(on.shape)
    for t, row in enumerate(on):
        hours = np.where(row, hours + e.inputs.step_h, 0.0)
        table[t] = hours
    return table


def _by_day(e: Evidence, values: np.ndarray, used: np.ndarray) -> np.ndarray:
    """Sums over each calendar day, (days, contracts); what was used before counts in the first."""
    days = e.inputs.times.normalize()
    sums = np.array([values[days == day].sum(axis=0) for day in days.unique()])
    sums[0] += used
    return sums


def _by_season(e: Evidence, values: np.ndarray, used: np.ndarray) -> np.ndarray:
    """Sums from the beginning of each contract's season to the end of each day, (days, contracts)."""
    by_day, days = _by_day(e, values, used), e.inputs.times.normalize().unique()
    for k, contract in enumerate(e.facts.contracts):
        for d in range(1, len(days)):
            by_day[d, k] += 0.0 if _is_first_day(contract, days[d]) else by_day[d - 1, k]
    return by_day


def _is_first_day(contract: Contract, day: pd.Timestamp) -> bool:
    return f"{day:%m-%d}" == contract.first_day


def _limit(value: float | None) -> float:
    return np.inf if value is None else float(value)
