"""A run that its caller waits for: where the call ends, its run does."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import Any

from dispatch.case.case import Limits
from dispatch.errors import Cancelled, DispatchError, RunOver, SolverFailed
from dispatch.jobs.children import SolverDied
from dispatch.runs.run import Run, State
from dispatch.service.runs import QUEUE_EVERY_S, RunMethods
from dispatch.wire.runs import event_to

ANSWER_S = 1.0  # kept back from a deadline: a time limit is held within 10 % and a second
OVERRUN_SHARE = 0.1
LEAST_S = 0.1


class Draining(DispatchError):
    """The service is about to stop and takes nothing more."""


class WaitedRuns(RunMethods):
    """What SolveCase and ReplaySnapshot have in common."""

    draining = False

    def refuse_if_draining(self) -> None:
        """Raises Draining."""
        if self.draining:
            message = "the service is stopping"
            raise Draining(message)

    async def _waited_for(self, submitting: Coroutine[Any, Any, Run], response: type[Any], context: Any) -> Run:
        """The run as it ended; its name and its progress are told on the way. A call that ends early cancels it."""
        keeping = asyncio.ensure_future(submitting)
        try:
            run = await asyncio.shield(keeping)
            await context.write(response(run_id=run.run_id))
            async for events in self._watchers.events(run.run_id, 0, QUEUE_EVERY_S):
                for event in events:
                    if event.progress is not None:
                        await context.write(response(progress=event_to(event).progress))
        except asyncio.CancelledError:
            await asyncio.shield(self._unwanted(keeping))
            raise
        return await self._run(run.run_id)

    async def _unwanted(self, keeping: asyncio.Future[Run]) -> None:
        """Cancel a run that its caller waits for no longer, though it may just be being kept."""
        run = await keeping
        with suppress(RunOver):
            await self._cancelled(run.run_id, keep=True)


def error_of(run: Run) -> DispatchError:
    """Why a run has no outcome."""
    message = run.ending.message if run.ending else "it has not ended"
    if run.state is State.CANCELLED:
        return Cancelled(message)
    return SolverDied(message) if run.ending and run.ending.reason == "WORKER_LOST" else SolverFailed(message)


def within(limits: Limits, remaining_s: float | None) -> Limits:
    """The limits, with time enough left of the call's deadline to answer."""
    if remaining_s is None:
        return limits
    time_s = max(LEAST_S, (remaining_s - ANSWER_S) / (1 + OVERRUN_SHARE))
    return replace(limits, time_s=min(limits.time_s, time_s))
