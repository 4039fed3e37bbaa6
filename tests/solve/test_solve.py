"""A wish to stop, from whoever asked to whatever is searching."""

from __future__ import annotations

import time

import pytest

from dispatch.case.case import Limits
from dispatch.grid.catalogue import facts_of
from dispatch.run import run
from dispatch.schedule.outcome import Outcome, Status
from dispatch.schedule.progress import Progress
from dispatch.solve import solve
from dispatch.solve.climb import Kept
from dispatch.solve.solve import STOPPED
from tests.pace import slowed_s
from tests.small import SUMMER_DAY, gas_unit, one_bus_facts, small_case, unit
from tests.test_run import real_case

FACTS = one_bus_facts(unit("coal_1"), unit("coal_2"), gas_unit("gas", bus="a"), load_mw=400.0)
EXACT = Limits(gap_share=0.0, time_s=600.0)


def steps_of(outcome: Outcome) -> tuple[str, ...]:
    assert outcome.certificate is not None
    return outcome.certificate.steps


def test_who_stops_a_long_search_gets_the_best_schedule_so_far_audited_and_with_its_gap() -> None:
    """Said as soon as a schedule is known; nobody proves a gap of 0 on the real grid by then."""
    south, told = facts_of("hebei_south", 2030), [Progress("", 0.0)]

    def stop() -> bool:
        return told[-1].objective_cny is not None

    outcome = run(real_case(south, 24), south, EXACT, told.append, stop=stop)
    assert outcome.status is Status.FEASIBLE
    assert outcome.schedule is not None
    assert outcome.audit is not None
    assert outcome.audit.passed
    assert outcome.proof.gap_share is not None
    assert 0 < outcome.proof.gap_share < 0.05
    assert steps_of(outcome)[-1] == STOPPED


@pytest.mark.parametrize("whole_h", [60.0, 4.0], ids=["whole", "rolled"])
def test_who_stops_before_any_schedule_is_told_that_it_was_stopped(
    whole_h: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solve, "WHOLE_H", whole_h)
    outcome = run(small_case(FACTS, hours=8, start=SUMMER_DAY), FACTS, EXACT, stop=lambda: True)
    assert outcome.status is Status.NO_SOLUTION
    assert outcome.schedule is None
    assert outcome.reason == "no schedule was found before it was stopped on request"
    assert steps_of(outcome)[-1] == STOPPED


def test_a_wish_that_comes_after_the_proof_changes_nothing() -> None:
    told = [Progress("", 0.0)]
    outcome = run(
        small_case(FACTS, hours=4, start=SUMMER_DAY),
        FACTS,
        Limits(1e-6, 60.0),
        told.append,
        stop=lambda: told[-1].gap_share == 0.0,
    )
    assert outcome.status is Status.OPTIMAL
    assert STOPPED not in steps_of(outcome)


def test_time_that_is_over_is_not_called_a_stop() -> None:
    outcome = run(small_case(FACTS, hours=2), FACTS, Limits(time_s=0.001))
    assert outcome.reason == "no schedule was found in 0.001 s"
    assert STOPPED not in steps_of(outcome)


def test_what_was_kept_of_another_case_is_left_aside_and_said() -> None:
    """Eight hours after four have other columns; the answer is that of a search without anything kept."""
    kept, limits = Kept(), Limits(1e-6, 60.0)
    run(small_case(FACTS, hours=4, start=SUMMER_DAY), FACTS, limits, kept=kept)
    case = small_case(FACTS, hours=8, start=SUMMER_DAY)
    after, alone = run(case, FACTS, limits, kept=kept), run(case, FACTS, limits)
    assert steps_of(after)[0] == "relaxation of before left aside: it has other rows"
    assert "commitment of before left aside: it is of another case" in steps_of(after)
    assert after.status is Status.OPTIMAL
    assert after.proof.objective_cny == pytest.approx(alone.proof.objective_cny)


def test_what_was_kept_is_left_aside_by_a_horizon_that_rolls_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, limits = Kept(), Limits(1e-3, 60.0)
    case = small_case(FACTS, hours=8, start=SUMMER_DAY)
    run(case, FACTS, limits, kept=kept)
    for name, hours in (("WHOLE_H", 4.0), ("DAY_H", 4.0), ("AHEAD_H", 2.0)):
        monkeypatch.setattr(solve, name, hours)
    outcome = run(case, FACTS, limits, kept=kept)
    assert "search of before left aside: a long horizon starts afresh" in steps_of(outcome)


def test_a_stop_is_heard_within_two_seconds() -> None:
    south, began = facts_of("hebei_south", 2030), time.monotonic()
    heard: list[float] = []

    def stop() -> bool:
        late = time.monotonic() - began > 2.0
        heard.extend([time.monotonic()] if late and not heard else [])
        return late

    run(real_case(south, 24), south, EXACT, stop=stop)
    assert heard
    assert time.monotonic() - heard[0] < slowed_s(2.0 + 1.0)  # the last LP, and the audit
