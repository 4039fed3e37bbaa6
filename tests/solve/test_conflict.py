from __future__ import annotations

import numpy as np
import pytest

from dispatch.case.thermal import MustRun, Outage
from dispatch.horizon import beijing
from dispatch.schedule.outcome import Outcome, Proof, Shortfall, Status
from dispatch.solve import conflict
from dispatch.solve.climb import Found
from dispatch.solve.conflict import in_words
from tests.answers import outcome_of
from tests.model.worlds import World, facts_of_worlds, free_unit
from tests.small import SUMMER_DAY, one_bus_facts, unit

# A unit that rests for eight hours after each stop, called for, out and called for again.
RESTLESS = one_bus_facts(unit("u", heats=False, min_up_h=1.0), load_mw=100.0)
SUMMER_HOURS = [beijing(SUMMER_DAY.replace(tzinfo=None, hour=hour)) for hour in range(4)]
CALLS = {
    "hours": 3,
    "start": SUMMER_DAY,
    "must_run": (MustRun("u", SUMMER_HOURS[0], SUMMER_HOURS[1]), MustRun("u", SUMMER_HOURS[2], SUMMER_HOURS[3])),
    "outages": (Outage("u", SUMMER_HOURS[1], SUMMER_HOURS[2]),),
}


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """Three buses: one lacks power in two hours, one has 50 MW it cannot get rid of, one has what it needs."""
    stubborn = free_unit("unit", 200.0, output_min_mw=100.0, heating_output_min_mw=100.0, min_up_h=8.0)
    facts = facts_of_worlds(
        World("poor", (300, 350, 400), (free_unit("unit", 200.0),)),
        World("rich", (100, 50, 100), (stubborn,)),
        World("fine", (100,), (free_unit("unit", 200.0),)),
    )
    on = {"must_run": (MustRun("rich unit", SUMMER_HOURS[0], SUMMER_HOURS[3]),)}
    return outcome_of(facts, hours=3, start=SUMMER_DAY, **on)


def test_what_is_missing_and_what_is_too_much_is_told_by_hour_and_bus(outcome: Outcome) -> None:
    """Poor gives 300 MW at most: 50 and 100 are missing. rich gives 100 at least where 50 are asked."""
    assert outcome.status is Status.INFEASIBLE
    told = {(s.time[11:13], s.bus): (s.missing_mw, s.surplus_mw) for s in outcome.shortfalls}
    assert told == {("01", "poor"): (50.0, 0.0), ("02", "poor"): (100.0, 0.0), ("01", "rich"): (0.0, 50.0)}
    assert {s.grid for s in outcome.shortfalls} == {"poor", "rich"}


def test_an_infeasible_case_has_neither_schedule_nor_numbers(outcome: Outcome) -> None:
    assert (outcome.schedule, outcome.audit, outcome.metrics) == (None, None, None)
    assert outcome.proof == Proof(None, None)
    assert outcome.certificate is not None
    assert outcome.certificate.schedule_sha256 == ""


def test_the_sentence_names_the_worst_place_and_both_directions(outcome: Outcome) -> None:
    assert "150 MW" in outcome.reason
    assert "50 MW" in outcome.reason
    assert "poor" in outcome.reason
    assert "100 MW missing" in outcome.reason
    assert "rich" not in outcome.reason


def test_a_surplus_alone_is_named_as_one() -> None:
    words = in_words((Shortfall("2030-07-15T01:00:00", "jibei", "a", 0.0, 40.0),), 1.0)
    assert "40 MW in surplus" in words
    assert "2030-07-15T01:00:00" in words


def test_rules_that_contradict_each_other_are_said_to() -> None:
    """On in hour 0, out in hour 1, on in hour 2, with eight hours of rest after a stop: no power mends that."""
    outcome = outcome_of(RESTLESS, **CALLS)
    assert outcome.status is Status.INFEASIBLE
    assert outcome.shortfalls == ()
    assert "contradict each other" in outcome.reason


def test_time_over_before_the_shortfall_is_measured_is_not_called_a_contradiction(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The search for the shortfall ends without a point: nothing is known but that the case is infeasible."""

    def out_of_time(*_: object) -> tuple[Found, Status, Proof]:
        return Found(x=None, objective_cny=np.inf), Status.NO_SOLUTION, Proof(None, None)

    monkeypatch.setattr(conflict, "climbed", out_of_time)
    facts = one_bus_facts(free_unit("unit", 200.0), load_mw=400.0)
    outcome = outcome_of(facts, hours=1, start=SUMMER_DAY)
    assert outcome.status is Status.INFEASIBLE
    assert outcome.shortfalls == ()
    assert outcome.reason
    assert "contradict" not in outcome.reason
