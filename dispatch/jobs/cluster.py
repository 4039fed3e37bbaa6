"""
Runs solved by the workers of a Dask cluster, each in the same child process as here.

What is lost with a worker, Dask runs again; what is lost with the scheduler is handed back to the ledger. No run is
taken while the scheduler is away, and none beyond the `SOLVER` resources that its workers offer.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from dispatch.errors import SolverFailed
from dispatch.jobs.children import SolverDied, Tell
from dispatch.jobs.executor import ExecutorLost, Job
from dispatch.runs.run import Ending
from dispatch.schedule.progress import Progress
from dispatch.settings import Settings

try:
    from distributed import Client, Future, Security
    from distributed.client import FutureCancelledError
    from distributed.scheduler import KilledWorker

    from dispatch.jobs.errand import TOPIC, Errand, ask_to_stop, end, known, run_errand
except ImportError as error:
    message = f"--executor dask needs what `pip install hebei-dispatch[cluster]` brings: {error}"
    raise ValueError(message) from error

RESOURCE = "SOLVER"  # a worker offers as many as it may solve at once
CONNECT_S = 5.0
LOOK_EVERY_S = 2.0  # how much room there is
ASK_EVERY_S = 15.0  # for the runs under way, which end where nobody asks for them
ANSWER_S = 10.0  # for what is asked of workers beside their tasks

LOG = logging.getLogger(__name__)
logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what it says, we say in a line


class Cluster:
    """A driver of a Dask cluster; it finds the scheduler again whenever that was away."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._security = settings, _security(settings)
        self._lock = asyncio.Lock()
        self._client: Client | None = None
        self._tells: dict[str, Tell] = {}  # by run under way
        self._asking: asyncio.Task[None] | None = None
        self._room_count, self._looked_s = 0, -LOOK_EVERY_S
        self._said = ""

    async def room_count(self) -> int:
        """The SOLVER resources of the cluster's workers; 0 while its scheduler is away."""
        if time.monotonic() < self._looked_s + LOOK_EVERY_S:
            return self._room_count
        try:
            client = await self._connected()
            cluster: Any = await asyncio.wait_for(_scheduler(client).identity(), ANSWER_S)
            offered_count = sum(int(w["resources"].get(RESOURCE, 0)) for w in cluster["workers"].values())
            self._say("" if offered_count else f"no worker of {self._settings.scheduler} offers {RESOURCE}")
        except Exception as error:  # noqa: BLE001 (whatever Dask raises: there is no room, and it is asked again)
            offered_count = 0
            self._say(f"the scheduler {self._settings.scheduler} is away: {str(error) or type(error).__name__}")
        self._room_count, self._looked_s = min(self._settings.solve_count, offered_count), time.monotonic()
        return self._room_count

    async def ending(self, job: Job, tell: Tell, stop: asyncio.Event) -> Ending:
        """How the run ends, on whichever worker."""
        run_id, attempt_count = job.run.run_id, job.run.attempt_count
        self._tells[run_id] = tell
        try:
            client = await self._connected()
            future = await self._asked(client, job)
            try:
                async with _told_to_stop(client, run_id, stop):
                    return await _ended(future)
            except asyncio.CancelledError:
                with suppress(OSError):
                    await asyncio.wait_for(future.cancel(force=True), ANSWER_S)  # where it still waits for a worker
                    await _run(client, end, run_id, attempt_count)
                raise
        except OSError as error:  # TimeoutError and those of the connection
            self._room_count, self._looked_s = 0, time.monotonic()
            message = f"the scheduler {self._settings.scheduler} was lost: {str(error) or type(error).__name__}"
            raise ExecutorLost(message) from error
        finally:
            self._tells.pop(run_id, None)

    async def close(self) -> None:
        """Leave the cluster."""
        if self._asking is not None:
            self._asking.cancel()
        client, self._client = self._client, None
        if client is not None:
            with suppress(OSError):
                await client.close()

    async def _asked(self, client: Client, job: Job) -> Future[Ending]:
        """The task of this attempt; beside an earlier attempt's, which may still be under way or have ended."""
        asked, limits = job.run.asked, self._settings
        errand = Errand(
            run_id=job.run.run_id,
            attempt_count=job.run.attempt_count,
            payload_sha256=asked.payload_sha256,
            changes=asked.changes,
            facts_sha256=job.facts.content_sha256,
            artefacts_url=job.artefacts.url,
            memory_gb=limits.memory_gb,
            niceness_count=limits.niceness_count,
            traceparent=asked.traceparent,
        )
        place = await _place_of(client, errand.run_id) if errand.attempt_count > 1 else []
        task: Callable[..., Any] = run_errand
        return client.submit(
            task,
            errand,
            key=f"{errand.run_id}-{errand.attempt_count}",
            resources={RESOURCE: 1},
            workers=place or None,
            allow_other_workers=bool(place),  # where that one is gone
        )

    async def _connected(self) -> Client:
        """The client, made anew where it has lost the scheduler. Raises OSError."""
        async with self._lock:
            if self._client is not None and self._client.status == "running":
                return self._client
            await self.close()
            client = Client(
                self._settings.scheduler,
                security=self._security,
                asynchronous=True,
                timeout=CONNECT_S,
                set_as_default=False,
            )
            try:
                await client
            except BaseException:
                await client.close()
                raise
            client.subscribe_topic(TOPIC, self._heard)
            self._client, self._asking = client, asyncio.create_task(self._keep_asking(client))
            return client

    async def _heard(self, event: tuple[float, dict[str, Any]]) -> None:
        _, told = event
        if tell := self._tells.get(told["run_id"]):
            await tell(Progress(**told["progress"]))

    async def _keep_asking(self, client: Client) -> None:
        while True:
            await asyncio.sleep(ASK_EVERY_S)
            if self._tells:
                with suppress(OSError):
                    await _run(client, known, list(self._tells))

    def _say(self, what: str) -> None:
        """Once, until it is something else."""
        if what and what != self._said:
            LOG.warning("no run can be taken: %s", what)
        self._said = what


