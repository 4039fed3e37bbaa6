"""An instance that HiGHS 1.15.1 calls infeasible in its presolve where starts and stops are not said to be whole."""

from __future__ import annotations

from typing import Any

AWKWARD: dict[str, Any] = {
    "time_periods": 6,
    "demand": [44.506, 36.622, 5.6, 79.274, 88.749, 77.438],
    "reserves": [0.0] * 6,
    "thermal_generators": {
        "A": {
            "must_run": 0,
            "power_output_minimum": 33.0,
            "power_output_maximum": 104.0,
            "ramp_up_limit": 12.0,
            "ramp_down_limit": 9.0,
            "ramp_startup_limit": 41.0,
            "ramp_shutdown_limit": 49.0,
            "time_up_minimum": 2,
            "time_down_minimum": 1,
            "power_output_t0": 0.0,
            "unit_on_t0": 0,
            "time_up_t0": 0,
            "time_down_t0": 4,
            "startup": [{"lag": 1, "cost": 189.0}, {"lag": 3, "cost": 567.0}, {"lag": 5, "cost": 1701.0}],
            "piecewise_production": [
                {"mw": 33.0, "cost": 586.0},
                {"mw": 61.4, "cost": 898.4},
                {"mw": 104.0, "cost": 2048.6},
            ],
        },
        "B": {
            "must_run": 0,
            "power_output_minimum": 37.0,
            "power_output_maximum": 112.0,
            "ramp_up_limit": 29.0,
            "ramp_down_limit": 11.0,
            "ramp_startup_limit": 51.0,
            "ramp_shutdown_limit": 41.0,
            "time_up_minimum": 1,
            "time_down_minimum": 3,
            "power_output_t0": 0.0,
            "unit_on_t0": 0,
            "time_up_t0": 0,
            "time_down_t0": 3,
            "startup": [{"lag": 3, "cost": 64.0}, {"lag": 5, "cost": 192.0}, {"lag": 7, "cost": 576.0}],
            "piecewise_production": [
                {"mw": 37.0, "cost": 242.0},
                {"mw": 67.0, "cost": 1142.0},
                {"mw": 112.0, "cost": 2897.0},
            ],
        },
    },
    "renewable_generators": {
        "W": {"power_output_minimum": [0.0] * 6, "power_output_maximum": [18.5, 3.8, 11.2, 3.8, 13.3, 15.8]}
    },
}
