"""ReplaySnapshot: a bundle is read, its case solved again as a run, both answers compared; none of it in the server."""

# ruff: noqa: N802 (the names of methods are gRPC's)
from __future__ import annotations

import asyncio
from typing import Any

from dispatch.case.case import Case, Limits
from dispatch.errors import CaseError, Flaw
from dispatch.jobs.aside import Aside
from dispatch.replay.sent import compared_with, recorded_in
from dispatch.runs.run import Run, Urgency
from dispatch.service.requests import MOST_TEXT_COUNT, text_flaws
from dispatch.service.waiting import WaitedRuns, error_of, within
from dispatch.wire import rpc
from dispatch.wire.replays import files_of, replay_to

LABEL = "replay"  # of the run, with the caller's name for the bundle


class ReplayMethods(WaitedRuns):
    """ReplaySnapshot."""

    _aside: Aside

    async def ReplaySnapshot(self, request: rpc.ReplaySnapshotRequest, context: Any) -> None:
        """The run that solves the case again, its progress, then the differences."""
        self.refuse_if_draining()
        _refuse_name(request.name)
        files = files_of(request)
        recorded = await self._aside.done(recorded_in, files)
        again = None
        if recorded.accepted:
            limits = within(recorded.limits, context.time_remaining())
            submitting = self._solved_again(recorded.case, limits, request.name)
            run = await self._waited_for(submitting, rpc.ReplaySnapshotResponse, context)
            again = await self._kept(run)
        found = await self._aside.done(compared_with, files, request.name, again)
        await context.write(rpc.ReplaySnapshotResponse(replay=replay_to(found)))

    async def _solved_again(self, case: Case, limits: Limits, name: str) -> Run:
        return await self._submitted(case, limits, Urgency.INTERACTIVE, labels={LABEL: name} if name else {})

    async def _kept(self, run: Run) -> tuple[bytes, bytes | None]:
        """Outcome and schedule as they are kept; else the error that the run is."""
        ending = run.ending
        if ending is None or not ending.outcome_sha256:
            raise error_of(run)
        outcome = await asyncio.to_thread(self._artefacts.get, ending.outcome_sha256)
        if not ending.schedule_sha256:
            return outcome, None
        return outcome, await asyncio.to_thread(self._artefacts.get, ending.schedule_sha256)


def _refuse_name(name: str) -> None:
    flaws = text_flaws("name", name)
    if len(name) > MOST_TEXT_COUNT:
        flaws.append(Flaw("TOO_LONG", "name", f"has {len(name)} characters; give at most {MOST_TEXT_COUNT}"))
    if flaws:
        raise CaseError(tuple(flaws))
