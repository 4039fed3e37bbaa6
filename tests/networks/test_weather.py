"""The weather generator, run again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dispatch.profiles.statistics import daily_correlation, memory, ramp, reached, weather_targets
from dispatch.profiles.table import comparison
from dispatch.profiles.tables import HOURS, WIND, autoregressive, distances_km, sites, target, targets
from dispatch.profiles.write import weather_shares, windiness
from tests.networks.tables import GRIDS, NETWORKS, series

OLD_PVLIB = "ignore:DatetimeIndex.dayofyear is deprecated"  # pvlib asks for it


@pytest.fixture(scope="module")
def stored() -> pd.DataFrame:
    return pd.concat([series(grid, "generators-p_max_pu") for grid in GRIDS], axis=1)


@pytest.mark.filterwarnings(OLD_PVLIB)
def test_the_generator_draws_the_committed_year_again(stored: pd.DataFrame) -> None:
    np.testing.assert_array_equal(weather_shares(NETWORKS)[stored.columns].to_numpy(), stored.to_numpy())


@pytest.mark.filterwarnings(OLD_PVLIB)
def test_another_weather_year_meets_every_target() -> None:
    """How it moves, each row; months, hours and full-load hours within twice what is allowed the stored year."""
    year, wanted, places = weather_shares(NETWORKS, 1), weather_targets(NETWORKS), sites(NETWORKS)
    off = np.abs(reached(places, year, wanted) - wanted["value"].to_numpy())
    assert list(wanted[off > wanted["allowed"]]["metric"]) == []
    table = comparison(places, year, targets(NETWORKS))
    share = (table["reached"] / table["target"] - 1).abs()
    assert list(table[share > 2 * table["allowed_share"]]["index"]) == []
    wind = windiness(places, year[[name for name in map(str, year) if "wind" in name]])
    assert (wind.mean(), wind.var()) == (pytest.approx(0, abs=1e-9), pytest.approx(1, abs=0.05))


def test_the_stored_year_meets_its_targets_but_for_those_it_is_known_to_miss(stored: pd.DataFrame) -> None:
    """Its wind is too smooth, both grids have too little of the same, and wind and sun know nothing of each other."""
    wanted = weather_targets(NETWORKS)
    off = np.abs(reached(sites(NETWORKS), stored, wanted) - wanted["value"].to_numpy())
    missed = [tuple(row) for row in wanted[off > wanted["allowed"]][["of", "where", "metric"]].to_numpy()]
    wind = [(of, "both", metric) for of in WIND for metric in ("ramp_q95", "ramp_q99", "lag_1h")]
    between = ("wind_onshore", "between grids", "correlation")
    assert missed == [*wind, between, ("wind and sun", "both", "daily_correlation")]


def test_neighbours_have_more_of_the_same_wind_than_far_places(stored: pd.DataFrame) -> None:
    places = sites(NETWORKS).query("technology == 'wind_onshore'")
    distance = distances_km(places["latitude_deg"].to_numpy(), places["longitude_deg"].to_numpy())
    alike = stored[places["name"].tolist()].corr().to_numpy()
    near, far = (distance > 1) & (distance < 100), distance > 350
    assert alike[near].mean() > alike[far].mean() + 0.2


def test_an_autoregression_keeps_its_variance_and_its_lag() -> None:
    state = autoregressive(np.random.default_rng(1).standard_normal((50_000, 1)), 0.9)[:, 0]
    assert state.std() == pytest.approx(1, abs=0.05)
    assert np.corrcoef(state[1:], state[:-1])[0, 1] == pytest.approx(0.9, abs=0.01)


def test_tempo_makes_large_ramps_of_the_same_distribution() -> None:
    """Twice the pace in every second hundred steps: a lag of 0.9^2 there, and the variance stays 1."""
    tempo = np.tile(np.repeat([1.0, 2.0], 100), 250)
    state = autoregressive(np.random.default_rng(1).standard_normal((50_000, 1)), 0.9, tempo)[:, 0]
    fast = np.flatnonzero(tempo[1:] == 2) + 1
    assert state.std() == pytest.approx(1, abs=0.05)
    assert np.corrcoef(state[fast], state[fast - 1])[0, 1] == pytest.approx(0.81, abs=0.02)


def test_a_ramp_and_a_memory_by_hand() -> None:
    """0, 1, 3, 0: changes of 1, 2 and 3, their median 2. Up, down, up, down: one hour before is its opposite."""
    assert ramp(np.array([0.0, 1, 3, 0]), 0.5) == 2
    assert memory(np.array([1.0, -1] * 4), 1) == pytest.approx(-1)


def test_days_are_compared_within_their_month() -> None:
    """Sun of a month's level plus what the wind has less of in a day: -1, however the seasons go."""
    days = np.random.default_rng(1).standard_normal(365)
    level = np.repeat(HOURS[::24].month.to_numpy(dtype=float), 24)
    assert daily_correlation(np.repeat(days, 24), level - np.repeat(days, 24)) == pytest.approx(-1)


def test_a_degree_of_latitude_is_111_km() -> None:
    found = distances_km(np.array([39.0, 40.0]), np.array([115.0, 115.0]))
    assert found[0, 1] == pytest.approx(111.2, abs=0.1)


def test_a_target_that_is_not_in_the_table_is_named() -> None:
    with pytest.raises(KeyError, match="no target for wind all nothing"):
        target(targets(NETWORKS), "wind", "all", "nothing")
