"""
Wind: a Gaussian copula, persistent in time and correlated in space, over Weibull speeds and a power curve.

The weather of a site has a regional part, fronts that both grids share, and a local one. Its tempo changes: in a front
it moves faster, so that most ramps are small and some are large, and no hour's distribution changes. Persistence and
lengths stand in `networks/shared/weather_model.csv`, Weibull shapes and the month and hour factors in
`profile_targets.csv`. Each month is drawn to its expected mean, so that the year is typical.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from dispatch.profiles.tables import (
    HOURS,
    WIND,
    Array,
    autoregressive,
    correlated_normals,
    distances_km,
    target,
)

# Power curve of many farms together (modern turbines, wakes and outages, speeds that differ by about 1.5 m/s
# from farm to farm): share of rated output by mean speed in m/s. Estimated.
SPEED_M_PER_S = np.array([0.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 14.0, 20.0, 27.0, 60.0])
OUTPUT_SHARE = np.array(
    [0.005, 0.015, 0.03, 0.06, 0.11, 0.18, 0.28, 0.40, 0.53, 0.66, 0.77, 0.85, 0.92, 0.92, 0.0, 0.0]
)
INITIAL_SCALE_M_PER_S = 7.0
SPEED_ELASTICITY = 0.5  # output grows about with the square of the speed here
ROUNDS = 12
QUADRATURE = 200
MONTH = HOURS.month.to_numpy() - 1
HOUR = HOURS.hour.to_numpy()


class Weather:
    """
    The weather of the wind: what a seed draws.

    Parameters are those of `weather_model.csv`; local and regional shocks and the tempo have streams of their own.
    """

    def __init__(self, model: Mapping[str, float], seed: int) -> None:
        self.model = model
        self._local, self._regional, self._tempo = (np.random.default_rng([seed, stream]) for stream in (1, 4, 5))

    def states(self, distance_km: Array) -> Array:
        """
        Standard normals by hour and place.

            z = sqrt(1 - r) local + sqrt(r) regional,   v[t] = exp(s n[t] - s^2 / 2)

        r  regional share of the variance  -        v  tempo, mean 1, n persistent in time, s its spread    -
        """
        model, steps = self.model, len(HOURS)
        lag, share, tempo = model["wind_hourly_lag"], model["wind_regional_share"], None
        if spread := model["wind_tempo_spread"]:
            pace = autoregressive(self._tempo.standard_normal((steps, 1)), model["wind_tempo_lag"])[:, 0]
            tempo = np.exp(spread * pace - spread**2 / 2)
        shocks = correlated_normals(self._local, steps, distance_km, model["wind_local_length_km"])
        local = autoregressive(shocks, lag, tempo)
        if not share:
            return local
        shocks = correlated_normals(self._regional, steps, distance_km, model["wind_regional_length_km"])
        return np.asarray(np.sqrt(1 - share) * local + np.sqrt(share) * autoregressive(shocks, lag, tempo))


def wind_shares(sites: pd.DataFrame, targets: pd.DataFrame, weather: Weather) -> pd.DataFrame:
    """
    Available output of every wind site, 8,760 h, as a share of its size.

    Two sets of factors on the speed are found in turn: one a site, for its full-load hours, and one a month,
    grid and technology, for the expected monthly mean. The site's has the last word.
    """
    chosen = sites[sites["technology"].isin(WIND)].reset_index(drop=True)
    speed = INITIAL_SCALE_M_PER_S * _relative_speeds(chosen, targets, weather)
    smoothing_h = int(weather.model["wind_smoothing_h"])
    wanted_h = np.array(
        [target(targets, kind, city, "full_load_hours")[0] for kind, city in chosen[["technology", "city"]].to_numpy()]
    )
    promised = _promised_months(chosen, targets)
    for _ in range(ROUNDS):
        speed = speed * _month_corrections(_output_share(speed, smoothing_h), chosen, promised)[MONTH]
        reached_h = _output_share(speed, smoothing_h).sum(axis=0)
        speed = speed * (wanted_h / reached_h) ** SPEED_ELASTICITY
    return pd.DataFrame(_scaled(speed, wanted_h, smoothing_h), index=HOURS, columns=chosen["name"].tolist())


def expected_means(site: pd.Series, targets: pd.DataFrame) -> tuple[Array, Array]:
    """
    Monthly and hourly means that the factors promise, scaled to the site's full-load hours.

    mean[m, h] = integral over u in (0, 1) of P( c f[m] g[h] (-ln(1 - u))^(1/k) ), by the midpoint rule

    P  power curve     share      f, g  month and hour factor   -
    c  Weibull scale   m/s        k     Weibull shape           -
    """
    rank = (np.arange(QUADRATURE) + 0.5) / QUADRATURE
    quantile = (-np.log1p(-rank)) ** (1 / _weibull_shape(site, targets))
    factors = _factor_table(site, targets)
    days = np.bincount(MONTH, minlength=12) / 24
    wanted_h = target(targets, site["technology"], site["city"], "full_load_hours")[0]
    low, high = 1.0, 30.0
    for _ in range(50):
        scale = (low + high) / 2
        mean = _curve(scale * factors[:, :, None] * quantile).mean(axis=2)
        low, high = (scale, high) if (mean * days[:, None]).sum() < wanted_h else (low, scale)
    return mean.mean(axis=1), (mean * days[:, None]).sum(axis=0) / 365


def _states(chosen: pd.DataFrame, weather: Weather) -> Array:
    """
    Standard normals by hour and site, correlated over both grids.

    Each month is brought to mean 0 and variance 1 over the sites of one grid and technology.
    """
    distance = distances_km(chosen["latitude_deg"].to_numpy(), chosen["longitude_deg"].to_numpy())
    state = weather.states(distance)
    for group in chosen.groupby(["grid", "technology"]).indices.values():
        for month in range(12):
            part = np.ix_(np.flatnonzero(month == MONTH), np.asarray(group))
            state[part] = (state[part] - state[part].mean()) / state[part].std()
    return state


def _relative_speeds(chosen: pd.DataFrame, targets: pd.DataFrame, weather: Weather) -> Array:
    """Speed over the Weibull scale, by hour and site: the copula's rank, month and hour factor."""
    from scipy.special import ndtr

    rank = np.clip(ndtr(_states(chosen, weather)), 1e-6, 1 - 1e-6)
    shape = np.array([_weibull_shape(site, targets) for _, site in chosen.iterrows()])
    factors = np.column_stack([_factor_table(site, targets)[MONTH, HOUR] for _, site in chosen.iterrows()])
    return np.asarray((-np.log1p(-rank)) ** (1 / shape) * factors, dtype=float)


