"""
Small instances of UnitCommitment.jl, made here.

`SMALL`: four hours, a triangle of buses. `g1`, on for 5 h at 60 MW, 40 to 120 MW; `g2`, off for 3 h, 20 to 80 MW,
starts hot for 100 and cold for 300; `wind` of up to 40 MW at 2 $/MWh, of which 5 must be taken; a store; a load that
pays 30.
"""

from __future__ import annotations

import copy
import re
from typing import Any

import numpy as np

ABSENT = object()

SMALL: dict[str, Any] = {
    "Parameters": {"Version": "0.4", "Time horizon (h)": 4, "Power balance penalty ($/MW)": 500.0},
    "Buses": {"a": {"Load (MW)": [60.0, 90.0, 120.0, 70.0]}, "b": {"Load (MW)": 0.0}, "c": {"Load (MW)": 20.0}},
    "Generators": {
        "g1": {
            "Bus": "a",
            "Type": "Thermal",
            "Production cost curve (MW)": [40.0, 80.0, 120.0],
            "Production cost curve ($)": [800.0, 1600.0, 2800.0],
            "Shutdown cost ($)": 60.0,
            "Ramp up limit (MW)": 25.0,
            "Ramp down limit (MW)": 30.0,
            "Initial status (h)": 5,
            "Initial power (MW)": 60.0,
            "Must run?": True,
            "Reserve eligibility": ["r"],
        },
        "g2": {
            "Bus": "b",
            "Type": "Thermal",
            "Production cost curve (MW)": [20.0, 80.0],
            "Production cost curve ($)": [900.0, 3000.0],
            "Startup costs ($)": [100.0, 300.0],
            "Startup delays (h)": [2, 5],
            "Minimum uptime (h)": 2,
            "Minimum downtime (h)": 2,
            "Startup limit (MW)": 50.0,
            "Initial status (h)": -3,
            "Initial power (MW)": 0.0,
        },
        "wind": {
            "Bus": "c",
            "Type": "Profiled",
            "Cost ($/MW)": 2.0,
            "Minimum power (MW)": 5.0,
            "Maximum power (MW)": [40.0, 10.0, 30.0, 40.0],
        },
    },
    "Storage units": {
        "s": {
            "Bus": "c",
            "Minimum level (MWh)": 2.0,
            "Maximum level (MWh)": 30.0,
            "Allow simultaneous charging and discharging": False,
            "Charge cost ($/MW)": 1.0,
            "Discharge cost ($/MW)": 2.0,
            "Charge efficiency": 0.9,
            "Discharge efficiency": 0.8,
            "Loss factor": 0.02,
            "Maximum charge rate (MW)": 8.0,
            "Maximum discharge rate (MW)": 12.0,
            "Initial level (MWh)": 15.0,
        }
    },
    "Price-sensitive loads": {"p": {"Bus": "b", "Revenue ($/MW)": 30.0, "Demand (MW)": [10.0, 10.0, 5.0, 10.0]}},
    "Transmission lines": {
        "ab": {
            "Source bus": "a",
            "Target bus": "b",
            "Susceptance (S)": 10.0,
            "Normal flow limit (MW)": 20.0,
            "Emergency flow limit (MW)": 35.0,
            "Flow limit penalty ($/MW)": 70.0,
        },
        "bc": {"Source bus": "b", "Target bus": "c", "Susceptance (S)": 5.0, "Emergency flow limit (MW)": 30.0},
        "ca": {"Source bus": "c", "Target bus": "a", "Susceptance (S)": 8.0, "Normal flow limit (MW)": 60.0},
    },
    "Reserves": {"r": {"Type": "spinning", "Amount (MW)": [10.0, 20.0, 15.0, 10.0], "Shortfall penalty ($/MW)": 90.0}},
    "Contingencies": {"c1": {"Affected lines": ["bc"]}},
}


def changed(place: str, value: object, content: dict[str, Any] = SMALL) -> dict[str, Any]:
    """The instance with another value at a place such as `Generators/g1/Bus`, or without it."""
    content = copy.deepcopy(content)
    *path, last = re.split(r"/(?!MW)", place)
    inside: Any = content
    for part in path:
        inside = inside.setdefault(part, {})
    if value is ABSENT:
        del inside[last]
    else:
        inside[last] = value
    return content


def random_instance(seed: int) -> dict[str, Any]:
    """Two thermal units on the same triangle over four hours: slow or quick, on or off, limits that bind or none."""
    draw, content = np.random.default_rng(seed), copy.deepcopy(SMALL)
    for name in ("g1", "g2"):
        low, top = float(draw.integers(10, 40)), float(draw.integers(60, 120))
        middle, slopes = (low + top) / 2, np.sort(draw.uniform(10, 60, 2))
        base, on = 15.0 * low, bool(draw.integers(2))
        up, down = (int(draw.integers(1, 4)) for _ in range(2))
        costs = np.sort(draw.uniform(50, 800, 2))
        unit: dict[str, Any] = {
            "Bus": content["Generators"][name]["Bus"],
            "Production cost curve (MW)": [low, middle, top],
            "Production cost curve ($)": [
                base,
                base + slopes[0] * (middle - low),
                base + slopes.sum() * (middle - low),
            ],
            "Startup costs ($)": costs.tolist(),
            "Startup delays (h)": [down, down + 2],
            "Shutdown cost ($)": float(draw.integers(0, 100)),
            "Minimum uptime (h)": up,
            "Minimum downtime (h)": down,
            "Initial status (h)": int(draw.integers(1, 5)) * (1 if on else -1),
            "Initial power (MW)": float(round(draw.uniform(low, top), 1)) if on else 0.0,
        }
        if draw.integers(2):
            unit["Ramp up limit (MW)"], unit["Ramp down limit (MW)"] = (float(x) for x in draw.integers(15, 50, 2))
            unit["Startup limit (MW)"], unit["Shutdown limit (MW)"] = (float(low + x) for x in draw.integers(0, 40, 2))
        if draw.integers(2):
            unit["Reserve eligibility"] = ["r"]
        content["Generators"][name] = unit
    content["Buses"]["a"]["Load (MW)"] = np.round(draw.uniform(30, 140, 4), 1).tolist()
    content["Storage units"]["s"]["Last period minimum level (MWh)"] = 12.0
    return content
