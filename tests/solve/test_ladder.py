from __future__ import annotations

import itertools
import time
from dataclasses import replace

import highspy
import numpy as np
import pytest

from dispatch.case.case import Limits
from dispatch.case.demand_response import FILL, REDUCE, SHIFT
from dispatch.run import run
from dispatch.schedule.hashes import case_sha256
from dispatch.schedule.outcome import Outcome, Status
from dispatch.solve import highs, ladder, polish, relaxation, session
from dispatch.solve.anatomy import Anatomy
from dispatch.solve.climb import Climb, Kept, Known, Search
from dispatch.solve.highs import Answer, Orders, Report, ran
from dispatch.solve.ladder import climbed
from dispatch.solve.problem import Problem
from tests.answers import EXACT, outcome_of
from tests.pace import slowed_s
from tests.small import SUMMER_DAY, contract, gas_unit, one_bus_facts, plant, small_case, store, unit
from tests.solve.arrays import cover, market_split, problem
from tests.solve.fleets import anatomy_with, drawn, exactly, too_short_runs

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
    assert time.monotonic() - began < 2.0 * 1.1 + slowed_s(1.0)


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


@pytest.mark.parametrize("seed", range(8))
def test_the_ladder_meets_the_optimum_of_single_units(seed: int) -> None:
    """Identical units folded, rounded and told apart on the way; the optimum by plain HiGHS without any of it."""
    fleet = drawn(seed)
    assert not fleet.classes.is_plain
    optimum = exactly(fleet.problem).objective_cny
    found, status, proof = climbed(fleet.problem, search(), silent, Known(fleet.anatomy))
    assert status is Status.OPTIMAL
    assert proof.objective_cny == pytest.approx(optimum, rel=2e-6)
    assert proof.bound_cny is not None
    assert proof.bound_cny <= optimum * (1 + 1e-7)
    for k in range(len(fleet.facts.units)):
        own, state = fleet.anatomy, fleet.case.units[k]
        assert found.x is not None
        limits = int(own.steps_before_count[k]), int(own.up_count[k]), int(own.down_count[k])
        assert too_short_runs(found.x[own.on_index[:, k]].round(), state.on, *limits) == []


@pytest.mark.parametrize("seed", range(4))
def test_the_schedule_of_each_folded_unit_passes_the_audit(seed: int) -> None:
    fleet = drawn(seed)
    outcome = run(fleet.case, fleet.facts, EXACT)
    assert outcome.status is Status.OPTIMAL, outcome.reason
    assert outcome.audit is not None
    assert outcome.audit.passed


def identical_pair() -> Anatomy:
    """Two columns that say that two identical units are on, in one step."""
    none, ones = np.zeros((1, 0), dtype=int), np.ones(2, dtype=int)
    return anatomy_with(
        on_index=np.array([[0, 1]]),
        mode_index=none,
        charge_index=none,
        discharge_index=none,
        unit_index=np.arange(2),
        alike=np.zeros(2, dtype=int),
        on_before=np.zeros(2, dtype=bool),
        steps_before_count=ones * 99.0,
        up_count=ones,
        down_count=ones,
    )


def test_what_only_single_units_contradict_is_infeasible_too() -> None:
    """2 x = 1 and 2 y = 1: the sum of both may be 1, and neither may be a half."""
    given = problem([1, 1], [[2, 0], [0, 2]], [1, 1], [1, 1])
    found, status, _ = climbed(given, search(), silent, Known(identical_pair()))
    assert status is Status.INFEASIBLE
    assert "full search of single units" in found.steps[-1]


def test_a_grid_without_thermal_units_is_solved() -> None:
    """Wind of 40 MW at a load of 30 in every hour, and a battery that may do nothing."""
    facts = one_bus_facts(
        load_mw=30.0,
        plants=(plant("wind", bus="a"),),
        stores=(store("battery", bus="a"),),
        available_share={"wind": 0.2},
    )
    outcome = outcome_of(facts, hours=3)
    assert outcome.status is Status.OPTIMAL
    assert outcome.proof.objective_cny == pytest.approx(3 * 10 * 500.0)


@pytest.fixture(scope="module")
def sweep() -> list[tuple[Outcome, Outcome]]:
    """Six response shares, up and down: each from what the last one left, and cold."""
    contracts = tuple(contract(kind, kind, bus_shares=(("a", 1.0),)) for kind in (REDUCE, SHIFT, FILL))
    facts = replace(FACTS, contracts=contracts)
    kept, limits = Kept(), Limits(gap_share=1e-3, time_s=60.0)
    cases = [small_case(facts, start=SUMMER_DAY, response_share=share) for share in (0, 0.02, 0.05, 0.1, 0.03, 0)]
    return [(run(case, facts, limits, kept=kept), run(case, facts, limits)) for case in cases]


def test_a_kept_search_proves_what_a_cold_one_proves(sweep: list[tuple[Outcome, Outcome]]) -> None:
    """Both intervals from bound to objective hold the optimum, so that they meet."""
    for pair in sweep:
        kept, cold = (outcome.proof for outcome in pair)
        assert [outcome.status for outcome in pair] == [Status.OPTIMAL] * 2
        for own, other in ((kept, cold), (cold, kept)):
            assert own.bound_cny is not None
            assert other.objective_cny is not None
            assert own.bound_cny <= other.objective_cny * (1 + 1e-9)
        assert kept.gap_share is not None
        assert kept.gap_share <= 1e-3
    assert sweep[3][0].proof.bound_cny < sweep[0][0].proof.objective_cny  # type: ignore[operator]


def test_a_kept_search_starts_warm_from_the_second_on(sweep: list[tuple[Outcome, Outcome]]) -> None:
    steps = [outcome.certificate.steps for outcome, _ in sweep if outcome.certificate is not None]
    assert [own[0].startswith("warm relaxation") for own in steps] == [False] + [True] * 5
    assert all(own[1].startswith("commitment of before") for own in steps[1:])


