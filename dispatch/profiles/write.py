"""The series as files: same seed, same bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from dispatch.profiles.forecast_errors import day_ahead_errors
from dispatch.profiles.interchange import interchange_loads
from dispatch.profiles.load import bus_loads, grid_loads
from dispatch.profiles.sun import sun_shares
from dispatch.profiles.tables import GRIDS, HOURS, Array, sites, targets, weather_model
from dispatch.profiles.wind import Weather, wind_shares

SEED = 2030
STORED_YEAR = 0


def weather_shares(networks: Path, year: int = STORED_YEAR) -> pd.DataFrame:
    """
    Available share of every wind and solar site of both grids, 8,760 h, to three decimals.

    Year 0 is the stored one; every other is drawn from its number, by the parameters that meet `weather_targets.csv`.
    """
    places, wanted = sites(networks), targets(networks)
    stored = year == STORED_YEAR
    model = weather_model(networks, "stored_year" if stored else "weather_years")
    seed = SEED if stored else SEED + year
    wind = wind_shares(places, wanted, Weather(model, seed))
    sun = sun_shares(places, wanted, model, seed, windiness(places, wind))
    shares = pd.concat([wind, sun], axis=1)[places["name"].tolist()]
    return shares.clip(0.0, 1.0).round(3)


def windiness(places: pd.DataFrame, wind: pd.DataFrame) -> Array:
    """How windy each day is over both grids against its month, mean 0 and variance 1, (365,)."""
    size = places.set_index("name")["size_mw"][wind.columns].to_numpy()
    days = pd.Series((wind.to_numpy() @ size).reshape(365, 24).mean(axis=1))
    months = days.groupby(HOURS[::24].month)
    return np.asarray((days - months.transform("mean")) / months.transform("std"), dtype=float)


def loads_by_grid(networks: Path) -> pd.DataFrame:
    """Load of each grid, MW."""
    return grid_loads(networks, np.random.default_rng([SEED, 3]))


def files(networks: Path, shares: pd.DataFrame, loads_mw: pd.DataFrame) -> dict[Path, str]:
    """Text of every series file, by its path."""
    places = sites(networks)
    texts = {}
    for grid in GRIDS:
        own = places.loc[places["grid"] == grid, "name"].tolist()
        texts[networks / grid / "generators-p_max_pu.csv"] = csv_text(shares[own], 3)
        stations = bus_loads(networks, grid, loads_mw[grid].to_numpy())
        both = pd.concat([stations, interchange_loads(networks, grid)], axis=1)
        order = pd.read_csv(networks / grid / "loads.csv")["name"].tolist()
        texts[networks / grid / "loads-p_set.csv"] = csv_text(both[order], 1)
        texts[networks / grid / "errors_day_ahead.csv"] = csv_text(day_ahead_errors(networks, grid), 4)
    return texts


def csv_text(table: pd.DataFrame, decimals: int) -> str:
    """Comma-separated text, numbers without trailing zeros, one line an hour."""
    lines = ["snapshot," + ",".join(table.columns)]
    stamps = HOURS.strftime("%Y-%m-%d %H:%M:%S")
    for stamp, row in zip(stamps, table.to_numpy(dtype=float).tolist(), strict=True):
        lines.append(stamp + "," + ",".join([_number(value, decimals) for value in row]))
    return "\n".join(lines) + "\n"


def _number(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
