"""What a child process does: one solve, at low priority, told through a pipe. It imports nothing of gRPC."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from typing import Any

from structlog.contextvars import bind_contextvars

from dispatch.case.case import Case, Limits
from dispatch.case.facts import GridFacts
from dispatch.errors import DispatchError, SolverFailed
from dispatch.logs import log_to_stderr
from dispatch.schedule.outcome import Outcome
from dispatch.schedule.progress import Progress

Told = Progress | Outcome | DispatchError
Work = Callable[[Case, GridFacts, Limits, Connection, int], None]

LOG = logging.getLogger(__name__)


def in_context(context: dict[str, Any], task: Work, *given: Any) -> None:
    """A task whose lines of the log name what those of its parent do: run, attempt, trace."""
    bind_contextvars(**context)
    task(*given)


def work(case: Case, facts: GridFacts, limits: Limits, told: Connection, niceness_count: int) -> None:
    """
    Run the case; send every progress, then exactly one outcome or error.

    Anything that comes back through the pipe asks to stop: the best schedule so far is then the outcome.
    """
    log_to_stderr()
    os.nice(niceness_count)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ^C reaches the whole group; the worker decides
    stop = threading.Event()
    threading.Thread(target=end_with_parent, args=(told, stop), daemon=True).start()
    told.send(_answer(case, facts, limits, told, stop))


def _answer(case: Case, facts: GridFacts, limits: Limits, told: Connection, stop: threading.Event) -> Told:
    from dispatch.run import run  # it loads the solver: seconds, which the preloaded parent has spent

    try:
        return run(case, facts, limits, told.send, stop=stop.is_set)
    except DispatchError as error:
        return error
    except Exception:
        LOG.exception("the run of %r ended with a defect", case.name)
        return SolverFailed("the run ended with a defect of ours, which the log of the service names")


def end_with_parent(told: Connection, stop: threading.Event) -> None:
    """A worker that was killed leaves no solver behind; one that asks to stop is heard."""
    parent = parent_process()
    if parent is None:
        return
    if parent.sentinel not in wait([parent.sentinel, told]):
        stop.set()
        wait([parent.sentinel])
    os._exit(1)
