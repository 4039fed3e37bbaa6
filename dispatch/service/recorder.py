"""
Recording (快照): every run that ends with an outcome leaves a bundle, whoever solved it.

It reads the ledger, so that runs of other workers, and those that ended while no server was there, are recorded too.
How far it is stands beside the bundles; the first time it begins with the runs of the last minute.
"""

from __future__ import annotations

import asyncio
import logging
import math
from contextlib import suppress
from pathlib import Path

from dispatch.errors import DispatchError
from dispatch.jobs.aside import Aside
from dispatch.replay.writing import write_run
from dispatch.runs.artefacts import Artefacts
from dispatch.runs.ended import ended_after, now_s
from dispatch.runs.ledger import Ledger
from dispatch.runs.run import Run

LOOK_EVERY_S = 2.0
SLACK_S = 60.0  # an end that is in the ledger later may be this much earlier by its clock
PAGE_COUNT = 200
MARK = ".recorded-until"  # seconds since 1970 by the clock of the database

LOG = logging.getLogger(__name__)


class Recorder:
    """Writes DIR/RUN for each run."""

    def __init__(self, ledger: Ledger, artefacts: Artefacts, aside: Aside, folder: Path) -> None:
        self._ledger, self._artefacts, self._aside, self._folder = ledger, artefacts, aside, folder
        self._done: dict[str, float] = {}  # runs that need no second look, and when they ended
        self._told: set[str] = set()  # runs whose trouble the log knows

    async def record(self) -> None:
        """Until cancelled."""
        while True:
            await self.catch_up()
            await asyncio.sleep(LOOK_EVERY_S)

    async def catch_up(self) -> None:
        """Every run that has ended by now; what cannot be recorded now is tried again the next time."""
        try:
            until_s = await self._until(await asyncio.to_thread(self._since_s))
            await asyncio.to_thread((self._folder / MARK).write_text, f"{until_s:.6f}\n")
        except (DispatchError, OSError) as error:
            LOG.warning("recording is tried again: %s", error)

    async def _until(self, since_s: float) -> float:
        """The moment up to which every run is recorded."""
        after, until_s, stuck_s = (since_s - SLACK_S, ""), since_s, math.inf
        while runs := await asyncio.to_thread(ended_after, self._ledger, after, PAGE_COUNT):
            for run in runs:
                after = (run.ended_s or 0.0, run.run_id)
                until_s = max(until_s, after[0])
                if run.run_id not in self._done and not await self._recorded(run):
                    stuck_s = min(stuck_s, after[0])
        until_s = min(until_s, stuck_s)
        self._done = {name: ended_s for name, ended_s in self._done.items() if ended_s >= until_s - SLACK_S}
        return until_s

    def _since_s(self) -> float:
        with suppress(OSError, ValueError):
            return float((self._folder / MARK).read_text())
        return now_s(self._ledger)

    async def _recorded(self, run: Run) -> bool:
        try:
            await self._keep(run)
        except (DispatchError, OSError) as error:
            if run.run_id not in self._told:
                LOG.warning("run %s cannot be recorded: %s", run.run_id, error)
            self._told.add(run.run_id)
            return False
        self._done[run.run_id] = run.ended_s or 0.0
        return True

    async def _keep(self, run: Run) -> None:
        folder, ending = self._folder / run.run_id, run.ending
        if ending is None or folder.exists():
            return
        asked = await asyncio.to_thread(self._artefacts.get, run.asked.payload_sha256)
        outcome = await asyncio.to_thread(self._artefacts.get, ending.outcome_sha256)
        name = ending.schedule_sha256
        schedule = await asyncio.to_thread(self._artefacts.get, name) if name else None
        if not await self._aside.done(write_run, folder, asked, run.asked.changes, outcome, schedule):
            LOG.warning("run %s has no certificate and is not recorded: %s", run.run_id, ending.message)
