from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dispatch.case.thermal import MustRun, Outage, RunningMinimum, UnitState
from dispatch.schedule.outcome import Status
from tests.answers import outcome_of, schedule_of
from tests.small import SUMMER_DAY, curve, one_bus_facts, one_start, unit

# Two free units at one bus in summer, minimum 30 or 50, maximum 300 MW, no start cost unless said.
PLAIN = {
    "heats": False,
    "other_cny_per_mwh": 0.0,
    "start_types": one_start(0),
    "stop_cny": 0.0,
    "min_up_h": 1.0,
    "min_down_h": 1.0,
}
WIDE = {"ramp_up_mw_per_h": 300.0, "ramp_down_mw_per_h": 300.0, "start_ramp_mw": 300.0, "stop_ramp_mw": 300.0}
CHEAP = unit("cheap", output_min_mw=50.0, curve=curve([50, 300], [200], 10_000), **PLAIN, **WIDE)
DEAR = unit("dear", output_min_mw=30.0, curve=curve([30, 300], [400], 12_000), **PLAIN, **WIDE)


def cost(outcome: object) -> float:
    return outcome.metrics.total.cost.total_cny  # type: ignore[attr-defined, no-any-return]


def test_the_dear_unit_runs_only_in_the_hour_that_the_cheap_one_cannot_carry_alone() -> None:
    """Loads 240, 340, 240 MW; cheap carries 300 at most, 200 CNY/MWh all the way (10 000 at 50 MW).

    Hour 1: dear at 40 MW costs 12 000 + 10 * 400 = 16 000, cheap at 300 costs 60 000.
    Cost = 48 000 + 76 000 + 48 000 = 172 000 CNY.
    """
    outcome = outcome_of(one_bus_facts(CHEAP, DEAR, load_mw=[240, 340, 240] + [240] * 21), hours=3, start=SUMMER_DAY)
    assert outcome.schedule is not None
    assert outcome.schedule.on["dear"].tolist() == [0, 1, 0]
    assert cost(outcome) == pytest.approx(172_000)


def test_a_unit_on_stays_on_for_its_minimum_up_time() -> None:
    """Dear is needed in hour 1 only but stays for its 3 hours: on in hours 1-3 or 0-2, never for one alone."""
    slow = replace(DEAR, min_up_h=3.0)
    facts = one_bus_facts(CHEAP, slow, load_mw=[240, 340, 240, 240, 240] + [240] * 19)
    schedule = schedule_of(facts, hours=5, start=SUMMER_DAY, off=["dear"])
    assert schedule.on["dear"].sum() == 3
    assert schedule.on["dear"].iloc[1] == 1


def test_what_is_left_of_a_minimum_up_time_binds_from_the_first_hour() -> None:
    """Dear went on one hour ago and must stay for two more, though nobody needs it."""
    slow = replace(DEAR, min_up_h=3.0)
    facts = one_bus_facts(CHEAP, slow, load_mw=240.0)
    states = (UnitState("cheap", True, 48.0, 200.0), UnitState("dear", True, 1.0, 40.0))
    schedule = schedule_of(facts, hours=4, start=SUMMER_DAY, units=states)
    assert schedule.on["dear"].tolist() == [1, 1, 0, 0]


def test_what_is_left_of_a_minimum_down_time_binds_from_the_first_hour() -> None:
    """Cheap stopped one hour ago and stays off for two more: dear carries the load at 400 CNY/MWh meanwhile."""
    resting = replace(CHEAP, min_down_h=3.0)
    facts = one_bus_facts(resting, DEAR, load_mw=200.0)
    states = (UnitState("cheap", False, 1.0, 0.0), UnitState("dear", True, 48.0, 200.0))
    schedule = schedule_of(facts, hours=4, start=SUMMER_DAY, units=states)
    assert schedule.on["cheap"].tolist() == [0, 0, 1, 1]


def test_a_start_is_worth_avoiding_when_idling_costs_less() -> None:
    """Hour 1 needs no dear unit. Idling at 30 MW instead of cheap energy costs 30 * 200 = 6 000 CNY more there.

    With starts at 5 000 CNY it stops and starts again; with starts at 7 000 it idles.
    """
    loads = [340, 240, 340] + [240] * 21
    for start_cny, expected in ((5_000.0, [1, 0, 1]), (7_000.0, [1, 1, 1])):
        facts = one_bus_facts(CHEAP, replace(DEAR, start_types=one_start(start_cny)), load_mw=loads)
        assert schedule_of(facts, hours=3, start=SUMMER_DAY).on["dear"].tolist() == expected


