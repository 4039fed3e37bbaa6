"""Carbon dioxide of thermal units."""

from __future__ import annotations

import numpy as np

from dispatch.metrics.area import Area, Basis
from dispatch.metrics.deep import oil_tco2


def carbon_tco2(basis: Basis, area: Area) -> float:
    """
    Carbon of an area's units while they are on, straight lines between the points of their curves, and of oil, tCO2.

        sum( carbon(p) u dt ) + sum( carbon of oil x rate z dt )
    """
    output, on = basis.table("output_mw"), basis.table("on")
    of_coal_and_gas = sum(
        basis.energy_mwh(on[:, k] * np.interp(output[:, k], unit.curve.output_mw, unit.curve.carbon_tco2_per_h))
        for k, unit in enumerate(basis.facts.units)
        if area.units[k]
    )
    return of_coal_and_gas + oil_tco2(basis, area)
