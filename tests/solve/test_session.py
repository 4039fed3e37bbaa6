from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from dispatch.solve.highs import Orders
from dispatch.solve.problem import INFINITY, Cuts, Problem
from dispatch.solve.session import Session
from tests.solve.arrays import cover, problem
from tests.solve.fleets import drawn, exactly

SEEDS = range(6)


def orders() -> Orders:
    return Orders(time.monotonic() + 30.0, method="simplex")


def other_numbers(given: Problem, rng: np.random.Generator) -> Problem:
    """The same rows with other costs, bounds and sides, in some places each."""
    columns, rows = len(given.cost), len(given.row_lower)
    return replace(
        given,
        cost=np.where(rng.random(columns) < 0.4, rng.integers(5, 90, columns), given.cost),
        lower=np.where(rng.random(columns) < 0.2, 0.25, 0.0),
        upper=np.where(rng.random(columns) < 0.3, 0.75, 1.0),
        row_lower=given.row_lower * rng.uniform(0.3, 1.0, rows),
        row_upper=np.where(rng.random(rows) < 0.5, given.row_lower * 1.05, INFINITY),
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_after_every_change_of_numbers_the_value_is_that_of_a_fresh_solve(seed: int) -> None:
    """Six moves from problem to problem, of costs, bounds and both sides of the rows at once."""
    rng = np.random.default_rng(seed)
    first = cover(seed)
    session = Session(first, orders())
    for _ in range(6):
        moved = other_numbers(first, rng)
        session.move_to(moved)
        answer, fresh = session.solve(orders()), exactly(moved.relaxed())
        assert answer.infeasible == fresh.infeasible
        assert answer.objective_cny == pytest.approx(fresh.objective_cny, rel=1e-9)
        assert answer.bound_cny == pytest.approx(fresh.bound_cny, rel=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_after_rows_are_added_the_value_is_that_of_a_fresh_solve(seed: int) -> None:
    """Solved, one row and then two rows added, solved again each time; the grown problem is moved like any other."""
    rng = np.random.default_rng(seed)
    grown = cover(seed)
    session = Session(grown, orders())
    session.solve(orders())
    for count in (1, 2):
        rows = sp.csr_array(rng.integers(0, 9, size=(count, 9)).astype(float))
        lower, upper = rows.sum(axis=1) * 0.5, rows.sum(axis=1) * 0.9
        session.add(Cuts(rows, lower, upper))
        grown = replace(
            grown,
            rows=sp.csc_array(np.vstack([grown.rows.toarray(), rows.toarray()])),
            row_lower=np.concatenate([grown.row_lower, lower]),
            row_upper=np.concatenate([grown.row_upper, upper]),
        )
        assert session.fits(grown)
        assert session.solve(orders()).objective_cny == pytest.approx(exactly(grown.relaxed()).objective_cny, rel=1e-9)
    moved = other_numbers(grown, rng)
    session.move_to(moved)
    assert session.solve(orders()).objective_cny == pytest.approx(exactly(moved.relaxed()).objective_cny, rel=1e-9)


def test_a_commitment_kept_while_its_costs_and_bounds_change_is_solved_rightly() -> None:
    """A real structure: starts made dearer, units forced on, loads changed, and back to where it began."""
    fleet = drawn(3)
    on = fleet.anatomy.on_index
    forced, dearer, loaded = fleet.problem.lower.copy(), fleet.problem.cost * 1.5, fleet.problem.row_lower.copy()
    forced[on[4:, 0]] = fleet.problem.upper[on[4:, 0]]
    equal = np.flatnonzero((fleet.problem.row_lower == fleet.problem.row_upper) & (loaded > 100))
    assert len(equal) == len(on)  # the balance of each hour
    loaded[equal] += 30.0
    raised = replace(fleet.problem, row_lower=loaded, row_upper=np.maximum(fleet.problem.row_upper, loaded))
    session = Session(fleet.problem, orders())
    for moved in (fleet.problem, replace(fleet.problem, lower=forced), raised, replace(raised, cost=dearer)):
        session.move_to(moved)
        assert session.solve(orders()).objective_cny == pytest.approx(exactly(moved.relaxed()).objective_cny, rel=1e-8)
    session.move_to(fleet.problem)
    again = exactly(fleet.problem.relaxed()).objective_cny
    assert session.solve(orders()).objective_cny == pytest.approx(again, rel=1e-8)


def test_what_cannot_be_is_said_and_mended_again() -> None:
    """X + y >= 1 costs 1; >= 3 with both at most 1 cannot be; x at most 0 still costs 1, by y; x and y at 0 cannot."""
    free = problem([1, 1], [[1, 1]], [1], integer=False)
    asking = replace(free, row_lower=np.array([3.0]))
    without_x = replace(free, upper=np.array([0.0, 1.0]))
    without_both = replace(free, upper=np.zeros(2))
    session = Session(free, orders())
    for moved, expected in ((free, 1), (asking, None), (free, 1), (without_both, None), (without_x, 1), (free, 1)):
        session.move_to(moved)
        answer = session.solve(orders())
        assert answer.infeasible == (expected is None)
        assert answer.objective_cny == (np.inf if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    "other",
    [
        problem([1, 1], [[1, 2]], [1]),  # another coefficient
        problem([1, 1], [[1, 0]], [1]),  # one fewer
        problem([1, 1], [[2, 1], [1, 1]], [1, 1]),  # another first row
        problem([1, 1, 1], [[1, 1, 0]], [1]),  # another column
    ],
)
def test_a_problem_with_other_rows_is_refused(other: Problem) -> None:
    session = Session(problem([1, 1], [[1, 1]], [1]), orders())
    assert not session.fits(other)
    with pytest.raises(ValueError, match="other rows"):
        session.move_to(other)


def test_rows_after_those_it_knows_are_added_to_what_is_kept() -> None:
    """One of x + y costs 1, of the cheaper y; with y <= 1/4 after it, 2 - 1/4."""
    session = Session(problem([2, 1], [[1, 1]], [1]), orders())
    assert session.solve(orders()).objective_cny == pytest.approx(1)
    session.move_to(problem([2, 1], [[1, 1], [0, -1]], [1, -0.25]))
    assert session.solve(orders()).objective_cny == pytest.approx(1.75)


def test_integers_are_left_out_of_what_is_kept() -> None:
    """2 x + 2 y = 3 has halves and no whole numbers: relaxed it costs 1.5."""
    session = Session(problem([1, 1], [[2, 2]], [3], [3]), orders())
    assert session.solve(orders()).objective_cny == pytest.approx(1.5)
