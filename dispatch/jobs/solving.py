"""A claimed run on its way to an ending: its case read, solved, its outcome kept."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace

from dispatch.errors import CaseError, SolverFailed
from dispatch.jobs.children import SolverDied
from dispatch.jobs.executor import Executor, ExecutorLost, Job, asked_case, insisted
from dispatch.runs.artefacts import Artefacts
from dispatch.runs.run import Ending, Run, State, Wish
from dispatch.schedule.progress import Progress

# The reasons of endings that are none: the run is let go of, and taken again.
DIED = "SOLVER_DIED"
ADRIFT = "EXECUTOR_LOST"
NO_ENDINGS = (DIED, ADRIFT)


@dataclass
class Held:
    """A run under way here."""

    run: Run
    told: list[Progress] = field(default_factory=list)  # not yet in the ledger
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    wish: Wish = Wish.GO_ON
    beaten_s: float = field(default_factory=time.monotonic)


class Solving:
    """Turns a run into its ending."""

    def __init__(self, artefacts: Artefacts, executor: Executor) -> None:
        self._artefacts, self._executor = artefacts, executor

    async def ending(self, held: Held) -> Ending:
        """How the run ends by itself."""

        async def tell(progress: Progress) -> None:
            held.told.append(progress)

        try:
            job = await insisted(lambda: self._job(held.run))
            ending = await self._executor.ending(job, tell, held.stop)
        except CaseError as error:
            return Ending(State.FAILED, "CASE_REFUSED", str(error))
        except SolverDied as error:
            return Ending(State.FAILED, DIED, str(error))
        except SolverFailed as error:
            return Ending(State.FAILED, "SOLVER_FAILED", str(error))
        except ExecutorLost as error:
            return Ending(State.FAILED, ADRIFT, str(error))
        if held.wish is Wish.KEEP and ending.state is State.SUCCEEDED:
            return replace(ending, state=State.CANCELLED, reason="CANCELLED")
        return ending

    def _job(self, run: Run) -> Job:
        asked = asked_case(self._artefacts, run.asked.payload_sha256, run.asked.changes)
        return Job(run, *asked, self._artefacts)
