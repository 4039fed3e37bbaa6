"""Every flaw of a case by its code and its field; and no flaw where there is none."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from dispatch.case.case import Case, Interchange, Prices, ProductAsked, Reserve, ReserveSeries, Scales
from dispatch.case.checks import checked, flaws_of, flaws_without_facts
from dispatch.case.interchange import InterchangeForecast, TieRamp
from dispatch.case.losses import Losses
from dispatch.case.objective import CO2
from dispatch.case.renewable import AvailableForecast, LoadForecast
from dispatch.case.reserve_products import NON_SPINNING
from dispatch.case.security import Security
from dispatch.case.storage import StoreState
from dispatch.case.thermal import HeatingSeason, MustRun, NoStart, Outage, RunningMinimum, UnitState
from dispatch.errors import CaseError
from dispatch.horizon import Horizon
from tests.case.given import SUMMER, WINTER, good_case, good_facts, moment, with_unit

NAIVE = datetime(2030, 1, 15)  # noqa: DTZ001 (the flaw under test)
FLAT_RESERVE = ReserveSeries("hebei_south", up_mw=(10.0,) * 24)
LATE = moment("2030-01-15T20:00"), moment("2030-01-15T22:00")


def day(start: datetime = WINTER, step_count: int = 24, step_h: float = 1.0) -> dict[str, Any]:
    return {"horizon": Horizon(start, step_count, step_h)}


def load(*values: float, grid: str = "hebei_south") -> dict[str, Any]:
    series = (*values, *([300.0] * (24 - len(values))))
    return {"load_forecasts": (LoadForecast(grid, series),)}


def wind(*values: float, plant: str = "W") -> dict[str, Any]:
    series = (*values, *([100.0] * (24 - len(values))))
    return {"available_forecasts": (AvailableForecast(plant, series),)}


def least(*values: float) -> dict[str, Any]:
    return {"available_forecasts": (AvailableForecast("W", (100.0,) * 24, values),)}


def product(name: str = "regulation_up", **asked: Any) -> dict[str, Any]:
    return {"reserve": Reserve(products=(ProductAsked(name, **asked),))}


def reserve(grid: str = "hebei_south", **series: tuple[float, ...]) -> dict[str, Any]:
    return {"reserve": Reserve(series=(ReserveSeries(grid, **series),))}


def plan(*values: float, interface: str = "border") -> dict[str, Any]:
    series = (*values, *([0.0] * (24 - len(values))))
    return {"interchange_forecasts": (InterchangeForecast(interface, series),)}


def levels(start_level_mwh: float, end_level_mwh: float) -> dict[str, Any]:
    return {"stores": (StoreState("battery", start_level_mwh, end_level_mwh), good_case().stores[1])}


FLAWS: list[tuple[str, str, dict[str, Any]]] = [
    ("UNKNOWN_GRID", "grid", {"grid": "henan"}),
    ("UNKNOWN_EDITION", "edition", {"edition": 2060}),
    # horizon
    ("HORIZON_EMPTY", "horizon.step_count", day(step_count=0)),
    ("HORIZON_EMPTY", "horizon.step_count", day(step_count=-24)),
    ("HORIZON_TOO_LONG", "horizon.step_count", day(step_count=745)),
    ("HORIZON_TOO_LONG", "horizon.step_count", day(step_count=10**12)),
    ("STEP_INVALID", "horizon.step_h", day(step_h=0.0)),
    ("STEP_INVALID", "horizon.step_h", day(step_h=-1.0)),
    ("STEP_INVALID", "horizon.step_h", day(step_h=0.7)),
    ("STEP_INVALID", "horizon.step_h", day(step_h=2.0)),
    ("STEP_INVALID", "horizon.step_h", day(step_h=math.nan)),
    ("START_NAIVE", "horizon.start", day(NAIVE)),
    ("START_OFF_STEP", "horizon.start", day(moment("2030-01-15T00:20"))),
    ("START_OFF_STEP", "horizon.start", day(moment("2030-01-15T00:20"), 96, 0.25)),
    ("START_YEAR", "horizon.start", day(moment("1492-01-15T00:00"))),
    # shares, prices, scales
    ("SHARE_OUT_OF_RANGE", "response_share", {"response_share": -0.01}),
    ("SHARE_OUT_OF_RANGE", "response_share", {"response_share": 5.0}),
    ("NOT_FINITE", "response_share", {"response_share": math.nan}),
    ("SHARE_OUT_OF_RANGE", "interchange.band_share", {"interchange": Interchange(band_share=1.1)}),
    ("UNKNOWN_VARIANT", "interchange.variant", {"interchange": Interchange("middling")}),
    ("SHARE_OUT_OF_RANGE", "reserve.load_share", {"reserve": Reserve(load_share=3.0)}),
    ("NOT_FINITE", "reserve.renewable_share", {"reserve": Reserve(renewable_share=math.inf)}),
    ("NEGATIVE", "prices.large_curtailment_cny_per_mwh", {"prices": Prices(-1.0)}),
    ("TOO_LARGE", "prices.large_curtailment_cny_per_mwh", {"prices": Prices(1e15)}),
    ("NOT_FINITE", "prices.distributed_curtailment_cny_per_mwh", {"prices": Prices(500.0, math.nan)}),
    ("NEGATIVE", "prices.carbon_cny_per_t", {"prices": Prices(carbon_cny_per_t=-1.0)}),
    ("TOO_LARGE", "prices.carbon_cny_per_t", {"prices": Prices(carbon_cny_per_t=1e7)}),
    ("NOT_FINITE", "prices.carbon_cny_per_t", {"prices": Prices(carbon_cny_per_t=math.nan)}),
    ("NEGATIVE", "scales.load_share", {"scales": Scales(load_share=-1.0)}),
    ("TOO_LARGE", "scales.renewable_share", {"scales": Scales(renewable_share=11.0)}),
    ("NOT_FINITE", "scales.new_storage_share", {"scales": Scales(new_storage_share=math.nan)}),
    # security
    ("NOT_POSITIVE", "security.emergency_share", {"security": Security(emergency_share=0.0)}),
    ("NEGATIVE", "security.emergency_share", {"security": Security(emergency_share=-1.0)}),
    ("TOO_LARGE", "security.emergency_share", {"security": Security(emergency_share=120.0)}),
    ("NOT_FINITE", "security.emergency_share", {"security": Security(emergency_share=math.nan)}),
    ("NEGATIVE", "security.overload_cny_per_mwh", {"security": Security(overload_cny_per_mwh=-1.0)}),
    ("TOO_LARGE", "security.overload_cny_per_mwh", {"security": Security(overload_cny_per_mwh=2e5)}),
    ("UNKNOWN_LINE", "security.unwatched[1]", {"security": Security(unwatched=("A-B", "B-A"))}),
    # self-use, losses and ramps of ties
    ("SELF_USE_UNKNOWN", "self_use", {"self_use": True}),
    ("TOO_SMALL", "losses.line_error_mw", {"losses": Losses(line_error_mw=0.0)}),
    ("NEGATIVE", "losses.line_error_mw", {"losses": Losses(line_error_mw=-1.0)}),
    ("NOT_FINITE", "losses.line_error_mw", {"losses": Losses(line_error_mw=math.nan)}),
    ("SHARE_OUT_OF_RANGE", "losses.line_error_share", {"losses": Losses(line_error_share=1.5)}),
    ("NEGATIVE", "prices.network_loss_cny_per_mwh", {"prices": Prices(network_loss_cny_per_mwh=-1.0)}),
    (
        "LOSS_TOO_CHEAP",
        "prices.network_loss_cny_per_mwh",
        {"losses": Losses(links=True), "prices": Prices(network_loss_cny_per_mwh=1000.0)},
    ),
    ("LOSSES_WITHOUT_COST", "losses", {"losses": Losses(lines=True), "objective": CO2}),
    ("UNKNOWN_INTERFACE", "tie_ramps[0].interface", {"tie_ramps": (TieRamp("nowhere", 100.0),)}),
    ("NEGATIVE", "tie_ramps[0].ramp_mw_per_h", {"tie_ramps": (TieRamp("border", -1.0),)}),
    ("NOT_FINITE", "tie_ramps[0].ramp_mw_per_h", {"tie_ramps": (TieRamp("border", math.inf),)}),
    ("DUPLICATE", "tie_ramps[1].interface", {"tie_ramps": (TieRamp("border", 1.0), TieRamp("border", 2.0))}),
    # states of units
    ("UNIT_STATE_MISSING", "units", {"units": good_case().units[:2]}),
    ("DUPLICATE", "units[3].unit", {"units": (*good_case().units, good_case().units[0])}),
    ("UNKNOWN_UNIT", "units[3].unit", {"units": (*good_case().units, UnitState("P9", False, 5, 0))}),
    ("OFF_WITH_OUTPUT", "units[1].output_mw", {"units": with_unit("P2", output_mw=10.0)}),
    ("OUTPUT_BELOW_MINIMUM", "units[0].output_mw", {"units": with_unit("P1", output_mw=140.0)}),
    ("OUTPUT_ABOVE_MAXIMUM", "units[0].output_mw", {"units": with_unit("P1", output_mw=290.0)}),
    ("NEGATIVE", "units[0].output_mw", {"units": with_unit("P1", output_mw=-5.0)}),
    ("NOT_FINITE", "units[0].output_mw", {"units": with_unit("P1", output_mw=math.inf)}),
    ("TOO_LARGE", "units[0].output_mw", {"units": with_unit("P1", output_mw=1e12)}),
    ("HOURS_NOT_POSITIVE", "units[2].hours_h", {"units": with_unit("G", hours_h=0.0)}),
    ("HOURS_NOT_POSITIVE", "units[2].hours_h", {"units": with_unit("G", hours_h=-3.0)}),
    ("NOT_FINITE", "units[2].hours_h", {"units": with_unit("G", hours_h=math.nan)}),
    # outages and must-run hours
    ("UNKNOWN_UNIT", "outages[0].unit", {"outages": (Outage("P9", *LATE),)}),
    ("UNKNOWN_UNIT", "must_run[0].unit", {"must_run": (MustRun("P9", *LATE),)}),
    ("SPAN_NAIVE", "outages[0].start", {"outages": (Outage("G", NAIVE, LATE[1]),)}),
    ("SPAN_EMPTY", "outages[0].end", {"outages": (Outage("G", LATE[1], LATE[0]),)}),
    ("SPAN_EMPTY", "must_run[0].end", {"must_run": (MustRun("G", LATE[0], LATE[0]),)}),
    (
        "SPAN_OUTSIDE_HORIZON",
        "outages[0]",
        {"outages": (Outage("G", moment("2030-01-16T00:00"), moment("2030-01-17T00:00")),)},
    ),
    (
        "SPAN_OFF_STEP",
        "outages[0].end",
        {"outages": (Outage("G", WINTER, moment("2030-01-15T07:30")),)},
    ),
    (
        "MUST_RUN_IN_OUTAGE",
        "must_run",
        {"outages": (Outage("G", *LATE),), "must_run": (MustRun("G", *LATE),)},
    ),
    # P1 gives at least 150 MW while it heats
    ("AVAILABLE_BELOW_MINIMUM", "outages[0].available_mw", {"outages": (Outage("P1", *LATE, 149.0),)}),
    ("NEGATIVE", "outages[0].available_mw", {"outages": (Outage("G", *LATE, -1.0),)}),
    ("NOT_FINITE", "outages[0].available_mw", {"outages": (Outage("G", *LATE, math.nan),)}),
    ("TOO_LARGE", "outages[0].available_mw", {"outages": (Outage("G", *LATE, 1e12),)}),
    # From 280 MW down by 60 MW an hour: 220 MW after one, 160 after two; 150 MW to stop.
    (
        "OUTPUT_OUT_OF_REACH",
        "units[0].output_mw",
        {
            "units": with_unit("P1", output_mw=280.0),
            "outages": (Outage("P1", moment("2030-01-15T01:00"), LATE[0], 155.0),),
        },
    ),
    # From 200 MW it could stop after an hour, but is on for 2 h of 6 h: 160 MW is not reached, and no stop.
    (
        "OUTPUT_OUT_OF_REACH",
        "units[0].output_mw",
        {
            "units": with_unit("P1", hours_h=2.0, output_mw=240.0),
            "outages": (Outage("P1", WINTER, LATE[0], 160.0),),
        },
    ),
    ("UNKNOWN_UNIT", "no_start[0].unit", {"no_start": (NoStart("P9", *LATE),)}),
    ("SPAN_NAIVE", "no_start[0].start", {"no_start": (NoStart("G", NAIVE, LATE[1]),)}),
    ("SPAN_EMPTY", "no_start[0].end", {"no_start": (NoStart("G", LATE[1], LATE[0]),)}),
    (
        "MUST_RUN_WITHOUT_START",
        "must_run",
        {"no_start": (NoStart("G", WINTER, LATE[1]),), "must_run": (MustRun("G", *LATE),)},
    ),
    # P1 is on, but out of service in between
    (
        "MUST_RUN_WITHOUT_START",
        "must_run",
        {
            "outages": (Outage("P1", moment("2030-01-15T04:00"), moment("2030-01-15T06:00")),),
            "no_start": (NoStart("P1", moment("2030-01-15T06:00"), LATE[1]),),
            "must_run": (MustRun("P1", *LATE),),
        },
    ),
    # From 200 MW no unit stops at once: at most max(100, 150) MW.
    ("STOP_OUT_OF_REACH", "units[0].output_mw", {"outages": (Outage("P1", WINTER, LATE[0]),)}),
    # On for 2 h of 6 h: on until 04:00.
    (
        "OUTAGE_BEFORE_MINIMUM_UP",
        "units[0].hours_h",
        {
            "units": with_unit("P1", hours_h=2.0),
            "outages": (Outage("P1", moment("2030-01-15T03:00"), LATE[0]),),
        },
    ),
    # Off for 1 h of 4 h: off until 03:00.
    (
        "MUST_RUN_BEFORE_MINIMUM_DOWN",
        "units[1].hours_h",
        {
            "units": with_unit("P2", hours_h=1.0),
            "must_run": (MustRun("P2", moment("2030-01-15T02:00"), LATE[0]),),
        },
    ),
    # Both units of P off, neither for 4 h yet, while one of them keeps the heat.
    (
        "RUNNING_MINIMUM_OUT_OF_REACH",
        "units",
        {
            "units": (
                UnitState("P1", on=False, hours_h=1, output_mw=0),
                UnitState("P2", on=False, hours_h=3, output_mw=0),
                good_case().units[2],
            )
        },
    ),
    # stores
    ("STORE_STATE_MISSING", "stores", {"stores": good_case().stores[:1]}),
    ("DUPLICATE", "stores[2].store", {"stores": (*good_case().stores, good_case().stores[1])}),
    ("UNKNOWN_STORE", "stores[2].store", {"stores": (*good_case().stores, StoreState("dam", 1, 1))}),
    ("LEVEL_OUTSIDE_LIMITS", "stores[0].start_level_mwh", levels(101, 50)),
    ("LEVEL_OUTSIDE_LIMITS", "stores[0].end_level_mwh", levels(50, 101)),
    (
        "LEVEL_OUTSIDE_LIMITS",
        "stores[1].start_level_mwh",
        {
            "scales": Scales(pumped_hydro_share=0.5),
            "stores": (good_case().stores[0], StoreState("pumped", 350, 300)),
        },
    ),
    ("NEGATIVE", "stores[0].start_level_mwh", levels(-1, 50)),
    ("NOT_FINITE", "stores[0].end_level_mwh", levels(50, math.nan)),
    # One hour at 50 MW brings 40 MWh in and 50 MWh out: 10 to 90 MWh from 50 MWh.
    ("END_LEVEL_OUT_OF_REACH", "stores[0].end_level_mwh", {**day(step_count=1), **levels(50, 91)}),
    ("END_LEVEL_OUT_OF_REACH", "stores[0].end_level_mwh", {**day(step_count=1), **levels(60, 9)}),
    # forecasts
    (
        "SERIES_LENGTH",
        "load_forecasts[0].load_mw",
        {"load_forecasts": (LoadForecast("hebei_south", (1.0,)),)},
    ),
    ("UNKNOWN_MEMBER_GRID", "load_forecasts[0].grid", load(grid="jibei")),
    ("NOT_FINITE", "load_forecasts[0].load_mw[1]", load(1.0, math.nan)),
    ("NEGATIVE", "load_forecasts[0].load_mw[0]", load(-1.0)),
    ("TOO_LARGE", "load_forecasts[0].load_mw[2]", load(1.0, 2.0, 1e12)),
    ("DUPLICATE", "load_forecasts[1].grid", {"load_forecasts": load()["load_forecasts"] * 2}),
    ("UNKNOWN_PLANT", "available_forecasts[0].plant", wind(plant="V")),
    ("ABOVE_CAPACITY", "available_forecasts[0].available_mw[3]", wind(0, 0, 0, 401)),
    ("NOT_FINITE", "available_forecasts[0].available_mw[0]", wind(math.inf)),
    ("NEGATIVE", "available_forecasts[0].available_mw[0]", wind(-1)),
    ("SERIES_LENGTH", "available_forecasts[0].least_mw", least(1.0)),
    ("NOT_FINITE", "available_forecasts[0].least_mw[1]", least(1.0, math.nan, *[0.0] * 22)),
    ("LEAST_ABOVE_AVAILABLE", "available_forecasts[0].least_mw[0]", least(101.0, *[0.0] * 23)),
    ("UNKNOWN_MEMBER_GRID", "reserve.series[0].grid", reserve(up_mw=(1.0,) * 24, grid="jibei")),
    ("UNKNOWN_PRODUCT", "reserve.products[0].product", product("black_start")),
    ("UNKNOWN_MEMBER_GRID", "reserve.products[0].grid", product(grid="jibei")),
    ("SHARE_OUT_OF_RANGE", "reserve.products[0].load_share", product(load_share=-0.01)),
    ("SHARE_OUT_OF_RANGE", "reserve.products[0].renewable_share", product(renewable_share=2.0)),
    ("SERIES_LENGTH", "reserve.products[0].required_mw", product(required_mw=(1.0,) * 23)),
    ("NEGATIVE", "reserve.products[0].required_mw[1]", product(required_mw=(1.0, -1.0, *[1.0] * 22))),
    ("DUPLICATE", "reserve.products[1]", {"reserve": Reserve(products=(ProductAsked(NON_SPINNING),) * 2)}),
    ("RESERVE_SERIES_EMPTY", "reserve.series[0]", reserve()),
    ("SERIES_LENGTH", "reserve.series[0].up_mw", reserve(up_mw=(1.0,) * 23)),
    ("NEGATIVE", "reserve.series[0].down_mw[2]", reserve(down_mw=(1.0, 1.0, -1.0, *[1.0] * 21))),
    ("TOO_LARGE", "reserve.series[0].up_mw[0]", reserve(up_mw=(1e12, *[1.0] * 23))),
    ("DUPLICATE", "reserve.series[1].grid", {"reserve": Reserve(series=(FLAT_RESERVE, FLAT_RESERVE))}),
    ("UNKNOWN_INTERFACE", "interchange_forecasts[0].interface", plan(interface="moon")),
    ("BEYOND_INTERFACE_LIMIT", "interchange_forecasts[0].net_import_mw[0]", plan(301)),
    ("BEYOND_INTERFACE_LIMIT", "interchange_forecasts[0].net_import_mw[1]", plan(0, -101)),
    ("NOT_FINITE", "interchange_forecasts[0].net_import_mw[0]", plan(-math.inf)),
]


@pytest.mark.parametrize(("code", "field", "changed"), FLAWS, ids=[f"{c}-{f}" for c, f, _ in FLAWS])
def test_a_flaw_is_named_with_its_field_and_no_other(code: str, field: str, changed: dict[str, Any]) -> None:
    found = {(flaw.code, flaw.field) for flaw in flaws_of(good_case(**changed), good_facts())}

    assert (code, field) in found
    assert {c for c, _ in found} == {code} or code in {"START_OFF_STEP", "SERIES_LENGTH"}


GOOD: dict[str, Case] = {
    "as it stands": good_case(),
    "quarter hours": good_case(**day(step_count=96, step_h=0.25)),
    "a month": good_case(**day(step_count=744)),
    "a start in another zone": good_case(horizon=Horizon(datetime.fromisoformat("2030-01-14T16:00Z"), 24)),
    "export": good_case(**plan(-100, 300)),
    "wind beyond a capacity that is scaled up": good_case(**wind(800), scales=Scales(renewable_share=2.0)),
    "nothing at all": good_case(scales=Scales(0, 0), **load(0.0)),
    "three times the load": good_case(scales=Scales(load_share=3.0)),
    "an outage that began last week": good_case(outages=(Outage("P2", moment("2030-01-08T07:30"), LATE[0]),)),
    "an outage of a unit that can stop": good_case(
        units=with_unit("P1", output_mw=150.0), outages=(Outage("P1", WINTER, LATE[0]),)
    ),
    # From 200 MW down by 60 MW: 140 MW after one hour, at most 150 MW to stop.
    "an outage an hour later": good_case(outages=(Outage("P1", moment("2030-01-15T01:00"), LATE[0]),)),
    "a unit that comes down to what is left of it by its ramp": good_case(
        units=with_unit("P1", output_mw=280.0), outages=(Outage("P1", moment("2030-01-15T01:00"), LATE[0], 160.0),)
    ),
    "a unit that stops before it is derated": good_case(
        units=with_unit("P1", output_mw=200.0), outages=(Outage("P1", moment("2030-01-15T01:00"), LATE[0], 150.0),)
    ),
    "derated to all that it has": good_case(outages=(Outage("G", *LATE, 200.0),)),
    "must run while derated": good_case(outages=(Outage("G", *LATE, 60.0),), must_run=(MustRun("G", *LATE),)),
    "must run on, and not started again": good_case(
        no_start=(NoStart("P1", WINTER, LATE[1]),), must_run=(MustRun("P1", WINTER, LATE[1]),)
    ),
    "must run after the hours without a start": good_case(
        no_start=(NoStart("G", WINTER, moment("2030-01-15T19:00")),), must_run=(MustRun("G", *LATE),)
    ),
    "must run when the time off is served": good_case(
        units=with_unit("P2", hours_h=1.0), must_run=(MustRun("P2", moment("2030-01-15T03:00"), LATE[0]),)
    ),
    "a store that just reaches its end": good_case(**day(step_count=1), **levels(50, 90)),
}


@pytest.mark.parametrize("case", GOOD.values(), ids=GOOD.keys())
def test_a_good_case_has_no_flaw(case: Case) -> None:
    assert flaws_of(case, good_facts()) == ()
    assert checked(case, good_facts()) is case


def test_the_output_is_held_against_the_limits_of_the_hour_before() -> None:
    """Heating begins on 15 Nov at 00:00: before it, 100 to 300 MW; from then on 150 to 280 MW, 60 MW/h."""
    eve = day(moment("2030-11-15T00:00"))

    assert flaws_of(good_case(**eve, units=with_unit("P1", output_mw=100.0)), good_facts()) == ()
    assert flaws_of(good_case(**eve, units=with_unit("P1", output_mw=300.0)), good_facts()) == ()


def test_an_output_that_reaches_neither_limits_nor_a_stop_is_named() -> None:
    """300 MW less 10 MW/h is 290 MW, above the 280 MW of the heating season; a stop needs 150 MW at most."""
    slow = tuple(replace(unit, ramp_down_mw_per_h=10.0) for unit in good_facts().units)
    case = good_case(**day(moment("2030-11-15T00:00")), units=with_unit("P1", output_mw=300.0))

    flaws = flaws_of(case, good_facts(units=slow))

    assert [(flaw.code, flaw.field) for flaw in flaws] == [("OUTPUT_OUT_OF_REACH", "units[0].output_mw")]


def test_a_running_minimum_is_not_asked_out_of_season() -> None:
    off = tuple(replace(state, on=False, hours_h=1.0, output_mw=0.0) for state in good_case().units)

    assert flaws_of(good_case(**day(SUMMER), units=off), good_facts()) == ()


def test_every_flaw_is_named_at_once() -> None:
    case = good_case(
        horizon=Horizon(WINTER, 0),
        response_share=7.0,
        outages=(Outage("P9", *LATE),),
        scales=Scales(load_share=math.nan),
        **levels(500, 50),
    )

    with pytest.raises(CaseError) as refused:
        checked(case, good_facts())

    assert [flaw.code for flaw in refused.value.flaws] == [
        "HORIZON_EMPTY",
        "SHARE_OUT_OF_RANGE",
        "NOT_FINITE",
        "UNKNOWN_UNIT",
        "LEVEL_OUTSIDE_LIMITS",
    ]
    assert len(str(refused.value).splitlines()) == 5


def test_a_message_says_what_was_given_and_what_would_do() -> None:
    (flaw,) = flaws_of(good_case(outages=(Outage("P3", *LATE),)), good_facts())

    assert str(flaw) == "outages[0].unit: 'P3' is not known; give one of P1, P2, G"


def test_an_unknown_grid_is_named_with_what_else_shows_without_its_tables() -> None:
    flaws = flaws_without_facts(good_case(grid="henan", response_share=-1.0), ("jibei",), (2030,))

    assert [flaw.field for flaw in flaws] == ["grid", "response_share"]


def test_heating_that_begins_within_the_horizon_asks_for_its_running_minimum() -> None:
    """Off for 1 h on 14 Nov at 22:00 with 4 h to stay off: not on at midnight, when heating begins."""
    facts = good_facts(running_minimums=(RunningMinimum("P", 2),), heating_seasons=_november())
    states = with_unit("P2", hours_h=1.0)
    case = good_case(**day(moment("2030-11-14T22:00")), units=states)

    assert [flaw.code for flaw in flaws_of(case, facts)] == ["RUNNING_MINIMUM_OUT_OF_REACH"]


def _november() -> tuple[HeatingSeason, ...]:
    return (HeatingSeason("Baoding", "11-15", "03-15"),)
