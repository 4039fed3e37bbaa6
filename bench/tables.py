"""The tables: which runs each one is made of, in the order in which they are run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.child import ROOT, Job
from bench.measure import case_name

DAY = "2030-03-12"  # the day of the demo: by rule, the 90th percentile of wind and sun in the heating season
BOTH = "hebei"
GAPS = (0.001, 0.0001)
SWEEP_COUNT = 20
GROWTH_HOURS = (6, 12, 24, 48, 96)
GROWTH_SPLITS = (1, 2, 3, 4)
GROWTH_WATCHED = (15, 31, 62, 124)  # of 124 lines, after the loss of any
GROWTH_SCENARIOS = (1, 5, 10, 20)
SOLVERS = ("highs", "scip", "cbc")


@dataclass(frozen=True)
class Asked:
    """What the command line asks of a table."""

    limit_s: float
    out: Path
    files: tuple[Path, ...] = ()

    def arguments(self, path: Path, gap: float, *more: str) -> tuple[str, ...]:
        """Arguments of a run on a file."""
        return (str(path), "--gap", str(gap), "--limit", str(self.limit_s), *more)


def day(asked: Asked) -> Iterator[Job]:
    """Both grids, 24 and 48 hours, at 0.1 % and 0.01 %: ours, ours with bands, PyPSA with more rows, plain PyPSA."""
    for hours in (24, 48):
        path = case_file(asked.out, BOTH, hours)
        for gap in GAPS:
            arguments = asked.arguments(path, gap)
            yield Job("ours", case_name(path), "bench.ours", arguments)
            yield Job("ours_bands", case_name(path), "bench.ours", (*arguments, "--bands"))
            yield Job("pypsa_rows", case_name(path), "bench.peers.pypsa_native", (*arguments, "--rows"))
            yield Job("pypsa", case_name(path), "bench.peers.pypsa_native", arguments)


def week(asked: Asked) -> Iterator[Job]:
    """Both grids, 168 hours: ours, and ours with pumped hydro as bands."""
    path = case_file(asked.out, BOTH, 168)
    arguments = asked.arguments(path, GAPS[0])
    yield Job("ours", case_name(path), "bench.ours", arguments)
    yield Job("ours_bands", case_name(path), "bench.ours", (*arguments, "--bands"))


def sweep(asked: Asked) -> Iterator[Job]:
    """Twenty response scenarios of both grids, 24 hours: on a kept model, and each from nothing."""
    path = case_file(asked.out, BOTH, 24)
    for how in ("kept", "cold"):
        arguments = asked.arguments(path, GAPS[0], "--how", how, "--count", str(SWEEP_COUNT))
        yield Job(f"ours_{how}", case_name(path), "bench.sweep", arguments, solves=SWEEP_COUNT)


def pglib(asked: Asked) -> Iterator[Job]:
    """Every pglib-uc instance in the folders given: ours, Egret's tight model, the reference model."""
    for path in instances(asked.files):
        arguments = asked.arguments(path.resolve(), GAPS[0])
        yield Job("ours", case_name(path), "bench.ours", arguments)
        yield Job("egret", case_name(path), "bench.peers.egret_tight", arguments, among_peers=True)
        yield Job("pglib_reference", case_name(path), "bench.peers.pglib_reference", arguments, among_peers=True)


def solvers(asked: Asked) -> Iterator[Job]:
    """The same MPS files under HiGHS, SCIP and CBC: our model of both grids and of one, and any file given."""
    files = [_mps_file(asked.out, case_file(asked.out, grid, 24)) for grid in (BOTH, "hebei_south")]
    for path in [*files, *asked.files]:
        for solver in SOLVERS:
            arguments = asked.arguments(path.resolve(), GAPS[0], "--solver", solver)
            yield Job(solver, case_name(path), "bench.peers.mps", arguments, among_peers=True)


def growth(asked: Asked) -> Iterator[Job]:
    """Ours on both grids with more hours, units, buses, lines watched after any outage, and scenarios."""
    for hours in GROWTH_HOURS:
        path = case_file(asked.out, BOTH, hours)
        labels = {"axis": "hours", "size": hours}
        yield Job("ours", case_name(path), "bench.ours", asked.arguments(path, GAPS[0]), labels=labels)
    path = case_file(asked.out, BOTH, 24)
    for axis in ("units", "buses"):
        for count in GROWTH_SPLITS:
            arguments = asked.arguments(path, GAPS[0], f"--{axis}", str(count))
            yield Job("ours", case_name(path), "bench.ours", arguments, labels={"axis": axis, "size": count})
    for count in GROWTH_WATCHED:
        arguments = asked.arguments(path, GAPS[0], "--watched", str(count))
        yield Job("ours", case_name(path), "bench.ours", arguments, labels={"axis": "lines watched", "size": count})
    for how in ("kept", "cold"):
        for count in GROWTH_SCENARIOS:
            arguments = asked.arguments(path, GAPS[0], "--how", how, "--count", str(count))
            labels = {"axis": "scenarios", "size": count}
            yield Job(f"ours_{how}", case_name(path), "bench.sweep", arguments, labels=labels, solves=count)


def profile(asked: Asked) -> Iterator[Job]:
    """Where the seconds of both grids' 24 hours go: by station, and by function (with the profiler, slower)."""
    path = case_file(asked.out, BOTH, 24)
    arguments = asked.arguments(path, GAPS[0])
    yield Job("ours", case_name(path), "bench.ours", arguments)
    yield Job("ours", case_name(path), "bench.ours", (*arguments, "--profile"), labels={"profiled": True})


TABLES: dict[str, Callable[[Asked], Iterator[Job]]] = {
    "day": day,
    "week": week,
    "sweep": sweep,
    "pglib": pglib,
    "solvers": solvers,
    "growth": growth,
    "profile": profile,
}


def instances(files: tuple[Path, ...]) -> list[Path]:
    """Files given, and every instance below the folders given."""
    found: list[Path] = []
    for path in files:
        found += sorted([*path.rglob("*.json"), *path.rglob("*.json.gz")]) if path.is_dir() else [path]
    return found


def case_file(out: Path, grid: str, hours: int) -> Path:
    """The case of the day and grid, made by `dispatch case new` where it is not there yet."""
    path = (out / "cases" / f"{grid}-{DAY}-{hours}h.json").resolve()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        command = [
            sys.executable,
            "-m",
            "dispatch",
            "case",
            "new",
            "--grid",
            grid,
            "--date",
            DAY,
            "--hours",
            str(hours),
        ]
        path.write_text(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout)
    return path


def _mps_file(out: Path, case: Path) -> Path:
    """Our model of a case as MPS."""
    path = (out / "cases" / f"{case_name(case)}.mps").resolve()
    if not path.exists():
        subprocess.run([sys.executable, "-m", "bench.ours", str(case), "--mps", str(path)], cwd=ROOT, check=True)
    return path
