from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from dispatch.case.case import Limits
from dispatch.errors import SolverFailed
from dispatch.run import run
from dispatch.schedule.outcome import Status
from dispatch.schedule.progress import silent
from dispatch.solve.duals import Duals, checks_of
from dispatch.solve.highs import Orders
from dispatch.solve.prices import Priced
from dispatch.solve.pricing import report_of, with_prices
from dispatch.solve.problem import problem_of
from dispatch.solve.session import Session
from dispatch.solve.solve import Asked, Clock
from tests.small import SUMMER_DAY, small_case, small_facts
from tests.solve.priced import World, world_of

CHECKS = [
    "prices-schedule",
    "prices-signs",
    "prices-strong_duality",
    "prices-complementary_slackness",
    "prices-congestion",
]


@pytest.fixture(scope="module")
def world() -> World:
    return world_of(small_facts(), hours=4, response_share=0.02)


def priced(world: World, row: int | None = None, by: float = 0.0) -> Priced:
    """The LP of a world and its duals, one of which is off."""
    problem = problem_of(world.model)
    assert world.solution.point_x is not None
    lower, upper = problem.lower.copy(), problem.upper.copy()
    lower[problem.integer] = upper[problem.integer] = np.round(world.solution.point_x[problem.integer])
    session = Session(problem.boxed(lower, upper), Orders(time.monotonic() + 60))
    answer = session.solve(Orders(time.monotonic() + 60))
    assert answer.x is not None
    price = session.row_prices()
    if row is not None:
        price[row] += by
    return Priced(world.model, world.case, world.facts, world.inputs, Duals(session.problem, answer.x, price))


def test_every_price_is_checked_and_passes(world: World) -> None:
    assert [check.rule for check in world.report.checks] == CHECKS
    assert all(check.largest_violation <= check.tolerance for check in world.report.checks)
    assert world.report.reason == ""


def test_one_wrong_dual_and_no_price_is_shown(world: World) -> None:
    """One balance off by 1 CNY/MWh, in each bus and step: somewhere a check fails, and its name is told."""
    for row in world.model.rows["Bus-nodal_balance"].numbers.ravel():
        report = report_of(priced(world, int(row), 1.0), world.solution)
        assert report.tables is None
        assert "prices-" in report.reason


def test_a_point_that_is_not_optimal_fails_strong_duality(world: World) -> None:
    """More net import than is best, at any price but the best: c x no longer equals what sides and bounds are worth."""
    right = priced(world)
    x = right.duals.x.copy()
    x[world.model.variables["Curtailment-p"].columns] += 1.0
    failed = {c.rule for c in checks_of(replace(right.duals, x=x)) if c.largest_violation > c.tolerance}
    assert "prices-strong_duality" in failed


def test_a_schedule_that_costs_something_else_has_no_prices(world: World) -> None:
    proof = replace(world.solution.proof, objective_cny=(world.solution.proof.objective_cny or 0.0) * 1.01)
    report = report_of(priced(world), replace(world.solution, proof=proof))
    assert report.tables is None
    assert "prices-schedule" in report.reason


def test_without_time_there_are_no_prices_and_the_reason(world: World) -> None:
    now = time.monotonic()
    late = Clock(now - 20.0, now - 10.0)
    asked = Asked(world.case, world.facts, world.inputs)
    solution = with_prices(world.model, asked, replace(world.solution, prices=None), Limits(prices=True), late, silent)
    assert solution.prices is not None
    assert solution.prices.tables is None
    assert "time" in solution.prices.reason
    assert solution.schedule is not None


def test_prices_are_a_station_of_the_run_and_only_where_asked_for() -> None:
    facts = small_facts()
    case = small_case(facts, hours=3)
    with_them, without = (run(case, facts, Limits(0.001, 60.0, prices=asked)) for asked in (True, False))

    assert "pricing" in dict(with_them.seconds)
    assert "pricing" not in dict(without.seconds)
    assert without.prices is None
    assert with_them.prices is not None
    assert with_them.prices.tables is not None
    assert with_them.proof.objective_cny == pytest.approx(without.proof.objective_cny, rel=1e-3)


def test_an_infeasible_case_has_no_prices() -> None:
    facts = small_facts()
    case = small_case(facts, hours=2)
    outcome = run(replace(case, scales=replace(case.scales, load_share=4.0)), facts, Limits(0.001, 60.0, prices=True))
    assert outcome.status is Status.INFEASIBLE
    assert outcome.prices is None


def test_a_horizon_in_windows_has_prices_too() -> None:
    """Three days, solved in windows: the LP of the prices is of all of them, and its schedule is the one shown."""
    facts = small_facts()
    outcome = run(small_case(facts, hours=72, start=SUMMER_DAY), facts, Limits(0.01, 120.0, prices=True))
    assert outcome.prices is not None
    assert outcome.prices.tables is not None, outcome.prices.reason
    assert outcome.audit is not None
    assert outcome.audit.passed
    assert outcome.prices.tables.price_cny_per_mwh.shape == (72, len(facts.buses))


def test_a_solver_that_gives_up_on_the_prices_leaves_the_schedule(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def given_up(*_: object) -> None:
        message = "no method of HiGHS solves the relaxation"
        raise SolverFailed(message)

    monkeypatch.setattr("dispatch.solve.pricing.solved_as_lp", given_up)
    asked, limits = Asked(world.case, world.facts, world.inputs), Limits(prices=True)
    solution = with_prices(world.model, asked, world.solution, limits, Clock.of(limits), silent)
    assert solution.schedule is not None
    assert solution.prices is not None
    assert solution.prices.tables is None
    assert "no method" in solution.prices.reason
