"""A solve ends with its call, and takes nothing with it when it dies."""

from __future__ import annotations

import os
import signal
import time

import pytest

from dispatch.case.case import Limits
from dispatch.client import Client, ServiceError
from dispatch.errors import SolverFailed
from dispatch.schedule.outcome import Outcome, Status
from dispatch.service.background import Background, started
from dispatch.settings import Settings
from tests.service.watch import SOON_S, a_case, alive, solvers, until

LONG = Limits(gap_share=0.0, time_s=600.0)
AT_ONCE_S = 2.0


def test_a_cancelled_call_ends_its_process_at_once(client: Client, service: Background) -> None:
    told = client.solve(a_case(), LONG)
    next(told)
    assert len(solvers(service.process.pid)) == 1
    told.close()  # type: ignore[attr-defined]
    assert until(lambda: not solvers(service.process.pid), AT_ONCE_S)


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
    assert time.monotonic() - begun < 1.0 + AT_ONCE_S
    assert until(lambda: not solvers(service.process.pid), AT_ONCE_S)


def test_a_process_that_is_killed_is_our_fault_and_the_service_stays(client: Client, service: Background) -> None:
    told = client.solve(a_case(), LONG)
    next(told)
    (solver,) = solvers(service.process.pid)
    os.kill(solver, signal.SIGKILL)
    with pytest.raises(SolverFailed, match="ended without an answer"):
        list(told)
    assert client.validate(a_case()) == ()


def test_one_solve_too_many_is_told_to_come_back_and_finds_room_later(client: Client) -> None:
    first, second = client.solve(a_case(), LONG), client.solve(a_case(), LONG)
    next(first), next(second)
    with pytest.raises(ServiceError) as refused:
        next(client.solve(a_case(), LONG))
    assert (refused.value.code, refused.value.reason) == ("RESOURCE_EXHAUSTED", "BUSY")
    first.close()  # type: ignore[attr-defined]

    def room() -> bool:
        try:
            return bool(next(client.solve(a_case(), LONG)))
        except ServiceError:
            return False

    assert until(room, SOON_S)
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
        assert until(lambda: not alive(solver), AT_ONCE_S)
