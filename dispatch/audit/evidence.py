"""What the audit looks at: the case, the facts, what they mean together, the schedule and its proof."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs
from dispatch.schedule.outcome import Proof
from dispatch.schedule.schedule import Schedule


class Named(Protocol):
    """Anything with a name."""

    @property
    def name(self) -> str: ...  # noqa: D102 (said above)


class Placed(Protocol):
    """Anything that belongs to a grid."""

    @property
    def grid(self) -> str: ...  # noqa: D102 (said above)


@dataclass(frozen=True)
class Evidence:
    """Everything a rule may look at. Arrays are steps x components, in the order of the facts."""

    case: Case
    facts: GridFacts
    inputs: Inputs
    schedule: Schedule
    proof: Proof

    def table(self, name: str) -> np.ndarray:
        """A table of the schedule as numbers, (T, components)."""
        return np.asarray(getattr(self.schedule, name).to_numpy(dtype=float))

    @cached_property
    def on(self) -> NDArray[np.bool_]:
        """Whether each unit is on, (T, units); `thermal-logic` holds the table to 0 and 1."""
        return np.asarray(np.rint(self.table("on")), dtype=bool)

    @cached_property
    def on_before(self) -> NDArray[np.bool_]:
        """Whether each unit was on one step earlier, (T, units)."""
        states = {state.unit: state.on for state in self.case.units}
        first = np.array([[states[unit.name] for unit in self.facts.units]], dtype=bool)
        return np.vstack([first, self.on[:-1]])

    @cached_property
    def starts(self) -> NDArray[np.bool_]:
        """Off a step earlier and on now, (T, units); from `on` alone."""
        return np.asarray(self.on & ~self.on_before)

    @cached_property
    def stops(self) -> NDArray[np.bool_]:
        """On a step earlier and off now, (T, units); from `on` alone."""
        return np.asarray(~self.on & self.on_before)

    @cached_property
    def output_before_mw(self) -> np.ndarray:
        """Output of each unit one step earlier, MW, (T, units); a unit off before the first gave nothing."""
        states = {state.unit: state for state in self.case.units}
        units = (states[unit.name] for unit in self.facts.units)
        first = np.array([[state.output_mw if state.on else 0.0 for state in units]])
        return np.vstack([first, self.table("output_mw")[:-1]])

    @cached_property
    def start_limit_mw(self) -> np.ndarray:
        """Highest output in the step of a start: SU[t] = max(start ramp, Pmin[t]), MW, (T, units)."""
        return np.asarray(np.maximum(numbers(self.facts.units, "start_ramp_mw"), self.inputs.output_min_mw))

    @cached_property
    def stop_limit_mw(self) -> np.ndarray:
        """Highest output in the step before a stop: SD[t] = max(stop ramp, Pmin[t]), MW, (T, units)."""
        return np.asarray(np.maximum(numbers(self.facts.units, "stop_ramp_mw"), self.inputs.output_min_mw))

    @cached_property
    def stop_reach_mw(self) -> np.ndarray:
        """Highest output and reserve up together in the step before a stop, at least Pmin[t], MW, (T, units)."""
        return np.asarray(np.maximum(numbers(self.facts.units, "stop_reach_mw"), self.inputs.output_min_mw))


def numbers(components: Iterable[object], attribute: str) -> np.ndarray:
    """One number of every component, (components,)."""
    return np.array([getattr(component, attribute) for component in components], dtype=float)


def names(components: Iterable[Named]) -> Sequence[str]:
    """The name of every component."""
    return [component.name for component in components]


def belongs(components: Iterable[Placed], grid: str) -> NDArray[np.bool_]:
    """Whether each component belongs to a grid, (components,)."""
    return np.array([component.grid == grid for component in components], dtype=bool)
