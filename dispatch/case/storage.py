"""New-type storage (新型储能) and pumped hydro (抽水蓄能)."""

from __future__ import annotations

from dataclasses import dataclass

from dispatch.case.pumped_hydro import LowerReservoir, PumpGroup

PUMPED_HYDRO = "pumped_hydro"


@dataclass(frozen=True)
class Store:
    """A storage plant. Power is measured at the bus; the level is what lies in the store."""

    name: str
    bus: str
    grid: str
    technology: str  # pumped_hydro, li_ion, caes, flow
    power_mw: float  # charging and discharging alike
    level_min_mwh: float
    level_max_mwh: float
    charge_efficiency_share: float
    discharge_efficiency_share: float
    hourly_loss_share: float  # of the level, per hour
    wear_cny_per_mwh: float  # per MWh discharged
    groups: tuple[PumpGroup, ...] = ()  # of pumped hydro by unit; without any, power is anything up to `power_mw`
    lower: LowerReservoir | None = None  # None: as large as it needs to be
    charge_min_mw: float = 0.0  # of a plant that charges; 0: none
    discharge_min_mw: float = 0.0
    daily_cycle_count: float | None = None  # full cycles in a calendar day (UTC+8) at most; None: no limit
    charge_power_mw: float | None = None  # None: as `power_mw`, which is then that of discharging too
    charge_cny_per_mwh: float = 0.0  # per MWh charged
    ends_above: bool = False  # the case's end level is the least: it may end anywhere from there up

    @property
    def charge_limit_mw(self) -> float:
        """Highest power of charging."""
        return self.power_mw if self.charge_power_mw is None else self.charge_power_mw

    @property
    def has_minimum(self) -> bool:
        """It stands still, or charges or discharges with some least power."""
        return self.charge_min_mw > 0 or self.discharge_min_mw > 0

    @property
    def usable_min_mwh(self) -> float:
        """Lowest level that both reservoirs allow: max( Emin, W - Lmax )."""
        return self.level_min_mwh if self.lower is None else max(self.level_min_mwh, self._above_mwh()[0])

    @property
    def usable_max_mwh(self) -> float:
        """Highest level that both reservoirs allow: min( Emax, W - Lmin )."""
        return self.level_max_mwh if self.lower is None else min(self.level_max_mwh, self._above_mwh()[1])

    def _above_mwh(self) -> tuple[float, float]:
        """Least and most water above, for the lower reservoir."""
        assert self.lower is not None  # noqa: S101 (for mypy; only asked with one)
        return self.lower.water_mwh - self.lower.level_max_mwh, self.lower.water_mwh - self.lower.level_min_mwh


@dataclass(frozen=True)
class StoreState:
    """Level before the first step, and the level to end at."""

    store: str
    start_level_mwh: float
    end_level_mwh: float  # of a store that `ends_above` the least one
