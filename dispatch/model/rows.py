"""
The model: variables and families of rows by name, kept as plain arrays.

What linopy does for a model, without its labelled arrays: writing and handing over the rows of both grids takes
0.3 s here and took 4 s there. `linopy_view.linopy_of` shows the same model as a `linopy.Model`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dispatch.model.terms import ABSENT, Terms

if TYPE_CHECKING:
    from dispatch.model.aims import First

SIGNS = ("<=", "=", ">=")
Axes = Mapping[str, Any]  # name of the axis to its labels, a sequence


@dataclass(frozen=True)
class Variable:
    """One variable over its axes."""

    columns: np.ndarray  # column numbers, in the shape of the axes
    axes: Axes
    lower: np.ndarray
    upper: np.ndarray
    integer: bool
    implied: bool = False  # whole of itself wherever the integers are

    def terms(self, names: pd.Index | None = None) -> Terms:
        """The variable as terms with factor 1, (T, n); `names` picks and orders the components."""
        columns = self.columns
        if names is not None:
            chosen = pd.Index(self.axes["name"]).get_indexer(names)
            if (chosen < 0).any():
                message = f"there is no {list(names[chosen < 0])}"
                raise KeyError(message)
            columns = columns[:, chosen]
        return Terms(np.ones((*columns.shape, 1)), columns[..., None])


@dataclass(frozen=True)
class Family:
    """Rows of one rule: lower <= sum <= upper, over axes. `numbers` are the row numbers in that shape."""

    numbers: np.ndarray
    axes: Axes
    row: np.ndarray  # of each term, its row number
    column: np.ndarray
    factor: np.ndarray
    lower: np.ndarray  # (rows,)
    upper: np.ndarray


@dataclass
class Model:
    """Variables, rows and cost, in the order in which they were written."""

    variables: dict[str, Variable] = field(default_factory=dict)
    rows: dict[str, Family] = field(default_factory=dict)
    cost: Terms = field(default_factory=lambda: Terms(np.zeros(0), np.zeros(0, dtype=int)))
    constant_cny: float = 0.0  # of the objective: what is paid whatever is decided
    column_count: int = 0
    row_count: int = 0
    first: First | None = None  # what is minimised before the cost

    def add_variable(
        self, name: str, axes: Axes, lower: np.ndarray | float, upper: np.ndarray | float, *, integer: bool = False
    ) -> Variable:
        """A new variable over axes, between bounds that broadcast to them."""
        if name in self.variables:
            message = f"{name} is decided twice"
            raise ValueError(message)
        shape = tuple(len(labels) for labels in axes.values())
        count = int(np.prod(shape))
        columns = np.arange(self.column_count, self.column_count + count).reshape(shape)
        low, high = (np.broadcast_to(np.asarray(bound, dtype=float), shape) for bound in (lower, upper))
        self.variables[name] = Variable(columns, axes, low, high, integer)
        self.column_count += count
        return self.variables[name]

    def imply_whole(self, name: str) -> None:
        """A variable is whole of itself wherever the integers are; only the solver is told."""
        self.variables[name] = replace(self.variables[name], implied=True)

    def add_rows(self, name: str, terms: Terms, sign: str, right: np.ndarray | float, axes: Axes) -> None:
        """Rows `terms (sign) right` over axes; `sign` is one of <=, =, >=."""
        if name in self.rows:
            message = f"{name} is held twice"
            raise ValueError(message)
        if sign not in SIGNS:
            message = f"{name}: {sign!r} is none of {SIGNS}"
            raise ValueError(message)
        shape = tuple(len(labels) for labels in axes.values())
        wide = terms.spread(shape)
        count = int(np.prod(shape))
        limit = np.broadcast_to(np.asarray(right, dtype=float), shape).ravel()
        numbers = np.arange(self.row_count, self.row_count + count)
        flat = (count, wide.labels.shape[-1])
        labels, factors = wide.labels.reshape(flat), wide.factors.reshape(flat)
        place, which = np.nonzero((labels != ABSENT) & (factors != 0))
        self.rows[name] = Family(
            numbers=numbers.reshape(shape),
            axes=axes,
            row=numbers[place],
            column=labels[place, which],
            factor=factors[place, which],
            lower=np.full(count, -np.inf) if sign == "<=" else limit,
            upper=np.full(count, np.inf) if sign == ">=" else limit,
        )
        self.row_count += count

    def add_cost(self, terms: Terms) -> None:
        """More of the objective, CNY."""
        flat = terms.all()
        kept = (flat.labels != ABSENT) & (flat.factors != 0)
        self.cost = Terms(
            np.concatenate([self.cost.factors, flat.factors[kept]]),
            np.concatenate([self.cost.labels, flat.labels[kept]]),
        )
