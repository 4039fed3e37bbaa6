from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dispatch.case.case import Prices, Reserve, ReserveSeries
from dispatch.case.demand_response import REDUCE
from dispatch.case.facts import GridFacts, ReserveRule
from dispatch.case.inputs import Inputs
from dispatch.case.network import Section
from dispatch.case.security import Security
from dispatch.case.storage import StoreState
from dispatch.solve.prices import with_more_power
from tests.model.worlds import free_unit
from tests.small import (
    GRID,
    SUMMER_DAY,
    bus,
    contract,
    lake,
    line,
    one_bus_facts,
    plant,
    small_facts,
    store,
)
from tests.solve.priced import World, world_of

NO_RESERVE = (ReserveRule(GRID, 0.0, 0.0, 0.0, largest_unit=False),)
NEAR = 1e-6


def two_buses(load_a_mw: float = 50.0, load_b_mw: float = 180.0, **changes: Any) -> GridFacts:
    """Cheap power (200 CNY/MWh) at a, dear power (500) at b, and 100 MW of line between them."""
    parts: dict[str, Any] = {
        "buses": (bus("a", load_share=0.2), bus("b", load_share=0.8)),
        "lines": (line("ab", "a", "b", rating_mw=100.0),),
        "links": (),
        "units": (
            free_unit("cheap", 200.0, ramp_up_mw_per_h=1200.0),
            free_unit("dear", 500.0, bus="b", ramp_up_mw_per_h=1200.0),
        ),
        "load_mw": {"a": load_a_mw, "b": load_b_mw},
        "reserve_rules": NO_RESERVE,
        **dict.fromkeys(("plants", "stores", "contracts", "interfaces", "running_minimums"), ()),
    }
    return small_facts(**{**parts, **changes})


def one_hour(facts: GridFacts, **case: Any) -> World:
    return world_of(facts, hours=1, start=SUMMER_DAY, **case)


def first(table: Any, name: str) -> float:
    return float(table[name].iloc[0])


# ---------------------------------------------------------------- by hand


def test_a_full_line_splits_the_price() -> None:
    """
    180 MW at b: 100 over the line, which is full, 80 of the dear unit. One more MW at a costs 200, at b 500.

    One more MW of line saves 500 - 200 = 300. Energy, by load: (50 x 200 + 180 x 500) / 230 = 434.783. Congestion:
    200 - 434.783 = -234.783 at a, 500 - 434.783 = 65.217 at b.
    """
    prices = one_hour(two_buses()).tables

    assert first(prices.price_cny_per_mwh, "a") == pytest.approx(200)
    assert first(prices.price_cny_per_mwh, "b") == pytest.approx(500)
    assert first(prices.rating_worth_cny_per_mwh, "ab") == pytest.approx(300)
    assert first(prices.energy_cny_per_mwh, "a") == pytest.approx(100_000 / 230)
    assert first(prices.energy_cny_per_mwh, "b") == pytest.approx(100_000 / 230)
    assert first(prices.congestion_cny_per_mwh, "a") == pytest.approx(200 - 100_000 / 230)
    assert first(prices.congestion_cny_per_mwh, "b") == pytest.approx(500 - 100_000 / 230)
    assert first(prices.loss_cny_per_mwh, "b") == 0


def test_the_same_in_quarter_hours_is_the_same_per_mwh() -> None:
    """A step is shorter, a MWh is a MWh: prices stay 200, 500 and 300."""
    prices = world_of(two_buses(), hours=0.5, step_h=0.25, start=SUMMER_DAY).tables

    assert prices.price_cny_per_mwh["b"].tolist() == pytest.approx([500, 500])
    assert prices.rating_worth_cny_per_mwh["ab"].tolist() == pytest.approx([300, 300])


def test_without_congestion_one_price_holds_everywhere() -> None:
    """40 MW at b come over the line whole: 200 at both, and a wider line is worth nothing."""
    prices = one_hour(two_buses(load_b_mw=40.0)).tables

    assert prices.price_cny_per_mwh.iloc[0].tolist() == pytest.approx([200, 200])
    assert prices.congestion_cny_per_mwh.iloc[0].tolist() == pytest.approx([0, 0], abs=NEAR)
    assert first(prices.rating_worth_cny_per_mwh, "ab") == pytest.approx(0, abs=NEAR)


