"""
Thermal units: logic, minimum times, output, ramps, and what the case and the heating season ask.

u on, v started, w stopped (0 or 1); p output, Pmin, Pmax limits in force, SU, SD start and stop limits MW;
RU, RD ramps MW/h; UT, DT minimum up and down time h; dt length of a step h; t = -1 the state in the case.
Starts and stops are read from u alone, except in `logic`, which holds v and w to it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dispatch.audit.evidence import Evidence, names, numbers
from dispatch.audit.finding import Finding, Rule, found
from dispatch.audit.heat import held_here
from dispatch.case.inputs import left_mw
from dispatch.case.start_limits import limit_of
from dispatch.units import DURATION_H, INTEGRALITY, POWER_MW

LOGIC = Rule("thermal-logic", "0 or 1", INTEGRALITY)
MINIMUM_UP_TIME = Rule("thermal-minimum_up_time", "h", DURATION_H)
MINIMUM_DOWN_TIME = Rule("thermal-minimum_down_time", "h", DURATION_H)
OUTPUT_LIMITS = Rule("thermal-output_limits", "MW", POWER_MW)
START_STOP_RAMPS = Rule("thermal-start_stop_ramps", "MW", POWER_MW)
RAMPS = Rule("thermal-ramps", "MW", POWER_MW)
MUST_RUN = Rule("thermal-must_run", "units", INTEGRALITY)
NO_START = Rule("thermal-no_start", "starts", INTEGRALITY)
STARTS = Rule("thermal-starts", "starts", INTEGRALITY)
IN_SERVICE = Rule("thermal-in_service", "units", INTEGRALITY)
RUNNING_MINIMUM = Rule("thermal-running_minimum", "units", INTEGRALITY)


def logic(e: Evidence) -> Finding:
    """
    A unit comes on by a start and goes off by a stop, and all three are 0 or 1.

        u[t] - u[t-1] = v[t] - w[t],   v[t] + w[t] <= 1
    """
    on, started, stopped = e.table("on"), e.table("started"), e.table("stopped")
    before = np.vstack([e.on_before[:1], on[:-1]])
    fraction = [np.abs(decision - np.clip(np.rint(decision), 0, 1)) for decision in (on, started, stopped)]
    identity = np.abs(on - before - started + stopped)
    amount = np.maximum.reduce([identity, started + stopped - 1, *fraction])
    return found(LOGIC, amount, names(e.facts.units), e.inputs.times)


def minimum_up_time(e: Evidence) -> Finding:
    """
    A unit that stops has been on for its minimum up time, hours before the horizon included.

        hours on before a stop >= UT
    """
    wanted = numbers(e.facts.units, "min_up_h")
    amount = np.where(e.stops, wanted - _hours_before_h(e, e.on_before), 0.0)
    return found(MINIMUM_UP_TIME, amount, names(e.facts.units), e.inputs.times)


def minimum_down_time(e: Evidence) -> Finding:
    """
    A unit that starts has been off for its minimum down time, hours before the horizon included.

        hours off before a start >= DT
    """
    wanted = numbers(e.facts.units, "min_down_h")
    amount = np.where(e.starts, wanted - _hours_before_h(e, ~e.on_before), 0.0)
    return found(MINIMUM_DOWN_TIME, amount, names(e.facts.units), e.inputs.times)


def _hours_before_h(e: Evidence, so_before: NDArray[np.bool_]) -> np.ndarray:
    """How long each unit has been in a state (on, or off) just before each step, h, (T, units)."""
    states = {state.unit: state.hours_h for state in e.case.units}
    hours = np.zeros(so_before.shape)
    hours[0] = np.where(so_before[0], [states[unit.name] for unit in e.facts.units], 0.0)
    for t in range(1, len(hours)):
        hours[t] = np.where(so_before[t], hours[t - 1] + e.inputs.step_h, 0.0)
    return hours


def output_limits(e: Evidence) -> Finding:
    """
    A unit that is on keeps its limits in force; a unit that is off gives nothing.

        Pmin[t] u[t] <= p[t] <= Pmax[t] u[t]

    Of a unit that is on while it heats by a heat load only what an outage leaves of it is looked at here, the rest in
    `heat.region`.
    """
    output = e.table("output_mw")
    amount = np.maximum(e.inputs.output_min_mw * e.on - output, output - e.inputs.output_max_mw * e.on)
    derated = np.maximum(output - left_mw(e.case, e.facts, e.inputs.times), 0.0)
    amount = np.where(e.on & held_here(e), derated, amount)
    return found(OUTPUT_LIMITS, amount, names(e.facts.units), e.inputs.times)


def start_stop_ramps(e: Evidence) -> Finding:
    """
    A unit starts low and comes down low before it stops. A stop is named by the step it is off.

        p[t] <= SU[t] in the step of a start,   p[t-1] <= SD[t-1] where it stops in t
    """
    eve = np.maximum(numbers(e.facts.units, "stop_ramp_mw"), e.inputs.output_min_before_mw)
    stop_limit = np.vstack([eve[None, :], e.stop_limit_mw[:-1]])
    too_high_after_start = np.where(e.starts, e.table("output_mw") - e.start_limit_mw, 0.0)
    too_high_before_stop = np.where(e.stops & _known_before(e), e.output_before_mw - stop_limit, 0.0)
    amount = np.maximum(too_high_after_start, too_high_before_stop)
    return found(START_STOP_RAMPS, amount, names(e.facts.units), e.inputs.times)


def ramps(e: Evidence) -> Finding:
    """
    A unit that stays on moves no faster than its ramps; one whose first step is free from the second on.

        p[t] - p[t-1] <= RU dt,   p[t-1] - p[t] <= RD dt        where u[t-1] = u[t] = 1

    In the step of a start or a stop the same rows say what `start_stop_ramps` says, and are left to it.
    """
    units, step_h = e.facts.units, e.inputs.step_h
    rise = e.table("output_mw") - e.output_before_mw
    too_fast = np.maximum(
        rise - numbers(units, "ramp_up_mw_per_h") * step_h,
        -rise - numbers(units, "ramp_down_mw_per_h") * step_h,
    )
    amount = np.where(e.on & e.on_before & _known_before(e), too_fast, 0.0)
    return found(RAMPS, amount, names(units), e.inputs.times)


def _known_before(e: Evidence) -> NDArray[np.bool_]:
    """Whether output a step earlier is known: not before the first of a unit whose first step is free, (T, units)."""
    known = np.ones((len(e.inputs.times), len(e.facts.units)), dtype=bool)
    known[0] = [not unit.first_step_free for unit in e.facts.units]
    return known


def must_run(e: Evidence) -> Finding:
    """
    A unit is on where the case says so.

        u[t] = 1
    """
    amount = (e.inputs.must_run & ~e.on).astype(float)
    return found(MUST_RUN, amount, names(e.facts.units), e.inputs.times)


def in_service(e: Evidence) -> Finding:
    """
    A unit is off during an outage.

        u[t] = 0
    """
    amount = (e.on & ~e.inputs.in_service).astype(float)
    return found(IN_SERVICE, amount, names(e.facts.units), e.inputs.times)


def no_start(e: Evidence) -> Finding:
    """
    A unit does not come on where it may not be started.

        u[t] - u[t-1] <= 0
    """
    amount = (e.starts & e.inputs.no_start).astype(float)
    return found(NO_START, amount, names(e.facts.units), e.inputs.times)


def starts(e: Evidence) -> Finding:
    """
    A unit comes on no more often than it may, in each calendar day, in each calendar week and in the horizon.

        starts in a day <= N,   in a week, with those before <= W,   in all <= M
    """
    days, amount = e.inputs.times.normalize(), np.zeros(len(e.facts.units))
    week = e.inputs.times.to_period("W-SUN")
    before = {state.unit: state.starts_this_week_count for state in e.case.units}
    for k, unit in enumerate(e.facts.units):
        limit = limit_of(e.case, unit)
        if limit is not None:
            most_a_day = max(int(e.starts[days == day, k].sum()) for day in days.unique())
            beyond_a_day = -np.inf if limit.per_day_count is None else most_a_day - limit.per_day_count
            beyond = -np.inf if limit.horizon_count is None else int(e.starts[:, k].sum()) - limit.horizon_count
            begun = e.starts[:, k]
            used = np.array([begun[week == w].sum() + (before[unit.name] if w == week[0] else 0) for w in week])
            allowed = np.inf if limit.per_week_count is None else limit.per_week_count
            beyond_a_week = np.where([begun[week == w].any() for w in week], used - allowed, -np.inf).max()
            amount[k] = max(beyond_a_day, beyond_a_week, beyond)
    return found(STARTS, amount, names(e.facts.units))


def running_minimum(e: Evidence) -> Finding:
    """
    A heating plant keeps its minimum of units on in the heating season (最小运行方式).

        sum over its heating units of u[t] >= units on        unless the case prices what is missing (`objective-value`)
    """
    groups = e.inputs.running_groups if e.case.heat.short_cny_per_mwh is None else ()
    missing = [group.units_on_count - e.on[:, list(group.unit_indices)].sum(axis=1) for group in groups]
    amount = np.column_stack(missing).astype(float) if missing else np.zeros((len(e.inputs.times), 0))
    return found(RUNNING_MINIMUM, amount, [group.plant for group in groups], e.inputs.times)