def test_output_is_held_down_in_the_hour_of_a_start_and_before_a_stop() -> None:
    """Dear may give 60 MW in the hour it starts and before it stops; cheap covers the rest up to 300 MW.

    Load 350 in hours 1-3 asks 50 MW of dear; load 380 in hour 2 asks 80: only an hour inside its run can give that.
    """
    shy = replace(DEAR, start_ramp_mw=60.0, stop_ramp_mw=60.0)
    facts = one_bus_facts(CHEAP, shy, load_mw=[240, 350, 380, 350, 240] + [240] * 19)
    schedule = schedule_of(facts, hours=5, start=SUMMER_DAY, off=["dear"])
    assert schedule.on["dear"].tolist() == [0, 1, 1, 1, 0]
    alone = one_bus_facts(CHEAP, replace(shy, min_up_h=1.0), load_mw=[240, 240, 380, 240, 240] + [240] * 19)
    wider = schedule_of(alone, hours=5, start=SUMMER_DAY, off=["dear"])
    assert wider.on["dear"].tolist() == [0, 1, 1, 1, 0]


def test_a_ramp_keeps_the_rise_of_an_hour_and_the_first_hour_counts_from_the_state() -> None:
    """Cheap rises by 40 MW/h from 100: at most 140, 180, 220 against loads of 200, so dear gives 60, then 20 -> 30."""
    slow = replace(CHEAP, ramp_up_mw_per_h=40.0)
    facts = one_bus_facts(slow, DEAR, load_mw=200.0)
    states = (UnitState("cheap", True, 48.0, 100.0), UnitState("dear", True, 48.0, 100.0))
    schedule = schedule_of(facts, hours=4, start=SUMMER_DAY, units=states)
    assert schedule.output_mw["cheap"].tolist() == pytest.approx([140, 170, 200, 200])
    assert schedule.output_mw["dear"].tolist() == pytest.approx([60, 30, 0, 0])


def test_a_kink_in_the_cost_curve_is_paid_beyond_it_only() -> None:
    """30 MW cost 6 000, then 200 CNY/MWh to 100 MW, 300 beyond. At 150: 6 000 + 70*200 + 50*300 = 35 000 CNY."""
    bent = replace(CHEAP, output_min_mw=30.0, curve=curve([30, 100, 300], [200, 300], 6_000))
    outcome = outcome_of(one_bus_facts(bent, load_mw=150.0), hours=1, start=SUMMER_DAY)
    assert cost(outcome) == pytest.approx(35_000)


def test_must_run_hours_outages_and_the_running_minimum_hold() -> None:
    """Dear must run in hour 1, is out in hours 2-3; in winter its plant keeps one heating unit on in every hour."""
    hour = [SUMMER_DAY + timedelta(hours=k) for k in range(5)]
    facts = one_bus_facts(CHEAP, DEAR, load_mw=200.0)
    schedule = schedule_of(
        facts,
        hours=5,
        start=SUMMER_DAY,
        off=["dear"],
        must_run=(MustRun("dear", hour[1], hour[2]),),
        outages=(Outage("dear", hour[2], hour[4]),),
    )
    assert schedule.on["dear"].tolist() == [0, 1, 0, 0, 0]
    warm = replace(DEAR, heats=True, heating_output_min_mw=60.0, heating_output_max_mw=200.0)
    heating = one_bus_facts(CHEAP, warm, load_mw=200.0, running_minimums=(RunningMinimum("heat", 1),))
    winter = schedule_of(heating, hours=3)
    assert winter.on["dear"].tolist() == [1, 1, 1]
    assert winter.output_mw["dear"].tolist() == pytest.approx([60, 60, 60])


def test_quarter_hours_count_ramps_and_minimum_times_in_hours() -> None:
    """40 MW/h are 10 MW a quarter; a minimum up time of one hour is four quarters."""
    slow = replace(CHEAP, ramp_up_mw_per_h=40.0)
    steady = replace(DEAR, min_up_h=1.0)
    facts = one_bus_facts(slow, steady, load_mw=200.0)
    states = (UnitState("cheap", True, 48.0, 160.0), UnitState("dear", True, 0.25, 40.0))
    schedule = schedule_of(facts, hours=1.5, step_h=0.25, start=SUMMER_DAY, units=states)
    assert schedule.output_mw["cheap"].iloc[0] == pytest.approx(170)
    assert schedule.on["dear"].iloc[:3].tolist() == [1, 1, 1]


def test_a_case_without_room_for_its_load_is_infeasible_and_says_where_and_how_much() -> None:
    """Both units give 600 MW at most; loads of 650 and 700 MW leave 50 and 100 MW missing at bus a."""
    outcome = outcome_of(one_bus_facts(CHEAP, DEAR, load_mw=[650, 700] + [0] * 22), hours=2, start=SUMMER_DAY)
    assert outcome.status is Status.INFEASIBLE
    assert outcome.schedule is None
    assert [round(s.missing_mw) for s in outcome.shortfalls] == [50, 100]
    assert {s.bus for s in outcome.shortfalls} == {"a"}
    assert "100 MW missing" in outcome.reason
