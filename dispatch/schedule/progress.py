"""What a running search tells of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """One message from a run under way. Numbers that do not exist yet are None."""

    stage: str  # checking, building, searching, auditing, measuring
    elapsed_seconds: float
    objective_cny: float | None = None
    bound_cny: float | None = None
    gap_share: float | None = None


Tell = Callable[[Progress], None]


def silent(_: Progress) -> None:
    """Tell nobody."""
