"""Deep peak-shaving (深度调峰): how far and how long below the normal minimum, what it was paid, and oil burnt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dispatch.case.thermal import DeepBand
from dispatch.metrics.area import Area, Basis
from dispatch.units import POWER_MW


@dataclass(frozen=True)
class DeepUse:
    """Output of an area's units below their normal minimum, and oil support, over the horizon."""

    below_normal_mwh: float
    below_normal_h: float  # hours of units
    oil_support_h: float  # hours of units
    oil_t: float


def deep_use(basis: Basis, area: Area) -> DeepUse:
    """
    How much deep output and oil an area used.

        below = sum( (N - p) u dt )  where p < N        MWh        N  normal minimum
        oil   = sum( rate z dt )                        t          z  oil support
    """
    below = basis.table("below_normal_mw")[:, area.units]
    return DeepUse(
        below_normal_mwh=basis.energy_mwh(below),
        below_normal_h=basis.energy_mwh((below > POWER_MW).astype(float)),
        oil_support_h=basis.energy_mwh(basis.table("oil_support")[:, area.units]),
        oil_t=basis.energy_mwh(basis.table("oil_t_per_h")[:, area.units]),
    )


def compensation_cny(basis: Basis, area: Area) -> float:
    """
    What deep output is paid, CNY: sum( c(N - p) u dt ), c rising by the bands' prices.

        c(x) = sum over bands of price x (what of x lies in the band)
    """
    below = basis.table("below_normal_mw")
    return sum(
        basis.energy_mwh(np.interp(below[:, k], *_curve(unit.deep_bands)))
        for k, unit in enumerate(basis.facts.units)
        if area.units[k] and unit.deep_bands
    )


def _curve(bands: tuple[DeepBand, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Points of what is paid against how far below the normal minimum: MW, CNY/h."""
    edges = np.array([band.below_mw for band in bands] + [0.0])
    depth = edges[0] - edges
    prices = np.array([band.price_cny_per_mwh for band in bands])
    return depth, np.concatenate([[0.0], np.cumsum(np.diff(depth) * prices)])


def oil_cny(basis: Basis, area: Area) -> float:
    """Oil burnt at its price, CNY: sum( price rate z dt )."""
    prices = np.array([u.oil_support.price_cny_per_t if u.oil_support else 0.0 for u in basis.facts.units])
    return basis.energy_mwh((basis.table("oil_t_per_h") * prices)[:, area.units])


def oil_tco2(basis: Basis, area: Area) -> float:
    """Carbon of the oil, tCO2."""
    carbon = np.array([u.oil_support.carbon_tco2_per_t if u.oil_support else 0.0 for u in basis.facts.units])
    return basis.energy_mwh((basis.table("oil_t_per_h") * carbon)[:, area.units])
