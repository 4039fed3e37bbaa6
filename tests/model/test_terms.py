from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from dispatch.model.terms import ABSENT, Terms, total

STEPS, MEMBERS, COLUMNS = 5, 4, 30
SEEDS = range(6)


def drawn(rng: np.random.Generator, *shape: int) -> Terms:
    """Sums of three terms, some of them absent."""
    labels = rng.integers(ABSENT, COLUMNS, size=(*shape, 3))
    return Terms(rng.normal(size=labels.shape), labels)


def value(terms: Terms, x: np.ndarray) -> np.ndarray:
    """The sums in a point."""
    return np.asarray(np.where(terms.labels == ABSENT, 0.0, terms.factors * x[terms.labels]).sum(axis=-1))


@pytest.mark.parametrize("seed", SEEDS)
def test_sums_of_terms_are_sums_of_their_values(seed: int) -> None:
    """Every way to join and turn sums, beside the same on plain numbers."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=COLUMNS)
    one, other, row = drawn(rng, STEPS, MEMBERS), drawn(rng, STEPS, MEMBERS), drawn(rng, MEMBERS)
    a, b, c = value(one, x), value(other, x), value(row, x)
    factor = rng.normal(size=(STEPS, 1))
    pairs = [
        (one + other, a + b),
        (one - row, a - c),
        (-one, -a),
        (factor * one, factor * a),
        (one * factor, factor * a),
        (row * factor, c * factor),
        (one.sum(1), a.sum(axis=1)),
        (one.sum(0), a.sum(axis=0)),
        (one.all(), a.sum()),
        (one[1:, 2], a[1:, 2]),
        (total([one, other, row]), a + b + c),
    ]
    for terms, expected in pairs:
        assert value(terms, x) == pytest.approx(expected)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("density", [0.0, 0.3, 1.0])
def test_weighted_sums_are_those_of_a_dense_product(seed: int, density: float) -> None:
    """(T, n) by weights (m, n), sparse or not, with negative weights, rows without weight, and no row at all."""
    rng = np.random.default_rng(seed)
    x, terms = rng.normal(size=COLUMNS), drawn(rng, STEPS, MEMBERS)
    for count in (0, 1, 6):
        weights = np.where(rng.random((count, MEMBERS)) < density, rng.normal(size=(count, MEMBERS)), 0.0)
        expected = value(terms, x) @ weights.T
        for given in (weights, sp.csr_array(weights), sp.csc_array(weights)):
            got = terms.weighted(given)
            assert got.labels.shape[:2] == (STEPS, count)
            assert value(got, x) == pytest.approx(expected)


@pytest.mark.parametrize("steps", [-7, -2, 0, 1, 4, 5])
def test_a_shift_moves_rows_and_leaves_nothing_behind(steps: int) -> None:
    rng = np.random.default_rng(0)
    x, terms = rng.normal(size=COLUMNS), drawn(rng, STEPS, MEMBERS)
    padded = np.vstack([np.zeros((9, MEMBERS)), value(terms, x), np.zeros((9, MEMBERS))])
    assert value(terms.shift(steps), x) == pytest.approx(padded[9 - steps : 9 - steps + STEPS])


@pytest.mark.parametrize("length", [1, 2, 5, 9])
def test_a_window_sums_the_last_rows(length: int) -> None:
    rng = np.random.default_rng(1)
    x, terms = rng.normal(size=COLUMNS), drawn(rng, STEPS, MEMBERS)
    values = value(terms, x)
    expected = [values[max(0, t - length + 1) : t + 1].sum(axis=0) for t in range(STEPS)]
    assert value(terms.window(length), x) == pytest.approx(np.array(expected))
