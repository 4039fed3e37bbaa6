from __future__ import annotations

import time

import highspy
import numpy as np
import pytest

from dispatch.case.case import Case
from dispatch.case.inputs import inputs_of
from dispatch.case.thermal import UnitState
from dispatch.errors import SolverFailed
from dispatch.eve import half_full
from dispatch.grid.catalogue import facts_of
from dispatch.horizon import Horizon
from dispatch.model.build import built
from dispatch.solve.climb import Search
from dispatch.solve.highs import THREADS, Orders, solved_by_highs
from dispatch.solve.ladder import climbed
from dispatch.solve.problem import Problem, problem_of
from tests.pace import slowed_s
from tests.small import WINTER_DAY
from tests.solve.arrays import cover, market_split, problem


def within(seconds: float, **orders: object) -> Orders:
    return Orders(time.monotonic() + seconds, **orders)  # type: ignore[arg-type]


def silent(objective: float | None, bound: float | None) -> None:
    """Tell nobody."""


def real_problem() -> Problem:
    """Twelve winter hours of the real Hebei South with 5 % response, every unit on before."""
    facts = facts_of("hebei_south", 2030)
    units = tuple(UnitState(u.name, True, 240.0, u.heating_output_min_mw) for u in facts.units)
    case = Case("hebei_south", 2030, Horizon(WINTER_DAY, 12), units, half_full(facts.stores), response_share=0.05)
    inputs = inputs_of(case, facts)
    return problem_of(built(case, facts, inputs))


@pytest.mark.parametrize("threads", [1, 4])
def test_it_runs_after_another_user_of_highs_with_other_threads(threads: int) -> None:
    """HiGHS keeps its first thread count for a whole process, and refuses another one afterwards."""
    assert threads != THREADS
    other = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (("output_flag", False), ("threads", threads), ("parallel", "on")):
        other.setOptionValue(option, value)
    other.passModel(cover(0).highs_model())
    other.run()
    answer = solved_by_highs(cover(1), within(10.0))
    assert answer.finished
    assert answer.x is not None


def test_highs_in_error_is_our_failure_and_no_answer() -> None:
    """HiGHS takes no infinite coefficient."""
    with pytest.raises(SolverFailed, match="HiGHS does not take the model"):
        solved_by_highs(problem([1, 1], [[np.inf, 1]], [1]), within(10.0))


def test_a_ladder_whose_relaxation_fails_by_every_method_fails() -> None:
    with pytest.raises(SolverFailed, match="does not take the model"):
        climbed(problem([1, 1], [[np.inf, 1]], [1]), Search(time.monotonic() + 10.0, 1e-3), silent)


def test_time_that_is_over_is_no_answer_and_no_error() -> None:
    answer = solved_by_highs(cover(1), within(-1.0))
    assert answer.x is None
    assert not answer.finished
    assert not answer.infeasible


def test_a_search_stops_as_soon_as_it_meets_its_target() -> None:
    """Anything at 200 or below will do: it stops with a point, and claims no more than it knows."""
    answer = solved_by_highs(market_split(), within(20.0, target_cny=200.0))
    assert answer.finished
    assert answer.objective_cny <= 200.0
    assert answer.bound_cny <= answer.objective_cny


def test_a_long_search_is_heard_of_while_it_runs() -> None:
    heard: list[tuple[float | None, float | None]] = []
    solved_by_highs(market_split(), within(2.0), lambda found, bound: heard.append((found, bound)))
    assert heard
    assert all(found is None or np.isfinite(found) for found, _ in heard)


def test_the_deadline_holds_on_a_real_grid_to_a_tenth_and_a_second() -> None:
    """No gap is small enough to stop it early, so that time alone ends it."""
    given = real_problem()
    for seconds in (0.5, 3.0):
        began = time.monotonic()
        climbed(given, Search(began + seconds, gap_share=0.0), silent)
        assert time.monotonic() - began < seconds * 1.1 + slowed_s(1.0)


@pytest.mark.parametrize("seed", range(8))
def test_a_limit_keeps_the_bound_of_all_points_and_finds_what_lies_below_it(seed: int) -> None:
    """Below a limit above the optimum lies the optimum; below one under it lies nothing, which proves the limit."""
    given = cover(seed)
    best = solved_by_highs(given, within(10.0))
    above = solved_by_highs(given, within(10.0, limit_cny=best.objective_cny + 0.5))
    assert above.objective_cny == pytest.approx(best.objective_cny)
    assert above.bound_cny <= best.objective_cny + 1e-6
    for start in (None, np.ones(len(given.cost))):
        below = solved_by_highs(given, within(10.0, limit_cny=best.objective_cny - 0.5, start_x=start))
        assert not below.infeasible
        assert below.bound_cny == pytest.approx(best.objective_cny - 0.5)


@pytest.mark.parametrize("seed", range(4))
def test_without_heuristics_of_its_own_highs_proves_the_same_optimum(seed: int) -> None:
    asked = cover(seed)
    with_them, without = (solved_by_highs(asked, within(20.0, heuristics=own)) for own in (True, False))
    assert without.finished
    assert without.objective_cny == pytest.approx(with_them.objective_cny, rel=1e-6)
    assert without.bound_cny <= without.objective_cny + 1e-6
