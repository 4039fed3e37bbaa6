"""Prices of a schedule by grid, for a terminal and for the page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.case.facts import GridFacts
from dispatch.case.inputs import inputs_of
from dispatch.case.network import Line, Link
from dispatch.report.drawing import Figure, figure, steps
from dispatch.report.scenario import Scenario
from dispatch.report.series import Hourly
from dispatch.report.words import FAINT, Word, grid_word
from dispatch.schedule.prices import PriceTables
from dispatch.units import PRICE_CNY_PER_MWH

NOTE = (
    "Price: what one more MWh of load costs with every unit on or off as it is; no tariff. Penalties are in it: where\n"
    "wind is curtailed at 500 CNY/MWh it is -500 or near. Where several prices are optimal, one of them is given."
)
COLOURS = ("#2f5d8a", "#b0762b", "#4d7f5a")


@dataclass(frozen=True)
class GridPrice:
    """Prices of one member grid."""

    grid: str
    mean_cny_per_mwh: np.ndarray  # (T,), of its buses by load
    lowest_cny_per_mwh: np.ndarray  # (T,)
    highest_cny_per_mwh: np.ndarray  # (T,)
    congested: NDArray[np.bool_]  # (T,): some line, link or section of it is worth more than nothing


def grid_prices(facts: GridFacts, load_mw: np.ndarray, tables: PriceTables) -> list[GridPrice]:
    """Of every member grid, the prices of its own buses, step by step."""
    found, price = [], tables.price_cny_per_mwh.to_numpy(dtype=float)
    home = {bus.name: bus.grid for bus in facts.buses}
    branches: list[Line | Link] = [*facts.lines, *facts.links]
    ends = {branch.name: {home[branch.from_bus], home[branch.to_bus]} for branch in branches}
    for grid in facts.members:
        own = np.array([bus.grid == grid for bus in facts.buses])
        weight = load_mw[:, own] + np.where(load_mw[:, own].sum(axis=1, keepdims=True) > 0, 0.0, 1.0)
        members = [name for name in tables.rating_worth_cny_per_mwh.columns if grid in ends[name]]
        sections = [s.name for s in facts.sections if any(grid in ends[name] for name in s.branches)]
        worth = [tables.rating_worth_cny_per_mwh[members], tables.emergency_worth_cny_per_mwh[members]]
        worth += [tables.forward_worth_cny_per_mwh[sections], tables.backward_worth_cny_per_mwh[sections]]
        full = np.any([(table.to_numpy(dtype=float) > PRICE_CNY_PER_MWH).any(axis=1) for table in worth], axis=0)
        mean = (price[:, own] * weight).sum(axis=1) / weight.sum(axis=1)
        found.append(GridPrice(grid, mean, price[:, own].min(axis=1), price[:, own].max(axis=1), full))
    return found


def price_table(scenario: Scenario) -> str:
    """A row a grid: mean, least and most price, hours at nothing or below, of congestion; or why there is none."""
    report = scenario.outcome.prices
    if report is None or report.tables is None:
        return f"no prices: {report.reason if report else 'they were not asked for'}"
    load_mw, step_h = inputs_of(scenario.case, scenario.facts).load_mw, report.tables.step_h
    lines = [f"{'price, CNY/MWh':<16}{'mean':>9}{'least':>10}{'most':>10}{'h <= 0':>9}{'h congested':>13}"]
    for own in grid_prices(scenario.facts, load_mw, report.tables):
        free = (own.lowest_cny_per_mwh <= PRICE_CNY_PER_MWH).sum() * step_h
        lines.append(
            f"{own.grid:<16}{_mean(scenario, own, load_mw):>9,.1f}{own.lowest_cny_per_mwh.min():>10,.1f}"
            f"{own.highest_cny_per_mwh.max():>10,.1f}{free:>9g}{own.congested.sum() * step_h:>13g}"
        )
    if report.absorption_cny_per_mwh is not None:
        lines.append(f"one more MWh absorbed: {report.absorption_cny_per_mwh:,.0f} CNY at the margin")
    if report.carbon_cny_per_tco2 is not None:
        lines.append(f"one tonne less: {report.carbon_cny_per_tco2:,.0f} CNY at the margin")
    return "\n".join([*lines, NOTE])


def _mean(scenario: Scenario, own: GridPrice, load_mw: np.ndarray) -> float:
    """Mean over the horizon by load."""
    buses = np.array([bus.grid == own.grid for bus in scenario.facts.buses])
    load = load_mw[:, buses].sum(axis=1)
    return float(np.average(own.mean_cny_per_mwh, weights=load if load.any() else None))


def price_figure(hourly: Hourly) -> Figure | None:
    """The price of each grid, hour by hour, with the least and the most of its buses; None without prices."""
    if hourly.prices is None:
        return None
    traces = []
    prices = grid_prices(hourly.facts, hourly.inputs.load_mw, hourly.prices)
    for colour, own in zip(COLOURS * len(prices), prices, strict=False):
        name = grid_word(own.grid)
        thin = {"color": FAINT, "width": 1, "dash": "dot", "shape": "hvh"}
        edges = Word(f"{name.chinese}最低/最高", f"{name.english}, least and most of its buses", FAINT)
        traces.append(steps(hourly.whole, own.mean_cny_per_mwh, Word(name.chinese, name.english, colour)))
        traces.append(steps(hourly.whole, own.lowest_cny_per_mwh, edges, line=thin))
        traces.append(steps(hourly.whole, own.highest_cny_per_mwh, edges, line=thin, showlegend=False))
    return figure(traces, "元/MWh CNY/MWh")
