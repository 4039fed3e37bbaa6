"""
Stores that stand still or run above a least power, worked by hand.

40 MW and 20 to 100 MWh, 90 % each way, at least 16 MW in and 12 MW out. Wear 50, a MWh lost 500 CNY.
"""

from __future__ import annotations

from typing import Any

import pytest

from dispatch.case.storage import Store, StoreState
from dispatch.schedule.schedule import Schedule
from tests.answers import schedule_of
from tests.model.worlds import World, facts_of_worlds, free_unit
from tests.small import SUMMER_DAY, store

PRICES = (free_unit("cheap", 200.0, 100.0), free_unit("dear", 1_000.0))
RESERVE: dict[str, Any] = {"rule": {"largest_unit": False}}


def air(**changes: Any) -> Store:
    return store("air", technology="caes", charge_min_mw=16.0, discharge_min_mw=12.0, **changes)


@pytest.fixture(scope="module")
def schedule() -> Schedule:
    """Two hours, 100 MW at 200 CNY/MWh, the rest at 1 000: the second hour lacks 8, 8 and 2 MW of cheap power."""
    return schedule_of(
        facts_of_worlds(
            World("lacking", (60, 108), PRICES, stores=(air(),)),
            World("free", (60, 108), PRICES, stores=(store("battery"),)),
            World("little", (60, 102), PRICES, stores=(air(),)),
        ),
        hours=2,
        start=SUMMER_DAY,
    )


def test_a_store_gives_no_less_than_its_least_power_and_takes_no_less(schedule: Schedule) -> None:
    """
    To give 8 MW takes 8 / 0.81 = 9.88 MW, below 16: it takes 16 and gives 0.81 * 16 = 12.96, at least 12.

    Saved 8 * 1 000 + 4.96 * 200 = 8 992 CNY, paid 16 * 200 + 12.96 * 50 + 3.04 * 500 = 5 368.
    """
    assert schedule.charge_mw["lacking air"].tolist() == pytest.approx([16.0, 0.0], abs=1e-6)
    assert schedule.discharge_mw["lacking air"].tolist() == pytest.approx([0.0, 12.96], abs=1e-6)
    assert schedule.output_mw["lacking cheap"].iloc[1] == pytest.approx(108 - 12.96)


def test_a_store_without_one_gives_what_is_lacking(schedule: Schedule) -> None:
    assert schedule.charge_mw["free battery"].tolist() == pytest.approx([8 / 0.81, 0.0], abs=1e-6)
    assert schedule.discharge_mw["free battery"].tolist() == pytest.approx([0.0, 8.0], abs=1e-6)


def test_where_its_least_power_does_not_pay_it_stands_still(schedule: Schedule) -> None:
    """2 * 1 000 + 10.96 * 200 = 4 192 CNY would be saved for 5 368."""
    assert schedule.charge_mw["little air"].tolist() == pytest.approx([0.0, 0.0], abs=1e-6)
    assert schedule.output_mw["little dear"].iloc[1] == pytest.approx(2.0)


def test_reserve_is_given_while_it_runs_and_without_turning_round() -> None:
    """
    One hour, half of the load asked for both ways at 10 CNY/MWh short; the unit is full (90 or 100 MW).

    still: 45 MW up asked for and nothing given, where the battery gives (60 - 20) * 0.9 = 36 of 45.
    taking: from 60 to 78 MWh takes 20 MW, of which 20 - 16 = 4 may be left; the battery gives all 40.
    Down at standstill: nothing of 45 from the store; the unit gives its 90.
    """
    unit_90, unit_100 = (free_unit("unit", 200.0, size) for size in (90.0, 100.0))
    battery, asked = store("battery"), (0.5, 0.0, 10.0)
    facts = facts_of_worlds(
        World("still", (90,), (unit_90,), stores=(air(),), reserve=asked, **RESERVE),
        World("still2", (90,), (unit_90,), stores=(battery,), reserve=asked, **RESERVE),
        World("taking", (80,), (unit_100,), stores=(air(),), reserve=asked, **RESERVE),
        World("taking2", (80,), (unit_100,), stores=(battery,), reserve=asked, **RESERVE),
    )
    ends = {"still air": 60.0, "still2 battery": 60.0, "taking air": 78.0, "taking2 battery": 78.0}
    states = tuple(StoreState(name, 60.0, end) for name, end in ends.items())
    schedule = schedule_of(facts, hours=1, start=SUMMER_DAY, stores=states)
    short = schedule.short_up_mw.iloc[0]
    assert short[["still", "still2", "taking", "taking2"]].tolist() == pytest.approx([45.0, 9.0, 36.0, 0.0], abs=1e-6)
    assert schedule.reserve_down_mw["still air"].iloc[0] == pytest.approx(0.0, abs=1e-6)
