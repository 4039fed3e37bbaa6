"""The synthetic year."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dispatch.profiles.table import comparison, load_comparison
from dispatch.profiles.tables import sites, targets
from dispatch.profiles.write import csv_text, files, loads_by_grid
from tests.networks.tables import GRIDS, NETWORKS, WIND_AND_SUN, records, series, table


def test_every_wind_and_solar_generator_has_8760_hours_between_0_and_1() -> None:
    for grid in GRIDS:
        shares = series(grid, "generators-p_max_pu")
        generators = table(grid, "generators")
        assert set(shares.columns) == set(generators[generators["carrier"].isin(WIND_AND_SUN)]["name"])
        assert len(shares) == 8760
        assert shares.notna().all().all()
        assert shares.min().min() >= 0
        assert shares.max().max() <= 1


def test_every_load_has_8760_hours() -> None:
    for grid in GRIDS:
        loads = series(grid, "loads-p_set")
        assert list(loads.columns) == list(table(grid, "loads")["name"])
        assert loads.shape[0] == 8760
        assert loads.notna().all().all()


def test_load_meets_its_peak_exactly_and_its_energy_within_2_percent() -> None:
    for grid in GRIDS:
        loads = series(grid, "loads-p_set")
        total = loads[[name for name in loads if str(name).startswith("load ")]].sum(axis=1)
        annual = table(grid, "annual_peak").set_index("edition").loc[2030]
        assert total.max() == pytest.approx(annual["peak_mw"], abs=0.05)
        assert total.sum() / 1e6 == pytest.approx(annual["energy_twh"], rel=0.02)
        assert total.min() > 0.3 * annual["peak_mw"]


def test_hebei_south_peaks_in_summer_and_jibei_in_winter() -> None:
    months = {}
    for grid in GRIDS:
        loads = series(grid, "loads-p_set")
        total = loads[[name for name in loads if str(name).startswith("load ")]].sum(axis=1)
        months[grid] = pd.Timestamp(str(total.idxmax())).month
    assert months["hebei_south"] in {6, 7, 8}
    assert months["jibei"] in {12, 1, 2}


def test_the_year_reaches_its_targets_within_the_stated_tolerances() -> None:
    shares = pd.concat([series(grid, "generators-p_max_pu") for grid in GRIDS], axis=1)
    table_of_targets = comparison(sites(NETWORKS), shares, targets(NETWORKS))
    assert table_of_targets[~table_of_targets["within"]].to_string() in {"", table_of_targets[:0].to_string()}


def test_full_load_hours_are_met_to_1_percent_at_every_site() -> None:
    hours = targets(NETWORKS).query("metric == 'full_load_hours'").set_index(["technology", "region"])["value"]
    for grid in GRIDS:
        shares = series(grid, "generators-p_max_pu")
        for row in records(table(grid, "generators").query("carrier in @WIND_AND_SUN")):
            assert shares[row["name"]].sum() == pytest.approx(hours[row["carrier"], row["city"]], rel=0.01), row["name"]


def test_the_generator_writes_the_committed_load_again_byte_for_byte() -> None:
    shares = pd.concat([series(grid, "generators-p_max_pu") for grid in GRIDS], axis=1)
    loads_mw = loads_by_grid(NETWORKS)
    assert load_comparison(NETWORKS, loads_mw)["within"].all()
    for path, text in files(NETWORKS, shares, loads_mw).items():
        assert path.read_text(encoding="utf-8") == text, path


def test_a_number_is_written_without_trailing_zeros() -> None:
    hours = pd.date_range("2030-01-01", periods=8760, freq="h")
    text = csv_text(pd.DataFrame({"a": np.full(8760, 0.5), "b": np.full(8760, -0.0)}, index=hours), 3)
    assert text.splitlines()[1] == "2030-01-01 00:00:00,0.5,0"
