"""
How a year of weather moves: ramps, memory, and what is alike from site to site, grid to grid and from wind to sun.

Each statistic is a row of `networks/shared/weather_targets.csv`, with its target, the distance allowed and the source.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from dispatch.profiles.tables import GRIDS, HOURS, SUN, WIND, Array, distances_km

BOTH, SITES, BETWEEN = "both", "sites", "between grids"
BAND = re.compile(r"sites (\d+) to (\d+) km")
TOGETHER = {"wind": WIND, "sun": SUN}


def weather_targets(networks: Path) -> pd.DataFrame:
    """What a year of weather is to look like, row by row."""
    return pd.read_csv(networks / "shared" / "weather_targets.csv")


def reached(sites: pd.DataFrame, shares: pd.DataFrame, wanted: pd.DataFrame) -> Array:
    """The statistic of each row of the targets, in a year of shares (8,760 h x sites)."""
    return np.array([_statistic(sites, shares, *row) for row in wanted[["of", "where", "metric"]].to_numpy()])


def fleet(sites: pd.DataFrame, shares: pd.DataFrame, technologies: tuple[str, ...], grid: str = BOTH) -> Array:
    """Available share of all sites of some technologies in a grid, or in both, weighted by size, (8760,)."""
    chosen = sites[sites["technology"].isin(technologies) & ((sites["grid"] == grid) | (grid == BOTH))]
    size = chosen["size_mw"].to_numpy()
    return np.asarray(shares[chosen["name"]].to_numpy() @ size / size.sum())


def ramp(series: Array, quantile: float) -> float:
    """Quantile of the change from one hour to the next, whichever way it goes."""
    return float(np.quantile(np.abs(np.diff(series)), quantile))


def memory(series: Array, lag_h: int) -> float:
    """Correlation of a series with itself some hours before."""
    return _alike(series[lag_h:], series[:-lag_h])


def by_distance(sites: pd.DataFrame, shares: pd.DataFrame, technology: str, least_km: float, most_km: float) -> float:
    """Mean correlation of the pairs of sites within a band of distances."""
    chosen = sites[sites["technology"] == technology]
    distance = distances_km(chosen["latitude_deg"].to_numpy(), chosen["longitude_deg"].to_numpy())
    alike = np.corrcoef(shares[chosen["name"]].to_numpy().T)
    return float(alike[(distance > least_km) & (distance <= most_km)].mean())


def daily_correlation(first: Array, second: Array) -> float:
    """Correlation of daily means, each against the mean of its month."""
    return _alike(_anomalies(first), _anomalies(second))


def _alike(first: Array, second: Array) -> float:
    return float(np.corrcoef(first, second)[0, 1])


def _anomalies(series: Array) -> Array:
    """Daily means against the mean of their month, (365,)."""
    days = pd.Series(series.reshape(365, 24).mean(axis=1))
    return np.asarray(days - days.groupby(HOURS[::24].month).transform("mean"))


def _statistic(sites: pd.DataFrame, shares: pd.DataFrame, of: str, where: str, metric: str) -> float:
    if metric == "daily_correlation":
        wind, sun = (fleet(sites, shares, kinds, where) for kinds in TOGETHER.values())
        return daily_correlation(wind, sun)
    if band := BAND.fullmatch(where):
        return by_distance(sites, shares, of, float(band[1]), float(band[2]))
    if where == BETWEEN:
        return _alike(*(fleet(sites, shares, (of,), grid) for grid in GRIDS))
    names = sites.loc[sites["technology"] == of, "name"]
    columns = shares[names].to_numpy().T if where == SITES else [fleet(sites, shares, (of,), where)]
    kind, _, number = metric.partition("_")
    amount = float(number.strip("qh_"))
    each = [ramp(column, amount / 100) if kind == "ramp" else memory(column, int(amount)) for column in columns]
    return float(np.mean(each))
