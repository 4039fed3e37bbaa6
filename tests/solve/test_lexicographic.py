from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dispatch.audit import audited
from dispatch.case.case import Limits
from dispatch.case.facts import GridFacts, ReserveRule
from dispatch.case.objective import ABSORPTION_FIRST, CO2, COST
from dispatch.case.thermal import CostCurve
from dispatch.run import run
from dispatch.schedule.outcome import GridMetrics, Outcome, Status
from dispatch.solve import lexicographic
from dispatch.solve.highs import Orders, solved_by_highs
from dispatch.solve.problem import Problem, problem_of
from tests.answers import EXACT
from tests.model.worlds import free_unit
from tests.small import (
    GRID,
    SUMMER_DAY,
    curve,
    interface,
    one_bus_facts,
    one_start,
    plant,
    small_case,
    small_facts,
    store,
)
from tests.solve.priced import world_of

NO_RESERVE = (ReserveRule(GRID, 0.0, 0.0, 0.0, largest_unit=False),)


def windy(**changes: Any) -> GridFacts:
    """A coal unit of 100 to 400 MW at 200 CNY/MWh, on, 50,000 CNY a start; a dear unit; 150 MW of wind in hour 0."""
    coal = free_unit("coal", 200.0, 400.0, output_min_mw=100.0, heating_output_min_mw=100.0)
    coal = replace(coal, start_types=one_start(50_000.0), curve=curve([100.0, 400.0], [200.0], 20_000.0))
    parts: dict[str, Any] = {
        "plants": (plant("wind", bus="a", capacity_mw=150.0),),
        "available_share": {"wind": [1.0] + [0.0] * 23},
        "reserve_rules": NO_RESERVE,
    }
    loads = [200.0] + [400.0] * 23
    return one_bus_facts(coal, free_unit("dear", 1000.0, 400.0), load_mw=loads, **{**parts, **changes})


def answer(facts: GridFacts, objective: str, hours: int = 2, limits: Limits = EXACT, **case: Any) -> Outcome:
    return run(small_case(facts, hours=hours, start=SUMMER_DAY, objective=objective, **case), facts, limits)


def total(outcome: Outcome) -> GridMetrics:
    assert outcome.metrics is not None, outcome.reason
    return outcome.metrics.total


def test_least_cost_curtails_what_absorption_first_pays_a_start_for() -> None:
    """
    Hour 0: 200 MW of load, 150 of wind; hour 1: 400 MW of load, no wind.

    Least cost keeps coal on at its 100 MW: 50 MWh curtailed (25,000 CNY of penalty), 100 x 200 + 400 x 200 = 100,000.
    Absorption first stops it: 50 MW dear for an hour (50,000), a start (50,000), 400 x 200 = 80,000, nothing curtailed.
    A MWh absorbed costs (180,000 - 100,000) / 50 = 1,600 CNY.
    """
    cheap, first = answer(windy(), COST), answer(windy(), ABSORPTION_FIRST)

    assert total(cheap).curtailed_mwh == pytest.approx(50)
    assert cheap.proof.objective_cny == pytest.approx(125_000)
    assert cheap.proof.aim is None
    assert total(first).curtailed_mwh == pytest.approx(0, abs=1e-3)
    assert first.proof.objective_cny == pytest.approx(180_000, rel=1e-5)
    dearer_cny = total(first).cost.total_cny - total(cheap).cost.total_cny
    assert dearer_cny / (total(first).absorbed_mwh - total(cheap).absorbed_mwh) == pytest.approx(1600, rel=1e-3)


def test_the_proof_says_what_was_found_first_and_what_the_gap_is_of() -> None:
    """Of 150 MWh all are absorbed: 0 left, proven; the gap is of the 180,000 CNY within that limit."""
    outcome = answer(windy(), ABSORPTION_FIRST)
    aim = outcome.proof.aim

    assert outcome.status is Status.OPTIMAL
    assert aim is not None
    assert (aim.objective, aim.unit, aim.proven) == (ABSORPTION_FIRST, "MWh", True)
    assert aim.least == pytest.approx(0, abs=1e-3)
    assert aim.bound == pytest.approx(0, abs=1e-3)
    assert aim.limit == pytest.approx(0, abs=1e-3)
    assert outcome.proof.bound_cny == pytest.approx(180_000, rel=1e-5)


