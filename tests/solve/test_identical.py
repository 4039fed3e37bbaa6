from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.case.case import Case
from dispatch.case.thermal import MustRun, NoStart, Outage, StartLimit, ThermalUnit, UnitState
from dispatch.eve import half_full
from dispatch.grid.catalogue import facts_of
from dispatch.horizon import Horizon, beijing
from dispatch.solve.identical import classes_of, told_apart
from tests.small import SUMMER_DAY, WINTER_DAY, bus, curve, one_bus_facts, one_start, small_case
from tests.solve.arrays import cover, problem
from tests.solve.fleets import COAL, Fleet, drawn, exactly, fleet_of, too_short_runs

SEEDS = range(8)


def at(hour: int) -> datetime:
    return beijing(SUMMER_DAY.replace(tzinfo=None, hour=hour))


def three(changes: dict[str, Any] | None = None, state: UnitState | None = None, **case: Any) -> Fleet:
    """Units x, y and z; z differs by `changes` and by its state before."""
    other = replace(COAL, name="z", **(changes or {}))
    units = (replace(COAL, name="x"), replace(COAL, name="y"), other)
    facts = one_bus_facts(*units, load_mw=500.0, buses=(bus("a", load_share=1.0), bus("b")))
    before = UnitState("x", True, 48.0, 150.0)
    states = (before, replace(before, unit="y"), state or replace(before, unit="z"))
    return fleet_of(small_case(facts, hours=6, start=SUMMER_DAY, units=states, **case), facts)


@pytest.mark.parametrize("seed", SEEDS)
def test_folding_keeps_the_relaxation_and_bounds_the_optimum(seed: int) -> None:
    """Both by plain HiGHS on the folded and on the whole problem."""
    fleet = drawn(seed)
    folded = fleet.classes.folded
    assert not fleet.classes.is_plain
    relaxed = exactly(fleet.problem.relaxed())
    assert exactly(folded.relaxed()).objective_cny == pytest.approx(relaxed.objective_cny, rel=1e-7)
    assert exactly(folded).bound_cny <= exactly(fleet.problem).objective_cny * (1 + 1e-7)


def test_folding_keeps_the_relaxation_of_the_real_jibei() -> None:
    """Six winter hours of 2030, every unit on before for long."""
    facts = facts_of("jibei", 2030)
    units = tuple(UnitState(u.name, True, 240.0, u.heating_output_min_mw) for u in facts.units)
    case = Case("jibei", 2030, Horizon(WINTER_DAY, 6), units, half_full(facts.stores), response_share=0.05)
    fleet = fleet_of(case, facts)
    folded = fleet.classes.folded
    assert len(folded.cost) < 0.9 * len(fleet.problem.cost)
    whole = exactly(fleet.problem.relaxed()).objective_cny
    assert exactly(folded.relaxed()).objective_cny == pytest.approx(whole, rel=1e-7)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_folded_point_spread_evenly_fits_the_whole_and_gathers_to_itself(seed: int) -> None:
    fleet = drawn(seed)
    small = exactly(fleet.classes.folded.relaxed()).x
    assert small is not None
    x = fleet.classes.spread(small)
    sums = fleet.problem.rows @ x
    assert (sums >= fleet.problem.row_lower - 1e-5).all()
    assert (sums <= fleet.problem.row_upper + 1e-5).all()
    assert fleet.classes.gathered(x) == pytest.approx(small)
    assert fleet.problem.value(x) == pytest.approx(fleet.classes.folded.value(small))


def test_units_alike_in_everything_are_folded() -> None:
    assert three().folded_names == [{"x", "y", "z"}]


def test_a_past_that_binds_nothing_tells_no_units_apart() -> None:
    """Minimum up time 3 h: on for 5 h or for 48 h is the same to the future."""
    assert three(state=UnitState("z", True, 5.0, 150.0)).folded_names == [{"x", "y", "z"}]


