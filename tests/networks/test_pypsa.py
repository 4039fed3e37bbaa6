"""Each folder is a network for anybody with PyPSA."""

from __future__ import annotations

import numpy as np
import pypsa
import pytest

from tests.networks.tables import GRIDS, NETWORKS, table


@pytest.fixture(scope="module", params=GRIDS)
def network(request: pytest.FixtureRequest) -> pypsa.Network:
    return pypsa.Network(str(NETWORKS / request.param))


def test_the_folder_opens_with_every_hour_of_2030(network: pypsa.Network) -> None:
    assert len(network.snapshots) == 8760
    assert str(network.snapshots[0]) == "2030-01-01 00:00:00"
    assert str(network.snapshots[-1]) == "2030-12-31 23:00:00"
    assert network.generators_t.p_max_pu.shape[0] == 8760


def test_the_network_is_one(network: pypsa.Network) -> None:
    joined = {bus: bus for bus in network.buses.index}

    def root(bus: str) -> str:
        while joined[bus] != bus:
            bus = joined[bus]
        return bus

    for branches in (network.lines, network.links):
        for one, other in zip(branches["bus0"], branches["bus1"], strict=True):
            joined[root(one)] = root(other)
    assert len({root(bus) for bus in network.buses.index}) == 1


def test_a_line_from_1000_to_500_kv_has_its_reactance_on_the_side_of_bus0(network: pypsa.Network) -> None:
    network.calculate_dependent_values()
    lines = network.lines
    high = network.buses.loc[lines["bus0"], "v_nom"].to_numpy()
    per_km = lines["x_pu"] * lines["rated_kv"] ** 2 * lines["num_parallel"] / lines["length"]
    np.testing.assert_allclose(per_km, per_km.clip(0.25, 0.28), rtol=1e-3)  # ohm per km of one circuit
    mixed = high != lines["rated_kv"]
    assert mixed.any()


def test_without_commitment_a_day_is_optimal(network: pypsa.Network) -> None:
    network.generators["committable"] = False
    network.generators["p_min_pu"] = 0.0
    status, condition = network.optimize(
        list(network.snapshots[:24]),
        solver_name="highs",
        include_objective_constant=False,
        log_to_console=False,
    )
    assert (status, condition) == ("ok", "optimal")


def test_both_folders_name_the_stations_they_share_alike() -> None:
    south, jibei = (table(grid, "buses").set_index("name") for grid in GRIDS)
    shared = south.index.intersection(jibei.index)
    assert len(shared) > 4
    columns = ["v_nom", "carrier", "x", "y", "grid"]
    assert south.loc[shared, columns].equals(jibei.loc[shared, columns])


def test_no_generator_storage_or_load_has_its_name_in_both_folders() -> None:
    for name in ("generators", "storage_units", "loads"):
        south, jibei = (set(table(grid, name)["name"]) for grid in GRIDS)
        assert south & jibei == set()


def test_no_sidecar_looks_like_a_series_to_pypsa() -> None:
    series = {"generators-p_max_pu.csv", "loads-p_set.csv"}
    dashed = {path.name for path in NETWORKS.glob("*/*-*.csv")}
    assert dashed <= series
