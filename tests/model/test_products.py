"""
Regulation and non-spinning reserve: an hour in worlds of their own, and what is not there when nobody asks.

A MW short for an hour costs 6,000 CNY of regulation (within 5 min), 3,000 of non-spinning reserve (within half an hour)
and 10,000 of spinning reserve.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dispatch.case.case import ProductAsked, Reserve, ReserveSeries
from dispatch.case.demand_response import SHIFT
from dispatch.case.inputs import inputs_of
from dispatch.case.reserve_products import NON_SPINNING, PRODUCTS, REGULATION_DOWN, REGULATION_UP
from dispatch.case.storage import Store, StoreState
from dispatch.case.thermal import StartLimit, ThermalUnit, UnitState
from dispatch.model.build import built
from dispatch.model.rows import Model
from dispatch.run import run
from dispatch.schedule.outcome import Outcome
from dispatch.schedule.schedule import Schedule
from tests.answers import EXACT, outcome_of
from tests.model.worlds import World, facts_of_worlds, free_unit
from tests.small import SUMMER_DAY, contract, lake, product_rules, pump_group, small_case, small_facts, store

ALONE = {"largest_unit": False}
FULL = free_unit("unit", 200.0, 100.0)


def world(name: str, load_mw: float, *units: ThermalUnit, **others: Any) -> World:
    """A world without a requirement of spinning reserve of its own."""
    return World(name, (load_mw,), units, reserve=(0.0, 0.0, 10_000.0), rule=ALONE, **others)


def gas(**changes: Any) -> ThermalUnit:
    """A dear unit of 30 to 80 MW; 60 MW in the hour of a start."""
    limits = {"output_min_mw": 30.0, "heating_output_min_mw": 30.0, "start_ramp_mw": 60.0}
    return free_unit("gas", 400.0, 80.0, **{**limits, **changes})


def office(**changes: Any) -> Any:
    """20 MW that may be shifted, with half an hour of notice."""
    return contract("office", SHIFT, **{"notice_h": 0.5, **changes})


def own_lake(name: str) -> Store:
    """Two fixed-speed units of a plant; groups are told apart by name in all worlds."""
    return lake(groups=(pump_group(f"{name} fixed"),))


WORLDS = (
    world("plain", 100, FULL, gas()),
    world("regulated", 100, FULL, gas()),
    world("shared", 100, free_unit("unit", 200.0, 110.0)),
    world("ramped", 100, free_unit("unit", 200.0, 200.0, ramp_up_mw_per_h=60.0, ramp_down_mw_per_h=48.0)),
    world("quick", 100, FULL, gas(start_time_h=0.25)),
    world("slow", 100, FULL, gas(start_time_h=1.0)),
    world("spent", 100, FULL, gas(start_time_h=0.25)),
    world("pumping", 100, free_unit("unit", 200.0, 120.0), stores=(own_lake("pumping"),)),
    world("standing", 100, FULL, stores=(own_lake("standing"),)),
    world("running", 100, free_unit("unit", 200.0, 86.0), stores=(own_lake("running"),)),
    world("battery", 100, FULL, stores=(store("cells"),)),
    world("office", 100, FULL, contracts=(office(),)),
    world("late", 100, FULL, contracts=(office(notice_h=1.0),)),
    world("tired", 100, FULL, contracts=(office(daily_energy_h=0.5),)),
)
ASKED = {
    "regulated": {REGULATION_UP: 10.0},
    "shared": {REGULATION_UP: 6.0},
    "ramped": {REGULATION_UP: 8.0, REGULATION_DOWN: 8.0},
    "quick": {NON_SPINNING: 50.0},
    "slow": {NON_SPINNING: 50.0},
    "spent": {NON_SPINNING: 10.0},
    "pumping": {NON_SPINNING: 30.0, REGULATION_UP: 5.0},
    "standing": {NON_SPINNING: 50.0, REGULATION_UP: 5.0},
    "running": {NON_SPINNING: 25.0, REGULATION_UP: 10.0, REGULATION_DOWN: 12.0},
    "battery": {NON_SPINNING: 6.0, REGULATION_UP: 6.0},
    "office": {NON_SPINNING: 25.0},
    "late": {NON_SPINNING: 25.0},
    "tired": {NON_SPINNING: 25.0},
}
LEVELS_MWH = {  # before and after the hour
    "pumping lake": (50.0, 50.0 + 20 * 0.87),
    "standing lake": (50.0, 50.0),
    "running lake": (50.0, 50.0 - 14 / 0.87),
    "battery cells": (30.0, 30.0),
}


def asking(hours: int = 1) -> Reserve:
    """What the worlds ask for; one of them for 6 MW of spinning reserve too."""
    return Reserve(
        series=(ReserveSeries("shared", up_mw=(6.0,) * hours),),
        products=tuple(
            ProductAsked(product, grid, required_mw=(mw,) * hours)
            for grid, asked in ASKED.items()
            for product, mw in asked.items()
        ),
    )


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """Gas has been off for long; the unit of `spent` has no start left."""
    rules = tuple(rule for one in WORLDS for rule in product_rules(one.name))
    facts = replace(facts_of_worlds(*WORLDS), product_rules=rules)
    case = small_case(
        facts,
        hours=1,
        start=SUMMER_DAY,
        units=tuple(
            UnitState(name, False, 48.0, 0.0) if name.endswith("gas") else UnitState(name, True, 48.0, 80.0)
            for name in (unit.name for unit in facts.units)
        ),
        stores=tuple(StoreState(name, *levels) for name, levels in LEVELS_MWH.items()),
        reserve=asking(),
        response_share=0.05,
        start_limits=(StartLimit(unit="spent gas", per_day_count=0),),
    )
    answer = run(case, facts, replace(EXACT, prices=True))
    assert answer.schedule is not None, answer.reason
    assert answer.audit is not None
    assert answer.audit.passed, answer.audit.breaches
    return answer


@pytest.fixture(scope="module")
def schedule(outcome: Outcome) -> Schedule:
    assert outcome.schedule is not None
    return outcome.schedule


def short(schedule: Schedule, product: str, grid: str) -> float:
    """What is short of a product in the hour, MW."""
    return float(getattr(schedule, f"short_{product}_mw")[grid].iloc[0])


def test_a_dear_unit_comes_on_to_regulate(schedule: Schedule) -> None:
    """
    10 MW of regulation. The cheap unit reaches 100 / 12 = 8.33 MW in 5 min: 1.67 short would cost 10,000 CNY.

    Gas at its 30 MW costs 6,000 more and reaches 80 / 12 = 6.67 MW. Where no regulation is asked for it stays off.
    """
    assert schedule.on[["regulated gas", "plain gas"]].iloc[0].tolist() == [1, 0]
    assert schedule.output_mw[["regulated unit", "regulated gas"]].iloc[0].tolist() == pytest.approx([70, 30])
    assert short(schedule, REGULATION_UP, "regulated") == pytest.approx(0, abs=1e-6)


def test_no_mw_is_promised_twice(schedule: Schedule) -> None:
    """10 MW of room for 6 MW of spinning reserve and 6 MW of regulation: 2 are short, of what is cheaper."""
    assert schedule.reserve_up_mw["shared unit"].iloc[0] == pytest.approx(6)
    assert schedule.regulation_up_mw["shared unit"].iloc[0] == pytest.approx(4)
    assert short(schedule, REGULATION_UP, "shared") == pytest.approx(2)


def test_regulation_is_what_the_ramp_reaches_in_five_minutes(schedule: Schedule) -> None:
    """60 MW an hour up are 5 MW, 48 down 4: of 8 MW each way 3 and 4 are short."""
    assert short(schedule, REGULATION_UP, "ramped") == pytest.approx(3)
    assert short(schedule, REGULATION_DOWN, "ramped") == pytest.approx(4)


def test_a_unit_that_starts_in_time_gives_reserve_while_it_is_off(schedule: Schedule) -> None:
    """Of 60 MW that it reaches in the hour of a start 50 are asked for."""
    assert schedule.on["quick gas"].iloc[0] == 0
    assert 50 - 1e-6 <= schedule.non_spinning_mw["quick gas"].iloc[0] <= 60 + 1e-6
    assert short(schedule, NON_SPINNING, "quick") == pytest.approx(0, abs=1e-6)


def test_a_unit_that_starts_too_slowly_has_to_be_on(schedule: Schedule) -> None:
    """Within 1 h is not within half an hour: gas at 30 MW may rise to 60, the cheap unit at 70 to 100."""
    assert schedule.on["slow gas"].iloc[0] == 1
    assert schedule.output_mw[["slow unit", "slow gas"]].iloc[0].tolist() == pytest.approx([70, 30])
    assert schedule.non_spinning_mw[["slow unit", "slow gas"]].iloc[0].sum() == pytest.approx(50)


def test_a_unit_without_a_start_left_gives_none(schedule: Schedule) -> None:
    """The quick unit may not be started: 10 MW are short, and the other unit is full."""
    assert short(schedule, NON_SPINNING, "spent") == pytest.approx(10)


def test_pumps_are_shed_and_do_not_regulate(schedule: Schedule) -> None:
    """One of two fixed-speed units pumps 20 MW: they are shed, while the other may not generate; 5 MW not regulated."""
    assert schedule.non_spinning_mw["pumping lake"].iloc[0] == pytest.approx(20)
    assert short(schedule, NON_SPINNING, "pumping") == pytest.approx(10)
    assert short(schedule, REGULATION_UP, "pumping") == pytest.approx(5)


def test_units_at_standstill_are_started_but_do_not_regulate(schedule: Schedule) -> None:
    """Two units of 20 MW: 40 of 50 MW, and no regulation, as none of them runs."""
    assert schedule.non_spinning_mw["standing lake"].iloc[0] == pytest.approx(40)
    assert short(schedule, REGULATION_UP, "standing") == pytest.approx(5)


def test_a_unit_that_generates_regulates_within_its_band(schedule: Schedule) -> None:
    """
    14 MW are missing to the load: one unit of 10 to 20 MW generates them, of two; both cannot, at 20 MW at least.

    It has 6 MW above and 4 below, and the full unit falls by 86 / 12 in 5 min: 4 of 10 up are short, and what is left
    of 12 down. Of the 26 MW that both have above 14 MW, 6 regulate and
    20 are left: 5 of 25 short.
    """
    assert short(schedule, REGULATION_UP, "running") == pytest.approx(4)
    assert short(schedule, REGULATION_DOWN, "running") == pytest.approx(12 - 4 - 86 / 12)
    assert short(schedule, NON_SPINNING, "running") == pytest.approx(5)


def test_no_mwh_is_promised_twice(schedule: Schedule) -> None:
    """(30 - 20) MWh x 0.9 = 9 MW for an hour, of 6 and 6 asked for: 3 short, of what is cheaper."""
    given = [schedule.regulation_up_mw["battery cells"].iloc[0], schedule.non_spinning_mw["battery cells"].iloc[0]]
    assert given == pytest.approx([6, 3])
    assert short(schedule, NON_SPINNING, "battery") == pytest.approx(3)


def test_response_that_answers_in_time_is_a_reserve_as_far_as_its_terms_go(schedule: Schedule) -> None:
    """20 MW with half an hour of notice, none with an hour, 10 MW where the day holds 10 MWh."""
    assert [short(schedule, NON_SPINNING, grid) for grid in ("office", "late", "tired")] == pytest.approx([5, 25, 15])


def test_what_is_short_is_a_slack_a_cause_in_words_and_a_price(outcome: Outcome) -> None:
    """3 MW of regulation up for an hour at 6,000 CNY are 18,000."""
    assert outcome.metrics is not None
    assert outcome.prices is not None
    assert outcome.prices.tables is not None, outcome.prices.reason
    (slack,) = [s for s in outcome.metrics.slacks if (s.kind, s.component) == (REGULATION_UP, "ramped")]
    (cause,) = [c for c in outcome.causes if (c.code, c.component) == (REGULATION_UP, "ramped")]
    assert slack.slack_mw == pytest.approx(3)
    assert cause.cost_cny == pytest.approx(18_000)
    assert cause.chinese.startswith("ramped上调频备用不足")
    assert cause.english.startswith("regulation up short in ramped")
    member = next(m for m in outcome.metrics.members if m.grid == "ramped")
    assert member.penalty.reserve_cny == pytest.approx(18_000 + 24_000)
    assert member.reserve_short_mwh == pytest.approx(7)
    prices = outcome.prices.tables
    assert prices.regulation_up_cny_per_mwh["ramped"].tolist() == pytest.approx([6_000])
    assert prices.non_spinning_cny_per_mwh[["quick", "office"]].iloc[0].tolist() == pytest.approx([0, 3_000])


def test_a_unit_within_its_minimum_down_time_gives_none() -> None:
    """Off for one hour of two: 50 MW are short in the first hour, none in the second."""
    own = gas(start_time_h=0.25, min_down_h=2.0)
    facts = replace(facts_of_worlds(world("resting", 100, FULL, own)), product_rules=product_rules("resting"))
    states = (UnitState("resting unit", True, 48.0, 100.0), UnitState("resting gas", False, 1.0, 0.0))
    asked = Reserve(products=(ProductAsked(NON_SPINNING, required_mw=(50.0, 50.0)),))
    answer = outcome_of(facts, hours=2, start=SUMMER_DAY, units=states, reserve=asked)
    assert answer.schedule is not None, answer.reason
    assert answer.schedule.short_non_spinning_mw["resting"].tolist() == pytest.approx([50, 0], abs=1e-6)


def test_shares_and_mw_of_a_product_the_larger_of_both_holds() -> None:
    """2 % of 550 MW of load and 5 % of 140 MW of wind and sun are 18 MW; the case's 10 and 30 MW."""
    facts = small_facts(product_rules=product_rules(load_share=0.02))
    asked = Reserve(products=(ProductAsked(REGULATION_UP, renewable_share=0.05, required_mw=(10.0, 30.0)),))
    case = small_case(facts, hours=2, reserve=asked)
    assert inputs_of(case, facts).product_mw[REGULATION_UP][:, 0] == pytest.approx([18, 30])
    assert inputs_of(case, facts).product_mw[REGULATION_DOWN][:, 0] == pytest.approx([11, 11])


def everything(model: Model) -> tuple[list[str], list[str], int]:
    return list(model.rows), list(model.variables), model.column_count


def test_what_nobody_asks_for_has_no_row_and_no_column() -> None:
    """A grid that knows the products, and one that never heard of them: one model, row by row."""
    case = small_case(small_facts(), hours=4, response_share=0.05)
    models = []
    for rules in ((), product_rules()):
        facts = small_facts(product_rules=rules)
        assert inputs_of(case, facts).product_mw == {}
        models.append(built(case, facts, inputs_of(case, facts)))
    without, silent = models
    assert everything(without) == everything(silent)
    assert not any(product in name for name in (*silent.rows, *silent.variables) for product in PRODUCTS)
    for name, family in without.rows.items():
        assert np.array_equal(family.numbers, silent.rows[name].numbers)
