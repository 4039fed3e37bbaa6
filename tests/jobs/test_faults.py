"""A study over PostgreSQL and Dask of which a worker, the driver and the scheduler are killed, each once."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dispatch.case.case import Limits
from dispatch.client import Client, RunEvent, RunView, State
from dispatch.service.background import started
from dispatch.wire import rpc
from dispatch.wire.studies import axes_to
from dispatch.wire.translate import case_to, limits_to
from tests.jobs.cluster import DaskCluster, dask_cluster, patiently
from tests.runs.postgres import started_postgres
from tests.service.watch import QUICK, a_case

CASE_COUNT = 30
MOST_STARTED_COUNT = 33
LIMITS = Limits(gap_share=0.02)
LEASE_S = 5


def _submitted(client: Client) -> str:
    """The study; asked again by name it is the same."""
    shares = tuple(k / 1000 for k in range(CASE_COUNT))
    asked = rpc.SubmitStudyRequest(
        case=case_to(a_case(step_count=2)),
        limits=limits_to(LIMITS),
        axes=axes_to([("response_share", shares)]),
        request_id="thirty",
    )
    study_id: str = client.call("SubmitStudy", asked).study_id
    return study_id


def _runs(client: Client) -> list[RunView]:
    return list(client.runs())


def _ended_count(client: Client) -> int:
    return sum(run.state.ended for run in _runs(client))


def _solver(cluster: DaskCluster) -> int:
    assert patiently(lambda: bool(cluster.solvers()))
    return cluster.solvers()[0]


@pytest.mark.faults
def test_a_study_survives_the_kill_of_a_worker_of_the_driver_and_of_the_scheduler(tmp_path: Path) -> None:
    """
    Two workers. 30 solves would do; the kill of the worker costs one, that of the scheduler both that are under way.

    That of the driver costs none: its workers go on, and it finds what they have when it is back.
    """
    with started_postgres() as postgres, dask_cluster(tmp_path) as cluster:
        settings = replace(
            QUICK,
            database=postgres.format(name="postgres"),
            artefacts=str(tmp_path / "kept"),
            lease_seconds=LEASE_S,
            drain_seconds=5,
            executor="dask",
            scheduler=cluster.url,
        )
        cluster.start_scheduler()
        for _ in range(2):
            cluster.start_worker()
        with started("127.0.0.1:0", settings) as server, Client(server.target) as client:
            study_id = _submitted(client)
            assert patiently(lambda: _ended_count(client) >= 5), cluster.told()
            os.kill(cluster.worker_of(_solver(cluster)), signal.SIGKILL)
            assert patiently(lambda: _ended_count(client) >= 12), cluster.told()
            _solver(cluster)
            server.process.kill()
        with started("127.0.0.1:0", settings) as server, Client(server.target) as client:
            assert _submitted(client) == study_id
            assert patiently(lambda: _ended_count(client) >= 20), cluster.told()
            _solver(cluster)
            cluster.kill_scheduler()
            cluster.start_scheduler()
            for _ in range(2):
                cluster.start_worker()
            assert patiently(lambda: _ended_count(client) == CASE_COUNT), cluster.told()
            runs = _runs(client)
            started_count = cluster.told().count("a solve begins")
            sys.stdout.write(f"{started_count} solves, {sum(run.attempt_count for run in runs)} attempts\n")
            assert {run.state for run in runs} == {State.SUCCEEDED}
            assert len({run.run_id for run in runs}) == CASE_COUNT
            assert started_count <= MOST_STARTED_COUNT
            for run in runs:
                events = [told for told in client.watch(run.run_id) if isinstance(told, RunEvent)]
                assert sum(event.state is not None and event.state.ended for event in events) == 1
