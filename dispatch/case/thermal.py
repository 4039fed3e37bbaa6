"""Thermal units: what one is, the state it starts from, and when it cannot run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dispatch.case.heat import BACK_PRESSURE, HeatRegion

BEFORE, AFTER = "before", "after"


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
    of_supply: bool = False  # measured against what leaves the plant (供电煤耗), not what is generated (发电煤耗)


@dataclass(frozen=True)
class StartType:
    """What a start costs a unit that has been off for at least `hours_off_h`: hot, warm, cold."""

    hours_off_h: float
    start_cny: float


@dataclass(frozen=True)
class DeepBand:
    """
    A band of deep peak-shaving (深度调峰): what a MWh not given between two outputs earns the unit.

    It ends where the next band begins, the last one at the unit's least output.
    """

    below_mw: float  # upper edge; of the first band the normal minimum, from which on the unit is paid
    price_cny_per_mwh: float


@dataclass(frozen=True)
class OilSupport:
    """What a unit needs below the output at which coal alone keeps burning (投油稳燃): oil, and to stay there."""

    below_mw: float
    oil_t_per_h: float
    price_cny_per_t: float
    carbon_tco2_per_t: float
    least_h: float  # once below, at least so long
    most_h: float  # and at most so long
    apart_h: float  # between two times below


@dataclass(frozen=True)
class Flexibility:
    """Limits of a unit before or after its flexibility retrofit (灵活性改造)."""

    retrofit: str  # before or after
    output_min_mw: float
    heating_output_min_mw: float
    ramp_up_mw_per_h: float
    ramp_down_mw_per_h: float


@dataclass(frozen=True)
class ThermalUnit:
    """
    One unit. Limits in the heating season differ for a unit that also heats (`heats`).

    `output_min_mw` and `heating_output_min_mw` are technical minimums, in the retrofit state that holds. Those while
    heating hold at the design heat; with less heat a unit that has a `heat_region` has more room.
    """

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
    retrofit: str = ""  # the state that holds, before or after; "" where only one is known
    flexibilities: tuple[Flexibility, ...] = ()  # of each retrofit state, where there are two
    deep_bands: tuple[DeepBand, ...] = ()  # by falling output and rising price; empty: never paid
    oil_support: OilSupport | None = None
    heat_region: HeatRegion | None = None  # None: output while heating does not depend on the heat load
    start_time_h: float | None = None  # from standstill to its least output; None: too long for any reserve
    self_use_share: float = (
        0.0  # of what it generates, used by itself (厂用电率); only a case that counts it looks at it
    )
    first_step_free: bool = False  # its output before is not known: ramps and stop limit hold from the second step on

    @property
    def normal_min_mw(self) -> float:
        """Normal minimum (有偿调峰基准): output below it is paid for; 0 where none is."""
        return self.deep_bands[0].below_mw if self.deep_bands else 0.0

    @property
    def least_mw(self) -> float:
        """Least output in any season, at any heat load."""
        if not self.heats:
            return self.output_min_mw
        region, least_mw = self.heat_region, min(self.output_min_mw, self.heating_output_min_mw)
        if region is None:
            return least_mw
        fall_mw = region.floor_loss_share * region.design_heat_mw
        return 0.0 if region.turbine == BACK_PRESSURE else min(least_mw, self.output_min_mw - fall_mw)

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
    oil_hours_h: float | None = None  # with oil support, or without it, for; None: for long enough
    starts_this_week_count: int = 0  # starts earlier in the calendar week (Monday to Sunday, UTC+8) of the first step


@dataclass(frozen=True)
class Retrofit:
    """Units of a class, or one unit, taken as before or after their flexibility retrofit (灵活性改造)."""

    state: str  # before or after
    technology_class: str = ""  # a class, or
    unit: str = ""  # a unit, which goes before its class
    grid: str = ""  # the class in this member grid alone; "": in all


@dataclass(frozen=True)
class Outage:
    """A unit out of service from `start` to `end` (aware times, end excluded), or derated (降出力)."""

    unit: str
    start: datetime
    end: datetime
    available_mw: float | None = None  # greatest output; None: out of service


@dataclass(frozen=True)
class NoStart:
    """A unit that may not be started from `start` to `end` (aware times, end excluded); it may run on."""

    unit: str
    start: datetime
    end: datetime


@dataclass(frozen=True)
class StartLimit:
    """Most starts of each unit of a class, of a plant, or of one unit; None: any number."""

    technology_class: str = ""  # a class, or
    plant: str = ""  # a plant, which goes before the classes of its units, or
    unit: str = ""  # a unit, which goes before its plant
    grid: str = ""  # the class in this member grid alone; "": in all
    per_day_count: int | None = None  # in a calendar day, UTC+8
    horizon_count: int | None = None
    per_week_count: int | None = None  # in a calendar week, Monday to Sunday, UTC+8, with those before the horizon


@dataclass(frozen=True)
class MustRun:
    """A unit kept on from `start` to `end` (aware times, end excluded)."""

    unit: str
    start: datetime
    end: datetime