def test_least_carbon_burns_gas_where_coal_is_cheaper() -> None:
    """
    100 MWh: coal at 200 CNY and 0.9 t, gas at 500 CNY and 0.4 t. Cheapest: 20,000 CNY and 90 t; least: 50,000 and 40 t.

    A tonne less costs 30,000 / 50 = 600 CNY, on average and at the margin.
    """
    coal = replace(free_unit("coal", 200.0), curve=CostCurve((0.0, 300.0), (0.0, 60_000.0), (0.0, 270.0)))
    gas = replace(free_unit("gas", 500.0), curve=CostCurve((0.0, 300.0), (0.0, 150_000.0), (0.0, 120.0)))
    facts = one_bus_facts(coal, gas, load_mw=100.0, reserve_rules=NO_RESERVE)
    cheap, least = answer(facts, COST, 1), answer(facts, CO2, 1, replace(EXACT, prices=True))

    assert (total(cheap).carbon_tco2, total(cheap).cost.total_cny) == pytest.approx((90, 20_000))
    assert (total(least).carbon_tco2, total(least).cost.total_cny) == pytest.approx((40, 50_000), rel=1e-4)
    assert least.prices is not None
    assert least.prices.carbon_cny_per_tco2 == pytest.approx(600)
    assert least.prices.absorption_cny_per_mwh is None


def test_carbon_that_bends_where_fuel_does_not_is_seen() -> None:
    """
    Two units of 100 MW, fuel at 200 CNY/MWh throughout. One gives 0.5 t/MWh up to 50 MW and 1.5 beyond, the other 1.

    100 MWh: 50 of each, 25 + 50 = 75 t; all from the first would be 100 t, all from the second 100 t.
    """
    bent = CostCurve((0.0, 50.0, 100.0), (0.0, 10_000.0, 20_000.0), (0.0, 25.0, 100.0))
    even = CostCurve((0.0, 100.0), (0.0, 20_000.0), (0.0, 100.0))
    units = [replace(free_unit(n, 200.0, 100.0), curve=c) for n, c in (("bent", bent), ("even", even))]
    facts = one_bus_facts(*units, load_mw=100.0, reserve_rules=NO_RESERVE)
    outcome = answer(facts, CO2, 1)

    assert outcome.schedule is not None
    assert total(outcome).carbon_tco2 == pytest.approx(75, abs=0.01)
    assert outcome.schedule.output_mw.iloc[0].tolist() == pytest.approx([50, 50], abs=0.05)


def test_a_plan_is_not_left_to_absorb_more() -> None:
    """The neighbour would take 80 MW of surplus at 2,000 CNY/MWh; absorption first leaves his plan as it stands."""
    outcome = answer(_with_tie(), ABSORPTION_FIRST)

    assert outcome.schedule is not None
    assert outcome.schedule.under_plan_mw.to_numpy().max() == pytest.approx(0, abs=1e-3)
    assert total(outcome).curtailed_mwh == pytest.approx(30)


def _with_tie() -> GridFacts:
    """120 MW of load in hour 0, 150 of wind, and a tie that is planned at nothing."""
    facts = windy(interfaces=(interface("tie", bus="a"),), net_import_mw={"tie": 0.0})
    load = facts.year.load_mw.copy()
    load[::24] = 120.0
    return replace(facts, year=replace(facts.year, load_mw=load))


def test_surplus_is_not_burnt_in_round_trips() -> None:
    """
    200 MW of wind, 100 of load, three hours, a store that may charge and discharge in turn: no use for any of it.

    Least curtailment alone would charge 40 MW in hour 0, give them back in hour 1, and call what is lost absorbed.
    """
    facts = one_bus_facts(
        free_unit("dear", 1000.0),
        load_mw=100.0,
        plants=(plant("wind", bus="a", capacity_mw=200.0),),
        available_share={"wind": 1.0},
        stores=(store("battery", bus="a"),),
        reserve_rules=NO_RESERVE,
    )
    outcome = answer(facts, ABSORPTION_FIRST, 3)

    assert outcome.schedule is not None
    assert outcome.schedule.charge_mw.to_numpy().sum() == pytest.approx(0, abs=0.01)
    assert total(outcome).curtailed_mwh == pytest.approx(300, abs=0.01)


