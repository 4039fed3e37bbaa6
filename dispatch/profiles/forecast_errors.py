"""
Errors of forecasts of wind, sun and load over a year, drawn by seed: reserve takes its quantiles from them.

An error is what is missing of a forecast, as a share of it: less wind or sun, or more load, is positive. Size and
source stand in `reserve_errors.csv` of a grid, persistence, tails and growth with the lead in
`networks/shared/forecast_error_model.csv`. Wind, sun and load err apart from each other: no correlation has a source.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from dispatch.profiles.tables import GRIDS, HOURS, Array, autoregressive

KINDS = ("wind", "solar", "load")
SEED = 2030
FIRST_STREAM = 6  # of random numbers; those before draw weather and load
ISSUED_BEFORE_MIDNIGHT_H = 16  # a day-ahead forecast stands at 8 in the morning of the day before
MOST_SHARE = 1.0  # no more than all that was forecast can be missing


def day_ahead_errors(networks: Path, grid: str, seed: int = SEED) -> pd.DataFrame:
    """Errors of the forecast made the morning before, 8,760 h by kind, as shares of what was forecast."""
    return errors_at(networks, grid, HOURS.hour.to_numpy() + ISSUED_BEFORE_MIDNIGHT_H, seed)


def errors_at(networks: Path, grid: str, lead_h: Array | float, seed: int = SEED) -> pd.DataFrame:
    """
    Errors at some lead, one for every hour or one for all.

        error[t] = size g(lead[t]) T(z[t])

    z  standard normal, persistent in time      -     T  to a Student distribution of variance 1     -
    g  growth with the lead, 1 over a day-ahead forecast      -     size  root mean square, day-ahead      -
    """
    model = pd.read_csv(networks / "shared" / "forecast_error_model.csv").set_index(["of", "parameter"])["value"]
    sizes = pd.read_csv(networks / grid / "reserve_errors.csv").set_index("of")["error_share"]
    columns = {}
    for place, kind in enumerate(KINDS):
        own = model[kind]
        rng = np.random.default_rng([seed, FIRST_STREAM + place, GRIDS.index(grid)])
        state = autoregressive(rng.standard_normal((len(HOURS), 1)), float(own["hourly_lag"]))[:, 0]
        error = float(sizes[kind]) * _growth(own, lead_h) * _with_tails(state, float(own["tail_freedom"]))
        columns[kind] = np.minimum(error, MOST_SHARE)
    return pd.DataFrame(columns, index=HOURS)


def summary(errors: pd.DataFrame) -> pd.DataFrame:
    """By kind: mean absolute error, root mean square, persistence, kurtosis and the quantiles that reserve is for."""
    rows = {}
    for kind, series in errors.items():
        error = series.to_numpy()
        rows[kind] = {
            "mae": np.abs(error).mean(),
            "rmse": np.sqrt(np.mean(error**2)),
            "lag_1h": np.corrcoef(error[1:], error[:-1])[0, 1],
            "kurtosis": np.mean((error - error.mean()) ** 4) / error.var() ** 2,
            "q95": np.quantile(error, 0.95),
            "q99": np.quantile(error, 0.99),
        }
    return pd.DataFrame(rows).T


def _growth(model: pd.Series, lead_h: Array | float) -> Array:
    """Size at a lead over that of a day-ahead forecast, drawn straight between the stated leads."""
    leads = {float(str(name)[5:-1]): float(value) for name, value in model.items() if str(name).startswith("lead_")}
    day = np.interp(np.arange(24) + ISSUED_BEFORE_MIDNIGHT_H, list(leads), list(leads.values()))
    return np.asarray(np.interp(lead_h, list(leads), list(leads.values())) / np.sqrt(np.mean(day**2)))


def _with_tails(state: Array, freedom: float) -> Array:
    """The same ranks in a Student distribution, of mean 0 and variance 1 over the series."""
    from scipy.stats import norm, t

    error = t.ppf(norm.cdf(state), freedom)
    return np.asarray((error - error.mean()) / error.std(), dtype=float)
