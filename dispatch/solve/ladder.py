"""
The search, from the cheapest rung to the dearest, each with a proof.

1. The relaxation, with identical units folded into one: its value is a bound that every later rung keeps.
2. What was on last time, where a search before this one left it; then whole numbers rounded from the relaxation and
   repaired, pumped-hydro plants by unit planned whole before the rest, one after the other (`plans`); where no
   rounding fits, once more with the fewest calls of response contracts. Where that does not do, units in doubt are
   made whole one after the other (`dive`), and the relaxation is settled where it was left early (`relaxation`).
3. All but those plants in the box that is described next, the plants relaxed; then their plans around it, one after the
   other, and each again while that gains: pumps made whole around whole units lose less than units around whole pumps.
   Then the box: the integers may take the whole numbers next to their relaxed values and those of the best point; what
   is not in doubt is fixed. Only a point that meets the gap asked for is looked for, so that a box without one ends at
   once (a RENS neighbourhood: Berthold, "RENS: the optimal rounding", Math. Program. Comput. 6, 2014). Then the same
   with every hour of the units in doubt, one more or one fewer.
4. The whole folded problem, started from the best point so far; its bound holds for the units too.
5. The problem of single units, where folding is what keeps bound and point apart.

Rows that are too many to write down (ratings of lines, overloads after an outage) are found as points break them: the
relaxation is looked through and solved again until it breaks none, and so is every point; a search (3 to 5) whose
points break rows that it did not know is gone through again.

Whatever rung a point comes from, its identical units are told apart, its integers fixed and the rest solved as an LP
of the whole problem: only that makes it an incumbent. The gap is always between such a point and such a bound.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from dispatch.schedule.outcome import Proof, Status
from dispatch.solve.anatomy import NO_PLANT, NO_UNIT, NONE_LIKE_IT, Anatomy
from dispatch.solve.climb import Climb, Found, Kept, Known, Search, finite
from dispatch.solve.dive import dived
from dispatch.solve.highs import INTEGRALITY, Answer, Report, solved_by_highs
from dispatch.solve.identical import classes_of
from dispatch.solve.plans import Plans, best_plans, own_columns, planned
from dispatch.solve.polish import price
from dispatch.solve.problem import Problem
from dispatch.solve.relaxation import is_worth_narrowing, narrow, relax, settle
from dispatch.solve.rounding import commitment_of, directions_of

TARGET_SHARE = 0.95  # of the gap asked for: the box stops a little inside it
POLISH_SECONDS = 20.0  # kept back for the last LP, at most a quarter of the time
BOX_GAP_SHARE = 1e-6  # a box goes on until it has a point that is enough, or can have none
NEAR_GAPS = 3.0  # times the gap asked for: HiGHS needs no points of its own where ours is this near
UNITS_SHARE = 0.5  # of the gap asked for: as much is left to the plants by unit
NODE_COUNT = 20  # of branching in a box: what is not found by then is looked for elsewhere
THRESHOLDS = (0.5, 0.2, 0.02)  # the fraction from which one unit more is on


def climbed(
    problem: Problem, search: Search, report: Report, known: Known | None = None, kept: Kept | None = None
) -> tuple[Found, Status, Proof]:
    """Climb until the gap is proven, the time is over, someone says stop, or nothing fits."""
    began = time.monotonic()
    last = search.deadline_s - min(POLISH_SECONDS, (search.deadline_s - began) / 4)
    known, kept = known or Known(), kept or Kept()
    alike = np.full(len(problem.cost), NONE_LIKE_IT) if known.anatomy is None else known.anatomy.alike
    classes = classes_of(problem, alike, kept.classes)
    climb = Climb(problem, known, search, report, kept, classes, last)
    climb.take_up(kept.found_index)
    for rung in (relax, _recall, _round, settle, _narrow, *SEARCHES):
        _try(climb, rung)
        if climb.ended:
            break
    found = climb.found
    if found.x is None and not found.infeasible:  # the time is over: what is known is better than nothing
        _recall(climb)
    kept.whole_x, kept.classes = found.x, classes
    if known.lazy is not None:
        kept.found_index = known.lazy.found
        found.steps.append(known.lazy.told)
    climb.tell()
    return found, status_of(found, search), Proof(finite(found.objective_cny), finite(found.bound_cny))


def _try(climb: Climb, rung: Callable[[Climb], None]) -> None:
    """A rung; a search again where its points broke rows that it did not know."""
    again = True
    while again:
        climb.has_news = False
        rung(climb)
        again = climb.has_news and rung in SEARCHES and not climb.ended


def _narrow(climb: Climb) -> None:
    """The relaxation without the power that it burns, and once more a point rounded from it."""
    if not is_worth_narrowing(climb):
        return
    narrow(climb)
    if not climb.ended:
        _round(climb)


def _recall(climb: Climb) -> None:
    """What was on in the search before this one, where it can be meant for this problem."""
    whole_x = climb.kept.whole_x
    if whole_x is None:
        return
    if not _fits(whole_x, climb.problem):
        climb.found.steps.append("commitment of before left aside: it is of another case")
        return
    began = time.monotonic()
    price(climb, whole_x)
    climb.note("commitment of before", began)


def _fits(whole_x: np.ndarray, problem: Problem) -> bool:
    """Whether a point has the columns of a problem and its integers lie within their bounds."""
    if len(whole_x) != len(problem.cost):
        return False
    within = (whole_x >= problem.lower - INTEGRALITY) & (whole_x <= problem.upper + INTEGRALITY)
    return bool(within[problem.integer].all())


def _round(climb: Climb) -> None:
    """Round the relaxation, a little more on at each try, around whole plans of the plants by unit."""
    anatomy = climb.known.anatomy
    if climb.relaxed_x is None or anatomy is None or not climb.problem.integer.any():
        return
    began = time.monotonic()
    tried: list[np.ndarray] = []
    plans = planned(climb, anatomy)
    point = climb.classes.spread(climb.relaxed_x if plans.x is None else plans.x)
    for threshold in THRESHOLDS:
        whole_x = _rounded(climb, anatomy, point, threshold)
        whole = np.round(whole_x[climb.problem.integer])
        if not any(np.array_equal(whole, other) for other in tried):
            tried.append(whole)
            price(climb, whole_x)
        if climb.ended or is_worth_narrowing(climb):
            break
    if anatomy.events is not None and climb.found.x is None:
        whole_x[anatomy.events.called_index] = anatomy.events.fewest()
        price(climb, whole_x)
    climb.note(f"{len(tried)} roundings", began)
    _dive(climb, anatomy, plans)


def _dive(climb: Climb, anatomy: Anatomy, plans: Plans) -> None:
    """Units decided one after the other around the same plans, where rounding all at once does not do."""
    if climb.ended or is_worth_narrowing(climb) or not (plans.x is not None or plans.relax()):
        return
    began, x = time.monotonic(), dived(climb, anatomy, plans)
    if x is not None:
        price(climb, _rounded(climb, anatomy, climb.classes.spread(x), THRESHOLDS[0]))
    climb.note("units in turn", began)


def _rounded(climb: Climb, anatomy: Anatomy, x: np.ndarray, threshold: float) -> np.ndarray:
    """A point with whole numbers for units, stores, plants by unit, oil and calls."""
    whole_x = x.copy()
    whole_x[anatomy.on_index] = commitment_of(anatomy, x[anatomy.on_index], _unit_classes(climb), threshold)
    whole_x[anatomy.mode_index] = directions_of(anatomy, x)
    of_plants = np.flatnonzero(anatomy.plant_index != NO_PLANT)
    whole_x[of_plants] = x[of_plants]
    if (oil := anatomy.oil) is not None:
        on, problem = whole_x[anatomy.on_index] > 0, climb.problem
        whole_x[oil.support_index] = oil.repaired(on, x, problem.lower, problem.upper)
    if anatomy.events is not None:
        whole_x[anatomy.events.called_index] = anatomy.events.rounded(x, threshold)
    return np.asarray(np.clip(whole_x, climb.problem.lower, climb.problem.upper))


def _units_first(climb: Climb) -> None:
    """All but the plants by unit in a box, these relaxed; then whole plans of theirs around it."""
    anatomy = climb.known.anatomy
    if climb.relaxed_x is None or anatomy is None or not anatomy.plants:
        return
    began, target = time.monotonic(), climb.enough(UNITS_SHARE)
    folded = climb.classes.folded
    others = replace(folded, integer=folded.integer & ~own_columns(climb, anatomy))
    box = others.boxed(*_next_to(others, climb.relaxed_x))
    orders = replace(climb.orders, gap_share=BOX_GAP_SHARE, target_cny=target, node_count=NODE_COUNT)
    answer = solved_by_highs(box, orders, lambda *_: climb.tell())
    whole_x = None if answer.x is None else best_plans(climb, anatomy, answer.x)
    if whole_x is not None:
        price(climb, _lifted(climb, whole_x))
    climb.note(f"units first of {int((box.integer & (box.lower < box.upper)).sum())} free integers, then plans", began)


def _box(climb: Climb) -> None:
    if climb.relaxed_x is not None:
        _search_box(climb, "box", *_doubt(climb))


def _widen(climb: Climb) -> None:
    """The box once more, with every hour of the units that are in doubt in some hour."""
    if climb.relaxed_x is None or climb.known.anatomy is None:
        return
    folded, owner = climb.classes.folded, climb.owner
    lower, upper = _doubt(climb)
    wider = folded.integer & np.isin(owner, np.setdiff1d(owner[folded.integer & (lower < upper)], [NO_UNIT]))
    lower = np.where(wider, np.maximum(folded.lower, lower - 1), lower)
    upper = np.where(wider, np.minimum(folded.upper, upper + 1), upper)
    _search_box(climb, "box of units", lower, upper)


def _doubt(climb: Climb) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of the whole numbers next to the relaxed values and those of the best point."""
    assert climb.relaxed_x is not None  # noqa: S101 (for mypy; only asked with a relaxation)
    start = _start(climb)
    points = [climb.relaxed_x] if start is None else [climb.relaxed_x, np.round(start)]
    return _next_to(climb.classes.folded, *points)


