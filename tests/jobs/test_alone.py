"""A worker in a process of its own does what a server without workers accepts, over either database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dispatch.case.case import Limits
from dispatch.client import Client, RunEvent, State
from dispatch.service.background import started
from tests.conventions.tree import ROOT
from tests.runs.postgres import started_postgres
from tests.service.watch import EAGER, QUICK, a_case, until

LIMITS = Limits(gap_share=0.02)
ENDED_S = 120.0


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.faults)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/runs.db"
    else:
        with started_postgres() as postgres:
            yield postgres.format(name="postgres")


def _worker(url: str, artefacts: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "dispatch", "worker", "--database", url]
    options = ["--artefacts", str(artefacts), "--workers", "1"]
    return subprocess.Popen(
        [*command, *options], cwd=ROOT, env={**os.environ, **EAGER, "DISPATCH_DRAIN_SECONDS": "1"}, text=True
    )


def test_what_a_server_accepts_a_worker_elsewhere_solves_and_one_that_is_stopped_hands_back(
    url: str, tmp_path: Path
) -> None:
    """The first worker is stopped in the middle of a long run; the second takes it at once, and no worker was lost."""
    artefacts = tmp_path / "kept"
    settings = replace(QUICK, database=url, artefacts=str(artefacts), solve_count=0)
    with started("127.0.0.1:0", settings) as server, Client(server.target) as client:
        short = client.submit(a_case(step_count=1), LIMITS).run_id
        assert client.get(short).state is State.QUEUED
        first = _worker(url, artefacts)
        assert until(lambda: client.get(short).state is State.SUCCEEDED, ENDED_S)
        assert client.outcome(short).schedule is not None
        long = client.submit(a_case(), Limits(gap_share=0.0, time_s=600.0)).run_id
        assert until(lambda: client.get(long).state is State.RUNNING, ENDED_S)
        first.send_signal(signal.SIGTERM)
        assert first.wait(ENDED_S) == 0
        assert client.get(long).state is State.RUNNING
        second = _worker(url, artefacts)
        assert until(lambda: client.get(long).attempt_count == 2, ENDED_S)
        client.cancel(long)
        assert until(lambda: client.get(long).state is State.CANCELLED, ENDED_S)
        notes = [told.note for told in client.watch(long) if isinstance(told, RunEvent) and told.note]
        second.terminate()
        assert second.wait(ENDED_S) == 0
    assert notes == ["its worker stopped and handed it back"]
