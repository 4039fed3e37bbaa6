from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta

import pandas as pd
import pytest

from dispatch.case.case import Case
from dispatch.case.checks import flaws_of
from dispatch.case.facts import GridFacts
from dispatch.case.storage import StoreState
from dispatch.case.thermal import OilSupport, StartLimit, UnitState
from dispatch.errors import SolverFailed
from dispatch.eve import LONG_H, case_of, half_full, states_after
from dispatch.schedule.schedule import Schedule
from dispatch.study.scenarios import BAND_SHARE, RESPONSE_SHARES, scenarios_of
from tests.small import SUMMER_DAY, gas_unit, one_bus_facts, plant, pumped_hydro, small_case, store, unit

FACTS = one_bus_facts(
    unit("coal"),
    gas_unit("gas", bus="a"),
    load_mw=[100.0] * 12 + [300.0] * 10 + [150.0] * 2,
    plants=(plant("wind", bus="a", capacity_mw=30.0),),
    stores=(store("battery", bus="a"),),
    available_share={"wind": 0.5},
)


@pytest.fixture(scope="module")
def base() -> Case:
    """Tomorrow, after a day that was solved from the documented state."""
    return case_of(FACTS, date(2030, 1, 15), hours=48, step_h=0.5, variant="low")


def schedule_with(on: dict[str, list[int]], output_mw: dict[str, list[float]], step_h: float) -> Schedule:
    """A schedule of which only commitment and output are looked at."""
    nothing = pd.DataFrame()
    tables = {f.name: nothing for f in fields(Schedule) if f.name != "step_h"}
    return Schedule(step_h, **{**tables, "on": pd.DataFrame(on), "output_mw": pd.DataFrame(output_mw)})


def test_hours_on_count_from_the_last_change_or_across_the_whole_horizon() -> None:
    """
    Four steps of half an hour. always: 48 h before and 2 h now. started: on in the last three steps, 1.5 h.
    stopped: off in the last step, 0.5 h. resting: 5 h before and 2 h now. turned: on through a horizon before which
    it was off, so 2 h, not 50. fresh: off throughout, on before: 2 h.
    """
    facts = one_bus_facts(
        *(unit(n) for n in ("always", "started", "stopped", "resting", "turned", "fresh")), load_mw=0.0
    )
    before = {
        "always": (True, 48.0),
        "started": (False, 9.0),
        "stopped": (True, 9.0),
        "resting": (False, 5.0),
        "turned": (False, 48.0),
        "fresh": (True, 48.0),
    }
    facts = one_bus_facts(*(unit(name) for name in before), load_mw=0.0)
    case = small_case(facts, units=tuple(UnitState(n, on, h, 100.0 * on) for n, (on, h) in before.items()))
    on = {
        "always": [1, 1, 1, 1],
        "started": [0, 1, 1, 1],
        "stopped": [1, 1, 1, 0],
        "resting": [0, 0, 0, 0],
        "turned": [1, 1, 1, 1],
        "fresh": [0, 0, 0, 0],
    }
    output = {name: [110.0, 120.0, 130.0, 140.0] for name in on}
    assert states_after(case, facts, schedule_with(on, output, 0.5)) == (
        UnitState("always", True, 50.0, 140.0),
        UnitState("started", True, 1.5, 140.0),
        UnitState("stopped", False, 0.5, 0.0),
        UnitState("resting", False, 7.0, 0.0),
        UnitState("turned", True, 2.0, 140.0),
        UnitState("fresh", False, 2.0, 0.0),
    )


def test_hours_with_oil_or_without_it_are_those_since_it_last_changed() -> None:
    """Half hours: begun two steps before the end; ended a step before; with oil, or without it, as the hour before."""
    line = OilSupport(120.0, 1.0, 1.0, 1.0, least_h=1.0, most_h=9.0, apart_h=1.0)
    names = ("begun", "ended", "always", "never")
    facts = one_bus_facts(*(unit(name, oil_support=line) for name in names), load_mw=0.0)
    before = {"begun": 130.0, "ended": 110.0, "always": 110.0, "never": 130.0}
    case = small_case(facts, units=tuple(UnitState(n, True, 9.0, mw, 1.0) for n, mw in before.items()))
    oil = {"begun": [0, 0, 1, 1], "ended": [1, 1, 1, 0], "always": [1, 1, 1, 1], "never": [0, 0, 0, 0]}
    schedule = schedule_with(dict.fromkeys(names, [1] * 4), dict.fromkeys(names, [115.0] * 4), 0.5)
    told = replace(schedule, oil_support=pd.DataFrame(oil, index=schedule.on.index))
    assert [state.oil_hours_h for state in states_after(case, facts, told)] == [1.0, 0.5, 3.0, 3.0]