def _promised_months(chosen: pd.DataFrame, targets: pd.DataFrame) -> Array:
    """Expected monthly means, month x site."""
    known = {key: expected_means(group.iloc[0], targets)[0] for key, group in chosen.groupby(["technology", "city"])}
    return np.column_stack([known[(kind, city)] for kind, city in chosen[["technology", "city"]].to_numpy()])


def _month_corrections(shares: Array, chosen: pd.DataFrame, promised: Array) -> Array:
    """Factors on the speed, month x site: each grid and technology to its expected monthly means."""
    corrections = np.ones((12, len(chosen)))
    size = chosen["size_mw"].to_numpy()
    for group in chosen.groupby(["grid", "technology"]).indices.values():
        mean = shares[:, group] @ size[group]
        reached = np.array([mean[month == MONTH].mean() for month in range(12)])
        corrections[:, group] = ((promised[:, group] @ size[group] / reached) ** SPEED_ELASTICITY)[:, None]
    return corrections


def _weibull_shape(site: pd.Series, targets: pd.DataFrame) -> float:
    return float(target(targets, site["technology"], site["zone"], "weibull_k")[0])


def _factor_table(site: pd.Series, targets: pd.DataFrame) -> Array:
    """Month x hour factors on the wind speed."""
    month = target(targets, site["technology"], site["zone"], "month_speed_factor")
    hour = target(targets, site["technology"], site["zone"], "hour_speed_factor")
    return np.outer(month, hour)


def _curve(speed_m_per_s: Array) -> Array:
    return np.asarray(np.interp(speed_m_per_s, SPEED_M_PER_S, OUTPUT_SHARE), dtype=float)


def _output_share(speed_m_per_s: Array, smoothing_h: int) -> Array:
    """Power curve, then a centred mean over the hours that a front needs to cross a station's farms."""
    half = smoothing_h // 2
    padded = np.pad(_curve(speed_m_per_s), ((half, half), (0, 0)), mode="wrap")
    parts = [padded[shift : shift + len(speed_m_per_s)] for shift in range(smoothing_h)]
    return np.asarray(sum(parts[1:], parts[0]) / smoothing_h, dtype=float)


def _scaled(speed_m_per_s: Array, wanted_h: Array, smoothing_h: int) -> Array:
    """Output of speeds scaled, site by site, until the year has the wanted full-load hours (bisection)."""
    low, high = np.full(len(wanted_h), 0.8), np.full(len(wanted_h), 1.25)
    for _ in range(20):
        middle = (low + high) / 2
        short = _output_share(middle * speed_m_per_s, smoothing_h).sum(axis=0) < wanted_h
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return _output_share((low + high) / 2 * speed_m_per_s, smoothing_h)
