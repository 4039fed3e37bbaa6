"""A linear program kept in HiGHS: bounds, sides and costs change in place, rows are added, each run starts warm."""

from __future__ import annotations

from collections.abc import Iterator

import highspy
import numpy as np
import scipy.sparse as sp

from dispatch.errors import SolverFailed
from dispatch.solve.highs import Answer, Orders, Report, opened, ran, unheard
from dispatch.solve.problem import Cuts, Problem

NO_LIMIT = highspy.kHighsIInf
WARM_SHARE = 0.15  # of the iterations from nothing: as many a run from the last basis may take
WARM_COUNT = 500  # and never fewer


class Session:
    """The relaxation of one problem, and of all that differ from it in numbers only."""

    def __init__(self, problem: Problem, orders: Orders) -> None:
        self.problem = problem.relaxed()
        self._highs = opened(self.problem, orders)
        self._cold_count = 0  # iterations of the last run from nothing

    def fits(self, problem: Problem) -> bool:
        """Whether a problem begins with the same rows, so that it can take this one's place."""
        mine, other = self.problem.rows, problem.rows
        if other.shape[0] > mine.shape[0]:
            other = sp.csc_array(sp.csr_array(other)[: mine.shape[0]])
        return (
            mine.shape == other.shape
            and np.array_equal(mine.indptr, other.indptr)
            and np.array_equal(mine.indices, other.indices)
            and np.array_equal(mine.data, other.data)
        )

    def move_to(self, problem: Problem) -> None:
        """Put another problem with the same first rows in place; only what differs is told to HiGHS."""
        if not self.fits(problem):
            message = "the problem has other rows than the one kept"
            raise ValueError(message)
        known = len(self.problem.row_lower)
        if len(problem.row_lower) > known:
            more = sp.csr_array(problem.rows)[known:]
            self.add(Cuts(more, problem.row_lower[known:], problem.row_upper[known:]))
        old, new, highs = self.problem, problem.relaxed(), self._highs
        costs = np.flatnonzero(old.cost != new.cost).astype(np.int32)
        columns = np.flatnonzero((old.lower != new.lower) | (old.upper != new.upper)).astype(np.int32)
        rows = np.flatnonzero((old.row_lower != new.row_lower) | (old.row_upper != new.row_upper)).astype(np.int32)
        if len(costs):
            highs.changeColsCost(len(costs), costs, new.cost[costs])
        if len(columns):
            highs.changeColsBounds(len(columns), columns, new.lower[columns], new.upper[columns])
        if len(rows):
            highs.changeRowsBounds(len(rows), rows, new.row_lower[rows], new.row_upper[rows])  # type: ignore[attr-defined]
        self.problem = new

    def add(self, cuts: Cuts) -> None:
        """More rows; the last basis stays a start."""
        rows = cuts.rows
        starts, columns = rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32)
        status = self._highs.addRows(rows.shape[0], cuts.lower, cuts.upper, rows.nnz, starts, columns, rows.data)
        if status == highspy.HighsStatus.kError:
            message = "HiGHS does not take the rows"
            raise SolverFailed(message)
        self.problem = self.problem.extended(cuts)

    def solve(self, orders: Orders, report: Report = unheard) -> Answer:
        """
        Solve it, from the last basis if that is near enough. Falls back on interior point where simplex fails.

        A warm run has no presolve, and each of its iterations costs about four of a cold one: where it takes more than
        about a seventh as many, it is left off and the problem solved afresh.
        """
        for method, most_count in self._ways():
            self._highs.setOptionValue("solver", method)
            self._highs.setOptionValue("simplex_iteration_limit", most_count)
            try:
                answer = ran(self._highs, orders, report, is_integer=False)
                if self._highs.getModelStatus() != highspy.HighsModelStatus.kIterationLimit:
                    if most_count == NO_LIMIT:
                        self._cold_count = self._highs.getInfo().simplex_iteration_count
                    return answer
            except SolverFailed:
                pass
            self._highs.clearSolver()
        message = "no method of HiGHS solves the relaxation"
        raise SolverFailed(message)

    def _ways(self) -> Iterator[tuple[str, int]]:
        """Methods to try in turn, each with the iterations it may take."""
        if self._cold_count:
            yield "simplex", max(WARM_COUNT, round(WARM_SHARE * self._cold_count))
        yield "simplex", NO_LIMIT
        yield "ipm", NO_LIMIT

    def row_prices(self) -> np.ndarray:
        """What one more unit of each row's side is worth in the last solution, (rows,)."""
        return np.array(self._highs.getSolution().row_dual)
