"""A claimed run on its way to an ending: its case read, solved, its outcome kept."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace

from dispatch.errors import ArtefactLost, CaseError, SolverFailed
from dispatch.jobs.children import SolverDied
from dispatch.jobs.executor import FILE_S, Executor, ExecutorLost, Job, asked_case, insisted
from dispatch.runs.artefacts import Artefacts
from dispatch.runs.run import Ending, Run, State, Wish
from dispatch.schedule.progress import Progress
from dispatch.tracing import Attempt

# The reasons of endings that are none: the run is let go of, and taken again.
DIED = "SOLVER_DIED"
ADRIFT = "EXECUTOR_LOST"
NO_ENDINGS = (DIED, ADRIFT)
REASONS: dict[type[Exception], str] = {
    CaseError: "CASE_REFUSED",
    ArtefactLost: "CASE_LOST",
    SolverDied: DIED,
    SolverFailed: "SOLVER_FAILED",
    ExecutorLost: ADRIFT,
}


@dataclass
class Held:
    """A run under way here."""

    run: Run
    told: list[Progress] = field(default_factory=list)  # not yet in the ledger
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    wish: Wish = Wish.GO_ON
    beaten_s: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        run, first = self.run, self.run.attempt_count == 1
        told = {"dispatch__run_id": run.run_id, "dispatch__grid": run.asked.grid}
        attempt: dict[str, str | float] = {**told, "dispatch__attempt_count": run.attempt_count}
        self.attempt = Attempt(run.asked.traceparent, run.created_s, run.started_s if first else None, **attempt)


class Solving:
    """Turns a run into its ending."""

    def __init__(self, artefacts: Artefacts, executor: Executor, file_s: float = FILE_S) -> None:
        self._artefacts, self._executor, self._file_s = artefacts, executor, file_s

    async def ending(self, held: Held) -> Ending:
        """How the run ends by itself."""

        async def tell(progress: Progress) -> None:
            held.told.append(progress)
            held.attempt.tell(progress.stage, progress.elapsed_seconds)

        try:
            job = await insisted(lambda: self._job(held.run), self._file_s)
            ending = await self._executor.ending(job, tell, held.stop)
        except tuple(REASONS) as error:
            reason = next(reason for kind, reason in REASONS.items() if isinstance(error, kind))
            return Ending(State.FAILED, reason, str(error))
        if held.wish is Wish.KEEP and ending.state is State.SUCCEEDED:
            return replace(ending, state=State.CANCELLED, reason="CANCELLED")
        return ending

    def _job(self, run: Run) -> Job:
        asked = asked_case(self._artefacts, run.asked.payload_sha256, run.asked.changes)
        return Job(run, *asked, self._artefacts)
