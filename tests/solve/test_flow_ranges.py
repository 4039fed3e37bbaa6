"""What a step may look like in points that are hardly dearer than a relaxation, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from dispatch.solve.flow_ranges import Region, Relaxed
from dispatch.solve.highs import Orders
from dispatch.solve.problem import INFINITY, Problem

# Two steps of a cheap unit (10 CNY/MWh, 60 MW) and a dear one (30, 100 MW); 80 MW are wanted in each.
# Both give no more than 95 MW of the dear unit over the day, which binds nothing.
ROWS = sp.csc_array(np.array([[1.0, 1, 0, 0], [0, 0, 1, 1], [0, 1, 0, 1]]))
PROBLEM = Problem(
    cost=np.array([10.0, 30, 10, 30]),
    lower=np.zeros(4),
    upper=np.array([60.0, 100, 60, 100]),
    integer=np.zeros(4, dtype=bool),
    rows=ROWS,
    row_lower=np.array([80.0, 80, -INFINITY]),
    row_upper=np.array([80.0, 80, 95]),
)
RELAXED = Relaxed(PROBLEM, np.array([30.0, 30.0, 0.0]), 2400.0)
STEPS = np.array([0, 0, 1, 1])


def test_what_a_point_may_cost_more_bounds_what_a_step_does() -> None:
    """A MW of the dear unit in place of a cheap one costs 20 CNY: with 100 to spare at most 5 MW, 55 MW and 25."""
    region = Region(RELAXED, STEPS, 2500.0, Orders(np.inf))
    assert region.least(0, sp.csr_array(np.array([[1.0, 0, 0, 0], [0, -1.0, 0, 0]]))) == pytest.approx([55, -25], 1e-3)
    assert region.least(1, sp.csr_array(np.array([[0.0, 0, -1, 0]]))) == pytest.approx([-60])


def test_nothing_is_known_of_sums_over_several_steps() -> None:
    assert Region(RELAXED, STEPS, 2500.0, Orders(np.inf)).least(
        0, sp.csr_array(np.array([[1.0, 0, 1, 0]]))
    ).tolist() == [-np.inf]
