"""Derated units, hours without a start and limits on starts, each switched on in a case worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from dispatch.case.facts import ReserveRule
from dispatch.case.inputs import inputs_of
from dispatch.case.thermal import MustRun, NoStart, Outage, StartLimit, UnitState
from dispatch.model.build import built
from dispatch.schedule.outcome import Outcome
from tests.answers import outcome_of
from tests.model.worlds import free_unit
from tests.small import GRID, SUMMER_DAY, one_bus_facts, one_start, small_case

CHEAP, DEAR = free_unit("cheap", 200.0), free_unit("dear", 400.0)


def hour(k: int) -> datetime:
    return SUMMER_DAY + timedelta(hours=k)


def day(*values: float) -> list[float]:
    return [*values, *[values[-1]] * (24 - len(values))]


def answer(*units: Any, load_mw: list[float], hours: int, facts: dict[str, Any] | None = None, **case: Any) -> Outcome:
    """The audited answer; units are off before, at 0 MW, unless their states are given."""
    case.setdefault("units", tuple(UnitState(u.name, False, 48.0, 0.0) for u in units))
    grid = one_bus_facts(*units, load_mw=day(*load_mw), **(facts or {}))
    outcome = outcome_of(grid, hours=hours, start=SUMMER_DAY, **case)
    assert outcome.audit is not None, outcome.reason
    assert outcome.audit.passed
    return outcome


def output(outcome: Outcome, name: str) -> list[float]:
    assert outcome.schedule is not None
    return [round(mw, 6) for mw in outcome.schedule.output_mw[name]]


def on(outcome: Outcome, name: str) -> list[int]:
    assert outcome.schedule is not None
    return [int(value) for value in outcome.schedule.on[name]]


# ---------------------------------------------------------------- derated


def test_a_derated_unit_gives_no_more_than_it_can_and_runs_on() -> None:
    """Load 250 MW; cheap is derated to 100 MW in hour 1: dear gives 150. 3 x 250 x 200 + 150 x 200 = 180,000 CNY."""
    outcome = answer(CHEAP, DEAR, load_mw=[250.0], hours=3, outages=(Outage("cheap", hour(1), hour(2), 100.0),))
    assert output(outcome, "cheap") == [250, 100, 250]
    assert outcome.proof.objective_cny == pytest.approx(180_000)


def test_of_several_the_lowest_holds_and_an_outage_beats_them_all() -> None:
    """120 MW from 0 to 3, 100 from 1 to 4, out from 2 to 3."""
    outages = (
        Outage("cheap", hour(0), hour(3), 120.0),
        Outage("cheap", hour(1), hour(4), 100.0),
        Outage("cheap", hour(2), hour(3)),
    )
    outcome = answer(CHEAP, DEAR, load_mw=[250.0], hours=5, outages=outages)
    assert output(outcome, "cheap") == [120, 100, 0, 100, 250]


def test_a_unit_comes_down_to_what_is_left_of_it_by_its_ramp() -> None:
    """
    Cheap cannot stop, comes from 250 MW, falls by 50 MW an hour, and is derated to 100 MW from hour 2 on.

    So it gives 200 MW in hour 0, 150 in 1 (of 250 asked each), and dear gives 50 and 100 sooner than it must.
    """
    slow = replace(CHEAP, ramp_down_mw_per_h=50.0, min_up_h=72.0)
    states = (UnitState("cheap", True, 1.0, 250.0), UnitState("dear", True, 48.0, 0.0))
    outages = (Outage("cheap", hour(2), hour(24), 100.0),)
    outcome = answer(slow, DEAR, load_mw=[250.0], hours=4, units=states, outages=outages)
    assert output(outcome, "cheap") == [200, 150, 100, 100]


def test_a_derated_unit_starts_climbs_and_stops_within_what_is_left() -> None:
    """Start ramp 120 MW, 60 MW/h: it gives 120, 140 (not 180), 140, 140, then 200 and 250 when whole again."""
    slow = replace(CHEAP, start_ramp_mw=120.0, ramp_up_mw_per_h=60.0, min_up_h=4.0, output_min_mw=50.0)
    slow = replace(slow, heating_output_min_mw=50.0)
    outages = (Outage("cheap", hour(0), hour(4), 140.0),)
    outcome = answer(slow, DEAR, load_mw=[250.0], hours=6, outages=outages)
    assert output(outcome, "cheap") == [120, 140, 140, 140, 200, 250]


def test_reserve_up_ends_at_what_is_left() -> None:
    """
    Load 200 MW, reserve up 25 % = 50 MW at 100,000 CNY short, the largest unit left out. Dear must run.

    Of 300 + 300 MW, 400 are left above the load. Derated to 220 and 10 MW: 220 + 10 - 200 = 30, 20 MW short.
    """
    rule = ReserveRule(GRID, 0.25, 0.0, 100_000.0, largest_unit=False)
    must_run = (MustRun("dear", hour(0), hour(1)),)
    whole = answer(CHEAP, DEAR, load_mw=[200.0], hours=1, facts={"reserve_rules": (rule,)}, must_run=must_run)
    assert whole.metrics is not None
    assert whole.metrics.total.reserve_short_mwh == pytest.approx(0)
    outages = (Outage("cheap", hour(0), hour(1), 220.0), Outage("dear", hour(0), hour(1), 10.0))
    short = answer(
        CHEAP, DEAR, load_mw=[200.0], hours=1, facts={"reserve_rules": (rule,)}, must_run=must_run, outages=outages
    )
    assert short.metrics is not None
    assert short.metrics.total.reserve_short_mwh == pytest.approx(20)


def test_the_largest_unit_is_as_large_as_what_is_left_of_it() -> None:
    """Cheap alone, of 300 MW, asks 300 MW of reserve and gives 100; derated to 220 it asks 220 and gives 20."""
    rule = ReserveRule(GRID, 0.0, 0.0, 100.0)
    for left_mw, short_mw in ((None, 300 - 100), (220.0, 220 - 20)):
        outages = () if left_mw is None else (Outage("cheap", hour(0), hour(1), left_mw),)
        outcome = answer(CHEAP, load_mw=[200.0], hours=1, facts={"reserve_rules": (rule,)}, outages=outages)
        assert outcome.metrics is not None
        assert outcome.metrics.total.reserve_short_mwh == pytest.approx(short_mw)


# ---------------------------------------------------------------- hours without a start


def test_a_unit_is_not_started_where_it_may_not_be_but_runs_on() -> None:
    """Load in hours 1 to 3 alone: cheap may not start in hours 1 and 2, so that it starts in 3 and dear runs before."""
    load = [0.0, 250.0, 250.0, 250.0, 0.0]
    idle = replace(CHEAP, curve=replace(CHEAP.curve, fuel_cny_per_h=(1_000.0, 61_000.0)))  # 1,000 CNY an hour at 0 MW
    outcome = answer(idle, DEAR, load_mw=load, hours=4, no_start=(NoStart("cheap", hour(0), hour(3)),))
    assert on(outcome, "cheap") == [0, 0, 0, 1]
    running = (UnitState("cheap", True, 48.0, 0.0), UnitState("dear", False, 48.0, 0.0))
    outcome = answer(idle, DEAR, load_mw=load, hours=4, units=running, no_start=(NoStart("cheap", hour(0), hour(3)),))
    assert on(outcome, "cheap") == [1, 1, 1, 1]


# ---------------------------------------------------------------- limits on starts


PEAKS = [0.0, 250.0, 0.0, 250.0, 0.0, 250.0, 0.0]
IDLE = replace(CHEAP, curve=replace(CHEAP.curve, fuel_cny_per_h=(5_000.0, 65_000.0)))  # 5,000 CNY an hour at 0 MW


@pytest.mark.parametrize(
    ("limits", "cny", "starts"),
    [
        # 3 x (5,000 + 50,000) and three starts at 1,000
        ((), 168_000, 3),
        # one hour idle in place of a start: 4,000 more
        ((StartLimit(unit="cheap", per_day_count=2),), 172_000, 2),
        ((StartLimit(unit="cheap", horizon_count=1),), 176_000, 1),
        # a unit goes before its plant, a plant before a class
        ((StartLimit("coal_300", per_day_count=1), StartLimit(unit="cheap", per_day_count=2)), 172_000, 2),
        ((StartLimit("coal_300", per_day_count=1), StartLimit(plant="heat", per_day_count=2)), 172_000, 2),
        ((StartLimit("coal_300", grid="jibei", per_day_count=1),), 176_000, 1),
    ],
)
def test_a_unit_starts_no_more_often_than_it_may(limits: tuple[StartLimit, ...], cny: float, starts: int) -> None:
    """250 MW in hours 1, 3 and 5, nothing between; dear has no part in it."""
    started = replace(IDLE, start_types=one_start(1_000.0))
    outcome = answer(
        started, replace(DEAR, technology_class="other", plant="other"), load_mw=PEAKS, hours=6, start_limits=limits
    )
    assert outcome.proof.objective_cny == pytest.approx(cny)
    assert outcome.schedule is not None
    assert outcome.schedule.started["cheap"].sum() == starts


def test_a_limit_a_day_counts_each_day_anew() -> None:
    """Peaks at 21:00 and 01:00, nothing between: one start a day is enough, one in all is not."""
    load = [0.0] * 24
    load[21], load[23], load[1] = 250.0, 0.0, 250.0
    facts = one_bus_facts(replace(IDLE, start_types=one_start(1_000.0)), DEAR, load_mw=load)
    states = (UnitState("cheap", False, 48.0, 0.0), UnitState("dear", True, 48.0, 0.0))
    costs = []
    for limit in (StartLimit(unit="cheap", per_day_count=1), StartLimit(unit="cheap", horizon_count=1)):
        outcome = outcome_of(
            facts, hours=6, start=SUMMER_DAY + timedelta(hours=20), units=states, start_limits=(limit,)
        )
        assert outcome.audit is not None
        assert outcome.audit.passed
        costs.append(outcome.proof.objective_cny)
    # two hours of 55,000 and two starts; then one start and the three hours between idle
    assert costs == pytest.approx([112_000, 110_000 + 1_000 + 15_000])


@pytest.mark.parametrize(
    ("start_h", "week", "used", "cny", "starts"),
    [
        (24, 3, 0, 168_000, 3),  # Tuesday: three starts are left
        (24, 3, 1, 172_000, 2),  # one of them was before: an hour idle in place of a start, 4,000 more
        (24, 3, 5, 300_000, 0),  # more than its starts were before: dear runs, and that is no breach
        (-3, 1, 0, 172_000, 2),  # Sunday 21:00: one start in hours 0 to 2, one from Monday on
        (-3, 2, 2, 212_000, 2),  # none is left on Sunday: dear runs in hour 1; two from Monday on
    ],
)
def test_a_limit_a_week_counts_starts_before_the_horizon_until_monday(
    start_h: int, week: int, used: int, cny: float, starts: int
) -> None:
    """250 MW in hours 1, 3 and 5. 55,000 an hour on, 1,000 a start, 5,000 an hour idle; dear: 250 x 400 = 100,000."""
    load = [0.0] * 24
    for t in (1, 3, 5):
        load[(start_h + t) % 24] = 250.0
    cycled = replace(IDLE, start_types=one_start(1_000.0))
    dear = replace(DEAR, technology_class="other", plant="other")
    states = (UnitState("cheap", False, 48.0, 0.0, starts_this_week_count=used), UnitState("dear", True, 48.0, 0.0))
    outcome = outcome_of(
        one_bus_facts(cycled, dear, load_mw=load),
        hours=6,
        start=SUMMER_DAY + timedelta(hours=start_h),
        units=states,
        start_limits=(StartLimit(unit="cheap", per_week_count=week),),
    )
    assert outcome.audit is not None
    assert outcome.audit.passed
    assert outcome.schedule is not None
    assert outcome.schedule.started["cheap"].sum() == starts
    assert outcome.proof.objective_cny == pytest.approx(cny)


def test_rows_are_written_only_where_minimum_times_would_allow_more() -> None:
    """8 h on and 8 h off: 24 h hold two starts at most, so that two a day are no limit and one a day is."""
    slow = replace(CHEAP, min_up_h=8.0, min_down_h=8.0)
    facts = one_bus_facts(slow, load_mw=200.0)
    for count, binds in ((2, False), (1, True)):
        case = small_case(facts, start=SUMMER_DAY, start_limits=(StartLimit(unit="cheap", per_day_count=count),))
        assert ("Generator-starts_a_day" in built(case, facts, inputs_of(case, facts)).rows) is binds
