"""
The search, from the cheapest rung to the dearest, each with a proof.

1. The relaxation: its value is a bound that every later rung keeps.
2. The box: the integers may take the whole numbers next to their relaxed values; what is not in doubt is fixed.
   It stops as soon as its value and the bound meet the gap asked for (a RENS neighbourhood: Berthold, "RENS: the
   optimal rounding", Math. Program. Comput. 6, 2014).
3. The whole problem, started from the best point so far.

Whatever rung ends the search, the integers are then fixed and the rest solved once more as an LP, so that the
answer is a clean point and its objective exact.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np

from dispatch.schedule.outcome import Proof, Status
from dispatch.solve.highs import INTEGRALITY, Answer, Orders, Report, solved_by_highs
from dispatch.solve.problem import Problem

LARGE_COLUMNS = 30_000  # interior point beats simplex on a cold relaxation from here on
TARGET_SHARE = 0.98  # of the gap asked for: the box stops a little inside it
POLISH_SECONDS = 20.0  # kept back for the last LP, at most a quarter of the time


@dataclass(frozen=True)
class Search:
    """How long to look and how sure to be."""

    deadline: float  # time.monotonic()
    gap_share: float
    seed: int = 0


@dataclass
class Found:
    """The best point and bound so far, and the rungs that were climbed."""

    x: np.ndarray | None = None
    objective: float = np.inf
    bound: float = -np.inf
    infeasible: bool = False
    steps: list[str] = field(default_factory=list)

    def take(self, answer: Answer) -> None:
        """Keep a better point."""
        if answer.x is not None and answer.objective < self.objective:
            self.x, self.objective = answer.x, answer.objective

    @property
    def gap_share(self) -> float:
        """(objective - bound) / |objective|, infinite while either is missing."""
        if self.x is None or not np.isfinite(self.bound):
            return np.inf
        return max(0.0, self.objective - self.bound) / max(1.0, abs(self.objective))


def climbed(problem: Problem, search: Search, report: Report) -> tuple[Found, Status, Proof]:
    """Climb until the gap is proven, the time is over, or nothing fits."""
    found = Found()
    started = time.monotonic()
    last = search.deadline - min(POLISH_SECONDS, (search.deadline - started) / 4)
    within = Search(last, search.gap_share, search.seed)
    for rung in (_relax, _box, _search_all):
        rung(problem, within, found, report)
        if found.infeasible or found.gap_share <= search.gap_share:
            break
    if found.x is not None:
        _polish(problem, search, found)
    report(_finite(found.objective), _finite(found.bound))
    return found, _status(found, search), Proof(_finite(found.objective), _finite(found.bound))


def _relax(problem: Problem, search: Search, found: Found, report: Report) -> None:
    began = time.monotonic()
    method = "ipm" if len(problem.cost) > LARGE_COLUMNS else "choose"
    answer = solved_by_highs(problem.relaxed(), Orders(search.deadline, method=method))
    found.infeasible, found.bound = answer.infeasible, answer.bound if answer.x is not None else -np.inf
    if answer.x is not None and not problem.integer.any():
        found.take(answer)
    found.steps.append(f"relaxation {method} {time.monotonic() - began:.1f} s")
    found.relaxed = answer.x  # type: ignore[attr-defined]
    report(None, _finite(found.bound))


def _box(problem: Problem, search: Search, found: Found, report: Report) -> None:
    relaxed = found.relaxed  # type: ignore[attr-defined]
    if relaxed is None:
        return
    began = time.monotonic()
    lower, upper = problem.lower.copy(), problem.upper.copy()
    whole, near = problem.integer, relaxed[problem.integer]
    lower[whole] = np.maximum(lower[whole], np.floor(near + INTEGRALITY))
    upper[whole] = np.minimum(upper[whole], np.ceil(near - INTEGRALITY))
    target = found.bound + TARGET_SHARE * search.gap_share * abs(found.bound)
    orders = Orders(search.deadline, search.gap_share / 2, target, seed=search.seed)
    answer = solved_by_highs(problem.boxed(lower, upper), orders, _keeping(found, report))
    found.take(answer)
    free = int((lower[whole] < upper[whole]).sum())
    found.steps.append(f"box of {free} free integers {time.monotonic() - began:.1f} s")


def _search_all(problem: Problem, search: Search, found: Found, report: Report) -> None:
    began = time.monotonic()
    orders = Orders(search.deadline, search.gap_share, start=found.x, seed=search.seed)
    answer = solved_by_highs(problem, orders, _keeping(found, report))
    if answer.infeasible and found.x is None:
        found.infeasible = True
    if not answer.infeasible:
        found.bound = max(found.bound, answer.bound)
    found.take(answer)
    found.steps.append(f"full search {time.monotonic() - began:.1f} s")


def _polish(problem: Problem, search: Search, found: Found) -> None:
    if found.x is None or not problem.integer.any():
        return
    lower, upper = problem.lower.copy(), problem.upper.copy()
    rounded = np.round(found.x[problem.integer])
    lower[problem.integer] = upper[problem.integer] = rounded
    answer = solved_by_highs(problem.boxed(lower, upper).relaxed(), Orders(search.deadline + 5.0))
    if answer.x is not None:
        found.x, found.objective = answer.x, answer.objective
        found.x[problem.integer] = rounded


def _keeping(found: Found, report: Report) -> Report:
    """Report the best known, not what one rung knows."""

    def told(objective: float | None, _: float | None) -> None:
        best = found.objective if objective is None else min(found.objective, objective)
        report(_finite(best), _finite(found.bound))

    return told


def _status(found: Found, search: Search) -> Status:
    if found.infeasible:
        return Status.INFEASIBLE
    if found.x is None:
        return Status.NO_SOLUTION
    return Status.OPTIMAL if found.gap_share <= search.gap_share else Status.FEASIBLE


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
