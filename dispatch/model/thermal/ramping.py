"""How fast output may change."""

from __future__ import annotations

import numpy as np

from dispatch.model import names
from dispatch.model.draft import Draft, by_name
from dispatch.model.thermal.output_limits import (
    output_before_mw,
    start_limit_mw,
    stop_limit_before_mw,
    stop_limit_mw,
)
from dispatch.units import POWER_MW


def limit_ramp_up(draft: Draft) -> None:
    """
    Output rises by at most the ramp, or up to the start limit in the hour of a start.

        p[t] - p[t-1]  <=  RU dt u[t-1] + SU[t] v[t]            every step t, p[-1], u[-1] from the case

    RU  ramp   MW per hour        SU  start limit   MW
    Written only for units whose ramp can bind: RU dt < Pmax - Pmin in some step.
    Knueven, Ostrowski, Watson (2020), eq. (35) in terms of total output.
    """
    ramp = np.array([unit.ramp_up_mw_per_h for unit in draft.facts.units]) * draft.inputs.step_h
    members = draft.units[_can_bind(draft, ramp)]
    if members.empty:
        return
    output = draft.variable(names.OUTPUT, members)
    on, started = draft.variable(names.STATUS, members), draft.variable(names.START, members)
    step = by_name(ramp, draft.units).sel(name=members)
    start = start_limit_mw(draft).sel(name=members)
    rise = output - output.shift(snapshot=1) - step * on.shift(snapshot=1) - start * started
    draft.model.add_constraints(rise.isel(snapshot=slice(1, None)) <= 0, name="Generator-ramp_up")
    before = by_name(output_before_mw(draft), draft.units).sel(name=members)
    was_on = by_name(_was_on(draft), draft.units).sel(name=members)
    first = (output - start * started).isel(snapshot=0)
    draft.model.add_constraints(first <= before + step * was_on, name="Generator-ramp_up_first")


def limit_ramp_down(draft: Draft) -> None:
    """
    Output falls by at most the ramp, or from the stop limit in the hour of a stop.

        p[t-1] - p[t]  <=  RD dt u[t] + SD[t-1] w[t]            every step t, p[-1] from the case

    RD  ramp   MW per hour        SD  stop limit   MW
    Written only for units whose ramp can bind: RD dt < Pmax - Pmin in some step.
    Knueven, Ostrowski, Watson (2020), eq. (36) in terms of total output.
    """
    ramp = np.array([unit.ramp_down_mw_per_h for unit in draft.facts.units]) * draft.inputs.step_h
    members = draft.units[_can_bind(draft, ramp)]
    if members.empty:
        return
    output = draft.variable(names.OUTPUT, members)
    on, stopped = draft.variable(names.STATUS, members), draft.variable(names.STOP, members)
    step = by_name(ramp, draft.units).sel(name=members)
    limit = stop_limit_mw(draft).sel(name=members).shift(snapshot=1, fill_value=0.0)
    fall = output.shift(snapshot=1) - output - step * on - limit * stopped
    draft.model.add_constraints(fall.isel(snapshot=slice(1, None)) <= 0, name="Generator-ramp_down")
    before = by_name(output_before_mw(draft), draft.units).sel(name=members)
    limit_before = by_name(stop_limit_before_mw(draft), draft.units).sel(name=members)
    first = (output + step * on + limit_before * stopped).isel(snapshot=0)
    draft.model.add_constraints(first >= before, name="Generator-ramp_down_first")


def _can_bind(draft: Draft, ramp_mw: np.ndarray) -> np.ndarray:
    """Units whose ramp over a step is shorter than their range, or than what lies between before and first step."""
    inputs = draft.inputs
    before = output_before_mw(draft)
    highest = np.maximum(inputs.output_max_mw.max(axis=0), before)
    lowest = inputs.output_min_mw.min(axis=0)
    return np.asarray(ramp_mw < highest - lowest - POWER_MW)


def _was_on(draft: Draft) -> np.ndarray:
    before = {state.unit: state.on for state in draft.case.units}
    return np.array([float(before[name]) for name in draft.units])
