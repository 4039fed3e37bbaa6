"""The model as arrays: what the solver sees, and the way back from columns to labels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import highspy
import linopy
import numpy as np
import scipy.sparse as sp
import xarray as xr

from dispatch.errors import SolverFailed

INFINITY = highspy.kHighsInf


@dataclass(frozen=True)
class Problem:
    """min cost x,  row_lower <= A x <= row_upper,  lower <= x <= upper,  x[integer] integral."""

    cost: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    integer: np.ndarray  # bool
    rows: sp.csc_array
    row_lower: np.ndarray
    row_upper: np.ndarray

    def boxed(self, lower: np.ndarray, upper: np.ndarray) -> Problem:
        """The same problem between other bounds."""
        return replace(self, lower=lower, upper=upper)

    def relaxed(self) -> Problem:
        """The same problem without integrality."""
        return replace(self, integer=np.zeros_like(self.integer))

    def value(self, x: np.ndarray) -> float:
        """Objective of a point."""
        return float(self.cost @ x)

    def highs_model(self) -> highspy.HighsLp:
        """The problem as HiGHS takes it."""
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.cost), len(self.row_lower)
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = self.cost, self.lower, self.upper
        lp.row_lower_, lp.row_upper_ = self.row_lower, self.row_upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = self.rows.indptr
        lp.a_matrix_.index_ = self.rows.indices
        lp.a_matrix_.value_ = self.rows.data
        if self.integer.any():
            kinds = highspy.HighsVarType
            lp.integrality_ = [kinds.kInteger if whole else kinds.kContinuous for whole in self.integer]
        return lp


def problem_of(model: linopy.Model) -> Problem:
    """The arrays of a linopy model."""
    matrices = model.matrices
    sense, right = matrices.sense, matrices.b
    if matrices.A is None:
        message = "the model has no rows"
        raise ValueError(message)
    if not all(np.isfinite(part).all() for part in (matrices.c, matrices.A.data)) or np.isnan(right).any():
        message = "the model holds a number that is not finite"
        raise SolverFailed(message)
    return Problem(
        cost=matrices.c,
        lower=np.maximum(matrices.lb, -INFINITY),
        upper=np.minimum(matrices.ub, INFINITY),
        integer=np.isin(matrices.vtypes, ["B", "I"]),
        rows=sp.csc_array(matrices.A),
        row_lower=np.where(sense == "<", -INFINITY, right),
        row_upper=np.where(sense == ">", INFINITY, right),
    )


def value_of(model: linopy.Model, name: str, x: np.ndarray) -> xr.DataArray:
    """The values of one variable of the model in a point, with its labels; 0 where it is masked."""
    labels = model.variables[name].labels
    places = model.variables.label_index.label_to_pos
    flat = labels.to_numpy()
    values = np.where(flat >= 0, x[places[np.maximum(flat, 0)]], 0.0)
    return labels.copy(data=values)


def rows_of(model: linopy.Model, name: str) -> np.ndarray:
    """Row numbers of one constraint of the model, in the shape of its labels; -1 where it is masked."""
    labels = model.constraints[name].labels.to_numpy()
    order = np.full(int(model.constraints.label_index.clabels.max()) + 1, -1)
    order[model.constraints.label_index.clabels] = np.arange(len(model.constraints.label_index.clabels))
    return np.where(labels >= 0, order[np.maximum(labels, 0)], -1)
