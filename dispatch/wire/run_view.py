"""A run and what befalls it, as a client holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from google.protobuf.timestamp_pb2 import Timestamp

from dispatch.case.case import Case, Limits
from dispatch.errors import CaseError, Flaw, RunOpen, RunOver
from dispatch.runs.run import State, Urgency
from dispatch.schedule.outcome import Outcome, Status
from dispatch.schedule.progress import Progress
from dispatch.v1 import run_pb2, service_pb2
from dispatch.wire.case_in import case_from, limits_from
from dispatch.wire.mirror import made
from dispatch.wire.outcome_in import outcome_from, progress_from
from dispatch.wire.outcome_out import STATUSES
from dispatch.wire.runs import STATES, URGENCIES

E = TypeVar("E", bound=StrEnum)

WITH_SCHEDULE = (Status.OPTIMAL, Status.FEASIBLE)
_STATUS = {value: status for status, value in STATUSES.items()}


@dataclass(frozen=True)
class RunView:
    """A run as the service tells it. Times are aware, UTC; what does not exist yet is None."""

    run_id: str
    request_id: str  # "" where the caller did not name it
    tenant: str
    case_sha256: str
    case_name: str
    grid: str
    labels: Mapping[str, str]
    urgency: Urgency
    state: State
    reason: str  # why it ended as it did, UPPER_SNAKE; "" where it has not, or succeeded
    message: str  # the same in words
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    attempt_count: int
    event_count: int
    queued_before_count: int | None  # runs before it; None once it is taken
    outcome_status: Status | None
    objective_cny: float | None
    bound_cny: float | None
    gap_share: float | None
    outcome: Outcome | None  # without its schedule, in the full view with its prices; where the run was asked by name
    study_id: str
    scenario_index: int
    case: Case | None = None  # what was asked, the changes of a study made; in the full view
    limits: Limits | None = None


@dataclass(frozen=True)
class RunEvent:
    """Something that befell a run; numbered from 1 without a gap. Exactly one of the last three is told."""

    event_index: int
    time: datetime  # aware, UTC
    attempt_index: int  # 0 before the first
    state: State | None = None
    progress: Progress | None = None
    note: str = ""


@dataclass(frozen=True)
class Waiting:
    """A run waits, and so many are before it."""

    queued_before_count: int


Watched = RunEvent | Waiting | RunView


def run_from(message: run_pb2.Run) -> RunView:
    """The run that was sent, or `CaseError` where it says what no run says."""
    return made(
        RunView,
        message,
        labels=dict(message.labels),
        urgency=_word(message.urgency, URGENCIES, "urgency"),
        state=_word(message.state, STATES, "state"),
        **{name: _moment(message, name) for name in ("created_at", "started_at", "ended_at")},
        outcome_status=_STATUS.get(message.outcome_status),
        outcome=outcome_from(message.outcome) if message.HasField("outcome") else None,
        case=case_from(message.case) if message.HasField("case") else None,
        limits=limits_from(message.limits) if message.HasField("limits") else None,
    )


def outcome_in(run: RunView) -> Outcome:
    """The outcome of a run. Raises RunOpen, or RunOver where it ended without one."""
    if not run.state.ended:
        message = f"run {run.run_id} has not ended: {run.state.value}"
        raise RunOpen(message)
    if run.outcome is None:
        message = f"run {run.run_id} has no outcome: {run.state.value} {run.reason}: {run.message}"
        raise RunOver(message)
    return run.outcome


def watched_from(message: service_pb2.WatchRunResponse) -> Watched:
    """What a watched run told."""
    told = message.WhichOneof("message")
    if told == "run":
        return run_from(message.run)
    if told == "queued_before_count":
        return Waiting(message.queued_before_count)
    return _event_from(message.event)


def _event_from(message: run_pb2.RunEvent) -> RunEvent:
    return RunEvent(
        event_index=message.event_index,
        time=message.time.ToDatetime(tzinfo=UTC),
        attempt_index=message.attempt_index,
        state=_word(message.state, STATES, "event.state") if message.HasField("state") else None,
        progress=progress_from(message.progress) if message.HasField("progress") else None,
        note=message.note,
    )


def _word(number: int, numbers: Mapping[E, int], path: str) -> E:
    for word, known in numbers.items():
        if known == number:
            return word
    raise CaseError((Flaw("UNKNOWN_VALUE", path, f"{number} is not one of {', '.join(numbers)}"),))


def _moment(message: Any, name: str) -> datetime | None:
    stamp: Timestamp = getattr(message, name)
    return stamp.ToDatetime(tzinfo=UTC) if message.HasField(name) else None
