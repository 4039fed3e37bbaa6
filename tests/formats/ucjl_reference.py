"""
The least cost of a UnitCommitment.jl instance, from its file alone: the format's model written down once more as one
mixed-integer program for scipy, with voltage angles, and with angles of their own after each loss of a line. It shares
nothing with the reader or the engine.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp

Sum = dict[int, float]


class Program:
    """Columns and rows, added one by one."""

    def __init__(self) -> None:
        self.low: list[float] = []
        self.high: list[float] = []
        self.cost: list[float] = []
        self.whole: list[int] = []
        self.rows: list[tuple[Sum, float, float]] = []

    def column(self, low: float = 0.0, high: float = np.inf, cost: float = 0.0, whole: int = 0) -> int:
        self.low.append(low)
        self.high.append(high)
        self.cost.append(cost)
        self.whole.append(whole)
        return len(self.low) - 1

    def row(self, terms: list[tuple[float, int]], low: float, high: float) -> None:
        gathered: Sum = defaultdict(float)
        for factor, column in terms:
            gathered[column] += factor
        self.rows.append((gathered, low, high))

    def least(self) -> float:
        entries = [(k, c, f) for k, (terms, _, _) in enumerate(self.rows) for c, f in terms.items()]
        row, column, factor = zip(*entries, strict=True)
        matrix = sp.csr_array((factor, (row, column)), shape=(len(self.rows), len(self.low)))
        limits = LinearConstraint(matrix, [r[1] for r in self.rows], [r[2] for r in self.rows])
        found = milp(
            np.array(self.cost),
            integrality=np.array(self.whole),
            bounds=Bounds(np.array(self.low), np.array(self.high)),
            constraints=limits,
            options={"mip_rel_gap": 1e-9},
        )
        assert found.status == 0, found.message
        return float(found.fun)


Into = dict[tuple[str, int], list[tuple[float, int]]]


def least_cost(instance: dict[str, Any]) -> float:
    """The format's objective; hourly, fixed curves and prices."""
    count, program = instance["Parameters"]["Time horizon (h)"], Program()
    into: Into = defaultdict(list)
    reserve: Into = defaultdict(list)
    buses = instance["Buses"].items()
    load = {(bus, t): mw for bus, entry in buses for t, mw in enumerate(_by(entry["Load (MW)"], count))}
    penalty = instance["Parameters"].get("Power balance penalty ($/MW)", 1000.0)
    for place, mw in load.items():
        into[place].append((1.0, program.column(high=max(mw, 0.0), cost=penalty)))
    for entry in instance.get("Price-sensitive loads", {}).values():
        for t, mw in enumerate(_by(entry["Demand (MW)"], count)):
            into[entry["Bus"], t].append((-1.0, program.column(high=mw, cost=-entry["Revenue ($/MW)"])))
    for entry in instance["Generators"].values():
        if entry.get("Type") == "Profiled":
            _profiled(program, entry, count, into)
        else:
            Thermal(program, entry, count).add(into, reserve)
    for entry in instance.get("Storage units", {}).values():
        _storage(program, entry, count, into)
    _reserves(program, instance, count, reserve)
    _network(program, instance, count, into, load)
    return program.least()


def _reserves(program: Program, instance: dict[str, Any], count: int, reserve: Into) -> None:
    for name, entry in instance.get("Reserves", {}).items():
        price = entry.get("Shortfall penalty ($/MW)", -1)
        for t, mw in enumerate(_by(entry["Amount (MW)"], count)):
            short = program.column(high=np.inf if price >= 0 else 0.0, cost=max(price, 0.0))
            program.row([*reserve[name, t], (1.0, short)], mw, np.inf)


def _profiled(program: Program, unit: dict[str, Any], count: int, into: Into) -> None:
    least, most = (_by(unit.get(f"{end} power (MW)", 0.0), count) for end in ("Minimum", "Maximum"))
    for t, (low, high) in enumerate(zip(least, most, strict=True)):
        into[unit["Bus"], t].append((1.0, program.column(low, high, unit["Cost ($/MW)"])))


