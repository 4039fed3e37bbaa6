"""Who is let in, and what those are told who are not."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import grpc
import pytest
from google.protobuf import descriptor_pool
from google.rpc.code_pb2 import Code
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.access import Access
from dispatch.client import AsyncClient, Client, ServiceError
from dispatch.service.background import Background
from dispatch.service.gate import LEAST_ROLE, Gate, _refuse_late
from dispatch.service.status import DEFECT, REFUSALS, DeadlinePast, TooManyCalls
from dispatch.service.tokens import ANYONE
from dispatch.settings import Settings
from dispatch.wire import rpc
from tests.conventions.tree import ROOT
from tests.service.door import Secrets, Served, certificates_in, secrets_in, served
from tests.service.watch import SOON_S, a_case, until

BUF = Path(sys.executable).parent / "buf"
METHODS = descriptor_pool.Default().FindServiceByName(rpc.SERVICE).methods
NEVER = {grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL, grpc.StatusCode.DEADLINE_EXCEEDED}
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
GUESSED = "guessed"
Locked = tuple[Served, Secrets]


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Locked]:
    folder = tmp_path_factory.mktemp("locked")
    secrets = secrets_in(folder)
    with served(folder, "--tokens", str(secrets.file)) as service:
        yield service, secrets


def _refusal(target: str, access: Access, method: str = "grids") -> tuple[str, str]:
    with Client(target, access, patience_s=0.0) as client, pytest.raises(ServiceError) as refused:
        client.grids() if method == "grids" else next(client.solve(a_case(step_count=1)))
    return refused.value.code, refused.value.reason


def test_every_method_has_a_least_role_and_nothing_else_has() -> None:
    assert {method.name for method in METHODS} == set(LEAST_ROLE)


def test_who_has_no_good_token_is_told_which_way_it_is_bad(locked: Locked) -> None:
    service, secrets = locked
    assert _refusal(service.target, Access()) == ("UNAUTHENTICATED", "TOKEN_MISSING")
    assert _refusal(service.target, Access(token=GUESSED)) == ("UNAUTHENTICATED", "TOKEN_UNKNOWN")
    assert _refusal(service.target, Access(token=secrets.expired)) == ("UNAUTHENTICATED", "TOKEN_EXPIRED")


def test_a_reader_sees_and_does_not_solve(locked: Locked) -> None:
    service, secrets = locked
    with Client(service.target, Access(token=secrets.reader)) as client:
        assert client.grids()
        assert client.validate(a_case(step_count=1)) == ()
    told = _refusal(service.target, Access(token=secrets.reader), "solve")
    assert told == ("PERMISSION_DENIED", "ROLE_TOO_LOW")


def test_what_a_stranger_sends_is_not_read(locked: Locked) -> None:
    """60 MB that are no request: refused for the token, not for the bytes."""
    with grpc.insecure_channel(locked[0].target, [("grpc.max_send_message_length", -1)]) as channel:
        call: Any = channel.unary_unary(f"/{rpc.SERVICE}/ValidateCase")
        with pytest.raises(grpc.RpcError) as refused:
            call(b"\xff" * 60_000_000, timeout=60)
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED


def test_health_is_open(locked: Locked) -> None:
    with grpc.insecure_channel(locked[0].target) as channel:
        answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=SOON_S)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_the_log_tells_who_asked_what_and_never_a_token(locked: Locked) -> None:
    service, secrets = locked
    traced = ("traceparent", f"00-{'a' * 32}-{'b' * 16}-01")
    with grpc.insecure_channel(service.target) as channel:
        stub: Any = rpc.DispatchServiceStub(channel)
        with pytest.raises(grpc.RpcError):
            list(
                stub.SolveCase(
                    rpc.SolveCaseRequest(), metadata=(("authorization", f"Bearer {secrets.submitter}"), traced)
                )
            )

    def told() -> dict[str, dict[str, str]]:
        lines = [json.loads(line) for line in service.log.read_text().splitlines()]
        return {line["logger"]: line for line in lines if line.get("trace") == "a" * 32}

    assert until(lambda: "call" in told(), SOON_S)  # it is written a moment after its caller knows the end
    mine, text = told(), service.log.read_text()
    assert (mine["audit"]["tenant"], mine["audit"]["caller"], mine["audit"]["method"]) == (
        "south",
        "SUBMITTER",
        "SolveCase",
    )
    assert (mine["call"]["code"], mine["call"]["call"]) == ("INVALID_ARGUMENT", mine["audit"]["call"])
    assert not any(secret in text for secret in (secrets.reader, secrets.submitter, secrets.expired))


def test_a_stranger_with_a_certificate_and_a_token_is_served_and_nobody_else(tmp_path: Path) -> None:
    """Both sides show certificates (mTLS); asked by buf and by our client."""
    kept, secrets = certificates_in(tmp_path), secrets_in(tmp_path)
    tls = ("--tls-cert", str(kept.server), "--tls-key", str(kept.server_key), "--client-ca", str(kept.ca))
    with served(tmp_path, *tls, "--tokens", str(secrets.file)) as service:
        shown = ("--cert", str(kept.client), "--key", str(kept.client_key))
        bearer = ("-H", f"authorization: Bearer {secrets.reader}")
        assert '"hebei_south"' in _buf(service.target, kept.ca, *shown, *bearer).stdout
        assert "unauthenticated" in _buf(service.target, kept.ca, *shown).stderr
        assert _buf(service.target, kept.ca, *bearer).returncode != 0
        ours = Access(kept.ca, kept.client, kept.client_key, secrets.reader)
        with Client(service.target, ours) as client:
            assert client.grids()
        assert asyncio.run(_grids_awaited(service.target, ours))
        by_hand = (*shown, "--ca", str(kept.ca), "--server", service.target)
        assert _listed(*by_hand, token=secrets.reader).returncode == 0
        assert "TOKEN_MISSING" in _listed(*by_hand).stderr
        assert _refusal(service.target, Access(kept.ca, token=secrets.reader))[0] == "UNAVAILABLE"
        assert _refusal(service.target, Access())[0] == "UNAVAILABLE"


async def _grids_awaited(target: str, access: Access) -> object:
    async with AsyncClient(target, access) as client:
        return await client.grids()


def _listed(*options: str, token: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dispatch", "list", *options]
    return subprocess.run(
        command, capture_output=True, check=False, text=True, cwd=ROOT, env={**os.environ, "DISPATCH_TOKEN": token}
    )


def _buf(target: str, ca: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [str(BUF), "curl", "--protocol", "grpc", "--cacert", str(ca), *options, "-d", "{}"]
    return subprocess.run(
        [*command, f"https://{target}/{rpc.SERVICE}/ListGrids"], capture_output=True, check=False, text=True, timeout=60
    )


@given(st.data())
@settings(max_examples=25, deadline=None, derandomize=True)
def test_no_request_finds_a_defect(service: Background, data: st.DataObject) -> None:
    """25 times 20 requests, random or a good one with bytes changed, over every method."""
    good = rpc.GetGridRequest(grid="jibei", edition=2030).SerializeToString()
    with grpc.insecure_channel(service.target) as channel:
        for _ in range(20):
            method = data.draw(st.sampled_from([method.name for method in METHODS]))
            cut = data.draw(st.integers(0, len(good)))
            sent = data.draw(st.binary(max_size=40) | st.binary(max_size=3).map(partial(_changed, good, cut)))
            call: Any = channel.unary_stream(f"/{rpc.SERVICE}/{method}")
            try:
                list(call(sent, timeout=SOON_S))
            except grpc.RpcError as error:
                assert error.code() not in NEVER, (method, sent, error.details())  # noqa: PT017


def _changed(good: bytes, cut: int, added: bytes) -> bytes:
    return good[:cut] + added + good[cut:]


def test_half_open_connections_and_stalled_streams_hold_nobody_up(service: Background) -> None:
    """60 connections that send half a greeting, and 20 calls whose request never comes."""
    host, _, port = service.target.rpartition(":")
    with ExitStack() as held, grpc.insecure_channel(service.target) as channel:
        for _ in range(60):
            connection = held.enter_context(socket.create_connection((host, int(port)), timeout=SOON_S))
            connection.sendall(PREFACE[:10])
        stalled: Any = channel.stream_stream(f"/{rpc.SERVICE}/ValidateCase")
        calls = [stalled(_never(), timeout=SOON_S) for _ in range(20)]
        with Client(service.target) as client:
            for _ in range(20):
                assert client.grids()
            assert client.validate(a_case(step_count=1)) == ()
        for call in calls:
            call.cancel()


def _never() -> Iterator[bytes]:
    time.sleep(5)
    yield b""


def test_a_call_too_many_is_told_to_come_back() -> None:
    """Two of one tenant, three of all."""
    gate = Gate(Settings(call_count=3, tenant_call_count=2), SimpleNamespace())  # type: ignore[arg-type]
    north, south = (type(ANYONE)(name, ANYONE.role, name) for name in ("north", "south"))
    with gate._counted(south), gate._counted(south):
        with pytest.raises(TooManyCalls, match="2 calls of south"), gate._counted(south):
            pass
        with gate._counted(north), pytest.raises(TooManyCalls, match="3 calls are"), gate._counted(north):
            pass
    with gate._counted(south):
        assert gate._calls == {"south": 1, "north": 0}


@pytest.mark.parametrize(("remaining_s", "late"), [(None, False), (0.5, False), (0.0, True), (-1.0, True)])
def test_a_deadline_that_is_past_is_told_at_once(remaining_s: float | None, late: bool) -> None:
    context = SimpleNamespace(time_remaining=lambda: remaining_s)
    if late:
        with pytest.raises(DeadlinePast):
            _refuse_late(context)
    else:
        _refuse_late(context)


def test_the_page_of_refusals_names_each_with_its_status_and_no_other() -> None:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| ([A-Z_]+) \| `([A-Z_]+)` \| .+ \| .+ \|$", page, re.MULTILINE)
    known = {(Code.Name(refusal.code), refusal.reason) for refusal in (*REFUSALS.values(), DEFECT)}
    assert len(told) == len(set(told))
    assert set(told) == known
