"""The page on weather years and forecast errors, and the errors as they are stored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dispatch.profiles.forecast_errors import day_ahead_errors, errors_at, summary
from dispatch.profiles.page import error_table, table_of, weather_table
from dispatch.profiles.statistics import reached, weather_targets
from dispatch.profiles.tables import sites
from tests.networks.tables import GRIDS, NETWORKS, series, table

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "profiles.md").read_text(encoding="utf-8")


def test_the_page_shows_the_stored_year_as_it_is() -> None:
    """The columns of the weather years take seconds each: test_weather draws the first of them."""
    shares = pd.concat([series(grid, "generators-p_max_pu") for grid in GRIDS], axis=1)
    wanted = weather_targets(NETWORKS)
    stored = reached(sites(NETWORKS), shares, wanted)
    made, shown = weather_table(wanted, stored, stored[None, :]).splitlines(), table_of(PAGE, "weather").splitlines()
    ours, theirs = ([line.split("|")[:7] + line.split("|")[8:] for line in lines] for lines in (made, shown))
    assert ours == theirs


def test_the_page_shows_the_forecast_errors_as_they_are() -> None:
    assert table_of(PAGE, "errors") == error_table(NETWORKS)


@pytest.mark.parametrize("grid", GRIDS)
def test_stored_errors_are_as_large_and_as_lasting_as_their_model_says(grid: str) -> None:
    """Size to 1 % of itself (what is cut at all of a forecast), memory to 0.03, tails longer than normal ones (3)."""
    stored, size = series(grid, "errors_day_ahead"), table(grid, "reserve_errors").set_index("of")["error_share"]
    model = table("shared", "forecast_error_model").set_index(["of", "parameter"])["value"]
    told = summary(stored)
    for kind in ("wind", "solar", "load"):
        assert told["rmse"][kind] == pytest.approx(size[kind], rel=0.01)
        assert told["lag_1h"][kind] == pytest.approx(model[kind, "hourly_lag"], abs=0.03)
        assert told["mae"][kind] < told["rmse"][kind] * np.sqrt(2 / np.pi)
        assert told["kurtosis"][kind] > 3.3
    assert stored.max().max() <= 1
    assert np.abs(np.corrcoef(stored.to_numpy().T) - np.eye(3)).max() < 0.1


def test_another_seed_draws_other_errors_of_the_same_size() -> None:
    first, other = day_ahead_errors(NETWORKS, "jibei"), day_ahead_errors(NETWORKS, "jibei", seed=7)
    assert np.corrcoef(first["wind"], other["wind"])[0, 1] == pytest.approx(0, abs=0.1)
    assert summary(other)["q95"].to_numpy() == pytest.approx(summary(first)["q95"].to_numpy(), rel=0.12)


def test_errors_grow_with_the_lead() -> None:
    """Four hours ahead, three quarters of a day-ahead error of wind: 15 % where 20 % is allowed the day ahead."""
    sizes = [summary(errors_at(NETWORKS, "jibei", float(lead)))["rmse"]["wind"] for lead in (1, 4, 16, 40)]
    assert sizes == sorted(sizes)
    day_ahead = summary(day_ahead_errors(NETWORKS, "jibei"))["rmse"]["wind"]
    assert sizes[1] / day_ahead == pytest.approx(0.75, abs=0.01)
