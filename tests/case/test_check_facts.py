"""Every flaw of the facts of a grid; and none where there is none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dispatch.case.check_facts import facts_flaws, unsound_facts
from dispatch.case.network import Section
from dispatch.case.pumped_hydro import PumpGroup
from dispatch.case.thermal import CostCurve, HeatingSeason, RunningMinimum, StartType
from tests.case.given import good_facts, year

LINE = good_facts().lines[0]
SECTION = Section("A to B", ("A-B",), (), 800.0, 800.0)


def changed(table: str, **values: Any) -> dict[str, Any]:
    """The first row of a table with other values."""
    rows = getattr(good_facts(), table)
    return {table: (replace(rows[0], **values), *rows[1:])}


def curve(output_mw: tuple[float, ...], fuel_cny_per_h: tuple[float, ...]) -> dict[str, Any]:
    return changed("units", curve=CostCurve(output_mw, fuel_cny_per_h, (90.0,) * len(output_mw)))


def section(**values: Any) -> dict[str, Any]:
    """One section, over the line, with other values."""
    return {"sections": (replace(SECTION, **values),)}


def starts(*types: tuple[float, float]) -> dict[str, Any]:
    return changed("units", start_types=tuple(StartType(*each) for each in types))


FLAWS: list[tuple[str, str, dict[str, Any]]] = [
    (
        "MINIMUM_ABOVE_MAXIMUM",
        "units[0].heating_output_min_mw",
        changed("units", heating_output_min_mw=290.0),
    ),
    ("RAMP_BELOW_MINIMUM", "units[0].start_ramp_mw", changed("units", start_ramp_mw=99.0)),
    ("RAMP_BELOW_MINIMUM", "units[0].stop_ramp_mw", changed("units", stop_ramp_mw=0.0)),
    ("STOP_RESERVE_BELOW_RAMP", "units[0].stop_reserve_mw", changed("units", stop_reserve_mw=99.0)),
    ("SHARE_OUT_OF_RANGE", "units[0].self_use_share", changed("units", self_use_share=1.0)),
    ("SHARE_OUT_OF_RANGE", "units[0].self_use_share", changed("units", self_use_share=float("nan"))),
    ("NOT_POSITIVE", "units[0].ramp_up_mw_per_h", changed("units", ramp_up_mw_per_h=0.0)),
    ("START_TYPES_MISSING", "units[0].start_types", changed("units", start_types=())),
    ("NEGATIVE", "units[0].start_types[0].start_cny", starts((0, -1))),
    ("NEGATIVE", "units[0].start_types[0].start_cny", starts((0, float("inf")))),
    ("NEGATIVE", "units[0].start_types[1].hours_off_h", starts((0, 1), (float("nan"), 2))),
    ("START_TYPE_TOO_LATE", "units[0].start_types[0].hours_off_h", starts((5, 1))),
    ("START_TYPES_NOT_RISING", "units[0].start_types[1].hours_off_h", starts((4, 1), (4, 2))),
    ("COLDER_START_CHEAPER", "units[0].start_types[2].start_cny", starts((0, 1), (8, 3), (48, 2))),
    ("CURVE_NOT_CONVEX", "units[0].curve.fuel_cny_per_h", curve((100, 200, 300), (0, 50, 60))),
    ("CURVE_NOT_RISING", "units[0].curve.output_mw", curve((100, 100, 300), (0, 50, 160))),
    ("CURVE_TOO_SHORT", "units[0].curve.output_mw", curve((110, 300), (0, 50))),
    ("CURVE_LENGTH", "units[0].curve", changed("units", curve=CostCurve((100, 300), (0,), (0, 1)))),
    ("NOT_FINITE", "units[0].curve", curve((100, 300), (0, float("nan")))),
    ("UNKNOWN_BUS", "units[0].bus", changed("units", bus="C")),
    ("HEATING_SEASON_MISSING", "units[0].city", changed("units", city="Handan")),
    ("DAY_INVALID", "heating_seasons[0].last_day", changed("heating_seasons", last_day="02-30")),
    (
        "UNKNOWN_PLANT",
        "running_minimums[1].plant",
        {"running_minimums": (RunningMinimum("P", 1), RunningMinimum("Q", 0))},
    ),
    (
        "RUNNING_MINIMUM_IMPOSSIBLE",
        "running_minimums[0].units_on_count",
        changed("running_minimums", units_on_count=3),
    ),
    ("NOT_POSITIVE", "lines[0].rating_mw", changed("lines", rating_mw=0.0)),
    ("NOT_POSITIVE", "lines[0].reactance_share", changed("lines", reactance_share=0.0)),
    ("NOT_POSITIVE", "lines[0].circuit_count", changed("lines", circuit_count=0)),
    ("SECTION_EMPTY", "sections[0].along", section(along=())),
    ("UNKNOWN_BRANCH", "sections[0].against[0]", section(against=("B-A",))),
    ("DUPLICATE", "sections[0]", section(against=("A-B",))),
    ("NEGATIVE", "sections[0].forward_limit_mw", section(forward_limit_mw=-1.0)),
    ("NEGATIVE", "sections[0].backward_limit_mw", section(backward_limit_mw=float("nan"))),
    ("DAY_INVALID", "sections[0].first_day", section(first_day="13-01")),
    ("DUPLICATE", "sections[1].name", {"sections": (SECTION, SECTION)}),
    ("UNKNOWN_BUS", "lines[1].to_bus", {"lines": (LINE, replace(LINE, name="A-C", to_bus="C"))}),
    ("NOT_CONNECTED", "buses[1]", {"lines": ()}),
    ("NEGATIVE", "plants[0].capacity_mw", changed("plants", capacity_mw=-1.0)),
    ("DUPLICATE", "plants[1].name", changed("plants", name="S")),
    (
        "EFFICIENCY_OUT_OF_RANGE",
        "stores[0].charge_efficiency_share",
        changed("stores", charge_efficiency_share=1.01),
    ),
    (
        "EFFICIENCY_OUT_OF_RANGE",
        "stores[0].discharge_efficiency_share",
        changed("stores", discharge_efficiency_share=0),
    ),
    ("SHARE_OUT_OF_RANGE", "stores[0].hourly_loss_share", changed("stores", hourly_loss_share=2.0)),
    ("MINIMUM_ABOVE_MAXIMUM", "stores[0].level_min_mwh", changed("stores", level_min_mwh=101.0)),
    ("NOT_POSITIVE", "stores[0].power_mw", changed("stores", power_mw=0.0)),
    ("NEGATIVE", "stores[0].wear_cny_per_mwh", changed("stores", wear_cny_per_mwh=-1.0)),
    ("NEGATIVE", "stores[0].wear_cny_per_mwh", changed("stores", wear_cny_per_mwh=float("nan"))),
    ("COUNT_OUT_OF_RANGE", "stores[0].daily_cycle_count", changed("stores", daily_cycle_count=0.5)),
    ("COUNT_OUT_OF_RANGE", "stores[0].daily_cycle_count", changed("stores", daily_cycle_count=float("inf"))),
    ("NEGATIVE", "stores[0].charge_min_mw", changed("stores", charge_min_mw=-1.0)),
    ("NEGATIVE", "stores[0].discharge_min_mw", changed("stores", discharge_min_mw=float("nan"))),
    ("MINIMUM_ABOVE_MAXIMUM", "stores[0].charge_min_mw", changed("stores", charge_min_mw=51.0)),
    ("MINIMUM_ABOVE_MAXIMUM", "stores[0].discharge_min_mw", changed("stores", discharge_min_mw=51.0)),
    (
        "MINIMUM_BY_UNIT",
        "stores[0].charge_min_mw",
        changed("stores", charge_min_mw=10.0, groups=(PumpGroup("unit", 1, 10.0, 50.0, 50.0, 50.0, 0.0, 3),)),
    ),
    ("UNKNOWN_KIND", "contracts[0].kind", changed("contracts", kind="beg")),
    ("SHARES_NOT_ONE", "contracts[0].bus_shares", changed("contracts", bus_shares=(("A", 0.9),))),
    ("NOT_POSITIVE", "contracts[0].payback_window_h", changed("contracts", payback_window_h=0.0)),
    ("SHARE_OUT_OF_RANGE", "contracts[0].payback_share", changed("contracts", payback_share=30.0)),
    ("NEGATIVE", "interfaces[0].export_limit_mw", changed("interfaces", export_limit_mw=-1.0)),
    ("SHARE_OUT_OF_RANGE", "interfaces[0].renewable_share", changed("interfaces", renewable_share=1.5)),
    ("RULE_MISSING", "reserve_rules", {"reserve_rules": ()}),
    ("NOT_POSITIVE", "annual_peak_mw[hebei_south]", {"annual_peak_mw": {}}),
    ("SHARES_NOT_ONE", "buses", changed("buses", load_share=0.5)),
    ("SERIES_LENGTH", "year.load_mw", {"year": replace(year(), load_mw=np.zeros((8784, 2)))}),
    ("NEGATIVE", "year.load_mw", {"year": replace(year(), load_mw=np.full((8760, 2), -1.0))}),
    (
        "SHARE_OUT_OF_RANGE",
        "year.available_share",
        {"year": replace(year(), available_share=np.full((8760, 2), 1.1))},
    ),
    (
        "ERRORS_UNREADABLE",
        "year.error_share[jibei]",
        {"year": replace(year(), error_share={"jibei": np.zeros((8760, 2))})},
    ),
    (
        "UNKNOWN_VARIANT",
        "year.net_import_mw[low]",
        {"year": replace(year(), net_import_mw={k: v for k, v in year().net_import_mw.items() if k != "low"})},
    ),
    ("TOO_LARGE", "lines[0].rating_mw", changed("lines", rating_mw=1e12)),
    ("TOO_LARGE", "lines[0].rating_mw", changed("lines", rating_mw=float("inf"))),
    ("TOO_LARGE", "lines[0].reactance_share", changed("lines", reactance_share=1e6)),
    ("TOO_LARGE", "plants[0].capacity_mw", changed("plants", capacity_mw=1e12)),
    ("TOO_LARGE", "stores[0].level_max_mwh", changed("stores", level_max_mwh=1e12)),
    ("TOO_LARGE", "units[0].ramp_up_mw_per_h", changed("units", ramp_up_mw_per_h=1e12)),
    ("TOO_LARGE", "units[0].stop_cny", changed("units", stop_cny=1e15)),
    ("TOO_LARGE", "units[0].start_types[1].start_cny", starts((0, 1), (8, 1e15))),
    ("TOO_LARGE", "units[0].curve.fuel_cny_per_h[1]", curve((100, 300), (0, 1e15))),
    ("TOO_LARGE", "contracts[0].fee_cny_per_mwh", changed("contracts", fee_cny_per_mwh=1e15)),
    ("TOO_LARGE", "interfaces[0].price_cny_per_mwh", changed("interfaces", price_cny_per_mwh=-1e15)),
    ("TOO_LARGE", "reserve_rules[0].shortfall_cny_per_mwh", changed("reserve_rules", shortfall_cny_per_mwh=1e15)),
    ("TOO_LARGE", "annual_peak_mw[hebei_south]", {"annual_peak_mw": {"hebei_south": 1e12}}),
    ("TOO_LARGE", "year.load_mw", {"year": replace(year(), load_mw=np.full((8760, 2), 1e12))}),
]


@pytest.mark.parametrize(("code", "field", "tables"), FLAWS, ids=[f"{c}-{f}" for c, f, _ in FLAWS])
def test_a_flaw_is_named_with_its_field_and_no_other(code: str, field: str, tables: dict[str, Any]) -> None:
    found = [(flaw.code, flaw.field) for flaw in facts_flaws(good_facts(**tables))]

    assert found == [(code, f"facts.{field}")]


def test_good_facts_have_no_flaw() -> None:
    assert facts_flaws(good_facts()) == ()


def test_a_heating_minimum_above_the_start_ramp_is_no_flaw() -> None:
    """The least output in force counts as the start ramp: 100 MW in summer, 150 MW in winter."""
    assert good_facts().units[0].start_ramp_mw == 100
    assert facts_flaws(good_facts(heating_seasons=(HeatingSeason("Baoding", "11-15", "02-29"),))) == ()


def test_the_same_facts_are_looked_through_once_and_changed_ones_anew() -> None:
    facts = good_facts()
    known_count = unsound_facts.cache_info().misses
    assert (unsound_facts(facts), unsound_facts(facts)) == ((), ())
    assert unsound_facts.cache_info().misses == known_count + 1
    assert [flaw.code for flaw in unsound_facts(replace(facts, reserve_rules=()))] == ["RULE_MISSING"]
