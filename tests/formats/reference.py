"""
pglib-uc's own model (MODEL.pdf of the library), written down once more: whether a schedule is one, what it costs, and
the best of all by trying every commitment. It shares nothing with the engine; numbers in brackets are its equations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import Any

import numpy as np
from scipy.optimize import linprog

Instance = dict[str, Any]
TOLERANCE = 1e-5


def run_before(unit: dict[str, Any]) -> list[int]:
    """On and off of the hours before the first one, as far back as the file tells."""
    on = int(unit["unit_on_t0"])
    return [on] * int(unit["time_up_t0"] if on else unit["time_down_t0"])


def start_cost(unit: dict[str, Any], on: np.ndarray) -> float | None:
    """Cost of all starts by the hours off before each; None where (4), (5), (11), (13) or (14) is broken."""
    history = run_before(unit) + [int(value) for value in on]
    first, cost, length = len(history) - len(on), 0.0, 0
    if unit["must_run"] and not on.all():
        return None
    for t, value in enumerate(history):
        if t and value != history[t - 1]:
            minimum = unit["time_up_minimum"] if history[t - 1] else unit["time_down_minimum"]
            if t >= first and length < minimum:
                return None
            if t >= first and value:
                cost += [kind["cost"] for kind in unit["startup"] if kind["lag"] <= length][-1]
            length = 0
        length += 1
    return cost


def output_cost(unit: dict[str, Any], on: np.ndarray, output_mw: np.ndarray) -> float:
    """Cost of the hours on, (1), (21)-(23)."""
    points = unit["piecewise_production"]
    costs = np.interp(output_mw, [p["mw"] for p in points], [p["cost"] for p in points])
    return float((costs * on).sum())


def total_cost(instance: Instance, on: dict[str, np.ndarray], output_mw: dict[str, np.ndarray]) -> float:
    """The objective, (1); fails where a unit breaks a minimum time."""
    total = 0.0
    for name, unit in instance["thermal_generators"].items():
        starts = start_cost(unit, on[name])
        assert starts is not None, name
        total += starts + output_cost(unit, on[name], output_mw[name])
    return total


def broken(
    instance: Instance,
    on: dict[str, np.ndarray],
    output_mw: dict[str, np.ndarray],
    reserve_mw: dict[str, np.ndarray],
    renewable_mw: dict[str, np.ndarray],
) -> list[str]:
    """Every equation that a schedule breaks."""
    found = []
    supply = sum(output_mw.values()) + sum(renewable_mw.values())
    if np.abs(supply - np.array(instance["demand"])).max() > TOLERANCE:
        found.append("(2)")
    if (sum(reserve_mw.values()) < np.array(instance["reserves"]) - TOLERANCE).any():
        found.append("(3)")
    for name, unit in instance["thermal_generators"].items():
        rows = unit_rows(unit, on[name], output_mw[name] - unit["power_output_minimum"] * on[name], reserve_mw[name])
        found += [f"{name} {equation}" for equation, excess in rows if excess > TOLERANCE]
    for name, plant in instance["renewable_generators"].items():
        low, high = np.array(plant["power_output_minimum"]), np.array(plant["power_output_maximum"])
        if (renewable_mw[name] < low - TOLERANCE).any() or (renewable_mw[name] > high + TOLERANCE).any():
            found.append(f"{name} (24)")
    return found


def unit_rows(
    unit: dict[str, Any], on: np.ndarray, above: np.ndarray, reserve: np.ndarray
) -> Iterator[tuple[str, float]]:
    """(8)-(10), (17)-(20) as (equation, how far it is exceeded), one a step."""
    low, high = unit["power_output_minimum"], unit["power_output_maximum"]
    before = unit["unit_on_t0"] * (unit["power_output_t0"] - low)
    was_on = np.array([unit["unit_on_t0"], *on[:-1]])
    started, stopped = on * (1 - was_on), was_on * (1 - on)
    last_above = np.array([before, *above[:-1]])
    for t in range(len(on)):
        top = (high - low) * on[t]
        yield "(17)", above[t] + reserve[t] - top + max(high - unit["ramp_startup_limit"], 0) * started[t]
        if t + 1 < len(on):
            yield "(18)", above[t] + reserve[t] - top + max(high - unit["ramp_shutdown_limit"], 0) * stopped[t + 1]
        yield "(19)", above[t] + reserve[t] - last_above[t] - unit["ramp_up_limit"]
        yield "(20)", last_above[t] - above[t] - unit["ramp_down_limit"]
        yield "p, r", -min(above[t], reserve[t])
    yield "(10)", before - (high - low) * was_on[0] + max(high - unit["ramp_shutdown_limit"], 0) * stopped[0]


def best_cost(instance: Instance) -> float | None:
    """The least cost of all commitments, each priced by a linear program; None where none fits."""
    units, count = instance["thermal_generators"], instance["time_periods"]
    every = [np.array(on) for on in product((0, 1), repeat=count)]
    able = {name: [(on, c) for on in every if (c := start_cost(u, on)) is not None] for name, u in units.items()}
    best = None
    for choice in product(*able.values()):
        starts = sum(cost for _, cost in choice)
        if best is not None and starts >= best:
            continue
        cost = _dispatched(instance, [on for on, _ in choice])
        if cost is not None and (best is None or starts + cost < best):
            best = starts + cost
    return best


@dataclass
class Program:
    """Rows `sum <= limit` over columns (kind, step): p', r and c of each unit in turn, then each plant's output."""

    step_count: int
    width_count: int
    rows: list[np.ndarray] = field(default_factory=list)
    limits: list[float] = field(default_factory=list)

    def blank(self) -> np.ndarray:
        return np.zeros((self.width_count, self.step_count))

    def add(self, limit: float, entries: dict[tuple[int, int], float]) -> None:
        line = self.blank()
        for (kind, step), factor in entries.items():
            line[kind, step] += factor
        self.rows.append(line.ravel())
        self.limits.append(limit)


def _dispatched(instance: Instance, on: list[np.ndarray]) -> float | None:
    """Least production cost of a commitment, by a linear program."""
    units, plants = list(instance["thermal_generators"].values()), list(instance["renewable_generators"].values())
    count = instance["time_periods"]
    program = Program(count, 3 * len(units) + len(plants))
    for g, unit in enumerate(units):
        for value, slopes in _affine(unit, on[g]):
            program.add(-value, {(3 * g + kind, t): slope for (kind, t), slope in slopes.items()})
        for hour_on in np.flatnonzero(on[g]):
            _add_cost(program, unit, g, int(hour_on))
    for t, asked in enumerate(instance["reserves"]):
        program.add(-asked, {(3 * g + 1, t): -1.0 for g in range(len(units))})
    price, balance = program.blank(), []
    price[2 : 3 * len(units) : 3] = 1.0
    for t in range(count):
        line = program.blank()
        line[: 3 * len(units) : 3, t] = 1.0
        line[3 * len(units) :, t] = 1.0
        balance.append(line.ravel())
    least = sum(unit["power_output_minimum"] * on[g] for g, unit in enumerate(units))
    demand = np.array(instance["demand"]) - least
    bounds: list[tuple[float, float | None]] = [(0.0, None)] * (3 * len(units) * count)
    for plant in plants:
        bounds += list(zip(plant["power_output_minimum"], plant["power_output_maximum"], strict=True))
    rows = (np.array(program.rows), np.array(program.limits), np.array(balance), demand)
    solved = linprog(price.ravel(), *rows, bounds, method="highs")
    return float(solved.fun) if solved.status == 0 else None


def _affine(unit: dict[str, Any], on: np.ndarray) -> list[tuple[float, dict[tuple[int, int], Any]]]:
    """The rows of a unit by their value at zero and their slope in p' (0) and r (1) of each step."""
    zero, unity = np.zeros(len(on)), np.eye(len(on))

    def excess(above: np.ndarray, reserve: np.ndarray) -> np.ndarray:
        return np.array([value for name, value in unit_rows(unit, on, above, reserve) if name != "p, r"])

    at_zero = excess(zero, zero)
    moves = {(0, t): excess(unity[t], zero) - at_zero for t in range(len(on))}
    moves |= {(1, t): excess(zero, unity[t]) - at_zero for t in range(len(on))}
    nonzero = [{key: move[k] for key, move in moves.items() if move[k]} for k in range(len(at_zero))]
    return list(zip(at_zero.tolist(), nonzero, strict=True))


def _add_cost(program: Program, unit: dict[str, Any], g: int, t: int) -> None:
    """Cost above each piece of the curve, and at least that of the first point."""
    points = unit["piecewise_production"]
    program.add(-points[0]["cost"], {(3 * g + 2, t): -1.0})
    for a, b in pairwise(points):
        slope = (b["cost"] - a["cost"]) / (b["mw"] - a["mw"])
        fixed = a["cost"] + slope * (unit["power_output_minimum"] - a["mw"])
        program.add(-fixed, {(3 * g, t): slope, (3 * g + 2, t): -1.0})
