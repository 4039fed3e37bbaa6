"""A run that its caller waits for: how long it may take, and what becomes of it where the caller leaves."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import grpc
import pytest

from dispatch.case.case import Limits
from dispatch.jobs.aside import Aside
from dispatch.runs.artefacts import Artefacts
from dispatch.runs.ledger import Ledger
from dispatch.runs.run import Query, Run, State, Submission
from dispatch.service.handlers import Handlers
from dispatch.service.waiting import LEAST_S, within
from dispatch.wire import rpc
from dispatch.wire.translate import case_to
from tests.service.watch import QUICK, SOON_S, a_case


@pytest.mark.parametrize(
    ("remaining_s", "time_s"),
    [(None, 300.0), (1000.0, 300.0), (111.0, 100.0), (0.5, LEAST_S), (-3.0, LEAST_S)],
)
def test_the_deadline_of_a_call_leaves_time_to_answer(remaining_s: float | None, time_s: float) -> None:
    """(111 s - 1 s) / 1.1 = 100 s: a time limit is kept within 10 % and a second."""
    assert within(Limits(time_s=300.0), remaining_s).time_s == pytest.approx(time_s)


class SlowLedger(Ledger):
    """A ledger whose commit takes as long as the test wants: before it, or after it and before it is known."""

    def __init__(self, url: str, *, kept_first: bool) -> None:
        super().__init__(url)
        self._kept_first = kept_first
        self.keeping, self.go_on = threading.Event(), threading.Event()

    def add(self, asked: Submission) -> Run:
        kept = super().add(asked) if self._kept_first else None
        self.keeping.set()
        self.go_on.wait(SOON_S)
        return kept or super().add(asked)


@pytest.mark.parametrize("kept_first", [True, False])
def test_a_call_that_is_cancelled_while_its_run_is_being_kept_leaves_none_to_be_solved(
    tmp_path: Path, *, kept_first: bool
) -> None:
    """Over gRPC, without a worker: a run that was not cancelled would wait for one."""
    ledger = SlowLedger(f"sqlite:///{tmp_path}/runs.db", kept_first=kept_first)
    ledger.prepare()

    async def cancelled() -> None:
        server = grpc.aio.server()
        handlers = Handlers(ledger, Artefacts(f"{tmp_path}/kept"), Aside(QUICK))
        rpc.add_DispatchServiceServicer_to_server(handlers, server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            call = rpc.DispatchServiceStub(channel).SolveCase(rpc.SolveCaseRequest(case=case_to(a_case(1))))
            assert await asyncio.to_thread(ledger.keeping.wait, SOON_S)
            call.cancel()
            await asyncio.sleep(0.2)  # the server has heard of it
            ledger.go_on.set()
            async with asyncio.timeout(SOON_S):
                while [run.state for run in ledger.runs(Query(), 10)] != [State.CANCELLED]:
                    await asyncio.sleep(0.02)
        await server.stop(None)

    asyncio.run(cancelled())
    ledger.engine.dispose()
