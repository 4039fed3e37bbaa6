"""Two answers to one case, side by side: what is shown of each, and everything that is not as it was recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dispatch.schedule.outcome import Outcome, Status

TOTAL = "total"


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


@dataclass(frozen=True)
class Answer:
    """What a comparison shows of an outcome; None where it has no such number."""

    status: Status
    objective_cny: float | None
    bound_cny: float | None
    gap_share: float | None
    curtailed_mwh: float | None
    seconds: float | None
    versions: Mapping[str, str]


@dataclass(frozen=True)
class Comparison:
    """A recorded answer and another one, None where there can be none, and how they differ."""

    name: str
    recorded: Answer
    again: Answer | None
    differences: tuple[Difference, ...]

    @property
    def same(self) -> bool:
        """Nothing differs that matters."""
        return not any(difference.matters for difference in self.differences)


def answer_of(outcome: Outcome) -> Answer:
    """What is shown of an outcome."""
    proof, metrics, certificate = outcome.proof, outcome.metrics, outcome.certificate
    return Answer(
        status=outcome.status,
        objective_cny=proof.objective_cny,
        bound_cny=proof.bound_cny,
        gap_share=proof.gap_share,
        curtailed_mwh=None if metrics is None else metrics.total.curtailed_mwh,
        seconds=dict(outcome.seconds).get(TOTAL),
        versions={} if certificate is None else dict(certificate.versions),
    )
