from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dispatch.case.objective import ABSORPTION_FIRST
from dispatch.replay.compared import compared
from dispatch.schedule.difference import Difference
from dispatch.schedule.outcome import Aim, Outcome, Proof, Status
from tests.replay.records import record

GAP_SHARE = 0.01


def answer(objective_cny: float, bound_cny: float, curtailed_mwh: float = 0.0, **changes: Any) -> Outcome:
    """The kept answer with another proof and another curtailment."""
    kept = record().outcome
    assert kept.metrics is not None
    metrics = replace(kept.metrics, total=replace(kept.metrics.total, curtailed_mwh=curtailed_mwh))
    return replace(kept, proof=Proof(objective_cny, bound_cny), metrics=metrics, **changes)


def told(recorded: Outcome, again: Outcome, **case: Any) -> dict[str, Difference]:
    return {d.field: d for d in compared(replace(record().case, **case), recorded, again, GAP_SHARE)}


def mattering(recorded: Outcome, again: Outcome, **case: Any) -> list[str]:
    return [name for name, difference in told(recorded, again, **case).items() if difference.matters]


def test_the_same_answer_has_no_difference() -> None:
    assert told(answer(1000.0, 995.0), answer(1000.0, 995.0)) == {}


@pytest.mark.parametrize(
    ("again", "words"),
    [
        ((994.0, 990.0), "below the recorded bound"),  # recorded: nothing below 995 exists
        ((1010.0, 1001.0), "below the new bound"),  # now: nothing below 1001 exists, and 1000 was found
        ((1010.1, 995.0), "worse"),  # 1 % of 1000 is 10
    ],
)
def test_bounds_that_contradict_and_objectives_that_are_worse_matter(again: tuple[float, float], words: str) -> None:
    difference = told(answer(1000.0, 995.0), answer(*again))["again.objective_cny"]
    assert difference.matters
    assert words in difference.message


@pytest.mark.parametrize("again", [(1009.9, 995.0), (995.0, 990.0), (995.0, 995.0)])
def test_another_objective_within_both_gaps_is_information(again: tuple[float, float]) -> None:
    recorded, now = answer(1000.0, 995.0), answer(*again)
    assert mattering(recorded, now) == []
    assert "again.objective_cny" in told(recorded, now)


@pytest.mark.parametrize(("curtailed_mwh", "matters"), [(100.017, False), (100.019, True)])
def test_curtailment_beyond_what_the_gaps_pay_for_matters(curtailed_mwh: float, *, matters: bool) -> None:
    """Gaps of 5 and 4 CNY, the lowest price above 0 is 500 CNY/MWh: 9 / 500 = 0.018 MWh."""
    recorded, now = answer(1000.0, 995.0, 100.0), answer(1000.0, 996.0, curtailed_mwh)
    assert told(recorded, now)["again.curtailed_mwh"].matters is matters


def test_flips_matter_only_beside_an_objective_that_differs() -> None:
    kept = record().outcome
    assert kept.schedule is not None
    on = kept.schedule.on.copy()
    unit = on.columns[0]
    on[unit] = [1 - int(on[unit].iloc[0]), *on[unit].iloc[1:]]
    other = replace(kept.schedule, on=on)

    flipped = told(answer(1000.0, 995.0), answer(1000.0, 995.0, schedule=other))
    assert (flipped["again.on"].today, flipped["again.on"].matters) == (1.0, False)
    assert on.columns[0] in flipped["again.on"].message
    assert told(answer(1000.0, 995.0), answer(1020.0, 995.0, schedule=other))["again.on"].matters


@pytest.mark.parametrize(
    ("then", "now", "matters"),
    [
        (Status.FEASIBLE, Status.OPTIMAL, False),
        (Status.OPTIMAL, Status.FEASIBLE, False),
        (Status.NO_SOLUTION, Status.OPTIMAL, False),
        (Status.NO_SOLUTION, Status.INFEASIBLE, False),
        (Status.OPTIMAL, Status.NO_SOLUTION, True),
        (Status.OPTIMAL, Status.INFEASIBLE, True),
        (Status.INFEASIBLE, Status.OPTIMAL, True),
        (Status.INFEASIBLE, Status.NO_SOLUTION, True),
        (Status.NO_SOLUTION, Status.FAILED, True),
    ],
)
def test_an_answer_lost_matters_and_an_answer_won_does_not(then: Status, now: Status, *, matters: bool) -> None:
    recorded, again = (replace(record().outcome, status=status, schedule=None, causes=()) for status in (then, now))
    assert told(recorded, again)["again.status"].matters is matters


@pytest.mark.parametrize(("share", "matters"), [(1.0, []), (1.009, []), (1.02, ["again.causes.cost_cny"])])
def test_what_is_short_is_the_same_within_1_percent(share: float, matters: list[str]) -> None:
    kept = record("jibei-too-much-load").outcome
    assert sum(cause.cost_cny for cause in kept.causes) > 0
    causes = tuple(replace(cause, cost_cny=share * cause.cost_cny) for cause in kept.causes)
    assert mattering(kept, replace(kept, causes=causes)) == matters


@pytest.mark.parametrize(
    ("least", "bound", "limit", "matters"),
    [
        (100.0, 99.0, 100.0, ["again.objective_cny"]),  # the same limit: 1100 CNY against 1000 is worse
        (100.05, 99.0, 101.0, []),  # another limit: costs are not compared
        (98.0, 97.0, 98.0, ["again.aim.least"]),  # recorded: less than 99 is impossible
        (103.0, 102.0, 103.0, ["again.aim.least"]),  # now: less than 102 is impossible, and 100 was found
        (101.0, 99.0, 101.0, ["again.aim.least"]),  # no contradiction, but a search that finds 1 MWh less
    ],
)
def test_what_is_sought_first_is_compared_by_its_intervals(
    least: float, bound: float, limit: float, matters: list[str]
) -> None:
    def aimed(objective_cny: float, least: float, bound: float, limit: float) -> Outcome:
        aim = Aim(ABSORPTION_FIRST, "MWh", least, bound, limit, held=least, proven=True)
        return replace(answer(objective_cny, 990.0), proof=Proof(objective_cny, 990.0, aim))

    recorded, again = aimed(1000.0, 100.0, 99.0, 100.0), aimed(1100.0, least, bound, limit)
    assert mattering(recorded, again, objective=ABSORPTION_FIRST) == matters