def _security(settings: Settings) -> Security | None:
    """For tls://; None for tcp://. ValueError names what is missing."""
    files = {name: getattr(settings, f"scheduler_{name}") for name in ("ca", "cert", "key")}
    if not settings.scheduler.startswith(("tcp://", "tls://")):
        message = f"--executor dask needs --scheduler tcp://HOST:PORT or tls://HOST:PORT, not {settings.scheduler!r}"
        raise ValueError(message)
    tls = settings.scheduler.startswith("tls://")
    if wrong := [f"--scheduler-{name}" for name, file in files.items() if bool(file) != tls]:
        message = f"{settings.scheduler} {'needs' if tls else 'takes no'} {', '.join(wrong)}"
        raise ValueError(message)
    if not tls:
        return None
    return Security(
        tls_ca_file=files["ca"],
        tls_client_cert=files["cert"],
        tls_client_key=files["key"],
        require_encryption=True,
    )


def _scheduler(client: Client) -> Any:
    return client.scheduler  # its methods are whatever the scheduler answers to


async def _ended(future: Future[Ending]) -> Ending:
    try:
        ending: Ending = await future
    except KilledWorker as error:
        message = f"the Dask workers that had the run were lost: {error}"
        raise SolverDied(message) from error
    except FutureCancelledError as error:
        raise ConnectionResetError(str(error)) from error
    except (SolverFailed, OSError):
        raise
    except Exception as error:
        LOG.exception("a task could not be run on the cluster")
        message = f"the cluster could not run the task: {error!r}; is the same version of dispatch installed there?"
        raise SolverFailed(message) from error
    return ending


async def _place_of(client: Client, run_id: str) -> list[str]:
    """The worker that solves this run or has solved it, for an earlier attempt."""
    found = await _run(client, known, [run_id])
    return [address for address, run_ids in found.items() if run_ids][:1]


@asynccontextmanager
async def _told_to_stop(client: Client, run_id: str, stop: asyncio.Event) -> AsyncIterator[None]:
    """Whichever worker has it is told once that is wished."""

    async def told() -> None:
        await stop.wait()
        with suppress(OSError):
            await _run(client, ask_to_stop, run_id)

    telling = asyncio.create_task(told())
    try:
        yield
    finally:
        telling.cancel()


async def _run(client: Client, function: Callable[..., Any], *given: Any) -> dict[str, Any]:
    """What it returns in every worker that answers."""
    answers: dict[str, Any] = await asyncio.wait_for(client.run(function, *given, on_error="ignore"), ANSWER_S)
    return answers
