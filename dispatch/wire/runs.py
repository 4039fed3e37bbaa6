"""Runs as messages, and as the bytes that are kept of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from typing import TypeVar

from google.protobuf.timestamp_pb2 import Timestamp

from dispatch.case.case import Case, Limits
from dispatch.errors import CaseError, Flaw
from dispatch.runs.rows import text_of
from dispatch.runs.run import DELAY_S, Ending, Event, Run, State, Urgency
from dispatch.schedule.hashes import case_sha256
from dispatch.schedule.outcome import GridMetrics, Outcome
from dispatch.v1 import run_pb2, schedule_pb2, service_pb2
from dispatch.wire.case_in import case_from, limits_from
from dispatch.wire.case_out import case_to, limits_to
from dispatch.wire.outcome_in import outcome_from
from dispatch.wire.outcome_out import STATUSES, answer_from, progress_to
from dispatch.wire.places import put
from dispatch.wire.schedule import kinds_of, schedule_from, schedule_to

K = TypeVar("K")

STATES = {state: run_pb2.RunState.Value(f"RUN_STATE_{state.value}") for state in State}
VIEWS = {"BASIC": service_pb2.RUN_VIEW_BASIC, "FULL": service_pb2.RUN_VIEW_FULL}
URGENCIES = {urgency: run_pb2.Urgency.Value(f"URGENCY_{urgency.value}") for urgency in DELAY_S}
PART_BYTES_COUNT = 900_000  # of a part of a schedule: what a client that set nothing can read, with room


# ---------------------------------------------------------------- kept


def asked_bytes(case: Case, limits: Limits) -> bytes:
    """A case and its limits as they are kept."""
    asked = service_pb2.SubmitCaseRequest(case=case_to(case), limits=limits_to(limits))
    return asked.SerializeToString(deterministic=True)


def asked_of(content: bytes) -> tuple[Case, Limits]:
    """The case and the limits that were kept."""
    asked = service_pb2.SubmitCaseRequest.FromString(content)
    return case_from(asked.case), limits_from(asked.limits)


def asked_sha256(case: Case, limits: Limits) -> str:
    """Of all that decides the answer."""
    return hashlib.sha256(f"{case_sha256(case)} {text_of(asdict(limits))}".encode()).hexdigest()


def outcome_bytes(outcome: Outcome) -> bytes:
    """An outcome as it is kept: with its prices, without its schedule."""
    return answer_from(outcome).SerializeToString(deterministic=True)


def schedule_bytes(outcome: Outcome) -> bytes | None:
    """Its schedule as it is kept; None where it has none."""
    if outcome.schedule is None:
        return None
    return schedule_to(outcome.schedule).SerializeToString(deterministic=True)


def outcome_message(content: bytes, *, include_tables: bool = True) -> run_pb2.Outcome:
    """The outcome that was kept, as a message."""
    message = run_pb2.Outcome.FromString(content)
    if not include_tables:
        message.prices.ClearField("tables") if message.HasField("prices") else None
    return message


def schedule_message(content: bytes) -> schedule_pb2.Schedule:
    """The schedule that was kept, as a message."""
    return schedule_pb2.Schedule.FromString(content)


def outcome_kept(outcome: bytes, schedule: bytes | None) -> Outcome:
    """The outcome that was kept, with its schedule where it has one."""
    read = outcome_from(run_pb2.Outcome.FromString(outcome))
    return read if schedule is None else replace(read, schedule=schedule_from(schedule_message(schedule)))


def totals_of(metrics: GridMetrics) -> dict[str, float]:
    """Every number of the metrics of the whole case, and its cost, by name."""
    numbers = {name: value for name, value in vars(metrics).items() if isinstance(value, int | float)}
    return {**numbers, "cost_cny": metrics.cost.total_cny}


# ---------------------------------------------------------------- told


def run_to(run: Run, queued_before_count: int | None = None, outcome: run_pb2.Outcome | None = None) -> run_pb2.Run:
    """A run as a message; its outcome where it is given."""
    asked, ending = run.asked, run.ending or Ending(run.state)
    return run_pb2.Run(
        run_id=run.run_id,
        request_id=asked.request_id,
        tenant=asked.tenant,
        case_sha256=asked.case_sha256,
        case_name=asked.case_name,
        grid=asked.grid,
        labels=asked.labels,
        urgency=URGENCIES[asked.urgency],
        state=STATES[run.state],
        reason=ending.reason,
        message=ending.message,
        created_at=stamp_at(run.created_s),
        started_at=stamp_at(run.started_s),
        ended_at=stamp_at(run.ended_s),
        attempt_count=run.attempt_count,
        event_count=run.event_count,
        queued_before_count=queued_before_count,
        outcome_status=run_pb2.STATUS_UNSPECIFIED if ending.outcome_status is None else STATUSES[ending.outcome_status],
        objective_cny=ending.objective_cny,
        bound_cny=ending.bound_cny,
        gap_share=ending.gap_share,
        outcome=outcome,
        study_id=asked.study_id,
        scenario_index=asked.scenario_index,
    )


def put_asked(message: run_pb2.Run, content: bytes, changes: str) -> None:
    """Into a run what was asked, from what was kept of it: a scenario's own case, its changes made."""
    asked = service_pb2.SubmitCaseRequest.FromString(content)
    for path, value in json.loads(changes or "[]"):
        put(asked.case, path, value)  # without a flaw: each value was tried before it was kept
    message.case.CopyFrom(asked.case)
    message.limits.CopyFrom(asked.limits)


