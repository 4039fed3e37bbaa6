"""Between minimum and maximum when on, lower in the hour of a start and in the hour before a stop."""

from __future__ import annotations

import numpy as np

from dispatch.model import names
from dispatch.model.draft import Draft
from dispatch.model.terms import Terms
from dispatch.model.thermal.headroom import kept_mw
from dispatch.model.thermal.limits import start_limit_mw, stop_limit_before_mw, stop_reach_mw, take_one_row
from dispatch.model.thermal.products import UP
from dispatch.units import POWER_MW


def decide_output(draft: Draft) -> None:
    """
    A unit that is on holds its minimum in force; what is decided is the output above it.

        p[t]  =  Pmin[t] u[t] + p'[t],        p'[t]  >=  0            every step t

    p  output   MW        p'  output above the minimum   MW
    Pmin  minimum, of the heating season for a unit that heats   MW
    Knueven, Ostrowski, Watson (2020), section 3.2 and eq. (17).
    """
    span = np.maximum(draft.inputs.output_max_mw - draft.inputs.output_min_mw, 0.0)
    draft.decide(names.ABOVE, draft.units, span)


def limit_output_above(draft: Draft) -> None:
    """
    A unit that is on stays below its maximum, below SU in the hour of a start, below SD before a stop.

        p + r  <=  Pmax u - (Pmax - SU) v - (Pmax - SR) w[t+1]                      UT >= 2 steps, or SU or SR = Pmax
        p + r  <=  Pmax u - (Pmax - SU) v - max(0, SU - SR) w[t+1]                  else, with
        p + r  <=  Pmax u - (Pmax - SR) w[t+1] - max(0, SR - SU) v                  all in every step t

    SU, SD  start and stop ramp, at least the minimum in force   MW    r  reserve up that is decided, all products   MW
    SR      SD, or more where reserve may reach farther than output before a stop: SD then holds in `ramping`   MW
    A unit that may start and stop within two steps (UT = 1) cannot carry both terms in full in one row, if it has both.
    Morales-España, Latorre, Ramos (2013), eq. (12); Gentile, Morales-España, Ramos (2017), eq. (4)-(5);
    Knueven, Ostrowski, Watson (2020), eq. (20), (23a), (23b).
    """
    if draft.units.empty:
        return
    whole, maximum = take_one_row(draft), draft.inputs.output_max_mw
    start, stop = maximum - start_limit_mw(draft), maximum - stop_reach_mw(draft)
    for label, chosen, at_start, at_stop in (
        ("output_max", whole, start, stop),
        ("output_max_start", ~whole, start, np.maximum(stop - start, 0.0)),
        ("output_max_stop", ~whole, np.maximum(start - stop, 0.0), stop),
    ):
        if chosen.any():
            room = _room(draft, at_start, at_stop) - kept_mw(draft, UP)
            draft.hold(f"Generator-{label}", room[:, chosen], ">=", 0.0, draft.units[chosen])
    _hold_first_stop(draft)


def output_mw(draft: Draft) -> Terms:
    """Output of each unit, MW, (T, units): p = Pmin u + p'."""
    minimum = draft.variable(names.STATUS) * draft.inputs.output_min_mw
    return minimum + draft.variable(names.ABOVE)


def room_below(draft: Draft) -> Terms:
    """What each unit may fall in a step, MW, (T, units): p'."""
    return draft.variable(names.ABOVE)


def room_above(draft: Draft) -> Terms:
    """What each unit of one row may rise in a step, MW, (T, units): the right-hand side above less p."""
    maximum = draft.inputs.output_max_mw
    return _room(draft, maximum - start_limit_mw(draft), maximum - stop_reach_mw(draft))


def _room(draft: Draft, at_start: np.ndarray, at_stop: np.ndarray) -> Terms:
    span = draft.inputs.output_max_mw - draft.inputs.output_min_mw
    room: Terms = draft.variable(names.STATUS) * span - draft.variable(names.ABOVE)
    return room - draft.variable(names.START) * at_start - draft.variable(names.STOP).shift(-1) * at_stop


def _hold_first_stop(draft: Draft) -> None:
    """A unit above its stop limit before the horizon cannot stop in the first step."""
    known = np.array([not unit.first_step_free for unit in draft.facts.units], dtype=bool)
    high = known & (draft.inputs.output_before_mw > stop_limit_before_mw(draft) + POWER_MW)
    if high.any():
        members = draft.units[high]
        stopped = draft.variable(names.STOP, members)
        draft.hold_at(0, "Generator-first_stop", stopped, "=", np.zeros(len(members)), members)
