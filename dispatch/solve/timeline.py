"""A problem cut along time: the part between two steps, and which rows hold the parts together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from dispatch.solve.problem import INFINITY, Cuts, Problem


@dataclass(frozen=True)
class Part:
    """Some columns and rows of a problem, as a problem of their own."""

    problem: Problem
    column_index: np.ndarray  # in the whole problem
    row_index: np.ndarray


class Timeline:
    """A problem with the step of every column; a row reaches from its first to its last column's step."""

    def __init__(self, problem: Problem, step_index: np.ndarray) -> None:
        self.problem, self.step_index = problem, step_index
        self._rows = sp.csr_array(problem.rows)
        steps = step_index[self._rows.indices]
        filled = np.diff(self._rows.indptr) > 0
        self.first_index = np.zeros(self._rows.shape[0], dtype=int)
        self.last_index = np.zeros(self._rows.shape[0], dtype=int)
        starts = self._rows.indptr[:-1][filled]
        self.first_index[filled] = np.minimum.reduceat(steps, starts)
        self.last_index[filled] = np.maximum.reduceat(steps, starts)
        least = np.where(self._rows.data < 0, -np.inf, problem.lower[self._rows.indices])
        budget = np.zeros(self._rows.shape[0], dtype=bool)
        budget[filled] = np.minimum.reduceat(least, starts) >= 0
        self.budget = budget & (problem.row_lower <= -INFINITY)  # sums of what is never negative, at most so much

    def extended(self, cuts: Cuts) -> Timeline:
        """The same with more rows of the problem."""
        return Timeline(self.problem.extended(cuts), self.step_index)

    def window(self, begin: int, end: int, x: np.ndarray) -> Part:
        """
        What is to be decided from `begin` to before `end` when everything earlier stands as in `x`.

        Rows that reach beyond `end` wait for a later window; but what is left of a budget, of the calls of a season
        say, is left for all of it, so that no window spends what a later one must answer for.
        """
        columns = np.flatnonzero((self.step_index >= begin) & (self.step_index < end))
        waits = (self.last_index >= end) & ~(self.budget & (self.first_index < end))
        rows = np.flatnonzero((self.last_index >= begin) & ~waits)
        past = np.where(self.step_index < begin, x, 0.0)
        return self._part(columns, rows, self._rows[rows] @ past)

    def block(self, begin: int, end: int, cost: np.ndarray) -> Part:
        """What lies wholly from `begin` to before `end`, at other costs."""
        columns = np.flatnonzero((self.step_index >= begin) & (self.step_index < end))
        rows = np.flatnonzero((self.first_index >= begin) & (self.last_index < end))
        return self._part(columns, rows, np.zeros(len(rows)), cost)

    def joints(self, blocks: list[tuple[int, int]]) -> np.ndarray:
        """Whether a row reaches over the edge of a block, (rows,)."""
        inside = [(self.first_index >= begin) & (self.last_index < end) for begin, end in blocks]
        return np.asarray(~np.logical_or.reduce(inside))

    def _part(self, columns: np.ndarray, rows: np.ndarray, done: np.ndarray, cost: np.ndarray | None = None) -> Part:
        whole = self.problem
        part = Problem(
            cost=(whole.cost if cost is None else cost)[columns],
            lower=whole.lower[columns],
            upper=whole.upper[columns],
            integer=whole.integer[columns],
            implied=None if whole.implied is None else whole.implied[columns],
            rows=sp.csc_array(self._rows[rows][:, columns]),
            row_lower=whole.row_lower[rows] - done,
            row_upper=whole.row_upper[rows] - done,
            seldom_index=whole.groups[rows],
        )
        return Part(part, columns, rows)
