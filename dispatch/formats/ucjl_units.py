"""Generators of UnitCommitment.jl as its file states them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from dispatch.case.check_numbers import LARGEST_NUMBER, LARGEST_POWER_MW
from dispatch.case.check_sizes import LARGEST_CNY
from dispatch.case.check_thermal_facts import is_convex
from dispatch.case.thermal import CostCurve, StartType
from dispatch.formats.json_file import Entry
from dispatch.units import POWER_MW

THERMAL, PROFILED = "Thermal", "Profiled"
CURVE_MW, CURVE_COST = "Production cost curve (MW)", "Production cost curve ($)"
KNOWN = (
    *("Bus", "Type", CURVE_MW, CURVE_COST, "Startup costs ($)", "Startup delays (h)", "Shutdown cost ($)"),
    *("Minimum uptime (h)", "Minimum downtime (h)", "Ramp up limit (MW)", "Ramp down limit (MW)"),
    *("Startup limit (MW)", "Shutdown limit (MW)", "Initial status (h)", "Initial power (MW)", "Must run?"),
    *("Reserve eligibility", "Commitment status"),
)
BUILT = ((0, 0.0), "what is built is not decided here; give 0, or leave the generator out")
UNSUPPORTED = {
    "Investment cost ($)": BUILT,
    "Non-spinning reserve capacity (MW)": ((0, 0.0), "units that are off give no reserve here"),
    "Provides spinning reserves?": ((), "of an older version; give Reserve eligibility"),
    "Maximum daily energy (MWh)": ((), "energy of a day is not limited here"),
    "Maximum daily starts": ((), "starts of a day are not limited in this format yet"),
}


@dataclass(frozen=True)
class Thermal:
    """A thermal unit; limits that it lacks are infinite."""

    name: str
    bus: str
    curve: CostCurve
    start_types: tuple[StartType, ...]
    stop_cny: float
    min_up_h: float
    min_down_h: float
    ramp_up_mw: float
    ramp_down_mw: float
    start_limit_mw: float
    stop_limit_mw: float
    status_h: float  # above 0: on for, below 0: off for
    power_before_mw: float
    fixed: tuple[bool | None, ...]  # on, off or open, a step each
    reserves: tuple[str, ...]

    @property
    def output_min_mw(self) -> float:
        """The first point of its curve."""
        return self.curve.output_mw[0]

    @property
    def output_max_mw(self) -> float:
        """The last point of its curve."""
        return self.curve.output_mw[-1]


@dataclass(frozen=True)
class Profiled:
    """A profiled unit: between two limits, at one price."""

    name: str
    bus: str
    cost_per_mwh: float
    least_mw: tuple[float, ...]
    most_mw: tuple[float, ...]


def thermal_of(name: str, entry: Entry, count: int) -> Thermal:
    """A thermal unit; what is wrong with it is told by its field."""
    entry.only(KNOWN, UNSUPPORTED)
    unit = Thermal(
        name=name,
        bus=entry.text("Bus"),
        curve=_curve(entry),
        start_types=_start_types(entry),
        stop_cny=_or(entry, "Shutdown cost ($)", "$", LARGEST_CNY, 0.0),
        min_up_h=_or(entry, "Minimum uptime (h)", "h", LARGEST_NUMBER, 1.0),
        min_down_h=_or(entry, "Minimum downtime (h)", "h", LARGEST_NUMBER, 1.0),
        ramp_up_mw=_or(entry, "Ramp up limit (MW)", "MW", math.inf, math.inf),
        ramp_down_mw=_or(entry, "Ramp down limit (MW)", "MW", math.inf, math.inf),
        start_limit_mw=_or(entry, "Startup limit (MW)", "MW", math.inf, math.inf),
        stop_limit_mw=_or(entry, "Shutdown limit (MW)", "MW", math.inf, math.inf),
        status_h=entry.number("Initial status (h)", "h", LARGEST_NUMBER, -LARGEST_NUMBER),
        power_before_mw=entry.number("Initial power (MW)", "MW", LARGEST_POWER_MW),
        fixed=_fixed(entry, count),
        reserves=tuple(map(str, entry.listed("Reserve eligibility"))) if entry.has("Reserve eligibility") else (),
    )
    _tell_contradictions(unit, entry)
    return unit


def profiled_of(name: str, entry: Entry, count: int) -> Profiled:
    """A profiled unit."""
    entry.only(
        ("Bus", "Type", "Cost ($/MW)", "Minimum power (MW)", "Maximum power (MW)"), {"Investment cost ($)": BUILT}
    )
    least: tuple[float, ...] = (0.0,) * count
    if entry.has("Minimum power (MW)"):
        least = entry.by_step("Minimum power (MW)", count, "MW", LARGEST_POWER_MW)
    most = entry.by_step("Maximum power (MW)", count, "MW", LARGEST_POWER_MW)
    for t, (low_mw, high_mw) in enumerate(zip(least, most, strict=True)):
        if low_mw > high_mw + POWER_MW:
            message = f"{low_mw:g} MW in step {t} is above the maximum, {high_mw:g} MW"
            entry.tell("MINIMUM_ABOVE_MAXIMUM", "Minimum power (MW)", message)
    cost = entry.constant("Cost ($/MW)", "$/MW", LARGEST_NUMBER, -LARGEST_NUMBER)
    return Profiled(name, entry.text("Bus"), cost, least, most)


def _curve(entry: Entry) -> CostCurve:
    """The production cost by output; one point where nothing can be read."""
    points: list[list[float]] = []
    for field, largest in ((CURVE_MW, LARGEST_POWER_MW), (CURVE_COST, LARGEST_CNY)):
        listed = {f"{field}[{k}]": value for k, value in enumerate(entry.listed(field))}
        inside = Entry(entry.path, listed, entry.flaws)
        points.append([inside.constant(name, "", largest, 0.0 if field == CURVE_MW else -largest) for name in listed])
    output, cost = points
    if len(output) != len(cost) or not output:
        if entry.has(CURVE_MW) and entry.has(CURVE_COST):
            message = f"{len(output)} points of MW and {len(cost)} of cost; give as many of each, one at least"
            entry.tell("SERIES_LENGTH", CURVE_MW, message)
        return CostCurve((math.nan,), (math.nan,), (0.0,))
    curve = CostCurve(tuple(output), tuple(cost), (0.0,) * len(output))
    if any(later <= earlier for earlier, later in pairwise(output)):
        entry.tell("NOT_RISING", CURVE_MW, "give the points by rising output, none twice")
    elif not any(map(math.isnan, (*output, *cost))) and not is_convex(curve):
        entry.tell(
            "CURVE_NOT_CONVEX", CURVE_COST, "cost grows slower at a higher output; the format asks for convex ones"
        )
    return curve


def _start_types(entry: Entry) -> tuple[StartType, ...]:
    """Starts by hours off, or one that is free."""
    delays, costs = "Startup delays (h)", "Startup costs ($)"
    read = []
    for field, default, largest in ((delays, [1], LARGEST_NUMBER), (costs, [0.0], LARGEST_CNY)):
        listed = entry.listed(field) if entry.has(field) else default
        inside = Entry(entry.path, {f"{field}[{k}]": value for k, value in enumerate(listed)}, entry.flaws)
        read.append([inside.number(name, "", largest) for name in inside.fields])
    if len(read[0]) != len(read[1]) or not read[0]:
        message = f"{len(read[0])} delays and {len(read[1])} costs; give as many of each, one at least"
        entry.tell("SERIES_LENGTH", delays, message)
        return ()
    types = tuple(StartType(delay, cost) for delay, cost in zip(*read, strict=True))
    for k, (hotter, colder) in enumerate(pairwise(types), start=1):
        if colder.hours_off_h <= hotter.hours_off_h:
            entry.tell(
                "NOT_RISING", f"{delays}[{k}]", f"{colder.hours_off_h:g} h must be more than the delay before it"
            )
        if colder.start_cny < hotter.start_cny:
            entry.tell("NOT_RISING", f"{costs}[{k}]", f"{colder.start_cny:g} is less than after a shorter delay")
    return types


def _fixed(entry: Entry, count: int) -> tuple[bool | None, ...]:
    """What is said of being on or off, a step each: by `Commitment status`, and on by `Must run?`."""
    said: list[bool | None] = [None] * count
    for field, meaning in (("Commitment status", (True, False, None)), ("Must run?", (True, False))):
        value = entry.fields.get(field)
        steps = value if isinstance(value, list) else [value] * count
        if value is None:
            continue
        if (count and len(steps) != count) or any(not any(step is word for word in meaning) for step in steps):
            entry.tell("WRONG_TYPE", field, f"give true or false, or a list of {count}, one a step")
            continue
        for t, step in enumerate(steps[:count]):
            if field == "Must run?":
                said[t] = True if step else said[t]
            else:
                said[t] = step
    return tuple(said)


def _tell_contradictions(unit: Thermal, entry: Entry) -> None:
    """Limits that cannot be reached, and a state that contradicts itself."""
    low_mw, high_mw = unit.output_min_mw, unit.output_max_mw
    if high_mw <= 0:
        entry.tell("NOT_POSITIVE", CURVE_MW, f"{high_mw:g} MW at most; give more than 0")
    for field, limit_mw in (("Startup limit (MW)", unit.start_limit_mw), ("Shutdown limit (MW)", unit.stop_limit_mw)):
        if limit_mw < low_mw - POWER_MW:
            entry.tell("RAMP_BELOW_MINIMUM", field, f"{limit_mw:g} MW never reaches the least output, {low_mw:g} MW")
    for field, ramp_mw in (("Ramp up limit (MW)", unit.ramp_up_mw), ("Ramp down limit (MW)", unit.ramp_down_mw)):
        if ramp_mw <= 0:
            entry.tell("NOT_POSITIVE", field, f"{ramp_mw:g} MW; give more than 0")
    if unit.start_types and unit.start_types[0].hours_off_h > max(1.0, unit.min_down_h):
        message = f"{unit.start_types[0].hours_off_h:g} h leave starts after the minimum downtime without a cost"
        entry.tell("CONTRADICTION", "Startup delays (h)[0]", message)
    _tell_state(unit, entry)


def _tell_state(unit: Thermal, entry: Entry) -> None:
    """Hours and output before the first step go with being on, or off."""
    power_mw, low_mw, high_mw = unit.power_before_mw, unit.output_min_mw, unit.output_max_mw
    if unit.status_h == 0:
        entry.tell("OUT_OF_RANGE", "Initial status (h)", "0 is neither on nor off; give hours on, or minus hours off")
    elif unit.status_h < 0 and power_mw > POWER_MW:
        entry.tell("CONTRADICTION", "Initial power (MW)", f"{power_mw:g} MW although the unit is off; give 0")
    elif unit.status_h > 0 and (power_mw < low_mw - POWER_MW or power_mw > high_mw + POWER_MW):
        message = f"{power_mw:g} MW although the unit is on; give {low_mw:g} to {high_mw:g} MW"
        entry.tell("CONTRADICTION", "Initial power (MW)", message)


def _or(entry: Entry, name: str, unit: str, largest: float, default: float) -> float:
    """A number that stays the same, or the default of the format."""
    return entry.constant(name, unit, largest) if entry.has(name) else default