@pytest.mark.parametrize(("along", "against", "way"), [(("ab",), (), "forward"), ((), ("ab",), "backward")])
def test_a_section_at_its_limit_is_worth_what_a_line_is(
    along: tuple[str, ...], against: tuple[str, ...], way: str
) -> None:
    """The line could carry 1,000 MW, the section lets 100 through: one more MW of it saves 300, of the line nothing."""
    section = Section("cut", along, against, 100.0, 100.0)
    facts = two_buses(lines=(line("ab", "a", "b", rating_mw=1000.0),), sections=(section,))
    prices = one_hour(facts).tables

    worth = {"forward": prices.forward_worth_cny_per_mwh, "backward": prices.backward_worth_cny_per_mwh}
    assert first(worth[way], "cut") == pytest.approx(300)
    assert sum(first(table, "cut") for table in worth.values()) == pytest.approx(300)
    assert first(prices.rating_worth_cny_per_mwh, "ab") == pytest.approx(0, abs=NEAR)
    assert first(prices.congestion_cny_per_mwh, "b") == pytest.approx(500 - 100_000 / 230)


def test_what_is_left_after_a_loss_is_worth_what_a_line_is() -> None:
    """Two circuits of 100 MW; after the loss of one, 100 MW are left, and 300 CNY/MWh is what one more would save."""
    facts = two_buses(lines=(line("ab", "a", "b", rating_mw=200.0, circuit_count=2),))
    prices = one_hour(facts, security=Security(n_minus_1=True)).tables

    assert first(prices.emergency_worth_cny_per_mwh, "ab") == pytest.approx(300)
    assert first(prices.rating_worth_cny_per_mwh, "ab") == pytest.approx(0, abs=NEAR)
    assert first(prices.price_cny_per_mwh, "b") == pytest.approx(500)


def test_curtailed_wind_makes_the_price_negative() -> None:
    """
    120 MW of wind, 100 MW of load, nothing else: 20 MW are curtailed at 500 CNY/MWh.

    One more MWh of load is one less curtailed: -500. Through no reserve rule does anything else come in.
    """
    facts = one_bus_facts(
        free_unit("coal", 200.0),
        load_mw=100.0,
        plants=(plant("wind", bus="a", capacity_mw=120.0),),
        available_share={"wind": 1.0},
        reserve_rules=NO_RESERVE,
    )
    assert first(one_hour(facts).tables.price_cny_per_mwh, "a") == pytest.approx(-500)


def test_reserve_has_the_price_of_what_moves_to_make_it() -> None:
    """
    280 MW of load, 40 MW of reserve. Cheap (300 MW at 200) has room, dear (500) gives reserve by its ramp, 15 MW.

    300 - cheap + 15 >= 40: cheap gives 275, dear 5. One more MW of reserve moves one MW from cheap to dear: 300. One
    more MW of load comes from dear: 500, though its bus stands in the row of reserve too. Nothing is asked downward.
    """
    dear = free_unit("dear", 500.0, 100.0, ramp_up_mw_per_h=15.0)
    facts = one_bus_facts(
        free_unit("cheap", 200.0),
        dear,
        load_mw=280.0,
        reserve_rules=(replace(NO_RESERVE[0], shortfall_cny_per_mwh=5000),),
    )
    asked = Reserve(series=(ReserveSeries(GRID, (40.0,), (0.0,)),))
    world = one_hour(facts, reserve=asked)

    assert world.solution.schedule is not None
    assert first(world.solution.schedule.output_mw, "dear") == pytest.approx(5)
    assert first(world.tables.reserve_up_cny_per_mwh, GRID) == pytest.approx(300)
    assert first(world.tables.reserve_down_cny_per_mwh, GRID) == pytest.approx(0, abs=NEAR)
    assert first(world.tables.price_cny_per_mwh, "a") == pytest.approx(500)


def two_hours_with_a_store(level_max_mwh: float, **terms: float) -> World:
    """50 MW, then 150; 100 MW at 200 CNY/MWh, the rest at 500; a store of 20 MW, 0.9 each way, empty at both ends."""
    battery = store(
        "battery", bus="a", power_mw=20.0, level_min_mwh=0.0, level_max_mwh=level_max_mwh, wear_cny_per_mwh=0, **terms
    )
    facts = one_bus_facts(
        free_unit("cheap", 200.0, 100.0),
        free_unit("dear", 500.0),
        load_mw=[50.0] + [150.0] * 23,
        stores=(battery,),
        reserve_rules=NO_RESERVE,
    )
    states = (StoreState("battery", 0.0, 0.0),)
    prices = {"storage_loss_cny_per_mwh": 0.0}
    world = world_of(facts, hours=2, start=SUMMER_DAY, stores=states)
    return world_of(facts, hours=2, start=SUMMER_DAY, stores=states, prices=replace(world.case.prices, **prices))


