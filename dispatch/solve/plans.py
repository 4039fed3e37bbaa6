"""
Whole plans of pumped-hydro plants by unit near their relaxed ones.

Rounding single hours does not do here: pumps take fixed power, and what they store must be gone by the end. So each
plant's own rows (level, mode, units, changeover, starts, and no row that another component shares) are a small problem
of its own: of all its whole plans the one that is worth most at the relaxation's prices, less what it costs to leave
the relaxed power, hour by hour. Whatever it finds, the LP that prices the point can follow it.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from dispatch.solve.anatomy import Anatomy
from dispatch.solve.climb import Climb
from dispatch.solve.highs import Orders, solved_by_highs
from dispatch.solve.problem import INFINITY, Problem

NEAR_SHARE = 1e-3  # of what a plan is worth: near enough
NODE_COUNT = 1  # of branching: the root and its heuristics do
PLANT_SECONDS = 2.0  # of one plant
LEAVING_CNY_PER_MW = 150.0  # of a step: prices hold near the relaxed power alone


def plants_of(anatomy: Anatomy) -> list[int]:
    """Plants by unit, by their number among the stores."""
    return [int(plant) for plant in np.unique(anatomy.plant_index[anatomy.plant_index >= 0])]


def planned_point(climb: Climb, anatomy: Anatomy, plants: list[int]) -> np.ndarray:
    """
    A relaxed point with whole plans of the given plants: one after the other, the rest relaxed around those before.

    The relaxation that is kept, folded, is solved anew from its last basis after each plant.
    """
    problem, classes, session, orders = climb.problem, climb.classes, climb.kept.session, climb.orders
    assert session is not None  # noqa: S101 (for mypy; only asked with a relaxation)
    lower, upper = classes.folded.lower, classes.folded.upper
    session.move_to(classes.folded)
    answer = session.solve(orders, climb.tell)
    whole = np.zeros(len(problem.cost), dtype=bool)
    planned = np.zeros(len(problem.cost))
    for plant in plants:
        if answer.x is None:
            break
        price = session.row_prices()[classes.row_class_index]
        plan = plan_near(problem, anatomy, plant, classes.spread(answer.x), price, orders)
        if plan is None:
            continue
        columns = np.flatnonzero((anatomy.plant_index == plant) & problem.integer)
        planned[columns], whole[columns] = np.round(plan[columns]), True
        lower, upper = lower.copy(), upper.copy()
        lower[classes.column_class_index[columns]] = upper[classes.column_class_index[columns]] = planned[columns]
        session.move_to(classes.folded.boxed(lower, upper))
        around = session.solve(orders, climb.tell)
        answer = around if around.x is not None else answer
    x = planned if answer.x is None else classes.spread(answer.x)
    return np.where(whole, planned, x)


def plan_near(
    problem: Problem, anatomy: Anatomy, plant: int, x: np.ndarray, row_price: np.ndarray, orders: Orders
) -> np.ndarray | None:
    """A point with the columns of one plant replaced by its best whole plan near it; None where none is found."""
    rows = sp.csr_array(problem.rows)
    columns = np.flatnonzero(anatomy.plant_index == plant)
    own = _own(rows, anatomy.plant_index == plant)
    worth = problem.cost - problem.rows.T @ np.where(own, 0.0, row_price)
    net = _net(anatomy.discharge_index[:, plant], anatomy.charge_index[:, plant], x)
    part = _nearest(problem, rows[own], own, columns, worth, net)
    latest = min(orders.deadline_s, time.monotonic() + PLANT_SECONDS)
    answer = solved_by_highs(part, replace(orders, deadline_s=latest, gap_share=NEAR_SHARE, node_count=NODE_COUNT))
    if answer.x is None:
        return None
    planned = x.copy()
    planned[columns] = answer.x[: len(columns)]
    return planned


def _own(rows: sp.csr_array, of_plant: np.ndarray) -> np.ndarray:
    """Rows of nothing but the plant's columns, (rows,), bool."""
    size = np.diff(rows.indptr)
    inside = np.diff(np.concatenate([[0], np.cumsum(of_plant[rows.indices])])[rows.indptr])
    return np.asarray((size > 0) & (inside == size))


def _net(discharge_index: np.ndarray, charge_index: np.ndarray, x: np.ndarray) -> tuple[sp.csr_array, np.ndarray]:
    """Discharge less charge, a row a step over all columns, and what it is in a point."""
    steps = len(discharge_index)
    columns = np.column_stack([discharge_index, charge_index]).ravel()
    rows = sp.csr_array((np.tile([1.0, -1.0], steps), columns, 2 * np.arange(steps + 1)), shape=(steps, len(x)))
    return rows, rows @ x


def _nearest(
    problem: Problem,
    rows: sp.csr_array,
    own: np.ndarray,
    columns: np.ndarray,
    worth: np.ndarray,
    net: tuple[sp.csr_array, np.ndarray],
) -> Problem:
    """Minimise worth x + k sum( over + under ): its own rows,  net - over + under = net in the relaxed point."""
    wanted, aim = net
    steps = len(aim)
    beside, none = sp.hstack([-sp.eye_array(steps), sp.eye_array(steps)]), np.zeros(2 * steps)
    return Problem(
        cost=np.concatenate([worth[columns], np.full(2 * steps, LEAVING_CNY_PER_MW)]),
        lower=np.concatenate([problem.lower[columns], none]),
        upper=np.concatenate([problem.upper[columns], np.full(2 * steps, INFINITY)]),
        integer=np.concatenate([problem.integer[columns], none.astype(bool)]),
        rows=sp.csc_array(sp.block_array([[rows[:, columns], None], [wanted[:, columns], beside]])),
        row_lower=np.concatenate([problem.row_lower[own], aim]),
        row_upper=np.concatenate([problem.row_upper[own], aim]),
    )
