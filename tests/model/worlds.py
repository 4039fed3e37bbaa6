"""
Worlds: grids of one bus each that know nothing of each other, solved at once.

Building a model takes a second whatever its size, so that many small questions share one solve. Each world is a
member grid of its own, with its own load, reserve rule and annual peak; no line joins it to another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np

from dispatch.case.demand_response import Contract
from dispatch.case.facts import GridFacts, ReserveRule
from dispatch.case.interchange import Interface
from dispatch.case.renewable import RenewablePlant
from dispatch.case.storage import Store
from dispatch.case.thermal import ThermalUnit
from dispatch.schedule.outcome import GridMetrics, Metrics
from tests.small import bus, curve, one_start, small_facts, unit

Placed = TypeVar("Placed", ThermalUnit, RenewablePlant, Store, Interface)


@dataclass(frozen=True)
class World:
    """One bus and what stands there; series have one value a step from the first step on."""

    name: str
    load_mw: Sequence[float]
    units: tuple[ThermalUnit, ...] = ()
    plants: tuple[RenewablePlant, ...] = ()
    stores: tuple[Store, ...] = ()
    contracts: tuple[Contract, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    available_share: Sequence[float] = (1.0,)  # of every plant; one number holds throughout
    planned_mw: float = 0.0  # of every interface
    reserve: tuple[float, float, float] = (0.0, 0.0, 0.0)  # of load, of wind and sun, CNY/MWh short
    annual_peak_mw: float = 600.0
    rule: Mapping[str, Any] = field(default_factory=dict)  # of reserve: largest_unit, within_ramp, hard, and so on


def free_unit(name: str, cny_per_mwh: float, output_max_mw: float = 300.0, **changes: Any) -> ThermalUnit:
    """A unit from 0 MW on, at one price, that starts, stops and moves as it likes."""
    nothing: dict[str, Any] = dict.fromkeys(("other_cny_per_mwh", "stop_cny"), 0.0)
    hour = dict.fromkeys(("min_up_h", "min_down_h"), 1.0)
    any_change = ("ramp_up_mw_per_h", "ramp_down_mw_per_h", "start_ramp_mw", "stop_ramp_mw")
    nothing["start_types"] = one_start(0)
    base = unit(name, heats=False, output_min_mw=0.0, heating_output_min_mw=0.0, **nothing, **hour)
    base = replace(base, output_max_mw=output_max_mw, curve=curve([0, output_max_mw], [cny_per_mwh], 0.0))
    return replace(base, **{**dict.fromkeys(any_change, output_max_mw), **changes})


def facts_of_worlds(*worlds: World, first_hour: int = 0) -> GridFacts:
    """The worlds side by side; a component is called "WORLD COMPONENT", its bus and its grid "WORLD"."""
    available = {f"{w.name} {p.name}": _day(w.available_share, first_hour) for w in worlds for p in w.plants}
    return small_facts(
        buses=tuple(bus(w.name, grid=w.name, load_share=1.0) for w in worlds),
        lines=(),
        links=(),
        units=tuple(u for w in worlds for u in _moved(w.units, w)),
        plants=tuple(p for w in worlds for p in _moved(w.plants, w)),
        stores=tuple(s for w in worlds for s in _moved(w.stores, w)),
        contracts=tuple(
            replace(c, name=f"{w.name} {c.name}", grid=w.name, bus_shares=((w.name, 1.0),))
            for w in worlds
            for c in w.contracts
        ),
        interfaces=tuple(i for w in worlds for i in _moved(w.interfaces, w)),
        load_mw={w.name: _day(w.load_mw, first_hour) for w in worlds},
        available_share=available,
        net_import_mw={f"{w.name} {i.name}": w.planned_mw for w in worlds for i in w.interfaces},
        running_minimums=(),
        reserve_rules=tuple(ReserveRule(w.name, *w.reserve, **w.rule) for w in worlds),
        annual_peak_mw={w.name: w.annual_peak_mw for w in worlds},
    )


def of_world(metrics: Metrics | None, name: str) -> GridMetrics:
    """What the schedule is worth in one world."""
    assert metrics is not None
    return next(member for member in metrics.members if member.grid == name)


def _moved(components: tuple[Placed, ...], world: World) -> tuple[Placed, ...]:
    return tuple(replace(c, name=f"{world.name} {c.name}", grid=world.name, bus=world.name) for c in components)


def _day(values: Sequence[float], first_hour: int) -> list[float]:
    """Values from the first step on as one value an hour of the day; the last one holds on."""
    full = [*values, *[values[-1]] * (24 - len(values))]
    return [float(value) for value in np.roll(full, first_hour)]
