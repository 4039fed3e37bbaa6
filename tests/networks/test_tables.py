"""The tables that a person keyed in."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.networks.tables import (
    GRIDS,
    NETWORKS,
    NEW_STORAGE,
    THERMAL,
    WIND_AND_SUN,
    both,
    records,
    table,
    units,
)

PYPSA_OWN = {"network", "snapshots"}
SERIES = {"errors_day_ahead"}  # of 8,760 hours, drawn: SOURCES.md tells of them
FLOORS_GW = {("hebei_south", "before"): 16.2, ("hebei_south", "after"): 10.9} | {
    ("jibei", "before"): 13.3, ("jibei", "after"): 8.6
}  # fmt: skip
CORRIDORS = {
    "hebei_south": {"H1", "H2", "H3", "H4", "V1", "V2"},
    "jibei": {"H1", "H2", "H3", "V1", "V2", "V3", "V4"},
}
PEAKS_MW = {"hebei_south": {2025: 50500, 2030: 60000}, "jibei": {2025: 32500, 2030: 39000}}
WIND_AND_SUN_2025_MW = {"hebei_south": 40000, "jibei": 81674}


def test_every_row_says_its_source_and_how_sure_it_is() -> None:
    for path in sorted(NETWORKS.glob("*/*.csv")):
        if path.stem in PYPSA_OWN | SERIES or "-" in path.stem:
            continue
        rows = pd.read_csv(path)
        assert rows["source"].notna().all(), path
        assert set(rows["confidence"]) <= {"sourced", "derived", "estimated"}, path


def test_the_new_type_storage_is_4000_mw() -> None:
    storage = both("storage_units")
    new = storage[storage["carrier"].isin(NEW_STORAGE)]
    assert new["p_nom"].sum() == 4000
    assert len(new) == 17


def test_the_pumped_hydro_of_2030_is_8670_mw() -> None:
    storage = both("storage_units")
    assert storage.loc[storage["carrier"] == "pumped_hydro", "p_nom"].sum() == 8670
    plants = both("pumped_hydro_units")
    assert (plants["unit_mw"] * plants["count"]).sum() == 8670


def test_wind_and_sun_of_2030_are_135_gw() -> None:
    generators = both("generators")
    chosen = generators[generators["carrier"].isin(WIND_AND_SUN) & generators["active"]]
    assert chosen["p_nom"].sum() == pytest.approx(135_000, abs=0.05)
    assert chosen["p_nom"].round(1).sum() >= 135_000 - 1e-6


def test_the_response_contracts_reach_5_percent_of_the_peak_in_their_season() -> None:
    for grid in GRIDS:
        contracts = table(grid, "response_contracts")
        downward = contracts[contracts["kind"] != "fill"]
        assert downward["capacity_share_of_peak"].sum() >= 0.05, grid


def test_every_corridor_of_the_plan_has_a_line() -> None:
    for grid, wanted in CORRIDORS.items():
        tags = "/".join(table(grid, "lines")["corridor"].dropna()).split("/")
        assert wanted <= set(tags), grid


@pytest.mark.parametrize(("grid", "state"), FLOORS_GW)
def test_the_heating_floor_of_the_operating_units_is_as_published(grid: str, state: str) -> None:
    found = units(grid)
    found = found[found["project_status"].str.startswith("operating")]
    own = found[f"p_min_pu_{state}"]
    heating = found[f"heating_p_min_pu_{state}"].fillna(own).where(found["chp"] != "no", own)
    assert (heating * found["p_nom"]).sum() / 1000 == pytest.approx(FLOORS_GW[grid, state], abs=0.1)


def test_peaks_are_as_stated_and_both_editions_have_the_same_shape() -> None:
    for grid, wanted in PEAKS_MW.items():
        annual = table(grid, "annual_peak").set_index("edition")
        assert annual["peak_mw"].to_dict() == wanted
        hours = annual["energy_twh"] * 1e6 / annual["peak_mw"]
        assert hours[2025] == pytest.approx(hours[2030], rel=1e-3)
        editions = table(grid, "editions")
        scale = editions.loc[editions["attribute"] == "load_scale", "value"].astype(float).iloc[0]
        assert scale * wanted[2030] == pytest.approx(wanted[2025], rel=1e-5)


def test_load_shares_sum_to_1() -> None:
    for grid in GRIDS:
        buses = table(grid, "buses")
        assert buses["load_share"].sum() == pytest.approx(1)
        assert buses.loc[buses["grid"] != grid, "load_share"].sum() == 0
        loads = table(grid, "loads")
        assert loads["load_share"].sum() == pytest.approx(1)


def test_the_units_agree_with_their_class_after_retrofit() -> None:
    for grid in GRIDS:
        found = units(grid)
        pairs = {
            "p_min_pu": "p_min_pu_after",
            "min_up_time": "min_up_h",
            "min_down_time": "min_down_h",
            "ramp_limit_up": "ramp_pu_per_h_after",
            "ramp_limit_down": "ramp_pu_per_h_after",
            "marginal_cost": "marginal_cost_cny_per_mwh",
            "efficiency": "efficiency_class",
        }
        for own, of_class in pairs.items():
            np.testing.assert_allclose(found[own], found[of_class], rtol=1e-9, err_msg=own)
        per_mw = {
            "start_up_cost": "start_cost_warm_cny_per_mw",
            "shut_down_cost": "shut_down_cost_cny_per_mw",
            "stand_by_cost": "no_load_cost_cny_per_h_per_mw",
        }
        for own, of_class in per_mw.items():
            np.testing.assert_allclose(found[own], found[of_class] * found["p_nom"], atol=0.06, err_msg=own)
        assert (found["ramp_limit_start_up"] >= found["p_min_pu"]).all()
        assert (found["ramp_limit_shut_down"] >= found["p_min_pu"]).all()
        assert (found["p_nom"] >= 100).all()


def test_every_chp_unit_has_a_heating_minimum() -> None:
    for grid in GRIDS:
        found = units(grid)
        chp = found[found["chp"] != "no"]
        assert chp[["heating_p_min_pu_before", "heating_p_min_pu_after"]].notna().all().all()


def test_the_carbon_of_a_carrier_and_the_efficiency_of_a_class_give_the_carbon_of_the_class() -> None:
    carbon = table("jibei", "carriers").set_index("name")["co2_emissions"]
    classes = table("shared", "technology_classes")
    electric = classes["fuel"].map(carbon) / classes["efficiency"]
    np.testing.assert_allclose(electric, classes["co2_t_per_mwh"], rtol=2e-3)


def test_a_heat_rate_curve_is_convex_and_starts_below_the_least_output() -> None:
    for _, curve in table("shared", "heat_rates").groupby("class"):
        share = curve["load_share"].to_numpy()
        fuel = share * curve["coal_g_per_kwh"].to_numpy()
        slope = np.diff(fuel) / np.diff(share)
        assert (np.diff(slope) >= -0.02).all()  # g/kWh, the rounding of the table
        assert share.max() == 1


def test_every_name_in_editions_exists() -> None:
    for grid in GRIDS:
        for name, rows in table(grid, "editions").groupby("table"):
            known = {grid} if name == "grid" else set(table(grid, str(name))["name"])
            assert set(rows["name"]) <= known, name
        assert not table(grid, "editions").duplicated(["edition", "table", "name", "attribute"]).any()


def test_wind_and_sun_of_2025_are_the_published_totals() -> None:
    for grid, wanted_mw in WIND_AND_SUN_2025_MW.items():
        generators = table(grid, "generators").set_index("name")
        size = generators.loc[generators["carrier"].isin(WIND_AND_SUN), "p_nom"].astype(float)
        editions = table(grid, "editions")
        changed = editions[(editions["table"] == "generators") & editions["name"].isin(size.index)]
        for row in records(changed):
            size[row["name"]] = 0.0 if row["attribute"] == "active" else float(row["value"])
        assert size.sum() == pytest.approx(wanted_mw, abs=1)


def test_what_runs_in_2025_is_what_operated() -> None:
    for grid in GRIDS:
        generators = table(grid, "generators").set_index("name")
        active = generators.loc[generators["carrier"].isin(THERMAL), "active"].astype(bool)
        editions = table(grid, "editions")
        changed = editions[(editions["attribute"] == "active") & editions["name"].isin(active.index)]
        active[changed["name"]] = (changed["value"] == "True").to_numpy()
        operating = generators.loc[active.index, "project_status"].str.startswith("operating")
        assert (active == operating).all()


def test_a_load_of_2025_stands_at_a_station_in_service() -> None:
    for grid in GRIDS:
        editions = table(grid, "editions")
        out = set(editions[(editions["table"] == "lines") & (editions["attribute"] == "active")]["name"])
        lines = table(grid, "lines")
        used = lines[~lines["name"].isin(out)]
        reached = set(used["bus0"]) | set(used["bus1"])
        share = table(grid, "buses").set_index("name")["load_share"].copy()
        moved = editions[editions["attribute"] == "load_share"]
        share[moved["name"]] = moved["value"].astype(float).to_numpy()
        assert share.sum() == pytest.approx(1)
        assert set(share.index[share > 0]) <= reached


def test_the_running_minimum_is_all_but_one_of_the_chp_units_of_a_plant() -> None:
    for grid in GRIDS:
        rule = table(grid, "running_minimum")
        assert (rule["units_on"] == (rule["chp_units"] - 1).clip(lower=1)).all()
        chp = table(grid, "generators").query("chp != 'no' and active")
        counted = chp.groupby("plant").size().to_dict()
        of_2030 = rule[rule["edition"] == 2030].set_index("plant")["chp_units"].to_dict()
        assert of_2030 == counted


def test_every_city_with_a_chp_unit_has_a_heating_season() -> None:
    for grid in GRIDS:
        chp = table(grid, "generators").query("chp != 'no'")
        assert set(chp["city"]) <= set(table(grid, "heating_season")["city"])


def test_the_sites_of_a_contract_are_cities_with_load() -> None:
    for grid in GRIDS:
        buses = table(grid, "buses")
        cities = set(buses.loc[buses["load_share"] > 0, "city"])
        named = {city for sites in table(grid, "response_contracts")["sites"] for city in sites.split(";")}
        assert named - {"all"} <= cities


def test_wind_stands_near_its_city() -> None:
    for grid in GRIDS:
        generators = table(grid, "generators")
        place = table(grid, "buses").set_index("name")
        for row in records(generators[generators["carrier"].isin(WIND_AND_SUN)]):
            own = place[place["city"] == row["city"]]
            away_deg = np.hypot(own["x"] - place.loc[row["bus"], "x"], own["y"] - place.loc[row["bus"], "y"])
            assert away_deg.min() < 1.1, row["name"]


def test_contracts_that_are_called_have_every_term_of_a_call() -> None:
    """What is reduced by industry is called in events; its greatest length is the duration."""
    for grid in GRIDS:
        contracts = table(grid, "response_contracts")
        called = contracts[contracts["min_event_h"].notna()]
        assert len(called) >= 2, grid
        assert set(called["kind"]) == {"reduce"}
        terms = called[["notice_h", "least_call_share", "min_rest_h", "calls_per_day", "calls_per_season"]]
        assert (terms > 0).all(axis=None), grid
        assert (called["min_event_h"] <= called["duration_h"]).all(), grid
        assert (called["calls_per_day"] <= called["calls_per_season"]).all(), grid


def test_every_aggregator_has_contracts_and_room_for_them() -> None:
    """1,826.5 MW are aggregated in Jibei; what belongs to it is less."""
    contracts, peak = table("jibei", "response_contracts"), table("jibei", "annual_peak")["peak_mw"].max()
    (aggregator,) = table("jibei", "aggregators").itertuples()
    own = contracts[contracts["aggregator"] == aggregator.aggregator]
    assert 0 < own["capacity_share_of_peak"].sum() * peak <= aggregator.capacity_mw == 1826.5


def test_the_ring_loses_what_its_sources_say() -> None:
    """0.8 % a converter, 0.5 % per 100 km of DC line, of what leaves (estimates, see SOURCES.md)."""
    links = table("jibei", "links")
    expected = np.where(links["kind"] == "converter", 0.008, 0.005 * links["length"] / 100)
    assert links["loss_share"].tolist() == pytest.approx(expected.tolist(), abs=1e-5)
