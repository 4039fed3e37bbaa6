from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.case.network import Line
from dispatch.grid.catalogue import facts_of
from dispatch.model.loops import loop_basis
from tests.small import line

ENDS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda ends: ends[0] != ends[1]), max_size=16)


def joined(*ends: str) -> list[Line]:
    """Lines between buses of one letter: "ab" from a to b."""
    return [line(f"{k}", pair[0], pair[1]) for k, pair in enumerate(ends)]


def incidence(lines: Sequence[Line]) -> np.ndarray:
    """-1 where a line begins, +1 where it ends, (buses, lines)."""
    buses = sorted({bus for own in lines for bus in (own.from_bus, own.to_bus)})
    table = np.zeros((len(buses), len(lines)))
    for k, own in enumerate(lines):
        table[buses.index(own.from_bus), k] -= 1
        table[buses.index(own.to_bus), k] += 1
    return table


def assert_is_basis(lines: Sequence[Line]) -> None:
    """Each loop closes, they are independent, and there are lines - buses + islands of them."""
    loops, ends = loop_basis(lines), incidence(lines)
    islands = sp.csgraph.connected_components(sp.csr_array(np.abs(ends) @ np.abs(ends).T))[0] if lines else 0
    expected = len(lines) - len(ends) + islands
    assert loops.shape == (expected, len(lines))
    assert not (ends @ loops.T).any()
    assert set(np.unique(loops)) <= {-1.0, 0.0, 1.0}
    assert np.linalg.matrix_rank(loops) == expected if expected else True


@settings(deadline=None, max_examples=300)
@given(ends=ENDS)
def test_the_loops_are_a_basis_of_any_network(ends: list[tuple[int, int]]) -> None:
    """Parallel lines, islands and dead ends included; rank = lines - buses + islands; incidence x loop = 0."""
    assert_is_basis([line(str(k), str(a), str(b)) for k, (a, b) in enumerate(ends)])


@pytest.mark.parametrize("ends", [(), ("ab",), ("ab", "bc", "bd", "ef")])
def test_trees_have_no_loop(ends: tuple[str, ...]) -> None:
    assert loop_basis(joined(*ends)).shape == (0, len(ends))


def test_parallel_lines_are_a_loop_of_two() -> None:
    """Both from a to b: one along the loop and one against it. From a to b and from b to a: both along it."""
    assert np.prod(loop_basis(joined("ab", "ab"))) == -1
    assert np.prod(loop_basis(joined("ab", "ba"))) == 1


def test_short_loops_are_taken_rather_than_long_ones() -> None:
    """A ladder of three squares in a row, 10 lines, 8 buses: three loops of four lines, not one of eight."""
    loops = loop_basis(joined("ab", "bc", "cd", "ef", "fg", "gh", "ae", "bf", "cg", "dh"))
    assert np.abs(loops).sum(axis=1).tolist() == [4, 4, 4]


def test_the_loops_of_the_real_grids_are_a_basis() -> None:
    assert_is_basis(facts_of("hebei", 2030).lines)