class Thermal:
    """A thermal unit: its columns, and its rows hour by hour."""

    def __init__(self, program: Program, unit: dict[str, Any], count: int) -> None:
        mw, dollars = unit["Production cost curve (MW)"], unit["Production cost curve ($)"]
        self.program, self.unit, self.count = program, unit, count
        self.low, self.high, self.status = mw[0], mw[-1], unit["Initial status (h)"]
        self.before_mw = unit["Initial power (MW)"] - self.low
        steps = range(count)
        self.on = [program.column(high=1, cost=dollars[0], whole=1) for _ in steps]
        self.start = [program.column(high=1, whole=1) for _ in steps]
        self.stop = [program.column(high=1, whole=1, cost=unit.get("Shutdown cost ($)", 0.0)) for _ in steps]
        pieces = [(b - a, (d - c) / (b - a)) for a, b, c, d in zip(mw, mw[1:], dollars, dollars[1:], strict=False)]
        self.above = [[program.column(high=size, cost=slope) for size, slope in pieces] for _ in steps]
        self.kept = [program.column(high=np.inf if unit.get("Reserve eligibility") else 0.0) for _ in steps]

    def limit(self, name: str, default: float = np.inf) -> float:
        return float(self.unit.get(name, default))

    def output(self, t: int, sign: float = 1.0) -> list[tuple[float, int]]:
        """Output above the least."""
        return [(sign, k) for k in self.above[t]] if t >= 0 else []

    def add(self, into: Into, reserve: Into) -> None:
        for t in range(self.count):
            into[self.unit["Bus"], t] += [(self.low, self.on[t]), *self.output(t)]
            for name in self.unit.get("Reserve eligibility", []):
                reserve[name, t].append((1.0, self.kept[t]))
            self.commit(t)
            self.produce(t)
            self.ramp(t)
            self.price_start(t)
        if self.status > 0 and self.unit["Initial power (MW)"] > self.limit("Shutdown limit (MW)"):
            self.program.high[self.stop[0]] = 0.0

    def commit(self, t: int) -> None:
        program, on, start, stop = self.program, self.on, self.start, self.stop
        up, down = int(self.limit("Minimum uptime (h)", 1)), int(self.limit("Minimum downtime (h)", 1))
        earlier, before = ([(-1.0, on[t - 1])], 0.0) if t else ([], float(self.status > 0))
        program.row([(1.0, on[t]), *earlier, (-1.0, start[t]), (1.0, stop[t])], before, before)
        program.row([(1.0, start[k]) for k in range(max(0, t - up + 1), t + 1)] + [(-1.0, on[t])], -np.inf, 0.0)
        program.row([(1.0, stop[k]) for k in range(max(0, t - down + 1), t + 1)] + [(1.0, on[t])], -np.inf, 1.0)
        if 0 < self.status < up - t:
            program.high[stop[t]] = 0.0
        if 0 < -self.status < down - t:
            program.high[start[t]] = 0.0
        said = _by(self.unit.get("Commitment status"), self.count)[t]
        if said is not None or _by(self.unit.get("Must run?", False), self.count)[t]:
            program.low[on[t]] = program.high[on[t]] = 0.0 if said is False else 1.0

    def produce(self, t: int) -> None:
        program, room = self.program, (-(self.high - self.low), self.on[t])
        for k in self.above[t]:
            program.row([(1.0, k), (-program.high[k], self.on[t])], -np.inf, 0.0)
        at_start = (max(0.0, self.high - self.limit("Startup limit (MW)")), self.start[t])
        program.row([*self.output(t), (1.0, self.kept[t]), room, at_start], -np.inf, 0.0)
        if t + 1 < self.count:
            at_stop = (max(0.0, self.high - self.limit("Shutdown limit (MW)")), self.stop[t + 1])
            program.row([*self.output(t), room, at_stop], -np.inf, 0.0)

    def ramp(self, t: int) -> None:
        if t == 0 and self.status < 0:
            return
        up, down = self.limit("Ramp up limit (MW)"), self.limit("Ramp down limit (MW)")
        before = 0.0 if t else self.before_mw
        if np.isfinite(up):
            self.program.row([*self.output(t), (1.0, self.kept[t]), *self.output(t - 1, -1.0)], -np.inf, up + before)
        if np.isfinite(down):
            self.program.row([*self.output(t, -1.0), *self.output(t - 1)], -np.inf, down - before)

    def price_start(self, t: int) -> None:
        """One kind of start, and a warmer one only where the unit went off as recently as that."""
        delays, costs = self.unit.get("Startup delays (h)", [1]), self.unit.get("Startup costs ($)", [0.0])
        kinds = [self.program.column(high=1, whole=1, cost=cost) for cost in costs]
        self.program.row([*[(1.0, k) for k in kinds], (-1.0, self.start[t])], 0.0, 0.0)
        for kind, delay, later in zip(kinds, delays, delays[1:], strict=False):
            reached = self.status < 0 and delay <= t - self.status < later  # off since before the first hour
            stops = [(-1.0, self.stop[t - k]) for k in range(delay, later) if t - k >= 0]
            self.program.row([(1.0, kind), *stops], -np.inf, 1.0 if reached else 0.0)


