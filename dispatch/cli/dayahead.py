"""Day-ahead files at the command line: a case from them, a case as them, and an answer beside its own files."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from dispatch.case.case import Case, Limits
from dispatch.case.facts import GridFacts
from dispatch.cli.command import WrongUsage
from dispatch.errors import CaseError, Flaw
from dispatch.formats.dayahead.answer import answer_sheets, write_answer
from dispatch.formats.dayahead.book import WORKBOOKS, is_folder
from dispatch.formats.dayahead.reading import read_dayahead
from dispatch.formats.dayahead.template import filled
from dispatch.formats.dayahead.writing import write_dayahead
from dispatch.schedule.outcome import Outcome
from dispatch.schedule.progress import Tell
from dispatch.solve.highs import Stop
from dispatch.study.refined import LINEAR, Refined, refined
from dispatch.wire.reading import Reading

ANSWER = "schedule"


def case_in(path: Path, check: Callable[[Case], tuple[Flaw, ...]]) -> Case:
    """The case in a workbook or a folder, or `CaseError` with every flaw of reading and of `check`, by cell."""
    draft = read_dayahead(path)
    gaps = frozenset(draft.gaps)  # most flaws stand at a gap itself: these are left out at once

    def rest(case: Case) -> tuple[Flaw, ...]:
        return tuple(flaw for flaw in check(case) if flaw.field not in gaps)

    try:
        return Reading(draft.case, draft.flaws, draft.gaps).settled(rest)
    except CaseError as error:
        raise CaseError(tuple(draft.located(flaw) for flaw in error.flaws)) from error


def write_case(path: Path, case: Case, facts: GridFacts, naming: str) -> None:
    """A workbook or a folder that holds a case, stored load, weather and plans written out."""
    write_dayahead(path, filled(case, facts), naming, facts)


def place_of(path: Path | None, kind: str) -> Path:
    """Where day-ahead files are to be written, looked at before any work is done; `WrongUsage` where it is no place."""
    if path is None:
        message = f"--format {kind} writes files: say where by --out"
        raise WrongUsage(message)
    if (kind == "xlsx") != (path.suffix.lower() in WORKBOOKS):
        message = (
            f"--out {path} is no name of a workbook, as day.xlsx" if kind == "xlsx" else f"--out {path} is no folder"
        )
        raise WrongUsage(message)
    try:
        (path.parent if kind == "xlsx" else path).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"--out {path} cannot be written: {error.strerror}"
        raise WrongUsage(message) from error
    return path


def refine(case: Case, facts: GridFacts, limits: Limits, how: tuple[float, str], calls: tuple[Tell, Stop]) -> Refined:
    """A commitment by the hour dispatched by a shorter step; hours that become lines are those of stored series too."""
    step_h, way = how
    if way == LINEAR and case.horizon.step_h > step_h:
        case = filled(case, facts)
    return refined(case, facts, limits, step_h, way, calls)


def write_schedule(source: Path, out: Path, case: Case, outcome: Outcome, told: str = "") -> Path:
    """The answer in the shape that the question came in: DIR/schedule.xlsx, or the folder DIR/schedule."""
    naming = read_dayahead(source).naming
    shutil.rmtree(out / ANSWER, ignore_errors=True)
    (out / f"{ANSWER}.xlsx").unlink(missing_ok=True)
    place = out / (ANSWER if is_folder(source) else f"{ANSWER}.xlsx")
    write_answer(place, answer_sheets(case, naming, outcome, told))
    return place
