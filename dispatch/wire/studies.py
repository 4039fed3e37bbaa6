"""Studies and their scenarios as messages, and back as a client holds them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Value

from dispatch.errors import Flaw
from dispatch.runs.run import Ending, Run, State, Study
from dispatch.schedule.outcome import Status
from dispatch.v1 import run_pb2, study_pb2
from dispatch.wire.mirror import made
from dispatch.wire.outcome_out import STATUSES
from dispatch.wire.runs import STATES, stamp_at

EXACT_COUNT = 2**53  # whole numbers up to here are exact as a double
COUNTED = {f"{state.value.lower()}_count": state for state in State}


@dataclass(frozen=True)
class StudyView:
    """A study as the service tells it. Times are aware, UTC."""

    study_id: str
    request_id: str
    title: str
    case_sha256: str
    axes: tuple[tuple[str, tuple[Any, ...]], ...]  # path of a field, and its values
    state: State
    scenario_count: int
    queued_count: int
    running_count: int
    succeeded_count: int
    failed_count: int
    cancelled_count: int
    created_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class ScenarioView:
    """A scenario as the service tells it; what does not exist is None."""

    scenario_index: int
    values: tuple[Any, ...]  # of each axis
    run_id: str
    state: State
    reason: str
    message: str
    outcome_status: Status | None
    objective_cny: float | None
    bound_cny: float | None
    gap_share: float | None
    metrics: Mapping[str, float]


# ---------------------------------------------------------------- in


def axes_from(messages: Iterable[study_pb2.Axis], flaws: list[Flaw]) -> list[tuple[str, tuple[Any, ...]]]:
    """The axes that were sent: the path of each field, and its values as case.json would hold them."""
    return [
        (axis.field, tuple(_value_from(v, f"axes[{k}].values[{j}]", flaws) for j, v in enumerate(axis.values)))
        for k, axis in enumerate(messages)
    ]


def _value_from(value: Value, path: str, flaws: list[Flaw]) -> Any:
    """A value as JSON has it; a whole number stays one."""
    kind = value.WhichOneof("kind")
    if kind == "number_value":
        number = value.number_value
        return int(number) if math.isfinite(number) and number.is_integer() and abs(number) < EXACT_COUNT else number
    if kind == "struct_value":
        fields = value.struct_value.fields
        return {key: _value_from(fields[key], f"{path}.{key}", flaws) for key in sorted(fields)}
    if kind == "list_value":
        return [_value_from(one, f"{path}[{k}]", flaws) for k, one in enumerate(value.list_value.values)]
    if kind is None:
        flaws.append(Flaw("REQUIRED", path, "holds nothing; to leave the field absent give null"))
    return None if kind in (None, "null_value") else getattr(value, kind)


def study_from(message: study_pb2.Study) -> StudyView:
    """The study that was sent."""
    ended_at = message.ended_at.ToDatetime(tzinfo=UTC) if message.HasField("ended_at") else None
    return made(
        StudyView,
        message,
        axes=tuple(axes_from(message.axes, [])),
        state=_STATE[message.state],
        created_at=message.created_at.ToDatetime(tzinfo=UTC),
        ended_at=ended_at,
    )


def scenario_from(message: study_pb2.Scenario) -> ScenarioView:
    """The scenario that was sent."""
    return made(
        ScenarioView,
        message,
        values=tuple(_value_from(value, "values", []) for value in message.values),
        state=_STATE[message.state],
        outcome_status=_STATUS.get(message.outcome_status),
        metrics=dict(message.metrics),
    )


_STATE = {number: state for state, number in STATES.items()}
_STATUS = {number: status for status, number in STATUSES.items()}

# ---------------------------------------------------------------- out


def axes_to(axes: Iterable[tuple[str, Sequence[Any]]]) -> list[study_pb2.Axis]:
    """Axes as messages."""
    return [study_pb2.Axis(field=field, values=_values_to(values)) for field, values in axes]


def _values_to(values: Iterable[Any]) -> list[Value]:
    return [ParseDict(value, Value()) for value in values]


def study_to(study: Study) -> study_pb2.Study:
    """A study as a message."""
    return study_pb2.Study(
        study_id=study.study_id,
        request_id=study.request_id,
        tenant=study.tenant,
        title=study.title,
        labels=study.labels,
        case_sha256=study.case_sha256,
        axes=axes_to(json.loads(study.axes)),
        state=STATES[study.state],
        scenario_count=sum(study.counts.values()),
        created_at=stamp_at(study.created_s),
        ended_at=stamp_at(study.ended_s),
        **{name: study.counts.get(state, 0) for name, state in COUNTED.items()},
    )


def scenario_to(run: Run) -> study_pb2.Scenario:
    """The scenario of a run as a message."""
    ending = run.ending or Ending(run.state)
    status = ending.outcome_status
    return study_pb2.Scenario(
        scenario_index=run.asked.scenario_index,
        values=_values_to(value for _, value in json.loads(run.asked.changes)),
        run_id=run.run_id,
        state=STATES[run.state],
        reason=ending.reason,
        message=ending.message,
        outcome_status=run_pb2.STATUS_UNSPECIFIED if status is None else STATUSES[status],
        objective_cny=ending.objective_cny,
        bound_cny=ending.bound_cny,
        gap_share=ending.gap_share,
        metrics=ending.totals,
    )
