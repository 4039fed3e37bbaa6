"""What is shown: JSON to machines, one live line to a person at a terminal, nothing into a pipe."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dispatch.schedule.progress import Progress

WIDTH = 110  # columns of the live line


def show_json(content: Any) -> None:
    """One JSON document to stdout."""
    print(json.dumps(content, ensure_ascii=False, indent=2))


class LiveLine:
    """One line at the bottom of a terminal that tells how every run under way is getting on."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}
        self._lock = threading.Lock()
        self._live = sys.stderr.isatty()

    def of(self, name: str) -> Callable[[Progress], None]:
        """What a run with this name tells its progress to."""
        return lambda progress: self.show(name, words_of(progress))

    def done(self, name: str, words: str) -> None:
        """The run has ended: a line that stays."""
        with self._lock:
            self._told.pop(name, None)
            if self._live:
                print(f"\r{'':{WIDTH}}\r{name}: {words}", file=sys.stderr)

    def show(self, name: str, words: str) -> None:
        """Tell how something is getting on."""
        with self._lock:
            self._told[name] = words
            if self._live:
                line = "   ".join(f"{key}: {text}" for key, text in self._told.items())
                print(f"\r{line[:WIDTH]:{WIDTH}}", end="", file=sys.stderr, flush=True)


def words_of(progress: Progress) -> str:
    """Stage, incumbent, bound, gap and time of a run under way."""
    parts = [f"{progress.stage} {progress.elapsed_seconds:.0f} s"]
    if progress.objective_cny is not None:
        parts.append(f"{progress.objective_cny / 1e6:,.2f} M CNY")
    if progress.bound_cny is not None:
        parts.append(f"bound {progress.bound_cny / 1e6:,.2f}")
    if progress.gap_share is not None:
        parts.append(f"gap {100 * progress.gap_share:.2f} %")
    return ", ".join(parts)
