"""Small cases solved to the end, for tests that look at answers."""

from __future__ import annotations

from typing import Any

from dispatch.case.case import Limits
from dispatch.case.facts import GridFacts
from dispatch.run import run
from dispatch.schedule.outcome import Outcome
from dispatch.schedule.schedule import Schedule
from tests.small import small_case

EXACT = Limits(gap_share=1e-7, time_s=60.0)


def outcome_of(facts: GridFacts, **case: Any) -> Outcome:
    """The outcome of a small case on these facts, solved until nothing is left to gain."""
    return run(small_case(facts, **case), facts, EXACT)


def schedule_of(facts: GridFacts, **case: Any) -> Schedule:
    """The audited schedule of a small case; fails the test where there is none."""
    outcome = outcome_of(facts, **case)
    assert outcome.schedule is not None, outcome.reason
    return outcome.schedule
