"""
A worker: it claims runs, has each solved in a process of its own, tells that it is alive, and finishes it once.

Whatever stops it in between, the lease of its runs ends and another worker takes them; what it then still finds out is
of an older attempt and changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress

from structlog.contextvars import bind_contextvars

from dispatch.errors import StoreFull, StoreLost
from dispatch.jobs.executor import Executor, insisted
from dispatch.jobs.solving import ADRIFT, DIED, NO_ENDINGS, Held, Solving
from dispatch.runs.artefacts import Artefacts
from dispatch.runs.ledger import Ledger
from dispatch.runs.run import Ending, Run, State, Wish
from dispatch.runs.steps import CANCELLED
from dispatch.settings import Settings
from dispatch.tracing import trace_of

LOOK_EVERY_S = 0.5  # for a run to take, and for what callers wish of those under way
LAST_WORD_S = 20.0  # for an audited answer, once a search was asked to stop
BEATS_COUNT = 3  # in the time of a lease

LOG = logging.getLogger(__name__)


class Worker:
    """Takes runs as long as it has room."""

    def __init__(self, ledger: Ledger, artefacts: Artefacts, executor: Executor, settings: Settings) -> None:
        self._ledger, self._settings = ledger, settings
        self._executor, self._solving = executor, Solving(artefacts, executor)
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._taking = asyncio.Lock()
        self._draining = False
        self.ended: Callable[[Run, Ending], None] = lambda _, __: None  # called when a run has ended here

    def wake(self) -> None:
        """There may be something to take."""
        self._wake.set()

    async def work(self) -> None:
        """Until cancelled."""
        while True:
            async with self._taking:
                room_count = 0 if self._draining else await self._executor.room_count()
                took = len(self._tasks) < room_count and not self._draining and await self._took_one()
            if not took:
                await self._idle()

    async def drained(self) -> None:
        """Take no more runs, and return when none is under way."""
        self._draining = True
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def left(self) -> None:
        """Hand back what is under way: another worker goes on at once."""
        self._draining = True
        async with self._taking:  # a run that is just being taken is one of them
            await asyncio.sleep(0)  # and has begun
            for task in self._tasks:
                task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._executor.close()

    async def _idle(self) -> None:
        self._wake.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY_S):  # wait_for may swallow a cancel
                await self._wake.wait()

    async def _took_one(self) -> bool:
        try:
            run = await asyncio.to_thread(self._ledger.claim, self._owner, self._settings.lease_seconds)
        except (StoreLost, StoreFull) as error:
            LOG.warning("no run can be taken: %s", error)
            return False
        if run is None:
            return False
        task = asyncio.create_task(self._done(run))
        self._tasks.add(task)
        task.add_done_callback(self._over)
        return True

    def _over(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.wake()
        if not task.cancelled() and (error := task.exception()) is not None:
            LOG.error("a run was let go of by a defect", exc_info=error)

    async def _done(self, run: Run) -> None:
        """Solve it, and finish it unless it is another's by then."""
        held = Held(run)
        bind_contextvars(run=run.run_id, attempt=run.attempt_count, **trace_of(run.asked.traceparent))
        solving = asyncio.create_task(self._solving.ending(held))
        beating = asyncio.create_task(self._beating(held, solving))
        try:
            ending = await _unless_cancelled(solving)
            _note(held, ending or CANCELLED)
        except asyncio.CancelledError:
            solving.cancel()
            await asyncio.gather(solving, return_exceptions=True)
            await asyncio.to_thread(self._ledger.hand_back, run)
            raise
        finally:
            beating.cancel()
            held.attempt.end()
        await self._finished(held, ending)

    async def _finished(self, held: Held, ending: Ending | None) -> None:
        """Tell the ledger, however long it takes to reach it."""
        if held.wish is Wish.LOST:
            return
        if ending is None:
            ending = CANCELLED
        if held.told and ending.reason not in NO_ENDINGS:
            await insisted(lambda: self._ledger.beat(held.run, self._settings.lease_seconds, held.told))
        if ending.reason == DIED:
            await insisted(lambda: self._ledger.give_up(held.run, ending.message))
        elif ending.reason == ADRIFT:
            await insisted(lambda: self._ledger.hand_back(held.run, ending.message))
        else:
            await insisted(lambda: self._ledger.finish(held.run, ending))
            self.ended(held.run, ending)

    async def _beating(self, held: Held, solving: asyncio.Task[Ending]) -> None:
        """Tell that it is alive, and do as the caller wishes."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                wish = await asyncio.to_thread(self._beat, held)
            except (StoreLost, StoreFull) as error:
                LOG.warning("run %s goes on without the ledger: %s", held.run.run_id, error)
                continue
            if wish is Wish.GO_ON or wish is held.wish:
                continue
            held.wish = wish
            if wish is Wish.KEEP:
                held.stop.set()
                asyncio.get_running_loop().call_later(LAST_WORD_S, solving.cancel)
            else:
                solving.cancel()

    def _beat(self, held: Held) -> Wish:
        """A beat where there is something to tell or a third of the lease is over; else only a look."""
        told, held.told = held.told, []
        due_s = held.beaten_s + self._settings.lease_seconds / BEATS_COUNT
        if not told and time.monotonic() < due_s:
            return self._ledger.wishes([held.run])[held.run.run_id]
        try:
            wish = self._ledger.beat(held.run, self._settings.lease_seconds, told)
        except (StoreLost, StoreFull):
            held.told = told + held.told
            raise
        held.beaten_s = time.monotonic()
        return wish


def _note(held: Held, ending: Ending) -> None:
    """How an attempt ended, on its span."""
    span, status = held.attempt.span, ending.outcome_status
    span.note(dispatch__state=ending.state.value, dispatch__status=status.value if status else None)
    span.note(dispatch__gap_share=ending.gap_share, dispatch__objective_cny=ending.objective_cny)
    if ending.state is State.FAILED:
        span.failed(f"{ending.reason}: {ending.message}")


async def _unless_cancelled(solving: Awaitable[Ending]) -> Ending | None:
    """How it ended; None where the solve alone was cancelled. Cancelled itself, it says so."""
    try:
        return await asyncio.shield(solving)
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        return None
