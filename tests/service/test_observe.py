"""What an operator sees."""

from __future__ import annotations

import socket
import urllib.request
from pathlib import Path

import pytest

from dispatch.client import Client
from dispatch.errors import UnknownGrid
from dispatch.service.observe import _named
from dispatch.tracing import trace_of
from dispatch.wire import rpc
from tests.service.door import served
from tests.service.watch import SOON_S, until


def test_calls_are_counted_and_timed_by_method_and_code(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        metrics = f"127.0.0.1:{free.getsockname()[1]}"
    with served(tmp_path, "--metrics", metrics) as service, Client(service.target) as client:
        client.grids()
        client.grids()
        with pytest.raises(UnknownGrid):
            client.call("GetGrid", rpc.GetGridRequest(grid="none"))
        # A call is counted after its answer was sent: the caller may ask before that.
        assert until(lambda: 'grpc_code="NOT_FOUND"' in _told(metrics), SOON_S)
        told = _told(metrics)
    unary = f'grpc_service="{rpc.SERVICE}",grpc_type="unary"'
    listed, got = 'grpc_method="ListGrids",' + unary, 'grpc_method="GetGrid",' + unary
    assert f"grpc_server_started_total{{{listed}}} 2.0" in told
    assert f'grpc_server_handled_total{{grpc_code="OK",{listed}}} 2.0' in told
    assert f'grpc_server_handled_total{{grpc_code="NOT_FOUND",{got}}} 1.0' in told
    assert f"grpc_server_handling_seconds_count{{{listed}}} 2.0" in told
    for name in ("queue_depth_runs", "oldest_queued_seconds", "lease_losses_total"):
        assert f"dispatch_{name} 0.0" in told


def _told(metrics: str) -> str:
    with urllib.request.urlopen(f"http://{metrics}/metrics") as answer:
        return str(answer.read().decode())


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (f"00-{'a' * 32}-{'b' * 16}-01", {"trace": "a" * 32}),
        (f"00-{'A' * 32}-{'b' * 16}-01", {}),
        ("anything\nelse", {}),
    ],
)
def test_a_trace_is_taken_over_where_it_is_one(sent: str, told: dict[str, str]) -> None:
    assert trace_of(_named((("traceparent", sent),))) == told