def event_to(event: Event) -> run_pb2.RunEvent:
    """An event as a message."""
    message = run_pb2.RunEvent(
        event_index=event.event_index, time=stamp_at(event.time_s), attempt_index=event.attempt_index
    )
    if event.state is not None:
        message.state = STATES[event.state]
    elif event.progress is not None:
        message.progress.CopyFrom(progress_to(event.progress))
    else:
        message.note = event.note
    return message


def stamp_at(time_s: float | None) -> Timestamp | None:
    """Seconds since 1970 on the wire."""
    if time_s is None:
        return None
    stamp = Timestamp()
    stamp.FromMicroseconds(round(time_s * 1e6))
    return stamp


def urgency_of(number: int, flaws: list[Flaw]) -> Urgency:
    """DAY_AHEAD where none is given."""
    return _known(number, URGENCIES, "urgency", flaws, Urgency.DAY_AHEAD)


def is_full(number: int, path: str, flaws: list[Flaw]) -> bool:
    """Whether all of a run is asked for; BASIC where nothing is told."""
    return _known(number, VIEWS, path, flaws, "BASIC") == "FULL"


def states_of(numbers: Iterable[int], flaws: list[Flaw]) -> tuple[State, ...]:
    """The states that were named."""
    return tuple(_known(n, STATES, f"states[{k}]", flaws, None) for k, n in enumerate(numbers))


def _known(number: int, numbers: Mapping[K, int], path: str, flaws: list[Flaw], default: K | None) -> K:
    words = {value: word for word, value in numbers.items()}
    if number not in words and (number or default is None):
        flaws.append(Flaw("UNKNOWN_VALUE", path, f"{number} is not one of {', '.join(map(str, numbers))}"))
    return words.get(number, default or next(iter(numbers)))


# ---------------------------------------------------------------- a schedule in parts


def parts_of(
    schedule: schedule_pb2.Schedule, kinds: set[str], components: set[str], steps: slice
) -> Iterator[schedule_pb2.Schedule]:
    """
    The schedule, or these kinds, components and steps of it, in messages that a client can read which set nothing.

    Parts are merged as messages of protobuf are. Raises CaseError where a kind or a component is not there.
    """
    _refuse_unknown(schedule, kinds, components)
    head = _head(schedule, steps)
    part, size = head, 0
    for kind, key, tables in kinds_of(schedule.DESCRIPTOR):
        for component in getattr(schedule, kind) if not kinds or kind in kinds else ():
            if components and getattr(component, key) not in components:
                continue
            if size + component.ByteSize() > PART_BYTES_COUNT and size:
                yield part
                part, size = schedule_pb2.Schedule(), 0
            kept = getattr(part, kind).add()
            kept.CopyFrom(component)
            for table in tables:
                _cut(kept, table.name, steps)
            size += kept.ByteSize()
    yield part


def _head(schedule: schedule_pb2.Schedule, steps: slice) -> schedule_pb2.Schedule:
    first, last, _ = steps.indices(schedule.step_count)
    start = Timestamp()
    start.FromMicroseconds(schedule.start.ToMicroseconds() + round(first * schedule.step_h * 3.6e9))
    return schedule_pb2.Schedule(start=start, step_count=max(0, last - first), step_h=schedule.step_h)


def _cut(component: object, table: str, steps: slice) -> None:
    series = getattr(component, table)
    kept = list(series)[steps]
    del series[:]
    series.extend(kept)


def _refuse_unknown(schedule: schedule_pb2.Schedule, kinds: set[str], components: set[str]) -> None:
    known = {kind: key for kind, key, _ in kinds_of(schedule.DESCRIPTOR)}
    flaws = [
        Flaw("UNKNOWN_VALUE", "kinds", f"{kind!r} is not one of {', '.join(known)}")
        for kind in sorted(kinds - set(known))
    ]
    there = {getattr(c, key) for kind, key in known.items() for c in getattr(schedule, kind)}
    flaws += [
        Flaw("UNKNOWN_VALUE", "components", f"the schedule has no {name!r}") for name in sorted(components - there)
    ]
    if flaws:
        raise CaseError(tuple(flaws))
