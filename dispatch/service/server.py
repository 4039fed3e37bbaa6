"""The server: one process that answers, and a child for each solve."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc  # type: ignore[import-untyped]
from grpc_reflection.v1alpha import reflection, reflection_pb2  # type: ignore[import-untyped]

from dispatch import tracing
from dispatch.jobs.aside import Aside
from dispatch.jobs.executor import Executor, executor_of
from dispatch.jobs.vigil import TaskDied, until
from dispatch.jobs.worker import Worker
from dispatch.logs import log_to_stderr
from dispatch.runs.artefacts import Artefacts
from dispatch.runs.ledger import Ledger
from dispatch.runs.places import places
from dispatch.runs.run import Ending, Run
from dispatch.runs.unneeded import sweeping
from dispatch.service.background import FAREWELL_S, LISTENING, running
from dispatch.service.door import Door
from dispatch.service.gate import Gate
from dispatch.service.handlers import Handlers
from dispatch.service.interceptor import Refusals
from dispatch.service.observe import Observed, queue_told, told
from dispatch.service.recorder import Recorder
from dispatch.settings import Settings
from dispatch.wire import rpc

BYTES_PER_MB = 2**20

__all__ = ["CannotListen", "running", "serve"]

REFLECTION_V1 = "grpc.reflection.v1.ServerReflection"
REFLECTED = (rpc.SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME)


class CannotListen(RuntimeError):
    """The address is in use, or is none of this machine's."""


def serve(listen: str, settings: Settings | None = None, door: Door | None = None) -> None:
    """
    Serve on HOST:PORT until SIGTERM or SIGINT; port 0 takes a free one. The first line tells where.

    A signal drains: health turns to NOT_SERVING, no run is taken any more, and those under way may end.
    A second signal, or the time that the settings grant, hands them back; so does a defect in what it lives by.
    Raises `CannotListen`, `OpenDoor`, `StoreLost`, `WrongDatabase`, `TaskDied`.
    """
    door = door or Door()
    door.refuse_if_open(listen)
    _refuse_taken(listen)
    settings = settings or Settings.from_environment(os.environ)
    log_to_stderr(calls=door.log_calls)
    executor = executor_of(settings)  # before the event loop and gRPC: see there
    tracing.begin(os.environ)
    asyncio.run(_serve(listen, settings, executor, door))
    tracing.end()


def _refuse_taken(listen: str) -> None:
    """Ask the system before gRPC does, which tells of a port in use in many lines."""
    host, _, port = listen.rpartition(":")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        message = f"cannot listen on {listen}: {error.strerror}"
        raise CannotListen(message) from error


async def _serve(listen: str, settings: Settings, executor: Executor, door: Door) -> None:
    database, artefacts_url = places(settings)
    ledger, artefacts = Ledger(database), Artefacts(artefacts_url)
    ledger.prepare()
    worker = Worker(ledger, artefacts, executor, settings)
    aside = Aside(settings)
    handlers = Handlers(ledger, artefacts, aside, worker.wake)
    recorder = Recorder(ledger, artefacts, aside, Path(settings.record)) if settings.record else None

    def ended(run: Run, ending: Ending) -> None:
        handlers.poke()
        told(run, ending)

    worker.ended = ended
    checks = health.aio.HealthServicer()
    server = _grpc_server(handlers, checks, settings, door)
    port, stop = door.opened(server, listen), _stop_signal()
    await server.start()
    ever = {"look": handlers.look(), "queue_told": queue_told(ledger), "sweeping": sweeping(ledger, artefacts)}
    busy = _begun(**ever, work=worker.work(), **({"record": recorder.record()} if recorder else {}))
    door.observe()
    for service in ("", *REFLECTED):
        await checks.set(service, health_pb2.HealthCheckResponse.SERVING)
    _say(f"{LISTENING}{listen.rpartition(':')[0]}:{port}")
    died = await until(stop, busy)
    stop.clear()
    handlers.draining = True
    await checks.enter_graceful_shutdown()
    await _first_of(worker.drained(), stop.wait(), timeout_s=0.0 if died else settings.drain_seconds)
    await worker.left()
    await server.stop(FAREWELL_S)
    await _left(busy, died)
    if recorder:
        await recorder.catch_up()


def _begun(**ever: Coroutine[Any, Any, None]) -> list[asyncio.Task[None]]:
    """What the server lives by, by name; and what it loads beside, once."""
    return [asyncio.create_task(one, name=name) for name, one in {**ever, "warm": asyncio.to_thread(_warm)}.items()]


async def _left(tasks: list[asyncio.Task[None]], died: TaskDied | None) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if died:
        raise died


def _grpc_server(handlers: Handlers, checks: Any, settings: Settings, door: Door) -> grpc.aio.Server:
    server = grpc.aio.server(
        interceptors=[Observed(), Gate(settings, door.known_tokens()), Refusals(settings.retry_seconds)],
        options=_options(settings),
        maximum_concurrent_rpcs=2 * settings.call_count,  # health, and calls whose request never comes, included
    )
    rpc.add_DispatchServiceServicer_to_server(handlers, server)
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    _reflect(server)
    return server


def _options(settings: Settings) -> list[tuple[str, int]]:
    return [
        ("grpc.so_reuseport", 0),  # a port in use is refused, not shared
        ("grpc.max_receive_message_length", settings.receive_mb * BYTES_PER_MB),
        ("grpc.max_send_message_length", -1),
        ("grpc.keepalive_time_ms", 60_000),  # a caller that has vanished is found, and its solve ended
        ("grpc.keepalive_timeout_ms", 20_000),
        ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
        ("grpc.http2.max_ping_strikes", 3),
        ("grpc.server.max_pending_requests", 20_000),  # else gRPC drops calls at random from about 1,000 on
        ("grpc.server.max_pending_requests_hard_limit", 40_000),
    ]


def _reflect(server: grpc.aio.Server) -> None:
    """Reflection under both of its names; v1 and v1alpha are the same on the wire."""
    servicer: Any = reflection.aio.ReflectionServicer(REFLECTED)
    handler = grpc.stream_stream_rpc_method_handler(
        servicer.ServerReflectionInfo,
        request_deserializer=reflection_pb2.ServerReflectionRequest.FromString,
        response_serializer=reflection_pb2.ServerReflectionResponse.SerializeToString,
    )
    for name in (reflection.SERVICE_NAME, REFLECTION_V1):
        methods = {"ServerReflectionInfo": handler}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, methods),))


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


async def _first_of(*awaitables: Any, timeout_s: float) -> None:
    """Until one is done, or time is up; the rest are let go."""
    tasks = [asyncio.ensure_future(awaitable) for awaitable in awaitables]
    await asyncio.wait(tasks, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


def _warm() -> None:
    """Load what the first case needs, once the service answers: pandas takes longer than all the rest."""
    import pandas  # noqa: F401


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
