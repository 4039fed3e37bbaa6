"""A network without the flows of its lines: they follow from injections; ratings are found as points break them."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import inputs_of
from dispatch.case.network import Section
from dispatch.model import names
from dispatch.model.build import built
from dispatch.model.rows import Model
from dispatch.solve.climb import Kept, Known, Search
from dispatch.solve.contingency import contingencies_of
from dispatch.solve.highs import unheard
from dispatch.solve.ladder import climbed
from dispatch.solve.line_limits import LineLimits, line_limits_of
from dispatch.solve.problem import Problem, problem_of
from tests.model import test_network as networks
from tests.small import SUMMER_DAY, line, link, one_bus_facts, small_case, unit
from tests.solve.arrays import is_a_point_of
from tests.solve.test_contingency import LINES, meshed, triangle


def modelled(facts: GridFacts, case: Case | None = None) -> tuple[Model, Problem, LineLimits]:
    """A model, its problem, and the same without flows."""
    case = case or small_case(facts, hours=2, start=SUMMER_DAY)
    inputs = inputs_of(case, facts)
    model = built(case, facts, inputs)
    problem = problem_of(model)
    network = line_limits_of(model, problem, facts, contingencies_of(model, facts, inputs))
    assert network is not None
    return model, problem, network


def search() -> Search:
    return Search(time.monotonic() + 60.0, 1e-7)


def test_a_full_line_becomes_a_row_and_the_dear_unit_gives_the_rest() -> None:
    """Two thirds of what a gives go over ab, which carries 150 MW: 225 MW from a, 75 from b, both hours the same."""
    model, problem, network = modelled(triangle(lines=(replace(LINES[0], rating_mw=150.0), *LINES[1:])))
    found, _, _ = climbed(network.problem, search(), unheard, Known(lazy=network))
    assert found.x is not None
    x = network.restored(found.x)
    assert is_a_point_of(problem, x)
    np.testing.assert_allclose(x[model.variables[names.LINE_FLOW].columns], [[150, -75, 75]] * 2, atol=1e-6)
    assert network.found.tolist() == [[0, 0], [1, 0]]
    assert network.told == "lines: 2 ratings in 1 of 3"


def test_a_point_within_all_ratings_needs_no_row() -> None:
    _, _, network = modelled(triangle())
    found, _, _ = climbed(network.problem, search(), unheard, Known(lazy=network))
    assert found.x is not None
    assert network.found.shape == (0, 2)


@pytest.mark.parametrize("seed", range(6))
def test_the_optimum_is_that_of_the_network_with_its_flows(seed: int) -> None:
    """Random islands with parallel lines, DC links and dear power wherever lines are full."""
    facts = networks.meshed(seed)
    _, problem, network = modelled(facts, networks.case_of(facts))
    found, _, proof = climbed(network.problem, search(), unheard, Known(lazy=network))
    _, _, whole = climbed(problem, search(), unheard)
    assert found.x is not None
    assert len(network.found)  # or the ratings were never needed
    assert proof.objective_cny == pytest.approx(whole.objective_cny, rel=1e-6)
    assert is_a_point_of(problem, network.restored(found.x))


@pytest.mark.parametrize("seed", range(6))
def test_outages_are_stood_without_the_flows_too(seed: int) -> None:
    facts, case = meshed(seed)
    model, problem, network = modelled(facts, case)
    found, _, proof = climbed(network.problem, search(), unheard, Known(lazy=network))
    outages = contingencies_of(model, facts, inputs_of(case, facts))
    assert outages is not None
    whole = problem.extended(outages.every())
    _, _, expected = climbed(whole, search(), unheard)
    assert found.x is not None
    assert proof.objective_cny == pytest.approx(expected.objective_cny, rel=1e-6)
    over = (whole.rows @ network.restored(found.x) - whole.row_upper).max()
    assert over <= 0.11


def test_a_section_is_held_without_the_flows_of_its_lines() -> None:
    """Nothing but ab and ac lead away from a: 120 MW across both, 180 from the dear unit."""
    section = Section("from a", ("ab", "ac"), (), 120.0, 1e4)
    facts = triangle(sections=(section,))
    model, problem, network = modelled(facts)
    found, _, _ = climbed(network.problem, search(), unheard, Known(lazy=network))
    assert found.x is not None
    x = network.restored(found.x)
    assert is_a_point_of(problem, x)
    flow = x[model.variables[names.LINE_FLOW].columns]
    np.testing.assert_allclose(flow[:, 0] + flow[:, 2], 120, atol=1e-6)


def test_flows_are_looked_through_in_the_steps_asked_for_alone() -> None:
    """Nothing is decided: no power leaves a, and b has no balance; what flows is not looked at outside a window."""
    facts = triangle(lines=(replace(LINES[0], rating_mw=150.0), *LINES[1:]))
    model, _, network = modelled(facts)
    x = np.zeros(model.column_count)
    cuts = network.broken(x, slice(1, 2))
    assert cuts is not None
    assert network.found[:, 0].tolist() == [1] * len(cuts.lower)


def test_a_rating_that_is_broken_cannot_be_paid_for() -> None:
    model, _, network = modelled(triangle(lines=(replace(LINES[0], rating_mw=150.0), *LINES[1:])))
    assert network.completed(np.zeros(model.column_count)) is None


def test_ratings_found_before_are_there_from_the_start() -> None:
    facts = networks.meshed(1)
    first, again = (modelled(facts, networks.case_of(facts))[2] for _ in range(2))
    kept = Kept()
    before, _, proof = climbed(first.problem, search(), unheard, Known(lazy=first), kept)
    assert len(first.found)
    after, _, repeated = climbed(again.problem, search(), unheard, Known(lazy=again), kept)
    assert again.found.tolist() == first.found.tolist()
    assert repeated.objective_cny == pytest.approx(proof.objective_cny)
    assert before.steps[0].startswith("relaxation")
    assert after.steps[0].startswith("warm relaxation")


def test_ratings_found_of_another_network_are_left_aside() -> None:
    _, _, network = modelled(triangle())
    assert network.again(np.array([[7, 0], [0, 9]])) is None
    assert network.again(np.zeros((0, 2), dtype=int)) is None


def test_links_keep_their_flows_and_join_no_balances() -> None:
    """A link of 30 MW between two buses without lines: each keeps its own balance."""
    facts = triangle(lines=LINES[:1], links=(link("bc", "b", "c", rating_mw=30.0),), load_mw={"b": 100.0, "c": 20.0})
    model, problem, network = modelled(facts)
    found, _, _ = climbed(network.problem, search(), unheard, Known(lazy=network))
    assert found.x is not None
    x = network.restored(found.x)
    assert is_a_point_of(problem, x)
    np.testing.assert_allclose(x[model.variables[names.LINK_FLOW].columns], 20.0, atol=1e-6)


def test_a_grid_without_lines_is_left_as_it_is() -> None:
    facts = one_bus_facts(unit("coal", bus="a"), load_mw=150.0)
    case = small_case(facts, hours=2, start=SUMMER_DAY)
    inputs = inputs_of(case, facts)
    model = built(case, facts, inputs)
    assert line_limits_of(model, problem_of(model), facts, None) is None


def test_lines_in_parallel_share_by_their_reactances() -> None:
    """300 MW over 1 and 2 per unit in parallel: 200 and 100."""
    lines = (line("ab", "a", "b", reactance_share=1e-4), line("ab2", "a", "b", reactance_share=2e-4), LINES[1])
    model, _, network = modelled(triangle(lines=lines))
    found, _, _ = climbed(network.problem, search(), unheard, Known(lazy=network))
    assert found.x is not None
    flow = network.restored(found.x)[model.variables[names.LINE_FLOW].columns]
    np.testing.assert_allclose(flow, [[200, 100, 0]] * 2, atol=1e-6)
