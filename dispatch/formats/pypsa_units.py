"""
Generators of a PyPSA network: committed units, units that always run, and plants.

    committable                                ThermalUnit
    not, with ramp limits, or with a cost      ThermalUnit that must run from 0, or from a minimum that stays
    and an availability that stays the same
    not, otherwise                             RenewablePlant: available p_max_pu, at least p_min_pu, at its cost
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

import numpy as np

from dispatch.case.renewable import UNSPECIFIED, AvailableForecast, RenewablePlant
from dispatch.case.thermal import CostCurve, MustRun, Outage, StartType, ThermalUnit, UnitState
from dispatch.formats.pypsa_columns import Column
from dispatch.units import POWER_MW

LONG_H = 1000.0  # longer than any minimum time is served by
TECHNOLOGIES = (("offwind", "wind_offshore"), ("offshore", "wind_offshore"), ("wind", "wind_onshore"))
SUN = (("solar", "solar_utility"), ("pv", "solar_utility"))


@dataclass
class Generation:
    """What generators become."""

    grid: str
    start: datetime
    step_h: float
    co2_t_per_mwh: dict[str, float]  # of each carrier, thermal
    units: list[ThermalUnit] = field(default_factory=list)
    states: list[UnitState] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
    must_run: list[MustRun] = field(default_factory=list)
    plants: list[RenewablePlant] = field(default_factory=list)
    forecasts: list[AvailableForecast] = field(default_factory=list)

    def add(self, column: Column, name: str) -> None:
        """One generator; without capacity it is nothing."""
        size_mw = float(column.static.loc[name, "p_nom"])
        most_mw, least_mw = (size_mw * column.series(name, f"p_{end}_pu") for end in ("max", "min"))
        if not math.isfinite(size_mw):
            column.tell(name, "p_nom", "NOT_FINITE", f"{size_mw} MW; give a finite number")
        elif most_mw.max() <= 0:
            return
        elif (least_mw < 0).any():
            column.tell(name, "p_min_pu", "UNSUPPORTED_FIELD", "below 0: a generator does not take power here")
        elif self._is_plant(column, name, most_mw, least_mw):
            self._add_plant(column, name, most_mw, least_mw)
        else:
            self._add_unit(column, name, most_mw)

    def _is_plant(self, column: Column, name: str, most_mw: np.ndarray, least_mw: np.ndarray) -> bool:
        if bool(column.static.loc[name, "committable"]):
            return False
        if min(column.limit(name, "ramp_limit_up"), column.limit(name, "ramp_limit_down")) < math.inf:
            return False
        changes = len(set(most_mw)) > 1 or len(set(least_mw)) > 1
        return changes or technology_of(str(column.static.loc[name, "carrier"])) != UNSPECIFIED

    def _add_plant(self, column: Column, name: str, most_mw: np.ndarray, least_mw: np.ndarray) -> None:
        cost, carrier = column.constant(name, "marginal_cost"), str(column.static.loc[name, "carrier"])
        bus, most_mw = str(column.static.loc[name, "bus"]), np.maximum(most_mw, 0.0)
        plant = RenewablePlant(name, bus, self.grid, "", technology_of(carrier), float(most_mw.max()), cost)
        self.plants.append(plant)
        if (least_mw > most_mw + POWER_MW).any():
            column.tell(name, "p_min_pu", "MINIMUM_ABOVE_MAXIMUM", "lies above p_max_pu in some snapshot")
        self.forecasts.append(AvailableForecast(name, tuple(most_mw), tuple(least_mw)))

    def _add_unit(self, column: Column, name: str, most_mw: np.ndarray) -> None:
        committed = bool(column.static.loc[name, "committable"])
        unit = self._unit(column, name, float(most_mw.max()))
        self.units.append(unit)
        for count, value_mw, first in _runs(most_mw):
            left_mw = None if committed and value_mw < unit.output_min_mw - POWER_MW else value_mw
            if left_mw is None or left_mw < unit.output_max_mw - POWER_MW:
                self.outages.append(Outage(name, self._moment(first), self._moment(first + count), left_mw))
        if not committed:
            self.must_run.append(MustRun(name, self.start, self._moment(len(most_mw))))
            if (most_mw < unit.output_min_mw - POWER_MW).any():
                column.tell(name, "p_min_pu", "MINIMUM_ABOVE_MAXIMUM", "lies above p_max_pu in some snapshot")
        self.states.append(self._state(column, unit, committed=committed))

    def _moment(self, step: int) -> datetime:
        return self.start + timedelta(hours=step * self.step_h)

    def _unit(self, column: Column, name: str, high_mw: float) -> ThermalUnit:
        static, size_mw = column.static.loc[name], float(column.static.loc[name, "p_nom"])
        low_mw = size_mw * column.constant(name, "p_min_pu")
        ramp_up_mw, ramp_down_mw = (
            min(size_mw * column.limit(name, f"ramp_limit_{way}"), high_mw) for way in ("up", "down")
        )
        start_mw, stop_mw = (
            min(size_mw * column.limit(name, f"ramp_limit_{way}"), high_mw) for way in ("start_up", "shut_down")
        )
        self._tell_limits(column, name, (low_mw, high_mw), {"start_up": start_mw, "shut_down": stop_mw})
        for way, ramp_mw in (("up", ramp_up_mw), ("down", ramp_down_mw)):
            if ramp_mw <= 0:
                column.tell(name, f"ramp_limit_{way}", "NOT_POSITIVE", f"{ramp_mw:g} MW a snapshot; give more than 0")
        return ThermalUnit(
            name=name,
            plant=self.grid,  # so that identical ones among all units are seen
            bus=str(static["bus"]),
            grid=self.grid,
            city="",
            carrier=str(static["carrier"]) or "thermal",
            technology_class="",
            heats=False,
            output_min_mw=low_mw,
            output_max_mw=high_mw,
            heating_output_min_mw=low_mw,
            heating_output_max_mw=high_mw,
            ramp_up_mw_per_h=ramp_up_mw / self.step_h,
            ramp_down_mw_per_h=ramp_down_mw / self.step_h,
            start_ramp_mw=start_mw,
            stop_ramp_mw=stop_mw,
            min_up_h=float(static["min_up_time"]) * self.step_h,
            min_down_h=float(static["min_down_time"]) * self.step_h,
            start_types=(StartType(0.0, column.constant(name, "start_up_cost")),),
            stop_cny=column.constant(name, "shut_down_cost"),
            other_cny_per_mwh=0.0,
            curve=self._curve(column, name, low_mw, high_mw),
            first_step_free=math.isnan(float(static["p_init"])),
        )

    def _tell_limits(
        self, column: Column, name: str, limits_mw: tuple[float, float], reach_mw: dict[str, float]
    ) -> None:
        low_mw, high_mw = limits_mw
        if low_mw > high_mw + POWER_MW:
            message = f"{low_mw:g} MW is above what p_max_pu leaves, {high_mw:g} MW"
            column.tell(name, "p_min_pu", "MINIMUM_ABOVE_MAXIMUM", message)
        for way, limit_mw in reach_mw.items():
            if limit_mw < low_mw - POWER_MW:
                message = f"{limit_mw:g} MW never reaches the least output, {low_mw:g} MW"
                column.tell(name, f"ramp_limit_{way}", "RAMP_BELOW_MINIMUM", message)

    def _curve(self, column: Column, name: str, low_mw: float, high_mw: float) -> CostCurve:
        """Standing by, and each MWh; carbon of what is burnt for it."""
        slope, standing = column.constant(name, "marginal_cost"), 0.0
        if bool(column.static.loc[name, "committable"]):
            standing = column.constant(name, "stand_by_cost")
        burnt = self.co2_t_per_mwh.get(str(column.static.loc[name, "carrier"]), 0.0)
        carbon = burnt / column.constant(name, "efficiency") if burnt else 0.0
        points = (low_mw, high_mw) if high_mw > low_mw else (low_mw,)
        return CostCurve(points, tuple(standing + slope * mw for mw in points), tuple(carbon * mw for mw in points))

    def _state(self, column: Column, unit: ThermalUnit, *, committed: bool) -> UnitState:
        """Off while `down_time_before`, else on while `up_time_before`; neither: off for long. Else it always runs."""
        before = float(column.static.loc[unit.name, "p_init"])
        output_mw = unit.output_min_mw if math.isnan(before) else before
        if not committed:
            return UnitState(unit.name, on=True, hours_h=LONG_H, output_mw=output_mw)
        up, down = (float(column.static.loc[unit.name, f"{way}_time_before"]) for way in ("up", "down"))
        if down > 0 or up <= 0:
            return UnitState(unit.name, on=False, hours_h=down * self.step_h if down > 0 else LONG_H, output_mw=0.0)
        return UnitState(unit.name, on=True, hours_h=up * self.step_h, output_mw=output_mw)


def technology_of(carrier: str) -> str:
    """The technology that a carrier's name says, or none in particular."""
    name = carrier.lower()
    return next((technology for part, technology in (*TECHNOLOGIES, *SUN) if part in name), UNSPECIFIED)


def _runs(values: np.ndarray) -> Iterator[tuple[int, float, int]]:
    """Values that stay the same for a while: for how many steps, which, from which step on."""
    first = 0
    for value, group in groupby(values.tolist()):
        count = len(list(group))
        yield count, value, first
        first += count
