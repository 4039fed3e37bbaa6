"""The lines that `python -m bench` wrote, and the few numbers that tables and the plot take from them."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from bench.measure import gap_of

Line = dict[str, Any]


def lines_of(out: Path, table: str) -> list[Line]:
    """Lines of the last run of a table; of `pglib` and `solvers`, of the last run for each folder asked for."""
    path = out / f"{table}.jsonl"
    if not path.exists():
        return []
    lines: list[Line] = [json.loads(text) for text in path.read_text().splitlines() if text.strip()]
    last = {line["of"]: line["date"] for line in lines}  # later lines stand further down
    return [line for line in lines if line["date"] == last[line["of"]]]


def grouped(lines: Sequence[Line], *keys: str) -> dict[tuple[Any, ...], list[Line]]:
    """Lines by the values of some keys, in the order of their first appearance."""
    groups: dict[tuple[Any, ...], list[Line]] = {}
    for line in lines:
        groups.setdefault(tuple(line.get(key) for key in keys), []).append(line)
    return groups


def middle(lines: Sequence[Line]) -> Line:
    """Of repeated runs, the one with the median time (the lower of two)."""
    ranked = sorted(lines, key=lambda line: line.get("seconds_total") or math.inf)
    return ranked[(len(ranked) - 1) // 2]


def is_answer(line: Line) -> bool:
    """Whether a run gave numbers that stand: neither did it break, nor did our own audit refuse its schedule."""
    return line["status"] not in ("failed", "FAILED")


def reason_of(line: Line) -> str:
    """Why a run has no answer."""
    return str(line.get("reason") or line.get("notes", {}).get("reason") or "it does not say")


def is_proven(line: Line) -> bool:
    """Whether a run ended with the gap it was asked for."""
    return is_answer(line) and line["gap"] is not None and line["gap"] <= line["gap_asked"] * (1 + 1e-9)


def root_gap(line: Line) -> float | None:
    """(objective - root bound) / |objective| as a share."""
    return gap_of(line.get("objective"), line.get("root_bound"))


def gaps_over_time(line: Line) -> list[tuple[float, float]]:
    """Seconds and gap, from the first moment with an incumbent and a bound, to the end."""
    trail = [(at, gap_of(found, proven)) for at, found, proven in line["gap_over_time"]]
    trail.append((line["seconds_total"], line["gap"]))
    return [(at, gap) for at, gap in trail if gap is not None]


def slope(sizes: Sequence[float], values: Sequence[float]) -> float | None:
    """Least-squares slope of log(value) on log(size); None with fewer than two different sizes."""
    pairs = [(math.log(s), math.log(v)) for s, v in zip(sizes, values, strict=True) if s > 0 and v > 0]
    if len({x for x, _ in pairs}) < 2:  # noqa: PLR2004 (a line needs two points)
        return None
    x0, y0 = sum(x for x, _ in pairs) / len(pairs), sum(y for _, y in pairs) / len(pairs)
    return sum((x - x0) * (y - y0) for x, y in pairs) / sum((x - x0) ** 2 for x, _ in pairs)


def spread(lines: Sequence[Line]) -> str:
    """Least and greatest time of repeated runs, in words; nothing for a single run."""
    seconds = [line["seconds_total"] for line in lines if is_answer(line)]
    if len(seconds) < 2:  # noqa: PLR2004 (a single run has no spread)
        return ""
    return f" ({min(seconds):.1f}-{max(seconds):.1f}, {len(seconds)} runs, median {median(seconds):.1f})"
