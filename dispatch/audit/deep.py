"""
Deep peak-shaving (深度调峰): what a unit lacks to its normal minimum, and oil support below its oil line (投油稳燃).

u on, z oil support (0 or 1); p output, N normal minimum, T oil line MW; t = -1 the state in the case, which has oil
support where a unit that is on gives less than T.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from dispatch.audit.evidence import Evidence, names
from dispatch.audit.finding import Finding, Rule, found
from dispatch.case.thermal import OilSupport
from dispatch.units import DURATION_H, POWER_MW, SHARE

BELOW_NORMAL = Rule("thermal-below_normal", "MW", POWER_MW)
OIL_SUPPORT = Rule("thermal-oil_support", "MW", POWER_MW)
OIL_RATE = Rule("thermal-oil_rate", "t/h", SHARE)
OIL_LEAST_TIME = Rule("thermal-oil_least_time", "h", DURATION_H)
OIL_MOST_TIME = Rule("thermal-oil_most_time", "h", DURATION_H)
OIL_APART = Rule("thermal-oil_apart", "h", DURATION_H)


def below_normal(e: Evidence) -> Finding:
    """
    What is told of output below the normal minimum is what the output says.

        below[t] = max(0, N - p[t])  where u[t] = 1,  else 0
    """
    normal = np.array([unit.deep_bands[0].below_mw if unit.deep_bands else 0.0 for unit in e.facts.units])
    lacking = np.where(e.on, np.maximum(normal - e.table("output_mw"), 0.0), 0.0)
    return found(BELOW_NORMAL, np.abs(e.table("below_normal_mw") - lacking), names(e.facts.units), e.inputs.times)


def oil_support(e: Evidence) -> Finding:
    """
    A unit that is on gives T or more without oil support, T or less with it; no other unit has any.

        p[t] >= T  where u[t] = 1 and z[t] = 0,      u[t] = 1 and p[t] <= T  where z[t] = 1
    """
    output, told = e.table("output_mw"), e.table("oil_support")
    amount = np.zeros(output.shape)
    for k, unit in enumerate(e.facts.units):
        oil, has = unit.oil_support, _has(e)[:, k]
        beyond = np.abs(told[:, k] - has) * unit.output_max_mw  # neither 0 nor 1
        if oil is None:
            amount[:, k] = np.maximum(beyond, has * unit.output_max_mw)
            continue
        without = np.where(e.on[:, k] & ~has, oil.below_mw - output[:, k], 0.0)
        with_it = np.where(has, np.where(e.on[:, k], output[:, k] - oil.below_mw, unit.output_max_mw), 0.0)
        amount[:, k] = np.maximum.reduce([beyond, without, with_it])
    return found(OIL_SUPPORT, amount, names(e.facts.units), e.inputs.times)


def oil_rate(e: Evidence) -> Finding:
    """
    A unit with oil support burns oil at its rate, and no other does.

        oil[t] = rate z[t]        t/h
    """
    rate = np.array([u.oil_support.oil_t_per_h if u.oil_support else 0.0 for u in e.facts.units])
    return found(OIL_RATE, np.abs(e.table("oil_t_per_h") - rate * _has(e)), names(e.facts.units), e.inputs.times)


def oil_least_time(e: Evidence) -> Finding:
    """
    Oil support that ends has lasted its least time, hours before the horizon included.

        hours with it before an end >= least

    An outage, and a heating minimum above the oil line, end it sooner.
    """
    amount = np.zeros(_has(e).shape)
    for k, oil in _oils(e):
        has, before = _has(e)[:, k], _had(e, k)
        free = e.inputs.in_service[:, k] & (e.inputs.output_min_mw[:, k] < oil.below_mw - POWER_MW)
        amount[:, k] = np.where(before & ~has & free, oil.least_h - _hours_h(e, k, before), 0.0)
    return found(OIL_LEAST_TIME, amount, names(e.facts.units), e.inputs.times)


def oil_most_time(e: Evidence) -> Finding:
    """
    Oil support lasts no longer than its most time, hours before the horizon included.

        hours with it so far <= most, or the least time in whole steps
    """
    amount = np.zeros(_has(e).shape)
    for k, oil in _oils(e):
        has, step_h = _has(e)[:, k], e.inputs.step_h
        most_h = max(oil.most_h, math.ceil(oil.least_h / step_h - DURATION_H) * step_h, step_h)
        earlier_h = _hours_h(e, k, _had(e, k), unknown_h=0.0)
        amount[:, k] = np.where(has, earlier_h + step_h - most_h, 0.0)
    return found(OIL_MOST_TIME, amount, names(e.facts.units), e.inputs.times)


def oil_apart(e: Evidence) -> Finding:
    """
    Oil support begins no sooner after it ended than its time apart.

        hours without it before a begin >= apart
    """
    amount = np.zeros(_has(e).shape)
    for k, oil in _oils(e):
        has, before = _has(e)[:, k], _had(e, k)
        amount[:, k] = np.where(has & ~before, oil.apart_h - _hours_h(e, k, ~before), 0.0)
    return found(OIL_APART, amount, names(e.facts.units), e.inputs.times)


def _has(e: Evidence) -> NDArray[np.bool_]:
    """Whether each unit has oil support, (T, units)."""
    return np.asarray(np.rint(e.table("oil_support")) > 0)


def _oils(e: Evidence) -> list[tuple[int, OilSupport]]:
    """Units with an oil line, by place."""
    return [(k, unit.oil_support) for k, unit in enumerate(e.facts.units) if unit.oil_support is not None]


def _had(e: Evidence, k: int) -> NDArray[np.bool_]:
    """Whether a unit had oil support one step earlier, (T,)."""
    unit, oil = e.facts.units[k], e.facts.units[k].oil_support
    state = next(state for state in e.case.units if state.unit == unit.name)
    first = oil is not None and state.on and state.output_mw < oil.below_mw - POWER_MW
    return np.concatenate([[first], _has(e)[:-1, k]])


def _hours_h(e: Evidence, k: int, so_before: NDArray[np.bool_], unknown_h: float = math.inf) -> np.ndarray:
    """How long a unit has been with oil support, or without, just before each step, h, (T,)."""
    state = next(state for state in e.case.units if state.unit == e.facts.units[k].name)
    hours = np.zeros(len(so_before))
    hours_before = unknown_h if state.oil_hours_h is None else state.oil_hours_h
    for t, so in enumerate(so_before):
        earlier = hours_before if t == 0 else hours[t - 1] + e.inputs.step_h
        hours[t] = earlier if so else 0.0
    return hours
