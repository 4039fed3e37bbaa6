"""
The cheapest relaxation of a case: its rules give at graded prices, and what gives says why nothing fits.

    rule                          what gives                                                        CNY/MWh
    balance of a bus              power that appears or vanishes                                    100,000
    rating of a line or link      flow beyond it, without an outage                                  20,000
    heating minimum of a unit     output of a unit that is on, down to its minimum out of season     15,000
    running minimum of a plant    units on, each as the mean greatest output of the plant's          15,000
    heat load beside a heat store heat that is short                                                 15,000
    reserve that may not be short what is short of it                                                10,000
    must-run hours of a unit      its greatest output, where it is off                                5,000

Load comes last, then sections and lines, heat, reserve, and what was only scheduled comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs
from dispatch.horizon import BEIJING
from dispatch.model import names
from dispatch.model.rows import Model
from dispatch.schedule.outcome import Slack
from dispatch.solve.problem import INFINITY, Cuts, Problem

NOTICED_MW = 0.1
PRICES_CNY_PER_MWH = {
    "balance_missing": 100_000.0,
    "balance_surplus": 100_000.0,
    "line_rating": 20_000.0,
    "heating_minimum": 15_000.0,
    "running_minimum": 15_000.0,
    "heat_short": 15_000.0,
    "reserve_up": 10_000.0,
    "reserve_down": 10_000.0,
    "must_run": 5_000.0,
}


@dataclass(frozen=True)
class Gives:
    """One kind of rule that may give: MW of it are `at + mw . x[column_index]`, (T, names)."""

    code: str
    names: tuple[str, ...]
    column_index: np.ndarray  # (T, names)
    mw: np.ndarray  # of 1 in the column, (T, names)
    at_mw: np.ndarray  # where the columns are 0, (T, names)


class Relaxation:
    """A problem in the making, in which one kind of rule after another may give."""

    def __init__(self, model: Model, problem: Problem, facts: GridFacts, inputs: Inputs) -> None:
        self._model, self._facts, self._inputs = model, facts, inputs
        self.problem = problem
        self.gives: list[Gives] = []

    def give_balance(self) -> None:
        """Power appears or vanishes at buses of the grid; what a neighbour may send is the interchange."""
        own = {bus.name for bus in self._facts.buses if bus.grid in self._facts.members}
        balance = self._model.rows[names.BALANCE]
        places = [k for k, bus in enumerate(balance.axes["name"]) if bus in own]
        told = tuple(str(balance.axes["name"][k]) for k in places)
        rows = balance.numbers[:, places]
        for code, sign in (("balance_missing", 1.0), ("balance_surplus", -1.0)):
            self._add(code, told, _unit_columns(self.problem, rows, sign), np.full(rows.shape, INFINITY))

    def give_ratings(self) -> None:
        """A flow goes on beyond its bounds in a column of its own."""
        for name in (names.LINE_FLOW, names.LINK_FLOW):
            if name in self._model.variables:
                flow = self._model.variables[name]
                told = tuple(map(str, flow.axes["name"]))
                own = self.problem.rows[:, flow.columns.ravel()]
                for sign, bound in ((1.0, flow.upper), (-1.0, flow.lower)):
                    most = np.where(np.isfinite(bound) & (bound != 0), INFINITY, 0.0)  # 0: it has one direction
                    self._add("line_rating", told, sp.csc_array(sign * own), most)

    def give_heat(self) -> None:
        """A unit that heats and is on may lie below its heating minimum, down to that out of season."""
        normal = np.array([unit.output_min_mw for unit in self._facts.units])
        room = np.maximum(0.0, self._inputs.output_min_mw - normal)
        units = np.flatnonzero(room.max(axis=0, initial=0.0) > NOTICED_MW)
        if not len(units):
            return
        room = room[:, units]
        balance = self._model.rows[names.BALANCE]
        place = {str(bus): k for k, bus in enumerate(balance.axes["name"])}
        rows = balance.numbers[:, [place[self._facts.units[k].bus] for k in units]]
        told = tuple(self._facts.units[k].name for k in units)
        sent_out = np.broadcast_to(self._inputs.sent_out_share, len(self._facts.units))[units]
        given = self._add("heating_minimum", told, _unit_columns(self.problem, rows, -sent_out), room)
        on = self._model.variables[names.STATUS].columns[:, units]
        number = np.arange(given.size)
        factors = np.concatenate([np.ones(given.size), -room.ravel()])
        at = (np.concatenate([number, number]), np.concatenate([given.ravel(), on.ravel()]))
        only_on = sp.csr_array((factors, at), shape=(given.size, len(self.problem.cost)))
        self.problem = self.problem.extended(Cuts(only_on, np.full(given.size, -INFINITY), np.zeros(given.size)))

    def give_running_minimum(self) -> None:
        """A heating plant may keep fewer units on; one fewer counts as the mean of their greatest outputs."""
        if names.RUNNING_MINIMUM not in self._model.rows or names.SHORT_HEAT in self._model.variables:
            return  # none, or priced as it is
        family = self._model.rows[names.RUNNING_MINIMUM]
        plants = tuple(map(str, family.axes["plant"]))
        groups = {group.plant: list(group.unit_indices) for group in self._inputs.running_groups}
        size = np.column_stack([self._inputs.output_max_mw[:, groups[plant]].mean(axis=1) for plant in plants])
        rows = _unit_columns(self.problem, family.numbers, 1.0)
        scaled = sp.csc_array(rows @ sp.diags_array(1.0 / size.ravel()))
        self._add("running_minimum", plants, scaled, np.full(size.shape, INFINITY))

    def give_heat_load(self) -> None:
        """A plant with a heat store may give less heat than its load."""
        if names.HEAT_BALANCE not in self._model.rows or names.UNSERVED_HEAT in self._model.variables:
            return  # none, or priced as it is
        family = self._model.rows[names.HEAT_BALANCE]
        load = np.column_stack([plant.load_mw for plant in self._inputs.heat_plants])
        self._add("heat_short", tuple(family.axes["name"]), _unit_columns(self.problem, family.numbers, 1.0), load)

    def give_reserve(self) -> None:
        """Reserve that may not be short may be so, at a price."""
        hard = [r.grid for r in self._facts.reserve_rules if r.hard]
        for code, name in (("reserve_up", names.SHORT_UP), ("reserve_down", names.SHORT_DOWN)):
            short = self._model.variables[name]
            own = [k for k, grid in enumerate(short.axes["name"]) if grid in hard]
            columns = short.columns[:, own]
            cost, upper = self.problem.cost.copy(), self.problem.upper.copy()
            cost[columns], upper[columns] = PRICES_CNY_PER_MWH[code] * self._inputs.step_h, INFINITY
            self.problem = replace(self.problem, cost=cost, upper=upper)
            told = tuple(str(short.axes["name"][k]) for k in own)
            self.gives.append(Gives(code, told, columns, np.ones(columns.shape), np.zeros(columns.shape)))

    def give_must_run(self, least_on: np.ndarray) -> None:
        """A unit may be off in must-run hours; `least_on` is its least status without them, (T, units)."""
        status = self._model.variables[names.STATUS]
        asked = status.lower > least_on
        units = np.flatnonzero(asked.any(axis=0))
        columns, asked = status.columns[:, units], asked[:, units]
        size = np.where(asked, self._inputs.output_max_mw[:, units], 0.0)
        price = PRICES_CNY_PER_MWH["must_run"] * self._inputs.step_h
        cost, lower = self.problem.cost.copy(), self.problem.lower.copy()
        cost[columns] -= price * size
        lower[columns] = least_on[:, units]
        constant = self.problem.constant + price * float(size.sum())
        self.problem = replace(self.problem, cost=cost, lower=lower, constant=constant)
        told = tuple(self._facts.units[k].name for k in units)
        self.gives.append(Gives("must_run", told, columns, -size, size))

    def given(self, x: np.ndarray) -> tuple[Slack, ...]:
        """What gives in a point, by kind, step and place."""
        stamps = [time.tz_localize(BEIJING).isoformat() for time in self._inputs.times]
        found = []
        for gives in self.gives:
            power = gives.at_mw + gives.mw * x[gives.column_index]
            found += [
                Slack(gives.code, gives.names[k], stamps[t], round(float(power[t, k]), 3))
                for t, k in np.argwhere(power > NOTICED_MW)
            ]
        return tuple(found)

    def _add(self, code: str, told: Sequence[str], rows: sp.csc_array, most: np.ndarray) -> np.ndarray:
        """Columns of MW that give, at the price of their kind; their numbers, (T, names)."""
        problem, count = self.problem, most.size
        columns = len(problem.cost) + np.arange(count).reshape(most.shape)
        no = np.zeros(count, dtype=bool)
        price = np.full(count, PRICES_CNY_PER_MWH[code] * self._inputs.step_h)
        self.problem = replace(
            problem,
            cost=np.concatenate([problem.cost, price]),
            lower=np.concatenate([problem.lower, np.zeros(count)]),
            upper=np.concatenate([problem.upper, most.ravel()]),
            integer=np.concatenate([problem.integer, no]),
            implied=None if problem.implied is None else np.concatenate([problem.implied, no]),
            rows=sp.csc_array(sp.hstack([problem.rows, rows])),
        )
        self.gives.append(Gives(code, tuple(told), columns, np.ones(most.shape), np.zeros(most.shape)))
        return columns


def _unit_columns(problem: Problem, rows: np.ndarray, factor: np.ndarray | float) -> sp.csc_array:
    """A column for each of some rows, (T, n), with one factor in that row, which broadcasts to them."""
    at = (rows.ravel(), np.arange(rows.size))
    return sp.csc_array((np.broadcast_to(factor, rows.shape).ravel(), at), shape=(len(problem.row_lower), rows.size))
