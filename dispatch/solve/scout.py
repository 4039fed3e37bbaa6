"""
Rows of the network, looked for on steps alone before the relaxation is solved.

Where outages or losses of lines count, a hundred rows bind, and a round of the relaxation that finds some of them takes
a second or more. Without what ties steps together (the energy of stores, ramps, minimum times) it falls apart into
steps, and a round takes a twentieth of that. Which of the rows found so have a price there, the relaxation starts with.
It finds the others itself: what comes from here is a guess, and changes no answer.
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

import numpy as np

from dispatch.solve.climb import Climb
from dispatch.solve.problem import Cuts, Problem
from dispatch.solve.seldom import ALWAYS
from dispatch.solve.session import Session

CALM_SHARE = 1e-4  # of the bound: a round that moves it by less is the last one
PRICE_CNY = 1e-6  # of a row: below it is none


def scout(climb: Climb) -> None:
    """Add rows that have a price on steps alone, where many are to be expected."""
    lazy = climb.known.lazy
    if lazy is None or not lazy.is_scouted:
        return
    alone = of_single_steps(climb.classes.folded, climb.step_index)
    session, found, before = Session(alone, climb.orders), list[Cuts](), -np.inf
    while (answer := session.solve(climb.orders)).x is not None:
        moved, before = answer.objective_cny - before, answer.objective_cny
        if moved <= CALM_SHARE * abs(before):
            break
        cuts = lazy.broken(climb.classes.spread(answer.x), roughly=True)
        if cuts is None:
            break
        found.append(cuts)
        session.add(climb.classes.of_folded(cuts))
    if answer.x is None or not found:
        return
    price = session.row_prices()[len(alone.row_lower) :]
    climb.add(reduce(Cuts.joined, found).picked(np.abs(price) > PRICE_CNY))


def of_single_steps(problem: Problem, step_index: np.ndarray) -> Problem:
    """A problem with the rows alone whose columns are all of one step, and that do not wait."""
    entries = problem.rows.tocoo()
    step, many = step_index[entries.col], len(step_index)
    first, last = np.full(problem.rows.shape[0], many), np.full(problem.rows.shape[0], -many)
    np.minimum.at(first, entries.row, step)
    np.maximum.at(last, entries.row, step)
    alone = (first >= last) & (problem.groups == ALWAYS)
    return replace(problem.picked(np.flatnonzero(alone)), seldom_index=None)
