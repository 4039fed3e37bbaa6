"""Plants with a heat store: the units whose heat is decided, and the load that they carry together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dispatch.case.facts import GridFacts
from dispatch.case.heat import Heat, HeatStore
from dispatch.case.heating import heat_share

if TYPE_CHECKING:
    import pandas as pd  # half a second, of every start


@dataclass(frozen=True)
class HeatPlant:
    """A plant with a heat store."""

    store: HeatStore
    unit_indices: tuple[int, ...]  # those that heat by a heat load
    load_mw: np.ndarray  # of heat, (T,)

    @property
    def name(self) -> str:
        """Of the plant."""
        return self.store.plant


def heat_plants(
    heat: Heat, facts: GridFacts, times: pd.DatetimeIndex, units_on_count: dict[str, np.ndarray]
) -> tuple[HeatPlant, ...]:
    """
    Every plant with a heat store and its load: what the units of its running minimum give at least without one.

        L[t]  =  sum of the N[t] smallest of  q[g,t] Q*[g],  g in the plant's units that heat by a heat load

    N  units on by the running minimum, of each plant   q  heat load as a share of the design heat Q* in MW
    Any N of them can carry it.
    """
    share = heat_share(heat, facts, times)
    plants = []
    for store in heat.stores:
        own = tuple(_heated(facts, store.plant))
        design_mw = np.array([region.design_heat_mw for k in own if (region := facts.units[k].heat_region)])
        smallest_first = np.sort(share[:, own] * design_mw, axis=1)
        carries = np.arange(len(own)) < units_on_count[store.plant][:, None]
        plants.append(HeatPlant(store, own, (smallest_first * carries).sum(axis=1)))
    return tuple(plants)


def heated_indices(plants: Sequence[HeatPlant]) -> list[int]:
    """Every unit whose heat is decided, in the order of the facts."""
    return sorted(k for plant in plants for k in plant.unit_indices)


def _heated(facts: GridFacts, plant: str) -> Iterator[int]:
    """Units of a plant that heat by a heat load."""
    for k, unit in enumerate(facts.units):
        if unit.plant == plant and unit.heats and unit.heat_region is not None:
            yield k
