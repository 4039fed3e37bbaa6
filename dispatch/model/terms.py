"""
Sums of coefficient x variable as plain arrays, and the rows made of them.

linopy holds the model: its names, labels, bounds and rows. Writing the sums in numpy and handing each row family
over in one piece takes a tenth of the time that adding labelled expressions one by one does, whatever the size of
the grid. Axes follow the caller's order; alignment is by position, so every array here is made from `Draft`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import linopy
import numpy as np
import pandas as pd
import xarray as xr

ABSENT = -1  # linopy's label of no variable
TERM = "_term"  # linopy's name of the axis along which terms are summed


@dataclass(frozen=True)
class Terms:
    """Along the last axis: the terms of one sum. The axes before it are those of the rows."""

    factors: np.ndarray  # (..., terms)
    labels: np.ndarray  # (..., terms), ABSENT where there is no variable

    def __add__(self, other: Terms) -> Terms:
        """Both sums together; axes are broadcast as numpy does."""
        shape = np.broadcast_shapes(self.labels.shape[:-1], other.labels.shape[:-1])
        mine, theirs = self._spread(shape), other._spread(shape)
        return Terms(
            np.concatenate([mine.factors, theirs.factors], axis=-1),
            np.concatenate([mine.labels, theirs.labels], axis=-1),
        )

    def __neg__(self) -> Terms:
        """The sum with its sign turned."""
        return Terms(-self.factors, self.labels)

    def __sub__(self, other: Terms) -> Terms:
        """The sum less the other."""
        return self + (-other)

    def __mul__(self, factor: np.ndarray | float) -> Terms:
        """Each row's sum times a number, or times an array over the axes of the rows."""
        by_row = np.asarray(factor, dtype=float)[..., None]
        shape = np.broadcast_shapes(by_row.shape[:-1], self.labels.shape[:-1])
        spread = self._spread(shape)
        return Terms(spread.factors * by_row, spread.labels)

    def __rmul__(self, factor: np.ndarray | float) -> Terms:
        """A number or an array times each row's sum."""
        return self * factor

    __array_ufunc__ = None  # so that array * Terms is ours, not numpy's

    def __getitem__(self, key: Any) -> Terms:
        """Some of the rows."""
        return Terms(self.factors[key], self.labels[key])

    def shift(self, steps: int) -> Terms:
        """What stood `steps` rows earlier along the first axis (later, if negative); nothing beyond the ends."""
        labels, factors = np.full_like(self.labels, ABSENT), np.zeros_like(self.factors)
        count = len(self.labels)
        if abs(steps) < count:
            into = slice(max(steps, 0), count + min(steps, 0))
            out_of = slice(max(-steps, 0), count - max(steps, 0))
            labels[into], factors[into] = self.labels[out_of], self.factors[out_of]
        return Terms(factors, labels)

    def window(self, length: int) -> Terms:
        """Sum over the last `length` rows along the first axis, fewer at its start."""
        return total([self.shift(k) for k in range(min(length, len(self.labels)))])

    def sum(self, axis: int) -> Terms:
        """Sum over one axis of the rows."""
        factors = np.moveaxis(self.factors, axis, -1)
        labels = np.moveaxis(self.labels, axis, -1)
        shape = (*factors.shape[:-2], -1)
        return Terms(factors.reshape(shape), labels.reshape(shape))

    def all(self) -> Terms:
        """One sum over everything."""
        return Terms(self.factors.ravel(), self.labels.ravel())

    def _spread(self, shape: tuple[int, ...]) -> Terms:
        full = (*shape, self.labels.shape[-1])
        return Terms(np.broadcast_to(self.factors, full), np.broadcast_to(self.labels, full))


def total(parts: Sequence[Terms]) -> Terms:
    """Several sums together."""
    result = parts[0]
    for part in parts[1:]:
        result = result + part
    return result


def terms_of(variable: linopy.Variable, names: pd.Index) -> Terms:
    """A variable over steps and the given components, (T, n), each with factor 1."""
    labels = variable.labels.transpose("snapshot", "name")
    columns = labels.indexes["name"].get_indexer(names)
    if (columns < 0).any():
        message = f"{variable.name} has no {list(names[columns < 0])}"
        raise KeyError(message)
    taken = labels.to_numpy()[:, columns][..., None]
    return Terms(np.ones(taken.shape), taken)


def add_rows(
    model: linopy.Model, name: str, terms: Terms, sign: str, right: np.ndarray | float, axes: Mapping[str, Any]
) -> None:
    """Rows `terms (sign) right` over the given axes, by name of the axis."""
    shape = tuple(len(labels) for labels in axes.values())
    spread = terms._spread(shape)
    absent = (spread.labels == ABSENT) | (spread.factors == 0)
    data = xr.Dataset(
        {
            "coeffs": ((*axes, TERM), np.where(absent, np.nan, spread.factors)),
            "vars": ((*axes, TERM), np.where(absent, ABSENT, spread.labels)),
            "const": (tuple(axes), np.zeros(shape)),
        },
        coords=dict(axes),
    )
    limit = xr.DataArray(np.broadcast_to(np.asarray(right, dtype=float), shape), coords=dict(axes), dims=tuple(axes))
    model.add_constraints(linopy.LinearExpression(data, model), sign, limit, name=name)


def expression_of(model: linopy.Model, terms: Terms) -> linopy.LinearExpression:
    """One sum without axes, as an objective takes it."""
    flat = terms.all()
    data = xr.Dataset({"coeffs": ((TERM,), flat.factors), "vars": ((TERM,), flat.labels), "const": ((), 0.0)})
    return linopy.LinearExpression(data, model)
