"""Problems written down as arrays, for tests that need no grid."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

from dispatch.solve.problem import INFINITY, Problem


def problem(
    cost: Sequence[float] | np.ndarray,
    rows: Sequence[Sequence[float]] | np.ndarray,
    row_lower: Sequence[float] | np.ndarray,
    row_upper: Sequence[float] | np.ndarray | None = None,
    *,
    integer: bool | Sequence[bool] = True,
    upper: float | Sequence[float] | np.ndarray = 1.0,
) -> Problem:
    """Min cost x,  row_lower <= rows x <= row_upper (none unless given),  0 <= x <= upper, whole unless said."""
    count = len(cost)
    lower_edges = np.asarray(row_lower, dtype=float)
    return Problem(
        cost=np.asarray(cost, dtype=float),
        lower=np.zeros(count),
        upper=np.broadcast_to(np.asarray(upper, dtype=float), (count,)).copy(),
        integer=np.broadcast_to(np.asarray(integer, dtype=bool), (count,)).copy(),
        rows=sp.csc_array(np.asarray(rows, dtype=float)),
        row_lower=lower_edges,
        row_upper=np.full(len(lower_edges), INFINITY) if row_upper is None else np.asarray(row_upper, dtype=float),
    )


def cover(seed: int, columns: int = 9, rows: int = 4) -> Problem:
    """A small covering problem: cheapest choice of columns that meets every row."""
    rng = np.random.default_rng(seed)
    weights = rng.integers(1, 20, size=(rows, columns))
    return problem(rng.integers(10, 60, size=columns), weights, weights.sum(axis=1) * 0.6)


def market_split(seed: int = 1, rows: int = 5, columns: int = 40) -> Problem:
    """
    Halves of several sums at once, what is left over priced at 1 (Cornuejols, Dawande 1998).

    A point is found at once, and the relaxation says 0; no solver closes the gap within minutes.
    """
    rng = np.random.default_rng(seed)
    sums = rng.integers(0, 100, size=(rows, columns))
    half = sums.sum(axis=1) // 2
    table = np.hstack([sums, np.eye(rows), -np.eye(rows)])
    cost = np.concatenate([np.zeros(columns), np.ones(2 * rows)])
    whole = [True] * columns + [False] * (2 * rows)
    upper = np.concatenate([np.ones(columns), np.full(2 * rows, 1e4)])
    return problem(cost, table, half, half, integer=whole, upper=upper)


def is_a_point_of(problem: Problem, x: np.ndarray) -> bool:
    """Within 1e-5 of every row and bound, and of whole numbers."""
    value, off = problem.rows @ x, 1e-5
    rows = (value >= problem.row_lower - off).all() and (value <= problem.row_upper + off).all()
    bounds = (x >= problem.lower - off).all() and (x <= problem.upper + off).all()
    whole = x[problem.integer]
    return bool(rows and bounds and (np.abs(whole - np.round(whole)) < off).all())
