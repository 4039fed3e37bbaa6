"""
The search of a problem whose rows against outages are found on the way.

1. The relaxation is solved, looked through, given the rows it breaks and solved again from where it stands, until it
   breaks none. Its value bounds the whole problem, with or without the rows that were never needed.
2. The ladder climbs on the problem with these rows.
3. What it finds is looked through as well. If it breaks rows, they are added, its integers are fixed and the rest is
   solved again until none is broken; where the gap is then wider than asked for, the ladder climbs once more.

The objective told is always that of a point of the whole problem: what remains overloaded when the time is over is
paid for in it.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from dispatch.schedule.outcome import Proof, Status
from dispatch.solve.contingency import Contingencies
from dispatch.solve.highs import Answer, KeptLp, Orders, Report
from dispatch.solve.ladder import GRACE_SECONDS, Found, Search, climbed, finite, fixed_at, status_of
from dispatch.solve.problem import Problem

RELAXING_SHARE = 0.6  # of the time left: rounds of the relaxation leave the rest to the integers


def climbed_lazily(
    problem: Problem, contingencies: Contingencies, search: Search, report: Report
) -> tuple[Found, Status, Proof]:
    """Climb until the gap is proven for the problem with all rows, the time is over, or nothing fits."""
    best = Found()
    problem = _relaxed(problem, contingencies, search, best)

    def told(_: float | None, __: float | None) -> None:
        """Only what holds for all rows is told."""
        report(finite(best.objective_cny), finite(best.bound_cny))

    while best.relaxed_x is not None and best.gap_share > search.gap_share and time.monotonic() < search.deadline_s:
        found, _, _ = climbed(problem, search, told, replace(best, steps=[]))
        best.steps += found.steps
        best.bound_cny, best.infeasible = max(best.bound_cny, found.bound_cny), found.infeasible
        if found.x is None:
            break
        grown = _secured(problem, contingencies, search, found)
        best.take(Answer(found.x, found.objective_cny, -np.inf, infeasible=False, finished=True))
        if grown is problem:
            break
        problem = grown
    best.steps.append(contingencies.told)
    told(None, None)
    return best, status_of(best, search), Proof(finite(best.objective_cny), finite(best.bound_cny))


def _relaxed(problem: Problem, contingencies: Contingencies, search: Search, best: Found) -> Problem:
    """The problem with the rows that its relaxation needs; bound and relaxed point are kept in `best`."""
    began = time.monotonic()
    deadline_s = began + RELAXING_SHARE * (search.deadline_s - began)
    kept = KeptLp(problem.relaxed(), Orders(search.deadline_s, method="simplex"))
    answer = kept.solved(search.deadline_s)
    best.infeasible = answer.infeasible
    while answer.x is not None:
        best.relaxed_x, best.bound_cny = answer.x, answer.bound_cny
        cuts = contingencies.broken(answer.x)
        if cuts is None and not problem.integer.any():
            best.take(answer)
        if cuts is None or time.monotonic() > deadline_s:
            break
        problem = problem.extended(cuts)
        kept.add(cuts)
        answer = kept.solved(search.deadline_s)
    best.steps.append(f"relaxation in rounds {time.monotonic() - began:.1f} s")
    return problem


def _secured(problem: Problem, contingencies: Contingencies, search: Search, found: Found) -> Problem:
    """
    The problem with the rows that the point of `found` breaks; the point is made one of all rows.

    Its integers stay. Where the time is over before the last round, what is still overloaded is paid for.
    """
    cuts = None if found.x is None else contingencies.broken(found.x)
    if cuts is None or found.x is None:
        return problem
    began = time.monotonic()
    deadline_s = search.deadline_s + GRACE_SECONDS
    problem = problem.extended(cuts)
    kept = KeptLp(fixed_at(problem, found.x), Orders(deadline_s))
    whole = np.round(found.x[problem.integer])
    while (answer := kept.solved(deadline_s)).x is not None:
        found.x = answer.x
        found.x[problem.integer] = whole
        if (cuts := contingencies.broken(found.x)) is None:
            break
        problem = problem.extended(cuts)
        kept.add(cuts)
    found.x = contingencies.completed(found.x)
    found.objective_cny = problem.value(found.x)
    found.steps.append(f"made secure {time.monotonic() - began:.1f} s")
    return problem
