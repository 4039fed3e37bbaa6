"""Rows looked for on steps alone: a guess that saves rounds and changes no answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dispatch.case.inputs import inputs_of
from dispatch.solve import relaxation
from dispatch.solve.anatomy import anatomy_of
from dispatch.solve.climb import Climb, Known
from dispatch.solve.highs import Answer, Orders, Report, unheard
from dispatch.solve.line_limits import LineLimits
from dispatch.solve.scout import of_single_steps, scout
from dispatch.solve.session import Session
from tests.model import test_network as networks
from tests.solve import test_line_limits, test_lossy_limits
from tests.solve.arrays import problem
from tests.solve.test_contingency import LINES, meshed, triangle
from tests.solve.test_lossy_limits import lossy
from tests.solve.test_relaxation import FINE, begun
from tests.solve.test_session import orders

SEEDS = range(6)


def climb_of(seed: int, *, lossy_lines: bool) -> Climb:
    """A search of a random network with losses or with outages, its steps told."""
    network: LineLimits
    if lossy_lines:
        facts = lossy(networks.meshed(seed))
        case = networks.case_of(facts)
        model, _, network = test_lossy_limits.modelled(facts, case)
    else:
        facts, case = meshed(seed)
        model, _, network = test_line_limits.modelled(facts, case)
    climb = begun(network, FINE)
    return replace(climb, known=Known(anatomy_of(model, case, facts, inputs_of(case, facts)), network))


def relaxed(climb: Climb, *, scouted: bool) -> int:
    """Relax a search; how many rounds of rows it took."""
    rounds = []

    class Counted(Session):
        """Keeps a note of each round."""

        def solve_without(self, orders: Orders, report: Report = unheard) -> Answer:
            rounds.append(self.row_count)
            return super().solve_without(orders, report)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(relaxation, "Session", Counted)
        if not scouted:
            patch.setattr(relaxation, "scout", lambda _: None)
        relaxation.relax(climb)
    return len(rounds)


def test_rows_of_one_step_stay_and_those_between_steps_and_those_that_wait_go() -> None:
    """Columns of steps 0, 0 and 1, and one of none: rows 0 and 3 are of one step, 1 ties two, 2 ties one to none."""
    rows = [[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1], [0, 0, 2, 0], [3, 0, 0, 0]]
    given = replace(problem([1] * 4, rows, [1] * 5), seldom_index=np.array([-1, -1, -1, -1, 0]))
    alone = of_single_steps(given, np.array([0, 0, 1, -1]))
    assert alone.rows.toarray().tolist() == [[1, 1, 0, 0], [0, 0, 2, 0]]
    assert alone.seldom_index is None


@pytest.mark.parametrize("lossy_lines", [True, False])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_bound_is_the_same_with_the_guess_and_without(seed: int, lossy_lines: bool) -> None:
    guessed, looked = (climb_of(seed, lossy_lines=lossy_lines) for _ in range(2))
    relaxed(guessed, scouted=True)
    relaxed(looked, scouted=False)
    assert guessed.is_settled
    assert looked.is_settled
    assert guessed.found.bound_cny == pytest.approx(looked.found.bound_cny, rel=1e-5)


def test_the_guess_saves_rounds() -> None:
    networks_of = [(seed, lossy_lines) for seed in SEEDS for lossy_lines in (True, False)]
    rounds = [
        sum(relaxed(climb_of(seed, lossy_lines=own), scouted=scouted) for seed, own in networks_of)
        for scouted in (True, False)
    ]
    assert rounds[0] < 0.8 * rounds[1]


def test_ratings_alone_are_not_guessed() -> None:
    """Few of them bind: the first look at the relaxation finds them."""
    _, given, network = test_line_limits.modelled(triangle())
    climb = begun(network, FINE)
    scout(climb)
    assert len(climb.problem.row_lower) == len(network.problem.row_lower)
    assert len(given.row_lower) > len(network.problem.row_lower)


def test_a_rating_that_was_left_out_again_is_found_again() -> None:
    """200 MW on ab of 150: as long as a point breaks it, it is a row; near ones that have had a row are none again."""
    _, _, network = test_line_limits.modelled(triangle(lines=(replace(LINES[0], rating_mw=150.0), *LINES[1:])))
    x = Session(network.problem, orders()).solve(orders()).x
    assert x is not None
    first, again = network.broken(x), network.broken(x)
    assert first is not None
    assert again is not None
    assert len(first.upper) == len(again.upper) == 2
    assert network.found.tolist() == [[0, 0], [1, 0]]
