"""
An instance of UnitCommitment.jl as its file states it (https://github.com/ANL-CEEESA/UnitCommitment.jl, JSON format).

Versions 0.3, 0.4 and 0.5; hourly, one scenario. Power in MW, costs in $. A field that is absent has the default of
that format; one that cannot be asked here, or that is no field of it, is named.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dispatch.case.check_numbers import LARGEST_ENERGY_MWH, LARGEST_NUMBER, LARGEST_POWER_MW
from dispatch.errors import CaseError, Flaw
from dispatch.formats.json_file import Entry
from dispatch.formats.ucjl_units import PROFILED, THERMAL, Profiled, Thermal, profiled_of, thermal_of
from dispatch.horizon import MAX_HOURS

VERSIONS = ("0.3", "0.4", "0.5")
SECTIONS = (
    *("Parameters", "Buses", "Generators", "Storage units", "Price-sensitive loads", "Transmission lines"),
    *("Reserves", "Contingencies"),
)
PARAMETERS = (
    *("Version", "Time horizon (h)", "Time (h)", "Time horizon (min)", "Time step (min)"),
    *("Power balance penalty ($/MW)", "Scenario name", "Scenario weight", "Investment cost weight"),
)
LINE = (
    *("Source bus", "Target bus", "Reactance (ohms)", "Susceptance (S)", "Normal flow limit (MW)"),
    *("Emergency flow limit (MW)", "Flow limit penalty ($/MW)", "Max number of parallel circuits"),
)
STORE = (
    *("Bus", "Minimum level (MWh)", "Maximum level (MWh)", "Allow simultaneous charging and discharging"),
    *("Charge cost ($/MW)", "Discharge cost ($/MW)", "Charge efficiency", "Discharge efficiency", "Loss factor"),
    *("Minimum charge rate (MW)", "Maximum charge rate (MW)", "Minimum discharge rate (MW)"),
    *("Maximum discharge rate (MW)", "Initial level (MWh)", "Last period minimum level (MWh)"),
    "Last period maximum level (MWh)",
)
BUILT = {"Investment cost ($)": ((0, 0.0), "what is built is not decided here; give 0, or leave the component out")}


@dataclass(frozen=True)
class Line:
    """A transmission line; limits are infinite where it has none."""

    name: str
    source: str
    target: str
    susceptance_share: float
    normal_mw: float
    emergency_mw: float
    penalty_per_mwh: float


@dataclass(frozen=True)
class Storage:
    """A storage unit."""

    name: str
    bus: str
    level_min_mwh: float
    level_max_mwh: float
    charge_cny_per_mwh: float
    discharge_cny_per_mwh: float
    charge_efficiency_share: float
    discharge_efficiency_share: float
    loss_share: float
    charge_min_mw: float
    charge_max_mw: float
    discharge_min_mw: float
    discharge_max_mw: float
    initial_mwh: float
    last_min_mwh: float
    last_max_mwh: float
    both_ways: bool  # it may charge and discharge at once


@dataclass(frozen=True)
class PricedLoad:
    """A price-sensitive load."""

    name: str
    bus: str
    revenue_per_mwh: float
    demand_mw: tuple[float, ...]


@dataclass(frozen=True)
class Reserve:
    """A spinning reserve product; a negative penalty says that nothing may be short."""

    name: str
    amount_mw: tuple[float, ...]
    penalty_per_mwh: float


@dataclass(frozen=True)
class Instance:
    """All that a file asks."""

    step_count: int
    penalty_per_mwh: float
    load_mw: dict[str, tuple[float, ...]]  # by bus
    thermal: tuple[Thermal, ...]
    profiled: tuple[Profiled, ...]
    storage: tuple[Storage, ...]
    priced_loads: tuple[PricedLoad, ...]
    lines: tuple[Line, ...]
    reserves: tuple[Reserve, ...]
    lost_lines: tuple[str, ...]


def instance_of(content: Mapping[str, Any]) -> Instance:
    """The instance in the object of a file, or `CaseError` with every flaw by the path of its field."""
    flaws: list[Flaw] = []
    file = Entry("", content, flaws)
    file.only(SECTIONS, {"Interfaces": (({},), "limits of several lines together cannot be asked in this format yet")})
    count, penalty = _parameters(file)
    buses = file.entries("Buses")
    units = _units(file, count)
    instance = Instance(
        step_count=count,
        penalty_per_mwh=penalty,
        load_mw={name: _load_mw(bus, count) for name, bus in buses.items()},
        thermal=tuple(unit for unit in units if isinstance(unit, Thermal)),
        profiled=tuple(unit for unit in units if isinstance(unit, Profiled)),
        storage=tuple(_storage(name, entry) for name, entry in _entries(file, "Storage units").items()),
        priced_loads=tuple(_priced(name, e, count) for name, e in _entries(file, "Price-sensitive loads").items()),
        lines=tuple(_line(name, entry) for name, entry in _entries(file, "Transmission lines").items()),
        reserves=tuple(_reserve(name, entry, count) for name, entry in _entries(file, "Reserves").items()),
        lost_lines=tuple(_lost(entry) for entry in _entries(file, "Contingencies").values()),
    )
    if not buses and "Buses" in content:
        file.tell("REQUIRED", "Buses", "is empty; give one at least")
    flaws.extend(_unknown_names(instance))
    if flaws:
        raise CaseError(tuple(flaws))
    return instance


def _entries(file: Entry, section: str) -> dict[str, Entry]:
    """The components of a section that may be absent."""
    return file.entries(section) if file.has(section) else {}


# ---------------------------------------------------------------- parameters and buses


def _parameters(file: Entry) -> tuple[int, float]:
    """Steps, 0 where that is not known, and the price of load that is not served."""
    given = file.fields.get("Parameters")
    if not isinstance(given, dict):
        file.tell("REQUIRED", "Parameters", "is absent and must be an object, { ... }")
        return 0, 0.0
    entry = Entry("Parameters", given, file.flaws)
    entry.only(PARAMETERS, {})
    if str(given.get("Version")) not in VERSIONS:
        message = f"{given.get('Version')!r} cannot be read; give one of {', '.join(VERSIONS)}, in their words"
        entry.tell("UNKNOWN_VALUE", "Version", message)
    if entry.has("Time step (min)") and given["Time step (min)"] != 60:  # noqa: PLR2004 (an hour)
        message = f"{given['Time step (min)']}: the format's costs and ramps are per step; only hours can be asked"
        entry.tell("UNSUPPORTED_FIELD", "Time step (min)", message)
    penalty = _or(entry, "Power balance penalty ($/MW)", "$/MW", LARGEST_NUMBER, 1000.0)
    return _step_count(entry), penalty


def _step_count(entry: Entry) -> int:
    named = [name for name in ("Time horizon (h)", "Time (h)", "Time horizon (min)") if entry.has(name)]
    if len(named) != 1:
        entry.tell("REQUIRED", "Time horizon (h)", f"given {len(named)} times; give it once")
        return 0
    hours = entry.number(named[0], "h", LARGEST_NUMBER) / (60 if "min" in named[0] else 1)
    if not 1 <= hours <= MAX_HOURS or hours != int(hours):
        if not math.isnan(hours):
            message = f"{hours:g} h must be a whole number from 1 to {MAX_HOURS}"
            entry.tell("OUT_OF_RANGE", named[0], message)
        return 0
    return int(hours)


def _load_mw(entry: Entry, count: int) -> tuple[float, ...]:
    entry.only(("Load (MW)",), {})
    return entry.by_step("Load (MW)", count, "MW", LARGEST_POWER_MW, -LARGEST_POWER_MW)


def _units(file: Entry, count: int) -> list[Thermal | Profiled]:
    """Every generator; without a type it is thermal, as in 0.3."""
    units: list[Thermal | Profiled] = []
    for name, entry in file.entries("Generators").items():
        kind = entry.fields.get("Type", THERMAL)
        if kind == PROFILED:
            units.append(profiled_of(name, entry, count))
        elif kind == THERMAL:
            units.append(thermal_of(name, entry, count))
        else:
            entry.tell("UNKNOWN_VALUE", "Type", f"{kind!r} is not known; give {THERMAL} or {PROFILED}")
    return units


# ---------------------------------------------------------------- what stands at buses and between them


def _storage(name: str, entry: Entry) -> Storage:
    entry.only(STORE, BUILT)
    both = entry.fields.get("Allow simultaneous charging and discharging", True)
    level_max = entry.constant("Maximum level (MWh)", "MWh", LARGEST_ENERGY_MWH)
    level_min = _or(entry, "Minimum level (MWh)", "MWh", LARGEST_ENERGY_MWH, 0.0)
    last_min = _or(entry, "Last period minimum level (MWh)", "MWh", LARGEST_ENERGY_MWH, level_min)
    last_max = _or(entry, "Last period maximum level (MWh)", "MWh", LARGEST_ENERGY_MWH, level_max)
    if last_min < last_max < level_max:
        message = f"{last_max:g} MWh: the end is one level, or open upward; give {last_min:g} or {level_max:g} MWh"
        entry.tell("UNSUPPORTED_FIELD", "Last period maximum level (MWh)", message)
    return Storage(
        name=name,
        bus=entry.text("Bus"),
        level_min_mwh=level_min,
        level_max_mwh=level_max,
        charge_cny_per_mwh=entry.constant("Charge cost ($/MW)", "$/MW", LARGEST_NUMBER),
        discharge_cny_per_mwh=entry.constant("Discharge cost ($/MW)", "$/MW", LARGEST_NUMBER),
        charge_efficiency_share=_or(entry, "Charge efficiency", "", 1.0, 1.0),
        discharge_efficiency_share=_or(entry, "Discharge efficiency", "", 1.0, 1.0),
        loss_share=_or(entry, "Loss factor", "", 1.0, 0.0),
        charge_min_mw=_or(entry, "Minimum charge rate (MW)", "MW", LARGEST_POWER_MW, 0.0),
        charge_max_mw=entry.constant("Maximum charge rate (MW)", "MW", LARGEST_POWER_MW),
        discharge_min_mw=_or(entry, "Minimum discharge rate (MW)", "MW", LARGEST_POWER_MW, 0.0),
        discharge_max_mw=entry.constant("Maximum discharge rate (MW)", "MW", LARGEST_POWER_MW),
        initial_mwh=_or(entry, "Initial level (MWh)", "MWh", LARGEST_ENERGY_MWH, 0.0),
        last_min_mwh=last_min,
        last_max_mwh=last_max,
        both_ways=both is not False and both != [False] * len(both if isinstance(both, list) else ()),
    )


def _priced(name: str, entry: Entry, count: int) -> PricedLoad:
    entry.only(("Bus", "Revenue ($/MW)", "Demand (MW)"), {})
    revenue = entry.constant("Revenue ($/MW)", "$/MW", LARGEST_NUMBER)
    return PricedLoad(name, entry.text("Bus"), revenue, entry.by_step("Demand (MW)", count, "MW", LARGEST_POWER_MW))


def _line(name: str, entry: Entry) -> Line:
    entry.only(LINE, BUILT)
    line = Line(
        name=name,
        source=entry.text("Source bus"),
        target=entry.text("Target bus"),
        susceptance_share=entry.number("Susceptance (S)", "S", math.inf),
        normal_mw=_or(entry, "Normal flow limit (MW)", "MW", math.inf, math.inf),
        emergency_mw=_or(entry, "Emergency flow limit (MW)", "MW", math.inf, math.inf),
        penalty_per_mwh=_or(entry, "Flow limit penalty ($/MW)", "$/MW", LARGEST_NUMBER, 5000.0),
    )
    if line.susceptance_share == 0:
        entry.tell("NOT_POSITIVE", "Susceptance (S)", "0 S carries nothing; give more than 0")
    return line


def _reserve(name: str, entry: Entry, count: int) -> Reserve:
    entry.only(("Type", "Amount (MW)", "Shortfall penalty ($/MW)"), {"Parent": ((), "products are not nested here")})
    kind = entry.fields.get("Type", "spinning")
    if str(kind).lower() != "spinning":
        message = f"{kind!r} cannot be asked, only spinning: reserve of units that are on"
        entry.tell("UNSUPPORTED_FIELD", "Type", message)
    penalty = -1.0
    if entry.has("Shortfall penalty ($/MW)"):
        penalty = entry.constant("Shortfall penalty ($/MW)", "$/MW", LARGEST_NUMBER, -LARGEST_NUMBER)
    return Reserve(name, entry.by_step("Amount (MW)", count, "MW", LARGEST_POWER_MW), penalty)


def _lost(entry: Entry) -> str:
    """The line whose loss a contingency is."""
    entry.only(("Affected lines",), {"Affected units": (([],), "the loss of a unit cannot be asked, only of a line")})
    lines = entry.listed("Affected lines")
    if len(lines) != 1 or not isinstance(lines[0], str):
        message = f"{len(lines)} lines: only the loss of one can be asked"
        entry.tell("UNSUPPORTED_FIELD", "Affected lines", message)
        return ""
    return lines[0]


def _or(entry: Entry, name: str, unit: str, largest: float, default: float) -> float:
    """A number that stays the same, or the default of the format."""
    return entry.constant(name, unit, largest) if entry.has(name) else default


# ---------------------------------------------------------------- names


def _unknown_names(instance: Instance) -> list[Flaw]:
    """Every bus, line and reserve that is named and not there; names that stand for two things."""
    buses, lines = set(instance.load_mw), {line.name for line in instance.lines}
    reserves = {reserve.name for reserve in instance.reserves}
    named = [(f"Generators.{unit.name}.Bus", unit.bus, buses) for unit in instance.thermal]
    named += [(f"Generators.{plant.name}.Bus", plant.bus, buses) for plant in instance.profiled]
    named += [(f"Storage units.{store.name}.Bus", store.bus, buses) for store in instance.storage]
    named += [(f"Price-sensitive loads.{load.name}.Bus", load.bus, buses) for load in instance.priced_loads]
    for line in instance.lines:
        ends = (("Source bus", line.source), ("Target bus", line.target))
        named += [(f"Transmission lines.{line.name}.{end}", bus, buses) for end, bus in ends]
    named += [("Contingencies", line, lines) for line in instance.lost_lines]
    for unit in instance.thermal:
        named += [(f"Generators.{unit.name}.Reserve eligibility", name, reserves) for name in unit.reserves]
    return [
        Flaw("UNKNOWN_NAME", path, f"{name!r} is not in the file")
        for path, name, known in named
        if name and name not in known
    ]
