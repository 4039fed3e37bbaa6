"""Exchange with the neighbours, by plan."""

from __future__ import annotations

from dataclasses import dataclass

VARIANTS = ("low", "central", "high")


@dataclass(frozen=True)
class Interface:
    """A neighbour's bus through which a grid imports or exports by plan."""

    name: str
    grid: str
    bus: str
    import_limit_mw: float
    export_limit_mw: float
    renewable_share: float  # of what is imported
    price_cny_per_mwh: float  # paid for imports, earned by exports
    deviation_cny_per_mwh: float  # penalty for leaving the plan's band
    ramp_mw_per_h: float | None = None  # most change of net import; None: no limit


@dataclass(frozen=True)
class InterchangeForecast:
    """The scheduler's own plan for one interface, net import (negative: export), one value a step."""

    interface: str
    net_import_mw: tuple[float, ...]


@dataclass(frozen=True)
class TieRamp:
    """The scheduler's own limit on how fast an interface's net import may change, up and down."""

    interface: str
    ramp_mw_per_h: float
