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

from dispatch.solve.anatomy import NO_PLANT, Anatomy
from dispatch.solve.climb import Climb
from dispatch.solve.highs import Orders, solved_by_highs
from dispatch.solve.problem import INFINITY, Problem

NEAR_SHARE = 1e-3  # of what a plan is worth: near enough
NODE_COUNT = 1  # of branching: the root and its heuristics do
PLANT_SECONDS = 2.0  # of one plant
SWEEP_COUNT = 3  # times that each plant is planned anew, at most
SWEEP_SHARE = 1e-5  # of the cost: what a sweep must gain for another one
LEAVING_CNY_PER_MW = 150.0  # of a step: prices hold near the relaxed power alone


def planned(climb: Climb, anatomy: Anatomy) -> Plans:
    """Whole plans of all plants by unit, the rest of the folded problem relaxed around them."""
    folded = climb.classes.folded
    plans = Plans(climb, anatomy, folded.lower, folded.upper)
    if anatomy.plants and plans.relax():
        plans.take_turns()
    return plans


def best_plans(climb: Climb, anatomy: Anatomy, whole_x: np.ndarray) -> np.ndarray | None:
    """
    A point of the folded problem with whole plans, and all other integers as in `whole_x`; None where none fits.

    Here the value of a plan is what the point costs. Each plant in turn is left free and planned anew while that gains.
    """
    folded, own = climb.classes.folded, own_columns(climb, anatomy)
    fixed = folded.integer & ~own
    whole = np.round(whole_x)
    plans = Plans(climb, anatomy, np.where(fixed, whole, folded.lower), np.where(fixed, whole, folded.upper))
    if not plans.relax():
        return None
    plans.take_turns()
    for _ in range(SWEEP_COUNT):
        before = plans.objective_cny
        plans.improve()
        if plans.objective_cny >= before - SWEEP_SHARE * abs(before) or climb.ended:
            break
    return plans.x


def own_columns(climb: Climb, anatomy: Anatomy) -> np.ndarray:
    """Columns of the folded problem that are of a plant by unit, bool."""
    own = np.zeros(len(climb.classes.folded.cost), dtype=bool)
    own[climb.classes.column_class_index[anatomy.plant_index != NO_PLANT]] = True
    return own


class Plans:
    """Whole plans of the plants by unit within bounds of the folded problem, the rest relaxed around them."""

    def __init__(self, climb: Climb, anatomy: Anatomy, lower: np.ndarray, upper: np.ndarray) -> None:
        self.climb, self.anatomy = climb, anatomy
        self.lower, self.upper = lower.copy(), upper.copy()
        self.x: np.ndarray | None = None
        self.objective_cny = np.inf
        self._row_price = np.zeros(0)

    def relax(self) -> bool:
        """Solve the relaxation around the plans there are, from its last basis; whether it has a point."""
        session, classes = self.climb.kept.session, self.climb.classes
        assert session is not None  # noqa: S101 (for mypy; only asked with a relaxation)
        session.move_to(classes.folded.boxed(self.lower.copy(), self.upper.copy()))
        answer = session.solve(self.climb.orders, self.climb.tell)
        if answer.x is None or not answer.finished:
            return False
        self.x, self.objective_cny = answer.x, answer.objective_cny
        self._row_price = session.row_prices()[classes.row_class_index]
        return True

    def take_turns(self) -> None:
        """Plan one plant after the other."""
        for plant in self.anatomy.plants:
            self._plan(plant)

    def improve(self) -> None:
        """Plan each plant anew, around the plans of the others; what costs more is taken back."""
        for plant in self.anatomy.plants:
            columns, point, objective_cny = self._columns(plant), self.x, self.objective_cny
            before = self.lower[columns], self.upper[columns]
            folded = self.climb.classes.folded
            self.lower[columns], self.upper[columns] = folded.lower[columns], folded.upper[columns]
            if not (self.relax() and self._plan(plant)) or self.objective_cny >= objective_cny:
                self.lower[columns], self.upper[columns] = before
                self.x, self.objective_cny = point, objective_cny

    def _plan(self, plant: int) -> bool:
        """Put the plan of a plant that is best near the point there is in place; whether there is one that fits."""
        problem, classes, orders = self.climb.problem, self.climb.classes, self.climb.orders
        assert self.x is not None  # noqa: S101 (for mypy; only asked with a point)
        plan = plan_near(problem, self.anatomy, plant, classes.spread(self.x), self._row_price, orders)
        if plan is None:
            return False
        columns = self._columns(plant)
        self.lower[columns] = self.upper[columns] = np.round(classes.gathered(plan)[columns])
        return self.relax()

    def _columns(self, plant: int) -> np.ndarray:
        """Integers of a plant in the folded problem; they are never folded."""
        own = np.flatnonzero((self.anatomy.plant_index == plant) & self.climb.problem.integer)
        return self.climb.classes.column_class_index[own]


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
