"""
A small instance of pglib-uc, made here, and files of it.

Four hours. `A` must run: 20 to 100 MW, up 30 and down 40 MW an hour, starts at 20 MW. `B`, off for 3 h: 10 to 50 MW,
starts hot for 50 up to 5 h off, cold for 200. `W` gives up to 10 MW, of which 5 MW must be taken in two hours.
"""

from __future__ import annotations

import copy
import gzip
import json
from pathlib import Path
from typing import Any

TINY: dict[str, Any] = {
    "time_periods": 4,
    "demand": [50.0, 80.0, 130.0, 60.0],
    "reserves": [5.0, 8.0, 10.0, 6.0],
    "thermal_generators": {
        "A": {
            "must_run": 1,
            "power_output_minimum": 20.0,
            "power_output_maximum": 100.0,
            "ramp_up_limit": 30.0,
            "ramp_down_limit": 40.0,
            "ramp_startup_limit": 60.0,
            "ramp_shutdown_limit": 30.0,
            "time_up_minimum": 1,
            "time_down_minimum": 0,
            "power_output_t0": 40.0,
            "unit_on_t0": 1,
            "time_up_t0": 5,
            "time_down_t0": 0,
            "startup": [{"lag": 1, "cost": 100.0}],
            "piecewise_production": [
                {"mw": 20.0, "cost": 400.0},
                {"mw": 60.0, "cost": 1000.0},
                {"mw": 100.0, "cost": 1800.0},
            ],
            "name": "A",
        },
        "B": {
            "must_run": 0,
            "power_output_minimum": 10.0,
            "power_output_maximum": 50.0,
            "ramp_up_limit": 45.0,
            "ramp_down_limit": 45.0,
            "ramp_startup_limit": 70.0,
            "ramp_shutdown_limit": 70.0,
            "time_up_minimum": 2,
            "time_down_minimum": 2,
            "power_output_t0": 0.0,
            "unit_on_t0": 0,
            "time_up_t0": 0,
            "time_down_t0": 3,
            "startup": [{"lag": 2, "cost": 50.0}, {"lag": 5, "cost": 200.0}],
            "piecewise_production": [{"mw": 10.0, "cost": 500.0}, {"mw": 50.0, "cost": 2300.0}],
        },
    },
    "renewable_generators": {
        "W": {"power_output_minimum": [5.0, 5.0, 0.0, 0.0], "power_output_maximum": [10.0, 10.0, 10.0, 5.0]}
    },
}


ABSENT = object()


def changed(place: str, value: object) -> dict[str, Any]:
    """The instance with another value at a place such as `thermal_generators/A/startup/0/lag`, or without it."""
    content = copy.deepcopy(TINY)
    *path, last = [int(part) if part.isdigit() else part for part in place.split("/")]
    inside: Any = content
    for part in path:
        inside = inside[part]
    if value is ABSENT:
        del inside[last]
    else:
        inside[last] = value
    return content


def written(content: object, folder: Path, name: str = "tiny.json") -> Path:
    """A file of it, packed where its name says so."""
    text = (content if isinstance(content, str) else json.dumps(content)).encode()
    path = folder / name
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    return path
