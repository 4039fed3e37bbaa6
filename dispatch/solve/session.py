"""
A linear program kept in HiGHS: bounds, sides and costs change in place, rows are added, each run starts warm.

Rows that seldom bind (`seldom`) are left out until a point breaks one; then all of its group come in, and stay. What a
run gives in the end is a point and a bound of the whole problem.
"""

from __future__ import annotations

from collections.abc import Iterator

import highspy
import numpy as np
import scipy.sparse as sp

from dispatch.errors import SolverFailed
from dispatch.solve.highs import FEASIBILITY, Answer, Orders, Report, opened, ran, unheard
from dispatch.solve.problem import Cuts, Problem
from dispatch.solve.seldom import ALWAYS

NO_LIMIT = highspy.kHighsIInf
OUT = -1  # in place of a row's number in HiGHS
WARM_SHARE = 0.5  # of the iterations from nothing: as many a run from the last basis may take
WARM_COUNT = 500  # and never fewer
CHOSEN, DEVEX = -1, 1  # by HiGHS; weights of edges that need no work before the first iteration
BOUNDLESS = (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible)


class Session:
    """The relaxation of one problem, and of all that differ from it in numbers only."""

    def __init__(self, problem: Problem, orders: Orders) -> None:
        self.problem = problem.relaxed()
        self._by_row = sp.csr_array(problem.rows)
        kept = np.flatnonzero(problem.groups == ALWAYS)
        self._number = np.full(len(problem.row_lower), OUT)  # of each row in HiGHS
        self._number[kept] = np.arange(len(kept))
        self._highs = opened(self.problem.picked(kept), orders)
        self._cold_count = 0  # iterations of the last run from nothing
        self._has_grown = False  # since the last run

    @property
    def row_count(self) -> int:
        """Rows that HiGHS has been told of."""
        return int((self._number != OUT).sum())

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
        differs = (old.row_lower != new.row_lower) | (old.row_upper != new.row_upper)
        rows = np.flatnonzero(differs & (self._number != OUT))
        if len(costs):
            highs.changeColsCost(len(costs), costs, new.cost[costs])
        if len(columns):
            highs.changeColsBounds(len(columns), columns, new.lower[columns], new.upper[columns])
        if len(rows):
            numbers = self._number[rows].astype(np.int32)
            highs.changeRowsBounds(len(rows), numbers, new.row_lower[rows], new.row_upper[rows])  # type: ignore[attr-defined]
        self.problem = new

    def add(self, cuts: Cuts) -> None:
        """More rows; the last basis stays a start."""
        known, more = len(self.problem.row_lower), len(cuts.lower)
        self.problem = self.problem.extended(cuts)
        self._by_row = sp.csr_array(sp.vstack([self._by_row, cuts.rows]))
        self._number = np.concatenate([self._number, np.full(more, OUT)])
        self._hold(known + np.arange(more))

    def _hold(self, rows: np.ndarray) -> None:
        """Tell HiGHS of some rows of the problem."""
        if not len(rows):
            return
        self._has_grown = True
        matrix, whole = self._by_row[rows], self.problem
        starts, columns = matrix.indptr[:-1].astype(np.int32), matrix.indices.astype(np.int32)
        lower, upper = whole.row_lower[rows], whole.row_upper[rows]
        self._number[rows] = self._highs.getNumRow() + np.arange(len(rows))
        status = self._highs.addRows(len(rows), lower, upper, matrix.nnz, starts, columns, matrix.data)
        if status == highspy.HighsStatus.kError:
            message = "HiGHS does not take the rows"
            raise SolverFailed(message)

    def solve(self, orders: Orders, report: Report = unheard) -> Answer:
        """Solve it, with the rows that its points turn out to break."""
        while True:
            answer = self.solve_without(orders, report)
            if answer.x is None or not self.take_in(answer.x):
                return answer

    def take_in(self, x: np.ndarray) -> bool:
        """Whether a point breaks rows that were left out; they come in, each with its group."""
        out, groups, value = self._number == OUT, self.problem.groups, self._by_row @ x
        beyond = np.maximum(self.problem.row_lower - value, value - self.problem.row_upper)
        broken = np.flatnonzero(out & np.isin(groups, groups[out & (beyond > FEASIBILITY)]))
        self._hold(broken)
        return len(broken) > 0

    def solve_without(self, orders: Orders, report: Report = unheard) -> Answer:
        """Solve it without the rows that are left out: a bound of the whole, of a point that may break some."""
        answer = self._solved(orders, report)
        out = np.flatnonzero(self._number == OUT)
        if len(out) and self._highs.getModelStatus() in BOUNDLESS:
            self._hold(out)
            answer = self._solved(orders, report)
        return answer

    def _solved(self, orders: Orders, report: Report) -> Answer:
        """
        Solve what HiGHS has, from the last basis if that is near enough; by interior point where simplex fails.

        A warm run has no presolve, and each of its iterations costs two to three of a cold one: where it takes more
        than half as many, it is left off and the problem solved afresh. After more rows it often takes few, and weights
        of steepest edges would take longer. Without the rows that wait an LP may take many times as many as with them:
        after as many as it has rows, all of them come in.
        """
        for method, most_count, is_warm in self._ways():
            if most_count == NO_LIMIT:
                self._hold(np.flatnonzero(self._number == OUT))
            self._highs.setOptionValue("solver", method)
            self._highs.setOptionValue("simplex_iteration_limit", most_count)
            weights = DEVEX if is_warm and self._has_grown else CHOSEN
            self._highs.setOptionValue("simplex_dual_edge_weight_strategy", weights)
            self._has_grown = False
            try:
                answer = ran(self._highs, orders, report, is_integer=False)
                if self._highs.getModelStatus() != highspy.HighsModelStatus.kIterationLimit:
                    if not is_warm:
                        self._cold_count = self._highs.getInfo().simplex_iteration_count
                    return answer
            except SolverFailed:
                pass
            self._highs.clearSolver()
        message = "no method of HiGHS solves the relaxation"
        raise SolverFailed(message)

    def _ways(self) -> Iterator[tuple[str, int, bool]]:
        """Methods to try in turn, each with the iterations it may take and whether it starts from the last basis."""
        if self._cold_count:
            yield "simplex", max(WARM_COUNT, round(WARM_SHARE * self._cold_count)), True
        if self.row_count < len(self._number):
            yield "simplex", max(WARM_COUNT, self.row_count), False
        yield "simplex", NO_LIMIT, False
        yield "ipm", NO_LIMIT, False

    def row_prices(self) -> np.ndarray:
        """What one more unit of each row's side is worth in the last solution, (rows,); 0 of those left out."""
        prices = np.zeros(len(self._number))
        inside = self._number != OUT
        prices[inside] = np.array(self._highs.getSolution().row_dual)[self._number[inside]]
        return prices
