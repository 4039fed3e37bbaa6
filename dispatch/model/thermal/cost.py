"""What thermal output costs: fuel, carbon and pay for deep output by a convex curve, operation, starts and stops."""

from __future__ import annotations

import numpy as np

from dispatch.case.objective import CO2
from dispatch.model import names
from dispatch.model.draft import Draft, each
from dispatch.model.terms import Terms, total
from dispatch.model.thermal.limits import runs_two_steps, start_limit_mw, stop_limit_mw
from dispatch.model.thermal.output_limits import output_mw
from dispatch.model.thermal.start_types import start_cost


def bend_cost_curves(draft: Draft) -> None:
    """
    Output beyond a kink of the cost curve is dearer, without any binary.

        q_k  >=  p - P_k u + A v + B w[t+1],                                q_k >= 0            UT >= 2 steps
        q_k  >=  p - P_k u + A v + max(0, B - A) w[t+1],                                        else, with
        q_k  >=  p - P_k u + max(0, A - B) v + B w[t+1]                     every kink k and step t

    q_k  output beyond kink k   MW        P_k  output at kink k   MW
    A = max(0, P_k - SU), B = max(0, P_k - SD): in a start and before a stop less lies below the kink   MW
    With the cost below this is the perspective function of the convex curve: Knueven, Ostrowski, Watson (2020),
    eq. (42)-(44), and (46)-(48) with A and B, summed over the pieces below the kink.
    """
    kinks, long = draft.kinks, runs_two_steps(draft)
    start, stop = start_limit_mw(draft), stop_limit_mw(draft)
    for k in range(kinks.kink_mw.shape[1]):
        bent = _bent_at(draft, k)
        if not bent.any():
            continue
        draft.decide(f"{names.BEYOND}_{k}", draft.units[bent])
        at_start = np.maximum(kinks.kink_mw[:, k] - start, 0.0)
        at_stop = np.maximum(kinks.kink_mw[:, k] - stop, 0.0)
        short = bent & ~long & (np.minimum(at_start, at_stop) > 0).any(axis=0)
        _hold_beyond(draft, k, "", bent & ~short, (at_start, at_stop))
        _hold_beyond(draft, k, "_start", short, (at_start, np.maximum(at_stop - at_start, 0.0)))
        _hold_beyond(draft, k, "_stop", short, (np.maximum(at_start - at_stop, 0.0), at_stop))


def _hold_beyond(draft: Draft, k: int, label: str, chosen: np.ndarray, less: tuple[np.ndarray, np.ndarray]) -> None:
    """What the chosen units give beyond kink k, with what a start and a stop take off below it."""
    if not chosen.any():
        return
    members, (at_start, at_stop) = draft.units[chosen], less
    below = draft.kinks.kink_mw[:, k] * draft.variable(names.STATUS)
    below = below - at_start * draft.variable(names.START) - at_stop * draft.variable(names.STOP).shift(-1)
    beyond = draft.variable(f"{names.BEYOND}_{k}", members)
    excess = (output_mw(draft) - below)[:, chosen]
    draft.hold(f"Generator-beyond_kink_{k}{label}", beyond - excess, ">=", 0.0, members)


def thermal_cost(draft: Draft) -> Terms | None:
    """
    Cost of thermal output, CNY.

        sum( dt (c0 u + s1 p + sum_k ds_k q_k + o p) + D w )  +  starts

    c0  fuel, carbon at its price and compensation of the first piece at zero   CNY/h    s1  its slope   CNY/MWh
    ds  rise of slope at a kink  CNY/MWh     o     operation and maintenance  CNY/MWh
    D   stop   CNY a stop                    starts   by their type, `start_types.start_cost`   CNY
    """
    if draft.units.empty:
        return None
    kinks, step, units = draft.kinks, draft.inputs.step_h, draft.facts.units
    slope = kinks.slope_cny_per_mwh + each(units, "other_cny_per_mwh")
    cost = [
        step * kinks.idle_cny_per_h * draft.variable(names.STATUS, draft.units),
        step * slope * output_mw(draft),
        start_cost(draft),
        each(units, "stop_cny") * draft.variable(names.STOP, draft.units),
    ]
    for k in range(kinks.kink_mw.shape[1]):
        chosen = kinks.rise_cny_per_mwh[:, k] > 0
        if chosen.any():
            beyond = draft.variable(f"{names.BEYOND}_{k}", draft.units[chosen])
            cost.append(step * kinks.rise_cny_per_mwh[chosen, k] * beyond)
    return total([part.all() for part in cost])


def _bent_at(draft: Draft, k: int) -> np.ndarray:
    """Units that are dearer beyond kink k, or whose carbon rises faster where that is sought, (units,), bool."""
    bent = draft.kinks.rise_cny_per_mwh[:, k] > 0
    if draft.case.objective == CO2:
        bent = bent | (draft.kinks.rise_tco2_per_mwh[:, k] > 0)
    return np.asarray(bent)
