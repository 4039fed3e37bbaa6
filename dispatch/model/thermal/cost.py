"""What thermal output costs: fuel by a convex curve, operation, starts and stops."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dispatch.model import names
from dispatch.model.draft import Draft, each
from dispatch.model.terms import Terms, total
from dispatch.model.thermal.output_limits import output_mw


@dataclass(frozen=True)
class Kinks:
    """Convex curves of all units as one straight line, and a dearer slope beyond each kink."""

    idle_cny_per_h: np.ndarray  # (units,), where the first piece meets zero output
    slope_cny_per_mwh: np.ndarray  # (units,), of the first piece
    kink_mw: np.ndarray  # (units, K), output where the slope rises
    rise_cny_per_mwh: np.ndarray  # (units, K), by how much; 0 where there is no such kink


def bend_cost_curves(draft: Draft) -> None:
    """
    Output beyond a kink of the cost curve is dearer, without any binary.

        q_k[t]  >=  p[t] - P_k u[t],    q_k[t] >= 0            every kink k

    q_k  output beyond kink k   MW        P_k  output at kink k   MW
    With the cost below this is the perspective function of the convex curve, hence tight:
    Knueven, Ostrowski, Watson (2020), section 3.4, the epigraph form.
    """
    kinks = kinks_of(draft)
    for k in range(kinks.kink_mw.shape[1]):
        chosen = kinks.rise_cny_per_mwh[:, k] > 0
        if not chosen.any():
            continue
        members = draft.units[chosen]
        on, beyond = draft.variable(names.STATUS, members), draft.decide(f"{names.BEYOND}_{k}", members)
        excess = output_mw(draft)[:, chosen] - kinks.kink_mw[chosen, k] * on
        draft.hold(f"Generator-beyond_kink_{k}", beyond - excess, ">=", 0.0, members)


def thermal_cost(draft: Draft) -> Terms | None:
    """
    Cost of thermal output, CNY.

        sum( dt (c0 u + s1 p + sum_k ds_k q_k + o p) + S v + D w )

    c0  fuel of the first piece at zero   CNY/h    s1  its slope   CNY/MWh
    ds  rise of slope at a kink  CNY/MWh     o     operation and maintenance  CNY/MWh
    S   start   CNY a start                  D     stop   CNY a stop
    """
    if draft.units.empty:
        return None
    kinks, step, units = kinks_of(draft), draft.inputs.step_h, draft.facts.units
    slope = kinks.slope_cny_per_mwh + each(units, "other_cny_per_mwh")
    cost = [
        step * kinks.idle_cny_per_h * draft.variable(names.STATUS, draft.units),
        step * slope * output_mw(draft),
        each(units, "start_cny") * draft.variable(names.START, draft.units),
        each(units, "stop_cny") * draft.variable(names.STOP, draft.units),
    ]
    for k in range(kinks.kink_mw.shape[1]):
        chosen = kinks.rise_cny_per_mwh[:, k] > 0
        if chosen.any():
            beyond = draft.variable(f"{names.BEYOND}_{k}", draft.units[chosen])
            cost.append(step * kinks.rise_cny_per_mwh[chosen, k] * beyond)
    return total([part.all() for part in cost])


def kinks_of(draft: Draft) -> Kinks:
    """The curves of the facts as a first piece and kinks."""
    units = draft.facts.units
    count = max((len(unit.curve.output_mw) - 2 for unit in units), default=0)
    kink, rise = np.zeros((len(units), max(count, 0))), np.zeros((len(units), max(count, 0)))
    idle, slope = np.zeros(len(units)), np.zeros(len(units))
    for g, unit in enumerate(units):
        point, cost = np.array(unit.curve.output_mw), np.array(unit.curve.fuel_cny_per_h)
        slopes = np.diff(cost) / np.diff(point)
        idle[g], slope[g] = cost[0] - slopes[0] * point[0], slopes[0]
        kink[g, : len(slopes) - 1] = point[1:-1]
        rise[g, : len(slopes) - 1] = np.diff(slopes)
    return Kinks(idle, slope, kink, np.maximum(rise, 0.0))
