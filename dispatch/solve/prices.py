"""
Prices of a schedule: its integers fixed, the rest solved as an LP of the whole model, its duals read by meaning.

What one more unit of something is worth is the derivative of the optimum. For what stands in one row or bound it is the
dual; for a store's power, its room and a contract's capacity, which stand in many, it is taken from the model itself,
written once more with a little more of it:

    d optimum  =  sum( y d side )  +  sum( d_j d bound_j )  -  sum( y d a x )

y, d_j  prices of rows and columns        a  coefficients        x  the point
Each row and column counts for the step and component that it is labelled with. (The envelope theorem; Milgrom, Segal,
Econometrica 70(2), 2002.) Prices are per hour of a step: duals of rows in MW are divided by its length.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import scipy.sparse as sp

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs
from dispatch.case.reserve_products import PRODUCTS
from dispatch.model import names
from dispatch.model.build import built
from dispatch.model.rows import Model
from dispatch.schedule.prices import PriceTables
from dispatch.solve.duals import Duals
from dispatch.solve.islands import Islands, islands_of
from dispatch.solve.problem import INFINITY, Problem, problem_of

MORE = 1.0  # MW or MWh: every row is linear in what is asked about


@dataclass(frozen=True)
class Priced:
    """A model, what it is about, and the duals of its LP."""

    model: Model
    case: Case
    facts: GridFacts
    inputs: Inputs
    duals: Duals

    def rows(self, family: str) -> np.ndarray:
        """Duals of a family of rows per hour of a step, (T, n); nothing wide where there is no such family."""
        if family not in self.model.rows:
            return np.zeros((len(self.inputs.times), 0))
        return np.asarray(self.duals.row_price[self.model.rows[family].numbers] / self.inputs.step_h)

    def columns(self, variable: str, price: np.ndarray) -> np.ndarray:
        """Prices of a variable's columns per hour of a step, (T, n)."""
        if variable not in self.model.variables:
            return np.zeros((len(self.inputs.times), 0))
        return np.asarray(price[self.model.variables[variable].columns] / self.inputs.step_h)

    def frame(self, values: np.ndarray, components: Sequence[str]) -> pd.DataFrame:
        """A table; zero where the model has no such rows."""
        full = values if values.shape[1] else np.zeros((len(self.inputs.times), len(components)))
        return pd.DataFrame(full + 0.0, index=self.inputs.times, columns=list(components))


def tables_of(priced: Priced) -> PriceTables:
    """Every table of prices."""
    facts, islands = priced.facts, islands_of(priced.facts)
    buses, members = [bus.name for bus in facts.buses], list(facts.members)
    price = bus_prices(priced)
    energy, loss = islands.mean(price, priced.inputs.load_mw), marginal_loss(priced, islands)
    lines, links = [line.name for line in facts.lines], [link.name for link in facts.links]
    up, down = reserve_prices(priced)
    cap_on_cut, cap_on_extra = (-priced.rows(f"DemandResponse-{way}_cap") for way in ("cut", "extra"))
    forward, backward = -priced.rows("Section-forward"), priced.rows("Section-backward")
    sections = [section.name for section in facts.sections]
    return PriceTables(
        step_h=priced.inputs.step_h,
        price_cny_per_mwh=priced.frame(price, buses),
        energy_cny_per_mwh=priced.frame(energy, buses),
        congestion_cny_per_mwh=priced.frame(price - energy - loss, buses),
        loss_cny_per_mwh=priced.frame(loss, buses),
        reserve_up_cny_per_mwh=priced.frame(up, members),
        reserve_down_cny_per_mwh=priced.frame(down, members),
        cap_on_cut_worth_cny_per_mwh=priced.frame(cap_on_cut, members),
        cap_on_extra_worth_cny_per_mwh=priced.frame(cap_on_extra, members),
        rating_worth_cny_per_mwh=priced.frame(_rating_worth(priced), [*lines, *links]),
        emergency_worth_cny_per_mwh=priced.frame(_emergency_worth(priced), [*lines, *links]),
        forward_worth_cny_per_mwh=priced.frame(forward, sections),
        backward_worth_cny_per_mwh=priced.frame(backward, sections),
        **_worths(priced),
        **_product_prices(priced),
    )


def bus_prices(priced: Priced) -> np.ndarray:
    """
    What one more MWh of load at each bus costs, CNY/MWh, (T, buses): the dual of its balance.

    In a grid of one bus the balance stands in the row of reserve up too (`model.reserve`), whose dual is added.
    """
    price = priced.rows(names.BALANCE)
    if "Reserve-up" in priced.model.rows:
        asking, dual = list(priced.model.rows["Reserve-up"].axes["name"]), priced.rows("Reserve-up")
        for grid in asking:
            own = [k for k, bus in enumerate(priced.facts.buses) if bus.grid == grid]
            if len(own) == 1:
                price[:, own[0]] += dual[:, asking.index(grid)]
    return price


