"""The methods of studies: a base case and its axes, kept as one run for each scenario."""

# ruff: noqa: N802, ARG002 (the names and arguments of methods are gRPC's)
from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from dispatch.case.case import Case, Limits
from dispatch.errors import CaseError, Flaw
from dispatch.grid.known import flaws_in
from dispatch.runs.artefacts import Artefacts
from dispatch.runs.ledger import Ledger
from dispatch.runs.run import Submission, Urgency
from dispatch.runs.studies import Plan, add_study, cancel_study, ended_since, scenarios, study
from dispatch.schedule.hashes import case_sha256
from dispatch.service.asked import accepted
from dispatch.service.callers import seen, tenant
from dispatch.service.requests import (
    count_flaws,
    label_flaws,
    page_after,
    page_count,
    page_token,
    request_flaws,
    text_flaws,
)
from dispatch.service.watchers import Watchers
from dispatch.study import axes as grid
from dispatch.study.axes import MOST_SCENARIOS_COUNT, Axis
from dispatch.tracing import traceparent
from dispatch.wire import rpc
from dispatch.wire.runs import asked_bytes, asked_sha256
from dispatch.wire.studies import axes_from, scenario_to, study_to
from dispatch.wire.translate import case_from

LOOK_EVERY_S = 0.5  # at a study that is watched
SLACK_S = 60.0  # an end that is in the ledger later may be this much earlier by its clock
MOST_TITLE_COUNT = 200
MOST_AXES_COUNT = 100


class StudyMethods:
    """SubmitStudy and its like."""

    _ledger: Ledger
    _artefacts: Artefacts
    _watchers: Watchers
    _wake: Callable[[], None]

    async def SubmitStudy(self, request: rpc.SubmitStudyRequest, context: Any) -> rpc.Study:
        """Keep a study and all its runs, or find the one of this name."""
        case, limits, axes = await _asked(request)
        payload = await asyncio.to_thread(self._artefacts.put, asked_bytes(case, limits))
        plan, runs = await asyncio.to_thread(_planned, request, case, limits, axes, payload)
        kept = await asyncio.to_thread(add_study, self._ledger, plan, runs)
        self._wake()
        return study_to(kept)

    async def GetStudy(self, request: rpc.GetStudyRequest, context: Any) -> rpc.Study:
        """How far it is."""
        return study_to(await asyncio.to_thread(study, self._ledger, request.study_id, seen()))

    async def ListScenarios(self, request: rpc.ListScenariosRequest, context: Any) -> rpc.ListScenariosResponse:
        """A page of scenarios, with the results that there are."""
        flaws: list[Flaw] = []
        count = page_count(request.page_size, flaws)
        after = page_after(request, (int,), flaws)
        if flaws:
            raise CaseError(tuple(flaws))
        found = await asyncio.to_thread(study, self._ledger, request.study_id, seen())
        after_index = -1 if after is None else after[0]
        runs = await asyncio.to_thread(scenarios, self._ledger, found.study_id, count + 1, after_index)
        token = "" if len(runs) <= count else page_token(request, [runs[count - 1].asked.scenario_index])
        return rpc.ListScenariosResponse(scenarios=[scenario_to(run) for run in runs[:count]], next_page_token=token)

    async def WatchStudy(self, request: rpc.WatchStudyRequest, context: Any) -> None:
        """Each scenario as its run ends, and the study whenever it has got further; it ends with the study."""
        if flaws := count_flaws("known_indices", request.known_indices, MOST_SCENARIOS_COUNT):
            raise CaseError(tuple(flaws))
        known, since_s, counts = set(request.known_indices), 0.0, None
        while True:
            now = await asyncio.to_thread(study, self._ledger, request.study_id, seen())
            if now.counts != counts:
                from_s = 0.0 if now.state.ended else since_s  # at the end nothing may be missing
                for run in await asyncio.to_thread(ended_since, self._ledger, now.study_id, from_s):
                    since_s = max(since_s, (run.ended_s or 0.0) - SLACK_S)
                    if run.asked.scenario_index not in known:
                        known.add(run.asked.scenario_index)
                        await context.write(rpc.WatchStudyResponse(scenario=scenario_to(run)))
                await context.write(rpc.WatchStudyResponse(study=study_to(now)))
            if now.state.ended:
                return
            counts = now.counts
            await asyncio.sleep(LOOK_EVERY_S)

    async def CancelStudy(self, request: rpc.CancelStudyRequest, context: Any) -> rpc.Study:
        """The study as it stands then; runs under way end within moments."""
        cancelled = await asyncio.to_thread(cancel_study, self._ledger, request.study_id, seen())
        self._watchers.poke()
        return study_to(cancelled)


async def _asked(request: rpc.SubmitStudyRequest) -> tuple[Case, Limits, list[Axis]]:
    """What is asked, or `CaseError` with every flaw of the case, the limits, the axes and the rest."""
    flaws: list[Flaw] = []
    axes = _axes(request, flaws)
    flaws += [*request_flaws(request.request_id), *label_flaws(request.labels)]
    flaws += [*text_flaws("title", request.title), *text_flaws("case.name", request.case.name)]
    if len(request.title) > MOST_TITLE_COUNT:
        flaws.append(Flaw("TOO_LONG", "title", f"has {len(request.title)} characters; give at most {MOST_TITLE_COUNT}"))
    flaws += await asyncio.to_thread(_axes_flaws, request, axes) if axes or not request.axes else ()
    case, _, limits = await accepted(request, flaws)
    return case, limits, axes


def _axes(request: rpc.SubmitStudyRequest, flaws: list[Flaw]) -> list[Axis]:
    """The axes that were sent; none where there are more, or more values, than any study has."""
    flaws += count_flaws("axes", request.axes, MOST_AXES_COUNT)
    for k, axis in enumerate(request.axes[:MOST_AXES_COUNT]):
        flaws += count_flaws(f"axes[{k}].values", axis.values, MOST_SCENARIOS_COUNT)
    return [] if flaws else axes_from(request.axes, flaws)


def _axes_flaws(request: rpc.SubmitStudyRequest, axes: Sequence[Axis]) -> tuple[Flaw, ...]:
    """Of the axes on the base case as it was sent; of their form alone where that cannot be read."""
    try:
        base = case_from(request.case)
    except CaseError:
        return grid.form_flaws(axes)
    return grid.axes_flaws(base, axes, flaws_in)


def _planned(
    request: rpc.SubmitStudyRequest, case: Case, limits: Limits, axes: Sequence[Axis], payload: str
) -> tuple[Plan, list[Submission]]:
    """The study and its runs, as they are to be kept."""
    text = _text(axes)
    base = Submission(
        tenant=tenant(),
        asked_sha256=_sha256(asked_sha256(case, limits), text),
        case_sha256=case_sha256(case),
        payload_sha256=payload,
        grid=case.grid,
        case_name=case.name,
        urgency=Urgency.STUDY,
        labels=dict(request.labels),
        traceparent=traceparent(),
    )
    plan = Plan(base.tenant, base.asked_sha256, base.case_sha256, text, request.request_id, request.title, base.labels)
    return plan, [_run_of(base, changes, own) for changes, own in grid.scenario_cases(case, axes)]


def _run_of(base: Submission, changes: Sequence[tuple[str, Any]], case: Case) -> Submission:
    text = _text(changes)
    asked = _sha256(base.asked_sha256, text)
    return replace(base, asked_sha256=asked, case_sha256=case_sha256(case), changes=text, grid=case.grid)


def _text(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _sha256(*parts: str) -> str:
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()
