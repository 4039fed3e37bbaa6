"""Runs over a real Dask cluster, behind TLS: scheduler, nanny and worker are processes as an operator starts them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from dispatch.case.case import Limits
from dispatch.client import Client, RunEvent, State
from dispatch.grid.catalogue import facts_of
from dispatch.jobs.executor import executor_of
from dispatch.run import run
from dispatch.schedule.outcome import Status
from dispatch.service.background import Background, started
from dispatch.settings import Settings
from tests.jobs.cluster import DaskCluster, dask_cluster, patiently
from tests.pace import slowed_s
from tests.service.door import certificates_in
from tests.service.watch import QUICK, a_case

LIMITS = Limits(gap_share=0.02)
LONG = Limits(gap_share=0.0, time_s=600.0)  # it searches until it is stopped


@dataclass(frozen=True)
class Drive:
    """A server that drives a cluster."""

    server: Background
    client: Client
    cluster: DaskCluster
    first_run_id: str  # accepted while there was no scheduler


@pytest.fixture(scope="module")
def drive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drive]:
    """The server is there before the scheduler is, and takes a run."""
    folder = tmp_path_factory.mktemp("cluster")
    certificates = certificates_in(folder)
    with dask_cluster(folder, certificates) as cluster:
        settings = replace(
            QUICK,
            drain_seconds=1,
            database=f"sqlite:///{folder}/runs.db",
            executor="dask",
            scheduler=cluster.url,
            scheduler_ca=str(certificates.ca),
            scheduler_cert=str(certificates.client),
            scheduler_key=str(certificates.client_key),
        )
        with started("127.0.0.1:0", settings) as server, Client(server.target) as client:
            run_id = client.submit(a_case(step_count=2), LIMITS).run_id
            waited = client.get(run_id).state
            cluster.start_scheduler()
            cluster.start_worker()
            assert waited is State.QUEUED
            yield Drive(server, client, cluster, run_id)


def test_what_is_accepted_without_a_scheduler_is_solved_once_it_is_there_and_as_it_is_here(drive: Drive) -> None:
    assert patiently(lambda: drive.client.get(drive.first_run_id).state.ended), drive.cluster.told()
    case = a_case(step_count=2)
    here, there = run(case, facts_of(case.grid, case.edition), LIMITS), drive.client.outcome(drive.first_run_id)
    assert there.status is here.status is Status.OPTIMAL
    assert there.proof == here.proof
    assert there.certificate is not None
    assert here.certificate is not None
    assert there.certificate.schedule_sha256 == here.certificate.schedule_sha256
    events = [told for told in drive.client.watch(drive.first_run_id) if isinstance(told, RunEvent)]
    assert {event.progress.stage for event in events if event.progress} >= {"building", "searching", "auditing"}
    assert drive.client.get(drive.first_run_id).attempt_count == 1


def _under_way(drive: Drive) -> str:
    """A long run that a child on the worker has begun."""
    run_id = drive.client.submit(a_case(), LONG).run_id
    assert patiently(lambda: bool(drive.cluster.solvers())), drive.cluster.told()
    return run_id


@pytest.mark.faults
def test_a_cancel_ends_the_child_on_the_worker_and_one_that_keeps_has_its_best_schedule(drive: Drive) -> None:
    run_id = _under_way(drive)
    drive.client.cancel(run_id)
    began_s = time.monotonic()
    assert patiently(lambda: not drive.cluster.solvers())
    assert time.monotonic() - began_s < slowed_s(2.0)
    assert patiently(lambda: drive.client.get(run_id).state is State.CANCELLED)

    run_id = _under_way(drive)
    for told in drive.client.watch(run_id):
        if isinstance(told, RunEvent) and told.progress and told.progress.objective_cny is not None:
            break
    drive.client.cancel(run_id, keep_incumbent=True)
    assert patiently(lambda: drive.client.get(run_id).state is State.CANCELLED)
    outcome = drive.client.outcome(run_id)
    assert outcome.status is Status.FEASIBLE
    assert outcome.schedule is not None


def test_a_worker_that_is_killed_is_replaced_and_its_run_ends_once(drive: Drive) -> None:
    run_id = drive.client.submit(a_case(step_count=4), LIMITS).run_id
    assert patiently(lambda: bool(drive.cluster.solvers()))
    (solver,) = drive.cluster.solvers()
    os.kill(drive.cluster.worker_of(solver), signal.SIGKILL)
    assert patiently(lambda: drive.client.get(run_id).state.ended), drive.cluster.told()
    events = [told for told in drive.client.watch(run_id) if isinstance(told, RunEvent)]
    assert [event.state for event in events if event.state and event.state.ended] == [State.SUCCEEDED]
    assert not drive.cluster.solvers()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (Settings(executor="slurm"), "the executor is local or dask, not 'slurm'"),
        (Settings(scheduler="tcp://head:8786"), "is for --executor dask"),
        (Settings(executor="dask"), "needs --scheduler tcp://HOST:PORT or tls://HOST:PORT"),
        (Settings(executor="dask", scheduler="head:8786"), "not 'head:8786'"),
        (
            Settings(executor="dask", scheduler="tls://head:8786", scheduler_cert="cert.pem"),
            "tls://head:8786 needs --scheduler-ca, --scheduler-key",
        ),
        (
            Settings(executor="dask", scheduler="tcp://head:8786", scheduler_ca="ca.pem"),
            "tcp://head:8786 takes no --scheduler-ca",
        ),
    ],
)
def test_settings_that_contradict_themselves_are_refused(settings: Settings, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        executor_of(settings)


def test_what_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "dispatch.jobs.cluster", raising=False)
    with pytest.raises(ValueError, match=r"pip install hebei-dispatch\[cluster\]"):
        executor_of(Settings(executor="dask", scheduler="tcp://head:8786"))


def test_a_server_loads_no_dask_without_a_cluster_and_no_pandas_before_it_answers() -> None:
    code = "import sys; import dispatch.service.server, dispatch.jobs.alone; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert {"distributed", "pandas"} & set(told.split()) == set()