def test_a_store_is_worth_what_one_more_mw_would_move() -> None:
    """
    20 MW charged at 200 are 18 MWh stored and 16.2 MWh given at 500. Power binds in hour 0 alone.

    One MW more: 0.81 x 500 - 200 = 205. One MWh more lying there: 0.9 x 500 = 450. Room for 100 MWh is plenty: 0.
    """
    prices = two_hours_with_a_store(100.0).tables

    assert prices.price_cny_per_mwh["a"].tolist() == pytest.approx([200, 500])
    assert prices.power_worth_cny_per_mwh["battery"].tolist() == pytest.approx([205, 0], abs=NEAR)
    assert prices.content_worth_cny_per_mwh["battery"].tolist() == pytest.approx([450, 450])
    assert prices.room_worth_cny_per_mwh["battery"].tolist() == pytest.approx([0, 0], abs=NEAR)


def test_a_store_with_a_least_power_and_few_cycles_is_worth_the_same() -> None:
    """18 MWh leave the store, of 100 in one cycle, at least 5 MW either way: the same 205, found by more power too."""
    world = two_hours_with_a_store(100.0, charge_min_mw=5.0, discharge_min_mw=5.0, daily_cycle_count=1.0)
    power = world.inputs.store_power_mw + 1
    more = replace(world.inputs, store_power_mw=power, store_charge_mw=power)

    assert world.tables.power_worth_cny_per_mwh["battery"].tolist() == pytest.approx([205, 0], abs=NEAR)
    assert world.tables.room_worth_cny_per_mwh["battery"].tolist() == pytest.approx([0, 0], abs=NEAR)
    assert world.value_cny(world.inputs) - world.value_cny(more) == pytest.approx(205, abs=NEAR)


def test_a_full_store_is_worth_what_one_more_mwh_of_room_would_hold() -> None:
    """
    Room for 9 MWh: 10 MW are charged. One MWh more of room: 0.9 x 500 - 200 / 0.9 = 227.78; power is plenty: 0.

    One MWh more lying there at the end of hour 0 spares the charging of it: 200 / 0.9 = 222.22.
    """
    prices = two_hours_with_a_store(9.0).tables

    assert prices.room_worth_cny_per_mwh["battery"].tolist() == pytest.approx([450 - 200 / 0.9, 0], abs=NEAR)
    assert prices.power_worth_cny_per_mwh["battery"].tolist() == pytest.approx([0, 0], abs=NEAR)
    assert prices.content_worth_cny_per_mwh["battery"].tolist() == pytest.approx([200 / 0.9, 450])


@pytest.mark.parametrize(("share", "capacity", "cap"), [(0.05, 400, 0), (0.02, 0, 400)])
def test_response_is_worth_what_a_cut_saves(share: float, capacity: float, cap: float) -> None:
    """
    150 MW of load, 100 at 200 CNY/MWh, the rest at 500; 20 MW may be cut at 100 CNY/MWh and are never repaid.

    One MW more saves 500 - 100 = 400: of the contract where the cap (5 % of 600 MW = 30 MW) is wide, of the cap where
    it binds (2 %: 12 MW).
    """
    factories = contract("factories", REDUCE, payback_share=0.0, bus_shares=(("a", 1.0),))
    facts = one_bus_facts(
        free_unit("cheap", 200.0, 100.0),
        free_unit("dear", 500.0),
        load_mw=150.0,
        contracts=(factories,),
        reserve_rules=NO_RESERVE,
    )
    prices = one_hour(facts, response_share=share).tables

    assert first(prices.capacity_worth_cny_per_mwh, "factories") == pytest.approx(capacity, abs=NEAR)
    assert first(prices.cap_on_cut_worth_cny_per_mwh, GRID) == pytest.approx(cap, abs=NEAR)
    assert first(prices.cap_on_extra_worth_cny_per_mwh, GRID) == pytest.approx(0, abs=NEAR)


