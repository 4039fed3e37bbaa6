"""
The terms of contracts laid over the steps of a case: who has been told, who may be called, and for how long.

Only contracts whose terms speak of calls are among `Calls`; a contract without a state in the case owes nothing and
has been at rest for long.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dispatch.case.case import Case
from dispatch.case.demand_response import CLOSED, FILL, REDUCE, Contract, ContractState
from dispatch.case.facts import GridFacts
from dispatch.horizon import in_yearly_season
from dispatch.units import DURATION_H, HOURS_PER_DAY

if TYPE_CHECKING:
    import pandas as pd  # half a second, of every start


@dataclass(frozen=True)
class Calls:
    """Contracts that are called in events, in steps. The last axis of every array is these contracts."""

    contract_indices: np.ndarray  # (n,), among all contracts
    allowed: np.ndarray  # (T, n), bool: may deliver anything
    told: np.ndarray  # (T, n), bool: may be called anew
    least_mw: np.ndarray  # (n,), in every step of an event
    up_count: np.ndarray  # (n,), steps of an event at least
    most_count: np.ndarray  # (n,), at most
    rest_count: np.ndarray  # (n,), steps between two events at least
    event_count: np.ndarray  # (n,), steps that an event has been running before the first; 0: at rest
    idle_count: np.ndarray  # (n,), steps at rest before the first; infinite: for long
    day_index: np.ndarray  # (T,), 0 is the day of the first step
    season_index: np.ndarray  # (T, n), 0 is the season of the first step
    day_left_count: np.ndarray  # (days, n), calls that may begin; infinite: any number
    season_left_count: np.ndarray  # (seasons, n)

    @property
    def on_before(self) -> np.ndarray:
        """Whether an event is running before the first step, (n,), 0 or 1."""
        return (self.event_count > 0).astype(float)

    @property
    def held(self) -> np.ndarray:
        """Steps in which an event must go on to reach its least length, (T, n), bool."""
        rest = np.where(self.event_count > 0, np.ceil(self.up_count - self.event_count - DURATION_H), 0.0)
        return np.asarray(self._steps < rest)

    @property
    def going_on(self) -> np.ndarray:
        """Steps in which the event of before the horizon may still be running, (T, n), bool."""
        rest = np.where(self.event_count > 0, np.floor(self.most_count - self.event_count + DURATION_H), 0.0)
        return np.asarray((self._steps < rest) & self.allowed)

    @property
    def may_start(self) -> np.ndarray:
        """Steps in which a new event may begin, (T, n), bool."""
        rested = np.where(self.event_count > 0, 0.0, np.ceil(self.rest_count - self.idle_count - DURATION_H))
        return np.asarray(self.allowed & self.told & (self._steps >= rested) & (self.up_count <= self.most_count))

    @property
    def _steps(self) -> np.ndarray:
        return np.arange(len(self.allowed))[:, None]

    def cut(self, begin: int, end: int, on: np.ndarray) -> Calls:
        """The same from step `begin` to before `end`, after what was on before, (begin, n), bool."""
        event, idle = self.event_count.astype(float), self.idle_count.astype(float)
        day_left, season_left = self.day_left_count.copy(), self.season_left_count.copy()
        for t, row in enumerate(on):
            begun = row & (event <= 0)
            day_left[self.day_index[t]] -= begun
            season_left[self.season_index[t], np.arange(len(row))] -= begun
            event, idle = np.where(row, event + 1, 0.0), np.where(row, 0.0, idle + 1)
        return replace(
            self,
            allowed=self.allowed[begin:end],
            told=self.told[begin:end],
            event_count=event,
            idle_count=idle,
            day_index=self.day_index[begin:end],
            season_index=self.season_index[begin:end],
            day_left_count=day_left,
            season_left_count=season_left,
        )


def states_of(case: Case, facts: GridFacts) -> list[ContractState]:
    """The state of each contract: the case's, or owing nothing and at rest for long."""
    given = {state.contract: state for state in case.contracts}
    return [given.get(contract.name, ContractState(contract.name)) for contract in facts.contracts]


def told(case: Case, facts: GridFacts) -> np.ndarray:
    """
    Whether the notice of each contract is served in each step, so that something new may begin, (T, contracts), bool.

        t dt  >=  notice - told before the first step            hours
    """
    hours = np.arange(case.horizon.step_count) * case.horizon.step_h
    left = [c.notice_h - state.told_h for c, state in zip(facts.contracts, states_of(case, facts), strict=True)]
    return np.asarray(hours[:, None] >= np.array(left) - DURATION_H)


def fill_hours(facts: GridFacts, times: pd.DatetimeIndex) -> np.ndarray:
    """Whether each contract may fill in each step, by the hour of the day, (T, contracts), bool."""
    hour = times.hour.to_numpy()[:, None]
    columns = [
        np.any([(hour >= begin) & (hour < end) for begin, end in contract.fill_hours_h], axis=0)
        if contract.fill_hours_h
        else np.ones(hour.shape, dtype=bool)
        for contract in facts.contracts
    ]
    return np.hstack(columns) if columns else np.zeros((len(times), 0), dtype=bool)


