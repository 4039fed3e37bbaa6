"""What every function of the formulation is given: the model so far, and what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from dispatch.case.calls import Calls, calls_of
from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs
from dispatch.case.oil import OilStart, oil_starts
from dispatch.case.start_limits import StartBound, start_bounds, weeks
from dispatch.model.rows import Axes, Model
from dispatch.model.terms import Terms
from dispatch.model.thermal.kinks import Kinks, kinks_of


@dataclass(frozen=True)
class Draft:
    """A model under construction. Every array is over steps x components, in the order of the facts."""

    model: Model
    case: Case
    facts: GridFacts
    inputs: Inputs

    @cached_property
    def times(self) -> pd.DatetimeIndex:
        """Steps, by their start."""
        return pd.DatetimeIndex(self.inputs.times, name="snapshot")

    @cached_property
    def days(self) -> pd.DatetimeIndex:
        """Calendar days (UTC+8) of which the horizon has a part."""
        return self.times.normalize().unique().rename("day")

    @cached_property
    def in_day(self) -> np.ndarray:
        """1 where a step lies in a day, else 0, (days, T, 1); a sum by day is `(terms[None] * in_day).sum(axis=1)`."""
        return np.array([self.times.normalize() == day for day in self.days], dtype=float)[:, :, None]

    @cached_property
    def in_week(self) -> np.ndarray:
        """1 where a step lies in a calendar week (Monday to Sunday), else 0, (weeks, T, 1)."""
        week_index = weeks(self.times)
        return np.asarray(week_index[None] == np.arange(week_index.max() + 1)[:, None], dtype=float)[:, :, None]

    @cached_property
    def units(self) -> pd.Index:
        """Thermal units."""
        return named(unit.name for unit in self.facts.units)

    @cached_property
    def kinks(self) -> Kinks:
        """What units cost and emit by their output."""
        price = self.case.prices.carbon_cny_per_t
        return kinks_of(self.facts.units, self.inputs.output_min_mw.min(axis=0), price)

    @cached_property
    def oil_starts(self) -> list[OilStart]:
        """Units that may need oil support."""
        return oil_starts(self.case, self.facts, self.inputs)

    @cached_property
    def start_bounds(self) -> list[StartBound]:
        """Units that a limit on starts can bind."""
        return start_bounds(self.case, self.facts, self.inputs)

    @cached_property
    def stores(self) -> pd.Index:
        """Storage plants."""
        return named(store.name for store in self.facts.stores)

    @cached_property
    def contracts(self) -> pd.Index:
        """Response contracts."""
        return named(contract.name for contract in self.facts.contracts)

    @cached_property
    def calls(self) -> Calls:
        """What limits the events of contracts that are called."""
        return calls_of(self.case, self.facts, self.inputs.response_cap_mw)

    @cached_property
    def called(self) -> pd.Index:
        """Response contracts that are called in events."""
        return self.contracts[self.calls.contract_indices]

    @cached_property
    def interfaces(self) -> pd.Index:
        """Interfaces to the neighbours."""
        return named(interface.name for interface in self.facts.interfaces)

    @cached_property
    def buses(self) -> pd.Index:
        """Buses, those of the neighbours among them."""
        return named(bus.name for bus in self.facts.buses)

    def variable(self, name: str, names: pd.Index | None = None) -> Terms:
        """A variable of the model over steps and the given components (all of them by default), (T, n)."""
        return self.model.variables[name].terms(names)

    def decide(
        self,
        name: str,
        names: pd.Index,
        upper: np.ndarray | float = np.inf,
        lower: np.ndarray | float = 0.0,
        *,
        integer: bool = False,
    ) -> Terms:
        """A new variable over steps and the given components, (T, n), between bounds that broadcast to it."""
        return self.model.add_variable(name, self._axes(names), lower, upper, integer=integer).terms()

    def hold(self, name: str, terms: Terms, sign: str, right: np.ndarray | float, names: pd.Index) -> None:
        """Rows over all steps and the given components."""
        self.model.add_rows(name, terms, sign, right, self._axes(names))

    def hold_at(self, step: int, name: str, terms: Terms, sign: str, right: np.ndarray, names: pd.Index) -> None:
        """Rows over the given components in one step; `terms` and `right` are over all steps or of that one."""
        one = terms[step] if terms.labels.ndim > len(("name", "term")) else terms
        self.model.add_rows(name, one, sign, right, {"name": names})

    def _axes(self, names: pd.Index) -> Axes:
        return {"snapshot": self.times, "name": names}


def named(names: Iterable[str]) -> pd.Index:
    """An index called `name`, as PyPSA calls it."""
    return pd.Index(list(names), name="name", dtype=object)


def each(components: Iterable[object], attribute: str) -> np.ndarray:
    """One attribute of every component, (n,)."""
    return np.array([getattr(component, attribute) for component in components], dtype=float)


def belonging(owners: Sequence[str], groups: Sequence[str]) -> np.ndarray:
    """1 where a group owns a component, else 0, (groups, components)."""
    return np.array([[owner == group for owner in owners] for group in groups], dtype=float).reshape(
        len(groups), len(owners)
    )
