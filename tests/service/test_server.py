"""The server as a stranger meets it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.json_format import MessageToDict
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.case.case import Limits
from dispatch.client import Client, ServiceError
from dispatch.schedule.outcome import Outcome
from dispatch.service.background import CODE, LISTENING, Background, running, started
from dispatch.service.server import serve
from dispatch.wire.case_out import case_to
from tests.service.watch import QUICK, SOON_S, a_case

BUF = Path(sys.executable).parent / "buf"
METHODS = {f"dispatch.v1.DispatchService/{name}" for name in ("SolveCase", "ValidateCase", "ListGrids", "GetGrid")}
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


def _buf(service: Background, *arguments: str, sent: str = "") -> subprocess.CompletedProcess[str]:
    *options, url = arguments
    command = [str(BUF), "curl", "--http2-prior-knowledge", "--protocol", "grpc", *options]
    return subprocess.run(
        [*command, f"http://{service.target}{url}"], input=sent, capture_output=True, check=False, text=True
    )


@pytest.mark.parametrize("version", ["grpc-v1", "grpc-v1alpha"])
def test_its_methods_are_listed_by_reflection(service: Background, version: str) -> None:
    listed = _buf(service, "--reflect-protocol", version, "--list-methods", "")
    assert set(listed.stdout.split()) >= METHODS, listed.stderr


def test_a_stranger_solves_a_small_case(service: Background) -> None:
    case = MessageToDict(case_to(a_case(step_count=1)), preserving_proto_field_name=True)
    request = {"case": case, "limits": {"gap_share": 0.02}}
    answered = _buf(service, "-d", "@-", "/dispatch.v1.DispatchService/SolveCase", sent=json.dumps(request))
    assert answered.returncode == 0, answered.stderr
    assert answered.stdout.count('"outcome"') == 1
    assert '"STATUS_OPTIMAL"' in answered.stdout


def test_a_stranger_is_told_what_is_wrong(service: Background) -> None:
    answered = _buf(service, "-d", "{}", "/dispatch.v1.DispatchService/SolveCase")
    told = json.loads(answered.stderr)
    assert told["code"] == "invalid_argument"
    assert {detail["type"] for detail in told["details"]} == {"google.rpc.BadRequest", "google.rpc.ErrorInfo"}


def test_an_unknown_grid_is_not_found(service: Background) -> None:
    answered = _buf(service, "-d", '{"grid": "x"}', "/dispatch.v1.DispatchService/GetGrid")
    assert json.loads(answered.stderr)["code"] == "not_found"


@pytest.mark.parametrize("name", ["", "dispatch.v1.DispatchService"])
def test_it_is_healthy(service: Background, name: str) -> None:
    with grpc.insecure_channel(service.target) as channel:
        answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service=name), timeout=SOON_S)
    assert answer.status == SERVING


@pytest.mark.parametrize("method", ["SolveCase", "ValidateCase", "GetGrid"])
def test_bytes_that_are_no_request_are_refused_in_our_own_words(service: Background, method: str) -> None:
    with grpc.insecure_channel(service.target) as channel:
        call: Any = channel.unary_stream(f"/dispatch.v1.DispatchService/{method}")
        with pytest.raises(grpc.RpcError) as refused:
            list(call(b"\xff\xff\xff", timeout=SOON_S))
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert refused.value.details() == "the bytes of the request are not the message that this method takes"


@given(st.lists(st.binary(max_size=80), min_size=1, max_size=20))
@settings(max_examples=20, deadline=None)
def test_no_bytes_find_a_defect(service: Background, requests: list[bytes]) -> None:
    """Whatever is sent to ValidateCase is answered, or refused as no request."""
    with grpc.insecure_channel(service.target) as channel:
        call: Any = channel.unary_unary("/dispatch.v1.DispatchService/ValidateCase")
        for request in requests:
            try:
                call(b"\x0a" + bytes([len(request)]) + request, timeout=SOON_S)
            except grpc.RpcError as error:
                assert error.code() is grpc.StatusCode.INVALID_ARGUMENT, error.details()  # noqa: PT017


def test_a_request_above_the_limit_is_refused_and_the_service_stays(client: Client, service: Background) -> None:
    with grpc.insecure_channel(service.target, options=[("grpc.max_send_message_length", -1)]) as channel:
        call: Any = channel.unary_unary("/dispatch.v1.DispatchService/ValidateCase")
        with pytest.raises(grpc.RpcError) as refused:
            call(bytes(70 * 2**20), timeout=SOON_S)
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert client.grids()


def test_a_port_in_use_is_refused(service: Background, tmp_path: Path) -> None:
    with (tmp_path / "told").open("w") as told:
        second = subprocess.Popen([sys.executable, "-c", CODE, service.target], stdout=told, stderr=told)
        assert second.wait(SOON_S) != 0
    assert LISTENING not in (tmp_path / "told").read_text()


def test_a_server_that_is_asked_to_stop_ends_what_it_has_begun_and_takes_no_more() -> None:
    with started("127.0.0.1:0", QUICK) as service, Client(service.target) as client:
        channel = grpc.insecure_channel(service.target)
        watched = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
        assert next(watched).status == SERVING
        told = client.solve(a_case(), Limits(gap_share=0.02))  # takes seconds: the server is there still
        next(told)
        service.process.terminate()
        assert next(watched).status == NOT_SERVING
        with pytest.raises(ServiceError) as refused:
            next(client.solve(a_case(step_count=1)))
        assert refused.value.reason == "DRAINING"
        assert isinstance(list(told)[-1], Outcome)
        assert service.process.wait(SOON_S) == 0
        channel.close()


def test_a_server_runs_for_as_long_as_it_is_needed() -> None:
    with running() as target, Client(target) as client:
        assert client.grids()
    with Client(target, patience_s=0.0) as client, pytest.raises(ServiceError, match="UNAVAILABLE"):
        client.grids()


def test_a_setting_that_is_no_number_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPATCH_SOLVE_COUNT", "many")
    with pytest.raises(ValueError, match="DISPATCH_SOLVE_COUNT='many' must be a whole number"):
        serve("127.0.0.1:0")
