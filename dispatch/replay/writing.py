"""An answer written as the files of a bundle."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from dispatch.case.case import Case, Limits
from dispatch.replay.bundle import CASE, LIMITS, OUTCOME, PRICE_FOLDER, PRICES, SCHEDULE, seal
from dispatch.schedule.outcome import Outcome, PriceReport
from dispatch.schedule.prices import PRICE_TABLES
from dispatch.study.axes import changed
from dispatch.wire import files
from dispatch.wire.runs import asked_of, outcome_kept

PART = ".part"  # of a folder that is being written


def write_answer(folder: Path, case: Case, limits: Limits, outcome: Outcome) -> None:
    """Case, limits, outcome, schedule and prices in a folder that is there; those of an earlier answer are gone."""
    files.write_case(case, folder / CASE)
    files.write_limits(limits, folder / LIMITS)
    files.write_outcome(outcome, folder / OUTCOME)
    (folder / SCHEDULE).unlink(missing_ok=True)
    if outcome.schedule is not None:
        files.write_schedule(outcome.schedule, folder / SCHEDULE)
    _write_prices(folder, outcome.prices)


def _write_prices(folder: Path, report: PriceReport | None) -> None:
    (folder / PRICES).unlink(missing_ok=True)
    for name in PRICE_TABLES:
        (folder / PRICE_FOLDER / f"{name}.csv").unlink(missing_ok=True)
    if report is not None and report.tables is not None:
        files.write_prices(report.tables, folder / PRICES)
        (folder / PRICE_FOLDER).mkdir(exist_ok=True)
        for name in PRICE_TABLES:
            table = getattr(report.tables, name)
            table.to_csv(folder / PRICE_FOLDER / f"{name}.csv", index_label="step_start", float_format="%.4f")


def write_run(folder: Path, asked: bytes, changes: str, outcome: bytes, schedule: bytes | None) -> bool:
    """
    A run as a bundle, from what is kept of it; the folder appears whole or not at all.

    False where its outcome has no certificate, which no replay accepts: its process was ended for its memory.
    """
    case, limits = asked_of(asked)
    if changes:
        case = changed(case, [(path, value) for path, value in json.loads(changes)])
    answer = outcome_kept(outcome, schedule)
    if answer.certificate is None:
        return False
    part = folder.with_name(f".{folder.name}{PART}")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    write_answer(part, case, limits, answer)
    seal(part, answer.certificate)
    part.replace(folder)
    return True