@pytest.mark.parametrize(
    "changes",
    [
        {"start_types": one_start(60_001.0)},
        {"other_cny_per_mwh": 20.1},
        {"curve": curve([80, 150, 300], [250, 281], at_first_cny_per_h=24_000)},
        {"curve": curve([80, 150, 300], [250, 280], at_first_cny_per_h=24_001)},
        {"ramp_up_mw_per_h": 61.0},
        {"ramp_down_mw_per_h": 59.0},
        {"start_ramp_mw": 121.0},
        {"stop_ramp_mw": 119.0},
        {"min_up_h": 4.0},
        {"min_down_h": 3.0},
        {"output_min_mw": 81.0},
        {"output_max_mw": 299.0},
        {"bus": "b"},
        {"plant": "another"},
        {"technology_class": "coal_600"},
    ],
)
def test_a_unit_that_differs_in_one_fact_stands_alone(changes: dict[str, Any]) -> None:
    assert three(changes).folded_names == [{"x", "y"}]


@pytest.mark.parametrize(
    "state",
    [
        UnitState("z", True, 1.0, 150.0),  # two hours of its three are still to come
        UnitState("z", True, 48.0, 240.0),  # its ramp binds the first hour
        UnitState("z", False, 48.0, 0.0),
    ],
)
def test_a_unit_whose_past_binds_stands_alone(state: UnitState) -> None:
    assert three(state=state).folded_names == [{"x", "y"}]


def test_a_unit_out_of_service_or_called_for_stands_alone() -> None:
    assert three(outages=(Outage("z", at(3), at(4)),)).folded_names == [{"x", "y"}]
    assert three(must_run=(MustRun("z", at(3), at(4)),)).folded_names == [{"x", "y"}]
    assert three(no_start=(NoStart("z", at(3), at(4)),)).folded_names == [{"x", "y"}]


def test_a_derated_unit_stands_alone_and_units_derated_alike_are_folded() -> None:
    assert three(outages=(Outage("z", at(3), at(4), 200.0),)).folded_names == [{"x", "y"}]
    alike = three(outages=tuple(Outage(name, at(3), at(4), 200.0) for name in "xyz"))
    assert alike.folded_names == [{"x", "y", "z"}]
    relaxed = exactly(alike.problem.relaxed()).objective_cny
    assert exactly(alike.classes.folded.relaxed()).objective_cny == pytest.approx(relaxed, rel=1e-7)


def test_units_that_use_the_same_share_themselves_are_folded() -> None:
    """Where the case does not count it, another share tells nothing apart."""
    assert three(self_use=True).folded_names == [{"x", "y", "z"}]
    assert three({"self_use_share": 0.06}, self_use=True).folded_names == [{"x", "y"}]
    assert three({"self_use_share": 0.06}).folded_names == [{"x", "y", "z"}]


def test_units_whose_starts_are_limited_stand_alone_where_that_can_bind() -> None:
    """3 h on and 2 h off: six hours hold two starts of a unit."""
    assert three(start_limits=(StartLimit(plant="heat", per_day_count=1),)).folded_names == []
    assert three(start_limits=(StartLimit(unit="z", per_day_count=1),)).folded_names == [{"x", "y"}]
    assert three(start_limits=(StartLimit(plant="heat", per_day_count=2),)).folded_names == [{"x", "y", "z"}]


def test_a_difference_at_one_end_of_a_week_is_seen_at_the_other() -> None:
    """Refinement goes step by step: classes of a unit that is on before and of one that is off differ in every hour."""
    units: tuple[ThermalUnit, ...] = tuple(replace(COAL, name=name) for name in "wxyz")
    facts = one_bus_facts(*units, load_mw=500.0)
    case = small_case(facts, hours=168, start=SUMMER_DAY, off=("y", "z"))
    assert fleet_of(case, facts).folded_names == [{"w", "x"}, {"y", "z"}]


def test_columns_that_may_not_be_alike_are_left_alone() -> None:
    """Four equal columns: the first two may be identical, the others are one of a kind; and a plain problem stays."""
    classes = classes_of(problem([1] * 4, [[1] * 4], [2]), np.array([7, 7, -1, -1]))
    assert classes.size_count.tolist() == [2, 1, 1]
    assert classes.folded.upper.tolist() == [2, 1, 1]
    assert classes_of(cover(1), np.full(9, -1)).is_plain


