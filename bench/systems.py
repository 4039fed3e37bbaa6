"""Larger systems from the same grid, to see how the work grows: every unit or every bus split into K equal parts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.network import Bus, Line
from dispatch.case.security import Security
from dispatch.case.thermal import CostCurve, ThermalUnit, UnitState

STUB_REACTANCE_SHARE = 1e-5  # per unit on 1 MVA, about that of a short 500 kV line
STUB_RATING_MW = 20_000.0  # never binds


def with_bands(facts: GridFacts) -> GridFacts:
    """Every pumped-hydro plant as one continuous band, as PyPSA has it; ours plans unit by unit."""
    return replace(facts, stores=tuple(replace(store, groups=()) for store in facts.stores))


def with_more_units(case: Case, facts: GridFacts, count: int) -> tuple[Case, GridFacts]:
    """Every thermal unit as `count` units of 1/count the size and cost, in the same state."""
    if count == 1:
        return case, facts
    units = tuple(_smaller(unit, k, count) for unit in facts.units for k in range(count))
    states = tuple(
        UnitState(f"{state.unit} part {k}", state.on, state.hours_h, state.output_mw / count)
        for state in case.units
        for k in range(count)
    )
    minimums = tuple(replace(item, units_on_count=item.units_on_count * count) for item in facts.running_minimums)
    return replace(case, units=states), replace(facts, units=units, running_minimums=minimums)


def with_outages(case: Case, facts: GridFacts, watched_count: int) -> Case:
    """The loss of any circuit is stood, looked at on so many lines spread over the list; 0 leaves the case as it is."""
    if not watched_count:
        return case
    names = [line.name for line in facts.lines]
    watched = {names[k * len(names) // watched_count] for k in range(watched_count)}
    return replace(case, security=Security(n_minus_1=True, unwatched=tuple(n for n in names if n not in watched)))


def with_more_buses(case: Case, facts: GridFacts, count: int) -> tuple[Case, GridFacts]:
    """
    Every AC bus of the grid as a ring of `count` buses; load and plants are shared out among them.

    A ring keeps the voltage law at work: each one adds a cycle to the network.
    """
    if count == 1:
        return case, facts
    split = [k for k, bus in enumerate(facts.buses) if bus.carrier == "AC" and bus.grid in facts.members]
    added, lines, columns = _rings(facts, split, count)
    load = facts.year.load_mw.copy()
    load[:, split] /= count
    year = replace(facts.year, load_mw=np.hstack([load, load[:, columns]]))
    shared = {facts.buses[k].name for k in split}
    buses = tuple(replace(b, load_share=b.load_share / count) if b.name in shared else b for b in facts.buses)
    plants = tuple(
        replace(plant, bus=plant.bus if k % count == 0 or plant.bus not in shared else f"{plant.bus} {k % count}")
        for k, plant in enumerate(facts.plants)
    )
    return case, replace(facts, buses=buses + added, lines=facts.lines + lines, plants=plants, year=year)


def _rings(facts: GridFacts, split: list[int], count: int) -> tuple[tuple[Bus, ...], tuple[Line, ...], list[int]]:
    """New buses, the lines that close a ring through each old one, and the old bus's number for each new one."""
    buses: list[Bus] = []
    lines: list[Line] = []
    columns: list[int] = []
    for k in split:
        old = facts.buses[k]
        names = [old.name, *(f"{old.name} {part}" for part in range(1, count))]
        buses += [replace(old, name=name, load_share=old.load_share / count) for name in names[1:]]
        columns += [k] * (count - 1)
        for number, (start, end) in enumerate(zip(names, [*names[1:], names[0]], strict=True)):
            name = f"ring {old.name} {number}"
            lines.append(Line(name, start, end, STUB_REACTANCE_SHARE, STUB_RATING_MW, "ring"))
    return tuple(buses), tuple(lines), columns


def _smaller(unit: ThermalUnit, part: int, count: int) -> ThermalUnit:
    """One of `count` equal parts of a unit."""
    powers = (
        "output_min_mw",
        "output_max_mw",
        "heating_output_min_mw",
        "heating_output_max_mw",
        "ramp_up_mw_per_h",
        "ramp_down_mw_per_h",
        "start_ramp_mw",
        "stop_ramp_mw",
        "stop_cny",
    )
    curve = CostCurve(
        tuple(value / count for value in unit.curve.output_mw),
        tuple(value / count for value in unit.curve.fuel_cny_per_h),
        tuple(value / count for value in unit.curve.carbon_tco2_per_h),
    )
    changed: dict[str, Any] = {name: getattr(unit, name) / count for name in powers}
    changed["start_types"] = tuple(replace(kind, start_cny=kind.start_cny / count) for kind in unit.start_types)
    changed["stop_reserve_mw"] = None if unit.stop_reserve_mw is None else unit.stop_reserve_mw / count
    return replace(unit, name=f"{unit.name} part {part}", curve=curve, **changed)
