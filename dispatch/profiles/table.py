"""What the generator aims at and what it reaches, row by row, each with its stated tolerance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from dispatch.profiles.load import annual_figures
from dispatch.profiles.tables import GRIDS, HOURS, SUN, WIND, Array, target
from dispatch.profiles.wind import expected_means

# Largest allowed distance from the target, as a share of it.
FULL_LOAD_HOURS_SHARE = 0.01
WIND_MONTH_SHARE = 0.10
WIND_HOUR_SHARE = 0.08
SUN_MONTH_SHARE = 0.05
SUN_HOUR_SHARE = 0.10  # of the annual mean's largest hour
ENERGY_SHARE = 0.02
PEAK_SHARE = 1e-5


def comparison(sites: pd.DataFrame, shares: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Weather: full-load hours by city and technology, monthly and hourly means by grid and technology."""
    rows = [*_full_load_hours(sites, shares, targets)]
    for grid in GRIDS:
        for technology in (*WIND, *SUN):
            group = sites[(sites["grid"] == grid) & (sites["technology"] == technology)]
            if len(group):
                compare = _wind_means if technology in WIND else _sun_means
                rows += compare(group, shares, targets)
    return _judged(rows)


def load_comparison(networks: Path, loads_mw: pd.DataFrame) -> pd.DataFrame:
    """Load: annual peak and energy of each grid."""
    rows = []
    for grid in GRIDS:
        peak_mw, energy_twh = annual_figures(networks, grid)
        reached = loads_mw[grid].to_numpy()
        rows.append((grid, "load", "peak MW", peak_mw, reached.max(), PEAK_SHARE))
        rows.append((grid, "load", "energy TWh", energy_twh, reached.sum() / 1e6, ENERGY_SHARE))
    return _judged(rows)


Row = tuple[str, str, str, float, float, float]


def _judged(rows: list[Row]) -> pd.DataFrame:
    """The last column of a row is the allowed distance, as a share of the target."""
    table = pd.DataFrame(rows, columns=["where", "what", "index", "target", "reached", "allowed_share"])
    distance = (table["reached"] - table["target"]).abs()
    table["within"] = distance <= table["allowed_share"] * table["target"].abs() + 1e-12
    return table


def _full_load_hours(sites: pd.DataFrame, shares: pd.DataFrame, targets: pd.DataFrame) -> list[Row]:
    rows = []
    for (city, technology), group in sites.groupby(["city", "technology"], sort=False):
        wanted = target(targets, str(technology), str(city), "full_load_hours")[0]
        reached = np.average(shares[group["name"]].sum().to_numpy(), weights=group["size_mw"])
        rows.append((str(city), str(technology), "hours", wanted, reached, FULL_LOAD_HOURS_SHARE))
    return rows


def _means(group: pd.DataFrame, shares: pd.DataFrame) -> tuple[Array, Array]:
    """Monthly and hourly means of a group of sites, weighted by size."""
    size = group["size_mw"].to_numpy()
    mean = pd.Series(shares[group["name"]].to_numpy() @ size / size.sum(), index=HOURS)
    return mean.groupby(HOURS.month).mean().to_numpy(), mean.groupby(HOURS.hour).mean().to_numpy()


def _wind_means(group: pd.DataFrame, shares: pd.DataFrame, targets: pd.DataFrame) -> list[Row]:
    where, what = str(group["grid"].iloc[0]), str(group["technology"].iloc[0])
    cities = group.drop_duplicates("city")
    expected = [expected_means(site, targets) for _, site in cities.iterrows()]
    size = group.groupby("city")["size_mw"].sum().loc[cities["city"]].to_numpy()
    wanted = [np.average([each[part] for each in expected], axis=0, weights=size) for part in (0, 1)]
    months, hours = _means(group, shares)
    rows = [(where, what, f"month {m + 1:02d}", wanted[0][m], months[m], WIND_MONTH_SHARE) for m in range(12)]
    return rows + [(where, what, f"hour {h:02d}", wanted[1][h], hours[h], WIND_HOUR_SHARE) for h in range(24)]


def _sun_means(group: pd.DataFrame, shares: pd.DataFrame, targets: pd.DataFrame) -> list[Row]:
    where, what = str(group["grid"].iloc[0]), str(group["technology"].iloc[0])
    months, hours = _means(group, shares)
    mean = float(hours.mean())
    month_target = target(targets, "solar", "all", "month_share") * mean
    hour_target = target(targets, "solar", "all", "hour_share") * mean
    allowed = SUN_HOUR_SHARE * hour_target.max()
    rows = [(where, what, f"month {m + 1:02d}", month_target[m], months[m], SUN_MONTH_SHARE) for m in range(12)]
    return rows + [
        (where, what, f"hour {h:02d}", hour_target[h], hours[h], allowed / hour_target[h])
        for h in range(24)
        if hour_target[h] > allowed
    ]
