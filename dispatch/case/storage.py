"""New-type storage (新型储能) and pumped hydro (抽水蓄能)."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True)
class StoreState:
    """Level before the first step, and the level to end at."""

    store: str
    start_level_mwh: float
    end_level_mwh: float
