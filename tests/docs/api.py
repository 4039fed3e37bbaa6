"""
The reference of the API, made from the comments of the protos: `python -m tests.docs.api` writes docs/api.md.

A field's unit is the end of its name, as everywhere in the house.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    ServiceDescriptorProto,
)

from tests.conventions.tree import ROOT
from tests.conventions.units import WITHOUT_UNIT

PAGE = ROOT / "docs" / "api.md"
PROTOS = ROOT / "protos"
FIRST = ("service", "case", "run", "schedule", "prices", "study")
OURS = ".dispatch.v1."
UNITS = {
    "mw_per_h": "MW/h", "mwh": "MWh", "mw": "MW", "cny_per_mwh": "CNY/MWh", "cny_per_h": "CNY/h",
    "cny_per_mw": "CNY/MW", "cny_per_tco2": "CNY/tCO2",
    "cny_per_t": "CNY/t", "cny": "CNY", "tco2_per_mwh": "tCO2/MWh", "tco2_per_h": "tCO2/h",
    "tco2_per_t": "tCO2/t", "tco2": "tCO2", "t_per_h": "t/h", "t": "t", "h": "h", "s": "s", "seconds": "s", "kv": "kV",
    "km": "km", "mb": "MB", "gb": "GB", "deg": "degrees", "share": "share", "shares": "share", "quantile": "quantile",
    "count": "count", "index": "from 0 or 1", "indices": "from 0",
}  # fmt: skip
NUMBERS = {
    FieldDescriptorProto.TYPE_DOUBLE: "number",
    FieldDescriptorProto.TYPE_FLOAT: "number",
    FieldDescriptorProto.TYPE_INT32: "whole number",
    FieldDescriptorProto.TYPE_INT64: "whole number",
}
WORDS = {FieldDescriptorProto.TYPE_STRING: "text", FieldDescriptorProto.TYPE_BOOL: "yes or no"}
HEAD = """# API reference

Written by `python -m tests.docs.api` from the comments in [protos/dispatch/v1](../protos/dispatch/v1); a test fails
where it is not current. Package `dispatch.v1`, service `DispatchService`.

How to read it. `[]` is a list; where series are told, one value a step. *optional* tells absent from 0: absent takes
the default, or is refused where the text says "Required". A unit is the end of a field's name; a *share* is 1 for
100 %. Times are UTC on the wire, and an hour is named by its start. `case.json`, `outcome.json` and `schedule.json`
are these messages as protobuf JSON with the field names below, with two differences: files carry `schema_version`,
and enum values have no prefix in them (`CENTRAL` for `INTERCHANGE_VARIANT_CENTRAL`). How calls are refused:
[errors.md](errors.md).
"""


def unit_of(name: str) -> str:
    """The unit in a number's name; "" where it has none."""
    if name in WITHOUT_UNIT:
        return ""
    ends = [end for end in UNITS if f"_{name}".endswith(f"_{end}")]
    return UNITS[max(ends, key=len)] if ends else ""


