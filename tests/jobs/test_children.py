"""A process for each solve, within its memory."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any

import pytest

from dispatch.case.case import Limits
from dispatch.grid.catalogue import facts_of
from dispatch.jobs.aside import Aside
from dispatch.jobs.children import Children, SolverDied
from dispatch.schedule.outcome import Outcome, Status
from dispatch.schedule.progress import Progress
from dispatch.settings import Settings
from tests.service.watch import a_case, hoard


class Deadly:
    """Whoever reads it from a pipe is killed."""

    def __reduce__(self) -> tuple[Any, ...]:
        return die, ()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def told_nothing(_: Progress) -> None:
    pytest.fail("it tells nothing")


def test_a_process_that_is_killed_while_it_is_given_its_case_has_died_as_any_other() -> None:
    """At the first bytes of many, which then find nobody to read them."""
    many: Any = b"x" * 10_000_000
    deadly: Any = Deadly()
    with pytest.raises(SolverDied, match="killed or out of memory"):
        asyncio.run(Children(Settings()).solve(deadly, many, Limits(), told_nothing))
    with pytest.raises(SolverDied, match="killed or out of memory"):
        asyncio.run(Aside(Settings()).done(print, deadly, many))


@pytest.mark.parametrize(
    ("asked_gb", "setting_gb", "allowed_gb"), [(None, 0, None), (None, 8, 8), (2.5, 8, 2.5), (9.0, 8, 8), (9.0, 0, 9.0)]
)
def test_a_call_may_ask_for_less_memory_than_the_service_allows_and_not_for_more(
    asked_gb: float | None, setting_gb: int, allowed_gb: float | None
) -> None:
    children = Children(Settings(memory_gb=setting_gb))
    assert children._allowed(Limits(memory_gb=asked_gb)).memory_gb == allowed_gb


def test_a_process_that_does_not_look_at_its_memory_is_killed_and_that_is_an_answer() -> None:
    facts = facts_of("hebei_south", 2030)

    async def answered() -> Outcome:
        children = Children(Settings(), hoard)
        return await children.solve(a_case(step_count=1), facts, Limits(memory_gb=0.5), told_nothing)

    outcome = asyncio.run(answered())
    assert outcome.status is Status.FAILED
    assert outcome.reason.startswith("the solve needed more than 0.5 GB of memory")
