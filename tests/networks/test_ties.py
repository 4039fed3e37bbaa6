"""The interchange plans that join and surround the grids."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dispatch.profiles.interchange import plans
from tests.networks.tables import GRIDS, NETWORKS, records, series, table

OPPOSITE = {
    "hebei_south J_ZHANGBEI_UHV": "jibei S_XIONGAN_UHV",
    "hebei_south J_BAZHOU": "jibei S_XIONGDONG",
}
VARIANTS = ["low", "central", "high"]


@pytest.mark.parametrize("edition", [2025, 2030])
@pytest.mark.parametrize("variant", VARIANTS)
def test_what_one_grid_sends_over_a_direct_tie_the_other_receives(variant: str, edition: int) -> None:
    south, jibei = (plans(NETWORKS, grid, variant, edition) for grid in GRIDS)
    for one, other in OPPOSITE.items():
        np.testing.assert_allclose(south[one], -jibei[other], atol=1e-9)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("grid", GRIDS)
def test_every_plan_stays_within_its_limits(grid: str, variant: str) -> None:
    plan = plans(NETWORKS, grid, variant)
    limits = table("ties", "interfaces").query("grid == @grid")
    assert set(plan.columns) == set(limits["interface"])
    for row in records(limits):
        assert plan[row["interface"]].max() <= row["import_limit_mw"], row["interface"]
        assert -plan[row["interface"]].min() <= row["export_limit_mw"], row["interface"]


@pytest.mark.parametrize("grid", GRIDS)
def test_the_limits_of_an_interface_fit_the_lines_that_reach_it(grid: str) -> None:
    rating = pd.concat(
        [
            table(grid, "lines").rename(columns={"s_nom": "mw"})[["bus0", "bus1", "mw"]],
            table(grid, "links").rename(columns={"p_nom": "mw"})[["bus0", "bus1", "mw"]],
        ]
    )
    for row in records(table("ties", "interfaces").query("grid == @grid")):
        reached = rating[(rating["bus0"] == row["bus"]) | (rating["bus1"] == row["bus"])]["mw"].sum()
        assert max(row["import_limit_mw"], row["export_limit_mw"]) <= reached, row["interface"]


def test_more_interchange_sends_more_out_of_jibei() -> None:
    means = [plans(NETWORKS, "jibei", variant).to_numpy().sum() for variant in VARIANTS]
    assert means[0] > means[1] > means[2]


def test_a_new_channel_is_at_least_half_renewable() -> None:
    interfaces = table("ties", "interfaces")
    new = interfaces[interfaces["new_channel"]]
    assert len(new) == 1
    assert (new["renewable_share_of_import"] >= 0.5).all()


@pytest.mark.parametrize("grid", GRIDS)
def test_the_stored_interchange_is_the_central_plan_of_2030_with_the_other_sign(grid: str) -> None:
    stored = series(grid, "loads-p_set")
    plan = plans(NETWORKS, grid)
    for interface in plan.columns:
        np.testing.assert_allclose(stored[f"interchange {interface}"], -plan[interface], atol=1e-9)


def test_the_loads_to_drop_on_joining_exist_on_both_sides() -> None:
    for tie in records(table("ties", "direct_ties")):
        for grid, load in zip(GRIDS, [tie["hebei_south_load"], tie["jibei_load"]], strict=True):
            assert load in set(table(grid, "loads")["name"])
            assert tie["line"] in set(table(grid, "lines")["name"])
