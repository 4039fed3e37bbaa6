"""
What response is worth: one grid's answers over a range of response shares, point by point, and where more adds nothing.

Costs of two points are told apart only beyond what their proofs leave open: objective less bound, of both together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile
from typing import Any

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.horizon import local
from dispatch.schedule.hashes import case_sha256
from dispatch.schedule.outcome import GridMetrics, Outcome
from dispatch.units import COST_SHARE, ENERGY_MWH, SHARE

PERCENT = 0.01  # the step that diminishing returns are told by
SHARE_DIGITS = 10  # 0.03, not 0.030000000000000002


@dataclass(frozen=True)
class Point:
    """One share of one grid: a row of `curve.csv`. A number that does not exist is None."""

    grid: str
    edition: int
    day: str  # first of the horizon, UTC+8
    response_share: float
    status: str
    reason: str
    slack_used: bool | None
    response_cap_mw: float | None
    response_reach_mw: float | None  # what contracts in season can reach of the cap, least over the horizon
    cost_cny: float | None
    objective_cny: float | None  # cost and every penalty: what the search minimises
    bound_cny: float | None
    gap_share: float | None
    utilisation_share: float | None
    available_mwh: float | None
    absorbed_mwh: float | None
    curtailed_mwh: float | None
    absorbed_more_mwh: float | None  # than at the first share
    response_cut_mwh: float | None
    response_extra_mwh: float | None
    response_moved_mwh: float | None  # the larger of cut and extra: a MWh cut and given back counts once
    cost_saved_cny_per_mwh: float | None  # against the first share, per MWh moved; negative where fees exceed fuel
    objective_saved_cny_per_mwh: float | None
    next_percent_saves_cny: float | None  # objective, for one more percent of the peak
    next_percent_open_cny: float | None  # what the two proofs of that difference leave open
    start_count: int | None
    carbon_tco2: float | None
    total_seconds: float | None
    case_sha256: str
    facts_sha256: str


@dataclass(frozen=True)
class Curve:
    """The answers of one grid, from the least share to the most, all from the state of one base case."""

    facts: GridFacts
    gap_asked_share: float
    answers: tuple[tuple[Case, Outcome], ...]

    @property
    def base(self) -> Case:
        """The case at the first share."""
        return self.answers[0][0]

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """A row a share, in the order given."""
        return tuple(self._point(k) for k in range(len(self.answers)))

    @property
    def total_seconds(self) -> float:
        """Time of all shares together."""
        return sum(seconds_of(outcome) for _, outcome in self.answers)

    @property
    def first_seconds(self) -> float:
        """Time of the first share, which nothing was kept for."""
        return seconds_of(self.answers[0][1])

    @cached_property
    def enough(self) -> Point | None:
        """
        The least share asked beyond which one more percent saves less than the proofs leave open.

        It holds there and at every later share that can be told, and all that follows together is proven to save no
        more than two gaps as asked for; None where the curve does not show one, be it for want of proof.
        """
        return next((point for point in self._untold_tail if self._is_settled(point)), None)

    @property
    def ends_untold(self) -> bool:
        """The last difference that can be told lies within the gaps."""
        return bool(self._untold_tail)

    @property
    def rest_cny(self) -> float | None:
        """The most that all shares beyond `enough` can save together, as proven."""
        return None if self.enough is None else self._rest_cny(self.enough)

    @cached_property
    def _untold_tail(self) -> list[Point]:
        """From some share on, every point where one more percent is within the gaps."""
        told = [point for point in self.points if point.next_percent_saves_cny is not None]
        return list(takewhile(is_untold, reversed(told)))[::-1]

    def _rest_cny(self, point: Point) -> float | None:
        """An objective less the bound of the last share: its optimum is the lowest of all."""
        last_cny = self.points[-1].bound_cny
        if point.objective_cny is None or last_cny is None:
            return None
        return max(0.0, point.objective_cny - last_cny)

    def _is_settled(self, point: Point) -> bool:
        rest_cny = self._rest_cny(point)
        allowed_share = 2 * self.gap_asked_share + COST_SHARE
        return rest_cny is not None and rest_cny <= allowed_share * abs(point.objective_cny or 0.0)

    def _point(self, number: int) -> Point:
        case, outcome = self.answers[number]
        saves, left_open = self._next_percent(number)
        total = outcome.metrics.total if outcome.metrics else None
        return Point(
            grid=case.grid,
            edition=case.edition,
            day=f"{local(case.horizon.start):%Y-%m-%d}",
            response_share=case.response_share,
            status=outcome.status.value,
            reason=outcome.reason,
            slack_used=outcome.metrics.slack_used if outcome.metrics else None,
            objective_cny=outcome.proof.objective_cny if total else None,
            bound_cny=outcome.proof.bound_cny,
            gap_share=outcome.proof.gap_share if total else None,
            next_percent_saves_cny=saves,
            next_percent_open_cny=left_open,
            total_seconds=dict(outcome.seconds).get("total"),
            case_sha256=outcome.certificate.case_sha256 if outcome.certificate else case_sha256(case),
            facts_sha256=self.facts.content_sha256,
            **_worth(total),
            **_against(self.answers[0][1], outcome),
        )

    def _next_percent(self, number: int) -> tuple[float | None, float | None]:
        """CNY that one more percent saves from a point on, and what the proofs leave open."""
        case, here = self.answers[number]
        for later, there in self.answers[number + 1 :]:
            share = later.response_share - case.response_share
            if share >= PERCENT - SHARE and (difference := _difference(here, there)):
                saves_cny, open_cny = difference
                return saves_cny * PERCENT / share, open_cny
        return None, None


def shares_of(count: int, most_share: float) -> tuple[float, ...]:
    """Response shares of the annual peak at equal distances, from 0 to the most."""
    return tuple(round(most_share * k / (count - 1), SHARE_DIGITS) for k in range(count))


def without_schedule(outcome: Outcome) -> Outcome:
    """The outcome as a curve keeps it: a long horizon's schedules would fill the memory."""
    return replace(outcome, schedule=None)


