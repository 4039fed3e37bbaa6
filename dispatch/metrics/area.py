"""What is measured, and where: one member grid, or all of them together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs
from dispatch.case.network import Line, Link
from dispatch.schedule.schedule import Schedule

Mask = NDArray[np.bool_]


class Owned(Protocol):
    """Anything that belongs to a grid."""

    @property
    def grid(self) -> str: ...  # noqa: D102 (said above)


@dataclass(frozen=True)
class Basis:
    """The case, the facts, what they mean together, and the schedule."""

    case: Case
    facts: GridFacts
    inputs: Inputs
    schedule: Schedule

    def table(self, name: str) -> np.ndarray:
        """A table of the schedule as numbers, (T, components)."""
        return np.asarray(getattr(self.schedule, name).to_numpy(dtype=float))

    def energy_mwh(self, power_mw: np.ndarray) -> float:
        """Energy of a power over the horizon: sum(power dt), MWh."""
        return float(power_mw.sum() * self.inputs.step_h)


@dataclass(frozen=True)
class Area:
    """Which components belong to an area, by the tuples of `GridFacts`."""

    name: str
    grids: tuple[str, ...]
    buses: Mask
    units: Mask
    plants: Mask
    stores: Mask
    contracts: Mask
    interfaces: Mask
    members: Mask
    branches: Mask  # lines, then links
    inner_share: np.ndarray  # (branches,), of what each loses: half of it is lost at each end
    sections: Mask


def area_of(facts: GridFacts, name: str, grids: tuple[str, ...]) -> Area:
    """The area of some member grids."""
    owners = branch_grids(facts)
    branches: list[Line | Link] = [*facts.lines, *facts.links]
    inside = {bus.name for bus in facts.buses if bus.grid in grids}
    return Area(
        name=name,
        grids=grids,
        buses=_within(facts.buses, grids),
        units=_within(facts.units, grids),
        plants=_within(facts.plants, grids),
        stores=_within(facts.stores, grids),
        contracts=_within(facts.contracts, grids),
        interfaces=_within(facts.interfaces, grids),
        members=np.array([member in grids for member in facts.members], dtype=bool),
        branches=np.array([owner in grids for owner in owners.values()], dtype=bool),
        inner_share=np.array([((b.from_bus in inside) + (b.to_bus in inside)) / 2 for b in branches], dtype=float),
        sections=np.array([owners[section.branches[0]] in grids for section in facts.sections], dtype=bool),
    )


def branch_grids(facts: GridFacts) -> dict[str, str]:
    """The member grid of every line and link, by name: where it begins, else where it ends, else the first."""
    grid = {bus.name: bus.grid for bus in facts.buses}
    branches: list[Line | Link] = [*facts.lines, *facts.links]
    ends = {branch.name: (grid[branch.from_bus], grid[branch.to_bus]) for branch in branches}
    return {name: next((g for g in both if g in facts.members), facts.members[0]) for name, both in ends.items()}


def numbers(components: Iterable[object], attribute: str) -> np.ndarray:
    """One number of every component, (components,)."""
    return np.array([getattr(component, attribute) for component in components], dtype=float)


def _within(components: Iterable[Owned], grids: tuple[str, ...]) -> Mask:
    return np.array([component.grid in grids for component in components], dtype=bool)
