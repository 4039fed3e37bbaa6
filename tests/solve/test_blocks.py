"""A bound on a horizon from blocks of its days: below the optimum at any prices, and near it at good ones."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from dispatch.case.case import Case
from dispatch.case.inputs import inputs_of
from dispatch.case.thermal import UnitState
from dispatch.eve import half_full
from dispatch.grid.catalogue import facts_of
from dispatch.horizon import Horizon
from dispatch.model.build import built
from dispatch.solve import highs
from dispatch.solve.anatomy import Anatomy, anatomy_of
from dispatch.solve.blocks import Cut
from dispatch.solve.climb import Known, Search
from dispatch.solve.highs import Orders, solved_by_highs, unheard
from dispatch.solve.ladder import climbed
from dispatch.solve.problem import Problem, problem_of
from tests.small import SUMMER_DAY

DAY_COUNT = 4  # steps in a day of a day of 24: six days


@pytest.fixture(scope="module")
def cut() -> tuple[Problem, Anatomy]:
    """A real summer day of Jibei, every unit on before."""
    facts = facts_of("jibei", 2030)
    units = tuple(UnitState(u.name, True, 240.0, u.output_min_mw) for u in facts.units)
    case = Case("jibei", 2030, Horizon(SUMMER_DAY, 24), units, half_full(facts.stores), response_share=0.05)
    inputs = inputs_of(case, facts)
    model = built(case, facts, inputs)
    return problem_of(model), anatomy_of(model, case, facts, inputs)


def search() -> Search:
    return Search(time.monotonic() + 120, 0.002)


def test_any_prices_of_the_joints_give_a_bound_and_none_a_weak_one(cut: tuple[Problem, Anatomy]) -> None:
    problem, anatomy = cut
    optimum, _, _ = climbed(problem, search(), unheard, Known(anatomy))
    rng = np.random.default_rng(5)
    for price in (np.zeros(len(problem.row_lower)), rng.normal(0, 50, len(problem.row_lower))):
        assert max(Cut(problem, anatomy, DAY_COUNT).bounds(price, search())) <= optimum.objective_cny


def test_blocks_solved_together_report_in_turn(cut: tuple[Problem, Anatomy], monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller writes reports to one pipe: two at once would tear each other up."""
    monkeypatch.setattr(highs, "REPORT_EVERY_SECONDS", 0.0)
    monkeypatch.setattr(highs, "HEAR_EVERY_SECONDS", 0.001)
    problem, anatomy = cut
    busy, told, torn = threading.Lock(), [0], [0]

    def report(*_: float | None) -> None:
        if not busy.acquire(blocking=False):
            torn[0] += 1
            return
        time.sleep(0.002)  # as long as a slow pipe takes
        told[0] += 1
        busy.release()

    list(Cut(problem, anatomy, DAY_COUNT).bounds(np.zeros(len(problem.row_lower)), search(), report))
    assert told[0] > 2
    assert torn[0] == 0


def test_what_ends_one_block_of_the_bound_ends_it_all(cut: tuple[Problem, Anatomy]) -> None:
    problem, anatomy = cut

    asked = iter([False])  # before the first pass

    def stop() -> bool:
        if next(asked, True):
            raise MemoryError
        return False

    with pytest.raises(MemoryError):
        list(Cut(problem, anatomy, DAY_COUNT).bounds(np.zeros(len(problem.row_lower)), replace(search(), stop=stop)))


def test_blocks_of_one_pass_lie_over_the_cuts_of_the_one_before(cut: tuple[Problem, Anatomy]) -> None:
    two, a_day_later, uneven, three = Cut(*cut, DAY_COUNT).passes()
    assert two == [(0, 8), (8, 16), (16, 24)]
    assert a_day_later == [(0, 4), (4, 12), (12, 20), (20, 24)]
    assert uneven == [(0, 8), (8, 20), (20, 24)]
    assert three == [(0, 12), (12, 24)]


def test_three_days_are_cut_twice_before_they_are_one_block(cut: tuple[Problem, Anatomy]) -> None:
    """Two days and one, one and two, two and one again (left out), all three."""
    assert Cut(*cut, 8).passes() == [[(0, 16), (16, 24)], [(0, 8), (8, 24)], [(0, 24)]]


def test_what_costs_the_same_whatever_is_decided_is_in_the_bound(cut: tuple[Problem, Anatomy]) -> None:
    problem, anatomy = cut
    none = np.zeros(len(problem.row_lower))
    dearer = replace(problem, constant=problem.constant + 1e6)
    bounds = [next(Cut(one, anatomy, DAY_COUNT).bounds(none, search())) for one in (problem, dearer)]
    assert bounds[1] - bounds[0] == pytest.approx(1e6, rel=1e-6)


def test_a_horizon_of_two_days_is_a_block_of_its_own(cut: tuple[Problem, Anatomy]) -> None:
    """Nothing is priced then: the bound is the relaxation itself."""
    whole = Cut(*cut, 12)
    assert whole.passes() == [[(0, 24)]]
    relaxed = solved_by_highs(cut[0].relaxed(), Orders(time.monotonic() + 60))
    assert list(whole.bounds(np.zeros(len(cut[0].row_lower)), search())) == [
        pytest.approx(relaxed.objective_cny, rel=1e-6)
    ]


def test_a_later_pass_has_better_prices_than_the_first(cut: tuple[Problem, Anatomy]) -> None:
    """From no prices at all; the relaxation is above both."""
    none = np.zeros(len(cut[0].row_lower))
    first, *_, every = Cut(*cut, DAY_COUNT).bounds(none, search())
    relaxed = solved_by_highs(cut[0].relaxed(), Orders(time.monotonic() + 60)).objective_cny
    assert first < every <= relaxed * (1 + 1e-9)
    assert relaxed - every < 0.5 * (relaxed - first)
