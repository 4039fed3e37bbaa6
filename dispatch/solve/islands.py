"""Synchronous islands of a grid, each with a reference for the price of energy, and the PTDF of its lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dispatch.case.facts import GridFacts
from dispatch.grid import sensitivity
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
    found = sensitivity_of(facts.buses, facts.lines)
    return Islands(sensitivity.islands_of(facts.buses, facts.lines), found.ptdf_share)
