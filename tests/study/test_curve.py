"""What each percent of response is worth, and where more adds nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest

from dispatch.case.case import Case, Limits
from dispatch.case.demand_response import REDUCE
from dispatch.case.facts import GridFacts
from dispatch.run import run
from dispatch.schedule.outcome import Outcome, Proof, Status
from dispatch.study.curve import Curve, Point, is_untold, shares_of, unanswered
from dispatch.study.response import swept
from tests.report.solved import solved, unsolved
from tests.small import contract, one_bus_facts, small_case, small_facts, unit

LIMITS = Limits(gap_share=0.001, time_s=60.0)
SHARES = (0.0, 0.02, 0.05, 0.1)


def windy(hours: int = 24) -> tuple[Case, GridFacts]:
    """The triangle with more wind than it can take."""
    facts = small_facts(available_share={"wind": 1.0, "roofs": 0.9}, load_mw={"a": 120.0, "b": 160.0, "d": 30.0})
    return small_case(facts, hours=hours), facts


@cache
def small_curve() -> Curve:
    base, facts = windy()
    return Curve(facts, LIMITS.gap_share, tuple(swept(base, facts, SHARES, LIMITS)))


def curve_with(
    objectives_cny: Sequence[float], gaps_cny: Sequence[float], step_share: float = 0.01, gap: float = 0.01
) -> Curve:
    """A curve of one schedule under proofs as given."""
    scenario = solved(0.05)
    answers = [
        (
            replace(scenario.case, response_share=step_share * k),
            replace(scenario.outcome, proof=Proof(objective, objective - gap)),
        )
        for k, (objective, gap) in enumerate(zip(objectives_cny, gaps_cny, strict=True))
    ]
    return Curve(scenario.facts, gap, tuple(answers))


def enough_of(curve: Curve) -> float | None:
    return None if curve.enough is None else curve.enough.response_share


def objective_of(point: Point) -> float:
    assert point.objective_cny is not None
    return point.objective_cny


def test_shares_are_at_equal_distances_and_short_to_read() -> None:
    assert shares_of(11, 0.1) == (0.0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1)
    assert shares_of(2, 0.05) == (0.0, 0.05)


def test_the_objective_never_rises_with_more_response_beyond_the_gaps() -> None:
    points = small_curve().points

    assert [point.status for point in points] == ["OPTIMAL"] * len(SHARES)
    for less, more in pairwise(points):
        assert objective_of(more) <= objective_of(less) + LIMITS.gap_share * abs(objective_of(more)) + 1e-3
        assert more.bound_cny is not None
        assert more.bound_cny <= objective_of(less) + 1e-3
    assert objective_of(points[-1]) < objective_of(points[0]), "response is of no use here: the test shows nothing"


def test_a_sweep_answers_as_cold_solves_do_within_the_gaps() -> None:
    base, facts = windy()
    for point in small_curve().points:
        cold = run(replace(base, response_share=point.response_share), facts, LIMITS).proof
        assert cold.objective_cny is not None
        assert cold.bound_cny is not None
        assert point.bound_cny is not None
        assert cold.bound_cny <= objective_of(point) + 1e-3
        assert point.bound_cny <= cold.objective_cny + 1e-3


def test_a_point_says_what_the_outcome_says() -> None:
    curve = small_curve()
    for point, (case, outcome) in zip(curve.points, curve.answers, strict=True):
        assert outcome.metrics is not None
        assert outcome.certificate is not None
        total = outcome.metrics.total
        assert point.response_share == case.response_share
        assert (point.objective_cny, point.gap_share) == (outcome.proof.objective_cny, outcome.proof.gap_share)
        assert point.cost_cny == total.cost.total_cny
        assert (point.curtailed_mwh, point.utilisation_share) == (total.curtailed_mwh, total.utilisation_share)
        assert (point.response_cap_mw, point.start_count) == (total.response_cap_mw, total.start_count)
        assert point.case_sha256 == outcome.certificate.case_sha256


def test_what_is_saved_is_told_against_the_first_share_for_each_mwh_moved() -> None:
    first, *_, last = small_curve().points

    assert (first.response_moved_mwh, first.absorbed_more_mwh, first.cost_saved_cny_per_mwh) == (0.0, 0.0, None)
    assert last.response_cut_mwh is not None
    assert last.response_extra_mwh is not None
    assert last.absorbed_mwh is not None
    assert first.absorbed_mwh is not None
    moved = max(last.response_cut_mwh, last.response_extra_mwh)
    assert last.response_moved_mwh == moved > 0
    assert last.absorbed_more_mwh == pytest.approx(last.absorbed_mwh - first.absorbed_mwh)
    assert last.objective_saved_cny_per_mwh == pytest.approx((objective_of(first) - objective_of(last)) / moved)


def test_one_more_percent_is_told_per_percent_whatever_the_distance() -> None:
    """Two percent apart: half the difference. Half a percent apart: against the second next."""
    coarse = curve_with([1000.0, 900.0], [3.0, 4.0], step_share=0.02).points[0]
    fine = curve_with([1000.0, 960.0, 930.0], [3.0, 4.0, 5.0], step_share=0.005).points

    assert (coarse.next_percent_saves_cny, coarse.next_percent_open_cny) == (50.0, 7.0)
    assert (fine[0].next_percent_saves_cny, fine[0].next_percent_open_cny) == (70.0, 8.0)
    assert fine[1].next_percent_saves_cny is None


def test_enough_is_where_one_more_percent_saves_less_than_the_gaps_and_stays_so() -> None:
    """Savings 100, 5, 40, 6, 0 and gaps of 5 each: 10 open. The 40 comes after the 5, so enough is at 3 %."""
    curve = curve_with([1000, 900, 895, 855, 849, 849], [5] * 6)

    assert [is_untold(point) for point in curve.points] == [False, True, False, True, True, False]
    assert enough_of(curve) == pytest.approx(0.03)
    assert curve.rest_cny == pytest.approx(855 - 844)


def test_nothing_is_enough_where_the_gaps_are_wider_than_asked() -> None:
    """Each percent is within the gaps, yet all that follows may still save 55: no sign of saturation."""
    curve = curve_with([1000, 995, 990, 985], [40] * 4)

    assert curve.enough is None
    assert curve.ends_untold
    assert curve.rest_cny is None


def test_small_savings_that_add_up_are_not_enough_before_the_rest_is_small() -> None:
    """9 each, within 10 that are open, 63 in all; two gaps of 1 % are some 19, and from 6 % on 14 are left."""
    curve = curve_with([1000, 991, 982, 973, 964, 955, 946, 937], [5] * 8)

    assert enough_of(curve) == pytest.approx(0.06)
    assert curve.rest_cny == pytest.approx(14)


def test_a_curve_that_still_falls_has_no_such_share() -> None:
    assert enough_of(curve_with([1000, 900, 800], [5] * 3)) is None


def test_a_flat_curve_has_enough_at_once() -> None:
    assert enough_of(curve_with([1000, 1000, 1000], [0] * 3)) == 0.0


def test_a_share_without_an_answer_is_a_point_with_its_reason_and_leaves_the_others_as_they_are() -> None:
    good = curve_with([1000, 900, 890, 890], [5] * 4)
    case, _ = good.answers[1]
    curve = replace(good, answers=(good.answers[0], (case, unsolved().outcome), *good.answers[2:]))
    (point,) = unanswered(curve.points)

    assert (point.status, point.reason, point.objective_cny) == ("INFEASIBLE", "420 MW are missing", None)
    assert point.cost_cny is None
    assert curve.points[0].next_percent_saves_cny == pytest.approx(55.0)
    assert curve.points[2] == good.points[2]


def test_where_the_first_share_has_no_answer_nothing_is_told_against_it() -> None:
    good = curve_with([1000, 900], [5] * 2)
    none = Outcome(Status.NO_SOLUTION, Proof(None, None))
    points = replace(good, answers=((good.answers[0][0], none), good.answers[1])).points

    assert points[1].absorbed_more_mwh is None
    assert points[1].objective_cny == 900


def test_a_sweep_of_an_infeasible_case_answers_every_share() -> None:
    facts = small_facts(load_mw={"a": 700.0, "b": 900.0, "d": 50.0})
    answers = list(swept(small_case(facts, hours=3), facts, (0.0, 0.05, 0.1), LIMITS))

    assert [outcome.status for _, outcome in answers] == [Status.INFEASIBLE] * 3
    assert all(outcome.reason for _, outcome in answers)


def test_a_share_is_solved_after_others_that_are_infeasible() -> None:
    """A unit of 250 MW and a load of 265 MW: 12 MW of response are not enough, 15 of the 20 MW there are."""
    cuts = contract("factories", REDUCE, bus_shares=(("a", 1.0),), payback_share=0.0)
    facts = one_bus_facts(unit("coal"), load_mw=265.0, contracts=(cuts,))
    answers = list(swept(small_case(facts, hours=2), facts, (0.0, 0.02, 0.1), LIMITS))

    assert [outcome.status.value for _, outcome in answers] == ["INFEASIBLE", "INFEASIBLE", "OPTIMAL"]
    case, outcome = answers[-1]
    cold = run(case, facts, LIMITS)
    assert outcome.proof.objective_cny == pytest.approx(cold.proof.objective_cny, rel=1e-3)


def test_no_time_is_no_solution_at_every_share() -> None:
    base, facts = windy(hours=6)
    answers = list(swept(base, facts, SHARES, replace(LIMITS, time_s=1e-6)))

    assert len(answers) == len(SHARES)
    assert {outcome.status for _, outcome in answers} <= {Status.NO_SOLUTION, Status.FEASIBLE, Status.OPTIMAL}
