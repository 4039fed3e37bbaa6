"""`dispatch demo`: the main job, from the service to the page."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dispatch.case.case import Case, Limits
from dispatch.cli.command import DONE, made_folder, say
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
    """Ask a service of our own about the demo day; show, and keep where asked, each scenario as it ends."""
    keep = Keeper(made_folder(asked.out))
    live = LiveLine()
    try:
        scenarios = _all_asked(live, keep)
    except KeyboardInterrupt:
        keep.report()
        raise
    if not asked.json:
        print(f"{DEMO_DAY}, edition {DEMO_EDITION}, synthetic weather\n")
    show_report(scenarios, as_json=asked.json)
    keep.report(scenarios)
    return max((code_of(scenario.outcome) for scenario in scenarios), default=DONE)


class Keeper:
    """Writes what is finished: a folder a scenario, one at a time, and the page of all of them."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._kept: list[Scenario] = []
        self._lock = threading.Lock()  # netCDF takes no two writers in one process

    def keep(self, scenario: Scenario) -> None:
        """Write one scenario."""
        if self._folder:
            with self._lock:
                write_solved(self._folder / folder_name(scenario.case), scenario, limits=LIMITS)
                self._kept.append(scenario)

    def report(self, scenarios: Sequence[Scenario] | None = None) -> None:
        """The page and the summary of these scenarios, or else of those that were kept."""
        with self._lock:
            shown = list(scenarios or self._kept)
        if self._folder and shown:
            write_report(self._folder, shown)
            say(f"written: {self._folder / PAGE} and beside it, {len(shown)} scenarios")


def _all_asked(live: LiveLine, keep: Keeper) -> list[Scenario]:
    """Every scenario, two at a time; Ctrl-C drops those that wait and cancels those under way."""
    with running() as target, Client(target) as client, ThreadPoolExecutor(SOLVES_AT_ONCE) as pool:
        try:
            asking = [
                pool.submit(_asked, client, case, live, keep)
                for grid in DEMO_GRIDS
                for case in scenarios_of(_base(grid, live))
            ]
            return [answer.result() for answer in asking]
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            client.close()
            raise


def _base(grid: str, live: LiveLine) -> Case:
    """The demo day of a grid, from the state that the day before leaves."""
    name = f"{grid}, the day before"
    case = case_of(facts_of(grid, DEMO_EDITION), DEMO_DAY, tell=live.of(name))
    live.done(name, "solved")
    return case


def _asked(client: Client, case: Case, live: LiveLine, keep: Keeper) -> Scenario:
    """One scenario, asked over gRPC."""
    name = f"{case.grid}, {label_of(case)}"
    outcome = outcome_of(client.solve(case, LIMITS), live.of(name))
    live.done(name, ending_of(outcome))
    scenario = Scenario(label_of(case), case, facts_of(case.grid, case.edition), outcome)
    keep.keep(scenario)
    return scenario


def outcome_of(answers: Iterable[Progress | Outcome], tell: Callable[[Progress], None]) -> Outcome:
    """The outcome at the end of what a run tells."""
    for answer in answers:
        if isinstance(answer, Outcome):
            return answer
        tell(answer)
    message = "the service ended the call without an outcome"
    raise SolverFailed(message)


def folder_name(case: Case) -> str:
    """A folder for a scenario, as in jibei-response-2.5 or hebei-response-0-band-10."""
    name = f"{case.grid}-response-{100 * case.response_share:g}"
    band_share = case.interchange.band_share
    return f"{name}-band-{100 * band_share:g}" if band_share else name
