"""The reference of the API is what the protos say, and every field says what it is and in what unit."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto

from tests.conventions.units import SUFFIXES, WITHOUT_UNIT
from tests.docs.api import NUMBERS, PAGE, comments_of, files, page_of, unit_of


@pytest.fixture(scope="module")
def protos() -> dict[str, FileDescriptorProto]:
    return files()


def _fields(protos: dict[str, FileDescriptorProto]) -> Iterator[tuple[DescriptorProto, FieldDescriptorProto, str]]:
    for file in protos.values():
        told = comments_of(file)
        for k, message in enumerate(file.message_type):
            for j, field in enumerate(message.field):
                yield message, field, told[4, k, 2, j]


def test_the_reference_is_current(protos: dict[str, FileDescriptorProto]) -> None:
    """Else: `python -m tests.docs.api`, and commit it."""
    assert PAGE.read_text(encoding="utf-8") == page_of(protos)


def test_every_field_has_a_comment_and_every_number_its_unit(protos: dict[str, FileDescriptorProto]) -> None:
    fields = list(_fields(protos))
    assert len(fields) > 300
    assert [f"{message.name}.{field.name}" for message, field, told in fields if len(told) < 2] == []
    numbers = [(message, field) for message, field, _ in fields if field.type in NUMBERS]
    assert [f"{m.name}.{f.name}" for m, f in numbers if not unit_of(f.name) and f.name not in WITHOUT_UNIT] == []


def test_the_longest_end_of_a_name_is_its_unit() -> None:
    units = [unit_of(name) for name in ("ramp_up_mw_per_h", "output_mw", "level_mwh", "gap_share", "edition", "start")]
    assert units == ["MW/h", "MW", "MWh", "share", "", ""]
    assert [end for end in SUFFIXES if end != "_x" and not unit_of(f"a{end}")] == []
