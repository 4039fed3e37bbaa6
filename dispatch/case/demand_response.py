"""
Demand response (需求响应) by contract.

reduce: consumption is cut and a share of it comes back within a window (rebound).
shift:  consumption is cut and made good later, or taken early and spared later, within a window.
fill:   valley filling (填谷), consumption beyond the baseline that is never given back.
"""

from __future__ import annotations

from dataclasses import dataclass

REDUCE, SHIFT, FILL = "reduce", "shift", "fill"


@dataclass(frozen=True)
class Contract:
    """One category of consumers in one grid. Its power is spread over its buses by `bus_shares`."""

    name: str
    grid: str
    category: str
    kind: str  # REDUCE, SHIFT or FILL
    capacity_mw: float  # cut and extra load together, in any hour of its season
    first_day: str  # of its season, "MM-DD"
    last_day: str
    daily_energy_h: float  # energy moved in a day, in hours at full capacity
    payback_share: float  # of the energy cut that comes back (reduce, shift)
    payback_window_h: float
    fee_cny_per_mwh: float  # per MWh cut, or per MWh filled
    bus_shares: tuple[tuple[str, float], ...]  # sums to 1
