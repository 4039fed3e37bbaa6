"""The relaxation left early, and gone on with."""

from __future__ import annotations

import time

import numpy as np
import pytest

from dispatch.solve import relaxation
from dispatch.solve.anatomy import NONE_LIKE_IT
from dispatch.solve.climb import Climb, Kept, Known, Search
from dispatch.solve.highs import unheard
from dispatch.solve.identical import classes_of
from dispatch.solve.ladder import climbed
from dispatch.solve.line_limits import LineLimits
from tests.model import test_network as networks
from tests.solve.test_lossy_limits import lossy, modelled

SEEDS = range(6)
COARSE, FINE = 0.2, 1e-9  # of the gap asked for


def climb_of(seed: int, gap_share: float) -> Climb:
    """A relaxed search of a random network whose lines lose something, with no row known before."""
    facts = lossy(networks.meshed(seed))
    climb = begun(modelled(facts, networks.case_of(facts))[2], gap_share)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(relaxation, "scout", lambda _: None)
        relaxation.relax(climb)
    return climb


def begun(network: LineLimits, gap_share: float) -> Climb:
    """A search of a network, nothing of it folded."""
    problem, asked = network.problem, Search(time.monotonic() + 60.0, gap_share)
    alone = classes_of(problem, np.full(len(problem.cost), NONE_LIKE_IT))
    return Climb(problem, Known(lazy=network), asked, unheard, Kept(), alone, asked.deadline_s)


def test_a_coarse_gap_leaves_rounds_off() -> None:
    assert not all(climb_of(seed, COARSE).is_settled for seed in SEEDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_where_it_was_left_early_it_is_a_bound_and_settled_it_is_that_of_all_rounds(seed: int) -> None:
    left, whole = climb_of(seed, COARSE), climb_of(seed, FINE)
    assert whole.is_settled
    assert left.found.bound_cny <= whole.found.bound_cny * (1 + 1e-9)
    relaxation.settle(left)
    assert left.is_settled
    assert left.found.bound_cny == pytest.approx(whole.found.bound_cny, rel=1e-5)


def test_what_is_settled_is_not_gone_through_again() -> None:
    climb = climb_of(0, FINE)
    count = len(climb.found.steps)
    relaxation.settle(climb)
    assert len(climb.found.steps) == count


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("gap_share", [COARSE, 1e-3, 1e-7])
def test_whatever_gap_is_asked_for_is_proven_around_the_optimum(seed: int, gap_share: float) -> None:
    """The optimum is that of the network with its flows and losses as columns, where nothing is left early."""
    facts = lossy(networks.meshed(seed))
    _, problem, network = modelled(facts, networks.case_of(facts))
    asked = Search(time.monotonic() + 60.0, gap_share)
    found, _, proof = climbed(network.problem, asked, unheard, Known(lazy=network))
    optimum_cny = climbed(problem, Search(time.monotonic() + 60.0, 1e-7), unheard)[2].objective_cny
    assert found.gap_share <= gap_share
    assert proof.bound_cny is not None
    assert optimum_cny is not None
    assert proof.bound_cny <= optimum_cny * (1 + 1e-6)
    assert found.objective_cny >= optimum_cny * (1 - 1e-6)
