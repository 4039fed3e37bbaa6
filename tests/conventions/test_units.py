"""Every number's name ends in its unit, on the wire and in Python."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from tests.conventions.tree import GENERATED, parsed
from tests.conventions.units import RECORDS_WITHOUT_UNIT, WITHOUT_UNIT, named_with_unit

NUMERIC = re.compile(r"\b(float|int|ndarray|NDArray|Series|DataFrame|DataArray)\b")
NO_NUMBER = re.compile(r"\bbool_?\b|\bCallable\b|\bLiteral\b")
# Tables that hold yes or no, or a word by its number.
YES_OR_NO = {
    *("allowed", "call_started", "called", "generating", "in_service", "must_run", "no_start", "oil_support", "on"),
    *("pumping", "up_decided_by", "down_decided_by", "decided_by"),
    *("started", "stopped", "told"),
}

F = FieldDescriptor
WIRE_NUMBERS = {F.TYPE_DOUBLE, F.TYPE_FLOAT, F.TYPE_INT32, F.TYPE_INT64, F.TYPE_SINT32, F.TYPE_SINT64}
UNSIGNED = {F.TYPE_UINT32, F.TYPE_UINT64, F.TYPE_FIXED32, F.TYPE_FIXED64}


def _messages(descriptor: Descriptor) -> Iterator[Descriptor]:
    yield descriptor
    for nested in descriptor.nested_types:
        yield from _messages(nested)


def _wire_fields() -> Iterator[tuple[str, str, int]]:
    """Where a field stands, the name that a person reads, and its type. A map's value is named by the map."""
    for path in sorted(GENERATED.glob("*_pb2.py")):
        module = importlib.import_module(f"dispatch.v1.{path.stem}")
        for top in module.DESCRIPTOR.message_types_by_name.values():
            for message in _messages(top):
                for field in message.fields:
                    entry = field.message_type
                    if entry is not None and entry.GetOptions().map_entry:
                        yield field.full_name, field.name, entry.fields_by_name["value"].type
                    elif not message.GetOptions().map_entry:
                        yield field.full_name, field.name, field.type


@pytest.fixture(scope="module")
def wire_fields() -> list[tuple[str, str, int]]:
    fields = list(_wire_fields())
    assert fields, "dispatch.v1 has no message"
    return fields


def test_every_number_on_the_wire_is_named_with_its_unit(wire_fields: list[tuple[str, str, int]]) -> None:
    bare = [where for where, name, kind in wire_fields if kind in WIRE_NUMBERS and not named_with_unit(name)]
    assert bare == []


def test_no_integer_on_the_wire_is_unsigned(wire_fields: list[tuple[str, str, int]]) -> None:
    assert [where for where, _, kind in wire_fields if kind in UNSIGNED] == []


def _is_record(node: ast.ClassDef) -> bool:
    marks = [ast.unparse(mark) for mark in (*node.decorator_list, *node.bases)]
    return any(re.search(r"\b(dataclass|NamedTuple)\b", mark) for mark in marks)


def _python_fields() -> Iterator[tuple[str, str, str]]:
    """Where each field of each record stands, its name and its annotation."""
    for module, tree in parsed():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and _is_record(node) and node.name not in RECORDS_WITHOUT_UNIT:
                for field in node.body:
                    if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                        name, annotation = field.target.id, ast.unparse(field.annotation)
                        yield f"{module}:{field.lineno} {node.name}.{name}", name, annotation


def test_every_number_in_a_record_is_named_with_its_unit() -> None:
    bare = [
        where
        for where, name, annotation in _python_fields()
        if NUMERIC.search(annotation)
        and not NO_NUMBER.search(annotation)
        and name.lstrip("_") not in YES_OR_NO
        and not named_with_unit(name.lstrip("_"))
    ]
    assert bare == []


def test_every_exception_is_needed(wire_fields: list[tuple[str, str, int]]) -> None:
    used = {name for _, name, _ in wire_fields} | {name for _, name, _ in _python_fields()}
    assert set(WITHOUT_UNIT) - used == set()
