"""What every function of the formulation is given: the model so far, and what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs
from dispatch.model.terms import Terms, add_rows, terms_of


@dataclass(frozen=True)
class Draft:
    """A model under construction. Every array is over steps x components, in the order of the facts."""

    model: linopy.Model
    case: Case
    facts: GridFacts
    inputs: Inputs

    @cached_property
    def times(self) -> pd.DatetimeIndex:
        """Steps, as PyPSA labels them."""
        return pd.DatetimeIndex(self.inputs.times, name="snapshot")

    @cached_property
    def units(self) -> pd.Index:
        """Thermal units."""
        return named(unit.name for unit in self.facts.units)

    @cached_property
    def stores(self) -> pd.Index:
        """Storage plants."""
        return named(store.name for store in self.facts.stores)

    @cached_property
    def contracts(self) -> pd.Index:
        """Response contracts."""
        return named(contract.name for contract in self.facts.contracts)

    def variable(self, name: str, names: pd.Index) -> Terms:
        """A variable of the model over steps and the given components, (T, n)."""
        return terms_of(self.model.variables[name], names)

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
        axes = {"snapshot": self.times, "name": names}
        shape = (len(self.times), len(names))
        low, high = (
            xr.DataArray(np.broadcast_to(np.asarray(bound, dtype=float), shape), coords=axes, dims=tuple(axes))
            for bound in (lower, upper)
        )
        self.model.add_variables(lower=low, upper=high, name=name, integer=integer)
        return self.variable(name, names)

    def hold(self, name: str, terms: Terms, sign: str, right: np.ndarray | float, names: pd.Index) -> None:
        """Rows over all steps and the given components."""
        add_rows(self.model, name, terms, sign, right, {"snapshot": self.times, "name": names})

    def hold_at(self, step: int, name: str, terms: Terms, sign: str, right: np.ndarray, names: pd.Index) -> None:
        """Rows over the given components in one step; `terms` and `right` are over all steps or of that one."""
        one = terms[step] if terms.labels.ndim > len(("name", "term")) else terms
        add_rows(self.model, name, one, sign, right, {"name": names})


def named(names: Iterable[str]) -> pd.Index:
    """An index called `name`, as PyPSA calls it."""
    return pd.Index(list(names), name="name", dtype=object)


def each(components: Iterable[object], attribute: str) -> np.ndarray:
    """One attribute of every component, (n,)."""
    return np.array([getattr(component, attribute) for component in components], dtype=float)
