from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from dispatch.model.rows import Model
from dispatch.model.terms import ABSENT, Terms

AXES: dict[str, Any] = {"snapshot": [0, 1], "name": ["a", "b", "c"]}


def small() -> tuple[Model, Terms]:
    """Six columns, two steps by three components, between 0 and 1, 2, 3."""
    model = Model()
    return model, model.add_variable("x", AXES, 0.0, np.array([1.0, 2.0, 3.0])).terms()


def test_what_is_decided_or_held_twice_is_refused() -> None:
    model, x = small()
    model.add_rows("r", x, "<=", 1.0, AXES)
    with pytest.raises(ValueError, match="x is decided twice"):
        model.add_variable("x", AXES, 0.0, 1.0)
    with pytest.raises(ValueError, match="r is held twice"):
        model.add_rows("r", x, "<=", 1.0, AXES)
    assert (model.column_count, model.row_count) == (6, 6)


def test_names_that_are_absent_are_refused_and_said() -> None:
    model, _ = small()
    with pytest.raises(KeyError, match=r"there is no \['d', 'e'\]"):
        model.variables["x"].terms(pd.Index(["a", "d", "e"]))


@pytest.mark.parametrize("sign", ["==", "<", ">", "=<", ""])
def test_a_sign_that_is_none_is_refused(sign: str) -> None:
    model, x = small()
    with pytest.raises(ValueError, match="is none of"):
        model.add_rows("r", x, sign, 1.0, AXES)


def test_names_pick_and_order_the_columns() -> None:
    """Columns run along the components first: a, b, c in step 0 are 0, 1, 2, in step 1 they are 3, 4, 5."""
    model, _ = small()
    assert model.variables["x"].terms(pd.Index(["c", "a"])).labels[..., 0].tolist() == [[2, 0], [5, 3]]


def test_bounds_and_right_hand_sides_spread_over_the_axes() -> None:
    """Bounds 1, 2, 3 hold in both steps; a right side by step holds for all components."""
    model, x = small()
    assert model.variables["x"].upper.tolist() == [[1, 2, 3], [1, 2, 3]]
    for sign in ("<=", "=", ">="):
        model.add_rows(sign, x, sign, np.array([[7.0], [8.0]]), AXES)
    sides = [7, 7, 7, 8, 8, 8]
    nothing = np.full(6, np.inf).tolist()
    assert (model.rows["<="].lower.tolist(), model.rows["<="].upper.tolist()) == ([-np.inf] * 6, sides)
    assert (model.rows["="].lower.tolist(), model.rows["="].upper.tolist()) == (sides, sides)
    assert (model.rows[">="].lower.tolist(), model.rows[">="].upper.tolist()) == (sides, nothing)
    assert model.rows[">="].numbers.tolist() == [[12, 13, 14], [15, 16, 17]]


def test_absent_terms_and_zero_factors_enter_neither_rows_nor_cost() -> None:
    """2 x[0], 0 x[1] and an absent term are 2 x[0]."""
    model, _ = small()
    terms = Terms(np.array([[2.0, 0.0, 5.0]]), np.array([[0, 1, ABSENT]]))
    model.add_rows("r", terms, "=", 0.0, {"name": ["only"]})
    model.add_cost(terms)
    family = model.rows["r"]
    assert (family.row.tolist(), family.column.tolist(), family.factor.tolist()) == ([0], [0], [2.0])
    assert (model.cost.labels.tolist(), model.cost.factors.tolist()) == ([0], [2.0])


def test_rows_over_nothing_are_no_rows() -> None:
    model = Model()
    nobody: dict[str, Any] = {"snapshot": [0, 1], "name": []}
    none = model.add_variable("x", nobody, 0.0, 1.0).terms()
    model.add_rows("r", none + none.shift(1), "=", 0.0, nobody)
    assert (model.column_count, model.row_count) == (0, 0)