def _storage(program: Program, store: dict[str, Any], count: int, into: Any) -> None:
    level = []
    for t in range(count):
        last = t == count - 1
        low = store.get("Minimum level (MWh)", 0.0)
        low = max(low, store.get("Last period minimum level (MWh)", low)) if last else low
        high = store["Maximum level (MWh)"]
        high = min(high, store.get("Last period maximum level (MWh)", high)) if last else high
        level.append(program.column(low, high))
        charge = program.column(cost=store["Charge cost ($/MW)"])
        discharge = program.column(cost=store["Discharge cost ($/MW)"])
        ways = program.column(high=1, whole=1), program.column(high=1, whole=1)
        program.row([(1.0, ways[0]), (1.0, ways[1])], 0.0, 1.0)
        for way, power, kind in zip(ways, (charge, discharge), ("charge", "discharge"), strict=True):
            program.row([(1.0, power), (-store[f"Maximum {kind} rate (MW)"], way)], -np.inf, 0.0)
            program.row([(1.0, power), (-store.get(f"Minimum {kind} rate (MW)", 0.0), way)], 0.0, np.inf)
        into[store["Bus"], t] += [(1.0, discharge), (-1.0, charge)]
        kept = 1 - store.get("Loss factor", 0.0)
        moved = [
            (-store.get("Charge efficiency", 1.0), charge),
            (1 / store.get("Discharge efficiency", 1.0), discharge),
        ]
        earlier = [(-kept, level[t - 1])] if t else []
        start = kept * store.get("Initial level (MWh)", 0.0) if not t else 0.0
        program.row([(1.0, level[t]), *earlier, *moved], start, start)


def _network(program: Program, instance: dict[str, Any], count: int, into: Any, load: Any) -> None:
    lines = instance.get("Transmission lines", {})
    lost = [""] + [entry["Affected lines"][0] for entry in instance.get("Contingencies", {}).values()]
    for t in range(count):
        over = {
            name: program.column(cost=line.get("Flow limit penalty ($/MW)", 5000.0)) for name, line in lines.items()
        }
        for gone in lost:
            angle = {bus: program.column(low=-np.inf) for bus in instance["Buses"]}
            balance = {bus: list(into[bus, t]) for bus in instance["Buses"]}
            for name, line in lines.items():
                if name == gone:
                    continue
                ends, factor = (line["Source bus"], line["Target bus"]), line["Susceptance (S)"]
                flow = [(factor, angle[ends[0]]), (-factor, angle[ends[1]])]
                balance[ends[0]] += [(-f, k) for f, k in flow]
                balance[ends[1]] += flow
                limit = line.get("Emergency flow limit (MW)" if gone else "Normal flow limit (MW)", np.inf)
                if np.isfinite(limit):
                    program.row([*flow, (-1.0, over[name])], -np.inf, limit)
                    program.row([*flow, (1.0, over[name])], -limit, np.inf)
            for bus, terms in balance.items():
                program.row(terms, load[bus, t], load[bus, t])


def _by(value: Any, count: int) -> list[Any]:
    return value if isinstance(value, list) else [value] * count