def files() -> dict[str, FileDescriptorProto]:
    """Every proto with its comments, by its name without folder and ending."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "set"
        sources = sorted(path.relative_to(PROTOS).as_posix() for path in PROTOS.glob("dispatch/v1/*.proto"))
        told = [f"-I{PROTOS}", "--include_source_info", f"--descriptor_set_out={out}"]
        subprocess.run([sys.executable, "-m", "grpc_tools.protoc", *told, *sources], check=True, cwd=PROTOS)
        found = FileDescriptorSet.FromString(out.read_bytes()).file
    return {Path(file.name).stem: file for file in found}


def page_of(protos: dict[str, FileDescriptorProto]) -> str:
    """The whole page."""
    parts = [HEAD]
    for name in [*(name for name in FIRST if name in protos), *sorted(set(protos) - set(FIRST))]:
        parts += [f"## {name}.proto\n", *_file(protos[name])]
    return "\n".join(parts)


def comments_of(file: FileDescriptorProto) -> dict[tuple[int, ...], str]:
    """Comments by the path of what they stand before; of the file itself by the path of `syntax`."""
    found = {}
    for place in file.source_code_info.location:
        detached = list(place.leading_detached_comments)
        text = place.leading_comments or (detached[0] if tuple(place.path) == (12,) and detached else "")
        found[tuple(place.path)] = "\n\n".join(re.sub(r"\s+", " ", part).strip() for part in text.split("\n\n"))
    return found


def _file(file: FileDescriptorProto) -> Iterator[str]:
    told = comments_of(file)
    yield f"{told.get((12,), '')}\n"
    for k, service in enumerate(file.service):
        yield from _service(service, (6, k), told)
    for k, message in enumerate(file.message_type):
        yield from _message(message, (4, k), told)
    for k, enum in enumerate(file.enum_type):
        yield from _enum(enum, (5, k), told)


def _service(service: ServiceDescriptorProto, path: tuple[int, ...], told: dict[tuple[int, ...], str]) -> Iterator[str]:
    yield f"### {service.name}\n\n{told[path]}\n"
    rows = []
    for k, method in enumerate(service.method):
        gives = f"{'stream of ' * method.server_streaming}{_link(method.output_type)}"
        rows.append((f"`{method.name}`", _link(method.input_type), gives, told[*path, 2, k]))
    yield _table(("method", "takes", "gives", "what it does"), rows)


def _message(message: DescriptorProto, path: tuple[int, ...], told: dict[tuple[int, ...], str]) -> Iterator[str]:
    yield f"### {message.name}\n\n{told[path]}\n"
    maps = {entry.name: entry for entry in message.nested_type if entry.options.map_entry}
    rows = [
        (f"`{field.name}`", _type(field, maps, message), _unit(field, maps), told[*path, 2, k])
        for k, field in enumerate(message.field)
    ]
    if rows:
        yield _table(("field", "type", "unit", "meaning"), rows)


def _enum(enum: EnumDescriptorProto, path: tuple[int, ...], told: dict[tuple[int, ...], str]) -> Iterator[str]:
    yield f"### {enum.name}\n\n{told[path]}\n"
    rows = ((f"`{value.name}`", told[*path, 2, k]) for k, value in enumerate(enum.value))
    yield _table(("value", "meaning"), rows)


def _type(field: FieldDescriptorProto, maps: dict[str, DescriptorProto], message: DescriptorProto) -> str:
    entry = maps.get(field.type_name.rpartition(".")[2])
    if entry is not None:
        return f"map of text to {_plain(entry.field[1])}"
    kind = _plain(field) + "[]" * (field.label == FieldDescriptorProto.LABEL_REPEATED)
    if field.proto3_optional:
        return f"{kind}, optional"
    if field.HasField("oneof_index"):
        return f"{kind}, one of `{message.oneof_decl[field.oneof_index].name}`"
    return kind


def _plain(field: FieldDescriptorProto) -> str:
    if field.type in NUMBERS or field.type in WORDS:
        return (NUMBERS | WORDS)[field.type]
    return _link(field.type_name)


def _unit(field: FieldDescriptorProto, maps: dict[str, DescriptorProto]) -> str:
    entry = maps.get(field.type_name.rpartition(".")[2])
    return unit_of(field.name) if (entry.field[1] if entry else field).type in NUMBERS else ""


def _link(type_name: str) -> str:
    if not type_name.startswith(OURS):
        return f"`{type_name.removeprefix('.')}`"
    name = type_name.removeprefix(OURS)
    return f"[{name}](#{name.lower()})"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (head, tuple("---" for _ in head), *rows)
    cells = (" | ".join(cell.replace("|", "\\|").replace("\n\n", " ") for cell in line) for line in lines)
    return "\n".join(f"| {line} |" for line in cells) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page_of(files()), encoding="utf-8")
