"""
Sums of coefficient x variable as plain arrays.

Axes follow the caller's order; alignment is by position, so every array here is made from `Draft`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

ABSENT = -1  # the label of no variable


@dataclass(frozen=True)
class Terms:
    """Along the last axis: the terms of one sum. The axes before it are those of the rows."""

    factors: np.ndarray  # (..., terms)
    labels: np.ndarray  # (..., terms), column of the variable; ABSENT where there is none

    def __add__(self, other: Terms) -> Terms:
        """Both sums together; axes are broadcast as numpy does."""
        shape = np.broadcast_shapes(self.labels.shape[:-1], other.labels.shape[:-1])
        mine, theirs = self.spread(shape), other.spread(shape)
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
        wide = self.spread(shape)
        return Terms(wide.factors * by_row, wide.labels)

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

    def weighted(self, weights: np.ndarray | sp.sparray) -> Terms:
        """Weighted sums over the second axis: (T, n) by a matrix (m, n) gives (T, m)."""
        matrix = sp.csr_array(weights)
        matrix.eliminate_zeros()
        counts = np.diff(matrix.indptr)
        rows = np.repeat(np.arange(matrix.shape[0]), counts)
        places = np.arange(matrix.nnz) - np.repeat(matrix.indptr[:-1], counts)
        shape = (matrix.shape[0], int(counts.max(initial=0)))
        member, weight = np.zeros(shape, dtype=int), np.zeros(shape)
        member[rows, places], weight[rows, places] = matrix.indices, matrix.data
        factors = self.factors[:, member] * weight[..., None]
        labels = np.where(weight[..., None] != 0, self.labels[:, member], ABSENT)
        flat = (len(self.labels), shape[0], shape[1] * self.labels.shape[-1])
        return Terms(factors.reshape(flat), labels.reshape(flat))

    def all(self) -> Terms:
        """One sum over everything."""
        return Terms(self.factors.ravel(), self.labels.ravel())

    def spread(self, shape: tuple[int, ...]) -> Terms:
        """The same sums over more rows, as numpy broadcasts."""
        full = (*shape, self.labels.shape[-1])
        return Terms(np.broadcast_to(self.factors, full), np.broadcast_to(self.labels, full))


def total(parts: Sequence[Terms]) -> Terms:
    """Several sums of equal axes together."""
    if len(parts) == 1:
        return parts[0]
    shape = np.broadcast_shapes(*(part.labels.shape[:-1] for part in parts))
    wide = [part.spread(shape) for part in parts]
    return Terms(
        np.concatenate([part.factors for part in wide], axis=-1),
        np.concatenate([part.labels for part in wide], axis=-1),
    )
