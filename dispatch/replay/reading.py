"""Bundles read as records: every one, or every flaw of every one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TypeVar

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
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
from dispatch.replay.replay import Record
from dispatch.schedule.hashes import case_sha256, schedule_sha256
from dispatch.schedule.outcome import Outcome
from dispatch.wire import files

T = TypeVar("T")


def records_in(folders: Sequence[Path]) -> list[Record]:
    """Every bundle in these folders, or `CaseError` with every flaw of every one."""
    records: list[Record] = []
    flaws: list[Flaw] = []
    for name, path in named_in(folders, flaws):
        try:
            records.append(record_in(path, name))
        except CaseError as error:
            flaws += error.flaws
    if flaws:
        raise CaseError(tuple(flaws))
    return records


def named_in(folders: Sequence[Path], flaws: list[Flaw]) -> list[tuple[str, Path]]:
    """Where the bundles in these folders lie, and what each is called; folders without any are added to the flaws."""
    found: list[tuple[str, Path]] = []
    for folder in folders:
        try:
            inside = bundles_in(folder)
        except CaseError as error:
            flaws += error.flaws
            continue
        alone = len(folders) == 1
        found += [(path.resolve().name if alone or path != folder else str(folder), path) for path in inside]
    return found


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
