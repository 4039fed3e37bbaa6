"""The tasks that a server or a worker lives by: where one ends that never should, the process ends, and says so."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection

LOG = logging.getLogger(__name__)


class TaskDied(RuntimeError):
    """A defect of ours ended a task that the process cannot do without; whoever supervises it starts it again."""


async def until(stop: asyncio.Event, tasks: Collection[asyncio.Task[None]]) -> TaskDied | None:
    """Until it is asked to stop: None. Or, at once, which of these tasks a defect has ended; the log has its trace."""
    stopping = asyncio.create_task(stop.wait())
    open_tasks: set[asyncio.Task[None]] = set(tasks)
    try:
        while not stopping.done():
            done, _ = await asyncio.wait({stopping, *open_tasks}, return_when=asyncio.FIRST_COMPLETED)
            for task in open_tasks & done:
                if not task.cancelled() and (error := task.exception()) is not None:
                    LOG.critical("the process ends: %s died of a defect", task.get_name(), exc_info=error)
                    return TaskDied(f"{task.get_name()} died of a defect: {error!r}")
            open_tasks -= done
        return None
    finally:
        stopping.cancel()