def test_rows_fold_to_the_sum_of_what_they_said() -> None:
    """X <= 3 and y <= 3, both counted twice as 2 x <= 6: folded, 2 (x + y) <= 12, with x + y up to 10."""
    classes = classes_of(problem([1, 1], [[2, 0], [0, 2]], [-np.inf] * 2, [6, 6], upper=5.0), np.array([0, 0]))
    folded = classes.folded
    assert (folded.rows.toarray().tolist(), folded.row_upper.tolist()) == ([[2.0]], [12.0])
    assert (folded.upper.tolist(), folded.row_lower.tolist()) == ([10.0], [-np.inf])


def test_who_has_been_on_longest_stops_first_and_who_has_been_off_longest_starts_first() -> None:
    """
    B has been on for 9 h, a for 2: of two on, one is to go: b. Of b and c (off for 5), one is to come: c.

        on   2 a,b    1 a    2 a,c    0
    """
    given = np.array([2, 1, 2, 0]), np.array([True, True, False]), np.array([2.0, 9.0, 5.0])
    assert told_apart(*given, 2).astype(int).tolist() == [[1, 1, 0], [1, 0, 0], [1, 0, 1], [0, 0, 0]]
    assert told_apart(*given, 1).astype(int).tolist() == [[1, 1, 0], [1, 0, 0], [1, 1, 0], [0, 0, 0]]


@settings(deadline=None, max_examples=200)
@given(data=st.data())
def test_units_told_apart_keep_the_minimum_times_that_their_sums_keep(data: st.DataObject) -> None:
    """
    Any number of units on that keeps the windows, starts and stops before the horizon counted:

        sum( v[k], t-UT < k <= t )  <=  on[t],        sum( w[k], t-DT < k <= t )  <=  units - on[t]
    """
    units, up, down = (data.draw(st.integers(1, 5)) for _ in range(3))
    before = [data.draw(st.tuples(st.booleans(), st.integers(1, 8))) for _ in range(units)]
    events = [(-hours, is_on) for is_on, hours in before]  # when who changed, to what
    on, counts = sum(is_on for is_on, _ in before), []
    for t in range(14):
        young = sum(is_on and t - up < k for k, is_on in events)
        rested = sum(not is_on and t - down < k for k, is_on in events)
        change = data.draw(st.integers(-max(0, on - young), max(0, units - on - rested)))
        events += [(t, change > 0)] * abs(change)
        on += change
        counts.append(on)
    was_on, hours = (np.array(column) for column in zip(*before, strict=True))
    table = told_apart(np.array(counts), was_on, hours, down)
    assert table.sum(axis=1).tolist() == counts
    for k, (is_on, age) in enumerate(before):
        assert too_short_runs(table[:, k], is_on, age, up, down) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_classes_of_a_problem_before_give_the_fold_that_fresh_ones_give(seed: int) -> None:
    """The caps of all rows move by the same share, as those of response do in a sweep."""
    fleet = drawn(seed)
    alike, before = fleet.anatomy.alike, fleet.classes
    moved = replace(fleet.problem, row_upper=fleet.problem.row_upper * 1.25, cost=fleet.problem.cost * 1.5)
    again, fresh = classes_of(moved, alike, before), classes_of(moved, alike)
    assert again.folded.rows is before.folded.rows
    assert np.array_equal(again.column_class_index, fresh.column_class_index)
    for name in ("cost", "lower", "upper", "integer", "row_lower", "row_upper"):
        assert np.array_equal(getattr(again.folded, name), getattr(fresh.folded, name)), name


@pytest.mark.parametrize("part", ["cost", "lower", "upper"])
def test_classes_of_a_problem_before_are_not_taken_over_where_a_twin_differs_now(part: str) -> None:
    fleet = three()
    twin = int(np.flatnonzero(fleet.classes.size_count[fleet.classes.column_class_index] > 1)[0])
    value = getattr(fleet.problem, part).astype(float).copy()
    value[twin] += 0.25 if part != "upper" else -0.25
    changed = replace(fleet.problem, **{part: value})
    again = classes_of(changed, fleet.anatomy.alike, fleet.classes)
    assert again.size_count[again.column_class_index[twin]] == 1
    assert np.array_equal(again.column_class_index, classes_of(changed, fleet.anatomy.alike).column_class_index)
