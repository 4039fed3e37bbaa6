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

from dispatch.errors import SolverFailed
from dispatch.schedule.outcome import Proof, Status
from dispatch.solve.highs import INTEGRALITY, Answer, Orders, Report, solved_by_highs
from dispatch.solve.problem import Problem

TARGET_SHARE = 0.98  # of the gap asked for: the box stops a little inside it
GRACE_SECONDS = 1.0  # the last LP may run over the deadline by this
POLISH_SECONDS = 20.0  # kept back for the last LP, at most a quarter of the time


@dataclass(frozen=True)
class Search:
    """How long to look and how sure to be."""

    deadline_s: float  # time.monotonic()
    gap_share: float
    seed: int = 0


@dataclass
class Found:
    """The best point and bound so far, and the rungs that were climbed."""

    x: np.ndarray | None = None
    objective_cny: float = np.inf
    bound_cny: float = -np.inf
    relaxed_x: np.ndarray | None = None
    infeasible: bool = False
    steps: list[str] = field(default_factory=list)

    def take(self, answer: Answer) -> None:
        """Keep a better point."""
        if answer.x is not None and answer.objective_cny < self.objective_cny:
            self.x, self.objective_cny = answer.x, answer.objective_cny

    @property
    def gap_share(self) -> float:
        """(objective - bound) / |objective|, infinite while either is missing."""
        if self.x is None or not np.isfinite(self.bound_cny):
            return np.inf
        return max(0.0, self.objective_cny - self.bound_cny) / max(1.0, abs(self.objective_cny))


def climbed(
    problem: Problem, search: Search, report: Report, known: Found | None = None
) -> tuple[Found, Status, Proof]:
    """Climb until the gap is proven, the time is over, or nothing fits; not over what is `known` of the relaxation."""
    found = Found() if known is None else known
    started = time.monotonic()
    last = search.deadline_s - min(POLISH_SECONDS, (search.deadline_s - started) / 4)
    within = Search(last, search.gap_share, search.seed)
    for rung in (_relax, _box, _search_all) if found.relaxed_x is None else (_box, _search_all):
        rung(problem, within, found, report)
        if found.infeasible or found.gap_share <= search.gap_share:
            break
    if found.x is not None:
        _polish(problem, search, found)
    report(finite(found.objective_cny), finite(found.bound_cny))
    return found, status_of(found, search), Proof(finite(found.objective_cny), finite(found.bound_cny))


def _relax(problem: Problem, search: Search, found: Found, report: Report) -> None:
    """Simplex: on these grids interior point is slower up to 24 h and fails on some, so it only stands in."""
    began = time.monotonic()
    for method in ("simplex", "ipm"):
        try:
            answer = solved_by_highs(problem.relaxed(), Orders(search.deadline_s, method=method))
            break
        except SolverFailed:
            found.steps.append(f"relaxation by {method} failed")
    else:
        message = "no method of HiGHS solves the relaxation"
        raise SolverFailed(message)
    found.infeasible, found.relaxed_x = answer.infeasible, answer.x
    if answer.x is not None:
        found.bound_cny = answer.bound_cny
    if answer.x is not None and not problem.integer.any():
        found.take(answer)
    found.steps.append(f"relaxation by {method} {time.monotonic() - began:.1f} s")
    report(None, finite(found.bound_cny))


def _box(problem: Problem, search: Search, found: Found, report: Report) -> None:
    if found.relaxed_x is None:
        return
    began = time.monotonic()
    lower, upper = problem.lower.copy(), problem.upper.copy()
    whole, near = problem.integer, found.relaxed_x[problem.integer]
    lower[whole] = np.maximum(lower[whole], np.floor(near + INTEGRALITY))
    upper[whole] = np.minimum(upper[whole], np.ceil(near - INTEGRALITY))
    target = found.bound_cny + TARGET_SHARE * search.gap_share * abs(found.bound_cny)
    orders = Orders(search.deadline_s, search.gap_share / 2, target, seed=search.seed)
    answer = solved_by_highs(problem.boxed(lower, upper), orders, _keeping(found, report))
    found.take(answer)
    free = int((lower[whole] < upper[whole]).sum())
    found.steps.append(f"box of {free} free integers {time.monotonic() - began:.1f} s")


def _search_all(problem: Problem, search: Search, found: Found, report: Report) -> None:
    began = time.monotonic()
    orders = Orders(search.deadline_s, search.gap_share, start_x=found.x, seed=search.seed)
    answer = solved_by_highs(problem, orders, _keeping(found, report))
    if answer.infeasible and found.x is None:
        found.infeasible = True
    if not answer.infeasible:
        found.bound_cny = max(found.bound_cny, answer.bound_cny)
    found.take(answer)
    found.steps.append(f"full search {time.monotonic() - began:.1f} s")


def _polish(problem: Problem, search: Search, found: Found) -> None:
    if found.x is None or not problem.integer.any():
        return
    rounded = np.round(found.x[problem.integer])
    answer = solved_by_highs(fixed_at(problem, found.x), Orders(search.deadline_s + GRACE_SECONDS))
    if answer.x is not None:
        found.x, found.objective_cny = answer.x, answer.objective_cny
        found.x[problem.integer] = rounded


def fixed_at(problem: Problem, x: np.ndarray) -> Problem:
    """The LP that is left when the integers of a point are fixed."""
    lower, upper = problem.lower.copy(), problem.upper.copy()
    lower[problem.integer] = upper[problem.integer] = np.round(x[problem.integer])
    return problem.boxed(lower, upper).relaxed()


def _keeping(found: Found, report: Report) -> Report:
    """Report the best known, not what one rung knows."""

    def told(objective: float | None, _: float | None) -> None:
        best = found.objective_cny if objective is None else min(found.objective_cny, objective)
        report(finite(best), finite(found.bound_cny))

    return told


def status_of(found: Found, search: Search) -> Status:
    """How a search ended."""
    if found.infeasible:
        return Status.INFEASIBLE
    if found.x is None:
        return Status.NO_SOLUTION
    return Status.OPTIMAL if found.gap_share <= search.gap_share else Status.FEASIBLE


def finite(value: float) -> float | None:
    """The number, or None where there is none."""
    return float(value) if np.isfinite(value) else None
