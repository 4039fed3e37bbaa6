"""What is told of a unit's flexibility is what the facts hold."""

from __future__ import annotations

from dataclasses import replace

from dispatch.case.connection import Connection
from dispatch.case.heat import HeatRegion
from dispatch.case.thermal import DeepBand, Flexibility, OilSupport
from dispatch.wire.grid_out import grid_to
from tests.small import small_facts, store, unit


def test_a_unit_tells_its_heat_its_bands_its_oil_line_and_its_limits_before_and_after_retrofit() -> None:
    known = (Flexibility("before", 120.0, 150.0, 90.0, 91.0), Flexibility("after", 80.0, 100.0, 150.0, 151.0))
    coal = unit(
        "coal",
        retrofit="after",
        flexibilities=known,
        deep_bands=(DeepBand(150.0, 200.0), DeepBand(120.0, 300.0)),
        heat_region=HeatRegion("extraction", 120.0, 0.7, 0.1),
        oil_support=OilSupport(90.0, 2.0, 7_000.0, 3.0, least_h=2.0, most_h=4.0, apart_h=1.0),
    )
    told, plain = grid_to(small_facts(units=(coal, replace(unit("plain"))))).units
    assert told.retrofit == "after"
    assert [(f.retrofit, f.output_min_mw, f.heating_output_min_mw) for f in told.flexibilities] == [
        ("before", 120.0, 150.0),
        ("after", 80.0, 100.0),
    ]
    assert [(f.ramp_up_mw_per_h, f.ramp_down_mw_per_h) for f in told.flexibilities] == [(90.0, 91.0), (150.0, 151.0)]
    assert [(b.below_mw, b.price_cny_per_mwh) for b in told.deep_bands] == [(150.0, 200.0), (120.0, 300.0)]
    region = told.heat_region
    numbers = region.design_heat_mw, region.back_pressure_share, region.floor_loss_share
    assert (region.turbine, *numbers) == ("extraction", 120.0, 0.7, 0.1)
    oil = told.oil_support
    assert (oil.below_mw, oil.oil_t_per_h, oil.price_cny_per_t, oil.carbon_tco2_per_t) == (90.0, 2.0, 7_000.0, 3.0)
    assert (oil.least_h, oil.most_h, oil.apart_h) == (2.0, 4.0, 1.0)
    assert (plain.retrofit, len(plain.flexibilities), len(plain.deep_bands)) == ("", 0, 0)
    assert not plain.HasField("oil_support")
    assert not plain.HasField("heat_region")


def test_a_store_tells_its_least_powers_and_its_cycles_a_day() -> None:
    air = store("air", technology="caes", charge_min_mw=16.0, discharge_min_mw=12.0, daily_cycle_count=1.5)
    told, plain = grid_to(small_facts(stores=(air, store("battery")))).stores
    assert (told.charge_min_mw, told.discharge_min_mw, told.daily_cycle_count) == (16.0, 12.0, 1.5)
    assert (plain.charge_min_mw, plain.discharge_min_mw) == (0.0, 0.0)
    assert not plain.HasField("daily_cycle_count")


def test_a_connection_tells_who_shares_it() -> None:
    shared = Connection("wind and battery", ("wind",), ("battery",), 150.0, grid_charging=False)
    (told,) = grid_to(small_facts(connections=(shared,))).connections
    assert (told.connection, list(told.plants), list(told.stores)) == ("wind and battery", ["wind"], ["battery"])
    assert (told.limit_mw, told.grid_charging) == (150.0, False)
