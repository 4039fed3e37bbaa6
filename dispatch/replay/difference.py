"""One thing that is not as it was recorded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """What differs, whether it matters, and why, in one sentence."""

    field: str  # as in `recorded.metrics.total.cost.fuel_cny`, `again.objective_cny`
    recorded: float | str | None
    today: float | str | None
    matters: bool
    message: str


def matter(field: str, recorded: float | str | None, today: float | str | None, message: str) -> Difference:
    """A difference that makes an answer another one."""
    return Difference(field, recorded, today, matters=True, message=message)


def note(field: str, recorded: float | str | None, today: float | str | None, message: str) -> Difference:
    """A difference worth knowing that changes nothing."""
    return Difference(field, recorded, today, matters=False, message=message)
