"""What a point with whole numbers comes to: its integers fixed and the rest solved as an LP of the whole problem."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from dispatch.solve.climb import Climb, Known
from dispatch.solve.highs import Answer, Orders, Report
from dispatch.solve.problem import Cuts, Problem
from dispatch.solve.session import Session


def price(climb: Climb, whole_x: np.ndarray) -> None:
    """Keep the best point with these integers if it is better."""
    orders = climb.polish
    if orders.deadline_s <= time.monotonic():
        return
    kept = climb.kept
    answer, needed, kept.pricing = priced(climb.problem, whole_x, orders, climb.known, climb.tell, kept.pricing)
    for cuts in needed:
        climb.add(cuts)
    climb.found.take(answer)


def priced(
    problem: Problem,
    whole_x: np.ndarray,
    orders: Orders,
    known: Known,
    report: Report,
    session: Session | None = None,
) -> tuple[Answer, list[Cuts], Session | None]:
    """
    Fix the integers of a point and solve the rest as an LP, with the rows that it turns out to need.

    The session of a point before, of the same rows, gives the LP its first basis. None is left where rows were added
    that hold for this point alone, as it burns power.
    """
    integer, needed = problem.integer, list[Cuts]()
    lower, upper = problem.lower.copy(), problem.upper.copy()
    lower[integer] = upper[integer] = np.round(whole_x[integer])
    fixed = replace(problem.boxed(lower, upper), seldom_index=None)  # most of those rows bind once integers are fixed
    if session is None or not session.fits(fixed):
        session = Session(fixed, orders)
    session.move_to(fixed)
    answer, is_own = session.solve(orders, report), False
    while (x := answer.x) is not None and (cuts := _needed(known, x)) is not None:
        is_own |= cuts.is_own
        needed += [] if cuts.is_own else [cuts]
        session.add(cuts)
        answer = session.solve(orders, report)
        if answer.x is None:  # the time is over: what is overloaded is paid for
            paid = None if known.lazy is None else known.lazy.completed(x)
            if paid is not None:
                answer = replace(answer, x=paid, objective_cny=problem.value(paid))
            break
    if answer.x is not None:
        answer.x[integer] = lower[integer]
    return answer, needed, None if is_own else session


def _needed(known: Known, x: np.ndarray) -> Cuts | None:
    """Rows that a point breaks; where it breaks none, those that have it burn no power."""
    cuts = None if known.lazy is None else known.lazy.broken(x)
    return known.burning.held(x) if cuts is None and known.burning is not None else cuts
