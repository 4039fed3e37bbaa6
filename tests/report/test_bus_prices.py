"""Prices by bus and hour."""

from __future__ import annotations

import numpy as np

from dispatch.report.bus_prices import bus_price_map, rows_of
from dispatch.report.scenario import Scenario
from dispatch.report.series import Hourly, hourly_of
from tests.report.solved import solved
from tests.report.test_prices import priced, with_split


def congested() -> Scenario:
    """
    Energy at 100 in every hour; congestion -40 at b in hour 1 alone, nothing elsewhere.

    So a, c and d (if it is there) stand in one row at 100, and b at 100, 60, 100, 100.
    """
    return with_split(priced(), energy=100.0, congestion={("b", 1): -40.0})


def hourly(scenario: Scenario) -> Hourly:
    found = hourly_of(scenario)
    assert found is not None
    return found


def test_buses_of_one_price_share_a_row_below_the_energy_price() -> None:
    energy, most, apart = rows_of(hourly(congested()))
    assert energy.price_cny_per_mwh.tolist() == [100.0] * 4
    assert {"a", "c"} <= set(most.buses)
    assert most.label.endswith(f"+{len(most.buses) - 1}")
    assert most.congestion_cny_per_mwh.tolist() == [0.0] * 4
    assert apart.buses == ("b",)
    assert apart.price_cny_per_mwh.tolist() == [100.0, 60.0, 100.0, 100.0]


def test_what_is_drawn_adds_up_row_by_row() -> None:
    drawn = bus_price_map(hourly(congested()))
    assert drawn is not None
    price, congestion = (np.array(trace["z"]) for trace in drawn["data"])
    assert np.allclose(price[1:], price[0] + congestion[1:])
    assert drawn["data"][0]["y"] == drawn["data"][1]["y"]
    assert drawn["data"][0]["text"][2][1].startswith("<b>60.0</b> = 100.0 + -40.0<br>b")


def test_without_congestion_the_price_stands_alone_and_without_prices_there_is_no_picture() -> None:
    drawn = bus_price_map(hourly(with_split(priced(), energy=100.0, congestion={})))
    assert drawn is not None
    assert len(drawn["data"]) == 1
    assert bus_price_map(hourly(solved())) is None
