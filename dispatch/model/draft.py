"""What every function of the formulation is given: the model so far, and what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs


@dataclass(frozen=True)
class Draft:
    """A model under construction. Arrays are labelled as PyPSA labels them: `snapshot` x `name`."""

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

    def by_step(self, values: np.ndarray, names: pd.Index) -> xr.DataArray:
        """An array (T, n) with its labels."""
        return xr.DataArray(values, coords={"snapshot": self.times, "name": names}, dims=("snapshot", "name"))

    def variable(self, name: str, names: pd.Index) -> linopy.Variable:
        """A variable of the model over the given components, in their order."""
        return cast("linopy.Variable", self.model.variables[name].sel(name=names))

    def free(self, name: str, names: pd.Index, upper: xr.DataArray | float = np.inf) -> linopy.Variable:
        """A new variable >= 0 over steps and the given components."""
        return self.model.add_variables(lower=0.0, upper=upper, coords=[self.times, names], name=name)


def named(names: Iterable[str]) -> pd.Index:
    """An index called `name`, as PyPSA calls it."""
    return pd.Index(list(names), name="name", dtype=object)


def total(terms: list[linopy.LinearExpression]) -> linopy.LinearExpression:
    """The sum of expressions of one shape."""
    return cast("linopy.LinearExpression", linopy.merge(terms))


def by_name(values: np.ndarray, names: pd.Index) -> xr.DataArray:
    """An array (n,) with its labels."""
    return xr.DataArray(np.asarray(values, dtype=float), coords={"name": names}, dims=("name",))