def deadlines(facts: GridFacts, times: pd.DatetimeIndex, step_h: float) -> np.ndarray:
    """Whether each step ends at the hour by which a contract has repaid everything, (T, contracts), bool."""
    import pandas as pd

    ends = times + pd.Timedelta(hours=step_h)
    hour = np.where(ends.minute + ends.second > 0, -1, ends.hour)[:, None]
    hours = np.array([-2 if c.repaid_by_h is None else c.repaid_by_h % HOURS_PER_DAY for c in facts.contracts])
    return np.asarray(hour == hours[None, :])


def seasons(contract: Contract, times: pd.DatetimeIndex) -> np.ndarray:
    """Number of the season of a contract that each step lies in, or follows; 0 is that of the first step, (T,)."""
    day = np.array([f"{t:%m-%d}" for t in times])
    year = times.year.to_numpy() - (day < contract.first_day)
    return np.asarray(year - year[0])


def calls_of(case: Case, facts: GridFacts, response_cap_mw: np.ndarray) -> Calls:
    """Everything that limits events. `response_cap_mw` is (T, members)."""
    times, step_h = case.horizon.times, case.horizon.step_h
    own = np.array([k for k, contract in enumerate(facts.contracts) if contract.has_calls], dtype=int)
    contracts, states = [facts.contracts[k] for k in own], [states_of(case, facts)[k] for k in own]
    days = times.normalize()
    day_index = np.unique(days, return_inverse=True)[1]
    season_index = np.array([seasons(c, times) for c in contracts], dtype=int).reshape(len(own), len(times)).T
    idle = [np.inf if s.rest_h is None else s.rest_h / step_h for s in states]
    return Calls(
        contract_indices=own,
        allowed=_allowed(case, facts, response_cap_mw)[:, own],
        told=told(case, facts)[:, own],
        least_mw=np.array([c.least_call_share * c.capacity_mw for c in contracts]),
        up_count=np.array([steps_up(c.min_event_h, step_h) for c in contracts], dtype=int),
        most_count=np.array([_steps_down(c.max_event_h, step_h) for c in contracts]),
        rest_count=np.array([steps_up(c.min_rest_h, step_h) for c in contracts], dtype=int),
        event_count=np.array([s.event_h / step_h for s in states]),
        idle_count=np.array(idle),
        day_index=day_index,
        season_index=season_index,
        day_left_count=_left(
            [c.calls_per_day_count for c in contracts], [s.calls_today_count for s in states], int(day_index.max()) + 1
        ),
        season_left_count=_left(
            [c.calls_per_season_count for c in contracts],
            [s.calls_season_count for s in states],
            int(season_index.max(initial=0)) + 1,
        ),
    )


def _allowed(case: Case, facts: GridFacts, response_cap_mw: np.ndarray) -> np.ndarray:
    """
    Whether each contract may deliver anything in each step, (T, contracts), bool.

    In its season and hours, and where its least fits under the cap of its grid. What a reduce contract cuts it must
    repay later: never in the last step of a horizon that ends without debts, nor in a step by whose end all is repaid.
    """
    times = case.horizon.times
    able = fill_hours(facts, times) | ~np.array([c.kind == FILL for c in facts.contracts], dtype=bool)
    due = deadlines(facts, times, case.horizon.step_h)
    if case.response.backlog == CLOSED:
        due[-1:] = True
    for k, contract in enumerate(facts.contracts):
        least_mw = contract.least_call_share * contract.capacity_mw
        able[:, k] &= in_yearly_season(times, contract.first_day, contract.last_day)
        able[:, k] &= least_mw <= response_cap_mw[:, facts.members.index(contract.grid)]
        if contract.kind == REDUCE and contract.payback_share > 0:
            able[:, k] &= ~due[:, k]
    allowed: np.ndarray = able
    return allowed


def _left(limits: list[int | None], used: list[int], count: int) -> np.ndarray:
    """Calls that may begin in each day or season, (count, n); what was used before counts in the first."""
    most = np.array([np.inf if limit is None else float(limit) for limit in limits])
    left = np.tile(most, (count, 1))
    left[0] -= used
    return np.asarray(np.maximum(left, 0.0))


def steps_up(hours_h: float, step_h: float) -> int:
    """A least time in steps; shorter than a step counts as one."""
    return max(1, math.ceil(hours_h / step_h - DURATION_H))


def _steps_down(hours_h: float | None, step_h: float) -> float:
    """A longest time in steps, rounded down; infinite where there is none."""
    return math.inf if hours_h is None else float(math.floor(hours_h / step_h + DURATION_H))
