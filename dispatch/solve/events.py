"""Events of response contracts near a relaxed point: whole numbers that keep lengths, rests and counts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from dispatch.case.calls import Calls, calls_of
from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs
from dispatch.model import names
from dispatch.model.rows import Model
from dispatch.units import INTEGRALITY

NEVER = -1e9  # of a gain
DELIVERED = (names.DELAYED, names.SPARED, names.FILLED)


@dataclass(frozen=True)
class Events:
    """Columns of the contracts that are called, and what limits their events. Contracts as in `Calls`."""

    called_index: np.ndarray  # (T, n), column of "is called"
    delivered_index: np.ndarray  # (3, T, n), columns whose sum is what is delivered
    calls: Calls
    capacity_mw: np.ndarray  # (n,)
    member_index: np.ndarray  # (n,), of the grid
    cap_mw: np.ndarray  # (T, members)

    def cut(self, begin: int, end: int, column_index: np.ndarray, x: np.ndarray) -> Events:
        """The same from step `begin` to before `end`, in the columns of that part, after what `x` did before."""
        before = x[self.called_index[:begin]] > 1 / 2
        return replace(
            self,
            called_index=np.searchsorted(column_index, self.called_index[begin:end]),
            delivered_index=np.searchsorted(column_index, self.delivered_index[:, begin:end]),
            calls=self.calls.cut(begin, end, before),
            cap_mw=self.cap_mw[begin:end],
        )

    def rounded(self, x: np.ndarray, threshold: float) -> np.ndarray:
        """
        Which contracts are called, (T, n), 0 or 1: those that deliver most first, while their least fits the cap.

        threshold  of the least that an event delivers: a step is worth calling from this on
        """
        delivered = x[self.delivered_index].sum(axis=0) / self.capacity_mw
        gain = delivered - threshold * self.calls.least_mw / self.capacity_mw - INTEGRALITY
        return self._within_cap(gain)

    def fewest(self) -> np.ndarray:
        """No event but those that must go on, (T, n), 0 or 1."""
        return self._within_cap(np.full(self.called_index.shape, NEVER))

    def _within_cap(self, gain: np.ndarray) -> np.ndarray:
        on, room = np.zeros(gain.shape), self.cap_mw.copy()
        for k in np.argsort(-gain.clip(min=0.0).sum(axis=0), kind="stable"):
            least, member = self.calls.least_mw[k], self.member_index[k]
            fits = (room[:, member] >= least) | self.calls.held[:, k]
            on[:, k] = best_events(self.calls, int(k), np.where(fits, gain[:, k], NEVER))
            room[:, member] -= least * on[:, k]
        return on


def events_of(model: Model, case: Case, facts: GridFacts, inputs: Inputs) -> Events | None:
    """The events of a model of ours; None where no contract is called in events."""
    if names.CALLED not in model.variables:
        return None
    calls = calls_of(case, facts, inputs.response_cap_mw)
    contracts = [facts.contracts[k] for k in calls.contract_indices]
    return Events(
        called_index=model.variables[names.CALLED].columns,
        delivered_index=np.array([model.variables[n].columns[:, calls.contract_indices] for n in DELIVERED]),
        calls=calls,
        capacity_mw=np.array([contract.capacity_mw for contract in contracts]),
        member_index=np.array([facts.members.index(contract.grid) for contract in contracts]),
        cap_mw=inputs.response_cap_mw,
    )


def best_events(calls: Calls, k: int, gain: np.ndarray) -> np.ndarray:
    """
    The events of one contract with the greatest sum of gains that keeps its terms, (T,), 0 or 1.

        F(t, d, s) = max( F(t+1, d, s),  max over lengths L of  sum(gain[t:t+L]) + F(t+L+rest, d-1, s-1) )

    d, s  calls left in the day and in the season, no more than fit. Solved from the end; an event may go on beyond
    the horizon.
    """
    count, fit = len(gain), _fitting(calls, k, len(gain))
    worth = np.where(calls.allowed[:, k], gain, NEVER)
    after = np.concatenate([[0.0], np.cumsum(worth)])
    day_left = np.minimum(calls.day_left_count[:, k], fit).astype(int)
    season_left = int(np.minimum(calls.season_left_count[:, k].min(), fit))
    best = np.zeros((count + 1, int(day_left.max()) + 1, season_left + 1))
    length = np.zeros(best.shape, dtype=int)
    for t in range(count - 1, -1, -1):
        best[t] = _from(best, calls, day_left, t, t + 1)
        if calls.may_start[t, k]:
            for end in _ends(calls, k, t, count):
                then = _from(best, calls, day_left, t, min(end + int(calls.rest_count[k]), count))
                value = np.full(best[t].shape, NEVER)
                value[1:, 1:] = after[end] - after[t] + then[:-1, :-1]
                better = value > best[t]
                best[t], length[t] = np.where(better, value, best[t]), np.where(better, end - t, length[t])
    return _traced(calls, k, length, after, best)


def _fitting(calls: Calls, k: int, count: int) -> int:
    """As many events as can begin in so many steps."""
    return -(-count // max(1, int(calls.up_count[k]) + int(calls.rest_count[k])))


def _ends(calls: Calls, k: int, begin: int, count: int) -> range:
    """Steps before which an event that begins in a step may end; it may go on beyond the horizon."""
    least = min(begin + int(calls.up_count[k]), count)
    return range(least, int(min(begin + calls.most_count[k], count)) + 1)


def _from(best: np.ndarray, calls: Calls, day_left: np.ndarray, t: int, later: int) -> np.ndarray:
    """The worth of what follows from a later step on, by the calls left now; a new day has calls of its own."""
    if later < len(calls.day_index) and calls.day_index[later] != calls.day_index[t]:
        return np.broadcast_to(best[later, day_left[calls.day_index[later]]], best[later].shape)
    return np.asarray(best[later])


def _traced(calls: Calls, k: int, length: np.ndarray, after: np.ndarray, best: np.ndarray) -> np.ndarray:
    """The steps of the best events, with the event of before the horizon, if any, ended where that is best."""
    count, rest = len(length) - 1, int(calls.rest_count[k])
    on, season, t = np.zeros(count), best.shape[2] - 1, 0
    day_left = np.minimum(calls.day_left_count[:, k], _fitting(calls, k, count)).astype(int)
    left_at = day_left[np.append(calls.day_index, calls.day_index[-1])]  # nothing was begun inside the horizon yet
    if calls.event_count[k] > 0:
        held, most = int(calls.held[:, k].sum()), int(calls.going_on[:, k].sum())
        ends = range(held, max(held, most) + 1)
        then = [min(n + rest, count) for n in ends]
        t = int(np.argmax([after[n] + best[m, left_at[m], season] for n, m in zip(ends, then, strict=True)]))
        on[: ends[t]], t = 1.0, then[t]
    left = left_at[t]
    while t < count:
        n = int(length[t, left, season])
        on[t : t + n] = 1.0
        later = t + 1 if n == 0 else min(t + n + rest, count)
        left, season = left - (n > 0), season - (n > 0)
        if later < count and calls.day_index[later] != calls.day_index[t]:
            left = left_at[later]
        t = later
    return on
