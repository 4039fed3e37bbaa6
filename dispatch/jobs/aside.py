"""
Short work that is not a solve, in a process of its own: reading what a caller sent, comparing, writing records.

As of a solve, its process ends with the call, has the lowest priority and a limit of memory; the server only waits.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import multiprocessing.forkserver
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, ParamSpec, TypeVar

from dispatch.errors import DispatchError, SolverFailed
from dispatch.jobs.child import end_with_parent
from dispatch.jobs.children import PRELOADED, SolverDied, end, killed_beyond, readable, received, start
from dispatch.logs import log_to_stderr
from dispatch.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")

LOG = logging.getLogger(__name__)


class Aside:
    """Starts a process for each piece of work, no more at once than solves."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._room = asyncio.Semaphore(max(1, settings.solve_count))
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(PRELOADED)
        multiprocessing.forkserver.ensure_running()

    async def done(self, task: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        """What a function of some module returns. Raises the DispatchError that it raises, else SolverFailed."""
        async with self._room:
            ours, theirs = self._context.Pipe()
            arguments = (task, given, named, theirs, self._settings.niceness_count)
            process = self._context.Process(target=_work, args=arguments, daemon=True)
            starting = asyncio.ensure_future(asyncio.to_thread(start, process, theirs))
            guard = None
            try:
                await asyncio.shield(starting)
                if self._settings.memory_gb:
                    guard = asyncio.ensure_future(killed_beyond(process, self._settings.memory_gb))
                await readable(ours)
                told = await asyncio.to_thread(received, ours)
            finally:
                if guard:
                    guard.cancel()
                with suppress(SolverDied):
                    await starting
                await asyncio.to_thread(end, process)
                ours.close()
        if isinstance(told, DispatchError):
            raise told
        answer: T = told
        return answer


def _work(
    task: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any], told: Connection, niceness_count: int
) -> None:
    log_to_stderr()
    os.nice(niceness_count)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_parent, args=(told, threading.Event()), daemon=True).start()
    told.send(_answer(task, given, named))


def _answer(task: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]) -> Any:
    try:
        return task(*given, **named)
    except DispatchError as error:
        return error
    except Exception:
        LOG.exception("%s ended with a defect", task.__name__)
        return SolverFailed("the work ended with a defect of ours, which the log of the service names")
