"""A study over gRPC, from the base case and its axes to the table, on a real grid."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dispatch.__main__ import main
from dispatch.case.case import Limits
from dispatch.client import Client
from dispatch.errors import CaseError
from dispatch.grid import weather_years
from dispatch.grid.catalogue import facts_of
from dispatch.replay.reading import record_in
from dispatch.runs.run import State
from dispatch.schedule.hashes import case_sha256
from dispatch.schedule.outcome import Status
from dispatch.service.background import running
from dispatch.study.axes import Axis
from dispatch.wire import rpc
from dispatch.wire.files import write_case
from dispatch.wire.studies import ScenarioView, StudyView, axes_to, scenario_from, study_from
from dispatch.wire.translate import case_to, limits_to
from tests.service.watch import QUICK, a_case

AXES: list[Axis] = [("response_share", (0, 0.05)), ("scales.load_share", (1, 3))]
BASE, LIMITS = a_case(step_count=1), Limits(gap_share=0.02, time_s=60.0)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("studies")
    with running("127.0.0.1:0", replace(QUICK, database=f"sqlite:///{folder}/runs.db")) as target:
        yield target


@pytest.fixture(scope="module")
def client(target: str) -> Iterator[Client]:
    with Client(target) as client:
        yield client


@pytest.fixture(scope="module")
def study_id(client: Client) -> str:
    study_id: str = client.call("SubmitStudy", _asked()).study_id
    return study_id


def _asked(**changes: Any) -> rpc.SubmitStudyRequest:
    given = {"case": case_to(BASE), "limits": limits_to(LIMITS), "axes": axes_to(AXES)}
    return rpc.SubmitStudyRequest(**{**given, "request_id": "night-1", **changes})


def _watched(client: Client, study_id: str, known: list[int]) -> tuple[list[ScenarioView], StudyView]:
    request = rpc.WatchStudyRequest(study_id=study_id, known_indices=known)
    *told, last = client.stream("WatchStudy", request)
    ended = [scenario_from(one.scenario) for one in told if one.HasField("scenario")]
    return ended, study_from(last.study)


def test_every_scenario_is_told_as_it_ends_and_an_infeasible_one_is_a_result(client: Client, study_id: str) -> None:
    """Four scenarios; with three times the load no schedule exists, whatever the response."""
    ended, study = _watched(client, study_id, [])

    by_index = sorted(ended, key=lambda one: one.scenario_index)
    assert [one.values for one in by_index] == [(0, 1), (0, 3), (0.05, 1), (0.05, 3)]
    assert [one.outcome_status for one in by_index] == [Status.OPTIMAL, Status.INFEASIBLE] * 2
    assert {one.state for one in ended} == {State.SUCCEEDED}
    assert all("MWh missing" in one.message for one in by_index[1::2])
    assert all(one.metrics["cost_cny"] > 0 for one in by_index[::2])
    assert (study.state, study.scenario_count, study.succeeded_count) == (State.SUCCEEDED, 4, 4)
    assert study.axes == tuple(AXES)


def test_a_watch_that_broke_goes_on_with_what_is_not_known(client: Client, study_id: str) -> None:
    _watched(client, study_id, [])
    ended, study = _watched(client, study_id, [0, 1, 3])
    assert [one.scenario_index for one in ended] == [2]
    assert study.state is State.SUCCEEDED


def test_asked_again_it_is_the_same_study_and_another_of_its_name_is_refused(client: Client, study_id: str) -> None:
    assert client.call("SubmitStudy", _asked()).study_id == study_id
    with pytest.raises(Exception, match="accepted before"):
        client.call("SubmitStudy", _asked(axes=axes_to(AXES[:1])))


def test_scenarios_are_listed_in_pages(client: Client, study_id: str) -> None:
    first = client.call("ListScenarios", rpc.ListScenariosRequest(study_id=study_id, page_size=3))
    token = first.next_page_token
    last = client.call("ListScenarios", rpc.ListScenariosRequest(study_id=study_id, page_size=3, page_token=token))
    assert [one.scenario_index for one in (*first.scenarios, *last.scenarios)] == [0, 1, 2, 3]
    assert last.next_page_token == ""
    with pytest.raises(CaseError, match="page_token"):
        client.call("ListScenarios", rpc.ListScenariosRequest(study_id="other", page_token=token))


def test_every_flaw_of_a_study_is_told_at_once(client: Client) -> None:
    wrong = replace(BASE, response_share=2.0)
    axes = axes_to([("scales.nonsense", (1,)), ("scales.load_share", (1, "x", -1)), ("edition", ())])
    with pytest.raises(CaseError) as refused:
        client.call("SubmitStudy", _asked(case=case_to(wrong), axes=axes, request_id="a b", title="t" * 201))
    assert [flaw.field for flaw in refused.value.flaws] == [
        "response_share",
        "request_id",
        "title",
        "axes[2].values",
        "axes[0].field",
        "axes[1].values[1]",
        "axes[1].values[2]",
    ]


def test_a_scenario_is_got_as_a_folder_of_its_own_case(
    client: Client, target: str, study_id: str, tmp_path: Path
) -> None:
    """The last but one: 5 % response, the load as it is; a plain GetRun tells no case."""
    _watched(client, study_id, [])
    run = next(run for run in client.runs(study_id=study_id) if run.scenario_index == 2)
    assert client.get(run.run_id).case is None
    assert main(["get", run.run_id, "--out", str(tmp_path / "kept"), "--server", target]) == 0
    kept = record_in(tmp_path / "kept", "scenario")
    assert (kept.case, kept.limits) == (replace(BASE, response_share=0.05), LIMITS)
    assert kept.outcome.schedule is not None
    assert kept.outcome.certificate is not None
    assert run.case_sha256 == case_sha256(kept.case) == kept.outcome.certificate.case_sha256
    assert main(["audit", str(tmp_path / "kept")]) == 0


@pytest.mark.parametrize("view", [3, -1])
def test_a_view_that_is_none_is_refused(client: Client, study_id: str, view: int) -> None:
    run = next(client.runs(study_id=study_id))
    with pytest.raises(CaseError, match="view: "):
        client.call("GetRun", rpc.GetRunRequest(run_id=run.run_id, view=view))  # type: ignore[arg-type]


@pytest.mark.parametrize("method", ["GetStudy", "CancelStudy", "ListScenarios"])
def test_a_study_that_is_not_there_is_not_found(client: Client, method: str) -> None:
    with pytest.raises(Exception, match="there is no study 'none'"):
        client.call(method, getattr(rpc, f"{method}Request")(study_id="none"))


def test_a_cancelled_study_ends(client: Client) -> None:
    """A day of eleven shares, of which at most two are under way."""
    axes = axes_to([("response_share", tuple(k / 100 for k in range(11)))])
    kept = client.call("SubmitStudy", _asked(case=case_to(a_case(24)), axes=axes, request_id=""))
    client.call("CancelStudy", rpc.CancelStudyRequest(study_id=kept.study_id))
    _, study = _watched(client, kept.study_id, [])
    assert study.state is State.CANCELLED
    assert study.cancelled_count >= 9


def test_the_command_line_finds_the_study_that_was_asked_for_and_keeps_its_table(
    target: str, client: Client, study_id: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _watched(client, study_id, [])
    write_case(BASE, tmp_path / "case.json")
    axes = ["--axis", "response_share=0:0.05:2", "--axis", "scales.load_share=1,3"]
    limits = ["--gap", "0.02", "--time-limit", "60"]
    verb = ["study", "run", str(tmp_path / "case.json"), *axes, *limits, "--server", target]

    assert main([*verb, "--request-id", "night-1", "--out", str(tmp_path)]) == 0

    told = capsys.readouterr().out.splitlines()
    assert [line.split()[:4] for line in told[1:5]] == [
        ["0", "0", "1", "OPTIMAL"],
        ["1", "0", "3", "INFEASIBLE"],
        ["2", "0.05", "1", "OPTIMAL"],
        ["3", "0.05", "3", "INFEASIBLE"],
    ]
    assert told[-1] == f"study {study_id}, SUCCEEDED: 4 scenarios, 4 with an outcome"
    rows = list(csv.DictReader((tmp_path / "scenarios.csv").read_text(encoding="utf-8").splitlines()))
    kept = json.loads((tmp_path / "study.json").read_text(encoding="utf-8"))
    assert [row["outcome_status"] for row in rows] == [one["outcome_status"] for one in kept["scenarios"]]
    assert float(rows[0]["cost_cny"]) == kept["scenarios"][0]["metrics"]["cost_cny"]


def test_weather_years_are_an_axis(
    target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stored year in place of year 1, and half of it in place of year 2: half is available there."""
    facts = facts_of(BASE.grid, BASE.edition)
    stored = pd.DataFrame(facts.year.available_share, columns=[plant.name for plant in facts.plants])
    monkeypatch.setattr(weather_years, "_drawn", lambda year: stored / year)
    write_case(BASE, tmp_path / "case.json")
    asked = ["study", "run", str(tmp_path / "case.json"), "--weather-years", "1,2", "--gap", "0.02"]
    assert main([*asked, "--server", target, "--out", str(tmp_path)]) == 0

    rows = list(csv.DictReader((tmp_path / "scenarios.csv").read_text(encoding="utf-8").splitlines()))
    whole, half = (float(row["available_mwh"]) for row in rows)
    assert half == pytest.approx(whole / 2, rel=1e-4)
    told = capsys.readouterr().err
    for year, row in enumerate(rows, start=1):
        assert f"weather year {year}: available_forecasts {row['available_forecasts']}" in told
        assert len(row["available_forecasts"]) < 30


def test_a_study_without_any_axis_is_a_wrong_usage(tmp_path: Path) -> None:
    write_case(BASE, tmp_path / "case.json")
    assert main(["study", "run", str(tmp_path / "case.json"), "--server", "127.0.0.1:1"]) == 2


@pytest.mark.parametrize(
    ("axis", "code"), [("response_share", 2), ("=1", 2), ("response_share=2", 1), ("scales.none=1", 1), ("edition=", 1)]
)
def test_wrong_axes_are_refused_before_any_service_is_asked(axis: str, code: int, tmp_path: Path) -> None:
    write_case(BASE, tmp_path / "case.json")
    assert main(["study", "run", str(tmp_path / "case.json"), "--axis", axis, "--server", "127.0.0.1:1"]) == code
