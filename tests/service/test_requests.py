"""What a request says beside its case is refused with every flaw, by field, and never found to be a defect."""

from __future__ import annotations

import base64
import dataclasses
import json
from contextlib import suppress
from typing import Any

import grpc
import pytest
from google.protobuf.struct_pb2 import Value
from google.protobuf.timestamp_pb2 import Timestamp

from dispatch.client import Client
from dispatch.client.connection import failure_of
from dispatch.errors import CaseError, RunOver
from dispatch.service.background import Background
from dispatch.service.requests import page_token
from dispatch.wire import rpc
from dispatch.wire.translate import case_to
from tests.service.watch import a_case

NO_TIME = Timestamp(seconds=10**18)
FORGED = ([1.0, "\ud800"], [1.0, "\0"], [float("nan"), "0" * 32])  # what no database takes as it stands


def _fields(client: Client, method: str, request: Any) -> set[str]:
    with pytest.raises(CaseError) as refused:
        client.call(method, request)
    return {flaw.field for flaw in refused.value.flaws}


def test_every_flaw_of_a_submission_is_told_with_those_of_its_case(client: Client) -> None:
    case = case_to(dataclasses.replace(a_case(), response_share=2.0, name="a\0b"))
    labels = {"desk": "x" * 64, "nul": "\0"}
    request = rpc.SubmitCaseRequest(case=case, request_id="two words", urgency=9, labels=labels)  # type: ignore[arg-type]
    wanted = {"response_share", "case.name", "request_id", "urgency", "labels['desk']", "labels['nul']"}
    assert _fields(client, "SubmitCase", request) >= wanted


def test_every_flaw_of_a_question_is_told(client: Client) -> None:
    request = rpc.ListRunsRequest(
        page_size=-1,
        page_token="?",  # noqa: S106 (of a page)
        states=[77],  # type: ignore[list-item]
        grid="a\0",
        study_id="\0",
        labels={"\0": "x"},
        created_from=NO_TIME,
        created_before=NO_TIME,
    )
    fields = _fields(client, "ListRuns", request)
    assert fields >= {"page_size", "page_token", "states[0]", "grid", "study_id", "created_from", "created_before"}
    assert any(field.startswith("labels[") for field in fields)


@pytest.fixture(scope="module")
def question(service: Background) -> Any:
    """What a token of a second page says was asked; its two runs are rows, and never need to be solved."""
    with Client(service.target) as client:
        for run in [client.submit(a_case(step_count=1)), client.submit(a_case(step_count=1))]:
            with suppress(RunOver):
                client.cancel(run.run_id)
        page = client.call("ListRuns", rpc.ListRunsRequest(page_size=1))
    return json.loads(base64.urlsafe_b64decode(page.next_page_token))[0]


@pytest.mark.parametrize("after", [[], [1], ["a", "b"], [1.0, 2.0, 3.0], [[], {}], {"a": 1}, None, *FORGED])
def test_a_page_token_that_somebody_made_is_refused(client: Client, question: Any, after: Any) -> None:
    token = base64.urlsafe_b64encode(json.dumps([question, after]).encode()).decode()
    assert _fields(client, "ListRuns", rpc.ListRunsRequest(page_token=token)) == {"page_token"}


def test_the_hours_of_a_schedule_are_refused_where_they_are_no_times(client: Client) -> None:
    request = rpc.GetScheduleRequest(run_id="any", start=NO_TIME, end=NO_TIME)
    with pytest.raises(grpc.RpcError) as refused:
        list(client.stream("GetSchedule", request))
    error = failure_of(refused.value).error
    assert isinstance(error, CaseError)
    assert {flaw.field for flaw in error.flaws} == {"start", "end"}


def test_a_page_token_that_is_nested_beyond_reason_is_refused(client: Client) -> None:
    token = base64.urlsafe_b64encode(b"[" * 200_000).decode()
    assert _fields(client, "ListRuns", rpc.ListRunsRequest(page_token=token)) == {"page_token"}


@pytest.mark.parametrize("index", [10**30, -(10**30)])
def test_a_page_of_scenarios_begins_at_a_number_that_a_database_takes(client: Client, index: int) -> None:
    question = json.loads(base64.urlsafe_b64decode(page_token(rpc.ListScenariosRequest(study_id="x"), [0])))[0]
    token = base64.urlsafe_b64encode(json.dumps([question, [index]]).encode()).decode()
    assert _fields(client, "ListScenarios", rpc.ListScenariosRequest(study_id="x", page_token=token)) == {"page_token"}


def _axis_of(count: int) -> rpc.SubmitStudyRequest:
    return rpc.SubmitStudyRequest(axes=[rpc.Axis(field="response_share", values=[Value(number_value=1)] * count)])


STREAMS = ("GetSchedule", "WatchStudy")
LONG_QUESTIONS: dict[str, tuple[str, Any]] = {
    "states": ("ListRuns", rpc.ListRunsRequest(states=[1] * 100_000)),  # type: ignore[list-item]
    "labels": ("ListRuns", rpc.ListRunsRequest(labels={f"{k}": "" for k in range(10_000)})),
    "kinds": ("GetSchedule", rpc.GetScheduleRequest(run_id="x", kinds=["units"] * 100_000)),
    "components": ("GetSchedule", rpc.GetScheduleRequest(run_id="x", components=["u"] * 100_000)),
    "known_indices": ("WatchStudy", rpc.WatchStudyRequest(study_id="x", known_indices=range(100_000))),
    "axes": ("SubmitStudy", rpc.SubmitStudyRequest(axes=[rpc.Axis(field="response_share")] * 1_000)),
    "axes[0].values": ("SubmitStudy", _axis_of(10_001)),
}


@pytest.mark.parametrize("field", LONG_QUESTIONS)
def test_a_list_that_is_longer_than_any_use_is_refused_as_one_flaw(client: Client, field: str) -> None:
    """Sixty megabytes of one list would hold up everybody else for minutes."""
    method, request = LONG_QUESTIONS[field]
    with pytest.raises((CaseError, grpc.RpcError)) as refused:
        list(client.stream(method, request) if method in STREAMS else client.call(method, request))
    error = refused.value if isinstance(refused.value, CaseError) else failure_of(refused.value).error
    assert isinstance(error, CaseError)
    assert [flaw.field for flaw in error.flaws if flaw.code == "TOO_MANY"] == [field]