def is_untold(point: Point) -> bool:
    """One more percent saves less than what the proofs leave open."""
    saves, left_open = point.next_percent_saves_cny, point.next_percent_open_cny
    if saves is None or left_open is None or point.objective_cny is None:
        return False
    return saves <= left_open + COST_SHARE * abs(point.objective_cny)


def seconds_of(outcome: Outcome) -> float:
    """Time that a run took in all."""
    return dict(outcome.seconds).get("total", 0.0)


def unanswered(points: Sequence[Point]) -> list[Point]:
    """Points without a schedule."""
    return [point for point in points if point.cost_cny is None]


def _difference(here: Outcome, there: Outcome) -> tuple[float, float] | None:
    """How much lower the second objective is, and the sum of the two gaps, CNY; None where one is missing."""
    one, other = here.proof, there.proof
    if here.metrics is None or there.metrics is None or one.objective_cny is None or other.objective_cny is None:
        return None
    if one.bound_cny is None or other.bound_cny is None:
        return None
    gaps_cny = (one.objective_cny - one.bound_cny, other.objective_cny - other.bound_cny)
    return one.objective_cny - other.objective_cny, sum(max(0.0, gap) for gap in gaps_cny)


def _worth(total: GridMetrics | None) -> dict[str, Any]:
    """What a schedule is worth by itself."""
    names = (
        *("response_cap_mw", "response_reach_mw", "utilisation_share", "available_mwh", "absorbed_mwh"),
        *("curtailed_mwh", "response_cut_mwh", "response_extra_mwh", "start_count", "carbon_tco2"),
    )
    cost_cny = total.cost.total_cny if total else None
    return {name: getattr(total, name) if total else None for name in names} | {"cost_cny": cost_cny}


def _against(first: Outcome, outcome: Outcome) -> dict[str, Any]:
    """What a schedule is worth against that of the first share."""
    total, before = (o.metrics.total if o.metrics else None for o in (outcome, first))
    moved_mwh = max(total.response_cut_mwh, total.response_extra_mwh) if total else None
    found: dict[str, Any] = dict.fromkeys(
        ("absorbed_more_mwh", "cost_saved_cny_per_mwh", "objective_saved_cny_per_mwh")
    )
    found["response_moved_mwh"] = moved_mwh
    if total and before:
        found["absorbed_more_mwh"] = total.absorbed_mwh - before.absorbed_mwh
        if moved_mwh and moved_mwh > ENERGY_MWH:
            found["cost_saved_cny_per_mwh"] = (before.cost.total_cny - total.cost.total_cny) / moved_mwh
            difference = _difference(first, outcome)
            found["objective_saved_cny_per_mwh"] = difference[0] / moved_mwh if difference else None
    return found
