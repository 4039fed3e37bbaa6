"""How fast output may change."""

from __future__ import annotations

import numpy as np

from dispatch.model import names
from dispatch.model.draft import Draft, each
from dispatch.model.thermal.commitment import on_before
from dispatch.model.thermal.output_limits import (
    output_before_mw,
    output_mw,
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
    step = each(draft.facts.units, "ramp_up_mw_per_h") * draft.inputs.step_h
    binding = _can_bind(draft, step)
    if not binding.any():
        return
    members = draft.units[binding]
    output, on = output_mw(draft)[:, binding], draft.variable(names.STATUS, members)
    started = draft.variable(names.START, members)
    rise = output - output.shift(1) - step[binding] * on.shift(1) - start_limit_mw(draft)[:, binding] * started
    right = np.zeros((len(draft.times), len(members)))
    right[0] = (output_before_mw(draft) + step * on_before(draft))[binding]
    draft.hold("Generator-ramp_up", rise, "<=", right, members)


def limit_ramp_down(draft: Draft) -> None:
    """
    Output falls by at most the ramp, or from the stop limit in the hour of a stop.

        p[t-1] - p[t]  <=  RD dt u[t] + SD[t-1] w[t]            every step t, p[-1] from the case

    RD  ramp   MW per hour        SD  stop limit   MW
    Written only for units whose ramp can bind: RD dt < Pmax - Pmin in some step.
    Knueven, Ostrowski, Watson (2020), eq. (36) in terms of total output.
    """
    step = each(draft.facts.units, "ramp_down_mw_per_h") * draft.inputs.step_h
    binding = _can_bind(draft, step)
    if not binding.any():
        return
    members = draft.units[binding]
    output, on = output_mw(draft)[:, binding], draft.variable(names.STATUS, members)
    limit = np.vstack([stop_limit_before_mw(draft), stop_limit_mw(draft)[:-1]])[:, binding]
    fall = output.shift(1) - output - step[binding] * on - limit * draft.variable(names.STOP, members)
    right = np.zeros((len(draft.times), len(members)))
    right[0] = -output_before_mw(draft)[binding]
    draft.hold("Generator-ramp_down", fall, "<=", right, members)


def _can_bind(draft: Draft, ramp_mw: np.ndarray) -> np.ndarray:
    """Units whose ramp over a step is shorter than their range, or than what lies between before and first step."""
    inputs = draft.inputs
    highest = np.maximum(inputs.output_max_mw.max(axis=0), output_before_mw(draft))
    return np.asarray(ramp_mw < highest - inputs.output_min_mw.min(axis=0) - POWER_MW)