def test_a_contract_that_is_called_is_worth_what_one_that_is_not_is() -> None:
    """The same 400: the row of the call moves with the capacity, wherever the dual lies."""
    terms = {"min_event_h": 1.0, "max_event_h": 1.0, "least_call_share": 0.1, "calls_per_day_count": 1}
    factories = contract("factories", REDUCE, payback_share=0.0, bus_shares=(("a", 1.0),), **terms)
    units = (free_unit("cheap", 200.0, 100.0), free_unit("dear", 500.0))
    facts = one_bus_facts(*units, load_mw=150.0, contracts=(factories,), reserve_rules=NO_RESERVE)
    world = one_hour(facts, response_share=0.05)
    more = replace(world.inputs, contract_mw=world.inputs.contract_mw + 1)

    assert first(world.tables.capacity_worth_cny_per_mwh, "factories") == pytest.approx(400, abs=NEAR)
    assert world.value_cny(world.inputs) - world.value_cny(more) == pytest.approx(400, abs=NEAR)


def test_a_plant_by_unit_is_worth_what_its_units_would_generate_more() -> None:
    """
    80 MWh must leave the lake, 69.6 MWh at the bus; 40 MW in the dear hour, 29.6 in the cheap one.

    One MW more in the dear hour is one less in the cheap one: 500 - 200 = 300. In the cheap hour it is worth nothing.
    """
    facts = one_bus_facts(
        free_unit("cheap", 200.0, 100.0),
        free_unit("dear", 500.0),
        load_mw=[100.0] + [200.0] * 23,
        stores=(lake(),),
        reserve_rules=NO_RESERVE,
    )
    world = world_of(facts, hours=2, start=SUMMER_DAY, stores=(StoreState("lake", 100.0, 20.0),))
    saved = world.value_cny(world.inputs) - world.value_cny(with_more_power(world.inputs))

    assert world.tables.power_worth_cny_per_mwh["lake"].tolist() == pytest.approx([0, 300], abs=NEAR)
    assert saved == pytest.approx(300, abs=NEAR)


# ---------------------------------------------------------------- by derivative

DELTA = 1e-3  # MW: small enough to stay on one piece of the optimum but where it bends


@pytest.fixture(scope="module")
def triangle() -> World:
    """One of everything over four hours from surplus to scarcity: a section, narrow lines, reserve that binds."""
    pairs = (("ab", "a", "b"), ("bc", "b", "c"), ("ac", "a", "c"))
    lines = tuple(line(name, a, b, rating_mw=180.0) for name, a, b in pairs)
    facts = small_facts(
        lines=(*lines, line("tie", "neighbour", "a")),
        sections=(Section("into b", ("ab",), ("bc",), 285.0, 285.0),),
        plants=(
            plant("wind", capacity_mw=500.0),
            plant("roofs", bus="b", technology="solar_distributed", capacity_mw=50.0),
        ),
        available_share={"wind": [1.0, 0.9, 0.3, 0.05] + [0.5] * 20, "roofs": 0.2},
        load_mw={"a": 200.0, "b": [260.0, 300.0, 380.0, 390.0] + [300.0] * 20, "d": 50.0},
        stores=(store("battery"), store("flow", bus="a", power_mw=15.0)),
    )
    reserve = Reserve(series=(ReserveSeries(GRID, (160.0,) * 4, (60.0,) * 4),))
    prices = Prices(storage_loss_cny_per_mwh=20.0)
    return world_of(facts, hours=4, response_share=0.02, reserve=reserve, prices=prices)


def bracketed(world: World, price: float, hours: float, moved: Callable[[float], Inputs], facts: Any = None) -> None:
    """The optimum is convex in what moves: its slope on the left <= the price <= its slope on the right."""
    low, middle, high = (
        world.value_cny(moved(change), None if facts is None else facts(change)) for change in (-DELTA, 0.0, DELTA)
    )
    noise = 0.02
    assert (middle - low) / DELTA - noise <= price * hours <= (high - middle) / DELTA + noise


def test_one_more_mw_of_load_costs_the_price(triangle: World) -> None:
    """At every bus in every hour, both ways, with the commitment as it is."""
    world, inputs = triangle, triangle.inputs
    for t in range(len(inputs.times)):
        for k, place in enumerate(world.facts.buses):

            def moved(change: float, t: int = t, k: int = k) -> Inputs:
                load = inputs.load_mw.copy()
                load[t, k] += change
                return replace(inputs, load_mw=load)

            bracketed(world, world.tables.price_cny_per_mwh[place.name].iloc[t], 1.0, moved)


