"""
Protobuf JSON as people keep it in files.

Original field names in the order of the proto, every field printed, enum values without their prefix, and
`schema_version` first. Reading finds every flaw and goes on: an unknown field is named and left out, and so is a
value that cannot be read; in place of a number stands NaN.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any, TypeVar

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from google.protobuf.message import Message

from dispatch.errors import CaseError, Flaw
from dispatch.wire.mirror import fields_of

SCHEMA_VERSION = "1"

# By message and schema version: the content as the next version writes it. There is no older version yet.
MIGRATIONS: dict[tuple[str, str], Callable[[dict[str, Any]], dict[str, Any]]] = {}

M = TypeVar("M", bound=Message)

_WANTED = {
    FieldDescriptor.CPPTYPE_DOUBLE: "a number",
    FieldDescriptor.CPPTYPE_INT32: "a whole number",
    FieldDescriptor.CPPTYPE_BOOL: "true or false",
    FieldDescriptor.CPPTYPE_STRING: "a text",
    FieldDescriptor.CPPTYPE_MESSAGE: "a time, as in 2030-01-15T00:00:00+08:00",
}
SHOWN_COUNT = 40  # characters of a wrong value that are repeated


# ---------------------------------------------------------------- out


def text_of(message: Message) -> str:
    """The message as the text of a file."""
    content = MessageToDict(message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
    told = {"schema_version": SCHEMA_VERSION, **_ordered(content, message.DESCRIPTOR)}
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _ordered(content: dict[str, Any], descriptor: Any) -> dict[str, Any]:
    return {
        field.name: _printed(content[field.name], field) for field in fields_of(descriptor) if field.name in content
    }


def _printed(value: Any, field: FieldDescriptor) -> Any:
    if field.enum_type is not None and isinstance(value, str):
        return value.removeprefix(_prefix(field.enum_type))
    if field.enum_type is not None and field.is_repeated:
        return [element.removeprefix(_prefix(field.enum_type)) for element in value]
    if _is_map(field):
        return dict(sorted(value.items()))
    if field.message_type is None or is_time(field):
        return value
    if field.is_repeated:
        return [_ordered(element, field.message_type) for element in value]
    return _ordered(value, field.message_type)


# ---------------------------------------------------------------- in


def message_of(text: str, message: M, origin: str) -> M:
    """The message filled from the text of a file, or `CaseError` with every flaw; `origin` names the file."""
    if flaws := flaws_reading(text, message, origin):
        raise CaseError(flaws)
    return message


def flaws_reading(text: str, message: Message, origin: str) -> tuple[Flaw, ...]:
    """Every flaw met on the way from the text into the message; `CaseError` where there is nothing to read."""
    content, flaws = _parsed(text, origin)
    version = content.pop("schema_version", None)
    if version is None:
        flaws.append(Flaw("REQUIRED", "schema_version", f'is absent and must be "{SCHEMA_VERSION}"'))
    elif version != SCHEMA_VERSION:
        content = _migrated(content, version, message.DESCRIPTOR.full_name, flaws)
    _fill(message, content, "", flaws)
    return tuple(flaws)


def flaws_filling(message: Message, field: FieldDescriptor, value: Any, path: str) -> tuple[Flaw, ...]:
    """Every flaw met on the way from a value, as a file would hold it, into an empty field; `path` names the field."""
    flaws: list[Flaw] = []
    if value is not None:  # null is absent
        _fill_field(message, field, value, path, flaws)
    return tuple(flaws)


def _migrated(content: dict[str, Any], version: Any, kind: str, flaws: list[Flaw]) -> dict[str, Any]:
    """The content as this version writes it; a version without a way here is a flaw, and the content is left as is."""
    if isinstance(version, str) and version.isdigit() and int(version) > int(SCHEMA_VERSION):
        words = f'"{version}" is of a newer dispatch than this one, which reads up to "{SCHEMA_VERSION}": update it'
        flaws.append(Flaw("NEWER_VERSION", "schema_version", words))
        return content
    while version != SCHEMA_VERSION:
        step = MIGRATIONS.get((kind, version)) if isinstance(version, str) else None
        if step is None:
            words = f'{_shown(version)} cannot be read here, only "{SCHEMA_VERSION}"'
            flaws.append(Flaw("UNKNOWN_VALUE", "schema_version", words))
            return content
        content, version = step(content), str(int(version) + 1)
    return content


def _parsed(text: str, origin: str) -> tuple[dict[str, Any], list[Flaw]]:
    twice: list[Flaw] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen = dict(pairs)
        names = [name for name, _ in pairs]
        twice.extend(Flaw("DUPLICATE_FIELD", name, "stands twice") for name in seen if names.count(name) > 1)
        return seen

    try:
        content = json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        words = f"is not JSON: line {error.lineno}, column {error.colno}"
        raise CaseError((Flaw("NOT_JSON", origin, words),)) from error
    except (ValueError, RecursionError) as error:
        raise CaseError((Flaw("NOT_JSON", origin, "is not JSON that can be read"),)) from error
    if not isinstance(content, dict):
        raise CaseError((*twice, Flaw("WRONG_TYPE", origin, "must hold an object, { ... }")))
    return dict(content), twice


def _fill(message: Message, content: Any, path: str, flaws: list[Flaw]) -> None:
    if not isinstance(content, dict):
        flaws.append(Flaw("WRONG_TYPE", path, f"{_shown(content)} must be an object, {{ ... }}"))
        return
    names = {name: f for f in fields_of(message.DESCRIPTOR) for name in (f.name, f.camelcase_name)}
    for key, value in content.items():
        here = f"{path}.{key}" if path else key
        if key not in names:
            known = ["schema_version"] if not path else []
            known += [field.name for field in fields_of(message.DESCRIPTOR)]
            flaws.append(Flaw("UNKNOWN_FIELD", here, f"is not a field here; give one of {', '.join(known)}"))
        elif value is not None:  # null is absent
            _fill_field(message, names[key], value, here, flaws)


def _fill_field(message: Message, field: FieldDescriptor, value: Any, path: str, flaws: list[Flaw]) -> None:
    if _is_map(field) and isinstance(value, dict):
        for key, entry in value.items():
            _fill_leaf(message, field, {key: entry}, f"{path}.{key}", flaws)
    elif field.is_repeated and not isinstance(value, list):
        flaws.append(Flaw("WRONG_TYPE", path, f"{_shown(value)} must be a list, [ ... ]"))
    elif field.is_repeated:
        _fill_list(message, field, value, path, flaws)
    elif field.message_type is not None and not is_time(field):
        inner = getattr(message, field.name)
        inner.SetInParent()
        _fill(inner, value, path, flaws)
    else:
        _fill_leaf(message, field, value, path, flaws)


def _fill_list(message: Message, field: FieldDescriptor, values: list[Any], path: str, flaws: list[Flaw]) -> None:
    if field.message_type is None and _merged(message, field, values):
        return
    for k, value in enumerate(values):
        if field.message_type is not None:
            _fill(getattr(message, field.name).add(), value, f"{path}[{k}]", flaws)
        else:
            _fill_leaf(message, field, [value], f"{path}[{k}]", flaws)


def _fill_leaf(message: Message, field: FieldDescriptor, value: Any, path: str, flaws: list[Flaw]) -> None:
    if _merged(message, field, value):
        return
    endless = any(isinstance(v, float) and not math.isfinite(v) for v in _inside(value))
    code = "NOT_FINITE" if endless else "WRONG_TYPE"
    flaws.append(Flaw(code, path, f"{_shown(value)} must be {'a finite number' if endless else _wanted(field)}"))
    if field.cpp_type == FieldDescriptor.CPPTYPE_DOUBLE:
        _merged(message, field, ["NaN"] if field.is_repeated else "NaN")


def _merged(message: Message, field: FieldDescriptor, value: Any) -> bool:
    """Whether protobuf can read the value, which is then in the message; but true is not the number 1."""
    if field.cpp_type != FieldDescriptor.CPPTYPE_BOOL and any(isinstance(v, bool) for v in _inside(value)):
        return False
    try:
        message.MergeFrom(ParseDict({field.name: _with_prefix(value, field)}, type(message)()))
    except (ParseError, ValueError, TypeError, OverflowError):
        return False
    return True


# ---------------------------------------------------------------- about fields


def _prefix(enum: EnumDescriptor) -> str:
    """STATUS_ of Status, CONTRACT_KIND_ of ContractKind."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", enum.name).upper() + "_"


