"""Thermal units: what one is, the state it starts from, and when it cannot run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class CostCurve:
    """
    Fuel and carbon against output, by points with rising output.

    Between two points both are straight lines. The cost is convex: `grid.catalogue` takes the lower convex
    hull of the measured heat rates, so no binary is needed to price it.
    """

    output_mw: tuple[float, ...]
    fuel_cny_per_h: tuple[float, ...]
    carbon_tco2_per_h: tuple[float, ...]


@dataclass(frozen=True)
class StartType:
    """What a start costs a unit that has been off for at least `hours_off_h`: hot, warm, cold."""

    hours_off_h: float
    start_cny: float


@dataclass(frozen=True)
class ThermalUnit:
    """One unit. Limits in the heating season differ for a unit that also heats (`heats`)."""

    name: str
    plant: str
    bus: str
    grid: str
    city: str
    carrier: str  # coal or gas
    technology_class: str
    heats: bool  # combined heat and power, sure or likely
    output_min_mw: float
    output_max_mw: float
    heating_output_min_mw: float
    heating_output_max_mw: float
    ramp_up_mw_per_h: float
    ramp_down_mw_per_h: float
    start_ramp_mw: float  # highest output in the hour it starts, before the minimum in force is applied
    stop_ramp_mw: float  # highest output in the hour before it stops
    min_up_h: float
    min_down_h: float
    start_types: tuple[StartType, ...]  # hottest first; the last one whose hours off are reached prices a start
    stop_cny: float
    other_cny_per_mwh: float  # operation and maintenance
    curve: CostCurve
    stop_reserve_mw: float | None = None  # highest output and reserve up together in that hour; None: `stop_ramp_mw`

    @property
    def stop_reach_mw(self) -> float:
        """Highest output and reserve up together in the hour before it stops."""
        return self.stop_ramp_mw if self.stop_reserve_mw is None else self.stop_reserve_mw

    @property
    def start_cny(self) -> float:
        """One price where only one can stand, as in PyPSA: of the type in the middle, warm of hot, warm and cold."""
        return self.start_types[len(self.start_types) // 2].start_cny


@dataclass(frozen=True)
class HeatingSeason:
    """First and last day of heating in a city, "MM-DD", both included."""

    city: str
    first_day: str
    last_day: str


@dataclass(frozen=True)
class RunningMinimum:
    """Minimum running mode (最小运行方式): units of a heating plant that stay on through the season."""

    plant: str
    units_on_count: int


@dataclass(frozen=True)
class UnitState:
    """A unit just before the first step: on or off, for how long, at what output."""

    unit: str
    on: bool
    hours_h: float  # on for, or off for
    output_mw: float


@dataclass(frozen=True)
class Outage:
    """A unit out of service from `start` to `end` (aware times, end excluded)."""

    unit: str
    start: datetime
    end: datetime


@dataclass(frozen=True)
class MustRun:
    """A unit kept on from `start` to `end` (aware times, end excluded)."""

    unit: str
    start: datetime
    end: datetime
