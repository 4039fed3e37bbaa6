"""A worker in a process of its own, on this machine or another: what it takes, a server has accepted."""

from __future__ import annotations

import asyncio
import os
import signal

from dispatch import tracing
from dispatch.jobs.executor import executor_of
from dispatch.jobs.vigil import until
from dispatch.jobs.worker import Worker
from dispatch.logs import log_to_stderr
from dispatch.runs.artefacts import Artefacts
from dispatch.runs.ledger import Ledger
from dispatch.runs.places import places
from dispatch.settings import Settings


def work(settings: Settings) -> None:
    """
    Take runs until SIGTERM or SIGINT; those under way may end within the time that the settings grant.

    What has not ended then, or at a second signal, is handed back.
    Raises `StoreLost`, `WrongDatabase`, `ValueError`, `TaskDied`.
    """
    log_to_stderr()
    database, artefacts_url = places(settings)
    ledger, artefacts = Ledger(database), Artefacts(artefacts_url)
    ledger.prepare()
    executor = executor_of(settings)  # before the event loop: see there
    tracing.begin(os.environ)
    asyncio.run(_worked(Worker(ledger, artefacts, executor, settings), settings))
    tracing.end()


async def _worked(worker: Worker, settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    working = asyncio.create_task(worker.work(), name="Worker.work")
    died = await until(stop, [working])
    stop.clear()
    ends = [asyncio.ensure_future(ending) for ending in (worker.drained(), stop.wait())]
    await asyncio.wait(ends, timeout=0.0 if died else settings.drain_seconds, return_when=asyncio.FIRST_COMPLETED)
    await worker.left()
    for task in (*ends, working):
        task.cancel()
    if died:
        raise died
