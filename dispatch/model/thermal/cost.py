"""What thermal output costs: fuel by a convex curve, operation, starts and stops."""

from __future__ import annotations

from dataclasses import dataclass

import linopy
import numpy as np

from dispatch.model import names
from dispatch.model.draft import Draft, by_name


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
        members = draft.units[kinks.rise_cny_per_mwh[:, k] > 0]
        if members.empty:
            continue
        beyond = draft.free(f"{names.BEYOND}_{k}", members)
        point = by_name(kinks.kink_mw[:, k], draft.units).sel(name=members)
        excess = draft.variable(names.OUTPUT, members) - point * draft.variable(names.STATUS, members)
        draft.model.add_constraints(beyond - excess >= 0, name=f"Generator-beyond_kink_{k}")


def thermal_cost(draft: Draft) -> linopy.LinearExpression | None:
    """
    Cost of thermal output, CNY.

        sum( dt (c0 u + s1 p + sum_k ds_k q_k + o p) + S v + D w )

    c0  fuel of the first piece at zero   CNY/h    s1  its slope   CNY/MWh
    ds  rise of slope at a kink  CNY/MWh     o     operation and maintenance  CNY/MWh
    S   start   CNY a start                  D     stop   CNY a stop
    """
    if draft.units.empty:
        return None
    kinks, inputs, units = kinks_of(draft), draft.inputs, draft.facts.units
    on, output = draft.variable(names.STATUS, draft.units), draft.variable(names.OUTPUT, draft.units)
    other = np.array([unit.other_cny_per_mwh for unit in units])
    idle = by_name(kinks.idle_cny_per_h * inputs.step_h, draft.units)
    slope = by_name((kinks.slope_cny_per_mwh + other) * inputs.step_h, draft.units)
    cost = (idle * on + slope * output).sum()
    for k in range(kinks.kink_mw.shape[1]):
        members = draft.units[kinks.rise_cny_per_mwh[:, k] > 0]
        if not members.empty:
            rise = by_name(kinks.rise_cny_per_mwh[:, k] * inputs.step_h, draft.units).sel(name=members)
            cost = cost + (rise * draft.variable(f"{names.BEYOND}_{k}", members)).sum()
    start = by_name(np.array([unit.start_cny for unit in units]), draft.units)
    stop = by_name(np.array([unit.stop_cny for unit in units]), draft.units)
    started, stopped = draft.variable(names.START, draft.units), draft.variable(names.STOP, draft.units)
    return cost + (start * started).sum() + (stop * stopped).sum()


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
