"""Every run that ends leaves a bundle that `dispatch replay` takes as it is."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from dispatch.__main__ import main
from dispatch.case.case import Limits
from dispatch.client import Client, State
from dispatch.replay.reading import record_in
from dispatch.schedule.outcome import Status
from dispatch.service.background import started
from dispatch.service.recorder import MARK
from dispatch.wire import rpc
from dispatch.wire.studies import axes_to
from dispatch.wire.translate import case_to, limits_to
from tests.service.watch import QUICK, a_case, until

LIMITS = Limits(gap_share=0.02)
ENDED_S = 120.0


def study_request(axes: list[tuple[str, tuple[float, ...]]]) -> rpc.SubmitStudyRequest:
    asked = rpc.SubmitStudyRequest(case=case_to(a_case(step_count=1)), limits=limits_to(LIMITS))
    asked.axes.extend(axes_to(axes))
    return asked


def test_runs_and_scenarios_are_recorded_and_replay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One plain run and one with prices; the server is gone when they are replayed. A wish to cancel leaves none."""
    folder = tmp_path / "recorded"
    folder.mkdir()
    settings = replace(QUICK, database=f"sqlite:///{tmp_path}/runs.db", record=str(folder), solve_count=2)
    with started("127.0.0.1:0", settings) as service, Client(service.target) as client:
        plain = client.submit(a_case(step_count=1), LIMITS).run_id
        priced = client.submit(a_case(step_count=1), replace(LIMITS, prices=True)).run_id
        study = client.call("SubmitStudy", study_request([("response_share", (0.02,))]))
        assert until(lambda: all(run.state is State.SUCCEEDED for run in client.runs()), ENDED_S)
        (scenario,) = [run.run_id for run in client.runs(study_id=study.study_id)]
    assert {path.name for path in folder.iterdir()} == {plain, priced, scenario, MARK}
    record = record_in(folder / scenario, "scenario")
    assert (record.case.response_share, record.limits) == (0.02, LIMITS)
    assert record.outcome.status is Status.OPTIMAL
    assert (folder / priced / "prices" / "price_cny_per_mwh.csv").exists()
    code = main(["replay", str(folder / plain), "--json"])
    assert code == 0
    assert json.loads(capsys.readouterr().out)["same"]


@pytest.mark.faults
def test_what_ended_while_no_server_recorded_is_recorded_by_the_next(tmp_path: Path) -> None:
    """As far back as the mark says; a bundle that is there is not written again."""
    folder = tmp_path / "recorded"
    folder.mkdir()
    (folder / MARK).write_text(f"{time.time() - 3600}\n")
    settings = replace(QUICK, database=f"sqlite:///{tmp_path}/runs.db")
    with started("127.0.0.1:0", settings) as service, Client(service.target) as client:
        run_id = client.submit(a_case(step_count=1), LIMITS).run_id
        assert until(lambda: client.get(run_id).state is State.SUCCEEDED, ENDED_S)
    for _ in range(2):
        with started("127.0.0.1:0", replace(settings, record=str(folder))):
            assert until((folder / run_id / "manifest.json").exists, ENDED_S)
            written = (folder / run_id / "manifest.json").stat().st_mtime_ns
    assert (folder / run_id / "manifest.json").stat().st_mtime_ns == written


def test_a_place_that_cannot_be_written_to_is_refused_at_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert main(["serve", "--listen", "127.0.0.1:0", "--record", str(tmp_path / "file")]) == 2
    assert "--record" in capsys.readouterr().err
