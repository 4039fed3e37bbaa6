"""
How far a step's sums of columns may lie from those of a relaxation in any point that is no dearer than a known one.

With the prices y of the rows of the relaxation and the costs d = c - A'y that they leave to the columns, every point
costs what the relaxation does, D, and no less than 0 for all in which it differs from it:

    c x  =  D + sum( abs(d_j) abs(x_j - b_j) ) + sum( abs(y_i) abs(A_i x - a_i) )      b, a  bounds and sides that bind

So in a point of at most z each step's own part of the sums is at most z - D: one row more beside the step's own rows
and columns, and the least of a sum over that LP, far smaller than the whole, is one of every such point.

Gleixner, Berthold, Mueller, Weltge (2017), "Three enhancements for optimization-based bound tightening", J. Global
Optim. 67, with the dual multipliers of one relaxation in place of a row for the objective.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp

from dispatch.solve.highs import Orders, opened
from dispatch.solve.problem import INFINITY, Problem

SMALL = 1e-6  # a price below, CNY, says nothing
SPARE_SHARE = 1e-6  # of the objective: the tolerance of its proof


@dataclass(frozen=True)
class Relaxed:
    """A relaxation that was solved: prices of its rows, and what it costs."""

    problem: Problem
    price_cny: np.ndarray  # (rows,), for one more of each row's side
    cost_cny: float


class Region:
    """Points of a problem that cost at most so much, as far as one step knows."""

    def __init__(self, relaxed: Relaxed, step_index: np.ndarray, most_cny: float, orders: Orders) -> None:
        """The step of each column, (columns,); -1 where it has none."""
        self._orders = orders
        problem, self._step, self._price = relaxed.problem, step_index, relaxed.price_cny
        self._problem, self._rows = problem, sp.csr_array(problem.rows)
        self._left_price = problem.cost - self._rows.T @ relaxed.price_cny
        self._spare_cny = most_cny - relaxed.cost_cny + SPARE_SHARE * abs(relaxed.cost_cny)
        row = np.repeat(np.arange(len(relaxed.price_cny)), np.diff(self._rows.indptr))
        first, last = np.full(len(relaxed.price_cny), np.iinfo(int).max), np.full(len(relaxed.price_cny), -1)
        np.minimum.at(first, row, step_index[self._rows.indices])
        np.maximum.at(last, row, step_index[self._rows.indices])
        self._row_step = np.where(first == last, first, -1)

    def least(self, step: int, sums: sp.csr_array) -> np.ndarray:
        """The least that each of some sums of columns can be in a step; -inf where it is not known, (sums,)."""
        columns, orders = np.flatnonzero(self._step == step), self._orders
        least = np.full(sums.shape[0], -np.inf)
        if not np.isin(sums.indices, columns).all():
            return least
        highs, places = opened(self._own(step), orders), np.arange(len(columns), dtype=np.int32)
        for k, cost in enumerate(sums[:, columns].toarray()):
            if time.monotonic() >= orders.deadline_s or orders.stop():
                break
            highs.changeColsCost(len(columns), places, cost)
            highs.run()
            if highs.getModelStatus() == highspy.HighsModelStatus.kOptimal:
                least[k] = highs.getInfo().objective_function_value
        return least

    def _own(self, step: int) -> Problem:
        """A step's own columns and rows, with the row for what they may cost."""
        whole, columns, rows = self._problem, np.flatnonzero(self._step == step), np.flatnonzero(self._row_step == step)
        matrix = self._rows[rows][:, columns]
        left, at = _binding(self._left_price[columns], whole.lower[columns], whole.upper[columns])
        price, side = _binding(self._price[rows], whole.row_lower[rows], whole.row_upper[rows])
        dearer = sp.csr_array((left + matrix.T @ price)[None])
        none = np.zeros(len(columns))
        return Problem(
            cost=none,
            lower=whole.lower[columns],
            upper=whole.upper[columns],
            integer=none.astype(bool),
            rows=sp.csc_array(sp.vstack([matrix, dearer])),
            row_lower=np.append(whole.row_lower[rows], -INFINITY),
            row_upper=np.append(whole.row_upper[rows], self._spare_cny + left @ at + price @ side),
        )


def _binding(price: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Prices, and what they hold: the lower side where they are positive, else the upper; 0 where they say nothing."""
    side = np.where(price > 0, lower, upper)
    says = (np.abs(price) > SMALL) & (np.abs(side) < INFINITY)
    return np.where(says, price, 0.0), np.where(says, side, 0.0)
