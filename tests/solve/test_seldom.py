"""Rows that seldom bind: left out of an LP, and never out of its answer."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from dispatch.case.case import ProductAsked
from dispatch.case.inputs import inputs_of
from dispatch.case.reserve_products import REGULATION_DOWN, REGULATION_UP
from dispatch.grid.catalogue import facts_of
from dispatch.model.build import built
from dispatch.solve.anatomy import anatomy_of
from dispatch.solve.highs import Orders
from dispatch.solve.identical import classes_of
from dispatch.solve.lossy_limits import network_of
from dispatch.solve.problem import Problem, problem_of
from dispatch.solve.seldom import ALWAYS, MINIMUM_TIMES, SELDOM, has_dear_starts
from dispatch.solve.session import Session
from tests.golden.write import shown
from tests.small import SUMMER_DAY, WINTER_DAY, one_bus_facts, one_start, small_case, unit
from tests.solve.arrays import cover, is_a_point_of, problem
from tests.solve.fleets import exactly
from tests.solve.test_session import orders, other_numbers

SEEDS = range(8)


def waiting(given: Problem, seed: int) -> Problem:
    """The same problem with most of its rows waiting, in groups drawn at random."""
    groups = np.random.default_rng(seed).integers(ALWAYS, 3, len(given.row_lower))
    return replace(given, seldom_index=groups)


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_waits_the_answer_is_that_of_all_rows(seed: int) -> None:
    """Ten rows in groups that wait, through five moves; costs are positive, so that no LP is boundless."""
    rng, first = np.random.default_rng(seed), waiting(cover(seed, rows=10), seed)
    session = Session(first, orders())
    for moved in (first, *(other_numbers(first, rng) for _ in range(5))):
        session.move_to(moved)
        answer, whole = session.solve(orders()), exactly(moved.relaxed())
        assert answer.infeasible == whole.infeasible
        assert answer.objective_cny == pytest.approx(whole.objective_cny, rel=1e-9)
        assert answer.bound_cny == pytest.approx(whole.bound_cny, rel=1e-9)
        assert answer.x is None or is_a_point_of(moved.relaxed(), answer.x)


@pytest.mark.parametrize("seed", SEEDS)
def test_prices_of_rows_are_worth_the_answer(seed: int) -> None:
    """Duality: with the price of every row, 0 of those that wait still, no column is worth leaving its bound."""
    given = waiting(cover(seed, rows=10), seed)
    session = Session(given, orders())
    answer, price = session.solve(orders()), session.row_prices()
    assert len(price) == 10
    left = given.cost - given.rows.T @ price
    worth = price @ given.row_lower + np.minimum(left, 0.0) @ given.upper
    assert worth == pytest.approx(answer.objective_cny, rel=1e-9)


def test_a_problem_that_nothing_else_bounds_has_its_rows_at_once() -> None:
    """Max x with no bound of its own and x <= 3 in a row that waits: -3, and not -inf."""
    free = problem([-1], [[-1]], [-3], integer=False, upper=np.inf)
    answer = Session(replace(free, seldom_index=np.array([0])), orders()).solve(orders())
    assert answer.objective_cny == pytest.approx(-3)


def test_a_group_comes_in_whole_and_no_other() -> None:
    """X = y = 1 breaks x + y <= 1 of group 0: x <= 5, of its group, comes in too, and y <= 5, of group 1, does not."""
    rows, most = [[-1, -1], [-1, 0], [0, -1]], [-1, -5, -5]
    given = replace(problem([-1, -1], rows, most, integer=False), seldom_index=np.array([0, 0, 1]))
    session = Session(given, orders())
    assert session.solve_without(orders()).objective_cny == pytest.approx(-2)
    assert session.take_in(np.ones(2))
    assert not session.take_in(np.ones(2))
    assert session.solve_without(orders()).objective_cny == pytest.approx(-1)
    assert session.row_count == 2


def test_an_lp_that_takes_too_long_without_rows_is_solved_with_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of a week took 90,000 iterations and more without rows that wait, 34,000 with them."""
    given = waiting(cover(2, rows=10), 2)
    session = Session(given, orders())
    assert session.row_count < 10
    monkeypatch.setattr("dispatch.solve.session.WARM_COUNT", 0)
    monkeypatch.setattr(Session, "row_count", property(lambda _: 0))
    answer = session.solve_without(orders())
    assert answer.objective_cny == pytest.approx(exactly(given.relaxed()).objective_cny, rel=1e-9)
    assert not session.take_in(np.zeros(9))  # nothing is left to come in, though this point breaks rows


def test_both_grids_cost_the_same_whether_rows_wait_or_not() -> None:
    """Six hours of a winter day with regulation, folded and without line flows, as the search has them."""
    facts = facts_of("hebei", 2030)
    case = small_case(facts, start=WINTER_DAY, hours=6, response_share=0.05)
    asked = tuple(ProductAsked(name, load_share=0.02) for name in (REGULATION_UP, REGULATION_DOWN))
    case = replace(case, reserve=replace(case.reserve, products=asked))
    inputs = inputs_of(case, facts)
    model = built(case, facts, inputs)
    network = network_of(model, problem_of(model), facts, inputs)
    assert network is not None
    folded = classes_of(network.problem, anatomy_of(model, case, facts, inputs).alike).folded
    assert (folded.groups != ALWAYS).mean() > 0.15
    long = Orders(time.monotonic() + 60.0, method="simplex")
    session = Session(folded, long)
    assert session.row_count < 0.85 * len(folded.row_lower)
    answer = session.solve(long)
    whole = Session(replace(folded, seldom_index=None), long).solve(long)
    assert answer.objective_cny == pytest.approx(whole.objective_cny, rel=1e-8)
    assert session.row_count < len(folded.row_lower)


@pytest.mark.parametrize(("start_cny", "is_dear"), [(200_000, True), (41_201, True), (41_200, False), (0, False)])
def test_a_start_is_dear_beside_a_quarter_of_what_the_time_off_saves(start_cny: float, *, is_dear: bool) -> None:
    """At 80 MW 24,000 + 20 x 80 = 25,600 CNY/h, 204,800 in 8 h; a quarter is 51,200, 10,000 of it for the stop."""
    assert has_dear_starts(unit("coal", start_types=one_start(start_cny))) is is_dear


@pytest.mark.parametrize(("dear_count", "waits"), [(10, True), (9, True), (8, False), (0, False)])
def test_minimum_times_wait_where_nine_of_ten_starts_are_dear(dear_count: int, *, waits: bool) -> None:
    starts = [one_start(200_000.0 if k < dear_count else 0.0) for k in range(10)]
    facts = one_bus_facts(*(unit(f"coal_{k}", start_types=own) for k, own in enumerate(starts)), load_mw=[900.0] * 24)
    case = small_case(facts, hours=2, start=SUMMER_DAY)
    model = built(case, facts, inputs_of(case, facts))
    number = problem_of(model, facts.units).groups
    for name in ("Generator-up_time_8", "Generator-down_time_8"):
        assert ((number[model.rows[name].numbers] != ALWAYS) == waits).all()


def test_every_family_that_is_named_is_one_of_the_model() -> None:
    families = {family for part in shown() for family in part.families}
    assert [name for name in SELDOM + MINIMUM_TIMES if not any(family.startswith(name) for family in families)] == []
