"""
A folder with a solved case: what is written there, and read again.

case.json       what was asked
limits.json     for how long and how sure
outcome.json    what was answered: status, proof, metrics, audit, certificate
schedule.json   every table of the schedule
schedule.nc     the schedule as a solved PyPSA network
prices.json     every table of prices, where they were asked for
prices/         the same as CSV: a file a table, a row a step, a column a component; CNY/MWh
instance.*      the foreign file that case and grid came from, where they did: instance.json, .nc, .xlsx or .m,
                or instance/, the tables of a PyPSA folder
manifest.json   hash and size of every file, written last: with it the folder is a bundle for `dispatch replay`
"""

from __future__ import annotations

import logging
import re
import warnings
from dataclasses import replace
from pathlib import Path

import pandas as pd

from dispatch.case.case import Case, Limits
from dispatch.case.checks import flaws_of
from dispatch.case.facts import GridFacts
from dispatch.cli import dayahead
from dispatch.cli.command import say
from dispatch.errors import CaseError, Flaw
from dispatch.formats.dayahead.book import is_dayahead
from dispatch.formats.kept import keep_instance, kept_facts
from dispatch.formats.registry import format_of
from dispatch.grid.catalogue import facts_of
from dispatch.grid.known import flaws_in
from dispatch.replay.bundle import (
    CASE,
    MANIFEST,
    NETWORK,
    OUTCOME,
    PRICES,
    SCHEDULE,
    seal,
)
from dispatch.replay.writing import write_answer
from dispatch.report.scenario import Scenario, label_of, told_apart
from dispatch.schedule.outcome import Outcome
from dispatch.wire import files


def asked_in(path: Path) -> tuple[Case, GridFacts]:
    """The case in a file and the facts of its grid, or `CaseError` with every flaw; what it is, its content tells."""
    if (kind := format_of(path)) is not None:
        foreign = kind.read(path)
        for note in foreign.notes:
            say(f"{kind.name}: {note}")
        return foreign.case, foreign.facts
    case = dayahead.case_in(path, flaws_in) if is_dayahead(path) else files.read_case(path, flaws_in)
    return case, facts_of(case.grid, case.edition)


def write_solved(
    folder: Path, scenario: Scenario, source: Path | None = None, limits: Limits | None = None, *, network: bool = True
) -> None:
    """
    Keep a scenario, and the foreign file it came from; what an earlier one has left there is replaced.

    `limits` are those asked for; left out, they are the gap and the seed that the certificate tells.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    keep_instance(folder, source)
    write_answer(folder, scenario.case, limits or _limits_told(scenario.outcome), scenario.outcome)
    (folder / NETWORK).unlink(missing_ok=True)
    if scenario.outcome.schedule is not None and network:
        from dispatch.grid.solved import network_of

        logging.getLogger("pypsa").setLevel(logging.WARNING)  # it tells of every file that it writes
        solved = network_of(scenario.case, scenario.facts, scenario.outcome.schedule)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pd.errors.PerformanceWarning)  # of its own tables, from a hundred units on
            solved.export_to_netcdf(folder / NETWORK)
    seal(folder, scenario.outcome.certificate)


def unseal(folder: Path) -> None:
    """What is kept there is no bundle to replay: its case and limits alone do not lead to its answer."""
    (folder / MANIFEST).unlink(missing_ok=True)


def _limits_told(outcome: Outcome) -> Limits:
    certificate = outcome.certificate
    return Limits() if certificate is None else Limits(certificate.gap_asked_share, seed_count=certificate.seed_count)


def read_solved(folder: Path) -> Scenario:
    """The scenario that was kept, or `CaseError` with what is wrong with its files."""
    case, facts = _kept(folder)
    outcome = files.read_outcome(folder / OUTCOME)
    if (folder / SCHEDULE).exists():
        outcome = replace(outcome, schedule=files.read_schedule(folder / SCHEDULE))
    if outcome.prices is not None and (folder / PRICES).exists():
        tables = files.read_prices(folder / PRICES)
        outcome = replace(outcome, prices=replace(outcome.prices, tables=tables))
    return Scenario(label_of(case), case, facts, outcome)


def _kept(folder: Path) -> tuple[Case, GridFacts]:
    """The case of a folder on the grid it was asked about, ours or that of an instance."""
    facts = kept_facts(folder)
    if facts is None:
        return asked_in(folder / CASE)
    return files.read_case(folder / CASE, lambda case: flaws_of(case, facts)), facts


def solved_in(*folders: Path) -> list[Scenario]:
    """
    The scenario in each folder, or those in folders inside it, told apart; `CaseError` where there is none.

    Folders given keep their order; those inside one are by name, numbers in it by size.
    """
    found = [path for folder in folders for path in _kept_in(folder)]
    return told_apart([read_solved(path) for path in found], [path.resolve().name for path in found])


def _kept_in(folder: Path) -> list[Path]:
    inside = sorted((path.parent for path in folder.glob(f"*/{OUTCOME}")), key=_by_name)
    found = [folder] if (folder / OUTCOME).exists() else inside
    if not found:
        raise CaseError((Flaw("UNREADABLE", str(folder), f"holds no {OUTCOME}, and no folder that does"),))
    return found


def _by_name(folder: Path) -> list[tuple[float, str]]:
    """What folders are sorted by: 2.5 before 10."""
    parts = re.split(r"(\d+(?:\.\d+)?)", folder.name)
    return [(float(part), "") if k % 2 else (0.0, part) for k, part in enumerate(parts)]


def has_no_answer(outcome: Outcome) -> bool:
    """There is no schedule to use: infeasible (also by --strict), or stopped too early."""
    return outcome.status.value in {"INFEASIBLE", "NO_SOLUTION"}
