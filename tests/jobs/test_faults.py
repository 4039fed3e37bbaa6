"""Long studies over PostgreSQL and Dask: one of which everything is killed once, and one that is solved here too."""

from __future__ import annotations

import csv
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dispatch.__main__ import main
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
OF_ONE_RUN = ("run_id",)


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


@pytest.mark.faults
def test_the_response_study_of_both_grids_has_the_same_numbers_here_and_over_postgresql_and_dask(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The demo day, response of 0 to 10 % in 11 steps, by one command: every value and total of every scenario."""
    assert main(["case", "new", "--grid", "hebei", "--date", "2030-03-12"]) == 0
    case = tmp_path / "case.json"
    case.write_text(capsys.readouterr().out)
    here = replace(QUICK, database=f"sqlite:///{tmp_path / 'runs.sqlite'}", artefacts=str(tmp_path / "here"))
    with started("127.0.0.1:0", here) as server:
        alone = _scenarios(case, server.target, tmp_path / "alone")
    with started_postgres() as postgres, dask_cluster(tmp_path) as cluster:
        cluster.start_scheduler()
        for _ in range(2):
            cluster.start_worker()
        there = replace(
            QUICK,
            database=postgres.format(name="postgres"),
            artefacts=str(tmp_path / "there"),
            executor="dask",
            scheduler=cluster.url,
        )
        with started("127.0.0.1:0", there) as server:
            spread = _scenarios(case, server.target, tmp_path / "spread")
    assert len(alone) == 11
    assert {row["outcome_status"] for row in alone} == {"OPTIMAL"}
    assert spread == alone


def _scenarios(case: Path, target: str, out: Path) -> list[dict[str, str]]:
    """The study by its command; a row a scenario, but for what is of one run alone."""
    asked = ["study", "run", str(case), "--server", target, "--axis", "response_share=0:0.10:11", "--out", str(out)]
    assert main(asked) == 0
    with (out / "scenarios.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    return [{name: value for name, value in row.items() if name not in OF_ONE_RUN} for row in rows]