def test_the_price_of_a_held_row_that_does_not_bind_is_nothing() -> None:
    """All wind is absorbed; the limit lies above that by the tolerance, and least cost would curtail no more: 0."""
    facts = windy()
    world = world_of(facts, replace(EXACT, gap_share=1e-4), hours=2, start=SUMMER_DAY, objective=ABSORPTION_FIRST)
    assert world.report.absorption_cny_per_mwh == pytest.approx(0, abs=1e-6)


def test_the_audit_recomputes_what_was_sought() -> None:
    """One MWh more told as held than there is: the rule, and only it, says so."""
    facts = windy()
    case = small_case(facts, hours=2, start=SUMMER_DAY, objective=ABSORPTION_FIRST)
    outcome = run(case, facts, EXACT)
    assert outcome.schedule is not None
    assert outcome.proof.aim is not None
    assert outcome.audit is not None
    assert outcome.audit.passed

    wrong = replace(outcome.proof, aim=replace(outcome.proof.aim, held=1.0))
    report = audited(case, facts, outcome.schedule, wrong)
    assert {breach.rule for breach in report.breaches} == {"objective-first"}


def test_the_first_value_is_least_by_a_plain_search_too() -> None:
    """Two hours of the windy grid by one plain run of HiGHS on what is sought: the same least, offset and all."""
    world = world_of(windy(), hours=2, start=SUMMER_DAY, objective=ABSORPTION_FIRST)
    first = world.model.first
    assert first is not None
    cost = np.bincount(first.sought.labels, weights=first.sought.factors, minlength=world.model.column_count)
    problem = replace(problem_of(world.model), cost=cost, constant=first.offset)
    plain = solved_by_highs(problem, Orders(time.monotonic() + 60, gap_share=0.0))
    aim = world.solution.proof.aim
    assert aim is not None
    assert plain.objective_cny == pytest.approx(-150)
    assert plain.bound_cny == pytest.approx(-150)
    assert aim.least == pytest.approx(plain.objective_cny - first.offset, abs=1e-4)


@pytest.mark.parametrize(("limit", "found"), [(-149.0, True), (-151.0, False)])
def test_a_limit_and_a_target_count_the_constant(limit: float, found: bool) -> None:
    """The optimum is -150, the constant included: a cut-off above it leaves it, one below it does not."""
    world = world_of(windy(), hours=2, start=SUMMER_DAY, objective=ABSORPTION_FIRST)
    first = world.model.first
    assert first is not None
    cost = np.bincount(first.sought.labels, weights=first.sought.factors, minlength=world.model.column_count)
    problem = replace(problem_of(world.model), cost=cost, constant=first.offset)
    answer = solved_by_highs(problem, Orders(time.monotonic() + 60, gap_share=0.0, limit_cny=limit, target_cny=limit))
    assert (answer.x is not None) is found
    assert answer.bound_cny <= -150 + 1e-6


def test_a_search_without_time_tells_what_it_has() -> None:
    outcome = answer(windy(), ABSORPTION_FIRST, 2, Limits(1e-7, 1e-3))
    assert outcome.status in {Status.NO_SOLUTION, Status.FEASIBLE}
    assert (outcome.schedule is None) is (outcome.status is Status.NO_SOLUTION)
    assert outcome.audit.passed if outcome.audit is not None else outcome.reason


@pytest.mark.parametrize("objective", [ABSORPTION_FIRST, CO2])
def test_what_the_first_search_leaves_is_priced_before_it_is_shown(objective: str) -> None:
    """Stopped as the second search begins: the schedule passes its audit, its cost among what is recomputed."""
    facts = small_facts()
    case = small_case(facts, hours=6, objective=objective)
    stages: list[str] = []

    def stop() -> bool:
        return any(step.startswith("second") for step in stages)

    in_turn = lexicographic.held_to

    def held_to(*given: Any) -> Problem:
        stages.append("second")
        return in_turn(*given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lexicographic, "held_to", held_to)
        outcome = run(case, facts, Limits(1e-6, 60.0), stop=stop)
    assert outcome.status is Status.FEASIBLE
    assert outcome.audit is not None
    assert outcome.audit.passed
