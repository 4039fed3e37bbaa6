"""Each measure: a server, something done to it, and figures. Counts are the issue's; the tests take smaller ones."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import grpc

from bench.service.cases import ENDLESS, QUICK, a_case
from bench.service.figures import Figure, quantile, slope
from bench.service.noise import answered, good_requests, noise
from bench.service.server import Server, served, started
from dispatch.client import Client, ServiceError, State
from dispatch.wire import rpc
from dispatch.wire.run_view import RunView, watched_from

LOOK_S = 0.2
END_S = 600.0
FIRST_SHARE = 0.2  # of cases: the server warms up


def start() -> Iterator[Figure]:
    """From `dispatch serve` to health SERVING, a new database; the best of three."""
    ready: list[tuple[float, float]] = []
    for _ in range(3):
        with served(solve_count=1) as server:
            ready.append((server.ready_s, server.cpu_s))
    yield Figure("start", "until health is SERVING", min(ready)[0], "s", 2.0)
    yield Figure("start", "processor time of the server by then", min(cpu_s for _, cpu_s in ready), "s", 2.0)
    yield Figure("start", "the same, as a multiple of `import numpy` now", min(ready)[1] / _numpy_s(), "times")


def _numpy_s() -> float:
    """What a known piece of work takes on this machine in this minute."""
    code = "import time; import numpy; print(time.process_time())"
    runs = (subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True) for _ in range(3))
    return min(float(run.stdout) for run in runs)


def fuzz(count: int = 10_000) -> Iterator[Figure]:
    """Random and mutated requests to every method."""
    with served(solve_count=0) as server, Client(server.target) as client:
        good = good_requests(client.submit(a_case(), QUICK).run_id)
        asyncio.run(answered(server.target, noise(good, count // 10, seed_count=2)))  # all code has been loaded
        before_mb, begun = server.memory_mb, time.monotonic()
        codes = asyncio.run(answered(server.target, noise(good, count)))
        yield Figure("fuzz", "requests", codes.total(), "")
        yield Figure("fuzz", "seconds", time.monotonic() - begun, "s")
        for code in ("UNKNOWN", "INTERNAL"):
            yield Figure("fuzz", f"answered {code}", codes[code], "", 0)
        yield Figure("fuzz", "defects in the log", server.defect_count, "", 0)
        yield Figure("fuzz", "server memory, more by", server.memory_mb - before_mb, "MB", 20.0)
        yield Figure("fuzz", "refused as no message or with flaws", codes["INVALID_ARGUMENT"], "")


def watchers(count: int = 1_000, run_count: int = 20) -> Iterator[Figure]:
    """Watchers of runs that wait; then the runs are cancelled, and each watcher hears of it."""
    with served(solve_count=0) as server, Client(server.target) as client:
        run_ids = [client.submit(a_case(name=f"{k}"), QUICK).run_id for k in range(run_count)]
        alone_ms = get_run_ms(client, run_ids[0], 100)
        before_mb = server.memory_mb
        watch = asyncio.run(_watched(server, client, run_ids, count))
        yield Figure("watchers", "watchers that were not told the end", count - watch["served"], "", 0)
        yield Figure("watchers", "server memory, more by", watch["mb"] - before_mb, "MB", 50.0)
        yield Figure("watchers", "GetRun meanwhile, p99", watch["p99_ms"], "ms", 50.0)
        yield Figure("watchers", "GetRun alone, p99", quantile(alone_ms, 0.99), "ms")
        yield Figure("watchers", "defects in the log", server.defect_count, "", 0)


async def _watched(server: Server, client: Client, run_ids: list[str], count: int) -> dict[str, float]:
    async with grpc.aio.insecure_channel(server.target) as channel:
        stub: Any = rpc.DispatchServiceStub(channel)
        begun = [asyncio.Event() for _ in range(count)]

        async def watched(k: int) -> bool:
            async for told in stub.WatchRun(rpc.WatchRunRequest(run_id=run_ids[k % len(run_ids)])):
                begun[k].set()
                last = watched_from(told)
            return isinstance(last, RunView) and last.state is State.CANCELLED

        watching = [asyncio.create_task(watched(k)) for k in range(count)]
        await asyncio.wait_for(asyncio.gather(*(event.wait() for event in begun)), END_S)
        meanwhile_ms = await asyncio.to_thread(get_run_ms, client, run_ids[0], 200)
        grown_mb = server.memory_mb
        for run_id in run_ids:
            await asyncio.to_thread(client.cancel, run_id)
        ended = await asyncio.wait_for(asyncio.gather(*watching), END_S)
    return {"served": float(ended.count(True)), "mb": grown_mb, "p99_ms": quantile(meanwhile_ms, 0.99)}


def latency(count: int = 500) -> Iterator[Figure]:
    """`GetRun` while every core solves."""
    cores = len(_cores())
    with served(solve_count=cores) as server, Client(server.target) as client:
        run_ids = [client.submit(a_case(24, f"{k}"), ENDLESS).run_id for k in range(cores)]
        alone_ms = get_run_ms(client, run_ids[0], 100)
        _until(lambda: all(client.get(run_id).state is State.RUNNING for run_id in run_ids))
        time.sleep(5.0)  # models are built, searches run
        busy_ms = get_run_ms(client, run_ids[0], count)
        for run_id in run_ids:
            client.cancel(run_id)
        yield Figure("latency", f"GetRun, p99, {cores} solves under way", quantile(busy_ms, 0.99), "ms", 20.0)
        yield Figure("latency", "GetRun, median", quantile(busy_ms, 0.5), "ms")
        yield Figure("latency", "GetRun, p99, as the solves begin", quantile(alone_ms, 0.99), "ms")


def idlers(half_open_count: int = 200, stalled_count: int = 50) -> Iterator[Figure]:
    """Connections that never say what they want, and streams that nobody reads."""
    with served(solve_count=0) as server, Client(server.target) as client, ExitStack() as open_:
        run_id = client.submit(a_case(), QUICK).run_id
        alone_ms = get_run_ms(client, run_id, 200)
        host, _, port = server.target.rpartition(":")
        for _ in range(half_open_count):
            half = open_.enter_context(socket.create_connection((host, int(port))))
            half.sendall(b"PRI * HT")
        channel = open_.enter_context(
            grpc.insecure_channel(server.target, options=[("grpc.use_local_subchannel_pool", 1)])
        )
        stub: Any = rpc.DispatchServiceStub(channel)
        streams = [stub.WatchRun(rpc.WatchRunRequest(run_id=run_id)) for _ in range(stalled_count)]
        time.sleep(1.0)
        idle_ms = get_run_ms(client, run_id, 500)
        for stream in streams:
            stream.cancel()
        what = f"GetRun, p99, {half_open_count} half open, {stalled_count} stalled"
        yield Figure("idlers", what, quantile(idle_ms, 0.99), "ms", 50.0)
        yield Figure("idlers", "GetRun alone, p99", quantile(alone_ms, 0.99), "ms")


def cases(count: int = 200) -> Iterator[Figure]:
    """Small cases, one after another on every core: what each leaves behind."""
    with served(solve_count=len(_cores())) as server, Client(server.target) as client:
        for k in range(count):
            client.submit(a_case(name=f"{k}"), QUICK)
        seen: list[tuple[float, float]] = []
        begun, descriptors = time.monotonic(), 0
        while (ended := _ended_count(client)) < count and time.monotonic() < begun + END_S:
            if ended >= FIRST_SHARE * count and (not seen or ended > seen[-1][0]):
                descriptors = descriptors or server.descriptor_count
                seen.append((float(ended), server.memory_mb))
            time.sleep(LOOK_S)
        seconds = time.monotonic() - begun
        time.sleep(2.0)
        yield Figure("cases", "cases that did not end", count - _ended_count(client), "", 0)
        yield Figure("cases", "server memory, slope a case", 1024 * slope(*zip(*seen, strict=True)), "kB", 10.0)
        yield Figure("cases", "processes left to be counted", server.zombie_count, "", 0)
        yield Figure("cases", "open descriptors, more by", server.descriptor_count - descriptors, "", 0)
        yield Figure("cases", "seconds a case on each core", seconds * len(_cores()) / count, "s")


def _ended_count(client: Client) -> int:
    return sum(1 for _ in client.runs(states=(State.SUCCEEDED, State.FAILED), page_size=1000))


def restart(count: int = 60, turn_count: int = 2) -> Iterator[Figure]:
    """Two servers on one database, each stopped and started again in turn while four callers submit."""
    with tempfile.TemporaryDirectory(prefix="dispatch-bench-") as folder:
        database = f"sqlite:///{folder}/runs.db"
        settings: dict[str, Any] = {"solve_count": 1, "drain_seconds": 2}
        servers = [started(Path(folder), database, **settings) for _ in range(2)]
        kept: dict[str, str] = {}
        callers = [_Caller(servers[k % 2].target, count // 4, f"caller-{k}", kept) for k in range(4)]
        for caller in callers:
            caller.start()
        for k in range(2 * turn_count):
            servers[k % 2].stop()
            servers[k % 2] = started(Path(folder), database, servers[k % 2].target, **settings)
        for caller in callers:
            caller.join(END_S)
        with Client(servers[0].target) as client:
            _until(lambda: _ended_count(client) >= len(kept))
            runs = list(client.runs(page_size=1000))
        for server in servers:
            server.stop()
    found = {run.request_id: run for run in runs}
    yield Figure("restart", "submissions acknowledged", len(kept), "")
    yield Figure("restart", "submissions that failed", count // 4 * 4 - len(kept), "", 0)
    yield Figure("restart", "acknowledged and lost", sum(found[n].run_id != i for n, i in kept.items()), "", 0)
    yield Figure("restart", "kept twice", len(runs) - len(found), "", 0)
    yield Figure("restart", "not succeeded", sum(run.state is not State.SUCCEEDED for run in runs), "", 0)
    yield Figure("restart", "solved again after a restart", sum(run.attempt_count - 1 for run in runs), "")


class _Caller(threading.Thread):
    """Submits one case after another, and writes down what was acknowledged."""

    def __init__(self, target: str, count: int, name: str, kept: dict[str, str]) -> None:
        super().__init__(name=name, daemon=True)
        self._target, self._count, self._kept = target, count, kept

    def run(self) -> None:
        with Client(self._target, patience_s=END_S) as client:
            for k in range(self._count):
                request_id = f"{self.name}-{k}"
                self._kept[request_id] = _submitted(client, request_id)
                time.sleep(LOOK_S)


def _submitted(client: Client, request_id: str) -> str:
    """The run that was acknowledged; a call whose deadline passed is made again, under the same name."""
    while True:
        with suppress(ServiceError):
            return client.submit(a_case(name=request_id), QUICK, request_id=request_id).run_id


def get_run_ms(client: Client, run_id: str, count: int) -> list[float]:
    """How long each of so many calls took, one after the other."""
    request, taken_ms = rpc.GetRunRequest(run_id=run_id), []
    for _ in range(count):
        begun = time.perf_counter()
        client.call("GetRun", request)
        taken_ms.append(1000 * (time.perf_counter() - begun))
    return taken_ms


def _cores() -> list[int]:
    from os import sched_getaffinity

    return sorted(sched_getaffinity(0))


def _until(condition: Callable[[], bool]) -> None:
    end_s = time.monotonic() + END_S
    while not condition():
        if time.monotonic() > end_s:
            raise TimeoutError
        time.sleep(LOOK_S)


MEASURES: dict[str, Callable[[], Iterator[Figure]]] = {
    "start": start,
    "fuzz": fuzz,
    "watchers": watchers,
    "latency": latency,
    "idlers": idlers,
    "cases": cases,
    "restart": restart,
}
