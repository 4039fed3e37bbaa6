"""`dispatch replay`: what was recorded, solved again."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TypeVar

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.cli.command import DONE, NO_ANSWER, OUR_FAULT
from dispatch.cli.solve import ending_of
from dispatch.cli.terminal import LiveLine, show_json
from dispatch.errors import CaseError, Flaw, UnknownGrid
from dispatch.formats.kept import kept_facts
from dispatch.grid.catalogue import facts_of
from dispatch.replay.bundle import (
    CASE,
    HASHES,
    INSTANCE_FOLDER,
    LIMITS,
    MANIFEST,
    OUTCOME,
    SCHEDULE,
    Bundle,
    bundles_in,
    opened,
)
from dispatch.replay.replay import Record, Replayed, replayed, set_beside
from dispatch.replay.table import as_json, table_of
from dispatch.schedule.hashes import case_sha256, schedule_sha256
from dispatch.schedule.outcome import Outcome, Status
from dispatch.wire import files

T = TypeVar("T")


def replay(asked: argparse.Namespace) -> int:
    """Every bundle is read before any is solved; one that is not what was written refuses them all, file by file."""
    records = records_in(asked.folders)
    if asked.against:
        others = records_in([asked.against])
        found = list(set_beside(records, others))
    else:
        found = _all_replayed(records)
    if asked.json:
        show_json(as_json(found))
    else:
        print(table_of(found))
    return code_of(found)


def code_of(found: Sequence[Replayed]) -> int:
    """0 all the same, 1 where something differs that matters, 3 where an answer of today is our own failure."""
    if any(one.again is not None and one.again.status is Status.FAILED and not one.same for one in found):
        return OUR_FAULT
    return DONE if all(one.same for one in found) else NO_ANSWER


def _all_replayed(records: Iterable[Record]) -> list[Replayed]:
    live, found = LiveLine(), []
    for record in records:
        found.append(replayed(record, live.of(record.name)))
        again = found[-1].again
        live.done(record.name, "refused today" if again is None else ending_of(again))
    return found


def records_in(folders: Sequence[Path]) -> list[Record]:
    """Every bundle in these folders, or `CaseError` with every flaw of every one."""
    records: list[Record] = []
    flaws: list[Flaw] = []
    for folder in folders:
        try:
            inside = bundles_in(folder)
        except CaseError as error:
            flaws += error.flaws
            continue
        for path in inside:
            name = path.resolve().name if len(folders) == 1 or path != folder else str(folder)
            try:
                records.append(record_in(path, name))
            except CaseError as error:
                flaws += error.flaws
    if flaws:
        raise CaseError(tuple(flaws))
    return records


def record_in(folder: Path, name: str) -> Record:
    """The record in a bundle, or `CaseError` with every file of it that is not as it was written."""
    bundle = opened(folder)
    flaws: list[Flaw] = []
    case = _read(bundle, CASE, files.case_of, flaws)
    limits = _read(bundle, LIMITS, files.limits_of, flaws)
    outcome = _read(bundle, OUTCOME, files.outcome_of, flaws)
    if outcome is not None:
        outcome = _with_tables(bundle, outcome, flaws)
    if case is not None and outcome is not None:
        flaws += _hash_flaws(bundle, case, outcome)
    facts = _facts(bundle, case, flaws)
    if flaws or case is None or limits is None or outcome is None or facts is None:
        raise CaseError(tuple(flaws))
    return Record(name, case, facts, limits, outcome)


def _with_tables(bundle: Bundle, outcome: Outcome, flaws: list[Flaw]) -> Outcome:
    """The outcome with its schedule; one that was measured has a schedule."""
    if SCHEDULE in bundle.files:
        return replace(outcome, schedule=_read(bundle, SCHEDULE, files.schedule_of, flaws))
    if outcome.metrics is not None:
        message = f"is absent, and {OUTCOME} tells what it is worth"
        flaws.append(Flaw("INCOMPLETE", str(bundle.folder / SCHEDULE), message))
    return outcome


def _hash_flaws(bundle: Bundle, case: Case, outcome: Outcome) -> list[Flaw]:
    """Where case, schedule, certificate and manifest are not of one run."""
    if outcome.certificate is None:
        return [Flaw("INCOMPLETE", str(bundle.place(OUTCOME)), "has no certificate")]
    own = {name: getattr(outcome.certificate, name) for name in HASHES}
    flaws = [
        Flaw("HASH_MISMATCH", str(bundle.place(OUTCOME)), f"certificate.{name} is not that of {MANIFEST}")
        for name in HASHES
        if own[name] != bundle.hashes[name]
    ]
    made = {CASE: ("case_sha256", case_sha256(case))}
    if outcome.schedule is not None:
        made[SCHEDULE] = ("schedule_sha256", schedule_sha256(outcome.schedule))
    flaws += [
        Flaw("HASH_MISMATCH", str(bundle.place(name)), f"is not what the certificate was given for ({field})")
        for name, (field, digest) in made.items()
        if digest != own[field]
    ]
    return flaws


def _facts(bundle: Bundle, case: Case | None, flaws: list[Flaw]) -> GridFacts | None:
    """The grid of today that the case is about, or that of the instance beside it."""
    try:
        if any(PurePosixPath(name).parts[0].startswith(INSTANCE_FOLDER) for name in bundle.files):
            return kept_facts(bundle.folder)
        return None if case is None else facts_of(case.grid, case.edition)
    except CaseError as error:
        flaws += error.flaws
    except UnknownGrid as error:
        flaws.append(Flaw("UNKNOWN_GRID", str(bundle.place(CASE)), str(error)))
    return None


def _read(bundle: Bundle, name: str, read: Callable[[str, str], T], flaws: list[Flaw]) -> T | None:
    """What a file holds, or None and its flaws, each under the file's name."""
    place = str(bundle.place(name))
    try:
        return read(bundle.files[name].decode(), place)
    except UnicodeDecodeError:
        flaws.append(Flaw("NOT_JSON", place, "is not text in UTF-8"))
    except CaseError as error:
        flaws += [_under(place, flaw) for flaw in error.flaws]
    return None


def _under(place: str, flaw: Flaw) -> Flaw:
    return flaw if flaw.field == place else replace(flaw, field=f"{place}: {flaw.field}")
