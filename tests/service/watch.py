"""Looking at a server from outside, and cases to ask it about."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from datetime import datetime
from multiprocessing.connection import Connection

from dispatch.case.case import Case, Limits
from dispatch.case.facts import GridFacts
from dispatch.case.storage import StoreState
from dispatch.case.thermal import UnitState
from dispatch.grid.catalogue import facts_of
from dispatch.horizon import BEIJING, Horizon
from dispatch.settings import Settings

QUICK = Settings(solve_count=2, drain_seconds=120, niceness_count=0)  # other tests want the processor too
EAGER = {"DISPATCH_NICENESS_COUNT": "0"}  # the same, of a server or worker by the command line
SOON_S = 60.0  # longer than anything takes that is asked for at once, on a busy machine too


def a_case(step_count: int = 24) -> Case:
    """A winter day of a real grid: every unit on at its least output, every store half full."""
    facts = facts_of("hebei_south", 2030)
    half = {s.name: (s.level_min_mwh + s.level_max_mwh) / 2 for s in facts.stores}
    return Case(
        grid=facts.grid,
        edition=facts.edition,
        horizon=Horizon(datetime(2030, 1, 15, tzinfo=BEIJING), step_count),
        units=tuple(UnitState(u.name, True, 500.0, _least_mw(u.name)) for u in facts.units),
        stores=tuple(StoreState(name, level_mwh, level_mwh) for name, level_mwh in half.items()),
        name="a winter day",
    )


def _least_mw(name: str) -> float:
    unit = next(u for u in facts_of("hebei_south", 2030).units if u.name == name)
    return unit.heating_output_min_mw if unit.heats else unit.output_min_mw


def hoard(case: Case, facts: GridFacts, limits: Limits, told: Connection, niceness_count: int) -> None:
    """In place of a solve: it takes more and more memory, 50 MB at a time, and never looks how much that is."""
    taken = []
    while True:
        taken.append(b"x" * 50 * 2**20)
        time.sleep(0.02)


def solvers(server_pid: int) -> set[int]:
    """Processes of solves under way: what the fork server of this server has forked."""
    forkers = _children({server_pid})
    return _children(forkers)


def alive(pid: int) -> bool:
    """Whether a process still runs; one that has ended and waits to be counted does not."""
    return any(pid == running for running, _ in _processes())


def _children(parents: set[int]) -> set[int]:
    return {pid for pid, parent in _processes() if parent in parents}


def _processes() -> list[tuple[int, int]]:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,stat="], capture_output=True, check=True, text=True)
    rows = [line.split() for line in listed.stdout.splitlines()]
    return [(int(pid), int(parent)) for pid, parent, state in rows if not state.startswith("Z")]


def until(condition: Callable[[], bool], limit_s: float) -> bool:
    """Whether it comes true in time."""
    end = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
