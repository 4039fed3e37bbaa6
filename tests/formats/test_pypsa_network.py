"""A PyPSA network becomes a case with PyPSA's own optimum; and what cannot be asked is named."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pypsa
import pytest

from dispatch.case.case import Limits
from dispatch.case.checks import flaws_of
from dispatch.errors import CaseError
from dispatch.formats.pypsa_network import foreign_of, read_pypsa
from dispatch.formats.registry import PYPSA, format_of
from dispatch.run import run
from dispatch.schedule.outcome import Outcome, Status

EXACT = Limits(gap_share=1e-8, time_s=60.0)


def one_bus(load_mw: list[float]) -> pypsa.Network:
    network = pypsa.Network()
    network.set_snapshots(range(len(load_mw)))
    network.add("Bus", "bus")
    network.add("Load", "load", bus="bus", p_set=load_mw)
    return network


def coal_and_gas(load_mw: list[float], coal: dict[str, Any], gas: dict[str, Any]) -> pypsa.Network:
    """Coal of 10 GW at 20 and gas at 70, both committed."""
    network = one_bus(load_mw)
    common: dict[str, Any] = {"bus": "bus", "committable": True}
    network.add("Generator", "coal", **common, p_min_pu=0.3, marginal_cost=20, p_nom=10000, **coal)
    network.add("Generator", "gas", **common, p_min_pu=0.1, marginal_cost=70, **gas)
    return network


def meshed(hours: int = 10, seed: int = 1) -> pypsa.Network:
    """A triangle at 380 kV, a transformer, a link one way, two committed units, gas, wind, sun and a battery."""
    draw, network = np.random.default_rng(seed), pypsa.Network()
    network.set_snapshots(list(pd.date_range("2024-03-01", periods=hours, freq="h")))
    network.add("Carrier", ["coal", "gas", "wind", "solar"], co2_emissions=[0.34, 0.2, 0.0, 0.0])
    network.add("Bus", ["a", "b", "c", "d", "dc"], v_nom=[380.0, 380.0, 380.0, 220.0, 380.0])
    ratings: dict[str, Any] = {"s_nom": [120.0, 90.0, 70.0], "s_max_pu": 0.9}
    network.add("Line", ["ab", "bc", "ca"], bus0=list("abc"), bus1=list("bca"), x=[10.0, 20.0, 15.0], **ratings)
    network.add("Transformer", "t", bus0="c", bus1="d", x=0.1, s_nom=200.0)
    network.add("Link", "l", bus0="a", bus1="dc", p_nom=50.0)
    ramps: dict[str, Any] = {f"ramp_limit_{way}": 0.5 for way in ("up", "down", "start_up", "shut_down")}
    coal: dict[str, Any] = {
        "start_up_cost": 900.0,
        "shut_down_cost": 50.0,
        "stand_by_cost": 30.0,
        "up_time_before": 3,
        **ramps,
    }
    coal |= {"min_up_time": 5, "min_down_time": 4, "efficiency": 0.4, "marginal_cost": 20.0, "p_min_pu": 0.4}
    network.add("Generator", "coal", bus="a", carrier="coal", committable=True, p_nom=150.0, **coal)
    gas: dict[str, Any] = {
        "start_up_cost": 300.0,
        "min_up_time": 2,
        "min_down_time": 2,
        "up_time_before": 0,
        "down_time_before": 1,
    }
    gas |= {"efficiency": 0.5, "marginal_cost": 55.0, "p_min_pu": 0.3}
    network.add("Generator", "gas", bus="b", carrier="gas", committable=True, p_nom=100.0, **gas)
    network.add("Generator", "peak", bus="d", carrier="gas", p_nom=200.0, marginal_cost=120.0)
    slow: dict[str, Any] = {"p_min_pu": 0.1, "ramp_limit_up": 0.2, "ramp_limit_down": 0.2, "marginal_cost": 45.0}
    network.add("Generator", "slow", bus="d", carrier="gas", p_nom=60.0, **slow)
    wind = draw.uniform(0, 1, hours)
    network.add("Generator", "wind", bus="b", carrier="wind", p_nom=120.0, p_max_pu=wind, marginal_cost=1.0)
    sun = np.clip(np.sin((np.arange(hours) - 2) / 8 * np.pi), 0, 1)
    network.add("Generator", "sun", bus="c", carrier="solar", p_nom=80.0, p_max_pu=sun)
    battery: dict[str, Any] = {
        "efficiency_store": 0.9,
        "efficiency_dispatch": 0.9,
        "standing_loss": 0.01,
        "marginal_cost": 0.5,
    }
    network.add("StorageUnit", "s", bus="b", p_nom=30.0, max_hours=4, state_of_charge_initial=40.0, **battery)
    for bus, low, high in (("a", 30, 60), ("c", 60, 120), ("d", 30, 90), ("dc", 5, 30)):
        network.add("Load", f"load {bus}", bus=bus, p_set=draw.uniform(low, high, hours))
    return network


def _cost(outcome: Outcome) -> float:
    assert outcome.status is Status.OPTIMAL, outcome.reason
    assert outcome.audit is not None
    assert outcome.audit.passed
    assert outcome.proof.objective_cny is not None
    return outcome.proof.objective_cny


def ours(network: pypsa.Network) -> float:
    foreign = foreign_of(network, "", "test")
    assert flaws_of(foreign.case, foreign.facts) == ()
    return _cost(run(foreign.case, foreign.facts, EXACT))


def theirs(network: pypsa.Network) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        status = network.optimize(solver_name="highs", log_to_console=False, mip_rel_gap=1e-9)
    assert status == ("ok", "optimal")
    assert network.objective is not None
    return float(network.objective)


def test_a_unit_that_must_not_run_so_low_makes_room_for_gas_by_hand() -> None:
    """
    Coal runs from 3,000 to 10,000 MW at 20, gas up to 1,000 MW at 70. At 800 MW coal must be off: 800 x 70 = 56,000;
    the three hours before cost (4,000 + 6,000 + 5,000) x 20 = 300,000.
    """
    network = coal_and_gas([4000, 6000, 5000, 800], {}, {"p_nom": 1000})
    assert ours(network) == pytest.approx(356_000)


CASES: dict[str, Callable[[], pypsa.Network]] = {
    "minimum up time": lambda: coal_and_gas(
        [4000, 800, 5000, 3000], {}, {"p_nom": 1000, "up_time_before": 0, "min_up_time": 3}
    ),
    "minimum down time": lambda: coal_and_gas(
        [3000, 800, 3000, 8000], {"min_down_time": 2, "down_time_before": 1}, {"p_nom": 4000}
    ),
    "start and stop cost": lambda: coal_and_gas(
        [3000, 800, 3000, 8000], {"min_down_time": 2, "start_up_cost": 5000}, {"p_nom": 4000, "shut_down_cost": 25}
    ),
    "on before, the start is free": lambda: coal_and_gas([4000, 4000], {"start_up_cost": 9e5}, {"p_nom": 9000}),
    "off before, the start is paid": lambda: coal_and_gas(
        [4000, 4000], {"start_up_cost": 9e5, "up_time_before": 0}, {"p_nom": 9000}
    ),
    "output before": lambda: coal_and_gas(
        [9000, 9000, 9000], {"p_init": 4000, "ramp_limit_up": 0.1, "ramp_limit_start_up": 0.1 * 3}, {"p_nom": 9000}
    ),
    "meshed": meshed,
}  # fmt: skip


@pytest.mark.parametrize("made", CASES.values(), ids=CASES.keys())
def test_the_optimum_is_that_of_pypsa(made: Callable[[], pypsa.Network]) -> None:
    network = made()
    assert ours(network) == pytest.approx(theirs(network), rel=1e-6)


def test_ramps_without_an_output_before_leave_the_first_snapshot_free() -> None:
    network = one_bus([4000, 7000, 7000, 7000, 7000, 3000])
    network.add("Generator", "coal", bus="bus", marginal_cost=20, ramp_limit_up=0.1, ramp_limit_down=0.2, p_nom=10000)
    network.add("Generator", "gas", bus="bus", marginal_cost=70, p_nom=4000)
    assert ours(network) == pytest.approx(theirs(network), rel=1e-6)


def test_availability_that_falls_below_the_minimum_takes_a_committed_unit_off() -> None:
    network = coal_and_gas([4000, 4000, 4000], {"p_max_pu": [1.0, 0.2, 0.5]}, {"p_nom": 9000})
    assert ours(network) == pytest.approx(theirs(network), rel=1e-6)


def test_a_load_that_feeds_in_must_be_taken() -> None:
    network = one_bus([100.0, 100.0])
    network.add("Load", "mine", bus="bus", p_set=[-30.0, 10.0])
    network.add("Generator", "gas", bus="bus", marginal_cost=50.0, p_nom=500.0)
    assert ours(network) == pytest.approx((70 + 110) * 50.0)


def test_it_is_read_from_every_kind_of_file_alike(tmp_path: Path) -> None:
    network = meshed(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network.export_to_netcdf(tmp_path / "n.nc")
        network.export_to_csv_folder(tmp_path / "folder")
        network.export_to_excel(tmp_path / "n.xlsx", engine="openpyxl")
    found = [read_pypsa(tmp_path / name) for name in ("n.nc", "folder", "n.xlsx")]
    for name, foreign in zip(("n.nc", "folder", "n.xlsx"), found, strict=True):
        assert format_of(tmp_path / name) is PYPSA
        assert foreign.facts.units == found[0].facts.units
        assert foreign.facts.lines == found[0].facts.lines
        assert np.allclose(foreign.facts.year.load_mw, found[0].facts.year.load_mw)
        assert foreign.case.horizon == found[0].case.horizon


WHOLE, ONE = "UNSUPPORTED_FIELD", "UNSUPPORTED_SERIES"
ODD: list[tuple[str, object, str, str]] = [
    ("generators/peak/p_nom_extendable", True, WHOLE, "generators.p_nom_extendable"),
    ("generators/peak/marginal_cost_quadratic", 0.1, WHOLE, "generators.marginal_cost_quadratic"),
    ("generators/peak/e_sum_max", 100.0, WHOLE, "generators.e_sum_max"),
    ("generators/peak/p_set", np.ones(3), WHOLE, "generators.p_set"),
    ("links/l/efficiency", 0.97, WHOLE, "links.efficiency"),
    ("links/l/bus2", "c", WHOLE, "links.bus2"),
    ("storage_units/s/cyclic_state_of_charge", True, WHOLE, "storage_units.cyclic_state_of_charge"),
    ("storage_units/s/inflow", np.ones(3), WHOLE, "storage_units.inflow"),
    ("transformers/t/phase_shift", 5.0, WHOLE, "transformers.phase_shift"),
    ("generators/gas/marginal_cost", np.arange(3.0), ONE, "generators.gas.marginal_cost"),
    ("generators/coal/ramp_limit_start_up", 0.2, "RAMP_BELOW_MINIMUM", "generators.coal.ramp_limit_start_up"),
    ("generators/peak/p_min_pu", -1.0, WHOLE, "generators.peak.p_min_pu"),
    ("lines/ab/x", 0.0, "NOT_POSITIVE", "lines.ab.x"),
    ("loads/load a/bus", "z", "UNKNOWN_BUS", "loads.load a.bus"),
    ("loads/load a/p_set", np.full(3, np.nan), "NOT_FINITE", "loads.load a.p_set"),
]


@pytest.mark.parametrize(("place", "value", "code", "field"), ODD, ids=[field for *_, field in ODD])
def test_what_cannot_be_asked_is_named_by_its_column(place: str, value: object, code: str, field: str) -> None:
    table, name, column = place.split("/")
    network = meshed(3)
    component = network.components[table]
    if isinstance(value, np.ndarray):
        component.dynamic[column][name] = value
    else:
        component.static.loc[name, column] = value
    assert (code, field) in named_in(network)


def test_components_and_weights_that_cannot_be_asked_are_named() -> None:
    network = meshed(3)
    network.add("Store", "h2", bus="a", e_nom=10.0)
    network.add("GlobalConstraint", "co2", sense="<=", constant=10.0)
    network.snapshot_weightings["objective"] = 3.0
    told = {("UNSUPPORTED_COMPONENT", "stores"), ("UNSUPPORTED_COMPONENT", "global_constraints")}
    assert set(named_in(network)) == told | {(WHOLE, "snapshot_weightings.objective")}


def named_in(network: pypsa.Network) -> list[tuple[str, str]]:
    with pytest.raises(CaseError) as refused:
        foreign_of(network, "", "test")
    return [(flaw.code, flaw.field) for flaw in refused.value.flaws]


def test_all_of_it_is_named_at_once() -> None:
    network = meshed(3)
    network.generators.loc["peak", "p_nom_extendable"] = True
    network.storage_units.loc["s", "cyclic_state_of_charge"] = True
    network.add("Store", "h2", bus="a", e_nom=10.0)
    assert {field for _, field in named_in(network)} == {
        "generators.p_nom_extendable",
        "storage_units.cyclic_state_of_charge",
        "stores",
    }


def test_columns_of_ones_own_are_told_and_passed_over() -> None:
    network = meshed(3)
    network.generators["owner"] = "somebody"
    assert foreign_of(network, "", "test").notes[0].endswith("generators.owner")


def test_an_answer_of_pypsa_in_the_file_is_no_question() -> None:
    network = meshed(3)
    theirs(network)
    assert ours(network) == pytest.approx(network.objective, rel=1e-6)


def test_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.nc").write_bytes(b"\x89HDF and no more")
    with pytest.raises(CaseError) as refused:
        read_pypsa(tmp_path / "broken.nc")
    assert refused.value.flaws[0].code == "UNREADABLE"