def _next_to(problem: Problem, *points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of a problem with its integers between the whole numbers next to some points."""
    low = np.min([np.floor(x + INTEGRALITY) for x in points], axis=0)
    high = np.max([np.ceil(x - INTEGRALITY) for x in points], axis=0)
    lower = np.where(problem.integer, np.maximum(problem.lower, low), problem.lower)
    return lower, np.where(problem.integer, np.minimum(problem.upper, high), problem.upper)


def _search_box(climb: Climb, name: str, lower: np.ndarray, upper: np.ndarray) -> None:
    """Look for a point that is enough, and for nothing else."""
    began, target = time.monotonic(), climb.enough(TARGET_SHARE)
    box = climb.classes.folded.boxed(lower, upper)
    limit = np.inf if climb.found.x is None else target
    orders = replace(climb.orders, gap_share=BOX_GAP_SHARE, target_cny=target, limit_cny=limit)
    orders = replace(orders, start_x=_start(climb), node_count=NODE_COUNT, heuristics=climb.found.x is None)
    _take(climb, solved_by_highs(box, orders, lambda *_: climb.tell()))
    climb.note(f"{name} of {int((box.integer & (box.lower < box.upper)).sum())} free integers", began)


def _search_folded(climb: Climb) -> None:
    began, found = time.monotonic(), climb.found
    is_near = found.gap_share <= NEAR_GAPS * climb.search.gap_share
    orders = replace(climb.orders, start_x=_start(climb), heuristics=not is_near)
    answer = solved_by_highs(climb.classes.folded, orders, climb.tell)
    found.learn(answer)
    if answer.x is not None:
        price(climb, _lifted(climb, answer.x))
    climb.note("full search", began)


def _start(climb: Climb) -> np.ndarray | None:
    return None if climb.found.x is None else climb.classes.gathered(climb.found.x)


def _take(climb: Climb, answer: Answer) -> None:
    """Keep a point of the folded problem if it is better."""
    if answer.x is not None and answer.objective_cny < climb.found.objective_cny - INTEGRALITY:
        price(climb, _lifted(climb, answer.x))


def _search_units(climb: Climb) -> None:
    if climb.classes.is_plain:
        return
    began, found = time.monotonic(), climb.found
    answer = solved_by_highs(climb.problem, replace(climb.orders, start_x=found.x), climb.tell)
    if answer.x is not None:
        price(climb, answer.x)
    found.learn(answer)
    climb.note("full search of single units", began)


def _lifted(climb: Climb, folded_x: np.ndarray) -> np.ndarray:
    """A point of the folded problem with identical units told apart; only its integers are meant."""
    x = climb.classes.spread(folded_x)
    if climb.known.anatomy is not None:
        on = climb.known.anatomy.on_index
        x[on] = commitment_of(climb.known.anatomy, x[on], _unit_classes(climb), THRESHOLDS[0])
    return x


def _unit_classes(climb: Climb) -> np.ndarray:
    """A number for each unit, equal for identical ones, (units,)."""
    assert climb.known.anatomy is not None  # noqa: S101 (for mypy; only asked with an anatomy)
    columns = climb.classes.column_class_index[climb.known.anatomy.on_index]
    return np.asarray(np.unique(columns, axis=1, return_inverse=True)[1]).ravel()


# Searched again where their points broke rows that they did not know.
SEARCHES = (_units_first, _box, _widen, _search_folded, _search_units)


def status_of(found: Found, search: Search) -> Status:
    """How a search ended."""
    if found.infeasible:
        return Status.INFEASIBLE
    if found.x is None:
        return Status.NO_SOLUTION
    return Status.OPTIMAL if found.gap_share <= search.gap_share else Status.FEASIBLE
