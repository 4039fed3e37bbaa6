"""
Wind and a battery behind one connection, worked by hand.

100 MW of wind; 40 MW and 20 to 100 MWh, 90 % each way, half full at both ends. Wear 50, a MWh lost or cut 500 CNY.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from dispatch.case.connection import Connection
from dispatch.case.facts import GridFacts
from dispatch.schedule.schedule import Schedule
from tests.answers import schedule_of
from tests.model.worlds import World, facts_of_worlds, free_unit
from tests.small import SUMMER_DAY, plant, store

PRICES = (free_unit("cheap", 200.0, 100.0), free_unit("dear", 1_000.0))


def world(name: str, load_mw: Sequence[float], wind_share: Sequence[float], **parts: Any) -> World:
    plants = (plant("wind", capacity_mw=100.0),)
    return World(name, load_mw, plants=plants, stores=(store("battery"),), available_share=wind_share, **parts)


def with_connections(facts: GridFacts, **terms: tuple[float, bool]) -> GridFacts:
    """Wind and battery of each of these worlds behind one connection."""
    tied = (Connection(n, (f"{n} wind",), (f"{n} battery",), mw, charging) for n, (mw, charging) in terms.items())
    return replace(facts, connections=tuple(tied))


@pytest.fixture(scope="module")
def schedule() -> Schedule:
    """Two hours: 100 and 20 MW of wind on 150 MW; no wind, or 10 MW, before a peak of 140 MW."""
    facts = facts_of_worlds(
        *(world(name, (150, 150), (1.0, 0.2), units=PRICES) for name in ("open", "wide", "narrow")),
        *(world(name, (60, 140), (0.1, 0.0), units=PRICES) for name in ("free", "barred")),
    )
    terms = {"wide": (60.0, True), "narrow": (50.0, True), "free": (60.0, True), "barred": (60.0, False)}
    return schedule_of(with_connections(facts, **terms), hours=2, start=SUMMER_DAY)


def test_wind_beyond_the_connection_goes_into_the_store_first(schedule: Schedule) -> None:
    """
    open: both hours have load enough for the wind, and dear power is at the margin in both: the battery does nothing.

    wide: 100 MW of wind less 40 into the battery are the 60 MW that go out; 0.81 * 40 = 32.4 MW come back later.
    """
    assert schedule.charge_mw["open battery"].iloc[0] < 40
    assert schedule.curtailed_mw["open wind"].sum() == pytest.approx(0.0, abs=1e-6)
    assert schedule.charge_mw["wide battery"].tolist() == pytest.approx([40.0, 0.0], abs=1e-6)
    assert schedule.discharge_mw["wide battery"].tolist() == pytest.approx([0.0, 32.4], abs=1e-6)
    assert schedule.curtailed_mw["wide wind"].sum() == pytest.approx(0.0, abs=1e-6)


def test_what_neither_the_connection_nor_the_store_takes_is_cut(schedule: Schedule) -> None:
    """Of 50 MW 30 are left for the battery later, 30 / 0.81 = 37.04 into it now: 100 - 37.04 - 50 are cut."""
    assert schedule.discharge_mw["narrow battery"].tolist() == pytest.approx([0.0, 30.0], abs=1e-6)
    assert schedule.curtailed_mw["narrow wind"].tolist() == pytest.approx([50 - 30 / 0.81, 0.0], abs=1e-6)


def test_a_store_that_may_not_charge_from_the_grid_takes_what_its_plant_gives(schedule: Schedule) -> None:
    """40 MW of the 50 MW of cheap room and wind where it may, the 10 MW of wind where not."""
    assert schedule.charge_mw["free battery"].iloc[0] == pytest.approx(40.0)
    assert schedule.charge_mw["barred battery"].iloc[0] == pytest.approx(10.0)
    assert schedule.discharge_mw["barred battery"].iloc[1] == pytest.approx(8.1)


def test_reserve_behind_a_connection_has_what_it_leaves() -> None:
    """
    One hour, 90 MW from 50 MW of wind and a full unit of 40; 45 MW of reserve asked for up.

    The battery has (60 - 20) * 0.9 = 36 MW for an hour, so 9 are short; a connection of 60 MW leaves 10, so 35 are.
    """
    units, asked = (free_unit("unit", 200.0, 40.0),), (0.5, 0.0, 10.0)
    rule = {"largest_unit": False}
    worlds = (world(name, (90,), (0.5,), units=units, reserve=asked, rule=rule) for name in ("open", "tied"))
    facts = with_connections(facts_of_worlds(*worlds), tied=(60.0, True))
    short = schedule_of(facts, hours=1, start=SUMMER_DAY).short_up_mw.iloc[0]
    assert short[["open", "tied"]].tolist() == pytest.approx([9.0, 35.0], abs=1e-6)
