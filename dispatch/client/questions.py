"""What is asked, as messages; the same for both clients."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypedDict

from dispatch.case.case import Case, Limits
from dispatch.runs.run import State, Urgency
from dispatch.wire import rpc
from dispatch.wire.case_out import stamp_of
from dispatch.wire.runs import STATES, URGENCIES, VIEWS
from dispatch.wire.translate import case_to, limits_to


class Wanted(TypedDict, total=False):
    """Which runs; what is not told does not choose."""

    states: Sequence[State]
    grid: str
    labels: Mapping[str, str]
    created_from: datetime  # aware
    created_before: datetime  # aware
    study_id: str
    page_size: int


class Part(TypedDict, total=False):
    """Which part of a schedule; what is not told is whole."""

    kinds: Sequence[str]  # as `dispatch.v1.Schedule` names them: "units", "plants", "stores", "branches"...
    components: Sequence[str]
    start: datetime  # aware
    end: datetime  # aware


def solve_request(case: Case, limits: Limits | None, *, include_schedule: bool) -> rpc.SolveCaseRequest:
    """To solve a case."""
    return rpc.SolveCaseRequest(
        case=case_to(case), limits=limits_to(limits or Limits()), include_schedule=include_schedule
    )


def submit_request(
    case: Case, limits: Limits | None, request_id: str | None, urgency: Urgency, labels: Mapping[str, str] | None
) -> rpc.SubmitCaseRequest:
    """To run a case; one that is not named gets a name, so that a retry is no second run."""
    return rpc.SubmitCaseRequest(
        case=case_to(case),
        limits=limits_to(limits or Limits()),
        request_id=request_id or str(uuid.uuid4()),
        urgency=URGENCIES[urgency],
        labels=dict(labels or {}),
    )


def run_request(run_id: str, *, full: bool) -> rpc.GetRunRequest:
    """A run, or all of it."""
    return rpc.GetRunRequest(run_id=run_id, view=VIEWS["FULL" if full else "BASIC"])


def list_request(wanted: Wanted) -> rpc.ListRunsRequest:
    """The first page of runs."""
    request = rpc.ListRunsRequest(
        page_size=wanted.get("page_size", 0),
        states=[STATES[state] for state in wanted.get("states", ())],
        grid=wanted.get("grid", ""),
        labels=dict(wanted.get("labels", {})),
        study_id=wanted.get("study_id", ""),
    )
    if "created_from" in wanted:
        request.created_from.CopyFrom(stamp_of(wanted["created_from"]))
    if "created_before" in wanted:
        request.created_before.CopyFrom(stamp_of(wanted["created_before"]))
    return request


def schedule_request(run_id: str, part: Part) -> rpc.GetScheduleRequest:
    """The schedule of a run, or part of it."""
    kinds, components = part.get("kinds", ()), part.get("components", ())
    request = rpc.GetScheduleRequest(run_id=run_id, kinds=kinds, components=components)
    if "start" in part:
        request.start.CopyFrom(stamp_of(part["start"]))
    if "end" in part:
        request.end.CopyFrom(stamp_of(part["end"]))
    return request
