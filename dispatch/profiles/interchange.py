"""Interchange: the central plan of 2030, hour by hour, from level and shape."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from dispatch.profiles.tables import HOURS, day_types, seasons

HOUR_COLUMNS = [f"h{hour:02d}" for hour in range(24)]


def plans(networks: Path, grid: str, variant: str = "central", edition: int = 2030) -> pd.DataFrame:
    """
    Plan of each interface of a grid, MW, positive = import into the grid; columns are interfaces.

    plan[i, t] = level[i, season of t] shape[i, day type of t, hour of t]
    """
    levels = pd.read_csv(networks / "ties" / "interchange_levels.csv")
    levels = levels[(levels["variant"] == variant) & (levels["edition"] == edition)]
    levels = levels[levels["interface"].str.startswith(f"{grid} ")]
    shapes = pd.read_csv(networks / "ties" / "interchange_shapes.csv").set_index(["shape", "day_type"])
    curve = {key: row for key, row in zip(shapes.index, shapes[HOUR_COLUMNS].to_numpy(dtype=float), strict=True)}
    level = {(row.interface, row.season): (row.level_mw, row.shape) for row in levels.itertuples()}
    types, by_season = day_types(networks), seasons()
    columns = {}
    for interface in levels["interface"].unique():
        days = []
        for season, kind in zip(by_season, types, strict=True):
            level_mw, shape = level[interface, season]
            days.append(level_mw * curve[shape, kind])
        columns[str(interface)] = np.round(np.concatenate(days), 1)
    return pd.DataFrame(columns, index=HOURS)


def interchange_loads(networks: Path, grid: str) -> pd.DataFrame:
    """The central plan as loads at the external buses, MW, negative = import into the grid."""
    plan = plans(networks, grid)
    return (-plan + 0.0).rename(columns=lambda interface: f"interchange {interface}")
