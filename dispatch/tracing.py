"""
Traces (OpenTelemetry): a span for each call, for the wait in the queue, each attempt at a run and each station of it.

The extra [tracing] and OTEL_EXPORTER_OTLP_ENDPOINT switch them on; else nothing of OpenTelemetry is imported, and what
is left is the trace that a caller names (W3C traceparent): it is kept with the run and stands in the log all the same.
Stations are timed by what the process of a solve tells, wherever it runs: one that is killed leaves its trace too.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
NAME, SERVICE_NAME = "dispatch", "OTEL_SERVICE_NAME"
NS_PER_S = 1_000_000_000
WRITTEN = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")  # W3C traceparent

LOG = logging.getLogger(__name__)
_TRACEPARENT: ContextVar[str] = ContextVar("traceparent", default="")


class _Tracing:
    """Where spans go; nowhere until it is begun."""

    provider: Any = None
    tracer: Any = None


def begin(environment: Mapping[str, str]) -> None:
    """Send spans to where the environment says by OTLP over gRPC; do nothing where it says nothing."""
    off = environment.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if off or environment.get("OTEL_TRACES_EXPORTER") == "none" or not any(map(environment.get, ENDPOINTS)):
        return
    try:
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        LOG.warning("%s is set and OpenTelemetry is not installed: pip install 'hebei-dispatch[tracing]'", ENDPOINTS[0])
        return
    named = {} if SERVICE_NAME in environment else {"service.name": NAME}
    _Tracing.provider = TracerProvider(resource=Resource.create(named))
    _Tracing.provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _Tracing.tracer = _Tracing.provider.get_tracer(NAME)


def end() -> None:
    """Send what has not been sent."""
    if _Tracing.provider is not None:
        _Tracing.provider.shutdown()
    _Tracing.provider = _Tracing.tracer = None


def written(text: str) -> str:
    """A traceparent that is one; "" else."""
    return text if WRITTEN.fullmatch(text) else ""


def trace_of(traceparent: str) -> dict[str, str]:
    """What the log says of a trace."""
    found = WRITTEN.fullmatch(traceparent)
    return {"trace": found[1]} if found else {}


def traceparent() -> str:
    """Of the call under way: of its span, or where there are none, as its caller named it; "" without either."""
    return _TRACEPARENT.get()


class Span:
    """Something that lasts, or nothing where no spans are sent."""

    def __init__(self, span: Any = None) -> None:
        self._span = span

    def note(self, **attributes: str | float | None) -> None:
        """What is told of it; a dot is written as two underscores."""
        if self._span is not None:
            told = {name.replace("__", "."): value for name, value in attributes.items() if value is not None}
            self._span.set_attributes(told)

    def failed(self, why: str) -> None:
        """It did not come to a good end."""
        if self._span is not None:
            from opentelemetry.trace import Status, StatusCode

            self._span.set_status(Status(StatusCode.ERROR, why))

    @property
    def name(self) -> str:
        """Its traceparent; "" where no spans are sent."""
        return "" if self._span is None else _name_of(self._span)

    def end(self, at_s: float | None = None) -> None:
        """It is over, now or at this time, seconds since 1970."""
        if self._span is not None:
            self._span.end(None if at_s is None else int(at_s * NS_PER_S))


@contextmanager
def call(service: str, method: str, named: str) -> Iterator[Span]:
    """The span of a call, under the trace that its caller names."""
    span = _begun(f"{service}/{method}", named, server=True)
    span.note(rpc__system="grpc", rpc__service=service, rpc__method=method)
    mark = _TRACEPARENT.set(span.name or named)
    try:
        yield span
    finally:
        _TRACEPARENT.reset(mark)
        span.end()


class Attempt:
    """The spans of an attempt at a run: the wait before the first, the attempt, and its stations."""

    def __init__(self, named: str, created_s: float, started_s: float | None, **attributes: str | float) -> None:
        if started_s is not None:
            _begun("queued", named, at_s=created_s).end(started_s)
        self.span = _begun("run", named)
        self.span.note(**attributes)
        self._station, self._told, self._begun_s = Span(), "", None

    _begun_s: float | None

    def tell(self, station: str, elapsed_s: float) -> None:
        """The solve is at this station, so long after it began."""
        if station == self._told:
            return
        if self._begun_s is None:
            self._begun_s = time.time() - elapsed_s
        at_s = self._begun_s + elapsed_s
        self._station.end(at_s)
        self._told = station
        self._station = _begun(station, self.span.name, at_s=at_s)

    def end(self) -> None:
        """The attempt is over, and whatever station it was at."""
        self._station.end()
        self.span.end()


def _begun(name: str, parent: str, *, at_s: float | None = None, server: bool = False) -> Span:
    if _Tracing.tracer is None:
        return Span()
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    context = TraceContextTextMapPropagator().extract({"traceparent": parent}) if parent else None
    kind = SpanKind.SERVER if server else SpanKind.INTERNAL
    start = None if at_s is None else int(at_s * NS_PER_S)
    return Span(_Tracing.tracer.start_span(name, context=context, kind=kind, start_time=start))


def _name_of(span: Any) -> str:
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"
