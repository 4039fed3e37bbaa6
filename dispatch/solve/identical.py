"""
Identical units solved as one, and their schedules told apart again.

Units that no row, bound or cost can tell apart form a class. Summing their columns and rows gives a smaller problem
with the same relaxation: a point of the small one spread evenly over each class is a point of the large one, and the
average of a point over all renamings is feasible and costs the same. As every whole schedule of the units sums to a
whole schedule of the classes, a bound on the small problem is a bound on the large one.

Grohe, Kersting, Mladenov, Selman (2014), "Dimension Reduction via Colour Refinement", theorem 4.1, for the
relaxation; Knueven, Ostrowski, Watson (2018), "Exploiting identical generators in unit commitment", for the units.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from dispatch.solve.problem import INFINITY, Cuts, Problem

TOO_EARLY = 1e9  # steps: who may start comes before whoever may not yet
TOLD_APART_SHARE = 1e-9  # of the largest coefficient of rows: twins in a row differ by less
MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Classes:
    """A problem folded by its identical columns. Numbers of classes run from 0 without gaps."""

    folded: Problem
    column_class_index: np.ndarray  # (columns,)
    row_class_index: np.ndarray  # (rows,)
    size_count: np.ndarray  # (column classes,), columns in each
    whole: Problem  # the problem that was folded
    alike_index: np.ndarray  # (columns,), as it was told

    @property
    def is_plain(self) -> bool:
        """No two columns are identical: the folded problem is the problem."""
        return len(self.size_count) == len(self.column_class_index)

    def spread(self, folded_x: np.ndarray) -> np.ndarray:
        """A point of the folded problem, shared evenly by the columns of each class."""
        return np.asarray((folded_x / self.size_count)[self.column_class_index])

    def of_folded(self, cuts: Cuts) -> Cuts:
        """The same rows in the columns of the folded problem; they may not tell the columns of a class apart."""
        spread = self._spread
        folded = sp.csr_array(cuts.rows @ spread)
        folded.eliminate_zeros()
        apart = abs(cuts.rows - sp.csr_array(folded @ self._membership))
        if apart.nnz and apart.max() > TOLD_APART_SHARE * abs(cuts.rows).max():
            message = "a row is added that tells folded columns apart"
            raise ValueError(message)
        return replace(cuts, rows=folded)

    @cached_property
    def _spread(self) -> sp.csr_array:
        """What one of each class is of its columns, (columns, classes)."""
        place = (np.arange(len(self.column_class_index)), self.column_class_index)
        return sp.csr_array((1.0 / self.size_count[self.column_class_index], place))

    @cached_property
    def _membership(self) -> sp.csr_array:
        """1 where a column is of a class, (classes, columns)."""
        place = (self.column_class_index, np.arange(len(self.column_class_index)))
        return sp.csr_array((np.ones(len(self.column_class_index)), place))

    def extended(self, cuts: Cuts) -> Classes:
        """The same classes with more rows, each in a class of its own."""
        more = len(np.unique(self.row_class_index)) + np.arange(cuts.rows.shape[0])
        rows = np.concatenate([self.row_class_index, more])
        return replace(self, folded=self.folded.extended(self.of_folded(cuts)), row_class_index=rows)

    def gathered(self, x: np.ndarray) -> np.ndarray:
        """A point of the whole problem, summed over each class."""
        return np.bincount(self.column_class_index, weights=x, minlength=len(self.size_count))


def classes_of(problem: Problem, alike: np.ndarray, before: Classes | None = None) -> Classes:
    """
    Fold a problem by identical columns.

    alike   (columns,): columns may share a class only where this number is the same; -1 stands for "none like it"
    before  classes of another problem; they are taken over where they hold for this one too
    """
    if before is not None and _hold(before, problem, alike):
        columns, rows, matrix = before.column_class_index, before.row_class_index, before.folded.rows
    else:
        columns, rows = _refined(problem, alike)
        matrix = _folded(problem.rows, columns, rows)
    size, count = np.bincount(columns), np.bincount(rows)
    column_of, row_of = _first(columns, len(size)), _first(rows, len(count))
    folded = Problem(
        cost=problem.cost[column_of],
        lower=_times(problem.lower[column_of], size),
        upper=_times(problem.upper[column_of], size),
        integer=problem.integer[column_of],
        implied=None if problem.implied is None else problem.implied[column_of],
        rows=matrix,
        row_lower=_times(problem.row_lower[row_of], count),
        row_upper=_times(problem.row_upper[row_of], count),
        constant=problem.constant,
        seldom_index=problem.groups[row_of],
    )
    return Classes(folded, columns, rows, size, problem, alike)


def _folded(rows: sp.csc_array, column_class: np.ndarray, row_class: np.ndarray) -> sp.csc_array:
    """Rows summed over their classes, columns averaged over theirs."""
    size = np.bincount(column_class)
    spread = sp.csr_array((1.0 / size[column_class], (np.arange(len(column_class)), column_class)))
    gather = sp.csr_array((np.ones(len(row_class)), (row_class, np.arange(len(row_class)))))
    return sp.csc_array(gather @ sp.csr_array(rows) @ spread)


def _hold(before: Classes, problem: Problem, alike: np.ndarray) -> bool:
    """Whether classes stand for another problem: the same coefficients, and nothing that they join differs now."""
    old, new = before.whole.rows, problem.rows
    same = old.shape == new.shape and len(before.row_class_index) == new.shape[0] and old.nnz == new.nnz
    if not same or not np.array_equal(before.alike_index, alike):
        return False
    if any(not np.array_equal(getattr(old, part), getattr(new, part)) for part in ("indptr", "indices", "data")):
        return False
    columns, rows = before.column_class_index, before.row_class_index
    of_columns = (problem.cost, problem.lower, problem.upper, problem.integer)
    of_rows = (problem.row_lower, problem.row_upper)
    return all(_uniform(value, columns) for value in of_columns) and all(_uniform(value, rows) for value in of_rows)


def _uniform(value: np.ndarray, classes: np.ndarray) -> bool:
    """Whether a value is the same throughout each class."""
    return bool(np.array_equal(value[_first(classes, int(classes.max(initial=-1)) + 1)][classes], value))


def told_apart(on_count: np.ndarray, on_before: np.ndarray, steps_before: np.ndarray, down_count: int) -> np.ndarray:
    """
    Which of some identical units are on, (T, units), from how many are, (T,).

    on_before     (units,), bool: on before the first step
    steps_before  (units,): for how many steps each has been on or off
    down_count    minimum down time in steps

    Who has been on longest stops first; of those off for the minimum time, who stopped last starts first, as the
    hottest. Whoever it is, as many may start or stop later: if the sums keep the minimum up and down times, so does
    every unit.
    """
    on, since = on_before.astype(bool).copy(), np.asarray(steps_before, dtype=float).copy()
    table = np.zeros((len(on_count), len(on)), dtype=bool)
    for t, wanted in enumerate(on_count.astype(int)):
        change = wanted - int(on.sum())
        able = np.flatnonzero(on == (change < 0))
        rank = np.where(on[able] | (since[able] < down_count), -since[able], since[able] - TOO_EARLY)
        chosen = able[np.argsort(rank, kind="stable")[: abs(change)]]
        on[chosen] = change > 0
        since[chosen] = 0.0
        since += 1.0
        table[t] = on
    return table


def _refined(problem: Problem, alike: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """
    Colours of columns and rows in which equal colours see equal numbers of equal coefficients everywhere.

    A difference travels along the horizon by a step or more a round. Each round but the last has more colours.
    """
    by_column, by_row = problem.rows, sp.csr_array(problem.rows)
    single = np.where(alike < 0, alike.max(initial=0) + 1 + np.arange(len(alike)), alike)
    columns = _numbered(single, problem.cost, problem.lower, problem.upper, problem.integer)
    edges = _numbered(problem.row_lower, problem.row_upper)
    count = 0
    while True:
        rows = _numbered(edges, _seen(by_row, columns))
        columns = _numbered(columns, _seen(by_column, rows))
        if columns.max(initial=0) + 1 == count:
            return _in_order(columns), _in_order(rows)
        count = columns.max(initial=0) + 1


def _seen(matrix: sp.csr_array | sp.csc_array, colours: np.ndarray) -> np.ndarray:
    """For each major index, a number made of all its (coefficient, colour) pairs, in whatever order; wraps around."""
    with np.errstate(over="ignore"):
        pairs = _mixed(matrix.data.view(np.uint64) ^ _mixed(colours[matrix.indices].astype(np.uint64) + MIX))
        ends = np.concatenate([[np.uint64(0)], np.cumsum(pairs, dtype=np.uint64)])
        return np.asarray(ends[matrix.indptr[1:]] - ends[matrix.indptr[:-1]])


def _mixed(bits: np.ndarray) -> np.ndarray:
    """Bits well stirred (the finaliser of splitmix64)."""
    with np.errstate(over="ignore"):
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(bits ^ (bits >> np.uint64(31)))


def _numbered(*keys: np.ndarray) -> np.ndarray:
    """Equal tuples of keys get equal numbers, from 0 without gaps."""
    together = np.zeros(len(keys[0]), dtype=np.uint64)
    for key in keys:
        bits = key if key.dtype == np.uint64 else (key.astype(float) + 0.0).view(np.uint64)
        together = _mixed(together ^ _mixed(bits + MIX))
    return np.asarray(np.unique(together, return_inverse=True)[1])


def _in_order(numbers: np.ndarray) -> np.ndarray:
    """The same classes, numbered as they first appear, so that equal folds have equal numbers."""
    rank = np.argsort(np.argsort(_first(numbers, int(numbers.max(initial=-1)) + 1)))
    return np.asarray(rank[numbers])


def _first(numbers: np.ndarray, count: int) -> np.ndarray:
    """The first place of each number."""
    place = np.zeros(count, dtype=int)
    place[numbers[::-1]] = np.arange(len(numbers))[::-1]
    return place


def _times(edge: np.ndarray, size: np.ndarray) -> np.ndarray:
    return np.where(np.abs(edge) >= INFINITY, edge, edge * size)
