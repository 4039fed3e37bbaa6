"""The hourly series that the page draws, taken from a schedule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dispatch.case.as_asked import as_asked
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs, inputs_of, state_levels_mwh
from dispatch.case.storage import PUMPED_HYDRO
from dispatch.report.scenario import Scenario
from dispatch.schedule.prices import PriceTables
from dispatch.schedule.schedule import Schedule
from dispatch.units import POWER_MW


@dataclass(frozen=True)
class Hourly:
    """A scenario with its inputs and its schedule, ready to be summed by kind."""

    facts: GridFacts
    inputs: Inputs
    schedule: Schedule
    start_level_mwh: dict[str, float]  # by store, before the first step
    prices: PriceTables | None = None

    @property
    def middles(self) -> list[str]:
        """Middle of every step: a bar stands on its whole step."""
        half = pd.Timedelta(hours=self.inputs.step_h / 2)
        return [f"{t + half:%Y-%m-%d %H:%M}" for t in self.inputs.times]

    @property
    def whole(self) -> list[str]:
        """The middles between the first moment and the last: a line of steps runs as far as the bars."""
        edges = self.edges
        return [edges[0], *self.middles, edges[-1]]

    @property
    def edges(self) -> list[str]:
        """Start of the first step and end of every step: where levels stand."""
        step = pd.Timedelta(hours=self.inputs.step_h)
        times = self.inputs.times
        return [f"{t:%Y-%m-%d %H:%M}" for t in (times[0], *(t + step for t in times))]

    @property
    def full_branches(self) -> list[str]:
        """Lines and links that carry all they may in some step."""
        rating_mw = {line.name: line.rating_mw for line in self.facts.lines}
        rating_mw |= {link.name: link.rating_mw for link in self.facts.links}
        flow_mw = self.schedule.flow_mw.abs().max()
        return [name for name, rating in rating_mw.items() if rating > 0 and flow_mw[name] >= rating - POWER_MW]

    def of_units(self, table: pd.DataFrame, carrier: str) -> np.ndarray:
        """Sum over the thermal units of a carrier, shape (T,)."""
        return total(table, [u.name for u in self.facts.units if u.carrier == carrier])

    def of_plants(self, table: pd.DataFrame, technology: str) -> np.ndarray:
        """Sum over the plants of a technology, shape (T,)."""
        return total(table, [p.name for p in self.facts.plants if p.technology == technology])

    def of_stores(self, table: pd.DataFrame, *, pumped: bool) -> np.ndarray:
        """Sum over pumped hydro or over all other stores, shape (T,)."""
        return total(table, self._stores(pumped=pumped))

    def levels_mwh(self, *, pumped: bool) -> np.ndarray:
        """Level of pumped hydro or of all other stores at every edge, shape (T + 1,)."""
        start = sum(self.start_level_mwh.get(name, 0.0) for name in self._stores(pumped=pumped))
        return np.concatenate([[start], self.of_stores(self.schedule.level_mwh, pumped=pumped)])

    def _stores(self, *, pumped: bool) -> list[str]:
        return [s.name for s in self.facts.stores if (s.technology == PUMPED_HYDRO) == pumped]


def hourly_of(scenario: Scenario) -> Hourly | None:
    """The series of a scenario, or None where there is no schedule."""
    schedule = scenario.outcome.schedule
    if schedule is None:
        return None
    facts = as_asked(scenario.case, scenario.facts)
    start_mwh = state_levels_mwh(scenario.case, facts, "start_level_mwh")
    levels = {store.name: float(level) for store, level in zip(facts.stores, start_mwh, strict=True)}
    prices = scenario.outcome.prices.tables if scenario.outcome.prices else None
    return Hourly(facts, inputs_of(scenario.case, facts), schedule, levels, prices)


def total(table: pd.DataFrame, names: list[str] | None = None) -> np.ndarray:
    """Sum of some columns, or of all, shape (T,)."""
    return np.asarray((table if names is None else table[names]).sum(axis=1), dtype=float)


def generation_mw(hourly: Hourly) -> dict[str, np.ndarray]:
    """What feeds the load, by layer from the bottom up, MW, shape (T,); empty layers are left out."""
    s = hourly.schedule
    imported = total(s.net_import_mw)
    layers = {carrier: hourly.of_units(s.output_mw, carrier) for carrier in ("coal", "gas")}
    layers["import"] = np.maximum(imported, 0)
    layers["pumped_hydro"] = hourly.of_stores(s.discharge_mw, pumped=True)
    layers["storage"] = hourly.of_stores(s.discharge_mw, pumped=False)
    for technology in ("wind_onshore", "wind_offshore", "solar_utility", "solar_distributed"):
        layers[technology] = hourly.of_plants(s.injected_mw, technology)
    return {name: power for name, power in layers.items() if power.any()}


def taking_mw(hourly: Hourly) -> dict[str, np.ndarray]:
    """What takes power beside the load, by layer, MW >= 0, shape (T,)."""
    s = hourly.schedule
    layers = {
        "pumped_hydro": hourly.of_stores(s.charge_mw, pumped=True),
        "storage": hourly.of_stores(s.charge_mw, pumped=False),
        "export": np.maximum(-total(s.net_import_mw), 0),
        "self_use": s.output_mw.to_numpy() @ (1.0 - hourly.inputs.sent_out_share),
        "network_loss": total(s.loss_mw),
    }
    return {name: power for name, power in layers.items() if power.any()}


def load_mw(hourly: Hourly) -> np.ndarray:
    """Load after response, MW, shape (T,)."""
    s = hourly.schedule
    return np.asarray(hourly.inputs.load_mw.sum(axis=1) - total(s.cut_mw) + total(s.extra_mw))


def curtailed_by_bus_mw(hourly: Hourly, most: int) -> pd.DataFrame:
    """Curtailment by bus, steps x buses, MW: those with the most energy first, none without any."""
    bus = {plant.name: plant.bus for plant in hourly.facts.plants}
    table = hourly.schedule.curtailed_mw
    by_bus = table.T.groupby(by=lambda name: bus[name]).sum().T
    order = by_bus.sum().sort_values(ascending=False)
    shown = [name for name, mw in order.items() if mw > 1][:most]
    return by_bus[shown]
