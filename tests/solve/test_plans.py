"""Whole plans of plants by unit, around the relaxation and around whole units."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import inputs_of
from dispatch.case.pumped_hydro import LowerReservoir
from dispatch.case.storage import StoreState
from dispatch.model.build import built
from dispatch.solve import ladder, relaxation
from dispatch.solve.anatomy import NO_PLANT, anatomy_of
from dispatch.solve.climb import Climb, Kept, Known, Search
from dispatch.solve.highs import Orders, solved_by_highs, unheard
from dispatch.solve.identical import classes_of
from dispatch.solve.plans import Plans, best_plans, planned
from dispatch.solve.problem import problem_of
from tests.model.worlds import free_unit
from tests.small import (
    SUMMER_DAY,
    lake,
    one_bus_facts,
    plant,
    pump_group,
    pumped_hydro,
    small_case,
    unit,
)
from tests.solve.arrays import is_a_point_of

HOURS = 8
COARSE = {"generate_min_mw": 17.0, "generate_max_mw": 35.0, "pump_min_mw": 35.0, "pump_max_mw": 35.0}


def world(seed: int) -> tuple[GridFacts, Case]:
    """Two lakes, one of coarse units; two coal units, and dear power; a load and a wind drawn at random."""
    random = np.random.default_rng(seed)
    coarse = pumped_hydro(
        "tarn",
        power_mw=70.0,
        level_max_mwh=300.0,
        groups=(
            pump_group("tarn fixed", generate_min_mw=17.0, generate_max_mw=35.0, pump_min_mw=35.0, pump_max_mw=35.0),
        ),
        lower=LowerReservoir(0.0, 300.0, 300.0),
    )
    facts = one_bus_facts(
        unit("coal_1"),
        unit("coal_2"),
        free_unit("dear", 900.0),
        load_mw=(random.uniform(150.0, 420.0, 24)).tolist(),
        plants=(plant("wind", bus="a"),),
        available_share={"wind": random.uniform(0.0, 1.0, 24).tolist()},
        stores=(lake(), coarse),
    )
    states = (StoreState("lake", 50.0, 50.0), StoreState("tarn", 100.0, 100.0))
    return facts, small_case(facts, hours=HOURS, start=SUMMER_DAY, stores=states)


def climb_of(seed: int) -> Climb:
    """A search whose relaxation is solved."""
    facts, case = world(seed)
    inputs = inputs_of(case, facts)
    model = built(case, facts, inputs)
    problem, anatomy = problem_of(model), anatomy_of(model, case, facts, inputs)
    search = Search(time.monotonic() + 60.0, 1e-6)
    classes = classes_of(problem, anatomy.alike)
    climb = Climb(problem, Known(anatomy), search, unheard, Kept(), classes, search.deadline_s)
    relaxation.relax(climb)
    return climb


def test_the_plant_with_the_largest_pump_is_planned_first() -> None:
    """The tarn pumps 35 MW at a time, the lake 20: the lake fills in between."""
    anatomy = climb_of(0).known.anatomy
    assert anatomy is not None
    assert anatomy.plants == (1, 0)


@pytest.mark.parametrize("seed", range(6))
def test_every_plan_is_whole_and_the_rest_can_follow_it(seed: int) -> None:
    climb = climb_of(seed)
    anatomy = climb.known.anatomy
    assert anatomy is not None
    folded_x = planned(climb, anatomy).x
    assert folded_x is not None
    x = climb.classes.spread(folded_x)
    own = (anatomy.plant_index != NO_PLANT) & climb.problem.integer
    assert np.abs(x[own] - np.round(x[own])).max() < 1e-6
    assert climb.problem.value(x) >= climb.found.bound_cny - 1e-3
    fits = is_a_point_of(climb.problem.relaxed(), x)
    assert fits


@pytest.mark.parametrize("seed", range(6))
def test_plans_around_whole_units_are_a_point_of_the_problem_near_its_optimum(seed: int) -> None:
    """Each turn may only gain; the units are those of the optimum, so that what is lost is lost by plans alone."""
    climb = climb_of(seed)
    anatomy = climb.known.anatomy
    assert anatomy is not None
    orders = Orders(time.monotonic() + 60.0, 1e-6)
    optimum = solved_by_highs(climb.classes.folded, orders)
    assert optimum.x is not None

    whole_x = best_plans(climb, anatomy, optimum.x)
    assert whole_x is not None
    fits, value = is_a_point_of(climb.classes.folded, whole_x), climb.classes.folded.value(whole_x)
    assert fits
    assert optimum.objective_cny - 1e-3 <= value <= 1.1 * optimum.objective_cny


@pytest.mark.parametrize("seed", range(6))
def test_planning_each_plant_anew_never_costs_more(seed: int) -> None:
    climb = climb_of(seed)
    anatomy = climb.known.anatomy
    assert anatomy is not None
    folded = climb.classes.folded
    plans = Plans(climb, anatomy, folded.lower, folded.upper)
    assert plans.relax()
    plans.take_turns()
    for _ in range(2):
        before = plans.objective_cny
        plans.improve()
        assert plans.objective_cny <= before
        assert plans.x is not None
        assert folded.value(plans.x) == pytest.approx(plans.objective_cny)


def test_units_that_leave_the_plants_no_way_have_no_plans() -> None:
    """Nothing is on: the load of an hour is more than both lakes give."""
    climb = climb_of(0)
    anatomy = climb.known.anatomy
    assert anatomy is not None
    assert climb.relaxed_x is not None
    none_on = climb.relaxed_x.copy()
    none_on[climb.classes.column_class_index[anatomy.on_index]] = 0.0
    assert best_plans(climb, anatomy, none_on) is None


def test_units_first_is_a_rung_of_grids_with_plants_by_unit_alone() -> None:
    climb = climb_of(1)
    ladder._units_first(climb)
    assert climb.found.x is not None
    assert climb.found.steps[-1].startswith("units first")
    fits = is_a_point_of(climb.problem, climb.found.x)
    assert fits

    assert climb.known.anatomy is not None
    without = climb_of(1)
    without.known = Known(replace(climb.known.anatomy, plants=()))
    ladder._units_first(without)
    assert without.found.x is None
