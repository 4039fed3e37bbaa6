"""Units in doubt made whole one after the other."""

from __future__ import annotations

import time

import numpy as np
import pytest

from dispatch.solve import ladder, relaxation
from dispatch.solve.anatomy import Anatomy
from dispatch.solve.climb import Climb, Kept, Known, Search
from dispatch.solve.dive import IN_DOUBT, dived
from dispatch.solve.highs import unheard
from dispatch.solve.plans import Plans, planned
from tests.solve.fleets import Fleet, drawn, exactly

SEEDS = range(8)


def begun(fleet: Fleet, gap_share: float = 1e-3) -> tuple[Climb, Anatomy, Plans]:
    """A search whose relaxation is solved, with the relaxation as it is before any unit is decided."""
    asked = Search(time.monotonic() + 60.0, gap_share)
    climb = Climb(fleet.problem, Known(fleet.anatomy), asked, unheard, Kept(), fleet.classes, asked.deadline_s)
    relaxation.relax(climb)
    plans = planned(climb, fleet.anatomy)
    assert plans.x is not None or plans.relax()
    return climb, fleet.anatomy, plans


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("gap_share", [1e-6, 0.2])
def test_every_unit_is_whole_and_no_cheaper_than_the_relaxation(seed: int, gap_share: float) -> None:
    """However much room there is: with little the cheaper way is taken, with much the one that decides most."""
    fleet = drawn(seed)
    climb, anatomy, plans = begun(fleet, gap_share)
    bound_cny = plans.objective_cny
    x = dived(climb, anatomy, plans)
    assert x is not None
    on = x[climb.classes.column_class_index[anatomy.on_index]]
    np.testing.assert_allclose(on, np.round(on), atol=2 * IN_DOUBT)
    assert plans.objective_cny >= bound_cny * (1 - 1e-9)
    assert plans.objective_cny <= exactly(fleet.problem).objective_cny * 1.5


def test_some_of_them_have_units_in_doubt() -> None:
    """Or the tests above would show nothing."""
    count = 0
    for seed in SEEDS:
        climb, anatomy, plans = begun(drawn(seed))
        assert plans.x is not None
        on = plans.x[climb.classes.column_class_index[anatomy.on_index]]
        count += bool((np.abs(on - np.round(on)) > IN_DOUBT).any())
    assert count > len(SEEDS) / 2


def test_around_a_point_that_is_cheaper_nothing_is_decided() -> None:
    climb, anatomy, plans = begun(drawn(0))
    climb.found.objective_cny = plans.objective_cny - 1.0
    assert dived(climb, anatomy, plans) is None


@pytest.mark.parametrize("seed", SEEDS)
def test_the_rung_leaves_a_point_of_the_whole_problem(seed: int) -> None:
    """No cheaper than the optimum, and within 2 % of it: six of these eight are the optimum itself."""
    fleet = drawn(seed)
    climb, anatomy, plans = begun(fleet, 1e-9)
    ladder._dive(climb, anatomy, plans)
    optimum_cny = exactly(fleet.problem).objective_cny
    assert optimum_cny * (1 - 1e-7) <= climb.found.objective_cny <= optimum_cny * 1.02
