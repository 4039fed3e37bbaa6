"""
Load: typical days by season and day type, blended over the seams, with monthly factors and day-to-day noise.

The year meets its annual peak exactly and its annual energy by one stretch about the peak.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dispatch.profiles.tables import GRIDS, HOURS, SEASONS, Array, autoregressive, day_types, seasons

EDITION = 2030
NOISE_SHARE = 0.015  # day-to-day spread, estimated
NOISE_LAG = 0.7  # from one day to the next
SHARED_NOISE = 0.8  # correlation of both grids
MONTH_WEIGHT = 0.6  # how much of the province's monthly factors each grid keeps
SEAM_DAYS = 31  # seasons pass into one another over a month
MOST_SHARE = 0.985  # no other day comes nearer to the annual peak
HOUR_COLUMNS = [f"h{hour:02d}" for hour in range(24)]


def grid_loads(networks: Path, rng: np.random.Generator) -> pd.DataFrame:
    """Load of each grid in 2030, MW, 8,760 h."""
    white = rng.standard_normal((365, len(GRIDS)))
    white[:, 1] = SHARED_NOISE * white[:, 0] + np.sqrt(1 - SHARED_NOISE**2) * white[:, 1]
    noise = autoregressive(white, NOISE_LAG) * NOISE_SHARE
    columns = {}
    for place, grid in enumerate(GRIDS):
        peak_mw, energy_twh = annual_figures(networks, grid)
        columns[grid] = _stretched(_shape(networks, grid, noise[:, place]), peak_mw, energy_twh * 1e6)
    return pd.DataFrame(columns, index=HOURS)


def annual_figures(networks: Path, grid: str) -> tuple[float, float]:
    """Annual peak in MW and energy in TWh of the 2030 edition."""
    table = pd.read_csv(networks / grid / "annual_peak.csv")
    chosen = table.loc[table["edition"] == EDITION, ["peak_mw", "energy_twh"]].to_numpy(dtype=float)
    return float(chosen[0, 0]), float(chosen[0, 1])


def bus_loads(networks: Path, grid: str, load_mw: Array) -> pd.DataFrame:
    """
    The grid's load shared over its stations, MW to one decimal.

    The largest station takes the rounding, so that the sum is the grid's load to one decimal.
    """
    loads = pd.read_csv(networks / grid / "loads.csv")
    loads = loads[loads["carrier"] == "load"]
    shares = loads.set_index("name")["load_share"].astype(float)
    table = pd.DataFrame(np.outer(load_mw, shares).round(1), index=HOURS, columns=shares.index)
    largest = shares.index[int(np.argmax(shares.to_numpy()))]
    rest = table.drop(columns=largest).sum(axis=1)
    table[largest] = (np.round(load_mw, 1) - rest).round(1)
    return table


def _shape(networks: Path, grid: str, noise: Array) -> Array:
    """Load over annual peak before the stretch: 1 in the peak hour, at most MOST_SHARE on all other days."""
    curves = pd.read_csv(networks / "shared" / "load_curves.csv")
    curves = curves[curves["grid"] == grid]
    types = day_types(networks)
    weights = _season_weights()
    days = np.zeros((365, 24))
    for place, season in enumerate(SEASONS):
        typical = {kind: _curve(curves, season, kind) for kind in set(types)}
        days += weights[:, [place]] * np.array([typical[kind] for kind in types])
    level = _month_factors(networks, weights)
    hours = days.ravel() * _by_hour(level * (1 + noise))
    hours = np.minimum(hours, MOST_SHARE)
    return _with_peak_day(hours, curves, types)


def _curve(curves: pd.DataFrame, season: str, kind: str) -> Array:
    chosen = curves[(curves["season"] == season) & (curves["day_type"] == kind)]
    return np.asarray(chosen[HOUR_COLUMNS].to_numpy(dtype=float)[0], dtype=float)


def _season_weights() -> Array:
    """Share of each season in each day: 0 or 1, averaged over a month around the day."""
    inside = (seasons()[:, None] == np.array(SEASONS)[None, :]).astype(float)
    half = SEAM_DAYS // 2
    padded = np.pad(inside, ((half, half), (0, 0)), mode="wrap")
    kernel = np.full(SEAM_DAYS, 1 / SEAM_DAYS)
    return np.column_stack([np.convolve(column, kernel, mode="valid") for column in padded.T])


def _month_factors(networks: Path, weights: Array) -> Array:
    """Level of each day against its season, from the monthly factors of the province, damped."""
    factors = pd.read_csv(networks / "shared" / "load_months.csv")["mean_factor"].to_numpy(dtype=float)
    middle = HOURS[::24].day_of_year.to_numpy()
    centres = np.array([15 + 30.4 * month for month in range(-1, 13)])
    by_day = np.interp(middle, centres, np.concatenate([factors[-1:], factors, factors[:1]]))
    season_mean = (weights * by_day[:, None]).sum(axis=0) / weights.sum(axis=0)
    relative = by_day / (weights @ season_mean)
    return np.asarray(1 + MONTH_WEIGHT * (relative - 1), dtype=float)


def _by_hour(by_day: Array) -> Array:
    """Daily values at noon, drawn straight from noon to noon, so that midnight has no step."""
    return np.asarray(np.interp(np.arange(8760), np.arange(365) * 24 + 12, by_day), dtype=float)


def _with_peak_day(hours: Array, curves: pd.DataFrame, types: NDArray[np.str_]) -> Array:
    """In the season of the annual peak, the day of highest load takes the curve of the peak day."""
    highest = {season: float(np.max(_curve(curves, season, "max_load_day"))) for season in SEASONS}
    peak_season = max(highest, key=lambda season: highest[season])
    candidates = np.flatnonzero((seasons() == peak_season) & (types == "workday"))
    day = candidates[np.argmax(hours.reshape(365, 24)[candidates].sum(axis=1))]
    result = hours.copy()
    curve = _curve(curves, peak_season, "max_load_day")
    result[day * 24 : day * 24 + 24] = curve / curve.max()
    return result


def _stretched(shape: Array, peak_mw: float, energy_mwh: float) -> Array:
    """
    L[t] = peak (1 - k (1 - s[t])), k such that the year holds the wanted energy; the peak stays.

    s  load over annual peak  -      k  stretch  -
    """
    stretch = (1 - energy_mwh / (peak_mw * len(shape))) / (1 - shape.mean())
    return np.asarray(peak_mw * (1 - stretch * (1 - shape)), dtype=float)
