"""`case.json`, `limits.json`, `outcome.json` and `schedule.json`: protobuf JSON with a versioned schema."""

from __future__ import annotations

from pathlib import Path

from dispatch.case.case import Case, Limits
from dispatch.errors import CaseError, Flaw
from dispatch.schedule.outcome import Outcome
from dispatch.schedule.prices import PriceTables
from dispatch.schedule.schedule import Schedule
from dispatch.v1 import case_pb2, prices_pb2, run_pb2, schedule_pb2
from dispatch.wire.case_in import reading_of
from dispatch.wire.json_text import flaws_reading, message_of, text_of
from dispatch.wire.reading import Check, Reading, fresh
from dispatch.wire.translate import (
    answer_from,
    case_to,
    limits_from,
    limits_to,
    outcome_from,
    prices_from,
    prices_to,
    schedule_from,
    schedule_to,
)


def case_text(case: Case) -> str:
    """The text of a `case.json`."""
    return text_of(case_to(case))


def case_of(text: str, origin: str = "case", check: Check | None = None) -> Case:
    """
    The case in the text of a `case.json`, or `CaseError` with every flaw; `origin` names the file.

    `check` finds the flaws of a case; it is asked about whatever could be read, so that no flaw hides another.
    """
    message = case_pb2.Case()
    flaws = flaws_reading(text, message, origin)
    reading = reading_of(message)
    return Reading(reading.case, flaws + fresh(reading.flaws, flaws), reading.placeholders).settled(check)


def write_case(case: Case, path: Path) -> None:
    """Keep a case."""
    path.write_text(case_text(case), encoding="utf-8")


def read_case(path: Path, check: Check | None = None) -> Case:
    """The case in a file, or `CaseError` with every flaw, those that `check` finds among them."""
    return case_of(_read(path), str(path), check)


def write_limits(limits: Limits, path: Path) -> None:
    """Keep the limits of a run."""
    path.write_text(text_of(limits_to(limits)), encoding="utf-8")


def limits_of(text: str, origin: str = "limits") -> Limits:
    """The limits in the text of a `limits.json`, or `CaseError` with every flaw."""
    return limits_from(message_of(text, run_pb2.Limits(), origin))


def outcome_text(outcome: Outcome) -> str:
    """The text of an `outcome.json`; the schedule goes to `schedule.nc` instead, prices to `prices.json`."""
    return text_of(answer_from(outcome, include_prices=False))


def outcome_of(text: str, origin: str = "outcome") -> Outcome:
    """The outcome in the text of an `outcome.json`, without a schedule, or `CaseError` with every flaw."""
    return outcome_from(message_of(text, run_pb2.Outcome(), origin))


def write_outcome(outcome: Outcome, path: Path) -> None:
    """Keep an outcome, without its schedule."""
    path.write_text(outcome_text(outcome), encoding="utf-8")


def read_outcome(path: Path) -> Outcome:
    """The outcome in a file, without its schedule, or `CaseError` with every flaw."""
    return outcome_of(_read(path), str(path))


def write_schedule(schedule: Schedule, path: Path) -> None:
    """Keep every table of a schedule, number by number; `schedule.nc` is the same as a network."""
    path.write_text(text_of(schedule_to(schedule)), encoding="utf-8")


def read_schedule(path: Path) -> Schedule:
    """The schedule in a file, or `CaseError` with every flaw."""
    return schedule_of(_read(path), str(path))


def schedule_of(text: str, origin: str = "schedule") -> Schedule:
    """The schedule in the text of a `schedule.json`, or `CaseError` with every flaw."""
    return schedule_from(message_of(text, schedule_pb2.Schedule(), origin))


def write_prices(tables: PriceTables, path: Path) -> None:
    """Keep every table of prices."""
    path.write_text(text_of(prices_to(tables)), encoding="utf-8")


def read_prices(path: Path) -> PriceTables:
    """The prices in a file, or `CaseError` with every flaw."""
    return prices_from(message_of(_read(path), prices_pb2.PriceTables(), str(path)))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise CaseError((Flaw("UNREADABLE", str(path), "there is no such file that can be read"),)) from error
    except UnicodeDecodeError as error:
        raise CaseError((Flaw("NOT_JSON", str(path), "is not text in UTF-8"),)) from error
