"""What was accepted is solved, once, whatever is killed in between."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

from dispatch.case.case import Limits
from dispatch.client import Client, State
from dispatch.service.background import started
from tests.service.watch import QUICK, SOON_S, a_case, alive, solvers, until

LIMITS = Limits(gap_share=0.02)
ENDED_S = 120.0


def test_a_server_that_is_killed_loses_no_run_it_accepted_and_solves_each_once(tmp_path: Path) -> None:
    """Killed with two runs under way and three in the queue; the next server ends all five, and no others."""
    settings = replace(QUICK, database=f"sqlite:///{tmp_path}/runs.db", lease_seconds=4)
    with started("127.0.0.1:0", settings) as first, Client(first.target) as client:
        kept = [client.submit(a_case(step_count=1), LIMITS, request_id=f"day-{k}").run_id for k in range(5)]
        assert until(lambda: bool(solvers(first.process.pid)), SOON_S)
        under_way = solvers(first.process.pid)
        first.process.kill()
        assert until(lambda: not any(map(alive, under_way)), SOON_S)
    with started("127.0.0.1:0", settings) as second, Client(second.target) as client:
        again = client.submit(a_case(step_count=1), LIMITS, request_id="day-3")
        assert again.run_id == kept[3]
        assert until(lambda: all(run.state is State.SUCCEEDED for run in client.runs()), ENDED_S)
        runs = list(client.runs())
    assert {run.run_id for run in runs} == set(kept)
    assert len({run.objective_cny for run in runs}) == 1
    assert max(run.attempt_count for run in runs) <= 2


def test_a_solver_that_is_killed_is_replaced_at_once_and_its_run_succeeds(tmp_path: Path) -> None:
    settings = replace(QUICK, database=f"sqlite:///{tmp_path}/runs.db", solve_count=1)
    with started("127.0.0.1:0", settings) as service, Client(service.target) as client:
        run_id = client.submit(a_case(step_count=4), LIMITS).run_id
        assert until(lambda: bool(solvers(service.process.pid)), SOON_S)
        (solver,) = solvers(service.process.pid)
        os.kill(solver, signal.SIGKILL)
        assert until(lambda: client.get(run_id).state is State.SUCCEEDED, ENDED_S)
        assert client.get(run_id).attempt_count == 2