def test_stores_begin_and_end_half_way_between_their_limits() -> None:
    """(20 + 100) / 2 and (0 + 800) / 2 MWh."""
    states = half_full((store("battery"), pumped_hydro("pumps")))
    assert states == (StoreState("battery", 60.0, 60.0), StoreState("pumps", 400.0, 400.0))


def test_the_case_of_a_day_is_of_that_day_and_without_a_flaw(base: Case) -> None:
    assert base.horizon.start.isoformat() == "2030-01-15T00:00:00+08:00"
    assert (base.horizon.step_count, base.horizon.step_h, base.horizon.hours_h) == (96, 0.5, 48.0)
    assert base.interchange.variant == "low"
    assert base.response_share == 0.0
    assert base.stores == half_full(FACTS.stores)
    assert flaws_of(base, FACTS) == ()


def test_the_state_is_what_the_day_before_leaves(base: Case) -> None:
    """
    100 MW half the day and 150 at its end, less 15 of wind: coal alone will do and never stops, on for LONG_H and a
    day. Gas is wanted only where load is 300 MW, of which coal gives 250, and is off for less than that.
    """
    states = {state.unit: state for state in base.units}
    assert states["coal"].on
    assert states["coal"].hours_h == pytest.approx(LONG_H + 24)
    assert 100.0 <= states["coal"].output_mw <= 250.0
    assert states["gas"].hours_h < LONG_H + 24
    total = sum(state.output_mw for state in base.units)
    assert total == pytest.approx(150 - 15, abs=45)


@pytest.mark.parametrize("grid", ["jibei", "hebei"])
def test_all_compared_scenarios_share_the_state(base: Case, grid: str) -> None:
    scenarios = list(scenarios_of(replace(base, grid=grid)))
    assert [case.response_share for case in scenarios[:3]] == list(RESPONSE_SHARES)
    for case in scenarios:
        assert (case.units, case.stores, case.horizon) == (base.units, base.stores, base.horizon)
    bands = [case.interchange.band_share for case in scenarios]
    assert bands == ([0.0, 0.0, 0.0, BAND_SHARE] if grid == "hebei" else [0.0, 0.0, 0.0])


def test_a_day_before_that_has_no_schedule_is_named() -> None:
    """1 000 MW asked of 350."""
    facts: GridFacts = one_bus_facts(unit("coal"), gas_unit("gas", bus="a"), load_mw=1_000.0)
    with pytest.raises(SolverFailed, match=r"the day before 2030-01-15 .*INFEASIBLE.*missing"):
        case_of(facts, date(2030, 1, 15))


def test_oil_at_the_line_itself_says_nothing_of_hours() -> None:
    """120 MW is the line: the next case reads "without" from it, and would count the hours with oil as such."""
    line = OilSupport(120.0, 1.0, 1.0, 1.0, least_h=1.0, most_h=9.0, apart_h=1.0)
    facts = one_bus_facts(unit("coal", oil_support=line), load_mw=0.0)
    case = small_case(facts, units=(UnitState("coal", True, 9.0, 110.0, 1.0),))
    schedule = schedule_with({"coal": [1] * 4}, {"coal": [110.0, 110.0, 115.0, 120.0]}, 0.5)
    told = replace(schedule, oil_support=pd.DataFrame({"coal": [1] * 4}, index=schedule.on.index))
    assert [state.oil_hours_h for state in states_after(case, facts, told)] == [None]


def test_starts_of_the_week_are_handed_over_until_monday_where_a_week_limits_them() -> None:
    """
    Half hours of a unit that starts in the second and the fourth, after one start earlier in the week.

    A Tuesday: 1 + 2. From Sunday 23:00 on, it is Monday after the second: the fourth alone, 1; from 22:00, Monday
    begins with the next horizon: 0. The other unit has no limit of a week: nothing is counted.
    """
    facts = one_bus_facts(unit("cycled"), unit("free"), load_mw=0.0)
    flips, monday = {"cycled": [0, 1, 0, 1], "free": [0, 1, 0, 1]}, SUMMER_DAY
    for hours, count in ((24, 3), (-1, 1), (-2, 0)):
        case = small_case(
            facts,
            start=monday + timedelta(hours=hours),
            hours=2,
            step_h=0.5,
            units=tuple(UnitState(n, False, 9.0, 0.0, starts_this_week_count=1) for n in flips),
            start_limits=(StartLimit(unit="cycled", per_week_count=4),),
        )
        schedule = schedule_with(flips, {n: [100.0 * x for x in on] for n, on in flips.items()}, 0.5)
        told = replace(schedule, oil_support=pd.DataFrame(dict.fromkeys(flips, [0] * 4)))
        assert [s.starts_this_week_count for s in states_after(case, facts, told)] == [count, 0]
