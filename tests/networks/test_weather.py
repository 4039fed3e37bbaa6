"""The weather generator, run again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dispatch.profiles.sun import sun_shares
from dispatch.profiles.tables import autoregressive, distances_km, sites, target, targets
from dispatch.profiles.wind import wind_shares
from dispatch.profiles.write import SEED
from tests.networks.tables import GRIDS, NETWORKS, series


@pytest.fixture(scope="module")
def stored() -> pd.DataFrame:
    return pd.concat([series(grid, "generators-p_max_pu") for grid in GRIDS], axis=1)


def test_the_same_seed_gives_the_committed_wind_again(stored: pd.DataFrame) -> None:
    wind = wind_shares(sites(NETWORKS), targets(NETWORKS), np.random.default_rng([SEED, 1]))
    np.testing.assert_array_equal(wind.clip(0, 1).round(3).to_numpy(), stored[wind.columns].to_numpy())


@pytest.mark.filterwarnings("ignore:DatetimeIndex.dayofyear is deprecated")  # pvlib asks for it
def test_the_same_seed_gives_the_committed_sun_again(stored: pd.DataFrame) -> None:
    sun = sun_shares(sites(NETWORKS), targets(NETWORKS), np.random.default_rng([SEED, 2]))
    np.testing.assert_array_equal(sun.clip(0, 1).round(3).to_numpy(), stored[sun.columns].to_numpy())


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


def test_a_degree_of_latitude_is_111_km() -> None:
    found = distances_km(np.array([39.0, 40.0]), np.array([115.0, 115.0]))
    assert found[0, 1] == pytest.approx(111.2, abs=0.1)


def test_a_target_that_is_not_in_the_table_is_named() -> None:
    with pytest.raises(KeyError, match="no target for wind all nothing"):
        target(targets(NETWORKS), "wind", "all", "nothing")
