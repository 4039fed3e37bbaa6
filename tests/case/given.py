"""
A grid small enough to know by heart, and a good case of it, for the tests of `dispatch.case`.

Stations A and B, one line. Plant P heats in Baoding (15 Nov - 15 Mar) with two units and keeps one on:
100 to 300 MW, when heating 150 to 280 MW; 60 MW/h both ways; 6 h up, 4 h down. A gas unit of 50 to 200 MW.
Wind 400 MW and roof-top sun 100 MW. A battery of 50 MW and 0 to 100 MWh; a pumped-hydro plant of 100 MW and
50 to 650 MWh. One contract of 20 MW from June to August. One border, 300 MW in and 100 MW out.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np

from dispatch.case.case import Case
from dispatch.case.demand_response import SHIFT, Contract
from dispatch.case.facts import GridFacts, ReserveRule, StoredYear
from dispatch.case.interchange import Interface
from dispatch.case.network import Bus, Line
from dispatch.case.renewable import RenewablePlant
from dispatch.case.storage import PUMPED_HYDRO, Store, StoreState
from dispatch.case.thermal import CostCurve, HeatingSeason, RunningMinimum, StartType, ThermalUnit, UnitState
from dispatch.horizon import HOURS_PER_YEAR, Horizon, beijing
from tests.small import product_rules

WINTER = beijing(datetime(2030, 1, 15))  # noqa: DTZ001 (beijing gives the zone)
SUMMER = beijing(datetime(2030, 7, 15))  # noqa: DTZ001 (beijing gives the zone)


def moment(text: str) -> datetime:
    """An aware moment from UTC+8, as 2030-01-15T06:00."""
    return beijing(datetime.fromisoformat(text))


def heating_unit(name: str) -> ThermalUnit:
    """One of the two units of plant P."""
    return ThermalUnit(
        name=name,
        plant="P",
        bus="A",
        grid="hebei_south",
        city="Baoding",
        carrier="coal",
        technology_class="300MW",
        heats=True,
        output_min_mw=100,
        output_max_mw=300,
        heating_output_min_mw=150,
        heating_output_max_mw=280,
        ramp_up_mw_per_h=60,
        ramp_down_mw_per_h=60,
        start_ramp_mw=100,
        stop_ramp_mw=100,
        min_up_h=6,
        min_down_h=4,
        start_types=(StartType(0, 120_000), StartType(8, 200_000), StartType(48, 300_000)),
        stop_cny=0,
        other_cny_per_mwh=20,
        curve=CostCurve((100, 200, 300), (30_000, 55_000, 82_000), (95, 175, 260)),
    )


def gas_unit() -> ThermalUnit:
    """The unit that heats nobody."""
    return replace(
        heating_unit("G"),
        plant="G",
        bus="B",
        carrier="gas",
        heats=False,
        output_min_mw=50,
        output_max_mw=200,
        heating_output_min_mw=50,
        heating_output_max_mw=200,
        ramp_up_mw_per_h=200,
        ramp_down_mw_per_h=200,
        min_up_h=1,
        min_down_h=1,
        curve=CostCurve((50, 200), (40_000, 120_000), (25, 80)),
    )


def store(name: str, technology: str, power_mw: float, level_min_mwh: float, level_max_mwh: float) -> Store:
    """A store that keeps 80 % of what it takes on the way in, and loses nothing later."""
    return Store(name, "A", "hebei_south", technology, power_mw, level_min_mwh, level_max_mwh, 0.8, 1.0, 0.0, 50.0)


def year() -> StoredYear:
    """Load 300 and 100 MW plus the hour of the day; wind half, sun a fifth; the plan imports 50 MW."""
    hour = np.arange(HOURS_PER_YEAR) % 24
    load_mw = np.column_stack([300.0 + hour, np.full(HOURS_PER_YEAR, 100.0)])
    available_share = np.column_stack([np.full(HOURS_PER_YEAR, 0.5), np.full(HOURS_PER_YEAR, 0.2)])
    plan_mw = {"low": 20.0, "central": 50.0, "high": 80.0}
    imports = {variant: np.full((HOURS_PER_YEAR, 1), mw) for variant, mw in plan_mw.items()}
    return StoredYear(load_mw, available_share, imports)


def good_facts(**changed: Any) -> GridFacts:
    """The grid, with other tables where asked."""
    facts = GridFacts(
        grid="hebei_south",
        edition=2030,
        members=("hebei_south",),
        buses=(
            Bus("A", "hebei_south", "Baoding", "AC", 500, 38.9, 115.5, 0.75),
            Bus("B", "hebei_south", "Shijiazhuang", "AC", 500, 38.0, 114.5, 0.25),
        ),
        lines=(Line("A-B", "A", "B", 1e-4, 1000, "H1"),),
        links=(),
        units=(heating_unit("P1"), heating_unit("P2"), gas_unit()),
        plants=(
            RenewablePlant("W", "A", "hebei_south", "Baoding", "wind_onshore", 400),
            RenewablePlant("S", "B", "hebei_south", "Shijiazhuang", "solar_distributed", 100),
        ),
        stores=(store("battery", "li_ion", 50, 0, 100), store("pumped", PUMPED_HYDRO, 100, 50, 650)),
        contracts=(
            Contract("cool", "hebei_south", "cooling", SHIFT, 20, "06-01", "08-31", 4, 1.0, 4, 300, (("A", 1.0),)),
        ),
        interfaces=(Interface("border", "hebei_south", "A", 300, 100, 0.5, 350, 1000),),
        heating_seasons=(HeatingSeason("Baoding", "11-15", "03-15"),),
        running_minimums=(RunningMinimum("P", 1),),
        reserve_rules=(ReserveRule("hebei_south", 0.03, 0.05, 5000),),
        product_rules=product_rules("hebei_south"),
        annual_peak_mw={"hebei_south": 1000.0},
        year=year(),
        content_sha256="0" * 64,
    )
    return replace(facts, **changed)


def good_case(**changed: Any) -> Case:
    """A winter day with P1 on, P2 and G off; with other fields where asked."""
    case = Case(
        grid="hebei_south",
        edition=2030,
        horizon=Horizon(WINTER, 24),
        units=(
            UnitState("P1", on=True, hours_h=20, output_mw=200),
            UnitState("P2", on=False, hours_h=20, output_mw=0),
            UnitState("G", on=False, hours_h=20, output_mw=0),
        ),
        stores=(StoreState("battery", 50, 50), StoreState("pumped", 350, 350)),
    )
    return replace(case, **changed)


def with_unit(name: str, **changed: Any) -> tuple[UnitState, ...]:
    """The states of the good case, one of them changed."""
    return tuple(replace(s, **changed) if s.unit == name else s for s in good_case().units)
