"""Runs in child processes: one at a time, each with a memory of its own, each one line in a file."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PEERS_PYTHON = ROOT / "bench" / ".venv-peers" / "bin" / "python"
GRACE_SECONDS = 600.0  # for building, and for solvers that overrun their limit; then the child is killed


@dataclass(frozen=True)
class Job:
    """One run: a module of `bench` with its arguments, in our environment or in that of the peers."""

    peer: str
    case: str
    module: str
    arguments: tuple[str, ...]
    among_peers: bool = False
    labels: dict[str, Any] = field(default_factory=dict)  # written into the line, for the page
    solves: int = 1  # how often the limit applies

    @property
    def command(self) -> list[str]:
        """The command line of the child."""
        return [str(PEERS_PYTHON) if self.among_peers else sys.executable, "-m", self.module, *self.arguments]


def ran(job: Job, limit_s: float, context: dict[str, Any]) -> dict[str, Any]:
    """The line of one run with its context; a run that fails has a line that says so."""
    began, load = time.monotonic(), os.getloadavg()[0]
    line: dict[str, Any] = {"peer": job.peer, "case": job.case}
    try:
        timeout = limit_s * job.solves + GRACE_SECONDS
        done = subprocess.run(job.command, cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False)
        line |= json.loads(done.stdout) if done.stdout.strip() else _failure(done.stderr)
    except subprocess.TimeoutExpired:
        line |= _failure(f"killed {GRACE_SECONDS:g} s after its limit")
    except FileNotFoundError:
        line |= _failure("its environment is not there: make bench-peers")
    seconds = round(time.monotonic() - began, 2)  # of the whole process, imports included
    return {**line, **context, **job.labels, "load_before": round(load, 2), "seconds_process": seconds}


def machine() -> dict[str, Any]:
    """What this was measured on, and of which commit. No names of hosts or users."""
    return {
        "cores": os.cpu_count(),
        "cpu": _cpu_model(),
        "python": platform.python_version(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _git("rev-parse", "--short", "HEAD"),
        "changed": bool(_git("status", "--porcelain", "--untracked-files=no")),
    }


def _failure(text: str) -> dict[str, Any]:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return {"status": "failed", "reason": lines[-1] if lines else "it wrote nothing"}


def _cpu_model() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607
    return done.stdout.strip()
