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


def least_cost(instance: dict[str, Any]) -> float:
    """The format's objective; hourly, fixed curves and prices."""
    count, program = instance["Parameters"]["Time horizon (h)"], Program()
    into: dict[tuple[str, int], list[tuple[float, int]]] = defaultdict(list)
    load = {
        (bus, t): mw for bus, entry in instance["Buses"].items() for t, mw in enumerate(_by(entry["Load (MW)"], count))
    }
    penalty = instance["Parameters"].get("Power balance penalty ($/MW)", 1000.0)
    for place, mw in load.items():
        into[place].append((1.0, program.column(high=max(mw, 0.0), cost=penalty)))
    for entry in instance.get("Price-sensitive loads", {}).values():
        for t, mw in enumerate(_by(entry["Demand (MW)"], count)):
            into[entry["Bus"], t].append((-1.0, program.column(high=mw, cost=-entry["Revenue ($/MW)"])))
    reserve: dict[tuple[str, int], list[tuple[float, int]]] = defaultdict(list)
    for entry in instance["Generators"].values():
        if entry.get("Type") == "Profiled":
            limits = zip(
                _by(entry.get("Minimum power (MW)", 0.0), count), _by(entry["Maximum power (MW)"], count), strict=True
            )
            for t, (low, high) in enumerate(limits):
                into[entry["Bus"], t].append((1.0, program.column(low, high, entry["Cost ($/MW)"])))
        else:
            _thermal(program, entry, count, into, reserve)
    for entry in instance.get("Storage units", {}).values():
        _storage(program, entry, count, into)
    for name, entry in instance.get("Reserves", {}).items():
        price = entry.get("Shortfall penalty ($/MW)", -1)
        for t, mw in enumerate(_by(entry["Amount (MW)"], count)):
            short = program.column(high=np.inf if price >= 0 else 0.0, cost=max(price, 0.0))
            program.row([*reserve[name, t], (1.0, short)], mw, np.inf)
    _network(program, instance, count, into, load)
    return program.least()


def _thermal(program: Program, unit: dict[str, Any], count: int, into: Any, reserve: Any) -> None:
    mw, dollars = unit["Production cost curve (MW)"], unit["Production cost curve ($)"]
    low, high, status = mw[0], mw[-1], unit["Initial status (h)"]
    ramp_up, ramp_down = unit.get("Ramp up limit (MW)", np.inf), unit.get("Ramp down limit (MW)", np.inf)
    at_start, at_stop = unit.get("Startup limit (MW)", np.inf), unit.get("Shutdown limit (MW)", np.inf)
    up, down = unit.get("Minimum uptime (h)", 1), unit.get("Minimum downtime (h)", 1)
    delays, costs = unit.get("Startup delays (h)", [1]), unit.get("Startup costs ($)", [0.0])
    on = [program.column(high=1, cost=dollars[0], whole=1) for _ in range(count)]
    start = [program.column(high=1, whole=1) for _ in range(count)]
    stop = [program.column(high=1, whole=1, cost=unit.get("Shutdown cost ($)", 0.0)) for _ in range(count)]
    above = [
        [
            program.column(high=b - a, cost=(d - c) / (b - a))
            for a, b, c, d in zip(mw, mw[1:], dollars, dollars[1:], strict=False)
        ]
        for _ in range(count)
    ]
    kept = [program.column() for _ in range(count)]
    before = 1.0 if status > 0 else 0.0
    for t in range(count):
        output = [(1.0, k) for k in above[t]]
        last = [(-1.0, k) for k in above[t - 1]] if t else []
        into[unit["Bus"], t] += [(low, on[t]), *output]
        for name in unit.get("Reserve eligibility", []):
            reserve[name, t].append((1.0, kept[t]))
        if not unit.get("Reserve eligibility"):
            program.high[kept[t]] = 0.0
        earlier = [(-1.0, on[t - 1])] if t else []
        program.row([(1.0, on[t]), *earlier, (-1.0, start[t]), (1.0, stop[t])], *[0.0 if t else before] * 2)
        program.row([(1.0, start[k]) for k in range(max(0, t - up + 1), t + 1)] + [(-1.0, on[t])], -np.inf, 0.0)
        program.row([(1.0, stop[k]) for k in range(max(0, t - down + 1), t + 1)] + [(1.0, on[t])], -np.inf, 1.0)
        if status > 0 and t < up - status:
            program.high[stop[t]] = 0.0
        if status < 0 and t < down + status:
            program.high[start[t]] = 0.0
        for k in above[t]:
            program.row([(1.0, k), (-program.high[k], on[t])], -np.inf, 0.0)
        program.row(
            [*output, (1.0, kept[t]), (-(high - low), on[t]), (max(0.0, high - at_start), start[t])], -np.inf, 0.0
        )
        if t + 1 < count:
            program.row([*output, (-(high - low), on[t]), (max(0.0, high - at_stop), stop[t + 1])], -np.inf, 0.0)
        if np.isfinite(ramp_up) and (t or before):
            program.row(
                [*output, (1.0, kept[t]), *last], -np.inf, ramp_up + (0.0 if t else unit["Initial power (MW)"] - low)
            )
        if np.isfinite(ramp_down) and (t or before):
            falls = [*[(-f, k) for f, k in output], *[(-f, k) for f, k in last]]
            program.row(falls, -np.inf, ramp_down - (0.0 if t else unit["Initial power (MW)"] - low))
        said = _by(unit.get("Commitment status"), count)[t]
        if said is not None or _by(unit.get("Must run?", False), count)[t]:
            program.low[on[t]] = program.high[on[t]] = 0.0 if said is False else 1.0
        kinds = [program.column(high=1, whole=1, cost=cost) for cost in costs]
        program.row([*[(1.0, k) for k in kinds], (-1.0, start[t])], 0.0, 0.0)
        for kind, delay, later in zip(kinds, delays, delays[1:], strict=False):
            reached = delay <= t - status < later and status < 0  # off since before the first hour
            stops = [(-1.0, stop[t - k]) for k in range(delay, later) if t - k >= 0]
            program.row([(1.0, kind), *stops], -np.inf, 1.0 if reached else 0.0)
    if status > 0 and unit["Initial power (MW)"] > at_stop:
        program.high[stop[0]] = 0.0


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
