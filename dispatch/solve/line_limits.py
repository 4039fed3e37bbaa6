"""
The network without the flows of its AC lines: injections decide them, and few lines are ever full.

What enters the buses decides every flow of an island (PTDF, `grid.sensitivity`):

    f[t]  =  PTDF ( S x[t] - L[t] )                 S x  what enters each bus but for the lines, L  load     MW

So the balances of an island become one, their sum; Kirchhoff's voltage law is met of itself; and of the ratings only
those are rows that a point breaks or comes near to:

    -F  <=  f[l,t]  <=  F            as rows in x

The relaxation of both grids has 13 full lines and hours of 2,976 on the demo day, and is solved in half the time.
The columns keep their places: flows stand in no row, and are filled in at the end (`restored`).

Tejada-Arango, Sanchez-Martin, Ramos (2018), "Security constrained unit commitment using line outage distribution
factors", IEEE Trans. Power Syst. 33(1), for flows by PTDF; Xavier, Qiu, Wang, Thimmapuram (2019), "Transmission
constraint filtering in large-scale security-constrained unit commitment", IEEE Trans. Power Syst. 34(3), for adding
the rows that points break.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from dispatch.case.facts import GridFacts
from dispatch.grid.sensitivity import islands_of, sensitivity_of
from dispatch.model import names
from dispatch.model.rows import Model
from dispatch.solve.climb import EVERY_STEP
from dispatch.solve.contingency import Contingencies
from dispatch.solve.problem import Cuts, Problem
from dispatch.solve.seldom import ALWAYS

BROKEN_MW = 1e-4  # beyond a rating
NEAR_SHARE = 0.95  # of a rating: once rows are added, these lines and steps have theirs too
NEGLIGIBLE_SHARE = 1e-9  # of what enters a bus: a line does not feel it


class LineLimits:
    """A network whose flows follow from what enters its buses; ratings, and outages if any, are found as needed."""

    def __init__(self, model: Model, problem: Problem, facts: GridFacts, outages: Contingencies | None = None) -> None:
        self._outages = outages
        self._flow = model.variables[names.LINE_FLOW].columns
        self._rating_mw = problem.upper[self._flow]
        balance = model.rows[names.BALANCE].numbers
        rows = sp.csr_array(problem.rows)
        self._supply = without(
            rows[balance.ravel()], self._flow
        )  # what enters each bus in each step, (T buses, columns)
        self._load_mw = problem.row_lower[balance.ravel()]
        self._ptdf = by_step(sensitivity_of(facts.buses, facts.lines).ptdf_share, len(balance))
        self._watched = np.zeros(self._flow.shape, dtype=bool)
        self._order: list[np.ndarray] = []  # of the rows: (step, line), as they were found
        self.problem = self._reduced(model, problem, rows, islands_of(facts.buses, facts.lines))

    def broken(self, x: np.ndarray, steps: slice = EVERY_STEP, *, roughly: bool = False) -> Cuts | None:
        """Rows for the ratings that a point breaks in some steps, with those it comes near to; and of outages."""
        del roughly  # every one matters
        whole = self.restored(x)
        limits = self._exceeded(whole[self._flow], steps)
        outages = None if self._outages is None else self._outages.broken(whole, steps)
        if outages is None:
            return limits
        outages = self._without_flows(outages)
        return outages if limits is None else limits.joined(outages)

    def completed(self, x: np.ndarray, steps: slice = EVERY_STEP) -> np.ndarray | None:
        """The point with overloads after outages paid for; None where it breaks a rating, which nothing pays for."""
        if (np.abs(self._flow_mw(x)) > self._rating_mw + BROKEN_MW)[steps].any():
            return None
        if self._outages is None:
            return x
        paid = self._outages.completed(self.restored(x), steps)
        paid[self._flow] = 0.0
        return paid

    def restored(self, x: np.ndarray) -> np.ndarray:
        """The point with the flows that follow from it."""
        whole = x.copy()
        whole[self._flow] = self._flow_mw(x)
        return whole

    @property
    def is_scouted(self) -> bool:
        """Ratings alone are few; after outages many rows bind."""
        return self._outages is not None

    @property
    def found(self) -> np.ndarray:
        """Ratings that have rows, (count, 2): step and line, in the order in which they were found."""
        return np.concatenate([np.zeros((0, 2), dtype=int), *self._order])

    def again(self, found: np.ndarray) -> Cuts | None:
        """Rows for ratings that a search before this one found, where there are none yet."""
        known = found[(found < self._flow.shape).all(axis=1)]
        new = known[~self._watched[known[:, 0], known[:, 1]]]
        return self._rows_of(new) if len(new) else None

    @property
    def told(self) -> str:
        """What was found, in words."""
        lines = len(np.unique(self.found[:, 1]))
        words = f"lines: {len(self.found)} ratings in {lines} of {self._flow.shape[1]}"
        return words if self._outages is None else f"{words}; {self._outages.told}"

    def _flow_mw(self, x: np.ndarray) -> np.ndarray:
        """Flow of each line, (T, lines)."""
        return np.asarray(self._ptdf @ (self._supply @ x - self._load_mw)).reshape(self._flow.shape)

    def _exceeded(self, flow_mw: np.ndarray, steps: slice) -> Cuts | None:
        """Rows for the ratings that flows exceed in some steps, with those near theirs that have had none yet."""
        within = np.zeros(flow_mw.shape, dtype=bool)
        within[steps] = True
        over = within & (np.abs(flow_mw) > self._rating_mw + BROKEN_MW)
        if not over.any():
            return None
        near = within & ~self._watched & (np.abs(flow_mw) > NEAR_SHARE * self._rating_mw)
        return self._rows_of(np.argwhere(over | near))

    def _rows_of(self, pairs: np.ndarray) -> Cuts:
        """Rows of some (step, line)."""
        self._note(pairs)
        count, rating_mw = len(pairs), self._rating_mw[pairs[:, 0], pairs[:, 1]]
        places = (np.arange(count), self._flow[pairs[:, 0], pairs[:, 1]])
        flows = sp.csr_array((np.ones(count), places), shape=(count, self._supply.shape[1]))
        return self._without_flows(Cuts(flows, -rating_mw, rating_mw))

    def _note(self, pairs: np.ndarray) -> None:
        """Some (step, line) have rows."""
        new = pairs[~self._watched[pairs[:, 0], pairs[:, 1]]]
        self._watched[new[:, 0], new[:, 1]] = True
        self._order.append(new)

    def _without_flows(self, cuts: Cuts) -> Cuts:
        """The same rows with what the flows follow from in their place."""
        weights = cuts.rows[:, self._flow.ravel()] @ self._ptdf
        moved = weights @ self._load_mw
        rows = sp.csr_array(without(cuts.rows, self._flow) + weights @ self._supply)
        return Cuts(rows, cuts.lower + moved, cuts.upper + moved)

    def _reduced(self, model: Model, problem: Problem, rows: sp.csr_array, island_index: np.ndarray) -> Problem:
        """The problem with flows in no row, and one balance an island and step."""
        joined = sp.csr_array((np.ones(len(island_index)), (island_index, np.arange(len(island_index)))))
        together = by_step(joined, len(self._flow))
        gone = [model.rows[name].numbers.ravel() for name in (names.BALANCE, names.VOLTAGE_LAW) if name in model.rows]
        kept = np.setdiff1d(np.arange(rows.shape[0]), np.concatenate(gone))
        others = self._without_flows(Cuts(rows[kept], problem.row_lower[kept], problem.row_upper[kept]))
        balanced_mw = together @ self._load_mw
        every = others.joined(Cuts(sp.csr_array(together @ self._supply), balanced_mw, balanced_mw))
        lower, upper = problem.lower.copy(), problem.upper.copy()
        lower[self._flow] = upper[self._flow] = 0.0
        return with_rows(problem.boxed(lower, upper), every, problem.groups[kept])


def by_step(matrix: np.ndarray | sp.csr_array, step_count: int) -> sp.csr_array:
    """The same matrix for each step, one after the other."""
    return sp.csr_array(sp.kron(sp.eye_array(step_count), sp.csr_array(matrix), format="csr"))


def with_rows(problem: Problem, every: Cuts, groups: np.ndarray) -> Problem:
    """A problem with other rows; of the first ones it is known which seldom bind."""
    seldom = np.concatenate([groups, np.full(len(every.lower) - len(groups), ALWAYS)])
    rows = sp.csc_array(every.rows)
    return replace(problem, rows=rows, row_lower=every.lower, row_upper=every.upper, seldom_index=seldom)


def without(rows: sp.csr_array, columns: np.ndarray) -> sp.csr_array:
    """Rows with some columns struck out; their shape stays."""
    struck = np.ones(rows.shape[1])
    struck[columns.ravel()] = 0.0
    left = sp.csr_array(rows @ sp.diags_array(struck))
    left.eliminate_zeros()
    return left


def line_limits_of(
    model: Model, problem: Problem, facts: GridFacts, outages: Contingencies | None
) -> LineLimits | None:
    """
    The network of a model without its flows, or None where it has no lines, or where these lose something.

    Where they do, `lossy_limits` knows what flows and losses follow from.
    """
    if names.LINE_FLOW not in model.variables or names.LINE_LOSS in model.variables:
        return None
    if problem.cost[model.variables[names.LINE_FLOW].columns].any():
        message = "flows of lines have a price, which the network without them would forget"
        raise ValueError(message)
    return LineLimits(model, problem, facts, outages)
