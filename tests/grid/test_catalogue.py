from __future__ import annotations

import shutil
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dispatch.case.check_facts import facts_flaws
from dispatch.case.connection import Connection
from dispatch.case.facts import GridFacts
from dispatch.case.network import Section
from dispatch.case.storage import PUMPED_HYDRO
from dispatch.errors import UnknownGrid
from dispatch.grid import tables
from dispatch.grid.catalogue import editions, facts_of, grids
from dispatch.grid.plants import convex_from
from dispatch.grid.tables import content_sha256, networks_folder, shared

SOUTH, JIBEI, BOTH = "hebei_south", "jibei", "hebei"
EVERY = list(product((SOUTH, JIBEI, BOTH), (2025, 2030)))
HULL_SHARE = 0.012  # how far the cost curve may lie below a measured heat rate


def pumped_mw(facts: GridFacts) -> float:
    return sum(store.power_mw for store in facts.stores if store.technology == PUMPED_HYDRO)


def new_storage_mw(facts: GridFacts) -> float:
    return sum(store.power_mw for store in facts.stores if store.technology != PUMPED_HYDRO)


def between_members(facts: GridFacts) -> set[str]:
    """Interfaces whose plan is with the other member."""
    return {tie.name for tie in facts.interfaces if not tie.bus.startswith("X_")}


def test_two_grids_and_both_joined_are_known_in_two_editions() -> None:
    assert set(grids()) == {SOUTH, JIBEI, BOTH}
    assert set(editions()) == {2025, 2030}


@pytest.mark.parametrize(("grid", "edition"), EVERY)
def test_no_flaw_stands_in_the_facts_and_every_component_has_its_bus(grid: str, edition: int) -> None:
    facts = facts_of(grid, edition)
    assert facts_flaws(facts) == ()
    assert (facts.grid, facts.edition) == (grid, edition)
    buses = {bus.name for bus in facts.buses}
    placed = [c.bus for t in ("units", "plants", "stores", "interfaces") for c in getattr(facts, t)]
    ends = [getattr(branch, end) for branch in (*facts.lines, *facts.links) for end in ("from_bus", "to_bus")]
    delivered = [bus for contract in facts.contracts for bus, _ in contract.bus_shares]
    assert {*placed, *ends, *delivered} <= buses


@pytest.mark.parametrize("grid", [SOUTH, JIBEI])
def test_forecast_errors_have_over_the_year_the_size_that_their_source_says(grid: str) -> None:
    """
    A share of capacity becomes a share of what is available by the root mean square of the stored year.

        sqrt( mean( (e W)^2 ) ) = rmse share x capacity, to a hundredth of what is available
    """
    facts = facts_of(grid, 2030)
    (rule,) = facts.reserve_rules
    stated = pd.read_csv(networks_folder() / grid / "reserve_errors.csv", index_col="of")
    for kind, error_share in (("wind", rule.wind_error_share), ("solar", rule.solar_error_share)):
        capacity_mw = np.array([p.capacity_mw if p.technology.startswith(kind) else 0.0 for p in facts.plants])
        whole_share = facts.year.available_share @ capacity_mw / capacity_mw.sum()
        rms_share = np.sqrt(np.mean(whole_share**2))
        assert error_share == pytest.approx(stated["rmse_share"][kind] / rms_share, abs=0.01)
    assert rule.load_error_share == stated["rmse_share"]["load"] == 0.03
    assert (rule.up_quantile, rule.down_quantile) == (0, 0)
    assert (rule.down_load_share, rule.down_renewable_share) == (rule.load_share, rule.renewable_share)


def test_the_storage_of_2030_is_as_planned() -> None:
    """Pumped hydro 8,670 MW: 2,200 in the south, 6,470 in the north. New-type storage 4,000 MW in all."""
    south, jibei, both = (facts_of(grid, 2030) for grid in (SOUTH, JIBEI, BOTH))
    assert (pumped_mw(south), pumped_mw(jibei), pumped_mw(both)) == (2_200, 6_470, 8_670)
    assert new_storage_mw(south) + new_storage_mw(jibei) == new_storage_mw(both) == 4_000


def test_wind_and_sun_grow_to_135_gw_by_2030() -> None:
    installed = {edition: sum(p.capacity_mw for p in facts_of(BOTH, edition).plants) for edition in editions()}
    assert installed[2030] == pytest.approx(135_000)
    assert installed[2025] < installed[2030]


