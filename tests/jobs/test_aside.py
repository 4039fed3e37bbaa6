"""Short work apart from the server."""

from __future__ import annotations

import asyncio
import os
import time

import pytest

from dispatch.errors import CaseError, Flaw, SolverFailed
from dispatch.jobs.aside import Aside
from dispatch.jobs.children import SolverDied
from dispatch.settings import Settings


def process_and_priority() -> tuple[int, int]:
    return os.getpid(), os.nice(0)


def refused() -> None:
    raise CaseError((Flaw("A", "b", "c"), Flaw("D", "e", "f")))


def defect() -> None:
    raise ZeroDivisionError


def killed() -> None:
    os.kill(os.getpid(), 9)


def test_work_is_done_in_a_process_of_the_lowest_priority() -> None:
    pid, priority = asyncio.run(Aside(Settings()).done(process_and_priority))
    assert pid != os.getpid()
    assert priority == 19


def test_errors_come_back_as_they_are_and_defects_without_pythons_words() -> None:
    aside = Aside(Settings())
    with pytest.raises(CaseError) as error:
        asyncio.run(aside.done(refused))
    assert [flaw.field for flaw in error.value.flaws] == ["b", "e"]
    assert str(error.value) == "b: c\ne: f"
    with pytest.raises(SolverFailed, match="the log of the service"):
        asyncio.run(Aside(Settings()).done(defect))
    with pytest.raises(SolverDied):
        asyncio.run(Aside(Settings()).done(killed))


def test_work_that_nobody_waits_for_ends() -> None:
    async def given_up() -> float:
        begun = time.monotonic()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(Aside(Settings()).done(time.sleep, 300), 0.3)
        return time.monotonic() - begun

    assert asyncio.run(given_up()) < 60
