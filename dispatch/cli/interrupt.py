"""^C during a solve: once is a wish to stop, twice is the end."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dispatch.cli.command import INTERRUPTED

STDERR = 2


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Whether ^C was pressed. Pressed once more, the process ends at once."""
    pressed = threading.Event()
    usual = signal.getsignal(signal.SIGINT)

    def note(*_: object) -> None:
        if pressed.is_set():
            _tell("interrupted")
            os._exit(INTERRUPTED)  # threads of HiGHS may abort an interpreter that ends in order
        pressed.set()
        if sys.stderr.isatty():
            _tell("stopping, and keeping the best schedule so far; ^C again ends at once")

    if usual is signal.default_int_handler:  # else whoever started us wants it otherwise
        signal.signal(signal.SIGINT, note)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, usual)


def _tell(words: str) -> None:
    """Write past `print`, which may be at work just now."""
    os.write(STDERR, f"\ndispatch: {words}\n".encode())
