"""
How high a unit can be a few steps after a start or before a stop.

Its ramps imply it already where the unit is wholly on or off; these rows hold for what is half on too, so that the
relaxation is tighter. Written for units whose limits are the same throughout, where the ramp takes several steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dispatch.model import names
from dispatch.model.draft import Draft, each
from dispatch.model.terms import Terms, total
from dispatch.model.thermal.headroom import counts_inside_ramp, kept_mw
from dispatch.model.thermal.limits import start_limit_mw, stop_limit_mw, stop_reach_mw
from dispatch.model.thermal.products import UP
from dispatch.units import DURATION_H, POWER_MW


@dataclass(frozen=True)
class Reach:
    """What lies out of reach of each unit: (K, units), zero beyond its minimum up time and where nothing does."""

    after_start_mw: np.ndarray  # Pmax - SU - k RU dt, k steps after a start
    before_stop_mw: np.ndarray  # Pmax - SD - k RD dt, k steps before the last step on
    least_count: np.ndarray  # (units,), minimum up time in steps

    @property
    def step_indices(self) -> np.ndarray:
        """k, (K, 1)."""
        return np.arange(len(self.after_start_mw))[:, None]


def limit_climb(draft: Draft) -> None:
    """
    A unit climbs from its start limit by its ramp.

        p + r  <=  Pmax u - (Pmax - SR) w[t+1] - sum( a_k v[t-k], 0 <= k <= UT - 2 )        where UT > 2 and a_1 > 0
        p + r  <=  Pmax u                      - sum( a_k v[t-k], 0 <= k <= UT - 1 )        where a_(UT-1) > 0

    a_k  =  max(0, Pmax - SU - k RU dt), out of reach k steps after a start   MW        UT  minimum up time in steps
    r    reserve up, where it counts inside the ramp   MW        SR  as in `output_limits`   MW
    Pan, Guan (2016); Knueven, Ostrowski, Watson (2020), eq. (38), (40).
    """
    if draft.units.empty:
        return
    reach = _reach(draft)
    after, k, least = reach.after_start_mw, reach.step_indices, reach.least_count
    room = _room(draft) - kept_mw(draft, UP) * counts_inside_ramp(draft)
    last = draft.variable(names.STOP).shift(-1) * np.maximum(draft.inputs.output_max_mw - stop_reach_mw(draft), 0.0)
    between, within = after * (k <= least - 2), after * (k <= least - 1)
    longer = (within > POWER_MW).sum(axis=0) > (between > POWER_MW).sum(axis=0)
    several = np.asarray((between[1:] > POWER_MW).any(axis=0))
    _hold(draft, "climb_and_stop", room - last - _started(draft, between), several)
    _hold(draft, "climb", room - _started(draft, within), longer & (least > 1))


def limit_descent(draft: Draft) -> None:
    """
    A unit comes down to its stop limit by its ramp.

        p  <=  Pmax u - sum( b_k w[t+1+k], 0 <= k <= D ) - sum( a_k v[t-k], 0 <= k <= UT - 2 - D ) - c v[t-(UT-1-D)]

    b_k  =  max(0, Pmax - SD - k RD dt), out of reach k steps before the last step on   MW
    D    =  the last k with b_k > 0, at most UT - 1; written where D >= 1
    c    =  max(0, a_(UT-1-D) - b_D): a run of just UT steps has its start and its stop in one row   MW
    Knueven, Ostrowski, Watson (2020), eq. (41).
    """
    if draft.units.empty:
        return
    reach = _reach(draft)
    k, least = reach.step_indices, reach.least_count
    before = reach.before_stop_mw * (k <= least - 1)
    depth = (before > POWER_MW).sum(axis=0) - 1
    deepest = np.take_along_axis(before, np.maximum(depth, 0)[None, :], axis=0)
    after = np.where(k <= least - 2 - depth, reach.after_start_mw, 0.0)
    both = np.where(k == least - 1 - depth, np.maximum(reach.after_start_mw - deepest, 0.0), 0.0)
    stopped = draft.variable(names.STOP)
    descent = total([stopped.shift(-1 - step) * row for step, row in enumerate(before)])
    _hold(draft, "descent", _room(draft) - descent - _started(draft, after + both), depth >= 1)


def _room(draft: Draft) -> Terms:
    """Pmax u - p, MW, (T, units)."""
    span = draft.inputs.output_max_mw - draft.inputs.output_min_mw
    room: Terms = draft.variable(names.STATUS) * span - draft.variable(names.ABOVE)
    return room


def _started(draft: Draft, out_of_reach_mw: np.ndarray) -> Terms:
    """sum( a_k v[t-k] ), MW, (T, units)."""
    started = draft.variable(names.START)
    return total([started.shift(step) * row for step, row in enumerate(out_of_reach_mw)])


def _hold(draft: Draft, label: str, room: Terms, chosen: np.ndarray) -> None:
    if chosen.any():
        draft.hold(f"Generator-{label}", room[:, chosen], ">=", 0.0, draft.units[chosen])


def _reach(draft: Draft) -> Reach:
    """What is out of reach, of units that run two steps at least and whose limits never change."""
    inputs, units = draft.inputs, draft.facts.units
    least = np.maximum(1, np.ceil(each(units, "min_up_h") / inputs.step_h - DURATION_H)).astype(int)
    limits = (inputs.output_min_mw, inputs.output_max_mw)
    steady = np.all([np.ptp(limit, axis=0) <= POWER_MW for limit in limits], axis=0) & (least > 1)
    parts = []
    for limit, ramp in ((start_limit_mw(draft), "ramp_up_mw_per_h"), (stop_limit_mw(draft), "ramp_down_mw_per_h")):
        gap, speed = (inputs.output_max_mw - limit)[0], each(units, ramp) * inputs.step_h
        parts.append((gap, speed))
    longest = max(int(np.ceil(np.max(np.where(steady, gap / speed, 0.0), initial=0.0))) for gap, speed in parts)
    k = np.arange(1 + min(longest, len(draft.times) - 1))[:, None]
    after, before = (np.maximum(np.where(steady, gap - k * speed, 0.0), 0.0) for gap, speed in parts)
    return Reach(after, before, least)
