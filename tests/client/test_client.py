"""What a Python user asks a real service."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dispatch.__main__ import main
from dispatch.case.case import Limits
from dispatch.client import AsyncClient, Client, RunEvent, RunView, ServiceError, State
from dispatch.errors import AlreadyAsked, CaseError, RunOpen, UnknownRun
from dispatch.schedule.outcome import Status
from dispatch.service.background import Background
from dispatch.wire.files import write_case
from tests.client.wire_cutter import WireCutter
from tests.conventions.tree import ROOT
from tests.service.watch import a_case

ROUGH = Limits(gap_share=0.02)
LONG = Limits(gap_share=0.0, time_s=600.0)


def test_a_run_is_submitted_once_watched_to_its_end_listed_and_forgotten(service: Background) -> None:
    case, labels = a_case(step_count=1), {"test": "whole"}
    with Client(service.target) as client:
        run = client.submit(case, ROUGH, request_id="whole-1", labels=labels)
        assert client.submit(case, ROUGH, request_id="whole-1", labels=labels).run_id == run.run_id
        with pytest.raises(AlreadyAsked, match="whole-1"):
            client.submit(case, LONG, request_id="whole-1")
        *events, ended = client.watch(run.run_id)
        numbers = [told.event_index for told in events if isinstance(told, RunEvent)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert isinstance(ended, RunView)
        assert (ended.state, ended.outcome_status) == (State.SUCCEEDED, Status.OPTIMAL)
        assert ended.created_at.utcoffset() is not None
        outcome = client.outcome(run.run_id)
        assert outcome.schedule is not None
        assert outcome.schedule.output_mw.shape == (1, len(case.units))
        plants = client.schedule(run.run_id, kinds=["plants"])
        assert plants.output_mw.empty
        assert plants.injected_mw.equals(outcome.schedule.injected_mw)
        second = client.submit(case, ROUGH, labels=labels)
        listed = [run.run_id for run in client.runs(labels=labels, page_size=1)]
        assert listed == [second.run_id, run.run_id]
        client.delete(run.run_id)
        with pytest.raises(UnknownRun):
            client.get(run.run_id)
        list(client.watch(second.run_id))


def test_a_watch_goes_on_after_the_connection_broke_without_a_gap_and_without_an_event_twice(
    service: Background,
) -> None:
    cutter = WireCutter(service.target)
    with Client(cutter.target) as client:
        run = client.submit(a_case(step_count=1), ROUGH)
        told = client.watch(run.run_id)
        first = next(told)
        assert cutter.cut() >= 2
        *events, ended = [first, *told]
    cutter.close()
    numbers = [event.event_index for event in events if isinstance(event, RunEvent)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert isinstance(ended, RunView)
    assert ended.event_count == len(numbers)


def test_a_run_under_way_is_cancelled_and_is_no_answer_before_that(service: Background) -> None:
    with Client(service.target) as client:
        run = client.submit(a_case(), LONG)
        with pytest.raises(RunOpen):
            client.delete(run.run_id)
        client.cancel(run.run_id)
        *_, ended = client.watch(run.run_id)
        assert isinstance(ended, RunView)
        assert ended.state is State.CANCELLED


def test_a_refused_case_is_not_asked_again(service: Background) -> None:
    bad = dataclasses.replace(a_case(), response_share=2.0)
    with Client(service.target) as client:
        began = time.process_time()
        with pytest.raises(CaseError) as refused:
            client.submit(bad)
        assert time.process_time() - began < 5.0
        assert {flaw.field for flaw in refused.value.flaws} == {"response_share"}


def test_where_no_service_is_patience_ends() -> None:
    began = time.monotonic()
    with Client("127.0.0.1:1", patience_s=0.5) as client, pytest.raises(ServiceError, match="UNAVAILABLE"):
        client.grids()
    assert time.monotonic() - began < 10.0


def test_the_same_is_asked_with_asyncio(service: Background) -> None:
    async def asked() -> tuple[RunView, list[str]]:
        async with AsyncClient(service.target) as client:
            run = await client.submit(a_case(step_count=1), ROUGH, labels={"test": "aio"})
            told = [told async for told in client.watch(run.run_id)]
            listed = [run.run_id async for run in client.runs(labels={"test": "aio"})]
            outcome = await client.outcome(run.run_id)
            assert outcome.schedule is not None
            await client.delete(run.run_id)
            return told[-1], listed  # type: ignore[return-value]

    ended, listed = asyncio.run(asked())
    assert ended.state is State.SUCCEEDED
    assert listed == [ended.run_id]


def _files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_command_line_submits_waits_lists_gets_and_forgets(
    service: Background, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, server = tmp_path / "case.json", ["--server", service.target]
    write_case(a_case(step_count=1), file)
    submitted = ["submit", str(file), "--gap", "0.02", "--label", "test=cli", "--wait", "--json", *server]
    assert main(submitted) == 0
    run = json.loads(capsys.readouterr().out)
    assert (run["state"], run["outcome_status"]) == ("SUCCEEDED", "OPTIMAL")
    assert main(["list", "--label", "test=cli", "--json", *server]) == 0
    assert [json.loads(line)["run_id"] for line in capsys.readouterr().out.splitlines()] == [run["run_id"]]
    assert main(["get", run["run_id"], "--out", str(tmp_path / "out"), *server]) == 0
    assert main(["solve", str(file), "--gap", "0.02", "--out", str(tmp_path / "here")]) == 0
    assert _files(tmp_path / "out") == _files(tmp_path / "here")
    assert (tmp_path / "out" / "case.json").read_text() == (tmp_path / "here" / "case.json").read_text()
    assert main(["audit", str(tmp_path / "out")]) == 0
    assert main(["replay", str(tmp_path / "out"), "--against", str(tmp_path / "here")]) == 0
    assert main(["watch", run["run_id"], *server]) == 0
    assert main(["cancel", run["run_id"], *server]) == 1
    assert main(["delete", run["run_id"], *server]) == 0
    capsys.readouterr()
    assert main(["get", run["run_id"], *server]) == 1
    assert "UnknownRun" in capsys.readouterr().err


def test_the_python_example_runs(service: Background, tmp_path: Path) -> None:
    write_case(a_case(step_count=1), tmp_path / "case.json")
    command = [sys.executable, "docs/examples/client.py", service.target, str(tmp_path / "case.json")]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)
    assert told.returncode == 0, told.stderr
    assert "ended: SUCCEEDED" in told.stdout
