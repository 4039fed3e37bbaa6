"""
What of a PyPSA network a case can say, column by column; every other column must be at PyPSA's default.

https://docs.pypsa.org, components. Outputs of an earlier optimisation are no questions and are passed over.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dispatch.errors import Flaw

if TYPE_CHECKING:
    import pypsa  # seconds, of every command that reads a file

PORT = re.compile(r"bus\d+")  # of links, which join two buses here
SHOWN_COUNT = 6  # names; more would not be read
NOTHING_HERE = {"capital_cost", "overnight_cost", "discount_rate", "fom_cost", "build_year", "lifetime", "weight"}
NOTHING_HERE |= {"type", "carrier", "control", "color", "nice_name", "x", "y", "unit", "location", "length", "name"}
NOTHING_HERE |= {"p_nom_min", "p_nom_max", "p_nom_set", "s_nom_min", "s_nom_max", "s_nom_set", "terrain_factor"}
NOTHING_HERE |= {"q_set", "v_mag_pu_set", "v_mag_pu_min", "v_mag_pu_max", "r", "g", "b", "max_growth", "active"}
NOTHING_HERE |= {"max_relative_growth", "maintenance_duration", "maintenance_pu", "maintenance_events", "generator"}
BRANCH = {"bus0", "bus1", "x", "s_nom", "s_max_pu", "num_parallel"}
READ = {
    "buses": {"v_nom", "carrier"},
    "carriers": {"co2_emissions"},
    "loads": {"bus", "p_set", "sign"},
    "lines": BRANCH,
    "transformers": BRANCH | {"tap_ratio", "tap_side", "tap_position", "model"},
    "links": {"bus0", "bus1", "p_nom", "p_min_pu", "p_max_pu", "cyclic_delay", "up_time_before"},
    "generators": {
        *("bus", "p_nom", "p_min_pu", "p_max_pu", "p_init", "marginal_cost", "efficiency", "committable"),
        *("start_up_cost", "shut_down_cost", "stand_by_cost", "min_up_time", "min_down_time", "up_time_before"),
        *("down_time_before", "ramp_limit_up", "ramp_limit_down", "ramp_limit_start_up", "ramp_limit_shut_down"),
    },
    "storage_units": {
        *("bus", "p_nom", "p_min_pu", "p_max_pu", "max_hours", "state_of_charge_initial", "marginal_cost"),
        *("efficiency_store", "efficiency_dispatch", "standing_loss"),
    },
}
PASSED_OVER = {"line_types", "transformer_types", "sub_networks", "shunt_impedances", "shapes", "networks"}
COMPONENTS = {**READ, **{name: set() for name in ("global_constraints", "stores", "processes")}}


def column_flaws(network: pypsa.Network) -> Iterator[Flaw]:
    """Every column that says something that no case can say, and every component that there is no word for."""
    if network.has_scenarios:
        yield Flaw("UNSUPPORTED_FIELD", "scenarios", "only one scenario can be asked; give a network without scenarios")
    if len(network.investment_periods):
        yield Flaw("UNSUPPORTED_FIELD", "investment_periods", "what is built is not decided here; give one period")
    for component in network.components:
        table, static = component.list_name, component.static
        if table in PASSED_OVER or static.empty:
            continue
        if table not in READ:
            names = ", ".join(map(str, static.index[:SHOWN_COUNT]))
            yield Flaw("UNSUPPORTED_COMPONENT", table, f"{names}: cannot be asked here; leave them out")
            continue
        yield from _table_flaws(table, component)


def unknown_columns(network: pypsa.Network) -> list[str]:
    """Columns that PyPSA itself gives no meaning, told and passed over."""
    return [
        f"{component.list_name}.{column}"
        for component in network.components
        if component.list_name in READ and not component.static.empty
        for column in component.static.columns
        if column not in component.defaults.index and column != "v_nom"  # PyPSA works it out for branches
    ]


def _table_flaws(table: str, component: pypsa.components.Components) -> Iterator[Flaw]:
    active = component.static.index
    if "active" in component.static:
        active = component.static.index[component.static["active"].astype(bool)]
    inputs = component.defaults[component.defaults["status"].str.startswith("Input")]
    meant = {str(column): default for column, default in inputs["default"].items()}
    meant |= {str(column): "" for column in component.static.columns if PORT.fullmatch(str(column))}
    for column, default in meant.items():
        if column in READ[table] | NOTHING_HERE:
            continue
        given = [name for name in active if _is_given(component, column, name, default)]
        if given:
            told = ", ".join(map(str, given[:SHOWN_COUNT]))
            more = f" and {len(given) - SHOWN_COUNT} more" if len(given) > SHOWN_COUNT else ""
            message = f"of {told}{more}: cannot be asked here; leave it at its default, {default}"
            yield Flaw("UNSUPPORTED_FIELD", f"{table}.{column}", message)


def _is_given(component: pypsa.components.Components, column: str, name: str, default: object) -> bool:
    """Whether a column of one component, or its series, is not at its default."""
    series = component.dynamic.get(column)
    if series is not None and name in series.columns:
        return any(_differs(value, default) for value in series[name])
    return column in component.static and _differs(component.static.loc[name, column], default)


def _differs(value: object, default: object) -> bool:
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return False
    return not (value == default or str(value) == str(default))


class Column:
    """Static values or series of one table over the horizon; what cannot be read is told."""

    def __init__(self, network: pypsa.Network, table: str, flaws: list[Flaw]) -> None:
        component = network.components[table]
        self.table, self.flaws = table, flaws
        self.static, self.dynamic, self._steps = component.static, component.dynamic, len(network.snapshots)

    @property
    def names(self) -> Collection[str]:
        """Every active component."""
        if "active" not in self.static:
            return list(self.static.index)
        return list(self.static.index[self.static["active"].astype(bool)])

    def tell(self, name: str, column: str, code: str, message: str) -> None:
        """Keep a flaw of a column of one component."""
        self.flaws.append(Flaw(code, f"{self.table}.{name}.{column}", message))

    def series(self, name: str, column: str) -> np.ndarray:
        """One finite number a step, (T,)."""
        held = self.dynamic.get(column)
        given = held[name] if held is not None and name in held.columns else self.static.loc[name, column]
        values = np.broadcast_to(np.asarray(pd.to_numeric(given, errors="coerce"), dtype=float), (self._steps,))
        if np.isnan(values).any() or not isinstance(given, pd.Series | int | float | np.number):
            self.tell(name, column, "NOT_FINITE", "holds a value that is no number; give a number a snapshot")
            return np.zeros(self._steps)
        return np.array(values)

    def constant(self, name: str, column: str) -> float:
        """A number that stays the same throughout."""
        values = self.series(name, column)
        if len(set(values)) > 1:
            self.tell(name, column, "UNSUPPORTED_SERIES", "changes over time; only one value can be asked")
        return float(values[0])

    def limit(self, name: str, column: str) -> float:
        """A number that stays the same, infinite where there is none (NaN)."""
        held = self.dynamic.get(column)
        if (held is None or name not in held.columns) and pd.isna(self.static.loc[name, column]):
            return math.inf
        return self.constant(name, column)
