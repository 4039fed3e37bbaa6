"""`dispatch demo`: the main job, from the service to the page."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dispatch.case.case import Case, Limits
from dispatch.cli.command import DONE, say
from dispatch.cli.folder import write_solved
from dispatch.cli.report import PAGE, show_report, write_report
from dispatch.cli.solve import code_of, ending_of
from dispatch.cli.terminal import LiveLine
from dispatch.client import Client
from dispatch.errors import SolverFailed
from dispatch.eve import case_of
from dispatch.grid.catalogue import facts_of
from dispatch.report.scenario import Scenario, label_of
from dispatch.schedule.outcome import Outcome
from dispatch.schedule.progress import Progress
from dispatch.service.background import running
from dispatch.study.scenarios import DEMO_DAY, DEMO_EDITION, DEMO_GRIDS, scenarios_of

LIMITS = Limits(gap_share=0.005, time_s=240.0)
SOLVES_AT_ONCE = 2  # as many as the service takes


def demonstrate(asked: argparse.Namespace) -> int:
    """Ask a service of our own about the demo day; show, and keep where asked."""
    live = LiveLine()
    with running() as target, Client(target) as client, ThreadPoolExecutor(SOLVES_AT_ONCE) as pool:
        asking = [
            pool.submit(_asked, client, case, live) for grid in DEMO_GRIDS for case in scenarios_of(_base(grid, live))
        ]
        scenarios = [answer.result() for answer in asking]
    if not asked.json:
        print(f"{DEMO_DAY}, edition {DEMO_EDITION}, synthetic weather\n")
    show_report(scenarios, as_json=asked.json)
    if asked.out:
        _keep(asked.out, scenarios)
        say(f"written: {asked.out / PAGE} and beside it")
    return max((code_of(scenario.outcome) for scenario in scenarios), default=DONE)


def _base(grid: str, live: LiveLine) -> Case:
    """The demo day of a grid, from the state that the day before leaves."""
    name = f"{grid}, the day before"
    case = case_of(facts_of(grid, DEMO_EDITION), DEMO_DAY, tell=live.of(name))
    live.done(name, "solved")
    return case


def _asked(client: Client, case: Case, live: LiveLine) -> Scenario:
    """One scenario, asked over gRPC."""
    name = f"{case.grid}, {label_of(case)}"
    outcome = outcome_of(client.solve(case, LIMITS), live.of(name))
    live.done(name, ending_of(outcome))
    return Scenario(label_of(case), case, facts_of(case.grid, case.edition), outcome)


def outcome_of(answers: Iterable[Progress | Outcome], tell: Callable[[Progress], None]) -> Outcome:
    """The outcome at the end of what a run tells."""
    for answer in answers:
        if isinstance(answer, Outcome):
            return answer
        tell(answer)
    message = "the service ended the call without an outcome"
    raise SolverFailed(message)


def _keep(folder: Path, scenarios: Sequence[Scenario]) -> None:
    for scenario in scenarios:
        write_solved(folder / folder_name(scenario.case), scenario)
    write_report(folder, scenarios)


def folder_name(case: Case) -> str:
    """A folder for a scenario, as in jibei-response-2.5 or hebei-response-0-band-10."""
    name = f"{case.grid}-response-{100 * case.response_share:g}"
    band_share = case.interchange.band_share
    return f"{name}-band-{100 * band_share:g}" if band_share else name