def reserve_prices(priced: Priced) -> tuple[np.ndarray, np.ndarray]:
    """
    What one more MW of reserve required for an hour costs, CNY/MWh, up and down, (T, members).

    Up: whichever asks for it, the shares or the largest unit on; the duals of both are added.
    """
    members = priced.facts.members
    both = []
    for family in ("Reserve-up", "Reserve-down"):
        price = np.zeros((len(priced.inputs.times), len(members)))
        if family in priced.model.rows:
            price[:, [members.index(g) for g in priced.model.rows[family].axes["name"]]] = priced.rows(family)
        both.append(price)
    if "Reserve-largest_unit" in priced.model.rows:
        grid = {unit.name: unit.grid for unit in priced.facts.units}
        for k, unit in enumerate(priced.model.rows["Reserve-largest_unit"].axes["name"]):
            both[0][:, members.index(grid[unit])] += priced.rows("Reserve-largest_unit")[:, k]
    return both[0], both[1]


def _product_prices(priced: Priced) -> dict[str, pd.DataFrame]:
    """What one more MW required for an hour costs of each reserve product, CNY/MWh; no column where none is asked."""
    members, tables = priced.facts.members, {}
    for product in PRODUCTS:
        asked = f"Reserve-{product}" in priced.model.rows
        price = np.zeros((len(priced.inputs.times), len(members) if asked else 0))
        if asked:
            asking = [members.index(grid) for grid in priced.model.rows[f"Reserve-{product}"].axes["name"]]
            price[:, asking] = priced.rows(f"Reserve-{product}")
        tables[f"{product}_cny_per_mwh"] = priced.frame(price, members if asked else [])
    return tables


def flow_prices(priced: Priced) -> np.ndarray:
    """
    What limits on it add to the cost of one more MW on each line, CNY/MWh, (T, lines): mu, never what the buses pay.

        mu[l]  =  d[l]  +  sum( a[r,l] y[r], r a row of a section or against an overload )

    d  price of the line's own bound: negative at the rating forward, positive at the rating backward
    """
    duals = priced.duals
    limiting = duals.row_price.copy()
    for family in (names.BALANCE, names.VOLTAGE_LAW, "Reserve-up", names.LINE_SECANTS):
        if family in priced.model.rows:
            limiting[priced.model.rows[family].numbers] = 0.0
    limiting[priced.model.row_count :] = np.where(_holds_loss(priced), 0.0, limiting[priced.model.row_count :])
    return priced.columns(names.LINE_FLOW, duals.column_price + duals.problem.rows.T @ limiting)


def loss_prices(priced: Priced) -> np.ndarray:
    """What losses add to the cost of one more MW on each line, CNY/MWh, (T, lines): sum( s_k y[k] ), k its pieces."""
    duals, count = priced.duals, priced.model.row_count
    losing = np.zeros_like(duals.row_price)
    if names.LINE_SECANTS in priced.model.rows:
        numbers = priced.model.rows[names.LINE_SECANTS].numbers
        losing[numbers] = duals.row_price[numbers]
    losing[count:] = np.where(_holds_loss(priced), duals.row_price[count:], 0.0)
    return priced.columns(names.LINE_FLOW, duals.problem.rows.T @ losing)


def _holds_loss(priced: Priced) -> np.ndarray:
    """Which rows beyond the model's hold a loss to its broken line (`solve.losses`), (rows,)."""
    added = priced.duals.problem.rows[priced.model.row_count :]
    if names.LINE_LOSS not in priced.model.variables:
        return np.zeros(added.shape[0], dtype=bool)
    return np.asarray(abs(added[:, priced.model.variables[names.LINE_LOSS].columns.ravel()]).sum(axis=1) > 0)


def marginal_loss(priced: Priced, islands: Islands) -> np.ndarray:
    """
    What losses of lines add at each bus, CNY/MWh, (T, buses), from what they are worth alone.

        sum( PTDF[l,b] nu[l] )   less its load-weighted mean over the island        nu  of `loss_prices`
    """
    if names.LINE_LOSS not in priced.model.variables:
        return np.zeros(priced.inputs.load_mw.shape)
    relative = loss_prices(priced) @ islands.ptdf_share
    return np.asarray(relative - islands.mean(relative, priced.inputs.load_mw))


def congestion(priced: Priced, islands: Islands) -> np.ndarray:
    """
    Congestion at each bus from what the limits of lines are worth alone, CNY/MWh, (T, buses).

        sum( PTDF[l,b] mu[l] )   less its load-weighted mean over the island
    """
    relative = flow_prices(priced) @ islands.ptdf_share if priced.facts.lines else np.zeros(priced.inputs.load_mw.shape)
    return np.asarray(relative - islands.mean(relative, priced.inputs.load_mw))


