"""What a unit that is on costs and emits by its output: a straight line, and a steeper slope beyond each kink."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dispatch.case.thermal import ThermalUnit
from dispatch.units import POWER_MW

KINK_DIGITS = 6  # of MW: kinks of the fuel curve and of the bands at one output are one


@dataclass(frozen=True)
class Kinks:
    """Convex curves of all units; those of carbon bend at the same outputs."""

    kink_mw: np.ndarray  # (units, K), output where a slope rises
    idle_cny_per_h: np.ndarray  # (units,), where the first piece meets zero output
    slope_cny_per_mwh: np.ndarray  # (units,), of the first piece
    rise_cny_per_mwh: np.ndarray  # (units, K), by how much; 0 where there is no such kink
    idle_tco2_per_h: np.ndarray  # (units,)
    slope_tco2_per_mwh: np.ndarray  # (units,)
    rise_tco2_per_mwh: np.ndarray  # (units, K)


class _Curve:
    """One curve of one unit, in CNY/h or tCO2/h: its first piece, and a rise at each kink."""

    def __init__(self, idle: float, slope: float, rise: np.ndarray) -> None:
        self.idle, self.slope, self.rise = idle, slope, rise

    def joined_below(self, kink_mw: np.ndarray, below: np.ndarray) -> _Curve:
        """The same for outputs beyond some kinks, which join the straight line."""
        idle = self.idle - float(self.rise[below] @ kink_mw[below])
        return _Curve(idle, self.slope + float(self.rise[below].sum()), self.rise[~below])


def kinks_of(units: Sequence[ThermalUnit], least_mw: np.ndarray, carbon_cny_per_t: float = 0.0) -> Kinks:
    """The curves of units, with priced carbon and pay for deep output, above the least output of each, MW, (units,)."""
    found = [_bent(unit, low, carbon_cny_per_t) for unit, low in zip(units, least_mw, strict=True)]
    width = max((len(kink) for kink, _, _ in found), default=0)

    def table(rows: list[np.ndarray]) -> np.ndarray:
        filled = np.zeros((len(rows), width))
        for g, row in enumerate(rows):
            filled[g, : len(row)] = row
        return filled

    costs, carbons = [cost for _, cost, _ in found], [carbon for _, _, carbon in found]
    return Kinks(
        table([kink for kink, _, _ in found]),
        np.array([cost.idle for cost in costs]),
        np.array([cost.slope for cost in costs]),
        table([cost.rise for cost in costs]),
        np.array([carbon.idle for carbon in carbons]),
        np.array([carbon.slope for carbon in carbons]),
        table([carbon.rise for carbon in carbons]),
    )


def _bent(unit: ThermalUnit, least_mw: float, carbon_cny_per_t: float) -> tuple[np.ndarray, _Curve, _Curve]:
    """
    Kinks of one unit that is on, its fuel, priced carbon and compensation, CNY/h, and its carbon, tCO2/h.

        fuel(p) + price carbon(p) + sum_k dc_k max(0, E_k - p)   with   max(0, E - p) = E - p + max(0, p - E)

    E  upper edge of a band   MW        dc  its price less that of the band above   CNY/MWh
    Prices rise as output falls, so that dc >= 0; fuel and priced carbon together are convex (`check_objective`), and so
    is the sum with compensation: no binary is needed.
    A kink below every minimum joins the straight line: output always lies beyond it.
    """
    edge = np.array([band.below_mw for band in unit.deep_bands])
    more = np.diff([band.price_cny_per_mwh for band in unit.deep_bands], prepend=0.0)
    edge, more = edge[edge > least_mw + POWER_MW], more[edge > least_mw + POWER_MW]
    kink = np.unique(np.round(np.concatenate([unit.curve.output_mw[1:-1], edge]), KINK_DIGITS))
    priced = zip(unit.curve.fuel_cny_per_h, unit.curve.carbon_tco2_per_h, strict=True)
    cost = _curve(unit, tuple(fuel + carbon_cny_per_t * tco2 for fuel, tco2 in priced), kink)
    cost.idle, cost.slope = cost.idle + float(more @ edge), cost.slope - float(more.sum())
    np.add.at(cost.rise, np.searchsorted(kink, np.round(edge, KINK_DIGITS)), more)
    carbon = _curve(unit, unit.curve.carbon_tco2_per_h, kink)
    below = kink <= least_mw + POWER_MW
    cost, carbon = cost.joined_below(kink, below), carbon.joined_below(kink, below)
    bent = (cost.rise > 0) | (carbon.rise > 0)
    cost.rise, carbon.rise = cost.rise[bent], carbon.rise[bent]
    return kink[~below][bent], cost, carbon


def _curve(unit: ThermalUnit, values: tuple[float, ...], kink_mw: np.ndarray) -> _Curve:
    """A curve of the facts, with its rises among some kinks."""
    point, value = np.array(unit.curve.output_mw), np.array(values)
    slopes = np.diff(value) / np.diff(point) if len(point) > 1 else np.zeros(1)
    rise = np.zeros(len(kink_mw))
    rise[np.searchsorted(kink_mw, np.round(point[1:-1], KINK_DIGITS))] = np.maximum(np.diff(slopes), 0.0)
    return _Curve(value[0] - slopes[0] * point[0], slopes[0], rise)
