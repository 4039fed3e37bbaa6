"""What thermal output costs: fuel and pay for deep output by a convex curve, operation, starts and stops."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dispatch.case.thermal import ThermalUnit
from dispatch.model import names
from dispatch.model.draft import Draft, each
from dispatch.model.terms import Terms, total
from dispatch.model.thermal.limits import runs_two_steps, start_limit_mw, stop_limit_mw
from dispatch.model.thermal.output_limits import output_mw
from dispatch.model.thermal.start_types import start_cost
from dispatch.units import POWER_MW

KINK_DIGITS = 6  # of MW: kinks of the fuel curve and of the bands at one output are one


@dataclass(frozen=True)
class Kinks:
    """Convex curves of all units as one straight line, and a dearer slope beyond each kink."""

    idle_cny_per_h: np.ndarray  # (units,), where the first piece meets zero output
    slope_cny_per_mwh: np.ndarray  # (units,), of the first piece
    kink_mw: np.ndarray  # (units, K), output where the slope rises
    rise_cny_per_mwh: np.ndarray  # (units, K), by how much; 0 where there is no such kink


@dataclass(frozen=True)
class Pieces:
    """One unit's convex cost as one straight line, and a dearer slope beyond each kink."""

    idle_cny_per_h: float
    slope_cny_per_mwh: float
    kink_mw: np.ndarray  # (K,)
    rise_cny_per_mwh: np.ndarray  # (K,)


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
    kinks, long = kinks_of(draft), runs_two_steps(draft)
    start, stop = start_limit_mw(draft), stop_limit_mw(draft)
    for k in range(kinks.kink_mw.shape[1]):
        bent = kinks.rise_cny_per_mwh[:, k] > 0
        if not bent.any():
            continue
        draft.decide(f"{names.BEYOND}_{k}", draft.units[bent])
        at_start = np.maximum(kinks.kink_mw[:, k] - start, 0.0)
        at_stop = np.maximum(kinks.kink_mw[:, k] - stop, 0.0)
        short = bent & ~long & (np.minimum(at_start, at_stop) > 0).any(axis=0)
        _hold_beyond(draft, k, kinks, "", bent & ~short, (at_start, at_stop))
        _hold_beyond(draft, k, kinks, "_start", short, (at_start, np.maximum(at_stop - at_start, 0.0)))
        _hold_beyond(draft, k, kinks, "_stop", short, (np.maximum(at_start - at_stop, 0.0), at_stop))


def _hold_beyond(
    draft: Draft, k: int, kinks: Kinks, label: str, chosen: np.ndarray, less: tuple[np.ndarray, np.ndarray]
) -> None:
    """What the chosen units give beyond kink k, with what a start and a stop take off below it."""
    if not chosen.any():
        return
    members, (at_start, at_stop) = draft.units[chosen], less
    below = kinks.kink_mw[:, k] * draft.variable(names.STATUS)
    below = below - at_start * draft.variable(names.START) - at_stop * draft.variable(names.STOP).shift(-1)
    beyond = draft.variable(f"{names.BEYOND}_{k}", members)
    excess = (output_mw(draft) - below)[:, chosen]
    draft.hold(f"Generator-beyond_kink_{k}{label}", beyond - excess, ">=", 0.0, members)


def thermal_cost(draft: Draft) -> Terms | None:
    """
    Cost of thermal output, CNY.

        sum( dt (c0 u + s1 p + sum_k ds_k q_k + o p) + D w )  +  starts

    c0  fuel and compensation of the first piece at zero   CNY/h    s1  its slope   CNY/MWh
    ds  rise of slope at a kink  CNY/MWh     o     operation and maintenance  CNY/MWh
    D   stop   CNY a stop                    starts   by their type, `start_types.start_cost`   CNY
    """
    if draft.units.empty:
        return None
    kinks, step, units = kinks_of(draft), draft.inputs.step_h, draft.facts.units
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


def kinks_of(draft: Draft) -> Kinks:
    """The curves of the facts and what deep output is paid, as a first piece and kinks."""
    pieces = [_pieces(unit, low) for unit, low in zip(draft.facts.units, _least_mw(draft), strict=True)]
    count = max((len(piece.kink_mw) for piece in pieces), default=0)
    kink, rise = np.zeros((len(pieces), count)), np.zeros((len(pieces), count))
    for g, piece in enumerate(pieces):
        kink[g, : len(piece.kink_mw)], rise[g, : len(piece.kink_mw)] = piece.kink_mw, piece.rise_cny_per_mwh
    idle, slope = (np.array([getattr(p, name) for p in pieces]) for name in ("idle_cny_per_h", "slope_cny_per_mwh"))
    return Kinks(idle, slope, kink, rise)


def _pieces(unit: ThermalUnit, least_mw: float) -> Pieces:
    """
    Fuel and compensation of one unit that is on, as a straight line and kinks, CNY/h.

        fuel(p) + sum_k dc_k max(0, E_k - p)   with   max(0, E - p) = E - p + max(0, p - E)

    E  upper edge of a band   MW        dc  its price less that of the band above   CNY/MWh
    Prices rise as output falls, so that dc >= 0 and the sum of fuel and compensation is convex: no binary is needed.
    A kink below every minimum joins the straight line: output always lies beyond it.
    """
    point, cost = np.array(unit.curve.output_mw), np.array(unit.curve.fuel_cny_per_h)
    slopes = np.diff(cost) / np.diff(point) if len(point) > 1 else np.zeros(1)
    edge = np.array([band.below_mw for band in unit.deep_bands])
    more = np.diff([band.price_cny_per_mwh for band in unit.deep_bands], prepend=0.0)
    edge, more = edge[edge > least_mw + POWER_MW], more[edge > least_mw + POWER_MW]
    idle, slope = cost[0] - slopes[0] * point[0] + float(more @ edge), slopes[0] - more.sum()
    kink = np.concatenate([point[1:-1], edge])
    rise = np.maximum(np.concatenate([np.diff(slopes), more]), 0.0)
    below = kink <= least_mw + POWER_MW
    idle, slope = idle - float(rise[below] @ kink[below]), slope + rise[below].sum()
    kink, at = np.unique(np.round(kink[~below], KINK_DIGITS), return_inverse=True)
    rise = np.bincount(at, weights=rise[~below], minlength=len(kink))
    return Pieces(idle, slope, kink[rise > 0], rise[rise > 0])


def _least_mw(draft: Draft) -> np.ndarray:
    """The least minimum of each unit over all steps, MW, (units,)."""
    return np.asarray(draft.inputs.output_min_mw.min(axis=0))