def test_what_is_kept_of_another_structure_is_left_aside() -> None:
    """A search over five columns after one over nine starts cold, and is right."""
    kept = Kept()
    climbed(cover(1), search(), silent, kept=kept)
    other = cover(2, columns=5)
    found, _, proof = climbed(other, search(), silent, kept=kept)
    assert found.steps[0] == "relaxation of before left aside: it has other rows"
    assert found.steps[1].startswith("relaxation")
    assert "commitment of before left aside: it is of another case" in found.steps
    assert proof.objective_cny == pytest.approx(best_of_all(other))


def hidden_split() -> Problem:
    """A market split whose box holds no point: 2 x + y = 2 with y from 1 on is x = 1/2 relaxed, and y = 2 in whole."""
    split = market_split()
    rows, columns = split.rows.shape
    table = np.zeros((rows + 1, columns + 2))
    table[:rows, :columns], table[rows, columns:] = split.rows.toarray(), (2.0, 1.0)
    cost, sides = np.concatenate([split.cost, [0.0, 1.0]]), np.concatenate([split.row_lower, [2.0]])
    whole, upper = np.concatenate([split.integer, [True, True]]), np.concatenate([split.upper, [1.0, 2.0]])
    given = problem(cost, table, sides, sides, integer=whole.tolist(), upper=upper)
    given.lower[-1] = 1.0
    return given


@pytest.mark.parametrize("given", [market_split(), hidden_split()], ids=["split", "hidden"])
def test_a_wish_to_stop_ends_a_long_search_and_keeps_its_point(given: Problem) -> None:
    """Said after 1.5 s of a search that takes minutes: over within another second, with a point and a bound."""
    began = time.monotonic()
    wish = Search(began + 60.0, 1e-6, stop=lambda: time.monotonic() > began + 1.5)
    found, status, proof = climbed(given, wish, silent)
    assert time.monotonic() - began < 1.5 + slowed_s(1.0)
    assert status is Status.FEASIBLE
    assert found.x is not None
    assert given.value(found.x) == pytest.approx(proof.objective_cny)
    assert (np.abs(given.rows @ found.x - given.row_lower) < 1e-6).all()


def test_a_wish_to_stop_from_the_first_has_no_solution() -> None:
    _, status, _ = climbed(market_split(), Search(time.monotonic() + 60.0, 1e-6, stop=lambda: True), silent)
    assert status in {Status.NO_SOLUTION, Status.FEASIBLE}


def test_no_run_may_go_on_for_more_than_a_second_past_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of four seconds one is kept back for the last LP, which may run into the fifth; the other rungs end at three."""
    ends: list[tuple[bool, float]] = []

    def noted(highs: highspy.Highs, orders: Orders, report: Report, *, is_integer: bool) -> Answer:
        ends.append((is_integer, orders.deadline_s))
        return ran(highs, orders, report, is_integer=is_integer)

    for module in (highs, session):
        monkeypatch.setattr(module, "ran", noted)
    began = time.monotonic()
    climbed(hidden_split(), Search(began + 4.0, 1e-6), silent)
    relaxation, *rungs = ends
    assert not relaxation[0]
    assert {is_integer for is_integer, _ in rungs} == {True, False}
    for is_integer, end in rungs:
        assert end == pytest.approx(began + (3.0 if is_integer else 5.0), abs=0.1)


def test_the_point_and_bound_told_never_get_worse() -> None:
    """What is told in two seconds is at least once a second, and each time as good as before."""
    told: list[tuple[float | None, float | None]] = []
    began = time.monotonic()
    climbed(market_split(), Search(began + 2.0, 1e-6), lambda *news: told.append(news))
    assert len(told) >= time.monotonic() - began
    for place, better in ((0, -1), (1, 1)):
        known = [better * news[place] for news in told if news[place] is not None]  # type: ignore[operator]
        assert known == sorted(known)
        assert known


@pytest.mark.parametrize("seed", range(6))
def test_the_dear_rungs_alone_keep_bound_and_point_on_either_side_of_the_optimum(seed: int) -> None:
    """No box before them: the wider box and the full search, each from a rounded point."""
    fleet = drawn(seed)
    optimum = exactly(fleet.problem).objective_cny
    for rungs in ((ladder._widen,), (ladder._search_folded,)):
        asked = search(gap_share=1e-3)
        climb = Climb(fleet.problem, Known(fleet.anatomy), asked, silent, Kept(), fleet.classes, asked.deadline_s)
        for rung in (relaxation.relax, ladder._round, *rungs):
            rung(climb)
        assert climb.found.bound_cny <= optimum * (1 + 1e-7)
        assert climb.found.objective_cny >= optimum * (1 - 1e-7)
    assert climb.done


@pytest.mark.parametrize("seed", range(6))
def test_a_point_priced_from_the_basis_of_another_costs_what_it_costs_from_nothing(seed: int) -> None:
    fleet = drawn(seed)
    optimum = exactly(fleet.problem)
    assert optimum.x is not None
    orders = Orders(time.monotonic() + 10.0)
    others = np.where(fleet.problem.integer, fleet.problem.upper, optimum.x)
    kept = polish.priced(fleet.problem, others, orders, Known(), silent)[2]
    warm, _, same = polish.priced(fleet.problem, optimum.x, orders, Known(), silent, kept)
    cold = polish.priced(fleet.problem, optimum.x, orders, Known(), silent)[0]
    assert same is kept
    assert warm.objective_cny == pytest.approx(cold.objective_cny, rel=1e-9)
    assert warm.objective_cny == pytest.approx(optimum.objective_cny, rel=1e-6)
