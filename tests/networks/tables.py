"""Reading the tables of both grids, as the tests of this folder do."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

NETWORKS = Path(__file__).resolve().parents[2] / "networks"
GRIDS = ["hebei_south", "jibei"]
THERMAL = ["coal", "gas"]
WIND_AND_SUN = ["wind_onshore", "wind_offshore", "solar_utility", "solar_distributed"]
NEW_STORAGE = ["li_ion", "caes", "flow"]


@cache
def table(folder: str, name: str) -> pd.DataFrame:
    """One table as it is written; do not change it."""
    return pd.read_csv(NETWORKS / folder / f"{name}.csv")


@cache
def series(grid: str, name: str) -> pd.DataFrame:
    """One series file, hours down, components across."""
    return pd.read_csv(NETWORKS / grid / f"{name}.csv", index_col=0, parse_dates=True)


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as plain dictionaries."""
    return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]


def both(name: str) -> pd.DataFrame:
    """The same table of both grids, one below the other."""
    return pd.concat([table(grid, name) for grid in GRIDS], ignore_index=True)


def units(grid: str) -> pd.DataFrame:
    """The thermal units of a grid with the values of their class."""
    generators = table(grid, "generators")
    thermal = generators[generators["carrier"].isin(THERMAL)]
    return thermal.merge(
        table("shared", "technology_classes"),
        left_on="technology_class",
        right_on="class",
        suffixes=("", "_class"),
    )
