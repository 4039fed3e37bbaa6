"""
The model as a `linopy.Model`: to print a row with its labels, or to solve it by linopy's own road.

    view = linopy_of(model)
    print(view.constraints["Bus-nodal_balance"])

For people and tests. Nothing on the way from a case to an answer imports it, for linopy takes seconds to load.
"""

from __future__ import annotations

import linopy
import numpy as np
import xarray as xr

from dispatch.model.rows import Family, Model
from dispatch.model.terms import ABSENT

linopy.options["semantics"] = "v1"  # labels must match; a missing term never becomes a silent zero
TERM = "_term"  # linopy's axis of the terms of a sum


def linopy_of(model: Model) -> linopy.Model:
    """The same variables, rows and objective, under the same names and axes. Rows without terms are left out."""
    view = linopy.Model()
    for name, own in model.variables.items():
        if own.columns.size:
            low, high = (xr.DataArray(edge, own.axes, list(own.axes)) for edge in (own.lower, own.upper))
            shown = view.add_variables(low, high, name=name, integer=own.integer)
            if not np.array_equal(shown.labels.to_numpy(), own.columns):
                message = f"linopy numbers {name} in another way"
                raise RuntimeError(message)
    for name, family in model.rows.items():
        if family.column.size:
            sign, right = _side(family)
            view.add_constraints(_sum(view, family), sign, right, name=name)
    cost = {"coeffs": (TERM, model.cost.factors), "vars": (TERM, model.cost.labels)}
    view.add_objective(linopy.LinearExpression(xr.Dataset(cost), view))
    return view


def _sum(view: linopy.Model, family: Family) -> linopy.LinearExpression:
    """The left-hand side: the terms of each row side by side, filled up with absent ones."""
    order = np.argsort(family.row, kind="stable")
    row = family.row[order] - family.numbers.min()
    count = np.bincount(row, minlength=family.numbers.size)
    place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    factors, labels = np.full((len(count), count.max()), np.nan), np.full((len(count), count.max()), ABSENT)
    factors[row, place], labels[row, place] = family.factor[order], family.column[order]
    shape, axes = (*family.numbers.shape, -1), [*family.axes, TERM]
    terms = {"coeffs": (axes, factors.reshape(shape)), "vars": (axes, labels.reshape(shape))}
    return linopy.LinearExpression(xr.Dataset(terms, coords=dict(family.axes)), view)


def _side(family: Family) -> tuple[str, xr.DataArray]:
    """Sign and right-hand side of the rows."""
    sign = "<=" if np.isneginf(family.lower).all() else ">=" if np.isposinf(family.upper).all() else "="
    right = family.lower if sign == ">=" else family.upper
    return sign, xr.DataArray(right.reshape(family.numbers.shape), family.axes, list(family.axes))
