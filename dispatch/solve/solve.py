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
from dispatch.solve.burning import BurntPower
from dispatch.solve.climb import Found, Kept, Known, Search
from dispatch.solve.conflict import conflict_of
from dispatch.solve.contingency import contingencies_of
from dispatch.solve.highs import Report, Stop, never
from dispatch.solve.ladder import climbed
from dispatch.solve.lexicographic import climbed_in_turn
from dispatch.solve.losses import HeldLosses, unburnt
from dispatch.solve.lossy_limits import LossyLimits, network_of
from dispatch.solve.problem import problem_of
from dispatch.solve.read import schedule_of
from dispatch.solve.rolling import Roll, rolled

WHOLE_H = 60.0  # horizons up to this are solved as one; longer ones roll
DAY_H, AHEAD_H = 24.0, 12.0  # what a window decides, and how much further it looks
PRICING_S, PRICING_SHARE = 60.0, 0.2  # kept back for the LP of the prices: at most so long, of what time there is
STOPPED = "stopped on request"


@dataclass(frozen=True)
class Clock:
    """When a run began and when it must end, both in time.monotonic() seconds; `stop` may end it sooner."""

    began_s: float
    deadline_s: float
    stop: Stop = never

    @classmethod
    def of(cls, limits: Limits, stop: Stop = never) -> Clock:
        """A clock that starts now."""
        now = time.monotonic()
        return cls(now, now + limits.time_s, stop)

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
    Search the model until the gap asked for is proven, the time is over or the clock's `stop` says so.

    `kept` goes on from a search before; a horizon that is cut into windows, and a case that seeks something before the
    cost, start afresh.
    """
    facts, inputs, report = asked.facts, asked.inputs, _reporting(tell, clock)
    search = Search(_last_s(clock, limits), limits.gap_share, limits.seed_count, clock.stop)
    problem = problem_of(model, facts.units)
    anatomy = anatomy_of(model, asked.case, facts, inputs)
    network = network_of(model, problem, facts, inputs)
    burning = BurntPower(network) if isinstance(network, LossyLimits) else None
    known = Known(anatomy, network or contingencies_of(model, facts, inputs), burning)
    smaller = problem if network is None else network.problem
    if model.first is not None:
        again = network_of(model, problem, facts, inputs)
        found, status, proof = climbed_in_turn(smaller, model, search, report, (known, Known(anatomy, again)))
        _set_aside(kept, found, "something is sought before the cost")
    elif len(inputs.times) * inputs.step_h > WHOLE_H:
        roll = Roll(round(DAY_H / inputs.step_h), round(AHEAD_H / inputs.step_h))
        found, status, proof = rolled(smaller, search, report, known, roll)
        _set_aside(kept, found, "a long horizon starts afresh")
    else:
        found, status, proof = climbed(smaller, search, report, known, kept)
    if network is not None and found.x is not None:
        found.x = network.restored(found.x)
    held = HeldLosses(model, inputs, contingencies_of(model, facts, inputs))
    status, proof = unburnt(found, status, proof, problem, held, search)
    stopped = status in (Status.FEASIBLE, Status.NO_SOLUTION) and clock.stop()
    steps = (*found.steps, STOPPED) if stopped else tuple(found.steps)
    if status is Status.INFEASIBLE:
        why = conflict_of(model, problem, asked, search, report)
        return Solution(status, proof, None, steps, why.shortfalls, why.reason, why.causes)
    if found.x is None:
        until = f"before it was {STOPPED}" if stopped else f"in {limits.time_s:g} s"
        return Solution(status, proof, None, steps, (), f"no schedule was found {until}")
    return Solution(status, proof, schedule_of(model, found.x, facts, inputs), steps, point_x=found.x)


def _reporting(tell: Tell, clock: Clock) -> Report:
    """What the search tells of its best point and bound, with the gap between them."""

    def report(objective: float | None, bound: float | None) -> None:
        gap = None
        if objective is not None and bound is not None:
            gap = max(0.0, objective - bound) / max(1.0, abs(objective))
        tell(Progress("searching", clock.elapsed_seconds, objective, bound, gap))

    return report


def _set_aside(kept: Kept | None, found: Found, reason: str) -> None:
    """Say that what a search before this one left is not used."""
    if kept is not None and kept.whole_x is not None:
        found.steps.append(f"search of before left aside: {reason}")


def _last_s(clock: Clock, limits: Limits) -> float:
    """When the search ends, time.monotonic(): the prices, where they are asked for, keep some time for their LP."""
    left_s = clock.deadline_s - time.monotonic()
    return clock.deadline_s - (min(PRICING_S, PRICING_SHARE * left_s) if limits.prices else 0.0)
