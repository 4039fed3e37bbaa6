"""Whether the limits of a run can be meant. Fields are named as on the wire."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch.case.case import Limits
from dispatch.errors import Flaw

LONGEST_S = 1e7  # of a run
LARGEST_GB = 1e6  # of memory
LARGEST_SEED = 2**31 - 1  # that HiGHS takes


def limits_flaws(limits: Limits) -> Iterator[Flaw]:
    """Gap, time, seed and memory. What is no number (NaN) lies in no range."""
    if not 0 <= limits.gap_share < 1:
        yield _out("gap_share", f"{limits.gap_share:g} is no gap; give 0 or more, below 1 (0.5 % is 0.005)")
    if not 0 < limits.time_s <= LONGEST_S:
        yield _out("time_seconds", f"{limits.time_s:g} s is no time to search; give more than 0, at most {LONGEST_S:g}")
    if not 0 <= limits.seed_count <= LARGEST_SEED:
        yield _out("seed_count", f"{limits.seed_count} is no seed; give 0 to {LARGEST_SEED}")
    if limits.memory_gb is not None and not 0 < limits.memory_gb <= LARGEST_GB:
        yield _out("memory_gb", f"{limits.memory_gb:g} GB cannot hold a solve; give more than 0, or leave it out")


def _out(field: str, message: str) -> Flaw:
    return Flaw("OUT_OF_RANGE", f"limits.{field}", message)
