"""Synchronous islands of a grid, each with a reference for the price of energy, and the PTDF of its lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from dispatch.case.facts import GridFacts
from dispatch.grid.sensitivity import sensitivity_of


@dataclass(frozen=True)
class Islands:
    """Which buses AC lines join, and what each MW put in at a bus does to the lines."""

    island_index: np.ndarray  # (buses,)
    ptdf_share: np.ndarray  # (lines, buses), MW per MW taken out at the island's slack bus

    def mean(self, by_bus: np.ndarray, load_mw: np.ndarray) -> np.ndarray:
        """Load-weighted mean over each island and step, (T, buses); without any load that of its first bus."""
        found = np.zeros_like(by_bus)
        for island in np.unique(self.island_index):
            own = np.flatnonzero(self.island_index == island)
            weight = np.maximum(load_mw[:, own], 0.0)
            total = weight.sum(axis=1, keepdims=True)
            first = np.eye(len(own))[:1]
            share = np.divide(weight, total, out=np.repeat(first, len(weight), axis=0), where=total > 0)
            found[:, own] = (by_bus[:, own] * share).sum(axis=1, keepdims=True)
        return found


def islands_of(facts: GridFacts) -> Islands:
    """The islands that AC lines make of the buses; DC links join none."""
    index = {bus.name: k for k, bus in enumerate(facts.buses)}
    ends = np.array([(index[line.from_bus], index[line.to_bus]) for line in facts.lines], dtype=int).reshape(-1, 2)
    count = len(facts.buses)
    joined = sp.csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    number = connected_components(joined, directed=False)[1]
    ptdf = sensitivity_of(facts.buses, facts.lines).ptdf_share if facts.lines else np.zeros((0, count))
    return Islands(np.asarray(number), ptdf)
