"""
What a Dask worker does: the same child process as anywhere, its answer kept, a handle returned.

Dask may run a task twice, and a driver that was killed asks for its runs again. A run is solved once in a worker for
all that: whoever asks for it again shares the solve that is under way, or has its answer.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from multiprocessing import current_process
from typing import Any

from distributed import get_worker
from structlog.contextvars import bind_contextvars

from dispatch.case.case import Case, Limits
from dispatch.case.facts import GridFacts
from dispatch.errors import ArtefactLost, SolverFailed
from dispatch.jobs.children import Children, SolverDied
from dispatch.jobs.executor import FILE_S, asked_case, insisted, kept
from dispatch.runs.artefacts import Artefacts
from dispatch.runs.run import Ending
from dispatch.schedule.progress import Progress
from dispatch.settings import Settings
from dispatch.tracing import trace_of

TOPIC = "dispatch-progress"  # where drivers hear of searches under way
FORGOTTEN_S = 60.0  # a solve that no driver asks for any more is ended
MOST_REMEMBERED = 100  # answers

LOG = logging.getLogger("distributed.dispatch")  # beside what Dask tells of its workers


@dataclass(frozen=True)
class Errand:
    """A run for a Dask worker: names of artefacts, and what the driver's settings allow."""

    run_id: str
    attempt_count: int
    payload_sha256: str
    changes: str
    facts_sha256: str
    artefacts_url: str
    memory_gb: int
    niceness_count: int
    traceparent: str


@dataclass
class _Solve:
    """One in this process."""

    ending: asyncio.Task[Ending]
    stop: asyncio.Event
    attempt_count: int  # the last one that asked for it
    asked_s: float = field(default_factory=time.monotonic)


_SOLVES: dict[str, _Solve] = {}  # by run; ended ones too, as long as they may be asked for again


async def run_errand(errand: Errand) -> Ending:
    """The task: how the run ends. Raises SolverDied, SolverFailed."""
    solve = _SOLVES.get(errand.run_id)
    if solve is None or _failed(solve.ending):
        solve = _begun(errand)
    solve.attempt_count, solve.asked_s = max(solve.attempt_count, errand.attempt_count), time.monotonic()
    await asyncio.wait([solve.ending])
    if solve.ending.cancelled():
        message = "the solve was ended on its worker: nobody asked for it any more"
        raise SolverDied(message)
    return solve.ending.result()


def known(run_ids: Iterable[str]) -> list[str]:
    """Of these runs, those that this process solves or has solved; they are asked for."""
    found = [run_id for run_id in run_ids if run_id in _SOLVES]
    for run_id in found:
        _SOLVES[run_id].asked_s = time.monotonic()
    return found


def ask_to_stop(run_id: str) -> None:
    """The best schedule so far is then its answer."""
    if run_id in _SOLVES:
        _SOLVES[run_id].stop.set()


async def end(run_id: str, attempt_count: int) -> None:
    """End its child, unless a later attempt asks for it by now."""
    solve = _SOLVES.get(run_id)
    if solve is not None and solve.attempt_count <= attempt_count:
        solve.ending.cancel()
        await asyncio.wait([solve.ending])


def _failed(ending: asyncio.Task[Ending]) -> bool:
    return ending.done() and (ending.cancelled() or ending.exception() is not None)


def _begun(errand: Errand) -> _Solve:
    stop = asyncio.Event()
    ending = asyncio.create_task(_ending(errand, stop, get_worker()))
    for run_id in [name for name, other in _SOLVES.items() if other.ending.done()][:-MOST_REMEMBERED]:
        del _SOLVES[run_id]
    solve = _SOLVES[errand.run_id] = _Solve(ending, stop, errand.attempt_count)
    return solve


async def _ending(errand: Errand, stop: asyncio.Event, worker: Any) -> Ending:
    bind_contextvars(run=errand.run_id, attempt=errand.attempt_count, **trace_of(errand.traceparent))
    forgotten = asyncio.create_task(_ended_when_forgotten(errand.run_id))

    async def tell(progress: Progress) -> None:
        worker.log_event(TOPIC, {"run_id": errand.run_id, "progress": asdict(progress)})

    try:
        artefacts = Artefacts(errand.artefacts_url)
        asked = await _asked(errand, artefacts)
        if asked[1].content_sha256 != errand.facts_sha256:
            message = "the networks of the Dask worker are others than those of the server: it is of another version"
            raise SolverFailed(message)
        LOG.info("a solve begins: run %s, attempt %d", errand.run_id, errand.attempt_count)
        outcome = await _children(errand.memory_gb, errand.niceness_count).solve(*asked, tell, stop)
        return await insisted(lambda: kept(artefacts, outcome))
    finally:
        forgotten.cancel()


async def _asked(errand: Errand, artefacts: Artefacts) -> tuple[Case, GridFacts, Limits]:
    try:
        return await insisted(lambda: asked_case(artefacts, errand.payload_sha256, errand.changes), FILE_S)
    except ArtefactLost as error:
        message = f"the case that was kept cannot be read: {error}"
        raise SolverFailed(message) from error


async def _ended_when_forgotten(run_id: str) -> None:
    while time.monotonic() - _SOLVES[run_id].asked_s < FORGOTTEN_S:
        await asyncio.sleep(1)
    _SOLVES[run_id].ending.cancel()


@lru_cache
def _children(memory_gb: int, niceness_count: int) -> Children:
    # Dask's nanny marks its worker as one that may have no children, lest they outlive it. Ours end with it.
    current_process().daemon = False
    return Children(Settings(memory_gb=memory_gb, niceness_count=niceness_count))
