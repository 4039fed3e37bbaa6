"""One field of a message by its path in the file, as in "scales.load_share" or "units[3].output_mw"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from dispatch.errors import Flaw
from dispatch.wire.json_text import flaws_filling, is_time
from dispatch.wire.mirror import fields_of

STEP = re.compile(r"(\w+)(?:\[(\d{1,6})\])?", re.ASCII)
SHOWN_COUNT = 80  # characters of a wrong path that are repeated


class NoPlace(Exception):
    """The path leads to no field; says in words where it goes wrong."""

    @classmethod
    def at(cls, name: str, words: str) -> NoPlace:
        """It goes wrong at this step."""
        return cls(f"{name[:SHOWN_COUNT]} {words}")


@dataclass(frozen=True)
class Step:
    """A field, and which of its elements."""

    name: str
    index: int | None


def put(message: Message, path: str, value: Any) -> tuple[Flaw, ...]:
    """
    Put a value, as a file would hold it, in place of what a field holds; every flaw of the value.

    Null leaves the field absent. Raises NoPlace.
    """
    *way, last = steps_of(path)
    for step in way:
        message = _entered(message, step)
    field = _field(message, last.name)
    if last.index is None:
        message.ClearField(last.name)
        return flaws_filling(message, field, value, path)
    _element(message, field, last.index)
    alone = type(message)()
    flaws = flaws_filling(alone, field, [value], last.name)
    _replace(getattr(message, last.name), last.index, getattr(alone, last.name))
    return tuple(Flaw(f.code, path + f.field.removeprefix(f"{last.name}[0]"), f.message) for f in flaws)


def steps_of(path: str) -> list[Step]:
    """The steps of a path. Raises NoPlace where it is none."""
    matches = [STEP.fullmatch(part) for part in path.split(".")]
    if not all(matches):
        raise NoPlace.at(repr(path), 'is no path, as "response_share", "scales.load_share" or "units[3].output_mw"')
    found = [match.groups() for match in matches if match]
    return [Step(name, None if index is None else int(index)) for name, index in found]


def _entered(message: Message, step: Step) -> Message:
    field = _field(message, step.name)
    if field.message_type is None or is_time(field):
        raise NoPlace.at(step.name, "is one value and has no fields")
    if step.index is not None:
        entered: Message = _element(message, field, step.index)
        return entered
    if field.is_repeated:
        raise NoPlace.at(step.name, f"is a list; say which element, as {step.name}[0], or give the whole list")
    inner: Message = getattr(message, step.name)
    return inner


def _field(message: Message, name: str) -> FieldDescriptor:
    known = {field.name: field for field in fields_of(message.DESCRIPTOR)}
    if name not in known:
        raise NoPlace.at(name, f"is not a field here; give one of {', '.join(known)}")
    return known[name]


def _element(message: Message, field: FieldDescriptor, index: int) -> Any:
    if not field.is_repeated:
        raise NoPlace.at(field.name, "is not a list")
    elements = getattr(message, field.name)
    if index >= len(elements):
        raise NoPlace.at(
            field.name, f"has {len(elements)} elements in this case, counted from 0; there is no [{index}]"
        )
    return elements[index]


def _replace(elements: Any, index: int, found: Any) -> None:
    """Put the one element that was found, if it could be read, in the place of another."""
    if not len(found):
        return
    if isinstance(found[0], Message):
        elements[index].CopyFrom(found[0])
    else:
        elements[index] = found[0]
