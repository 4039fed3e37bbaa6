"""Spans, as a collector receives them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import grpc
import pytest

from dispatch.case.case import Limits
from dispatch.wire import rpc
from dispatch.wire.translate import case_to, limits_to
from tests.service.door import served
from tests.service.watch import a_case

TRACE = "0af7651916cd43dd8448eb211c80319c"
NAMED = (("traceparent", f"00-{TRACE}-b7ad6b7169203331-01"),)
LIMITS = limits_to(Limits(gap_share=0.02))


@pytest.fixture
def collector() -> Iterator[tuple[str, list[Any]]]:
    """A real receiver of OTLP on a free port, and every span that it was sent."""
    pytest.importorskip("opentelemetry.sdk", reason="the extra [tracing] is not installed")
    service = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2")
    stubs = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc")
    received: list[Any] = []

    class Collector(stubs.TraceServiceServicer):  # type: ignore[misc,name-defined]
        def Export(self, request: Any, context: Any) -> Any:  # noqa: N802
            received.extend(
                span for told in request.resource_spans for scope in told.scope_spans for span in scope.spans
            )
            return service.ExportTraceServiceResponse()

    server = grpc.server(ThreadPoolExecutor(2))
    stubs.add_TraceServiceServicer_to_server(Collector(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"http://127.0.0.1:{port}", received
    server.stop(None).wait()


def solve(target: str) -> str:
    """A small case under the trace; the name of its run."""
    request = rpc.SolveCaseRequest(case=case_to(a_case(step_count=1)), limits=LIMITS)
    with grpc.insecure_channel(target) as channel:
        answers = list(rpc.DispatchServiceStub(channel).SolveCase(request, metadata=NAMED))
    assert answers[-1].HasField("outcome")
    return str(answers[0].run_id)


def test_a_call_its_wait_and_its_solve_are_one_trace(tmp_path: Path, collector: tuple[str, list[Any]]) -> None:
    """Call > queued, run; run > checking ... measuring, one after the other within it, as the child told them."""
    endpoint, spans = collector
    database = f"sqlite:///{tmp_path}/runs.db"
    with served(tmp_path, "--database", database, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint) as service:
        run_id = solve(service.target)
    assert {span.trace_id.hex() for span in spans} == {TRACE}
    by_name = {span.name: span for span in spans}
    call, run = by_name["dispatch.v1.DispatchService/SolveCase"], by_name["run"]
    assert call.parent_span_id.hex() == NAMED[0][1].split("-")[2]
    assert run.parent_span_id == by_name["queued"].parent_span_id == call.span_id
    told = {one.key: one.value for one in run.attributes}
    assert told["dispatch.run_id"].string_value == run_id
    assert told["dispatch.status"].string_value == "OPTIMAL"
    stations = sorted((s for s in spans if s.parent_span_id == run.span_id), key=lambda s: s.start_time_unix_nano)
    assert [s.name for s in stations] == ["checking", "building", "searching", "auditing", "measuring"]
    for before, after in pairwise(stations):
        assert before.end_time_unix_nano == after.start_time_unix_nano
    logged = [json.loads(line) for line in service.log.read_text().splitlines() if line.startswith("{")]
    assert [line["trace"] for line in logged if line.get("method") == "SolveCase"]
    assert {line["trace"] for line in logged if "trace" in line} == {TRACE}


def test_without_an_endpoint_nothing_of_it_is_imported_and_a_trace_is_kept_all_the_same() -> None:
    code = (
        "import sys; from dispatch import tracing; import dispatch.service.server, dispatch.jobs.alone\n"
        "tracing.begin({}); tracing.begin({'OTEL_EXPORTER_OTLP_ENDPOINT': 'x', 'OTEL_TRACES_EXPORTER': 'none'})\n"
        f"with tracing.call('s', 'm', '{NAMED[0][1]}'):\n"
        f"    assert tracing.traceparent() == '{NAMED[0][1]}'\n"
        "attempt = tracing.Attempt('', 0.0, 1.0, a='b'); attempt.tell('x', 1.0); attempt.end()\n"
        "sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
