"""A network without the flows and losses of its lines has the optimum of the network with them."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import inputs_of
from dispatch.case.losses import Losses
from dispatch.case.network import Section
from dispatch.model import names
from dispatch.model.build import built
from dispatch.model.rows import Model
from dispatch.solve.anatomy import anatomy_of
from dispatch.solve.climb import Kept, Known, Search
from dispatch.solve.contingency import contingencies_of
from dispatch.solve.highs import unheard
from dispatch.solve.ladder import climbed
from dispatch.solve.lossy_limits import LossyLimits, network_of
from dispatch.solve.problem import Problem, problem_of
from dispatch.solve.rolling import Roll, rolled
from tests.model import test_network as networks
from tests.small import SUMMER_DAY, small_case
from tests.solve.test_contingency import LINES, meshed, triangle

LOSSES = Losses(lines=True, line_error_mw=0.2, line_error_share=0.1)


def lossy(facts: GridFacts, resistance_share: float = 2e-5) -> GridFacts:
    return replace(facts, lines=tuple(replace(each, resistance_share=resistance_share) for each in facts.lines))


def modelled(facts: GridFacts, case: Case | None = None) -> tuple[Model, Problem, LossyLimits]:
    """A model whose lines lose something, its problem, and the same without flows and losses."""
    case = replace(case or small_case(facts, hours=2, start=SUMMER_DAY), losses=LOSSES)
    inputs = inputs_of(case, facts)
    model = built(case, facts, inputs)
    problem = problem_of(model)
    network = network_of(model, problem, facts, inputs)
    assert isinstance(network, LossyLimits)
    return model, problem, network


def search() -> Search:
    return Search(time.monotonic() + 60.0, 1e-7)


def flows_and_losses(model: Model, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return x[model.variables[names.LINE_FLOW].columns], x[model.variables[names.LINE_LOSS].columns]


@pytest.mark.parametrize("seed", range(6))
def test_the_optimum_is_that_of_the_network_with_its_flows_and_losses(seed: int) -> None:
    """Random islands with parallel lines, DC links and dear power wherever lines are full."""
    facts = lossy(networks.meshed(seed))
    model, problem, network = modelled(facts, networks.case_of(facts))
    found, _, proof = climbed(network.problem, search(), unheard, Known(lazy=network))
    _, _, whole = climbed(problem, search(), unheard)
    assert found.x is not None
    x = network.restored(found.x)
    assert flows_and_losses(model, x)[1].sum() > 1
    assert proof.objective_cny == pytest.approx(whole.objective_cny, rel=1e-6)
    value = problem.rows @ x
    assert np.maximum(value - problem.row_upper, problem.row_lower - value).max() < 5e-4


@pytest.mark.parametrize("seed", range(3))
def test_outages_are_stood_without_flows_and_losses(seed: int) -> None:
    facts, case = meshed(seed)
    facts = lossy(facts, 1e-6)
    case = replace(case, losses=LOSSES)
    model, problem, network = modelled(facts, case)
    found, _, proof = climbed(network.problem, search(), unheard, Known(lazy=network))
    outages = contingencies_of(model, facts, inputs_of(case, facts))
    assert outages is not None
    _, _, expected = climbed(problem.extended(outages.every()), search(), unheard)
    assert found.x is not None
    assert proof.objective_cny == pytest.approx(expected.objective_cny, rel=1e-5)


def test_a_full_line_carries_its_rating_less_half_of_what_it_loses() -> None:
    """
    150 MW enter ab: 2e-5 f^2 by its secants, half of it before the middle.

    Its points are 0, 200 MW: q = 0.004 f, and f + 0.002 f = 150, f = 149.7006.
    """
    facts = lossy(triangle(lines=(replace(LINES[0], rating_mw=150.0), *LINES[1:])))
    model, _, network = modelled(facts)
    found, _, _ = climbed(network.problem, search(), unheard, Known(lazy=network))
    assert found.x is not None
    flow, lost = flows_and_losses(model, network.restored(found.x))
    assert flow[:, 0] == pytest.approx([150 / 1.002] * 2, abs=1e-3)
    assert lost[:, 0] == pytest.approx([0.004 * 150 / 1.002] * 2, abs=1e-3)
    assert {tuple(pair) for pair in network.found.tolist()} == {(0, 0), (1, 0)}


def test_a_section_is_held_without_flows_and_losses() -> None:
    """Nothing but ab and ac lead away from a: 120 MW across both, in the middle of the lines."""
    facts = lossy(triangle(sections=(Section("from a", ("ab", "ac"), (), 120.0, 1e4),)))
    model, _, network = modelled(facts)
    found, _, _ = climbed(network.problem, search(), unheard, Known(lazy=network))
    assert found.x is not None
    flow = flows_and_losses(model, network.restored(found.x))[0]
    np.testing.assert_allclose(flow[:, 0] + flow[:, 2], 120, atol=1e-3)


def test_a_relaxation_may_lose_a_little_less_than_its_flows_ask_for() -> None:
    """A point that says nothing of losses breaks rows; one within half a thousandth breaks none that a bound needs."""
    model, _, network = modelled(lossy(triangle()))
    found, _, _ = climbed(network.problem, search(), unheard, Known(lazy=network))
    assert found.x is not None
    x = found.x
    assert network.broken(x) is None
    lost = x[model.variables[names.LINE_LOSS].columns]
    nearly = x.copy()
    nearly[model.variables[names.LINE_LOSS].columns] = 0.9998 * lost
    assert network.broken(nearly, roughly=True) is None
    cuts = network.broken(nearly)
    assert cuts is not None
    assert (cuts.rows @ nearly - cuts.upper).min() > 0
    assert cuts.is_fine
    none = x.copy()
    none[model.variables[names.LINE_LOSS].columns] = 0.0
    cuts = network.broken(none)
    assert cuts is not None
    assert not cuts.is_fine
    assert network.completed(nearly) is None


def test_ratings_found_before_are_there_from_the_start() -> None:
    facts = lossy(triangle(lines=(replace(LINES[0], rating_mw=150.0), *LINES[1:])))
    first, again = (modelled(facts)[2] for _ in range(2))
    kept = Kept()
    _, _, proof = climbed(first.problem, search(), unheard, Known(lazy=first), kept)
    _, _, repeated = climbed(again.problem, search(), unheard, Known(lazy=again), kept)
    assert repeated.objective_cny == pytest.approx(proof.objective_cny)
    assert {tuple(pair) for pair in again.found.tolist()} == {(0, 0), (1, 0)}


def test_windows_find_losses_of_their_own_steps() -> None:
    """Four hours alike in windows of two and one: twice the cost of two hours, and what is lost is lost in each."""
    facts = lossy(triangle(lines=(replace(LINES[0], rating_mw=150.0), *LINES[1:])))
    case = small_case(facts, hours=4, start=SUMMER_DAY)
    model, problem, network = modelled(facts, case)
    case = replace(case, losses=LOSSES)
    anatomy = anatomy_of(model, case, facts, inputs_of(case, facts))
    found, _, proof = rolled(network.problem, search(), unheard, Known(anatomy, network), Roll(2, 1))
    other = modelled(facts)[2]
    _, _, two = climbed(other.problem, search(), unheard, Known(lazy=other))
    assert found.x is not None
    x = network.restored(found.x)
    value = problem.rows @ x
    assert np.maximum(value - problem.row_upper, problem.row_lower - value).max() < 5e-4
    assert flows_and_losses(model, x)[1][:, 0] == pytest.approx([0.004 * 150 / 1.002] * 4, abs=1e-3)
    assert two.objective_cny is not None
    assert proof.objective_cny == pytest.approx(2 * two.objective_cny, rel=1e-6)
