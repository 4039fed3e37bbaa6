"""How fast output may change."""

from __future__ import annotations

import numpy as np

from dispatch.model import names
from dispatch.model.draft import Draft, each
from dispatch.model.terms import Terms
from dispatch.model.thermal.commitment import on_before
from dispatch.model.thermal.headroom import counts_inside_ramp, kept_mw
from dispatch.model.thermal.limits import start_limit_mw, stop_limit_mw, stop_reach_mw
from dispatch.model.thermal.products import UP
from dispatch.units import POWER_MW


def limit_ramp_up(draft: Draft) -> None:
    """
    Output rises by at most the ramp, or up to the start limit in the hour of a start.

        p'[t] + r[t] - p'[t-1]  <=  (RU dt - a) u[t] + (SU[t] - Pmin[t-1] - RU dt) v[t],     a = Pmin[t] - Pmin[t-1]
        p'[0] + r[0]            <=  (RU dt + p[-1] - Pmin[0]) u[0]                           of a unit on before

    RU  ramp   MW per hour        SU  start limit   MW        r  reserve up, where it counts inside the ramp   MW
    Written only for units whose ramp can bind: RU dt < Pmax - Pmin in some step.
    Knueven, Ostrowski, Watson (2020), eq. (35), for a minimum that changes; Damcı-Kurt et al. (2016), eq. (3).
    """
    step = each(draft.facts.units, "ramp_up_mw_per_h") * draft.inputs.step_h
    binding = _can_bind(draft, step)
    minimum = draft.inputs.output_min_mw
    above = draft.variable(names.ABOVE)
    raised = above + kept_mw(draft, UP) * counts_inside_ramp(draft)
    change = np.diff(minimum, axis=0, prepend=minimum[:1])
    steady = draft.variable(names.STATUS) * (step - change)
    begun = draft.variable(names.START) * (start_limit_mw(draft) - (minimum - change) - step)
    _hold_later(draft, "ramp_up", raised - above.shift(1) - steady - begun, binding)
    reach = draft.variable(names.STATUS) * (step + draft.inputs.output_before_mw - minimum)
    _hold_first(draft, "ramp_up_first", raised - reach, binding)


def limit_ramp_down(draft: Draft) -> None:
    """
    Output falls by at most the ramp, or from the stop limit in the hour of a stop.

        p'[t-1] - p'[t]  <=  (RD dt + a) u[t-1] + (SD[t-1] - Pmin[t] - RD dt) w[t],     a = Pmin[t] - Pmin[t-1]
        p'[0]            >=  (p[-1] - RD dt - Pmin[0]) u[0]                             of a unit on before

    RD  ramp   MW per hour        SD  stop limit   MW
    Written only for units whose ramp can bind: RD dt < Pmax - Pmin in some step; or whose SD is not held elsewhere.
    Knueven, Ostrowski, Watson (2020), eq. (36), for a minimum that changes; Damcı-Kurt et al. (2016), eq. (18).
    """
    step = each(draft.facts.units, "ramp_down_mw_per_h") * draft.inputs.step_h
    binding = _can_bind(draft, step) | (stop_reach_mw(draft) > stop_limit_mw(draft)).any(axis=0)
    minimum = draft.inputs.output_min_mw
    above = draft.variable(names.ABOVE)
    change = np.diff(minimum, axis=0, prepend=minimum[:1])
    steady = draft.variable(names.STATUS).shift(1) * (step + change)
    limit = stop_limit_mw(draft)
    ended = draft.variable(names.STOP) * (np.vstack([limit[:1], limit[:-1]]) - minimum - step)
    _hold_later(draft, "ramp_down", above.shift(1) - above - steady - ended, binding)
    least = draft.variable(names.STATUS) * (draft.inputs.output_before_mw - step - minimum)
    _hold_first(draft, "ramp_down_first", least - above, binding)


def _hold_later(draft: Draft, label: str, excess: Terms, binding: np.ndarray) -> None:
    """Rows `excess <= 0` from the second step on."""
    if binding.any() and len(draft.times) > 1:
        axes = {"snapshot": draft.times[1:], "name": draft.units[binding]}
        draft.model.add_rows(f"Generator-{label}", excess[1:][:, binding], "<=", 0.0, axes)


def _hold_first(draft: Draft, label: str, excess: Terms, binding: np.ndarray) -> None:
    """Rows `excess <= 0` in the first step, of units known from before; a start is held by its limit alone."""
    known = np.array([not unit.first_step_free for unit in draft.facts.units], dtype=bool)
    chosen = binding & known & (on_before(draft) > 0)
    if chosen.any():
        members = draft.units[chosen]
        draft.hold_at(0, f"Generator-{label}", excess[:, chosen], "<=", np.zeros(len(members)), members)


def _can_bind(draft: Draft, ramp_mw: np.ndarray) -> np.ndarray:
    """Units whose ramp over a step is shorter than their range, or than what lies between before and first step."""
    inputs = draft.inputs
    if draft.units.empty:
        return np.zeros(0, dtype=bool)
    before = np.where(on_before(draft) > 0, inputs.output_before_mw, np.nan)
    highest = np.fmax(inputs.output_max_mw.max(axis=0), before)
    lowest = np.fmin(inputs.output_min_mw.min(axis=0), before)
    return np.asarray(ramp_mw < highest - lowest - POWER_MW)