@pytest.mark.parametrize("grid", [SOUTH, JIBEI])
def test_units_of_2025_are_before_retrofit_and_those_of_2030_after(grid: str) -> None:
    """The same unit goes lower and moves faster in 2030; its size and the cost of its fuel stay."""
    before, after = ({u.name: u for u in facts_of(grid, edition).units} for edition in (2025, 2030))
    classes = shared("technology_classes").set_index("class")
    common = [name for name in before if name in after and before[name].carrier == "coal"]
    assert len(common) > 20
    for name in common:
        old, new, kind = before[name], after[name], classes.loc[before[name].technology_class]
        assert old.output_min_mw == pytest.approx(kind["p_min_pu_before"] * old.output_max_mw)
        assert new.output_min_mw == pytest.approx(kind["p_min_pu_after"] * new.output_max_mw)
        assert new.output_min_mw < old.output_min_mw
        assert new.heating_output_min_mw < old.heating_output_min_mw
        assert new.ramp_up_mw_per_h >= old.ramp_up_mw_per_h
        assert (new.output_max_mw, new.curve) == (old.output_max_mw, old.curve)


def test_only_a_unit_that_heats_has_other_limits_in_the_heating_season() -> None:
    for unit in facts_of(BOTH, 2030).units:
        heating = unit.heating_output_min_mw, unit.heating_output_max_mw
        if unit.heats:
            assert unit.output_min_mw <= heating[0] <= heating[1] <= unit.output_max_mw, unit.name
        else:
            assert heating == (unit.output_min_mw, unit.output_max_mw), unit.name


@pytest.mark.parametrize(
    "edition",
    [
        2025,
        2030,
    ],
)
def test_joined_the_grids_keep_their_plans_with_others_and_drop_those_between_them(edition: int) -> None:
    """What flows between the members is decided, not planned: the ties lie inside, each once."""
    south, jibei, both = (facts_of(grid, edition) for grid in (SOUTH, JIBEI, BOTH))
    inner = between_members(south) | between_members(jibei)
    assert len(inner) == 4
    ties = {line.name for line in south.lines} & {line.name for line in jibei.lines}
    assert len(ties) == 2
    assert ties <= {line.name for line in both.lines}
    alone = {tie.name for tie in (*south.interfaces, *jibei.interfaces)}
    assert {tie.name for tie in both.interfaces} == alone - inner


@pytest.mark.parametrize("edition", [2025, 2030])
def test_joined_the_grids_have_what_both_have(edition: int) -> None:
    south, jibei, both = (facts_of(grid, edition) for grid in (SOUTH, JIBEI, BOTH))
    for table in ("units", "plants", "stores", "contracts", "heating_seasons", "running_minimums", "reserve_rules"):
        assert len(getattr(both, table)) == len(getattr(south, table)) + len(getattr(jibei, table)), table
    assert {u.name for u in both.units} == {u.name for u in (*south.units, *jibei.units)}
    load = [facts.year.load_mw.sum() for facts in (south, jibei, both)]
    assert load[2] == pytest.approx(load[0] + load[1])


@pytest.mark.parametrize(
    ("grid", "edition"), [("hebei_north", 2030), ("", 2030), ("HEBEI", 2030), (JIBEI, 2024), (JIBEI, 0)]
)
def test_a_grid_or_edition_nobody_keeps_is_named_with_those_that_are_kept(grid: str, edition: int) -> None:
    with pytest.raises(UnknownGrid, match="jibei" if edition == 2030 else "2025, 2030"):
        facts_of(grid, edition)


def test_cost_curves_are_convex_and_begin_below_every_minimum_in_force() -> None:
    for unit in facts_of(BOTH, 2030).units:
        slopes = np.diff(unit.curve.fuel_cny_per_h) / np.diff(unit.curve.output_mw)
        assert (np.diff(slopes) > 0).all(), unit.name
        assert unit.curve.output_mw[0] <= unit.output_min_mw, unit.name
        assert unit.curve.output_mw[-1] == pytest.approx(unit.output_max_mw), unit.name