def _rating_worth(priced: Priced) -> np.ndarray:
    """What one more MW of rating both ways saves, CNY/MWh, (T, branches)."""
    price = np.abs(priced.duals.column_price)
    return np.hstack([priced.columns(name, price) for name in (names.LINE_FLOW, names.LINK_FLOW)])


def _emergency_worth(priced: Priced) -> np.ndarray:
    """What one more MW of emergency rating saves, CNY/MWh, (T, branches): duals of all rows against an overload."""
    steps, links = len(priced.inputs.times), len(priced.facts.links)
    by_row = priced.columns(names.OVERLOAD, priced.duals.problem.rows.T @ priced.duals.row_price)
    lines = by_row if by_row.shape[1] else np.zeros((steps, len(priced.facts.lines)))
    return np.hstack([lines, np.zeros((steps, links))])


def _worths(priced: Priced) -> dict[str, pd.DataFrame]:
    """What more of a store or a contract saves, from the model written with more of it."""
    inputs, facts, step_h = priced.inputs, priced.facts, priced.inputs.step_h
    stores, contracts = [s.name for s in facts.stores], [c.name for c in facts.contracts]
    in_season = np.where(inputs.contract_mw > 0, MORE, 0.0)
    power = saved(priced, stores, with_more_power) / step_h
    room = saved(priced, stores, lambda i: replace(i, level_max_mwh=i.level_max_mwh + MORE))
    capacity = saved(priced, contracts, lambda i: replace(i, contract_mw=i.contract_mw + in_season)) / step_h
    content = -priced.rows("StorageUnit-energy_balance") * step_h  # a row in MWh
    return {
        "power_worth_cny_per_mwh": priced.frame(power, stores),
        "room_worth_cny_per_mwh": priced.frame(room, stores),
        "content_worth_cny_per_mwh": priced.frame(content, stores),
        "capacity_worth_cny_per_mwh": priced.frame(capacity, contracts),
    }


def with_more_power(inputs: Inputs) -> Inputs:
    """One more MW of each store; of a plant by unit, shared by its units as they generate."""
    counts = np.zeros(len(inputs.store_power_mw))
    np.add.at(counts, [bank.store_index for bank in inputs.banks], [bank.unit_count for bank in inputs.banks])
    banks = tuple(
        replace(bank, generate_max_mw=bank.generate_max_mw + MORE / counts[bank.store_index])
        if bank.unit_count
        else bank
        for bank in inputs.banks
    )
    more = {name: getattr(inputs, name) + MORE for name in ("store_power_mw", "store_charge_mw")}
    return replace(inputs, banks=banks, **more)


def saved(priced: Priced, components: Sequence[str], more: Callable[[Inputs], Inputs]) -> np.ndarray:
    """What `more` inputs save, by the step and component whose rows and columns they change, CNY, (T, components)."""
    found = np.zeros((len(priced.inputs.times), len(components)))
    if not components:
        return found
    model = built(priced.case, priced.facts, more(priced.inputs))
    by_row, by_column = _saved_by(priced.duals, problem_of(model))
    place = {name: k for k, name in enumerate(components)}
    parts = [(rows.numbers, rows.axes, by_row) for rows in model.rows.values()]
    parts += [(variable.columns, variable.axes, by_column) for variable in model.variables.values()]
    for numbers, axes, by_number in parts:
        labels = list(axes.get("name", ()))
        own = [k for k, label in enumerate(labels) if label in place]
        if own and "snapshot" in axes:
            found[:, [place[labels[k]] for k in own]] += by_number[numbers[:, own]]
    return found


def _saved_by(duals: Duals, other: Problem) -> tuple[np.ndarray, np.ndarray]:
    """What each row and each column of another problem saves against the one solved, CNY; integers stay fixed."""
    count, whole = len(other.row_lower), duals.problem
    y, d = duals.row_price[:count], duals.column_price
    lower, upper = _moved(other.row_lower, whole.row_lower[:count]), _moved(other.row_upper, whole.row_upper[:count])
    changed = sp.csr_array(other.rows) - sp.csr_array(whole.rows)[:count]
    by_row = y * (np.where(y > 0, lower, upper) - changed @ duals.x)
    lower, upper = _moved(other.lower, whole.lower), _moved(other.upper, whole.upper)
    by_column = np.where(other.integer, 0.0, d * np.where(d > 0, lower, upper))
    return -by_row, -by_column


def _moved(now: np.ndarray, before: np.ndarray) -> np.ndarray:
    """By how much sides moved; nothing where there is none."""
    known = (np.abs(now) < INFINITY) & (np.abs(before) < INFINITY)
    moved = np.zeros(before.shape)
    moved[known] = now[known] - before[known]
    return moved
