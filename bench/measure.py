"""
What every run says of itself: one line of JSON.

Standard library only, because peers run in an environment of their own.

Seconds begin after the imports and after the stored grid is read; every peer is measured in the same way.
"""

from __future__ import annotations

import gzip
import json
import math
import os
import resource
import sys
import time
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

MIB = 1024.0  # ru_maxrss is in KiB on Linux

Trail = list[tuple[float, float | None, float | None]]  # seconds since the start, incumbent, bound


@dataclass
class Measured:
    """One run of one peer on one case. A number that does not exist is None."""

    peer: str
    case: str
    gap_asked: float  # share of the objective
    status: str = ""  # in the peer's own words
    seconds_build: float = 0.0  # from the case to a model that the solver could take
    seconds_solve: float = 0.0
    seconds_total: float = 0.0  # build, hand-over, solve, and reading the answer
    objective: float | None = None
    bound: float | None = None
    root_bound: float | None = None  # at the end of the root node; ours: the relaxation
    rows: int = 0
    columns: int = 0
    integers: int = 0
    nonzeros: int = 0
    gap_over_time: Trail = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)

    def sized(self, sizes: tuple[int, int, int, int]) -> None:
        """Take over rows, columns, integers and nonzeros."""
        self.rows, self.columns, self.integers, self.nonzeros = sizes

    def searched(self, trail: Trail, began: float) -> None:
        """Take over a trail whose clock began so many seconds after ours."""
        self.gap_over_time = [(round(began + at, 2), found, proven) for at, found, proven in trail]


class Answer:
    """
    The way to stdout: one line, and nothing that a library prints.

    Made before the libraries speak: file descriptor 1 becomes 2, and only `give` knows the real one.
    """

    def __init__(self) -> None:
        sys.stdout.flush()
        self._real = os.dup(1)
        os.dup2(2, 1)
        self._began = time.monotonic()

    def start(self) -> None:
        """The clock of the run begins now."""
        self._began = time.monotonic()

    def elapsed(self) -> float:
        """Seconds since the clock began."""
        return time.monotonic() - self._began

    def give(self, measured: Measured, peak_mb: float | None = None) -> None:
        """Write the line. Peak memory is that of this process unless it is given."""
        peak = peak_mb if peak_mb is not None else own_peak_mb()
        line = {**asdict(measured), "gap": gap_of(measured.objective, measured.bound), "peak_mb": round(peak, 1)}
        with os.fdopen(self._real, "w") as out:
            out.write(json.dumps(_finite(line), allow_nan=False) + "\n")


def gap_of(objective: float | None, bound: float | None) -> float | None:
    """(objective - bound) / |objective| as a share, never below 0; None while either is missing."""
    if objective is None or bound is None or not (math.isfinite(objective) and math.isfinite(bound)):
        return None
    return max(0.0, objective - bound) / max(abs(objective), 1e-9)


def own_peak_mb() -> float:
    """Peak resident memory of this process, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB


def children_peak_mb() -> float:
    """Peak resident memory of the largest child that has ended, MiB."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / MIB


def versions_of(*packages: str) -> dict[str, str]:
    """Installed versions of packages; those that are not installed are left out."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def pglib_of(path: Path) -> dict[str, Any]:
    """The content of a pglib-uc instance, `.json` or `.json.gz`."""
    content = path.read_bytes()
    text = gzip.decompress(content) if path.suffix == ".gz" else content
    instance: dict[str, Any] = json.loads(text)
    return instance


def case_name(path: Path) -> str:
    """The name of a case file without its endings; a pglib-uc instance keeps its folder (ca/2014-09-01_reserves_0)."""
    name = path.name.removesuffix(".gz").removesuffix(".json").removesuffix(".mps")
    return f"{path.parent.name}/{name}" if path.name.endswith(".json.gz") else name


def _finite(value: Any) -> Any:
    """The same value with None for every number that is not finite."""
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
