"""A solve ends with its call, and takes nothing with it when it dies."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from dispatch.case.case import Limits
from dispatch.client import Client, ServiceError
from dispatch.errors import SolverFailed
from dispatch.schedule.outcome import Outcome, Status
from dispatch.schedule.progress import Progress
from dispatch.service.background import Background, started
from dispatch.settings import Settings
from tests.pace import slowed_s
from tests.service.watch import SOON_S, a_case, alive, solvers, until

LONG = Limits(gap_share=0.0, time_s=600.0)
AT_ONCE_S = 2.0
TIGHT_GB = 0.15  # the libraries take 0.1; a day of the real grid 0.24


def test_a_cancelled_call_ends_its_process_at_once(client: Client, service: Background) -> None:
    told = client.solve(a_case(), LONG)
    next(told)
    assert len(solvers(service.process.pid)) == 1
    told.close()  # type: ignore[attr-defined]
    assert until(lambda: not solvers(service.process.pid), slowed_s(AT_ONCE_S))


def test_a_call_ends_with_its_deadline_and_so_does_its_process(client: Client, service: Background) -> None:
    """The limits are cut to the deadline: either the answer comes just in time, without proof, or the call is over."""
    next(client.solve(a_case(), LONG))  # the libraries are loaded
    begun = time.monotonic()
    try:
        *_, outcome = client.solve(a_case(), LONG, deadline_s=1.0)
    except ServiceError as error:
        assert "DEADLINE_EXCEEDED" in str(error)  # noqa: PT017 (either ending is right)
    else:
        assert isinstance(outcome, Outcome)
        assert outcome.status in (Status.NO_SOLUTION, Status.FEASIBLE)
    assert time.monotonic() - begun < 1.0 + slowed_s(AT_ONCE_S)
    assert until(lambda: not solvers(service.process.pid), slowed_s(AT_ONCE_S))


def test_a_process_that_is_killed_is_replaced_and_the_third_is_our_fault(client: Client, service: Background) -> None:
    told = client.solve(a_case(), LONG)
    next(told)
    for _ in range(3):
        assert until(lambda: len(solvers(service.process.pid)) == 1, SOON_S)
        (solver,) = solvers(service.process.pid)
        os.kill(solver, signal.SIGKILL)
        assert until(lambda dead=solver: dead not in solvers(service.process.pid), SOON_S)  # type: ignore[misc]
    with pytest.raises(SolverFailed, match="3 workers were lost"):
        list(told)
    assert client.validate(a_case()) == ()


def test_one_solve_too_many_waits_and_is_taken_when_there_is_room(client: Client) -> None:
    first, second = client.solve(a_case(), LONG), client.solve(a_case(), LONG)
    next(first), next(second)
    third = client.solve(a_case(step_count=1), Limits(gap_share=0.02))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(list, third)
        time.sleep(1.5)
        assert not waiting.done()
        first.close()  # type: ignore[attr-defined]
        *_, outcome = waiting.result(SOON_S)
    assert isinstance(outcome, Outcome)
    assert outcome.status is Status.OPTIMAL
    second.close()  # type: ignore[attr-defined]


def test_a_solve_yields_to_everything_else_and_does_not_outlive_a_server_that_is_killed() -> None:
    with started("127.0.0.1:0", Settings()) as service, Client(service.target) as client:
        told = client.solve(a_case(), LONG)
        next(told)
        (solver,) = solvers(service.process.pid)
        assert os.getpriority(os.PRIO_PROCESS, solver) == 19
        service.process.kill()
        with pytest.raises(ServiceError):
            list(told)
        assert until(lambda: not alive(solver), slowed_s(AT_ONCE_S))


def test_a_solve_that_needs_more_memory_than_the_call_allows_fails_with_its_reason_and_no_other_notices(
    client: Client, service: Background
) -> None:
    """The real solver on a day of the real grid."""
    other = client.solve(a_case(), LONG)
    next(other)
    *progress, outcome = client.solve(a_case(), replace(LONG, memory_gb=TIGHT_GB))
    assert progress
    assert isinstance(outcome, Outcome)
    assert outcome.status is Status.FAILED
    assert outcome.reason.startswith(f"the solve needed more than {TIGHT_GB:g} GB of memory")
    assert (outcome.schedule, outcome.metrics, outcome.proof.objective_cny) == (None, None, None)
    assert isinstance(next(other), Progress)
    assert len(solvers(service.process.pid)) == 1
    other.close()  # type: ignore[attr-defined]
    *_, small = client.solve(a_case(step_count=1), Limits(gap_share=0.02, memory_gb=1.0))
    assert isinstance(small, Outcome)
    assert small.status is Status.OPTIMAL
