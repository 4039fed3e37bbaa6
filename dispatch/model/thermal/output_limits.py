"""Between minimum and maximum when on, lower in the hour of a start and in the hour before a stop."""

from __future__ import annotations

import numpy as np

from dispatch.model import names
from dispatch.model.draft import Draft, each
from dispatch.model.terms import Terms
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

        p[t]  <=  Pmax[t] u[t] - (Pmax[t] - SU[t]) v[t] - (Pmax[t] - SD[t]) w[t+1]        UT >= 2 steps
        p[t]  <=  Pmax[t] u[t] - (Pmax[t] - SU[t]) v[t]                                   else, with
        p[t]  <=  Pmax[t] u[t] - (Pmax[t] - SD[t]) w[t+1]

    SU, SD  start and stop ramp, at least the minimum in force   MW
    A unit that may start and stop within two steps (UT = 1) cannot carry both terms in one row.
    Morales-España, Latorre, Ramos (2013), eq. (12)-(14).
    """
    if draft.units.empty:
        return
    long = runs_two_steps(draft)
    for label, chosen, starts, stops in (
        ("output_max", long, True, True),
        ("output_max_start", ~long, True, False),
        ("output_max_stop", ~long, False, True),
    ):
        if chosen.any():
            room = room_above(draft, starts=starts, stops=stops)[:, chosen]
            draft.hold(f"Generator-{label}", room, ">=", 0.0, draft.units[chosen])
    _hold_first_stop(draft)


def output_mw(draft: Draft) -> Terms:
    """Output of each unit, MW, (T, units): p = Pmin u + p'."""
    minimum = draft.variable(names.STATUS) * draft.inputs.output_min_mw
    return minimum + draft.variable(names.ABOVE)


def room_below(draft: Draft) -> Terms:
    """What each unit may fall in a step, MW, (T, units): p'."""
    return draft.variable(names.ABOVE)


def room_above(draft: Draft, *, starts: bool = True, stops: bool = True) -> Terms:
    """What each unit may rise in a step, MW, (T, units): the right-hand sides above less p."""
    maximum, minimum = draft.inputs.output_max_mw, draft.inputs.output_min_mw
    room: Terms = draft.variable(names.STATUS) * (maximum - minimum) - draft.variable(names.ABOVE)
    if starts:
        room = room - draft.variable(names.START) * (maximum - start_limit_mw(draft))
    if stops:
        room = room - draft.variable(names.STOP).shift(-1) * (maximum - stop_limit_mw(draft))
    return room


def runs_two_steps(draft: Draft) -> np.ndarray:
    """Whether the minimum up time of a unit is at least two steps, (units,), bool."""
    return np.asarray(each(draft.facts.units, "min_up_h") > draft.inputs.step_h)


def start_limit_mw(draft: Draft) -> np.ndarray:
    """Highest output in the hour of a start, (T, units): the start ramp, at least the minimum in force."""
    return _between(draft, each(draft.facts.units, "start_ramp_mw"))


def stop_limit_mw(draft: Draft) -> np.ndarray:
    """Highest output in the hour before a stop, (T, units): the stop ramp, at least the minimum in force."""
    return _between(draft, each(draft.facts.units, "stop_ramp_mw"))


def stop_limit_before_mw(draft: Draft) -> np.ndarray:
    """Highest output from which a unit may stop in the first step, (units,)."""
    return np.asarray(np.maximum(each(draft.facts.units, "stop_ramp_mw"), draft.inputs.output_min_before_mw))


def output_before_mw(draft: Draft) -> np.ndarray:
    """Output in the step before the horizon, (units,)."""
    before = {state.unit: state.output_mw for state in draft.case.units}
    return np.array([before[name] for name in draft.units])


def _between(draft: Draft, ramp: np.ndarray) -> np.ndarray:
    inputs = draft.inputs
    return np.asarray(np.minimum(np.maximum(ramp, inputs.output_min_mw), inputs.output_max_mw))


def _hold_first_stop(draft: Draft) -> None:
    """A unit above its stop limit before the horizon cannot stop in the first step."""
    high = output_before_mw(draft) > stop_limit_before_mw(draft) + POWER_MW
    if high.any():
        members = draft.units[high]
        stopped = draft.variable(names.STOP, members)
        draft.hold_at(0, "Generator-first_stop", stopped, "=", np.zeros(len(members)), members)
