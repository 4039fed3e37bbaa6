"""
The reference formulation of the pglib-uc library in plain Pyomo, solved by HiGHS.

Written for this benchmark from the published formulation: the "UC" model that the library describes and that Knueven,
Ostrowski and Watson, "On mixed-integer programming formulations for the unit commitment problem", INFORMS J. Comput.
32(4), 2020, call the reference: three binaries, Rajan-Takriti up and down times, start types matched to earlier stops,
convex production cost as a combination of its points.

Output is measured above the minimum: p in MW above Pmin, r reserve in MW. Steps are hours, 1 .. T.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pyomo.environ as pyo

from bench.measure import Answer, Measured, case_name, pglib_of, versions_of
from bench.peers.arguments import parser_of
from bench.peers.pyomo_highs import hand_over_and_solve

Unit = dict[str, Any]  # one thermal generator of an instance


def main() -> None:
    """Solve one instance."""
    answer = Answer()
    asked = parser_of("the pglib-uc reference formulation, HiGHS").parse_args()
    measured = Measured("pglib_reference", case_name(asked.file), asked.gap)
    answer.start()
    model = reference_model(pglib_of(asked.file))
    measured.notes["seconds_model"] = round(answer.elapsed(), 3)
    hand_over_and_solve(model, measured, asked.limit, answer)
    measured.versions = versions_of("pyomo", "highspy")
    answer.give(measured)


def reference_model(instance: dict[str, Any]) -> Any:
    """The whole model of an instance."""
    units, renewables = instance["thermal_generators"], instance["renewable_generators"]
    model = _variables(units, renewables, instance["time_periods"])
    for add in (_initial, _logic, _up_and_down_times, _start_types, _output_limits, _ramps, _production):
        add(model, units)
    _system(model, instance, renewables)
    model.cost = pyo.Objective(
        expr=sum(
            model.c[g, t]
            + unit["piecewise_production"][0]["cost"] * model.u[g, t]
            + sum(kind["cost"] * model.d[g, s, t] for s, kind in enumerate(unit["startup"]))
            for g, unit in units.items()
            for t in model.T
        )
    )
    return model


def _variables(units: dict[str, Unit], renewables: dict[str, Any], hours: int) -> Any:
    """Units: u on, v started, w stopped, d start by type (all 0/1), p, r, c, weights l of the points; p_w renewable."""
    model = pyo.ConcreteModel()
    model.T = pyo.RangeSet(hours)
    types = [(g, s) for g, unit in units.items() for s in range(len(unit["startup"]))]
    points = [(g, k) for g, unit in units.items() for k in range(len(unit["piecewise_production"]))]
    names = list(units)
    model.u, model.v, model.w = (pyo.Var(names, model.T, domain=pyo.Binary) for _ in range(3))
    model.d = pyo.Var(types, model.T, domain=pyo.Binary)
    model.p, model.r = (pyo.Var(names, model.T, domain=pyo.NonNegativeReals) for _ in range(2))
    model.c = pyo.Var(names, model.T, domain=pyo.Reals)
    model.l = pyo.Var(points, model.T, bounds=(0, 1))
    model.rows = pyo.ConstraintList()

    def limits(_: Any, w: str, t: int) -> tuple[float, float]:
        return renewables[w]["power_output_minimum"][t - 1], renewables[w]["power_output_maximum"][t - 1]

    model.p_w = pyo.Var(list(renewables), model.T, bounds=limits)
    return model


def _initial(model: Any, units: dict[str, Unit]) -> None:
    """What the state before the first hour forces: remaining up or down time, types of early starts, must-run."""
    hours = len(model.T)
    for g, unit in units.items():
        on = unit["unit_on_t0"]
        left = unit["time_up_minimum"] - unit["time_up_t0"] if on else unit["time_down_minimum"] - unit["time_down_t0"]
        for t in range(1, min(left, hours) + 1):
            model.u[g, t].fix(on)
        for s, later in enumerate(unit["startup"][1:]):
            for t in range(max(1, later["lag"] - unit["time_down_t0"] + 1), min(later["lag"] - 1, hours) + 1):
                model.d[g, s, t].fix(0)
        if unit["must_run"]:
            for t in model.T:
                model.u[g, t].fix(1)


def _logic(model: Any, units: dict[str, Unit]) -> None:
    """u[t] - u[t-1] = v[t] - w[t]."""
    for g, unit in units.items():
        for t in model.T:
            before = model.u[g, t - 1] if t > 1 else unit["unit_on_t0"]
            model.rows.add(model.u[g, t] - before == model.v[g, t] - model.w[g, t])


def _up_and_down_times(model: Any, units: dict[str, Unit]) -> None:
    """sum(v, last UT) <= u[t] and sum(w, last DT) <= 1 - u[t]."""
    hours = len(model.T)
    for g, unit in units.items():
        up, down = min(unit["time_up_minimum"], hours), min(unit["time_down_minimum"], hours)
        for t in range(max(up, 1), hours + 1):
            model.rows.add(sum(model.v[g, i] for i in range(t - up + 1, t + 1)) <= model.u[g, t])
        for t in range(max(down, 1), hours + 1):
            model.rows.add(sum(model.w[g, i] for i in range(t - down + 1, t + 1)) <= 1 - model.u[g, t])


def _start_types(model: Any, units: dict[str, Unit]) -> None:
    """v[t] = sum(d_s[t]);  d_s[t] <= sum(w[t-i], lag_s <= i < lag_{s+1}) for all but the coldest type."""
    for g, unit in units.items():
        lags = [kind["lag"] for kind in unit["startup"]]
        for t in model.T:
            model.rows.add(model.v[g, t] == sum(model.d[g, s, t] for s in range(len(lags))))
            for s, (lag, later) in enumerate(pairwise(lags)):
                if t >= later:
                    stops = sum(model.w[g, t - i] for i in range(lag, later) if t - i >= 1)
                    model.rows.add(model.d[g, s, t] <= stops)


def _output_limits(model: Any, units: dict[str, Unit]) -> None:
    """Output and reserve, p + r, below the range of a unit that is on, its start limit and its stop limit."""
    hours = len(model.T)
    for g, unit in units.items():
        top, least = unit["power_output_maximum"], unit["power_output_minimum"]
        start, stop = max(top - unit["ramp_startup_limit"], 0), max(top - unit["ramp_shutdown_limit"], 0)
        if unit["unit_on_t0"] and stop > 0:
            model.rows.add(unit["power_output_t0"] - least <= (top - least) - stop * model.w[g, 1])
        for t in model.T:
            used, room = model.p[g, t] + model.r[g, t], (top - least) * model.u[g, t]
            model.rows.add(used <= room - start * model.v[g, t])
            if t < hours:
                model.rows.add(used <= room - stop * model.w[g, t + 1])


def _ramps(model: Any, units: dict[str, Unit]) -> None:
    """p[t] + r[t] - p[t-1] <= RU,  p[t-1] - p[t] <= RD."""
    for g, unit in units.items():
        first = unit["unit_on_t0"] * (unit["power_output_t0"] - unit["power_output_minimum"])
        for t in model.T:
            before = model.p[g, t - 1] if t > 1 else first
            model.rows.add(model.p[g, t] + model.r[g, t] - before <= unit["ramp_up_limit"])
            model.rows.add(before - model.p[g, t] <= unit["ramp_down_limit"])


def _production(model: Any, units: dict[str, Unit]) -> None:
    """p, c and u as one combination of the points of the cost curve."""
    for g, unit in units.items():
        points = unit["piecewise_production"]
        for t in model.T:
            weights = [model.l[g, k, t] for k in range(len(points))]
            above = [(point["mw"] - points[0]["mw"], point["cost"] - points[0]["cost"]) for point in points]
            model.rows.add(model.p[g, t] == sum(mw * w for (mw, _), w in zip(above, weights, strict=True)))
            model.rows.add(model.c[g, t] == sum(cost * w for (_, cost), w in zip(above, weights, strict=True)))
            model.rows.add(model.u[g, t] == sum(weights))


def _system(model: Any, instance: dict[str, Any], renewables: dict[str, Any]) -> None:
    """Demand is met, reserve is kept."""
    units = instance["thermal_generators"]
    for t in model.T:
        thermal = sum(model.p[g, t] + unit["power_output_minimum"] * model.u[g, t] for g, unit in units.items())
        wind = sum(model.p_w[w, t] for w in renewables)
        model.rows.add(thermal + wind == instance["demand"][t - 1])
        if instance["reserves"][t - 1] > 0:
            model.rows.add(sum(model.r[g, t] for g in units) >= instance["reserves"][t - 1])


if __name__ == "__main__":
    main()