@pytest.mark.parametrize("direction", ["up", "down"])
def test_one_more_mw_of_reserve_costs_its_price(triangle: World, direction: str) -> None:
    world, inputs, field = triangle, triangle.inputs, f"reserve_{direction}_mw"
    table = getattr(world.tables, f"reserve_{direction}_cny_per_mwh")
    for t in range(len(inputs.times)):

        def moved(change: float, t: int = t) -> Inputs:
            asked = getattr(inputs, field).copy()
            asked[t, 0] += change
            return replace(inputs, **{field: asked})

        both = world.value_cny(moved(DELTA)) - world.value_cny(inputs)
        assert both / DELTA <= table[GRID].iloc[t] + 0.02  # the largest unit may be what asks for more
        if direction == "down":
            bracketed(world, table[GRID].iloc[t], 1.0, moved)


def test_more_of_a_section_or_a_line_saves_its_worth(triangle: World) -> None:
    """A limit holds in every hour: the worths of all of them together."""
    world = triangle

    def section(change: float) -> GridFacts:
        (own,) = world.facts.sections
        return replace(world.facts, sections=(replace(own, forward_limit_mw=own.forward_limit_mw + change),))

    bracketed(world, -world.tables.forward_worth_cny_per_mwh["into b"].sum(), 1.0, lambda _: world.inputs, section)
    for k, own in enumerate(world.facts.lines):

        def rated(change: float, k: int = k) -> GridFacts:
            lines = list(world.facts.lines)
            lines[k] = replace(lines[k], rating_mw=lines[k].rating_mw + change)
            return replace(world.facts, lines=tuple(lines))

        bracketed(world, -world.tables.rating_worth_cny_per_mwh[own.name].sum(), 1.0, lambda _: world.inputs, rated)


@pytest.mark.parametrize(
    ("fields", "table"),
    [
        (("store_power_mw", "store_charge_mw"), "power_worth_cny_per_mwh"),
        (("level_max_mwh",), "room_worth_cny_per_mwh"),
    ],
)
def test_more_of_a_store_saves_its_worth(triangle: World, fields: tuple[str, ...], table: str) -> None:
    world, inputs = triangle, triangle.inputs
    for k, own in enumerate(world.facts.stores):

        def moved(change: float, k: int = k) -> Inputs:
            one_more = change * (np.arange(len(world.facts.stores)) == k)
            return replace(inputs, **{field: getattr(inputs, field) + one_more for field in fields})

        bracketed(world, -getattr(world.tables, table)[own.name].sum(), 1.0, moved)


def test_more_response_saves_its_worth(triangle: World) -> None:
    world, inputs, prices = triangle, triangle.inputs, triangle.tables
    worth = prices.cap_on_cut_worth_cny_per_mwh[GRID].sum() + prices.cap_on_extra_worth_cny_per_mwh[GRID].sum()
    cap_mw = inputs.response_cap_mw  # of the one grid
    bracketed(world, -worth, 1.0, lambda change: replace(inputs, response_cap_mw=cap_mw + change))
    for t in range(len(inputs.times)):
        for k, own in enumerate(world.facts.contracts):

            def moved(change: float, t: int = t, k: int = k) -> Inputs:
                values = inputs.contract_mw.copy()
                values[t, k] += change
                return replace(inputs, contract_mw=values)

            bracketed(world, -prices.capacity_worth_cny_per_mwh[own.name].iloc[t], 1.0, moved)


def test_something_is_congested_and_no_worth_is_negative(triangle: World) -> None:
    """What the tests above are about is there."""
    prices = triangle.tables
    spread = prices.price_cny_per_mwh.max(axis=1) - prices.price_cny_per_mwh.min(axis=1)
    assert spread.max() > 1
    worths = [name for name in vars(prices) if name.endswith("worth_cny_per_mwh") and "content" not in name]
    assert all((getattr(prices, name).to_numpy() >= -NEAR).all() for name in worths)
    assert prices.price_cny_per_mwh.min().min() == pytest.approx(-500)
    there = [*worths, "reserve_up_cny_per_mwh", "reserve_down_cny_per_mwh"]
    silent = {name for name in there if np.abs(getattr(prices, name).to_numpy()).max() < 1}
    assert silent == {"emergency_worth_cny_per_mwh", "backward_worth_cny_per_mwh", "capacity_worth_cny_per_mwh"}