def test_cost_curves_lie_on_the_measured_heat_rates_or_little_below() -> None:
    """Coal burnt an hour at each measured load, of a unit of 1 MW, against the hull: never above, within 1.2 %."""
    rates = shared("heat_rates")
    assert rates["class"].nunique() >= 5
    for name, points in rates.groupby("class"):
        share = points["load_share"].to_numpy(dtype=float)
        measured = share * points["coal_g_per_kwh"].to_numpy(dtype=float)
        hull = np.interp(share, *convex_from(share, measured, 0.1))
        assert (hull <= measured * (1 + 1e-9)).all(), name
        assert (hull >= measured * (1 - HULL_SHARE)).all(), name


def test_a_point_above_the_line_between_its_neighbours_is_left_out() -> None:
    """(2, 5) lies above the line from (1, 2) to (3, 6), so the first piece has slope 2, down to -1 at x = -0.5."""
    x, y = convex_from(np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 5.0, 6.0, 9.0]), -0.5)
    assert x.tolist() == [-0.5, 3.0, 4.0]
    assert y.tolist() == [-1.0, 6.0, 9.0]


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tables, where they may be changed."""
    folder = tmp_path / "networks"
    shutil.copytree(networks_folder(), folder)
    monkeypatch.setattr(tables, "networks_folder", lambda: folder)
    return folder


def test_the_hash_of_the_facts_follows_every_file_they_come_from(copied: Path) -> None:
    """A byte in a table of the grid, of the shared ones or of the ties; not one in the other grid."""
    known = content_sha256((JIBEI,))
    assert known == facts_of(JIBEI, 2030).content_sha256
    hashes = [known]
    for name in ("jibei/lines.csv", "shared/heat_rates.csv", "ties/interfaces.csv"):
        path = copied / name
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        hashes.append(content_sha256((JIBEI,)))
    assert len(set(hashes)) == 4
    other = copied / "hebei_south" / "lines.csv"
    other.write_text(other.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert content_sha256((JIBEI,)) == hashes[-1]


def test_the_hash_of_the_joined_grid_is_its_own() -> None:
    hashes = {grid: facts_of(grid, 2030).content_sha256 for grid in grids()}
    assert len(set(hashes.values())) == 3
    assert pd.Series(hashes).str.len().eq(64).all()


def test_a_line_is_all_its_circuits() -> None:
    lines = {line.name: line for line in facts_of(SOUTH, 2030).lines}
    assert lines["S_XIONGAN_UHV__S_YISHUI"].circuit_count == 2
    assert lines["S_XIBAIPO_PP__S_GUISHAN"].circuit_count == 1


def test_sections_are_read_where_a_grid_has_them(copied: Path) -> None:
    """None is published with a limit, so the grids have none of their own."""
    assert facts_of(JIBEI, 2030).sections == ()
    branches = "J_ZHANGBEI_UHV__S_XIONGAN_UHV;-S_XIONGDONG__J_BAZHOU"
    head = "edition,section,branches,forward_limit_mw,backward_limit_mw,first_day,last_day"
    rows = [f"2030,to the south,{branches},5000,4000,11-15,03-15", f"2025,then,{branches},1,1,01-01,12-31"]
    (copied / "jibei" / "sections.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    facts_of.cache_clear()

    (section,) = facts_of(JIBEI, 2030).sections
    assert section == Section(
        "to the south",
        ("J_ZHANGBEI_UHV__S_XIONGAN_UHV",),
        ("S_XIONGDONG__J_BAZHOU",),
        5000.0,
        4000.0,
        "11-15",
        "03-15",
    )
    assert facts_of(BOTH, 2030).sections == (section,)
    facts_of.cache_clear()


def test_starts_are_hot_warm_and_cold_by_the_hours_of_their_class() -> None:
    """A subcritical 300 MW class: 430, 700 and 1,050 CNY per MW; warm from 8 h off, cold from 48 h."""
    unit = next(u for u in facts_of("hebei_south", 2030).units if u.technology_class == "sub_300_330")
    size = unit.output_max_mw
    assert [kind.hours_off_h for kind in unit.start_types] == [0, 8, 48]
    assert [kind.start_cny for kind in unit.start_types] == pytest.approx([430 * size, 700 * size, 1050 * size])
    assert unit.start_cny == pytest.approx(700 * size)


def test_coal_is_paid_below_half_of_its_capacity_and_burns_oil_below_three_tenths() -> None:
    """Edition 2030: usc_1000 alone, from 25 % on, reaches below the oil line; gas and small coal are never paid."""
    units = facts_of(BOTH, 2030).units
    for unit in units:
        if unit.carrier == "gas":
            assert (unit.deep_bands, unit.oil_support) == ((), None)
            continue
        size = unit.output_max_mw
        assert unit.normal_min_mw == pytest.approx(0.5 * size)
        assert [round(band.below_mw / size, 6) for band in unit.deep_bands] == [0.5, 0.4, 0.3]
        prices = [band.price_cny_per_mwh for band in unit.deep_bands]
        assert prices == sorted(prices)
        assert unit.oil_support is not None
        assert unit.oil_support.below_mw == pytest.approx(0.3 * size)
        assert unit.oil_support.oil_t_per_h == pytest.approx(1.5e-3 * size)
    deep = {u.technology_class for u in units if u.oil_support and u.least_mw < u.oil_support.below_mw - 1e-3}
    assert deep == {"usc_1000"}
    unpaid = {u.technology_class for u in units if u.least_mw >= u.normal_min_mw - 1e-3}
    assert unpaid == {"small_coal", "ccgt_chp"}


def test_every_unit_is_known_before_and_after_its_retrofit_in_both_editions() -> None:
    for edition, state in ((2025, "before"), (2030, "after")):
        for unit in facts_of(BOTH, edition).units:
            known = {flexibility.retrofit: flexibility for flexibility in unit.flexibilities}
            assert (set(known), unit.retrofit) == ({"before", "after"}, state)
            now = known[state]
            assert (unit.output_min_mw, unit.ramp_up_mw_per_h) == (now.output_min_mw, now.ramp_up_mw_per_h)
            assert unit.heating_output_min_mw == now.heating_output_min_mw


def test_a_contract_has_the_terms_of_its_row_and_no_others() -> None:
    """Arc furnaces of Jibei: 4 h of notice, one call a day of 1 to 4 h, 20 a year. Electric vehicles: no calls."""
    contracts = {contract.name: contract for contract in facts_of(JIBEI, 2030).contracts}
    furnaces, vehicles = contracts["jb_steel_eaf"], contracts["jb_ev"]
    assert (furnaces.notice_h, furnaces.min_event_h, furnaces.max_event_h) == (4, 1, 4)
    assert (furnaces.calls_per_day_count, furnaces.calls_per_season_count, furnaces.has_calls) == (1, 20, True)
    assert (vehicles.has_calls, vehicles.calls_per_day_count, vehicles.max_event_h) == (False, None, None)
    assert (vehicles.daily_energy_h, vehicles.notice_h, vehicles.fill_hours_h) == (12, 0.5, ())
    (operator,) = facts_of(JIBEI, 2030).aggregators
    assert {c.name for c in contracts.values() if c.aggregator == operator.name} == {"jb_heat", "jb_vpp_ind", "jb_ev"}


def test_compressed_air_has_a_least_power_and_every_new_store_a_limit_of_cycles() -> None:
    """Zhangbei, 100 MW: 40 MW in, 30 MW out, one cycle a day; batteries two, from any power; pumps by their units."""
    stores = facts_of(BOTH, 2030).stores
    zhangbei = next(store for store in stores if store.name == "Zhangbei CAES")
    assert (zhangbei.charge_min_mw, zhangbei.discharge_min_mw, zhangbei.daily_cycle_count) == (40.0, 30.0, 1.0)
    assert {store.technology for store in stores if store.has_minimum} == {"caes"}
    cycles = {store.technology: store.daily_cycle_count for store in stores}
    assert cycles == {"caes": 1.0, "li_ion": 2.0, "flow": 2.0, PUMPED_HYDRO: None}


def test_connections_are_read_where_a_grid_has_them(copied: Path) -> None:
    """No pair of a plant and a store has a source, so the grids have none of their own."""
    assert facts_of(JIBEI, 2030).connections == ()
    head = "edition,connection,plants,stores,limit_mw,grid_charging"
    rows = ["2030,shared,Zhangjiakou wind A;Zhangjiakou wind B,Zhangbei CAES,500,False", "2025,then,a,b,1,True"]
    (copied / "jibei" / "connections.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    facts_of.cache_clear()

    (connection,) = facts_of(JIBEI, 2030).connections
    plants = ("Zhangjiakou wind A", "Zhangjiakou wind B")
    assert connection == Connection("shared", plants, ("Zhangbei CAES",), 500.0, grid_charging=False)
    facts_of.cache_clear()
