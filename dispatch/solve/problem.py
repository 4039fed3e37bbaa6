"""The model as arrays: what the solver sees, and the way back from columns to labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import highspy
import numpy as np
import scipy.sparse as sp

from dispatch.case.thermal import ThermalUnit
from dispatch.errors import SolverFailed
from dispatch.model.rows import Model
from dispatch.solve.seldom import ALWAYS, seldom_index_of

INFINITY = highspy.kHighsInf


@dataclass(frozen=True)
class Cuts:
    """Rows that a problem turned out to need: lower <= rows x <= upper."""

    rows: sp.csr_array
    lower: np.ndarray
    upper: np.ndarray
    is_fine: bool = False  # they settle a point to the last MW, and no search need be gone through again for them
    is_own: bool = False  # they are meant for points near one point alone

    def joined(self, more: Cuts) -> Cuts:
        """These rows, then more."""
        rows = sp.csr_array(sp.vstack([self.rows, more.rows]))
        return Cuts(rows, np.concatenate([self.lower, more.lower]), np.concatenate([self.upper, more.upper]))

    def picked(self, chosen: np.ndarray) -> Cuts:
        """Some of them, (rows,) of bool."""
        return replace(self, rows=self.rows[np.flatnonzero(chosen)], lower=self.lower[chosen], upper=self.upper[chosen])


@dataclass(frozen=True)
class Problem:
    """min cost x + constant,  row_lower <= A x <= row_upper,  lower <= x <= upper,  x[integer] integral."""

    cost: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    integer: np.ndarray  # bool
    rows: sp.csc_array
    row_lower: np.ndarray
    row_upper: np.ndarray
    implied: np.ndarray | None = None  # bool: whole of themselves wherever x[integer] is; HiGHS is told
    constant: float = 0.0  # of the objective, whatever is decided: what a relative gap is relative to
    seldom_index: np.ndarray | None = None  # (rows,), groups of rows that an LP is solved without at first (`seldom`)

    def boxed(self, lower: np.ndarray, upper: np.ndarray) -> Problem:
        """The same problem between other bounds."""
        return replace(self, lower=lower, upper=upper)

    def relaxed(self) -> Problem:
        """The same problem without integrality."""
        return replace(self, integer=np.zeros_like(self.integer), implied=None)

    def extended(self, cuts: Cuts) -> Problem:
        """The same problem with more rows."""
        return replace(
            self,
            rows=sp.csc_array(sp.vstack([self.rows, cuts.rows])),
            row_lower=np.concatenate([self.row_lower, cuts.lower]),
            row_upper=np.concatenate([self.row_upper, cuts.upper]),
            seldom_index=np.concatenate([self.groups, np.full(len(cuts.lower), ALWAYS)]),
        )

    @property
    def groups(self) -> np.ndarray:
        """The group of each row, or ALWAYS, (rows,)."""
        return np.full(len(self.row_lower), ALWAYS) if self.seldom_index is None else self.seldom_index

    def picked(self, row_index: np.ndarray) -> Problem:
        """The same problem with some of its rows."""
        return replace(
            self,
            rows=sp.csc_array(sp.csr_array(self.rows)[row_index]),
            row_lower=self.row_lower[row_index],
            row_upper=self.row_upper[row_index],
            seldom_index=self.groups[row_index],
        )

    def value(self, x: np.ndarray) -> float:
        """Objective of a point."""
        return float(self.cost @ x) + self.constant

    def highs_model(self) -> highspy.HighsLp:
        """The problem as HiGHS takes it."""
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.cost), len(self.row_lower)
        lp.offset_ = self.constant
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = self.cost, self.lower, self.upper
        lp.row_lower_, lp.row_upper_ = self.row_lower, self.row_upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = self.rows.indptr
        lp.a_matrix_.index_ = self.rows.indices
        lp.a_matrix_.value_ = self.rows.data
        if self.integer.any():
            kinds = highspy.HighsVarType
            whole = self.integer if self.implied is None else self.integer | self.implied
            lp.integrality_ = [kinds.kInteger if one else kinds.kContinuous for one in whole]
        return lp


def problem_of(model: Model, units: Sequence[ThermalUnit] = ()) -> Problem:
    """The arrays of a model; its units tell which of their rows seldom bind."""
    if not model.rows:
        message = "the model has no rows"
        raise ValueError(message)
    families, variables = model.rows.values(), model.variables.values()
    places = (np.concatenate([f.row for f in families]), np.concatenate([f.column for f in families]))
    factors = np.concatenate([f.factor for f in families])
    cost = np.bincount(model.cost.labels, weights=model.cost.factors, minlength=model.column_count)
    problem = Problem(
        cost=cost,
        lower=_joined([v.lower for v in variables]),
        upper=_joined([v.upper for v in variables]),
        integer=_joined([np.full(v.columns.shape, v.integer) for v in variables]),
        implied=_joined([np.full(v.columns.shape, v.implied) for v in variables]),
        rows=sp.csc_array((factors, places), shape=(model.row_count, model.column_count)),
        row_lower=np.concatenate([f.lower for f in families]),
        row_upper=np.concatenate([f.upper for f in families]),
        constant=model.constant_cny,
        seldom_index=seldom_index_of(model, units),
    )
    problem.rows.eliminate_zeros()  # where the terms of a row cancel
    edges = (problem.lower, problem.upper, problem.row_lower, problem.row_upper)
    if not (np.isfinite(cost).all() and np.isfinite(factors).all()) or any(np.isnan(edge).any() for edge in edges):
        message = "the model holds a number that is not finite"
        raise SolverFailed(message)
    return problem


def value_of(model: Model, name: str, x: np.ndarray) -> np.ndarray:
    """The values of one variable of the model in a point, in the shape of its axes."""
    return np.asarray(x[model.variables[name].columns])


def _joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate([part.ravel() for part in parts])
