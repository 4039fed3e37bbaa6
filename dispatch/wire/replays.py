"""Replays as messages, and from messages."""

from __future__ import annotations

from collections.abc import Mapping

from dispatch.errors import CaseError, Flaw
from dispatch.schedule.difference import Answer, Comparison, Difference
from dispatch.v1 import replay_pb2, service_pb2
from dispatch.wire.mirror import made
from dispatch.wire.outcome_out import STATUSES

_STATUS = {value: status for status, value in STATUSES.items()}
SIDES = ("recorded", "today")


def files_of(request: service_pb2.ReplaySnapshotRequest) -> dict[str, bytes]:
    """The files that were sent by name, or `CaseError` with every name that stands twice."""
    files = {file.name: file.content for file in request.files}
    if len(files) < len(request.files):
        names = [file.name for file in request.files]
        twice = (name for name in files if names.count(name) > 1)
        raise CaseError(tuple(Flaw("DUPLICATE_FILE", name or "files", "was sent twice") for name in twice))
    return files


def replay_request(files: Mapping[str, bytes], name: str) -> service_pb2.ReplaySnapshotRequest:
    """To replay a bundle."""
    sent = [replay_pb2.SnapshotFile(name=file, content=content) for file, content in files.items()]
    return service_pb2.ReplaySnapshotRequest(files=sent, name=name)


def replay_to(found: Comparison) -> replay_pb2.Replay:
    """A comparison as a message; its name is the caller's."""
    message = replay_pb2.Replay(same=found.same, recorded=_answer_to(found.recorded))
    if found.again is not None:
        message.again.CopyFrom(_answer_to(found.again))
    message.differences.extend(_difference_to(difference) for difference in found.differences)
    return message


def replay_from(message: replay_pb2.Replay, name: str) -> Comparison:
    """The comparison that was told."""
    again = _answer_from(message.again) if message.HasField("again") else None
    return Comparison(name, _answer_from(message.recorded), again, tuple(map(_difference_from, message.differences)))


def _answer_to(answer: Answer) -> replay_pb2.ReplayedAnswer:
    head = replay_pb2.ReplayedAnswer(status=STATUSES[answer.status], versions=dict(answer.versions))
    plain = {name: value for name, value in vars(answer).items() if name not in {"status", "versions"}}
    for name, value in plain.items():
        if value is not None:
            setattr(head, name, value)
    return head


def _answer_from(message: replay_pb2.ReplayedAnswer) -> Answer:
    status = _STATUS.get(message.status)
    if status is None:
        raise CaseError((Flaw("UNKNOWN_VALUE", "status", f"{message.status} is no status of an answer"),))
    return made(Answer, message, status=status, versions=dict(message.versions))


def _difference_to(difference: Difference) -> replay_pb2.Difference:
    message = replay_pb2.Difference(field=difference.field, matters=difference.matters, message=difference.message)
    for side in SIDES:
        value = getattr(difference, side)
        if isinstance(value, str):
            getattr(message, side).string_value = value
        elif value is not None:
            getattr(message, side).number_value = value
    return message


def _difference_from(message: replay_pb2.Difference) -> Difference:
    return made(Difference, message, **{side: _side(message, side) for side in SIDES})


def _side(message: replay_pb2.Difference, side: str) -> float | str | None:
    value = getattr(message, side)
    told = value.WhichOneof("kind")
    return None if told is None else getattr(value, told)
