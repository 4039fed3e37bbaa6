from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pypsa
import pytest

from dispatch.case.case import Interchange
from dispatch.grid.solved import network_of
from dispatch.run import run
from dispatch.schedule.outcome import GridMetrics, Outcome
from dispatch.schedule.schedule import Schedule
from tests.answers import EXACT
from tests.small import AVAILABLE_SHARE, small_case, small_facts

# The triangle with everything on it, three windy winter hours of little load: wind is cut, stores and response move.
FACTS = small_facts(
    load_mw={"a": 60.0, "b": [60.0, 160.0, 100.0] + [100.0] * 21, "d": 40.0},
    available_share={**AVAILABLE_SHARE, "wind": [1.0, 0.8, 0.9] + [0.6] * 21},
)
CASE = small_case(FACTS, hours=3, response_share=0.05, interchange=Interchange(band_share=0.2))


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return run(CASE, FACTS, replace(EXACT, gap_share=1e-4))


@pytest.fixture(scope="module")
def schedule(outcome: Outcome) -> Schedule:
    assert outcome.schedule is not None, outcome.reason
    return outcome.schedule


@pytest.fixture(scope="module")
def total(outcome: Outcome) -> GridMetrics:
    assert outcome.metrics is not None
    return outcome.metrics.total


@pytest.fixture(scope="module")
def network(schedule: Schedule) -> pypsa.Network:
    return network_of(CASE, FACTS, schedule)


def test_the_case_moves_everything(schedule: Schedule, total: GridMetrics) -> None:
    """Otherwise the tests below would say little."""
    assert total.curtailed_mwh > 1
    assert schedule.charge_mw.to_numpy().sum() > 1
    assert total.response_extra_mwh > 1


def test_the_energy_balance_closes_at_every_bus(network: pypsa.Network) -> None:
    """What PyPSA's own statistics add up to at each bus, lines and links with it, is nothing to 0.001 MWh."""
    by_bus = network.statistics.energy_balance(groupby="bus")
    assert by_bus.abs().sum() > 100
    assert by_bus.groupby("bus").sum().abs().max() < 1e-3
    assert abs(network.statistics.energy_balance().sum()) < 1e-3


def test_the_curtailment_of_wind_and_sun_in_the_statistics_is_ours(network: pypsa.Network, total: GridMetrics) -> None:
    curtailed = network.statistics.curtailment(groupby="carrier").groupby("carrier").sum()
    names = network.carriers["nice_name"]
    for technology in total.technologies:
        name = names[technology.technology] or technology.technology
        assert curtailed.get(name, 0.0) == pytest.approx(technology.curtailed_mwh, abs=1e-3)


def test_the_supply_of_the_units_in_the_statistics_is_ours(network: pypsa.Network, total: GridMetrics) -> None:
    names = network.carriers["nice_name"]
    thermal = {names[carrier] or carrier for carrier in ("coal", "gas")}
    supply = network.statistics.supply(components=["Generator"], groupby="carrier")
    own = supply[supply.index.get_level_values(-1).isin(thermal)]
    assert own.sum() == pytest.approx(total.thermal_mwh, abs=1e-3)


def test_commitment_and_levels_stand_where_pypsa_keeps_them(network: pypsa.Network, schedule: Schedule) -> None:
    units = [unit.name for unit in FACTS.units]
    assert network.generators.loc[units, "committable"].all()
    np.testing.assert_array_equal(network.generators_t.status[units], schedule.on)
    np.testing.assert_allclose(network.storage_units_t.state_of_charge, schedule.level_mwh)
    np.testing.assert_allclose(network.lines_t.p0["ab"], schedule.flow_mw["ab"])


def test_the_network_is_the_same_after_netcdf(network: pypsa.Network, tmp_path: Path) -> None:
    path = tmp_path / "schedule.nc"
    network.export_to_netcdf(path)
    again = pypsa.Network(path)
    assert again.snapshots.tolist() == network.snapshots.tolist()
    for component, attribute in (
        ("Generator", "p"),
        ("Generator", "p_max_pu"),
        ("StorageUnit", "state_of_charge"),
        ("Line", "p0"),
        ("Link", "p0"),
        ("Load", "p"),
    ):
        kept, read = (n.get_switchable_as_dense(component, attribute) for n in (network, again))
        np.testing.assert_allclose(read[kept.columns], kept, atol=1e-9, err_msg=f"{component} {attribute}")
    assert abs(again.statistics.energy_balance().sum()) < 1e-3
