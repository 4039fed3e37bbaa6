"""
An instance of pglib-uc as its file states it, complete and free of contradictions.

https://github.com/power-grid-lib/pglib-uc: one bus, hourly periods; power in MW, times in periods, costs in a currency
that the file does not name. MODEL.pdf there says what each field means.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from dispatch.case.check_numbers import LARGEST_NUMBER, LARGEST_POWER_MW
from dispatch.case.check_sizes import LARGEST_CNY
from dispatch.case.check_thermal_facts import is_convex
from dispatch.case.thermal import CostCurve, StartType
from dispatch.errors import CaseError, Flaw
from dispatch.formats.json_file import Entry
from dispatch.horizon import MAX_HOURS
from dispatch.units import POWER_MW

THERMAL, RENEWABLE = "thermal_generators", "renewable_generators"


@dataclass(frozen=True)
class Thermal:
    """A thermal generator."""

    name: str
    must_run: bool
    output_min_mw: float
    output_max_mw: float
    ramp_up_mw_per_h: float
    ramp_down_mw_per_h: float
    start_ramp_mw: float
    stop_ramp_mw: float
    min_up_h: float
    min_down_h: float
    on_before: bool
    output_before_mw: float
    up_before_h: float
    down_before_h: float
    start_types: tuple[StartType, ...]
    curve: CostCurve


@dataclass(frozen=True)
class Renewable:
    """A renewable generator: between what must be and what may be taken of it, at no cost."""

    name: str
    least_mw: tuple[float, ...]
    most_mw: tuple[float, ...]


@dataclass(frozen=True)
class Instance:
    """All that a file asks."""

    step_count: int
    demand_mw: tuple[float, ...]
    reserve_mw: tuple[float, ...]
    thermal: tuple[Thermal, ...]
    renewable: tuple[Renewable, ...]


def instance_of(content: Mapping[str, Any]) -> Instance:
    """The instance in the object of a file, or `CaseError` with every flaw by the path of its field."""
    flaws: list[Flaw] = []
    file = Entry("", content, flaws)
    count = _step_count(file)
    instance = Instance(
        step_count=count or 0,
        demand_mw=file.series("demand", count, "MW", LARGEST_POWER_MW),
        reserve_mw=file.series("reserves", count, "MW", LARGEST_POWER_MW),
        thermal=tuple(_thermal(name, entry) for name, entry in file.entries(THERMAL).items()),
        renewable=tuple(_renewable(name, entry, count) for name, entry in file.entries(RENEWABLE).items()),
    )
    names = {generator.name for generator in instance.thermal}
    for generator in instance.renewable:
        if generator.name in names:
            file.tell("DUPLICATE", f"{RENEWABLE}.{generator.name}", "is the name of a thermal generator too")
    if flaws:
        raise CaseError(tuple(flaws))
    return instance


def _step_count(file: Entry) -> int | None:
    """How many hourly periods there are; None where the file does not tell."""
    count = file.number("time_periods", "h", LARGEST_NUMBER)
    if math.isnan(count):
        return None
    if not 1 <= count <= MAX_HOURS or count != int(count):
        file.tell("OUT_OF_RANGE", "time_periods", f"{count:g} must be a whole number from 1 to {MAX_HOURS}")
        return None
    return int(count)


def _renewable(name: str, entry: Entry, count: int | None) -> Renewable:
    least = entry.series("power_output_minimum", count, "MW", LARGEST_POWER_MW)
    most = entry.series("power_output_maximum", count, "MW", LARGEST_POWER_MW)
    for t, (low_mw, high_mw) in enumerate(zip(least, most, strict=False)):
        if low_mw > high_mw + POWER_MW:
            message = f"{low_mw:g} MW is above the maximum, {high_mw:g} MW"
            entry.tell("MINIMUM_ABOVE_MAXIMUM", f"power_output_minimum[{t}]", message)
    return Renewable(name, least, most)


# ---------------------------------------------------------------- thermal


def _thermal(name: str, entry: Entry) -> Thermal:
    def power_mw(field: str) -> float:
        return entry.number(field, "MW", LARGEST_POWER_MW)

    def hours_h(field: str) -> float:
        return entry.number(field, "h", LARGEST_NUMBER)

    must_run, on_before = entry.flag("must_run"), entry.flag("unit_on_t0")
    unit = Thermal(
        name=name,
        must_run=must_run is True,
        output_min_mw=power_mw("power_output_minimum"),
        output_max_mw=power_mw("power_output_maximum"),
        ramp_up_mw_per_h=power_mw("ramp_up_limit"),
        ramp_down_mw_per_h=power_mw("ramp_down_limit"),
        start_ramp_mw=power_mw("ramp_startup_limit"),
        stop_ramp_mw=power_mw("ramp_shutdown_limit"),
        min_up_h=hours_h("time_up_minimum"),
        min_down_h=hours_h("time_down_minimum"),
        on_before=on_before is True,
        output_before_mw=power_mw("power_output_t0"),
        up_before_h=hours_h("time_up_t0"),
        down_before_h=hours_h("time_down_t0"),
        start_types=_start_types(entry),
        curve=_curve(entry),
    )
    _tell_limits(unit, entry)
    if on_before is not None:
        _tell_state(unit, entry)
    _tell_starts(unit, entry)
    _tell_curve(unit, entry)
    return unit


def _start_types(entry: Entry) -> tuple[StartType, ...]:
    rows = entry.rows("startup")
    return tuple(StartType(row.number("lag", "h", LARGEST_NUMBER), row.number("cost", "", LARGEST_CNY)) for row in rows)


def _curve(entry: Entry) -> CostCurve:
    rows = entry.rows("piecewise_production")
    output = tuple(row.number("mw", "MW", LARGEST_POWER_MW) for row in rows)
    cost = tuple(row.number("cost", "", LARGEST_CNY, -LARGEST_CNY) for row in rows)
    return CostCurve(output, cost, (0.0,) * len(output))


def _tell_limits(unit: Thermal, entry: Entry) -> None:
    low_mw, high_mw = unit.output_min_mw, unit.output_max_mw
    if low_mw > high_mw:
        entry.tell(
            "MINIMUM_ABOVE_MAXIMUM", "power_output_minimum", f"{low_mw:g} MW is above the maximum, {high_mw:g} MW"
        )
    if high_mw <= 0:
        entry.tell("NOT_POSITIVE", "power_output_maximum", f"{high_mw:g} MW; give more than 0")
    for field, limit_mw in (("ramp_startup_limit", unit.start_ramp_mw), ("ramp_shutdown_limit", unit.stop_ramp_mw)):
        if limit_mw < low_mw - POWER_MW:
            message = f"{limit_mw:g} MW never reaches power_output_minimum, {low_mw:g} MW"
            entry.tell("RAMP_BELOW_MINIMUM", field, message)
    for field, ramp_mw in (("ramp_up_limit", unit.ramp_up_mw_per_h), ("ramp_down_limit", unit.ramp_down_mw_per_h)):
        if ramp_mw <= 0:
            entry.tell("NOT_POSITIVE", field, f"{ramp_mw:g} MW; give more than 0")


def _tell_state(unit: Thermal, entry: Entry) -> None:
    """The hours and the output before the first period go with being on, or off."""
    on, state = unit.on_before, "on" if unit.on_before else "off"
    own, other = ("time_up_t0", "time_down_t0") if on else ("time_down_t0", "time_up_t0")
    own_h, other_h = (unit.up_before_h, unit.down_before_h)[:: 1 if on else -1]
    if own_h <= 0:
        entry.tell("CONTRADICTION", own, f"{own_h:g} although the unit is {state} (unit_on_t0); give more than 0")
    if other_h > 0:
        entry.tell("CONTRADICTION", other, f"{other_h:g} although the unit is {state} (unit_on_t0); give 0")
    output_mw, low_mw, high_mw = unit.output_before_mw, unit.output_min_mw, unit.output_max_mw
    if not on and output_mw > POWER_MW:
        entry.tell(
            "CONTRADICTION", "power_output_t0", f"{output_mw:g} MW although the unit is off (unit_on_t0); give 0"
        )
    if on and (output_mw < low_mw - POWER_MW or output_mw > high_mw + POWER_MW):
        message = f"{output_mw:g} MW although the unit is on (unit_on_t0); give {low_mw:g} to {high_mw:g} MW"
        entry.tell("CONTRADICTION", "power_output_t0", message)
    if unit.must_run and not on and unit.down_before_h < unit.min_down_h:
        message = f"{unit.down_before_h:g} is short of time_down_minimum, {unit.min_down_h:g}, but the unit must run"
        entry.tell("CONTRADICTION", "time_down_t0", message)


def _tell_starts(unit: Thermal, entry: Entry) -> None:
    types = unit.start_types
    if not types:
        if isinstance(entry.fields.get("startup"), list):
            entry.tell("REQUIRED", "startup", "is empty; give a lag and a cost at least")
        return
    if types[0].hours_off_h > shortest_off_h(unit):
        message = f"{types[0].hours_off_h:g} leaves starts after time_down_minimum, {unit.min_down_h:g}, without a cost"
        entry.tell("CONTRADICTION", "startup[0].lag", message)
    for k, (hotter, colder) in enumerate(pairwise(types), start=1):
        if colder.hours_off_h <= hotter.hours_off_h:
            entry.tell("NOT_RISING", f"startup[{k}].lag", f"{colder.hours_off_h:g} must be more than the lag before it")
        if colder.start_cny < hotter.start_cny:
            message = f"{colder.start_cny:g} is less than the cost after a shorter lag"
            entry.tell("NOT_RISING", f"startup[{k}].cost", message)


def shortest_off_h(unit: Thermal) -> float:
    """Least hours between a stop and a start: a period at least."""
    return max(1.0, unit.min_down_h)


def _tell_curve(unit: Thermal, entry: Entry) -> None:
    field, curve, low_mw, high_mw = "piecewise_production", unit.curve, unit.output_min_mw, unit.output_max_mw
    if not curve.output_mw:
        if isinstance(entry.fields.get(field), list):
            entry.tell("REQUIRED", field, "is empty; give the cost at power_output_minimum at least")
        return
    for k, (one_mw, next_mw) in enumerate(pairwise(curve.output_mw), start=1):
        if next_mw <= one_mw:
            entry.tell("NOT_RISING", f"{field}[{k}].mw", f"{next_mw:g} MW must be more than the point before it")
            return
    if abs(curve.output_mw[0] - low_mw) > POWER_MW:
        message = f"{curve.output_mw[0]:g} MW must be power_output_minimum, {low_mw:g} MW"
        entry.tell("CONTRADICTION", f"{field}[0].mw", message)
    if curve.output_mw[-1] < high_mw - POWER_MW:
        message = f"{curve.output_mw[-1]:g} MW leaves output up to power_output_maximum, {high_mw:g} MW, without a cost"
        entry.tell("CONTRADICTION", f"{field}[{len(curve.output_mw) - 1}].mw", message)
    if not any(map(math.isnan, (*curve.output_mw, *curve.fuel_cny_per_h))) and not is_convex(curve):
        message = "is not convex: cost grows slower at a higher output, and only convex curves can be scheduled"
        entry.tell("CURVE_NOT_CONVEX", field, message)
