"""
A bundle that is sent and not looked at where it lies: its files by name, each plain or gzipped.

A server imports this and hands the work to a process of its own, where alone the solver is loaded.
"""

from __future__ import annotations

import gzip
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch.case.case import Case, Limits
from dispatch.case.checks import flaws_of
from dispatch.errors import CaseError, Flaw
from dispatch.formats.json_file import MOST_BYTES_COUNT, bytes_of
from dispatch.replay.bundle import INSTANCE_FOLDER, MANIFEST, PACKED, opened
from dispatch.schedule.difference import Comparison
from dispatch.wire.runs import outcome_kept

if TYPE_CHECKING:
    from dispatch.replay.replay import Record

NAME = re.compile(r"([A-Za-z0-9_-][A-Za-z0-9_.-]*/)?[A-Za-z0-9_-][A-Za-z0-9_.-]*")  # nothing outside the folder

Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Recorded:
    """What a bundle asks for, and whether that is accepted today."""

    case: Case
    limits: Limits
    accepted: bool


def packed(folder: Path) -> dict[str, bytes]:
    """The files of a bundle, gzipped, or `CaseError` with every one that is not as it was written."""
    bundle = opened(folder)
    contents = {MANIFEST: bytes_of(bundle.place(MANIFEST)), **bundle.files}
    return {f"{name}{PACKED}": gzip.compress(content, mtime=0) for name, content in contents.items()}


def recorded_in(sent: Files) -> Recorded:
    """What a bundle that was sent asks for, or `CaseError` with every file of it that is not as it was written."""
    with _record(sent, "") as record:
        return Recorded(record.case, record.limits, accepted=not flaws_of(record.case, record.facts))


def compared_with(sent: Files, name: str, again: tuple[bytes, bytes | None] | None) -> Comparison:
    """A bundle that was sent beside the outcome and the schedule of today as they are kept, None where refused."""
    from dispatch.replay.replay import refused, set_against

    with _record(sent, name) as record:
        found = refused(record) if again is None else set_against(record, outcome_kept(*again))
    return found.comparison


@contextmanager
def _record(sent: Files, name: str) -> Iterator[Record]:
    """The record, read in a folder of its own; flaws name files as they were sent."""
    from dispatch.replay.reading import record_in

    with tempfile.TemporaryDirectory(prefix="dispatch-replay-") as folder:
        try:
            _unpack(sent, Path(folder))
            record = record_in(Path(folder), name)
        except CaseError as error:
            inside = f"{folder}/"
            flaws = (replace(f, field=f.field.removeprefix(inside) or "files") for f in error.flaws)
            raise CaseError(tuple(flaws)) from error
        yield record


def _unpack(sent: Files, folder: Path) -> None:
    """Write the files, together no larger unpacked than the largest one may be."""
    flaws = [Flaw("BAD_NAME", name, "is no name of a file in a bundle") for name in sent if not NAME.fullmatch(name)]
    flaws += [
        Flaw("NOT_OVER_GRPC", name, "a service knows its own grids: replay this bundle where it lies, with `dispatch`")
        for name in sent
        if name.startswith((f"{INSTANCE_FOLDER}.", f"{INSTANCE_FOLDER}/"))
    ]
    if not sent:
        flaws.append(Flaw("REQUIRED", "files", "must be given: the manifest and every file that it lists"))
    if flaws:
        raise CaseError(tuple(flaws))
    unpacked_count = 0
    for name, content in sent.items():
        place = folder / name
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(content)
        with suppress(CaseError):  # what cannot be unpacked is told with all the rest
            unpacked_count += len(bytes_of(place))
        if unpacked_count > MOST_BYTES_COUNT:
            message = f"the bundle unpacks to more than {MOST_BYTES_COUNT} bytes"
            raise CaseError((Flaw("TOO_LARGE", name, message),))
