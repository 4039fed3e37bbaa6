"""Any small case: one to three buses, one to four units, wind, stores, a contract, a tie; three to eight steps."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from dispatch.case.case import Case, ProductAsked, Reserve
from dispatch.case.checks import flaws_of
from dispatch.case.demand_response import CLOSED, FILL, HANDED_OVER, REDUCE, SHIFT, Contract, ResponseTerms
from dispatch.case.facts import GridFacts, ReserveRule
from dispatch.case.interchange import Interface
from dispatch.case.losses import Losses
from dispatch.case.reserve_products import PRODUCTS
from dispatch.case.storage import Store, StoreState
from dispatch.case.thermal import DeepBand, OilSupport, StartType, ThermalUnit, UnitState
from dispatch.horizon import Horizon
from tests.model.worlds import free_unit
from tests.small import (
    EXTERNAL,
    GRID,
    SUMMER_DAY,
    bus,
    contract,
    curve,
    interface,
    lake,
    line,
    plant,
    product_rules,
    pump_group,
    small_facts,
    store,
    unit,
)

Draw = st.DrawFn
BUSES = ("a", "b", "c")


@dataclass(frozen=True)
class Asked:
    """A case and the facts it is asked of; the case passes every check."""

    case: Case
    facts: GridFacts

    def __repr__(self) -> str:
        """All that is not the same in every one of them."""
        facts = self.facts
        parts = (facts.units, facts.stores, facts.contracts, facts.interfaces, facts.lines, facts.reserve_rules)
        load = facts.year.load_mw[: self.case.horizon.step_count].tolist()
        wind = facts.year.available_share[: self.case.horizon.step_count].tolist()
        return "\n".join(map(str, (self.case, *parts, f"load {load}", f"wind {wind}")))


def whole(least: int, most: int, of: int = 1) -> st.SearchStrategy[float]:
    """A multiple of `of`, as a number."""
    return st.integers(least // of, most // of).map(lambda k: float(k * of))


@st.composite
def asked(draw: Draw) -> Asked:
    """A case that `case.checks` lets pass; many have a schedule, some have none."""
    facts = draw(grids())
    step_h = draw(st.sampled_from([1.0, 1.0, 0.5]))
    case = Case(
        grid=GRID,
        edition=2030,
        horizon=Horizon(SUMMER_DAY, draw(st.integers(3, 8)), step_h),
        units=tuple(draw(states(own)) for own in facts.units),
        stores=tuple(StoreState(own.name, *[own.level_max_mwh / 2] * 2) for own in facts.stores),
        name="any",
        response_share=draw(st.sampled_from([0.02, 0.05, 0.0])),
        reserve=Reserve(load_share=draw(st.sampled_from([None, 0.0, 0.1])), products=draw(products())),
        response=ResponseTerms(backlog=draw(st.sampled_from([CLOSED, CLOSED, HANDED_OVER]))),
        deep_peak_shaving=draw(st.sampled_from([True, True, False])),
        self_use=draw(st.booleans()),
        losses=Losses(lines=draw(st.booleans())),
    )
    assume(not flaws_of(case, facts))
    return Asked(case, facts)


@st.composite
def products(draw: Draw) -> tuple[ProductAsked, ...]:
    """None of the products beside spinning reserve in half of the cases, else some of them."""
    asked = draw(st.lists(st.sampled_from(PRODUCTS), unique=True)) if draw(st.booleans()) else []
    return tuple(ProductAsked(name, load_share=draw(st.sampled_from([0.02, 0.1]))) for name in asked)


@st.composite
def grids(draw: Draw) -> GridFacts:
    """Buses in a row or in a ring, and what stands at them."""
    names = BUSES[: draw(st.integers(1, 3))]
    ring = [
        *itertools.pairwise(names),
        *([("c", "a")] if len(names) == len(BUSES) and draw(st.booleans()) else []),
    ]
    ties = tuple(draw(st.lists(interfaces(), max_size=1)))
    lossy = draw(st.sampled_from([0.0, 2e-5]))
    lines = [
        line(f"{one}{other}", one, other, rating_mw=draw(whole(100, 600, 50)), resistance_share=lossy)
        for one, other in ring
    ]
    hours = st.lists(whole(40, 200, 5), min_size=8, max_size=8)
    return small_facts(
        buses=(*(bus(name, load_share=1 / len(names)) for name in names), *(bus(t.bus, grid=EXTERNAL) for t in ties)),
        lines=(*lines, *(line("tie", t.bus, "a", resistance_share=lossy) for t in ties)),
        links=(),
        units=(
            *(draw(units(f"unit {k}", names)) for k in range(draw(st.integers(1, 3)))),
            *((free_unit("help", 900.0, 800.0, bus=names[0]),) if draw(st.sampled_from([True] * 7 + [False])) else ()),
        ),
        plants=(plant("wind", bus=draw(st.sampled_from(names)), capacity_mw=draw(whole(0, 300, 50))),),
        stores=tuple(draw(st.lists(stores(names), min_size=1, max_size=2, unique_by=lambda own: own.name))),
        contracts=tuple(draw(st.lists(contracts(names), min_size=1, max_size=1))),
        interfaces=ties,
        running_minimums=(),
        load_mw={name: [*draw(hours), *[100.0] * 16] for name in names},
        available_share={"wind": [*draw(st.lists(whole(0, 10), min_size=8, max_size=8).map(tenths)), *[0.0] * 16]},
        net_import_mw={"import": draw(whole(-60, 60, 20))},
        reserve_rules=(draw(rules()),),
        product_rules=product_rules(),
    )


def tenths(values: list[float]) -> list[float]:
    """Tenths, from 0 to 1."""
    return [value / 10 for value in values]


@st.composite
def units(draw: Draw, name: str, names: tuple[str, ...]) -> ThermalUnit:
    """A coal or gas unit: slow or quick, with or without deep output, hot and cold starts, a kink in its cost."""
    low, span = draw(whole(0, 100, 10)), draw(whole(50, 200, 10))
    high, price = low + span, draw(whole(150, 500, 10))
    kink, rise = low + span * draw(st.sampled_from([0.3, 0.5])), draw(whole(0, 100, 10))
    normal = low + span / 2
    deep = (DeepBand(normal, 100.0), DeepBand(low + span / 4, 250.0)) if draw(st.booleans()) else ()
    oil = OilSupport(low + span / 4, 1.0, 5_000.0, 3.0, *draw(st.sampled_from([(1.0, 2.0, 1.0), (2.0, 4.0, 2.0)])))
    ramp = st.sampled_from([0.2, 0.5, 1.0])
    return unit(
        name,
        bus=draw(st.sampled_from(names)),
        heats=False,
        output_min_mw=low,
        output_max_mw=high,
        ramp_up_mw_per_h=span * draw(ramp),
        ramp_down_mw_per_h=span * draw(ramp),
        start_ramp_mw=low + span * draw(ramp),
        stop_ramp_mw=low + span * draw(ramp),
        min_up_h=draw(whole(1, 4)),
        min_down_h=draw(whole(1, 4)),
        start_types=(StartType(0.0, 2_000.0), StartType(draw(whole(2, 4)), 9_000.0)),
        stop_cny=draw(whole(0, 1_000, 500)),
        start_time_h=draw(st.sampled_from([None, 0.25, 1.0])),
        self_use_share=draw(st.sampled_from([0.04, 0.08])),
        curve=curve([low, kink, high], [price, price + rise], price * low),
        deep_bands=deep,
        oil_support=oil if deep and draw(st.booleans()) else None,
    )


@st.composite
def states(draw: Draw, own: ThermalUnit) -> UnitState:
    """On, from its minimum to its stop ramp, or off; for an hour or for long."""
    on, hours = draw(st.booleans()), draw(st.sampled_from([1.0, 2.0, 48.0]))
    share = draw(st.sampled_from([0.0, 0.5, 1.0]))
    return UnitState(
        own.name, on, hours, own.output_min_mw + share * (own.stop_ramp_mw - own.output_min_mw) if on else 0.0
    )


@st.composite
def stores(draw: Draw, names: tuple[str, ...]) -> Store:
    """A battery, or pumped hydro by unit."""
    where = draw(st.sampled_from(names))
    if draw(st.booleans()):
        groups = (pump_group("lake fixed", daily_start_count=draw(st.integers(1, 3))),)
        return lake(bus=where, groups=groups)
    power = draw(whole(20, 80, 20))
    return store("battery", bus=where, power_mw=power, level_min_mwh=0.0, level_max_mwh=2 * power)


@st.composite
def contracts(draw: Draw, names: tuple[str, ...]) -> Contract:
    """A contract of any kind, called in events or free."""
    kind = draw(st.sampled_from([REDUCE, SHIFT, FILL]))
    called: dict[str, Any] = {"least_call_share": 0.2, "min_event_h": draw(whole(1, 2)), "min_rest_h": 1.0}
    called |= {"max_event_h": 3.0, "calls_per_day_count": draw(st.sampled_from([1, 2])), "call_fee_cny": 500.0}
    terms = called if draw(st.booleans()) else {}
    where = draw(st.sampled_from(names))
    notice = draw(st.sampled_from([0.0, 0.0, 1.0]))
    own = contract("contract", kind, bus_shares=((where, 1.0),), payback_window_h=draw(whole(1, 3)), notice_h=notice)
    return replace(own, fee_cny_per_mwh=draw(whole(0, 300, 50)), **terms)


def interfaces() -> st.SearchStrategy[Interface]:
    """A tie to a neighbour's bus."""
    return st.builds(
        lambda price, leave: interface("import", bus="neighbour", price_cny_per_mwh=price, deviation_cny_per_mwh=leave),
        whole(100, 500, 50),
        whole(500, 2_000, 500),
    )


def rules() -> st.SearchStrategy[ReserveRule]:
    """Reserve that may be short at a price, or may not."""
    return st.builds(
        lambda share, largest, within, hard: ReserveRule(GRID, share, 0.05, 5_000.0, largest, within, hard),
        st.sampled_from([0.0, 0.05]),
        st.booleans(),
        st.booleans(),
        st.sampled_from([False, False, True]),
    )
