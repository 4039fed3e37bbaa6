"""
Sun: a clear sky (pvlib) on a fixed tilt, times a clearness that persists in time and is correlated in space.

Clearness has a day part and an hour part, each a first-order autoregression; the day part goes with the day's wind
over both grids as far as the model says. Monthly mean and spread stand in `networks/shared/profile_targets.csv`, lags,
length and coupling in `weather_model.csv`. The months are then brought to their target share.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd

from dispatch.profiles.tables import (
    HOURS,
    SUN,
    Array,
    autoregressive,
    correlated_normals,
    distances_km,
    target,
)

LINKE_TURBIDITY = 3.5  # -, usual value for the North China Plain, estimated
TEMPERATURE_COEFFICIENT = -0.004  # per kelvin, crystalline silicon
DAY_PART = 0.9  # weight of the day in clearness; the rest is broken cloud within the day
CLEARNESS_LIMITS = (0.08, 1.05)
MOST_OUTPUT = {
    "solar_utility": 0.95,
    "solar_distributed": 0.88,
}  # share of size: inverters, many orientations
MONTH = HOURS.month.to_numpy() - 1


def sun_shares(
    sites: pd.DataFrame, targets: pd.DataFrame, model: Mapping[str, float], seed: int, windy: Array
) -> pd.DataFrame:
    """
    Available output of every solar site, 8,760 h, as a share of its size.

    `windy`, (365,), is how windy each day is against its month, with mean 0 and variance 1.
    """
    rng = np.random.default_rng([seed, 2])
    chosen = sites[sites["technology"].isin(SUN)].reset_index(drop=True)
    clear = _clear_sky_shares(chosen)
    raw = clear * _clearness(targets, _cloud(chosen, model, rng, windy))
    raw = raw * _month_corrections(raw, chosen, targets)[MONTH][:, None]
    columns = {}
    for place, site in chosen.iterrows():
        wanted_h = target(targets, site["technology"], site["city"], "full_load_hours")[0]
        columns[site["name"]] = _scaled(raw[:, int(str(place))], wanted_h, MOST_OUTPUT[site["technology"]])
    return pd.DataFrame(columns, index=HOURS)


def _clear_sky_shares(chosen: pd.DataFrame) -> Array:
    """Output under a clear sky, one column a site; places that coincide are computed once."""
    places = zip(chosen["latitude_deg"], chosen["longitude_deg"], strict=True)
    return np.column_stack([_clear_sky_share(float(latitude), float(longitude)) for latitude, longitude in places])


@cache
def _clear_sky_share(latitude_deg: float, longitude_deg: float) -> Array:
    """Ineichen clear sky in the middle of each hour on a south-facing plane, with the heat of the cell."""
    import pvlib

    times = (HOURS + pd.Timedelta(minutes=30)).tz_localize("Asia/Shanghai")
    position = pvlib.solarposition.get_solarposition(times, latitude_deg, longitude_deg, method="ephemeris")
    relative = pvlib.atmosphere.get_relative_airmass(position["apparent_zenith"])
    sky = pvlib.clearsky.ineichen(
        position["apparent_zenith"],
        pvlib.atmosphere.get_absolute_airmass(relative),
        LINKE_TURBIDITY,
        dni_extra=pvlib.irradiance.get_extra_radiation(times),
    ).fillna(0.0)
    plane = pvlib.irradiance.get_total_irradiance(
        latitude_deg - 5.0,
        180.0,
        position["apparent_zenith"],
        position["azimuth"],
        sky["dni"],
        sky["ghi"],
        sky["dhi"],
    )["poa_global"]
    on_plane_w_per_m2 = plane.fillna(0.0).clip(lower=0.0).to_numpy(dtype=float)
    air_c = 11.0 - 15.0 * np.cos(2 * np.pi * (HOURS.day_of_year.to_numpy() - 20) / 365)
    cell_c = air_c + on_plane_w_per_m2 / 800.0 * 25.0
    return np.asarray(on_plane_w_per_m2 / 1000.0 * (1 + TEMPERATURE_COEFFICIENT * (cell_c - 25.0)), dtype=float)


def _cloud(chosen: pd.DataFrame, model: Mapping[str, float], rng: np.random.Generator, windy: Array) -> Array:
    """
    Standard normals by hour and site, high where the sky is clear.

        day = c windy + sqrt(1 - c^2) own        c  coupling of wind and sun, -
    """
    distance = distances_km(chosen["latitude_deg"].to_numpy(), chosen["longitude_deg"].to_numpy())
    length, coupling = model["solar_length_km"], model["solar_wind_coupling"]
    own = autoregressive(correlated_normals(rng, 365, distance, length), model["solar_daily_lag"])
    hourly = autoregressive(correlated_normals(rng, 8760, distance, length), model["solar_hourly_lag"])
    daily = coupling * windy[:, None] + np.sqrt(1 - coupling**2) * own
    return np.asarray(DAY_PART * np.repeat(daily, 24, axis=0) + np.sqrt(1 - DAY_PART**2) * hourly)


def _clearness(targets: pd.DataFrame, state: Array) -> Array:
    """Clearness by hour and site: monthly mean plus spread times a persistent normal, within limits."""
    mean = target(targets, "solar", "all", "clearness_mean")[MONTH]
    spread = target(targets, "solar", "all", "clearness_std")[MONTH]
    return np.asarray(np.clip(mean[:, None] + spread[:, None] * state, *CLEARNESS_LIMITS), dtype=float)


def _month_corrections(raw: Array, chosen: pd.DataFrame, targets: pd.DataFrame) -> Array:
    """Factor a month: the mean over all sites, weighted by size, at its target share of the year."""
    size = chosen["size_mw"].to_numpy()
    mean = raw @ size / size.sum()
    by_month = np.array([mean[month == MONTH].mean() for month in range(12)])
    return np.asarray(target(targets, "solar", "all", "month_share") * mean.mean() / by_month, dtype=float)


def _scaled(raw: Array, wanted_h: float, most: float) -> Array:
    """The series scaled, and cut at its most, so that the year has the wanted full-load hours."""
    low, high = 0.1, 5.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if np.minimum(middle * raw, most).sum() < wanted_h else (low, middle)
    return np.minimum((low + high) / 2 * raw, most)
