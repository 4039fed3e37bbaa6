"""The station: a model in, a solution out."""

from __future__ import annotations

import time
from dataclasses import dataclass

from dispatch.case.case import Case, Limits
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs
from dispatch.model.rows import Model
from dispatch.schedule.outcome import Solution, Status
from dispatch.schedule.progress import Progress, Tell
from dispatch.solve.anatomy import anatomy_of
from dispatch.solve.climb import Kept, Known, Search
from dispatch.solve.conflict import shortfalls_of
from dispatch.solve.contingency import contingencies_of
from dispatch.solve.ladder import climbed
from dispatch.solve.problem import problem_of
from dispatch.solve.read import schedule_of
from dispatch.solve.rolling import Roll, rolled

WHOLE_H = 60.0  # horizons up to this are solved as one; longer ones roll
DAY_H, AHEAD_H = 24.0, 12.0  # what a window decides, and how much further it looks


@dataclass(frozen=True)
class Clock:
    """When a run began and when it must end, both in time.monotonic() seconds."""

    began_s: float
    deadline_s: float

    @classmethod
    def of(cls, limits: Limits) -> Clock:
        """A clock that starts now."""
        now = time.monotonic()
        return cls(now, now + limits.time_s)

    @property
    def elapsed_seconds(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self.began_s


@dataclass(frozen=True)
class Asked:
    """What is solved: a case, the facts it stands on, and what both mean together."""

    case: Case
    facts: GridFacts
    inputs: Inputs


def solved(model: Model, asked: Asked, limits: Limits, clock: Clock, tell: Tell, kept: Kept | None = None) -> Solution:
    """
    Search the model until the gap asked for is proven or the time is over.

    `kept` goes on from a search before; a horizon that is cut into windows starts afresh.
    """
    facts, inputs = asked.facts, asked.inputs

    def report(objective: float | None, bound: float | None) -> None:
        gap = None
        if objective is not None and bound is not None:
            gap = max(0.0, objective - bound) / max(1.0, abs(objective))
        tell(Progress("searching", clock.elapsed_seconds, objective, bound, gap))

    search = Search(clock.deadline_s, limits.gap_share, limits.seed_count)
    problem = problem_of(model)
    anatomy = anatomy_of(model, asked.case, facts, inputs)
    outages = contingencies_of(model, facts, inputs)
    known = Known(anatomy, outages)
    if len(inputs.times) * inputs.step_h > WHOLE_H:
        roll = Roll(round(DAY_H / inputs.step_h), round(AHEAD_H / inputs.step_h))
        found, status, proof = rolled(problem, search, report, known, roll)
    else:
        found, status, proof = climbed(problem, search, report, known, kept)
    steps = tuple(found.steps)
    if status is Status.INFEASIBLE:
        shortfalls, reason = shortfalls_of(model, problem, facts, inputs, search, report)
        return Solution(status, proof, None, steps, shortfalls, reason)
    if found.x is None:
        return Solution(status, proof, None, steps, (), f"no schedule was found in {limits.time_s:g} s")
    return Solution(status, proof, schedule_of(model, found.x, facts, inputs), steps)
