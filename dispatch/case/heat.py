"""Heat from thermal units (热电联产): what binds their output to it, and what a case says of the heat load."""

from __future__ import annotations

from dataclasses import dataclass

EXTRACTION, BACK_PRESSURE = "extraction", "back_pressure"
TURBINES = (EXTRACTION, BACK_PRESSURE)


@dataclass(frozen=True)
class HeatRegion:
    """
    The operating region of a unit that heats (电热运行区域), beside its four limits with and without heat.

    At the design heat its limits are those of the heating season, without heat those of the rest of the year
    (`heating.heating_limits_mw`).
    """

    turbine: str  # extraction (抽汽式) or back_pressure (背压式)
    design_heat_mw: float  # in the coldest hours
    back_pressure_share: float  # cm: MW that the floor rises with a MW of heat
    floor_loss_share: float = 0.0  # cv at the least steam: MW that the floor without heat falls with a MW of heat


@dataclass(frozen=True)
class HeatForecast:
    """Heat load of a plant as a share of its design heat, one value a step."""

    plant: str
    heat_share: tuple[float, ...]


@dataclass(frozen=True)
class HeatStore:
    """
    A heat store (储热罐) of a plant that heats by a heat load.

    With one, the units of the plant share its load as they will, and what they give may differ from it for a while.
    """

    plant: str
    energy_mwh: float  # of heat, as everything here
    charge_mw: float
    discharge_mw: float
    hourly_loss_share: float = 0.0  # of what it holds
    start_level_share: float = 0.5  # of its energy
    end_level_share: float | None = None  # the least in the end; None: as at the start

    @property
    def start_level_mwh(self) -> float:
        """What it holds before the first step."""
        return self.start_level_share * self.energy_mwh

    @property
    def end_level_mwh(self) -> float:
        """What it holds at least after the last step."""
        share = self.start_level_share if self.end_level_share is None else self.end_level_share
        return share * self.energy_mwh

    def kept_share(self, step_h: float) -> float:
        """Of what it holds, the share that is left after a step."""
        return float((1.0 - self.hourly_loss_share) ** step_h)


@dataclass(frozen=True)
class Heat:
    """What a case says of the heat load; the stored one holds where it says nothing."""

    scale_share: float = 1.0  # what-if factor on the stored heat load
    forecasts: tuple[HeatForecast, ...] = ()
    short_cny_per_mwh: float | None = None  # of a running minimum (最小运行方式) not kept; None: it is kept
    stores: tuple[HeatStore, ...] = ()  # with the price above, the heat of their plants may be short too
