"""Records and messages that say the same thing under the same names."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

M = TypeVar("M", bound=Message)
R = TypeVar("R")

_PYTHON: dict[int, Callable[[Any], Any]] = {
    FieldDescriptor.CPPTYPE_DOUBLE: float,
    FieldDescriptor.CPPTYPE_INT32: int,
    FieldDescriptor.CPPTYPE_BOOL: bool,
    FieldDescriptor.CPPTYPE_STRING: str,
}


def fields_of(descriptor: Any) -> list[FieldDescriptor]:
    """The fields of a message type, in the order of the proto."""
    return list(descriptor.fields)


def copied(record: object, message: M) -> M:
    """The message, its plain fields filled from the record's attributes of their names; None stays absent."""
    for field in fields_of(message.DESCRIPTOR):
        value = getattr(record, field.name, None)
        kind = _PYTHON.get(field.cpp_type)
        if value is None or kind is None:
            continue
        if field.is_repeated:
            getattr(message, field.name).extend(map(kind, value))
        else:
            setattr(message, field.name, kind(value))
    return message


def made(kind: Callable[..., R], message: Message, **others: Any) -> R:
    """The record, filled from the message's fields of its names, None where absent; `others` come on top."""
    plain = {
        field.name: _value(message, field)
        for field in fields_of(message.DESCRIPTOR)
        if field.name in _names(kind) and field.name not in others
    }
    return kind(**plain, **others)


def given(kind: Callable[..., R], message: Message) -> R:
    """The record with what the message says, and the record's own default for what it leaves out."""
    present = {field.name: getattr(message, field.name) for field, _ in message.ListFields()}
    return kind(**present)


def _names(kind: Any) -> set[str]:
    return {field.name for field in dataclasses.fields(kind)}


def _value(message: Message, field: FieldDescriptor) -> Any:
    if field.is_repeated:
        return tuple(getattr(message, field.name))
    if field.has_presence and not message.HasField(field.name):
        return None
    return getattr(message, field.name)
