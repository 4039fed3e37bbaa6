"""A process for each solve, within its memory."""

from __future__ import annotations

import asyncio

import pytest

from dispatch.case.case import Limits
from dispatch.grid.catalogue import facts_of
from dispatch.jobs.children import Children
from dispatch.schedule.outcome import Outcome, Status
from dispatch.schedule.progress import Progress
from dispatch.settings import Settings
from tests.service.watch import a_case, hoard


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

    async def told(_: Progress) -> None:
        pytest.fail("it tells nothing")

    async def answered() -> Outcome:
        children = Children(Settings(), hoard)
        return await children.solve(a_case(step_count=1), facts, Limits(memory_gb=0.5), told)

    outcome = asyncio.run(answered())
    assert outcome.status is Status.FAILED
    assert outcome.reason.startswith("the solve needed more than 0.5 GB of memory")
