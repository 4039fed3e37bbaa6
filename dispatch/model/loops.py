"""Independent loops of the AC lines, short ones first: few lines in a loop make sparse rows."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

import numpy as np

from dispatch.case.network import Line

Neighbours = Mapping[str, Sequence[tuple[str, int]]]  # bus to (bus at the other end, number of the line)


def loop_basis(lines: Sequence[Line]) -> np.ndarray:
    """
    A basis of the loops, (loops, lines): +1 along the loop, -1 against it, 0 for a line not in it.

    Candidates are the shortest loop through each line and the loops that a breadth-first tree leaves open; they are
    taken from the shortest on, each unless it is a sum of those already taken (modulo 2).
    Horton (1987), "A polynomial-time algorithm to find the shortest cycle basis of a graph", with fewer candidates:
    the basis is complete, and short without being proven shortest.
    """
    around = _neighbours(lines)
    tree = _tree_lines(around)
    shortest = [_loop(lines, around, k, set(range(len(lines))) - {k}) for k in range(len(lines))]
    fundamental = [_loop(lines, around, k, tree) for k in range(len(lines)) if k not in tree]
    candidates = sorted((loop for loop in shortest + fundamental if loop), key=len)
    basis: dict[int, int] = {}
    loops = [loop for loop in candidates if _is_new(loop, basis)]
    signs = np.zeros((len(loops), len(lines)))
    for row, loop in enumerate(loops):
        signs[row, list(loop)] = list(loop.values())
    return signs


def _neighbours(lines: Sequence[Line]) -> Neighbours:
    around: dict[str, list[tuple[str, int]]] = {}
    for k, line in enumerate(lines):
        around.setdefault(line.from_bus, []).append((line.to_bus, k))
        around.setdefault(line.to_bus, []).append((line.from_bus, k))
    return around


def _tree_lines(around: Neighbours) -> set[int]:
    """Lines of a breadth-first tree of every island."""
    seen: set[str] = set()
    tree: set[int] = set()
    for root in around:
        queue = deque([root] if root not in seen else [])
        seen.add(root)
        while queue:
            for there, line in around[queue.popleft()]:
                if there not in seen:
                    seen.add(there)
                    tree.add(line)
                    queue.append(there)
    return tree


def _loop(lines: Sequence[Line], around: Neighbours, closing: int, allowed: set[int]) -> dict[int, float]:
    """The line `closing` and the shortest way back over allowed lines, with directions; empty where there is none."""
    start, goal = lines[closing].to_bus, lines[closing].from_bus
    came: dict[str, tuple[str, int]] = {}
    queue, seen = deque([start]), {start}
    while queue and goal not in seen:
        here = queue.popleft()
        for there, line in around[here]:
            if line in allowed and there not in seen:
                seen.add(there)
                came[there] = (here, line)
                queue.append(there)
    if goal not in seen:
        return {}
    loop, here = {closing: 1.0}, goal
    while here != start:
        here, line = came[here]
        loop[line] = 1.0 if lines[line].from_bus == here else -1.0
    return loop


def _is_new(loop: Mapping[int, float], basis: dict[int, int]) -> bool:
    """Whether a loop is no sum of those in the basis, modulo 2; a new one joins it. Keys are leading lines."""
    rest = sum(1 << line for line in loop)
    while rest:
        leading = rest.bit_length() - 1
        if leading not in basis:
            basis[leading] = rest
            return True
        rest ^= basis[leading]
    return False
