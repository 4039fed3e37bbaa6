"""
Something before the cost: two searches of one problem, one after the other.

    1.  least  a x                                    a  what is sought first: MWh unused, or tCO2
    2.  least  c x   with   h x  <=  h x1 + e         c  cost and penalty, h  what of it is held, x1  the first's point

e is what the first search leaves open: its own gap (a tenth of the one asked for), of the energy absorbed or of the
carbon. The gap of the answer is that of the second search: no schedule that keeps the row costs less than its bound,
however well the first search has done; that is told beside it (`schedule.outcome.Aim`).
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from dispatch.case.objective import ABSORPTION_FIRST, FIRST_GAP_SHARE
from dispatch.model.aims import First
from dispatch.model.rows import Model
from dispatch.model.terms import Terms
from dispatch.schedule.outcome import Aim, Proof, Status
from dispatch.solve.climb import Found, Kept, Known, Search, finite
from dispatch.solve.highs import Report
from dispatch.solve.ladder import climbed
from dispatch.solve.problem import INFINITY, Cuts, Problem

FIRST_TIME_SHARE = 0.5  # of the time: the first search leaves the rest to the second


def climbed_in_turn(
    problem: Problem, model: Model, search: Search, report: Report, known: tuple[Known, Known]
) -> tuple[Found, Status, Proof]:
    """What the model seeks first, then the least cost of what attains it; each search knows its own rows found."""
    first = model.first
    if first is None:
        message = "the model seeks nothing before the cost"
        raise ValueError(message)
    now = time.monotonic()
    deadline_s = now + FIRST_TIME_SHARE * max(0.0, search.deadline_s - now)
    earlier = replace(search, deadline_s=deadline_s, gap_share=FIRST_GAP_SHARE * search.gap_share)
    sought = replace(problem, cost=_row(first.sought, model), constant=first.offset)
    left = Kept()
    before, status, proof = climbed(sought, earlier, lambda *_: report(None, None), known[0], left)
    told = [f"{first.objective}: {step}" for step in before.steps]
    if before.x is None:
        before.steps = told
        return before, status, Proof(None, None)
    aim = _aim(first, model, before, proof, proven=status is Status.OPTIMAL, gap_share=earlier.gap_share)
    kept = Kept(whole_x=before.x, found_index=left.found_index)
    found, status, proof = climbed(held_to(problem, model, aim), search, report, known[1], kept)
    found.steps = [*told, _told(aim), *found.steps]
    if found.x is None:  # the time is over; a point of the first search is one of the second, but not priced yet
        return found, Status.NO_SOLUTION, Proof(None, None)
    aim = replace(aim, held=held_in(model, found.x))
    proven = status is Status.OPTIMAL and aim.proven
    proof = Proof(finite(found.objective_cny), finite(found.bound_cny), aim)
    return found, Status.OPTIMAL if proven else Status.FEASIBLE, proof


def held_to(problem: Problem, model: Model, aim: Aim | None) -> Problem:
    """The problem with one more row: what was sought first stays within its limit."""
    if aim is None or aim.limit is None or model.first is None:
        return problem
    row = sp.csr_array(_row(model.first.held, model)[None])
    return problem.extended(Cuts(row, np.array([-INFINITY]), np.array([aim.limit])))


def held_in(model: Model, x: np.ndarray) -> float:
    """What a point comes to of what is held; 0 where nothing is sought before the cost."""
    return 0.0 if model.first is None else float(_row(model.first.held, model) @ x)


def held_row(model: Model) -> int:
    """The number of that row: it follows those of the model."""
    return model.row_count


def _aim(first: First, model: Model, before: Found, proof: Proof, *, proven: bool, gap_share: float) -> Aim:
    """What the first search found, and what the second may not go beyond."""
    assert before.x is not None  # noqa: S101 (for mypy; only asked with a point)
    held = held_in(model, before.x)
    least = float(before.objective_cny - first.offset)
    bound = None if proof.bound_cny is None else float(proof.bound_cny - first.offset)
    limit = held + gap_share * max(1.0, abs(before.objective_cny))
    return Aim(first.objective, first.unit, least, bound, limit, held, proven)


def _told(aim: Aim) -> str:
    bound = "unproven" if aim.bound is None else f"at least {aim.bound:,.1f}"
    lost = " left or lost in storage" if aim.objective == ABSORPTION_FIRST else ""
    left = " left" if aim.objective == ABSORPTION_FIRST else ""
    least, most = f"{aim.least:,.1f} {aim.unit}{lost} ({bound})", f"{aim.limit:,.1f} {aim.unit}{left}"
    return f"{aim.objective}: {least}; then the least cost with at most {most}"


def _row(terms: Terms, model: Model) -> np.ndarray:
    """A sum as a row of factors, (columns,)."""
    return np.bincount(terms.labels, weights=terms.factors, minlength=model.column_count)