def _with_prefix(value: Any, field: FieldDescriptor) -> Any:
    """The name of an enum value on the wire, or of several; both ways of writing it are read."""
    if field.enum_type is not None and isinstance(value, list):
        return [_with_prefix(element, field) for element in value]
    if field.enum_type is None or not isinstance(value, str) or value in field.enum_type.values_by_name:
        return value
    return _prefix(field.enum_type) + value


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and bool(field.message_type.GetOptions().map_entry)


def is_time(field: FieldDescriptor) -> bool:
    """The field holds a time, which is one value in a file."""
    return field.message_type is not None and field.message_type.full_name == "google.protobuf.Timestamp"


def _wanted(field: FieldDescriptor) -> str:
    if field.enum_type is not None:
        prefix = _prefix(field.enum_type)
        return "one of " + ", ".join(v.name.removeprefix(prefix) for v in field.enum_type.values)
    if _is_map(field):
        return _WANTED[fields_of(field.message_type)[-1].cpp_type]
    return _WANTED[field.cpp_type]


def _inside(value: Any) -> list[Any]:
    """What a list or map holds; anything else stands for itself."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else [value]


def _shown(value: Any) -> str:
    """The value as JSON, shortened; one value of a list or map stands for itself."""
    inside = _inside(value)
    text = json.dumps(inside[0] if len(inside) == 1 else value, ensure_ascii=False)
    return text if len(text) <= SHOWN_COUNT else text[:SHOWN_COUNT] + "..."
