"""
Each solve in a process of its own: what is cancelled ends at once, and what crashes takes nothing with it.

The processes are forked from Python's own fork server, which has imported the heavy libraries and nothing of
gRPC, so that one starts in milliseconds. `Children()` starts it, before any event loop or channel exists.
"""

from __future__ import annotations

import asyncio
import math
import multiprocessing
import multiprocessing.forkserver
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import Any

from structlog.contextvars import get_contextvars

from dispatch.case.case import Case, Limits
from dispatch.case.facts import GridFacts
from dispatch.errors import DispatchError, SolverFailed
from dispatch.jobs.child import Told, Work, in_context, work
from dispatch.memory import beyond, resident_gb
from dispatch.schedule.outcome import Outcome, Proof, Status
from dispatch.schedule.progress import Progress
from dispatch.settings import Settings

PRELOADED = ["dispatch.run", "dispatch.jobs.child"]  # with all that a solve needs
LOOK_EVERY_SECONDS = 0.1
OVERRUN_SHARE = 0.1  # a process that is this much beyond its memory has not ended by itself: it is killed
UNANSWERED = "the process of the solve ended without an answer; it may have been killed or out of memory"

Tell = Callable[[Progress], Awaitable[None]]


class SolverDied(SolverFailed):
    """The process of a solve ended without an answer: killed, out of memory, or crashed."""


class Children:
    """Starts a process for each solve."""

    def __init__(self, settings: Settings, task: Work = work) -> None:
        self._settings = settings
        self._task = task
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(PRELOADED)
        multiprocessing.forkserver.ensure_running()

    async def solve(
        self, case: Case, facts: GridFacts, limits: Limits, tell: Tell, stop: asyncio.Event | None = None
    ) -> Outcome:
        """
        The outcome of this case from a new process, which ends with this call, however that ends.

        Once `stop` is set, the best schedule so far is the outcome. Raises SolverDied where the process ended without
        an answer.
        """
        limits = self._allowed(limits)
        ours, theirs = self._context.Pipe()
        given = (get_contextvars(), self._task, case, facts, limits, theirs, self._settings.niceness_count)
        process = self._context.Process(target=in_context, args=given, daemon=True)
        starting = asyncio.ensure_future(asyncio.to_thread(start, process, theirs))
        stopping = asyncio.ensure_future(_stopped(ours, stop))
        try:
            await asyncio.shield(starting)
            return await _guarded(process, limits.memory_gb, _outcome(ours, tell))
        finally:
            stopping.cancel()
            with suppress(SolverDied):
                await starting  # a process that is just being started is not forgotten
            await asyncio.to_thread(end, process)
            ours.close()

    def _allowed(self, limits: Limits) -> Limits:
        """The limits, with no more memory than the settings allow."""
        most_gb = self._settings.memory_gb or math.inf
        asked_gb = math.inf if limits.memory_gb is None else limits.memory_gb
        allowed_gb = min(asked_gb, most_gb)
        return replace(limits, memory_gb=None if math.isinf(allowed_gb) else allowed_gb)


async def _stopped(ours: Connection, stop: asyncio.Event | None) -> None:
    """Ask the process to stop once that is wished."""
    if stop is not None:
        await stop.wait()
        with suppress(OSError):  # it has ended just now
            ours.send("stop")


def start(process: ForkServerProcess, theirs: Connection) -> None:
    """Start a process that holds the other end of a pipe. Raises SolverDied where it is killed before it begins."""
    try:
        process.start()
    except OSError as over:
        raise SolverDied(UNANSWERED) from over
    finally:
        theirs.close()  # so that the end of the process is the end of the pipe


def end(process: ForkServerProcess) -> None:
    """Whatever it does, it is gone."""
    if process.pid is not None:  # None: it never began
        process.kill()
        process.join()
    process.close()


async def _guarded(process: ForkServerProcess, memory_gb: float | None, answer: Awaitable[Outcome]) -> Outcome:
    """
    The answer of a process, or FAILED where it had to be killed for its memory.

    A solve looks at its own memory wherever it can; this is for where it cannot, as in the middle of one large array.
    """
    if memory_gb is None:
        return await answer
    guard = asyncio.ensure_future(killed_beyond(process, memory_gb))
    try:
        return await answer
    except SolverDied:
        if not guard.done():
            raise
        return Outcome(Status.FAILED, Proof(None, None), reason=beyond(memory_gb))
    finally:
        guard.cancel()


async def killed_beyond(process: ForkServerProcess, memory_gb: float) -> None:
    """Kill a process once it holds more memory than this."""
    while resident_gb(process.pid or 0) <= memory_gb * (1 + OVERRUN_SHARE):
        await asyncio.sleep(LOOK_EVERY_SECONDS)
    process.kill()


async def _outcome(ours: Connection, tell: Tell) -> Outcome:
    """What the process sends last, after every progress is told; or the error that it sends, or dies with."""
    while True:
        await readable(ours)
        told: Told = await asyncio.to_thread(received, ours)
        if isinstance(told, DispatchError):
            raise told
        if isinstance(told, Outcome):
            return told
        await tell(told)


async def readable(ours: Connection) -> None:
    """Until there is something to receive, or the other end is closed."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(ours.fileno(), ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(ours.fileno())


def received(ours: Connection) -> Any:
    """What a process sent. Raises SolverDied where it ended without."""
    try:
        return ours.recv()
    except (EOFError, OSError) as over:
        raise SolverDied(UNANSWERED) from over
