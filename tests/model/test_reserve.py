"""One hour in worlds of their own, where a MW of reserve that is missing costs 10 000 CNY."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import pytest

from dispatch.case import reserve as reasons
from dispatch.case.case import Reserve, ReserveSeries
from dispatch.case.storage import StoreState
from dispatch.case.thermal import UnitState
from dispatch.schedule.outcome import Outcome, Slack
from dispatch.schedule.schedule import Schedule
from tests.answers import outcome_of
from tests.model.worlds import World, facts_of_worlds, free_unit, of_world
from tests.small import SUMMER_DAY, plant, pumped_hydro, store

SHORT = 10_000.0
LARGEST = World(
    "largest", (200,), (free_unit("big", 200.0, 300.0), free_unit("small", 400.0, 100.0)), reserve=(0.1, 0.0, SHORT)
)
SHARES = World(
    "shares", (200,), (free_unit("one", 200.0, 150.0), free_unit("two", 400.0, 150.0)), reserve=(1.0, 0.0, SHORT)
)
DEAR = World(
    "dear",
    (200,),
    (free_unit("cheap", 200.0), free_unit("dear", 400.0, output_min_mw=30.0, heating_output_min_mw=30.0)),
    reserve=(0.03, 0.05, SHORT),
)
FREE = World("free", DEAR.load_mw, DEAR.units)
SLOW = World("slow", (20,), (free_unit("unit", 200.0, 110.0, ramp_up_mw_per_h=30.0),), reserve=(0.0, 0.0, SHORT))
EMPTY = World(
    "empty", (100,), (free_unit("unit", 200.0, 110.0),), stores=(store("battery"),), reserve=(0.0, 0.0, SHORT)
)
FULL = World("full", (100,), (free_unit("unit", 200.0, 110.0),), stores=(store("battery"),), reserve=(0.0, 0.0, SHORT))
WINDY = World(
    "windy",
    (100,),
    (free_unit("unit", 200.0, 200.0, output_min_mw=50.0, heating_output_min_mw=50.0),),
    plants=(plant("wind", capacity_mw=60.0),),
    stores=(pumped_hydro("pumps"),),
    reserve=(0.0, 0.5, SHORT),
)

ALONE = {"largest_unit": False}
BRISK = free_unit("unit", 200.0, 200.0, ramp_up_mw_per_h=30.0)
HOURLY = World("hourly", (60,), (BRISK,), reserve=(0.0, 0.0, SHORT), rule=ALONE)
INSIDE = World("inside", (60,), (BRISK,), reserve=(0.0, 0.0, SHORT), rule={**ALONE, "within_ramp": True})
UNASKED = World("unasked", (60,), (BRISK,), reserve=(0.0, 0.0, SHORT), rule=ALONE)
HARD = World("hard", (100,), (free_unit("cheap", 200.0, 110.0), DEAR.units[1]), rule={**ALONE, "hard": True})
STOPPING = World(
    "stopping",
    (100, 0),
    (
        free_unit("unit", 200.0, 110.0, output_min_mw=20.0, stop_ramp_mw=60.0, stop_reserve_mw=75.0),
        free_unit("other", 300.0, 40.0),
    ),
    reserve=(0.0, 0.0, SHORT),
    rule=ALONE,
)


def windy(name: str, **rule: Any) -> World:
    """100 MW of load, 60 MW of wind, a unit of 50 to 200 MW; half of the wind is asked for up."""
    unit = free_unit("unit", 200.0, 200.0, output_min_mw=50.0, heating_output_min_mw=50.0)
    return World(
        name, (100,), (unit,), plants=(plant("wind", capacity_mw=60.0),), reserve=(0.0, 0.5, SHORT), rule=ALONE | rule
    )


BOTH_WAYS = windy("both_ways")
UP_ALONE = windy("up_alone", down_renewable_share=0.0)
CHEAP = windy("cheap", down_shortfall_cny_per_mwh=100.0)
ONE_ERROR = NormalDist().cdf(1.0)
QUANTILES = windy(
    "quantiles", down_quantile=ONE_ERROR, wind_error_share=0.5, load_error_share=0.4, down_renewable_share=0.0
)
BEFORE_MW = {"hard cheap": 100.0, "stopping unit": 60.0}  # the others 40, but for "hard dear", which is off


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """Stores keep their level over the hour, so that they neither charge nor discharge."""
    facts = facts_of_worlds(LARGEST, SHARES, DEAR, FREE, SLOW, EMPTY, FULL, WINDY)
    levels = (("empty battery", 30.0), ("full battery", 100.0), ("windy pumps", 800.0))
    return outcome_of(facts, hours=1, start=SUMMER_DAY, stores=tuple(StoreState(name, e, e) for name, e in levels))


@pytest.fixture(scope="module")
def schedule(outcome: Outcome) -> Schedule:
    assert outcome.schedule is not None, outcome.reason
    return outcome.schedule


def test_where_the_largest_unit_on_is_more_than_the_shares_it_is_asked_for(schedule: Schedule) -> None:
    """10 % of 200 MW are 20 MW, but 300 MW may trip. Both units on have 400 - 200 = 200 MW of room: 100 are short."""
    assert schedule.on[["largest big", "largest small"]].iloc[0].tolist() == [1, 1]
    assert schedule.short_up_mw["largest"].iloc[0] == pytest.approx(100.0)


def test_where_the_shares_are_more_than_the_largest_unit_on_they_are_asked_for(schedule: Schedule) -> None:
    """All of 200 MW, not 150. Both units on have 300 - 200 = 100 MW of room: 100 are short, not 50."""
    assert schedule.short_up_mw["shares"].iloc[0] == pytest.approx(100.0)


def test_a_dear_unit_comes_on_for_the_room_it_brings(schedule: Schedule) -> None:
    """
    Cheap alone has 100 of the 300 MW it asks for itself. Dear at its 30 MW brings 270, cheap at 170 has 130: enough.

    Where no reserve is priced the dear unit stays off.
    """
    assert schedule.on[["dear cheap", "dear dear"]].iloc[0].tolist() == [1, 1]
    assert schedule.output_mw[["dear cheap", "dear dear"]].iloc[0].tolist() == pytest.approx([170, 30])
    assert schedule.short_up_mw["dear"].iloc[0] == pytest.approx(0.0, abs=1e-6)
    assert schedule.on["free dear"].iloc[0] == 0


def test_a_unit_gives_no_more_than_its_ramp_reaches_in_an_hour(schedule: Schedule) -> None:
    """110 MW asked, 90 MW of room, 30 MW of it within an hour: 80 short."""
    assert schedule.reserve_up_mw["slow unit"].iloc[0] == pytest.approx(30.0)
    assert schedule.short_up_mw["slow"].iloc[0] == pytest.approx(80.0)


def test_the_energy_that_a_store_can_give_for_an_hour_limits_its_reserve(schedule: Schedule) -> None:
    """(30 - 20) MWh * 0.9 = 9 MW of its 40; the unit has 10: 110 - 19 = 91 short."""
    assert schedule.reserve_up_mw["empty battery"].iloc[0] == pytest.approx(9.0)
    assert schedule.short_up_mw["empty"].iloc[0] == pytest.approx(91.0)


def test_a_full_store_gives_its_power_up_and_nothing_down(schedule: Schedule) -> None:
    """(100 - 20) * 0.9 = 72 MW for an hour, 40 by its power: 110 - 10 - 40 = 60 short. There is no room to charge."""
    assert schedule.reserve_up_mw["full battery"].iloc[0] == pytest.approx(40.0)
    assert schedule.reserve_down_mw["full battery"].iloc[0] == pytest.approx(0.0, abs=1e-6)
    assert schedule.short_up_mw["full"].iloc[0] == pytest.approx(60.0)


def test_down_reserve_keeps_a_unit_above_its_minimum_and_curtails_wind_for_it(schedule: Schedule) -> None:
    """
    Half of 60 MW of wind: 30 MW down. The full pumps give none, so the unit stands at 50 + 30 = 80 MW, not at 50,
    and 20 MW of wind are taken instead of 50. Up there is enough: 120 of the unit and 200 of the pumps.
    """
    assert schedule.output_mw["windy unit"].iloc[0] == pytest.approx(80.0)
    assert schedule.curtailed_mw["windy wind"].iloc[0] == pytest.approx(40.0)
    assert schedule.reserve_down_mw["windy unit"].iloc[0] == pytest.approx(30.0)
    assert schedule.short_down_mw["windy"].iloc[0] == pytest.approx(0.0, abs=1e-6)


def test_the_schedule_tells_what_is_required_and_what_decided_it(schedule: Schedule) -> None:
    """300 MW of the unit, 200 MW of the shares; down the shares alone, 20 MW."""
    assert schedule.required_up_mw[["largest", "shares"]].iloc[0].tolist() == [300, 200]
    assert schedule.up_decided_by[["largest", "shares"]].iloc[0].tolist() == [reasons.LARGEST_UNIT, reasons.SHARES]
    assert schedule.required_down_mw["largest"].iloc[0] == pytest.approx(20)
    assert schedule.down_decided_by["largest"].iloc[0] == reasons.SHARES


def test_what_is_short_is_priced_and_reported_as_a_slack(outcome: Outcome) -> None:
    """100 MW for an hour at 10 000 CNY/MWh are a million."""
    assert outcome.metrics is not None
    member = of_world(outcome.metrics, "largest")
    assert member.reserve_short_mwh == pytest.approx(100.0)
    assert member.penalty.reserve_cny == pytest.approx(1_000_000.0)
    slacks = [
        Slack(s.kind, s.component, s.time, round(s.slack_mw, 6))
        for s in outcome.metrics.slacks
        if s.component != FREE.name
    ]
    time = "2030-07-15T00:00+08:00"
    short = {"largest": 100, "shares": 100, "slow": 80, "empty": 91, "full": 60}
    assert slacks == [Slack("reserve_up", name, time, mw) for name, mw in short.items()]


@pytest.fixture(scope="module")
def asked() -> Schedule:
    """Two hours with MW asked for by the case."""
    facts = facts_of_worlds(HOURLY, INSIDE, UNASKED, HARD, STOPPING)
    series = (
        ReserveSeries("hourly", up_mw=(50.0, 0.0)),
        ReserveSeries("inside", up_mw=(50.0, 0.0), down_mw=(10.0, 70.0)),
        ReserveSeries("hard", up_mw=(20.0, 5.0)),
        ReserveSeries("stopping", up_mw=(40.0, 0.0)),
    )
    names = [unit.name for unit in facts.units if unit.name != "hard dear"]
    states = (
        *(UnitState(n, True, 48.0, BEFORE_MW.get(n, 40.0)) for n in names),
        UnitState("hard dear", False, 48.0, 0.0),
    )
    outcome = outcome_of(facts, hours=2, start=SUMMER_DAY, units=states, reserve=Reserve(series=series))
    assert outcome.schedule is not None, outcome.reason
    return outcome.schedule


def test_reserve_inside_the_ramp_is_what_the_rise_leaves_of_it(asked: Schedule) -> None:
    """From 40 to 60 MW leaves 10 of 30 MW an hour; counted for itself, reserve has all 30. 50 MW are asked."""
    assert asked.output_mw[["hourly unit", "inside unit"]].iloc[0].tolist() == pytest.approx([60, 60])
    assert asked.reserve_up_mw[["hourly unit", "inside unit"]].iloc[0].tolist() == pytest.approx([30, 10])
    assert asked.short_up_mw[["hourly", "inside"]].iloc[0].tolist() == pytest.approx([20, 40])


def test_mw_asked_for_hold_by_hour_and_by_direction(asked: Schedule) -> None:
    """10 MW down are there in hour 0; of 70 in hour 1 only the 60 that the unit gives. Nobody asks the others."""
    assert asked.short_down_mw["inside"].tolist() == pytest.approx([0, 10], abs=1e-6)
    assert asked.short_up_mw["inside"].iloc[1] == pytest.approx(0.0, abs=1e-6)
    assert asked.short_down_mw["hourly"].tolist() == asked.short_up_mw["unasked"].tolist() == [0.0, 0.0]


def test_reserve_that_may_not_be_short_is_kept_at_any_price(asked: Schedule) -> None:
    """Cheap has 10 MW of room: dear comes on in the hour that asks for 20, though a MW short would cost nothing."""
    assert asked.on["hard dear"].tolist() == [1, 0]
    assert asked.short_up_mw["hard"].tolist() == [0.0, 0.0]


def test_before_a_stop_reserve_may_reach_farther_than_output(asked: Schedule) -> None:
    """The unit must stop in hour 1: 60 MW at most before, 75 with reserve. It gives 60, the other one all its 40."""
    assert asked.on["stopping unit"].tolist() == [1, 0]
    assert asked.output_mw["stopping unit"].iloc[0] == pytest.approx(60)
    assert asked.reserve_up_mw["stopping unit"].iloc[0] == pytest.approx(15)
    assert asked.short_up_mw["stopping"].iloc[0] == pytest.approx(25)


def test_the_case_s_own_mw_are_told_as_such(asked: Schedule) -> None:
    assert asked.required_down_mw["inside"].tolist() == [10, 70]
    assert asked.down_decided_by["inside"].tolist() == [reasons.CASE_MW] * 2


@pytest.fixture(scope="module")
def apart() -> Outcome:
    """One hour of worlds that ask for less, for more and at another price downwards."""
    return outcome_of(facts_of_worlds(BOTH_WAYS, UP_ALONE, CHEAP, QUANTILES), hours=1, start=SUMMER_DAY)


@pytest.fixture(scope="module")
def hour(apart: Outcome) -> Schedule:
    assert apart.schedule is not None, apart.reason
    assert apart.audit is not None
    assert apart.audit.passed
    return apart.schedule


def test_shares_of_its_own_free_down_reserve_from_those_of_up(hour: Schedule) -> None:
    """Half of 60 MW down keeps the unit at 80 and takes 20 MW of wind; nothing down lets it stand at 50 and take 50."""
    assert hour.output_mw[["both_ways unit", "up_alone unit"]].iloc[0].tolist() == pytest.approx([80, 50])
    assert hour.curtailed_mw[["both_ways wind", "up_alone wind"]].iloc[0].tolist() == pytest.approx([40, 10])
    assert hour.required_up_mw[["both_ways", "up_alone"]].iloc[0].tolist() == pytest.approx([30, 30])


def test_down_reserve_that_is_cheap_to_miss_is_missed_before_wind_is_curtailed(apart: Outcome, hour: Schedule) -> None:
    """A MW more of the unit costs 200 and 500 of wind left: more than 100. 30 MW are short, 3,000 CNY."""
    assert hour.output_mw["cheap unit"].iloc[0] == pytest.approx(50)
    assert hour.short_down_mw["cheap"].iloc[0] == pytest.approx(30)
    assert of_world(apart.metrics, "cheap").penalty.reserve_cny == pytest.approx(3_000)


def test_a_quantile_of_the_forecast_error_is_kept(hour: Schedule) -> None:
    """Errors of 30 MW of wind and 40 MW of load are 50 MW together, once: the unit stands at 100, all wind is left."""
    assert hour.required_down_mw["quantiles"].iloc[0] == pytest.approx(50)
    assert hour.down_decided_by["quantiles"].iloc[0] == reasons.QUANTILE
    assert hour.output_mw["quantiles unit"].iloc[0] == pytest.approx(100)
    assert hour.curtailed_mw["quantiles wind"].iloc[0] == pytest.approx(60)
