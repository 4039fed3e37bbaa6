from __future__ import annotations

import itertools
import time
from dataclasses import replace

import numpy as np
import pytest

from dispatch.case.case import Limits
from dispatch.run import run
from dispatch.schedule.hashes import case_sha256
from dispatch.schedule.outcome import Outcome, Status
from dispatch.solve.climb import Search
from dispatch.solve.ladder import climbed
from dispatch.solve.problem import Problem
from tests.answers import outcome_of
from tests.small import SUMMER_DAY, gas_unit, one_bus_facts, plant, small_case, store, unit
from tests.solve.arrays import cover, market_split, problem

FACTS = one_bus_facts(
    unit("coal_1"),
    unit("coal_2"),
    gas_unit("gas", bus="a"),
    load_mw=[330 + 25 * (hour % 5) for hour in range(24)],
    plants=(plant("wind", bus="a"),),
    stores=(store("battery", bus="a"),),
    available_share={"wind": [0.1 * (hour % 7) for hour in range(24)]},
)


def search(seconds: float = 20.0, gap_share: float = 1e-6) -> Search:
    return Search(time.monotonic() + seconds, gap_share)


def silent(objective: float | None, bound: float | None) -> None:
    """Tell nobody."""


def best_of_all(given: Problem) -> float:
    """The optimum of a 0/1 problem with rows `>=`, by trying every point."""
    points = np.array(list(itertools.product([0.0, 1.0], repeat=len(given.cost))))
    fits = (points @ given.rows.toarray().T >= given.row_lower - 1e-9).all(axis=1)
    return float((points[fits] @ given.cost).min())


@pytest.mark.parametrize("seed", range(12))
def test_the_bound_lies_below_the_optimum_and_the_objective_within_the_gap_above_it(seed: int) -> None:
    given = cover(seed)
    optimum = best_of_all(given)
    for gap_share in (1e-6, 0.05):
        found, status, proof = climbed(given, search(gap_share=gap_share), silent)
        assert proof.objective_cny is not None
        assert proof.bound_cny is not None
        assert proof.bound_cny <= optimum + 1e-6
        assert optimum - 1e-6 <= proof.objective_cny
        assert proof.bound_cny <= proof.objective_cny + 1e-6
        assert proof.gap_share is not None
        assert proof.gap_share <= gap_share
        assert status is Status.OPTIMAL
        assert found.x is not None
        assert given.value(found.x) == pytest.approx(proof.objective_cny)


def test_an_answer_is_whole_where_it_must_be() -> None:
    found, _, _ = climbed(cover(3), search(), silent)
    assert found.x is not None
    assert set(found.x.tolist()) <= {0.0, 1.0}


def test_a_problem_without_integers_is_proven_by_its_relaxation_alone() -> None:
    """Two of three columns at prices 1, 2 and 3: 1 + 2 = 3."""
    found, status, proof = climbed(problem([1, 2, 3], [[1, 1, 1]], [2], integer=False), search(), silent)
    assert status is Status.OPTIMAL
    assert proof.objective_cny == proof.bound_cny == pytest.approx(3.0)
    assert len(found.steps) == 1


def test_a_stop_by_time_keeps_the_point_found_and_says_how_far_it_may_be_off() -> None:
    """Nobody proves a market split in two seconds; the point found is FEASIBLE, its bound below it."""
    began = time.monotonic()
    _, status, proof = climbed(market_split(), search(seconds=2.0), silent)
    assert status is Status.FEASIBLE
    assert proof.objective_cny is not None
    assert proof.bound_cny is not None
    assert proof.bound_cny < proof.objective_cny
    assert time.monotonic() - began < 2.0 * 1.1 + 1.0


@pytest.mark.parametrize("integer", [True, False])
def test_what_contradicts_itself_is_infeasible_and_has_no_numbers(integer: bool) -> None:
    """X + y at least 3 with both at most 1."""
    found, status, proof = climbed(problem([1, 1], [[1, 1]], [3], integer=integer), search(), silent)
    assert status is Status.INFEASIBLE
    assert found.x is None
    assert (proof.objective_cny, proof.bound_cny, proof.gap_share) == (None, None, None)


def test_what_only_whole_numbers_contradict_is_infeasible_too() -> None:
    """2 x + 2 y = 3 has halves, and no whole numbers."""
    found, status, _ = climbed(problem([1, 1], [[2, 2]], [3], [3]), search(), silent)
    assert status is Status.INFEASIBLE
    assert found.x is None


def test_time_that_is_over_before_any_point_is_no_solution() -> None:
    found, status, proof = climbed(cover(1), search(seconds=-1.0), silent)
    assert status is Status.NO_SOLUTION
    assert found.x is None
    assert (proof.objective_cny, proof.bound_cny, proof.gap_share) == (None, None, None)


def test_a_run_out_of_time_answers_no_solution_and_shows_nothing() -> None:
    outcome = run(small_case(FACTS, hours=2), FACTS, Limits(time_s=0.001))
    assert outcome.status is Status.NO_SOLUTION
    assert outcome.status.value == "NO_SOLUTION"
    assert (outcome.schedule, outcome.audit, outcome.metrics) == (None, None, None)
    assert (outcome.proof.objective_cny, outcome.proof.gap_share) == (None, None)
    assert "no schedule was found in 0.001 s" in outcome.reason
    assert outcome.certificate is not None
    assert outcome.certificate.schedule_sha256 == ""


@pytest.fixture(scope="module")
def twice() -> tuple[Outcome, Outcome]:
    """The same day of commitment and storage, asked twice."""
    return outcome_of(FACTS, start=SUMMER_DAY), outcome_of(FACTS, start=SUMMER_DAY)


def test_the_gap_asked_for_is_proven_on_a_day_of_commitment(twice: tuple[Outcome, Outcome]) -> None:
    proof = twice[0].proof
    assert twice[0].status is Status.OPTIMAL
    assert proof.gap_share is not None
    assert proof.gap_share <= 1e-7
    assert proof.objective_cny is not None
    assert proof.bound_cny is not None
    assert proof.bound_cny <= proof.objective_cny * (1 + 1e-9)


def test_the_same_case_has_the_same_schedule(twice: tuple[Outcome, Outcome]) -> None:
    first, second = (outcome.certificate for outcome in twice)
    assert first is not None
    assert second is not None
    assert first.schedule_sha256 == second.schedule_sha256 != ""
    assert replace(first, steps=()) == replace(second, steps=())
    assert twice[0].proof == twice[1].proof


def test_another_start_is_another_case() -> None:
    begun, rested = (small_case(FACTS, off=off) for off in ((), ("coal_2",)))
    assert case_sha256(begun) != case_sha256(rested)
    assert case_sha256(begun) == case_sha256(small_case(FACTS))
