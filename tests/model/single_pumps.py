"""One bus with a pumped-hydro plant, written down unit by unit and given to another solver (scipy's)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from dispatch.case.storage import Store


@dataclass
class Program:
    """Columns and rows as they come."""

    cost: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    rows: list[tuple[dict[int, float], float, float]] = field(default_factory=list)

    def column(self, upper: float, cost: float = 0.0, *, whole: bool = False) -> int:
        """A new column from 0 to `upper`."""
        self.cost.append(cost)
        self.upper.append(upper)
        self.whole.append(int(whole))
        return len(self.cost) - 1

    def hold(self, terms: dict[int, float], least: float, most: float) -> None:
        """A new row."""
        self.rows.append((terms, least, most))

    def optimum(self) -> float:
        """The least cost."""
        matrix = np.zeros((len(self.rows), len(self.cost)))
        for k, (terms, _, _) in enumerate(self.rows):
            matrix[k, list(terms)] = list(terms.values())
        limits = LinearConstraint(matrix, [row[1] for row in self.rows], [row[2] for row in self.rows])
        found = milp(self.cost, integrality=self.whole, bounds=Bounds(0, self.upper), constraints=limits)
        assert found.status == 0, found.message
        return float(found.fun)


def least_cost(
    load_mw: list[float], store: Store, prices: dict[float, float], loss_cny_per_mwh: float, level_mwh: float
) -> float:
    """
    Hours of a load met by power at some prices (CNY/MWh: MW) and by a plant that ends at the level it starts from.

    Wear and what is lost in the plant cost what they cost in the model.
    """
    program, steps = Program(), range(len(load_mw))
    into, out = store.charge_efficiency_share, store.discharge_efficiency_share
    power = [[program.column(most, price) for price, most in prices.items()] for _ in steps]
    level = [program.column(store.level_max_mwh) for _ in steps]
    mode = [program.column(1.0, whole=True) for _ in steps]
    balance = [dict.fromkeys(columns, 1.0) for columns in power]
    content = [{level[t]: 1.0} | ({level[t - 1]: -1.0} if t else {}) for t in steps]
    for group in store.groups:
        for _ in range(group.unit_count):
            made = {"generate": [], "pump": []}  # type: dict[str, list[int]]
            costs = {
                "generate": store.wear_cny_per_mwh + loss_cny_per_mwh * (1 / out - 1),
                "pump": loss_cny_per_mwh * (1 - into),
            }
            for t in steps:
                for way, sign in (("generate", 1.0), ("pump", -1.0)):
                    low, high = getattr(group, f"{way}_min_mw"), getattr(group, f"{way}_max_mw")
                    running, own = program.column(1.0, whole=True), program.column(high, costs[way])
                    program.hold({own: 1.0, running: -high}, -np.inf, 0.0)
                    program.hold({own: 1.0, running: -low}, 0.0, np.inf)
                    balance[t][own] = sign
                    content[t][own] = 1 / out if way == "generate" else -into
                    program.hold({running: 1.0, mode[t]: -sign}, -np.inf, 0.0 if way == "generate" else 1.0)
                    made[way].append(running)
            _turn(program, made, int(np.ceil(group.changeover_h)))
            _start(program, made, group.daily_start_count)
    for t in steps:
        program.hold(balance[t], load_mw[t], load_mw[t])
        begin = level_mwh if t == 0 else 0.0
        program.hold(content[t], begin, begin)
    program.hold({level[-1]: 1.0}, level_mwh, level_mwh)
    return program.optimum()


def _turn(program: Program, made: dict[str, list[int]], steps: int) -> None:
    for one, other in (("pump", "generate"), ("generate", "pump")):
        for t, t_later in _pairs(len(made[one]), steps):
            program.hold({made[one][t]: 1.0, made[other][t_later]: 1.0}, 0.0, 1.0)


def _pairs(count: int, steps: int) -> Iterator[tuple[int, int]]:
    return ((t, t + k) for t in range(count) for k in range(1, steps + 1) if t + k < count)


def _start(program: Program, made: dict[str, list[int]], most: int) -> None:
    starts = []
    for columns in made.values():
        for t, running in enumerate(columns):
            start = program.column(1.0)
            before = {columns[t - 1]: 1.0} if t else {}
            program.hold({start: 1.0, running: -1.0} | before, 0.0, np.inf)
            starts.append(start)
    program.hold(dict.fromkeys(starts, 1.0), 0.0, float(most))
