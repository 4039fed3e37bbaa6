"""A worker beside a ledger, without a process for each solve: what is tested is what becomes of its runs."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.case.case import Limits
from dispatch.jobs.children import Tell
from dispatch.jobs.executor import Job
from dispatch.jobs.solving import Held, Solving
from dispatch.jobs.worker import Worker
from dispatch.runs.artefacts import Artefacts
from dispatch.runs.ledger import Ledger
from dispatch.runs.run import Ending, Run, State
from dispatch.settings import Settings
from dispatch.wire.runs import asked_bytes
from tests.runs.asked import LONG_S, asked
from tests.service.watch import SOON_S, a_case

LEASE_S = 600


class Endless:
    """Somewhere a case is solved for ever."""

    def __init__(self) -> None:
        self.begun = threading.Event()

    async def room_count(self) -> int:
        return 1

    async def ending(self, job: Job, tell: Tell, stop: asyncio.Event) -> Ending:
        self.begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def close(self) -> None:
        pass


class SlowLedger(Ledger):
    """The real one, far away: a claim is heard of 0.3 s after it was made."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.claimed = threading.Event()

    def claim(self, owner: str, lease_s: float) -> Run | None:
        run = super().claim(owner, lease_s)
        self.claimed.set()
        time.sleep(0.3)
        return run


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SlowLedger]:
    ledger = SlowLedger(f"sqlite:///{tmp_path}/runs.db")
    ledger.prepare()
    yield ledger
    ledger.engine.dispose()


@pytest.fixture
def artefacts(tmp_path: Path) -> Artefacts:
    return Artefacts(str(tmp_path / "kept"))


async def _stopped_after(worker: Worker, moment: threading.Event) -> None:
    working = asyncio.create_task(worker.work())
    assert await asyncio.to_thread(moment.wait, SOON_S)
    await worker.left()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


@pytest.mark.parametrize("is_begun", [False, True])
def test_a_worker_that_stops_hands_back_what_it_has_and_what_it_is_just_taking(
    ledger: SlowLedger, artefacts: Artefacts, *, is_begun: bool
) -> None:
    """Stopped before it has heard of its claim, or once its run is under way. The next worker need not wait."""
    run_id = ledger.add(asked(payload_sha256=artefacts.put(asked_bytes(a_case(1), Limits())))).run_id
    endless = Endless()
    worker = Worker(ledger, artefacts, endless, Settings(solve_count=1, lease_seconds=LEASE_S))
    asyncio.run(_stopped_after(worker, endless.begun if is_begun else ledger.claimed))
    assert ledger.get(run_id).state is State.RUNNING
    again = ledger.claim("another", LONG_S)
    assert again is not None
    assert (again.attempt_count, again.lost_count) == (2, 0)


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"another case")])
def test_a_run_whose_case_is_gone_or_damaged_ends_with_that_reason(
    ledger: Ledger, artefacts: Artefacts, tmp_path: Path, damage: object
) -> None:
    """It would else hold its place among the solves for ever."""
    name = artefacts.put(asked_bytes(a_case(1), Limits()))
    ledger.add(asked(payload_sha256=name))
    damage(tmp_path / "kept" / name[:2] / name)  # type: ignore[operator]
    run = ledger.claim("w", LONG_S)
    assert run is not None
    ending = asyncio.run(Solving(artefacts, Endless(), file_s=0.0).ending(Held(run)))
    assert (ending.state, ending.reason) == (State.FAILED, "CASE_LOST")
    assert name in ending.message
