from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from dispatch.case.case import Case, Limits
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import inputs_of
from dispatch.case.thermal import UnitState
from dispatch.eve import half_full
from dispatch.grid.catalogue import facts_of
from dispatch.horizon import Horizon
from dispatch.model.build import built
from dispatch.run import run
from dispatch.schedule.outcome import Status
from dispatch.solve import rolling, solve
from dispatch.solve.anatomy import Anatomy, anatomy_of
from dispatch.solve.climb import Known, Search
from dispatch.solve.highs import unheard
from dispatch.solve.ladder import climbed
from dispatch.solve.line_limits import line_limits_of
from dispatch.solve.problem import Problem, problem_of
from dispatch.solve.rolling import Roll, rolled
from dispatch.solve.timeline import Timeline
from tests.small import SUMMER_DAY, small_case
from tests.solve.arrays import is_a_point_of
from tests.solve.test_contingency import LINES, meshed, modelled, triangle

ROLL = Roll(commit_count=12, ahead_count=12)


@pytest.fixture(scope="module")
def jibei() -> tuple[GridFacts, Case]:
    """A real summer day, every unit on before."""
    facts = facts_of("jibei", 2030)
    units = tuple(UnitState(u.name, True, 240.0, u.output_min_mw) for u in facts.units)
    return facts, Case("jibei", 2030, Horizon(SUMMER_DAY, 24), units, half_full(facts.stores), response_share=0.05)


@pytest.fixture(scope="module")
def cut(jibei: tuple[GridFacts, Case]) -> tuple[Problem, Anatomy]:
    facts, case = jibei
    inputs = inputs_of(case, facts)
    model = built(case, facts, inputs)
    return problem_of(model), anatomy_of(model, case, facts, inputs)


def search() -> Search:
    return Search(time.monotonic() + 120, 0.002)


def test_rolled_windows_and_the_undivided_search_bound_each_other(cut: tuple[Problem, Anatomy]) -> None:
    """Each objective is that of a point, each bound holds for every point: bound <= the other's objective."""
    problem, anatomy = cut
    whole, _, undivided = climbed(problem, search(), unheard, Known(anatomy))
    found, status, proof = rolled(problem, search(), unheard, Known(anatomy), ROLL)
    assert whole.x is not None
    assert found.x is not None
    assert None not in (proof.bound_cny, proof.objective_cny, undivided.bound_cny, undivided.objective_cny)
    assert found.bound_cny <= whole.objective_cny
    assert whole.bound_cny <= found.objective_cny
    assert found.gap_share < 0.03
    assert status in (Status.OPTIMAL, Status.FEASIBLE)
    assert is_a_point_of(problem, found.x)
    assert problem.value(found.x) == pytest.approx(found.objective_cny, rel=1e-9)


def test_a_window_without_a_point_in_its_time_goes_on_into_the_time_kept_back(
    cut: tuple[Problem, Anatomy], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All time is kept back for the bound, so that no window has any of its own."""
    monkeypatch.setattr(rolling, "BOUND_SHARE", 1.0)
    problem, anatomy = cut
    found, _, _ = rolled(problem, search(), unheard, Known(anatomy), ROLL)
    assert found.x is not None
    assert sum(step.startswith("steps ") for step in found.steps) == 2
    assert is_a_point_of(problem, found.x)


def test_a_window_holds_the_rows_that_end_in_it_and_a_block_only_its_own(cut: tuple[Problem, Anatomy]) -> None:
    problem, anatomy = cut
    timeline = Timeline(problem, anatomy.step_index)
    blocks = [(0, 12), (12, 24)]
    joints = timeline.joints(blocks)
    inside = [timeline.block(begin, end, problem.cost).row_index for begin, end in blocks]
    ended = [timeline.window(begin, end, np.zeros(len(problem.cost))).row_index for begin, end in blocks]
    assert sorted(np.concatenate([*inside, np.flatnonzero(joints)])) == list(range(len(joints)))
    held, times = np.unique(np.concatenate(ended), return_counts=True)
    assert held.tolist() == list(range(len(joints)))
    assert timeline.budget[held[times > 1]].all()  # what is left of a budget holds in every window that draws on it


def test_a_horizon_that_is_rolled_passes_the_audit(
    jibei: tuple[GridFacts, Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    facts, case = jibei
    monkeypatch.setattr(solve, "WHOLE_H", 12.0)
    monkeypatch.setattr(solve, "DAY_H", 12.0)
    monkeypatch.setattr(solve, "AHEAD_H", 8.0)
    outcome = run(case, facts, Limits(gap_share=0.02, time_s=120))
    assert outcome.status in (Status.OPTIMAL, Status.FEASIBLE)
    assert outcome.audit is not None
    assert outcome.audit.passed
    assert outcome.certificate is not None
    assert "bound by blocks of days" in " ".join(outcome.certificate.steps)


def test_what_is_rolled_and_polished_stands_every_outage() -> None:
    """Three hours a window, a gap that only the last LP over all six hours can hope to prove."""
    facts, case = meshed(3)
    model, outages = modelled(facts, case)
    problem, anatomy = problem_of(model), anatomy_of(model, case, facts, inputs_of(case, facts))

    def breaks(x: np.ndarray) -> bool:
        return outages.broken(x) is not None

    near = Search(time.monotonic() + 60, 0.0)
    found, _, proof = rolled(problem, near, unheard, Known(anatomy, outages), Roll(3, 1))
    assert found.x is not None
    assert "last LP" in found.steps[-2]  # then the bound
    assert not breaks(found.x)
    assert proof.objective_cny == pytest.approx(problem.value(found.x))
    free, _, _ = rolled(problem, near, unheard, Known(anatomy), Roll(3, 1))
    assert free.x is not None
    assert breaks(free.x)  # or the rows above were never needed


def test_a_window_without_a_way_on_leaves_its_rows_to_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Line ab carries 150 MW: 225 MW from a at 200, 75 from b at 600, each of four hours. The second window fails."""
    facts = triangle(lines=(replace(LINES[0], rating_mw=150.0), *LINES[1:]))
    case = small_case(facts, hours=4, start=SUMMER_DAY)
    inputs = inputs_of(case, facts)
    model = built(case, facts, inputs)
    problem, anatomy = problem_of(model), anatomy_of(model, case, facts, inputs)
    network = line_limits_of(model, problem, facts, None)
    assert network is not None
    decide = rolling.Rolling.decide

    def none_but_the_first(own: rolling.Rolling, begin: int, near: Search) -> Status:
        return Status.INFEASIBLE if begin else decide(own, begin, near)

    monkeypatch.setattr(rolling.Rolling, "decide", none_but_the_first)
    found, _, proof = rolled(network.problem, search(), unheard, Known(anatomy, network), Roll(2, 2))
    assert found.x is not None
    assert np.abs(network.restored(found.x)[model.variables["Line-s"].columns][:, 0]).max() == pytest.approx(150)
    assert proof.objective_cny == pytest.approx(4 * (225 * 200 + 75 * 600))
    assert any("without a way on" in step for step in found.steps)
