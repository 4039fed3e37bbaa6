"""A case that was accepted, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dispatch.schedule.outcome import Status
from dispatch.schedule.progress import Progress


class State(StrEnum):
    """Where a run stands. It never goes backwards: a lost worker's run stays RUNNING for the next one."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def ended(self) -> bool:
        """Nothing changes any more."""
        return self in ENDED


ENDED = (State.SUCCEEDED, State.FAILED, State.CANCELLED)
OPEN = (State.QUEUED, State.RUNNING)


class Urgency(StrEnum):
    """Who waits for a run."""

    INTERACTIVE = "INTERACTIVE"
    DAY_AHEAD = "DAY_AHEAD"
    STUDY = "STUDY"


# A run is due so long after it was accepted, and the one due first goes first: a study lets half an hour of other runs
# pass, and no more.
DELAY_S = {Urgency.INTERACTIVE: 0.0, Urgency.DAY_AHEAD: 60.0, Urgency.STUDY: 1800.0}


class Wish(StrEnum):
    """What a worker hears when it tells that it is alive."""

    GO_ON = ""
    CANCEL = "CANCEL"  # end, nothing is kept
    KEEP = "KEEP"  # end, and keep the best schedule so far
    LOST = "LOST"  # the run is another's by now, or has ended: what this worker has is of no use


@dataclass(frozen=True)
class Submission:
    """What is asked for, before it is kept. Hashes name artefacts."""

    tenant: str
    asked_sha256: str  # of all that decides the answer: two requests of one name must agree in it
    case_sha256: str
    payload_sha256: str  # the case and its limits, as kept; of a scenario those of its base
    grid: str
    case_name: str = ""
    request_id: str = ""  # "": not named
    urgency: Urgency = Urgency.DAY_AHEAD
    labels: Mapping[str, str] = field(default_factory=dict)
    changes: str = ""  # JSON, a list of [path, value] that makes the scenario of its base; "": the case itself
    study_id: str = ""
    scenario_index: int = 0
    traceparent: str = ""  # of the call that asked, as W3C writes it; "": of none


@dataclass(frozen=True)
class Ending:
    """How a run ended."""

    state: State
    reason: str = ""  # stable, UPPER_SNAKE; "" where it succeeded
    message: str = ""
    outcome_status: Status | None = None
    objective_cny: float | None = None
    bound_cny: float | None = None
    gap_share: float | None = None
    outcome_sha256: str = ""  # artefact: the outcome without its schedule, with its prices
    schedule_sha256: str = ""  # artefact: the schedule
    totals: Mapping[str, float] = field(default_factory=dict)  # of the metrics, by name


@dataclass(frozen=True)
class Run:
    """A run as the ledger holds it. Times are seconds since 1970 by the clock of the database."""

    run_id: str
    asked: Submission
    state: State
    created_s: float
    due_s: float
    started_s: float | None
    ended_s: float | None
    attempt_count: int  # how often it was taken; the number of the last attempt fences all others off
    lost_count: int  # how often a worker was lost with it
    owner: str
    lease_until_s: float
    wish: Wish
    event_count: int
    ending: Ending | None  # None until it ends


@dataclass(frozen=True)
class Event:
    """Something that befell a run; numbered from 1 without a gap. Exactly one of the last three is told."""

    event_index: int
    time_s: float
    attempt_index: int  # 0 before the first
    state: State | None = None
    progress: Progress | None = None
    note: str = ""


@dataclass(frozen=True)
class Query:
    """Which runs. None and empty do not choose."""

    tenant: str | None = None
    states: tuple[State, ...] = ()
    grid: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    created_from_s: float | None = None
    created_before_s: float | None = None
    study_id: str = ""


@dataclass(frozen=True)
class Study:
    """A base case and its axes. Its state is that of its runs."""

    study_id: str
    tenant: str
    request_id: str
    asked_sha256: str
    case_sha256: str
    title: str
    labels: Mapping[str, str]
    axes: str  # JSON: a list of [field, [values]]
    created_s: float
    ended_s: float | None
    counts: Mapping[State, int]  # runs in each state

    @property
    def state(self) -> State:
        """QUEUED before the first run is taken, RUNNING until the last has ended."""
        waiting, running = self.counts.get(State.QUEUED, 0), self.counts.get(State.RUNNING, 0)
        if waiting and waiting == sum(self.counts.values()):
            return State.QUEUED
        if waiting + running:
            return State.RUNNING
        return State.CANCELLED if self.counts.get(State.CANCELLED, 0) else State.SUCCEEDED
