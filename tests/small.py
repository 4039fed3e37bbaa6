r"""
Small grids and cases, built by hand.

`small_facts()` is a triangle of AC lines with a DC spur and a neighbour, and one of everything on it:

    neighbour ── a ── b         a, b, c  500 kV, lines of equal reactance
                  \  │          d        DC node, fed through a link
                    c ══ d

Every part can be replaced by name, and every component made by `unit`, `plant`, `store`, `contract`,
`interface`, `bus`, `line`, `link`. Series are one value an hour of the day (24), or one number for all hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np

from dispatch.case.case import Case
from dispatch.case.demand_response import FILL, REDUCE, SHIFT, Contract
from dispatch.case.facts import GridFacts, ProductRule, ReserveRule, StoredYear
from dispatch.case.interchange import VARIANTS, Interface
from dispatch.case.network import Bus, Line, Link
from dispatch.case.pumped_hydro import LowerReservoir, PumpGroup
from dispatch.case.renewable import RenewablePlant
from dispatch.case.reserve_products import NON_SPINNING, REGULATION_DOWN, REGULATION_UP
from dispatch.case.storage import PUMPED_HYDRO, Store, StoreState
from dispatch.case.thermal import CostCurve, HeatingSeason, RunningMinimum, StartType, ThermalUnit, UnitState
from dispatch.horizon import BEIJING, Horizon

GRID = "jibei"
EXTERNAL = "external"
WINTER_DAY = datetime(2030, 1, 15, tzinfo=BEIJING)
SUMMER_DAY = datetime(2030, 7, 15, tzinfo=BEIJING)

Profile = float | Sequence[float]  # one number, or one a day-hour


def bus(name: str, **changes: Any) -> Bus:
    """A 500 kV station."""
    base = Bus(name, GRID, "Tangshan", "AC", 500.0, 39.6, 118.2, 0.0)
    return replace(base, **changes)


def line(name: str, from_bus: str, to_bus: str, **changes: Any) -> Line:
    """An AC line: 0.0001 per unit on 1 MVA (25 ohm at 500 kV), 300 MW."""
    return replace(Line(name, from_bus, to_bus, 1e-4, 300.0, ""), **changes)


def link(name: str, from_bus: str, to_bus: str, **changes: Any) -> Link:
    """A DC link of 80 MW."""
    return replace(Link(name, from_bus, to_bus, 80.0), **changes)


def curve(output_mw: Sequence[float], cny_per_mwh: Sequence[float], at_first_cny_per_h: float) -> CostCurve:
    """A fuel curve by its first point and the slope of each piece; 0.8 tCO2 where fuel costs 300 CNY."""
    widths = np.diff(np.asarray(output_mw, dtype=float))
    fuel = at_first_cny_per_h + np.concatenate([[0.0], np.cumsum(widths * np.asarray(cny_per_mwh))])
    return CostCurve(tuple(map(float, output_mw)), tuple(fuel.tolist()), tuple((fuel * 0.8 / 300).tolist()))


def one_start(start_cny: float) -> tuple[StartType, ...]:
    """Every start at one price, however long the unit was off."""
    return (StartType(0.0, start_cny),)


def unit(name: str, **changes: Any) -> ThermalUnit:
    """A coal unit of 80 to 300 MW, 100 to 250 MW while it heats, at bus a."""
    base = ThermalUnit(
        name=name,
        plant="heat",
        bus="a",
        grid=GRID,
        city="Tangshan",
        carrier="coal",
        technology_class="coal_300",
        heats=True,
        output_min_mw=80.0,
        output_max_mw=300.0,
        heating_output_min_mw=100.0,
        heating_output_max_mw=250.0,
        ramp_up_mw_per_h=150.0,
        ramp_down_mw_per_h=150.0,
        start_ramp_mw=120.0,
        stop_ramp_mw=120.0,
        min_up_h=8.0,
        min_down_h=8.0,
        start_types=one_start(200_000),
        stop_cny=10_000.0,
        other_cny_per_mwh=20.0,
        curve=curve([80, 150, 300], [250, 280], at_first_cny_per_h=24_000),
    )
    return replace(base, **changes)


def gas_unit(name: str, **changes: Any) -> ThermalUnit:
    """A quick gas unit of 20 to 100 MW that also heats, at bus b."""
    base = unit(
        name,
        bus="b",
        carrier="gas",
        technology_class="gas_100",
        output_min_mw=20.0,
        output_max_mw=100.0,
        heating_output_min_mw=20.0,
        heating_output_max_mw=100.0,
        ramp_up_mw_per_h=20.0,
        ramp_down_mw_per_h=20.0,
        start_ramp_mw=30.0,
        stop_ramp_mw=30.0,
        min_up_h=3.0,
        min_down_h=4.0,
        start_types=one_start(30_000),
        stop_cny=1_000.0,
        curve=curve([20, 100], [550], at_first_cny_per_h=15_000),
    )
    return replace(base, **changes)


def plant(name: str, **changes: Any) -> RenewablePlant:
    """A wind plant of 200 MW at bus c."""
    return replace(RenewablePlant(name, "c", GRID, "Zhangjiakou", "wind_onshore", 200.0), **changes)


def store(name: str, **changes: Any) -> Store:
    """A battery of 40 MW and 20 to 100 MWh at bus c, 81 % there and back."""
    return replace(Store(name, "c", GRID, "li_ion", 40.0, 20.0, 100.0, 0.9, 0.9, 0.0, 50.0), **changes)


def pumped_hydro(name: str, **changes: Any) -> Store:
    """A pumped-hydro plant of 200 MW and 800 MWh at bus a, 76 % there and back."""
    base = Store(name, "a", GRID, PUMPED_HYDRO, 200.0, 0.0, 800.0, 0.87, 0.87, 0.0, 10.0)
    return replace(base, **changes)


def pump_group(name: str, **changes: Any) -> PumpGroup:
    """Two fixed-speed units that pump at 20 MW and generate 10 to 20 MW; half an hour to turn round, 3 starts a day."""
    return replace(PumpGroup(name, 2, 10.0, 20.0, 20.0, 20.0, 0.5, 3), **changes)


def lake(**changes: Any) -> Store:
    """A pumped-hydro plant of two such units at bus a, 100 MWh above, as much below."""
    base = pumped_hydro("lake", power_mw=40.0, level_max_mwh=100.0, groups=(pump_group("lake fixed"),))
    return replace(base, **{"lower": LowerReservoir(0.0, 100.0, 100.0), **changes})


def contract(name: str, kind: str, **changes: Any) -> Contract:
    """A contract of 20 MW, two hours a day, all year, at bus b; half of a cut, all of a shift, comes back."""
    share = {REDUCE: 0.5, SHIFT: 1.0, FILL: 0.0}[kind]
    base = Contract(name, GRID, name, kind, 20.0, "01-01", "12-31", 2.0, share, 3.0, 100.0, (("b", 1.0),))
    return replace(base, **changes)


def interface(name: str, **changes: Any) -> Interface:
    """A tie of 80 MW each way, half of its imports wind and sun."""
    return replace(Interface(name, GRID, "neighbour", 80.0, 80.0, 0.5, 350.0, 2_000.0), **changes)


TRIANGLE_BUSES = (
    bus("a", load_share=200 / 550),
    bus("b", load_share=300 / 550),
    bus("c"),
    bus("d", carrier="DC", load_share=50 / 550),
    bus("neighbour", grid=EXTERNAL),
)
TRIANGLE_LINES = (
    line("ab", "a", "b"),
    line("bc", "b", "c"),
    line("ac", "a", "c"),
    line("tie", "neighbour", "a"),
)
TRIANGLE_LINKS = (link("cd", "c", "d"),)
UNITS = (unit("coal_1"), unit("coal_2"), gas_unit("gas"))
PLANTS = (plant("wind"), plant("roofs", bus="b", technology="solar_distributed", capacity_mw=50.0))
STORES = (store("battery"), pumped_hydro("pumps"))
CONTRACTS = (
    contract("factories", REDUCE),
    contract("irrigation", SHIFT, capacity_mw=30.0, bus_shares=(("a", 0.5), ("b", 0.5))),
    contract("cold_stores", FILL, capacity_mw=15.0, daily_energy_h=3.0, bus_shares=(("a", 1.0),)),
)
INTERFACES = (interface("import"),)
LOAD_MW: Mapping[str, Profile] = {"a": 200.0, "b": 300.0, "d": 50.0}
AVAILABLE_SHARE: Mapping[str, Profile] = {"wind": 0.6, "roofs": 0.4}
PLAN_MW: Mapping[str, Profile] = {"import": 60.0}


def small_facts(
    *,
    buses: tuple[Bus, ...] = TRIANGLE_BUSES,
    lines: tuple[Line, ...] = TRIANGLE_LINES,
    links: tuple[Link, ...] = TRIANGLE_LINKS,
    units: tuple[ThermalUnit, ...] = UNITS,
    plants: tuple[RenewablePlant, ...] = PLANTS,
    stores: tuple[Store, ...] = STORES,
    contracts: tuple[Contract, ...] = CONTRACTS,
    interfaces: tuple[Interface, ...] = INTERFACES,
    load_mw: Mapping[str, Profile] = LOAD_MW,
    available_share: Mapping[str, Profile] = AVAILABLE_SHARE,
    net_import_mw: Mapping[str, Profile] = PLAN_MW,
    **changes: Any,
) -> GridFacts:
    """
    The triangle, or any part of it replaced.

    `load_mw` is by bus, `available_share` by plant, `net_import_mw` by interface: zero where there is none; a
    series without its component is left aside. Members are the grids of the buses.
    `changes` replaces any field of the facts, such as `reserve_rules` or `heating_seasons`.
    """
    members = tuple(dict.fromkeys(b.grid for b in buses if b.grid != EXTERNAL))
    plan = _year([i.name for i in interfaces], net_import_mw)
    heating_plants = dict.fromkeys(u.plant for u in units if u.heats)
    heating_cities = dict.fromkeys(u.city for u in units if u.heats)
    base = GridFacts(
        grid=members[0] if len(members) == 1 else "hebei",
        edition=2030,
        members=members,
        buses=buses,
        lines=lines,
        links=links,
        units=units,
        plants=plants,
        stores=stores,
        contracts=contracts,
        interfaces=interfaces,
        heating_seasons=tuple(HeatingSeason(city, "11-15", "03-15") for city in heating_cities),
        running_minimums=tuple(
            RunningMinimum(name, max(1, sum(u.plant == name and u.heats for u in units) - 1)) for name in heating_plants
        ),
        reserve_rules=tuple(ReserveRule(grid, 0.03, 0.05, 10_000.0) for grid in members),
        annual_peak_mw=dict.fromkeys(members, 600.0),
        year=StoredYear(
            load_mw=_year([b.name for b in buses], load_mw),
            available_share=_year([p.name for p in plants], available_share),
            net_import_mw=dict.fromkeys(VARIANTS, plan),
        ),
        content_sha256="0" * 64,
    )
    return replace(base, **changes)


def one_bus_facts(*units: ThermalUnit, load_mw: Profile, **changes: Any) -> GridFacts:
    """Units and a load at one bus `a`, nothing else; reserve short is free and no plant is bound to run."""
    parts = ("lines", "links", "plants", "stores", "contracts", "interfaces", "running_minimums")
    empty: dict[str, Any] = dict.fromkeys(parts, ())
    nothing_asked = {"reserve_rules": (ReserveRule(GRID, 0.0, 0.0, 0.0),)}
    own_bus = (bus("a", load_share=1.0),)
    return small_facts(
        **{**empty, **nothing_asked, "buses": own_bus, "units": units, "load_mw": {"a": load_mw}, **changes}
    )


def product_rules(grid: str = GRID, load_share: float = 0.0, **changes: Any) -> tuple[ProductRule, ...]:
    """Regulation within 5 min at 6,000 CNY/MWh short, non-spinning reserve within half an hour at 3,000."""
    times = {REGULATION_UP: (1 / 12, 6_000.0), REGULATION_DOWN: (1 / 12, 6_000.0), NON_SPINNING: (0.5, 3_000.0)}
    return tuple(
        replace(ProductRule(grid, product, load_share, 0.0, within_h, price), **changes)
        for product, (within_h, price) in times.items()
    )


def small_case(
    facts: GridFacts,
    *,
    hours: float = 24,
    step_h: float = 1.0,
    start: datetime = WINTER_DAY,
    off: Iterable[str] = (),
    **changes: Any,
) -> Case:
    """
    A case on small facts: every unit on at its heating minimum for two days, those named `off` off as long.

    Stores start and end half full. `changes` replaces any field of the case, such as `units` or `prices`.
    """
    absent = set(off)
    states = tuple(
        UnitState(u.name, u.name not in absent, 48.0, 0.0 if u.name in absent else u.heating_output_min_mw)
        for u in facts.units
    )
    middles = [(s.name, (s.level_min_mwh + s.level_max_mwh) / 2) for s in facts.stores]
    base = Case(
        grid=facts.grid,
        edition=facts.edition,
        horizon=Horizon(start, round(hours / step_h), step_h),
        units=states,
        stores=tuple(StoreState(name, level, level) for name, level in middles),
        name="small",
    )
    return replace(base, **changes)


def _year(names: Sequence[str], by_name: Mapping[str, Profile]) -> np.ndarray:
    """A stored year, (8760, names): each day the same."""
    day = np.zeros((24, len(names)))
    for k, name in enumerate(names):
        day[:, k] = by_name.get(name, 0.0)
    return np.tile(day, (365, 1))
