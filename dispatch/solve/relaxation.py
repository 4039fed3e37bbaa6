"""
The relaxation of a search: a bound, and a point to round.

It is solved without the rows of lines and without those that seldom bind, looked through, and solved again with what
its point breaks. The last rounds move it little and take long: a point is rounded before them, and only where that
does not prove the gap asked for are they gone through (`settle`).
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from dispatch.solve.climb import Climb
from dispatch.solve.flow_ranges import Region, Relaxed
from dispatch.solve.highs import Answer
from dispatch.solve.polish import price
from dispatch.solve.scout import scout
from dispatch.solve.session import Session

RELAXING_SHARE = 0.6  # of the time: rounds of the relaxation leave the rest to the integers
CALM_SHARE = 1e-3  # of the bound: once a round moves it by less, rows that seldom bind come in with those of lines
LEFT_SHARE = 0.1  # of the gap asked for: what a round moves by less is not worth another one yet


def relax(climb: Climb) -> None:
    """Solve it, warm where a search before this one left the same rows."""
    began, found = time.monotonic(), climb.found
    if began >= climb.last_s or climb.search.stop():
        return
    folded, session = climb.classes.folded, climb.kept.session
    warm = session is not None and session.fits(folded)
    if session is not None and not warm:
        found.steps.append("relaxation of before left aside: it has other rows")
    if session is None or not warm:
        scout(climb)
        session = climb.kept.session = Session(climb.classes.folded, climb.orders)
    answer = _looked_through(climb, session, wholly=not climb.problem.integer.any())
    found.infeasible = answer.infeasible
    units = "" if climb.classes.is_plain else f" of {len(climb.classes.size_count)} columns"
    climb.note(f"{'warm ' if warm else ''}relaxation{units}", began)


def settle(climb: Climb) -> None:
    """Go through the rounds that were left off, if any; narrowing goes through them itself."""
    began, session = time.monotonic(), climb.kept.session
    if climb.is_settled or session is None or climb.relaxed_x is None or is_worth_narrowing(climb):
        return
    _looked_through(climb, session, wholly=True)
    climb.note("relaxation settled", began)


def is_worth_narrowing(climb: Climb) -> bool:
    """Whether the relaxation burns power and the best point does not, and no bound of flows was looked for yet."""
    relaxed_x, x = climb.relaxed_x, climb.found.x
    if relaxed_x is None or x is None or np.isfinite(climb.found.most_cny):
        return False
    return _burns(climb, climb.classes.spread(relaxed_x)) and not _burns(climb, x)


def narrow(climb: Climb) -> None:
    """Where it burns power: what flows may be in points below the best one says how much they lose."""
    burning, found, session = climb.known.burning, climb.found, climb.kept.session
    if burning is None or session is None:
        return
    began = time.monotonic()
    answer = _looked_through(climb, session, wholly=True)
    if answer.x is not None and not climb.ended:
        found.most_cny = found.objective_cny
        relaxed = Relaxed(session.problem, session.row_prices(), answer.objective_cny)
        region = Region(relaxed, climb.step_index, found.most_cny, climb.orders)
        burning.narrow(climb.classes.spread(answer.x), region, climb.classes.of_folded)
        _looked_through(climb, session, wholly=True)
    climb.note("flows narrowed", began)


def _looked_through(climb: Climb, session: Session, *, wholly: bool) -> Answer:
    """The folded problem with the rows that its points break; all of them, or as long as they move it `wholly`."""
    session.move_to(climb.classes.folded)
    began, before, was_calm = time.monotonic(), -np.inf, False
    late = began + RELAXING_SHARE * (climb.last_s - began)
    while (answer := session.solve_without(climb.orders, climb.tell)).x is not None:
        climb.relaxed_x = answer.x
        climb.kept.row_price_x = session.row_prices()
        climb.found.learn(answer)
        cuts, moved = climb.lacks(climb.classes.spread(answer.x)), answer.objective_cny - before
        calm = moved <= CALM_SHARE * abs(answer.objective_cny)
        lacking = (cuts is None or calm) and session.take_in(answer.x)
        climb.is_settled = not lacking and cuts is None
        little = LEFT_SHARE * climb.search.gap_share * abs(answer.objective_cny)
        is_left = was_calm and not wholly and moved <= little
        if climb.is_settled or is_left or time.monotonic() > late:
            break
        if cuts is not None:
            session.add(climb.classes.of_folded(cuts))
        before, was_calm = answer.objective_cny, calm
    if answer.x is not None and climb.is_settled and not climb.problem.integer.any():
        _take(climb, answer)
    return answer


def _take(climb: Climb, answer: Answer) -> None:
    """Where nothing is whole the relaxation is the answer, if it burns no power."""
    assert answer.x is not None  # noqa: S101 (for mypy; only asked with a point)
    x = climb.classes.spread(answer.x)
    if _burns(climb, x):
        price(climb, x)
    else:
        climb.found.take(replace(answer, x=x))


def _burns(climb: Climb, x: np.ndarray) -> bool:
    """Whether a point loses more than its flows ask for."""
    return climb.known.burning is not None and climb.known.burning.held(x) is not None
